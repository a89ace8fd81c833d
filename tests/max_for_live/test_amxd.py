from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadFile
from max_for_live import amxd
from max_for_live.amxd import KINDS, Dependency, Device

PATCHER = {"boxes": [], "project": {"amxdtype": 1835887981}}
TEXT = json.dumps({"patcher": PATCHER}, indent="\t").encode() + b"\n\0"
SCRIPT = b"outlets = 5;\n"

LITTLE = struct.Struct("<I").pack
BIG = struct.Struct(">I").pack


def container(kind: bytes, meta: int, payload: bytes) -> bytes:
    head = b"ampf" + LITTLE(4) + kind + b"meta" + LITTLE(4) + LITTLE(meta)
    return head + b"ptch" + LITTLE(len(payload)) + payload


def entry(kind: bytes, name: bytes, size: int, offset: int, flag: int, modified: int = amxd.MODIFIED) -> bytes:
    """One file of a footer, put together by hand: `name` with its NULs."""
    fields = b"".join(
        (
            b"type" + BIG(12) + kind,
            b"fnam" + BIG(8 + len(name)) + name,
            b"sz32" + BIG(12) + BIG(size),
            b"of32" + BIG(12) + BIG(offset),
            b"vers" + BIG(12) + BIG(0),
            b"flag" + BIG(12) + BIG(flag),
            b"mdat" + BIG(12) + BIG(modified),
        )
    )
    return b"dire" + BIG(8 + len(fields)) + fields


def frozen_payload(footer: bytes, body: bytes = TEXT + SCRIPT) -> bytes:
    header = b"mx@c" + BIG(16) + struct.pack(">Q", 16 + len(body))
    return header + body + b"dlst" + BIG(8 + len(footer)) + footer


DEVICE_ENTRY = entry(b"JSON", b"X.amxd\0\0", len(TEXT), 16, 0x11)
SCRIPT_ENTRY = entry(b"TEXT", b"x.js\0\0\0\0", len(SCRIPT), 16 + len(TEXT), 0)
# Each of these is wrong in one thing.
SECOND_ENTRY = entry(b"TEXT", b"x.js\0\0\0\0", 0, 16 + len(TEXT + SCRIPT), 0)
LONG_ENTRY = entry(b"TEXT", b"x.js\0\0\0\0", 99, 16 + len(TEXT), 0)
PADDED_ENTRY = entry(b"JSON", b"X.amxd\0\0\0\0\0\0", len(TEXT), 16, 0x11)
UNFLAGGED_ENTRY = entry(b"JSON", b"X.amxd\0\0", len(TEXT), 16, 0)
FROZEN = container(b"mmmm", 7, frozen_payload(DEVICE_ENTRY + SCRIPT_ENTRY))
UNFROZEN = container(b"mmmm", 1, TEXT)


def test_unfrozen_bytes_by_hand() -> None:
    device = Device("midi_effect", PATCHER)
    assert amxd.write(device) == UNFROZEN
    assert UNFROZEN[:32] == b"ampf\4\0\0\0mmmmmeta\4\0\0\0\1\0\0\0ptch" + LITTLE(len(TEXT))
    assert amxd.read(UNFROZEN) == device


def test_frozen_bytes_by_hand() -> None:
    device = Device("midi_effect", PATCHER, (Dependency("x.js", SCRIPT),), "X.amxd")
    assert amxd.write(device) == FROZEN
    assert amxd.read(FROZEN) == device


@pytest.mark.parametrize(("name", "padded"), [("abc", b"abc\0"), ("abcd", b"abcd\0\0\0\0"), ("abcde", b"abcde\0\0\0")])
def test_a_name_ends_with_a_nul_and_is_padded_to_four(name: str, padded: bytes) -> None:
    assert b"fnam" + BIG(8 + len(padded)) + padded + b"sz32" in amxd.write(Device("midi_effect", PATCHER, (), name))


