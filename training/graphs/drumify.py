"""Drumify (training/networks/drumify.py) as one ONNX graph, and the product that is shipped.

The networks side by side; the mean of their probabilities, and of what drummers played with such taps, gives each
drum's chance, and the combination that is drawn; then the mean of their histograms gives the drums velocity and timing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import torch
from torch import Tensor

from bridge.models.drum_grid import CLASSES
from bridge.models.grid import STEPS, window
from bridge.models.kinds import KINDS
from bridge.music.meter import Meter
from training.data.drum_windows import Batch, Windows
from training.graphs.export import Arrays, Product
from training.graphs.graph_layers import GraphLayers, Weights
from training.graphs.humanise import (
    drawn_feel,
    feel_noise_of_windows,
    histogram_draws,
    mean_of,
    members_of,
    rounded_to_half,
)
from training.graphs.memory import Listening, Memory, as_key, mixed, octaves
from training.graphs.memory_layers import MemoryLayers
from training.graphs.onnx_graph import Graph
from training.networks.drumify import (
    BINS,
    FEEL_WIDTH,
    IMPOSSIBLE,
    LAYERS,
    SOFTNESS,
    TAP_COLUMNS,
    WIDTH,
    Drumify,
    taps_of_cells,
)
from training.networks.tokens import TOKENS, bits_of_tokens

__all__ = ["DrumifyProduct"]

LEAST = 1e-9
UNIT = 31.0
"""Of the memory's keys, which are the taps, their velocities and the tempo, in these units each."""
TAP_UNITS, VELOCITY_UNITS, OCTAVE_UNITS = 0.7 * UNIT, 2.0 * UNIT, 0.3 * UNIT
LISTENING = Listening(nearest=128, width=0.6 * UNIT**2, farthest=0.5, share=0.4)
"""Chosen on GMD's validation split."""
MEMORY_BYTES = 1_800_000
"""What the networks leave free of a file: GMD's beats in 4/4 go into it."""


def drumify_graph(weights: Weights) -> onnx.ModelProto:
    graph = Graph("drumify", half=True)
    inputs, outputs = KINDS["drumify"].sized(0)
    for name, (dtype, shape) in inputs.items():
        graph.input(name, dtype, shape)
    node, constant = graph.node, graph.constant
    net = GraphLayers(graph, weights)
    members = [_Layers(member.graph, weights, member.within) for member in members_of(graph, weights)]
    bits = (np.arange(TOKENS)[:, None] >> np.arange(CLASSES) & 1).astype(np.float32)
    reads = [member.read() for member in members]
    # All steps as rows, steps first: [32 x N, ...].
    probability = mean_of(graph, [member.probability(read) for member, read in zip(members, reads, strict=True)])
    probability = _with_memory(MemoryLayers(graph, weights), probability)
    tap = node("Transpose", net.column("taps", 0), perm=[1, 0])
    tap = net.shaped(tap, -1, 1)
    chance = node("Mul", node("MatMul", probability, constant(bits)), tap)
    graph.nodes("Transpose", net.shaped(chance, STEPS, -1, CLASSES), names=("chance",), perm=[1, 0, 2])

    bias = net.shaped(node("Transpose", "hit_bias", perm=[1, 0, 2]), -1, CLASSES)
    # Each tap is drawn by itself: by odds as soft as its chances are, what belongs together would be heard apart.
    logits = node("Mul", node("Log", node("Max", probability, constant(LEAST))), constant(SOFTNESS))
    logits = node("Add", logits, node("MatMul", bias, constant(bits.T)))
    sharpness, cold = net.sharpness("temperature")
    everywhere = node("Concat", constant([STEPS], np.int64), node("Shape", "temperature"), axis=0)
    sharpness = net.shaped(node("Expand", sharpness, everywhere), -1, 1)
    uniform = node("Transpose", node("Where", cold, constant(1e-6), "hit_uniform"), perm=[1, 0])
    sharp = node("Softmax", node("Mul", logits, sharpness), axis=1)
    token = net.token(sharp, net.shaped(uniform, -1, 1), TOKENS)
    hits = node("Gather", constant(np.concatenate((bits, bits[-1:])), name="hits_of_tokens"), token)
    hits = node("Mul", hits, tap)
    graph.nodes("Transpose", net.shaped(hits, STEPS, -1, CLASSES), names=("hits",), perm=[1, 0, 2])

    histograms = [member.feel(read, hits) for member, read in zip(members, reads, strict=True)]
    velocity, offset = histogram_draws(net, mean_of(graph, histograms), "feel_noise", BINS)
    graph.nodes("Mul", velocity, "hits", names=("velocity",))
    graph.nodes("Mul", offset, "hits", names=("offset",))
    for name, (dtype, shape) in outputs.items():
        graph.output(name, dtype, shape)
    return graph.model()


