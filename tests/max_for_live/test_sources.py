from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.errors import BadFile
from max_for_live import sources
from max_for_live.sources import Button, Control, Screen, Stack
from tests.max_for_live.sample_device import EFFECT, TOOL, source


def test_a_source_is_read(tmp_path: Path) -> None:
    read = source(tmp_path)
    assert (read.name, read.kind) == ("Sideman Sample", "midi_effect")
    assert read.screen == Screen("What the device says.", 120)
    assert [column.has_labels for column in read.columns] == [False, True]
    assert read.kept == ("corners", "settings")
    assert read.banks == (("Main", ("Mode", "Temperature", "-", "Seed", "Lock", "Pan")),)
    by_name = {one.message: one for one in read.controls}
    assert list(by_name) == [
        "mode", "temperature", "pan", "amount", "bars", "seed", "lock", "preset", "live", "generate"
    ]  # fmt: skip
    assert by_name["generate"] == Button("Generate", "generate", "Writes the clips.", "large")
    assert by_name["temperature"] == Control(
        parameter="Temperature",
        short="Temp",
        control="dial",
        message="temperature",
        annotation="How far the notes stray.",
        visibility="automated",
        initial=1.0,
        low=0.0,
        high=2.0,
        unit="float",
    )
    mode, amount, bars, seed, preset, lock, live = (
        by_name[name] for name in ("mode", "amount", "bars", "seed", "preset", "lock", "live")
    )
    assert isinstance(mode, Control)
    assert (mode.values, mode.initial, mode.short) == (("Drums", "Melody"), 1, "Mode")
    assert isinstance(amount, Control)
    assert amount.visibility == "hidden"
    assert isinstance(bars, Control)
    assert (bars.visibility, bars.is_whole, bars.size) == ("stored", True, "")
    assert seed.size == "half"
    assert isinstance(preset, Control)
    assert (preset.is_filled, preset.visibility) == (True, "hidden")
    assert isinstance(lock, Control)
    assert (lock.text, lock.values, lock.initial) == ("Lock", ("Off", "On"), 1)
    assert isinstance(live, Control)
    assert (live.values, live.initial) == (("Off", "On"), 0)


def stacked(stack: str) -> str:
    """The sample with a stack behind its tab."""
    return EFFECT.replace("      - parameter: Temperature", f"      - stack: {stack}\n      - parameter: Temperature")


def test_a_stack_is_read_in_its_place(tmp_path: Path) -> None:
    a, b = (f"{{button: {name}, message: {name.lower()}, annotation: Press it.}}" for name in "AB")
    read = source(tmp_path, stacked(f"[{a}, {b}]"))
    assert read.columns[0].controls[1] == Stack((Button("A", "a", "Press it."), Button("B", "b", "Press it.")))
    assert [one.message for one in read.controls][:4] == ["mode", "a", "b", "temperature"]


@pytest.mark.parametrize(
    ("stack", "said"),
    [
        ("[]", "stack cannot be []: write 2 controls"),
        ("{button: A}", "stack cannot be {'button': 'A'}: write a list"),
        ("[Lock, Again]", "one of the stack, control 2 of column 1, cannot be 'Lock': write a parameter or a button"),
        (
            "[{button: A, message: a, annotation: A., size: half}, {button: B, message: b, annotation: B.}]",
            "a of a stack cannot be 'half': there are numbox, menu, toggle, switch, button, without a size",
        ),
        (
            "[{parameter: A, control: tab, message: a, values: [B, C], annotation: A.},"
            " {button: B, message: b, annotation: B.}]",
            "a of a stack cannot be 'tab': there are numbox, menu",
        ),
        ("[]\n        labels: yes", "a stack has the key 'labels', which means nothing here: there is stack"),
    ],
)
def test_what_cannot_be_stacked(tmp_path: Path, stack: str, said: str) -> None:
    with pytest.raises(BadFile, match=re.escape(said)):
        source(tmp_path, stacked(stack))


