"""What can be asked, as values: they check themselves as the wire does, and carry the clips themselves."""

from __future__ import annotations

import math
from dataclasses import MISSING, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given as examples_of
from hypothesis import settings
from hypothesis import strategies as st

from bridge import requests
from bridge.errors import BadValue
from bridge.music.clip import Clip, Note
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import Meter
from bridge.requests import (
    Blend,
    Continue,
    Drumify,
    Generate,
    Given,
    Humanise,
    Interpolate,
    Path,
    Point,
    Request,
    Vary,
    given,
)  # fmt: skip
from bridge.settings import SETTINGS
from bridge.transport import Transport
from bridge.wire import osc
from bridge.wire.delivery import clip_hash
from bridge.wire.envelope import Envelope, opened, sealed
from bridge.wire.fields import from_message, to_datagram
from bridge.wire.protocol import MESSAGES, SkillAsk

A = Clip((Note(36, 0.0, 0.25, 112.0), Note(38, 1.0, 0.25, 100.0)), 4.0)
B = Clip((Note(42, 0.5, 0.25, 90.0),), 8.0)
HEAD: dict[str, Any] = {"device": "pad", "session": 7, "request_id": 3, "reply_port": 42712}
MORE: dict[type[Request[Any]], dict[str, Any]] = {
    Interpolate: {"last": Given(B)},
    Blend: {"corners": given((A, B, A))},
    Path: {"points": (Point(0.0, 0.0), Point(1.0, 0.5))},
    Continue: {"chords": (Given(B),)},
}
BARE: dict[type[Request[Any]], dict[str, Any]] = {
    kind: {name: given((A, B)) if many else Given(A) for name, many in requests.clip_fields(kind)} | MORE.get(kind, {})
    for kind in requests.REQUESTS
}
"""Each kind of request with no more than it must have."""
KINDS = pytest.mark.parametrize("kind", BARE, ids=lambda kind: kind.SKILL)


def name_of(clip: Clip) -> str:
    return clip_hash(clip.length_beats, clip.meter, clip.notes)


def test_every_kind_has_a_message_that_is_made_of_it() -> None:
    """Else it could not be sent, and a message could not be opened."""
    messages = [message for message in MESSAGES if issubclass(message, SkillAsk)]
    made_of = [kind for message in messages for kind in requests.REQUESTS if issubclass(message, kind)]
    assert len(made_of) == len(messages)
    assert set(made_of) == set(requests.REQUESTS)


# --- as on the wire -----------------------------------------------------------------------------------------------


OUTSIDE: dict[str, list[Any]] = {
    "low_pitch": [128, 60.5],
    "root": [12],
    "x": [1.5, -0.1],
    "y": [2],
    "seed": [-1, 2**31],
    "tempo_bpm": [19, 1000, math.nan],
    "numerator": [0, 100],
    "denominator": [17],
    "keep_swing": [2],
    "scale": ["s" * 25],
    "instrument": ["i" * 9],
    "preset": ["p" * 161],
    "model": ["m" * 65],
}
WRONG = [
    (kind, name, value)
    for kind in BARE
    for field in fields(kind)
    for name in [field.name]
    for value in (
        [SETTINGS[name].high + 1, SETTINGS[name].low - 1.5, math.nan, math.inf, "loud"]
        if name in SETTINGS
        else OUTSIDE.get(name, [])
    )
]


@pytest.mark.parametrize(("kind", "name", "value"), WRONG)
def test_a_wrong_value_is_refused_with_the_wire_s_own_sentence(
    kind: type[Request[Given]], name: str, value: object
) -> None:
    with pytest.raises(BadValue) as in_python:
        kind(**{**BARE[kind], name: value})
    request: Any = kind(**BARE[kind])
    sent = osc.decode(to_datagram(sealed(Envelope(request, Transport()), HEAD, name_of)))[0]
    message = next(message for message in MESSAGES if sent.address == message.ADDRESS)
    at = next(i for i, field in enumerate(plain_fields(message)) if field == name)
    # -1 is none on the wire, and nothing that anybody says in Python.
    arguments = (*sent.arguments[:at], value, *sent.arguments[at + 1 :])
    with pytest.raises(BadValue) as on_the_wire:
        from_message(osc.Message(sent.address, arguments))
    assert str(in_python.value) == str(on_the_wire.value)


