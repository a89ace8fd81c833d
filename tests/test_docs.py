"""What the Markdown files say: every link leads somewhere, every file is there, every command can be typed."""

from __future__ import annotations

import argparse
import ast
import doctest
import re
import shlex
from pathlib import Path

import pytest

import start
from bridge import __main__ as command_line
from bridge.presets import PRESET_KEYS, Presets
from bridge.serving import screen
from bridge.settings import SETTINGS
from bridge.wire import derived
from bridge.wire.protocol import PORT
from tests.shipped import MODELS

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("benchmarks", "bridge", "docs", "examples", "max_for_live", "onnx_models", "presets", "tests", "training")
IN_FOLDERS = (page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *(page for page in IN_FOLDERS if "node_modules" not in page.parts)])
MUSICIAN = (ROOT / "docs/musician.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOUSE = (ROOT / "docs/house.md").read_text(encoding="utf-8")

MADE_BY_THE_READER = re.compile(r"[ABCD]\.mid|blend x0\.50 y0\.50\.mid|\.venv(/.*|\\.*)?|WORK/.*")
"""File names in the pages that are the reader's own, or made by start.py."""
FILE_NAME = re.compile(r"[\w.][\w./-]*(\.(py|md|yaml|toml|txt|js|mid|onnx|svg|png|npz)|/)")
TOOLS = {"pip", "pytest", "ruff", "mypy"}

EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def without_blocks(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)


def blocks(text: str) -> list[str]:
    return re.findall(r"^ *```\w*\n(.*?)^ *```", text, flags=re.MULTILINE | re.DOTALL)


def inline_code(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", without_blocks(text))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", without_blocks(text_of(page)), flags=re.MULTILINE)
    return {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}


def commands(text: str) -> list[list[str]]:
    """Every command line that begins with `python`, in a block or in the text, without its comment."""
    lines = [line.strip() for block in blocks(text) for line in block.splitlines()] + inline_code(text)
    # What a screen shows has two spaces before what it says of a command.
    return [shlex.split(line.split("  ")[0]) for line in lines if line.startswith("python ")]


ALL_COMMANDS = sorted({shlex.join(command): command for page in PAGES for command in commands(text_of(page))}.items())


# --- links and files ----------------------------------------------------------------------------------------------


@EACH
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(text_of(page))):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{target} is not there"
        if anchor:
            assert anchor in anchors(linked), f"{target}: there is no such heading"


@EACH
def test_every_file_that_is_named_is_there(page: Path) -> None:
    text = without_blocks(text_of(page))
    # A folder that a page links to may be meant by the names that follow.
    linked = [page.parent / target for target in re.findall(r"\]\(([\w/]+)\)", text)]
    for line in text.splitlines():
        places = [ROOT, page.parent, *linked]
        # In a table of rooms, a row's names are those of the folder in its first column.
        if room := re.match(r"\| `([\w/]+/)` \|", line):
            places.append(ROOT / room[1])
        for name in re.findall(r"`([^`]+)`", line):
            if FILE_NAME.fullmatch(name) and not MADE_BY_THE_READER.fullmatch(name):
                assert any((place / name).exists() for place in places), f"{name} is not there"


def test_house_names_every_file_of_the_bridge() -> None:
    for file in sorted((ROOT / "bridge").rglob("*.py")):
        if file.name != "__init__.py":
            assert f"`{file.name}`" in HOUSE or f"`{file.relative_to(ROOT).as_posix()}`" in HOUSE, file.name


# --- commands -----------------------------------------------------------------------------------------------------


class Wrong(Exception):
    """A command line that its parser refuses."""


@pytest.fixture(autouse=True)
def parsers_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    def error(parser: argparse.ArgumentParser, message: str) -> None:
        raise Wrong(f"{parser.prog}: {message}")

    monkeypatch.setattr(argparse.ArgumentParser, "error", error)


def try_command(words: list[str]) -> None:
    """Raises Wrong for a command that does not exist, or an option that its parser does not have."""
    match words[1:]:
        case ["start.py", "test", *_]:
            pass  # the rest is pytest's
        case ["start.py", *rest]:
            try_bridge(start.bridge_arguments(rest))
        case ["-m", "bridge", *rest]:
            try_bridge(rest)
        case ["-m", "bridge.wire.derived", *rest]:
            derived.parser().parse_args(rest)
        case ["-m", tool, *_] if tool in TOOLS:
            pass
        case ["-m", module, *rest]:
            try_script(module, rest)
        case _:
            raise Wrong(shlex.join(words))


def try_bridge(arguments: list[str]) -> None:
    if "--help" in arguments:
        with pytest.raises(SystemExit):
            command_line._parser().parse_args(arguments)
    else:
        command_line._parser().parse_args(arguments)


