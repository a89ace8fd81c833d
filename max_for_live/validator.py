"""The rules of a device that a machine can check: the container, Max's own, and Ableton's production guidelines.

`validate` reads the finished bytes and knows nothing of the sources, so that a slip of the builder is found as well.
Max itself says nothing of most of these: it ignores a misspelt key, and drops a cord to nowhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from bridge.errors import BadFile
from max_for_live import amxd, face_rules, javascript, parameter_rules
from max_for_live.face import Box, Face
from max_for_live.form import malformed
from max_for_live.layout import HEIGHTS
from max_for_live.objects import BOX_KEYS, PARAMETER_KEYS, PATCHER_KEYS, PROJECT_KEYS, parse

__all__ = ["validate"]

CONSOLE_CLASSES = ("print", "error", "console")
NAMED_CLASSES = ("send", "s", "receive", "r", "forward", "value", "v", "coll", "dict", "table", "buffer~")
"""Objects that share what bears their first argument's name among all devices of a set."""
UNFINISHED = ("TODO", "FIXME", "XXX")
ABSOLUTE_PATH = re.compile(r"(/|~/|[A-Za-z]:[\\/])")
VERSION = re.compile(r"[0-9]+\.[0-9]+")
NEW_GLOBAL = re.compile(r"(?<![\w$.])new\s+Global(?![\w$])")
MEANT_GLOBAL = re.compile(r"""new\s+Global\s*\(\s*["'](---|sideman_)""")
"""One device's own, or on purpose that of all Sideman devices."""
SPOKEN = re.compile(r"(?<![\w$.])(post|error|cpost|messnamed)\s*\(|(?<![\w$.])(console)\s*\.")


def validate(data: bytes) -> list[str]:
    """A sentence for every rule that the .amxd breaks; none if the device is fit to ship. Never raises."""
    try:
        device = amxd.read(data)
    except BadFile as refusal:
        return [str(refusal)]
    found = list(malformed(device.patcher))
    if found:
        return found
    face = Face(device)
    return [sentence for rule in RULES for sentence in rule(face)]


# --- the patcher --------------------------------------------------------------------------------------------------


def _known_keys(face: Face) -> Iterator[str]:
    """Max ignores a misspelt key, so it is found here."""
    patcher = face.patcher
    yield from (f"The patcher has the key {key}, unknown to Max." for key in patcher if key not in PATCHER_KEYS)
    project = patcher["project"]
    yield from (f"The project has the key {key}, unknown to Max." for key in project if key not in PROJECT_KEYS)
    yield from (f"The project has no {key}: Max refuses the device." for key in PROJECT_KEYS if key not in project)
    for box in face.boxes:
        yield from (
            f"{box.shown} has the key {key}, unknown to Max."
            for key in box.keys
            if key not in BOX_KEYS and key not in box.kind.keys
        )
        yield from (f"{box.shown} has no {key}." for key in box.kind.needs if key not in box.keys)
        yield from (f"{box.shown} has {key}, unknown to Max." for key in box.valueof if key not in PARAMETER_KEYS)


def _device_keys(face: Face) -> Iterator[str]:
    patcher, kind = face.patcher, face.device.kind
    if patcher["project"].get("amxdtype") != amxd.amxdtype(kind):
        yield f"project.amxdtype is not {amxd.amxdtype(kind)}, the number of a {kind}, which the container says it is."
    if patcher["openinpresentation"] != 1:
        yield "The device does not open in presentation: set openinpresentation to 1."
    left, top, width, height = patcher["openrect"]
    if (left, top, height) != (0, 0, HEIGHTS[kind]) or width < 1 or width != int(width):
        yield f"openrect is {patcher['openrect']}, and [0, 0, width, {HEIGHTS[kind]}] belongs there."
    for key in ("minimum_live_version", "minimum_max_version"):
        if not VERSION.fullmatch(patcher[key]):
            yield f"{key} is {patcher[key]!r}: write the oldest version, such as 12.0."
    if kind == "midi_effect" and patcher["is_mpe"] != 1:
        yield "is_mpe is 0: MIDI with a channel for each note would not pass the device."


def _objects(face: Face) -> Iterator[str]:
    known = {box.keys["id"] for box in face.boxes}
    for one in face.patcher["boxes"]:
        box = one["box"]
        if box["id"] not in known:
            name = parse(box.get("text", "")).name if box["maxclass"] == "newobj" else box["maxclass"]
            yield f"{box['id']} is a {name or 'box without a name'}, which is not among the objects that devices use."
    counted = Counter(one["box"]["id"] for one in face.patcher["boxes"])
    yield from (f"{count} boxes have the id {name}." for name, count in counted.items() if count > 1)
    for box in face.boxes:
        least, most = box.kind.arguments
        if not least <= len(box.arguments) <= most:
            yield f"{box.shown} has {len(box.arguments)} arguments, and {least} to {most} belong there."
        for attribute, values in box.attributes.items():
            if attribute not in box.kind.attributes or len(values) != 1:
                yield f"{box.shown} has the attribute @{attribute} {' '.join(values)}, which it does not know."
        inlets, outlets = box.kind.shape(box.name, len(box.arguments))
        if box.keys["numinlets"] != inlets:
            yield f"{box.shown} has {box.keys['numinlets']} inlets, and {inlets} belong there."
        if box.keys["numoutlets"] != len(outlets) or box.keys.get("outlettype", []) != list(outlets):
            yield (
                f"{box.shown} has {box.keys['numoutlets']} outlets of the types {box.keys.get('outlettype', [])}, "
                f"and {len(outlets)} of {list(outlets)} belong there."
            )


