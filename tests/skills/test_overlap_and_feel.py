"""Windows that overlap, and draws that do not depend on what else is asked."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.models.grid import STEPS, window
from bridge.music.meter import Meter
from bridge.skills.feel import Feel
from bridge.skills.overlap import overlapping

METERS = [Meter(*m) for m in ((4, 4), (3, 4), (7, 8), (5, 4), (12, 8), (2, 4), (3, 8), (7, 16), (1, 16), (8, 4))]


@pytest.mark.parametrize("meter", METERS, ids=str)
@pytest.mark.parametrize("bars", [1, 2, 3, 5, 10, 64])
def test_what_was_cut_is_joined_again(meter: Meter, bars: int) -> None:
    shape = window(meter)
    overlap = overlapping(shape, bars)
    steps = bars * shape.bar_steps
    rows = np.random.default_rng(0).random((3, steps, 5)).astype(np.float32)
    tensor = overlap.cut(rows)
    assert tensor.shape == (3 * overlap.windows, STEPS, 5)
    assert not tensor[:, shape.steps :].any()
    assert np.array_equal(overlap.joined(tensor), rows)
    assert overlap.positions(3).shape == (3 * overlap.windows, STEPS, 2)


def test_every_bar_but_the_first_is_heard_after_the_one_before() -> None:
    for meter, bars, windows in ((Meter(4, 4), 8, 7), (Meter(4, 4), 2, 1), (Meter(2, 4), 8, 3), (Meter(12, 8), 8, 8)):
        overlap = overlapping(window(meter), bars)
        assert overlap.windows == windows
        # Told by each window which it is.
        which = np.repeat(np.arange(windows), STEPS).reshape(windows, STEPS, 1).astype(np.float32)
        taken = overlap.joined(which)[0, :, 0]
        for step, row in enumerate(taken.astype(int)):
            at = int(np.flatnonzero(overlap.at[row] == step)[0])
            assert at >= min(step, overlap.window.steps - overlap.hop_steps)


def test_draws_are_uniform_and_normal() -> None:
    feel = Feel(3, 1.0)
    choices, touch = feel.choices(16, 512), feel.touch(16, 512, 18)
    assert choices.dtype == touch.dtype == np.float32
    assert 0.0 <= choices.min() < 0.01
    assert 0.99 < choices.max() < 1.0
    assert abs(float(touch.mean())) < 0.01
    assert abs(float(touch.std()) - 1.0) < 0.01
    assert abs(float(np.corrcoef(touch[..., 0].ravel(), touch[..., 9].ravel())[0, 1])) < 0.05
    assert (np.abs(touch) < 1.0).mean() == pytest.approx(0.683, abs=0.01)


def test_temperature_below_1_makes_touch_less() -> None:
    full = Feel(3, 1.0).touch(2, 32, 18)
    np.testing.assert_allclose(Feel(3, 0.25).touch(2, 32, 18), 0.25 * full, rtol=1e-6)
    assert np.array_equal(Feel(3, 1.7).touch(2, 32, 18), full)
    assert not Feel(3, 0.0).touch(2, 32, 18).any()


def test_tastes_are_for_temperature_0_alone() -> None:
    assert not Feel(3, 1.0).tastes(4, 16, 9, 2.0).any()
    cold = Feel(3, 0.0).tastes(4, 12, 62, 2.0)
    assert cold.shape == (4, 12, 62)
    assert not cold[0].any()
    assert cold[1:].std() == pytest.approx(2.0, abs=0.1)
    assert len({taste.tobytes() for taste in cold}) == 4
    assert np.array_equal(cold, Feel(7, 0.0).tastes(4, 12, 62, 2.0))
