"""Bytes and messages: the specification's bytes, every refusal by name, python-osc as the oracle, and a fuzz."""

from __future__ import annotations

import doctest
import math
import random
import re
import signal
import struct
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.errors import BadDatagram, BadValue
from bridge.wire import osc
from bridge.wire.osc import MAX_BUNDLE_MESSAGES, Message, decode, encode, size

Argument = int | float | str

NOW = bytes(7) + b"\1"
YEAR_2035 = bytes.fromhex("fe00000000000000")

FREQUENCY = bytes.fromhex("2f6f7363 696c6c61 746f722f 342f6672 65717565 6e637900 2c660000 43dc0000")
FOO = bytes.fromhex("2f666f6f 00000000 2c696973 66660000 000003e8 ffffffff 68656c6c 6f000000 3f9df3b6 40b5b22d")


def padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def message(address: bytes, tags: bytes = b",", arguments: bytes = b"") -> bytes:
    return padded(address) + padded(tags) + arguments


def int32(number: int) -> bytes:
    return struct.pack(">i", number)


def bundle(*elements: bytes, time_tag: bytes = NOW) -> bytes:
    return b"#bundle\0" + time_tag + b"".join(int32(len(element)) + element for element in elements)


def float32(number: float) -> float:
    (rounded,) = struct.unpack(">f", struct.pack(">f", number))
    assert isinstance(rounded, float)
    return rounded


def as_received(arguments: list[Argument]) -> list[tuple[type, Argument]]:
    """With their types, since 1 == 1.0 in Python."""
    return [(type(a), float32(a) if isinstance(a, float) else a) for a in arguments]


def built_by_python_osc(address: str, arguments: list[Argument]) -> OscMessage:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        # It would write -2**31 as 64 bits by itself.
        builder.add_arg(argument, "i" if isinstance(argument, int) else None)
    return builder.build()


address_characters = "".join(c for c in map(chr, range(0x21, 0x7F)) if c not in "#*,?[]{}")
addresses = st.text(address_characters, max_size=40).map("/".__add__)
whole_numbers = st.integers(-(2**31), 2**31 - 1)
decimals = st.floats(-3.4028234e38, 3.4028234e38)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
arguments_lists: st.SearchStrategy[list[Argument]] = st.lists(whole_numbers | decimals | texts, max_size=30)
by_seed = settings(deadline=None, derandomize=True, max_examples=300)


# What is read and written


def test_bytes_of_the_specification() -> None:
    assert encode("/oscillator/4/frequency", (440.0,)) == FREQUENCY
    assert decode(FREQUENCY) == (Message("/oscillator/4/frequency", (440.0,)),)
    assert encode("/foo", (1000, -1, "hello", 1.234, 5.678)) == FOO
    assert decode(FOO) == (Message("/foo", (1000, -1, "hello", float32(1.234), float32(5.678))),)


def test_a_message_without_arguments() -> None:
    assert encode("/ping") == b"/ping\0\0\0,\0\0\0"
    assert decode(b"/ping\0\0\0,\0\0\0") == (Message("/ping", ()),)


def test_texts_in_the_musicians_own_language() -> None:
    datagram = message(b"/preset", b",ss", padded("Schlagzeug für Élodie".encode()) + padded("ドラム".encode()))
    assert encode("/preset", ("Schlagzeug für Élodie", "ドラム")) == datagram
    assert decode(datagram) == (Message("/preset", ("Schlagzeug für Élodie", "ドラム")),)


@pytest.mark.parametrize("length", range(9))
def test_a_text_of_every_remainder_ends_in_one_to_four_nuls(length: int) -> None:
    text = "abcdefgh"[:length]
    datagram = encode("/t", (text, 7))
    assert datagram == b"/t\0\0,si\0" + padded(text.encode()) + int32(7)
    assert decode(datagram) == (Message("/t", (text, 7)),)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_decoded_as_they_are(number: float) -> None:
    (decoded,) = decode(message(b"/x", b",f", struct.pack(">f", number)))
    assert repr(decoded.arguments) == repr((number,))


def test_a_bundle_gives_its_messages_in_order() -> None:
    assert decode(bundle(FREQUENCY, FOO)) == decode(FREQUENCY) + decode(FOO)


def test_an_empty_bundle_gives_nothing() -> None:
    assert decode(bundle()) == ()


