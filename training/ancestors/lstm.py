"""LSTM layers as Magenta's models have them."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

__all__ = ["Attended", "AttentionLstm", "Choice", "after_gates", "begun", "drawing", "likeliest"]

Choice = Callable[[Tensor], Tensor]
"""Logits [N, choices] -> what is played, [N]."""


def likeliest(logits: Tensor) -> Tensor:
    return logits.argmax(1)


def drawing(device: torch.device) -> Choice:
    """At temperature 1, the same draws every time, and none of torch's own generator, by which a training draws."""
    generator = torch.Generator(device).manual_seed(0)

    def drawn(logits: Tensor) -> Tensor:
        return torch.multinomial(F.softmax(logits.float(), dim=1), 1, generator=generator)[:, 0]

    return drawn


def begun(net: nn.Module) -> None:
    """Draws all weights of linear layers and LSTMs as TensorFlow does where nothing else is said: evenly within
    sqrt(6 / (inputs + outputs)), where the four gates of an LSTM are one matrix of what goes in and what was put out.
    Biases are 0, but 1 for the forget gates, so that an LSTM forgets little at first."""
    for layer in net.modules():
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, (nn.LSTM, nn.LSTMCell)):
            for name, weight in layer.named_parameters():
                if name.startswith("weight_ih"):
                    of_output = getattr(layer, name.replace("weight_ih", "weight_hh"))
                    _drawn_together(weight, of_output)
                elif name.startswith("bias"):
                    nn.init.zeros_(weight)
                if name.startswith("bias_hh"):
                    nn.init.ones_(weight[layer.hidden_size : 2 * layer.hidden_size])
    for layer in net.modules():
        if isinstance(layer, AttentionLstm):
            _drawn_together(layer.mixed.weight, layer.attended_in.weight)


def _drawn_together(*weights: Tensor) -> None:
    """As parts [outputs, inputs] of one matrix, side by side."""
    most = math.sqrt(6.0 / (sum(weight.shape[1] for weight in weights) + len(weights[0])))
    for weight in weights:
        nn.init.uniform_(weight, -most, most)


def after_gates(gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """gates [N, 4 width] of an LSTM, before their nonlinearities, and its cell state [N, width] -> output and state."""
    let_in, kept, new, let_out = gates.chunk(4, dim=1)
    cell = torch.sigmoid(kept) * cell + torch.sigmoid(let_in) * torch.tanh(new)
    return torch.sigmoid(let_out) * torch.tanh(cell), cell


class Attended:
    """Where an `AttentionLstm` is: hidden and cell state, what it attended to last, and all that it has put out."""

    def __init__(self, n: int, width: int, length: int, like: Tensor) -> None:
        nothing = like.new_zeros(n, width)
        self.hidden, self.cell, self.attended = nothing, nothing, nothing
        self.outputs = [nothing] * length
        self.keys = [nothing] * length


class AttentionLstm(nn.Module):
    """One layer that attends to its own last `length` outputs (Cheng, Dong, Lapata: LSTM-Networks for Machine Reading,
    2016), as TensorFlow's AttentionCellWrapper does.

    What was attended to a step ago is mixed into the input; the state asks, the outputs answer, and the mixture of them
    is joined to the cell's output. Before the first step there are outputs of zeros, which are attended to as well.
    """

    def __init__(self, inputs: int, width: int, length: int) -> None:
        super().__init__()
        self.width, self.length = width, length
        self.mixed = nn.Linear(inputs, inputs)
        self.attended_in = nn.Linear(width, inputs, bias=False)
        self.cell = nn.LSTMCell(inputs, width)
        self.query = nn.Linear(2 * width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.score = nn.Linear(width, 1, bias=False)
        self.joined = nn.Linear(2 * width, width)

    def forward(self, x: Tensor, state: Attended | None = None) -> tuple[Tensor, Attended]:
        """x [N, steps, inputs] -> [N, steps, width]. `state` is what it was left in, and is moved on."""
        state = state or Attended(len(x), self.width, self.length, x)
        for mixed in self.mixed(x).unbind(1):
            state.hidden, state.cell = self.cell(mixed + self.attended_in(state.attended), (state.hidden, state.cell))
            asked = self.query(torch.cat((state.cell, state.hidden), dim=1))
            keys = torch.stack(state.keys[-self.length :], dim=1)
            weights = F.softmax(self.score(torch.tanh(keys + asked[:, None])), dim=1)
            state.attended = (weights.transpose(1, 2) @ torch.stack(state.outputs[-self.length :], dim=1))[:, 0]
            output = self.joined(torch.cat((state.hidden, state.attended), dim=1))
            state.outputs.append(output)
            state.keys.append(self.key(output))
        return torch.stack(state.outputs[-x.shape[1] :], dim=1), state
