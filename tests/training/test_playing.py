"""Facts about a model's weights are measured on it, and another model gets others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.models import drum_grid
from bridge.models.card import Card
from bridge.models.door import Tensors
from bridge.models.engine import LoadedModel
from bridge.models.grid import steps_in
from bridge.models.kinds import KINDS
from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.music.kit import GENERAL_MIDI
from training.data.groove_midi import read_performances
from training.data.performance import Performance
from training.data.tunes import Tune
from training.graphs.card import card_in, change_card
from training.playing import CLIPS, _least, main, measured

ROOT = Path(__file__).resolve().parents[2]
GMD = ROOT.parent / "shared" / "data" / "gmd" / "groove-v1.0.0-train-validation.zip"
MEASURED = ("drum_vae", "drum_continuation", "drumify", "melody_vae", "melody_continuation")


class HardOfHearing:
    """A model that is told half of what it is leant towards, and whose card knows nothing."""

    sha256 = "0" * 64

    def __init__(self, model: LoadedModel) -> None:
        self.card = replace(model.card, playing={})
        self._model = model

    def run(self, inputs: Mapping[str, Any], limit_seconds: float) -> Tensors:
        halved = {name: 0.5 * array if name.endswith("_bias") else array for name, array in inputs.items()}
        return self._model.run(halved, limit_seconds)


@pytest.fixture(scope="module")
def music(examples: list[Clip], lines: dict[str, Clip]) -> dict[str, list[Any]]:
    """By codec, the example clips as what models are trained on."""
    drums = []
    for i, clip in enumerate(examples):
        cells = drum_grid.encode(clip, GENERAL_MIDI).cells
        parts = np.concatenate((cells.hits, cells.velocity, cells.offset), axis=1)[: steps_in(clip.length_beats)]
        drums.append(Performance(f"drums {i}", clip.meter, 100.0, "beat", "", parts, f"{i}.mid"))
    tunes = [
        Tune(name, name, "examples", lines[name].meter, lines[name].notes, lines[name].length_beats, None)
        for name in ("melody", "answer", "bass", "jig")
    ]
    return {"drum_grid": drums, "melody_grid": tunes}


def test_every_kind_with_facts_is_measured() -> None:
    assert {name for name, kind in KINDS.items() if kind.playing} == set(MEASURED)


@pytest.mark.parametrize("kind", MEASURED)
def test_a_model_that_hears_half_is_told_twice_as_much(
    store: Store, music: dict[str, list[Any]], kind: str
) -> None:
    model = store.default(kind)
    own, half = (measured(one, *[music[model.card.codec]] * 2, clips=2) for one in (model, HardOfHearing(model)))
    assert own.keys() == half.keys() == KINDS[kind].playing.keys()
    for facts in (own, half):
        assert Card.from_json(replace(model.card, playing=facts).to_json(), "x.onnx").playing == facts
    for name in own:
        if name.endswith("_nats"):
            # In steps of one or a tenth, and by chance.
            assert half[name] >= 1.6 * own[name] > 0.0, name
        elif name != "way":  # which is measured with the leaning before it
            assert half[name] == own[name], name


def test_the_page_has_the_facts_of_the_cards(store: Store) -> None:
    page = (ROOT / "training" / "README.md").read_text("utf-8")
    told = set()
    for name, row in re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\| (`[^|]*) \|", page, flags=re.MULTILINE):
        for model, numbers in re.findall(r"`(\w+)` ([\d. ,to]*\d)", row):
            fact = store.model(model).card.playing[name]
            ends = (*fact[:2], *fact[-2:]) if isinstance(fact, tuple) else (fact,)
            assert tuple(map(float, re.findall(r"[\d.]+", numbers))) == ends, (name, model)
            told.add((model, name))
    assert told == {(model, name) for model in MEASURED for name in KINDS[model].playing}


def test_humanise_has_no_facts(store: Store) -> None:
    assert measured(store.default("humanise"), [], []) == {}


def test_the_least_that_is_enough_is_found() -> None:
    asked = []

    def enough(number: float) -> bool:
        asked.append(number)
        return number >= 0.35

    assert _least(0.0, 1.0, 0.1, enough) == 0.4
    assert len(asked) <= 4
    assert _least(0.0, 1.0, 0.1, lambda _: True) == 0.0
    assert _least(0.0, 1.0, 0.1, lambda _: False) == 1.0


def test_what_is_measured_goes_into_the_card_and_the_graph_stays(tmp_path: Path) -> None:
    path = tmp_path / "drumify.onnx"
    before = (ROOT / "onnx_models" / "drumify.onnx").read_bytes()
    path.write_bytes(before)
    change_card(path, playing={"taste_nats": 1.25})
    after = path.read_bytes()
    card = card_in(path)
    assert card.playing == {"taste_nats": 1.25}
    own = card_in(ROOT / "onnx_models" / "drumify.onnx")
    assert replace(card, playing=own.playing) == own
    # The card is the last of the file, and all before it is not touched.
    ends = [data.rindex(b"sideman_card") - 16 for data in (before, after)]
    assert before[: ends[0]] == after[: ends[1]]
    change_card(path, playing=own.playing)
    assert path.read_bytes() == before


@pytest.mark.skipif(not GMD.exists(), reason="needs the Groove MIDI Dataset beside the repository")
def test_the_shipped_drummer_is_measured_as_its_card_says(store: Store) -> None:
    model = store.default("drum_vae")
    facts = measured(model, *(read_performances(GMD, split) for split in ("train", "validation")), clips=CLIPS // 6)
    for name in ("fullness", "cold_ideas"):
        assert facts[name] == model.card.playing[name]
    assert facts["way"] == pytest.approx(model.card.fact("way"), abs=0.15)
    assert facts["leaning_nats"] == pytest.approx(model.card.fact("leaning_nats"), abs=2.0)


def test_music_that_holds_no_clip_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "onnx_models" / "drumify.onnx"
    assert main([str(path), "--data", str(tmp_path)]) == 1
    assert str(tmp_path.name) in capsys.readouterr().err
