from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bridge.models import drum_grid
from bridge.models.harmony import chords_of
from bridge.music.clip import Clip, Note
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import FOUR_FOUR, Meter
from training.data.excerpts import (
    chords_under,
    clip_of_cells,
    grooves_and_tunes,
    of_performance,
    of_tune,
    quantised,
    taps,
)  # fmt: skip
from training.data.harmony import Harmony
from training.data.performance import Performance
from training.data.tunes import Tune


def cells_of(clip: Clip) -> np.ndarray:
    roll = drum_grid.encode(clip, GENERAL_MIDI)
    return np.concatenate((roll.cells.hits, roll.cells.velocity, roll.cells.offset), axis=1)


@given(st.integers(0, 2**32 - 1), st.sampled_from([Meter(4, 4), Meter(6, 8), Meter(7, 8)]))
def test_cells_become_the_clip_that_they_are_of(seed: int, meter: Meter) -> None:
    rng = np.random.default_rng(seed)
    steps = drum_grid.window(meter).steps
    hits = (rng.random((steps, 9)) < 0.2).astype(np.float32)
    velocity = (hits * rng.integers(1, 128, hits.shape) / 127).astype(np.float32)
    offset = (hits * rng.uniform(-0.49, 0.49, hits.shape)).astype(np.float32)
    cells = np.concatenate((hits, velocity, offset), axis=1)
    np.testing.assert_allclose(cells_of(clip_of_cells(cells, meter)), cells, atol=1e-5)


def test_an_excerpt_of_a_performance_is_these_bars_of_it() -> None:
    cells = np.zeros((5 * 12, 27), np.float32)
    cells[2 * 12 + 3, [0, 9, 18]] = 1.0, 0.5, -0.25  # a kick in the third bar, early
    performance = Performance("made", Meter(6, 8), 90.0, "beat", "test", cells, "made.mid")
    clip = of_performance(performance, 2, 2)
    assert clip == Clip((Note(36, 0.6875, 0.25, 64.0),), 6.0, Meter(6, 8))
    assert of_performance(performance, 4, 4).bars == 1  # what there is


def test_quantised_is_on_the_grid_and_even() -> None:
    clip = Clip((Note(36, 0.06, 0.2, 30.0), Note(38, 0.95, 0.2, 120.0)), 4.0)
    assert quantised(clip).notes == (Note(36, 0.0, 0.2, 75.0), Note(38, 1.0, 0.2, 75.0))


def test_taps_are_the_loudest_of_each_sixteenth() -> None:
    clip = Clip((Note(36, 0.0, 0.2, 30.0), Note(38, 0.02, 0.2, 90.0), Note(42, 0.5, 0.2, 50.0)), 4.0)
    assert [(note.start_beats, note.velocity) for note in taps(clip).notes] == [(0.02, 90.0), (0.5, 50.0)]
    assert len({note.pitch for note in taps(clip).notes}) == 1


def tune() -> Tune:
    notes = tuple(Note(60 + i, float(i), 1.0, 80.0) for i in range(12))
    harmony = (Harmony(0.0, 6.0, frozenset({0, 4, 7}), 0), Harmony(6.0, 12.0, frozenset({2, 7, 11}), 7))
    return Tune("made", "made", "test", FOUR_FOUR, notes, 12.0, harmony)


def test_an_excerpt_of_a_tune_has_the_notes_that_begin_in_it() -> None:
    clip = of_tune(tune(), 1, 1)
    assert [(note.pitch, note.start_beats) for note in clip.notes] == [(64 + i, float(i)) for i in range(4)]
    assert of_tune(tune(), 2, 4).length_beats == 4.0


def test_the_chords_under_an_excerpt_are_those_of_the_tune() -> None:
    heard = chords_of(chords_under(tune(), 1, 1), np.array([0, 7, 8, 15]))
    assert [np.flatnonzero(row[:12]).tolist() for row in heard] == [[0, 4, 7]] * 2 + [[2, 7, 11]] * 2
    assert heard[:, 12:].argmax(1).tolist() == [0, 0, 7, 7]


def test_groove_data_is_told_by_its_table(tmp_path: Path) -> None:
    for name in ("gmd", "tunes"):
        (tmp_path / name).mkdir()
    (tmp_path / "gmd/info.csv").write_text("id\n")
    assert grooves_and_tunes([tmp_path / "tunes", tmp_path / "gmd"]) == ([tmp_path / "gmd"], [tmp_path / "tunes"])
