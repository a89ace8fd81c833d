"""Python's client against a bridge that says what the test wants: patience, excuses, and what it does not listen to."""

from __future__ import annotations

import math
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bridge.client import Client
from bridge.errors import REFUSALS, BadValue, Busy, Late, NoAnswer, Refusal, Stale
from bridge.music.clip import Clip, Note
from bridge.wire import osc
from bridge.wire.delivery import Backoff
from bridge.wire.examples import GROOVE
from bridge.wire.fields import from_message, to_datagram
from bridge.wire.protocol import (
    Accepted,
    Ask,
    ClipPart,
    ClipState,
    Generate,
    Got,
    Need,
    Ping,
    Pong,
    Refused,
    Reply,
    ResultClip,
    ResultHead,
    SkillAsk,
    Vary,
)

HOST = "127.0.0.1"
Answer = Callable[[Ask], Sequence[Reply | bytes]]


class Script:
    """A bridge made of one function: what it answers to each message, all of which `heard` keeps."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.heard: list[Ask] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while datagram := self._socket.recv(65535):
            ask = from_message(osc.decode(datagram)[0])
            assert isinstance(ask, Ask)
            self.heard.append(ask)
            for reply in self._answer(ask):
                sent = reply if isinstance(reply, bytes) else to_datagram(reply)
                self._socket.sendto(sent, (HOST, ask.reply_port))

    def close(self) -> None:
        self._socket.sendto(b"", (HOST, self.port))
        self._thread.join(timeout=30.0)
        self._socket.close()

    def of(self, kind: type[Ask]) -> list[Ask]:
        return [ask for ask in self.heard if isinstance(ask, kind)]


@contextmanager
def scripted(answer: Answer, limit_seconds: float = 30.0) -> Iterator[tuple[Client, Script]]:
    script = Script(answer)
    try:
        with Client(script.port, limit_seconds=limit_seconds) as client:
            yield client, script
    finally:
        script.close()


def newborn(ask: SkillAsk) -> SkillAsk:
    """The request as it was when it was asked first."""
    return replace(ask, asked_seconds_ago=0.0)


def both(ask: Ask) -> dict[str, int]:
    return {"session": ask.session, "request_id": ask.request_id}


def result(ask: Ask, boot_id: int = 1) -> list[Reply]:
    head = ResultHead(
        **both(ask), part=0, parts=2, boot_id=boot_id, clips=1, model="m", model_hash="h", seed=0,
        start_song_beats=None, start_in_seconds=0.0, late=False, from_memory=False, elapsed_ms=0.0, model_ms=0.0,
    )  # fmt: skip
    clip = ResultClip(
        **both(ask), part=1, parts=2, clip=0, length_beats=4.0, numerator=4, denominator=4, total_notes=1, first_note=0,
        notes=(Note(36, 0.0, 0.25, 100.0),),
    )  # fmt: skip
    return [head, clip]


def refused(ask: Ask, code: str, clip_hash: str = "") -> Refused:
    return Refused(**both(ask), part=0, parts=1, code=code, sentence=f"It is {code}.", clip_hash=clip_hash)


MADE = Clip((Note(36, 0.0, 0.25, 100.0),), 4.0)


# --- patience -----------------------------------------------------------------------------------------------------


def test_without_an_answer_the_client_asks_again_and_then_gives_up() -> None:
    with scripted(lambda ask: [], limit_seconds=0.4) as (client, script), pytest.raises(NoAnswer) as caught:
        client.generate()
    assert str(caught.value).startswith(f"The bridge at 127.0.0.1:{script.port} did not answer for 0.4 s: start it")
    asked = script.of(Generate)
    assert len(asked) >= 3
    assert len(set(map(newborn, asked))) == 1, "a repeat is the same request, under the same id"
    ages_seconds = [ask.asked_seconds_ago for ask in asked]
    assert ages_seconds[0] == 0.0, "the snapshot of the transport is as new as the request"
    assert ages_seconds == sorted(ages_seconds), "and older with every repeat"
    assert ages_seconds[-1] > 0.0


def test_a_busy_bridge_is_asked_again() -> None:
    replies = iter([[Busy], [Busy], []])

    def answer(ask: Ask) -> list[Reply]:
        return [refused(ask, "busy")] if next(replies, None) else result(ask)

    with scripted(answer) as (client, script):
        assert client.generate().clips == (MADE,)
        assert len(script.of(Generate)) == 3


def test_a_bridge_that_stays_busy_is_not_said_to_be_silent() -> None:
    with scripted(lambda ask: [refused(ask, "busy")], limit_seconds=0.2) as (client, _), pytest.raises(Busy) as caught:
        client.generate()
    assert str(caught.value) == "It is busy."


@pytest.mark.parametrize("limit_seconds", [0.0, -1.0, math.nan, math.inf])
def test_a_limit_that_is_none_is_refused(limit_seconds: float) -> None:
    with pytest.raises(BadValue, match="give more than 0 and up to 3600"):
        Client(limit_seconds=limit_seconds)


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(set(REFUSALS) - {"busy", "stale", "unknown_clip"}))
def test_a_refusal_comes_back_as_the_exception_that_it_was(code: str) -> None:
    with scripted(lambda ask: [refused(ask, code)]) as (client, _), pytest.raises(REFUSALS[code]) as caught:
        client.generate()
    assert (type(caught.value), str(caught.value)) == (REFUSALS[code], f"It is {code}.")


def test_a_code_of_a_later_version_is_still_a_refusal() -> None:
    with scripted(lambda ask: [refused(ask, "out_of_sticks")]) as (client, _), pytest.raises(Refusal) as caught:
        client.generate()
    assert (caught.value.code, str(caught.value)) == ("out_of_sticks", "It is out_of_sticks.")


# --- clips --------------------------------------------------------------------------------------------------------


def clip_of(count: int) -> Clip:
    return Clip(tuple(Note(36, i / 8, 0.125, 100.0) for i in range(count)), 32.0)


def known(ask: ClipPart, *missing: int, boot_id: int = 1) -> ClipState:
    return ClipState(**both(ask), boot_id=boot_id, clip_hash=ask.clip_hash, missing=missing)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is repeated because time has passed: what the client sends, it sends because of what it heard."""
    monkeypatch.setattr("bridge.wire.conversation.Backoff", lambda **_: Backoff(next_seconds=30.0))


