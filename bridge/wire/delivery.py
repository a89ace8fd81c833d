"""Delivery over a wire that loses, repeats and reorders: both ends, without sockets, clocks or threads.

A clip goes up once, in parts, under its content's hash. A reply comes down in numbered parts; the device asks for those
that are missing, or repeats its request, and the bridge answers from what it kept: the same request id never generates
twice. Only the device has timers, so a bridge that was killed or a device that is gone costs the other end nothing.
"""

from __future__ import annotations

import hashlib
import struct
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bridge.errors import BadValue, Stale
from bridge.music.clip import MAX_NOTES, Clip, Note
from bridge.music.meter import Meter
from bridge.wire.fields import to_datagram
from bridge.wire.protocol import MOST_MISSING, NOTES_A_PART, VERSION, ClipPart, Part, ResultClip

__all__ = [
    "Assembly",
    "Backoff",
    "ClipShelf",
    "Kept",
    "ReplyKey",
    "ReplyShelf",
    "clip_hash",
    "clip_parts",
    "joined_clips",
    "number_parts",
    "on_the_wire",
    "result_clip_parts",
]  # fmt: skip


# --- clips --------------------------------------------------------------------------------------------------------


def on_the_wire(clip: Clip) -> Clip:
    """The clip as it arrives: every time and velocity rounded to float32. Sending it again changes nothing more."""
    return Clip(
        tuple(
            replace(
                note,
                start_beats=_float32(note.start_beats),
                length_beats=_float32(note.length_beats),
                velocity=_float32(note.velocity),
            )
            for note in clip.notes
        ),
        _float32(clip.length_beats),
        clip.meter,
    )


def _float32(value: float) -> float:
    return float(struct.unpack(">f", struct.pack(">f", value))[0])


def clip_hash(length_beats: float, meter: Meter, notes: Sequence[Note]) -> str:
    """The first 16 hexadecimal digits of the SHA-1 of the clip as it stands on the wire.

    In order, big-endian: length_beats (float32), numerator and denominator (int32), then for every note, in the order
    in which they are sent: pitch (int32), start_beats, length_beats and velocity (float32).
    """
    content = [struct.pack(">fii", length_beats, meter.numerator, meter.denominator)]
    content += [struct.pack(">ifff", n.pitch, n.start_beats, n.length_beats, n.velocity) for n in notes]
    return hashlib.sha1(b"".join(content), usedforsecurity=False).hexdigest()[:16]


def clip_parts(clip: Clip, device: str, session: int, request_id: int, reply_port: int) -> tuple[ClipPart, ...]:
    """The messages that upload a clip, its notes in the clip's order."""
    name = clip_hash(clip.length_beats, clip.meter, clip.notes)
    chunks = _chunks(clip.notes)
    return tuple(
        ClipPart(
            device=device,
            session=session,
            request_id=request_id,
            reply_port=reply_port,
            clip_hash=name,
            part=part,
            parts=len(chunks),
            length_beats=clip.length_beats,
            numerator=clip.meter.numerator,
            denominator=clip.meter.denominator,
            notes=chunk,
        )
        for part, chunk in enumerate(chunks)
    )


def _chunks(notes: Sequence[Note]) -> list[tuple[Note, ...]]:
    return [tuple(notes[i : i + NOTES_A_PART]) for i in range(0, max(1, len(notes)), NOTES_A_PART)]


@dataclass(slots=True)
class _Upload:
    first: ClipPart
    chunks: dict[int, tuple[Note, ...]] = field(default_factory=dict)

    def missing(self) -> tuple[int, ...]:
        return tuple(i for i in range(self.first.parts) if i not in self.chunks)


NUMBERED_KEPT = 24


