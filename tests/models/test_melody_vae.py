"""The melody VAE's adapter: clips become latents and latents clips; latents are remembered."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from bridge.errors import Late
from bridge.models.engine import LoadedModel
from bridge.models.grid import STEPS, window
from bridge.models.latents import Latents
from bridge.models.melody_grid import FIRST_PITCH, HOLD, REST, TOKENS, encode
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.music.clip import Clip, Note
from bridge.music.meter import Meter

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@pytest.fixture
def windows(lines: dict[str, Clip]) -> tuple[Ints, Ints]:
    """tokens [N, 32] and positions [N, 32, 2] of all example lines."""
    scores = [encode(clip) for clip in lines.values()]
    tokens = np.concatenate([score.windows() for score in scores])
    return tokens, np.concatenate([np.stack([score.window.positions] * len(score.windows())) for score in scores])


def played(singer: MelodyVae, latents: Floats, positions: Ints, bias: Floats | None = None, **other: object) -> Ints:
    rows = len(latents)
    uniform = np.random.Generator(np.random.PCG64(1)).random((rows, STEPS)).astype(np.float32)
    settings = {"temperature": 1.0, "token_uniform": uniform, **other}
    bias = np.zeros((rows, STEPS, TOKENS), np.float32) if bias is None else bias
    return singer.play(latents, positions, bias, **settings)  # type: ignore[arg-type]


def test_a_melody_is_recognised_through_its_latent(singer: MelodyVae, windows: tuple[Ints, Ints]) -> None:
    tokens, positions = windows
    again = played(singer, singer.encode(tokens, positions), positions, temperature=0.0)
    inside = positions[..., 0] < STEPS
    assert (again == tokens)[inside].mean() > 0.8
    assert (again[~inside] == HOLD).all()


def test_a_window_has_the_same_latent_alone_and_among_others(singer: MelodyVae, windows: tuple[Ints, Ints]) -> None:
    tokens, positions = windows
    together = singer.encode(tokens, positions)
    for i in range(len(tokens)):
        np.testing.assert_array_equal(singer.encode(tokens[i : i + 1], positions[i : i + 1])[0], together[i])
    mean, deviation = singer.posterior(tokens, positions)
    np.testing.assert_allclose(together, mean, rtol=0, atol=1e-4)
    assert (deviation > 0.0).all()


def test_latents_are_shared_from_request_to_request(shipped_melody: LoadedModel, windows: tuple[Ints, Ints]) -> None:
    latents = Latents()
    first = MelodyVae(ModelUse(shipped_melody), latents).encode(*windows)
    use = ModelUse(shipped_melody)
    np.testing.assert_array_equal(MelodyVae(use, latents).encode(*windows), first)
    assert use.spent_seconds == 0.0


def test_temperature_0_is_the_same_whatever_is_drawn(singer: MelodyVae, windows: tuple[Ints, Ints]) -> None:
    latents, positions = singer.encode(*windows), windows[1]
    zeros = np.zeros((len(latents), STEPS), np.float32)
    cold = [played(singer, latents, positions, temperature=0.0, token_uniform=zeros + u) for u in (0.0, 0.5, 0.99)]
    assert (cold[0] == cold[1]).all()
    assert (cold[0] == cold[2]).all()
    assert (cold[0] != played(singer, latents, positions, temperature=2.0)).any()


def test_a_bias_decides(singer: MelodyVae, windows: tuple[Ints, Ints]) -> None:
    latents, positions = singer.encode(*windows), windows[1]
    bias = np.zeros((len(latents), STEPS, TOKENS), np.float32)
    bias[:, ::2, FIRST_PITCH + 7] = 100.0
    bias[:, 1::2, REST] = 100.0
    inside = positions[..., 0] < STEPS
    expected = np.where(np.arange(STEPS) % 2, REST, FIRST_PITCH + 7)
    assert (played(singer, latents, positions, bias) == np.where(inside, expected, HOLD)).all()


@pytest.mark.parametrize("meter", [Meter(4, 4), Meter(7, 8), Meter(6, 8)], ids=str)
def test_what_is_imagined_can_be_played(singer: MelodyVae, meter: Meter) -> None:
    random, shape = np.random.Generator(np.random.PCG64(3)), window(meter)
    noise = random.standard_normal((40, singer.latent_size)).astype(np.float32)
    kinds = random.random((40, 1)).astype(np.float32)
    positions = np.broadcast_to(shape.positions, (40, STEPS, 2))
    fullness = []
    for density in (0.0, 0.5, 1.0):
        latents = singer.imagine(noise, kinds, density, shape.family)
        tokens = played(singer, latents, positions)
        fullness.append((tokens >= FIRST_PITCH).mean())
        assert np.median((tokens >= FIRST_PITCH).sum(1)) >= 3
    assert fullness[0] < fullness[1] < fullness[2]


def test_a_deadline_that_passed_is_late(shipped_melody: LoadedModel) -> None:
    line = encode(Clip((Note(60, 0.0, 1.0, 90.0),), 8.0))
    with pytest.raises(Late):
        MelodyVae(ModelUse(shipped_melody, deadline_seconds=0.0)).encode(line.windows(), line.window.positions[None])
