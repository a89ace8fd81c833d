"""Melodies read from files that are written here, and a few of the shared data sets where they are."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import mido
import pytest

from bridge.errors import BadFile
from bridge.music.clip import Note
from bridge.music.meter import Meter
from training.data.bars import Bar, bars_of_meters, meter_of_lengths, stretches
from training.data.harmony import Harmony, harmony_of_notes
from training.data.midi_tracks import read_piece
from training.data.musicxml import read_score
from training.data.tune_groups import alike, group_title, groups
from training.data.tunes import Tune, is_melody, off_grid, read_tunes, top_line, tunes_of_split

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
CEOL_RINCE = SHARED / "ceol_rince" / "ceol-rince-midi-train.tar.xz"
OPENEWLD = SHARED / "openewld" / "openewld-train.tar.xz"
LIEDER = SHARED / "openscore_lieder" / "openscore-lieder-mxl.tar.xz"
FREEDOOM = SHARED / "freedoom_midi" / "freedoom-midi.tar.xz"


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not path.exists(), reason=f"needs {path.parent.name} beside the repository")


SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
JIG = (67, 71, 74, 72, 69, 66, 64, 67, 71, 74, 79, 78)

Played = tuple[int, float, float]  # pitch, start and length in beats


def eighths(pitches: Sequence[int], start_beats: float = 0.0) -> list[Played]:
    return [(pitch, start_beats + 0.5 * i, 0.5) for i, pitch in enumerate(pitches)]


def written(notes: Sequence[Note]) -> list[tuple[int, float, float]]:
    return [(note.pitch, round(note.start_beats, 4), round(note.length_beats, 4)) for note in notes]


# MIDI files


def midi_track(
    notes: Sequence[Played],
    name: str = "",
    channel: int = 0,
    meters: Sequence[tuple[float, int, int]] = (),
    texts: Sequence[str] = (),
    velocities: Sequence[int] = (),
) -> mido.MidiTrack:
    """480 ticks a beat; `meters` are (beat, numerator, denominator)."""
    events: list[tuple[int, int, mido.Message | mido.MetaMessage]] = [
        (0, 0, mido.MetaMessage("text", text=text)) for text in texts
    ]
    if name:
        events.append((0, 0, mido.MetaMessage("track_name", name=name)))
    for beat, numerator, denominator in meters:
        meta = mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)
        events.append((round(beat * 480), 0, meta))
    for i, (pitch, start_beats, length_beats) in enumerate(notes):
        velocity = velocities[i] if velocities else 90
        on, off = round(start_beats * 480), round((start_beats + length_beats) * 480)
        events.append((on, 2, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)))
        events.append((off, 1, mido.Message("note_off", channel=channel, note=pitch)))
    track = mido.MidiTrack()
    tick = 0
    for event_tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=event_tick - tick))
        tick = event_tick
    return track


def midi(*tracks: mido.MidiTrack) -> bytes:
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    file.tracks.extend(tracks)
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


def folder(tmp_path: Path, files: dict[str, bytes]) -> Path:
    data = tmp_path / "data"
    for name, content in files.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)
    data.mkdir(exist_ok=True)
    return data


def tunes_of(tmp_path: Path, files: dict[str, bytes]) -> tuple[list[Tune], list[str]]:
    return read_tunes([folder(tmp_path, files)], "all")


def test_a_midi_melody_is_read_as_it_is(tmp_path: Path) -> None:
    played = eighths(SCALE * 2)
    (tune,), skipped = tunes_of(tmp_path, {"My Tune.mid": midi(midi_track(played, velocities=range(60, 76)))})
    assert not skipped
    assert (tune.name, tune.group, tune.source, tune.meter) == ("My Tune", "mytune", "data", Meter(4, 4))
    assert written(tune.notes) == played
    assert [note.velocity for note in tune.notes] == list(range(60, 76))
    assert (tune.length_beats, tune.bars, tune.harmony) == (8.0, 2, None)
    assert off_grid(tune) == 0.0


def test_a_midi_file_is_cut_where_its_meter_changes(tmp_path: Path) -> None:
    """Two bars of 4/4, two of 6/8 after a beat, which becomes their upbeat, and one of 3/4, which is too short."""
    played = eighths((*SCALE, *SCALE, 60, 62), 0.0) + eighths(JIG, 9.0) + eighths(SCALE[:6], 15.0)
    meters = [(0.0, 4, 4), (9.0, 6, 8), (15.0, 3, 4)]
    tunes, _ = tunes_of(tmp_path, {"two.mid": midi(midi_track(played, meters=meters))})
    assert [(tune.name, str(tune.meter), tune.bars) for tune in tunes] == [
        ("two, part 1", "4/4", 2),
        ("two, part 2", "6/8", 2),
    ]
    assert written(tunes[1].notes) == eighths((60, 62, *JIG), -1.0)
    assert len({tune.group for tune in tunes}) == 1


def test_tracks_are_melodies_or_accompany(tmp_path: Path) -> None:
    chord = [(pitch, beat, 4.0) for beat in (0.0, 4.0) for pitch in ((48, 52, 55) if beat == 0.0 else (47, 50, 55))]
    beat = [(36, float(i), 0.5) for i in range(8)]
    drone = [(36, float(i), 1.0) for i in range(8)]
    data = midi(
        midi_track(eighths(SCALE * 2), "Flute"),
        midi_track(chord, "Piano", channel=1),
        midi_track(beat, "Kit", channel=9),
        midi_track(drone, "Drone", channel=2),
    )
    tunes, skipped = tunes_of(tmp_path, {"song.mid": data})
    assert [tune.name for tune in tunes] == ["song, Flute"]
    assert skipped == [
        "song.mid: Piano plays chords and is no melody.",
        "song.mid: Drone has fewer than 3 pitches and is no melody.",
    ]
    assert tunes[0].harmony == (
        Harmony(0.0, 4.0, frozenset({0, 4, 7}), 0),
        Harmony(4.0, 8.0, frozenset({0, 11, 2, 7}), 0),
    )


def test_silent_bars_before_a_melody_are_left_out_and_its_upbeat_is_kept(tmp_path: Path) -> None:
    played = [(67, 11.5, 0.5), *eighths(SCALE * 2, 12.0)]
    (tune,), _ = tunes_of(tmp_path, {"late.mid": midi(midi_track(played))})
    assert written(tune.notes) == [(67, -0.5, 0.5), *eighths(SCALE * 2)]
    assert tune.bars == 2


def a_tick_late(played: Sequence[Played]) -> list[Played]:
    return [(pitch, start + 1 / 480, length - 1 / 480) for pitch, start, length in played]


@pytest.mark.parametrize("upbeat_beats", [0.0, 0.5, 1.5])
def test_bar_lines_of_abc2midi_stand_where_its_accents_are(tmp_path: Path, upbeat_beats: float) -> None:
    """As Ceol Rince: an upbeat at tick 0, every note a tick late, 105 on the first beat after each bar line."""
    starts = [0.5 * i for i in range(round(upbeat_beats * 2) + 24)]
    accents = [105 if i == 0 or (start - upbeat_beats) % 3.0 == 0.0 else 80 for i, start in enumerate(starts)]
    played = a_tick_late([(JIG[i % 12], start, 0.5) for i, start in enumerate(starts)])
    track = midi_track(played, "A Jig", meters=[(0.0, 6, 8)], texts=["note track"], velocities=accents)
    (tune,), _ = tunes_of(tmp_path, {"AJig.mid": midi(track)})
    assert tune.notes[0].start_beats == -upbeat_beats
    assert {note.length_beats for note in tune.notes} == {0.5}
    assert (tune.bars, str(tune.meter)) == (4, "6/8")


def test_a_jump_of_the_bar_line_cuts_a_tune_of_abc2midi(tmp_path: Path) -> None:
    """Two bars of 2/4, an upbeat that no shorter bar makes up for, two bars."""
    starts = [0.5 * i for i in range(17)]
    accents = [105 if start in (0.0, 2.0, 4.0, 4.5, 6.5) else 80 for start in starts]
    played = a_tick_late([(SCALE[i % 8], start, 0.5) for i, start in enumerate(starts)])
    track = midi_track(played, meters=[(0.0, 2, 4)], texts=["note track"], velocities=accents)
    tunes, _ = tunes_of(tmp_path, {"Polka.mid": midi(track)})
    assert [(tune.name, tune.bars, tune.notes[0].start_beats) for tune in tunes] == [
        ("Polka, part 1", 2, 0.0),
        ("Polka, part 2", 2, -0.5),
    ]


def test_chords_under_a_tune_of_abc2midi_are_no_second_tune(tmp_path: Path) -> None:
    accents = [105 if i % 8 == 0 else 80 for i in range(16)]
    melody = midi_track(a_tick_late(eighths(SCALE * 2)), texts=["note track"], velocities=accents)
    low = a_tick_late([(48 + i % 4, float(i), 1.0) for i in range(8)])
    bass = midi_track(low, channel=1, texts=["gchord track"])
    (tune,), skipped = tunes_of(tmp_path, {"Reel.mid": midi(melody, bass)})
    assert not skipped
    assert tune.harmony is not None
    assert [harmony.bass for harmony in tune.harmony] == [0, 1, 2, 3, 0, 1, 2, 3]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"RIFF" + bytes(100), "is not a MIDI file"),
        (b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0MTrk\x00\x00\xff\xff\x00\x90", "is damaged"),
        (b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0MTrk" + b"\xff" * 2000, "is damaged"),
        (b"MThd\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00", "has 0 ticks per beat"),
        (b"MThd" + bytes(3 << 20), "larger than 2,048 KB"),
        (midi(midi_track([(36, 0.0, 1.0)], channel=9)), "no notes but drums"),
        (midi(midi_track(eighths(SCALE[:4]))), "no melody of 2 bars"),
    ],
    ids=["no midi", "cut short", "endless number", "no time", "large", "drums", "short"],
)
def test_bad_midi_files_are_named_and_skipped(tmp_path: Path, data: bytes, why: str) -> None:
    tunes, skipped = tunes_of(tmp_path, {"bad.mid": data, "good.mid": midi(midi_track(eighths(SCALE * 2)))})
    assert [tune.name for tune in tunes] == ["good"]
    assert len(skipped) == 1
    assert skipped[0].startswith("bad.mid")
    assert why in skipped[0]


def test_a_track_in_a_mixed_meter_that_live_has_not_is_refused_by_name() -> None:
    with pytest.raises(BadFile, match=r"x\.mid: The meter 3/32"):
        read_piece("x.mid", midi(midi_track(eighths(SCALE), meters=[(0.0, 3, 32)])))


def test_what_a_melody_is() -> None:
    line = [Note(60 + i % 5, float(i), 1.0, 80.0) for i in range(40)]
    assert is_melody(line)
    assert is_melody([Note(note.pitch, note.start_beats, 1.2, 80.0) for note in line]), "legato"
    assert not is_melody([Note(note.pitch, note.start_beats, 1.5, 80.0) for note in line]), "two voices"
    chords = sorted([*line, *(note.moved(0.02) for note in line[:3])], key=lambda note: note.start_beats)
    assert not is_melody(chords)


def test_the_top_line_has_one_note_at_a_time() -> None:
    notes = [
        Note(60, 0.0, 1.0, 80.0),
        Note(67, 0.01, 1.0, 81.0),  # the top of a chord that is a little broken
        Note(72, 1.0, 2.0, 80.0),
        Note(64, 1.5, 0.5, 80.0),  # under it
        Note(74, 2.0, 1.2, 80.0),  # cuts it
        Note(62, 3.0, 1.0, 80.0),  # cuts the legato
    ]
    line = top_line(notes)
    assert written(line) == [(67, 0.0, 1.0), (72, 1.0, 1.0), (74, 2.0, 1.0), (62, 3.0, 1.0)]
    assert line[0].velocity == 81.0


def test_triplets_are_off_the_grid(tmp_path: Path) -> None:
    triplets = [(60 + i % 5, i / 3, 1 / 3) for i in range(24)]
    (tune,), _ = tunes_of(tmp_path, {"t.mid": midi(midi_track(triplets))})
    assert off_grid(tune) == pytest.approx(2 / 3)


# MusicXML


def score(*parts: str, title: str = "A Song", names: Sequence[str] = ("Voice", "Piano"), head: str = "") -> bytes:
    listed = "".join(
        f'<score-part id="P{i}"><part-name>{names[i % len(names)]}</part-name></score-part>' for i in range(len(parts))
    )
    body = "".join(f'<part id="P{i}">{part}</part>' for i, part in enumerate(parts))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<score-partwise version="4.0">'
        f"<work><work-title>{title}</work-title></work>"
        '<identification><creator type="composer">A. Composer</creator></identification>'
        f"<part-list>{listed}</part-list>{body}</score-partwise>"
    ).encode()


def attributes(beats: str = "4", beat_type: str = "4", divisions: int = 4, more: str = "") -> str:
    time = f"<time><beats>{beats}</beats><beat-type>{beat_type}</beat-type></time>" if beats else ""
    return f"<attributes><divisions>{divisions}</divisions>{time}{more}</attributes>"


def measure(*elements: str, more: str = "") -> str:
    return f"<measure {more}>{''.join(elements)}</measure>"


def note(pitch: str, duration: int, more: str = "", before: str = "") -> str:
    """`pitch` is a step, an octave, and # or b: "C5", "F4#". `before` stands at the beginning, where <chord/> does."""
    alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(pitch[2:], "")
    sounding = f"<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[1]}</octave></pitch>"
    return f"<note>{before}{sounding}<duration>{duration}</duration>{more}</note>"


