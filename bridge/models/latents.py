"""Latents of the last windows that were encoded: while a puck is dragged they are the same from request to request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Latents"]

Floats = npt.NDArray[np.float32]
Array = npt.NDArray[Any]


class Latents:
    """By their content. For one thread at a time; of several models."""

    def __init__(self, windows: int = 512) -> None:
        self._kept: OrderedDict[tuple[str, bytes, bytes], Floats] = OrderedDict()
        self._most_windows = windows

    def of(
        self, model_hash: str, windows: Iterable[tuple[Array, Array]], encode: Callable[[Array, Array], Floats]
    ) -> Floats:
        """[N, latent] of N windows, each its tensor and its positions; `encode` is asked for those not remembered.

        Each in a run of its own [1, ...] -> [1, latent]: sums over other numbers of rows round differently, and a
        window that is remembered must have the very latent that it would get now.
        """
        latents = []
        for window, positions in windows:
            key = (model_hash, window.tobytes(), positions.tobytes())
            latent = self._kept.get(key)
            if latent is None:
                latent = encode(window[None], positions[None])[0]
                self._kept[key] = latent
                if len(self._kept) > self._most_windows:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
            latents.append(latent)
        return np.stack(latents)
