"""From one clip to another, in steps."""

from __future__ import annotations

from bridge.models.drum_vae import DrumVae
from bridge.music.clip import Clip
from bridge.skills.blend import blend_points
from bridge.skills.drumming import DrumClip

__all__ = ["interpolate"]


def interpolate(
    model: DrumVae, first: DrumClip, last: DrumClip, *, steps: int, temperature: float, seed: int
) -> tuple[Clip, ...]:
    """`steps` + 2 clips: the first, exactly; `steps` clips between, by spherical interpolation; the last, exactly.

    Raises Unsupported for clips in different meters.
    """
    points = [(i / (steps + 1), 0.0) for i in range(steps + 2)]
    return blend_points(model, (first, last), points, temperature=temperature, seed=seed)
