"""Melodies to train on, from archives or folders of MIDI files and MusicXML: what is read, whole, split and skipped.

Ceol Rince is MIDI, one melody a file; OpenScore Lieder and OpenEWLD are MusicXML. Of a score the melody is the top line
of the first part that is sung, else of the first part; of a MIDI file, every track that is a melody (`is_melody`).
"""

from __future__ import annotations

import lzma
import math
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

from bridge.errors import BadFile, Refusal
from bridge.music.clip import Note
from bridge.music.meter import Meter
from training.data.bars import Bar, Stretch, stretches
from training.data.harmony import Harmony, harmony_of_notes, joined
from training.data.midi_tracks import MAX_MIDI_BYTES, read_piece
from training.data.musicxml import MAX_SCORE_BYTES, Score, read_score
from training.data.splits import SPLITS, of_split
from training.data.tune_groups import group_title, groups, plain_title

__all__ = ["Tune", "is_melody", "off_grid", "read_tunes", "top_line", "tunes_of_split"]

MIDI_SUFFIXES = (".mid", ".midi")
SCORE_SUFFIXES = (".mxl", ".musicxml", ".xml")
MAX_FILE_BYTES = max(MAX_MIDI_BYTES, MAX_SCORE_BYTES)
MAX_ARCHIVE_BYTES = 4 * 1024**3  # unpacked; six times the largest data set that is read here
LEAST_BARS = 2
LEAST_PITCHES = 3
"""A track that has fewer is a drone, an effect or a drum that is not on channel 10."""
MOST_VERSIONS = 4
TOGETHER_BEATS = 1 / 32
"""Notes that begin within this are one chord, also when a hand plays it."""
LEGATO_BEATS = 0.25
"""A player's note may sound a sixteenth into the next one: it is cut there. What sounds longer is a second voice."""
MOST_CHORDS = 0.05
"""Of a track's notes, so many at most may belong to chords or second voices in a melody."""


@dataclass(frozen=True, slots=True)
class Tune:
    """A melody: one note at a time, in one meter, in whole bars.

    Beat 0 is the first bar line at which a whole bar begins: an upbeat's notes start before it, at negative beats, less
    than a bar early. `length_beats` counts from beat 0; no note sounds longer. `harmony` is None where the source has
    none, and has gaps where nothing sounds. Velocities are the file's, and 80 for scores, which have none.
    Tunes of one `group` are versions of one tune, or stretches of one file, and are never split.
    """

    name: str
    group: str
    source: str
    meter: Meter
    notes: tuple[Note, ...]
    length_beats: float
    harmony: tuple[Harmony, ...] | None

    @property
    def bars(self) -> int:
        return round(self.length_beats / self.meter.bar_beats)


def read_tunes(paths: Sequence[Path], split: str) -> tuple[list[Tune], list[str]]:
    """The tunes of `split`, one of SPLITS, in `paths`, and a sentence for each file or track left out. The split test
    is all of them: a tenth of each data set was kept back elsewhere.

    A path is an archive (.zip, .tar, .tar.xz and the like), a folder or a single file. Groups are formed over all that
    is given, and each is as a whole in train or in validation: train and judge with the same paths. Raises BadFile.
    """
    if split not in SPLITS:
        raise BadFile(f"There is no split {split!r}: the splits are {', '.join(SPLITS)}.")
    found: list[Tune] = []
    skipped: list[str] = []
    for path in paths:
        of_path: list[tuple[str, Tune]] = []
        documents = 0
        for name, data in _documents(path, skipped):
            documents += 1
            try:
                of_path += [(name, tune) for tune in _tunes_of(name, data, skipped)]
            except Refusal as refusal:
                skipped.append(str(refusal))
        if not documents:
            raise BadFile(
                f"{path} holds no music: give an archive or a folder with MIDI files (.mid) "
                "or MusicXML (.mxl, .musicxml, .xml)."
            )
        found += _of_source(_source(path), of_path)
    if not found:
        why = f" {skipped[0]}" if skipped else ""
        raise BadFile(f"No melody of {LEAST_BARS} bars was found in {', '.join(map(str, paths)) or 'no data'}.{why}")
    names = groups([tune.group for tune in found], [(tune.notes, tune.length_beats) for tune in found])
    grouped = [replace(tune, group=group) for tune, group in zip(found, names, strict=True)]
    return tunes_of_split(grouped, split), skipped


