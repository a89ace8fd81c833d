"""What sounds under a melody: pitch classes and a bass, from chord symbols or from the notes of an accompaniment."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.music.clip import Note
from bridge.music.meter import Meter

__all__ = ["CHORD_KINDS", "Harmony", "harmony_of_notes", "joined", "pulse_beats"]

LEAST_SHARE = 1 / 8
"""A pitch class that sounds for less of a pulse is a passing note; the notes of a chord broken in 32nds are not."""

# Semitones above the root, by MusicXML's names of chord kinds.
CHORD_KINDS: dict[str, tuple[int, ...]] = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "augmented": (0, 4, 8),
    "diminished": (0, 3, 6),
    "dominant": (0, 4, 7, 10),
    "major-seventh": (0, 4, 7, 11),
    "minor-seventh": (0, 3, 7, 10),
    "diminished-seventh": (0, 3, 6, 9),
    "augmented-seventh": (0, 4, 8, 10),
    "half-diminished": (0, 3, 6, 10),
    "major-minor": (0, 3, 7, 11),
    "major-sixth": (0, 4, 7, 9),
    "minor-sixth": (0, 3, 7, 9),
    "dominant-ninth": (0, 2, 4, 7, 10),
    "major-ninth": (0, 2, 4, 7, 11),
    "minor-ninth": (0, 2, 3, 7, 10),
    "augmented-ninth": (0, 2, 4, 8, 10),
    "dominant-11th": (0, 2, 4, 5, 7, 10),
    "major-11th": (0, 2, 4, 5, 7, 11),
    "minor-11th": (0, 2, 3, 5, 7, 10),
    "dominant-13th": (0, 2, 4, 7, 9, 10),
    "major-13th": (0, 2, 4, 7, 9, 11),
    "minor-13th": (0, 2, 3, 7, 9, 10),
    "suspended-second": (0, 2, 7),
    "suspended-fourth": (0, 5, 7),
    "Neapolitan": (1, 5, 8),
    "Italian": (0, 6, 8),
    "French": (0, 2, 6, 8),
    "German": (0, 3, 6, 8),
    "pedal": (0,),
    "power": (0, 7),
    "Tristan": (0, 3, 6, 10),
}


@dataclass(frozen=True, slots=True)
class Harmony:
    """From start_beats to end_beats (quarter notes, as the melody's) sound `pitch_classes` (0-11, C = 0) over `bass`.

    `bass` is one of them. Where nothing sounds there is no Harmony.
    """

    start_beats: float
    end_beats: float
    pitch_classes: frozenset[int]
    bass: int


def pulse_beats(meter: Meter) -> float:
    """How often harmony is looked at: by the counted beat, and by quarters where that is longer, as in 2/2."""
    return meter.pulse_beats if meter.pulse_beats <= 1.5 else 1.0


def harmony_of_notes(
    notes: Iterable[Note], from_beats: float, line_beats: float, until_beats: float, meter: Meter
) -> tuple[Harmony, ...]:
    """What sounds in each pulse from `from_beats` to `until_beats`, counted from the bar line at `line_beats`.

    A pitch class that sounds for less than an eighth of the pulse does not count; the bass is the lowest note.
    """
    pulse = pulse_beats(meter)
    first = math.floor((from_beats - line_beats) / pulse + 1e-6)
    count = math.ceil((until_beats - line_beats) / pulse - 1e-6) - first
    sounding: list[dict[int, float]] = [{} for _ in range(count)]
    lowest = [128] * count
    origin_beats = line_beats + first * pulse
    for note in notes:
        start = max(note.start_beats, from_beats) - origin_beats
        end = min(note.start_beats + note.length_beats, until_beats) - origin_beats
        if end <= start:
            continue
        for i in range(int(start / pulse), min(count, math.ceil(end / pulse - 1e-6))):
            share = (min(end, (i + 1) * pulse) - max(start, i * pulse)) / pulse
            pitch_class = note.pitch % 12
            sounding[i][pitch_class] = sounding[i].get(pitch_class, 0.0) + share
            if share >= LEAST_SHARE - 1e-6 and note.pitch < lowest[i]:
                lowest[i] = note.pitch
    found = []
    for i, (shares, low) in enumerate(zip(sounding, lowest, strict=True)):
        pitch_classes = frozenset(pitch_class for pitch_class, share in shares.items() if share >= LEAST_SHARE - 1e-6)
        if pitch_classes and low < 128:
            start_beats = max(from_beats, origin_beats + i * pulse)
            end_beats = min(until_beats, origin_beats + (i + 1) * pulse)
            found.append(Harmony(start_beats, end_beats, pitch_classes, low % 12))
    return joined(found)


def joined(harmonies: Iterable[Harmony]) -> tuple[Harmony, ...]:
    """One for each run of the same harmony without a gap."""
    found: list[Harmony] = []
    for harmony in harmonies:
        last = found[-1] if found else None
        if (
            last
            and (last.pitch_classes, last.bass) == (harmony.pitch_classes, harmony.bass)
            and abs(last.end_beats - harmony.start_beats) < 1e-6
        ):
            found[-1] = Harmony(last.start_beats, harmony.end_beats, last.pitch_classes, last.bass)
        else:
            found.append(harmony)
    return tuple(found)
