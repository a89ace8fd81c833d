"""How both VAEs come by latents, and those of the last windows: while a puck is dragged they are the same each time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from bridge.models.door import Tensors
from bridge.models.grid import STEPS
from bridge.models.model_use import ModelUse

__all__ = ["Latents", "Vae"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]


class Latents:
    """By their content; of several models, for any thread."""

    def __init__(self, windows: int = 512) -> None:
        self._kept: OrderedDict[tuple[str, bytes, bytes], Floats] = OrderedDict()
        self._most_windows = windows
        self._lock = threading.Lock()

    def of(
        self, model_hash: str, windows: Iterable[tuple[Array, Array]], encode: Callable[[Array, Array], Floats]
    ) -> Floats:
        """[N, latent] of N windows, each its tensor and its positions; `encode` is asked for those not remembered.

        Each in a run of its own [1, ...] -> [1, latent]: sums over other numbers of rows round differently, and a
        window that is remembered must have the very latent that it would get now.
        """
        latents = []
        for window, positions in windows:
            key = (model_hash, window.tobytes(), positions.tobytes())
            with self._lock:
                latent = self._kept.get(key)
                if latent is not None:
                    self._kept.move_to_end(key)
            if latent is None:
                latent = encode(window[None], positions[None])[0]
                with self._lock:
                    self._kept[key] = latent
                    if len(self._kept) > self._most_windows:
                        self._kept.popitem(last=False)
            latents.append(latent)
        return np.stack(latents)


class Vae:
    """A model in one request. `latents` may be shared from request to request.

    The graph has two doors, to latents and from them; the one that is not used is given no rows.
    """

    clip: ClassVar[str]
    """The input that takes windows of clips."""
    no_rows: ClassVar[Mapping[str, Array]]
    """The inputs that the two VAEs do not have in common, without rows."""

    def __init__(self, use: ModelUse, latents: Latents | None = None) -> None:
        self._use = use
        self._latents = Latents() if latents is None else latents
        self.card = use.card
        self.latent_size = use.card.latent

    def encode(self, windows: Array, positions: Ints) -> Floats:
        """windows [N, 32, ...], as the codec has them, and positions [N, 32, 2] -> their latents' means [N, latent]."""
        each = zip(windows, positions, strict=True)
        return self._latents.of(self._use.sha256, each, lambda *window: self.posterior(*window)[0])

    def posterior(self, windows: Array, positions: Ints) -> tuple[Floats, Floats]:
        """As `encode`, all in one run: the means of their latents, and the standard deviations."""
        outputs = self._run({self.clip: windows, "positions": positions}, decoding=False)
        return outputs["mean"].astype(np.float32, copy=False), outputs["deviation"].astype(np.float32, copy=False)

    def imagine(self, noise: Floats, uniform: Floats, density: float, family: int) -> Floats:
        """Latents of clips that the training set could have had, from standard normal noise [N, latent].

        uniform [N, 1] in [0, 1) chooses a kind of clip and the noise one of that kind. density 0-1: the share of the
        training set's windows that are sparser. family: of the meter, as `grid.Window.family` has it.
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

    def _run(self, rows: Mapping[str, Array], *, decoding: bool) -> Tensors:
        closed = {
            "decoding": np.array(decoding),
            "positions": np.zeros((0, STEPS, 2), np.int64),
            "prior_noise": np.zeros((0, self.latent_size), np.float32),
            "prior_uniform": np.zeros((0, 1), np.float32),
            "prior_density": np.zeros((0, 1), np.float32),
            "prior_family": np.zeros(0, np.int64),
            "latent": np.zeros((0, self.latent_size), np.float32),
            "temperature": np.zeros((0, 1), np.float32),
        }
        return self._use.run(rows, {**closed, **self.no_rows})