def rest(duration: int) -> str:
    return f"<note><rest/><duration>{duration}</duration></note>"


def symbol(root: str, kind: str, more: str = "") -> str:
    return f"<harmony><root><root-step>{root}</root-step></root><kind>{kind}</kind>{more}</harmony>"


SUNG = "<lyric><text>la</text></lyric>"
BAR = "".join(note(pitch, 4) for pitch in ("C5", "D5", "E5", "G5"))


def one(*measures: str, first: str = "") -> bytes:
    """A score of one part, in 4/4 and 4 divisions unless `first` says else."""
    part = "".join(measures)
    return score(part.replace("<measure >", f"<measure >{first or attributes()}", 1))


def tune_of(tmp_path: Path, data: bytes) -> Tune:
    (tune,), skipped = tunes_of(tmp_path, {"song.musicxml": data})
    assert not skipped
    return tune


def test_a_score_is_read_as_it_is(tmp_path: Path) -> None:
    tune = tune_of(tmp_path, one(measure(BAR), measure(note("F4#", 8), rest(4), note("B4b", 4))))
    assert (tune.name, tune.group, tune.meter) == ("A Song", "asong acomposer", Meter(4, 4))
    assert written(tune.notes) == [
        (72, 0.0, 1.0), (74, 1.0, 1.0), (76, 2.0, 1.0), (79, 3.0, 1.0), (66, 4.0, 2.0), (70, 7.0, 1.0),
    ]  # fmt: skip
    assert {note.velocity for note in tune.notes} == {80.0}
    assert tune.harmony is None


