"""Batches of drum windows, with bars of other lengths and with the kinds of clips that people programme.

GMD is mostly 4/4, played by ten drummers with feeling. A user's clip may be in 7/8, on the grid, all at velocity 100,
without hats, or one bar repeated: `augment` makes such windows out of the played ones, in training only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.errors import BadFile
from bridge.models import drum_grid
from bridge.models.drum_grid import CLASSES, PAD_POSITION, STEPS
from bridge.music.meter import Meter
from training.data.performance import Performance, window_starts

__all__ = ["Batch", "Windows", "augmented_batches", "cut_batches"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# Meters cut out of 4/4 performances, and how often. Real performances in 3/4, 5/4, 5/8 and 6/8 are few.
CUT_METERS = {
    Meter(3, 4): 5, Meter(5, 4): 3, Meter(6, 8): 6, Meter(7, 8): 4, Meter(5, 8): 2, Meter(9, 8): 2, Meter(12, 8): 3,
    Meter(2, 4): 2, Meter(6, 4): 1, Meter(7, 4): 1, Meter(3, 8): 1, Meter(7, 16): 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """`cells` [N, 32, 27] and `positions` [N, 32, 2], as the codec lays them out; `tempos_bpm` [N]."""

    cells: Floats
    positions: Ints
    tempos_bpm: Floats

    def __len__(self) -> int:
        return len(self.cells)


class Windows:
    """All windows of some performances, laid end to end. `rows` [windows, 3]: its performance's first step and steps,
    and the window's first step in it."""

    def __init__(self, performances: Sequence[Performance]) -> None:
        if not any(any(True for _ in window_starts(performance)) for performance in performances):
            raise BadFile(f"None of the {len(performances)} drum performances is as long as a window of two bars.")
        self.cells = np.concatenate([performance.cells for performance in performances])
        self.meters = [performance.meter for performance in performances]
        self.files = [performance.file for performance in performances]
        self.tempos_bpm = np.array([performance.tempo_bpm for performance in performances], np.float32)
        rows, owners, first = [], [], 0
        for index, performance in enumerate(performances):
            for start in window_starts(performance):
                rows.append((first, len(performance.cells), start))
                owners.append(index)
            first += len(performance.cells)
        self.rows: Ints = np.array(rows, np.int64)
        self.owners: Ints = np.array(owners, np.int64)
        """Which performance each window is from."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def common(self) -> Ints:
        """The windows in 4/4; all, where none is."""
        four_four = np.array([str(meter) == "4/4" for meter in self.meters])[self.owners]
        return np.flatnonzero(four_four) if four_four.any() else np.arange(len(self))

    def plain(self, which: Ints) -> Batch:
        """The windows as they were played, each in its own meter."""
        cells = np.zeros((len(which), STEPS, 3 * CLASSES), np.float32)
        positions = np.full((len(which), STEPS, 2), PAD_POSITION, np.int64)
        for n, (first, _, start) in enumerate(self.rows[which]):
            shape = drum_grid.window(self.meters[self.owners[which[n]]])
            cells[n, : shape.steps] = self.cells[first + start : first + start + shape.steps]
            positions[n] = shape.positions
        return Batch(cells, positions, self.tempos_bpm[self.owners[which]])

    def cut(self, which: Ints, meter: Meter) -> Batch:
        """Windows of `meter` out of 4/4 performances: every bar keeps its start and loses its end.

        In meters of dotted quarters each pulse of six sixteenths is the start of half a bar.
        """
        shape = drum_grid.window(meter)
        step = np.arange(shape.steps)
        bar, in_bar = step // shape.bar_steps, step % shape.bar_steps
        if meter.pulse_beats == 1.5:
            pulse, in_pulse = in_bar // 6, in_bar % 6
            stride = 8 * max(2, shape.bar_steps // 6)
            source = bar * stride + pulse * 8 + in_pulse
        else:
            source = bar * (-(-shape.bar_steps // 16) * 16) + in_bar
        first, length, start = self.rows[which].T
        index = first[:, None] + (start[:, None] + source) % length[:, None]
        cells = np.zeros((len(which), STEPS, 3 * CLASSES), np.float32)
        cells[:, : shape.steps] = self.cells[index]
        positions = np.broadcast_to(shape.positions, (len(which), STEPS, 2)).copy()
        return Batch(cells, positions, self.tempos_bpm[self.owners[which]])


def cut_batches(windows: Windows, batch_size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Endless batches as they were played: 70 % in 4/4 and first, 3 % in the other meters that were played, 27 % cut.

    More of the other meters would learn those dozen performances by heart.
    """
    common = np.array([str(meter) == "4/4" for meter in windows.meters])[windows.owners]
    four_four, others = np.flatnonzero(common), np.flatnonzero(~common)
    n_cut = int(0.27 * batch_size) if len(four_four) else 0
    n_other = (int(0.03 * batch_size) if len(four_four) else batch_size) if len(others) else 0
    meters = list(CUT_METERS)
    weights = np.array(list(CUT_METERS.values()), float)
    while True:
        parts = []
        if len(four_four):
            parts.append(windows.plain(rng.choice(four_four, batch_size - n_cut - n_other)))
        if n_other:
            parts.append(windows.plain(rng.choice(others, n_other)))
        if n_cut:
            cut = rng.choice(four_four, n_cut)
            kinds = rng.choice(len(meters), n_cut, p=weights / weights.sum())
            parts += [windows.cut(cut[kinds == kind], meters[kind]) for kind in np.unique(kinds)]
        columns = ([getattr(part, name) for part in parts] for name in ("cells", "positions", "tempos_bpm"))
        yield Batch(*(np.concatenate(column) for column in columns))


