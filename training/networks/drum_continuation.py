"""Drum continuation: the bars so far -> the next ones, a step at a time.

DrumsRNN (Magenta 2016) gives a large LSTM the combination of drums of each step and lets it find out that drums repeat
by the bar. Here a small GRU is shown, at every step, what was played a bar and two bars ago around the same place
(the lookback of Magenta's melody models, for any length of bar), with its velocity and timing; so the groove goes on,
feel and all. The choice is of one out of 512 combinations; then each hit gets its velocity and offset as histograms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.drum_continuation import HISTORY
from bridge.models.drum_grid import CLASSES
from bridge.models.lookback import AROUND, lags_of
from training.chunks import chunks
from training.data.drum_sequences import Sequences, sequence_batches
from training.data.performance import Performance, most_common
from training.loop import Losses, Pace, Recipe, Tensors
from training.networks.layers import GridPositions, Tempo, median, nats_of_bins, near_tempos
from training.networks.tokens import TOKENS, bits_of_tokens, tokens_of_hits

__all__ = ["BINS", "GRU", "LAGS", "PRIMER_STEPS", "SAME_PLACE", "WIDTH", "DrumContinuation", "DrumContinuationRecipe"]

WIDTH = 128
GRU = 192
FEEL_WIDTH = 128
BINS = 20
DROPOUT = 0.3
TEMPO_JITTER = 0.03
FEEL_WEIGHT = 0.05
PRIMER_STEPS = 32
EARLY_WEIGHT = 0.1
"""Of steps of the first bar, before which next to nothing was heard."""


LAGS = 1 + 2 * len(AROUND)
SAME_PLACE = (0, 2, 2 + len(AROUND))
"""Which of the lags the feel looks at: the step before, a bar ago, two bars ago."""


class DrumContinuation(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        cells = 3 * CLASSES
        self.positions = GridPositions(WIDTH, steps=0)
        self.tempo = Tempo(WIDTH)
        self.past_in = nn.Linear(LAGS * cells, WIDTH)
        self.past = nn.Linear(WIDTH, WIDTH)
        self.gru = nn.GRU(WIDTH, GRU, batch_first=True)
        self.dropout = nn.Dropout(DROPOUT)
        self.token_out = nn.Linear(GRU, TOKENS)
        self.token_skip = nn.Linear(WIDTH, TOKENS, bias=False)
        self.bits_out = nn.Linear(GRU + WIDTH, CLASSES, bias=False)
        self.feel_in = nn.Linear(GRU + CLASSES + len(SAME_PLACE) * cells, FEEL_WIDTH)
        self.feel_out = nn.Linear(FEEL_WIDTH, 2 * CLASSES * BINS)

    def seen(self, past: Tensor, positions: Tensor, tempo_bpm: Tensor) -> Tensor:
        """past [N, steps, LAGS, 27], positions [N, steps, 2], tempo_bpm [N, 1] -> [N, steps, WIDTH]."""
        x = self.past_in(past.flatten(2)) + self.positions(positions) + self.tempo(tempo_bpm)[:, None]
        x = self.dropout(F.relu(x))
        seen: Tensor = x + self.dropout(F.relu(self.past(x)))
        return seen

    def token_logits(self, seen: Tensor, state: Tensor) -> Tensor:
        """seen [..., WIDTH], state [..., GRU] -> [..., 512]."""
        bits = bits_of_tokens(torch.arange(TOKENS, device=seen.device))
        of_bits = self.bits_out(torch.cat((state, seen), dim=-1)) @ bits.T
        logits: Tensor = self.token_out(state) + self.token_skip(seen) + of_bits
        return logits

    def feel(self, state: Tensor, hits: Tensor, past: Tensor) -> Tensor:
        """state [..., GRU], hits [..., 9], past [..., LAGS, 27] -> logits [..., 18, BINS]: velocities, offsets."""
        same = past[..., list(SAME_PLACE), :].flatten(-2)
        out: Tensor = self.feel_out(F.relu(self.feel_in(torch.cat((state, hits, same), dim=-1))))
        return out.unflatten(-1, (2 * CLASSES, BINS))

    @staticmethod
    def past_of(cells: Tensor, lags: Tensor) -> Tensor:
        """cells [N, steps, 27], lags [N, LAGS] -> what is so many steps before each step, [N, steps, LAGS, 27]."""
        steps = cells.shape[1]
        padded = F.pad(cells, (0, 0, HISTORY, 0))
        index = torch.arange(steps, device=cells.device)[None, :, None] + HISTORY - lags[:, None]
        return padded[torch.arange(len(cells), device=cells.device)[:, None, None], index]

    def forward(self, cells: Tensor, positions: Tensor, tempo_bpm: Tensor, lags: Tensor) -> tuple[Tensor, Tensor]:
        """Of every step, given all before: token logits [N, steps, 512], and feel logits given its hits."""
        past = self.past_of(cells, lags)
        seen = self.seen(past, positions, tempo_bpm)
        state, _ = self.gru(seen)
        state = self.dropout(state)
        return self.token_logits(seen, state), self.feel(state, cells[..., :CLASSES], past)


class DrumContinuationRecipe(Recipe):
    name = "drum_continuation"
    pace = Pace(steps=3000)

    def __init__(self, training: Sequence[Performance], validation: Sequence[Performance]) -> None:
        self.sequences = Sequences(training)
        self.validation = Sequences(most_common(validation))

    def net(self) -> nn.Module:
        return DrumContinuation()

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        for drums in sequence_batches(self.sequences, batch, rng):
            tempo_bpm = near_tempos(drums.tempos_bpm, TEMPO_JITTER, rng)
            lags = [lags_of(bar_steps) for bar_steps in drums.bar_steps.tolist()]
            yield torch.from_numpy(drums.cells), torch.from_numpy(drums.positions), tempo_bpm, torch.tensor(lags)

    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """tokens: nats of a step's combination, behind the first two bars; feel: of a hit's velocity and offset."""
        cells, positions, tempo_bpm, lags = batch
        hits, velocity, offset = cells.split(CLASSES, dim=2)
        logits, feel = net(cells, positions, tempo_bpm, lags)
        token_nats = F.cross_entropy(logits.float().flatten(0, 1), tokens_of_hits(hits).flatten(), reduction="none")
        token_nats = token_nats.view(hits.shape[:2])
        of_velocity, of_offset = feel.float().chunk(2, dim=2)
        feel_nats = nats_of_bins(of_velocity, velocity, 0.0, 1.0) + nats_of_bins(of_offset, offset, -0.5, 0.5)
        feel_nats = (feel_nats * hits).sum() / hits.sum()
        half = PRIMER_STEPS // 2
        loss = token_nats[:, half:].mean() + EARLY_WEIGHT * token_nats[:, :half].mean() + FEEL_WEIGHT * feel_nats
        return {"loss": loss, "tokens": token_nats[:, PRIMER_STEPS:].mean(), "feel": feel_nats}

    def check(self, net: nn.Module, device: torch.device) -> str:
        """Nats a step of the two bars after two bars, and the errors of the medians of their feel."""
        nats = count = late_ms = louder = hit = 0.0
        for chunk in chunks(np.arange(len(self.validation)), 128):
            drums = self.validation.plain(chunk, 2 * PRIMER_STEPS)
            cells, positions = torch.from_numpy(drums.cells).to(device), torch.from_numpy(drums.positions).to(device)
            tempo_bpm = torch.from_numpy(drums.tempos_bpm).to(device)[:, None]
            lags = torch.tensor([lags_of(bar_steps) for bar_steps in drums.bar_steps.tolist()], device=device)
            logits, feel = net(cells, positions, tempo_bpm, lags)
            hits, velocity, offset = cells[:, PRIMER_STEPS:].split(CLASSES, dim=2)
            of_velocity, of_offset = feel[:, PRIMER_STEPS:].chunk(2, dim=2)
            tokens = tokens_of_hits(hits)
            nats += float(F.cross_entropy(logits[:, PRIMER_STEPS:].flatten(0, 1), tokens.flatten(), reduction="sum"))
            count += tokens.numel()
            wrong = (offset - median(of_offset, -0.5, 0.5)).abs() * hits
            late_ms += float((wrong * 15000.0 / tempo_bpm[..., None]).sum())
            louder += float(((velocity - median(of_velocity, 0.0, 1.0)).abs() * hits).sum())
            hit += float(hits.sum())
        return f"{nats / count:.4f} nats a step; timing {late_ms / hit:.2f} ms, velocity {127.0 * louder / hit:.2f}"
