"""From one clip to another, in steps."""

from __future__ import annotations

from bridge.music.clip import Clip
from bridge.skills.blend import blend_points
from bridge.skills.player import Player, S

__all__ = ["interpolate"]


def interpolate(
    player: Player[S], first: Clip, last: Clip, *, steps: int, temperature: float, seed: int
) -> tuple[Clip, ...]:
    """`steps` + 2 clips: the first, exactly; `steps` clips between, by spherical interpolation; the last, exactly.

    Raises Unsupported for clips in different meters.
    """
    points = [(i / (steps + 1), 0.0) for i in range(steps + 2)]
    return blend_points(player, (first, last), points, temperature=temperature, seed=seed)
