"""The Max objects that devices are made of, in one table: the patcher builds from it, and the validator checks by it.

An object that is not here is not used. `python -m max_for_live.objects` prints the table as JSON.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

__all__ = [
    "BOX_KEYS",
    "COLORS",
    "OBJECTS",
    "PARAMETER_KEYS",
    "PATCHER_KEYS",
    "PROJECT_KEYS",
    "ObjectClass",
    "Text",
    "parse",
    "to_json",
]

NUMBERS = ("bang", "int", "float", "list")
EVERYTHING = (*NUMBERS, "anything")
SETTABLE = ("bang", "int", "float", "set", "assign", "outputvalue", "init", "active", "_parameter_range")
"""What every live.* control hears: a number sets it and comes out again, `set` is silent."""


@dataclass(frozen=True, slots=True)
class ObjectClass:
    """One class of objects.

    `outlets` are the types as Max saves them, "" for any. `hears` lists the messages of each inlet; "anything" is every
    further word. `keys` are the keys of its box besides BOX_KEYS, `needs` those of them that must be there. `arguments`
    is the least and the most of them in an object's text, `attributes` what may follow with an @. The shape of `route`
    grows: an inlet and an outlet for each argument and one more.
    """

    inlets: int
    outlets: tuple[str, ...]
    hears: tuple[tuple[str, ...], ...]
    is_face: bool = False
    """Whether it has a maxclass of its own; every other is a `newobj` and its text."""
    is_parameter: bool = False
    keys: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    arguments: tuple[int, int] = (0, 0)
    attributes: tuple[str, ...] = ()

    def shape(self, name: str, arguments: int) -> tuple[int, tuple[str, ...]]:
        """Inlets, and the types of the outlets, of the object with so many arguments."""
        if name == "route":
            return arguments + 1, ("",) * (arguments + 1)
        return self.inlets, self.outlets


def _control(
    outlets: tuple[str, ...], *keys: str, hears: tuple[str, ...] = (), needs: tuple[str, ...] = ()
) -> ObjectClass:
    return ObjectClass(1, outlets, (SETTABLE + hears,), is_face=True, is_parameter=True, keys=keys + needs, needs=needs)


OBJECTS: dict[str, ObjectClass] = {
    # On the face.
    "jsui": ObjectClass(
        1, ("",) * 5, (EVERYTHING,), is_face=True, keys=("filename", "border"), needs=("filename", "border")
    ),
    "live.dial": _control(("", "float"), "appearance", "needlemode", "showname", "shownumber", "triangle"),
    "live.numbox": _control(("", "float"), "appearance", "textjustification"),
    "live.slider": _control(("", "float"), "showname", "shownumber", needs=("orientation",)),
    "live.menu": _control(("", "", "float")),
    "live.tab": _control(
        ("", "", "float"), "spacing_x", needs=("livemode", "multiline", "num_lines_patching", "num_lines_presentation")
    ),
    "live.toggle": _control(("",)),
    "live.text": _control(
        ("", ""), hears=("text", "texton"), needs=("mode", "outputmode", "text", "texton", "automation", "automationon")
    ),
    "live.comment": ObjectClass(
        1, (), (("set",),), is_face=True, keys=("text", "textjustification", "textcolor"),
        needs=("text", "textjustification", "textcolor"),
    ),
    # In the patch alone.
    "message": ObjectClass(2, ("",), (NUMBERS, ()), is_face=True, keys=("text",), needs=("text",)),
    "prepend": ObjectClass(1, ("",), (EVERYTHING,), arguments=(1, 1)),
    "route": ObjectClass(2, ("", ""), (EVERYTHING,), arguments=(1, 100)),
    "pattr": ObjectClass(
        1, ("", "", ""), (EVERYTHING,), is_parameter=True, keys=("saved_object_attributes",),
        needs=("saved_object_attributes",), arguments=(1, 1),
    ),
    "udpsend": ObjectClass(1, (), (("anything", "host", "port"),), arguments=(2, 2)),
    # Without a port it waits for one; quiet keeps it out of the console; defer moves it off the scheduler's thread.
    "udpreceive": ObjectClass(1, ("",), (("port", "maxqueuesize"),), attributes=("quiet", "defer")),
    "midiin": ObjectClass(1, ("int",), ((),)),
    "midiout": ObjectClass(1, (), (("int",),)),
    "live.thisdevice": ObjectClass(1, ("bang", "int", "int"), ((),)),
    "live.banks": ObjectClass(1, ("",), ((),)),
    "live.miditool.in": ObjectClass(1, ("", "", ""), (("bang",),)),
    "live.miditool.out": ObjectClass(1, (), (("dictionary",),)),
}  # fmt: skip
"""Name -> class."""

BOX_KEYS = (
    "id", "maxclass", "numinlets", "numoutlets", "outlettype", "patching_rect", "presentation", "presentation_rect",
    "text", "varname", "fontname", "fontsize", "annotation", "annotation_name", "hint", "ignoreclick", "active",
    "parameter_enable", "saved_attribute_attributes",
)  # fmt: skip
"""What the box of any object may have."""

PARAMETER_KEYS = (
    "parameter_longname", "parameter_shortname", "parameter_type", "parameter_mmin", "parameter_mmax", "parameter_enum",
    "parameter_initial", "parameter_initial_enable", "parameter_unitstyle", "parameter_units", "parameter_invisible",
    "parameter_modmode", "parameter_modmin", "parameter_modmax", "parameter_annotation_name", "parameter_info",
    "parameter_order", "parameter_linknames", "parameter_defer",
)  # fmt: skip
"""What `saved_attribute_attributes.valueof` may have."""

PATCHER_KEYS = (
    "fileversion", "appversion", "classnamespace", "rect", "openrect", "openinpresentation", "default_fontsize",
    "default_fontface", "default_fontname", "gridsize", "boxanimatetime", "description", "digest", "integercoordinates",
    "boxes", "lines", "parameters", "dependency_cache", "latency", "is_mpe", "minimum_live_version",
    "minimum_max_version", "platform_compatibility", "project", "autosave",
)  # fmt: skip
"""What the patcher may have."""

PROJECT_KEYS = (
    "version", "creationdate", "modificationdate", "viewrect", "autoorganize", "hideprojectwindow", "showdependencies",
    "autolocalize", "contents", "layout", "searchpath", "detailsvisible", "amxdtype", "readonly", "devpathtype",
    "devpath", "sortmode", "viewmode", "includepackages",
)  # fmt: skip
"""What the patcher's `project` must have; without it Max refuses the device."""

