"""Humanise (training/networks/humanise.py) as one ONNX graph, and the product that is shipped.

The networks side by side; the mean of their histograms, and of those of the windows like this one that drummers played;
and a draw from each histogram.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from bridge.models.drum_grid import CLASSES
from bridge.models.grid import STEPS, window
from bridge.models.kinds import KINDS
from bridge.music.meter import Meter
from training.chunks import chunks
from training.data.drum_windows import Batch, Windows
from training.graphs.export import Arrays, Product
from training.graphs.feel_noise import FeelNoise, fit_feel_noise, normal_scores
from training.graphs.graph_layers import GraphLayers, Weights
from training.graphs.memory import Listening, Memory, as_key, mixed, most_common_meter, octaves
from training.graphs.memory_layers import MemoryLayers
from training.graphs.onnx_graph import Graph
from training.networks.humanise import BINS, LAYERS, SOFTNESS, WIDTH, Together
from training.networks.layers import drawn, uniform_of_normal

__all__ = [
    "MAX_OFFSET", "MIN_VELOCITY", "HumaniseProduct", "drawn_feel", "feel_noise_of", "feel_noise_of_windows",
    "histogram_draws", "mean_of", "members_of", "rounded_to_half",
]  # fmt: skip

MIN_VELOCITY = 1 / 127
MAX_OFFSET = 0.4999
FITTED = 4000
"""Windows that the noise is fitted to."""
UNIT = 8.0
"""Of the memory's keys: that one hit more or less, anywhere, is a squared distance of about UNIT²."""
KEY_NUMBERS = 40
"""Directions in which windows differ most, of 32 x 9."""
OCTAVE_UNITS = UNIT * math.sqrt(50.0)
"""A tempo half as fast is as far as 50 hits."""
LISTENING = Listening(nearest=64, width=4.0 * UNIT**2, farthest=0.5, share=0.35)
"""Chosen on GMD's validation split."""
MEMORY_BYTES = 2_070_000
"""What the networks leave free of a file: GMD's 4/4 go into it."""


def humanise_graph(weights: Weights) -> onnx.ModelProto:
    graph = Graph("humanise", half=True)
    inputs, outputs = KINDS["humanise"].sized(0)
    for name, (dtype, shape) in inputs.items():
        graph.input(name, dtype, shape)
    everything = GraphLayers(graph, weights)
    histograms = mean_of(graph, [_histograms(member) for member in members_of(graph, weights)])
    histograms = _with_memory(MemoryLayers(graph, weights), histograms)
    velocity, offset = histogram_draws(everything, histograms, "feel_noise", BINS)
    # A node each, because a name that goes out is the name of a node's output.
    graph.nodes("Mul", velocity, "hits", names=("velocity",))
    graph.nodes("Mul", offset, "hits", names=("offset",))
    for name, (dtype, shape) in outputs.items():
        graph.output(name, dtype, shape)
    return graph.model()


def members_of(graph: Graph, weights: Weights) -> list[GraphLayers]:
    names = sorted({name.split(".")[1] for name in weights if name.startswith("members.")})
    return [GraphLayers(graph, weights, f"members.{name}.") for name in names]


def _histograms(net: GraphLayers) -> str:
    """[steps, N, 18, BINS], steps first, as the GRU takes them."""
    node = net.graph.node
    x = net.linear(net.shaped("hits", -1, CLASSES), "hits_in")
    x = node("Add", net.shaped(x, -1, STEPS, WIDTH), net.grid_positions("positions", "positions"))
    tempo = node("Unsqueeze", net.tempo("tempo_bpm", "tempo"), net.graph.constant([1], np.int64))
    x = node("Transpose", node("Add", x, tempo), perm=[1, 0, 2])
    x = net.both_ways(x, "gru", LAYERS)
    out = net.linear(net.shaped(net.layer_norm(x, "norm"), -1, 2 * WIDTH), "out")
    out = node("Mul", net.shaped(out, STEPS, -1, 2 * CLASSES, BINS), net.graph.constant(1.0 / SOFTNESS))
    return node("Softmax", out, axis=-1)


