"""A model that a test writes: it takes what its kind takes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bridge.models.kinds import KINDS, Tensor
from bridge.models.model_use import ModelUse
from tests.models.tiny_model import CARD

__all__ = ["ONSET_NATS", "TASTE_NATS", "StandIn"]

TASTE_NATS, ONSET_NATS = 1.25, 1.5

Arrays = Mapping[str, npt.NDArray[Any]]


class StandIn:
    """`plays` makes outputs of the inputs, and those that it leaves out are zero; `runs` has the inputs of every run.

    Shapes and types are checked. Its card has TASTE_NATS and ONSET_NATS."""

    sha256 = "0" * 64

    def __init__(self, kind: str, plays: Callable[[Arrays], Arrays]) -> None:
        self.kind = KINDS[kind]
        self.card = replace(
            CARD, name=kind, kind=kind, latent=0, inputs=self.kind.inputs, outputs=self.kind.outputs,
            playing={"taste_nats": TASTE_NATS, "onset_nats": ONSET_NATS},
        )  # fmt: skip
        self.plays = plays
        self.runs: list[Arrays] = []

    @property
    def use(self) -> ModelUse:
        return ModelUse(self)

    def run(self, inputs: Arrays, limit_seconds: float) -> dict[str, npt.NDArray[Any]]:
        rows: dict[str, int] = {}
        assert self.kind.inputs.keys() == inputs.keys()
        for name, array in inputs.items():
            self._check(name, array, self.kind.inputs[name], rows)
        outputs = {
            name: np.zeros([rows[size] if isinstance(size, str) else size for size in shape], dtype)
            for name, (dtype, shape) in self.kind.outputs.items()
        }
        for name, array in self.plays(inputs).items():
            self._check(name, array, self.kind.outputs[name], rows)
            outputs[name] = array
        self.runs.append(inputs)
        return outputs

    @staticmethod
    def _check(name: str, array: npt.NDArray[Any], tensor: Tensor, rows: dict[str, int]) -> None:
        assert array.dtype == np.dtype(tensor.dtype), name
        assert array.ndim == len(tensor.shape), name
        for size, symbol in zip(array.shape, tensor.shape, strict=True):
            assert size == (rows.setdefault(symbol, size) if isinstance(symbol, str) else symbol), name
