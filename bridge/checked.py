"""What a file says, checked: presets, kits, models' cards and the devices' sources are read by it.

A value is what was asked for, or there is a sentence that names the file, the key, the value and what is allowed.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Iterable, Sequence
from typing import Any

from bridge.errors import BadFile

__all__ = ["MAX_NAME_CHARACTERS", "MAX_NUMBER", "MAX_TEXT_CHARACTERS", "Reader", "listed"]

MAX_NAME_CHARACTERS = 40
MAX_TEXT_CHARACTERS = 400
MAX_NUMBER = 1e300
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


class Reader:
    """The checks of one file. Each takes what a sentence calls the value ("width", "initial of Temperature") and the
    value as it came, and raises BadFile. The values are those of `plain_yaml`, all of them texts."""

    any_number = "a number"
    """What a sentence calls a number without a range."""

    def __init__(self, file: str) -> None:
        self.file = file

    def table(
        self, what: str, content: object, required: Sequence[str] = (), optional: Sequence[str] | None = ()
    ) -> dict[str, Any]:
        """With all the `required` keys, and of others the `optional` ones alone; None: any. `what` "": the file."""
        if not isinstance(content, dict):
            raise self.wrong(what, content, f"its keys: {', '.join(required)}")
        if optional is not None:
            for key in content:
                if key not in required and key not in optional:
                    where = f"{self.file}: {what}" if what else self.file
                    there = listed((*required, *optional))
                    raise BadFile(f"{where} has the key {self.shown(key)}, which means nothing here: there {there}.")
        for key in required:
            if key not in content:
                raise self.lacking(what, key)
        return content

    def items(self, what: str, content: object, most: float = math.inf) -> list[Any]:
        if not isinstance(content, list) or len(content) > most:
            raise self.wrong(what, content, "a list" + (f" of at most {most}" if most < math.inf else ""))
        return content

    def text(self, what: str, content: object, most: int = MAX_TEXT_CHARACTERS) -> str:
        """Without the space around it."""
        if not isinstance(content, str) or not 1 <= len(content.strip()) <= most or not content.strip().isprintable():
            raise self.wrong(what, content, f"1 to {most} letters, digits, signs or spaces on one line")
        return content.strip()

    def word(self, what: str, content: object) -> str:
        if not isinstance(content, str) or not _WORD.fullmatch(content) or len(content) > MAX_NAME_CHARACTERS:
            raise self.wrong(what, content, "a word of small letters, digits and _")
        return content

    def choice(self, what: str, content: object, choices: Sequence[str]) -> str:
        if not isinstance(content, str) or content not in choices:
            raise self.refusal(what, content, f"there are {', '.join(choices)}")
        return content

    def number(self, what: str, content: object, low: float = -MAX_NUMBER, high: float = MAX_NUMBER) -> float:
        number = self.number_in(content)
        # NaN fails this, and so does an int that no float can be.
        if isinstance(number, bool) or not isinstance(number, int | float) or not low <= number <= high:
            expected = f"a number from {low:g} to {high:g}" if high < MAX_NUMBER else self.any_number
            raise self.wrong(what, content, expected)
        return float(number)

    def whole(self, what: str, content: object, low: int, high: float = math.inf) -> int:
        number = self.number_in(content)
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise self.wrong(what, content, f"a whole number from {low}" + (f" to {high}" if high < math.inf else ""))
        return number

    def unique(self, what: str, names: Sequence[str]) -> None:
        for index, name in enumerate(names):
            if name in names[:index]:
                raise BadFile(f"{self.file}: the {what} {name!r} stands there twice.")

    # How a sentence is put, and how a number is written: another kind of file may differ.

    def refusal(self, what: str, content: object, allowed: str) -> BadFile:
        """`allowed`: what to do, such as "write a number"."""
        return BadFile(f"{self.file}: {what} cannot be {self.shown(content)}: {allowed}.")

    def wrong(self, what: str, content: object, expected: str) -> BadFile:
        """`expected`: what belongs there, such as "a number"."""
        return self.refusal(what, content, f"write {expected}")

    def lacking(self, what: str, key: str) -> BadFile:
        return BadFile(f"{self.file}: {what} has no {key}.")

    def shown(self, content: object) -> str:
        """As it may stand in a sentence: short, on one line."""
        return reprlib.repr(content)

    def number_in(self, content: object) -> object:
        """The number that a text is, an int where it is whole; anything else as it came."""
        if not isinstance(content, str) or not _NUMBER.fullmatch(content):
            return content
        number = float(content)
        return int(number) if number.is_integer() else number


def listed(names: Iterable[str]) -> str:
    """`are a, b and c`, in the order of the alphabet."""
    names = sorted(names)
    if not names:
        return "are none"
    return f"is {names[0]}" if len(names) == 1 else f"are {', '.join(names[:-1])} and {names[-1]}"
