"""The weights of a network out of a model's file, so that a training can start from a shipped model.

The graphs keep torch's names. A transposed matrix is called NAME.T; matrices that lie in one are called A+B, in the
order of their rows; a GRU lies in the file as the graph needs it, and is put together again here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from bridge.errors import BadFile
from training.graphs.card import card_in

__all__ = ["read_weights"]

Array = npt.NDArray[np.float32]
Arrays = Mapping[str, Array]


def read_weights(path: Path, kind: str, nets: list[nn.Module]) -> list[dict[str, Tensor]]:
    """The state dict of each of `nets` from the file of a model of this kind. Raises BadFile."""
    card = card_in(path)
    data = path.read_bytes()
    if card.kind != kind:
        raise BadFile(f"{path.name} is a {card.kind}: to train a {kind}, start from a file of that kind.")
    arrays: dict[str, Array] = {}
    for tensor in _tensors(onnx.load_from_string(data).graph):
        # Equal names in other parts of the graph have got a number; the numbers in them are the same.
        name = re.sub(r"(\.half)?(_\d+)?$", "", tensor.name)
        arrays.setdefault(name, numpy_helper.to_array(tensor))
    together = any(name.startswith("members.") for name in arrays)
    return [_state(net, arrays, f"members.{i}." if together else "", path) for i, net in enumerate(nets)]


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from _tensors(attribute.g)


def _state(net: nn.Module, arrays: Arrays, within: str, path: Path) -> dict[str, Tensor]:
    known = {name[len(within) :]: array for name, array in arrays.items() if name.startswith(within)}
    found: dict[str, Array] = {}
    shapes = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}
    for name, array in known.items():
        row = 0
        for part in name.split("+"):
            plain = part.removesuffix(".T")
            if plain in shapes:
                rows = shapes[plain][-1] if part != plain else shapes[plain][0]
                piece = array[row : row + rows] if "+" in name else array
                found[plain] = piece.T if part != plain else piece
                row += rows
    for name, module in net.named_modules():
        if isinstance(module, nn.GRU):
            found |= {f"{name}.{key}": value for key, value in _gru(module, known, name).items()}
    # The odds of single drums went into those of the combinations when the file was made.
    found.setdefault("bits_out.weight", np.zeros(shapes.get("bits_out.weight", (0,)), np.float32))
    lacking = [name for name, shape in shapes.items() if name not in found or found[name].shape != shape]
    if lacking:
        raise BadFile(f"{path.name} lacks the weights {', '.join(lacking[:3])}: it was made by another version.")
    return {name: torch.from_numpy(np.array(found[name], np.float32)) for name in shapes}


def _gru(gru: nn.GRU, known: Arrays, name: str) -> dict[str, Array]:
    if f"{name}.l0.inputs" in known:
        parts: dict[str, Array] = {}
        for layer in range(gru.num_layers):
            inputs, states, biases = (known[f"{name}.l{layer}.{kind}"] for kind in ("inputs", "states", "biases"))
            for way, suffix in enumerate(("", "_reverse")):
                parts |= _of_operator(inputs[way], states[way], biases[way], f"l{layer}{suffix}")
        return parts
    if f"{name}.inputs" in known:
        inputs, states, biases = (known[f"{name}.{kind}"][0] for kind in ("inputs", "states", "biases"))
        return _of_operator(inputs, states, biases, "l0")
    if f"{name}.gates" not in known:
        return {}
    # Of a step: the gates' biases lie there as one sum.
    width = gru.hidden_size
    get = {key: known[f"{name}.{key}"] for key in ("gates", "gates_bias", "state_new", "state_new_bias")}
    if f"{name}.plan_gates" in known:
        before = known[f"{name}.before_new"]
        of_input = np.concatenate((known[f"{name}.plan_gates"], get["gates"][width:]))
        new, new_bias = np.concatenate((known[f"{name}.plan_new"], before)), known[f"{name}.new_bias"]
        of_state = get["gates"][:width]
    else:
        of_input, of_state = get["gates"][:-width], get["gates"][-width:]
        new, new_bias = known[f"{name}.input_new"], known[f"{name}.input_new_bias"]
    return {
        "weight_ih_l0": np.concatenate((of_input, new), axis=1).T,
        "weight_hh_l0": np.concatenate((of_state, get["state_new"]), axis=1).T,
        "bias_ih_l0": np.concatenate((get["gates_bias"], new_bias)),
        "bias_hh_l0": np.concatenate((np.zeros_like(get["gates_bias"]), get["state_new_bias"])),
    }


def _of_operator(inputs: Array, states: Array, biases: Array, suffix: str) -> dict[str, Array]:
    """ONNX has the gates update, reset, new; torch reset, update, new."""

    def gates(array: Array) -> Array:
        update, reset, new = np.split(array, 3)
        return np.concatenate((reset, update, new))

    of_input, of_state = np.split(biases, 2)
    return {
        f"weight_ih_{suffix}": gates(inputs),
        f"weight_hh_{suffix}": gates(states),
        f"bias_ih_{suffix}": gates(of_input),
        f"bias_hh_{suffix}": gates(of_state),
    }
