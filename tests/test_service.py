"""The bridge from datagram to reply, as transcripts: no sockets, the shipped model, and a clock that stands."""

from __future__ import annotations

import logging
import math
import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bridge
from bridge.models.engine import LoadedModel
from bridge.models.store import Store
from bridge.music.clip import MAX_NOTES, Clip, Note
from bridge.music.kit import GENERAL_MIDI, Kit
from bridge.music.meter import Meter
from bridge.music.midi_file import read_clip
from bridge.planner import MAX_WAITING
from bridge.presets import PRESET_KEYS, Preset, Presets
from bridge.says import INT_HIGH
from bridge.service import BURST
from bridge.settings import SETTINGS
from bridge.wire import osc
from bridge.wire.delivery import clip_hash, clip_parts, on_the_wire
from bridge.wire.examples import EXAMPLES
from bridge.wire.fields import to_datagram
from bridge.wire.protocol import (
    SETTINGS_A_NAME,
    VERSION,
    Accepted,
    Ask,
    Blend,
    Cancel,
    ClipPart,
    ClipRef,
    ClipState,
    Continue,
    Drumify,
    Generate,
    Got,
    Hello,
    Humanise,
    Interpolate,
    ModelState,
    Name,
    Need,
    Path,
    Ping,
    Point,
    Pong,
    PresetValue,
    ResultHead,
    State,
    Status,
    Vary,
    Welcome,
    columns,
)
from tests.program import ROOT
from tests.stage import BOOT_ID, Listener, Stage, clips_in, head_in, refusal_in

LINES = ROOT / "examples" / "lines"


@pytest.fixture
def stage(store: Store, presets: Presets) -> Stage:
    return Stage(store, presets)


@pytest.fixture(scope="session")
def rock(examples: list[Clip]) -> Clip:
    return on_the_wire(examples[0])


@pytest.fixture(scope="session")
def funk(examples: list[Clip]) -> Clip:
    return on_the_wire(examples[1])


def numbered(clip: Clip, first: int = 0) -> Clip:
    """The clip as it comes back: every note names the one that it came from."""
    return clip.with_notes(replace(note, source=first + i) for i, note in enumerate(clip.notes))


def state(stage: Stage) -> State:
    said = stage.tell(Status(**stage.head("looker-on")))
    assert isinstance(said[0], State)
    return said[0]


def accepted(ask: Ask, waiting: int = 0) -> Accepted:
    return Accepted(session=1, request_id=ask.request_id, boot_id=BOOT_ID, waiting=waiting)


# --- is it there, and how is it -----------------------------------------------------------------------------------


def test_hello_is_answered_by_welcome_and_all_names(stage: Stage, store: Store, presets: Presets) -> None:
    welcome, *names = stage.tell(Hello(**stage.head()))
    assert welcome == Welcome(
        session=1, request_id=1, part=0, parts=1 + len(names), boot_id=BOOT_ID, protocol_version=VERSION,
        bridge_version=bridge.__version__, max_bars=64, max_notes=MAX_NOTES, max_waiting=MAX_WAITING,
        datagram_bytes=1024,
    )  # fmt: skip
    named = [(name.kind, name.name) for name in names if isinstance(name, Name)]
    assert named == [
        *(("model", name) for name in store.models),
        *(("preset", name) for name in presets.presets),
        *(("kit", name) for name in presets.kits),
    ]
    assert [name.part for name in names if isinstance(name, Name)] == list(range(1, 1 + len(names)))
    assert {address for _, address in stage.sent} == {("127.0.0.1", 42712)}


def test_names_in_any_script_fit_their_datagrams(store: Store) -> None:
    name, about = "\N{MUSICAL SYMBOL G CLEF}" * 40, "\N{MUSICAL SYMBOL G CLEF}" * 200
    kit = Kit(name, GENERAL_MIDI.pads, about)
    stage = Stage(store, Presets({name: Preset(name, about, kit=name)}, {name: kit}))
    said = stage.tell(Hello(**stage.head()))
    names = [message for message in said if isinstance(message, Name)]
    assert [message.name for message in names if message.kind != "model"] == [name, name]
    assert len(clips_in(stage.ask(Generate(**stage.head(), preset=name, variations=3)))) == 3


def test_a_device_that_is_newer_is_told_which_half_to_update(stage: Stage) -> None:
    newer = VERSION + 1
    for said in (
        stage.tell(Hello(**stage.head(), protocol_version=newer)),
        stage.say("/sideman/dance", "pad", 1, 8, 42712, 0.5),
        stage.hear(osc.encode("/sideman/ping", ("pad", 1, 9, 42712, 0.25))),
    ):
        code, sentence = refusal_in(said)
        assert code == "unsupported"
        assert "update the bridge" in sentence
        assert f"version {VERSION} of the protocol" in sentence or f"version {newer} of the protocol" in sentence


def test_each_device_is_answered_in_its_own_version(stage: Stage) -> None:
    """Without hello, after a restart for instance, in the first: every device understands that."""
    heads = {}
    for device, hello in (("old", 1), ("new", VERSION), ("mute", None)):
        if hello is not None:
            stage.tell(Hello(**stage.head(device), protocol_version=hello))
        said = len(stage.sent)
        stage.ask(Generate(**stage.head(device), variations=1))
        datagrams = [datagram for datagram, _ in stage.sent[said:]]
        (heads[device],) = (m for d in datagrams for m in osc.decode(d) if m.address == ResultHead.ADDRESS)
    lengths = {device: len(head.arguments) for device, head in heads.items()}
    assert lengths == {"old": 16, "mute": 16, "new": len(columns(ResultHead))}
    assert heads["new"].arguments[-1] == "drums"


