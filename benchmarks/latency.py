"""How long a musician waits: `python -m benchmarks.latency`.

Starts a bridge of its own and asks it over loopback with the example clips, two bars of 4/4 each. A time is that from
before the request is written to the whole answer being read, at the client. What the bridge has no model for is left
out, and named.

No machine is as quiet as it seems. So the rows take turns of ten requests, as a puck that is moved makes them, medians
count, and a fixed piece of work that has nothing to do with the bridge is timed in between: two runs can be compared by
what they took in units of that.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.neighbour import KINDS, beside
from bridge.client import Client, Result
from bridge.errors import NoAnswer, Refusal, UnknownName
from bridge.music.midi_file import read_clip
from bridge.places import EXAMPLES, LINES, MODELS, ROOT
from bridge.requests import AnyRequest, Continue, Given
from bridge.transport import Transport

__all__ = ["Ratio", "Report", "Row", "as_json", "as_table", "main", "measure"]

REQUESTS = 200
IN_A_TURN = 10
COLD_STARTS = 5
RESIDENT_GOAL_MB = 160.0
TURN_SECONDS = 1.0
"""With the stream and without it, in turns."""
STREAM_SECONDS = 0.02
"""Between one bar that is wanted now and the next, beside a neighbour that wants much."""
LONGER_AT_MOST = 1.2
PERCENTILES = (0, 50, 95, 99, 100)
NAMED = {100: "worst"}
PLAYING = Transport(is_playing=True, song_beats=16.3, tempo_bpm=100.0)


@dataclass(slots=True)
class Row:
    """One thing that is timed, and what the project promises of it: milliseconds by percentile, 100 being the worst."""

    name: str
    goals_ms: Mapping[int, float] = field(default_factory=dict)
    times_ms: list[float] = field(default_factory=list)

    def percentile(self, percent: int) -> float:
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of what is long beside a stream of what is short, to the same without, in turns of one run."""

    name: str
    alone_ms: float
    beside_ms: float
    goal: float

    @property
    def ratio(self) -> float:
        return self.beside_ms / self.alone_ms


