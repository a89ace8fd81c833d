"""Where controls stand on a face, from their order alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadFile
from max_for_live import amxd, build, sources
from max_for_live.layout import Label, Layout, Rect, lay_out
from max_for_live.sources import Button, Column, Control, Screen, Source, Stack
from max_for_live.validator import validate

PATCHERS = Path(__file__).resolve().parents[2] / "max_for_live" / "patchers"
DEVICES = {source.script: source for source in sources.read_all(PATCHERS)}
EFFECTS = [name for name, source in DEVICES.items() if source.kind == "midi_effect"]


def control(name: str, kind: str = "dial", size: str = "", values: tuple[str, ...] = ()) -> Control:
    values = values or {"menu": ("One", "Two"), "tab": ("A", "B")}.get(kind, ())
    values = ("Off", "On") if kind in ("switch", "toggle") else values
    unit, text = "" if values else "float", name if kind == "switch" else None
    message = name.lower().replace(" ", "_")
    return Control(
        name, name, kind, message, "What it does.", "stored", 0, unit=unit, values=values, text=text, size=size
    )


def button(name: str, size: str = "") -> Button:
    return Button(name, name.lower(), "What it does.", size)


def device(*columns: Column, kind: str = "midi_effect") -> Source:
    return Source("any.yaml", "Any", kind, "any", "A device.", Screen("What it shows.", 100), columns, (), ())


def column(*controls: Control | Button | Stack, labels: bool = False) -> Column:
    return Column(controls, labels)


def face(*controls: Control | Button | Stack, labels: bool = False, kind: str = "midi_effect") -> Layout:
    """With one column. In an effect it begins at 116, 8, and ends at 161."""
    return lay_out(device(column(*controls, labels=labels), kind=kind))


def dials(count: int) -> list[Control]:
    return [control(f"D{index}") for index in range(count)]


def rows(layout: Layout) -> list[list[str]]:
    """The messages that stand at one height, from the top."""
    tops = sorted({at[1] for at in layout.places.values()})
    return [[message for message, at in layout.places.items() if at[1] == top] for top in tops]


# --- rows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "made"), [(1, [1]), (2, [2]), (3, [3]), (4, [2, 2]), (5, [3, 2]), (6, [3, 3]), (7, [4, 3])]
)
def test_up_to_three_dials_stand_in_a_row(count: int, made: list[int]) -> None:
    layout = face(*dials(count))
    assert [len(row) for row in rows(layout)] == made
    assert {at[2:] for at in layout.places.values()} == {(50, 48)}
    assert layout.width == 8 + 100 + 8 + 50 * max(made) + 8


def test_dials_share_the_height_that_is_left() -> None:
    layout = face(control("Mode", "tab"), *dials(4), control("A", "switch"), control("B", "switch"))
    tops = [layout.places[name][1] for name in ("mode", "d0", "d2", "a")]
    assert tops == [8, 32, 89, 146]  # 9 pixels between each two
    odd = face(*dials(4), control("Mode", "tab"), control("A", "switch"))
    assert [odd.places[name][1] for name in ("d0", "d2", "mode", "a")] == [8, 66, 123, 146]


def test_dials_alone_begin_at_the_top() -> None:
    assert {at[1] for at in face(*dials(3)).places.values()} == {8}


def test_small_controls_stand_two_in_a_row() -> None:
    layout = face(*(control(name, "switch") for name in "ABC"), control("T", "tab"), button("D"), button("E"))
    assert rows(layout) == [["a", "b"], ["c"], ["t"], ["d", "e"]]
    a, b, c, tab = (layout.places[name] for name in "abct")
    assert b == (a[0] + a[2] + 4, 8, a[2], 15)
    assert c == (116, 31, a[2] + 4 + b[2], 15)
    assert tab == (116, 54, c[2], 15)


def test_a_row_takes_what_sizes_let_in() -> None:
    layout = face(
        control("Preset", "menu"), control("Kit", "menu"), control("Seed", "numbox", "quarter"),
        control("Lock", "switch", "quarter"), button("Go"), button("All", "full"), button("End"),
    )  # fmt: skip
    assert rows(layout) == [["preset", "kit"], ["seed", "lock", "go"], ["all"], ["end"]]
    seed, lock, go, kit = (layout.places[name] for name in ("seed", "lock", "go", "kit"))
    assert seed[2] == lock[2]
    assert go[0::2] == kit[0::2]
    assert go[2] == seed[2] + 4 + lock[2]


def test_labels_stand_in_front_of_what_has_no_word() -> None:
    layout = face(
        control("Preset", "menu"), control("Kit", "menu"), control("On", "toggle"), control("Half", "menu", "half"),
        control("Lock", "switch"), labels=True,
    )  # fmt: skip
    assert layout.labels == tuple(Label(n, (116, y, 36, 15)) for n, y in (("Preset", 8), ("Kit", 31), ("On", 54)))
    assert layout.places["kit"] == (152, 31, 82, 15)
    assert layout.places["on"] == (152, 54, 15, 15)
    assert layout.places["half"][0::3] == (116, 15)
    assert face(control("Preset", "menu")).labels == ()


def test_a_large_button_takes_the_height_that_is_left() -> None:
    layout = face(control("Seed", "numbox"), button("Again"), button("Go", "large"), labels=True)
    assert layout.places["go"] == (116, 54, 29 + 82, 161 - 54)
    with_dials = face(*dials(2), button("Go", "large"), control("A", "switch"))
    assert [with_dials.places[name][1] for name in ("d0", "go", "a")] == [8, 64, 146]


def test_a_stack_stands_in_the_place_of_a_dial() -> None:
    layout = face(control("D"), Stack((control("A", "menu"), control("B", "switch"))), control("E"))
    assert list(layout.places.values()) == [
        (116, 8, 50, 48), (166, 15, 50, 15), (166, 34, 50, 15), (216, 8, 50, 48)
    ]  # fmt: skip
    two = face(Stack((button("A"), button("B"))), Stack((button("C"), button("D"))))
    assert two.places["c"][0] == two.places["a"][0] + two.places["a"][2] + 4


def test_a_slider_takes_a_row() -> None:
    layout = face(button("A"), control("S", "slider"), button("B"))
    assert rows(layout) == [["a"], ["s"], ["b"]]
    assert layout.places["s"][2:] == (50, 36)


# --- widths -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "size"), [("menu", ""), ("menu", "quarter"), ("tab", ""), ("switch", ""), ("dial", ""), ("slider", "")]
)
def test_a_column_is_as_wide_as_its_longest_word_needs(kind: str, size: str) -> None:
    word = "A word that takes more than others"
    long = control(word, kind, size, (word, "B") if kind in ("menu", "tab") else ())
    short = control("B", "menu" if kind in ("dial", "slider", "tab") else kind)
    made = device(column(long, short, button("C")))
    assert lay_out(made).width > face(control("A", kind), short, button("C")).width
    assert sentences(made) == []


def sentences(source: Source) -> list[str]:
    """What the validator says of the face of a device."""
    return validate(amxd.write(build.frozen(source, "var a;\n")))


# --- too much for a column ----------------------------------------------------------------------------------------


def test_dials_stand_in_one_row_where_two_are_too_high() -> None:
    full = [control(f"S{index}", "tab") for index in range(4)]
    layout = face(*full[:2], *dials(4), *full[2:])
    assert rows(layout)[2] == ["d0", "d1", "d2", "d3"]


def test_a_column_that_is_too_high_goes_on_beside_it() -> None:
    settings = [control(f"S{index}", "numbox") for index in range(8)]
    layout = face(*settings, button("Go", "large"), labels=True)
    assert [label.at[:2] for label in layout.labels] == [
        *((116, 8 + 23 * row) for row in range(5)), *((224, 8 + 23 * row) for row in range(3))
    ]  # fmt: skip
    assert layout.places["go"] == (224, 77, 18 + 82, 161 - 77)
    assert layout.width == 116 + 100 + 8 + 100 + 8
    assert len({label.at[0] for label in face(*settings[:6], button("Go"), labels=True).labels}) == 1


# --- MIDI Tools ---------------------------------------------------------------------------------------------------


def test_the_screen_of_a_tool_has_the_height_that_is_left() -> None:
    layout = face(control("Preset", "menu"), control("Kit", "menu"), kind="generator")
    assert (layout.width, layout.height, layout.screen) == (152, 147, (2, 2, 148, 125))
    assert [layout.places[name] for name in ("preset", "kit")] == [(2, 130, 72, 15), (78, 130, 72, 15)]


def test_a_word_in_a_tool_takes_from_its_neighbours() -> None:
    layout = face(
        control("A", "menu", "half", ("Everything of it",)), control("B", "menu", "half", ("Less",)), kind="generator"
    )
    a, b = layout.places["a"], layout.places["b"]
    assert a[2] > b[2]
    assert b[0] + b[2] == 150
    assert sentences(device(column(button("A"), button("B")), kind="generator")) == []


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        (
            [control("A", "menu", "half", ("The first of all",)), control("B", "menu", "half", ("The second of all",))],
            "The row of A, B needs a width of 193 pixels, and 148 are there: write shorter words, or let fewer of",
        ),
        (
            [control("Temperature"), control("Variations"), control("Humanise")],
            "The row of Temperature, Variations, Humanise needs a width of",
        ),
        (
            [*dials(4), *(control(name, "tab") for name in "ABCD")],
            "The screen and the rows below it need a height of 161 pixels, and 143 are there: take a control away",
        ),
    ],
)
def test_what_has_no_room_in_a_tool(controls: list[Control], said: str) -> None:
    with pytest.raises(BadFile) as raised:
        face(*controls, kind="transformation")
    assert said in str(raised.value)


# --- whatever is written ------------------------------------------------------------------------------------------

KINDS = ("dial", "numbox", "slider", "menu", "tab", "toggle", "switch", "button")


@st.composite
def any_column(draw: st.DrawFn, prefix: str) -> Column:
    made: list[Control | Button | Stack] = []
    for index in range(draw(st.integers(1, 14))):
        name = f"{prefix}{draw(st.sampled_from(('x', ' long name', '')))}{index}"
        match draw(st.sampled_from((*KINDS, "stack"))):
            case "stack":
                made.append(Stack((button(f"{name}a"), button(f"{name}b"))))
            case "button":
                made.append(button(name, draw(st.sampled_from(("", "half", "quarter", "full")))))
            case "dial" | "slider" as kind:
                made.append(control(name, kind))
            case kind:
                made.append(control(name, kind, draw(st.sampled_from(("", "half", "quarter", "full")))))
    if draw(st.booleans()):
        made.append(button(f"{prefix}large", "large"))
    return Column(tuple(made), draw(st.booleans()))


def is_inside(at: Rect, layout: Layout) -> bool:
    x, y, width, height = at
    return x >= 8 and y >= 8 and width > 0 and x + width <= layout.width - 8 and y + height <= layout.height - 8


def is_apart(one: Rect, other: Rect) -> bool:
    beside = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
    return beside or one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]


@given(any_column("A"), any_column("B"))
def test_nothing_overlaps_whatever_is_written(first: Column, second: Column) -> None:
    source = device(first, second)
    layout = lay_out(source)
    assert list(layout.places) == [one.message for one in source.controls]
    every = [layout.screen, *layout.places.values(), *(label.at for label in layout.labels)]
    assert all(is_inside(at, layout) for at in every)
    assert all(is_apart(one, other) for one, other in combinations(every, 2))


# --- the devices of the repository --------------------------------------------------------------------------------


def test_settings_stand_at_the_same_place_in_every_effect() -> None:
    """From the right edge, so that the hand finds them."""
    shared = ("preset", "kit", "seed", "lock", "again")
    for name in EFFECTS:
        layout = lay_out(DEVICES[name])
        x = layout.width - 126
        assert [layout.places[message] for message in shared] == [
            (x + 36, 8, 82, 15), (x + 36, 31, 82, 15), (x + 36, 77, 82, 15), (x, 100, 57, 15), (x + 61, 100, 57, 15)
        ], name  # fmt: skip
        assert list(layout.places.values())[-1] == (x, 123, 118, 38), name


@pytest.mark.parametrize("name", [*EFFECTS, "generator"])
def test_a_knob_is_one_row(name: str) -> None:
    """In front of any control of an effect it has its place, in the tool among its dials; nothing else is written."""
    source = DEVICES[name]
    for place, written in enumerate(source.columns):
        is_effect = source.kind == "midi_effect"
        for index in range(len(written.controls) if is_effect else 4):
            added = (*written.controls[:index], control("Added"), *written.controls[index:])
            columns = (*source.columns[:place], replace(written, controls=added), *source.columns[place + 1 :])
            assert sentences(replace(source, columns=columns)) == []
