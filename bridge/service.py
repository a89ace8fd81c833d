"""The bridge's work, readable from top to bottom: datagram -> request -> band -> placement -> reply.

Whoever asks is a `Caller`, whichever door he came through. `Service.receive` runs on the door's thread and never waits;
`Service.perform` runs on a worker's.
Whatever is refused, anywhere, is answered in `_refuse`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import bridge
from bridge.band import Band, Choice, Made
from bridge.errors import (
    BadDatagram,
    Cancelled,
    Fault,
    Late,
    Refusal,
    Replaced,
    Stale,
    UnknownClip,
    Unsupported,
)  # fmt: skip
from bridge.models.store import Store
from bridge.music.clip import MAX_BARS, MAX_NOTES, Clip
from bridge.planner import MAX_WAITING, Planner
from bridge.presets import Presets
from bridge.wire import osc, protocol
from bridge.wire.delivery import ClipShelf, ReplyKey, ReplyShelf, number_parts, result_clip_parts
from bridge.wire.envelope import Envelope, opened
from bridge.wire.fields import from_message, head_of, to_datagram
from bridge.wire.protocol import (
    Accepted,
    Ask,
    Cancel,
    ClipPart,
    ClipState,
    Got,
    Hello,
    ModelState,
    Name,
    Need,
    Part,
    Ping,
    Pong,
    PresetValue,
    Refused,
    Reply,
    ResultHead,
    SkillAsk,
    State,
    Status,
    Welcome,
)

__all__ = ["BURST", "Caller", "Job", "Service"]

log = logging.getLogger("sideman")

BURST = 48
"""Datagrams sent in one go: what a Max-like receiver took whole. The rest is paced, or asked for again."""
LATENCIES_KEPT = 512
SESSIONS_KEPT = 4096



class Caller(Protocol):
    """Whoever sent a datagram, as a door knows him. `name` tells him from all others."""

    @property
    def name(self) -> str: ...

    def send(self, datagrams: Sequence[bytes], reply_port: int, *, paced: bool) -> None:
        """Must not raise. `reply_port`: as the message named it. Beyond BURST datagrams, `paced` ones are sent as
        slowly as a slow receiver takes them, and may keep the calling thread waiting."""


@dataclass(frozen=True, slots=True)
class Job:
    """A request that was taken. `arrived_seconds` is on the service's monotonic clock."""

    key: ReplyKey
    caller: Caller
    ask: SkillAsk
    envelope: Envelope
    choice: Choice
    arrived_seconds: float

    @property
    def is_short(self) -> bool:
        return self.choice.is_short

    @property
    def asked_seconds(self) -> float:
        """When its snapshot of the transport was taken, on the same clock: earlier where datagrams were lost."""
        return self.arrived_seconds - self.envelope.asked_seconds_ago

    @property
    def deadline_seconds(self) -> float | None:
        """On the same clock, or None without a deadline."""
        allowed_seconds = self.envelope.deadline_seconds
        return None if allowed_seconds is None else self.asked_seconds + allowed_seconds


@dataclass(slots=True)
class _Counts:
    answered: int = 0
    refused: int = 0
    bad_datagrams: int = 0
    latencies_ms: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    requests: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, model: str, skill: str, elapsed_ms: float) -> None:
        self.answered += 1
        self.requests[model, skill] = self.requests.get((model, skill), 0) + 1
        self.latencies_ms.setdefault((model, skill), deque(maxlen=LATENCIES_KEPT)).append(elapsed_ms)


