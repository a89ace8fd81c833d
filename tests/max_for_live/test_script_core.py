"""The core of the devices' script, in node: its own tests, its agreement with Python, and a Link and a real bridge."""

from __future__ import annotations

import json
import random
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bridge.client import Client
from bridge.errors import BadDatagram, Refusal, Unsupported
from bridge.music.clip import MAX_BARS, MAX_NOTES, Note
from bridge.music.meter import Meter
from bridge.settings import DRUMS, MELODY
from bridge.wire import derived, osc
from bridge.wire.delivery import clip_hash
from bridge.wire.examples import EXAMPLES
from bridge.wire.fields import from_message, to_datagram
from bridge.wire.protocol import ADDRESSES, Message, columns
from max_for_live.javascript import code_only, comments
from tests.program import PATIENCE_SECONDS, ROOT, BridgeProcess

HERE = Path(__file__).resolve().parent
NODE = shutil.which("node")
SCRIPT = ROOT / "max_for_live" / "script"
MODULES = sorted(SCRIPT.rglob("*.js"))

needs_node = pytest.mark.skipif(NODE is None, reason="there is no node here")


def node(*arguments: str | Path | float, given: str = "", seconds: float = PATIENCE_SECONDS) -> str:
    """What node prints; a failure shows all that it said."""
    assert NODE is not None
    command = [NODE, *map(str, arguments)]
    said = subprocess.run(command, cwd=HERE, input=given, capture_output=True, text=True, timeout=seconds, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


def exchanged(**asked: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(node("script/exchange.js", given=json.dumps(asked)))
    return answer


@needs_node
@pytest.mark.parametrize("name", ["message.test.js", "conversation.test.js", "link.test.js", "world.test.js"])
def test_in_node(name: str) -> None:
    node("--test", f"script/{name}")


# --- the same as in Python ----------------------------------------------------------------------------------------


def float32(value: float) -> float:
    """As a device sends it."""
    (rounded,) = struct.unpack(">f", struct.pack(">f", value))
    return float(rounded)


def number(rng: random.Random, low: float, high: float) -> float:
    """Plain numbers, numbers of a grid, those half-way between two of float32, and some too small for it."""
    value = rng.choice(
        (
            rng.uniform(low, high),
            float(rng.randint(int(low), int(high))),
            rng.randint(int(low), int(high)) / 3,
            rng.uniform(low, high) * 10.0 ** -rng.randrange(46),
            float32(rng.uniform(low, high)) * (1.0 + 2.0**-24),
        )
    )
    return min(high, max(low, value)) + 0.0  # without -0, which a device never sends


@needs_node
def test_clips_have_the_same_hash_as_in_python() -> None:
    rng = random.Random(20)
    clips = []
    for i in range(3000):
        notes = [
            Note(rng.randrange(128), number(rng, -8192, 8192), number(rng, 1e-6, 8192), number(rng, 1, 127))
            for _ in range(i % 20 if i else 4096)
        ]
        clips.append((number(rng, 1, 25344), Meter(rng.randint(1, 99), rng.choice((1, 2, 4, 8, 16))), notes))
    given = [
        {
            "length_beats": length_beats,
            "numerator": meter.numerator,
            "denominator": meter.denominator,
            "notes": [
                {name: getattr(note, name) for name in ("pitch", "start_beats", "length_beats", "velocity")}
                for note in notes
            ],
        }
        for length_beats, meter, notes in clips
    ]
    assert exchanged(clips=given)["hashes"] == [clip_hash(*clip) for clip in clips]


def arguments(message: Message) -> list[int | float | str]:
    return list(osc.decode(to_datagram(message))[0].arguments)


@needs_node
def test_every_message_is_read_and_written_as_in_python() -> None:
    assert {type(example) for example in EXAMPLES} == set(ADDRESSES.values())
    sent = [{"address": example.ADDRESS, "args": arguments(example)} for example in EXAMPLES]
    answers = exchanged(messages=sent)["messages"]
    for example, each, answer in zip(EXAMPLES, sent, answers, strict=True):
        assert answer["written"] == {"args": each["args"], "sentence": None}, example.ADDRESS
        assert from_message(osc.Message(example.ADDRESS, tuple(answer["written"]["args"]))) == example
        assert list(answer["values"]) == [column.name for column in columns(type(example))]


@needs_node
def test_what_python_refuses_is_read_as_null_but_for_what_a_newer_or_older_bridge_sends() -> None:
    rng = random.Random(3)
    atoms: tuple[int | float | str, ...] = (2, -1, 1, 0.5, 5000000000.0, "", "melody", "x" * 900)
    sent = []
    for _ in range(4000):
        example = rng.choice(EXAMPLES)
        args = arguments(example)
        for _ in range(rng.randrange(3)):
            i = rng.randrange(len(args) + 1)
            j = i + rng.randrange(2)
            args[i:j] = [] if j > i and rng.random() < 0.3 else [rng.choice(atoms)]
        sent.append({"address": example.ADDRESS, "args": args})
    read = [answer["values"] is not None for answer in exchanged(messages=sent)["messages"]]
    refused = [refusal_of(each) for each in sent]
    assert [
        (each, refusal)
        for each, reads, refusal in zip(sent, read, refused, strict=True)
        if reads != (refusal is None) and not (reads and is_of_length(refusal))
    ] == []
    assert 200 < sum(read) < len(read) - 200
    assert refused.count(None) > 200


def refusal_of(sent: dict[str, Any]) -> Refusal | None:
    try:
        from_message(osc.Message(sent["address"], tuple(sent["args"])))
    except Refusal as refusal:
        return refusal
    return None


def is_of_length(refusal: Refusal | None) -> bool:
    """Whether it is about the number of arguments, or about how long a note is, which is no matter of its field."""
    return isinstance(refusal, BadDatagram | Unsupported) or "lasts more than 0" in str(refusal)


# --- what Max's engine knows --------------------------------------------------------------------------------------


@needs_node
def test_the_script_is_es5() -> None:
    if not (HERE / "node_modules" / "acorn").is_dir():
        pytest.skip("the parser is not installed: run `npm ci` in tests/max_for_live")
    assert node("script/es5.js", *MODULES) == ""


@needs_node
@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("let a = 1;", "Unexpected token (1:4)"),
        ("var f = () => 1;", "Unexpected token (1:9)"),
        ("var a = Math.fround(1);", "1: Math.fround"),
        ("var a = {b: 1, b() {}};", "Unexpected token (1:16)"),
        ("\nconsole.log(1);", "2: console"),
        ("var a = 'b'.includes('c');", "1: .includes"),
        ("var a = new Map();", "1: Map"),
        ("var a = {console: 1}.console;", ""),
        ("outlet.apply(this, [1]);", "1: outlet.apply"),
    ],
)
def test_the_parser_finds_what_is_not_es5(tmp_path: Path, code: str, complaint: str) -> None:
    if not (HERE / "node_modules" / "acorn").is_dir():
        pytest.skip("the parser is not installed: run `npm ci` in tests/max_for_live")
    file = tmp_path / "a.js"
    file.write_text(code, encoding="utf-8")
    assert node("script/es5.js", file).strip() == (f"{file}:{complaint}" if complaint else "")


