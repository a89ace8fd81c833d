"""What would be as good as silence is played again, livelier: who asks for music does not ask for a rest."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["FEWEST_NOTES", "LIVELIER_NATS", "LONGEST_LULL_BARS", "TRIES", "lulls", "until_heard"]

FEWEST_NOTES = 2
TRIES = 10
LIVELIER_NATS = 0.8
"""Added to the odds of a note to begin, at each try."""
LONGEST_LULL_BARS = 2

Bools = npt.NDArray[np.bool_]


def until_heard(bare: Callable[[], Bools], play_again: Callable[[Bools, int], None]) -> None:
    """`bare` says what there is too little in; `play_again` plays that, with notes LIVELIER_NATS likelier, and is told
    which attempt it is, from 1 on. After TRIES attempts all stays as it is.
    """
    for attempt in range(1, TRIES + 1):
        found = bare()
        if not found.any():
            return
        play_again(found, attempt)


def lulls(onsets: Bools, bar_steps: int, longest_steps: int, fewest_notes: int) -> Bools:
    """Where notes should be likelier, so that what was played does not die away: onsets [N, steps] -> [N, steps].

    Everywhere in rows of fewer than `fewest_notes` onsets. In others from the first stretch on that has none for more
    than `longest_steps`, but for its first bar: what is before it stays the very same. A model that hears its own rests
    takes them for the way this melody goes; so the rest of the row is meant, and not the stretch alone.
    """
    found = np.zeros_like(onsets)
    steps = onsets.shape[1]
    for row, begun in enumerate(onsets):
        at = np.flatnonzero(begun)
        if len(at) < fewest_notes:
            found[row] = True
            continue
        dies = (step for step, after in pairwise([0, *at, steps]) if after - step > longest_steps)
        found[row, next(dies, steps) + bar_steps :] = True
    return found
