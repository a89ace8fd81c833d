"""Where the latents of the training windows lie: kinds of groove, each a centre with latents around it.

A VAE's latents fill only a part of its standard normal prior: drawn from there, clips are stranger than any that was
played. So are draws from one Gaussian around all of them. A mixture of Gaussians of one common shape, around the
centres of k-means, follows them: for each family of meters its own centres, each with the density of its hits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from bridge.models import drum_grid
from bridge.models.drum_grid import CLASSES, FAMILIES, PAD_POSITION
from training.drum_vae import DrumVae
from training.drum_windows import CUT_METERS, Batch, Windows

__all__ = ["LatentPrior", "fit_prior"]

CENTRES = (96, 64, 64)
"""For each family: 4/4, other meters, meters of dotted quarters."""
ROUNDS = 20
NEARNESS = 0.7
"""Draws lie this much nearer to their centre than the latents do. At 1 clips are stranger than those of the data by the
language model of `training.evaluate` and repeat themselves less; at 0.7 they are as the data in both."""
DENSITY_WIDTH = 0.15
NEVER = -30.0
"""Log weight of a centre of another family."""
CUT_SHARE = 0.3
"""Windows cut into other meters, against those played in 4/4: about as many as in training."""
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


def fit_prior(net: DrumVae, windows: Windows, rng: np.random.Generator) -> LatentPrior:
    """`net` is in eval mode, on the CPU."""
    centres, density, log_weights, residuals = [], [], [], []
    for family, group in enumerate(_by_family(windows, rng)):
        means, draws = _latents(net, group, rng)
        ranks = _ranks(_hits_per_step(group))
        found, nearest = _k_means(means, CENTRES[family], rng)
        members = np.bincount(nearest, minlength=len(found))
        centres.append(found)
        density.append(np.bincount(nearest, ranks, len(found)) / members)
        weights = np.full((FAMILIES, len(found)), NEVER)
        weights[family] = np.log(members / len(nearest))
        log_weights.append(weights)
        residuals.append(draws - found[nearest])
    residual = np.concatenate(residuals)
    # Cholesky's L has L @ L.T = covariance, so noise @ L.T is spread like the residuals.
    factor = NEARNESS * np.linalg.cholesky(residual.T @ residual / len(residual)).T
    arrays = (np.concatenate(centres), np.concatenate(density), np.concatenate(log_weights, axis=1), factor)
    return LatentPrior(*(array.astype(np.float32) for array in arrays))


def _by_family(windows: Windows, rng: np.random.Generator) -> Iterator[Batch]:
    """All windows as they were played, and a share of those in 4/4 cut into each other meter."""
    meters = np.array([str(meter) for meter in windows.meters])[windows.owners]
    four_four = np.flatnonzero(meters == "4/4")
    cuts = CUT_SHARE * len(four_four) / sum(CUT_METERS.values())
    families: list[list[Batch]] = [[] for _ in range(FAMILIES)]
    for meter in dict.fromkeys([*windows.meters, *CUT_METERS]):
        parts = families[drum_grid.window(meter).family]
        parts.append(windows.plain(np.flatnonzero(meters == str(meter))))
        if meter in CUT_METERS:
            parts.append(windows.cut(rng.choice(four_four, int(cuts * CUT_METERS[meter])), meter))
    for parts in families:
        yield Batch(np.concatenate([p.cells for p in parts]), np.concatenate([p.positions for p in parts]))


@torch.no_grad()
def _latents(net: DrumVae, batch: Batch, rng: np.random.Generator) -> tuple[Doubles, Doubles]:
    """What the encoder makes of each window, and one latent drawn from that: [N, 96] each."""
    means, draws = [], []
    for start in range(0, len(batch), CHUNK):
        cells = torch.from_numpy(batch.cells[start : start + CHUNK])
        mean, log_variance = net.encode(cells, torch.from_numpy(batch.positions[start : start + CHUNK]))
        means.append(mean.numpy())
        draws.append(mean.numpy() + np.exp(0.5 * log_variance.numpy()) * rng.standard_normal(mean.shape))
    return np.concatenate(means).astype(np.float64), np.concatenate(draws)


def _k_means(points: Doubles, number: int, rng: np.random.Generator) -> tuple[Doubles, Ints]:
    """Lloyd's algorithm: the centres that have points, and the index of each point's centre."""
    centres = points[rng.choice(len(points), number, replace=False)]
    for _ in range(ROUNDS):
        nearest = np.argmin((centres**2).sum(1) - 2.0 * points @ centres.T, axis=1)
        members = np.bincount(nearest, minlength=number)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, points)
        centres = np.where(members[:, None] > 0, sums / np.maximum(members, 1)[:, None], centres)
    alive = np.flatnonzero(np.bincount(nearest, minlength=number))
    return centres[alive], np.searchsorted(alive, nearest)


def _hits_per_step(batch: Batch) -> Doubles:
    steps = (batch.positions[..., 0] != PAD_POSITION).sum(1)
    hits_per_step: Doubles = batch.cells[..., :CLASSES].sum((1, 2), dtype=np.float64) / steps
    return hits_per_step


def _ranks(values: Doubles) -> Doubles:
    """For each value the share of all that are below it; equals share the middle of their ranks."""
    in_order = np.sort(values)
    ranks = np.searchsorted(in_order, values, "left") + np.searchsorted(in_order, values, "right")
    shares: Doubles = ranks / (2.0 * max(1, len(values)))
    return shares
