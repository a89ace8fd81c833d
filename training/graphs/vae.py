"""What the two VAEs' graphs have in common: two doors, mixers, the latent's way in and out, and the prior.

One input, `decoding`, chooses between the doors, so that a clip's way in and its way out are one file and only the
asked one is computed; the other door has zero rows.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import onnx

from bridge.models.grid import PAD_POSITION, STEPS
from bridge.models.kinds import KINDS, Tensor
from training.graphs.graph_layers import GraphLayers, Weights
from training.graphs.latent_prior import DENSITY_WIDTH
from training.graphs.onnx_graph import Graph
from training.networks.vae import BLOCKS, LATENT, NARROW, WIDTH

__all__ = ["VaeLayers", "vae_graph"]

LATENTS = ("mean", "deviation", "prior_latent")


class VaeLayers(GraphLayers):
    @abstractmethod
    def clip_in(self) -> str:
        """The clip as [N x 32, WIDTH]."""

    @abstractmethod
    def clips(self, plan: str, is_valid: str) -> tuple[str, ...]:
        """plan [B x 32, WIDTH] -> the decoder's outputs, in the kind's order."""

    def zero_rows(self, tensor: Tensor) -> str:
        # A node and not only a constant: a branch of an If gives out what its nodes made.
        sizes = [0 if isinstance(size, str) else size for size in tensor.shape]
        return self.graph.node("Constant", value=onnx.numpy_helper.from_array(np.zeros(sizes, tensor.dtype)))

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

    def mixers(self, x: str, valid: str, name: str, blocks: int = BLOCKS) -> str:
        for block in range(blocks):
            x = self.mixer(x, valid, f"{name}.{block}")
        return self.layer_norm(x, f"{name}_norm")

    def valid(self, is_valid: str, axis: int) -> str:
        """bool [N, 32] -> 0 or 1, [N, 1, 32] with axis 1, [N, 32, 1] with axis 2."""
        return self.graph.node("Unsqueeze", self.as_float(is_valid), self.graph.constant([axis], np.int64))

    def encode(self, positions: str, is_valid: str) -> tuple[str, str]:
        """Mean and standard deviation, [E, latent] each."""
        node, constant = self.graph.node, self.graph.constant
        x = node("Add", self.clip_in(), positions)
        x = self.mixers(x, self.valid(is_valid, axis=1), "encoder")
        narrow = self.shaped(self.linear(x, "narrow"), -1, STEPS, NARROW)
        flat = self.shaped(node("Mul", narrow, self.valid(is_valid, axis=2)), -1, STEPS * NARROW)
        log_variance = node("Clip", self.linear(flat, "log_variance"), constant(-10.0), constant(4.0))
        return self.linear(flat, "mean"), node("Exp", node("Mul", log_variance, constant(0.5)))

    def prior(self) -> str:
        """[P, latent]: see training/graphs/latent_prior.py."""
        node, constant = self.graph.node, self.graph.constant
        away = node("Sub", self.weight("prior_density"), "prior_density")
        away = node("Mul", node("Mul", away, away), constant(-0.5 / DENSITY_WIDTH**2))
        logits = node("Add", node("Gather", self.weight("prior_log_weights"), "prior_family"), away)
        cumulative = node("CumSum", node("Softmax", logits, axis=1), constant(1, np.int64))
        below = self.as_float(node("Less", cumulative, "prior_uniform"))
        chosen = node("Cast", node("ReduceSum", below, constant([1], np.int64), keepdims=0), to=onnx.TensorProto.INT32)
        # One more row, like the last, where rounding leaves the sum below the uniform number.
        centres = self.weights["prior_centres"]
        centre = node("Gather", self.named("prior_centres", np.concatenate((centres, centres[-1:]))), chosen)
        return node("Add", centre, node("MatMul", "prior_noise", self.weight("prior_factor")))

    def plan(self, positions: str, is_valid: str) -> str:
        """[B x 32, WIDTH]."""
        x = self.linear(self.shaped(self.linear("latent", "widen"), -1, NARROW), "trunk_in")
        return self.mixers(self.graph.node("Add", x, positions), self.valid(is_valid, axis=1), "trunk")

    def drawing(self, uniform: str, is_valid: str) -> tuple[str, str]:
        """What logits are multiplied with [B, 1], and the uniform numbers, steps first [32, B, 1].

        Behind the last bar token 0 is drawn: no cumulative probability is below -1.
        """
        node, constant = self.graph.node, self.graph.constant
        sharpness, cold = self.sharpness("temperature")
        uniform = node("Where", is_valid, node("Where", cold, constant(1e-6), uniform), constant(-1.0))
        return sharpness, node("Unsqueeze", node("Transpose", uniform, perm=[1, 0]), constant([2], np.int64))

    def steps_first(self, x: str, width: int) -> str:
        """[B x 32, width] -> [32 x B, width], as Scan takes steps."""
        node = self.graph.node
        return self.shaped(node("Transpose", self.shaped(x, -1, STEPS, width), perm=[1, 0, 2]), -1, width)

    def first_state(self, *sizes: int) -> str:
        """Zeros [B, sizes]."""
        rows = self.graph.node("Shape", "latent", start=0, end=1)
        shape = self.graph.node("Concat", rows, self.graph.constant(sizes, np.int64), axis=0)
        return self.graph.node("ConstantOfShape", shape)


def vae_graph(kind: str, weights: Weights, layers: type[VaeLayers]) -> onnx.ModelProto:
    """Inputs and outputs as `KINDS` has them. `weights`: the state dict, and the prior's arrays as prior_NAME."""
    graph = Graph(kind)
    inputs, outputs = KINDS[kind].sized(LATENT)
    for name, (dtype, shape) in inputs.items():
        graph.input(name, dtype, shape)
    net = layers(graph, weights)
    positions = net.shaped(net.grid_positions("positions", "positions"), -1, WIDTH)
    is_valid = graph.node("Less", net.column("positions", 0), graph.constant(PAD_POSITION, np.int64))
    encoder = layers(graph.subgraph("encoder"), weights)
    decoder = layers(graph.subgraph("decoder"), weights)
    latents = (*encoder.encode(positions, is_valid), encoder.prior())
    clips = decoder.clips(decoder.plan(positions, is_valid), is_valid)
    of_clips = {name: tensor for name, tensor in outputs.items() if name not in LATENTS}
    for value, name in zip(latents, LATENTS, strict=True):
        encoder.graph.output(value, outputs[name].dtype)
    for tensor in of_clips.values():
        encoder.graph.output(encoder.zero_rows(tensor), tensor.dtype)
    for name in LATENTS:
        decoder.graph.output(decoder.zero_rows(outputs[name]), outputs[name].dtype)
    for value, tensor in zip(clips, of_clips.values(), strict=True):
        decoder.graph.output(value, tensor.dtype)
    branches = {"then_branch": decoder.graph.body(), "else_branch": encoder.graph.body()}
    graph.nodes("If", "decoding", names=tuple(outputs), **branches)
    for name, (dtype, shape) in outputs.items():
        graph.output(name, dtype, shape)
    return graph.model()
