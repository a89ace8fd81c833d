"""A melody continuation model behind musical names: the bars so far -> the bars that follow, with or without chords."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.models.door import Tensors
from bridge.models.grid import Window
from bridge.models.lookback import lags_of, primed
from bridge.models.melody_tokens import TOKENS
from bridge.models.model_use import ModelUse

__all__ = ["HISTORY", "MelodyContinuation", "melody_lags_of"]

HISTORY = 130
"""Steps that are looked back on: four bars of the longest meter and two steps more."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def melody_lags_of(bar_steps: int) -> list[int]:
    """As `lags_of`, and four bars ago: at the same place and a step after it."""
    return [*lags_of(bar_steps), 4 * bar_steps, 4 * bar_steps - 1]


class MelodyContinuation:
    """A model in one request."""

    def __init__(self, use: ModelUse) -> None:
        self._use = use
        self.taste_nats = use.card.fact("taste_nats")
        self.onset_nats = use.card.fact("onset_nats")

    def play(
        self,
        history: Ints,
        history_harmony: Floats,
        harmony: Floats,
        window: Window,
        token_bias: Floats,
        temperature: float,
        token_uniform: Floats,
    ) -> Ints:
        """Tokens of T steps from the bar line on at which `history` [H] ends, N times: [N, T].

        history: tokens of `melody_grid`; history_harmony [H, 24] and harmony [T, 24] as `harmony.chords_of` has them,
        0 where no chords are known; token_bias [N, T, 62] in nats, added to the odds of each token; temperature 0-2, 0
        plays the most likely tokens; token_uniform [N, T] in [0, 1) chooses them else.
        """
        outputs = self._run(
            history, history_harmony, harmony, window, token_bias, temperature, token_uniform,
            np.zeros(token_uniform.shape, np.int64), np.zeros(token_uniform.shape, np.bool_),
        )  # fmt: skip
        return outputs["played"].astype(np.int64, copy=False)

    def nats(self, history: Ints, followed: Ints, history_harmony: Floats, harmony: Floats, window: Window) -> Floats:
        """What each token of `followed` [T] costs after `history` [H], given all before: [T]."""
        outputs = self._told(history, followed, history_harmony, harmony, window, 1.0)
        return np.asarray(outputs["nats"][0], np.float32)

    def likely(self, history: Ints, followed: Ints, history_harmony: Floats, harmony: Floats, window: Window) -> Ints:
        """The most likely token of each step of `followed` [T] after `history` [H], given all before: [T]."""
        outputs = self._told(history, followed, history_harmony, harmony, window, 0.0)
        return np.asarray(outputs["drawn"][0], np.int64)

    def _told(
        self,
        history: Ints,
        followed: Ints,
        history_harmony: Floats,
        harmony: Floats,
        window: Window,
        temperature: float,
    ) -> Tensors:
        steps = len(followed)
        none = np.zeros((1, steps, TOKENS), np.float32)
        return self._run(
            history, history_harmony, harmony, window, none, temperature, none[..., 0],
            followed[None], np.ones((1, steps), np.bool_),
        )  # fmt: skip

    def _run(
        self,
        history: Ints,
        history_harmony: Floats,
        harmony: Floats,
        window: Window,
        token_bias: Floats,
        temperature: float,
        token_uniform: Floats,
        told: Ints,
        is_told: npt.NDArray[np.bool_],
    ) -> Tensors:
        rows, steps = token_uniform.shape
        return self._use.run(
            {
                **primed(history, window, rows, steps),
                "history_harmony": np.broadcast_to(history_harmony, (rows, *history_harmony.shape)),
                "harmony": np.broadcast_to(harmony, (rows, *harmony.shape)),
                "token_bias": token_bias,
                "temperature": np.full((rows, 1), temperature, np.float32),
                "token_uniform": token_uniform,
                "told": told,
                "is_told": is_told,
            },
            {"lags": np.array(melody_lags_of(window.bar_steps), np.int64)},
        )
