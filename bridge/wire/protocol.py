"""Every message between a device and the bridge: the one table.

A message is a dataclass with its address; the order of its fields is the order of its arguments. `Says` carries what a
field means, its unit and its range: the parser and its checks, `docs/protocol.md` and the devices' `protocol.js` are
all derived from here (`bridge.wire.derived`).

On the wire are only `i`, `f` and `s`; where a number is meant either `i` or `f` will do, since Max has one number type.
A group (`tuple[...]`) is its count, then its members' fields one after another. None is -1 or an empty text.

>>> from bridge.wire.osc import decode
>>> ping = Ping(device="blend-1", session=7, request_id=1, reply_port=42712)
>>> datagram = to_datagram(ping)
>>> datagram
b'/sideman/ping\\x00\\x00\\x00,siii\\x00\\x00\\x00blend-1\\x00\\x00\\x00\\x00\\x07\\x00\\x00\\x00\\x01\\x00\\x00\\xa6\\xd8'
>>> from_message(decode(datagram)[0]) == ping
True
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain, islice
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin

from bridge.errors import BadDatagram, BadValue
from bridge.music.clip import MAX_BARS, Note
from bridge.settings import SETTINGS
from bridge.wire import osc

__all__ = [
    "ABOUT_BYTES", "ADDRESSES", "DATAGRAM_BYTES", "MESSAGES", "MOST_MISSING", "NOTES_A_PART", "VERSION",
    "Accepted", "Ask", "Blend", "Cancel", "ClipPart", "ClipRef", "ClipState", "Column", "Continue", "Drumify",
    "Generate", "Got", "Hello", "Humanise", "Interpolate", "ModelState", "Name", "Need", "Part", "PartAsk", "Path",
    "Ping", "Point", "Pong", "PresetValue", "Refused", "ResultClip", "ResultHead", "Says", "SkillAsk", "State",
    "Status", "Vary", "Welcome",
    "columns", "from_message", "head_of", "meaning_of", "to_datagram",
]  # fmt: skip

VERSION = 1
DATAGRAM_BYTES = 1024
"""The largest datagram that either end sends: what a careful project of the field found that Max takes."""
NOTES_A_PART = 32
"""Notes in one message: so many leave room in the datagram for the longest device name."""
MOST_MISSING = 160
"""Indices in one message that asks for parts: more would not fit, and are asked for afterwards."""
NAME_BYTES = 160
"""Of a preset or kit: 40 characters of whichever script."""
ABOUT_BYTES = 320
"""Of a sentence about a preset, a kit or a model: the rest of a datagram with the longest names."""
HASH_DIGITS = 16

INT_LOW, INT_HIGH = -(2**31), 2**31 - 1


@dataclass(frozen=True, slots=True)
class Says:
    """What a field means; for numbers the range, and what one of them is (`unit`); for texts the most UTF-8 bytes."""

    meaning: str
    low: float = INT_LOW
    high: float = INT_HIGH
    unit: str = ""
    longest: int = 64


def _setting(name: str) -> Says:
    """A setting's field: its range is the setting's, and None (-1) leaves it to the preset, or to the default."""
    setting = SETTINGS[name]
    return Says(f"{setting.meaning}; -1: as the preset says, else {setting.default:g}", setting.low, setting.high)


@dataclass(frozen=True, slots=True)
class ClipRef:
    """A clip that was uploaded, and the kit that its pads belong to."""

    clip_hash: Annotated[str, Says("the clip's content hash, as in /sideman/clip", longest=HASH_DIGITS)]
    kit: Annotated[
        str | None, Says("name of the kit; empty: as the preset says, else general_midi", longest=NAME_BYTES)
    ] = None


@dataclass(frozen=True, slots=True)
class Point:
    """Where the puck stands."""

    x: Annotated[float, Says("from the first corner to the second", 0, 1)]
    y: Annotated[float, Says("from the first corner to the third", 0, 1)]


@dataclass(frozen=True, slots=True)
class PresetValue:
    """What a preset sets one knob to."""

    setting: Annotated[str, Says("name of the setting, as in the requests", longest=16)]
    value: Annotated[float, Says("its value", 0, 1000)]


GROUPS = (ClipRef, Point, PresetValue)


# --- what every message begins with -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """From a device to the bridge. Replies go to the address that the datagram came from, on `reply_port`."""

    ADDRESS: ClassVar[str] = ""

    device: Annotated[
        str, Says("a name that is the device's alone; its newest request replaces its waiting one", longest=48)
    ]
    session: Annotated[int, Says("a number chosen at random when the device starts")]
    request_id: Annotated[int, Says("counts up; the same id is never generated twice", 0, INT_HIGH)]
    reply_port: Annotated[int, Says("the UDP port on which the device listens", 1, 65535)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillAsk(Ask):
    """A request for clips. It carries all that the answer depends on."""

    is_playing: Annotated[bool, Says("Live's transport runs", 0, 1)] = False
    song_beats: Annotated[float, Says("Live's song position; below 0 in a count-in", -1e5, 1e9, "quarter notes")] = 0.0
    tempo_bpm: Annotated[float, Says("Live's tempo", 20, 999, "BPM")] = 120.0
    numerator: Annotated[int, Says("Live's signature numerator", 1, 99)] = 4
    denominator: Annotated[int, Says("Live's signature denominator", 1, 16)] = 4
    launch_quantum_beats: Annotated[float, Says("launch quantization; 0: none", 0, 1024, "quarter notes")] = 4.0
    asked_seconds_ago: Annotated[
        float, Says("how old the snapshot is: 0 at first, more when the same request is sent again", 0, 600, "seconds")
    ] = 0.0
    deadline_seconds: Annotated[
        float | None, Says("an answer later than this is refused as late; -1: none", 0, 600, "seconds")
    ] = None
    seed: Annotated[int, Says("the same request, seed and model give the same clips", 0, INT_HIGH)] = 0
    model: Annotated[str | None, Says("name of the model; empty: as the preset says, else its kind's")] = None
    preset: Annotated[
        str | None, Says("name of the preset that fills in what is not given; empty: none", longest=NAME_BYTES)
    ] = None
    temperature: Annotated[float | None, _setting("temperature")] = None


# --- from the device to the bridge --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Ask):
    """The first message of a device. Answered by welcome and the names of all models, presets and kits."""

    ADDRESS: ClassVar[str] = "/sideman/hello"
    protocol_version: Annotated[int, Says("the version that the device speaks", 1, 999)] = VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping(Ask):
    """Is the bridge there? Answered by pong."""

    ADDRESS: ClassVar[str] = "/sideman/ping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Ask):
    """How is the bridge? Answered by state, and a row for each model and skill."""

    ADDRESS: ClassVar[str] = "/sideman/status"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipPart(Ask):
    """One part of a clip that the device uploads, once a clip. The last part is answered by clip/state."""

    ADDRESS: ClassVar[str] = "/sideman/clip"
    clip_hash: Annotated[str, Says("the clip's content hash: `bridge.wire.delivery.clip_hash`", longest=HASH_DIGITS)]
    part: Annotated[int, Says("index of this part", 0, 999)]
    parts: Annotated[int, Says("how many parts the clip has", 1, 1000)]
    length_beats: Annotated[float, Says("the clip's loop length", 0.25, 64 * 99 * 4.0, "quarter notes")]
    numerator: Annotated[int, Says("the clip's signature numerator", 1, 99)]
    denominator: Annotated[int, Says("the clip's signature denominator", 1, 16)]
    notes: Annotated[
        tuple[Note, ...], Says("the part's notes, in the clip's order; `source` is not used", 0, NOTES_A_PART)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAsk(SkillAsk):
    """A request that drums or a melody can play. Range and scale are a melody's; the user's clips stay as they are."""

    instrument: Annotated[
        str | None,
        Says("drums or melody; empty: what the model plays, else what the clips look like, else drums", longest=8),
    ] = None
    low_pitch: Annotated[int | None, Says("lowest pitch of a melody; -1: any", 0, 127)] = None
    high_pitch: Annotated[int | None, Says("highest pitch of a melody; -1: any", 0, 127)] = None
    root: Annotated[int | None, Says("root of the scale, 0 being C; -1: C", 0, 11)] = None
    scale: Annotated[str | None, Says("name of the scale that a melody keeps to; empty: any note", longest=24)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generate(PartAsk):
    """New clips, in the meter of the transport."""

    ADDRESS: ClassVar[str] = "/sideman/generate"
    kit: Annotated[
        str | None, Says("name of the kit to play on; empty: as the preset says, else general_midi", longest=NAME_BYTES)
    ] = None
    bars: Annotated[int | None, _setting("bars")] = None
    variations: Annotated[int | None, _setting("variations")] = None
    density: Annotated[float | None, _setting("density")] = None
    humanise: Annotated[float | None, _setting("humanise")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vary(PartAsk):
    """Variations of one clip."""

    ADDRESS: ClassVar[str] = "/sideman/vary"
    clip: Annotated[ClipRef, Says("the clip")]
    amount: Annotated[float | None, _setting("amount")] = None
    variations: Annotated[int | None, _setting("variations")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpolate(PartAsk):
    """From one clip to another: both ends, exactly as they came, and `steps` clips between them."""

    ADDRESS: ClassVar[str] = "/sideman/interpolate"
    first: Annotated[ClipRef, Says("the clip at the beginning")]
    last: Annotated[ClipRef, Says("the clip at the end")]
    steps: Annotated[int | None, _setting("steps")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend(PartAsk):
    """One clip between two to four others. At a corner it is that corner's clip, exactly."""

    ADDRESS: ClassVar[str] = "/sideman/blend"
    x: Annotated[float, Says("from the first corner to the second", 0, 1)] = 0.5
    y: Annotated[float, Says("from the first corner to the third; two corners have no y", 0, 1)] = 0.5
    grid: Annotated[int | None, _setting("grid")] = None
    corners: Annotated[tuple[ClipRef, ...], Says("at (0, 0), (1, 0), (0, 1) and (1, 1)", 2, 4)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(PartAsk):
    """A walk between the corners of a blend as one long clip, a point a bar."""

    ADDRESS: ClassVar[str] = "/sideman/path"
    corners: Annotated[tuple[ClipRef, ...], Says("at (0, 0), (1, 0), (0, 1) and (1, 1)", 2, 4)]
    points: Annotated[tuple[Point, ...], Says("where the puck stands in each bar", 1, MAX_BARS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue(PartAsk):
    """The bars that follow a clip, of any length."""

    ADDRESS: ClassVar[str] = "/sideman/continue"
    clip: Annotated[ClipRef, Says("the primer")]
    length: Annotated[int | None, _setting("length")] = None
    variations: Annotated[int | None, _setting("variations")] = None
    with_primer: Annotated[bool, Says("1: the clip and what follows it as one clip; 0: what follows it", 0, 1)] = False
    chords: Annotated[
        tuple[ClipRef, ...],
        Says("what another track plays, which a melody goes by; it begins with the primer and loops", 0, 1),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Humanise(SkillAsk):
    """A drum clip with a drummer's touch and timing, every hit at its place."""

    ADDRESS: ClassVar[str] = "/sideman/humanise"
    clip: Annotated[ClipRef, Says("the clip")]
    amount: Annotated[float | None, _setting("amount")] = None
    keep_swing: Annotated[
        bool, Says("1: how late each sixteenth of a beat is stays as in the clip; 0: the drummer's own swing", 0, 1)
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drumify(SkillAsk):
    """Drums to the rhythm of any clip: taps, a bass line, a melody."""

    ADDRESS: ClassVar[str] = "/sideman/drumify"
    clip: Annotated[ClipRef, Says("the rhythm; its kit is that of the drums")]
    variations: Annotated[int | None, _setting("variations")] = None
    density: Annotated[float | None, _setting("density")] = None
    use_velocity: Annotated[bool, Says("1: the drums are as loud as the rhythm's notes", 0, 1)] = True
    use_timing: Annotated[bool, Says("1: the drums are as late as the rhythm's notes", 0, 1)] = True
    castro: Annotated[
        bool, Says("1: Castro's groove, a kick a bar, a snare a note, hats on eighths, continued; 0: a drummer's", 0, 1)
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Need(Ask):
    """Parts of the reply to `request_id` that did not arrive. Answered by these parts."""

    ADDRESS: ClassVar[str] = "/sideman/need"
    missing: Annotated[tuple[int, ...], Says("indices of the parts", 1, MOST_MISSING)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Got(Ask):
    """The reply to `request_id` arrived whole. Not answered."""

    ADDRESS: ClassVar[str] = "/sideman/got"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Ask):
    """Takes back the waiting request `request_id`, which is then refused as cancelled."""

    ADDRESS: ClassVar[str] = "/sideman/cancel"


# --- from the bridge to the device --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """From the bridge to a device."""

    ADDRESS: ClassVar[str] = ""

    session: Annotated[int, Says("as in the request")]
    request_id: Annotated[int, Says("as in the request", 0, INT_HIGH)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Reply):
    """One of the datagrams that together are the reply to a request: ask for missing ones with need."""

    part: Annotated[int, Says("index of this part", 0, 99999)]
    parts: Annotated[int, Says("how many parts the reply has", 1, 100000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong(Reply):
    """The bridge is there."""

    ADDRESS: ClassVar[str] = "/sideman/pong"
    boot_id: Annotated[int, Says("another number means that the bridge was restarted and knows no clips")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Reply):
    """The request is being worked on: wait longer before asking again."""

    ADDRESS: ClassVar[str] = "/sideman/accepted"
    boot_id: Annotated[int, Says("as in pong")]
    waiting: Annotated[int, Says("how many requests wait before this one", 0, 9999)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Part):
    """The request is not carried out; whatever was there is unharmed."""

    ADDRESS: ClassVar[str] = "/sideman/refused"
    code: Annotated[str, Says("what kind of refusal: a code of `bridge.errors`")]
    sentence: Annotated[str, Says("for the musician", longest=700)]
    clip_hash: Annotated[
        str, Says("the clip that the bridge does not know (unknown_clip), else empty", longest=HASH_DIGITS)
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipState(Reply):
    """Which parts of an uploaded clip the bridge lacks."""

    ADDRESS: ClassVar[str] = "/sideman/clip/state"
    boot_id: Annotated[int, Says("as in pong")]
    clip_hash: Annotated[str, Says("the clip", longest=HASH_DIGITS)]
    missing: Annotated[
        tuple[int, ...], Says("indices of the parts that are missing; none: the clip is known", 0, MOST_MISSING)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(Part):
    """The bridge's answer to hello; the other parts are names."""

    ADDRESS: ClassVar[str] = "/sideman/welcome"
    boot_id: Annotated[int, Says("as in pong")]
    protocol_version: Annotated[int, Says("the version that the bridge speaks", 1, 999)]
    bridge_version: Annotated[str, Says("the bridge's own version")]
    max_bars: Annotated[int, Says("the longest clip", 1, 9999, "bars")]
    max_notes: Annotated[int, Says("the fullest clip", 1, 999999, "notes")]
    max_waiting: Annotated[int, Says("requests that may wait", 1, 9999)]
    datagram_bytes: Annotated[int, Says("the largest datagram", 64, 65507, "bytes")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Part):
    """The name of something that the bridge has."""

    ADDRESS: ClassVar[str] = "/sideman/name"
    kind: Annotated[str, Says("model, preset or kit", longest=8)]
    name: Annotated[str, Says("its name, as requests give it", longest=NAME_BYTES)]
    about: Annotated[str, Says("a sentence about it; for a model its kind", longest=ABOUT_BYTES)] = ""
    settings: Annotated[
        tuple[PresetValue, ...], Says("of a preset: what it sets knobs to, all others stay", 0, len(SETTINGS))
    ] = ()
    kit: Annotated[str | None, Says("of a preset: its kit; empty: none", longest=NAME_BYTES)] = None
    model: Annotated[str | None, Says("of a preset: its model; empty: none")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultHead(Part):
    """The first part of the clips that a request asked for."""

    ADDRESS: ClassVar[str] = "/sideman/result"
    boot_id: Annotated[int, Says("as in pong")]
    clips: Annotated[int, Says("how many clips there are", 1, 1000)]
    model: Annotated[str, Says("name of the model that played")]
    model_hash: Annotated[str, Says("the first 12 digits of its file's SHA-256")]
    seed: Annotated[int, Says("as in the request", 0, INT_HIGH)]
    start_song_beats: Annotated[
        float | None,
        Says(
            "song position of the boundary at which the clip can start; -1: the transport stands",
            0,
            2e9,
            "quarter notes",
        ),
    ]
    start_in_seconds: Annotated[float, Says("to that boundary, from when the reply was made", 0, 1e6, "seconds")]
    late: Annotated[bool, Says("1: the boundary next to the request was missed, this is a later one", 0, 1)]
    from_memory: Annotated[bool, Says("1: the clip was ready before it was asked for", 0, 1)]
    elapsed_ms: Annotated[float, Says("from the request's arrival to this reply", 0, 1e9, "milliseconds")]
    model_ms: Annotated[float, Says("of these, spent in the model", 0, 1e9, "milliseconds")]
    left_alone: Annotated[
        int, Says("notes of the clips that the model does not hear: on no pad of the kit, or under a melody", 0, 99999)
    ] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultClip(Part):
    """Notes of one clip of the result; a clip with many notes comes in several of these."""

    ADDRESS: ClassVar[str] = "/sideman/result/clip"
    clip: Annotated[int, Says("index of the clip in the result", 0, 999)]
    length_beats: Annotated[float, Says("its loop length", 0.25, 64 * 99 * 4.0, "quarter notes")]
    numerator: Annotated[int, Says("its signature numerator", 1, 99)]
    denominator: Annotated[int, Says("its signature denominator", 1, 16)]
    total_notes: Annotated[int, Says("how many notes it has in all", 0, 99999)]
    first_note: Annotated[int, Says("index of the first note in this part", 0, 99999)]
    notes: Annotated[tuple[Note, ...], Says("the notes of this part", 0, NOTES_A_PART)]


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Part):
    """How the bridge is; the other parts are rows of model/state."""

    ADDRESS: ClassVar[str] = "/sideman/state"
    boot_id: Annotated[int, Says("as in pong")]
    uptime_seconds: Annotated[float, Says("since the bridge started", 0, 1e9, "seconds")]
    waiting: Annotated[int, Says("requests that wait", 0, 9999)]
    answered: Annotated[int, Says("requests answered with clips", 0, INT_HIGH)]
    refused: Annotated[int, Says("requests refused", 0, INT_HIGH)]
    bad_datagrams: Annotated[int, Says("datagrams that were no message", 0, INT_HIGH)]
    clips: Annotated[int, Says("uploaded clips kept", 0, 99999)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState(Part):
    """How long one model takes for one skill, from a request's arrival to its reply: its last 512 requests."""

    ADDRESS: ClassVar[str] = "/sideman/model/state"
    model: Annotated[str, Says("name of the model")]
    skill: Annotated[str, Says("the skill, as in its address: generate, continue ...")]
    requests: Annotated[int, Says("how many were answered", 0, INT_HIGH)]
    p50_ms: Annotated[float, Says("half of them took less", 0, 1e9, "milliseconds")]
    p95_ms: Annotated[float, Says("95 % of them took less", 0, 1e9, "milliseconds")]
    p99_ms: Annotated[float, Says("99 % of them took less", 0, 1e9, "milliseconds")]


Message = Ask | Reply

MESSAGES: tuple[type[Message], ...] = (
    Hello, Ping, Status, ClipPart, Generate, Vary, Interpolate, Blend, Path, Continue, Humanise, Drumify,
    Need, Got, Cancel,
    Welcome, Name, Pong, State, ModelState, ClipState, Accepted, ResultHead, ResultClip, Refused,
)  # fmt: skip
ADDRESSES: dict[str, type[Message]] = {kind.ADDRESS: kind for kind in MESSAGES}


# --- from the table to the parser ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One field as the wire has it. `many`: a count, then that many; `group`: the fields of each of its members."""

    name: str
    kind: type
    says: Says
    optional: bool
    many: bool
    group: tuple[Column, ...]


NOTE_COLUMNS = (
    Column("pitch", int, Says("MIDI pitch", 0, 127), False, False, ()),
    Column("start_beats", float, Says("from the clip's start; may lie before 0", -8192, 8192, "quarter notes"), False,
           False, ()),
    Column("length_beats", float, Says("above 0", 0, 8192, "quarter notes"), False, False, ()),
    Column("velocity", float, Says("MIDI velocity, fractions as in Live", 0, 127), False, False, ()),
    Column("source", int, Says("index of the note it came from, counted through the request's clips; -1: new", 0,
                               INT_HIGH), True, False, ()),
)  # fmt: skip
NUMBER = Says("", 0, INT_HIGH)


def columns(kind: type) -> tuple[Column, ...]:
    """The fields of a message or of a group's member, in the order of the wire."""
    return _COLUMNS[kind]


def _columns(kind: type) -> tuple[Column, ...]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return tuple(_column(field.name, hints[field.name]) for field in fields(kind))


def _column(name: str, hint: Any) -> Column:
    plain, says = get_args(hint)
    optional = get_origin(plain) in (Union, types.UnionType)
    if optional:
        plain = get_args(plain)[0]
    many = get_origin(plain) is tuple
    if many:
        plain = get_args(plain)[0]
    group: tuple[Column, ...] = ()
    if plain is Note:
        group = NOTE_COLUMNS
    elif plain in GROUPS:
        group = _columns(plain)
    return Column(name, plain, says, optional, many, group)


_COLUMNS: dict[type, tuple[Column, ...]] = {kind: _columns(kind) for kind in (*MESSAGES, Ask, *GROUPS)}
_COLUMNS[Note] = NOTE_COLUMNS


def meaning_of(kind: type) -> str:
    """What a message is for: its docstring."""
    return (kind.__doc__ or "").strip()


def from_message(message: osc.Message) -> Message:
    """The message behind an address, every field checked. Raises BadDatagram and BadValue."""
    kind = ADDRESSES.get(message.address)
    if kind is None:
        raise BadDatagram(f"There is no message {message.address[:64]}: see docs/protocol.md for those there are.")
    verb = _verb(message.address)
    arguments = iter(message.arguments)
    try:
        values = {column.name: _read(column, arguments, verb) for column in _COLUMNS[kind]}
    except StopIteration:
        raise BadDatagram(
            f"{verb}: the message ends after {len(message.arguments)} arguments: see docs/protocol.md for its fields."
        ) from None
    left = sum(1 for _ in arguments)
    if left:
        raise BadDatagram(f"{verb}: the message has {left} arguments too many: see docs/protocol.md for its fields.")
    return kind(**values)


def _verb(address: str) -> str:
    return address.removeprefix("/sideman/")


def head_of(message: osc.Message) -> Ask | None:
    """Who sent a message that may be wrong in what follows, so that the sentence about it has somewhere to go."""
    arguments = iter(message.arguments)
    try:
        return Ask(**{column.name: _read(column, arguments, "") for column in _COLUMNS[Ask]})
    except (StopIteration, BadValue):
        return None


def _read(column: Column, arguments: Iterator[int | float | str], verb: str) -> Any:
    if column.many:
        count = int(_number(column, next(arguments), verb, whole=True))
        if column.group:
            return _members(column, count, arguments, verb)
        # A list first: in a generator the end of the arguments would become a RuntimeError.
        return tuple([_one(column, arguments, verb) for _ in range(count)])
    return _one(column, arguments, verb)


def _members(column: Column, count: int, arguments: Iterator[int | float | str], verb: str) -> tuple[Any, ...]:
    """The members of a group. Clips are made of hundreds of notes, so that all of one field are read together."""
    width = len(column.group)
    values = list(islice(arguments, count * width))
    by_field = [_numbers(member, values[i::width]) for i, member in enumerate(column.group)]
    right = [numbers for numbers in by_field if numbers is not None]
    if len(values) == count * width and len(right) == width:
        return tuple(map(column.kind, *right))
    # Texts, or a value that is wrong: one after the other, to say which.
    again = iter(values)
    return tuple([_one(column, again, verb) for _ in range(count)])


def _numbers(column: Column, values: list[Any]) -> list[Any] | None:
    """The numbers of one field as `_one` gives them, or None if one of them is not as it must be."""
    low, high, optional = column.says.low, column.says.high, column.optional
    if column.kind is str or str in map(type, values):
        return None
    inside = [value for value in values if low <= value <= high or (optional and value == -1)]
    numbers = list(map(column.kind, inside))
    if len(inside) < len(values) or (column.kind is not float and numbers != values):
        return None
    return [None if number == -1 else number for number in numbers] if optional else numbers


def _one(column: Column, arguments: Iterator[int | float | str], verb: str) -> Any:
    if column.group:
        return column.kind(*[_one(member, arguments, verb) for member in column.group])
    value = next(arguments)
    if column.kind is str:
        return _text(column, value, verb)
    if column.many:  # numbers in a row: their count was checked, each is an index
        return int(_number(Column(column.name, int, NUMBER, False, False, ()), value, verb, whole=True))
    if column.optional and value == -1:
        return None
    number = _number(column, value, verb, whole=column.kind is not float)
    return column.kind(number)


def _text(column: Column, value: int | float | str, verb: str) -> str | None:
    if not isinstance(value, str):
        raise BadValue(f"{verb}: {column.name} is the number {_shown(value)}: it must be a text.")
    if len(value.encode()) > column.says.longest:
        raise BadValue(
            f"{verb}: {column.name} takes {len(value.encode())} bytes: it may take up to {column.says.longest}. "
            "Shorten it; a letter beyond A-Z takes two to four."
        )
    return None if column.optional and not value else value


def _number(column: Column, value: int | float | str, verb: str, *, whole: bool) -> int | float:
    says = column.says
    # NaN fails the comparison too; what is in the range is finite, so floor() is safe.
    if isinstance(value, str) or not says.low <= value <= says.high or (whole and value != math.floor(value)):
        what = f"the number of {column.name}" if column.many else column.name
        given = f"the text {value[:40]!r}" if isinstance(value, str) else _shown(value)
        raise BadValue(
            f"{verb}: {what} is {given}: it must be a {'whole ' if whole else ''}number "
            f"from {_shown(says.low)} to {_shown(says.high)}{says.unit and ' '}{says.unit}."
        )
    return value


def _shown(number: int | float) -> str:
    if isinstance(number, int):
        return str(number)
    # Eight digits, so that the float32 after 1 is not shown as 1, nor 1.1 as 1.10000002.
    return f"{number:.10g}" if number.is_integer() else f"{number:.8g}"


def to_datagram(message: Message) -> bytes:
    """The message as one OSC datagram. Raises BadValue for one that is larger than DATAGRAM_BYTES, and for NaN.

    The ranges are checked where it arrives.
    """
    arguments = list(_written(_COLUMNS[type(message)], message))
    try:
        datagram = osc.encode(message.ADDRESS, arguments)
    except BadValue:
        # Said with the field's name, where the check of what arrives knows it.
        from_message(osc.Message(message.ADDRESS, tuple(arguments)))
        raise
    if len(datagram) > DATAGRAM_BYTES:
        raise BadValue(
            f"{_verb(message.ADDRESS)}: the message takes {len(datagram):,} bytes: a datagram carries up to "
            f"{DATAGRAM_BYTES:,}. Use shorter names, or ask for less at once."
        )
    return datagram


def _written(row: Sequence[Column], holder: object) -> Iterator[int | float | str]:
    for column in row:
        value = getattr(holder, column.name)
        if column.many:
            yield len(value)
        members = value if column.many else (value,)
        if column.group:
            # As in `_members`, all of one field together.
            fields_ = [_arguments(field, [getattr(member, field.name) for member in members]) for field in column.group]
            yield from chain.from_iterable(zip(*fields_, strict=True))
        else:
            yield from _arguments(column, members)


def _arguments(column: Column, values: Sequence[Any]) -> Iterable[int | float | str]:
    """Values of one field as the wire has them."""
    kind = int if column.kind is bool else column.kind
    if None in values:
        missing = "" if kind is str else kind(-1)
        return [missing if value is None else kind(value) for value in values]
    return map(kind, values)