@pytest.mark.parametrize(("unit", "whole"), [("custom:%d of 8", True), ('custom:"%.1f s"', False), ("beats", False)])
def test_what_makes_a_number_whole(tmp_path: Path, unit: str, whole: bool) -> None:
    read = source(tmp_path, EFFECT.replace("high: 2\n        unit: float", f"high: 2\n        unit: '{unit}'"))
    numbers = {one.message: one.is_whole for one in read.controls if isinstance(one, Control)}
    assert numbers["temperature"] == whole


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: Sideman Sample", "name: ''", "name cannot be ''"),
        ("name: Sideman Sample", "nome: Sideman Sample", "the file has the key 'nome', which means nothing here"),
        ("name: Sideman Sample\n", "", "the file has no name"),
        ("kind: midi_effect", "kind: instrument", "there are midi_effect, generator, transformation"),
        ("width: 120", "width: 120.5", "width of screen cannot be '120.5': write a whole number from 1"),
        ("width: 120", "width: 0", "write a whole number from 1"),
        ("width: 120", "at: [8, 8, 120, 153]", "screen has the key 'at', which means nothing here"),
        ("kind: midi_effect", "kind: generator", "a generator has one, below its screen"),
        ("script: sample", "script: Sample.js", "write a word of small letters"),
        ("columns:\n", "columns: all\nold:\n", "the file has the key 'old'"),
        ("columns:\n  - controls", "columns:\n  - none\n  - controls", "column 1 cannot be 'none': write its keys: "),
        ("columns:\n", "columns:\n  - controls: []\n", "controls of column 1 cannot be []: write at least one"),
        ("labels: yes", "labels: left", "labels of column 2 cannot be 'left': there are yes, no"),
        ("labels: yes", "lables: yes", "column 2 has the key 'lables', which means nothing here: there are "),
        ("  - parameter: Mode\n", "  - paramter: Mode\n", "control 1 of column 1 cannot be"),
        ("  - parameter: Mode\n", "  - paramter: Mode\n", "one of its keys is parameter, button, common or stack"),
        ("  - button: Generate", "  - A\n      - button: Generate", "write a parameter or a button with its keys"),
        ("size: half", "size: third", "size of Seed cannot be 'third': there are quarter, half, full"),
        ("size: half", "size: large", "size of Seed cannot be 'large': there are quarter, half, full"),
        ("size: large", "size: huge", "size of Generate cannot be 'huge': there are quarter, half, full, large"),
        ("message: pan\n", "message: pan\n        size: full\n", "Pan has the key 'size', which means nothing here"),
        ("message: pan\n", "message: pan\n        at: [8, 8, 50, 48]\n", "Pan has the key 'at', which means noth"),
        (
            "      - button: Generate",
            "      - {button: Again, message: again, size: large, annotation: A.}\n      - button: Generate",
            "size of Generate cannot be 'large': Again has all that is left of the column",
        ),
        ("control: tab", "control: radio", "there are dial, numbox, slider, menu, tab, toggle, switch"),
        ("values: [Drums, Melody]", "values: [Drums]", "write at least two"),
        ("values: [Drums, Melody]", "values: [Drums, Drums]", "the value of Mode 'Drums' stands there twice"),
        ("initial: Melody", "initial: Chords", "initial of Mode cannot be 'Chords': there are Drums, Melody"),
        ("initial: Melody", "low: 0", "Mode has the key 'low', which means nothing here"),
        ("        low: 0\n        high: 2\n", "        high: 2\n", "Temperature has no low"),
        ("high: 2\n", "high: 0\n", "high of Temperature cannot be '0': it must be above low, 0"),
        ("high: 2\n", "high: .nan\n", "high of Temperature cannot be '.nan': write a number"),
        ("    initial: 1\n", "    initial: 3\n", "initial of Temperature cannot be '3': it must be from 0 to 2"),
        ("unit: bars, initial: 2", "unit: bars, initial: 2.5", "must be whole numbers"),
        ("unit: percent", "unit: hertz", "there are float, int, percent, beats, bars"),
        ("message: temperature", "message: ready", "the patch uses this word itself"),
        ("message: temperature", "message: kept_temperature", "the patch uses this word itself"),
        ("message: temperature", "message: mode", "the message 'mode' stands there twice"),
        ("parameter: Temperature", "parameter: Mode", "the parameter or button 'Mode' stands there twice"),
        ("automated: hidden", "automated: maybe", "there are yes, no, hidden"),
        ("filled: yes", "filled: yes, automated: yes", "have no lasting number"),
        ("text: Lock, initial: On", "values: [A, B, C]", "a toggle and a switch have two"),
        ("kept: [corners, settings]", "kept: [corners, corners]", "the kept 'corners' stands there twice"),
        ("kept: [corners, settings]", "kept: corners", "kept cannot be 'corners': write a list"),
        ("[Main, Mode,", "[Main, Tempo,", "bank Main cannot be 'Tempo': these parameters can be there: Mode, Temp"),
        ("[Main, Mode,", "[Main, Amount,", "bank Main cannot be 'Amount'"),
        ('Temperature, "-", Seed, Lock, Pan]', "1, 2, 3, 4, 5, 6, 7, 8]", "a bank has 1 to 8 parameters"),
        ("banks:", "name: Two\nbanks:", "the key 'name' stands there for the second time"),
        ("banks:", "banks: [", "sample.yaml is not YAML that is read here in line"),
    ],
)
def test_what_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in EFFECT
    with pytest.raises(BadFile) as raised:
        source(tmp_path, EFFECT.replace(old, new, 1))
    assert said in str(raised.value)
    assert str(raised.value).startswith("sample.yaml")


