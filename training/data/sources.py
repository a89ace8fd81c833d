"""The data sets that the shipped models are trained on: what their cards say about them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from bridge.models.card import TrainingData

__all__ = ["sha256_of", "training_data"]

CHUNK_BYTES = 1 << 20

# By how the archive's or the folder's name begins: name, version, licence, citation.
KNOWN = {
    "groove": (
        "Groove MIDI Dataset, official train split", "1.0.0", "CC BY 4.0",
        "Jon Gillick, Adam Roberts, Jesse Engel, Douglas Eck, David Bamman: "
        "Learning to Groove with Inverse Sequence Transformations, ICML 2019",
    ),
    "ceol-rince": (
        "Ceol Rince na hEireann MIDI corpus", "2024-05-10", "CC BY 4.0",
        "Polifonia project: folk_ngram_analysis, cre_corpus, at commit 9d8ccf9",
    ),
    "openscore-lieder": (
        "OpenScore Lieder Corpus", "2026-02-13", "CC0 1.0",
        "OpenScore: Lieder, at commit bca1224",
    ),
    "openewld": (
        "OpenEWLD", "2020-12-17", "MIT",
        "Federico Simonetta: OpenEWLD, at commit ec03cbd",
    ),
}  # fmt: skip


def training_data(paths: Sequence[Path]) -> tuple[TrainingData, ...]:
    """What the card says of each path. Of a folder that is nobody's but the user's it says so."""
    return tuple(_training_data(path) for path in paths)


def _training_data(path: Path) -> TrainingData:
    for beginning, (name, version, licence, citation) in KNOWN.items():
        if path.name.startswith(beginning):
            return TrainingData(name, version, licence, sha256_of(path), citation)
    return TrainingData(path.name, "not stated", "not stated", sha256_of(path), "whoever trained the model")


def sha256_of(path: Path) -> str:
    """Of a file; of a folder, of its files' names and hashes, without hidden ones, which macOS adds and changes."""
    if path.is_file():
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest()
    lines = (
        f"{file.relative_to(path).as_posix()} {sha256_of(file)}\n"
        for file in sorted(path.rglob("*"))
        if file.is_file() and not file.name.startswith(".")
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()
