"""A data set's folder, or its archive unpacked for as long as it is read.

Nothing in an archive is trusted: only plain files with the endings asked for are written, each inside the folder, and
links, devices and file modes never.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import IO

from bridge.errors import BadFile

__all__ = ["MAX_BYTES", "MAX_FILES", "unpacked"]

MAX_BYTES = 2 * 1024**3
MAX_FILES = 20_000

Opener = Callable[[], "IO[bytes] | None"]


@contextmanager
def unpacked(path: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """The folder itself; of a .zip or .tar (.xz, .gz, .bz2) archive a folder with its files that end so.

    `endings` in small letters, as in ".mid"; capitals are the same. The folder of an archive is gone afterwards.
    Raises BadFile for a path that is neither, and for an archive that is damaged, too large, or leads outside.
    """
    if path.is_dir():
        yield path
        return
    if not path.is_file():
        raise BadFile(f"There is no folder and no archive {path}: give the one that holds your data.")
    with tempfile.TemporaryDirectory() as folder:
        try:
            _unpack(path, Path(folder), endings)
        except BadFile:
            raise
        # What broken archives raise is declared nowhere: OSError, EOFError, RuntimeError, ValueError, zlib's, lzma's.
        except Exception as error:
            raise BadFile(f"{path} cannot be unpacked ({str(error).rstrip('.')}). Pack it again.") from error
        yield Path(folder)


def _unpack(path: Path, folder: Path, endings: tuple[str, ...]) -> None:
    total_bytes = 0
    # Sizes are looked at before anything is decompressed; no more than that is read of a file, whatever it holds.
    for count, (name, size_bytes, opener) in enumerate(_members(path), 1):
        total_bytes += size_bytes
        if count > MAX_FILES or total_bytes > MAX_BYTES:
            raise BadFile(
                f"{path} holds more than {MAX_FILES:,} files or {MAX_BYTES // 1024**3} GB: "
                "unpack it yourself and give the folder."
            )
        inside = PureWindowsPath(name)  # which knows / and \ and drive letters, so that no system is led outside
        if inside.anchor or ".." in inside.parts:
            raise BadFile(f"{path} holds a file {name!r}, outside of its own folder: nothing of it is read.")
        content = opener() if name.lower().endswith(endings) else None
        if content is not None:
            target = folder.joinpath(*inside.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with content, target.open("wb") as file:
                shutil.copyfileobj(content, file)


def _members(path: Path) -> Iterator[tuple[str, int, Opener]]:
    """Name, size and opener of all that the archive holds; folders and links open as None."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                yield info.filename, info.file_size, _nothing if info.is_dir() else partial(archive.open, info)
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as tar:
            for member in tar:
                yield member.name, member.size, partial(tar.extractfile, member) if member.isfile() else _nothing
    else:
        raise BadFile(f"{path} is no zip archive and no tar archive: give a folder, a .zip or a .tar.xz.")


def _nothing() -> None:
    return None
