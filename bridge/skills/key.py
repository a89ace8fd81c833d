"""In which key a melody is, for as much as its notes tell."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bridge.models.melody_grid import FIRST_PITCH, LOWEST_PITCH, PITCHES, TOKENS, Line
from bridge.music.scale import SCALES, Scale

__all__ = ["foreign", "out_of", "transposed"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_MAJOR = np.isin((np.arange(12)[None] - np.arange(12)[:, None]) % 12, SCALES["Major"])
"""[12, 12]: whether the major scale on each root, and so all the modes that share its notes, has each pitch class."""
_CLASS_OF_TOKEN = (np.arange(TOKENS) - FIRST_PITCH + LOWEST_PITCH) % 12


def foreign(lines: Sequence[Line], strengths: Sequence[float]) -> Floats:
    """[62], 0 to 1: how foreign each token's pitch class is to the keys of these lines, by their strengths.

    The lines' own pitch classes are not. Of the others, it is the share of the major scales that fit the line best,
    which do not have them: of a line on two notes, many fit. Without notes nothing is foreign.
    """
    told = [(line, max(strength, 1e-12)) for line, strength in zip(lines, strengths, strict=True) if line.holders]
    strangeness = np.zeros(12)
    for line, strength in told:
        strangeness += strength * _strangeness(line)
    if told:
        strangeness /= math.fsum(strength for _, strength in told)
    return np.where(np.arange(TOKENS) < FIRST_PITCH, 0.0, strangeness[_CLASS_OF_TOKEN]).astype(np.float32)


def out_of(scale: Scale) -> Floats:
    """[62]: 1 for the pitches that the scale does not have."""
    outside = [token >= FIRST_PITCH and not scale.contains(int(_CLASS_OF_TOKEN[token])) for token in range(TOKENS)]
    return np.array(outside, np.float32)


def transposed(tokens: Ints, home: Floats) -> Ints:
    """Each window [N, 32] in the key in which the least of it is foreign, by `home` [62]: up to half an octave away."""
    pitched = tokens >= FIRST_PITCH
    keys = np.stack([np.where(pitched, _moved(tokens, by), tokens) for by in range(-6, 6)])
    best = home[keys].sum(2).argmin(0)
    return np.asarray(keys[best, np.arange(len(tokens))], np.int64)


def _moved(tokens: Ints, semitones: int) -> Ints:
    """Within the model's five octaves."""
    seen = tokens - FIRST_PITCH + semitones
    seen = np.where(seen < 0, seen + 12, np.where(seen >= PITCHES, seen - 12, seen))
    return FIRST_PITCH + seen


def _strangeness(line: Line) -> npt.NDArray[np.float64]:
    classes = np.bincount([note.pitch % 12 for note in line.holders.values()], minlength=12)
    fit = _MAJOR @ classes
    absent = 1.0 - _MAJOR[fit == fit.max()].mean(0)
    return np.where(classes > 0, 0.0, absent)
