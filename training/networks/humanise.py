"""Humanise: hits on the grid -> the velocity and the timing that a drummer would give each of them.

A GRU reads the two bars both ways, as the Seq2Seq of GrooVAE does (Gillick et al. 2019, Learning to Groove with Inverse
Sequence Transformations), which gave one number for each. Here every hit gets two histograms: the median is what is
scored, and a draw is what is played, because a drummer's timing has a spread that medians do not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from bridge.models.drum_grid import CLASSES
from training.chunks import chunks
from training.data.drum_windows import Windows, cut_batches
from training.data.performance import Performance, most_common
from training.loop import Losses, Pace, Recipe, Tensors
from training.networks.layers import GridPositions, Tempo, both_ways, median, nats_of_bins, near_tempos

__all__ = ["BINS", "SIXTEENTH_MS", "SOFTNESS", "Humanise", "HumaniseRecipe", "Together"]

WIDTH = 128
LAYERS = 2
BINS = 40
"""Of each histogram: a fortieth of a sixteenth, 3 ms at 120 BPM, and a fortieth of the velocities."""
SOFTNESS = 1.3
"""What logits are divided by when the model plays: the temperature at which it is as sure as it is right on validation
(Guo et al. 2017, On Calibration of Modern Neural Networks). Trained on so few performances it is too sure."""
DROPOUT = 0.35
TEMPO_JITTER = 0.05
DROPPED_CLASSES = 0.08
"""How often one of the nine is not heard in training: with fewer drums the others are played much the same."""
SIXTEENTH_MS = 15000.0  # over the tempo in BPM


class Humanise(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hits_in = nn.Linear(CLASSES, WIDTH)
        self.positions = GridPositions(WIDTH)
        self.tempo = Tempo(WIDTH)
        self.gru = both_ways(WIDTH, WIDTH, LAYERS, DROPOUT)
        self.norm = nn.LayerNorm(2 * WIDTH)
        self.dropout = nn.Dropout(DROPOUT)
        self.out = nn.Linear(2 * WIDTH, 2 * CLASSES * BINS)

    def forward(self, hits: Tensor, positions: Tensor, tempo_bpm: Tensor) -> Tensor:
        """hits [N, 32, 9], positions [N, 32, 2], tempo_bpm [N, 1] -> logits [N, 32, 18, BINS]: velocities, offsets."""
        x = self.hits_in(hits) + self.positions(positions) + self.tempo(tempo_bpm)[:, None]
        x, _ = self.gru(x)
        out: Tensor = self.out(self.dropout(self.norm(x)))
        return out.unflatten(2, (2 * CLASSES, BINS))


class Together(nn.Module):
    """Several networks, trained from other seeds: the mean of their histograms is nearer to the truth than each is."""

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, hits: Tensor, positions: Tensor, tempo_bpm: Tensor) -> Tensor:
        """Probabilities [N, 32, 18, BINS]."""
        each = [torch.softmax(member(hits, positions, tempo_bpm) / SOFTNESS, dim=-1) for member in self.members]
        return torch.stack(each).mean(0)


class HumaniseRecipe(Recipe):
    name = "humanise"
    pace = Pace(steps=1400)

    def __init__(self, training: Sequence[Performance], validation: Sequence[Performance]) -> None:
        self.windows = Windows(training)
        self.validation = Windows(most_common(validation))

    def net(self) -> nn.Module:
        return Humanise()

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        for drums in cut_batches(self.windows, batch, rng):
            tempo_bpm = near_tempos(drums.tempos_bpm, TEMPO_JITTER, rng)
            yield torch.from_numpy(drums.cells), torch.from_numpy(drums.positions), tempo_bpm

    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """velocity and offset: nats of a hit's bin."""
        cells, positions, tempo_bpm = batch
        hits, velocity, offset = cells.split(CLASSES, dim=2)
        hits = hits * (torch.rand(len(hits), 1, CLASSES, device=hits.device) >= DROPPED_CLASSES)
        logits = net(hits, positions, tempo_bpm).float()
        of_velocity, of_offset = logits.chunk(2, dim=2)
        count = hits.sum()
        velocity_nats = (nats_of_bins(of_velocity, velocity, 0.0, 1.0) * hits).sum() / count
        offset_nats = (nats_of_bins(of_offset, offset, -0.5, 0.5) * hits).sum() / count
        return {"loss": velocity_nats + offset_nats, "velocity": velocity_nats, "offset": offset_nats}

    def check(self, net: nn.Module, device: torch.device) -> str:
        late_ms = squares = louder = count = 0.0
        for chunk in chunks(np.arange(len(self.validation)), 128):
            drums = self.validation.plain(chunk)
            cells, positions = torch.from_numpy(drums.cells).to(device), torch.from_numpy(drums.positions).to(device)
            tempo_bpm = torch.from_numpy(drums.tempos_bpm).to(device)[:, None]
            hits, velocity, offset = cells.split(CLASSES, dim=2)
            of_velocity, of_offset = net(hits, positions, tempo_bpm).chunk(2, dim=2)
            wrong = (offset - median(of_offset, -0.5, 0.5)) * hits
            late_ms += float((wrong.abs() * SIXTEENTH_MS / tempo_bpm[..., None]).sum())
            squares += float(wrong.square().sum())
            louder += float(((velocity - median(of_velocity, 0.0, 1.0)) * hits).abs().sum())
            count += float(hits.sum())
        return f"timing {late_ms / count:.2f} ms, {squares / count:.4f}, velocity {127.0 * louder / count:.2f}"
