"""The bridge on its port: what it binds, what it says when it cannot, and whom it goes on answering."""

from __future__ import annotations

import contextlib
import errno
import random
import socket
import threading
from collections.abc import Iterator

import pytest

from bridge.client import Client
from bridge.doors.udp import HOST, Server
from bridge.errors import Busy
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.presets import Presets
from bridge.wire.fields import to_datagram
from bridge.wire.osc import MAX_DATAGRAM_BYTES
from bridge.wire.protocol import Hello, Ping


@pytest.fixture
def server(store: Store, presets: Presets) -> Iterator[Server]:
    server = Server(store, presets, port=0)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server.port, limit_seconds=60.0) as client:
        yield client


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((HOST, 0))
        stranger.settimeout(60.0)
        yield stranger


def test_only_this_machine_s_own_address_is_bound(server: Server) -> None:
    """Where all addresses are bound, another one of the same port is taken too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        try:
            other.bind(("127.0.0.2", server.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise
            pytest.skip("127.0.0.2 is no address of this machine")


def test_a_taken_port_is_named_and_free_again_afterwards(server: Server, store: Store, presets: Presets) -> None:
    with pytest.raises(Busy, match=rf"^The port {server.port} on 127\.0\.0\.1 cannot be used \(.+\): most likely a br"):
        Server(store, presets, server.port)
    with Client(server.port) as client:
        client.ping()
    server.stop()
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
        other.bind((HOST, server.port))


def test_a_stopped_server_leaves_no_thread_behind(store: Store, presets: Presets) -> None:
    before = threading.active_count()
    server = Server(store, presets, port=0)
    server.start()
    assert threading.active_count() == before + 3
    server.stop()
    assert threading.active_count() == before


def test_replies_go_to_the_port_that_the_request_names(server: Server, stranger: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        ping = Ping(device="max", session=1, request_id=1, reply_port=stranger.getsockname()[1])
        sender.sendto(to_datagram(ping), (HOST, server.port))
        datagram, address = stranger.recvfrom(2000)
    assert datagram.startswith(b"/sideman/pong")
    assert address == (HOST, server.port)


def test_devices_that_are_gone_do_not_stop_the_bridge(server: Server, client: Client) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind((HOST, 0))
        port = gone.getsockname()[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for i in range(100):
            hello = Hello(device=f"gone {i}", session=1, request_id=i, reply_port=port)
            sender.sendto(to_datagram(hello), (HOST, server.port))
    client.ping()


def test_whatever_is_sent_the_bridge_goes_on(server: Server, client: Client, stranger: socket.socket) -> None:
    rng = random.Random(9)
    sizes = [0, 1, 4, 1024, 9000, MAX_DATAGRAM_BYTES - 3]
    for size in sizes:
        stranger.sendto(rng.randbytes(size), (HOST, server.port))
    client.ping()
    state, _ = client.status()
    assert state.bad_datagrams == len(sizes)


def test_the_longest_clip_goes_up_and_comes_back(client: Client) -> None:
    notes = (Note(36 + i % 8, i / 16, 0.0625, 1.0 + i % 127) for i in range(4096))
    clip = Clip(tuple(notes), 256.0)
    (same,) = client.vary(clip, amount=0.0, variations=1).clips
    assert [(n.pitch, n.start_beats, n.velocity) for n in same.notes] == [
        (n.pitch, n.start_beats, n.velocity) for n in clip.notes
    ]
    assert [note.source for note in same.notes] == list(range(4096))
