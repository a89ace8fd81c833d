"""What a card says of the data: the published sets are known, and nobody's own music is taken for one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.models.store import Store
from training.data.sources import sha256_of, training_data

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ARCHIVES = {
    "Groove MIDI Dataset, official train split": DATA / "gmd" / "groove-v1.0.0-train-validation.zip",
    "Ceol Rince na hEireann MIDI corpus": DATA / "ceol_rince" / "ceol-rince-midi-train.tar.xz",
    "OpenEWLD": DATA / "openewld" / "openewld-train.tar.xz",
    "OpenScore Lieder Corpus": DATA / "openscore_lieder" / "openscore-lieder-mxl.tar.xz",
}
needs_data = pytest.mark.skipif(
    not all(path.exists() for path in ARCHIVES.values()), reason="needs the data sets beside the repository"
)
GROOVE_TABLE = (
    "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split\n"
    "drummer1,drummer1/session1,drummer1/session1/1,funk,80,beat,4-4,a.mid,a.wav,86.7,train\n"
)
OWN_TABLE = "id,style,bpm,beat_type,time_signature,midi_filename,split\n1,funk,80,beat,4-4,a.mid,train\n"


def told(path: Path) -> tuple[str, str]:
    """Name and licence."""
    (data,) = training_data([path])
    assert data.sha256 == sha256_of(path)
    return data.name, data.licence


def folder(path: Path, table: str | None = None) -> Path:
    path.mkdir(parents=True)
    (path / "a.mid").write_bytes(b"MThd")
    if table is not None:
        (path / "info.csv").write_text(table)
    return path


@pytest.mark.parametrize(
    "name", ["grooves_of_my_band", "groove", "openewld_my_own", "ceol-rince", "openscore-lieder", "Lieder", "my_band"]
)
def test_a_folder_of_ones_own_is_not_taken_for_a_published_one(tmp_path: Path, name: str) -> None:
    assert told(folder(tmp_path / name)) == (name, "not stated")


@pytest.mark.parametrize("name", ["groove-v1.0.0-of-mine.zip", "grooves.zip", "openewld.tar.xz", "ceol-rince.zip"])
def test_an_archive_of_ones_own_is_not_taken_for_a_published_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    assert told(tmp_path / name) == (name, "not stated")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("groove-v1.0.0.zip", ("Groove MIDI Dataset, official train split", "CC BY 4.0")),
        ("groove-v1.0.0-midionly.zip", ("Groove MIDI Dataset, official train split", "CC BY 4.0")),
        ("groove-v1.0.0-train-validation.zip", ("Groove MIDI Dataset, official train split", "CC BY 4.0")),
        ("ceol-rince-midi-train.tar.xz", ("Ceol Rince na hEireann MIDI corpus", "CC BY 4.0")),
        ("openewld-train.tar.xz", ("OpenEWLD", "MIT")),
        ("openscore-lieder-mxl.tar.xz", ("OpenScore Lieder Corpus", "CC0 1.0")),
    ],
)
def test_published_archives_are_known_by_their_names(tmp_path: Path, name: str, expected: tuple[str, str]) -> None:
    (tmp_path / name).write_bytes(b"archive")
    assert told(tmp_path / name) == expected


@needs_data
@pytest.mark.parametrize("model", ["drum_vae", "humanise", "melody_vae", "melody_continuation"])
def test_the_shipped_cards_name_the_very_data(store: Store, model: str) -> None:
    """Each archive is told by name, licence and SHA-256 as it is in the cards."""
    for data in store.model(model).card.training_data:
        assert data in training_data([ARCHIVES[data.name]])


@pytest.mark.parametrize("name", ["groove", "drums from a friend's disk"])
def test_the_groove_midi_dataset_unpacked_is_known_by_its_table(tmp_path: Path, name: str) -> None:
    assert told(folder(tmp_path / name, GROOVE_TABLE))[0].startswith("Groove MIDI Dataset")
    assert told(tmp_path)[0].startswith("Groove MIDI Dataset")  # the folder that it was unpacked into


def test_a_folder_that_has_more_than_the_groove_midi_dataset_is_ones_own(tmp_path: Path) -> None:
    folder(tmp_path / "groove", GROOVE_TABLE)
    folder(tmp_path / "my songs")
    assert told(tmp_path) == (tmp_path.name, "not stated")


@pytest.mark.parametrize("table", [OWN_TABLE, "", "name,key\na,C\n"])
def test_a_table_of_ones_own_does_not_make_a_folder_the_groove_midi_dataset(tmp_path: Path, table: str) -> None:
    assert told(folder(tmp_path / "groove", table)) == ("groove", "not stated")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'"' + b"x" * 200_000])
def test_a_damaged_table_is_no_groove_midi_dataset(tmp_path: Path, content: bytes) -> None:
    (folder(tmp_path / "groove") / "info.csv").write_bytes(content)
    assert told(tmp_path / "groove") == ("groove", "not stated")


def test_a_folder_is_named_also_where_it_is_the_one_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder(tmp_path / "my_band"))
    assert told(Path()) == ("my_band", "not stated")
