"""Serving: what loading left is given back where the system has a way to, and nothing breaks where it has none."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from bridge import serving


@pytest.fixture
def c_library(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts another C library in place of the system's."""

    def put(**calls: object) -> None:
        monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace(**calls))

    return put


@pytest.mark.parametrize(("platform", "expected"), [("linux", [0]), ("darwin", []), ("win32", [])])
def test_memory_is_given_back_on_linux(
    monkeypatch: pytest.MonkeyPatch, c_library: Callable[..., None], platform: str, expected: list[int]
) -> None:
    kept_bytes: list[int] = []
    c_library(malloc_trim=kept_bytes.append)
    monkeypatch.setattr(sys, "platform", platform)
    serving._give_back_memory()
    assert kept_bytes == expected


def test_a_c_library_without_the_call_is_none_the_worse(
    monkeypatch: pytest.MonkeyPatch, c_library: Callable[..., None]
) -> None:
    c_library()
    monkeypatch.setattr(sys, "platform", "linux")
    serving._give_back_memory()
