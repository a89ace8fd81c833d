"""The melody VAE (training/networks/melody_vae.py) as one ONNX graph: each function is the part of that name there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from torch import Tensor

from bridge.models.grid import FAMILIES, PAD_POSITION, STEPS
from bridge.models.melody_grid import FIRST_PITCH, TOKENS
from training.data.melody_windows import MelodyWindows
from training.graphs.export import Arrays
from training.graphs.graph_layers import Array, Weights
from training.graphs.latent_prior import Latents, latents_of
from training.graphs.vae import VaeLayers, vae_graph
from training.graphs.vae_product import VaeProduct
from training.networks.melody_vae import UNKNOWN, MelodyVae
from training.networks.vae import GRU, LATENT, WIDTH

__all__ = ["MelodyVaeProduct", "melody_families", "melody_vae_graph"]

PRIOR_WINDOWS = 12_000
"""Of each family of meters: enough for its centres."""


def melody_vae_graph(weights: Weights) -> onnx.ModelProto:
    return vae_graph("melody_vae", weights, _Layers)


class _Layers(VaeLayers):
    def clip_in(self) -> str:
        return self.shaped(self.graph.node("Gather", self.weight("tokens_in.weight"), "tokens"), -1, WIDTH)

    def clips(self, plan: str, is_valid: str) -> tuple[str, ...]:
        """Tokens [B, 32]."""
        graph, node, constant = self.graph, self.graph.node, self.graph.constant
        plan = self.steps_first(plan, WIDTH)
        bias = self.shaped(node("Transpose", "token_bias", perm=[1, 0, 2]), -1, TOKENS)
        of_plan = node("MatMul", plan, self.named("token_skip.weight.T", self.weights["token_skip.weight"].T))
        logits = self.shaped(node("Add", of_plan, bias), STEPS, -1, TOKENS)
        plan = self.shaped(plan, STEPS, -1, WIDTH)
        sharpness, uniform = self.drawing("token_uniform", is_valid)
        # Behind the last bar a hold is drawn, being token 0; inside it is like any other.
        unknown = node("Add", node("Squeeze", self.first_state(1), constant([1], np.int64)), constant(float(UNKNOWN)))
        unknown = node("Cast", unknown, to=onnx.TensorProto.INT32)
        _, _, _, tokens = graph.nodes(
            "Scan", self.first_state(GRU), unknown, unknown, plan, logits, uniform,
            names=("last_state", "last_token", "last_sounding", "tokens"),
            body=_Layers(graph.subgraph("step"), self.weights).step(sharpness), num_scan_inputs=3,
        )  # fmt: skip
        return (node("Cast", node("Transpose", tokens, perm=[1, 0]), to=onnx.TensorProto.INT64),)

    def step(self, sharpness: str) -> onnx.GraphProto:
        """One step of the GRU and the token it draws, for B rows."""
        graph, node = self.graph, self.graph.node
        state = graph.input("state", np.float32, ("B", GRU))
        before = graph.input("before", np.int32, ("B",))
        last = graph.input("sounding", np.int32, ("B",))
        plan = graph.input("step_plan", np.float32, ("B", WIDTH))
        of_plan = graph.input("step_logits", np.float32, ("B", TOKENS))
        uniform = graph.input("step_uniform", np.float32, ("B", 1))
        told = node("Add", node("Gather", self.weight("before_in.weight"), before),
                    node("Gather", self.weight("sounding_in.weight"), last))  # fmt: skip
        state = self.gru_step(node("Concat", plan, told, axis=1), state, "gru")
        logits = node("Add", self.linear(state, "token_out"), of_plan)
        token = self.melody_token(node("Softmax", node("Mul", logits, sharpness), axis=1), uniform)
        graph.output(state, np.float32)
        graph.output(node("Identity", token), np.int32)
        graph.output(self.sounding(token, last), np.int32)
        graph.output(token, np.int32)
        return graph.body()


class MelodyVaeProduct(VaeProduct):
    kind = "melody_vae"
    drawn = "played"
    latent = LATENT

    def graph(self, weights: Weights) -> onnx.ModelProto:
        return melody_vae_graph(weights)

    def drawing(self, rng: np.random.Generator, moved: Array) -> Arrays:
        rows = len(moved)
        return {
            "token_bias": moved * rng.standard_normal((rows, STEPS, TOKENS), np.float32),
            "token_uniform": rng.random((rows, STEPS), np.float32),
        }

    def played(self, given: dict[str, Tensor]) -> Arrays:
        assert isinstance(self.net, MelodyVae)
        choices = (given[name] for name in ("latent", "positions", "token_bias", "temperature", "token_uniform"))
        return {"played": self.net.decode(*choices).numpy()}

    def encoding(self, played: Arrays) -> Arrays:
        return {"tokens": played["played"]}


def melody_families(net: MelodyVae, windows: MelodyWindows, rng: np.random.Generator) -> Iterator[Latents]:
    """Windows of the training tunes in every key, by family of meters."""
    families = np.array([shape.family for shape in windows.shapes])[windows.owners]
    for family in range(FAMILIES):
        members = np.flatnonzero(families == family)
        if not len(members):
            yield Latents.none()
            continue
        which = rng.choice(members, min(PRIOR_WINDOWS, len(members)), replace=False)
        batch = windows.batch(which, rng.integers(-6, 6, len(which)))
        steps = (batch.positions[..., 0] != PAD_POSITION).sum(1)
        fullness = (batch.tokens >= FIRST_PITCH).sum(1, dtype=np.float64) / steps
        yield latents_of(net.encode, batch.tokens, batch.positions, fullness, rng)
