"""Generate and vary, as melodies, played by the shipped model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import Unsupported
from bridge.models.melody_vae import MelodyVae
from bridge.music.clip import Clip, Note
from bridge.music.meter import Meter
from bridge.music.scale import Scale
from bridge.skills.blend import blend
from bridge.skills.generate import generate
from bridge.skills.lock import OPEN, Lock
from bridge.skills.melodies import Melodies
from bridge.skills.vary import vary
from tests.skills.tunes import SILENCE, check, distance, numbered, onsets, tune

METERS = [
    Meter(*m) for m in ((3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8), (2, 4), (7, 16), (1, 16), (8, 4))
]


def new(singer: MelodyVae, lock: Lock = OPEN, **other: object) -> tuple[Clip, ...]:
    settings = {"bars": 2, "variations": 4, "density": 0.5, "humanise": 1.0, "temperature": 1.0, "seed": 3, **other}
    meter = settings.pop("meter", Meter())
    return generate(Melodies(singer, lock), meter, **settings)  # type: ignore[arg-type]


def varied(singer: MelodyVae, clip: Clip, lock: Lock = OPEN, **other: object) -> tuple[Clip, ...]:
    settings = {"amount": 0.5, "variations": 4, "temperature": 1.0, "seed": 0, **other}
    return vary(Melodies(singer, lock), clip, **settings)  # type: ignore[arg-type]


# --- generate ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("meter", METERS, ids=str)
@pytest.mark.parametrize("bars", [1, 3])
def test_new_clips_have_the_meter_and_bars_that_were_asked(singer: MelodyVae, meter: Meter, bars: int) -> None:
    for clip in new(singer, meter=meter, bars=bars, variations=2):
        assert clip.meter == meter
        assert clip.length_beats == pytest.approx(bars * meter.bar_beats)
        check(clip)
        assert all(note.source is None for note in clip.notes)


def test_the_same_seed_gives_the_same_clips_and_another_one_others(singer: MelodyVae) -> None:
    assert new(singer) == new(singer)
    assert new(singer)[0] != new(singer, seed=4)[0]
    assert len({clip.notes for clip in new(singer, variations=16)}) == 16


def test_a_variation_does_not_depend_on_how_many_were_asked(singer: MelodyVae) -> None:
    for lock in (OPEN, Lock(scale=Scale(2, "Dorian"))):
        assert onsets(new(singer, lock, variations=1)[0]) == onsets(new(singer, lock, variations=16)[0])


def test_at_temperature_0_the_seed_makes_no_difference(singer: MelodyVae) -> None:
    cold = new(singer, temperature=0.0, seed=1)
    assert cold == new(singer, temperature=0.0, seed=2)
    assert len(set(cold)) > 1
    assert all(len(clip.notes) > 2 for clip in cold)


@pytest.mark.parametrize("lock", [OPEN, Lock(57, 81, Scale(9, "Minor"))], ids=["open", "A Minor"])
def test_a_single_bar_is_a_melody_too(singer: MelodyVae, lock: Lock) -> None:
    """Of two bars that are imagined one may be a rest, or one long note."""
    clips = [clip for seed in range(4) for clip in new(singer, lock, bars=1, variations=16, seed=seed)]
    assert all(len(clip.notes) > 1 for clip in clips)
    for clip in new(singer, lock, meter=Meter(1, 16), bars=1):
        assert len(clip.notes) == 1  # more do not fit


@pytest.mark.parametrize("meter", [Meter(), Meter(6, 8)], ids=str)
def test_also_of_two_pitches_a_melody_is_made(singer: MelodyVae, meter: Meter) -> None:
    for low_pitch, root in ((57, 9), (60, 9), (65, 0)):
        lock = Lock(low_pitch, low_pitch + 1, Scale(root, "Minor"))
        for clip in new(singer, lock, meter=meter, variations=16):
            assert len(clip.notes) > 1
            assert {note.pitch for note in clip.notes} <= {low_pitch, low_pitch + 1}


def test_density_fills_the_bars(singer: MelodyVae) -> None:
    number = [
        np.mean([len(clip.notes) for clip in new(singer, density=density, variations=16)])
        for density in (0.0, 0.5, 1.0)
    ]
    assert number[0] < number[1] < number[2]


def test_humanise_0_is_on_the_grid_and_even_and_1_is_neither(singer: MelodyVae) -> None:
    stiff, loose = (new(singer, humanise=humanise, variations=1)[0] for humanise in (0.0, 1.0))
    assert all((note.start_beats * 4).is_integer() and (note.length_beats * 4).is_integer() for note in stiff.notes)
    assert len({note.velocity for note in stiff.notes}) == 1
    assert onsets(stiff) == onsets(loose)
    assert any(not (note.start_beats * 4).is_integer() for note in loose.notes)
    assert len({note.velocity for note in loose.notes}) > 3


def test_few_of_a_hundred_new_clips_are_no_melodies(singer: MelodyVae) -> None:
    clips = [clip for seed in range(7) for clip in new(singer, variations=16, seed=seed)]
    assert sum(len(clip.notes) <= 2 or len({note.pitch for note in clip.notes}) == 1 for clip in clips) <= 4
    assert np.median([note.pitch for clip in clips for note in clip.notes]) == pytest.approx(66, abs=4)


def test_a_meter_whose_bar_does_not_fit_is_refused_by_name(singer: MelodyVae) -> None:
    with pytest.raises(Unsupported, match="9/4"):
        new(singer, meter=Meter(9, 4))


# --- the lock ---------------------------------------------------------------------------------------------------------


def test_of_a_thousand_notes_none_is_outside_the_lock(singer: MelodyVae, lines: dict[str, Clip]) -> None:
    locks = [
        Lock(scale=Scale(9, "Minor Pentatonic")),
        Lock(36, 50, Scale(4, "Harmonic Minor")),
        Lock(61, 64),
        Lock(0, 12, Scale(1, "Major")),
        Lock(100, 127, Scale(6, "Whole Tone")),
    ]
    for i, lock in enumerate(locks):
        clips = [clip for seed in range(2) for clip in new(singer, lock, variations=8, temperature=1.5, seed=seed)]
        clips += varied(singer, lines["melody"], lock, amount=0.4, variations=8, seed=i)
        player = Melodies(singer, lock)
        clips.append(blend(player, [lines["bass"], lines["answer"]], 0.4, 0.0, temperature=1.5, seed=i))
        notes = [note for clip in clips for note in clip.notes]
        assert len(notes) > 100
        assert all(note.pitch in lock.pitches for note in notes)


def test_a_scale_leaves_the_melody_its_notes(singer: MelodyVae) -> None:
    free = np.mean([len(clip.notes) for clip in new(singer, variations=16)])
    locked = np.mean([len(clip.notes) for clip in new(singer, Lock(scale=Scale(1, "Major")), variations=16)])
    assert locked > 0.75 * free


def test_a_range_is_sung_in_its_middle(singer: MelodyVae) -> None:
    for low, high in ((28, 52), (60, 84)):
        pitches = [note.pitch for clip in new(singer, Lock(low, high), variations=8) for note in clip.notes]
        assert low <= np.median(pitches) <= high
        assert len(set(pitches)) > 5


def test_next_to_the_clip_a_foreign_note_becomes_its_neighbour(singer: MelodyVae) -> None:
    (clip,) = numbered(tune(60, 62, 64, 66, 67, 66, 64, 62, 60, 64, 67, 64, 60, None, 60, None))
    assert varied(singer, clip, Lock(scale=Scale(0, "Major")), amount=0.0) == (clip,) * 4
    (kept,) = varied(singer, clip, Lock(scale=Scale(0, "Major")), amount=0.02, variations=1)
    moved = {(step, 65 if pitch == 66 else pitch) for step, pitch in onsets(clip)}
    assert len(onsets(kept) ^ moved) <= 2
    assert 66 not in {note.pitch for note in kept.notes}


# --- vary -------------------------------------------------------------------------------------------------------------


def test_a_slow_melody_stays_slow_and_a_quick_one_quick(singer: MelodyVae) -> None:
    slow, quick = tune(62, 66, 69, 64, note_beats=2.0), tune(*(62, 66, 69, 66, 71, 69, 66, 64) * 2)
    notes = [np.mean([len(v.notes) for v in varied(singer, c, amount=1.0, variations=16)]) for c in (slow, quick)]
    assert 1.2 * notes[0] < notes[1]


def test_amount_0_is_the_clip_itself(singer: MelodyVae, lines: dict[str, Clip]) -> None:
    for clip in lines.values():
        assert varied(singer, clip, amount=0.0) == (clip,) * 4


def test_the_distance_grows_with_the_amount(singer: MelodyVae, corners: list[Clip]) -> None:
    for clip in corners:
        means = [
            np.mean([distance(clip, v) for v in varied(singer, clip, amount=amount, variations=16)])
            for amount in (0.05, 0.25, 0.5, 1.0)
        ]
        assert means == sorted(means)
        assert means[0] < 0.15 * len(clip.notes)
        assert means[-1] > 0.9 * len(clip.notes)


def test_a_note_that_stays_is_the_very_note(singer: MelodyVae, corners: list[Clip]) -> None:
    for variation in varied(singer, corners[0], amount=0.25):
        kept = [note for note in variation.notes if note.source is not None]
        assert kept
        own = {note.source: note for note in corners[0].notes}
        assert all(replace(note, length_beats=own[note.source].length_beats) == own[note.source] for note in kept)
        assert len({note.source for note in kept}) == len(kept)


def test_variations_stay_in_the_key(singer: MelodyVae) -> None:
    for root in (0, 3, 8):
        clip = tune(*(60 + root + p for p in (0, 4, 7, 9, 7, 5, 4, 2, 0, 2, 4, 5, 7, 11, 12, 7)))
        scale = Scale(root, "Major")
        pitches = [n.pitch for v in varied(singer, clip, amount=0.7, variations=16) for n in v.notes]
        assert np.mean([scale.contains(pitch) for pitch in pitches]) > 0.85


def test_new_notes_are_as_loud_as_the_clip(singer: MelodyVae, corners: list[Clip]) -> None:
    for velocity in (40.0, 110.0):
        clip = corners[2].with_notes(replace(note, velocity=velocity) for note in corners[2].notes)
        notes = [n for v in varied(singer, clip, amount=1.0, variations=8) for n in v.notes if n.source is None]
        assert np.mean([note.velocity for note in notes]) == pytest.approx(velocity, abs=4.0)
        assert np.std([note.velocity for note in notes]) > 3.0


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_any_meter_and_length_is_varied(singer: MelodyVae, meter: Meter) -> None:
    for length_beats in (0.25, 1.1, meter.bar_beats, 3 * meter.bar_beats):
        if not 0.25 <= length_beats <= 64 * meter.bar_beats:
            continue
        beats = np.arange(0.0, length_beats, 0.5)
        notes = (Note(60 + 2 * (i % 4), float(b), min(0.4, length_beats - float(b)), 90.0) for i, b in enumerate(beats))
        clip = Clip(tuple(notes), length_beats, meter)
        for variation in varied(singer, clip, amount=1.0):
            assert (variation.length_beats, variation.meter) == (clip.length_beats, meter)
            check(variation)


def test_64_bars_are_varied_window_by_window(singer: MelodyVae) -> None:
    clip = Clip(tuple(Note(60 + beat % 7, float(beat), 0.9, 90.0) for beat in range(256)), 256.0)
    (variation,) = varied(singer, clip, variations=1, amount=0.3)
    assert max(note.start_beats for note in variation.notes) > 250.0
    check(variation)


def test_a_clip_of_600_notes_is_varied_as_its_line(singer: MelodyVae) -> None:
    chords = [Note(48 + p, i / 2, 0.45, 80.0) for i in range(150) for p in (0, 4, 7, 12 + i % 5)]
    clip = Clip(tuple(chords), 76.0)
    assert len(clip.notes) == 600
    assert Melodies(singer).left_out([clip]) == 450
    (variation,) = varied(singer, clip, variations=1, amount=0.2)
    check(variation)
    assert 50 < len(variation.notes) < 250


def test_of_chords_the_top_line_is_varied(singer: MelodyVae, lines: dict[str, Clip]) -> None:
    chords, player = lines["chords"], Melodies(singer)
    assert player.left_out([chords, lines["melody"]]) == 12
    for variation in varied(singer, chords, amount=0.1):
        check(variation)
        assert distance(variation, chords) <= 2


def test_silence_is_varied_into_a_melody(singer: MelodyVae) -> None:
    variations = varied(singer, SILENCE, amount=1.0, variations=8)
    assert sum(len(variation.notes) > 0 for variation in variations) > 4
    for variation in variations:
        check(variation)


def test_notes_that_nobody_hears_stay_where_they_are(singer: MelodyVae, corners: list[Clip]) -> None:
    unheard = (Note(60, -0.5, 0.2, 66.0), Note(60, 9.0, 0.2, 55.0))
    clip = corners[0].with_notes((*corners[0].notes, *unheard))
    for variation in varied(singer, clip, amount=1.0):
        assert set(unheard) <= set(variation.notes)


def test_a_bass_line_stays_in_the_bass(singer: MelodyVae, lines: dict[str, Clip]) -> None:
    low = np.median([note.pitch for note in lines["bass"].notes])
    for variation in varied(singer, lines["bass"], amount=0.8, variations=8):
        assert np.median([note.pitch for note in variation.notes]) == pytest.approx(low, abs=12)
        assert max(note.pitch for note in variation.notes) < 60
