"""What the bridge answers to each of `golden_requests.py`, against what it answered when that was written down.

    python -m tests.golden_clips        writes down what has changed, and says what that is

A refactoring changes none of these clips; who changes a musical constant on purpose sees which, listens, and writes
them down anew.

Model, pitches, sources and how many notes there are must be the very same. Starts and lengths may differ by TIME_BEATS
and velocities by one step, since sums round differently from one processor and one version of onnxruntime to the next;
but of a clip's velocities few may be a step away, because few lie between two steps. Where rounding decides whether
there is a note at all, nothing could be compared. So nothing is written down that does not stay the same while the
models are given numbers that are moved much further than anything rounds: a request that stands at such a border needs
another seed, or other settings.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np

from bridge.models.engine import LoadedModel
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.presets import Presets
from tests.golden_requests import REQUESTS, Request
from tests.shipped import shipped_presets
from tests.stage import Stage, clips_in, head_in

__all__ = ["COMMAND", "FILE", "Answer", "answer_to", "difference", "main", "recorded", "shaken", "text_of"]

COMMAND = "python -m tests.golden_clips"
FILE = Path(__file__).with_suffix(".json")
ROOT = Path(__file__).resolve().parent.parent

TIME_BEATS = 0.001
"""Half a millisecond at 120 BPM. Two versions of onnxruntime, 1.23 and 1.31, are a five-hundredth of that apart."""
VELOCITY_STEPS = 1.01
FEW = 10
"""One velocity in so many may be a step away, and one more."""
SHAKEN = ("_bias", "_uniform", "_noise", "_density", "latent")
"""How the names of those inputs end that are moved: all that decide what is played and come from no clip."""
SHAKE = 1e-4
"""By how much at most. What these two versions play is a fiftieth of that apart."""
SHAKES = 5

Answer = dict[str, Any]
"""As it stands in the file: model, left_alone, and clips with beats, meter and notes."""
Row = list[Any]
"""A note in the file: pitch, start and length in beats, velocity, source or None."""


# --- an answer ----------------------------------------------------------------------------------------------------


def answer_to(stage: Stage, request: Request) -> Answer:
    said = stage.ask(request.ask(stage))
    head = head_in(said)
    return {"model": head.model, "left_alone": head.left_alone, "clips": [_plain(clip) for clip in clips_in(said)]}


def _plain(clip: Clip) -> dict[str, Any]:
    return {"beats": _number(clip.length_beats), "meter": str(clip.meter), "notes": [_row(n) for n in clip.notes]}


def _row(note: Note) -> Row:
    return [note.pitch, *map(_number, (note.start_beats, note.length_beats, note.velocity)), note.source]


def _number(value: float) -> float:
    rounded = round(value, 4) + 0.0
    return int(rounded) if rounded == int(rounded) else rounded


# --- what is different ----------------------------------------------------------------------------------------------


def difference(golden: Answer, found: Answer) -> str | None:
    """The first one, in words, or None."""
    was, now = golden["clips"], found["clips"]
    if golden["model"] != found["model"]:
        return f"The model was {golden['model']} and is {found['model']}"
    if golden["left_alone"] != found["left_alone"]:
        return f"The notes left alone were {golden['left_alone']} and are {found['left_alone']}"
    if len(was) != len(now):
        return f"There were {len(was)} clips and are {len(now)}"
    each = enumerate(map(_clip_difference, was, now))
    return next((f"Clip {i + 1} of {len(was)}: {said}" for i, said in each if said), None)


def _clip_difference(golden: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    if abs(golden["beats"] - found["beats"]) > TIME_BEATS or golden["meter"] != found["meter"]:
        was, now = (f"{clip['beats']} beats of {clip['meter']} long" for clip in (golden, found))
        return f"it was {was} and is {now}"
    gone: list[Row] = []
    come: list[Row] = list(found["notes"])
    rounded = 0
    for note in golden["notes"]:
        twin = next((other for other in come if _alike(note, other)), None)
        if twin is None:
            gone.append(note)
        else:
            come.remove(twin)
            rounded += abs(note[3] - twin[3]) > 0.01
    if gone or come:
        return "; ".join(_counted(notes, word) for notes, word in ((gone, "gone"), (come, "new")) if notes)
    if rounded > 1 + len(golden["notes"]) // FEW:
        return f"{rounded} of {len(golden['notes'])} notes are a little louder or softer"
    return None


def _alike(one: Row, other: Row) -> bool:
    return (
        (one[0], one[4]) == (other[0], other[4])
        and abs(one[1] - other[1]) <= TIME_BEATS
        and abs(one[2] - other[2]) <= TIME_BEATS
        and abs(one[3] - other[3]) <= VELOCITY_STEPS
    )


def _counted(notes: Sequence[Row], word: str) -> str:
    pitch, start_beats, length_beats, velocity, source = notes[0]
    count = "1 note is" if len(notes) == 1 else f"{len(notes)} notes are"
    origin = "of no source" if source is None else f"of source {source}"
    return (
        f"{count} {word}, first pitch {pitch} at beat {start_beats}, {length_beats} beats long, velocity {velocity}, "
        f"{origin}"
    )


# --- the file -------------------------------------------------------------------------------------------------------


def recorded() -> dict[str, Answer]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def text_of(answers: Mapping[str, Answer]) -> str:
    """JSON with a line for each note."""
    told = ",\n".join(f"{json.dumps(name)}: {_answer_text(answer)}" for name, answer in answers.items())
    return f"{{\n{told}\n}}\n"


def _answer_text(answer: Answer) -> str:
    clips = ", ".join(_clip_text(clip) for clip in answer["clips"])
    return f'{{"model": {json.dumps(answer["model"])}, "left_alone": {answer["left_alone"]}, "clips": [{clips}]}}'


def _clip_text(clip: Mapping[str, Any]) -> str:
    notes = ",".join(f"\n{json.dumps(note)}" for note in clip["notes"])
    return f'{{"beats": {clip["beats"]}, "meter": {json.dumps(clip["meter"])}, "notes": [{notes}]}}'


# --- writing it anew ------------------------------------------------------------------------------------------------


@contextmanager
def shaken(seed: int, by: float = SHAKE) -> Iterator[None]:
    """Every model is given numbers that are moved by up to `by`."""
    run: Callable[..., Any] = LoadedModel.run

    def moved(name: str, tensor: Any, chance: np.random.Generator) -> Any:
        if not name.endswith(SHAKEN):
            return tensor
        other = tensor + by * chance.uniform(-1.0, 1.0, tensor.shape)
        return (np.clip(other, 0.0, 1.0 - 2**-24) if name.endswith("_uniform") else other).astype(np.float32)

    def moving(model: LoadedModel, inputs: Mapping[str, Any], *limit: float) -> Any:
        chance = np.random.default_rng(seed)  # one for each run, since two may be made at a time
        return run(model, {name: moved(name, tensor, chance) for name, tensor in inputs.items()}, *limit)

    with patch.object(LoadedModel, "run", moving):
        yield


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if the file is as it should be now; 1 if nothing was written, because an answer stands at a border."""
    argparse.ArgumentParser(prog=COMMAND, description="Writes down the golden clips.").parse_args(arguments)
    store = Store(ROOT / "onnx_models")
    store.load_all()
    with TemporaryDirectory() as folder:
        presets = Presets.load(shipped_presets(Path(folder) / "presets"))

    def answers() -> dict[str, Answer]:
        stage = Stage(store, presets)  # another one each time: it keeps latents
        return {name: answer_to(stage, request) for name, request in REQUESTS.items()}

    before, now = recorded(), answers()
    borders: dict[str, str] = {}
    for seed in range(SHAKES):
        with shaken(seed):
            for name, answer in answers().items():
                said = difference(now[name], answer)
                if said:
                    borders.setdefault(name, said)
    for name, said in borders.items():
        print(f"{name}: stands at a border, give it another seed or other settings. {said}.", file=sys.stderr)
    if borders:
        print(f"{FILE.name} stays as it is.", file=sys.stderr)
        return 1
    for name in before.keys() - now.keys():
        print(f"{name}: is not asked any more.")
    for name, answer in now.items():
        said = difference(before[name], answer) if name in before else "is asked for the first time"
        if said:
            print(f"{name}: {said}.")
        else:
            now[name] = before[name]  # not a digit changes where nothing did
    FILE.write_text(text_of(now), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
