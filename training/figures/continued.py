"""What follows a clip: does a drum loop keep its drums, its swing, its rolls? Does a line keep its key and its riff?

Every figure is a mean over the clips, of the mean over a clip's continuations. What is `the clip` in bar 7 is the clip
as it loops there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from bridge.models.grid import STEPS_PER_BEAT, nearest_step
from bridge.music.clip import Clip, Note
from bridge.music.kit import GENERAL_MIDI
from training.data.patterns import Pattern
from training.figures.clips import Heard, tune_figures
from training.figures.drums import Tally
from training.figures.likeness import (
    bars_of,
    cells_of,
    f1,
    kicks_on_the_ones,
    line_of,
    looped,
    notes_of,
    offset_of,
    onsets_of,
    rolled,
    tripled,
)
from training.figures.rows import ByClip, Goal, Row, at_least, at_most, within

__all__ = [
    "BARS",
    "DRIFT_BARS",
    "Continued",
    "Truth",
    "drum_continuation_rows",
    "drummer_drift_rows",
    "drummer_rows",
    "line_continuation_rows",
    "tune_rows",
]  # fmt: skip

BARS, DRIFT_BARS = 8, 16
FEWEST_NOTES = 2
REGISTER_SEMITONES = 3.0
PEOPLES_DRIFT = 0.05
"""From .67 to .62: what 21 drummers' F1 to two bars of theirs falls by in the next 16."""