def test_ties_are_joined_also_over_bar_lines_and_into_another_voice(tmp_path: Path) -> None:
    begin, both, end = '<tie type="start"/>', '<tie type="stop"/><tie type="start"/>', '<tie type="stop"/>'
    data = one(
        measure(note("C5", 12), note("D5", 4, begin)),
        measure(note("D5", 16, both + "<voice>1</voice>")),
        measure(note("D5", 4, "<notations><tied type='stop'/></notations><voice>2</voice>"), note("E5", 12, end)),
    )
    assert written(tune_of(tmp_path, data).notes) == [(72, 0.0, 3.0), (74, 3.0, 6.0), (76, 9.0, 3.0)]


def test_grace_notes_cue_notes_and_drums_are_left_out(tmp_path: Path) -> None:
    grace = note("A5", 0, before="<grace/>").replace("<duration>0</duration>", "")
    drum = "<note><unpitched/><duration>4</duration></note>"
    data = one(measure(grace, BAR), measure(note("C5", 8), note("A5", 4, before="<cue/>"), drum))
    assert [played[0] for played in written(tune_of(tmp_path, data).notes)] == [72, 74, 76, 79, 72]


def test_of_a_chord_and_of_two_voices_the_top_note_is_the_melody(tmp_path: Path) -> None:
    data = one(
        measure(note("E5", 8), note("G5", 8, before="<chord/>"), note("C5", 8)),
        measure(BAR, "<backup><duration>16</duration></backup>", note("C4", 16)),
    )
    assert [played[:2] for played in written(tune_of(tmp_path, data).notes)] == [
        (79, 0.0), (72, 2.0), (72, 4.0), (74, 5.0), (76, 6.0), (79, 7.0),
    ]  # fmt: skip


