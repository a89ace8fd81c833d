"""Clips drawn as piano rolls, and rows of them as one picture: SVG, small and the same on every computer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import ClassVar, Protocol

from bridge.models import drum_grid
from bridge.models.grid import STEPS_PER_BEAT
from bridge.music.clip import Clip, Note
from bridge.music.kit import DRUM_CLASSES, GENERAL_MIDI

__all__ = [
    "GREY", "OURS", "ROWS", "THEIRS", "Block", "DrumPanel", "LinePanel", "Panel", "Row", "drum_roll", "picture",
    "span_of",
]  # fmt: skip

# The hats and cymbals above, the kick below, as a drummer reads them.
ROWS = [DRUM_CLASSES.index(name) for name in (
    "crash", "ride", "open_hat", "closed_hat", "high_tom", "mid_tom", "low_tom", "snare", "kick"
)]  # fmt: skip
GREY = "#c8c8c8"
THEIRS = "#4a4a4a"
"""What was played by people."""
OURS = {0.0: "#7a55a8", 0.5: "#2378be", 1.0: "#28965f", 1.5: "#d64541"}
"""Temperature -> colour of what a model played at it."""
PAGE_PIXELS, LABEL_PIXELS, MARGIN_PIXELS, GAP_PIXELS, MOST_STEP_PIXELS = 900.0, 118.0, 14.0, 14.0, 12.0
SEMITONE_PIXELS = 3.0
LEAST_SEMITONES = 16
SHADES = 8
"""Of velocity: notes of one shade are one path."""
SOFT, LOUD = 48.0, 120.0
"""Velocities of the lightest and the darkest shade."""


def _n(number: float) -> str:
    return f"{round(number, 1):g}"


def _frame(left: float, top: float, width: float, height: float, stroke: str, stroke_width: float) -> str:
    return (
        f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}" rx="3" fill="#fbfbfa" '
        f'stroke="{stroke}" stroke-width="{stroke_width:g}"/>'
    )


def _lines(clip: Clip, left: float, top: float, step_pixels: float, height: float, every_step: bool) -> Iterable[str]:
    """Upright lines: the bars dark, the counted beats light, and the sixteenths where they are asked for."""
    bar_beats, pulse_beats = clip.meter.bar_beats, clip.meter.pulse_beats
    bars: list[str] = []
    beats: list[str] = []
    sixteenths: list[str] = []
    for step in range(1, drum_grid.steps_in(clip.length_beats)):
        in_bar = step / STEPS_PER_BEAT % bar_beats
        of = bars if in_bar == 0.0 else beats if in_bar % pulse_beats == 0.0 else sixteenths
        of.append(f"M{_n(left + step * step_pixels)} {_n(top)}v{_n(height)}")
    for paths, shade in ((sixteenths if every_step else [], "#f0f0ee"), (beats, "#e4e4e2"), (bars, "#b5b5b5")):
        if paths:
            yield f'<path d="{"".join(paths)}" stroke="{shade}"/>'


def drum_roll(
    clip: Clip,
    left: float,
    top: float,
    colour: str,
    *,
    step_pixels: float,
    row_pixels: float,
    frame: str = GREY,
    frame_width: float = 1.0,
    heard_beats: float = 0.0,
    magnified: float = 1.0,
) -> list[str]:
    """A drum clip: a hit's height is its velocity, its place has its timing, `magnified` so many times.

    What begins before `heard_beats` is in the colour of what people played. Notes on pads of no class are left out.
    """
    width, height = clip.length_beats * STEPS_PER_BEAT * step_pixels, len(ROWS) * row_pixels
    lines = [_frame(left, top, width, height, frame, frame_width)]
    lines += _lines(clip, left, top, step_pixels, height, magnified > 1.0)
    mark = min(5.0, 0.8 * step_pixels)
    marks: dict[str, list[str]] = {}
    for note in clip.notes:
        class_index = GENERAL_MIDI.class_of(note.pitch)
        if class_index is None:
            continue
        step = drum_grid.nearest_step(note.start_beats)
        at = step + magnified * (note.start_beats * STEPS_PER_BEAT - step)
        size = row_pixels * (0.25 + 0.65 * note.velocity / 127.0)
        y = top + ROWS.index(class_index) * row_pixels + (row_pixels - size) / 2
        path = marks.setdefault(THEIRS if _is_heard(note, heard_beats) else colour, [])
        path.append(f"M{_n(left + at * step_pixels + mark / 2)} {_n(y)}v{_n(size)}")
    lines += [
        f'<path d="{"".join(path)}" stroke="{shade}" stroke-width="{_n(mark)}"/>' for shade, path in marks.items()
    ]
    return lines


def _is_heard(note: Note, heard_beats: float) -> bool:
    return drum_grid.nearest_step(note.start_beats) < heard_beats * STEPS_PER_BEAT


class Panel(Protocol):
    """A clip as it is drawn in a row."""

    names_every_row: ClassVar[bool]
    """Else its names stand beside the first row of a block alone."""

    @property
    def clip(self) -> Clip: ...
    @property
    def height_pixels(self) -> float: ...

    def drawn(self, left: float, top: float, step_pixels: float, *, named: bool) -> list[str]:
        """`named`: what the rows are is written beside them."""
        ...


@dataclass(frozen=True)
class DrumPanel:
    """A drum clip. `heard_beats`: so much of it is the primer; `magnified`: how many times its timing is."""

    names_every_row: ClassVar[bool] = False

    clip: Clip
    colour: str = THEIRS
    heard_beats: float = 0.0
    magnified: float = 1.0
    row_pixels: float = 7.0

    @property
    def height_pixels(self) -> float:
        return len(ROWS) * self.row_pixels

    def drawn(self, left: float, top: float, step_pixels: float, *, named: bool) -> list[str]:
        lines = []
        if named:
            for i, row in enumerate(ROWS):
                name = DRUM_CLASSES[row].replace("_", " ")
                lines.append(_text(left - 4, top + (i + 0.85) * self.row_pixels, name, "end", "#8a8a8a", 6.5))
        return lines + drum_roll(
            self.clip, left, top, self.colour, step_pixels=step_pixels, row_pixels=self.row_pixels,
            heard_beats=self.heard_beats, magnified=self.magnified,
        )  # fmt: skip


@dataclass(frozen=True)
class LinePanel:
    """One note at a time from `low` to `high`, drawn as bars, the louder the darker; a line at every C.

    `chords`: a clip that sounds beside it, whose pitch classes are drawn as pale stripes in every octave.
    """

    names_every_row: ClassVar[bool] = True

    clip: Clip
    low: int
    high: int
    colour: str = THEIRS
    heard_beats: float = 0.0
    chords: Clip | None = None

    @property
    def height_pixels(self) -> float:
        return (self.high - self.low + 1) * SEMITONE_PIXELS

    def drawn(self, left: float, top: float, step_pixels: float, *, named: bool) -> list[str]:
        beat_pixels = step_pixels * STEPS_PER_BEAT
        width = self.clip.length_beats * beat_pixels
        lines = [_frame(left, top, width, self.height_pixels, GREY, 1.0)]
        stripes = []
        for note in self.chords.notes if self.chords else ():
            end_beats = min(note.start_beats + note.length_beats, self.clip.length_beats)
            for pitch in range(self.low, self.high + 1):
                if pitch % 12 == note.pitch % 12 and note.start_beats < end_beats:
                    start = f"M{_n(left + note.start_beats * beat_pixels)} {_n(self._y(top, pitch))}"
                    stripes.append(f"{start}h{_n((end_beats - note.start_beats) * beat_pixels)}")
        lines += [f'<path d="{"".join(stripes)}" stroke="#f3dfb0" stroke-width="{SEMITONE_PIXELS:g}"/>'] * bool(stripes)
        lines += _lines(self.clip, left, top, step_pixels, self.height_pixels, every_step=False)
        for pitch in range(self.low, self.high + 1):
            if pitch % 12 == 0:
                y = self._y(top, pitch) + SEMITONE_PIXELS / 2
                lines.append(f'<path d="M{_n(left)} {_n(y)}h{_n(width)}" stroke="#d5d5d2" stroke-dasharray="2 3"/>')
                if named:
                    lines.append(_text(left - 4, y + 2, f"C{pitch // 12 - 2}", "end", "#8a8a8a", 6.5))
        shades: dict[tuple[str, int], list[str]] = {}
        for note in self.clip.notes:
            shade = min(SHADES, max(0, round((note.velocity - SOFT) / (LOUD - SOFT) * SHADES)))
            colour = THEIRS if _is_heard(note, self.heard_beats) else self.colour
            end_beats = min(note.start_beats + note.length_beats, self.clip.length_beats)
            length = max(1.5, (end_beats - note.start_beats) * beat_pixels - 0.8)
            start = f"M{_n(left + note.start_beats * beat_pixels)} {_n(self._y(top, note.pitch))}"
            shades.setdefault((colour, shade), []).append(f"{start}h{_n(length)}")
        for (colour, shade), path in sorted(shades.items()):
            opacity = 0.3 + 0.7 * shade / SHADES
            lines.append(
                f'<path d="{"".join(path)}" stroke="{colour}" stroke-width="{SEMITONE_PIXELS + 0.5:g}" '
                f'stroke-opacity="{opacity:.2g}"/>'
            )
        return lines

    def _y(self, top: float, pitch: int) -> float:
        return top + (self.high - pitch + 0.5) * SEMITONE_PIXELS


def span_of(clips: Iterable[Clip]) -> tuple[int, int]:
    """The lowest and the highest pitch of all these clips with some room, at least sixteen semitones apart."""
    pitches = [note.pitch for clip in clips for note in clip.notes] or [60]
    low, high = min(pitches) - 1, max(pitches) + 1
    lacking = max(0, LEAST_SEMITONES - (high - low))
    return low - lacking // 2, high + (lacking + 1) // 2


@dataclass(frozen=True)
class Row:
    label: str
    panels: Sequence[Panel]
    colour: str = THEIRS
    """Of the label."""


@dataclass(frozen=True)
class Block:
    """Rows under one title, their panels under `headings`."""

    title: str
    rows: Sequence[Row]
    headings: Sequence[str] = ()


def picture(title: str, blocks: Sequence[Block]) -> str:
    """The blocks below one another, all panels of a block at one scale. `title` is read out, not drawn."""
    lines: list[str] = []
    top = MARGIN_PIXELS
    left = MARGIN_PIXELS + LABEL_PIXELS
    area = PAGE_PIXELS - left - MARGIN_PIXELS
    for block in blocks:
        columns = max(len(row.panels) for row in block.rows)
        column_pixels = (area - (columns - 1) * GAP_PIXELS) / columns
        steps = max(panel.clip.length_beats * STEPS_PER_BEAT for row in block.rows for panel in row.panels)
        step_pixels = min(MOST_STEP_PIXELS, column_pixels / steps)
        pitch = step_pixels * steps + GAP_PIXELS
        lines.append(_text(MARGIN_PIXELS, top + 11, block.title, "start", "#222", 13, bold=True))
        top += 20
        if block.headings:
            for i, heading in enumerate(block.headings):
                lines.append(_text(left + i * pitch, top + 9, heading, "start", "#555", 10))
            top += 15
        for number, row in enumerate(block.rows):
            height = max(panel.height_pixels for panel in row.panels)
            for i, part in enumerate(row.label.split("\n")):
                lines.append(_text(MARGIN_PIXELS, top + 11 + 12 * i, part, "start", row.colour, 10.5))
            for i, panel in enumerate(row.panels):
                named = i == 0 and (number == 0 or panel.names_every_row)
                lines += panel.drawn(left + i * pitch, top, step_pixels, named=named)
            top += height + 9
        top += 16
    size = f"{PAGE_PIXELS:g} {_n(top)}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="10" fill="none">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{PAGE_PIXELS:g}" height="{_n(top)}" fill="#ffffff"/>',
    )
    return "\n".join([*head, *lines, "</svg>"]) + "\n"


def _text(x: float, y: float, words: str, anchor: str, colour: str, size: float, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{colour}" font-size="{size:g}"{weight}>'
        f"{escape(words)}</text>"
    )