@pytest.mark.usefixtures("unhurried")
def test_a_clip_is_uploaded_once_and_again_for_another_boot() -> None:
    boot_ids = [1]

    def answer(ask: Ask) -> Sequence[Reply]:
        if isinstance(ask, ClipPart):
            return [known(ask, boot_id=boot_ids[-1])]
        boot_id = boot_ids[-1]
        accepted = Accepted(**both(ask), boot_id=boot_id, waiting=0)
        return [] if isinstance(ask, Got) else [accepted, *result(ask, boot_id)]

    with scripted(answer) as (client, script):
        for boot_id, uploads in ((1, 1), (1, 1), (2, 1), (2, 2), (2, 2)):
            boot_ids.append(boot_id)
            client.vary(GROOVE)
            assert len(script.of(ClipPart)) == uploads


@pytest.mark.usefixtures("unhurried")
def test_parts_that_are_missing_are_sent_at_once_and_with_them_the_last() -> None:
    lists = iter([(0, 2), (2,), ()])

    def answer(ask: Ask) -> Sequence[Reply]:
        if isinstance(ask, ClipPart):
            if ask.part < ask.parts - 1:
                return []
            missing = next(lists)
            return [known(ask, *missing), *([] if missing else result(ask))]
        return []

    with scripted(answer) as (client, script):
        client.vary(clip_of(128))
        sent = [ask.part for ask in script.heard if isinstance(ask, ClipPart)]
    assert sent == [0, 1, 2, 3, 0, 2, 3, 2, 3]


@pytest.mark.usefixtures("unhurried")
def test_a_clip_that_the_bridge_forgot_is_uploaded_again_and_the_request_repeated() -> None:
    forgotten = True

    def answer(ask: Ask) -> Sequence[Reply]:
        nonlocal forgotten
        if isinstance(ask, ClipPart):
            forgotten = False
            return [known(ask)]
        if isinstance(ask, Vary):
            return [refused(ask, "unknown_clip", ask.clip.clip_hash)] if forgotten else result(ask)
        return []

    with scripted(answer) as (client, script):
        client.vary(GROOVE)
        forgotten = True
        assert client.vary(GROOVE).clips == (MADE,)
        first, second, third = script.of(Vary)
    assert newborn(second) == newborn(third) != newborn(first)


