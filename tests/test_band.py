"""Which model plays, drums or a melody, and what the newer skills answer: as transcripts, with the shipped models."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.models.grid import nearest_step
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import Meter
from bridge.music.midi_file import read_clip
from bridge.music.scale import Scale
from bridge.presets import Preset, Presets
from bridge.wire.delivery import on_the_wire
from bridge.wire.protocol import (
    Accepted,
    Blend,
    Continue,
    Drumify,
    Generate,
    Humanise,
    Interpolate,
    Point,
    SkillAsk,
    Vary,
)  # fmt: skip
from bridge.wire.protocol import Path as Walk
from tests.stage import Stage, clips_in, head_in, refusal_in

LINES = Path(__file__).resolve().parent.parent / "examples" / "lines"
A_MINOR = {"root": 9, "scale": "Minor"}
SILENCE = Clip((), 8.0)


@pytest.fixture
def stage(store: Store, presets: Presets) -> Stage:
    return Stage(store, presets)


@pytest.fixture(scope="session")
def lines() -> dict[str, Clip]:
    return {path.stem: on_the_wire(read_clip(path)) for path in sorted(LINES.glob("*.mid"))}


@pytest.fixture(scope="session")
def funk(examples: list[Clip]) -> Clip:
    return on_the_wire(examples[1])


def numbered(clip: Clip, first: int = 0) -> Clip:
    """The clip as it comes back: every note names the one that it came from."""
    return clip.with_notes(replace(note, source=first + i) for i, note in enumerate(clip.notes))


def pitches(*clips: Clip) -> set[int]:
    return {note.pitch for clip in clips for note in clip.notes}


def new_notes(clip: Clip) -> list[Note]:
    return [note for note in clip.notes if note.source is None]


def off_the_grid(clip: Clip) -> list[float]:
    return [abs(4.0 * note.start_beats - nearest_step(note.start_beats)) for note in clip.notes]


# --- drums or a melody --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given", "model"),
    [
        ("melody", {}, "melody_vae"),
        ("bass", {}, "melody_vae"),
        ("chords", {}, "melody_vae"),
        ("funk", {}, "drum_vae"),
        ("silence", {}, "drum_vae"),
        ("funk", {"instrument": "melody"}, "melody_vae"),
        ("bass", {"instrument": "drums"}, "drum_vae"),
        ("bass", {"model": "drum_vae"}, "drum_vae"),
        ("funk", {"model": "melody_vae"}, "melody_vae"),
        # Live's scale comes with every request of a device, and makes no melody of drums.
        ("funk", {**A_MINOR, "low_pitch": 60}, "drum_vae"),
    ],
)
def test_what_is_given_decides_and_else_what_the_clip_looks_like(
    stage: Stage, lines: dict[str, Clip], funk: Clip, name: str, given: dict[str, Any], model: str
) -> None:
    (ref,) = stage.upload({**lines, "funk": funk, "silence": SILENCE}[name])
    said = stage.ask(Vary(**stage.head(), clip=ref, variations=1, **given))
    assert head_in(said).model == model


def test_the_first_clip_decides_for_all(stage: Stage, lines: dict[str, Clip], funk: Clip) -> None:
    drums, melody = stage.upload(funk, lines["melody"])
    for corners, model in (((drums, melody), "drum_vae"), ((melody, drums), "melody_vae")):
        assert head_in(stage.ask(Blend(**stage.head(), corners=corners))).model == model


@pytest.mark.parametrize(
    ("given", "model"),
    [
        ({}, "drum_vae"),
        ({"instrument": "melody"}, "melody_vae"),
        ({"model": "melody_vae"}, "melody_vae"),
        ({"preset": "tune"}, "melody_vae"),
        ({"preset": "tune", "instrument": "drums"}, "drum_vae"),
        ({"preset": "tune", "model": "drum_vae"}, "drum_vae"),
    ],
)
def test_out_of_nothing_drums_are_played_unless_a_melody_is_named(
    store: Store, presets: Presets, given: dict[str, str], model: str
) -> None:
    stage = Stage(store, Presets({"tune": Preset("tune", "A tune.", model="melody_vae")}, presets.kits))
    assert head_in(stage.ask(Generate(**stage.head(), variations=1, **given))).model == model  # type: ignore[arg-type]


def test_a_preset_s_model_that_does_not_play_this_leaves_it_to_the_one_that_does(
    store: Store, presets: Presets, lines: dict[str, Clip], funk: Clip
) -> None:
    stage = Stage(store, Presets({"tune": Preset("tune", "A tune.", model="melody_vae")}, presets.kits))
    drums, melody = stage.upload(funk, lines["melody"])
    for ref, model in ((drums, "drum_vae"), (melody, "melody_vae")):
        assert head_in(stage.ask(Vary(**stage.head(), clip=ref, variations=1, preset="tune"))).model == model
    assert head_in(stage.ask(Humanise(**stage.head(), clip=drums, preset="tune"))).model == "humanise"


@pytest.mark.parametrize("given", [{}, {"instrument": "melody"}, {"model": "melody_continuation"}])
def test_chords_are_for_a_melody(stage: Stage, lines: dict[str, Clip], given: dict[str, str]) -> None:
    """Even where the primer is two short notes on a kit's pads."""
    tapped = Clip((Note(36, 0.0, 0.25, 100.0), Note(36, 1.0, 0.25, 100.0)), 4.0)
    primer, chords = stage.upload(tapped, lines["chords"])
    ask = Continue(**stage.head(), clip=primer, variations=1, **given)  # type: ignore[arg-type]
    assert head_in(stage.ask(replace(ask, chords=(chords,)))).model == "melody_continuation"


