"""Python's half of conversations.json: every conversation word for word and moment for moment, without clock or socket.

`tests/max_for_live/script/conversation.test.js` drives the devices' script through the same file.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import REFUSALS, Refusal
from bridge.music.clip import Clip, Note
from bridge.wire.conversation import Acquaintance, Conversation
from bridge.wire.delivery import clip_parts
from bridge.wire.protocol import ADDRESSES, NOTES_A_PART, Ask, Blend, ClipPart, ClipRef, Message, Reply, Timed, Vary

TOLD = json.loads((Path(__file__).parent / "conversations.json").read_text(encoding="utf-8"))
CONVERSATIONS: list[dict[str, Any]] = TOLD["conversations"]
EACH = pytest.mark.parametrize("told", CONVERSATIONS, ids=lambda told: told["name"])
SESSION, FIRST_ID = 5, 1
HEAD: dict[str, Any] = {"device": "pad", "session": SESSION, "reply_port": 50000}
LOOKED_AT = ("request_id", "clip_hash", "part", "missing", "asked_seconds_ago")
BEGUN_SECONDS = 1234.7
"""No time that is a round number in binary: every sum is rounded, as it is with a real clock."""


def short(seconds: float) -> float:
    return round(seconds, 6)


class Device:
    """One conversation of the file, with its clock, its bridge and what it sent."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.now_seconds = BEGUN_SECONDS
        self.parts: dict[str, tuple[ClipPart, ...]] = {}
        self.hashes: dict[str, str] = {}
        for index, (name, count) in enumerate(told["clips"].items()):
            notes = (Note(36 + index, i / 8, 0.125, 100.0) for i in range((count - 1) * NOTES_A_PART + 1))
            parts = clip_parts(Clip(tuple(notes), 64.0), **HEAD, request_id=0)
            assert len(parts) == count
            self.parts[parts[0].clip_hash] = parts
            self.hashes[name] = parts[0].clip_hash
        self.names = {clip_hash: name for name, clip_hash in self.hashes.items()}
        self.ask = self._asked(ADDRESSES["/sideman/" + told["ask"]])
        self.bridge = Acquaintance(told["boot_id"], {self.hashes[name] for name in told["knows"]})
        ids = itertools.count(FIRST_ID + 1)
        self.conversation = Conversation(
            self.ask, self.parts, self.bridge, lambda: next(ids), BEGUN_SECONDS, told["limit_seconds"]
        )

    def _asked(self, kind: type[Message]) -> Ask:
        refs = tuple(map(ClipRef, self.parts))
        clips: dict[str, Any] = {"clip": refs[0]} if kind is Vary else {"corners": refs} if kind is Blend else {}
        ask = kind(**HEAD, request_id=FIRST_ID, **clips)
        assert isinstance(ask, Ask)
        return ask

    @property
    def wakes_seconds(self) -> float:
        """A time that has passed already is now."""
        return max(self.conversation.wakes_seconds, self.now_seconds)

    def step(self, told: dict[str, Any]) -> list[Ask]:
        """What it sends in this moment."""
        wakes_seconds = self.wakes_seconds
        at_seconds = BEGUN_SECONDS + told["at"]
        if told["at"] == 0:
            return self.conversation.begin(self.now_seconds)
        if "hears" in told:
            assert told.get("late") or self.conversation.has_ended or at_seconds < wakes_seconds
            self.now_seconds = at_seconds
            return self.conversation.hear(self.heard(told["hears"]), at_seconds)
        assert (at_seconds > wakes_seconds) if told.get("late") else short(at_seconds - wakes_seconds) == 0.0
        self.now_seconds = at_seconds if told.get("late") else wakes_seconds
        return self.conversation.wake(self.now_seconds)

    def heard(self, told: dict[str, dict[str, Any]]) -> Reply:
        ((name, given),) = told.items()
        values = {"session": SESSION, "request_id": FIRST_ID, **TOLD["rest"][name], **given}
        if "clip_hash" in values:
            values["clip_hash"] = self.hashes.get(values["clip_hash"], values["clip_hash"])
        lists: dict[str, Any] = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
        message = ADDRESSES[f"/sideman/{name}"](**{**values, **lists})
        assert isinstance(message, Reply)
        return message

    def seen(self, message: Message) -> dict[str, dict[str, Any]]:
        """As the file has it, with all that it may look at; the rest is as it was given."""
        if isinstance(message, ClipPart):
            assert replace(message, request_id=0) == self.parts[message.clip_hash][message.part]
        elif isinstance(message, Timed):
            assert replace(message, request_id=FIRST_ID, asked_seconds_ago=0.0) == self.ask
        elif isinstance(message, Ask):
            assert {name: getattr(message, name) for name in HEAD} == HEAD
        values = {name: getattr(message, name) for name in LOOKED_AT if hasattr(message, name)}
        if values["request_id"] == FIRST_ID:
            del values["request_id"]
        if "clip_hash" in values:
            values["clip_hash"] = self.names[values["clip_hash"]]
        if "missing" in values:
            values["missing"] = list(values["missing"])
        if "asked_seconds_ago" in values:
            values["asked_seconds_ago"] = short(values["asked_seconds_ago"])
        return {message.ADDRESS.removeprefix("/sideman/"): values}


