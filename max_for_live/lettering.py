"""How wide a word is on a face, in pixels, as nearly as it can be said without Live's own font."""

from __future__ import annotations

__all__ = ["FONT", "FONT_SIZE", "text_width"]

FONT, FONT_SIZE = "Ableton Sans Medium", 10.0


def text_width(text: str, size: float = FONT_SIZE) -> int:
    """About how many pixels a text takes in Ableton Sans Medium."""
    return round(size * sum(_letter_width(letter) for letter in text))


def _letter_width(letter: str) -> float:
    if letter in "ijlI.,:;'!|":
        return 0.27
    if letter in "ftr()[]/- ":
        return 0.36
    if letter in "mwMW@%":
        return 0.85
    return 0.64 if letter.isupper() else 0.54
