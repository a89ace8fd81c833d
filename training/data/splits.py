"""The parts that a data set is split into, and how one that says nothing of splits is split: by names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

__all__ = ["SPLITS", "WHOLE", "of_split"]

SPLITS = ("train", "validation", "test", "all")
WHOLE = ("test", "all")
"""Those that are all of it, where the data says nothing of splits: a test set is then what somebody kept back."""
VALIDATION_SHARE = 0.1

Part = TypeVar("Part")


def of_split(parts: Sequence[Part], name_of: Callable[[Part], str], split: str) -> list[Part]:
    """The parts in `split`, one of SPLITS. Parts of one name are always together.

    Validation has the names of the lowest tenth of shares; of a few names one, and of more at most every fifth. Of one
    name alone all is for training and nothing for validation.
    """
    if split in WHOLE:
        return list(parts)
    names = sorted({name_of(part) for part in parts}, key=_share)
    kept_back = sum(_share(name) < VALIDATION_SHARE for name in names)
    most = max(1, len(names) // 5) if len(names) > 1 else 0
    validation = set(names[: min(max(1, kept_back), most)])
    return [part for part in parts if (name_of(part) in validation) == (split == "validation")]


def _share(name: str) -> float:
    """0 to 1, as good as drawn by chance: by the name's SHA-256, the same on every computer and in every year."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:6], "big") / 2**48