def tunes_of_split(tunes: Sequence[Tune], split: str) -> list[Tune]:
    """Those of all `tunes` that `read_tunes` gives for `split`: what is trained on and what is judged by are drawn from
    the same. Raises BadFile where there is none, as for validation if all are of one group."""
    found = of_split(tunes, lambda tune: tune.group, split)
    if not found:
        sources = ", ".join(dict.fromkeys(tune.source for tune in tunes))
        raise BadFile(
            f"{sources} has one tune only, or versions of one, and none for {split}: "
            "give tunes of other names too, or take the split all."
        )
    return found


def _of_source(source: str, of_path: list[tuple[str, Tune]]) -> list[Tune]:
    """In the order of their files' names, each with its group as far as titles tell.

    The same file name in two folders is two tunes. Up to four names that differ by a number are versions of one tune;
    where there are more, as in idea 1 to idea 20, the number is the name.
    """
    of_path = sorted(of_path, key=lambda pair: pair[0])
    folders = [PurePosixPath(name).parent.parts for name, _ in of_path]
    shared = 0  # an archive may hold all in one folder
    while folders and all(folder[shared : shared + 1] == folders[0][shared : shared + 1] != () for folder in folders):
        shared += 1
    versions = Counter(group for _, group in {(name, tune.group) for name, tune in of_path})
    found = []
    for (name, tune), folder in zip(of_path, folders, strict=True):
        group = tune.group
        if _is_midi(name):
            title = group if versions[group] <= MOST_VERSIONS else plain_title(PurePosixPath(name).stem)
            group = "/".join((*folder[shared:], title))
        found.append(replace(tune, source=source, group=group))
    return found


def off_grid(tune: Tune) -> float:
    """The share of onsets further than an eighth of a sixteenth from every sixteenth, as in triplets: 0 to 1."""
    far = sum(abs(note.start_beats * 4 - round(note.start_beats * 4)) > 1 / 8 for note in tune.notes)
    return far / len(tune.notes)


# Paths -> files


def _source(path: Path) -> str:
    return path.resolve().name.split(".")[0] if path.is_file() else path.resolve().name