def plain_fields(message: Any) -> list[str]:
    """The names of the arguments of a message about one clip, two or three, as BARE has them."""
    from bridge.wire.protocol import columns

    names: list[str] = []
    counts = {"corners": 3 if message.ADDRESS.endswith("blend") else 2, "points": 2, "chords": 1}
    for column in columns(message):
        names += [f"count of {column.name}"] if column.many else []
        for _ in range(counts.get(column.name, 1)):
            names += [f"{column.name}.{member.name}" for member in column.group] or [column.name]
    return names


@KINDS
def test_minus_one_is_no_word_for_none_in_python(kind: type[Request[Given]]) -> None:
    for field in fields(kind):
        if field.name in SETTINGS and SETTINGS[field.name].low >= 0:
            with pytest.raises(BadValue, match=rf"^{kind.SKILL}: {field.name} is -1: it must be a "):
                kind(**{**BARE[kind], field.name: -1})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: Vary(clip=A), "vary: clip is Clip: it must be a Given."),  # type: ignore[arg-type,type-var]
        (lambda: Blend(corners=given((A,))),
         "blend: the number of corners is 1: it must be a whole number from 2 to 4."),
        (lambda: Blend(corners=given((A,) * 5)),
         "blend: the number of corners is 5: it must be a whole number from 2 to 4."),
        (lambda: Path(corners=given((A, B)), points=()),
         "path: the number of points is 0: it must be a whole number from 1 to 64."),
        (lambda: Path(corners=given((A, B)), points=(Point(0.0, 1.5),)),
         "path: y is 1.5: it must be a number from 0 to 1."),
        (lambda: Generate(bars=True), "generate: bars is True: it must be a number."),
        (lambda: Generate(bars=2.5), "generate: bars is 2.5: it must be a whole number from 1 to 64."),
        (lambda: Generate(preset=3), "generate: preset is the number 3: it must be a text."),
        (lambda: Humanise(clip=Given(A), keep_swing="yes"),
         "humanise: keep_swing is the text 'yes': it must be a whole number from 0 to 1."),
    ],
)  # fmt: skip
def test_what_only_python_can_get_wrong_has_a_sentence_too(wrong: Any, sentence: str) -> None:
    with pytest.raises(BadValue) as caught:
        wrong()
    assert str(caught.value) == sentence


def test_numbers_of_numpy_are_numbers() -> None:
    request: Any = Generate(bars=np.int64(4), density=np.float32(0.5), seed=np.uint8(7))
    values = (request.bars, request.density, request.seed)
    assert [(type(value), value) for value in values] == [(int, 4), (float, 0.5), (int, 7)]
    with pytest.raises(BadValue, match=r"^generate: bars is 65: it must be a whole number from 1 to 64\.$"):
        Generate(bars=np.int64(65))


def test_a_number_that_python_itself_will_not_write_is_refused_with_a_sentence() -> None:
    for huge in (10**15, 10**5000, -(10**5000)):
        with pytest.raises(BadValue, match="seed is a number of more than 15 digits: it must be"):
            Generate(seed=huge)


def test_values_become_what_their_fields_are() -> None:
    request: Any = Generate(bars=4.0, density=1, variations=None, scale="", temperature=0)
    values = (request.bars, request.density, request.variations, request.scale, request.temperature)
    assert [(type(value), value) for value in values] == [
        (int, 4), (float, 1.0), (type(None), None), (type(None), None), (float, 0.0),
    ]  # fmt: skip


