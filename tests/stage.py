"""A bridge without sockets, threads and time: what it is told, what it says, and when, are all in the test's hands."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.errors import REFUSALS
from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.presets import Presets
from bridge.service import Service
from bridge.wire import osc
from bridge.wire.delivery import clip_hash, clip_parts, joined_clips
from bridge.wire.fields import from_message, to_datagram
from bridge.wire.protocol import Ask, ClipRef, Message, Refused, ResultClip, ResultHead

__all__ = ["BOOT_ID", "HOST", "Stage", "clips_in", "head_in", "refusal_in"]

BOOT_ID = 20_261_121
HOST = "127.0.0.1"
ADDRESS = (HOST, 42712)


class Stage:
    """A Service that sends into a list. `seconds` is its clock: it stands until the test moves it.

    `head(...)` opens a message; `tell` and `perform` return what the bridge said to it.
    """

    def __init__(self, store: Store, presets: Presets) -> None:
        self.seconds = 1000.0
        self.sent: list[tuple[bytes, tuple[str, int]]] = []
        self.paced: list[bytes] = []
        self.service = Service(store, presets, BOOT_ID, lambda: self.seconds)
        self._request_ids = itertools.count(1)

    def head(self, device: str = "pad", **more: Any) -> dict[str, Any]:
        """What a message begins with, under the next request id."""
        return {"device": device, "session": 1, "request_id": next(self._request_ids), "reply_port": 42712, **more}

    def hear(self, datagram: bytes, host: str = HOST) -> list[Message]:
        """The bridge receives a datagram: what it says at once."""
        said = len(self.sent)
        self.service.receive(datagram, Listener(self, host))
        return self.said_since(said)

    def tell(self, ask: Ask, host: str = HOST) -> list[Message]:
        return self.hear(to_datagram(ask), host)

    def say(self, address: str, *arguments: int | float | str, host: str = HOST) -> list[Message]:
        """A message that our own client would not send."""
        return self.hear(osc.encode(address, arguments), host)

    def said_since(self, said: int) -> list[Message]:
        messages = [from_message(osc.decode(datagram)[0]) for datagram, _ in self.sent[said:]]
        assert all(len(datagram) <= 1024 for datagram, _ in self.sent[said:])
        return messages

    def perform(self) -> list[Message]:
        """The worker does what is next: what the bridge says then."""
        assert len(self.service.planner), "nothing waits"
        job = self.service.planner.next()
        assert job is not None
        said = len(self.sent)
        self.service.perform(job)
        return self.said_since(said)

    def ask(self, ask: Ask) -> list[Message]:
        """Tells a request and performs it: what the bridge says after `accepted`, or at once without it."""
        said = self.tell(ask)
        return self.perform() if len(self.service.planner) else said

    def upload(self, *clips: Clip, kit: str | None = None) -> tuple[ClipRef, ...]:
        for clip in clips:
            for part in clip_parts(clip, "pad", 1, 0, 42712):
                self.tell(part)
        return tuple(ClipRef(clip_hash(clip.length_beats, clip.meter, clip.notes), kit) for clip in clips)


@dataclass(frozen=True)
class Listener:
    """A caller: what the bridge says to him lies in the stage's lists."""

    stage: Stage
    name: str

    def send(self, datagrams: Sequence[bytes], reply_port: int, *, paced: bool) -> None:
        if paced:
            self.stage.paced += datagrams
        self.stage.sent += [(datagram, (self.name, reply_port)) for datagram in datagrams]


def head_in(messages: Sequence[Message]) -> ResultHead:
    (head,) = (message for message in messages if isinstance(message, ResultHead))
    return head


def clips_in(messages: Sequence[Message]) -> tuple[Clip, ...]:
    """The clips of a whole result, whose parts are numbered without a gap."""
    parts = list(_parts(messages))
    assert [(part.part, part.parts) for part in parts] == [(i, len(parts)) for i in range(len(parts))]
    assert isinstance(parts[0], ResultHead)
    clips = joined_clips(part for part in parts if isinstance(part, ResultClip))
    assert len(clips) == parts[0].clips
    return clips


def _parts(messages: Sequence[Message]) -> Iterator[ResultHead | ResultClip]:
    for message in messages:
        assert isinstance(message, ResultHead | ResultClip), message
        yield message


def refusal_in(messages: Sequence[Message]) -> tuple[str, str]:
    """Code and sentence of the one refusal that was all that was said."""
    (refused,) = messages
    assert isinstance(refused, Refused), refused
    assert refused.code in REFUSALS
    assert (refused.part, refused.parts) == (0, 1)
    return refused.code, refused.sentence
