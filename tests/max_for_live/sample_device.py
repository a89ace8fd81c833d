"""A small device for the tests: one of each control, written as the founders write theirs."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

from max_for_live import amxd, build, sources

SCRIPT = "// A script.\ninlets = 1;\noutlets = 5;\n"

EFFECT = """\
name: Sideman Sample
kind: midi_effect
width: 300
script: sample
annotation: A device that only tests know.
screen: {at: [6, 6, 120, 157], annotation: What the device says.}
controls:
  - label: Mode
    at: [132, 6, 40, 15]
    align: right
  - parameter: Mode
    control: tab
    message: mode
    at: [176, 6, 118, 15]
    values: [Drums, Melody]
    initial: Melody
    annotation: What is played.
  - parameter: Temperature
    short: Temp
    control: dial
    message: temperature
    at: [132, 30, 41, 48]
    low: 0
    high: 2
    unit: float
    initial: 1
    annotation: How far the notes stray.
  - parameter: Pan
    control: dial
    message: pan
    at: [176, 30, 47, 36]
    low: -1
    high: 1
    unit: custom:"%.2f"
    initial: 0
    annotation: To the left or to the right.
  - {parameter: Amount, control: slider, message: amount, at: [232, 30, 62, 36], low: 0, high: 100, unit: percent,
     initial: 50, annotation: How much of it., automated: hidden}
  - {parameter: Length, control: numbox, message: bars, at: [132, 84, 60, 15], low: 1, high: 32, unit: bars, initial: 2,
     annotation: How long the clips are., automated: no}
  - {parameter: Seed, control: numbox, message: seed, at: [196, 84, 60, 15], low: 0, high: 9999, unit: int, initial: 0,
     annotation: Which of the many answers.}
  - {parameter: Preset, control: menu, message: preset, at: [132, 105, 100, 15], values: [None], filled: yes,
     annotation: Settings by their name.}
  - {parameter: Lock, control: switch, message: lock, at: [236, 105, 58, 15], text: Lock, initial: On,
     annotation: Keeps the seed.}
  - {parameter: Live Mode, short: Live, control: toggle, message: live, at: [262, 84, 12, 12],
     annotation: Replaces the notes of the clip that plays.}
  - button: Generate
    message: generate
    at: [132, 126, 162, 20]
    annotation: Writes the clips.
kept: [corners, settings]
banks:
  - [Main, Mode, Temperature, "-", Seed, Lock, Pan]
"""

TOOL = """\
name: Sideman Tool
kind: generator
width: 152
script: sample
annotation: A MIDI Tool that only tests know.
screen: {at: [6, 6, 140, 60], annotation: What the tool says.}
controls:
  - {button: Reroll, message: reroll, at: [6, 70, 140, 15], annotation: Another seed.}
"""


def source(folder: Path, text: str = EFFECT, name: str = "sample.yaml") -> sources.Source:
    """The source that is read from a file with this text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return sources.read(file)


def device(folder: Path, text: str = EFFECT, script: str = SCRIPT) -> amxd.Device:
    return build.frozen(source(folder, text), script)


Change = Callable[[dict[str, Any]], Any]


def changed(made: amxd.Device, change: Change) -> bytes:
    """The device's bytes after `change` did something to a copy of its patcher."""
    patcher = copy.deepcopy(made.patcher)
    change(patcher)
    return amxd.write(amxd.Device(made.kind, patcher, made.dependencies, made.file_name))


def box(patcher: dict[str, Any], name: str) -> dict[str, Any]:
    """The box with this scripting name, or with a text that begins so."""
    boxes = [one["box"] for one in patcher["boxes"]]
    found: dict[str, Any] = next(
        one for one in boxes if one.get("varname") == name or one.get("text", "").startswith(name)
    )
    return found


def valueof(patcher: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = box(patcher, name)["saved_attribute_attributes"]["valueof"]
    return found