def test_every_address_in_the_script_is_in_the_table() -> None:
    known = {*ADDRESSES, "/sideman/"}
    for path in MODULES:
        if path.name != "protocol.js":
            named = set(re.findall(r"/sideman/[a-z/]*", path.read_text(encoding="utf-8")))
            assert named <= known, path.name


def test_modules_are_required_by_name_and_only_two_name_max() -> None:
    names_of_max = re.compile(
        r"\b(outlet\(|LiveAPI\(|new Task\(|mgraphics\.(init|redraw)|max\.time|messagename|post\()"
    )
    for path in MODULES:
        code = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        required = re.findall(r"\brequire\((.*?)\)", code)
        assert [name for name in required if not re.fullmatch(r'"\.{1,2}/[a-z0-9_/]+"', name)] == [], path.name
        if path.name not in ("world.js", "entry.js"):
            assert not names_of_max.search(code), path.name


# --- what a clip may be ---------------------------------------------------------------------------------------------

NO_LIMITS = {
    ("kept.js", 64.0): "Live's release velocity, and how many values are kept",
    ("notes.js", 64.0): "Live's release velocity",
    ("screen.js", 64.0): "pixels",
    ("screen.js", 0.25): "how light a colour is",
}
"""Numbers of the script that are a limit's by chance alone -> what they are."""