def test_a_preset_with_many_settings_comes_in_several_names(store: Store) -> None:
    name = "\N{MUSICAL SYMBOL G CLEF}" * 40
    many = {setting.name: setting.high for setting in SETTINGS.values()}
    preset = Preset(name, name, kit=name, **{key: value for key, value in many.items() if key in PRESET_KEYS})
    stage = Stage(store, Presets({name: preset}, {name: Kit(name, GENERAL_MIDI.pads, name)}))
    said = stage.tell(Hello(**stage.head(device="d" * 48)))
    names = [message for message in said if isinstance(message, Name) and message.kind == "preset"]
    values = {value.setting: value.value for message in names for value in message.settings}
    assert values == preset.settings
    assert all(len(message.settings) <= SETTINGS_A_NAME for message in names)


def test_the_longest_name_fits_whatever_settings_there_will_be() -> None:
    script = "\N{MUSICAL SYMBOL G CLEF}" * 40
    longest = Name(
        session=-(2**31), request_id=INT_HIGH, part=99_999, parts=100_000, kind="preset", name=script,
        about="\N{MUSICAL SYMBOL G CLEF}" * 80, kit=script, model="m" * 64,
        settings=(PresetValue("s" * 16, 999.5),) * SETTINGS_A_NAME,
    )  # fmt: skip
    assert len(to_datagram(longest)) <= 1024


def test_ping_is_answered_by_pong_on_the_port_that_it_names(stage: Stage) -> None:
    assert stage.tell(Ping(**stage.head(reply_port=50001)), "127.0.0.5") == [
        Pong(session=1, request_id=1, boot_id=BOOT_ID)
    ]
    assert stage.sent[-1][1] == ("127.0.0.5", 50001)


