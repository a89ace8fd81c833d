"""Draws the blend of the four example clips as a picture of piano rolls.

python -m training.rolls --models onnx_models --out docs/blend.svg
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bridge.models import drum_grid
from bridge.models.drum_vae import DrumVae
from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.music.kit import DRUM_CLASSES, GENERAL_MIDI, Kit
from bridge.music.midi_file import read_clip
from bridge.skills.blend import blend_grid
from bridge.skills.drumming import DrumClip
from bridge.skills.latent import corner_weights

__all__ = ["blend_picture", "main", "roll"]

SIDE = 5
STEP_PIXELS, ROW_PIXELS, GAP_PIXELS, MARGIN_PIXELS = 6.0, 9.0, 14.0, 22.0
# The hats and cymbals above, the kick below, as a drummer reads them.
ROWS = [DRUM_CLASSES.index(name) for name in (
    "crash", "ride", "open_hat", "closed_hat", "high_tom", "mid_tom", "low_tom", "snare", "kick"
)]  # fmt: skip
CORNERS = ((214, 69, 65), (35, 120, 190), (230, 150, 25), (40, 150, 95))
Colour = tuple[float, ...]


def roll(clip: Clip, kit: Kit, left: float, top: float, colour: Colour, *, own: bool) -> list[str]:
    """One clip as a piano roll, two bars of 4/4 wide: a hit's size is its velocity, its place has its timing."""
    width, height = drum_grid.STEPS * STEP_PIXELS, len(ROWS) * ROW_PIXELS
    frame = f"rgb({','.join(f'{c:.0f}' for c in colour)})" if own else "#c8c8c8"
    lines = [
        f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="3" fill="#fbfbfa" '
        f'stroke="{frame}" stroke-width="{2 if own else 1}"/>'
    ]
    for beat in range(1, drum_grid.STEPS // 4):
        x = left + beat * 4 * STEP_PIXELS
        shade = "#b5b5b5" if beat % 4 == 0 else "#e4e4e2"
        lines.append(f'<path d="M{x:g} {top:g}v{height:g}" stroke="{shade}"/>')
    for note in clip.notes:
        class_index = kit.class_of(note.pitch)
        if class_index is None:
            continue
        x = left + max(0.0, note.start_beats) * 4 * STEP_PIXELS
        size = ROW_PIXELS * (0.25 + 0.65 * note.velocity / 127.0)
        y = top + ROWS.index(class_index) * ROW_PIXELS + (ROW_PIXELS - size) / 2
        fill = f"rgb({','.join(f'{c:.0f}' for c in colour)})"
        lines.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="5" height="{size:.1f}" rx="1" fill="{fill}"/>')
    return lines


def blend_picture(model: DrumVae, corners: Sequence[Clip], names: Sequence[str]) -> str:
    """The corners of a blend and the points between them, as SVG."""
    grid = blend_grid(model, [DrumClip(clip, GENERAL_MIDI) for clip in corners], SIDE, temperature=0.5, seed=1)
    width, height = drum_grid.STEPS * STEP_PIXELS, len(ROWS) * ROW_PIXELS
    whole_width = 2 * MARGIN_PIXELS + SIDE * width + (SIDE - 1) * GAP_PIXELS
    whole_height = 2 * MARGIN_PIXELS + SIDE * height + (SIDE - 1) * GAP_PIXELS
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole_width:g} {whole_height:g}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="12">',
        f'<rect width="{whole_width:g}" height="{whole_height:g}" fill="#ffffff"/>',
    ]
    for row in range(SIDE):
        for column in range(SIDE):
            x, y = column / (SIDE - 1), row / (SIDE - 1)
            weights = corner_weights(4, x, y)
            colour = tuple(sum(w * c[i] for w, c in zip(weights, CORNERS, strict=True)) for i in range(3))
            left = MARGIN_PIXELS + column * (width + GAP_PIXELS)
            top = MARGIN_PIXELS + row * (height + GAP_PIXELS)
            own = 1.0 in weights
            lines += roll(grid.clip(x, y), GENERAL_MIDI, left, top, colour, own=own)
            if own:
                label_y = top - 7 if row == 0 else top + height + 15
                anchor, label_x = ("start", left) if column == 0 else ("end", left + width)
                lines.append(
                    f'<text x="{label_x:g}" y="{label_y:g}" text-anchor="{anchor}" fill="#333">'
                    f"{names[weights.index(1.0)]}</text>"
                )
    return "\n".join([*lines, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=Path("onnx_models"))
    parser.add_argument("--examples", type=Path, default=Path("examples"))
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    store = Store(given.models)
    store.load_all()
    paths = sorted(given.examples.glob("*.mid"))[:4]
    names = [f"your clip: {path.stem[2:].replace('_', ' ')}" for path in paths]
    picture = blend_picture(DrumVae(store.default("drum_vae")), [read_clip(path) for path in paths], names)
    given.out.write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
