"""What pitches a melody may have: a range, and a scale in a key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bridge.errors import BadValue
from bridge.models.melody_grid import FIRST_PITCH, TOKENS, Line, octaves_to_middle, pitch_of_token
from bridge.music.scale import Scale

__all__ = ["FORBIDDEN", "OPEN", "Lock"]

Floats = npt.NDArray[np.float32]

FORBIDDEN = -1e4
"""Nats that no model's odds outweigh, nor its logits overflow with."""


@dataclass(frozen=True, slots=True)
class Lock:
    """`low_pitch` to `high_pitch`, both 0-127 and both allowed, and of these the pitches of `scale`; None: all.

    A melody out of the range is brought into it by octaves first. Raises BadValue where no pitch is left.
    """

    low_pitch: int = 0
    high_pitch: int = 127
    scale: Scale | None = None

    def __post_init__(self) -> None:
        ends = (self.low_pitch, self.high_pitch)
        if any(type(end) is not int for end in ends) or not 0 <= self.low_pitch <= self.high_pitch <= 127:
            raise BadValue(
                f"The range goes from pitch {self.low_pitch} to {self.high_pitch}: "
                "pitches are whole numbers from 0 to 127, and the lower one comes first."
            )
        if not self.pitches:
            raise BadValue(
                f"The range from pitch {self.low_pitch} to {self.high_pitch} has no note of {self.scale}: "
                "widen the range, or choose another scale."
            )

    @property
    def pitches(self) -> frozenset[int]:
        return _pitches(self)

    @property
    def has_range(self) -> bool:
        return (self.low_pitch, self.high_pitch) != (0, 127)

    def nearest(self, pitch: int) -> int:
        """Of two that are as near, the lower one."""
        return pitch if pitch in self.pitches else min(self.pitches, key=lambda own: (abs(own - pitch), own))

    def octaves(self, lines: Sequence[Line], strengths: Sequence[float]) -> int:
        """In which octaves a melody between these lines is given: by so many is it lower than the model's.

        Between lines in different octaves it moves from the ones to the others, all notes at once. A line that is out
        of the range is brought into it by as few octaves as do. Where there is no line to go by, the middle of the
        range is the model's middle.
        """
        told = [(line, max(strength, 1e-12)) for line, strength in zip(lines, strengths, strict=True) if line.holders]
        if not told:
            return octaves_to_middle([0.5 * (self.low_pitch + self.high_pitch)]) if self.has_range else 0
        # fsum: the same sum in whichever order the lines stand.
        total = math.fsum(strength for _, strength in told)
        mean = math.fsum(strength * self._octaves_of(line) for line, strength in told) / total
        return math.floor(mean + 0.5)

    def _octaves_of(self, line: Line) -> int:
        def outside(down: int) -> tuple[float, int]:
            pitch = line.median_pitch - 12 * down
            return (max(0.0, self.low_pitch - pitch, pitch - self.high_pitch), abs(down))

        return line.octaves + min(range(-10, 11), key=outside)

    def bias(self, octaves: int) -> Floats:
        """[62] nats: FORBIDDEN for the pitches that are not allowed, given in these octaves."""
        return _bias(self, octaves)


@lru_cache(maxsize=64)
def _pitches(lock: Lock) -> frozenset[int]:
    within = range(lock.low_pitch, lock.high_pitch + 1)
    return frozenset(pitch for pitch in within if lock.scale is None or lock.scale.contains(pitch))


@lru_cache(maxsize=256)
def _bias(lock: Lock, octaves: int) -> Floats:
    bias = np.zeros(TOKENS, np.float32)
    for token in range(FIRST_PITCH, TOKENS):
        if pitch_of_token(token, octaves) not in lock.pitches:
            bias[token] = FORBIDDEN
    bias.setflags(write=False)
    return bias


OPEN = Lock()
"""Every pitch."""
