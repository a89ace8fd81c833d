"""The one table: every message survives the wire, and every value that may not pass is refused by its name."""

from __future__ import annotations

import doctest
import math
import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bridge.errors import BadDatagram, BadValue, Unsupported
from bridge.music.clip import Note
from bridge.says import INT_HIGH, Column
from bridge.settings import SETTINGS
from bridge.wire import examples, osc
from bridge.wire import fields as wire_fields
from bridge.wire.examples import EXAMPLES
from bridge.wire.fields import from_message, head_of, to_datagram
from bridge.wire.protocol import (
    ADDRESSES,
    DATAGRAM_BYTES,
    MESSAGES,
    VERSION,
    Ask,
    Blend,
    ClipPart,
    ClipRef,
    Generate,
    Hello,
    Message,
    Name,
    Path,
    Point,
    ResultHead,
    columns,
)

Argument = int | float | str

HEAD: dict[str, Any] = {"device": "pad", "session": 7, "request_id": 3, "reply_port": 42712}
EXAMPLE = {type(message): message for message in EXAMPLES}


def ids(value: object) -> str | None:
    return getattr(value, "ADDRESS", None)


def float32(number: float) -> float:
    (rounded,) = struct.unpack(">f", struct.pack(">f", number))
    assert isinstance(rounded, float)
    return rounded


def on_the_wire(message: Message) -> osc.Message:
    (decoded,) = osc.decode(to_datagram(message))
    return decoded


def arrived(message: Message) -> Message:
    return from_message(on_the_wire(message))


def changed(message: Message, index: int, argument: Argument) -> osc.Message:
    """The message with another argument in place of the one at `index`."""
    sent = on_the_wire(message)
    return osc.Message(sent.address, (*sent.arguments[:index], argument, *sent.arguments[index + 1 :]))


def refused(message: osc.Message) -> str:
    with pytest.raises(BadValue) as caught:
        from_message(message)
    return str(caught.value)


# Where each field's value lies among the arguments: the table, walked by another way than the parser's.


def places(kind: type, holder: object, at: int = 0) -> Iterator[tuple[int, Column, bool]]:
    """The index of every argument, its column, and whether it is the number of a list's members."""
    for column in columns(kind):
        value = getattr(holder, column.name)
        members = value if column.many else (value,)
        if column.many:
            yield at, column, True
            at += 1
        for member in members:
            if column.group:
                inner = list(places(type(member), member, at))
                yield from inner
                at += len(inner)
            else:
                yield at, column, False
                at += 1


PLACES = [
    (message, index, column, counts)
    for message in EXAMPLES
    for index, column, counts in places(type(message), message)
    # The first two notes of a clip stand for all.
    if not (isinstance(message, ClipPart) and index > 20)
]
EACH_NUMBER = pytest.mark.parametrize(
    ("message", "index", "column", "counts"), [place for place in PLACES if place[2].kind is not str or place[3]]
)
EACH_WHOLE_NUMBER = pytest.mark.parametrize(
    ("message", "index", "column", "counts"),
    [place for place in PLACES if place[2].kind in (int, bool) or place[3]],
)
EACH_TEXT = pytest.mark.parametrize(
    ("message", "index", "column"), [place[:3] for place in PLACES if place[2].kind is str and not place[3]]
)


def limits(column: Column, counts: bool) -> tuple[float, float]:
    """An index in a row of numbers has no limits in the table but those of all indices."""
    if column.many and not counts:
        return 0, INT_HIGH
    return column.says.low, column.says.high


# --- the table ----------------------------------------------------------------------------------------------------


def test_every_message_has_one_example_in_the_order_of_the_table() -> None:
    assert tuple(type(example) for example in EXAMPLES) == MESSAGES


def test_addresses_are_unique_and_all_of_sideman() -> None:
    addresses = [kind.ADDRESS for kind in MESSAGES]
    assert len(set(addresses)) == len(addresses) == len(ADDRESSES)
    assert all(re.fullmatch(r"/sideman/[a-z]+(/[a-z]+)?", address) for address in addresses)


def test_every_field_and_every_message_says_what_it_means() -> None:
    for kind in MESSAGES:
        assert kind.__doc__
        for column in columns(kind):
            for each in (column, *column.group):
                assert each.says.meaning, (kind, each.name)
                assert each.says.low < each.says.high


def test_the_ranges_of_settings_are_those_of_the_settings() -> None:
    found = {column.name: column for kind in MESSAGES for column in columns(kind) if column.name in SETTINGS}
    assert set(found) == set(SETTINGS)
    for name, column in found.items():
        setting = SETTINGS[name]
        assert (column.says.low, column.says.high, column.optional) == (setting.low, setting.high, True)
        assert (column.kind is int) == setting.whole


