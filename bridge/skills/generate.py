"""New clips out of nothing but a meter, a density and chance."""

from __future__ import annotations

import math

import numpy as np

from bridge.models import drum_grid
from bridge.models.drum_grid import CLASSES, STEPS, Cells
from bridge.models.drum_vae import DrumVae
from bridge.music.clip import Clip
from bridge.music.kit import Kit
from bridge.music.meter import Meter
from bridge.skills.chance import MOST_LIKELY, Chance
from bridge.skills.drumming import played_cells, positions

__all__ = ["WANDER", "generate"]

WANDER = 0.5
"""How much of each window's noise in a long clip is its own, 0 to 1: the same groove, not the same bars."""


def generate(
    model: DrumVae,
    kit: Kit,
    meter: Meter,
    *,
    bars: int,
    variations: int,
    density: float,
    humanise: float,
    temperature: float,
    seed: int,
) -> tuple[Clip, ...]:
    """`variations` clips of `bars` bars.

    density 0-1: the share of the training set that is sparser; humanise 0-1: how much of a drummer's timing and touch
    is played, 0 being on the grid. Raises Unsupported for a meter that the grid does not hold.
    """
    window = drum_grid.window(meter)
    out_beats = bars * meter.bar_beats
    windows = window.count(out_beats)
    rows = variations * windows
    chance = Chance(seed, temperature)
    kinds = chance.kinds(variations).repeat(windows, axis=0)
    noise = chance.ideas(variations, windows, model.latent_size)
    if temperature < MOST_LIKELY:
        noise[:] = 0.0  # the middle of each kind of groove
    noise[:, 1:] = math.sqrt(1.0 - WANDER**2) * noise[:, :1] + WANDER * noise[:, 1:]
    latents = model.imagine(noise.reshape(rows, model.latent_size), kinds, density, window.family)
    played = model.play(
        latents,
        positions(window, rows),
        np.zeros((rows, STEPS, CLASSES), np.float32),
        temperature,
        chance.hits(variations, windows).reshape(rows, STEPS),
        chance.feel(variations, windows).reshape(rows, STEPS, 2 * CLASSES),
    )
    clips = []
    for i in range(variations):
        cells = played_cells(played, window, i * windows, windows)
        notes = drum_grid.decode(_humanised(cells, humanise), (), kit, out_beats)
        clips.append(Clip(notes, out_beats, meter))
    return tuple(clips)


def _humanised(cells: Cells, humanise: float) -> Cells:
    """`humanise` 1: as played. Towards 0, every class settles on its own mean velocity, and on the grid."""
    if humanise == 1.0:
        return cells
    count = np.maximum(cells.hits.sum(0), 1.0)
    even = cells.velocity.sum(0) / count * cells.hits
    return Cells(cells.hits, even + humanise * (cells.velocity - even), humanise * cells.offset)
