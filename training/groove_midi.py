"""The Groove MIDI Dataset (GMD) as arrays of cells, made by the bridge's own codec.

Source: Gillick, Roberts, Engel, Eck, Bamman: Learning to Groove with Inverse Sequence Transformations, ICML 2019.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bridge.errors import BadFile, Refusal
from bridge.models import drum_grid
from bridge.music.clip import Clip
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import Meter
from bridge.music.midi_file import read_music

__all__ = ["Performance", "read_performances", "sha256_of", "window_starts"]

COLUMNS = ("id", "style", "bpm", "beat_type", "time_signature", "midi_filename", "split")
MAX_PERFORMANCE_BYTES = 4 * 1024 * 1024  # a performance of some minutes, far longer than a clip may be


@dataclass(frozen=True, slots=True)
class Performance:
    """One file. `cells` [steps, 27]: hits, velocity, offset of every sixteenth, whole bars only at its end."""

    name: str
    meter: Meter
    tempo_bpm: float
    beat_type: str
    style: str
    cells: npt.NDArray[np.float32]

    @property
    def bar_steps(self) -> int:
        return drum_grid.window(self.meter).bar_steps


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "a folder"


def read_performances(data: Path, split: str) -> list[Performance]:
    """The performances of `split` (train, validation or test) from GMD's archive or its folder. Raises BadFile."""
    if data.is_file():
        with tempfile.TemporaryDirectory() as folder:
            try:
                with zipfile.ZipFile(data) as archive:
                    archive.extractall(folder)
            except zipfile.BadZipFile:
                raise BadFile(f"{data} is no zip archive: give the Groove MIDI Dataset's archive or folder.") from None
            return read_performances(Path(folder), split)
    tables = sorted(data.rglob("info.csv"))
    if not tables:
        raise BadFile(f"{data} has no info.csv: give the Groove MIDI Dataset's archive or folder.")
    table = csv.DictReader(io.StringIO(tables[0].read_text("utf-8")))
    lacking = [column for column in COLUMNS if column not in (table.fieldnames or ())]
    if lacking:
        raise BadFile(f"{tables[0]} lacks the columns {', '.join(lacking)}: give the Groove MIDI Dataset's own table.")
    rows = [row for row in table if row["split"] == split]
    if not rows:
        raise BadFile(f"{tables[0]} has no rows of the split {split!r}: the splits are train, validation and test.")
    performances, skipped = [], []
    for row in rows:
        try:
            performances.append(_performance(tables[0].parent, row))
        except Refusal as refusal:
            skipped.append(str(refusal))
        except ValueError:
            skipped.append(f"{tables[0].name} has a tempo or meter for {row['midi_filename']} that is no number.")
    for sentence in skipped:
        print(f"Skipped: {sentence}", file=sys.stderr)
    if not performances:
        raise BadFile(f"None of the {len(rows)} files of the split {split!r} in {tables[0].parent} could be read.")
    return performances


def _performance(folder: Path, row: dict[str, str]) -> Performance:
    numerator, denominator = row["time_signature"].split("-")
    meter = Meter(int(numerator), int(denominator))
    music = read_music(folder / row["midi_filename"], MAX_PERFORMANCE_BYTES)
    chunk_beats = drum_grid.window(meter).steps / drum_grid.STEPS_PER_BEAT
    # A hit up to half a sixteenth early belongs to the step that it leads into.
    early_beats = 0.5 / drum_grid.STEPS_PER_BEAT
    last_beats = max((note.start_beats for note in music.notes), default=0.0)
    chunks = []
    for i in range(math.floor((last_beats + early_beats) / chunk_beats) + 1):
        start_beats = i * chunk_beats
        notes = [
            note.moved(-start_beats)
            for note in music.notes
            if -early_beats <= note.start_beats - start_beats < chunk_beats - early_beats
        ]
        roll = drum_grid.encode(Clip(tuple(notes), chunk_beats, meter), GENERAL_MIDI)
        chunks.append(np.concatenate((roll.cells.hits, roll.cells.velocity, roll.cells.offset), axis=1))
    cells = np.concatenate(chunks)
    bar_steps = drum_grid.window(meter).bar_steps
    bars = max(1, math.floor((last_beats + early_beats) / meter.bar_beats) + 1)
    return Performance(row["id"], meter, float(row["bpm"]), row["beat_type"], row["style"], cells[: bars * bar_steps])


def window_starts(performance: Performance) -> Iterator[int]:
    """First steps of the windows with a hop of one bar; a performance shorter than a window has none."""
    shape = drum_grid.window(performance.meter)
    yield from range(0, len(performance.cells) - shape.steps + 1, shape.bar_steps)