@pytest.mark.parametrize("time_tag", [bytes(8), NOW, YEAR_2035, b"\xff" * 8])
def test_the_time_tag_is_ignored(time_tag: bytes) -> None:
    assert decode(bundle(FREQUENCY, time_tag=time_tag)) == decode(FREQUENCY)


def test_the_largest_bundle() -> None:
    assert len(decode(bundle(*[FOO] * MAX_BUNDLE_MESSAGES))) == MAX_BUNDLE_MESSAGES


def test_the_largest_datagram() -> None:
    text = "x" * (65_504 - len(encode("/x", ("",))) + 3)
    datagram = encode("/x", (text,))
    assert len(datagram) == 65_504
    assert decode(datagram) == (Message("/x", (text,)),)


@by_seed
@given(addresses, arguments_lists)
def test_decode_undoes_encode(address: str, arguments: list[Argument]) -> None:
    (decoded,) = decode(encode(address, arguments))
    assert decoded.address == address
    assert [(type(a), a) for a in decoded.arguments] == as_received(arguments)


@by_seed
@given(addresses, arguments_lists)
def test_size_is_the_length_of_what_encode_makes(address: str, arguments: list[Argument]) -> None:
    assert size(address, arguments) == len(encode(address, arguments))


def test_the_examples_of_the_docstrings() -> None:
    assert doctest.testmod(osc) == (0, 2)


# The oracle


@by_seed
@given(addresses, arguments_lists)
def test_python_osc_reads_what_is_written_here(address: str, arguments: list[Argument]) -> None:
    read = OscMessage(encode(address, arguments))
    assert read.address == address
    assert [(type(a), a) for a in read.params] == as_received(arguments)


@by_seed
@given(addresses, arguments_lists)
def test_what_python_osc_writes_is_read_here(address: str, arguments: list[Argument]) -> None:
    built = built_by_python_osc(address, arguments)
    assert built.dgram == encode(address, arguments)
    (decoded,) = decode(built.dgram)
    assert decoded.address == address
    assert [(type(a), a) for a in decoded.arguments] == as_received(arguments)


@by_seed
@given(st.lists(st.tuples(addresses, arguments_lists), max_size=8), st.sampled_from([0, 2_000_000_000]))
def test_bundles_of_python_osc_are_read_here(contents: list[tuple[str, list[Argument]]], timestamp: int) -> None:
    builder = OscBundleBuilder(timestamp)
    for address, arguments in contents:
        builder.add_content(built_by_python_osc(address, arguments))
    decoded = decode(builder.build().dgram)
    assert [each.address for each in decoded] == [address for address, _ in contents]
    assert [[(type(a), a) for a in each.arguments] for each in decoded] == [as_received(a) for _, a in contents]


# What is refused


