"""The protocol's page and the devices' script: not stale, complete, and true."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bridge import client, server, service
from bridge.errors import REFUSALS
from bridge.wire import derived, osc
from bridge.wire.examples import EXAMPLES
from bridge.wire.protocol import ADDRESSES, DATAGRAM_BYTES, MESSAGES, VERSION, Ask, Message, columns, to_datagram

EACH = pytest.mark.parametrize("kind", MESSAGES, ids=ADDRESSES)


def section(kind: type[Message]) -> str:
    """What the page says under the message's address."""
    return re.split(r"^### ", derived.page().split(f"\n### {kind.ADDRESS}\n")[1], flags=re.MULTILINE)[0]


def script() -> dict[str, object]:
    """The object in protocol.js. What JSON reads is ES5, and has no trailing commas."""
    text = derived.script().split("var protocol = ", 1)[1]
    content: dict[str, object] = json.loads(text.removesuffix(";\n"))
    return content


def test_no_derived_file_is_stale() -> None:
    assert derived.stale() == [], f"run {derived.COMMAND}"


def test_a_stale_file_and_a_missing_one_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert derived.main([], tmp_path) == 0
    assert derived.main(["--check"], tmp_path) == 0
    page, written = tmp_path / "docs/protocol.md", tmp_path / "max_for_live/protocol.js"
    before = page.read_bytes()
    page.write_bytes(before + b"one line by hand\n")
    capsys.readouterr()
    assert derived.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == f"docs/protocol.md is stale: run {derived.COMMAND}.\n"
    assert page.read_bytes() != before, "--check writes nothing"
    written.unlink()
    assert derived.stale(tmp_path) == ["docs/protocol.md", "max_for_live/protocol.js"]
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
    for code, advice in derived.ON_REFUSAL.items():
        assert re.search(rf"^\| `{code}` \| .+ \| {re.escape(advice)} \|$", derived.page(), flags=re.MULTILINE)


def test_the_example_of_a_hash_is_right() -> None:
    shown = re.search(r"is these bytes\n\n```\n(.+)\n```\n\nand its hash is `(\w+)`", derived.page())
    assert shown is not None
    assert hashlib.sha1(bytes.fromhex(shown[1])).hexdigest()[:16] == shown[2]


def test_the_numbers_that_the_page_gives_by_hand_are_those_of_the_code() -> None:
    page = " ".join(derived.page().split())
    limit_seconds = inspect.signature(client.Client).parameters["limit_seconds"].default
    for sentence in (
        f"port {server.PORT} unless",
        f"wait at least {client.PATIENCE_SECONDS:g} s before",
        f"no part came for {client.GAP_SECONDS:g} s",
        f"| {limit_seconds:g} s are over |",
        f"sends the first {service.BURST} of them",
        f"the first {service.BURST} parts of it",
    ):
        assert sentence in page
    assert client.PORT == server.PORT


def test_every_link_within_the_page_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", derived.page(), flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}
    links = set(re.findall(r"\]\(#([^)]+)\)", derived.page()))
    assert links <= anchors
    assert len(links) >= len(MESSAGES)


# --- max_for_live/protocol.js -------------------------------------------------------------------------------------


def test_the_script_has_every_message_with_every_field() -> None:
    content = script()
    assert content["version"] == VERSION
    assert content["datagram_bytes"] == DATAGRAM_BYTES
    assert content["codes"] == list(REFUSALS)
    asks, replies = content["asks"], content["replies"]
    assert isinstance(asks, dict)
    assert isinstance(replies, dict)
    assert {**asks, **replies}.keys() == ADDRESSES.keys()
    for kind in MESSAGES:
        row = (asks if issubclass(kind, Ask) else replies)[kind.ADDRESS]
        assert [field["name"] for field in row] == [column.name for column in columns(kind)]
        for field, column in zip(row, columns(kind), strict=True):
            assert field["optional"] is column.optional
            assert field["many"] is column.many
            assert [member["name"] for member in field["group"]] == [member.name for member in column.group]
            if column.kind in (int, float, bool):
                assert field["type"] == ("f" if column.kind is float else "i")
                assert (field["low"], field["high"]) == (column.says.low, column.says.high)
            elif column.kind is str:
                assert (field["type"], field["high"]) == ("s", column.says.longest)


def test_the_script_is_ascii() -> None:
    assert derived.script().isascii()


NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="there is no node here")
def test_node_reads_the_script() -> None:
    assert NODE is not None
    path = derived.ROOT / "max_for_live/protocol.js"
    subprocess.run([NODE, "--check", str(path)], check=True, timeout=60)
    read = (
        "const source = require('fs').readFileSync(process.argv[1], 'utf8');"
        "console.log(require('vm').runInNewContext('\"use strict\";' + source + ';JSON.stringify(protocol)', {}));"
    )
    said = subprocess.run([NODE, "-e", read, str(path)], check=True, timeout=60, capture_output=True, text=True)
    assert json.loads(said.stdout) == script()
