"""Many windows, as many at a time as fit into memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["chunks"]

Ints = npt.NDArray[np.int64]


def chunks(which: Ints, most: int = 64) -> list[Ints]:
    """Equal parts of at most `most`, none of them empty."""
    return np.array_split(which, -(-len(which) // most)) if len(which) else []
