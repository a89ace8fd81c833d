"""The folder of models: what is in it plays, what cannot play is named, and neither waits for the other."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, StringStringEntryProto, TensorProto, helper

from bridge.errors import BadFile, UnknownName
from bridge.models.engine import Engine, LoadedModel
from bridge.models.store import Look, Store
from tests.models.tiny_model import CARD, CRASHING, body, inputs, named, node, numbers, tiny_model

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
MAX_PEAK_BYTES = 900 * 1024**2
"""Python, onnxruntime and the models' 256 MB; a bomb that goes off takes 1.2 GB or more."""
LARGE = 300_000_000
"""Floats: 1.2 GB."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def nothing_fails(files: Mapping[str, bytes]) -> dict[str, str]:
    return {}


@pytest.fixture
def store(tmp_path: Path, engine: Engine) -> Store:
    return Store(tmp_path, engine, nothing_fails)


def put(folder: Path, file_name: str, data: ModelProto | bytes) -> None:
    """As a copy that takes no time: a new file, and with it a new time of change."""
    path = folder / file_name
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_bytes(data if isinstance(data, bytes) else data.SerializeToString())
    os.utime(path, ns=(before + 10**9, before + 10**9))


def tiny(name: str) -> ModelProto:
    return tiny_model(card=named(name))


# At start


def test_everything_in_the_folder_is_loaded(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "b.onnx", tiny("first"))
    put(tmp_path, "A.ONNX", tiny("second"))
    put(tmp_path, "readme.txt", b"not a model")
    put(tmp_path, "._b.onnx", b"what macOS leaves beside b.onnx on a stick")
    assert store.load_all() == Look(loaded=("first", "second"))
    assert list(store.models) == ["first", "second"]
    assert store.model("first").card.name == "first"
    assert store.refresh() == Look()


def test_a_broken_file_is_skipped_and_the_rest_plays(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "a.onnx", b"")
    put(tmp_path, "b.onnx", tiny("good"))
    assert store.load_all() == Look(loaded=("good",), skipped=("a.onnx is empty: copy it again.",))
    assert store.refresh() == Look()


def test_of_two_models_of_one_name_the_first_file_counts(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "b.onnx", tiny_model(card=replace(CARD, name="same", made_by="b").to_json()))
    put(tmp_path, "a.onnx", tiny_model(card=replace(CARD, name="same", made_by="a").to_json()))
    sentence = "b.onnx is skipped: its model has the name same, as that of a.onnx."
    assert store.load_all() == Look(loaded=("same",), skipped=(sentence,))
    assert store.model("same").card.made_by == "a"
    (tmp_path / "a.onnx").unlink()
    assert store.refresh() == Look(loaded=("same",))
    assert store.model("same").card.made_by == "b"


def test_without_a_model_the_bridge_is_told_why(tmp_path: Path, store: Store) -> None:
    with pytest.raises(BadFile, match=r"No model could be loaded from .*There is no \.onnx file in it\."):
        store.load_all()
    put(tmp_path, "a.onnx", b"")
    put(tmp_path, "b.onnx", tiny_model(card=""))
    for _ in range(2):  # also when it was told before
        with pytest.raises(BadFile, match=r"a\.onnx is empty.* b\.onnx has no card"):
            store.load_all()


def test_without_a_folder_the_bridge_is_told_so(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(BadFile, match=r"nowhere cannot be read: "):
        Store(tmp_path / "nowhere", engine, nothing_fails).load_all()


# By name


def test_an_unknown_name_is_answered_with_those_there_are(tmp_path: Path, store: Store) -> None:
    with pytest.raises(UnknownName, match=r'There is no model "x"\. There are none\.'):
        store.model("x")
    put(tmp_path, "a.onnx", tiny("alpha"))
    store.load_all()
    with pytest.raises(UnknownName, match=r'There is no model "\.\./a"\. There is: alpha\.'):
        store.model("../a")
    put(tmp_path, "b.onnx", tiny("beta"))
    store.load_all()
    with pytest.raises(UnknownName, match=r"There are: alpha, beta\."):
        store.model("a\n" * 9999)
    with pytest.raises(UnknownName, match=r"no model that plays this \(a accordion\)"):
        store.default("accordion")


def test_the_default_is_named_like_its_kind_or_comes_first(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "z.onnx", tiny("beta"))
    put(tmp_path, "y.onnx", tiny("gamma"))
    store.load_all()
    assert store.default("drum_vae").card.name == "beta"
    put(tmp_path, "x.onnx", tiny("drum_vae"))
    store.load_all()
    put(tmp_path, "a.onnx", tiny("alpha"))
    store.load_all()
    assert store.default("drum_vae").card.name == "drum_vae"


# While the bridge runs


def test_a_dropped_file_appears_once_it_rests(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    store.load_all()
    put(tmp_path, "b.onnx", tiny("beta"))
    assert store.refresh() == Look()
    assert store.refresh() == Look(loaded=("beta",))
    assert store.refresh() == Look()
    assert list(store.models) == ["alpha", "beta"]


def test_a_file_that_is_being_copied_is_waited_for(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    store.load_all()
    data = tiny("beta").SerializeToString()
    for length in (0, 100, 1000):
        put(tmp_path, "b.onnx", data[:length])
        assert store.refresh() == Look()
    put(tmp_path, "b.onnx", data)
    assert store.refresh() == Look()
    assert store.refresh() == Look(loaded=("beta",))


def test_a_copy_that_paused_is_named_once_and_plays_when_it_is_whole(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    store.load_all()
    data = tiny("beta").SerializeToString()
    put(tmp_path, "b.onnx", data[:1000])
    store.refresh()
    assert store.refresh().skipped == ("b.onnx is cut short or is no ONNX model: copy it again.",)
    assert store.refresh() == Look()
    put(tmp_path, "b.onnx", data)
    store.refresh()
    assert store.refresh() == Look(loaded=("beta",))


def test_a_changed_file_takes_the_place_of_the_old_one(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    store.load_all()
    before = store.model("alpha")
    put(tmp_path, "a.onnx", tiny_model(card=replace(CARD, name="alpha", made_by="again").to_json()))
    assert store.refresh() == Look()
    assert store.model("alpha") is before
    assert store.refresh() == Look(loaded=("alpha",))
    assert store.model("alpha").card.made_by == "again"
    put(tmp_path, "a.onnx", tiny("other"))
    store.refresh()
    assert store.refresh() == Look(loaded=("other",), removed=("alpha",))


def test_a_file_that_was_only_touched_stays(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    store.load_all()
    before = store.model("alpha")
    put(tmp_path, "a.onnx", tiny("alpha"))
    assert store.refresh() == store.refresh() == Look()
    assert store.model("alpha") is before


def test_a_removed_model_goes_on_for_those_who_have_it(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    put(tmp_path, "b.onnx", tiny("beta"))
    store.load_all()
    beta = store.model("beta")
    (tmp_path / "b.onnx").unlink()
    assert store.refresh() == Look(removed=("beta",))
    with pytest.raises(UnknownName):
        store.model("beta")
    assert beta.run(inputs(1, decoding=True))["hits"].shape == (1, 32, 9)
    (tmp_path / "a.onnx").unlink()
    assert store.refresh() == Look(removed=("alpha",))


def test_a_file_replaced_by_a_broken_one_is_gone(tmp_path: Path, store: Store) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    put(tmp_path, "b.onnx", tiny("beta"))
    store.load_all()
    put(tmp_path, "b.onnx", b"broken")
    assert store.refresh() == Look()
    look = store.refresh()
    assert look.removed == ("beta",)
    assert look.skipped == ("b.onnx is cut short or is no ONNX model: copy it again.",)


def test_a_drive_that_is_gone_takes_no_model_away(tmp_path: Path, engine: Engine) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    put(folder, "a.onnx", tiny("alpha"))
    store = Store(folder, engine, nothing_fails)
    store.load_all()
    folder.rename(tmp_path / "pulled")
    assert [sentence for sentence in store.refresh().skipped if "stick cannot be read" in sentence]
    assert store.refresh() == Look()
    assert store.model("alpha")
    (tmp_path / "pulled").rename(folder)
    assert store.refresh() == Look()


def test_a_file_that_cannot_be_read_now_is_tried_again(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    put(tmp_path, "b.onnx", tiny("beta"))
    with monkeypatch.context() as patch:

        def locked(path: Path, folder: Path) -> bytes:
            if path.name == "b.onnx":
                raise PermissionError(13, "Permission denied")
            return path.read_bytes()

        patch.setattr("bridge.models.onnx_file.read", locked)
        assert store.load_all().skipped == ("b.onnx cannot be read: Permission denied.",)
        assert store.refresh() == Look()
    assert store.refresh() == Look(loaded=("beta",))


# What nobody knows is tried elsewhere first


def test_a_file_that_fails_elsewhere_is_not_loaded_here(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    put(tmp_path, "b.onnx", tiny("beta"))
    put(tmp_path, "c.onnx", b"refused before")
    asked: list[set[str]] = []
    loaded: list[str] = []
    load = engine.load

    def load_and_note(data: bytes, file_name: str) -> LoadedModel:
        loaded.append(file_name)
        return load(data, file_name)

    def b_fails(files: Mapping[str, bytes]) -> dict[str, str]:
        asked.append(set(files))
        return {"b.onnx": "b.onnx crashed."}

    monkeypatch.setattr(engine, "load", load_and_note)
    store = Store(tmp_path, engine, b_fails)
    look = store.load_all()
    assert asked == [{"a.onnx", "b.onnx"}]
    assert loaded == ["a.onnx"]
    assert "b.onnx crashed." in look.skipped
    assert store.refresh() == Look()
    assert len(asked) == 1


def test_a_shipped_file_is_not_tried_elsewhere(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.onnx", tiny("alpha"))
    sha256 = hashlib.sha256((tmp_path / "a.onnx").read_bytes()).hexdigest()
    monkeypatch.setattr("bridge.models.store.SHIPPED", frozenset({sha256}))

    def never(files: Mapping[str, bytes]) -> dict[str, str]:
        raise AssertionError(files)

    assert Store(tmp_path, engine, never).load_all() == Look(loaded=("alpha",))


# A folder full of what nobody should load


def with_external_weights(location: str) -> ModelProto:
    weight = TensorProto(name="w", dims=[1], data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    weight.external_data.append(StringStringEntryProto(key="location", value=location))
    return tiny_model(weights=[weight])


def with_function() -> ModelProto:
    model = tiny_model()
    twice = [node("Add", ["a", "a"], ["b"])]
    model.functions.append(helper.make_function("mine", "Twice", ["a"], ["b"], twice, model.opset_import))
    return model


def largest_of(*nodes: object, large: str = "large", weights: tuple[TensorProto, ...] = ()) -> ModelProto:
    return tiny_model([*nodes, node("ReduceMax", [large], ["spoiled"], keepdims=0)], weights)  # type: ignore[list-item]


def endless(nodes: list[object], **loop: object) -> ModelProto:
    """`small` is a list with one number."""
    return largest_of(
        node("Loop", ["", "true", "small"], ["large"], body=body(nodes, **loop)),  # type: ignore[arg-type]
        weights=(numbers("true", True, np.bool_), numbers("small", [0.0], np.float32)),
    )


def too_narrow() -> ModelProto:
    model = tiny_model(shaped=False)
    (size,) = [weight for weight in model.graph.initializer if weight.name == "latent_size"]
    size.CopyFrom(numbers("latent_size", [95]))
    return model


NO_MEMORY = "failed its trial: the model tiny needs more than the 256 MB"
WHOLE = tiny_model().SerializeToString()
GROWING = [node("Concat", ["a", "a"], ["b"], axis=0)]

HOSTILE: dict[str, tuple[ModelProto | bytes, str]] = {
    "external.onnx": (with_external_weights("/etc/passwd"), "keeps weights in another file"),
    "external_above.onnx": (with_external_weights("../good.onnx"), "keeps weights in another file"),
    "bomb_constant.onnx": (
        largest_of(node("ConstantOfShape", ["size"], ["large"]), weights=(numbers("size", [LARGE]),)), NO_MEMORY,
    ),
    "bomb_constant_40_gb.onnx": (
        largest_of(node("ConstantOfShape", ["size"], ["large"]), weights=(numbers("size", [10**10]),)), NO_MEMORY,
    ),
    "bomb_product.onnx": (
        largest_of(
            node("ConstantOfShape", ["high"], ["column"]),
            node("ConstantOfShape", ["wide"], ["row"]),
            node("Mul", ["column", "row"], ["large"]),
            weights=(numbers("high", [17_500, 1]), numbers("wide", [1, 17_500])),
        ),
        NO_MEMORY,
    ),
    "bomb_product_40_gb.onnx": (
        largest_of(
            node("ConstantOfShape", ["high"], ["column"]),
            node("ConstantOfShape", ["wide"], ["row"]),
            node("MatMul", ["column", "row"], ["large"]),
            weights=(numbers("high", [100_000, 1]), numbers("wide", [1, 100_000])),
        ),
        NO_MEMORY,
    ),
    "bomb_expand.onnx": (
        largest_of(
            node("Expand", ["one", "size"], ["large"]), weights=(numbers("one", 1.0, "f4"), numbers("size", [LARGE]))
        ),
        NO_MEMORY,
    ),
    "bomb_range.onnx": (
        largest_of(
            node("Range", ["from", "to", "by"], ["large"]),
            weights=(numbers("from", 0.0, "f4"), numbers("to", float(LARGE), "f4"), numbers("by", 1.0, "f4")),
        ),
        NO_MEMORY,
    ),
    # On a slow machine its time is up before the memory is full.
    "bomb_growing.onnx": (endless(GROWING, carried=[("a", "b")]), "failed its trial: the model tiny "),
    "bomb_declared.onnx": (
        tiny_model(weights=[TensorProto(name="w", dims=[2**20, 2**10], data_type=1, raw_data=bytes(4))]),
        "does not agree with their bytes (w)",
    ),
    "endless.onnx": (endless([node("Identity", ["a"], ["b"])], carried=[("a", "b")]), "was stopped after 2 s"),
    "endless_list.onnx": (
        largest_of(
            node("Loop", ["", "true"], ["large"], body=body([node("Identity", ["small"], ["each"])], listed=["each"])),
            weights=(numbers("true", True, np.bool_), numbers("small", [0.0], np.float32)),
        ),
        "was stopped after 2 s",
    ),
    "opset.onnx": (tiny_model(opset=23), "uses opset 23; the bridge reads 13 to 21"),
    "custom.onnx": (tiny_model([node("Evil", ["cells"], ["w"], domain="evil")]), "no custom operators"),
    "function.onnx": (with_function(), "brings functions of its own"),
    "truncated_1.onnx": (WHOLE[:1], "is cut short"),
    "truncated_half.onnx": (WHOLE[: len(WHOLE) // 2], "is cut short"),
    "truncated_last.onnx": (WHOLE[:-1], "is cut short"),
    "empty.onnx": (b"", "is empty"),
    "text.onnx": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5000000\n", "is no ONNX model"),
    "card_wrong.onnx": (tiny_model(card='{"name": "x"}'), 'the card lacks the key "kind"'),
    "card_missing.onnx": (tiny_model(card=""), "has no card"),
    "card_version.onnx": (
        tiny_model(card=replace(CARD, codec_version=2).to_json()), "uses drum_grid 2; this bridge reads drum_grid 1",
    ),
    "not_a_number.onnx": (
        tiny_model([node("Log", ["below"], ["spoiled"])], [numbers("below", -1.0, "f4")]), "not finite",
    ),
    "shape.onnx": (too_narrow(), '"mean" is tensor(float) [E, 95]; its card says float32 [E, 96]'),
    "wrong_graph.onnx": (tiny_model([node("Abs", ["nowhere"], ["w"])]), "cannot be loaded"),
    "crash.onnx": (CRASHING, "crash.onnx "),
    "good_twin.onnx": (tiny("good"), "its model has the name good, as that of good.onnx"),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a bridge of its own says of a folder with all of them and one good model."""
    folder = tmp_path_factory.mktemp("models")
    put(folder, "good.onnx", tiny("good"))
    for file_name, (model, _) in HOSTILE.items():
        put(folder, file_name, model)
    with (folder / "huge.onnx").open("wb") as file:
        file.truncate(3 * 1024**3)
    (folder / "folder.onnx").mkdir()
    if sys.platform != "win32":
        os.mkfifo(folder / "pipe.onnx")
        outside = tmp_path_factory.mktemp("outside") / "model"
        outside.write_bytes(WHOLE)
        (folder / "link.onnx").symlink_to(outside)
        (folder / "link_nowhere.onnx").symlink_to("nowhere")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.models.hostile_folder", str(folder)],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found: dict[str, object] = json.loads(done.stdout)
    return found | {"files": {path.name for path in folder.iterdir()} - {"good.onnx"}}


