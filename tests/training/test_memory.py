"""The memory beside humanise and drumify: what it finds, when it is silent, and how large it may grow."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import onnx
import pytest

from bridge.models.drum_grid import CLASSES, STEPS
from bridge.models.grid import window
from bridge.music.meter import Meter

torch = pytest.importorskip("torch", reason="needs requirements-train.txt")

from training.data.drum_windows import Batch, Windows  # noqa: E402
from training.data.performance import Performance  # noqa: E402
from training.graphs import drumify, humanise  # noqa: E402
from training.graphs.card import MAX_FILE_BYTES  # noqa: E402
from training.graphs.humanise import UNIT, HumaniseProduct  # noqa: E402
from training.graphs.memory import HALF, Listening, Memory, as_key, mixed, octaves  # noqa: E402
from training.networks.humanise import Humanise  # noqa: E402

FOUR = Meter(4, 4)
LISTENING = Listening(nearest=4, width=20.0, farthest=0.5, share=0.4)


def performance(number: int, bars: int = 6, meter: Meter = FOUR) -> Performance:
    """Kick and snare of its own, all hits late by its number of hundredths and as loud."""
    rng = np.random.default_rng(number)
    steps = bars * window(meter).bar_steps
    hits = (rng.random((steps, CLASSES)) < 0.2).astype(np.float32)
    feel = np.float32(number / 100)
    cells = np.concatenate((hits, hits * feel, hits * feel), axis=1)
    return Performance(str(number), meter, 120.0, "beat", "rock", cells, f"{number}.mid")


def key(batch: Batch) -> torch.Tensor:
    tempo = 30.0 * octaves(torch.from_numpy(batch.tempos_bpm)[:, None])
    return torch.cat((tempo, 10.0 * torch.from_numpy(batch.cells[..., :CLASSES]).flatten(1)), dim=1)


def memory(performances: list[Performance], most_bytes: int = 10**6, bins: int = 20) -> Memory:
    return Memory(Windows(performances), LISTENING, key, most_bytes, bins=bins)


def asked(of: Memory, batch: Batch) -> tuple[torch.Tensor, ...]:
    told = torch.zeros(len(batch), 1)
    return of.neighbours(as_key(key(batch)), told, torch.from_numpy(batch.positions))


def test_a_window_that_is_remembered_is_its_own_nearest() -> None:
    windows = Windows([performance(n) for n in range(1, 9)])
    remembered = memory([performance(n) for n in range(1, 9)])
    batch = windows.plain(np.arange(len(windows)))
    weights, which, share = asked(remembered, batch)
    assert remembered.starts[which[:, 0]].tolist() == (windows.rows[:, 0] + windows.rows[:, 2]).tolist()
    # Of others with about half as many hits in common there is next to nothing in it.
    assert weights[:, 1].max() < 1e-6
    assert share.tolist() == [[pytest.approx(LISTENING.share)]] * len(windows)
    # Its hits and its feeling come back.
    hits = batch.cells[..., :CLASSES]
    sums, total = remembered.histograms(weights[:, :1], which[:, :1])
    assert np.array_equal(total[..., 0].numpy(), np.concatenate((hits, hits), axis=2))
    velocity = sums[:, :, :CLASSES].argmax(-1).numpy()[hits > 0]
    offset = sums[:, :, CLASSES:].argmax(-1).numpy()[hits > 0]
    feel = (windows.owners[np.nonzero(hits)[0]] + 1) / 100
    assert velocity.tolist() == np.floor(feel * 20).tolist()
    assert offset.tolist() == np.floor((feel + 0.5) * 20).tolist()


def test_it_is_silent_where_nothing_is_near_and_in_other_meters() -> None:
    remembered = memory([performance(n) for n in range(1, 9)])
    strange = Windows([performance(50)]).plain(np.arange(5))
    assert asked(remembered, strange)[2].tolist() == [[0.0]] * 5
    # That it is strange at any other tempo, too: only a window of the same hits is near at none that is far away.
    for tempo_bpm in (60.0, 100.0, 180.0):
        other = dataclasses.replace(strange, tempos_bpm=np.full(5, tempo_bpm, np.float32))
        assert asked(remembered, other)[2].tolist() == [[0.0]] * 5
    waltz = Windows([performance(1, meter=Meter(3, 4))]).plain(np.arange(1))
    assert asked(remembered, waltz)[2].tolist() == [[0.0]]


def test_the_most_common_meter_is_remembered_and_no_step_behind_its_window() -> None:
    waltzes = [performance(n, meter=Meter(3, 4)) for n in range(1, 4)]
    remembered = memory([*waltzes, performance(9, bars=2)])
    batch = Windows(waltzes).plain(np.arange(3))
    _, which, share = asked(remembered, batch)
    assert share.min() > 0
    tokens = remembered.steps(which[:, :1])
    assert tokens[:, 0, :24].any()
    assert not tokens[:, 0, 24:].any()


def test_combinations_are_weighed_and_mixed_by_how_many_were_heard() -> None:
    remembered = memory([performance(1, bars=2)], bins=0)
    sums, total = remembered.combinations(torch.tensor([[1.0, 0.5]]), torch.tensor([[0, 0]]))
    played = performance(1, bars=2).cells[:, :CLASSES].any(1)
    assert total[0, :, 0].tolist() == (1.5 * played).tolist()
    said = torch.full((1, STEPS, 512), 1 / 512)
    together = mixed(said, sums, total, torch.tensor([[0.4]]))
    np.testing.assert_allclose(together.sum(2).numpy(), 1.0, rtol=1e-5)
    share = 0.4 * 1.5 / (1.5 + HALF)
    expected = np.where(played, share + (1 - share) / 512, 1 / 512)
    np.testing.assert_allclose(together.amax(2)[0].numpy(), expected, rtol=1e-5)


def test_directions_are_those_of_the_meter_that_is_remembered() -> None:
    """A band in 3/4 with one bar of 4/4 tells its waltzes apart."""
    empty = performance(1, bars=2)
    empty.cells[1:] = 0.0
    waltzes = Windows([empty, *(performance(n, bars=20, meter=Meter(3, 4)) for n in range(1, 9))])
    product = HumaniseProduct([Humanise().eval()], waltzes, np.random.default_rng(0))
    batch = waltzes.plain(np.arange(1, len(waltzes)))
    keys = product.key_of_batch(batch)[:, 1:] / UNIT
    kept = keys.square().sum() / torch.from_numpy(batch.cells[..., :CLASSES]).sum()
    assert 0.4 < kept <= 1.01


@pytest.mark.parametrize(
    ("kind", "most_bytes"), [("humanise", humanise.MEMORY_BYTES), ("drumify", drumify.MEMORY_BYTES)]
)
def test_a_full_memory_goes_into_a_file_that_may_be_shipped(kind: str, most_bytes: int) -> None:
    path = Path(f"onnx_models/{kind}.onnx")
    kept = [len(t.raw_data) for t in onnx.load(path).graph.initializer if t.name.startswith("memory.")]
    assert sum(kept) <= most_bytes + STEPS * 16  # and the positions
    assert path.stat().st_size - sum(kept) + most_bytes < MAX_FILE_BYTES - 5_000


def test_all_of_the_data_that_has_room_is_in_the_shipped_files() -> None:
    for kind, windows in (("humanise", 16_537), ("drumify", 16_341)):
        (starts,) = (t for t in onnx.load(f"onnx_models/{kind}.onnx").graph.initializer if t.name == "memory.starts")
        assert list(starts.dims) == [windows]


def test_it_keeps_within_its_bytes() -> None:
    performances = [performance(n, bars=40) for n in range(1, 30)]
    for most, bins in ((20_000, 0), (20_000, 20), (100_000, 20), (300_000, 0)):
        remembered = memory(performances, most, bins)
        kept = sum(array.nbytes for name, array in remembered.weights().items() if name != "memory.positions")
        assert 0 < len(remembered.keys) < 29 * 39
        # As full as it gets: there is no room for one more.
        assert most - kept / len(remembered.keys) * 39 < kept <= most


def test_performances_without_a_hit_are_remembered_as_that() -> None:
    silent = performance(1)
    silent.cells[:] = 0.0
    remembered = memory([silent])
    assert not remembered.steps(torch.tensor([[0]])).any()
