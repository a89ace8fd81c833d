"""What is around the tokens that a continuation model plays: the primer, the join, chords and locks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import BadValue, Unsupported
from bridge.models.grid import window
from bridge.models.melody_continuation import HISTORY, MelodyContinuation
from bridge.models.melody_grid import FIRST_PITCH, HOLD, REST, encode, token_of_pitch
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.music.meter import FOUR_FOUR, Meter
from bridge.music.midi_file import read_clip
from bridge.music.scale import Scale
from bridge.skills.continue_melody import SURE_NATS, continue_melody
from bridge.skills.lock import FORBIDDEN, OPEN, Lock
from bridge.skills.silence import LIVELIER_NATS, TRIES
from tests.stand_in import ONSET_NATS, Arrays, StandIn

METERS = [Meter(*m) for m in ((3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8), (2, 4), (7, 16), (1, 16))]
MAJOR = (0, 2, 4, 5, 7, 9, 11, 12)


def plays(*tokens: int) -> Callable[[Arrays], Arrays]:
    """These tokens over and over, where nothing else is sure and nothing of them forbidden."""

    def played(inputs: Arrays) -> Arrays:
        rows, steps = inputs["token_uniform"].shape
        told = np.resize(np.array(tokens, np.int64), (rows, steps))
        bias = inputs["token_bias"]
        told = np.where(np.take_along_axis(bias, told[..., None], 2)[..., 0] < -100.0, bias.argmax(2), told)
        return {"played": np.where((bias >= SURE_NATS).any(2), bias.argmax(2), told)}

    return played


MIDDLE_C = token_of_pitch(60, 0)
QUARTERS = plays(MIDDLE_C + 2, HOLD, HOLD, HOLD, MIDDLE_C + 4, HOLD, HOLD, HOLD)


@pytest.fixture
def model() -> StandIn:
    return StandIn("melody_continuation", QUARTERS)


def continued(model: StandIn, clip: Clip, **other: object) -> tuple[Clip, ...]:
    settings = {
        "chords": None, "lock": OPEN, "length_bars": 2, "with_primer": True, "variations": 1, "temperature": 1.0,
        "seed": 0, **other,
    }  # fmt: skip
    return continue_melody(MelodyContinuation(model.use), clip, **settings)  # type: ignore[arg-type]


def numbered(clip: Clip) -> Clip:
    return clip.with_notes(replace(note, source=i) for i, note in enumerate(clip.notes))


def scale(meter: Meter = FOUR_FOUR, bars: int = 2, low_pitch: int = 60, length_beats: float = 0.5) -> Clip:
    """Eighths up the scale."""
    count = max(1, int(bars * meter.bar_beats / 0.5))
    notes = (Note(low_pitch + MAJOR[i % 8], i / 2, length_beats, 70.0 + i % 5) for i in range(count))
    return numbered(Clip(tuple(notes), bars * meter.bar_beats, meter))


def new(clip: Clip) -> list[Note]:
    return [note for note in clip.notes if note.source is None]


def test_a_continuation_without_notes_is_played_again_and_only_that(model: StandIn) -> None:
    def singer(inputs: Arrays) -> Arrays:
        """Rests where a row's first choice is low, until notes are made likelier by two tries."""
        loud = inputs["token_bias"][:, 1, MIDDLE_C] > 1.5 * LIVELIER_NATS
        told = np.where(((inputs["token_uniform"][:, 0] > 0.5) | loud)[:, None], QUARTERS(inputs)["played"], REST)
        return {"played": told}

    resting = StandIn("melody_continuation", singer)
    clips = continued(resting, scale(), variations=16, with_primer=False)
    assert all(len(clip.notes) > 1 for clip in clips)
    *first, second, third = (len(run["token_bias"]) for run in resting.runs)
    assert sum(first) == 16
    assert 0 < second == third < 16
    # A bar is sung, too, and who never sings is not asked for ever.
    assert all(clip.notes for clip in continued(resting, scale(), variations=16, length_bars=1, with_primer=False))
    silent = StandIn("melody_continuation", plays(REST))
    continued(silent, scale(), with_primer=False)
    assert len(silent.runs) == 1 + TRIES


