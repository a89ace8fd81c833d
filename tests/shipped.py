"""What comes with Sideman, by name: a musician's own presets and kits beside these are none of the tests' business."""

from __future__ import annotations

import shutil
from pathlib import Path

__all__ = ["KITS", "MODELS", "PRESETS", "shipped_presets"]

ROOT = Path(__file__).resolve().parent.parent
MODELS = ("drum_continuation", "drum_vae", "drumify", "humanise", "melody_continuation", "melody_vae")
PRESETS = ("busy", "long_take", "loose", "sketchbook", "sparse", "straight", "tight", "wild")
KITS = ("general_midi", "live_drum_rack", "roland_td")


def shipped_presets(folder: Path) -> Path:
    """Copies them, as they are in the repository now, into a new folder."""
    (folder / "kits").mkdir(parents=True)
    for name in PRESETS:
        shutil.copy(ROOT / "presets" / f"{name}.yaml", folder)
    for name in KITS:
        shutil.copy(ROOT / "presets" / "kits" / f"{name}.yaml", folder / "kits")
    return folder
