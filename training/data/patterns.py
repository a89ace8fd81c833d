"""Clips as text that can be read by eye: a step grid for each pad of a drum clip, a line as the names of its notes.

    drums jackin four: judging, 126 bpm, swing 16 .2
      kick   x... x... x... x... | x... x... x... x..x
      clap   .... X... .... X...

    line off-beat bass: tuning, 124 bpm, bass, A Minor, G0-C1
      . . A0:2 . . A0:2 . . A0:2 . . G0:2

A file is a style, and begins with its name and its tempi: `style: House, 118-130 bpm`. training/data/judging/README.md
says what can stand in it. Whatever cannot be read is refused with the line that it stands in, and so is a line that is
not in the key or the register that it says it is in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bridge.errors import BadFile, Refusal
from bridge.music.clip import MAX_BARS, Clip, Note
from bridge.music.meter import FOUR_FOUR, Meter
from bridge.music.scale import PITCH_CLASSES, SCALES, Scale

__all__ = [
    "FLAM_SECONDS", "JUDGING", "PADS", "PATTERN_SPLITS", "STRENGTHS", "Pattern", "Swing", "name_of_pitch",
    "patterns_in", "pitch_of_name", "read_patterns",
]  # fmt: skip

JUDGING = Path(__file__).resolve().parent / "judging"
PATTERN_SPLITS = ("tuning", "judging")
PARTS = {"drums": ("beat", "layer"), "line": ("bass", "acid", "arp", "hook", "lead", "stab")}
"""What a clip is in a track; a drum clip of which nothing is said is a beat."""
PADS = {
    "kick": 36, "kick2": 35, "snare": 38, "snare2": 40, "rim": 37, "clap": 39, "hat": 42, "pedal": 44, "open": 46,
    "ltom": 43, "mtom": 47, "htom": 50, "crash": 49, "ride": 51, "bell": 53,
    "tamb": 54, "cowbell": 56, "bongo_hi": 60, "bongo_lo": 61, "conga_mute": 62, "conga_hi": 63, "conga_lo": 64,
    "timbale": 65, "agogo_hi": 67, "agogo_lo": 68, "cabasa": 69, "claves": 75, "block": 76, "triangle": 81,
    "shaker": 82,
}  # fmt: skip
"""Their General MIDI pitches. From the tambourine on they are on no drum class of the bridge."""
STRENGTHS = {"X": 120.0, "x": 100.0, "m": 80.0, "g": 45.0}
"""Velocity of an accent, of a hit, of a softer one and of a ghost note."""
LINE_STRENGTHS = {"!": 120.0, "": 100.0, "?": 60.0}
ROLLS = {"2": 2, "3": 3, "4": 4}
"""So many even strokes in one sixteenth."""
FLAM, FLAM_SECONDS = "f", 0.02
"""A hit with a ghost note so long before it."""
REST, TIE, AGAIN = ".", "~", "%"
GROUPS = {"[": ("]", 4), "<": (">", 2), "{": ("}", 8)}
"""What opens a group, closes it, and how many sixteenths it has."""
STEPS_PER_BEAT = 4
DRUM_STEPS = 1.0
LEAST_BEATS = 1e-3
TOLERANCE = 1e-9

_HEADER = re.compile(r"(drums|line) ([^:]+): (.+)")
_STYLE = re.compile(r"style: ([^,]+), (\d+)-(\d+) bpm")
_TOKEN = re.compile(r"[\[\]<>{}]|[^\s\[\]<>{}]+")
_NOTES = re.compile(r"([^!?:]+)([!?]?)(?::(\d+))?")
_PITCH = re.compile(r"([A-G])([#b]?)(-?\d)")
_LATE = re.compile(r"@(-?\d+)")


@dataclass(frozen=True, slots=True)
class Swing:
    """Every second eighth or sixteenth (`of` 8 or 16) is `late_steps` sixteenths late, more than 0 and less than the
    way to the next one; what is between goes along. 0.667 of an eighth's two sixteenths is the swing of triplets."""

    of: int
    late_steps: float

    def moved(self, step: float) -> float:
        """Where something on this step, fractions too, is played; in sixteenths."""
        half = 16 / self.of
        place, within = divmod(step, 2 * half)
        early, late = half + self.late_steps, half - self.late_steps
        return place * 2 * half + (within * early / half if within < half else early + (within - half) * late / half)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A clip with what is known about it. `kind` is drums or line, `part` one of PARTS[kind], `split` tuning or
    judging; `key` is a line's. `marks`: which of roll (also a stretch finer than sixteenths), flam and triplet stand
    in it. `where` names file and line."""

    name: str
    style: str
    kind: str
    part: str
    split: str
    tempo_bpm: float
    clip: Clip
    key: Scale | None
    swing: Swing | None
    marks: frozenset[str]
    where: str

    @property
    def is_drums(self) -> bool:
        return self.kind == "drums"


@dataclass(frozen=True, slots=True)
class _Event:
    """A mark at a place in its bar, both in sixteenths; `even`: in a group, whose even parts no swing moves."""

    step: float
    steps: float
    mark: str
    even: bool


@dataclass(frozen=True, slots=True)
class _Facts:
    kind: str
    name: str
    split: str
    part: str
    tempo_bpm: float
    meter: Meter
    bars: int
    swing: Swing | None
    key: Scale | None
    register: tuple[int, int] | None
    gate: float

    @property
    def bar_steps(self) -> float:
        return self.meter.bar_beats * STEPS_PER_BEAT


def pitch_of_name(name: str) -> int:
    """C3 is 60, as Live names it; C#3, Db3, C-2. Raises BadFile."""
    found = _PITCH.fullmatch(name)
    pitch = -1
    if found:
        letter, sign, octave = found.groups()
        pitch = PITCH_CLASSES.index(letter) + {"": 0, "#": 1, "b": -1}[sign] + 12 * (int(octave) + 2)
    if not 0 <= pitch <= 127:
        raise BadFile(f"{name} is no note: notes go from C-2 to G8, C3 being 60, as in Eb1 or F#2.")
    return pitch


