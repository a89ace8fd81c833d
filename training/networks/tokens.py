"""The nine drums of a step as one of 512 combinations: class c is bit c."""

from __future__ import annotations

import torch
from torch import Tensor

from bridge.models.drum_grid import CLASSES

__all__ = ["TOKENS", "bits_of_tokens", "tokens_of_hits"]

TOKENS = 2**CLASSES


def tokens_of_hits(hits: Tensor) -> Tensor:
    """[..., 9] of 0 and 1 -> [...] in 0-511."""
    return (hits.long() * (2 ** torch.arange(CLASSES, device=hits.device))).sum(-1)


def bits_of_tokens(tokens: Tensor) -> Tensor:
    """The inverse: [...] in 0-511 -> [..., 9] of 0 and 1."""
    return ((tokens[..., None] >> torch.arange(CLASSES, device=tokens.device)) & 1).float()