def test_a_line_that_dies_away_is_played_again_from_there_on() -> None:
    """One that sings two bars, and then only where notes are likelier than they were."""

    def singer(inputs: Arrays) -> Arrays:
        told = QUARTERS(inputs)["played"].copy()
        told[:, 32:][inputs["token_bias"][:, 32:, MIDDLE_C] < 1.5 * LIVELIER_NATS] = REST
        return {"played": told}

    tired = StandIn("melody_continuation", singer)
    (clip,) = continued(tired, scale(), length_bars=8, with_primer=False)
    assert [round(note.start_beats) for note in clip.notes] == [*range(8), *range(11, 32)]
    assert len(tired.runs) == 3
    assert not tired.runs[-1]["token_bias"][:, :44, MIDDLE_C].any()  # the last note is on step 28
    # Two bars without a note are a rest; and who waits for six bars is answered by a line that waits.
    patient = Clip((Note(60, 0.0, 1.0, 80.0), Note(64, 4.0, 1.0, 80.0)), 28.0)
    for primer, length_bars in ((scale(), 3), (patient, 7)):
        (clip,) = continued(StandIn("melody_continuation", singer), primer, length_bars=length_bars, with_primer=False)
        assert len(clip.notes) == 8


@pytest.mark.parametrize("meter", METERS, ids=str)
@pytest.mark.parametrize("with_primer", [True, False])
def test_any_primer_is_continued_by_whole_bars(model: StandIn, meter: Meter, with_primer: bool) -> None:
    for length_beats in (0.25, 1.1, meter.bar_beats, 2.5 * meter.bar_beats, 30 * meter.bar_beats):
        if length_beats < 0.25:
            continue
        starts = np.arange(0.0, length_beats, 0.25).tolist()
        clip = Clip(tuple(Note(60 + i % 12, b, 0.1, 90.0) for i, b in enumerate(starts)), length_beats, meter)
        (result,) = continued(model, clip, with_primer=with_primer, length_bars=8)
        assert result.meter == meter
        bars = 8 + (clip.bars if with_primer else 0)
        assert result.length_beats == pytest.approx(bars * meter.bar_beats)
        assert all(0.0 <= note.start_beats < result.length_beats for note in result.notes)
        begins_beats = clip.bars * meter.bar_beats if with_primer else 0.0
        assert any(note.start_beats >= begins_beats for note in result.notes)
        told = [note for note in result.notes if note.start_beats >= begins_beats - 0.2]
        assert all(a.start_beats + a.length_beats <= b.start_beats + 1e-6 for a, b in pairwise(told))


def test_the_primers_notes_are_the_very_notes_chords_and_all(model: StandIn) -> None:
    clip = scale()
    under = scale(low_pitch=48).notes
    full = numbered(clip.with_notes((*clip.notes, *under, Note(64, -0.5, 0.2, 9.0))))
    (result,) = continued(model, full)
    assert [note for note in result.notes if note.source is not None] == list(full.notes)
    assert all(note.start_beats >= 8.0 for note in new(result))
    (inputs,) = model.runs
    line = encode(clip).tokens[inputs["history"].shape[1] * -1 :]
    assert (inputs["history"][0] == line).all()


def test_the_continuation_alone_is_what_follows_the_primer(model: StandIn) -> None:
    clip = scale(Meter(7, 8), 3)
    (whole,) = continued(model, clip)
    (alone,) = continued(model, clip, with_primer=False)
    assert [n.moved(10.5) for n in alone.notes] == new(whole)
    assert alone.length_beats == 7.0


