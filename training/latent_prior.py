"""Where the latents of the training windows lie, as one Gaussian whose mean moves with the density of the hits.

A VAE's latents fill only a part of its standard normal prior: drawn from there, clips are stranger than any that was
played. Fitted to the latents themselves, draws sound like the training set, from its sparse end to its dense one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from bridge.models.drum_grid import CLASSES, PAD_POSITION
from training.drum_vae import DrumVae
from training.drum_windows import CUT_METERS, Batch, Windows

__all__ = ["LatentPrior", "fit_prior"]

CUT_SHARE = 0.3
"""Windows cut into other meters, against those played in 4/4: about as many as in training."""
CHUNK = 512

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LatentPrior:
    """latent = mean + density * slope + noise @ factor, for density 0-1 and standard normal noise.

    `mean` [96] is that of the sparsest windows, density 0; `slope` [96]; `factor` [96, 96].
    """

    mean: Floats
    slope: Floats
    factor: Floats


def fit_prior(net: DrumVae, windows: Windows, rng: np.random.Generator) -> LatentPrior:
    """`net` is in eval mode, on the CPU. A window's density is the share of its meter's windows that are sparser."""
    groups = list(_by_meter(windows, rng))
    latent = np.concatenate([_draws(net, group, rng) for group in groups])
    density = np.concatenate([_ranks(_hits_per_step(group)) for group in groups])
    return _regression(latent, density)


def _by_meter(windows: Windows, rng: np.random.Generator) -> Iterator[Batch]:
    """All windows as they were played, and a share of those in 4/4 cut into each other meter."""
    meters = np.array([str(meter) for meter in windows.meters])[windows.owners]
    four_four = np.flatnonzero(meters == "4/4")
    cuts = CUT_SHARE * len(four_four) / sum(CUT_METERS.values())
    for meter in dict.fromkeys([*windows.meters, *CUT_METERS]):
        parts = [windows.plain(np.flatnonzero(meters == str(meter)))]
        if meter in CUT_METERS:
            parts.append(windows.cut(rng.choice(four_four, int(cuts * CUT_METERS[meter])), meter))
        yield Batch(np.concatenate([p.cells for p in parts]), np.concatenate([p.positions for p in parts]))


@torch.no_grad()
def _draws(net: DrumVae, batch: Batch, rng: np.random.Generator) -> Doubles:
    """One latent for each window, drawn from what the encoder makes of it: [N, 96]."""
    draws = [np.zeros((0, net.mean.out_features))]
    for start in range(0, len(batch), CHUNK):
        cells = torch.from_numpy(batch.cells[start : start + CHUNK])
        mean, log_variance = net.encode(cells, torch.from_numpy(batch.positions[start : start + CHUNK]))
        draws.append(mean.numpy() + np.exp(0.5 * log_variance.numpy()) * rng.standard_normal(mean.shape))
    return np.concatenate(draws)


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


def _regression(latent: Doubles, density: Doubles) -> LatentPrior:
    moved = density - density.mean()
    slope = moved @ latent / (moved @ moved)
    mean = latent.mean(0) - density.mean() * slope
    residual = latent - mean - density[:, None] * slope
    # Cholesky's L has L @ L.T = covariance, so noise @ L.T is spread like the residuals.
    factor = np.linalg.cholesky(residual.T @ residual / len(residual)).T
    return LatentPrior(*(array.astype(np.float32) for array in (mean, slope, factor)))
