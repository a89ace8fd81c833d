"""Variations of one clip: what a drummer plays who was asked for the same again, but different."""

from __future__ import annotations

import math

import numpy as np

from bridge.models.drum_grid import CLASSES, STEPS, Source, window
from bridge.models.drum_vae import DrumVae
from bridge.music.clip import Clip
from bridge.skills.chance import Chance
from bridge.skills.drumming import DrumClip, clip_of, encoded, leaning, played_cells, positions

__all__ = ["vary"]

MIDDLING = 0.5
"""The density of what is imagined."""
# Set by what the examples and six drummers' clips of two bars become at temperature 1. Hits that came or went, of ten
# that there were, the median of ten clips: 0.2 at an amount of 0.1, 2 at 0.2, 9 at 0.5, 14 at 1.
FARTHEST, WAY = 0.85, 0.45
"""Of the way to another clip at amount 1, and the power by which the amount goes there."""
HELD, HELD_AT_FIRST, LET_GO = 0.45, 0.55, 0.03
"""How firmly the clip's own hits are held, and how much more so next to amount 0, where nothing may jump."""


def vary(
    model: DrumVae, clip: DrumClip, *, amount: float, variations: int, temperature: float, seed: int
) -> tuple[Clip, ...]:
    """`variations` clips; at amount 0 each is the clip itself, and the higher the amount the further from it.

    The latent goes from the clip's towards that of an imagined clip of middling density, and the leaning towards the
    clip's own hits fades. A hit that stays keeps its velocity, its timing and its note.
    """
    window(clip.clip.meter)  # a meter that cannot be played is refused at amount 0 too
    if amount == 0.0:
        return (clip.clip,) * variations
    out_beats = clip.clip.length_beats
    (take,) = encoded(model, [clip], out_beats)
    roll, windows = take.roll, take.windows
    rows = variations * windows
    chance = Chance(seed, temperature)
    kinds = chance.kinds(variations).repeat(windows, axis=0)
    noise = chance.ideas(variations, windows, model.latent_size).reshape(rows, model.latent_size)
    imagined = model.imagine(noise, kinds, MIDDLING, roll.window.family)
    # On a quarter circle: in a space of many dimensions any two directions are nearly at right angles.
    angle = 0.5 * math.pi * FARTHEST * amount**WAY
    latents = np.tile(take.latents, (variations, 1)) * math.cos(angle) + imagined * math.sin(angle)
    bias = leaning([roll], [HELD * (1.0 - amount) ** 3 + HELD_AT_FIRST * math.exp(-amount / LET_GO)])
    played = model.play(
        np.asarray(latents, np.float32),
        positions(roll.window, rows),
        np.tile(bias, (variations, 1, 1)),
        temperature,
        chance.hits(variations, windows).reshape(rows, STEPS),
        chance.feel(variations, windows).reshape(rows, STEPS, 2 * CLASSES),
    )
    source = Source(roll, faith=1.0)
    return tuple(
        clip_of(played_cells(played, roll.window, i * windows, windows), [source], clip.kit, out_beats)
        for i in range(variations)
    )
