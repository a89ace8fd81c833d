"""The watchdog: what runs on is stopped, what ends in time is left alone, and each by its own limit."""

from __future__ import annotations

import threading

from bridge.models.watchdog import Watchdog

PATIENCE_SECONDS = 30.0
"""Never waited for in full where the watchdog works."""
LONG_SECONDS = 3600.0


def test_what_runs_on_is_stopped() -> None:
    stopped = threading.Event()
    with Watchdog().watch(0.01, stopped.set) as watch:
        assert stopped.wait(PATIENCE_SECONDS)
    assert watch.expired


def test_what_ended_is_left_alone() -> None:
    watchdog, stopped, later = Watchdog(), threading.Event(), threading.Event()
    with watchdog.watch(0.01, stopped.set) as first:
        pass
    was_late = first.expired  # on a machine that stood still just then
    with watchdog.watch(0.02, later.set):
        assert later.wait(PATIENCE_SECONDS)
    assert first.expired == stopped.is_set() == was_late


def test_a_shorter_limit_is_not_kept_waiting_by_a_longer_one() -> None:
    watchdog, long_stopped, short_stopped = Watchdog(), threading.Event(), threading.Event()
    with watchdog.watch(LONG_SECONDS, long_stopped.set) as long, watchdog.watch(0.01, short_stopped.set) as short:
        assert short_stopped.wait(PATIENCE_SECONDS)
    assert short.expired
    assert not long.expired
    assert not long_stopped.is_set()


def test_it_goes_on_after_it_had_nothing_to_watch() -> None:
    watchdog = Watchdog()
    for _ in range(3):
        stopped = threading.Event()
        with watchdog.watch(0.01, stopped.set):
            assert stopped.wait(PATIENCE_SECONDS)


def test_many_threads_are_watched_at_once() -> None:
    watchdog = Watchdog()
    expired: list[bool] = []

    def runs_on() -> None:
        stopped = threading.Event()
        with watchdog.watch(0.01, stopped.set) as watch:
            stopped.wait(PATIENCE_SECONDS)
        expired.append(watch.expired)

    threads = [threading.Thread(target=runs_on) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert expired == [True] * 8
