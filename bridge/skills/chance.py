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
BELOW_ONE = 1.0 - 2**-24
"""So that rounding to float32 does not make a 1."""


class Chance:
    """The draws of one request, a row for each variation: a variation's do not depend on how many there are."""

    def __init__(self, seed: int, temperature: float) -> None:
        # At temperature 0 variations still differ from one another, but not by the seed.
        self._seed = 0 if temperature < MOST_LIKELY else seed
        self._temperature = temperature

    def kinds(self, variations: int) -> Floats:
        """[variations, 1] uniform in [0, 1): which kind of groove."""
        return self._uniform(0, variations, 1)

    def ideas(self, variations: int, windows: int, latent_size: int, attempt: int = 0) -> Floats:
        """[variations, windows, latent] standard normal numbers, by Box and Muller's method; others at each attempt."""
        uniform = self._random(1 if attempt == 0 else 3 + attempt).random((variations, 2, windows, latent_size))
        radius = np.sqrt(-2.0 * np.log1p(-uniform[:, 0]))
        return np.asarray(radius * np.cos(2.0 * np.pi * uniform[:, 1]), np.float32)

    def hits(self, variations: int, windows: int) -> Floats:
        """[variations, windows, 32] uniform in [0, 1): which hits are played."""
        return self._uniform(2, variations, windows, STEPS)

    def feel(self, variations: int, windows: int) -> Floats:
        """[variations, windows, 32, 18] Laplace noise for velocity and timing; below temperature 1 less, at 0 none."""
        uniform = self._random(3).random((variations, windows, STEPS, 2 * CLASSES)) - 0.5
        noise = -np.sign(uniform) * np.log1p(-2.0 * np.abs(uniform) * BELOW_ONE)
        return np.asarray(noise * min(1.0, self._temperature), np.float32)

    def _uniform(self, purpose: int, *shape: int) -> Floats:
        return np.asarray(self._random(purpose).random(shape) * BELOW_ONE, np.float32)

    def _random(self, purpose: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64((self._seed, purpose)))
