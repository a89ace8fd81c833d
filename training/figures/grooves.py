"""How well humanise, drumify and the drum continuation do what drummers do, on windows of 4/4.

Definitions and what they are held against: 16th grid, two bars with a hop of one; where two hits of one class share a
cell the louder stays; offset = onset - grid in sixteenths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_grid import CLASSES, Cells
from bridge.models.drumify import Drumify, taps_of
from bridge.models.engine import LoadedModel
from bridge.models.grid import STEPS, window
from bridge.models.humanise import Humanise
from bridge.models.model_use import ModelUse
from training.data.drum_sequences import Sequences
from training.data.drum_windows import Batch, Windows
from training.figures.drums import SIXTEENTH_MS, Tally

__all__ = ["drum_continuation_figures", "drumify_figures", "groove_consistency", "humanise_figures"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# Where F1 is best on GMD's validation split, of the model with its memory; the same for all other data.
THRESHOLD, THRESHOLD_WITHOUT_VELOCITY = 0.35, 0.34
LEAST_CHANCE = 1e-6
LEAST_SPREAD = 1e-3
ROWS = 64


def _by_performance(windows: Windows) -> Iterator[tuple[str, Batch]]:
    """The file and some of the windows of one performance, which has one tempo."""
    for owner in np.unique(windows.owners):
        which = np.flatnonzero(windows.owners == owner)
        for start in range(0, len(which), ROWS):
            yield windows.files[owner], windows.plain(which[start : start + ROWS])


def humanise_figures(model: LoadedModel, windows: Windows) -> dict[str, float]:
    """timing_mae_ms, timing_mse_16ths2 and velocity_mae (0-127): of the medians, per true hit. timing_spread_ratio: the
    standard deviation of drawn offsets, in sixteenths, over that of the drummers'; velocity_spread_ratio alike."""
    drummer = Humanise(ModelUse(model))
    rng = np.random.default_rng(0)
    late, square, louder = Tally(), Tally(), Tally()
    files, drawn, true = [], [], []
    for file, batch in _by_performance(windows):
        hits, velocity, offset = np.split(batch.cells, 3, axis=2)
        tempo_bpm = float(batch.tempos_bpm[0])
        noise = rng.standard_normal((len(batch), STEPS, 2 * CLASSES), np.float32)
        medians = drummer.play(hits, batch.positions, tempo_bpm, np.zeros_like(noise))
        wrong = (offset - medians.offset)[hits > 0].astype(np.float64)
        late.add(file, np.abs(wrong).sum() * SIXTEENTH_MS / tempo_bpm, len(wrong))
        square.add(file, (wrong**2).sum(), len(wrong))
        louder.add(file, 127.0 * np.abs(velocity - medians.velocity)[hits > 0].sum(), len(wrong))
        played = drummer.play(hits, batch.positions, tempo_bpm, noise)
        files.append(file)
        drawn.append(np.stack((played.offset[hits > 0], played.velocity[hits > 0])))
        true.append(np.stack((offset[hits > 0], velocity[hits > 0])))
    return {
        **late.named("timing_mae_ms"),
        **square.named("timing_mse_16ths2"),
        **louder.named("velocity_mae"),
        **_spread("timing_spread_ratio", files, [feel[0] for feel in drawn], [feel[0] for feel in true]),
        **_spread("velocity_spread_ratio", files, [feel[1] for feel in drawn], [feel[1] for feel in true]),
        "windows": len(windows),
    }


def _spread(name: str, files: Sequence[str], drawn: Sequence[Floats], true: Sequence[Floats]) -> dict[str, float]:
    """The standard deviation of what was drawn over that of what was played, at the same hits; for its interval the
    means of all files stay, and only the deviations from them are drawn anew."""
    squares = Tally()
    middles = [np.concatenate(values).mean() for values in (drawn, true)]
    for file, *values in zip(files, drawn, true, strict=True):
        wide = [((hits - middle) ** 2).sum() for hits, middle in zip(values, middles, strict=True)]
        # Clips that were programmed on the grid have no spread to compare with.
        squares.add(file, wide[0], max(wide[1], len(values[1]) * LEAST_SPREAD**2))
    return {key: value**0.5 for key, value in squares.named(name).items()}


