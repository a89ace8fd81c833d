"""What many tests stand on: the shipped model, presets and example clips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.models.drum_vae import DrumVae
from bridge.models.engine import LoadedModel
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.music.midi_file import read_clip
from bridge.presets import Presets
from tests.program import BridgeProcess
from tests.shipped import shipped_presets
from tests.skills.tunes import numbered, tune

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def store() -> Store:
    """The shipped models: without one nothing here means anything, so that this fails and nothing stands in."""
    store = Store(ROOT / "onnx_models")
    store.load_all()
    return store


@pytest.fixture(scope="session")
def shipped(store: Store) -> LoadedModel:
    return store.default("drum_vae")


@pytest.fixture(scope="session")
def shipped_melody(store: Store) -> LoadedModel:
    return store.default("melody_vae")


@pytest.fixture(scope="session")
def presets_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped presets and kits alone."""
    return shipped_presets(tmp_path_factory.mktemp("shipped") / "presets")


@pytest.fixture(scope="session")
def presets(presets_folder: Path) -> Presets:
    return Presets.load(presets_folder)


@pytest.fixture
def drummer(shipped: LoadedModel) -> DrumVae:
    return DrumVae(ModelUse(shipped))


@pytest.fixture
def singer(shipped_melody: LoadedModel) -> MelodyVae:
    return MelodyVae(ModelUse(shipped_melody))


@pytest.fixture(scope="session")
def examples() -> list[Clip]:
    """Rock, funk, Latin toms, half time: two bars of 4/4 each."""
    return [read_clip(path) for path in sorted((ROOT / "examples").glob("*.mid"))]


@pytest.fixture(scope="session")
def lines() -> dict[str, Clip]:
    """Clips of single notes, two bars each: a bass, a melody and its answer, a jig in 6/8, and chords."""
    return {path.stem: read_clip(path) for path in sorted((ROOT / "examples" / "lines").glob("*.mid"))}


@pytest.fixture(scope="session")
def corners(lines: dict[str, Clip]) -> list[Clip]:
    """Four melodies of two bars of 4/4, their notes counted through."""
    third = tune(64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62, None)
    fourth = tune(60, None, 67, None, 64, 67, 72, 71, 69, None, 65, None, 67, 65, 64, 62)
    return numbered(lines["melody"], lines["answer"], third, fourth)


@pytest.fixture(scope="session")
def bridge_process(presets_folder: Path) -> Iterator[BridgeProcess]:
    """One for all tests that ask a running bridge and leave it as it is."""
    with BridgeProcess("--presets", presets_folder) as process:
        yield process
