"""No clip that the bridge gives is another one than it was, unless somebody meant it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bridge.models.store import Store
from bridge.presets import Presets
from bridge.wire.protocol import MESSAGES, SkillAsk
from tests import golden_clips
from tests.golden_clips import COMMAND, FILE, Answer, answer_to, difference, main, recorded, shaken, text_of
from tests.golden_requests import REQUESTS
from tests.shipped import KITS, MODELS, PRESETS
from tests.stage import Stage


@pytest.fixture(scope="module")
def stage(store: Store, presets: Presets) -> Stage:
    return Stage(store, presets)


@pytest.fixture(scope="module")
def golden() -> dict[str, Answer]:
    return recorded()


@pytest.mark.parametrize("name", REQUESTS)
def test_what_was_asked_before_is_answered_as_before(stage: Stage, golden: dict[str, Answer], name: str) -> None:
    assert name in golden, f'"{name}" has no golden clips yet: {COMMAND}'
    said = difference(golden[name], answer_to(stage, REQUESTS[name]))
    assert said is None, f'"{name}" is answered otherwise. {said}. If you mean it, listen to it, then: {COMMAND}'


def test_the_file_is_as_it_is_written(golden: dict[str, Answer]) -> None:
    assert list(golden) == list(REQUESTS)
    assert FILE.read_text(encoding="utf-8") == text_of(golden)


def test_every_skill_model_preset_and_kit_is_asked_for(golden: dict[str, Answer]) -> None:
    asked = list(REQUESTS.values())
    assert {request.kind for request in asked} == {kind for kind in MESSAGES if issubclass(kind, SkillAsk)}
    assert {answer["model"] for answer in golden.values()} == set(MODELS)
    assert {request.given["preset"] for request in asked if "preset" in request.given} == set(PRESETS)
    kits = {name.partition(" on ")[2] for request in asked for name in request.clips}
    assert {kit or "general_midi" for kit in kits} == set(KITS)


# --- writing them down --------------------------------------------------------------------------------------------


@pytest.fixture
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two requests, and a file for their answers elsewhere."""
    own_file = tmp_path / "golden.json"
    monkeypatch.setattr(golden_clips, "FILE", own_file)
    monkeypatch.setattr(golden_clips, "REQUESTS", {name: REQUESTS[name] for name in ("vary funk", "vary a melody")})
    return own_file


def test_only_what_has_changed_is_written_anew(
    own_file: Path, golden: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    kept, changed = deepcopy(golden["vary funk"]), deepcopy(golden["vary a melody"])
    kept["clips"][0]["notes"][0][1] += 0.0004
    changed["left_alone"] = 9
    before = {"vary a ghost": golden["vary funk"], "vary funk": kept, "vary a melody": changed}
    own_file.write_text(text_of(before), encoding="utf-8")
    assert main([]) == 0
    assert recorded() == {"vary funk": kept, "vary a melody": golden["vary a melody"]}
    assert capsys.readouterr().out.splitlines() == [
        "vary a ghost: is not asked any more.",
        "vary a melody: The notes left alone were 9 and are 0.",
    ]


def test_an_answer_at_a_border_is_not_written_down(
    own_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Moved so far, every answer is another one: what is moved still reaches the models."""
    monkeypatch.setattr(golden_clips, "shaken", lambda seed: shaken(seed, by=0.5))
    assert main([]) == 1
    assert not own_file.exists()
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(" Clip ")[0] for line in said] == [
        "vary funk: stands at a border, give it another seed or other settings.",
        "vary a melody: stands at a border, give it another seed or other settings.",
        "golden.json stays as it is.",
    ]


# --- what is a difference -----------------------------------------------------------------------------------------


def answer(**other: Any) -> Answer:
    """Twelve notes, and what is given otherwise in the first of two clips."""
    notes = [[36 + i, 0.25 * i, 0.25, 60 + i, i if i % 2 else None] for i in range(12)]
    clip = {"beats": 4, "meter": "4/4", "notes": notes, **other}
    return {"model": "drum_vae", "left_alone": 0, "clips": [clip, {"beats": 4, "meter": "4/4", "notes": []}]}


def with_note(index: int, column: int, by: float) -> Answer:
    changed = answer()
    changed["clips"][0]["notes"][index][column] += by
    return changed


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (answer() | {"model": "melody_vae"}, "The model was drum_vae and is melody_vae"),
        (answer() | {"left_alone": 3}, "The notes left alone were 0 and are 3"),
        (answer() | {"clips": []}, "There were 2 clips and are 0"),
        (answer(beats=3), "Clip 1 of 2: it was 4 beats of 4/4 long and is 3 beats of 4/4 long"),
        (answer(meter="7/8"), "Clip 1 of 2: it was 4 beats of 4/4 long and is 4 beats of 7/8 long"),
        (answer(notes=[]), "Clip 1 of 2: 12 notes are gone, first pitch 36 at beat 0.0, 0.25 beats long, velocity 60, "
                           "of no source"),
        (with_note(1, 0, 1), "1 note is gone, first pitch 37 at beat 0.25, 0.25 beats long, velocity 61, of source 1; "
                             "1 note is new, first pitch 38 at beat 0.25, 0.25 beats long, velocity 61, of source 1"),
        (with_note(3, 1, 0.002), "1 note is new, first pitch 39 at beat 0.752, 0.25 beats long, velocity 63"),
        (with_note(3, 2, -0.002), "1 note is new, first pitch 39 at beat 0.75, 0.248 beats long, velocity 63"),
        (with_note(3, 3, 2), "1 note is new, first pitch 39 at beat 0.75, 0.25 beats long, velocity 65"),
        (with_note(3, 4, 1), "velocity 63, of source 4"),
    ],
)  # fmt: skip
def test_the_first_difference_is_told_in_words(found: Answer, said: str) -> None:
    told = difference(answer(), found)
    assert told is not None
    assert said in told


def test_what_another_processor_rounds_is_no_difference() -> None:
    assert difference(answer(), answer()) is None
    for found in (with_note(3, 1, 5e-4), with_note(3, 2, -5e-4), with_note(3, 3, 1), with_note(3, 3, -1)):
        assert difference(answer(), found) is None


def test_notes_that_begin_together_may_stand_in_any_order() -> None:
    one, other = answer(), answer()
    for clip in (one["clips"][0], other["clips"][0]):
        clip["notes"][5] = [clip["notes"][5][0], clip["notes"][4][1], *clip["notes"][5][2:]]
    other["clips"][0]["notes"][4:6] = reversed(other["clips"][0]["notes"][4:6])
    assert difference(one, other) is None


def test_many_velocities_are_not_rounded_otherwise() -> None:
    found = deepcopy(answer())
    for note in found["clips"][0]["notes"][:3]:
        note[3] += 1
    assert difference(answer(), found) == "Clip 1 of 2: 3 of 12 notes are a little louder or softer"
