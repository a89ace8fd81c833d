"""Files made with mido, archives made of them, and the data sets beside the repository where they are."""

from __future__ import annotations

import contextlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import mido
import numpy as np
import pytest

from bridge.errors import BadFile
from bridge.models.drum_grid import CLASSES, STEPS
from bridge.music.kit import DRUM_CLASSES, Kit
from training.data import archive
from training.data.drum_data import SPLITS, read_drums
from training.data.drum_windows import Windows
from training.data.groove_midi import read_performances
from training.data.performance import Performance

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FREEDOOM = DATA / "freedoom_midi" / "freedoom-midi.tar.xz"
GMD = DATA / "gmd" / "groove-v1.0.0-train-validation.zip"

HIGH_KIT = Kit.of("high", {drum_class: (100 + index,) for index, drum_class in enumerate(DRUM_CLASSES)})
TICKS = 480
KICK = 36
QUARTERS = [float(beat) for beat in range(16)]

Change = tuple[float, mido.MetaMessage]
Pack = Callable[[Path, str, bytes], None]


def meter(at_beats: float, numerator: int, denominator: int) -> Change:
    return at_beats, mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)


def tempo(at_beats: float, tempo_bpm: float) -> Change:
    return at_beats, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo_bpm))


def write(
    path: Path, starts: Sequence[float] = QUARTERS, pitch: int = KICK, channel: int = 9, changes: Sequence[Change] = ()
) -> Path:
    """A conductor's track with the changes, and a track of sixteenths on one pitch."""
    events = [(start, mido.Message("note_on", note=pitch, channel=channel, velocity=90)) for start in starts]
    events += [(start + 0.25, mido.Message("note_off", note=pitch, channel=channel)) for start in starts]
    midi = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    for part in (list(changes), events):
        track = mido.MidiTrack()
        tick = 0
        for beat, message in sorted(part, key=lambda event: event[0]):
            track.append(message.copy(time=round(beat * TICKS) - tick))
            tick = round(beat * TICKS)
        midi.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    midi.save(path)
    return path


def write_many(folder: Path, number: int) -> None:
    """Songs that all play something else: in binary, which of their last sixteenths are hit."""
    for song in range(number):
        write(folder / f"Song {song}.mid", [*QUARTERS, *(8.25 + i / 2 for i in range(8) if song >> i & 1)])


def names(performances: Sequence[Performance]) -> set[str]:
    return {Path(performance.file).name for performance in performances}


def hit_steps(performance: Performance) -> list[int]:
    return np.flatnonzero(performance.cells[:, :CLASSES].any(axis=1)).tolist()


def test_drums_are_the_notes_of_channel_10(tmp_path: Path) -> None:
    write(tmp_path / "rock" / "Drums.MID", changes=[tempo(0.0, 96.0)])
    write(tmp_path / "bass.midi", channel=0)
    (performance,), (sentence,) = read_drums([tmp_path], "all")
    assert hit_steps(performance) == [4 * beat for beat in range(16)]
    assert performance.cells.shape == (64, 27)
    assert performance.cells[0, CLASSES] == pytest.approx(90 / 127)
    assert not performance.cells[:, 2 * CLASSES :].any()
    assert performance.tempo_bpm == pytest.approx(96.0, abs=0.01)
    assert (performance.style, performance.beat_type) == ("rock", "beat")
    assert performance.file == (tmp_path / "rock" / "Drums.MID").as_posix()
    assert sentence.startswith("bass.midi has no drums: no note of the kit general_midi on channel 10")


def test_with_a_kit_drums_are_found_on_any_channel(tmp_path: Path) -> None:
    write(tmp_path / "rack.mid", pitch=101, channel=0)
    write(tmp_path / "bass.mid", channel=0)
    with pytest.raises(BadFile, match="No drums could be read"):
        read_drums([tmp_path], "all", HIGH_KIT)
    (performance,), (sentence,) = read_drums([tmp_path], "all", HIGH_KIT, any_channel=True)
    assert performance.cells[0, DRUM_CLASSES.index("snare")] == 1.0
    assert sentence == "bass.mid has no drums: no note of the kit high."


