"""Beats and seconds: where a clip can start, given what the song did when it was asked for."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadValue
from bridge.music.meter import Meter
from bridge.transport import EPSILON_BEATS, LEAD_SECONDS, Placement, Transport

# Live's own launch quantizations from 1/32 to 8 bars, those in triplets, and bars of other meters.
QUANTA = [1 / 8, 1 / 6, 0.25, 1 / 3, 0.5, 2 / 3, 1.0, 4 / 3, 1.5, 2.0, 3.0, 3.5, 4.0, 5.0, 8.0, 16.0, 28.0, 32.0]

transports = st.builds(
    Transport,
    is_playing=st.just(True),
    song_beats=st.floats(-64.0, 1e5),
    tempo_bpm=st.floats(20.0, 999.0),
    launch_quantum_beats=st.sampled_from(QUANTA) | st.floats(0.01, 1024.0),
)
elapsed = st.floats(0.0, 60.0)


def playing(song_beats: float, quantum_beats: float = 4.0, tempo_bpm: float = 120.0) -> Transport:
    return Transport(True, song_beats, tempo_bpm, launch_quantum_beats=quantum_beats)


# --- a boundary ---------------------------------------------------------------------------------------------------


@given(transports, elapsed)
def test_a_boundary_is_the_first_multiple_of_the_quantum_that_is_later(transport: Transport, seconds: float) -> None:
    boundary, quantum = transport.next_boundary(seconds), transport.launch_quantum_beats
    after_beats = transport.song_beats + transport.beats(seconds)
    assert boundary == quantum * round(boundary / quantum)
    assert boundary > after_beats
    assert boundary >= 0.0
    if boundary > 0.0:
        assert boundary - quantum <= after_beats + EPSILON_BEATS + 1e-6


@given(transports, elapsed, elapsed)
def test_later_means_the_same_boundary_or_a_later_one(transport: Transport, seconds: float, more: float) -> None:
    assert transport.next_boundary(seconds + more) >= transport.next_boundary(seconds)


@pytest.mark.parametrize(
    ("song_beats", "quantum_beats", "boundary"),
    [
        (0.0, 4.0, 4.0),  # on a boundary means the next one
        (3.9, 4.0, 4.0),
        (3.9999, 4.0, 8.0),  # a hair before it, by float32, is on it
        (4.0, 4.0, 8.0),
        (6.9, 3.5, 7.0),  # bars of 7/8
        (7.0, 3.5, 10.5),
        (100.1, 1 / 3, 301 / 3),
        (2.2, 0.0, 2.2),  # no launch quantization: at every moment
        (-3.0, 4.0, 0.0),  # a count-in
        (-9.0, 4.0, 0.0),
        (-1.0, 0.0, 0.0),
    ],
)
def test_boundaries(song_beats: float, quantum_beats: float, boundary: float) -> None:
    assert playing(song_beats, quantum_beats).next_boundary(0.0) == pytest.approx(boundary)


# --- where a clip can start ---------------------------------------------------------------------------------------


@given(transports, elapsed)
def test_a_clip_starts_on_a_boundary_that_is_still_to_come(transport: Transport, seconds: float) -> None:
    placement = transport.placement(seconds)
    assert placement.start_song_beats == transport.next_boundary(seconds + LEAD_SECONDS)
    assert placement.start_song_beats is not None
    # Early enough for the clip to be put into its slot, and never in the past.
    assert placement.start_in_seconds > LEAD_SECONDS - 1e-6
    start_seconds = seconds + placement.start_in_seconds
    assert transport.song_beats + transport.beats(start_seconds) == pytest.approx(placement.start_song_beats, abs=1e-5)


@given(transports, elapsed)
def test_late_is_whatever_starts_after_the_boundary_next_to_the_request(transport: Transport, seconds: float) -> None:
    placement = transport.placement(seconds)
    assert placement.start_song_beats is not None
    assert placement.late == (placement.start_song_beats > transport.next_boundary(0.0))


@given(transports.map(lambda transport: replace(transport, launch_quantum_beats=0.0)), elapsed)
def test_without_a_launch_quantum_a_clip_starts_as_soon_as_it_can(transport: Transport, seconds: float) -> None:
    placement = transport.placement(seconds)
    assert not placement.late
    if transport.song_beats >= 0.0:
        assert placement.start_in_seconds == pytest.approx(LEAD_SECONDS, abs=1e-6)


@given(transports.map(lambda transport: replace(transport, is_playing=False)), elapsed)
def test_beside_a_transport_that_stands_a_clip_starts_at_once(transport: Transport, seconds: float) -> None:
    assert transport.placement(seconds) == Placement(None, 0.0, late=False)


@pytest.mark.parametrize(
    ("transport", "elapsed_seconds", "start_song_beats", "start_in_seconds", "late"),
    [
        # 120 BPM: two beats a second; bar 2 begins a second from here.
        (playing(2.0), 0.0, 4.0, 1.0, False),
        (playing(2.0), 0.9, 4.0, 0.1, False),
        (playing(2.0), 0.96, 8.0, 2.04, True),  # 40 ms before the bar is too late to fill a slot
        (playing(2.0), 1.5, 8.0, 1.5, True),
        (playing(2.0), 7.0, 20.0, 2.0, True),
        # Half and twice as fast.
        (playing(2.0, tempo_bpm=60.0), 0.9, 4.0, 1.1, False),
        (playing(2.0, tempo_bpm=240.0), 0.9, 8.0, 0.6, True),
        # 7/8: bars of three and a half beats.
        (Transport(True, 8.0, 120.0, Meter(7, 8), 3.5), 0.5, 10.5, 0.75, False),
        (Transport(True, 8.0, 120.0, Meter(7, 8), 3.5), 1.25, 14.0, 1.75, True),
        # A count-in of a bar.
        (playing(-4.0), 0.5, 0.0, 1.5, False),
        (playing(-4.0), 1.99, 4.0, 2.01, True),
    ],
)
def test_placements(
    transport: Transport, elapsed_seconds: float, start_song_beats: float, start_in_seconds: float, late: bool
) -> None:
    placement = transport.placement(elapsed_seconds)
    assert placement.start_song_beats == start_song_beats
    assert placement.start_in_seconds == pytest.approx(start_in_seconds)
    assert placement.late is late


# --- beats and seconds --------------------------------------------------------------------------------------------


@given(transports, st.floats(-1e6, 1e6))
def test_beats_and_seconds_are_an_inverse_pair(transport: Transport, number: float) -> None:
    assert transport.seconds(transport.beats(number)) == pytest.approx(number)
    assert transport.beats(transport.seconds(number)) == pytest.approx(number)


def test_a_beat_is_a_quarter_note_whatever_the_meter() -> None:
    for meter in (Meter(), Meter(6, 8), Meter(7, 8)):
        assert Transport(meter=meter, tempo_bpm=90.0).beats(60.0) == 90.0


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("tempo_bpm", 19.9, "The tempo is 19.9 BPM: Live's tempo goes from 20 to 999."),
        ("tempo_bpm", 1000.0, "The tempo is 1000 BPM"),
        ("tempo_bpm", math.nan, "The tempo is nan BPM"),
        ("tempo_bpm", math.inf, "The tempo is inf BPM"),
        ("song_beats", math.nan, "The song position is nan: it must be a number of beats."),
        ("song_beats", -math.inf, "The song position is -inf"),
        ("launch_quantum_beats", -1.0, "The launch quantization is -1 beats: it goes from 0 (none) to 1024 beats."),
        ("launch_quantum_beats", 1025.0, "The launch quantization is 1025 beats"),
        ("launch_quantum_beats", math.nan, "The launch quantization is nan beats"),
    ],
)
def test_no_such_transport(name: str, value: float, sentence: str) -> None:
    with pytest.raises(BadValue) as caught:
        Transport(**{name: value})  # type: ignore[arg-type]
    assert str(caught.value).startswith(sentence)
