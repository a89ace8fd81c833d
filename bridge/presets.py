"""Named settings and kits from a folder of YAML files, all of them checked before the bridge listens.

    presets/*.yaml         name, about, and any of the settings, a kit's name, a model's name
    presets/kits/*.yaml    name, about, and the pads of every drum class
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bridge.checked import MAX_NAME_CHARACTERS, Reader, listed
from bridge.errors import BadFile, BadValue, Refusal, UnknownName
from bridge.music.kit import Kit
from bridge.plain_yaml import read_yaml
from bridge.settings import SETTINGS, check

__all__ = ["PRESET_KEYS", "Preset", "Presets", "read_kit"]

HEAD = {"name": MAX_NAME_CHARACTERS, "about": 200}
"""What presets and kits begin with, and how many characters it has at most."""
NAMES = ("kit", "model")
PRESET_KEYS = (*HEAD, *SETTINGS, *NAMES)


@dataclass(frozen=True, slots=True, init=False)
class Preset:
    """Settings under a name. What it does not set is left to the request.

    `settings`: the numbers that it sets, by names of `bridge.settings`. `kit` and `model` are names.
    """

    name: str
    about: str
    settings: Mapping[str, float]
    kit: str | None
    model: str | None

    def __init__(
        self, name: str, about: str, *, kit: str | None = None, model: str | None = None, **settings: float
    ) -> None:
        """Raises BadValue for a setting that is out of its range."""
        for key, value in settings.items():
            check(key, value)
        numbers = {key: int(value) if SETTINGS[key].whole else float(value) for key, value in settings.items()}
        of_self = {"name": name, "about": about, "settings": MappingProxyType(numbers), "kit": kit, "model": model}
        for key, of_key in of_self.items():
            object.__setattr__(self, key, of_key)


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
    return f"There is no {kind} {reprlib.repr(name)}: there {listed(known)}."


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


class _Reader(Reader):
    """Of one preset or kit."""

    def content(self, path: Path, keys: Iterable[str]) -> dict[str, Any]:
        """The file's keys, `name` and `about` checked, the others as they are written."""
        content = read_yaml(path, self.file, max(HEAD.values()))
        if not isinstance(content, dict):
            raise BadFile(
                f"{self.file} has no lines such as `name: tight`: write it like those that came with the bridge."
            )
        table = self.table("", content, required=tuple(HEAD), optional=tuple(keys))
        return {**table, **{key: self.text(key, table[key], most) for key, most in HEAD.items()}}

    def lacking(self, what: str, key: str) -> BadFile:
        return BadFile(f"{self.file} has no {key}: write a line `{key}: …` with 1 to {HEAD[key]} characters.")

    def pads(self, drum_class: str, written: object) -> tuple[int, ...]:
        if not isinstance(written, list):
            shown = self.shown(written)
            raise BadFile(f"{self.file}: {drum_class} is {shown}: write its pads in brackets, such as [38, 37].")
        pads = []
        for pad in map(self.number_in, written):
            if not isinstance(pad, int):
                raise BadFile(
                    f"{self.file}: {drum_class} cannot be on pad {self.shown(pad)}: "
                    "pads are whole MIDI note numbers from 0 to 127 (36 is C1 in Live)."
                )
            pads.append(pad)
        return tuple(pads)


def _preset(file: Path) -> Preset:
    reader = _Reader(file.name)
    content = reader.content(file, (*SETTINGS, *NAMES))
    names = {key: reader.text(key, content[key], MAX_NAME_CHARACTERS) for key in NAMES if key in content}
    # What is no number stays as it is, for its setting to refuse.
    settings: dict[str, Any] = {key: reader.number_in(content[key]) for key in SETTINGS if key in content}
    try:
        return Preset(content["name"], content["about"], kit=names.get("kit"), model=names.get("model"), **settings)
    except BadValue as refusal:
        raise BadFile(f"{reader.file}: {refusal}") from refusal


def read_kit(file: Path) -> Kit:
    """The kit in a YAML file. Raises BadFile."""
    reader = _Reader(f"kits/{file.name}")
    content = reader.content(file, ("pads",))
    classes = content.get("pads")
    if not isinstance(classes, dict):
        raise BadFile(
            f"{reader.file} has no pads: write `pads:`, and below it a line for each drum, as in `kick: [36, 35]`."
        )
    pads = {drum_class: reader.pads(drum_class, written) for drum_class, written in classes.items()}
    try:
        return Kit.of(content["name"], pads, content["about"])
    except Refusal as refusal:
        raise BadFile(f"{reader.file}: {refusal}") from refusal
