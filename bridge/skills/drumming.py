"""What the drum skills have in common: clips on the grid, their latents, and the model's playing as clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.models import drum_grid
from bridge.models.drum_grid import Cells, Roll, Source, Window
from bridge.models.drum_vae import DrumVae, Played
from bridge.music.clip import Clip
from bridge.music.kit import Kit

__all__ = ["DrumClip", "Take", "clip_of", "encoded", "leaning", "played_cells", "positions"]

Floats = npt.NDArray[np.float32]

LEANING_NATS = 8.0
"""How many nats a skill may add to the odds of a hit to have it as it is in a clip: e^8 to 1."""


@dataclass(frozen=True, slots=True)
class DrumClip:
    """A clip and the kit that its pads belong to."""

    clip: Clip
    kit: Kit


@dataclass(frozen=True, slots=True)
class Take:
    """A clip on the grid, and the latents of its windows [windows, latent]."""

    roll: Roll
    latents: Floats

    @property
    def windows(self) -> int:
        return len(self.latents)


def positions(window: Window, rows: int) -> npt.NDArray[np.int64]:
    return np.broadcast_to(window.positions, (rows, *window.positions.shape))


def encoded(model: DrumVae, clips: Sequence[DrumClip], out_beats: float) -> list[Take]:
    """The clips on the grid, each looped to `out_beats`, and the latents of their windows."""
    rolls = [drum_grid.encode(clip.clip, clip.kit, out_beats) for clip in clips]
    tensors = [roll.tensor() for roll in rolls]
    windows = len(tensors[0])
    latents = model.encode(np.concatenate(tensors), positions(rolls[0].window, windows * len(rolls)))
    return [Take(roll, latents[i * windows : (i + 1) * windows]) for i, roll in enumerate(rolls)]


def leaning(rolls: Sequence[Roll], strengths: Sequence[float]) -> Floats:
    """[windows, 32, 9] nats towards what each clip does in a cell, hit or rest, by strengths of 0 to 1."""
    total = sum(
        (
            LEANING_NATS * strength * (2.0 * roll.cells.hits - 1.0)
            for roll, strength in zip(rolls, strengths, strict=True)
        ),
        start=np.zeros_like(rolls[0].cells.hits),
    )
    return rolls[0].window.split(np.asarray(total, np.float32))


def played_cells(played: Played, window: Window, first: int, windows: int) -> Cells:
    """The rows from `first` on as the cells of one clip."""
    rows = slice(first, first + windows)
    return Cells(window.join(played.hits[rows]), window.join(played.velocity[rows]), window.join(played.offset[rows]))


def clip_of(cells: Cells, sources: Sequence[Source], kit: Kit, out_beats: float) -> Clip:
    """The cells as a clip like the first source's, with the notes beside its grid."""
    first = sources[0].roll
    notes = drum_grid.decode(cells, sources, kit, out_beats)
    return Clip((*notes, *first.beside), out_beats, first.clip.meter)
