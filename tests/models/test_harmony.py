"""Chords as a melody model hears them."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.models.harmony import CHORD_COLUMNS, chords_of
from bridge.music.clip import Clip, Note
from bridge.music.meter import Meter

C, E, G, A, F = 0, 4, 7, 9, 5


def chord(start_beats: float, length_beats: float, *pitches: int) -> list[Note]:
    return [Note(pitch, start_beats, length_beats, 80.0) for pitch in pitches]


def sounding(row: np.ndarray) -> tuple[set[int], set[int]]:
    """Pitch classes, and the bass."""
    return {*np.flatnonzero(row[:12]).tolist()}, {*np.flatnonzero(row[12:]).tolist()}


TWO_CHORDS = Clip((*chord(0.0, 2.0, 48, 64, 67), *chord(2.0, 2.0, 57, 60, 65)), 4.0)


def test_pitch_classes_and_the_bass_of_each_step() -> None:
    rows = chords_of(TWO_CHORDS, np.arange(0, 16))
    assert rows.shape == (16, CHORD_COLUMNS)
    assert [sounding(row) for row in rows] == [({C, E, G}, {C})] * 8 + [({A, C, F}, {A})] * 8


def test_chords_loop_from_the_primers_start_as_long_as_needed() -> None:
    rows = chords_of(TWO_CHORDS, np.arange(24, 64))
    assert [sounding(row)[1] for row in rows] == [{A}] * 8 + ([{C}] * 8 + [{A}] * 8) * 2
    three_beats = Clip(tuple(chord(0.0, 1.0, 48)), 3.0, Meter(3, 4))
    bass = [sounding(row)[1] for row in chords_of(three_beats, np.arange(0, 48))]
    assert bass == ([{C}] * 4 + [set()] * 8) * 4


def test_a_passing_note_is_none_and_a_broken_chord_is_one() -> None:
    passing = Clip((*chord(0.0, 1.0, 48), *chord(0.95, 0.05, 50)), 1.0)
    assert sounding(chords_of(passing, np.arange(0, 1))[0]) == ({C}, {C})
    broken = Clip(tuple(Note(p, i / 8, 1 / 8, 80.0) for i, p in enumerate((48, 52, 55, 60) * 2)), 1.0)
    assert sounding(chords_of(broken, np.arange(0, 1))[0]) == ({C, E, G}, {C})


def test_what_rings_over_the_loops_end_ends_there() -> None:
    clip = Clip((*chord(3.0, 8.0, 48), Note(50, -0.5, 0.4, 80.0), Note(52, 9.0, 1.0, 80.0)), 4.0)
    assert [sounding(row) for row in chords_of(clip, np.arange(0, 20))] == [(set(), set())] * 12 + [({C}, {C})] * 4 + [
        (set(), set())
    ] * 4


@pytest.mark.parametrize("meter", [Meter(6, 8), Meter(7, 8), Meter(2, 2), Meter(1, 16), Meter(4, 1)], ids=str)
def test_any_meter_and_length(meter: Meter) -> None:
    for length_beats in (0.25, 1.1, 3.3, 7.0):
        if length_beats <= 64 * meter.bar_beats:
            rows = chords_of(Clip(tuple(chord(0.0, 8.0, 48, 55)), length_beats, meter), np.arange(5, 105))
            assert all(sounding(row) == ({C, G}, {C}) for row in rows)


def test_an_empty_clip_tells_nothing() -> None:
    assert not chords_of(Clip((), 4.0), np.arange(0, 64)).any()
