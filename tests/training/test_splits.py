"""The one rule by which drums and melodies are split that say nothing of splits."""

from __future__ import annotations

import hashlib

import pytest

from training.data.splits import of_split


def names(number: int, split: str) -> list[str]:
    return of_split([f"tune {i}" for i in range(number)], str, split)


def test_the_split_of_a_name_is_the_same_everywhere() -> None:
    """The shipped melody models were trained by it: with another one they would be judged on their own training."""
    assert names(40, "validation") == [f"tune {i}" for i in (2, 4, 6, 27)]


def test_many_names_are_split_by_their_hashes_alone() -> None:
    """As they were before small folders had a tune to validate on."""
    hashes = {f"tune {i}": hashlib.sha256(f"tune {i}".encode()).digest() for i in range(3000)}
    below = [name for name, digest in hashes.items() if int.from_bytes(digest[:8], "big") < 0.1 * 2**64]
    assert names(3000, "validation") == below
    assert names(3000, "train") == [name for name in hashes if name not in below]


@pytest.mark.parametrize("number", range(1, 60))
def test_each_part_is_in_one_split_and_the_most_are_for_training(number: int) -> None:
    train, validation = names(number, "train"), names(number, "validation")
    assert not set(train) & set(validation)
    assert len(train) + len(validation) == number
    assert names(number, "all") == names(number, "test") == [f"tune {i}" for i in range(number)]
    if number == 1:
        assert not validation
    else:
        assert 1 <= len(validation) <= max(1, number // 5)


def test_parts_of_one_name_stay_together() -> None:
    parts = [(f"tune {i % 10}", i) for i in range(50)]
    train, validation = (of_split(parts, lambda part: part[0], split) for split in ("train", "validation"))
    assert len(validation) in (5, 10)
    assert not {name for name, _ in train} & {name for name, _ in validation}
