"""Where a continuation model looks back: at the bars so far, and around the same place in the bars before."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bridge.models.door import Tensors
from bridge.models.grid import Window

__all__ = ["AROUND", "lags_of", "primed"]

AROUND = (1, 0, -1, -2)
"""Steps before and after the same place a bar ago: lags of a bar and 1, 0, -1, -2 more."""


def lags_of(bar_steps: int) -> list[int]:
    """How many steps ago is looked: the step before, then around the same place one bar and two bars ago.

    Never at the step itself or behind it, which is not played yet: in bars of one or two steps they are near.
    """
    return [max(1, lag) for lag in (1, *(bars * bar_steps + a for bars in (1, 2) for a in AROUND))]


def primed(history: npt.NDArray[Any], window: Window, rows: int, steps: int) -> Tensors:
    """`history` [H, ...], its positions, and those of the `steps` from the bar line on at which it ends: `rows` times.

    By the names of the model's inputs.
    """
    before, behind = (window.positions[at % window.steps] for at in (np.arange(-len(history), 0), np.arange(steps)))
    same = {"history": history, "history_positions": before, "positions": behind}
    return {name: np.broadcast_to(tensor, (rows, *tensor.shape)) for name, tensor in same.items()}
