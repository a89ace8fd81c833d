"""A memory (training/graphs/memory.py) as nodes of an ONNX graph: each function is the one of that name there."""

from __future__ import annotations

import math

import numpy as np
import onnx

from bridge.models.drum_grid import CLASSES, PAD_POSITION, STEPS
from training.graphs.graph_layers import GraphLayers
from training.graphs.memory import HALF, KEY_LIMIT, LEAST_WEIGHT, Listening
from training.networks.tokens import TOKENS

__all__ = ["MemoryLayers"]

ZERO_POINT = KEY_LIMIT + 1


class MemoryLayers(GraphLayers):
    """Its weights are those that `Memory.weights` gives."""

    def whole(self, name: str) -> str:
        """Whole numbers of the memory, in the type that they are kept in."""
        array = self.weights[f"memory.{name}"]
        return self.graph.constant(array, array.dtype, name=f"memory.{name}")

    def octaves(self, tempo_bpm: str, units: float) -> str:
        """Times `units`."""
        node, constant = self.graph.node, self.graph.constant
        nats = node("Log", node("Mul", tempo_bpm, constant(1.0 / 120.0)))
        return node("Mul", nats, constant(units / math.log(2.0)))

    def neighbours(self, key: str, told: str | None, listening: Listening) -> tuple[str, str, str]:
        """key [N, F], not yet of whole numbers; told [N, 1], or None where all is always told -> weights [N, K], places
        [N, K] int64, and the memory's share [1, N, 1], as steps first has it. Reads the graph's `positions`."""
        node, constant = self.graph.node, self.graph.constant
        key = node("Clip", node("Round", key), constant(-KEY_LIMIT), constant(KEY_LIMIT))
        keys = self.weights["memory.keys"]
        kept = self.graph.constant(keys.T, np.int8, name="memory.keys.T")
        # Unsigned from a zero point on: onnxruntime multiplies two signed ones a hundred times slower.
        raised = node("Cast", node("Add", key, constant(ZERO_POINT)), to=onnx.TensorProto.UINT8)
        product = node("MatMulInteger", raised, kept, constant(ZERO_POINT, np.uint8))
        always, optional = self.weights["memory.lengths"]
        lengths = constant(always, np.int32, name="memory.lengths")
        if told is not None:
            of_told = constant(optional, np.int32, name="memory.lengths.optional")
            of_told = node("Mul", node("Cast", told, to=onnx.TensorProto.INT32), of_told)
            lengths = node("Add", lengths, of_told)
        score = node("Sub", node("Add", product, product), lengths)
        nearest = constant([min(listening.nearest, len(keys))], np.int64)
        score, which = self.graph.nodes("TopK", score, nearest, names=("score", "which"), axis=1)
        score = self.as_float(score)
        best = node("Gather", score, constant([0], np.int64), axis=1)
        weights = node("Exp", node("Mul", node("Sub", score, best), constant(1.0 / listening.width)))
        squares = self.graph.nodes("Split", node("Mul", key, key), constant([1, keys.shape[1] - 1], np.int64),
                                   names=("of_tempo", "of_asked"), axis=1)  # fmt: skip
        tempo, asked = (node("ReduceSum", square, constant([1], np.int64)) for square in squares)
        far = node("Sub", node("Add", tempo, asked), best)
        far = node("Sub", far, node("Mul", asked, constant(listening.farthest)))
        near = self.as_float(node("Less", far, constant(0.0)))
        same = self.as_float(node("Equal", "positions", self.whole("positions")))
        known = node("ReduceMin", self.shaped(same, 0, -1), axes=[1])
        share = node("Mul", node("Mul", near, known), constant(listening.share))
        return weights, which, node("Unsqueeze", share, constant([0], np.int64))

    def steps(self, which: str) -> str:
        """[N, K] -> combinations [N, K, 32] int32."""
        node, constant = self.graph.node, self.graph.constant
        start = node("Unsqueeze", node("Gather", self.whole("starts"), which), constant([2], np.int64))
        at = node("Add", start, constant(np.arange(STEPS), np.int32))
        at = node("Min", at, constant(len(self.weights["memory.tokens"]) - 1, np.int32))
        tokens = node("Cast", node("Gather", self.whole("tokens"), at), to=onnx.TensorProto.INT32)
        inside = self.weights["memory.positions"][:, 0] != PAD_POSITION
        return tokens if inside.all() else node("Mul", tokens, constant(inside, np.int32))

    def combinations(self, weights: str, which: str) -> tuple[str, str]:
        """[N, K] each -> sums [32, N, 512] and totals [32, N, 1], steps first."""
        node, constant = self.graph.node, self.graph.constant
        tokens = self.steps(which)
        played = self.as_float(node("Greater", tokens, constant(0, np.int32)))
        played = node("Mul", node("Unsqueeze", weights, constant([2], np.int64)), played)
        return self._sums(tokens, played, TOKENS), self._totals(played)

    def histograms(self, weights: str, which: str, bins: int) -> tuple[str, str]:
        """[N, K] each -> sums [32, N, 18, bins] and totals [32, N, 18, 1], steps first."""
        node, constant = self.graph.node, self.graph.constant
        bits = np.arange(TOKENS)[:, None] >> np.arange(CLASSES) & 1
        hits = node("Gather", constant(bits, np.int32, name="hits_of_combinations"), self.steps(which))
        hits = self.shaped(hits, 0, 0, -1)
        before = node("CumSum", hits, constant(2, np.int64), exclusive=1)
        first = node("Unsqueeze", node("Gather", self.whole("first_hits"), which), constant([2], np.int64))
        last = len(self.weights["memory.values"]) - 1
        at = node("Min", node("Add", first, before), constant(last, np.int32))
        played = node("Mul", node("Unsqueeze", weights, constant([2], np.int64)), self.as_float(hits))
        found = node("Cast", node("Gather", self.whole("values"), at), to=onnx.TensorProto.INT32)
        values = self.graph.nodes("Split", found, names=("velocities", "offsets"), axis=3)
        sums = []
        for each in values:
            bin_of = node("Squeeze", each, constant([3], np.int64))
            sums.append(self.shaped(self._sums(bin_of, played, bins), STEPS, CLASSES, -1, bins))
        both = node("Transpose", node("Concat", *sums, axis=1), perm=[0, 2, 1, 3])
        total = self.shaped(self._totals(played), STEPS, CLASSES, -1, 1)
        return both, node("Transpose", node("Concat", total, total, axis=1), perm=[0, 2, 1, 3])

    def _sums(self, places: str, values: str, most: int) -> str:
        """places and values [N, K, n] -> [n, N, most]: the sums of the values at each place below `most`."""
        node, constant = self.graph.node, self.graph.constant
        n = node("Shape", places)
        rows, columns = (node("Slice", n, constant([i], np.int64), constant([i + 1], np.int64)) for i in (0, 2))
        shape = node("Concat", rows, constant([most], np.int64), columns, axis=0)
        nothing = node("Expand", constant(np.zeros((1, 1, 1))), shape)
        sums = node("ScatterElements", nothing, places, values, axis=1, reduction="add")
        return node("Transpose", sums, perm=[2, 0, 1])

    def _totals(self, values: str) -> str:
        """values [N, K, n] -> [n, N, 1]."""
        total = self.graph.node("ReduceSum", values, self.graph.constant([1], np.int64))
        return self.graph.node("Transpose", total, perm=[2, 0, 1])

    def mixed(self, said: str, sums: str, total: str, share: str) -> str:
        """All of them steps first."""
        node, constant = self.graph.node, self.graph.constant
        part = node("Div", total, node("Add", total, constant(HALF)))
        average = node("Div", sums, node("Max", total, constant(LEAST_WEIGHT)))
        return node("Add", said, node("Mul", node("Mul", share, part), node("Sub", average, said)))