def drumify_figures(model: LoadedModel, windows: Windows) -> dict[str, float]:
    """f1: of the drums whose chance is above a threshold that was fixed on validation, all cells together. bce: nats a
    cell, of all 32 x 9. cell_accuracy: at the same threshold. Taps are any hit on a step, with the loudest one's
    velocity and without its timing; ..._without_velocity: without both; f1_with_timing: with both."""
    drummer = Drumify(ModelUse(model))
    figures: dict[str, float] = {}
    for ending, velocity, timing, threshold in (
        ("", True, False, THRESHOLD),
        ("_without_velocity", False, False, THRESHOLD_WITHOUT_VELOCITY),
        ("_with_timing", True, True, THRESHOLD),
    ):
        both, cost, right = Tally(), Tally(), Tally()
        for file, batch in _by_performance(windows):
            hits = batch.cells[..., :CLASSES]
            flat = Cells(*np.split(batch.cells.reshape(-1, 3 * CLASSES), 3, axis=1))
            taps = taps_of(flat, velocity=velocity, timing=timing).reshape(len(batch), STEPS, -1)
            chance = drummer.chances(taps, batch.positions, float(batch.tempos_bpm[0]))
            found = chance > threshold
            both.add(file, 2.0 * (found * hits).sum(), found.sum() + hits.sum())
            sure = np.clip(chance.astype(np.float64), LEAST_CHANCE, 1.0 - LEAST_CHANCE)
            cost.add(file, -np.where(hits > 0, np.log(sure), np.log1p(-sure)).sum(), hits.size)
            right.add(file, (found == (hits > 0)).sum(), hits.size)
        figures |= both.named(f"f1{ending}") | cost.named(f"bce{ending}") | right.named(f"cell_accuracy{ending}")
    return {**figures, "windows": len(windows)}


def groove_consistency(hits: Floats, bar_steps: int) -> float:
    """Of hits [steps, 9] in whole bars, two or more: 1 less the share of steps on which one bar has an onset and the
    next has none, or the other way round. MusPy's (Wu, Yang 2020)."""
    onsets = hits.max(1).reshape(-1, bar_steps)
    return float(1.0 - np.abs(np.diff(onsets, axis=0)).mean())


def drum_continuation_figures(model: LoadedModel, sequences: Sequences) -> dict[str, float]:
    """Two bars after two bars. nll_per_step: nats of the true combination of drums, given all before. hit_f1: of the
    continuation at temperature 0. groove_consistency: of the last bar of the primer and the two after it, drawn at
    temperature 1; data_...: of the drummers' own. copy_...: of the primer played again."""
    drummer = DrumContinuation(ModelUse(model))
    shape = window(sequences.performances[0].meter)
    steps, bar = STEPS, shape.bar_steps
    rng = np.random.default_rng(0)
    cost, found, copied, drawn_groove, true_groove, copied_groove = (Tally() for _ in range(6))
    for row in range(len(sequences)):
        runs = sequences.plain(np.array([row]), 2 * steps)
        file, tempo_bpm = sequences.performances[sequences.owners[row]].file, float(runs.tempos_bpm[0])
        primer, truth = runs.cells[0, :steps], runs.cells[0, steps:]
        cost.add(file, drummer.nats(primer, truth, shape, tempo_bpm).sum(), steps)
        none = np.zeros((1, steps, 2 * CLASSES), np.float32)
        likely = drummer.play(primer, shape, none[..., :CLASSES], tempo_bpm, 0.0, none[..., 0], none).hits[0]
        uniform, noise = rng.random((1, steps), np.float32), rng.standard_normal(none.shape, np.float32)
        drawn = drummer.play(primer, shape, none[..., :CLASSES], tempo_bpm, 1.0, uniform, noise).hits[0]
        hits = truth[:, :CLASSES]
        found.add(file, 2.0 * (likely * hits).sum(), likely.sum() + hits.sum())
        before = primer[:, :CLASSES]
        copied.add(file, 2.0 * (before * hits).sum(), before.sum() + hits.sum())
        for tally, played in ((drawn_groove, drawn), (true_groove, hits), (copied_groove, before)):
            tally.add(file, groove_consistency(np.concatenate((before[-bar:], played)), bar), 1.0)
    return {
        **cost.named("nll_per_step"),
        **found.named("hit_f1"),
        **copied.named("copy_hit_f1"),
        **drawn_groove.named("groove_consistency"),
        **true_groove.named("data_groove_consistency"),
        **copied_groove.named("copy_groove_consistency"),
        "windows": len(sequences),
    }
