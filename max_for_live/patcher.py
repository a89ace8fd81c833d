"""A source -> the patcher's JSON: the thin patch around one script.

    live.thisdevice -> `ready` -> jsui              midiin -> midiout
    a control       -> `prepend MESSAGE` -> jsui    a button -> `MESSAGE` -> jsui
    udpreceive      -> jsui                         a pattr of what is kept -> jsui
    jsui outlet 0   -> udpsend to the bridge
                1   -> udpsend to the device itself
                2   -> udpreceive (its port)
                3   -> route -> the control, button or pattr of that name; in a MIDI Tool `apply` -> live.miditool.in
                4   -> live.miditool.out (MIDI Tools)

Buttons and `ready` pass message boxes because `prepend` adds `bang` to a bang, and what is kept passes none because
`prepend` ends at 256 items.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from max_for_live.amxd import Patcher, amxdtype
from max_for_live.layout import Rect, lay_out
from max_for_live.lettering import FONT, FONT_SIZE
from max_for_live.objects import OBJECTS, parse
from max_for_live.sources import Button, Control, Source

__all__ = ["build", "script_file"]

BRIDGE = "127.0.0.1 42711"
TEXT_COLOR = "themecolor.live_control_fg"
# What Max itself writes into every new device: seconds from 1904, the same for all.
CREATED = 3_590_052_786

FLOAT, INT, ENUM, BLOB = 0, 1, 2, 3
AUTOMATED, STORED, HIDDEN = 0, 1, 2
VISIBILITIES = {"automated": AUTOMATED, "stored": STORED, "hidden": HIDDEN}
UNMODULATED, BIPOLAR, ABSOLUTE = 0, 2, 4
CUSTOM_UNIT = 9
UNIT_STYLES = {"int": 0, "float": 1, "percent": 5}
CUSTOM_UNITS = {"beats": "%.2f beats", "bars": "%i bars"}
INT_HIGH = 255
BANK_PLACES = 8
LEFT, LYING = 0, 1
MAXCLASSES = {"switch": "live.text"}
BUTTON_MODE, TOGGLE_MODE = 0, 1
MOUSE_UP = 1

OLDEST = {"midi_effect": ("11.1", (8, 2)), "generator": ("12.0", (8, 6)), "transformation": ("12.0", (8, 6))}
"""Kind of device -> the oldest Live and Max: 8.2 brought theme colours, 8.6 the MIDI Tools."""

MARGIN, GAP, ROW_GAP, TEXT_HEIGHT, LINE_HEIGHT = 16, 16, 32, 20, 12
# A new row begins right of it, so that the patch can be seen at once on a laptop.
WRAP, WIDEST = 1150, 600


def script_file(script: str) -> str:
    """The name of the bundled script inside the device."""
    return f"sideman_{script}.js"


def build(source: Source) -> Patcher:
    """The patcher of the device, always the same for the same source. Raises BadFile for what has no room."""
    return _Patch(source).made()


class _Patch:
    """Boxes and cords as they are laid down."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.face = lay_out(source)
        self.boxes: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.parameters: dict[str, Any] = {}
        self.receiver = ""
        # Where the next box goes; how far the column, and the whole patch, reach.
        self.x = self.y = MARGIN
        self.column_right = self.column_bottom = MARGIN
        self.right = self.bottom = MARGIN

    def made(self) -> Patcher:
        source = self.source
        origin = f"max_for_live/patchers/{source.file_name}"
        note = f"Made from {origin}: change that and run python -m max_for_live.build."
        self.comment(note, self.placed(note))
        self.row()
        speakers, settable = self.speakers()
        self.row()
        screen = self.screen()
        for speaker, outlet in speakers:
            self.cord(speaker, outlet, screen, 0)
        self.labels()
        self.row()
        self.listeners(screen, settable)
        return self.patcher()

    # --- what speaks to the script, with what is between ---

    def speakers(self) -> tuple[list[tuple[str, int]], dict[str, str]]:
        """The ends of the cords that lead to the script; and what the script can set: name -> box."""
        speakers: list[tuple[str, int]] = []
        settable: dict[str, str] = {}
        is_tool = self.source.kind != "midi_effect"
        if not is_tool:
            self.cord(self.text("midiin"), 0, self.text("midiout", below=True), 0)
            self.step()
        speakers.append(self.said(self.text("live.thisdevice"), 0, "ready"))
        self.step()
        for one in self.source.controls:
            if isinstance(one, Control):
                settable[one.message] = self.control(one)
                speakers.append(self.prepended(settable[one.message], 0, one.message))
                self.step()
            else:
                settable[one.message] = self.button(one)
                speakers.append(self.said(settable[one.message], 0, one.message))
                self.step()
        for name in self.source.kept:
            settable[f"keep_{name}"] = self.kept(name)
            speakers.append((settable[f"keep_{name}"], 0))
            self.step()
        if is_tool:
            settable["apply"] = tool = self.text("live.miditool.in")
            speakers.append(self.prepended(tool, 0, "tool_notes"))
            speakers.append(self.prepended(tool, 1, "tool_context"))
            self.step()
        self.receiver = self.text("udpreceive @quiet 1 @defer 1")
        speakers.append((self.receiver, 0))
        self.step()
        return speakers, settable

    def said(self, speaker: str, outlet: int, word: str) -> tuple[str, int]:
        message = self.add("message", self.beneath(word), text=word)
        self.cord(speaker, outlet, message, 0)
        return message, 0

    def prepended(self, speaker: str, outlet: int, word: str) -> tuple[str, int]:
        prepend = self.text(f"prepend {word}", below=True)
        self.cord(speaker, outlet, prepend, 0)
        return prepend, 0

    def control(self, one: Control) -> str:
        is_number = not one.values
        at = self.face.places[one.message]
        maxclass = MAXCLASSES.get(one.control, f"live.{one.control}")
        own: dict[str, Any] = {}
        if one.control == "dial":
            own = {"needlemode": 2 if one.low + one.high == 0 else 1}
        elif one.control == "slider":
            own = {"orientation": LYING}
        elif one.control == "tab":
            own = {"livemode": 1, "multiline": 0, "num_lines_patching": 1, "num_lines_presentation": 1}
        elif one.control == "switch":
            off, on = (one.text, one.text) if one.text else one.values
            own = _text_button(off, on, TOGGLE_MODE, one.values)
        values = self.number(one) if is_number else _enum(one.values or ("",), one.initial)
        return self.parameter(
            maxclass,
            self.presented(at),
            {
                "parameter_longname": one.parameter,
                "parameter_shortname": one.short,
                "parameter_invisible": VISIBILITIES[one.visibility],
                **values,
            },
            one.parameter,
            one.annotation,
            presentation=at,
            varname=one.message,
            **own,
        )

    @staticmethod
    def number(one: Control) -> dict[str, Any]:
        is_int = one.is_whole and one.low >= 0 and one.high <= INT_HIGH
        made: dict[str, Any] = {
            "parameter_type": INT if is_int else FLOAT,
            "parameter_mmin": one.low,
            "parameter_mmax": one.high,
            "parameter_initial_enable": 1,
            "parameter_initial": [int(one.initial) if is_int else one.initial],
            "parameter_unitstyle": UNIT_STYLES.get(one.unit, CUSTOM_UNIT),
            "parameter_modmode": ABSOLUTE if is_int else BIPOLAR,
        }
        if is_int:
            made |= {"parameter_modmin": one.low, "parameter_modmax": one.high}
        if made["parameter_unitstyle"] == CUSTOM_UNIT:
            made["parameter_units"] = CUSTOM_UNITS.get(one.unit, one.unit)
        return made

    def button(self, one: Button) -> str:
        values = {
            "parameter_longname": one.text,
            "parameter_shortname": one.text,
            "parameter_invisible": HIDDEN,
            **_enum(("Off", "On"), 0),
            # A first value would press the button when the device is loaded.
            "parameter_initial_enable": 0,
        }
        own = _text_button(one.text, one.text, BUTTON_MODE, ("Off", "On"))
        at = self.face.places[one.message]
        return self.parameter(
            "live.text",
            self.presented(at),
            values,
            one.text,
            one.annotation,
            presentation=at,
            varname=one.message,
            **own,
        )

    def kept(self, name: str) -> str:
        word = f"kept_{name}"
        values = {
            "parameter_longname": word,
            "parameter_shortname": word,
            "parameter_type": BLOB,
            "parameter_invisible": STORED,
            "parameter_initial_enable": 1,
            "parameter_initial": [word],
            "parameter_modmode": UNMODULATED,
        }
        text = f"pattr {word}"
        return self.parameter(
            "newobj",
            self.placed(text),
            values,
            word,
            f"What the device keeps with the set: {name}.",
            text=text,
            varname=word,
            saved_object_attributes={"initial": [word], "parameter_enable": 1, "parameter_mappable": 0},
        )

    # --- the script, and what hears it ---

    def screen(self) -> str:
        at = self.face.screen
        return self.add(
            "jsui",
            # The script hears the mouse rightly only where both sizes are the same.
            self.presented(at),
            presentation=at,
            varname="screen",
            filename=script_file(self.source.script),
            border=0,
            parameter_enable=0,
            annotation=self.source.screen.annotation,
            annotation_name=self.source.name,
        )

    def labels(self) -> None:
        """The words of the face, and Push's banks, beside the screen."""
        self.x += self.face.screen[2] + GAP
        top = self.y
        if self.source.banks:
            self.text("live.banks")
            self.y = self.column_bottom + GAP
        for label in self.face.labels:
            self.comment(label.text, self.presented(label.at), label.at)
            self.y = self.column_bottom + GAP
        self.y = top

    def listeners(self, screen: str, settable: dict[str, str]) -> None:
        for outlet in (0, 1):
            self.cord(screen, outlet, self.text(f"udpsend {BRIDGE}"), 0)
            self.step()
        self.cord(screen, 2, self.receiver, 0)
        if settable:
            route = self.text(f"route {' '.join(settable)}")
            self.cord(screen, 3, route, 0)
            for outlet, box in enumerate(settable.values()):
                self.cord(route, outlet, box, 0)
            self.step()
        if self.source.kind != "midi_effect":
            self.cord(screen, 4, self.text("live.miditool.out"), 0)

    # --- boxes and cords ---

    def parameter(
        self, maxclass: str, rect: Rect, values: dict[str, Any], title: str, annotation: str, **own: Any
    ) -> str:
        """A box that Live sees as a parameter; `values` is all that is not the same for every one."""
        values = {
            **values,
            "parameter_annotation_name": title,
            "parameter_info": annotation,
            "parameter_linknames": 0,
            "parameter_order": 0,
        }
        if maxclass != "newobj":
            own |= {"parameter_enable": 1, **_font()}
        box = self.add(
            maxclass,
            rect,
            annotation=annotation,
            annotation_name=title,
            saved_attribute_attributes={"valueof": dict(sorted(values.items()))},
            **own,
        )
        self.parameters[box] = [values["parameter_longname"], values["parameter_shortname"], 0]
        return box

    def comment(self, text: str, rect: Rect, presentation: Rect | None = None) -> None:
        self.add(
            "live.comment",
            rect,
            presentation,
            text=text,
            textjustification=LEFT,
            textcolor=[0.0, 0.0, 0.0, 1.0],
            saved_attribute_attributes={"textcolor": {"expression": TEXT_COLOR}},
            **_font(),
        )

    def text(self, text: str, *, below: bool = False) -> str:
        """An object that is its text, in the row or below it."""
        return self.add("newobj", self.beneath(text) if below else self.placed(text), text=text)

    def add(self, maxclass: str, rect: Rect, presentation: Rect | None = None, **keys: Any) -> str:
        name, arguments = maxclass, 0
        if maxclass == "newobj":
            parsed = parse(keys["text"])
            name, arguments = parsed.name, len(parsed.arguments)
        inlets, outlets = OBJECTS[name].shape(name, arguments)
        box: dict[str, Any] = {
            "id": f"obj-{len(self.boxes) + 1}",
            "maxclass": maxclass,
            "numinlets": inlets,
            "numoutlets": len(outlets),
            "patching_rect": _floats(rect),
            **keys,
        }
        if outlets:
            box["outlettype"] = list(outlets)
        if presentation is not None:
            box |= {"presentation": 1, "presentation_rect": _floats(presentation)}
        self.boxes.append({"box": dict(sorted(box.items()))})
        self.column_right = max(self.column_right, rect[0] + rect[2])
        self.column_bottom = rect[1] + rect[3]
        self.right = max(self.right, self.column_right)
        self.bottom = max(self.bottom, self.column_bottom)
        return str(box["id"])

    def cord(self, source: str, outlet: int, destination: str, inlet: int) -> None:
        self.lines.append({"patchline": {"destination": [destination, inlet], "source": [source, outlet]}})

    # --- where boxes stand ---

    def step(self) -> None:
        """To the next column of the row, or to the next row."""
        self.x = self.column_right + GAP
        self.column_right = self.x
        if self.x > WRAP:
            self.row()

    def row(self) -> None:
        """To a new row below all boxes."""
        self.x = self.column_right = MARGIN
        self.y = self.bottom + ROW_GAP

    def presented(self, at: Rect) -> Rect:
        """The place in the patch of a box of the face: its size is the same."""
        return self.x, self.y, at[2], at[3]

    def placed(self, text: str) -> Rect:
        """The place of an object that is its text."""
        width = 6 * len(text) + 14
        lines = -(-width // WIDEST)
        return self.x, self.y, min(width, WIDEST), TEXT_HEIGHT + (lines - 1) * LINE_HEIGHT

    def beneath(self, text: str) -> Rect:
        """The same below the last box of the column."""
        x, _, width, height = self.placed(text)
        return x, self.column_bottom + GAP, width, height

    # --- the whole ---

    def patcher(self) -> Patcher:
        source = self.source
        live, (major, minor) = OLDEST[source.kind]
        return {
            "fileversion": 1,
            "appversion": {"major": major, "minor": minor, "revision": 0, "architecture": "x64", "modernui": 1},
            "classnamespace": "box",
            "rect": _floats((100, 100, self.right + MARGIN, self.bottom + MARGIN)),
            "openrect": _floats((0, 0, self.face.width, self.face.height)),
            "openinpresentation": 1,
            "default_fontsize": 10.0,
            "default_fontface": 0,
            "default_fontname": "Arial Bold",
            "gridsize": [8.0, 8.0],
            "boxanimatetime": 500,
            "description": source.annotation,
            "digest": "",
            "integercoordinates": 1,
            "boxes": self.boxes,
            "lines": self.lines,
            "parameters": self.all_parameters(),
            "dependency_cache": [
                {"name": script_file(source.script), "bootpath": ".", "type": "TEXT", "implicit": 1},
            ],
            "latency": 0,
            # Without it Live merges the channels of an MPE controller before the device passes them on.
            "is_mpe": int(source.kind == "midi_effect"),
            "minimum_live_version": live,
            "minimum_max_version": f"{major}.{minor}",
            "platform_compatibility": 0,
            "project": {
                "version": 1,
                "creationdate": CREATED,
                "modificationdate": CREATED,
                "viewrect": [0.0, 0.0, 300.0, 500.0],
                "autoorganize": 1,
                "hideprojectwindow": 1,
                "showdependencies": 1,
                "autolocalize": 0,
                "contents": {"patchers": {}, "code": {}},
                "layout": {},
                "searchpath": {},
                "detailsvisible": 0,
                "amxdtype": amxdtype(source.kind),
                "readonly": 0,
                "devpathtype": 0,
                "devpath": ".",
                "sortmode": 0,
                "viewmode": 0,
                "includepackages": 0,
            },
            "autosave": 0,
        }

    def all_parameters(self) -> dict[str, Any]:
        banks = {
            str(index): {"index": index, "name": name, "parameters": [*places, *["-"] * (BANK_PLACES - len(places))]}
            for index, (name, places) in enumerate(self.source.banks)
        }
        # An empty bank has crashed Live: without banks the key is left out.
        return {**self.parameters, **({"parameterbanks": banks} if banks else {}), "inherited_shortname": 1}


def _enum(values: Iterable[str], initial: float) -> dict[str, Any]:
    names = list(values)
    return {
        "parameter_type": ENUM,
        "parameter_enum": names,
        "parameter_mmax": len(names) - 1,
        "parameter_initial_enable": 1,
        "parameter_initial": [int(initial)],
        "parameter_modmode": UNMODULATED,
    }


def _text_button(off: str, on: str, mode: int, values: Iterable[str]) -> dict[str, Any]:
    # Live names the states of a live.text in its automation by these two, not by the parameter's values.
    automation_off, automation_on = values
    return {
        "text": off,
        "texton": on,
        "mode": mode,
        "outputmode": MOUSE_UP,
        "automation": automation_off,
        "automationon": automation_on,
    }


def _font() -> dict[str, Any]:
    return {"fontname": FONT, "fontsize": FONT_SIZE}


def _floats(rect: Iterable[int]) -> list[float]:
    return [float(number) for number in rect]
