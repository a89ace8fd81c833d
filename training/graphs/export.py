"""Trained weights -> one .onnx file with its card, and the proof that the file computes what torch does.

The proof is a golden pair for each of the graph's doors: inputs, and what torch gives for them. It is asked of the file
at once, and by `tests/models/test_golden.py` ever after. What is proved is measured then, and the card says how to play
it.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

from bridge.models.card import Card, Playing, TrainingData
from bridge.models.door import Inference, Tensors
from bridge.models.kinds import KINDS
from training.data.sources import OPEN_LICENCES
from training.graphs.card import with_card
from training.graphs.graph_layers import Weights

__all__ = ["Arrays", "Product", "card_of", "ship"]

TOLERANCE = 1e-4
NUDGE = 1e-5

Arrays = dict[str, npt.NDArray[Any]]


class Product(ABC):
    """A trained model, with all that goes into its file."""

    kind: ClassVar[str]
    latent: ClassVar[int] = 0
    drawn: ClassVar[str] = ""
    """The output that is drawn, where one is."""

    @abstractmethod
    def weights(self) -> Weights:
        """Everything the graph is made of, by name."""

    @abstractmethod
    def graph(self, weights: Weights) -> onnx.ModelProto:
        """The file without its card."""

    @abstractmethod
    def reference(self, inputs: Arrays) -> Arrays:
        """What the file must give for these inputs, by torch."""

    def steady(self, make: Callable[[np.random.Generator], Arrays]) -> tuple[Arrays, Arrays]:
        """Inputs that `make` gives, and their outputs, of the first seed whose draws stay the same when biases and
        uniform numbers move by `NUDGE`: another processor's rounding does not turn them."""
        for seed in itertools.count():
            rng = np.random.default_rng(seed)
            inputs = make(rng)
            outputs = self.reference(inputs)
            moves: Arrays = {name: np.ones((), np.float32) for name in inputs if name.endswith("_uniform")}
            moves |= {
                name: rng.standard_normal(array.shape, np.float32)
                for name, array in inputs.items()
                if name.endswith("_bias")
            }
            nudged = (
                {name: (inputs[name] + way * move).astype(np.float32) for name, move in moves.items()}
                for way in (-NUDGE, NUDGE)
            )
            others = (self.reference({**inputs, **other})[self.drawn] for other in nudged)
            if all(np.array_equal(other, outputs[self.drawn]) for other in others):
                return inputs, outputs
        raise AssertionError

    @abstractmethod
    def doors(self) -> Mapping[str, tuple[Arrays, Arrays]]:
        """For each door of the graph: inputs, and the outputs that torch gives for them."""


def card_of(
    product: Product,
    data: Sequence[TrainingData],
    seeds: Sequence[int],
    training_steps: int,
    made_by: str,
    name: str | None = None,
) -> Card:
    """Without what is measured of the file: by what it is played, and its figures."""
    kind = KINDS[product.kind]
    inputs, outputs = kind.sized(product.latent)
    return Card(
        name=name or product.kind,
        kind=kind.name,
        codec=kind.codec.name,
        codec_version=kind.codec.version,
        steps=kind.codec.steps,
        steps_per_beat=kind.codec.steps_per_beat,
        classes=kind.codec.classes,
        latent=product.latent,
        inputs=inputs,
        outputs=outputs,
        playing={},
        training_data=tuple(data),
        licence=_licence(data),
        seeds=tuple(seeds),
        training_steps=training_steps,
        numbers={},
        made_by=made_by,
    )


def _licence(data: Sequence[TrainingData]) -> str:
    """Of weights that all of `data` went into: CC BY where anything is under that, if the rest is known to allow it."""
    others = [source.name for source in data if source.licence not in OPEN_LICENCES]
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        return f"not stated: ask those whose music is in {others[0]}{more}"
    licences = [source.licence for source in data]
    return "CC BY 4.0" if "CC BY 4.0" in licences else licences[0]


Measure = Callable[[Inference], Playing]
"""As `training.playing.measured` does it."""


def ship(product: Product, card: Card, path: Path, golden: Path | None, measure: Measure) -> str:
    """Writes the file and, to `golden`, the pairs; returns how far the file is from torch. `measure` says by what it is
    played. Raises ValueError if the file is too large or computes something else: then nothing is written."""
    model = product.graph(product.weights())
    doors = product.doors()
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    farthest = 0.0
    for door, (inputs, outputs) in doors.items():
        for name, found in zip(outputs, session.run(list(outputs), inputs), strict=True):
            wrong = float(np.abs(found.astype(float) - outputs[name].astype(float)).max(initial=0.0))
            if wrong > TOLERANCE:
                raise ValueError(f"{path.name}, {door}: {name} is {wrong:.2g} away from what torch computes.")
            farthest = max(farthest, wrong)
    data = with_card(model, replace(card, playing=measure(_Proved(card, session))), path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if golden is not None:
        arrays: Arrays = {}
        for door, (inputs, outputs) in doors.items():
            arrays |= {f"{door}.in.{name}": array for name, array in inputs.items()}
            arrays |= {f"{door}.out.{name}": array for name, array in outputs.items()}
        golden.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(golden / f"{path.stem}.npz", allow_pickle=False, **arrays)
    return f"{path}: {len(data):,} bytes, {farthest:.1e} from torch"


class _Proved:
    """The graph as it will be in the file, for whoever measures it."""

    sha256 = ""

    def __init__(self, card: Card, session: onnxruntime.InferenceSession) -> None:
        self.card = card
        self._session = session

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]], limit_seconds: float) -> Tensors:
        names = list(self.card.outputs)
        return dict(zip(names, self._session.run(names, dict(inputs)), strict=True))
