"""A humanise model behind musical names: hits on the grid -> the velocity and timing that a drummer would give them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.models.drum_vae import Played
from bridge.models.model_use import ModelUse

__all__ = ["Humanise"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class Humanise:
    """A model in one request."""

    def __init__(self, use: ModelUse) -> None:
        self._use = use

    def play(self, hits: Floats, positions: Ints, tempo_bpm: float, feel_noise: Floats) -> Played:
        """The same hits [N, 32, 9], with velocity and offset.

        positions [N, 32, 2]; feel_noise [N, 32, 18], standard normal, of velocity and offset, 0 for their medians.
        """
        played = self._use.run(
            {
                "hits": hits,
                "positions": positions,
                "tempo_bpm": np.full((len(hits), 1), tempo_bpm, np.float32),
                "feel_noise": feel_noise,
            },
            {},
        )
        return Played(hits, *(played[name].astype(np.float32, copy=False) for name in ("velocity", "offset")))
