"""A meter, as in Live's signature numerator and denominator. Beats are quarter notes, whatever the meter."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import BadValue

__all__ = ["FOUR_FOUR", "Meter"]

DENOMINATORS = (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Meter:
    """`numerator` 1-99 over `denominator` 1, 2, 4, 8 or 16: what Live's transport allows. Raises BadValue."""

    numerator: int = 4
    denominator: int = 4

    def __post_init__(self) -> None:
        whole = type(self.numerator) is int and type(self.denominator) is int
        if not whole or not 1 <= self.numerator <= 99 or self.denominator not in DENOMINATORS:
            raise BadValue(
                f"The meter {self.numerator}/{self.denominator} does not exist in Live: "
                "use 1 to 99 over 1, 2, 4, 8 or 16."
            )

    @property
    def bar_beats(self) -> float:
        """Quarter notes in a bar: 4 in 4/4, 3.5 in 7/8."""
        return 4.0 * self.numerator / self.denominator

    @property
    def pulse_beats(self) -> float:
        """Quarter notes in one counted beat: 1.5 in 6/8, 9/8 and 12/8, else one unit of the denominator."""
        if self.denominator == 8 and self.numerator > 3 and self.numerator % 3 == 0:
            return 1.5
        return 4.0 / self.denominator

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


FOUR_FOUR = Meter()
