"""Where the models, presets and examples lie that came with the bridge."""

from __future__ import annotations

from pathlib import Path

__all__ = ["EXAMPLES", "LINES", "MODELS", "PRESETS", "ROOT"]

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "onnx_models"
PRESETS = ROOT / "presets"
EXAMPLES = ROOT / "examples"
LINES = EXAMPLES / "lines"
