"""Scales hold the notes that their names say."""

from __future__ import annotations

import pytest

from bridge.errors import BadValue, UnknownName
from bridge.music.scale import SCALES, Scale


def classes(scale: Scale) -> list[int]:
    return [pitch for pitch in range(12) if scale.contains(pitch)]


def test_scales_are_known_by_name_and_root() -> None:
    assert classes(Scale(0, "Major")) == [0, 2, 4, 5, 7, 9, 11]
    assert classes(Scale(9, "Minor")) == classes(Scale(0, "Major"))
    assert classes(Scale(2, "Dorian")) == classes(Scale(0, "Major"))
    assert classes(Scale(11, "Locrian")) == classes(Scale(0, "Major"))
    assert classes(Scale(4, "Minor Pentatonic")) == classes(Scale(7, "Major Pentatonic"))
    assert classes(Scale(5, "Chromatic")) == list(range(12))
    assert Scale(3, "minor blues") == Scale(3, "Minor Blues")
    assert str(Scale(6, "whole tone")) == "F# Whole Tone"


@pytest.mark.parametrize("name", SCALES)
def test_every_octave_has_the_same_notes_and_the_root_is_one(name: str) -> None:
    for root in range(12):
        scale = Scale(root, name)
        assert scale.contains(root)
        assert all(scale.contains(pitch) == scale.contains(pitch % 12) for pitch in range(128))
        assert sum(scale.contains(pitch) for pitch in range(60, 72)) == len(SCALES[name])


def test_what_there_is_not_is_refused_with_what_there_is() -> None:
    with pytest.raises(UnknownName, match=r'"Hijaz".*Major, Minor'):
        Scale(0, "Hijaz")
    for root in (12, -1, 1.0, True):
        with pytest.raises(BadValue, match=r"0 \(C\) to 11 \(B\)"):
            Scale(root, "Major")  # type: ignore[arg-type]
