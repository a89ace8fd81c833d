"""The codec `drum_grid` 1: a drum clip <-> windows of 32 sixteenths x 9 drum classes.

A window holds as many whole bars as fit in 32 sixteenths (two of 4/4, 3/4, 6/8 and 7/8, one of 5/4, 9/8 and 12/8);
a longer clip is several windows, a shorter one is looped until it fills one, as it is when it plays. Each cell has a
hit or none, the hit's velocity (0 to 1) and its offset from the grid in sixteenths, in [-0.5, 0.5). Where hits of one
class share a cell the loudest stands for them all, and they all stay with it.

    encode: clip -> Roll          notes into cells; whatever the model does not see is set aside
    decode: cells -> notes        its inverse: kept hits are the very notes that came in, new ones go to the clip's pads
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median_low

import numpy as np
import numpy.typing as npt

from bridge.errors import BadValue
from bridge.models.grid import (
    FAMILIES,
    PAD_POSITION,
    STEPS,
    STEPS_PER_BEAT,
    Window,
    nearest_step,
    steps_in,
    window,
)  # fmt: skip
from bridge.music.clip import MAX_NOTES, Clip, Note
from bridge.music.kit import DRUM_CLASSES, Kit

__all__ = [
    "CLASSES", "FAMILIES", "NAME", "PAD_POSITION", "STEPS", "STEPS_PER_BEAT", "VERSION",
    "Cells", "Roll", "Source", "Window",
    "decode", "encode", "end_new", "nearest_step", "steps_in", "window",
]  # fmt: skip

NAME = "drum_grid"
VERSION = 1
CLASSES = len(DRUM_CLASSES)
LARGEST_OFFSET = float(np.nextafter(np.float32(0.5), np.float32(0.0)))
ROLLS_KEPT = 32
"""Clips of the last requests, on the grid: while a puck is dragged they are the same from one to the next."""
NEW_NOTE_BEATS = 0.25
"""How long a new hit lasts on a pad that the clip did not play: drum pads ignore it, and a sixteenth is easy to see."""

Floats = npt.NDArray[np.float32]
Cell = tuple[int, int]
"""(step from the clip's start, index of the drum class)"""


@dataclass(frozen=True, slots=True)
class Cells:
    """Hits on the grid, each array [steps, 9]: `hits` 0 or 1; `velocity` 0 to 1 and `offset` -0.5 to 0.5 where hit."""

    hits: Floats
    velocity: Floats
    offset: Floats

    @staticmethod
    def empty(steps: int) -> Cells:
        return Cells(*(np.zeros((steps, CLASSES), np.float32) for _ in range(3)))


@dataclass(frozen=True, slots=True)
class Roll:
    """A clip on the grid, looped until it fills the windows of a result that is `out_beats` long.

    `holders` has the notes behind each cell with a hit, the loudest first, where they stand in the result. `beside` are
    the notes that no model sees and that stay as they are: those on a pad of no class, those more than half a sixteenth
    before beat 0, and those behind the loop's end.
    """

    clip: Clip
    kit: Kit
    window: Window
    out_beats: float
    cells: Cells
    holders: Mapping[Cell, tuple[Note, ...]]
    beside: tuple[Note, ...]
    voices: Mapping[int, tuple[int, float]]
    """For each class that the clip uses: the pad that plays it most often, and the median length of its notes."""

    def tensor(self) -> Floats:
        """[windows, 32, 27]: hits, velocity and offset side by side; steps behind the window's last bar are 0."""
        return self.window.split(np.concatenate((self.cells.hits, self.cells.velocity, self.cells.offset), axis=1))

    def pad(self, class_index: int) -> int | None:
        """The pad that plays this class most often in the clip, or None where the clip does not use the class."""
        return self.voices[class_index][0] if class_index in self.voices else None

    def note_beats(self, class_index: int) -> float | None:
        """The median length of the clip's notes of this class, or None where the clip does not use the class."""
        return self.voices[class_index][1] if class_index in self.voices else None


@lru_cache(maxsize=ROLLS_KEPT)
def encode(clip: Clip, kit: Kit, out_beats: float | None = None) -> Roll:
    """The clip on the grid, for a result of `out_beats` (left out: of the clip's own length).

    An early hit on beat 0 is early on every pass. Raises Unsupported for a meter that the grid does not hold, BadValue
    for a clip so full and short that it would have more than 4,096 notes when it loops so long.
    """
    out_beats = out_beats or clip.length_beats
    out_steps = steps_in(out_beats)
    shape = window(clip.meter)
    span_steps = shape.count(out_beats) * shape.steps
    found: dict[Cell, list[tuple[Note, float]]] = {}
    beside: list[Note] = []
    heard = 0
    for note in clip.notes:
        class_index = kit.class_of(note.pitch)
        if note.start_beats >= clip.length_beats:
            # Behind the loop's end nothing is heard. It stays there only while the end does.
            beside += [note] if out_beats <= clip.length_beats else []
        elif nearest_step(note.start_beats) < 0:
            beside.append(note)
        elif class_index is None:
            passes = math.ceil(out_beats / clip.length_beats - 1e-4)
            later = [note.moved(i * clip.length_beats) for i in range(1, passes)]
            beside += [note, *(repeat for repeat in later if repeat.start_beats < out_beats)]
            heard += passes
        else:
            early = nearest_step(note.start_beats) >= steps_in(clip.length_beats)
            first_beats = note.start_beats - (clip.length_beats if early else 0.0)
            for i, again in enumerate(_repeats(note, first_beats, clip, span_steps / STEPS_PER_BEAT)):
                step = nearest_step(again.start_beats)
                # Where the result ends within a sixteenth, the next pass would share the step that its end cuts.
                behind = i * clip.length_beats >= out_beats and step < out_steps
                if step < span_steps and not behind:
                    offset = min(again.start_beats * STEPS_PER_BEAT - step, LARGEST_OFFSET)
                    if early and again.start_beats < 0.0:
                        # A hit at the loop's very end, early on its first step: at the end of the result's loop too.
                        again = note if out_beats == clip.length_beats else again.moved(out_beats)
                    found.setdefault((step, class_index), []).append((again, offset))
                    heard += 1
        if heard > max(MAX_NOTES, len(clip.notes)):
            raise BadValue(
                f"The clip has more than {MAX_NOTES:,} notes when it loops through {out_beats:g} beats: "
                "take a longer clip, or one with fewer notes."
            )
    cells = Cells.empty(span_steps)
    of_classes: dict[int, list[Note]] = {}
    for cell, notes in found.items():
        notes.sort(key=lambda pair: -pair[0].velocity)
        cells.hits[cell] = 1.0
        cells.velocity[cell] = notes[0][0].velocity / 127.0
        cells.offset[cell] = notes[0][1]
        of_classes.setdefault(cell[1], []).append(notes[0][0])
    for array in (cells.hits, cells.velocity, cells.offset):
        array.setflags(write=False)
    holders = {cell: tuple(note for note, _ in notes) for cell, notes in found.items()}
    voices = {
        class_index: (
            Counter(note.pitch for note in notes).most_common(1)[0][0],
            median_low(note.length_beats for note in notes),
        )
        for class_index, notes in of_classes.items()
    }
    return Roll(clip, kit, shape, out_beats, cells, holders, tuple(beside), voices)


def _repeats(note: Note, first_beats: float, clip: Clip, span_beats: float) -> Iterator[Note]:
    """The note as the clip loops through `span_beats`, the first time at `first_beats`."""
    for i in range(math.ceil(span_beats / clip.length_beats) + 1):
        start_beats = first_beats + i * clip.length_beats
        if start_beats >= span_beats:
            return
        yield note if start_beats == note.start_beats else replace(note, start_beats=start_beats)


@dataclass(frozen=True, slots=True)
class Source:
    """A clip that a result is made from. `faith` 0-1: how far a kept hit keeps its own velocity and timing."""

    roll: Roll
    faith: float


def decode(cells: Cells, sources: Sequence[Source], kit: Kit, out_beats: float) -> tuple[Note, ...]:
    """The notes of `cells`, for a result of `out_beats` on the pads of `kit`, without those beside the grid.

    `sources` stand in order, the most important first; the first one that has a hit in the same cell gives the note its
    pad, its length and `source`, and all notes that shared the cell come back with it. Other hits are new: on the pad
    that the first source of the same kit plays their class on, else on the kit's. A new hit is never placed before
    beat 0, where Live would not play it, and ends where its pad is hit again. Only hits within `out_beats` are heard.
    What is placed stays at its step, also when the wire rounds it.
    """
    notes: list[Note] = []
    ours = [source for source in sources if source.roll.kit == kit]
    voices = [_voice(class_index, ours, kit) for class_index in range(CLASSES)]
    new: list[int] = []  # where new hits stand in `notes`
    end_steps = steps_in(out_beats)
    at = np.nonzero(cells.hits[:end_steps])
    velocities = np.maximum(1.0, np.minimum(127.0, np.rint(cells.velocity[at].astype(np.float64) * 127.0)))
    offsets_beats = cells.offset[at].astype(np.float64) / STEPS_PER_BEAT
    # Lists, because to take single numbers out of arrays is slow.
    for step, class_index, velocity, offset_beats in zip(
        *(axis.tolist() for axis in (*at, velocities, offsets_beats)), strict=True
    ):
        cell = (step, class_index)
        grid_beats = step / STEPS_PER_BEAT
        for source in sources:
            if cell in source.roll.holders:
                break
        else:
            start_beats = min(max(0.0, grid_beats + offset_beats), _last_beats(step))
            if start_beats < out_beats:
                pad, length_beats = voices[class_index]
                new.append(len(notes))
                # It ends with the loop, or the clip as a file would last longer than its bars.
                notes.append(Note(pad, start_beats, min(length_beats, out_beats - start_beats), velocity))
            continue
        held = source.roll.holders[cell]
        if source.roll.kit != kit:
            # On one pad now: of those that begin together the loudest, which stands first.
            pad = voices[class_index][0]
            held = tuple({note.start_beats: replace(note, pitch=pad) for note in reversed(held)}.values())[::-1]
        if source.faith < 1.0:
            own_beats = source.roll.cells.offset.item(cell) / STEPS_PER_BEAT
            later_beats = (1.0 - source.faith) * (offset_beats - own_beats)
            louder = (1.0 - source.faith) * (velocity - held[0].velocity)
            notes += _shaded(held, later_beats, louder, out_beats, end_steps)
        else:
            notes += held
    end_new(notes, new)
    return tuple(notes)


def end_new(notes: list[Note], new: Sequence[int]) -> None:
    """Ends those of `notes` that stand at `new` where their pad is hit again: of two that overlap MIDI cannot tell
    which one ends."""
    starts_beats: dict[int, list[float]] = {notes[i].pitch: [] for i in new}
    for note in notes:
        if note.pitch in starts_beats:
            starts_beats[note.pitch].append(note.start_beats)
    for starts in starts_beats.values():
        starts.sort()
    for i in new:
        note = notes[i]
        later = starts_beats[note.pitch]
        following = bisect_right(later, note.start_beats)
        if following < len(later) and later[following] < note.start_beats + note.length_beats:
            notes[i] = replace(note, length_beats=later[following] - note.start_beats)


def _voice(class_index: int, ours: Sequence[Source], kit: Kit) -> tuple[int, float]:
    """The pad and the note length for a hit of this class that no source has."""
    for source in ours:
        pad = source.roll.pad(class_index)
        if pad is not None:
            return pad, source.roll.note_beats(class_index) or NEW_NOTE_BEATS
    return kit.home(class_index), NEW_NOTE_BEATS


def _last_beats(step: int) -> float:
    """The last time that is nearest to this step and stays so as a float32: half way belongs to the next one."""
    return (step + 0.5) / STEPS_PER_BEAT * (1.0 - 2.0**-23)


def _shaded(
    held: Sequence[Note], later_beats: float, louder: float, out_beats: float, end_steps: int
) -> list[Note]:
    """The notes of one cell, all moved and changed alike, so that a flam stays a flam. `end_steps`: of the loop.

    They are moved no further than to the ends of the loop: not before beat 0, where Live would not play them (what was
    there before is not moved further out), and not behind the end; and the loudest not to another step.
    """
    # A hit at the loop's very end, early on its first step, is counted from there.
    places = [n.start_beats - (out_beats if nearest_step(n.start_beats) >= end_steps else 0.0) for n in held]
    first = places[0]
    step = math.floor(first * STEPS_PER_BEAT + 0.5)
    earliest, last = (first, first) if len(places) == 1 else (min(places), max(places))
    if later_beats < 0.0:
        later_beats = max(later_beats, -earliest if earliest > 0.0 else 0.0, (step - 0.5) / STEPS_PER_BEAT - first)
    else:
        later_beats = min(later_beats, out_beats - last - 1e-6, _last_beats(step) - first)
    shaded = []
    for note, place in zip(held, places, strict=True):
        start_beats = place + later_beats
        if start_beats < 0.0 and place != note.start_beats:
            start_beats += out_beats
        velocity = min(127.0, max(1.0, float(round(note.velocity + louder))))
        shaded.append(Note(note.pitch, start_beats, note.length_beats, velocity, note.source))
    return shaded