@pytest.mark.parametrize(
    ("datagram", "sentence"),
    [
        pytest.param(b"", "The datagram is empty", id="empty datagram"),
        pytest.param(bytes(65_508), "65508 bytes long: at most 65507", id="oversize"),
        pytest.param(FOO[:-1], "ends at byte 39: the length", id="length not a multiple of 4"),
        pytest.param(padded(b"foo") + padded(b","), "address at byte 0 does not start with /", id="no slash"),
        pytest.param(bytes(8), "address at byte 0 does not start with /", id="empty address"),
        pytest.param(b"#bundles" + FOO, "address at byte 0 does not start with /", id="almost a bundle"),
        pytest.param(message(b"/a\x07"), r"has '\x07' at byte 2", id="control character in the address"),
        pytest.param(message(b"/a\x7f"), r"has '\x7f' at byte 2", id="delete in the address"),
        pytest.param(message("/é".encode()), r"has '\xc3' at byte 1", id="address beyond ASCII"),
        *(
            pytest.param(message(b"/ab" + c + b"d"), f"has '{c.decode()}' at byte 3", id=f"pattern character {c!r}")
            for c in (b"#", b"*", b",", b"?", b"[", b"]", b"{", b"}", b" ")
        ),
        pytest.param(b"/" + b"*" * 98 + b"x" + padded(b""), "has '*' at byte 1", id="stars that stall a regex"),
        pytest.param(b"/foobar/", "address at byte 0 has no NUL", id="address without NUL"),
        pytest.param(b"/fo\0", "ends at byte 4, where its type tag string should start", id="no type tags"),
        pytest.param(b"/f\0x,\0\0\0", "address at byte 0 must be zero, from byte 2 to 3", id="address padding"),
        pytest.param(b"/fo\0,iii", "type tag string at byte 4 has no NUL", id="type tags without NUL"),
        pytest.param(b"/fo\0,\0\0i", "after the type tag string at byte 4 must be zero", id="type tag padding"),
        pytest.param(b"/fo\0ii\0\0" + bytes(8), "at byte 4 does not start with a comma", id="no comma"),
        pytest.param(b"/fo\0\0\0\0\0", "at byte 4 does not start with a comma", id="empty type tags"),
        *(
            pytest.param(message(b"/f", b",i" + tag, bytes(16)), f"at byte 6 is {tag.decode()!r}", id=f"tag {tag!r}")
            for tag in (b"b", b"d", b"h", b"t", b"T", b"F", b"N", b"I", b"[", b"]", b"S", b",", b"\x01")
        ),
        pytest.param(message(b"/f", b",iii", bytes(8)), "early for its 3 arguments from byte 12", id="too few numbers"),
        pytest.param(message(b"/f", b",si", padded(b"abcd")), "at byte 16, amid the numbers", id="cut amid numbers"),
        pytest.param(message(b"/f", b",ss", padded(b"abcd")), "byte 16, where its text should start", id="no text"),
        pytest.param(message(b"/f", b",s", b"abcd"), "text at byte 8 has no NUL", id="text without NUL"),
        pytest.param(message(b"/f", b",s", b"a\0\0b"), "at byte 8 must be zero, from byte 9 to 11", id="text padding"),
        pytest.param(message(b"/f", b",s", padded(b"ab\xff")), "at byte 8 is not UTF-8 at byte 10", id="invalid UTF-8"),
        pytest.param(message(b"/f", b",s", padded(b"a\xc3")), "at byte 8 is not UTF-8 at byte 9", id="UTF-8 cut short"),
        pytest.param(message(b"/f", b",s", padded(b"\xed\xa0\x80")), "not UTF-8 at byte 8", id="surrogate in UTF-8"),
        pytest.param(FOO + bytes(4), "goes on at byte 40, after the last of its 5 arguments", id="trailing bytes"),
        pytest.param(FOO + FOO, "goes on at byte 40", id="two messages without a bundle"),
        pytest.param(b"#bundle\0", "bundle ends at byte 8, amid its head", id="no time tag"),
        pytest.param(b"#bundle\0" + bytes(4), "bundle ends at byte 12, amid its head", id="half a time tag"),
        pytest.param(bundle() + int32(-4), "element at byte 16 has size -4", id="element of size -4"),
        pytest.param(bundle() + int32(-28) + FOO, "element at byte 16 has size -28", id="element of size -28"),
        pytest.param(bundle() + int32(0), "element at byte 16 has size 0", id="element of size 0"),
        pytest.param(bundle() + int32(6) + bytes(8), "element at byte 16 has size 6", id="element of size 6"),
        pytest.param(bundle() + int32(44) + FOO, "at byte 16 has size 44, but 40 bytes follow", id="element too long"),
        pytest.param(bundle(FOO) + int32(2**31 - 4), "has size 2147483644, but 0 bytes follow", id="far too long"),
        pytest.param(bundle(FOO, bundle(FOO)), "inside the bundle, at byte 64", id="bundle in a bundle"),
        pytest.param(bundle(FOO + bytes(4)), "goes on at byte 60", id="trailing bytes in an element"),
        pytest.param(bundle(b"/fo\0", FOO), "ends at byte 24, where its type tag", id="element without type tags"),
        pytest.param(
            bundle(message(b"/f", b",s", b"abcd"), FOO), "text at byte 28 has no NUL", id="text beyond its element"
        ),
        pytest.param(bundle(FOO, message(b"/a*")), "has '*' at byte 66", id="one bad message in a bundle"),
        pytest.param(
            bundle(*[message(b"/a")] * 65), "goes on at byte 784, after 64 messages", id="too many bundle elements"
        ),
    ],
)
def test_refused_datagrams(datagram: bytes, sentence: str) -> None:
    with pytest.raises(BadDatagram, match=re.escape(sentence)):
        decode(datagram)