class ClipShelf:
    """The uploaded clips that the bridge keeps, by hash, and those still arriving. The least used are forgotten."""

    def __init__(self, clips: int = 512, uploads: int = 64, notes: int = 100_000) -> None:
        self._clips: OrderedDict[str, Clip] = OrderedDict()
        self._uploads: OrderedDict[tuple[str, str, int, str], _Upload] = OrderedDict()
        # The same clips are asked for again and again as the later corners of a blend.
        self._numbered: OrderedDict[tuple[str, int], Clip] = OrderedDict()
        self._most_clips = clips
        self._most_notes = notes
        self._notes = 0
        self._most_uploads = uploads

    def __len__(self) -> int:
        return len(self._clips)

    def add(self, host: str, part: ClipPart) -> tuple[int, ...]:
        """Takes one part and returns the indices of those still missing: none when the clip is whole.

        Raises BadValue when the parts do not make the clip that the hash names, or the clip is none that can be.
        """
        if part.clip_hash in self._clips:
            self._clips.move_to_end(part.clip_hash)
            return ()
        if part.part >= part.parts:
            raise BadValue(f"clip: part is {part.part} of {part.parts} parts: parts are counted from 0.")
        # Another sender's parts are another upload: nobody can spoil somebody else's clip.
        key = (host, part.device, part.session, part.clip_hash)
        upload = self._uploads.get(key)
        if upload is None or upload.first.parts != part.parts:
            upload = self._uploads[key] = _Upload(part)
            while len(self._uploads) > self._most_uploads:
                self._uploads.popitem(last=False)
        upload.chunks[part.part] = part.notes
        if sum(map(len, upload.chunks.values())) > MAX_NOTES:
            del self._uploads[key]
            raise BadValue(
                f"clip: the clip {part.clip_hash} has more than {MAX_NOTES:,} notes, the most that one may have."
            )
        missing = upload.missing()
        if not missing:
            del self._uploads[key]
            self._keep(part, [note for i in range(part.parts) for note in upload.chunks[i]])
        return missing[:MOST_MISSING]

    def _keep(self, part: ClipPart, notes: list[Note]) -> None:
        meter = Meter(part.numerator, part.denominator)
        if clip_hash(part.length_beats, meter, notes) != part.clip_hash:
            raise BadValue(
                f"clip: the notes that arrived are not those of the clip {part.clip_hash}: upload it again under the "
                "hash of what is sent."
            )
        numbered = (replace(note, source=i) for i, note in enumerate(notes))
        clip = self._clips[part.clip_hash] = Clip(tuple(numbered), part.length_beats, meter)
        self._notes += len(clip.notes)
        while len(self._clips) > self._most_clips or self._notes > self._most_notes:
            self._notes -= len(self._clips.popitem(last=False)[1].notes)

    def get(self, name: str, first_source: int = 0) -> Clip | None:
        """The clip, each note's `source` its index in the order in which it was sent, counted from `first_source`."""
        clip = self._clips.get(name)
        if clip is None:
            return None
        self._clips.move_to_end(name)
        if first_source == 0:
            return clip
        numbered = self._numbered.get((name, first_source))
        if numbered is None:
            notes = tuple(replace(note, source=first_source + (note.source or 0)) for note in clip.notes)
            numbered = self._numbered[name, first_source] = clip.with_notes(notes)
            while len(self._numbered) > NUMBERED_KEPT:
                self._numbered.popitem(last=False)
        return numbered


# --- replies, at the bridge ---------------------------------------------------------------------------------------

ReplyKey = tuple[str, str, int, int]
"""host, device, session, request id"""


def result_clip_parts(clips: Sequence[Clip], session: int, request_id: int) -> list[ResultClip]:
    """The clips of a result, as messages that are not numbered yet."""
    messages = []
    for index, clip in enumerate(clips):
        for i, chunk in enumerate(_chunks(clip.notes)):
            messages.append(
                ResultClip(
                    session=session,
                    request_id=request_id,
                    part=0,
                    parts=1,
                    clip=index,
                    length_beats=clip.length_beats,
                    numerator=clip.meter.numerator,
                    denominator=clip.meter.denominator,
                    total_notes=len(clip.notes),
                    first_note=i * NOTES_A_PART,
                    notes=chunk,
                )
            )
    return messages


def number_parts(messages: Sequence[Part], version: int = VERSION) -> tuple[bytes, ...]:
    """The datagrams of a whole reply: each message with its index and their number, in a version of the protocol."""
    known = [message for message in messages if version >= message.SINCE]
    return tuple(to_datagram(replace(m, part=i, parts=len(known)), version) for i, m in enumerate(known))


@dataclass(slots=True)
class Kept:
    """A request that was taken: `datagrams` is its whole reply, None while it waits, and none once it arrived."""

    datagrams: tuple[bytes, ...] | None = None


