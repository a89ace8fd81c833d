"""Two clients that nobody here wrote, Pure Data and liblo's programs: they upload, ask, and get the same notes."""

from __future__ import annotations

import shlex
import shutil
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bridge.client import Client
from bridge.music.clip import Clip
from bridge.music.midi_file import read_clip
from bridge.wire import osc
from bridge.wire.delivery import clip_hash, clip_parts, on_the_wire
from bridge.wire.fields import to_datagram
from bridge.wire.protocol import Ask, Blend, ClipRef, Continue, Drumify, Generate, Humanise, Interpolate, SkillAsk, Vary
from tests.program import PATIENCE_SECONDS, ROOT, BridgeProcess, Program

REPEAT_SECONDS = 0.3
"""How long each program waits before it says everything again, as a device does: UDP loses, and programs start late."""

SENT = {"is_playing": False, "seed": 11, "preset": "tight", "temperature": 1.0}
"""Of every request. Pure Data's messages cannot hold an empty text, so that everything is named."""
DRUMS = {"model": "drum_vae", "instrument": "drums", "scale": "Chromatic"}
MELODY = {"model": "melody_vae", "instrument": "melody", "root": 9, "scale": "Minor"}
Words = list[list[str]]
"""Notes, each in five words."""


@dataclass(frozen=True)
class Talk:
    """What a program is to say, and the clips that Python's own client got for the same requests, by request id."""

    messages: tuple[Ask, ...]
    expected: dict[int, tuple[Clip, ...]]


def talk(program: str, port: int, reply_port: int, drums: Sequence[Clip]) -> Talk:
    """One request of each kind, each of a device of its own: of one device the newest would replace the others."""
    melody, chords = (read_clip(ROOT / "examples" / "lines" / f"{name}.mid") for name in ("melody", "chords"))
    clips = [*drums, melody, chords]
    refs = tuple(ClipRef(clip_hash(c.length_beats, c.meter, c.notes), "general_midi") for c in clips)
    kinds: tuple[tuple[type[SkillAsk], dict[str, Any], Sequence[Clip]], ...] = (
        (
            Generate,
            {**DRUMS, "kit": "live_drum_rack", "bars": 2, "variations": 2, "density": 0.5, "humanise": 1.0},
            (),
        ),
        (Vary, {**DRUMS, "clip": refs[0], "amount": 0.5, "variations": 2}, clips[:1]),
        (Interpolate, {**DRUMS, "first": refs[0], "last": refs[1], "steps": 1}, clips[:2]),
        (Blend, {**DRUMS, "corners": refs[:4], "x": 0.25, "y": 0.625, "grid": 0}, clips[:4]),
        (Blend, {**DRUMS, "corners": refs[:4], "x": 1.0, "y": 0.0, "grid": 0}, clips[:4]),
        (Vary, {**MELODY, "clip": refs[4], "low_pitch": 57, "amount": 0.5, "variations": 2}, clips[4:5]),
        (
            Continue,
            {**MELODY, "model": "melody_continuation", "clip": refs[4], "chords": refs[5:], "with_primer": True},
            clips[4:],
        ),
        (Continue, {**DRUMS, "model": "drum_continuation", "clip": refs[0], "length": 1, "variations": 2}, clips[:1]),
        (Humanise, {"model": "humanise", "clip": refs[0], "amount": 0.75, "keep_swing": True}, clips[:1]),
        (Drumify, {"model": "drumify", "clip": refs[4], "variations": 2, "use_timing": False}, clips[4:5]),
    )
    messages: list[Ask] = []
    for i, clip in enumerate(clips):
        messages += clip_parts(clip, program, 7, 100 + i, reply_port)
    expected = {}
    for request_id, (kind, settings, needed) in enumerate(kinds):
        head = {"session": 7, "request_id": request_id, "reply_port": reply_port}
        messages.append(kind(device=f"{program}-{request_id}", **head, **SENT, **settings))
        with Client(port, limit_seconds=PATIENCE_SECONDS) as client:
            expected[request_id] = client.request(kind(**client._head(), **SENT, **settings), needed).clips
    corner = enumerate(on_the_wire(clips[1]).notes, len(clips[0].notes))
    assert expected[4][0].notes == tuple(replace(note, source=i) for i, note in corner)
    return Talk(tuple(messages), expected)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def arguments(message: Ask) -> tuple[int | float | str, ...]:
    """As the wire has them."""
    return osc.decode(to_datagram(message))[0].arguments


def words(message: Ask) -> list[str]:
    return [*map(str, arguments(message))]


def parts_in(said: Sequence[list[str]]) -> dict[int, dict[int, list[str]]]:
    """The parts of all results, by request id and index: each its address, the number of parts, then its own words.

    A message is its address and its arguments, in the words that the program printed.
    """
    found: dict[int, dict[int, list[str]]] = {}
    for address, *printed in said:
        assert address != "/sideman/refused", printed
        if address in ("/sideman/result", "/sideman/result/clip"):
            request_id, part = int(printed[1]), int(printed[2])
            found.setdefault(request_id, {})[part] = [address, *printed[3:]]
    return found


def is_whole(said: Sequence[list[str]], talk: Talk) -> bool:
    found = parts_in(said)
    return all(i in found and len(found[i]) == int(next(iter(found[i].values()))[1]) for i in talk.expected)


