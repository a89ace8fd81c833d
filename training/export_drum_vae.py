"""Writes a trained drum VAE as one .onnx file with its card, and the proof that the file computes what torch does.

    python -m training.export_drum_vae --checkpoint PATH --data PATH --out onnx_models --golden tests/models/golden

PATH of --data is GMD's archive, whose hash goes into the card. The proof is a golden pair: inputs, and the outputs that
torch gives for them; tests/models/test_golden.py asks the file the same. What `training.evaluate` measures on the
validation split goes into the card.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch

from bridge.models import drum_grid
from bridge.models.card import Card, TrainingData
from bridge.models.drum_grid import CLASSES, FAMILIES, STEPS
from bridge.models.engine import Engine
from bridge.models.kinds import KINDS
from bridge.models.onnx_file import CARD_KEY, card_text
from bridge.music.meter import Meter
from training.drum_graph import MAX_OFFSET, MIN_OFFSET, MIN_VELOCITY, drum_graph
from training.drum_vae import LATENT, DrumVae
from training.drum_windows import Windows
from training.evaluate import TokenLanguage, drum_vae_figures, four_four
from training.groove_midi import read_performances, sha256_of
from training.latent_prior import LatentPrior, fit_prior

__all__ = ["agreement", "drum_card", "export", "fill_numbers", "main", "reference", "write_golden"]

NAME = "drum_vae"
MAX_FILE_BYTES = 5_000_000
NUDGE = 1e-5
"""Golden hits stay the same when the draws move by this much, so that another machine's rounding does not turn them."""

Tensors = dict[str, npt.NDArray[Any]]


def drum_card(data: Path, seed: int, training_steps: int) -> Card:
    inputs, outputs = KINDS["drum_vae"].sized(LATENT)
    return Card(
        name=NAME,
        kind="drum_vae",
        codec=drum_grid.NAME,
        codec_version=drum_grid.VERSION,
        steps=STEPS,
        steps_per_beat=drum_grid.STEPS_PER_BEAT,
        classes=CLASSES,
        latent=LATENT,
        inputs=inputs,
        outputs=outputs,
        training_data=(
            TrainingData(
                name="Groove MIDI Dataset, official train split",
                version="1.0.0",
                licence="CC BY 4.0",
                sha256=sha256_of(data),
                citation="Jon Gillick, Adam Roberts, Jesse Engel, Douglas Eck, David Bamman: "
                "Learning to Groove with Inverse Sequence Transformations, ICML 2019",
            ),
        ),
        licence="CC BY 4.0",
        seeds=(seed,),
        training_steps=training_steps,
        numbers={},
        made_by=f"python -m training.train_drum_vae --data {data.name} --steps {training_steps} --seed {seed}; "
        f"python -m training.export_drum_vae --checkpoint {NAME}.{seed}.pt --data {data.name}",
    )


def export(net: DrumVae, prior: LatentPrior, card: Card, path: Path) -> None:
    weights = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
    weights |= {f"prior_{name}": array for name, array in dataclasses.asdict(prior).items()}
    _write(drum_graph(weights), card, path)


def fill_numbers(path: Path, numbers: Mapping[str, float]) -> None:
    """Puts what was measured into the card of a model that `export` wrote."""
    card = Card.from_json(card_text(path.read_bytes(), path.name), path.name)
    _write(onnx.load(path), dataclasses.replace(card, numbers=numbers), path)


def _write(model: onnx.ModelProto, card: Card, path: Path) -> None:
    onnx.helper.set_model_props(model, {CARD_KEY.decode(): card.to_json()})
    data = model.SerializeToString()
    # What is written is what the bridge takes, or nothing is written.
    Card.from_json(card_text(data, path.name), path.name)
    if len(data) >= MAX_FILE_BYTES:
        raise ValueError(f"{path.name} would have {len(data):,} bytes; shipped models stay below {MAX_FILE_BYTES:,}.")
    path.write_bytes(data)