class ReplyShelf:
    """What became of each request, so that a repeated one is answered and not generated again. Bounded.

    A request that fell off the shelf is never taken again either: every session's ids count up, and the shelf
    remembers how far each had come.
    """

    def __init__(self, replies: int = 1024, most_bytes: int = 8_000_000, sessions: int = 4096) -> None:
        self._kept: OrderedDict[ReplyKey, Kept] = OrderedDict()
        self._forgotten: OrderedDict[tuple[str, str, int], int] = OrderedDict()
        self._most_replies = replies
        self._most_bytes = most_bytes
        self._most_sessions = sessions
        self._bytes = 0

    def find(self, key: ReplyKey) -> Kept | None:
        """What is known of the request, or None if it is new. Raises Stale when it was answered and forgotten."""
        kept = self._kept.get(key)
        if kept is None and key[3] <= self._forgotten.get(key[:3], -1):
            raise Stale(
                f"The request {key[3]} was answered before, and its reply is no longer kept: ask again with a new id."
            )
        return kept

    def take(self, key: ReplyKey) -> None:
        self._kept[key] = Kept()

    def arrived(self, key: ReplyKey) -> None:
        """The device has the whole reply: it is kept in mind that there was one, and no longer what it was."""
        kept = self._kept.get(key)
        if kept is not None and kept.datagrams is not None:
            self._bytes -= sum(map(len, kept.datagrams))
            kept.datagrams = ()

    def drop(self, key: ReplyKey) -> None:
        """Forgets a request that was never carried out, so that the same id may be tried again."""
        kept = self._kept.pop(key, None)
        if kept is not None and kept.datagrams is not None:
            self._bytes -= sum(map(len, kept.datagrams))

    def answer(self, key: ReplyKey, datagrams: tuple[bytes, ...]) -> None:
        self.drop(key)
        self._kept[key] = Kept(datagrams)
        self._bytes += sum(map(len, datagrams))
        waiting = []
        while self._kept and (len(self._kept) > self._most_replies or self._bytes > self._most_bytes):
            oldest, kept = self._kept.popitem(last=False)
            if kept.datagrams is None:  # still worked on: its answer is yet to come
                waiting.append(oldest)
                continue
            self._bytes -= sum(map(len, kept.datagrams))
            session = oldest[:3]
            self._forgotten[session] = max(oldest[3], self._forgotten.pop(session, -1))
            while len(self._forgotten) > self._most_sessions:
                self._forgotten.popitem(last=False)
        for key_waiting in reversed(waiting):
            self._kept[key_waiting] = Kept()
            self._kept.move_to_end(key_waiting, last=False)


# --- replies, at the device ---------------------------------------------------------------------------------------


class Assembly:
    """The parts of one reply as they arrive, in any order, any number of times."""

    def __init__(self) -> None:
        self._parts: dict[int, Part] = {}
        self._number: int | None = None

    def add(self, part: Part) -> None:
        """A part that disagrees about the number of parts is of another reply, and begins anew."""
        if part.parts != self._number:
            self._parts.clear()
            self._number = part.parts
        if part.part < part.parts:
            self._parts.setdefault(part.part, part)

    @property
    def begun(self) -> bool:
        return bool(self._parts)

    @property
    def missing(self) -> tuple[int, ...]:
        return tuple(i for i in range(self._number or 0) if i not in self._parts)

    @property
    def whole(self) -> bool:
        return self._number is not None and len(self._parts) == self._number

    def messages(self) -> list[Part]:
        return [self._parts[i] for i in sorted(self._parts)]


def joined_clips(parts: Iterable[ResultClip]) -> tuple[Clip, ...]:
    """The clips of a whole result, from its parts in order."""
    notes: dict[int, list[Note]] = {}
    heads: dict[int, ResultClip] = {}
    for part in parts:
        heads.setdefault(part.clip, part)
        notes.setdefault(part.clip, []).extend(part.notes)
    return tuple(
        Clip(tuple(notes[i]), head.length_beats, Meter(head.numerator, head.denominator))
        for i, head in sorted(heads.items())
    )


@dataclass(slots=True)
class Backoff:
    """How long the device waits before it asks again: longer each time, so that a busy bridge is left alone."""

    next_seconds: float = 0.06
    factor: float = 1.7
    longest_seconds: float = 0.5

    def wait(self) -> float:
        seconds = self.next_seconds
        self.next_seconds = min(self.longest_seconds, seconds * self.factor)
        return seconds