@dataclass(frozen=True, slots=True)
class Continued:
    """A clip and what followed it, without the clip: DRIFT_BARS bars of drums, BARS bars of a line."""

    pattern: Pattern
    made: tuple[Clip, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """Some bars, what whoever played them played next, and what was made; `file` names what is resampled."""

    file: str
    primer: Clip
    truth: Clip
    made: Clip


def drum_continuation_rows(continued: Sequence[Continued]) -> list[Row]:
    """Of drum clips; all but the drift of the first eight bars.

    F1 in bars 7-8: of the cells there and the clip's. drift: F1 in bars 1-2 less that in bars 15-16. kick on the ones:
    of clips that have a kick on the first sixteenth of every bar, the share of bars that do.

    swing: of clips that swing, the mean lateness of the hits on the places that swing moves, as a share of what it
    makes of these places; without hits there it is 0. rolls, triplets: strokes of a roll or a flam, and on triplets,
    the clip's number being 1. percussion: strokes on pads of no class, the clip's number being 1.

    pads as often: the smaller of a pad's strokes in the clip and in the continuation, over the larger, summed over all
    the pads of nine classes that either has. pads where they were: of strokes in cells of the clip whose class it plays
    on several pads, those on a pad that the clip has in this cell. pads that never return: of the clip's pads. empty or
    one note: continuations with less than two strokes."""
    likeness, drift, ones, swing_first, swing_last, rolls, triplets, percussion, often, where, gone, bare = (
        ByClip() for _ in range(12)
    )
    for one in continued:
        pattern, name = one.pattern, one.pattern.name
        bar_beats = pattern.clip.meter.bar_beats
        long = looped(pattern.clip, DRIFT_BARS * bar_beats)
        own = bars_of(long, 0, BARS)
        own_pads = Counter(note.pitch for note in own.notes)
        heard = {pad for pad in own_pads if GENERAL_MIDI.class_of(pad) is not None}
        unheard = sum(number for pad, number in own_pads.items() if pad not in heard)
        for whole in one.made:
            made = bars_of(whole, 0, BARS)
            bare.add(name, len(made.notes) < FEWEST_NOTES)
            if heard:
                likeness.add(name, _likeness(whole, long, BARS - 2))
                drift.add(name, _likeness(whole, long, 0) - _likeness(whole, long, DRIFT_BARS - 2))
                pads = Counter(n.pitch for n in made.notes if GENERAL_MIDI.class_of(n.pitch) is not None)
                known = Counter({pad: own_pads[pad] for pad in heard})
                often.add(name, (pads & known).total() / (pads | known).total())
                gone.add(name, sum(not pads[pad] for pad in heard) / len(heard))
                if (kept := _where(made, own)) is not None:
                    where.add(name, kept)
            if kicks_on_the_ones(own) == 1.0:
                ones.add(name, kicks_on_the_ones(made))
            if pattern.swing is not None:
                swing_first.add(name, _swing(bars_of(whole, 0, 2), pattern))
                swing_last.add(name, _swing(bars_of(whole, BARS - 2, 2), pattern))
            if pattern.marks & {"roll", "flam"}:
                rolls.add(name, rolled(made.notes) / rolled(own.notes))
            if "triplet" in pattern.marks:
                triplets.add(name, tripled(made.notes) / tripled(own.notes))
            if unheard:
                number = sum(note.pitch in own_pads and note.pitch not in heard for note in made.notes)
                percussion.add(name, number / unheard)
    goal = within(0.75, 1.25)
    return [
        likeness.row("F1 to the clip in bars 7-8", at_least(0.68), copying=1.0),
        drift.row("F1 in bars 1-2 less that in 15-16", at_most(PEOPLES_DRIFT), copying=0.0),
        ones.row("kick on the ones", at_least(0.92), copying=1.0),
        swing_first.row("swing in bars 1-2", goal, copying=1.0),
        swing_last.row("swing in bars 7-8", goal, copying=1.0),
        rolls.row("rolls and flams", goal, copying=1.0),
        triplets.row("triplets", goal, copying=1.0),
        percussion.row("percussion of no class", goal, copying=1.0),
        often.row("pads as often as in the clip", at_least(0.75), copying=1.0),
        where.row("pads where the clip has them", at_least(0.9), copying=1.0),
        gone.row("pads that never return", at_most(0.0), copying=0.0),
        bare.row("empty or one note", at_most(0.0), copying=0.0),
    ]


def _likeness(made: Clip, own: Clip, first_bar: int) -> float:
    return f1(cells_of(bars_of(made, first_bar, 2)), cells_of(bars_of(own, first_bar, 2)))


def _where(made: Clip, own: Clip) -> float | None:
    """None where the clip has one pad for each drum, or the continuation none of these drums in the clip's cells."""
    pads: dict[int, set[int]] = {}
    cells: dict[tuple[int, int], set[int]] = {}
    for note in own.notes:
        if (c := GENERAL_MIDI.class_of(note.pitch)) is not None:
            pads.setdefault(c, set()).add(note.pitch)
            cells.setdefault((c, nearest_step(note.start_beats)), set()).add(note.pitch)
    right = []
    for note in made.notes:
        c = GENERAL_MIDI.class_of(note.pitch)
        if c is None or len(pads.get(c, ())) < 2:
            continue
        there = cells.get((c, nearest_step(note.start_beats)))
        if there is not None:
            right.append(note.pitch in there)
    return fmean(right) if right else None


def _swing(made: Clip, pattern: Pattern) -> float:
    assert pattern.swing is not None
    late, wanted = [], []
    for note in made.notes:
        place = nearest_step(note.start_beats) % STEPS_PER_BEAT
        moved = pattern.swing.moved(place) - place
        if moved:
            late.append(offset_of(note))
            wanted.append(moved)
    return fmean(late) / fmean(wanted) if late else 0.0


def drummer_rows(truths: Sequence[Truth]) -> list[Row]:
    """F1 of the cells of two bars that were made after two of a drummer's, with those that the drummer played there,
    all cells of a file together; copying: of the first two bars with these."""
    made, copied = Tally(), Tally()
    for one in truths:
        truth = cells_of(one.truth)
        for tally, clip in ((made, one.made), (copied, one.primer)):
            found = cells_of(clip)
            tally.add(one.file, 2.0 * len(found & truth), len(found) + len(truth))
    return [_tallied("F1 to what the drummer played next", made, at_least(copied.value), copying=copied.value)]


def drummer_drift_rows(truths: Sequence[Truth]) -> list[Row]:
    """Of 16 bars after two: F1 with the two bars in bars 1-2 less that in 15-16, of what was made and of what the
    drummer played; means over the performances, of which a drummer's several may be."""
    made, people = ByClip(), ByClip()
    for i, one in enumerate(truths):
        two = cells_of(one.primer)
        for figure, clip in ((made, one.made), (people, one.truth)):
            first, last = (f1(cells_of(bars_of(clip, bar, 2)), two) for bar in (0, DRIFT_BARS - 2))
            figure.add(f"{one.file} {i}", first - last)
    name = "F1 in bars 1-2 less that in 15-16, after drummers"
    return [made.row(name, at_most(people.mean), 0.0, people.mean)]


def line_continuation_rows(continued: Sequence[Continued]) -> list[Row]:
    """Of lines, all of their top line, through eight bars.

    in key: notes in the line's stated key. rhythm F1: of the sixteenths on which notes begin, and those of the line.
    note F1: of the pitches on their sixteenths. longest rest: the longest silence, and longest wait: the longest time
    from one note's beginning to the next's, from the first bar to the last, in beats over the line's own; a rest over
    the line's own and a beat: continuations with one. register: continuations whose mean pitch is within three
    semitones of the line's, and how many semitones it is away. bars that came before: with the pitches and rhythm of an
    earlier bar, of the line too. triplets: as for drums. empty or one note: continuations with less than two notes."""
    in_key, rhythm, notes, rests, waits, too_long, register, away, again, triplets, bare = (
        ByClip() for _ in range(11)
    )
    for one in continued:
        pattern, name = one.pattern, one.pattern.name
        primer = line_of(pattern.clip)
        own = looped(primer, BARS * primer.meter.bar_beats)
        mean_pitch = fmean(note.pitch for note in own.notes)
        for found in one.made:
            made = line_of(found)
            bare.add(name, len(made.notes) < FEWEST_NOTES)
            if made.notes and pattern.key is not None:
                in_key.add(name, fmean(pattern.key.contains(note.pitch) for note in made.notes))
                away.add(name, abs(fmean(note.pitch for note in made.notes) - mean_pitch))
                register.add(name, abs(fmean(note.pitch for note in made.notes) - mean_pitch) <= REGISTER_SEMITONES)
            rhythm.add(name, f1(onsets_of(made), onsets_of(own)))
            notes.add(name, f1(notes_of(made), notes_of(own)))
            rests.add(name, longest_rest(made) - longest_rest(own))
            too_long.add(name, longest_rest(made) - longest_rest(own) > 1.0)
            waits.add(name, longest_wait(made) - longest_wait(own))
            again.add(name, bars_again(primer, made))
            if "triplet" in pattern.marks:
                triplets.add(name, tripled(_one_voice(made)) / tripled(_one_voice(own)))
    return [
        in_key.row("in key", at_least(0.98), copying=1.0),
        rhythm.row("rhythm F1", at_least(0.85), copying=1.0),
        notes.row("note F1", at_least(0.35), copying=1.0),
        too_long.row("a rest over the line's own and a beat", at_most(0.0), copying=0.0),
        rests.row("longest rest over the line's, beats", copying=0.0),
        waits.row("longest wait over the line's, beats", copying=0.0),
        register.row("within three semitones of the register", at_least(0.95), copying=1.0),
        away.row("register, semitones away", at_most(REGISTER_SEMITONES), copying=0.0),
        triplets.row("triplets", within(0.75, 1.25), copying=1.0),
        again.row("bars that came before", copying=1.0),
        bare.row("empty or one note", at_most(0.0), copying=0.0),
    ]


def longest_rest(line: Clip) -> float:
    """Beats of silence at most, before the first note and behind the last one too."""
    longest, sounds_until = 0.0, 0.0
    for note in line.notes:
        longest = max(longest, note.start_beats - sounds_until)
        sounds_until = max(sounds_until, note.start_beats + note.length_beats)
    return max(longest, line.length_beats - sounds_until)


def longest_wait(line: Clip) -> float:
    """Beats from one note's beginning to the next's at most; from the start to the first, from the last to the end."""
    begins = [0.0, *(note.start_beats for note in line.notes), line.length_beats]
    return max(after - before for before, after in pairwise(begins))


def bars_again(before: Clip, made: Clip) -> float:
    """The share of the bars whose notes begin as those of an earlier one or of one of `before`, on their pitches."""
    known = {notes_of(bars_of(before, bar, 1)) for bar in range(before.bars)}
    found = 0
    for bar in range(made.bars):
        notes = notes_of(bars_of(made, bar, 1))
        found += notes in known
        known.add(notes)
    return found / made.bars


def _one_voice(line: Clip) -> list[Note]:
    return [Note(0, note.start_beats, note.length_beats, note.velocity) for note in line.notes]


def tune_rows(truths: Sequence[Truth]) -> list[Row]:
    """Two bars after two of a tune, beside those of the tune. bars that came before: as `figures/clips.py` counts them,
    all tunes together; the goal is one and a half times the tunes' own. F1: of the sixteenths on which notes begin, and
    of pitches on them, with what the tune has there; copying: of the first two bars."""
    made_again, own_again = (
        tune_figures(heard)["bars that came before, %"] / 100.0
        for heard in ([Heard(one.made, one.primer) for one in truths], [Heard(one.truth, one.primer) for one in truths])
    )
    goal = at_most(1.5 * own_again)
    rows = [Row("bars that came before, tunes", made_again, goal=goal, copying=1.0, people=own_again)]
    shares: tuple[tuple[str, Callable[[Clip], frozenset[object]]], ...] = (
        ("rhythm F1 to what the tune has next", lambda clip: frozenset(onsets_of(line_of(clip)))),
        ("note F1 to what the tune has next", lambda clip: frozenset(notes_of(clip))),
    )
    for name, share in shares:
        made, copied = Tally(), Tally()
        for one in truths:
            truth = share(one.truth)
            for tally, clip in ((made, one.made), (copied, one.primer)):
                found = share(clip)
                tally.add(one.file, 2.0 * len(found & truth), len(found) + len(truth))
        rows.append(_tallied(name, made, copying=copied.value))
    return rows


def _tallied(name: str, tally: Tally, goal: Goal | None = None, copying: float | None = None) -> Row:
    found = tally.named("f1")
    if not found:
        return Row(name, math.nan, goal=goal, copying=copying)
    return Row(name, found["f1"], found["f1_low"], found["f1_high"], goal, copying)
