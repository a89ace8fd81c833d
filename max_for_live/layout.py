"""Where everything stands on a device's face: a source, which has no places, -> pixels.

Columns stand from left to right, the screen in front of them; a MIDI Tool has one, and the screen above it. Of the
controls of a column rows are made, in their order:

    dials and stacks       stand beside each other: up to three in a row, more in two rows
    menus, numboxes, ...   stand two in a row, or as many as their sizes let in; whoever is left alone takes the width
    tabs and sliders       take a row, and so does what has a label in front of it
    a large button         takes a row, and all the height that is left

A column is as wide as its widest row needs, the device as wide as its columns. Rows are 15 pixels high and 8 apart.
What height is left is spread evenly around dials and sliders, so that the last row stands at the bottom. A column that
is too high has its dials in one row, and if that is not enough, goes on in a new column beside it.

A MIDI Tool has its size from Live, 152 by 147 pixels: its screen has the height that is left, and where a word needs
more than its share of the width, the others of its row have less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from bridge.errors import BadFile
from max_for_live.lettering import text_width
from max_for_live.sources import Button, Column, Control, Source, Stack

__all__ = ["HEIGHTS", "Label", "Layout", "Rect", "lay_out"]

Rect = tuple[int, int, int, int]
"""x, y, width and height in whole pixels."""

HEIGHTS = {"midi_effect": 169, "generator": 147, "transformation": 147}
"""Kind of device -> height of its face in pixels. Live draws an effect's 169; a MIDI Tool's are its own template's."""

TOOL_WIDTH = 152
TOOL_SCREEN_HEIGHT = 40
"""The least that the script can draw a status and a clip in, in pixels."""

ROW_HEIGHT, DIAL_HEIGHT, SLIDER_HEIGHT = 15, 48, 36
LARGE_HEIGHT = 38
"""The least height of a large button: two rows and what is between them."""
STEP = 4
"""Pixels between two controls of a row, and of a stack."""
DIAL_WIDTH = 50
"""The least width of a dial or slider, in an effect."""
NUMBOX_WIDTH, WORDED_NUMBOX_WIDTH = 34, 48
"""What a number needs, alone and with a word behind it."""
LABELLED_WIDTH = 82
"""What stands behind a label is at least so wide: names of presets and kits are known only while the device runs."""

MARGINS = {"button": 9, "switch": 9, "tab": 7, "menu": 21, "dial": 2, "slider": 2, "label": 6}
"""Pixels beside a word: two or three more than `face_rules` asks for, since how wide a word is is only estimated."""

DIALS_IN_A_ROW = 3
QUARTERS = {"quarter": 1, "half": 2, "full": 4, "large": 4}
SIZES = {"tab": "full", "slider": "full"}
"""What shows a parameter -> its size where none is written, if not half."""
LABELLED = ("menu", "numbox", "toggle")


@dataclass(frozen=True, slots=True)
class Label:
    """A word in front of a control."""

    text: str
    at: Rect


@dataclass(frozen=True, slots=True)
class Layout:
    """A face: its size in pixels, its screen, the place of each control and button by its message, and the labels."""

    width: int
    height: int
    screen: Rect
    places: dict[str, Rect]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class _Spacing:
    """Pixels around a face, between columns, between two rows, and between a row and dials."""

    margin: int
    columns: int
    rows: int
    dials: int


