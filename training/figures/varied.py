"""What vary makes of the clips that people have: is the knob even, is it still their clip, is it on their drums?

Every figure is a mean over the clips, of the mean over a clip's variations, where nothing else is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from bridge.models.grid import STEPS_PER_BEAT, nearest_step
from bridge.music.clip import Clip, Note
from training.data.patterns import Pattern
from training.figures.likeness import (
    SIXTEENTH_MS,
    Strokes,
    cells_of,
    changed,
    f1,
    kicks_on_the_ones,
    line_of,
    offset_of,
    rolled,
    strokes_of,
    tripled,
)
from training.figures.rows import ByClip, Row, at_least, at_most, within

__all__ = ["AMOUNTS", "FAR", "NEAR", "Varied", "drum_vary_figures", "line_vary_figures"]

AMOUNTS = tuple(tenth / 10 for tenth in range(1, 11))
NEAR, FAR = 0.3, 0.6
"""The amounts that are looked at closely."""
FEWEST_NOTES = 2
FINE_KEPT = within(0.6, 1.3)
"""At NEAR. Where one stroke of seven goes, wherever it is, .69 of the rolls stay and .61 of the triplets of lines."""
NEAREST = at_least(0.97)
"""Where strokes come and go wherever it is, as many as the line says, it is .978 to .999: house clips are alike."""
AS_FULL = at_least(0.95)
"""Of a line of three notes one is a third."""

Cells = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Varied:
    """The variations of one clip at one amount; None: at the default."""

    pattern: Pattern
    amount: float | None
    made: tuple[Clip, ...]


def line_at(amount: float) -> float:
    """The stated line that the knob goes by: at an amount of 0.3 three strokes came or went for ten of the clip's."""
    return amount


def drum_vary_figures(varied: Sequence[Varied]) -> list[Row]:
    """Of drum clips, at all AMOUNTS and at the default.

    foreign drums: of a variation's strokes, those on pads that the clip never plays. kick on the ones: of clips that
    have a kick on the first sixteenth of every bar, the share of bars that still do.

    New hits are those without a source. off the clip's loudness: how far a new hit's velocity lies outside of the
    clip's own on that pad, from its softest to its loudest (0-127; on a pad that the clip has not, on all its pads).
    spread of new hits: the root mean square, in ms, of how late they are other than the clip's hits at their place (its
    mean on the same pad at the same sixteenth of a beat, else on any pad there, else its swing), less the same of the
    clip's own hits. swing of new hits: their mean lateness on the places that swing moves, as a share of what swing
    makes of these places. The latter two are of clips without rolls, flams and triplets, the swing of those that swing.

    rolls and triplets kept: strokes of a roll or a flam, and on triplets, as many as the clip has being 1.

    changed at ...: strokes that came or went, for each that there was; the goal is within 25 % of `line_at`. identical:
    variations with the very strokes of the clip. nearest to its own clip: variations below amount 1 with an F1 of their
    strokes with their own clip's as high as with any other clip's in this meter. source less neighbour: F1 of cells
    with the own clip's, less the mean F1 with the same-numbered variations of the other clips. fullness: strokes, of
    the clip's number; the barest and the fullest are single clips. within 30 %: variations of all AMOUNTS that are as
    full as the clip within 30 %. empty or one note: variations of all AMOUNTS with less than two strokes."""
    far = _at(varied, FAR)
    foreign, ones, loud, spread, swing = (ByClip() for _ in range(5))
    for one in far:
        clip, name = one.pattern.clip, one.pattern.name
        own_pads = {note.pitch for note in clip.notes}
        has_ones = kicks_on_the_ones(clip) == 1.0
        for made in one.made:
            if made.notes:
                foreign.add(name, fmean(note.pitch not in own_pads for note in made.notes))
            if has_ones:
                ones.add(name, kicks_on_the_ones(made))
        new = [note for made in one.made for note in made.notes if note.source is None]
        if not new:
            continue
        loud.add(name, fmean(_off_the_loudness(note, clip) for note in new))
        if not one.pattern.marks:
            ms = SIXTEENTH_MS / one.pattern.tempo_bpm
            spread.add(name, ms * (_spread(new, one.pattern) - _spread(clip.notes, one.pattern)))
            swung = [note for note in new if _swing_of(note, one.pattern)]
            if swung:
                swing.add(name, fmean(offset_of(n) for n in swung) / fmean(_swing_of(n, one.pattern) for n in swung))
    return [
        foreign.row(f"foreign drums at {FAR}", at_most(0.05), copying=0.0),
        ones.row(f"kick on the ones at {FAR}", at_least(0.9), copying=1.0),
        loud.row(f"new hits off the clip's loudness at {FAR}", at_most(10.0)),
        spread.row(f"spread of new hits at {FAR}, ms over the clip's", at_most(4.0)),
        swing.row(f"swing of new hits at {FAR}", within(0.75, 1.25)),
        *_fine(varied),
        *_knob(varied, strokes_of),
        *_nearness(varied, _stroke_cells, cells_of),
        *_fullness(varied, strokes_of),
    ]


