"""Whether a clip is drums or a melody, where nobody says."""

from __future__ import annotations

from functools import lru_cache

from bridge.models.grid import nearest_step
from bridge.music.clip import Clip
from bridge.music.kit import Kit

__all__ = ["looks_like_drums"]

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
