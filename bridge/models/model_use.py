"""One request's use of a model: its rows in pieces, in two lanes, until a deadline."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bridge.errors import Late, ModelFailed
from bridge.models.card import Card

__all__ = ["BATCH", "Inference", "ModelUse", "Tensors"]

Tensors = dict[str, npt.NDArray[np.generic]]

BATCH = 32
"""Rows in one run. Larger batches are no faster per row and take more memory, and between runs a deadline is kept."""


FEW_ROWS = 8
"""Fewer are not worth a second thread."""
# Two runs beside each other do not wait for one another at every operator, as two threads within one run do. 16 rows
# took 5.3 ms in place of 9.7 on two quiet cores, 10.9 in place of 9.9 with one of them busy, 12.9 in place of 17.5 with
# both.
_SECOND_LANE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="second lane")


class Inference(Protocol):
    """The narrow door to whatever computes: a session here, a process or a machine elsewhere.

    `run` is called from two threads at a time.
    """

    card: Card
    sha256: str

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]], limit_seconds: float) -> Tensors: ...


class ModelUse:
    """`deadline_seconds` is on `clock`; past it, Late is raised. `spent_seconds` adds up what the model took."""

    def __init__(
        self,
        model: Inference,
        deadline_seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._deadline_seconds = deadline_seconds
        self._clock = clock
        self.card = model.card
        self.sha256 = model.sha256
        self.spent_seconds = 0.0

    def run(
        self, rows: Mapping[str, npt.NDArray[np.generic]], same: Mapping[str, npt.NDArray[np.generic]]
    ) -> Tensors:
        """Runs the model on `rows`, whose tensors have a row for each; `same` are those that all pieces are given.

        Many rows are run in pieces, every other piece beside the one before it. Where the pieces end depends on the
        number of rows alone: the same request is always rounded alike.
        """
        number = max(len(tensor) for tensor in rows.values())
        piece_rows = number if number < FEW_ROWS else min(BATCH, -(-number // 2))
        pieces = [
            {**same, **{name: tensor[start : start + piece_rows] for name, tensor in rows.items()}}
            for start in range(0, number, piece_rows)
        ]
        started_seconds = time.perf_counter()
        beside = _SECOND_LANE.submit(self._run_all, pieces[1::2]) if len(pieces) > 1 else None
        try:
            outputs = self._run_all(pieces[::2])
        finally:
            if beside is not None:
                wait([beside])
        if beside is None:
            (joined,) = outputs
        else:
            others = beside.result()
            in_order = [(outputs, others)[i % 2][i // 2] for i in range(len(pieces))]
            joined = {name: np.concatenate([output[name] for output in in_order]) for name in in_order[0]}
        self.spent_seconds += time.perf_counter() - started_seconds
        return joined

    def _seconds_left(self) -> float:
        """Until the deadline. Raises Late."""
        if self._deadline_seconds is None:
            return math.inf
        left_seconds = self._deadline_seconds - self._clock()
        if left_seconds <= 0.0:
            raise Late("The deadline passed while the model was playing: what plays goes on playing.")
        return left_seconds

    def _run_all(self, pieces: Sequence[Tensors]) -> list[Tensors]:
        return [self._run(piece) for piece in pieces]

    def _run(self, piece: Tensors) -> Tensors:
        limit_seconds = self._seconds_left()
        try:
            return self._model.run(piece, limit_seconds)
        except ModelFailed:
            self._seconds_left()  # it was stopped because the deadline passed
            raise
