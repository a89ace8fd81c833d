"""A clip of many bars as windows that overlap, so that a model that sees one window at a time leaves no seam."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.models.grid import STEPS, Window

__all__ = ["Overlap", "overlapping"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """`at` [windows, steps of a window] are steps of the clip: each window begins half a window after the one before.

    All of the first window is taken, of the others the last half: so all bars but the first are played by a model that
    has heard what is before them, and that hears it as it will be played. Where a window holds one bar, as in 9/8 and
    12/8, windows lie side by side.
    """

    window: Window
    hop_steps: int
    clip_steps: int
    at: Ints

    @property
    def windows(self) -> int:
        return len(self.at)

    def cut(self, rows: Floats) -> Floats:
        """[n, steps of the clip or more, columns] -> [n x windows, 32, columns], zeros behind the last bar."""
        found = rows[:, self.at % rows.shape[1]]
        tensor = np.zeros((len(rows) * self.windows, STEPS, rows.shape[2]), np.float32)
        tensor[:, : self.window.steps] = found.reshape(-1, *found.shape[2:])
        return tensor

    def joined(self, tensor: Floats) -> Floats:
        """[n x windows, 32, columns] -> [n, steps of the clip, columns]."""
        parts = tensor.reshape(-1, self.windows, STEPS, tensor.shape[2])
        last = parts[:, 1:, self.window.steps - self.hop_steps : self.window.steps]
        behind = last.reshape(len(parts), -1, tensor.shape[2])
        return np.concatenate((parts[:, 0, : self.window.steps], behind), axis=1)[:, : self.clip_steps]

    def positions(self, rows: int) -> Ints:
        """[rows x windows, 32, 2]"""
        return np.broadcast_to(self.window.positions, (rows * self.windows, STEPS, 2))


def overlapping(window: Window, bars: int) -> Overlap:
    hop_steps = max(1, window.bars // 2) * window.bar_steps
    clip_steps = bars * window.bar_steps
    behind = -(-max(0, clip_steps - window.steps) // hop_steps)
    at = np.arange(1 + behind)[:, None] * hop_steps + np.arange(window.steps)
    return Overlap(window, hop_steps, clip_steps, at)
