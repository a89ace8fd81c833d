"""Devices and bridges are updated apart: what version 1 said, recorded when it was the only one, holds for ever."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from bridge.wire import osc
from bridge.wire.examples import EXAMPLES
from bridge.wire.fields import from_message, to_datagram
from bridge.wire.protocol import ADDRESSES, MESSAGES, Ask, Column, Message, Reply, ResultHead, columns

RECORDED = json.loads((Path(__file__).parent / "recorded" / "version_1.json").read_text(encoding="utf-8"))
DATAGRAMS = [bytes.fromhex(digits) for digits in RECORDED["datagrams"]]
TAGS = {int: "i", float: "f", str: "s", bool: "i"}
IN_VERSION_1 = pytest.mark.parametrize("address", RECORDED["messages"])


def described(column: Column) -> dict[str, Any]:
    """A field as it was recorded, without its range."""
    told: dict[str, Any] = {"name": column.name, "type": "group" if column.group else TAGS[column.kind]}
    if column.many:
        told["many"] = True
    if column.optional:
        told["optional"] = True
    if column.group:
        told["fields"] = [described(member) for member in column.group]
    return told


def without_ranges(field: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in field.items() if key != "range"}
    if "fields" in kept:
        kept["fields"] = [without_ranges(member) for member in kept["fields"]]
    return kept


def ranges(field: dict[str, Any]) -> list[list[float]]:
    own = [field["range"]] if "range" in field else []
    return own + [one for member in field.get("fields", []) for one in ranges(member)]


def ranges_of(column: Column) -> list[list[float]]:
    says = column.says
    own = [[0, says.longest] if column.kind is str and not column.many else [says.low, says.high]]
    return (own if column.many or not column.group else []) + [r for member in column.group for r in ranges_of(member)]


@IN_VERSION_1
def test_the_fields_of_version_1_are_there_in_their_order(address: str) -> None:
    """Groups too: a member that grew would shift all that follows."""
    kind = ADDRESSES[address]
    expected = [without_ranges(field) for field in RECORDED["messages"][address]]
    assert [described(column) for column in columns(kind, version=1)] == expected


@IN_VERSION_1
def test_no_range_is_narrower_for_what_a_device_sends_nor_wider_for_what_it_reads(address: str) -> None:
    kind = ADDRESSES[address]
    for field, column in zip(RECORDED["messages"][address], columns(kind, version=1), strict=True):
        for (low, high), (low_now, high_now) in zip(ranges(field), ranges_of(column), strict=True):
            if issubclass(kind, Ask):
                assert low_now <= low, field
                assert high_now >= high, field
            else:
                assert low_now >= low, field
                assert high_now <= high, field


@pytest.mark.parametrize("kind", MESSAGES, ids=ADDRESSES)
def test_later_fields_come_last_and_may_be_missing(kind: type[Message]) -> None:
    row = columns(kind)
    assert [column.says.since for column in row] == sorted(column.says.since for column in row)
    defaults = {field.name: field.default for field in fields(kind)}
    assert all(defaults[column.name] is not MISSING for column in row if column.says.since > 1)
    assert all(member.says.since == 1 for column in row for member in column.group), "a group never grows"


@pytest.mark.parametrize("datagram", DATAGRAMS, ids=lambda datagram: osc.decode(datagram)[0].address)
def test_what_was_recorded_is_read_and_means_the_same(datagram: bytes) -> None:
    (message,) = osc.decode(datagram)
    read = from_message(message)
    assert to_datagram(read, version=1) == datagram


def test_a_device_of_version_1_is_sent_what_it_was_sent() -> None:
    sent = [to_datagram(example, version=1) for example in EXAMPLES if isinstance(example, Reply)]
    assert set(sent) == {datagram for datagram in DATAGRAMS if not isinstance(read(datagram), Ask)}


def read(datagram: bytes) -> Message:
    return from_message(osc.decode(datagram)[0])


def test_a_newer_version_has_more() -> None:
    head = next(example for example in EXAMPLES if isinstance(example, ResultHead))
    older, newer = (osc.decode(to_datagram(head, version))[0].arguments for version in (1, 2))
    assert newer == (*older, "drums")
    assert from_message(osc.Message(head.ADDRESS, older)) != head
    assert from_message(osc.Message(head.ADDRESS, newer)) == head
