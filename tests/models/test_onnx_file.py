"""Files that are no models, or more than models: each is refused in one sentence, before onnxruntime sees it."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from onnx import GraphProto, ModelProto, StringStringEntryProto, TensorProto, helper

from bridge.errors import BadFile
from bridge.models import onnx_file
from bridge.models.onnx_file import (
    MAX_BYTES,
    MAX_FIELDS,
    MAX_GRAPHS,
    MAX_NODES,
    MAX_WEIGHTS,
    OPERATORS,
    card_text,
    read,
)
from tests.models.tiny_model import CARD, body, node, numbers, tiny_model

FUZZED_MODELS = 4000


def refusal(data: bytes) -> str:
    with pytest.raises(BadFile) as caught:
        card_text(data, "x.onnx")
    sentence = str(caught.value)
    assert sentence.startswith("x.onnx ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300
    return sentence


def test_a_good_model_gives_its_card() -> None:
    assert card_text(tiny_model().SerializeToString(), "x.onnx") == CARD.to_json()


def test_numbers_may_be_stored_in_every_way() -> None:
    weights = [
        numbers("raw", [[1, 2, 3], [4, 5, 6]]),
        numbers("none", [[], []]),
        numbers("half", [1.5, 2.5], "float16"),
        helper.make_tensor("floats", TensorProto.FLOAT, [2], [1.0, 2.0]),
        helper.make_tensor("doubles", TensorProto.DOUBLE, [2], [1.0, 2.0]),
        helper.make_tensor("longs", TensorProto.INT64, [3], [1, -1, 2**60]),
        helper.make_tensor("bytes", TensorProto.INT8, [3], [1, -1, 100]),
        helper.make_tensor("bools", TensorProto.BOOL, [], [True]),
        helper.make_tensor("unsigned", TensorProto.UINT64, [2], [1, 2**63]),
    ]
    assert card_text(tiny_model(weights=weights).SerializeToString(), "x.onnx")


def test_quantisers_may_declare_a_set_that_nobody_uses() -> None:
    model = tiny_model()
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    assert card_text(model.SerializeToString(), "x.onnx")


def outside(tensor: TensorProto, location: str) -> TensorProto:
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.append(StringStringEntryProto(key="location", value=location))
    return tensor


ONCE = [numbers("rounds", 1), numbers("true", True, bool)]


def inside_loops(depth: int, weight: TensorProto) -> ModelProto:
    """A tensor in a graph in a graph ..."""
    graph = body([node("Constant", [], ["inner"], value=weight)])
    for _ in range(depth - 1):
        graph = body([node("Loop", ["round", "on"], [], body=graph)])
    return tiny_model([node("Loop", ["rounds", "true"], [], body=graph)], ONCE)


def changed(change: Callable[[ModelProto], object]) -> ModelProto:
    model = tiny_model()
    change(model)
    return model


def add_local_function(model: ModelProto) -> None:
    model.functions.append(
        helper.make_function("mine", "Twice", ["a"], ["b"], [node("Add", ["a", "a"], ["b"])], model.opset_import)
    )


def add_sparse_weight(model: ModelProto) -> None:
    model.graph.sparse_initializer.append(
        helper.make_sparse_tensor(numbers("s", [1.0], "float32"), numbers("at", [0]), [2**40])
    )


def weight(name: str = "w", **fields: object) -> TensorProto:
    return TensorProto(name=name, **fields)  # type: ignore[arg-type]


WRONG: dict[str, tuple[ModelProto, str]] = {
    "external weights": (tiny_model(weights=[outside(numbers("w", [1]), "/etc/passwd")]), "in another file"),
    "external weights above": (tiny_model(weights=[outside(numbers("w", [1]), "../x")]), "in another file"),
    "external, location only": (
        tiny_model(weights=[weight(dims=[1], data_type=7, raw_data=bytes(8), data_location=1)]), "in another file",
    ),
    "external in an attribute": (
        tiny_model([node("Constant", [], ["w"], value=outside(numbers("w", [1]), "/etc/passwd"))]), "in another file",
    ),
    "external in a nested graph": (inside_loops(2, outside(numbers("w", [1]), "../x")), "in another file"),
    "graphs too deep": (inside_loops(5, numbers("w", 1)), "more than 4 deep"),
    "sparse weights": (changed(add_sparse_weight), "sparse weights"),
    "local function": (changed(add_local_function), "functions of its own"),
    "custom operator": (tiny_model([node("Evil", ["cells"], ["w"], domain="evil")]), "uses evil.Evil"),
    "custom set, known name": (tiny_model([node("Add", ["cells", "cells"], ["w"], domain="x")]), "uses x.Add"),
    "convolution": (tiny_model([node("Conv", ["cells", "cells"], ["w"])]), "the operator Conv"),
    "random": (tiny_model([node("RandomNormal", [], ["w"], shape=[1])]), "the operator RandomNormal"),
    "text": (tiny_model([node("Constant", [], ["w"], value_string="x" * 1000)]), "no tensors of numbers"),
    "to text": (tiny_model([node("Cast", ["cells"], ["w"], to=TensorProto.STRING)]), "no tensors of numbers"),
    "text weights": (tiny_model(weights=[helper.make_tensor("w", 8, [1], [b"a"])]), "no tensors of numbers"),
    "no opset": (changed(lambda model: model.ClearField("opset_import")), "which opset"),
    "two opsets": (changed(lambda model: model.opset_import.append(helper.make_opsetid("ai.onnx", 18))), "which opset"),
    "opset of the future": (tiny_model(opset=22), "uses opset 22; the bridge reads 13 to 21"),
    "opset of the past": (tiny_model(opset=12), "uses opset 12"),
    "opset below zero": (tiny_model(opset=-1), "uses opset"),
    "IR of the future": (changed(lambda model: setattr(model, "ir_version", 11)), "IR version 11"),
    "no graph": (changed(lambda model: model.ClearField("graph")), "no graph"),
    "no card": (tiny_model(card=""), "has no card"),
    "two cards": (
        changed(lambda model: model.metadata_props.append(StringStringEntryProto(key="sideman_card", value="{}"))),
        "more than one card",
    ),
    "too many operations": (
        tiny_model([node("Abs", ["cells"], [str(k)]) for k in range(MAX_NODES)]), f"more than {MAX_NODES} operations",
    ),
    "too many weights": (
        tiny_model(weights=[numbers(str(k), k) for k in range(MAX_WEIGHTS)]), f"more than {MAX_WEIGHTS} weights",
    ),
    "too many graphs": (
        tiny_model([node("Loop", ["rounds", "true"], [], body=body([])) for _ in range(MAX_GRAPHS)], ONCE),
        f"more than {MAX_GRAPHS} graphs",
    ),
    "too many parts": (tiny_model([node("Max", ["cells"] * MAX_FIELDS, ["w"])]), "too many parts"),
    "shape larger than its bytes": (
        tiny_model(weights=[weight(dims=[2**20, 2**10], data_type=1, raw_data=bytes(8))]), "does not agree",
    ),
    "shape without bytes": (tiny_model(weights=[weight(dims=[2**20], data_type=1)]), "does not agree"),
    "bytes twice": (
        tiny_model(weights=[weight(dims=[1], data_type=1, raw_data=bytes(4), float_data=[1.0])]), "does not agree",
    ),
    "bytes of another type": (
        tiny_model(weights=[weight(dims=[1], data_type=1, int64_data=[1])]), "does not agree",
    ),
    "shape below zero": (tiny_model(weights=[weight(dims=[-1], data_type=1)]), "impossible shape"),
    "shape beyond counting": (tiny_model(weights=[weight(dims=[2**40, 0], data_type=1)]), "impossible shape"),
    "shape of many dimensions": (tiny_model(weights=[weight(dims=[1] * 99, data_type=2, raw_data=b"1")]), "impossible"),
    "weights of no type": (tiny_model(weights=[weight(dims=[1], data_type=77, raw_data=bytes(4))]), "unknown type (w)"),
    "value of an impossible shape": (
        changed(lambda model: model.graph.value_info.append(helper.make_tensor_value_info("v", 1, [2**40]))),
        "impossible shape (v)",
    ),
    "sequence": (
        changed(lambda model: model.graph.value_info.append(helper.make_tensor_sequence_value_info("v", 1, [1]))),
        "no tensors of numbers",
    ),
    "training inside": (changed(lambda model: model.training_info.add()), "no model here needs"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_the_bridge_does_not_play_is_refused_by_name(case: str) -> None:
    model, words = WRONG[case]
    assert words in refusal(model.SerializeToString())


def test_texts_must_be_utf8() -> None:
    data = tiny_model(card="{" + "é" * 100 + "}").SerializeToString()
    assert "a text that is not UTF-8" in refusal(tiny_model().SerializeToString().replace(b"mean", b"mea\xff"))
    assert "a text that is not UTF-8" in refusal(data.replace("é".encode(), b"\xff\xff"))


@pytest.mark.parametrize("data", [b"", b"version https://git-lfs.github.com/spec/v1\n", b"\0" * 100, b"\xff" * 100])
def test_what_is_no_model_at_all_is_refused(data: bytes) -> None:
    assert "copy it again" in refusal(data)


def test_a_field_that_protobuf_would_merge_or_skip_is_refused() -> None:
    good = tiny_model().SerializeToString()
    second_graph = ModelProto(graph=GraphProto(initializer=[outside(numbers("w", [1]), "/etc/passwd")]))
    assert "copy it again" in refusal(good + second_graph.SerializeToString())
    assert "copy it again" in refusal(good + b"\x98\x06\x01")  # field 99
    assert "copy it again" in refusal(good + b"\x0b\x0c")  # a group


def test_a_number_that_protobuf_would_cut_short_is_refused() -> None:
    # data_location as 2**32 + 1, which is 1 (another file) in 32 bits.
    hidden = numbers("w", [1]).SerializeToString() + b"\x70\x81\x80\x80\x80\x10"
    field = b"\x2a" + bytes([len(hidden)]) + hidden
    graph = tiny_model().graph.SerializeToString() + field
    model = tiny_model()
    model.ClearField("graph")
    size = bytes([len(graph) & 127 | 128, len(graph) >> 7])
    assert "in another file" in refusal(model.SerializeToString() + b"\x3a" + size + graph)


def test_a_truncated_model_is_refused_at_every_length() -> None:
    data = tiny_model().SerializeToString()
    for length in range(len(data)):
        refusal(data[:length])


def mutated(data: bytes, dice: random.Random) -> bytes:
    spoiled = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(spoiled))
        match dice.randrange(4):
            case 0:
                spoiled[at] = dice.randrange(256)
            case 1:
                spoiled[at] ^= 1 << dice.randrange(8)
            case 2:
                del spoiled[at : at + dice.randrange(1, 40)]
            case _:
                start = dice.randrange(len(data))
                spoiled[at:at] = data[start : start + dice.randrange(1, 40)]
        if not spoiled:
            return b""
    return bytes(spoiled)


def operators(graph: GraphProto) -> Iterator[tuple[str, str]]:
    for each in graph.node:
        yield each.domain, each.op_type
        for attribute in each.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from operators(inner)


def tensors(graph: GraphProto) -> Iterator[TensorProto]:
    yield from graph.initializer
    for each in graph.node:
        for attribute in each.attribute:
            yield attribute.t
            yield from attribute.tensors
            for inner in (attribute.g, *attribute.graphs):
                yield from tensors(inner)


def test_a_mutated_model_is_refused_or_is_what_protobuf_sees_as_well() -> None:
    constant = node("Constant", [], ["c"], value=numbers("c", [1.0], np.float32))
    data = tiny_model([node("Loop", ["rounds", "true"], [], body=body([constant]))], ONCE).SerializeToString()
    dice = random.Random(17)
    passed = 0
    for _ in range(FUZZED_MODELS):
        spoiled = mutated(data, dice)
        try:
            text = card_text(spoiled, "x.onnx")
        except BadFile:
            continue
        try:
            seen = ModelProto.FromString(spoiled)
        except (DecodeError, UnicodeDecodeError):  # protobuf is stricter: names must be UTF-8
            continue
        passed += 1
        assert {entry.key: entry.value for entry in seen.metadata_props}["sideman_card"] == text
        assert all(domain in ("", "ai.onnx") and name.encode() in OPERATORS for domain, name in operators(seen.graph))
        assert not any(tensor.data_location or tensor.external_data for tensor in tensors(seen.graph))
        assert not seen.functions
        assert not seen.graph.sparse_initializer
    assert 100 < passed < FUZZED_MODELS // 2


def test_reads_a_file_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"\r\n\x1a")
    assert read(tmp_path / "x.onnx", tmp_path) == b"\r\n\x1a"


def refused_file(path: Path, folder: Path) -> str:
    with pytest.raises(BadFile) as caught:
        read(path, folder)
    return str(caught.value)


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").mkdir()
    assert refused_file(tmp_path / "x.onnx", tmp_path).startswith("x.onnx is not a file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.onnx")
    assert refused_file(tmp_path / "x.onnx", tmp_path).startswith("x.onnx is not a file")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights of their own there")
def test_a_link_must_stay_in_the_folder(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (models / "real.onnx").write_bytes(b"real")
    (models / "out.onnx").symlink_to(tmp_path / "secret")
    (models / "in.onnx").symlink_to("real.onnx")
    (models / "round.onnx").symlink_to("round.onnx")
    assert "link to a file outside" in refused_file(models / "out.onnx", models)
    assert read(models / "in.onnx", models) == b"real"
    with pytest.raises(OSError, match=r"round\.onnx|links"):
        read(models / "round.onnx", models)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "x.onnx").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "larger than 32 MB" in refused_file(tmp_path / "x.onnx", tmp_path)


def test_a_name_with_a_newline_stays_one_line(tmp_path: Path) -> None:
    assert onnx_file.shown_name(tmp_path / "a\nb.onnx") == r"'a\nb.onnx'"
    assert len(onnx_file.shown_name(tmp_path / ("a" * 200))) == 80
