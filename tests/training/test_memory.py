"""The memory beside humanise and drumify: what it finds, when it is silent, and how large it may grow."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.models.drum_grid import CLASSES, STEPS
from bridge.models.grid import window
from bridge.music.meter import Meter

torch = pytest.importorskip("torch", reason="needs requirements-train.txt")

from training.data.drum_windows import Batch, Windows  # noqa: E402
from training.data.performance import Performance  # noqa: E402
from training.graphs.memory import HALF, Listening, Memory, as_key, mixed  # noqa: E402

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
    return 10.0 * torch.from_numpy(batch.cells[..., :CLASSES]).flatten(1)


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
    assert which[:, 0].tolist() == list(range(len(windows)))
    assert weights[:, 0].tolist() == [1.0] * len(windows)
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


def test_it_keeps_within_its_bytes() -> None:
    performances = [performance(n, bars=40) for n in range(1, 30)]
    for most in (10_000, 100_000, 400_000):
        remembered = memory(performances, most)
        kept = sum(array.nbytes for name, array in remembered.weights().items() if name != "memory.positions")
        assert 0 < len(remembered.keys) < 29 * 39
        assert kept <= most
