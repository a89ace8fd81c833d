"""Latents are remembered, and what is remembered is what would be computed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from bridge.models.drum_grid import CLASSES, STEPS, window
from bridge.models.drum_vae import DrumVae, Latents
from bridge.models.engine import LoadedModel
from bridge.music.meter import Meter

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Tensors = dict[str, npt.NDArray[np.generic]]


class Counted:
    """The shipped model under a hash of choice, counting its runs."""

    def __init__(self, model: LoadedModel, sha256: str = "a") -> None:
        self.card = model.card
        self.sha256 = sha256
        self.runs = 0
        self._model = model

    def run(self, inputs: Tensors, limit_seconds: float) -> Tensors:
        self.runs += 1
        return self._model.run(inputs)


@pytest.fixture
def windows() -> tuple[Floats, Ints]:
    """Four windows: cells [4, 32, 27] and positions [4, 32, 2]."""
    random = np.random.Generator(np.random.PCG64(1))
    hits = random.random((4, STEPS, CLASSES)) < 0.2
    cells = np.concatenate((hits, hits * random.random(hits.shape), hits * (random.random(hits.shape) - 0.5)), axis=2)
    positions = np.stack([window(Meter(*meter)).positions for meter in ((4, 4), (7, 8), (4, 4), (3, 4))])
    return np.asarray(cells, np.float32), positions


def test_a_window_has_the_same_latent_alone_and_among_others(
    shipped: LoadedModel, windows: tuple[Floats, Ints]
) -> None:
    cells, positions = windows
    together = DrumVae(shipped).encode(cells, positions)
    assert together.shape == (4, shipped.card.latent)
    for i in range(4):
        alone = DrumVae(shipped).encode(cells[i : i + 1], positions[i : i + 1])
        np.testing.assert_array_equal(alone[0], together[i])
    mean, deviation = DrumVae(shipped).posterior(cells, positions)
    np.testing.assert_allclose(together, mean, rtol=0, atol=1e-4)
    assert (deviation > 0.0).all()


def test_a_window_is_encoded_once(shipped: LoadedModel, windows: tuple[Floats, Ints]) -> None:
    cells, positions = windows
    model, latents = Counted(shipped), Latents()
    first = DrumVae(model, latents=latents).encode(cells, positions)
    assert model.runs == 4
    again = DrumVae(model, latents=latents)
    np.testing.assert_array_equal(again.encode(cells[::-1], positions[::-1]), first[::-1])
    assert (model.runs, again.spent_seconds) == (4, 0.0)


def test_what_differs_is_encoded_again(shipped: LoadedModel, windows: tuple[Floats, Ints]) -> None:
    cells, positions = windows
    model, other, latents = Counted(shipped), Counted(shipped, sha256="b"), Latents()
    DrumVae(model, latents=latents).encode(cells[:1], positions[:1])
    DrumVae(other, latents=latents).encode(cells[:1], positions[:1])
    assert (model.runs, other.runs) == (1, 1)
    DrumVae(model, latents=latents).encode(cells[:1], positions[1:2])
    assert model.runs == 2
    louder = cells[:1].copy()
    louder[0, 0, CLASSES] += 0.01
    DrumVae(model, latents=latents).encode(louder, positions[:1])
    assert model.runs == 3


def test_the_window_that_was_not_used_for_longest_is_forgotten(
    shipped: LoadedModel, windows: tuple[Floats, Ints]
) -> None:
    cells, positions = windows
    model = Counted(shipped)
    drummer = DrumVae(model, latents=Latents(windows=2))
    for i, runs in ((0, 1), (1, 2), (0, 2), (2, 3), (0, 3), (1, 4)):
        drummer.encode(cells[i : i + 1], positions[i : i + 1])
        assert model.runs == runs
