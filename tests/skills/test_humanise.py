"""Velocity and timing by an amount, on the very notes of the clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import Unsupported
from bridge.models.drum_grid import CLASSES
from bridge.models.grid import nearest_step, window
from bridge.models.humanise import Humanise
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import Meter
from bridge.skills.humanise import humanise
from bridge.wire.delivery import on_the_wire
from tests.stand_in import Arrays, StandIn

COWBELL = 56
METERS = [Meter(*m) for m in ((3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (12, 8), (2, 4), (7, 16), (1, 16), (8, 4))]


def drummer(inputs: Arrays) -> Arrays:
    """All at velocity 0.5 and a fifth of a sixteenth late, snares less, and the noise in hundredths."""
    late = np.full_like(inputs["hits"], 0.2)
    late[..., 1] = 0.1
    noise = inputs["feel_noise"]
    return {
        "velocity": (0.5 + 0.01 * noise[..., :CLASSES]) * inputs["hits"],
        "offset": (late + 0.01 * noise[..., CLASSES:]) * inputs["hits"],
    }


@pytest.fixture
def model() -> StandIn:
    return StandIn("humanise", drummer)


def humanised(model: StandIn, clip: Clip, **other: object) -> Clip:
    settings = {"amount": 1.0, "keep_swing": False, "temperature": 0.0, "seed": 0, "tempo_bpm": 100.0, **other}
    return humanise(Humanise(model.use), clip, GENERAL_MIDI, **settings)  # type: ignore[arg-type]


def beat(bars: int = 2) -> Clip:
    notes = [Note(42, i / 2, 0.1, 80.0) for i in range(8 * bars)]
    notes += [Note(36, float(i), 0.25, 110.0) for i in range(0, 4 * bars, 2)]
    notes += [Note(37, float(i), 0.25, 100.0) for i in range(1, 4 * bars, 2)]
    clip = Clip(tuple(notes), 4.0 * bars)
    return clip.with_notes(replace(note, source=i) for i, note in enumerate(clip.notes))


def by_source(clip: Clip) -> list[Note]:
    return sorted(clip.notes, key=lambda note: note.source if note.source is not None else -1)


def test_amount_0_is_the_clip_itself(model: StandIn) -> None:
    clip = beat()
    assert humanised(model, clip, amount=0.0) is clip
    assert model.runs == []


@pytest.mark.parametrize("amount", [0.25, 0.5, 1.0])
def test_each_note_goes_by_the_amount_to_what_is_played(model: StandIn, amount: float) -> None:
    clip = beat()
    result = humanised(model, clip, amount=amount)
    # The stand-in plays all hits alike, which is bent to the clip's own mean.
    mean = sum(note.velocity for note in clip.notes) / len(clip.notes)
    assert (result.length_beats, result.meter) == (clip.length_beats, clip.meter)
    for was, now in zip(by_source(clip), by_source(result), strict=True):
        assert (now.pitch, now.length_beats, now.source) == (was.pitch, was.length_beats, was.source)
        late_beats = (0.1 if was.pitch == 37 else 0.2) / 4
        assert now.start_beats - was.start_beats == pytest.approx(amount * late_beats, abs=1e-6)
        assert now.velocity == pytest.approx(was.velocity + amount * (mean - was.velocity), abs=1.01)


def test_what_lies_beside_the_grid_stays(model: StandIn) -> None:
    others = (Note(COWBELL, 0.51, 0.2, 77.0), Note(36, -0.5, 0.2, 66.0), Note(36, 9.0, 0.2, 55.0))
    result = humanised(model, beat().with_notes((*beat().notes, *others)))
    assert set(others) <= set(result.notes)
    assert len(result.notes) == len(beat().notes) + 3


@pytest.mark.parametrize("keep_swing", [False, True])
def test_each_hit_is_at_its_sixteenth_when_it_comes_off_the_wire(keep_swing: bool) -> None:
    """Also the one that is played as late as can be: rounded to half way, it would be the next sixteenth's."""

    def late(inputs: Arrays) -> Arrays:
        # Every other hat as far from the mean as it goes, so that a kept swing takes it to the end of its step.
        offset = np.where(np.arange(inputs["hits"].shape[1])[:, None] % 16 < 8, 0.5, -0.5) * inputs["hits"]
        return {"velocity": 0.5 * inputs["hits"], "offset": offset.astype(np.float32)}

    swung = beat().with_notes(note.moved(0.03) for note in beat().notes)
    result = humanised(StandIn("humanise", late), swung, keep_swing=keep_swing)
    was = sorted((note.pitch, nearest_step(note.start_beats)) for note in swung.notes)
    assert sorted((note.pitch, nearest_step(note.start_beats)) for note in on_the_wire(result).notes) == was