def test_files_that_are_no_sources(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        sources.read(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff")
    with pytest.raises(BadFile, match="not UTF-8"):
        sources.read(tmp_path / "bytes.yaml")
    (tmp_path / "long.yaml").write_text("#" * 70_000)
    with pytest.raises(BadFile, match="larger than 64 KB"):
        sources.read(tmp_path / "long.yaml")
    with pytest.raises(BadFile, match="write its keys"):
        source(tmp_path, "- a list")
    with pytest.raises(BadFile, match="nested too deeply"):
        source(tmp_path, "[" * 5000)


COMMON = """\
temperature: {parameter: Temperature, short: Temp, control: dial, message: temperature, low: 0, high: 2, unit: float,
  initial: 1, annotation: How far the notes stray.}
generate: {button: Generate, message: generate, annotation: Writes the clips.}
"""


def taking(source_text: str, control: str, common: str, own: str = "") -> str:
    """With the control that begins so taken from common.yaml, at its place."""
    (block,) = re.findall(rf"^      - {control}\n(?:        .*\n)+", source_text, re.MULTILINE)
    return source_text.replace(block, f"      - {{common: {common}{own}}}\n")


TAKING = taking(
    taking(EFFECT, "parameter: Temperature", "temperature"), "button: Generate", "generate", ", size: large"
)


def test_what_devices_share_is_written_once(tmp_path: Path) -> None:
    whole = source(tmp_path)
    (tmp_path / "common.yaml").write_text(COMMON)
    assert source(tmp_path, TAKING) == whole
    own = source(tmp_path, TAKING.replace("temperature}", "temperature, initial: 0.5}"))
    changed = [(one, other) for one, other in zip(whole.controls, own.controls, strict=True) if one != other]
    ((before, after),) = changed
    assert isinstance(before, Control)
    assert after == replace(before, initial=0.5)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("common: temperature", "common: heat", "sample.yaml: common cannot be 'heat': there are temperature, gen"),
        ("temperature}", "temperature, size: half}", "sample.yaml with temperature of common.yaml: Temperature has"),
        ("temperature}", "temperature, initial: 3}", "initial of Temperature cannot be '3': it must be from 0"),
        ("temperature}", "temperature, values: [A, B]}", "Temperature has the key 'values', which means nothing"),
        ("temperature}", "temperature, initial: 1}", "cannot be '1': common.yaml says so already"),
        ("common: generate, size: large", "common: temperature", "the message 'temperature' stands there twice"),
    ],
)
def test_what_a_device_takes_wrongly(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "common.yaml").write_text(COMMON)
    assert old in TAKING
    with pytest.raises(BadFile) as raised:
        source(tmp_path, TAKING.replace(old, new, 1))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (COMMON, "- temperature", "common.yaml: the file cannot be ['temperature']: write names"),
        ("generate: {", "Generate: {", "common.yaml: a name cannot be 'Generate'"),
        ("generate: {", "other: A button\ngenerate: {", "common.yaml: other cannot be 'A button'"),
        ("{button", "{stack: [], button", "common.yaml: generate has the key 'stack', which only a device can"),
        ("{button", "{common: temperature, button", "common.yaml: generate has the key 'common', which only a"),
        ("high: 2", "high: 0", "a.yaml with temperature of common.yaml: high of Temperature cannot be '0'"),
        ("button: Generate, ", "", "a.yaml with generate of common.yaml: control 6 of column 2 cannot be"),
        ("generate: {", "again: {button: Again}\ngenerate: {", "common.yaml: no device takes again."),
        ("generate: {", "temperature: {", "common.yaml is not YAML that is read here in line 3: the key 'temperature'"),
    ],
)
def test_what_devices_cannot_share(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in COMMON
    (tmp_path / "a.yaml").write_text(TAKING)
    (tmp_path / "common.yaml").write_text(COMMON.replace(old, new, 1))
    with pytest.raises(BadFile) as raised:
        sources.read_all(tmp_path)
    assert said in str(raised.value)


def test_a_row_without_a_file_of_rows(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"common cannot be 'temperature': no common\.yaml with rows stands beside it"):
        source(tmp_path, TAKING)


def test_all_of_a_folder(tmp_path: Path) -> None:
    assert sources.read_all(tmp_path) == []
    source(tmp_path, TOOL, "b.yaml")
    source(tmp_path, EFFECT, "a.yaml")
    (tmp_path / "._a.yaml").write_text("what macOS leaves")
    assert [one.name for one in sources.read_all(tmp_path)] == ["Sideman Sample", "Sideman Tool"]
    source(tmp_path, EFFECT, "c.yaml")
    with pytest.raises(BadFile, match=r"c.yaml: a.yaml has the name 'Sideman Sample' as well"):
        sources.read_all(tmp_path)
