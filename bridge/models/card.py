"""A model's card: what a model file says about itself, as JSON inside the file under the key "sideman_card".

    {"name": "drum_vae", "kind": "drum_vae", "codec": "drum_grid", "codec_version": 1, "steps": 32,
     "steps_per_beat": 4, "classes": 9, "latent": 96,
     "inputs": {"cells": {"dtype": "float32", "shape": ["E", 32, 27]}, ...}, "outputs": {...},
     "training_data": [{"name": ..., "version": ..., "licence": ..., "sha256": ..., "citation": ...}],
     "licence": "CC-BY-4.0", "seeds": [0], "training_steps": 12000, "numbers": {"hit_f1": 0.9}, "made_by": ...}

A card comes with a file that anyone may have made: `Card.from_json` believes nothing. `numbers` are what the trainer
measured, not what the bridge did.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import NoReturn

from bridge.errors import BadFile
from bridge.models.kinds import CODECS, KINDS, Kind, Tensor

__all__ = ["MAX_CARD_BYTES", "Card", "TrainingData"]

MAX_CARD_BYTES = 64 * 1024
MAX_TEXT_CHARACTERS = 2000
MAX_ITEMS = 256
MAX_LATENT = 4096
MAX_WHOLE = 2**53
MAX_NUMBER = 1e300
MAX_NUMBER_NAME_CHARACTERS = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TrainingData:
    """A data set that the weights were made from. `sha256` is 64 hexadecimal digits, of its archive."""

    name: str
    version: str
    licence: str
    sha256: str
    citation: str


@dataclass(frozen=True, slots=True)
class Card:
    """Read a card with `from_json`, which checks it. Whoever writes one reads it back before it is shipped."""

    name: str
    """1-64 of A-Z a-z 0-9 . _ - and space: what a musician chooses the model by."""
    kind: str
    codec: str
    codec_version: int
    steps: int
    steps_per_beat: int
    classes: int
    latent: int
    """Latent numbers, 0-4096; 0 for a model that has none."""
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]
    training_data: tuple[TrainingData, ...]
    licence: str
    """Of the weights."""
    seeds: tuple[int, ...]
    training_steps: int
    numbers: Mapping[str, float]
    made_by: str
    """The command that made the model."""

    def to_json(self) -> str:
        """The inverse of `from_json`."""
        values = {key: getattr(self, key) for key in _KEYS}
        for key in ("inputs", "outputs"):
            values[key] = {name: tensor._asdict() for name, tensor in values[key].items()}
        values["training_data"] = [
            {key: getattr(data, key) for key in _TRAINING_DATA_KEYS} for data in self.training_data
        ]
        values["numbers"] = dict(self.numbers)
        return json.dumps(values, indent=1, allow_nan=False)

    @staticmethod
    def from_json(text: str, file_name: str) -> Card:
        """Raises BadFile, naming the file and the key, for a card that is no card or not of a kind in `KINDS`."""
        card = _Values(_parsed(text, file_name), "the card", file_name)
        kind = _known_kind(card, file_name)
        # Only now: the card of a newer bridge has keys that this one does not know, and its version says why.
        card.has_exactly(_KEYS)
        name = card.text("name")
        if not _NAME.fullmatch(name):
            card.wrong("name", "1 to 64 of A-Z, a-z, 0-9, dot, dash, underscore and space")
        latent = card.whole("latent", MAX_LATENT)
        for key in ("steps", "steps_per_beat", "classes"):
            expected = getattr(kind.codec, key)
            if card.whole(key) != expected:
                card.wrong(key, f"{expected}, as {kind.codec.name} {kind.codec.version} has it")
        tensors = {}
        for key, expected_tensors in zip(("inputs", "outputs"), kind.sized(latent), strict=True):
            tensors[key] = card.tensors(key)
            _compare(tensors[key], expected_tensors, f"{file_name}: the card's {key}", kind)
        return Card(
            name=name,
            kind=kind.name,
            codec=kind.codec.name,
            codec_version=kind.codec.version,
            steps=kind.codec.steps,
            steps_per_beat=kind.codec.steps_per_beat,
            classes=kind.codec.classes,
            latent=latent,
            inputs=MappingProxyType(tensors["inputs"]),
            outputs=MappingProxyType(tensors["outputs"]),
            training_data=tuple(_training_data(item) for item in card.objects("training_data")),
            licence=card.text("licence"),
            seeds=tuple(card.wholes("seeds")),
            training_steps=card.whole("training_steps"),
            numbers=MappingProxyType(card.numbers("numbers")),
            made_by=card.text("made_by"),
        )


_KEYS = tuple(field.name for field in fields(Card))
_TRAINING_DATA_KEYS = tuple(field.name for field in fields(TrainingData))


def _parsed(text: str, file_name: str) -> object:
    def no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            doubled = next(key for key in keys if keys.count(key) > 1)
            raise BadFile(f"{file_name}: the card has the key {_shown(doubled)} twice.")
        return found

    def no_constants(constant: str) -> NoReturn:
        raise BadFile(f"{file_name}: the card has the number {constant}; numbers must be finite.")

    if len(text.encode("utf-8", "surrogatepass")) > MAX_CARD_BYTES:
        raise BadFile(f"{file_name}: the card is larger than {MAX_CARD_BYTES // 1024} KB.")
    try:
        found: object = json.loads(text, object_pairs_hook=no_doubles, parse_constant=no_constants)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{file_name}: the card is not JSON ({_first_line(error)}).") from None
    return found


def _known_kind(card: _Values, file_name: str) -> Kind:
    kind_name, codec_name = card.text("kind"), card.text("codec")
    codec_version = card.whole("codec_version")
    codec = CODECS.get(codec_name)
    if codec is not None and codec.version != codec_version:
        advice = "update the bridge" if codec_version > codec.version else "export the model again"
        raise BadFile(
            f"{file_name} uses {codec_name} {codec_version}; this bridge reads {codec_name} {codec.version}: {advice}."
        )
    kind = KINDS.get(kind_name)
    if kind is None or codec is None:
        what, plays = ("kind", KINDS) if kind is None else ("codec", CODECS)
        name = kind_name if kind is None else codec_name
        raise BadFile(
            f"{file_name} is of the {what} {_shown(name)}; this bridge knows {', '.join(plays)}: update the bridge."
        )
    if kind.codec is not codec:
        raise BadFile(f"{file_name}: the card's codec must be {kind.codec.name} for a {kind.name}, not {codec_name}.")
    return kind


def _compare(found: Mapping[str, Tensor], expected: Mapping[str, Tensor], where: str, kind: Kind) -> None:
    for name in found:
        if name not in expected:
            raise BadFile(f"{where} have {_shown(name)}, which a {kind.name} does not have.")
    for name, tensor in expected.items():
        if name not in found:
            raise BadFile(f'{where} lack "{name}".')
        if found[name] != tensor:
            raise BadFile(
                f'{where}: "{name}" must be {tensor.dtype} {list(tensor.shape)}, '
                f"not {_shown(found[name].dtype)} {_shown(list(found[name].shape))}."
            )


def _training_data(item: _Values) -> TrainingData:
    item.has_exactly(_TRAINING_DATA_KEYS)
    if not _SHA256.fullmatch(item.text("sha256")):
        item.wrong("sha256", "64 hexadecimal digits in lower case")
    return TrainingData(**{key: item.text(key) for key in _TRAINING_DATA_KEYS})


class _Values:
    """A JSON object, read key by key. Every complaint names the file, the key and what belongs there."""

    def __init__(self, value: object, where: str, file_name: str) -> None:
        self._where = f"{file_name}: {where}"
        self._file_name = file_name
        if not isinstance(value, dict):
            raise BadFile(f"{self._where} must be an object, not {_shown(value)}.")
        self._values: dict[str, object] = value

    def has_exactly(self, keys: tuple[str, ...]) -> None:
        for key in self._values:
            if key not in keys:
                raise BadFile(f"{self._where} has the unknown key {_shown(key)}.")
        for key in keys:
            self._get(key)

    def wrong(self, key: str, expected: str) -> NoReturn:
        raise BadFile(f"{self._where}'s {key} must be {expected}, not {_shown(self._values[key])}.")

    def _get(self, key: str) -> object:
        if key not in self._values:
            raise BadFile(f'{self._where} lacks the key "{key}".')
        return self._values[key]

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str) or len(value) > MAX_TEXT_CHARACTERS or not value.isprintable():
            self.wrong(key, f"one line of text of at most {MAX_TEXT_CHARACTERS} characters")
        return value

    def whole(self, key: str, highest: int = MAX_WHOLE) -> int:
        value = self._get(key)
        if not _is_whole(value, highest):
            self.wrong(key, f"a whole number from 0 to {highest}")
        assert isinstance(value, int)
        return value

    def wholes(self, key: str) -> list[int]:
        value = self._get(key)
        if not isinstance(value, list) or len(value) > MAX_ITEMS or not all(_is_whole(item) for item in value):
            self.wrong(key, f"a list of at most {MAX_ITEMS} whole numbers")
        return value

    def numbers(self, key: str) -> dict[str, float]:
        value = self._get(key)
        found = {}
        if not isinstance(value, dict) or len(value) > MAX_ITEMS:
            self.wrong(key, f"an object of at most {MAX_ITEMS} numbers")
        for name, number in value.items():
            if not name.isprintable() or len(name) > MAX_NUMBER_NAME_CHARACTERS:
                raise BadFile(f"{self._where}'s {key}: {_shown(name)} is no name for a number.")
            if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= MAX_NUMBER:
                raise BadFile(f"{self._where}'s {key}: {_shown(name)} must be a finite number, not {_shown(number)}.")
            found[name] = float(number)
        return found

    def objects(self, key: str) -> list[_Values]:
        value = self._get(key)
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            self.wrong(key, f"a list of at most {MAX_ITEMS} objects")
        return [_Values(item, f"the card's {key}", self._file_name) for item in value]

    def tensors(self, key: str) -> dict[str, Tensor]:
        value = self._get(key)
        if not isinstance(value, dict):
            self.wrong(key, "an object of tensors")
        found = {}
        for name, item in value.items():
            tensor = _Values(item, f"the card's {key}: {_shown(name)}", self._file_name)
            tensor.has_exactly(Tensor._fields)
            shape = tensor._get("shape")
            if not isinstance(shape, list) or not all(isinstance(size, str) or _is_whole(size) for size in shape):
                tensor.wrong("shape", "a list of sizes and names of sizes")
            found[name] = Tensor(tensor.text("dtype"), tuple(shape))
        return found


def _is_whole(value: object, highest: int = MAX_WHOLE) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= highest


def _shown(value: object) -> str:
    """A value from the file as it may stand in a sentence: one short line."""
    try:
        text = json.dumps(value)
    except (ValueError, RecursionError):
        return "something that cannot be shown"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:100]