class Service:
    """`clock` gives monotonic seconds; `boot_id` is this start's."""

    def __init__(
        self, store: Store, presets: Presets, boot_id: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.planner: Planner[Job] = Planner()
        self._store = store
        self._presets = presets
        self._boot_id = boot_id
        self._clock = clock
        self._started_seconds = clock()
        self._clips = ClipShelf()
        self._replies = ReplyShelf()
        self._band = Band(store, presets, clock)
        self._counts = _Counts()
        self._versions: OrderedDict[tuple[str, str, int], int] = OrderedDict()
        # What several threads touch: replies, counts and versions.
        self._lock = threading.Lock()

    # --- the socket's thread ---------------------------------------------------------------------------------------

    def receive(self, datagram: bytes, caller: Caller) -> None:
        """Takes one datagram, whatever its bytes. Raises nothing."""
        try:
            messages = osc.decode(datagram)
        except BadDatagram as refusal:
            self._count_bad()
            log.debug("%s sent what is no message: %s", caller.name, refusal)
            beginning = osc.beginning(datagram)
            sender = None if beginning is None else head_of(beginning)
            if sender is not None:
                self._refuse(sender, caller, refusal)
            return
        for message in messages:
            head = head_of(message)
            if head is None:
                self._count_bad()
                continue
            try:
                ask = from_message(message)
                if not isinstance(ask, Ask):
                    raise BadDatagram(f"{message.address} is a message that the bridge sends, not one that it reads.")
                self._take(ask, caller)
            except Refusal as refusal:
                self._refuse(head, caller, refusal)
            except Exception as error:
                log.exception("A mistake in the bridge, at %s", message.address)
                self._refuse(head, caller, _fault(error))

    def _take(self, ask: Ask, caller: Caller) -> None:
        key = (caller.name, ask.device, ask.session, ask.request_id)
        match ask:
            case SkillAsk():
                self._take_skill(ask, caller, key)
            case ClipPart():
                missing = self._clips.add(caller.name, ask)
                # The last part asks how the others fared; a whole clip is said to be so whichever part came last.
                if not missing or ask.part == ask.parts - 1:
                    self._say(ask, caller, ClipState(
                        session=ask.session, request_id=ask.request_id, boot_id=self._boot_id, clip_hash=ask.clip_hash,
                        missing=missing,
                    ))  # fmt: skip
            case Need():
                self._send_again(ask, caller, key)
            case Got():
                with self._lock:
                    self._replies.arrived(key)
            case Ping():
                self._say(ask, caller, Pong(session=ask.session, request_id=ask.request_id, boot_id=self._boot_id))
            case Hello():
                self._meet(ask, key)
                if not self._repeated(ask, caller, key):
                    self._answer(ask, caller, key, self._welcome(ask))
            case Status():
                if not self._repeated(ask, caller, key):
                    self._answer(ask, caller, key, self._state(ask))
            case Cancel():
                job = self.planner.take_back(key)
                if job is not None:
                    self._refuse(job.ask, caller, Cancelled("The request was cancelled."), key)
            case _:
                raise Fault(f"The bridge has no answer to {ask.ADDRESS}: please report it.")

    def _meet(self, hello: Hello, key: ReplyKey) -> None:
        """Keeps in mind which version the device speaks: it is answered in that. Raises Unsupported for a newer one."""
        if hello.protocol_version > protocol.VERSION:
            raise Unsupported(
                f"The device speaks version {hello.protocol_version} of the protocol and this bridge version "
                f"{protocol.VERSION}: update the bridge, which is the older of the two."
            )
        with self._lock:
            self._versions[key[:3]] = hello.protocol_version
            self._versions.move_to_end(key[:3])
            while len(self._versions) > SESSIONS_KEPT:
                self._versions.popitem(last=False)

    def _version_of(self, caller: Caller, ask: Ask) -> int:
        """The version in which it is answered: that of its hello, and the first without one."""
        with self._lock:
            return self._versions.get((caller.name, ask.device, ask.session), 1)

    def _take_skill(self, ask: SkillAsk, caller: Caller, key: ReplyKey) -> None:
        arrived_seconds = self._clock()
        if self._repeated(ask, caller, key):
            return
        envelope = opened(ask, self._clips_of(ask))
        job = Job(key, caller, ask, envelope, self._band.choose(envelope.request), arrived_seconds)
        remembered = self._band.remembered(job.choice)
        if remembered is not None:
            replaced = self.planner.replace(job)
            self._answer(ask, caller, key, self._result(job, remembered))
        else:
            replaced = self._wait(job)
            self._accept(ask, caller)
        if replaced is not None:
            newer = Replaced(f"The request {key[3]} of {ask.device} took the place of this one while it waited.")
            self._refuse(replaced.ask, replaced.caller, newer, replaced.key)

    def _repeated(self, ask: Ask, caller: Caller, key: ReplyKey) -> bool:
        """Whether the request was taken before; then what there is of its reply is sent again. Raises Stale."""
        with self._lock:
            kept = self._replies.find(key)
        if kept is None:
            return False
        if kept.datagrams is None:
            self._accept(ask, caller)
        else:
            caller.send(kept.datagrams[:BURST], ask.reply_port, paced=False)
        return True

    def _wait(self, job: Job) -> Job | None:
        """Lets the job wait, and returns the one that it replaces. Raises Busy."""
        with self._lock:
            # Taken before the worker can see it, and put back where the planner has no room.
            self._replies.take(job.key)
            try:
                return self.planner.add(job)
            except Refusal:
                self._replies.drop(job.key)
                raise

    def _clips_of(self, ask: SkillAsk) -> tuple[Clip, ...]:
        """The request's clips, their notes' `source` counted through all of them. Raises UnknownClip."""
        clips: list[Clip] = []
        first_source = 0
        for ref in ask.clips:
            clip = self._clips.get(ref.clip_hash, first_source)
            if clip is None:
                raise UnknownClip.of(ref.clip_hash)
            clips.append(clip)
            first_source += len(clip.notes)
        return tuple(clips)

    def _send_again(self, need: Need, caller: Caller, key: ReplyKey) -> None:
        with self._lock:
            kept = self._replies.find(key)
        if kept is None:
            raise Stale(f"There is no reply to the request {need.request_id}: send the request again.")
        if kept.datagrams is None:
            self._accept(need, caller)
            return
        missing = [i for i in need.missing if i < len(kept.datagrams)]
        caller.send([kept.datagrams[i] for i in missing[:BURST]], need.reply_port, paced=False)

    # --- the worker's thread ---------------------------------------------------------------------------------------

    def work(self, *, short_only: bool = False) -> None:
        """Performs what the planner has, or what of it is short, until it is closed."""
        while (job := self.planner.next(short_only=short_only)) is not None:
            try:
                self.perform(job)
            except Exception:  # in the refusal itself: the thread must outlive it
                log.exception("A mistake in the bridge, in the answer to %s", job.ask.ADDRESS)

    def perform(self, job: Job) -> None:
        """Answers one request, with clips or a refusal. Raises nothing."""
        caller = job.caller
        try:
            if job.deadline_seconds is not None and self._clock() > job.deadline_seconds:
                raise Late("The deadline passed while the request was waiting: what plays goes on playing.")
            made = self._band.play_chosen(job.choice, job.deadline_seconds)
            if job.deadline_seconds is not None and self._clock() > job.deadline_seconds:
                raise Late("The clip was ready after the deadline: what plays goes on playing.")
            self._answer(job.ask, caller, job.key, self._result(job, made), paced=True)
        except Refusal as refusal:
            self._refuse(job.ask, caller, refusal, job.key)
        except Exception as error:
            log.exception("A mistake in the bridge, in %s", job.ask.ADDRESS)
            self._refuse(job.ask, caller, _fault(error), job.key)

    # --- replies ---------------------------------------------------------------------------------------------------

    def _result(self, job: Job, made: Made) -> list[Part]:
        ask = job.ask
        now_seconds = self._clock()
        elapsed_seconds = now_seconds - job.arrived_seconds
        placement = job.envelope.transport.placement(now_seconds - job.asked_seconds)
        with self._lock:
            self._counts.add(made.model, job.envelope.request.SKILL, 1000.0 * elapsed_seconds)
        head = ResultHead(
            session=ask.session, request_id=ask.request_id, part=0, parts=1, boot_id=self._boot_id,
            clips=len(made.clips), model=made.model, model_hash=made.model_hash[:12], seed=ask.seed,
            start_song_beats=placement.start_song_beats, start_in_seconds=placement.start_in_seconds,
            late=placement.late, from_memory=made.from_memory, elapsed_ms=1000.0 * elapsed_seconds,
            model_ms=1000.0 * made.model_seconds, left_alone=made.left_alone, instrument=made.instrument,
        )  # fmt: skip
        return [head, *result_clip_parts(made.clips, ask.session, ask.request_id)]

    def _welcome(self, ask: Ask) -> list[Part]:
        both: dict[str, Any] = {"session": ask.session, "request_id": ask.request_id, "part": 0, "parts": 1}
        names = [Name(**both, kind="model", name=m.card.name, about=m.card.kind) for m in self._store.models.values()]
        for preset in self._presets.presets.values():
            values = [PresetValue(name, float(value)) for name, value in preset.settings.items()]
            about, most = _cut(preset.about, protocol.ABOUT_BYTES), protocol.SETTINGS_A_NAME
            names += [
                Name(
                    **both, kind="preset", name=preset.name, about="" if first else about,
                    settings=tuple(values[first : first + most]), kit=preset.kit, model=preset.model,
                )
                for first in range(0, max(1, len(values)), most)
            ]  # fmt: skip
        for kit in self._presets.kits.values():
            names.append(Name(**both, kind="kit", name=kit.name, about=_cut(kit.about, protocol.ABOUT_BYTES)))
        return [
            Welcome(
                **both, boot_id=self._boot_id, protocol_version=protocol.VERSION, bridge_version=bridge.__version__,
                max_bars=MAX_BARS, max_notes=MAX_NOTES, max_waiting=MAX_WAITING, datagram_bytes=protocol.DATAGRAM_BYTES,
            ),
            *names,
        ]  # fmt: skip

    def _state(self, ask: Ask) -> list[Part]:
        both = {"session": ask.session, "request_id": ask.request_id, "part": 0, "parts": 1}
        with self._lock:
            counts = self._counts
            rows = [(key, counts.requests[key], sorted(taken)) for key, taken in sorted(counts.latencies_ms.items())]
        return [
            State(
                **both, boot_id=self._boot_id, uptime_seconds=self._clock() - self._started_seconds,
                waiting=len(self.planner), answered=counts.answered, refused=counts.refused,
                bad_datagrams=counts.bad_datagrams, clips=len(self._clips),
            ),
            *(
                ModelState(
                    **both, model=model, skill=skill, requests=requests, p50_ms=_percentile(taken, 50),
                    p95_ms=_percentile(taken, 95), p99_ms=_percentile(taken, 99),
                )
                for (model, skill), requests, taken in rows
            ),
        ]  # fmt: skip

    def _accept(self, ask: Ask, caller: Caller) -> None:
        waiting = max(0, len(self.planner) - 1)
        self._say(
            ask, caller,
            Accepted(session=ask.session, request_id=ask.request_id, boot_id=self._boot_id, waiting=waiting),
        )  # fmt: skip

    def _refuse(self, ask: Ask, caller: Caller, refusal: Refusal, key: ReplyKey | None = None) -> None:
        """Says so. With a `key` the refusal is kept as the request's answer; without, the same id may try again."""
        with self._lock:
            self._counts.refused += 1
        refused = Refused(
            session=ask.session, request_id=ask.request_id, part=0, parts=1, code=refusal.code,
            sentence=_cut(str(refusal), 700),
            clip_hash=refusal.clip_hash if isinstance(refusal, UnknownClip) else "",
        )  # fmt: skip
        if key is None:
            self._say(ask, caller, refused)
        else:
            self._answer(ask, caller, key, [refused])

    def _answer(self, ask: Ask, caller: Caller, key: ReplyKey, parts: list[Part], *, paced: bool = False) -> None:
        """Sends a whole reply, and keeps it."""
        datagrams = number_parts(parts, self._version_of(caller, ask))
        with self._lock:
            self._replies.answer(key, datagrams)
        # The door's thread does not wait: what it does not send is asked for again.
        caller.send(datagrams if paced else datagrams[:BURST], ask.reply_port, paced=paced)

    def _say(self, ask: Ask, caller: Caller, reply: Reply) -> None:
        """Sends one message that is not kept."""
        caller.send([to_datagram(reply, self._version_of(caller, ask))], ask.reply_port, paced=False)

    def _count_bad(self) -> None:
        with self._lock:
            self._counts.bad_datagrams += 1


def _fault(error: Exception) -> Fault:
    return Fault(f"The bridge made a mistake ({error!r}): please report it with its log.")


def _cut(sentence: str, most_bytes: int) -> str:
    """The sentence, shortened to what a datagram holds."""
    encoded = sentence.encode()
    return sentence if len(encoded) <= most_bytes else encoded[: most_bytes - 3].decode(errors="ignore") + "..."


def _percentile(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
