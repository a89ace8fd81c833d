"""How long a musician at a device waits: `python -m benchmarks.devices`, with node.

Starts a bridge of its own and opens the shipped devices in the stand-in for Max and Live. A time is that from the knob
or the button to the notes in Live's clip: script, both ways over loopback, model, and the writing. Max itself is not in
it. The song stands, so that no bar is waited for.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = Path(__file__).with_suffix(".js")
REQUESTS = 200
GOALS_MS = {"Blend, knob to notes": (15.0, 60.0)}
"""p50 and p99 that the project promises."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.devices", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"how many of each row (default {REQUESTS})")
    parser.add_argument("--json", action="store_true", help="the percentiles as JSON")
    given = parser.parse_args(arguments)
    node = shutil.which("node")
    if node is None:
        print("The devices run in node here, and there is none: install it.", file=sys.stderr)
        return 1
    times = _measured(node, given.requests)
    table = {row: {"p50_ms": _percentile(taken, 50), "p99_ms": _percentile(taken, 99)} for row, taken in times.items()}
    if given.json:
        print(json.dumps(table, indent=2))
        return 0
    print(f"{'':<24}{'p50 ms':>8}{'p99 ms':>8}   of {given.requests}")
    for row, figures in table.items():
        goal = GOALS_MS.get(row)
        told = f"   goal {goal[0]:g} and {goal[1]:g}" if goal else ""
        print(f"{row:<24}{figures['p50_ms']:>8.1f}{figures['p99_ms']:>8.1f}{told}")
    return 0


def _measured(node: str, requests: int) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "bridge", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as bridge:
        try:
            assert bridge.stdout is not None
            found = re.search(r"port (\d+)", bridge.stdout.readline())
            assert found is not None, "the bridge did not say its port"
            said = subprocess.run(
                [node, SCRIPT, found[1], str(requests)], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
            )
        finally:
            bridge.terminate()
            bridge.communicate()
    times: dict[str, list[float]] = json.loads(said.stdout)
    return times


def _percentile(times_ms: list[float], percent: int) -> float:
    ordered = sorted(times_ms)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


if __name__ == "__main__":
    sys.exit(main())
