"""Reads the devices' sources, `patchers/*.yaml`: what a device shows, and what it keeps.

    name: Sideman Blend              the file's name in Live's browser, and of the .amxd
    kind: midi_effect                midi_effect | generator | transformation (the last two are Live 12's MIDI Tools)
    script: blend                    script/devices/blend.js
    annotation: One sentence.        what the device is, for Live's browser
    screen:
      width: 190                     in pixels, of an effect's (170 unless written)
      annotation: One sentence.      what the screen shows
    columns:                         from left to right, beside the screen. A MIDI Tool has one, below it
      - controls: [...]              in reading order; `layout` makes rows of them, and finds all places and widths
      - labels: yes                  what has no word of its own has its short name in front (no unless written):
                                     every menu, numbox and toggle without a size
        controls:
          - parameter: Temperature   a control. This is its name in Live, never changed between versions
            short: Temp              the name on a dial, a slider, a label and on Push (default: the parameter)
            control: dial            dial | numbox | slider | menu | tab | toggle | switch
            message: temperature     what the script hears before the value, and the name it sets the control by
            low: 0
            high: 2                  dial, numbox, slider only
            unit: float              the same: float | int | percent | beats | bars | custom:"%.2f s"
            initial: 1               a number; of a menu, tab, toggle or switch one of its values, or its index
            values: [Drums, Melody]  menu, tab: its items. toggle, switch: its two, Off and On unless written
            text: Lock               switch: one word for both states, where its values should not be seen
            size: quarter            quarter | half | full: how much of a row; a tab has all, others half, unless
                                     written. Dials and sliders have none
            annotation: One sentence.
            automated: yes           yes | no: stored alone | hidden: neither, for what the script sets often
            filled: yes              menu: its items come from the bridge; hidden, and the script keeps the choice
          - button: Generate         a button, and the word on it
            message: generate        what the script hears, alone
            size: large              as above, or large: all the height that is left in the column; one has it
            annotation: One sentence.
          - stack: [{...}, {...}]    two of them above each other, in the place of a dial: no dials, sliders or sizes
    kept: [corners, settings]        lists of numbers and words that are stored with the set; see below
    banks: [[Main, Temperature, X]]  Push's banks: a name, then up to 8 parameters; "-" leaves a place free

So a knob that is added is one row, and no other row changes. What several devices have stands once in
`patchers/common.yaml`, by a name of its own:

    seed: {parameter: Seed, control: numbox, ...}

and a device takes it among its controls:

          - common: seed             the name in common.yaml
            initial: 1               any other key: in this device it has another value

A number is whole with the unit int or bars, or a custom one with %d or %i; it is stored as Int where it fits 0 to 255,
else as Float. The unit is only what Live shows: the script hears the number as it is, also that of `percent`, 0 to 100.

What is kept under `corners` comes to the script as `kept_corners` and its values: when the device is loaded, when a
preset is chosen, and after every keeping. The script keeps by `keep_corners`, `kept_corners` and the values, sent to
the outlet that sets controls. `kept_corners` alone means that nothing is kept yet.

Every value is the text that stands there, so that `no`, `off` and 010 mean what they look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.checked import MAX_NAME_CHARACTERS, Reader
from bridge.errors import BadFile
from bridge.plain_yaml import read_yaml
from max_for_live.amxd import KINDS

__all__ = ["RESERVED", "Button", "Column", "Control", "Screen", "Source", "Stack", "read", "read_all"]

BANK_PLACES = 8

COMMON = "common.yaml"
"""The rows that devices share, beside them."""

SCREEN_WIDTH = 170
"""Pixels, of an effect's screen."""

NUMBERS = ("dial", "numbox", "slider")
LISTS = ("menu", "tab")
PAIRS = ("toggle", "switch")
UNITS = ("float", "int", "percent", "beats", "bars")
SIZES = ("quarter", "half", "full")
LARGE = "large"
STACKED, STACKABLE = 2, ("numbox", "menu", "toggle", "switch", "button")
VISIBILITIES = {"yes": "automated", "no": "stored", "hidden": "hidden"}
RESERVED = ("ready", "apply", "tool_notes", "tool_context")
"""Words that the patch itself sends or takes, besides all that begin with keep_ and kept_."""

SOURCE_KEYS = ("name", "kind", "script", "annotation", "screen", "columns")
CONTROL_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "dial": (("low", "high", "unit", "initial"), ()),
    "slider": (("low", "high", "unit", "initial"), ()),
    "numbox": (("low", "high", "unit", "initial"), ("size",)),
    "menu": (("values",), ("initial", "filled", "size")),
    "tab": (("values",), ("initial", "size")),
    "toggle": ((), ("values", "initial", "size")),
    "switch": ((), ("values", "initial", "text", "size")),
}
"""What shows a parameter -> the keys that it must have, and those that it may have, besides those of all."""

