"""Melody continuation (training/networks/melody_continuation.py) as one ONNX graph, and the product that is shipped.

The bars so far go through a GRU at once; then a Scan goes on from step to step, as many as are asked for. What was told
last, what sounded, and how often each pitch class was heard are part of its state.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import onnx
import torch

from bridge.models.grid import STEPS_PER_BEAT, window
from bridge.models.kinds import KINDS
from bridge.models.melody_continuation import HISTORY, melody_lags_of
from bridge.models.melody_grid import FIRST_PITCH, LOWEST_PITCH, PITCHES, TOKENS
from bridge.music.meter import Meter
from training.data.melody_windows import CHORD_COLUMNS, MelodyWindows
from training.graphs.export import Arrays, Product
from training.graphs.graph_layers import LEAST_CHANCE, GraphLayers, Weights
from training.graphs.onnx_graph import Graph
from training.networks.melody_continuation import (
    EMBEDDING,
    GRU,
    LAGS,
    PITCH_CLASSES,
    SOUNDING_LAGS,
    WIDTH,
    MelodyContinuation,
    heard_before,
)
from training.networks.melody_vae import UNKNOWN, sounding

__all__ = ["MelodyContinuationProduct"]

TOLD = (LAGS + len(SOUNDING_LAGS)) * EMBEDDING


def melody_continuation_graph(weights: Weights) -> onnx.ModelProto:
    graph = Graph("melody_continuation")
    inputs, outputs = KINDS["melody_continuation"].sized(0)
    for name, (dtype, shape) in inputs.items():
        graph.input(name, dtype, shape)
    net = _Layers(graph, weights)
    node, constant = graph.node, graph.constant

    # Harmony, now and a quarter note later, of all steps; what is behind the last is as the last.
    harmony = node("Concat", "history_harmony", "harmony", axis=1)
    last = node("Slice", harmony, constant([-1], np.int64), constant([2**31], np.int64), constant([1], np.int64))
    extended = node("Concat", harmony, *[last] * STEPS_PER_BEAT, axis=1)
    later = node("Slice", extended, constant([STEPS_PER_BEAT], np.int64), constant([2**31], np.int64),
                 constant([1], np.int64))  # fmt: skip
    chords = net.chords(node("Concat", harmony, later, axis=2))
    heard_steps = node("Shape", "history", start=1, end=2)
    chords_before = node("Slice", chords, constant([0], np.int64), heard_steps, constant([1], np.int64))
    chords_after = node("Slice", chords, heard_steps, constant([2**31], np.int64), constant([1], np.int64))

    # What was heard: all its steps at once.
    rows = node("Shape", "history", start=0, end=1)
    unknown = node("ConstantOfShape", node("Concat", rows, constant([HISTORY], np.int64), axis=0),
                   value=onnx.numpy_helper.from_array(np.array([UNKNOWN], np.int64)))  # fmt: skip
    padded = node("Concat", unknown, "history", axis=1)
    sounded = net.sounding_of("history")
    padded_sounding = node("Concat", unknown, sounded, axis=1)
    steps = node("Squeeze", heard_steps, constant([0], np.int64))
    at = node("Range", constant(0, np.int64), steps, constant(1, np.int64))
    at = node("Unsqueeze", node("Add", at, constant(HISTORY, np.int64)), constant([1], np.int64))
    sounding_lags = node("Gather", "lags", constant(SOUNDING_LAGS, np.int64))
    past = node("Gather", padded, node("Sub", at, "lags"), axis=1)  # [B, H, LAGS]
    past_sounding = node("Gather", padded_sounding, node("Sub", at, sounding_lags), axis=1)
    told = net.told(past, past_sounding)
    counts, total = net.counts_before("history")
    place = node("Add", net.grid_positions("history_positions", "positions"), chords_before)
    seen = net.seen(told, net.shaped(counts, -1, PITCH_CLASSES), net.shaped(place, -1, WIDTH))
    like = node("Concat", node("Shape", "history", start=0, end=2), constant([WIDTH], np.int64), axis=0)
    state = net.one_way(node("Transpose", node("Reshape", seen, like), perm=[1, 0, 2]), "gru")

    # What follows: step by step.
    back = constant([-HISTORY], np.int64), constant([2**31], np.int64), constant([1], np.int64)
    recent, recent_sounding = node("Slice", padded, *back), node("Slice", padded_sounding, *back)
    place = node("Add", net.grid_positions("positions", "positions"), chords_after)
    place = node("Transpose", place, perm=[1, 0, 2])
    bias = node("Transpose", "token_bias", perm=[1, 0, 2])
    sharpness, cold = net.sharpness("temperature")
    uniform = node("Where", cold, constant(1e-6), "token_uniform")
    uniform = node("Unsqueeze", node("Transpose", uniform, perm=[1, 0]), constant([2], np.int64))
    lagging = node("Sub", constant(HISTORY, np.int64), "lags")
    sounding_lagging = node("Sub", constant(HISTORY, np.int64), sounding_lags)
    body = _Layers(graph.subgraph("step"), weights).step(sharpness, lagging, sounding_lagging)
    told = node("Cast", node("Transpose", "told", perm=[1, 0]), to=onnx.TensorProto.INT32)
    is_told = node("Transpose", "is_told", perm=[1, 0])
    *_, tokens, drawn, chance = graph.nodes(
        "Scan", state, recent, recent_sounding, total, place, bias, uniform, told, is_told,
        names=("last_state", "last_tokens", "last_sounding", "last_counts", "tokens", "drawn_tokens",
        "chance"), body=body,
        num_scan_inputs=5,
    )  # fmt: skip
    graph.nodes("Transpose", tokens, names=("played",), perm=[1, 0])
    drawn = node("Cast", drawn, to=onnx.TensorProto.INT64)
    graph.nodes("Transpose", drawn, names=("drawn",), perm=[1, 0])
    graph.nodes("Transpose", net.nats(chance), names=("nats",), perm=[1, 0])
    for name, (dtype, shape_of) in outputs.items():
        graph.output(name, dtype, shape_of)
    return graph.model()


class _Layers(GraphLayers):
    def chords(self, x: str) -> str:
        """x [B, steps, 48] -> [B, steps, WIDTH]."""
        node = self.graph.node
        out = self.linear(self.shaped(x, -1, 2 * CHORD_COLUMNS), "chords_in", bias=False)
        width = self.graph.constant([WIDTH], np.int64)
        return node("Reshape", out, node("Concat", node("Shape", x, start=0, end=2), width, axis=0))

    def sounding_of(self, tokens: str) -> str:
        """tokens [B, steps] -> what sounds at each, UNKNOWN before anything: a Scan, because there is no running
        maximum among the operators."""
        graph, node = self.graph, self.graph.node
        rows = node("Shape", tokens, start=0, end=1)
        first = node("ConstantOfShape", rows, value=onnx.numpy_helper.from_array(np.array([UNKNOWN], np.int64)))
        inner = graph.subgraph("sounding")
        last = inner.input("sounding_before", np.int64, ("B",))
        token = inner.input("sounding_token", np.int64, ("B",))
        now = inner.node("Where", inner.node("Equal", token, inner.constant(0, np.int64)), last, token)
        inner.output(now, np.int64)
        inner.output(inner.node("Identity", now), np.int64)
        _, found = graph.nodes(
            "Scan", first, node("Transpose", tokens, perm=[1, 0]), names=("sounding_last", "sounded"),
            body=inner.body(), num_scan_inputs=1,
        )  # fmt: skip
        return node("Transpose", found, perm=[1, 0])

    def told(self, past: str, past_sounding: str) -> str:
        """Tokens [..., LAGS] and what sounded [..., 3] -> [rows, TOLD]."""
        node = self.graph.node
        of_past = self.shaped(node("Gather", self.weight("tokens_in.weight"), past), -1, LAGS * EMBEDDING)
        sounded = node("Gather", self.weight("sounding_in.weight"), past_sounding)
        return node("Concat", of_past, self.shaped(sounded, -1, len(SOUNDING_LAGS) * EMBEDDING), axis=1)

    def classes_of_tokens(self) -> str:
        """[TOKENS + 1, 12]: the pitch class that a token begins."""
        table = np.zeros((TOKENS + 1, PITCH_CLASSES), np.float32)
        table[FIRST_PITCH + np.arange(PITCHES), (np.arange(PITCHES) + LOWEST_PITCH) % PITCH_CLASSES] = 1.0
        return self.named("classes_of_tokens", table)

    def share(self, counts: str) -> str:
        """Counts [..., 12] -> shares, as `heard_before` has them."""
        node, constant = self.graph.node, self.graph.constant
        total = node("ReduceSum", counts, constant([-1], np.int64), keepdims=1)
        return node("Div", counts, node("Add", total, constant(2.0)))

    def counts_before(self, tokens: str) -> tuple[str, str]:
        """tokens [B, steps] -> shares before each step [B, steps, 12], and the counts after the last [B, 12]."""
        node, constant = self.graph.node, self.graph.constant
        begun = node("Gather", self.classes_of_tokens(), tokens)
        before = node("CumSum", begun, constant(1, np.int64), exclusive=1)
        return self.share(before), node("ReduceSum", begun, constant([1], np.int64), keepdims=0)

    def seen(self, told: str, heard: str, place: str) -> str:
        """told [N, TOLD], heard [N, 12], place [N, WIDTH] -> [N, WIDTH]."""
        node = self.graph.node
        x = node("Add", self.linear(told, "past_in"), self.linear(heard, "heard_in", bias=False))
        x = node("Relu", node("Add", x, place))
        return node("Add", x, node("Relu", self.linear(x, "past")))

    def step(self, sharpness: str, lagging: str, sounding_lagging: str) -> onnx.GraphProto:
        graph, node, constant = self.graph, self.graph.node, self.graph.constant
        state = graph.input("state", np.float32, ("B", GRU))
        recent = graph.input("recent", np.int64, ("B", HISTORY))
        sounded = graph.input("recent_sounding", np.int64, ("B", HISTORY))
        counts = graph.input("counts", np.float32, ("B", PITCH_CLASSES))
        place = graph.input("step_place", np.float32, ("B", WIDTH))
        bias = graph.input("step_bias", np.float32, ("B", TOKENS))
        uniform = graph.input("step_uniform", np.float32, ("B", 1))
        told = graph.input("step_told", np.int32, ("B",))
        is_told = graph.input("step_is_told", np.bool_, ("B",))
        before = self.told(node("Gather", recent, lagging, axis=1), node("Gather", sounded, sounding_lagging, axis=1))
        seen = self.seen(before, self.share(counts), place)
        state = self.gru_step(seen, state, "gru")
        parts = [self.weights["token_out.weight"].T, self.weights["token_skip.weight"].T]
        both = node("Concat", state, seen, axis=1)
        matrix = self.named("token_out.weight.T+token_skip.weight.T", np.concatenate(parts))
        logits = node("Gemm", both, matrix, self.weight("token_out.bias"))
        probability = node("Softmax", node("Mul", node("Add", logits, bias), sharpness), axis=1)
        drawn = self.melody_token(probability, uniform)
        token = node("Where", is_told, told, drawn)
        chance = self.chance_of(probability, token, TOKENS)
        token = node("Cast", token, to=onnx.TensorProto.INT64)
        before = node("Gather", sounded, constant(HISTORY - 1, np.int64), axis=1)
        now = node("Where", node("Equal", token, constant(0, np.int64)), before, token)

        def shifted(values: str, newest: str) -> str:
            ends = constant([1], np.int64), constant([HISTORY], np.int64), constant([1], np.int64)
            kept = node("Slice", values, *ends)
            return node("Concat", kept, node("Unsqueeze", newest, constant([1], np.int64)), axis=1)

        graph.output(state, np.float32)
        graph.output(shifted(recent, token), np.int64)
        graph.output(shifted(sounded, now), np.int64)
        graph.output(node("Add", counts, node("Gather", self.classes_of_tokens(), token)), np.float32)
        graph.output(token, np.int64)
        graph.output(drawn, np.int32)
        graph.output(chance, np.float32)
        return graph.body()


class MelodyContinuationProduct(Product):
    kind = "melody_continuation"
    drawn = "played"

    def __init__(self, net: MelodyContinuation, windows: MelodyWindows) -> None:
        """`net` is in eval mode, on the CPU; golden primers are from `windows`."""
        self.net = net
        self.windows = windows

    def weights(self) -> Weights:
        return {name: tensor.numpy() for name, tensor in self.net.state_dict().items()}

    def graph(self, weights: Weights) -> onnx.ModelProto:
        return melody_continuation_graph(weights)

    def doors(self) -> dict[str, tuple[Arrays, Arrays]]:
        """Primers of two bars in 4/4 and 6/8 and three bars after them, at temperature 0 and 1, with and without bias
        and chords."""
        doors = (("four_four", Meter(4, 4)), ("six_eight", Meter(6, 8)))
        return {door: self.steady(partial(self._inputs, meter, 3)) for door, meter in doors}

    def _inputs(self, meter: Meter, bars: int, rng: np.random.Generator) -> Arrays:
        shape = window(meter)
        heard, steps = 2 * shape.bar_steps, bars * shape.bar_steps
        of_meter = np.flatnonzero([self.windows.shapes[owner].meter == meter for owner in self.windows.owners])
        melodies = self.windows.batch(rng.choice(of_meter if len(of_meter) else len(self.windows), 4))
        positions = shape.positions[np.arange(heard + steps) % shape.steps][None].repeat(4, 0)
        harmony = np.zeros((4, heard + steps, CHORD_COLUMNS), np.float32)
        for bar in range(2 + bars):
            root = int(rng.integers(12))
            columns = [root, (root + 4) % 12, (root + 7) % 12, 12 + root]
            harmony[2:, bar * shape.bar_steps : (bar + 1) * shape.bar_steps, columns] = 1.0
        moved = np.array([0.0, 1.0, 0.0, 1.0], np.float32)[:, None, None]
        return {
            "history": melodies.tokens[:, :heard],
            "history_positions": positions[:, :heard],
            "history_harmony": harmony[:, :heard],
            "positions": positions[:, heard:],
            "harmony": harmony[:, heard:],
            "lags": np.array(melody_lags_of(shape.bar_steps)),
            "token_bias": 0.5 * moved * rng.standard_normal((4, steps, TOKENS), np.float32),
            "temperature": np.array([[0.0], [0.0], [1.0], [1.0]], np.float32),
            "token_uniform": rng.random((4, steps), np.float32),
            # The last primer goes on as it began, for a bar.
            "told": np.broadcast_to(melodies.tokens[:, :1], (4, steps)).copy(),
            "is_told": (np.arange(steps) < shape.bar_steps) & (np.arange(4)[:, None] == 3),
        }

    @torch.no_grad()
    def reference(self, inputs: Arrays) -> Arrays:
        """The whole past is looked at anew at every step."""
        given = {name: torch.from_numpy(array) for name, array in inputs.items()}
        net, tokens = self.net, given["history"]
        positions = torch.cat((given["history_positions"], given["positions"]), dim=1)
        chords = net.chords_of(torch.cat((given["history_harmony"], given["harmony"]), dim=1))
        lags = given["lags"][None].expand(len(tokens), -1)
        cold = given["temperature"][:, 0] < 0.01
        sharpness = torch.where(cold[:, None], 2.0**60, 1.0 / given["temperature"])
        heard = tokens.shape[1]
        nats, all_drawn = [], []
        for t in range(given["positions"].shape[1]):
            # The newest step is not known yet: a hold stands in its place, and nothing looks at it.
            told = torch.cat((tokens, torch.zeros_like(tokens[:, :1])), dim=1)
            upto = heard + t + 1
            past = net.past_of(told, lags)
            sounded = net.past_of(sounding(told), lags[:, list(SOUNDING_LAGS)])
            seen = net.seen(past, sounded, heard_before(told), chords[:, :upto], positions[:, :upto])
            state, _ = net.gru(seen)
            logits = net.token_logits(seen[:, -1], state[:, -1]) + given["token_bias"][:, t]
            cumulative = torch.softmax(logits / given["temperature"].clamp(min=0.01), dim=1).cumsum(1)
            drawn = (cumulative < given["token_uniform"][:, t : t + 1]).sum(1).clamp(max=TOKENS - 1)
            token = torch.where(cold, logits.argmax(1), drawn)
            all_drawn.append(token)
            token = torch.where(given["is_told"][:, t], given["told"][:, t], token)
            probability = torch.softmax(logits * sharpness, dim=1)
            nats.append(-probability.gather(1, token[:, None])[:, 0].clamp(min=LEAST_CHANCE).log())
            tokens = torch.cat((tokens, token[:, None]), dim=1)
        drawn_tokens = torch.stack(all_drawn, dim=1).numpy()
        return {"played": tokens[:, heard:].numpy(), "drawn": drawn_tokens, "nats": torch.stack(nats, dim=1).numpy()}