@torch.no_grad()
def reference(net: DrumVae, prior: LatentPrior, inputs: Tensors) -> Tensors:
    """What the file must give for these inputs, by torch and numpy."""
    latents = np.zeros((3, 0, LATENT), np.float32)
    clips = np.zeros((3, 0, STEPS, CLASSES), np.float32)
    given = {name: torch.from_numpy(array) for name, array in inputs.items() if name != "decoding"}
    if inputs["decoding"]:
        choices = (given[name] for name in ("latent", "positions", "hit_bias", "temperature", "hit_uniform"))
        hits, velocity, offset, velocity_scale, offset_scale = net.decode(*choices)
        velocity_noise, offset_noise = given["feel_noise"].chunk(2, dim=2)
        velocity = (velocity + velocity_scale * velocity_noise).clamp(MIN_VELOCITY, 1.0) * hits
        offset = (offset + offset_scale * offset_noise).clamp(MIN_OFFSET, MAX_OFFSET) * hits
        return _outputs(*latents, hits.numpy(), velocity.numpy(), offset.numpy())
    mean, log_variance = net.encode(given["cells"], given["positions"])
    drawn = prior.draw(*(inputs[f"prior_{name}"] for name in ("noise", "uniform", "density", "family")))
    return _outputs(mean.numpy(), (0.5 * log_variance).exp().numpy(), drawn, *clips)


def _outputs(*arrays: npt.NDArray[Any]) -> Tensors:
    return dict(zip(KINDS["drum_vae"].outputs, arrays, strict=True))


def _inputs(**given: npt.NDArray[Any]) -> Tensors:
    """Every input of the file; those that are not given have zero rows."""
    inputs, _ = KINDS["drum_vae"].sized(LATENT)
    empty = {
        name: np.zeros([0 if isinstance(size, str) else size for size in shape], dtype)
        for name, (dtype, shape) in inputs.items()
    }
    return {**empty, "decoding": np.array("latent" in given), **given}


def write_golden(net: DrumVae, prior: LatentPrior, path: Path) -> None:
    """Inputs and torch's outputs, named DOOR.in.NAME and DOOR.out.NAME, of three doors: imagine, decode, encode.

    Four clips in 4/4 and four in 7/8, at temperature 0 and 1, with and without bias and noise. Eight latents are drawn
    from the prior, played, and what was played is encoded.
    """
    positions = np.stack([drum_grid.window(Meter(*meter)).positions for meter in ((4, 4), (7, 8))] * 4)
    temperature = np.repeat(np.array([[0.0], [1.0]], np.float32), 4, axis=0)
    moved = np.tile(np.repeat(np.array([0.0, 1.0], np.float32), 2), 2)[:, None, None]
    for seed in itertools.count():
        rng = np.random.default_rng(seed)
        imagine = _inputs(
            prior_noise=rng.standard_normal((8, LATENT), np.float32),
            prior_uniform=rng.random((8, 1), np.float32),
            prior_density=rng.random((8, 1), np.float32),
            prior_family=np.arange(8) % FAMILIES,
        )
        decode = _inputs(
            positions=positions,
            latent=reference(net, prior, imagine)["prior_latent"],
            hit_bias=moved * rng.standard_normal((8, STEPS, CLASSES), np.float32),
            temperature=temperature,
            hit_uniform=rng.random((8, STEPS), np.float32),
            feel_noise=moved * rng.laplace(size=(8, STEPS, 2 * CLASSES)).astype(np.float32),
        )
        clips = reference(net, prior, decode)
        if _is_steady(net, prior, decode, clips["hits"], rng):
            break
    cells = np.concatenate([clips[name] for name in ("hits", "velocity", "offset")], axis=2)
    doors = {"imagine": imagine, "decode": decode, "encode": _inputs(positions=positions, cells=cells)}
    arrays: Tensors = {}
    for door, inputs in doors.items():
        arrays |= {f"{door}.in.{name}": array for name, array in inputs.items()}
        arrays |= {f"{door}.out.{name}": array for name, array in reference(net, prior, inputs).items()}
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _is_steady(
    net: DrumVae, prior: LatentPrior, decode: Tensors, hits: npt.NDArray[Any], rng: np.random.Generator
) -> bool:
    for sign in (-1, 1):
        nudge = sign * NUDGE
        moved = {
            "hit_uniform": decode["hit_uniform"] + np.float32(nudge),
            "hit_bias": decode["hit_bias"] + nudge * rng.standard_normal(decode["hit_bias"].shape, np.float32),
        }
        if not np.array_equal(reference(net, prior, {**decode, **moved})["hits"], hits):
            return False
    return True


