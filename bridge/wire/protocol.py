"""Every message between a device and the bridge: the one table.

A message is a dataclass with its address; the order of its fields is the order of its arguments. `Says` carries what a
field means, its unit and its range: the parser and its checks (`bridge.wire.fields`), `docs/protocol.md` and the
devices' `protocol.js` are all derived from here (`bridge.wire.derived`).

A request for clips is one of `bridge.requests` with an envelope around it: who asks, and when. All its fields are said
there; in the place of a clip stands a reference to one that was uploaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from bridge import requests
from bridge.music.clip import Note
from bridge.requests import MAX_NAME_BYTES, Point
from bridge.says import INT_HIGH, Column, Says, columns_of

__all__ = [
    "ABOUT_BYTES", "ADDRESSES", "DATAGRAM_BYTES", "MESSAGES", "MOST_MISSING", "NOTES_A_PART", "PORT", "PREFIX",
    "SETTINGS_A_NAME", "VERSION",
    "Accepted", "Ask", "Blend", "Cancel", "ClipPart", "ClipRef", "ClipState", "Continue", "Drumify", "Generate", "Got",
    "Hello", "Humanise", "Interpolate", "Message", "ModelState", "Name", "Need", "Part", "PartAsk", "Path", "Ping",
    "Point", "Pong", "PresetValue", "Refused", "Reply", "ResultClip", "ResultHead", "SkillAsk", "State", "Status",
    "Timed", "Vary", "Welcome",
    "columns", "meaning_of",
]  # fmt: skip

PORT = 42711
"""On which the bridge listens unless it is started with another."""
PREFIX = "/sideman/"
DATAGRAM_BYTES = 1024
"""The largest datagram that either end sends: what a careful project of the field found that Max takes."""
NOTES_A_PART = 32
"""Notes in one message: so many leave room in the datagram for the longest device name."""
MOST_MISSING = 160
"""Indices in one message that asks for parts: more would not fit, and are asked for afterwards."""
SETTINGS_A_NAME = 8
"""Settings in one message about a preset: one that sets more comes in several, which add up."""
NAME_BYTES = MAX_NAME_BYTES
ABOUT_BYTES = 320
"""Of a sentence about a preset, a kit or a model: the rest of a datagram with the longest names."""
HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class ClipRef:
    """A clip that was uploaded, and the kit that its pads belong to."""

    clip_hash: Annotated[str, Says("the clip's content hash, as in /sideman/clip", longest=HASH_DIGITS)]
    kit: Annotated[
        str | None, Says("name of the kit; empty: as the preset says, else general_midi", longest=NAME_BYTES)
    ] = None


@dataclass(frozen=True, slots=True)
class PresetValue:
    """What a preset sets one knob to."""

    setting: Annotated[str, Says("name of the setting, as in the requests", longest=16)]
    value: Annotated[float, Says("its value", 0, 1000)]


# --- what every message begins with -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """From a device to the bridge. Replies go to the address that the datagram came from, on `reply_port`."""

    ADDRESS: ClassVar[str] = ""
    SINCE: ClassVar[int] = 1
    """The version of the protocol that brought the message."""

    device: Annotated[
        str, Says("a name that is the device's alone; its newest request replaces its waiting one", longest=48)
    ]
    session: Annotated[int, Says("a number chosen at random when the device starts")]
    request_id: Annotated[int, Says("counts up; the same id is never generated twice", 0, INT_HIGH)]
    reply_port: Annotated[int, Says("the UDP port on which the device listens", 1, 65535)]


@dataclass(frozen=True, kw_only=True)
class Timed(Ask):
    """A question at a moment of Live's transport."""

    is_playing: Annotated[bool, Says("Live's transport runs", 0, 1)] = False
    song_beats: Annotated[float, Says("Live's song position; below 0 in a count-in", -1e5, 1e9, "quarter notes")] = 0.0
    tempo_bpm: requests.Tempo = 120.0
    numerator: requests.Numerator = 4
    denominator: requests.Denominator = 4
    launch_quantum_beats: Annotated[float, Says("launch quantization; 0: none", 0, 1024, "quarter notes")] = 4.0
    asked_seconds_ago: Annotated[
        float, Says("how old the snapshot is: 0 at first, more when the same request is sent again", 0, 600, "seconds")
    ] = 0.0
    deadline_seconds: Annotated[
        float | None, Says("an answer later than this is refused as late; -1: none", 0, 600, "seconds")
    ] = None


@dataclass(frozen=True, kw_only=True)
class SkillAsk(requests.Request[ClipRef], Timed):
    """A request for clips. It carries all that the answer depends on."""

    def __post_init__(self) -> None:
        """What arrives is checked argument by argument (`bridge.wire.fields`), and so is what is sent."""


# --- from the device to the bridge --------------------------------------------------------------------------------


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


@dataclass(frozen=True, kw_only=True)
class PartAsk(requests.Melodic[ClipRef], SkillAsk):
    """A request that drums or a melody can play. Range and scale are a melody's; the user's clips stay as they are."""


@dataclass(frozen=True, kw_only=True)
class Generate(requests.Generate[ClipRef], PartAsk):
    __doc__ = requests.Generate.__doc__
    ADDRESS: ClassVar[str] = "/sideman/generate"


