"""The types of `protocol.js` and of the values of every message, for tsc: max_for_live/script/protocol.d.ts.

They are flat: a request's interface has all of its fields but those of `Ask`, which the device's link adds. Nothing of
it goes into a device.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import MISSING, fields

from bridge.says import Column
from bridge.wire.protocol import MESSAGES, Ask, Reply, SkillAsk, columns

__all__ = ["types"]

HEAD = """\
// Derived by `python -m bridge.wire.derived`: change bridge/wire/protocol.py, derived.py or typed.py, not this file.
//
// The types of protocol.js, and of the values of every message. `asked` as they are written, without what all begin
// with, which is `Ask`: a field with a question mark may be left out, and null is none. `heard` as they are read: none
// is -1 or "". `Skills` are the requests for clips by their verbs.

export interface Field {
    name: string;
    type: string;
    low?: number;
    high?: number;
    unit?: string;
    optional?: boolean;
    default?: any;
    many?: boolean;
}

export interface Row {
    after: string | null;
    fields: Field[];
}
"""

TYPES: dict[type, str] = {int: "number", float: "number", str: "string", bool: "number"}

_EXPORT = re.compile(r"^exports\.(\w+) = (.*?);$", re.DOTALL | re.MULTILINE)


def types(script: str) -> str:
    """max_for_live/script/protocol.d.ts. `script` is protocol.js: what it exports must be JSON."""
    asks = [kind for kind in MESSAGES if issubclass(kind, Ask)]
    replies = [kind for kind in MESSAGES if issubclass(kind, Reply)]
    skills = [kind for kind in asks if issubclass(kind, SkillAsk)]
    lines = [HEAD]
    lines += [f"export const {name}: {_shape(json.loads(value))};" for name, value in _EXPORT.findall(script)]
    lines += ["", *_namespace("asked", (Ask, *asks), _asked), "", *_namespace("heard", replies, _heard)]
    lines += ["", *_interface("Asks", [(json.dumps(kind.ADDRESS), f"asked.{kind.__name__}") for kind in asks])]
    lines += ["", *_interface("Replies", [(json.dumps(kind.ADDRESS), f"heard.{kind.__name__}") for kind in replies])]
    lines += ["", *_interface("Skills", [(kind.ADDRESS.split("/")[-1], f"asked.{kind.__name__}") for kind in skills])]
    return "\n".join(lines) + "\n"


def _shape(value: object) -> str:
    """The type of a constant of the script."""
    if isinstance(value, dict):
        if set(value) == {"after", "fields"}:
            return "Row"
        return "{\n" + "".join(f"    {json.dumps(name)}: {_shape(each)};\n" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "Field[]" if isinstance(value[0], dict) else "string[]"
    return "string" if isinstance(value, str) else "number"


Member = tuple[str, str]
"""The name of a member of an interface, with a question mark where it may be left out, and its type."""


def _namespace(name: str, kinds: Sequence[type], member: Callable[[Column, bool], Member]) -> Iterator[str]:
    """Interfaces of the messages, after those of the groups in them."""
    groups = {column.kind: column.group for kind in kinds for column in columns(kind) if column.group}
    interfaces = {group.__name__: [member(column, False) for column in own] for group, own in groups.items()}
    for kind in kinds:
        has_default = {field.name for field in fields(kind) if field.default is not MISSING}
        row = columns(kind)[len(columns(Ask)) if kind is not Ask and issubclass(kind, Ask) else 0 :]
        interfaces[kind.__name__] = [member(column, column.name in has_default) for column in row]
    yield f"export namespace {name} {{"
    for title, members in interfaces.items():
        yield from (f"    {line}" for line in _interface(title, members))
    yield "}"


def _asked(column: Column, has_default: bool) -> Member:
    kind = "number | boolean" if column.kind is bool else _type(column)
    if column.optional:
        return f"{column.name}?", f"{kind} | null"
    return f"{column.name}?" if has_default else column.name, kind


def _heard(column: Column, has_default: bool) -> Member:
    return column.name, _type(column)


def _type(column: Column) -> str:
    return (column.kind.__name__ if column.group else TYPES[column.kind]) + ("[]" if column.many else "")


def _interface(name: str, members: Iterable[Member]) -> Iterator[str]:
    yield f"export interface {name} {{"
    yield from (f"    {member}: {kind};" for member, kind in members)
    yield "}"
