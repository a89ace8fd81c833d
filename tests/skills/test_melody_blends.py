"""Interpolate, blend and the path through a blend, as melodies, played by the shipped model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bridge.errors import BadValue, Late, Unsupported
from bridge.models.engine import LoadedModel
from bridge.models.grid import nearest_step
from bridge.models.melody_grid import FIRST_PITCH, HOLD, REST
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.music.clip import Clip, Note
from bridge.music.scale import Scale
from bridge.skills.blend import blend, blend_grid, blend_path, blend_points
from bridge.skills.interpolate import interpolate
from bridge.skills.lock import Lock
from bridge.skills.melodies import Melodies
from tests.skills.tunes import SILENCE, check, distance, numbered, tune

CORNERS = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]

# --- interpolate and blend --------------------------------------------------------------------------------------------


def test_both_ends_of_an_interpolation_are_the_users_own(singer: MelodyVae, corners: list[Clip]) -> None:
    a, b = corners[:2]
    clips = interpolate(Melodies(singer), a, b, steps=7, temperature=1.0, seed=0)
    assert (clips[0], clips[-1]) == (a, b)
    from_a, from_b = ([distance(end, clip) for clip in clips] for end in (a, b))
    assert from_a[1] < from_a[4] < from_a[-1]
    assert from_b[1] > from_b[4] > from_b[-2]
    for clip in clips[1:-1]:
        check(clip)


def test_corners_are_exact_and_the_middle_is_none_of_them(singer: MelodyVae, corners: list[Clip]) -> None:
    player = Melodies(singer)
    for i, (x, y) in enumerate(CORNERS):
        assert blend(player, corners, x, y, temperature=1.0, seed=0) is corners[i]
    middle = blend(player, corners, 0.5, 0.5, temperature=1.0, seed=0)
    assert all(distance(middle, corner) > 4 for corner in corners)
    assert len(middle.notes) > 4
    check(middle)


def test_the_puck_leaves_a_corner_without_a_jump(singer: MelodyVae, corners: list[Clip]) -> None:
    for own, (x, y) in zip(corners, [(0.01, 0.01), (0.99, 0.01), (0.01, 0.99), (0.99, 0.99)], strict=True):
        near = blend(Melodies(singer), corners, x, y, temperature=1.0, seed=0)
        assert distance(near, own) == 0
        for note, its in zip(near.notes, own.notes, strict=True):
            assert note.source == its.source
            assert note.start_beats == pytest.approx(its.start_beats, abs=0.02)
            assert note.velocity == pytest.approx(its.velocity, abs=6)


@pytest.mark.parametrize("corners_count", [2, 3, 4])
def test_two_three_and_four_corners(singer: MelodyVae, corners: list[Clip], corners_count: int) -> None:
    clip = blend(Melodies(singer), corners[:corners_count], 0.4, 0.3, temperature=1.0, seed=0)
    assert clip.length_beats == 8.0
    assert clip.notes
    for wrong in (corners[:1], [*corners, corners[0]]):
        with pytest.raises(BadValue, match="corners"):
            blend(Melodies(singer), wrong, 0.4, 0.3, temperature=1.0, seed=0)


def test_different_meters_are_refused_by_name(singer: MelodyVae, lines: dict[str, Clip]) -> None:
    with pytest.raises(Unsupported, match="4/4, 6/8"):
        blend(Melodies(singer), [lines["jig"], lines["melody"]], 0.5, 0.0, temperature=1.0, seed=0)


def test_the_shorter_clip_loops(singer: MelodyVae, corners: list[Clip]) -> None:
    (riff,) = numbered(tune(60, 63, 67, 63, 60, 63, 67, 70))
    points = [(0.0, 0.0), (0.02, 0.0), (0.5, 0.0)]
    clips = blend_points(Melodies(singer), [riff, corners[1]], points, temperature=0.0, seed=0)
    assert clips[0] is riff
    assert clips[1].length_beats == clips[2].length_beats == 8.0
    assert [note.pitch for note in clips[1].notes] == [60, 63, 67, 63, 60, 63, 67, 70] * 2


def test_silence_is_a_corner(singer: MelodyVae, corners: list[Clip]) -> None:
    player = Melodies(singer)
    clips = blend_points(player, [SILENCE, corners[0]], [(x / 10, 0.0) for x in range(11)], temperature=1.0, seed=0)
    assert clips[0] is SILENCE
    assert clips[1].notes == ()
    assert clips[-1] is corners[0]
    assert distance(clips[-2], corners[0]) <= 2
    assert blend(player, [SILENCE, SILENCE], 0.5, 0.0, temperature=0.0, seed=0).length_beats == 8.0


def test_from_a_bass_line_to_a_lead_the_octaves_rise(singer: MelodyVae, lines: dict[str, Clip]) -> None:
    bass, lead = lines["bass"], lines["answer"]
    points = [(x / 20, 0.0) for x in range(21)]
    clips = blend_points(Melodies(singer), [bass, lead], points, temperature=0.5, seed=0)
    middles = [np.median([note.pitch for note in clip.notes]) for clip in clips]
    assert middles[0] < 40 < 65 < middles[-1]
    assert max(abs(b - a) for a, b in pairwise(middles)) <= 24
    assert np.mean([b >= a - 7 for a, b in pairwise(middles)]) > 0.9


def test_a_grid_has_the_corners_and_is_the_same_whenever_it_is_made(singer: MelodyVae, corners: list[Clip]) -> None:
    grid = blend_grid(Melodies(singer), corners, 5, temperature=1.0, seed=9)
    again = blend_grid(Melodies(singer), corners, 5, temperature=1.0, seed=9)
    ways = [i / 4 for i in range(5)]
    cells = [grid.clip(x, y) for y in ways for x in ways]
    assert cells == [again.clip(x, y) for y in ways for x in ways]
    assert [grid.clip(x, y) for x, y in CORNERS] == corners
    assert len(set(cells)) > 15
    assert grid.clip(0.26, 0.49) == grid.clip(0.25, 0.5)
    for cell in cells:
        check(cell)


def test_neighbours_on_a_grid_are_more_alike_than_corners(singer: MelodyVae, corners: list[Clip]) -> None:
    grid = blend_grid(Melodies(singer), corners, 9, temperature=1.0, seed=2)
    ways = [i / 8 for i in range(9)]
    steps = [distance(grid.clip(a, y), grid.clip(b, y)) for y in ways for a, b in pairwise(ways)]
    sides = [distance(corners[0], corners[1]), distance(corners[2], corners[3])]
    assert np.mean(steps) < 0.5 * np.mean(sides)


def test_a_deadline_that_passed_stops_the_playing(shipped_melody: LoadedModel, corners: list[Clip]) -> None:
    late = Melodies(MelodyVae(ModelUse(shipped_melody, deadline_seconds=0.0)))
    with pytest.raises(Late, match="what plays goes on playing"):
        blend(late, corners, 0.5, 0.5, temperature=1.0, seed=0)


# --- the path ---------------------------------------------------------------------------------------------------------


def test_a_path_is_a_bar_a_point_and_exact_at_corners(singer: MelodyVae, corners: list[Clip]) -> None:
    points = [(0.0, 0.0), (0.5, 0.5), (0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
    clip = blend_path(Melodies(singer), corners, points, temperature=1.0, seed=0)
    assert clip.bars == 5
    check(clip)

    def bar(source: Clip, index: int) -> list[tuple[int, float, float, int | None]]:
        notes = [n for n in source.notes if nearest_step(n.start_beats) // 16 == index]
        return [(n.pitch, round(n.start_beats - 4.0 * index, 6), n.velocity, n.source) for n in notes]

    assert bar(clip, 0) == bar(corners[0], 0)
    assert bar(clip, 2) == bar(corners[0], 0)
    assert bar(clip, 3) == bar(corners[1], 1)
    assert bar(clip, 4) == bar(corners[3], 0)
    assert bar(clip, 1) not in [bar(corner, 1) for corner in corners]


def test_a_lock_leaves_a_paths_corners_as_they_are(singer: MelodyVae, corners: list[Clip]) -> None:
    lock = Lock(40, 52, Scale(1, "Major Pentatonic"))
    points = [(0.0, 0.0), (0.5, 0.5), (0.0, 0.0)]
    clip = blend_path(Melodies(singer, lock), corners, points, temperature=1.0, seed=0)
    for bar in (0, 1, 2):
        notes = [note for note in clip.notes if nearest_step(note.start_beats) // 16 == bar]
        if bar == 1:
            assert all(note.pitch in lock.pitches for note in notes)
        else:
            assert [note.pitch for note in notes] == [n.pitch for n in corners[0].notes if n.start_beats < 4.0]


def test_a_path_that_stays_on_a_corner_is_the_clip(singer: MelodyVae) -> None:
    tied = numbered(Clip((Note(60, 0.0, 2.0, 90.0), Note(64, 3.0, 3.0, 90.0)), 8.0), tune(*[67] * 16))
    assert blend_path(Melodies(singer), tied, [(0.0, 0.0)] * 2, temperature=1.0, seed=0) == tied[0]


def test_what_is_tied_over_a_bar_line_sounds_in_its_bar(singer: MelodyVae) -> None:
    tied, other = numbered(Clip((Note(60, 0.0, 2.0, 90.0), Note(64, 3.0, 3.0, 90.0)), 8.0), tune(*[67] * 16))
    clip = blend_path(Melodies(singer), [tied, other], [(1.0, 0.0), (0.0, 0.0)], temperature=1.0, seed=0)
    (held,) = [note for note in clip.notes if note.start_beats >= 4.0]
    assert (held.pitch, held.length_beats) == (64, pytest.approx(2.0, abs=0.15))
    check(clip)
    resting = Clip((Note(60, 0.0, 1.0, 90.0),), 8.0)
    clip = blend_path(Melodies(singer), [resting, tied], [(1.0, 0.0), (0.0, 0.0)], temperature=1.0, seed=0)
    assert [note.pitch for note in clip.notes] == [60, 64]
    assert clip.notes[-1].length_beats == pytest.approx(1.0, abs=0.15)


def test_strung_pieces_begin_with_what_they_hold(singer: MelodyVae) -> None:
    def piece(*told: int) -> tuple[np.ndarray, np.ndarray]:
        return np.array(told), np.zeros((len(told), 2), np.float32)

    a, b = FIRST_PITCH + 20, FIRST_PITCH + 30
    of_a, of_b, silent, unknown = piece(a, HOLD, HOLD), piece(b, HOLD, HOLD), piece(REST, HOLD, HOLD), piece(HOLD, HOLD)
    pieces = [(of_a, slice(0, 2)), (of_a, slice(1, 2)), (of_b, slice(1, 3)), (silent, slice(1, 2)), (of_b, slice(1, 2))]
    strung, _ = Melodies(singer).strung([*pieces, (unknown, slice(0, 2))])
    assert strung.tolist() == [a, HOLD, HOLD, b, HOLD, REST, b, HOLD, HOLD]
