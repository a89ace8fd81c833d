"""What a field means, and its range: said once, in the field's annotation, as `Annotated[float, Says("...", 0, 1)]`.

Requests (`bridge.requests`) check themselves by it, and so does whatever arrives over the wire; the protocol's page and
the devices' script are derived from it. `Column` is a field as a row of such a table.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from bridge.errors import BadValue
from bridge.settings import SETTINGS

__all__ = ["INT_HIGH", "INT_LOW", "Column", "Says", "checked", "columns_of", "number", "setting", "text"]

INT_LOW, INT_HIGH = -(2**31), 2**31 - 1


@dataclass(frozen=True, slots=True)
class Says:
    """What a field means; for numbers the range, and what one of them is (`unit`); for texts the most UTF-8 bytes.

    `since`: the version of the protocol that brought the field. Later fields come last in a message, have a default,
    and may be missing.
    """

    meaning: str
    low: float = INT_LOW
    high: float = INT_HIGH
    unit: str = ""
    longest: int = 64
    since: int = 1


def setting(name: str, since: int = 1) -> Says:
    """A setting's field: its range is the setting's, and None (-1) leaves it to the preset, or to the default."""
    row = SETTINGS[name]
    return Says(f"{row.meaning}; -1: as the preset says, else {row.default:g}", row.low, row.high, since=since)


@dataclass(frozen=True, slots=True)
class Column:
    """One field. `many`: a count, then that many; `group`: the fields of each of its members."""

    name: str
    kind: type
    says: Says
    optional: bool
    many: bool
    group: tuple[Column, ...]


def columns_of(kind: type, groups: Mapping[object, tuple[type, tuple[Column, ...]]]) -> tuple[Column, ...]:
    """The fields of a dataclass that say something, in its order, but later ones after those that were there before.

    `groups`: for each annotation that stands for several fields, its class and these.
    """
    hints = typing.get_type_hints(kind, include_extras=True)
    said = [(field.name, hints[field.name]) for field in fields(kind) if get_origin(hints[field.name]) is Annotated]
    return tuple(sorted((_column(*each, groups) for each in said), key=lambda column: column.says.since))


def _column(name: str, hint: Any, groups: Mapping[object, tuple[type, tuple[Column, ...]]]) -> Column:
    plain, says = get_args(hint)
    optional = get_origin(plain) in (Union, types.UnionType)
    if optional:
        plain = get_args(plain)[0]
    many = get_origin(plain) is tuple
    if many:
        plain = get_args(plain)[0]
    own, group = groups.get(plain, (plain, ()))
    assert not isinstance(own, TypeVar), f"nothing stands for {own} in {name}"
    return Column(name, own, says, optional, many, group)


# --- the checks: one sentence for each, wherever the value comes from ---------------------------------------------


def checked(column: Column, value: Any, verb: str) -> Any:
    """A value given in Python, as its field has it: 2.0 is a whole number, 2 a decimal. Raises BadValue."""
    if value is None and column.optional:
        return None
    if not column.many:
        return _one(column, value, verb)
    if not isinstance(value, tuple | list):
        raise BadValue(f"{verb}: {column.name} is {_kind_of(value)}: it must be a list.")
    number(column, len(value), verb, whole=True)
    return tuple([_one(column, one, verb) for one in value])


def _one(column: Column, value: Any, verb: str) -> Any:
    if column.group:
        if not isinstance(value, column.kind):
            raise BadValue(f"{verb}: {column.name} is {_kind_of(value)}: it must be a {column.kind.__name__}.")
        return value
    if column.kind is str:
        return text(column, value, verb)
    if isinstance(value, bool) and column.kind is not bool:
        raise BadValue(f"{verb}: {column.name} is {value}: it must be a number.")
    if isinstance(value, bool):
        return value
    if isinstance(value, Real) and not isinstance(value, int | float):  # numpy's, say
        value = int(value) if isinstance(value, Integral) else float(value)
    return column.kind(number(column, value, verb, whole=column.kind is not float))


def text(column: Column, value: Any, verb: str) -> str | None:
    """The text, None for an empty one that may be missing. Raises BadValue."""
    if not isinstance(value, str):
        raise BadValue(f"{verb}: {column.name} is {_kind_of(value)}: it must be a text.")
    length = len(value.encode(errors="surrogatepass"))
    if length > column.says.longest:
        raise BadValue(
            f"{verb}: {column.name} takes {length} bytes: it may take up to {column.says.longest}. "
            "Shorten it; a letter beyond A-Z takes two to four."
        )
    return None if column.optional and not value else value


def number(column: Column, value: Any, verb: str, *, whole: bool) -> int | float:
    """The number; of a list, its count. Raises BadValue."""
    says = column.says
    # NaN fails the comparison too; what is in the range is finite, so floor() is safe.
    if (
        not isinstance(value, int | float)
        or not says.low <= value <= says.high
        or (whole and value != math.floor(value))
    ):
        what = f"the number of {column.name}" if column.many else column.name
        given = f"the text {value[:40]!r}" if isinstance(value, str) else _shown(value)
        raise BadValue(
            f"{verb}: {what} is {given}: it must be a {'whole ' if whole else ''}number "
            f"from {_shown(says.low)} to {_shown(says.high)}{says.unit and ' '}{says.unit}."
        )
    return value


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) >= 10**15:
        return "a number of more than 15 digits"
    if not isinstance(value, float):
        return str(value)[:40]
    # Eight digits, so that the float32 after 1 is not shown as 1, nor 1.1 as 1.10000002.
    return f"{value:.10g}" if value.is_integer() else f"{value:.8g}"


def _kind_of(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {_shown(value)}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    return f"{type(value).__name__}"
