"""The parts that a data set is split into."""

from __future__ import annotations

__all__ = ["SPLITS", "WHOLE"]

SPLITS = ("train", "validation", "test", "all")
WHOLE = ("test", "all")
"""Those that are all of it, where the data says nothing of splits: a test set is then what somebody kept back."""
