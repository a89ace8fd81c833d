"""The stretches of a MIDI file that stand in one meter and at about one tempo.

`bridge.music.midi_file` reads clips, for which a file's first meter and tempo are enough; a song changes both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from bridge.errors import Refusal
from bridge.models import drum_grid
from bridge.music.meter import Meter
from training.data.performance import EARLY_BEATS, bars_through

__all__ = ["Section", "read_sections"]

TEMPO_CHANGE = 0.1
"""A bar's tempo that is this much faster or slower than the section's first bar begins another section.

Half as fast is another groove, and milliseconds would come out twice as long. A drummer who was recorded without a
click, or a ritardando, changes by some percent from bar to bar: cut there, no windows would be left.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """`bars` whole bars from `start_beats`; `tempo_bpm` is their mean."""

    start_beats: float
    bars: int
    meter: Meter
    tempo_bpm: float


def read_sections(path: Path, last_beats: float) -> tuple[list[Section], list[str]]:
    """The sections up to and with the bar of the last hit, and a sentence for each meter that the grid does not hold.

    `path` is a file that `read_music` has read, which has seen to all that may be broken. What is left of a bar before
    a change of meter is in no section. Before a file names a meter or tempo it is in 4/4 at 120 BPM.
    """
    midi = mido.MidiFile(path)
    meters: dict[float, tuple[int, int]] = {}
    tempos: dict[float, float] = {}
    for track in midi.tracks:
        tick = 0
        for message in track:
            tick += message.time
            # Where two tracks disagree the first counts, which the standard makes the conductor.
            if message.type == "time_signature":
                meters.setdefault(tick / midi.ticks_per_beat, (message.numerator, message.denominator))
            elif message.type == "set_tempo" and message.tempo > 0:
                tempos.setdefault(tick / midi.ticks_per_beat, mido.tempo2bpm(message.tempo))
    meters.setdefault(0.0, (4, 4))
    tempos.setdefault(0.0, 120.0)
    starts = _without_repeats(meters)
    sections: list[Section] = []
    unheld: dict[str, None] = {}
    for start_beats, end_beats in zip(starts, [*starts[1:], math.inf], strict=True):
        if start_beats > last_beats + EARLY_BEATS:
            break
        try:
            meter = Meter(*meters[start_beats])
            drum_grid.window(meter)
        except Refusal as refusal:
            unheld[str(refusal)] = None
            continue
        bars = bars_through(last_beats - start_beats, meter)
        if end_beats < start_beats + bars * meter.bar_beats:
            bars = math.floor((end_beats - start_beats) / meter.bar_beats + 1e-6)
        sections += _at_one_tempo(start_beats, bars, meter, tempos)
    return sections, list(unheld)


def _without_repeats(meters: dict[float, tuple[int, int]]) -> list[float]:
    """The beats of the changes. Some programs name the meter again on a bar line, where nothing changes."""
    starts: list[float] = []
    for beat in sorted(meters):
        if starts and meters[beat] == meters[starts[-1]]:
            numerator, denominator = meters[beat]
            if ((beat - starts[-1]) * denominator / 4.0) % max(1, numerator) == 0.0:
                continue
        starts.append(beat)
    return starts


def _at_one_tempo(start_beats: float, bars: int, meter: Meter, tempos: dict[float, float]) -> list[Section]:
    changes_beats = np.array(sorted(tempos))
    tempos_bpm = np.array([tempos[beat] for beat in changes_beats])
    changes_minutes = np.concatenate(([0.0], np.cumsum(np.diff(changes_beats) / tempos_bpm[:-1])))
    bar_lines_beats = start_beats + meter.bar_beats * np.arange(bars + 1)
    at = np.searchsorted(changes_beats, bar_lines_beats, "right") - 1
    minutes = changes_minutes[at] + (bar_lines_beats - changes_beats[at]) / tempos_bpm[at]
    bar_tempos_bpm = meter.bar_beats / np.diff(minutes)
    sections = []
    first = 0
    for bar in range(1, bars + 1):
        if bar == bars or abs(bar_tempos_bpm[bar] / bar_tempos_bpm[first] - 1.0) > TEMPO_CHANGE:
            mean_bpm = (bar - first) * meter.bar_beats / float(minutes[bar] - minutes[first])
            sections.append(Section(float(bar_lines_beats[first]), bar - first, meter, mean_bpm))
            first = bar
    return sections