def test_transposing_parts_are_read_as_they_sound(tmp_path: Path) -> None:
    clarinet = "<transpose><chromatic>-2</chromatic><octave-change>-1</octave-change></transpose>"
    data = one(measure(symbol("D", "minor"), BAR), measure(BAR), first=attributes(more=clarinet))
    tune = tune_of(tmp_path, data)
    assert [note.pitch for note in tune.notes[:4]] == [58, 60, 62, 65]
    assert tune.harmony == (Harmony(0.0, 8.0, frozenset({0, 3, 7}), 0),)


def test_an_upbeat_lies_before_beat_0_and_a_last_bar_without_it_is_whole(tmp_path: Path) -> None:
    data = one(measure(note("G4", 4)), measure(BAR), measure(note("C5", 12)))
    tune = tune_of(tmp_path, data)
    assert written(tune.notes)[:2] == [(67, -1.0, 1.0), (72, 0.0, 1.0)]
    assert tune.length_beats == 8.0
    assert tune.notes[-1].length_beats == 3.0


def test_bars_around_a_repeat_sign_are_one_bar(tmp_path: Path) -> None:
    data = one(
        measure(note("G4", 4)),
        measure(BAR),
        measure(note("C5", 12)),
        measure(note("B4", 4)),
        measure(BAR),
        measure(note("C5", 12)),
    )
    tune = tune_of(tmp_path, data)
    assert tune.bars == 4
    assert written(tune.notes)[6] == (71, 7.0, 1.0)


def test_a_score_is_cut_where_its_meter_changes(tmp_path: Path) -> None:
    jig = "".join(note(pitch, 2) for pitch in ("C5", "E5", "G5", "A5", "G5", "E5"))
    data = one(measure(BAR), measure(BAR), measure(attributes("3+3", "8"), jig), measure(jig))
    tunes, _ = tunes_of(tmp_path, {"song.xml": data})
    assert [(tune.name, str(tune.meter), tune.bars) for tune in tunes] == [
        ("A Song, part 1", "4/4", 2),
        ("A Song, part 2", "6/8", 2),
    ]
    assert len({tune.group for tune in tunes}) == 1


def test_a_score_that_names_no_meter_is_in_that_of_its_bars(tmp_path: Path) -> None:
    waltz = "".join(note(pitch, 4) for pitch in ("C5", "E5", "G5"))
    tune = tune_of(tmp_path, one(*[measure(waltz)] * 4, first=attributes(beats="")))
    assert (str(tune.meter), tune.bars) == ("3/4", 4)


def test_two_meters_at_once_are_no_melody(tmp_path: Path) -> None:
    voice = measure(attributes(), BAR) + measure(BAR)
    piano = measure(attributes("12", "8"), note("C3", 24)) + measure(note("C3", 24))
    other = one(measure(BAR), measure(BAR))
    tunes, skipped = tunes_of(tmp_path, {"a.xml": score(voice, piano, title="Both"), "b.xml": other})
    assert [tune.name for tune in tunes] == ["A Song"]
    assert skipped == ["a.xml has no melody of 2 bars."]


def test_the_part_that_is_sung_is_the_melody_and_the_others_are_its_harmony(tmp_path: Path) -> None:
    flute = measure(attributes(), rest(16)) * 3
    voice = measure(attributes(), rest(16)) + measure(BAR.replace("</note>", SUNG + "</note>")) * 2
    low = note("A2", 16, "<staff>2</staff>")
    piano = measure(attributes(), note("C4", 8), note("E4", 8, before="<chord/>"), note("C4", 7), note("F4", 1),
                    "<backup><duration>16</duration></backup>", low)  # fmt: skip
    tune = tune_of(tmp_path, score(flute, voice, piano * 3, names=("Flute", "Voice", "Piano")))
    assert (tune.bars, tune.notes[0].pitch) == (2, 72)
    assert tune.harmony == (
        Harmony(0.0, 2.0, frozenset({0, 4, 9}), 9),
        Harmony(2.0, 3.0, frozenset({0, 9}), 9),
        Harmony(3.0, 4.0, frozenset({0, 5, 9}), 9),
        Harmony(4.0, 6.0, frozenset({0, 4, 9}), 9),
        Harmony(6.0, 7.0, frozenset({0, 9}), 9),
        Harmony(7.0, 8.0, frozenset({0, 5, 9}), 9),
    )


