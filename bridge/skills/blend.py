"""Clips between two to four others, after Google's Beat Blender, with velocity, timing, pads and any length.

A point between the corners is a latent between theirs; near a corner the playing leans towards that corner's very hits,
so that the puck leaves it without a jump. On a corner it is the user's own clip, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bridge.errors import BadValue, Unsupported
from bridge.models.drum_grid import Cells, Source, window
from bridge.models.drum_vae import DrumVae, Played
from bridge.music.clip import Clip, Note
from bridge.skills.chance import Chance
from bridge.skills.drumming import DrumClip, Take, clip_of, encoded, leaning, played_cells, positions
from bridge.skills.latent import bilinear, corner_weights

__all__ = ["MAX_ROWS", "Blended", "blend", "blend_grid", "blend_path", "blend_points"]

MAX_ROWS = 1024
"""Windows in one request: 0.9 s of one core, 0.3 s of two quiet ones."""
FADE = 3.0
"""The leaning towards a corner is its weight to this power: strong next to the corner, nearly none in the middle."""


@dataclass(frozen=True, slots=True)
class Blended:
    """All points of a grid, played and kept, each turned into a clip when it is asked for."""

    clips: tuple[DrumClip, ...]
    takes: tuple[Take, ...]
    side: int
    played: Played
    out_beats: float

    def clip(self, x: float, y: float) -> Clip:
        """The clip at the grid's point nearest to (x, y)."""
        column, row = round(x * (self.side - 1)), round(y * (self.side - 1)) if len(self.clips) > 2 else 0
        x, y = column / (self.side - 1), row / (self.side - 1)
        windows = self.takes[0].windows
        cells = played_cells(self.played, self.takes[0].roll.window, (row * self.side + column) * windows, windows)
        return _corner(self.clips, x, y) or _placed(self.clips, self.takes, cells, x, y, self.out_beats)


def blend(model: DrumVae, clips: Sequence[DrumClip], x: float, y: float, *, temperature: float, seed: int) -> Clip:
    """The clip at (x, y), each 0-1, as long as the longest corner; shorter ones loop.

    It plays on the first corner's kit. Raises BadValue for other than two to four corners, Unsupported for corners in
    different meters.
    """
    return blend_points(model, clips, [(x, y)], temperature=temperature, seed=seed)[0]


def blend_points(
    model: DrumVae,
    clips: Sequence[DrumClip],
    points: Sequence[tuple[float, float]],
    *,
    temperature: float,
    seed: int,
) -> tuple[Clip, ...]:
    """`blend` for several points at once."""
    out_beats = _common_length(clips)
    between = [point for point in points if _corner(clips, *point) is None]
    if not between:
        return tuple(_corner(clips, *point) or clips[0].clip for point in points)
    takes = encoded(model, clips, out_beats)
    windows = takes[0].windows
    _check_rows(len(between) * windows, "Use fewer steps or shorter clips.")
    played = _play(model, takes, between, temperature, seed)
    made = []
    for i, (x, y) in enumerate(between):
        cells = played_cells(played, takes[0].roll.window, i * windows, windows)
        made.append(_placed(clips, takes, cells, x, y, out_beats))
    rest = iter(made)
    return tuple(_corner(clips, *point) or next(rest) for point in points)


def _check_rows(rows: int, instead: str) -> None:
    if rows > MAX_ROWS:
        raise BadValue(f"That is {rows:,} windows to play: in one request up to {MAX_ROWS:,} are. {instead}")


def blend_grid(model: DrumVae, clips: Sequence[DrumClip], side: int, *, temperature: float, seed: int) -> Blended:
    """All side x side points at once; of two corners one row, since they lie on x alone.

    Raises BadValue for a grid of one point, and for more windows than are played in one request.
    """
    out_beats = _common_length(clips)
    if side < 2:
        raise BadValue(f"The blend's grid has {side} points along each side: give 2 to 21, or 0 for none.")
    takes = encoded(model, clips, out_beats)
    along = [i / (side - 1) for i in range(side)]
    points = [(x, y) for y in (along if len(clips) > 2 else [0.0]) for x in along]
    _check_rows(len(points) * takes[0].windows, "Use a smaller grid or shorter clips.")
    played = _play(model, takes, points, temperature, seed)
    return Blended(tuple(clips), tuple(takes), side, played, out_beats)


