"""The benchmark runs and says what it should. How long anything takes is not tested."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from benchmarks.latency import Ratio, Report, Row, as_table, main
from tests.program import ROOT

GOALS_MS = {
    "blend, one cell": {"50": 5.0, "99": 15.0},
    "all that is not inference, of that cell": {"50": 0.8},
    "blend, from memory": {"50": 1.0},
    "blend, a new grid of 11 x 11": {"50": 150.0},
    "vary, 16 variations": {"50": 12.0},
    "generate, 16 variations": {"50": 12.0},
    "continue, 2 bars of drums": {"50": 8.0},
    "continue, 2 bars of a melody, over chords": {"50": 12.0},
    "humanise": {"50": 4.0},
    "drumify": {"50": 4.0},
    "cold start to the first clip": {"50": 700.0},
    "a bar every 20 ms beside grid": {"95": 25.0, "100": 60.0},
    "a bar every 20 ms beside variations": {"95": 25.0, "100": 60.0},
}


def test_every_row_has_its_times_and_goals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--requests", "12", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {"machine", "rows", "ratios", "left_out", "resident_mb", "goal_resident_mb"}
    assert report["left_out"] == []
    rows = {row["name"]: row for row in report["rows"]}
    assert rows.keys() > GOALS_MS.keys()
    for name, row in rows.items():
        assert row["goals_ms"] == GOALS_MS.get(name, {})
        few = "grid of" in name or "of 8 bars" in name
        if "every 20 ms" in name:
            assert row["requests"] >= 12
        else:
            assert row["requests"] == (2 if few else 12 if "start" not in name else 5)
        times = [row[f"p{percent}_ms"] for percent in (0, 50, 95, 99, 100)]
        assert times == sorted(times)
        assert all(math.isfinite(time) and time > 0.0 for time in times)
    for ratio in report["ratios"]:
        assert ratio["ratio"] == ratio["beside_ms"] / ratio["alone_ms"] > 0.0
        assert ratio["goal"] == 1.2
    assert len(report["ratios"]) == 2
    assert report["resident_mb"] is None or report["resident_mb"] > 10.0


def test_the_table_compares_with_the_goals() -> None:
    row = Row("blend, one cell", {50: 5.0, 100: 15.0}, times_ms=[10.0, 2.0, 4.0, 30.0])
    longer = Ratio("a grid, beside that / alone", alone_ms=100.0, beside_ms=130.0, goal=1.2)
    table = as_table(Report("a machine", (row, Row("ping", times_ms=[0.1])), (longer,), resident_mb=80.0))
    assert table.splitlines()[0] == "a machine"
    assert table.splitlines()[2].split() == [
        *("blend,", "one", "cell", "4", "2.00", "10.00", "30.00", "30.00", "30.00"),
        *("p50", "5,", "worst", "15", "2.00,", "2.00"),
    ]
    assert table.splitlines()[3].split() == ["ping", "1", "0.10", "0.10", "0.10", "0.10", "0.10"]
    assert table.splitlines()[4].split()[-5:] == ["130.00", "100.00", "ratio", "1.2", "1.30"]
    assert table.splitlines()[5].split()[-3:] == ["80", "160", "0.50"]
    assert "unknown" in as_table(Report("a machine", (row,), (), resident_mb=None))


def test_what_the_bridge_has_no_model_for_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "onnx_models" / "drum_vae.onnx", tmp_path)
    assert main(["--models", str(tmp_path), "--requests", "1"]) == 0
    table = capsys.readouterr().out
    assert "\nblend, one cell  " in table
    assert "\nhumanise  " not in table
    assert "left out: humanise: There is no model that plays this (a humanise). There is: drum_vae.\n" in table
    assert table.count("left out: ") == 11


def test_a_bridge_that_does_not_start_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--models", str(tmp_path), "--requests", "1"]) == 1
    said = capfd.readouterr().err
    assert "No model could be loaded" in said
    assert "did not start" in said