def test_a_flam_stays_a_flam(model: StandIn) -> None:
    clip = Clip((Note(38, 0.97, 0.1, 40.0), Note(38, 1.0, 0.1, 110.0), Note(36, 0.0, 0.1, 99.0)), 4.0)
    _, grace, main = humanised(model, clip).notes
    assert main.start_beats == pytest.approx(1.025, abs=1e-6)
    assert main.start_beats - grace.start_beats == pytest.approx(0.03)
    assert (main.velocity, grace.velocity) == (103.0, 33.0)


def test_swing_stays_where_it_is_asked_to(model: StandIn) -> None:
    swung = tuple(Note(42, i / 4 + (0.06 if i % 2 else 0.0), 0.1, 80.0) for i in range(32))
    swung = (*swung, *(Note(38, float(i), 0.1, 100.0) for i in range(1, 8, 2)))
    replaced = humanised(model, Clip(swung, 8.0))
    assert {round(n.start_beats * 4 % 1, 3) for n in replaced.notes if n.pitch == 42} == {0.2}
    kept = humanised(model, Clip(swung, 8.0), keep_swing=True)
    hats = [n.start_beats * 4 % 1 for n in kept.notes if n.pitch == 42]
    assert hats[1::2] == pytest.approx([0.24] * 16, abs=1e-6)
    # What is on the beat is on it on average; the snare is before the hat, as this drummer has it.
    beats = [n for n in kept.notes if abs(n.start_beats - round(n.start_beats)) < 0.05]
    assert np.mean([n.start_beats - round(n.start_beats) for n in beats]) == pytest.approx(0.0, abs=1e-6)
    snare = next(n for n in kept.notes if n.pitch == 38)
    hat = next(n for n in kept.notes if n.pitch == 42 and abs(n.start_beats - 1.0) < 0.05)
    assert hat.start_beats - snare.start_beats == pytest.approx(0.025, abs=1e-6)


