"""Drum continuation (training/networks/drum_continuation.py) as one ONNX graph, and the product that is shipped.

The bars so far go through a GRU at once; then a Scan goes on from step to step, as many as are asked for. What was
played last is part of the Scan's state: each step looks into it at the lags that belong to the meter.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import onnx
import torch

from bridge.models.drum_continuation import HISTORY
from bridge.models.drum_grid import CLASSES
from bridge.models.grid import window
from bridge.models.kinds import KINDS
from bridge.models.lookback import lags_of
from bridge.music.meter import Meter
from training.chunks import chunks
from training.data.drum_sequences import Sequences
from training.graphs.export import Arrays, Product
from training.graphs.graph_layers import LEAST_CHANCE, GraphLayers, Weights
from training.graphs.humanise import MAX_OFFSET, MIN_VELOCITY, feel_noise_of
from training.graphs.onnx_graph import Graph
from training.networks.drum_continuation import (
    BINS,
    GRU,
    LAGS,
    PRIMER_STEPS,
    SAME_PLACE,
    WIDTH,
    DrumContinuation,
)
from training.networks.layers import drawn, uniform_of_normal
from training.networks.tokens import TOKENS, bits_of_tokens, tokens_of_hits

__all__ = ["DrumContinuationProduct"]

CELLS = 3 * CLASSES
FITTED = 3000
"""Runs that the noise is fitted to."""


def drum_continuation_graph(weights: Weights) -> onnx.ModelProto:
    graph = Graph("drum_continuation")
    inputs, outputs = KINDS["drum_continuation"].sized(0)
    for name, (dtype, shape) in inputs.items():
        graph.input(name, dtype, shape)
    net = _Layers(graph, weights)
    node, constant = graph.node, graph.constant
    tempo = node("Unsqueeze", net.tempo("tempo_bpm", "tempo"), constant([1], np.int64))

    # What was heard: all its steps at once.
    rows = node("Shape", "history", start=0, end=1)
    before = node("ConstantOfShape", node("Concat", rows, constant([HISTORY, CELLS], np.int64), axis=0))
    padded = node("Concat", before, "history", axis=1)
    steps = node("Squeeze", node("Shape", "history", start=1, end=2), constant([0], np.int64))
    at = node("Range", constant(0, np.int64), steps, constant(1, np.int64))
    at = node("Unsqueeze", node("Add", at, constant(HISTORY, np.int64)), constant([1], np.int64))
    past = node("Gather", padded, node("Sub", at, "lags"), axis=1)  # [B, H, LAGS, CELLS]
    flat = net.shaped(past, -1, LAGS * CELLS)
    place = node("Add", net.grid_positions("history_positions", "positions"), tempo)
    seen = net.seen(flat, net.shaped(place, -1, WIDTH))
    like = node("Concat", node("Shape", "history", start=0, end=2), constant([WIDTH], np.int64), axis=0)
    seen = node("Transpose", node("Reshape", seen, like), perm=[1, 0, 2])
    state = net.one_way(seen, "gru")

    # What follows: step by step.
    recent = node("Slice", padded, constant([-HISTORY], np.int64), constant([2**31], np.int64), constant([1], np.int64))
    place = node("Transpose", node("Add", net.grid_positions("positions", "positions"), tempo), perm=[1, 0, 2])
    bias = node("Transpose", "hit_bias", perm=[1, 0, 2])
    sharpness, cold = net.sharpness("temperature")
    uniform = node("Where", cold, constant(1e-6), "hit_uniform")
    uniform = node("Unsqueeze", node("Transpose", uniform, perm=[1, 0]), constant([2], np.int64))
    quantile = net.uniform_of_normal(node("MatMul", "feel_noise", net.weight("feel_noise.columns")))
    quantile = node("Unsqueeze", node("Transpose", quantile, perm=[1, 0, 2]), constant([3], np.int64))
    told = node("Transpose", "told", perm=[1, 0, 2])
    told_hits = node("Slice", told, constant([0], np.int64), constant([CLASSES], np.int64), constant([2], np.int64))
    told_token = node("Cast", node("ReduceSum", node("Mul", told_hits, constant(2.0 ** np.arange(CLASSES))),
                                   constant([2], np.int64), keepdims=0), to=onnx.TensorProto.INT32)  # fmt: skip
    is_told = node("Transpose", "is_told", perm=[1, 0])
    # Where to look in what was played last, of which the newest step stands at the end.
    lagging = node("Sub", constant(HISTORY, np.int64), "lags")
    body = _Layers(graph.subgraph("step"), weights).step(sharpness, lagging)
    _, _, cells, chance = graph.nodes(
        "Scan", state, recent, place, bias, uniform, quantile, told, told_token, is_told,
        names=("last_state", "last_cells", "cells", "chance"), body=body, num_scan_inputs=7,
    )  # fmt: skip
    cells = node("Transpose", cells, perm=[1, 0, 2])
    graph.nodes("Split", cells, names=("hits", "velocity", "offset"), axis=2)
    graph.nodes("Transpose", net.nats(chance), names=("nats",), perm=[1, 0])
    for name, (dtype, shape) in outputs.items():
        graph.output(name, dtype, shape)
    return graph.model()


class _Layers(GraphLayers):
    def seen(self, past: str, place: str) -> str:
        """past [N, LAGS x CELLS], place [N, WIDTH] -> [N, WIDTH]."""
        node = self.graph.node
        x = node("Relu", node("Add", self.linear(past, "past_in"), place))
        return node("Add", x, node("Relu", self.linear(x, "past")))

    def step(self, sharpness: str, lagging: str) -> onnx.GraphProto:
        """One step of B rows: the GRU, the combination that is drawn, its velocities and offsets."""
        graph, node, constant = self.graph, self.graph.node, self.graph.constant
        state = graph.input("state", np.float32, ("B", GRU))
        recent = graph.input("recent", np.float32, ("B", HISTORY, CELLS))
        place = graph.input("step_place", np.float32, ("B", WIDTH))
        bias = graph.input("step_bias", np.float32, ("B", CLASSES))
        uniform = graph.input("step_uniform", np.float32, ("B", 1))
        quantile = graph.input("step_quantile", np.float32, ("B", 2 * CLASSES, 1))
        told = graph.input("step_told", np.float32, ("B", CELLS))
        told_token = graph.input("step_told_token", np.int32, ("B",))
        is_told = graph.input("step_is_told", np.bool_, ("B",))

        past = node("Gather", recent, lagging, axis=1)  # [B, LAGS, CELLS]
        seen = self.seen(self.shaped(past, -1, LAGS * CELLS), place)
        state = self.gru_step(seen, state, "gru")
        bits = (np.arange(TOKENS)[:, None] >> np.arange(CLASSES) & 1).astype(np.float32)
        both = node("Concat", state, seen, axis=1)
        of_bits = node("Add", self.linear(both, "bits_out", bias=False), bias)
        # One product: a combination's odds by the state, by what is seen, and by its drums.
        parts = [self.weights["token_out.weight"].T, self.weights["token_skip.weight"].T, bits.T]
        matrix = self.named("token_out.weight.T+token_skip.weight.T+bits", np.concatenate(parts))
        logits = node("Gemm", node("Concat", both, of_bits, axis=1), matrix, self.weight("token_out.bias"))
        probability = node("Softmax", node("Mul", logits, sharpness), axis=1)
        token = node("Where", is_told, told_token, self.token(probability, uniform, TOKENS))
        hits = node("Gather", constant(np.concatenate((bits, bits[-1:])), name="hits_of_tokens"), token)

        same = node("Gather", past, constant(SAME_PLACE, np.int64), axis=1)
        known = node("Concat", state, hits, self.shaped(same, -1, len(SAME_PLACE) * CELLS), axis=1)
        feel = self.linear(node("Relu", self.linear(known, "feel_in")), "feel_out")
        histograms = node("Softmax", self.shaped(feel, -1, 2 * CLASSES, BINS), axis=-1)
        share = self.drawn(histograms, quantile, BINS)
        velocity, offset = graph.nodes("Split", share, names=("step_velocity", "step_offset"), axis=1)
        velocity = node("Mul", node("Max", velocity, constant(MIN_VELOCITY)), hits)
        offset = node("Mul", node("Min", node("Sub", offset, constant(0.5)), constant(MAX_OFFSET)), hits)
        cells = node("Concat", hits, velocity, offset, axis=1)
        cells = node("Where", node("Unsqueeze", is_told, constant([1], np.int64)), told, cells)
        later = node("Slice", recent, constant([1], np.int64), constant([HISTORY], np.int64), constant([1], np.int64))
        newest = node("Unsqueeze", cells, constant([1], np.int64))
        graph.output(state, np.float32)
        graph.output(node("Concat", later, newest, axis=1), np.float32)
        graph.output(cells, np.float32)
        graph.output(self.chance_of(probability, token, TOKENS), np.float32)
        return graph.body()


class DrumContinuationProduct(Product):
    kind = "drum_continuation"
    drawn = "hits"

    def __init__(self, net: DrumContinuation, sequences: Sequences, rng: np.random.Generator) -> None:
        """`net` is in eval mode, on the CPU; the noise is fitted to some of the training sequences.

        Of the noise only what is alike across a step's columns is taken: from step to step the network hears itself.
        """
        self.net = net
        self.sequences = sequences
        which = rng.choice(sequences.common, min(FITTED, len(sequences.common)), replace=False)
        histograms, played = [], []
        with torch.no_grad():
            for chunk in chunks(which, 128):
                runs = sequences.plain(chunk, 2 * PRIMER_STEPS)
                cells = torch.from_numpy(runs.cells)
                lags = torch.tensor([lags_of(bar_steps) for bar_steps in runs.bar_steps.tolist()])
                tempo_bpm = torch.from_numpy(runs.tempos_bpm)[:, None]
                _, feel = net(cells, torch.from_numpy(runs.positions), tempo_bpm, lags)
                histograms.append(torch.softmax(feel[:, PRIMER_STEPS:], dim=-1))
                played.append(cells[:, PRIMER_STEPS:])
        self.noise = feel_noise_of(histograms, played)

    def weights(self) -> Weights:
        arrays = {name: tensor.numpy() for name, tensor in self.net.state_dict().items()}
        return {**arrays, "feel_noise.columns": self.noise.columns}

    def graph(self, weights: Weights) -> onnx.ModelProto:
        return drum_continuation_graph(weights)

    def doors(self) -> dict[str, tuple[Arrays, Arrays]]:
        """Four primers of two bars in 4/4 and three bars after them, and four cut to 7/8 with one; at temperature 0 and
        1, with and without bias and noise."""
        doors = (("four_four", Meter(4, 4), 3), ("seven_eight", Meter(7, 8), 1))
        return {door: self.steady(partial(self._inputs, meter, bars)) for door, meter, bars in doors}

    def _inputs(self, meter: Meter, bars: int, rng: np.random.Generator) -> Arrays:
        shape = window(meter)
        heard, steps = 2 * shape.bar_steps, bars * shape.bar_steps
        runs = self.sequences.cut(rng.choice(self.sequences.common, 4), meter, heard)
        positions = shape.positions[np.arange(heard + steps) % shape.steps][None].repeat(4, 0)
        moved = np.array([0.0, 1.0, 0.0, 1.0], np.float32)[:, None, None]
        return {
            "history": runs.cells,
            "history_positions": positions[:, :heard],
            "positions": positions[:, heard:],
            "tempo_bpm": runs.tempos_bpm[:, None],
            "lags": np.array(lags_of(shape.bar_steps)),
            "hit_bias": 0.5 * moved * rng.standard_normal((4, steps, CLASSES), np.float32),
            "temperature": np.array([[0.0], [0.0], [1.0], [1.0]], np.float32),
            "hit_uniform": rng.random((4, steps), np.float32),
            "feel_noise": moved * rng.standard_normal((4, steps, 2 * CLASSES), np.float32),
            # The last primer goes on as it was played, for a bar.
            "told": np.broadcast_to(runs.cells[:, :1], (4, steps, CELLS)).copy(),
            "is_told": (np.arange(steps) < shape.bar_steps) & (np.arange(4)[:, None] == 3),
        }

    @torch.no_grad()
    def reference(self, inputs: Arrays) -> Arrays:
        """The whole past is looked at anew at every step."""
        given = {name: torch.from_numpy(array) for name, array in inputs.items()}
        net, cells = self.net, given["history"]
        positions = torch.cat((given["history_positions"], given["positions"]), dim=1)
        lags = given["lags"][None].expand(len(cells), -1)
        bits = bits_of_tokens(torch.arange(TOKENS))
        quantile = uniform_of_normal(given["feel_noise"] @ torch.from_numpy(self.noise.columns))
        cold = given["temperature"] < 0.01
        sharpness = torch.where(cold, 2.0**60, 1.0 / given["temperature"])
        heard = cells.shape[1]
        nats = []
        for t in range(given["positions"].shape[1]):
            cells = torch.cat((cells, torch.zeros(len(cells), 1, CELLS)), dim=1)
            past = net.past_of(cells, lags)
            seen = net.seen(past, positions[:, : heard + t + 1], given["tempo_bpm"])
            state = net.gru(seen)[0][:, -1]
            logits = net.token_logits(seen[:, -1], state) + given["hit_bias"][:, t] @ bits.T
            cumulative = torch.softmax(logits / given["temperature"].clamp(min=0.01), dim=1).cumsum(1)
            drawn_token = (cumulative < given["hit_uniform"][:, t : t + 1]).sum(1).clamp(max=TOKENS - 1)
            told, is_told = given["told"][:, t], given["is_told"][:, t]
            token = torch.where(cold[:, 0], logits.argmax(1), drawn_token)
            token = torch.where(is_told, tokens_of_hits(told[:, :CLASSES]), token)
            probability = torch.softmax(logits * sharpness, dim=1)
            nats.append(-probability.gather(1, token[:, None])[:, 0].clamp(min=LEAST_CHANCE).log())
            hits = bits[token]
            histograms = torch.softmax(net.feel(state, hits, past[:, -1]), dim=-1)
            of_velocity, of_offset = histograms.chunk(2, dim=1)
            quantiles = quantile[:, t].chunk(2, dim=1)
            velocity = drawn(of_velocity, quantiles[0], 0.0, 1.0).clamp(min=MIN_VELOCITY) * hits
            offset = drawn(of_offset, quantiles[1], -0.5, 0.5).clamp(max=MAX_OFFSET) * hits
            cells[:, -1] = torch.where(is_told[:, None], told, torch.cat((hits, velocity, offset), dim=1))
        played = dict(zip(("hits", "velocity", "offset"), np.split(cells[:, heard:].numpy(), 3, axis=2), strict=True))
        return {**played, "nats": torch.stack(nats, dim=1).numpy()}