def test_a_last_note_that_rings_on_ends_where_the_next_begins() -> None:
    model = StandIn("melody_continuation", plays(HOLD, HOLD, HOLD, HOLD, MIDDLE_C, HOLD, HOLD, HOLD))
    ringing = Note(67, 7.0, 9.0, 80.0)
    clip = numbered(Clip((*scale(length_beats=0.4).notes[:14], ringing, Note(48, 6.0, 12.0, 50.0)), 8.0))
    (result,) = continued(model, clip)
    (last,) = [note for note in result.notes if note.pitch == 67 and note.start_beats == 7.0]
    assert last.start_beats + last.length_beats == new(result)[0].start_beats
    assert 8.9 < new(result)[0].start_beats < 9.1
    # A note under the melody is not ended by it.
    assert [note.length_beats for note in result.notes if note.pitch == 48] == [12.0]
    assert not model.runs[0]["token_bias"][0, 0].any()
    (alone,) = continued(model, clip, with_primer=False)
    assert 0.9 < alone.notes[0].start_beats < 1.1


def test_a_last_note_that_rings_on_is_left_as_long_as_it_is_where_nothing_follows_in_it() -> None:
    model = StandIn("melody_continuation", plays(HOLD, REST, *[HOLD] * 10, MIDDLE_C, HOLD, HOLD, HOLD))
    clip = numbered(Clip((Note(60, 0.0, 1.0, 80.0), Note(67, 7.0, 2.5, 80.0)), 8.0))
    (result,) = continued(model, clip)
    assert [note for note in result.notes if note.source is not None] == list(clip.notes)


def test_where_the_last_note_has_ended_something_new_follows() -> None:
    model = StandIn("melody_continuation", plays(HOLD, HOLD, MIDDLE_C, HOLD))
    continued(model, scale())
    (inputs,) = model.runs
    assert inputs["token_bias"][0, 0, HOLD] == FORBIDDEN
    assert (inputs["token_bias"][0].sum(1) < 0.0).sum() == 1
    # Where the primer ends in silence, silence may go on.
    model.runs.clear()
    continued(model, Clip(scale().notes[:4], 8.0))
    assert not model.runs[0]["token_bias"].any()


def test_what_is_early_on_the_next_bar_is_its_first_note(model: StandIn) -> None:
    early = Note(72, 7.93, 0.3, 99.0)
    clip = numbered(scale().with_notes((*scale().notes[:-1], early)))
    (result,) = continued(model, clip)
    assert [note for note in result.notes if note.source is not None] == list(clip.notes)
    assert new(result)[0].start_beats == pytest.approx(9.0, abs=0.06)
    assert model.runs[0]["token_bias"][0, 0].argmax() == token_of_pitch(72, encode(clip).octaves)
    (alone,) = continued(model, clip, with_primer=False)
    assert (alone.notes[0].pitch, alone.notes[0].start_beats) == (72, pytest.approx(0.0, abs=0.06))
    # In a scale that it is not of, the nearest note stands for it where it is not there itself.
    (alone,) = continued(model, clip, with_primer=False, lock=Lock(scale=Scale(1, "Major")))
    assert alone.notes[0].pitch in (72, 73)


def test_new_notes_are_in_the_primers_octaves_and_touch(model: StandIn) -> None:
    bass = scale(low_pitch=36).with_notes(replace(note, velocity=40.0) for note in scale(low_pitch=36).notes)
    for clip, register in ((scale(), 0), (bass, 24)):
        (result,) = continued(model, clip, with_primer=False, temperature=0.0)
        octaves = encode(clip).octaves
        assert {n.pitch for n in result.notes} == {62 - 12 * octaves, 64 - 12 * octaves}
        assert abs(np.mean([note.pitch for note in clip.notes]) - (66 - register)) < 7
        primers = np.mean([note.velocity for note in clip.notes])
        assert np.mean([note.velocity for note in result.notes]) == pytest.approx(primers, abs=3.0)
        assert len({note.velocity for note in result.notes}) > 1


