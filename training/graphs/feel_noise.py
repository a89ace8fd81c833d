"""How a drummer's deviations hang together: the noise by which velocities and timings are drawn.

Drawn each for itself, a kick and a hat on the same step would come apart as a flam, and a groove that is late would be
early a sixteenth later. So independent normal numbers [32, columns] are turned into ones that are correlated as a
drummer's are: across the columns of a step, and along the steps. The covariance is a product of the two (a matrix
normal distribution, Dawid 1981), fitted to where the training set's own values lie in the model's histograms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.models.grid import STEPS

__all__ = ["FeelNoise", "fit_feel_noise", "normal_scores"]

Floats = npt.NDArray[np.float32]

LEAST_PAIRS = 200
"""Of fewer hits together nothing is told: they are taken as independent."""
LEAST_EIGENVALUE = 1e-3


@dataclass(frozen=True, slots=True)
class FeelNoise:
    """`steps` [32, 32] and `columns` [n, n]: steps @ noise @ columns has variance 1 everywhere."""

    steps: Floats
    columns: Floats


def normal_scores(probability: Floats, values: Floats, low: float, high: float) -> Floats:
    """The standard normal number that draws this value: histograms [..., bins], values [...]."""
    bins = probability.shape[-1]
    place = np.clip((values - low) * (bins / (high - low)), 0.0, bins - 1e-4)
    index = place.astype(np.int64)[..., None]
    before = np.take_along_axis(np.cumsum(probability, -1) - probability, index, -1)[..., 0]
    inside = np.take_along_axis(probability, index, -1)[..., 0]
    return _normal_of_uniform(np.asarray(before + inside * (place - index[..., 0]), np.float64))


def _normal_of_uniform(uniform: npt.NDArray[np.float64]) -> Floats:
    """The inverse of the normal distribution function, by bisection on a table: to within a thousandth."""
    grid = np.linspace(-4.0, 4.0, 8001)
    density = np.exp(-0.5 * grid**2)
    below = np.cumsum(density) - 0.5 * density
    return np.asarray(np.interp(uniform, below / density.sum(), grid), np.float32)


def fit_feel_noise(scores: Floats, present: Floats) -> FeelNoise:
    """scores [windows, 32, n] where `present` [windows, 32, n] is 1."""
    columns = scores.shape[2]
    z = (scores - (scores * present).sum() / present.sum()) * present
    flat, there = z.reshape(-1, columns), present.reshape(-1, columns)
    across = _correlation(flat.T @ flat, there.T @ there, (flat**2).T @ there)
    # Of one column with itself, later: all columns and starts together.
    along = np.ones(STEPS)
    for lag in range(1, STEPS):
        a, b = z[:, :-lag], z[:, lag:]
        both = present[:, :-lag] * present[:, lag:]
        scale = np.sqrt((a**2 * both).sum() * (b**2 * both).sum())
        along[lag] = (a * b).sum() / scale if both.sum() >= LEAST_PAIRS else 0.0
    lags = np.abs(np.subtract.outer(np.arange(STEPS), np.arange(STEPS)))
    # As they are in a file of half precision.
    roots = (_root(along[lags]), _root(across).T)
    return FeelNoise(*(root.astype(np.float16).astype(np.float32) for root in roots))


def _correlation(products: Floats, pairs: Floats, squares: Floats) -> npt.NDArray[np.float64]:
    """`squares` [i, j]: of column i's values where column j is there too."""
    correlation = products / np.sqrt(np.maximum(squares * squares.T, 1e-12))
    correlation = np.where(pairs >= LEAST_PAIRS, correlation, 0.0)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(correlation, np.float64)


def _root(correlation: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A matrix R with R R' the nearest correlation that there can be: pairs counted apart may contradict each other."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, LEAST_EIGENVALUE))
    root = root @ vectors.T
    return np.asarray(root / np.linalg.norm(root, axis=1, keepdims=True), np.float64)
