"""Every rule of the validator, broken by one change to a device that keeps them all."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from max_for_live import amxd
from max_for_live.amxd import Dependency, Device
from max_for_live.lettering import text_width
from max_for_live.validator import validate
from tests.max_for_live import sample_device
from tests.max_for_live.sample_device import TOOL, Change, box, changed, valueof


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Device:
    return sample_device.device(tmp_path_factory.mktemp("sample"))


def test_what_is_built_keeps_every_rule(sample: Device, tmp_path: Path) -> None:
    assert validate(amxd.write(sample)) == []
    assert validate(amxd.write(Device(sample.kind, sample.patcher))) == []
    assert validate(amxd.write(sample_device.device(tmp_path, TOOL))) == []


def test_bytes_that_are_no_device() -> None:
    (sentence,) = validate(b"ampf")
    assert "ends inside a header" in sentence


def put(name: str, **keys: Any) -> Change:
    """Puts keys into the box of this name; None takes one away."""

    def change(patcher: dict[str, Any]) -> None:
        for key, value in keys.items():
            if value is None:
                del box(patcher, name)[key]
            else:
                box(patcher, name)[key] = value

    return change


def put_value(name: str, **keys: Any) -> Change:
    """The same for its `valueof`; the keys without parameter_."""

    def change(patcher: dict[str, Any]) -> None:
        for key, value in keys.items():
            if value is None:
                del valueof(patcher, name)[f"parameter_{key}"]
            else:
                valueof(patcher, name)[f"parameter_{key}"] = value

    return change


def add(maxclass: str, **keys: Any) -> Change:
    def change(patcher: dict[str, Any]) -> None:
        new = {"id": "obj-99", "maxclass": maxclass, "numinlets": 1, "numoutlets": 0, "patching_rect": [900, 900, 9, 9]}
        patcher["boxes"].append({"box": {**new, **keys}})

    return change


def cord(source: list[Any], destination: list[Any], **keys: Any) -> Change:
    line = {"patchline": {"source": source, "destination": destination, **keys}}
    return lambda patcher: patcher["lines"].append(line)


def first_bank(patcher: dict[str, Any]) -> dict[str, Any]:
    bank: dict[str, Any] = patcher["parameters"]["parameterbanks"]["0"]
    return bank


def button(patcher: dict[str, Any]) -> dict[str, Any]:
    boxes = [one["box"] for one in patcher["boxes"]]
    found: dict[str, Any] = next(one for one in boxes if one.get("varname") == "generate")
    return found


def fewer(name: str) -> Change:
    """Without the box of this name, and without its cords."""

    def change(patcher: dict[str, Any]) -> None:
        gone = box(patcher, name)["id"]
        patcher["boxes"] = [one for one in patcher["boxes"] if one["box"]["id"] != gone]
        ends = [(one["patchline"]["source"][0], one["patchline"]["destination"][0]) for one in patcher["lines"]]
        patcher["lines"] = [one for one, pair in zip(patcher["lines"], ends, strict=True) if gone not in pair]

    return change


def set_key(table: str | None, key: str, value: Any) -> Change:
    def change(patcher: dict[str, Any]) -> None:
        (patcher if table is None else patcher[table])[key] = value

    return change


RULES: list[tuple[str, Change, str]] = [
    # The form of values.
    ("no boxes", lambda p: p.pop("boxes"), "The patcher has no boxes"),
    ("boxes are no list", set_key(None, "boxes", {}), "which is no boxes"),
    ("a box is none", lambda p: p["boxes"].append({"bax": {}}), "among the boxes is no box"),
    ("a box without id", put("screen", id=None), "has no id"),
    ("a text is a number", put("screen", annotation=3), "annotation is 3"),
    ("a rect is short", put("screen", patching_rect=[1, 2, 3]), "patching_rect is [1, 2, 3]"),
    ("a number without end", put_value("pan", mmax=10**400), "parameter_mmax is"),
    ("a saved attribute is none", put("pan", saved_attribute_attributes={"valueof": 3}), "which is no table"),
    ("a cord is none", lambda p: p["lines"].append({"patchline": {"source": ["obj-1", 0]}}), "among the cords"),
    ("a key of a cord", cord(["obj-2", 0], ["obj-3", 0], ordre=1), "the key ordre, unknown to Max"),
    # Keys.
    ("a key of the patcher", set_key(None, "opninpresentation", 1), "The patcher has the key opninpresentation"),
    ("a key of the project", set_key("project", "amxdtipe", 1), "The project has the key amxdtipe"),
    ("no key of the project", lambda p: p["project"].pop("devpath"), "The project has no devpath"),
    ("a key of a box", put("pan", anotation="x"), "pan (live.dial) has the key anotation, unknown to Max"),
    ("a key of another object", put("pan", livemode=1), "has the key livemode, unknown to Max"),
    ("a needed key", put("mode", livemode=None), "mode (live.tab) has no livemode"),
    ("a key of a parameter", put_value("pan", longnaem="x"), "has parameter_longnaem, unknown to Max"),
    # The device.
    ("another type", set_key("project", "amxdtype", 1633771873), "project.amxdtype is not 1835887981"),
    ("not in presentation", set_key(None, "openinpresentation", 0), "does not open in presentation"),
    ("another height", set_key(None, "openrect", [0.0, 0.0, 300.0, 170.0]), "[0, 0, width, 169] belongs there"),
    ("no width", set_key(None, "openrect", [0.0, 0.0, 0.0, 169.0]), "[0, 0, width, 169] belongs there"),
    ("no oldest Live", set_key(None, "minimum_live_version", ""), "minimum_live_version is ''"),
    ("no MPE", set_key(None, "is_mpe", 0), "is_mpe is 0"),
    # Objects and cords.
    ("an unknown object", add("newobj", text="delay 100"), "obj-99 is a delay, which is not among the objects"),
    ("an unknown face", add("textedit"), "obj-99 is a textedit, which is not among the objects"),
    ("a face in a text", add("newobj", text="live.dial"), "obj-99 is a live.dial, which is not among the objects"),
    ("an id twice", put("screen", id="obj-1"), "2 boxes have the id obj-1"),
    ("inlets", put("screen", numinlets=2), "screen (jsui) has 2 inlets, and 1 belong there"),
    ("outlets", put("pan", outlettype=["", ""]), "has 2 outlets of the types ['', '']"),
    ("the outlets of a route", put("route", text="route one two"), "has 13 outlets"),
    ("arguments", put("udpsend", text="udpsend 127.0.0.1"), "has 1 arguments, and 2 to 2 belong there"),
    ("an attribute", put("udpreceive", text="udpreceive @quite 1"), "has the attribute @quite 1"),
    ("a cord from nowhere", cord(["obj-99", 0], ["obj-3", 0]), "has no box obj-99"),
    ("a cord to no inlet", cord(["obj-2", 0], ["obj-3", 7]), "ends nowhere: obj-3 has 1 of them"),
    ("a cord from no outlet", cord(["obj-2", -1], ["obj-3", 0]), "ends nowhere: obj-2 has 1 of them"),
    ("a cord that says nothing", cord(["obj-2", 0], ["obj-4", 0]), "brings int, which live.thisdevice"),
    ("a cord that nobody hears", lambda p: cord(["obj-2", 0], [box(p, "ready")["id"], 1])(p), "does not hear there"),
    ("a cord twice", lambda p: p["lines"].append(p["lines"][0]), "stands there twice"),
    # Names, the console, and what is unfinished.
    ("a shared name", add("newobj", text="send port"), "'send port' is shared with every other device"),
    ("a shared name, short", add("newobj", text="r port"), "'r port' is shared with every other device"),
    ("a print", add("newobj", text="print"), "'print' writes to Max's console"),
    ("a path", put("screen", filename="/Users/me/x.js"), "a path that only one computer has"),
    ("a path of Windows", put("screen", hint="C:\\x.js"), "a path that only one computer has"),
    ("a thing to do", put("screen", annotation="TODO"), "says TODO: finish it"),
    # Names of parameters.
    ("a long name twice", put_value("pan", longname="Temperature"), "2 parameters have the long name Temperature"),
    ("a scripting name twice", put("pan", varname="seed"), "2 boxes have the scripting name seed"),
    ("no scripting name", put("pan", varname=None), "has no scripting name"),
    ("an index in a name", put_value("pan", longname="Pan[1]"), "parameter_longname 'Pan[1]': give it a name"),
    ("a name of Max", put_value("pan", shortname="live.dial"), "parameter_shortname 'live.dial': give it a name"),
    ("linked names", put_value("pan", linknames=1), "links its long name"),
    ("no annotation", put("pan", annotation=" "), "pan (live.dial) has no annotation"),
    ("no annotation name", put("pan", annotation_name=None), "pan (live.dial) has no annotation_name"),
    ("another annotation", put_value("pan", info="Other."), "or another one in parameter_info"),
    ("not listed", lambda p: p["parameters"].pop(box(p, "pan")["id"]), "is not in the patcher's parameters"),
    ("listed and gone", set_key("parameters", "obj-98", ["a", "a", 0]), "have obj-98, which is no parameter"),
    ("no parameter", put("pan", parameter_enable=0), "is no parameter: set parameter_enable to 1"),
    # Values of parameters.
    ("no type", put_value("pan", type=None), "has the type None"),
    ("an unknown type", put_value("pan", type=4), "has the type 4"),
    ("no visibility", put_value("pan", invisible=None), "has the visibility None"),
    ("a seen button", lambda p: button(p)["saved_attribute_attributes"]["valueof"].update(parameter_invisible=0),
     "is a button: hide it"),
    ("a button that presses itself",
     lambda p: button(p)["saved_attribute_attributes"]["valueof"].update(parameter_initial_enable=1),
     "a button with a first value"),
    ("no modulation", put_value("pan", modmode=0), "has no modulation mode"),
    ("modulation without range", put_value("bars", modmin=None), "does not say from where to where"),
    ("a modulated list", put_value("mode", modmode=4), "cannot be modulated"),
    ("no range", put_value("pan", mmax=-1), "goes from -1 to -1"),
    ("no unit style", put_value("pan", unitstyle=None), "has the unit style None"),
    ("no unit", put_value("pan", units=" "), "has the unit ' '"),
    ("two numbers in a unit", put_value("pan", units="%d %d"), "has the unit '%d %d'"),
    ("no number in a unit", put_value("pan", units="%"), "has the unit '%'"),
    ("a text in a unit", put_value("pan", units="%s"), "has the unit '%s'"),
    ("a unit that is not shown", put_value("temperature", units="s"), "which is shown only with the unit style 9"),
    ("more than 100 %", put_value("amount", mmax=200.0), "is a percentage from 0 to 200"),
    ("a large Int", put_value("bars", mmax=256.0), "is an Int from 1 to 256"),
    ("a negative Int", put_value("bars", mmin=-1.0), "is an Int from -1 to 32"),
    ("an Int with a fraction", put_value("bars", mmin=0.5), "is an Int and shows or has a fraction"),
    ("an Int shown with a fraction", put_value("bars", unitstyle=1, units=None), "is an Int and shows"),
    ("a list of one", put_value("mode", enum=["Drums"], mmax=0, initial=[0]), "at least 2, each of them once"),
    ("no item at all", put_value("preset", enum=[], mmax=-1), "at least 1, each of them once"),
    ("an item twice", put_value("mode", enum=["Drums", "Drums"]), "each of them once"),
    ("items of Max", put_value("mode", enum=["val1", "val2"]), "write words that say something"),
    ("another count", put_value("mode", mmax=2), "has 2 values, and parameter_mmax is 2"),
    ("other automation", put("lock", automation="No"), "its automation and automationon are others"),
    ("a blob on the face", put_value("pan", type=3), "a pattr is a Blob, and nothing else is"),
    ("a pattr that is none", put_value("kept_corners", type=0), "a pattr is a Blob, and nothing else is"),
    ("another name of a pattr", put("kept_corners", text="pattr corners"), "and its scripting name are not the same"),
    ("no parameter of a pattr", put("kept_corners", saved_object_attributes={}), "does not say in saved_object_attr"),
    ("an automated pattr", put_value("kept_corners", invisible=0), "is not stored alone"),
    ("no first value", put_value("pan", initial_enable=0), "has no first value"),
    ("an empty first value", put_value("pan", initial=[]), "has no first value"),
    ("a first value outside", put_value("pan", initial=[2.0]), "begins with [2.0], and goes from -1 to 1"),
    ("two first values", put_value("pan", initial=[0, 0]), "begins with [0, 0]"),
    ("a word as first value", put_value("mode", initial=["Drums"]), "begins with ['Drums']"),
    ("a first value between", put_value("mode", initial=[0.5]), "begins with 0.5, and has whole numbers"),
    # Push's banks.
    ("empty banks", set_key("parameters", "parameterbanks", {}), "are empty, which has crashed Live"),
    ("a bank of nothing", lambda p: first_bank(p).update(parameters=["-"] * 8), "not all of them are empty"),
    ("a short bank", lambda p: first_bank(p).update(parameters=["Pan"]), "it has 8 places"),
    ("a bank without name", lambda p: first_bank(p).update(name=""), "has the index 0 and the name ''"),
    ("a bank elsewhere", lambda p: first_bank(p).update(index=1), "has the index 1"),
    ("a bank without index", lambda p: first_bank(p).pop("index"), "has not an index, a name and parameters"),
    ("a bank of a stranger", lambda p: first_bank(p)["parameters"].__setitem__(0, "Tempo"), "has 'Tempo'"),
    ("a bank of what is hidden", lambda p: first_bank(p)["parameters"].__setitem__(0, "Amount"), "has 'Amount'"),
    ("a bank of what is kept", lambda p: first_bank(p)["parameters"].__setitem__(0, "kept_corners"), "has 'kept_c"),
    ("no banks", lambda p: p["parameters"].pop("parameterbanks"), "There is a live.banks and no parameter bank"),
    ("no live.banks", fewer("live.banks"), "There are parameter banks and no live.banks"),
    # The face.
    ("not on the face", put("pan", presentation=None, presentation_rect=None), "pan (live.dial) is not on the face"),
    ("half on the face", put("pan", presentation=None), "has only one of presentation and presentation_rect"),
    ("half a pixel", put("pan", presentation_rect=[176.5, 30, 40, 36]), "whole pixels are sharp"),
    ("half a pixel in the patch", put("pan", patching_rect=[900.5, 900, 47, 36]), "whole pixels are sharp"),
    ("two sizes of the script", put("screen", patching_rect=[900.0, 900.0, 121.0, 157.0]), "report the mouse wrongly"),
    ("below the face", put("pan", presentation_rect=[176, 150, 47, 36]), "is not inside the face, 372 × 169"),
    ("beside the face", put("pan", presentation_rect=[-1, 30, 47, 36]), "is not inside the face"),
    ("no height", put("pan", presentation_rect=[176, 30, 47, 0]), "is not inside the face"),
    ("an overlap", put("pan", presentation_rect=[170, 30, 47, 36]), "temperature (live.dial) and pan (live.dial) over"),
    ("an overlap in the patch", put("pan", patching_rect=[16, 80, 47, 36]), "overlap (patching_rect)"),
    ("unequal margins", set_key(None, "openrect", [0.0, 0.0, 373.0, 169.0]), "left margin is 8 and the right one 9"),
    # Colours and words.
    ("a fixed colour", put("Preset", saved_attribute_attributes={}), "has a textcolor that follows no theme"),
    ("an unknown colour", put("Preset", saved_attribute_attributes={"textcolor": {"expression": "themecolor.red"}}),
     "which is none of Live's theme colours"),
    ("a colour of Max", put("Preset", saved_attribute_attributes={"textcolor": {"expression": "themecolor.theme_fg"}}),
     "which is none of Live's theme colours"),
    ("a colour of nothing",
     lambda p: box(p, "pan")["saved_attribute_attributes"].update(bgcolor={"expression": "themecolor.live_lcd_bg"}),
     "has bgcolor"),
    ("another font", put("pan", fontname="Arial"), "is not set in Ableton Sans Medium"),
    ("no font", put("pan", fontname=None), "is not set in Ableton Sans Medium"),
    ("a script without annotation", put("screen", annotation=""), "screen (jsui) has no annotation"),
    ("a long short name", put_value("pan", shortname="Panorama left"), "'Panorama left' of pan (live.dial) is about"),
    ("a long label", put("Preset", text="Mode of play"), "'Mode of play' of Mode of play (live.comment) is about"),
    ("a long word on a button", put("lock", texton="Locked for ever"), "'Locked for ever' of lock (live.text)"),
    ("a long word in a tab", put_value("mode", enum=["Drums", "Melody or chords"]), "'Melody or chords' of mode"),
    ("a long word in a menu", put_value("preset", enum=["The tightest of all presets"]), "of preset (live.menu)"),
    # What is frozen in.
    ("another script", put("screen", filename="other.js"), "The frozen device lacks other.js"),
    ("a file that is not used", put("screen", filename="other.js"), "holds sideman_sample.js, which it does not use"),
    ("an old list", set_key(None, "dependency_cache", []), "dependency_cache names []"),
    ("no script", fewer("screen"), "The device has 0 scripts"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_broken_rule_is_found(sample: Device, change: Change, said: str) -> None:
    sentences = validate(changed(sample, change))
    assert any(said in sentence for sentence in sentences), sentences
    assert all(sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("post('x');", "line 2: post writes to Max's console"),
        ("if (true) { error(1); }", "line 2: error writes to Max's console"),
        ("console.log(1);", "line 2: console writes to Max's console"),
        ("messnamed('port', 1);", "line 2: messnamed reaches other devices"),
        ("var g = new Global('sideman');", "line 2: a Global is shared with every other device"),
        ("var g = new Global(name);", "line 2: a Global is shared with every other device"),
        ("var a; // TODO: more", "sideman_sample.js says TODO"),
        ("var a;\r", "has line ends of Windows"),
    ],
)
def test_what_a_script_must_not_do(sample: Device, line: str, said: str) -> None:
    script = Dependency("sideman_sample.js", f"// First.\n{line}\n".encode())
    sentences = validate(amxd.write(Device(sample.kind, sample.patcher, (script,), sample.file_name)))
    assert len(sentences) == 1
    assert said in sentences[0]


@pytest.mark.parametrize(
    "line",
    [
        "// post('x') and TODOS are no matter",
        'var text = "post(1)";',
        "link.error(1);",
        "var g = new Global('---sideman');",
        "var g = new Global('sideman_written');",
        "function repost() {} repost();",
    ],
)
def test_what_a_script_may_do(sample: Device, line: str) -> None:
    script = Dependency("sideman_sample.js", f"{line}\n".encode())
    assert validate(amxd.write(Device(sample.kind, sample.patcher, (script,), sample.file_name))) == []


def test_a_script_that_is_no_text(sample: Device) -> None:
    script = Dependency("sideman_sample.js", b"\xff")
    (sentence,) = validate(amxd.write(Device(sample.kind, sample.patcher, (script,), sample.file_name)))
    assert "is not UTF-8 text" in sentence


def test_a_frozen_device_that_lacks_its_script(sample: Device) -> None:
    (sentence,) = validate(amxd.write(Device(sample.kind, sample.patcher, (), sample.file_name)))
    assert sentence == "The frozen device lacks sideman_sample.js."


def test_a_tool_that_says_it_is_an_effect(sample: Device) -> None:
    sentences = validate(amxd.write(Device("generator", sample.patcher, sample.dependencies, sample.file_name)))
    assert any("project.amxdtype is not 1851877223" in sentence for sentence in sentences)


def test_longer_texts_are_wider() -> None:
    assert text_width("", 10) == 0
    assert text_width("il", 10) < text_width("an", 10) < text_width("AN", 10) < text_width("WM", 10)
    assert text_width("Generate", 20) == pytest.approx(2 * text_width("Generate", 10), abs=1)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "obj-1", "newobj", "jsui", "live.text", "pattr", "route a", "@", "themecolor."]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["box", "valueof", "text"]), inner),
    max_leaves=6,
)  # fmt: skip


@given(st.data())
def test_it_never_raises(sample: Device, data: st.DataObject) -> None:
    """Whatever stands in one place of the patcher, there are sentences and no traceback."""
    patcher = copy.deepcopy(sample.patcher)
    at: Any = patcher
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(at[key], (dict, list)) or not at[key] or data.draw(st.integers(0, 5)) == 0:
            break
        at = at[key]
    if data.draw(st.booleans()):
        at[key] = data.draw(VALUES)
    else:
        del at[key]
    data_of_it = amxd.write(Device(sample.kind, patcher, sample.dependencies, sample.file_name))
    assert all(isinstance(one, str) for one in validate(data_of_it))
