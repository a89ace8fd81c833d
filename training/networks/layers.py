"""Layers and distributions that several of the drum and melody networks are made of."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.grid import PAD_POSITION, STEPS

__all__ = [
    "LEAST_PROBABILITY", "OCTAVES", "GridPositions", "Mixer", "Tempo",
    "both_ways", "drawn", "median", "nats_of_bins", "near_tempos", "uniform_of_normal", "valid_steps",
]  # fmt: skip

OCTAVES = (1, 2, 4, 8)
"""Waves per doubling of the tempo, by which a network tells tempos apart."""
LEAST_PROBABILITY = 1e-6


def valid_steps(positions: Tensor) -> Tensor:
    """positions [N, steps, 2] -> [N, steps, 1]: 1, and 0 behind the last bar."""
    return (positions[..., :1] != PAD_POSITION).float()


class GridPositions(nn.Module):
    """Where a step lies in its bar, in its pulse and, with `steps`, in the window: one vector each, added up."""

    def __init__(self, width: int, steps: int = STEPS) -> None:
        super().__init__()
        self.in_bar = nn.Embedding(PAD_POSITION + 1, width)
        self.in_pulse = nn.Embedding(PAD_POSITION + 1, width)
        if steps:
            self.step = nn.Parameter(torch.zeros(steps, width))
        self._has_steps = bool(steps)
        for embedding in (self.in_bar, self.in_pulse):
            nn.init.normal_(embedding.weight, std=0.3)

    def forward(self, positions: Tensor) -> Tensor:
        """[N, steps, 2] -> [N, steps, width]."""
        at: Tensor = self.in_bar(positions[..., 0]) + self.in_pulse(positions[..., 1])
        return at + self.step if self._has_steps else at


class Mixer(nn.Module):
    """One layer of an MLP-mixer (Tolstikhin et al. 2021): first along the steps, then along the channels."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.step_norm = nn.LayerNorm(width)
        self.step_in = nn.Linear(STEPS, 2 * STEPS)
        self.step_out = nn.Linear(2 * STEPS, STEPS)
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, 2 * width)
        self.outer = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        """x [N, 32, width], valid [N, 32, 1]: steps behind the last bar neither speak nor are heard."""
        y = (self.step_norm(x) * valid).transpose(1, 2)
        x = x + self.step_out(F.relu(self.step_in(y))).transpose(1, 2)
        mixed: Tensor = x + self.dropout(self.outer(F.relu(self.inner(self.norm(x)))))
        return mixed


class Tempo(nn.Module):
    """A tempo as a vector. Timing in sixteenths depends on it: a drummer's milliseconds hardly do."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(2 * len(OCTAVES), width)
        self.outer = nn.Linear(width, width)

    def forward(self, tempo_bpm: Tensor) -> Tensor:
        """[N, 1] -> [N, width]."""
        angle = torch.log2(tempo_bpm / 120.0) * tempo_bpm.new_tensor(OCTAVES)
        waves = torch.cat((torch.sin(angle), torch.cos(angle)), dim=1)
        out: Tensor = self.outer(F.relu(self.inner(waves)))
        return out


def near_tempos(tempos_bpm: npt.NDArray[np.float32], spread: float, rng: np.random.Generator) -> Tensor:
    """Tempos [N] -> [N, 1], each a little faster or slower: `spread` is the standard deviation of the logarithm.

    Nobody plays a tempo to the beat a minute, and no session is to be known by its own.
    """
    moved = tempos_bpm * np.exp(rng.normal(0.0, spread, len(tempos_bpm)))
    return torch.from_numpy(moved.astype(np.float32)[:, None])


def both_ways(inputs: int, width: int, layers: int, dropout: float) -> nn.GRU:
    """A GRU that reads the window forwards and backwards: [N, steps, inputs] -> [N, steps, 2 width]."""
    return nn.GRU(inputs, width, layers, batch_first=True, bidirectional=True, dropout=dropout if layers > 1 else 0.0)


# A number that is not told by one value is told by a histogram: `logits` [..., bins] over equal bins of [low, high).
# Between the bins' edges the probability is even, so that any quantile can be had by interpolation.


def nats_of_bins(logits: Tensor, values: Tensor, low: float, high: float) -> Tensor:
    """The nats of each value's bin: logits [..., bins], values [...] -> [...]. `high` itself is in the last bin."""
    bins = logits.shape[-1]
    index = ((values - low) * (bins / (high - low))).long().clamp(0, bins - 1)
    return -F.log_softmax(logits, dim=-1).gather(-1, index[..., None])[..., 0]


def drawn(probability: Tensor, uniform: Tensor, low: float, high: float) -> Tensor:
    """The quantile `uniform` [...] in (0, 1) of each histogram, probability [..., bins]: 0.5 is the median.

    Each bin is passed through as far as the uniform number reaches into it: no index is looked up, so it is as quick
    in a graph.
    """
    probability = probability.clamp(min=LEAST_PROBABILITY)
    before = probability.cumsum(-1) - probability
    passed = ((uniform[..., None] - before) / probability).clamp(0.0, 1.0).sum(-1)
    return low + passed * ((high - low) / probability.shape[-1])


def median(logits: Tensor, low: float, high: float) -> Tensor:
    half = torch.full(logits.shape[:-1], 0.5, device=logits.device)
    return drawn(torch.softmax(logits, dim=-1), half, low, high)


def uniform_of_normal(noise: Tensor) -> Tensor:
    """The probability that a standard normal number is below each of these."""
    return 0.5 * (1.0 + torch.erf(noise * math.sqrt(0.5)))