def test_the_numbers_of_the_kinds() -> None:
    assert {kind: amxd.amxdtype(kind) for kind in KINDS} == {
        "midi_effect": 1835887981,
        "generator": 1851877223,
        "transformation": 1851880564,
    }


def test_when_max_saved_it_does_not_matter() -> None:
    other = entry(b"JSON", b"X.amxd\0\0", len(TEXT), 16, 0x11, modified=7)
    assert amxd.read(container(b"mmmm", 7, frozen_payload(other + SCRIPT_ENTRY))) == amxd.read(FROZEN)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc[]/ é", max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
NAMES = st.text("abcdefgh ÄÖ-_.0", min_size=1, max_size=20)


@given(
    st.sampled_from(sorted(KINDS)),
    st.dictionaries(st.text("abcdef", max_size=6), JSON, max_size=4),
    st.dictionaries(NAMES.map(lambda name: f"{name}.js"), st.binary(max_size=200), max_size=3),
    NAMES.map(lambda name: f"{name}.amxd") | st.none(),
)
def test_what_is_written_is_read(kind: str, patcher: dict, files: dict[str, bytes], file_name: str | None) -> None:
    held = tuple(Dependency(name, data) for name, data in files.items()) if file_name else ()
    device = Device(kind, patcher, held, file_name)
    data = amxd.write(device)
    assert amxd.read(data) == device
    assert amxd.write(amxd.read(data)) == data


