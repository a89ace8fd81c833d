"""Clips between two to four others, after Google's Beat Blender, with velocity, timing and any length.

A point between the corners is a latent between theirs; near a corner the playing leans towards that corner's very
notes, so that the puck leaves it without a jump. On a corner it is the user's own clip, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from bridge.errors import BadValue, Unsupported
from bridge.models.grid import window
from bridge.music.clip import Clip
from bridge.skills.chance import Chance
from bridge.skills.latent import bilinear, corner_weights
from bridge.skills.player import Parts, Passage, Player, S, Take, joined, whole

__all__ = ["MAX_ROWS", "Blended", "blend", "blend_grid", "blend_path", "blend_points"]

MAX_ROWS = 1024
"""Windows in one request: 0.9 s of one core, 0.3 s of two quiet ones."""
FADE = 3.0
"""The leaning towards a corner is its weight to this power: strong next to the corner, nearly none in the middle."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Blended(Generic[S]):
    """All points of a grid, played and kept, each turned into a clip when it is asked for."""

    player: Player[S]
    clips: tuple[Clip, ...]
    takes: tuple[Take[S], ...]
    side: int
    played: Parts
    out_beats: float

    def clip(self, x: float, y: float) -> Clip:
        """The clip at the grid's point nearest to (x, y)."""
        column, row = round(x * (self.side - 1)), round(y * (self.side - 1)) if len(self.clips) > 2 else 0
        x, y = column / (self.side - 1), row / (self.side - 1)
        corner = _corner(self.clips, x, y)
        if corner is not None:
            return corner
        windows = self.takes[0].windows
        parts = joined(self.played, self.takes[0].window, (row * self.side + column) * windows, windows)
        return _placed(self.player, self.clips, self.takes, parts, (x, y), self.out_beats)


def blend(player: Player[S], clips: Sequence[Clip], x: float, y: float, *, temperature: float, seed: int) -> Clip:
    """The clip at (x, y), each 0-1, as long as the longest corner; shorter ones loop.

    Raises BadValue for other than two to four corners, Unsupported for corners in different meters.
    """
    return blend_points(player, clips, [(x, y)], temperature=temperature, seed=seed)[0]


def blend_points(
    player: Player[S], clips: Sequence[Clip], points: Sequence[Point], *, temperature: float, seed: int
) -> tuple[Clip, ...]:
    """`blend` for several points at once."""
    out_beats = _common_length(clips)
    between = [point for point in points if _corner(clips, *point) is None]
    if not between:
        return tuple(_corner(clips, *point) or clips[0] for point in points)
    takes = player.takes(clips, out_beats)
    windows = takes[0].windows
    _check_rows(len(between) * windows, "Use fewer steps or shorter clips.")
    played = _play(player, takes, between, temperature, seed)
    made = []
    for i, point in enumerate(between):
        parts = joined(played, takes[0].window, i * windows, windows)
        made.append(_placed(player, clips, takes, parts, point, out_beats))
    rest = iter(made)
    return tuple(_corner(clips, *point) or next(rest) for point in points)


def _check_rows(rows: int, instead: str) -> None:
    if rows > MAX_ROWS:
        raise BadValue(f"That is {rows:,} windows to play: in one request up to {MAX_ROWS:,} are. {instead}")


def blend_grid(
    player: Player[S], clips: Sequence[Clip], side: int, *, temperature: float, seed: int
) -> Blended[S]:
    """All side x side points at once; of two corners one row, since they lie on x alone.

    Raises BadValue for a grid of one point, and for more windows than are played in one request.
    """
    out_beats = _common_length(clips)
    if side < 2:
        raise BadValue(f"The blend's grid has {side} points along each side: give 2 to 21, or 0 for none.")
    takes = player.takes(clips, out_beats)
    along = [i / (side - 1) for i in range(side)]
    points = [(x, y) for y in (along if len(clips) > 2 else [0.0]) for x in along]
    _check_rows(len(points) * takes[0].windows, "Use a smaller grid or shorter clips.")
    played = _play(player, takes, points, temperature, seed)
    return Blended(player, tuple(clips), tuple(takes), side, played, out_beats)


