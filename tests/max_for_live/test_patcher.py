from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from max_for_live import patcher
from tests.max_for_live.sample_device import TOOL, box, source, valueof


@pytest.fixture
def effect(tmp_path: Path) -> dict[str, Any]:
    return patcher.build(source(tmp_path))


@pytest.fixture
def tool(tmp_path: Path) -> dict[str, Any]:
    return patcher.build(source(tmp_path, TOOL))


def cords(made: dict[str, Any]) -> set[tuple[str, int, str]]:
    """(speaker, outlet, hearer) of every cord, each by its scripting name or text."""
    boxes = {one["box"]["id"]: one["box"] for one in made["boxes"]}
    names = {key: one.get("varname") or one["text"] for key, one in boxes.items()}
    ends = [(line["patchline"]["source"], line["patchline"]["destination"]) for line in made["lines"]]
    return {(names[source], outlet, names[to]) for (source, outlet), (to, inlet) in ends if inlet == 0}


def test_the_same_source_is_the_same_patch(tmp_path: Path, effect: dict[str, Any]) -> None:
    assert json.dumps(patcher.build(source(tmp_path))) == json.dumps(effect)


def test_what_speaks_to_the_script(effect: dict[str, Any]) -> None:
    heard = {(speaker, outlet) for speaker, outlet, hearer in cords(effect) if hearer == "screen"}
    controls = ("mode", "temperature", "pan", "amount", "bars", "seed", "lock", "preset", "live")
    assert heard == {
        ("ready", 0),
        ("generate", 0),
        ("kept_corners", 0),
        ("kept_settings", 0),
        ("udpreceive @quiet 1 @defer 1", 0),
        *((f"prepend {name}", 0) for name in controls),
    }
    assert ("live.thisdevice", 0, "ready") in cords(effect)
    assert ("midiin", 0, "midiout") in cords(effect)
    assert {(name, 0, f"prepend {name}") for name in controls} <= cords(effect)


def test_a_button_passes_a_message_box(effect: dict[str, Any]) -> None:
    """`prepend generate` would make `generate bang` of its bang."""
    boxes = [one["box"] for one in effect["boxes"]]
    message = next(one for one in boxes if one["maxclass"] == "message" and one["text"] == "generate")
    button = next(one for one in boxes if one.get("varname") == "generate")
    cord = {"destination": [message["id"], 0], "source": [button["id"], 0]}
    assert {"patchline": cord} in effect["lines"]


def test_what_hears_the_script(effect: dict[str, Any]) -> None:
    route = box(effect, "route")
    names = route["text"].split()[1:]
    assert names == [
        "mode", "temperature", "pan", "amount", "bars", "seed", "lock", "preset", "live", "generate",
        "keep_corners", "keep_settings",
    ]  # fmt: skip
    assert (route["numinlets"], route["numoutlets"]) == (13, 13)
    hearing = {(outlet, hearer) for speaker, outlet, hearer in cords(effect) if speaker == "screen"}
    assert hearing == {
        (0, "udpsend 127.0.0.1 42711"),
        (1, "udpsend 127.0.0.1 42711"),
        (2, "udpreceive @quiet 1 @defer 1"),
        (3, route["text"]),
    }
    set_by_route = {(outlet, hearer) for speaker, outlet, hearer in cords(effect) if speaker == route["text"]}
    assert set_by_route == {(index, name.replace("keep_", "kept_")) for index, name in enumerate(names)}


def test_a_midi_tool(tool: dict[str, Any]) -> None:
    found = cords(tool)
    assert ("live.miditool.in", 0, "prepend tool_notes") in found
    assert ("live.miditool.in", 1, "prepend tool_context") in found
    assert ("screen", 4, "live.miditool.out") in found
    assert ("route reroll apply", 1, "live.miditool.in") in found
    assert not any("midiin" in one[0] for one in found)
    assert tool["project"]["amxdtype"] == 1851877223
    assert tool["openrect"] == [0.0, 0.0, 152.0, 147.0]
    assert (tool["minimum_live_version"], tool["minimum_max_version"], tool["is_mpe"]) == ("12.0", "8.6", 0)


def test_the_patcher(effect: dict[str, Any]) -> None:
    assert effect["openrect"] == [0.0, 0.0, 372.0, 169.0]
    assert (effect["openinpresentation"], effect["is_mpe"]) == (1, 1)
    assert effect["project"]["amxdtype"] == 1835887981
    assert [entry["name"] for entry in effect["dependency_cache"]] == ["sideman_sample.js"]
    numbers = [box(effect, name)["id"] for name in ("temperature", "kept_corners")]
    assert effect["parameters"][numbers[0]] == ["Temperature", "Temp", 0]
    assert effect["parameters"][numbers[1]] == ["kept_corners", "kept_corners", 0]
    assert effect["parameters"]["parameterbanks"] == {
        "0": {"index": 0, "name": "Main", "parameters": ["Mode", "Temperature", "-", "Seed", "Lock", "Pan", "-", "-"]}
    }


