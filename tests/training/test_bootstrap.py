"""Against distributions of draws that are known exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bridge.errors import BadValue
from training.figures.bootstrap import interval


def test_a_share_of_files_is_drawn_as_a_binomial() -> None:
    """50 of 100 files are hits: the draws are Binomial(100, 0.5), whose 2.5 % and 97.5 % quantiles are 40 and 60."""
    assert interval([(float(i < 50), 1.0) for i in range(100)], draws=20_000) == (0.4, 0.6)


def test_a_mean_has_the_interval_of_the_normal_distribution() -> None:
    """Of many files of one size: the mean, plus and minus 1.96 standard errors."""
    errors = np.random.default_rng(0).gamma(3.0, 6.0, 300)
    low, high = interval([(error, 1.0) for error in errors], draws=8000)
    half = 1.959964 * errors.std() / math.sqrt(300)
    assert low == pytest.approx(errors.mean() - half, abs=0.08 * half)
    assert high == pytest.approx(errors.mean() + half, abs=0.08 * half)


def test_files_of_one_ratio_leave_no_doubt_whatever_their_sizes() -> None:
    assert interval([(0.5 * size, size) for size in (1.0, 20.0, 300.0)]) == pytest.approx((0.5, 0.5))


def test_it_is_the_ratio_of_the_sums_and_not_the_mean_of_the_ratios() -> None:
    """Of two files: both, or one of them twice (a quarter of the draws each)."""
    assert interval([(0.0, 9.0), (1.0, 1.0)]) == (0.0, 1.0)
    low, high = interval([(100.0, 1000.0), *[(1.0, 1.0)] * 20])
    assert low < 120 / 1020 < high


def test_a_seed_is_a_result() -> None:
    files = [(float(i % 7), 3.0) for i in range(40)]
    assert interval(files, seed=3) == interval(files, seed=3)
    assert interval(files, seed=3) != interval(files, seed=4)


def test_files_with_nothing_to_count_are_left_out() -> None:
    files = [(float(i % 7), 3.0) for i in range(40)]
    assert interval([*files, (0.0, 0.0)]) == interval(files)


@pytest.mark.parametrize("bad", [(math.nan, 1.0), (1.0, math.nan), (math.inf, 1.0), (1.0, -1.0)])
def test_values_that_are_no_sums_are_refused(bad: tuple[float, float]) -> None:
    with pytest.raises(BadValue, match="finite"):
        interval([(1.0, 2.0), bad])


@pytest.mark.parametrize("files", [[], [(0.0, 0.0)]])
def test_no_files_have_no_interval(files: list[tuple[float, float]]) -> None:
    with pytest.raises(BadValue, match="no files"):
        interval(files)
