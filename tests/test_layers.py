"""The layers of docs/house.md, read from the imports of every file."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BRIDGE = ROOT / "bridge"
FILES = sorted(BRIDGE.rglob("*.py"))

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "settings": {"errors"},
    "music": {"errors"},
    "transport": {"errors", "music"},
    "plain_yaml": {"errors"},
    "checked": {"errors"},
    "presets": {"checked", "errors", "music", "plain_yaml", "settings"},
    # What can be asked, and what its fields mean: both wings stand on it.
    "says": {"errors", "settings"},
    "requests": {"music", "says", "settings"},
    "places": set(),
    # One wing, music: from models to the band, which knows no wire ...
    "models": {"checked", "errors", "music"},
    "skills": {"errors", "models", "music", "requests", "settings"},
    "band": {"errors", "models", "music", "places", "presets", "requests", "settings", "skills"},
    # ... and the other: the envelope around a request.
    "wire": {"errors", "music", "requests", "says", "settings", "transport"},
    "planner": {"errors", "wire"},
    "client": {"errors", "music", "requests", "transport", "wire"},
    # They meet here, and come in through the doors.
    "service": {"", "band", "errors", "models", "music", "planner", "presets", "wire"},
    "doors": {"errors", "models", "presets", "service", "wire"},
    # The command line: those that load models, and `ask`, which loads none.
    "terminal": {"errors", "music"},
    "serving": {"", "doors", "errors", "models", "presets"},
    "demo": {"client", "doors", "errors", "music", "places", "presets", "serving", "terminal", "transport"},
    "asking": {"client", "errors", "music", "requests", "settings", "terminal", "transport"},
    "__main__": {"", "asking", "client", "demo", "errors", "places", "serving"},
    # The package itself, which knows its version.
    "": set(),
}
"""Room of the bridge -> the rooms that it may import, besides its own. A room is a folder or a file of bridge/."""

PACKAGES = {
    "mido": {"music/midi_file.py"},
    "onnxruntime": {"models/engine.py"},
    "yaml": {"plain_yaml.py"},
    "numpy": {"models/", "skills/"},
    "pythonosc": {"wire/osc.py"},
}
"""Package that is not Python's own -> where alone it may be imported. Whatever is not listed may be nowhere."""

FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "importlib", "runpy"}
FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__"}

EACH = pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(BRIDGE).as_posix())


def imports(source: str) -> Iterator[str]:
    """The dotted names of all that is imported, wherever it stands in the file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            # `from bridge import demo` imports bridge.demo; `from bridge.errors import Busy` adds nothing to its room.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(dotted: str) -> str:
    """bridge.wire.osc.decode -> wire; bridge -> the empty name."""
    return [*dotted.split("."), ""][1]


def room_of(file: Path) -> str:
    """bridge/wire/osc.py -> wire, bridge/client.py -> client."""
    name = file.relative_to(BRIDGE).parts[0].removesuffix(".py")
    return "" if name == "__init__" else name


def test_every_room_has_its_row() -> None:
    assert {room_of(file) for file in FILES} == MAY_IMPORT.keys()


@EACH
def test_imports_point_one_way(file: Path) -> None:
    own = room_of(file)
    rooms = {room(name) for name in imports(file.read_text(encoding="utf-8")) if name.split(".")[0] == "bridge"}
    assert rooms - {own} <= MAY_IMPORT[own]


def test_no_two_rooms_import_each_other() -> None:
    """The table itself has no circle: the rooms can be put in an order."""
    left = {name: rooms - {name} for name, rooms in MAY_IMPORT.items()}
    while left:
        free = {name for name, rooms in left.items() if not rooms & left.keys()}
        assert free, f"a circle among {sorted(left)}"
        left = {name: rooms for name, rooms in left.items() if name not in free}


@EACH
def test_packages_stay_in_their_place(file: Path) -> None:
    path = file.relative_to(BRIDGE).as_posix()
    for name in imports(file.read_text(encoding="utf-8")):
        package = name.split(".")[0]
        if package == "bridge" or package in sys.stdlib_module_names:
            continue
        places = PACKAGES.get(package, set())
        assert any(path == place or (place.endswith("/") and path.startswith(place)) for place in places), (
            f"{path} imports {package}"
        )


@EACH
def test_nothing_that_arrives_can_be_run(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & FORBIDDEN_NAMES
    modules = {name.split(".")[0] for name in imports(file.read_text(encoding="utf-8"))}
    assert not modules & FORBIDDEN_MODULES
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    assert "allow_pickle" not in keywords


def test_the_readers_of_imports_see_what_they_must() -> None:
    source = "import bridge.wire.osc\nfrom bridge import demo\ndef late():\n    from torch import nn\n"
    found = list(imports(source))
    assert found == ["bridge.wire.osc", "bridge.demo", "torch.nn"]
    assert [room(name) for name in (*found[:2], "bridge")] == ["wire", "demo", ""]


def test_no_socket_is_open_to_the_network() -> None:
    folders = ("bridge", "benchmarks", "max_for_live", "presets", "training")
    files = [ROOT / "start.py", *(file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file())]
    everywhere = b".".join([b"0"] * 4)
    assert [file for file in files if "__pycache__" not in file.parts and everywhere in file.read_bytes()] == []


def loaded_by(code: str) -> set[str]:
    """Which of the packages and of the heavy rooms are there once this has run."""
    names = ", ".join(repr(package) for package in (*PACKAGES, "bridge.service", "bridge.models", "bridge.skills"))
    code += f"; import sys; print(*[name for name in ({names}) if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, timeout=60, capture_output=True, text=True
    )
    return set(said.stdout.split())


def test_the_client_is_light() -> None:
    """A notebook or a script that only asks loads no model's engine, and of the packages only what writes OSC."""
    assert loaded_by("import bridge.client") == {"pythonosc"}


def test_ask_is_light() -> None:
    """The command line reads MIDI files, and waits for no engine that the running bridge has loaded already."""
    ask = "from bridge.__main__ import _parser; _parser().parse_args(['ask', 'generate', '--out', 'clips'])"
    assert loaded_by(ask) == {"mido", "pythonosc"}
