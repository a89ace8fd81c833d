"""The drum VAE (training/networks/drum_vae.py) as one ONNX graph: each function is the part of the same name there.

What does not depend on the hits before it is computed for all 32 steps at once; a Scan then goes from step to step with
four small matrix products and one draw out of 512 combinations.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from torch import Tensor

from bridge.models.drum_grid import CLASSES
from bridge.models.grid import FAMILIES, PAD_POSITION, STEPS, window
from training.data.drum_windows import CUT_METERS, Batch, Windows
from training.graphs.export import Arrays
from training.graphs.graph_layers import Array, Weights
from training.graphs.latent_prior import Latents, latents_of
from training.graphs.vae import VaeLayers, vae_graph
from training.graphs.vae_product import VaeProduct
from training.networks.drum_vae import MIN_SCALE, DrumVae
from training.networks.tokens import TOKENS
from training.networks.vae import GRU, LATENT, WIDTH

__all__ = ["MAX_OFFSET", "MIN_OFFSET", "MIN_VELOCITY", "DrumVaeProduct", "drum_families", "drum_vae_graph"]

CUT_SHARE = 0.3
"""Windows cut into other meters, against those played in 4/4: about as many as in training."""

MIN_VELOCITY = 1 / 127
MIN_OFFSET, MAX_OFFSET = -0.5, 0.4999


def drum_vae_graph(weights: Weights) -> onnx.ModelProto:
    return vae_graph("drum_vae", weights, _Layers)


class _Layers(VaeLayers):
    def clip_in(self) -> str:
        return self.linear(self.shaped("cells", -1, 3 * CLASSES), "cells_in")

    def clips(self, plan: str, is_valid: str) -> tuple[str, ...]:
        """Hits, velocity and offset, [B, 32, 9] each."""
        node, constant = self.graph.node, self.graph.constant
        hits = self.hits(plan, is_valid)
        velocity, offset = self.feel(plan, hits, self.valid(is_valid, axis=1))
        velocity = node("Clip", velocity, constant(MIN_VELOCITY), constant(1.0))
        offset = node("Clip", offset, constant(MIN_OFFSET), constant(MAX_OFFSET))
        return hits, node("Mul", velocity, hits), node("Mul", offset, hits)

    def hits(self, plan: str, is_valid: str) -> str:
        """The GRU and the draws: [B, 32, 9]."""
        graph, node = self.graph, self.graph.node
        gru = self.gru_parts()
        bits = (np.arange(TOKENS)[:, None] >> np.arange(CLASSES) & 1).astype(np.float32)
        # One more row, like the last: where rounding leaves the cumulative distribution below the uniform number.
        hits_of_tokens = graph.constant(np.concatenate((bits, bits[-1:])), name="hits_of_tokens")
        plan = self.steps_first(plan, WIDTH)
        bias = self.shaped(node("Transpose", "hit_bias", perm=[1, 0, 2]), -1, CLASSES)
        plan_gates = node("Gemm", plan, self.named("gru.plan_gates", gru["plan_gates"]),
                          self.named("gru.gates_bias", gru["gates_bias"]))  # fmt: skip
        plan_new = node("Gemm", plan, self.named("gru.plan_new", gru["plan_new"]),
                        self.named("gru.new_bias", gru["new_bias"]))  # fmt: skip
        # A combination's bias is the sum of its hits': one product gives what the plan and the bias say of each.
        parts = (self.weights["token_skip.weight"].T, bits.T)
        skip_and_bits = self.named("token_skip.weight.T+bits", np.concatenate(parts))
        plan_logits = node("Gemm", node("Concat", plan, bias, axis=1), skip_and_bits, self.weight("token_out.bias"))
        plan_gates = self.shaped(plan_gates, STEPS, -1, 2 * GRU)
        plan_new = self.shaped(plan_new, STEPS, -1, GRU)
        plan_logits = self.shaped(plan_logits, STEPS, -1, TOKENS)
        sharpness, uniform = self.drawing("hit_uniform", is_valid)
        _, _, tokens = graph.nodes(
            "Scan",
            *(self.first_state(GRU), self.first_state(CLASSES), plan_gates, plan_new, plan_logits, uniform),
            names=("last_state", "last_hits", "tokens"),
            body=_Layers(graph.subgraph("step"), self.weights).step(hits_of_tokens, sharpness),
            num_scan_inputs=4,
        )
        return node("Gather", hits_of_tokens, node("Transpose", tokens, perm=[1, 0]))

    def step(self, hits_of_tokens: str, sharpness: str) -> onnx.GraphProto:
        """One step of the GRU and the token it draws, for B rows."""
        graph, node = self.graph, self.graph.node
        gru = self.gru_parts()
        state = graph.input("state", np.float32, ("B", GRU))
        before = graph.input("before", np.float32, ("B", CLASSES))
        plan_gates = graph.input("step_gates", np.float32, ("B", 2 * GRU))
        plan_new = graph.input("step_new", np.float32, ("B", GRU))
        plan_logits = graph.input("step_logits", np.float32, ("B", TOKENS))
        uniform = graph.input("step_uniform", np.float32, ("B", 1))

        both = node("Concat", state, before, axis=1)
        gates = node("Sigmoid", node("Gemm", both, self.named("gru.gates", gru["gates"]), plan_gates))
        reset, update = graph.nodes("Split", gates, names=("reset", "update"), axis=1)
        remembered = node("Gemm", state, self.named("gru.state_new", gru["state_new"]),
                          self.named("gru.state_new_bias", gru["state_new_bias"]))  # fmt: skip
        new = node("Gemm", before, self.named("gru.before_new", gru["before_new"]), plan_new)
        new = node("Tanh", node("Add", new, node("Mul", reset, remembered)))
        state = node("Add", new, node("Mul", update, node("Sub", state, new)))
        logits = node("Gemm", state, self.named("token_out.weight.T", self.weights["token_out.weight"].T), plan_logits)
        token = self.token(node("Softmax", node("Mul", logits, sharpness), axis=1), uniform, TOKENS)
        graph.output(state, np.float32)
        graph.output(node("Gather", hits_of_tokens, token), np.float32)
        graph.output(token, np.int32)
        return graph.body()

    def feel(self, plan: str, hits: str, valid: str) -> tuple[str, str]:
        """Medians, moved by the noise: velocity and offset, [B, 32, 9] each."""
        graph, node, constant = self.graph, self.graph.node, self.graph.constant
        x = node("Add", plan, self.linear(self.shaped(hits, -1, CLASSES), "hits_in"))
        x = self.mixers(x, valid, "groove", blocks=2)
        out = self.shaped(self.linear(x, "groove_out"), -1, STEPS, 4 * CLASSES)
        velocity, offset, scales = graph.nodes(
            "Split", out, constant([CLASSES, CLASSES, 2 * CLASSES], np.int64),
            names=("velocity_out", "offset_out", "scales_out"), axis=2,
        )  # fmt: skip
        scales = node("Add", node("Softplus", node("Sub", scales, constant(2.0))), constant(MIN_SCALE))
        moves = graph.nodes("Split", node("Mul", scales, "feel_noise"), names=("velocity_move", "offset_move"), axis=2)
        velocity = node("Add", node("Sigmoid", velocity), moves[0])
        offset = node("Add", node("Mul", node("Tanh", offset), constant(0.5)), moves[1])
        return velocity, offset

    def gru_parts(self) -> dict[str, Array]:
        """torch's GRU, cut so that what knows the plan, the hits before and the state are three products.

        Its rows are the reset gate, the update gate and the new state; its columns the plan, then the hits before.
        """
        of_input, of_state = self.weights["gru.weight_ih_l0"].T, self.weights["gru.weight_hh_l0"].T
        input_bias, state_bias = self.weights["gru.bias_ih_l0"], self.weights["gru.bias_hh_l0"]
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


class DrumVaeProduct(VaeProduct):
    kind = "drum_vae"
    drawn = "hits"
    latent = LATENT

    def graph(self, weights: Weights) -> onnx.ModelProto:
        return drum_vae_graph(weights)

    def drawing(self, rng: np.random.Generator, moved: Array) -> Arrays:
        rows = len(moved)
        return {
            "hit_bias": moved * rng.standard_normal((rows, STEPS, CLASSES), np.float32),
            "hit_uniform": rng.random((rows, STEPS), np.float32),
            "feel_noise": moved * rng.laplace(size=(rows, STEPS, 2 * CLASSES)).astype(np.float32),
        }

    def played(self, given: dict[str, Tensor]) -> Arrays:
        assert isinstance(self.net, DrumVae)
        choices = (given[name] for name in ("latent", "positions", "hit_bias", "temperature", "hit_uniform"))
        hits, velocity, offset, velocity_scale, offset_scale = self.net.decode(*choices)
        velocity_noise, offset_noise = given["feel_noise"].chunk(2, dim=2)
        velocity = (velocity + velocity_scale * velocity_noise).clamp(MIN_VELOCITY, 1.0) * hits
        offset = (offset + offset_scale * offset_noise).clamp(MIN_OFFSET, MAX_OFFSET) * hits
        return {"hits": hits.numpy(), "velocity": velocity.numpy(), "offset": offset.numpy()}

    def encoding(self, played: Arrays) -> Arrays:
        return {"cells": np.concatenate([played[name] for name in ("hits", "velocity", "offset")], axis=2)}


def drum_families(net: DrumVae, windows: Windows, rng: np.random.Generator) -> Iterator[Latents]:
    """All windows as they were played, and a share of those in 4/4 cut into each other meter, by family."""
    meters = np.array([str(meter) for meter in windows.meters])[windows.owners]
    four_four = np.flatnonzero(meters == "4/4")
    cuts = CUT_SHARE * len(four_four) / sum(CUT_METERS.values())
    families: list[list[Batch]] = [[] for _ in range(FAMILIES)]
    for meter in dict.fromkeys([*windows.meters, *CUT_METERS]):
        parts = families[window(meter).family]
        if len(played := np.flatnonzero(meters == str(meter))):
            parts.append(windows.plain(played))
        if meter in CUT_METERS and len(four_four):
            parts.append(windows.cut(rng.choice(four_four, int(cuts * CUT_METERS[meter])), meter))
    for parts in families:
        if not parts:
            yield Latents.none()
            continue
        cells = np.concatenate([part.cells for part in parts])
        positions = np.concatenate([part.positions for part in parts])
        steps = (positions[..., 0] != PAD_POSITION).sum(1)
        fullness = cells[..., :CLASSES].sum((1, 2), dtype=np.float64) / steps
        yield latents_of(net.encode, cells, positions, fullness, rng)
