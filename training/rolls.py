"""Draws piano rolls: the blend of the four example clips, and a page for each model.

    python -m training.rolls --models onnx_models --out docs [--data PATH [PATH ...]]

Writes blend.svg into the folder, and into models/ the pages of the models whose validation data is among PATH: the
archives or folders of the Groove MIDI Dataset and of the melodies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bridge.errors import BadFile, Refusal
from bridge.models import drum_grid
from bridge.models.drum_vae import DrumVae
from bridge.models.engine import LoadedModel
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.music.kit import GENERAL_MIDI
from bridge.music.midi_file import read_clip
from bridge.skills.blend import blend_grid
from bridge.skills.drumming import Drums
from bridge.skills.latent import corner_weights
from training.data.excerpts import grooves_and_tunes
from training.data.groove_midi import read_performances
from training.data.tunes import read_tunes
from training.pictures.drawing import GREY, ROWS, drum_roll
from training.pictures.pages import DRUM_PAGES, MELODY_PAGES

__all__ = ["blend_picture", "main"]

SIDE = 5
STEP_PIXELS, ROW_PIXELS, GAP_PIXELS, MARGIN_PIXELS = 6.0, 9.0, 14.0, 22.0
CORNERS = ((214, 69, 65), (35, 120, 190), (230, 150, 25), (40, 150, 95))


def blend_picture(model: LoadedModel, corners: Sequence[Clip], names: Sequence[str]) -> str:
    """The corners of a blend and the points between them, as SVG."""
    player = Drums(DrumVae(ModelUse(model)), [GENERAL_MIDI] * len(corners))
    grid = blend_grid(player, corners, SIDE, temperature=0.5, seed=1)
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
            mixed = (sum(w * c[i] for w, c in zip(weights, CORNERS, strict=True)) for i in range(3))
            colour = f"rgb({','.join(f'{part:.0f}' for part in mixed)})"
            left = MARGIN_PIXELS + column * (width + GAP_PIXELS)
            top = MARGIN_PIXELS + row * (height + GAP_PIXELS)
            own = 1.0 in weights
            lines += drum_roll(
                grid.clip(x, y), left, top, colour, step_pixels=STEP_PIXELS, row_pixels=ROW_PIXELS,
                frame=colour if own else GREY, frame_width=2.0 if own else 1.0,
            )  # fmt: skip
            if own:
                label_y = top - 7 if row == 0 else top + height + 15
                anchor, label_x = ("start", left) if column == 0 else ("end", left + width)
                lines.append(
                    f'<text x="{label_x:g}" y="{label_y:g}" text-anchor="{anchor}" fill="#333">'
                    f"{names[weights.index(1.0)]}</text>"
                )
    return "\n".join([*lines, "</svg>"]) + "\n"


def _blend(store: Store, examples: Path) -> str:
    paths = sorted(examples.glob("*.mid"))[:4]
    names = [f"your clip: {path.stem[2:].replace('_', ' ')}" for path in paths]
    return blend_picture(store.default("drum_vae"), [read_clip(path) for path in paths], names)


def pictures(store: Store, data: Sequence[Path], examples: Path) -> dict[str, str]:
    """Every picture that can be drawn, by its path within the folder of pages. Raises Refusal."""
    kinds = {model.card.kind for model in store.models.values()}
    grooves, others = grooves_and_tunes(data)
    drums = [performance for path in grooves for performance in read_performances(path, "validation")]
    drawn = {"blend.svg": _blend(store, examples)} if "drum_vae" in kinds else {}
    bass = read_clip(examples / "lines" / "bass.mid")
    for kind, page in DRUM_PAGES.items():
        if drums and kind in kinds:
            drawn[f"models/{kind}.svg"] = page(store.default(kind), drums, bass)
    tunes = read_tunes(others, "validation")[0] if others and kinds & MELODY_PAGES.keys() else []
    for kind, line_page in MELODY_PAGES.items():
        if tunes and kind in kinds:
            drawn[f"models/{kind}.svg"] = line_page(store.default(kind), tunes)
    return drawn


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), metavar="FOLDER")
    parser.add_argument("--examples", type=Path, default=Path("examples"), metavar="FOLDER")
    parser.add_argument("--data", type=Path, nargs="+", default=[], metavar="PATH")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    given = parser.parse_args(arguments)
    try:
        if given.out.is_file():
            raise BadFile(f"{given.out} is a file: give the folder that the pictures go into, such as docs.")
        store = Store(given.models)
        for sentence in store.load_all().skipped:
            print(sentence, file=sys.stderr)
        drawn = pictures(store, given.data, given.examples)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for name, svg in drawn.items():
        path = given.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, "utf-8")
        print(f"{path}  {len(svg) / 1000:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