@dataclass(frozen=True, slots=True)
class Report:
    """`resident_mb`: of the bridge's process after the run, None where the system does not tell.

    `left_out`: a sentence for each row that has no model.
    """

    machine: str
    rows: tuple[Row, ...]
    ratios: tuple[Ratio, ...]
    resident_mb: float | None
    left_out: tuple[str, ...] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """0: measured, whatever came of it; 1: the bridge did not start or refused; 2: bad usage."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description="How long a musician waits.")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of .onnx files")
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"of each kind (default {REQUESTS})")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    if given.requests < 1:
        parser.error("--requests must be 1 or more")
    try:
        report = measure(given.models, given.requests)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(as_json(report) if given.json else as_table(report))
    return 0


def measure(models: Path, requests: int) -> Report:
    """`requests` of most kinds, in turns. Raises NoAnswer where no bridge starts."""
    a, b, c, d = (read_clip(path) for path in sorted(EXAMPLES.glob("*.mid"))[:4])
    corners = (a, b, c, d)
    bass, chords, melody, answer = (read_clip(LINES / f"{name}.mid") for name in ("bass", "chords", "melody", "answer"))
    melodies = (melody, answer)
    circle = [(0.0, 0.5), (0.1, 0.1), (0.5, 0.0), (0.9, 0.1), (1.0, 0.5), (0.9, 0.9), (0.5, 1.0), (0.1, 0.9)]
    chance = random.Random(0)
    not_inference = Row("all that is not inference, of that cell", {50: 0.8})

    with running_bridge(models) as (process, client):

        def blend_cell(seed: int) -> None:
            x, y = chance.random(), chance.random()
            started_seconds = time.perf_counter()
            result = client.blend(corners, None, PLAYING, x=x, y=y, seed=seed)
            elapsed_ms = 1000.0 * (time.perf_counter() - started_seconds)
            not_inference.times_ms.append(elapsed_ms - result.head.model_ms)

        def from_memory(seed: int) -> None:
            result = client.blend(corners, None, PLAYING, x=chance.random(), y=chance.random(), seed=0, grid=11)
            assert result.head.from_memory or seed == 0

        def cold_start(seed: int) -> None:
            with running_bridge(models) as (_, fresh):
                fresh.generate(PLAYING, variations=1)

        jobs: list[tuple[Row, int, Callable[[int], Result | None]]] = [
            # row, how often in all, what is done
            (Row("blend, one cell", {50: 5.0, 99: 15.0}), requests, blend_cell),
            (Row("blend, from memory", {50: 1.0}), requests, from_memory),
            (
                Row("blend, a new grid of 11 x 11", {50: 150.0}), -(-requests // IN_A_TURN),
                lambda seed: client.blend(corners, None, PLAYING, grid=11, seed=seed),
            ),
            (
                Row("vary, 16 variations", {50: 12.0}), requests,
                lambda seed: client.vary(a, None, PLAYING, variations=16, seed=seed),
            ),
            (
                Row("generate, 16 variations", {50: 12.0}), requests,
                lambda seed: client.generate(PLAYING, variations=16, seed=seed),
            ),
            (
                Row("interpolate, 3 steps"), requests,
                lambda seed: client.interpolate(a, b, (None, None), PLAYING, seed=seed),
            ),
            (Row("path, 8 bars"), requests, lambda seed: client.path(corners, circle, None, PLAYING, seed=seed)),
            (
                Row("continue, 2 bars of drums", {50: 8.0}), requests,
                lambda seed: client.continue_clip(a, None, None, PLAYING, length=2, variations=1, seed=seed),
            ),
            (
                Row("continue, 2 bars of a melody, over chords", {50: 12.0}), requests,
                lambda seed: client.continue_clip(melody, None, chords, PLAYING, length=2, variations=1, seed=seed),
            ),
            (
                Row("humanise", {50: 4.0}), requests,
                lambda seed: client.humanise(a, None, PLAYING, amount=1.0, seed=seed),
            ),
            (
                Row("drumify", {50: 4.0}), requests,
                lambda seed: client.drumify(bass, None, PLAYING, variations=1, seed=seed),
            ),
            (
                Row("continue, 4 variations of 8 bars of drums"), -(-requests // IN_A_TURN),
                lambda seed: client.continue_clip(a, None, None, PLAYING, length=8, variations=4, seed=seed),
            ),
            (
                Row("continue, 4 of 8 bars of a melody"), -(-requests // IN_A_TURN),
                lambda seed: client.continue_clip(melody, None, chords, PLAYING, length=8, variations=4, seed=seed),
            ),
            (
                Row("blend of melodies, one cell"), requests,
                lambda seed: client.blend(melodies, None, PLAYING, x=chance.random(), seed=seed),
            ),
            (
                Row("vary a melody, 16 variations"), requests,
                lambda seed: client.vary(melody, None, PLAYING, variations=16, seed=seed),
            ),
            (
                Row("generate, 16 melodies"), requests,
                lambda seed: client.generate(PLAYING, instrument="melody", variations=16, seed=seed),
            ),
            (Row("ping"), requests, lambda seed: client.ping()),
            (Row("reference: work that is not the bridge's"), requests, lambda seed: fixed_work()),
            (Row("cold start to the first clip", {50: 700.0}), min(requests, COLD_STARTS), cold_start),
        ]  # fmt: skip
        # Once for nothing: the clips go up, the grid is made, the model's memory is taken.
        left_out = []
        for row, _, job in tuple(jobs):
            try:
                job(0)
            except UnknownName as refusal:
                left_out.append(f"{row.name}: {refusal}")
                jobs = [each for each in jobs if each[0] is not row]
        not_inference.times_ms.clear()
        turns = -(-requests // IN_A_TURN)
        for turn in range(1, turns + 1):
            for row, times, job in jobs:
                # So many of them are done by the end of this turn.
                for seed in range(len(row.times_ms) + 1, times * turn // turns + 1):
                    started_seconds = time.perf_counter()
                    job(seed)
                    row.times_ms.append(1000.0 * (time.perf_counter() - started_seconds))
        rows = [row for row, _, _ in jobs]
        bar = Continue(clip=Given(melody), chords=(Given(chords),), length=1, variations=1)
        ratios = []
        for kind, about in KINDS.items():
            row = Row(f"a bar every {1000 * STREAM_SECONDS:g} ms beside {kind}", {95: 25.0, 100: 60.0})
            try:
                client.play(bar, PLAYING)
            except UnknownName as refusal:
                left_out.append(f"{row.name}: {refusal}")
                continue
            alone_ms, beside_ms = stream(client, bar, row, kind, requests)
            rows.append(row)
            ratios.append(Ratio(f"{about}, beside that / alone", alone_ms, beside_ms, LONGER_AT_MOST))
        resident_mb = resident(process.pid)
    if rows[0].name == "blend, one cell":
        rows.insert(1, not_inference)
    return Report(machine(), tuple(rows), tuple(ratios), resident_mb, tuple(left_out))


def stream(client: Client, bar: AnyRequest, row: Row, kind: str, requests: int) -> tuple[float, float]:
    """Times `bar`, asked again and again, beside a neighbour that is let alone in between.

    Returns the neighbour's medians without and with the stream, in milliseconds.
    """
    silent: list[tuple[float, float]] = []
    streamed: list[tuple[float, float]] = []
    with beside(client.port, kind) as neighbour:
        seed = 0
        # Until there is enough of both: some of the neighbour's requests take longer than a turn of the stream.
        while len(row.times_ms) < requests or min(len(neighbour.within(each)) for each in (silent, streamed)) < 2:
            began_seconds = time.monotonic()
            due_seconds = time.monotonic()
            while time.monotonic() < began_seconds + TURN_SECONDS:
                time.sleep(max(0.0, due_seconds - time.monotonic()))
                seed += 1
                started_seconds = time.perf_counter()
                client.play(replace(bar, seed=seed), PLAYING)
                row.times_ms.append(1000.0 * (time.perf_counter() - started_seconds))
                due_seconds = max(due_seconds + STREAM_SECONDS, time.monotonic())
            streamed.append((began_seconds, time.monotonic()))
            began_seconds = time.monotonic()
            time.sleep(TURN_SECONDS)
            silent.append((began_seconds, time.monotonic()))
    return median(neighbour.within(silent)), median(neighbour.within(streamed))


@contextmanager
def running_bridge(models: Path) -> Iterator[tuple[subprocess.Popen[str], Client]]:
    """A bridge in a process of its own, on a free port, and a client of it. Raises NoAnswer where it does not start."""
    command = [sys.executable, "-m", "bridge", "serve", "--port", "0", "--models", str(models.resolve())]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            listening = re.search(r", port (\d+)\.", process.stdout.readline())
            if listening is None:
                raise NoAnswer("The bridge did not start: what it said of it stands above.")
            with Client(int(listening[1]), limit_seconds=30.0) as client:
                yield process, client
        finally:
            process.terminate()
            process.communicate()


def fixed_work() -> None:
    """Some milliseconds of what the bridge's time is made of: small matrix products, and Python."""
    matrix = np.full((64, 64), 0.01, np.float32)
    for _ in range(100):
        matrix = np.tanh(matrix @ matrix)
    sum(range(50_000))