def test_the_lock_is_told_to_the_model_and_holds(model: StandIn) -> None:
    lock = Lock(48, 72, Scale(0, "Minor Pentatonic"))
    (result,) = continued(model, scale(), lock=lock)
    assert {note.pitch for note in new(result)} <= lock.pitches
    bias = model.runs[0]["token_bias"][0, 1]
    forbidden = {int(token) for token in np.flatnonzero(bias == FORBIDDEN)}
    assert token_of_pitch(62, 0) in forbidden
    assert token_of_pitch(63, 0) not in forbidden
    # Rounding may draw the very last token, whatever its odds.
    last = StandIn("melody_continuation", lambda inputs: {"played": np.full(inputs["token_uniform"].shape, 61)})
    assert new(continued(last, scale(), lock=lock)[0]) == []
    # Where the range is elsewhere, the melody goes there.
    (low,) = continued(model, scale(), lock=Lock(36, 50), with_primer=False)
    assert {note.pitch for note in low.notes} <= set(range(36, 51))


def test_chords_are_heard_from_the_primers_start(model: StandIn) -> None:
    chords = Clip((Note(48, 0.0, 4.0, 80.0), Note(52, 0.0, 4.0, 80.0), Note(43, 4.0, 4.0, 80.0)), 8.0)
    continued(model, scale(bars=3), chords=chords, length_bars=2)
    (inputs,) = model.runs
    bass = np.concatenate((inputs["history_harmony"], inputs["harmony"]), axis=1)[0, :, 12:].argmax(1)
    assert bass.tolist() == [0] * 16 + [7] * 16 + [0] * 16 + [7] * 16 + [0] * 16
    assert inputs["harmony"][0, 20, :12].nonzero()[0].tolist() == [0, 4]
    model.runs.clear()
    # A primer of one bar is heard twice, with its own chord.
    continued(model, scale(bars=1), chords=chords, length_bars=2)
    (inputs,) = model.runs
    bass = np.concatenate((inputs["history_harmony"], inputs["harmony"]), axis=1)[0, :, 12:].argmax(1)
    assert bass.tolist() == [0] * 32 + [7] * 16 + [0] * 16
    for silent in (None, Clip((), 4.0)):
        model.runs.clear()
        continued(model, scale(), chords=silent)
        assert not model.runs[0]["harmony"].any()


def test_the_model_hears_whole_bars_up_to_the_join(model: StandIn) -> None:
    for bars, meter, heard in (
        (1, Meter(), 2), (2, Meter(), 2), (3, Meter(), 3), (20, Meter(), 8), (50, Meter(6, 8), 10),
        (1, Meter(12, 8), 2), (9, Meter(12, 8), 5), (1, Meter(2, 4), 4), (6, Meter(8, 4), 4), (3, Meter(2, 4), 4),
    ):  # fmt: skip
        model.runs.clear()
        clip = scale(meter, bars)
        continued(model, clip, with_primer=False)
        ((history,),) = (inputs["history"] for inputs in model.runs)
        bar_steps = window(meter).bar_steps
        assert len(history) == heard * bar_steps <= HISTORY
        own = encode(clip).tokens[: bars * bar_steps]
        assert (history[1:] == np.tile(own, 4)[-len(history) :][1:]).all()
        assert history[0] >= FIRST_PITCH


def test_a_history_that_begins_in_silence_is_told_so(model: StandIn) -> None:
    late = Clip((Note(60, 0.0, 1.0, 80.0), *(Note(62, 38.0 + i, 1.0, 80.0) for i in range(2))), 40.0)
    continued(model, late)
    assert model.runs[0]["history"][0, 0] == REST
    held = Clip((Note(60, 4.0, 6.0, 80.0), *(Note(62, 10.0 + i, 1.0, 80.0) for i in range(30))), 40.0)
    continued(model, held)
    assert model.runs[1]["history"][0, 0] == HOLD


def test_a_primer_that_ends_within_a_bar_loops_on_until_it_is_full(model: StandIn) -> None:
    clip = numbered(Clip((Note(60, 0.0, 1.0, 100.0), Note(64, 1.0, 2.0, 90.0)), 2.5))
    (result,) = continued(model, clip, length_bars=1)
    assert result.length_beats == 8.0
    told = [(n.pitch, n.start_beats, n.source) for n in result.notes if n.start_beats < 3.9]
    assert told == [(60, 0.0, 0), (64, 1.0, 1), (60, 2.5, 0), (64, 3.5, 1)]
    (last,) = [note for note in result.notes if note.start_beats == 3.5]
    assert last.start_beats + last.length_beats == pytest.approx(new(result)[0].start_beats)


