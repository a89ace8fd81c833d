"""Kits: pads and classes are each other's inverse, and every pad plays one class."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadValue
from bridge.music.kit import DRUM_CLASSES, GENERAL_MIDI, Kit

PADS = {drum_class: (36 + i,) for i, drum_class in enumerate(DRUM_CLASSES)}


@st.composite
def kits(draw: st.DrawFn) -> Kit:
    """Some of the 128 pads in some order, cut into nine groups of at least one."""
    pads = draw(st.lists(st.integers(0, 127), unique=True, min_size=len(DRUM_CLASSES)))
    inner = st.integers(1, len(pads) - 1)
    cuts = draw(st.lists(inner, unique=True, min_size=len(DRUM_CLASSES) - 1, max_size=len(DRUM_CLASSES) - 1))
    edges = [0, *sorted(cuts), len(pads)]
    return Kit("any", tuple(tuple(pads[low:high]) for low, high in pairwise(edges)))


@given(kits())
def test_pads_and_classes_are_inverse(kit: Kit) -> None:
    for class_index, pads in enumerate(kit.pads):
        assert [kit.class_of(pad) for pad in pads] == [class_index] * len(pads)
        assert kit.class_of(kit.home(class_index)) == class_index
    covered = {pad for pads in kit.pads for pad in pads}
    for pad in range(128):
        found = kit.class_of(pad)
        assert (found is not None) == (pad in covered)
        assert found is None or pad in kit.pads[found]


@given(kits())
def test_from_names_and_back(kit: Kit) -> None:
    pads = dict(zip(DRUM_CLASSES, kit.pads, strict=True))
    assert Kit.of("any", pads) == kit
    assert Kit.of("any", dict(reversed(pads.items()))) == kit


def test_general_midi_covers_the_pitches_of_the_groove_midi_dataset() -> None:
    dataset = {36, 38, 37, 40, 42, 22, 44, 46, 26, 43, 58, 47, 45, 50, 48, 49, 52, 55, 57, 51, 53, 59}
    assert dataset <= set(GENERAL_MIDI.classes)
    homes = [GENERAL_MIDI.home(i) for i in range(len(DRUM_CLASSES))]
    assert homes == [36, 38, 42, 46, 43, 47, 50, 49, 51]
    assert GENERAL_MIDI.class_of(60) is None


def test_the_sentence_about_a_kit_is_no_part_of_what_it_is() -> None:
    assert Kit.of("a", PADS, "One.") == Kit.of("a", PADS, "Another.")
    assert Kit.of("a", PADS) != Kit.of("b", PADS)


@pytest.mark.parametrize("pad", [-1, 128, 200, 36.5, 36.0, True, float("nan")])
def test_a_pad_beyond_midi_is_refused(pad: int) -> None:
    with pytest.raises(BadValue) as refusal:
        Kit.of("mine", {**PADS, "ride": (pad,)})
    assert str(refusal.value) == f"The kit mine has ride on pad {pad}: pads are whole numbers from 0 to 127."


def test_a_class_without_a_pad_is_refused() -> None:
    with pytest.raises(BadValue, match="The kit mine has no pad for ride: give it at least one"):
        Kit.of("mine", {**PADS, "ride": ()})
    with pytest.raises(BadValue, match="no pad for kick"):
        Kit.of("mine", {})


def test_a_pad_for_two_classes_is_refused() -> None:
    with pytest.raises(BadValue, match="The kit mine has pad 36 twice, for kick and ride: a pad plays one class"):
        Kit.of("mine", {**PADS, "ride": (51, 36)})


def test_an_unknown_class_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadValue, match=r"'cowbell', which is no drum class: they are kick, snare, .*, crash, ride"):
        Kit.of("mine", {**PADS, "cowbell": (56,)})


def test_a_kit_has_nine_classes() -> None:
    with pytest.raises(BadValue, match="has pads for 8 classes: it needs 9"):
        Kit("mine", GENERAL_MIDI.pads[:8])