def _with_memory(memory: MemoryLayers, histograms: str) -> str:
    node = memory.graph.node
    pattern = node("MatMul", memory.shaped("hits", -1, STEPS * CLASSES), memory.weight("projection"))
    key = node("Concat", memory.octaves("tempo_bpm", OCTAVE_UNITS), pattern, axis=1)
    weights, which, share = memory.neighbours(key, None, LISTENING)
    sums, total = memory.histograms(weights, which, BINS)
    return memory.mixed(histograms, sums, total, node("Unsqueeze", share, memory.graph.constant([3], np.int64)))


def mean_of(graph: Graph, values: list[str]) -> str:
    return graph.node("Mean", *values) if len(values) > 1 else values[0]


def histogram_draws(net: GraphLayers, histograms: str, noise: str, bins: int) -> tuple[str, str]:
    """histograms [steps, N, 18, bins], noise [N, steps, 18] -> velocity and offset, [N, steps, 9] each."""
    node, constant = net.graph.node, net.graph.constant
    uniform = net.uniform_of_normal(net.correlated(noise, "feel_noise"))
    uniform = node("Unsqueeze", node("Transpose", uniform, perm=[1, 0, 2]), constant([3], np.int64))
    share = node("Transpose", net.drawn(histograms, uniform, bins), perm=[1, 0, 2])
    velocity, offset = net.graph.nodes("Split", share, names=("velocity_share", "offset_share"), axis=2)
    velocity = node("Max", velocity, constant(MIN_VELOCITY))
    offset = node("Min", node("Sub", offset, constant(0.5)), constant(MAX_OFFSET))
    return velocity, offset


def drawn_feel(histograms: Tensor, feel_noise: Tensor, noise: FeelNoise) -> tuple[Tensor, Tensor]:
    """As `histogram_draws`, by torch: histograms [N, 32, 18, bins], feel_noise [N, 32, 18]."""
    correlated = torch.from_numpy(noise.steps) @ (feel_noise @ torch.from_numpy(noise.columns))
    of_velocity, of_offset = uniform_of_normal(correlated).chunk(2, dim=2)
    velocity, offset = histograms.chunk(2, dim=2)
    return (
        drawn(velocity, of_velocity, 0.0, 1.0).clamp(min=MIN_VELOCITY),
        drawn(offset, of_offset, -0.5, 0.5).clamp(max=MAX_OFFSET),
    )


def feel_noise_of(histograms: Sequence[Tensor], cells: Sequence[Tensor]) -> FeelNoise:
    """Fitted to chunks of histograms [N, 32, 18, bins] and of the cells [N, 32, 27] that they are of."""
    scores, present = [], []
    for chunk, played in zip(histograms, cells, strict=True):
        hits, velocity, offset = (part.numpy() for part in played.split(CLASSES, dim=2))
        of_velocity, of_offset = (part.numpy() for part in chunk.chunk(2, dim=2))
        parts = (normal_scores(of_velocity, velocity, 0.0, 1.0), normal_scores(of_offset, offset, -0.5, 0.5))
        scores.append(np.concatenate(parts, axis=2))
        present.append(np.concatenate((hits, hits), axis=2))
    return fit_feel_noise(np.concatenate(scores), np.concatenate(present))


def feel_noise_of_windows(
    windows: Windows, histograms_of: Callable[[Tensor, Tensor, Tensor], Tensor], rng: np.random.Generator
) -> FeelNoise:
    """Fitted to some of the windows, as they were played.

    `histograms_of`: cells [N, 32, 27], positions [N, 32, 2], tempo_bpm [N, 1] -> histograms [N, 32, 18, bins].
    """
    histograms, cells = [], []
    with torch.no_grad():
        for chunk in chunks(rng.choice(windows.common, min(FITTED, len(windows))), 128):
            batch = windows.plain(chunk)
            cells.append(torch.from_numpy(batch.cells))
            tempo_bpm = torch.from_numpy(batch.tempos_bpm)[:, None]
            histograms.append(histograms_of(cells[-1], torch.from_numpy(batch.positions), tempo_bpm))
    return feel_noise_of(histograms, cells)


def rounded_to_half(net: nn.Module) -> nn.Module:
    """The network as it is in a file whose large weights take 16 bits. Small ones too: some lie in large ones."""
    with torch.no_grad():
        for tensor in net.state_dict().values():
            tensor.copy_(tensor.half().float())
    return net