def _cords(face: Face) -> Iterator[str]:
    boxes = {one["box"]["id"]: one["box"] for one in face.patcher["boxes"]}
    objects = {box.keys["id"]: box for box in face.boxes}
    seen = set()
    for one in face.patcher["lines"]:
        (source, outlet), (destination, inlet) = one["patchline"]["source"], one["patchline"]["destination"]
        cord = f"The cord from {source}, outlet {outlet}, to {destination}, inlet {inlet},"
        for end, index, count in ((source, outlet, "numoutlets"), (destination, inlet, "numinlets")):
            if end not in boxes:
                yield f"{cord} has no box {end}."
            elif not 0 <= index < boxes[end][count]:
                yield f"{cord} ends nowhere: {end} has {boxes[end][count]} of them."
        yield from _unheard(cord, objects.get(source), outlet, objects.get(destination), inlet)
        if (source, outlet, destination, inlet) in seen:
            yield f"{cord} stands there twice."
        seen.add((source, outlet, destination, inlet))


def _unheard(cord: str, source: Box | None, outlet: int, destination: Box | None, inlet: int) -> Iterator[str]:
    """Whether what leaves the outlet is anything that the inlet knows, as far as its type says."""
    if source is None or destination is None:
        return
    _, sent = source.kind.shape(source.name, len(source.arguments))
    if not 0 <= outlet < len(sent):
        return
    # The further inlets of a route only take another name, and so does nobody here.
    hears = destination.kind.hears[inlet] if 0 <= inlet < len(destination.kind.hears) else ()
    if not hears or (sent[outlet] and sent[outlet] not in hears):
        yield f"{cord} brings {sent[outlet] or 'messages'}, which {destination.shown} does not hear there."


def _names(face: Face) -> Iterator[str]:
    """Names are Max's, and not the device's, without ---; and nothing may write to Max's console."""
    for one in face.patcher["boxes"]:
        text = one["box"].get("text", "")
        parsed = parse(text if one["box"]["maxclass"] == "newobj" else "")
        if parsed.name in NAMED_CLASSES and not (parsed.arguments and parsed.arguments[0].startswith("---")):
            yield f"{text!r} is shared with every other device: begin its name with ---."
        if parsed.name in CONSOLE_CLASSES:
            yield f"{text!r} writes to Max's console: a device is silent there."
    for path, text in _texts(face.patcher, "The patcher"):
        if ABSOLUTE_PATH.match(text):
            yield f"{path} is {text!r}, a path that only one computer has."
        yield from (f"{path} says {word}: finish it." for word in UNFINISHED if word in text)


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text in the JSON, and where it stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, f"{path}.{key}")
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _texts(one, f"{path}[{index}]")


# --- what is frozen in --------------------------------------------------------------------------------------------


def _dependencies(face: Face) -> Iterator[str]:
    """A frozen device holds all that it needs, and nothing else."""
    scripts = [box.keys["filename"] for box in face.boxes if box.name == "jsui" and "filename" in box.keys]
    if len(scripts) != 1:
        yield f"The device has {len(scripts)} scripts: it has one."
    listed = [entry.get("name") for entry in face.patcher["dependency_cache"]]
    if listed != scripts:
        yield f"dependency_cache names {listed}, and the device uses {scripts}."
    if face.device.file_name is None:
        return
    held = [one.name for one in face.device.dependencies]
    yield from (f"The frozen device lacks {name}." for name in scripts if name not in held)
    yield from (f"The frozen device holds {name}, which it does not use." for name in held if name not in scripts)


def _scripts(face: Face) -> Iterator[str]:
    for one in face.device.dependencies:
        try:
            text = one.data.decode("utf-8")
        except UnicodeDecodeError:
            yield f"{one.name} is not UTF-8 text."
            continue
        if "\r" in text:
            yield f"{one.name} has line ends of Windows."
        code = javascript.code_only(text)
        for spoken in SPOKEN.finditer(code):
            line = code.count("\n", 0, spoken.start()) + 1
            word = spoken[1] or spoken[2]
            does = "reaches other devices" if word == "messnamed" else "writes to Max's console"
            yield f"{one.name}, line {line}: {word} {does}."
        for made in NEW_GLOBAL.finditer(code):
            if not MEANT_GLOBAL.match(text, made.start()):
                line = code.count("\n", 0, made.start()) + 1
                yield (
                    f"{one.name}, line {line}: a Global is shared with every other device: begin its name with ---, or "
                    "with sideman_ if all of ours are meant."
                )
        said = " ".join(javascript.comments(text))
        yield from (f"{one.name} says {word}: finish it." for word in UNFINISHED if re.search(rf"\b{word}\b", said))


RULES: tuple[Callable[[Face], Iterator[str]], ...] = (
    _known_keys,
    _device_keys,
    _objects,
    _cords,
    _names,
    parameter_rules.names,
    parameter_rules.values,
    parameter_rules.banks,
    face_rules.layout,
    face_rules.colors,
    face_rules.words,
    _dependencies,
    _scripts,
)
"""Every rule, in the order of their sentences."""
