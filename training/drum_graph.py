"""The drum VAE (training/drum_vae.py) as one ONNX graph: each function here is the part of the same name there.

One input, `decoding`, chooses between two doors, so that a clip's way in and its way out are one file and only the
asked one is computed. What does not depend on the hits before it is computed for all 32 steps at once; a Scan then
goes from step to step with four small matrix products and one draw out of 512 combinations.

Where a layer takes each step by itself, [N, 32, n] lies flat as [N x 32, n]: of a product, its bias and its Relu
onnxruntime makes one node in two dimensions, and three in three.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import onnx

from bridge.models.drum_grid import CLASSES, PAD_POSITION, STEPS
from bridge.models.kinds import KINDS
from training.drum_vae import GRU, LATENT, MIN_SCALE, NARROW, TOKENS, WIDTH
from training.latent_prior import DENSITY_WIDTH
from training.onnx_graph import Graph

__all__ = ["Weights", "drum_graph"]

COLDEST = 0.01
"""Below this temperature the most likely hits are taken and nothing is drawn."""
MIN_VELOCITY = 1 / 127
MIN_OFFSET, MAX_OFFSET = -0.5, 0.4999
LAYER_NORM_EPSILON = 1e-5  # torch's
BLOCKS, BLOCK = 16, 32
"""Of the 512 combinations, for their cumulative probabilities."""

Array = npt.NDArray[np.float32]
Weights = Mapping[str, Array]
"""The network's state dict, and the arrays of `LatentPrior` under names that begin with prior_."""


def drum_graph(weights: Weights) -> onnx.ModelProto:
    """Inputs and outputs as `KINDS` has them; the door that is not asked for has zero rows."""
    graph = Graph("drum_vae")
    inputs, outputs = KINDS["drum_vae"].sized(LATENT)
    for name, (dtype, shape) in inputs.items():
        graph.input(name, dtype, shape)
    net = _Network(graph, weights)
    in_bar = graph.node("Gather", "positions", graph.constant(0, np.int64), axis=2)
    in_pulse = graph.node("Gather", "positions", graph.constant(1, np.int64), axis=2)
    positions = net.positions(in_bar, in_pulse)
    is_valid = graph.node("Less", in_bar, graph.constant(PAD_POSITION, np.int64))

    encoder = net.inside(graph.subgraph("encoder"))
    decoder = net.inside(graph.subgraph("decoder"))
    latents = (*encoder.encode(positions, is_valid), encoder.prior())
    clips = decoder.decode(positions, is_valid)
    for value in (*latents, *[encoder.zero_rows(STEPS, CLASSES) for _ in clips]):
        encoder.graph.output(value, np.float32)
    for value in (*[decoder.zero_rows(LATENT) for _ in latents], *clips):
        decoder.graph.output(value, np.float32)
    branches = {"then_branch": decoder.graph.body(), "else_branch": encoder.graph.body()}
    graph.nodes("If", "decoding", names=tuple(outputs), **branches)
    for name, (dtype, shape) in outputs.items():
        graph.output(name, dtype, shape)
    return graph.model()


