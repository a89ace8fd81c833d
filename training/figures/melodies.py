"""How well the melody models reconstruct, invent and go on, on windows of all meters that the grid holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bridge.models.engine import LoadedModel
from bridge.models.grid import PAD_POSITION, STEPS
from bridge.models.melody_continuation import MelodyContinuation
from bridge.models.melody_grid import FIRST_PITCH, HOLD, LOWEST_PITCH, TOKENS
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.skills.chance import Chance
from training.chunks import chunks
from training.data.melody_windows import MelodyWindows, on_grid
from training.data.tunes import Tune
from training.figures.drums import Tally

__all__ = ["PRIMER_BARS", "melody_continuation_figures", "melody_vae_figures", "scale_consistency"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

GENERATED = 1000
PRIMER_BARS = 2
MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
CONTINUED = 1500
"""Runs at most that are continued, evenly out of all: one at a time, they take a while."""


def scale_consistency(pitches: Sequence[int]) -> float:
    """The largest share of the notes that is in one major or minor scale, of all 24: MusPy's (Mogren 2016)."""
    classes = np.bincount(np.asarray(pitches, np.int64) % 12, minlength=12)
    most = max(
        sum(classes[(root + interval) % 12] for interval in scale) for scale in (MAJOR, MINOR) for root in range(12)
    )
    return float(most / classes.sum())


