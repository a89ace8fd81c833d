"""The devices as they are shipped, in a stand-in for Max and Live, over UDP, with a real bridge.

A test that fails names the folder with the transcripts of its run, and ends with theirs and with the bridge's log. All
that is left to chance goes by SEED, of the environment: `SEED=7 python -m pytest ...`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.program import PATIENCE_SECONDS, BridgeProcess

HERE = Path(__file__).resolve().parent
NODE = shutil.which("node")
SEED = os.environ.get("SEED", "1")
LAST_LINES = 60


@pytest.mark.skipif(NODE is None, reason="there is no node here")
@pytest.mark.parametrize(
    ("name", "lost"),
    [("everyday", 0), ("blend", 0), ("recall", 0), ("tools", 0), ("trouble", 0), ("everyday", 0.2), ("tools", 0.2)],
)
def test_devices(name: str, lost: float, bridge_process: BridgeProcess, tmp_path: Path) -> None:
    """`lost`: the share of the datagrams that never arrive, both ways."""
    assert NODE is not None
    told = {
        "LOST": str(lost),
        "SEED": SEED,
        "TRANSCRIPTS": str(tmp_path),
        "BRIDGE_PORT": str(bridge_process.port),
        "PATIENCE_SECONDS": str(PATIENCE_SECONDS),
        "PYTHON": sys.executable,
    }
    command = [NODE, "--test", f"devices/{name}.test.js"]
    with (tmp_path / "node.txt").open("w+", encoding="utf-8") as said:
        try:
            code: object = subprocess.run(
                command, cwd=HERE, env={**os.environ, **told}, stdout=said, stderr=said, timeout=600, check=False
            ).returncode
        except subprocess.TimeoutExpired as error:
            code = error
        said.seek(0)
        assert code == 0, report(code, said.read(), tmp_path, bridge_process)


def report(code: object, said: str, folder: Path, bridge: BridgeProcess) -> str:
    """What node said, and the ends of the transcripts of those tests that it says did not go well, or never ended."""
    transcripts = [path for path in sorted(folder.glob("*.txt")) if path.name != "node.txt"]
    blamed = [path for path in transcripts if _is_blamed(path.read_text(encoding="utf-8"), said)]
    parts = [f"SEED={SEED}, {code}; transcripts in {folder}", said]
    parts += [_end(path.name, path.read_text(encoding="utf-8").splitlines()) for path in blamed]
    parts.append(_end("the bridge's log", [line.rstrip() for line in (*bridge.printed, *bridge.complaints)]))
    return "\n\n".join(parts)


def _is_blamed(transcript: str, said: str) -> bool:
    """Its name stands in a line that says so, whichever way this node reports, or in none."""
    name = transcript.partition("\n")[0]
    lines = [line for line in said.splitlines() if name in line]
    return not lines or any("not ok" in line or "\N{HEAVY MULTIPLICATION X}" in line for line in lines)


def _end(title: str, lines: Sequence[str]) -> str:
    return "\n".join((f"--- {title}", *lines[:2], *(f"{line:.300}" for line in lines[2:][-LAST_LINES:])))


def test_a_failure_is_told_with_the_end_of_its_transcript(tmp_path: Path) -> None:
    for name in ("Good", "Bad", "Never ended"):
        lines = [f"{i} {name} line {i}" for i in range(200)]
        (tmp_path / f"{name}.txt").write_text("\n".join((name, '{"SEED":"1"}', *lines)), encoding="utf-8")
    bridge = BridgeProcess()
    bridge.complaints.append("WARNING of the bridge\n")
    told = report(1, "ok 1 - Good\nnot ok 2 - Bad\n", tmp_path, bridge)
    assert str(tmp_path) in told
    assert f"SEED={SEED}" in told
    assert "WARNING of the bridge" in told
    assert "Good line" not in told
    for name in ("Bad", "Never ended"):
        assert f"{name} line 199" in told
        assert f"{name} line {199 - LAST_LINES}\n" not in told
