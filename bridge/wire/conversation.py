"""One request, from its first datagram to its whole answer: what a device does, without socket, clock or thread.

Whoever drives it hands in what was heard and what time it is, sends what each call returns, and calls `wake` when
`wakes_seconds` has come. The Python client does so with a socket, the tests with lists. The devices' script follows the
same rules in `conversation.js`: `tests/wire/conversations.json` holds transcripts, through which both are driven. The
table "What is lost" of docs/protocol.md says why each step is there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.errors import REFUSALS, Busy, NoAnswer, Refusal, Stale, UnknownClip
from bridge.wire.delivery import Assembly, Backoff
from bridge.wire.protocol import (
    MOST_MISSING,
    Accepted,
    Ask,
    ClipPart,
    ClipState,
    Got,
    Need,
    Part,
    Ping,
    Pong,
    Refused,
    Reply,
    Timed,
)  # fmt: skip

__all__ = ["GAP_SECONDS", "LIMIT_SECONDS", "LONGEST_GAP_SECONDS", "PATIENCE_SECONDS", "Acquaintance", "Conversation"]

LIMIT_SECONDS = 10.0
"""How long an answer is waited for in all, unless the musician says otherwise."""
PATIENCE_SECONDS = 0.4
"""How long to wait for a request that was accepted before asking again."""
GAP_SECONDS = 0.02
"""How long after its last part a reply counts as interrupted ..."""
LONGEST_GAP_SECONDS = 0.1
"""... and how long at most until it is asked for the rest again."""
MOST_AGE_SECONDS = 600.0
MOMENT_SECONDS = 0.001
"""Less than the clocks of some computers can tell apart: so shortly before its end nothing is asked again."""


@dataclass(slots=True)
class Acquaintance:
    """What is known of a bridge from one conversation to the next: which start of it, and the clips that it has."""

    boot_id: int | None = None
    clips: set[str] = field(default_factory=set)

    def met(self, boot_id: int) -> None:
        """A bridge that was started anew knows no clips."""
        if boot_id != self.boot_id:
            self.boot_id = boot_id
            self.clips.clear()


class Conversation:
    """`ask`, about the clips `uploads`: the parts of each by its hash. `next_id` gives a new request id.

    `messages` is the whole answer once it is there; `refusal` what came in its place, `nobody` if nothing did.
    """

    def __init__(
        self,
        ask: Ask,
        uploads: Mapping[str, Sequence[ClipPart]],
        bridge: Acquaintance,
        next_id: Callable[[], int],
        now_seconds: float,
        limit_seconds: float,
        nobody: str = "The bridge did not answer: start it with `python start.py`.",
    ) -> None:
        self.ask = ask
        self.messages: list[Part] | None = None
        self.refusal: Refusal | None = None
        self._uploads = uploads
        self._bridge = bridge
        self._next_id = next_id
        self._nobody = nobody
        self._asked_seconds = now_seconds
        self._end_seconds = now_seconds + limit_seconds
        self._reply = Assembly()
        self._backoff = Backoff()
        self._wait_seconds = self._backoff.wait()
        self._lacks_clip = False
        self._is_stale = False
        self._has_forgotten = False
        self._excuse: Refusal | None = None
        self.wakes_seconds = now_seconds + self._wait_seconds

    @property
    def has_ended(self) -> bool:
        return self.messages is not None or self.refusal is not None

    def begin(self, now_seconds: float) -> list[Ask]:
        """The clips that the bridge is not known to have, and the request."""
        new = [name for name in self._uploads if name not in self._bridge.clips]
        return self._rest(now_seconds, [*self._parts(dict.fromkeys(new, None)), *self._again(now_seconds)])

    def wake(self, now_seconds: float) -> list[Ask]:
        """What to send when nothing was heard until `wakes_seconds`."""
        if now_seconds >= self._end_seconds - MOMENT_SECONDS:
            self.refusal = self._excuse or NoAnswer(self._nobody)
            return []
        self._wait_seconds = self._backoff.wait()
        if self._reply.begun:
            said: list[Ask] = [Need(**self._head(), missing=self._reply.missing[:MOST_MISSING])]
        else:
            if self._is_stale:
                # The bridge has forgotten what it answered, and never makes the same id twice.
                self.ask = replace(self.ask, request_id=self._next_id())
                self._is_stale = False
            said = [*self._parts(dict.fromkeys(self._unknown(), ())), *self._again(now_seconds)]
        return self._rest(now_seconds, said)

    def hear(self, message: Reply, now_seconds: float) -> list[Ask]:
        """What to send when this was heard. What was not said to this request is not listened to."""
        if message.session != self.ask.session:
            return []
        # To whichever request of this device it was said.
        boot_id = getattr(message, "boot_id", None)
        if boot_id is not None:
            self._bridge.met(boot_id)
        if message.request_id != self.ask.request_id or self.has_ended:
            return []
        said: list[Ask] = []
        match message:
            case Accepted():
                if not self._reply.begun:  # else the network let the answer pass it
                    self._wait_seconds = max(self._wait_seconds, PATIENCE_SECONDS)
            case ClipState():
                if message.clip_hash not in self._uploads:
                    return []
                said = self._hear_clip_state(message, now_seconds)
            case Pong():
                if not isinstance(self.ask, Ping):
                    return []
                self.messages = []
            case Refused():
                said = self._hear_refusal(message)
            case Part():
                self._reply.add(message)
                if not self._reply.begun:
                    return []  # a part beyond the parts hastens nothing
                said = self._hear_part()
        return self._rest(now_seconds, said)

    def _hear_part(self) -> list[Ask]:
        # The rest lies ready at the bridge: to ask for it costs next to nothing.
        self._backoff = Backoff(longest_seconds=LONGEST_GAP_SECONDS)
        self._wait_seconds = GAP_SECONDS
        if not self._reply.whole:
            return []
        self.messages = self._reply.messages()
        return [Got(**self._head())]

    def _hear_clip_state(self, state: ClipState, now_seconds: float) -> list[Ask]:
        self._backoff = Backoff()
        self._wait_seconds = self._backoff.wait()
        if state.missing:
            return self._parts({state.clip_hash: state.missing})
        self._bridge.clips.add(state.clip_hash)
        return self._again(now_seconds) if self._lacks_clip and not self._unknown() else []

    def _hear_refusal(self, refused: Refused) -> list[Ask]:
        refusal = REFUSALS.get(refused.code, Refusal)(refused.sentence)
        refusal.code = refused.code  # perhaps one of a later version
        if isinstance(refusal, UnknownClip):
            if refused.clip_hash not in self._uploads:
                return []
            self._bridge.clips.discard(refused.clip_hash)
            self._lacks_clip = True
            return self._parts({refused.clip_hash: ()})
        if isinstance(refusal, Busy):
            self._excuse = refusal
        elif isinstance(refusal, Stale):
            self._excuse = refusal
            if self._reply.begun:
                # The bridge was started anew in the middle of its answer: the request is made again, under its id.
                self._reply = Assembly()
                self._backoff = Backoff()
                self._has_forgotten = True
            elif not self._has_forgotten:
                self._is_stale = True
        else:
            self.refusal = refusal
        return []

    def _again(self, now_seconds: float) -> list[Ask]:
        """The request, or the same again: its snapshot of the transport is as old as that."""
        self._lacks_clip = self._has_forgotten = False
        if not isinstance(self.ask, Timed) or now_seconds == self._asked_seconds:
            return [self.ask]
        return [replace(self.ask, asked_seconds_ago=min(MOST_AGE_SECONDS, now_seconds - self._asked_seconds))]

    def _parts(self, wanted: Mapping[str, Collection[int] | None]) -> list[Ask]:
        """Of each clip these parts, or all. The last one goes along in any case: to it the bridge answers which parts
        it still lacks."""
        return [
            replace(part, request_id=self.ask.request_id)
            for name, indices in wanted.items()
            for part in self._uploads[name]
            if indices is None or part.part in indices or part.part == part.parts - 1
        ]

    def _unknown(self) -> list[str]:
        return [name for name in self._uploads if name not in self._bridge.clips]

    def _head(self) -> dict[str, Any]:
        ask = self.ask
        return {
            "device": ask.device, "session": ask.session, "request_id": ask.request_id, "reply_port": ask.reply_port
        }  # fmt: skip

    def _rest(self, now_seconds: float, said: list[Ask]) -> list[Ask]:
        """From now on it waits again."""
        self.wakes_seconds = min(now_seconds + self._wait_seconds, self._end_seconds)
        return said
