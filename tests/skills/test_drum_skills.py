"""Generate, vary, interpolate and blend, played by the shipped model."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bridge.errors import BadValue, Late, Unsupported
from bridge.models.drum_grid import encode, nearest_step
from bridge.models.drum_vae import DrumVae
from bridge.models.engine import LoadedModel
from bridge.models.model_use import ModelUse
from bridge.music.clip import Clip, Note
from bridge.music.kit import GENERAL_MIDI, Kit
from bridge.music.meter import Meter
from bridge.skills.blend import blend, blend_grid, blend_path, blend_points
from bridge.skills.drumming import Drums
from bridge.skills.generate import generate
from bridge.skills.interpolate import interpolate
from bridge.skills.player import Passage
from bridge.skills.vary import vary

COWBELL = 56
METERS = [
    Meter(*m) for m in ((3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8), (2, 4), (7, 16), (1, 16), (8, 4))
]
# The same classes, on other pads.
OTHER_KIT = Kit("other", tuple((60 + 2 * i, 61 + 2 * i) for i in range(9)))


def hits(clip: Clip, kit: Kit = GENERAL_MIDI) -> np.ndarray:
    return encode(clip, kit).cells.hits


def distance(a: Clip, b: Clip) -> float:
    return float(np.abs(hits(a) - hits(b)).sum())


def numbered(clips: list[Clip]) -> list[Clip]:
    first, result = 0, []
    for clip in clips:
        result.append(clip.with_notes(replace(note, source=first + i) for i, note in enumerate(clip.notes)))
        first += len(clip.notes)
    return result


def on(model: DrumVae, clips: list[Clip]) -> tuple[Drums, list[Clip]]:
    """Drums for these clips, all on General MIDI, and the clips."""
    return Drums(model, [GENERAL_MIDI] * len(clips)), clips


def new(drummer: DrumVae, **other: object) -> tuple[Clip, ...]:
    settings = {"bars": 2, "variations": 4, "density": 0.5, "humanise": 1.0, "temperature": 1.0, "seed": 3, **other}
    meter = settings.pop("meter", Meter())
    return generate(Drums(drummer, [GENERAL_MIDI]), meter, **settings)  # type: ignore[arg-type]


# --- generate ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("meter", METERS, ids=str)
@pytest.mark.parametrize("bars", [1, 3])
def test_new_clips_have_the_meter_and_bars_that_were_asked(drummer: DrumVae, meter: Meter, bars: int) -> None:
    clips = new(drummer, meter=meter, bars=bars, variations=2)
    for clip in clips:
        assert clip.meter == meter
        assert clip.length_beats == pytest.approx(bars * meter.bar_beats)
        assert all(0.0 <= note.start_beats < clip.length_beats for note in clip.notes)
        assert all(note.start_beats + note.length_beats <= clip.length_beats + 1e-9 for note in clip.notes)
        assert all(GENERAL_MIDI.home(GENERAL_MIDI.classes[note.pitch]) == note.pitch for note in clip.notes)
        assert all(note.source is None for note in clip.notes)


def test_the_same_seed_gives_the_same_clips_and_another_one_others(drummer: DrumVae) -> None:
    assert new(drummer) == new(drummer)
    assert new(drummer)[0] != new(drummer, seed=4)[0]


def test_a_variation_does_not_depend_on_how_many_were_asked(drummer: DrumVae) -> None:
    assert np.array_equal(hits(new(drummer, variations=1)[0]), hits(new(drummer, variations=16)[0]))


def test_at_temperature_0_the_seed_makes_no_difference(drummer: DrumVae) -> None:
    cold = new(drummer, temperature=0.0, seed=1)
    assert cold == new(drummer, temperature=0.0, seed=2)
    assert len(set(cold)) > 1


def test_density_fills_the_bars(drummer: DrumVae) -> None:
    number = [
        np.mean([len(clip.notes) for clip in new(drummer, density=density, variations=16)])
        for density in (0.0, 0.5, 1.0)
    ]
    assert number[0] < number[1] < number[2]


def test_humanise_0_is_on_the_grid_and_even_and_1_is_neither(drummer: DrumVae) -> None:
    stiff, loose = (new(drummer, humanise=humanise, variations=1)[0] for humanise in (0.0, 1.0))
    assert all((note.start_beats * 4).is_integer() for note in stiff.notes)
    for pitch in {note.pitch for note in stiff.notes}:
        velocities = [note.velocity for note in stiff.notes if note.pitch == pitch]
        assert max(velocities) - min(velocities) <= 1.0
    assert np.array_equal(hits(stiff), hits(loose))
    assert any(not (note.start_beats * 4).is_integer() for note in loose.notes)
    assert len({note.velocity for note in loose.notes}) > 5


def test_few_of_a_hundred_new_clips_are_no_clips(drummer: DrumVae) -> None:
    clips = [clip for seed in range(7) for clip in new(drummer, variations=16, seed=seed)]
    degenerate = [clip for clip in clips if len(clip.notes) <= 1 or len(clip.notes) > 200]
    assert len(degenerate) <= 1


def test_a_meter_whose_bar_does_not_fit_is_refused_by_name(drummer: DrumVae) -> None:
    with pytest.raises(Unsupported, match="9/4"):
        new(drummer, meter=Meter(9, 4))
    with pytest.raises(Unsupported, match="33/16"):
        new(drummer, meter=Meter(33, 16))


# --- vary -------------------------------------------------------------------------------------------------------------


def varied(drummer: DrumVae, clip: Clip, kit: Kit = GENERAL_MIDI, **other: object) -> tuple[Clip, ...]:
    settings = {"amount": 0.5, "variations": 4, "temperature": 1.0, "seed": 0, **other}
    return vary(Drums(drummer, [kit]), clip, **settings)  # type: ignore[arg-type]


def test_amount_0_is_the_clip_itself(drummer: DrumVae, examples: list[Clip]) -> None:
    assert varied(drummer, examples[0], amount=0.0) == (examples[0],) * 4


def test_the_distance_grows_with_the_amount(drummer: DrumVae, examples: list[Clip]) -> None:
    for clip in examples:
        means = [
            np.mean([distance(clip, v) for v in varied(drummer, clip, amount=amount, variations=16)])
            for amount in (0.05, 0.3, 0.6, 1.0)
        ]
        assert means == sorted(means)
        assert means[0] < 0.15 * len(clip.notes)
        assert means[-1] > 0.4 * len(clip.notes)


def test_a_hit_that_stays_is_the_very_note(drummer: DrumVae, examples: list[Clip]) -> None:
    (clip,) = numbered(examples[1:2])
    for variation in varied(drummer, clip):
        kept = [note for note in variation.notes if note.source is not None]
        assert kept
        assert set(kept) <= set(clip.notes)
        assert len({note.source for note in kept}) == len(kept)


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_any_meter_and_length_is_varied(drummer: DrumVae, meter: Meter) -> None:
    for length_beats in (0.25, 1.1, meter.bar_beats, 3 * meter.bar_beats):
        if length_beats < 0.25:
            continue
        beats = np.arange(0.0, length_beats, 0.5)
        clip = Clip(
            tuple(Note(36 if i % 2 else 38, float(b), 0.1, 90.0) for i, b in enumerate(beats)), length_beats, meter
        )
        for variation in varied(drummer, clip, amount=1.0):
            assert variation.length_beats == clip.length_beats
            assert variation.meter == meter
            assert all(-0.125 <= note.start_beats < length_beats for note in variation.notes)


def test_64_bars_are_varied_window_by_window(drummer: DrumVae) -> None:
    clip = Clip(tuple(Note(36, float(beat), 0.1, 90.0) for beat in range(256)), 256.0)
    (variation,) = varied(drummer, clip, variations=1, amount=0.3)
    assert variation.bars == 64
    assert max(note.start_beats for note in variation.notes) > 250.0


def test_an_empty_clip_is_varied_into_a_clip(drummer: DrumVae) -> None:
    for variation in varied(drummer, Clip((), 8.0), amount=1.0):
        assert variation.length_beats == 8.0


def test_a_sparse_clip_stays_sparse_and_a_full_one_full(drummer: DrumVae) -> None:
    backbeat = [(0, 36), (8, 38), (16, 36), (24, 38)]
    everything = [(step, pad) for step in range(32) for pad in (38, 42)]
    sparse, full = (
        Clip(tuple(Note(pad, step / 4, 0.1, 90.0) for step, pad in hits), 8.0) for hits in (backbeat, everything)
    )
    notes = [np.mean([len(v.notes) for v in varied(drummer, c, amount=1.0, variations=16)]) for c in (sparse, full)]
    assert 2.0 * notes[0] < notes[1]


def test_what_no_class_covers_passes_through_untouched(drummer: DrumVae, examples: list[Clip]) -> None:
    others = (
        Note(COWBELL, 0.51, 0.2, 77.0),  # a pad of no class
        Note(36, -0.5, 0.2, 66.0),  # more than half a sixteenth before beat 0
        Note(36, 9.0, 0.2, 55.0),  # behind the loop's end
    )
    clip = examples[0].with_notes((*examples[0].notes, *others))
    for variation in varied(drummer, clip, amount=1.0):
        assert set(others) <= set(variation.notes)


def test_what_comes_in_on_a_pad_goes_out_on_that_pad(drummer: DrumVae, examples: list[Clip]) -> None:
    side_stick = examples[0].with_notes(
        replace(note, pitch=37) if note.pitch == 38 else note for note in examples[0].notes
    )
    for variation in varied(drummer, side_stick, amount=0.8):
        assert 38 not in {note.pitch for note in variation.notes}
    assert any(37 in {note.pitch for note in v.notes} for v in varied(drummer, side_stick, amount=0.8))


def test_hits_that_share_a_cell_stay_together(drummer: DrumVae) -> None:
    flam = (Note(38, 0.97, 0.1, 40.0), Note(38, 1.0, 0.1, 110.0), Note(37, 1.02, 0.1, 60.0))
    rest = tuple(Note(36, float(beat), 0.1, 100.0) for beat in (0, 2, 4, 6))
    clip = Clip((*flam, *rest, Note(38, 3.0, 0.1, 110.0), Note(38, 5.0, 0.1, 110.0)), 8.0)
    for variation in varied(drummer, clip, amount=0.2, variations=8):
        assert len(set(flam) & set(variation.notes)) in (0, 3)
    assert any(set(flam) <= set(v.notes) for v in varied(drummer, clip, amount=0.2, variations=8))


# --- interpolate and blend --------------------------------------------------------------------------------------------


def test_both_ends_of_an_interpolation_are_the_users_own(drummer: DrumVae, examples: list[Clip]) -> None:
    a, b = examples[:2]
    clips = interpolate(Drums(drummer, [GENERAL_MIDI] * 2), a, b, steps=5, temperature=1.0, seed=0)
    assert len(clips) == 7
    assert (clips[0], clips[-1]) == (a, b)
    from_a = [distance(clips[0], clip) for clip in clips]
    assert from_a[1] < from_a[-2]
    assert all(clip not in (a, b) for clip in clips[1:-1])


def test_corners_are_exact_and_the_middle_is_none_of_them(drummer: DrumVae, examples: list[Clip]) -> None:
    corners = numbered(examples)
    for i, (x, y) in enumerate([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]):
        assert blend(*on(drummer, corners), x, y, temperature=1.0, seed=0) is corners[i]
    middle = blend(*on(drummer, corners), 0.5, 0.5, temperature=1.0, seed=0)
    assert all(distance(middle, corner) > 8 for corner in corners)
    assert len(middle.notes) > 8


def test_the_puck_leaves_a_corner_without_a_jump(drummer: DrumVae, examples: list[Clip]) -> None:
    corners = numbered(examples)
    for i, (x, y) in enumerate([(0.01, 0.01), (0.99, 0.01), (0.01, 0.99), (0.99, 0.99)]):
        near = blend(*on(drummer, corners), x, y, temperature=1.0, seed=0)
        own = corners[i]
        assert distance(near, own) <= 2
        starts = {note.source: note.start_beats for note in own.notes}
        moved = [abs(note.start_beats - starts[note.source]) for note in near.notes if note.source in starts]
        assert max(moved) < 0.02


@pytest.mark.parametrize("corners", [2, 3, 4])
def test_two_three_and_four_corners(drummer: DrumVae, examples: list[Clip], corners: int) -> None:
    clip = blend(*on(drummer, examples[:corners]), 0.4, 0.3, temperature=1.0, seed=0)
    assert clip.length_beats == 8.0
    assert clip.notes
    for wrong in (examples[:1], [*examples, examples[0]]):
        with pytest.raises(BadValue, match="corners"):
            blend(*on(drummer, wrong), 0.4, 0.3, temperature=1.0, seed=0)


def test_different_meters_are_refused_by_name(drummer: DrumVae, examples: list[Clip]) -> None:
    waltz = Clip(examples[0].notes, 6.0, Meter(3, 4))
    with pytest.raises(Unsupported, match="3/4, 4/4"):
        blend(*on(drummer, [waltz, examples[0]]), 0.5, 0.0, temperature=1.0, seed=0)


def test_the_shorter_clip_loops(drummer: DrumVae, examples: list[Clip]) -> None:
    one_bar = Clip((Note(36, 0.0, 0.1, 100.0), Note(36, 2.0, 0.1, 100.0)), 4.0)
    points = [(0.0, 0.0), (0.01, 0.0), (0.5, 0.0)]
    clips = blend_points(*on(drummer, [one_bar, examples[0]]), points, temperature=0.0, seed=0)
    assert clips[0] is one_bar
    assert clips[1].length_beats == clips[2].length_beats == 8.0
    assert [note.start_beats for note in clips[1].notes if note.pitch == 36] == pytest.approx([0, 2, 4, 6], abs=0.01)


def test_a_blend_plays_on_the_first_clips_kit(drummer: DrumVae, examples: list[Clip]) -> None:
    elsewhere = examples[1].with_notes(
        replace(note, pitch=OTHER_KIT.home(GENERAL_MIDI.classes[note.pitch])) for note in examples[1].notes
    )
    kits = Drums(drummer, [GENERAL_MIDI, OTHER_KIT])
    assert blend(kits, [examples[0], elsewhere], 1.0, 0.0, temperature=1.0, seed=0) is elsewhere
    for x in (0.2, 0.5, 0.8, 0.99):
        clip = blend(kits, [examples[0], elsewhere], x, 0.0, temperature=1.0, seed=0)
        assert {note.pitch for note in clip.notes} <= set(GENERAL_MIDI.classes)
    kits = Drums(drummer, [OTHER_KIT, GENERAL_MIDI])
    mixed = blend(kits, [elsewhere, examples[0]], 0.5, 0.0, temperature=1.0, seed=0)
    assert {note.pitch for note in mixed.notes} <= set(OTHER_KIT.classes)


def test_sources_name_notes_of_the_clips_in_their_order(drummer: DrumVae, examples: list[Clip]) -> None:
    corners = numbered(examples)
    by_source = {note.source: note for clip in corners for note in clip.notes}
    clip = blend(*on(drummer, corners), 0.3, 0.4, temperature=1.0, seed=0)
    known = [note for note in clip.notes if note.source is not None]
    assert len(known) > len(clip.notes) / 2
    assert all(note.pitch == by_source[note.source].pitch for note in known)
    assert all(abs(note.start_beats - by_source[note.source].start_beats) <= 0.25 for note in known)


def test_a_grid_has_the_corners_and_is_the_same_whenever_it_is_made(drummer: DrumVae, examples: list[Clip]) -> None:
    grid = blend_grid(*on(drummer, examples), 5, temperature=1.0, seed=9)
    again = blend_grid(*on(drummer, examples), 5, temperature=1.0, seed=9)
    ways = [i / 4 for i in range(5)]
    cells = [grid.clip(x, y) for y in ways for x in ways]
    assert cells == [again.clip(x, y) for y in ways for x in ways]
    assert [grid.clip(x, y) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))] == examples
    assert len(set(cells)) > 20
    assert grid.clip(0.26, 0.49) is not None
    assert grid.clip(0.26, 0.49) == grid.clip(0.25, 0.5)


def test_neighbours_on_a_grid_are_more_alike_than_corners(drummer: DrumVae, examples: list[Clip]) -> None:
    grid = blend_grid(*on(drummer, examples), 9, temperature=1.0, seed=2)
    ways = [i / 8 for i in range(9)]
    steps = [distance(grid.clip(a, y), grid.clip(b, y)) for y in ways for a, b in pairwise(ways)]
    sides = [distance(examples[0], examples[1]), distance(examples[2], examples[3])]
    assert np.mean(steps) < 0.5 * np.mean(sides)


def test_a_grid_that_is_too_large_is_refused(drummer: DrumVae) -> None:
    long = Clip((Note(36, 0.0, 0.1, 100.0),), 256.0)
    with pytest.raises(BadValue, match="smaller grid"):
        blend_grid(*on(drummer, [long, long, long]), 21, temperature=1.0, seed=0)


def test_a_new_hit_of_one_bar_ends_where_the_next_bar_hits_its_pad(drummer: DrumVae) -> None:
    drums, (clip,) = on(drummer, numbered([Clip((Note(36, 4.0, 0.5, 90.0),), 8.0)]))
    (take,) = drums.takes([clip], 8.0)
    played = np.zeros((32, 9), np.float32)
    played[[15, 16], 0] = 1.0
    passages = [Passage(first, first + 16, ((take, 1.0),)) for first in (0, 16)]
    parts = (played, 0.7 * played, 0.0 * played)
    for together in (passages, [Passage(0, 32, ((take, 1.0),))]):
        notes = drums.placed(parts, together, Meter(), 8.0).notes
        assert {note.start_beats: note.length_beats for note in notes} == {3.75: 0.25, 4.0: 0.5}


def test_a_path_is_a_bar_a_point_and_exact_at_corners(drummer: DrumVae, examples: list[Clip]) -> None:
    cowbell = examples[0].with_notes((*examples[0].notes, Note(COWBELL, 0.5, 0.1, 90.0), Note(COWBELL, 4.5, 0.1, 91.0)))
    corners = [cowbell, *examples[1:]]
    points = [(0.0, 0.0), (0.5, 0.5), (0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
    clip = blend_path(*on(drummer, corners), points, temperature=1.0, seed=0)
    assert clip.bars == 5

    def bar(source: Clip, index: int) -> set[tuple[int, float, float]]:
        """The bar's notes, from its first step, with a hit that is early on it, to its last."""
        return {
            (n.pitch, round(n.start_beats - 4 * index, 6), n.velocity)
            for n in source.notes
            if nearest_step(n.start_beats) // 16 == index
        }

    assert bar(clip, 0) == bar(cowbell, 0)
    assert bar(clip, 2) == bar(cowbell, 0)
    assert bar(clip, 3) == bar(corners[1], 1)
    assert bar(clip, 4) == bar(corners[3], 0)
    assert bar(clip, 1) not in [bar(c, 1) for c in corners]


