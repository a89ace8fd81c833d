"""Melodies for tests, and what is asked of every melody that is played."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from bridge.models.grid import steps_in
from bridge.models.melody_grid import encode
from bridge.music.clip import Clip, Note
from bridge.music.meter import Meter

SILENCE = Clip((), 8.0)


def tune(*pitches: int | None, note_beats: float = 0.5, meter: Meter = Meter(), velocity: float = 90.0) -> Clip:  # noqa: B008
    """Notes of one length, one after the other; None is a rest."""
    notes = [Note(p, i * note_beats, note_beats, velocity) for i, p in enumerate(pitches) if p is not None]
    return Clip(tuple(notes), len(pitches) * note_beats, meter)


def numbered(*clips: Clip) -> list[Clip]:
    first, result = 0, []
    for clip in clips:
        result.append(clip.with_notes(replace(note, source=first + i) for i, note in enumerate(clip.notes)))
        first += len(clip.notes)
    return result


def onsets(clip: Clip) -> set[tuple[int, int]]:
    """(step, pitch) of every note of the top line."""
    line = encode(clip)
    return {(step, note.pitch) for step, note in line.holders.items() if step < steps_in(clip.length_beats)}


def distance(a: Clip, b: Clip) -> int:
    """Notes that came or went."""
    return len(onsets(a) ^ onsets(b))


def check(clip: Clip) -> None:
    """One note at a time, within the loop; notes may be slurred as far as a user's were."""
    for note in clip.notes:
        assert 0.0 <= note.start_beats < clip.length_beats
        assert note.start_beats + note.length_beats <= clip.length_beats + 1e-5
    for earlier, later in pairwise(clip.notes):
        assert earlier.start_beats + earlier.length_beats <= later.start_beats + 1e-5
