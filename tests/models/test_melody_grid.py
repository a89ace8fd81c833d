"""Melodies as tokens and back: the very notes, one at a time, in any meter and any octave."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Unsupported
from bridge.models.grid import STEPS, steps_in
from bridge.models.melody_grid import (
    FIRST_PITCH,
    HOLD,
    REST,
    Line,
    Passage,
    Source,
    Sung,
    decode,
    encode,
    ends_of,
    octaves_to_middle,
    pitch_of_token,
    token_of_pitch,
    top_line,
)  # fmt: skip
from bridge.music.clip import Clip, Note
from bridge.music.meter import Meter

METERS = [Meter(*m) for m in ((4, 4), (3, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8), (7, 16), (3, 16), (8, 4))]


def note(
    pitch: int, start_beats: float, length_beats: float, velocity: float = 90.0, source: int | None = None
) -> Note:
    return Note(pitch, start_beats, length_beats, velocity, source)


def about(*notes: Note) -> list[tuple[float, ...]]:
    """To compare notes by: rounding aside."""
    return [(n.pitch, round(n.start_beats, 5), round(n.length_beats, 5), n.velocity, n.source or 0) for n in notes]


def sung(tokens: list[int] | np.ndarray, **other: float) -> Sung:
    parts = {"velocity": 80.0, "offset": 0.0, "gap": 0.0, **other}
    return Sung(np.array(tokens), *(np.full(len(tokens), parts[n], np.float32) for n in ("velocity", "offset", "gap")))


def again(line: Line, faith: float = 1.0, octaves: int | None = None, **other: float) -> tuple[Note, ...]:
    """A line decoded from its own tokens."""
    passage = Passage(0, len(line.tokens), (Source(line, faith),), line.octaves if octaves is None else octaves)
    return decode(sung(line.tokens, **other), [passage], line.out_beats)


def alone(tokens: list[int], out_beats: float = 8.0, octaves: int = 0, **other: float) -> tuple[Note, ...]:
    """Tokens decoded without a source."""
    return decode(sung(tokens, **other), [Passage(0, len(tokens), (), octaves)], out_beats)


def told(clip: Clip, out_beats: float | None = None) -> dict[int, int]:
    """Step -> pitch, or REST, of all that begins in the result."""
    line = encode(clip, out_beats)
    steps = range(steps_in(line.out_beats))
    return {s: pitch_of_token(t, line.octaves) if t > REST else REST for s in steps if (t := int(line.tokens[s]))}


@st.composite
def melodies(draw: st.DrawFn, pitches: st.SearchStrategy[int] = st.integers(0, 127)) -> Clip:  # noqa: B008
    """On the grid, one note at a time, of any meter and of lengths that are no whole bars."""
    meter = draw(st.sampled_from(METERS))
    steps = draw(st.integers(1, 80))
    steps = min(steps, int(64 * meter.bar_beats * 4))
    notes, at = [], 0
    while at < steps:
        length = draw(st.integers(1, 9))
        if draw(st.booleans()):
            end = min(at + length, steps)
            notes.append(note(draw(pitches), at / 4, (end - at) / 4, draw(st.integers(1, 127)), len(notes)))
        at += length
    return Clip(tuple(notes), steps / 4, meter)


# --- there and back ---------------------------------------------------------------------------------------------------


@given(melodies())
def test_a_melody_on_the_grid_comes_back_as_its_very_notes(clip: Clip) -> None:
    line = encode(clip)
    assert line.left_out == 0
    assert again(line) == clip.notes


@given(melodies(st.integers(40, 90)))
def test_tokens_alone_tell_pitches_and_starts(clip: Clip) -> None:
    line = encode(clip)
    found = alone(list(line.tokens), clip.length_beats, line.octaves)
    assert [n.start_beats for n in found] == [n.start_beats for n in clip.notes]
    for new, own in zip(found, clip.notes, strict=True):
        # What the five octaves do not hold is an octave or more nearer.
        assert (new.pitch - own.pitch) % 12 == 0
        assert new.length_beats >= own.length_beats  # a small gap is how a note is played, and no rest
        assert (new.velocity, new.source) == (80.0, None)


@given(st.integers(0, 127), st.integers(-5, 6))
def test_pitches_and_tokens_are_inverse_within_five_octaves_and_folded_beyond(pitch: int, octaves: int) -> None:
    token = token_of_pitch(pitch, octaves)
    back = pitch_of_token(token, octaves)
    assert FIRST_PITCH <= token < FIRST_PITCH + 60
    assert (back - pitch) % 12 == 0
    if 36 <= pitch + 12 * octaves < 96:
        assert back == pitch


def test_training_lays_melodies_out_alike() -> None:
    reason = "the packages of training are not installed here"
    windows = pytest.importorskip("training.data.melody_windows", reason=reason)
    rng = np.random.default_rng(0)
    raw = np.where(rng.random((40, STEPS)) < 0.4, rng.integers(FIRST_PITCH, FIRST_PITCH + 128, (40, STEPS)), HOLD)
    raw[:, 0] = REST
    raw[:20, 1:] = np.where(raw[:20, 1:] > REST, np.clip(raw[:20, 1:], 30, 60), HOLD)
    seen = windows.in_the_middle(raw, np.zeros(40, np.int64))
    for row, tokens in zip(raw, seen, strict=True):
        pitches = [int(token) - FIRST_PITCH for token in row if token >= FIRST_PITCH]
        octaves = octaves_to_middle(pitches)
        expected = [token_of_pitch(int(t) - FIRST_PITCH, octaves) if t >= FIRST_PITCH else t for t in row]
        assert tokens.tolist() == expected


def test_ends_are_where_something_new_begins() -> None:
    assert ends_of(np.array([REST, 30, HOLD, 31, REST, HOLD])).tolist() == [1, 3, 3, 4, 6, 6]


# --- onto the grid ----------------------------------------------------------------------------------------------------


def test_rests_are_told_and_small_gaps_are_not() -> None:
    clip = Clip((note(60, 0.0, 0.8), note(62, 1.0, 0.5), note(64, 2.0, 2.0)), 4.0)
    assert told(clip) == {0: 60, 4: 62, 6: REST, 8: 64}
    assert told(Clip((note(60, 1.0, 1.0),), 4.0)) == {0: REST, 4: 60, 8: REST}


def test_a_clip_without_notes_is_silence() -> None:
    line = encode(Clip((), 8.0))
    assert line.tokens.tolist() == [REST] + [HOLD] * 31
    assert again(line) == ()
    assert line.octaves == 0


def test_the_top_of_chords_is_the_melody() -> None:
    clip = Clip(tuple(note(p, float(b), 0.9) for b in range(4) for p in (48, 55, 60 + b)), 4.0)
    assert told(clip) == {0: 60, 4: 61, 8: 62, 12: 63}
    assert encode(clip).left_out == 8
    assert {n.pitch for n in again(encode(clip))} == {60, 61, 62, 63}


def test_what_begins_under_a_higher_note_is_left_out() -> None:
    held, over, under = note(76, 0.0, 4.0), note(77, 1.0, 0.5), note(60, 2.0, 1.0)
    assert top_line([held, over, under]) == [held, over]
    melody = [note(60, 0.0, 4.0), note(72, 1.0, 1.0), note(74, 2.0, 1.0)]
    assert top_line(melody) == melody  # over a low one that lasts


def test_a_slur_is_no_second_voice() -> None:
    slurred = [note(64, 0.0, 1.2), note(62, 1.0, 1.2), note(60, 2.0, 1.0)]
    assert top_line(slurred) == slurred
    clip = Clip(tuple(slurred), 4.0)
    assert again(encode(clip)) == clip.notes


def test_a_bass_note_under_the_melody_ends_where_the_melody_begins() -> None:
    clip = Clip((note(36, 0.0, 4.0), note(64, 1.0, 1.0), note(65, 2.0, 2.0)), 4.0)
    first, *others = again(encode(clip))
    assert (first.start_beats, first.length_beats) == (0.0, pytest.approx(1.25))  # a slur's sixteenth at most
    assert others == list(clip.notes[1:])


def test_a_note_at_the_loops_end_leads_into_its_beginning() -> None:
    early = note(60, 7.95, 0.5)
    line = encode(Clip((early, note(62, 2.0, 1.0)), 8.0))
    assert int(line.tokens[0]) == token_of_pitch(60, line.octaves)
    assert line.holders[0] is early
    assert [(n.pitch, n.start_beats) for n in again(line)] == [(62, 2.0), (60, 7.95)]
    twice = encode(Clip((early, note(62, 2.0, 1.0)), 8.0), 16.0)
    assert [n.start_beats for n in again(twice)] == pytest.approx([2.0, 7.95, 10.0, 15.95])
    higher = note(70, 0.0, 1.0)
    assert told(Clip((higher, early), 8.0))[0] == 70


def test_notes_that_nobody_hears_stay_beside() -> None:
    before, behind = note(60, -0.5, 0.5), note(60, 9.0, 0.5)
    clip = Clip((before, note(62, 0.0, 1.0), behind), 8.0)
    assert encode(clip).beside == (before, behind)
    assert encode(clip, 16.0).beside == (before,)
    assert encode(clip).left_out == 0
    a_little_early = note(60, -0.1, 1.1)
    assert again(encode(Clip((a_little_early,), 8.0))) == (a_little_early,)


def test_notes_end_with_the_loop() -> None:
    (last,) = again(encode(Clip((note(60, 7.0, 3.0, 80.0, 4),), 8.0)))
    assert last == note(60, 7.0, 1.0, 80.0, 4)
    looped = encode(Clip((note(60, 1.0, 9.0),), 2.0), 4.0)
    assert [(n.start_beats, n.length_beats) for n in again(looped)] == [(1.0, 1.0), (3.0, 1.0)]


@pytest.mark.parametrize("length_beats", [0.25, 0.3, 1.1, 1.37])
def test_short_loops_fill_the_window(length_beats: float) -> None:
    clip = Clip((note(60, 0.0, 0.2),), length_beats)
    line = encode(clip, 8.0)
    starts = [n.start_beats for n in again(line)]
    assert starts == pytest.approx(np.arange(0.0, 8.0, length_beats))
    assert again(encode(clip)) == clip.notes


def test_triplets_lie_on_the_nearest_steps_and_keep_their_time() -> None:
    thirds = tuple(note(60 + i, i / 3, 1 / 3) for i in range(12))
    clip = Clip(thirds, 4.0)
    assert sorted(told(clip)) == [0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15]
    assert again(encode(clip)) == clip.notes


def test_a_full_clip_is_read_in_one_line() -> None:
    many = tuple(note(40 + i % 50, i / 16, 0.1) for i in range(600))
    line = encode(Clip(many, 40.0))
    assert len(line.holders) + line.left_out == 600
    assert len(again(line)) == len(line.holders) <= 160


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_windows_hold_whole_bars_and_begin_with_what_sounds(meter: Meter) -> None:
    shape = encode(Clip((), meter.bar_beats, meter)).window
    window_beats = shape.steps / 4
    line = encode(Clip((note(60, window_beats / 2, window_beats),), 3 * window_beats, meter))
    first, second, third = line.windows()
    assert (first[shape.steps :] == HOLD).all()
    assert second[0] == HOLD
    assert third[0] == REST
    assert line.windows().shape == (3, STEPS)


def test_a_meter_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Unsupported, match="9/4"):
        encode(Clip((), 9.0, Meter(9, 4)))


@pytest.mark.parametrize(("pitch", "octaves"), [(0, 6), (28, 3), (40, 2), (59, 1), (66, 0), (72, 0), (127, -5)])
def test_every_register_comes_to_the_middle(pitch: int, octaves: int) -> None:
    line = encode(Clip((note(pitch, 0.0, 1.0),), 4.0))
    assert line.octaves == octaves
    assert 60 <= pitch + 12 * octaves <= 72


# --- and off it -------------------------------------------------------------------------------------------------------


def test_a_hold_after_nothing_sounds_nothing() -> None:
    assert alone([HOLD] * 32) == ()
    assert alone([HOLD, HOLD, 30, HOLD, REST] + [HOLD] * 27) == (note(64, 0.5, 0.5, 80.0),)


def test_new_notes_are_within_the_loop() -> None:
    (first,) = alone([30] + [HOLD] * 31, offset=-0.4)
    assert (first.start_beats, first.length_beats) == (0.0, 8.0)
    late = alone([REST] + [HOLD] * 3 + [30], 1.05, offset=0.3)
    assert late == ()  # behind the end


def test_gaps_and_offsets_of_new_notes_are_as_sung() -> None:
    first, second = alone([30, HOLD, 31, HOLD], 1.0, gap=0.4, offset=0.2)
    assert about(first) == about(note(64, 0.05, 0.35, 80.0))
    assert second.start_beats + second.length_beats == pytest.approx(0.9)


def test_a_kept_note_that_ends_elsewhere_is_as_long_as_told() -> None:
    line = encode(Clip((note(60, 0.0, 1.0, 90.0, 7),), 8.0))
    token = int(line.tokens[0])
    for tokens, length_beats in (([token, HOLD, REST], 0.5), ([token] + [HOLD] * 31, 8.0), ([token, token + 2], 0.25)):
        padded = [*tokens, *[HOLD] * (32 - len(tokens))]
        found = decode(sung(padded), [Passage(0, 32, (Source(line, 1.0),), line.octaves)], 8.0)
        assert found[0] == note(60, 0.0, length_beats, 90.0, 7)


def test_the_nearest_source_gives_its_note() -> None:
    near, far = (encode(Clip((note(60, 0.0, 1.0, v, i),), 8.0)) for i, v in enumerate((50.0, 110.0)))
    sources = (Source(near, 1.0), Source(far, 1.0))
    (found,) = decode(sung(near.tokens), [Passage(0, 32, sources, near.octaves)], 8.0)
    assert (found.velocity, found.source) == (50.0, 0)


def test_faith_goes_from_how_it_would_be_sung_to_how_it_was() -> None:
    clip = Clip((note(60, 1.05, 1.0, 120.0, 0), note(64, 7.96, 0.1, 40.0, 1)), 8.0)
    line = encode(clip)
    kept, free = again(line, 1.0), again(line, 0.0, offset=0.0)
    assert about(*kept) == about(clip.notes[0], note(64, 7.96, 0.04, 40.0, 1))
    by_source = {n.source: n for n in free}
    assert (by_source[0].start_beats, by_source[0].velocity) == (1.0, 80.0)
    assert (by_source[1].start_beats, by_source[1].velocity) == (pytest.approx(0.0), 80.0)
    half = {n.source: n for n in again(line, 0.5)}
    assert (half[0].start_beats, half[0].velocity) == (pytest.approx(1.025), 100.0)
    assert half[1].start_beats == pytest.approx(7.98)


def test_in_other_octaves_all_notes_are_moved_by_octaves() -> None:
    clip = Clip((note(40, 0.0, 1.0, 90.0, 0), note(43, 1.0, 1.0, 90.0, 1)), 8.0)
    line = encode(clip)
    moved = again(line, octaves=line.octaves - 1)
    assert [(n.pitch, n.source) for n in moved] == [(52, 0), (55, 1)]


def test_what_is_not_allowed_takes_its_tokens_pitch() -> None:
    # Two octaves and more over the others, it is folded into those that the model knows.
    clip = Clip((*(note(60, b / 2, 0.5) for b in range(8)), note(120, 4.0, 1.0)), 8.0)
    line = encode(clip)
    free = Passage(0, 32, (Source(line, 1.0),), line.octaves)
    assert {n.pitch for n in decode(sung(line.tokens), [free], 8.0)} == {60, 120}
    bound = Passage(0, 32, (Source(line, 1.0),), line.octaves, range(100))
    assert max(n.pitch for n in decode(sung(line.tokens), [bound], 8.0)) < 100


@given(
    st.lists(st.integers(0, 61), min_size=32, max_size=32),
    st.floats(-0.4, 0.4),
    st.floats(0.0, 0.49),
    st.floats(0.3, 8.0),
    st.floats(0.0, 1.0),
)
def test_whatever_is_sung_is_one_note_at_a_time_within_the_loop(
    tokens: list[int], offset: float, gap: float, out_beats: float, faith: float
) -> None:
    own = Clip(tuple(note(60 + i % 5, i / 2 + 0.1 * (i % 3 - 1) + 0.1, 0.45) for i in range(15)), 8.0)
    line = encode(own, out_beats)
    mixed = [t if i % 2 else int(line.tokens[i]) for i, t in enumerate(tokens)]
    passages = [Passage(0, 16, (Source(line, faith),), line.octaves), Passage(16, 32, (), 1)]
    found = decode(sung(mixed, offset=offset, gap=gap), passages, out_beats)
    assert all(0.0 <= n.start_beats < out_beats for n in found)
    assert all(n.start_beats + n.length_beats <= out_beats + 1e-5 for n in found)
    for earlier, later in pairwise(found):
        assert earlier.start_beats + earlier.length_beats <= later.start_beats + 1e-5