def test_a_file_is_cut_where_its_meter_changes_into_whole_bars(tmp_path: Path) -> None:
    # Two bars of 4/4, half a bar that is lost, two of 7/8; a meter of the bass's track stands behind the conductor's.
    starts = [*QUARTERS[:10], *(10.0 + i * 0.5 for i in range(14))]
    write(tmp_path / "odd.mid", starts, changes=[meter(0.0, 4, 4), meter(10.0, 7, 8)])
    (first, second), skipped = read_drums([tmp_path], "all")
    assert [str(p.meter) for p in (first, second)] == ["4/4", "7/8"]
    assert [len(p.cells) for p in (first, second)] == [32, 28]
    assert hit_steps(second) == list(range(0, 28, 2))
    assert second.name == "odd.mid from beat 10"
    assert first.file == second.file
    assert skipped == []


def test_a_hit_just_before_a_change_leads_into_it(tmp_path: Path) -> None:
    starts = [*QUARTERS[:7], 7.9, 10.0, 11.0, 12.0]
    write(tmp_path / "early.mid", starts, changes=[meter(0.0, 4, 4), meter(8.0, 3, 4)])
    (first, second), _ = read_drums([tmp_path], "all")
    assert hit_steps(first) == [0, 4, 8, 12, 16, 20, 24]
    assert hit_steps(second) == [0, 8, 12, 16]
    assert second.cells[0, 2 * CLASSES] == pytest.approx(-0.4)


def test_a_meter_named_again_on_a_bar_line_changes_nothing_and_elsewhere_bars_begin_there(tmp_path: Path) -> None:
    write(tmp_path / "again.mid", changes=[meter(0.0, 4, 4), meter(8.0, 4, 4), meter(12.0, 4, 4)])
    write(tmp_path / "moved.mid", [*QUARTERS, 16.0], changes=[meter(0.0, 4, 4), meter(9.0, 4, 4)])
    performances, _ = read_drums([tmp_path], "all")
    assert [len(p.cells) for p in performances] == [64, 32, 32]
    assert performances[2].name == "moved.mid from beat 9"


def test_meters_that_the_grid_does_not_hold_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    # The first meter is one that a clip can have: it is read as a clip's is.
    changes = [meter(0.0, 4, 4), meter(8.0, 5, 32), meter(9.25, 11, 4)]
    write(tmp_path / "wild.mid", [float(beat) for beat in range(20)], changes=changes)
    (performance,), (no_meter, too_long) = read_drums([tmp_path], "all")
    assert len(performance.cells) == 32
    assert no_meter.startswith("wild.mid: The meter 5/32 does not exist")
    assert too_long.startswith("wild.mid: The meter 11/4 has bars of 44 sixteenths")


def test_stretches_shorter_than_a_window_are_left_out_and_counted(tmp_path: Path) -> None:
    write(tmp_path / "short.mid", changes=[meter(0.0, 4, 4), meter(8.0, 3, 4), meter(11.0, 5, 8)])
    write(tmp_path / "one bar.mid", QUARTERS[:4])
    (performance,), sentences = read_drums([tmp_path], "all")
    assert names([performance]) == {"short.mid"}
    assert sentences == [
        "one bar.mid: Stretches shorter than a window of 32 sixteenths, left out: 1.",
        "short.mid: Stretches shorter than a window of 32 sixteenths, left out: 2.",
    ]


def test_no_window_is_empty_where_the_drums_rest(tmp_path: Path) -> None:
    starts = [*(16.0 + beat for beat in range(8)), *(32.0 + beat for beat in range(4)), *(40.0 + b for b in range(4))]
    write(tmp_path / "song.mid", starts)
    performances, skipped = read_drums([tmp_path], "all")
    assert [p.name for p in performances] == ["song.mid from beat 16", "song.mid from beat 32"]
    # One silent bar stays, two would be an empty window.
    assert [len(p.cells) for p in performances] == [32, 48]
    assert hit_steps(performances[1]) == [0, 4, 8, 12, 32, 36, 40, 44]
    assert skipped == []


