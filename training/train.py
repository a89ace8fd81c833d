"""Trains a model of the family: data -> weights -> one .onnx file with its card and the proof that it is right.

    python -m training.train NAME --data PATH [PATH ...] [--out onnx_models] [--work training_runs]

NAME is one of drum_vae, drum_continuation, humanise, drumify, melody_vae and melody_continuation, or an ancestor that
ours are measured against. Drums are trained on the Groove MIDI Dataset or on a folder of MIDI files; melodies on
folders or archives of MIDI files or MusicXML. What lies in WORK is gone on from when the same command is given again.
With --from a file of the same kind, the training starts from its weights.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from bridge.errors import Refusal
from bridge.models.engine import Engine
from bridge.music.kit import GENERAL_MIDI
from bridge.presets import read_kit
from training.ancestors.drums_rnn import DrumsRnnRecipe
from training.ancestors.melody_rnn import AttentionRnnRecipe, LookbackRnnRecipe
from training.ancestors.music_vae import MusicVaeDrumsRecipe, MusicVaeMelodyRecipe
from training.data.drum_data import read_drums
from training.data.sources import sha256_of, training_data
from training.data.tunes import read_tunes, tunes_of_split
from training.evaluate import DRUM_FIGURES, MELODY_FIGURES
from training.graphs.card import card_in, change_card
from training.graphs.drum_continuation import DrumContinuationProduct
from training.graphs.drum_vae import DrumVaeProduct, drum_families
from training.graphs.drumify import DrumifyProduct
from training.graphs.export import Product, card_of, ship
from training.graphs.humanise import HumaniseProduct
from training.graphs.latent_prior import fit_prior
from training.graphs.melody_continuation import MelodyContinuationProduct
from training.graphs.melody_vae import MelodyVaeProduct, melody_families
from training.graphs.weights import read_weights
from training.loop import Recipe, train
from training.networks.drum_continuation import DrumContinuationRecipe
from training.networks.drum_vae import DrumVaeRecipe
from training.networks.drumify import DrumifyRecipe
from training.networks.humanise import HumaniseRecipe
from training.networks.melody_continuation import MelodyContinuationRecipe
from training.networks.melody_vae import MelodyVaeRecipe
from training.playing import measured

__all__ = ["ANCESTORS", "FAMILY", "Member", "main"]


@dataclass(frozen=True, slots=True)
class Member:
    """A model of the family: its recipe, how trained networks become the product, and how many stand side by side."""

    recipe: Callable[[Any, Any], Recipe]
    product: Callable[[Sequence[nn.Module], Any, np.random.Generator], Product] | None
    melodies: bool = False
    networks: int = 1


def _drum_vae(nets: Sequence[Any], recipe: DrumVaeRecipe, rng: np.random.Generator) -> Product:
    return DrumVaeProduct(nets[0], fit_prior(drum_families(nets[0], recipe.windows, rng), rng))


def _melody_vae(nets: Sequence[Any], recipe: MelodyVaeRecipe, rng: np.random.Generator) -> Product:
    return MelodyVaeProduct(nets[0], fit_prior(melody_families(nets[0], recipe.windows, rng), rng))


def _humanise(nets: Sequence[Any], recipe: HumaniseRecipe, rng: np.random.Generator) -> Product:
    return HumaniseProduct(nets, recipe.windows, rng)


def _drumify(nets: Sequence[Any], recipe: DrumifyRecipe, rng: np.random.Generator) -> Product:
    return DrumifyProduct(nets, recipe.windows, rng)


def _drum_continuation(nets: Sequence[Any], recipe: DrumContinuationRecipe, rng: np.random.Generator) -> Product:
    return DrumContinuationProduct(nets[0], recipe.sequences, rng)


def _melody_continuation(nets: Sequence[Any], recipe: MelodyContinuationRecipe, _: np.random.Generator) -> Product:
    return MelodyContinuationProduct(nets[0], recipe.windows)


FAMILY = {
    "drum_vae": Member(DrumVaeRecipe, _drum_vae),
    "drum_continuation": Member(DrumContinuationRecipe, _drum_continuation),
    "humanise": Member(HumaniseRecipe, _humanise, networks=2),
    "drumify": Member(DrumifyRecipe, _drumify, networks=2),
    "melody_vae": Member(MelodyVaeRecipe, _melody_vae, melodies=True),
    "melody_continuation": Member(MelodyContinuationRecipe, _melody_continuation, melodies=True),
}


ANCESTORS = {
    "drums_rnn": Member(DrumsRnnRecipe, None),
    "music_vae_drums": Member(MusicVaeDrumsRecipe, None),
    "music_vae_melody": Member(MusicVaeMelodyRecipe, None, melodies=True),
    "lookback_rnn": Member(LookbackRnnRecipe, None, melodies=True),
    "attention_rnn": Member(AttentionRnnRecipe, None, melodies=True),
}
"""What ours are measured against: trained and measured, and not shipped."""


def read(member: Member, paths: Sequence[Path], kit: Path | None) -> tuple[list[Any], list[Any], list[str]]:
    """Training and validation, and a sentence for each file that was left out. Raises BadFile."""
    training: list[Any]
    validation: list[Any]
    if member.melodies:
        tunes, skipped = read_tunes(paths, "all")
        training, validation = (tunes_of_split(tunes, split) for split in ("train", "validation"))
    else:
        kind = read_kit(kit) if kit is not None else GENERAL_MIDI
        training, skipped = read_drums(paths, "train", kind, any_channel=kit is not None)
        validation, more = read_drums(paths, "validation", kind, any_channel=kit is not None)
        skipped = [*skipped, *(sentence for sentence in more if sentence not in skipped)]
    return training, validation, skipped


def _judged(path: Path, member: Member, training: list[Any], validation: list[Any]) -> Mapping[str, float]:
    """The file's figures on the validation split, as `training.evaluate` has them."""
    model = Engine().load(path.read_bytes(), path.name)
    if member.melodies:
        return MELODY_FIGURES[model.card.kind](model, validation)
    return DRUM_FIGURES[model.card.kind](model, validation, training)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(FAMILY | ANCESTORS), metavar="NAME")
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="PATH")
    parser.add_argument("--out", type=Path, help="the folder in which the model's file is put; none is written else")
    parser.add_argument("--from", type=Path, dest="first", metavar="MODEL", help="whose weights are gone on from")
    parser.add_argument("--work", type=Path, default=Path("training_runs"), help="where checkpoints are kept")
    parser.add_argument("--steps", type=int, help="how long; else as long as the shipped one")
    parser.add_argument("--seed", type=int, default=0, help="of the first network")
    parser.add_argument("--threads", type=int, default=1, help="two are slower than one on a machine that is shared")
    parser.add_argument("--kit", type=Path, help="a kit file: drums are found by its pads, on every channel")
    parser.add_argument("--name", dest="called", help="what a model of your own is called, and its file")
    parser.add_argument("--golden", type=Path, help="the folder in which the proof is kept")
    given = parser.parse_args(arguments)
    member = (FAMILY | ANCESTORS)[given.name]
    if member.product is None and (given.out or given.first):
        parser.error(f"{given.name} is trained and measured, and not shipped: leave out --out and --from")
    seeds = range(given.seed, given.seed + member.networks)
    try:
        training, validation, skipped = read(member, given.data, given.kit)
        recipe = member.recipe(training, validation)
        for sentence in skipped:
            print(f"Left out: {sentence}", file=sys.stderr)
        if skipped:
            print(f"Left out, all together: {len(skipped)} files or parts of files.", file=sys.stderr)
        sources = training_data(given.data)
        # Without a kit it is the string that checkpoints have had from the first.
        beside = (sha256_of(path) for path in (given.first, given.kit) if path is not None)
        origin = " ".join([*(source.sha256 for source in sources), *beside])
        nets = [recipe.net() for _ in seeds]
        begun = read_weights(given.first, given.name, nets) if given.first is not None else [None] * len(nets)
        for seed, net, first in zip(seeds, nets, begun, strict=True):
            checkpoint = train(
                recipe,
                given.work,
                seed=seed,
                steps=given.steps,
                threads=given.threads,
                first_weights=first,
                origin=origin,
            )
            saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
            net.load_state_dict(saved["average"])
            net.eval()
        if given.out is not None and member.product is not None:
            product = member.product(nets, recipe, np.random.default_rng(given.seed))
            made_by = f"python -m training.train {given.name} --data {' '.join(path.name for path in given.data)}"
            made_by += f" --steps {saved['step']} --seed {given.seed}"
            named = {"from": given.first, "kit": given.kit}
            made_by += "".join(f" --{option} {path.name}" for option, path in named.items() if path is not None)
            called = given.called or given.name
            # What the first weights were trained on is in these weights too.
            before = card_in(given.first).training_data if given.first is not None else ()
            card = card_of(
                product, tuple(dict.fromkeys((*before, *sources))), list(seeds), saved["step"], made_by, called
            )
            path = given.out / f"{called}.onnx"
            print(ship(product, card, path, given.golden, lambda model: measured(model, training, validation)))
            try:
                figures = _judged(path, member, training, validation)
                change_card(path, numbers={f"validation_{key}": value for key, value in figures.items()})
                print("\n".join(f"  {key:<28} {value:.4g}" for key, value in figures.items()))
            except Refusal as refusal:  # such as of drums without any in 4/4, by which models are judged
                print(f"The file is made, and its card has no figures. {refusal}", file=sys.stderr)
            print(f"The file's SHA-256: {sha256_of(path)}")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
