"""Clips up and replies down over a wire that loses, repeats and reorders: both ends, without sockets and clocks."""

from __future__ import annotations

import hashlib
import random
import struct
from dataclasses import replace
from itertools import chain, islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadValue, Stale
from bridge.music.clip import MAX_NOTES, Clip, Note
from bridge.music.meter import Meter
from bridge.wire import osc
from bridge.wire.delivery import (
    Assembly,
    Backoff,
    ClipShelf,
    ReplyKey,
    ReplyShelf,
    clip_hash,
    clip_parts,
    joined_clips,
    number_parts,
    on_the_wire,
    result_clip_parts,
)
from bridge.wire.fields import from_message, to_datagram
from bridge.wire.protocol import DATAGRAM_BYTES, MOST_MISSING, NOTES_A_PART, ClipPart, Part, Refused, ResultClip

HOST = "127.0.0.1"


def clip_of(count: int, seed: int = 0) -> Clip:
    """So many notes anywhere in 64 bars."""
    rng = random.Random(seed)
    made = (Note(rng.randrange(128), 256 * rng.random(), 1 - rng.random(), 127 * rng.random()) for _ in range(count))
    return Clip(tuple(made), 256.0)


def numbered(clip: Clip, first: int = 0) -> Clip:
    return clip.with_notes(replace(note, source=first + i) for i, note in enumerate(clip.notes))


def as_kept(clip: Clip, first: int = 0) -> Clip:
    """What comes off the shelf where float32 leaves the notes in their order."""
    return numbered(on_the_wire(clip), first)


def uploaded(clip: Clip, device: str = "pad", session: int = 1) -> tuple[ClipPart, ...]:
    """The clip's parts, as they come out at the other end."""
    parts = clip_parts(clip, device, session, 5, 42712)
    return tuple(from_message(osc.decode(to_datagram(part))[0]) for part in parts)  # type: ignore[misc]


def filled(shelf: ClipShelf, clip: Clip) -> str:
    for part in uploaded(clip):
        shelf.add(HOST, part)
    return part.clip_hash


notes = st.builds(
    Note,
    st.integers(0, 127),
    st.floats(-8192, 8192),
    st.floats(2.0**-20, 8192),
    st.floats(0, 127),
    st.none() | st.integers(0, 10**6),
)
clips = st.builds(
    Clip,
    st.lists(notes, max_size=80).map(tuple),
    st.floats(0.25, 64),
    st.builds(Meter, st.integers(1, 12), st.sampled_from([4, 8]).filter(bool)).filter(lambda m: m.bar_beats >= 1.0),
)


# --- a clip and its parts -----------------------------------------------------------------------------------------


@given(clips)
def test_a_clip_that_has_been_on_the_wire_is_changed_by_it_no_more(clip: Clip) -> None:
    once = on_the_wire(clip)
    assert on_the_wire(once) == once


@given(clips)
def test_a_clip_arrives_as_float32_every_note_numbered_as_it_was_sent(clip: Clip) -> None:
    shelf = ClipShelf()
    arrived = shelf.get(filled(shelf, clip))
    assert arrived is not None
    # Two notes that float32 no longer tells apart may change places; their numbers still say which was which.
    by_source = sorted(arrived.notes, key=lambda note: note.source or 0)
    assert by_source == [
        replace(on_the_wire(clip.with_notes([note])).notes[0], source=i) for i, note in enumerate(clip.notes)
    ]
    assert (arrived.length_beats, arrived.meter) == (on_the_wire(clip).length_beats, clip.meter)


def test_notes_that_float32_cannot_tell_apart_keep_their_numbers() -> None:
    clip = Clip((Note(50, 16.0, 0.25, 90.0), Note(40, 16.0000001, 0.25, 80.0)), 32.0)
    shelf = ClipShelf()
    arrived = shelf.get(filled(shelf, clip))
    assert arrived is not None
    assert [(note.pitch, note.source) for note in arrived.notes] == [(40, 1), (50, 0)]


