"""The engine: a good model plays, and one that is slow, wrong or endless is refused in one sentence."""

from __future__ import annotations

import gc
import hashlib
import os
import sys
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper

from bridge.errors import BadFile, ModelFailed
from bridge.models import engine as engine_file
from bridge.models.engine import MEMORY_BYTES, Engine, LoadedModel
from tests.models.tiny_model import CARD, body, inputs, node, numbers, tiny_model


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def tiny(engine: Engine) -> LoadedModel:
    return engine.load(tiny_model().SerializeToString(), "tiny.onnx")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_file, "TRIAL_LIMIT_SECONDS", 0.1)


def refusal(engine: Engine, model: ModelProto) -> str:
    with pytest.raises(BadFile) as caught:
        engine.load(model.SerializeToString(), "x.onnx")
    sentence = str(caught.value)
    assert sentence.startswith("x.onnx")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def spoiled_above(temperature: float, *nodes: NodeProto, weights: tuple[TensorProto, ...] = ()) -> ModelProto:
    """A model that does no harm while it is tried. The nodes see the sum of the temperatures as "warmth", whether it is
    higher as "hot", and make the value "harm".
    """
    return tiny_model(
        [
            node("ReduceSum", ["temperature"], ["warmth"], keepdims=0),
            node("Greater", ["warmth", "limit"], ["hot"]),
            *nodes,
            node("Mul", ["harm", "nothing"], ["spoiled"]),
        ],
        [numbers("limit", temperature, np.float32), numbers("nothing", 0.0, np.float32), *weights],
    )


ENDLESS = node("Loop", ["", "hot", "warmth"], ["harm"], body=body([node("Identity", ["a"], ["b"])], [("a", "b")]))


def hot(rows: int = 1) -> dict[str, Any]:
    return inputs(rows, decoding=True) | {"temperature": np.full((rows, 1), 2.0, np.float32)}


def test_a_model_plays(tiny: LoadedModel) -> None:
    encoding = inputs(2, decoding=False)
    encoding["cells"] = np.random.default_rng(1).normal(size=(2, 32, 27)).astype(np.float32)
    encoding["prior_noise"] = np.full((2, 96), 0.25, np.float32)
    outputs = tiny.run(encoding)
    np.testing.assert_array_equal(outputs["mean"], encoding["cells"].reshape(2, -1)[:, :96])
    np.testing.assert_array_equal(outputs["prior_latent"], encoding["prior_noise"])
    assert outputs["hits"].shape == (0, 32, 9)

    decoding = inputs(3, decoding=True)
    decoding["hit_bias"] = np.ones((3, 32, 9), np.float32)
    outputs = tiny.run(decoding)
    np.testing.assert_array_equal(outputs["velocity"], np.full((3, 32, 9), 0.5, np.float32))
    assert outputs["mean"].shape == (0, 96)


def test_a_model_has_its_card_and_the_hash_of_its_file(tiny: LoadedModel) -> None:
    assert tiny.card == CARD
    assert tiny.sha256 == hashlib.sha256(tiny_model().SerializeToString()).hexdigest()