# --- melodies -----------------------------------------------------------------------------------------------------


def test_a_new_melody_keeps_to_its_range_and_scale(stage: Stage) -> None:
    lock: dict[str, Any] = {"low_pitch": 57, "high_pitch": 72, **A_MINOR}
    jig = {"numerator": 6, "denominator": 8}
    clips = clips_in(stage.ask(Generate(**stage.head(), instrument="melody", bars=4, variations=4, **jig, **lock)))
    assert [(clip.meter, clip.bars) for clip in clips] == [(Meter(6, 8), 4)] * 4
    assert all(clip.notes for clip in clips)
    assert all(57 <= pitch <= 72 and Scale(9, "minor").contains(pitch) for pitch in pitches(*clips))
    for clip in clips:
        ends = [note.start_beats + note.length_beats for note in clip.notes]
        starts = [note.start_beats for note in clip.notes[1:]]
        assert all(end <= start + 1e-4 for end, start in zip(ends, [*starts, clip.length_beats], strict=True))
        assert len({note.velocity for note in clip.notes}) > 1


def test_the_user_s_own_melodies_come_back_whatever_the_range(stage: Stage, lines: dict[str, Clip]) -> None:
    melody, answer = lines["melody"], lines["answer"]
    first, last = stage.upload(melody, answer)
    lock: dict[str, Any] = {"low_pitch": 36, "high_pitch": 48, "root": 1, "scale": "Major Pentatonic"}
    clips = clips_in(stage.ask(Interpolate(**stage.head(), first=first, last=last, steps=1, **lock)))
    assert (clips[0], clips[-1]) == (numbered(melody), numbered(answer, len(melody.notes)))
    assert all(36 <= pitch <= 48 and Scale(1, "Major Pentatonic").contains(pitch) for pitch in pitches(clips[1]))
    (clip,) = clips_in(stage.ask(Vary(**stage.head(), clip=first, amount=0.0, variations=1, **lock)))
    assert clip == numbered(melody)
    walk = Walk(**stage.head(), corners=(first, last), points=(Point(0.0, 0.0), Point(0.5, 0.0), Point(1.0, 0.0)))
    (path,) = clips_in(stage.ask(walk))
    assert [note for note in path.notes if note.start_beats < 3.9] == list(numbered(melody).notes[:5])


def test_a_grid_of_melodies_is_kept_for_its_range_and_scale(stage: Stage, lines: dict[str, Clip]) -> None:
    corners = stage.upload(lines["melody"], lines["answer"])

    def cell(x: float, **other: Any) -> Blend:
        return Blend(**stage.head(), corners=corners, grid=3, x=x, **other)

    first = stage.ask(cell(0.5))
    again = stage.tell(cell(0.5))
    assert head_in(again).from_memory
    assert (head_in(again).model, clips_in(again)) == ("melody_vae", clips_in(first))
    for other in ({"low_pitch": 60}, {"high_pitch": 72}, A_MINOR, {"instrument": "drums"}):
        (said, *_) = stage.tell(cell(0.5, **other))
        assert isinstance(said, Accepted), other
        stage.perform()


