"""The drum VAE: 32 sixteenths x 9 classes of hits, velocities and offsets <-> 96 latent numbers.

Encoder: an MLP-mixer over steps and channels (Tolstikhin et al. 2021). Decoder: a mixer from the latent to one vector a
step; a small GRU that chooses each step's hits as one of 512 combinations, knowing the steps before it (MusicVAE's
output, Roberts et al. 2018); then a mixer that has seen all the hits and gives each its velocity and offset as a
Laplace distribution: its median for accuracy, samples of it for feel.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.drum_grid import CLASSES, PAD_POSITION, STEPS

__all__ = ["LATENT", "TOKENS", "DrumVae", "bits_of_tokens", "tokens_of_hits"]

LATENT = 96
WIDTH = 128
NARROW = 32
GRU = 160
TOKENS = 2**CLASSES
MIN_SCALE = 0.01
"""The narrowest Laplace scale: without a floor, programmed clips of one velocity would buy infinite likelihood."""


def tokens_of_hits(hits: Tensor) -> Tensor:
    """[..., 9] of 0 and 1 -> [...] in 0-511; class c is bit c."""
    return (hits.long() * (2 ** torch.arange(CLASSES, device=hits.device))).sum(-1)


def bits_of_tokens(tokens: Tensor) -> Tensor:
    return ((tokens[..., None] >> torch.arange(CLASSES, device=tokens.device)) & 1).float()


class Mixer(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.step_norm = nn.LayerNorm(WIDTH)
        self.step_in = nn.Linear(STEPS, 2 * STEPS)
        self.step_out = nn.Linear(2 * STEPS, STEPS)
        self.norm = nn.LayerNorm(WIDTH)
        self.inner = nn.Linear(WIDTH, 2 * WIDTH)
        self.outer = nn.Linear(2 * WIDTH, WIDTH)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        """x [N, 32, WIDTH], valid [N, 32, 1]: steps behind the last bar neither speak nor are heard."""
        y = (self.step_norm(x) * valid).transpose(1, 2)
        x = x + self.step_out(F.relu(self.step_in(y))).transpose(1, 2)
        return x + self.dropout(self.outer(F.relu(self.inner(self.norm(x)))))


class Positions(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.in_bar = nn.Embedding(PAD_POSITION + 1, WIDTH)
        self.in_pulse = nn.Embedding(PAD_POSITION + 1, WIDTH)
        self.step = nn.Parameter(torch.zeros(STEPS, WIDTH))
        for embedding in (self.in_bar, self.in_pulse):
            nn.init.normal_(embedding.weight, std=0.3)

    def forward(self, positions: Tensor) -> Tensor:
        return self.in_bar(positions[..., 0]) + self.in_pulse(positions[..., 1]) + self.step


class DrumVae(nn.Module):
    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.positions = Positions()
        self.cells_in = nn.Linear(3 * CLASSES, WIDTH)
        self.encoder = nn.ModuleList(Mixer(dropout) for _ in range(3))
        self.encoder_norm = nn.LayerNorm(WIDTH)
        self.narrow = nn.Linear(WIDTH, NARROW)
        self.mean = nn.Linear(STEPS * NARROW, LATENT)
        self.log_variance = nn.Linear(STEPS * NARROW, LATENT)

        self.widen = nn.Linear(LATENT, STEPS * NARROW)
        self.trunk_in = nn.Linear(NARROW, WIDTH)
        self.trunk = nn.ModuleList(Mixer(dropout) for _ in range(3))
        self.trunk_norm = nn.LayerNorm(WIDTH)
        self.gru = nn.GRU(WIDTH + CLASSES, GRU, batch_first=True)
        self.token_out = nn.Linear(GRU, TOKENS)
        self.token_skip = nn.Linear(WIDTH, TOKENS, bias=False)

        self.hits_in = nn.Linear(CLASSES, WIDTH)
        self.groove = nn.ModuleList(Mixer(dropout) for _ in range(2))
        self.groove_norm = nn.LayerNorm(WIDTH)
        self.groove_out = nn.Linear(WIDTH, 4 * CLASSES)

    @staticmethod
    def valid(positions: Tensor) -> Tensor:
        return (positions[..., :1] != PAD_POSITION).float()

    def encode(self, cells: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """cells [N, 32, 27], positions [N, 32, 2] -> mean and log variance [N, LATENT]."""
        valid = self.valid(positions)
        x = self.cells_in(cells) + self.positions(positions)
        for block in self.encoder:
            x = block(x, valid)
        flat = (self.narrow(self.encoder_norm(x)) * valid).flatten(1)
        return self.mean(flat), self.log_variance(flat).clamp(-10.0, 4.0)

    def plan(self, latent: Tensor, positions: Tensor) -> Tensor:
        """What each step is about to be: [N, 32, WIDTH]."""
        valid = self.valid(positions)
        x = self.trunk_in(self.widen(latent).unflatten(1, (STEPS, NARROW))) + self.positions(positions)
        for block in self.trunk:
            x = block(x, valid)
        plan: Tensor = self.trunk_norm(x)
        return plan

    def token_logits(self, plan: Tensor, before: Tensor) -> Tensor:
        """`before` [N, 32, 9]: the hits of the step before each, zeros at first -> [N, 32, 512]."""
        state, _ = self.gru(torch.cat((plan, before), dim=2))
        logits: Tensor = self.token_out(state) + self.token_skip(plan)
        return logits

    def feel(self, plan: Tensor, hits: Tensor, positions: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Medians and Laplace scales of velocity and offset, each [N, 32, 9]."""
        valid = self.valid(positions)
        x = plan + self.hits_in(hits)
        for block in self.groove:
            x = block(x, valid)
        velocity, offset, velocity_scale, offset_scale = self.groove_out(self.groove_norm(x)).chunk(4, dim=2)
        return (
            torch.sigmoid(velocity),
            0.5 * torch.tanh(offset),
            F.softplus(velocity_scale - 2.0) + MIN_SCALE,
            F.softplus(offset_scale - 2.0) + MIN_SCALE,
        )

    @torch.no_grad()
    def decode(
        self, latent: Tensor, positions: Tensor, hit_bias: Tensor, temperature: Tensor, uniform: Tensor
    ) -> tuple[Tensor, ...]:
        """The reference for the exported graph: hits, and medians and scales of velocity and offset.

        hit_bias [N, 32, 9] in nats is added to each class's odds; temperature [N, 1], below 0.01 the most likely hits;
        uniform [N, 32] in [0, 1) chooses by the inverse of the cumulative distribution.
        """
        plan = self.plan(latent, positions)
        bits = bits_of_tokens(torch.arange(TOKENS, device=latent.device))
        valid = self.valid(positions)
        before = torch.zeros(len(latent), CLASSES, device=latent.device)
        state = torch.zeros(1, len(latent), GRU, device=latent.device)
        hits = []
        for t in range(STEPS):
            _, state = self.gru(torch.cat((plan[:, t], before), dim=1)[:, None], state)
            logits = self.token_out(state[0]) + self.token_skip(plan[:, t]) + hit_bias[:, t] @ bits.T
            cumulative = torch.softmax(logits / temperature.clamp(min=0.01), dim=1).cumsum(1)
            sampled = (cumulative < uniform[:, t : t + 1]).sum(1).clamp(max=TOKENS - 1)
            token = torch.where(temperature[:, 0] < 0.01, logits.argmax(1), sampled)
            before = bits[token] * valid[:, t]
            hits.append(before)
        played = torch.stack(hits, dim=1)
        return (played, *self.feel(plan, played, positions))
