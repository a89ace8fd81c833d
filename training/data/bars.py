"""Where the bar lines of a piece stand, and the stretches of whole bars of one meter between its changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.music.meter import FOUR_FOUR, Meter

__all__ = ["SAME_BEATS", "Bar", "Stretch", "bars_between", "bars_of_meters", "meter_of_lengths", "stretches"]

SAME_BEATS = 1e-3
"""Times that differ by less are one: durations in files are fractions that floats do not hold."""


@dataclass(frozen=True, slots=True)
class Bar:
    """From one bar line to the next, in quarter notes: an upbeat's bar is shorter than its meter says."""

    start_beats: float
    length_beats: float
    meter: Meter


@dataclass(frozen=True, slots=True)
class Stretch:
    """`bars` whole bars of one meter from the bar line at `line_beats`.

    To it belongs what starts from `from_beats`, before `line_beats` where there is an upbeat, to `until_beats`,
    before the end of the last bar where that is cut short.
    """

    meter: Meter
    from_beats: float
    line_beats: float
    bars: int
    until_beats: float


def stretches(bars: Sequence[Bar]) -> list[Stretch]:
    """Cuts where the meter changes and where the bar line jumps.

    Short bars that add up to a whole one, as around a repeat sign, are one. Another short bar is an upbeat to the next
    bar where it is the first or at most half a bar long, else the last of its stretch. A bar that is longer than its
    meter says belongs to no stretch.
    """
    found: list[Stretch] = []
    from_beats: float | None = None  # where the upbeat to the next stretch begins
    opened: Stretch | None = None
    i = 0
    while i < len(bars):
        bar = bars[i]
        whole = bar.meter.bar_beats
        joined, length_beats = 1, bar.length_beats
        if length_beats < whole - SAME_BEATS and i > 0:
            while (
                i + joined < len(bars)
                and bars[i + joined].meter == bar.meter
                and length_beats + bars[i + joined].length_beats <= whole + SAME_BEATS
                and bars[i + joined].length_beats < whole - SAME_BEATS
            ):
                length_beats += bars[i + joined].length_beats
                joined += 1
            if length_beats < whole - SAME_BEATS:
                joined, length_beats = 1, bar.length_beats
        end_beats = bar.start_beats + length_beats
        is_upbeat = length_beats < whole - SAME_BEATS and (i == 0 or length_beats <= whole / 2 + SAME_BEATS)
        is_long = length_beats > whole + SAME_BEATS
        if opened and (is_upbeat or is_long or opened.meter != bar.meter):
            found.append(opened)
            opened = None
        if is_upbeat:
            from_beats = bar.start_beats
        elif is_long:
            from_beats = None
        else:
            if opened:
                opened = Stretch(bar.meter, opened.from_beats, opened.line_beats, opened.bars + 1, end_beats)
            else:
                first_beats = bar.start_beats if from_beats is None else from_beats
                opened = Stretch(bar.meter, first_beats, bar.start_beats, 1, end_beats)
            from_beats = None
            if length_beats < whole - SAME_BEATS:
                found.append(opened)
                opened = None
        i += joined
    if opened:
        found.append(opened)
    return found


def bars_of_meters(changes: Sequence[tuple[float, Meter]], end_beats: float) -> list[Bar]:
    """Bars up to `end_beats`, from (beat, meter) in order; a change within a bar cuts it short. 4/4 until the first."""
    bars: list[Bar] = []
    changes = [(0.0, FOUR_FOUR), *changes] if not changes or changes[0][0] > 0.0 else list(changes)
    for (start_beats, meter), (next_beats, _) in zip(
        changes, [*changes[1:], (max(end_beats, changes[-1][0]), FOUR_FOUR)], strict=True
    ):
        is_last = start_beats == changes[-1][0]
        bars += bars_between(start_beats, next_beats, meter, padded=is_last)
    return bars


def bars_between(start_beats: float, end_beats: float, meter: Meter, padded: bool = False) -> list[Bar]:
    """Whole bars, and what is left as a shorter one at the end, or whole as well if `padded`."""
    bars = []
    while start_beats < end_beats - SAME_BEATS:
        length_beats = meter.bar_beats if padded else min(meter.bar_beats, end_beats - start_beats)
        bars.append(Bar(start_beats, length_beats, meter))
        start_beats += length_beats
    return bars


def meter_of_lengths(lengths_beats: Sequence[float]) -> Meter:
    """Of bars without a meter: quarters that fill the most frequent length, else eighths, else 4/4."""
    if not lengths_beats:
        return FOUR_FOUR
    length_beats, _ = Counter(round(length, 3) for length in lengths_beats).most_common(1)[0]
    for denominator in (4, 8, 16):
        units = length_beats * denominator / 4
        if units.is_integer() and 1 <= units <= 99:
            return Meter(int(units), denominator)
    return FOUR_FOUR
