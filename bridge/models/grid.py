"""The grid that every codec lies on: windows of 32 sixteenths, with as many whole bars of the meter as they hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bridge.errors import Unsupported
from bridge.music.meter import Meter

__all__ = ["FAMILIES", "PAD_POSITION", "STEPS", "STEPS_PER_BEAT", "Window", "nearest_step", "steps_in", "window"]

STEPS = 32
STEPS_PER_BEAT = 4
PAD_POSITION = 32
"""The position of a step that lies behind the window's last bar."""
FAMILIES = 3
DOTTED_QUARTER_BEATS = 1.5

Floats = npt.NDArray[np.float32]


def steps_in(length_beats: float) -> int:
    """Sixteenths begun in this length. A rounding error of float32 does not begin one."""
    return max(1, math.ceil(length_beats * STEPS_PER_BEAT - 1e-3))


def nearest_step(start_beats: float) -> int:
    return math.floor(start_beats * STEPS_PER_BEAT + 0.5)


@dataclass(frozen=True, slots=True)
class Window:
    """How a meter lies on the grid. `bar_steps` 1-32, `bars` whole bars, `steps` = bar_steps x bars <= 32."""

    meter: Meter
    bar_steps: int
    bars: int
    steps: int
    positions: npt.NDArray[np.int64]
    """[32, 2]: the step's position in its bar and in its pulse, from 0; 32 behind the last bar."""

    @property
    def family(self) -> int:
        """0 for 4/4, 2 for meters of dotted quarters, 1 for all others: grooves of one family are alike."""
        if self.meter.pulse_beats == DOTTED_QUARTER_BEATS:
            return 2
        return 0 if self.bar_steps == 16 else 1

    def count(self, clip_beats: float) -> int:
        """Windows that a clip of this length fills or begins."""
        return -(-steps_in(clip_beats) // self.steps)

    def split(self, rows: Floats) -> Floats:
        """[steps of whole windows, n] -> [windows, 32, n], zeros behind each window's last bar."""
        windows = rows.reshape(-1, self.steps, rows.shape[1])
        tensor = np.zeros((len(windows), STEPS, rows.shape[1]), np.float32)
        tensor[:, : self.steps] = windows
        return tensor

    def join(self, tensor: Floats) -> Floats:
        """The inverse of `split`: [windows, 32, n] -> [steps of whole windows, n]."""
        return tensor[:, : self.steps].reshape(-1, tensor.shape[2])


@lru_cache(maxsize=128)
def window(meter: Meter) -> Window:
    """Raises Unsupported for a meter whose bar is no whole number of sixteenths, or more than 32 of them."""
    bar = meter.bar_beats * STEPS_PER_BEAT
    if bar != int(bar) or bar > STEPS:
        raise Unsupported(
            f"The meter {meter} has bars of {bar:g} sixteenths: models play meters whose bar has "
            f"1 to {STEPS} whole sixteenths, such as 3/4, 4/4, 5/4, 6/8, 7/8, 9/8 and 12/8."
        )
    bar_steps = int(bar)
    bars = STEPS // bar_steps
    steps = bars * bar_steps
    positions = np.full((STEPS, 2), PAD_POSITION, np.int64)
    positions[:steps, 0] = np.arange(steps) % bar_steps
    positions[:steps, 1] = positions[:steps, 0] % max(1, round(meter.pulse_beats * STEPS_PER_BEAT))
    positions.setflags(write=False)
    return Window(meter, bar_steps, bars, steps, positions)
