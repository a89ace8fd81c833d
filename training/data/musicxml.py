"""Scores in MusicXML (.musicxml, .xml, and .mxl, which is the same zipped) as parts, bars and chord symbols, in beats.

As written: repeats are not played twice, and an ending follows the one before it. Ties are joined; grace notes and
cue notes are left out; transposing parts are read as they sound. A library that reads all of MusicXML takes 8 to 15
times as long, for much that is not needed here.
"""

from __future__ import annotations

import contextlib
import io
import math
import xml.etree.ElementTree as ET
import zipfile
import zlib
from dataclasses import dataclass, field
from itertools import zip_longest
from xml.parsers import expat

from bridge.errors import BadFile, Refusal
from bridge.music.clip import MAX_BEATS, Note
from bridge.music.meter import Meter
from training.data.bars import SAME_BEATS, Bar, meter_of_lengths
from training.data.harmony import CHORD_KINDS, Harmony

__all__ = ["MAX_SCORE_BYTES", "VELOCITY", "Part", "Score", "read_score"]

MAX_SCORE_BYTES = 24 * 1024 * 1024
"""Unzipped; ten times the longest song for voice and piano that was found."""
PROLOGUE_BYTES = 64 * 1024
VELOCITY = 80.0
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
DEGREES = (0, 2, 4, 5, 7, 9, 10)
"""Semitones of a chord's degrees 1 to 7 above its root: the seventh of a chord symbol is the minor one."""


@dataclass(frozen=True, slots=True)
class Part:
    """`staves`: the notes of each staff, sorted by start and pitch. `lyrics`: how many notes have a syllable."""

    name: str
    staves: tuple[tuple[Note, ...], ...]
    lyrics: int


@dataclass(frozen=True, slots=True)
class Score:
    """Times in quarter notes from the first bar's beginning, also where that bar is an upbeat."""

    title: str
    composer: str
    bars: tuple[Bar, ...]
    parts: tuple[Part, ...]
    chords: tuple[Harmony, ...]
    """The chord symbols of all parts, each until the next one or a "no chord"."""


def read_score(name: str, data: bytes) -> Score:
    """The score that `data` holds; `name` stands in the sentence of a BadFile."""
    try:
        return _score(name, _tree(name, _unzipped(name, data) if data.startswith(b"PK") else data))
    except BadFile:
        raise
    except Refusal as refusal:
        raise BadFile(f"{name}: {refusal}") from refusal
    except (ValueError, KeyError, ArithmeticError) as error:
        raise BadFile(f"{name} is damaged: {error} stands where MusicXML has a number or a name.") from error


# Bytes -> elements


