"""Derives all that is derived, each thing before what is made of it.

    python -m max_for_live.derive            writes what is not up to date
    python -m max_for_live.derive --check    writes nothing; names what is stale, and exits with 1 if anything is

    bridge.wire.derived      docs/protocol.md, max_for_live/script/protocol.js
    max_for_live.build       max_for_live/devices/*.amxd, with that script inside
    max_for_live.page        docs/devices.md
    max_for_live/faces.js    docs/devices/*.svg, drawn from the devices by node
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bridge.wire import derived
from max_for_live import build, page

__all__ = ["STEPS", "faces", "main"]

COMMAND = "python -m max_for_live.derive"
SCRIPT = Path(__file__).resolve().parent / "faces.js"


def faces(arguments: Sequence[str]) -> int:
    """Draws the faces, or compares them with `--check`. Without node it does nothing, and says so."""
    node = shutil.which("node")
    if node is None:
        print("docs/devices/*.svg are left as they are: there is no node here, which draws them.", file=sys.stderr)
        return 0
    # What was printed so far comes first, also where it goes into a file.
    sys.stdout.flush()
    return subprocess.run([node, str(SCRIPT), *arguments], check=False).returncode


STEPS: tuple[Callable[[Sequence[str]], int], ...] = (derived.main, build.main, page.main, faces)
"""In this order: each reads what those before it have written."""


def main(arguments: Sequence[str] | None = None, steps: Sequence[Callable[[Sequence[str]], int]] = STEPS) -> int:
    """0, or 1 if anything is stale or could not be written. Nothing is made of what could not be."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Writes everything that is derived.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if anything is stale")
    given = parser.parse_args(arguments)
    if given.check:
        return max([step(["--check"]) for step in steps])
    return next((code for step in steps if (code := step([]))), 0)


if __name__ == "__main__":
    sys.exit(main())