def line_vary_figures(varied: Sequence[Varied]) -> list[Row]:
    """Of lines, as `drum_vary_figures`, of their top line: strokes are pitches on sixteenths, and pitch classes where
    clips are compared with other clips. in key: notes in the line's stated key. register: semitones between the mean
    pitch of a variation and of its clip, up or down."""
    in_key, register = ByClip(), ByClip()
    for one in _at(varied, FAR):
        key = one.pattern.key
        own = fmean(note.pitch for note in line_of(one.pattern.clip).notes)
        for made in one.made:
            pitches = [note.pitch for note in line_of(made).notes]
            if pitches and key is not None:
                in_key.add(one.pattern.name, fmean(key.contains(pitch) for pitch in pitches))
                register.add(one.pattern.name, abs(fmean(pitches) - own))
    return [
        in_key.row(f"in key at {FAR}", copying=1.0),
        register.row(f"register at {FAR}, semitones away", copying=0.0),
        *_fine(varied),
        *_knob(varied, _line_strokes),
        *_nearness(varied, _class_cells, _class_cells),
        *_fullness(varied, _line_strokes),
    ]


def _at(varied: Sequence[Varied], amount: float | None) -> list[Varied]:
    return [one for one in varied if one.amount == amount]


def _line_strokes(clip: Clip) -> Strokes:
    return strokes_of(line_of(clip))


def _stroke_cells(clip: Clip) -> Cells:
    return frozenset(strokes_of(clip))


def _class_cells(clip: Clip) -> Cells:
    return frozenset((pitch % 12, step) for pitch, step in _line_strokes(clip))


# --- new hits -------------------------------------------------------------------------------------------------------


def _off_the_loudness(note: Note, clip: Clip) -> float:
    own = [other.velocity for other in clip.notes if other.pitch == note.pitch]
    own = own or [other.velocity for other in clip.notes]
    return max(0.0, min(own) - note.velocity, note.velocity - max(own))


def _spread(notes: Sequence[Note], pattern: Pattern) -> float:
    """In sixteenths."""
    return math.sqrt(fmean((offset_of(note) - _own_lateness(note, pattern)) ** 2 for note in notes))


def _own_lateness(note: Note, pattern: Pattern) -> float:
    """How late the clip's own hits are at the place of this one, in sixteenths."""
    place = _place(note)
    there = [other for other in pattern.clip.notes if _place(other) == place]
    same_pad = [other for other in there if other.pitch == note.pitch]
    if there:
        return fmean(offset_of(other) for other in same_pad or there)
    return _swing_of(note, pattern)


def _swing_of(note: Note, pattern: Pattern) -> float:
    """How late the pattern's swing makes the place of this note, in sixteenths."""
    place = _place(note)
    return 0.0 if pattern.swing is None else pattern.swing.moved(place) - place


def _place(note: Note) -> int:
    """0 to 3: which sixteenth of a beat."""
    return nearest_step(note.start_beats) % STEPS_PER_BEAT


# --- what drums and lines share -------------------------------------------------------------------------------------


def _fine(varied: Sequence[Varied]) -> list[Row]:
    rolls, triplets = ByClip(), ByClip()
    for one in _at(varied, NEAR):
        for count, kept in ((rolled, rolls), (tripled, triplets)):
            marks = {"roll", "flam"} if count is rolled else {"triplet"}
            own = count(_voices(one.pattern.clip, one.pattern))
            if own and one.pattern.marks & marks:
                for made in one.made:
                    kept.add(one.pattern.name, count(_voices(made, one.pattern)) / own)
    return [
        rolls.row(f"rolls kept at {NEAR}", FINE_KEPT, copying=1.0),
        triplets.row(f"triplets kept at {NEAR}", FINE_KEPT, copying=1.0),
    ]