def name_of_pitch(pitch: int) -> str:
    return f"{PITCH_CLASSES[pitch % 12]}{pitch // 12 - 2}"


def read_patterns(folder: Path = JUDGING, split: str | None = None) -> list[Pattern]:
    """All patterns of the folder's text files, or those of one split, in the order of the files' names. Raises BadFile,
    also where two have one name."""
    if split is not None and split not in PATTERN_SPLITS:
        raise BadFile(f"There is no split {split!r} of patterns: the splits are {', '.join(PATTERN_SPLITS)}.")
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise BadFile(f"{folder} has no patterns: give a folder with files that end in .txt.")
    found: list[Pattern] = []
    for file in files:
        try:
            found += patterns_in(file.read_text("utf-8"), file.name)
        except (OSError, UnicodeDecodeError) as error:
            raise BadFile(f"{file} cannot be read ({error}).") from error
    places: dict[str, str] = {}
    for pattern in found:
        if pattern.name in places:
            raise BadFile(f"{pattern.where}: {pattern.name!r} is a name already, in {places[pattern.name]}.")
        places[pattern.name] = pattern.where
    return [pattern for pattern in found if split in (None, pattern.split)]


def patterns_in(text: str, file: str) -> list[Pattern]:
    """The patterns of one style. Raises BadFile, which names `file` and the line."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    style = _STYLE.fullmatch(lines[0][1]) if lines else None
    if style is None:
        raise BadFile(f"{file} does not begin with its style, as in `style: House, 118-130 bpm`.")
    name, slowest_bpm, fastest_bpm = style[1], float(style[2]), float(style[3])
    blocks: list[tuple[int, str, list[tuple[int, str]]]] = []
    for number, line in lines[1:]:
        if _HEADER.fullmatch(line):
            blocks.append((number, line, []))
        elif blocks:
            blocks[-1][2].append((number, line))
        else:
            raise BadFile(f"{file}:{number}: a pattern begins with `drums NAME: ...` or `line NAME: ...`.")
    found = []
    for number, header, rows in blocks:
        marks: set[str] = set()
        with _said_of(file, number):
            facts = _facts(header)
            if not slowest_bpm <= facts.tempo_bpm <= fastest_bpm:
                raise BadFile(
                    f"{facts.tempo_bpm:g} bpm: {name} goes from {slowest_bpm:g} to {fastest_bpm:g}, says the file."
                )
        notes: list[Note] = []
        for at, row in rows if facts.kind == "drums" else ():
            with _said_of(file, at):
                notes += _drum_row(row, facts, marks)
        with _said_of(file, number):
            if facts.kind == "drums":
                notes = _until_struck_again(notes, facts.bars * facts.meter.bar_beats)
            else:
                notes = _line_rows([row for _, row in rows], facts, marks)
            clip = _clip(notes, facts)
        found.append(Pattern(
            facts.name, name, facts.kind, facts.part, facts.split, facts.tempo_bpm, clip, facts.key, facts.swing,
            frozenset(marks), f"{file}:{number}",
        ))  # fmt: skip
    return found


@contextmanager
def _said_of(file: str, number: int) -> Iterator[None]:
    """A refusal in there names this line."""
    try:
        yield
    except Refusal as refusal:
        raise BadFile(f"{file}:{number}: {refusal}") from refusal


def _clip(notes: Sequence[Note], facts: _Facts) -> Clip:
    length_beats = facts.bars * facts.meter.bar_beats
    if not notes:
        raise BadFile(f"{facts.name} has no notes.")
    outside = [note for note in notes if not 0.0 <= note.start_beats < length_beats]
    if outside:
        raise BadFile(f"a note of {facts.name} begins at beat {outside[0].start_beats:g}, outside of the clip.")
    if facts.kind == "line":
        pitches = [note.pitch for note in notes]
        if facts.register != (min(pitches), max(pitches)):
            raise BadFile(
                f"{facts.name} goes from {name_of_pitch(min(pitches))} to {name_of_pitch(max(pitches))}, "
                "which its register must say."
            )
        strange = [pitch for pitch in pitches if facts.key is None or not facts.key.contains(pitch)]
        if strange:
            raise BadFile(f"{facts.name} has {name_of_pitch(strange[0])}, which is not in {facts.key or 'no key'}.")
    return Clip(tuple(notes), length_beats, facts.meter)


# --- the header -----------------------------------------------------------------------------------------------------


def _facts(header: str) -> _Facts:
    found = _HEADER.fullmatch(header)
    assert found is not None
    kind, name, rest = found.groups()
    told: dict[str, object] = {}
    for fact in (fact.strip() for fact in rest.split(",")):
        key, value = _fact(kind, fact)
        if key in told:
            raise BadFile(f"{fact!r} is the second {key} of {name}.")
        told[key] = value
    needed = ("split", "tempo_bpm") if kind == "drums" else ("split", "tempo_bpm", "part", "key", "register")
    missing = [key for key in needed if key not in told]
    if missing:
        raise BadFile(f"{name} does not say its {', '.join(missing)}.")
    rest_of = {"part": "beat", "meter": FOUR_FOUR, "bars": 2, "swing": None, "key": None, "register": None, "gate": 1.0}
    return _Facts(kind=kind, name=name, **{**rest_of, **told})  # type: ignore[arg-type]


def _fact(kind: str, fact: str) -> tuple[str, object]:
    words = fact.split()
    if fact in PATTERN_SPLITS:
        return "split", fact
    if fact in PARTS[kind]:
        return "part", fact
    try:
        if len(words) == 2 and words[1] == "bpm":
            return "tempo_bpm", float(words[0])
        if len(words) == 2 and words[1] in ("bar", "bars") and 1 <= int(words[0]) <= MAX_BARS:
            return "bars", int(words[0])
        if words[0] == "swing" and len(words) == 3 and words[1] in ("8", "16"):
            swing = Swing(int(words[1]), float(words[2]))
            if 0.0 < swing.late_steps < 16 / swing.of:
                return "swing", swing
        if kind == "line" and words[0] == "gate" and len(words) == 2 and 0.0 < float(words[1]) <= 1.0:
            return "gate", float(words[1])
        if re.fullmatch(r"\d+/\d+", fact):
            numerator, denominator = fact.split("/")
            return "meter", Meter(int(numerator), int(denominator))
    except ValueError as error:
        raise BadFile(f"{fact!r} has no number where one belongs.") from error
    if kind == "line" and len(words) > 1 and " ".join(words[1:]) in SCALES:
        return "key", Scale(pitch_of_name(f"{words[0]}3") % 12, " ".join(words[1:]))
    if kind == "line" and (ends := re.fullmatch(r"([A-G][#b]?-?\d)-([A-G][#b]?-?\d)", fact)):
        return "register", (pitch_of_name(ends[1]), pitch_of_name(ends[2]))
    raise BadFile(f"{fact!r} says nothing that is known of {kind}.")


# --- rows -----------------------------------------------------------------------------------------------------------


def _drum_row(row: str, facts: _Facts, marks: set[str]) -> list[Note]:
    pad, _, grid = row.partition(" ")
    if pad not in PADS:
        raise BadFile(f"{pad!r} is no pad: pads are {', '.join(PADS)}.")
    late_beats = 0.0
    if late := _LATE.search(grid):
        late_beats = _beats(int(late[1]) / 1000.0, facts)
        grid = grid[: late.start()] + grid[late.end() :]
    bars = _bars([grid], facts)
    notes = []
    for bar, marked in enumerate(bars):
        first_beats = bar * facts.meter.bar_beats
        for event in _events(list(marked.replace(" ", "")), facts.bar_steps, marks):
            for step, velocity in _strokes(event, facts, marks):
                start_beats = first_beats + _played(step, event, facts) / STEPS_PER_BEAT + late_beats
                notes.append(Note(PADS[pad], start_beats, DRUM_STEPS / STEPS_PER_BEAT, velocity))
    return notes


def _strokes(event: _Event, facts: _Facts, marks: set[str]) -> list[tuple[float, float]]:
    """Where each stroke of a mark begins, in sixteenths, and its velocity."""
    mark = event.mark
    if mark == REST:
        return []
    if mark in STRENGTHS:
        return [(event.step, STRENGTHS[mark])]
    if mark in ROLLS and not event.even:
        marks.add("roll")
        return [(event.step + i / ROLLS[mark], STRENGTHS["x"]) for i in range(ROLLS[mark])]
    if mark == FLAM and not event.even:
        marks.add("flam")
        before = STEPS_PER_BEAT * _beats(FLAM_SECONDS, facts)
        return [(event.step - before, STRENGTHS["g"]), (event.step, STRENGTHS["x"])]
    known = " ".join((REST, *STRENGTHS, *ROLLS, FLAM))
    raise BadFile(f"{mark!r} is no mark here: marks are {known}; in groups no rolls and no flam.")


def _line_rows(rows: Sequence[str], facts: _Facts, marks: set[str]) -> list[Note]:
    bars = _bars(rows, facts)
    found: list[tuple[float, float, str]] = []
    for bar, row in enumerate(bars):
        first_beats = bar * facts.meter.bar_beats
        for event in _events(_TOKEN.findall(row), facts.bar_steps, marks):
            start = first_beats + _played(event.step, event, facts) / STEPS_PER_BEAT
            end = first_beats + _played(event.step + event.steps, event, facts) / STEPS_PER_BEAT
            if event.mark == TIE:
                if not found or abs(found[-1][1] - start) > TOLERANCE:
                    raise BadFile(f"a tie in bar {bar + 1} has no note right before it.")
                found[-1] = (found[-1][0], end, found[-1][2])
            elif event.mark != REST:
                found.append((start, end, event.mark))
    notes = []
    for start, end, mark in found:
        told = _NOTES.fullmatch(mark)
        if told is None:
            raise BadFile(f"{mark!r} is no note: a note is Eb1, Eb1! or Eb1?, a chord C3+Eb3+G3, a rest `.`.")
        length_beats = max(LEAST_BEATS, facts.gate * (end - start))
        velocity = LINE_STRENGTHS[told[2]]
        notes += [Note(pitch_of_name(name), start, length_beats, velocity) for name in told[1].split("+")]
    return notes


def _bars(rows: Sequence[str], facts: _Facts) -> list[str]:
    """The bars of all rows, `%` being the one before, again and again until the pattern is full."""
    told = [bar.strip() for row in rows for bar in row.split("|")]
    bars: list[str] = []
    for i, bar in enumerate(told):
        if not bar:
            raise BadFile("there is a bar with nothing in it: write its rests.")
        if bar == AGAIN and i == 0:
            raise BadFile(f"{AGAIN} is the bar before, and there is none.")
        bars.append(bars[-1] if bar == AGAIN else bar)
    if not bars or facts.bars % len(bars):
        raise BadFile(f"{len(bars)} bars do not fill {facts.bars}.")
    return bars * (facts.bars // len(bars))


def _events(tokens: Sequence[str], bar_steps: float, marks: set[str]) -> Iterator[_Event]:
    """The marks of a bar, each with its place. A group's marks share its time, by their lengths."""
    at = 0.0
    rest = list(tokens)
    while rest:
        token = rest.pop(0)
        if token in GROUPS:
            close, steps = GROUPS[token]
            if close not in rest:
                raise BadFile(f"a group is opened by {token} and not closed by {close}.")
            inside = [_length(mark) for mark in rest[: rest.index(close)]]
            del rest[: rest.index(close) + 1]
            whole = sum(length for _, length in inside)
            if not whole:
                raise BadFile("there is a group with nothing in it.")
            if whole % 3 == 0:
                marks.add("triplet")
            elif whole > steps:
                marks.add("roll")
            for mark, length in inside:
                yield _Event(at, steps * length / whole, mark, True)
                at += steps * length / whole
        else:
            mark, length = _length(token)
            yield _Event(at, length, mark, False)
            at += length
    if abs(at - bar_steps) > TOLERANCE:
        raise BadFile(f"a bar has {at:g} sixteenths, and {bar_steps:g} belong in it.")