def resident(process_id: int) -> float | None:
    try:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process_id}/status").read_text())
    except OSError:
        return None
    return int(found[1]) / 1024.0 if found else None


def machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}; "
        f"Python {platform.python_version()}, onnxruntime {importlib.metadata.version('onnxruntime')}"
    )


def as_json(report: Report) -> str:
    rows = []
    for row in report.rows:
        values = asdict(row)
        values["requests"] = len(values.pop("times_ms"))
        rows.append(values | {f"p{percent}_ms": row.percentile(percent) for percent in PERCENTILES})
    return json.dumps(
        {
            "machine": report.machine,
            "rows": rows,
            "ratios": [asdict(each) | {"ratio": each.ratio} for each in report.ratios],
            "left_out": report.left_out,
            "resident_mb": report.resident_mb,
            "goal_resident_mb": RESIDENT_GOAL_MB,
        },
        indent=2,
    )


def as_table(report: Report) -> str:
    lines = [
        report.machine,
        f"{'milliseconds':<42}{'n':>5}{'least':>9}{'p50':>9}{'p95':>9}{'p99':>9}{'worst':>9}   "
        f"{'goal':<18}measured / goal",
    ]
    for row in report.rows:
        numbers = "".join(f"{row.percentile(percent):>9.2f}" for percent in PERCENTILES)
        goals, ratios = [], []
        for percent, goal in row.goals_ms.items():
            goals.append(f"{NAMED.get(percent, f'p{percent}')} {goal:g}")
            ratios.append(f"{row.percentile(percent) / goal:.2f}")
        line = f"{row.name:<42}{len(row.times_ms):>5}{numbers}   {', '.join(goals):<18}{', '.join(ratios)}"
        lines.append(line.rstrip())
    for each in report.ratios:
        line = f"{each.name:<51}{each.beside_ms:>9.2f}{each.alone_ms:>9.2f}"
        lines.append(f"{line}{'':>18}   {f'ratio {each.goal:g}':<18}{each.ratio:.2f}")
    lines += [f"left out: {sentence}" for sentence in report.left_out]
    if report.resident_mb is None:
        lines.append("resident memory of the bridge: unknown on this system")
    else:
        ratio = report.resident_mb / RESIDENT_GOAL_MB
        lines.append(
            f"{'resident memory of the bridge, MB':<42}{'':>5}{report.resident_mb:>9.0f}{'':>36}   "
            f"{f'{RESIDENT_GOAL_MB:g}':<18}{ratio:.2f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
