"""What is done next: one request after the other; a device's newest request replaces its waiting one.

A swept knob so never builds a queue: what it asked a moment ago and nobody began is put away, and told so.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from bridge.errors import Busy, Replaced
from bridge.music.clip import Clip
from bridge.wire.delivery import ReplyKey
from bridge.wire.protocol import SkillAsk

__all__ = ["MAX_WAITING", "Job", "Planner"]

MAX_WAITING = 64


@dataclass(frozen=True, slots=True)
class Job:
    """A request that was taken, with its clips. `arrived_seconds` is on the service's monotonic clock."""

    key: ReplyKey
    ask: SkillAsk
    clips: tuple[Clip, ...]
    arrived_seconds: float

    @property
    def device(self) -> tuple[str, str]:
        return self.key[:2]

    @property
    def asked_seconds(self) -> float:
        """When its snapshot of the transport was taken, on the same clock: earlier where datagrams were lost."""
        return self.arrived_seconds - self.ask.asked_seconds_ago

    @property
    def deadline_seconds(self) -> float | None:
        """On the same clock, or None without a deadline."""
        return None if self.ask.deadline_seconds is None else self.asked_seconds + self.ask.deadline_seconds


class Planner:
    """Safe to use from any thread."""

    def __init__(self, max_waiting: int = MAX_WAITING) -> None:
        self._waiting: OrderedDict[tuple[str, str], Job] = OrderedDict()
        self._max_waiting = max_waiting
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, job: Job) -> Job | None:
        """Lets the job wait, in the place of the one that it replaces, which is returned.

        Raises Busy, and Replaced for a request that was overtaken on its way by a newer one of the same session.
        """
        with self._changed:
            replaced = self._waiting.get(job.device)
            if replaced is not None and replaced.key[2] == job.key[2] and replaced.key[3] > job.key[3]:
                raise Replaced(f"The request {replaced.key[3]} of {job.key[1]} came before this older one.")
            if replaced is None and len(self._waiting) >= self._max_waiting:
                raise Busy(
                    f"{len(self._waiting)} requests are waiting, which is as many as may: ask again in a moment."
                )
            self._waiting[job.device] = job
            self._changed.notify()
            return replaced

    def take_back(self, key: ReplyKey) -> Job | None:
        """Removes the waiting job, or returns None if it is not waiting."""
        with self._changed:
            job = self._waiting.get(key[:2])
            if job is None or job.key != key:
                return None
            return self._waiting.pop(key[:2])

    def replace(self, job: Job) -> Job | None:
        """Removes the job that waits for an older request of the same device, for one that need not wait."""
        with self._changed:
            waiting = self._waiting.get(job.device)
            if waiting is None or (waiting.key[2] == job.key[2] and waiting.key[3] > job.key[3]):
                return None
            return self._waiting.pop(job.device)

    def next(self) -> Job | None:
        """Waits for a job. None once the planner is closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            return None if self._closed else self._waiting.popitem(last=False)[1]

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
