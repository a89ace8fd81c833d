"""One command for all that is derived. What each step writes is tested with the step."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence

import pytest

from max_for_live import derive


def steps(codes: Sequence[int]) -> tuple[list[tuple[int, list[str]]], list[Callable[[Sequence[str]], int]]]:
    """What will have been called, and steps that end with these codes."""
    called: list[tuple[int, list[str]]] = []

    def step(index: int, code: int) -> Callable[[Sequence[str]], int]:
        def run(arguments: Sequence[str]) -> int:
            called.append((index, list(arguments)))
            return code

        return run

    return called, [step(*pair) for pair in enumerate(codes)]


def test_each_is_written_before_what_is_made_of_it() -> None:
    names = [f"{step.__module__}.{step.__name__}" for step in derive.STEPS]
    assert names == ["bridge.wire.derived.main", "max_for_live.build.main", "max_for_live.page.main",
                     "max_for_live.derive.faces"]  # fmt: skip
    called, made = steps([0, 0, 0, 0])
    assert derive.main([], made) == 0
    assert called == [(index, []) for index in range(4)]


def test_nothing_is_made_of_what_could_not_be_written() -> None:
    called, made = steps([0, 1, 0])
    assert derive.main([], made) == 1
    assert called == [(0, []), (1, [])]


def test_all_that_is_stale_is_named() -> None:
    called, made = steps([0, 1, 0])
    assert derive.main(["--check"], made) == 1
    assert called == [(index, ["--check"]) for index in range(3)]
    assert derive.main(["--check"], steps([0, 0])[1]) == 0


def test_without_node_the_faces_are_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for arguments in ([], ["--check"]):
        assert derive.faces(arguments) == 0
        assert "there is no node here" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_nothing_of_the_repository_is_stale(capfd: pytest.CaptureFixture[str]) -> None:
    code = derive.main(["--check"])
    assert (code, capfd.readouterr().err) == (0, "")
