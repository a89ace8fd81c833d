"""Writes an ONNX graph node by node: what is in the file is what is written here, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

__all__ = ["IR_VERSION", "LARGE", "OPSET", "Graph", "Shape"]

OPSET = 17
IR_VERSION = 8

LARGE = 512
"""Numbers from which on a constant is stored in 16 bits, where that is asked for."""

SMALL_BYTES = 256
"""Up to here a number is not worth sharing: shapes, indices, single numbers."""

Shape = tuple[int | str, ...]
"""A string names a size that is known only when the model runs."""


_Key = tuple[str, str, tuple[int, ...], bytes]


class Graph:
    """Nodes in order, and the numbers that they use. A subgraph reads the values of its parents by their names.

    The outermost graph holds the large numbers of those just within it: while the branches of an If held their own, the
    bridge took 23 MB more. Deeper graphs hold their own, because onnxruntime packs a matrix once, at load, only where
    it lies in the graph of the MatMul itself or the one above. Two above, as seen from a Scan in an If, it would be
    packed at every step.
    """

    def __init__(self, name: str, parent: Graph | None = None, half: bool = False) -> None:
        """`half`: large weights take 16 bits each in the file; onnxruntime makes them 32 when it loads it."""
        self._name = name
        self._half = half
        self._parent = parent
        self._holder = parent if parent is not None and parent._parent is None else None
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._constants: dict[_Key, onnx.TensorProto] = {}
        self._widened: dict[_Key, str] = {}
        self._times_used: dict[str, int] = parent._times_used if parent else {}

    def subgraph(self, name: str) -> Graph:
        return Graph(name, self)

    def input(self, name: str, dtype: npt.DTypeLike, shape: Shape) -> str:
        self._inputs.append(_info(self._unused(name), dtype, shape))
        return self._inputs[-1].name

    def output(self, value: str, dtype: npt.DTypeLike, shape: Shape | None = None) -> None:
        """`value` goes out under the name it has; a subgraph need not say its shape."""
        self._outputs.append(_info(value, dtype, shape))

    def constant(self, values: npt.ArrayLike, dtype: npt.DTypeLike = np.float32, name: str = "constant") -> str:
        """The name of these numbers; equal ones of one `name` are stored once."""
        array = np.array(values, dtype, order="C")
        if self._holder is not None and array.nbytes > SMALL_BYTES:
            return self._holder.constant(array, dtype, name)
        key = (name, array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            if self._half and array.dtype == np.float32 and array.size >= LARGE:
                if key not in self._widened:
                    small = self.constant(array, np.float16, f"{name}.half")
                    self._widened[key] = self.nodes("Cast", small, names=(name,), to=onnx.TensorProto.FLOAT)[0]
                return self._widened[key]
            self._constants[key] = numpy_helper.from_array(array, self._unused(name))
        return self._constants[key].name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Appends a node and returns the name of its one output."""
        return self.nodes(kind, *inputs, names=(kind,), **attributes)[0]

    def nodes(self, kind: str, *inputs: str, names: tuple[str, ...], **attributes: Any) -> tuple[str, ...]:
        """Appends a node with an output for each of `names`; a name that is taken gets a number."""
        outputs = tuple(self._unused(name) for name in names)
        self._nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs

    def body(self) -> onnx.GraphProto:
        """As the attribute of a node of the parent."""
        constants = list(self._constants.values())
        return helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, constants)

    def model(self) -> onnx.ModelProto:
        """As a file's content, checked."""
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(self.body(), opset_imports=[opset], ir_version=IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _unused(self, name: str) -> str:
        self._times_used[name] = self._times_used.get(name, 0) + 1
        return name if self._times_used[name] == 1 else f"{name}_{self._times_used[name]}"


def _info(name: str, dtype: npt.DTypeLike, shape: Shape | None) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)
