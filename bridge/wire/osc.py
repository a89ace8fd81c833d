"""OSC 1.0: bytes and messages, every datagram checked first.

The bridge speaks a small part of OSC: one message, or one flat bundle of messages, whose arguments are
32-bit whole numbers (`i`), 32-bit decimals (`f`) and texts (`s`).

>>> encode("/tempo", (120.0, "4/4"))
b'/tempo\\x00\\x00,fs\\x00B\\xf0\\x00\\x004/4\\x00'
>>> decode(encode("/tempo", (120.0, "4/4")))
(Message(address='/tempo', arguments=(120.0, '4/4')),)

What is sent is written by python-osc, but for numbers (see `encode`). It never sees what arrives: its parser hangs for
ever on 20 bytes, and raises errors of many kinds. The tests ask it whether what is read and written here is OSC.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pythonosc.parsing.osc_types import BuildError, write_string

from bridge.errors import BadDatagram, BadValue

__all__ = ["MAX_BUNDLE_MESSAGES", "MAX_DATAGRAM_BYTES", "Message", "beginning", "decode", "encode", "size"]

MAX_DATAGRAM_BYTES = 65_507
"""The most that UDP carries over IPv4."""

MAX_BUNDLE_MESSAGES = 64

_BUNDLE = b"#bundle\0"
_BUNDLE_HEAD_BYTES = 16
_INT = struct.Struct(">i")
# Printable ASCII but the characters that OSC keeps for patterns: matching a pattern can stall for ever.
_ADDRESS = re.compile(rb"/[^\x00-\x20#*,?\[\]{}\x7f-\xff]*")
_RUNS = re.compile("s|[if]+")
# From here on, 32 bits round to infinity.
_FLOAT32_HIGH = float(2**128 - 2**103)
_FLOAT32_LOW = -_FLOAT32_HIGH
# Longer tag strings are compiled each time, so that 64 hostile ones cannot fill the memory.
_CACHED_TAGS = 512
_MOST_IN_A_BEGINNING = 16
_TAGS = {int: "i", float: "f", str: "s"}
_MOST_PLAIN_ARGUMENTS = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """One OSC message, as it came: the protocol checks what the arguments mean."""

    address: str
    arguments: tuple[int | float | str, ...]


def decode(datagram: bytes) -> tuple[Message, ...]:
    """Read the one message of a datagram, or all messages of a flat bundle, in order.

    The time tag of a bundle is ignored: its messages count as arrived now. One fault refuses the whole datagram.
    NaN and infinities are decoded as they are: the protocol's checks refuse them by the name of their field.

    Raises `BadDatagram`, and nothing else whatever the bytes, saying what is wrong at which byte, counted from 0.
    """
    length = len(datagram)
    if length == 0:
        raise BadDatagram("The datagram is empty: send an OSC message.")
    if length > MAX_DATAGRAM_BYTES:
        raise BadDatagram(f"The datagram is {length} bytes long: at most {MAX_DATAGRAM_BYTES} are read.")
    if length % 4:
        raise BadDatagram(f"The datagram ends at byte {length}: the length of an OSC packet is a multiple of 4.")
    if datagram.startswith(_BUNDLE):
        return _decode_bundle(datagram)
    return (_decode_message(datagram, 0, length),)


def beginning(datagram: bytes) -> Message | None:
    """What can be read of a message whose datagram `decode` refuses: the arguments up to where it is spoiled.

    So that whoever sent an argument of another type, or was cut short, can be told. None where there is no address with
    arguments. Raises nothing.
    """
    arguments: list[int | float | str] = []
    end = len(datagram)
    try:
        address, at = _decode_text(datagram, 0, end, "address")
        tags, at = _decode_text(datagram, at, end, "type tag string")
        if not _ADDRESS.fullmatch(address) or not tags.startswith(b","):
            return None
        for tag in tags[1 : 1 + _MOST_IN_A_BEGINNING]:
            if tag == ord("s"):
                text, at = _decode_text(datagram, at, end, "text")
                arguments.append(text.decode())
            elif tag in b"if" and at + 4 <= end:
                arguments += struct.unpack_from(">" + chr(tag), datagram, at)
                at += 4
            else:
                break
    except (BadDatagram, UnicodeDecodeError):
        if not arguments:
            return None
    return Message(address.decode(), tuple(arguments))


def encode(address: str, arguments: Sequence[int | float | str] = (), tags: str | None = None) -> bytes:
    """Write one message; whatever this returns, `decode` reads.

    Whole numbers from -2**31 to 2**31 - 1 are written as `i`, decimals as `f` (finite, rounded to 32 bits), texts
    as `s` (UTF-8, without NUL). Raises `BadValue` for anything else, booleans included, and above 65,507 bytes.

    tags: `i`, `f` and `s`, one for each, where they are known.

    Addresses, type tags and texts are written by python-osc, numbers in a row packed at once: 171 arguments, 32 notes,
    take its OscMessageBuilder 141 us and this 10 us, so that 16 variations would take a third longer.
    """
    return _encode_plain(address, arguments, tags) or _encode_checked(address, arguments)


def _encode_plain(address: str, arguments: Sequence[int | float | str], tags: str | None) -> bytes | None:
    """Nearly every message, all at once. None where anything is in doubt: `_encode_checked` then says what."""
    if tags is None:
        tags = "".join([_TAGS.get(type(argument), "?") for argument in arguments])
    if "?" in tags or len(tags) > _MOST_PLAIN_ARGUMENTS:
        return None
    try:
        if not _ADDRESS.fullmatch(address.encode("ascii")):
            return None
        pieces = [write_string(address), write_string("," + tags)]
        start, count = 0, len(tags)
        while start < count:
            end = tags.find("s", start)
            if end < 0:
                end = count
            if end > start:
                numbers: Any = arguments[start:end]
                # One number that is not finite makes the sum so.
                if not math.isfinite(sum(numbers)):
                    return None
                pieces.append(struct.pack(">" + tags[start:end], *numbers))
            if end < count:
                text: Any = arguments[end]
                if "\0" in text:
                    return None
                pieces.append(write_string(text))
            start = end + 1
    except (struct.error, OverflowError, UnicodeEncodeError, BuildError, TypeError):
        return None
    datagram = b"".join(pieces)
    return datagram if len(datagram) <= MAX_DATAGRAM_BYTES else None


def _encode_checked(address: str, arguments: Sequence[int | float | str]) -> bytes:
    """As `encode`, argument by argument."""
    # Whatever is not ASCII becomes "?", which is refused as a pattern character.
    head = address.encode("ascii", "replace")
    if not _ADDRESS.fullmatch(head):
        raise BadValue(f"{address!r} is not an address: start with /, use printable ASCII without #*,?[]{{}} or space.")
    values: list[int | float | str | bytes] = list(arguments)
    formats: list[str] = []
    for index, argument in enumerate(arguments):
        if isinstance(argument, float):
            # NaN fails this comparison too.
            if not _FLOAT32_LOW < argument < _FLOAT32_HIGH:
                raise BadValue(
                    f"Argument {index + 1} of {address} is {argument}: use a finite decimal from -3.4e38 to 3.4e38."
                )
            formats.append("f")
        elif isinstance(argument, int) and not isinstance(argument, bool):
            if not -2_147_483_648 <= argument <= 2_147_483_647:
                raise BadValue(
                    f"Argument {index + 1} of {address} does not fit 32 bits: use -2147483648 to 2147483647."
                )
            formats.append("i")
        elif isinstance(argument, str):
            values[index] = text = _utf8(argument, f"Argument {index + 1} of {address}")
            formats.append(f"{_padded_bytes(len(text))}s")
        else:
            raise BadValue(
                f"Argument {index + 1} of {address} is {argument!r}, a {type(argument).__name__}: "
                "send whole numbers, decimals and texts only."
            )
    form = "".join(formats).encode()
    # The type tags are what `struct` calls the same types, without the lengths of the texts.
    tags = b"," + form.translate(None, b"0123456789")
    datagram = _padded(head) + _padded(tags) + struct.pack(b">" + form, *values)
    if len(datagram) > MAX_DATAGRAM_BYTES:
        raise BadValue(f"{address} would take {len(datagram)} bytes: a datagram carries at most {MAX_DATAGRAM_BYTES}.")
    return datagram


def size(address: str, arguments: Sequence[int | float | str] = ()) -> int:
    """The bytes that `encode` makes of what it accepts, without the work: to see how much fits a datagram."""
    total_bytes = _padded_bytes(len(address)) + _padded_bytes(1 + len(arguments)) + 4 * len(arguments)
    for argument in arguments:
        if isinstance(argument, str):
            total_bytes += _padded_bytes(len(argument.encode("utf-8", "replace"))) - 4
    return total_bytes


def _decode_bundle(datagram: bytes) -> tuple[Message, ...]:
    length = len(datagram)
    if length < _BUNDLE_HEAD_BYTES:
        raise BadDatagram(f"The bundle ends at byte {length}, amid its head of {_BUNDLE_HEAD_BYTES} bytes.")
    messages: list[Message] = []
    at = _BUNDLE_HEAD_BYTES
    while at < length:
        if len(messages) == MAX_BUNDLE_MESSAGES:
            raise BadDatagram(f"The bundle goes on at byte {at}, after {MAX_BUNDLE_MESSAGES} messages: send fewer.")
        # Here and below, 4 bytes are always left: `at` and all lengths are multiples of 4.
        (element_bytes,) = _INT.unpack_from(datagram, at)
        if element_bytes <= 0 or element_bytes % 4:
            raise BadDatagram(f"The bundle element at byte {at} has size {element_bytes}: use a multiple of 4 above 0.")
        at += 4
        end = at + element_bytes
        if end > length:
            raise BadDatagram(
                f"The bundle element at byte {at - 4} has size {element_bytes}, but {length - at} bytes follow."
            )
        if datagram.startswith(_BUNDLE, at, end):
            raise BadDatagram(f"A bundle lies inside the bundle, at byte {at}: only flat bundles are read.")
        messages.append(_decode_message(datagram, at, end))
        at = end
    return tuple(messages)


def _decode_message(datagram: bytes, start: int, end: int) -> Message:
    address, tags_start = _decode_text(datagram, start, end, "address")
    matched = _ADDRESS.match(address)
    if matched is None:
        raise BadDatagram(f"The address at byte {start} does not start with /.")
    if matched.end() < len(address):
        raise BadDatagram(
            f"The address at byte {start} has {_shown(address[matched.end()])} at byte {start + matched.end()}: "
            "use printable ASCII without #*,?[]{} or space."
        )
    tags, at = _decode_text(datagram, tags_start, end, "type tag string")
    if not tags.startswith(b","):
        raise BadDatagram(f"The type tag string at byte {tags_start} does not start with a comma.")
    unknown = tags[1:].translate(None, b"ifs")
    if unknown:
        raise BadDatagram(
            f"The type tag at byte {tags.index(unknown[:1], 1) + tags_start} is {_shown(unknown[0])}: "
            "only i (whole number), f (decimal) and s (text) are read."
        )
    count = len(tags) - 1
    # Asked before the tags are compiled: every argument takes 4 bytes or more.
    if at + 4 * count > end:
        raise BadDatagram(f"The message ends at byte {end}, too early for its {count} arguments from byte {at}.")
    values: list[int | float | str] = []
    for run in _runs(tags) if count <= _CACHED_TAGS else _compiled(tags):
        if run is None:
            text_start = at
            text, at = _decode_text(datagram, at, end, "text")
            try:
                values.append(text.decode())
            except UnicodeDecodeError as error:
                raise BadDatagram(
                    f"The text at byte {text_start} is not UTF-8 at byte {text_start + error.start}."
                ) from None
        elif at + run.size > end:
            raise BadDatagram(f"The message ends at byte {end}, amid the numbers that start at byte {at}.")
        else:
            values += run.unpack_from(datagram, at)
            at += run.size
    if at < end:
        raise BadDatagram(f"The message goes on at byte {at}, after the last of its {count} arguments.")
    return Message(address.decode(), tuple(values))


def _decode_text(datagram: bytes, start: int, end: int, what: str) -> tuple[bytes, int]:
    """The bytes up to a NUL, and where the padding ends."""
    if start == end:
        raise BadDatagram(f"The message ends at byte {end}, where its {what} should start.")
    nul = datagram.find(b"\0", start, end)
    if nul < 0:
        raise BadDatagram(f"The {what} at byte {start} has no NUL at its end.")
    after = _padded_bytes(nul)
    if datagram.count(b"\0", nul, after) != after - nul:
        raise BadDatagram(f"The padding after the {what} at byte {start} must be zero, from byte {nul} to {after - 1}.")
    return datagram[start:nul], after


def _compiled(tags: bytes) -> tuple[struct.Struct | None, ...]:
    """One reader for each run of numbers, None for each text."""
    return tuple(None if run == "s" else struct.Struct(f">{run}") for run in _RUNS.findall(tags.decode()))


_runs = lru_cache(maxsize=64)(_compiled)


def _utf8(text: str, what: str) -> bytes:
    if "\0" in text:
        raise BadValue(f"{what} has a NUL character inside, which ends a text in OSC: remove it.")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BadValue(f"{what} has half a surrogate pair inside, which UTF-8 cannot carry: remove it.") from None


def _padded_bytes(length: int) -> int:
    """`length` bytes with one to four NULs after them."""
    return (length | 3) + 1


def _padded(text: bytes) -> bytes:
    return text.ljust(_padded_bytes(len(text)), b"\0")


def _shown(byte: int) -> str:
    return ascii(chr(byte))