@dataclass(frozen=True, kw_only=True)
class Vary(requests.Vary[ClipRef], PartAsk):
    __doc__ = requests.Vary.__doc__
    ADDRESS: ClassVar[str] = "/sideman/vary"


@dataclass(frozen=True, kw_only=True)
class Interpolate(requests.Interpolate[ClipRef], PartAsk):
    __doc__ = requests.Interpolate.__doc__
    ADDRESS: ClassVar[str] = "/sideman/interpolate"


@dataclass(frozen=True, kw_only=True)
class Blend(requests.Blend[ClipRef], PartAsk):
    __doc__ = requests.Blend.__doc__
    ADDRESS: ClassVar[str] = "/sideman/blend"


@dataclass(frozen=True, kw_only=True)
class Path(requests.Path[ClipRef], PartAsk):
    __doc__ = requests.Path.__doc__
    ADDRESS: ClassVar[str] = "/sideman/path"


@dataclass(frozen=True, kw_only=True)
class Continue(requests.Continue[ClipRef], PartAsk):
    __doc__ = requests.Continue.__doc__
    ADDRESS: ClassVar[str] = "/sideman/continue"


@dataclass(frozen=True, kw_only=True)
class Humanise(requests.Humanise[ClipRef], SkillAsk):
    __doc__ = requests.Humanise.__doc__
    ADDRESS: ClassVar[str] = "/sideman/humanise"


@dataclass(frozen=True, kw_only=True)
class Drumify(requests.Drumify[ClipRef], SkillAsk):
    __doc__ = requests.Drumify.__doc__
    ADDRESS: ClassVar[str] = "/sideman/drumify"


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
    SINCE: ClassVar[int] = 1
    """The version of the protocol that brought the message: older devices are not sent it."""

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
    """The name of something that the bridge has. A preset that sets many knobs comes in several, which add up."""

    ADDRESS: ClassVar[str] = "/sideman/name"
    kind: Annotated[str, Says("model, preset or kit", longest=8)]
    name: Annotated[str, Says("its name, as requests give it", longest=NAME_BYTES)]
    about: Annotated[str, Says("a sentence about it; for a model its kind", longest=ABOUT_BYTES)] = ""
    settings: Annotated[
        tuple[PresetValue, ...], Says("of a preset: what it sets knobs to, all others stay", 0, SETTINGS_A_NAME)
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
    instrument: Annotated[
        str | None, Says("what the clips were taken for, and play: drums or melody; empty: not told", since=2)
    ] = None


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


# --- the table's columns ------------------------------------------------------------------------------------------

NOTE_COLUMNS = (
    Column("pitch", int, Says("MIDI pitch", 0, 127), False, False, ()),
    Column("start_beats", float, Says("from the clip's start; may lie before 0", -8192, 8192, "quarter notes"), False,
           False, ()),
    Column("length_beats", float, Says("above 0", 0, 8192, "quarter notes"), False, False, ()),
    Column("velocity", float, Says("MIDI velocity, fractions as in Live", 0, 127), False, False, ()),
    Column("source", int, Says("index of the note it came from, counted through the request's clips; -1: new", 0,
                               INT_HIGH), True, False, ()),
)  # fmt: skip

_GROUPS: dict[object, tuple[type, tuple[Column, ...]]] = {
    Note: (Note, NOTE_COLUMNS),
    **{group: (group, columns_of(group, {})) for group in (ClipRef, Point, PresetValue)},
}
_GROUPS[requests.C] = _GROUPS[ClipRef]
# --- the whole table ----------------------------------------------------------------------------------------------

_ALL_BUT_HELLO: tuple[type[Ask | Reply], ...] = (
    Ping, Status, ClipPart, Generate, Vary, Interpolate, Blend, Path, Continue, Humanise, Drumify,
    Need, Got, Cancel,
    Welcome, Name, Pong, State, ModelState, ClipState, Accepted, ResultHead, ResultClip, Refused,
)  # fmt: skip
_COLUMNS: dict[type, tuple[Column, ...]] = {
    **{kind: columns_of(kind, _GROUPS) for kind in (*_ALL_BUT_HELLO, Ask)},
    **dict(_GROUPS[group] for group in (Note, ClipRef, Point, PresetValue)),
}
VERSION = max(
    *(kind.SINCE for kind in _ALL_BUT_HELLO), *(column.says.since for row in _COLUMNS.values() for column in row)
)
"""Of the protocol: that of its latest field or message. They are added and never changed, fields at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Ask):
    """The first message of a device. Answered by welcome and the names of all models, presets and kits."""

    ADDRESS: ClassVar[str] = "/sideman/hello"
    protocol_version: Annotated[int, Says("the version that the device speaks", 1, 999)] = VERSION


Message = Ask | Reply

MESSAGES: tuple[type[Message], ...] = (Hello, *_ALL_BUT_HELLO)
ADDRESSES: dict[str, type[Message]] = {kind.ADDRESS: kind for kind in MESSAGES}
_COLUMNS[Hello] = columns_of(Hello, _GROUPS)


def columns(kind: type, version: int = VERSION) -> tuple[Column, ...]:
    """The fields of a message or of a group's member, in the order of the wire, as this version has them."""
    row = _COLUMNS[kind]
    return row if version >= VERSION else tuple(column for column in row if column.says.since <= version)


def meaning_of(kind: type) -> str:
    """What a message is for: its docstring."""
    return (kind.__doc__ or "").strip()