def test_temperature_0_and_seeds(model: StandIn) -> None:
    continued(model, scale(), temperature=0.0, variations=3, seed=1)
    continued(model, scale(), temperature=0.0, variations=3, seed=2)
    continued(model, scale(), variations=2, seed=2, length_bars=1)
    continued(model, scale(), variations=3, seed=2)
    cold, other, short, warm = model.runs
    assert all(np.array_equal(cold[name], other[name]) for name in cold)
    # Onsets are leant to where it is cold, or holds would win.
    assert (cold["token_bias"][0, 1:, :FIRST_PITCH] == 0.0).all()
    assert (cold["token_bias"][0, 1:, FIRST_PITCH:] == np.float32(ONSET_NATS)).all()
    assert not warm["token_bias"][:, 1:].any()
    assert len({row.tobytes() for row in cold["token_bias"]}) == 3
    assert np.array_equal(short["token_uniform"], warm["token_uniform"][:2, :16])
    assert not np.array_equal(warm["token_uniform"][0], warm["token_uniform"][1])


def test_what_cannot_be_continued_is_refused(model: StandIn) -> None:
    with pytest.raises(BadValue, match="no melody to go on from"):
        continued(model, Clip((), 4.0))
    with pytest.raises(BadValue, match="none of its notes"):
        continued(model, Clip((Note(60, 5.0, 1.0, 80.0),), 4.0))
    with pytest.raises(BadValue, match="65 bars"):
        continued(model, scale(bars=33), length_bars=32)
    assert continued(model, scale(bars=33), length_bars=32, with_primer=False)[0].bars == 32
    with pytest.raises(Unsupported, match="9/4"):
        continued(model, Clip(scale().notes, 9.0, Meter(9, 4)))
    assert len(model.runs) == 1


# --- the shipped model ------------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def shipped(store: Store) -> ModelUse:
    return ModelUse(store.default("melody_continuation"))


@pytest.fixture(scope="module")
def lines() -> dict[str, Clip]:
    """A melody and an answer to it in A minor, a bass line and chords to them, a jig in G."""
    return {path.stem: read_clip(path) for path in (ROOT / "examples" / "lines").glob("*.mid")}


def sung(use: ModelUse, clip: Clip, **other: object) -> tuple[Clip, ...]:
    settings = {
        "chords": None, "lock": OPEN, "length_bars": 2, "with_primer": False, "variations": 16, "temperature": 1.0,
        "seed": 0, **other,
    }  # fmt: skip
    return continue_melody(MelodyContinuation(use), clip, **settings)  # type: ignore[arg-type]


def in_scale(clips: Sequence[Clip], of: Scale) -> float:
    notes = [note for clip in clips for note in clip.notes]
    return float(np.mean([of.contains(note.pitch) for note in notes]))


def test_a_melody_goes_on_in_its_key_and_register(shipped: ModelUse, lines: dict[str, Clip]) -> None:
    for name, of in (("melody", Scale(9, "Minor")), ("jig", Scale(7, "Major"))):
        clips = sung(shipped, lines[name])
        assert in_scale(clips, of) > 0.9
        pitches = [note.pitch for clip in clips for note in clip.notes]
        assert abs(np.median(pitches) - np.median([note.pitch for note in lines[name].notes])) < 7
        assert len(set(clips)) > 12


@pytest.mark.parametrize("temperature", [0.0, 0.3, 0.6, 1.0])
def test_melodies_are_about_as_busy_at_every_temperature(
    shipped: ModelUse, lines: dict[str, Clip], temperature: float
) -> None:
    for name in ("melody", "jig"):
        busy = len(lines[name].notes) / lines[name].bars * 2
        number = [len(clip.notes) for clip in sung(shipped, lines[name], temperature=temperature)]
        assert 0.6 * busy < np.mean(number) < 1.6 * busy


