"""What humanise does to a clip, what drumify makes of a line, and how loud new clips are: touch, place and pads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from bridge.models.grid import STEPS_PER_BEAT, nearest_step
from bridge.music.clip import Clip, Note
from bridge.music.kit import DRUM_CLASSES, GENERAL_MIDI
from training.data.patterns import Pattern
from training.figures.likeness import kicks_on_the_ones, offset_of, ones_of, onsets_of, tripled
from training.figures.rows import ByClip, Goal, Row, at_least, at_most, within

__all__ = ["Drumified", "Humanised", "drumify_rows", "humanise_rows", "loudness_rows"]

TOGETHER_BEATS = 1e-6
KICK = GENERAL_MIDI.home(DRUM_CLASSES.index("kick"))
LOUDER = 10.0
"""Hits on one pad that differ by this much are an accent and none."""
MS_PER_MINUTE = 60000.0
HALF_STEP_BEATS = 0.5 / STEPS_PER_BEAT
TOMS_AND_CRASH = frozenset(DRUM_CLASSES.index(name) for name in ("low_tom", "mid_tom", "high_tom", "crash"))
RACK: dict[str, Goal] = {
    "kick": within(95.0, 115.0),
    "snare": within(85.0, 115.0),
    "closed_hat": within(60.0, 95.0),
    "open_hat": within(60.0, 95.0),
}
"""The mean velocities that suit a producer's rack, whose samples are levelled at about 100: the kick leads."""


@dataclass(frozen=True, slots=True)
class Humanised:
    """One clip, humanised with one seed after the other. The clips' notes have their `source`."""

    pattern: Pattern
    made: tuple[Clip, ...]


@dataclass(frozen=True, slots=True)
class Drumified:
    """A rhythm, the drums that were made to it, and how many of its notes were said to be unheard."""

    name: str
    rhythm: Clip
    is_line: bool
    tempo_bpm: float
    made: tuple[Clip, ...]
    left_alone: int


def humanise_rows(humanised: Sequence[Humanised]) -> list[Row]:
    """Of drum clips; means over the clips, of the mean over the seeds.

    apart: the milliseconds from the first to the last of the hits that begin together in the clip. shift: the mean of
    how much later all hits are, in ms, up or down; the largest of one clip and seed. off the clip's strength: of each
    pad the mean velocity less that of the clip, up or down, the mean over the pads; and of the kick alone. accents
    kept: of two hits on one pad that are ten or more apart in the clip, the louder one still is. swing: the mean
    lateness of the hits that are late in the clip, theirs there being 1. triplets: strokes on triplets, the clip's
    number being 1. overlapping: of hits that last until their pad is struck again in the clip, those that now sound
    into the next stroke.
    """
    apart, shift, loudness, kick, accents, swing, triplets, overlapping = (ByClip() for _ in range(8))
    for one in humanised:
        pattern, name = one.pattern, one.pattern.name
        ms = MS_PER_MINUTE / pattern.tempo_bpm
        for made in one.made:
            pairs = [(pattern.clip.notes[n.source], n) for n in made.notes if n.source is not None]
            later = [ms * _later(own, note, pattern.clip) for own, note in pairs]
            if not pairs:
                continue
            shift.add(name, abs(fmean(later)))
            for together in _together(pairs):
                moved = [ms * _later(own, note, pattern.clip) for own, note in together]
                apart.add(name, max(moved) - min(moved))
            pads = {own.pitch for own, _ in pairs}
            loudness.add(name, fmean(abs(_mean_louder(pairs, pad)) for pad in pads))
            if KICK in pads:
                kick.add(name, abs(_mean_louder(pairs, KICK)))
            if (kept := _accents_kept(pairs)) is not None:
                accents.add(name, kept)
            if pattern.swing is not None:
                swung = [note for own, note in pairs if offset_of(own) > 1e-6]
                wanted = [own for own, _ in pairs if offset_of(own) > 1e-6]
                swing.add(name, fmean(map(offset_of, swung)) / fmean(map(offset_of, wanted)))
            elif "triplet" in pattern.marks:
                triplets.add(name, tripled(made.notes) / tripled(pattern.clip.notes))
            if (share := _overlapping(pairs, pattern.clip)) is not None:
                overlapping.add(name, share)
    return [
        apart.row("hits struck together, ms apart", at_most(3.0), copying=0.0),
        shift.row("shift of the whole clip, ms", at_most(1.0), copying=0.0),
        shift.farthest("the largest such shift, ms", at_most(1.0), copying=0.0),
        loudness.row("off the clip's strength on its pads", at_most(5.0), copying=0.0),
        kick.row("the kick off the clip's strength", at_most(5.0), copying=0.0),
        accents.row("accents kept", at_least(0.95), copying=1.0),
        swing.row("swing", within(0.75, 1.25), copying=1.0),
        triplets.row("triplets", within(0.75, 1.25), copying=1.0),
        overlapping.row("end-to-end hits that overlap", at_most(0.0), copying=0.0),
    ]


def _later(own: Note, note: Note, clip: Clip) -> float:
    """In beats; what went over the loop's end is early or late by the way round."""
    later = note.start_beats - own.start_beats
    return later - clip.length_beats * round(later / clip.length_beats)


