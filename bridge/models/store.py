"""The folder of models: every .onnx file in it is a model, from the moment it lies there.

A file that cannot be used is skipped with a sentence that names it. What is in the folder decides, now and after a
restart alike: of two files with a model of one name the first by file name counts, and a file that is replaced by a
broken one is gone.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bridge.errors import BadFile, UnknownName
from bridge.models import onnx_file
from bridge.models.engine import Engine, LoadedModel
from bridge.models.probe import probe
from bridge.models.shipped import SHIPPED

__all__ = ["Look", "Store"]

_Stamp = tuple[int, int]
"""When the file was changed, in nanoseconds, and its size: another stamp, perhaps another content."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is new since the look before: names of models, and a sentence for each file that is now skipped."""

    loaded: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was read, and what came of it: a model or a sentence."""

    stamp: _Stamp | None
    """None: the file could not be read just then, and is tried again at every look."""
    model: LoadedModel | None = None
    sentence: str = ""


class Store:
    """`load_all` once, then `refresh` from time to time in any one thread; everything else at any time in any."""

    def __init__(
        self,
        folder: Path,
        engine: Engine | None = None,
        probe: Callable[[Mapping[str, bytes]], Mapping[str, str]] = probe,
    ) -> None:
        """`probe` tries files that nobody knows somewhere else, and returns a sentence for each that failed."""
        self._folder = folder
        self._engine = engine or Engine()
        self._probe = probe
        self._looking = threading.Lock()
        self._files: dict[str, _File] = {}
        self._settling: dict[str, _Stamp] = {}
        self._sentences: dict[str, str] = {}
        self._models: Mapping[str, LoadedModel] = MappingProxyType({})

    @property
    def models(self) -> Mapping[str, LoadedModel]:
        """Every model by its name, in the order of the names. A snapshot: a later look makes a new one."""
        return self._models

    def model(self, name: str) -> LoadedModel:
        """Raises UnknownName. A model that is taken goes on working when its file is removed."""
        models = self._models
        if name not in models:
            shown = ascii(name[:64])[1:-1]
            raise UnknownName(f'There is no model "{shown}". There {_list(models)}.')
        return models[name]

    def default(self, kind: str) -> LoadedModel:
        """The model that is named like its kind, else the first by name, so that a file which a musician drops into
        the folder changes no sound that is playing. Raises UnknownName.
        """
        models = self._models
        names = [name for name, model in models.items() if model.card.kind == kind]
        if not names:
            raise UnknownName(f"There is no model that plays this (a {kind}). There {_list(models)}.")
        return models[kind if kind in names else names[0]]

    def load_all(self) -> Look:
        """Raises BadFile, with the reason for each file, if there is no model."""
        look = self._look(settled=True)
        if not self._models:
            reasons = " ".join(self._sentences.values()) or "There is no .onnx file in it."
            raise BadFile(f"No model could be loaded from {self._folder}. {reasons}")
        return look

    def refresh(self) -> Look:
        """Takes in what was added, changed or removed. A file that still changes from look to look is left for the
        next one: it is being copied.
        """
        return self._look(settled=False)

    def _look(self, *, settled: bool) -> Look:
        with self._looking:
            try:
                stamps = self._stamps()
            except OSError as error:
                # A drive that is gone for a moment takes no model off the stage.
                return self._publish({"": f"The folder {self._folder} cannot be read: {_reason(error)}."})
            self._files = {name: file for name, file in self._files.items() if name in stamps}
            due = {
                name: stamp
                for name, stamp in stamps.items()
                if (name not in self._files or self._files[name].stamp != stamp)
                and (settled or self._settling.get(name) == stamp)
            }
            self._settling = stamps
            self._load(due)
            return self._publish({})

    def _stamps(self) -> dict[str, _Stamp]:
        """Every .onnx file, by file name, in their order. Hidden ones are not meant: macOS leaves ._x beside x."""
        stamps = {}
        with os.scandir(self._folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.lower().endswith(".onnx") and not entry.name.startswith("."):
                    stamp = _stamp(entry.path)
                    if stamp is not None:
                        stamps[entry.name] = stamp
        return stamps

    def _load(self, due: Mapping[str, _Stamp]) -> None:
        contents: dict[str, bytes] = {}
        for name, stamp in due.items():
            shown = onnx_file.shown_name(Path(name))
            known = self._files.get(name)
            try:
                data = onnx_file.read(self._folder / name, self._folder)
                if known is not None and known.model and known.model.sha256 == _sha256(data):
                    self._files[name] = _File(stamp, known.model)
                    continue
                self._engine.check(data, shown)
                contents[name] = data
            except OSError as error:
                self._files[name] = _File(None, sentence=f"{shown} cannot be read: {_reason(error)}.")
            except BadFile as refusal:
                self._files[name] = _File(stamp, sentence=str(refusal))
        unknown = {name: data for name, data in contents.items() if _sha256(data) not in SHIPPED}
        failed = self._probe(unknown) if unknown else {}
        for name, data in contents.items():
            try:
                if name in failed:
                    raise BadFile(failed[name])
                self._files[name] = _File(due[name], self._engine.load(data, onnx_file.shown_name(Path(name))))
            except BadFile as refusal:
                self._files[name] = _File(due[name], sentence=str(refusal))

    def _publish(self, sentences: dict[str, str]) -> Look:
        holders: dict[str, str] = {}
        models: dict[str, LoadedModel] = {}
        for file_name in sorted(self._files):
            file = self._files[file_name]
            if file.model is None:
                sentences[file_name] = file.sentence
                continue
            name = file.model.card.name
            if name in holders:
                shown = onnx_file.shown_name(Path(file_name))
                holder = onnx_file.shown_name(Path(holders[name]))
                sentences[file_name] = f"{shown} is skipped: its model has the name {name}, as that of {holder}."
                continue
            holders[name] = file_name
            models[name] = file.model
        before, self._models = self._models, MappingProxyType(dict(sorted(models.items())))
        look = Look(
            loaded=tuple(name for name, model in self._models.items() if before.get(name) is not model),
            removed=tuple(name for name in before if name not in self._models),
            skipped=tuple(text for key, text in sentences.items() if self._sentences.get(key) != text),
        )
        self._sentences = sentences
        return look


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _stamp(path: str) -> _Stamp | None:
    # Not the entry's own, which Windows does not keep up to date while a file is written; of a broken link, the link's.
    for look in (os.stat, os.lstat):
        try:
            found = look(path)
        except OSError:
            continue
        return found.st_mtime_ns, found.st_size
    return None


def _list(models: Mapping[str, LoadedModel]) -> str:
    return f"{'is' if len(models) == 1 else 'are'}: {', '.join(models)}" if models else "are none"


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