def _unzipped(name: str, data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = [info for info in archive.infolist() if info.filename == "META-INF/container.xml"]
            path = ""
            with contextlib.suppress(BadFile):  # some programs write it wrongly, and most archives hold one score
                root = _tree(name, _limited(name, archive, found[0])).find(".//{*}rootfile") if found else None
                path = "" if root is None else root.get("full-path", "")
            for info in archive.infolist():
                is_score = info.filename.endswith((".xml", ".musicxml")) and not info.filename.startswith("META-INF/")
                if info.filename == path or (not path and is_score):
                    return _limited(name, archive, info)
    # zipfile raises NotImplementedError for a kind of compression and RuntimeError for a password.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise BadFile(f"{name} is damaged ({error}). Export it again.") from error
    raise BadFile(f"{name} holds no score: export it again as compressed MusicXML.")


def _limited(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        data = file.read(MAX_SCORE_BYTES + 1)
    return _checked_size(name, data)


def _checked_size(name: str, data: bytes) -> bytes:
    if len(data) > MAX_SCORE_BYTES:
        raise BadFile(f"{name} is larger than {MAX_SCORE_BYTES >> 20} MB, the most that is read of a score.")
    return data


def _tree(name: str, data: bytes) -> ET.Element:
    _refuse_entities(name, _checked_size(name, data))
    try:
        return ET.fromstring(data)
    except (ET.ParseError, ValueError, LookupError) as error:  # the last two for an unknown encoding
        raise BadFile(f"{name} is damaged ({error}). Export it again.") from error


class _Begun(Exception):
    """The first element begins: what follows can declare no entities."""


def _refuse_entities(name: str, data: bytes) -> None:
    """Entities that grow as they are replaced can only be declared within the DOCTYPE, where MusicXML has none."""

    def doctype(_: str, system: str | None, public: str | None, has_internal_subset: bool) -> None:
        if has_internal_subset:
            raise BadFile(f"{name} declares entities of its own, which no score needs: export it again.")

    def element(*_: object) -> None:
        raise _Begun

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        parser.Parse(data[:PROLOGUE_BYTES], len(data) <= PROLOGUE_BYTES)
    except _Begun:
        return
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadFile(f"{name} is damaged ({error}). Export it again.") from error
    raise BadFile(f"{name} is no MusicXML: no score begins in its first 64 KB.")


# Elements -> notes


@dataclass(slots=True)
class _Written:
    """A note or chord symbol within its measure, in quarter notes from the measure's beginning."""

    start_beats: float
    length_beats: float
    pitch: int
    staff: int
    voice: str
    tie_start: bool
    tie_stop: bool


@dataclass(slots=True)
class _Symbol:
    start_beats: float
    pitch_classes: frozenset[int]
    bass: int


@dataclass(slots=True)
class _Measure:
    length_beats: float = 0.0
    meter: Meter | None = None
    notes: list[_Written] = field(default_factory=list)
    symbols: list[_Symbol] = field(default_factory=list)


def _score(name: str, root: ET.Element) -> Score:
    if root.tag == "score-timewise":
        raise BadFile(f"{name} is written by time and not by part: export it as MusicXML by part (partwise).")
    if root.tag != "score-partwise":
        raise BadFile(f"{name} is no MusicXML: it begins with <{root.tag[:40]}>.")
    names = {part.get("id", ""): part.findtext("part-name", "") for part in root.iterfind("part-list/score-part")}
    readers = [_PartReader(part) for part in root.iterfind("part")]
    if not any(reader.measures for reader in readers):
        raise BadFile(f"{name} has no measures: export it again.")
    bars = _bars(name, [reader.measures for reader in readers])
    composers = [who.text or "" for who in root.iterfind("identification/creator") if who.get("type") == "composer"]
    return Score(
        title=" ".join((root.findtext("movement-title") or root.findtext("work/work-title") or "").split()),
        composer=" ".join(" ".join(composers).split()),
        bars=tuple(bars),
        parts=tuple(
            Part(" ".join(names.get(reader.id, "").split()), _placed(reader.measures, bars), reader.lyrics)
            for reader in readers
        ),
        chords=_chords([reader.measures for reader in readers], bars),
    )


def _bars(name: str, parts: list[list[_Measure]]) -> list[Bar]:
    """A measure is as long as its longest part; where none has anything in it, as long as its meter says.

    Where parts are in two meters at once, as a voice in 4/4 over a piano in 12/8, it gets the shorter one, so that it
    is longer than its meter says, which no stretch takes.
    """
    columns = list(zip_longest(*parts, fillvalue=_Measure()))
    lengths = [max(measure.length_beats for measure in column) for column in columns]
    named = [i for i, column in enumerate(columns) if any(measure.meter for measure in column)]
    before = named[0] if named else len(columns)  # a score that is an excerpt may name its meter late or never
    meters = [meter_of_lengths([length for length in lengths[:before] if length > SAME_BEATS])] * len(parts)
    bars: list[Bar] = []
    start_beats = 0.0
    for i, (column, length_beats) in enumerate(zip(columns, lengths, strict=True)):
        if i == before:  # what one part names holds for parts that name none
            first = next(measure.meter for measure in column if measure.meter)
            meters = [first] * len(parts)
        meters = [measure.meter or meter for measure, meter in zip(column, meters, strict=True)]
        meter = min(meters, key=lambda meter: meter.bar_beats)
        if length_beats < SAME_BEATS or abs(length_beats - meter.bar_beats) < SAME_BEATS:
            length_beats = meter.bar_beats
        bars.append(Bar(start_beats, length_beats, meter))
        start_beats += length_beats
        if start_beats > MAX_BEATS:
            raise BadFile(f"{name} lasts longer than {MAX_BEATS:,.0f} beats: export a part of it.")
    return bars


class _PartReader:
    """One <part>, measure by measure, with what lasts from one to the next."""

    def __init__(self, part: ET.Element) -> None:
        self.id = part.get("id", "")
        self.lyrics = 0
        self.divisions = 1.0
        self.transposed = 0
        self.measures = [self._measure(element) for element in part.iterfind("measure")]

    def _measure(self, element: ET.Element) -> _Measure:
        measure = _Measure()
        at_beats = chord_beats = 0.0
        for child in element:
            tag = child.tag
            if tag == "note":
                if child.find("grace") is not None:
                    continue
                length_beats = self._beats(child.findtext("duration", "0"))
                if child.find("chord") is None:
                    chord_beats = at_beats
                    at_beats += length_beats
                if length_beats > 0.0:
                    self._note(child, chord_beats, length_beats, measure)
            elif tag == "backup":
                at_beats = max(0.0, at_beats - self._beats(child.findtext("duration", "0")))
            elif tag == "forward":
                at_beats += self._beats(child.findtext("duration", "0"))
            elif tag == "attributes":
                self._attributes(child, measure)
            elif tag == "harmony":
                start_beats = at_beats + self._beats(child.findtext("offset", "0"), below_zero=True)
                if symbol := _symbol(child, max(0.0, start_beats), self.transposed):
                    measure.symbols.append(symbol)
            measure.length_beats = max(measure.length_beats, at_beats)
        return measure

    def _beats(self, duration: str, below_zero: bool = False) -> float:
        beats = float(duration) / self.divisions
        if not -MAX_BEATS <= beats <= MAX_BEATS or (beats < 0.0 and not below_zero):
            raise ValueError(f"a duration of {duration}")
        return beats

    def _attributes(self, element: ET.Element, measure: _Measure) -> None:
        if divisions := element.findtext("divisions"):
            self.divisions = float(divisions)
            if not 0.0 < self.divisions < math.inf:
                raise ValueError(f"{divisions} divisions of a beat")
        if (transpose := element.find("transpose")) is not None:
            octaves = float(transpose.findtext("octave-change", "0"))
            self.transposed = round(float(transpose.findtext("chromatic", "0")) + 12 * octaves)
        time = element.find("time")
        if time is None or time.find("beats") is None:  # <senza-misura> has none
            return
        # 3+2 over 8 and 2/4 + 3/8 are counted in their smallest unit.
        pairs = [
            (sum(int(beats) for beats in (over.text or "").split("+")), int(under.text or ""))
            for over, under in zip(time.iterfind("beats"), time.iterfind("beat-type"), strict=True)
        ]
        denominator = max(under for _, under in pairs)
        measure.meter = Meter(sum(over * denominator // under for over, under in pairs), denominator)

    def _note(self, element: ET.Element, start_beats: float, length_beats: float, measure: _Measure) -> None:
        pitch: int | None = None
        staff, voice = 1, ""
        ties = set()
        for child in element:
            tag = child.tag
            if tag == "pitch":
                step = SEMITONES[child.findtext("step", "")]
                alter = round(float(child.findtext("alter") or 0.0))
                pitch = 12 * (int(child.findtext("octave", "")) + 1) + step + alter + self.transposed
            elif tag == "cue":
                return
            elif tag == "tie":
                ties.add(child.get("type"))
            elif tag == "notations":
                ties |= {tied.get("type") for tied in child.iterfind("tied")}
            elif tag == "staff":
                staff = int(child.text or "")
            elif tag == "voice":
                voice = child.text or ""
            elif tag == "lyric":
                self.lyrics += 1
        if pitch is not None:  # rests and notes without a pitch have none
            measure.notes.append(
                _Written(start_beats, length_beats, pitch, staff, voice, "start" in ties, "stop" in ties)
            )


def _placed(measures: list[_Measure], bars: list[Bar]) -> tuple[tuple[Note, ...], ...]:
    """Notes with their ties joined, by staff. A tie may end in another voice than it began in."""
    staves: dict[int, list[Note]] = {}
    tied: dict[int, dict[str, tuple[int, int]]] = {}  # pitch -> voice -> staff and index of the note that goes on
    for measure, bar in zip(measures, bars, strict=False):
        for written in sorted(measure.notes, key=lambda written: written.start_beats):
            start_beats = bar.start_beats + written.start_beats
            voices = tied.setdefault(written.pitch, {})
            for voice in sorted(voices, key=lambda voice: voice != written.voice) if written.tie_stop else ():
                staff, index = voices[voice]
                begun = staves[staff][index]
                if abs(begun.start_beats + begun.length_beats - start_beats) < SAME_BEATS:
                    length_beats = start_beats + written.length_beats - begun.start_beats
                    staves[staff][index] = Note(begun.pitch, begun.start_beats, length_beats, VELOCITY)
                    del voices[voice]
                    break
            else:
                staff, index = written.staff, len(staves.setdefault(written.staff, []))
                staves[staff].append(Note(written.pitch, start_beats, written.length_beats, VELOCITY))
            if written.tie_start:
                voices[written.voice] = (staff, index)
    return tuple(
        tuple(sorted(staves[number], key=lambda note: (note.start_beats, note.pitch))) for number in sorted(staves)
    )


# Chord symbols


def _symbol(element: ET.Element, start_beats: float, transposed: int) -> _Symbol | None:
    """A <harmony>; no pitch classes stand for "no chord". None where it is a numeral without a root.

    Of a kind without a name of its own only the root is known, and the degrees that are added to it.
    """
    kind = (element.findtext("kind") or "").strip()
    if kind == "none":
        return _Symbol(start_beats, frozenset(), 0)
    if (root_step := element.findtext("root/root-step")) is None:
        return None
    root = SEMITONES[root_step] + round(float(element.findtext("root/root-alter") or 0.0)) + transposed
    semitones = set(CHORD_KINDS.get(kind, (0,)))
    for degree in element.iterfind("degree"):
        value = int(degree.findtext("degree-value", ""))
        alter = round(float(degree.findtext("degree-alter") or 0.0))
        plain = DEGREES[(value - 1) % 7]
        doing = degree.findtext("degree-type", "")
        if doing == "subtract":
            semitones.discard((plain + alter) % 12)
        else:
            if doing == "alter":
                semitones -= {plain, plain + 1} if value == 7 else {plain, plain - 1} if value == 3 else {plain}
            semitones.add((plain + alter) % 12)
    bass = root
    if bass_step := element.findtext("bass/bass-step"):
        bass = SEMITONES[bass_step] + round(float(element.findtext("bass/bass-alter") or 0.0)) + transposed
    pitch_classes = {(root + semitone) % 12 for semitone in semitones} | {bass % 12}
    return _Symbol(start_beats, frozenset(pitch_classes), bass % 12)


def _chords(parts: list[list[_Measure]], bars: list[Bar]) -> tuple[Harmony, ...]:
    """Each until the next. Symbols that a file has at one place share the time to the next one or to the bar line."""
    at: dict[float, list[_Symbol]] = {}
    lines = {}
    for measures in parts:
        for measure, bar in zip(measures, bars, strict=False):
            for symbol in measure.symbols:
                start_beats = bar.start_beats + min(symbol.start_beats, bar.length_beats)
                at.setdefault(start_beats, []).append(symbol)
                lines[start_beats] = bar.start_beats + bar.length_beats
    if not at:
        return ()
    starts = sorted(at)
    end_beats = bars[-1].start_beats + bars[-1].length_beats
    found = []
    for start_beats, next_beats in zip(starts, [*starts[1:], end_beats], strict=True):
        here = at[start_beats]
        step_beats = (min(next_beats, lines[start_beats]) - start_beats) / len(here)
        for i, symbol in enumerate(here):
            first = start_beats + i * step_beats
            last = next_beats if i == len(here) - 1 else first + step_beats
            if symbol.pitch_classes and last > first:
                found.append(Harmony(first, last, symbol.pitch_classes, symbol.bass))
    return tuple(found)
