"""The instruments, a row each, and which of them a clip is, where nobody says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bridge.models import drum_grid, melody_grid
from bridge.models.drum_vae import DrumVae
from bridge.models.grid import nearest_step
from bridge.models.latents import Latents
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.music.clip import Clip
from bridge.music.kit import Kit
from bridge.settings import DRUMS, MELODY
from bridge.skills.drumming import Drums
from bridge.skills.lock import Lock
from bridge.skills.melodies import Melodies
from bridge.skills.player import Player

__all__ = ["INSTRUMENTS", "Instrument", "looks_like_drums"]

ON_PADS = 0.9
FEW_PITCHES = 2
SHORT_BEATS = 0.25
CLIPS_KEPT = 64


@lru_cache(maxsize=CLIPS_KEPT)
def looks_like_drums(clip: Clip, kit: Kit) -> bool:
    """Nine of ten notes on pads of the kit, and something that no bass line in the same register has: notes together,
    one pitch or two in all, or nothing longer than a sixteenth. A clip without notes is taken for drums."""
    if not clip.notes:
        return True
    on_pads = sum(kit.class_of(note.pitch) is not None for note in clip.notes)
    if on_pads < ON_PADS * len(clip.notes):
        return False
    steps = [nearest_step(note.start_beats) for note in clip.notes]
    together = len(set(steps)) < len(steps)
    few = len({note.pitch for note in clip.notes}) <= FEW_PITCHES
    short = all(note.length_beats <= SHORT_BEATS for note in clip.notes)
    return together or few or short


@dataclass(frozen=True, slots=True)
class Instrument:
    """How an instrument plays what all of them can.

    codec: of its models. vae: the kind of the model behind its `player`. has_scale: whether range and scale are its.
    is_heard_in: whether a clip, on its kit, looks like it.
    """

    codec: str
    vae: str
    has_scale: bool
    is_heard_in: Callable[[Clip, Kit], bool]
    player: Callable[[ModelUse, Latents, Sequence[Kit], Lock], Player[Any]]


INSTRUMENTS: dict[str, Instrument] = {
    DRUMS: Instrument(
        drum_grid.NAME, "drum_vae", False, looks_like_drums,
        lambda use, latents, kits, lock: Drums(DrumVae(use, latents), kits),
    ),
    MELODY: Instrument(
        melody_grid.NAME, "melody_vae", True, lambda clip, kit: True,
        lambda use, latents, kits, lock: Melodies(MelodyVae(use, latents), lock),
    ),
}  # fmt: skip
"""By name, as `bridge.settings` has them, in the order in which a clip is compared with them: the last is any clip."""