EFFECT, TOOL = _Spacing(8, 8, 8, 8), _Spacing(2, 0, 3, 2)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A control, or the controls of a stack; how many parts of its row it takes, and the pixels that it needs."""

    shown: tuple[Control | Button, ...]
    parts: int
    need: int


EMPTY = _Cell((), 1, 0)


@dataclass(frozen=True, slots=True)
class _Row:
    """Cells beside each other, `gap` pixels apart. A tall row is off the grid, and a filler takes the height left."""

    cells: tuple[_Cell, ...]
    height: int = ROW_HEIGHT
    gap: int = STEP
    label: str = ""
    is_tall: bool = False
    is_filler: bool = False

    def needs(self, least: int = 0) -> list[int]:
        """The pixels that each cell needs, with the gap behind it; without it, `least` or more."""
        return [max(cell.need, least) + self.gap for cell in self.cells]

    def width(self, label: int) -> int:
        """The pixels in which every cell has its share and what it needs, behind a label of `label` pixels."""
        if self.label:
            return label + max(LABELLED_WIDTH, self.cells[0].need)
        parts = sum(cell.parts for cell in self.cells)
        needs = self.needs(DIAL_WIDTH if self.is_tall else 0)
        return max(-(-need * parts // cell.parts) for need, cell in zip(needs, self.cells, strict=True)) - self.gap


def lay_out(source: Source) -> Layout:
    """The face of the device. Raises BadFile with a sentence if it has not room for what it must show."""
    return _effect(source) if source.kind == "midi_effect" else _tool(source)


def _effect(source: Source) -> Layout:
    height = HEIGHTS[source.kind]
    top, bottom = EFFECT.margin, height - EFFECT.margin
    screen = (EFFECT.margin, top, source.screen.width, bottom - top)
    face = _Face()
    right = screen[0] + screen[2]
    for column in source.columns:
        for rows in _parted(column, bottom - top):
            left = right + EFFECT.columns
            label = _label_width(rows)
            right = left + max(row.width(label) for row in rows)
            for row, y, row_height in _spread(rows, top, bottom, EFFECT):
                face.put(row, (left, y, right - left, row_height), label)
    return Layout(right + EFFECT.margin, height, screen, face.places, tuple(face.labels))


def _tool(source: Source) -> Layout:
    height = HEIGHTS[source.kind]
    left, right = TOOL.margin, TOOL_WIDTH - TOOL.margin
    top, bottom = TOOL.margin, height - TOOL.margin
    (column,) = source.columns
    screen_row = _Row((), TOOL_SCREEN_HEIGHT, is_filler=True)
    ways = {_height([screen_row, *rows], TOOL): rows for rows in _ways(column)}
    least = next((height for height in ways if height <= bottom - top), min(ways))
    if least > bottom - top:
        raise BadFile(
            f"The screen and the rows below it need a height of {least} pixels, and {bottom - top} are there: take a "
            "control away, or give some a smaller size, so that more of them stand in a row."
        )
    rows = ways[least]
    label = _label_width(rows)
    face = _Face()
    (_, _, screen_height), *placed = _spread([screen_row, *rows], top, bottom, TOOL)
    for row, y, row_height in placed:
        _refuse_crowds(row, right - left - (label if row.label else 0))
        face.put(row, (left, y, right - left, row_height), label)
    screen = (left, top, right - left, screen_height)
    return Layout(TOOL_WIDTH, height, screen, face.places, tuple(face.labels))


def _refuse_crowds(row: _Row, room: int) -> None:
    need = sum(row.needs()) - row.gap
    if need > room:
        names = ", ".join(one.text if isinstance(one, Button) else one.short for c in row.cells for one in c.shown)
        raise BadFile(
            f"The row of {names} needs a width of {need} pixels, and {room} are there: write shorter words, or let "
            "fewer of them stand in a row."
        )


# --- rows ---------------------------------------------------------------------------------------------------------


def _ways(column: Column) -> tuple[list[_Row], list[_Row]]:
    """The rows of a column in two ways: many dials in two rows, and lower, all that follow each other in one."""
    return _rows(column, DIALS_IN_A_ROW), _rows(column, len(column.controls))


def _rows(column: Column, most_dials: int) -> list[_Row]:
    """The rows of a column; its dials stand in two rows if there are more than `most_dials` of them."""
    rows: list[_Row] = []
    for is_dials, run in groupby(column.controls, lambda one: isinstance(one, Stack) or _kind(one) == "dial"):
        cells = [_cell(one) for one in run]
        rows += _dial_rows(cells, most_dials) if is_dials else _plain_rows(cells, column.has_labels)
    return rows


def _dial_rows(cells: list[_Cell], most: int) -> Iterator[_Row]:
    across = len(cells) if len(cells) <= most else -(-len(cells) // 2)
    for start in range(0, len(cells), across):
        row = cells[start : start + across]
        # Dials have air of their own around them.
        gap = STEP if sum(len(cell.shown) > 1 for cell in row) > 1 else 0
        yield _Row((*row, *[EMPTY] * (across - len(row))), DIAL_HEIGHT, gap, is_tall=True)


def _plain_rows(cells: list[_Cell], has_labels: bool) -> Iterator[_Row]:
    row: tuple[_Cell, ...] = ()
    for cell in cells:
        (one,) = cell.shown
        label = one.short if has_labels and isinstance(one, Control) and _is_labelled(one) else ""
        is_full = label or sum(other.parts for other in (*row, cell)) > QUARTERS["full"]
        if row and is_full:
            yield _row(row)
            row = ()
        if label:
            yield _Row((cell,), label=label)
        else:
            row = (*row, cell)
    if row:
        yield _row(row)


def _row(cells: tuple[_Cell, ...]) -> _Row:
    if any(one.size == "large" for cell in cells for one in cell.shown):
        return _Row(cells, LARGE_HEIGHT, is_filler=True)
    is_tall = any(_kind(one) == "slider" for cell in cells for one in cell.shown)
    return _Row(cells, SLIDER_HEIGHT if is_tall else ROW_HEIGHT, is_tall=is_tall)


def _cell(one: Control | Button | Stack) -> _Cell:
    if isinstance(one, Stack):
        return _Cell(one.controls, 1, max(_need(each) for each in one.controls))
    kind = _kind(one)
    return _Cell((one,), 1 if kind == "dial" else QUARTERS[one.size or SIZES.get(kind, "half")], _need(one))


def _need(one: Control | Button) -> int:
    """The pixels in which the words of the control can be read."""
    kind = _kind(one)
    if isinstance(one, Button):
        return text_width(one.text) + MARGINS[kind]
    match kind:
        case "dial" | "slider":
            return text_width(one.short) + MARGINS[kind]
        case "numbox":
            return NUMBOX_WIDTH if one.unit in ("float", "int", "percent") else WORDED_NUMBOX_WIDTH
        case "toggle":
            return ROW_HEIGHT
        case "tab":
            return len(one.values) * (max(text_width(value) for value in one.values) + MARGINS[kind])
    words = [one.text] if one.text else one.values
    return max(text_width(word) for word in words) + MARGINS[kind]


def _kind(one: Control | Button) -> str:
    return "button" if isinstance(one, Button) else one.control


def _is_labelled(one: Control) -> bool:
    return one.control in LABELLED and not one.size


def _label_width(rows: Sequence[_Row]) -> int:
    return max((text_width(row.label) + MARGINS["label"] for row in rows if row.label), default=0)


# --- heights ------------------------------------------------------------------------------------------------------


def _parted(column: Column, room: int) -> list[list[_Row]]:
    """The rows of a column, or of as many columns as they need, each as high as the others as nearly as it can be."""
    ways = _ways(column)
    for rows in ways:
        if _height(rows, EFFECT) <= room:
            return [rows]
    rows = ways[0]
    fewest = len(_filled(rows, room))
    return next(parts for limit in range(room + 1) if len(parts := _filled(rows, limit)) == fewest)


def _filled(rows: Sequence[_Row], room: int) -> list[list[_Row]]:
    """The rows, a new column begun whenever one would be higher than `room`."""
    parts: list[list[_Row]] = [[]]
    for row in rows:
        if parts[-1] and _height([*parts[-1], row], EFFECT) > room:
            parts.append([])
        parts[-1].append(row)
    return parts


def _height(rows: Sequence[_Row], spacing: _Spacing) -> int:
    """The least height of the rows, in pixels."""
    return sum(row.height for row in rows) + sum(_gaps(rows, spacing))


def _gaps(rows: Sequence[_Row], spacing: _Spacing) -> list[int]:
    """The least pixels below each row but the last."""
    return [spacing.dials if first.is_tall or second.is_tall else spacing.rows for first, second in pairwise(rows)]


def _spread(rows: Sequence[_Row], top: int, bottom: int, spacing: _Spacing) -> Iterator[tuple[_Row, int, int]]:
    """Each row with its y and its height."""
    heights, gaps = [row.height for row in rows], [*_gaps(rows, spacing), 0]
    left_over = bottom - top - _height(rows, spacing)
    fillers = [index for index, row in enumerate(rows) if row.is_filler]
    # The first row stays at the top, in line with the columns beside it.
    loose = [index for index, pair in enumerate(pairwise(rows)) if any(row.is_tall for row in pair)]
    if rows[-1].is_tall:
        loose.append(len(rows) - 1)
    if fillers:
        heights[fillers[0]] += left_over
    else:
        for place, index in enumerate(loose):
            gaps[index] += left_over // len(loose) + (place < left_over % len(loose))
    y = top
    for row, height, gap in zip(rows, heights, gaps, strict=True):
        yield row, y, height
        y += height + gap


# --- places -------------------------------------------------------------------------------------------------------


class _Face:
    """The places that are given so far."""

    def __init__(self) -> None:
        self.places: dict[str, Rect] = {}
        self.labels: list[Label] = []

    def put(self, row: _Row, at: Rect, label_width: int) -> None:
        """The row's controls go to their places in the rectangle."""
        x, y, width, height = at
        if row.label:
            self.labels.append(Label(row.label, (x, y, label_width, height)))
            x, width = x + label_width, width - label_width
        for cell, (left, end) in zip(row.cells, pairwise(_edges(row, width)), strict=True):
            each = height if len(cell.shown) == 1 else ROW_HEIGHT
            top = y + (height - len(cell.shown) * (each + STEP) + STEP) // 2
            for one in cell.shown:
                self.places[one.message] = x + left, top, each if _kind(one) == "toggle" else end - row.gap - left, each
                top += each + STEP


def _edges(row: _Row, width: int) -> list[int]:
    """Where each cell begins, and where one after the last would: shares of the width, but never less than its need."""
    taken: dict[int, int] = {}
    while True:
        rest = width + row.gap - sum(taken.values())
        parts = [0 if index in taken else cell.parts for index, cell in enumerate(row.cells)]
        crowded = {
            index: need
            for index, need in enumerate(row.needs())
            if index not in taken and need * sum(parts) > rest * parts[index]
        }
        if not crowded:
            break
        taken |= crowded
    edges = [0]
    for index in range(len(row.cells)):
        fixed = sum(need for place, need in taken.items() if place <= index)
        shared = 2 * rest * sum(parts[: index + 1]) + sum(parts)
        edges.append(fixed + shared // (2 * sum(parts)))
    return edges
