"""The devices as they are shipped, in a stand-in for Max and Live, over UDP, with a real bridge."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import PATIENCE_SECONDS, BridgeProcess

HERE = Path(__file__).resolve().parent
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="there is no node here")
@pytest.mark.parametrize(
    ("name", "lost"),
    [("everyday", 0), ("blend", 0), ("recall", 0), ("tools", 0), ("trouble", 0), ("everyday", 0.2), ("tools", 0.2)],
)
def test_devices(name: str, lost: float, bridge_process: BridgeProcess) -> None:
    """`lost`: the share of the datagrams that never arrive, both ways."""
    assert NODE is not None
    told = {
        "LOST": str(lost),
        "BRIDGE_PORT": str(bridge_process.port),
        "PATIENCE_SECONDS": str(PATIENCE_SECONDS),
        "PYTHON": sys.executable,
    }
    command = [NODE, "--test", f"devices/{name}.test.js"]
    said = subprocess.run(
        command, cwd=HERE, env={**os.environ, **told}, capture_output=True, text=True, timeout=600, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr
