"""Lookback RNN and Attention RNN: the melody so far -> the next step's event.

Magenta, 2016 (Waite: Generating Long-Term Structure in Songs and Stories); the configurations `lookback_rnn` and
`attention_rnn` of its MelodyRNN. 306,240 and 362,476 weights.

Theirs: two layers of 128, half of each one's outputs dropped, Adam at 0.001, batches of 128. Lookback: it is told the
event of a step, the events that were a bar and two bars before the next one, binary counters of where that lies, and
whether the step repeated what was a bar or two before it; gradients cut to a norm of 5. Attention: it is told what
sounds, whether it began here, whether the melody rises or falls, the same repeats and more counters, and which major
keys fit best, to all notes so far and to the last three different ones; the first layer attends to its own last 40
outputs; gradients cut to a norm of 3.

Both choose a label: an event, "as a bar ago" or "as two bars ago". A step that repeats is labelled with the repeat, two
bars before one, so that the plain event is learnt only where it is new; and before there is a bar to repeat, a repeat
means that nothing begins. That is how they learn here too. But an event can be said by up to three labels: so that its
nats compare with those of a model that has no such labels, its probability is the sum over all labels that mean it
(`event_log_probabilities`). That is never less than the probability of the label they would have counted.

What had to differ:
- The vocabulary: our codec's 62 tokens in place of 38, melodies in all keys in place of C.
- Meters other than 4/4: a bar is the meter's. The counters are the binary digits of the place in the bar, five, and
  those of the number of the bar: one for Lookback, three for Attention. In 4/4 these are theirs, and a fifth digit that
  never changes; bars of more than 16 steps need it.
- Runs of four bars, in place of whole melodies of 7 to 32.
- The learning rate falls by our loop's cosine, where theirs stayed; and weights are averaged, which they did not. In
  few steps both help.
- One bias of each pair that torch's LSTMs have is one too many (1,024 in all).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.melody_grid import FIRST_PITCH, HOLD, PITCHES, REST, TOKENS
from training.ancestors.lstm import AttentionLstm, Choice, begun, drawing, likeliest
from training.chunks import chunks
from training.data.melody_windows import MelodyBatch, MelodyWindows, melody_batches, on_grid
from training.data.tunes import Tune
from training.figures.drums import Tally
from training.figures.melodies import PRIMER_BARS, scale_consistency
from training.loop import Losses, Pace, Recipe, Tensors
from training.networks.layers import valid_steps
from training.networks.melody_continuation import TRAINED_STEPS

__all__ = [
    "LABELS", "AttentionRnn", "AttentionRnnRecipe", "LookbackRnn", "LookbackRnnRecipe", "MelodyRnn",
    "event_log_probabilities", "key_inputs", "labels_of", "lookback_inputs", "repeated",
]  # fmt: skip

WIDTH = 128
DROPOUT = 0.5
ATTENTION_STEPS = 40
BARS_AGO = (1, 2)
LABELS = TOKENS + len(BARS_AGO)
IN_BAR_DIGITS = 5
LOOKBACK_BAR_DIGITS = 1
KEY_BAR_DIGITS = 3
LOOKBACK_INPUTS = (1 + len(BARS_AGO)) * TOKENS + IN_BAR_DIGITS + LOOKBACK_BAR_DIGITS + len(BARS_AGO)
KEY_INPUTS = PITCHES + 4 + len(BARS_AGO) + IN_BAR_DIGITS + KEY_BAR_DIGITS + 1 + 2 * 12
MAJOR = (0, 2, 4, 5, 7, 9, 11)
BARS = 2 * PRIMER_BARS


# Labels


def repeated(tokens: Tensor, bar_steps: Tensor) -> Tensor:
    """What began a bar and two bars before each step, HOLD before there was one: tokens [N, steps] -> [N, steps, 2]."""
    ago = bar_steps[:, None, None] * torch.tensor(BARS_AGO, device=tokens.device)
    source = torch.arange(tokens.shape[1], device=tokens.device)[:, None] - ago
    found = tokens.gather(1, source.clamp(min=0).flatten(1)).view(source.shape)
    return found.masked_fill(source < 0, HOLD)


def labels_of(tokens: Tensor, repeats: Tensor) -> Tensor:
    """[N, steps] in 0-63: the repeat of two bars ago where it is one, else that of a bar ago, else the token itself."""
    labels = tokens
    for i in range(len(BARS_AGO)):
        labels = labels.masked_fill(tokens == repeats[..., i], TOKENS + i)
    return labels


def event_log_probabilities(logits: Tensor, repeats: Tensor) -> Tensor:
    """logits of labels [..., 64], what the repeats mean [..., 2] -> log probabilities of events [..., 62].

    The probability of each repeat goes to the event that it means, beside that of the event's own label.
    """
    events, *of_repeats = F.log_softmax(logits.float(), dim=-1).split((TOKENS, *(1 for _ in BARS_AGO)), dim=-1)
    for i, of_repeat in enumerate(of_repeats):
        meant = F.one_hot(repeats[..., i], TOKENS).bool()
        events = torch.where(meant, torch.logaddexp(events, of_repeat), events)
    return events


# What is told of each step but the last, so that the one after it can be foretold


def lookback_inputs(tokens: Tensor, bar_steps: Tensor) -> Tensor:
    """tokens [N, steps], bar_steps [N] -> [N, steps - 1, LOOKBACK_INPUTS]."""
    repeats = repeated(tokens, bar_steps)
    parts = [F.one_hot(tokens[:, :-1], TOKENS), F.one_hot(repeats[:, 1:], TOKENS).flatten(2)]
    parts += [_counters(tokens, bar_steps, LOOKBACK_BAR_DIGITS), _repeats(tokens, repeats, bar_steps)]
    return torch.cat([part.float() for part in parts], dim=2)


def key_inputs(tokens: Tensor, bar_steps: Tensor) -> Tensor:
    """tokens [N, steps], bar_steps [N] -> [N, steps - 1, KEY_INPUTS]."""
    now = tokens[:, :-1]
    begins = now >= FIRST_PITCH
    sounds = _latest(now, now != HOLD, REST)
    pitch = F.one_hot(sounds, TOKENS)[..., FIRST_PITCH:]
    plays = (sounds >= FIRST_PITCH)[..., None]
    last_pitch = _latest(now, begins, HOLD)
    before = F.pad(last_pitch[:, :-1], (1, 0), value=HOLD)
    moves = begins & (before != HOLD) & (now != before)
    rises = _latest((now - before).sign(), moves, 0)[..., None]
    at_bar_line = torch.arange(1, tokens.shape[1], device=tokens.device) % bar_steps[:, None] == 0

    began = F.one_hot(now, TOKENS)[..., FIRST_PITCH:]
    step = torch.arange(1, now.shape[1] + 1, device=tokens.device)
    last_begun = (began * step[:, None]).cummax(1).values  # of each pitch; 0: never
    latest = last_begun.topk(3, dim=2)
    last_three = F.one_hot(latest.indices, PITCHES).mul((latest.values > 0)[..., None]).sum(2)
    parts = [pitch, plays, ~plays, begins[..., None], rises]
    parts += [_repeats(tokens, repeated(tokens, bar_steps), bar_steps)]
    parts += [_counters(tokens, bar_steps, KEY_BAR_DIGITS)]
    parts += [at_bar_line[..., None], _best_keys(began.cumsum(1)), _best_keys(last_three)]
    return torch.cat([part.float() for part in parts], dim=2)


def _counters(tokens: Tensor, bar_steps: Tensor, bar_digits: int) -> Tensor:
    """Binary digits, -1 and 1, of the next step's place in its bar and of its bar: [N, steps - 1, 5 + bar_digits]."""
    following = torch.arange(1, tokens.shape[1], device=tokens.device)
    in_bar, bar = following % bar_steps[:, None], following // bar_steps[:, None]
    digits = [in_bar >> i for i in range(IN_BAR_DIGITS)] + [bar >> i for i in range(bar_digits)]
    return 2 * (torch.stack(digits, dim=2) & 1) - 1