def _together(pairs: Sequence[tuple[Note, Note]]) -> list[list[tuple[Note, Note]]]:
    groups: list[list[tuple[Note, Note]]] = []
    for pair in sorted(pairs, key=lambda pair: pair[0].start_beats):
        if groups and pair[0].start_beats - groups[-1][0][0].start_beats < TOGETHER_BEATS:
            groups[-1].append(pair)
        else:
            groups.append([pair])
    return [group for group in groups if len(group) > 1]


def _mean_louder(pairs: Sequence[tuple[Note, Note]], pad: int) -> float:
    return fmean(note.velocity - own.velocity for own, note in pairs if own.pitch == pad)


def _accents_kept(pairs: Sequence[tuple[Note, Note]]) -> float | None:
    right = [
        note.velocity > other.velocity
        for own, note in pairs
        for softer, other in pairs
        if own.pitch == softer.pitch and own.velocity - softer.velocity >= LOUDER
    ]
    return fmean(right) if right else None


def _overlapping(pairs: Sequence[tuple[Note, Note]], clip: Clip) -> float | None:
    """None where no hit lasts until its pad is struck again."""
    into_the_next = []
    for pad in sorted({own.pitch for own, _ in pairs}):
        ordered = sorted((pair for pair in pairs if pair[0].pitch == pad), key=lambda pair: pair[0].start_beats)
        for (own, note), (own_next, following) in pairwise(ordered):
            if own.start_beats + own.length_beats > own_next.start_beats - TOGETHER_BEATS:
                begins = own.start_beats + _later(own, note, clip)
                ends = own_next.start_beats + _later(own_next, following, clip)
                into_the_next.append(begins + note.length_beats > ends + TOGETHER_BEATS)
    return fmean(into_the_next) if into_the_next else None


def drumify_rows(drumified: Sequence[Drumified]) -> list[Row]:
    """Of rhythms; means over them, of the mean over their variations.

    kick on the ones: of flat lines, whose notes all have one velocity, the share of bars with a kick on their first
    sixteenth; also of those alone that never have a note there. toms and crash: of all hits. from its note: how many
    ms a hit is from the note of the rhythm that is nearest to it, of hits within half a sixteenth of one; the farthest
    of all. heard: of the rhythm's notes (those that begin together are one), as many as there are drums in their
    sixteenth at different times, and as were said to be left alone.
    """
    ones, off_beat, toms, late, heard = (ByClip() for _ in range(5))
    for one in drumified:
        is_flat = len({note.velocity for note in one.rhythm.notes}) == 1
        is_off = not set(ones_of(one.rhythm)) & onsets_of(one.rhythm)
        ms = MS_PER_MINUTE / one.tempo_bpm
        begins = sorted({note.start_beats for note in one.rhythm.notes})
        for made in one.made:
            if is_flat and one.is_line:
                ones.add(one.name, kicks_on_the_ones(made))
            if is_flat and one.is_line and is_off:
                off_beat.add(one.name, kicks_on_the_ones(made))
            if made.notes:
                toms.add(one.name, fmean(GENERAL_MIDI.class_of(n.pitch) in TOMS_AND_CRASH for n in made.notes))
            for note in made.notes:
                apart = min(abs(note.start_beats - start) for start in begins)
                if apart <= HALF_STEP_BEATS:
                    late.add(one.name, ms * apart)
            found = _in_steps(note.start_beats for note in made.notes)
            wanted = _in_steps(begins)
            number = sum(min(len(found.get(step, ())), len(starts)) for step, starts in wanted.items())
            heard.add(one.name, min(1.0, (number + one.left_alone) / len(begins)))
    return [
        ones.row("kick on the ones, flat lines", at_least(0.85)),
        off_beat.row("kick on the ones, off-beat lines", at_least(0.85)),
        toms.row("toms and crash", at_most(0.08)),
        late.row("a drum from its note, ms", at_most(5.0)),
        late.farthest("the farthest drum from its note, ms", at_most(5.0)),
        heard.row("notes heard or counted", at_least(1.0)),
        heard.lowest("notes heard or counted, the worst rhythm", at_least(1.0)),
    ]


def _in_steps(starts_beats: Iterable[float]) -> dict[int, set[float]]:
    steps: dict[int, set[float]] = {}
    for start in starts_beats:
        steps.setdefault(nearest_step(start), set()).add(round(start, 4))
    return steps


def loudness_rows(clips: Sequence[Clip]) -> list[Row]:
    """Of new drum clips: the mean velocity (0-127) of a class, over the clips that have it, and that of open hats less
    that of kicks."""
    rows = []
    means: dict[str, float] = {}
    for name, goal in RACK.items():
        by_clip = ByClip()
        for i, clip in enumerate(clips):
            for note in clip.notes:
                if GENERAL_MIDI.class_of(note.pitch) == DRUM_CLASSES.index(name):
                    by_clip.add(str(i), note.velocity)
        means[name] = by_clip.mean
        rows.append(by_clip.row(f"velocity of the {name.replace('_', ' ')}", goal))
    return [*rows, Row("open hat louder than kick by", means["open_hat"] - means["kick"], goal=at_most(0.0))]
