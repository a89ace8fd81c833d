"""What sounds beside a melody, for the models that listen to it: twelve pitch classes, and twelve for the bass."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bridge.models.grid import STEPS_PER_BEAT
from bridge.music.clip import Clip

__all__ = ["CHORD_COLUMNS", "chords_of"]

CHORD_COLUMNS = 24
PITCH_CLASSES = 12
LEAST_SHARE = 1 / 8
"""A pitch class that sounds for less of a pulse is a passing note; the notes of a chord broken in 32nds are not."""
LONGEST_PULSE_BEATS = 1.5
CLIPS_KEPT = 32

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def chords_of(clip: Clip, steps: Ints) -> Floats:
    """[n, 24]: the pitch classes that sound in the pulse of each of `steps` [n], 0 or 1, and which of them is lowest.

    The clip, of any polyphony, loops from step 0 on. Harmony is heard by the counted beat (by quarters where that is
    longer), as in the models' training; where nothing sounds all is 0. What rings on at the loop's end ends there.
    """
    pulse_beats, pulses = _pulses(clip)
    at_beats = (steps / STEPS_PER_BEAT) % clip.length_beats
    return pulses.take(np.minimum((at_beats / pulse_beats + 1e-6).astype(np.int64), len(pulses) - 1), axis=0)


@lru_cache(maxsize=CLIPS_KEPT)
def _pulses(clip: Clip) -> tuple[float, Floats]:
    """The pulse in beats, and what sounds in each of the clip's: [pulses, 24]."""
    pulse_beats = clip.meter.pulse_beats if clip.meter.pulse_beats <= LONGEST_PULSE_BEATS else 1.0
    last = clip.length_beats / pulse_beats
    count = max(1, math.ceil(last - 1e-6))
    shares = np.zeros((count, PITCH_CLASSES), np.float32)
    lowest = [128] * count
    for note in clip.notes:
        start = max(0.0, note.start_beats) / pulse_beats
        end = min((note.start_beats + note.length_beats) / pulse_beats, last)
        for i in range(int(start), math.ceil(end - 1e-6)):
            # The loop may end within a pulse, which is shorter then.
            share = (min(end, i + 1.0) - max(start, float(i))) / min(1.0, last - i)
            shares[i, note.pitch % PITCH_CLASSES] += share
            if share >= LEAST_SHARE - 1e-6:
                lowest[i] = min(lowest[i], note.pitch)
    pulses = np.zeros((count, CHORD_COLUMNS), np.float32)
    for i, low in enumerate(lowest):
        if low < 128:
            pulses[i, :PITCH_CLASSES] = shares[i] >= LEAST_SHARE - 1e-6
            pulses[i, PITCH_CLASSES + low % PITCH_CLASSES] = 1.0
    pulses.setflags(write=False)
    return pulse_beats, pulses