def test_the_examples_of_the_docstrings() -> None:
    failed, tried = doctest.testmod(wire_fields)
    assert (failed, tried > 3) == (0, True)


# --- what is written is read --------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES, ids=ids)
def test_every_example_survives_the_wire(example: Message) -> None:
    datagram = to_datagram(example)
    assert len(datagram) <= DATAGRAM_BYTES
    assert from_message(osc.decode(datagram)[0]) == example


@pytest.mark.parametrize("example", EXAMPLES, ids=ids)
def test_whole_numbers_and_decimals_are_both_taken_for_any_number(example: Message) -> None:
    """Max has one number type, and sends what it likes."""
    sent = on_the_wire(example)
    decimals = tuple(float(a) if isinstance(a, int) and float32(a) == a else a for a in sent.arguments)
    wholes = tuple(int(a) if isinstance(a, float) and a.is_integer() else a for a in sent.arguments)
    for arguments in (decimals, wholes):
        again = from_message(osc.decode(osc.encode(sent.address, arguments))[0])
        assert again == example
        # With their types: a number of steps that is 3.0 would fail later.
        assert repr(again) == repr(example)


characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


def values(column: Column) -> st.SearchStrategy[Any]:
    says = column.says
    if column.group:
        made: st.SearchStrategy[Any] = st.builds(column.kind, *map(values, column.group))
    elif column.kind is str:
        # An optional text that is empty is none.
        made = st.text(characters, min_size=int(column.optional), max_size=min(40, says.longest))
        made = made.filter(lambda text: len(text.encode()) <= says.longest)
    elif column.kind is float:
        low = says.low or (2.0**-20 if column.name == "length_beats" else 0.0)  # a note has a length
        made = st.floats(low, says.high).map(float32).filter(lambda number: low <= number <= says.high)
    elif column.kind is bool:
        made = st.booleans()
    else:
        low, high = limits(column, counts=False)
        made = st.integers(int(low), int(high))
    if column.many:
        return st.lists(made, min_size=int(says.low), max_size=min(6, int(says.high))).map(tuple)
    return st.none() | made if column.optional else made


def messages(kind: type[Message]) -> st.SearchStrategy[Message]:
    return st.builds(kind, **{column.name: values(column) for column in columns(kind)})


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(MESSAGES).flatmap(messages))
def test_any_message_survives_the_wire(message: Message) -> None:
    _, sent = wire_fields._written(message, VERSION)
    assume(osc.size(message.ADDRESS, sent) <= DATAGRAM_BYTES)  # see below for what is larger
    datagram = to_datagram(message)
    assert len(datagram) <= DATAGRAM_BYTES
    assert from_message(osc.decode(datagram)[0]) == message


# --- the largest messages -----------------------------------------------------------------------------------------