class _Layers(GraphLayers):
    def read(self) -> str:
        """[32 x N, 2 WIDTH]."""
        node = self.graph.node
        x = self.shaped(self.linear(self.shaped("taps", -1, TAP_COLUMNS), "taps_in"), -1, STEPS, WIDTH)
        x = node("Add", x, self.grid_positions("positions", "positions"))
        tempo = node("Unsqueeze", self.tempo("tempo_bpm", "tempo"), self.graph.constant([1], np.int64))
        x = self.both_ways(node("Transpose", node("Add", x, tempo), perm=[1, 0, 2]), "gru", LAYERS)
        return self.shaped(self.layer_norm(x, "norm"), -1, 2 * WIDTH)

    def probability(self, read: str) -> str:
        """[32 x N, 512], of a step that is tapped."""
        node, constant = self.graph.node, self.graph.constant
        nothing = node("Mul", constant(np.arange(TOKENS) == 0), constant(IMPOSSIBLE))
        logits = node("Add", self.linear(read, "token_out"), nothing)
        return node("Softmax", node("Mul", logits, constant(1.0 / SOFTNESS)), axis=1)

    def feel(self, read: str, hits: str) -> str:
        """[32, N, 18, BINS]."""
        node = self.graph.node
        taps = self.shaped(node("Transpose", "taps", perm=[1, 0, 2]), -1, TAP_COLUMNS)
        x = node("Relu", self.linear(node("Concat", read, hits, taps, axis=1), "feel_in"))
        x = self.both_ways(self.shaped(x, STEPS, -1, FEEL_WIDTH), "feel_gru", 1)
        out = self.linear(self.shaped(x, -1, 2 * FEEL_WIDTH), "feel_out")
        return node("Softmax", self.shaped(out, STEPS, -1, 2 * CLASSES, BINS), axis=-1)


def _with_memory(memory: MemoryLayers, probability: str) -> str:
    """[32 x N, 512]."""
    node, constant = memory.graph.node, memory.graph.constant
    tempo = memory.octaves("tempo_bpm", OCTAVE_UNITS)
    taps = node("Mul", memory.column("taps", 0), constant(TAP_UNITS))
    velocities = node("Mul", memory.column("taps", 1), constant(VELOCITY_UNITS))
    told = node("ReduceMax", memory.column("taps", 3), axes=[1])
    key = node("Concat", tempo, taps, velocities, axis=1)
    weights, which, share = memory.neighbours(key, told, LISTENING)
    sums, total = memory.combinations(weights, which)
    mixed = memory.mixed(memory.shaped(probability, STEPS, -1, TOKENS), sums, total, share)
    return memory.shaped(mixed, -1, TOKENS)


def _key(taps: Tensor, tempo_bpm: Tensor) -> Tensor:
    """taps [N, 32, TAP_COLUMNS], tempo_bpm [N, 1] -> [N, 65]: at last the velocities, which may not be told."""
    tempo = OCTAVE_UNITS * octaves(tempo_bpm)
    return torch.cat((tempo, TAP_UNITS * taps[..., 0], VELOCITY_UNITS * taps[..., 1]), dim=1)


def _key_of_batch(batch: Batch) -> Tensor:
    cells = torch.from_numpy(batch.cells)
    known = torch.ones(len(cells), 1, 1)
    return _key(taps_of_cells(cells, known, torch.zeros_like(known)), torch.from_numpy(batch.tempos_bpm)[:, None])


def _as_in_the_file(member: Drumify) -> Drumify:
    """The odds of drums are added to those of the combinations that have them: one matrix, in half precision."""
    bits = bits_of_tokens(torch.arange(TOKENS))
    with torch.no_grad():
        member.token_out.weight += bits @ member.bits_out.weight
        member.bits_out.weight.zero_()
    rounded_to_half(member)
    return member


