"""Two pairs of hands on many rows: who takes what, and who goes first. Nothing here waits for a clock."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bridge.errors import ModelFailed
from bridge.models.door import Beside, RightOfWay
from bridge.models.model_use import FEW_ROWS, PIECE_ROWS, ModelUse


class Doubling:
    """A model that doubles its rows. `ran`: the rows of each run, and the thread that ran it."""

    card: Any = None
    sha256 = "0" * 64

    def __init__(self) -> None:
        self.ran: list[tuple[int, str]] = []
        self.before = lambda: None

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]], limit_seconds: float) -> dict[str, Any]:
        self.before()
        rows: Any = inputs["rows"]
        self.ran.append((len(rows), threading.current_thread().name))
        return {"twice": 2.0 * rows}


def rows(number: int) -> dict[str, Any]:
    return {"rows": np.arange(number, dtype=np.float32)[:, None]}


def _wait(held: threading.Event) -> None:
    assert held.wait(30.0)


@pytest.mark.parametrize("number", [0, 1, 7, 8, 9, 16, 17, 31, 64, 121, 256])
def test_the_pieces_depend_on_the_number_of_rows_alone_and_come_back_in_their_order(number: int) -> None:
    alone, together = Doubling(), Doubling()
    full = Beside()
    held = threading.Event()
    full.begin(lambda: _wait(held))
    try:
        by_one = ModelUse(alone, beside=full).run(rows(number), {})
    finally:
        held.set()
    by_two = ModelUse(together, beside=Beside()).run(rows(number), {})
    assert sorted(size for size, _ in alone.ran) == sorted(size for size, _ in together.ran)
    assert len({name for _, name in alone.ran}) == 1, "nobody waits for hands that are full"
    for found in (by_one, by_two):
        assert np.array_equal(found["twice"], 2.0 * rows(number)["rows"])
    assert all(size <= PIECE_ROWS for size, _ in alone.ran) or number < FEW_ROWS


def test_what_is_long_is_helped_only_while_nothing_short_is_played() -> None:
    beside, model = Beside(), Doubling()
    with beside.right_of_way.taken():
        ModelUse(model, beside=beside, goes_first=False).run(rows(256), {})
    assert {name for _, name in model.ran} == {threading.current_thread().name}
    assert len(model.ran) == 256 // PIECE_ROWS


def test_what_is_short_is_helped_while_it_is_played_itself() -> None:
    """Both must be in a run at the same time, or the test would wait for ever."""
    beside, model = Beside(), Doubling()
    model.before = threading.Barrier(2, timeout=30.0).wait  # type: ignore[assignment]
    with beside.right_of_way.taken():
        ModelUse(model, beside=beside).run(rows(16), {})
    assert len({name for _, name in model.ran}) == 2


def test_a_failure_on_either_side_ends_the_other_and_is_told() -> None:
    class Failing(Doubling):
        def run(self, inputs: Mapping[str, npt.NDArray[np.generic]], limit_seconds: float) -> dict[str, Any]:
            super().run(inputs, limit_seconds)
            raise ModelFailed("The model failed.")

    model = Failing()
    with pytest.raises(ModelFailed):
        ModelUse(model, beside=Beside()).run(rows(256), {})
    assert len(model.ran) <= 2
    beside = Beside()
    with pytest.raises(ModelFailed):
        ModelUse(model, beside=beside).run(rows(256), {})
    again = Doubling()
    ModelUse(again, beside=beside).run(rows(256), {})
    assert len(again.ran) == 256 // PIECE_ROWS, "and the hands are free again"


def test_the_way_is_given_until_the_last_of_several_is_played() -> None:
    way = RightOfWay()
    passed: list[str] = []

    def pass_by() -> None:
        way.give(lambda: False)
        passed.append("by")

    with way.taken():
        with way.taken():
            waiting = threading.Thread(target=pass_by)
            waiting.start()
        assert passed == []
    waiting.join(timeout=30.0)
    assert passed == ["by"]
    way.give(lambda: False)


def test_who_waits_is_let_go_where_nothing_is_left_to_help_with() -> None:
    way = RightOfWay()
    over: list[bool] = []
    with way.taken():
        waiting = threading.Thread(target=way.give, args=(lambda: bool(over),))
        waiting.start()
        over.append(True)
        way.wake()
        waiting.join(timeout=30.0)
        assert not waiting.is_alive()
