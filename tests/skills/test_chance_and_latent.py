"""Seeds give the same draws everywhere; the ways through the latent space end where they should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.skills.chance import Chance
from bridge.skills.latent import bilinear, corner_weights, slerp

unit = st.floats(0.0, 1.0)


def test_a_seed_gives_these_numbers_on_every_machine() -> None:
    """Written down once: a change here changes every clip that anybody kept the seed of."""
    chance = Chance(7, 1.0)
    assert chance.kinds(2)[:, 0] == pytest.approx([0.6250954, 0.8972138], abs=1e-6)
    assert chance.hits(1, 1)[0, 0, :3] == pytest.approx([0.2779703, 0.4451531, 0.9337384], abs=1e-6)
    assert chance.ideas(1, 1, 96)[0, 0, :3] == pytest.approx([-1.0741451, -0.3932122, -0.1508058], abs=1e-6)
    assert chance.feel(1, 1)[0, 0, 0, :3] == pytest.approx([2.9970741, 1.4659197, -0.7679981], abs=1e-6)


def test_seeds_and_variations_differ_and_draws_are_for_their_own_purpose() -> None:
    draws = [row.tobytes() for seed in (0, 1) for row in Chance(seed, 1.0).hits(2, 2)]
    assert len(set(draws)) == 4
    assert Chance(1, 1.0).kinds(1)[0, 0] != Chance(1, 1.0).hits(1, 1)[0, 0, 0]


def test_a_variations_draws_do_not_depend_on_how_many_there_are() -> None:
    few, many = Chance(5, 1.0), Chance(5, 1.0)
    assert (few.kinds(2) == many.kinds(16)[:2]).all()
    assert (few.ideas(2, 3, 96) == many.ideas(16, 3, 96)[:2]).all()
    assert (few.hits(2, 3) == many.hits(16, 3)[:2]).all()
    assert (few.feel(2, 3) == many.feel(16, 3)[:2]).all()


def test_at_temperature_0_the_seed_is_not_used_and_variations_still_differ() -> None:
    first, second = Chance(1, 0.0).ideas(2, 1, 96), Chance(2, 0.0).ideas(2, 1, 96)
    assert (first == second).all()
    assert (first[0] != first[1]).any()
    assert (Chance(1, 0.0).feel(1, 2) == 0.0).all()


def test_the_draws_have_the_shapes_of_their_distributions() -> None:
    chance = Chance(0, 1.0)
    ideas, feel, hits = chance.ideas(1, 200, 96), chance.feel(1, 50), chance.hits(1, 500)
    assert ideas.mean() == pytest.approx(0.0, abs=0.03)
    assert ideas.std() == pytest.approx(1.0, abs=0.03)
    assert np.abs(feel).mean() == pytest.approx(1.0, abs=0.03)  # Laplace of scale 1
    assert np.median(feel) == pytest.approx(0.0, abs=0.03)
    assert hits.min() >= 0.0
    assert hits.max() < 1.0


def test_slerp_has_its_ends_and_stays_on_the_sphere() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 5, 96)).astype(np.float32)
    a, b = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b))
    assert slerp(a, b, 0.0) == pytest.approx(a, abs=1e-6)
    assert slerp(a, b, 1.0) == pytest.approx(b, abs=1e-6)
    middle = slerp(a, b, 0.5)
    assert np.linalg.norm(middle, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (middle * a).sum(1) == pytest.approx((middle * b).sum(1), abs=1e-5)


def test_slerp_of_the_same_opposite_or_no_direction_is_finite() -> None:
    a = np.ones((1, 4), np.float32)
    for other in (a, -a, np.zeros_like(a)):
        assert np.isfinite(slerp(a, other, 0.3)).all()
    assert slerp(a, a, 0.3) == pytest.approx(a)


@given(st.integers(2, 4), unit, unit)
def test_corner_weights_share_one_between_the_corners(corners: int, x: float, y: float) -> None:
    weights = corner_weights(corners, x, y)
    assert len(weights) == corners
    assert sum(weights) == pytest.approx(1.0)
    assert min(weights) >= 0.0


@pytest.mark.parametrize("corners", [2, 3, 4])
def test_at_a_corner_there_is_that_corner_alone(corners: int) -> None:
    latents = [np.eye(4, dtype=np.float32)[i : i + 1] for i in range(corners)]
    for i, (x, y) in enumerate([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)][:corners]):
        assert corner_weights(corners, x, y)[i] == 1.0
        assert bilinear(latents, x, y) == pytest.approx(latents[i], abs=1e-6)