def test_status_counts_what_was_done(stage: Stage, store: Store, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    stage.seconds += 60.0
    for amount in (0.0, 0.0, 0.5):
        stage.ask(Vary(**stage.head(), clip=ref, amount=amount, variations=1))
    stage.ask(Generate(**stage.head(), preset="no such preset"))
    stage.hear(b"no message")
    stage.tell(Generate(**stage.head(), variations=1))
    said = stage.tell(Status(**stage.head()))
    model = store.default("drum_vae").card.name
    assert said == [
        State(
            session=1, request_id=6, part=0, parts=2, boot_id=BOOT_ID, uptime_seconds=60.0, waiting=1, answered=3,
            refused=1, bad_datagrams=1, clips=1,
        ),
        ModelState(
            session=1, request_id=6, part=1, parts=2, model=model, skill="vary", requests=3, p50_ms=0.0, p95_ms=0.0,
            p99_ms=0.0,
        ),
    ]  # fmt: skip


def test_latencies_are_counted_from_the_request_s_arrival(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    for milliseconds in range(1, 101):
        stage.tell(Vary(**stage.head(), clip=ref, amount=0.0, variations=1))
        stage.seconds += milliseconds / 1024
        assert head_in(stage.perform()).elapsed_ms == 1000 * milliseconds / 1024
    row = stage.tell(Status(**stage.head()))[1]
    assert isinstance(row, ModelState)
    assert (row.skill, row.requests) == ("vary", 100)
    assert [row.p50_ms, row.p95_ms, row.p99_ms] == [pytest.approx(1000 * i / 1024) for i in (51, 96, 100)]


# --- clips go up --------------------------------------------------------------------------------------------------


def test_the_last_part_of_a_clip_is_answered_and_says_what_is_missing(stage: Stage) -> None:
    clip = Clip(tuple(Note(36, i / 8, 0.125, 100.0) for i in range(100)), 16.0)
    parts = clip_parts(clip, "pad", 1, 9, 42712)

    def known(*missing: int) -> list[ClipState]:
        name = parts[0].clip_hash
        return [ClipState(session=1, request_id=9, boot_id=BOOT_ID, clip_hash=name, missing=missing)]

    assert stage.tell(parts[1]) == []
    assert stage.tell(parts[3]) == known(0, 2)
    assert stage.tell(parts[2]) == []
    assert stage.tell(parts[0]) == known()
    assert stage.tell(parts[1]) == known()  # it is there, whichever part is sent again
    assert state(stage).clips == 1


def test_a_clip_under_the_wrong_hash_is_refused(stage: Stage, rock: Clip) -> None:
    (part,) = clip_parts(rock, "pad", 1, 9, 42712)
    code, sentence = refusal_in(stage.tell(replace(part, clip_hash="f" * 16)))
    assert code == "bad_value"
    assert "not those of the clip ffffffffffffffff" in sentence
    assert state(stage).clips == 0


# --- request, accepted, result ------------------------------------------------------------------------------------


def test_a_request_is_accepted_and_then_answered_with_clips(stage: Stage, store: Store, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    request = Vary(**stage.head(), clip=ref, amount=0.0, variations=3, seed=9)
    assert stage.tell(request) == [accepted(request)]
    stage.seconds += 0.25
    said = stage.perform()
    assert clips_in(said) == (numbered(rock),) * 3
    head, model = head_in(said), store.default("drum_vae")
    assert (head.model, head.model_hash, head.seed) == (model.card.name, model.sha256[:12], 9)
    assert (head.start_song_beats, head.start_in_seconds, head.late) == (None, 0.0, False)
    assert (head.from_memory, head.elapsed_ms, head.model_ms) == (False, 250.0, 0.0)


def test_every_example_of_a_request_is_answered(stage: Stage, examples: list[Clip]) -> None:
    """With clips of its own, under the hashes that the examples name no more."""
    refs = stage.upload(*map(on_the_wire, examples))
    lines = stage.upload(*(on_the_wire(read_clip(LINES / name)) for name in ("melody.mid", "chords.mid")))
    for example in EXAMPLES:
        match example:
            case Generate():
                clips: dict[str, object] = {}
            case Vary() | Humanise():
                clips = {"clip": refs[0]}
            case Interpolate():
                clips = {"first": refs[0], "last": refs[1]}
            case Blend(corners=corners) | Path(corners=corners):
                own = zip(refs, corners, strict=False)
                clips = {"corners": tuple(replace(ref, kit=example_ref.kit) for ref, example_ref in own)}
            case Continue():
                clips = {"clip": lines[0], "chords": lines[1:]}
            case Drumify(clip=clip):
                clips = {"clip": replace(lines[0], kit=clip.kit)}
            case _:
                continue
        made = clips_in(stage.ask(replace(example, **stage.head(), **clips)))
        assert all(clip.notes for clip in made)


def test_a_repeated_request_is_accepted_again_then_answered_again_and_performed_once(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    request = Vary(**stage.head(), clip=ref, amount=0.8, variations=2, seed=1)
    assert stage.tell(request) == stage.tell(request) == [accepted(request)]
    assert len(stage.service.planner) == 1
    said = stage.perform()
    first = stage.sent[-len(said) :]
    # Whatever the repeat says: one id, one answer.
    for repeat in (request, request, replace(request, seed=2)):
        assert stage.tell(repeat) == said
        assert stage.sent[-len(said) :] == first
    assert len(stage.service.planner) == 0
    assert state(stage).answered == 1


def test_a_repeat_while_the_model_plays_is_accepted_and_not_taken_again(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    request = Vary(**stage.head(), clip=ref, amount=0.0)
    stage.tell(request)
    job = stage.service.planner.next()
    assert stage.tell(request) == [accepted(request)]
    assert len(stage.service.planner) == 0
    assert job is not None
    stage.service.perform(job)
    assert state(stage).answered == 1


def test_a_reply_that_arrived_is_sent_no_more(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    request = Vary(**stage.head(), clip=ref, amount=0.0)
    stage.ask(request)
    got = Got(device="pad", session=1, request_id=request.request_id, reply_port=42712)
    assert stage.tell(got) == []
    assert stage.tell(request) == []
    assert stage.tell(got) == []
    assert state(stage).answered == 1


def test_missing_parts_are_sent_again_and_no_others(stage: Stage) -> None:
    clip = Clip(tuple(Note(36 + i % 8, i / 16, 0.125, 100.0) for i in range(256)), 16.0)
    (ref,) = stage.upload(clip)
    request = Vary(**stage.head(), clip=ref, amount=0.0, variations=1)
    need = {"device": "pad", "session": 1, "request_id": request.request_id, "reply_port": 42712}
    stage.tell(request)
    assert stage.tell(Need(**need, missing=(0,))) == [accepted(request)]
    said = stage.perform()
    assert len(said) == 9
    assert stage.tell(Need(**need, missing=(7, 2))) == [said[7], said[2]]
    assert stage.tell(Need(**need, missing=(0, 9, 2**31 - 1))) == [said[0]]
    code, sentence = refusal_in(stage.tell(Need(**{**need, "request_id": 999}, missing=(0,))))
    assert (code, "send the request again" in sentence) == ("stale", True)


def test_a_long_reply_is_paced_and_its_repeat_is_one_burst(stage: Stage) -> None:
    clip = Clip(tuple(Note(36 + i % 8, i / 64, 0.01, 100.0) for i in range(MAX_NOTES)), 64.0)
    (ref,) = stage.upload(clip)
    request = Vary(**stage.head(), clip=ref, amount=0.0, variations=1)
    said = stage.ask(request)
    assert len(said) == len(stage.paced) == 1 + MAX_NOTES / 32
    assert clips_in(said) == (numbered(on_the_wire(clip)),)
    assert stage.tell(request) == said[:BURST]
    need = Need(device="pad", session=1, request_id=request.request_id, reply_port=42712, missing=tuple(range(48, 129)))
    assert stage.tell(need) == said[BURST : 2 * BURST]


def test_the_same_request_seed_and_model_give_the_same_clips(stage: Stage, rock: Clip, funk: Clip) -> None:
    refs = stage.upload(rock, funk)

    def asked(seed: int) -> tuple[Clip, ...]:
        return clips_in(stage.ask(Blend(**stage.head(), corners=refs, x=0.4, seed=seed)))

    assert asked(5) == asked(5)
    assert asked(5) != asked(6)


# --- which request is done ----------------------------------------------------------------------------------------


def test_the_newest_request_replaces_the_waiting_one_which_is_told_so(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    first, second = (Vary(**stage.head(), clip=ref, amount=0.0, seed=i) for i in range(2))
    stage.tell(first)
    said = stage.tell(second)
    assert said[0] == accepted(second)
    code, sentence = refusal_in(said[1:])
    assert code == "replaced"
    assert f"The request {second.request_id} of pad took the place" in sentence
    assert said[1].request_id == first.request_id  # type: ignore[union-attr]
    assert head_in(stage.perform()).seed == 1
    assert len(stage.service.planner) == 0
    # Asked again it is told again, and does not come back to life.
    assert refusal_in(stage.tell(first))[0] == "replaced"
    assert len(stage.service.planner) == 0
    assert state(stage).answered == 1


def test_a_waiting_request_is_cancelled_and_one_that_does_not_wait_is_not(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    request = Vary(**stage.head(), clip=ref, amount=0.0)
    cancel = Cancel(device="pad", session=1, request_id=request.request_id, reply_port=42712)
    assert stage.tell(cancel) == []
    stage.tell(request)
    assert refusal_in(stage.tell(cancel)) == ("cancelled", "The request was cancelled.")
    assert len(stage.service.planner) == 0
    assert refusal_in(stage.tell(request))[0] == "cancelled"
    done = replace(request, **stage.head())
    stage.ask(done)
    assert stage.tell(replace(cancel, request_id=done.request_id)) == []
    assert state(stage).answered == 1


def test_a_request_that_waited_past_its_deadline_is_refused_as_late(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    request = Vary(**stage.head(), clip=ref, amount=0.0, deadline_seconds=0.5)
    stage.tell(request)
    stage.seconds += 0.75
    code, sentence = refusal_in(stage.perform())
    assert (code, "deadline passed while the request was waiting" in sentence) == ("late", True)
    in_time = replace(request, **stage.head())
    stage.tell(in_time)
    stage.seconds += 0.5
    assert clips_in(stage.perform())
    assert (state(stage).answered, state(stage).refused) == (1, 1)


@pytest.mark.parametrize(
    ("deadline_seconds", "sentence"), [(0.5, "passed while the model was playing"), (1.5, "ready after the deadline")]
)
def test_a_clip_that_is_not_ready_in_time_is_refused_as_late(
    store: Store, presets: Presets, deadline_seconds: float, sentence: str
) -> None:
    class SlowModel:
        """Imagines for a second, and plays for another."""

        def __init__(self, model: LoadedModel) -> None:
            self._model = model
            self.card, self.sha256 = model.card, model.sha256

        def run(self, inputs: dict[str, Any], limit_seconds: float) -> Any:
            stage.seconds += 1.0
            return self._model.run(inputs)

    class SlowStore:
        def default(self, kind: str) -> SlowModel:
            return SlowModel(store.default(kind))

    stage = Stage(SlowStore(), presets)  # type: ignore[arg-type]
    request = Generate(**stage.head(), variations=1, deadline_seconds=deadline_seconds)
    code, said = refusal_in(stage.ask(request))
    assert (code, sentence in said) == ("late", True)
    assert state(stage).answered == 0
    assert clips_in(stage.ask(replace(request, **stage.head(), deadline_seconds=2.0)))


def test_beyond_64_waiting_requests_the_bridge_is_busy_and_the_request_may_be_repeated(stage: Stage) -> None:
    for i in range(MAX_WAITING):
        request = Generate(**stage.head(f"pad {i}"), bars=1, variations=1)
        assert stage.tell(request) == [accepted(request, waiting=i)]
    late_comer = Generate(**stage.head("late-comer"), bars=1, variations=1)
    for _ in range(2):
        code, sentence = refusal_in(stage.tell(late_comer))
        assert (code, "64 requests are waiting" in sentence) == ("busy", True)
    stage.perform()
    assert stage.tell(late_comer) == [accepted(late_comer, waiting=MAX_WAITING - 1)]


# --- what the bridge does not have --------------------------------------------------------------------------------


def test_an_unknown_clip_is_named_and_the_same_request_is_taken_once_it_is_there(stage: Stage, rock: Clip) -> None:
    name = clip_hash(rock.length_beats, rock.meter, rock.notes)
    request = Vary(**stage.head(), clip=ClipRef(name), amount=0.0, variations=1)
    (refused,) = said = stage.tell(request)
    assert refusal_in(said) == ("unknown_clip", f"The bridge does not know the clip {name}: upload it, then ask again.")
    assert refused.clip_hash == name  # type: ignore[union-attr]
    stage.upload(rock)
    assert stage.tell(request) == [accepted(request)]
    assert clips_in(stage.perform()) == (numbered(rock),)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"model": "diffusion"}, 'There is no model "diffusion". There are: '),
        ({"preset": "loud"}, "There is no preset 'loud': there are busy, "),
        ({"kit": "808"}, "There is no kit '808': there are general_midi, live_drum_rack and roland_td."),
        ({"model": "../onnx_models/drum_vae"}, 'There is no model "../onnx_models/drum_vae". There are: '),
        ({"preset": "../presets/tight"}, "There is no preset '../presets/tight': there are"),
    ],
)
def test_an_unknown_name_is_refused_with_those_there_are(stage: Stage, wrong: dict[str, str], sentence: str) -> None:
    code, said = refusal_in(stage.ask(Generate(**stage.head(), variations=1, **wrong)))
    assert code == "unknown_name"
    assert said.startswith(sentence)
    assert len(clips_in(stage.ask(Generate(**stage.head(), variations=1)))) == 1


def test_an_unknown_kit_of_a_clip_is_refused(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock, kit="808")
    code, sentence = refusal_in(stage.ask(Vary(**stage.head(), clip=ref)))
    assert (code, sentence.startswith("There is no kit '808'")) == ("unknown_name", True)


def test_an_unknown_name_in_a_blend_is_refused_from_memory_too(stage: Stage, rock: Clip, funk: Clip) -> None:
    refs = stage.upload(rock, funk)
    stage.ask(Blend(**stage.head(), corners=refs, grid=2))
    for wrong in ({"model": "diffusion"}, {"preset": "loud"}):
        code, _ = refusal_in(stage.ask(Blend(**stage.head(), corners=refs, grid=2, **wrong)))
        assert code == "unknown_name"


# --- bad input: one sentence each, and the bridge goes on ---------------------------------------------------------


def spoiled(ask: Ask, column: str, value: float) -> tuple[int | float | str, ...]:
    """The arguments of a message, with another value for one of its fields."""
    names = [each.name for each in columns(type(ask))]
    sent = osc.decode(to_datagram(ask))[0].arguments
    return (*sent[: names.index(column)], value, *sent[names.index(column) + 1 :])


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("x", 1.5, "blend: x is 1.5: it must be a number from 0 to 1."),
        ("y", -0.25, "blend: y is -0.25: it must be a number from 0 to 1."),
        ("tempo_bpm", 5.0, "blend: tempo_bpm is 5: it must be a number from 20 to 999 BPM."),
        ("grid", 22, "blend: grid is 22: it must be a whole number from 0 to 21."),
        ("temperature", 2.5, "blend: temperature is 2.5: it must be a number from 0 to 2."),
    ],
)
def test_a_value_out_of_its_range(stage: Stage, rock: Clip, column: str, value: float, sentence: str) -> None:
    ask = Blend(**stage.head(), corners=stage.upload(rock) * 2)
    assert refusal_in(stage.say("/sideman/blend", *spoiled(ask, column, value))) == ("bad_value", sentence)
    assert clips_in(stage.ask(ask))  # under the same id, since nothing was taken


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none(stage: Stage, rock: Clip, number: float) -> None:
    datagram = bytearray(to_datagram(Blend(**stage.head(), corners=stage.upload(rock) * 2, x=0.123)))
    at = datagram.index(struct.pack(">f", 0.123))
    datagram[at : at + 4] = struct.pack(">f", number)
    assert refusal_in(stage.hear(bytes(datagram))) == (
        "bad_value",
        f"blend: x is {number}: it must be a number from 0 to 1.",
    )


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        ((200, 0.0, 0.25, 100.0, -1), "clip: pitch is 200: it must be a whole number from 0 to 127."),
        ((36.5, 0.0, 0.25, 100.0, -1), "clip: pitch is 36.5: it must be a whole number from 0 to 127."),
        ((36, 0.0, -1.0, 100.0, -1), "clip: length_beats is -1: it must be a number from 0 to 8192 quarter notes."),
        ((36, 0.0, 0.0, 100.0, -1), "A note on pitch 36 is 0.0 beats long"),
        ((36, 9000.0, 0.25, 100.0, -1), "clip: start_beats is 9000: it must be a number from -8192 to 8192"),
        ((36, 0.0, 0.25, 128.0, -1), "clip: velocity is 128: it must be a number from 0 to 127."),
        ((36, 0.0, 0.25, "loud", -1), "clip: velocity is the text 'loud': it must be a number from 0 to 127."),
    ],
)
def test_a_note_that_cannot_be(stage: Stage, note: tuple[int | float | str, ...], sentence: str) -> None:
    code, said = refusal_in(stage.say("/sideman/clip", "pad", 1, 1, 42712, "f" * 16, 0, 1, 4.0, 4, 4, 1, *note))
    assert code == "bad_value"
    assert said.startswith(sentence)
    assert stage.tell(Ping(**stage.head()))


def test_a_note_at_no_time(stage: Stage, rock: Clip) -> None:
    for name in ("start_beats", "length_beats", "velocity"):
        clip = Clip((replace(Note(36, 0.5, 0.5, 0.5), **{name: 0.123}),), 4.0)
        datagram = bytearray(to_datagram(clip_parts(clip, "pad", 1, 1, 42712)[0]))
        at = datagram.index(struct.pack(">f", 0.123))
        datagram[at : at + 4] = struct.pack(">f", math.nan)
        code, sentence = refusal_in(stage.hear(bytes(datagram)))
        assert (code, sentence.startswith(f"clip: {name} is nan: it must be a number from")) == ("bad_value", True)


def test_a_clip_of_5000_notes(stage: Stage) -> None:
    notes = tuple(Note(36, i / 20, 0.05, 100.0) for i in range(5000))
    head = {"length_beats": 256.0, "numerator": 4, "denominator": 4, "clip_hash": clip_hash(256.0, Meter(), notes)}
    said = [
        message
        for part in range(157)
        for message in stage.tell(
            ClipPart(**stage.head(), **head, part=part, parts=157, notes=notes[32 * part : 32 * part + 32])
        )
    ]
    code, sentence = refusal_in(said[:1])
    assert (code, "has more than 4,096 notes" in sentence) == ("bad_value", True)
    assert state(stage).clips == 0


@pytest.mark.parametrize(
    ("length_beats", "sentence"),
    [
        (-4.0, "clip: length_beats is -4: it must be a number from 0.25"),
        (0.0, "clip: length_beats is 0: it must be a number from 0.25"),
        (257.0, "The clip is 257 beats (64.25 bars of 4/4) long: a clip lasts from a sixteenth"),
    ],
)
def test_a_clip_of_no_length_or_too_long(stage: Stage, length_beats: float, sentence: str) -> None:
    name = clip_hash(length_beats, Meter(), ())
    code, said = refusal_in(stage.say("/sideman/clip", "pad", 1, 1, 42712, name, 0, 1, length_beats, 4, 4, 0))
    assert code == "bad_value"
    assert said.startswith(sentence)


def test_a_meter_that_does_not_exist(stage: Stage) -> None:
    code, said = refusal_in(stage.ask(Generate(**stage.head(), numerator=4, denominator=3)))
    assert (code, said.startswith("The meter 4/3 does not exist in Live")) == ("bad_value", True)


def test_clips_in_different_meters_are_not_blended(stage: Stage, rock: Clip) -> None:
    waltz = Clip((Note(36, 0.0, 0.25, 100.0),), 6.0, Meter(3, 4))
    refs = stage.upload(rock, waltz)
    for ask in (
        Blend(**stage.head(), corners=refs),
        Blend(**stage.head(), corners=refs, grid=3),
        Interpolate(**stage.head(), first=refs[0], last=refs[1]),
        Path(**stage.head(), corners=refs, points=(Point(0.5, 0.0),)),
    ):
        code, sentence = refusal_in(stage.ask(ask))
        assert (code, "The clips are in different meters (3/4, 4/4)" in sentence) == ("unsupported", True)


def test_a_meter_whose_bar_does_not_fit_is_refused_by_name(stage: Stage) -> None:
    code, sentence = refusal_in(stage.ask(Generate(**stage.head(), numerator=9, denominator=4)))
    assert (code, "9/4" in sentence) == ("unsupported", True)


@pytest.mark.parametrize("address", ["/live/play", "/sideman"])
def test_an_unknown_address_is_refused(stage: Stage, address: str) -> None:
    code, sentence = refusal_in(stage.say(address, "pad", 1, 1, 42712, 0.5))
    assert (code, sentence) == (
        "bad_datagram",
        f"There is no message {address}: see docs/protocol.md for those there are.",
    )


@pytest.mark.parametrize(
    ("tags", "arguments"),
    [
        (",siiid", struct.pack(">d", 0.5)),
        (",siiih", struct.pack(">q", 7)),
        (",siiiT", b""),
        (",siiiF", b""),
        (",siiiN", b""),
        (",siiib", struct.pack(">i", 4) + b"blob"),
        (",siiif", b""),  # cut short
        (",siiis", b"text"),  # no NUL
        (",siiii", struct.pack(">i", 1) * 3),  # goes on
    ],
)
def test_an_argument_of_another_type_is_told_to_whoever_sent_it(stage: Stage, tags: str, arguments: bytes) -> None:
    """Max and other clients send them by mistake: a head that can be read has somewhere to send the sentence."""
    head = b"pad\0" + struct.pack(">iii", 1, 7, 42712)
    padded = tags.encode() + bytes(4 - len(tags) % 4)
    said = stage.hear(b"/sideman/ping\0\0\0" + padded + head + arguments)
    (refused,) = said
    assert (refused.session, refused.request_id) == (1, 7)
    assert refusal_in(said)[0] == "bad_datagram"
    assert "byte" in refusal_in(said)[1]
    assert state(stage).bad_datagrams == 1


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"hello",
        b"\xff" * 100,
        bytes(2000),
        b"/sideman/ping",
        b"#bundle\0" + bytes(8) + struct.pack(">i", -4),
        osc.encode("/sideman/ping"),
        osc.encode("/sideman/ping", (1, 2, 3, 4)),
        osc.encode("/sideman/blend", ("pad",)),
    ],
)
def test_garbage_is_counted_and_not_answered(stage: Stage, datagram: bytes) -> None:
    assert stage.hear(datagram) == []
    assert state(stage).bad_datagrams == 1
    assert stage.tell(Ping(**stage.head()))