def test_a_deadline_that_passed_stops_the_playing(shipped: LoadedModel, examples: list[Clip]) -> None:
    with pytest.raises(Late, match="what plays goes on playing"):
        blend(*on(DrumVae(ModelUse(shipped, deadline_seconds=0.0)), examples), 0.5, 0.5, temperature=1.0, seed=0)


def test_a_path_plays_on_one_kit(drummer: DrumVae, examples: list[Clip]) -> None:
    elsewhere = examples[1].with_notes(
        replace(note, pitch=OTHER_KIT.home(GENERAL_MIDI.classes[note.pitch])) for note in examples[1].notes
    )
    kits = Drums(drummer, [GENERAL_MIDI, OTHER_KIT])
    clip = blend_path(kits, [examples[0], elsewhere], [(0.0, 0.0), (0.9, 0.0), (1.0, 0.0)], temperature=1.0, seed=0)
    assert {note.pitch for note in clip.notes} <= set(GENERAL_MIDI.classes)
    assert any(note.start_beats >= 8.0 for note in clip.notes)


def test_a_meter_that_cannot_be_played_is_refused_where_nothing_would_be_played(drummer: DrumVae) -> None:
    clip = Clip((Note(36, 0.0, 0.1, 90.0),), 9.0, Meter(9, 4))
    with pytest.raises(Unsupported, match="9/4"):
        varied(drummer, clip, amount=0.0)
    with pytest.raises(Unsupported, match="9/4"):
        blend(*on(drummer, [clip, clip]), 0.0, 0.0, temperature=1.0, seed=0)


def test_the_grid_of_two_clips_is_one_row(drummer: DrumVae, examples: list[Clip]) -> None:
    grid = blend_grid(*on(drummer, examples[:2]), 5, temperature=1.0, seed=9)
    assert len(grid.played[0]) == 5
    assert [grid.clip(x, 0.0) for x in (0.0, 0.5, 1.0)] == [grid.clip(x, 1.0) for x in (0.0, 0.5, 1.0)]
    assert (grid.clip(0.0, 0.7), grid.clip(1.0, 0.3)) == (examples[0], examples[1])
