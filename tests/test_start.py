"""What start.py decides: which Python, which command, whether to set up, and what to say when that fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import start


class FakeShell(start.Shell):
    """Notes every command. A venv that it makes works from then on; pip answers as told."""

    def __init__(self, root: Path, *, works: bool = False, pip: tuple[int, str] = (0, "")) -> None:
        self.root = root
        self.works = works
        self.pip = pip
        self.python_said = str(start.THIS_PYTHON)
        self.venv = (0, "")
        self.commands: list[list[str]] = []
        self.environment: Mapping[str, str] = {}
        self.codes: dict[str, int] = {}
        self.stamp_during_pip = False

    def ask(self, command: Sequence[str]) -> tuple[int, str]:
        if "-c" in command:
            return (0, self.python_said + "\n") if self.works else (127, "No such file or directory")
        self.commands.append(list(command))
        if "venv" in command:
            (self.root / ".venv").mkdir(exist_ok=True)
            start.stamp(self.root).unlink(missing_ok=True)
            self.works, self.python_said = True, str(start.THIS_PYTHON)
            return self.venv
        self.stamp_during_pip = start.stamp(self.root).exists()
        return self.pip

    def show(self, command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> int:
        assert folder == self.root
        self.commands.append(list(command))
        self.environment = environment
        return self.codes.get(command[2], 0)

    def become(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        self.commands.append(list(command))
        self.environment = environment
        return self.codes.get("bridge", 0)

    @property
    def modules(self) -> list[str]:
        """The module that each command ran with `-m`."""
        return [command[2] for command in self.commands]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text("mido==1.3.3\n")
    (tmp_path / "requirements-test.txt").write_text("pytest==9.2.0\n")
    return tmp_path


@pytest.fixture
def ready(root: Path) -> FakeShell:
    """A folder that is set up for the bridge, not for the tests."""
    shell = FakeShell(root)
    assert start.main([], {}, root, shell) == 0
    shell.commands.clear()
    return shell


@pytest.mark.parametrize("version", [(3, 10), (3, 11), (3, 12), (3, 13)])
def test_a_python_that_sideman_runs_on(version: tuple[int, int]) -> None:
    assert start.python_trouble(version, windows=False) is None


@pytest.mark.parametrize("version", [(3, 7), (3, 9), (3, 14), (4, 0)])
def test_another_python_is_named_in_one_sentence(version: tuple[int, int]) -> None:
    sentence = start.python_trouble(version, windows=False)
    assert sentence is not None
    assert f"this is Python {version[0]}.{version[1]}." in sentence
    assert sentence.endswith("python3.13 start.py")
    assert "\n" not in sentence


def test_windows_has_its_own_way_to_start_another_python() -> None:
    assert "py -3.13 start.py" in str(start.python_trouble((3, 9), windows=True))


def test_another_python_ends_the_start_before_anything_is_made(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "THIS_PYTHON", (3, 9))
    shell = FakeShell(root)
    assert start.main([], {}, root, shell) == 1
    assert "this is Python 3.9" in capsys.readouterr().err
    assert shell.commands == []
    assert not (root / ".venv.lock").exists()


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        ([], ["serve"]),
        (["--port", "42712"], ["serve", "--port", "42712"]),
        (["--help"], ["--help"]),
        (["--version"], ["--version"]),
        (["-h"], ["-h"]),
        (["serve", "--help"], ["serve", "--help"]),
        (["demo", "--out", "here"], ["demo", "--out", "here"]),
        (["ask", "blend", "a.mid", "test"], ["ask", "blend", "a.mid", "test"]),
    ],
)
def test_what_the_bridge_gets(ready: FakeShell, given: list[str], passed_on: list[str]) -> None:
    assert start.main(given, {}, ready.root, ready) == 0
    assert ready.commands == [[start.interpreter(ready.root), "-m", "bridge", *passed_on]]


def test_the_exit_code_of_the_bridge_is_passed_on(ready: FakeShell) -> None:
    ready.codes["bridge"] = 2
    assert start.main(["ask"], {}, ready.root, ready) == 2


def test_the_bridge_is_found_from_any_folder(ready: FakeShell) -> None:
    start.main([], {"PYTHONPATH": "theirs", "HOME": "home"}, ready.root, ready)
    assert ready.environment["PYTHONPATH"] == f"{ready.root}{os.pathsep}theirs"
    assert ready.environment["PYTHONSAFEPATH"] == "1"
    assert ready.environment["HOME"] == "home"
    start.main([], {}, ready.root, ready)
    assert ready.environment["PYTHONPATH"] == str(ready.root)


@pytest.mark.parametrize("arguments", [[], ["test"]])
def test_onnxruntime_is_told_not_to_report(ready: FakeShell, arguments: list[str]) -> None:
    start.main(arguments, {}, ready.root, ready)
    assert ready.environment["ORT_DISABLE_TELEMETRY"] == "1"


def test_the_first_start_makes_a_venv_and_installs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell = FakeShell(root)
    assert start.main([], {}, root, shell) == 0
    assert shell.modules == ["venv", "pip", "bridge"]
    assert "--clear" in shell.commands[0]
    assert shell.commands[1][-2:] == ["--requirement", str(root / "requirements.txt")]
    captured = capsys.readouterr()
    assert captured.err == "Setting up Sideman (once, about a minute) ...\n"
    assert captured.out == ""


def test_the_second_start_touches_nothing(ready: FakeShell, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    before = start.stamp(ready.root).read_bytes()
    assert start.main([], {}, ready.root, ready) == 0
    assert ready.modules == ["bridge"]
    assert start.stamp(ready.root).read_bytes() == before
    assert capsys.readouterr().err == ""


def test_a_changed_pin_is_installed_into_the_same_venv(ready: FakeShell) -> None:
    (ready.root / "requirements.txt").write_text("mido==1.3.4\n")
    start.main([], {}, ready.root, ready)
    assert ready.modules == ["pip", "bridge"]


def test_a_file_that_is_only_newer_is_not_installed_again(ready: FakeShell) -> None:
    os.utime(ready.root / "requirements.txt", (2_000_000_000, 2_000_000_000))
    start.main([], {}, ready.root, ready)
    assert ready.modules == ["bridge"]


def test_the_fingerprint_tells_files_and_pythons_apart(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = start.fingerprint(root / "requirements.txt")
    assert mine == start.fingerprint(root / "requirements.txt")
    assert mine != start.fingerprint(root / "requirements-test.txt")
    monkeypatch.setattr(sys.implementation, "cache_tag", "cpython-399")
    assert mine != start.fingerprint(root / "requirements.txt")


def test_a_venv_without_a_working_python_is_built_anew(ready: FakeShell) -> None:
    ready.works = False
    start.main([], {}, ready.root, ready)
    assert ready.modules == ["venv", "pip", "bridge"]


def test_a_venv_of_another_python_is_built_anew(ready: FakeShell) -> None:
    ready.python_said = "(3, 9)"
    start.main([], {}, ready.root, ready)
    assert ready.modules == ["venv", "pip", "bridge"]


def test_an_interrupted_install_is_built_anew(root: Path) -> None:
    class Interrupted(FakeShell):
        def ask(self, command: Sequence[str]) -> tuple[int, str]:
            answer = super().ask(command)
            if "pip" in command:
                raise KeyboardInterrupt
            return answer

    interrupted = Interrupted(root)
    assert start.main([], {}, root, interrupted) == start.INTERRUPTED
    assert start.read_stamp(root) == {}
    again = FakeShell(root, works=True)
    assert start.main([], {}, root, again) == 0
    assert again.modules == ["venv", "pip", "bridge"]


def test_the_stamp_is_away_while_pip_works(ready: FakeShell) -> None:
    (ready.root / "requirements.txt").write_text("mido==1.3.4\n")
    start.main([], {}, ready.root, ready)
    assert not ready.stamp_during_pip
    assert start.stamp(ready.root).exists()


@pytest.mark.parametrize("content", [b"", b"requirements.txt", b"\xff\xfe", b"requirements.txt 0\n", b"\n \n"])
def test_a_damaged_stamp_counts_as_not_installed(ready: FakeShell, content: bytes) -> None:
    start.stamp(ready.root).write_bytes(content)
    assert start.outdated(ready.root, start.RUN_REQUIREMENTS) == ["requirements.txt"]


def test_a_failed_install_of_the_test_tools_leaves_the_bridge_as_it_was(ready: FakeShell) -> None:
    ready.pip = (1, "ERROR: No matching distribution found for pytest==9.2.0")
    assert start.main(["test"], {}, ready.root, ready) == 1
    ready.commands.clear()
    assert start.main([], {}, ready.root, ready) == 0
    assert ready.modules == ["bridge"]


def test_a_failed_first_install_is_tried_again(root: Path) -> None:
    shell = FakeShell(root, pip=(1, "ERROR: something"))
    assert start.main([], {}, root, shell) == 1
    assert shell.modules == ["venv", "pip"]
    shell.pip = (0, "")
    assert start.main([], {}, root, shell) == 0


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\n"
            "ERROR: No matching distribution found for mido==1.3.3",
            "needs the internet once",
        ),
        ("ERROR: No matching distribution found for onnxruntime==1.31.1", "64-bit Python"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("HINT: This error might have occurred since this system does not have Windows Long Path support", "too long"),
        ("The virtual environment was not created successfully because ensurepip is not\navailable.", "-venv"),
        ("/usr/bin/python3: No module named venv", "-venv"),
        ("Command '[python, -m, ensurepip]' failed: No space left on device", "disk is full"),
        ("something else", "delete the folder .venv"),
    ],
)
def test_a_failed_set_up_says_what_to_do(said: str, advice: str) -> None:
    sentences = start.setup_trouble(said).splitlines()
    assert advice in sentences[-1]
    assert sentences[-3] == said.splitlines()[-1]
    assert "Retrying" not in sentences[0]


def test_a_venv_that_cannot_be_made_ends_the_start(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell = FakeShell(root)
    shell.venv = (1, "No module named venv")
    assert start.main([], {}, root, shell) == 1
    assert shell.modules == ["venv"]
    assert "lacks its venv module" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".venv.lock").mkdir()  # Nothing can be written to a file that is a folder, whoever runs the tests.
    assert start.main([], {}, root, FakeShell(root)) == 1
    assert f"Sideman cannot write in its folder {root} (" in capsys.readouterr().err


def test_a_missing_requirements_file_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "requirements.txt").unlink()
    assert start.main([], {}, root, FakeShell(root)) == 1
    assert "requirements.txt" in capsys.readouterr().err


def test_a_path_that_python_cannot_search_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / f"left{os.pathsep}right"
    assert start.main([], {}, root, FakeShell(root)) == 1
    assert str(root) in capsys.readouterr().err


def test_one_set_up_at_a_time(root: Path) -> None:
    other = os.open(root / ".venv.lock", os.O_CREAT | os.O_RDWR)
    try:
        with start.alone(root):
            assert not start.try_lock(other)
        assert start.try_lock(other)
    finally:
        os.close(other)


def test_the_tests_need_both_files_and_run_the_tools_in_order(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell = FakeShell(root)
    assert start.main(["test"], {}, root, shell) == 0
    assert shell.modules == ["venv", "pip", "ruff", "mypy", "pytest"]
    assert str(root / "requirements-test.txt") in shell.commands[1]
    said = capsys.readouterr().err.splitlines()
    assert said[1:] == ["== ruff check .", "== mypy", "== pytest"]
    shell.commands.clear()
    assert start.main(["test"], {}, root, shell) == 0
    assert start.main([], {}, root, shell) == 0
    assert shell.modules == ["ruff", "mypy", "pytest", "bridge"]


def test_the_tests_install_only_what_is_missing(ready: FakeShell) -> None:
    start.main(["test"], {}, ready.root, ready)
    assert str(ready.root / "requirements.txt") not in ready.commands[0]
    assert str(ready.root / "requirements-test.txt") in ready.commands[0]


def test_the_first_tool_that_fails_ends_the_tests(ready: FakeShell) -> None:
    ready.codes["mypy"] = 1
    assert start.main(["test"], {}, ready.root, ready) == 1
    assert ready.modules == ["pip", "ruff", "mypy"]


def test_arguments_of_the_tests_go_to_pytest_alone(ready: FakeShell) -> None:
    ready.codes["pytest"] = 5
    assert start.main(["test", "-k", "blend"], {}, ready.root, ready) == 5
    assert ready.commands[1:] == [[start.interpreter(ready.root), "-m", "pytest", "-k", "blend"]]


def test_a_real_process_answers_and_a_missing_one_says_so() -> None:
    shell = start.Shell()
    assert shell.ask([sys.executable, "-S", "-c", "print('here')"]) == (0, "here" + os.linesep)
    code, said = shell.ask(["no-such-program-anywhere"])
    assert code == 127
    assert said
    assert shell.show([sys.executable, "-S", "-c", "raise SystemExit(3)"], os.environ) == 3


def requirements(name: str) -> list[Requirement]:
    lines = (start.ROOT / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r "))]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt", "requirements-train.txt"])
def test_every_requirement_is_pinned(name: str) -> None:
    assert [str(each) for each in requirements(name) if not str(each.specifier).startswith("==")] == []


def test_models_are_checked_by_the_onnx_that_writes_them() -> None:
    tested, trained = (
        [str(each) for each in requirements(name) if each.name == "onnx"]
        for name in ("requirements-test.txt", "requirements-train.txt")
    )
    assert tested == trained != []


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
@pytest.mark.parametrize(
    ("platform", "machine"),
    [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("darwin", "x86_64"), ("win32", "AMD64")],
)
def test_every_computer_gets_one_onnxruntime(python: str, platform: str, machine: str) -> None:
    computer = {"python_version": python, "sys_platform": platform, "platform_machine": machine}
    pins = [
        str(each.specifier)
        for each in requirements("requirements.txt")
        if each.name == "onnxruntime" and (each.marker is None or each.marker.evaluate(computer))
    ]
    is_left_behind = python == "3.10" or (platform, machine) == ("darwin", "x86_64")
    assert pins == ["==1.23.2" if is_left_behind else "==1.31.1"]