def test_no_limit_and_no_instrument_is_written_in_the_script_by_hand() -> None:
    numbers = {float(limit) for limit in derived.LIMITS.values()} | {MAX_BARS * 99 * 4.0}
    words = "|".join((f"{MAX_BARS} bars", f"{MAX_NOTES:,}", *derived.NOTE_VALUES.values()))
    by_hand = re.compile(rf'"[^"\n]*\b(?:{words})\b[^"\n]*"|"(?:{DRUMS}|{MELODY})"')
    seen = set()
    for path in MODULES:
        if path.name != "protocol.js":
            text = path.read_text(encoding="utf-8")
            written = re.findall(r"(?<![\w.])\d+(?:\.\d+)?\b", code_only(text))
            seen |= {(path.name, number) for number in map(float, written) if number in numbers}
            for comment in comments(text):
                text = text.replace(comment, "")
            assert by_hand.findall(text) == [], path.name
    assert seen == set(NO_LIMITS)


# --- a Link and a bridge, over UDP --------------------------------------------------------------------------------


def talk(job: str, port: int, lost: float) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(node("script/talk.js", job, port, lost, seconds=2 * PATIENCE_SECONDS))
    return said


def answered(port: int) -> int:
    with Client(port, limit_seconds=PATIENCE_SECONDS) as looker_on:
        state, _ = looker_on.status()
    return state.answered


@needs_node
def test_clips_of_600_notes_over_a_wire_that_loses_every_fifth_datagram(bridge_process: BridgeProcess) -> None:
    before = answered(bridge_process.port)
    said = talk("lossy", bridge_process.port, 0.2)
    assert answered(bridge_process.port) - before == said["requests"], "each was made once"
    fell = said["fell"]
    assert fell["lost"] == pytest.approx(0.2 * sum(fell.values()), rel=0.3)
    assert min(fell["repeated"], fell["held"]) > 0.05 * sum(fell.values())
    assert said["states"][-1] == "ready"
    with Client(bridge_process.port, limit_seconds=PATIENCE_SECONDS) as looker_on:
        _, names = looker_on.hello()
    for kind in ("model", "preset", "kit"):
        assert [each["name"] for each in said["names"][f"{kind}s"]] == [n.name for n in names if n.kind == kind]


@needs_node
def test_a_knob_that_is_swept_ends_at_its_last_value_without_a_queue(bridge_process: BridgeProcess) -> None:
    before = answered(bridge_process.port)
    said = talk("sweep", bridge_process.port, 0.0)
    assert said["result"] + said["replaced"] == 201
    assert said["result"] >= 2
    assert answered(bridge_process.port) - before == said["result"], "what was replaced was never sent"


@needs_node
def test_a_bridge_that_is_killed_amid_its_answer_and_started_again_is_found_again(presets_folder: Path) -> None:
    assert NODE is not None
    with BridgeProcess("--presets", presets_folder) as first:
        command = [NODE, "script/talk.js", "restart", str(first.port), "0.2"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, cwd=HERE, text=True, **pipes) as device:
            assert device.stdout
            assert device.stdout.readline() == "amid\n"
            first.process.kill()
            first.process.wait(PATIENCE_SECONDS)
            with BridgeProcess("--presets", presets_folder, "--port", str(first.port)) as second:
                said, complaints = device.communicate("go\n", timeout=2 * PATIENCE_SECONDS)
                assert device.returncode == 0, said + complaints
                assert answered(second.port) == 2
    states = json.loads(said)["states"]
    assert states[-1] == "ready"
