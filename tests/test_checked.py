"""The one reader: a value as it was asked for, or a sentence with the file, the key, the value and what is allowed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.checked import MAX_NAME_CHARACTERS, Reader, listed
from bridge.errors import BadFile

READER = Reader("my.yaml")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: READER.table("it", {"a": "1", "b": "2"}, ("a",), ("b", "c")), {"a": "1", "b": "2"}),
        (lambda: READER.table("it", {"a": "1", "x": "2"}, ("a",), None), {"a": "1", "x": "2"}),
        (lambda: READER.items("it", ["a"], 1), ["a"]),
        (lambda: READER.text("it", " a b\n", 3), "a b"),
        (lambda: READER.word("it", "a_1"), "a_1"),
        (lambda: READER.choice("it", "b", "abc"), "b"),
        (lambda: READER.number("it", "-.5e1"), -5.0),
        (lambda: READER.number("it", "2", 0, 2), 2.0),
        (lambda: READER.whole("it", "016", 0, 16), 16),
        (lambda: READER.whole("it", "2.0", 0), 2),
        (lambda: READER.unique("name", ["a", "b"]), None),
    ],
)
def test_what_is_right_is_read(read: Callable[[], object], value: object) -> None:
    found = read()
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda: READER.table("it", "a", ("a", "b")), "it cannot be 'a': write its keys: a, b."),
        (lambda: READER.table("it", {"x": "1"}, ("b",), ("a",)), "it has the key 'x', which means nothing here: "),
        (lambda: READER.table("it", {"x": "1"}, ("a",), None), "it has no a."),
        (lambda: READER.items("it", {}), "it cannot be {}: write a list."),
        (lambda: READER.items("it", ["a", "b"], 1), "it cannot be ['a', 'b']: write a list of at most 1."),
        (lambda: READER.text("it", "four", 3), "it cannot be 'four': write 1 to 3 letters, digits"),
        (lambda: READER.text("it", "a\nb"), "it cannot be 'a\\nb': write 1 to 400 letters, digits"),
        (lambda: READER.word("it", "A"), "it cannot be 'A': write a word of small letters, digits and _."),
        (lambda: READER.word("it", "a" * (MAX_NAME_CHARACTERS + 1)), "it cannot be 'aaaaaaaaaaaa...aaaaaaaaaaaaa"),
        (lambda: READER.choice("it", ["a"], "ab"), "it cannot be ['a']: there are a, b."),
        (lambda: READER.number("it", "1e999"), "it cannot be '1e999': write a number."),
        (lambda: READER.number("it", True), "it cannot be True: write a number."),
        (lambda: READER.number("it", ".nan", 0, 2), "it cannot be '.nan': write a number from 0 to 2."),
        (lambda: READER.number("it", "2.01", 0, 2), "it cannot be '2.01': write a number from 0 to 2."),
        (lambda: READER.whole("it", "2.5", 1), "it cannot be '2.5': write a whole number from 1."),
        (lambda: READER.whole("it", "17", 1, 16), "it cannot be '17': write a whole number from 1 to 16."),
        (lambda: READER.whole("it", "٣", 1), "it cannot be '٣': write a whole number from 1."),
        (lambda: READER.unique("name", ["a", "b", "a"]), "the name 'a' stands there twice."),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_sentence(read: Callable[[], object], said: str) -> None:
    with pytest.raises(BadFile) as raised:
        read()
    assert str(raised.value).startswith(f"my.yaml: {said}")
    assert str(raised.value).endswith(".")


def test_names_are_listed() -> None:
    assert [listed(names) for names in ((), ("a",), ("b", "a"), "cab")] == [
        "are none", "is a", "are a and b", "are a, b and c",
    ]  # fmt: skip
