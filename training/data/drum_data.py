"""Drums to train on and to judge by: the Groove MIDI Dataset, or any folder of MIDI files.

GMD says itself which of its files are for what. Other folders are split by file, never by window: of files that play
the same drums one counts, and a tenth of the file names, chosen by their SHA-256, are for validation. So in a folder of
many files each keeps its split when others come in, and versions of a song under one name stay together.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bridge.errors import BadFile, Refusal
from bridge.models import drum_grid
from bridge.music.kit import GENERAL_MIDI, Kit
from bridge.music.midi_file import DRUM_CHANNEL, read_music
from training.data import groove_midi
from training.data.archive import unpacked
from training.data.midi_sections import read_sections
from training.data.performance import Performance, cells_of
from training.data.splits import SPLITS, of_split

__all__ = ["read_drums"]

MIDI_ENDINGS = (".mid", ".midi")
MAX_FILE_BYTES = 1024 * 1024  # a long song with all its tracks; mido needs a second for it


def read_drums(
    paths: Sequence[Path], split: str, kit: Kit = GENERAL_MIDI, any_channel: bool = False
) -> tuple[list[Performance], list[str]]:
    """The performances of a split, and a sentence for each file that was skipped, or of which a part was.

    paths: folders or archives (.zip, .tar.xz). One with GMD's info.csv is read by that table and by its official
    splits, on GMD's own kit. Of any other all MIDI files are read, in all its folders: what `kit` knows on channel 10,
    or, with `any_channel`, on every channel. split: one of SPLITS; of folders other than GMD test is all of them, for
    files that were kept back.

    A file becomes a performance for each stretch in one meter and at about one tempo in which the drums never rest for
    a whole window. Stretches shorter than a window and meters that the grid does not hold are left out.

    Raises BadFile for an unknown split, for a path without MIDI files, and where nothing is left to read.
    """
    if split not in SPLITS:
        raise BadFile(f"There is no split {split!r}: the splits are {', '.join(SPLITS)}.")
    performances: list[Performance] = []
    skipped: list[str] = []
    files: dict[Path, list[Performance]] = {}
    for path in dict.fromkeys(paths):
        with unpacked(path, groove_midi.ENDINGS) as folder:
            table = groove_midi.table_in(folder)
            if table is not None:
                found, sentences = groove_midi.read_table(table, split)
                performances += found
                skipped += sentences
                continue
            names = _midi_files(folder)
            if not names:
                raise BadFile(f"{path} has no MIDI files (.mid, .midi) in any of its folders: give your own grooves.")
            for name in names:
                found, sentences = _read_file(folder, name, path, kit, any_channel)
                if found:
                    files[path / name] = found
                place = "" if name.parent == Path() else f"In {name.parent.as_posix()}: "
                skipped += [place + sentence for sentence in sentences]
    files, sentences = _without_copies(files)
    skipped += sentences
    played = [performance for of_file in files.values() for performance in of_file]
    performances += of_split(played, _file_name, split)
    if not performances:
        listed = ", ".join(map(str, paths)) or "no folder at all"
        if files:
            raise BadFile(
                f"{listed} has drums in files of one name only, and none for {split}: "
                "give files of other names too, or take the split all."
            )
        raise BadFile(f"No drums could be read from {listed}. {' '.join(skipped[:1])}".rstrip())
    return performances, skipped


def _midi_files(folder: Path) -> list[Path]:
    """In the order of their names, without those that macOS hides (`._song.mid` beside `song.mid`)."""
    return [
        path.relative_to(folder)
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in MIDI_ENDINGS and not path.name.startswith(".") and path.is_file()
    ]


def _read_file(
    folder: Path, name: Path, data: Path, kit: Kit, any_channel: bool
) -> tuple[list[Performance], list[str]]:
    """The performances of a file, and what of it is not in them. `data` is the folder or archive as it was given."""
    performances: list[Performance] = []
    too_short = 0
    try:
        music = read_music(folder / name, MAX_FILE_BYTES)
        drums = [
            note
            for note, channel in zip(music.notes, music.channels, strict=True)
            if note.pitch in kit.classes and (any_channel or channel == DRUM_CHANNEL)
        ]
        if not drums:
            where = "" if any_channel else " on channel 10 (with a kit file, drums are found on any channel)"
            return [], [f"{name.name} has no drums: no note of the kit {kit.name}{where}."]
        sections, left_out = read_sections(folder / name, drums[-1].start_beats)
        for section in sections:
            shape = drum_grid.window(section.meter)
            cells = cells_of(drums, section.meter, kit, section.start_beats, section.bars)
            for first, end in _stretches(cells.reshape(section.bars, -1), shape.bars):
                if end - first < shape.bars:
                    too_short += 1
                    continue
                start_beats = section.start_beats + first * section.meter.bar_beats
                performances.append(
                    Performance(
                        name=f"{name.as_posix()} from beat {start_beats:g}",
                        meter=section.meter,
                        tempo_bpm=section.tempo_bpm,
                        beat_type="beat",
                        style=name.parent.name,
                        cells=cells[first * shape.bar_steps : end * shape.bar_steps],
                        file=(data / name).as_posix(),
                    )
                )
    except Refusal as refusal:
        return [], [str(refusal)]
    if too_short:
        left_out.append(f"Stretches shorter than a window of {drum_grid.STEPS} sixteenths, left out: {too_short}.")
    if not performances and not left_out:
        left_out.append("Its drums fill no whole bar.")
    return performances, [f"{name.name}: {sentence}" for sentence in left_out]


def _stretches(bars: npt.NDArray[np.float32], rest_bars: int) -> list[tuple[int, int]]:
    """[bars, cells] -> first bar and end of the stretches in which no `rest_bars` in a row, a window's, are silent.

    A song's drums may rest for a minute, and what a model learns from that is to be silent.
    """
    sounding = np.flatnonzero(bars.any(axis=1))
    parts = np.split(sounding, np.flatnonzero(np.diff(sounding) > rest_bars) + 1)
    return [(int(part[0]), int(part[-1]) + 1) for part in parts if len(part)]


def _without_copies(files: Mapping[Path, list[Performance]]) -> tuple[dict[Path, list[Performance]], list[str]]:
    """Of the files that play the same only the first, so that none is in two splits; a sentence for each other."""
    first_of: dict[bytes, Path] = {}
    sentences = []
    for name, performances in files.items():
        digest = hashlib.sha256()
        for performance in performances:
            digest.update(f"{performance.meter} {len(performance.cells)} ".encode() + performance.cells.tobytes())
        first = first_of.setdefault(digest.digest(), name)
        if first != name:
            sentences.append(f"{name} plays the same drums as {first}, which counts for both.")
    return {name: files[name] for name in first_of.values()}, sentences


def _file_name(performance: Performance) -> str:
    """Of its file, without ending, case, spaces and signs."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", Path(performance.file).stem).casefold()))
