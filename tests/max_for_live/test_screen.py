"""The screen of the devices in node: what it draws, and where; and the pictures of the faces."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bridge.music.clip import MAX_BARS
from bridge.settings import SETTINGS
from max_for_live import sources
from max_for_live.layout import lay_out

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NODE = shutil.which("node")
SOURCES = {source.script: source for source in sources.read_all(ROOT / "max_for_live" / "patchers")}
EFFECTS = [name for name, source in SOURCES.items() if source.kind == "midi_effect"]

pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not installed: it runs the device's script in tests")

STATES = ("silent", "deaf", "ready", "working", "late", "refused")
NOT_RUNNING = "The bridge is not running: start it with `python start.py`."
METERS = (
    "The clips are in different meters: Rock verse is in 4/4, and Shuffle is in 12/8. A blend is of clips in one "
    "meter: change a clip's signature in Live, or grab others."
)
LONG_NAME = "A clip with a name that was given late at night & <never> looked at again"
NOTE = {"pitch": 36, "start_beats": 0, "length_beats": 0.25, "velocity": 100, "source": -1}
BEAT = {"length_beats": 4, "numerator": 4, "denominator": 4, "notes": [NOTE, {**NOTE, "pitch": 38, "start_beats": 1}]}
PAD = {"body": "pad", "corners": [None] * 4, "x": 0.5, "y": 0.5, "path": [], "now": None}
ROLL: dict[str, Any] = {"body": "roll", "sources": [], "results": [], "chosen": -1}


def model(body: dict[str, Any], **changed: Any) -> dict[str, Any]:
    shown = {"state": "ready", "sentence": "Ready", "latency_seconds": 0.012, "target": "4 clips to slots 2–5"}
    return {**shown, "hint": "Select a clip in Live, then press Grab A.", **body, **changed}


def drawn(*cases: dict[str, Any]) -> list[dict[str, Any]]:
    assert NODE is not None
    command = [NODE, str(HERE / "script" / "drawn.js")]
    ran = subprocess.run(
        command, input=json.dumps(cases), capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    answer: list[dict[str, Any]] = json.loads(ran.stdout)
    return answer


def one(shown: dict[str, Any], screen: tuple[int, int] = (190, 153), mouse: Any = ()) -> dict[str, Any]:
    return drawn({"screen": screen, "model": shown, "mouse": list(mouse)})[0]


def texts(answer: dict[str, Any]) -> list[str]:
    return [mark["text"] for mark in answer["marks"] if mark["kind"] == "text"]


def result(index: int, count: int) -> dict[str, Any]:
    return {"name": f"{index + 1}/{count} [A+B]", "clip": BEAT}


def odd_models() -> dict[str, dict[str, Any]]:
    full_corners = [{"name": LONG_NAME, "clip": BEAT} for _ in range(4)]
    no_clip = {"name": "No clip", "clip": None, "hint": "Select a MIDI clip in Live: this one is of audio."}
    long_source = {"name": LONG_NAME, "clip": BEAT, "hint": ""}
    crowd = [{**NOTE, "pitch": i % 128, "start_beats": i / 50 - 2, "length_beats": 1 + i % 5} for i in range(600)]
    crowded = {"length_beats": 7, "numerator": 7, "denominator": 8, "notes": crowd}
    return {
        "empty pad": model(PAD, target="", latency_seconds=None),
        "two corners": model(PAD, corners=[full_corners[0], None, None, full_corners[3]], x=0, y=0, now=BEAT),
        "long names": model(PAD, corners=full_corners, x=1, y=1, now=BEAT, target=LONG_NAME),
        "path": model(PAD, corners=full_corners, path=[{"x": i % 2, "y": (i // 2) % 2} for i in range(64)]),
        "pad refused": model(PAD, corners=full_corners, state="refused", sentence=METERS),
        "no clip": model(ROLL, sources=[no_clip], state="refused", sentence=METERS),
        "nothing": model(ROLL, target=LONG_NAME),
        "two sources": model(ROLL, sources=[long_source, no_clip], latency_seconds=9.96),
        "eighteen results": model(ROLL, sources=[long_source], results=[result(i, 18) for i in range(18)], chosen=17),
        "only results": model(ROLL, results=[result(i, 3) for i in range(3)]),
        "crowd": model(ROLL, sources=[{"name": "", "clip": crowded, "hint": ""}], results=[result(0, 1)]),
        "no notes": model(ROLL, sources=[{"name": "", "clip": {**BEAT, "notes": []}, "hint": ""}]),
        "silent": model(ROLL, results=[result(0, 1)], state="silent", sentence=NOT_RUNNING, latency_seconds=None),
        "endless": model(PAD, corners=full_corners, state="refused", sentence=f"{METERS} " * 8),
        "one endless word": model(ROLL, sentence="/".join(["folder"] * 60), target="x" * 500),
    }


@cache
def everything() -> dict[str, tuple[tuple[int, int], dict[str, Any]]]:
    """Each scene on its device's own screen, and each odd model on the widest, the narrowest and a MIDI Tool's."""
    sizes = {name: lay_out(source).screen[2:] for name, source in SOURCES.items()}
    widths = sorted(sizes[name][0] for name in EFFECTS)
    cases: dict[str, tuple[tuple[int, int], Any]] = {name: (size, name) for name, size in sizes.items()}
    for name, shown in odd_models().items():
        for size in ((widths[-1], 153), (widths[0], 153), sizes["generator"]):
            cases[f"{name} at {size}"] = (size, shown)
    answers = drawn(*({"screen": size, "model": shown} for size, shown in cases.values()))
    return {name: (size, answer) for (name, (size, _)), answer in zip(cases.items(), answers, strict=True)}


def test_every_device_has_a_scene() -> None:
    assert set(SOURCES) == {
        "blend", "interpolate", "continue", "variations", "groove", "generator", "transformation"
    }  # fmt: skip
    assert set(SOURCES) <= set(everything())


def test_nothing_is_drawn_outside_of_the_screen() -> None:
    for name, ((width, height), answer) in everything().items():
        assert answer["marks"], name
        for mark in answer["marks"]:
            inside = mark["x0"] >= 0 and mark["y0"] >= 0 and mark["x1"] <= width + 0.01 and mark["y1"] <= height + 0.01
            assert inside, (name, mark)


def test_no_text_touches_another_or_the_led() -> None:
    for name, (_, answer) in everything().items():
        led = {"x0": 5, "x1": 11, "y0": 4.5, "y1": 10.5, "text": "the LED"}
        found = [led, *(mark for mark in answer["marks"] if mark["kind"] == "text")]
        for index, mark in enumerate(found):
            for other in found[:index]:
                is_beside = mark["x0"] >= other["x1"] - 0.01 or other["x0"] >= mark["x1"] - 0.01
                is_beside = is_beside or mark["y0"] >= other["y1"] or other["y0"] >= mark["y1"]
                assert is_beside, (name, mark["text"], other["text"])


def test_what_is_cut_ends_with_an_ellipsis() -> None:
    whole = {LONG_NAME, METERS, NOT_RUNNING}
    for name in ("long names", "two sources"):
        for size in ("(190, 153)", "(162, 153)"):
            answer = everything()[f"{name} at {size}"][1]
            cut = [text for text in texts(answer) if any(text != one and text[:3] == one[:3] for one in whole)]
            assert cut, name
            for text in cut:
                assert text.endswith("…"), text
                assert any(one.startswith(text[:-1]) for one in whole)


def test_a_long_sentence_is_shown_whole() -> None:
    for size in ("(190, 153)", "(162, 153)"):
        for name in ("pad refused", "no clip"):
            answer = everything()[f"{name} at {size}"][1]
            assert METERS in " ".join(texts(answer)).replace(" 12 ms", ""), name
    assert " ".join(texts(everything()["silent at (148, 40)"][1])) == NOT_RUNNING


def test_a_sentence_that_needs_the_screen_leaves_the_target() -> None:
    size, answer = everything()["endless at (190, 153)"]
    lines = texts(answer)
    assert "4 clips to slots 2–5" in lines
    assert any(line.endswith("…") for line in lines)
    assert 100 < answer["status_height"] <= size[1] - 15
    assert "A" not in lines  # no pad: there is no room for one
    (hit,) = one(odd_models()["endless"], mouse=[(95, 70)])["hits"]
    assert hit == {"part": "status"}
    assert one(odd_models()["endless"], mouse=[(95, 70)])["points"] == [None]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "1 ms"), (0.0041, "4 ms"), (0.5, "500 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"), (1.234, "1.2 s"),
        (None, None), (float("1e9"), None),
    ],
)  # fmt: skip
def test_latency_stands_at_the_right(seconds: float | None, shown: str | None) -> None:
    answer = one(model(ROLL, latency_seconds=seconds))
    at_right = [mark for mark in answer["marks"] if mark["kind"] == "text" and abs(mark["x1"] - 185) < 0.01]
    if shown is not None:
        assert [mark["text"] for mark in at_right] == [shown]
    elif seconds is None:
        assert at_right == []


def test_only_colours_of_the_theme_are_used() -> None:
    used = {mark["color"] for _, answer in everything().values() for mark in answer["marks"]}
    assert used <= {"#171717", "#c8c8c8", "#8c8c8c", "#ffad56", "#03c3d5", "#ff4a4a"}


def test_each_state_has_a_led_of_its_own_kind() -> None:
    leds = {}
    for state, answer in zip(
        STATES, drawn(*({"screen": (190, 153), "model": model(ROLL, state=state)} for state in STATES)), strict=True
    ):
        (led,) = (mark for mark in answer["marks"] if mark["x0"] >= 4.5 and mark["x1"] <= 11.5 and mark["y1"] <= 11.5)
        leds[state] = led["color"], led["kind"]
    red, orange, blue = "#ff4a4a", "#ffad56", "#03c3d5"
    assert leds == {
        "silent": (red, "stroke"),
        "deaf": (red, "stroke"),
        "ready": (blue, "fill"),
        "working": (orange, "fill"),
        "late": (orange, "stroke"),
        "refused": (red, "fill"),
    }


# --- rolls ---


def notes_of(answer: dict[str, Any], color: str) -> list[dict[str, Any]]:
    """What is drawn in a note's colour in the body."""
    return [m for m in answer["marks"] if m["kind"] == "fill" and m["color"] == color and 19 <= m["y0"] < 137]


