from __future__ import annotations

from pathlib import Path

from max_for_live import page, sources
from max_for_live.sources import Button, Control

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_the_devices_is_not_stale() -> None:
    assert page.main(["--check"]) == 0


def test_every_control_of_every_device_is_on_the_page() -> None:
    devices = sources.read_all(ROOT / "max_for_live" / "patchers")
    assert len(devices) == 7
    sections = dict(
        section.split("\n", 1) for section in page.FILE.read_text(encoding="utf-8").split("\n## ")[1:]
    )
    for device in devices:
        section = sections[device.name]
        for control in device.controls:
            if isinstance(control, (Button, Control)):
                assert control.annotation in section, control
        for theme in ("light", "dark"):
            picture = f"devices/{device.script}-{theme}.svg"
            assert picture in section
            assert (page.FILE.parent / picture).is_file()


def test_a_stale_page_is_named(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setattr(page, "FILE", tmp_path / "devices.md")
    assert page.main(["--check"]) == 1
    assert "docs/devices.md is stale" in capsys.readouterr().err
    assert page.main([]) == 0
    assert page.main(["--check"]) == 0