def test_the_hash_is_that_of_the_bytes_on_the_wire() -> None:
    content = struct.pack(">fii", 3.5, 7, 8) + struct.pack(">ifff", 36, 0.1, 0.25, 99.9)
    expected = hashlib.sha1(content, usedforsecurity=False).hexdigest()[:16]
    assert clip_hash(3.5, Meter(7, 8), [Note(36, 0.1, 0.25, 99.9)]) == expected
    assert clip_hash(4.0, Meter(), []) == "7d0643d2b3e0e170"


def test_the_hash_is_the_same_before_and_after_the_wire_and_another_for_every_difference() -> None:
    clip = clip_of(5)
    hashes = [clip_hash(c.length_beats, c.meter, c.notes) for c in (clip, on_the_wire(clip), numbered(clip, 9))]
    assert len(set(hashes)) == 1  # whatever `source` says
    first = clip.notes[0]
    others = [
        clip.with_notes(clip.notes[1:]),
        replace(clip, length_beats=255.0),
        replace(clip, meter=Meter(3, 4), length_beats=64.0),
        *(
            clip.with_notes((replace(first, **{name: value}), *clip.notes[1:]))
            for name, value in (("pitch", 1), ("start_beats", -0.9), ("length_beats", 0.007), ("velocity", 0.5))
        ),
    ]
    assert len({*hashes, *(clip_hash(c.length_beats, c.meter, c.notes) for c in others)}) == 1 + len(others)


@pytest.mark.parametrize(("count", "parts"), [(0, 1), (1, 1), (32, 1), (33, 2), (256, 8), (4096, 128)])
def test_a_clip_goes_up_in_parts_that_fit_their_datagrams(count: int, parts: int) -> None:
    sent = clip_parts(clip_of(count), "\N{MUSICAL SYMBOL G CLEF}" * 16, 1, 5, 42712)
    assert [(part.part, part.parts) for part in sent] == [(i, parts) for i in range(parts)]
    assert sum(len(part.notes) for part in sent) == count
    assert max(len(to_datagram(part)) for part in sent) <= DATAGRAM_BYTES


# --- the clips that the bridge keeps ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 32, 100])
def test_the_shelf_says_which_parts_are_missing_until_none_is(count: int) -> None:
    clip, shelf = clip_of(count), ClipShelf()
    parts = uploaded(clip)
    for i, part in enumerate(parts):
        assert shelf.get(part.clip_hash) is None
        assert shelf.add(HOST, part) == tuple(range(i + 1, len(parts)))
    assert shelf.get(part.clip_hash) == as_kept(clip)
    assert len(shelf) == 1


@pytest.mark.parametrize("seed", range(10))
def test_parts_may_come_in_any_order_and_more_than_once(seed: int) -> None:
    rng = random.Random(seed)
    clip, shelf = clip_of(200, seed), ClipShelf()
    parts = [*uploaded(clip)] * 2
    rng.shuffle(parts)
    seen: set[int] = set()
    for part in parts:
        seen.add(part.part)
        whole = len(seen) == part.parts
        assert shelf.add(HOST, part) == (() if whole else tuple(i for i in range(part.parts) if i not in seen))
    assert shelf.get(part.clip_hash) == as_kept(clip)
    assert len(shelf) == 1


def test_a_clip_is_uploaded_once_whoever_sends_it() -> None:
    shelf = ClipShelf()
    filled(shelf, clip_of(100))
    # One part is enough to hear that the clip is there, from any device.
    assert shelf.add("10.0.0.2", uploaded(clip_of(100), "other", 2)[2]) == ()
    assert len(shelf) == 1


def test_notes_that_are_not_those_of_the_hash_are_refused_and_may_be_sent_again() -> None:
    shelf, parts = ClipShelf(), uploaded(clip_of(40))
    shelf.add(HOST, parts[0])
    wrong = replace(parts[1], notes=(replace(parts[1].notes[0], velocity=1.0), *parts[1].notes[1:]))
    with pytest.raises(BadValue, match=f"not those of the clip {wrong.clip_hash}: upload it again"):
        shelf.add(HOST, wrong)
    assert (len(shelf), shelf.get(wrong.clip_hash)) == (0, None)
    assert shelf.add(HOST, parts[1]) == (0,)
    assert shelf.add(HOST, parts[0]) == ()