# --- continue -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["funk", "melody", "jig", "bass"])
def test_a_continuation_is_as_long_as_asked_and_joins_the_very_primer(
    stage: Stage, lines: dict[str, Clip], funk: Clip, name: str
) -> None:
    clip = {**lines, "funk": funk}[name]
    (ref,) = stage.upload(clip)
    ask = Continue(**stage.head(), clip=ref, length=3, variations=2, seed=4)
    said = stage.ask(ask)
    assert head_in(said).model == ("drum_continuation" if name == "funk" else "melody_continuation")
    for alone in clips_in(said):
        assert (alone.meter, alone.bars) == (clip.meter, 3)
        assert alone.notes == tuple(new_notes(alone))
    for both in clips_in(stage.ask(replace(ask, **stage.head(), with_primer=True))):
        assert (both.meter, both.bars) == (clip.meter, clip.bars + 3)
        own = [note for note in both.notes if note.source is not None]
        assert [replace(note, length_beats=0.1) for note in own] == [
            replace(note, length_beats=0.1) for note in numbered(clip).notes
        ], "only how long a note rings may change"
        heard = Counter((note.pitch, nearest_step(note.start_beats)) for note in both.notes)
        assert max(heard.values()) == 1, "nothing is struck twice"


def test_a_continuation_goes_by_the_chords(stage: Stage, lines: dict[str, Clip]) -> None:
    other = lines["chords"].with_notes(replace(note, pitch=note.pitch + 6) for note in lines["chords"].notes)
    primer, chords, far = stage.upload(lines["melody"], lines["chords"], other)
    ask = Continue(**stage.head(), clip=primer, length=4, variations=4, seed=1)
    with_chords = clips_in(stage.ask(replace(ask, **stage.head(), chords=(chords,))))
    assert with_chords != clips_in(stage.ask(replace(ask, **stage.head(), instrument="melody")))
    assert with_chords != clips_in(stage.ask(replace(ask, **stage.head(), chords=(far,))))
    # The chords' notes are counted behind the primer's, and none of them is in the result.
    (clip,) = clips_in(stage.ask(replace(ask, **stage.head(), chords=(chords,), with_primer=True, variations=1)))
    assert {note.source for note in clip.notes} <= {None, *range(len(lines["melody"].notes))}


# --- humanise and drumify -----------------------------------------------------------------------------------------


def test_humanise_keeps_every_hit_at_its_sixteenth(stage: Stage, funk: Clip) -> None:
    stiff = on_the_wire(
        funk.with_notes(
            replace(note, start_beats=max(0, nearest_step(note.start_beats)) / 4, velocity=100.0) for note in funk.notes
        )
    )
    (ref,) = stage.upload(stiff)
    said = stage.ask(Humanise(**stage.head(), clip=ref, amount=1.0, seed=3))
    (played,) = clips_in(said)
    assert (head_in(said).model, head_in(said).left_alone) == ("humanise", 0)
    came, went = ({note.source: note for note in clip.notes} for clip in (played, numbered(stiff)))
    assert came.keys() == went.keys()
    for source, note in came.items():
        own = went[source]
        assert (note.pitch, note.length_beats) == (own.pitch, own.length_beats)
        assert abs(note.start_beats - own.start_beats) <= 0.125 + 1e-6
    assert max(off_the_grid(stiff)) == 0.0 < max(off_the_grid(played))
    assert len({note.velocity for note in played.notes}) > 8
    (half,) = clips_in(stage.ask(Humanise(**stage.head(), clip=ref, amount=0.5, seed=3)))
    assert 0.0 < sum(off_the_grid(half)) < sum(off_the_grid(played))
    (swung,) = clips_in(stage.ask(Humanise(**stage.head(), clip=ref, amount=1.0, seed=3, keep_swing=True)))
    assert swung != played
    (same,) = clips_in(stage.ask(Humanise(**stage.head(), clip=ref, amount=0.0, seed=3)))
    assert same == numbered(stiff)


