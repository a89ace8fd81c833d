"""The bridge on its port: one UDP socket on this machine's own address, one thread that reads, and those that work.

A plain blocking socket, because asyncio's UDP goes deaf on Windows once it has answered a closed port.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.errors import Busy
from bridge.models.store import Store
from bridge.presets import Presets
from bridge.service import BURST, Service
from bridge.wire.osc import MAX_DATAGRAM_BYTES
from bridge.wire.protocol import PORT

__all__ = ["HOST", "Server"]

log = logging.getLogger("sideman")

HOST = "127.0.0.1"
RECEIVE_BUFFER_BYTES = 1 << 20
PACE_SECONDS = 0.00018
"""Between datagrams of a long reply: so a Pure Data receiver took 6,400 of 6,400, and at full speed 1,318."""
SWITCH_SECONDS = 0.0005
"""How long one thread may keep Python from the other: by default 5 ms, for which answers from memory would wait."""


class Server:
    """Binds at once, and raises Busy with a sentence where the port is taken. `port` 0 takes a free one."""

    def __init__(self, store: Store, presets: Presets, port: int = PORT) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if sys.platform == "win32":
                # Otherwise Windows lets a second program take the same port and share its datagrams.
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            self._socket.bind((HOST, port))
        except OSError as error:
            self._socket.close()
            raise Busy(
                f"The port {port} on {HOST} cannot be used ({error.strerror or error}): most likely a bridge runs "
                "already. Stop it, or start this one with --port and another number."
            ) from error
        self.port: int = self._socket.getsockname()[1]
        self.service = Service(store, presets, secrets.randbelow(2**31))
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._read, name="socket", daemon=True),
            threading.Thread(target=self.service.work, name="worker", daemon=True),
            threading.Thread(target=self.service.work, kwargs={"short_only": True}, name="short lane", daemon=True),
        ]

    def start(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping = True
        self.service.planner.close()
        # A datagram to itself wakes the reading thread on every system; closing the socket does not.
        with contextlib.suppress(OSError):
            self._socket.sendto(b"", (HOST, self.port))
        for thread in self._threads:
            thread.join(timeout=2.0)
        self._socket.close()

    def _read(self) -> None:
        while not self._stopping:
            try:
                datagram, (host, _) = self._socket.recvfrom(MAX_DATAGRAM_BYTES)
                if not self._stopping:
                    self.service.receive(datagram, _Peer(self._socket, host))
            except ConnectionError:  # Windows: an earlier answer met a closed port
                continue
            except Exception:  # whatever it was, the next datagram may be a good one
                if self._socket.fileno() == -1:
                    return
                log.exception("A datagram could not be taken")


@dataclass(frozen=True, slots=True)
class _Peer:
    """A caller: replies go to the address that the datagram came from, on the port that the message names."""

    socket: socket.socket
    name: str

    def send(self, datagrams: Sequence[bytes], reply_port: int, *, paced: bool) -> None:
        for number, datagram in enumerate(datagrams):
            if paced and number >= BURST:
                time.sleep(PACE_SECONDS)
            # A device that is gone, or a full buffer: it asks again, or it does not.
            with contextlib.suppress(OSError):
                self.socket.sendto(datagram, (self.name, reply_port))