def test_a_length_or_meter_that_is_not_that_of_the_hash_is_refused() -> None:
    (part,) = uploaded(clip_of(3))
    for wrong in (replace(part, length_beats=128.0), replace(part, numerator=3), replace(part, clip_hash="0" * 16)):
        with pytest.raises(BadValue, match="upload it again"):
            ClipShelf().add(HOST, wrong)


@pytest.mark.parametrize(
    ("length_beats", "meter", "sentence"),
    [(4.0, (4, 3), "4/3 does not exist in Live"), (300.0, (4, 4), "a clip lasts from a sixteenth")],
)
def test_a_clip_that_cannot_be_is_refused(length_beats: float, meter: tuple[int, int], sentence: str) -> None:
    content = struct.pack(">fii", length_beats, *meter)
    name = hashlib.sha1(content, usedforsecurity=False).hexdigest()[:16]
    (part,) = uploaded(clip_of(0))
    part = replace(part, clip_hash=name, length_beats=length_beats, numerator=meter[0], denominator=meter[1])
    with pytest.raises(BadValue, match=sentence):
        ClipShelf().add(HOST, part)


def test_a_part_beyond_the_parts_is_refused() -> None:
    (part,) = uploaded(clip_of(3))
    with pytest.raises(BadValue, match="part is 1 of 1 parts: parts are counted from 0"):
        ClipShelf().add(HOST, replace(part, part=1))


def test_5000_notes_are_refused_when_the_4097th_comes() -> None:
    whole = clip_of(4096)
    parts = [replace(part, parts=157, clip_hash="5000 notes") for part in uploaded(whole)]
    shelf = ClipShelf()
    for part in parts:
        assert shelf.add(HOST, part)
    with pytest.raises(BadValue, match="the clip 5000 notes has more than 4,096 notes"):
        shelf.add(HOST, replace(parts[0], part=128, notes=parts[0].notes[:1]))


def test_a_sender_that_counts_the_parts_anew_begins_anew() -> None:
    shelf, parts = ClipShelf(), uploaded(clip_of(100))
    assert shelf.add(HOST, replace(parts[0], parts=9)) == tuple(range(1, 9))
    assert shelf.add(HOST, parts[1]) == (0, 2, 3)


@pytest.mark.parametrize(
    ("host", "device", "session"), [("10.0.0.2", "pad", 1), (HOST, "other", 1), (HOST, "pad", 2)]
)
def test_nobody_spoils_the_clip_that_another_uploads(host: str, device: str, session: int) -> None:
    shelf, clip = ClipShelf(), clip_of(100)
    parts = uploaded(clip)
    for part, other in zip(parts, uploaded(clip_of(100, seed=1), device, session), strict=True):
        shelf.add(HOST, part)
        if part is not parts[-1]:
            shelf.add(host, replace(other, clip_hash=part.clip_hash))
    assert shelf.get(parts[0].clip_hash) == as_kept(clip)


def test_no_more_parts_are_asked_for_than_a_message_names() -> None:
    part = replace(uploaded(clip_of(1))[0], parts=1000)
    assert ClipShelf().add(HOST, part) == tuple(range(1, MOST_MISSING + 1))


def test_the_least_used_clips_are_forgotten() -> None:
    shelf = ClipShelf(clips=3)
    a, b, c = (filled(shelf, clip_of(3, seed)) for seed in range(3))
    shelf.get(a)
    shelf.add(HOST, uploaded(clip_of(3, 1))[0])  # b is sent again: that is a use as well
    d = filled(shelf, clip_of(3, 3))
    assert [shelf.get(name) is not None for name in (a, b, c, d)] == [True, True, False, True]
    assert len(shelf) == 3


def test_so_many_notes_are_kept_and_no_more() -> None:
    shelf = ClipShelf(notes=100)
    names = [filled(shelf, clip_of(40, seed)) for seed in range(5)]
    assert [shelf.get(name) is not None for name in names] == [False, False, False, True, True]
    assert shelf.get(filled(shelf, clip_of(60, 9)))
    assert [shelf.get(name) is not None for name in names[3:]] == [False, True]