def test_temperature_and_seed(model: StandIn) -> None:
    clip = beat()
    assert humanised(model, clip, seed=1) == humanised(model, clip, seed=2)
    warm = humanised(model, clip, temperature=1.0, seed=1)
    assert warm == humanised(model, clip, temperature=1.0, seed=1)
    assert warm != humanised(model, clip, temperature=1.0, seed=2)
    assert len({note.velocity for note in warm.notes}) > 3


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_any_meter_and_length_in_one_run(model: StandIn, meter: Meter) -> None:
    for length_beats in (0.25, 1.1, meter.bar_beats, 5 * meter.bar_beats, 64 * meter.bar_beats):
        if length_beats < 0.25:
            continue
        starts = np.arange(0.0, length_beats, 0.25)
        clip = Clip(tuple(Note(42, float(b), 0.1, 90.0, i) for i, b in enumerate(starts)), length_beats, meter)
        model.runs.clear()
        result = humanised(model, clip)
        rows = sum(len(inputs["hits"]) for inputs in model.runs)
        shape = window(meter)
        assert rows == 1 + -(-max(0, clip.bars - shape.bars) // max(1, shape.bars // 2))
        assert [note.source for note in by_source(result)] == list(range(len(clip.notes)))
        late = [now.start_beats - was.start_beats for was, now in zip(by_source(clip), by_source(result), strict=True)]
        # The last may stand so near the loop's end that it cannot be as late.
        assert late[:-1] == pytest.approx([0.05] * (len(late) - 1), abs=1e-6)
        assert all(note.start_beats < length_beats for note in result.notes)
        assert all((inputs["tempo_bpm"] == 100.0).all() for inputs in model.runs)


def test_a_meter_that_cannot_be_played_is_refused_at_amount_0_too(model: StandIn) -> None:
    with pytest.raises(Unsupported, match="9/4"):
        humanised(model, Clip((), 9.0, Meter(9, 4)), amount=0.0)


def test_an_empty_clip_stays_empty(model: StandIn) -> None:
    assert humanised(model, Clip((), 8.0)).notes == ()


# --- the shipped model ------------------------------------------------------------------------------------------------


@pytest.fixture
def shipped(store: Store) -> Humanise:
    return Humanise(ModelUse(store.default("humanise")))


def played(model: Humanise, clip: Clip, **other: object) -> Clip:
    settings = {"amount": 1.0, "keep_swing": False, "temperature": 1.0, "seed": 0, "tempo_bpm": 100.0, **other}
    return humanise(model, clip, GENERAL_MIDI, **settings)  # type: ignore[arg-type]


def stiff(clip: Clip, bars: int = 2) -> Clip:
    """On the grid, at one velocity, over and over."""
    cells = sorted({(note.pitch, round(note.start_beats * 4) / 4) for note in clip.notes})
    notes = [Note(p, b + 8.0 * i, 0.1, 100.0) for i in range(bars // 2) for p, b in cells if b < 8.0]
    return Clip(tuple(notes), 4.0 * bars)


def lateness(clip: Clip) -> np.ndarray:
    """In sixteenths."""
    return np.array([(note.start_beats * 4 + 0.5) % 1 - 0.5 for note in clip.notes])


def test_a_quantised_clip_is_played_with_touch_and_timing(shipped: Humanise, examples: list[Clip]) -> None:
    for example in examples:
        clip = stiff(example)
        result = played(shipped, clip)
        assert sorted(n.pitch for n in result.notes) == sorted(n.pitch for n in clip.notes)
        assert len({note.velocity for note in result.notes}) > 8
        assert 0.03 < lateness(result).std() < 0.25
        even = played(shipped, clip, temperature=0.0)
        assert lateness(even).std() < lateness(result).std()
        assert even == played(shipped, clip, temperature=0.0, seed=5)


def test_a_drummers_accents_are_found_again(shipped: Humanise, examples: list[Clip]) -> None:
    """Rock and funk: from their hits alone, louder and softer ones are told apart."""
    for example in examples[:2]:
        clip = example.with_notes(replace(note, source=i) for i, note in enumerate(example.notes))
        flat = clip.with_notes(replace(note, velocity=80.0) for note in clip.notes)
        found = played(shipped, flat, temperature=0.0)
        was, now = ([note.velocity for note in by_source(c)] for c in (clip, found))
        assert np.corrcoef(was, now)[0, 1] > 0.5


def test_a_long_clip_has_no_seam(shipped: Humanise, examples: list[Clip]) -> None:
    """From the third on, bars that repeat are alike at the medians: each is played after the one before."""
    clip = stiff(examples[0], bars=16)
    result = played(shipped, clip, temperature=0.0)
    later = [n for n in result.notes if n.start_beats >= 7.5]
    by_place: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for note in later:
        step = round(note.start_beats * 4)
        by_place.setdefault((step % 32, note.pitch), []).append((note.velocity, note.start_beats * 4 - step))
    for alike in by_place.values():
        assert np.ptp([velocity for velocity, _ in alike]) <= 1.0
        assert np.ptp([late for _, late in alike]) < 1e-3


def test_swing_is_kept_in_the_shipped_models_hands(shipped: Humanise) -> None:
    hats = tuple(Note(42, i / 4 + (0.07 if i % 2 else 0.0), 0.1, 80.0) for i in range(32))
    clip = Clip((*hats, *(Note(36, float(i), 0.1, 100.0) for i in range(0, 8, 2))), 8.0)
    result = played(shipped, clip, keep_swing=True, temperature=0.0)
    off = [n.start_beats * 4 % 2 - 1 for n in result.notes if n.pitch == 42 and 0.5 < n.start_beats * 4 % 2 < 1.5]
    assert np.mean(off) == pytest.approx(0.28, abs=1e-3)


@pytest.mark.parametrize("velocity", [10.0, 30.0, 64.0, 100.0])
def test_a_clip_stays_as_loud_as_it_was_programmed(store: Store, velocity: float) -> None:
    clip = Clip(tuple(replace(note, velocity=velocity) for note in beat().notes), 8.0)
    player = Humanise(ModelUse(store.model("humanise")))
    result = humanise(
        player, clip, GENERAL_MIDI, amount=1.0, keep_swing=False, temperature=1.0, seed=1, tempo_bpm=100.0
    )
    velocities = [note.velocity for note in result.notes]
    assert sum(velocities) / len(velocities) == pytest.approx(velocity, rel=0.08)
    assert len(set(velocities)) > 5
    # What was programmed soft is not struck hard.
    assert velocity > 50.0 or max(velocities) < 4.0 * velocity