# --- clips --------------------------------------------------------------------------------------------------------


def test_the_clips_of_a_request_are_counted_in_the_order_of_its_fields() -> None:
    assert Generate[Given]().clips == ()
    assert [given.clip for given in Interpolate(first=Given(A), last=Given(B)).clips] == [A, B]
    assert [given.clip for given in Continue(clip=Given(B), chords=(Given(A),)).clips] == [B, A]
    assert [given.clip for given in Blend(corners=given((B, A, B))).clips] == [B, A, B]


# --- the envelope -------------------------------------------------------------------------------------------------


@KINDS
def test_what_is_sealed_is_opened_again(kind: type[Request[Given]]) -> None:
    request: Any = kind(**BARE[kind], tempo_bpm=174.0, seed=9, preset="loose", temperature=0.5)
    meter = Meter(request.numerator, request.denominator) if kind is Generate else Meter(3, 4)
    transport = Transport(True, 65.25, 174.0, meter, 3.0)
    envelope = Envelope(request, transport, asked_seconds_ago=0.25, deadline_seconds=2.0)
    message = sealed(envelope, HEAD, name_of)
    again = from_message(osc.decode(to_datagram(message))[0])
    assert again == message
    assert isinstance(again, SkillAsk)
    clips = [given.clip for given in request.clips]
    assert [ref.clip_hash for ref in again.clips] == [name_of(clip) for clip in clips]
    assert opened(again, clips) == envelope


@examples_of(
    st.floats(0, 1, width=32), st.integers(1, 16), st.integers(0, 2**31 - 1), st.booleans(),
    st.sampled_from([None, "general_midi", "Schlagzeug für Élodie"]),
)  # fmt: skip
@settings(max_examples=100)
def test_settings_and_kits_survive_the_envelope(
    amount: float, variations: int, seed: int, flag: bool, kit: str | None
) -> None:
    for request in (
        Vary(clip=Given(A, kit), amount=amount, variations=variations, seed=seed),
        Humanise(clip=Given(A, kit), amount=amount, seed=seed, keep_swing=flag),
        Drumify(clip=Given(A, kit), castro=flag, use_timing=not flag, variations=variations, seed=seed),
        Continue(clip=Given(A, kit), chords=(Given(B),) if flag else (), with_primer=flag, seed=seed),
    ):
        message = from_message(osc.decode(to_datagram(sealed(Envelope(request, Transport()), HEAD, name_of)))[0])
        assert isinstance(message, SkillAsk)
        assert opened(message, [given.clip for given in request.clips]).request == request


def test_a_kit_travels_by_its_name() -> None:
    message = sealed(Envelope(Vary(clip=Given(A, GENERAL_MIDI)), Transport()), HEAD, name_of)
    assert [ref.kit for ref in message.clips] == ["general_midi"]


@pytest.mark.parametrize("change", [{"denominator": 3}, {"denominator": 12}])
def test_a_meter_that_cannot_be_is_refused_when_the_envelope_is_opened(change: dict[str, int]) -> None:
    for message in MESSAGES:
        if issubclass(message, SkillAsk):
            request: Any = next(kind for kind in BARE if issubclass(message, kind))
            sent: Any = sealed(Envelope(request(**BARE[request]), Transport()), HEAD, name_of)
            wrong = type(sent)(**{**{f.name: getattr(sent, f.name) for f in fields(sent)}, **change})
            with pytest.raises(BadValue, match="does not exist in Live"):
                opened(wrong, [given.clip for given in request(**BARE[request]).clips])


def test_no_default_stands_twice() -> None:
    """Neither in the messages nor in the requests is a setting's default: it is the preset's, else SETTINGS has it."""
    for kind in (*BARE, *MESSAGES):
        for field in fields(kind):
            if field.name in SETTINGS and issubclass(kind, requests.Request):
                assert field.default in (None, MISSING)