def test_uploads_that_are_never_finished_are_forgotten() -> None:
    shelf = ClipShelf(uploads=2)
    begun = [uploaded(clip_of(40, seed)) for seed in range(3)]
    for first, _ in begun:
        shelf.add(HOST, first)
    assert [shelf.add(HOST, last) for _, last in reversed(begun)] == [(), (), (0,)]


def test_sources_are_counted_from_wherever_the_request_says() -> None:
    shelf, clip = ClipShelf(), clip_of(3)
    name = filled(shelf, clip)
    for _ in range(2):
        assert shelf.get(name, 7) == as_kept(clip, 7)
    assert shelf.get(name) == as_kept(clip)
    assert shelf.get("unknown", 7) is None


# --- the replies that the bridge keeps ----------------------------------------------------------------------------


def key(request_id: int, device: str = "pad") -> ReplyKey:
    return HOST, device, 1, request_id


def reply(size: int = 4) -> tuple[bytes, ...]:
    return (b"r" * size,)


def found(shelf: ReplyShelf, request_id: int, device: str = "pad") -> object:
    """What the shelf says of a request: "new", "waiting", "stale", or its datagrams."""
    try:
        kept = shelf.find(key(request_id, device))
    except Stale:
        return "stale"
    if kept is None:
        return "new"
    return "waiting" if kept.datagrams is None else kept.datagrams


def test_a_request_is_new_then_waiting_then_answered_then_delivered_and_never_new_again() -> None:
    shelf = ReplyShelf()
    assert found(shelf, 1) == "new"
    shelf.take(key(1))
    assert found(shelf, 1) == "waiting"
    shelf.arrived(key(1))  # a Got that nobody can mean
    assert found(shelf, 1) == "waiting"
    shelf.answer(key(1), reply())
    assert found(shelf, 1) == reply()
    shelf.arrived(key(1))
    assert found(shelf, 1) == ()
    assert found(shelf, 2) == found(shelf, 1, "other") == "new"


def test_a_request_that_was_never_carried_out_may_be_tried_again() -> None:
    shelf = ReplyShelf()
    shelf.take(key(1))
    shelf.drop(key(1))
    shelf.drop(key(2))
    assert found(shelf, 1) == found(shelf, 2) == "new"


def test_a_reply_that_fell_off_the_shelf_is_stale_and_never_new() -> None:
    shelf = ReplyShelf(replies=2)
    for i in (3, 4, 5):
        shelf.answer(key(i), reply())
    # Ids count up, so whatever is below the highest that was forgotten is known to be old.
    assert [found(shelf, i) for i in range(1, 7)] == ["stale"] * 3 + [reply(), reply(), "new"]
    assert found(shelf, 3, "other") == "new"
    with pytest.raises(Stale, match="The request 3 was answered before, and its reply is no longer kept: ask again"):
        shelf.find(key(3))


def test_replies_that_the_network_reordered_leave_the_shelf_without_harm() -> None:
    shelf = ReplyShelf(replies=1)
    for i in (9, 4, 10):
        shelf.answer(key(i), reply())
    assert [found(shelf, i) for i in (4, 9, 10, 11)] == ["stale", "stale", reply(), "new"]


def test_what_waits_is_never_put_off_the_shelf() -> None:
    shelf = ReplyShelf(replies=3)
    for i in (1, 2):
        shelf.take(key(i, f"slow {i}"))
    for i in range(3, 20):
        shelf.answer(key(i), reply())
        assert [found(shelf, j, f"slow {j}") for j in (1, 2)] == ["waiting", "waiting"]
        assert found(shelf, i) == reply()
    shelf.answer(key(2, "slow 2"), reply(8))
    shelf.answer(key(20), reply())
    assert [found(shelf, 1, "slow 1"), found(shelf, 2, "slow 2"), found(shelf, 20)] == ["waiting", reply(8), reply()]
    assert found(shelf, 18) == "stale"