class DrumifyProduct(Product):
    kind = "drumify"
    drawn = "hits"

    def __init__(self, members: Sequence[Drumify], windows: Windows, rng: np.random.Generator) -> None:
        """`members` are in eval mode, on the CPU; the noise is fitted to some of the training windows."""
        self.members = [_as_in_the_file(member) for member in members]
        self.windows = windows
        self.noise = feel_noise_of_windows(windows, self._histograms, rng)
        self.memory = Memory(windows, LISTENING, _key_of_batch, MEMORY_BYTES, optional=STEPS)

    def _histograms(self, cells: Tensor, positions: Tensor, tempo_bpm: Tensor) -> Tensor:
        """Given the drums, by taps with their velocity and without their timing."""
        known = torch.ones(len(cells), 1, 1)
        taps = taps_of_cells(cells, known, torch.zeros_like(known))
        return self.feel(self.reads(taps, positions, tempo_bpm), cells[..., :CLASSES], taps)

    def reads(self, taps: Tensor, positions: Tensor, tempo_bpm: Tensor) -> list[Tensor]:
        return [member.read(taps, positions, tempo_bpm) for member in self.members]

    def probability(self, reads: Sequence[Tensor]) -> Tensor:
        each = [
            torch.softmax(m.token_logits(read) / SOFTNESS, dim=2) for m, read in zip(self.members, reads, strict=True)
        ]
        return torch.stack(each).mean(0)

    def with_memory(self, probability: Tensor, taps: Tensor, positions: Tensor, tempo_bpm: Tensor) -> Tensor:
        told = taps[..., 3].amax(1, keepdim=True)
        weights, which, share = self.memory.neighbours(as_key(_key(taps, tempo_bpm)), told, positions)
        return mixed(probability, *self.memory.combinations(weights, which), share)

    def feel(self, reads: Sequence[Tensor], hits: Tensor, taps: Tensor) -> Tensor:
        each = [torch.softmax(m.feel(read, hits, taps), -1) for m, read in zip(self.members, reads, strict=True)]
        return torch.stack(each).mean(0)

    def weights(self) -> Weights:
        arrays = {
            f"members.{i}.{name}": tensor.numpy()
            for i, member in enumerate(self.members)
            for name, tensor in member.state_dict().items()
        }
        arrays |= {"feel_noise.steps": self.noise.steps, "feel_noise.columns": self.noise.columns}
        return {**arrays, **self.memory.weights()}

    def graph(self, weights: Weights) -> onnx.ModelProto:
        return drumify_graph(weights)

    def doors(self) -> dict[str, tuple[Arrays, Arrays]]:
        """Four windows each in 4/4 and 7/8, at temperature 0 and 1, with and without bias and noise."""
        return {"play": self.steady(self._inputs)}

    def _inputs(self, rng: np.random.Generator) -> Arrays:
        meters = (Meter(4, 4), Meter(7, 8))
        batches = [self.windows.cut(rng.choice(self.windows.common, 4), meter) for meter in meters]
        cells = torch.from_numpy(np.concatenate([batch.cells for batch in batches]))
        known = torch.tensor([0.0, 1.0] * 4)[:, None, None]
        moved = np.array([0.0, 1.0, 0.0, 1.0] * 2, np.float32)[:, None, None]
        return {
            "taps": taps_of_cells(cells, known, 1.0 - known).numpy(),
            "positions": np.stack([window(meter).positions for meter in meters]).repeat(4, 0),
            "tempo_bpm": np.concatenate([batch.tempos_bpm for batch in batches])[:, None],
            "hit_bias": 0.5 * moved * rng.standard_normal((8, STEPS, CLASSES), np.float32),
            "temperature": np.array([[0.0], [0.0], [1.0], [1.0]] * 2, np.float32),
            "hit_uniform": rng.random((8, STEPS), np.float32),
            "feel_noise": moved * rng.standard_normal((8, STEPS, 2 * CLASSES), np.float32),
        }

    @torch.no_grad()
    def reference(self, inputs: Arrays) -> Arrays:
        given = {name: torch.from_numpy(array) for name, array in inputs.items()}
        taps, bits = given["taps"], bits_of_tokens(torch.arange(TOKENS))
        reads = self.reads(taps, given["positions"], given["tempo_bpm"])
        probability = self.with_memory(self.probability(reads), taps, given["positions"], given["tempo_bpm"])
        logits = SOFTNESS * probability.clamp(min=LEAST).log() + given["hit_bias"] @ bits.T
        temperature = given["temperature"][..., None]
        cumulative = torch.softmax(logits / temperature.clamp(min=0.01), dim=2).cumsum(2)
        drawn = (cumulative < given["hit_uniform"][..., None]).sum(2).clamp(max=TOKENS - 1)
        hits = bits[torch.where(temperature[..., 0] < 0.01, logits.argmax(2), drawn)] * taps[..., :1]
        velocity, offset = drawn_feel(self.feel(reads, hits, taps), given["feel_noise"], self.noise)
        return {
            "chance": (probability @ bits * taps[..., :1]).numpy(),
            "hits": hits.numpy(),
            "velocity": (velocity * hits).numpy(),
            "offset": (offset * hits).numpy(),
        }
