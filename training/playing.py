"""What the bridge must know of a model's weights to play them, measured: the facts that `bridge.models.kinds` names.

    python -m training.playing MODEL [MODEL ...] --data PATH [PATH ...] [--write]

`training.train` measures every model that it makes. The command does so again, as after a change in a skill: it prints
each fact as it is measured and as the file's card has it, and with --write the card gets the measured ones. MODEL is an
.onnx file, PATH the data that it was trained on, drums or melodies.

The facts of the shipped VAEs and continuations are older than this file: they were set by hand, by what clips become.
What counts as enough here was set so that they come out again, or nearly, so that models to come are played alike.
"""

from __future__ import annotations

import argparse
import sys
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bridge.errors import BadFile, Refusal
from bridge.models import drum_grid
from bridge.models.card import Playing
from bridge.models.door import Inference, Tensors
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_grid import CLASSES
from bridge.models.drum_vae import DrumVae
from bridge.models.drumify import Drumify
from bridge.models.engine import Engine
from bridge.models.grid import PAD_POSITION, nearest_step, window
from bridge.models.kinds import KINDS
from bridge.models.melody_continuation import MelodyContinuation
from bridge.models.melody_grid import FIRST_PITCH
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.music.clip import Clip
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import FOUR_FOUR
from bridge.skills.chance import Chance
from bridge.skills.continue_drums import continue_drums
from bridge.skills.continue_melody import continue_melody
from bridge.skills.drumify import drumify
from bridge.skills.drumming import Drums
from bridge.skills.lock import OPEN
from bridge.skills.melodies import Melodies
from bridge.skills.player import Player, in_rows, joined
from bridge.skills.vary import vary
from training.chunks import chunks
from training.data.drum_data import read_drums
from training.data.drum_windows import Windows
from training.data.excerpts import of_performance, of_tune, taps
from training.data.melody_windows import MelodyWindows, on_grid
from training.data.performance import Performance
from training.data.tunes import Tune, read_tunes, tunes_of_split
from training.graphs.card import change_card

__all__ = ["main", "measured"]

CLIPS = 48
"""By which a model is measured, evenly out of all that there are."""
BARS = 2
LEAST_NOTES = 3
TEMPO_BPM = 120.0
"""Of melodies, whose skills do not ask."""
WINDOWS_AT_ONCE = 4096
VARIATIONS = 4
MOST_VARIATIONS = 16
"""The most that a musician can ask for."""
CAME_BACK = 0.998
"""Of clips at temperature 1, leant towards their own notes: next to a corner of a blend hardly one jumps."""
DENSITIES = (0.1, 0.3, 0.5, 0.7, 0.9)
RARE = 16
"""To find what is as rare, so many times the clips."""
FULL_ENOUGH = 0.7
"""Of the onsets that densities ask for."""
FIRST_AMOUNT, FIRST_CHANGE = 0.1, 0.025
"""Of variations at this amount, in the median clip, so many notes may have come or gone, of one that was there: fewer
is not felt, more is a jump."""
DIFFERENT = {"drum_continuation": 15.0, "melody_continuation": 15.0, "drumify": 15.99}
"""Of the most variations at temperature 0, so many are no other's double, on average. A taste that parts the last ones
leads away from what is likely; drums to a rhythm are bound by it."""
COOL = (0.25, 0.5, 0.75)


def measured(model: Inference, training: Sequence[Any], validation: Sequence[Any], clips: int = CLIPS) -> Playing:
    """The facts that the model's kind names, whatever its card says of them.

    training and validation: performances for drums, tunes for melodies. `clips` of the validation are played, or of the
    training where those have no notes. Raises BadFile where neither has.
    """
    if model.card.kind not in _MEASURES:
        return {}
    cut = _grooves if model.card.codec == drum_grid.NAME else _lines
    held = cut(validation, RARE * clips) or cut(training, RARE * clips)
    if not held:
        raise BadFile(f"No {BARS} bars of what was trained on have {LEAST_NOTES} notes: give more music.")
    return _MEASURES[model.card.kind](_Told(model), training, held, clips)


class _Told:
    """The model with a card whose facts are there, and say nothing."""

    def __init__(self, model: Inference) -> None:
        facts = KINDS[model.card.kind].playing
        neutral = {name: 0.0 if fact.numbers == 1 else (0.0,) * fact.numbers for name, fact in facts.items()}
        self.card = replace(model.card, playing=neutral)
        self.sha256 = model.sha256
        self._model = model

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]], limit_seconds: float) -> Tensors:
        return self._model.run(inputs, limit_seconds)


# Drums and melodies to measure by.


