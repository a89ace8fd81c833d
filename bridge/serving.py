"""`serve` and `models`: the commands that load models, and so an inference engine, which `ask` does without."""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import queue
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

import bridge
from bridge.doors.udp import HOST, Server
from bridge.errors import BadFile
from bridge.models.store import Store
from bridge.presets import Presets

__all__ = ["open_store", "screen", "serve", "show_models"]

REFRESH_SECONDS = 1.0


def open_store(folder: Path) -> Store:
    """The models of a folder; those that are skipped are named on standard error. Raises BadFile where none is left."""
    store = Store(folder)
    for sentence in store.load_all().skipped:
        print(f"Skipped: {sentence}", file=sys.stderr)
    return store


def serve(models: Path, presets_folder: Path, port: int) -> int:
    """A bridge until a signal comes. Raises BadFile and Busy before it listens."""
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO)
    presets = Presets.load(presets_folder)
    store = open_store(models)
    for preset in presets.presets.values():
        if preset.model is not None and preset.model not in store.models:
            there = f"{'is' if len(store.models) == 1 else 'are'} {', '.join(store.models)}"
            raise BadFile(f"The preset {preset.name} asks for the model {preset.model}, but there {there}.")
    server = Server(store, presets, port)
    # Not an Event: its lock is held by the very thread that a signal interrupts, which then would wait for itself.
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()

    def stop(number: int, frame: FrameType | None) -> None:
        signals.put(number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    # What was loaded stays. Python would look through it for garbage now and then, and that takes up to 25 ms.
    gc.freeze()
    _give_back_memory()
    server.start()
    print(screen(server.port, store.models, presets), flush=True)
    # A wait without end would keep Ctrl-C from Python on Windows; between two waits new models are looked for.
    while not _has_come(signals, REFRESH_SECONDS):
        look = store.refresh()
        for name in look.loaded:
            print(f"Loaded the model {name}.", flush=True)
        for name in look.removed:
            print(f"The model {name} is gone from the folder.", flush=True)
        for sentence in look.skipped:
            print(f"Skipped: {sentence}", flush=True)
    server.stop()
    print("Sideman stopped.", flush=True)
    return 0


def _give_back_memory() -> None:
    """What loading took and left: without being asked, glibc keeps 4 to 6 MB of it for good."""
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, AttributeError):  # a Python without ctypes, a C library without the call
            import ctypes

            ctypes.CDLL(None).malloc_trim(0)


def _has_come(signals: queue.SimpleQueue[int], wait_seconds: float) -> bool:
    try:
        signals.get(timeout=wait_seconds)
    except queue.Empty:
        return False
    return True


def screen(port: int, models: Iterable[str], presets: Presets) -> str:
    """What is printed once the bridge listens."""
    return "\n".join(
        (
            f"Sideman {bridge.__version__} listens on {HOST}, port {port}.",
            "",
            f"  models   {', '.join(models)}",
            f"  presets  {', '.join(presets.presets)}",
            f"  kits     {', '.join(presets.kits)}",
            "",
            "Next, in another terminal:",
            "  python start.py demo --out clips      what it can do, with the example clips",
            "  python start.py ask blend A.mid B.mid C.mid D.mid --x 0.5 --y 0.5 --out clips",
            "Ctrl-C stops it.",
        )
    )


def show_models(folder: Path, *, as_json: bool) -> int:
    """Prints the cards of a folder's models. Raises BadFile where there is none."""
    store = open_store(folder)
    if as_json:
        cards = [{**json.loads(model.card.to_json()), "sha256": model.sha256} for model in store.models.values()]
        print(json.dumps(cards, indent=2))
        return 0
    for model in store.models.values():
        card = model.card
        print(f"{card.name}  ({card.kind}, {card.codec} {card.codec_version}, {model.sha256[:12]})")
        for data in card.training_data:
            print(f"  trained on {data.name} {data.version}, {data.licence}: {data.citation}")
        print(f"  weights: {card.licence}")
        print(f"  made by {card.made_by}")
        if card.playing:
            print(f"  played by {', '.join(f'{name} {_fact(fact)}' for name, fact in card.playing.items())}")
        for name, number in card.numbers.items():
            print(f"  {name}: {number:g}")
    return 0


def _fact(fact: float | tuple[float, ...]) -> str:
    return " ".join(f"{number:g}" for number in (fact if isinstance(fact, tuple) else (fact,)))