@given(st.data())
def test_anything_else_is_one_sentence(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([UNFROZEN, FROZEN]))
    at = data.draw(st.integers(0, len(whole) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "add"]))
    if how == "flip":
        broken = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    else:
        broken = whole[:at] if how == "cut" else whole[:at] + b"\0" + whole[at:]
    sentence = "."
    try:
        amxd.write(amxd.read(broken))
    except BadFile as refusal:
        sentence = str(refusal)
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "its chunks are none"),
        (b"ampf", "ends inside a header"),
        (UNFROZEN[:-1], "claims"),
        (UNFROZEN + b"ptch\0\0\0\0", "its chunks are 'ampf', 'meta', 'ptch', 'ptch'"),
        (container(b"aaaa", 1, TEXT), "its type is b'aaaa'"),
        (container(b"mmmm", 0, TEXT), "neither unfrozen (1) nor frozen (7)"),
        (container(b"mmmm", 1, TEXT[:-1]), "does not end with one NUL"),
        (container(b"mmmm", 1, b'{"patcher": {}, "patcher": {}}\0'), "the key 'patcher' stands there twice"),
        (container(b"mmmm", 1, b'{"patcher": {"a": NaN}}\0'), "NaN is no finite number"),
        (container(b"mmmm", 1, b'{"patcher": {"a": 1e999}}\0'), "1e999 is no finite number"),
        (container(b"mmmm", 1, b'{"boxes": []}\0'), "not one object with the key patcher"),
        (container(b"mmmm", 1, b"\xff\0"), "not UTF-8"),
        (container(b"mmmm", 1, b'{"patcher": ' + b"[" * 100_000 + b"\0"), "nested too deeply"),
        (container(b"mmmm", 7, TEXT), "does not begin with mx@c"),
        (container(b"mmmm", 7, b"mx@c" + BIG(16) + struct.pack(">Q", 10**9)), "its footer would be at byte 1000000000"),
        (container(b"mmmm", 7, frozen_payload(DEVICE_ENTRY)), "its footer names"),
        (container(b"mmmm", 7, frozen_payload(b"")), "its footer names 0 of"),
        (container(b"mmmm", 7, frozen_payload(SCRIPT_ENTRY + DEVICE_ENTRY)), "of x.js is"),
        (container(b"mmmm", 7, frozen_payload(DEVICE_ENTRY + DEVICE_ENTRY)), "X.amxd cannot be frozen"),
        (container(b"mmmm", 7, frozen_payload(DEVICE_ENTRY + SCRIPT_ENTRY + SECOND_ENTRY)), "in its footer twice"),
        (container(b"mmmm", 7, frozen_payload(DEVICE_ENTRY + LONG_ENTRY)), "x.js claims 99 bytes"),
        (container(b"mmmm", 7, frozen_payload(PADDED_ENTRY + SCRIPT_ENTRY)), "fnam of X.amxd"),
        (container(b"mmmm", 7, frozen_payload(UNFLAGGED_ENTRY + SCRIPT_ENTRY)), "flag of X.amxd"),
    ],
)
def test_sentences(data: bytes, said: str) -> None:
    with pytest.raises(BadFile) as raised:
        amxd.read(data)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("device", "said"),
    [
        (Device("midi_effect", {"a": float("nan")}), "cannot be written as JSON"),
        (Device("midi_effect", {}, (Dependency("x.js", b""),)), "An unfrozen device holds no other files"),
        (Device("midi_effect", {}, (Dependency("x.wav", b""),), "X.amxd"), "x.wav cannot be frozen"),
        (Device("midi_effect", {}, (Dependency("a/x.js", b""),), "X.amxd"), "no file name"),
        (Device("midi_effect", {}, (Dependency("x.js", b""),) * 2, "X.amxd"), "Two files of the device have one name"),
    ],
)
def test_what_cannot_be_written(device: Device, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        amxd.write(device)


# --- as text ------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]
GIT = shutil.which("git")


def test_a_device_is_shown_as_text() -> None:
    assert amxd.shown(FROZEN).splitlines() == [
        "midi_effect, frozen as X.amxd",
        *json.dumps(PATCHER, indent=1).splitlines(),
        "--- x.js, 13 bytes",
        "outlets = 5;",
        "",
    ]
    assert amxd.shown(UNFROZEN).startswith("midi_effect, unfrozen\n{\n")


def test_bytes_that_are_no_device_are_shown_by_their_hash() -> None:
    reason, sha256 = amxd.shown(b"ampf").splitlines()
    assert reason.startswith("This is not a device that Sideman builds: it ends inside a header")
    assert re.fullmatch("SHA-256 [0-9a-f]{64}", sha256)
    assert amxd.shown(b"ampg") != amxd.shown(b"ampf")


@pytest.mark.skipif(GIT is None, reason="there is no git here")
def test_git_shows_what_changed_in_a_device(tmp_path: Path) -> None:
    """With the line that CONTRIBUTING.md names, and the attributes of this repository."""
    assert GIT is not None
    attributes = (ROOT / ".gitattributes").read_text(encoding="utf-8")
    (tmp_path / ".gitattributes").write_text(attributes, encoding="utf-8")
    (key, command) = re.findall(r'^git config (\S+) "python (.+)"$', text_of_contributing(), re.MULTILINE)[0]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def git(*arguments: str) -> str:
        done = subprocess.run(
            [GIT, *arguments], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60
        )
        return done.stdout.decode("utf-8")

    git("init", "--quiet")
    git("config", key, f'"{Path(sys.executable).as_posix()}" {command}')
    device = tmp_path / "X.amxd"
    device.write_bytes(FROZEN)
    git("add", ".")
    script = Dependency("x.js", "outlets = 5; // –\n".encode())
    device.write_bytes(amxd.write(Device("midi_effect", {**PATCHER, "rect": [1, 2]}, (script,), "X.amxd")))
    changed = [line for line in git("diff").splitlines() if re.match(r"[-+](?!-- |\+\+ )", line)]
    assert changed == [
        "- }", "+ },", '+ "rect": [1, 2]',
        "---- x.js, 13 bytes", "-outlets = 5;", "+--- x.js, 20 bytes", "+outlets = 5; // –",
    ]  # fmt: skip
    # It is neither merged nor given other line ends.
    for attribute, value in (("text", "unset"), ("merge", "unset"), ("diff", "amxd")):
        assert git("check-attr", attribute, "X.amxd").strip() == f"X.amxd: {attribute}: {value}"


def text_of_contributing() -> str:
    return (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
