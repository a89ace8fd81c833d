"""A melody VAE behind musical names: windows of tokens -> latents -> windows of tokens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from bridge.models.grid import STEPS
from bridge.models.latents import Latents
from bridge.models.melody_grid import TOKENS
from bridge.models.model_use import ModelUse, Tensors

__all__ = ["MelodyVae"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class MelodyVae:
    """A model in one request. `latents` may be shared from request to request."""

    def __init__(self, use: ModelUse, latents: Latents | None = None) -> None:
        self._use = use
        self._latents = Latents() if latents is None else latents
        self.latent_size = use.card.latent

    def encode(self, tokens: Ints, positions: Ints) -> Floats:
        """tokens [N, 32] and positions [N, 32, 2] -> the means of their latents [N, latent]."""
        windows = zip(tokens, positions, strict=True)
        return self._latents.of(self._use.sha256, windows, lambda *window: self.posterior(*window)[0])

    def posterior(self, tokens: Ints, positions: Ints) -> tuple[Floats, Floats]:
        """As `encode`, all in one run: the means of their latents, and the standard deviations."""
        outputs = self._run({"tokens": tokens, "positions": positions}, decoding=False)
        return outputs["mean"].astype(np.float32, copy=False), outputs["deviation"].astype(np.float32, copy=False)

    def imagine(self, noise: Floats, uniform: Floats, density: float, family: int) -> Floats:
        """Latents of melodies that the training set could have had, from standard normal noise [N, latent].

        uniform [N, 1] in [0, 1) chooses a kind of melody and the noise one of that kind. density 0-1: the share of the
        training set's windows that have fewer notes. family: of the meter, as `grid.Window.family` has it.
        """
        outputs = self._run(
            {
                "prior_noise": noise,
                "prior_uniform": uniform,
                "prior_density": np.full((len(noise), 1), density, np.float32),
                "prior_family": np.full(len(noise), family, np.int64),
            },
            decoding=False,
        )
        return outputs["prior_latent"].astype(np.float32, copy=False)

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

    def _run(self, rows: Mapping[str, Floats | Ints], *, decoding: bool) -> Tensors:
        """Through one of the graph's two doors; the other one is given no rows."""
        closed = {
            "decoding": np.array(decoding),
            "positions": np.zeros((0, STEPS, 2), np.int64),
            "tokens": np.zeros((0, STEPS), np.int64),
            "prior_noise": np.zeros((0, self.latent_size), np.float32),
            "prior_uniform": np.zeros((0, 1), np.float32),
            "prior_density": np.zeros((0, 1), np.float32),
            "prior_family": np.zeros(0, np.int64),
            "latent": np.zeros((0, self.latent_size), np.float32),
            "token_bias": np.zeros((0, STEPS, TOKENS), np.float32),
            "temperature": np.zeros((0, 1), np.float32),
            "token_uniform": np.zeros((0, STEPS), np.float32),
        }
        return self._use.run(rows, closed)
