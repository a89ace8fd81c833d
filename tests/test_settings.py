"""Every setting's range, from both ends, and the sentence that refuses a value."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadValue
from bridge.settings import SETTINGS, Setting, check

EACH = pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)


@EACH
def test_both_ends_and_the_default_are_allowed(setting: Setting) -> None:
    for value in (setting.low, setting.high, setting.default):
        check(setting.name, value)


@EACH
def test_what_is_no_number_or_beyond_the_range_is_refused_by_name(setting: Setting) -> None:
    beyond = [setting.low - 0.001, setting.high + 0.001, math.nan, math.inf, -math.inf, 10**400, -(10**400)]
    for value in [*beyond, True, False, None, "1", [1], {"1": 1}, 1j]:
        with pytest.raises(BadValue) as refusal:
            check(setting.name, value)
        assert str(refusal.value).startswith(f"{setting.name} cannot be ")
        assert f"from {setting.low:g} to {setting.high:g}" in str(refusal.value)
        assert len(str(refusal.value)) < 250


@EACH
def test_the_table_fits_itself(setting: Setting) -> None:
    assert SETTINGS[setting.name] is setting
    assert setting.low <= setting.default <= setting.high
    if setting.whole:
        assert all(float(value).is_integer() for value in (setting.low, setting.high, setting.default))


@given(st.sampled_from(sorted(SETTINGS)), st.floats() | st.integers(-100, 100))
def test_a_number_passes_exactly_when_it_is_in_range(name: str, value: float) -> None:
    setting = SETTINGS[name]
    allowed = math.isfinite(value) and setting.low <= value <= setting.high
    if setting.whole:
        allowed = allowed and float(value).is_integer()
    if allowed:
        check(name, value)
    else:
        with pytest.raises(BadValue):
            check(name, value)


def test_a_whole_number_may_be_written_as_a_float() -> None:
    check("bars", 2.0)
    with pytest.raises(BadValue, match=r"bars cannot be 2\.5: give a whole number from 1 to 64"):
        check("bars", 2.5)


def test_the_sentence_is_for_a_musician() -> None:
    with pytest.raises(BadValue) as refusal:
        check("density", 1.5)
    assert str(refusal.value) == "density cannot be 1.5: give a number from 0 to 1 (0 is sparse, 1 is busy)."
