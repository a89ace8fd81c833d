"""How alike two clips are, stroke by stroke and note by note, and what in a clip is finer than a sixteenth.

A stroke is a pad, or of a line a pitch, on the sixteenth that it is nearest to. A cell is a drum class on a sixteenth,
however many strokes it has, as everywhere where hits are counted here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from bridge.models.grid import STEPS_PER_BEAT, nearest_step, steps_in
from bridge.music.clip import Clip, Note
from bridge.music.kit import GENERAL_MIDI
from training.data.tunes import top_line

__all__ = [
    "SIXTEENTH_MS", "Strokes", "bars_of", "cells_of", "changed", "f1", "kicks_on_the_ones", "line_of", "looped",
    "notes_of", "offset_ms", "offset_of", "ones_of", "onsets_of", "rolled", "step_of", "strokes_of", "tripled",
]  # fmt: skip

SIXTEENTH_MS = 15000.0  # over the tempo in BPM
KICK = 0
"""Its place among the drum classes."""
ROLL_STEPS = 7 / 12
"""Strokes on one pad that are nearer than this are a roll: half way from thirty-seconds to triplets of sixteenths."""
TWELFTHS = 12
"""Of a beat: what sixteenths (0, 3, 6, 9), triplets of eighths (0, 4, 8) and of sixteenths (0, 2, 4 ...) share."""
NEAR_TWELFTHS = 0.5
"""21 ms at 120 BPM."""

Strokes = Counter[tuple[int, int]]
"""(pad or pitch, sixteenth) -> how many."""


def step_of(note: Note, clip: Clip) -> int:
    """The sixteenth that it is nearest to; what is early on the loop's first is on the first."""
    step = nearest_step(note.start_beats)
    return 0 if step == steps_in(clip.length_beats) else step


def strokes_of(clip: Clip) -> Strokes:
    return Counter((note.pitch, step_of(note, clip)) for note in clip.notes)


def cells_of(clip: Clip) -> frozenset[tuple[int, int]]:
    """(drum class, sixteenth); pads of no class have none."""
    found = ((GENERAL_MIDI.class_of(note.pitch), step_of(note, clip)) for note in clip.notes)
    return frozenset((c, step) for c, step in found if c is not None)


def line_of(clip: Clip) -> Clip:
    """Its top line: of notes that begin together the highest. On the bridge's grid it would be one note a sixteenth."""
    return clip.with_notes(top_line(clip.notes))


def notes_of(clip: Clip) -> frozenset[tuple[int, int]]:
    """(pitch, sixteenth) of the top line."""
    return frozenset(strokes_of(line_of(clip)))


def onsets_of(clip: Clip) -> frozenset[int]:
    """The sixteenths on which notes begin."""
    return frozenset(step_of(note, clip) for note in clip.notes)


def changed(before: Strokes, after: Strokes) -> float:
    """Strokes that came or went, a stroke that there was: 0 is the same, 1 is half of them in another place."""
    came, went = after - before, before - after
    return (came.total() + went.total()) / max(1, before.total())


def f1(one: Collection[object], other: Collection[object]) -> float:
    """2 x what both have / what each has; of two that are empty 1."""
    whole = len(one) + len(other)
    return 2.0 * len(frozenset(one) & frozenset(other)) / whole if whole else 1.0


def looped(clip: Clip, length_beats: float) -> Clip:
    """The clip again and again until then."""
    times = math.ceil(length_beats / clip.length_beats - 1e-6)
    notes = [note.moved(i * clip.length_beats) for i in range(times) for note in clip.notes]
    return Clip(tuple(note for note in notes if note.start_beats < length_beats), length_beats, clip.meter)


def bars_of(clip: Clip, first: int, bars: int) -> Clip:
    """As many bars from `first` (0 is the first) on, with the notes that are nearest to their sixteenths."""
    start_beats, length_beats = first * clip.meter.bar_beats, bars * clip.meter.bar_beats
    moved = (note.moved(-start_beats) for note in clip.notes)
    steps = steps_in(length_beats)
    return Clip(tuple(note for note in moved if 0 <= nearest_step(note.start_beats) < steps), length_beats, clip.meter)


def offset_of(note: Note) -> float:
    """Sixteenths behind the nearest one, -0.5 to 0.5."""
    return note.start_beats * STEPS_PER_BEAT - nearest_step(note.start_beats)


def offset_ms(note: Note, tempo_bpm: float) -> float:
    return offset_of(note) * SIXTEENTH_MS / tempo_bpm


def ones_of(clip: Clip) -> list[int]:
    """The first sixteenth of each bar."""
    bar_steps = round(clip.meter.bar_beats * STEPS_PER_BEAT)
    return list(range(0, steps_in(clip.length_beats), bar_steps))


def kicks_on_the_ones(clip: Clip) -> float:
    """The share of bars that have a kick on their first sixteenth."""
    cells, ones = cells_of(clip), ones_of(clip)
    return sum((KICK, one) in cells for one in ones) / len(ones)


def rolled(notes: Iterable[Note]) -> int:
    """Strokes that follow another one on their pad within 7/12 of a sixteenth: thirty-seconds, faster ones, flams."""
    return sum(
        0.0 < STEPS_PER_BEAT * (note.start_beats - before.start_beats) < ROLL_STEPS
        for pad in _by_pad(notes)
        for before, note in pairwise(pad)
    )


def tripled(notes: Iterable[Note]) -> int:
    """Strokes off the beat on triplets. Of eighths: in beats in which all strokes of a pad are near a third of it; of
    sixteenths: in half beats that have three strokes of a pad, near its thirds. Near is within a 24th of a beat. So
    sixteenths that are played loosely are rarely taken for triplets, as each stroke by itself would be: of 120 straight
    hits with a spread of 17 ms it is about two."""
    count = 0
    for pad in _by_pad(notes):
        beats: dict[int, list[float]] = {}
        for note in pad:
            beat, place = divmod(note.start_beats * TWELFTHS + NEAR_TWELFTHS, TWELFTHS)
            beats.setdefault(int(beat), []).append(place - NEAR_TWELFTHS)
        for places in beats.values():
            if all(_is_near(place, 0, 4, 8) for place in places):
                count += sum(place > NEAR_TWELFTHS for place in places)
                continue
            for first in (0, 6):
                half = [place - first for place in places if -NEAR_TWELFTHS <= place - first < 6 - NEAR_TWELFTHS]
                if len(half) == 3 and all(_is_near(place, own) for place, own in zip(half, (0, 2, 4), strict=True)):
                    count += 2
    return count


def _is_near(place: float, *wanted: int) -> bool:
    return any(abs(place - own) < NEAR_TWELFTHS for own in wanted)


def _by_pad(notes: Iterable[Note]) -> list[Sequence[Note]]:
    pads: dict[int, list[Note]] = {}
    for note in sorted(notes, key=lambda note: note.start_beats):
        pads.setdefault(note.pitch, []).append(note)
    return list(pads.values())
