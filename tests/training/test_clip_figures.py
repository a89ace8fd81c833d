from __future__ import annotations

import pytest

from bridge.music.clip import Clip, Note
from bridge.music.meter import Meter
from training.clip_statistics import as_markdown
from training.figures.clips import Heard, groove_figures, tune_figures


def groove(*hits: tuple[int, float, float], beats: float = 8.0) -> Clip:
    return Clip(tuple(Note(pad, start, 0.1, velocity) for pad, start, velocity in hits), beats)


def line(*pitches: int, beats: float = 8.0, length: float = 1.0, meter: Meter | None = None) -> Clip:
    notes = tuple(Note(pitch, i * length, length, 80.0) for i, pitch in enumerate(pitches))
    return Clip(notes, beats, meter or Meter(4, 4))


FOUR_KICKS = groove(*((36, float(i), 100.0) for i in range(8)))


def test_hits_a_bar_are_counted_by_class() -> None:
    clip = groove((36, 0.0, 100.0), (36, 4.0, 100.0), (38, 1.0, 60.0))
    figures = groove_figures([Heard(clip), Heard(FOUR_KICKS)])
    assert figures["kick"] == (1.0 + 4.0) / 2
    assert figures["snare"] == 0.25
    assert figures["hits a bar"] == 2.75
    assert figures["steps without a hit, %"] == pytest.approx(100 * (29 + 24) / 64)


def test_velocity_and_timing_are_over_the_hits() -> None:
    figures = groove_figures([Heard(groove((36, 0.05, 40.0), (36, 3.95, 80.0)))])
    assert figures["velocity"] == pytest.approx(60.0)
    assert figures["spread of velocity"] == pytest.approx(20.0)
    assert figures["spread of timing, sixteenths"] == pytest.approx(0.2)


def test_a_bar_that_came_before_is_seen_in_the_clip_and_in_its_primer() -> None:
    changed = groove((36, 0.0, 100.0), (38, 5.0, 100.0))
    assert groove_figures([Heard(FOUR_KICKS)])["bars that came before, %"] == 100.0
    assert groove_figures([Heard(changed)])["bars that came before, %"] == 0.0
    assert groove_figures([Heard(FOUR_KICKS, changed)])["bars that came before, %"] == 50.0
    assert groove_figures([Heard(FOUR_KICKS, FOUR_KICKS)])["bars that came before, %"] == 100.0


def test_neighbouring_bars_are_compared_hit_by_hit() -> None:
    half = groove((36, 0.0, 100.0), (36, 1.0, 100.0), (36, 4.0, 100.0), (36, 6.0, 100.0))
    assert groove_figures([Heard(half)])["hits of the bar before, %"] == 50.0


def test_degenerate_grooves_are_counted() -> None:
    full = groove(*((pad, i / 4, 100.0) for i in range(32) for pad in (36, 38, 42, 49)))
    figures = groove_figures([Heard(groove()), Heard(groove((36, 0.0, 90.0))), Heard(full), Heard(FOUR_KICKS)])
    assert [figures[f"{name}, %"] for name in ("empty", "one hit", "full")] == [25.0, 25.0, 25.0]


def test_a_tune_is_told_by_its_intervals() -> None:
    figures = tune_figures([Heard(line(60, 60, 62, 76, beats=4.0))])
    assert figures["notes a bar"] == 4.0
    assert figures["range, semitones"] == 16.0
    assert figures["interval, semitones"] == pytest.approx(16 / 3)
    assert figures["repeated notes, %"] == pytest.approx(100 / 3)
    assert figures["intervals over an octave, %"] == pytest.approx(100 / 3)
    assert figures["notes in one scale, %"] == 100.0
    assert tune_figures([Heard(line(60, 61, 62, 63, beats=4.0))])["notes in one scale, %"] == 75.0


def test_silence_is_what_nothing_sounds_in() -> None:
    assert tune_figures([Heard(line(60, 62, 64, 65))])["steps of silence, %"] == 50.0


def test_pitches_that_came_before_are_told_from_rhythms() -> None:
    figures = tune_figures([Heard(line(60, 62, 64, 65, 60, 62, 64, 67))])
    assert figures["bars that came before, %"] == 0.0
    assert figures["rhythms that came before, %"] == 100.0
    primer = line(60, 62, 64, 65, beats=4.0)
    assert tune_figures([Heard(primer, primer)])["bars that came before, %"] == 100.0


def test_bars_of_other_meters_are_compared_too() -> None:
    jig = line(*[67, 69, 71] * 4, beats=6.0, length=0.5, meter=Meter(6, 8))
    figures = tune_figures([Heard(jig, jig)])
    assert figures["notes a bar"] == 6.0
    assert figures["bars that came before, %"] == 100.0


def test_degenerate_tunes_are_counted() -> None:
    clips = [line(), line(60), line(60, 60, 60), line(*[60, 62] * 16, length=0.25), line(60, 64)]
    figures = tune_figures([Heard(clip) for clip in clips])
    assert [figures[f"{name}, %"] for name in ("empty", "one note", "one pitch", "full")] == [20.0] * 4


def test_a_table_has_a_row_for_each_figure() -> None:
    told = as_markdown(("`made`", {"people": {"a": 1.234, "b": 12.34}, "model": {"a": 0.0, "b": 100.0}}))
    assert told.splitlines() == [
        "| `made` | people | model |",
        "|---|---|---|",
        "| a | 1.23 | 0.00 |",
        "| b | 12.3 | 100.0 |",
    ]
