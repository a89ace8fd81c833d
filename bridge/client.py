"""The other end of the wire, in Python: the command line, the demo, tests and notebooks use it.

with Client() as bridge:
    result = bridge.blend([a, b, c, d], x=0.3, y=0.6)
    result.clips[0]
"""

from __future__ import annotations

import secrets
import socket
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, TypeVar

from bridge.errors import REFUSALS, BadDatagram, BadValue, Busy, NoAnswer, Refusal, Stale, UnknownClip
from bridge.music.clip import Clip
from bridge.transport import Transport
from bridge.wire import osc
from bridge.wire.delivery import Assembly, Backoff, clip_hash, clip_parts, joined_clips
from bridge.wire.fields import from_message, to_datagram
from bridge.wire.protocol import (
    MOST_MISSING,
    Accepted,
    Ask,
    Blend,
    ClipRef,
    ClipState,
    Continue,
    Drumify,
    Generate,
    Got,
    Hello,
    Humanise,
    Interpolate,
    ModelState,
    Name,
    Need,
    Part,
    Path,
    Ping,
    Point,
    Pong,
    Refused,
    Reply,
    ResultClip,
    ResultHead,
    SkillAsk,
    State,
    Status,
    Vary,
    Welcome,
)

__all__ = ["Client", "Result"]

HOST = "127.0.0.1"
PORT = 42711
PATIENCE_SECONDS = 0.4
"""How long to wait for a request that was accepted before asking again."""
NAMES_KEPT = 64
GAP_SECONDS = 0.02
"""How long after its last part a reply counts as interrupted ..."""
LONGEST_GAP_SECONDS = 0.1
"""... and how long at most until it is asked for the rest again."""

SkillT = TypeVar("SkillT", bound=SkillAsk)


@dataclass(frozen=True, slots=True)
class Result:
    """Clips and where they start. Their notes' `source` counts through the clips that were given, in their order."""

    clips: tuple[Clip, ...]
    head: ResultHead


