"""The kinds of model that the bridge plays: one row each.

A row says what goes in and out of the graph, in which codec, which facts about its weights a skill must know to play
it, and how a new file of this kind is tried before anyone does. A new kind is a new row here and, where no codec fits,
a new codec.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.models import drum_grid, grid, melody_grid

__all__ = ["CODECS", "KINDS", "LATENT", "Codec", "Fact", "Kind", "Tensor", "Trial"]

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
class Fact:
    """What a skill must know of a model's weights, measured by `training.playing` when the file is made: a number from
    `low` to `high`, or several of which none is below the one before it."""

    meaning: str
    low: float
    high: float
    numbers: int = 1


@dataclass(frozen=True, slots=True)
class Kind:
    """`playing`: by their names, the facts that the card of each model of this kind has."""

    name: str
    codec: Codec
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]
    playing: Mapping[str, Fact] = field(default_factory=dict)
    trials: tuple[Trial, ...] = (Trial(),)

    def sized(self, latent: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Inputs and outputs of a model of this kind that has `latent` latent numbers."""

        def of_size(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
            return {
                name: Tensor(dtype, tuple(latent if size == LATENT else size for size in shape))
                for name, (dtype, shape) in tensors.items()
            }

        return of_size(self.inputs), of_size(self.outputs)


_STEPS, _CLASSES, _TOKENS = grid.STEPS, drum_grid.CLASSES, melody_grid.TOKENS

DRUM_GRID = Codec(drum_grid.NAME, drum_grid.VERSION, _STEPS, grid.STEPS_PER_BEAT, _CLASSES)
MELODY_GRID = Codec(melody_grid.NAME, melody_grid.VERSION, _STEPS, grid.STEPS_PER_BEAT, _TOKENS)

CODECS: dict[str, Codec] = {codec.name: codec for codec in (DRUM_GRID, MELODY_GRID)}

_VAE_FACTS = {
    "fullness": Fact(
        "onsets a step of the sparsest of the windows that it was trained on, of that sparser than nine tenths, and so "
        "on to the fullest",
        0, _CLASSES, numbers=11,
    ),
    "way": Fact("the power by which an amount of variation goes to another clip's latent", 0.05, 10),
    "cold_ideas": Fact("how much noise latents are imagined with at temperature 0", 0, 1),
    "leaning_nats": Fact("added to the odds of a hit or token to have it as it is in a clip", 0, 50),
}  # fmt: skip
_TASTE = Fact("at temperature 0, how much more or less each variation likes a hit or token than the first does", 0, 20)
_ONSET = Fact("added to the odds of a note to begin at temperature 0, and less up to 1", -10, 10)

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
            playing=_VAE_FACTS,
            trials=(
                Trial(rows={"B": 0}, values={"decoding": False}),
                Trial(rows={"E": 0, "P": 0}, values={"decoding": True}),
            ),
        ),
        # As the drum VAE, with the same two doors.
        Kind(
            name="melody_vae",
            codec=MELODY_GRID,
            inputs={
                "decoding": Tensor("bool", ()),
                "positions": Tensor("int64", ("N", _STEPS, 2)),
                "tokens": Tensor("int64", ("E", _STEPS)),
                "prior_noise": Tensor("float32", ("P", LATENT)),
                "prior_uniform": Tensor("float32", ("P", 1)),
                "prior_density": Tensor("float32", ("P", 1)),
                "prior_family": Tensor("int64", ("P",)),
                "latent": Tensor("float32", ("B", LATENT)),
                "token_bias": Tensor("float32", ("B", _STEPS, _TOKENS)),
                "temperature": Tensor("float32", ("B", 1)),
                "token_uniform": Tensor("float32", ("B", _STEPS)),
            },
            outputs={
                "mean": Tensor("float32", ("E", LATENT)),
                "deviation": Tensor("float32", ("E", LATENT)),
                "prior_latent": Tensor("float32", ("P", LATENT)),
                "played": Tensor("int64", ("B", _STEPS)),
            },
            playing=_VAE_FACTS,
            trials=(
                Trial(rows={"B": 0}, values={"decoding": False}),
                Trial(rows={"E": 0, "P": 0}, values={"decoding": True}),
            ),
        ),
        # H steps so far, T steps that follow; `lags`: how many steps ago the model looks, for the meter's bars. What
        # follows may be told instead of drawn, step by step; `nats` is what each step's hits or token cost, and
        # `drawn` what would have been drawn.
        Kind(
            name="drum_continuation",
            codec=DRUM_GRID,
            inputs={
                "history": Tensor("float32", ("B", "H", 3 * _CLASSES)),
                "history_positions": Tensor("int64", ("B", "H", 2)),
                "positions": Tensor("int64", ("B", "T", 2)),
                "tempo_bpm": Tensor("float32", ("B", 1)),
                "lags": Tensor("int64", (9,)),
                "hit_bias": Tensor("float32", ("B", "T", _CLASSES)),
                "temperature": Tensor("float32", ("B", 1)),
                "hit_uniform": Tensor("float32", ("B", "T")),
                "feel_noise": Tensor("float32", ("B", "T", 2 * _CLASSES)),
                "told": Tensor("float32", ("B", "T", 3 * _CLASSES)),
                "is_told": Tensor("bool", ("B", "T")),
            },
            outputs={
                "hits": Tensor("float32", ("B", "T", _CLASSES)),
                "velocity": Tensor("float32", ("B", "T", _CLASSES)),
                "offset": Tensor("float32", ("B", "T", _CLASSES)),
                "nats": Tensor("float32", ("B", "T")),
            },
            playing={"taste_nats": _TASTE},
            trials=(Trial(values={"lags": 1, "tempo_bpm": 120.0}),),
        ),
        # `harmony` of the H steps so far and the T that follow: twelve pitch classes that sound, twelve for the bass.
        Kind(
            name="melody_continuation",
            codec=MELODY_GRID,
            inputs={
                "history": Tensor("int64", ("B", "H")),
                "history_positions": Tensor("int64", ("B", "H", 2)),
                "history_harmony": Tensor("float32", ("B", "H", 24)),
                "positions": Tensor("int64", ("B", "T", 2)),
                "harmony": Tensor("float32", ("B", "T", 24)),
                "lags": Tensor("int64", (11,)),
                "token_bias": Tensor("float32", ("B", "T", _TOKENS)),
                "temperature": Tensor("float32", ("B", 1)),
                "token_uniform": Tensor("float32", ("B", "T")),
                "told": Tensor("int64", ("B", "T")),
                "is_told": Tensor("bool", ("B", "T")),
            },
            outputs={
                "played": Tensor("int64", ("B", "T")),
                "drawn": Tensor("int64", ("B", "T")),
                "nats": Tensor("float32", ("B", "T")),
            },
            playing={"taste_nats": _TASTE, "onset_nats": _ONSET},
            trials=(Trial(values={"lags": 1}),),
        ),
        # Noise is standard normal, 0 for the medians.
        Kind(
            name="humanise",
            codec=DRUM_GRID,
            inputs={
                "hits": Tensor("float32", ("B", _STEPS, _CLASSES)),
                "positions": Tensor("int64", ("B", _STEPS, 2)),
                "tempo_bpm": Tensor("float32", ("B", 1)),
                "feel_noise": Tensor("float32", ("B", _STEPS, 2 * _CLASSES)),
            },
            outputs={
                "velocity": Tensor("float32", ("B", _STEPS, _CLASSES)),
                "offset": Tensor("float32", ("B", _STEPS, _CLASSES)),
            },
            trials=(Trial(values={"tempo_bpm": 120.0}),),
        ),
        # A tap is: 1 or 0, its velocity, its offset, whether the velocity is known, whether the offset is.
        Kind(
            name="drumify",
            codec=DRUM_GRID,
            inputs={
                "taps": Tensor("float32", ("B", _STEPS, 5)),
                "positions": Tensor("int64", ("B", _STEPS, 2)),
                "tempo_bpm": Tensor("float32", ("B", 1)),
                "hit_bias": Tensor("float32", ("B", _STEPS, _CLASSES)),
                "temperature": Tensor("float32", ("B", 1)),
                "hit_uniform": Tensor("float32", ("B", _STEPS)),
                "feel_noise": Tensor("float32", ("B", _STEPS, 2 * _CLASSES)),
            },
            outputs={
                "chance": Tensor("float32", ("B", _STEPS, _CLASSES)),
                "hits": Tensor("float32", ("B", _STEPS, _CLASSES)),
                "velocity": Tensor("float32", ("B", _STEPS, _CLASSES)),
                "offset": Tensor("float32", ("B", _STEPS, _CLASSES)),
            },
            playing={"taste_nats": _TASTE},
            trials=(Trial(values={"tempo_bpm": 120.0}),),
        ),
    )
}
"""Every kind by its name."""