def test_a_jig_goes_on_as_a_jig(shipped: ModelUse, lines: dict[str, Clip]) -> None:
    clips = sung(shipped, lines["jig"], temperature=0.5)
    assert {clip.meter for clip in clips} == {Meter(6, 8)}
    places = [round(note.start_beats * 4) for clip in clips for note in clip.notes]
    assert np.mean([place % 2 == 0 for place in places]) > 0.9


def test_chords_pull_a_melody_their_way(shipped: ModelUse, lines: dict[str, Clip]) -> None:
    """Under one major triad a bar, more notes are of it than without, and than of a chord far away."""

    def of_chord(root: int, chords: Clip | None) -> float:
        clips = sung(shipped, lines["melody"], chords=chords, length_bars=4)
        notes = [note for clip in clips for note in clip.notes]
        return float(np.mean([(note.pitch - root) % 12 in (0, 4, 7) for note in notes]))

    for root in (0, 5, 7):
        chord = Clip(tuple(Note(48 + root + i, 0.0, 4.0, 80.0) for i in (0, 4, 7)), 4.0)
        other = chord.with_notes(replace(note, pitch=note.pitch + 6) for note in chord.notes)
        assert of_chord(root, chord) > of_chord(root, None) + 0.1
        assert of_chord(root, chord) > of_chord(root, other) + 0.2


def test_every_meter_is_sung(shipped: ModelUse) -> None:
    for meter in METERS:
        for bars in (1, 3):
            clip = scale(meter, bars)
            for result in sung(shipped, clip, with_primer=True, variations=2):
                # In 1/16 the primer's notes are longer than its bars, and end where others begin.
                own = [(note.start_beats, note.source) for note in result.notes if note.source is not None]
                assert own == [(note.start_beats, note.source) for note in clip.notes]
                assert all(note.start_beats >= clip.length_beats for note in new(result))


def test_what_is_locked_is_never_sung(shipped: ModelUse, lines: dict[str, Clip]) -> None:
    lock = Lock(55, 79, Scale(0, "Minor Pentatonic"))
    for temperature in (0.0, 1.0, 2.0):
        for clip in sung(shipped, lines["melody"], lock=lock, temperature=temperature, length_bars=4):
            assert {note.pitch for note in clip.notes} <= lock.pitches
            assert clip.notes


def test_a_longer_continuation_begins_as_a_shorter_one(shipped: ModelUse, lines: dict[str, Clip]) -> None:
    (short,), (long,) = (sung(shipped, lines["jig"], length_bars=n, variations=1) for n in (2, 32))
    assert long.bars == 32
    first = [(n.pitch, round(n.start_beats * 4)) for n in long.notes if n.start_beats < 5.9]
    assert first == [(n.pitch, round(n.start_beats * 4)) for n in short.notes if n.start_beats < 5.9]


def test_the_coldest_variations_differ_and_need_no_seed(shipped: ModelUse, lines: dict[str, Clip]) -> None:
    cold = sung(shipped, lines["melody"], temperature=0.0, variations=4, seed=1)
    assert cold == sung(shipped, lines["melody"], temperature=0.0, variations=4, seed=2)
    assert len(set(cold)) == 4


def test_few_continuations_are_no_melodies(shipped: ModelUse, lines: dict[str, Clip]) -> None:
    clips = [clip for seed in range(3) for name in ("melody", "jig") for clip in sung(shipped, lines[name], seed=seed)]
    assert sum(len(clip.notes) <= 1 for clip in clips) <= 1


def test_long_continuations_do_not_die_away(shipped: ModelUse, lines: dict[str, Clip]) -> None:
    """Without being played again, two in five have four bars or more in which no note begins."""
    for clip in sung(shipped, lines["bass"], length_bars=16, temperature=0.5):
        starts_bars = [note.start_beats / 4.0 for note in clip.notes]
        assert max(after - before for before, after in pairwise([0.0, *starts_bars, 16.0])) < 4.0
