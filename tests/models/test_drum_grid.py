"""The grid: how every meter lies on it, and which cell every note of a clip is in."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadValue, Unsupported
from bridge.models.drum_grid import (
    CLASSES,
    LARGEST_OFFSET,
    PAD_POSITION,
    STEPS,
    STEPS_PER_BEAT,
    Cells,
    Roll,
    Source,
    decode,
    encode,
    nearest_step,
    steps_in,
    window,
)  # fmt: skip
from bridge.music.clip import MAX_BARS, MAX_NOTES, Clip, Note
from bridge.music.kit import DRUM_CLASSES, GENERAL_MIDI, Kit
from bridge.music.meter import DENOMINATORS, Meter
from bridge.wire.delivery import on_the_wire

KICK, SNARE, HAT = (DRUM_CLASSES.index(name) for name in ("kick", "snare", "closed_hat"))
COWBELL = 56  # of no class

METERS = [Meter(numerator, denominator) for denominator in DENOMINATORS for numerator in range(1, 100)]
FITTING = [meter for meter in METERS if meter.bar_beats <= 8.0]


def hit(start_beats: float, pitch: int = 36, velocity: float = 100.0, source: int | None = None) -> Note:
    return Note(pitch, start_beats, 0.1, velocity, source)


def float32(value: float) -> float:
    """As it comes off the wire."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def cells_of(roll: Roll) -> set[tuple[int, int]]:
    """(step, class) of every hit, the same in all three arrays and in the holders."""
    cells = {(int(step), int(drum_class)) for step, drum_class in zip(*np.nonzero(roll.cells.hits), strict=True)}
    assert cells == set(roll.holders)
    assert not roll.cells.velocity[roll.cells.hits == 0].any()
    assert not roll.cells.offset[roll.cells.hits == 0].any()
    return cells


# --- the window -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meter", "bar_steps", "bars", "pulse_steps"),
    [
        (Meter(4, 4), 16, 2, 4),
        (Meter(3, 4), 12, 2, 4),
        (Meter(5, 4), 20, 1, 4),
        (Meter(6, 4), 24, 1, 4),
        (Meter(7, 4), 28, 1, 4),
        (Meter(8, 4), 32, 1, 4),
        (Meter(2, 4), 8, 4, 4),
        (Meter(2, 2), 16, 2, 8),
        (Meter(3, 8), 6, 5, 2),
        (Meter(6, 8), 12, 2, 6),
        (Meter(7, 8), 14, 2, 2),
        (Meter(9, 8), 18, 1, 6),
        (Meter(12, 8), 24, 1, 6),
        (Meter(7, 16), 7, 4, 1),
        (Meter(1, 16), 1, 32, 1),
        (Meter(2, 1), 32, 1, 16),
    ],
)
def test_how_a_meter_lies_on_the_grid(meter: Meter, bar_steps: int, bars: int, pulse_steps: int) -> None:
    shape = window(meter)
    assert (shape.bar_steps, shape.bars, shape.steps) == (bar_steps, bars, bar_steps * bars)
    in_bar = [step % bar_steps for step in range(shape.steps)]
    behind = [PAD_POSITION] * (STEPS - shape.steps)
    assert shape.positions[:, 0].tolist() == in_bar + behind
    assert shape.positions[:, 1].tolist() == [position % pulse_steps for position in in_bar] + behind


@pytest.mark.parametrize("meter", FITTING, ids=str)
def test_every_meter_whose_bar_fits_is_whole_bars_and_no_more_would_fit(meter: Meter) -> None:
    shape = window(meter)
    assert shape.bar_steps == meter.bar_beats * STEPS_PER_BEAT
    assert shape.steps == shape.bars * shape.bar_steps <= STEPS < shape.steps + shape.bar_steps
    assert shape.positions.shape == (STEPS, 2)
    assert shape.positions.dtype == np.int64
    assert shape.positions.min() >= 0
    assert shape.positions.max() <= PAD_POSITION
    roll = encode(Clip((hit(0.0),), meter.bar_beats, meter), GENERAL_MIDI)
    assert cells_of(roll) == {(bar * shape.bar_steps, KICK) for bar in range(shape.bars)}