# --- replies ------------------------------------------------------------------------------------------------------


def test_parts_that_are_missing_are_asked_for_and_the_whole_is_acknowledged() -> None:
    def answer(ask: Ask) -> Sequence[Reply]:
        if isinstance(ask, Generate):
            return result(ask)[1:] * 2
        return result(ask)[:1] if isinstance(ask, Need) else []

    with scripted(answer) as (client, script):
        assert client.generate().clips == (MADE,)
        needs = set(script.of(Need))
    head = {"device": client.device, "session": client.session, "request_id": 1, "reply_port": client.reply_port}
    assert needs == {Need(**head, missing=(0,))}
    assert script.of(Got) == [Got(**head)]


def test_a_reply_that_overtook_its_acceptance_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.wire.conversation.PATIENCE_SECONDS", 1000.0)

    def answer(ask: Ask) -> Sequence[Reply]:
        if isinstance(ask, Generate):
            return [*result(ask)[1:], Accepted(**both(ask), boot_id=1, waiting=0)]
        return result(ask)[:1] if isinstance(ask, Need) else []

    with scripted(answer) as (client, _):
        assert client.generate().clips == (MADE,)


def test_a_bridge_that_lost_its_reply_is_asked_again_however_often_it_says_so() -> None:
    asked = 0

    def answer(ask: Ask) -> Sequence[Reply]:
        nonlocal asked
        if isinstance(ask, Generate):
            asked += 1
            return result(ask)[1:] if asked == 1 else result(ask)
        # The network repeats what the bridge says.
        return [refused(ask, "stale")] * 2 if isinstance(ask, Need) else []

    with scripted(answer) as (client, script):
        assert client.generate().clips == (MADE,)
        assert len(set(map(newborn, script.of(Generate)))) == 1


def test_a_stale_request_is_asked_again_under_a_new_id() -> None:
    """The bridge never makes an id twice, so a request whose reply it has forgotten is made under the next one."""
    with scripted(lambda ask: [refused(ask, "stale")] if ask.request_id == 1 else result(ask)) as (client, script):
        assert client.generate().clips == (MADE,)
        assert [ask.request_id for ask in script.of(Generate)] == [1, 2]
        client.generate()
        assert script.of(Generate)[-1].request_id == 3
    # Nobody waits for an acknowledgement: the last may arrive after the client has gone on.
    assert [ask.request_id for ask in script.of(Got)] == [2, 3]


def test_a_request_that_stays_stale_is_refused_as_such() -> None:
    with scripted(lambda ask: [refused(ask, "stale")], limit_seconds=0.3) as (client, _), pytest.raises(Stale):
        client.generate()


def test_what_is_not_said_to_this_request_is_not_listened_to() -> None:
    def answer(ask: Ask) -> Sequence[Reply | bytes]:
        if not isinstance(ask, Ping):
            return []
        return [
            b"",
            b"garbage",
            b"#bundle\0" + bytes(8),
            to_datagram(ask),
            osc.encode("/live/play", (1,)),
            osc.encode("/sideman/pong", (1, 2)),
            Refused(session=ask.session + 1, request_id=ask.request_id, part=0, parts=1, code="late", sentence="No."),
            Refused(session=ask.session, request_id=ask.request_id + 1, part=0, parts=1, code="late", sentence="No."),
            Pong(**both(ask), boot_id=1),
        ]

    with scripted(answer) as (client, script):
        client.ping()
        assert set(script.heard) == set(script.of(Ping))
    with scripted(lambda ask: [refused(ask, "late")]) as (client, _), pytest.raises(Late):
        client.ping()


def test_what_cannot_be_sent_is_refused_before_it_is() -> None:
    with scripted(lambda ask: []) as (client, script):
        with pytest.raises(BadValue, match=r"^vary: amount is nan: it must be a number from 0 to 1\.$"):
            client.vary(GROOVE, amount=math.nan)
        assert script.of(Vary) == []
