"""Variations of one clip: what a musician plays who was asked for the same again, but different."""

from __future__ import annotations

import math

import numpy as np

from bridge.models.grid import window
from bridge.music.clip import Clip
from bridge.skills.chance import Chance
from bridge.skills.player import Player, S, in_rows, joined, whole

__all__ = ["vary"]

# What an amount means, for every model; its card says by which `way` it goes there, and how many nats hold a note. Set
# by what clips of two bars become at temperature 1. Notes that came or went, of ten that there were, in the median of
# 24 clips: of drums none at an amount of 0.1, 1 at 0.2, 7 at 0.5, 12 at 1; of melodies none, 3, 12 and 15.
FARTHEST = 0.85
"""Of the way to another clip at amount 1."""
HELD, HELD_AT_FIRST, LET_GO = 0.45, 0.55, 0.03
"""How firmly the clip's own notes are held, and how much more so next to amount 0, where nothing may jump."""


def vary(
    player: Player[S], clip: Clip, *, amount: float, variations: int, temperature: float, seed: int
) -> tuple[Clip, ...]:
    """`variations` clips; at amount 0 each is the clip itself, and the higher the amount the further from it.

    The latent goes from the clip's towards that of an imagined clip as dense as it is, and the leaning towards the
    clip's own notes fades. A note that stays keeps its velocity and its timing.
    """
    shape = window(clip.meter)  # a meter that cannot be played is refused at amount 0 too
    if amount == 0.0:
        return (clip,) * variations
    out_beats = clip.length_beats
    (take,) = player.takes([clip], out_beats)
    windows = take.windows
    chance = Chance(seed, temperature)
    kinds = chance.kinds(variations).repeat(windows, axis=0)
    noise = in_rows(chance.ideas(variations, windows, player.latent_size))
    imagined = player.imagine(noise, kinds, player.density(take), shape, [take])
    # On a quarter circle: in a space of many dimensions any two directions are nearly at right angles.
    angle = 0.5 * math.pi * FARTHEST * amount**player.way
    latents = np.tile(take.latents, (variations, 1)) * math.cos(angle) + imagined * math.sin(angle)
    held = HELD * (1.0 - amount) ** 3 + HELD_AT_FIRST * math.exp(-amount / LET_GO)
    played = player.play(
        np.asarray(latents, np.float32),
        shape,
        np.tile(player.leaning([take], [held], windows), (variations, 1, 1)),
        temperature,
        in_rows(chance.hits(variations, windows)),
        in_rows(chance.feel(variations, windows)),
    )
    passages = whole([(take, 1.0)], out_beats)
    return tuple(
        player.placed(joined(played, shape, i * windows, windows), passages, clip.meter, out_beats)
        for i in range(variations)
    )
