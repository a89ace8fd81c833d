"""A device beside the one that is timed: it asks for what is long, again and again, in a process of its own.

    python -m benchmarks.neighbour PORT grid         blends with a new grid of 11 x 11 each
    python -m benchmarks.neighbour PORT variations   16 variations of 32 bars

until its standard input ends. Prints a line for each answer: when it was asked for and when it was there, in seconds of
the clock that all processes of a machine share.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bridge.client import Client
from bridge.music.clip import Clip
from bridge.music.midi_file import read_clip
from bridge.places import EXAMPLES, ROOT
from bridge.requests import AnyRequest, Blend, Given, Vary, given

__all__ = ["KINDS", "Neighbour", "beside"]

KINDS = {"grid": "blends with new grids of 11 x 11", "variations": "16 variations of 32 bars"}
LONG_BARS = 32


@dataclass(slots=True)
class Neighbour:
    """`spans_seconds`: when each request was asked and answered."""

    spans_seconds: list[tuple[float, float]] = field(default_factory=list)

    def within(self, windows_seconds: Sequence[tuple[float, float]]) -> list[float]:
        """The milliseconds of those that began and ended within one of these windows."""
        return [
            1000.0 * (end - start)
            for start, end in self.spans_seconds
            if any(first <= start and end <= last for first, last in windows_seconds)
        ]


@contextmanager
def beside(port: int, kind: str) -> Iterator[Neighbour]:
    """Such a device, from the first answer that it has had until the block ends."""
    neighbour = Neighbour()
    command = [sys.executable, "-m", __name__, str(port), kind]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        lines = process.stdout
        lines.readline()  # its clips are uploaded, and the model's memory is taken

        def listen() -> None:
            for line in lines:
                start, end = map(float, line.split())
                neighbour.spans_seconds.append((start, end))

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            yield neighbour
        finally:
            process.stdin.close()
            process.wait()
            listener.join()


def request(kind: str, clips: Sequence[Clip], seed: int) -> AnyRequest:
    if kind == "grid":
        return Blend(corners=given(clips[:4]), grid=11, seed=seed)
    first = clips[0]
    beats = LONG_BARS * first.meter.bar_beats
    starts_beats = [i * first.length_beats for i in range(round(beats / first.length_beats))]
    notes = tuple(note.moved(by_beats) for by_beats in starts_beats for note in first.notes)
    return Vary(clip=Given(Clip(notes, beats, first.meter)), variations=16, seed=seed)


def main(arguments: Sequence[str]) -> None:
    port, kind = arguments
    clips = [read_clip(path) for path in sorted(EXAMPLES.glob("*.mid"))]
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    asked = request(kind, clips, 0)
    with Client(int(port), limit_seconds=60.0) as client:
        seed = 1_000_000
        while not ended.is_set():
            seed += 1
            started_seconds = time.monotonic()
            client.play(replace(asked, seed=seed))
            print(started_seconds, time.monotonic(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
