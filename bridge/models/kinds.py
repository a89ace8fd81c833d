"""The kinds of model that the bridge plays: one row each.

A row says what goes in and out of the graph, in which codec, and how a new file of this kind is tried before anyone
plays it. A new kind is a new row here and, where no codec fits, a new codec.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.models import drum_grid

__all__ = ["CODECS", "KINDS", "LATENT", "Codec", "Kind", "Tensor", "Trial"]

LATENT = "latent"
"""In a kind's shapes: the size that its card gives under `latent`."""


class Tensor(NamedTuple):
    """What a graph takes or gives under one name: `dtype` as numpy calls it; `shape` of sizes and of symbols.

    A symbol is a number of rows that is free from run to run, and the same wherever it stands within one run.
    """

    dtype: str
    shape: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Codec:
    """How clips become tensors: the version that this bridge reads, and its grid."""

    name: str
    version: int
    steps: int
    steps_per_beat: int
    classes: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One run on zeros: how many rows each symbol has (1 where it is not named), and the inputs that are not zero."""

    rows: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    codec: Codec
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]
    trials: tuple[Trial, ...] = (Trial(),)

    def sized(self, latent: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Inputs and outputs of a model of this kind that has `latent` latent numbers."""

        def of_size(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
            return {
                name: Tensor(dtype, tuple(latent if size == LATENT else size for size in shape))
                for name, (dtype, shape) in tensors.items()
            }

        return of_size(self.inputs), of_size(self.outputs)


DRUM_GRID = Codec(drum_grid.NAME, drum_grid.VERSION, drum_grid.STEPS, drum_grid.STEPS_PER_BEAT, drum_grid.CLASSES)

CODECS: dict[str, Codec] = {codec.name: codec for codec in (DRUM_GRID,)}

_STEPS, _CLASSES = drum_grid.STEPS, drum_grid.CLASSES

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        # One graph with two doors: `decoding` chooses, and what the other door takes is fed with no rows.
        # To latents N = E; to hits N = B.
        Kind(
            name="drum_vae",
            codec=DRUM_GRID,
            inputs={
                "decoding": Tensor("bool", ()),
                "positions": Tensor("int64", ("N", _STEPS, 2)),
                "cells": Tensor("float32", ("E", _STEPS, 3 * _CLASSES)),
                "prior_noise": Tensor("float32", ("P", LATENT)),
                "prior_uniform": Tensor("float32", ("P", 1)),
                "prior_density": Tensor("float32", ("P", 1)),
                "prior_family": Tensor("int64", ("P",)),
                "latent": Tensor("float32", ("B", LATENT)),
                "hit_bias": Tensor("float32", ("B", _STEPS, _CLASSES)),
                "temperature": Tensor("float32", ("B", 1)),
                "hit_uniform": Tensor("float32", ("B", _STEPS)),
                "feel_noise": Tensor("float32", ("B", _STEPS, 2 * _CLASSES)),
            },
            outputs={
                "mean": Tensor("float32", ("E", LATENT)),
                "deviation": Tensor("float32", ("E", LATENT)),
                "prior_latent": Tensor("float32", ("P", LATENT)),
                "hits": Tensor("float32", ("B", _STEPS, _CLASSES)),
                "velocity": Tensor("float32", ("B", _STEPS, _CLASSES)),
                "offset": Tensor("float32", ("B", _STEPS, _CLASSES)),
            },
            trials=(
                Trial(rows={"B": 0}, values={"decoding": False}),
                Trial(rows={"E": 0, "P": 0}, values={"decoding": True}),
            ),
        ),
    )
}
"""Every kind by its name."""