@pytest.mark.parametrize("example", [e for e in EXAMPLES if not isinstance(e, Ask)], ids=lambda e: e.ADDRESS)
def test_what_only_the_bridge_says_is_not_answered(stage: Stage, example: Pong) -> None:
    assert stage.hear(to_datagram(example)) == []
    assert state(stage).bad_datagrams == 1


def test_a_reply_in_the_shape_of_a_request_is_refused(stage: Stage) -> None:
    code, sentence = refusal_in(stage.say("/sideman/pong", "pad", 1, 1, 42712))
    assert code in ("bad_datagram", "bad_value")
    assert sentence.startswith("pong: ")


def test_the_messages_of_a_bundle_are_all_answered(stage: Stage) -> None:
    pings = [to_datagram(Ping(**stage.head())) for _ in range(3)]
    bundle = b"#bundle\0" + bytes(8) + b"".join(struct.pack(">i", len(ping)) + ping for ping in pings)
    assert [message.request_id for message in stage.hear(bundle)] == [1, 2, 3]  # type: ignore[union-attr]


def test_a_mistake_in_the_bridge_is_told_and_logged_and_the_bridge_goes_on(
    store: Store, presets: Presets, caplog: pytest.LogCaptureFixture
) -> None:
    class BrokenStore:
        broken = True
        models = store.models

        def default(self, kind: str) -> LoadedModel:
            if self.broken:
                raise KeyError("a mistake")
            return store.default(kind)

    broken = BrokenStore()
    stage = Stage(broken, presets)  # type: ignore[arg-type]
    with caplog.at_level(logging.CRITICAL, logger="sideman"):
        code, sentence = refusal_in(stage.ask(Generate(**stage.head(), variations=1)))
        assert code == "fault"
        assert sentence == "The bridge made a mistake (KeyError('a mistake')): please report it with its log."
        broken.models = None  # type: ignore[assignment]
        assert refusal_in(stage.tell(Hello(**stage.head())))[0] == "fault"
    broken.broken = False
    assert clips_in(stage.ask(Generate(**stage.head(), variations=1)))


