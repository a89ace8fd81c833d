"""A primer: the clip that is continued, how it leads into what follows, and what of it a model is told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bridge.errors import BadValue
from bridge.models.grid import Window, nearest_step, window
from bridge.music.clip import MAX_BARS, MAX_NOTES, Clip, Note

__all__ = ["LEAST_BARS", "Primer", "primer_of"]

LEAST_BARS = 2
"""A model hears no less of the primer; a shorter one is heard again and again."""


@dataclass(frozen=True, slots=True)
class Primer:
    """A clip that is heard until its last bar is full: it goes on looping where it ends within the bar.

    `steps` and `length_beats` are those of its bars; `notes` are what is heard of it, the first time the clip's very
    notes. What lies behind the loop's end is not heard, and no part of it.
    """

    clip: Clip
    window: Window
    steps: int
    length_beats: float
    notes: tuple[Note, ...]

    @property
    def leading(self) -> tuple[Note, ...]:
        """Notes within half a sixteenth before the join: they are early on the first step of what follows."""
        return tuple(note for note in self.notes if nearest_step(note.start_beats) >= self.steps)

    def history(self, most_steps: int) -> npt.NDArray[np.int64]:
        """The primer's steps that a model hears before the join, in order: whole bars, `most_steps` at most.

        From two bars on (as many as a window holds, if that is more), where the primer is shorter, all over again.
        """
        shape = self.window
        bars = max(LEAST_BARS, shape.bars, min(self.clip.bars, most_steps // shape.bar_steps))
        return np.arange(self.steps - bars * shape.bar_steps, self.steps) % self.steps

    def continued(self, new: Sequence[Note], length_bars: int, melody: Note | None = None) -> Clip:
        """The primer and behind it `new`, which stand there already.

        Where a note of the primer rings on while a new one begins on its pitch, it ends there; the last note of its
        `melody` ends where any new one begins. Raises BadValue where both together have more notes than a clip holds.
        """
        length_beats = length_bars * self.clip.meter.bar_beats
        notes = _joined(self.notes, new, melody)
        if len(notes) > MAX_NOTES:
            raise BadValue(
                f"The primer and its continuation have {len(notes):,} notes together: a clip may have up to "
                f"{MAX_NOTES:,}. Ask for the continuation alone."
            )
        return Clip(notes, self.length_beats + length_beats, self.clip.meter)


def primer_of(clip: Clip, length_bars: int, with_primer: bool) -> Primer:
    """Raises Unsupported for a meter that the grid does not hold, BadValue where the result would be too long."""
    shape = window(clip.meter)
    if with_primer and clip.bars + length_bars > MAX_BARS:
        raise BadValue(
            f"The primer of {clip.bars} bars and {length_bars} bars after it are {clip.bars + length_bars} bars: a "
            f"clip has up to {MAX_BARS}. Ask for fewer bars, or for the continuation alone."
        )
    length_beats = clip.bars * clip.meter.bar_beats
    return Primer(clip, shape, clip.bars * shape.bar_steps, length_beats, _heard(clip, length_beats))


def _heard(clip: Clip, until_beats: float) -> tuple[Note, ...]:
    """The clip's notes as it loops until then."""
    notes = tuple(note for note in clip.notes if note.start_beats < clip.length_beats)
    again = [note for note in notes if nearest_step(note.start_beats) >= 0]
    for i in range(1, math.ceil(until_beats / clip.length_beats - 1e-4)):
        later = (note.moved(i * clip.length_beats) for note in again)
        notes = _joined(notes, [note for note in later if note.start_beats < until_beats])
    return notes


def _joined(earlier: Sequence[Note], later: Sequence[Note], melody: Note | None = None) -> tuple[Note, ...]:
    """Both, the earlier ones no longer than until a later one on their pitch begins, `melody` until any does."""
    begins: dict[int, float] = {}
    for note in later:
        begins[note.pitch] = min(note.start_beats, begins.get(note.pitch, note.start_beats))
    if melody is not None and begins:
        begins[melody.pitch] = min(begins.values())
    kept = []
    for note in earlier:
        end_beats = begins.get(note.pitch, math.inf)
        rings = note.start_beats < end_beats < note.start_beats + note.length_beats
        kept.append(replace(note, length_beats=end_beats - note.start_beats) if rings else note)
    return (*kept, *later)
