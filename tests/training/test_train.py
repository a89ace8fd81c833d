"""The command that trains: what it reads, what it goes on from, and what the card says of the licence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the training needs torch (requirements-train.txt)")

from bridge.models.card import Card, TrainingData  # noqa: E402
from bridge.music.clip import Clip, Note  # noqa: E402
from bridge.music.midi_file import MELODY_CHANNEL, write_clip  # noqa: E402
from training.data.sources import sha256_of  # noqa: E402
from training.data.tunes import read_tunes  # noqa: E402
from training.graphs.export import card_of  # noqa: E402
from training.train import FAMILY, main, read  # noqa: E402

KIT = Path(__file__).resolve().parents[2] / "presets" / "kits" / "live_drum_rack.yaml"
LIKELY_TRAINED = ("red", "green", "yellow", "brown", "black", "pink")
LIKELY_KEPT_BACK = ("blue", "white")
"""By the hashes of these names all of them would be on the same side."""


def melodies(folder: Path, names: Sequence[str]) -> Path:
    """Files of eight bars in eighths."""
    folder.mkdir()
    for i, name in enumerate(names):
        pitches = 60 + np.abs(np.random.default_rng(i).integers(-3, 4, 64).cumsum()) % 24
        notes = [Note(int(pitch), 0.5 * at, 0.5, 90.0) for at, pitch in enumerate(pitches)]
        write_clip(folder / f"{name}.mid", Clip(tuple(notes), 32.0), channel=MELODY_CHANNEL)
    return folder


@pytest.mark.parametrize("name", ["melody_vae", "melody_continuation"])
@pytest.mark.parametrize("files", [LIKELY_TRAINED, LIKELY_TRAINED[:2], LIKELY_KEPT_BACK], ids=["six", "two", "others"])
def test_a_few_melodies_of_ones_own_can_be_trained_on(tmp_path: Path, name: str, files: Sequence[str]) -> None:
    data = melodies(tmp_path / "mine", files)
    training, validation, skipped = read(FAMILY[name], [data], None)
    assert not skipped
    assert (len(training), len(validation)) == (len(files) - 1, 1)
    assert validation == read_tunes([data], "validation")[0]  # by which `training.evaluate` judges
    FAMILY[name].recipe(training, validation)


def test_one_melody_alone_is_refused_as_one_file_of_drums_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = melodies(tmp_path / "mine", ["red"])
    assert main(["melody_vae", "--data", str(data), "--work", str(tmp_path / "work")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("mine has one tune only, or versions of one, and none for validation: give tunes of other")


def test_what_began_with_another_kit_is_not_gone_on_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "mine"
    data.mkdir()
    for i, name in enumerate(LIKELY_TRAINED[:2]):
        hits = [Note(36 + 2 * (beat % 2), float(beat), 0.1, 60.0 + i) for beat in range(32)]
        write_clip(data / f"{name}.mid", Clip(tuple(hits), 32.0))
    other = tmp_path / "other.yaml"
    other.write_text(KIT.read_text("utf-8") + "\n# as another one has it\n", "utf-8")

    def trained(work: str, *options: str) -> int:
        given = ["--data", str(data), "--steps", "1", "--work", str(tmp_path / work), *options]
        return main(["drum_continuation", *given])

    def origin(work: str) -> str:
        saved = torch.load(tmp_path / work / "drum_continuation.0.pt", weights_only=True)["origin"]
        assert isinstance(saved, str)
        return saved

    assert trained("with", "--kit", str(KIT)) == 0
    assert origin("with") == f"{sha256_of(data)} {sha256_of(KIT)}"
    for options in (["--kit", str(other)], []):
        assert trained("with", *options) == 1
        assert "drum_continuation.0.pt is of a training that began with other data" in capsys.readouterr().err
    assert trained("with", "--kit", str(KIT)) == 0
    assert trained("without") == 0
    assert origin("without") == sha256_of(data)  # as of all checkpoints from before kits counted


def data_set(name: str, licence: str) -> TrainingData:
    return TrainingData(name, "1", licence, "0" * 64, "somebody")


@pytest.mark.parametrize(
    ("data", "licence"),
    [
        ([("GMD", "CC BY 4.0")], "CC BY 4.0"),
        ([("OpenEWLD", "MIT"), ("Ceol Rince", "CC BY 4.0"), ("Lieder", "CC0 1.0")], "CC BY 4.0"),
        ([("OpenEWLD", "MIT")], "MIT"),
        ([("GMD", "CC BY 4.0"), ("my_band", "not stated")], "not stated: ask those whose music is in my_band"),
        ([("my_band", "not stated")], "not stated: ask those whose music is in my_band"),
        (
            [("a.mid", "not stated"), ("GMD", "CC BY 4.0"), ("b.mid", "not stated"), ("loops", "CC BY-NC 4.0")],
            "not stated: ask those whose music is in a.mid and 2 more",
        ),
    ],
)
def test_weights_are_under_a_licence_only_where_all_that_went_into_them_is(
    data: Sequence[tuple[str, str]], licence: str
) -> None:
    product = SimpleNamespace(kind="humanise", latent=0)
    card = card_of(product, [data_set(*one) for one in data], [0], 1, "a test")
    assert card.licence == licence
    assert Card.from_json(card.to_json(), "a file") == card
