"""Some bars out of what people played, as clips for the skills of the bridge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bridge.models.grid import STEPS_PER_BEAT, nearest_step
from bridge.music.clip import Clip, Note
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import Meter
from training.data.archive import unpacked
from training.data.groove_midi import table_in
from training.data.performance import Performance
from training.data.tunes import Tune

__all__ = [
    "TAP_PITCH", "chords_under", "clip_of_cells", "grooves_and_tunes", "of_performance", "of_tune", "quantised", "taps",
]  # fmt: skip

HIT_BEATS = 0.25
TAP_BEATS = 0.125
CHORD_VELOCITY = 80.0
TAP_PITCH = 66
BASS_OCTAVE, CHORD_OCTAVE = 36, 48

Floats = npt.NDArray[np.float32]


def grooves_and_tunes(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Those that are the Groove MIDI Dataset, by its table, and the others. Raises BadFile."""
    grooves: list[Path] = []
    tunes: list[Path] = []
    for path in paths:
        with unpacked(path, (".csv",)) as folder:
            (grooves if table_in(folder) else tunes).append(path)
    return grooves, tunes


def of_performance(performance: Performance, first_bar: int, bars: int) -> Clip:
    """As many of the bars from `first_bar` (0 is the first) on as there are."""
    first = first_bar * performance.bar_steps
    return clip_of_cells(performance.cells[first : first + bars * performance.bar_steps], performance.meter)


def clip_of_cells(cells: Floats, meter: Meter) -> Clip:
    """cells [steps, 27] as `Performance` has them. A hit early on beat 0 begins before it."""
    hits, velocity, offset = np.split(cells.astype(np.float64), 3, axis=1)
    notes = tuple(
        Note(
            GENERAL_MIDI.home(c),
            (step + offset[step, c]) / STEPS_PER_BEAT,
            HIT_BEATS,
            float(max(1, round(127.0 * velocity[step, c]))),
        )
        for step, c in np.argwhere(hits > 0.0).tolist()
    )
    return Clip(notes, len(cells) / STEPS_PER_BEAT, meter)


def quantised(clip: Clip) -> Clip:
    """On the grid, all at one velocity: their mean."""
    velocity = float(round(sum(note.velocity for note in clip.notes) / max(1, len(clip.notes))))
    return clip.with_notes(
        Note(note.pitch, nearest_step(note.start_beats) / STEPS_PER_BEAT, note.length_beats, velocity)
        for note in clip.notes
    )


def taps(clip: Clip) -> Clip:
    """The clip's rhythm on one pitch: of each sixteenth its loudest note."""
    loudest: dict[int, Note] = {}
    for note in clip.notes:
        step = nearest_step(note.start_beats)
        if step not in loudest or note.velocity > loudest[step].velocity:
            loudest[step] = note
    return clip.with_notes(Note(TAP_PITCH, note.start_beats, TAP_BEATS, note.velocity) for note in loudest.values())


def of_tune(tune: Tune, first_bar: int, bars: int) -> Clip:
    """The notes that begin in as many of the bars from `first_bar` (0 is the first) on as there are."""
    start_beats = first_bar * tune.meter.bar_beats
    length_beats = min(bars, tune.bars - first_bar) * tune.meter.bar_beats
    steps = round(length_beats * STEPS_PER_BEAT)
    moved = (note.moved(-start_beats) for note in tune.notes)
    return Clip(tuple(note for note in moved if 0 <= nearest_step(note.start_beats) < steps), length_beats, tune.meter)


def chords_under(tune: Tune, first_bar: int, bars: int) -> Clip:
    """What sounds under these bars: each chord's pitch classes in one octave, and its bass below. Maybe nothing."""
    start_beats = first_bar * tune.meter.bar_beats
    length_beats = min(bars, tune.bars - first_bar) * tune.meter.bar_beats
    notes = []
    for harmony in tune.harmony or ():
        begins = max(0.0, harmony.start_beats - start_beats)
        lasts = min(length_beats, harmony.end_beats - start_beats) - begins
        if lasts > 1e-6:
            pitches = [BASS_OCTAVE + harmony.bass, *(CHORD_OCTAVE + c for c in sorted(harmony.pitch_classes))]
            notes += [Note(pitch, begins, lasts, CHORD_VELOCITY) for pitch in pitches]
    return Clip(tuple(notes), length_beats, tune.meter)
