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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, TypeVar

from bridge import requests
from bridge.errors import BadDatagram, BadValue, NoAnswer, Unsupported
from bridge.music.clip import Clip
from bridge.requests import AnyRequest, Given, given
from bridge.transport import Transport
from bridge.wire import osc
from bridge.wire.conversation import LIMIT_SECONDS, Acquaintance, Conversation
from bridge.wire.delivery import clip_hash, clip_parts, joined_clips
from bridge.wire.envelope import Envelope, sealed
from bridge.wire.fields import from_message, to_datagram
from bridge.wire.protocol import (
    PORT,
    Ask,
    ClipPart,
    Hello,
    ModelState,
    Name,
    Part,
    Ping,
    Reply,
    ResultClip,
    ResultHead,
    SkillAsk,
    State,
    Status,
    Welcome,
)  # fmt: skip

__all__ = ["PORT", "Client", "Result"]

HOST = "127.0.0.1"
UPLOADS_KEPT = 64

R = TypeVar("R", bound=AnyRequest)


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
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        if not 0.0 < limit_seconds <= 3600.0:  # NaN would be waited for for ever
            raise BadValue(f"The limit is {limit_seconds:g} seconds: give more than 0 and up to 3600.")
        self.port = port
        self._address = (host, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((host, 0))
        self.device = device or f"python-{secrets.token_hex(4)}"
        self.session = secrets.randbelow(2**31)
        self.limit_seconds = limit_seconds
        self.reply_port: int = self._socket.getsockname()[1]
        self._request_id = 0
        self._bridge = Acquaintance()
        self._uploads: OrderedDict[int, tuple[Clip, str, tuple[ClipPart, ...]]] = OrderedDict()

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
        welcome, *parts = self._ask(Hello(**self._head()), ())
        assert isinstance(welcome, Welcome)
        names: dict[tuple[str, str], Name] = {}
        for part in parts:
            if isinstance(part, Name):
                first = names.setdefault((part.kind, part.name), part)
                if first is not part:
                    names[part.kind, part.name] = replace(first, settings=first.settings + part.settings)
        return welcome, tuple(names.values())

    def ping(self) -> None:
        self._ask(Ping(**self._head()), ())

    def status(self) -> tuple[State, tuple[ModelState, ...]]:
        """The bridge's counts, and its latencies for each model and skill."""
        state, *rows = self._ask(Status(**self._head()), ())
        assert isinstance(state, State)
        return state, tuple(row for row in rows if isinstance(row, ModelState))

    def generate(self, transport: Transport | None = None, **settings: Any) -> Result:
        """New clips. Settings as in `requests.Generate`: bars, variations, density, humanise, temperature, seed ..."""
        return self._made(requests.Generate, transport, settings)

    def vary(self, clip: Clip, kit: str | None = None, transport: Transport | None = None, **settings: Any) -> Result:
        """Variations of a clip. Settings as in `requests.Vary`: amount, variations, temperature, seed ..."""
        return self._made(requests.Vary, transport, settings, clip=Given(clip, kit))

    def interpolate(
        self,
        first: Clip,
        last: Clip,
        kits: Sequence[str | None] = (None, None),
        transport: Transport | None = None,
        **settings: Any,
    ) -> Result:
        """First, steps between, last. Settings as in `requests.Interpolate`: steps, temperature, seed ..."""
        one, other = given((first, last), kits)
        return self._made(requests.Interpolate, transport, settings, first=one, last=other)

    def blend(
        self,
        corners: Sequence[Clip],
        kits: Sequence[str | None] | None = None,
        transport: Transport | None = None,
        **settings: Any,
    ) -> Result:
        """The clip at a point between corners. Settings as in `requests.Blend`: x, y, grid, temperature, seed ..."""
        return self._made(requests.Blend, transport, settings, corners=given(corners, kits))

    def path(
        self,
        corners: Sequence[Clip],
        points: Iterable[tuple[float, float]],
        kits: Sequence[str | None] | None = None,
        transport: Transport | None = None,
        **settings: Any,
    ) -> Result:
        """One long clip, a point a bar. Settings as in `requests.Path`: temperature, seed ..."""
        walk = tuple(requests.Point(x, y) for x, y in points)
        return self._made(requests.Path, transport, settings, corners=given(corners, kits), points=walk)

    def continue_clip(
        self,
        clip: Clip,
        kit: str | None = None,
        chords: Clip | None = None,
        transport: Transport | None = None,
        **settings: Any,
    ) -> Result:
        """The bars that follow. Settings as in `requests.Continue`: length, variations, with_primer, instrument ..."""
        harmony = () if chords is None else (Given(chords),)
        return self._made(requests.Continue, transport, settings, clip=Given(clip, kit), chords=harmony)

    def humanise(
        self, clip: Clip, kit: str | None = None, transport: Transport | None = None, **settings: Any
    ) -> Result:
        """The clip as a drummer plays it. Settings as in `requests.Humanise`: amount, keep_swing, temperature ..."""
        return self._made(requests.Humanise, transport, settings, clip=Given(clip, kit))

    def drumify(
        self, clip: Clip, kit: str | None = None, transport: Transport | None = None, **settings: Any
    ) -> Result:
        """Drums on the kit to a clip's rhythm. Settings as in `requests.Drumify`: variations, castro, density ..."""
        return self._made(requests.Drumify, transport, settings, clip=Given(clip, kit))

    def play(
        self, request: AnyRequest, transport: Transport | None = None, *, deadline_seconds: float | None = None
    ) -> Result:
        """Uploads those of the clips that the bridge may not know, asks, and waits for the whole answer.

        A kit goes by its name: the bridge must have one of that name. Without a `transport` it stands, at the
        request's tempo and meter.
        """
        if transport is None:
            meter = request.meter if isinstance(request, requests.Generate) else Transport().meter
            transport = Transport(tempo_bpm=request.tempo_bpm, meter=meter)
        envelope = Envelope(request, transport, deadline_seconds=deadline_seconds)
        return self.request(sealed(envelope, self._head(), self._name), [given.clip for given in request.clips])

    def request(self, ask: SkillAsk, clips: Sequence[Clip]) -> Result:
        """As `play`, of a message that is written already, about clips in the order of its references."""
        head, *parts = self._ask(ask, clips)
        assert isinstance(head, ResultHead)
        return Result(joined_clips(part for part in parts if isinstance(part, ResultClip)), head)

    # --- how it is asked -------------------------------------------------------------------------------------------

    def _next_id(self) -> int:
        self._request_id += 1
        return self._request_id

    def _head(self) -> dict[str, Any]:
        return {
            "device": self.device,
            "session": self.session,
            "request_id": self._next_id(),
            "reply_port": self.reply_port,
        }

    def _made(
        self, kind: type[R], transport: Transport | None, settings: dict[str, Any], **clips: Any
    ) -> Result:
        deadline_seconds = settings.pop("deadline_seconds", None)
        if transport is not None:
            settings = {"tempo_bpm": transport.tempo_bpm, **settings}
        return self.play(kind(**clips, **settings), transport, deadline_seconds=deadline_seconds)

    def _name(self, clip: Clip) -> str:
        return self._upload(clip)[1]

    def _upload(self, clip: Clip) -> tuple[Clip, str, tuple[ClipPart, ...]]:
        """With the clip's hash and the messages that upload it. Kept by the clip's identity: the corners of a blend are
        asked for again and again."""
        kept = self._uploads.get(id(clip))
        if kept is None or kept[0] is not clip:
            name = clip_hash(clip.length_beats, clip.meter, clip.notes)
            parts = clip_parts(clip, self.device, self.session, 0, self.reply_port)
            kept = self._uploads[id(clip)] = (clip, name, parts)
            while len(self._uploads) > UPLOADS_KEPT:
                self._uploads.popitem(last=False)
        return kept

    def _ask(self, ask: Ask, clips: Sequence[Clip]) -> list[Part]:
        uploads = {name: parts for _, name, parts in map(self._upload, clips)}
        now_seconds = time.monotonic()
        conversation = Conversation(
            ask, uploads, self._bridge, self._next_id, now_seconds, self.limit_seconds,
            nobody=f"The bridge at {self._address[0]}:{self._address[1]} did not answer for {self.limit_seconds:g} s: "
            "start it with `python start.py`.",
        )  # fmt: skip
        self._send(conversation.begin(now_seconds))
        while not conversation.has_ended:
            heard = self._receive(conversation.wakes_seconds)
            now_seconds = time.monotonic()
            self._send(conversation.wake(now_seconds) if heard is None else conversation.hear(heard, now_seconds))
        if conversation.refusal is not None:
            raise conversation.refusal
        assert conversation.messages is not None
        return conversation.messages

    def _send(self, asks: Iterable[Ask]) -> None:
        try:
            for ask in asks:
                self._socket.sendto(to_datagram(ask), self._address)
        except OSError as error:
            raise NoAnswer(f"Nothing can be sent to the bridge ({error.strerror or error}).") from error

    def _receive(self, until_seconds: float) -> Reply | None:
        """The next message of the bridge, or None when none came in time."""
        while (left_seconds := until_seconds - time.monotonic()) > 0.0:
            self._socket.settimeout(left_seconds)
            try:
                datagram, _ = self._socket.recvfrom(osc.MAX_DATAGRAM_BYTES)
                message = from_message(osc.decode(datagram)[0])
            except TimeoutError:
                return None
            except (ConnectionError, BadDatagram, BadValue, Unsupported, IndexError):
                # No bridge there yet (told by some systems), or bytes that are none of the bridge's.
                continue
            if isinstance(message, Reply):
                return message
        return None