COLORS = (
    "live_surface_bg", "live_control_bg", "live_control_fg", "live_control_text_bg", "live_control_selection",
    "live_control_selection_alt", "live_value_arc", "live_lcd_bg", "live_lcd_control_fg", "live_lcd_control_fg_alt",
    "live_lcd_control_fg_zombie", "live_lcd_title", "live_lcd_frame", "live_contrast_frame", "live_dial_fg_zombie",
    "live_display_handle_two", "live_display_line_one", "live_display_line_two", "live_display_scale_text",
    "live_alert", "live_led_bg", "live_meter_bg", "live_macro_title",
)  # fmt: skip
"""Names of Live's theme colours, as saved devices use them."""


@dataclass(frozen=True, slots=True)
class Text:
    """An object's text, taken apart: `udpreceive @quiet 1` has no argument and one attribute."""

    name: str
    arguments: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]


def parse(text: str) -> Text:
    """The parts of a newobj's text."""
    name, *words = text.split() or [""]
    arguments: list[str] = []
    attributes: dict[str, list[str]] = {}
    taking = arguments
    for word in words:
        if word.startswith("@"):
            taking = attributes.setdefault(word[1:], [])
        else:
            taking.append(word)
    return Text(name, tuple(arguments), {key: tuple(values) for key, values in attributes.items()})


def to_json() -> str:
    """{"objects": {name: its fields}, "box_keys": [...], ...}, and a new line."""
    tables = {
        "objects": {name: asdict(one) for name, one in OBJECTS.items()},
        "box_keys": BOX_KEYS,
        "parameter_keys": PARAMETER_KEYS,
        "patcher_keys": PATCHER_KEYS,
        "colors": COLORS,
    }
    return json.dumps(tables, indent=1) + "\n"


if __name__ == "__main__":
    print(to_json(), end="")