@pytest.mark.parametrize(("castro", "model"), [(False, "drumify"), (True, "drum_continuation")])
def test_drumify_plays_a_line_s_rhythm_on_the_kit(
    stage: Stage, presets: Presets, lines: dict[str, Clip], castro: bool, model: str
) -> None:
    bass, kit = lines["bass"], presets.kit("live_drum_rack")
    (ref,) = stage.upload(bass, kit=kit.name)
    said = stage.ask(Drumify(**stage.head(), clip=ref, variations=3, seed=2, castro=castro))
    assert (head_in(said).model, head_in(said).left_alone) == (model, 0)
    clips = clips_in(said)
    assert len(clips) == 3
    for clip in clips:
        assert (clip.length_beats, clip.meter) == (bass.length_beats, bass.meter)
        assert clip.notes == tuple(new_notes(clip)) != ()
        assert all(kit.class_of(note.pitch) is not None for note in clip.notes)
    if not castro:
        steps = {nearest_step(note.start_beats) for note in bass.notes}
        assert all(steps <= {nearest_step(note.start_beats) for note in clip.notes} for clip in clips)


def test_drumify_takes_the_line_s_touch_and_timing_or_leaves_them(stage: Stage, lines: dict[str, Clip]) -> None:
    (ref,) = stage.upload(lines["bass"])
    ask = Drumify(**stage.head(), clip=ref, variations=1, seed=2)
    heard = [
        clips_in(stage.ask(replace(ask, **stage.head(), use_velocity=velocity, use_timing=timing)))
        for velocity in (True, False)
        for timing in (True, False)
    ]
    assert all(heard.count(clips) == 1 for clips in heard)


@pytest.mark.parametrize("kind", [Continue, Humanise, Drumify])
def test_the_same_request_seed_and_model_give_the_same_clips(stage: Stage, funk: Clip, kind: type[SkillAsk]) -> None:
    (ref,) = stage.upload(funk)

    def asked(seed: int) -> tuple[Clip, ...]:
        given: dict[str, Any] = {**stage.head(), "clip": ref, "seed": seed}
        return clips_in(stage.ask(kind(**given)))

    assert asked(5) == asked(5) != asked(6)


# --- notes that nobody hears --------------------------------------------------------------------------------------


def test_notes_that_the_model_does_not_hear_are_counted(stage: Stage, lines: dict[str, Clip], funk: Clip) -> None:
    def off_the_kit(clip: Clip) -> int:
        return sum(GENERAL_MIDI.class_of(note.pitch) is None for note in clip.notes)

    chords, melody = lines["chords"], lines["melody"]
    under = len(chords.notes) - 4  # four chords, and of each the top note is heard
    odd = on_the_wire(Clip((*funk.notes, Note(90, 1.0, 0.25, 80.0), Note(91, 2.0, 0.25, 80.0)), funk.length_beats))
    for clip, kind, given, number in (
        (chords, Vary, {"amount": 0.5}, under),
        (chords, Vary, {"amount": 0.5, "instrument": "drums"}, off_the_kit(chords)),
        (melody, Vary, {"amount": 0.5}, 0),
        (chords, Continue, {}, under),
        (melody, Continue, {}, 0),
        (odd, Continue, {}, 2),
        (odd, Humanise, {}, 2),
        (melody, Humanise, {}, off_the_kit(melody)),
        (chords, Drumify, {}, 0),
    ):
        (ref,) = stage.upload(clip)
        assert head_in(stage.ask(kind(**stage.head(), clip=ref, **given))).left_alone == number, (kind, given)


# --- one sentence each, and the bridge goes on --------------------------------------------------------------------


MELODY = {"instrument": "melody"}


