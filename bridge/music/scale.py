"""Scales by the names that Live gives them."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import BadValue, UnknownName

__all__ = ["PITCH_CLASSES", "SCALES", "Scale"]

PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

SCALES: dict[str, tuple[int, ...]] = {
    "Major": (0, 2, 4, 5, 7, 9, 11),
    "Minor": (0, 2, 3, 5, 7, 8, 10),
    "Dorian": (0, 2, 3, 5, 7, 9, 10),
    "Mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "Lydian": (0, 2, 4, 6, 7, 9, 11),
    "Phrygian": (0, 1, 3, 5, 7, 8, 10),
    "Locrian": (0, 1, 3, 5, 6, 8, 10),
    "Whole Tone": (0, 2, 4, 6, 8, 10),
    "Minor Blues": (0, 3, 5, 6, 7, 10),
    "Minor Pentatonic": (0, 3, 5, 7, 10),
    "Major Pentatonic": (0, 2, 4, 7, 9),
    "Harmonic Minor": (0, 2, 3, 5, 7, 8, 11),
    "Melodic Minor": (0, 2, 3, 5, 7, 9, 11),
    "Half-whole Dim.": (0, 1, 3, 4, 6, 7, 9, 10),
    "Whole-half Dim.": (0, 2, 3, 5, 6, 8, 9, 11),
    "Harmonic Major": (0, 2, 4, 5, 7, 8, 11),
    "Dorian #4": (0, 2, 3, 6, 7, 9, 10),
    "Phrygian Dominant": (0, 1, 4, 5, 7, 8, 10),
    "Lydian Augmented": (0, 2, 4, 6, 8, 9, 11),
    "Lydian Dominant": (0, 2, 4, 6, 7, 9, 10),
    "Super Locrian": (0, 1, 3, 4, 6, 8, 10),
    "8-Tone Spanish": (0, 1, 3, 4, 5, 6, 8, 10),
    "Bhairav": (0, 1, 4, 5, 7, 8, 11),
    "Hungarian Minor": (0, 2, 3, 6, 7, 8, 11),
    "Hirajoshi": (0, 2, 3, 7, 8),
    "In-Sen": (0, 1, 5, 7, 10),
    "Iwato": (0, 1, 5, 6, 10),
    "Kumoi": (0, 2, 3, 7, 9),
    "Pelog Selisir": (0, 1, 3, 7, 8),
    "Pelog Tembung": (0, 1, 5, 7, 8),
    "Messiaen 3": (0, 2, 3, 4, 6, 7, 8, 10, 11),
    "Messiaen 4": (0, 1, 2, 5, 6, 7, 8, 11),
    "Messiaen 5": (0, 1, 5, 6, 7, 11),
    "Messiaen 6": (0, 2, 4, 5, 6, 8, 10, 11),
    "Messiaen 7": (0, 1, 2, 3, 5, 6, 7, 8, 9, 11),
    "Chromatic": tuple(range(12)),
}
"""Name -> semitones above the root. The names are those that Live shows."""

_BY_LOWER_CASE = {name.lower(): name for name in SCALES}


@dataclass(frozen=True, slots=True)
class Scale:
    """`root` 0-11, C being 0; `name` one of SCALES, in any case. Raises BadValue and UnknownName."""

    root: int
    name: str

    def __post_init__(self) -> None:
        if type(self.root) is not int or not 0 <= self.root <= 11:
            raise BadValue(f"A scale has the root {self.root}: roots go from 0 (C) to 11 (B).")
        name = _BY_LOWER_CASE.get(self.name.lower())
        if name is None:
            raise UnknownName(f'There is no scale "{self.name}" here. Choose one of {", ".join(SCALES)}.')
        object.__setattr__(self, "name", name)

    def contains(self, pitch: int) -> bool:
        return (pitch - self.root) % 12 in SCALES[self.name]

    def __str__(self) -> str:
        return f"{PITCH_CLASSES[self.root]} {self.name}"
