"""Clips as text: what is written is what is read, what is wrong is refused, and the judging clips are what they say."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from bridge.errors import BadFile
from bridge.models.grid import window
from bridge.music.clip import MAX_NOTES, Clip
from bridge.music.kit import GENERAL_MIDI
from training.data.patterns import (
    PADS,
    PATTERN_SPLITS,
    Pattern,
    Swing,
    name_of_pitch,
    patterns_in,
    pitch_of_name,
    read_patterns,
)  # fmt: skip
from training.figures.likeness import f1, looped, notes_of, onsets_of, rolled, strokes_of, tripled

STYLE = "style: House, 100-150 bpm\n\n"


def read(*rows: str, head: str = "drums made: tuning, 120 bpm, 1 bar") -> Pattern:
    (pattern,) = patterns_in("\n".join([STYLE, head, *rows]), "made.txt")
    return pattern


def starts(clip: Clip, pad: str) -> list[float]:
    return [note.start_beats for note in clip.notes if note.pitch == PADS[pad]]


# --- drums ----------------------------------------------------------------------------------------------------------


def test_a_row_is_a_pads_hits_by_strength() -> None:
    clip = read("kick x... X... m... g...", "clap .... x... .... ....").clip
    assert [(n.pitch, n.start_beats, n.length_beats, n.velocity) for n in clip.notes] == [
        (36, 0.0, 0.25, 100.0), (36, 1.0, 0.25, 120.0), (39, 1.0, 0.25, 100.0), (36, 2.0, 0.25, 80.0),
        (36, 3.0, 0.25, 45.0),
    ]  # fmt: skip
    assert (clip.length_beats, clip.bars) == (4.0, 1)


def test_rows_of_fewer_bars_are_repeated_and_a_bar_can_come_again() -> None:
    head = "drums made: tuning, 120 bpm, 4 bars"
    clip = read("kick x... .... .... .... | % | % | .... .... .... x...", "hat ..x. .... .... ....", head=head).clip
    assert starts(clip, "kick") == [0.0, 4.0, 8.0, 15.0]
    assert starts(clip, "hat") == [0.5, 4.5, 8.5, 12.5]


def test_rolls_and_groups_are_even() -> None:
    pattern = read("hat 2.3. [xxx] <xxx>.. [xx]")
    twelfths = [0, 1.5, 6, 7, 8, 12, 16, 20, 24, 26, 28, 36, 42]
    assert starts(pattern.clip, "hat") == pytest.approx([twelfth / 12 for twelfth in twelfths])
    assert pattern.marks == {"roll", "triplet"}
    assert starts(read("hat {xxx} {x...}").clip, "hat") == pytest.approx([0.0, 2 / 3, 4 / 3, 2.0])
    lengths = [note.length_beats for note in read("hat 2x.. .... .... ....").clip.notes]
    assert lengths == pytest.approx([0.125, 0.125, 0.25])  # no stroke sounds into the next


def test_a_flam_is_a_ghost_note_before_the_hit() -> None:
    pattern = read("snare .... f... .... ....")
    before, hit = pattern.clip.notes
    assert (before.velocity, hit.start_beats, hit.velocity) == (45.0, 1.0, 100.0)
    assert (hit.start_beats - before.start_beats) * 60 / 120 == pytest.approx(0.020)
    assert pattern.marks == {"flam"}


def test_swing_moves_what_is_between_and_no_groups() -> None:
    sixteenths = read("hat xxxx [xxx] .... ....", head="drums made: tuning, 120 bpm, 1 bar, swing 16 .4")
    assert starts(sixteenths.clip, "hat") == pytest.approx([0.0, 0.35, 0.5, 0.85, 1.0, 4 / 3, 5 / 3])
    eighths = read("hat x.x. xxxx .... ....", head="drums made: tuning, 120 bpm, 1 bar, swing 8 .4")
    assert starts(eighths.clip, "hat") == pytest.approx([0.0, 0.6, 1.0, 1.3, 1.6, 1.8])
    assert Swing(8, 2 / 3).moved(2.0) == pytest.approx(8 / 3)  # the swing of triplets


def test_a_row_can_be_late() -> None:
    clip = read("snare .... x... .... .... @15", "kick x... .... .... ....").clip
    assert starts(clip, "snare") == pytest.approx([1.03])
    assert starts(clip, "kick") == [0.0]


def test_other_meters_have_other_bars() -> None:
    clip = read("kick x..... x.....", head="drums made: tuning, 120 bpm, 6/8").clip
    assert starts(clip, "kick") == [0.0, 1.5, 3.0, 4.5]
    assert (clip.length_beats, clip.bars) == (6.0, 2)


# --- lines ----------------------------------------------------------------------------------------------------------

LINE = "line made: tuning, 120 bpm, bass, A Minor, 1 bar"


def test_a_line_is_notes_with_lengths() -> None:
    pattern = read("A0:3 . C1!:2 C1? . G0:8", head=f"{LINE}, G0-C1")
    assert [(n.pitch, n.start_beats, n.length_beats, n.velocity) for n in pattern.clip.notes] == [
        (33, 0.0, 0.75, 100.0), (36, 1.0, 0.5, 120.0), (36, 1.5, 0.25, 60.0), (31, 2.0, 2.0, 100.0),
    ]  # fmt: skip
    assert (str(pattern.key), pattern.part) == ("A Minor", "bass")


def test_a_tie_goes_over_the_bar_line_and_a_gate_shortens() -> None:
    head = "line made: tuning, 120 bpm, lead, C Major, E3-G3, gate .5"
    clip = read(".:12 E3:4 | ~:4 G3:12", head=head).clip
    assert [(n.start_beats, n.length_beats) for n in clip.notes] == [(3.0, 1.0), (5.0, 1.5)]


def test_chords_and_groups_of_notes() -> None:
    head = "line made: tuning, 120 bpm, stab, C Minor, Bb2-G3, 1 bar"
    pattern = read("C3+Eb3+G3:4 [C3 Eb3:2] <Bb2 C3 Bb2 C3> .:2 .:4", head=head)
    assert [n.pitch for n in pattern.clip.notes[:3]] == [60, 63, 67]
    times = [0.0, 0.0, 0.0, 1.0, 4 / 3, 2.0, 2.125, 2.25, 2.375]
    assert [n.start_beats for n in pattern.clip.notes] == pytest.approx(times)
    assert pattern.marks == {"triplet", "roll"}


def test_notes_have_lives_names() -> None:
    assert [pitch_of_name(name) for name in ("C3", "C-2", "Eb1", "F#2", "G8", "Cb3")] == [60, 0, 39, 54, 127, 59]
    assert [pitch_of_name(name_of_pitch(pitch)) for pitch in range(128)] == list(range(128))


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("drums a: tuning, 120 bpm\n kick x...", "does not begin with its style"),
        (STYLE + "kick x...", "begins with `drums NAME"),
        (STYLE + "drums a: tuning\n kick x... .... .... ....", "made.txt:3: a does not say its tempo_bpm."),
        (STYLE + "drums a: tuning, 90 bpm\n kick x... .... .... ....", "90 bpm: House goes from 100 to 150"),
        (STYLE + "drums a: tuning, tuning, 120 bpm\n kick x... .... .... ....", "second split"),
        (STYLE + "drums a: tuning, 120 bpm, loud\n kick x... .... .... ....", "'loud' says nothing"),
        (STYLE + "drums a: tuning, fast bpm\n kick x...", "has no number where one belongs"),
        (STYLE + "drums a: tuning, 120 bpm\n kik x... .... .... ....", "made.txt:4: 'kik' is no pad"),
        (STYLE + "drums a: tuning, 120 bpm\n kick x... .... ....", "a bar has 12 sixteenths, and 16 belong in it"),
        (STYLE + "drums a: tuning, 120 bpm\n kick x... .... .... ...?", "'?' is no mark"),
        (STYLE + "drums a: tuning, 120 bpm\n kick [xxx .... .... ....", "not closed by ]"),
        (STYLE + "drums a: tuning, 120 bpm\n kick [] x... x... x...", "a group with nothing in it"),
        (STYLE + "drums a: tuning, 120 bpm\n kick % | x... .... .... ....", "there is none"),
        (STYLE + "drums a: tuning, 120 bpm\n kick x... .... .... .... |", "a bar with nothing in it"),
        (STYLE + "drums a: tuning, 120 bpm, 4 bars\n kick x... .... .... .... | % | %", "3 bars do not fill 4"),
        (STYLE + "drums a: tuning, 120 bpm\n kick f... .... .... ....", "outside of the clip"),
        (STYLE + "drums a: tuning, 120 bpm\n kick .... .... .... ....", "a has no notes"),
        (STYLE + "drums a: tuning, 120 bpm\n kick x... .... .... ....\n kick x... .... .... ....", "struck twice"),
        (STYLE + "line a: tuning, 120 bpm, bass, A Minor, A0-A0\n A0:15", "a bar has 15 sixteenths"),
        (STYLE + "line a: tuning, 120 bpm, bass, A Minor, A0-B0\n A0:16", "goes from A0 to A0"),
        (STYLE + "line a: tuning, 120 bpm, bass, A Minor, A#0-A#0\n A#0:16", "A#0, which is not in A Minor"),
        (STYLE + "line a: tuning, 120 bpm, bass, A Minor, A0-A0\n ~:4 A0:12", "no note right before it"),
        (STYLE + "line a: tuning, 120 bpm, bass, A Minor, A0-A0\n H0:16", "H0 is no note"),
        (STYLE + "line a: tuning, 120 bpm, bass, A Minor, A0-A0\n A0:x .:15", "has no length"),
        (STYLE + "line a: tuning, 120 bpm, bass, A Minor, A0-A0, gate 2\n A0:16", "'gate 2' says nothing"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(BadFile) as refusal:
        patterns_in(text, "made.txt")
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith("made.txt")


def test_folders_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="has no patterns"):
        read_patterns(tmp_path)
    with pytest.raises(BadFile, match="There is no split 'test'"):
        read_patterns(split="test")
    for name in "ab":
        text = STYLE + "drums twice: tuning, 120 bpm\n kick x... .... .... ....\n"
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=r"b\.txt:3: 'twice' is a name already, in a\.txt:3"):
        read_patterns(tmp_path)


# --- the judging clips ----------------------------------------------------------------------------------------------

PATTERNS = read_patterns()
EACH = pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
NO_STYLES = {"Layers", "Other meters"}
REGISTERS = {"bass": (23, 48), "acid": (33, 60), "arp": (38, 84), "hook": (52, 86), "lead": (55, 84), "stab": (55, 80)}


def test_there_are_enough_of_them() -> None:
    assert sum(pattern.is_drums for pattern in PATTERNS) >= 40
    assert sum(not pattern.is_drums for pattern in PATTERNS) >= 40
    styles = {pattern.style for pattern in PATTERNS} - NO_STYLES
    assert len(styles) >= 16
    for split in PATTERN_SPLITS:
        assert read_patterns(split=split) == [pattern for pattern in PATTERNS if pattern.split == split]
        for kind in ("drums", "line"):
            assert {p.style for p in PATTERNS if (p.split, p.kind) == (split, kind)} >= styles


@pytest.mark.parametrize("split", PATTERN_SPLITS)
def test_both_halves_have_all_that_is_hard(split: str) -> None:
    drums = [pattern for pattern in PATTERNS if pattern.split == split and pattern.is_drums]
    lines = [pattern for pattern in PATTERNS if pattern.split == split and not pattern.is_drums]
    assert {mark for pattern in drums for mark in pattern.marks} == {"roll", "flam", "triplet"}
    assert {mark for pattern in lines for mark in pattern.marks} == {"roll", "triplet"}
    assert sum(pattern.swing is not None for pattern in drums) >= 5
    assert sum(pattern.part == "layer" for pattern in drums) >= 4
    assert sum(4 <= len(pattern.clip.notes) <= 8 and pattern.part == "beat" for pattern in drums) >= 2
    assert {str(pattern.clip.meter) for pattern in drums} == {"4/4", "3/4", "6/8", "7/8"}
    assert {pattern.clip.bars for pattern in drums} == {1, 2, 4}
    unheard = [p for p in drums if any(GENERAL_MIDI.class_of(note.pitch) is None for note in p.clip.notes)]
    assert len(unheard) >= 5
    voices = [{note.pitch for note in pattern.clip.notes} & {37, 38, 39} for pattern in drums]
    assert sum(len(pads) > 1 for pads in voices) >= 5
    flat = [pattern for pattern in drums if len({note.velocity for note in pattern.clip.notes}) == 1]
    assert 0.4 < len(flat) / len(drums) < 0.8
    assert {pattern.part for pattern in lines} == {"bass", "acid", "arp", "hook", "lead", "stab"}
    assert any(len(strokes_of(pattern.clip)) > len(notes_of(pattern.clip)) for pattern in lines)  # chords


@EACH
def test_each_is_a_clip_that_can_be_asked_about(pattern: Pattern) -> None:
    clip = pattern.clip
    assert 2 <= len(clip.notes) <= MAX_NOTES
    assert window(clip.meter).bar_steps == round(clip.meter.bar_beats * 4)
    assert clip.length_beats == clip.bars * clip.meter.bar_beats
    for note in clip.notes:
        assert 0.0 <= note.start_beats < clip.length_beats
        assert note.start_beats + note.length_beats <= clip.length_beats + 1e-9
        assert note.velocity in {45.0, 60.0, 80.0, 100.0, 120.0}
    assert 60.0 <= pattern.tempo_bpm <= 180.0
    assert max(Counter((note.pitch, note.start_beats) for note in clip.notes).values()) == 1


@EACH
def test_each_is_in_its_key_and_register(pattern: Pattern) -> None:
    if pattern.is_drums:
        assert pattern.key is None
        assert {note.pitch for note in pattern.clip.notes} <= set(PADS.values())
        return
    low, high = REGISTERS[pattern.part]
    assert low <= min(note.pitch for note in pattern.clip.notes)
    assert max(note.pitch for note in pattern.clip.notes) <= high
    assert pattern.key is not None
    assert all(pattern.key.contains(note.pitch) for note in pattern.clip.notes)
    assert len(onsets_of(pattern.clip)) >= 3


@EACH
def test_what_is_finer_than_a_sixteenth_is_where_it_says(pattern: Pattern) -> None:
    """By the figures' own measure, which is held against the text here."""
    twice = looped(pattern.clip, 2 * pattern.clip.length_beats)
    notes = twice.notes
    if not pattern.is_drums:
        notes = tuple(type(note)(0, note.start_beats, note.length_beats, note.velocity) for note in notes)
    chords = len(strokes_of(pattern.clip)) > len(notes_of(pattern.clip)) and not pattern.is_drums
    assert chords or (rolled(notes) > 0) == bool(pattern.marks & {"roll", "flam"})
    if pattern.swing is None:
        assert (tripled(notes) > 0) == ("triplet" in pattern.marks)


def test_no_two_are_the_same() -> None:
    for one, other in combinations(PATTERNS, 2):
        if one.kind == other.kind and one.clip.meter == other.clip.meter:
            beats = max(one.clip.length_beats, other.clip.length_beats)
            alike = f1(strokes_of(looped(one.clip, beats)), strokes_of(looped(other.clip, beats)))
            assert alike < 0.9, f"{one.name} and {other.name}"