def test_notes_have_the_colour_of_the_clip_that_they_came_from() -> None:
    shown_sources = [{"name": name, "clip": BEAT, "hint": ""} for name in "AB"]
    for index, color in ((0, "#ffad56"), (1, "#ffad56"), (2, "#03c3d5"), (3, "#03c3d5"), (-1, "#c8c8c8")):
        clip = {**BEAT, "notes": [{**NOTE, "source": index}]}
        shown = model(ROLL, sources=shown_sources, results=[{"name": "1/1", "clip": clip}], target="")
        answer = one(shown)
        lowest = [mark for mark in notes_of(answer, color) if mark["y0"] > 80]
        assert len(lowest) == 1, (index, color)


def test_a_note_stands_where_it_sounds() -> None:
    clip = {**BEAT, "notes": [{**NOTE, "start_beats": 2, "length_beats": 1}]}
    (mark,) = notes_of(one(model(ROLL, sources=[{"name": "", "clip": clip, "hint": ""}])), "#ffad56")
    left, width = 5, 180  # of the roll's inside on a screen of 190
    assert mark["x0"] == pytest.approx(left + width / 2)
    assert mark["x1"] == pytest.approx(left + width * 3 / 4 - 0.5)


def test_only_what_is_heard_of_a_note_is_drawn() -> None:
    unheard = [(-3, 1), (4, 1), (-1, 1), (1, 0)]
    notes = [{**NOTE, "start_beats": start, "length_beats": length} for start, length in unheard]
    clip = {**BEAT, "notes": notes}
    assert notes_of(one(model(ROLL, sources=[{"name": "", "clip": clip, "hint": ""}])), "#ffad56") == []
    early = {**BEAT, "notes": [{**NOTE, "start_beats": -1, "length_beats": 2}]}
    (mark,) = notes_of(one(model(ROLL, sources=[{"name": "", "clip": early, "hint": ""}])), "#ffad56")
    assert (mark["x0"], mark["x1"]) == (5, pytest.approx(5 + 180 / 4 - 0.5))