def sentence_of(hostile: dict[str, object], file_name: str) -> str:
    (sentence,) = [text for text in hostile["skipped"] if text.startswith((f"{file_name} ", f"{file_name}:"))]  # type: ignore[attr-defined]
    assert isinstance(sentence, str)
    return sentence


@pytest.mark.parametrize("file_name", HOSTILE)
def test_a_hostile_file_is_named_with_its_reason(hostile: dict[str, object], file_name: str) -> None:
    assert HOSTILE[file_name][1] in sentence_of(hostile, file_name)


def test_every_hostile_file_gets_one_sentence(hostile: dict[str, object]) -> None:
    files, skipped = hostile["files"], hostile["skipped"]
    assert isinstance(files, set)
    assert isinstance(skipped, list)
    assert len(files) >= 27
    assert len(skipped) == len(files)
    for file_name in files:
        sentence = sentence_of(hostile, file_name)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert len(sentence) < 400


def test_the_good_model_beside_them_plays(hostile: dict[str, object]) -> None:
    assert hostile["loaded"] == ["good"]
    assert hostile["played"] == {"good": [2, 32, 9]}


def test_no_hostile_file_takes_more_memory_than_models_may(hostile: dict[str, object]) -> None:
    peaks_bytes = hostile["peaks_bytes"]
    assert isinstance(peaks_bytes, list)
    assert all(peak_bytes < MAX_PEAK_BYTES for peak_bytes in peaks_bytes)
