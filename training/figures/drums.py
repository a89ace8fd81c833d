"""How well the drum VAE reconstructs, interpolates and invents, on windows of 4/4.

Decoding is from the latent's mean, at temperature 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from bridge.models.drum_grid import CLASSES
from bridge.models.drum_vae import DrumVae, Played
from bridge.models.engine import LoadedModel
from bridge.models.grid import STEPS
from bridge.models.model_use import ModelUse
from bridge.skills.chance import Chance
from bridge.skills.latent import slerp
from training.chunks import chunks
from training.data.drum_windows import Windows
from training.data.performance import Performance
from training.figures.bootstrap import interval

__all__ = [
    "SIXTEENTH_MS", "Tally", "TokenLanguage", "drum_vae_figures", "four_four", "interpolation_figures",
    "zero_offset_figures",
]  # fmt: skip

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

SIXTEENTH_MS = 15000.0  # over the tempo in BPM
INTERPOLATIONS = 200
INTERPOLATION_POINTS = 11
GENERATED = 1000


def four_four(performances: Sequence[Performance]) -> Windows:
    return Windows([p for p in performances if str(p.meter) == "4/4"])


class Tally:
    """A figure that is a ratio of sums, kept by file: its value, and the interval that other files would move it in."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[float, float]] = {}

    def add(self, file: str, numerator: float, denominator: float) -> None:
        before = self._sums.get(file, (0.0, 0.0))
        self._sums[file] = (before[0] + float(numerator), before[1] + float(denominator))

    @property
    def value(self) -> float:
        """0 where there is nothing to count."""
        numerators, denominators = (sum(column) for column in zip(*self._sums.values(), (0.0, 0.0), strict=True))
        return float(numerators / max(denominators, 1e-9))

    def named(self, name: str) -> dict[str, float]:
        """NAME, and NAME_low and NAME_high: the 95 % interval by bootstrap over files; nothing where there is nothing
        to count, such as the chord tones of tunes without chords."""
        if not any(denominator for _, denominator in self._sums.values()):
            return {}
        low, high = interval(list(self._sums.values()))
        return {name: self.value, f"{name}_low": low, f"{name}_high": high}

    def __str__(self) -> str:
        figures = list(self.named("").values())
        return "{:.4f} ({:.4f} to {:.4f})".format(*figures) if figures else "nothing to count"


class TokenLanguage:
    """A plain language model of hits, to ask whether a clip is like any drummer's: a step's combination of hits given
    the step before and the position in the bar, backing off to the position alone, counted over the training set.
    """

    def __init__(self, hits: Floats) -> None:
        tokens = tokens_of(hits)
        self._pairs: Counter[tuple[int, int, int]] = Counter()
        self._befores: Counter[tuple[int, int]] = Counter()
        self._singles: Counter[tuple[int, int]] = Counter()
        for row in tokens:
            for step, (before, token) in enumerate(zip([0, *row[:-1]], row, strict=True)):
                position = step % 16
                self._pairs[position, before, token] += 1
                self._befores[position, before] += 1
                self._singles[position, token] += 1
        self._windows = 2 * len(tokens)

    @classmethod
    def of(cls, windows: Windows) -> TokenLanguage:
        return cls(windows.plain(np.arange(len(windows))).cells[..., :CLASSES])

    def nats(self, hits: Floats) -> Floats:
        """[N, 32, 9] -> nats of each window [N]."""
        costs = []
        for row in tokens_of(hits):
            cost = 0.0
            for step, (before, token) in enumerate(zip([0, *row[:-1]], row, strict=True)):
                position = step % 16
                single = (self._singles[position, token] + 1.0 / 512) / (self._windows + 1.0)
                # Ten imagined observations of the plain distribution.
                pair = (self._pairs[position, before, token] + 10.0 * single) / (self._befores[position, before] + 10.0)
                cost -= float(np.log(pair))
            costs.append(cost)
        return np.array(costs, np.float32)


def tokens_of(hits: Floats) -> list[list[int]]:
    tokens: list[list[int]] = (hits.astype(np.int64) @ (2 ** np.arange(CLASSES))).tolist()
    return tokens


def zero_offset_figures(windows: Windows) -> dict[str, float]:
    """The baseline that plays every hit on the grid: MAE in ms and MSE in sixteenths squared, per true hit."""
    errors_ms, squares = [], []
    for chunk in chunks(np.arange(len(windows))):
        hits, _, offset = np.split(windows.plain(chunk).cells, 3, axis=2)
        tempo = windows.tempos_bpm[windows.owners[chunk]][:, None, None]
        errors_ms.append(np.broadcast_to(np.abs(offset) * SIXTEENTH_MS / tempo, hits.shape)[hits > 0])
        squares.append(offset[hits > 0] ** 2)
    return {
        "timing_mae_ms": float(np.concatenate(errors_ms).mean()),
        "timing_mse_16ths2": float(np.concatenate(squares).mean()),
    }