def test_notes_stay_in_their_roll() -> None:
    # Every pitch, so that a row is lower than a note; and notes too short for a pixel at the very end.
    notes = [{**NOTE, "pitch": pitch, "start_beats": 3.999, "length_beats": 0.001} for pitch in range(128)]
    shown = model(ROLL, sources=[{"name": "", "clip": {**BEAT, "notes": notes}, "hint": ""}])
    for mark in notes_of(one(shown), "#ffad56"):
        assert mark["x0"] >= 5
        assert mark["x1"] <= 185.01
        assert mark["y0"] >= 21
        assert mark["y1"] <= 132.01


def test_six_hundred_notes_are_filled_together() -> None:
    answer = everything()["crowd at (190, 153)"][1]
    assert len(answer["marks"]) < 40


# --- the mouse ---


def full_pad(**changed: Any) -> dict[str, Any]:
    return model(PAD, corners=[{"name": "Beat", "clip": BEAT}] * 4, now=BEAT, **changed)


def test_the_corners_of_the_pad_are_exact() -> None:
    # Inside of the frame, and as far outside as a drag may go.
    top, bottom, left, right = 20, 105, 5, 184
    mouse = [(left, top), (right, top), (left, bottom), (right, bottom), (-80, -50), (900, 900), (left + 8, top + 8)]
    points = one(full_pad(), mouse=mouse)["points"]
    assert points == [
        {"x": 0, "y": 1}, {"x": 1, "y": 1}, {"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 0, "y": 1}, {"x": 1, "y": 0},
        {"x": 0, "y": 1},
    ]  # fmt: skip


def test_the_puck_stands_where_the_mouse_was() -> None:
    for x, y in ((60, 50), (100, 40), (150, 85)):
        (place,) = one(full_pad(), mouse=[(x, y)])["points"]
        assert 0 < place["x"] < 1
        assert 0 < place["y"] < 1
        shown = one(full_pad(**place))
        pucks = [mark for mark in shown["marks"] if mark["kind"] == "stroke" and mark["x1"] - mark["x0"] == 10]
        (puck,) = pucks
        assert (puck["x0"] + puck["x1"]) / 2 == pytest.approx(x, abs=0.01)
        assert (puck["y0"] + puck["y1"]) / 2 == pytest.approx(y, abs=0.01)


def test_what_is_under_the_mouse_on_a_pad() -> None:
    mouse = [(95, 7), (95, 60), (95, 120), (95, 146), (2, 60), (-1, 60), (95, 153), (190, 60)]
    hits = one(full_pad(), mouse=mouse)["hits"]
    assert [hit["part"] for hit in hits] == ["status", "pad", "now", "target", "none", "none", "none", "none"]
    assert hits[1] == {"part": "pad", "x": 0.5, "y": pytest.approx(0.5, abs=0.05)}


@pytest.mark.parametrize("count", range(1, 19))
def test_each_strip_is_hit_where_it_is_drawn(count: int) -> None:
    sources_shown = [{"name": "A", "clip": BEAT, "hint": ""}, {"name": "B", "clip": BEAT, "hint": ""}]
    shown = model(ROLL, sources=sources_shown, results=[result(i, count) for i in range(count)])
    cases = [{"screen": (170, 153), "model": {**shown, "chosen": i}} for i in range(count)]
    frames = [
        next(mark for mark in answer["marks"] if mark["kind"] == "stroke" and mark["x1"] - mark["x0"] > 12)
        for answer in drawn(*cases)
    ]
    middles = [((frame["x0"] + frame["x1"]) / 2, (frame["y0"] + frame["y1"]) / 2) for frame in frames]
    hits = one(shown, (170, 153), [*middles, (30, 40), (140, 40)])["hits"]
    assert hits[:count] == [{"part": "result", "index": i} for i in range(count)]
    assert hits[count:] == [{"part": "source", "index": 0}, {"part": "source", "index": 1}]


# --- the pictures ---


def test_the_pictures_of_the_faces_are_up_to_date() -> None:
    assert NODE is not None
    command = [NODE, str(ROOT / "max_for_live" / "faces.js"), "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("script", SOURCES)
def test_the_settings_have_the_bridges_ranges_and_defaults(script: str) -> None:
    for control in SOURCES[script].controls:
        setting = SETTINGS.get(getattr(control, "message", ""))
        if setting is not None and isinstance(control, sources.Control):
            assert (control.low, control.high, control.initial) == (setting.low, setting.high, setting.default)
            assert control.is_whole == setting.whole


def test_a_path_may_be_as_long_as_a_clip() -> None:
    (bars,) = (control for control in SOURCES["blend"].controls if getattr(control, "message", "") == "path_bars")
    assert isinstance(bars, sources.Control)
    assert (bars.low, bars.high) == (1, MAX_BARS)
