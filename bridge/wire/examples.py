"""One example of every message, as a device and the bridge say them of an evening: the page of the protocol shows them,
and the tests send them.

All numbers are such that float32 holds them exactly.
"""

from __future__ import annotations

from typing import Any

from bridge.music.clip import Clip, Note
from bridge.says import Column
from bridge.wire.delivery import clip_hash, clip_parts
from bridge.wire.protocol import (
    MESSAGES,
    Accepted,
    Blend,
    Cancel,
    ClipRef,
    ClipState,
    Continue,
    Drumify,
    Generate,
    Got,
    Hello,
    Humanise,
    Interpolate,
    Message,
    ModelState,
    Name,
    Need,
    Path,
    Ping,
    Point,
    Pong,
    PresetValue,
    Refused,
    ResultClip,
    ResultHead,
    State,
    Status,
    Vary,
    Welcome,
    columns,
)

__all__ = ["EXAMPLES", "GROOVE"]

BOOT_ID, SESSION = 520_118_734, 1_904_662_011

# One bar of 4/4: kick on one and three, snare a little late on two and four, closed hats in eighths.
GROOVE = Clip(
    (
        Note(36, 0.0, 0.25, 112.0),
        Note(42, 0.0, 0.125, 88.0),
        Note(42, 0.5078125, 0.125, 61.0),
        Note(42, 0.9921875, 0.125, 84.0),
        Note(38, 1.015625, 0.25, 109.0),
        Note(42, 1.5, 0.125, 63.5),
        Note(36, 2.0, 0.25, 104.0),
        Note(42, 2.0, 0.125, 86.0),
        Note(36, 2.5078125, 0.25, 91.0),
        Note(42, 2.5078125, 0.125, 60.0),
        Note(42, 2.9921875, 0.125, 82.0),
        Note(38, 3.015625, 0.25, 114.0),
        Note(42, 3.5, 0.125, 66.0),
    ),
    4.0,
)


def _named(name: int) -> str:
    """The hash of a clip like the groove, on other pads."""
    return clip_hash(4.0, GROOVE.meter, [Note(pitch, float(pitch - name), 0.25, 100.0) for pitch in (name, name + 2)])


GROOVE_HASH = clip_hash(GROOVE.length_beats, GROOVE.meter, GROOVE.notes)
FILL_HASH, TOMS_HASH, RIDE_HASH = _named(45), _named(43), _named(51)
LEAD_HASH, CHORDS_HASH = _named(69), _named(57)

_PAD: dict[str, Any] = {"device": "blend 1", "session": SESSION, "reply_port": 42712}
_PLAYING: dict[str, Any] = {"is_playing": True, "song_beats": 65.25, "tempo_bpm": 122.5}
_REPLY: dict[str, Any] = {"session": SESSION}

