"""Builds the devices: every `patchers/*.yaml` and its script -> .amxd files, the same bytes on every computer.

    python -m max_for_live.build            writes what is not up to date
    python -m max_for_live.build --check    writes nothing; names what is stale, and exits with 1 if anything is

    devices/NAME.amxd       frozen: the script is inside. What a musician drops into Live; in the repository.
    unfrozen/NAME.amxd      with its script beside it, to open and look at in Max; not in the repository.

A device that breaks a rule of `validator` is not written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bridge.errors import BadFile
from max_for_live import amxd, patcher, sources
from max_for_live.bundle import bundle
from max_for_live.sources import Source
from max_for_live.validator import validate

__all__ = ["DEVICES", "UNFROZEN", "files", "frozen", "main", "stale"]

ROOT = Path(__file__).resolve().parent
COMMAND = "python -m max_for_live.build"
DEVICES, UNFROZEN = "devices", "unfrozen"


def frozen(source: Source, script: str) -> amxd.Device:
    """The device with its bundled script inside."""
    held = amxd.Dependency(patcher.script_file(source.script), script.encode("utf-8"))
    return amxd.Device(source.kind, patcher.build(source), (held,), f"{source.name}.amxd")


def files(root: Path = ROOT) -> tuple[dict[str, bytes], list[str]]:
    """Path below `root` -> what must stand there; and a sentence for whatever keeps a device from being built."""
    made: dict[str, bytes] = {}
    troubles: list[str] = []
    try:
        found = sources.read_all(root / "patchers")
    except BadFile as refusal:
        return made, [str(refusal)]
    for source in found:
        try:
            made.update(_device(source, bundle(root / "script", source.script)))
        except BadFile as refusal:
            troubles += [f"{source.name}: {sentence}" for sentence in str(refusal).split("\n")]
    return made, troubles


def _device(source: Source, script: str) -> Iterator[tuple[str, bytes]]:
    device = frozen(source, script)
    data = amxd.write(device)
    broken = validate(data)
    if broken:
        raise BadFile("\n".join(broken))
    yield f"{DEVICES}/{device.file_name}", data
    yield f"{UNFROZEN}/{device.file_name}", amxd.write(amxd.Device(device.kind, device.patcher))
    yield f"{UNFROZEN}/{patcher.script_file(source.script)}", script.encode("utf-8")


def stale(made: dict[str, bytes], root: Path = ROOT) -> list[str]:
    """Of what is in the repository, the paths that are missing, differ, or have no source any more."""
    kept = {path: data for path, data in made.items() if not path.startswith(f"{UNFROZEN}/")}
    return [*_differing(kept, root), *(f"{DEVICES}/{name}" for name in _orphans(made, root))]


def _differing(made: dict[str, bytes], root: Path) -> list[str]:
    return [path for path, data in made.items() if not (root / path).is_file() or (root / path).read_bytes() != data]


def _orphans(made: dict[str, bytes], root: Path) -> list[str]:
    return sorted(file.name for file in (root / DEVICES).glob("*.amxd") if f"{DEVICES}/{file.name}" not in made)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    given = parser().parse_args(arguments)
    made, troubles = files(root)
    for sentence in troubles:
        print(sentence, file=sys.stderr)
    if given.check:
        found = stale(made, root)
        for path in found:
            print(f"max_for_live/{path} is stale: run {COMMAND}.", file=sys.stderr)
        return 1 if found or troubles else 0
    for path in _differing(made, root):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(made[path])
        print(f"max_for_live/{path} is written.")
    for name in [] if troubles else _orphans(made, root):
        (root / DEVICES / name).unlink()
        print(f"max_for_live/{DEVICES}/{name} is removed: nothing makes it any more.")
    return 1 if troubles else 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=COMMAND, description="Builds the Max for Live devices from their sources.")
    made.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a device is stale")
    return made


if __name__ == "__main__":
    sys.exit(main())
