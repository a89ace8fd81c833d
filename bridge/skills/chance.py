"""Randomness by seed: the same numbers for the same seed on every machine, and none that depend on what else was asked.

Everything comes from the uniform numbers of PCG64, whose stream numpy promises to keep; the shapes are made here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.models.drum_grid import CLASSES, STEPS

__all__ = ["MOST_LIKELY", "Chance"]

Floats = npt.NDArray[np.float32]

MOST_LIKELY = 0.01
"""Temperatures below this play the most likely hits, and then the seed is not used."""


class Chance:
    """The draws for one variation of one request."""

    def __init__(self, seed: int, variation: int, temperature: float) -> None:
        # At temperature 0 variations still differ from one another, but not by the seed.
        self._random = np.random.Generator(np.random.PCG64((0 if temperature < MOST_LIKELY else seed, variation)))
        self._temperature = temperature

    def choice(self, rows: int) -> Floats:
        """[rows, 1], one uniform number in [0, 1) again and again: the same kind of groove for all of them."""
        return np.full((rows, 1), self._random.random() * (1.0 - 2**-24), np.float32)

    def normal(self, *shape: int) -> Floats:
        """Standard normal numbers, by Box and Muller's method."""
        uniform = self._random.random((2, *shape))
        radius = np.sqrt(-2.0 * np.log1p(-uniform[0]))
        return np.asarray(radius * np.cos(2.0 * np.pi * uniform[1]), np.float32)

    def hits(self, windows: int) -> Floats:
        """[windows, 32] uniform in [0, 1): which hits are played."""
        return np.asarray(self._random.random((windows, STEPS)), np.float32) * np.float32(1.0 - 2**-24)

    def feel(self, windows: int) -> Floats:
        """[windows, 32, 18] Laplace noise for velocity and timing; with a temperature below 1 less, at 0 none."""
        uniform = self._random.random((windows, STEPS, 2 * CLASSES)) - 0.5
        noise = -np.sign(uniform) * np.log1p(-2.0 * np.abs(uniform) * (1.0 - 2**-24))
        return np.asarray(noise * min(1.0, self._temperature), np.float32)
