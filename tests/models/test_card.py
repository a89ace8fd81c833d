"""Cards: the inverse pair, and a sentence that names the file and the key for everything else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadFile
from bridge.models.card import MAX_CARD_BYTES, Card, TrainingData
from bridge.models.kinds import KINDS
from tests.models.tiny_model import CARD

_texts = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=30)
_wholes = st.integers(0, 2**53)
_hashes = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    latent = draw(st.integers(0, 4096))
    inputs, outputs = KINDS["drum_vae"].sized(latent)
    return replace(
        CARD,
        name=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,63}", fullmatch=True)),
        latent=latent,
        inputs=inputs,
        outputs=outputs,
        playing={
            "fullness": tuple(sorted(draw(st.lists(st.floats(0, 9), min_size=11, max_size=11)))),
            "way": draw(st.floats(0.05, 10)),
            "cold_ideas": draw(st.floats(0, 1)),
            "leaning_nats": draw(st.floats(0, 50)),
        },
        training_data=tuple(
            draw(
                st.lists(
                    st.builds(TrainingData, _texts, _texts, _texts, _hashes, _texts),
                    max_size=3,
                )
            )
        ),
        licence=draw(_texts),
        seeds=tuple(draw(st.lists(_wholes, max_size=5))),
        training_steps=draw(_wholes),
        numbers=draw(st.dictionaries(_texts, st.floats(-1e300, 1e300), max_size=5)),
        made_by=draw(_texts),
    )


@given(cards())
def test_a_card_survives_json(card: Card) -> None:
    text = card.to_json()
    again = Card.from_json(text, "x.onnx")
    assert again == card
    assert again.to_json() == text


def test_a_kind_without_facts_has_none_in_its_card() -> None:
    kind = KINDS["humanise"]
    card = replace(CARD, kind="humanise", latent=0, inputs=kind.inputs, outputs=kind.outputs, playing={})
    text = card.to_json()
    assert "playing" not in json.loads(text)
    assert Card.from_json(text, "x.onnx") == card
    assert 'the key "playing", which means nothing here' in refusal(text.replace('"name"', '"playing": {}, "name"', 1))


def test_facts_are_taken_by_name() -> None:
    card = Card.from_json(CARD.to_json(), "x.onnx")
    assert card.fact("way") == 0.5
    assert card.facts("fullness")[-1] == 9.0


def refusal(text: str) -> str:
    with pytest.raises(BadFile) as caught:
        Card.from_json(text, "x.onnx")
    sentence = str(caught.value)
    assert sentence.startswith("x.onnx")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 400
    return sentence


def played(**changes: Any) -> dict[str, Any]:
    """With other facts in `playing`."""
    facts = {**CARD.playing, **changes}
    return {"playing": {name: fact for name, fact in facts.items() if fact is not ...}}


def changed(**changes: Any) -> str:
    values = json.loads(CARD.to_json())
    for key, value in changes.items():
        if value is ...:
            del values[key]
        else:
            values[key] = value
    return json.dumps(values)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tempo": 120}, 'the key "tempo", which means nothing here: there are classes, codec, codec_version, inputs'),
        ({"licence": ...}, 'lacks the key "licence"'),
        ({"name": "../evil"}, 'name must be 1 to 64 of A-Z, a-z, 0-9, dot, dash, underscore and space, not "../evil"'),
        ({"name": ""}, "name must be"),
        ({"name": 7}, "name must be one line of text"),
        ({"name": "two\nlines"}, "name must be one line of text"),
        ({"latent": True}, "latent must be a whole number from 0 to 4096, not true"),
        ({"latent": 96.0}, "latent must be"),
        ({"latent": 5000}, "latent must be"),
        ({"steps": 64}, "steps must be 32, as drum_grid 1 has it, not 64"),
        ({"classes": 8}, "classes must be 9"),
        ({"kind": "accordion"}, f'of the kind "accordion"; this bridge knows {", ".join(KINDS)}: update the bridge'),
        ({"codec": "chord_grid"}, 'of the codec "chord_grid"; this bridge knows drum_grid, melody_grid: update the'),
        ({"codec": "melody_grid"}, "the card's codec must be drum_grid for a drum_vae, not \"melody_grid\"."),
        ({"codec_version": 2}, "uses drum_grid 2; this bridge reads drum_grid 1: update the bridge."),
        ({"codec_version": 2, "tempo": 120}, "uses drum_grid 2"),
        ({"codec_version": 0}, "uses drum_grid 0; this bridge reads drum_grid 1: export the model again."),
        ({"codec_version": "1"}, "codec_version must be a whole number"),
        ({"seeds": [1, -1]}, "seeds must be a whole number from 0 to 9007199254740992, not -1."),
        ({"seeds": [True]}, "seeds must be a whole number from 0 to 9007199254740992, not true."),
        ({"seeds": {}}, "seeds must be a list of at most 256, not {}."),
        ({"seeds": [0] * 300}, "seeds must be a list of at most 256"),
        ({"training_data": {}}, "training_data must be a list"),
        ({"training_data": [{}]}, 'training_data lacks the key "name"'),
        ({"training_data": [7]}, "training_data must be an object, not 7"),
        ({"numbers": {"f1": "good"}}, '"f1" must be a finite number, not "good"'),
        ({"numbers": {"f1": 10**400}}, '"f1" must be a finite number'),
        ({"numbers": {"f\n1": 1}}, "is no name for a number"),
        ({"inputs": []}, "inputs must be an object of tensors"),
        ({"inputs": {}}, 'the card\'s inputs lack "decoding"'),
        ({"playing": ...}, 'lacks the key "playing", by what it is played (fullness, way, cold_ideas, leaning_nats)'),
        ({"playing": 7}, "playing must be an object, not 7"),
        ({"playing": {}}, 'playing lacks the key "fullness"'),
        (played(way=...), 'playing lacks the key "way"'),
        (played(taste_nats=2.0), 'the key "taste_nats", which means nothing here: there are cold_ideas, full'),
        (played(way=0), "playing: way must be a number from 0.05 to 10, not 0."),
        (played(way=True), "playing: way must be a number from 0.05 to 10, not true."),
        (played(way="1"), 'playing: way must be a number from 0.05 to 10, not "1".'),
        (played(way=10**400), "playing: way must be a number from 0.05 to 10, not 1000"),
        (played(cold_ideas=1.001), "playing: cold_ideas must be a number from 0 to 1"),
        (played(leaning_nats=-1), "playing: leaning_nats must be a number from 0 to 50"),
        (played(fullness=0.5), "playing: fullness must be a list, not 0.5"),
        (played(fullness=[0.5] * 10), "playing: fullness must be 11 numbers, none below the one before it, not ["),
        (played(fullness=[0.5] * 1000), "playing: fullness must be 11 numbers"),
        (played(fullness=[*range(9), 7, 9]), "playing: fullness must be 11 numbers, none below the one before it"),
        (played(fullness=[*range(10), 10]), "playing: fullness must be a number from 0 to 9, not 10"),
        (played(fullness=[[]] * 11), "playing: fullness must be a number from 0 to 9, not []"),
        ({"made_by": "\ud800"}, "made_by must be one line of text"),
        ({"made_by": "x" * 2001}, "made_by must be one line of text"),
    ],
)
def test_a_wrong_card_is_refused_by_key(changes: dict[str, Any], words: str) -> None:
    assert words in refusal(changed(**changes))


@pytest.mark.parametrize(
    ("side", "name", "tensor", "words"),
    [
        ("inputs", "cells", {"dtype": "float32", "shape": ["E", 32, 26]}, '"shape": ["E", 32, 27]}, not {"dtype": '),
        ("inputs", "cells", {"dtype": "float64", "shape": ["E", 32, 27]}, 'not {"dtype": "float64", '),
        ("inputs", "cells", {"dtype": "float32", "shape": [True, 32, 27]}, '"shape": [true, 32, 27]}.'),
        ("inputs", "cells", {"dtype": "float32"}, 'not {"dtype": "float32"}.'),
        ("inputs", "cells", {"dtype": "float32", "shape": ["E", 32, 27], "x": 1}, '"x": 1}'),
        ("inputs", "decoding", {"dtype": "bool", "shape": {}}, '"shape": []}, not {"dtype": "bool", "shape": {}}.'),
        ("inputs", "temperature", {"dtype": "float32", "shape": ["B", True]}, '"shape": ["B", true]}.'),
        ("inputs", "temperature", {"dtype": "float32", "shape": ["B", 1.0]}, '"shape": ["B", 1.0]}.'),
        ("inputs", "temperature", [], '"temperature" must be {"dtype": "float32", "shape": ["B", 1]}, not [].'),
        ("inputs", "pedal", {"dtype": "float32", "shape": []}, 'inputs have "pedal"'),
        ("outputs", "mean", {"dtype": "float32", "shape": ["E", 95]}, '"mean" must be'),
    ],
)
def test_a_wrong_tensor_is_refused_by_name(side: str, name: str, tensor: dict[str, Any], words: str) -> None:
    values = json.loads(CARD.to_json())
    values[side][name] = tensor
    assert words in refusal(json.dumps(values))


def test_a_wrong_data_set_hash_is_refused() -> None:
    values = json.loads(CARD.to_json())
    values["training_data"][0]["sha256"] = "ABC"
    assert "sha256 must be 64 hexadecimal digits" in refusal(json.dumps(values))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[" * 10_000, "is not JSON"),
        ("7", "must be an object"),
        ("{}", 'lacks the key "kind"'),
        ('{"a": NaN}', "the number NaN"),
        ('{"a": 1, "a": 2}', 'the key "a" twice'),
        (CARD.to_json().replace("0.9", "1e999"), '"hit_f1" must be a finite number'),
        ('{"a": ' + "9" * 5000 + "}", "x.onnx"),
        (" " * MAX_CARD_BYTES + "{}", "larger than 64 KB"),
    ],
    ids=range(10),
)
def test_what_is_no_card_is_refused(text: str, words: str) -> None:
    assert words in refusal(text)