def test_chord_symbols_last_until_the_next_one(tmp_path: Path) -> None:
    slash = "<bass><bass-step>B</bass-step></bass>"
    ninth = (
        "<degree><degree-value>9</degree-value><degree-alter>-1</degree-alter><degree-type>add</degree-type></degree>"
    )
    later = symbol("G", "major", slash + "<offset>8</offset>")
    data = one(
        measure(note("G4", 4)),
        measure(symbol("C", "major-seventh"), later, BAR),
        measure(BAR),
        measure("<harmony><kind>none</kind></harmony>", BAR),
        measure(symbol("A", "dominant", ninth), symbol("D", "minor"), BAR),
    )
    tune = tune_of(tmp_path, data)
    assert tune.harmony == (
        Harmony(0.0, 2.0, frozenset({0, 4, 7, 11}), 0),
        Harmony(2.0, 8.0, frozenset({7, 11, 2}), 11),
        Harmony(12.0, 14.0, frozenset({9, 1, 4, 7, 10}), 9),  # two at one place share its bar
        Harmony(14.0, 16.0, frozenset({2, 5, 9}), 2),
    )


def mxl(data: bytes, container: bool = True, name: str = "score.xml") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        if container:
            archive.writestr(
                "META-INF/container.xml",
                f'<container><rootfiles><rootfile full-path="{name}"/></rootfiles></container>',
            )
            archive.writestr("aaa.xml", "<other/>")
        archive.writestr(name, data)
    return packed.getvalue()


@pytest.mark.parametrize("container", [True, False])
def test_compressed_scores_are_read(tmp_path: Path, container: bool) -> None:
    data = one(measure(BAR), measure(BAR))
    (tune,), skipped = tunes_of(tmp_path, {"song.mxl": mxl(data, container)})
    assert not skipped
    assert tune.bars == 2


