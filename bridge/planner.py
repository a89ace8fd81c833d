"""What is done next: one request after the other; a device's newest request replaces its waiting one.

A swept knob so never builds a queue: what it asked a moment ago and nobody began is put away, and told so. There are
two lanes: on one any request goes in its turn, the other is kept free for short ones, so that a bar that is wanted now
does not wait behind an album.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

from bridge.errors import Busy, Replaced
from bridge.wire.delivery import ReplyKey

__all__ = ["MAX_WAITING", "Job", "Planner"]

MAX_WAITING = 64


class Job(Protocol):
    """What waits: a request of a device, by the caller's name, the device's, its session and the request's id."""

    @property
    def key(self) -> ReplyKey: ...

    @property
    def is_short(self) -> bool: ...


J = TypeVar("J", bound=Job)


class Planner(Generic[J]):
    """Safe to use from any thread."""

    def __init__(self, max_waiting: int = MAX_WAITING) -> None:
        self._waiting: OrderedDict[tuple[str, str], J] = OrderedDict()
        self._max_waiting = max_waiting
        self._lock = threading.Lock()
        # Who waits for any job, and who for a short one: only one of them is woken for each.
        self._any = threading.Condition(self._lock)
        self._short = threading.Condition(self._lock)
        self._idle_on_short_lane = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, job: J) -> J | None:
        """Lets the job wait, in the place of the one that it replaces, which is returned.

        Raises Busy, and Replaced for a request that was overtaken on its way by a newer one of the same session.
        """
        with self._lock:
            replaced = self._waiting.get(job.key[:2])
            if replaced is not None and replaced.key[2] == job.key[2] and replaced.key[3] > job.key[3]:
                raise Replaced(f"The request {replaced.key[3]} of {job.key[1]} came before this older one.")
            if replaced is None and len(self._waiting) >= self._max_waiting:
                raise Busy(
                    f"{len(self._waiting)} requests are waiting, which is as many as may: ask again in a moment."
                )
            self._waiting[job.key[:2]] = job
            if job.is_short and self._idle_on_short_lane:
                # Counted here, or a second one that comes before this one is up would wake nobody.
                self._idle_on_short_lane -= 1
                self._short.notify()
            else:
                self._any.notify()
            return replaced

    def take_back(self, key: ReplyKey) -> J | None:
        """Removes the waiting job, or returns None if it is not waiting."""
        with self._lock:
            job = self._waiting.get(key[:2])
            if job is None or job.key != key:
                return None
            return self._waiting.pop(key[:2])

    def replace(self, job: J) -> J | None:
        """Removes the job that waits for an older request of the same device, for one that need not wait."""
        with self._lock:
            waiting = self._waiting.get(job.key[:2])
            if waiting is None or (waiting.key[2] == job.key[2] and waiting.key[3] > job.key[3]):
                return None
            return self._waiting.pop(job.key[:2])

    def next(self, *, short_only: bool = False) -> J | None:
        """Waits for a job, or for a short one. None once the planner is closed."""
        with self._lock:
            while not self._closed:
                for device, job in self._waiting.items():
                    if job.is_short or not short_only:
                        return self._waiting.pop(device)
                if short_only:
                    self._idle_on_short_lane += 1
                    self._short.wait()
                else:
                    self._any.wait()
            return None

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._any.notify_all()
            self._short.notify_all()