def test_bundles_nested_hundreds_deep_are_refused() -> None:
    nested = FOO
    for _ in range(400):
        nested = bundle(nested)
    with pytest.raises(BadDatagram, match="only flat bundles"):
        decode(nested)


@pytest.mark.parametrize(
    ("address", "arguments", "sentence"),
    [
        pytest.param("", (), "'' is not an address", id="empty address"),
        pytest.param("foo", (), "'foo' is not an address", id="no slash"),
        pytest.param("/a b", (), "'/a b' is not an address", id="space"),
        pytest.param("/a*", (), "use printable ASCII without #*,?[]{} or space", id="star"),
        pytest.param("/a\0", (), r"'/a\x00' is not an address", id="NUL in the address"),
        pytest.param("/a\n", (), r"'/a\n' is not an address", id="newline at the end"),
        pytest.param("/é", (), "'/é' is not an address", id="address beyond ASCII"),
        pytest.param("/a", (0, True), "Argument 2 of /a is True, a bool", id="bool"),
        pytest.param("/a", (None,), "Argument 1 of /a is None, a NoneType", id="None"),
        pytest.param("/a", (b"x",), "Argument 1 of /a is b'x', a bytes", id="bytes"),
        pytest.param("/a", (2**31,), "Argument 1 of /a does not fit 32 bits", id="whole number too high"),
        pytest.param("/a", (-(2**31) - 1,), "Argument 1 of /a does not fit 32 bits", id="whole number too low"),
        pytest.param("/a", (10**5000,), "Argument 1 of /a does not fit 32 bits", id="whole number too long to print"),
        pytest.param("/a", (math.nan,), "Argument 1 of /a is nan", id="NaN"),
        pytest.param("/a", (math.inf,), "Argument 1 of /a is inf", id="infinity"),
        pytest.param("/a", (0.5, -math.inf), "Argument 2 of /a is -inf", id="minus infinity"),
        pytest.param("/a", (1e39,), "Argument 1 of /a is 1e+39: use a finite decimal from -3.4e38", id="too large"),
        pytest.param("/a", ("a\0b",), "Argument 1 of /a has a NUL character", id="NUL in a text"),
        pytest.param("/a", ("\ud800",), "Argument 1 of /a has half a surrogate pair", id="half a surrogate pair"),
        pytest.param("/a", ("x" * 65_500,), "/a would take 65512 bytes", id="too long for a datagram"),
    ],
)
def test_refused_values(address: str, arguments: tuple[Argument, ...], sentence: str) -> None:
    with pytest.raises(BadValue, match=re.escape(sentence)):
        encode(address, arguments)


def test_the_last_decimal_that_fits_32_bits() -> None:
    first_too_large = float(2**128 - 2**103)
    largest = math.nextafter(first_too_large, 0.0)
    assert decode(encode("/x", (largest, -largest)))[0].arguments == (float32(largest), -float32(largest))
    for number in (first_too_large, -first_too_large):
        with pytest.raises(BadValue, match="use a finite decimal"):
            encode("/x", (number,))


def test_ever_new_type_tags_do_not_fill_the_memory() -> None:
    rng = random.Random(20)
    tracemalloc.start()
    try:
        for count, repeats in ((512, 500), (10_000, 20)):
            for _ in range(repeats):
                tags = "".join(rng.choices("if", k=count))
                decode(message(b"/x", b"," + tags.encode(), bytes(4 * count)))
        kept_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept_bytes < 4_000_000


# The fuzz

FUZZ_DATAGRAMS = 200_000
FUZZ_BATCH = 1_000
HANG_SECONDS = 0.5

MUTATIONS = ["flip"] * 4 + ["byte", "byte", "int", "cut", "drop", "repeat", "splice", "head"]
INTERESTING_BYTES = b"\0\1\x7f\x80\xff/,#*?[]{} sifbdhTFN"
INTERESTING_INTS = [-(2**31), -28, -4, -1, 0, 1, 3, 4, 8, 16, 20, 28, 400, 65_508, 2**31 - 4, 2**31 - 1]


class Hang(BaseException):
    """Not an Exception, so that nothing swallows it on its way."""


