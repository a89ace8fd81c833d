"""What the continuation models are asked: where they look, and where in its bar each step lies."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.models import drum_continuation, melody_continuation
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_grid import CLASSES
from bridge.models.grid import STEPS, window
from bridge.models.lookback import lags_of
from bridge.models.melody_continuation import MelodyContinuation, melody_lags_of
from bridge.models.melody_grid import TOKENS
from bridge.music.meter import Meter
from tests.stand_in import Arrays, StandIn

METERS = [Meter(*m) for m in ((4, 4), (3, 4), (7, 8), (6, 8), (9, 8), (12, 8), (2, 4), (1, 16), (8, 4))]


@pytest.mark.parametrize("bar_steps", range(1, STEPS + 1))
def test_lags_are_within_the_history(bar_steps: int) -> None:
    drums, melody = lags_of(bar_steps), melody_lags_of(bar_steps)
    assert (len(drums), len(melody)) == (9, 11)
    assert max(drums) <= drum_continuation.HISTORY
    assert max(melody) <= melody_continuation.HISTORY
    assert melody == [*drums, 4 * bar_steps, 4 * bar_steps - 1]
    # What is not played yet cannot be looked at, in bars of one step either.
    assert min(drums) == min(melody) == 1
    assert {bar_steps, 2 * bar_steps} <= {*drums} & {*melody}


def cost(inputs: Arrays) -> Arrays:
    """Silence, at 2 nats a step that is told."""
    return {"nats": inputs["is_told"] * np.float32(2.0)}


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_drums_go_on_at_a_bar_line(meter: Meter) -> None:
    shape = window(meter)
    heard, steps = 2 * shape.bar_steps, 3 * shape.bar_steps
    model = StandIn("drum_continuation", cost)
    played = DrumContinuation(model.use).play(
        np.zeros((heard, 3 * CLASSES), np.float32),
        shape,
        np.zeros((4, steps, CLASSES), np.float32),
        90.0,
        1.0,
        np.zeros((4, steps), np.float32),
        np.zeros((4, steps, 2 * CLASSES), np.float32),
    )
    assert played.hits.shape == (4, steps, CLASSES)
    (inputs,) = model.runs
    in_bar = np.concatenate((inputs["history_positions"], inputs["positions"]), axis=1)[:, :, 0]
    assert (in_bar == np.arange(heard + steps) % shape.bar_steps).all()
    assert inputs["tempo_bpm"].tolist() == [[90.0]] * 4
    assert not inputs["is_told"].any()
    assert inputs["lags"].tolist() == lags_of(shape.bar_steps)


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_melodies_go_on_at_a_bar_line(meter: Meter) -> None:
    shape = window(meter)
    heard, steps = 2 * shape.bar_steps, shape.bar_steps
    model = StandIn("melody_continuation", cost)
    tokens = MelodyContinuation(model.use).play(
        np.arange(heard) % TOKENS,
        np.zeros((heard, 24), np.float32),
        np.ones((steps, 24), np.float32),
        shape,
        np.zeros((2, steps, TOKENS), np.float32),
        0.5,
        np.zeros((2, steps), np.float32),
    )
    assert tokens.shape == (2, steps)
    (inputs,) = model.runs
    in_bar = np.concatenate((inputs["history_positions"], inputs["positions"]), axis=1)[:, :, 0]
    assert (in_bar == np.arange(heard + steps) % shape.bar_steps).all()
    assert (inputs["history"] == np.arange(heard) % TOKENS).all()
    assert inputs["harmony"].all()
    assert not inputs["history_harmony"].any()
    assert not inputs["is_told"].any()
    assert inputs["lags"].tolist() == melody_lags_of(shape.bar_steps)


def test_what_is_told_is_told_whole_and_costs_nats() -> None:
    shape, random = window(Meter(7, 8)), np.random.default_rng(0)
    drums, melody = StandIn("drum_continuation", cost), StandIn("melody_continuation", cost)
    cells = random.random((42, 3 * CLASSES)).astype(np.float32)
    nats = DrumContinuation(drums.use).nats(cells[:28], cells[28:], shape, 90.0)
    assert (nats == np.full(14, 2.0)).all()
    assert (drums.runs[0]["history"][0] == cells[:28]).all()
    assert (drums.runs[0]["told"][0] == cells[28:]).all()
    assert (drums.runs[0]["tempo_bpm"] == 90.0).all()
    tokens, harmony = random.integers(0, TOKENS, 42), random.random((42, 24)).astype(np.float32)
    nats = MelodyContinuation(melody.use).nats(tokens[:28], tokens[28:], harmony[:28], harmony[28:], shape)
    assert (nats == np.full(14, 2.0)).all()
    assert (melody.runs[0]["told"][0] == tokens[28:]).all()
    assert (melody.runs[0]["harmony"][0] == harmony[28:]).all()
