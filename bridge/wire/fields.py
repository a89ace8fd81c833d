"""The table <-> arguments <-> datagrams: whatever arrives is read and checked here, by the columns of its message.

On the wire are only `i`, `f` and `s`; where a number is meant either `i` or `f` will do, since Max has one number type.
A group (`tuple[...]`) is its count, then its members' fields one after another. None is -1 or an empty text.

>>> from bridge.wire.osc import decode
>>> from bridge.wire.protocol import Ping
>>> ping = Ping(device="blend-1", session=7, request_id=1, reply_port=42712)
>>> datagram = to_datagram(ping)
>>> datagram
b'/sideman/ping\\x00\\x00\\x00,siii\\x00\\x00\\x00blend-1\\x00\\x00\\x00\\x00\\x07\\x00\\x00\\x00\\x01\\x00\\x00\\xa6\\xd8'
>>> from_message(decode(datagram)[0]) == ping
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby, islice
from operator import attrgetter, length_hint
from typing import Any

from bridge.errors import BadDatagram, BadValue, Unsupported
from bridge.says import INT_HIGH, Column, Says, number, text
from bridge.wire import osc
from bridge.wire.protocol import ADDRESSES, DATAGRAM_BYTES, PREFIX, VERSION, Ask, Message, columns

__all__ = ["TAGS", "from_message", "head_of", "to_datagram"]

TAGS: dict[type, str] = {int: "i", float: "f", str: "s", bool: "i"}
"""What a field of each kind is in OSC."""

NUMBER = Says("", 0, INT_HIGH)


def from_message(message: osc.Message) -> Message:
    """The message behind an address, every field checked.

    What an older version does not send yet has its default; what a newer bridge adds to a reply is passed over. What a
    newer device adds to a request is not: it would be answered as if it had not been asked for. Raises BadDatagram,
    BadValue, and Unsupported where one half of Sideman must be updated.
    """
    kind = ADDRESSES.get(message.address)
    verb = _verb(message.address)
    if kind is None and message.address.startswith(PREFIX):
        raise Unsupported(
            f"This bridge does not know {message.address[:64]} (version {VERSION} of the protocol): if the device is "
            "newer than the bridge, update the bridge; see docs/protocol.md for the messages that there are."
        )
    if kind is None:
        raise BadDatagram(f"There is no message {message.address[:64]}: see docs/protocol.md for those there are.")
    arguments = iter(message.arguments)
    values = {}
    try:
        for column in columns(kind):
            if column.says.since > 1 and not length_hint(arguments):
                break
            values[column.name] = _read(column, arguments, verb)
    except StopIteration:
        raise BadDatagram(
            f"{verb}: the message ends after {len(message.arguments)} arguments: see docs/protocol.md for its fields."
        ) from None
    left = sum(1 for _ in arguments)
    if left and issubclass(kind, Ask):
        raise Unsupported(
            f"{verb}: the message has {left} arguments more than this bridge knows (version {VERSION} of the "
            "protocol): if the device is newer than the bridge, update the bridge; see docs/protocol.md for its fields."
        )
    return kind(**values)


def _verb(address: str) -> str:
    return address.removeprefix(PREFIX)


def head_of(message: osc.Message) -> Ask | None:
    """Who sent a message that may be wrong in what follows, so that the sentence about it has somewhere to go."""
    arguments = iter(message.arguments)
    try:
        return Ask(**{column.name: _read(column, arguments, "") for column in columns(Ask)})
    except (StopIteration, BadValue):
        return None


def _read(column: Column, arguments: Iterator[int | float | str], verb: str) -> Any:
    if column.many:
        count = int(number(column, next(arguments), verb, whole=True))
        if column.group:
            return _members(column, count, arguments, verb)
        # A list first: in a generator the end of the arguments would become a RuntimeError.
        return tuple([_one(column, arguments, verb) for _ in range(count)])
    return _one(column, arguments, verb)


def _members(column: Column, count: int, arguments: Iterator[int | float | str], verb: str) -> tuple[Any, ...]:
    """The members of a group. Clips are made of hundreds of notes, so that all of one field are read together."""
    width = len(column.group)
    values = list(islice(arguments, count * width))
    by_field = [_numbers(member, values[i::width]) for i, member in enumerate(column.group)]
    right = [numbers for numbers in by_field if numbers is not None]
    if len(values) == count * width and len(right) == width:
        return tuple(map(column.kind, *right))
    # Texts, or a value that is wrong: one after the other, to say which.
    again = iter(values)
    return tuple([_one(column, again, verb) for _ in range(count)])


def _numbers(column: Column, values: list[Any]) -> list[Any] | None:
    """The numbers of one field as `_one` gives them, or None if one of them is not as it must be."""
    low, high, optional = column.says.low, column.says.high, column.optional
    if column.kind is str or str in map(type, values):
        return None
    inside = [value for value in values if low <= value <= high or (optional and value == -1)]
    numbers = list(map(column.kind, inside))
    if len(inside) < len(values) or (column.kind is not float and numbers != values):
        return None
    return [None if number == -1 else number for number in numbers] if optional else numbers


def _one(column: Column, arguments: Iterator[int | float | str], verb: str) -> Any:
    if column.group:
        return column.kind(*[_one(member, arguments, verb) for member in column.group])
    value = next(arguments)
    if column.kind is str:
        return text(column, value, verb)
    if column.many:  # numbers in a row: their count was checked, each is an index
        return int(number(Column(column.name, int, NUMBER, False, False, ()), value, verb, whole=True))
    if column.optional and value == -1:
        return None
    found = number(column, value, verb, whole=column.kind is not float)
    return column.kind(found)


def to_datagram(message: Message, version: int = VERSION) -> bytes:
    """The message as one OSC datagram, as this version of the protocol has it.

    Raises BadValue for one that is larger than DATAGRAM_BYTES, and for NaN.

    The ranges are checked where it arrives.
    """
    tags, arguments = _written(message, version)
    try:
        datagram = osc.encode(message.ADDRESS, arguments, tags)
    except BadValue:
        # Said with the field's name, where the check of what arrives knows it.
        from_message(osc.Message(message.ADDRESS, tuple(arguments)))
        raise
    if len(datagram) > DATAGRAM_BYTES:
        raise BadValue(
            f"{_verb(message.ADDRESS)}: the message takes {len(datagram):,} bytes: a datagram carries up to "
            f"{DATAGRAM_BYTES:,}. Use shorter names, or ask for less at once."
        )
    return datagram


def _written(message: Message, version: int) -> tuple[str, list[Any]]:
    """Type tags and arguments, as the wire has them."""
    tags: list[str] = []
    values: list[Any] = []
    for single, of_run, get in _runs(type(message), version):
        if single is None:
            tags.append(of_run)
            values += get(message)
            continue
        members = getattr(message, single.name)
        if single.many:
            tags.append("i")
            values.append(len(members))
        else:
            members = (members,)
        tags.append(of_run * len(members))
        values += chain.from_iterable(map(get, members)) if single.group else map(int, members)
    if None in values:
        flat = "".join(tags)
        values = [_NONE[flat[i]] if value is None else value for i, value in enumerate(values)]
    return "".join(tags), values


_NONE: dict[str, int | float | str] = {"i": -1, "f": -1.0, "s": ""}


Run = tuple[Column | None, str, Callable[[Any], Iterable[Any]]]
_RUNS: dict[tuple[type, int], tuple[Run, ...]] = {}


def _runs(kind: type[Message], version: int) -> tuple[Run, ...]:
    """The message's columns in pieces that are written at once: plain fields that follow one another, and each list or
    group by itself, with the tags of a member and what takes its fields out of it."""
    if (kind, version) not in _RUNS:
        runs: list[Run] = []
        for is_plain, some in groupby(columns(kind, version), lambda column: not (column.many or column.group)):
            if is_plain:
                runs.append((None, *_taken(tuple(some))))
            else:
                runs += [(column, *_taken(column.group or (column,))) for column in some]
        _RUNS[kind, version] = tuple(runs)
    return _RUNS[kind, version]


def _taken(columns_: tuple[Column, ...]) -> tuple[str, Callable[[Any], Iterable[Any]]]:
    names = [column.name for column in columns_]
    get: Callable[[Any], Any] = attrgetter(*names)
    tags = "".join(TAGS[column.kind] for column in columns_)
    return tags, get if len(names) > 1 else lambda holder: (get(holder),)
