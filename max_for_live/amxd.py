"""The .amxd container: bytes <-> a patcher and the files that are frozen into it.

    offset 0   'ampf', u32 4, type                    little-endian; a size leaves out the 8 bytes of its own header
    offset 12  'meta', u32 4, u32 1 (unfrozen) or 7 (frozen)
    offset 24  'ptch', u32 size, payload up to the end

An unfrozen payload is the patcher's JSON and one NUL. A frozen one is big-endian, and its sizes include headers:

    'mx@c', u32 16, u64 offset of the footer
    the device's JSON and NUL, then every dependency as it is, without gaps
    'dlst' u32 size, and in it for each file: 'dire' u32 size, and in it the fields
        type fnam sz32 of32 vers flag mdat

`fnam` ends with a NUL and is padded to four bytes; `of32` counts from the `m` of 'mx@c'.

    python -m max_for_live.amxd FILE       prints what a device holds as text, in which git can show what changed
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import re
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bridge.errors import BadFile

__all__ = ["KINDS", "Dependency", "Device", "Patcher", "amxdtype", "main", "read", "shown", "write"]

Patcher = dict[str, Any]
"""The object below the key `patcher` of the file's JSON."""

KINDS: dict[str, bytes] = {"midi_effect": b"mmmm", "generator": b"nagg", "transformation": b"natt"}
"""Kind of device -> its type in the container. The last two are Live 12's MIDI Tools."""

UNFROZEN, FROZEN = 1, 7
FROZEN_HEADER_BYTES = 16
SCRIPT, PATCHER = b"TEXT", b"JSON"
SUFFIXES = {".js": SCRIPT}
"""What a device may freeze, by the end of its name -> its type in the footer."""
DEVICE_FLAG, DEPENDENCY_FLAG = 0x11, 0
# Seconds from 1904, as on the first Macintosh. One moment for ever (the start of 2026), so that a build is the same
# bytes on every day.
MODIFIED = 1_767_225_600 + 2_082_844_800


@dataclass(frozen=True, slots=True)
class Dependency:
    """A file that is frozen into a device. `name` has no folder."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Device:
    """What an .amxd file holds. `file_name` is that of the file itself; an unfrozen container does not know it."""

    kind: str
    patcher: Patcher
    dependencies: tuple[Dependency, ...] = ()
    file_name: str | None = None


def amxdtype(kind: str) -> int:
    """The number that `patcher.project.amxdtype` must have."""
    return int.from_bytes(KINDS[kind], "big")


# --- writing ------------------------------------------------------------------------------------------------------


def write(device: Device) -> bytes:
    """The file's bytes, frozen if the device knows its own file name. Raises BadFile."""
    text = _to_json(device.patcher)
    if device.file_name is None:
        if device.dependencies:
            raise BadFile("An unfrozen device holds no other files: give it a file name to freeze it.")
        return _container(device.kind, UNFROZEN, text)
    return _container(device.kind, FROZEN, _frozen(device.file_name, text, device.dependencies))


