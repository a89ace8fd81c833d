"""The loop by which every model is trained: batches, schedule, averaged weights, checkpoints, progress.

A model's own file says what is different about it: a `Recipe`.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from bridge.errors import BadFile

__all__ = ["Losses", "Pace", "Recipe", "Tensors", "train"]

Tensors = tuple[Tensor, ...]
Losses = dict[str, Tensor]
"""Means over a batch, in nats where the name does not say otherwise; `loss` is what is minimised."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a model learns. `average`: how much of the averaged weights stays at each step, near the end."""

    steps: int
    batch: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    warmup_steps: int = 200
    average: float = 0.998
    most_gradient: float = 1.0
    show_every: int = 100
    check_every: int = 500


FINE = 0.3
"""Of the learning rate, where a training starts from weights that know something already."""


class Recipe(ABC):
    """One model and its data. `name` is the model's, `pace` how it learns if nothing else is said."""

    name: ClassVar[str]
    pace: ClassVar[Pace]

    @abstractmethod
    def net(self) -> nn.Module:
        """The network, its weights drawn by torch's generator."""

    @abstractmethod
    def batches(self, batch: int, rng: np.random.Generator) -> Iterator[Tensors]:
        """Endless batches of the training windows."""

    @abstractmethod
    def losses(self, net: nn.Module, batch: Tensors, step: int) -> Losses:
        """Of one batch, at this step of the training."""

    @abstractmethod
    def check(self, net: nn.Module, device: torch.device) -> str:
        """The figures of the validation windows that are watched while the model learns."""


def train(
    recipe: Recipe,
    work: Path,
    *,
    seed: int = 0,
    steps: int | None = None,
    threads: int = 1,
    first_weights: dict[str, Tensor] | None = None,
    origin: str = "",
) -> Path:
    """Trains until `steps`, from `work`/NAME.SEED.pt on where that is there, and returns its path.

    `origin` tells the data, the kit and the first weights: what began with others is refused by BadFile.
    `first_weights` are what a training that has not begun starts from, in smaller steps. Two threads are slower than
    one on a machine that has something else to do.
    """
    pace = recipe.pace
    steps = pace.steps if steps is None else steps
    work.mkdir(parents=True, exist_ok=True)
    checkpoint = work / f"{recipe.name}.{seed}.pt"
    # Sure of itself, a softmax yields numbers below 1e-38, with which a CPU calculates many times slower.
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    net, average = recipe.net().to(device), recipe.net().to(device)
    if first_weights is not None:
        net.load_state_dict(first_weights)
    average.load_state_dict(net.state_dict())
    average.eval()
    print(f"{recipe.name}: {sum(p.numel() for p in net.parameters()):,} weights, on {device}", flush=True)
    optimizer = torch.optim.AdamW(net.parameters(), pace.learning_rate, weight_decay=pace.weight_decay)
    first = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        if saved.get("origin", origin) != origin:
            raise BadFile(
                f"{checkpoint} is of a training that began with other data, another kit or other first weights. "
                "Name another folder for this one (--work), or delete that file."
            )
        net.load_state_dict(saved["net"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        first = saved["step"]
        print(f"goes on after step {first:,}", flush=True)
    batches = recipe.batches(pace.batch, np.random.default_rng((seed, first)))
    torch.manual_seed(seed * 1_000_003 + first)
    highest_rate = pace.learning_rate * (1.0 if first_weights is None else FINE)
    started_seconds = time.monotonic()
    shown: list[Losses] = []
    for step in range(first, steps):
        for group in optimizer.param_groups:
            group["lr"] = highest_rate * _share_of_rate(step, steps, pace.warmup_steps)
        net.train()
        batch = tuple(tensor.to(device) for tensor in next(batches))
        # Half the bits are enough for the products of matrices, and up to twice as fast.
        with torch.autocast(device.type, torch.bfloat16):
            losses = recipe.losses(net, batch, step)
        optimizer.zero_grad()
        losses["loss"].backward()
        nn.utils.clip_grad_norm_(net.parameters(), pace.most_gradient)
        optimizer.step()
        with torch.no_grad():
            # At first the average follows closely, or it would remember the weights that were drawn.
            keep = min(pace.average, (step + 1) / (step + 10))
            for kept, new in zip(average.parameters(), net.parameters(), strict=True):
                kept.lerp_(new, 1.0 - keep)
        shown.append({name: value.detach() for name, value in losses.items()})
        done, last = step + 1, step + 1 == steps
        if done % pace.show_every == 0 or last:
            means = " ".join(f"{name} {torch.stack([s[name] for s in shown]).mean():.3f}" for name in shown[0])
            steps_a_second = (done - first) / (time.monotonic() - started_seconds)
            print(f"{done}/{steps} {steps_a_second:.2f} steps/s {means}", flush=True)
            shown = []
        if done % pace.check_every == 0 or last:
            with torch.no_grad():
                print(f"  validation: {recipe.check(average, device)}", flush=True)
            state = {"net": net.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
            partial = checkpoint.with_suffix(".part")
            torch.save({**state, "step": done, "origin": origin}, partial)
            partial.replace(checkpoint)
    if first >= steps:
        with torch.no_grad():
            print(f"  validation: {recipe.check(average, device)}", flush=True)
    return checkpoint


def _share_of_rate(step: int, steps: int, warmup_steps: int) -> float:
    """A linear rise, then half a cosine down to a fiftieth."""
    return min((step + 1) / warmup_steps, 1.0) * (0.02 + 0.98 * math.cos(0.5 * math.pi * step / steps) ** 2)
