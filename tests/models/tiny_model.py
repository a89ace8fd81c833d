"""A small model with the drum VAE's inputs and outputs, good or spoiled on purpose: its mathematics means nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from bridge.models.card import Card, TrainingData
from bridge.models.kinds import KINDS, Tensor

LATENT = 96
KIND = KINDS["drum_vae"]
INPUTS, OUTPUTS = KIND.sized(LATENT)

CARD = Card(
    name="tiny",
    kind="drum_vae",
    codec="drum_grid",
    codec_version=1,
    steps=32,
    steps_per_beat=4,
    classes=9,
    latent=LATENT,
    inputs=INPUTS,
    outputs=OUTPUTS,
    playing={
        "fullness": (0.0, 0.5, 0.75, 1.0, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 9.0),
        "way": 0.5,
        "cold_ideas": 0.25,
        "leaning_nats": 6.0,
    },
    training_data=(TrainingData("GMD", "1.0.0", "CC-BY-4.0", "0" * 64, "Gillick et al. 2019"),),
    licence="CC-BY-4.0",
    seeds=(0, 1, 2),
    training_steps=12000,
    numbers={"hit_f1": 0.9},
    made_by="python -m training.train drum_vae",
)

_ELEMENT_TYPES = {"bool": TensorProto.BOOL, "int64": TensorProto.INT64, "float32": TensorProto.FLOAT}

node = helper.make_node


def named(name: str) -> str:
    return replace(CARD, name=name).to_json()


def numbers(name: str, values: Any, dtype: npt.DTypeLike = np.int64) -> TensorProto:
    return numpy_helper.from_array(np.array(values, dtype), name)


def value(name: str, tensor: Tensor, *, shaped: bool = True) -> Any:
    return helper.make_tensor_value_info(name, _ELEMENT_TYPES[tensor.dtype], tensor.shape if shaped else None)


def tiny_model(
    nodes: Sequence[NodeProto] = (),
    weights: Sequence[TensorProto] = (),
    *,
    card: str | None = None,
    opset: int = 17,
    shaped: bool = True,
) -> ModelProto:
    """`nodes` may make a value "spoiled", a single float: it is added to `prior_latent`.

    `card` is the card's text, "" for none. Without `shaped` the graph does not declare the shapes of its outputs.
    """
    if not any("spoiled" in each.output for each in nodes):
        weights = [*weights, numbers("spoiled", 0.0, np.float32)]
    graph = helper.make_graph(
        [
            *nodes,
            node("Reshape", ["cells", "flat"], ["cells_flat"]),
            node("Slice", ["cells_flat", "first", "latent_size", "axis"], ["mean"]),
            node("Abs", ["mean"], ["deviation"]),
            node("Add", ["prior_noise", "prior_density"], ["imagined"]),
            node("Add", ["imagined", "spoiled"], ["prior_latent"]),
            node("Greater", ["hit_bias", "zero"], ["is_hit"]),
            node("Cast", ["is_hit"], ["hits"], to=TensorProto.FLOAT),
            node("Mul", ["hits", "half"], ["velocity"]),
            node("Mul", ["hits", "zero"], ["offset"]),
        ],
        "tiny",
        [value(name, tensor) for name, tensor in INPUTS.items()],
        [value(name, tensor, shaped=shaped) for name, tensor in OUTPUTS.items()],
        [
            *weights,
            numbers("flat", [0, 32 * 27]),
            numbers("first", [0]),
            numbers("latent_size", [LATENT]),
            numbers("axis", [1]),
            numbers("zero", 0.0, np.float32),
            numbers("half", 0.5, np.float32),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    text = CARD.to_json() if card is None else card
    if text:
        helper.set_model_props(model, {"sideman_card": text})
    return model


CRASHING = tiny_model(
    [node("OneHot", ["positions", "depth", "on_off"], ["w"])],
    [numbers("depth", []), numbers("on_off", [0.0, 1.0], np.float32)],
)
"""onnxruntime 1.23.2 and 1.31.1 end the process at a depth without a number."""


def body(
    nodes: Sequence[NodeProto], carried: Sequence[tuple[str, str]] = (), listed: Sequence[str] = (), goes_on: str = "on"
) -> GraphProto:
    """Of a Loop that goes on as long as `goes_on` does. `carried`: (before, after); `listed`: one of each round."""
    return helper.make_graph(
        [*nodes, node("Identity", [goes_on], ["goes_on"])],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            *(helper.make_tensor_value_info(before, TensorProto.FLOAT, None) for before, _ in carried),
        ],
        [
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            *(helper.make_tensor_value_info(after, TensorProto.FLOAT, None) for _, after in carried),
            *(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in listed),
        ],
    )


def inputs(rows: int, *, decoding: bool) -> dict[str, npt.NDArray[np.generic]]:
    """Zeros for one of the two doors."""
    counts = {"N": rows, "E": 0 if decoding else rows, "P": 0 if decoding else rows, "B": rows if decoding else 0}
    made: dict[str, npt.NDArray[np.generic]] = {
        name: np.zeros([size if isinstance(size, int) else counts[size] for size in tensor.shape], tensor.dtype)
        for name, tensor in INPUTS.items()
    }
    made["decoding"] = np.array(decoding)
    return made
