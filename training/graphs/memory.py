"""What drummers played in windows like this one: a memory that stands beside the networks of humanise and drumify.

A few hundred performances are few: networks that are stopped before they know them by heart do not know how each of
their drummers plays, and all of them err alike. So the windows that were trained on go into the file themselves. Those
nearest to what is asked are averaged (Nadaraya 1964, On Estimating Regression; Watson 1964, Smooth Regression
Analysis), and the average has a share in what the networks say (as in Khandelwal et al. 2020, Generalization through
Memorization). It errs otherwise than they do.

A window is known by its key: small whole numbers, compared by their squared distance. It is kept as its place in the
performances, whose steps are kept once, however many windows they are in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from bridge.models.drum_grid import CLASSES, PAD_POSITION, STEPS
from training.chunks import chunks
from training.data.drum_windows import Batch, Windows
from training.graphs.graph_layers import Weights
from training.networks.tokens import TOKENS, bits_of_tokens, tokens_of_hits

__all__ = [
    "HALF", "KEY_LIMIT", "LEAST_WEIGHT", "Listening", "Memory", "as_key", "mixed", "most_common_meter", "octaves",
]  # fmt: skip

KEY_LIMIT = 63
"""Of a key's numbers: seven bits, because older Intel processors add up products of eight in sixteen."""
HALF = 1.0
"""So many neighbours as good as the nearest give the memory half of its share."""
LEAST_WEIGHT = 1e-9

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Listening:
    """How a memory is asked. `nearest`: for how many windows; `width`: over what squared distance a window's weight
    falls to 1/e of the nearest one's; `farthest`: how far the nearest may be, of the squared length of what is asked,
    or the memory is silent; `share`: how much of what is said is the memory's, at most."""

    nearest: int
    width: float
    farthest: float
    share: float


def as_key(values: Tensor) -> Tensor:
    """Whole numbers within KEY_LIMIT."""
    return values.round().clamp(-KEY_LIMIT, KEY_LIMIT)


def octaves(tempo_bpm: Tensor) -> Tensor:
    """Doublings of 120 BPM."""
    return torch.log2(tempo_bpm / 120.0)


def most_common_meter(windows: Windows) -> Ints:
    """The windows of the meter that most of them are in."""
    meters = [windows.meters[owner] for owner in windows.owners]
    meter = max(dict.fromkeys(meters), key=meters.count)
    return np.flatnonzero([one == meter for one in meters])


