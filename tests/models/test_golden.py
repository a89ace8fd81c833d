"""Every shipped model computes what its trainer did: its file against the outputs that torch gave (golden/*.npz)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

GOLDEN = {path.stem: path for path in (Path(__file__).parent / "golden").glob("*.npz")}
MODELS = {path.stem: path for path in (Path(__file__).parents[2] / "onnx_models").glob("*.onnx")}


def test_every_shipped_model_has_its_golden_pair() -> None:
    assert MODELS
    assert sorted(GOLDEN) == sorted(MODELS)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_model_computes_what_its_trainer_computed(name: str) -> None:
    session = onnxruntime.InferenceSession(MODELS[name], providers=["CPUExecutionProvider"])
    with np.load(GOLDEN[name], allow_pickle=False) as file:
        golden = {tuple(key.split(".")): file[key] for key in file.files}
    doors = sorted({door for door, _, _ in golden})
    assert doors
    for door in doors:
        inputs = {key[2]: array for key, array in golden.items() if key[:2] == (door, "in")}
        outputs = {key[2]: array for key, array in golden.items() if key[:2] == (door, "out")}
        assert any(array.size for array in outputs.values())
        for output, found in zip(outputs, session.run(list(outputs), inputs), strict=True):
            assert found.shape == outputs[output].shape
            if output == "hits":
                np.testing.assert_array_equal(found, outputs[output], f"{door}: {output}")
            else:
                wanted, where = outputs[output], f"{door}: {output}"
                np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4, equal_nan=False, err_msg=where)
