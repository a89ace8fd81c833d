"""Kits: the nine drum classes that models play, against the pads (MIDI pitches) of a clip.

Several pads may play one class (snare and side stick). What comes in on a pad goes out on that pad; a class that the
clip does not use goes to the first pad of the class, its home; a pad of no class is left alone by every skill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.errors import BadValue

__all__ = ["DRUM_CLASSES", "GENERAL_MIDI", "Kit"]

DRUM_CLASSES = (
    "kick",
    "snare",
    "closed_hat",
    "open_hat",
    "low_tom",
    "mid_tom",
    "high_tom",
    "crash",
    "ride",
)
"""In the order of the models' columns."""


@dataclass(frozen=True, slots=True)
class Kit:
    """`pads[c]` are the pitches that play class `DRUM_CLASSES[c]`, its home pad first. Raises BadValue.

    Every class has at least one pad, and no pad plays two classes. `about` is a sentence for the musician.
    """

    name: str
    pads: tuple[tuple[int, ...], ...]
    about: str = field(default="", compare=False)
    classes: Mapping[int, int] = field(init=False, repr=False, compare=False)
    """Pad -> index of its class."""

    def __post_init__(self) -> None:
        if len(self.pads) != len(DRUM_CLASSES):
            raise BadValue(f"The kit {self.name} has pads for {len(self.pads)} classes: it needs {len(DRUM_CLASSES)}.")
        classes: dict[int, int] = {}
        for index, (drum_class, pads) in enumerate(zip(DRUM_CLASSES, self.pads, strict=True)):
            if not pads:
                raise BadValue(f"The kit {self.name} has no pad for {drum_class}: give it at least one.")
            for pad in pads:
                if type(pad) is not int or not 0 <= pad <= 127:  # True is an int as well, but no pad
                    raise BadValue(
                        f"The kit {self.name} has {drum_class} on pad {pad}: pads are whole numbers from 0 to 127."
                    )
                if pad in classes:
                    raise BadValue(
                        f"The kit {self.name} has pad {pad} twice, for {DRUM_CLASSES[classes[pad]]} "
                        f"and {drum_class}: a pad plays one class."
                    )
                classes[pad] = index
        object.__setattr__(self, "classes", classes)

    @classmethod
    def of(cls, name: str, pads: Mapping[str, tuple[int, ...]], about: str = "") -> Kit:
        """From class names to pads. Raises BadValue for a class that is missing or unknown."""
        for drum_class in pads:
            if drum_class not in DRUM_CLASSES:
                raise BadValue(
                    f"The kit {name} has pads for {drum_class!r}, which is no drum class: "
                    f"they are {', '.join(DRUM_CLASSES)}."
                )
        return cls(name, tuple(tuple(pads.get(drum_class, ())) for drum_class in DRUM_CLASSES), about)

    def class_of(self, pad: int) -> int | None:
        return self.classes.get(pad)

    def home(self, class_index: int) -> int:
        return self.pads[class_index][0]


# The 22 pitches of the Groove MIDI Dataset, and what General MIDI has beside them that plays the same part.
GENERAL_MIDI = Kit.of(
    "general_midi",
    {
        "kick": (36, 35),
        "snare": (38, 37, 40, 39),
        "closed_hat": (42, 22, 44),
        "open_hat": (46, 26),
        "low_tom": (43, 58, 41),
        "mid_tom": (47, 45),
        "high_tom": (50, 48),
        "crash": (49, 52, 55, 57),
        "ride": (51, 53, 59),
    },
)