def melody_vae_figures(model: LoadedModel, tunes: Sequence[Tune]) -> dict[str, float]:
    """token_accuracy: of all steps up to the last bar. onset_accuracy: of the steps on which a note begins, those that
    get the very pitch. kl_nats: per window, of the posterior from N(0, 1). Decoding is from the mean, at temperature 0.

    generated_...: of 1,000 new windows of 4/4 at temperature 1 and density 0.5, beside data_... of the windows of 4/4:
    onsets a bar, mean interval in semitones, repeated pitches, steps of silence, scale consistency; degenerate: the
    share with fewer than two notes, or a note on every step.
    """
    windows = MelodyWindows(on_grid(tunes)[0])
    singer = MelodyVae(ModelUse(model))
    right, onsets, kl = Tally(), Tally(), Tally()
    for chunk in chunks(np.arange(len(windows))):
        batch = windows.batch(chunk)
        mean, deviation = singer.posterior(batch.tokens, batch.positions)
        cost = 0.5 * (mean**2 + deviation**2 - 1.0 - 2.0 * np.log(deviation)).sum(1)
        n = len(chunk)
        zeros = np.zeros((n, STEPS, TOKENS), np.float32)
        played = singer.play(mean, batch.positions, zeros, 0.0, zeros[..., 0])
        valid = batch.positions[..., 0] != PAD_POSITION
        same = (played == batch.tokens) & valid
        onset = (batch.tokens >= FIRST_PITCH) & valid
        for i, owner in enumerate(windows.owners[chunk]):
            group = windows.tunes[owner].group
            right.add(group, same[i].sum(), valid[i].sum())
            onsets.add(group, (same[i] & onset[i]).sum(), onset[i].sum())
            kl.add(group, cost[i], 1.0)
    figures = {**right.named("token_accuracy"), **onsets.named("onset_accuracy"), **kl.named("kl_nats")}
    figures["windows"] = len(windows)
    four_four = np.flatnonzero([windows.shapes[owner].bar_steps == 16 for owner in windows.owners])
    if len(four_four):
        positions = windows.batch(four_four[:1]).positions
        real = windows.batch(four_four[:: max(1, len(four_four) // GENERATED)]).tokens
        figures |= {f"data_{name}": value for name, value in _manner(real).items()}
        figures |= {f"generated_{name}": value for name, value in _manner(_generated(singer, positions)).items()}
    return figures


def _generated(singer: MelodyVae, positions: Ints) -> Ints:
    chance, rng = Chance(0, 1.0), np.random.default_rng(0)
    noise = chance.ideas(GENERATED, 1, singer.latent_size)[:, 0]
    latents = singer.imagine(noise, chance.kinds(GENERATED), 0.5, family=0)
    at = np.broadcast_to(positions, (GENERATED, *positions.shape[1:]))
    bias = np.zeros((GENERATED, STEPS, TOKENS), np.float32)
    return singer.play(latents, at, bias, 1.0, rng.random((GENERATED, STEPS), np.float32))


def _manner(tokens: Ints) -> dict[str, float]:
    """Of windows of two bars [N, 32]."""
    onsets, intervals, repeats, silent, in_scale, degenerate = [], [], [], [], [], 0
    for row in tokens:
        pitches = row[row >= FIRST_PITCH] - FIRST_PITCH + LOWEST_PITCH
        onsets.append(len(pitches) / 2)
        degenerate += len(pitches) < 2 or len(pitches) == len(row)
        told = np.maximum.accumulate(np.where(row != HOLD, np.arange(len(row)), 0))
        silent.append(float((row[told] < FIRST_PITCH).mean()))
        if len(pitches) >= 2:
            steps = np.abs(np.diff(pitches))
            intervals.append(float(steps.mean()))
            repeats.append(float((steps == 0).mean()))
            in_scale.append(scale_consistency(pitches.tolist()))
    return {
        "onsets": float(np.mean(onsets)),
        "interval": float(np.mean(intervals)),
        "repeats": float(np.mean(repeats)),
        "silence": float(np.mean(silent)),
        "scale_consistency": float(np.mean(in_scale)),
        "degenerate": degenerate / len(tokens),
    }


def melody_continuation_figures(model: LoadedModel, tunes: Sequence[Tune]) -> dict[str, float]:
    """Two bars after two bars, without chords. nll_per_event: nats of the true token of a step, given all before.
    onset_accuracy: of the steps on which a note begins, those on which its pitch is the most likely token, given all
    before. scale_consistency: of the primer with the continuation at temperature 1; data_...: with the true one.
    ..._with_chords: of the tunes that have chords, told to the model; chord_tone_rate: onsets of the continuation at
    temperature 1 on a pitch class of the chord that sounds; ..._without_chords: on the same tunes, chords not told."""
    windows = MelodyWindows(on_grid(tunes)[0], bars=2 * PRIMER_BARS)
    singer = MelodyContinuation(ModelUse(model))
    rng = np.random.default_rng(0)
    without = ("nll", "onsets", "scale", "data_scale")
    beside_chords = ("chord_nll", "plain_nll", "chord_tones", "plain_tones", "data_tones")
    tallies = {name: Tally() for name in (*without, *beside_chords)}
    every = max(1, len(windows) // CONTINUED)
    which = range(0, len(windows), every)
    for index in which:
        batch = windows.batch(np.array([index]))
        owner = windows.owners[index]
        shape, group = windows.shapes[owner], windows.tunes[owner].group
        heard = PRIMER_BARS * shape.bar_steps
        tokens, harmony = batch.tokens[0, : 2 * heard], batch.harmony[0, : 2 * heard]
        primer, truth = tokens[:heard], tokens[heard:]
        none = np.zeros_like(harmony)
        nats = singer.nats(primer, truth, none[:heard], none[heard:], shape)
        tallies["nll"].add(group, nats.sum(), heard)
        likely = singer.likely(primer, truth, none[:heard], none[heard:], shape)
        onset = truth >= FIRST_PITCH
        tallies["onsets"].add(group, (likely == truth)[onset].sum(), onset.sum())
        uniform = rng.random((1, heard), np.float32)
        free = singer.play(primer, none[:heard], none[heard:], shape, _no_bias(heard), 1.0, uniform)[0]
        for name, played in (("scale", free), ("data_scale", truth)):
            pitches = _pitches(np.concatenate((primer, played)))
            if len(pitches):
                tallies[name].add(group, scale_consistency(pitches), 1.0)
        if not harmony[heard:].any():
            continue
        with_chords = singer.nats(primer, truth, harmony[:heard], harmony[heard:], shape)
        tallies["chord_nll"].add(group, with_chords.sum(), heard)
        tallies["plain_nll"].add(group, nats.sum(), heard)
        told = singer.play(primer, harmony[:heard], harmony[heard:], shape, _no_bias(heard), 1.0, uniform)[0]
        for name, played in (("chord_tones", told), ("plain_tones", free), ("data_tones", truth)):
            tallies[name].add(group, *_chord_tones(played, harmony[heard:]))
    return {
        **tallies["nll"].named("nll_per_event"),
        **tallies["onsets"].named("onset_accuracy"),
        **tallies["scale"].named("scale_consistency"),
        **tallies["data_scale"].named("data_scale_consistency"),
        "windows": len(which),
        **tallies["chord_nll"].named("nll_per_event_with_chords"),
        **tallies["plain_nll"].named("nll_per_event_without_chords"),
        **tallies["chord_tones"].named("chord_tone_rate"),
        **tallies["plain_tones"].named("chord_tone_rate_without_chords"),
        **tallies["data_tones"].named("data_chord_tone_rate"),
    }


def _no_bias(steps: int) -> Floats:
    return np.zeros((1, steps, TOKENS), np.float32)


def _pitches(tokens: Ints) -> list[int]:
    pitches: list[int] = (tokens[tokens >= FIRST_PITCH] - FIRST_PITCH + LOWEST_PITCH).tolist()
    return pitches


def _chord_tones(tokens: Ints, harmony: Floats) -> tuple[float, float]:
    """Onsets on a pitch class that sounds, and onsets while any does."""
    steps = np.flatnonzero((tokens >= FIRST_PITCH) & harmony[:, :12].any(1))
    classes = (tokens[steps] - FIRST_PITCH + LOWEST_PITCH) % 12
    return float(harmony[steps, classes].sum()), float(len(steps))