def test_a_container_that_is_written_wrongly_is_passed_over() -> None:
    """As in a sixth of OpenEWLD: an apostrophe within apostrophes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container><rootfile full-path='I'll.xml'/></container>")
        archive.writestr("I'll.xml", one(measure(BAR), measure(BAR)))
    assert read_score("I'll.mxl", packed.getvalue()).title == "A Song"


BOMB = "<!DOCTYPE s [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY b{i} '&a;&a;'>" for i in range(9)) + "]>"
DEEP = b"<score-partwise>" + b"<part>" * 200_000 + b"</part>" * 200_000 + b"</score-partwise>"
BAD_SCORES: dict[str, tuple[bytes, str]] = {
    "entities": (score(measure(BAR), head=BOMB), "declares entities of its own"),
    "entities in UTF-16": (score(measure(BAR), head=BOMB).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
                           "declares entities of its own"),
    "cut short": (one(measure(BAR), measure(BAR))[:-30], "is damaged"),
    "no XML": (b"hello", "is damaged"),
    "nothing": (b"", "is damaged"),
    "endless prologue": (b"<!--" + b"x" * (1 << 17), "no score begins in its first 64 KB"),
    "other XML": (b"<html/>", "is no MusicXML: it begins with <html>"),
    "by time": (b"<score-timewise/>", "by part"),
    "deep": (DEEP, "has no measures"),
    "no measures": (score(""), "has no measures"),
    "no notes": (one(measure(rest(16)), measure(rest(16))), "has no notes with a pitch"),
    "no number": (one(measure(BAR.replace("<duration>4", "<duration>x"))), "is damaged"),
    "no finite number": (one(measure(BAR.replace("<duration>4", "<duration>nan"))), "is damaged"),
    "no divisions": (one(measure(BAR), first=attributes(divisions=0)), "is damaged"),
    "no such step": (one(measure(BAR.replace("<step>C", "<step>H"))), "is damaged"),
    "no such pitch": (one(measure(BAR.replace("<octave>5", "<octave>12"))), "The pitch|has the pitch"),
    "no meter at all": (one(measure(BAR), first=attributes("4", "0")), "is damaged"),
    "no such meter": (one(measure(BAR), first=attributes("4", "3")), "The meter 4/3 does not exist"),
    "endless": (one(measure(note("C5", 40_000)), measure(BAR)), "is damaged|lasts longer than 8,192 beats"),
    "no archive": (b"PK\x03\x04" + bytes(50), "is damaged"),
    "an archive of nothing": (mxl(b"", container=False, name="readme.txt"), "holds no score"),
    "large": (mxl(b"<" + bytes(25 << 20)), "is larger than 24 MB"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_SCORES)
def test_bad_scores_are_refused_by_name(kind: str, tmp_path: Path) -> None:
    data, why = BAD_SCORES[kind]
    tunes, skipped = tunes_of(tmp_path, {"bad.mxl": data, "good.mxl": one(measure(BAR), measure(BAR))})
    assert len(tunes) == 1
    assert len(skipped) == 1
    assert skipped[0].startswith("bad.mxl")
    assert any(reason in skipped[0] for reason in why.split("|")), skipped[0]


# Bars and harmony


def lengths(*beats: float, meter: Meter | None = None) -> list[Bar]:
    bars, start_beats = [], 0.0
    for length_beats in beats:
        bars.append(Bar(start_beats, length_beats, meter or Meter(4, 4)))
        start_beats += length_beats
    return bars


@pytest.mark.parametrize(
    ("bars", "expected"),
    [
        (lengths(4, 4, 4), [(0.0, 0.0, 3, 12.0)]),
        (lengths(1, 4, 3), [(0.0, 1.0, 2, 8.0)]),
        (lengths(1, 4, 3, 1, 4, 3), [(0.0, 1.0, 4, 16.0)]),
        (lengths(4, 4, 1, 4), [(0.0, 0.0, 2, 8.0), (8.0, 9.0, 1, 13.0)]),
        (lengths(4, 3, 4), [(0.0, 0.0, 2, 7.0), (7.0, 7.0, 1, 11.0)]),
        (lengths(4, 9, 4), [(0.0, 0.0, 1, 4.0), (13.0, 13.0, 1, 17.0)]),
        (lengths(1, 9, 4), [(10.0, 10.0, 1, 14.0)]),
        ([], []),
    ],
    ids=["plain", "upbeat", "repeat", "jump", "short end", "cadenza", "upbeat to a cadenza", "none"],
)
def test_stretches(bars: list[Bar], expected: list[tuple[float, float, int, float]]) -> None:
    found = [(s.from_beats, s.line_beats, s.bars, s.until_beats) for s in stretches(bars)]
    assert found == expected


def test_bars_of_meters() -> None:
    bars = bars_of_meters([(5.0, Meter(3, 4))], 9.5)
    assert [(bar.start_beats, bar.length_beats, str(bar.meter)) for bar in bars] == [
        (0.0, 4.0, "4/4"), (4.0, 1.0, "4/4"), (5.0, 3.0, "3/4"), (8.0, 3.0, "3/4"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("beats", "meter"), [([3.0, 3.0, 1.0], "3/4"), ([3.5], "7/8"), ([0.75], "3/16"), ([1 / 3], "4/4"), ([], "4/4")]
)
def test_meter_of_lengths(beats: list[float], meter: str) -> None:
    assert str(meter_of_lengths(beats)) == meter


def test_harmony_of_notes_looks_at_every_pulse_and_not_at_passing_notes() -> None:
    notes = [Note(48, 0.0, 3.0, 80.0), Note(64, 0.0, 1.4, 80.0), Note(30, 1.4, 0.1, 80.0), Note(67, 2.0, 1.0, 80.0)]
    assert harmony_of_notes(notes, -1.0, 0.0, 4.5, Meter(6, 8)) == (
        Harmony(0.0, 1.5, frozenset({0, 4}), 0),
        Harmony(1.5, 3.0, frozenset({0, 7}), 0),
    )


# Groups and splits


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Dusty Miller, The (slip jig)", "dustymiller"),
        ("TrueDaughterofSligoreelA", "truedaughterofsligo"),
        ("PaddyFahysReel2", "paddyfahys"),
        ("Bonnie Kate (first version) reel", "bonniekate"),
        ("Die Forelle", "dieforelle"),
        ("Élégie", "elegie"),
        ("Reel", "reel"),
        ("12", "12"),
        ("夜", "夜"),
    ],
)
def test_group_title(title: str, expected: str) -> None:
    assert group_title(title) == expected


def random_walk(seed: int, length: int = 64) -> list[int]:
    state, pitch, pitches = seed, 67, []
    for _ in range(length):
        state = (state * 1103515245 + 12345) % 2**31
        pitch = min(84, max(55, pitch + (-4, -3, -2, -1, 1, 2, 3, 5)[state >> 28]))
        pitches.append(pitch)
    return pitches


def melody(pitches: Sequence[int], start_beats: float = 0.0) -> tuple[list[Note], float]:
    notes = [Note(pitch, start_beats + 0.5 * i, 0.5, 80.0) for i, pitch in enumerate(pitches)]
    return notes, start_beats + 0.5 * len(pitches)


def test_versions_in_another_key_a_bar_later_and_with_ornaments_are_one_tune() -> None:
    tune = random_walk(1)
    changed = [pitch + (2 if i % 10 == 9 else 0) - 5 for i, pitch in enumerate(tune)]
    melodies = [melody(tune), melody(changed, 4.0), melody(random_walk(2)), melody(random_walk(3))]
    (pair,) = alike(melodies)
    assert pair[:2] == (0, 1)
    assert pair[2] == 58 / 64  # every tenth note is another one
    assert groups(["b", "a", "c", "b"], melodies) == ["a", "a", "c", "a"]


def test_short_or_plain_melodies_are_not_alike() -> None:
    assert alike([melody(random_walk(1, 40))] * 2) == []
    assert alike([melody([60, 62] * 40)] * 2) == []


def many(count: int) -> dict[str, bytes]:
    names = (f"tune {chr(97 + i // 26)}{chr(97 + i % 26)}.mid" for i in range(count))
    return {name: midi(midi_track(eighths(random_walk(i)))) for i, name in enumerate(names)}


def test_a_split_keeps_groups_whole_and_takes_about_a_tenth(tmp_path: Path) -> None:
    data = folder(tmp_path, many(120))
    copy = midi(midi_track(eighths([pitch + 3 for pitch in random_walk(5)])))
    (data / "zz another name.mid").write_bytes(copy)
    everything, train, validation = (read_tunes([data], split)[0] for split in ("all", "train", "validation"))
    assert len(train) + len(validation) == len(everything) == 121
    assert 4 <= len(validation) <= 24
    assert not {tune.group for tune in train} & {tune.group for tune in validation}
    by_name = {tune.name: tune.group for tune in everything}
    assert by_name["zz another name"] == by_name["tune af"]


def test_numbers_are_versions_while_they_are_few(tmp_path: Path) -> None:
    few = {f"reel {i}.mid": midi(midi_track(eighths(random_walk(i)))) for i in range(3)}
    assert {tune.group for tune in tunes_of(tmp_path, few)[0]} == {"reel"}
    more = {f"x/idea {i}.mid": midi(midi_track(eighths(random_walk(i)))) for i in range(6)}
    found = tunes_of(tmp_path / "more", {**more, "y/idea 1.mid": midi(midi_track(eighths(random_walk(9))))})[0]
    assert {tune.group for tune in found} == {*(f"x/idea{i}" for i in range(6)), "y/idea1"}


def test_other_splits_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no split 'dev': the splits are train, validation, test, all"):
        read_tunes([folder(tmp_path, many(1))], "dev")


def test_what_was_kept_back_is_taken_whole(tmp_path: Path) -> None:
    data = [folder(tmp_path, many(30))]
    parts = {split: len(read_tunes(data, split)[0]) for split in ("train", "validation", "test", "all")}
    assert parts["test"] == parts["all"] == parts["train"] + parts["validation"]
    assert 0 < parts["validation"] < parts["train"]


@pytest.mark.parametrize("number", [2, 3, 6, 9])
def test_small_folders_have_a_tune_to_validate_on(tmp_path: Path, number: int) -> None:
    data = [folder(tmp_path, many(number))]
    everything, train, validation = (read_tunes(data, split)[0] for split in ("all", "train", "validation"))
    assert len(validation) == 1
    assert len(train) == number - 1
    # What a training keeps back is what it is judged by.
    assert [tunes_of_split(everything, split) for split in ("train", "validation")] == [train, validation]


@pytest.mark.parametrize(
    "names", [("a tune",), ("reel 1", "reel 2"), ("tune cb",)], ids=["one", "versions", "validation by its hash"]
)
def test_one_tune_is_for_training_and_none_is_left_to_validate_on(tmp_path: Path, names: Sequence[str]) -> None:
    files = {f"{name}.mid": midi(midi_track(eighths(random_walk(i)))) for i, name in enumerate(names)}
    data = folder(tmp_path, files)
    assert len(read_tunes([data], "train")[0]) == len(names)
    with pytest.raises(BadFile, match="data has one tune only, or versions of one, and none for validation: give"):
        read_tunes([data], "validation")


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "holds no music"),
        ({"readme.txt": b"hello", ".hidden.mid": b"", "__MACOSX/a.mid": b""}, "holds no music"),
        ({"bad.mid": b"hello"}, r"No melody of 2 bars was found in .*bad\.mid is not a MIDI file"),
    ],
)
def test_a_folder_without_music_is_one_sentence(tmp_path: Path, files: dict[str, bytes], why: str) -> None:
    with pytest.raises(BadFile, match=why):
        tunes_of(tmp_path, files)


def test_no_data_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="found in no data"):
        read_tunes([], "all")
    with pytest.raises(BadFile, match=r"There is no .*nowhere"):
        read_tunes([tmp_path / "nowhere"], "all")


# Archives


def tar_of(path: Path, files: dict[str, bytes], mode: str) -> None:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def zip_of(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


ARCHIVES: dict[str, Callable[[Path, dict[str, bytes]], None]] = {
    "songs.zip": zip_of,
    "songs.tar": lambda path, files: tar_of(path, files, "w"),
    "songs.tar.xz": lambda path, files: tar_of(path, files, "w:xz"),
    "songs.tar.gz": lambda path, files: tar_of(path, files, "w:gz"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_read_as_its_folder_is(tmp_path: Path, name: str) -> None:
    files = many(4)
    unpacked, _ = tunes_of(tmp_path, files)
    ARCHIVES[name](tmp_path / name, {f"songs/{file}": data for file, data in reversed(files.items())})
    packed, skipped = read_tunes([tmp_path / name], "all")
    assert not skipped
    assert [(tune.name, tune.group, tune.notes) for tune in packed] == [
        (tune.name, tune.group, tune.notes) for tune in unpacked
    ]
    assert {tune.source for tune in packed} == {"songs"}


@pytest.mark.parametrize("name", ["songs.zip", "songs.tar.xz"])
def test_nothing_of_an_archive_is_written(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    data = midi(midi_track(eighths(SCALE * 2)))
    ARCHIVES[name](inner / name, {"../../evil.mid": data, str(tmp_path / "worse.mid"): data})
    tunes, _ = read_tunes([inner / name], "all")
    assert [tune.name for tune in tunes] == ["evil", "worse"]
    assert [path.name for path in tmp_path.rglob("*")] == ["inner", name]


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.mid"
    secret.write_bytes(midi(midi_track(eighths(SCALE * 2))))
    with tarfile.open(tmp_path / "songs.tar", "w") as archive:
        link = tarfile.TarInfo("link.mid")
        link.type = tarfile.SYMTYPE
        link.linkname = str(secret)
        archive.addfile(link)
    with pytest.raises(BadFile, match="holds no music"):
        read_tunes([tmp_path / "songs.tar"], "all")


def test_a_member_that_grows_is_skipped_and_an_archive_that_grows_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a bomb.xml": bytes(25 << 20), "tune.mid": midi(midi_track(eighths(SCALE * 2)))}
    zip_of(tmp_path / "songs.zip", files)
    tar_of(tmp_path / "songs.tar.xz", files, "w:xz")
    for name in ("songs.zip", "songs.tar.xz"):
        tunes, skipped = read_tunes([tmp_path / name], "all")
        assert len(tunes) == 1
        assert skipped == ["a bomb.xml is larger than 24 MB, the most that is read of a file."]
    monkeypatch.setattr("training.data.tunes.MAX_ARCHIVE_BYTES", 24 << 20)
    with pytest.raises(BadFile, match="the most that is read"):
        read_tunes([tmp_path / "songs.tar.xz"], "all")


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.zip", b"PK\x03\x04 and no more"), ("a.tar.xz", b"\xfd7zXZ\x00 and no more"), ("a.rar", b"Rar!")],
)
def test_a_damaged_archive_is_one_sentence(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadFile, match=rf"{name} (is no archive|cannot be read)"):
        read_tunes([tmp_path / name], "all")


def test_a_damaged_member_of_a_zip_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "songs.zip"
    data = midi(midi_track(eighths(SCALE * 2)))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bad.mid", b"x" * 500)
        archive.writestr("good.mid", data)
    path.write_bytes(path.read_bytes().replace(b"x" * 500, b"y" * 500))
    tunes, skipped = read_tunes([path], "all")
    assert [tune.name for tune in tunes] == ["good"]
    assert skipped[0].startswith("bad.mid cannot be unpacked")


# The shared data


def some_of(archive: Path, tmp_path: Path, suffix: str, count: int) -> Path:
    """The first files of an archive, in a folder."""
    files = {}
    with tarfile.open(archive) as members:
        for member in members:
            if member.isfile() and member.name.endswith(suffix) and (file := members.extractfile(member)):
                files[member.name] = file.read()
            if len(files) == count:
                break
    return folder(tmp_path, files)


def assert_sound(tunes: Sequence[Tune]) -> None:
    for tune in tunes:
        assert tune.bars >= 2
        assert tune.length_beats == pytest.approx(tune.bars * tune.meter.bar_beats)
        assert -tune.meter.bar_beats < tune.notes[0].start_beats < tune.meter.bar_beats
        for before, after in zip(tune.notes, tune.notes[1:], strict=False):
            assert before.start_beats + before.length_beats <= after.start_beats + 1e-6
        assert tune.notes[-1].start_beats + tune.notes[-1].length_beats <= tune.length_beats + 1e-6
        assert tune.length_beats - tune.meter.bar_beats <= tune.notes[-1].start_beats + 1e-6


@needs(CEOL_RINCE)
def test_ceol_rince_is_in_the_meters_of_its_dances(tmp_path: Path) -> None:
    tunes, skipped = read_tunes([some_of(CEOL_RINCE, tmp_path, ".mid", 60)], "all")
    assert not skipped
    assert_sound(tunes)
    for dance, bar_beats in (("reel", 4.0), ("polka", 2.0)):
        assert {tune.meter.bar_beats for tune in tunes if dance in tune.name.lower()} == {bar_beats}
    accents = [n.start_beats % tune.meter.bar_beats for tune in tunes for n in tune.notes if n.velocity == 105.0]
    assert accents.count(0.0) > 0.9 * len(accents)  # the others are upbeats after a repeat
    assert sum(off_grid(tune) == 0.0 for tune in tunes) > len(tunes) / 3


@needs(OPENEWLD)
def test_openewld_has_chords_under_every_melody(tmp_path: Path) -> None:
    tunes, skipped = read_tunes([some_of(OPENEWLD, tmp_path, ".mxl", 40)], "all")
    assert not skipped
    assert_sound(tunes)
    assert all(tune.harmony for tune in tunes)
    chord_tones = rated = 0
    for tune in tunes:
        for harmony in tune.harmony or ():
            assert harmony.bass in harmony.pitch_classes
            under = [n for n in tune.notes if harmony.start_beats <= n.start_beats < harmony.end_beats]
            rated += len(under)
            chord_tones += sum(n.pitch % 12 in harmony.pitch_classes for n in under)
    assert chord_tones > 0.6 * rated


@needs(LIEDER)
def test_lieder_are_sung(tmp_path: Path) -> None:
    tunes, _ = read_tunes([some_of(LIEDER, tmp_path, ".mxl", 15)], "all")
    assert len({tune.group for tune in tunes}) >= 14
    assert_sound(tunes)
    pitches = sorted(note.pitch for tune in tunes for note in tune.notes)
    assert 60 <= pitches[len(pitches) // 2] <= 76
    assert sum(tune.harmony is not None for tune in tunes) > 0.8 * len(tunes)  # two are for a voice alone


@needs(FREEDOOM)
def test_tracks_of_a_band_are_read(tmp_path: Path) -> None:
    tunes, skipped = read_tunes([some_of(FREEDOOM, tmp_path, ".mid", 4)], "all")
    assert_sound(tunes)
    assert len({tune.name for tune in tunes}) > 4
    assert all(": " in sentence for sentence in skipped)
