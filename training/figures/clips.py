"""What drum clips and melodies are like, in numbers that any two sets of them can be compared by."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bridge.models import drum_grid, melody_grid
from bridge.models.grid import steps_in
from bridge.models.melody_grid import FIRST_PITCH, HOLD, LOWEST_PITCH
from bridge.music.clip import Clip
from bridge.music.kit import DRUM_CLASSES, GENERAL_MIDI
from training.figures.melodies import scale_consistency

__all__ = ["Heard", "groove_figures", "tune_figures"]

FULLEST_HITS = 4.0
"""Drums on every sixteenth, on average: all hands and feet, all the time."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A clip, and what was heard before it (its primer) if there was anything."""

    clip: Clip
    before: Clip | None = None


def groove_figures(heard: Sequence[Heard]) -> dict[str, float]:
    """Of drum clips in whole bars; every figure is a mean over the clips, but velocity and timing are over the hits.

    Hits a bar by class. steps without a hit: the share of sixteenths. bars that came before: whose hits are exactly
    those of an earlier bar of the clip or its primer, of the bars that have an earlier one. hits of the bar before: F1
    of such a bar's hits and those of the bar right before it. Velocity is 0-127, timing in sixteenths from the grid.
    empty: no hit; one hit: a single one; full: four or more drums on every sixteenth, on average.
    """
    of_classes, silent, again, alike, velocities, offsets, hits, full = ([] for _ in range(8))
    for one in heard:
        cells = drum_grid.encode(one.clip, GENERAL_MIDI).cells
        steps = steps_in(one.clip.length_beats)
        played = cells.hits[:steps] > 0.0
        of_classes.append(played.sum(0) / one.clip.bars)
        silent.append(1.0 - played.any(1).mean())
        hits.append(int(played.sum()))
        full.append(played.sum() >= FULLEST_HITS * steps)
        velocities.append(127.0 * cells.velocity[:steps][played])
        offsets.append(cells.offset[:steps][played])
        bars = list(played.reshape(one.clip.bars, -1))
        if one.before:
            told = drum_grid.encode(one.before, GENERAL_MIDI).cells.hits[: steps_in(one.before.length_beats)]
            bars = [*(told > 0.0).reshape(one.before.bars, -1), *bars]
        again += _came_before(bars, one.clip.bars)
        alike += _alike(bars, one.clip.bars)
    of_class, velocity, offset = np.mean(of_classes, 0), np.concatenate(velocities), np.concatenate(offsets)
    return {
        "hits a bar": float(of_class.sum()),
        **{name.replace("_", " "): float(of_class[c]) for c, name in enumerate(DRUM_CLASSES)},
        "steps without a hit, %": _percent(silent),
        "bars that came before, %": _percent(again),
        "hits of the bar before, %": _percent(alike),
        "velocity": float(velocity.mean()),
        "spread of velocity": float(velocity.std()),
        "spread of timing, sixteenths": float(offset.std()),
        "empty, %": _percent(number == 0 for number in hits),
        "one hit, %": _percent(number == 1 for number in hits),
        "full, %": _percent(full),
    }


def tune_figures(heard: Sequence[Heard]) -> dict[str, float]:
    """Of clips with one note at a time; every figure is a mean over the clips, of those that have it.

    Range: semitones from the lowest note to the highest. Intervals are between a note and the next. steps of silence:
    the share of sixteenths, short gaps between notes not counted. bars that came before: as for drums, with the same
    pitches and rhythm; rhythms that came before: with the same onsets. notes in one scale: the largest share that is in
    one major or minor scale. empty, one note: so many notes; one pitch: more notes, all on it; full: one on every
    sixteenth.
    """
    onsets, spans, means, leaps, repeats, silent, again, rhythms, in_scale, notes = ([] for _ in range(10))
    one_pitch = full = 0
    for one in heard:
        steps = steps_in(one.clip.length_beats)
        tokens = melody_grid.encode(one.clip).tokens[:steps]
        pitches = tokens[tokens >= FIRST_PITCH] - FIRST_PITCH + LOWEST_PITCH
        onsets.append(len(pitches) / one.clip.bars)
        notes.append(len(pitches))
        full += len(pitches) == steps
        told = np.maximum.accumulate(np.where(tokens != HOLD, np.arange(steps), 0))
        silent.append((tokens[told] < FIRST_PITCH).mean())
        bar_steps = steps // one.clip.bars
        if one.before:
            # In the same octaves, or no bar would be the same.
            tokens = melody_grid.encode(_joined(one.before, one.clip)).tokens
        bars = list(tokens[: len(tokens) // bar_steps * bar_steps].reshape(-1, bar_steps))
        bars = bars[: one.clip.bars + (one.before.bars if one.before else 0)]
        again += _came_before(bars, one.clip.bars)
        rhythms += _came_before([bar >= FIRST_PITCH for bar in bars], one.clip.bars)
        if len(pitches) >= 2:
            intervals = np.abs(np.diff(pitches))
            spans.append(int(pitches.max() - pitches.min()))
            one_pitch += spans[-1] == 0
            means.append(intervals.mean())
            leaps.append((intervals > 12).mean())
            repeats.append((intervals == 0).mean())
            in_scale.append(scale_consistency(pitches.tolist()))
    return {
        "notes a bar": _mean(onsets),
        "range, semitones": _mean(spans),
        "interval, semitones": _mean(means),
        "intervals over an octave, %": _percent(leaps),
        "repeated notes, %": _percent(repeats),
        "bars that came before, %": _percent(again),
        "rhythms that came before, %": _percent(rhythms),
        "steps of silence, %": _percent(silent),
        "notes in one scale, %": _percent(in_scale),
        "empty, %": _percent(number == 0 for number in notes),
        "one note, %": _percent(number == 1 for number in notes),
        "one pitch, %": 100.0 * one_pitch / len(heard),
        "full, %": 100.0 * full / len(heard),
    }


def _mean(numbers: Iterable[float]) -> float:
    """Not a number where no clip has any."""
    found = list(numbers)
    return float(np.mean(found)) if found else math.nan


def _percent(shares: Iterable[float]) -> float:
    return 100.0 * _mean(shares)


def _came_before(bars: Sequence[npt.NDArray[Any]], last: int) -> list[bool]:
    """For each of the last bars that has one before it, whether an earlier one is the same."""
    return [
        any(np.array_equal(bars[i], earlier) for earlier in bars[:i])
        for i in range(max(1, len(bars) - last), len(bars))
    ]


def _alike(bars: Sequence[npt.NDArray[Any]], last: int) -> list[float]:
    """For each of the last bars that has one before it, the F1 of their hits; of two empty ones none."""
    pairs = [(bars[i - 1], bars[i]) for i in range(max(1, len(bars) - last), len(bars))]
    return [2.0 * (a & b).sum() / (a.sum() + b.sum()) for a, b in pairs if a.any() or b.any()]


def _joined(before: Clip, clip: Clip) -> Clip:
    behind = (note.moved(before.length_beats) for note in clip.notes)
    return Clip((*before.notes, *behind), before.length_beats + clip.length_beats, clip.meter)
