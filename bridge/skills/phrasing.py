"""How a player phrases a melody: the velocity, the timing and the ends of its new notes.

The data sets that melodies are learnt from have no touch of a player's: they are written scores. So no model tells it,
but rules that were found by listening, of those of Friberg, Bresin and Sundberg 2006, "Overview of the KTH rule system
for musical performance":

    high loud            the higher, the louder: 3 dB an octave
    phrase arch          a phrase grows towards its middle and fades to its end
    metrical accents     the bar's first beat, then the other beats
    duration contrast    short notes are softer
    articulation         steps are bound; leaps, repeated notes and the ends of phrases are not

and a little chance, as nobody plays alike twice.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.models.grid import Window
from bridge.models.melody_grid import FIRST_PITCH, Sung, ends_of

__all__ = ["FEELS", "phrased"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

FEELS = 2
"""Numbers of chance for each step: of velocity and of timing."""
# In steps of velocity; two of them are about a decibel.
HIGH_LOUD, MOST_HIGH_LOUD = 0.5, 6.0
ARCH = 8.0
DOWNBEAT, BEAT, OFF_BEAT = 7.0, 3.0, -3.0
SHORT_SOFT, MOST_SHORT_SOFT = 2.0, 4.0
CHANCE = 3.0
# In sixteenths; 0.04 are 5 ms at 120 BPM.
LATE = 0.04
MOST_LATE = 0.2
STEP, LEAP = 2, 5
"""Semitones up to which an interval is bound, and from which it is a leap."""
LEAPT, PARTED = 0.2, 0.4
MOST_GAP = 0.3
"""Of a note's length."""


def phrased(tokens: Ints, feel: Floats, shape: Window, velocity: Floats, humanise: float) -> Sung:
    """Tokens [steps] as they would be sung, were all notes new, around `velocity` [steps], 1-127.

    feel [steps, 2]: Laplace noise on velocity and timing. humanise 0-1 scales all: at 0 every note has its `velocity`,
    is on the grid and lasts until the next.
    """
    louder, later, gap = (np.zeros(len(tokens), np.float32) for _ in range(3))
    onsets = np.flatnonzero(tokens >= FIRST_PITCH)
    if humanise > 0.0 and len(onsets):
        ends = ends_of(tokens)[onsets]
        louder[onsets] = humanise * _louder(tokens, onsets, ends, shape, feel[onsets, 0])
        later[onsets] = humanise * _later(feel[onsets, 1])
        gap[onsets] = humanise * _gap(tokens, onsets, ends)
    return Sung(tokens, np.clip(velocity + louder, 1.0, 127.0), later, gap)


def _louder(tokens: Ints, onsets: Ints, ends: Ints, shape: Window, feel: Floats) -> Floats:
    pitches, lengths = tokens[onsets], ends - onsets
    high = np.clip(HIGH_LOUD * (pitches - pitches.mean()), -MOST_HIGH_LOUD, MOST_HIGH_LOUD)
    in_bar, in_pulse = shape.positions[onsets % shape.steps].T
    accent = np.where(in_bar == 0, DOWNBEAT, np.where(in_pulse == 0, BEAT, OFF_BEAT))
    long = np.clip(SHORT_SOFT * np.log2(lengths / np.median(lengths)), -MOST_SHORT_SOFT, MOST_SHORT_SOFT)
    rules = high + accent + long + ARCH * _arch(tokens, onsets, ends, shape)
    return np.asarray(rules - rules.mean() + CHANCE * np.clip(feel, -3.0, 3.0), np.float32)


def _arch(tokens: Ints, onsets: Ints, ends: Ints, shape: Window) -> Floats:
    """For each note 0 at the ends of its phrase to 1 in its middle. Rests and notes of half a bar end a phrase."""
    closes = _rests_after(tokens, ends) | (2 * (ends - onsets) >= max(shape.bar_steps, 8))
    phrase = np.concatenate(([0], np.cumsum(closes)[:-1]))
    first = np.searchsorted(phrase, phrase, side="left")
    last = np.searchsorted(phrase, phrase, side="right") - 1
    span = onsets[last] - onsets[first]
    way = np.where(span > 0, (onsets - onsets[first]) / np.maximum(span, 1), 0.5)
    return np.asarray(4.0 * way * (1.0 - way), np.float32)


def _later(feel: Floats) -> Floats:
    """Neighbours are early or late together."""
    around = np.pad(np.clip(feel, -3.0, 3.0), 1, mode="edge")
    together = 0.25 * around[:-2] + 0.5 * around[1:-1] + 0.25 * around[2:]
    return np.asarray(np.clip(LATE * together, -MOST_LATE, MOST_LATE), np.float32)


def _gap(tokens: Ints, onsets: Ints, ends: Ints) -> Floats:
    interval = np.abs(np.diff(tokens[onsets], append=tokens[onsets[-1]]))
    gap = np.where(interval >= LEAP, LEAPT, np.where(interval > STEP, 0.5 * LEAPT, 0.0))
    gap = np.where((interval == 0) | _rests_after(tokens, ends), PARTED, gap)
    return np.asarray(np.minimum(gap, MOST_GAP * (ends - onsets)), np.float32)


def _rests_after(tokens: Ints, ends: Ints) -> npt.NDArray[np.bool_]:
    """Whether what ends each note is a rest, or the end."""
    return np.append(tokens, 0)[ends] < FIRST_PITCH
