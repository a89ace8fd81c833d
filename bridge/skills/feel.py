"""Randomness by seed for models that play on and on: of a longer clip, the first bars are drawn as of a shorter one.

As in `chance`, everything comes from the uniform numbers of PCG64; each variation has a stream of its own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.skills.chance import BELOW_ONE, MOST_LIKELY

__all__ = ["Feel"]

Floats = npt.NDArray[np.float32]

CHOICE, TOUCH, TASTE = 10, 11, 12
"""What numbers are for; those of `chance` are below."""


class Feel:
    """The draws of one request, a row for each variation: they depend neither on how many there are nor how long."""

    def __init__(self, seed: int, temperature: float) -> None:
        self._cold = temperature < MOST_LIKELY
        self._seed = 0 if self._cold else seed
        self._temperature = temperature

    def choices(self, variations: int, steps: int) -> Floats:
        """[variations, steps] uniform in [0, 1): which hits or tokens are played."""
        rows = [self._random(CHOICE, i).random(steps) for i in range(variations)]
        return np.asarray(np.stack(rows) * BELOW_ONE, np.float32)

    def touch(self, variations: int, steps: int, columns: int) -> Floats:
        """[variations, steps, columns] standard normal noise of velocity and timing; below temperature 1 less, at 0
        none."""
        if self._cold:
            return np.zeros((variations, steps, columns), np.float32)
        rows = [self._normal(self._random(TOUCH, i), steps, columns) for i in range(variations)]
        return np.stack(rows) * np.float32(min(1.0, self._temperature))

    def tastes(self, variations: int, bar_steps: int, columns: int, nats: float) -> Floats:
        """[variations, bar_steps, columns]: how each variation likes other hits or tokens, by about so many nats.

        0 where they are drawn by chance. At temperature 0, where the likeliest would be the same in all variations, the
        first is the likeliest; the others are the likeliest to a taste of their own, the same in every bar and for
        every seed.
        """
        tastes = np.zeros((variations, bar_steps, columns), np.float32)
        if self._cold:
            for i in range(1, variations):
                tastes[i] = nats * self._normal(self._random(TASTE, i), bar_steps, columns)
        return tastes

    def _normal(self, random: np.random.Generator, steps: int, columns: int) -> Floats:
        """[steps, columns] standard normal numbers, by Box and Muller's method: two of each two uniform ones."""
        pairs = -(-columns // 2)
        uniform = random.random((steps, 2, pairs))
        radius, angle = np.sqrt(-2.0 * np.log1p(-uniform[:, 0])), 2.0 * np.pi * uniform[:, 1]
        both = np.concatenate((radius * np.cos(angle), radius * np.sin(angle)), axis=1)
        return np.asarray(both[:, :columns], np.float32)

    def _random(self, purpose: int, variation: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64((self._seed, purpose, variation)))
