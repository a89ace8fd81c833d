"""The stand-in for Max and Live: what it does, and that it forgives nothing. Its own tests are stand_in/*.test.js."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from max_for_live import objects
from tests.program import PATIENCE_SECONDS, ROOT

HERE = Path(__file__).resolve().parent / "stand_in"
STAND_IN = ROOT / "max_for_live" / "stand_in"
TESTS = sorted(HERE.glob("*.test.js"))
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node here")


def node(*arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """What node does with it."""
    assert NODE is not None
    command = [NODE, *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


@pytest.mark.parametrize("test", TESTS, ids=lambda path: path.name.removesuffix(".test.js"))
def test_in_node(test: Path) -> None:
    done = node("--test", test)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_has_every_object_of_the_table_as_the_table_says() -> None:
    done = node(HERE / "shapes.js", given=objects.to_json())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_scenario_that_returns_ends_with_0(tmp_path: Path) -> None:
    scenario = tmp_path / "good.js"
    scenario.write_text("module.exports = async ({LiveSet}, [word]) => { if (!LiveSet) throw new Error(word); };")
    assert node(STAND_IN / "run.js", scenario, "no set").returncode == 0


def test_a_scenario_that_throws_ends_with_1_and_its_sentence(tmp_path: Path) -> None:
    scenario = tmp_path / "bad.js"
    scenario.write_text("module.exports = async (standIn, [word]) => { throw new Error(word); };")
    done = node(STAND_IN / "run.js", scenario, "The clip is not there.")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "The clip is not there."


def test_without_a_scenario_it_asks_for_one() -> None:
    assert node(STAND_IN / "run.js").returncode == 2


@pytest.mark.parametrize("file", [*sorted(STAND_IN.rglob("*.js"))], ids=lambda path: str(path.relative_to(STAND_IN)))
def test_it_needs_nothing_but_node_and_itself(file: Path) -> None:
    required = re.findall(r'require\("([^"]+)"\)', file.read_text(encoding="utf-8"))
    assert [name for name in required if not name.startswith((".", "node:"))] == []
