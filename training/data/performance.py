"""A drum performance on the grid, made by the bridge's own codec, and the windows that it holds."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.models import drum_grid
from bridge.music.clip import Clip, Note
from bridge.music.kit import Kit
from bridge.music.meter import Meter

__all__ = ["EARLY_BEATS", "Performance", "bars_through", "cells_of", "most_common", "window_starts"]

EARLY_BEATS = 0.5 / drum_grid.STEPS_PER_BEAT
"""A hit up to half a sixteenth early belongs to the step that it leads into."""


@dataclass(frozen=True, slots=True)
class Performance:
    """A stretch of one file. `cells` [steps, 27]: hits, velocity, offset of every sixteenth, in whole bars.

    `file` names the file: the stretches of one file share it, and whoever resamples, resamples files.
    """

    name: str
    meter: Meter
    tempo_bpm: float
    beat_type: str
    style: str
    cells: npt.NDArray[np.float32]
    file: str

    @property
    def bar_steps(self) -> int:
        return drum_grid.window(self.meter).bar_steps


def most_common(performances: Sequence[Performance]) -> list[Performance]:
    """Those in 4/4; all, where none is."""
    return [p for p in performances if str(p.meter) == "4/4"] or list(performances)


def bars_through(last_beats: float, meter: Meter) -> int:
    """Bars from beat 0 up to and with the one in which a hit at `last_beats` is counted; 0 or less before beat 0."""
    return math.floor((last_beats + EARLY_BEATS) / meter.bar_beats) + 1


def cells_of(notes: Sequence[Note], meter: Meter, kit: Kit, start_beats: float, bars: int) -> npt.NDArray[np.float32]:
    """[steps of these bars, 27], from notes in the order of their starts.

    Raises Unsupported for a meter that the grid does not hold, BadValue for more than 4,096 notes in one window.
    """
    shape = drum_grid.window(meter)
    chunk_beats = shape.steps / drum_grid.STEPS_PER_BEAT
    starts = [note.start_beats for note in notes]
    chunks = []
    for chunk in range(-(-bars // shape.bars)):
        chunk_start_beats = start_beats + chunk * chunk_beats
        first = bisect_left(starts, chunk_start_beats - EARLY_BEATS)
        end = bisect_left(starts, chunk_start_beats - EARLY_BEATS + chunk_beats)
        inside = tuple(note.moved(-chunk_start_beats) for note in notes[first:end])
        found = drum_grid.encode(Clip(inside, chunk_beats, meter), kit).cells
        chunks.append(np.concatenate((found.hits, found.velocity, found.offset), axis=1))
    return np.concatenate(chunks)[: bars * shape.bar_steps]


def window_starts(performance: Performance) -> Iterator[int]:
    """First steps of the windows with a hop of one bar; a performance shorter than a window has none."""
    shape = drum_grid.window(performance.meter)
    yield from range(0, len(performance.cells) - shape.steps + 1, shape.bar_steps)
