"""Derives `docs/devices.md`, every device with its picture and its knobs, from `patchers/*.yaml`.

    python -m max_for_live.page            writes it
    python -m max_for_live.page --check    writes nothing; exits with 1 if it is stale
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bridge.errors import BadFile
from max_for_live import sources
from max_for_live.sources import Button, Control, Source

__all__ = ["FILE", "main", "page"]

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "devices.md"
COMMAND = "python -m max_for_live.page"

HEAD = f"""\
<!-- Derived by `{COMMAND}`: change max_for_live/patchers/*.yaml, not this page. -->

# The devices, knob by knob

How to install them and where to begin is in [Sideman in Live](live.md); what each job does with your notes is in
[For musicians](musician.md). The words below are also what Live's info view says when the mouse is over a control.
"""
UNITS = {"bars": " bars", "beats": " beats", "percent": " %"}


def page(devices: Sequence[Source]) -> str:
    """Effects first, then the MIDI Tools."""
    ordered = sorted(devices, key=lambda source: source.kind != "midi_effect")
    return "\n".join([HEAD, *(_section(source) for source in ordered)])


def _section(source: Source) -> str:
    rows = "\n".join(_rows(source))
    picture = (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="devices/{source.script}-dark.svg">'
        f'<img alt="The face of {source.name}" src="devices/{source.script}-light.svg"></picture>'
    )
    return (
        f"## {source.name}\n\n{source.annotation}\n\n{picture}\n\n"
        f"| control | range | at first | what it does |\n|---|---|---|---|\n{rows}\n"
    )


def _rows(source: Source) -> Iterator[str]:
    yield f"| the screen | | | {source.screen.annotation} |"
    for control in source.controls:
        match control:
            case Button():
                yield f"| **{control.text}** (a button) | | | {control.annotation} |"
            case Control():
                yield f"| {_name(control)} | {_range(control)} | {_initial(control)} | {control.annotation} |"


def _name(control: Control) -> str:
    shown = control.text or control.short
    return control.parameter if shown == control.parameter else f"{control.parameter} ({shown})"


def _range(control: Control) -> str:
    if control.is_filled:
        return "what the bridge has"
    if control.values:
        return ", ".join(control.values)
    return f"{control.low:g} to {control.high:g}{UNITS.get(control.unit, '')}"


def _initial(control: Control) -> str:
    if control.values:
        return control.values[int(control.initial)]
    return f"{control.initial:g}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog=COMMAND, description="Writes the page of the devices.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the page is stale")
    given = parser.parse_args(arguments)
    try:
        text = page(sources.read_all(ROOT / "max_for_live" / "patchers"))
    except BadFile as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == text:
        return 0
    if given.check:
        print(f"docs/devices.md is stale: run {COMMAND}.", file=sys.stderr)
        return 1
    FILE.write_text(text, encoding="utf-8", newline="\n")
    print("docs/devices.md is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