class HumaniseProduct(Product):
    kind = "humanise"

    def __init__(self, members: Sequence[nn.Module], windows: Windows, rng: np.random.Generator) -> None:
        """`members` are in eval mode, on the CPU; the noise is fitted to some of the training windows."""
        self.net = rounded_to_half(Together(members))
        self.windows = windows
        # Without the memory, which has these very windows in it.
        self.noise = feel_noise_of_windows(windows, self._histograms, rng)
        self.projection = _main_directions(windows)
        self.memory = Memory(windows, LISTENING, self.key_of_batch, MEMORY_BYTES, bins=BINS)

    def _histograms(self, cells: Tensor, positions: Tensor, tempo_bpm: Tensor) -> Tensor:
        histograms: Tensor = self.net(cells[..., :CLASSES], positions, tempo_bpm)
        return histograms

    def _key(self, hits: Tensor, tempo_bpm: Tensor) -> Tensor:
        """hits [N, 32, 9], tempo_bpm [N, 1] -> [N, 1 + KEY_NUMBERS]."""
        return torch.cat((OCTAVE_UNITS * octaves(tempo_bpm), hits.flatten(1) @ self.projection), dim=1)

    def key_of_batch(self, batch: Batch) -> Tensor:
        return self._key(torch.from_numpy(batch.cells[..., :CLASSES]), torch.from_numpy(batch.tempos_bpm)[:, None])

    def weights(self) -> Weights:
        arrays = {name: tensor.numpy() for name, tensor in self.net.state_dict().items()}
        arrays |= {"feel_noise.steps": self.noise.steps, "feel_noise.columns": self.noise.columns}
        return {**arrays, "projection": self.projection.numpy(), **self.memory.weights()}

    def graph(self, weights: Weights) -> onnx.ModelProto:
        return humanise_graph(weights)

    def doors(self) -> dict[str, tuple[Arrays, Arrays]]:
        """Two windows each in 4/4, 7/8 and 9/8, one of them with noise."""
        rng = np.random.default_rng(0)
        meters = (Meter(4, 4), Meter(7, 8), Meter(9, 8))
        batches = [self.windows.cut(rng.choice(self.windows.common, 2), meter) for meter in meters]
        inputs: Arrays = {
            "hits": np.concatenate([batch.cells[..., :CLASSES] for batch in batches]),
            "positions": np.stack([window(meter).positions for meter in meters]).repeat(2, 0),
            "tempo_bpm": np.concatenate([batch.tempos_bpm for batch in batches])[:, None],
            "feel_noise": rng.standard_normal((6, STEPS, 2 * CLASSES), np.float32),
        }
        inputs["feel_noise"][::2] = 0.0
        return {"play": (inputs, self.reference(inputs))}

    @torch.no_grad()
    def reference(self, inputs: Arrays) -> Arrays:
        given = {name: torch.from_numpy(array) for name, array in inputs.items()}
        histograms = self.net(given["hits"], given["positions"], given["tempo_bpm"])
        key = as_key(self._key(given["hits"], given["tempo_bpm"]))
        weights, which, share = self.memory.neighbours(key, torch.zeros(len(key), 1), given["positions"])
        histograms = mixed(histograms, *self.memory.histograms(weights, which), share)
        velocity, offset = drawn_feel(histograms, given["feel_noise"], self.noise)
        return {"velocity": (velocity * given["hits"]).numpy(), "offset": (offset * given["hits"]).numpy()}


def _main_directions(windows: Windows) -> Tensor:
    """[288, KEY_NUMBERS]: what the hits of a window are multiplied with to tell windows from each other."""
    products = np.zeros((STEPS * CLASSES, STEPS * CLASSES))
    for chunk in chunks(most_common_meter(windows), 512):
        hits = windows.plain(chunk).cells[..., :CLASSES].reshape(len(chunk), -1)
        products += hits.T @ hits
    directions = np.linalg.eigh(products)[1][:, ::-1][:, :KEY_NUMBERS]
    # As it is in a file of half precision.
    return torch.from_numpy(UNIT * directions).half().float()