def drum_vae_figures(model: LoadedModel, windows: Windows, language: TokenLanguage | None) -> dict[str, float]:
    """hit_f1: of all cells. exact_step_accuracy: steps whose nine classes are all right. velocity_mae (0-127) and
    timing_mae_ms: of hits that were played and reconstructed. kl_nats: per window, of the posterior from N(0, 1).
    """
    drummer = DrumVae(ModelUse(model))
    latents = []
    found, exact, louder, late, nats = Tally(), Tally(), Tally(), Tally(), Tally()
    for chunk in chunks(np.arange(len(windows))):
        batch = windows.plain(chunk)
        mean, deviation = drummer.posterior(batch.cells, batch.positions)
        latents.append(mean)
        cost = 0.5 * (mean**2 + deviation**2 - 1.0 - 2.0 * np.log(deviation)).sum(1)
        hits, velocity, offset = np.split(batch.cells, 3, axis=2)
        played = _most_likely(drummer, mean, batch.positions)
        both = hits * played.hits
        milliseconds = SIXTEENTH_MS / windows.tempos_bpm[windows.owners[chunk]][:, None, None]
        for file, *sums in zip(
            [windows.files[owner] for owner in windows.owners[chunk]],
            both.sum((1, 2)),
            (hits + played.hits).sum((1, 2)),
            (hits == played.hits).all(2).sum(1),
            (127.0 * np.abs(velocity - played.velocity) * both).sum((1, 2)),
            (np.abs(offset - played.offset) * milliseconds * both).sum((1, 2)),
            cost,
            strict=True,
        ):
            same, either, right, velocity_error, timing_error_ms, kl = sums
            found.add(file, 2.0 * same, either)
            exact.add(file, right, STEPS)
            louder.add(file, velocity_error, same)
            late.add(file, timing_error_ms, same)
            nats.add(file, kl, 1.0)
    figures = {
        **found.named("hit_f1"),
        **exact.named("exact_step_accuracy"),
        **louder.named("velocity_mae"),
        **late.named("timing_mae_ms"),
        **nats.named("kl_nats"),
        "windows": len(windows),
    }
    if language is not None:

        def likeliest(at: Floats, positions: Ints) -> Floats:
            return _most_likely(drummer, at, positions).hits

        figures |= interpolation_figures(np.concatenate(latents), windows, language, likeliest)
        figures |= _generation_figures(drummer, windows, language)
    return figures


def interpolation_figures(
    latents: Floats, windows: Windows, language: TokenLanguage, hits_of: Callable[[Floats, Ints], Floats]
) -> dict[str, float]:
    """Along the slerp between pairs of windows of different performances, 11 points. `latents` [windows, latent];
    `hits_of`: what is played most likely, [N, 32, 9], of latents [N, latent] and positions [N, 32, 2].

    interpolation_monotone: the share of steps along the way on which the Hamming distance to the first end does not
    shrink. interpolation_largest_jump: the largest such step, as a share of the distance between the ends (0.1 would be
    even). interpolation_cost_ratio: the language model's nats of the points between, over those of the ends.
    """
    rng = np.random.default_rng(0)
    monotone, jumps, between, ends = [], [], [], []
    for a, b in rng.integers(len(latents), size=(INTERPOLATIONS, 2)):
        if windows.owners[a] == windows.owners[b]:
            continue
        ways = np.linspace(0.0, 1.0, INTERPOLATION_POINTS)
        path = np.concatenate([slerp(latents[a : a + 1], latents[b : b + 1], float(t)) for t in ways])
        positions = np.broadcast_to(windows.plain(np.array([a])).positions, (len(path), STEPS, 2))
        hits = hits_of(path, positions)
        distance = np.abs(hits - hits[:1]).sum((1, 2))
        steps = np.diff(distance)
        monotone.append(float((steps >= 0).mean()))
        jumps.append(float(np.abs(np.diff(hits, axis=0)).sum((1, 2)).max() / max(1.0, distance[-1])))
        cost = language.nats(hits)
        between.append(cost[1:-1].mean())
        ends.append((cost[0] + cost[-1]) / 2)
    return {
        "interpolation_monotone": float(np.mean(monotone)),
        "interpolation_largest_jump": float(np.mean(jumps)),
        "interpolation_cost_ratio": float(np.mean(between) / np.mean(ends)),
    }


def _generation_figures(drummer: DrumVae, windows: Windows, language: TokenLanguage) -> dict[str, float]:
    """Of 1,000 new windows at temperature 1 and density 0.5, beside the windows of the data.

    generated_cost_ratio: the language model's nats over those of the data. generated_degenerate: the share that is
    empty, one hit, or full. generated_hits and data_hits: per bar. generated_repeat and data_repeat: hits that are in
    one bar of the two and not in the other, over all hits.
    """
    rng = np.random.default_rng(0)
    chance = Chance(0, 1.0)
    noise = chance.ideas(GENERATED, 1, drummer.latent_size)[:, 0]
    latents = drummer.imagine(noise, chance.kinds(GENERATED), 0.5, family=0)
    first = windows.plain(np.array([0])).positions
    played = drummer.play(
        latents,
        np.broadcast_to(first, (GENERATED, STEPS, 2)),
        np.zeros((GENERATED, STEPS, CLASSES), np.float32),
        1.0,
        rng.random((GENERATED, STEPS), np.float32),
        np.zeros((GENERATED, STEPS, 2 * CLASSES), np.float32),
    )
    number = played.hits.sum((1, 2))
    real = windows.plain(rng.choice(len(windows), min(GENERATED, len(windows)), replace=False)).cells[..., :CLASSES]
    return {
        "generated_cost_ratio": float(language.nats(played.hits).mean() / language.nats(real).mean()),
        "generated_degenerate": float(((number <= 1) | (number >= 0.8 * STEPS * CLASSES)).mean()),
        "generated_hits": float(number.mean() / 2),
        "data_hits": float(real.sum((1, 2)).mean() / 2),
        "generated_repeat": _repeat(played.hits),
        "data_repeat": _repeat(real),
    }


def _repeat(hits: Floats) -> float:
    changed = np.abs(hits[:, :16] - hits[:, 16:]).sum((1, 2))
    return float((changed / np.maximum(hits.sum((1, 2)), 1.0)).mean())


def _most_likely(drummer: DrumVae, latents: Floats, positions: Ints) -> Played:
    n = len(latents)
    zeros = np.zeros((n, STEPS, 2 * CLASSES), np.float32)
    return drummer.play(latents, positions, zeros[..., :CLASSES], 0.0, zeros[..., 0], zeros)
