"""A model's card: what a model file says about itself, as JSON inside the file under the key "sideman_card".

    {"name": "drum_vae", "kind": "drum_vae", "codec": "drum_grid", "codec_version": 1, "steps": 32,
     "steps_per_beat": 4, "classes": 9, "latent": 96,
     "inputs": {"cells": {"dtype": "float32", "shape": ["E", 32, 27]}, ...}, "outputs": {...},
     "playing": {"fullness": [0.03, 0.72, ...], "way": 0.45, ...},
     "training_data": [{"name": ..., "version": ..., "licence": ..., "sha256": ..., "citation": ...}],
     "licence": "CC-BY-4.0", "seeds": [0], "training_steps": 12000, "numbers": {"hit_f1": 0.9}, "made_by": ...}

A card comes with a file that anyone may have made: `Card.from_json` believes nothing. `numbers` are what the trainer
measured, not what the bridge did. By `playing` the model is played; no other model's facts would do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, NoReturn

from bridge.checked import Reader
from bridge.errors import BadFile
from bridge.models.kinds import CODECS, KINDS, Kind, Tensor

__all__ = ["MAX_CARD_BYTES", "Card", "Playing", "TrainingData"]

Playing = Mapping[str, float | tuple[float, ...]]
"""The facts that a kind names, by their names."""

MAX_CARD_BYTES = 64 * 1024
MAX_TEXT_CHARACTERS = 2000
MAX_ITEMS = 256
MAX_LATENT = 4096
MAX_WHOLE = 2**53
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
    playing: Playing
    """Of a kind that names no facts it is empty, and not in the JSON."""
    training_data: tuple[TrainingData, ...]
    licence: str
    """Of the weights."""
    seeds: tuple[int, ...]
    training_steps: int
    numbers: Mapping[str, float]
    made_by: str
    """The command that made the model."""

    def fact(self, name: str) -> float:
        """A fact of `playing` that is one number."""
        number = self.playing[name]
        assert not isinstance(number, tuple)
        return number

    def facts(self, name: str) -> tuple[float, ...]:
        """One that is several."""
        numbers = self.playing[name]
        assert isinstance(numbers, tuple)
        return numbers

    def to_json(self) -> str:
        """The inverse of `from_json`."""
        values = {key: getattr(self, key) for key in _KEYS}
        for key in ("inputs", "outputs"):
            values[key] = {name: tensor._asdict() for name, tensor in values[key].items()}
        values["training_data"] = [
            {key: getattr(data, key) for key in _TRAINING_DATA_KEYS} for data in self.training_data
        ]
        values["numbers"] = dict(self.numbers)
        values["playing"] = dict(self.playing)
        if not self.playing:
            del values["playing"]
        return json.dumps(values, indent=1, allow_nan=False)

    @staticmethod
    def from_json(text: str, file_name: str) -> Card:
        """Raises BadFile, naming the file and the key, for a card that is no card or not of a kind in `KINDS`."""
        reader = _Reader(file_name)
        card = reader.table("the card", reader.parsed(text), ("kind", "codec", "codec_version"), None)
        kind = reader.kind(card)
        # Only now: the card of a newer bridge has keys that this one does not know, and its version says why.
        if kind.playing and "playing" not in card:
            facts = f"by what it is played ({', '.join(kind.playing)})"
            raise BadFile(f'{file_name}: the card lacks the key "playing", {facts}: export the model again.')
        reader.table("the card", card, [key for key in _KEYS if key != "playing" or kind.playing])
        of = {key: (f"the card's {key}", value) for key, value in card.items()}
        name = reader.line(*of["name"])
        if not _NAME.fullmatch(name):
            raise reader.wrong(*of["name"], "1 to 64 of A-Z, a-z, 0-9, dot, dash, underscore and space")
        latent = reader.whole(*of["latent"], 0, MAX_LATENT)
        for key in ("steps", "steps_per_beat", "classes"):
            expected = getattr(kind.codec, key)
            if reader.whole(*of[key], 0, MAX_WHOLE) != expected:
                raise reader.wrong(*of[key], f"{expected}, as {kind.codec.name} {kind.codec.version} has it")
        inputs, outputs = kind.sized(latent)
        return Card(
            name=name,
            kind=kind.name,
            codec=kind.codec.name,
            codec_version=kind.codec.version,
            steps=kind.codec.steps,
            steps_per_beat=kind.codec.steps_per_beat,
            classes=kind.codec.classes,
            latent=latent,
            inputs=reader.tensors(*of["inputs"], inputs, kind),
            outputs=reader.tensors(*of["outputs"], outputs, kind),
            playing=reader.playing(*of["playing"], kind) if kind.playing else MappingProxyType({}),
            training_data=reader.training_data(*of["training_data"]),
            licence=reader.line(*of["licence"]),
            seeds=reader.wholes(*of["seeds"]),
            training_steps=reader.whole(*of["training_steps"], 0, MAX_WHOLE),
            numbers=reader.numbers(*of["numbers"]),
            made_by=reader.line(*of["made_by"]),
        )


_KEYS = tuple(field.name for field in fields(Card))
_TRAINING_DATA_KEYS = tuple(field.name for field in fields(TrainingData))


class _Reader(Reader):
    """Of JSON, in which numbers are no texts, and a text is one line, also an empty one."""

    any_number = "a finite number"

    def table(
        self, what: str, content: object, required: Sequence[str] = (), optional: Sequence[str] | None = ()
    ) -> dict[str, Any]:
        if not isinstance(content, dict):
            raise self.wrong(what, content, "an object")
        return super().table(what, content, required, optional)

    def parsed(self, text: str) -> object:
        def no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
            found = dict(pairs)
            if len(found) < len(pairs):
                keys = [key for key, _ in pairs]
                doubled = next(key for key in keys if keys.count(key) > 1)
                raise BadFile(f"{self.file}: the card has the key {self.shown(doubled)} twice.")
            return found

        def no_constants(constant: str) -> NoReturn:
            raise BadFile(f"{self.file}: the card has the number {constant}; numbers must be finite.")

        if len(text.encode("utf-8", "surrogatepass")) > MAX_CARD_BYTES:
            raise BadFile(f"{self.file}: the card is larger than {MAX_CARD_BYTES // 1024} KB.")
        try:
            found: object = json.loads(text, object_pairs_hook=no_doubles, parse_constant=no_constants)
        except (ValueError, RecursionError) as error:
            raise BadFile(f"{self.file}: the card is not JSON ({_first_line(error)}).") from None
        return found

    def line(self, what: str, content: object) -> str:
        if not isinstance(content, str) or len(content) > MAX_TEXT_CHARACTERS or not content.isprintable():
            raise self.wrong(what, content, f"one line of text of at most {MAX_TEXT_CHARACTERS} characters")
        return content

    def kind(self, card: Mapping[str, object]) -> Kind:
        kind_name, codec_name = (self.line(f"the card's {key}", card[key]) for key in ("kind", "codec"))
        version = self.whole("the card's codec_version", card["codec_version"], 0, MAX_WHOLE)
        codec, kind = CODECS.get(codec_name), KINDS.get(kind_name)
        if codec is not None and codec.version != version:
            advice = "update the bridge" if version > codec.version else "export the model again"
            reads = f"this bridge reads {codec_name} {codec.version}"
            raise BadFile(f"{self.file} uses {codec_name} {version}; {reads}: {advice}.")
        if kind is None or codec is None:
            what, name, plays = ("kind", kind_name, KINDS) if kind is None else ("codec", codec_name, CODECS)
            known = f"this bridge knows {', '.join(plays)}"
            raise BadFile(f"{self.file} is of the {what} {self.shown(name)}; {known}: update the bridge.")
        if kind.codec is not codec:
            raise self.wrong("the card's codec", codec_name, f"{kind.codec.name} for a {kind.name}")
        return kind

    def tensors(self, what: str, content: object, expected: Mapping[str, Tensor], kind: Kind) -> Mapping[str, Tensor]:
        """Those that a model of this kind has, and no others."""
        if not isinstance(content, dict):
            raise self.wrong(what, content, "an object of tensors")
        for name in content:
            if name not in expected:
                raise BadFile(f"{self.file}: {what} have {self.shown(name)}, which a {kind.name} does not have.")
        for name, tensor in expected.items():
            if name not in content:
                raise BadFile(f'{self.file}: {what} lack "{name}".')
            # As it is written, where true is not 1.
            written = self.shown(tensor._asdict())
            if self.shown(content[name]) != written:
                raise self.wrong(f'{what}: "{name}"', content[name], written)
        return MappingProxyType(dict(expected))

    def playing(self, what: str, content: object, kind: Kind) -> Playing:
        table = self.table(what, content, tuple(kind.playing))
        found: dict[str, float | tuple[float, ...]] = {}
        for name, fact in kind.playing.items():
            of = f"{what}: {name}"
            if fact.numbers == 1:
                found[name] = self.number(of, table[name], fact.low, fact.high)
                continue
            numbers = tuple(self.number(of, item, fact.low, fact.high) for item in self.items(of, table[name]))
            if len(numbers) != fact.numbers or list(numbers) != sorted(numbers):
                raise self.wrong(of, table[name], f"{fact.numbers} numbers, none below the one before it")
            found[name] = numbers
        return MappingProxyType(found)

    def training_data(self, what: str, content: object) -> tuple[TrainingData, ...]:
        found = []
        for item in self.items(what, content, MAX_ITEMS):
            table = self.table(what, item, _TRAINING_DATA_KEYS)
            data = TrainingData(**{key: self.line(f"{what}: {key}", table[key]) for key in _TRAINING_DATA_KEYS})
            if not _SHA256.fullmatch(data.sha256):
                raise self.wrong(f"{what}: sha256", data.sha256, "64 hexadecimal digits in lower case")
            found.append(data)
        return tuple(found)

    def wholes(self, what: str, content: object) -> tuple[int, ...]:
        return tuple(self.whole(what, item, 0, MAX_WHOLE) for item in self.items(what, content, MAX_ITEMS))

    def numbers(self, what: str, content: object) -> Mapping[str, float]:
        table = self.table(what, content, optional=None)
        if len(table) > MAX_ITEMS:
            raise self.wrong(what, content, f"an object of at most {MAX_ITEMS} numbers")
        found = {}
        for name, value in table.items():
            if not name.isprintable() or len(name) > MAX_NUMBER_NAME_CHARACTERS:
                raise BadFile(f"{self.file}: {what}: {self.shown(name)} is no name for a number.")
            found[name] = self.number(f"{what}: {self.shown(name)}", value)
        return MappingProxyType(found)

    # How JSON is written, and what it is called.

    def wrong(self, what: str, content: object, expected: str) -> BadFile:
        return BadFile(f"{self.file}: {what} must be {expected}, not {self.shown(content)}.")

    def lacking(self, what: str, key: str) -> BadFile:
        return BadFile(f'{self.file}: {what} lacks the key "{key}".')

    def shown(self, content: object) -> str:
        try:
            text = json.dumps(content, sort_keys=True)
        except (ValueError, RecursionError):
            return "something that cannot be shown"
        return text if len(text) <= 60 else f"{text[:57]}..."

    def number_in(self, content: object) -> object:
        return content


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:100]
