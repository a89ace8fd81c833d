"""Notes and clips: their ranges, their order, and what is heard of a loop."""

from __future__ import annotations

import math
import struct

import pytest

from bridge.errors import BadValue
from bridge.music.clip import MAX_BARS, MAX_BEATS, MAX_NOTES, Clip, Note
from bridge.music.meter import DENOMINATORS, Meter

NAN, INF = math.nan, math.inf


def hit(start_beats: float, pitch: int = 36, source: int | None = None) -> Note:
    return Note(pitch, start_beats, 0.1, 100.0, source)


def starts(notes: tuple[Note, ...]) -> list[float]:
    return [note.start_beats for note in notes]


def float32(value: float) -> float:
    """As it comes off the wire."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


# --- a note -----------------------------------------------------------------------------------------------------------


def test_both_ends_of_every_range_are_allowed() -> None:
    Note(0, -MAX_BEATS, 1e-9, 0.0)
    Note(127, MAX_BEATS, MAX_BEATS, 127.0)
    assert Note(36, 0.0, 0.25, 63.5).velocity == 63.5


@pytest.mark.parametrize("pitch", [-1, 128, 200, 60.5, 60.0, True, False, NAN, INF])
def test_a_pitch_is_a_whole_number_from_0_to_127(pitch: int) -> None:
    with pytest.raises(BadValue) as refusal:
        Note(pitch, 0.0, 0.25, 100.0)
    assert str(refusal.value) == f"A note has the pitch {pitch}: pitches are whole numbers from 0 to 127."


@pytest.mark.parametrize("start_beats", [NAN, INF, -INF, MAX_BEATS + 1, -MAX_BEATS - 1])
def test_a_start_is_finite(start_beats: float) -> None:
    with pytest.raises(BadValue, match=rf"pitch 36 starts at beat {start_beats}: starts go from -8192 to 8192 beats"):
        Note(36, start_beats, 0.25, 100.0)


@pytest.mark.parametrize("length_beats", [0.0, -0.0, -1.0, NAN, INF, -INF, MAX_BEATS + 1])
def test_a_length_is_above_0(length_beats: float) -> None:
    with pytest.raises(BadValue, match=rf"pitch 36 is {length_beats} beats long: a note lasts more than 0"):
        Note(36, 0.0, length_beats, 100.0)


@pytest.mark.parametrize("velocity", [-0.1, 127.1, 128.0, NAN, INF, -INF])
def test_a_velocity_goes_from_0_to_127(velocity: float) -> None:
    with pytest.raises(BadValue, match=rf"pitch 36 has the velocity {velocity}: velocities go from 0 to 127"):
        Note(36, 0.0, 0.25, velocity)


def test_a_moved_note_is_checked_as_well() -> None:
    assert hit(1.0, source=3).moved(-2.5) == hit(-1.5, source=3)
    with pytest.raises(BadValue):
        hit(1.0).moved(NAN)


# --- a clip -----------------------------------------------------------------------------------------------------------


def test_notes_are_sorted_by_start_and_pitch() -> None:
    clip = Clip((hit(1.0, 38), hit(1.0, 36), hit(-0.5), hit(9.0), hit(0.0)), 4.0)
    assert [(note.start_beats, note.pitch) for note in clip.notes] == [(-0.5, 36), (0, 36), (1, 36), (1, 38), (9, 36)]


def test_notes_that_start_together_on_one_pitch_keep_their_order() -> None:
    loud, soft = Note(36, 0.0, 0.1, 120.0), Note(36, 0.0, 0.1, 20.0)
    assert Clip((loud, soft), 4.0).notes == (loud, soft)
    assert Clip((soft, loud), 4.0).notes == (soft, loud)


def test_a_clip_has_up_to_4096_notes() -> None:
    note = hit(0.0)
    assert len(Clip((note,) * MAX_NOTES, 4.0).notes) == 4096
    with pytest.raises(BadValue, match="The clip has 5,000 notes: a clip may have up to 4,096"):
        Clip((note,) * 5000, 4.0)


@pytest.mark.parametrize("length_beats", [0.0, -4.0, 0.2499, NAN, INF, -INF, 256.001])
def test_a_clip_lasts_from_a_sixteenth_to_64_bars(length_beats: float) -> None:
    with pytest.raises(BadValue, match=r"a clip lasts from a sixteenth \(0.25 beats\) to 64 bars"):
        Clip((), length_beats)


def test_both_ends_of_the_length_are_allowed_in_every_meter() -> None:
    for denominator in DENOMINATORS:
        for numerator in range(1, 100):
            meter = Meter(numerator, denominator)
            longest = Clip((), float32(MAX_BARS * meter.bar_beats), meter)
            assert longest.bars == MAX_BARS
            assert Clip((), 0.25, meter).bars == 1


@pytest.mark.parametrize(
    ("length_beats", "meter", "bars"),
    [
        (4.0, Meter(), 1),
        (5.0, Meter(), 2),
        (8.0, Meter(), 2),
        (float32(8.1), Meter(), 3),
        (8.0000005, Meter(), 2),
        (7.9999995, Meter(), 2),
        (10.5, Meter(7, 8), 3),
        (1.1, Meter(), 1),
    ],
)
def test_bars_begun(length_beats: float, meter: Meter, bars: int) -> None:
    assert Clip((), length_beats, meter).bars == bars


def test_a_clip_with_other_notes_sorts_and_checks_them() -> None:
    clip = Clip((hit(0.0),), 3.0, Meter(3, 4))
    assert clip.with_notes(iter([hit(2.0), hit(1.0)])) == Clip((hit(1.0), hit(2.0)), 3.0, Meter(3, 4))
    with pytest.raises(BadValue):
        clip.with_notes(hit(0.0) for _ in range(MAX_NOTES + 1))
