"""Windows and runs of melodies as tokens, in every key.

A tune is kept as one row of raw tokens (those of `melody_grid`, but with the pitches of MIDI). A batch is transposed
and brought to the middle octaves as the codec does it, so that all keys and octaves are alike to a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.errors import BadFile
from bridge.models.grid import PAD_POSITION, STEPS, STEPS_PER_BEAT, Window, nearest_step, window
from bridge.models.melody_grid import FIRST_PITCH, HOLD, LOWEST_PITCH, MIDDLE_PITCH, PITCHES, REST, tokens_of_line
from training.data.tunes import Tune, off_grid

__all__ = ["CHORD_COLUMNS", "MelodyBatch", "MelodyWindows", "in_the_middle", "melody_batches", "on_grid"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

LEAST_ONSETS = 3
"""A window with fewer is no melody."""
MOST_OFF_GRID = 0.1
"""Tunes with more of their onsets off the sixteenths, as triplets are, are left out: the grid would falsify them."""
CHORD_COLUMNS = 24
"""Of the harmony: twelve pitch classes that sound, and twelve of which one is the bass."""
SOURCE_POWER = 0.5
"""Data sets are drawn from by the power of their size: of a song, a tune and a lead sheet there is enough of each."""


@dataclass(frozen=True, slots=True)
class MelodyBatch:
    """`tokens` [N, steps] and `positions` [N, steps, 2], as the codec lays them out; `harmony` [N, steps, 24], 0 where
    none is known; `bar_steps` [N]."""

    tokens: Ints
    positions: Ints
    harmony: Floats
    bar_steps: Ints

    def __len__(self) -> int:
        return len(self.tokens)


def on_grid(tunes: Sequence[Tune]) -> tuple[list[Tune], int]:
    """The tunes that sixteenths can tell, in meters that the grid holds; and how many are not."""
    kept = []
    for tune in tunes:
        bar_steps = tune.meter.bar_beats * STEPS_PER_BEAT
        if bar_steps == int(bar_steps) and bar_steps <= STEPS and off_grid(tune) <= MOST_OFF_GRID:
            kept.append(tune)
    return kept, len(tunes) - len(kept)


def in_the_middle(raw: Ints, transposed: Ints) -> Ints:
    """Raw tokens [N, steps], by how many semitones each row is transposed [N] -> tokens, by the codec's rules."""
    pitched = raw >= FIRST_PITCH
    pitches = np.where(pitched, raw - FIRST_PITCH + transposed[:, None], -1)
    ordered = np.sort(np.where(pitched, pitches, 10_000), axis=1)
    count = np.maximum(pitched.sum(1), 1)
    rows = np.arange(len(raw))
    middle = 0.5 * (ordered[rows, (count - 1) // 2] + ordered[rows, count // 2])
    octaves = np.floor((MIDDLE_PITCH - middle) / 12.0 + 0.5).astype(np.int64)
    seen = pitches + 12 * octaves[:, None] - LOWEST_PITCH
    seen = np.where(seen < 0, seen % 12, np.where(seen >= PITCHES, PITCHES - 12 + seen % 12, seen))
    return np.where(pitched, FIRST_PITCH + seen, raw)


class MelodyWindows:
    """Windows of the grid, or runs, from every bar of some tunes on: of `bars` bars, or of as many as fit in
    `most_steps`, and then of a shorter tune the whole.

    `starts` [windows]: first step in the row of all tunes; `owners` [windows]: which tune; `lengths` [tunes]: steps of
    a window. Raises BadFile where there is none.
    """

    def __init__(self, tunes: Sequence[Tune], bars: int | None = None, most_steps: int = STEPS) -> None:
        self.tunes = tunes
        self.shapes: list[Window] = [window(tune.meter) for tune in tunes]
        rows, harmonies, starts, owners, lengths, first = [], [], [], [], [], 0
        for owner, (tune, shape) in enumerate(zip(tunes, self.shapes, strict=True)):
            raw = _raw_tokens(tune, shape)
            rows.append(raw)
            harmonies.append(_harmony(tune, shape, len(raw)))
            length = (most_steps // shape.bar_steps if bars is None else bars) * shape.bar_steps
            if most_steps > STEPS:
                length = min(length, len(raw))
            lengths.append(length)
            for start in range(0, len(raw) - length + 1, shape.bar_steps):
                if (raw[start : start + length] >= FIRST_PITCH).sum() >= LEAST_ONSETS:
                    starts.append(first + start)
                    owners.append(owner)
            first += len(raw)
        if not starts:
            raise BadFile(
                "Of the melodies to train on, or of those kept for validation, none is on the sixteenths, long enough "
                "and has three notes or more: give more whole tunes."
            )
        self.raw: Ints = np.concatenate(rows)
        self.harmony: Floats = np.concatenate(harmonies)
        self.starts: Ints = np.array(starts, np.int64)
        self.owners: Ints = np.array(owners, np.int64)
        self.lengths: Ints = np.array(lengths, np.int64)
        self.steps = STEPS if bars is None and most_steps == STEPS else max(lengths)

    def __len__(self) -> int:
        return len(self.starts)

    def batch(self, which: Ints, transposed: Ints | None = None) -> MelodyBatch:
        """Rows are as long as the longest; behind its last bar a row holds, and its positions say so."""
        n = len(which)
        lengths = self.lengths[self.owners[which]]
        at = np.arange(self.steps)
        index = self.starts[which][:, None] + np.minimum(at, lengths[:, None] - 1)
        inside = at < lengths[:, None]
        raw = np.where(inside, self.raw[index], HOLD)
        # What sounded before the window goes on in it; what was silent is told to be.
        raw[:, 0] = np.where((raw[:, 0] == HOLD) & self._silent_before(which), REST, raw[:, 0])
        shift = np.zeros(n, np.int64) if transposed is None else transposed
        harmony = self.harmony[index] * inside[..., None]
        turned = (np.arange(12) - shift[:, None]) % 12
        turned = turned[:, None].repeat(self.steps, 1)
        harmony = np.concatenate([np.take_along_axis(part, turned, 2) for part in np.split(harmony, 2, axis=2)], axis=2)
        shapes = [self.shapes[owner] for owner in self.owners[which]]
        positions = np.stack([shape.positions[at % shape.steps] for shape in shapes])
        positions[~inside] = PAD_POSITION
        bar_steps = np.array([shape.bar_steps for shape in shapes])
        return MelodyBatch(in_the_middle(raw, shift), positions, harmony, bar_steps)

    def _silent_before(self, which: Ints) -> npt.NDArray[np.bool_]:
        """Whether the last thing told before each window, in all the tunes laid end to end, is a rest."""
        if not hasattr(self, "_told"):
            told = np.where(self.raw != HOLD, np.arange(len(self.raw)), 0)
            self._told = np.maximum.accumulate(told)
        before = self._told[np.maximum(self.starts[which] - 1, 0)]
        silent: npt.NDArray[np.bool_] = self.raw[before] == REST
        return silent


def melody_batches(windows: MelodyWindows, batch_size: int, rng: np.random.Generator) -> Iterator[MelodyBatch]:
    """Endless batches in all twelve keys."""
    names = sorted({tune.source for tune in windows.tunes})
    sources = np.array([names.index(tune.source) for tune in windows.tunes])[windows.owners]
    sizes = np.bincount(sources, minlength=len(names)).astype(float)
    weights = np.where(sizes > 0, sizes**SOURCE_POWER, 0.0)
    members = [np.flatnonzero(sources == i) for i in range(len(names))]
    while True:
        counts = rng.multinomial(batch_size, weights / weights.sum())
        which = np.concatenate([rng.choice(m, n) for m, n in zip(members, counts, strict=True) if n])
        yield windows.batch(which, rng.integers(-6, 6, batch_size))


def _raw_tokens(tune: Tune, shape: Window) -> Ints:
    """The tune from the bar of its upbeat on, in whole bars."""
    lead_beats = shape.meter.bar_beats if tune.notes and nearest_step(tune.notes[0].start_beats) < 0 else 0.0
    notes = [note.moved(lead_beats) for note in tune.notes]
    steps = round((tune.length_beats + lead_beats) * STEPS_PER_BEAT)
    tokens = tokens_of_line(notes, steps, 0)
    for note in notes:
        step = nearest_step(note.start_beats)
        if 0 <= step < steps:
            tokens[step] = FIRST_PITCH + note.pitch
    return tokens


def _harmony(tune: Tune, shape: Window, steps: int) -> Floats:
    lead_steps = steps - round(tune.length_beats * STEPS_PER_BEAT)
    rows = np.zeros((steps, CHORD_COLUMNS), np.float32)
    for part in tune.harmony or ():
        first = max(0, nearest_step(part.start_beats) + lead_steps)
        last = max(first, nearest_step(part.end_beats) + lead_steps)
        rows[first:last] = 0.0
        for pitch_class in part.pitch_classes:
            rows[first:last, pitch_class] = 1.0
        rows[first:last, 12 + part.bass] = 1.0
    return rows
