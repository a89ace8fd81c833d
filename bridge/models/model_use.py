"""One request's use of a model: its rows in pieces, in two lanes, until a deadline."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import wait

import numpy as np
import numpy.typing as npt

from bridge.errors import Late, ModelFailed
from bridge.models.door import Beside, Inference, Tensors

__all__ = ["ModelUse"]

PIECE_ROWS = 16
"""Rows in one run, about: fewer than four take longer a row; between runs a deadline is kept, and others go first."""
FEW_ROWS = 8
"""Fewer are not worth a second thread."""


class ModelUse:
    """`deadline_seconds` is on `clock`; past it, Late is raised. `spent_seconds` adds up what the model took.

    beside: what runs some of many rows at the same time, if it is free. goes_first: without it, it waits there while
    something short is being played.
    """

    def __init__(
        self,
        model: Inference,
        deadline_seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        beside: Beside | None = None,
        *,
        goes_first: bool = True,
    ) -> None:
        self._model = model
        self._beside = beside
        self._goes_first = goes_first
        self._deadline_seconds = deadline_seconds
        self._clock = clock
        self.card = model.card
        self.sha256 = model.sha256
        self.spent_seconds = 0.0

    def run(
        self, rows: Mapping[str, npt.NDArray[np.generic]], same: Mapping[str, npt.NDArray[np.generic]]
    ) -> Tensors:
        """Runs the model on `rows`, whose tensors have a row for each; `same` are those that all pieces are given.

        Many rows are run in pieces, of which whoever is beside takes some. Where the pieces end depends on the number
        of rows alone: the same request is always rounded alike.
        """
        number = max(len(tensor) for tensor in rows.values())
        # As many as can be shared evenly by two.
        count = 1 if number < FEW_ROWS else 2 * -(-number // (2 * PIECE_ROWS))
        piece_rows = max(1, -(-number // count))
        pieces = [
            {**same, **{name: tensor[start : start + piece_rows] for name, tensor in rows.items()}}
            for start in range(0, max(1, number), piece_rows)
        ]
        started_seconds = time.perf_counter()
        outputs = self._run_all(pieces) if len(pieces) > 1 else [self._run(pieces[0])]
        self.spent_seconds += time.perf_counter() - started_seconds
        if len(outputs) == 1:
            return outputs[0]
        return {name: np.concatenate([output[name] for output in outputs]) for name in outputs[0]}

    def _run_all(self, pieces: Sequence[Tensors]) -> list[Tensors]:
        # Two runs beside each other do not wait for one another at every operator, as two threads within one run do. 16
        # rows took 5.3 ms in place of 9.7 on two quiet cores, 10.9 in place of 9.9 with one of them busy, 12.9 in place
        # of 17.5 with both.
        if self._beside is None:
            self._beside = Beside()
        way = self._beside.right_of_way
        left = deque(range(len(pieces)))
        outputs: dict[int, Tensors] = {}

        def help_out() -> None:
            try:
                while left:
                    if not self._goes_first:
                        way.give(lambda: not left)
                    run_next()
            except BaseException:
                left.clear()  # the other one need not go on
                raise

        def run_next() -> None:
            try:
                index = left.popleft()
            except IndexError:  # the other one took the last
                return
            outputs[index] = self._run(pieces[index])

        helper = self._beside.begin(help_out)
        try:
            while left:
                run_next()
        finally:
            left.clear()
            way.wake()
            if helper is not None:
                wait([helper])
        if helper is not None:
            helper.result()
        return [outputs[index] for index in range(len(pieces))]

    def _seconds_left(self) -> float:
        """Until the deadline. Raises Late."""
        if self._deadline_seconds is None:
            return math.inf
        left_seconds = self._deadline_seconds - self._clock()
        if left_seconds <= 0.0:
            raise Late("The deadline passed while the model was playing: what plays goes on playing.")
        return left_seconds

    def _run(self, piece: Tensors) -> Tensors:
        limit_seconds = self._seconds_left()
        try:
            return self._model.run(piece, limit_seconds)
        except ModelFailed:
            self._seconds_left()  # it was stopped because the deadline passed
            raise
