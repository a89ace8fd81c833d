"""Files that are tried in a process of their own: what crashes there does not crash here."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from bridge.models import probe as probe_file
from bridge.models.probe import probe
from tests.models.tiny_model import CRASHING, tiny_model

GOOD = tiny_model().SerializeToString()


def test_a_crash_is_its_files_alone() -> None:
    crashing = CRASHING.SerializeToString()
    files = {"a.onnx": GOOD, "b.onnx": crashing, "c\n.onnx": b"no model", "d.onnx": crashing, "e.onnx": GOOD}
    sentences = probe(files)
    assert sentences.keys() == {"b.onnx", "c\n.onnx", "d.onnx"}
    assert sentences["b.onnx"].startswith("b.onnx ")
    assert sentences["c\n.onnx"] == r"'c\n.onnx' is cut short or is no ONNX model: copy it again."


def test_nothing_is_tried_where_there_is_nothing() -> None:
    assert probe({}) == {}


def said(monkeypatch: pytest.MonkeyPatch, *outcomes: bytes | Exception) -> list[int]:
    """Lets the processes end like this, one after the other; returns how many bytes each was given."""
    given: list[int] = []
    ends = iter(outcomes)

    def run(*arguments: Any, **named: Any) -> subprocess.CompletedProcess[bytes]:
        given.append(len(named["input"].partition(b"\n")[2]))
        outcome = next(ends)
        if isinstance(outcome, Exception):
            raise outcome
        return subprocess.CompletedProcess(arguments, 0, outcome)

    monkeypatch.setattr(probe_file.subprocess, "run", run)
    return given


def test_after_a_crash_another_process_goes_on_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given = said(monkeypatch, b'"ready"\n""\n', b'"ready"\n"c is wrong."\n')
    assert probe({"a": b"1", "b": b"22", "c": b"333"}) == {
        "b": "b is broken: the process that tried it crashed or never ended.",
        "c": "c is wrong.",
    }
    assert given == [6, 3]


def test_a_file_whose_trial_never_ends_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    expired = subprocess.TimeoutExpired("python", 1.0, output=b'"ready"\n""\n"cut sho')
    said(monkeypatch, expired)
    assert probe({"a": b"1", "b": b"2"}) == {"b": "b is broken: the process that tried it crashed or never ended."}


@pytest.mark.parametrize("outcome", [OSError(), b"", subprocess.TimeoutExpired("python", 1.0)])
def test_without_a_process_nothing_is_taken_on_trust(
    monkeypatch: pytest.MonkeyPatch, outcome: bytes | Exception
) -> None:
    said(monkeypatch, outcome)
    assert probe({"a": b"1", "b": b"2"}) == {
        "a": "a is skipped: no process could be started to try it.",
        "b": "b is skipped: no process could be started to try it.",
    }
