"""A wire that loses, repeats and reorders, in user space: it needs no rights and runs wherever the tests run."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from collections.abc import Callable
from types import TracebackType

__all__ = ["Dice", "LossyLane"]

HOST = "127.0.0.1"


class Dice:
    """What becomes of each datagram, by a seed: it is passed on, lost, repeated, or held until the next one passed."""

    def __init__(self, seed: object, *, lost: float = 0.2, repeated: float = 0.1, held: float = 0.1) -> None:
        self._random = random.Random(str(seed))
        self._fates = ("lost", "repeated", "held", "passed")
        self._weights = (lost, repeated, held, 1.0 - lost - repeated - held)
        self.fell: Counter[str] = Counter()

    def __call__(self, datagram: bytes) -> str:
        (fate,) = self._random.choices(self._fates, self._weights)
        self.fell[fate] += 1
        return fate


class LossyLane:
    """One way of a wire: what comes to `port` goes on to `to_port`, as `fate` says of each datagram."""

    def __init__(self, to_port: int, fate: Callable[[bytes], str]) -> None:
        self._to = (HOST, to_port)
        self._fate = fate
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"lane to {to_port}", daemon=True)

    def __enter__(self) -> LossyLane:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        self._socket.sendto(b"", (HOST, self.port))  # wakes the thread
        self._thread.join(timeout=30.0)
        self._socket.close()

    def lose_what_waits(self) -> None:
        """For a `fate` to call: all that came to the port by now is lost."""
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(65535)
        except BlockingIOError:
            self._socket.setblocking(True)

    def _run(self) -> None:
        held: list[bytes] = []
        while True:
            try:
                datagram = self._socket.recv(65535)
            except ConnectionError:  # Windows: nobody listened where the last one went
                continue
            if self._stopped:
                return
            fate = self._fate(datagram)
            if fate == "lost":
                continue
            if fate == "held":
                held.append(datagram)
                continue
            for each in (datagram, datagram, *held) if fate == "repeated" else (datagram, *held):
                self._socket.sendto(each, self._to)
            held.clear()
