"""The melody VAE: 32 sixteenths, one of 62 tokens each <-> 96 latent numbers.

As the drum VAE: an MLP-mixer encodes, a mixer goes from the latent to one vector a step, and a small GRU chooses each
step's token, knowing the one before and the pitch that sounded last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.grid import STEPS
from bridge.models.melody_grid import FIRST_PITCH, HOLD, TOKENS
from training.chunks import chunks
from training.data.melody_windows import MelodyWindows, melody_batches, on_grid
from training.data.tunes import Tune
from training.loop import Losses, Pace, Recipe, Tensors
from training.networks.layers import valid_steps
from training.networks.vae import FORGET_BEFORE, GRU, WIDTH, Vae, kl_cost, kl_nats

__all__ = ["MelodyVae", "MelodyVaeRecipe", "sounding"]

EMBEDDING = 32
KL_WARMUP_STEPS = 1500
UNKNOWN = TOKENS
"""In place of a token that is not told, or that there is none of."""


def sounding(tokens: Tensor) -> Tensor:
    """tokens [N, steps] -> [N, steps]: the last pitch or rest that began at or before each step, UNKNOWN before any."""
    steps = torch.arange(tokens.shape[1], device=tokens.device)
    latest = torch.where(tokens != HOLD, steps, -1).cummax(1).values
    return torch.where(latest >= 0, tokens.gather(1, latest.clamp(min=0)), UNKNOWN)


class MelodyVae(Vae):
    def __init__(self) -> None:
        super().__init__()
        self.tokens_in = nn.Embedding(TOKENS, WIDTH)
        nn.init.normal_(self.tokens_in.weight, std=0.3)
        self.before_in = nn.Embedding(TOKENS + 1, EMBEDDING)
        self.sounding_in = nn.Embedding(TOKENS + 1, EMBEDDING)
        self.gru = nn.GRU(WIDTH + EMBEDDING, GRU, batch_first=True)
        self.token_out = nn.Linear(GRU, TOKENS)
        self.token_skip = nn.Linear(WIDTH, TOKENS, bias=False)

    def clip_in(self, clip: Tensor) -> Tensor:
        """Tokens [N, 32]."""
        x: Tensor = self.tokens_in(clip)
        return x

    def token_logits(self, plan: Tensor, before: Tensor, last: Tensor) -> Tensor:
        """`before` and `last` [N, 32]: the token of the step before each, and what sounded there."""
        state, _ = self.gru(torch.cat((plan, self.before_in(before) + self.sounding_in(last)), dim=2))
        logits: Tensor = self.token_out(state) + self.token_skip(plan)
        return logits

    @torch.no_grad()
    def decode(
        self, latent: Tensor, positions: Tensor, token_bias: Tensor, temperature: Tensor, uniform: Tensor
    ) -> Tensor:
        """The reference for the exported graph: tokens [N, 32].

        token_bias [N, 32, TOKENS] in nats is added to the odds; temperature [N, 1], below 0.01 the most likely tokens;
        uniform [N, 32] in [0, 1) chooses by the inverse of the cumulative distribution.
        """
        plan = self.plan(latent, positions)
        valid = valid_steps(positions)[..., 0] > 0
        n = len(latent)
        before = torch.full((n,), UNKNOWN, device=latent.device)
        last = before
        state = torch.zeros(1, n, GRU, device=latent.device)
        tokens = []
        for t in range(STEPS):
            told = self.before_in(before) + self.sounding_in(last)
            _, state = self.gru(torch.cat((plan[:, t], told), dim=1)[:, None], state)
            logits = self.token_out(state[0]) + self.token_skip(plan[:, t]) + token_bias[:, t]
            cumulative = torch.softmax(logits / temperature.clamp(min=0.01), dim=1).cumsum(1)
            drawn = (cumulative < uniform[:, t : t + 1]).sum(1).clamp(max=TOKENS - 1)
            token = torch.where(temperature[:, 0] < 0.01, logits.argmax(1), drawn)
            before = torch.where(valid[:, t], token, HOLD)
            last = torch.where(before != HOLD, before, last)
            tokens.append(before)
        return torch.stack(tokens, dim=1)


def _shifted(values: Tensor) -> Tensor:
    return F.pad(values[:, :-1], (1, 0), value=UNKNOWN)


class MelodyVaeRecipe(Recipe):
    name = "melody_vae"
    pace = Pace(steps=9000, learning_rate=1.5e-3, weight_decay=0.02, average=0.999, check_every=1000)

    def __init__(self, training: Sequence[Tune], validation: Sequence[Tune]) -> None:
        self.windows = MelodyWindows(on_grid(training)[0])
        self.validation = MelodyWindows(on_grid(validation)[0])

    def net(self) -> nn.Module:
        return MelodyVae()

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        for melodies in melody_batches(self.windows, batch, rng):
            yield torch.from_numpy(melodies.tokens), torch.from_numpy(melodies.positions)

    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """Nats per window: tokens and kl."""
        assert isinstance(net, MelodyVae)
        tokens, positions = batch
        valid = valid_steps(positions)[..., 0]
        mean, log_variance = (value.float() for value in net.encode(tokens, positions))
        latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        kl = kl_nats(mean, log_variance)
        forgotten = torch.rand(tokens.shape, device=tokens.device) < FORGET_BEFORE
        before = _shifted(tokens).masked_fill(forgotten, UNKNOWN)
        last = _shifted(sounding(tokens)).masked_fill(forgotten, UNKNOWN)
        logits = net.token_logits(net.plan(latent, positions), before, last).float()
        nats = F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none").view(tokens.shape)
        nats = (nats * valid).sum(1)
        loss = nats + kl_cost(kl, step, KL_WARMUP_STEPS)
        return {"loss": loss.mean(), "tokens": nats.mean(), "kl": kl.mean()}

    def check(self, net: nn.Module, device: torch.device) -> str:
        """Reconstruction from the mean, at temperature 0, of every fourth window."""
        assert isinstance(net, MelodyVae)
        right = steps = found = onsets = kl = 0.0
        which = np.arange(0, len(self.validation), 4)
        for chunk in chunks(which, 512):
            melodies = self.validation.batch(chunk)
            tokens = torch.from_numpy(melodies.tokens).to(device)
            positions = torch.from_numpy(melodies.positions).to(device)
            valid = valid_steps(positions)[..., 0] > 0
            mean, log_variance = net.encode(tokens, positions)
            kl += float(kl_nats(mean, log_variance).sum())
            zeros = torch.zeros(len(chunk), STEPS, TOKENS, device=device)
            out = net.decode(mean, positions, zeros, zeros[:, 0, :1], zeros[..., 0])
            right += float(((out == tokens) & valid).sum())
            steps += float(valid.sum())
            onset = (tokens >= FIRST_PITCH) & valid
            found += float(((out == tokens) & onset).sum())
            onsets += float(onset.sum())
        return f"tokens {right / steps:.4f} onsets {found / onsets:.4f} kl {kl / len(which):.1f}"
