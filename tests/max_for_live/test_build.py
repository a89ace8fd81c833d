from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from max_for_live import amxd, build, objects
from max_for_live.validator import validate
from tests.max_for_live.sample_device import EFFECT, SCRIPT, TOOL

REPOSITORY = Path(__file__).resolve().parents[2]

MADE = [
    "devices/Sideman Sample.amxd",
    "devices/Sideman Tool.amxd",
    "unfrozen/Sideman Sample.amxd",
    "unfrozen/Sideman Tool.amxd",
    "unfrozen/sideman_sample.js",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "max_for_live"
    for name in ("patchers", "script/devices"):
        (folder / name).mkdir(parents=True)
    (folder / "patchers/sample.yaml").write_text(EFFECT, encoding="utf-8")
    (folder / "patchers/tool.yaml").write_text(TOOL, encoding="utf-8")
    (folder / "script/entry.js").write_text(f'{SCRIPT}require("./device");\n', encoding="utf-8")
    (folder / "script/devices/sample.js").write_text("exports.create = function () {};\n", encoding="utf-8")
    return folder


def there(root: Path) -> list[str]:
    made = [*root.glob("devices/*"), *root.glob("unfrozen/*")]
    return sorted(file.relative_to(root).as_posix() for file in made)


def test_everything_is_written_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main([], root) == 0
    assert there(root) == MADE
    assert capsys.readouterr().out.count("is written") == len(MADE)
    assert build.main([], root) == 0
    assert capsys.readouterr().out == ""
    assert build.main(["--check"], root) == 0


def test_what_is_written(root: Path) -> None:
    build.main([], root)
    frozen = amxd.read((root / "devices/Sideman Sample.amxd").read_bytes())
    unfrozen = amxd.read((root / "unfrozen/Sideman Sample.amxd").read_bytes())
    assert frozen.file_name == "Sideman Sample.amxd"
    assert unfrozen.patcher == frozen.patcher
    (script,) = frozen.dependencies
    assert script.name == "sideman_sample.js"
    assert (root / "unfrozen/sideman_sample.js").read_bytes() == script.data
    assert script.data.endswith(b'outlets = 5;\nsideman_require("devices/sample");\n')


def test_the_same_bytes_wherever_it_is_built(root: Path, tmp_path: Path) -> None:
    other = shutil.copytree(root, tmp_path / "elsewhere")
    (other / "script/entry.js").write_bytes((root / "script/entry.js").read_bytes().replace(b"\n", b"\r\n"))
    build.main([], root)
    build.main([], other)
    assert {name: (root / name).read_bytes() for name in MADE} == {name: (other / name).read_bytes() for name in MADE}


def test_stale_devices_are_named_and_not_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["--check"], root) == 1
    assert there(root) == []
    build.main([], root)
    (root / "script/devices/sample.js").write_text("exports.create = null;\n", encoding="utf-8")
    shutil.copy(root / "devices/Sideman Tool.amxd", root / "devices/Old.amxd")
    shutil.rmtree(root / "unfrozen")
    capsys.readouterr()
    assert build.main(["--check"], root) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"max_for_live/devices/{name}.amxd is stale: run python -m max_for_live.build."
        for name in ("Sideman Sample", "Sideman Tool", "Old")
    ]
    assert build.main([], root) == 0
    assert there(root) == MADE


def test_a_device_that_breaks_a_rule_is_not_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build.main([], root)
    before = (root / "devices/Sideman Sample.amxd").read_bytes()
    (root / "patchers/sample.yaml").write_text(EFFECT.replace("high: 100", "high: 200"), encoding="utf-8")
    (root / "patchers/tool.yaml").write_text(TOOL.replace("Another seed", "One more seed"), encoding="utf-8")
    capsys.readouterr()
    assert build.main([], root) == 1
    said = capsys.readouterr()
    assert "Sideman Sample: amount (live.slider) is a percentage from 0 to 200." in said.err
    assert said.out.count("is written") == 2
    assert (root / "devices/Sideman Sample.amxd").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("patchers/tool.yaml", "name: [", "tool.yaml is not YAML that is read here"),
        ("script/devices/sample.js", 'require("./none");\n', "Sideman Tool: devices/sample.js, line 1: there is no"),
        ("script/devices/sample.js", "post(1);\n", "post writes to Max's console"),
    ],
)
def test_trouble_is_said(root: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, said: str) -> None:
    (root / name).write_text(text, encoding="utf-8")
    assert build.main(["--check"], root) == 1
    assert said in capsys.readouterr().err
    assert build.main([], root) == 1
    assert there(root) == []


def test_a_device_without_room_is_not_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wide = TOOL.replace("Reroll", "Reroll whatever was made before now")
    (root / "patchers/tool.yaml").write_text(wide, encoding="utf-8")
    assert build.main([], root) == 1
    assert "Sideman Tool: The row of Reroll whatever was made before now needs a width of" in capsys.readouterr().err
    assert "devices/Sideman Tool.amxd" not in there(root)


def test_without_sources_there_are_no_devices(tmp_path: Path) -> None:
    assert build.main([], tmp_path) == 0
    assert there(tmp_path) == []


def test_the_table_of_objects_can_be_printed() -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    printed = subprocess.run(
        [sys.executable, "-m", "max_for_live.objects"], check=True, capture_output=True, timeout=60, env=environment
    )
    assert printed.stdout.replace(b"\r\n", b"\n").decode("utf-8") == objects.to_json()


# --- what is in the repository ---


def test_no_device_is_stale() -> None:
    made, troubles = build.files()
    assert troubles == []
    assert build.stale(made) == []


def test_every_device_of_the_repository_keeps_every_rule() -> None:
    for file in (build.ROOT / build.DEVICES).glob("*.amxd"):
        assert validate(file.read_bytes()) == [], file.name
