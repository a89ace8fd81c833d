"""LSTM layers as Magenta's models have them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

__all__ = ["Attended", "AttentionLstm", "after_gates", "remembering"]


def remembering(lstm: nn.Module) -> nn.Module:
    """The same LSTM, with TensorFlow's biases: 1 for the forget gates, so that it forgets little at first, else 0."""
    for name, bias in lstm.named_parameters():
        if name.startswith("bias"):
            nn.init.zeros_(bias)
        if name.startswith("bias_hh"):
            width = len(bias) // 4
            nn.init.ones_(bias[width : 2 * width])
    return lstm


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
        self.cell = remembering(nn.LSTMCell(inputs, width))
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
