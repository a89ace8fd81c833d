"""A model is played by what its own card says of its weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bridge.models.door import Tensors
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_vae import DrumVae
from bridge.models.drumify import Drumify
from bridge.models.engine import LoadedModel
from bridge.models.melody_continuation import MelodyContinuation
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.music.clip import Clip
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import Meter
from bridge.skills.continue_drums import continue_drums
from bridge.skills.continue_melody import continue_melody
from bridge.skills.drumify import drumify
from bridge.skills.drumming import Drums
from bridge.skills.generate import generate
from bridge.skills.lock import OPEN
from bridge.skills.melodies import Melodies
from bridge.skills.player import Player
from bridge.skills.vary import vary
from tests.stand_in import StandIn


class Told:
    """A model with other facts in its card."""

    def __init__(self, model: LoadedModel, **facts: float | tuple[float, ...]) -> None:
        self.card = replace(model.card, playing={**model.card.playing, **facts})
        self.sha256 = model.sha256
        self._model = model

    def run(self, inputs: Mapping[str, Any], limit_seconds: float) -> Tensors:
        return self._model.run(inputs, limit_seconds)


PLAYERS: dict[str, Callable[[Any], Player[Any]]] = {
    "drum_vae": lambda model: Drums(DrumVae(ModelUse(model)), [GENERAL_MIDI]),
    "melody_vae": lambda model: Melodies(MelodyVae(ModelUse(model))),
}
EACH = pytest.mark.parametrize("kind", PLAYERS)


@pytest.fixture
def models(shipped: LoadedModel, shipped_melody: LoadedModel) -> dict[str, LoadedModel]:
    return {"drum_vae": shipped, "melody_vae": shipped_melody}


@pytest.fixture
def clips(examples: list[Clip], lines: dict[str, Clip]) -> dict[str, Clip]:
    return {"drum_vae": examples[0], "melody_vae": lines["melody"]}


def changes(player: Player[Any], clip: Clip, amount: float) -> int:
    """Notes that came or went in four variations."""
    own = {(note.start_beats, note.pitch) for note in clip.notes}
    made = vary(player, clip, amount=amount, variations=4, temperature=1.0, seed=0)
    return sum(len({(note.start_beats, note.pitch) for note in other.notes} ^ own) for other in made)


@EACH
def test_a_lower_way_goes_further_at_once(
    models: dict[str, LoadedModel], clips: dict[str, Clip], kind: str
) -> None:
    far, near = (changes(PLAYERS[kind](Told(models[kind], way=way)), clips[kind], 0.2) for way in (0.1, 3.0))
    assert far > 2 * near
    ends = [changes(PLAYERS[kind](Told(models[kind], way=way)), clips[kind], 1.0) for way in (0.1, 3.0)]
    assert ends[0] == ends[1]


@EACH
def test_leaning_holds_the_notes_of_the_clip(
    models: dict[str, LoadedModel], clips: dict[str, Clip], kind: str
) -> None:
    firm, loose = (
        changes(PLAYERS[kind](Told(models[kind], leaning_nats=nats, way=0.3)), clips[kind], 0.1) for nats in (40.0, 0.0)
    )
    assert firm == 0 < loose


@EACH
def test_density_is_measured_by_the_windows_it_was_trained_on(
    models: dict[str, LoadedModel], clips: dict[str, Clip], kind: str
) -> None:
    def density(scale: float) -> float:
        fullness = tuple(scale * onsets for onsets in models[kind].card.facts("fullness"))
        player = PLAYERS[kind](Told(models[kind], fullness=fullness))
        (take,) = player.takes([clips[kind]], clips[kind].length_beats)
        return player.density(take)

    assert density(0.01) == 1.0
    assert density(0.01) > density(1.0) > density(3.0)


@EACH
def test_cold_ideas_are_with_noise_or_without(models: dict[str, LoadedModel], kind: str) -> None:
    def made(much: float) -> tuple[Clip, ...]:
        player = PLAYERS[kind](Told(models[kind], cold_ideas=much))
        return generate(
            player, Meter(), bars=2, variations=2, density=0.3, humanise=0.0, temperature=0.0, seed=0
        )  # fmt: skip

    assert made(0.0) != made(1.0)


def test_tastes_and_onsets_are_as_strong_as_the_card_says(examples: list[Clip], lines: dict[str, Clip]) -> None:
    def bias(kind: str, **facts: float) -> Any:
        model = StandIn(kind, lambda inputs: {})
        model.card = replace(model.card, playing={**model.card.playing, **facts})
        if kind == "drum_continuation":
            continue_drums(
                DrumContinuation(model.use), examples[0], GENERAL_MIDI, length_bars=1, with_primer=False, variations=3,
                temperature=0.0, seed=0, tempo_bpm=120.0,
            )  # fmt: skip
        elif kind == "drumify":
            drumify(
                Drumify(model.use), lines["bass"], GENERAL_MIDI, use_velocity=True, use_timing=True, density=0.5,
                variations=3, temperature=0.0, seed=0, tempo_bpm=120.0,
            )  # fmt: skip
        else:
            continue_melody(
                MelodyContinuation(model.use), lines["melody"], chords=None, lock=OPEN, length_bars=1,
                with_primer=False, variations=3, temperature=0.0, seed=0,
            )  # fmt: skip
        return model.runs[0]["token_bias" if kind == "melody_continuation" else "hit_bias"][:, 1:]

    for kind in ("drum_continuation", "drumify", "melody_continuation"):
        one, three = bias(kind, taste_nats=1.0, onset_nats=0.0), bias(kind, taste_nats=3.0, onset_nats=0.0)
        assert one[1:].any()
        np.testing.assert_allclose(three, 3.0 * one, rtol=1e-5)
    none, some = (bias("melody_continuation", taste_nats=0.0, onset_nats=nats) for nats in (0.0, -2.0))
    assert not none.any()
    assert set(np.unique(some).tolist()) == {-2.0, 0.0}