def agreement(net: DrumVae, prior: LatentPrior, path: Path, windows: Windows, rng: np.random.Generator) -> str:
    """The file against torch on windows of the training set, encoded and played again at temperature 0 and 1."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = list(KINDS["drum_vae"].outputs)
    batch = windows.plain(rng.choice(len(windows), 512, replace=False))
    encode = _inputs(positions=batch.positions, cells=batch.cells)
    latents = reference(net, prior, encode)
    found = dict(zip(names, session.run(names, encode), strict=True))
    said = [f"mean {np.abs(found['mean'] - latents['mean']).max():.1e}"]
    for temperature in (0.0, 1.0):
        decode = _inputs(
            positions=batch.positions,
            latent=latents["mean"],
            hit_bias=np.zeros((512, STEPS, CLASSES), np.float32),
            temperature=np.full((512, 1), temperature, np.float32),
            hit_uniform=rng.random((512, STEPS), np.float32),
            feel_noise=rng.laplace(size=(512, STEPS, 2 * CLASSES)).astype(np.float32),
        )
        clips = reference(net, prior, decode)
        found = dict(zip(names, session.run(names, decode), strict=True))
        # Where a draw lies within rounding of a boundary, the rest of that clip is another one.
        same = (found["hits"] == clips["hits"]).all((1, 2))
        feel = max(np.abs(found[name] - clips[name])[same].max() for name in ("velocity", "offset"))
        said.append(f"temperature {temperature:g}: hits alike in {same.sum()} of 512 windows, feel {feel:.1e}")
    return "; ".join(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True, help="drum_vae.SEED.pt of training.train_drum_vae")
    parser.add_argument("--data", type=Path, required=True, help="the archive of the Groove MIDI Dataset")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the models")
    parser.add_argument("--golden", type=Path, required=True, help="the folder of the golden pairs")
    arguments = parser.parse_args()
    if not arguments.data.is_file():
        parser.error(f"--data {arguments.data} is no file: give GMD's archive, its hash goes into the card.")
    _, _, seed = arguments.checkpoint.stem.partition(".")
    if not seed.isdigit():
        parser.error(f"--checkpoint {arguments.checkpoint.name} must be named {NAME}.SEED.pt, as the trainer names it.")

    saved = torch.load(arguments.checkpoint, map_location="cpu", weights_only=True)
    net = DrumVae().eval()
    net.load_state_dict(saved["average"])
    windows = Windows(read_performances(arguments.data, "train"))
    rng = np.random.default_rng(int(seed))
    prior = fit_prior(net, windows, rng)
    for folder in (arguments.out, arguments.golden):
        folder.mkdir(parents=True, exist_ok=True)
    path = arguments.out / f"{NAME}.onnx"
    export(net, prior, drum_card(arguments.data, int(seed), saved["step"]), path)
    write_golden(net, prior, arguments.golden / f"{NAME}.npz")
    print(f"{path}: {path.stat().st_size:,} bytes; {agreement(net, prior, path, windows, rng)}")
    validation = four_four(read_performances(arguments.data, "validation"))
    language = TokenLanguage.of(four_four(read_performances(arguments.data, "train")))
    figures = drum_vae_figures(Engine().load(path.read_bytes(), path.name), validation, language)
    fill_numbers(path, {f"validation_{name}": value for name, value in figures.items()})
    print("\n".join(f"  {name:<28} {value:.4g}" for name, value in figures.items()))
    print(f"For bridge/models/shipped.py: {sha256_of(path)}")


if __name__ == "__main__":
    main()
