"""How far a figure would move with other files: the bootstrap.

Source: Efron, Tibshirani: An Introduction to the Bootstrap, Chapman & Hall 1993, chapter 13 (percentile intervals).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bridge.errors import BadValue

__all__ = ["interval"]


def interval(per_file: Sequence[tuple[float, float]], draws: int = 2000, seed: int = 0) -> tuple[float, float]:
    """The 95 % percentile interval of sum(numerators) / sum(denominators), over files drawn with replacement.

    per_file: a numerator and a denominator for each file, such as its summed error and its hits. Files are drawn and
    not windows: the windows of one file are alike, and to draw them singly would make every interval too narrow. A file
    with the denominator 0 has nothing to count and is left out. Raises BadValue for values that are not finite, a
    negative denominator, and where no file is left.
    """
    values: npt.NDArray[np.float64] = np.asarray(per_file, np.float64).reshape(-1, 2)
    if not (np.isfinite(values).all() and (values[:, 1] >= 0.0).all()):
        raise BadValue("An interval needs finite numerators, and finite denominators of 0 or more, of every file.")
    values = values[values[:, 1] > 0.0]
    files = len(values)
    if not files:
        raise BadValue("There is no interval of no files: none of them has anything to count.")
    # How often each file is drawn: the same draws as by index, summed by one product of matrices.
    counts = np.random.default_rng(seed).multinomial(files, np.full(files, 1.0 / files), size=draws)
    numerators, denominators = (counts @ values).T
    low, high = np.percentile(numerators / denominators, (2.5, 97.5))
    return float(low), float(high)