def blend_path(
    player: Player[S], clips: Sequence[Clip], points: Sequence[Point], *, temperature: float, seed: int
) -> Clip:
    """One long clip, a bar for each point: bar i is bar i of the blend at point i, the corners looping.

    Where a point is a corner, its bar is that bar of the user's clip, exactly; where that clip has another kit than the
    first, on the first one's pads, because one clip plays on one kit.
    """
    _common_length(clips)
    meter = clips[0].meter
    out_beats = len(points) * meter.bar_beats
    takes = player.takes(clips, out_beats)
    shape = takes[0].window
    rows = [(point, bar // shape.bars) for bar, point in enumerate(points)]
    played = _play_rows(player, takes, rows, temperature, seed)
    pieces: list[tuple[Parts, slice]] = []
    passages: list[Passage[S]] = []
    for bar, point in enumerate(points):
        first = bar * shape.bar_steps
        corner = _corner_index(len(clips), *point)
        if corner is None:
            within = bar % shape.bars * shape.bar_steps
            pieces.append((tuple(part[bar] for part in played), slice(within, within + shape.bar_steps)))
            sources = _sources(takes, point)
        else:
            pieces.append((player.own(takes[corner]), slice(first, first + shape.bar_steps)))
            sources = [(takes[corner], 1.0)]
        # The notes beside the grid are those of every bar: only this bar's are taken.
        start_beats, end_beats = bar * meter.bar_beats, (bar + 1) * meter.bar_beats
        beside = [note for note in sources[0][0].score.beside if start_beats <= note.start_beats < end_beats]
        passages.append(
            Passage(first, first + shape.bar_steps, tuple(sources), tuple(beside), is_own=corner is not None)
        )
    return player.placed(player.strung(pieces), passages, meter, out_beats)


def _common_length(clips: Sequence[Clip]) -> float:
    if not 2 <= len(clips) <= 4:
        raise BadValue(f"A blend has {len(clips)} corners: give two, three or four clips.")
    meters = sorted({str(clip.meter) for clip in clips})
    if len(meters) > 1:
        raise Unsupported(
            f"The clips are in different meters ({', '.join(meters)}): a blend is of clips in one meter. "
            "Change the clips' signatures, or take others."
        )
    window(clips[0].meter)  # a meter that cannot be played is refused at a corner too, not only beside it
    return max(clip.length_beats for clip in clips)


def _corner_index(corners: int, x: float, y: float) -> int | None:
    weights = corner_weights(corners, x, y)
    return weights.index(1.0) if 1.0 in weights else None


def _corner(clips: Sequence[Clip], x: float, y: float) -> Clip | None:
    index = _corner_index(len(clips), x, y)
    return None if index is None else clips[index]


def _play(
    player: Player[S], takes: Sequence[Take[S]], points: Sequence[Point], temperature: float, seed: int
) -> Parts:
    """[points x windows, 32, ...], window by window for each point."""
    rows = [(point, window) for point in points for window in range(takes[0].windows)]
    return _play_rows(player, takes, rows, temperature, seed)


def _play_rows(
    player: Player[S], takes: Sequence[Take[S]], rows: Sequence[tuple[Point, int]], temperature: float, seed: int
) -> Parts:
    windows = takes[0].windows
    # The same chance at every point: two points sound different only by where they are, and a drag is smooth.
    chance = Chance(seed, temperature)
    uniform, feel = chance.hits(1, windows)[0], chance.feel(1, windows)[0]
    latents, bias = {}, {}
    for point in {point for point, _ in rows}:
        latents[point] = bilinear([take.latents for take in takes], *point)
        bias[point] = player.leaning(takes, _strengths(len(takes), point), windows)
    which = [window for _, window in rows]
    return player.play(
        np.stack([latents[point][window] for point, window in rows]),
        takes[0].window,
        np.stack([bias[point][window] for point, window in rows]),
        temperature,
        uniform[which],
        feel[which],
    )


def _strengths(corners: int, point: Point) -> list[float]:
    return [weight**FADE for weight in corner_weights(corners, *point)]


def _sources(takes: Sequence[Take[S]], point: Point) -> list[tuple[Take[S], float]]:
    """The takes, the nearest first, each with its faith."""
    return sorted(zip(takes, _strengths(len(takes), point), strict=True), key=lambda source: -source[1])


def _placed(
    player: Player[S], clips: Sequence[Clip], takes: Sequence[Take[S]], parts: Parts, point: Point, out_beats: float
) -> Clip:
    return player.placed(parts, whole(_sources(takes, point), out_beats), clips[0].meter, out_beats)
