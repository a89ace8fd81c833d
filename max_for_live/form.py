"""The form of a patcher: whether each value is a text, a number, a list where it must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from max_for_live.amxd import Patcher
from max_for_live.objects import PARAMETER_KEYS

__all__ = ["is_number", "is_text", "is_texts", "malformed", "shown"]

# Larger numbers mean nothing in a patch, and JSON's whole numbers have no end.
MOST = 10**10


def is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and is_number(value)


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < MOST


def is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(is_text, value))


def is_atoms(value: object) -> bool:
    return isinstance(value, list) and all(is_text(one) or is_number(one) for one in value)


def _is_switch(value: object) -> bool:
    return _is_whole(value) and value in (0, 1)


def _is_rect(value: object) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(map(is_number, value))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_end(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and is_text(value[0]) and _is_whole(value[1])


Check = Callable[[object], bool]

BOX_FORMS: dict[str, Check] = {
    **dict.fromkeys(
        ("id", "maxclass", "text", "varname", "fontname", "annotation", "annotation_name", "hint", "filename", "texton",
         "automation", "automationon"), is_text,
    ),
    **dict.fromkeys(("fontsize", "spacing_x"), is_number),
    **dict.fromkeys(("patching_rect", "presentation_rect"), _is_rect),
    **dict.fromkeys(
        ("numinlets", "numoutlets", "appearance", "needlemode", "textjustification", "num_lines_patching",
         "num_lines_presentation"), _is_whole,
    ),
    **dict.fromkeys(
        ("presentation", "ignoreclick", "active", "parameter_enable", "border", "showname", "shownumber", "triangle",
         "orientation", "livemode", "multiline", "mode", "outputmode"), _is_switch,
    ),
    "outlettype": is_texts,
    "textcolor": _is_rect,
    "saved_attribute_attributes": _is_table,
    "saved_object_attributes": _is_table,
}  # fmt: skip
PARAMETER_FORMS: dict[str, Check] = {
    **dict.fromkeys(PARAMETER_KEYS, _is_whole),
    **dict.fromkeys(
        ("parameter_longname", "parameter_shortname", "parameter_units", "parameter_annotation_name", "parameter_info"),
        is_text,
    ),
    **dict.fromkeys(
        ("parameter_mmin", "parameter_mmax", "parameter_modmin", "parameter_modmax"), is_number
    ),
    "parameter_enum": is_texts,
    "parameter_initial": is_atoms,
    **dict.fromkeys(("parameter_initial_enable", "parameter_linknames", "parameter_defer"), _is_switch),
}  # fmt: skip
PATCHER_FORMS: dict[str, Check] = {
    "boxes": lambda value: isinstance(value, list),
    "lines": lambda value: isinstance(value, list),
    "parameters": _is_table,
    "project": _is_table,
    "dependency_cache": lambda value: isinstance(value, list) and all(map(_is_table, value)),
    "openrect": _is_rect,
    "openinpresentation": _is_switch,
    "is_mpe": _is_switch,
    "minimum_live_version": is_text,
    "minimum_max_version": is_text,
}
ALWAYS = ("id", "maxclass", "numinlets", "numoutlets", "patching_rect")


def malformed(patcher: Patcher) -> Iterator[str]:
    """A sentence for every value that is not of its kind. All other rules rely on it."""
    for key, check in PATCHER_FORMS.items():
        if key not in patcher:
            yield f"The patcher has no {key}."
        elif not check(patcher[key]):
            yield f"The patcher's {key} is {shown(patcher[key])}, which is no {key}."
    boxes, lines = patcher.get("boxes"), patcher.get("lines")
    for one in boxes if isinstance(boxes, list) else []:
        if not isinstance(one, dict) or list(one) != ["box"] or not isinstance(one["box"], dict):
            yield f"{shown(one)} among the boxes is no box."
            continue
        box = one["box"]
        title = f"Box {shown(box.get('id'))}"
        yield from (f"{title} has no {key}." for key in ALWAYS if key not in box)
        yield from _forms(title, box, BOX_FORMS)
        saved = box.get("saved_attribute_attributes")
        for key, value in saved.items() if isinstance(saved, dict) else []:
            if not isinstance(value, dict):
                yield f"{title}: {key} in saved_attribute_attributes is {shown(value)}, which is no table."
            elif key == "valueof":
                yield from _forms(title, value, PARAMETER_FORMS)
    for one in lines if isinstance(lines, list) else []:
        cord = one.get("patchline") if isinstance(one, dict) and list(one) == ["patchline"] else None
        if not isinstance(cord, dict) or not _is_end(cord.get("source")) or not _is_end(cord.get("destination")):
            yield f"{shown(one)} among the cords has not a source and a destination."
        else:
            unknown = sorted(set(cord) - {"source", "destination"})
            yield from (f"The cord from {cord['source'][0]} has the key {key}, unknown to Max." for key in unknown)


def _forms(title: str, table: dict[str, Any], forms: dict[str, Check]) -> Iterator[str]:
    for key, value in table.items():
        if key in forms and not forms[key](value):
            yield f"{title}: {key} is {shown(value)}, which is no {key}."


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
