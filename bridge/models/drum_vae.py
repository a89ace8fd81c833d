"""A drum VAE behind musical names: windows of cells -> latents -> windows of cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.models.drum_grid import CLASSES, STEPS
from bridge.models.latents import Latents
from bridge.models.model_use import ModelUse

__all__ = ["DrumVae", "Played"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Played:
    """What was played, each [rows, 32, 9]: `hits` 0 or 1, `velocity` 0-1 and `offset` in sixteenths where hit."""

    hits: Floats
    velocity: Floats
    offset: Floats


class DrumVae:
    """A model in one request. `latents` may be shared from request to request."""

    def __init__(self, use: ModelUse, latents: Latents | None = None) -> None:
        self._use = use
        self._latents = Latents() if latents is None else latents
        self.latent_size = use.card.latent

    def encode(self, cells: Floats, positions: Ints) -> Floats:
        """cells [N, 32, 27] and positions [N, 32, 2] -> the means of their latents [N, latent]."""
        windows = zip(cells, positions, strict=True)
        return self._latents.of(self._use.sha256, windows, lambda *window: self.posterior(*window)[0])

    def posterior(self, cells: Floats, positions: Ints) -> tuple[Floats, Floats]:
        """As `encode`, all in one run: the means of their latents, and the standard deviations."""
        outputs = self._run({"cells": cells, "positions": positions}, decoding=False)
        return outputs["mean"], outputs["deviation"]

    def imagine(self, noise: Floats, uniform: Floats, density: float, family: int) -> Floats:
        """Latents of clips that the training set could have had, from standard normal noise [N, latent].

        uniform [N, 1] in [0, 1) chooses a kind of groove and the noise one of that kind. density 0-1: the share of the
        training set's windows that are sparser. family: of the meter, as `drum_grid.Window.family` has it.
        """
        given: dict[str, Floats | Ints] = {
            "prior_noise": noise,
            "prior_uniform": uniform,
            "prior_density": np.full((len(noise), 1), density, np.float32),
            "prior_family": np.full(len(noise), family, np.int64),
        }
        return self._run(given, decoding=False)["prior_latent"]

    def play(
        self,
        latent: Floats,
        positions: Ints,
        hit_bias: Floats,
        temperature: float,
        hit_uniform: Floats,
        feel_noise: Floats,
    ) -> Played:
        """Latents [N, latent] as hits.

        positions [N, 32, 2]; hit_bias [N, 32, 9] in nats, added to the odds of each hit; temperature 0-2, 0 plays the
        most likely hits; hit_uniform [N, 32] in [0, 1) chooses them else; feel_noise [N, 32, 18], Laplace noise of
        scale 1 on velocity and offset, 0 for their medians.
        """
        played = self._run(
            {
                "latent": latent,
                "positions": positions,
                "hit_bias": hit_bias,
                "temperature": np.full((len(latent), 1), temperature, np.float32),
                "hit_uniform": hit_uniform,
                "feel_noise": feel_noise,
            },
            decoding=True,
        )
        return Played(played["hits"], played["velocity"], played["offset"])

    def _run(self, rows: Mapping[str, Floats | Ints], *, decoding: bool) -> dict[str, Floats]:
        """Through one of the graph's two doors; the other one is given no rows."""
        closed = {
            "decoding": np.array(decoding),
            "positions": np.zeros((0, STEPS, 2), np.int64),
            "cells": np.zeros((0, STEPS, 3 * CLASSES), np.float32),
            "prior_noise": np.zeros((0, self.latent_size), np.float32),
            "prior_uniform": np.zeros((0, 1), np.float32),
            "prior_density": np.zeros((0, 1), np.float32),
            "prior_family": np.zeros(0, np.int64),
            "latent": np.zeros((0, self.latent_size), np.float32),
            "hit_bias": np.zeros((0, STEPS, CLASSES), np.float32),
            "temperature": np.zeros((0, 1), np.float32),
            "hit_uniform": np.zeros((0, STEPS), np.float32),
            "feel_noise": np.zeros((0, STEPS, 2 * CLASSES), np.float32),
        }
        outputs = self._use.run(rows, closed)
        return {name: tensor.astype(np.float32, copy=False) for name, tensor in outputs.items()}
