"""Any rhythm as taps, and drums on them."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.errors import BadValue, Unsupported
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_grid import CLASSES, Cells, encode
from bridge.models.drumify import Drumify, taps_of
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.music.kit import DRUM_CLASSES, GENERAL_MIDI, Kit
from bridge.music.meter import Meter
from bridge.skills.drumify import DENSITY_NATS, castro, castro_groove, drumify
from tests.skills.test_continue_drums import copyist
from tests.stand_in import Arrays, StandIn

METERS = [Meter(*m) for m in ((3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (12, 8), (2, 4), (7, 16), (1, 16), (8, 4))]
OTHER_KIT = Kit("other", tuple((60 + 2 * i, 61 + 2 * i) for i in range(9)))


def drummer(inputs: Arrays) -> Arrays:
    """With each tap the class that its uniform number chooses, and a kick where the bias is above 2 nats."""
    hits = np.zeros_like(inputs["hit_bias"])
    chosen = (inputs["hit_uniform"] * CLASSES).astype(int)
    np.put_along_axis(hits, chosen[..., None], 1.0, 2)
    hits[..., 0] = np.maximum(hits[..., 0], inputs["hit_bias"][..., 0] > 2.0)
    hits *= inputs["taps"][..., :1]
    offset = hits * inputs["taps"][..., 2:3]
    return {"chance": hits / 2, "hits": hits, "velocity": 0.5 * hits, "offset": offset}


@pytest.fixture
def model() -> StandIn:
    return StandIn("drumify", drummer)


def drummed(model: StandIn, line: Clip, kit: Kit = GENERAL_MIDI, **other: object) -> tuple[Clip, ...]:
    settings = {
        "use_velocity": True, "use_timing": True, "density": 0.5, "variations": 1, "temperature": 1.0, "seed": 0,
        "tempo_bpm": 120.0, **other,
    }  # fmt: skip
    return drumify(Drumify(model.use), line, kit, **settings)  # type: ignore[arg-type]


BASS = Clip(
    tuple(Note(pitch, start, 0.5, velocity) for pitch, start, velocity in (
        (33, 0.0, 100.0), (45, 0.02, 60.0), (33, 1.55, 80.0), (28, 2.5, 90.0), (35, 3.97, 70.0)
    )),
    4.0,
)  # fmt: skip


def test_the_loudest_of_each_step_is_its_tap(model: StandIn) -> None:
    drummed(model, BASS)
    ((taps,),) = (inputs["taps"] for inputs in model.runs)
    first = {
        # Early on the next pass's first beat, the last note is too soft to be heard beside the first.
        0: (1.0, 100 / 127, 0.0, 1.0, 1.0),
        6: (1.0, 80 / 127, 0.2, 1.0, 1.0),
        10: (1.0, 90 / 127, 0.0, 1.0, 1.0),
    }
    for step in range(32):
        assert taps[step].tolist() == pytest.approx(first.get(step % 16, (0.0,) * 5), abs=1e-6)


def test_taps_are_those_of_the_training() -> None:
    rng = np.random.default_rng(1)
    hits = (rng.random((64, CLASSES)) < 0.3).astype(np.float32)
    cells = Cells(hits, hits * rng.random(hits.shape, np.float32), hits * (rng.random(hits.shape, np.float32) - 0.5))
    taps = taps_of(cells, velocity=True, timing=True)
    for step in range(64):
        played = np.flatnonzero(hits[step])
        assert taps[step, 0] == float(len(played) > 0)
        if len(played):
            loudest = max(played, key=lambda c: cells.velocity[step, c])
            assert taps[step, 1:].tolist() == [cells.velocity[step, loudest], cells.offset[step, loudest], 1.0, 1.0]
        else:
            assert not taps[step].any()


@pytest.mark.parametrize(("use_velocity", "use_timing"), [(True, False), (False, True), (False, False)])
def test_what_is_not_used_is_not_told(model: StandIn, use_velocity: bool, use_timing: bool) -> None:
    drummed(model, BASS, use_velocity=use_velocity, use_timing=use_timing)
    taps = model.runs[0]["taps"]
    assert taps[..., 0].any()
    assert taps[..., [1, 3]].any() == use_velocity
    assert taps[..., [2, 4]].any() == use_timing


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_drums_are_as_long_as_the_line_and_on_its_steps(model: StandIn, meter: Meter) -> None:
    for length_beats in (0.25, 1.1, meter.bar_beats, 5 * meter.bar_beats, 64 * meter.bar_beats):
        if length_beats < 0.25:
            continue
        starts = np.arange(0.0, length_beats, 0.75)
        line = Clip(tuple(Note(30 + i % 60, float(b), 0.1, 90.0, i) for i, b in enumerate(starts)), length_beats, meter)
        for clip in drummed(model, line, OTHER_KIT, variations=2):
            assert (clip.length_beats, clip.meter) == (line.length_beats, meter)
            assert {note.start_beats for note in clip.notes} == set(starts.tolist())
            assert all(note.pitch in {pads[0] for pads in OTHER_KIT.pads} for note in clip.notes)
            assert all(note.source is None for note in clip.notes)


def test_bars_that_are_alike_have_the_same_drums(model: StandIn) -> None:
    bars = 8
    line = Clip(tuple(n.moved(4.0 * bar) for bar in range(bars) for n in BASS.notes[:-1]), 4.0 * bars)
    for clip in drummed(model, line, variations=4, seed=7):
        hits = encode(clip, GENERAL_MIDI).cells.hits.reshape(bars, 16, CLASSES)
        assert (hits == hits[0]).all()
    noise = model.runs[0]["feel_noise"]
    assert not np.array_equal(noise[0, :16], noise[0, 16:])


def test_variations_differ_and_do_not_depend_on_how_many_there_are(model: StandIn) -> None:
    four = drummed(model, BASS, variations=4)
    assert len(set(four)) > 1
    assert drummed(model, BASS, variations=2) == four[:2]
    assert drummed(model, BASS, variations=4, seed=9) != four


def test_at_temperature_0_the_seed_makes_no_difference_but_variations_differ(model: StandIn) -> None:
    drummed(model, BASS, temperature=0.0, variations=3, seed=1)
    drummed(model, BASS, temperature=0.0, variations=3, seed=2)
    one, two = model.runs
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert not one["hit_bias"][0].any()
    assert one["hit_bias"][1].any()
    assert not one["feel_noise"].any()


def test_density_is_told_as_odds(model: StandIn) -> None:
    for density, nats in ((0.0, -DENSITY_NATS), (0.5, 0.0), (1.0, DENSITY_NATS)):
        model.runs.clear()
        drummed(model, BASS, density=density)
        assert (model.runs[0]["hit_bias"] == nats).all()


def test_a_line_without_notes_is_refused(model: StandIn) -> None:
    with pytest.raises(BadValue, match="no notes to play drums to"):
        drummed(model, Clip((), 4.0))
    with pytest.raises(BadValue, match="none of them begins"):
        castro_groove(Clip((Note(36, 5.0, 0.1, 90.0),), 4.0), GENERAL_MIDI)
    with pytest.raises(Unsupported, match="9/4"):
        drummed(model, Clip(BASS.notes, 9.0, Meter(9, 4)))


def test_chances_are_what_the_model_says(model: StandIn) -> None:
    roll = encode(BASS, Kit("all", tuple(tuple(range(c, 128, 9)) for c in range(9))))
    taps = roll.window.split(taps_of(roll.cells, velocity=True, timing=False))
    chances = Drumify(model.use).chances(taps, roll.window.positions[None], 90.0)
    assert chances.shape == (1, 32, CLASSES)
    assert (chances.max(2) > 0.0).tolist() == (taps[..., 0] > 0.0).tolist()


# --- Castro's groove --------------------------------------------------------------------------------------------------


def test_castros_groove_is_kick_on_the_bar_snare_on_the_line_and_hats_on_eighths() -> None:
    seven = Clip((Note(40, 0.0, 0.5, 100.0), Note(43, 0.8, 0.5, 70.0), Note(45, 4.25, 0.5, 90.0)), 7.0, Meter(7, 8))
    groove = castro_groove(seven, GENERAL_MIDI)
    assert (groove.length_beats, groove.meter) == (7.0, Meter(7, 8))
    kick, snare, hat = (GENERAL_MIDI.home(DRUM_CLASSES.index(name)) for name in ("kick", "snare", "closed_hat"))
    at = {pad: [n.start_beats for n in groove.notes if n.pitch == pad] for pad in (kick, snare, hat)}
    assert at == {kick: [0.0, 3.5], snare: [0.0, 0.75, 4.25], hat: [i / 2 for i in range(14)]}
    assert [n.velocity for n in groove.notes if n.pitch == snare] == pytest.approx([100.0, 70.0, 90.0], abs=1e-4)


@pytest.mark.parametrize("length_beats", [2.0, 4.0, 9.0, 160.0])
def test_castros_drums_follow_his_groove_and_are_as_long_as_the_line(length_beats: float) -> None:
    model = StandIn("drum_continuation", copyist)
    line = Clip(tuple(Note(40, b, 0.5, 100.0) for b in np.arange(0.0, length_beats, 0.75).tolist()), length_beats)
    clips = castro(DrumContinuation(model.use), line, OTHER_KIT, variations=2, temperature=1.0, seed=0, tempo_bpm=100.0)
    assert len(clips) == 2
    for clip in clips:
        assert clip.length_beats == length_beats
        assert {note.pitch for note in clip.notes} == {60, 62, 64}
        assert max(note.start_beats for note in clip.notes) >= length_beats - 0.5


# --- the shipped models -----------------------------------------------------------------------------------------------


@pytest.fixture
def shipped(store: Store) -> Drumify:
    return Drumify(ModelUse(store.default("drumify")))


def played(model: Drumify, line: Clip, **other: object) -> tuple[Clip, ...]:
    settings = {
        "use_velocity": True, "use_timing": True, "density": 0.5, "variations": 4, "temperature": 1.0, "seed": 0,
        "tempo_bpm": 100.0, **other,
    }  # fmt: skip
    return drumify(model, line, GENERAL_MIDI, **settings)  # type: ignore[arg-type]


def hits_of(clip: Clip) -> np.ndarray:
    return encode(clip, GENERAL_MIDI).cells.hits


def test_every_tap_is_played_and_nothing_else_is(shipped: Drumify) -> None:
    for clip in played(shipped, BASS, variations=16):
        assert {*np.flatnonzero(hits_of(clip)[:16].any(1)).tolist()} == {0, 6, 10}


def test_the_last_tap_of_a_loop_that_ends_within_a_sixteenth_is_played(shipped: Drumify) -> None:
    line = Clip(BASS.notes[:-1], 2.51)
    for clip in played(shipped, line, variations=16):
        assert {*np.flatnonzero(hits_of(clip)[:11].any(1)).tolist()} == {0, 6, 10}
        assert all(note.start_beats < 2.51 for note in clip.notes)


def test_drums_whose_classes_are_forgotten_are_found_again(shipped: Drumify, examples: list[Clip]) -> None:
    """Rock: from when something is hit, kick, snare and hat are told apart far better than by chance."""
    own = hits_of(examples[0])
    (found,) = played(shipped, examples[0], variations=1, temperature=0.0)
    right = float((hits_of(found) * own).sum())
    assert 2.0 * right / float(own.sum() + hits_of(found).sum()) > 0.6


def test_density_adds_drums(shipped: Drumify, examples: list[Clip]) -> None:
    number = [
        np.mean([len(clip.notes) for clip in played(shipped, examples[0], density=density, variations=8)])
        for density in (0.0, 0.5, 1.0)
    ]
    assert number[0] < number[1] < number[2] < 2.0 * number[1]


def test_a_groove_stays_a_groove_over_many_bars(shipped: Drumify) -> None:
    """From the second bar on, bars of the line that are alike have the very same drums, at any temperature."""
    bars = 9
    line = Clip(tuple(n.moved(4.0 * bar) for bar in range(bars) for n in BASS.notes[:-1]), 4.0 * bars)
    for clip in played(shipped, line, seed=7):
        hits = hits_of(clip)[: 16 * bars].reshape(bars, 16, CLASSES)
        assert (hits[1:] == hits[1]).all()


def test_the_shipped_models_variations_differ_in_the_cold_too(shipped: Drumify, examples: list[Clip]) -> None:
    cold = played(shipped, examples[1], temperature=0.0, variations=8, seed=1)
    assert cold == played(shipped, examples[1], temperature=0.0, variations=8, seed=2)
    assert len(set(cold)) == 8


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_the_shipped_models_play_every_meter(shipped: Drumify, store: Store, meter: Meter) -> None:
    starts = np.arange(0.0, 3 * meter.bar_beats, 0.5).tolist()
    notes = tuple(Note(33 + i % 7, b, 0.3, 60.0 + i % 50) for i, b in enumerate(starts))
    line = Clip(notes, 3 * meter.bar_beats, meter)
    drums = DrumContinuation(ModelUse(store.default("drum_continuation")))
    after = castro(drums, line, GENERAL_MIDI, variations=2, temperature=1.0, seed=0, tempo_bpm=100.0)
    for clip in (*played(shipped, line, variations=2), *after):
        assert (clip.length_beats, clip.meter) == (line.length_beats, meter)
        assert all(0.0 <= note.start_beats < clip.length_beats for note in clip.notes)
    assert all(clip.notes for clip in played(shipped, line))


def test_castros_groove_goes_on_as_drums_of_a_drummer(store: Store) -> None:
    line = Clip(tuple(n.moved(4.0 * bar) for bar in range(4) for n in BASS.notes[:-1]), 16.0)
    drums = DrumContinuation(ModelUse(store.default("drum_continuation")))
    clips = castro(drums, line, GENERAL_MIDI, variations=4, temperature=1.0, seed=0, tempo_bpm=100.0)
    assert len(set(clips)) == 4
    notes = [note for clip in clips for note in clip.notes]
    assert len({note.velocity for note in notes}) > 15
    assert {36, 38, 42} <= {note.pitch for note in notes}