@pytest.mark.parametrize(
    ("kind", "name", "given", "code", "sentence"),
    [
        (Generate, "", {**MELODY, "scale": "Klingon"}, "unknown_name",
         'There is no scale "Klingon" here. Choose one of Major, Minor, Dorian'),
        (Vary, "melody", {"low_pitch": 72, "high_pitch": 60}, "bad_value",
         "The range goes from pitch 72 to 60: pitches are whole numbers from 0 to 127, and the lower one comes first."),
        (Generate, "", {**MELODY, "low_pitch": 61, "high_pitch": 61, "root": 0, "scale": "Major"}, "bad_value",
         "The range from pitch 61 to 61 has no note of C Major: widen the range, or choose another scale."),
        (Continue, "melody", {"low_pitch": 70, "high_pitch": 70, **A_MINOR}, "bad_value",
         "The range from pitch 70 to 70 has no note of A Minor"),
        (Vary, "melody", {"instrument": "tuba"}, "bad_value",
         'The instrument "tuba" is not known: give drums or melody, or none.'),
        (Generate, "", {"instrument": "Drums"}, "bad_value", 'The instrument "Drums" is not known'),
        (Vary, "funk", {"model": "humanise"}, "unsupported",
         "The model humanise is of the kind humanise, and one of the kind drum_vae plays this: choose another model"),
        (Vary, "funk", {**MELODY, "model": "drum_vae"}, "unsupported",
         "The model drum_vae is of the kind drum_vae, and one of the kind melody_vae plays this"),
        (Continue, "funk", {"model": "drum_vae"}, "unsupported", "one of the kind drum_continuation plays this"),
        (Continue, "melody", {"model": "melody_vae"}, "unsupported", "one of the kind melody_continuation plays this"),
        (Humanise, "funk", {"model": "drumify"}, "unsupported", "one of the kind humanise plays this"),
        (Drumify, "bass", {"model": "humanise"}, "unsupported", "one of the kind drumify plays this"),
        (Drumify, "bass", {"model": "drumify", "castro": True}, "unsupported", "of the kind drum_continuation plays"),
        (Continue, "funk", {"model": "gpt"}, "unknown_name", 'There is no model "gpt". There are: '),
        (Continue, "silence", {}, "bad_value", "The primer has no drums to go on from: it is empty"),
        (Continue, "silence", MELODY, "bad_value", "The primer has no melody to go on from"),
        (Continue, "melody", {"instrument": "drums"}, "bad_value", "on a pad of the kit general_midi."),
        (Drumify, "silence", {}, "bad_value", "The clip has no notes to play drums to"),
        (Drumify, "silence", {"castro": True}, "bad_value", "The clip has no notes to play drums to"),
        (Continue, "long", {"with_primer": True, "length": 5}, "bad_value",
         "The primer of 60 bars and 5 bars after it are 65 bars: a clip has up to 64."),
        (Continue, "nine", {}, "unsupported", "The meter 9/4 has bars of 36 sixteenths"),
        (Humanise, "nine", {}, "unsupported", "The meter 9/4 has bars of 36 sixteenths"),
        (Drumify, "nine", {}, "unsupported", "The meter 9/4 has bars of 36 sixteenths"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(
    stage: Stage,
    lines: dict[str, Clip],
    funk: Clip,
    kind: type[SkillAsk],
    name: str,
    given: dict[str, Any],
    code: str,
    sentence: str,
) -> None:
    odd = {
        "silence": SILENCE,
        "long": Clip((Note(36, 0.0, 0.25, 100.0),), 240.0),
        "nine": Clip((Note(36, 0.0, 0.25, 100.0),), 9.0, Meter(9, 4)),
    }
    clip = {"clip": stage.upload({**lines, "funk": funk, **odd}[name])[0]} if name else {}
    found, said = refusal_in(stage.ask(kind(**stage.head(), **clip, **given)))
    assert (found, said[: len(sentence)] == sentence or sentence in said) == (code, True), said
    assert clips_in(stage.ask(Generate(**stage.head(), bars=1, variations=1)))


def test_drums_have_no_chords(stage: Stage, lines: dict[str, Clip], funk: Clip) -> None:
    primer, chords = stage.upload(funk, lines["chords"])
    ask = Continue(**stage.head(), clip=primer, chords=(chords,), instrument="drums")
    assert refusal_in(stage.ask(ask)) == (
        "bad_value",
        "Chords lead a melody, and drums are asked for: leave out the chords, or ask for a melody.",
    )


def test_a_model_that_is_missing_is_named_and_nothing_stands_in(presets: Presets, funk: Clip, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).resolve().parent.parent / "onnx_models" / "drum_vae.onnx", tmp_path)
    store = Store(tmp_path)
    store.load_all()
    stage = Stage(store, presets)
    (ref,) = stage.upload(funk)
    for ask, kind in (
        (Continue(**stage.head(), clip=ref), "drum_continuation"),
        (Continue(**stage.head(), clip=ref, instrument="melody"), "melody_continuation"),
        (Humanise(**stage.head(), clip=ref), "humanise"),
        (Drumify(**stage.head(), clip=ref), "drumify"),
        (Drumify(**stage.head(), clip=ref, castro=True), "drum_continuation"),
        (Vary(**stage.head(), clip=ref, instrument="melody"), "melody_vae"),
    ):
        assert refusal_in(stage.ask(ask)) == (
            "unknown_name",
            f"There is no model that plays this (a {kind}). There is: drum_vae.",
        )
    assert clips_in(stage.ask(Vary(**stage.head(), clip=ref, variations=1)))
