"""A drum VAE behind musical names: windows of cells -> latents -> windows of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from bridge.models.drum_grid import CLASSES, STEPS
from bridge.models.latents import Vae

__all__ = ["DrumVae", "Played"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Played:
    """What was played, each [rows, 32, 9]: `hits` 0 or 1, `velocity` 0-1 and `offset` in sixteenths where hit."""

    hits: Floats
    velocity: Floats
    offset: Floats


class DrumVae(Vae):
    """Its windows are `cells` [N, 32, 27]: hits, velocity and offset side by side, as in `drum_grid.Roll`."""

    clip = "cells"
    no_rows: ClassVar = {
        "cells": np.zeros((0, STEPS, 3 * CLASSES), np.float32),
        "hit_bias": np.zeros((0, STEPS, CLASSES), np.float32),
        "hit_uniform": np.zeros((0, STEPS), np.float32),
        "feel_noise": np.zeros((0, STEPS, 2 * CLASSES), np.float32),
    }

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
        outputs = self._run(
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
        return Played(*(outputs[name].astype(np.float32, copy=False) for name in ("hits", "velocity", "offset")))
