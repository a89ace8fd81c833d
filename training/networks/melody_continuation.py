"""Melody continuation: the bars so far -> the next ones, a step at a time, with or without chords.

Lookback RNN (Magenta 2016) is shown the events of one and two bars ago. So is this, for any length of bar, with what is
before, and how often each pitch class has been heard, by which the key is kept. Chords are what sounds beside the
melody, now and a beat later: a lead sheet's symbols, or whatever another track plays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.grid import PAD_POSITION, STEPS_PER_BEAT
from bridge.models.lookback import AROUND
from bridge.models.melody_continuation import HISTORY, melody_lags_of
from bridge.models.melody_grid import FIRST_PITCH, LOWEST_PITCH, TOKENS
from training.chunks import chunks
from training.data.melody_windows import CHORD_COLUMNS, MelodyWindows, melody_batches, on_grid
from training.data.tunes import Tune
from training.loop import Losses, Pace, Recipe, Tensors
from training.networks.layers import GridPositions, valid_steps
from training.networks.melody_vae import UNKNOWN, sounding

__all__ = ["LAGS", "MelodyContinuation", "MelodyContinuationRecipe", "heard_before"]

WIDTH = 160
GRU = 224
EMBEDDING = 32
LAGS = 1 + 2 * len(AROUND) + 2
SOUNDING_LAGS = (0, 2, 2 + len(AROUND))
"""Of which lags the sounding pitch is told, and not only what begins: a step, a bar and two bars ago."""
PITCH_CLASSES = 12
DROPOUT = 0.25
UNTOLD_CHORDS = 0.4
"""How often, in training, the harmony is not told where it is known."""
PRIMER_BARS = 2
TRAINED_STEPS = 96


def heard_before(tokens: Tensor) -> Tensor:
    """tokens [N, steps] -> [N, steps, 12]: the share of each pitch class in the onsets before each step."""
    pitch_class = (tokens - FIRST_PITCH + LOWEST_PITCH) % PITCH_CLASSES
    onset = F.one_hot(pitch_class, PITCH_CLASSES) * (tokens >= FIRST_PITCH)[..., None]
    count = F.pad(onset.float().cumsum(1)[:, :-1], (0, 0, 1, 0))
    return count / (count.sum(2, keepdim=True) + 2.0)


class MelodyContinuation(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.positions = GridPositions(WIDTH, steps=0)
        self.tokens_in = nn.Embedding(TOKENS + 1, EMBEDDING)
        self.sounding_in = nn.Embedding(TOKENS + 1, EMBEDDING)
        self.past_in = nn.Linear((LAGS + len(SOUNDING_LAGS)) * EMBEDDING, WIDTH)
        self.heard_in = nn.Linear(PITCH_CLASSES, WIDTH, bias=False)
        self.chords_in = nn.Linear(2 * CHORD_COLUMNS, WIDTH, bias=False)
        self.past = nn.Linear(WIDTH, WIDTH)
        self.gru = nn.GRU(WIDTH, GRU, batch_first=True)
        self.dropout = nn.Dropout(DROPOUT)
        self.token_out = nn.Linear(GRU, TOKENS)
        self.token_skip = nn.Linear(WIDTH, TOKENS, bias=False)

    def seen(self, past: Tensor, sounded: Tensor, heard: Tensor, chords: Tensor, positions: Tensor) -> Tensor:
        """past [N, steps, LAGS] tokens, sounded [N, steps, 3] tokens, heard [N, steps, 12], chords [N, steps, 48],
        positions [N, steps, 2] -> [N, steps, WIDTH]."""
        told = torch.cat((self.tokens_in(past).flatten(2), self.sounding_in(sounded).flatten(2)), dim=2)
        x = self.past_in(told) + self.heard_in(heard) + self.chords_in(chords) + self.positions(positions)
        x = self.dropout(F.relu(x))
        seen: Tensor = x + self.dropout(F.relu(self.past(x)))
        return seen

    def token_logits(self, seen: Tensor, state: Tensor) -> Tensor:
        logits: Tensor = self.token_out(state) + self.token_skip(seen)
        return logits

    @staticmethod
    def past_of(tokens: Tensor, lags: Tensor) -> Tensor:
        """tokens [N, steps], lags [N, n] -> what is so many steps before each step, [N, steps, n]."""
        padded = F.pad(tokens, (HISTORY, 0), value=UNKNOWN)
        index = torch.arange(tokens.shape[1], device=tokens.device)[None, :, None] + HISTORY - lags[:, None]
        return padded[torch.arange(len(tokens), device=tokens.device)[:, None, None], index]

    @staticmethod
    def chords_of(harmony: Tensor) -> Tensor:
        """harmony [N, steps, 24] -> [N, steps, 48]: now, and a quarter note later."""
        later = torch.cat((harmony[:, STEPS_PER_BEAT:], harmony[:, -1:].expand(-1, STEPS_PER_BEAT, -1)), dim=1)
        return torch.cat((harmony, later), dim=2)

    def forward(self, tokens: Tensor, positions: Tensor, harmony: Tensor, lags: Tensor) -> Tensor:
        """Of every step, given all before: [N, steps, TOKENS]."""
        past = self.past_of(tokens, lags)
        sounded = self.past_of(sounding(tokens), lags[:, list(SOUNDING_LAGS)])
        seen = self.seen(past, sounded, heard_before(tokens), self.chords_of(harmony), positions)
        state, _ = self.gru(seen)
        return self.token_logits(seen, self.dropout(state))


class MelodyContinuationRecipe(Recipe):
    name = "melody_continuation"
    pace = Pace(steps=5000, learning_rate=2e-3, weight_decay=0.02, check_every=500)

    def __init__(self, training: Sequence[Tune], validation: Sequence[Tune]) -> None:
        self.windows = MelodyWindows(on_grid(training)[0], most_steps=TRAINED_STEPS)
        self.validation = MelodyWindows(on_grid(validation)[0], bars=2 * PRIMER_BARS)

    def net(self) -> nn.Module:
        return MelodyContinuation()

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        for melodies in melody_batches(self.windows, batch, rng):
            told = rng.random(len(melodies)) >= UNTOLD_CHORDS
            yield (
                torch.from_numpy(melodies.tokens),
                torch.from_numpy(melodies.positions),
                torch.from_numpy(melodies.harmony * told[:, None, None].astype(np.float32)),
                torch.tensor([melody_lags_of(bar_steps) for bar_steps in melodies.bar_steps.tolist()]),
            )

    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """tokens: nats of a step's token, behind the first bar; `behind`: behind the first two."""
        tokens, positions, harmony, lags = batch
        logits = net(tokens, positions, harmony, lags).float()
        nats = F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none").view(tokens.shape)
        bar_steps = lags[:, 2]
        valid = valid_steps(positions)[..., 0]
        at = torch.arange(tokens.shape[1], device=tokens.device)
        counted = valid * torch.where(at >= bar_steps[:, None], 1.0, 0.2)
        behind = valid * (at >= PRIMER_BARS * bar_steps[:, None])
        return {"loss": (nats * counted).sum() / counted.sum(), "behind": (nats * behind).sum() / behind.sum()}

    def check(self, net: nn.Module, device: torch.device) -> str:
        """Of the two bars after two bars, without chords and with: nats an event, and right onsets."""
        said = []
        for share in (0.0, 1.0):
            nats = count = right = onsets = 0.0
            which = np.arange(0, len(self.validation), 2)
            for chunk in chunks(which, 256):
                melodies = self.validation.batch(chunk)
                tokens = torch.from_numpy(melodies.tokens).to(device)
                positions = torch.from_numpy(melodies.positions).to(device)
                harmony = torch.from_numpy(melodies.harmony).to(device) * share
                lags = torch.tensor([melody_lags_of(steps) for steps in melodies.bar_steps.tolist()], device=device)
                logits = net(tokens, positions, harmony, lags)
                at = torch.arange(tokens.shape[1], device=device)
                behind = (positions[..., 0] != PAD_POSITION) & (at >= PRIMER_BARS * lags[:, 2:3])
                of_steps = F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none").view(tokens.shape)
                nats += float((of_steps * behind).sum())
                count += float(behind.sum())
                onset = behind & (tokens >= FIRST_PITCH)
                right += float(((logits.argmax(2) == tokens) & onset).sum())
                onsets += float(onset.sum())
            said.append(f"{nats / count:.4f} nats an event, onsets {right / onsets:.4f}")
        return "; with chords ".join(said)
