"""Drumify: a rhythm, tapped or taken from a bass line or a melody -> the drums that a drummer would play with it.

The tap-to-drums task of GrooVAE (Gillick et al. 2019): all drums of a step become one tap, and the drums are to be
found again. A GRU reads the two bars both ways and gives each tapped step a distribution over the 511 combinations of
drums, so that what is played together fits together; the probability of one drum is the sum over its combinations. A
second GRU, that knows the drums, gives them velocity and timing, after those of the taps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.drum_grid import CLASSES
from training.chunks import chunks
from training.data.drum_windows import Windows, cut_batches
from training.data.performance import Performance, most_common
from training.loop import Losses, Pace, Recipe, Tensors
from training.networks.layers import (
    GridPositions,
    Tempo,
    both_ways,
    drawn,
    nats_of_bins,
    near_tempos,
    uniform_of_normal,
)
from training.networks.tokens import TOKENS, bits_of_tokens, tokens_of_hits

__all__ = ["BINS", "SOFTNESS", "TAP_COLUMNS", "Drumify", "DrumifyRecipe", "taps_of_cells"]

WIDTH = 128
LAYERS = 2
FEEL_WIDTH = 64
BINS = 24
TAP_COLUMNS = 5
"""tap or none; velocity; offset; whether the velocity is known; whether the offset is."""
SOFTNESS = 1.3
"""What logits are divided by for chances that are as sure as right, as in training/networks/humanise.py."""
DROPOUT = 0.4
TEMPO_JITTER = 0.03
VELOCITY_KNOWN, OFFSET_KNOWN = 0.65, 0.35
"""How often, in training."""
FEEL_WEIGHT = 0.1
IMPOSSIBLE = -1e4


def taps_of_cells(cells: Tensor, has_velocity: Tensor, has_offset: Tensor) -> Tensor:
    """cells [N, 32, 27] -> taps [N, 32, TAP_COLUMNS]: the loudest drum of each step. has_... [N, 1, 1] of 0 and 1."""
    hits, velocity, offset = cells.split(CLASSES, dim=2)
    tap = hits.amax(2, keepdim=True)
    louder, loudest = (velocity + hits).max(2, keepdim=True)
    tap_velocity = (louder - 1.0).clamp(min=0.0) * tap
    tap_offset = offset.gather(2, loudest) * tap
    known_velocity, known_offset = has_velocity * tap, has_offset * tap
    return torch.cat(
        (tap, tap_velocity * known_velocity, tap_offset * known_offset, known_velocity, known_offset), dim=2
    )


class Drumify(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.taps_in = nn.Linear(TAP_COLUMNS, WIDTH)
        self.positions = GridPositions(WIDTH)
        self.tempo = Tempo(WIDTH)
        self.gru = both_ways(WIDTH, WIDTH, LAYERS, DROPOUT)
        self.norm = nn.LayerNorm(2 * WIDTH)
        self.dropout = nn.Dropout(DROPOUT)
        self.token_out = nn.Linear(2 * WIDTH, TOKENS)
        self.bits_out = nn.Linear(2 * WIDTH, CLASSES, bias=False)

        self.feel_in = nn.Linear(2 * WIDTH + CLASSES + TAP_COLUMNS, FEEL_WIDTH)
        self.feel_gru = both_ways(FEEL_WIDTH, FEEL_WIDTH, 1, 0.0)
        self.feel_out = nn.Linear(2 * FEEL_WIDTH, 2 * CLASSES * BINS)

    def read(self, taps: Tensor, positions: Tensor, tempo_bpm: Tensor) -> Tensor:
        """taps [N, 32, TAP_COLUMNS], positions [N, 32, 2], tempo_bpm [N, 1] -> [N, 32, 2 WIDTH]."""
        x = self.taps_in(taps) + self.positions(positions) + self.tempo(tempo_bpm)[:, None]
        x, _ = self.gru(x)
        read: Tensor = self.dropout(self.norm(x))
        return read

    def token_logits(self, read: Tensor) -> Tensor:
        """[N, 32, 512], of a step that is tapped: that no drum is played is impossible."""
        bits = bits_of_tokens(torch.arange(TOKENS, device=read.device))
        logits = self.token_out(read) + self.bits_out(read) @ bits.T
        return logits + F.one_hot(torch.zeros((), dtype=torch.long, device=read.device), TOKENS) * IMPOSSIBLE

    def feel(self, read: Tensor, hits: Tensor, taps: Tensor) -> Tensor:
        """Logits [N, 32, 18, BINS]: velocities, offsets."""
        x = F.relu(self.feel_in(torch.cat((read, hits, taps), dim=2)))
        x, _ = self.feel_gru(x)
        out: Tensor = self.feel_out(x)
        return out.unflatten(2, (2 * CLASSES, BINS))

    def played(self, logits: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """noise [N, 32, 18], standard normal, 0 for the median -> velocity (0-1) and offset, [N, 32, 9] each."""
        velocity, offset = logits.chunk(2, dim=2)
        of_velocity, of_offset = uniform_of_normal(noise).chunk(2, dim=2)
        return drawn(velocity, of_velocity, 0.0, 1.0), drawn(offset, of_offset, -0.5, 0.5)


def probabilities(logits: Tensor, taps: Tensor) -> Tensor:
    """Of each drum, [N, 32, 9]."""
    bits = bits_of_tokens(torch.arange(TOKENS, device=logits.device))
    return torch.softmax(logits, dim=2) @ bits * taps[..., :1]


class DrumifyRecipe(Recipe):
    name = "drumify"
    pace = Pace(steps=1600)

    def __init__(self, training: Sequence[Performance], validation: Sequence[Performance]) -> None:
        self.windows = Windows([p for p in training if p.beat_type == "beat"])
        self.validation = Windows(most_common([p for p in validation if p.beat_type == "beat"]))

    def net(self) -> nn.Module:
        return Drumify()

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        for drums in cut_batches(self.windows, batch, rng):
            tempo_bpm = near_tempos(drums.tempos_bpm, TEMPO_JITTER, rng)
            yield torch.from_numpy(drums.cells), torch.from_numpy(drums.positions), tempo_bpm

    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """tokens: nats of a tapped step's combination; feel: nats of a hit's velocity and offset."""
        cells, positions, tempo_bpm = batch
        hits, velocity, offset = cells.split(CLASSES, dim=2)
        known = torch.rand(2, len(cells), 1, 1, device=cells.device)
        taps = taps_of_cells(cells, (known[0] < VELOCITY_KNOWN).float(), (known[1] < OFFSET_KNOWN).float())
        assert isinstance(net, Drumify)
        read = net.read(taps, positions, tempo_bpm)
        logits = net.token_logits(read).float()
        tap = taps[..., 0]
        token_nats = F.cross_entropy(logits.flatten(0, 1), tokens_of_hits(hits).flatten(), reduction="none")
        token_nats = (token_nats.view(tap.shape) * tap).sum() / tap.sum()
        of_velocity, of_offset = net.feel(read, hits, taps).float().chunk(2, dim=2)
        feel_nats = nats_of_bins(of_velocity, velocity, 0.0, 1.0) + nats_of_bins(of_offset, offset, -0.5, 0.5)
        feel_nats = (feel_nats * hits).sum() / hits.sum()
        return {"loss": token_nats + FEEL_WEIGHT * feel_nats, "tokens": token_nats, "feel": feel_nats}

    def check(self, net: nn.Module, device: torch.device) -> str:
        """F1 at the best of some thresholds, and nats a cell, of taps with velocity and without."""
        assert isinstance(net, Drumify)
        said = []
        for has_velocity in (1.0, 0.0):
            chances, played = [], []
            for chunk in chunks(np.arange(len(self.validation)), 128):
                drums = self.validation.plain(chunk)
                cells = torch.from_numpy(drums.cells).to(device)
                positions = torch.from_numpy(drums.positions).to(device)
                none = torch.zeros(len(chunk), 1, 1, device=device)
                taps = taps_of_cells(cells, none + has_velocity, none)
                tempo_bpm = torch.from_numpy(drums.tempos_bpm).to(device)[:, None]
                chances.append(probabilities(net.token_logits(net.read(taps, positions, tempo_bpm)), taps))
                played.append(cells[..., :CLASSES])
            chance, hits = torch.cat(chances), torch.cat(played)
            nats = F.binary_cross_entropy(chance.clamp(1e-6, 1.0 - 1e-6), hits)
            best = max((_f1(chance > threshold, hits), threshold) for threshold in np.arange(0.2, 0.5, 0.02).tolist())
            said.append(f"F1 {best[0]:.4f} at {best[1]:.2f}, {float(nats):.4f} nats")
        return "; without velocity ".join(said)


def _f1(found: Tensor, hits: Tensor) -> float:
    return float(2.0 * (found * hits).sum() / (found.sum() + hits.sum()))
