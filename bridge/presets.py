"""Named settings and kits from a folder of YAML files, all of them checked before the bridge listens.

    presets/*.yaml         name, about, and any of the settings, a kit's name, a model's name
    presets/kits/*.yaml    name, about, and the pads of every drum class
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bridge.errors import BadFile, BadValue, Refusal, UnknownName
from bridge.music.kit import Kit
from bridge.plain_yaml import read_yaml
from bridge.settings import SETTINGS, check

__all__ = ["MAX_NAME_CHARACTERS", "Preset", "Presets", "read_kit"]

MAX_NAME_CHARACTERS = 40
MAX_TEXT_CHARACTERS = 200
KIT_KEYS = ("name", "about", "pads")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings under a name. What is None is left to the request. Raises BadValue.

    The ranges are those of `bridge.settings`. `kit` and `model` are names.
    """

    name: str
    about: str
    temperature: float | None = None
    density: float | None = None
    humanise: float | None = None
    amount: float | None = None
    bars: int | None = None
    variations: int | None = None
    steps: int | None = None
    grid: int | None = None
    kit: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        for key in PRESET_KEYS:
            value = getattr(self, key)
            if key in SETTINGS and value is not None:
                check(key, value)
                object.__setattr__(self, key, int(value) if SETTINGS[key].whole else float(value))

    @property
    def settings(self) -> dict[str, float]:
        """The numbers that it sets, by the setting's name."""
        values = {name: getattr(self, name, None) for name in SETTINGS}
        return {name: value for name, value in values.items() if value is not None}


PRESET_KEYS = tuple(field.name for field in fields(Preset))


@dataclass(frozen=True, slots=True)
class Presets:
    """All presets and kits of a folder, by name."""

    presets: Mapping[str, Preset]
    kits: Mapping[str, Kit]

    @classmethod
    def load(cls, folder: Path, kits_folder: Path | None = None) -> Presets:
        """Reads every `*.yaml` in the folder, and in its folder `kits` or another one. Raises BadFile, naming the file.
        """
        if not folder.is_dir():
            raise BadFile(f"There is no folder {folder}: name the folder that holds your presets.")
        kits: dict[str, Kit] = {}
        for file in _yaml_files(kits_folder or folder / "kits"):
            kit = read_kit(file)
            _refuse_second(f"kits/{file.name}", kit.name, kits)
            kits[kit.name] = kit
        presets: dict[str, Preset] = {}
        for file in _yaml_files(folder):
            preset = _preset(file)
            _refuse_second(file.name, preset.name, presets)
            if preset.kit is not None and preset.kit not in kits:
                raise BadFile(f"{file.name}: {_unknown('kit', preset.kit, kits)}")
            presets[preset.name] = preset
        return cls(presets, kits)

    def preset(self, name: str) -> Preset:
        """Raises UnknownName."""
        if name not in self.presets:
            raise UnknownName(_unknown("preset", name, self.presets))
        return self.presets[name]

    def kit(self, name: str) -> Kit:
        """Raises UnknownName."""
        if name not in self.kits:
            raise UnknownName(_unknown("kit", name, self.kits))
        return self.kits[name]


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    return f"There is no {kind} {reprlib.repr(name)}: there {_listed(known)}."


def _listed(names: Iterable[str]) -> str:
    names = sorted(names)
    if not names:
        return "are none"
    return f"is {names[0]}" if len(names) == 1 else f"are {', '.join(names[:-1])} and {names[-1]}"


def _refuse_second(file: str, name: str, known: Iterable[str]) -> None:
    if name in known:
        raise BadFile(f"{file}: another file has the name {name} as well. Give this one a name of its own.")


def _yaml_files(folder: Path) -> list[Path]:
    """In the order of their names, without those that macOS hides (`._tight.yaml` beside `tight.yaml`)."""
    if not folder.is_dir():
        return []
    try:
        return sorted(file for file in folder.iterdir() if file.suffix == ".yaml" and not file.name.startswith("."))
    except OSError as error:
        raise BadFile(f"The folder {folder} cannot be read ({error.strerror or error}).") from error


def _preset(file: Path) -> Preset:
    shown = file.name
    content = _content(file, shown, PRESET_KEYS)
    values: dict[str, Any] = {
        "name": _text(shown, content, "name", MAX_NAME_CHARACTERS),
        "about": _text(shown, content, "about", MAX_TEXT_CHARACTERS),
    }
    for key in PRESET_KEYS[len(values) :]:
        if key in content:
            values[key] = _number(content[key]) if key in SETTINGS else _text(shown, content, key, MAX_NAME_CHARACTERS)
    try:
        return Preset(**values)
    except BadValue as refusal:
        raise BadFile(f"{shown}: {refusal}") from refusal


def read_kit(file: Path) -> Kit:
    """The kit in a YAML file. Raises BadFile."""
    shown = f"kits/{file.name}"
    content = _content(file, shown, KIT_KEYS)
    name = _text(shown, content, "name", MAX_NAME_CHARACTERS)
    about = _text(shown, content, "about", MAX_TEXT_CHARACTERS)
    classes = content.get("pads")
    if not isinstance(classes, dict):
        raise BadFile(f"{shown} has no pads: write `pads:`, and below it a line for each drum, as in `kick: [36, 35]`.")
    pads = {drum_class: _pads(shown, drum_class, written) for drum_class, written in classes.items()}
    try:
        return Kit.of(name, pads, about)
    except Refusal as refusal:
        raise BadFile(f"{shown}: {refusal}") from refusal


def _pads(file: str, drum_class: str, written: object) -> tuple[int, ...]:
    if not isinstance(written, list):
        raise BadFile(f"{file}: {drum_class} is {reprlib.repr(written)}: write its pads in brackets, such as [38, 37].")
    pads = []
    for text in written:
        pad = _number(text)
        if not isinstance(pad, int):
            raise BadFile(
                f"{file}: {drum_class} cannot be on pad {reprlib.repr(pad)}: "
                "pads are whole MIDI note numbers from 0 to 127 (36 is C1 in Live)."
            )
        pads.append(pad)
    return tuple(pads)


def _text(file: str, content: Mapping[str, object], key: str, most: int) -> str:
    if key not in content:
        raise BadFile(f"{file} has no {key}: write a line `{key}: …` with 1 to {most} characters.")
    text = content[key]
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= most or not text.strip().isprintable():
        raise BadFile(
            f"{file}: {key} cannot be {reprlib.repr(text)}: "
            f"write 1 to {most} letters, digits, signs or spaces on one line."
        )
    return text.strip()


def _number(written: object) -> object:
    """The number that a text is, an int where it is whole; anything else as it came, for a check to refuse."""
    if not isinstance(written, str) or not _NUMBER.fullmatch(written):
        return written
    number = float(written)
    return int(number) if number.is_integer() else number


def _content(file: Path, shown: str, keys: Iterable[str]) -> dict[str, object]:
    """The file's keys, all of them known, with texts, lists and further keys as they are written. Raises BadFile."""
    content = read_yaml(file, shown, MAX_TEXT_CHARACTERS)
    if not isinstance(content, dict):
        raise BadFile(f"{shown} has no lines such as `name: tight`: write it like those that came with the bridge.")
    for key in content:
        if key not in keys:
            raise BadFile(f"{shown} has the key {reprlib.repr(key)}, which means nothing here: there {_listed(keys)}.")
    return content