def test_what_a_run_gave_is_the_callers_own(tiny: LoadedModel) -> None:
    outputs = tiny.run(inputs(2, decoding=True))
    assert all(array.flags.owndata and array.flags.writeable for array in outputs.values())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda fed: fed.pop("latent"), "expected decoding"),
        (lambda fed: fed.update(pedal=np.zeros(1)), "expected decoding"),
        (lambda fed: fed.update(latent=np.zeros((2, 96))), '"latent" is float64'),
        (lambda fed: fed.update(latent=np.zeros((2, 95), np.float32)), r'"latent" is \[2, 95\], not \[2, 96\]'),
        (lambda fed: fed.update(latent=np.zeros(96, np.float32)), r'"latent" is float32 \[96\]'),
        (lambda fed: fed.update(temperature=np.zeros((3, 1), np.float32)), r'"temperature" is \[3, 1\], not \[2, 1\]'),
    ],
)
def test_inputs_must_be_as_the_card_says(
    tiny: LoadedModel, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    fed = inputs(2, decoding=True)
    change(fed)
    with pytest.raises(ValueError, match=words):
        tiny.run(fed)


def test_numbers_that_are_not_finite_are_no_answer(tiny: LoadedModel) -> None:
    fed = inputs(2, decoding=False)
    fed["prior_noise"][1, 5] = np.nan
    with pytest.raises(ModelFailed, match=r'model tiny .* "prior_latent" has numbers that are not finite\.'):
        tiny.run(fed)


def test_an_endless_run_is_stopped_and_the_model_lives_on(engine: Engine) -> None:
    model = engine.load(spoiled_above(1.5, ENDLESS).SerializeToString(), "x.onnx")
    with pytest.raises(ModelFailed, match=r"The model tiny was stopped after 0\.1 s without an answer"):
        model.run(hot(), limit_seconds=0.1)
    assert model.run(inputs(1, decoding=True))["hits"].shape == (1, 32, 9)


def test_a_run_that_wants_all_the_memory_fails_and_the_model_lives_on(engine: Engine) -> None:
    grows = body([node("Concat", ["a", "a"], ["b"], axis=0)], [("a", "b")])
    model = engine.load(
        spoiled_above(
            1.5,
            node("Unsqueeze", ["warmth", "first"], ["small"]),
            node("Loop", ["", "hot", "small"], ["large"], body=grows),
            node("ReduceMax", ["large"], ["harm"], keepdims=0),
        ).SerializeToString(),
        "x.onnx",
    )
    with pytest.raises(ModelFailed, match="The model tiny needs more than the 256 MB of memory"):
        model.run(hot())
    assert model.run(inputs(64, decoding=True))["hits"].shape == (64, 32, 9)


def test_a_result_too_large_for_the_memory_fails_at_once(engine: Engine) -> None:
    model = engine.load(
        spoiled_above(
            1.5,
            node("Where", ["hot", "many", "few"], ["count"]),
            node("ConstantOfShape", ["count"], ["large"]),
            node("ReduceMax", ["large"], ["harm"], keepdims=0),
            weights=(numbers("many", [MEMORY_BYTES // 4 + 1]), numbers("few", [1])),
        ).SerializeToString(),
        "x.onnx",
    )
    with pytest.raises(ModelFailed, match="needs more than the 256 MB of memory"):
        model.run(hot())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process its memory in a file")
def test_what_a_large_run_took_is_given_back(engine: Engine) -> None:
    def resident_bytes() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    model = engine.load(
        spoiled_above(
            1.5,
            node("Where", ["hot", "many", "few"], ["count"]),
            node("ConstantOfShape", ["count"], ["large"]),
            node("ReduceMax", ["large"], ["harm"], keepdims=0),
            weights=(numbers("many", [MEMORY_BYTES // 8]), numbers("few", [1])),  # half of the memory, four bytes each
        ).SerializeToString(),
        "x.onnx",
    )
    before = resident_bytes()
    model.run(hot())
    assert resident_bytes() - before < MEMORY_BYTES // 16


def test_a_session_is_not_made_a_second_time_without_its_bounds(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[object] = []

    def fails(*arguments: object) -> None:
        made.append(arguments)
        raise RuntimeError("no")

    monkeypatch.setattr("onnxruntime.InferenceSession._create_inference_session", fails)
    assert refusal(engine, tiny_model()) == "x.onnx cannot be loaded: no."
    assert len(made) == 1
    assert capsys.readouterr().out == ""


def test_a_graph_that_cannot_be_computed_is_refused(engine: Engine) -> None:
    assert "cannot be loaded: " in refusal(engine, tiny_model([node("Abs", ["nowhere"], ["w"])]))
    assert "cannot be loaded: " in refusal(engine, tiny_model([node("Abs", [], ["w"])]))


def test_the_bytes_of_a_file_are_not_kept(engine: Engine) -> None:
    data = tiny_model().SerializeToString()
    holders = sys.getrefcount(data)
    model = engine.load(data, "tiny.onnx")
    assert sys.getrefcount(data) == holders
    assert model.run(inputs(1, decoding=True))["hits"].shape == (1, 32, 9)


@pytest.mark.parametrize("node_name", ["", "wide", "widens"])
def test_weights_in_16_bits_play(engine: Engine, node_name: str) -> None:
    # onnxruntime 1.23.2 would end the process where the node has another name than what it makes.
    nodes = [
        node("Cast", ["narrow"], ["wide"], name=node_name, to=TensorProto.FLOAT),
        node("Gemm", ["prior_density", "wide"], ["spoiled"]),
    ]
    model = engine.load(tiny_model(nodes, [numbers("narrow", [[0.25]], np.float16)]).SerializeToString(), "x.onnx")
    fed = inputs(2, decoding=False)
    fed["prior_density"][:] = 4.0
    np.testing.assert_array_equal(model.run(fed)["prior_latent"], np.full((2, 96), 5.0, np.float32))


def test_another_format_is_not_read_as_such(engine: Engine) -> None:
    # "ORTM" at byte 4 tells onnxruntime that this is no protobuf; here it is the name of the producer.
    model = tiny_model()
    model.ClearField("producer_name")
    data = b"\x12\x84\x80\x00ORTM" + model.SerializeToString()
    assert engine.load(data, "x.onnx").card == CARD


def changed_output(name: str, *, shape: list[int | str] | None, element_type: int = TensorProto.FLOAT) -> ModelProto:
    model = tiny_model()
    for output in model.graph.output:
        if output.name == name:
            output.CopyFrom(helper.make_tensor_value_info(name, element_type, shape))
    return model


def test_a_graph_that_is_not_its_cards_is_refused(engine: Engine) -> None:
    renamed = tiny_model()
    renamed.graph.output[0].name = "cells_flat"
    assert "x.onnx: the graph's outputs are [cells_flat, deviation" in refusal(engine, renamed)

    fixed = tiny_model()
    fixed.graph.input[2].type.tensor_type.shape.dim[0].dim_value = 4
    assert (
        'the graph\'s inputs: "cells" is tensor(float) [4, 32, 27]; its card says float32 [E, 32, 27]'
    ) in refusal(engine, fixed)

    wrong_type = tiny_model()
    wrong_type.graph.input[1].type.tensor_type.elem_type = TensorProto.INT32
    assert '"positions" is tensor(int32)' in refusal(engine, wrong_type)


def test_a_graph_that_answers_in_another_shape_is_refused(engine: Engine) -> None:
    model = tiny_model(
        [
            node("Shape", ["decoding"], ["no_sizes"]),
            node("ReduceSum", ["no_sizes"], ["none"]),
            node("Sub", ["ninety", "none"], ["few"]),
        ],
        [numbers("ninety", [90])],
        shaped=False,
    )
    for each in model.graph.node:
        for position, name in enumerate(each.input):
            if name == "latent_size":
                each.input[position] = "few"
    sentence = refusal(engine, model)
    assert "failed its trial: the model tiny answered" in sentence
    assert '"mean" is [1, 90], not [1, 96]' in sentence


def test_a_graph_that_answers_not_a_number_is_refused(engine: Engine) -> None:
    nodes = [node("Log", ["below_zero"], ["spoiled"])]
    sentence = refusal(engine, tiny_model(nodes, [numbers("below_zero", -1.0, np.float32)]))
    assert "numbers that are not finite" in sentence


@pytest.mark.usefixtures("impatient")
def test_a_graph_that_never_answers_is_refused(engine: Engine) -> None:
    assert "was stopped after 0.1 s" in refusal(engine, spoiled_above(-1.0, ENDLESS))


def test_a_wrong_card_is_refused(engine: Engine) -> None:
    assert "uses drum_grid 2" in refusal(engine, tiny_model(card=replace(CARD, codec_version=2).to_json()))


def test_a_model_that_nobody_holds_is_gone() -> None:
    session = weakref.ref(Engine().load(tiny_model().SerializeToString(), "tiny.onnx")._session)
    gc.collect()
    assert session() is None
