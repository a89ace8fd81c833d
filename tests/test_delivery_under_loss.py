"""Real clients and a bridge over a wire that loses, repeats and reorders: every clip whole, each made once."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bridge.client import Client, Result
from bridge.doors.udp import Server
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.presets import Presets
from bridge.wire import osc
from bridge.wire.delivery import on_the_wire
from bridge.wire.fields import from_message
from bridge.wire.protocol import ResultClip
from tests.lossy_lane import HOST, Dice, LossyLane

PATIENCE_SECONDS = 60.0
"""Far more than is ever needed: a slow machine must not fail these tests."""

Start = Callable[[int], Server]


@pytest.fixture
def start(store: Store, presets: Presets) -> Iterator[Start]:
    """Starts a bridge on a port, 0 for any."""
    with contextlib.ExitStack() as stack:

        def started(port: int = 0) -> Server:
            server = Server(store, presets, port)
            server.start()
            stack.callback(server.stop)
            return server

        yield started


@contextlib.contextmanager
def client_behind(server_port: int, up: Callable[[bytes], str], down: Callable[[bytes], str]) -> Iterator[Client]:
    """A client whose datagrams go up to the bridge and come down from it through a lane each."""
    with (
        LossyLane(server_port, up) as lane_up,
        Client(lane_up.port, limit_seconds=PATIENCE_SECONDS) as client,
        LossyLane(client.reply_port, down) as lane_down,
    ):
        # Replies go to the port that the request names.
        client.reply_port = lane_down.port
        yield client


def clip_of(count: int, seed: int) -> Clip:
    rng = random.Random(seed)
    notes = (Note(rng.randrange(128), i / 32, 0.1, float(rng.randrange(1, 128))) for i in range(count))
    return on_the_wire(Clip(tuple(notes), 8.0))


def numbered(clip: Clip, first: int = 0) -> Clip:
    return clip.with_notes(replace(note, source=first + i) for i, note in enumerate(clip.notes))


def answered(server: Server) -> int:
    with Client(server.port) as looker_on:
        state, _ = looker_on.status()
    return state.answered


def asked(client: Client, seed: int, requests: int) -> int:
    """Asks for so many results, each with clips of up to 256 notes: those that came whole and right."""
    right = 0
    for i in range(requests):
        clips = [clip_of(count, 1000 * seed + 10 * i + count) for count in (256 - 7 * i, 33, 0)]
        if i % 3 == 0:
            result = client.blend(clips, x=1.0, y=0.0)
            expected: tuple[Clip, ...] = (numbered(clips[1], len(clips[0].notes)),)
        elif i % 3 == 1:
            result = client.interpolate(clips[0], clips[0], steps=1, seed=i)
            assert len(result.clips) == 3
            result = Result(result.clips[::2], result.head)
            expected = (numbered(clips[0]), numbered(clips[0], len(clips[0].notes)))
        else:
            result = client.vary(clips[0], amount=0.0, variations=2)
            expected = (numbered(clips[0]),) * 2
        right += result.clips == expected
    return right


@pytest.mark.parametrize(("lost", "clients", "requests"), [(0.0, 4, 6), (0.2, 12, 12), (0.4, 6, 4)])
def test_every_clip_arrives_whole_and_is_made_once(start: Start, lost: float, clients: int, requests: int) -> None:
    server = start(0)
    dice = [(Dice(("up", i), lost=lost), Dice(("down", i), lost=lost)) for i in range(clients)]
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(clients) as pool:
        behind = [stack.enter_context(client_behind(server.port, up, down)) for up, down in dice]
        right = pool.map(asked, behind, range(clients), [requests] * clients)
        assert list(right) == [requests] * clients
    assert answered(server) == clients * requests
    for way in zip(*dice, strict=True):
        fell = sum((die.fell for die in way), start=type(way[0].fell)())
        assert fell["lost"] == pytest.approx(lost * fell.total(), rel=0.3)
        assert min(fell["repeated"], fell["held"]) > 0.05 * fell.total()


# --- a bridge that was stopped and started again ------------------------------------------------------------------


def test_a_client_goes_on_by_itself_when_the_bridge_is_started_anew(start: Start) -> None:
    first = start(0)
    clip = clip_of(256, 1)
    with Client(first.port, limit_seconds=PATIENCE_SECONDS) as client:
        for _ in range(2):
            assert client.vary(clip, amount=0.0, variations=1).clips == (numbered(clip),)
        first.stop()
        second = start(first.port)
        # It takes the clip for known, and learns that it is not.
        assert client.vary(clip, amount=0.0, variations=1).clips == (numbered(clip),)
    assert answered(second) == 1


def test_a_client_goes_on_by_itself_when_the_bridge_dies_amid_its_reply(start: Start) -> None:
    server = start(0)
    clip = clip_of(256, 2)
    begun = threading.Event()
    lanes: list[LossyLane] = []

    def down(datagram: bytes) -> str:
        (message,) = osc.decode(datagram)
        if not begun.is_set() and isinstance(from_message(message), ResultClip):
            begun.set()
            server.stop()
            lanes[0].lose_what_waits()
            start(server.port)
        return "passed"

    with Client(server.port, limit_seconds=PATIENCE_SECONDS) as client, LossyLane(client.reply_port, down) as lane:
        lanes.append(lane)
        client.reply_port = lane.port
        assert client.vary(clip, amount=0.0, variations=1).clips == (numbered(clip),)
    assert begun.is_set()


def test_a_client_that_asks_before_there_is_a_bridge_is_answered_once_there_is_one(start: Start) -> None:
    clip = clip_of(100, 3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody, ThreadPoolExecutor(1) as pool:
        nobody.bind((HOST, 0))
        port = nobody.getsockname()[1]
        with Client(port, limit_seconds=PATIENCE_SECONDS) as client:
            result = pool.submit(client.vary, clip, amount=0.0, variations=1)
            nobody.recv(2000)
            nobody.close()
            start(port)
            assert result.result(PATIENCE_SECONDS).clips == (numbered(clip),)