def augmented_batches(windows: Windows, batch_size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """`cut_batches`, augmented."""
    for batch in cut_batches(windows, batch_size, rng):
        lengths = (batch.positions[..., 0] != PAD_POSITION).sum(1)
        plain = (lengths == STEPS) & (batch.positions[:, 15, 0] == 15) & (batch.positions[:, 16, 0] == 0)
        yield augment(batch, int(np.argmin(plain)) if not plain.all() else len(plain), rng)


def augment(batch: Batch, four_four: int, rng: np.random.Generator) -> Batch:
    """The first `four_four` windows are plain 4/4; only among those may parts be exchanged."""
    n = len(batch)
    hits, velocity, offset = (a.copy() for a in np.split(batch.cells, 3, axis=2))

    def some(share: float) -> npt.NDArray[np.bool_]:
        return rng.random(n) < share

    # One bar, looped: what many clips are.
    looped = np.flatnonzero(some(0.12)[:four_four])
    for part in (hits, velocity, offset):
        part[looped, 16:] = part[looped, :16]
    # The cymbals of another drummer over this one's drums.
    mixed = np.flatnonzero(some(0.15)[:four_four])
    donors = rng.permutation(four_four)[: len(mixed)]
    cymbals = np.array([2, 3, 7, 8])
    for part in (hits, velocity, offset):
        part[mixed[:, None], :, cymbals] = part[donors[:, None], :, cymbals]
    # Hats played on the ride and the other way round; toms in another order.
    swapped = np.flatnonzero(some(0.08))
    toms = np.flatnonzero(some(0.15))
    for part in (hits, velocity, offset):
        part[swapped[:, None], :, [2, 8]] = part[swapped[:, None], :, [8, 2]]
        part[toms[:, None], :, [4, 5, 6]] = part[toms[:, None], :, [6, 4, 5]]
    # Clips without some of the classes, and thinned ones.
    drop = some(0.2)[:, None] & (rng.random((n, CLASSES)) < 0.35)
    hits[drop[:, None, :].repeat(STEPS, 1)] = 0.0
    thin = some(0.1)[:, None, None] & (rng.random(hits.shape) < 0.25)
    hits[thin] = 0.0
    # Programmed clips: on the grid, and at one velocity or with few dynamics.
    offset[some(0.2)] = 0.0
    flat = some(0.15)
    velocity[flat] = rng.choice(np.array([0.6, 0.79, 0.8, 1.0], np.float32), flat.sum())[:, None, None]
    scaled = some(0.3)
    velocity[scaled] = velocity[scaled] ** rng.uniform(0.6, 1.6, scaled.sum()).astype(np.float32)[:, None, None]
    velocity *= hits
    offset *= hits
    return Batch(np.concatenate((hits, velocity, offset), axis=2), batch.positions, batch.tempos_bpm)
