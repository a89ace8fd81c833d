"""The numbers that are published, measured again on the data that they are of."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import BadFile
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.engine import LoadedModel
from bridge.models.grid import window
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip, Note
from bridge.music.meter import Meter
from bridge.music.midi_file import write_clip
from training.data.drum_sequences import Sequences
from training.data.drum_windows import CUT_METERS, Windows, augmented_batches
from training.data.groove_midi import read_performances
from training.data.harmony import Harmony
from training.data.performance import Performance
from training.data.tunes import Tune
from training.evaluate import main
from training.figures.drums import Tally, TokenLanguage, drum_vae_figures, four_four, zero_offset_figures
from training.figures.grooves import drumify_figures, humanise_figures
from training.figures.melodies import melody_continuation_figures

GMD = Path(__file__).resolve().parents[3] / "shared" / "data" / "gmd" / "groove-v1.0.0-train-validation.zip"
needs_gmd = pytest.mark.skipif(not GMD.exists(), reason="needs the Groove MIDI Dataset beside the repository")


@pytest.fixture(scope="module")
def validation() -> Windows:
    return four_four(read_performances(GMD, "validation"))


@needs_gmd
def test_the_windows_are_those_of_the_definition(validation: Windows) -> None:
    """2-bar windows with a 1-bar hop of beats and fills in 4/4, as counted for this split by others."""
    assert len(validation) == 2055


@needs_gmd
def test_the_baseline_on_the_grid_comes_out_as_defined(validation: Windows) -> None:
    figures = zero_offset_figures(validation)
    assert figures["timing_mae_ms"] == pytest.approx(22.95, abs=0.01)
    assert figures["timing_mse_16ths2"] == pytest.approx(0.0442, abs=0.0001)


@needs_gmd
def test_the_shipped_model_reconstructs_as_its_card_says(shipped: LoadedModel, validation: Windows) -> None:
    figures = drum_vae_figures(shipped, validation, None)
    for name in ("hit_f1", "exact_step_accuracy", "velocity_mae", "timing_mae_ms", "kl_nats"):
        assert figures[name] == pytest.approx(shipped.card.numbers[f"validation_{name}"], rel=0.002), name


@needs_gmd
@pytest.mark.parametrize("name", ["humanise", "drumify"])
def test_the_shipped_models_are_as_their_cards_say(store: Store, validation: Windows, name: str) -> None:
    model, windows = store.model(name), validation
    if name == "drumify":
        windows = four_four([p for p in read_performances(GMD, "validation") if p.beat_type == "beat"])
        assert len(windows) == 2025
    figures = (humanise_figures if name == "humanise" else drumify_figures)(model, windows)
    promised = {key.removeprefix("validation_"): value for key, value in model.card.numbers.items()}
    assert len(promised) > 5
    for key, value in promised.items():
        assert figures[key] == pytest.approx(value, rel=0.002), key


@needs_gmd
def test_what_a_drummer_plays_next_costs_the_shipped_model_less_than_anything(store: Store) -> None:
    """On a few runs: the true continuation against the same one backwards; and nothing is learnt from what follows."""
    drummer = DrumContinuation(ModelUse(store.model("drum_continuation")))
    drums = [p for p in read_performances(GMD, "validation")[:20] if str(p.meter) == "4/4"]
    sequences, shape = Sequences(drums), window(Meter())
    runs = sequences.plain(np.arange(0, len(sequences), 10), 64)
    true = [drummer.nats(cells[:32], cells[32:], shape, 120.0) for cells in runs.cells]
    turned = [drummer.nats(cells[:32], cells[:31:-1], shape, 120.0) for cells in runs.cells]
    assert np.mean(true) < 0.7 * np.mean(turned)
    cut = [drummer.nats(cells[:32], cells[32:40], shape, 120.0) for cells in runs.cells]
    np.testing.assert_allclose([nats[:8] for nats in true], cut, atol=1e-4)


@needs_gmd
def test_the_command_prints_json_for_each_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--models", "onnx_models", "--data", str(GMD), "--only", "humanise", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures) == {"zero_offset", "humanise"}
    asked = {"timing_mae_ms", "timing_mse_16ths2", "velocity_mae", "timing_spread_ratio", "windows"}
    assert asked <= set(figures["humanise"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--split", "dev"], "There is no split 'dev': the splits are train, validation, test, all."),
        (["--only", "bassist"], 'There is no model "bassist".'),
        ([], "has no MIDI files"),
    ],
)
def test_what_cannot_be_judged_is_one_clear_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    only = [] if "--only" in arguments else ["--only", "humanise"]
    assert main(["--models", "onnx_models", "--data", str(tmp_path), *only, *arguments]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert "Traceback" not in said.err


def test_a_folder_of_anyones_midi_is_judged_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = [Note(36 if i % 4 == 0 else 42, i / 4 + 0.01, 0.1, 60.0 + i) for i in range(32)]
    write_clip(tmp_path / "own.mid", Clip(tuple(notes), 8.0))
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    asked = ["--models", "onnx_models", "--data", str(tmp_path), "--split", "all", "--json"]
    assert main([*asked, "--only", "humanise,drum_continuation"]) == 0
    said = capsys.readouterr()
    figures = json.loads(said.out)
    assert set(figures) == {"zero_offset", "humanise"}
    assert figures["humanise"]["windows"] == 1
    assert "drum_continuation: None of the 1 drum performances is as long as four bars of 4/4." in said.err
    assert "broken.mid" in said.err


def test_what_there_is_nothing_of_has_no_figure(store: Store) -> None:
    tally = Tally()
    assert (tally.value, tally.named("share"), str(tally)) == (0.0, {}, "nothing to count")
    tally.add("a.mid", 0.0, 0.0)
    assert tally.named("share") == {}
    tally.add("b.mid", 1.0, 2.0)
    assert tally.named("share") == {"share": 0.5, "share_low": 0.5, "share_high": 0.5}
    # Chords that are over before the first bar that is continued.
    notes = tuple(Note(60 + i % 12, i / 2, 0.5, 80.0) for i in range(32))
    heard = Tune("made", "made", "made", Meter(), notes, 16.0, (Harmony(0.0, 1.0, frozenset({0, 4, 7}), 0),))
    figures = melody_continuation_figures(store.model("melody_continuation"), [heard])
    assert {"nll_per_event", "scale_consistency_low"} <= set(figures)
    assert not any("chord" in name for name in figures)


def performance(bars: int, meter: Meter | None = None) -> Performance:
    meter = meter or Meter()
    steps = round(bars * meter.bar_beats * 4)
    cells = np.zeros((steps, 27), np.float32)
    cells[np.arange(steps), np.arange(steps) % 9] = 1.0
    return Performance("made", meter, 120.0, "beat", "test", cells, "made.mid")


def test_windows_hop_by_a_bar_and_short_performances_have_none() -> None:
    windows = Windows([performance(5), performance(1), performance(4, Meter(5, 4))])
    assert [tuple(row) for row in windows.rows[:4]] == [(0, 80, 0), (0, 80, 16), (0, 80, 32), (0, 80, 48)]
    assert [str(windows.meters[owner]) for owner in windows.owners[4:]] == ["5/4"] * 4


@pytest.mark.parametrize("meter", CUT_METERS, ids=str)
def test_a_bar_in_another_meter_begins_as_the_played_one(meter: Meter) -> None:
    windows = Windows([performance(8)])
    batch = windows.cut(np.array([0]), meter)
    hits = batch.cells[0, :, :9].argmax(1)
    valid = batch.positions[0, :, 0] != 32
    assert not batch.cells[0, ~valid].any()
    starts = np.flatnonzero(batch.positions[0, :, 0] == 0)
    assert len(starts) == 32 // round(meter.bar_beats * 4)
    assert all(hits[start] in {16 * bar % 9 for bar in range(8)} for start in starts)


def test_augmented_batches_are_cells_as_the_codec_has_them() -> None:
    windows = Windows([performance(9), performance(9), performance(6, Meter(6, 8))])
    batches = augmented_batches(windows, 64, np.random.default_rng(0))
    for _ in range(20):
        batch = next(batches)
        assert len(batch) == 64
        hits, velocity, offset = np.split(batch.cells, 3, axis=2)
        assert set(np.unique(hits)) <= {0.0, 1.0}
        assert not velocity[hits == 0].any()
        assert not offset[hits == 0].any()
        assert not hits[batch.positions[..., 0] == 32].any()


def test_the_language_model_finds_the_trained_likelier_than_the_scrambled() -> None:
    rng = np.random.default_rng(0)
    hits = np.zeros((50, 32, 9), np.float32)
    hits[:, ::8, 0] = hits[:, 4::8, 1] = hits[:, ::2, 2] = 1.0
    language = TokenLanguage(hits)
    scrambled = hits[:, rng.permutation(32)]
    assert language.nats(hits[:5]).max() < 0.3 * language.nats(scrambled[:5]).min()


def test_data_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"no info\.csv"):
        read_performances(tmp_path, "train")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK no zip")
    with pytest.raises(BadFile, match="no zip archive"):
        read_performances(broken, "train")
    with (tmp_path / "info.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "style", "bpm", "beat_type", "time_signature", "midi_filename", "split"])
        writer.writerow(["a", "rock", "120", "beat", "4-4", "missing.mid", "train"])
    with pytest.raises(BadFile, match="no rows of the split 'test'"):
        read_performances(tmp_path, "test")
    with pytest.raises(BadFile, match="None of the 1 files"):
        read_performances(tmp_path, "train")
    (tmp_path / "info.csv").write_text("id,split\na,train\n")
    with pytest.raises(BadFile, match="lacks the columns style, bpm"):
        read_performances(tmp_path, "train")


def test_files_that_cannot_be_read_are_named_and_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = Clip((Note(36, 0.0, 0.1, 90.0), Note(38, 1.0, 0.1, 90.0)), 8.0)
    write_clip(tmp_path / "good.mid", good)
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    with (tmp_path / "info.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "style", "bpm", "beat_type", "time_signature", "midi_filename", "split"])
        for name, tempo in (("good.mid", "120"), ("broken.mid", "120"), ("missing.mid", "120"), ("good.mid", "fast")):
            writer.writerow([name, "rock", tempo, "beat", "4-4", name, "train"])
    (performance,) = read_performances(tmp_path, "train")
    assert performance.cells[:, :9].sum() == 2
    errors = capsys.readouterr().err
    assert all(name in errors for name in ("broken.mid", "missing.mid", "good.mid"))