def _repeats(tokens: Tensor, repeats: Tensor, bar_steps: Tensor) -> Tensor:
    """Whether each step but the last is what was a bar ago, and two bars ago: [N, steps - 1, 2]."""
    step = torch.arange(tokens.shape[1], device=tokens.device)
    there = step[:, None] >= bar_steps[:, None, None] * torch.tensor(BARS_AGO, device=tokens.device)
    return ((tokens[..., None] == repeats) & there)[:, :-1]


def _latest(values: Tensor, told: Tensor, otherwise: int) -> Tensor:
    """[N, steps] -> [N, steps]: the value of the last step so far at which one was `told`."""
    step = torch.arange(values.shape[1], device=values.device)
    latest = torch.where(told, step, -1).cummax(1).values
    return values.gather(1, latest.clamp(min=0)).masked_fill(latest < 0, otherwise)


def _best_keys(counts: Tensor) -> Tensor:
    """How many notes of each pitch [N, steps, 60] -> the major keys that most of them belong to [N, steps, 12]."""
    classes = counts.unflatten(2, (PITCHES // 12, 12)).sum(2)
    in_key = sum(classes.roll(-degree, dims=2) for degree in MAJOR)
    assert isinstance(in_key, Tensor)
    return in_key == in_key.amax(2, keepdim=True)


# The networks


class MelodyRnn(nn.Module, ABC):
    """What both have in common."""

    dropout: nn.Dropout
    label_out: nn.Linear

    def forward(self, tokens: Tensor, bar_steps: Tensor) -> Tensor:
        """tokens [N, steps], bar_steps [N] -> logits [N, steps - 1, 64] of every step but the first."""
        x, _ = self._through(self._inputs(tokens, bar_steps), None)
        logits: Tensor = self.label_out(self.dropout(x))
        return logits

    @torch.no_grad()
    def continued(self, tokens: Tensor, bar_steps: Tensor, primer_bars: int, choose: Choice = likeliest) -> Tensor:
        """tokens [N, steps] with what is behind the first `primer_bars` chosen anew, one step after the other."""
        tokens = tokens.clone()
        primer_steps = primer_bars * bar_steps
        told, state = 0, None
        for step in range(int(primer_steps.min()), tokens.shape[1]):
            heard = tokens[:, : step + 1]
            x, state = self._through(self._inputs(heard, bar_steps)[:, told:], state)
            told = step
            logits = event_log_probabilities(self.label_out(x[:, -1]), repeated(heard, bar_steps)[:, -1])
            tokens[:, step] = torch.where(step < primer_steps, tokens[:, step], choose(logits))
        return tokens

    @staticmethod
    @abstractmethod
    def _inputs(tokens: Tensor, bar_steps: Tensor) -> Tensor:
        """tokens [N, steps], bar_steps [N] -> what is told of each step but the last, [N, steps - 1, inputs]."""

    @abstractmethod
    def _through(self, x: Tensor, state: Any) -> tuple[Tensor, Any]:
        """x [N, steps, inputs], behind those that left `state` -> [N, steps, WIDTH]."""


class LookbackRnn(MelodyRnn):
    _inputs = staticmethod(lookback_inputs)

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(LOOKBACK_INPUTS, WIDTH, 2, batch_first=True, dropout=DROPOUT)
        self.dropout = nn.Dropout(DROPOUT)
        self.label_out = nn.Linear(WIDTH, LABELS)
        begun(self)

    def _through(self, x: Tensor, state: Any) -> tuple[Tensor, Any]:
        x, state = self.lstm(x, state)
        return x, state


class AttentionRnn(MelodyRnn):
    _inputs = staticmethod(key_inputs)

    def __init__(self) -> None:
        super().__init__()
        self.attention = AttentionLstm(KEY_INPUTS, WIDTH, ATTENTION_STEPS)
        self.upper = nn.LSTM(WIDTH, WIDTH, batch_first=True)
        self.dropout = nn.Dropout(DROPOUT)
        self.label_out = nn.Linear(WIDTH, LABELS)
        begun(self)

    def _through(self, x: Tensor, state: Any) -> tuple[Tensor, Any]:
        attended, upper = state or (None, None)
        x, attended = self.attention(x, attended)
        x, upper = self.upper(self.dropout(x), upper)
        return x, (attended, upper)


class _MelodyRnnRecipe(Recipe):
    """Batches are tokens [N, steps], bar_steps [N], and how many steps count [N]."""

    def __init__(self, training: Sequence[Tune], validation: Sequence[Tune]) -> None:
        # As long as the runs that ours learn from.
        self.windows = MelodyWindows(on_grid(training)[0], most_steps=TRAINED_STEPS)
        self.validation = MelodyWindows(on_grid(validation)[0], bars=BARS)

    @abstractmethod
    def net(self) -> nn.Module: ...

    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        for melodies in melody_batches(self.windows, batch, rng):
            yield _runs(melodies)

    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """Nats of a step: of its label, at all but the first (`loss`); of its event, behind the first two bars."""
        tokens, bar_steps, steps = batch
        repeats = repeated(tokens, bar_steps)
        logits = net(tokens, bar_steps).float()
        labels = labels_of(tokens, repeats)[:, 1:]
        of_labels = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view(labels.shape)
        of_events = -event_log_probabilities(logits, repeats[:, 1:]).gather(2, tokens[:, 1:, None])[..., 0]
        valid, after = _counted(tokens, bar_steps, steps)
        return {"loss": of_labels[valid].mean(), "events": of_events[after].mean()}

    def check(self, net: nn.Module, device: torch.device) -> str:
        """Nats an event behind the first two bars, and how many onsets there are foretold, of every other run; and of
        every tenth, drawn anew behind its first two bars, how many notes of the whole are in one scale."""
        assert isinstance(net, MelodyRnn)
        nats = count = found = onsets = 0.0
        scale, choose = Tally(), drawing(device)
        which = np.arange(0, len(self.validation), 2)
        for chunk in chunks(which, 256):
            tokens, bar_steps, steps = (tensor.to(device) for tensor in _runs(self.validation.batch(chunk)))
            following = tokens[:, 1:]
            events = event_log_probabilities(net(tokens, bar_steps), repeated(tokens, bar_steps)[:, 1:])
            _, after = _counted(tokens, bar_steps, steps)
            nats -= float(events.gather(2, following[..., None])[..., 0][after].sum())
            count += float(after.sum())
            onset = after & (following >= FIRST_PITCH)
            found += float((onset & (events.argmax(2) == following)).sum())
            onsets += float(onset.sum())
        for chunk in chunks(np.arange(0, len(self.validation), 10), 256):
            tokens, bar_steps, steps = (tensor.to(device) for tensor in _runs(self.validation.batch(chunk)))
            drawn = net.continued(tokens, bar_steps, PRIMER_BARS, choose)
            for row, played, length in zip(chunk, drawn.cpu().numpy(), steps.tolist(), strict=True):
                pitches = played[:length][played[:length] >= FIRST_PITCH]
                if len(pitches):
                    group = self.validation.tunes[self.validation.owners[row]].group
                    scale.add(group, scale_consistency(pitches), 1.0)
        return f"{nats / count:.4f} nats an event; onsets {found / onsets:.4f}; in one scale {scale}"


class LookbackRnnRecipe(_MelodyRnnRecipe):
    name = "lookback_rnn"
    pace = Pace(steps=5000, learning_rate=1e-3, weight_decay=0.0, warmup_steps=1, most_gradient=5.0)

    def net(self) -> nn.Module:
        return LookbackRnn()


class AttentionRnnRecipe(_MelodyRnnRecipe):
    name = "attention_rnn"
    pace = Pace(steps=5000, learning_rate=1e-3, weight_decay=0.0, warmup_steps=1, most_gradient=3.0)

    def net(self) -> nn.Module:
        return AttentionRnn()


def _runs(melodies: MelodyBatch) -> Tensors:
    """As long as the longest of these runs."""
    steps = valid_steps(torch.from_numpy(melodies.positions))[..., 0].sum(1).long()
    return torch.from_numpy(melodies.tokens)[:, : int(steps.max())], torch.from_numpy(melodies.bar_steps), steps


def _counted(tokens: Tensor, bar_steps: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
    """Which steps but the first count [N, steps - 1]: all of the run, and those behind its first two bars."""
    following = torch.arange(1, tokens.shape[1], device=tokens.device)
    valid = following < steps[:, None]
    return valid, valid & (following >= PRIMER_BARS * bar_steps[:, None])
