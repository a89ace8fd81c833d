"""New clips out of nothing but a meter, a density and chance."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from bridge.models.grid import steps_in, window
from bridge.music.clip import Clip
from bridge.music.meter import Meter
from bridge.skills.chance import MOST_LIKELY, Chance
from bridge.skills.player import Passage, Player, S, in_rows, joined
from bridge.skills.silence import FEWEST_NOTES, LIVELIER_NATS, until_heard

__all__ = ["WANDER", "generate"]

Floats = npt.NDArray[np.float32]

WANDER = 0.5
"""How much of each window's noise in a long clip is its own, 0 to 1: the same groove, not the same bars."""


def generate(
    player: Player[S],
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

    density 0-1: the share of the training set that is sparser; humanise 0-1: how much of a player's timing and touch
    is played, 0 being on the grid. Raises Unsupported for a meter that the grid does not hold.
    """
    shape = window(meter)
    out_beats = bars * meter.bar_beats
    windows = shape.count(out_beats)
    rows = variations * windows
    chance = Chance(seed, temperature)
    kinds = chance.kinds(variations)

    def imagined(which: npt.NDArray[np.bool_], attempt: int) -> Floats:
        noise = chance.ideas(variations, windows, player.latent_size, attempt)[which]
        if temperature < MOST_LIKELY:
            noise *= player.cold_ideas
        noise[:, 1:] = math.sqrt(1.0 - WANDER**2) * noise[:, :1] + WANDER * noise[:, 1:]
        return player.imagine(in_rows(noise), kinds[which].repeat(windows, axis=0), density, shape)

    latents = imagined(np.ones(variations, np.bool_), 0)
    leaning = player.leaning((), (), rows)
    hits, feel = in_rows(chance.hits(variations, windows)), in_rows(chance.feel(variations, windows))
    played = player.play(latents, shape, leaning, temperature, hits, feel)

    def play_again(which: npt.NDArray[np.bool_], attempt: int) -> None:
        at = np.flatnonzero(which.repeat(windows))
        latents[at] = imagined(which, attempt)
        leaning[at] = player.livelier(leaning[at], LIVELIER_NATS)
        again = player.play(latents[at], shape, leaning[at], temperature, hits[at], feel[at])
        for part, other in zip(played, again, strict=True):
            part[at] = other

    def bare() -> npt.NDArray[np.bool_]:
        begun = player.begun(played)[:, : shape.steps].reshape(variations, -1)[:, : steps_in(out_beats)]
        return np.asarray(begun.sum(1) < min(FEWEST_NOTES, begun.shape[1]), np.bool_)

    # What is imagined fills a window, of which a single bar may have next to nothing, and of few pitches there may be
    # none in it: then something else is imagined.
    until_heard(bare, play_again)
    everything: tuple[Passage[S]] = (Passage(0, steps_in(out_beats)),)
    return tuple(
        player.placed(joined(played, shape, i * windows, windows), everything, meter, out_beats, humanise)
        for i in range(variations)
    )
