"""MusicVAE: two bars <-> 256 latent numbers, for drums and for melodies.

Roberts, Engel, Raffel, Hawthorne, Eck: A Hierarchical Latent Vector Model for Learning Long-Term Structure in Music,
ICML 2018; here its flat models of two bars, after Magenta's configurations `cat-drums_2bar_small` and
`cat-mel_2bar_small`. 4,642,816 weights for drums and 4,279,358 for melodies; one bias of each pair that torch's LSTMs
have is one too many (6,144 in all).

Theirs: the encoder, one layer of 512 both ways, of which the last states are taken; mean and deviation (softplus) by
one linear layer each; the decoder, two layers of 256, whose first state is made of the latent number by a tanh layer,
and which is told the latent and the token before at every step. Drums go in as nine hits and "none", and come out as
one of 512 combinations. Scheduled sampling: with a probability that rises as an inverse sigmoid of rate 1,000, the
decoder is told what it has drawn itself in place of the truth. KL weight 0.2; 48 free bits for drums, none for
melodies. Adam at 0.001, gradients cut to a norm of 1, no dropout. Drums are not augmented, melodies transposed.

What had to differ:
- Batches of 128 in place of 512 and as many of them as ours saw, in place of up to 200,000: what one core can do.
- The learning rate falls by our loop's cosine to a fiftieth, in place of .9999 a step to a hundredth; and weights are
  averaged, which they did not. In few steps both help.
- For melodies the KL weight rises with rate .99999 a step. In our number of steps it would hardly begin to, so it
  rises as it would in 200,000, from 0 to 0.173. Their sampling schedule is kept: it ends where the decoder is told
  nine in ten of its own tokens.
- 62 tokens of a melody, our codec's, in place of 90, and batches of melodies drawn and transposed as ours are.
- Windows of other meters than 4/4 are shorter than 32 steps: the encoder reads them to their end and the loss counts as
  far; which meter it is they are not told.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models import melody_grid
from bridge.models.drum_grid import CLASSES
from bridge.models.grid import STEPS
from bridge.models.melody_grid import FIRST_PITCH
from training.ancestors.lstm import after_gates, begun
from training.chunks import chunks
from training.data.drum_windows import Windows
from training.data.melody_windows import MelodyBatch, MelodyWindows, melody_batches, on_grid
from training.data.performance import Performance
from training.data.tunes import Tune
from training.figures.drums import TokenLanguage, interpolation_figures
from training.loop import Losses, Pace, Recipe, Tensors
from training.networks import tokens as drum_tokens
from training.networks.layers import valid_steps
from training.networks.tokens import bits_of_tokens, tokens_of_hits

__all__ = ["LATENT", "MusicVae", "MusicVaeDrumsRecipe", "MusicVaeMelodyRecipe", "sampling_share"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

LATENT = 256
ENCODER = 512
DECODER = 256
KL_WEIGHT = 0.2
KL_RATE = 0.99999
THEIR_STEPS = 200_000
DRUM_FREE_NATS = 48 * math.log(2)
SAMPLING_RATE = 1000.0
SMALL = 0.001
"""The deviation of the weights, at first, around the latent numbers."""


def sampling_share(step: int) -> float:
    """How often the decoder is told its own token in place of the true one, at this step of the training."""
    return 1.0 - SAMPLING_RATE / (SAMPLING_RATE + math.exp(min(step / SAMPLING_RATE, 50.0)))


class MusicVae(nn.Module):
    """`inputs`: how many numbers the encoder reads of a step; `tokens`: of how many the decoder chooses one."""

    def __init__(self, inputs: int, tokens: int) -> None:
        super().__init__()
        self.tokens = tokens
        self.encoder = nn.LSTM(inputs, ENCODER, batch_first=True, bidirectional=True)
        self.mean = nn.Linear(2 * ENCODER, LATENT)
        self.deviation = nn.Linear(2 * ENCODER, LATENT)
        self.first_state = nn.Linear(LATENT, 4 * DECODER)
        self.lower = nn.LSTMCell(tokens + LATENT, DECODER)
        self.upper = nn.LSTMCell(DECODER, DECODER)
        self.token_out = nn.Linear(DECODER, tokens)
        begun(self)
        for layer in (self.mean, self.deviation, self.first_state):
            nn.init.normal_(layer.weight, std=SMALL)
            nn.init.zeros_(layer.bias)

    def encode(self, seen: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
        """seen [N, 32, inputs], steps [N]: how many of them count -> mean and standard deviation [N, LATENT]."""
        packed = nn.utils.rnn.pack_padded_sequence(seen, steps.cpu(), batch_first=True, enforce_sorted=False)
        _, (last, _) = self.encoder(packed)
        both = torch.cat((last[0], last[1]), dim=1)
        return self.mean(both).float(), F.softplus(self.deviation(both).float())

    def decode(self, latent: Tensor, told: Callable[[int, Tensor], Tensor]) -> Tensor:
        """[N, LATENT] -> logits [N, 32, tokens]. `told` says which tokens [N] follow, of a step and its logits."""
        state = torch.tanh(self.first_state(latent))
        h_lower, c_lower, h_upper, c_upper = state.chunk(4, dim=1)
        # The same as a product of the one-hot token and the latent joined, at less than half the work: the latent is
        # the same at every step, and of the tokens' weights one column counts.
        of_token, of_latent = self.lower.weight_ih.split((self.tokens, LATENT), dim=1)
        from_latent = F.linear(latent, of_latent, self.lower.bias_ih + self.lower.bias_hh)
        from_token = torch.zeros_like(from_latent)
        steps = []
        for step in range(STEPS):
            gates = from_latent + from_token + F.linear(h_lower, self.lower.weight_hh)
            h_lower, c_lower = after_gates(gates, c_lower)
            h_upper, c_upper = self.upper(h_lower, (h_upper, c_upper))
            logits = self.token_out(h_upper).float()
            from_token = F.embedding(told(step, logits), of_token.T)
            steps.append(logits)
        return torch.stack(steps, dim=1)

    def best(self, latent: Tensor) -> Tensor:
        """[N, LATENT] -> tokens [N, 32]: the most likely one at every step."""
        return self.decode(latent, lambda _, logits: logits.argmax(1)).argmax(2)


def _kl(mean: Tensor, deviation: Tensor) -> Tensor:
    """Nats from the standard normal [N]."""
    return (0.5 * (mean.square() + deviation.square() - 1.0) - deviation.log()).sum(1)


class _MusicVaeRecipe(Recipe):
    """Batches are what the encoder sees [N, 32, inputs], tokens [N, 32], and how many steps count [N]."""

    free_nats: float

    @abstractmethod
    def kl_weight(self, step: int) -> float:
        """At this step of the training."""

    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """Nats per window: tokens and kl."""
        assert isinstance(net, MusicVae)
        seen, tokens, steps = batch
        mean, deviation = net.encode(seen, steps)
        kl = _kl(mean, deviation)
        share = sampling_share(step)

        def told(at: int, logits: Tensor) -> Tensor:
            own = torch.rand(len(logits), device=logits.device) < share
            drawn = torch.multinomial(F.softmax(logits.detach(), dim=1), 1)[:, 0]
            return torch.where(own, drawn, tokens[:, at])

        logits = net.decode(mean + torch.randn_like(mean) * deviation, told)
        nats = F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none").view(tokens.shape)
        valid = torch.arange(STEPS, device=tokens.device) < steps[:, None]
        nats = (nats * valid).sum(1)
        loss = nats + self.kl_weight(step) * (kl - self.free_nats).clamp(min=0.0)
        return {"loss": loss.mean(), "tokens": nats.mean(), "kl": kl.mean()}


class MusicVaeDrumsRecipe(_MusicVaeRecipe):
    """On windows of 4/4, the hits alone, as they were played."""

    name = "music_vae_drums"
    pace = Pace(steps=10_000, learning_rate=1e-3, weight_decay=0.0, warmup_steps=1, check_every=1000)
    free_nats = DRUM_FREE_NATS

    def __init__(self, training: Sequence[Performance], validation: Sequence[Performance]) -> None:
        self.windows = Windows([p for p in training if str(p.meter) == "4/4"])
        self.validation = Windows([p for p in validation if str(p.meter) == "4/4"])

    @cached_property
    def language(self) -> TokenLanguage:
        return TokenLanguage.of(self.windows)

    def net(self) -> nn.Module:
        return MusicVae(CLASSES + 1, drum_tokens.TOKENS)

    def kl_weight(self, step: int) -> float:
        return KL_WEIGHT

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        while True:
            yield _drums(self.windows, rng.integers(len(self.windows), size=batch))

    def check(self, net: nn.Module, device: torch.device) -> str:
        """Reconstruction from the mean by the most likely tokens, of every window; and what lies between them."""
        assert isinstance(net, MusicVae)
        both = either = exact = kl = 0.0
        n = len(self.validation)
        means = []
        for chunk in chunks(np.arange(n), 512):
            seen, tokens, steps = (tensor.to(device) for tensor in _drums(self.validation, chunk))
            mean, deviation = net.encode(seen, steps)
            kl += float(_kl(mean, deviation).sum())
            means.append(mean.cpu().numpy())
            out = net.best(mean)
            exact += float((out == tokens).sum())
            hits, played = bits_of_tokens(tokens), bits_of_tokens(out)
            both += float((hits * played).sum())
            either += float(hits.sum() + played.sum())

        def likeliest(latents: Floats, _: Ints) -> Floats:
            played = bits_of_tokens(net.best(torch.from_numpy(latents).to(device)))
            return np.asarray(played.cpu().numpy(), np.float32)

        between = interpolation_figures(np.concatenate(means), self.validation, self.language, likeliest)
        said = " ".join(f"{name} {value:.3f}" for name, value in between.items())
        return f"F1 {2 * both / either:.4f} exact {exact / (STEPS * n):.4f} kl {kl / n:.1f} {said}"


def _drums(windows: Windows, which: Ints) -> Tensors:
    hits = torch.from_numpy(windows.plain(which).cells[..., :CLASSES])
    none = 1.0 - hits.amax(2, keepdim=True)
    return torch.cat((hits, none), dim=2), tokens_of_hits(hits), torch.full((len(which),), STEPS)


class MusicVaeMelodyRecipe(_MusicVaeRecipe):
    name = "music_vae_melody"
    pace = Pace(steps=9_000, learning_rate=1e-3, weight_decay=0.0, warmup_steps=1, check_every=1000)
    free_nats = 0.0

    def __init__(self, training: Sequence[Tune], validation: Sequence[Tune]) -> None:
        self.windows = MelodyWindows(on_grid(training)[0])
        self.validation = MelodyWindows(on_grid(validation)[0])

    def net(self) -> nn.Module:
        return MusicVae(melody_grid.TOKENS, melody_grid.TOKENS)

    def kl_weight(self, step: int) -> float:
        return KL_WEIGHT * (1.0 - math.pow(KL_RATE, THEIR_STEPS * step / self.pace.steps))

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        for melodies in melody_batches(self.windows, batch, rng):
            yield _melodies(melodies)

    def check(self, net: nn.Module, device: torch.device) -> str:
        """Reconstruction from the mean by the most likely tokens, of every fourth window."""
        assert isinstance(net, MusicVae)
        right = count = found = onsets = kl = 0.0
        which = np.arange(0, len(self.validation), 4)
        for chunk in chunks(which, 512):
            seen, tokens, steps = (tensor.to(device) for tensor in _melodies(self.validation.batch(chunk)))
            valid = torch.arange(STEPS, device=device) < steps[:, None]
            mean, deviation = net.encode(seen, steps)
            kl += float(_kl(mean, deviation).sum())
            same = (net.best(mean) == tokens) & valid
            onset = (tokens >= FIRST_PITCH) & valid
            right += float(same.sum())
            count += float(valid.sum())
            found += float((same & onset).sum())
            onsets += float(onset.sum())
        return f"tokens {right / count:.4f} onsets {found / onsets:.4f} kl {kl / len(which):.1f}"


def _melodies(melodies: MelodyBatch) -> Tensors:
    tokens = torch.from_numpy(melodies.tokens)
    steps = valid_steps(torch.from_numpy(melodies.positions))[..., 0].sum(1).long()
    return F.one_hot(tokens, melody_grid.TOKENS).float(), tokens, steps