def test_a_file_is_cut_where_its_tempo_jumps_and_not_where_it_drifts(tmp_path: Path) -> None:
    write(tmp_path / "jump.mid", changes=[tempo(0.0, 80.0), tempo(8.0, 160.0)])
    write(tmp_path / "drift.mid", [0.5, *QUARTERS], changes=[tempo(float(b), 100.0 + b / 4) for b in range(16)])
    performances, _ = read_drums([tmp_path], "all")
    drift, slow, fast = performances
    assert names([slow, fast]) == {"jump.mid"}
    assert [round(p.tempo_bpm, 2) for p in (slow, fast)] == [80.0, 160.0]
    minutes = sum(1.0 / (100.0 + beat / 4) for beat in range(16))
    assert drift.tempo_bpm == pytest.approx(16.0 / minutes, abs=0.001)


def test_a_bar_with_a_jump_of_tempo_inside_is_in_neither_part(tmp_path: Path) -> None:
    write(tmp_path / "jump.mid", [float(b) for b in range(20)], changes=[tempo(0.0, 80.0), tempo(10.0, 160.0)])
    (slow, fast), skipped = read_drums([tmp_path], "all")
    assert [len(p.cells) for p in (slow, fast)] == [32, 32]
    assert fast.name == "jump.mid from beat 12"
    assert fast.tempo_bpm == pytest.approx(160.0, abs=0.01)
    assert skipped == ["jump.mid: Stretches shorter than a window of 32 sixteenths, left out: 1."]


def test_corrupt_files_are_named_and_skipped(tmp_path: Path) -> None:
    good = write(tmp_path / "good.mid")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "cut.mid").write_bytes(good.read_bytes()[:60])
    (tmp_path / "text.mid").write_text("no music")
    (tmp_path / "empty.mid").write_bytes(b"")
    (tmp_path / "._good.mid").write_bytes(b"what macOS leaves in archives")
    performances, skipped = read_drums([tmp_path], "all")
    assert names(performances) == {"good.mid"}
    assert len(skipped) == 3
    assert skipped[0].startswith("empty.mid is not a MIDI file")
    assert skipped[1].startswith("In sub: cut.mid is damaged")
    assert skipped[2].startswith("text.mid is not a MIDI file")


def test_what_cannot_be_read_at_all_is_one_sentence(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BadFile, match="empty has no MIDI files"):
        read_drums([empty], "train")
    (empty / "notes.txt").write_text("no MIDI at all")
    with pytest.raises(BadFile, match="empty has no MIDI files"):
        read_drums([empty], "train")
    (empty / "broken.mid").write_bytes(b"MThd")
    with pytest.raises(BadFile, match=r"No drums could be read from .*empty\. broken\.mid is damaged"):
        read_drums([empty], "train")
    with pytest.raises(BadFile, match="no folder and no archive"):
        read_drums([tmp_path / "nowhere"], "train")
    with pytest.raises(BadFile, match="no zip archive and no tar archive"):
        read_drums([empty / "notes.txt"], "train")
    with pytest.raises(BadFile, match="no folder at all"):
        read_drums([], "train")


def test_a_wrong_split_is_one_sentence(tmp_path: Path) -> None:
    write(tmp_path / "song.mid")
    with pytest.raises(BadFile, match=r"no split 'exam': the splits are train, validation, test, all"):
        read_drums([tmp_path], "exam")
    with pytest.raises(BadFile, match=r"files of one name only, and none for validation: give files of other names"):
        read_drums([tmp_path], "validation")
    assert len(read_drums([tmp_path], "train")[0]) == len(read_drums([tmp_path], "test")[0]) == 1


def test_splits_are_by_file_and_hold_all_of_them(tmp_path: Path) -> None:
    write_many(tmp_path, 60)
    train, validation, everything = (names(read_drums([tmp_path], s)[0]) for s in ("train", "validation", "all"))
    assert not train & validation
    assert train | validation == everything
    assert len(everything) == 60
    # Chosen by SHA-256, so the same on every machine and in every year.
    assert validation == {f"Song {song}.mid" for song in (1, 2, 8, 9, 12, 15, 17, 22, 23, 31, 52)}


def test_a_file_keeps_its_split_when_others_come_in(tmp_path: Path) -> None:
    write_many(tmp_path, 40)
    before = names(read_drums([tmp_path], "validation")[0])
    write_many(tmp_path, 80)
    after = names(read_drums([tmp_path], "validation")[0])
    assert before <= after