def _to_json(patcher: Patcher) -> bytes:
    try:
        text = json.dumps({"patcher": patcher}, indent="\t", ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8") + b"\n\0"
    except ValueError as error:
        raise BadFile(f"The patcher cannot be written as JSON: {error}.") from error


def _container(kind: str, meta: int, payload: bytes) -> bytes:
    tag = KINDS[kind]
    return b"".join((_little(b"ampf", tag), _little(b"meta", struct.pack("<I", meta)), _little(b"ptch", payload)))


def _little(tag: bytes, payload: bytes) -> bytes:
    return tag + struct.pack("<I", len(payload)) + payload


def _frozen(file_name: str, text: bytes, dependencies: Sequence[Dependency]) -> bytes:
    files = [(PATCHER, file_name, text, DEVICE_FLAG)]
    files += [(_type(one.name), one.name, one.data, DEPENDENCY_FLAG) for one in dependencies]
    names = [name for _, name, _, _ in files]
    if len(set(names)) != len(names):
        raise BadFile(f"Two files of the device have one name: {', '.join(names)}.")
    body, footer = b"", b""
    for kind, name, data, flag in files:
        footer += _entry(kind, name, len(data), FROZEN_HEADER_BYTES + len(body), flag)
        body += data
    header = b"mx@c" + struct.pack(">IQ", FROZEN_HEADER_BYTES, FROZEN_HEADER_BYTES + len(body))
    return header + body + _big(b"dlst", footer)


def _type(name: str) -> bytes:
    for suffix, kind in SUFFIXES.items():
        if name.endswith(suffix):
            return kind
    raise BadFile(f"{name} cannot be frozen into a device: only {', '.join(SUFFIXES)} files can.")


def _entry(kind: bytes, name: str, size: int, offset: int, flag: int) -> bytes:
    encoded = name.encode("utf-8")
    if not name or b"\0" in encoded or "/" in name or "\\" in name:
        raise BadFile(f"{name!r} is no file name that a device can hold: it needs letters, and no folder.")
    padded = encoded + b"\0" * (4 - len(encoded) % 4)
    fields = [(b"type", kind), (b"fnam", padded)]
    numbers = {b"sz32": size, b"of32": offset, b"vers": 0, b"flag": flag, b"mdat": MODIFIED}
    fields += [(tag, struct.pack(">I", number)) for tag, number in numbers.items()]
    return _big(b"dire", b"".join(_big(tag, value) for tag, value in fields))


def _big(tag: bytes, payload: bytes) -> bytes:
    return tag + struct.pack(">I", 8 + len(payload)) + payload


# --- reading ------------------------------------------------------------------------------------------------------


def read(data: bytes) -> Device:
    """What the file holds. Raises BadFile with one sentence for anything that `write` would not have written.

    Only `mdat` may differ: it says when Max saved the file.
    """
    chunks = list(_little_chunks(data))
    if [tag for tag, _ in chunks] != [b"ampf", b"meta", b"ptch"]:
        _refuse(f"its chunks are {_names(tag for tag, _ in chunks)} where ampf, meta and ptch belong")
    (_, tag), (_, meta), (_, payload) = chunks
    kinds = {tag: kind for kind, tag in KINDS.items()}
    if tag not in kinds:
        _refuse(f"its type is {tag!r}, and Sideman's are {_names(kinds)}")
    kind = kinds[tag]
    if meta == struct.pack("<I", UNFROZEN):
        return Device(kind, _from_json(payload))
    if meta != struct.pack("<I", FROZEN):
        _refuse(f"its meta is {meta.hex()}, neither unfrozen (1) nor frozen (7)")
    (file_name, text), *files = _files(payload)
    return Device(kind, _from_json(text), tuple(Dependency(name, held) for name, held in files), file_name)


def _little_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            _refuse(f"it ends inside a header at byte {at}")
        (size,) = struct.unpack_from("<I", data, at + 4)
        if at + 8 + size > len(data):
            _refuse(f"its chunk at byte {at} claims {size} bytes, and {len(data) - at - 8} are left")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size


def _files(payload: bytes) -> list[tuple[str, bytes]]:
    """Name and content of every frozen file, the device's own JSON first."""
    if len(payload) < FROZEN_HEADER_BYTES or payload[:8] != b"mx@c" + struct.pack(">I", FROZEN_HEADER_BYTES):
        _refuse("it says that it is frozen, and its payload does not begin with mx@c and 16")
    (footer_at,) = struct.unpack_from(">Q", payload, 8)
    if not FROZEN_HEADER_BYTES <= footer_at <= len(payload):
        _refuse(f"its footer would be at byte {footer_at} of a payload of {len(payload)} bytes")
    footer = list(_big_chunks(payload[footer_at:]))
    if [tag for tag, _ in footer] != [b"dlst"]:
        _refuse("its footer is not one dlst")
    files: list[tuple[str, bytes]] = []
    at = FROZEN_HEADER_BYTES
    for tag, entry in _big_chunks(footer[0][1]):
        if tag != b"dire":
            _refuse(f"its footer holds {tag!r} where dire belongs")
        name, size = _read_entry(entry, at, is_device=not files)
        if at + size > footer_at:
            _refuse(f"{name} claims {size} bytes, and {footer_at - at} are left before the footer")
        if name in (known for known, _ in files):
            _refuse(f"{name} stands in its footer twice")
        files.append((name, payload[at : at + size]))
        at += size
    if not files or at != footer_at:
        _refuse(f"its footer names {at - FROZEN_HEADER_BYTES} of {footer_at - FROZEN_HEADER_BYTES} bytes")
    return files


def _big_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            _refuse("its footer ends inside a header")
        (size,) = struct.unpack_from(">I", data, at + 4)
        if size < 8 or at + size > len(data):
            _refuse(f"{data[at : at + 4]!r} in its footer claims {size} bytes, and {len(data) - at} are left")
        yield data[at : at + 4], data[at + 8 : at + size]
        at += size


def _read_entry(entry: bytes, offset: int, *, is_device: bool) -> tuple[str, int]:
    """The file's name and its size in bytes."""
    chunks = list(_big_chunks(entry))
    fields = dict(chunks)
    if [tag for tag, _ in chunks] != [b"type", b"fnam", b"sz32", b"of32", b"vers", b"flag", b"mdat"]:
        _refuse(f"the fields of a file in its footer are {_names(tag for tag, _ in chunks)}")
    if any(len(value) != 4 for tag, value in fields.items() if tag != b"fnam"):
        _refuse("a number in its footer has not four bytes")
    try:
        name = fields[b"fnam"].rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        _refuse(f"the file name {fields[b'fnam']!r} in its footer is not UTF-8")
    (size,) = struct.unpack(">I", fields[b"sz32"])
    kind = PATCHER if is_device else _type(name)
    flag = DEVICE_FLAG if is_device else DEPENDENCY_FLAG
    (modified,) = struct.unpack(">I", fields[b"mdat"])
    expected = dict(_big_chunks(_entry(kind, name, size, offset, flag)[8:]))
    expected[b"mdat"] = struct.pack(">I", modified)
    for tag, value in fields.items():
        if value != expected[tag]:
            _refuse(f"{tag.decode()} of {name} is {value.hex()} in its footer, and {expected[tag].hex()} belongs there")
    return name, size




def _from_json(text: bytes) -> Patcher:
    if not text.endswith(b"\0") or b"\0" in text[:-1]:
        _refuse("its JSON does not end with one NUL")
    try:
        content = json.loads(
            text[:-1].decode("utf-8"), object_pairs_hook=_object, parse_float=_float, parse_constant=_float
        )
    except UnicodeDecodeError:
        _refuse("its JSON is not UTF-8")
    except RecursionError:
        _refuse("its JSON is nested too deeply")
    except ValueError as error:
        _refuse(f"its JSON cannot be read ({error})")
    if not isinstance(content, dict) or list(content) != ["patcher"] or not isinstance(content["patcher"], dict):
        _refuse("its JSON is not one object with the key patcher")
    return content["patcher"]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands there twice")
    return made


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no finite number")
    return number


def _names(tags: Iterable[bytes]) -> str:
    return ", ".join(repr(tag.decode("latin-1")) for tag in tags) or "none"


def _refuse(reason: str) -> NoReturn:
    raise BadFile(f"This is not a device that Sideman builds: {reason}.")


# --- showing ------------------------------------------------------------------------------------------------------


_SHORT_LIST = re.compile(r"\[\n\s*([^][{}]+?)\n\s*\]")
_BREAK = re.compile(r",\n\s*")


def shown(data: bytes) -> str:
    """What the file holds, as lines of text: its kind, the patcher, and whatever is frozen into it.

    Of bytes that are no device of ours, the reason and their SHA-256: git gives up where it is given no text.
    """
    try:
        device = read(data)
    except BadFile as refusal:
        return f"{refusal}\nSHA-256 {hashlib.sha256(data).hexdigest()}\n"
    state = f"frozen as {device.file_name}" if device.file_name else "unfrozen"
    text = json.dumps(device.patcher, indent=1, ensure_ascii=False)
    # A place, and every other short list, on one line: so the lines around what changed say whose it is.
    text = _SHORT_LIST.sub(lambda found: f"[{_BREAK.sub(', ', found[1])}]", text)
    parts = [f"{device.kind}, {state}", text]
    for one in device.dependencies:
        parts += [f"--- {one.name}, {len(one.data)} bytes", one.data.decode("utf-8", "replace")]
    return "\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m max_for_live.amxd", description="Prints a device as text.")
    parser.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # The same text on every computer, Windows' consoles included.
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(shown(given.file.read_bytes()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
