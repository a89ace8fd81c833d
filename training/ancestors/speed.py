"""How long ours take beside the ancestors: `python -m training.ancestors.speed [--models onnx_models]`.

Two bars of 4/4, one row, one thread, the networks alone: `python -m benchmarks.latency` times whole requests. The
ancestors run in torch, with the weights that they begin with: others take as long. Ours are the shipped files in
onnxruntime, and of drums they play velocity and timing too, which the ancestors do not. Torch needs longer to call a
small layer than onnxruntime does, so a part of the ratios is that and not the networks' size. All take turns, and
medians count.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from bridge.errors import Refusal
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_grid import CLASSES
from bridge.models.drum_vae import DrumVae
from bridge.models.grid import STEPS, window
from bridge.models.harmony import CHORD_COLUMNS
from bridge.models.melody_continuation import MelodyContinuation
from bridge.models.melody_grid import FIRST_PITCH, HOLD
from bridge.models.melody_grid import TOKENS as MELODY_TOKENS
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.meter import Meter
from training.ancestors.drums_rnn import DrumsRnn
from training.ancestors.melody_rnn import AttentionRnn, LookbackRnn
from training.ancestors.music_vae import MusicVae
from training.figures.melodies import PRIMER_BARS
from training.networks.tokens import TOKENS as DRUM_TOKENS
from training.networks.tokens import tokens_of_hits

__all__ = ["jobs", "main"]

TIMES = 100
TEMPO_BPM = 120.0


def jobs(store: Store) -> dict[str, dict[str, Callable[[], object]]]:
    """What is timed: of each job our model first, then its ancestors. Raises UnknownName where ours is missing."""
    shape = window(Meter())
    at = shape.positions[None]
    cells = np.zeros((STEPS, 3 * CLASSES), np.float32)
    for drum, every in enumerate((8, 16, 2)):  # kick, snare and hats, as loud as can be, on the grid
        cells[::every, [drum, CLASSES + drum]] = 1.0
    melody = np.full(STEPS, HOLD, np.int64)
    melody[::4] = FIRST_PITCH + 24 + np.array([0, 4, 7, 4, 5, 9, 7, 2])
    drums, line = ModelUse(store.default("drum_continuation")), ModelUse(store.default("melody_continuation"))
    drum_vae, melody_vae = ModelUse(store.default("drum_vae")), ModelUse(store.default("melody_vae"))
    feel, bias = np.zeros((1, STEPS, 2 * CLASSES), np.float32), np.zeros((1, STEPS, MELODY_TOKENS), np.float32)
    no_chords = np.zeros((STEPS, CHORD_COLUMNS), np.float32)

    def drums_there_and_back() -> object:
        latent, _ = DrumVae(drum_vae).posterior(cells[None], at)
        return DrumVae(drum_vae).play(latent, at, feel[..., :CLASSES], 0.0, feel[..., 0], feel)

    def melody_there_and_back() -> object:
        latent, _ = MelodyVae(melody_vae).posterior(melody[None], at)
        return MelodyVae(melody_vae).play(latent, at, bias, 0.0, bias[..., 0])

    def more_drums() -> object:
        return DrumContinuation(drums).play(cells, shape, feel[..., :CLASSES], TEMPO_BPM, 0.0, feel[..., 0], feel)

    def more_melody() -> object:
        return MelodyContinuation(line).play(melody, no_chords, no_chords, shape, bias, 0.0, bias[..., 0])

    hits = torch.from_numpy(cells[None, :, :CLASSES])
    hit_tokens, tokens = tokens_of_hits(hits), torch.from_numpy(melody)[None]
    steps, bar_steps = torch.tensor([STEPS]), torch.tensor([shape.bar_steps])
    seen_drums = torch.cat((hits, 1.0 - hits.amax(2, keepdim=True)), dim=2)
    seen_melody = F.one_hot(tokens, MELODY_TOKENS).float()
    longer = F.pad(tokens, (0, STEPS), value=HOLD)
    drums_rnn, lookback, attention = DrumsRnn().eval(), LookbackRnn().eval(), AttentionRnn().eval()
    vae_drums, vae_melody = MusicVae(CLASSES + 1, DRUM_TOKENS).eval(), MusicVae(MELODY_TOKENS, MELODY_TOKENS).eval()
    return {
        "drums to their latent and back": {
            "drum_vae": drums_there_and_back,
            "music_vae_drums": lambda: vae_drums.best(vae_drums.encode(seen_drums, steps)[0]),
        },
        "a melody to its latent and back": {
            "melody_vae": melody_there_and_back,
            "music_vae_melody": lambda: vae_melody.best(vae_melody.encode(seen_melody, steps)[0]),
        },
        "the next two bars of drums": {
            "drum_continuation": more_drums,
            "drums_rnn": lambda: drums_rnn.continued(hit_tokens, STEPS),
        },
        "the next two bars of a melody": {
            "melody_continuation": more_melody,
            "lookback_rnn": lambda: lookback.continued(longer, bar_steps, PRIMER_BARS),
            "attention_rnn": lambda: attention.continued(longer, bar_steps, PRIMER_BARS),
        },
    }


def _milliseconds(job: Callable[[], object]) -> float:
    started_seconds = time.perf_counter()
    job()
    return 1000.0 * (time.perf_counter() - started_seconds)


@torch.no_grad()
def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), metavar="FOLDER")
    parser.add_argument("--times", type=int, default=TIMES, help=f"how often each is timed (default {TIMES})")
    given = parser.parse_args(arguments)
    if given.times < 1:
        parser.error("--times must be 1 or more")
    torch.set_num_threads(1)
    store = Store(given.models)
    try:
        store.load_all()
        timed = [(title, name, job) for title, named in jobs(store).items() for name, job in named.items()]
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for _, _, job in timed:  # once for nothing
        job()
    rounds = [[_milliseconds(job) for _, _, job in timed] for _ in range(given.times)]
    medians = [statistics.median(column) for column in zip(*rounds, strict=True)]
    ours_ms, last = 0.0, ""
    for (title, name, _), median_ms in zip(timed, medians, strict=True):
        if title != last:
            print(title)
            ours_ms, last = median_ms, title
        print(f"  {name:<22}{median_ms:>8.2f} ms{median_ms / ours_ms:>8.1f} x ours")
    return 0


if __name__ == "__main__":
    sys.exit(main())