@pytest.mark.parametrize("number", [2, 3, 5])
def test_small_folders_have_something_to_validate_on(tmp_path: Path, number: int) -> None:
    write_many(tmp_path, number)
    assert len(names(read_drums([tmp_path], "validation")[0])) == 1
    assert len(names(read_drums([tmp_path], "train")[0])) == number - 1


def test_versions_of_one_name_are_in_one_split(tmp_path: Path) -> None:
    write_many(tmp_path, 30)
    for song in range(30):
        starts = [float(b) for b in range(16 + song)]
        write(tmp_path / "b sides" / f"song_{song}.midi", starts, pitch=38)
    sides = [names(read_drums([tmp_path], split)[0]) for split in ("train", "validation")]
    for song in range(30):
        assert sum({f"Song {song}.mid", f"song_{song}.midi"} <= side for side in sides) == 1


def test_files_that_play_the_same_count_once(tmp_path: Path) -> None:
    write_many(tmp_path, 30)
    for song in range(30):
        # Under another name, at another tempo, with a bass: the same drums.
        copied = mido.MidiFile(tmp_path / f"Song {song}.mid")
        copied.tracks[0].insert(0, mido.MetaMessage("set_tempo", tempo=400_000))
        copied.tracks.append(mido.MidiTrack([mido.Message("note_on", note=40, time=480)]))
        copied.save(tmp_path / f"take {song}.mid")
    train, skipped = read_drums([tmp_path], "train")
    validation, _ = read_drums([tmp_path], "validation")
    assert len(skipped) == 30
    assert skipped[0].endswith(f"{tmp_path / 'Song 0.mid'}, which counts for both.")
    cells = [{p.cells.tobytes() for p in performances} for performances in (train, validation)]
    assert not cells[0] & cells[1]
    assert len(cells[0]) + len(cells[1]) == len(train) + len(validation) == 30