def _is_midi(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in MIDI_SUFFIXES


def _is_music(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts  # macOS leaves a copy of nothing beside each file
    return path.suffix.lower() in MIDI_SUFFIXES + SCORE_SUFFIXES and not hidden and "META-INF" not in path.parts


def _documents(path: Path, skipped: list[str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file of music. Archives are read where they are: nothing of theirs is ever written."""
    try:
        if path.is_dir():
            yield from _in_folder(path, skipped)
        elif not path.exists():
            raise BadFile(f"There is no {path}: give an archive or a folder with MIDI files or MusicXML.")
        elif path.suffix.lower() in MIDI_SUFFIXES + SCORE_SUFFIXES:
            yield path.name, path.read_bytes()
        elif zipfile.is_zipfile(path):
            yield from _in_zip(path, skipped)
        elif tarfile.is_tarfile(path):
            yield from _in_tar(path, skipped)
        else:
            raise BadFile(f"{path} is no archive that is read here: give a .zip, a .tar.xz or a folder.")
    except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        raise BadFile(f"{path} cannot be read ({error}). Fetch the archive again.") from error


def _in_folder(path: Path, skipped: list[str]) -> Iterator[tuple[str, bytes]]:
    for file in path.rglob("*"):
        name = file.relative_to(path).as_posix()
        if not _is_music(name) or not file.is_file():
            continue
        try:
            data = file.read_bytes() if file.stat().st_size <= MAX_FILE_BYTES else None
        except OSError as error:
            skipped.append(f"{name} cannot be read ({error.strerror}).")
            continue
        if data is None:
            skipped.append(_too_large(name))
        else:
            yield name, data


def _in_zip(path: Path, skipped: list[str]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not _is_music(info.filename):
                continue
            try:
                with archive.open(info) as file:
                    data = file.read(MAX_FILE_BYTES + 1)
            # RuntimeError for a password, NotImplementedError for a kind of compression.
            except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
                skipped.append(f"{info.filename} cannot be unpacked ({error}).")
                continue
            if len(data) > MAX_FILE_BYTES:
                skipped.append(_too_large(info.filename))
            else:
                yield info.filename, data


def _in_tar(path: Path, skipped: list[str]) -> Iterator[tuple[str, bytes]]:
    unpacked = 0
    with tarfile.open(path) as archive:
        for member in archive:
            # Also what is passed over has to be unpacked to come to the next one.
            unpacked += member.size
            if unpacked > MAX_ARCHIVE_BYTES:
                raise BadFile(f"{path} is larger than {MAX_ARCHIVE_BYTES >> 30} GB unpacked, the most that is read.")
            if not member.isfile() or not _is_music(member.name):  # links are no files
                continue
            if member.size > MAX_FILE_BYTES:
                skipped.append(_too_large(member.name))
            elif file := archive.extractfile(member):
                yield member.name, file.read()


def _too_large(name: str) -> str:
    return f"{name} is larger than {MAX_FILE_BYTES >> 20} MB, the most that is read of a file."


# Files -> tunes


def _tunes_of(name: str, data: bytes, skipped: list[str]) -> list[Tune]:
    if _is_midi(name):
        return _tunes_of_midi(name, data, skipped)
    return _tunes_of_score(name, read_score(name, data))


def _tunes_of_score(name: str, score: Score) -> list[Tune]:
    """The first part that is sung, over its chord symbols or all that sounds besides it."""
    sung = max(part.lyrics for part in score.parts)
    parts = [part for part in score.parts if any(part.staves)]
    if not parts:
        raise BadFile(f"{name} has no notes with a pitch.")
    # Not the part of a page that has a word by chance: of several voices the top one.
    melody = next((part for part in parts if sung and part.lyrics >= sung / 2), parts[0])
    others = [staff for part in parts if part is not melody for staff in part.staves] + list(melody.staves[1:])
    accompaniment = [note for staff in others for note in staff]
    title = score.title or PurePosixPath(name).stem
    group = f"{group_title(title)} {group_title(score.composer)}".strip()
    found = _cut(title, group, score.bars, top_line(melody.staves[0]), score.chords, accompaniment)
    if not found:
        raise BadFile(f"{name} has no melody of {LEAST_BARS} bars.")
    return found


def _tunes_of_midi(name: str, data: bytes, skipped: list[str]) -> list[Tune]:
    piece = read_piece(name, data)
    pitched = [track for track in piece.tracks if not track.is_drums]
    if not pitched:
        raise BadFile(f"{name} has no notes but drums.")
    found: list[Tune] = []
    stem = PurePosixPath(name).stem
    for track in pitched[:1] if piece.is_one_melody else pitched:
        label = stem if len(pitched) == 1 or piece.is_one_melody else f"{stem}, {track.name}"
        if not piece.is_one_melody:
            if not is_melody(track.notes):
                skipped.append(f"{name}: {track.name} plays chords and is no melody.")
                continue
            if len({note.pitch for note in track.notes}) < LEAST_PITCHES:
                skipped.append(f"{name}: {track.name} has fewer than {LEAST_PITCHES} pitches and is no melody.")
                continue
        others = [note for other in pitched if other is not track for note in other.notes]
        tunes = _cut(label, group_title(stem), piece.bars, top_line(track.notes), (), others)
        if not tunes:
            skipped.append(f"{name}: {track.name} has no melody of {LEAST_BARS} bars.")
        found += tunes
    return found


def is_melody(notes: Sequence[Note]) -> bool:
    """Whether at most a twentieth of the notes, sorted by start, begin with another one, or long before its end."""
    second = 0
    for note, following in pairwise(notes):
        apart_beats = following.start_beats - note.start_beats
        second += apart_beats < TOGETHER_BEATS or note.length_beats - apart_beats > LEGATO_BEATS
    return second <= MOST_CHORDS * len(notes)


def top_line(notes: Sequence[Note]) -> tuple[Note, ...]:
    """One note at a time: the highest of a chord; a lower one that begins under a note is left out."""
    line: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.start_beats, -note.pitch)):
        if line:
            last = line[-1]
            apart_beats = note.start_beats - last.start_beats
            over_beats = last.length_beats - apart_beats
            if apart_beats < TOGETHER_BEATS:
                if note.pitch > last.pitch:
                    line[-1] = replace(note, start_beats=last.start_beats)
                continue
            if over_beats > LEGATO_BEATS and note.pitch < last.pitch:
                continue
            if over_beats > 0.0:
                line[-1] = replace(last, length_beats=apart_beats)
        line.append(note)
    return tuple(line)


def _cut(
    name: str,
    group: str,
    bars: Sequence[Bar],
    line: Sequence[Note],
    chords: Sequence[Harmony],
    accompaniment: Sequence[Note],
) -> list[Tune]:
    """A tune for each stretch of one meter in which the line has at least two bars. Chord symbols go before notes."""
    tunes = []
    for stretch in stretches(bars):
        if not (found := _tune(name, group, stretch, line)):
            continue
        tune, line_beats = found
        from_beats = line_beats + min(0.0, tune.notes[0].start_beats)
        until_beats = line_beats + tune.length_beats
        if chords:
            harmony = _between(chords, from_beats, until_beats)
        else:
            harmony = harmony_of_notes(accompaniment, from_beats, line_beats, until_beats, tune.meter)
        moved = tuple(
            replace(one, start_beats=one.start_beats - line_beats, end_beats=one.end_beats - line_beats)
            for one in harmony
        )
        tunes.append(replace(tune, harmony=moved or None))
    if len(tunes) > 1:
        return [replace(tune, name=f"{name}, part {i + 1}") for i, tune in enumerate(tunes)]
    return tunes


def _tune(name: str, group: str, stretch: Stretch, line: Sequence[Note]) -> tuple[Tune, float] | None:
    """The melody of the stretch without harmony, and the beat of the piece that is its beat 0."""
    notes = [note for note in line if stretch.from_beats - 1e-6 <= note.start_beats < stretch.until_beats - 1e-6]
    if not notes:
        return None
    bar_beats = stretch.meter.bar_beats
    # Bars of silence before and after the melody are an accompaniment's. Where the melody begins in the second half of
    # a bar, as singers do after a prelude, that is an upbeat as well.
    first_bar = max(0, math.floor((notes[0].start_beats - stretch.line_beats) / bar_beats + 0.5 + 1e-6))
    last_bar = math.floor((notes[-1].start_beats - stretch.line_beats) / bar_beats + 1e-6)
    bars = last_bar + 1 - first_bar
    if bars < LEAST_BARS:
        return None
    line_beats = stretch.line_beats + first_bar * bar_beats
    end_beats = min(stretch.until_beats, line_beats + bars * bar_beats)
    moved = tuple(
        replace(
            note,
            start_beats=note.start_beats - line_beats,
            length_beats=min(note.length_beats, end_beats - note.start_beats),
        )
        for note in notes
    )
    return Tune(name, group, "", stretch.meter, moved, bars * bar_beats, None), line_beats


def _between(chords: Sequence[Harmony], from_beats: float, until_beats: float) -> tuple[Harmony, ...]:
    return joined(
        replace(chord, start_beats=max(chord.start_beats, from_beats), end_beats=min(chord.end_beats, until_beats))
        for chord in chords
        if chord.end_beats > from_beats and chord.start_beats < until_beats
    )
