"""Stops what runs past its limit, from one thread beside all who run something."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

__all__ = ["Watch", "Watchdog"]


class Watch:
    """As a context manager: calls `stop` from the watchdog's thread if its body is not left after `limit_seconds`."""

    __slots__ = ("_limit_seconds", "_stop", "_watchdog", "ends_seconds", "expired")

    def __init__(self, watchdog: Watchdog, limit_seconds: float, stop: Callable[[], None]) -> None:
        self._watchdog = watchdog
        self._limit_seconds = limit_seconds
        self._stop = stop
        self.ends_seconds = math.inf
        """On `time.monotonic`."""
        self.expired = False

    def __enter__(self) -> Watch:
        self.ends_seconds = time.monotonic() + self._limit_seconds
        self._watchdog.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._watchdog.remove(self)

    def expire(self) -> None:
        self.expired = True
        self._stop()


class Watchdog:
    """Its thread begins with the first watch and never ends. It is not woken for a watch that ends after the next time
    it will wake by itself, so that a run pays a microsecond for being watched and not a thread's switch.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watches: set[Watch] = set()
        self._wakes_seconds = math.inf
        self._thread: threading.Thread | None = None

    def watch(self, limit_seconds: float, stop: Callable[[], None]) -> Watch:
        """`stop` must return at once and not raise."""
        return Watch(self, limit_seconds, stop)

    def add(self, watch: Watch) -> None:
        with self._changed:
            self._watches.add(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._guard, name="watchdog", daemon=True)
                self._thread.start()
            elif watch.ends_seconds < self._wakes_seconds:
                self._changed.notify()

    def remove(self, watch: Watch) -> None:
        with self._changed:
            self._watches.discard(watch)

    def _guard(self) -> None:
        with self._changed:
            while True:
                now_seconds = time.monotonic()
                for watch in [watch for watch in self._watches if watch.ends_seconds <= now_seconds]:
                    self._watches.discard(watch)
                    watch.expire()
                self._wakes_seconds = min((watch.ends_seconds for watch in self._watches), default=math.inf)
                self._changed.wait(None if self._wakes_seconds == math.inf else self._wakes_seconds - now_seconds)