def test_the_meters_that_fit_are_those_of_the_issue_and_those_that_do_not_are_refused_by_name() -> None:
    refused = [meter for meter in METERS if meter not in FITTING]
    assert {Meter(9, 4), Meter(17, 8), Meter(33, 16), Meter(5, 2), Meter(3, 1), Meter(99, 16)} <= set(refused)
    for meter in refused:
        with pytest.raises(Unsupported) as refusal:
            window(meter)
        assert f"The meter {meter} has bars of {meter.bar_beats * 4:g} sixteenths" in str(refusal.value)
        with pytest.raises(Unsupported):
            encode(Clip((), meter.bar_beats, meter), GENERAL_MIDI)


def test_the_positions_are_shared_and_so_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        window(Meter()).positions[0, 0] = 5


@pytest.mark.parametrize(
    ("length_beats", "windows"),
    [(0.25, 1), (4.4, 1), (8.0, 1), (8.0001, 1), (7.9999, 1), (8.25, 2), (float32(8.1), 2), (16.0, 2), (256.0, 32)],
)
def test_how_many_windows_a_clip_begins(length_beats: float, windows: int) -> None:
    assert window(Meter()).count(length_beats) == windows


@pytest.mark.parametrize("meter", FITTING, ids=str)
def test_64_bars_are_whole_windows_or_the_last_is_begun(meter: Meter) -> None:
    shape = window(meter)
    assert shape.count(float32(MAX_BARS * meter.bar_beats)) == -(-MAX_BARS // shape.bars)


@pytest.mark.parametrize(
    ("length_beats", "steps"), [(0.25, 1), (0.26, 2), (1.1, 5), (4.4, 18), (8.0, 32), (8.0000005, 32), (7.9999995, 32)]
)
def test_steps_begun(length_beats: float, steps: int) -> None:
    assert steps_in(length_beats) == steps


@pytest.mark.parametrize("meter", [Meter(), Meter(7, 8), Meter(5, 4)], ids=str)
def test_split_and_join_are_inverse(meter: Meter) -> None:
    shape = window(meter)
    rows = np.random.default_rng(1).random((3 * shape.steps, 27), np.float32)
    tensor = shape.split(rows)
    assert tensor.shape == (3, STEPS, 27)
    assert not tensor[:, shape.steps :].any()
    assert (shape.join(tensor) == rows).all()


# --- which cell a note is in ------------------------------------------------------------------------------------------


def test_a_hit_has_its_step_its_class_its_velocity_and_its_offset() -> None:
    note = hit(1.03, 38, 63.5, source=4)
    roll = encode(Clip((note,), 8.0), GENERAL_MIDI)
    assert cells_of(roll) == {(4, SNARE)}
    assert roll.cells.velocity[4, SNARE] == pytest.approx(0.5)
    assert roll.cells.offset[4, SNARE] == pytest.approx(0.12)
    assert roll.holders[4, SNARE] == (note,)
    assert roll.beside == ()


@pytest.mark.parametrize(
    ("start_beats", "step", "offset"),
    [
        (0.0, 0, 0.0),
        (0.12, 0, 0.48),
        (0.125, 1, -0.5),  # half way belongs to the later step
        (0.1249999, 0, 0.4999996),
        (7.874, 31, 0.496),
        (-0.05, 0, -0.2),  # early on the one
        (-0.125, 0, -0.5),
    ],
)
def test_the_nearest_step(start_beats: float, step: int, offset: float) -> None:
    roll = encode(Clip((hit(start_beats),), 8.0), GENERAL_MIDI)
    assert nearest_step(start_beats) == step
    assert cells_of(roll) == {(step, KICK)}
    assert roll.cells.offset[step, KICK] == pytest.approx(offset, abs=1e-6)


def test_a_hit_early_on_the_one_of_the_next_pass_is_on_the_first_step() -> None:
    for start_beats in (7.875, 7.95, 7.99999):
        note = hit(start_beats, source=7)
        roll = encode(Clip((note,), 8.0), GENERAL_MIDI)
        assert cells_of(roll) == {(0, KICK)}
        assert roll.cells.offset[0, KICK] == pytest.approx((start_beats - 8.0) * 4, abs=1e-6)
        # It stays the very note that came in, at the loop's end.
        assert roll.holders[0, KICK] == (note,)


def test_an_early_hit_of_a_short_loop_is_early_on_every_pass() -> None:
    note = hit(3.95, source=2)
    roll = encode(Clip((note,), 4.0), GENERAL_MIDI, 8.0)
    assert cells_of(roll) == {(0, KICK), (16, KICK)}
    assert roll.cells.offset[[0, 16], KICK].tolist() == pytest.approx([-0.2, -0.2])
    # Once in the middle of the result, and once at its end, which is early on its first step.
    starts = sorted(notes[0].start_beats for notes in roll.holders.values())
    assert starts == pytest.approx([3.95, 7.95])
    assert {notes[0].source for notes in roll.holders.values()} == {2}


def test_what_starts_earlier_than_half_a_step_before_beat_0_is_beside() -> None:
    early, earlier = hit(-0.126), hit(-4.0, 38)
    roll = encode(Clip((early, earlier, hit(1.0)), 8.0), GENERAL_MIDI)
    assert cells_of(roll) == {(4, KICK)}
    assert set(roll.beside) == {early, earlier}


def test_nothing_wraps_to_the_last_step_by_a_negative_index() -> None:
    roll = encode(Clip(tuple(hit(-i / 10) for i in range(1, 50)), 8.0), GENERAL_MIDI)
    assert cells_of(roll) == {(0, KICK)}


def test_what_lies_behind_the_loop_is_beside_and_leaves_with_its_end() -> None:
    behind = (hit(8.0), hit(9.0, 38))
    clip = Clip((hit(1.0), *behind), 8.0)
    roll = encode(clip, GENERAL_MIDI)
    assert cells_of(roll) == {(4, KICK)}
    assert roll.beside == behind
    assert encode(clip, GENERAL_MIDI, 16.0).beside == ()


def test_a_pad_of_no_class_is_beside_and_loops_untouched() -> None:
    bell = Note(COWBELL, 1.0, 0.3, 77.0, 5)
    roll = encode(Clip((bell, hit(0.0)), 4.0), GENERAL_MIDI, 8.0)
    assert cells_of(roll) == {(0, KICK), (16, KICK)}
    assert roll.beside == (bell, bell.moved(4.0))
    # Only through the result, not through the rest of the last window.
    assert encode(Clip((bell,), 4.0), GENERAL_MIDI).beside == (bell,)


def test_where_hits_share_a_cell_the_loudest_stands_for_them_and_all_stay() -> None:
    soft, loud, late = hit(1.0, 38, 30.0), hit(1.02, 37, 110.0), hit(1.1, 38, 30.0)
    roll = encode(Clip((soft, loud, late), 8.0), GENERAL_MIDI)
    assert cells_of(roll) == {(4, SNARE)}
    assert roll.holders[4, SNARE] == (loud, soft, late)
    assert roll.cells.velocity[4, SNARE] == pytest.approx(110 / 127)
    assert roll.cells.offset[4, SNARE] == pytest.approx(0.08)


def test_hits_of_two_classes_do_not_share_a_cell() -> None:
    roll = encode(Clip((hit(1.0, 36), hit(1.0, 38), hit(1.0, 42)), 8.0), GENERAL_MIDI)
    assert cells_of(roll) == {(4, KICK), (4, SNARE), (4, HAT)}


def test_an_empty_clip_is_an_empty_grid() -> None:
    roll = encode(Clip((), 20.0), GENERAL_MIDI)
    assert cells_of(roll) == set()
    assert roll.cells.hits.shape == (96, CLASSES)
    assert roll.tensor().shape == (3, STEPS, 3 * CLASSES)
    assert not roll.tensor().any()
    assert roll.beside == ()
    assert roll.pad(KICK) is None
    assert roll.note_beats(KICK) is None


# --- loops ------------------------------------------------------------------------------------------------------------


def test_a_sixteenth_fills_a_window() -> None:
    roll = encode(Clip((hit(0.02),), 0.25), GENERAL_MIDI)
    assert cells_of(roll) == {(step, KICK) for step in range(STEPS)}
    assert np.allclose(roll.cells.offset[:, KICK], 0.08, atol=1e-5)


def test_three_bars_fill_two_windows() -> None:
    roll = encode(Clip((hit(0.0), hit(8.0, 38)), 12.0), GENERAL_MIDI)
    assert cells_of(roll) == {(0, KICK), (32, SNARE), (48, KICK)}


def test_a_loop_of_no_whole_steps_drifts_through_the_window() -> None:
    """4.4 beats are 17.6 sixteenths: the second pass lies 0.4 before the grid."""
    roll = encode(Clip((hit(0.0), hit(1.0, 38)), 4.4), GENERAL_MIDI)
    assert cells_of(roll) == {(0, KICK), (4, SNARE), (18, KICK), (22, SNARE)}
    assert roll.cells.offset[[0, 18], KICK].tolist() == pytest.approx([0.0, -0.4])
    assert encode(Clip((hit(4.39),), 4.4), GENERAL_MIDI).cells.offset[0, KICK] == pytest.approx(-0.04)


@pytest.mark.parametrize("length_beats", [1.1, 8 / 3, 0.7, 1 / 3, 5.3, 6.6])
def test_a_length_rounded_to_float32_gives_the_same_cells(length_beats: float) -> None:
    notes = (hit(0.0), hit(0.26, 38), hit(0.2, 42))
    exact = encode(Clip(notes, length_beats), GENERAL_MIDI)
    rounded = encode(Clip(notes, float32(length_beats)), GENERAL_MIDI)
    assert cells_of(rounded) == cells_of(exact)
    assert np.allclose(rounded.cells.offset, exact.cells.offset, atol=1e-4)


@pytest.mark.parametrize("meter", [Meter(), Meter(3, 4), Meter(7, 8), Meter(5, 4)], ids=str)
def test_a_longer_result_loops_the_clip(meter: Meter) -> None:
    clip = Clip((hit(0.0, source=0), hit(meter.bar_beats - 0.5, 38, source=1)), meter.bar_beats, meter)
    bar_steps = window(meter).bar_steps
    roll = encode(clip, GENERAL_MIDI, 8 * meter.bar_beats)
    assert cells_of(roll) == {(bar * bar_steps, KICK) for bar in range(8)} | {
        ((bar + 1) * bar_steps - 2, SNARE) for bar in range(8)
    }
    assert Counter(notes[0].source for notes in roll.holders.values()) == {0: 8, 1: 8}
    assert len(roll.tensor()) == window(meter).count(8 * meter.bar_beats)


def numbered(clip: Clip) -> Clip:
    return clip.with_notes(replace(note, source=i) for i, note in enumerate(clip.notes))


notes_of_a_clip = st.lists(
    st.builds(Note, st.sampled_from([36, 35, 38, 37, 42, 22, COWBELL]), st.floats(-2.0, 20.0), st.just(0.1),
              st.floats(0.0, 127.0)),
    max_size=24,
)  # fmt: skip


@given(notes_of_a_clip, st.sampled_from(FITTING), st.integers(1, 5))
def test_every_note_is_in_one_cell_or_beside(notes: list[Note], meter: Meter, bars: int) -> None:
    clip = numbered(Clip(tuple(notes), bars * meter.bar_beats, meter))
    roll = encode(clip, GENERAL_MIDI)
    steps = steps_in(clip.length_beats)
    cells = cells_of(roll)
    held = [note for cell, at in roll.holders.items() if cell[0] < steps for note in at]
    assert sorted(note.source or 0 for note in (*held, *roll.beside)) == list(range(len(clip.notes)))
    assert {note.source: note for note in (*held, *roll.beside)} == {note.source: note for note in clip.notes}
    for (step, drum_class), at in roll.holders.items():
        assert all(GENERAL_MIDI.class_of(note.pitch) == drum_class for note in at)
        assert [note.velocity for note in at] == sorted((note.velocity for note in at), reverse=True)
        assert roll.cells.velocity[step, drum_class] == pytest.approx(at[0].velocity / 127.0)
        assert -0.5 <= roll.cells.offset[step, drum_class] < 0.5
        # The cell says where its loudest note is, but for whole loops.
        beats = (step + float(roll.cells.offset[step, drum_class])) / STEPS_PER_BEAT
        loops = (beats - at[0].start_beats) / clip.length_beats
        assert loops == pytest.approx(round(loops), abs=1e-5)
    shape = roll.window
    tensor = roll.tensor()
    assert tensor.shape == (shape.count(clip.length_beats), STEPS, 3 * CLASSES)
    assert int(tensor[:, :, :CLASSES].sum()) == len(cells)


@pytest.mark.parametrize("start_beats", [0.0, -0.125])
def test_an_odd_loop_has_every_note_once_in_a_result_of_its_own_length(start_beats: float) -> None:
    clip = Clip((hit(start_beats, source=0),), 1.3125 if start_beats == 0.0 else 1.375)  # 5.25 and 5.5 sixteenths
    roll = encode(clip, GENERAL_MIDI)
    held = [note for cell, at in roll.holders.items() if cell[0] < steps_in(clip.length_beats) for note in at]
    assert held == list(clip.notes)


def test_the_pad_and_the_length_that_a_clip_plays_a_class_with() -> None:
    notes = (Note(40, 0.0, 0.1, 90.0), Note(37, 1.0, 0.2, 90.0), Note(37, 2.0, 0.3, 90.0), Note(42, 0.0, 0.4, 90.0))
    roll = encode(Clip(notes, 8.0), GENERAL_MIDI)
    assert (roll.pad(SNARE), roll.note_beats(SNARE)) == (37, 0.2)
    assert (roll.pad(HAT), roll.note_beats(HAT)) == (42, 0.4)
    assert (roll.pad(KICK), roll.note_beats(KICK)) == (None, None)


# --- decode -----------------------------------------------------------------------------------------------------------


@given(notes_of_a_clip, st.sampled_from(FITTING), st.floats(0.25, 20.0))
def test_decode_is_the_inverse_of_encode(notes: list[Note], meter: Meter, length_beats: float) -> None:
    """Any clip, of any length, comes back as the very notes that went in."""
    clip = numbered(Clip(tuple(notes), min(length_beats, 64 * meter.bar_beats), meter))
    roll = encode(clip, GENERAL_MIDI)
    again = decode(roll.cells, [Source(roll, 1.0)], GENERAL_MIDI, clip.length_beats)
    assert sorted((*again, *roll.beside), key=lambda note: note.source or 0) == list(clip.notes)


@given(
    st.lists(
        st.tuples(st.integers(0, 31), st.integers(0, 8), st.integers(1, 127), st.floats(-0.49, 0.49)),
        unique_by=lambda hit: hit[:2],
    )
)
def test_encode_is_the_inverse_of_decode(played: list[tuple[int, int, int, float]]) -> None:
    """Any cells become notes on the kit's home pads that are the same cells, but for what would be before beat 0."""
    cells = Cells.empty(32)
    for step, drum_class, velocity, offset in played:
        cells.hits[step, drum_class] = 1.0
        cells.velocity[step, drum_class] = velocity / 127.0
        cells.offset[step, drum_class] = max(offset, 0.0) if step == 0 else offset
    again = encode(Clip(decode(cells, [], GENERAL_MIDI, 8.0), 8.0), GENERAL_MIDI).cells
    assert np.array_equal(again.hits, cells.hits)
    assert again.velocity == pytest.approx(cells.velocity, abs=1e-6)
    assert again.offset == pytest.approx(cells.offset, abs=1e-5)


def test_a_new_hit_is_never_before_beat_0_nor_behind_the_end() -> None:
    cells = Cells.empty(32)
    for step, offset in ((0, -0.4), (4, 0.45)):
        cells.hits[step, KICK], cells.velocity[step, KICK], cells.offset[step, KICK] = 1.0, 0.5, offset
    assert [note.start_beats for note in decode(cells, [], GENERAL_MIDI, 8.0)] == pytest.approx([0.0, 1.1125])
    assert [note.start_beats for note in decode(cells, [], GENERAL_MIDI, 1.1)] == [0.0]


def test_a_new_hit_goes_to_the_pad_that_the_clip_plays_its_class_on() -> None:
    clip = Clip((hit(0.0, 37), hit(1.0, 37), hit(2.0, 38)), 8.0)
    cells = Cells.empty(32)
    for drum_class in (KICK, SNARE):
        cells.hits[20, drum_class] = 1.0
    roll = encode(clip, GENERAL_MIDI)
    notes = decode(cells, [Source(roll, 1.0)], GENERAL_MIDI, 8.0)
    assert {note.pitch for note in notes} == {36, 37}  # the kit's own kick, the clip's side stick
    assert {note.source for note in notes} == {None}


def test_a_new_hit_ends_where_its_pad_is_hit_again() -> None:
    """A clip of long notes, and new hits before, between and behind its own."""
    roll = encode(Clip((Note(36, 2.0, 1.5, 90.0),), 8.0), GENERAL_MIDI)
    cells = Cells.empty(STEPS)
    cells.hits[[0, 4, 8, 12, 14], 0] = 1.0
    cells.hits[2, 1] = 1.0
    notes = decode(cells, [Source(roll, 1.0)], GENERAL_MIDI, 8.0)
    assert {note.start_beats: note.length_beats for note in notes if note.pitch == 36} == {
        0.0: 1.0, 1.0: 1.0, 2.0: 1.5, 3.0: 0.5, 3.5: 1.5,
    }  # fmt: skip
    # Also where the other one stands at the loop's very end, early on its first step.
    early = encode(Clip((Note(36, 3.9, 0.5, 90.0),), 4.0), GENERAL_MIDI)
    cells = Cells.empty(STEPS)
    cells.hits[[0, 15], 0] = 1.0
    lengths = {note.start_beats: note.length_beats for note in decode(cells, [Source(early, 1.0)], GENERAL_MIDI, 4.0)}
    assert lengths == {3.9: 0.5, 3.75: pytest.approx(0.15)}


def test_half_faith_is_half_way_between_the_clips_note_and_the_models() -> None:
    clip = Clip((Note(36, 1.02, 0.1, 100.0, source=0),), 4.0)
    roll = encode(clip, GENERAL_MIDI)
    cells = Cells(roll.cells.hits, roll.cells.velocity * 0.5, roll.cells.offset * 0.0)
    for faith, velocity, start_beats in ((1.0, 100.0, 1.02), (0.5, 75.0, 1.01), (0.0, 50.0, 1.0)):
        (note,) = decode(cells, [Source(roll, faith)], GENERAL_MIDI, 4.0)
        assert (note.velocity, note.source) == (velocity, 0)
        assert note.start_beats == pytest.approx(start_beats)


def test_an_early_one_at_the_loops_end_stays_there_or_moves_to_the_one() -> None:
    clip = Clip((Note(36, 3.97, 0.1, 100.0, source=0),), 4.0)
    roll = encode(clip, GENERAL_MIDI)
    late = Cells(roll.cells.hits, roll.cells.velocity, np.abs(roll.cells.offset))
    assert decode(roll.cells, [Source(roll, 1.0)], GENERAL_MIDI, 4.0) == clip.notes
    (note,) = decode(late, [Source(roll, 0.0)], GENERAL_MIDI, 4.0)
    assert note.start_beats == pytest.approx(0.03, abs=1e-6)


def test_a_clip_that_is_too_full_to_loop_so_long_is_refused() -> None:
    clip = Clip((hit(0.0),) * (MAX_NOTES // STEPS), 0.25)  # a sixteenth fills a window by looping
    encode(clip, GENERAL_MIDI, 0.25)
    with pytest.raises(BadValue, match="more than 4,096 notes"):
        encode(clip, GENERAL_MIDI, 256.0)


def test_a_note_of_no_class_is_there_once_on_every_pass() -> None:
    early, plain = Note(COWBELL, -0.05, 0.1, 90.0, source=0), Note(COWBELL, 1.0, 0.1, 90.0, source=1)
    clip = Clip((early, plain), 2.0)
    assert encode(clip, GENERAL_MIDI).beside == (early, plain)
    again = encode(clip, GENERAL_MIDI, 4.0).beside
    assert sorted(note.start_beats for note in again) == pytest.approx([-0.05, 1.0, 1.95, 3.0])


def test_a_flam_is_moved_as_one_and_never_out_of_the_loop() -> None:
    """Early on the one, in the middle of the bar, and at the loop's end: apart by as much as they were."""
    for first, second in ((-0.09, -0.03), (1.0, 1.05), (3.8, 3.86), (3.9, 3.97)):
        clip = Clip((hit(first, 38, 50.0, source=0), hit(second, 38, 100.0, source=1)), 4.0)
        roll = encode(clip, GENERAL_MIDI)
        for offset in (-0.49, 0.0, 0.49):
            cells = Cells(roll.cells.hits, roll.cells.velocity, roll.cells.hits * np.float32(offset))
            for faith in (0.0, 0.5, 0.999):
                notes = decode(cells, [Source(roll, faith)], GENERAL_MIDI, 4.0)
                start = {note.source: note.start_beats for note in notes}
                apart = (start[1] - start[0]) % 4.0
                assert apart == pytest.approx(second - first, abs=1e-6)
                assert all(min(0.0, first) - 1e-6 <= beats < 4.0 for beats in start.values())


@pytest.mark.parametrize("offset", [-0.5, -LARGEST_OFFSET, LARGEST_OFFSET, 0.5])
def test_the_earliest_and_the_latest_hit_of_a_step_are_still_its_own_off_the_wire(offset: float) -> None:
    """A float32 has fewer places for seven beats and a little than for a little alone."""
    clip = numbered(Clip(tuple(hit(step / STEPS_PER_BEAT) for step in range(0, 256, 3)), 64.0))
    roll = encode(clip, GENERAL_MIDI)
    cells = Cells(roll.cells.hits, roll.cells.velocity, roll.cells.hits * np.float32(offset))
    for sources in ([], [Source(roll, 0.0)], [Source(roll, 0.001)]):
        notes = decode(cells, sources, GENERAL_MIDI, clip.length_beats)
        heard = encode(on_the_wire(Clip(notes, clip.length_beats)), GENERAL_MIDI)
        assert heard.holders.keys() == roll.holders.keys()
        assert all(len(at) == 1 for at in heard.holders.values())


def test_next_to_its_corner_an_early_hit_does_not_jump() -> None:
    clip = Clip((hit(-0.09, source=0),), 4.0)
    roll = encode(clip, GENERAL_MIDI)
    cells = Cells(roll.cells.hits, roll.cells.velocity, roll.cells.offset * 0.0)
    (note,) = decode(cells, [Source(roll, 0.999)], GENERAL_MIDI, 4.0)
    assert note.start_beats == pytest.approx(-0.09, abs=0.001)


def test_all_hits_of_a_cell_come_over_to_another_kit() -> None:
    other = Kit("other", tuple((60 + i,) for i in range(CLASSES)))
    clip = Clip((hit(1.0, 38, 100.0, source=0), hit(1.06, 38, 60.0, source=1), hit(1.0, 37, 90.0, source=2)), 4.0)
    roll = encode(clip, GENERAL_MIDI)
    notes = decode(roll.cells, [Source(roll, 1.0)], other, 4.0)
    assert [(note.pitch, note.start_beats, note.velocity) for note in sorted(notes, key=lambda n: n.start_beats)] == [
        (61, 1.0, 100.0),
        (61, 1.06, 60.0),
    ]


def test_too_many_notes_of_no_class_are_refused_as_well() -> None:
    clip = Clip((hit(0.0, COWBELL),) * MAX_NOTES, 0.25)
    encode(clip, GENERAL_MIDI, 0.25)
    with pytest.raises(BadValue, match="more than 4,096 notes"):
        encode(clip, GENERAL_MIDI, 256.0)
