"""Judges the shipped ONNX files, through the bridge's own codecs, on data that they were not trained on.

    python -m training.evaluate --models onnx_models --data PATH [PATH ...]
                                [--split validation] [--only NAME,...] [--json]

PATH is the Groove MIDI Dataset's archive or folder, a folder or archive of MIDI, or of MusicXML. Drum models are judged
by the drums in it, melody models by the melodies; a model for which there is nothing is left out, and said to be.
The definitions of the figures stand beside the functions that compute them, in figures/drums.py, figures/grooves.py and
figures/melodies.py. ..._low and ..._high are the 95 % interval by bootstrap over files. What has no splits of its own
is split by names into train and validation; as test it is taken whole, for files that were kept back.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from bridge.errors import BadFile, Refusal
from bridge.models.engine import LoadedModel
from bridge.models.store import Store
from training.data.drum_data import read_drums
from training.data.drum_sequences import Sequences
from training.data.excerpts import grooves_and_tunes
from training.data.performance import Performance
from training.data.splits import SPLITS
from training.data.tunes import Tune, read_tunes
from training.figures.drums import TokenLanguage, drum_vae_figures, four_four, zero_offset_figures
from training.figures.grooves import drum_continuation_figures, drumify_figures, humanise_figures
from training.figures.melodies import melody_continuation_figures, melody_vae_figures

__all__ = ["DRUM_FIGURES", "MELODY_FIGURES", "figures_of", "main"]

Figures = Mapping[str, float]
T = TypeVar("T")


def _drum_vae(model: LoadedModel, drums: Sequence[Performance], training: Sequence[Performance]) -> Figures:
    plain = [p for p in training if str(p.meter) == "4/4"]
    return drum_vae_figures(model, four_four(drums), TokenLanguage.of(four_four(plain)) if plain else None)


DRUM_FIGURES: dict[str, Callable[[LoadedModel, Sequence[Performance], Sequence[Performance]], Figures]] = {
    "drum_vae": _drum_vae,
    "drum_continuation": lambda model, drums, _: drum_continuation_figures(
        model, Sequences([p for p in drums if str(p.meter) == "4/4"])
    ),
    "humanise": lambda model, drums, _: humanise_figures(model, four_four(drums)),
    "drumify": lambda model, drums, _: drumify_figures(model, four_four([p for p in drums if p.beat_type == "beat"])),
}
MELODY_FIGURES: dict[str, Callable[[LoadedModel, Sequence[Tune]], Figures]] = {
    "melody_vae": melody_vae_figures,
    "melody_continuation": melody_continuation_figures,
}


def figures_of(
    models: Sequence[LoadedModel], paths: Sequence[Path], split: str, say: Callable[[str], None]
) -> dict[str, Figures]:
    """Each model's figures, by its name. `say` is told what was left out. Raises BadFile if nothing can be judged."""
    figures: dict[str, Figures] = {}
    drums = _read(lambda: _drums(paths, split), [m for m in models if m.card.kind in DRUM_FIGURES], say)
    tunes = _read(lambda: read_tunes(paths, split), [m for m in models if m.card.kind in MELODY_FIGURES], say)
    if any(str(p.meter) == "4/4" for p in drums):
        figures["zero_offset"] = zero_offset_figures(four_four(drums))
    training: list[Performance] = []
    if drums and any(model.card.kind == "drum_vae" for model in models):
        with contextlib.suppress(Refusal):  # of clips that nobody trains on there is no language to compare with
            training = _drums(paths, "train")[0]
    for model in models:
        name, kind = model.card.name, model.card.kind
        try:
            if kind in DRUM_FIGURES and drums:
                figures[name] = DRUM_FIGURES[kind](model, drums, training)
            elif kind in MELODY_FIGURES and tunes:
                figures[name] = MELODY_FIGURES[kind](model, tunes)
        except Refusal as refusal:  # what there is is too short for this one
            say(f"{name}: {refusal}")
    if not figures:
        raise BadFile(f"There is nothing in {', '.join(map(str, paths))} by which these models could be judged.")
    return figures


def _drums(paths: Sequence[Path], split: str) -> tuple[list[Performance], list[str]]:
    """As `read_drums`, of those paths that have any: melodies may be given beside them. Raises BadFile if none has."""
    found: list[Performance] = []
    skipped: list[str] = []
    refusals: list[Refusal] = []
    for path in paths:
        try:
            performances, sentences = read_drums([path], split)
            found += performances
            skipped += sentences
        except Refusal as refusal:
            refusals.append(refusal)
    if not found:
        raise refusals[0]
    return found, [*skipped, *map(str, refusals)]


def _read(
    read: Callable[[], tuple[list[T], list[str]]], models: Sequence[LoadedModel], say: Callable[[str], None]
) -> list[T]:
    if not models:
        return []
    try:
        found, skipped = read()
    except Refusal as refusal:
        say(f"{', '.join(model.card.name for model in models)}: {refusal}")
        return []
    for sentence in skipped:
        say(f"Left out: {sentence}")
    if skipped:
        say(f"Left out, all together: {len(skipped)} files or parts of files.")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), metavar="FOLDER")
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="PATH")
    parser.add_argument("--split", default="validation", help="train, validation, test or all")
    parser.add_argument("--only", default="", metavar="NAME,...", help="these models")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)

    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr)

    try:
        if given.split not in SPLITS:
            raise BadFile(f"There is no split {given.split!r}: the splits are {', '.join(SPLITS)}.")
        store = Store(given.models)
        for sentence in store.load_all().skipped:
            say(sentence)
        only = [name.strip() for name in given.only.split(",") if name.strip()]
        models = [store.model(name) for name in (only or store.models)]
        if given.split == "test":
            for path in grooves_and_tunes(given.data)[1]:
                say(f"{path} has no test split of its own: all of it is judged by. Give files that were kept back.")
        figures = figures_of(models, given.data, given.split, say)
    except Refusal as refusal:
        say(str(refusal))
        return 1
    if given.json:
        print(json.dumps(figures, indent=2))
        return 0
    for name, rows in figures.items():
        print(f"{name}, split {given.split}")
        for key, value in rows.items():
            if f"{key}_low" in rows:
                print(f"  {key:<28} {value:.4g}  ({rows[f'{key}_low']:.4g} to {rows[f'{key}_high']:.4g})")
            elif not key.endswith(("_low", "_high")):
                print(f"  {key:<28} {value:.4g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
