"""The data sets that the shipped models are trained on: what their cards say about them."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from bridge.models.card import TrainingData
from training.data import groove_midi

__all__ = ["OPEN_LICENCES", "sha256_of", "training_data"]

CHUNK_BYTES = 1 << 20

# Name, version, licence, citation.
GROOVE = (
    "Groove MIDI Dataset, official train split", "1.0.0", "CC BY 4.0",
    "Jon Gillick, Adam Roberts, Jesse Engel, Douglas Eck, David Bamman: "
    "Learning to Groove with Inverse Sequence Transformations, ICML 2019",
)  # fmt: skip
CEOL_RINCE = (
    "Ceol Rince na hEireann MIDI corpus", "2024-05-10", "CC BY 4.0",
    "Polifonia project: folk_ngram_analysis, cre_corpus, at commit 9d8ccf9",
)  # fmt: skip
LIEDER = ("OpenScore Lieder Corpus", "2026-02-13", "CC0 1.0", "OpenScore: Lieder, at commit bca1224")
OPENEWLD = ("OpenEWLD", "2020-12-17", "MIT", "Federico Simonetta: OpenEWLD, at commit ec03cbd")

# By the whole name of the archive or of the published folder: nobody's own music is called so by chance. `Lieder` is
# a word, so of that folder the name that it has with its commit.
KNOWN = {
    "groove-v1.0.0.zip": GROOVE,
    "groove-v1.0.0-midionly.zip": GROOVE,
    "groove-v1.0.0-train-validation.zip": GROOVE,
    "ceol-rince-midi-train.tar.xz": CEOL_RINCE,
    "cre_corpus": CEOL_RINCE,
    "openscore-lieder-mxl.tar.xz": LIEDER,
    "Lieder-bca122458de6da362abe62dd6aec62e25d7759b1": LIEDER,
    "openewld-train.tar.xz": OPENEWLD,
    "OpenEWLD": OPENEWLD,
}
OPEN_LICENCES = frozenset(licence for _, _, licence, _ in KNOWN.values())
"""What is under these may be given on as CC BY 4.0, with its sources named."""
GROOVE_COLUMNS = {*groove_midi.COLUMNS, "drummer", "session", "audio_filename"}
"""Of GMD's own table. Who writes such a table for other grooves needs only those that are read."""


def training_data(paths: Sequence[Path]) -> tuple[TrainingData, ...]:
    """What the card says of each path. Of a folder that is nobody's but the user's it says so."""
    return tuple(_training_data(path) for path in paths)


def _training_data(path: Path) -> TrainingData:
    called = path.absolute().name
    known = KNOWN.get(called) or (GROOVE if _is_groove(path) else None)
    name, version, licence, citation = known or (called, "not stated", "not stated", "whoever trained the model")
    return TrainingData(name, version, licence, sha256_of(path), citation)


def _is_groove(folder: Path) -> bool:
    """Whether it is GMD unpacked, by its table, and holds nothing beside it."""
    table = groove_midi.table_in(folder) if folder.is_dir() else None
    if table is None:
        return False
    try:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            columns = next(csv.reader(lines), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    return set(columns) >= GROOVE_COLUMNS and all(file.is_relative_to(table.parent) for file in _files(folder))


def sha256_of(path: Path) -> str:
    """Of a file; of a folder, of its files' names and hashes, without hidden ones, which macOS adds and changes."""
    if path.is_file():
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest()
    lines = (f"{file.relative_to(path).as_posix()} {sha256_of(file)}\n" for file in _files(path))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """In the order of their paths, without hidden ones."""
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and not file.name.startswith("."))
