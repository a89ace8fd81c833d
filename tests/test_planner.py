"""What is done next: in order of arrival, one request a device, the newest in place of the one that waits."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from bridge.errors import Busy, Replaced
from bridge.planner import MAX_WAITING, Planner


@dataclass(frozen=True)
class Job:
    key: tuple[str, str, int, int]
    is_short: bool = True


def job(request_id: int, device: str = "pad", host: str = "127.0.0.1", *, is_short: bool = True) -> Job:
    return Job((host, device, 1, request_id), is_short)


def drained(planner: Planner[Job]) -> list[int]:
    done = []
    while len(planner):
        following = planner.next()
        assert following is not None
        done.append(following.key[3])
    return done


def test_requests_are_done_in_the_order_in_which_they_came() -> None:
    planner = Planner[Job]()
    for i, device in enumerate(("kick", "snare", "hat")):
        assert planner.add(job(i, device)) is None
    assert drained(planner) == [0, 1, 2]
    assert len(planner) == 0


def test_a_device_s_newest_request_takes_the_place_of_its_waiting_one() -> None:
    planner = Planner[Job]()
    for i, device in enumerate(("knob", "other")):
        planner.add(job(i, device))
    swept = [planner.add(job(i, "knob")) for i in range(2, 6)]
    assert [replaced and replaced.key[3] for replaced in swept] == [0, 2, 3, 4]
    assert len(planner) == 2
    # Its place as well: who sweeps a knob is not put behind all others again and again.
    assert drained(planner) == [5, 1]


def test_devices_of_one_name_on_two_machines_are_two() -> None:
    planner = Planner[Job]()
    assert planner.add(job(1)) is None
    assert planner.add(job(1, host="10.0.0.2")) is None
    assert len(planner) == 2


def test_a_request_that_is_worked_on_is_not_replaced() -> None:
    planner = Planner[Job]()
    planner.add(job(1))
    planner.next()
    assert planner.add(job(2)) is None
    assert drained(planner) == [2]


def test_beyond_its_limit_the_planner_is_busy_and_loses_nothing() -> None:
    planner = Planner[Job]()
    for i in range(MAX_WAITING):
        planner.add(job(i, f"pad {i}"))
    with pytest.raises(Busy, match=f"{MAX_WAITING} requests are waiting, which is as many as may: ask again"):
        planner.add(job(999, "one too many"))
    # Who waits already may still think again.
    replaced = planner.add(job(1000, "pad 3"))
    assert replaced is not None
    assert replaced.key[3] == 3
    assert drained(planner) == [0, 1, 2, 1000, *range(4, MAX_WAITING)]


def test_a_waiting_request_is_taken_back_and_no_other() -> None:
    planner = Planner[Job]()
    planner.add(job(1))
    planner.add(job(2))
    assert planner.take_back(job(1).key) is None  # replaced before
    assert planner.take_back(job(2, "other").key) is None
    assert planner.take_back(job(2).key) == job(2)
    assert planner.take_back(job(2).key) is None
    assert len(planner) == 0


@pytest.mark.parametrize("close_first", [True, False])
def test_a_closed_planner_lets_its_worker_go(close_first: bool) -> None:
    planner = Planner[Job]()
    given: list[Job | None] = []
    worker = threading.Thread(target=lambda: given.append(planner.next()))
    if close_first:
        planner.add(job(1))
        planner.close()
    worker.start()
    planner.close()
    worker.join(timeout=30.0)
    assert given == [None]


def test_every_request_is_done_once_while_others_are_added_and_taken_back() -> None:
    planner = Planner[Job]()
    done: list[int] = []
    put_away: list[int] = []

    def work() -> None:
        while (following := planner.next()) is not None:
            done.append(following.key[3])
            if following.key[1] == "last":
                return

    worker = threading.Thread(target=work)
    worker.start()
    for i in range(3000):
        replaced = planner.add(job(i, f"pad {i % 7}"))
        if replaced is None and i % 5 == 0:
            replaced = planner.take_back(job(i, f"pad {i % 7}").key)
        if replaced is not None:
            put_away.append(replaced.key[3])
    planner.add(job(3000, "last"))
    worker.join(timeout=30.0)
    assert sorted(done + put_away) == list(range(3001))


def test_a_request_that_was_overtaken_on_its_way_does_not_replace_the_newer_one() -> None:
    planner = Planner[Job]()
    planner.add(job(6))
    with pytest.raises(Replaced, match="request 6 of pad came before"):
        planner.add(job(5))
    assert drained(planner) == [6]


def test_a_request_that_need_not_wait_replaces_an_older_one_and_no_newer_one() -> None:
    planner = Planner[Job]()
    planner.add(job(8))
    assert planner.replace(job(7)) is None
    replaced = planner.replace(job(9))
    assert replaced is not None
    assert replaced.key[3] == 8
    assert planner.replace(job(10)) is None
    assert len(planner) == 0


def test_the_lane_for_what_is_short_takes_nothing_else_and_in_order() -> None:
    planner = Planner[Job]()
    planner.add(job(1, "grids", is_short=False))
    planner.add(job(2, "knob"))
    planner.add(job(3, "other"))
    assert [planner.next(short_only=True).key[3] for _ in range(2)] == [2, 3]
    assert len(planner) == 1
    assert drained(planner) == [1]


def test_the_other_lane_takes_all_in_the_order_in_which_they_came() -> None:
    planner = Planner[Job]()
    planner.add(job(1, "knob"))
    planner.add(job(2, "grids", is_short=False))
    assert drained(planner) == [1, 2]


def test_who_waits_for_something_short_is_woken_by_it_alone() -> None:
    planner = Planner[Job]()
    taken: list[int] = []

    def work() -> None:
        while (following := planner.next(short_only=True)) is not None:
            taken.append(following.key[3])

    worker = threading.Thread(target=work)
    worker.start()
    for i in range(200):
        planner.add(job(i, f"pad {i % 8}", is_short=i % 2 == 1))
        if i % 2 == 0:
            assert planner.take_back(job(i, f"pad {i % 8}").key) is not None
        while len(planner):  # the other thread takes it
            pass
    planner.close()
    worker.join(timeout=30.0)
    assert taken == list(range(1, 200, 2))


def test_two_short_jobs_at_once_are_taken_by_both_lanes() -> None:
    """The second one must not be given to a lane that was woken for the first."""
    for _ in range(200):
        planner = Planner[Job]()
        both_have_one = threading.Barrier(3, timeout=30.0)

        def work(*, short_only: bool, planner: Planner[Job] = planner, held: threading.Barrier = both_have_one) -> None:
            if planner.next(short_only=short_only) is not None:
                held.wait()

        lanes = [threading.Thread(target=work, kwargs={"short_only": short_only}) for short_only in (True, False)]
        for lane in lanes:
            lane.start()
        planner.add(job(1, "knob"))
        planner.add(job(2, "other"))
        both_have_one.wait()
        for lane in lanes:
            lane.join(timeout=30.0)
        assert len(planner) == 0
