"""A drum VAE behind musical names: windows of cells -> latents -> windows of cells."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bridge.errors import Late, ModelFailed
from bridge.models.card import Card
from bridge.models.drum_grid import CLASSES, STEPS

__all__ = ["BATCH", "DrumVae", "Inference", "Latents", "Played"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Tensors = dict[str, npt.NDArray[np.generic]]

BATCH = 32
"""Rows in one run. Larger batches are no faster per row and take more memory, and between runs a deadline is kept."""


FEW_ROWS = 8
"""Fewer are not worth a second thread."""
# Two runs beside each other do not wait for one another at every operator, as two threads within one run do. 16 rows
# took 5.3 ms in place of 9.7 on two quiet cores, 10.9 in place of 9.9 with one of them busy, 12.9 in place of 17.5 with
# both.
_SECOND_LANE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="second lane")


class Inference(Protocol):
    """The narrow door to whatever computes: a session here, a process or a machine elsewhere.

    `run` is called from two threads at a time.
    """

    card: Card
    sha256: str

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]], limit_seconds: float) -> Tensors: ...


@dataclass(frozen=True, slots=True)
class Played:
    """What was played, each [rows, 32, 9]: `hits` 0 or 1, `velocity` 0-1 and `offset` in sixteenths where hit."""

    hits: Floats
    velocity: Floats
    offset: Floats


class Latents:
    """The latents of the last windows that were encoded, by their content. For one thread at a time."""

    def __init__(self, windows: int = 512) -> None:
        self._kept: OrderedDict[tuple[str, bytes, bytes], Floats] = OrderedDict()
        self._most_windows = windows

    def get(self, key: tuple[str, bytes, bytes]) -> Floats | None:
        """`key`: the model's hash, and the bytes of the window's cells and positions."""
        latent = self._kept.get(key)
        if latent is not None:
            self._kept.move_to_end(key)
        return latent

    def keep(self, key: tuple[str, bytes, bytes], latent: Floats) -> None:
        self._kept[key] = latent
        if len(self._kept) > self._most_windows:
            self._kept.popitem(last=False)


class DrumVae:
    """One request's use of a model. `deadline_seconds` is on `clock`; past it, Late is raised.

    `latents` may be shared from request to request. `spent_seconds` adds up what the model took.
    """

    def __init__(
        self,
        model: Inference,
        deadline_seconds: float | None = None,
        latents: Latents | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._deadline_seconds = deadline_seconds
        self._clock = clock
        self._latents = Latents() if latents is None else latents
        self.latent_size = model.card.latent
        self.spent_seconds = 0.0

    def encode(self, cells: Floats, positions: Ints) -> Floats:
        """cells [N, 32, 27] and positions [N, 32, 2] -> the means of their latents [N, latent].

        Each window in a run of its own: sums over other numbers of rows round differently, and a window that is
        remembered must have the very latent that it would get now.
        """
        means = []
        for window, places in zip(cells, positions, strict=True):
            key = (self._model.sha256, window.tobytes(), places.tobytes())
            mean = self._latents.get(key)
            if mean is None:
                mean = self.posterior(window[None], places[None])[0][0]
                self._latents.keep(key, mean)
            means.append(mean)
        return np.stack(means)

    def posterior(self, cells: Floats, positions: Ints) -> tuple[Floats, Floats]:
        """As `encode`, all in one run: the means of their latents, and the standard deviations."""
        outputs = self._chunked({"cells": cells, "positions": positions}, decoding=False)
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
        return self._chunked(given, decoding=False)["prior_latent"]

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
        played = self._chunked(
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

    def _seconds_left(self) -> float:
        """Until the deadline. Raises Late."""
        if self._deadline_seconds is None:
            return math.inf
        left_seconds = self._deadline_seconds - self._clock()
        if left_seconds <= 0.0:
            raise Late("The deadline passed while the model was playing: what plays goes on playing.")
        return left_seconds

    def _chunked(self, given: Mapping[str, Floats | Ints], *, decoding: bool) -> dict[str, Floats]:
        """Runs the model on all rows, many of them in pieces, every other piece beside the one before it.

        Where the pieces end depends on the number of rows alone: the same request is always rounded alike.
        """
        rows = max(len(tensor) for tensor in given.values())
        piece_rows = rows if rows < FEW_ROWS else min(BATCH, -(-rows // 2))
        pieces = [
            {name: tensor[start : start + piece_rows] for name, tensor in given.items()}
            for start in range(0, rows, piece_rows)
        ]
        started_seconds = time.perf_counter()
        beside = _SECOND_LANE.submit(self._run_all, pieces[1::2], decoding) if len(pieces) > 1 else None
        try:
            outputs = self._run_all(pieces[::2], decoding)
        finally:
            if beside is not None:
                wait([beside])
        if beside is None:
            (joined,) = outputs
        else:
            others = beside.result()
            in_order = [(outputs, others)[i % 2][i // 2] for i in range(len(pieces))]
            joined = {name: np.concatenate([output[name] for output in in_order]) for name in in_order[0]}
        self.spent_seconds += time.perf_counter() - started_seconds
        return {name: tensor.astype(np.float32, copy=False) for name, tensor in joined.items()}

    def _run_all(self, pieces: Sequence[Mapping[str, Floats | Ints]], decoding: bool) -> list[Tensors]:
        return [self._run(piece, decoding) for piece in pieces]

    def _run(self, piece: Mapping[str, Floats | Ints], decoding: bool) -> Tensors:
        limit_seconds = self._seconds_left()
        inputs: Tensors = {
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
            **piece,
        }
        try:
            return self._model.run(inputs, limit_seconds)
        except ModelFailed:
            self._seconds_left()  # it was stopped because the deadline passed
            raise
