"""Trains the drum VAE on GMD, with checkpoints, and goes on where it stopped.

python -m training.train_drum_vae --data PATH --work DIR [--steps 10000] [--seed 0] [--threads 1]
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.models.drum_grid import CLASSES
from training.drum_vae import DrumVae, tokens_of_hits
from training.drum_windows import Batch, Windows, augmented_batches
from training.groove_midi import read_performances

__all__ = ["Losses", "losses", "main"]

BATCH = 128
LEARNING_RATE = 1.2e-3
WARMUP_STEPS = 300
KL_WARMUP_STEPS = 1000
BETA = 0.35
FREE_NATS = 48 * math.log(2)  # MusicVAE's 48 free bits
FEEL_WEIGHT = 0.25
"""Nats of velocity and offset against nats of hits: at 1, microtiming, which is mostly noise, would fill the latent."""
FORGET_BEFORE = 0.3
"""How often the GRU is not told the step before, so that it goes on asking the latent (word dropout)."""
AVERAGE = 0.999

Losses = dict[str, Tensor]


def losses(net: DrumVae, cells: Tensor, positions: Tensor, beta: float, forget: float) -> Losses:
    """Nats per window: hits, velocity, offset, kl; and `loss`, what is minimised."""
    hits, velocity, offset = cells.split(CLASSES, dim=2)
    valid = net.valid(positions)
    mean, log_variance = (value.float() for value in net.encode(cells, positions))
    latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
    kl = 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).sum(1)
    plan = net.plan(latent, positions)
    before = F.pad(hits, (0, 0, 1, 0))[:, :-1]
    before = before * (torch.rand(before.shape[:2], device=before.device) >= forget).float()[..., None]
    logits = net.token_logits(plan, before).float()
    token_nats = F.cross_entropy(logits.flatten(0, 1), tokens_of_hits(hits).flatten(), reduction="none")
    hit_nats = (token_nats.view(hits.shape[:2]) * valid[..., 0]).sum(1)
    v, o, v_scale, o_scale = (value.float() for value in net.feel(plan, hits, positions))
    velocity_nats = (((velocity - v).abs() / v_scale + (2.0 * v_scale).log()) * hits).sum((1, 2))
    offset_nats = (((offset - o).abs() / o_scale + (2.0 * o_scale).log()) * hits).sum((1, 2))
    loss = hit_nats + FEEL_WEIGHT * (velocity_nats + offset_nats) + beta * (kl - FREE_NATS).clamp(min=0.0)
    named = {"loss": loss, "hits": hit_nats, "velocity": velocity_nats, "offset": offset_nats, "kl": kl}
    return {name: value.mean() for name, value in named.items()}


def tensors(batch: Batch, device: torch.device) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(batch.cells).to(device), torch.from_numpy(batch.positions).to(device)


@torch.no_grad()
def validate(net: DrumVae, windows: Windows, device: torch.device) -> str:
    """Losses and reconstruction from the mean at temperature 0, on windows as they were played."""
    net.eval()
    torch.manual_seed(1)
    which = np.arange(0, len(windows), 2)
    sums: dict[str, float] = {}
    hit = miss = false = exact = steps = 0.0
    for chunk in np.array_split(which, -(-len(which) // 512)):
        cells, positions = tensors(windows.plain(chunk), device)
        for name, value in losses(net, cells, positions, BETA, 0.0).items():
            sums[name] = sums.get(name, 0.0) + float(value) * len(chunk)
        n = len(chunk)
        mean, _ = net.encode(cells, positions)
        zeros = torch.zeros(n, 32, CLASSES, device=device)
        out = net.decode(mean, positions, zeros, torch.zeros(n, 1, device=device), zeros[..., 0])[0]
        true = cells[..., :CLASSES]
        hit += float((out * true).sum())
        miss += float(((1 - out) * true).sum())
        false += float((out * (1 - true)).sum())
        valid = net.valid(positions)[..., 0]
        exact += float(((out == true).all(2).float() * valid).sum())
        steps += float(valid.sum())
    net.train()
    text = " ".join(f"{name} {value / len(which):.2f}" for name, value in sums.items())
    return f"{text} F1 {2 * hit / (2 * hit + miss + false):.4f} exact {exact / steps:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where checkpoints are kept, outside the repository")
    parser.add_argument("--steps", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="two are slower than one on a machine that is shared")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    checkpoint = arguments.work / f"drum_vae.{arguments.seed}.pt"

    # Sure of itself, the softmax over 512 yields numbers below 1e-38, with which a CPU calculates many times slower.
    torch.set_flush_denormal(True)
    torch.set_num_threads(arguments.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    windows = Windows(read_performances(arguments.data, "train"))
    validation = Windows(read_performances(arguments.data, "validation"))
    print(f"{len(windows)} windows to train on, {len(validation)} for validation, on {device}", flush=True)
    torch.manual_seed(arguments.seed)
    net = DrumVae().to(device)
    average = DrumVae().to(device)
    average.load_state_dict(net.state_dict())
    print(f"{sum(p.numel() for p in net.parameters()):,} weights", flush=True)
    optimizer = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=0.02)
    first = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        net.load_state_dict(saved["net"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        first = saved["step"]
    batches = augmented_batches(windows, BATCH, np.random.default_rng((arguments.seed, first)))
    started = time.monotonic()
    shown: list[Losses] = []
    for step in range(first, arguments.steps):
        rate = min((step + 1) / WARMUP_STEPS, 1.0) * (
            0.02 + 0.98 * math.cos(0.5 * math.pi * step / arguments.steps) ** 2
        )
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * rate
        # Half the bits are enough for the products of matrices, and more than twice as fast.
        with torch.autocast(device.type, torch.bfloat16):
            beta = BETA * min(1.0, step / KL_WARMUP_STEPS)
            result = losses(net, *tensors(next(batches), device), beta, FORGET_BEFORE)
        optimizer.zero_grad()
        result["loss"].backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        with torch.no_grad():
            keep = min(AVERAGE, (step + 1) / (step + 10))
            for kept, new in zip(average.parameters(), net.parameters(), strict=True):
                kept.lerp_(new, 1.0 - keep)
        shown.append({name: value.detach() for name, value in result.items()})
        if (step + 1) % 100 == 0:
            text = " ".join(f"{name} {torch.stack([s[name] for s in shown]).mean():.2f}" for name in shown[0])
            pace = (step + 1 - first) / (time.monotonic() - started)
            print(f"{step + 1}/{arguments.steps} {pace:.2f} steps/s {text}", flush=True)
            shown = []
        if (step + 1) % 1000 == 0 or step + 1 == arguments.steps:
            print(f"  validation: {validate(average, validation, device)}", flush=True)
            state = {"net": net.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
            partial = checkpoint.with_suffix(".part")
            torch.save({**state, "step": step + 1}, partial)
            partial.replace(checkpoint)


if __name__ == "__main__":
    main()
