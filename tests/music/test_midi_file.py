"""Clips to MIDI files and back, files that other programs wrote, and files that are broken or hostile."""

from __future__ import annotations

import io
import os
import random
import struct
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BadFile, BadValue
from bridge.music.clip import MAX_BARS, MAX_NOTES, Clip, Note
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import DENOMINATORS, Meter
from bridge.music.midi_file import MAX_FILE_BYTES, TICKS_PER_BEAT, read_clip, read_music, write_clip

EXAMPLES = Path(__file__).parents[2] / "examples"
END = b"\x00\xff\x2f\x00"
WHOLE_BAR = b"\x8f\x00\xff\x2f\x00"  # the end of the track, 1,920 ticks later
HIT = b"\x00\x99\x24\x64\x60\x89\x24\x40"  # a kick of 96 ticks on channel 10


def file_of(track: bytes, ticks_per_beat: int = 480, tracks: int = 1, kind: int = 0, header_bytes: int = 6) -> bytes:
    header = b"MThd" + struct.pack(">Lhhh", header_bytes, kind, tracks, ticks_per_beat)
    return header + b"MTrk" + struct.pack(">L", len(track)) + track


def write(folder: Path, data: bytes, name: str = "clip.mid") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(BadFile) as caught:
        read_clip(path)
    sentence = str(caught.value)
    assert path.name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300
    return sentence


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of no content yet, for tests that write thousands."""
    return tmp_path_factory.mktemp("midi") / "clip.mid"


def through(scratch: Path, clip: Clip, bars: int | None = None) -> Clip:
    scratch.unlink(missing_ok=True)
    write_clip(scratch, clip)
    return read_clip(scratch, bars)


# --- there and back ---------------------------------------------------------------------------------------------------

meters = st.builds(Meter, st.integers(1, 16), st.sampled_from(DENOMINATORS))


@st.composite
def clips_on_ticks(draw: st.DrawFn) -> Clip:
    """Whole bars, notes on whole ticks and inside the loop, none over another one of its pitch."""
    meter = draw(meters)
    length_beats = draw(st.integers(1, 4)) * meter.bar_beats
    last_tick = int(length_beats * TICKS_PER_BEAT)
    notes = []
    for pitch in draw(st.lists(st.integers(0, 127), unique=True, max_size=6)):
        ticks = sorted(draw(st.sets(st.integers(0, last_tick), max_size=16)))
        for start_tick, end_tick in zip(ticks[::2], ticks[1::2], strict=False):  # the last may be single
            velocity = draw(st.integers(1, 127))
            beats = start_tick / TICKS_PER_BEAT, (end_tick - start_tick) / TICKS_PER_BEAT
            notes.append(Note(pitch, *beats, float(velocity)))
    return Clip(tuple(notes), length_beats, meter)


@given(clips_on_ticks())
def test_a_clip_on_the_tick_grid_comes_back_exactly(scratch: Path, clip: Clip) -> None:
    assert through(scratch, clip) == clip
    written = scratch.read_bytes()
    again = through(scratch, read_clip(scratch))
    assert again == clip
    assert scratch.read_bytes() == written


@st.composite
def any_clips(draw: st.DrawFn) -> Clip:
    """Overlaps, repeated pitches, ringing ends and fractions of ticks included."""
    meter = draw(meters)
    length_beats = draw(st.integers(1, 4)) * meter.bar_beats
    starts = st.floats(0.0, length_beats, exclude_max=True)
    note = st.builds(Note, st.integers(0, 3), starts, st.floats(1e-6, 8.0), st.floats(0.0, 127.0))
    return Clip(tuple(draw(st.lists(note, max_size=24))), length_beats, meter)


@given(any_clips())
def test_every_start_end_and_velocity_comes_back_to_a_tick(scratch: Path, clip: Clip) -> None:
    back = through(scratch, clip, clip.bars)
    tick_beats = 1 / TICKS_PER_BEAT
    assert (back.length_beats, back.meter) == (clip.length_beats, clip.meter)
    for pitch in range(4):
        ours = [note for note in clip.notes if note.pitch == pitch]
        theirs = [note for note in back.notes if note.pitch == pitch]
        assert [n.start_beats for n in theirs] == pytest.approx([n.start_beats for n in ours], abs=tick_beats)
        ends = sorted(n.start_beats + n.length_beats for n in theirs)
        # A note shorter than a tick gets one; one that rings on is cut a quarter of a bar behind the end.
        rings_beats = clip.length_beats + 0.25 * clip.meter.bar_beats
        ours_end = sorted(min(rings_beats, n.start_beats + n.length_beats) for n in ours)
        assert ends == pytest.approx(ours_end, abs=1.501 * tick_beats)
        assert sorted(n.velocity for n in theirs) == sorted(max(1, round(n.velocity)) for n in ours)


def test_a_hit_a_hair_before_the_end_stays_in_its_bar(scratch: Path) -> None:
    back = through(scratch, Clip((Note(36, 3.9999, 0.1, 100.0),), 4.0))
    assert (back.length_beats, back.notes[0].start_beats) == (4.0, 4.0 - 1 / TICKS_PER_BEAT)


@given(clips_on_ticks(), st.sampled_from([96, 480, 960, 32767]), st.floats(4.0, 1000.0), st.integers(0, 15))
def test_other_resolutions_tempos_and_channels(
    scratch: Path, clip: Clip, ticks_per_beat: int, tempo_bpm: float, channel: int
) -> None:
    scratch.unlink(missing_ok=True)
    write_clip(scratch, clip, tempo_bpm=tempo_bpm, ticks_per_beat=ticks_per_beat, channel=channel)
    music = read_music(scratch)
    assert music.ticks_per_beat == ticks_per_beat
    assert music.tempo_bpm == pytest.approx(tempo_bpm, rel=1e-4)
    assert music.channels == (channel,) * len(clip.notes)
    assert music.meter == clip.meter
    assert music.end_beats == pytest.approx(clip.length_beats, abs=1 / ticks_per_beat)
    if ticks_per_beat % TICKS_PER_BEAT == 0:
        assert music.notes == clip.notes


def test_every_meter_of_live_comes_back(scratch: Path) -> None:
    for denominator in DENOMINATORS:
        for numerator in range(1, 100):
            clip = Clip((), Meter(numerator, denominator).bar_beats, Meter(numerator, denominator))
            assert through(scratch, clip) == clip


def test_the_longest_and_fullest_clip_comes_back(scratch: Path) -> None:
    length_beats = MAX_BARS * 4.0
    notes = tuple(Note(i % 128, i * length_beats / MAX_NOTES, 0.25, 1.0 + i % 127) for i in range(MAX_NOTES))
    clip = Clip(notes, length_beats)
    back = through(scratch, clip)
    assert back.length_beats == length_beats
    assert len(back.notes) == MAX_NOTES
    assert scratch.stat().st_size < MAX_FILE_BYTES


def test_notes_of_one_pitch_that_overlap_all_come_back(scratch: Path) -> None:
    outer, inner = Note(36, 0.0, 2.0, 100.0), Note(36, 1.0, 0.5, 50.0)
    back = through(scratch, Clip((outer, inner), 4.0)).notes
    # MIDI does not say which of the two ends first; both starts, both ends and both velocities are there.
    assert [(note.start_beats, note.velocity) for note in back] == [(0.0, 100.0), (1.0, 50.0)]
    assert sorted(note.start_beats + note.length_beats for note in back) == [1.5, 2.0]


def test_two_notes_in_one_place_both_come_back(scratch: Path) -> None:
    notes = (Note(36, 1.0, 0.25, 40.0), Note(36, 1.0, 0.25, 110.0))
    assert through(scratch, Clip(notes, 4.0)).notes == notes


def test_a_note_that_begins_where_the_last_one_ends_is_not_cut_off(scratch: Path) -> None:
    notes = tuple(Note(42, i / 4, 0.25, 90.0) for i in range(16))
    assert through(scratch, Clip(notes, 4.0)).notes == notes
    kinds = [message.type for message in mido.MidiFile(scratch).tracks[0] if not message.is_meta]
    assert kinds == ["note_on", "note_off"] * 16


def test_an_early_hit_begins_at_0_and_what_the_loop_never_plays_is_left_out(scratch: Path) -> None:
    heard = (Note(36, -0.125, 0.2, 100.0), Note(37, -0.01, 0.005, 90.0), Note(38, 3.9, 0.05, 80.0))
    unheard = tuple(Note(40, start_beats, 0.25, 70.0) for start_beats in (-1.0, -0.126, 4.0, 9.0))
    back = through(scratch, Clip(heard + unheard, 4.0))
    assert back.length_beats == 4.0
    assert [(note.pitch, note.start_beats) for note in back.notes] == [(36, 0.0), (37, 0.0), (38, 3.9)]
    assert back.notes[0].length_beats == pytest.approx(0.075)
    assert back.notes[1].length_beats == 1 / TICKS_PER_BEAT


def test_velocities_are_rounded_and_never_0(scratch: Path) -> None:
    notes = tuple(Note(36, float(i), 0.25, velocity) for i, velocity in enumerate([0.0, 0.4, 63.6, 127.0]))
    assert [note.velocity for note in through(scratch, Clip(notes, 4.0)).notes] == [1.0, 1.0, 64.0, 127.0]


def test_a_clip_of_no_whole_bars_becomes_whole_bars(scratch: Path) -> None:
    assert through(scratch, Clip((Note(36, 0.0, 0.1, 100.0),), 4.4)).length_beats == 4.0
    assert through(scratch, Clip((Note(36, 4.2, 0.1, 100.0),), 4.4)).length_beats == 8.0
    assert read_music(scratch).end_beats == 4.4


# --- writing ----------------------------------------------------------------------------------------------------------

CLIP = Clip((Note(36, 0.0, 0.25, 100.0), Note(38, 1.0, 0.25, 90.0)), 4.0)


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, b"mine")
    with pytest.raises(BadFile, match=r"clip\.mid is there already and is left alone"):
        write_clip(path, CLIP)
    assert path.read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["clip.mid"]


def test_a_link_that_leads_nowhere_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "clip.mid"
    try:
        path.symlink_to(tmp_path / "elsewhere.mid")
    except OSError:
        pytest.skip("no symbolic links here")
    with pytest.raises(BadFile):
        write_clip(path, CLIP)
    assert os.listdir(tmp_path) == ["clip.mid"]


def test_nothing_but_the_file_is_left_in_the_folder(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mid", CLIP)
    assert os.listdir(tmp_path) == ["a.mid"]


def test_a_file_system_without_links_serves_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", no_links)
    write_clip(tmp_path / "a.mid", CLIP)
    assert read_clip(tmp_path / "a.mid") == CLIP
    with pytest.raises(BadFile, match="is there already and is left alone"):
        write_clip(tmp_path / "a.mid", Clip((), 4.0))
    assert read_clip(tmp_path / "a.mid") == CLIP
    assert os.listdir(tmp_path) == ["a.mid"]


def test_a_disk_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half_a_file(_: mido.MidiFile, filename: Path) -> None:
        filename.write_bytes(b"MThd")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mido.MidiFile, "save", half_a_file)
    with pytest.raises(BadFile, match=r"could not be written \(No space left on device\)"):
        write_clip(tmp_path / "a.mid", CLIP)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="could not be written"):
        write_clip(tmp_path / "nowhere" / "a.mid", CLIP)


@pytest.mark.parametrize("tempo_bpm", [0.0, -120.0, 3.9, 1000.1, float("nan"), float("inf")])
def test_a_tempo_that_no_file_holds(tmp_path: Path, tempo_bpm: float) -> None:
    with pytest.raises(BadValue, match=r"The tempo is .* BPM: MIDI files are written with 4 to 1,000"):
        write_clip(tmp_path / "a.mid", CLIP, tempo_bpm=tempo_bpm)
    assert os.listdir(tmp_path) == []


# --- files of other programs ------------------------------------------------------------------------------------------


def test_notes_of_all_tracks_and_channels_are_read(tmp_path: Path) -> None:
    first = b"\x00\xff\x51\x03\x07\xa1\x20" + b"\x00\xff\x58\x04\x03\x02\x18\x08" + END
    second = b"\x00\x90\x3c\x40\x83\x60\x3c\x00" + WHOLE_BAR  # running status, and an end by velocity 0
    third = HIT + END
    data = file_of(first, tracks=3, kind=1)
    data += b"".join(b"MTrk" + struct.pack(">L", len(track)) + track for track in (second, third))
    music = read_music(write(tmp_path, data))
    assert music.notes == (Note(36, 0.0, 0.2, 100.0), Note(60, 0.0, 1.0, 64.0))
    assert music.channels == (9, 0)
    assert (music.meter, music.tempo_bpm) == (Meter(3, 4), 120.0)


def test_a_file_that_names_no_meter_and_no_tempo(tmp_path: Path) -> None:
    path = write(tmp_path, file_of(HIT + END))
    music = read_music(path)
    assert (music.meter, music.tempo_bpm, music.end_beats) == (Meter(4, 4), 120.0, 0.2)
    assert read_clip(path).length_beats == 4.0
    assert read_clip(path, meter=Meter(7, 8)).length_beats == 3.5


def test_the_first_meter_and_tempo_count(tmp_path: Path) -> None:
    meters = b"\x00\xff\x58\x04\x07\x03\x18\x08" + b"\x00\xff\x58\x04\x04\x02\x18\x08"
    tempos = b"\x00\xff\x51\x03\x00\x00\x00" + b"\x00\xff\x51\x03\x09\x27\xc0" + b"\x00\xff\x51\x03\x07\xa1\x20"
    music = read_music(write(tmp_path, file_of(meters + tempos + END)))
    assert (music.meter, music.tempo_bpm) == (Meter(7, 8), 100.0)  # a tempo of 0 microseconds is none


def test_a_note_without_an_end_lasts_to_the_end_of_its_track(tmp_path: Path) -> None:
    path = write(tmp_path, file_of(b"\x00\x99\x24\x64" + WHOLE_BAR))
    assert read_clip(path) == Clip((Note(36, 0.0, 4.0, 100.0),), 4.0)


def test_an_end_without_a_note_is_nothing(tmp_path: Path) -> None:
    assert read_clip(write(tmp_path, file_of(b"\x00\x89\x24\x40\x00\x99\x26\x00" + END))) == Clip((), 4.0)


def test_a_note_of_no_length_gets_one_tick(tmp_path: Path) -> None:
    path = write(tmp_path, file_of(b"\x00\x99\x24\x64\x00\x89\x24\x40" + END))
    assert read_clip(path).notes == (Note(36, 0.0, 1 / 480, 100.0),)


def test_a_clip_has_the_bars_that_its_notes_begin_in_and_that_it_lasts(tmp_path: Path) -> None:
    def bars(last_start: int, end: int) -> int:
        """Ticks of the last hit, and of the end of the file."""
        track = mido.MidiTrack([
            mido.Message("note_on", note=36, velocity=100, time=last_start),
            mido.Message("note_off", note=36, time=10),
            mido.MetaMessage("end_of_track", time=end - last_start - 10),
        ])  # fmt: skip
        mido.MidiFile(type=0, ticks_per_beat=480, tracks=[track]).save(tmp_path / "bars.mid")
        return read_clip(tmp_path / "bars.mid").bars

    assert bars(0, 10) == 1
    assert bars(1900, 1920) == 1
    assert bars(1900, 2100) == 1  # it rings into the next bar
    assert bars(1900, 3840) == 2  # a silent second bar
    assert bars(1920, 1930) == 2  # a hit on the one
    assert bars(3839, 3849) == 2  # a hair before the one


def test_the_first_bars_alone(tmp_path: Path) -> None:
    clip = Clip(tuple(Note(36, float(i), 0.25, 100.0) for i in range(16)), 16.0)
    write_clip(tmp_path / "a.mid", clip)
    for bars in (1, 2, 3, 4):
        first = read_clip(tmp_path / "a.mid", bars)
        assert (first.bars, len(first.notes)) == (bars, 4 * bars)
    # Never more than there are: a short loop would become a long silence.
    assert read_clip(tmp_path / "a.mid", 6) == clip


def test_other_events_and_text_in_eight_bits_are_passed_over(tmp_path: Path) -> None:
    text = "ドラム".encode() * 80
    events = b"\x00\xff\x03" + bytes([0x80 | len(text) >> 7, len(text) & 0x7F]) + text
    events += b"\x00\xb9\x07\x64\x00\xc9\x00\x00\xe9\x00\x40\x00\xf0\x03\x7e\x7f\xf7\x00\xff\x7f\x02\xff\xff"
    assert read_clip(write(tmp_path, file_of(events + HIT + END))).notes == (Note(36, 0.0, 0.2, 100.0),)


# --- broken and hostile files -----------------------------------------------------------------------------------------


def varied() -> bytes:
    """A file with every kind of event that mido knows, to break."""
    track = mido.MidiTrack([
        mido.MetaMessage("track_name", name="drums"),
        mido.MetaMessage("sequence_number", number=1),
        mido.MetaMessage("set_tempo", tempo=500000),
        mido.MetaMessage("time_signature", numerator=7, denominator=8),
        mido.MetaMessage("key_signature", key="F#m"),
        mido.MetaMessage("smpte_offset", frame_rate=25),
        mido.MetaMessage("channel_prefix", channel=9),
        mido.MetaMessage("midi_port", port=1),
        mido.Message("program_change", channel=9, program=3),
        mido.Message("control_change", channel=9, control=7, value=100),
        mido.Message("pitchwheel", channel=9, pitch=-300),
        mido.Message("sysex", data=(1, 2, 3)),
    ])  # fmt: skip
    for i in range(20):
        track.append(mido.Message("note_on", channel=9, note=36 + i % 9, velocity=40 + i, time=90 * (i % 3)))
        track.append(mido.Message("note_off", channel=9, note=36 + i % 9, time=200))
    track.append(mido.MetaMessage("sequencer_specific", data=(0, 1, 255)))
    written = io.BytesIO()
    mido.MidiFile(type=0, tracks=[track]).save(file=written)
    return written.getvalue()


VARIED = varied()


def clip_or_sentence(path: Path) -> Clip | str:
    try:
        return read_clip(path)
    except BadFile as refused:
        sentence = str(refused)
    assert path.name in sentence
    return sentence


def test_the_file_to_break_is_whole(tmp_path: Path) -> None:
    assert len(read_clip(write(tmp_path, VARIED)).notes) == 20


@pytest.mark.parametrize("data", [VARIED, *(path.read_bytes() for path in sorted(EXAMPLES.glob("*.mid")))])
def test_a_file_that_is_cut_off_anywhere_is_refused(scratch: Path, data: bytes) -> None:
    for length in range(len(data)):
        scratch.write_bytes(data[:length])
        refusal(scratch)


def test_2000_mutated_files_are_clips_or_refused(scratch: Path) -> None:
    rng = random.Random(20)
    read = refused = 0
    for _ in range(2000):
        data = bytearray(VARIED)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(data))
            kind = rng.randrange(4)
            if kind == 0:
                data[at] = rng.randrange(256)
            elif kind == 1:
                data[at] ^= 1 << rng.randrange(8)
            elif kind == 2:
                del data[at : at + rng.randint(1, 4)]
            else:
                data[at:at] = rng.randbytes(rng.randint(1, 4))
        scratch.write_bytes(data)
        if isinstance(clip_or_sentence(scratch), Clip):
            read += 1
        else:
            refused += 1
    assert read > 100
    assert refused > 100


@given(st.binary(max_size=200))
def test_any_track_is_a_clip_or_refused(scratch: Path, track: bytes) -> None:
    scratch.write_bytes(file_of(track))
    clip_or_sentence(scratch)


META = b"\x00\xff"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "clip.mid is not a MIDI file"),
        (b"Dear drummer,\nplay something nice.\n", "clip.mid is not a MIDI file"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "clip.mid is not a MIDI file"),
        (b"MThd", "an event in it is cut short"),
        (file_of(END, ticks_per_beat=0), "has 0 ticks per beat"),
        (file_of(END, ticks_per_beat=-6136), "counts time in SMPTE frames: export it with ticks per beat"),
        (file_of(END, tracks=2), "an event in it is cut short"),
        (file_of(END, header_bytes=2**31 - 1), "is damaged"),
        (file_of(b"\x00\x24\x40" + END), "running status without last_status"),
        (file_of(b"\x00\xf9" + END), "undefined status byte 0xf9"),
        (file_of(b"\x00\x99\x24\xff" + END), "data byte must be in range 0..127"),
        (file_of(META + b"\x59\x02\x70\x00" + END), "Could not decode key"),  # mido's KeySignatureError
        (file_of(META + b"\x59\x00" + END), "an event in it is cut short"),
        (file_of(META + b"\x58\x01\x04" + END), "an event in it is cut short"),
        (file_of(META + b"\x54\x05\xe0\x00\x00\x00\x00" + END), "an event in it is cut short"),
        (file_of(META + b"\x58\x04\x04\xff\x18\x08" + END), "does not exist in Live"),
        (file_of(META + b"\x58\x04\x00\x02\x18\x08" + END), "The meter 0/4 does not exist in Live"),
        (file_of(META + b"\x58\x04\x04\x05\x18\x08" + END), "The meter 4/32 does not exist in Live"),
        (file_of(META + b"\x01\xff\xff\xff\x7f" + END), "exceeds maximum length"),
        (file_of(b"\xff\xff\xff\x7f\x99\x24\x64" + END, ticks_per_beat=1), "lasts longer than 8,192 beats"),
        (file_of(b"\xff" * 990 + b"\x7f\x99\x24\x64" + END), "lasts longer than 8,192 beats"),  # no float holds it
        (file_of(b"\xff" * 250_000), "a number in it has no end"),  # took mido 10 s
        (file_of(b"\xff\xff\x7f\xff\x2f\x00"), "a clip lasts from a sixteenth (0.25 beats) to 64 bars"),
        (file_of(HIT * 5000 + END), "The clip has 5,000 notes: a clip may have up to 4,096"),
        (file_of(END) + bytes(4 * 1024 * 1024), "is larger than 256 KB, the most that is read"),
    ],
)
def test_each_broken_file_has_its_sentence(tmp_path: Path, data: bytes, reason: str) -> None:
    assert reason in refusal(write(tmp_path, data))


def test_as_many_events_as_256_kb_hold(tmp_path: Path) -> None:
    """Starts and ends by running status, all of one pitch; ends found from the back would be quadratic."""
    count = (MAX_FILE_BYTES - 100) // 6
    events = b"\x00\x99\x24\x64" + b"\x00\x24\x64" * (count - 1) + b"\x00\x24\x00" * count
    assert f"has {count:,} notes" in refusal(write(tmp_path, file_of(events + END)))


def test_a_file_may_have_256_kb_and_no_byte_more(tmp_path: Path) -> None:
    whole = file_of(HIT + END)
    assert read_clip(write(tmp_path, whole + bytes(MAX_FILE_BYTES - len(whole)))).notes
    assert "larger than 256 KB" in refusal(write(tmp_path, whole + bytes(MAX_FILE_BYTES - len(whole) + 1)))
    assert read_music(tmp_path / "clip.mid", max_bytes=MAX_FILE_BYTES + 1).notes


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.mid").startswith("There is no file ")
    (tmp_path / "folder.mid").mkdir()
    assert "folder.mid cannot be read" in refusal(tmp_path / "folder.mid")
    with pytest.raises(BadFile):
        read_clip(tmp_path / "a\0b.mid")


@pytest.mark.parametrize("bars", [0, -1])
def test_a_number_of_bars_that_no_clip_has(tmp_path: Path, bars: int) -> None:
    with pytest.raises(BadFile, match=r"clip\.mid: The clip is .* long: a clip lasts"):
        read_clip(write(tmp_path, file_of(HIT + END)), bars)


# --- the shipped examples ---------------------------------------------------------------------------------------------


def test_four_examples_are_shipped_and_named_in_their_page() -> None:
    names = [path.name for path in sorted(EXAMPLES.glob("*.mid"))]
    assert len(names) == 4
    page = (EXAMPLES / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in page for name in names)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.mid")), ids=lambda path: path.stem)
def test_an_example_is_a_drummer(path: Path, scratch: Path) -> None:
    clip = read_clip(path)
    assert path.stat().st_size < 1024
    assert (clip.length_beats, clip.meter) == (8.0, Meter(4, 4))
    assert all(GENERAL_MIDI.class_of(note.pitch) is not None for note in clip.notes)
    assert len({note.velocity for note in clip.notes}) >= 20
    offsets = {round(note.start_beats * 480) % 120 for note in clip.notes}
    assert len(offsets) >= 6  # played, and not on the grid alone
    cells = [(round(note.start_beats * 4), GENERAL_MIDI.class_of(note.pitch)) for note in clip.notes]
    assert len(set(cells)) == len(cells)  # and nothing is lost on it
    assert through(scratch, clip) == clip


def test_no_two_examples_are_alike() -> None:
    cells = [
        {(round(note.start_beats * 4), GENERAL_MIDI.class_of(note.pitch)) for note in read_clip(path).notes}
        for path in sorted(EXAMPLES.glob("*.mid"))
    ]
    for i, one in enumerate(cells):
        for other in cells[:i]:
            assert len(one & other) < 0.5 * len(one | other)
