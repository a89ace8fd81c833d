"""What many tests stand on: the shipped model, presets and example clips."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.models.drum_vae import DrumVae
from bridge.models.engine import LoadedModel
from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.music.midi_file import read_clip

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shipped() -> LoadedModel:
    store = Store(ROOT / "onnx_models")
    store.load_all()
    return store.default("drum_vae")


@pytest.fixture
def drummer(shipped: LoadedModel) -> DrumVae:
    return DrumVae(shipped)


@pytest.fixture(scope="session")
def examples() -> list[Clip]:
    """Rock, funk, Latin toms, half time: two bars of 4/4 each."""
    return [read_clip(path) for path in sorted((ROOT / "examples").glob("*.mid"))]
