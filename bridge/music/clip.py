"""Notes and clips, in beats (quarter notes) from the clip's start, as in Live."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bridge.errors import BadValue
from bridge.music.meter import FOUR_FOUR, Meter

__all__ = ["MAX_BARS", "MAX_BEATS", "MAX_NOTES", "MIN_LENGTH_BEATS", "Clip", "Note"]

MAX_BARS = 64
MAX_NOTES = 4096
MIN_LENGTH_BEATS = 0.25  # one sixteenth
# Far more than any clip holds, small enough that float32 on the wire still tells a 200th of a sixteenth apart.
MAX_BEATS = 8192.0


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    pitch 0-127; start_beats may lie before 0 or beyond the loop, which is legal in Live; length_beats above 0;
    velocity 0-127, fractions as in Live. `source` is the index of the note it came from among the notes of the
    request's clips, counted through in the order in which they were sent, or None for a note that is new: whoever
    asked copies probability, mute and the like from there. Raises BadValue.
    """

    pitch: int
    start_beats: float
    length_beats: float
    velocity: float
    source: int | None = None

    def __post_init__(self) -> None:
        # `not (a <= x <= b)` and never `x < a or x > b`: NaN fails the first and passes the second.
        if type(self.pitch) is not int or not 0 <= self.pitch <= 127:  # True is an int as well, but no pitch
            raise BadValue(f"A note has the pitch {self.pitch}: pitches are whole numbers from 0 to 127.")
        if not -MAX_BEATS <= self.start_beats <= MAX_BEATS:
            raise BadValue(
                f"A note on pitch {self.pitch} starts at beat {self.start_beats}: "
                f"starts go from -{MAX_BEATS:g} to {MAX_BEATS:g} beats."
            )
        if not 0.0 < self.length_beats <= MAX_BEATS:
            raise BadValue(
                f"A note on pitch {self.pitch} is {self.length_beats} beats long: "
                f"a note lasts more than 0 and at most {MAX_BEATS:g} beats."
            )
        if not 0.0 <= self.velocity <= 127.0:
            raise BadValue(
                f"A note on pitch {self.pitch} has the velocity {self.velocity}: velocities go from 0 to 127."
            )

    def moved(self, by_beats: float) -> Note:
        return replace(self, start_beats=self.start_beats + by_beats)


def by_start(note: Note) -> tuple[float, int]:
    return (note.start_beats, note.pitch)


@dataclass(frozen=True, slots=True)
class Clip:
    """A loop: notes sorted by start and pitch, its length and meter. Raises BadValue.

    length_beats: from a sixteenth (0.25) to 64 bars. At most 4,096 notes.
    """

    notes: tuple[Note, ...]
    length_beats: float
    meter: Meter = FOUR_FOUR

    def __post_init__(self) -> None:
        if len(self.notes) > MAX_NOTES:
            raise BadValue(f"The clip has {len(self.notes):,} notes: a clip may have up to {MAX_NOTES:,}.")
        longest_beats = MAX_BARS * self.meter.bar_beats
        if not MIN_LENGTH_BEATS <= self.length_beats <= longest_beats:
            bars = self.length_beats / self.meter.bar_beats
            raise BadValue(
                f"The clip is {self.length_beats:g} beats ({bars:g} bars of {self.meter}) long: "
                f"a clip lasts from a sixteenth ({MIN_LENGTH_BEATS} beats) to {MAX_BARS} bars."
            )
        object.__setattr__(self, "notes", tuple(sorted(self.notes, key=by_start)))

    def __hash__(self) -> int:
        # Clips are looked up at every request, and their notes are many: these tell nearly all apart.
        return hash((self.length_beats, self.meter, len(self.notes), self.notes[:2], self.notes[-1:]))

    @property
    def bars(self) -> int:
        """Bars begun: a clip of 5 beats in 4/4 has 2. A rounding error of float32 does not begin a bar."""
        return max(1, math.ceil(self.length_beats / self.meter.bar_beats - 1e-4))

    def with_notes(self, notes: Iterable[Note]) -> Clip:
        return replace(self, notes=tuple(notes))