def test_the_shelf_holds_so_many_bytes_and_no_more() -> None:
    shelf = ReplyShelf(most_bytes=1000)
    for i in range(10):
        shelf.answer(key(i), reply(300))
    assert [found(shelf, i) for i in range(10)] == ["stale"] * 7 + [reply(300)] * 3
    # What was delivered, dropped or answered anew weighs nothing any more.
    shelf.arrived(key(7))
    shelf.arrived(key(7))
    shelf.drop(key(8))
    shelf.answer(key(9), reply(600))
    shelf.answer(key(10), reply(400))
    assert [found(shelf, i) for i in (7, 9, 10)] == [(), reply(600), reply(400)]
    shelf.answer(key(11), reply(1))
    assert [found(shelf, i) for i in (9, 10, 11)] == ["stale", reply(400), reply(1)]


def test_a_reply_larger_than_the_shelf_is_not_kept_and_not_made_twice() -> None:
    shelf = ReplyShelf(most_bytes=100)
    shelf.answer(key(1), reply(101))
    assert found(shelf, 1) == "stale"
    shelf.answer(key(2), reply(100))
    assert found(shelf, 2) == reply(100)


def test_the_memory_of_sessions_is_bounded() -> None:
    shelf = ReplyShelf(replies=1, sessions=3)
    for i in range(6):
        shelf.answer(key(1, f"pad {i}"), reply())
    assert [found(shelf, 1, f"pad {i}") for i in range(6)] == ["new", "new", "stale", "stale", "stale", reply()]


# --- a reply at the device ----------------------------------------------------------------------------------------


def refusal(part: int, parts: int) -> Part:
    return Refused(session=1, request_id=1, part=part, parts=parts, code="late", sentence=f"{part} of {parts}")


@given(st.lists(clips, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_clips_come_down_whole_in_whatever_order_their_parts_arrive(made: list[Clip], rng: random.Random) -> None:
    datagrams = [*number_parts(result_clip_parts(made, session=1, request_id=2))]
    assert max(map(len, datagrams)) <= DATAGRAM_BYTES
    rng.shuffle(datagrams)
    assembly = Assembly()
    for datagram in chain(islice(datagrams, 2), datagrams):
        part = from_message(osc.decode(datagram)[0])
        assert isinstance(part, ResultClip)
        assembly.add(part)
    assert assembly.whole
    joined = joined_clips(part for part in assembly.messages() if isinstance(part, ResultClip))
    assert joined == tuple(on_the_wire(clip) for clip in made)


def test_the_largest_result_fits_its_datagrams() -> None:
    note = Note(127, 8191.9, 8191.9, 126.9, source=2**31 - 1)
    made = [Clip((note,) * MAX_NOTES, 64.0)] * 18
    datagrams = number_parts(result_clip_parts(made, session=-(2**31), request_id=2**31 - 1))
    assert len(datagrams) == 18 * MAX_NOTES / NOTES_A_PART
    assert max(map(len, datagrams)) <= DATAGRAM_BYTES


def test_an_assembly_says_what_is_missing() -> None:
    assembly = Assembly()
    assert (assembly.begun, assembly.whole, assembly.missing) == (False, False, ())
    for part, missing in ((2, (0, 1, 3)), (2, (0, 1, 3)), (0, (1, 3)), (3, (1,))):
        assembly.add(refusal(part, 4))
        assert (assembly.begun, assembly.whole, assembly.missing) == (True, False, missing)
    assembly.add(refusal(1, 4))
    assert (assembly.whole, assembly.missing) == (True, ())
    assert assembly.messages() == [refusal(i, 4) for i in range(4)]


def test_a_part_of_another_reply_begins_anew() -> None:
    assembly = Assembly()
    assembly.add(refusal(0, 3))
    assembly.add(refusal(1, 2))
    assert assembly.missing == (0,)
    assembly.add(refusal(0, 2))
    assert assembly.messages() == [refusal(0, 2), refusal(1, 2)]


def test_a_part_beyond_the_parts_is_left_out() -> None:
    assembly = Assembly()
    assembly.add(refusal(2, 2))
    assert (assembly.begun, assembly.whole) == (False, False)


def test_the_device_waits_longer_each_time_up_to_half_a_second() -> None:
    backoff = Backoff()
    waits = [backoff.wait() for _ in range(10)]
    assert waits[0] == 0.06
    assert all(later == pytest.approx(min(0.5, 1.7 * sooner)) for sooner, later in pairwise(waits))
    assert waits[-1] == 0.5