@EACH
def test_python_says_what_the_transcript_says(told: dict[str, Any]) -> None:
    device = Device(told)
    conversation = device.conversation
    for step in told["steps"]:
        had_ended = conversation.has_ended
        said = device.step(step)
        assert [device.seen(message) for message in said] == step["sends"], step
        assert conversation.has_ended == (had_ended or "ends" in step), step
        if "wakes" in step:
            assert short(device.wakes_seconds - BEGUN_SECONDS) == step["wakes"], step
        if "ends" in step:
            check_end(conversation, step["ends"])
    names = {device.names.get(clip_hash, clip_hash) for clip_hash in device.bridge.clips}
    assert names == set(told.get("knows_after", told["knows"]))


def check_end(conversation: Conversation, told: dict[str, Any]) -> None:
    refusal, messages = conversation.refusal, conversation.messages
    if "refusal" in told:
        assert messages is None
        assert refusal is not None
        assert refusal.code == told["refusal"]
        assert type(refusal) is REFUSALS.get(refusal.code, Refusal)
        assert str(refusal) == told["sentence"] if "sentence" in told else str(refusal)
    else:
        assert refusal is None
        assert messages is not None
        assert answered(messages, told["answer"]) == told["answer"]


def answered(messages: Sequence[Message], told: Sequence[dict[str, dict[str, Any]]]) -> list[dict[str, dict[str, Any]]]:
    """The parts of an answer, with those fields that the file tells of them."""
    looked_at: list[Sequence[str]] = [list(*each.values()) for each in told] + [()] * len(messages)
    return [
        {message.ADDRESS.removeprefix("/sideman/"): {name: getattr(message, name) for name in names}}
        for message, names in zip(messages, looked_at, strict=False)
    ]


# --- the file itself ----------------------------------------------------------------------------------------------


@EACH
def test_a_transcript_is_whole(told: dict[str, Any]) -> None:
    """A field that nobody reads, or a step after which nothing is said of what comes next, would prove nothing."""
    keys = {"name", "ask", "clips", "knows", "boot_id", "limit_seconds", "steps"}
    assert told.keys() - {"knows_after"} == keys
    assert told["steps"][0]["at"] == 0
    times = [step["at"] for step in told["steps"]]
    assert times == sorted(times)
    ends = 0
    for step in told["steps"]:
        assert step.keys() <= {"at", "late", "hears", "sends", "wakes", "ends"}
        ends += "ends" in step
        assert ("wakes" in step) == (ends == 0)
        for name, values in [pair for message in step["sends"] for pair in message.items()]:
            known = {field.name for field in fields(ADDRESSES[f"/sideman/{name}"])}
            assert values.keys() <= known & set(LOOKED_AT)
    assert ends <= 1


def test_names_are_different() -> None:
    assert len({told["name"] for told in CONVERSATIONS}) == len(CONVERSATIONS)


def test_every_refusal_is_heard() -> None:
    heard = [step["hears"].get("refused", {}) for told in CONVERSATIONS for step in told["steps"] if "hears" in step]
    assert {refused.get("code") for refused in heard} >= REFUSALS.keys()