def longest_text(most_bytes: int) -> str:
    """As few characters as make so many bytes: clefs of four bytes each."""
    return "\N{MUSICAL SYMBOL G CLEF}" * (most_bytes // 4)


def largest(kind: type, name_bytes: int = 10**6) -> Any:
    """Every text as long as may be, every list as full; texts but the device's name at most `name_bytes` long."""
    given = {}
    for column in columns(kind):
        if column.group:
            member = largest(column.kind, name_bytes)
        elif column.kind is str:
            longest = column.says.longest if column.name == "device" else min(column.says.longest, name_bytes)
            member = longest_text(longest)
        else:
            member = column.kind(min(column.says.high, 1e6))
        given[column.name] = (member,) * int(column.says.high) if column.many else member
    return kind(**given)


@pytest.mark.parametrize("kind", [kind for kind in MESSAGES if kind not in (Blend, Path)], ids=ids)
def test_the_largest_message_fits_its_datagram(kind: type[Message]) -> None:
    message = largest(kind)
    assert len(to_datagram(message)) <= DATAGRAM_BYTES
    assert arrived(message) == message


@pytest.mark.parametrize(("kind", "name_bytes"), [(Blend, 72), (Path, 12)], ids=ids)
def test_the_largest_blend_and_path_fit_with_names_of_usual_length(kind: type[Message], name_bytes: int) -> None:
    """Four corners, each with a kit, a preset, a model, a device's name of 48 bytes; a path of 64 points."""
    message = largest(kind, name_bytes)
    assert len(to_datagram(message)) <= DATAGRAM_BYTES
    assert arrived(message) == message


@pytest.mark.parametrize("kind", [Blend, Path], ids=ids)
def test_what_fits_no_datagram_is_refused_where_it_is_made(kind: type[Message]) -> None:
    verb = kind.ADDRESS.removeprefix("/sideman/")
    with pytest.raises(BadValue, match=rf"{verb}: the message takes 1,\d+ bytes: a datagram carries up to 1,024\. Use"):
        to_datagram(largest(kind))


# --- what is refused ----------------------------------------------------------------------------------------------


def told(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def assert_names_it_all(sentence: str, message: Message, column: Column, counts: bool, value: str) -> None:
    low, high = limits(column, counts)
    what = f"the number of {column.name}" if counts else column.name
    verb = message.ADDRESS.removeprefix("/sideman/")
    assert sentence.startswith(f"{verb}: {what} is {value}: it must be a ")
    assert f"number from {told(low)} to {told(high)}" in sentence


@EACH_NUMBER
def test_numbers_that_may_not_be_are_refused_by_verb_field_value_and_range(
    message: Message, index: int, column: Column, counts: bool
) -> None:
    low, high = limits(column, counts)
    # As far beyond as float32 tells apart; -1 is none where there may be none.
    below = min(float32(low * 1.000001), low - 1.0) if not column.optional else -2.0
    above = max(float32(high * 1.000001), high + 1.0)
    for value in (below, above):
        sentence = refused(changed(message, index, value))
        assert_names_it_all(sentence, message, column, counts, told(value))
    for value in (math.nan, math.inf, -math.inf):
        assert_names_it_all(refused(changed(message, index, value)), message, column, counts, str(value))
    sentence = refused(changed(message, index, "loud"))
    assert_names_it_all(sentence, message, column, counts, "the text 'loud'")


@EACH_WHOLE_NUMBER
def test_a_fraction_is_refused_where_a_whole_number_is_meant(
    message: Message, index: int, column: Column, counts: bool
) -> None:
    low, _ = limits(column, counts)
    value = max(low, 0.0) + 0.5
    sentence = refused(changed(message, index, value))
    assert_names_it_all(sentence, message, column, counts, str(value))
    assert "it must be a whole number" in sentence


@EACH_TEXT
def test_texts_that_are_numbers_or_too_long_are_refused(message: Message, index: int, column: Column) -> None:
    verb, longest = message.ADDRESS.removeprefix("/sideman/"), column.says.longest
    assert refused(changed(message, index, 0.5)) == f"{verb}: {column.name} is the number 0.5: it must be a text."
    from_message(changed(message, index, "x" * longest))
    sentence = refused(changed(message, index, "x" * (longest + 1)))
    assert sentence.startswith(f"{verb}: {column.name} takes {longest + 1} bytes: it may take up to {longest}.")


def test_the_length_of_a_text_is_counted_in_bytes() -> None:
    """Or the longest names in another script would not fit a datagram."""
    assert arrived(Hello(**{**HEAD, "device": "é" * 24})) == Hello(**{**HEAD, "device": "é" * 24})
    sentence = refused(changed(Hello(**HEAD), 0, "é" * 25))
    assert sentence.startswith("hello: device takes 50 bytes: it may take up to 48.")


@pytest.mark.parametrize(
    ("x", "shown"),
    [(math.nextafter(1.0, 2.0), "1"), (float32(1.0000001), "1.0000001"), (float32(1.1), "1.1"), (1.5, "1.5")],
)
def test_a_value_beyond_its_range_is_not_shown_as_its_limit(x: float, shown: str) -> None:
    """As float32, that is: nothing between 1 and 1.0000001 comes over the wire."""
    at = [column.name for column in columns(Blend)].index("x")
    assert refused(changed(Blend(**HEAD, corners=(ClipRef("a"),) * 2), at, x)).startswith(f"blend: x is {shown}: ")


def test_a_note_of_no_length_is_refused() -> None:
    message = replace(EXAMPLE[ClipPart], notes=(Note(36, 0.0, 0.5, 100.0),))
    at = len(on_the_wire(message).arguments) - 3
    assert "A note on pitch 36 is 0.0 beats long" in refused(changed(message, at, 0.0))
    assert "clip: length_beats is -0.5: it must be a number from 0" in refused(changed(message, at, -0.5))


def test_nan_is_refused_by_its_field_before_it_is_sent() -> None:
    with pytest.raises(BadValue, match=r"^blend: x is nan: it must be a number from 0 to 1\.$"):
        to_datagram(Blend(**HEAD, x=math.nan, corners=(ClipRef("a"),) * 2))
    with pytest.raises(BadValue, match=r"^generate: bars is 1000000000000: it must be a whole number from 1 to 64\.$"):
        to_datagram(Generate(**HEAD, bars=10**12))


@pytest.mark.parametrize("example", EXAMPLES, ids=ids)
def test_too_few_and_too_many_arguments_are_refused_by_verb_and_number(example: Message) -> None:
    sent = on_the_wire(example)
    verb = sent.address.removeprefix("/sideman/")
    later = len(columns(type(example))) - len(columns(type(example), version=1))
    for few in range(len(sent.arguments) - later):
        with pytest.raises(BadDatagram, match=rf"^{verb}: the message ends after {few} arguments: see docs/protocol"):
            from_message(osc.Message(sent.address, sent.arguments[:few]))
    for extra in ((0,), (0.0, "more")):
        longer = osc.Message(sent.address, (*sent.arguments, *extra))
        if isinstance(example, Ask):
            with pytest.raises(Unsupported, match=rf"^{verb}: the message has {len(extra)} arguments more than this"):
                from_message(longer)
        else:
            assert from_message(longer) == arrived(example), "what a newer bridge adds is passed over"


def test_an_address_that_is_in_no_row_is_refused_by_name() -> None:
    for address in ("/sideman/dance", "/sideman/blend/"):
        with pytest.raises(Unsupported, match=re.escape(f"This bridge does not know {address} (version {VERSION} of")):
            from_message(osc.Message(address, ()))
    for address in ("/sideman", "/" + "x" * 500):
        with pytest.raises(BadDatagram, match=re.escape(f"There is no message {address[:64]}: ")):
            from_message(osc.Message(address, ()))


arguments = st.lists(
    st.integers(-(2**31), INT_HIGH) | st.floats(width=32) | st.text(characters, max_size=20), max_size=40
)


@settings(max_examples=300)
@given(st.sampled_from(EXAMPLES), st.data())
def test_whatever_stands_in_a_message_it_is_read_or_refused(example: Message, data: st.DataObject) -> None:
    sent = on_the_wire(example).arguments
    cut = data.draw(st.integers(0, len(sent)))
    message = osc.Message(example.ADDRESS, (*sent[:cut], *data.draw(arguments)))
    with suppress(BadValue, BadDatagram, Unsupported):
        assert type(from_message(message)) is type(example)


# --- whoever sent it is told --------------------------------------------------------------------------------------


def test_the_head_of_a_spoiled_message_is_read() -> None:
    sent: Sequence[Argument] = on_the_wire(EXAMPLE[Blend]).arguments
    head = head_of(osc.Message("/sideman/blend", (*sent[:4], "spoiled")))
    assert head == Ask(**{name: getattr(EXAMPLE[Blend], name) for name in HEAD})
    assert head_of(osc.Message("/sideman/dance", tuple(sent[:4]))) == head


@pytest.mark.parametrize(
    "start",
    [(), ("pad",), ("pad", 7, 3), (7, 7, 3, 42712), ("pad", 7, 3, 0), ("pad", 7, 3, 65536), ("pad", 7, -1, 42712),
     ("pad", 7.5, 3, 42712), ("pad", math.nan, 3, 42712), ("p" * 49, 7, 3, 42712)],
)  # fmt: skip
def test_without_a_whole_head_nobody_is_told(start: tuple[Argument, ...]) -> None:
    assert head_of(osc.Message("/sideman/ping", start)) is None


def test_what_the_bridge_says_has_no_head_that_it_would_answer() -> None:
    """Else two bridges, or one whose reply port is its own, would talk for ever."""
    for example in EXAMPLES:
        if not isinstance(example, Ask):
            assert head_of(on_the_wire(example)) is None


def test_none_is_minus_one_or_an_empty_text() -> None:
    request = Generate(**HEAD)
    sent = on_the_wire(request).arguments
    nones = [column for column in columns(Generate) if getattr(request, column.name) is None]
    assert len(nones) >= 14
    assert [a for a in sent if a in (-1, "")] == ["" if column.kind is str else -1 for column in nones]
    assert arrived(request) == request
    name = Name(session=1, request_id=2, part=0, parts=1, kind="kit", name="mine")
    assert arrived(name) == name


def test_a_path_takes_a_point_for_every_bar_of_the_longest_clip() -> None:
    path = Path(**HEAD, corners=(ClipRef("0" * 16), ClipRef("1" * 16)), points=(Point(0.5, 0.25),) * 64)
    assert arrived(path) == path


def test_a_boundary_at_the_end_of_the_longest_song_can_be_said() -> None:
    head = replace(EXAMPLE[ResultHead], start_song_beats=float32(1e9 + 1024))
    assert arrived(head) == head


@pytest.mark.parametrize("kind", MESSAGES, ids=ids)
def test_a_message_without_an_example_by_hand_gets_a_plain_one_that_survives_the_wire(kind: type[Message]) -> None:
    plain = kind(**{column.name: examples._plain(column) for column in columns(kind)})
    assert arrived(plain) == plain
