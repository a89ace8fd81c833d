"""The models that come with the bridge are those that it takes without a trial in another process."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bridge.models.shipped import SHIPPED

FOLDER = Path(__file__).parents[2] / "onnx_models"


def test_the_shipped_files_are_listed_and_no_others() -> None:
    found = {hashlib.sha256(path.read_bytes()).hexdigest(): path.name for path in FOLDER.glob("*.onnx")}
    assert found.keys() == SHIPPED, f"bridge/models/shipped.py must list {found}"
