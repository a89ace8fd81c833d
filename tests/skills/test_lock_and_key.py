"""What pitches a melody may have, in which octaves it is given, and which are foreign to its key."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.errors import BadValue
from bridge.models.melody_grid import FIRST_PITCH, HOLD, REST, encode, pitch_of_token
from bridge.music.clip import Clip, Note
from bridge.music.scale import Scale
from bridge.skills.key import foreign, out_of, transposed
from bridge.skills.lock import FORBIDDEN, OPEN, Lock


def line(*pitches: int):  # type: ignore[no-untyped-def]
    return encode(Clip(tuple(Note(p, i / 2, 0.5, 90.0) for i, p in enumerate(pitches)), 8.0))


BASS, LEAD, SILENCE = line(36, 38, 40), line(72, 74, 76), line()


def test_a_lock_allows_the_scale_within_the_range() -> None:
    lock = Lock(60, 72, Scale(0, "Major"))
    assert sorted(lock.pitches) == [60, 62, 64, 65, 67, 69, 71, 72]
    assert [lock.nearest(pitch) for pitch in (61, 66, 71, 20, 127)] == [60, 65, 71, 60, 72]
    assert OPEN.pitches == frozenset(range(128))


@pytest.mark.parametrize(
    ("low", "high", "scale", "says"),
    [
        (61, 61, Scale(0, "Major"), "no note of C Major"),
        (72, 60, None, "from pitch 72 to 60"),
        (-1, 60, None, "0 to 127"),
        (0, 128, None, "0 to 127"),
        (60.0, 72, None, "whole numbers"),
    ],
)
def test_a_lock_that_allows_nothing_is_refused(low: int, high: int, scale: Scale | None, says: str) -> None:
    with pytest.raises(BadValue, match=says):
        Lock(low, high, scale)


@pytest.mark.parametrize("octaves", [-3, 0, 2, 5])
def test_the_bias_forbids_all_other_pitches(octaves: int) -> None:
    lock = Lock(40, 90, Scale(7, "Minor Pentatonic"))
    bias = lock.bias(octaves)
    assert bias[HOLD] == bias[REST] == 0.0
    for token in range(FIRST_PITCH, len(bias)):
        assert (bias[token] == FORBIDDEN) == (pitch_of_token(token, octaves) not in lock.pitches)


def test_octaves_move_from_one_line_to_the_other_and_are_exact_at_the_ends() -> None:
    assert (BASS.octaves, LEAD.octaves) == (2, -1)
    ways = np.linspace(0.0, 1.0, 21)
    octaves = [OPEN.octaves([BASS, LEAD], [(1 - x) ** 3, x**3]) for x in ways]
    assert octaves[0] == 2
    assert octaves[-1] == -1
    assert octaves == sorted(octaves, reverse=True)
    assert set(octaves) == {2, 1, 0, -1}


def test_silence_has_no_say_in_the_octaves() -> None:
    assert OPEN.octaves([BASS, SILENCE], [0.2, 0.8]) == 2
    assert OPEN.octaves([SILENCE], [1.0]) == OPEN.octaves([], []) == 0


def test_a_range_draws_lines_into_it_by_as_few_octaves_as_do() -> None:
    assert Lock(30, 60).octaves([BASS], [1.0]) == BASS.octaves
    assert Lock(60, 84).octaves([BASS], [1.0]) == BASS.octaves - 2  # 38 becomes 62
    assert Lock(20, 50).octaves([LEAD], [1.0]) == LEAD.octaves + 2  # 74 becomes 50
    assert Lock(36, 48).octaves([], []) == 2
    assert Lock(90, 100).octaves([SILENCE], [1.0]) == -2


def test_of_a_line_its_scale_is_at_home() -> None:
    strange = foreign([line(60, 62, 64, 65, 67, 69, 71)], [1.0])
    assert strange[HOLD] == strange[REST] == 0.0
    scale = Scale(0, "Major")
    for token in range(FIRST_PITCH, len(strange)):
        assert strange[token] == (0.0 if scale.contains(pitch_of_token(token, 0)) else 1.0)


def test_the_fewer_notes_the_less_is_foreign() -> None:
    few, more = foreign([line(60, 67)], [1.0]), foreign([line(60, 64, 65, 67)], [1.0])
    assert few.max() < 1.0 == more.max()
    assert not foreign([SILENCE], [1.0]).any()
    assert not foreign([], []).any()


def test_between_two_keys_each_is_at_home_by_its_strength() -> None:
    c_major, f_sharp_major = line(60, 62, 64, 65, 67, 69, 71), line(66, 68, 70, 71, 73, 75, 77)
    c, c_sharp = FIRST_PITCH + 24, FIRST_PITCH + 25
    for strength in (1.0, 0.75, 0.25):
        strange = foreign([c_major, f_sharp_major], [strength, 1.0 - strength])
        assert strange[c] == pytest.approx(1.0 - strength, abs=1e-6)
        assert strange[c_sharp] == pytest.approx(strength, abs=1e-6)


def test_a_window_is_transposed_into_the_key() -> None:
    d_flat = np.full((1, 32), HOLD)
    d_flat[0, ::4] = [FIRST_PITCH + 24 + 1 + step for step in (0, 2, 4, 5, 7, 9, 11, 12)]
    home = transposed(d_flat, out_of(Scale(0, "Major")))
    assert not out_of(Scale(0, "Major"))[home].any()
    assert (home == HOLD).sum() == 24
    moved = (home - d_flat)[d_flat > REST]
    assert len(set(moved.tolist())) == 1
    assert abs(moved[0]) <= 6
    at_home = transposed(home, out_of(Scale(0, "Major")))
    assert not out_of(Scale(0, "Major"))[at_home].any()
