"""What Ableton's guidelines ask of parameters: their names, texts, ranges, first values, and Push's banks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from max_for_live.face import Box, Face
from max_for_live.form import is_number, is_text, is_texts, shown
from max_for_live.patcher import ABSOLUTE, BLOB, CUSTOM_UNIT, ENUM, FLOAT, HIDDEN, INT, INT_HIGH, STORED
from max_for_live.sources import BANK_PLACES

__all__ = ["banks", "names", "values"]

GENERIC_ENUM = re.compile(r"val[0-9]+")
AUTO_INDEX = re.compile(r"\[[0-9]+\]$")
FORMAT = re.compile(r"%[-+ 0-9.]*[difg]")


def names(face: Face) -> Iterator[str]:
    scripting = Counter(box.keys["varname"] for box in face.boxes if "varname" in box.keys)
    yield from (f"{count} boxes have the scripting name {name}." for name, count in scripting.items() if count > 1)
    long_names = Counter(box.valueof.get("parameter_longname") for box in face.parameters)
    yield from (f"{count} parameters have the long name {name}." for name, count in long_names.items() if count > 1)
    listed = {key: value for key, value in face.patcher["parameters"].items() if key.startswith("obj-")}
    for box in face.parameters:
        values, keys = box.valueof, box.keys
        if not keys.get("varname"):
            yield f"{box.shown} has no scripting name (varname)."
        for key in ("parameter_longname", "parameter_shortname"):
            name = values.get(key, "")
            if not name.strip() or AUTO_INDEX.search(name) or name.startswith("live."):
                yield f"{box.shown} has the {key} {name!r}: give it a name of its own."
        if values.get("parameter_linknames", 0) != 0:
            yield f"{box.shown} links its long name to its scripting name: set parameter_linknames to 0."
        for own, saved in (("annotation", "parameter_info"), ("annotation_name", "parameter_annotation_name")):
            if not keys.get(own, "").strip() or keys[own] != values.get(saved):
                yield f"{box.shown} has no {own} for Live's info view, or another one in {saved}."
        entry = [values.get("parameter_longname"), values.get("parameter_shortname"), values.get("parameter_order", 0)]
        if listed.pop(keys["id"], None) != entry:
            yield f"{box.shown} is not in the patcher's parameters as {entry}."
        if keys["maxclass"] != "newobj" and keys.get("parameter_enable") != 1:
            yield f"{box.shown} is no parameter: set parameter_enable to 1."
    yield from (f"The patcher's parameters have {key}, which is no parameter." for key in listed)


def values(face: Face) -> Iterator[str]:
    for box in face.parameters:
        values = box.valueof
        low, high = values.get("parameter_mmin", 0), values.get("parameter_mmax", 127)
        kind, visibility, mode = (values.get(f"parameter_{key}") for key in ("type", "invisible", "modmode"))
        if kind not in (FLOAT, INT, ENUM, BLOB):
            yield f"{box.shown} has the type {kind}: there are 0 Float, 1 Int, 2 Enum and 3 Blob."
            continue
        if visibility not in (0, 1, 2):
            yield f"{box.shown} has the visibility {visibility}: there are 0 automated, 1 stored and 2 hidden."
        if box.is_button and visibility != HIDDEN:
            yield f"{box.shown} is a button: hide it (parameter_invisible 2), or each press is an undo step."
        if kind in (FLOAT, INT):
            yield from _number(box, low, high)
            if mode not in (1, 2, 3, ABSOLUTE):
                yield f"{box.shown} has no modulation mode: 2 is bipolar, for Float, and 4 absolute, for Int."
            if mode == ABSOLUTE and not {"parameter_modmin", "parameter_modmax"} <= values.keys():
                yield f"{box.shown} is modulated absolutely and does not say from where to where."
        elif mode != 0:
            yield f"{box.shown} cannot be modulated: set parameter_modmode to 0."
        if kind == ENUM:
            yield from _list(box)
        if (kind == BLOB) != (box.name == "pattr"):
            yield f"{box.shown} has the type {kind}: a pattr is a Blob, and nothing else is."
        if kind == BLOB:
            yield from _blob(box)
        yield from _initial(box, kind, low, high)


def _number(box: Box, low: float, high: float) -> Iterator[str]:
    values = box.valueof
    if not low < high:
        yield f"{box.shown} goes from {low:g} to {high:g}."
    style = values.get("parameter_unitstyle")
    if style is None or not 0 <= style <= 10:
        yield f"{box.shown} has the unit style {style}: there are 0 to 10."
    units = values.get("parameter_units", "")
    formats = len(FORMAT.findall(units))
    if style == CUSTOM_UNIT and (not units.strip() or formats > 1 or units.count("%") != formats):
        yield f"{box.shown} has the unit {units!r}: write a word, or one number such as %.2f and a word."
    if style != CUSTOM_UNIT and units:
        yield f"{box.shown} has the unit {units!r}, which is shown only with the unit style 9."
    if style == 5 and not -100 <= low < high <= 100:
        yield f"{box.shown} is a percentage from {low:g} to {high:g}."
    if values["parameter_type"] == INT:
        if not 0 <= low < high <= INT_HIGH:
            yield f"{box.shown} is an Int from {low:g} to {high:g}: outside 0 to {INT_HIGH} it must be a Float."
        if not (float(low).is_integer() and float(high).is_integer()) or style == 1:
            yield f"{box.shown} is an Int and shows or has a fraction."


def _list(box: Box) -> Iterator[str]:
    values = box.valueof
    names = values.get("parameter_enum", [])
    # A menu that is filled while the device runs may be short until then; Live does not see it.
    least = 1 if box.name == "live.menu" and values.get("parameter_invisible") == HIDDEN else 2
    if len(names) < least or len(set(names)) != len(names):
        yield f"{box.shown} has the values {names}: at least {least}, each of them once."
    if any(not name.strip() or GENERIC_ENUM.fullmatch(name) for name in names):
        yield f"{box.shown} has the values {names}: write words that say something."
    if values.get("parameter_mmax") != len(names) - 1:
        yield f"{box.shown} has {len(names)} values, and parameter_mmax is {values.get('parameter_mmax')}."
    if box.name == "live.text" and [box.keys.get("automation"), box.keys.get("automationon")] != names:
        yield f"{box.shown} has the values {names}, and its automation and automationon are others."


def _blob(box: Box) -> Iterator[str]:
    own = box.keys.get("saved_object_attributes", {})
    if box.arguments != (box.keys.get("varname"),):
        yield f"{box.shown} and its scripting name are not the same."
    if own.get("parameter_enable") != 1 or own.get("initial") != box.valueof.get("parameter_initial"):
        yield f"{box.shown} does not say in saved_object_attributes that it is a parameter, and with what it begins."
    if box.valueof.get("parameter_invisible") != STORED:
        yield f"{box.shown} is not stored alone: a list cannot be automated."


def _initial(box: Box, kind: int, low: float, high: float) -> Iterator[str]:
    initial, is_enabled = box.valueof.get("parameter_initial", []), box.valueof.get("parameter_initial_enable", 0)
    if box.is_button:
        if is_enabled:
            yield f"{box.shown} is a button with a first value, which presses it when the device is loaded."
        return
    if not is_enabled or not initial:
        yield f"{box.shown} has no first value."
    elif kind != BLOB and (len(initial) != 1 or not is_number(initial[0]) or not low <= initial[0] <= high):
        yield f"{box.shown} begins with {initial}, and goes from {low:g} to {high:g}."
    elif kind in (INT, ENUM) and initial[0] != int(initial[0]):
        yield f"{box.shown} begins with {initial[0]}, and has whole numbers."


def banks(face: Face) -> Iterator[str]:
    banks = face.patcher["parameters"].get("parameterbanks")
    has_object = any(box.name == "live.banks" for box in face.boxes)
    if banks is None:
        if has_object:
            yield "There is a live.banks and no parameter bank."
        return
    if not isinstance(banks, dict) or not banks:
        yield "The parameter banks are empty, which has crashed Live: leave them out."
        return
    if not has_object:
        yield "There are parameter banks and no live.banks."
    for place, (key, bank) in enumerate(banks.items()):
        if not isinstance(bank, dict) or set(bank) != {"index", "name", "parameters"}:
            yield f"Parameter bank {key} has not an index, a name and parameters."
            continue
        if key != str(place) or bank["index"] != place or not is_text(bank["name"]) or not bank["name"].strip():
            yield f"Parameter bank {key} has the index {bank['index']!r} and the name {bank['name']!r}."
        names = bank["parameters"]
        if not is_texts(names) or len(names) != BANK_PLACES or set(names) == {"-"}:
            yield f"Parameter bank {key} is {shown(names)}: it has {BANK_PLACES} places, and not all of them are empty."
            continue
        automated = {box.valueof.get("parameter_longname") for box in face.parameters if _is_visible(box)}
        yield from (
            f"Parameter bank {key} has {name!r}, which is no parameter that Live sees."
            for name in names
            if name != "-" and name not in automated
        )


def _is_visible(box: Box) -> bool:
    return box.valueof.get("parameter_type") != BLOB and box.valueof.get("parameter_invisible") != HIDDEN
