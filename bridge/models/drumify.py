"""A drumify model behind musical names: taps -> the drums that a drummer would play with them.

A tap is what a step of any rhythm has: that something begins there, and of the loudest that does its velocity and its
offset, where they are to be told.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.models.door import Tensors
from bridge.models.drum_grid import CLASSES, STEPS, Cells
from bridge.models.drum_vae import Played
from bridge.models.model_use import ModelUse

__all__ = ["TAP_COLUMNS", "Drumify", "taps_of"]

TAP_COLUMNS = 5
"""tap or none; velocity; offset; whether the velocity is known; whether the offset is."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def taps_of(cells: Cells, *, velocity: bool, timing: bool) -> Floats:
    """[steps, TAP_COLUMNS]: the loudest hit of each step, with its velocity and its timing or without."""
    taps = np.zeros((len(cells.hits), TAP_COLUMNS), np.float32)
    loudest = (cells.velocity + cells.hits).argmax(1)[:, None]
    taps[:, 0] = cells.hits.max(1)
    if velocity:
        taps[:, 1] = np.take_along_axis(cells.velocity, loudest, 1)[:, 0]
        taps[:, 3] = taps[:, 0]
    if timing:
        taps[:, 2] = np.take_along_axis(cells.offset, loudest, 1)[:, 0]
        taps[:, 4] = taps[:, 0]
    return taps


class Drumify:
    """A model in one request."""

    def __init__(self, use: ModelUse) -> None:
        self._use = use
        self.taste_nats = use.card.fact("taste_nats")

    def play(
        self,
        taps: Floats,
        positions: Ints,
        tempo_bpm: float,
        hit_bias: Floats,
        temperature: float,
        hit_uniform: Floats,
        feel_noise: Floats,
    ) -> Played:
        """Drums on the steps of taps [N, 32, TAP_COLUMNS] that are tapped, at least one on each.

        positions [N, 32, 2]; hit_bias [N, 32, 9] in nats, added to the odds of each hit; temperature 0-2, 0 plays the
        most likely hits; hit_uniform [N, 32] in [0, 1) chooses them else; feel_noise [N, 32, 18], standard normal, of
        velocity and offset, 0 for their medians.
        """
        outputs = self._run(taps, positions, tempo_bpm, hit_bias, temperature, hit_uniform, feel_noise)
        return Played(*(outputs[name].astype(np.float32, copy=False) for name in ("hits", "velocity", "offset")))

    def chances(self, taps: Floats, positions: Ints, tempo_bpm: float) -> Floats:
        """How likely each drum is with taps [N, 32, TAP_COLUMNS]: [N, 32, 9]."""
        rows = len(taps)
        none = np.zeros((rows, STEPS, 2 * CLASSES), np.float32)
        outputs = self._run(taps, positions, tempo_bpm, none[..., :CLASSES], 1.0, none[..., 0], none)
        return outputs["chance"].astype(np.float32, copy=False)

    def _run(
        self,
        taps: Floats,
        positions: Ints,
        tempo_bpm: float,
        hit_bias: Floats,
        temperature: float,
        hit_uniform: Floats,
        feel_noise: Floats,
    ) -> Tensors:
        return self._use.run(
            {
                "taps": taps,
                "positions": positions,
                "tempo_bpm": np.full((len(taps), 1), tempo_bpm, np.float32),
                "hit_bias": hit_bias,
                "temperature": np.full((len(taps), 1), temperature, np.float32),
                "hit_uniform": hit_uniform,
                "feel_noise": feel_noise,
            },
            {},
        )
