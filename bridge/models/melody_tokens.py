"""The 62 tokens of a melody: a pitch that begins (60 of them), a rest that begins, or nothing new.

Training and bridge lay melodies out with these rules: a change here makes every melody model worthless.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bridge.models.grid import STEPS_PER_BEAT, nearest_step
from bridge.music.clip import Note

__all__ = [
    "FIRST_PITCH", "HOLD", "LEGATO_STEPS", "LOWEST_PITCH", "MIDDLE_PITCH", "PITCHES", "REST", "TOKENS",
    "ends_of", "octaves_to_middle", "pitch_of_token", "token_of_pitch", "tokens_of_line", "top_line",
]  # fmt: skip

HOLD = 0
"""Nothing new: the note sounds on, or the rest lasts."""
REST = 1
FIRST_PITCH = 2
LOWEST_PITCH = 36
PITCHES = 60
TOKENS = FIRST_PITCH + PITCHES
MIDDLE_PITCH = 66.0
LEGATO_STEPS = 1.0
"""A note that sounds no longer than this into the next lower one is slurred, and does not cover it."""
ARTICULATION = 0.25
"""A gap of up to this share of the way to the next onset is how a note is played, and no rest."""

Ints = npt.NDArray[np.int64]


def octaves_to_middle(pitches: Sequence[float]) -> int:
    """Octaves up (or down, below 0) by which the median of these pitches comes to lie nearest to the middle."""
    if not pitches:
        return 0
    return math.floor((MIDDLE_PITCH - float(np.median(pitches))) / 12.0 + 0.5)


def token_of_pitch(pitch: int, octaves: int) -> int:
    """A pitch out of the model's five octaves is folded into them."""
    seen = pitch + 12 * octaves - LOWEST_PITCH
    if seen < 0:
        seen %= 12
    elif seen >= PITCHES:
        seen = PITCHES - 12 + seen % 12
    return FIRST_PITCH + seen


def pitch_of_token(token: int, octaves: int) -> int:
    """As far as MIDI has it, in the octave it was in."""
    pitch = token - FIRST_PITCH + LOWEST_PITCH - 12 * octaves
    while pitch < 0:
        pitch += 12
    while pitch > 127:
        pitch -= 12
    return pitch


def top_line(notes: Sequence[Note]) -> list[Note]:
    """The notes of the melody, in order; `notes` are sorted by start."""
    highest: dict[int, Note] = {}
    for note in notes:
        step = nearest_step(note.start_beats)
        if step not in highest or note.pitch > highest[step].pitch:
            highest[step] = note
    line: list[Note] = []
    sounding: list[Note] = []
    for step in sorted(highest):
        note = highest[step]
        sounding = [over for over in sounding if over.start_beats + over.length_beats > note.start_beats]
        slur_beats = max(LEGATO_STEPS / STEPS_PER_BEAT, 0.5 * note.length_beats)
        if not any(
            over.pitch > note.pitch and over.start_beats + over.length_beats - note.start_beats > slur_beats
            for over in sounding
        ):
            line.append(note)
            sounding.append(note)
    return line


def tokens_of_line(line: Sequence[Note], steps: int, octaves: int) -> Ints:
    """[steps] tokens of notes from beat 0 on, one an onset step. A note lasts to the end at most."""
    tokens = np.zeros(steps, np.int64)
    tokens[0] = REST
    onsets = [nearest_step(note.start_beats) for note in line]
    for i, (note, onset) in enumerate(zip(line, onsets, strict=True)):
        if not 0 <= onset < steps:
            continue
        tokens[onset] = token_of_pitch(note.pitch, octaves)
        following = onsets[i + 1] if i + 1 < len(onsets) else steps
        end = max(onset + 1, nearest_step(note.start_beats + note.length_beats))
        if end < min(following, steps) and following - end > ARTICULATION * (following - onset):
            tokens[end] = REST
    return tokens


def ends_of(tokens: Ints) -> Ints:
    """[steps]: the first step after each at which something new begins, or the number of steps."""
    told = np.append(np.flatnonzero(tokens != HOLD), len(tokens))
    return told[np.searchsorted(told[:-1], np.arange(len(tokens)), side="right")]
