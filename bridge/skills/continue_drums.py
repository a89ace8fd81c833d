"""The bars that a drummer would play next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bridge.errors import BadValue
from bridge.models import drum_grid
from bridge.models.drum_continuation import HISTORY, DrumContinuation
from bridge.models.drum_grid import CLASSES, Cells, Source
from bridge.models.drum_vae import Played
from bridge.music.clip import Clip
from bridge.music.kit import Kit
from bridge.skills.feel import Feel
from bridge.skills.primer import primer_of

__all__ = ["continue_drums"]

SURE_NATS = 30.0
"""Added to the odds of a hit that is played in any case."""


def continue_drums(
    model: DrumContinuation,
    clip: Clip,
    kit: Kit,
    *,
    length_bars: int,
    with_primer: bool,
    variations: int,
    temperature: float,
    seed: int,
    tempo_bpm: float,
) -> tuple[Clip, ...]:
    """`variations` clips of the `length_bars` bars that follow the clip, or of the clip and these bars.

    The primer may have any length. It is heard until its last bar is full, looping on where it ends within the bar; so
    long it is in the result, and what follows begins on a bar line. The model hears its last four bars or so (66
    steps), and a primer of less than two bars over and over.

    With the primer nothing tells where it ends: its notes are the very notes that came in. One that rings on ends only
    where a new one begins on its pad, and a hit that is early on the next bar is that bar's first, not to be played
    twice. New hits are on the pads that the primer uses; notes on pads of no class stay in the primer and are not
    continued. Where the continuation stands alone, what is early on its first beat is on it.

    At temperature 0 the seed makes no difference: the first variation is the likeliest continuation, and each of the
    others the likeliest to a taste of its own. Raises BadValue for a primer without drums (there is nothing to go on
    from, and to begin out of nothing is `generate`'s), and where the result would be too long; Unsupported for a meter
    that the grid does not hold.
    """
    primer = primer_of(clip, length_bars, with_primer)
    roll = drum_grid.encode(clip, kit, primer.length_beats)
    cells = np.concatenate((roll.cells.hits, roll.cells.velocity, roll.cells.offset), axis=1)[: primer.steps]
    if not cells[:, :CLASSES].any():
        raise BadValue(
            "The primer has no drums to go on from: it is empty, or none of its notes is heard on a pad of the "
            f"kit {kit.name}. Give a clip with drums, choose the kit that it is for, or generate a new clip."
        )
    steps = length_bars * primer.window.bar_steps
    feel = Feel(seed, temperature)
    tastes = feel.tastes(variations, primer.window.bar_steps, CLASSES, model.taste_nats)
    bias = np.tile(tastes, (1, length_bars, 1))
    # Notes of no class lead into nothing.
    early = [c for note in primer.leading if (c := kit.class_of(note.pitch)) is not None]
    bias[:, 0, early] = SURE_NATS
    played = model.play(
        cells[primer.history(HISTORY)],
        primer.window,
        bias,
        tempo_bpm,
        temperature,
        feel.choices(variations, steps),
        feel.touch(variations, steps, 2 * CLASSES),
    )
    lead_steps = 0
    if with_primer:
        lead_steps = primer.steps
        _meet(played, early, cells[-1, :CLASSES] > 0.0)
    # The primer lends its pads and its notes' lengths, and no notes.
    lender = Source(replace(roll, holders={}), faith=1.0)
    length_beats = length_bars * clip.meter.bar_beats
    out_beats = length_beats + lead_steps / drum_grid.STEPS_PER_BEAT
    made = []
    for i in range(variations):
        new = drum_grid.decode(_behind(played, i, lead_steps), [lender], kit, out_beats)
        made.append(primer.continued(new, length_bars) if with_primer else Clip(new, length_beats, clip.meter))
    return tuple(made)


def _meet(played: Played, early: list[int], struck: npt.NDArray[np.bool_]) -> None:
    """The first step as it is after the primer: a class that came early has been heard, and one that was struck on the
    last step is not early as well, or the two would be a flam."""
    played.hits[:, 0, early] = 0.0
    played.offset[:, 0, struck] = np.maximum(played.offset[:, 0, struck], 0.0)


def _behind(played: Played, row: int, lead_steps: int) -> Cells:
    """One row, behind so many empty steps."""
    cells = Cells.empty(lead_steps + played.hits.shape[1])
    for part in ("hits", "velocity", "offset"):
        getattr(cells, part)[lead_steps:] = getattr(played, part)[row]
    return cells
