"""New notes of a melody have a player's touch, and the rules that give it are heard one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.models.grid import window
from bridge.models.melody_grid import FIRST_PITCH, HOLD, REST, Sung
from bridge.music.meter import Meter
from bridge.skills.chance import Chance
from bridge.skills.phrasing import FEELS, phrased

NO_CHANCE = np.zeros((32, FEELS), np.float32)


def line(*pitches: int, length: int = 2) -> np.ndarray:
    """32 tokens: these pitches one after the other, each so many steps long, -1 a rest; then a rest."""
    tokens = np.full(32, HOLD)
    for i, pitch in enumerate((*pitches, -1)):
        if i * length < 32:
            tokens[i * length] = REST if pitch < 0 else FIRST_PITCH + pitch
    return tokens


def sung(tokens: np.ndarray, humanise: float = 1.0, feel: np.ndarray = NO_CHANCE, meter: Meter = Meter()) -> Sung:  # noqa: B008
    return phrased(tokens, feel, window(meter), np.full(32, 90.0, np.float32), humanise)


def test_humanise_0_is_even_on_the_grid_and_bound() -> None:
    stiff = sung(line(20, 20, 33, 21, -1, 25), 0.0, Chance(1, 1.0).feel(1, 1)[0, 0])
    assert (stiff.velocity == 90.0).all()
    assert not stiff.offset.any()
    assert not stiff.gap.any()


def test_velocities_vary_around_those_of_the_sources() -> None:
    tokens = line(20, 22, 24, 25, 24, 22, 20, 27, 29, 27, 25, 24, 22, 20)
    onsets = tokens >= FIRST_PITCH
    played = sung(tokens, feel=Chance(1, 1.0).feel(1, 1)[0, 0]).velocity[onsets]
    assert played.mean() == pytest.approx(90.0, abs=2.0)
    assert 3.0 < played.std() < 15.0
    half = sung(tokens, 0.5, Chance(1, 1.0).feel(1, 1)[0, 0]).velocity[onsets]
    assert half.std() == pytest.approx(0.5 * played.std(), rel=1e-3)


def test_the_higher_the_louder() -> None:
    for pitches in ((20, 32), (32, 20)):
        # Two notes are both at the end of their phrase; both are on beats.
        first, second = sung(line(*pitches, length=16), meter=Meter(4, 4)).velocity[[0, 16]]
        assert (first > second) == (pitches[0] > pitches[1])


def test_beats_are_louder_and_the_bars_first_most() -> None:
    velocity = sung(line(*[30] * 16)).velocity[::2]
    in_phrase = velocity[4:12]  # eighths around the middle
    assert (in_phrase[::2] > in_phrase[1::2]).all()
    assert velocity[8] == velocity.max()
    of_six_eight = sung(line(*[30] * 12), meter=Meter(6, 8)).velocity[:24:2]
    assert of_six_eight[3] > of_six_eight[4]


def test_a_phrase_grows_and_fades() -> None:
    velocity = sung(line(*[30] * 8, length=4)).velocity[::4]
    assert velocity[3] > velocity[1]
    assert velocity[5] > velocity[7]


def test_steps_are_bound_and_leaps_repeats_and_ends_are_not() -> None:
    gap = sung(line(30, 32, 44, 44, 45, -1, length=4)).gap[::4]
    step, leap, repeat, step_again, last = gap[:5]
    assert step == step_again == 0.0
    assert 0.0 < leap < repeat
    assert last == repeat


def test_timing_is_of_a_few_milliseconds_and_of_chance_alone() -> None:
    tokens = line(*range(20, 36))
    assert not sung(tokens).offset.any()
    offsets = np.concatenate([sung(tokens, feel=f[0]).offset[::2] for f in Chance(1, 1.0).feel(50, 1)])
    milliseconds = 125.0 * offsets  # at 120 BPM
    assert 1.0 < np.abs(milliseconds).mean() < 6.0
    assert np.abs(milliseconds).max() < 26.0
    assert np.corrcoef(offsets[:-1], offsets[1:])[0, 1] > 0.3


@given(st.lists(st.integers(0, 61), min_size=32, max_size=32), st.integers(0, 99), st.sampled_from([(4, 4), (9, 8)]))
def test_whatever_is_sung_can_be_played(tokens: list[int], seed: int, meter: tuple[int, int]) -> None:
    played = sung(np.array(tokens), feel=Chance(seed, 2.0).feel(1, 1)[0, 0], meter=Meter(*meter))
    assert ((played.velocity >= 1.0) & (played.velocity <= 127.0)).all()
    assert (np.abs(played.offset) <= 0.2).all()
    assert ((played.gap >= 0.0) & (played.gap < 0.5)).all()
