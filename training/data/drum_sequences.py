"""Runs of several bars out of drum performances: primers with what came after them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.errors import BadFile
from bridge.models.drum_grid import CLASSES
from bridge.models.grid import Window, window
from bridge.music.meter import Meter
from training.data.drum_windows import CUT_METERS
from training.data.performance import Performance

__all__ = ["Runs", "Sequences", "sequence_batches"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

SHORT_STEPS, LONG_STEPS = 64, 96
"""Two lengths in training, so that the network does not count on having heard two bars and no more."""
LONG_SHARE = 0.4
CUT_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Runs:
    """`cells` [N, steps, 27], `positions` [N, steps, 2], `tempos_bpm` [N], `bar_steps` [N]."""

    cells: Floats
    positions: Ints
    tempos_bpm: Floats
    bar_steps: Ints


class Sequences:
    """Runs of some performances, from every bar on that `SHORT_STEPS` follow. `rows` [runs]: their first steps in
    `cells`; `owners` [runs]: which performance; `left` [runs]: steps to its end."""

    def __init__(self, performances: Sequence[Performance]) -> None:
        self.performances = performances
        self.shapes: list[Window] = [window(p.meter) for p in performances]
        rows, owners, left, first = [], [], [], 0
        for owner, performance in enumerate(performances):
            steps = len(performance.cells)
            for start in range(0, steps - SHORT_STEPS + 1, self.shapes[owner].bar_steps):
                rows.append(first + start)
                owners.append(owner)
                left.append(steps - start)
            first += steps
        if not rows:
            raise BadFile(f"None of the {len(performances)} drum performances is as long as four bars of 4/4.")
        self.cells = np.concatenate([p.cells for p in performances])
        self.rows: Ints = np.array(rows, np.int64)
        self.owners: Ints = np.array(owners, np.int64)
        self.left: Ints = np.array(left, np.int64)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def common(self) -> Ints:
        """The runs in 4/4; all, where none is."""
        four_four = np.array([str(p.meter) == "4/4" for p in self.performances])[self.owners]
        return np.flatnonzero(four_four) if four_four.any() else np.arange(len(self))

    def plain(self, which: Ints, steps: int) -> Runs:
        """As they were played."""
        at = np.arange(steps)
        cells = self.cells[self.rows[which][:, None] + at]
        shapes = [self.shapes[owner] for owner in self.owners[which]]
        positions = np.stack([shape.positions[at % shape.steps] for shape in shapes])
        bar_steps = np.array([shape.bar_steps for shape in shapes])
        return Runs(cells, positions, self._tempos(which), bar_steps)

    def cut(self, which: Ints, meter: Meter, steps: int) -> Runs:
        """Runs of `meter` out of 4/4 performances: every bar keeps its start and loses its end; in meters of dotted
        quarters each pulse of six sixteenths is the start of half a bar. What lies behind the performance's end is its
        start again."""
        shape = window(meter)
        step = np.arange(steps)
        bar, in_bar = step // shape.bar_steps, step % shape.bar_steps
        if meter.pulse_beats == 1.5:
            source = bar * 8 * max(2, shape.bar_steps // 6) + in_bar // 6 * 8 + in_bar % 6
        else:
            source = bar * (-(-shape.bar_steps // 16) * 16) + in_bar
        cells = self.cells[self.rows[which][:, None] + source % self.left[which][:, None]]
        positions = np.broadcast_to(shape.positions[step % shape.steps], (len(which), steps, 2)).copy()
        return Runs(cells, positions, self._tempos(which), np.full(len(which), shape.bar_steps))

    def _tempos(self, which: Ints) -> Floats:
        return np.array([self.performances[owner].tempo_bpm for owner in self.owners[which]], np.float32)


def sequence_batches(sequences: Sequences, batch_size: int, rng: np.random.Generator) -> Iterator[Runs]:
    """Endless batches, most of them as they were played, a quarter cut into another meter; then `augment`."""
    common = np.array([str(p.meter) == "4/4" for p in sequences.performances])[sequences.owners]
    meters = list(CUT_METERS)
    weights = np.array(list(CUT_METERS.values()), float)
    while True:
        steps = LONG_STEPS if rng.random() < LONG_SHARE and (sequences.left >= LONG_STEPS).any() else SHORT_STEPS
        long_enough = np.flatnonzero(sequences.left >= steps)
        four_four = long_enough[common[long_enough]]
        n_cut = int(CUT_SHARE * batch_size) if len(four_four) else 0
        parts = [sequences.plain(rng.choice(long_enough, batch_size - n_cut), steps)]
        if n_cut:
            cut = rng.choice(four_four, n_cut)
            kinds = rng.choice(len(meters), n_cut, p=weights / weights.sum())
            parts += [sequences.cut(cut[kinds == kind], meters[kind], steps) for kind in np.unique(kinds)]
        names = ("cells", "positions", "tempos_bpm", "bar_steps")
        columns = ([getattr(part, name) for part in parts] for name in names)
        yield augment(Runs(*(np.concatenate(column) for column in columns)), rng)


def augment(runs: Runs, rng: np.random.Generator) -> Runs:
    """Clips as they are programmed, and as GMD has none: on the grid, at one velocity, without some of the drums."""
    n = len(runs.cells)
    hits, velocity, offset = (part.copy() for part in np.split(runs.cells, 3, axis=2))

    def some(share: float) -> npt.NDArray[np.bool_]:
        return rng.random(n) < share

    swapped, toms = np.flatnonzero(some(0.08)), np.flatnonzero(some(0.15))
    for part in (hits, velocity, offset):
        part[swapped[:, None], :, [2, 8]] = part[swapped[:, None], :, [8, 2]]
        part[toms[:, None], :, [4, 5, 6]] = part[toms[:, None], :, [6, 4, 5]]
    drop = some(0.15)[:, None] & (rng.random((n, CLASSES)) < 0.3)
    hits[np.broadcast_to(drop[:, None], hits.shape)] = 0.0
    offset[some(0.15)] = 0.0
    flat = some(0.12)
    velocity[flat] = rng.choice(np.array([0.6, 0.79, 0.8, 1.0], np.float32), flat.sum())[:, None, None]
    cells = np.concatenate((hits, velocity * hits, offset * hits), axis=2)
    return Runs(cells, runs.positions, runs.tempos_bpm, runs.bar_steps)
