"""DrumsRNN: the drums so far -> the next step's, one of 512 combinations.

Magenta, 2016; its configuration `drum_kit`. 2,708,778 weights.

Theirs: the combination of a step and six binary counters of where the next one lies, in runs of sixteenths; three
layers of 256, the first of which attends to its own last 32 outputs; half of every layer's outputs dropped; Adam at
0.001, gradients cut to a norm of 3, batches of 128.

What had to differ:
- Runs of four bars in place of whole tracks of 7 to 32; so the counters, which count to 64, begin at the run.
- The learning rate falls by our loop's cosine, where theirs stayed; and weights are averaged, which they did not. In
  few steps both help.
- One bias of each pair that torch's LSTMs have is one too many (3,072 in all).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.drum_grid import CLASSES
from training.ancestors.lstm import Attended, AttentionLstm, Choice, begun, drawing, likeliest
from training.chunks import chunks
from training.data.drum_sequences import SHORT_STEPS, Sequences
from training.data.performance import Performance
from training.figures.drums import Tally
from training.figures.grooves import groove_consistency
from training.loop import Losses, Pace, Recipe, Tensors
from training.networks.tokens import TOKENS, bits_of_tokens, tokens_of_hits

__all__ = ["COUNTERS", "DrumsRnn", "DrumsRnnRecipe", "counters"]

WIDTH = 256
ATTENTION_STEPS = 32
COUNTERS = 6
DROPOUT = 0.5
PRIMER_STEPS = 32
BAR = 16


def counters(steps: Tensor) -> Tensor:
    """Steps from 0 [steps] -> their binary digits, the lowest first, as -1 and 1: [steps, COUNTERS]."""
    return 2.0 * ((steps[:, None] >> torch.arange(COUNTERS, device=steps.device)) & 1).float() - 1.0


_State = tuple[Attended, tuple[Tensor, Tensor]]


class DrumsRnn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = AttentionLstm(TOKENS + COUNTERS, WIDTH, ATTENTION_STEPS)
        self.upper = nn.LSTM(WIDTH, WIDTH, 2, batch_first=True, dropout=DROPOUT)
        self.dropout = nn.Dropout(DROPOUT)
        self.token_out = nn.Linear(WIDTH, TOKENS)
        begun(self)

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens [N, steps] -> logits [N, steps, 512] of the step after each."""
        logits, _ = self._next(tokens, 0, None)
        return logits

    @torch.no_grad()
    def continued(self, tokens: Tensor, steps: int, choose: Choice = likeliest) -> Tensor:
        """The next `steps` after tokens [N, steps so far], chosen one after the other: [N, steps]."""
        logits, state = self._next(tokens, 0, None)
        following = [choose(logits[:, -1])]
        for step in range(tokens.shape[1], tokens.shape[1] + steps - 1):
            logits, state = self._next(following[-1][:, None], step, state)
            following.append(choose(logits[:, -1]))
        return torch.stack(following, dim=1)

    def _next(self, tokens: Tensor, first: int, state: _State | None) -> tuple[Tensor, _State]:
        """Of tokens [N, steps] that begin at step `first`, behind those that left `state`."""
        attended, upper = state or (None, None)
        following = torch.arange(first + 1, first + tokens.shape[1] + 1, device=tokens.device)
        counted = counters(following).expand(len(tokens), -1, -1)
        x, attended = self.attention(torch.cat((F.one_hot(tokens, TOKENS).float(), counted), dim=2), attended)
        x, upper = self.upper(self.dropout(x), upper)
        return self.token_out(self.dropout(x)), (attended, upper)


class DrumsRnnRecipe(Recipe):
    """On runs of 4/4, the hits alone, as they were played."""

    name = "drums_rnn"
    pace = Pace(steps=3000, learning_rate=1e-3, weight_decay=0.0, warmup_steps=1, most_gradient=3.0)

    def __init__(self, training: Sequence[Performance], validation: Sequence[Performance]) -> None:
        self.sequences = Sequences([p for p in training if str(p.meter) == "4/4"])
        self.validation = Sequences([p for p in validation if str(p.meter) == "4/4"])

    def net(self) -> nn.Module:
        return DrumsRnn()

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        while True:
            yield (_tokens(self.sequences, rng.integers(len(self.sequences), size=batch)),)

    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """Nats of a step's combination: of all but the first (`loss`), and behind the first two bars (`tokens`)."""
        (tokens,) = batch
        logits = net(tokens[:, :-1]).float()
        nats = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none").view(len(tokens), -1)
        return {"loss": nats.mean(), "tokens": nats[:, PRIMER_STEPS - 1 :].mean()}

    def check(self, net: nn.Module, device: torch.device) -> str:
        """Nats a step of the two bars after two bars, the F1 of the hits of their most likely continuation, and the
        groove consistency of one that is drawn."""
        assert isinstance(net, DrumsRnn)
        nats = count = both = either = 0.0
        groove, choose = Tally(), drawing(device)
        for chunk in chunks(np.arange(len(self.validation)), 128):
            tokens = _tokens(self.validation, chunk).to(device)
            primer, after = tokens.split(PRIMER_STEPS, dim=1)
            logits = net(tokens[:, :-1])[:, PRIMER_STEPS - 1 :].float()
            nats += float(F.cross_entropy(logits.flatten(0, 1), after.flatten(), reduction="sum"))
            count += after.numel()
            hits, played = bits_of_tokens(after), bits_of_tokens(net.continued(primer, PRIMER_STEPS))
            both += float((hits * played).sum())
            either += float(hits.sum() + played.sum())
            drawn = bits_of_tokens(torch.cat((primer[:, -BAR:], net.continued(primer, PRIMER_STEPS, choose)), dim=1))
            for row, heard in zip(chunk, drawn.cpu().numpy(), strict=True):
                file = self.validation.performances[self.validation.owners[row]].file
                groove.add(file, groove_consistency(heard, BAR), 1.0)
        return f"{nats / count:.4f} nats a step; F1 {2 * both / either:.4f}; groove consistency {groove}"


def _tokens(sequences: Sequences, which: npt.NDArray[np.int64]) -> Tensor:
    """[N, 64]."""
    return tokens_of_hits(torch.from_numpy(sequences.plain(which, SHORT_STEPS).cells[..., :CLASSES]))