class _Network:
    """Writes the parts of the network into `graph`."""

    def __init__(self, graph: Graph, weights: Weights) -> None:
        self.graph = graph
        self.weights = weights

    def inside(self, graph: Graph) -> _Network:
        return _Network(graph, self.weights)

    def weight(self, name: str) -> str:
        return self.graph.constant(self.weights[name], name=name)

    def zero_rows(self, *sizes: int) -> str:
        # A node and not only a constant: a branch of an If gives out what its nodes made.
        return self.graph.node("Constant", value=onnx.numpy_helper.from_array(np.zeros((0, *sizes), np.float32)))

    def linear(self, x: str, name: str) -> str:
        """x [N, inputs]."""
        transposed = self.graph.constant(self.weights[f"{name}.weight"].T, name=f"{name}.weight")
        return self.graph.node("Gemm", x, transposed, self.weight(f"{name}.bias"))

    def shaped(self, x: str, *shape: int) -> str:
        return self.graph.node("Reshape", x, self.graph.constant(shape, np.int64))

    def layer_norm(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.graph.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=LAYER_NORM_EPSILON)

    def mixer(self, x: str, valid: str, name: str) -> str:
        """x [N x 32, WIDTH]."""
        node = self.graph.node
        # The product with `valid` stands between Transpose and Gemm, because onnxruntime would make one node of the two
        # that fails at zero rows.
        y = self.shaped(self.layer_norm(x, f"{name}.step_norm"), -1, STEPS, WIDTH)
        y = self.shaped(node("Mul", node("Transpose", y, perm=[0, 2, 1]), valid), -1, STEPS)
        y = self.linear(node("Relu", self.linear(y, f"{name}.step_in")), f"{name}.step_out")
        y = node("Transpose", self.shaped(y, -1, WIDTH, STEPS), perm=[0, 2, 1])
        x = node("Add", x, self.shaped(y, -1, WIDTH))
        y = self.linear(self.layer_norm(x, f"{name}.norm"), f"{name}.inner")
        return node("Add", x, self.linear(node("Relu", y), f"{name}.outer"))

    def positions(self, in_bar: str, in_pulse: str) -> str:
        """[N, 32] each -> [N x 32, WIDTH]."""
        node = self.graph.node
        bar = node("Gather", self.weight("positions.in_bar.weight"), in_bar)
        pulse = node("Gather", self.weight("positions.in_pulse.weight"), in_pulse)
        return self.shaped(node("Add", node("Add", bar, pulse), self.weight("positions.step")), -1, WIDTH)

    def valid(self, is_valid: str, axis: int) -> str:
        """bool [N, 32] -> 0 or 1, [N, 1, 32] with axis 1, [N, 32, 1] with axis 2."""
        as_float = self.graph.node("Cast", is_valid, to=onnx.TensorProto.FLOAT)
        return self.graph.node("Unsqueeze", as_float, self.graph.constant([axis], np.int64))

    def encode(self, positions: str, is_valid: str) -> tuple[str, str]:
        """Mean and standard deviation, [E, LATENT] each."""
        node, constant = self.graph.node, self.graph.constant
        valid = self.valid(is_valid, axis=1)
        x = node("Add", self.linear(self.shaped("cells", -1, 3 * CLASSES), "cells_in"), positions)
        for block in range(3):
            x = self.mixer(x, valid, f"encoder.{block}")
        narrow = self.shaped(self.linear(self.layer_norm(x, "encoder_norm"), "narrow"), -1, STEPS, NARROW)
        flat = self.shaped(node("Mul", narrow, self.valid(is_valid, axis=2)), -1, STEPS * NARROW)
        log_variance = node("Clip", self.linear(flat, "log_variance"), constant(-10.0), constant(4.0))
        return self.linear(flat, "mean"), node("Exp", node("Mul", log_variance, constant(0.5)))

    def prior(self) -> str:
        """[P, LATENT]: see training/latent_prior.py."""
        node, constant = self.graph.node, self.graph.constant
        away = node("Sub", self.weight("prior_density"), "prior_density")
        away = node("Mul", node("Mul", away, away), constant(-0.5 / DENSITY_WIDTH**2))
        logits = node("Add", node("Gather", self.weight("prior_log_weights"), "prior_family"), away)
        cumulative = node("CumSum", node("Softmax", logits, axis=1), constant(1, np.int64))
        below = node("Cast", node("Less", cumulative, "prior_uniform"), to=onnx.TensorProto.FLOAT)
        chosen = node("Cast", node("ReduceSum", below, constant([1], np.int64), keepdims=0), to=onnx.TensorProto.INT32)
        # As with the hits: one more row, like the last, where rounding leaves the sum below the uniform number.
        centres = self.weights["prior_centres"]
        centre = node("Gather", constant(np.concatenate((centres, centres[-1:])), name="prior_centres"), chosen)
        return node("Add", centre, node("MatMul", "prior_noise", self.weight("prior_factor")))

    def decode(self, positions: str, is_valid: str) -> tuple[str, str, str]:
        """Hits, velocity and offset, [B, 32, 9] each."""
        node, constant = self.graph.node, self.graph.constant
        valid = self.valid(is_valid, axis=1)
        plan = self.plan(positions, valid)
        hits = self.hits(plan, is_valid)
        velocity, offset = self.feel(plan, hits, valid)
        velocity = node("Clip", velocity, constant(MIN_VELOCITY), constant(1.0))
        offset = node("Clip", offset, constant(MIN_OFFSET), constant(MAX_OFFSET))
        return hits, node("Mul", velocity, hits), node("Mul", offset, hits)

    def plan(self, positions: str, valid: str) -> str:
        """[B x 32, WIDTH]."""
        x = self.shaped(self.linear("latent", "widen"), -1, NARROW)
        x = self.graph.node("Add", self.linear(x, "trunk_in"), positions)
        for block in range(3):
            x = self.mixer(x, valid, f"trunk.{block}")
        return self.layer_norm(x, "trunk_norm")

    def hits(self, plan: str, is_valid: str) -> str:
        """The GRU and the draws: [B, 32, 9]."""
        graph, node, constant = self.graph, self.graph.node, self.graph.constant
        gru = _gru_weights(self.weights)
        bits = (np.arange(TOKENS)[:, None] >> np.arange(CLASSES) & 1).astype(np.float32)
        # One more row, like the last: where rounding leaves the cumulative distribution below the uniform number.
        hits_of_tokens = constant(np.concatenate((bits, bits[-1:])), name="hits_of_tokens")

        # Steps first, as Scan takes them.
        plan = self.shaped(node("Transpose", self.shaped(plan, -1, STEPS, WIDTH), perm=[1, 0, 2]), -1, WIDTH)
        bias = self.shaped(node("Transpose", "hit_bias", perm=[1, 0, 2]), -1, CLASSES)
        plan_gates = node("Gemm", plan, constant(gru["plan_gates"]), constant(gru["gates_bias"]))
        plan_new = node("Gemm", plan, constant(gru["plan_new"]), constant(gru["new_bias"]))
        # A combination's bias is the sum of its hits': one product gives what the plan and the bias say of each.
        skip_and_bits = constant(np.concatenate((self.weights["token_skip.weight"].T, bits.T)), name="skip_and_bits")
        plan_logits = node("Gemm", node("Concat", plan, bias, axis=1), skip_and_bits, self.weight("token_out.bias"))
        plan_gates = self.shaped(plan_gates, STEPS, -1, 2 * GRU)
        plan_new = self.shaped(plan_new, STEPS, -1, GRU)
        plan_logits = self.shaped(plan_logits, STEPS, -1, TOKENS)

        # The most likely token is what any small number draws from logits so sharp that one of them has it all. The
        # factor is a power of two and rounds nothing, so that logits which differ still differ.
        cold = node("Less", "temperature", constant(COLDEST))
        sharpness = node("Where", cold, constant(2.0**60), node("Reciprocal", "temperature"))
        uniform = node("Where", cold, constant(1e-6), "hit_uniform")
        # No cumulative probability is below -1: token 0, which has no hits, behind the last bar.
        uniform = node("Where", is_valid, uniform, constant(-1.0))
        uniform = node("Unsqueeze", node("Transpose", uniform, perm=[1, 0]), constant([2], np.int64))

        rows = node("Shape", "latent", start=0, end=1)
        first_state = node("ConstantOfShape", node("Concat", rows, constant([GRU], np.int64), axis=0))
        first_before = node("ConstantOfShape", node("Concat", rows, constant([CLASSES], np.int64), axis=0))
        _, _, tokens = graph.nodes(
            "Scan",
            *(first_state, first_before, plan_gates, plan_new, plan_logits, uniform),
            names=("last_state", "last_hits", "tokens"),
            body=self.inside(graph.subgraph("step")).step(gru, hits_of_tokens, sharpness),
            num_scan_inputs=4,
        )
        return node("Gather", hits_of_tokens, node("Transpose", tokens, perm=[1, 0]))

    def step(self, gru: Weights, hits_of_tokens: str, sharpness: str) -> onnx.GraphProto:
        """One step of the GRU and the token it draws, for B rows."""
        graph, node, constant = self.graph, self.graph.node, self.graph.constant
        state = graph.input("state", np.float32, ("B", GRU))
        before = graph.input("before", np.float32, ("B", CLASSES))
        plan_gates = graph.input("step_gates", np.float32, ("B", 2 * GRU))
        plan_new = graph.input("step_new", np.float32, ("B", GRU))
        plan_logits = graph.input("step_logits", np.float32, ("B", TOKENS))
        uniform = graph.input("step_uniform", np.float32, ("B", 1))

        both = node("Concat", state, before, axis=1)
        gates = node("Sigmoid", node("Gemm", both, constant(gru["gates"]), plan_gates))
        reset, update = graph.nodes("Split", gates, names=("reset", "update"), axis=1)
        remembered = node("Gemm", state, constant(gru["state_new"]), constant(gru["state_new_bias"]))
        new = node("Gemm", before, constant(gru["before_new"]), plan_new)
        new = node("Tanh", node("Add", new, node("Mul", reset, remembered)))
        state = node("Add", new, node("Mul", update, node("Sub", state, new)))

        logits = node("Gemm", state, constant(self.weights["token_out.weight"].T, name="token_out.weight"), plan_logits)
        probability = node("Softmax", node("Mul", logits, sharpness), axis=1)
        # The cumulative distribution, in blocks and then in all, by products with triangles of ones: onnxruntime's
        # CumSum is several times slower.
        within = node("MatMul", self.shaped(probability, -1, BLOCK), constant(np.triu(np.ones((BLOCK, BLOCK)))))
        within = self.shaped(within, -1, BLOCKS, BLOCK)
        of_blocks = node("Gather", within, constant(BLOCK - 1, np.int64), axis=2)
        blocks_before = node("MatMul", of_blocks, constant(np.triu(np.ones((BLOCKS, BLOCKS)), 1)))
        left = node("Unsqueeze", node("Sub", uniform, blocks_before), constant([2], np.int64))
        # Counted in floats: onnxruntime adds integers several times slower.
        below = node("Cast", node("Less", within, left), to=onnx.TensorProto.FLOAT)
        count = node("ReduceSum", below, constant([1, 2], np.int64), keepdims=0)
        token = node("Cast", count, to=onnx.TensorProto.INT32)
        graph.output(state, np.float32)
        graph.output(node("Gather", hits_of_tokens, token), np.float32)
        graph.output(token, np.int32)
        return graph.body()

    def feel(self, plan: str, hits: str, valid: str) -> tuple[str, str]:
        """Medians, moved by the noise: velocity and offset, [B, 32, 9] each."""
        graph, node, constant = self.graph, self.graph.node, self.graph.constant
        x = node("Add", plan, self.linear(self.shaped(hits, -1, CLASSES), "hits_in"))
        for block in range(2):
            x = self.mixer(x, valid, f"groove.{block}")
        out = self.shaped(self.linear(self.layer_norm(x, "groove_norm"), "groove_out"), -1, STEPS, 4 * CLASSES)
        velocity, offset, scales = graph.nodes(
            "Split", out, constant([CLASSES, CLASSES, 2 * CLASSES], np.int64),
            names=("velocity_out", "offset_out", "scales_out"), axis=2,
        )  # fmt: skip
        scales = node("Add", node("Softplus", node("Sub", scales, constant(2.0))), constant(MIN_SCALE))
        moves = graph.nodes("Split", node("Mul", scales, "feel_noise"), names=("velocity_move", "offset_move"), axis=2)
        velocity = node("Add", node("Sigmoid", velocity), moves[0])
        offset = node("Add", node("Mul", node("Tanh", offset), constant(0.5)), moves[1])
        return velocity, offset


def _gru_weights(weights: Weights) -> dict[str, Array]:
    """torch's GRU, cut so that what knows the plan, the hits before and the state are three products.

    Its rows are the reset gate, the update gate and the new state; its columns the plan, then the hits before.
    """
    of_input, of_state = weights["gru.weight_ih_l0"].T, weights["gru.weight_hh_l0"].T
    input_bias, state_bias = weights["gru.bias_ih_l0"], weights["gru.bias_hh_l0"]
    gates = 2 * GRU
    return {
        "plan_gates": of_input[:-CLASSES, :gates],
        "plan_new": of_input[:-CLASSES, gates:],
        "before_new": of_input[-CLASSES:, gates:],
        "gates": np.concatenate((of_state[:, :gates], of_input[-CLASSES:, :gates])),
        "state_new": of_state[:, gates:],
        "gates_bias": (input_bias + state_bias)[:gates],
        "new_bias": input_bias[gates:],
        # Apart: the reset gate scales it together with the state.
        "state_new_bias": state_bias[gates:],
    }
