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
script: sample
annotation: A device that only tests know.
screen: {width: 120, annotation: What the device says.}
columns:
  - controls:
      - parameter: Mode
        control: tab
        message: mode
        values: [Drums, Melody]
        initial: Melody
        annotation: What is played.
      - parameter: Temperature
        short: Temp
        control: dial
        message: temperature
        low: 0
        high: 2
        unit: float
        initial: 1
        annotation: How far the notes stray.
      - parameter: Pan
        control: dial
        message: pan
        low: -1
        high: 1
        unit: custom:"%.2f"
        initial: 0
        annotation: To the left or to the right.
      - {parameter: Amount, control: slider, message: amount, low: 0, high: 100, unit: percent,
         initial: 50, annotation: How much of it., automated: hidden}
  - labels: yes
    controls:
      - {parameter: Length, control: numbox, message: bars, low: 1, high: 32, unit: bars, initial: 2,
         annotation: How long the clips are., automated: no}
      - {parameter: Seed, control: numbox, message: seed, low: 0, high: 9999, unit: int, initial: 0,
         annotation: Which of the many answers., size: half}
      - {parameter: Lock, control: switch, message: lock, text: Lock, initial: On,
         annotation: Keeps the seed.}
      - {parameter: Preset, control: menu, message: preset, values: [None], filled: yes,
         annotation: Settings by their name.}
      - {parameter: Live Mode, short: Live, control: toggle, message: live,
         annotation: Replaces the notes of the clip that plays.}
      - button: Generate
        message: generate
        size: large
        annotation: Writes the clips.
kept: [corners, settings]
banks:
  - [Main, Mode, Temperature, "-", Seed, Lock, Pan]
"""

TOOL = """\
name: Sideman Tool
kind: generator
script: sample
annotation: A MIDI Tool that only tests know.
screen: {annotation: What the tool says.}
columns:
  - controls:
      - {button: Reroll, message: reroll, annotation: Another seed.}
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
