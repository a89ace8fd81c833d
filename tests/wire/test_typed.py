"""The types of the devices' script: every constant and every message is there, with what may be left out."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields

import pytest

from bridge.wire import derived, typed
from bridge.wire.protocol import ADDRESSES, MESSAGES, Ask, Column, Message, Reply, SkillAsk, columns

TEXT = typed.types(derived.script())
EACH = pytest.mark.parametrize("kind", MESSAGES, ids=ADDRESSES)


def members(title: str, within: str = TEXT) -> dict[str, str]:
    """Name of each member of an interface, with its question mark -> its type."""
    (body,) = re.findall(rf"^ *export interface {title} {{\n(.*?)^ *}}", within, flags=re.DOTALL | re.MULTILINE)
    return dict(re.findall(r'^ +("?[\w/]+"?\??): (.+);$', body, flags=re.MULTILINE))


def namespace(kind: type) -> str:
    name = "asked" if issubclass(kind, Ask) else "heard"
    return re.split(r"^export namespace (\w+) {\n", TEXT, flags=re.MULTILINE)[{"asked": 2, "heard": 4}[name]]


def test_every_constant_of_the_script_has_a_type_and_every_name_in_it() -> None:
    constants = re.findall(r"^exports\.(\w+) = ", derived.script(), flags=re.MULTILINE)
    assert re.findall(r"^export const (\w+): ", TEXT, flags=re.MULTILINE) == constants
    assert "port" in constants
    for name in (*derived.LIMITS, *derived.ON_REFUSAL, *ADDRESSES):
        assert re.search(rf'^    "{name}": (number|string|Row|\w+\.\w+);$', TEXT, flags=re.MULTILINE)


@EACH
def test_a_message_has_every_field_and_may_be_given_without_what_python_fills_in(kind: type[Message]) -> None:
    is_asked = issubclass(kind, Ask)
    row = columns(kind)[len(columns(Ask)) if is_asked else 0 :]
    has_default = {field.name for field in fields(kind) if field.default is not MISSING}
    may_lack = {column.name for column in row if is_asked and (column.optional or column.name in has_default)}
    found = members(kind.__name__, namespace(kind))
    assert list(found) == [f"{column.name}{'?' * (column.name in may_lack)}" for column in row]
    for column, told in zip(row, found.values(), strict=True):
        assert told.endswith(" | null") is (is_asked and column.optional)
        assert_type(column, told.removesuffix(" | null"), is_asked)


def assert_type(column: Column, told: str, is_asked: bool) -> None:
    assert told.endswith("[]") is column.many
    if column.group:
        assert told.removesuffix("[]") == column.kind.__name__
    elif column.kind is bool:
        assert told == ("number | boolean" if is_asked else "number")
    else:
        assert told.removesuffix("[]") == ("string" if column.kind is str else "number")


def test_what_a_note_and_a_clip_may_lack() -> None:
    asked, heard = namespace(Ask), namespace(Reply)
    assert members("Note", asked)["source?"] == "number | null"
    assert members("Note", heard)["source"] == "number"
    assert members("ClipRef", asked) == {"clip_hash": "string", "kit?": "string | null"}
    assert list(members("Ask", asked)) == [column.name for column in columns(Ask)]


def test_addresses_and_verbs_lead_to_their_messages() -> None:
    skills = {kind.ADDRESS.removeprefix("/sideman/"): kind for kind in MESSAGES if issubclass(kind, SkillAsk)}
    assert members("Skills") == {verb: f"asked.{kind.__name__}" for verb, kind in skills.items()}
    told = {**members("Asks"), **members("Replies")}
    assert {name.strip('"'): kind.split(".")[1] for name, kind in told.items()} == {
        address: kind.__name__ for address, kind in ADDRESSES.items()
    }