def test_copies_in_two_folders_count_once(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_many(tmp_path / folder, 3)
    performances, skipped = read_drums([tmp_path / "a", tmp_path / "b", tmp_path / "a"], "all")
    assert len(performances) == 3
    assert len(skipped) == 3


@pytest.mark.parametrize("ending", ["zip", "tar.xz"])
def test_an_archive_is_read_as_its_folder_is(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / "band"
    write_many(folder / "live", 4)
    (folder / "big.wav").write_bytes(bytes(1000))
    packed = tmp_path / f"band.{ending}"
    if ending == "zip":
        with zipfile.ZipFile(packed, "w") as zipped:
            for path in sorted(folder.rglob("*")):
                zipped.write(path, path.relative_to(folder))
    else:
        with tarfile.open(packed, "w:xz") as tar:
            tar.add(folder, "./")
    for split in ("train", "validation", "all"):
        unpacked, _ = read_drums([folder], split)
        performances, _ = read_drums([packed], split)
        assert [(p.name, p.style) for p in performances] == [(p.name, p.style) for p in unpacked]
        assert all((a.cells == b.cells).all() for a, b in zip(performances, unpacked, strict=True))
    assert performances[0].file == f"{packed.as_posix()}/live/Song 0.mid"


def zip_with(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(name, content)


def tar_with(path: Path, name: str, content: bytes) -> None:
    with tarfile.open(path, "w:xz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize("pack", [zip_with, tar_with])
@pytest.mark.parametrize("name", ["../evil.mid", "/tmp/evil.mid", "a/../../evil.mid", "..\\evil.mid", "C:evil.mid"])
def test_an_archive_that_leads_outside_is_refused(tmp_path: Path, pack: Pack, name: str) -> None:
    content = write(tmp_path / "good.mid").read_bytes()
    packed = tmp_path / "packed"
    pack(packed, name, content)
    with pytest.raises(BadFile, match="outside of its own folder"):
        read_drums([packed], "all")
    assert not list(tmp_path.parent.rglob("*evil.mid"))


def test_links_in_an_archive_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.mid")
    with tarfile.open(tmp_path / "links.tar.xz", "w:xz") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"link{kind.decode()}.mid")
            info.type, info.linkname = kind, str(secret)
            tar.addfile(info)
    with pytest.raises(BadFile, match="has no MIDI files"):
        read_drums([tmp_path / "links.tar.xz"], "all")


def test_an_archive_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / "packed"
    zip_with(packed, "song.mid", write(tmp_path / "song.mid").read_bytes())
    for limit, value in (("MAX_FILES", 0), ("MAX_BYTES", 100)):
        with monkeypatch.context() as context:
            context.setattr(archive, limit, value)
            with pytest.raises(BadFile, match=r"packed holds more than .*unpack it yourself"):
                read_drums([packed], "all")
    assert read_drums([packed], "all")[0]


@pytest.mark.parametrize("pack", [zip_with, tar_with])
def test_a_damaged_archive_is_one_sentence(tmp_path: Path, pack: Pack) -> None:
    packed = tmp_path / "packed"
    pack(packed, "song.mid", write(tmp_path / "song.mid").read_bytes())
    whole = packed.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        end = int(rng.integers(len(whole)))
        packed.write_bytes(whole[: end // 2])
        with pytest.raises(BadFile, match="packed"):
            read_drums([packed], "all")
        turned = bytearray(whole)
        turned[end] ^= 1 << int(rng.integers(8))
        packed.write_bytes(turned)
        with contextlib.suppress(BadFile):  # what of it the checksums do not cover may be read
            read_drums([packed], "all")


@pytest.fixture(scope="module")
def freedoom() -> tuple[list[Performance], list[str]]:
    if not FREEDOOM.exists():
        pytest.skip("needs the Freedoom MIDI pieces beside the repository")
    return read_drums([FREEDOOM], "all")


def test_general_midi_pieces_are_read_with_their_meters(freedoom: tuple[list[Performance], list[str]]) -> None:
    performances, skipped = freedoom
    windows = Windows(performances)
    assert len(names(performances)) == 108
    assert len(windows) == 7936
    assert {"3/4", "4/4", "5/4", "6/8", "7/8", "9/8"} <= {str(p.meter) for p in performances}
    assert all(windows.cells[first + start : first + start + STEPS, :CLASSES].any() for first, _, start in windows.rows)
    assert sum("has no drums" in sentence for sentence in skipped) == 2
    assert any("d_introa.mid plays the same drums as" in sentence for sentence in skipped)


@pytest.mark.skipif(not GMD.exists(), reason="needs the Groove MIDI Dataset beside the repository")
def test_groove_midi_is_read_by_its_official_splits() -> None:
    performances, skipped = read_drums([GMD], "validation")
    expected = read_performances(GMD, "validation")
    assert [p.name for p in performances] == [p.name for p in expected]
    assert len({p.file for p in performances}) == len(performances) == 124
    assert skipped == []
    with pytest.raises(BadFile, match="no rows of the split 'test'"):
        read_drums([GMD], "test")


def test_every_split_of_a_table_is_read(tmp_path: Path) -> None:
    rows = ["id,style,bpm,beat_type,time_signature,midi_filename,split"]
    for split in SPLITS[:3]:
        write(tmp_path / f"{split}.mid")
        rows.append(f"{split},rock,120,beat,4-4,{split}.mid,{split}")
    (tmp_path / "info.csv").write_text("\n".join(rows))
    for split in SPLITS[:3]:
        assert names(read_drums([tmp_path], split)[0]) == {f"{split}.mid"}
    assert len(read_drums([tmp_path], "all")[0]) == 3


def test_a_table_reads_no_file_but_those_beside_it(tmp_path: Path) -> None:
    gmd = tmp_path / "gmd"
    gmd.mkdir()
    rows = ["id,style,bpm,beat_type,time_signature,midi_filename,split"]
    for name, path in (("own", gmd / "own.mid"), ("foreign", tmp_path / "foreign.mid")):
        write(path)
        rows.append(f"{name},rock,120,beat,4-4,{'' if name == 'own' else '../'}{path.name},train")
    (gmd / "info.csv").write_text("\n".join(rows))
    performances, skipped = read_drums([gmd], "train")
    assert names(performances) == {"own.mid"}
    assert skipped == ["../foreign.mid does not lie beside the table that names it."]