class Memory:
    """The M windows of `windows` that are in their most common meter; of more than go into `most_bytes`, those of some
    performances.

    `key` gives the keys [N, F] of a batch: first the tempo, then what is asked, of which the last `optional` numbers
    may be left untold. `bins`: of how many bins are the histograms of velocity and offset that are asked for; none if
    0.
    """

    def __init__(
        self,
        windows: Windows,
        listening: Listening,
        key: Callable[[Batch], Tensor],
        most_bytes: int,
        optional: int = 0,
        bins: int = 0,
    ) -> None:
        self.listening = listening
        self.bins = bins
        which = most_common_meter(windows)
        width = key(windows.plain(which[:1])).shape[1]
        # A key, the sum of its squares, that of the optional ones, its start, and the hits before it.
        window_bytes = width + 4 * (2 + (optional > 0) + (bins > 0))
        which = _within(windows, which, most_bytes, window_bytes, 2 if bins else 0)
        # Of equally near ones the first are taken: they are not to be all of one drummer.
        which = np.random.default_rng(0).permutation(which)
        keys = torch.cat([as_key(key(windows.plain(chunk))) for chunk in chunks(which, 512)])
        squares = keys.square()
        always = width - optional
        self.keys = keys.to(torch.int8)
        self.lengths = torch.stack((squares[:, :always].sum(1), squares[:, always:].sum(1))).int()
        # Of the performances that these windows are in.
        used = np.zeros(len(windows.cells), bool)
        for first, length, _ in windows.rows[which]:
            used[first : first + length] = True
        cells = torch.from_numpy(windows.cells[used])
        starts = windows.rows[which, 0] + windows.rows[which, 2]
        self.starts = torch.from_numpy((np.cumsum(used) - 1)[starts]).int()
        hits, velocity, offset = cells.split(CLASSES, dim=1)
        self.tokens = tokens_of_hits(hits).short()
        self.positions = torch.from_numpy(windows.plain(which[:1]).positions[0])
        there = hits > 0
        before = there.sum(1).cumsum(0) - there.sum(1)
        self.first_hits = before[self.starts.long()].int()
        values = torch.stack((velocity[there], offset[there] + 0.5), dim=1)
        values = values if len(values) else torch.zeros(1, 2)
        self.values = (values * bins).clamp(0, max(bins - 1, 0)).byte()
        """[hits, 2]: the bins of the velocity and of the offset of each hit, in the order of steps and drums."""

    def weights(self) -> Weights:
        names = ["keys", "lengths", "starts", "tokens", "positions"]
        names += ["first_hits", "values"] if self.bins else []
        return {f"memory.{name}": getattr(self, name).numpy() for name in names}

    def neighbours(self, key: Tensor, told: Tensor, positions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of keys [N, F], whose optional numbers are 0 where `told` [N, 1] is, and of positions [N, 32, 2]: the weights
        of the nearest windows [N, K], their places [N, K], and the memory's share, at most [N, 1]."""
        how = self.listening
        lengths = self.lengths[0] + told * self.lengths[1]
        score = 2.0 * key @ self.keys.float().T - lengths
        score, which = score.sort(dim=1, descending=True, stable=True)
        score, which = score[:, : how.nearest], which[:, : how.nearest]
        tempo, asked = (part.square().sum(1, keepdim=True) for part in key.split((1, key.shape[1] - 1), dim=1))
        near = tempo + asked - score[:, :1] < how.farthest * asked
        known = (positions == self.positions).flatten(1).all(1, keepdim=True)
        return torch.exp((score - score[:, :1]) / how.width), which, how.share * (near & known)

    def steps(self, which: Tensor) -> Tensor:
        """The combinations of drums [N, K, 32] of these windows."""
        at = self.starts[which].long()[..., None] + torch.arange(STEPS)
        tokens = self.tokens[at.clamp(max=len(self.tokens) - 1)].long()
        return tokens * (self.positions[:, 0] != PAD_POSITION)

    def combinations(self, weights: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Sums of weights: of each combination that was played [N, 32, 512], and of all together [N, 32, 1]."""
        tokens = self.steps(which)
        played = weights[..., None] * (tokens > 0)
        sums = torch.zeros(len(which), TOKENS, STEPS).scatter_add_(1, tokens, played)
        return sums.transpose(1, 2), played.sum(1)[..., None]

    def histograms(self, weights: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Sums of weights: of each bin [N, 32, 18, bins] of velocities and offsets, and of all [N, 32, 18, 1]."""
        hits = bits_of_tokens(self.steps(which)).flatten(2)
        at = self.first_hits[which].long()[..., None] + hits.long().cumsum(2) - hits.long()
        values = self.values[at.clamp(max=len(self.values) - 1)].long()
        played = weights[..., None] * hits
        nothing = torch.zeros(len(which), self.bins, hits.shape[2])
        sums = [nothing.scatter_add(1, bins, played) for bins in values.unbind(3)]
        both = torch.cat([one.unflatten(2, (STEPS, CLASSES)) for one in sums], dim=3)
        total = played.sum(1).unflatten(1, (STEPS, CLASSES)).repeat(1, 1, 2)
        return both.permute(0, 2, 3, 1), total[..., None]


def mixed(said: Tensor, sums: Tensor, total: Tensor, share: Tensor) -> Tensor:
    """The networks' probabilities `said` [N, ..., n] with the memory's `sums` [N, ..., n] and `total` [N, ..., 1]."""
    share = share.view(-1, *[1] * (said.dim() - 1)) * total / (total + HALF)
    return said + share * (sums / total.clamp(min=LEAST_WEIGHT) - said)


def _within(windows: Windows, which: Ints, most_bytes: int, window_bytes: int, hit_bytes: int) -> Ints:
    """Those of `which` that are in as many performances as go into `most_bytes`; each step takes two bytes."""
    owners = windows.owners[which]
    kept: list[int] = []
    names, first_of, counts = np.unique(owners, return_index=True, return_counts=True)
    for i in np.random.default_rng(0).permutation(len(names)):
        first, length, _ = windows.rows[which[first_of[i]]]
        hits = int(windows.cells[first : first + length, :CLASSES].sum())
        needed = window_bytes * int(counts[i]) + 2 * int(length) + hit_bytes * hits
        if needed <= most_bytes:
            most_bytes -= needed
            kept.append(int(names[i]))
    return which[np.isin(owners, kept)] if kept else which[:1]
