"""A drum continuation model behind musical names: the bars so far -> the bars that follow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.models.door import Tensors
from bridge.models.drum_grid import CLASSES
from bridge.models.drum_vae import Played
from bridge.models.grid import Window
from bridge.models.lookback import lags_of, primed
from bridge.models.model_use import ModelUse

__all__ = ["HISTORY", "DrumContinuation"]

HISTORY = 66
"""Steps that are looked back on: two bars of the longest meter and one step more."""

Floats = npt.NDArray[np.float32]


class DrumContinuation:
    """A model in one request."""

    def __init__(self, use: ModelUse) -> None:
        self._use = use
        self.taste_nats = use.card.fact("taste_nats")

    def play(
        self,
        history: Floats,
        window: Window,
        hit_bias: Floats,
        tempo_bpm: float,
        temperature: float,
        hit_uniform: Floats,
        feel_noise: Floats,
    ) -> Played:
        """T steps from the bar line on at which `history` [H, 27] ends, N times, each array of them [N, T, 9].

        history: hits, velocity and offset side by side, as in `drum_grid.Roll`; hit_bias [N, T, 9] in nats, added to
        the odds of each hit; temperature 0-2, 0 plays the most likely hits; hit_uniform [N, T] in [0, 1) chooses them
        else; feel_noise [N, T, 18], standard normal, of velocity and offset, 0 for their medians.
        """
        outputs = self._run(
            history, window, hit_bias, tempo_bpm, temperature, hit_uniform, feel_noise,
            np.zeros((*hit_uniform.shape, 3 * CLASSES), np.float32), np.zeros(hit_uniform.shape, np.bool_),
        )  # fmt: skip
        return Played(*(outputs[name].astype(np.float32, copy=False) for name in ("hits", "velocity", "offset")))

    def nats(self, history: Floats, followed: Floats, window: Window, tempo_bpm: float) -> Floats:
        """What the hits of each step of `followed` [T, 27] cost after `history` [H, 27], given all before: [T]."""
        steps = len(followed)
        none = np.zeros((1, steps, 3 * CLASSES), np.float32)
        outputs = self._run(
            history, window, none[..., :CLASSES], tempo_bpm, 1.0, none[..., 0], none[..., CLASSES:],
            followed[None], np.ones((1, steps), np.bool_),
        )  # fmt: skip
        return np.asarray(outputs["nats"][0], np.float32)

    def _run(
        self,
        history: Floats,
        window: Window,
        hit_bias: Floats,
        tempo_bpm: float,
        temperature: float,
        hit_uniform: Floats,
        feel_noise: Floats,
        told: Floats,
        is_told: npt.NDArray[np.bool_],
    ) -> Tensors:
        rows, steps = hit_uniform.shape
        return self._use.run(
            {
                **primed(history, window, rows, steps),
                "tempo_bpm": np.full((rows, 1), tempo_bpm, np.float32),
                "hit_bias": hit_bias,
                "temperature": np.full((rows, 1), temperature, np.float32),
                "hit_uniform": hit_uniform,
                "feel_noise": feel_noise,
                "told": told,
                "is_told": is_told,
            },
            {"lags": np.array(lags_of(window.bar_steps), np.int64)},
        )
