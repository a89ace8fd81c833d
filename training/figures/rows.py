"""A figure with its interval, the goal that it is held against, and what copying the clip and what people get."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from training.figures.bootstrap import interval

__all__ = ["ByClip", "Goal", "Row", "at_least", "at_most", "table_of", "within"]


@dataclass(frozen=True, slots=True)
class Goal:
    """From `low` to `high`, both allowed."""

    low: float = -math.inf
    high: float = math.inf

    def is_met(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if self.low == -math.inf:
            return f"≤ {self.high:.3g}"
        return f"≥ {self.low:.3g}" if self.high == math.inf else f"{self.low:.3g} to {self.high:.3g}"


def at_most(high: float) -> Goal:
    return Goal(high=high)


def at_least(low: float) -> Goal:
    return Goal(low=low)


def within(low: float, high: float) -> Goal:
    return Goal(low, high)


@dataclass(frozen=True, slots=True)
class Row:
    """`value` is not a number where there was nothing to count. `low` and `high`: the 95 % interval, if it has one.
    `copying`: the same of the clip itself, again and again; `people`: of what people played."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    goal: Goal | None = None
    copying: float | None = None
    people: float | None = None

    @property
    def is_met(self) -> bool | None:
        """None: there is no goal, or nothing to hold against it."""
        return None if self.goal is None or math.isnan(self.value) else self.goal.is_met(self.value)


class ByClip:
    """A figure of which every clip has its own mean: its value is the mean of these, each clip counting once."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}

    def add(self, clip: str, value: float) -> None:
        self._values.setdefault(clip, []).append(float(value))

    @property
    def means(self) -> list[float]:
        """Of each clip, in the order in which they came."""
        return [math.fsum(values) / len(values) for values in self._values.values()]

    @property
    def mean(self) -> float:
        means = self.means
        return math.fsum(means) / len(means) if means else math.nan

    def row(
        self, name: str, goal: Goal | None = None, copying: float | None = None, people: float | None = None
    ) -> Row:
        """With the interval that other clips would move it in."""
        means = self.means
        low, high = interval([(mean, 1.0) for mean in means]) if means else (None, None)
        return Row(name, self.mean, low, high, goal, copying, people)

    def lowest(self, name: str, goal: Goal | None = None, copying: float | None = None) -> Row:
        """The lowest of the clips' means."""
        return Row(name, min(self.means, default=math.nan), goal=goal, copying=copying)

    def highest(self, name: str, goal: Goal | None = None, copying: float | None = None) -> Row:
        return Row(name, max(self.means, default=math.nan), goal=goal, copying=copying)

    def farthest(self, name: str, goal: Goal | None = None, copying: float | None = None) -> Row:
        """The highest of all single values."""
        values = [value for values in self._values.values() for value in values]
        return Row(name, max(values, default=math.nan), goal=goal, copying=copying)


def table_of(title: str, rows: Sequence[Row]) -> str:
    """As Markdown; columns that no row needs are left out."""
    columns = {
        "today": [_number(row.value) for row in rows],
        "95 %": ["" if row.low is None or row.high is None else f"{row.low:.2f} to {row.high:.2f}" for row in rows],
        "goal": ["" if row.goal is None else str(row.goal) for row in rows],
        "met": [{True: "yes", False: "no", None: ""}[row.is_met] for row in rows],
        "copying": [_number(row.copying) for row in rows],
        "people": [_number(row.people) for row in rows],
    }
    kept = {name: cells for name, cells in columns.items() if name == "today" or any(cells)}
    lines = [f"| {title} | {' | '.join(kept)} |", f"|---|{'---|' * len(kept)}"]
    for i, row in enumerate(rows):
        lines.append(f"| {row.name} | {' | '.join(cells[i] for cells in kept.values())} |")
    return "\n".join(lines) + "\n"


def _number(number: float | None) -> str:
    if number is None:
        return ""
    if math.isnan(number):
        return "–"
    if 0.0 < abs(number) < 0.0005:
        return f"{number:.0e}"  # nearly none is not none
    return f"{number:.3f}" if abs(number) < 9.9995 else f"{number:.1f}"
