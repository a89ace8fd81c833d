"""The narrow door to whatever computes, arrays in and arrays out: a session in this process, or a process elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from bridge.models.card import Card

__all__ = ["Beside", "Inference", "Tensors"]

Tensors = dict[str, npt.NDArray[np.generic]]
T = TypeVar("T")


class Inference(Protocol):
    """A model that can be run. `run` is called from several threads at a time.

    Inputs and outputs are as the card says. `run` raises ModelFailed where the model does not answer within
    `limit_seconds`, or not as its card says.
    """

    card: Card
    sha256: str

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]], limit_seconds: float) -> Tensors: ...


class Beside:
    """A second pair of hands: one thread, for whoever finds it free. Its thread begins with the first work."""

    def __init__(self) -> None:
        self._free = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="second lane")

    def begin(self, work: Callable[[], T]) -> Future[T] | None:
        """Starts the work beside this thread; None where the hands are full: nobody waits for them."""
        if not self._free.acquire(blocking=False):
            return None
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._free.release())
        return future