_BY_HAND: tuple[Message, ...] = (
    Hello(**_PAD, request_id=1),
    Ping(**_PAD, request_id=2),
    Status(**_PAD, request_id=3),
    *clip_parts(GROOVE, "blend 1", SESSION, 4, 42712),
    Generate(
        **_PAD, request_id=5, seed=7, numerator=7, denominator=8, launch_quantum_beats=3.5, preset="loose",
        temperature=0.75, kit="live_drum_rack", bars=4, variations=8, density=0.5, humanise=1.0,
    ),
    Vary(
        **_PAD, **_PLAYING, request_id=6, seed=21, clip=ClipRef(GROOVE_HASH, "general_midi"), amount=0.25, variations=4
    ),
    Interpolate(**_PAD, **_PLAYING, request_id=7, first=ClipRef(GROOVE_HASH), last=ClipRef(FILL_HASH), steps=3),
    Blend(
        **_PAD, **_PLAYING, request_id=8, deadline_seconds=2.0, seed=21, model="drum_vae", preset="tight", x=0.25,
        y=0.75, grid=11,
        corners=(
            ClipRef(GROOVE_HASH), ClipRef(FILL_HASH), ClipRef(TOMS_HASH, "live_drum_rack"),
            ClipRef(RIDE_HASH, "general_midi"),
        ),
    ),
    Path(
        **_PAD, **_PLAYING, request_id=9, seed=21, corners=(ClipRef(GROOVE_HASH), ClipRef(FILL_HASH)),
        points=(Point(0.0, 0.0), Point(0.375, 0.0), Point(0.625, 0.0), Point(1.0, 0.0)),
    ),
    Continue(
        **_PAD, **_PLAYING, request_id=11, seed=3, instrument="melody", low_pitch=48, high_pitch=72, root=9,
        scale="Minor", clip=ClipRef(LEAD_HASH), length=4, variations=2, with_primer=True,
        chords=(ClipRef(CHORDS_HASH),),
    ),
    Humanise(**_PAD, **_PLAYING, request_id=12, seed=3, clip=ClipRef(GROOVE_HASH), amount=0.75, keep_swing=True),
    Drumify(
        **_PAD, **_PLAYING, request_id=13, seed=3, clip=ClipRef(LEAD_HASH, "live_drum_rack"), variations=4, density=0.5,
        use_velocity=True, use_timing=False, castro=False,
    ),
    Need(**_PAD, request_id=9, missing=(2, 5)),
    Got(**_PAD, request_id=9),
    Cancel(**_PAD, request_id=10),
    Welcome(
        **_REPLY, request_id=1, part=0, parts=13, boot_id=BOOT_ID, protocol_version=1, bridge_version="0.1.0",
        max_bars=64, max_notes=4096, max_waiting=64, datagram_bytes=1024,
    ),
    Name(
        **_REPLY, request_id=1, part=4, parts=13, kind="preset", name="loose",
        about="Relaxed and full of feel, with a small surprise now and then.",
        settings=(PresetValue("temperature", 1.125), PresetValue("humanise", 1.0), PresetValue("amount", 0.5)),
    ),
    Pong(**_REPLY, request_id=2, boot_id=BOOT_ID),
    State(
        **_REPLY, request_id=3, part=0, parts=2, boot_id=BOOT_ID, uptime_seconds=1834.5, waiting=1, answered=412,
        refused=3, bad_datagrams=0, clips=9,
    ),
    ModelState(
        **_REPLY, request_id=3, part=1, parts=2, model="drum_vae", skill="blend", requests=390, p50_ms=4.25,
        p95_ms=6.5, p99_ms=11.75,
    ),
    ClipState(**_REPLY, request_id=4, boot_id=BOOT_ID, clip_hash=GROOVE_HASH, missing=(0, 3)),
    Accepted(**_REPLY, request_id=8, boot_id=BOOT_ID, waiting=0),
    ResultHead(
        **_REPLY, request_id=8, part=0, parts=2, boot_id=BOOT_ID, clips=1, model="drum_vae", model_hash="3f1c8a90d27b",
        seed=21, start_song_beats=68.0, start_in_seconds=1.34375, late=False, from_memory=False, elapsed_ms=4.625,
        model_ms=3.875, instrument="drums",
    ),
    ResultClip(
        **_REPLY, request_id=8, part=1, parts=2, clip=0, length_beats=4.0, numerator=4, denominator=4, total_notes=3,
        first_note=0,
        notes=(
            Note(36, 0.0, 0.25, 112.0, source=0), Note(38, 1.015625, 0.25, 109.0, source=4),
            Note(45, 3.5078125, 0.25, 77.5),
        ),
    ),
    Refused(
        **_REPLY, request_id=8, part=0, parts=1, code="unknown_clip",
        sentence=f"The bridge does not know the clip {TOMS_HASH}: upload it, then ask again.", clip_hash=TOMS_HASH,
    ),
)  # fmt: skip


def _plain(column: Column) -> Any:
    """A value that the field may have: none where that is one."""
    if column.optional:
        return None
    if column.many:
        return (_member(column),) * max(1, int(column.says.low))
    return _member(column)


def _member(column: Column) -> Any:
    if column.group:
        return column.kind(**{member.name: _plain(member) for member in column.group})
    if column.kind is str:
        return column.name[: column.says.longest]
    return column.kind(min(max(1, column.says.low), column.says.high))


_TOLD = {type(message) for message in _BY_HAND}
EXAMPLES: tuple[Message, ...] = tuple(
    example
    for kind in MESSAGES
    for example in (
        [message for message in _BY_HAND if type(message) is kind]
        if kind in _TOLD
        else [kind(**{column.name: _plain(column) for column in columns(kind)})]
    )
)
"""In the order of `MESSAGES`; of one that nobody gave an example, the plainest that there can be."""
