"""The types of the devices' script, as tsc sees them: nothing in it is misspelt, and what is misspelt is found."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "max_for_live" / "script"
TSC = Path(__file__).parent / "node_modules" / "typescript" / "lib" / "tsc.js"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="there is no node here"),
    pytest.mark.skipif(not TSC.is_file(), reason="tsc is not installed: run `npm ci` in tests/max_for_live"),
]


def complaints(folder: Path) -> list[str]:
    """What tsc says of the script in a folder, each with all of its lines."""
    assert NODE is not None
    command = [NODE, str(TSC), "--project", str(folder), "--pretty", "false", "--noErrorTruncation"]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert said.stderr == ""
    found = re.split(r"\n(?=\S)", said.stdout.strip()) if said.stdout.strip() else []
    assert (said.returncode != 0) is bool(found)
    return found


def test_the_script_has_the_types_that_it_says() -> None:
    assert complaints(SCRIPT) == []


MISTAKES = [
    # A knob that the device does not have, in each device: where one has lost its type, nothing in it is found.
    ("devices/blend.js", 'device.knob("x")', 'device.knob("xx")', '"xx"'),
    ("devices/continue.js", 'device.knob("primer")', 'device.knob("prime")', '"prime"'),
    ("devices/generator.js", 'device.knob("instrument")', 'device.knob("instrumnt")', '"instrumnt"'),
    ("devices/groove.js", 'device.knob("mode")', 'device.knob("mood")', '"mood"'),
    ("devices/interpolate.js", 'device.knob("steps")', 'device.knob("stpes")', '"stpes"'),
    ("devices/transformation.js", 'device.knob("mode")', 'device.knob("mood")', '"mood"'),
    ("devices/variations.js", 'device.knob("variations")', 'device.knob("variation")', '"variation"'),
    ("devices/variations.js", '"density", "temperature"]', '"densty", "temperature"]', '"densty"'),
    ("devices/variations.js", 'shown_by: ["variations"', 'shown_by: ["variatoins"', '"variatoins"'),
    ("live_mode.js", 'device.knob("boundary")', 'device.knob("bondary")', '"bondary"'),
    ("walk.js", 'device.knob("path_bars")', 'device.knob("path_bar")', '"path_bar"'),
    # A field that the request does not have.
    ("devices/blend.js", "points: points.map", "pionts: points.map", "pionts"),
    ("devices/continue.js", "with_primer: device", "with_primr: device", "with_primr"),
    ("devices/generator.js", "bars: bars", "bras: bars", "bras"),
    ("devices/groove.js", "amount: device", "amuont: device", "amuont"),
    ("devices/interpolate.js", "first: device.ref", "frist: device.ref", "frist"),
    ("devices/transformation.js", "{variations: 1}", "{variation: 1}", "variation:"),
    ("devices/variations.js", '"amount", "variations"', '"amount", "density"', "density"),
    ("devices/groove.js", 'kind: "drumify",\n', 'kind: "drumfy",\n', '"drumfy"'),
    # A field that a reply, a clip or a table does not have.
    ("conversation.js", "values.missing.length", "values.mising.length", "mising"),
    ("delivery.js", "part.total_notes", "part.total_note", "total_note"),
    ("link.js", "said.settings,", "said.setings,", "setings"),
    ("notes.js", "note.start_time)", "note.strat_time)", "strat_time"),
    ("kept.js", "NOTE.start_beats", "NOTE.strat_beats", "strat_beats"),
    ("midi_tool.js", "limits.bars)", "limits.bras)", "bras"),
    # A function that is not there: of a module, of a device, of the world, of an object.
    ("devices/groove.js", "live_set.selected_clip", "live_set.selectd_clip", "selectd_clip"),
    ("devices/continue.js", "device.on_selection", "device.on_selectoin", "on_selectoin"),
    ("sideman.js", "device.show_what_follows = ", "device.show_what_folows = ", "show_what_folows"),
    ("alarm.js", "this.world.later", "this.world.latr", "latr"),
    ("live_set.js", "world.observe(", "world.obsreve(", "obsreve"),
    ("link.js", "this.asking.begin()", "this.asking.beginn()", "beginn"),
    ("entry.js", "device.release_all()", "device.relase_all()", "relase_all"),
    # What Max's old engine has not.
    ("kept.js", "Object.keys(values)", "Object.values(values)", "'values'"),
]


def test_what_is_misspelt_is_found(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SCRIPT, tmp_path / "script"))
    for file, right, wrong, _ in MISTAKES:
        text = (folder / file).read_text(encoding="utf-8")
        assert right in text, f"{file} has no {right}"
        (folder / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    found = complaints(folder)
    for file, _, _, word in MISTAKES:
        assert any(said.startswith(f"{file}(") and word in said for said in found), f"{file}: {word}"


def test_the_question_of_the_link_itself_is_checked(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SCRIPT, tmp_path / "script"))
    (folder / "question.js").write_text(
        """\
var Link = require("./link").Link;

/** @param {Link} link @param {Clip} clip */
exports.ask = function (link, clip) {
    link.ask("vary", {clip: {clip: 0}, amount: 0.5, model: null}, [clip], function () {});
    link.ask("vary", {clip: {clip: 0}, amout: 0.5}, [clip], function () {});
    link.ask("vary", {amount: 0.5}, [clip], function () {});
    link.ask("vary", {clip: {clip: 0, kt: "rack"}}, [clip], function () {});
    link.ask("vary", {clip: {clip: 0}, amount: "half"}, [clip], function () {});
    link.ask("vry", {clip: {clip: 0}}, [clip], function () {});
};
""",
        encoding="utf-8",
    )
    said = complaints(folder)
    for line, word, each in zip(range(6, 11), ("amout", "clip", "kt", "string", "vry"), said, strict=True):
        assert each.startswith(f"question.js({line},")
        assert word in each