def test_without_banks_there_is_no_key_for_them(tool: dict[str, Any]) -> None:
    assert "parameterbanks" not in tool["parameters"]


def test_the_script_has_one_size(effect: dict[str, Any]) -> None:
    screen = box(effect, "screen")
    assert screen["filename"] == "sideman_sample.js"
    assert screen["presentation_rect"] == [8.0, 8.0, 120.0, 153.0]
    assert screen["patching_rect"][2:] == [120.0, 153.0]
    assert (screen["numoutlets"], screen["border"], screen["parameter_enable"]) == (5, 0, 0)


def test_a_float(effect: dict[str, Any]) -> None:
    assert valueof(effect, "temperature") == {
        "parameter_annotation_name": "Temperature",
        "parameter_info": "How far the notes stray.",
        "parameter_initial": [1.0],
        "parameter_initial_enable": 1,
        "parameter_invisible": 0,
        "parameter_linknames": 0,
        "parameter_longname": "Temperature",
        "parameter_mmax": 2.0,
        "parameter_mmin": 0.0,
        "parameter_modmode": 2,
        "parameter_order": 0,
        "parameter_shortname": "Temp",
        "parameter_type": 0,
        "parameter_unitstyle": 1,
    }
    assert (box(effect, "temperature")["needlemode"], box(effect, "pan")["needlemode"]) == (1, 2)
    assert (valueof(effect, "pan")["parameter_unitstyle"], valueof(effect, "pan")["parameter_units"]) == (9, "%.2f")


def test_whole_numbers(effect: dict[str, Any]) -> None:
    bars, seed = valueof(effect, "bars"), valueof(effect, "seed")
    assert (bars["parameter_type"], bars["parameter_units"], bars["parameter_initial"]) == (1, "%i bars", [2])
    assert (bars["parameter_modmode"], bars["parameter_modmin"], bars["parameter_modmax"]) == (4, 1.0, 32.0)
    assert bars["parameter_invisible"] == 1
    # An Int ends at 255.
    assert (seed["parameter_type"], seed["parameter_unitstyle"], seed["parameter_modmode"]) == (0, 0, 2)


def test_lists(effect: dict[str, Any]) -> None:
    mode, preset = valueof(effect, "mode"), valueof(effect, "preset")
    assert (mode["parameter_type"], mode["parameter_enum"], mode["parameter_mmax"]) == (2, ["Drums", "Melody"], 1)
    assert (mode["parameter_initial"], mode["parameter_modmode"]) == ([1], 0)
    assert (box(effect, "mode")["livemode"], box(effect, "mode")["multiline"]) == (1, 0)
    assert (preset["parameter_invisible"], preset["parameter_enum"]) == (2, ["None"])
    lock = box(effect, "lock")
    assert [lock[key] for key in ("mode", "outputmode", "text", "texton", "automation", "automationon")] == [
        1, 1, "Lock", "Lock", "Off", "On",
    ]  # fmt: skip


def test_a_button_is_hidden_and_silent_at_first(effect: dict[str, Any]) -> None:
    button = next(one["box"] for one in effect["boxes"] if one["box"].get("varname") == "generate")
    values = button["saved_attribute_attributes"]["valueof"]
    assert (button["mode"], button["outputmode"]) == (0, 1)
    assert (values["parameter_invisible"], values["parameter_initial_enable"]) == (2, 0)


def test_what_is_kept(effect: dict[str, Any]) -> None:
    kept = box(effect, "kept_corners")
    assert kept["text"] == "pattr kept_corners"
    assert kept["saved_object_attributes"]["initial"] == ["kept_corners"]
    values = valueof(effect, "kept_corners")
    assert (values["parameter_type"], values["parameter_invisible"]) == (3, 1)
    assert values["parameter_initial"] == ["kept_corners"]


def test_a_slider_lies(effect: dict[str, Any]) -> None:
    assert box(effect, "amount")["orientation"] == 1


def test_a_label(effect: dict[str, Any]) -> None:
    label = next(one["box"] for one in effect["boxes"] if one["box"].get("text") == "Preset")
    assert [label[key] for key in ("maxclass", "textjustification", "fontname")] == [
        "live.comment", 0, "Ableton Sans Medium",
    ]  # fmt: skip
    assert label["saved_attribute_attributes"] == {"textcolor": {"expression": "themecolor.live_control_fg"}}


def test_the_patch_says_where_it_comes_from(effect: dict[str, Any]) -> None:
    assert "patchers/sample.yaml" in effect["boxes"][0]["box"]["text"]
    assert "presentation" not in effect["boxes"][0]["box"]
