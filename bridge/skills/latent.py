"""Ways through the latent space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["bilinear", "corner_weights", "slerp"]

Floats = npt.NDArray[np.float32]


def slerp(a: Floats, b: Floats, t: float) -> Floats:
    """From a to b [N, latent] along the arc between them, row by row: t 0 is a, 1 is b.

    Spherical, because latents of clips lie near a sphere: on the straight line between two they would be shorter than
    any clip's, and sound like less (White 2016, Sampling Generative Networks).
    """
    lengths = np.linalg.norm(a, axis=1, keepdims=True) * np.linalg.norm(b, axis=1, keepdims=True)
    cosine = np.clip(np.sum(a * b, axis=1, keepdims=True) / np.maximum(lengths, 1e-9), -1.0, 1.0)
    angle = np.arccos(cosine)
    sine = np.sin(angle)
    straight = sine < 1e-4
    divisor = np.where(straight, 1.0, sine)
    weight_a = np.where(straight, 1.0 - t, np.sin((1.0 - t) * angle) / divisor)
    weight_b = np.where(straight, t, np.sin(t * angle) / divisor)
    return np.asarray(weight_a * a + weight_b * b, np.float32)


def bilinear(corners: Sequence[Floats], x: float, y: float) -> Floats:
    """The point (x, y) between two to four corners at (0, 0), (1, 0), (0, 1) and (1, 1).

    Two corners lie on x alone. Of three, the upper side goes from the third towards the second, so that all of the pad
    is between clips that there are.
    """
    if len(corners) == 2:
        return slerp(corners[0], corners[1], x)
    left = np.concatenate((corners[0], corners[2]))
    right = np.concatenate((corners[1], corners[3 if len(corners) == 4 else 1]))
    below, above = np.split(slerp(left, right, x), 2)
    return slerp(below, above, y)


def corner_weights(corners: int, x: float, y: float) -> tuple[float, ...]:
    """How much of each corner is in the point (x, y): they add up to 1."""
    if corners == 2:
        return (1.0 - x, x)
    four = ((1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y)
    if corners == 4:
        return four
    return (four[0], four[1] + four[3], four[2])