def clips_in(said: Sequence[list[str]], request_id: int) -> list[Words]:
    """Of each clip of a result its notes."""
    found: dict[str, Words] = {}
    for _, (address, _, *printed) in sorted(parts_in(said)[request_id].items()):
        if address == "/sideman/result/clip":
            # clip, length_beats, numerator, denominator, total_notes, first_note, the number of notes, the notes
            clip, count, notes = printed[0], int(printed[6]), printed[7:]
            assert len(notes) == 5 * count
            found.setdefault(clip, []).extend(notes[i : i + 5] for i in range(0, len(notes), 5))
    return [*found.values()]


def in_words(clip: Clip, whole: Callable[[int], str], decimal: Callable[[float], str]) -> Words:
    """The clip's notes, as the program prints its numbers."""
    return [
        [
            whole(note.pitch),
            *map(decimal, (note.start_beats, note.length_beats, note.velocity)),
            whole(-1 if note.source is None else note.source),
        ]
        for note in clip.notes
    ]


# --- Pure Data ----------------------------------------------------------------------------------------------------


def patch(messages: Sequence[Ask], port: int, reply_port: int) -> str:
    """Every 0.3 s all messages, through netsend; all that comes to netreceive is printed."""
    objects = [
        "obj loadbang",
        f"msg connect 127.0.0.1 {port}",
        "obj netsend -u -b",
        "msg 1",
        f"obj metro {1000 * REPEAT_SECONDS:g}",
        f"obj netreceive -u -b {reply_port}",
        "obj oscparse",
        "obj print heard",
    ]
    connections = [(0, 1), (1, 2), (0, 3), (3, 4), (5, 6), (6, 7)]
    for message in messages:
        said = len(objects)
        objects.append(f"msg list {' '.join(words(message))}")
        objects.append(f"obj oscformat {message.ADDRESS.replace('/', ' ').strip()}")
        connections += [(4, said), (said, said + 1), (said + 1, 2)]
    lines = ["#N canvas 0 0 400 300 12;"]
    for i, each in enumerate(objects):
        kind, _, text = each.partition(" ")
        lines.append(f"#X {kind} 20 {20 + 25 * i} {text};")
    lines += [f"#X connect {source} 0 {target} 0;" for source, target in connections]
    return "\n".join(lines) + "\n"


@pytest.mark.skipif(shutil.which("pd") is None, reason="Pure Data is not installed (Debian: puredata-core)")
def test_pure_data_gets_the_same_notes(bridge_process: BridgeProcess, examples: list[Clip], tmp_path: Path) -> None:
    reply_port = free_port()
    asked = talk("pd", bridge_process.port, reply_port, examples)
    path = tmp_path / "sideman.pd"
    path.write_text(patch(asked.messages, bridge_process.port, reply_port))

    def said() -> list[list[str]]:
        """`heard: list sideman result clip 7 0 ...`: an address in words, then numbers."""
        heard = [line.split()[2:] for line in program.complaints if line.startswith("heard: list sideman")]
        lengths = [next(i for i, word in enumerate(each) if not word.isalpha()) for each in heard]
        return [["/" + "/".join(each[:n]), *each[n:]] for each, n in zip(heard, lengths, strict=True)]

    with Program(["pd", "-nogui", "-noaudio", "-nomidi", "-noprefs", "-stderr", path]) as program:
        assert program.wait_for(lambda: is_whole(said(), asked)), program.complaints
    for request_id, clips in asked.expected.items():
        # It has but one kind of number, and prints six digits of it.
        assert clips_in(said(), request_id) == [in_words(clip, "{:g}".format, "{:g}".format) for clip in clips]


# --- liblo --------------------------------------------------------------------------------------------------------


TYPES = {int: "i", float: "f", str: "s"}


@pytest.mark.skipif(shutil.which("oscsend") is None, reason="liblo's programs are not installed (Debian: liblo-tools)")
def test_liblo_gets_the_same_notes(bridge_process: BridgeProcess, examples: list[Clip]) -> None:
    reply_port = free_port()
    asked = talk("liblo", bridge_process.port, reply_port, examples)

    def said() -> list[list[str]]:
        """`e4a9c1f2.00000000 /sideman/result/clip iiii 7 0 ...`: a time, an address, the types, then as they say."""
        heard = [shlex.split(line) for line in program.printed if " /sideman/" in line]
        return [[address, *printed] for _, address, _, *printed in heard]

    def send_all() -> None:
        for message in asked.messages:
            types = "".join(TYPES[type(argument)] for argument in arguments(message))
            command = ["oscsend", "127.0.0.1", str(bridge_process.port), message.ADDRESS, types, *words(message)]
            subprocess.run(command, timeout=PATIENCE_SECONDS, check=True)

    with Program(["oscdump", "-L", str(reply_port)]) as program:
        for _ in range(round(PATIENCE_SECONDS / REPEAT_SECONDS)):
            send_all()
            if program.wait_for(lambda: is_whole(said(), asked), REPEAT_SECONDS):
                break
    assert is_whole(said(), asked), program.printed
    for request_id, clips in asked.expected.items():
        # It prints six decimals.
        assert clips_in(said(), request_id) == [in_words(clip, "{:d}".format, "{:f}".format) for clip in clips]
