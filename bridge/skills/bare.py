"""What would be as good as silence is played again, livelier: who asks for music does not ask for a rest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["LIVELIER_NATS", "TRIES", "until_heard"]

FEWEST_NOTES = 2
TRIES = 5
LIVELIER_NATS = 1.6
"""Added to the odds of a note to begin, at each try."""

Ints = npt.NDArray[np.int64]


def until_heard(bars: int, begun: Callable[[], Ints], play_again: Callable[[Ints], None]) -> None:
    """`begun`: how many notes begin in each variation; `play_again`: plays these, with notes LIVELIER_NATS likelier.

    A single bar may be bare: singers rest or hold a note so long. After TRIES times the others may be, too.
    """
    for _ in range(TRIES if bars > 1 else 0):
        bare = np.flatnonzero(begun() < FEWEST_NOTES)
        if not len(bare):
            return
        play_again(bare)