def _voices(clip: Clip, pattern: Pattern) -> Sequence[Note]:
    """The notes by pad; a line's all on one, since one note follows another whatever their pitches are."""
    if pattern.is_drums:
        return clip.notes
    return [Note(0, note.start_beats, note.length_beats, note.velocity) for note in clip.notes]


def _knob(varied: Sequence[Varied], strokes: Callable[[Clip], Strokes]) -> list[Row]:
    by_amount: dict[float | None, ByClip] = {amount: ByClip() for amount in (*AMOUNTS, None)}
    identical = ByClip()
    for one in varied:
        own = strokes(one.pattern.clip)
        for made in one.made:
            share = changed(own, strokes(made))
            by_amount[one.amount].add(one.pattern.name, share)
            if one.amount == AMOUNTS[0]:
                identical.add(one.pattern.name, share == 0.0)
    return [
        identical.row(f"identical at {AMOUNTS[0]}", at_most(0.25), copying=1.0),
        *(
            by_amount[amount].row(
                f"changed at {amount}", within(0.75 * line_at(amount), 1.25 * line_at(amount)), copying=0.0
            )
            for amount in AMOUNTS
        ),
        by_amount[None].row("changed at the default", within(0.2, 0.3), copying=0.0),
    ]


def _nearness(
    varied: Sequence[Varied], strokes: Callable[[Clip], Cells], cells: Callable[[Clip], Cells]
) -> list[Row]:
    nearest, ahead = ByClip(), ByClip()
    for meter in dict.fromkeys(one.pattern.clip.meter for one in varied):
        group = [one for one in varied if one.pattern.clip.meter == meter]
        bars = math.lcm(*(one.pattern.clip.bars for one in group))
        clips = {one.pattern.name: one.pattern.clip for one in group}
        if len(clips) < 2:
            continue
        sources = {name: _over(clip, strokes, bars) for name, clip in clips.items()}
        for one in group:
            for made in one.made if one.amount is not None and one.amount < AMOUNTS[-1] else ():
                found = _over(made, strokes, bars)
                own = f1(found, sources[one.pattern.name])
                others = max(f1(found, source) for name, source in sources.items() if name != one.pattern.name)
                nearest.add(one.pattern.name, own >= others)
        last = {one.pattern.name: [_over(made, cells, bars) for made in one.made] for one in _at(group, AMOUNTS[-1])}
        for name, made_cells in last.items():
            source = _over(clips[name], cells, bars)
            for i, found in enumerate(made_cells):
                beside = [other[i] for other_name, other in last.items() if other_name != name and len(other) > i]
                if beside:
                    ahead.add(name, f1(found, source) - fmean(f1(found, other) for other in beside))
    return [
        nearest.row("nearest to its own clip, below 1", NEAREST, copying=1.0),
        ahead.row("F1: source less neighbour, at 1", at_least(0.0)),
    ]


def _over(clip: Clip, cells: Callable[[Clip], Cells], bars: int) -> Cells:
    """The clip's cells as it loops through so many bars."""
    steps = round(clip.length_beats * STEPS_PER_BEAT)
    return frozenset((what, step + i * steps) for what, step in cells(clip) for i in range(bars // clip.bars))


def _fullness(varied: Sequence[Varied], strokes: Callable[[Clip], Strokes]) -> list[Row]:
    at_one, near, bare = ByClip(), ByClip(), ByClip()
    counts: Mapping[str, int] = {one.pattern.name: strokes(one.pattern.clip).total() for one in varied}
    for one in varied:
        if one.amount is None:
            continue
        name = one.pattern.name
        for made in one.made:
            number = strokes(made).total()
            if one.amount == AMOUNTS[-1]:
                at_one.add(name, number / counts[name])
            near.add(name, 0.7 <= number / counts[name] <= 1.3)
            bare.add(name, number < FEWEST_NOTES)
    goal = within(0.7, 1.3)
    return [
        at_one.row("fullness at 1", goal, copying=1.0),
        at_one.lowest("fullness at 1, the barest clip", goal, copying=1.0),
        at_one.highest("fullness at 1, the fullest clip", goal, copying=1.0),
        near.row("as full as the clip within 30 %", AS_FULL, copying=1.0),
        bare.row("empty or one note", at_most(0.0), copying=0.0),
    ]
