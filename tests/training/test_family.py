"""Every model of the family, small and quick: data -> two steps of training -> file -> bridge, and on from the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the training needs torch (requirements-train.txt)")

from bridge.errors import BadFile  # noqa: E402
from bridge.models.engine import Engine  # noqa: E402
from bridge.models.kinds import KINDS  # noqa: E402
from bridge.music.clip import Note  # noqa: E402
from bridge.music.meter import Meter  # noqa: E402
from training.data.performance import Performance  # noqa: E402
from training.data.sources import training_data  # noqa: E402
from training.data.tunes import Tune  # noqa: E402
from training.graphs.card import card_in, change_card  # noqa: E402
from training.graphs.export import card_of, ship  # noqa: E402
from training.graphs.weights import read_weights  # noqa: E402
from training.loop import Recipe, train  # noqa: E402
from training.playing import measured  # noqa: E402
from training.train import FAMILY  # noqa: E402

METERS = [Meter(4, 4), Meter(3, 4), Meter(5, 4)]  # no dotted quarters: a family without windows


def performances() -> list[Performance]:
    rng = np.random.default_rng(0)
    made = []
    for i, meter in enumerate([METERS[0]] * 4 + METERS[1:]):
        steps = round(12 * meter.bar_beats * 4)
        hits = (rng.random((steps, 9)) < 0.3).astype(np.float32)
        velocity = hits * rng.uniform(0.1, 1.0, hits.shape).astype(np.float32)
        offset = hits * rng.uniform(-0.3, 0.3, hits.shape).astype(np.float32)
        cells = np.concatenate((hits, velocity, offset), axis=1)
        made.append(Performance(f"made {i}", meter, 100.0 + i, "beat", "test", cells, f"{i}.mid"))
    return made


def tunes() -> list[Tune]:
    rng = np.random.default_rng(0)
    made = []
    for i, meter in enumerate(METERS * 2):
        length_beats = 12 * meter.bar_beats
        starts = np.arange(0.0, length_beats, 0.5)
        pitches = rng.integers(60, 76, len(starts)).tolist()
        notes = tuple(Note(pitch, start, 0.5, 80.0) for pitch, start in zip(pitches, starts.tolist(), strict=True))
        made.append(Tune(f"tune {i}", f"group {i}", "test", meter, notes, length_beats, None))
    return made


@pytest.fixture(scope="module", params=sorted(FAMILY))
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Recipe, Path]:
    """Its name, the folder of its checkpoints, the recipe, and the file that was made."""
    name = request.param
    member = FAMILY[name]
    work = tmp_path_factory.mktemp(name)
    data = tunes() if member.melodies else performances()
    recipe = member.recipe(data, data)
    nets = []
    for seed in range(member.networks):
        checkpoint = train(recipe, work, seed=seed, steps=2)
        net = recipe.net().eval()
        net.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
        nets.append(net)
    assert member.product is not None
    product = member.product(nets, recipe, np.random.default_rng(0))
    path = work / f"{name}.onnx"
    card = card_of(product, training_data([checkpoint]), [0], 2, "a test")
    # It computes what torch does, or this raises.
    ship(product, card, path, work / "golden", lambda model: measured(model, data, data, clips=1))
    return name, work, recipe, path


def test_the_file_is_one_that_the_bridge_plays(trained: tuple[str, Path, Recipe, Path]) -> None:
    name, work, _, path = trained
    model = Engine().load(path.read_bytes(), path.name)
    assert model.card.kind == name
    with np.load(work / "golden" / f"{name}.npz", allow_pickle=False) as golden:
        inputs = {key.split(".")[2] for key in golden.files if key.split(".")[1] == "in"}
    assert inputs == set(KINDS[name].inputs)


@pytest.mark.parametrize("name", ["drum_vae", "drum_continuation", "humanise", "drumify"])
def test_drums_without_any_four_four_can_be_learnt_from(name: str, tmp_path: Path) -> None:
    member = FAMILY[name]
    waltzes = [p for p in performances() if p.meter == Meter(3, 4)]
    recipe = member.recipe(waltzes, waltzes)
    for seed in range(member.networks):
        train(recipe, tmp_path, seed=seed, steps=1)
    assert member.product is not None
    product = member.product([recipe.net().eval() for _ in range(member.networks)], recipe, np.random.default_rng(0))
    path = tmp_path / "waltz.onnx"
    card = card_of(product, training_data([tmp_path / f"{name}.0.pt"]), [0], 1, "a test")
    ship(product, card, path, None, lambda model: measured(model, waltzes, waltzes, clips=1))
    assert Engine().load(path.read_bytes(), path.name).card.kind == name


def test_numbers_go_into_the_card(trained: tuple[str, Path, Recipe, Path]) -> None:
    *_, path = trained
    change_card(path, numbers={"validation_x": 0.5})
    model = Engine().load(path.read_bytes(), path.name)
    assert dict(model.card.numbers) == {"validation_x": 0.5}


def test_a_training_goes_on_where_it_stopped(
    trained: tuple[str, Path, Recipe, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, work, recipe, _ = trained
    train(recipe, work, seed=0, steps=3)
    assert "goes on after step 2" in capsys.readouterr().out


def test_a_training_on_other_data_does_not_go_on_from_it(
    trained: tuple[str, Path, Recipe, Path], tmp_path: Path
) -> None:
    _, _, recipe, _ = trained
    train(recipe, tmp_path, seed=0, steps=1, origin="one band")
    kept = (tmp_path / f"{recipe.name}.0.pt").read_bytes()
    with pytest.raises(BadFile, match="began with other data, another kit or other first weights"):
        train(recipe, tmp_path, seed=0, steps=2, origin="another band")
    assert (tmp_path / f"{recipe.name}.0.pt").read_bytes() == kept
    train(recipe, tmp_path, seed=0, steps=2, origin="one band")


def test_the_weights_come_back_out_of_the_file(trained: tuple[str, Path, Recipe, Path]) -> None:
    name, work, recipe, path = trained
    nets = [recipe.net() for _ in range(FAMILY[name].networks)]
    for seed, state in enumerate(read_weights(path, name, nets)):
        nets[seed].load_state_dict(state)  # all of them, each of its shape
    make = FAMILY[name].product
    assert make is not None
    product = make([net.eval() for net in nets], recipe, np.random.default_rng(0))
    again = work / "again.onnx"
    known = card_in(path)
    ship(product, card_of(product, training_data([path]), [0], 2, "a test"), again, None, lambda _: known.playing)
    with np.load(work / "golden" / f"{name}.npz", allow_pickle=False) as golden:
        first = Engine().load(path.read_bytes(), "first")
        second = Engine().load(again.read_bytes(), "second")
        for door in sorted({key.split(".")[0] for key in golden.files}):
            inputs = {key.split(".")[2]: golden[key] for key in golden.files if key.startswith(f"{door}.in.")}
            # Not the prior, which is fitted anew.
            for output in set(KINDS[name].outputs) - {"prior_latent"}:
                a, b = (model.run(inputs, 60.0)[output] for model in (first, second))
                np.testing.assert_allclose(a, b, atol=2e-3, err_msg=f"{door}: {output}")


def test_a_file_of_another_kind_is_refused_by_name(trained: tuple[str, Path, Recipe, Path]) -> None:
    name, _, recipe, path = trained
    other = "humanise" if name != "humanise" else "drumify"
    with pytest.raises(BadFile, match=rf"{name}\.onnx is a {name}: to train a {other}"):
        read_weights(path, other, [recipe.net()])