def _evenly(rows: Sequence[Any], most: int) -> list[Any]:
    """At most so many, evenly out of all."""
    return [rows[i * len(rows) // most] for i in range(most)] if len(rows) > most else list(rows)


Held = Sequence[tuple[float, Clip]]
"""Tempos and clips."""


def _grooves(drums: Sequence[Performance], most: int) -> Held:
    bars = [(p, bar) for p in drums for bar in range(len(p.cells) // p.bar_steps - BARS + 1)]
    found = [(p.tempo_bpm, of_performance(p, bar, BARS)) for p, bar in _evenly(bars, 2 * most)]
    return _evenly([one for one in found if len(one[1].notes) >= LEAST_NOTES], most)


def _lines(tunes: Sequence[Tune], most: int) -> Held:
    bars = [(tune, bar) for tune in on_grid(tunes)[0] for bar in range(tune.bars - BARS + 1)]
    found = [(TEMPO_BPM, of_tune(tune, bar, BARS)) for tune, bar in _evenly(bars, 2 * most)]
    return _evenly([one for one in found if len(one[1].notes) >= LEAST_NOTES], most)


# A VAE, by the player that its skills have.


def _drum_vae(model: _Told, training: Sequence[Performance], held: Held, most: int) -> Playing:
    windows = Windows(training)
    onsets, steps = [], []
    for chunk in chunks(np.arange(len(windows)), WINDOWS_AT_ONCE):
        batch = windows.plain(chunk)
        onsets.append(batch.cells[..., :CLASSES].sum((1, 2), dtype=np.float64))
        steps.append((batch.positions[..., 0] != PAD_POSITION).sum(1))
    player = Drums(DrumVae(ModelUse(model)), [GENERAL_MIDI])
    return _vae(player, np.concatenate(onsets) / np.concatenate(steps), held, most)


def _melody_vae(model: _Told, training: Sequence[Tune], held: Held, most: int) -> Playing:
    windows = MelodyWindows(on_grid(training)[0])
    onsets, steps = [], []
    for chunk in chunks(np.arange(len(windows)), WINDOWS_AT_ONCE):
        batch = windows.batch(chunk)
        onsets.append((batch.tokens >= FIRST_PITCH).sum(1, dtype=np.float64))
        steps.append((batch.positions[..., 0] != PAD_POSITION).sum(1))
    player = Melodies(MelodyVae(ModelUse(model)))
    return _vae(player, np.concatenate(onsets) / np.concatenate(steps), held, most)


def _vae(player: Player[Any], fullness: npt.NDArray[np.float64], held: Held, most: int) -> Playing:
    """`fullness` of every window that was trained on, in onsets a step. Each fact is measured with those before it."""
    clips = [clip for _, clip in held]
    deciles = np.quantile(fullness, np.linspace(0.0, 1.0, 11))
    player.fullness = tuple(round(float(onsets), 2) for onsets in deciles)
    player.leaning_nats = _leaning(player, clips)
    player.cold_ideas = _cold_ideas(player)
    player.way = _way(player, _evenly(clips, most))
    return {name: getattr(player, name) for name in ("fullness", "way", "cold_ideas", "leaning_nats")}


def _leaning(player: Player[Any], clips: Sequence[Clip]) -> float:
    """With which windows come back at temperature 1."""
    takes = [player.takes([clip], clip.length_beats)[0] for clip in clips]

    def come_back(nats: float) -> bool:
        player.leaning_nats = nats
        same = []
        for seed, take in enumerate(takes):
            chance, leaning = Chance(seed, 1.0), player.leaning([take], [1.0], take.windows)
            played = player.play(
                np.tile(take.latents, (VARIATIONS, 1)),
                take.window,
                np.tile(leaning, (VARIATIONS, 1, 1)),
                1.0,
                in_rows(chance.hits(VARIATIONS, take.windows)),
                in_rows(chance.feel(VARIATIONS, take.windows)),
            )
            own, *_ = player.own(take)
            for i in range(VARIATIONS):
                again, *_ = joined(played, take.window, i * take.windows, take.windows)
                same.append(np.array_equal(again, own))
        return float(np.mean(same)) >= CAME_BACK

    return _least(0.0, 20.0, 1.0, come_back)


def _cold_ideas(player: Player[Any]) -> float:
    """With which new clips at temperature 0 have the notes that their density asks for."""
    shape, chance = window(FOUR_FOUR), Chance(0, 1.0)
    rows = 4 * MOST_VARIATIONS
    noise, kinds = in_rows(chance.ideas(rows, 1, player.latent_size)), chance.kinds(rows)
    still = np.zeros_like(in_rows(chance.hits(rows, 1))), np.zeros_like(in_rows(chance.feel(rows, 1)))
    tenths = np.linspace(0.0, 1.0, len(player.fullness))

    def full_enough(much: float) -> bool:
        played, wanted = 0.0, 0.0
        for density in DENSITIES:
            latents = player.imagine(np.asarray(much * noise, np.float32), kinds, density, shape)
            parts = player.play(latents, shape, player.leaning((), (), rows), 0.0, *still)
            played += player.begun(parts).sum(1).mean()
            wanted += shape.steps * np.interp(density, tenths, player.fullness)
        return played >= FULL_ENOUGH * wanted

    return _least(0.0, 1.0, 0.25, full_enough)


def _way(player: Player[Any], clips: Sequence[Clip]) -> float:
    """By which variations begin to be felt at FIRST_AMOUNT, and not before."""

    def still(way: float) -> bool:
        player.way = way
        changes = []
        for seed, clip in enumerate(clips):
            made = vary(player, clip, amount=FIRST_AMOUNT, variations=VARIATIONS, temperature=1.0, seed=seed)
            own = _notes(clip)
            changes.append(np.mean([len(_notes(other) ^ own) for other in made]) / len(own))
        return float(np.median(changes)) <= FIRST_CHANGE

    return _least(0.05, 3.0, 0.05, still)


# What plays on and on, by its skill.


def _taste(kind: str, model: Any, play: Callable[[float, Clip], Sequence[Clip]], clips: Held) -> float:
    """With which the most variations at temperature 0 differ: `play` makes them."""

    def differ(nats: float) -> bool:
        model.taste_nats = nats
        return float(np.mean([len(set(map(_notes, play(*one)))) for one in clips])) >= DIFFERENT[kind]

    return _least(0.0, 6.0, 0.1, differ)


def _drum_continuation(model: _Told, training: object, held: Held, most: int) -> Playing:
    drummer = DrumContinuation(ModelUse(model))

    def play(tempo_bpm: float, clip: Clip) -> Sequence[Clip]:
        return continue_drums(
            drummer, clip, GENERAL_MIDI, length_bars=BARS, with_primer=False, variations=MOST_VARIATIONS,
            temperature=0.0, seed=0, tempo_bpm=tempo_bpm,
        )  # fmt: skip

    return {"taste_nats": _taste("drum_continuation", drummer, play, _evenly(held, most))}


def _drumify(model: _Told, training: object, held: Held, most: int) -> Playing:
    drummer = Drumify(ModelUse(model))

    def play(tempo_bpm: float, clip: Clip) -> Sequence[Clip]:
        return drumify(
            drummer, taps(clip), GENERAL_MIDI, use_velocity=True, use_timing=True, density=0.5,
            variations=MOST_VARIATIONS, temperature=0.0, seed=0, tempo_bpm=tempo_bpm,
        )  # fmt: skip

    return {"taste_nats": _taste("drumify", drummer, play, _evenly(held, most))}


def _melody_continuation(model: _Told, training: object, held: Held, most: int) -> Playing:
    singer, primers = MelodyContinuation(ModelUse(model)), _evenly(held, most)

    def play(temperature: float, clip: Clip, variations: int = MOST_VARIATIONS) -> Sequence[Clip]:
        return continue_melody(
            singer, clip, chords=None, lock=OPEN, length_bars=BARS, with_primer=False, variations=variations,
            temperature=temperature, seed=0,
        )  # fmt: skip

    def notes(temperature: float) -> float:
        return float(np.mean([len(made.notes) for _, clip in primers for made in play(temperature, clip, VARIATIONS)]))

    def as_many(nats: float) -> bool:
        singer.onset_nats = nats
        return float(np.mean([notes(temperature) for temperature in COOL])) >= warm

    warm = notes(1.0)
    singer.onset_nats = _least(-3.0, 6.0, 0.1, as_many)
    taste_nats = _taste("melody_continuation", singer, lambda _, clip: play(0.0, clip), primers)
    return {"taste_nats": taste_nats, "onset_nats": singer.onset_nats}


def _notes(clip: Clip) -> frozenset[tuple[int, int]]:
    return frozenset((nearest_step(note.start_beats), note.pitch) for note in clip.notes)


def _least(low: float, high: float, step: float, enough: Callable[[float], bool]) -> float:
    """The least number from `low` to `high` that is enough, where above it all are; `high` where none is."""
    numbers = [round(low + i * step, 2) for i in range(round((high - low) / step) + 1)]
    return numbers[bisect_left(numbers, True, hi=len(numbers) - 1, key=enough)]


_MEASURES: dict[str, Callable[[_Told, Any, Held, int], Playing]] = {
    "drum_vae": _drum_vae,
    "melody_vae": _melody_vae,
    "drum_continuation": _drum_continuation,
    "melody_continuation": _melody_continuation,
    "drumify": _drumify,
}


def _music(paths: Sequence[Path], codec: str) -> tuple[Sequence[Any], Sequence[Any]]:
    """Training and validation. Raises Refusal."""
    if codec == drum_grid.NAME:
        return read_drums(paths, "train")[0], read_drums(paths, "validation")[0]
    tunes = read_tunes(paths, "all")[0]
    return tunes_of_split(tunes, "train"), tunes_of_split(tunes, "validation")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL")
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="PATH")
    parser.add_argument("--write", action="store_true", help="put what is measured into the cards")
    given = parser.parse_args(arguments)
    music: dict[str, tuple[Sequence[Any], Sequence[Any]]] = {}
    try:
        for path in given.models:
            model = Engine().load(path.read_bytes(), path.name)
            if model.card.codec not in music:
                music[model.card.codec] = _music(given.data, model.card.codec)
            facts = measured(model, *music[model.card.codec])
            for name, number in facts.items():
                print(f"{path.name}: {name} {_shown(number)}, in the card {_shown(model.card.playing[name])}")
            if given.write and facts:
                change_card(path, playing=facts)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _shown(fact: float | tuple[float, ...]) -> str:
    return " ".join(f"{number:g}" for number in (fact if isinstance(fact, tuple) else (fact,)))


if __name__ == "__main__":
    sys.exit(main())