def try_script(module: str, arguments: list[str]) -> None:
    """Its options are read from its source: what it imports, torch among it, is not installed where the tests run."""
    path = ROOT / (module.replace(".", "/") + ".py")
    if not path.is_file():
        raise Wrong(f"there is no {module}")
    parser = argparse.ArgumentParser(prog=module)
    for call in ast.walk(ast.parse(text_of(path))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument":
            keywords = {keyword.arg: keyword.value for keyword in call.keywords}
            names = [name.value for name in call.args if isinstance(name, ast.Constant)]
            given = {
                word: value.value
                for word in ("action", "nargs", "required")
                if isinstance(value := keywords.get(word), ast.Constant)
            }
            parser.add_argument(*names, **given)
    parser.parse_args(arguments)


@pytest.mark.parametrize("command", [words for _, words in ALL_COMMANDS], ids=[shown for shown, _ in ALL_COMMANDS])
def test_every_command_can_be_typed(command: list[str]) -> None:
    try_command(command)


@pytest.mark.parametrize(
    "wrong",
    [
        "python start.py aks",
        "python start.py ask blend A.mid B.mid --z 1 --out clips",
        "python start.py ask vary A.mid",
        "python -m training.nothing",
        "python -m training.evaluate --data PATH --nothing",
        "python -m bridge.wire.derived --cheque",
        "python setup.py",
    ],
)
def test_a_wrong_command_would_be_seen(wrong: str) -> None:
    with pytest.raises(Wrong):
        try_command(shlex.split(wrong))


def test_the_pages_show_commands() -> None:
    shown = " ".join(shown for shown, _ in ALL_COMMANDS)
    for word in ("start.py demo", "ask generate", "ask vary", "ask interpolate", "ask blend", "ask continue",
                 "ask humanise", "ask drumify", "start.py test", "benchmarks.latency", "training.train humanise",
                 "training.evaluate", "ruff check", "mypy", "bridge.wire.derived"):  # fmt: skip
        assert word in shown


def test_contributing_names_a_test_that_exists() -> None:
    for file, name in re.findall(r"(tests/\S+\.py)::(\w+)", text_of(ROOT / "CONTRIBUTING.md")):
        assert f"def {name}(" in text_of(ROOT / file)


# --- facts --------------------------------------------------------------------------------------------------------


def test_the_readme_shows_the_screen_of_the_start(presets: Presets) -> None:
    assert f"```\n{screen(PORT, MODELS, presets)}\n```" in README


def test_the_table_of_settings_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [\w, ]+ \| (\S+) \| (\S+) \| (\S+) \|", MUSICIAN, flags=re.MULTILINE)
    assert {name: tuple(map(float, numbers)) for name, *numbers in rows} == {
        name: (setting.low, setting.high, setting.default) for name, setting in SETTINGS.items()
    }


def test_the_presets_and_kits_of_the_musicians_page_are_those_that_are_shipped(presets: Presets) -> None:
    shipped = presets
    said = " ".join(MUSICIAN.split())
    listed = re.search(r"Sideman comes with (.+?);", said)
    assert listed is not None
    assert re.findall(r"`(\w+)`", listed[1]) == list(shipped.presets)
    listed = re.search(r"Three kits come with Sideman: (.+?)\. If", said)
    assert listed is not None
    assert re.findall(r"`(\w+)`", listed[1]) == list(shipped.kits)
    may_set = re.search(r"It may set (.+?)\.", said)
    assert may_set is not None
    assert set(re.findall(r"`(\w+)`", may_set[1])) == set(PRESET_KEYS) - {"name", "about"}


def test_the_preset_and_the_kit_of_the_musicians_page_are_read(tmp_path: Path) -> None:
    preset, kit = re.findall(r"```yaml\n(.*?)```", MUSICIAN, flags=re.DOTALL)
    (tmp_path / "kits").mkdir()
    (tmp_path / "mine.yaml").write_text(preset, encoding="utf-8")
    (tmp_path / "kits/mine.yaml").write_text(kit, encoding="utf-8")
    shipped = ROOT / "presets/kits/live_drum_rack.yaml"
    (tmp_path / "kits/live_drum_rack.yaml").write_text(text_of(shipped), encoding="utf-8")
    read = Presets.load(tmp_path)
    assert list(read.presets) == ["brushes"]
    assert "my_rack" in read.kits


def test_the_messages_of_the_musicians_page_are_those_of_the_code() -> None:
    # The sentences as they are said: what Python joins from several lines is joined.
    source = "".join(re.sub(r'"\s*\n\s*f?"', "", text_of(file)) for file in (ROOT / "bridge").rglob("*.py"))
    table = MUSICIAN.split("## What the messages mean")[1].split("## ")[0]
    cells = re.findall(r"^\| (`.+?) \|", table, flags=re.MULTILINE)
    assert len(cells) >= 10
    for fragment in (piece for cell in cells for quoted in inline_code(cell) for piece in quoted.split("…")):
        assert fragment.strip() in source, fragment


@EACH
def test_examples_in_python_do_what_they_say(page: Path) -> None:
    if ">>> " in text_of(page):
        assert doctest.testfile(str(page), module_relative=False, encoding="utf-8").failed == 0
