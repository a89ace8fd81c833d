"""Piano rolls, the pages of the models, and what docs/models.md says of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from bridge.errors import BadFile
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.music.meter import Meter
from bridge.music.midi_file import read_clip
from training.clip_statistics import DRUM_TABLES, MELODY_TABLES
from training.data.harmony import Harmony
from training.data.performance import Performance
from training.data.tunes import Tune
from training.pictures.drawing import OURS, THEIRS, Block, DrumPanel, LinePanel, Row, drum_roll, picture, span_of
from training.pictures.pages import DRUM_PAGES, MELODY_PAGES
from training.rolls import main

ROOT = Path(__file__).resolve().parents[2]
MODELS_PAGE = (ROOT / "docs/models.md").read_text("utf-8")
PICTURES = ROOT / "docs/models"
MOST_BYTES = 60_000
MARK = re.compile(r"M(-?[\d.]+) (-?[\d.]+)v([\d.]+)")


def marks(clip: Clip, **options: float) -> list[tuple[float, float, float]]:
    """x, y and height of every hit."""
    *_, hits = drum_roll(clip, 0.0, 0.0, "red", step_pixels=10.0, row_pixels=10.0, **options)
    return [(float(x), float(y), float(height)) for x, y, height in MARK.findall(hits)]


def hit(start_beats: float, velocity: float = 100.0) -> Clip:
    return Clip((Note(36, start_beats, 0.1, velocity),), 4.0)


def test_a_hit_is_drawn_where_it_is_played() -> None:
    ((on_grid, y, _),) = marks(hit(1.0))
    ((late, _, _),) = marks(hit(1.05))
    ((later, _, _),) = marks(hit(1.05), magnified=3.0)
    assert late - on_grid == pytest.approx(0.2 * 10)
    assert later - on_grid == pytest.approx(0.6 * 10)
    assert 80.0 < y < 90.0  # the kick is the lowest of nine rows


def test_a_loud_hit_is_tall() -> None:
    assert marks(hit(0.0, 127.0))[0][2] > 2 * marks(hit(0.0, 20.0))[0][2]


def test_what_was_heard_is_told_from_what_followed() -> None:
    clip = Clip((Note(60, 0.0, 1.0, 80.0), Note(62, 4.0, 1.0, 80.0)), 8.0)
    drawn = "".join(LinePanel(clip, 55, 70, OURS[1.0], heard_beats=4.0).drawn(0.0, 0.0, 6.0, named=False))
    assert drawn.index(THEIRS) != drawn.index(OURS[1.0])
    assert OURS[1.0] not in "".join(LinePanel(clip, 55, 70, OURS[1.0], heard_beats=8.0).drawn(0, 0, 6, named=False))


def test_the_span_has_room_for_every_note() -> None:
    low, high = span_of([Clip((Note(40, 0.0, 1.0, 80.0), Note(90, 1.0, 1.0, 80.0)), 4.0)])
    assert low < 40 < 90 < high
    low, high = span_of([Clip((), 4.0)])
    assert high - low == 16


def test_a_picture_is_well_formed_and_the_same_every_time() -> None:
    rows = [Row("<loud> & clear", [DrumPanel(hit(0.5)), DrumPanel(hit(-0.1))])]
    drawn = picture("A & B", [Block("first", rows, ["one", "two"]), Block("second", rows)])
    assert drawn == picture("A & B", [Block("first", rows, ["one", "two"]), Block("second", rows)])
    texts = [element.text for element in ElementTree.fromstring(drawn).iter() if element.text]
    assert "<loud> & clear" in texts
    assert "A & B" in texts


def test_the_pictures_go_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--models", str(ROOT / "onnx_models"), "--examples", str(ROOT / "examples")]
    assert main([*options, "--out", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["blend.svg"]  # the pages want data
    ElementTree.parse(tmp_path / "blend.svg")
    assert main(["--out", str(tmp_path / "blend.svg")]) == 1
    assert "is a file: give the folder" in capsys.readouterr().err


# --- the pages ------------------------------------------------------------------------------------------------------


def grooves() -> list[Performance]:
    """Under the names that the pages ask for; noise, but in the meters."""
    rng = np.random.default_rng(0)
    made = []
    for name, meter in (
        ("drummer1/session3/13", Meter(4, 4)),
        ("drummer1/session1/2", Meter(4, 4)),
        ("drummer4/session1/2", Meter(4, 4)),
        ("drummer6/session1/4", Meter(6, 8)),
    ):
        hits = (rng.random((round(12 * meter.bar_beats * 4), 9)) < 0.2).astype(np.float32)
        cells = np.concatenate((hits, 0.6 * hits, 0.1 * hits), axis=1)
        made.append(Performance(name, meter, 100.0, "beat", "test", cells, name))
    return made


def tunes() -> list[Tune]:
    made = []
    for name, meter in (
        ("AndersonsReel", Meter(4, 4)),
        ("AnthonyFrawleysJig", Meter(6, 8)),
        ("Smilin' Through", Meter(3, 4)),
        ("O Sole Mio", Meter(4, 4)),
    ):
        length_beats = 8 * meter.bar_beats
        notes = tuple(Note(60 + i * 7 % 12, i / 2, 0.5, 80.0) for i in range(round(2 * length_beats)))
        harmony = (Harmony(0.0, length_beats, frozenset({0, 4, 7}), 0),) if meter == Meter(3, 4) else None
        made.append(Tune(name, name, "made", meter, notes, length_beats, harmony))
    return made


def drawn(store: Store, kind: str) -> str:
    if kind in DRUM_PAGES:
        return DRUM_PAGES[kind](store.default(kind), grooves(), read_clip(ROOT / "examples/lines/bass.mid"))
    return MELODY_PAGES[kind](store.default(kind), tunes())


@pytest.mark.parametrize("kind", [*DRUM_PAGES, *MELODY_PAGES])
def test_a_page_is_drawn_by_the_shipped_model(store: Store, kind: str) -> None:
    page = drawn(store, kind)
    assert page == drawn(store, kind)
    assert len(page) < MOST_BYTES
    texts = {element.text for element in ElementTree.fromstring(page).iter() if element.text}
    assert any("temperature 1" in text for text in texts)


def test_without_the_bars_that_a_page_shows_there_is_no_page(store: Store) -> None:
    with pytest.raises(BadFile, match="drummer1/session3/13 is not in the data"):
        DRUM_PAGES["drum_vae"](store.default("drum_vae"), grooves()[1:], hit(0.0))


@pytest.mark.parametrize("kind", [*DRUM_TABLES, *MELODY_TABLES])
def test_a_table_compares_what_a_model_plays_with_what_people_played(store: Store, kind: str) -> None:
    data: Sequence[Performance] | Sequence[Tune] = grooves() if kind in DRUM_TABLES else tunes()
    table = (DRUM_TABLES | MELODY_TABLES)[kind](store.default(kind), data, data, 8)
    title, columns = table
    assert kind in title
    assert len({tuple(figures) for figures in columns.values()}) == 1  # the same rows in every column
    assert all(np.isfinite(list(figures.values())).all() for figures in columns.values())


# --- docs/models.md -------------------------------------------------------------------------------------------------


def test_every_model_has_a_page_and_every_page_a_model(store: Store) -> None:
    kinds = {model.card.kind for model in store.models.values()}
    assert kinds == DRUM_PAGES.keys() | MELODY_PAGES.keys()
    assert {path.stem for path in PICTURES.glob("*.svg")} == kinds


def test_the_page_of_the_models_names_and_shows_each(store: Store) -> None:
    for name, model in store.models.items():
        assert f"`{name}`" in MODELS_PAGE
        assert f"](models/{model.card.kind}.svg)" in MODELS_PAGE


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.svg")), ids=lambda path: path.name)
def test_pictures_are_small_and_well_formed(path: Path) -> None:
    assert path.stat().st_size < MOST_BYTES
    ElementTree.parse(path)


def test_the_tables_have_the_rows_that_the_command_prints() -> None:
    for kind in (*DRUM_TABLES, *MELODY_TABLES):
        assert re.search(rf"^\| `{kind}`: .+\|$", MODELS_PAGE, flags=re.MULTILINE), kind
