"""What a thousand clips are like that the models play at temperature 1, beside what people played.

    python -m training.clip_statistics --models onnx_models --data PATH [PATH ...] [--clips 1000]

PATH: the archives or folders of the Groove MIDI Dataset and of the melodies. Prints a table for each model whose data
is among them; its rows are defined in figures/clips.py. Everything is played by the bridge's own skills, by seed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.errors import Refusal
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_vae import DrumVae
from bridge.models.drumify import Drumify
from bridge.models.engine import LoadedModel
from bridge.models.grid import nearest_step, steps_in
from bridge.models.melody_continuation import MelodyContinuation
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import FOUR_FOUR
from bridge.skills.continue_drums import continue_drums
from bridge.skills.continue_melody import continue_melody
from bridge.skills.drumify import drumify
from bridge.skills.drumming import Drums
from bridge.skills.generate import generate
from bridge.skills.lock import OPEN
from bridge.skills.melodies import Melodies
from bridge.skills.player import Player
from training.data.excerpts import grooves_and_tunes, of_performance, of_tune, taps
from training.data.groove_midi import read_performances
from training.data.melody_windows import on_grid
from training.data.performance import Performance
from training.data.tunes import Tune, read_tunes, tunes_of_split
from training.figures.clips import Heard, groove_figures, tune_figures

__all__ = ["as_markdown", "main", "tables"]

Figures = Mapping[str, float]
Table = tuple[str, Mapping[str, Figures]]
"""A title, and column -> row -> number."""

BARS = 2
AT_ONCE = 16
TEMPERATURE = 1.0
LEAST_ONSETS = 3
"""Bars of a tune with fewer notes are a rest in it, and no primer."""


def _evenly(rows: Sequence[Any], most: int) -> list[Any]:
    """At most so many, evenly out of all."""
    return [rows[i * len(rows) // most] for i in range(most)] if len(rows) > most else list(rows)


def _drum_clips(drums: Sequence[Performance], most: int, bars: int = BARS) -> list[tuple[Performance, Clip]]:
    """Of all stretches of so many bars of 4/4, from every bar on."""
    four_four = [p for p in drums if p.meter == FOUR_FOUR]
    starts = [(p, bar) for p in four_four for bar in range(len(p.cells) // p.bar_steps - bars + 1)]
    return [(p, of_performance(p, bar, bars)) for p, bar in _evenly(starts, most)]


def _melody_clips(
    tunes: Sequence[Tune], most: int, bars: int = BARS, four_four: bool = False
) -> list[tuple[Clip, Clip]]:
    """Of all stretches of so many bars of tunes that sixteenths can tell: the first two bars, and the others. From
    every data set as many as its size's square root asks for, as in training."""
    kept = [tune for tune in on_grid(tunes)[0] if tune.meter == FOUR_FOUR or not four_four]
    of_sources: dict[str, list[tuple[Clip, Clip]]] = {}
    for tune in kept:
        for bar in range(tune.bars - bars + 1):
            first, others = of_tune(tune, bar, BARS), of_tune(tune, bar + BARS, bars - BARS) if bars > BARS else None
            if len(first.notes) >= LEAST_ONSETS:
                of_sources.setdefault(tune.source, []).append((first, others or first))
    roots = {source: len(clips) ** 0.5 for source, clips in of_sources.items()}
    shares = {source: round(most * root / sum(roots.values())) for source, root in roots.items()}
    return [pair for source, clips in sorted(of_sources.items()) for pair in _evenly(clips, shares[source])]