def blend_path(
    model: DrumVae,
    clips: Sequence[DrumClip],
    points: Sequence[tuple[float, float]],
    *,
    temperature: float,
    seed: int,
) -> Clip:
    """One long clip, a bar for each point: bar i is bar i of the blend at point i, the corners looping.

    Where a point is a corner, its bar is that bar of the user's clip, exactly; where that clip has another kit than the
    first, on the first one's pads, because one clip plays on one kit.
    """
    _common_length(clips)
    meter = clips[0].clip.meter
    out_beats = len(points) * meter.bar_beats
    takes = encoded(model, clips, out_beats)
    shape = takes[0].roll.window
    beside = {id(note) for take in takes for note in take.roll.beside}
    rows = [(point, bar // shape.bars) for bar, point in enumerate(points)]
    played = _play_rows(model, takes, rows, temperature, seed)
    notes: list[Note] = []
    for bar, (x, y) in enumerate(points):
        cells = Cells.empty(takes[0].windows * shape.steps)
        within = bar % shape.bars * shape.bar_steps
        steps = slice(bar * shape.bar_steps, (bar + 1) * shape.bar_steps)
        corner = _corner_index(len(clips), x, y)
        if corner is None:
            for part in ("hits", "velocity", "offset"):
                getattr(cells, part)[steps] = getattr(played, part)[bar, within : within + shape.bar_steps]
            placed = _placed(clips, takes, cells, x, y, out_beats)
        else:
            own = takes[corner].roll
            for part in ("hits", "velocity", "offset"):
                getattr(cells, part)[steps] = getattr(own.cells, part)[steps]
            placed = clip_of(cells, [Source(own, faith=1.0)], clips[0].kit, out_beats)
        # The notes beside the grid come with every bar's clip: only this bar's are taken.
        start_beats, end_beats = bar * meter.bar_beats, (bar + 1) * meter.bar_beats
        notes += [n for n in placed.notes if id(n) not in beside or start_beats <= n.start_beats < end_beats]
    return Clip(tuple(notes), out_beats, meter)


def _common_length(clips: Sequence[DrumClip]) -> float:
    if not 2 <= len(clips) <= 4:
        raise BadValue(f"A blend has {len(clips)} corners: give two, three or four clips.")
    meters = sorted({str(clip.clip.meter) for clip in clips})
    if len(meters) > 1:
        raise Unsupported(
            f"The clips are in different meters ({', '.join(meters)}): a blend is of clips in one meter. "
            "Change the clips' signatures, or take others."
        )
    window(clips[0].clip.meter)  # a meter that cannot be played is refused at a corner too, not only beside it
    return max(clip.clip.length_beats for clip in clips)


def _corner_index(corners: int, x: float, y: float) -> int | None:
    weights = corner_weights(corners, x, y)
    return weights.index(1.0) if 1.0 in weights else None


def _corner(clips: Sequence[DrumClip], x: float, y: float) -> Clip | None:
    index = _corner_index(len(clips), x, y)
    return None if index is None else clips[index].clip


def _play(
    model: DrumVae, takes: Sequence[Take], points: Sequence[tuple[float, float]], temperature: float, seed: int
) -> Played:
    """[points x windows, 32, 9], window by window for each point."""
    rows = [(point, window) for point in points for window in range(takes[0].windows)]
    return _play_rows(model, takes, rows, temperature, seed)


def _play_rows(
    model: DrumVae,
    takes: Sequence[Take],
    rows: Sequence[tuple[tuple[float, float], int]],
    temperature: float,
    seed: int,
) -> Played:
    corners = len(takes)
    rolls = [take.roll for take in takes]
    windows = takes[0].windows
    # The same chance at every point: two points sound different only by where they are, and a drag is smooth.
    chance = Chance(seed, temperature)
    uniform, feel = chance.hits(1, windows)[0], chance.feel(1, windows)[0]
    latents, bias = {}, {}
    for point in {point for point, _ in rows}:
        latents[point] = bilinear([take.latents for take in takes], *point)
        bias[point] = leaning(rolls, [weight**FADE for weight in corner_weights(corners, *point)])
    which = [window for _, window in rows]
    return model.play(
        np.stack([latents[point][window] for point, window in rows]),
        positions(rolls[0].window, len(rows)),
        np.stack([bias[point][window] for point, window in rows]),
        temperature,
        uniform[which],
        feel[which],
    )


def _placed(
    clips: Sequence[DrumClip], takes: Sequence[Take], cells: Cells, x: float, y: float, out_beats: float
) -> Clip:
    """The cells as a clip on the first corner's kit, its notes taken from the corners, the nearest first."""
    weights = corner_weights(len(takes), x, y)
    near = sorted(range(len(takes)), key=lambda i: -weights[i])
    sources = [Source(takes[i].roll, faith=weights[i] ** FADE) for i in near]
    return clip_of(cells, sources, clips[0].kit, out_beats)
