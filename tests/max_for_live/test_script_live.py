"""The script that reads and writes the Live set, in Node, over a small set that refuses what it does not know."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "max_for_live" / "script"
TESTS = Path(__file__).parent / "script"
OF_LIVE = ("live_set", "slots", "transport")
"""The modules that use LiveAPI, and no others."""
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed: it runs the device's script in tests")
@pytest.mark.parametrize("module", [*OF_LIVE, "notes", "names", "controls", "kept", "knobs", "limits", "live_mode"])
def test_module(module: str) -> None:
    assert NODE is not None
    command = [NODE, "--test", str(TESTS / f"{module}.test.js")]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_table_has_all_that_is_used_of_live() -> None:
    table = (SCRIPT / "live_set.js").read_text(encoding="utf-8").partition("var notes =")[0]
    used: set[str] = set()
    for module in OF_LIVE:
        code = re.sub(r"^\s*//.*$", "", (SCRIPT / f"{module}.js").read_text(encoding="utf-8"), flags=re.MULTILINE)
        used |= set(re.findall(r'(?:value|text|ids|child|ensure)\((?:[^"();]|\([^()]*\))*"(\w+)"', code))
        used |= set(re.findall(r'\.(?:get|set|call)\("(\w+)"', code))
        used |= set(re.findall(r'"((?:begin|end)_undo_step|[a-z]+_(?:clip|track|scene|start|end|marker))"', code))
    assert {"has_clip", "create_clip", "selected_scene", "start_marker", "tempo", "end_undo_step"} <= used
    assert used <= set(re.findall(r"\w+", table)), used - set(re.findall(r"\w+", table))


def test_no_other_module_uses_live() -> None:
    # world.js hands LiveAPI on; everyone else reaches Live through these modules.
    others = [path for path in SCRIPT.rglob("*.js") if path.stem not in (*OF_LIVE, "world")]
    assert others
    for path in others:
        assert not re.search(r"LiveAPI\(|\.live\(", path.read_text(encoding="utf-8")), path.name
