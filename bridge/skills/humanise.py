"""A clip as a drummer would play it: each hit at its place, with his touch and timing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.models import drum_grid
from bridge.models.drum_grid import CLASSES, LARGEST_OFFSET, Cells, Roll, Source, window
from bridge.models.humanise import Humanise
from bridge.music.clip import Clip
from bridge.music.kit import Kit
from bridge.skills.feel import Feel
from bridge.skills.overlap import overlapping

__all__ = ["humanise"]

Floats = npt.NDArray[np.float32]

LEAST_POWER = 0.3
BISECTIONS = 16


def humanise(
    model: Humanise,
    clip: Clip,
    kit: Kit,
    *,
    amount: float,
    keep_swing: bool,
    temperature: float,
    seed: int,
    tempo_bpm: float,
) -> Clip:
    """The clip with every hit on its pad and at its sixteenth; velocity and timing go by `amount` to what is played.

    amount 0 is the clip itself, 1 what the model plays. Hits that share a cell move together, so that a flam stays a
    flam; notes that lie beside the grid or on pads of no class stay as they are. At temperature 0 all is played as it
    most often is, which is evener than any drummer; from 0 to 1 the deviations grow to a drummer's. The clip stays as
    loud as it is: what is played gives the accents, and the clip the strength around which they are.

    keep_swing: how late the hits of each sixteenth of a beat are on average stays as it is in the clip, and the model
    gives only what hits deviate from that; else the model's own swing takes its place. Raises Unsupported for a meter
    that the grid does not hold.
    """
    shape = window(clip.meter)
    if amount == 0.0:
        return clip
    roll = drum_grid.encode(clip, kit)
    overlap = overlapping(shape, clip.bars)
    noise = Feel(seed, temperature).touch(1, overlap.clip_steps, 2 * CLASSES)
    played = model.play(overlap.cut(roll.cells.hits[None]), overlap.positions(1), tempo_bpm, overlap.cut(noise))
    velocity, offset = overlap.joined(played.velocity)[0], overlap.joined(played.offset)[0]
    velocity = _as_loud(velocity, roll)
    if keep_swing:
        offset = _as_late(offset, roll)
    cells = Cells(roll.cells.hits[: overlap.clip_steps], velocity, offset)
    notes = drum_grid.decode(cells, [Source(roll, faith=1.0 - amount)], kit, clip.length_beats)
    return Clip((*notes, *roll.beside), clip.length_beats, clip.meter)


def _as_loud(velocity: Floats, roll: Roll) -> Floats:
    """`velocity` [steps, 9] with the clip's mean over the hits, or near it; what is softer stays softer.

    For a clip that is softer than what is played, all is softer by one factor. For a louder one all is raised by a
    power, which leaves the loudest where they are; beyond `LEAST_POWER` it would make a machine of the drummer.
    """
    hits = roll.cells.hits[: len(velocity)] > 0
    own, played = roll.cells.velocity[: len(velocity)][hits], velocity[hits].astype(np.float64)
    if not len(played):
        return velocity
    wanted, mean = float(own.mean()), float(played.mean())
    if wanted <= mean:
        return np.asarray(velocity * (wanted / mean), np.float32)
    low, high = LEAST_POWER, 1.0
    for _ in range(BISECTIONS):
        power = 0.5 * (low + high)
        low, high = (low, power) if float((played**power).mean()) < wanted else (power, high)
    return np.asarray(velocity**low, np.float32)


def _as_late(offset: Floats, roll: Roll) -> Floats:
    """`offset` [steps, 9], moved so that the hits at each place in the pulse are as late on average as in the clip."""
    steps = np.arange(len(offset))
    places = roll.window.positions[steps % roll.window.steps, 1]
    hits, own = roll.cells.hits[: len(offset)], roll.cells.offset[: len(offset)]
    count = np.bincount(places, hits.sum(1))
    lateness = np.bincount(places, ((own - offset) * hits).sum(1)) / np.maximum(count, 1.0)
    moved = offset + lateness[places][:, None]
    return np.asarray(np.clip(moved, -LARGEST_OFFSET, LARGEST_OFFSET) * hits, np.float32)
