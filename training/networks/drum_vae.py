"""The drum VAE: 32 sixteenths x 9 classes of hits, velocities and offsets <-> 96 latent numbers.

Encoder: an MLP-mixer over steps and channels (Tolstikhin et al. 2021). Decoder: a mixer from the latent to one vector a
step; a small GRU that chooses each step's hits as one of 512 combinations, knowing the steps before it (MusicVAE's
output, Roberts et al. 2018); then a mixer that has seen all the hits and gives each its velocity and offset as a
Laplace distribution: its median for accuracy, samples of it for feel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.drum_grid import CLASSES
from bridge.models.grid import STEPS
from training.chunks import chunks
from training.data.drum_windows import Windows, augmented_batches
from training.data.performance import Performance
from training.loop import Losses, Pace, Recipe, Tensors
from training.networks.layers import Mixer, valid_steps
from training.networks.tokens import TOKENS, bits_of_tokens, tokens_of_hits
from training.networks.vae import DROPOUT, FORGET_BEFORE, GRU, WIDTH, Vae, kl_cost, kl_nats

__all__ = ["DrumVae", "DrumVaeRecipe"]

KL_WARMUP_STEPS = 1000
FEEL_WEIGHT = 0.25
"""Nats of velocity and offset against nats of hits: at 1, microtiming, which is mostly noise, would fill the latent."""
MIN_SCALE = 0.01
"""The narrowest Laplace scale: without a floor, programmed clips of one velocity would buy infinite likelihood."""


class DrumVae(Vae):
    def __init__(self) -> None:
        super().__init__()
        self.cells_in = nn.Linear(3 * CLASSES, WIDTH)
        self.gru = nn.GRU(WIDTH + CLASSES, GRU, batch_first=True)
        self.token_out = nn.Linear(GRU, TOKENS)
        self.token_skip = nn.Linear(WIDTH, TOKENS, bias=False)

        self.hits_in = nn.Linear(CLASSES, WIDTH)
        self.groove = nn.ModuleList(Mixer(WIDTH, DROPOUT) for _ in range(2))
        self.groove_norm = nn.LayerNorm(WIDTH)
        self.groove_out = nn.Linear(WIDTH, 4 * CLASSES)

    def clip_in(self, clip: Tensor) -> Tensor:
        """Cells [N, 32, 27]."""
        x: Tensor = self.cells_in(clip)
        return x

    def token_logits(self, plan: Tensor, before: Tensor) -> Tensor:
        """`before` [N, 32, 9]: the hits of the step before each, zeros at first -> [N, 32, 512]."""
        state, _ = self.gru(torch.cat((plan, before), dim=2))
        logits: Tensor = self.token_out(state) + self.token_skip(plan)
        return logits

    def feel(self, plan: Tensor, hits: Tensor, positions: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Medians and Laplace scales of velocity and offset, each [N, 32, 9]."""
        valid = valid_steps(positions)
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
        valid = valid_steps(positions)
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


class DrumVaeRecipe(Recipe):
    name = "drum_vae"
    pace = Pace(
        steps=10_000, learning_rate=1.2e-3, weight_decay=0.02, warmup_steps=300, average=0.999, most_gradient=5.0,
        check_every=1000,
    )  # fmt: skip

    def __init__(self, training: Sequence[Performance], validation: Sequence[Performance]) -> None:
        self.windows = Windows(training)
        self.validation = Windows(validation)

    def net(self) -> nn.Module:
        return DrumVae()

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        for drums in augmented_batches(self.windows, batch, rng):
            yield torch.from_numpy(drums.cells), torch.from_numpy(drums.positions)

    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """Nats per window: hits, velocity, offset and kl."""
        return self._losses(net, batch, step, FORGET_BEFORE)

    @staticmethod
    def _losses(net: nn.Module, batch: Tensors, step: int, forget: float) -> Losses:
        assert isinstance(net, DrumVae)
        cells, positions = batch
        hits, velocity, offset = cells.split(CLASSES, dim=2)
        valid = valid_steps(positions)
        mean, log_variance = (value.float() for value in net.encode(cells, positions))
        latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        kl = kl_nats(mean, log_variance)
        plan = net.plan(latent, positions)
        before = F.pad(hits, (0, 0, 1, 0))[:, :-1]
        before = before * (torch.rand(before.shape[:2], device=before.device) >= forget).float()[..., None]
        logits = net.token_logits(plan, before).float()
        token_nats = F.cross_entropy(logits.flatten(0, 1), tokens_of_hits(hits).flatten(), reduction="none")
        hit_nats = (token_nats.view(hits.shape[:2]) * valid[..., 0]).sum(1)
        v, o, v_scale, o_scale = (value.float() for value in net.feel(plan, hits, positions))
        velocity_nats = (((velocity - v).abs() / v_scale + (2.0 * v_scale).log()) * hits).sum((1, 2))
        offset_nats = (((offset - o).abs() / o_scale + (2.0 * o_scale).log()) * hits).sum((1, 2))
        loss = hit_nats + FEEL_WEIGHT * (velocity_nats + offset_nats) + kl_cost(kl, step, KL_WARMUP_STEPS)
        named = {"loss": loss, "hits": hit_nats, "velocity": velocity_nats, "offset": offset_nats, "kl": kl}
        return {name: value.mean() for name, value in named.items()}

    def check(self, net: nn.Module, device: torch.device) -> str:
        """Losses, and reconstruction from the mean at temperature 0, of every other window as it was played."""
        assert isinstance(net, DrumVae)
        which = np.arange(0, len(self.validation), 2)
        sums: dict[str, float] = {}
        hit = miss = false = exact = steps = 0.0
        for chunk in chunks(which, 512):
            drums = self.validation.plain(chunk)
            cells, positions = torch.from_numpy(drums.cells).to(device), torch.from_numpy(drums.positions).to(device)
            for name, value in self._losses(net, (cells, positions), KL_WARMUP_STEPS, 0.0).items():
                sums[name] = sums.get(name, 0.0) + float(value) * len(chunk)
            mean, _ = net.encode(cells, positions)
            zeros = torch.zeros(len(chunk), STEPS, CLASSES, device=device)
            out = net.decode(mean, positions, zeros, zeros[:, 0, :1], zeros[..., 0])[0]
            true = cells[..., :CLASSES]
            hit += float((out * true).sum())
            miss += float(((1 - out) * true).sum())
            false += float((out * (1 - true)).sum())
            valid = valid_steps(positions)[..., 0]
            exact += float(((out == true).all(2).float() * valid).sum())
            steps += float(valid.sum())
        text = " ".join(f"{name} {value / len(which):.2f}" for name, value in sums.items())
        return f"{text} F1 {2 * hit / (2 * hit + miss + false):.4f} exact {exact / steps:.4f}"
