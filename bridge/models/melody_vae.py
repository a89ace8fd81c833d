"""A melody VAE behind musical names: windows of tokens -> latents -> windows of tokens."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from bridge.models.grid import STEPS
from bridge.models.latents import Vae
from bridge.models.melody_grid import TOKENS

__all__ = ["MelodyVae"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class MelodyVae(Vae):
    """Its windows are `tokens` [N, 32], as `melody_grid` has them."""

    clip = "tokens"
    no_rows: ClassVar = {
        "tokens": np.zeros((0, STEPS), np.int64),
        "token_bias": np.zeros((0, STEPS, TOKENS), np.float32),
        "token_uniform": np.zeros((0, STEPS), np.float32),
    }

    def play(
        self, latent: Floats, positions: Ints, token_bias: Floats, temperature: float, token_uniform: Floats
    ) -> Ints:
        """Latents [N, latent] as tokens [N, 32].

        positions [N, 32, 2]; token_bias [N, 32, 62] in nats, added to the odds of each token; temperature 0-2, 0 plays
        the most likely tokens; token_uniform [N, 32] in [0, 1) chooses them else.
        """
        outputs = self._run(
            {
                "latent": latent,
                "positions": positions,
                "token_bias": token_bias,
                "temperature": np.full((len(latent), 1), temperature, np.float32),
                "token_uniform": token_uniform,
            },
            decoding=True,
        )
        return outputs["played"].astype(np.int64, copy=False)
