"""The protocol's page and the devices' script: not stale, complete, and true."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from bridge import service
from bridge.errors import REFUSALS
from bridge.music.clip import MAX_BARS, MAX_BEATS, MAX_NOTES, MIN_LENGTH_BEATS
from bridge.music.meter import Meter
from bridge.says import Column
from bridge.settings import DRUMS, MELODY, SETTINGS
from bridge.wire import derived, osc, protocol
from bridge.wire.examples import EXAMPLES
from bridge.wire.fields import to_datagram
from bridge.wire.protocol import (
    ADDRESSES,
    DATAGRAM_BYTES,
    MESSAGES,
    VERSION,
    Ask,
    ClipPart,
    Message,
    ResultClip,
    columns,
)

EACH = pytest.mark.parametrize("kind", MESSAGES, ids=ADDRESSES)


def section(kind: type[Message]) -> str:
    """What the page says under the message's address."""
    return re.split(r"^### ", derived.page().split(f"\n### {kind.ADDRESS}\n")[1], flags=re.MULTILINE)[0]


def script() -> dict[str, Any]:
    """What protocol.js exports. What JSON reads is ES5, and has no trailing commas."""
    _, *exports = re.split(r"^exports\.(\w+) = ", derived.script(), flags=re.MULTILINE)
    return {name: json.loads(text.removesuffix(";\n")) for name, text in zip(exports[::2], exports[1::2], strict=True)}


def test_no_derived_file_is_stale() -> None:
    assert derived.stale() == [], f"run {derived.COMMAND}"


def test_a_stale_file_and_a_missing_one_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert derived.main([], tmp_path) == 0
    assert derived.main(["--check"], tmp_path) == 0
    page, written = tmp_path / "docs/protocol.md", tmp_path / "max_for_live/script/protocol.js"
    before = page.read_bytes()
    page.write_bytes(before + b"one line by hand\n")
    capsys.readouterr()
    assert derived.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == f"docs/protocol.md is stale: run {derived.COMMAND}.\n"
    assert page.read_bytes() != before, "--check writes nothing"
    written.unlink()
    assert derived.stale(tmp_path) == ["docs/protocol.md", "max_for_live/script/protocol.js"]
    assert derived.main([], tmp_path) == 0
    assert page.read_bytes() == before
    assert b"\r" not in before + written.read_bytes()


# --- docs/protocol.md ---------------------------------------------------------------------------------------------


@EACH
def test_the_page_has_every_message_with_every_field(kind: type[Message]) -> None:
    text = section(kind)
    shared = [base for base in derived.SHARED if issubclass(kind, base)]
    for base in shared:
        assert derived.SHARED[base].lower() in text.lower()
    described = text + "".join(derived.page().split(f"### {derived.SHARED[base]}\n")[1] for base in shared)
    for column in columns(kind):
        name = f"| {'count of ' if column.many else ''}{column.name} |"
        assert name in described
        for member in column.group:
            assert f"| {column.name}{'[]' if column.many else ''}.{member.name} |" in text


@EACH
def test_the_wire_form_on_the_page_is_the_datagram(kind: type[Message]) -> None:
    (shown,) = re.findall(r"```\n(.*?)\n```", section(kind), flags=re.DOTALL)
    address, tags, *arguments = re.findall(r'"(?:[^"\\]|\\.)*"|\S+', shown)
    assert tags[0] == ","
    convert = {"i": int, "f": float, "s": json.loads}
    values = [convert[tag](argument) for tag, argument in zip(tags[1:], arguments, strict=True)]
    example = next(message for message in EXAMPLES if type(message) is kind)
    assert osc.encode(address, values) == to_datagram(example)


def test_the_page_says_what_to_do_about_every_refusal() -> None:
    assert list(derived.ON_REFUSAL) == list(REFUSALS)
    for code, (_, advice) in derived.ON_REFUSAL.items():
        assert re.search(rf"^\| `{code}` \| .+ \| {re.escape(advice)} \|$", derived.page(), flags=re.MULTILINE)


def test_the_example_of_a_hash_is_right() -> None:
    shown = re.search(r"is these bytes\n\n```\n(.+)\n```\n\nand its hash is `(\w+)`", derived.page())
    assert shown is not None
    assert hashlib.sha1(bytes.fromhex(shown[1])).hexdigest()[:16] == shown[2]


def test_the_numbers_that_are_given_by_hand_are_those_of_the_code() -> None:
    page = " ".join(derived.page().split())
    for sentence in (f"sends the first {service.BURST} of them", f"the first {service.BURST} parts of it"):
        assert sentence in page


