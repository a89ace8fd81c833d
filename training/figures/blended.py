"""What lies between two clips, and between four: is the way even, does it lead from the one to the other, is it full?

A way is eleven clips, the ends among them. Whatever is shorter is looped to the length of the longer end. The distance
of two clips is the number of strokes that one has and the other has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bridge.music.clip import Clip
from bridge.music.kit import DRUM_CLASSES, GENERAL_MIDI
from training.figures.likeness import Strokes, bars_of, line_of, looped, strokes_of
from training.figures.rows import ByClip, Row, at_least, at_most

__all__ = ["MIDDLE", "SIDE", "Middle", "Pad", "Way", "layer_figures", "pad_figures", "way_figures"]

SIDE = 11
"""Points on a way, and on each side of a pad."""
MIDDLE = (4, 5, 6)
"""Points of a way that are its middle."""
SNARE = DRUM_CLASSES.index("snare")
FEWEST_NOTES = 2


@dataclass(frozen=True, slots=True)
class Way:
    """From one clip to another: `points` are the clips, from the first end to the last."""

    name: str
    points: tuple[Clip, ...]
    is_drums: bool


@dataclass(frozen=True, slots=True)
class Pad:
    """The clips of a blend's grid of SIDE x SIDE."""

    name: str
    clips: tuple[Clip, ...]
    is_drums: bool


@dataclass(frozen=True, slots=True)
class Middle:
    """What stands between layers, such as a kick clip and a hat clip, half of the way."""

    name: str
    layers: tuple[Clip, ...]
    made: Clip


def way_figures(ways: Sequence[Way]) -> list[Row]:
    """Every figure is a mean over the ways, of drums or of lines (top lines, strokes being pitches on sixteenths).

    largest step: the longest of the ten steps, as a share of the distance between the ends. Steps without change: how
    many of the ten. forward: steps after which the first end is no nearer than before. invented: strokes of the points
    between, in neither end; lost: strokes that both ends have, not in a point between. empty or one note: points
    between with less than two strokes.

    Of drums, bars without a snare: of the bars in which both ends have a snare, a rim or a clap, those in which a point
    of the middle (.4, .5 and .6 of the way) has none. Of lines, foreign pitches: notes of the points between whose
    pitch class is in neither end."""
    largest, dead, forward, invented, lost, bare, without, foreign = (ByClip() for _ in range(8))
    for way in ways:
        length_beats = max(clip.length_beats for clip in way.points)
        clips = [looped(clip if way.is_drums else line_of(clip), length_beats) for clip in way.points]
        points = [strokes_of(clip) for clip in clips]
        first, last = points[0], points[-1]
        whole = _distance(first, last)
        steps = [_distance(before, after) for before, after in pairwise(points)]
        if whole:
            largest.add(way.name, max(steps) / whole)
            dead.add(way.name, sum(step == 0 for step in steps))
            farther = [_distance(first, point) for point in points]
            forward.add(way.name, sum(after >= before for before, after in pairwise(farther)) / len(steps))
        either, both = first | last, first & last
        for point in points[1:-1]:
            bare.add(way.name, point.total() < FEWEST_NOTES)
            if point:
                invented.add(way.name, (point - either).total() / point.total())
            if both:
                lost.add(way.name, (both - point).total() / both.total())
            if point and not way.is_drums:
                classes = {pitch % 12 for pitch, _ in either}
                strange = sum(number for (pitch, _), number in point.items() if pitch % 12 not in classes)
                foreign.add(way.name, strange / point.total())
        for bar in range(clips[0].bars) if way.is_drums else ():
            if _has_snare(clips[0], bar) and _has_snare(clips[-1], bar):
                for middle in MIDDLE:
                    without.add(way.name, not _has_snare(clips[middle], bar))
    rows = [
        largest.row("largest of ten steps", at_most(0.22)),
        dead.row("steps of ten without change", at_most(1.0)),
        forward.row("steps forward", at_least(0.95)),
        invented.row("invented strokes", at_most(0.01) if any(way.is_drums for way in ways) else None),
        lost.row("lost strokes", at_most(0.01) if any(way.is_drums for way in ways) else None),
        bare.row("empty or one note", at_most(0.0)),
    ]
    if any(way.is_drums for way in ways):
        return [*rows, without.row("bars of the middle without a snare", at_most(0.03))]
    return [*rows, foreign.row("foreign pitches")]


def pad_figures(pads: Sequence[Pad]) -> list[Row]:
    """different cells: how many of the 121 clips differ from all others in a stroke; a mean over the pads."""
    different = ByClip()
    for pad in pads:
        clips = pad.clips if pad.is_drums else tuple(line_of(clip) for clip in pad.clips)
        length_beats = max(clip.length_beats for clip in clips)
        strokes = (strokes_of(looped(clip, length_beats)) for clip in clips)
        different.add(pad.name, len({frozenset(found.items()) for found in strokes}))
    return [different.row(f"different cells of {SIDE} x {SIDE}", at_least(95.0))]


def layer_figures(middles: Sequence[Middle]) -> list[Row]:
    """layers held: strokes of all the layers that the middle has, of all that they have together; a mean over middles.
    silent: middles with less than two strokes."""
    held, silent = ByClip(), ByClip()
    for middle in middles:
        length_beats = max(clip.length_beats for clip in middle.layers)
        together = Strokes()
        for layer in middle.layers:
            together |= strokes_of(looped(layer, length_beats))
        made = strokes_of(looped(middle.made, length_beats))
        held.add(middle.name, (together & made).total() / together.total())
        silent.add(middle.name, made.total() < FEWEST_NOTES)
    return [
        held.row("layers held by the middle", at_least(0.9)),
        silent.row("middles that are empty or one note", at_most(0.0)),
    ]


def _distance(one: Strokes, other: Strokes) -> int:
    return (one - other).total() + (other - one).total()


def _has_snare(clip: Clip, bar: int) -> bool:
    return any(GENERAL_MIDI.class_of(note.pitch) == SNARE for note in bars_of(clip, bar, 1).notes)
