"""Live's transport at one moment, and the only place where beats become seconds and seconds beats."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bridge.errors import BadValue
from bridge.music.meter import FOUR_FOUR, Meter

__all__ = ["LEAD_SECONDS", "Placement", "Transport"]

LEAD_SECONDS = 0.05
"""A clip must be in its slot this long before the boundary on which it starts."""

# A position that is a hair before a boundary, by float32 on the wire, is on it.
EPSILON_BEATS = 1e-3


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a clip can start. `start_song_beats` is None when the transport stands: it can start at once.

    `start_in_seconds` counts from the moment of the answer. `late`: the first boundary after the question was missed.
    """

    start_song_beats: float | None
    start_in_seconds: float
    late: bool


@dataclass(frozen=True, slots=True)
class Transport:
    """A snapshot, taken when a request was sent. Raises BadValue.

    song_beats: Live's song position in quarter notes. tempo_bpm 20-999, as in Live. launch_quantum_beats: the launch
    quantization in quarter notes (4 for one bar of 4/4), 0 for none. Boundaries are counted from song beat 0.
    """

    is_playing: bool = False
    song_beats: float = 0.0
    tempo_bpm: float = 120.0
    meter: Meter = FOUR_FOUR
    launch_quantum_beats: float = 4.0

    def __post_init__(self) -> None:
        if not 20.0 <= self.tempo_bpm <= 999.0:
            raise BadValue(f"The tempo is {self.tempo_bpm:g} BPM: Live's tempo goes from 20 to 999.")
        if not math.isfinite(self.song_beats):
            raise BadValue(f"The song position is {self.song_beats}: it must be a number of beats.")
        if not 0.0 <= self.launch_quantum_beats <= 1024.0:
            raise BadValue(
                f"The launch quantization is {self.launch_quantum_beats:g} beats: it goes from 0 (none) to 1024 beats."
            )

    def beats(self, seconds: float) -> float:
        return seconds * self.tempo_bpm / 60.0

    def seconds(self, beats: float) -> float:
        return beats * 60.0 / self.tempo_bpm

    def next_boundary(self, after_seconds: float) -> float:
        """The song position in beats of the first boundary later than `after_seconds` after the snapshot.

        Without launch quantization every moment is a boundary. Amid a count-in, which is before beat 0, beat 0 is the
        first one.
        """
        after_beats = self.song_beats + self.beats(after_seconds)
        quantum = self.launch_quantum_beats
        if quantum == 0.0:
            return max(0.0, after_beats)
        return max(0.0, quantum * (math.floor((after_beats + EPSILON_BEATS) / quantum) + 1))

    def placement(self, elapsed_seconds: float) -> Placement:
        """Where a clip can start that is ready `elapsed_seconds` after the snapshot."""
        if not self.is_playing:
            return Placement(None, 0.0, late=False)
        start_beats = self.next_boundary(elapsed_seconds + LEAD_SECONDS)
        start_in_seconds = self.seconds(start_beats - self.song_beats) - elapsed_seconds
        if self.launch_quantum_beats == 0.0:
            return Placement(start_beats, start_in_seconds, late=False)
        late = start_beats > self.next_boundary(0.0) + EPSILON_BEATS
        return Placement(start_beats, start_in_seconds, late)
