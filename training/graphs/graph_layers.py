"""The layers of training/networks/layers.py as nodes of an ONNX graph: each function is the part of that name there.

Weights keep torch's names in the file, so that a file can be trained on (`training.graphs.weights`). Where a layer
takes each step by itself, [N, steps, n] lies flat as [N x steps, n]: of a product, its bias and its Relu onnxruntime
makes one node in two dimensions, and three in three.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from bridge.models import melody_grid
from training.graphs.onnx_graph import Graph
from training.networks.layers import LEAST_PROBABILITY, OCTAVES

__all__ = ["LEAST_CHANCE", "Array", "GraphLayers", "Weights"]

LAYER_NORM_EPSILON = 1e-5  # torch's
BLOCK = 32
"""Of the tokens, for their cumulative probabilities."""
LEAST_CHANCE = 1e-12
COLDEST = 0.01
"""Below this temperature the most likely tokens are taken and nothing is drawn."""

Array = npt.NDArray[np.float32]
Weights = Mapping[str, npt.NDArray[Any]]
"""The network's state dict, as arrays, and what else a graph is made of."""


class GraphLayers:
    """Writes parts of the network that has these weights into `graph`. `within` is the network's place in a larger one:
    what its weights' names begin with."""

    def __init__(self, graph: Graph, weights: Weights, within: str = "") -> None:
        self.graph = graph
        self.within = within
        self.weights = {name[len(within) :]: array for name, array in weights.items() if name.startswith(within)}

    def weight(self, name: str) -> str:
        return self.named(name, self.weights[name])

    def named(self, name: str, values: npt.ArrayLike) -> str:
        """Numbers under the name of a weight, or of what is made of one."""
        return self.graph.constant(values, name=f"{self.within}{name}")

    def linear(self, x: str, name: str, *, bias: bool = True) -> str:
        """x [N, inputs]."""
        transposed = self.named(f"{name}.weight.T", self.weights[f"{name}.weight"].T)
        if not bias:
            return self.graph.node("MatMul", x, transposed)
        return self.graph.node("Gemm", x, transposed, self.weight(f"{name}.bias"))

    def shaped(self, x: str, *shape: int) -> str:
        return self.graph.node("Reshape", x, self.graph.constant(shape, np.int64))

    def layer_norm(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.graph.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=LAYER_NORM_EPSILON)

    def column(self, x: str, index: int) -> str:
        """The numbers at `index` of the last of three dimensions, which falls away."""
        return self.graph.node("Gather", x, self.graph.constant(index, np.int64), axis=2)

    def grid_positions(self, positions: str, name: str) -> str:
        """positions [N, steps, 2] -> [N, steps, width]."""
        node = self.graph.node
        bar = node("Gather", self.weight(f"{name}.in_bar.weight"), self.column(positions, 0))
        pulse = node("Gather", self.weight(f"{name}.in_pulse.weight"), self.column(positions, 1))
        both = node("Add", bar, pulse)
        return node("Add", both, self.weight(f"{name}.step")) if f"{name}.step" in self.weights else both

    def tempo(self, tempo_bpm: str, name: str) -> str:
        """tempo_bpm [N, 1] -> [N, width]."""
        node, constant = self.graph.node, self.graph.constant
        octaves = node("Log", node("Mul", tempo_bpm, constant(1.0 / 120.0)))
        angle = node("Mul", octaves, constant(np.array(OCTAVES, np.float32) / math.log(2.0)))
        waves = node("Concat", node("Sin", angle), node("Cos", angle), axis=1)
        return self.linear(node("Relu", self.linear(waves, f"{name}.inner")), f"{name}.outer")

    def both_ways(self, x: str, name: str, layers: int) -> str:
        """x, steps first [steps, N, inputs] -> [steps, N, 2 width]."""
        width = self.weights[f"{name}.weight_hh_l0"].shape[1]
        for layer in range(layers):
            parts = [self._gru_way(f"{name}", f"l{layer}{way}") for way in ("", "_reverse")]
            inputs, states, biases = (np.stack(part) for part in zip(*parts, strict=True))
            out, _ = self.graph.nodes(
                "GRU",
                x,
                self.named(f"{name}.l{layer}.inputs", inputs),
                self.named(f"{name}.l{layer}.states", states),
                self.named(f"{name}.l{layer}.biases", biases),
                names=("both_ways", "both_ways_last"),
                hidden_size=width,
                direction="bidirectional",
                linear_before_reset=1,
            )
            # [steps, 2, N, width]: the way there, and the way back.
            x = self.shaped(self.graph.node("Transpose", out, perm=[0, 2, 1, 3]), 0, 0, 2 * width)
        return x

    def one_way(self, x: str, name: str) -> str:
        """The state [N, width] of a GRU after x, steps first [steps, N, inputs]."""
        inputs, states, biases = self._gru_way(name, "l0")
        out = self.graph.nodes(
            "GRU",
            x,
            self.named(f"{name}.inputs", inputs[None]),
            self.named(f"{name}.states", states[None]),
            self.named(f"{name}.biases", biases[None]),
            names=("one_way", "one_way_last"),
            hidden_size=states.shape[1],
            linear_before_reset=1,
        )
        return self.graph.node("Squeeze", out[1], self.graph.constant([0], np.int64))

    def gru_step(self, x: str, state: str, name: str) -> str:
        """One step: x [N, inputs], state [N, width] -> the next state."""
        node, width = self.graph.node, self.weights[f"{name}.weight_hh_l0"].shape[1]
        of_input, of_state = self.weights[f"{name}.weight_ih_l0"].T, self.weights[f"{name}.weight_hh_l0"].T
        input_bias, state_bias = self.weights[f"{name}.bias_ih_l0"], self.weights[f"{name}.bias_hh_l0"]
        both = node("Concat", x, state, axis=1)
        gates = 2 * width
        matrix = self.named(f"{name}.gates", np.concatenate((of_input[:, :gates], of_state[:, :gates])))
        sums = node("Gemm", both, matrix, self.named(f"{name}.gates_bias", (input_bias + state_bias)[:gates]))
        reset, update = self.graph.nodes("Split", node("Sigmoid", sums), names=("reset", "update"), axis=1)
        remembered = node("Gemm", state, self.named(f"{name}.state_new", of_state[:, gates:]),
                          self.named(f"{name}.state_new_bias", state_bias[gates:]))  # fmt: skip
        new = node("Gemm", x, self.named(f"{name}.input_new", of_input[:, gates:]),
                   self.named(f"{name}.input_new_bias", input_bias[gates:]))  # fmt: skip
        new = node("Tanh", node("Add", new, node("Mul", reset, remembered)))
        return node("Add", new, node("Mul", update, node("Sub", state, new)))

    def _gru_way(self, name: str, which: str) -> tuple[Array, Array, Array]:
        """Of one layer and direction: torch has the gates reset, update, new; ONNX update, reset, new."""

        def gates(array: Array) -> Array:
            reset, update, new = np.split(array, 3)
            return np.concatenate((update, reset, new))

        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        inputs, states, input_bias, state_bias = (gates(self.weights[f"{name}.{kind}_{which}"]) for kind in kinds)
        return inputs, states, np.concatenate((input_bias, state_bias))

    def uniform_of_normal(self, noise: str) -> str:
        node, constant = self.graph.node, self.graph.constant
        return node("Mul", node("Add", node("Erf", node("Mul", noise, constant(math.sqrt(0.5)))), constant(1.0)),
                    constant(0.5))  # fmt: skip

    def drawn(self, probability: str, uniform: str, bins: int) -> str:
        """probability [..., bins], uniform [..., 1] -> [...]: the quantile, in shares of the histogram from 0 to 1."""
        node, constant = self.graph.node, self.graph.constant
        probability = node("Max", probability, constant(LEAST_PROBABILITY))
        # The sum of those before each bin, by a product with a triangle: CumSum is several times slower.
        before = node("MatMul", probability, constant(np.triu(np.ones((bins, bins)), 1)))
        passed = node("Div", node("Sub", uniform, before), probability)
        passed = node("Clip", passed, constant(0.0), constant(1.0))
        return node("ReduceMean", passed, axes=[-1], keepdims=0)

    def correlated(self, noise: str, name: str) -> str:
        """noise [N, 32, columns], independent -> as a drummer's: see training/graphs/feel_noise.py."""
        steps, columns = self.weight(f"{name}.steps"), self.weight(f"{name}.columns")
        return self.graph.node("MatMul", steps, self.graph.node("MatMul", noise, columns))

    def token(self, probability: str, uniform: str, tokens: int) -> str:
        """probability [N, tokens], uniform [N, 1] -> the index that the uniform number draws, [N] int32, 0 to `tokens`:
        the last where rounding leaves the cumulative distribution below the uniform number.

        The cumulative distribution is made in blocks and then in all, by products with triangles of ones: onnxruntime's
        CumSum is several times slower.
        """
        node, constant = self.graph.node, self.graph.constant
        within = node("MatMul", self.shaped(probability, -1, BLOCK), constant(np.triu(np.ones((BLOCK, BLOCK)))))
        blocks = tokens // BLOCK
        within = self.shaped(within, -1, blocks, BLOCK)
        of_blocks = node("Gather", within, constant(BLOCK - 1, np.int64), axis=2)
        blocks_before = node("MatMul", of_blocks, constant(np.triu(np.ones((blocks, blocks)), 1)))
        left = node("Unsqueeze", node("Sub", uniform, blocks_before), constant([2], np.int64))
        # Counted in floats: onnxruntime adds integers several times slower.
        below = self.as_float(node("Less", within, left))
        count = node("ReduceSum", below, constant([1, 2], np.int64), keepdims=0)
        return node("Cast", count, to=onnx.TensorProto.INT32)

    def chance_of(self, probability: str, token: str, tokens: int) -> str:
        """probability [N, tokens], token [N] int32 -> [N]. One index past the last is as the last."""
        node, constant = self.graph.node, self.graph.constant
        index = node("Min", token, constant(tokens - 1, np.int32))
        chosen = node("GatherElements", probability, node("Unsqueeze", index, constant([1], np.int64)), axis=1)
        return node("Squeeze", chosen, constant([1], np.int64))

    def nats(self, chance: str) -> str:
        node, constant = self.graph.node, self.graph.constant
        return node("Neg", node("Log", node("Max", chance, constant(LEAST_CHANCE))))

    def melody_token(self, probability: str, uniform: str) -> str:
        """probability [N, 62], uniform [N, 1] -> the token that is drawn, [N] int32."""
        node, constant = self.graph.node, self.graph.constant
        # Two more that never are, so that the cumulative probabilities are made in whole blocks; the last one, where
        # rounding leaves them below the uniform number, is a pitch like its neighbour.
        never = node("Mul", node("Slice", probability, constant([0], np.int64), constant([2], np.int64),
                                 constant([1], np.int64)), constant(0.0))  # fmt: skip
        token = self.token(node("Concat", probability, never, axis=1), uniform, melody_grid.TOKENS + 2)
        return node("Min", token, constant(melody_grid.TOKENS - 1, np.int32))

    def sounding(self, token: str, last: str) -> str:
        """What sounds after a token [N] int32: it, or where it is a hold what did before."""
        node = self.graph.node
        return node("Where", node("Equal", token, self.graph.constant(melody_grid.HOLD, np.int32)), last, token)

    def sharpness(self, temperature: str) -> tuple[str, str]:
        """temperature [N, 1] -> what logits are multiplied with, [N, 1], and whether the most likely are taken.

        The most likely token is what any small number draws from logits so sharp that one of them has it all. The
        factor is a power of two and rounds nothing, so that logits which differ still differ.
        """
        node, constant = self.graph.node, self.graph.constant
        cold = node("Less", temperature, constant(COLDEST))
        return node("Where", cold, constant(2.0**60), node("Reciprocal", temperature)), cold

    def as_float(self, x: str) -> str:
        return self.graph.node("Cast", x, to=onnx.TensorProto.FLOAT)