class Client:
    """Asks a running bridge over UDP. One request at a time; not for several threads at once.

    `limit_seconds` is how long an answer is waited for before NoAnswer, or Busy, is raised. `kit` names given with
    clips are those of the bridge; None is its preset's or default one. Refusals come back as the exceptions of
    `bridge.errors`.
    """

    def __init__(
        self,
        port: int = PORT,
        *,
        host: str = HOST,
        device: str | None = None,
        limit_seconds: float = 10.0,
    ) -> None:
        if not 0.0 < limit_seconds <= 3600.0:  # NaN would be waited for for ever
            raise BadValue(f"The limit is {limit_seconds:g} seconds: give more than 0 and up to 3600.")
        self._address = (host, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((host, 0))
        self.device = device or f"python-{secrets.token_hex(4)}"
        self.session = secrets.randbelow(2**31)
        self.limit_seconds = limit_seconds
        self.reply_port: int = self._socket.getsockname()[1]
        self._request_id = 0
        self._boot_id: int | None = None
        self._known: set[str] = set()
        self._names: OrderedDict[int, tuple[Clip, str]] = OrderedDict()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    # --- what can be asked -----------------------------------------------------------------------------------------

    def hello(self) -> tuple[Welcome, tuple[Name, ...]]:
        """The bridge's version and limits, and the names of its models, presets and kits."""
        welcome, *names = self._ask(Hello(**self._head()), ())
        assert isinstance(welcome, Welcome)
        return welcome, tuple(name for name in names if isinstance(name, Name))

    def ping(self) -> None:
        self._ask(Ping(**self._head()), ())

    def status(self) -> tuple[State, tuple[ModelState, ...]]:
        """The bridge's counts, and its latencies for each model and skill."""
        state, *rows = self._ask(Status(**self._head()), ())
        assert isinstance(state, State)
        return state, tuple(row for row in rows if isinstance(row, ModelState))

    def generate(self, transport: Transport | None = None, **settings: Any) -> Result:
        """New clips. Settings as in `protocol.Generate`: bars, variations, density, humanise, temperature, seed ..."""
        return self.request(self._skill(Generate, transport, settings), ())

    def vary(self, clip: Clip, kit: str | None = None, transport: Transport | None = None, **settings: Any) -> Result:
        """Variations of a clip. Settings as in `protocol.Vary`: amount, variations, temperature, seed ..."""
        return self.request(self._skill(Vary, transport, settings, clip=self._ref(clip, kit)), (clip,))

    def interpolate(
        self,
        first: Clip,
        last: Clip,
        kits: Sequence[str | None] = (None, None),
        transport: Transport | None = None,
        **settings: Any,
    ) -> Result:
        """First, steps between, last. Settings as in `protocol.Interpolate`: steps, temperature, seed ..."""
        refs = {"first": self._ref(first, kits[0]), "last": self._ref(last, kits[1])}
        return self.request(self._skill(Interpolate, transport, settings, **refs), (first, last))

    def blend(
        self,
        corners: Sequence[Clip],
        kits: Sequence[str | None] | None = None,
        transport: Transport | None = None,
        **settings: Any,
    ) -> Result:
        """The clip at a point between corners. Settings as in `protocol.Blend`: x, y, grid, temperature, seed ..."""
        return self.request(self._skill(Blend, transport, settings, corners=self._refs(corners, kits)), corners)

    def path(
        self,
        corners: Sequence[Clip],
        points: Iterable[tuple[float, float]],
        kits: Sequence[str | None] | None = None,
        transport: Transport | None = None,
        **settings: Any,
    ) -> Result:
        """One long clip, a point a bar. Settings as in `protocol.Path`: temperature, seed ..."""
        refs, walk = self._refs(corners, kits), tuple(Point(x, y) for x, y in points)
        return self.request(self._skill(Path, transport, settings, corners=refs, points=walk), corners)

    def continue_clip(
        self,
        clip: Clip,
        kit: str | None = None,
        chords: Clip | None = None,
        transport: Transport | None = None,
        **settings: Any,
    ) -> Result:
        """The bars that follow. Settings as in `protocol.Continue`: length, variations, with_primer, instrument ..."""
        clips = (clip,) if chords is None else (clip, chords)
        refs = {"clip": self._ref(clip, kit), "chords": tuple(self._ref(other, None) for other in clips[1:])}
        return self.request(self._skill(Continue, transport, settings, **refs), clips)

    def humanise(
        self, clip: Clip, kit: str | None = None, transport: Transport | None = None, **settings: Any
    ) -> Result:
        """The clip as a drummer plays it. Settings as in `protocol.Humanise`: amount, keep_swing, temperature ..."""
        return self.request(self._skill(Humanise, transport, settings, clip=self._ref(clip, kit)), (clip,))

    def drumify(
        self, clip: Clip, kit: str | None = None, transport: Transport | None = None, **settings: Any
    ) -> Result:
        """Drums on the kit to a clip's rhythm. Settings as in `protocol.Drumify`: variations, castro, density ..."""
        return self.request(self._skill(Drumify, transport, settings, clip=self._ref(clip, kit)), (clip,))

    def request(self, ask: SkillAsk, clips: Sequence[Clip]) -> Result:
        """Uploads those of the clips that the bridge may not know, asks, and waits for the whole answer."""
        head, *parts = self._ask(ask, clips)
        assert isinstance(head, ResultHead)
        return Result(joined_clips(part for part in parts if isinstance(part, ResultClip)), head)

    # --- how it is asked -------------------------------------------------------------------------------------------

    def _head(self) -> dict[str, Any]:
        self._request_id += 1
        return {
            "device": self.device,
            "session": self.session,
            "request_id": self._request_id,
            "reply_port": self.reply_port,
        }

    def _skill(self, kind: type[SkillT], transport: Transport | None, settings: dict[str, Any], **given: Any) -> SkillT:
        at = transport or Transport()
        snapshot: dict[str, Any] = {
            "is_playing": at.is_playing,
            "song_beats": at.song_beats,
            "tempo_bpm": at.tempo_bpm,
            "numerator": at.meter.numerator,
            "denominator": at.meter.denominator,
            "launch_quantum_beats": at.launch_quantum_beats,
        }
        return kind(**self._head(), **snapshot, **given, **settings)

    def _upload(self, clips: Sequence[Clip], missing: Mapping[str, Collection[int]] | None = None) -> None:
        """Sends the clips that the bridge is not known to have; with `missing`, of those clips alone these parts.

        The last part goes with them in any case: to it the bridge answers which parts it still lacks.
        """
        sent = set()
        for clip in clips:
            name = self._name(clip)
            if name in self._known or name in sent or (missing is not None and name not in missing):
                continue
            sent.add(name)
            for part in clip_parts(clip, self.device, self.session, self._request_id, self.reply_port):
                if missing is None or part.part in missing[name] or part.part == part.parts - 1:
                    self._send(part)

    def _unknown(self, clips: Sequence[Clip]) -> dict[str, tuple[int, ...]]:
        """The clips that the bridge may not have, and no parts of them: uploading these asks which it lacks."""
        names = {self._name(clip) for clip in clips}
        return dict.fromkeys(names - self._known, ())

    def _name(self, clip: Clip) -> str:
        """The clip's hash. Kept by the clip's identity: the corners of a blend are asked for again and again."""
        kept = self._names.get(id(clip))
        if kept is None or kept[0] is not clip:
            kept = self._names[id(clip)] = (clip, clip_hash(clip.length_beats, clip.meter, clip.notes))
            while len(self._names) > NAMES_KEPT:
                self._names.popitem(last=False)
        return kept[1]

    def _ref(self, clip: Clip, kit: str | None) -> ClipRef:
        return ClipRef(self._name(clip), kit)

    def _refs(self, clips: Sequence[Clip], kits: Sequence[str | None] | None) -> tuple[ClipRef, ...]:
        return tuple(self._ref(clip, kit) for clip, kit in zip(clips, kits or [None] * len(clips), strict=True))

    def _send(self, ask: Ask) -> None:
        try:
            self._socket.sendto(to_datagram(ask), self._address)
        except OSError as error:
            raise NoAnswer(f"Nothing can be sent to the bridge ({error.strerror or error}).") from error

    def _ask(self, ask: Ask, clips: Sequence[Clip]) -> list[Part]:
        head = {name: getattr(ask, name) for name in ("device", "session", "request_id", "reply_port")}
        reply = Assembly()
        has_begun = lacks_clip = False
        excuse: Refusal | None = None
        backoff = Backoff()
        asked_seconds = time.monotonic()
        end_seconds = asked_seconds + self.limit_seconds
        wait_seconds = backoff.wait()
        self._upload(clips)
        self._send(ask)
        while True:
            message = self._receive(ask, min(wait_seconds, end_seconds - time.monotonic()))
            match message:
                case None if time.monotonic() >= end_seconds:
                    raise excuse or NoAnswer(
                        f"The bridge at {self._address[0]}:{self._address[1]} did not answer for "
                        f"{self.limit_seconds:g} s: start it with `python start.py`."
                    )
                case None:
                    wait_seconds = backoff.wait()
                    if reply.begun:
                        self._send(Need(**head, missing=reply.missing[:MOST_MISSING]))
                    else:
                        self._upload(clips, self._unknown(clips))
                        self._send(_aged(ask, asked_seconds))
                        lacks_clip = False
                case Accepted(boot_id=boot_id):
                    self._met(boot_id)
                    if not reply.begun:  # else the network let the answer pass it
                        wait_seconds = max(wait_seconds, PATIENCE_SECONDS)
                case ClipState(boot_id=boot_id, clip_hash=name, missing=missing):
                    self._met(boot_id)
                    backoff = Backoff()
                    wait_seconds = backoff.wait()
                    if missing:
                        self._upload(clips, {name: missing})
                    else:
                        self._known.add(name)
                        if lacks_clip and not self._unknown(clips):
                            self._send(_aged(ask, asked_seconds))
                            lacks_clip = False
                case Pong(boot_id=boot_id):
                    self._met(boot_id)
                    return []
                case Refused(code=UnknownClip.code, clip_hash=name):
                    self._known.discard(name)
                    self._upload(clips, {name: ()})
                    lacks_clip = True
                case Refused(code=Busy.code, sentence=sentence):
                    excuse = Busy(sentence)
                case Refused(code=Stale.code, sentence=sentence) if has_begun:
                    # The bridge was restarted in the middle of its answer: the request is made again.
                    excuse = Stale(sentence)
                    reply = Assembly()
                    backoff = Backoff()
                case Refused(code=code, sentence=sentence):
                    raise REFUSALS.get(code, Refusal)(sentence)
                case Part():
                    reply.add(message)
                    has_begun = True
                    # The rest lies ready at the bridge: to ask for it costs next to nothing.
                    backoff = Backoff(longest_seconds=LONGEST_GAP_SECONDS)
                    wait_seconds = GAP_SECONDS
                    if reply.whole:
                        self._send(Got(**head))
                        return reply.messages()

    def _met(self, boot_id: int) -> None:
        if boot_id != self._boot_id:
            self._boot_id = boot_id
            self._known.clear()

    def _receive(self, ask: Ask, wait_seconds: float) -> Reply | None:
        """The next message for this request, or None when none came in time."""
        end_seconds = time.monotonic() + wait_seconds
        while (left_seconds := end_seconds - time.monotonic()) > 0.0:
            self._socket.settimeout(left_seconds)
            try:
                datagram, _ = self._socket.recvfrom(osc.MAX_DATAGRAM_BYTES)
                message = from_message(osc.decode(datagram)[0])
            except TimeoutError:
                return None
            except (ConnectionError, BadDatagram, BadValue, IndexError):
                # No bridge there yet (told by some systems), or bytes that are none of the bridge's.
                continue
            if isinstance(message, Reply) and message.session == self.session and message.request_id == ask.request_id:
                return message
        return None


def _aged(ask: Ask, asked_seconds: float) -> Ask:
    """The request as it is sent again: its snapshot of the transport is as old as that."""
    if not isinstance(ask, SkillAsk):
        return ask
    return replace(ask, asked_seconds_ago=min(600.0, time.monotonic() - asked_seconds))
