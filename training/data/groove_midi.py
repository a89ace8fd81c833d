"""The Groove MIDI Dataset (GMD) as arrays of cells, made by the bridge's own codec.

Source: Gillick, Roberts, Engel, Eck, Bamman: Learning to Groove with Inverse Sequence Transformations, ICML 2019.
"""

from __future__ import annotations

import csv
import io
import math
import sys
from pathlib import Path

from bridge.errors import BadFile, Refusal
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import Meter
from bridge.music.midi_file import read_music
from training.data.archive import unpacked
from training.data.performance import Performance, bars_through, cells_of

__all__ = ["ENDINGS", "read_performances", "read_table", "table_in"]

COLUMNS = ("id", "style", "bpm", "beat_type", "time_signature", "midi_filename", "split")
ENDINGS = (".csv", ".mid", ".midi")
MAX_PERFORMANCE_BYTES = 4 * 1024 * 1024  # a performance of some minutes, far longer than a clip may be


def read_performances(data: Path, split: str) -> list[Performance]:
    """As `read_table`, from GMD's archive or folder; what was skipped is printed. Raises BadFile."""
    with unpacked(data, ENDINGS) as folder:
        table = table_in(folder)
        if table is None:
            raise BadFile(f"{data} has no info.csv: give the Groove MIDI Dataset's archive or folder.")
        performances, skipped = read_table(table, split)
    for sentence in skipped:
        print(f"Skipped: {sentence}", file=sys.stderr)
    return performances


def table_in(folder: Path) -> Path | None:
    """GMD's own table, or None where the folder is no GMD."""
    return min(folder.rglob("info.csv"), default=None)


def read_table(table: Path, split: str) -> tuple[list[Performance], list[str]]:
    """The performances of `split` (train, validation, test, or all), and a sentence for each that was skipped.

    `table` is GMD's info.csv, which names files beside it. Raises BadFile.
    """
    shown = "/".join(table.parts[-2:])  # in an archive's temporary folder, the rest says nothing
    try:
        reader = csv.DictReader(io.StringIO(table.read_text("utf-8-sig")), restval="")
        lacking = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        all_rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{shown} cannot be read ({error}): give the Groove MIDI Dataset's own table.") from error
    if lacking:
        raise BadFile(f"{shown} lacks the columns {', '.join(lacking)}: give the Groove MIDI Dataset's own table.")
    rows = [row for row in all_rows if split in (row["split"], "all")]
    if not rows:
        raise BadFile(f"{shown} has no rows of the split {split!r}: the splits are train, validation, test and all.")
    performances, skipped = [], []
    for row in rows:
        try:
            performances.append(_performance(table.parent, row))
        except Refusal as refusal:
            skipped.append(str(refusal))
        except ValueError:
            skipped.append(f"{table.name} has a tempo or meter for {row['midi_filename']} that is no number.")
    if not performances:
        raise BadFile(f"None of the {len(rows)} files of the split {split!r} of {shown} could be read.")
    return performances, skipped


def _performance(folder: Path, row: dict[str, str]) -> Performance:
    numerator, denominator = row["time_signature"].split("-")
    meter = Meter(int(numerator), int(denominator))
    tempo_bpm = float(row["bpm"])
    if not 0.0 < tempo_bpm < math.inf:
        raise ValueError(tempo_bpm)
    path = folder / row["midi_filename"]
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BadFile(f"{row['midi_filename']} does not lie beside the table that names it.")
    music = read_music(path, MAX_PERFORMANCE_BYTES)
    bars = max(1, bars_through(max((note.start_beats for note in music.notes), default=0.0), meter))
    cells = cells_of(music.notes, meter, GENERAL_MIDI, 0.0, bars)
    return Performance(row["id"], meter, tempo_bpm, row["beat_type"], row["style"], cells, row["midi_filename"])