def _length(token: str) -> tuple[str, int]:
    mark, colon, length = token.partition(":")
    if colon and not (length.isdigit() and int(length) > 0):
        raise BadFile(f"{token!r} has no length: `Eb1:3` lasts three sixteenths.")
    return mark, int(length) if colon else 1


def _played(step: float, event: _Event, facts: _Facts) -> float:
    return step if event.even or facts.swing is None else facts.swing.moved(step)


def _beats(seconds: float, facts: _Facts) -> float:
    return seconds * facts.tempo_bpm / 60.0


def _until_struck_again(notes: Sequence[Note], length_beats: float) -> list[Note]:
    """Each until its pad is struck again, or the clip ends: of two that overlap MIDI cannot tell which one ends."""
    ordered = sorted(notes, key=lambda note: (note.pitch, note.start_beats))
    ended = []
    for i, note in enumerate(ordered):
        following = ordered[i + 1] if i + 1 < len(ordered) and ordered[i + 1].pitch == note.pitch else None
        until_beats = length_beats if following is None else following.start_beats
        if until_beats - note.start_beats < LEAST_BEATS:
            raise BadFile(f"the pad {note.pitch} is struck twice at beat {note.start_beats:g}.")
        ended.append(replace(note, length_beats=min(note.length_beats, until_beats - note.start_beats)))
    return ended
