"""The narrow door to whatever computes, arrays in and arrays out: a session in this process, or a process elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bridge.models.card import Card

__all__ = ["Beside", "Inference", "RightOfWay", "Tensors"]

Tensors = dict[str, npt.NDArray[np.generic]]


class Inference(Protocol):
    """A model that can be run. `run` is called from several threads at a time.

    Inputs and outputs are as the card says. `run` raises ModelFailed where the model does not answer within
    `limit_seconds`, or not as its card says.
    """

    card: Card
    sha256: str

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]], limit_seconds: float) -> Tensors: ...


class RightOfWay:
    """What is short goes first: while some of it is being played, whoever helps with what is long waits between runs.

    An operating system gives three threads on two cores a turn each, so that a bar that takes 6 ms alone took 25 beside
    a grid. Priorities are no way out: a thread of low priority may hold Python's lock while Live has the cores.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._short = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        with self._changed:
            self._short += 1
        try:
            yield
        finally:
            with self._changed:
                self._short -= 1
                self._changed.notify_all()

    def give(self, is_over: Callable[[], bool]) -> None:
        """Waits until nothing short is being played, or `is_over`: whoever ends it says so with `wake`."""
        if self._short:
            with self._changed:
                self._changed.wait_for(lambda: self._short == 0 or is_over())

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


class Beside:
    """A second pair of hands: one thread, for whoever finds it free. Its thread begins with the first work."""

    def __init__(self) -> None:
        self.right_of_way = RightOfWay()
        self._free = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="second lane")

    def begin(self, work: Callable[[], None]) -> Future[None] | None:
        """Starts the work beside this thread; None where the hands are full: nobody waits for them."""
        if not self._free.acquire(blocking=False):
            return None
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._free.release())
        return future
