"""What the terminal shows and where its files go: shared by `ask` and the demo."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from bridge.errors import BadFile
from bridge.music.clip import Clip

__all__ = ["described", "free_path", "make_folder"]


def described(clip: Clip) -> str:
    """`2 bars of 4/4, 31 notes`"""
    bars = "1 bar" if clip.bars == 1 else f"{clip.bars} bars"
    notes = "1 note" if len(clip.notes) == 1 else f"{len(clip.notes)} notes"
    return f"{bars} of {clip.meter}, {notes}"


def make_folder(folder: Path) -> None:
    """Makes the folder and those above it where they are missing. Raises BadFile."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(f"The folder {folder} cannot be made ({error.strerror or error}): choose another.") from error


def free_path(folder: Path, name: str) -> Path:
    """`folder/name.mid`, or with the first number behind the name under which no file is there yet."""
    return next(
        path
        for number in count(1)
        if not (path := folder / (f"{name}.mid" if number == 1 else f"{name} ({number}).mid")).exists()
    )