def _generated(player: Player[Any], clips: int, density: float | None) -> list[Heard]:
    """Requests of 16 variations with the seeds 0, 1, 2 ...; density None: evenly from 0 to 1."""
    requests = -(-clips // AT_ONCE)
    made: list[Heard] = []
    for seed in range(requests):
        own = (seed + 0.5) / requests if density is None else density
        made += map(Heard, generate(
            player, FOUR_FOUR, bars=BARS, variations=AT_ONCE, density=own, humanise=1.0, temperature=TEMPERATURE,
            seed=seed,
        ))  # fmt: skip
    return made[:clips]


def drum_vae_table(model: LoadedModel, training: Sequence[Performance], held: Sequence[Performance], n: int) -> Table:
    player = Drums(DrumVae(ModelUse(model)), [GENERAL_MIDI])
    return f"`{model.card.name}`: new clips, two bars of 4/4", {
        "training": groove_figures([Heard(clip) for _, clip in _drum_clips(training, n)]),
        "validation": groove_figures([Heard(clip) for _, clip in _drum_clips(held, n)]),
        "new": groove_figures(_generated(player, n, None)),
        "new, density 0.5": groove_figures(_generated(player, n, 0.5)),
    }


def drum_continuation_table(
    model: LoadedModel, training: Sequence[Performance], held: Sequence[Performance], n: int
) -> Table:
    drummer = DrumContinuation(ModelUse(model))
    true, made = [], []
    for seed, (performance, clip) in enumerate(_drum_clips(held, n, 2 * BARS)):
        primer, truth = _halves(clip)
        (found,) = continue_drums(
            drummer, primer, GENERAL_MIDI, length_bars=BARS, with_primer=False, variations=1, temperature=TEMPERATURE,
            seed=seed, tempo_bpm=performance.tempo_bpm,
        )  # fmt: skip
        true.append(Heard(truth, primer))
        made.append(Heard(found, primer))
    learnt = [_halves(clip) for _, clip in _drum_clips(training, n, 2 * BARS)]
    return f"`{model.card.name}`: two bars of 4/4 after two", {
        "training": groove_figures([Heard(truth, primer) for primer, truth in learnt]),
        "the drummers": groove_figures(true),
        "continued": groove_figures(made),
    }


def drumify_table(model: LoadedModel, training: Sequence[Performance], held: Sequence[Performance], n: int) -> Table:
    drummer = Drumify(ModelUse(model))
    learnt, beats = ([p for p in drums if p.beat_type == "beat"] for drums in (training, held))
    true, made = [], []
    for seed, (performance, clip) in enumerate(_drum_clips(beats, n)):
        if not clip.notes:
            continue
        (found,) = drumify(
            drummer, taps(clip), GENERAL_MIDI, use_velocity=True, use_timing=True, density=0.5, variations=1,
            temperature=TEMPERATURE, seed=seed, tempo_bpm=performance.tempo_bpm,
        )  # fmt: skip
        true.append(Heard(clip))
        made.append(Heard(found))
    return f"`{model.card.name}`: drums to the taps of two bars of 4/4", {
        "training": groove_figures([Heard(clip) for _, clip in _drum_clips(learnt, n) if clip.notes]),
        "the drummers": groove_figures(true),
        "to their taps": groove_figures(made),
    }


def _halves(clip: Clip) -> tuple[Clip, Clip]:
    """The first two bars, and the others. What is early on the second half's first step belongs to that half."""
    half_beats = BARS * clip.meter.bar_beats
    half = steps_in(half_beats)
    first = [note for note in clip.notes if nearest_step(note.start_beats) < half]
    second = [note.moved(-half_beats) for note in clip.notes if nearest_step(note.start_beats) >= half]
    return Clip(tuple(first), half_beats, clip.meter), Clip(tuple(second), half_beats, clip.meter)


def melody_vae_table(model: LoadedModel, training: Sequence[Tune], held: Sequence[Tune], n: int) -> Table:
    player = Melodies(MelodyVae(ModelUse(model)))
    return f"`{model.card.name}`: new clips, two bars of 4/4", {
        "training": tune_figures([Heard(clip) for clip, _ in _melody_clips(training, n, four_four=True)]),
        "validation": tune_figures([Heard(clip) for clip, _ in _melody_clips(held, n, four_four=True)]),
        "new": tune_figures(_generated(player, n, None)),
        "new, density 0.5": tune_figures(_generated(player, n, 0.5)),
    }


def melody_continuation_table(model: LoadedModel, training: Sequence[Tune], held: Sequence[Tune], n: int) -> Table:
    singer = MelodyContinuation(ModelUse(model))
    true, made = [], []
    for seed, (primer, truth) in enumerate(_melody_clips(held, n, 2 * BARS)):
        (found,) = continue_melody(
            singer, primer, chords=None, lock=OPEN, length_bars=BARS, with_primer=False, variations=1,
            temperature=TEMPERATURE, seed=seed,
        )  # fmt: skip
        true.append(Heard(truth, primer))
        made.append(Heard(found, primer))
    learnt = _melody_clips(training, n, 2 * BARS)
    return f"`{model.card.name}`: two bars after two, in all meters, no chords told", {
        "training": tune_figures([Heard(truth, primer) for primer, truth in learnt]),
        "the tunes": tune_figures(true),
        "continued": tune_figures(made),
    }


Drummed = Callable[[LoadedModel, Sequence[Performance], Sequence[Performance], int], Table]
Sung = Callable[[LoadedModel, Sequence[Tune], Sequence[Tune], int], Table]
DRUM_TABLES: dict[str, Drummed] = {
    "drum_vae": drum_vae_table,
    "drum_continuation": drum_continuation_table,
    "drumify": drumify_table,
}
MELODY_TABLES: dict[str, Sung] = {
    "melody_vae": melody_vae_table,
    "melody_continuation": melody_continuation_table,
}


def tables(store: Store, data: Sequence[Path], clips: int) -> list[Table]:
    """Raises Refusal."""
    kinds = {model.card.kind for model in store.models.values()}
    grooves, others = grooves_and_tunes(data)
    found: list[Table] = []
    if grooves:
        drums = [[p for path in grooves for p in read_performances(path, split)] for split in ("train", "validation")]
        for kind, table in DRUM_TABLES.items():
            if kind in kinds:
                found.append(table(store.default(kind), drums[0], drums[1], clips))
    if others:
        tunes = read_tunes(others, "all")[0]
        training, held = (tunes_of_split(tunes, split) for split in ("train", "validation"))
        for kind, line_table in MELODY_TABLES.items():
            if kind in kinds:
                found.append(line_table(store.default(kind), training, held, clips))
    return found


def as_markdown(table: Table) -> str:
    title, columns = table
    rows = next(iter(columns.values()))
    lines = [f"| {title} | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for row in rows:
        lines.append(f"| {row} | {' | '.join(_number(figures[row]) for figures in columns.values())} |")
    return "\n".join(lines) + "\n"


def _number(number: float) -> str:
    return f"{number:.2f}" if abs(number) < 9.995 else f"{number:.1f}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), metavar="FOLDER")
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="PATH")
    parser.add_argument("--clips", type=int, default=1000)
    given = parser.parse_args(arguments)
    try:
        store = Store(given.models)
        for sentence in store.load_all().skipped:
            print(sentence, file=sys.stderr)
        for table in tables(store, given.data, given.clips):
            print(as_markdown(table))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