def test_every_link_within_the_page_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", derived.page(), flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}
    links = set(re.findall(r"\]\(#([^)]+)\)", derived.page()))
    assert links <= anchors
    assert len(links) >= len(MESSAGES)


# --- max_for_live/script/protocol.js ------------------------------------------------------------------------------


def all_fields(content: dict[str, Any], row: dict[str, Any]) -> list[dict[str, Any]]:
    """A message's fields, those of the heads that it comes after first, and last those of later versions."""
    head = all_fields(content, content["heads"][row["after"]]) if row["after"] else []
    return [*head, *row["fields"], *row.get("later", [])]


def test_the_script_has_every_message_with_every_field() -> None:
    content = script()
    assert content["version"] == VERSION
    assert content["datagram_bytes"] == DATAGRAM_BYTES
    assert {**content["asks"], **content["replies"]}.keys() == ADDRESSES.keys()
    for kind in MESSAGES:
        row = all_fields(content, content["asks" if issubclass(kind, Ask) else "replies"][kind.ADDRESS])
        assert_same(content, row, columns(kind))


def assert_same(content: dict[str, Any], row: list[dict[str, Any]], expected: Sequence[Column]) -> None:
    assert [field["name"] for field in row] == [column.name for column in expected]
    for field, column in zip(row, expected, strict=True):
        assert field.get("optional", False) is column.optional
        assert field.get("many", False) is column.many
        if column.group:
            assert_same(content, content["groups"][field["type"]], column.group)
        else:
            assert field["type"] == derived.TAGS[column.kind]
        if column.many or (not column.group and column.kind is not str):
            assert (field["low"], field["high"]) == (column.says.low, column.says.high)
        elif column.kind is str:
            assert (field["low"], field["high"]) == (0, column.says.longest)


def test_what_a_device_may_leave_out_is_what_python_fills_in() -> None:
    content = script()
    for kind in (kind for kind in MESSAGES if issubclass(kind, Ask)):
        row = {field["name"]: field for field in all_fields(content, content["asks"][kind.ADDRESS])}
        for field in fields(kind):
            told = row[field.name]
            if field.default is MISSING:
                assert "default" not in told
                assert "optional" not in told
            elif field.default is None:
                assert told["optional"] is True
            else:
                assert told["default"] == (list(field.default) if isinstance(field.default, tuple) else field.default)


def test_the_script_has_the_limits_of_a_clip_and_the_instruments() -> None:
    assert script()["limits"] == {
        "bars": MAX_BARS,
        "notes": MAX_NOTES,
        "shortest_beats": MIN_LENGTH_BEATS,
        "beats": MAX_BEATS,
        "shortest": "a sixteenth",
    }
    assert script()["instruments"] == [DRUMS, MELODY]


@pytest.mark.parametrize("kind", [ClipPart, ResultClip])
def test_the_wire_carries_every_clip_that_may_be_and_no_other(kind: type[Message]) -> None:
    row = {column.name: column for column in columns(kind)}
    longest_beats = MAX_BARS * Meter(99, 1).bar_beats
    assert (row["length_beats"].says.low, row["length_beats"].says.high) == (MIN_LENGTH_BEATS, longest_beats)
    note = {column.name: column for column in row["notes"].group}
    assert (note["start_beats"].says.low, note["start_beats"].says.high) == (-MAX_BEATS, MAX_BEATS)
    assert (note["length_beats"].says.low, note["length_beats"].says.high) == (0, MAX_BEATS)


def test_a_path_and_a_new_clip_may_be_as_long_as_a_clip() -> None:
    row = {column.name: column for column in columns(protocol.Path)}
    assert (row["points"].says.low, row["points"].says.high) == (1, MAX_BARS)
    assert (SETTINGS["bars"].low, SETTINGS["bars"].high) == (1, MAX_BARS)


def test_the_script_has_a_word_for_every_refusal() -> None:
    refusals = script()["refusals"]
    assert list(refusals) == list(REFUSALS)
    assert set(refusals.values()) == {"show", "upload", "wait", "again", "late", "leave"}


def test_the_probe_is_no_message_of_the_bridge() -> None:
    assert script()["probe"] == derived.PROBE
    assert derived.PROBE not in ADDRESSES


def test_the_script_is_ascii() -> None:
    assert derived.script().isascii()


NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="there is no node here")
def test_node_reads_the_script() -> None:
    assert NODE is not None
    path = derived.ROOT / "max_for_live/script/protocol.js"
    subprocess.run([NODE, "--check", str(path)], check=True, timeout=60)
    read = "console.log(JSON.stringify(require(process.argv[1])))"
    said = subprocess.run([NODE, "-e", read, str(path)], check=True, timeout=60, capture_output=True, text=True)
    assert json.loads(said.stdout) == script()
