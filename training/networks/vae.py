"""What the two VAEs have in common: from one vector a step to a latent, and from a latent to one vector a step.

MLP-mixers over steps and channels (Tolstikhin et al. 2021) either way. What a clip is made of, and how steps become
hits or notes, is the models' own.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from bridge.models.grid import STEPS
from training.networks.layers import GridPositions, Mixer, valid_steps

__all__ = ["BLOCKS", "DROPOUT", "FORGET_BEFORE", "GRU", "LATENT", "NARROW", "WIDTH", "Vae", "kl_cost", "kl_nats"]

LATENT = 96
WIDTH = 128
NARROW = 32
GRU = 160
BLOCKS = 3
DROPOUT = 0.1
BETA = 0.35
FREE_NATS = 48 * math.log(2)  # MusicVAE's 48 free bits
FORGET_BEFORE = 0.3
"""How often the GRU is not told the step before, so that it goes on asking the latent (word dropout)."""


class Vae(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.positions = GridPositions(WIDTH)
        self.encoder = nn.ModuleList(Mixer(WIDTH, DROPOUT) for _ in range(BLOCKS))
        self.encoder_norm = nn.LayerNorm(WIDTH)
        self.narrow = nn.Linear(WIDTH, NARROW)
        self.mean = nn.Linear(STEPS * NARROW, LATENT)
        self.log_variance = nn.Linear(STEPS * NARROW, LATENT)

        self.widen = nn.Linear(LATENT, STEPS * NARROW)
        self.trunk_in = nn.Linear(NARROW, WIDTH)
        self.trunk = nn.ModuleList(Mixer(WIDTH, DROPOUT) for _ in range(BLOCKS))
        self.trunk_norm = nn.LayerNorm(WIDTH)

    def clip_in(self, clip: Tensor) -> Tensor:
        """The clip [N, 32, ...] as one vector a step, [N, 32, WIDTH]."""
        raise NotImplementedError

    def encode(self, clip: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """clip [N, 32, ...], positions [N, 32, 2] -> mean and log variance [N, LATENT]."""
        valid = valid_steps(positions)
        x = self.clip_in(clip) + self.positions(positions)
        for block in self.encoder:
            x = block(x, valid)
        flat = (self.narrow(self.encoder_norm(x)) * valid).flatten(1)
        return self.mean(flat), self.log_variance(flat).clamp(-10.0, 4.0)

    def plan(self, latent: Tensor, positions: Tensor) -> Tensor:
        """What each step is about to be: [N, 32, WIDTH]."""
        valid = valid_steps(positions)
        x = self.trunk_in(self.widen(latent).unflatten(1, (STEPS, NARROW))) + self.positions(positions)
        for block in self.trunk:
            x = block(x, valid)
        plan: Tensor = self.trunk_norm(x)
        return plan


def kl_nats(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Of each posterior [N, LATENT] from the standard normal: [N]."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).sum(1)


def kl_cost(kl: Tensor, step: int, warmup_steps: int) -> Tensor:
    """What of the KL is minimised: nothing of the free nats, and of the rest more and more at first."""
    return BETA * min(1.0, step / warmup_steps) * torch.clamp(kl - FREE_NATS, min=0.0)
