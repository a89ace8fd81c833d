"""What a musician sets, and the numbers among it with range and default: for wire, presets and command line."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass

from bridge.errors import BadValue

__all__ = ["DRUMS", "INSTRUMENTS", "MELODY", "SETTINGS", "Setting", "check"]

DRUMS, MELODY = "drums", "melody"
INSTRUMENTS = (DRUMS, MELODY)
"""The instruments by name; `bridge.skills.instrument` says of each how it plays."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One number: what it means, from `low` to `high`, both allowed; `whole` numbers alone or fractions as well."""

    name: str
    meaning: str
    low: float
    high: float
    default: float
    whole: bool = False
    never: tuple[float, ...] = ()

    @property
    def allowed(self) -> str:
        gaps = "".join(f" but {gap:g}" for gap in self.never)
        return f"a{' whole' if self.whole else ''} number from {self.low:g} to {self.high:g}{gaps}"


SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting("temperature", "0 plays the most likely hits, 1 what the model learned, 2 surprises", 0, 2, 1),
        Setting("density", "0 is sparse, 1 is busy", 0, 1, 0.5),
        Setting("humanise", "0 plays on the grid at even strength, 1 plays with a drummer's timing and touch", 0, 1, 1),
        Setting("amount", "0 leaves the clip as it is, 1 changes it most", 0, 1, 0.5),
        Setting("bars", "the length of a new clip", 1, 64, 2, whole=True),
        Setting("length", "how many bars a continuation has", 1, 32, 2, whole=True),
        Setting("variations", "how many clips come back", 1, 16, 4, whole=True),
        Setting("steps", "how many clips come back on the way from one clip to the other", 1, 16, 3, whole=True),
        Setting("grid", "points along a side of a blend that are made ahead, 0 for none", 0, 21, 0, True, (1,)),
    )
}


def check(name: str, value: object) -> None:
    """Raises BadValue unless `value` is a finite number in the range of `SETTINGS[name]`; 2.0 is a whole number."""
    setting = SETTINGS[name]
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not setting.low <= value <= setting.high  # NaN and infinity fail this, so int() never sees them
        or (setting.whole and value != int(value))
        or value in setting.never
    ):
        raise BadValue(f"{name} cannot be {reprlib.repr(value)}: give {setting.allowed} ({setting.meaning}).")