def test_a_mistake_while_sending_is_told_and_the_worker_goes_on(
    stage: Stage, rock: Clip, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    send = Listener.send

    def broken(self: Listener, datagrams: Sequence[bytes], reply_port: int, *, paced: bool) -> None:
        if paced:
            raise RuntimeError("a mistake")
        send(self, datagrams, reply_port, paced=paced)

    (ref,) = stage.upload(rock)
    request = Vary(**stage.head(), clip=ref, amount=0.0)
    with caplog.at_level(logging.CRITICAL, logger="sideman"), monkeypatch.context() as patched:
        patched.setattr(Listener, "send", broken)
        assert refusal_in(stage.ask(request))[0] == "fault"
    assert clips_in(stage.ask(replace(request, **stage.head())))


# --- music that comes back ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "y", "corner"), [(0.0, 0.0, 0), (1.0, 0.0, 1), (0.0, 1.0, 2), (1.0, 1.0, 3)])
def test_a_corner_is_the_user_s_own_clip_its_sources_counted_through_all(
    stage: Stage, examples: list[Clip], x: float, y: float, corner: int
) -> None:
    clips = [on_the_wire(clip) for clip in examples]
    refs = stage.upload(*clips)
    first_source = sum(len(clip.notes) for clip in clips[:corner])
    (clip,) = clips_in(stage.ask(Blend(**stage.head(), corners=refs, x=x, y=y)))
    assert clip == numbered(clips[corner], first_source)


def test_sources_name_notes_on_the_same_pad_of_the_clip_that_they_come_from(stage: Stage, examples: list[Clip]) -> None:
    clips = [on_the_wire(clip) for clip in examples]
    through = [note for clip in clips for note in clip.notes]
    (clip,) = clips_in(stage.ask(Blend(**stage.head(), corners=stage.upload(*clips), seed=1)))
    sourced = [note for note in clip.notes if note.source is not None]
    assert len(sourced) >= 8
    for note in sourced:
        assert GENERAL_MIDI.class_of(note.pitch) == GENERAL_MIDI.class_of(through[note.source or 0].pitch)


def test_a_clip_that_is_two_corners_has_two_numberings(stage: Stage, rock: Clip) -> None:
    refs = stage.upload(rock) * 2
    (left,) = clips_in(stage.ask(Blend(**stage.head(), corners=refs, x=0.0)))
    (right,) = clips_in(stage.ask(Blend(**stage.head(), corners=refs, x=1.0)))
    assert (left, right) == (numbered(rock), numbered(rock, len(rock.notes)))


def test_interpolate_begins_and_ends_with_the_user_s_own_clips(stage: Stage, rock: Clip, funk: Clip) -> None:
    first, last = stage.upload(rock, funk)
    clips = clips_in(stage.ask(Interpolate(**stage.head(), first=first, last=last, steps=2)))
    assert len(clips) == 4
    assert (clips[0], clips[-1]) == (numbered(rock), numbered(funk, len(rock.notes)))


def test_generate_is_in_the_transport_s_meter_and_as_the_preset_says(stage: Stage, presets: Presets) -> None:
    request = Generate(**stage.head(), numerator=7, denominator=8, preset="long_take")
    (clip,) = clips_in(stage.ask(request))
    assert (clip.meter, clip.bars) == (Meter(7, 8), presets.preset("long_take").settings["bars"])
    # What is given counts more than the preset.
    clips = clips_in(stage.ask(replace(request, **stage.head(), bars=1, variations=2)))
    assert [clip.bars for clip in clips] == [1, 1]


def test_a_grid_is_played_once_and_then_answers_from_memory(stage: Stage, rock: Clip, funk: Clip) -> None:
    refs = stage.upload(rock, funk)

    def cell(x: float, **other: object) -> Blend:
        return Blend(**{**stage.head(), "corners": refs, "grid": 5, "seed": 3, "x": x, **other})  # type: ignore[arg-type]

    first = stage.ask(cell(0.5))
    again = stage.tell(cell(0.5))
    assert not head_in(first).from_memory
    assert head_in(again).from_memory
    assert clips_in(again) == clips_in(first)
    assert clips_in(stage.tell(cell(0.0))) == (numbered(rock),)
    assert clips_in(stage.tell(cell(1.0))) == (numbered(funk, len(rock.notes)),)
    assert clips_in(stage.tell(cell(0.25))) != clips_in(again)
    # All that the grid depends on makes another grid.
    for other in (
        {"seed": 4}, {"temperature": 0.5}, {"grid": 3}, {"grid": 0}, {"corners": refs[::-1]},
        {"corners": (refs[0], replace(refs[1], kit="roland_td"))}, {"preset": "wild"},
    ):  # fmt: skip
        (said, *_) = stage.tell(cell(0.5, **other))
        assert isinstance(said, Accepted), other
        stage.perform()
    # A repeated question is answered from the shelf, memory or not.
    request = cell(0.5)
    assert stage.tell(request) == stage.tell(request)


def test_an_answer_from_memory_replaces_what_the_device_waits_for(stage: Stage, rock: Clip, funk: Clip) -> None:
    refs = stage.upload(rock, funk)
    stage.ask(Blend(**stage.head(), corners=refs, grid=5))
    waiting = Vary(**stage.head(), clip=refs[0])
    stage.tell(waiting)
    said = stage.tell(Blend(**stage.head(), corners=refs, grid=5, x=1.0))
    assert clips_in(said[:-1]) == (numbered(funk, len(rock.notes)),)
    assert refusal_in(said[-1:])[0] == "replaced"
    assert said[-1].request_id == waiting.request_id  # type: ignore[union-attr]
    assert len(stage.service.planner) == 0


def test_a_request_that_was_overtaken_on_its_way_is_refused_and_the_newer_one_played(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    older, newer = (Vary(**stage.head(), clip=ref, seed=seed) for seed in (1, 2))
    stage.tell(newer)
    assert refusal_in(stage.tell(older))[0] == "replaced"
    assert head_in(stage.perform()).seed == 2


def test_a_hello_under_a_taken_id_does_not_spoil_the_request(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    request = Vary(**stage.head(), clip=ref, amount=0.0, variations=1)
    stage.tell(request)
    head = {name: getattr(request, name) for name in ("device", "session", "request_id", "reply_port")}
    for ask in (Hello(**head), Status(**head)):
        assert stage.tell(ask) == [accepted(request)]
    assert clips_in(stage.perform()) == (numbered(rock),)


# --- placement ----------------------------------------------------------------------------------------------------


def playing(stage: Stage, ref: ClipRef, **more: float) -> Vary:
    """A bar of 4/4 at 120 BPM takes two seconds."""
    transport = {"song_beats": 17.0, "tempo_bpm": 120.0, "launch_quantum_beats": 4.0, **more}
    return Vary(**stage.head(), clip=ref, amount=0.0, variations=1, is_playing=True, **transport)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("taken_seconds", "start_song_beats", "start_in_seconds", "late"),
    [(0.0, 20.0, 1.5, False), (1.25, 20.0, 0.25, False), (1.5, 24.0, 2.0, True), (3.25, 24.0, 0.25, True)],
)
def test_a_clip_is_placed_on_the_boundary_after_the_time_that_has_passed(
    stage: Stage, rock: Clip, taken_seconds: float, start_song_beats: float, start_in_seconds: float, late: bool
) -> None:
    request = playing(stage, *stage.upload(rock))
    stage.tell(request)
    stage.seconds += taken_seconds
    said = stage.perform()
    head = head_in(said)
    assert (head.start_song_beats, head.start_in_seconds, head.late) == (start_song_beats, start_in_seconds, late)
    assert clips_in(said) == (numbered(rock),)


def test_a_request_that_got_through_late_is_placed_by_when_it_was_asked(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    head = head_in(stage.ask(playing(stage, ref, asked_seconds_ago=1.5)))
    assert (head.start_song_beats, head.late) == (24.0, True)
    assert head.start_in_seconds == pytest.approx(2.0)
    assert head.elapsed_ms == 0.0, "the bridge is not to blame for what was lost before it"
    late = playing(stage, ref, asked_seconds_ago=1.5, deadline_seconds=1.0)
    assert refusal_in(stage.ask(late))[0] == "late"


def test_a_clip_is_placed_by_the_launch_quantum_in_any_meter(stage: Stage, rock: Clip) -> None:
    (ref,) = stage.upload(rock)
    head = head_in(stage.ask(playing(stage, ref, launch_quantum_beats=3.5, numerator=7, denominator=8)))
    assert head.start_song_beats == 17.5
    head = head_in(stage.ask(playing(stage, ref, launch_quantum_beats=0.0)))
    assert head.start_song_beats == pytest.approx(17.1)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    song_beats=st.floats(-1e5, 1e9, width=32),
    tempo_bpm=st.floats(20, 999, width=32),
    launch_quantum_beats=st.floats(0, 1024, width=32),
    seconds=st.floats(0, 600),
)
def test_every_placement_can_be_read_by_the_device(
    stage: Stage, rock: Clip, song_beats: float, tempo_bpm: float, launch_quantum_beats: float, seconds: float
) -> None:
    """A number that the reply's own ranges refuse would look like a bridge that does not answer."""
    (ref,) = stage.upload(rock)
    transport = {"song_beats": song_beats, "tempo_bpm": tempo_bpm, "launch_quantum_beats": launch_quantum_beats}
    stage.tell(playing(stage, ref, **transport))
    stage.seconds += seconds
    head = head_in(stage.perform())
    assert head.start_song_beats is not None
    assert head.start_song_beats >= 0.0
    assert head.start_in_seconds >= 0.0
