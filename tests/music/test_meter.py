"""Meters in quarter notes, and those that Live does not have."""

from __future__ import annotations

import pytest

from bridge.errors import BadValue
from bridge.music.meter import DENOMINATORS, FOUR_FOUR, Meter


@pytest.mark.parametrize(
    ("numerator", "denominator", "bar_beats", "pulse_beats"),
    [
        (4, 4, 4.0, 1.0),
        (3, 4, 3.0, 1.0),
        (5, 4, 5.0, 1.0),
        (2, 2, 4.0, 2.0),
        (1, 1, 4.0, 4.0),
        (3, 8, 1.5, 0.5),
        (6, 8, 3.0, 1.5),
        (7, 8, 3.5, 0.5),
        (9, 8, 4.5, 1.5),
        (12, 8, 6.0, 1.5),
        (7, 16, 1.75, 0.25),
        (6, 16, 1.5, 0.25),
        (99, 1, 396.0, 4.0),
    ],
)
def test_bar_and_pulse(numerator: int, denominator: int, bar_beats: float, pulse_beats: float) -> None:
    meter = Meter(numerator, denominator)
    assert (meter.bar_beats, meter.pulse_beats) == (bar_beats, pulse_beats)
    assert str(meter) == f"{numerator}/{denominator}"


def test_every_meter_of_live_is_whole_pulses() -> None:
    for numerator in range(1, 100):
        for denominator in DENOMINATORS:
            meter = Meter(numerator, denominator)
            assert meter.bar_beats * denominator == 4 * numerator
            assert (meter.bar_beats / meter.pulse_beats).is_integer()


@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [(0, 4), (100, 4), (-4, 4), (4, 0), (4, 3), (4, 32), (4, -4), (4.5, 4), (4.0, 4), (4, 4.0), (True, 4), (4, True),
     (float("nan"), 4), (4, float("inf"))],
)  # fmt: skip
def test_other_meters_are_refused_by_name(numerator: int, denominator: int) -> None:
    with pytest.raises(BadValue) as refusal:
        Meter(numerator, denominator)
    assert f"{numerator}/{denominator}" in str(refusal.value)
    assert "1 to 99 over 1, 2, 4, 8 or 16" in str(refusal.value)


def test_four_four_is_the_default() -> None:
    assert Meter() == FOUR_FOUR == Meter(4, 4)
