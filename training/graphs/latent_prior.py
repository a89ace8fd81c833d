"""Where the latents of the training windows lie: kinds of groove, each a centre with latents around it.

A VAE's latents fill only a part of its standard normal prior: drawn from there, clips are stranger than any that was
played. So are draws from one Gaussian around all of them. A mixture of Gaussians of one common shape, around the
centres of k-means, follows them: for each family of meters its own centres, each with the density of its hits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from bridge.models.grid import FAMILIES

__all__ = ["DENSITY_WIDTH", "LatentPrior", "Latents", "fit_prior", "latents_of"]

CENTRES = (96, 64, 64)
"""For each family: 4/4, other meters, meters of dotted quarters."""
ROUNDS = 20
NEARNESS = 0.7
"""Draws lie this much nearer to their centre than the latents do. At 1 clips are stranger than those of the data by the
language model of `training.evaluate` and repeat themselves less; at 0.7 they are as the data in both."""
LEAST_VARIANCE = 1e-9
DENSITY_WIDTH = 0.15
NEVER = -30.0
"""Log weight of a centre of another family."""
CHUNK = 512

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LatentPrior:
    """latent = centres[k] + noise @ factor, k drawn by softmax(log_weights[family] - ((density - d) / width)^2 / 2).

    centres [K, 96]; density [K], each centre's d: the share of its family's windows that are sparser; log_weights
    [families, K]; factor [96, 96].
    """

    centres: Floats
    density: Floats
    log_weights: Floats
    factor: Floats

    def draw(self, noise: Floats, uniform: Floats, density: Floats, family: Ints) -> Floats:
        """The reference for the graph: [P, 96]."""
        logits = self.log_weights[family] - 0.5 * ((self.density - density) / DENSITY_WIDTH) ** 2
        weights = np.exp(logits - logits.max(1, keepdims=True))
        cumulative = np.cumsum(weights / weights.sum(1, keepdims=True), axis=1)
        chosen = np.minimum((cumulative < uniform).sum(1), len(self.centres) - 1)
        drawn: Floats = self.centres[chosen] + noise @ self.factor
        return drawn


@dataclass(frozen=True, slots=True)
class Latents:
    """Of the training windows of one family of meters: the encoder's means, and one latent drawn from each posterior,
    [N, latent]; `fullness` [N], by which density is told: hits or onsets a step."""

    means: Doubles
    draws: Doubles
    fullness: Doubles

    @classmethod
    def none(cls) -> Latents:
        """Of a family without windows."""
        return cls(np.zeros((0, 0)), np.zeros((0, 0)), np.zeros(0))


def fit_prior(families: Iterable[Latents], rng: np.random.Generator) -> LatentPrior:
    """`families` in the order of `grid.Window.family`. One without windows has no centres of its own: asked for it, the
    prior draws from those of the others."""
    centres, density, log_weights, residuals = [], [], [], []
    for family, group in enumerate(families):
        if not len(group.means):
            continue
        ranks = _ranks(group.fullness)
        found, nearest = _k_means(group.means, CENTRES[family], rng)
        members = np.bincount(nearest, minlength=len(found))
        centres.append(found)
        density.append(np.bincount(nearest, ranks, len(found)) / members)
        weights = np.full((FAMILIES, len(found)), NEVER)
        weights[family] = np.log(members / len(nearest))
        log_weights.append(weights)
        residuals.append(group.draws - found[nearest])
    residual = np.concatenate(residuals)
    # Cholesky's L has L @ L.T = covariance, so noise @ L.T is spread like the residuals.
    # Of few windows the covariance has no root but for the little that is added.
    covariance = residual.T @ residual / len(residual) + LEAST_VARIANCE * np.eye(residual.shape[1])
    factor = NEARNESS * np.linalg.cholesky(covariance).T
    arrays = (np.concatenate(centres), np.concatenate(density), np.concatenate(log_weights, axis=1), factor)
    return LatentPrior(*(array.astype(np.float32) for array in arrays))


@torch.no_grad()
def latents_of(
    encode: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
    clips: npt.NDArray[Any],
    positions: Ints,
    fullness: Doubles,
    rng: np.random.Generator,
) -> Latents:
    """By `encode` of clips [N, 32, ...] and positions [N, 32, 2] into means and log variances."""
    means, draws = [], []
    for start in range(0, len(clips), CHUNK):
        chunk = torch.from_numpy(clips[start : start + CHUNK])
        mean, log_variance = encode(chunk, torch.from_numpy(positions[start : start + CHUNK]))
        means.append(mean.numpy())
        draws.append(mean.numpy() + np.exp(0.5 * log_variance.numpy()) * rng.standard_normal(mean.shape))
    if not means:
        return Latents.none()
    return Latents(np.concatenate(means).astype(np.float64), np.concatenate(draws), fullness)


def _k_means(points: Doubles, number: int, rng: np.random.Generator) -> tuple[Doubles, Ints]:
    """Lloyd's algorithm: the centres that have points, and the index of each point's centre."""
    number = min(number, len(points))
    centres = points[rng.choice(len(points), number, replace=False)]
    for _ in range(ROUNDS):
        nearest = np.argmin((centres**2).sum(1) - 2.0 * points @ centres.T, axis=1)
        members = np.bincount(nearest, minlength=number)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, points)
        centres = np.where(members[:, None] > 0, sums / np.maximum(members, 1)[:, None], centres)
    alive = np.flatnonzero(np.bincount(nearest, minlength=number))
    return centres[alive], np.searchsorted(alive, nearest)


def _ranks(values: Doubles) -> Doubles:
    """For each value the share of all that are below it; equals share the middle of their ranks."""
    in_order = np.sort(values)
    ranks = np.searchsorted(in_order, values, "left") + np.searchsorted(in_order, values, "right")
    shares: Doubles = ranks / (2.0 * max(1, len(values)))
    return shares
