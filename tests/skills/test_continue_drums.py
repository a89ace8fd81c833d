"""What is around the hits that a continuation model plays: the primer, the join, the pads."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bridge.errors import BadValue, Late, Unsupported
from bridge.models.drum_continuation import HISTORY, DrumContinuation
from bridge.models.drum_grid import CLASSES, encode
from bridge.models.grid import window
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.music.kit import GENERAL_MIDI, Kit
from bridge.music.meter import FOUR_FOUR, Meter
from bridge.skills.continue_drums import SURE_NATS, continue_drums
from tests.stand_in import Arrays, StandIn

COWBELL = 56
METERS = [Meter(*m) for m in ((3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8), (2, 4), (7, 16), (1, 16))]
OTHER_KIT = Kit("other", tuple((60 + 2 * i, 61 + 2 * i) for i in range(9)))


def copyist(inputs: Arrays) -> Arrays:
    """Plays what it heard a bar ago, and what it must; without what it is told not to like."""
    steps = inputs["hit_uniform"].shape[1]
    bar_steps = int(inputs["lags"][2])
    bar = inputs["history"][:, -bar_steps:]
    cells = np.tile(bar, (1, -(-steps // bar_steps), 1))[:, :steps]
    hits, velocity, offset = (part.copy() for part in np.split(cells, 3, axis=2))
    hits[inputs["hit_bias"] >= SURE_NATS] = 1.0
    hits[inputs["hit_bias"] < -0.5] = 0.0
    velocity[:] = 0.5 * hits
    return {"hits": hits, "velocity": velocity, "offset": offset * hits}


@pytest.fixture
def model() -> StandIn:
    return StandIn("drum_continuation", copyist)


def continued(model: StandIn, clip: Clip, kit: Kit = GENERAL_MIDI, **other: object) -> tuple[Clip, ...]:
    settings = {
        "length_bars": 2, "with_primer": True, "variations": 1, "temperature": 1.0, "seed": 0, "tempo_bpm": 120.0,
        **other,
    }  # fmt: skip
    return continue_drums(DrumContinuation(model.use), clip, kit, **settings)  # type: ignore[arg-type]


def numbered(clip: Clip) -> Clip:
    return clip.with_notes(replace(note, source=i) for i, note in enumerate(clip.notes))


def beat(meter: Meter = FOUR_FOUR, bars: int = 1, *more: Note) -> Clip:
    """A kick on each bar, a snare on its second pulse."""
    notes = []
    for bar in range(bars):
        start_beats = bar * meter.bar_beats
        notes += [Note(36, start_beats, 0.25, 100.0), Note(38, start_beats + meter.pulse_beats, 0.25, 90.0)]
    inside = tuple(note for note in notes if note.start_beats < bars * meter.bar_beats)
    return numbered(Clip((*inside, *more), bars * meter.bar_beats, meter))


@pytest.mark.parametrize("meter", METERS, ids=str)
@pytest.mark.parametrize("with_primer", [True, False])
def test_any_primer_is_continued_by_whole_bars(model: StandIn, meter: Meter, with_primer: bool) -> None:
    for length_beats in (0.25, 1.1, meter.bar_beats, 2.5 * meter.bar_beats, 30 * meter.bar_beats):
        if length_beats < 0.25:
            continue
        beats = np.arange(0.0, length_beats, 0.25)
        clip = Clip(
            tuple(Note(36 if i % 2 else 38, float(b), 0.1, 90.0) for i, b in enumerate(beats)), length_beats, meter
        )
        (result,) = continued(model, clip, with_primer=with_primer, length_bars=3)
        assert result.meter == meter
        bars = 3 + (clip.bars if with_primer else 0)
        assert result.length_beats == pytest.approx(bars * meter.bar_beats)
        assert all(0.0 <= note.start_beats < result.length_beats for note in result.notes)
        first_new_beats = clip.bars * meter.bar_beats if with_primer else 0.0
        assert any(note.start_beats >= first_new_beats for note in result.notes)


def test_the_primers_notes_are_the_very_notes(model: StandIn) -> None:
    clip = beat(Meter(), 2, Note(COWBELL, 2.03, 0.2, 77.0), Note(36, -0.5, 0.2, 66.0), Note(42, 3.51, 0.1, 50.0))
    (result,) = continued(model, clip)
    known = [note for note in result.notes if note.source is not None]
    assert known == list(clip.notes)
    assert all(note.start_beats >= 8.0 for note in result.notes if note.source is None)


def test_the_continuation_alone_is_what_follows_the_primer(model: StandIn) -> None:
    clip = beat(Meter(7, 8), 3)
    (whole,) = continued(model, clip)
    (alone,) = continued(model, clip, with_primer=False)
    behind = [note.moved(-10.5) for note in whole.notes if note.start_beats >= 10.5]
    assert list(alone.notes) == behind
    assert alone.length_beats == 7.0
    assert all(note.source is None for note in alone.notes)


def test_what_is_early_on_the_next_bar_is_not_played_twice(model: StandIn) -> None:
    early = Note(36, 7.95, 0.25, 110.0)
    (result,) = continued(model, numbered(beat(Meter(), 2).with_notes((*beat(Meter(), 2).notes, early))))
    kicks = [note.start_beats for note in result.notes if note.pitch == 36]
    assert kicks == pytest.approx([0.0, 4.0, 7.95, 12.0], abs=0.1)
    (inputs,) = model.runs
    assert inputs["hit_bias"][0, 0, 0] == SURE_NATS
    assert not inputs["hit_bias"][0, 0, 1:].any()
    (alone,) = continued(model, beat(Meter(), 2, early), with_primer=False)
    assert min(note.start_beats for note in alone.notes if note.pitch == 36) == 0.0


def test_what_is_late_before_the_join_is_no_flam_with_what_follows(model: StandIn) -> None:
    rushed = (Note(38, 4.0 - 0.12, 0.1, 90.0), Note(38, 3.75 + 0.12, 0.1, 90.0))

    def early(inputs: Arrays) -> Arrays:
        played = copyist(inputs)
        played["hits"][:, 0, 1], played["velocity"][:, 0, 1], played["offset"][:, 0, 1] = 1.0, 0.5, -0.48
        return played

    (result,) = continued(StandIn("drum_continuation", early), Clip(rushed[1:], 4.0))
    snares = [note.start_beats for note in result.notes if note.pitch == 38]
    assert all(b - a > 0.1 for a, b in pairwise(snares))
    assert snares[1] == 4.0
    # Where nothing was struck the sixteenth before, it is as early as it was played.
    (result,) = continued(StandIn("drum_continuation", early), beat())
    assert any(note.start_beats == pytest.approx(4.0 - 0.12) for note in result.notes)


def test_what_rings_over_the_join_ends_where_it_is_struck_again(model: StandIn) -> None:
    crash, ride = Note(49, 7.0, 6.0, 100.0), Note(51, 3.0, 20.0, 80.0)
    clip = beat(Meter(), 2, crash, ride)
    (result,) = continued(model, clip)
    again = min(note.start_beats for note in result.notes if note.pitch == 49 and note.source is None)
    assert again == 11.0
    (crashed,) = [note for note in result.notes if note.pitch == 49 and note.source is not None]
    assert crashed == replace(crash, length_beats=4.0, source=crashed.source)
    # The ride was struck in the first bar, which is not played again.
    assert [note for note in result.notes if note.pitch == 51] == [note for note in clip.notes if note.pitch == 51]


def test_new_hits_are_on_the_primers_pads(model: StandIn) -> None:
    clip = beat(Meter(), 2, Note(COWBELL, 5.0, 0.2, 77.0))
    side_stick = clip.with_notes(replace(note, pitch=37) if note.pitch == 38 else note for note in clip.notes)
    for with_primer in (True, False):
        (result,) = continued(model, side_stick, with_primer=with_primer)
        assert {note.pitch for note in result.notes if note.source is None} == {36, 37}
    other = clip.with_notes(
        replace(note, pitch=OTHER_KIT.home(GENERAL_MIDI.classes[note.pitch])) for note in beat(Meter(), 2).notes
    )
    (result,) = continued(model, other, OTHER_KIT)
    assert {note.pitch for note in result.notes} == {60, 62}


def test_the_model_hears_whole_bars_up_to_the_join(model: StandIn) -> None:
    for bars, meter, heard in (
        (1, Meter(), 2), (2, Meter(), 2), (3, Meter(), 3), (20, Meter(), 4), (5, Meter(7, 8), 4), (1, Meter(12, 8), 2),
        (9, Meter(12, 8), 2), (1, Meter(2, 4), 4), (3, Meter(8, 4), 2),
    ):  # fmt: skip
        clip = beat(meter, bars)
        model.runs.clear()
        continued(model, clip, with_primer=False)
        ((history,),) = (inputs["history"] for inputs in model.runs)
        bar_steps = window(meter).bar_steps
        assert len(history) == heard * bar_steps <= HISTORY
        steps = bars * bar_steps
        own = encode(clip, GENERAL_MIDI).cells.hits[:steps]
        assert (history[:, :CLASSES] == np.tile(own, (4, 1))[-len(history) :]).all()


def test_a_primer_that_ends_within_a_bar_loops_on_until_it_is_full(model: StandIn) -> None:
    clip = numbered(Clip((Note(36, 0.0, 0.1, 100.0), Note(38, 1.0, 2.0, 90.0), Note(36, 7.0, 0.1, 90.0)), 2.5))
    (result,) = continued(model, clip, length_bars=1)
    assert result.length_beats == 8.0
    told = [(n.pitch, n.start_beats, n.length_beats, n.source) for n in result.notes if n.start_beats < 4.0]
    # The last one is struck again in the second beat of what follows.
    assert told == [(36, 0.0, 0.1, 0), (38, 1.0, 2.0, 1), (36, 2.5, 0.1, 0), (38, 3.5, 1.5, 1)]
    # One loop after another, a note that rings into the next ends where that strikes it.
    (result,) = continued(model, Clip((Note(38, 0.0, 2.0, 90.0),), 1.0), length_bars=1)
    assert [n.length_beats for n in result.notes if n.start_beats < 3.0] == [1.0, 1.0, 1.0]


def test_a_length_that_was_rounded_on_the_wire_adds_no_hit_at_the_join(model: StandIn) -> None:
    for length_beats in (4.0 - 1e-5, 4.0 + 1e-5):
        clip = replace(beat(), length_beats=length_beats)
        (result,) = continued(model, clip, length_bars=1)
        assert result.length_beats == 8.0
        assert [note.start_beats for note in result.notes] == pytest.approx([0.0, 1.0, 4.0, 5.0])


def test_the_same_seed_gives_the_same_draws_and_they_do_not_depend_on_what_else_is_asked(model: StandIn) -> None:
    clip = beat(Meter(), 2)
    for variations, bars, seed in ((4, 1, 5), (2, 3, 5), (2, 3, 6)):
        continued(model, clip, variations=variations, length_bars=bars, seed=seed)
    few, long, other = model.runs
    for name in ("hit_uniform", "feel_noise"):
        assert np.array_equal(few[name][:2], long[name][:, :16])
        assert not np.array_equal(long[name], other[name])
        assert not np.array_equal(few[name][0], few[name][1])
    assert not few["hit_bias"].any()


def test_at_temperature_0_the_seed_makes_no_difference_but_variations_differ(model: StandIn) -> None:
    clip = beat(Meter(), 2, *(Note(42, i / 4, 0.1, 70.0) for i in range(32)))
    cold = continued(model, clip, temperature=0.0, variations=4, seed=1)
    assert cold == continued(model, clip, temperature=0.0, variations=4, seed=2)
    assert len(set(cold)) == 4
    bias = model.runs[0]["hit_bias"]
    assert not bias[0].any()
    assert not model.runs[0]["feel_noise"].any()
    # A taste of its own, and the same in every bar.
    assert np.array_equal(bias[:, :16], bias[:, 16:])


def test_a_primer_without_drums_is_refused(model: StandIn) -> None:
    with pytest.raises(BadValue, match="no drums to go on from"):
        continued(model, Clip((), 4.0))
    with pytest.raises(BadValue, match="kit other"):
        continued(model, beat(), OTHER_KIT)
    with pytest.raises(BadValue, match="none of its notes"):
        continued(model, Clip((Note(36, 5.0, 0.1, 90.0),), 4.0))
    assert model.runs == []


def test_what_does_not_fit_is_refused(model: StandIn) -> None:
    long = beat(Meter(), 33)
    with pytest.raises(BadValue, match="65 bars"):
        continued(model, long, length_bars=32)
    assert continued(model, long, length_bars=31)[0].bars == 64
    assert continued(model, long, length_bars=32, with_primer=False)[0].bars == 32
    with pytest.raises(Unsupported, match="9/4"):
        continued(model, Clip(beat().notes, 9.0, Meter(9, 4)))
    full = Clip(tuple(Note(36, i * 8.0 / 4096, 0.001, 90.0) for i in range(4096)), 8.0)
    with pytest.raises(BadValue, match="continuation alone"):
        continued(model, full)


# --- the shipped model ------------------------------------------------------------------------------------------------


def hits_of(clip: Clip) -> np.ndarray:
    return encode(clip, GENERAL_MIDI).cells.hits


@pytest.fixture
def shipped(store: Store) -> ModelUse:
    return ModelUse(store.default("drum_continuation"))


def drummed(use: ModelUse, clip: Clip, **other: object) -> tuple[Clip, ...]:
    settings = {
        "length_bars": 2, "with_primer": False, "variations": 4, "temperature": 1.0, "seed": 0, "tempo_bpm": 110.0,
        **other,
    }  # fmt: skip
    return continue_drums(DrumContinuation(use), clip, GENERAL_MIDI, **settings)  # type: ignore[arg-type]


def test_the_groove_goes_on(shipped: ModelUse, examples: list[Clip]) -> None:
    """What follows is nearer to its own primer than to any other, and nearer than the primers are to each other."""
    followed = [np.mean([hits_of(c) for c in drummed(shipped, clip, temperature=0.5)], axis=0) for clip in examples]
    for i, mean in enumerate(followed):
        away = [float(np.abs(mean - hits_of(clip)).sum()) for clip in examples]
        assert away[i] == min(away)
        others = [float(np.abs(hits_of(examples[i]) - hits_of(c)).sum()) for c in examples if c is not examples[i]]
        assert away[i] < 0.8 * min(others)


def test_the_shipped_model_plays_every_meter_and_primer(shipped: ModelUse) -> None:
    for meter in METERS:
        for bars in (1, 3):
            clip = beat(meter, bars)
            for result in drummed(shipped, clip, with_primer=True, variations=2):
                known = [note for note in result.notes if note.source is not None]
                assert known == list(clip.notes)
                new = [note for note in result.notes if note.source is None]
                assert all(bars * meter.bar_beats - 0.125 <= n.start_beats < result.length_beats for n in new)


def test_new_hits_have_touch_and_timing(shipped: ModelUse, examples: list[Clip]) -> None:
    notes = [note for clip in drummed(shipped, examples[1]) for note in clip.notes]
    assert len({note.velocity for note in notes}) > 15
    late = np.array([(note.start_beats * 4 + 0.5) % 1 - 0.5 for note in notes])
    assert 0.02 < late.std() < 0.25


def test_a_longer_continuation_begins_as_a_shorter_one(shipped: ModelUse, examples: list[Clip]) -> None:
    (short,), (long,) = (drummed(shipped, examples[0], length_bars=n, variations=1) for n in (2, 32))
    assert long.bars == 32
    first = [(n.pitch, n.start_beats, n.velocity) for n in long.notes if n.start_beats < 7.9]
    assert first == [(n.pitch, n.start_beats, n.velocity) for n in short.notes if n.start_beats < 7.9]


def test_the_coldest_variations_differ(shipped: ModelUse, examples: list[Clip]) -> None:
    for clip in examples:
        cold = drummed(shipped, clip, temperature=0.0, variations=8, seed=1)
        assert cold == drummed(shipped, clip, temperature=0.0, variations=8, seed=2)
        assert len(set(cold)) == 8


def test_an_early_hit_is_the_next_bars_first_in_the_models_ears_too(shipped: ModelUse, examples: list[Clip]) -> None:
    early = examples[0].with_notes((*examples[0].notes, Note(49, 7.95, 0.25, 110.0)))
    for result in drummed(shipped, early, with_primer=True):
        crashes = [n.start_beats for n in result.notes if n.pitch == 49 and 7.5 < n.start_beats < 8.5]
        assert crashes == [7.95]
    for alone in drummed(shipped, early):
        assert min(n.start_beats for n in alone.notes if n.pitch == 49) < 0.13


def test_a_deadline_that_passed_stops_the_playing(store: Store, examples: list[Clip]) -> None:
    with pytest.raises(Late, match="what plays goes on playing"):
        drummed(ModelUse(store.default("drum_continuation"), deadline_seconds=0.0), examples[0])
