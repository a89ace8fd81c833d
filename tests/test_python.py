"""docs/python.md: what it shows runs as it stands there, in a folder with four clips in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bridge.music.midi_file import read_clip
from tests.program import ROOT, BridgeProcess

PAGE = (ROOT / "docs/python.md").read_text(encoding="utf-8")
IN_PROCESS, OVER_THE_WIRE = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def run(code: str, folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, timeout=120, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_four_files_are_blended_in_about_ten_lines(tmp_path: Path) -> None:
    for name, path in zip("ABCD", sorted((ROOT / "examples").glob("*.mid")), strict=False):
        shutil.copy(path, tmp_path / f"{name}.mid")
    said = run(IN_PROCESS, tmp_path)
    middle = read_clip(tmp_path / "middle.mid")
    assert re.fullmatch(rf"drum_vae played {len(middle.notes)} notes in \d+ ms\n", said)
    assert middle.length_beats == 8.0
    assert len([line for line in IN_PROCESS.splitlines() if line]) <= 12


def test_a_running_bridge_answers_a_script(tmp_path: Path) -> None:
    with BridgeProcess() as bridge:
        said = run(OVER_THE_WIRE.replace("Client()", f"Client({bridge.port})"), tmp_path)
    assert re.fullmatch(r"\[\d+, \d+\] drum_vae\n", said)