_CUSTOM = re.compile(r"custom:(.+)")
_WHOLE_FORMAT = re.compile(r"%[0-9]*[di]")

@dataclass(frozen=True, slots=True)
class Screen:
    """The script's own picture. `width` is in pixels, and an effect's alone."""

    annotation: str
    width: int = SCREEN_WIDTH


@dataclass(frozen=True, slots=True)
class Control:
    """A parameter and what shows it.

    `values` are the items of a menu, tab, toggle or switch, and empty for numbers; `initial` is a number, or an index
    into them. `visibility` is automated, stored or hidden, `size` quarter, half or full, or empty: that of its kind.
    """

    parameter: str
    short: str
    control: str
    message: str
    annotation: str
    visibility: str
    initial: float
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    values: tuple[str, ...] = ()
    text: str | None = None
    is_filled: bool = False
    size: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the number has no fraction."""
        return _is_whole(self.unit)


@dataclass(frozen=True, slots=True)
class Button:
    """What sends its message when it is pressed. `size` is a control's, or large."""

    text: str
    message: str
    annotation: str
    size: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """Two controls above each other."""

    controls: tuple[Control | Button, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """What stands below each other on the face, in reading order."""

    controls: tuple[Control | Button | Stack, ...]
    has_labels: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A device as it is written down. `file_name` names it in errors and in the patch."""

    file_name: str
    name: str
    kind: str
    script: str
    annotation: str
    screen: Screen
    columns: tuple[Column, ...]
    kept: tuple[str, ...]
    banks: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def controls(self) -> tuple[Control | Button, ...]:
        """All that the face has, in reading order."""
        return tuple(one for column in self.columns for one in _flat(column.controls))


def _flat(controls: Iterable[Control | Button | Stack]) -> Iterator[Control | Button]:
    for one in controls:
        if isinstance(one, Stack):
            yield from one.controls
        else:
            yield one


def _is_whole(unit: str) -> bool:
    return unit in ("int", "bars") or bool(_WHOLE_FORMAT.search(unit))


def read_all(folder: Path) -> list[Source]:
    """Every device of the folder's `*.yaml`, in the order of their names. Raises BadFile."""
    files = sorted(file for file in folder.glob("*.yaml") if not file.name.startswith(".") and file.name != COMMON)
    rows = _common_rows(folder / COMMON)
    readers = [_Reader(file.name, rows) for file in files]
    sources = [reader.source(read_yaml(file, file.name)) for reader, file in zip(readers, files, strict=True)]
    for name in rows:
        if not any(name in reader.taken for reader in readers):
            raise BadFile(f"{COMMON}: no device takes {name}.")
    for index, source in enumerate(sources):
        for other in sources[:index]:
            if source.name == other.name:
                raise BadFile(f"{source.file_name}: {other.file_name} has the name {source.name!r} as well.")
    return sources


def read(file: Path) -> Source:
    """The source in a YAML file. Raises BadFile with a sentence that names the file and the key."""
    return _Reader(file.name, _common_rows(file.parent / COMMON)).source(read_yaml(file, file.name))


def _common_rows(file: Path) -> dict[str, Any]:
    """Name -> keys of what devices share; none without the file."""
    return _Reader(file.name, {}).rows_of(read_yaml(file, file.name)) if file.exists() else {}


class _Reader(Reader):
    """Of one file. `rows` are those of common.yaml, `taken` the names of those that the file has."""

    def __init__(self, file: str, rows: Mapping[str, Mapping[str, object]]) -> None:
        super().__init__(file)
        self.rows = rows
        self.taken: set[str] = set()

    def rows_of(self, content: object) -> dict[str, Any]:
        """What common.yaml holds. Its values are checked where a device takes them."""
        if not isinstance(content, dict):
            raise self.refusal("the file", content, "write names, and below each the keys of a control")
        for name, row in content.items():
            self.word("a name", name)
            if not isinstance(row, dict):
                raise self.refusal(name, row, "write the keys of a control")
            for key in ("common", "stack"):
                if key in row:
                    raise BadFile(f"{self.file}: {name} has the key {key!r}, which only a device can have.")
        return content

    def source(self, content: object) -> Source:
        table = self.table("the file", content, required=SOURCE_KEYS, optional=("kept", "banks"))
        kind = self.choice("kind", table["kind"], tuple(KINDS))
        written = self.items("columns", table["columns"])
        if kind != "midi_effect" and len(written) != 1:
            raise self.refusal("columns", written, f"a {kind} has one, below its screen")
        columns = tuple(self.column(f"column {place}", one) for place, one in enumerate(written, 1))
        controls = list(_flat(one for column in columns for one in column.controls))
        kept = tuple(self.word("kept", one) for one in self.items("kept", table.get("kept", [])))
        self.unique("kept", kept)
        self.unique("message", [one.message for one in controls])
        parameters = [one.parameter for one in controls if isinstance(one, Control)]
        names = [*parameters, *(one.text for one in controls if isinstance(one, Button))]
        self.unique("parameter or button", names)
        mappable = [one.parameter for one in controls if isinstance(one, Control) and one.visibility != "hidden"]
        banks = tuple(self.bank(one, mappable) for one in self.items("banks", table.get("banks", [])))
        self.unique("bank", [name for name, _ in banks])
        return Source(
            file_name=self.file,
            name=self.text("name", table["name"], MAX_NAME_CHARACTERS),
            kind=kind,
            script=self.word("script", table["script"]),
            annotation=self.text("annotation", table["annotation"]),
            screen=self.screen(table["screen"], kind),
            columns=columns,
            kept=kept,
            banks=banks,
        )

    def screen(self, content: object, kind: str) -> Screen:
        # A MIDI Tool's has the width of the face.
        optional = ("width",) if kind == "midi_effect" else ()
        table = self.table("screen", content, required=("annotation",), optional=optional)
        width = self.whole("width of screen", table.get("width", str(SCREEN_WIDTH)), 1)
        return Screen(self.text("annotation of screen", table["annotation"]), width)

    def column(self, what: str, content: object) -> Column:
        table = self.table(what, content, required=("controls",), optional=("labels",))
        written = self.items(f"controls of {what}", table["controls"])
        if not written:
            raise self.refusal(f"controls of {what}", written, "write at least one")
        controls = tuple(self.cell(f"control {place} of {what}", one) for place, one in enumerate(written, 1))
        large = [one.text for one in controls if isinstance(one, Button) and one.size == LARGE]
        if len(large) > 1:
            raise self.refusal(f"size of {large[1]}", LARGE, f"{large[0]} has all that is left of the column")
        has_labels = self.choice(f"labels of {what}", table.get("labels", "no"), ("yes", "no")) == "yes"
        return Column(controls, has_labels)

    def cell(self, what: str, content: object) -> Control | Button | Stack:
        if not isinstance(content, dict) or "stack" not in content:
            return self.control(what, content)
        table = self.table("a stack", content, required=("stack",))
        written = self.items("stack", table["stack"])
        if len(written) != STACKED:
            raise self.refusal("stack", written, f"write {STACKED} controls")
        controls = tuple(self.control(f"one of the stack, {what},", one) for one in written)
        for one in controls:
            kind = one.control if isinstance(one, Control) else "button"
            if one.size or kind not in STACKABLE:
                allowed = f"there are {', '.join(STACKABLE)}, without a size"
                raise self.refusal(f"{one.message} of a stack", one.size or kind, allowed)
        return Stack(controls)

    def control(self, what: str, content: object) -> Control | Button:
        if not isinstance(content, dict):
            raise self.refusal(what, content, "write a parameter or a button with its keys")
        if "common" in content:
            return self.common(what, content)
        if "button" in content:
            return self.button(content)
        if "parameter" in content:
            return self.parameter(content)
        raise self.refusal(what, list(content), "one of its keys is parameter, button, common or stack")

    def common(self, what: str, content: Mapping[str, object]) -> Control | Button:
        if not self.rows:
            raise self.refusal("common", content["common"], f"no {COMMON} with rows stands beside it")
        name = self.choice("common", content["common"], tuple(self.rows))
        self.taken.add(name)
        own = {key: value for key, value in content.items() if key != "common"}
        for key, value in own.items():
            if self.rows[name].get(key) == value:
                raise self.refusal(f"{key} of {name}", value, f"{COMMON} says so already: leave it away")
        # What is wrong may stand in either file.
        merged = _Reader(f"{self.file} with {name} of {COMMON}", {})
        return merged.control(what, {**self.rows[name], **own})

    def button(self, content: object) -> Button:
        table = self.table("a button", content, required=("button", "message", "annotation"), optional=("size",))
        text = self.text("button", table["button"], MAX_NAME_CHARACTERS)
        return Button(
            text=text,
            message=self.message(text, table["message"]),
            annotation=self.text(f"annotation of {text}", table["annotation"]),
            size=self.size(text, table, (*SIZES, LARGE)),
        )

    def size(self, name: str, table: Mapping[str, object], sizes: Sequence[str] = SIZES) -> str:
        return self.choice(f"size of {name}", table["size"], sizes) if "size" in table else ""

    def parameter(self, content: Mapping[str, object]) -> Control:
        name = self.text("parameter", content["parameter"], MAX_NAME_CHARACTERS)
        kind = self.choice(f"control of {name}", content.get("control"), (*NUMBERS, *LISTS, *PAIRS))
        required, optional = CONTROL_KEYS[kind]
        table = self.table(
            name,
            content,
            required=("parameter", "control", "message", "annotation", *required),
            optional=("short", "automated", *optional),
        )
        is_filled = self.choice(f"filled of {name}", table.get("filled", "no"), ("yes", "no")) == "yes"
        automated = self.choice(f"automated of {name}", table.get("automated", "yes"), tuple(VISIBILITIES))
        if is_filled and table.get("automated") == "yes":
            raise self.refusal(f"automated of {name}", "yes", "items that the bridge fills in have no lasting number")
        made: dict[str, Any] = {
            "parameter": name,
            "short": self.text(f"short of {name}", table.get("short", name), MAX_NAME_CHARACTERS),
            "control": kind,
            "message": self.message(name, table["message"]),
            "annotation": self.text(f"annotation of {name}", table["annotation"]),
            "visibility": "hidden" if is_filled else VISIBILITIES[automated],
            "size": self.size(name, table),
        }
        if kind in NUMBERS:
            return Control(**made, **self.number_range(name, table))
        values = tuple(
            self.text(f"values of {name}", one, MAX_NAME_CHARACTERS)
            for one in self.items(f"values of {name}", table.get("values", ["Off", "On"]))
        )
        if kind in PAIRS and len(values) != 2:
            raise self.refusal(f"values of {name}", values, "a toggle and a switch have two")
        if len(values) < 2 and not is_filled:
            raise self.refusal(f"values of {name}", values, "write at least two")
        self.unique(f"value of {name}", values)
        text = self.text(f"text of {name}", table["text"], MAX_NAME_CHARACTERS) if "text" in table else None
        initial = self.index(f"initial of {name}", table.get("initial", "0"), values)
        return Control(**made, initial=initial, values=values, text=text, is_filled=is_filled)

    def number_range(self, name: str, table: Mapping[str, object]) -> dict[str, Any]:
        low, high = (self.number(f"{key} of {name}", table[key]) for key in ("low", "high"))
        initial = self.number(f"initial of {name}", table["initial"])
        if not low < high:
            raise self.refusal(f"high of {name}", table["high"], f"it must be above low, {low:g}")
        if not low <= initial <= high:
            raise self.refusal(f"initial of {name}", table["initial"], f"it must be from {low:g} to {high:g}")
        unit = table["unit"]
        custom = _CUSTOM.fullmatch(unit) if isinstance(unit, str) else None
        unit = custom[1].strip('"') if custom else self.choice(f"unit of {name}", unit, UNITS)
        made = {"low": low, "high": high, "initial": initial, "unit": unit}
        if _is_whole(unit) and not all(number.is_integer() for number in (low, high, initial)):
            raise self.refusal(f"unit of {name}", unit, "its low, high and initial must be whole numbers then")
        return made

    def bank(self, content: object, parameters: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        name, *places = self.items("banks", content) or [""]
        name = self.text("a bank's name", name, MAX_NAME_CHARACTERS)
        if not 1 <= len(places) <= BANK_PLACES or all(place == "-" for place in places):
            raise self.refusal(f"bank {name}", places, f"a bank has 1 to {BANK_PLACES} parameters")
        for place in places:
            if place != "-" and place not in parameters:
                raise self.refusal(f"bank {name}", place, f"these parameters can be there: {', '.join(parameters)}")
        return name, tuple(places)

    def message(self, name: str, content: object) -> str:
        word = self.word(f"message of {name}", content)
        if word in RESERVED or word.startswith(("keep_", "kept_")):
            raise self.refusal(f"message of {name}", word, "the patch uses this word itself")
        return word

    def index(self, what: str, content: object, values: Sequence[str]) -> int:
        folded = [value.casefold() for value in values]
        if isinstance(content, str) and content.casefold() in folded:
            return folded.index(content.casefold())
        if isinstance(content, str) and content.isdecimal() and int(content) < len(values):
            return int(content)
        raise self.refusal(what, content, f"there are {', '.join(values)}")