@contextmanager
def hang_alarm() -> Iterator[None]:
    """Ends the block after half a second of processor time, so that a busy machine does not count as a hang."""
    if sys.platform == "win32":
        yield
        return

    def ring(signal_number: int, frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def valid_datagrams(rng: random.Random) -> list[bytes]:
    notes = [v for _ in range(50) for v in (rng.randrange(128), rng.random() * 32, rng.random(), rng.randrange(128))]
    messages = [
        FREQUENCY,
        FOO,
        encode("/ping"),
        encode("/blend", ("device", 12, 9001, 0.5, 0.25, "Schlagzeug für Élodie", "")),
        encode("/names", ("ドラム", "🥁", "one", "two", "three", "four")),
        encode("/clip/part", ("device", 13, 0, 2, *notes[:40])),
        encode("/clip/part", ("device", 13, 1, 2, *notes)),
    ]
    return [
        *messages,
        bundle(),
        bundle(FOO),
        bundle(*messages[:5], time_tag=YEAR_2035),
        bundle(*[messages[2]] * 64),
        bundle(*[messages[2]] * 30, FOO),
        bundle(bundle(FOO)),
    ]


def mutated(rng: random.Random, valid: list[bytes]) -> bytes:
    datagram = bytearray(rng.choice(valid))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(datagram) + 1)
        word = at & ~3
        kind = rng.choice(MUTATIONS)
        if kind == "flip" and at < len(datagram):
            datagram[at] ^= 1 << rng.randrange(8)
        elif kind == "byte" and at < len(datagram):
            datagram[at] = rng.choice(INTERESTING_BYTES)
        elif kind == "int":
            datagram[word : word + 4] = int32(rng.choice(INTERESTING_INTS))
        elif kind == "cut":
            del datagram[at if rng.random() < 0.2 else word :]
        elif kind == "drop":
            del datagram[word : word + 4 * rng.randrange(1, 4)]
        elif kind == "repeat":
            datagram[word:word] = datagram[word : word + 4 * rng.randrange(1, 8)]
        elif kind == "splice":
            other = rng.choice(valid)
            start = rng.randrange(len(other) + 1) & ~3
            datagram[word:] = other[start:]
        elif kind == "head" and datagram:
            # The head of a datagram is short, and most of the rules are about it.
            datagram[rng.randrange(min(len(datagram), 24))] = rng.choice(INTERESTING_BYTES)
    return bytes(datagram)


def test_fuzz_raises_nothing_but_bad_datagram() -> None:
    rng = random.Random(1_957)
    valid = valid_datagrams(rng)
    refusals: Counter[str] = Counter()
    decoded_count = 0
    for _ in range(FUZZ_DATAGRAMS // FUZZ_BATCH):
        batch = [mutated(rng, valid) for _ in range(FUZZ_BATCH)]
        sentences: list[str] = []
        decoded: list[tuple[bytes, tuple[Message, ...]]] = []
        datagram = b""
        # Half a second for the whole batch: stricter than half a second for each.
        try:
            with hang_alarm():
                for datagram in batch:
                    try:
                        decoded.append((datagram, decode(datagram)))
                    except BadDatagram as refusal:
                        sentences.append(str(refusal))
        except (Exception, Hang) as error:
            pytest.fail(f"{error!r} while decoding {datagram.hex()}")
        refusals.update(re.sub(r"-?\d+|is '.+?':|has '.+?' at", "_", sentence) for sentence in sentences)
        decoded_count += len(decoded)
        for datagram, messages in decoded:
            if all(isinstance(a, str) or math.isfinite(a) for one in messages for a in one.arguments):
                # There is one spelling of a message, so what was read is all that the datagram held.
                spelled = [encode(one.address, one.arguments) for one in messages]
                assert datagram in (b"".join(spelled), bundle(*spelled, time_tag=datagram[8:16]))
        for datagram, messages in decoded[:20]:
            if datagram.startswith(b"/"):
                # Checked by now, so python-osc may see it.
                read = OscMessage(datagram)
                assert repr((read.address, *read.params)) == repr((messages[0].address, *messages[0].arguments))
    assert decoded_count > FUZZ_DATAGRAMS * 0.2
    assert len(refusals) >= 20


@by_seed
@given(st.binary(max_size=200) | st.binary(max_size=200).map(b"/a\0\0,s\0\0".__add__))
def test_any_bytes_are_read_or_refused(datagram: bytes) -> None:
    with suppress(BadDatagram):
        decode(datagram)
