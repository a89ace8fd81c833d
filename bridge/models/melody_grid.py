"""The codec `melody_grid` 1: a melody <-> windows of 32 sixteenths, one of 62 tokens each.

A token is a pitch that begins (60 of them), a rest that begins, or nothing new. Windows are as for drums: as many whole
bars as fit in 32 sixteenths. A model sees every melody in the octaves around middle C, so that a bass line is one too;
its key stays.

A melody is one note at a time. Of a clip that plays several, it is the top line: where notes begin together the
highest, and no note that begins under a higher one which goes on sounding. The notes under it are left out.

    encode: clip -> Line          notes into tokens
    decode: tokens -> notes       its inverse: a note that is still there is the very note that came in
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bridge.models.grid import STEPS, STEPS_PER_BEAT, Window, nearest_step, steps_in, window
from bridge.models.melody_tokens import (
    FIRST_PITCH,
    HOLD,
    LEGATO_STEPS,
    LOWEST_PITCH,
    MIDDLE_PITCH,
    PITCHES,
    REST,
    TOKENS,
    ends_of,
    octaves_to_middle,
    pitch_of_token,
    token_of_pitch,
    tokens_of_line,
    top_line,
)  # fmt: skip
from bridge.music.clip import Clip, Note

__all__ = [
    "FIRST_PITCH", "HOLD", "LOWEST_PITCH", "MIDDLE_PITCH", "NAME", "PITCHES", "REST", "TOKENS", "VERSION",
    "Line", "Passage", "Source", "Sung",
    "decode", "encode", "ends_of", "octaves_to_middle", "pitch_of_token", "token_of_pitch", "tokens_of_line",
    "top_line",
]  # fmt: skip

NAME = "melody_grid"
VERSION = 1
LINES_KEPT = 32
SLUR_BEATS = LEGATO_STEPS / STEPS_PER_BEAT
ROUNDING_BEATS = 1e-6

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
MIDI_PITCHES = range(128)


@dataclass(frozen=True, slots=True)
class Line:
    """A melody on the grid, looped until it fills the windows of a result that is `out_beats` long.

    `tokens` [steps of whole windows]; `holders` has the note behind each onset's step, where it stands in the result.
    `octaves` is how far up the model sees it; `median_pitch` and `mean_velocity` are of its notes, 0 where it has none.
    `beside` are the notes that nobody hears and that stay as they are: those more than half a sixteenth before beat 0
    and those behind the loop's end. `left_out` counts the notes under the line.
    """

    clip: Clip
    window: Window
    out_beats: float
    octaves: int
    median_pitch: float
    mean_velocity: float
    tokens: Ints
    ends: Ints
    holders: Mapping[int, Note]
    beside: tuple[Note, ...]
    left_out: int

    def windows(self) -> Ints:
        """[windows, 32]: holds behind each window's last bar. A window that begins in silence begins with a rest."""
        rows = self.tokens.reshape(-1, self.window.steps)
        tensor = np.zeros((len(rows), STEPS), np.int64)
        tensor[:, : self.window.steps] = rows
        silent = True
        for row, tokens in enumerate(rows):
            if tokens[0] == HOLD and silent:
                tensor[row, 0] = REST
            told = tokens[tokens != HOLD]
            silent = bool(told[-1] == REST) if len(told) else silent
        return tensor


@lru_cache(maxsize=LINES_KEPT)
def encode(clip: Clip, out_beats: float | None = None) -> Line:
    """The clip's top line on the grid, for a result of `out_beats` (left out: of the clip's own length).

    A note that is early on beat 0 is early on every pass; one that rings on at the loop's end ends there. A clip
    without notes is a line of silence. Raises Unsupported for a meter that the grid does not hold.
    """
    out_beats = out_beats or clip.length_beats
    out_steps = steps_in(out_beats)
    shape = window(clip.meter)
    span_steps = shape.count(out_beats) * shape.steps
    beside: list[Note] = []
    heard: list[Note] = []
    leading: dict[int, Note] = {}
    for note in clip.notes:
        if note.start_beats >= clip.length_beats:
            # It stays there only while the loop's end does.
            beside += [note] if out_beats <= clip.length_beats else []
        elif nearest_step(note.start_beats) < 0:
            beside.append(note)
        elif nearest_step(note.start_beats) >= steps_in(clip.length_beats):
            early = note.moved(-clip.length_beats)
            leading[id(early)] = note if out_beats == clip.length_beats else early.moved(out_beats)
            heard.append(early)
        else:
            most_beats = clip.length_beats - note.start_beats
            heard.append(note if note.length_beats <= most_beats else replace(note, length_beats=most_beats))
    line = top_line(sorted(heard, key=lambda note: note.start_beats))
    pitches, velocities = ([note.pitch for note in line], [note.velocity for note in line]) if line else ([0], [0.0])
    octaves = octaves_to_middle(pitches) if line else 0
    notes: list[Note] = []
    holders: dict[int, Note] = {}
    for i in range(math.ceil(span_steps / STEPS_PER_BEAT / clip.length_beats) + 1):
        pass_beats = i * clip.length_beats
        for note in line:
            start_beats = note.start_beats + pass_beats
            step = nearest_step(start_beats)
            # Where the result ends within a sixteenth, the next pass would share the step that its end cuts.
            behind = pass_beats >= out_beats and step < out_steps
            if step >= span_steps or step in holders or behind:
                continue
            notes.append(note.moved(pass_beats) if i else note)
            # What is early on the first step stands at the end of the result's loop.
            holders[step] = leading.get(id(note), note) if i == 0 else notes[-1]
    tokens = tokens_of_line(notes, span_steps, octaves)
    ends = ends_of(tokens)
    tokens.setflags(write=False)
    ends.setflags(write=False)
    return Line(
        clip, shape, out_beats, octaves, float(np.median(pitches)), float(np.mean(velocities)), tokens, ends, holders,
        tuple(beside), len(heard) - len(line),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sung:
    """Tokens [steps], and how a new note would be played at each step: [steps] of `velocity` 1-127, of `offset` from
    the grid and of `gap`, the silence that a note leaves at its end, both in sixteenths and less than half of one."""

    tokens: Ints
    velocity: Floats
    offset: Floats
    gap: Floats


@dataclass(frozen=True, slots=True)
class Source:
    """A clip that a result is made from. `faith` 0-1: how far a kept note keeps its own velocity and timing."""

    line: Line
    faith: float

    def begins(self, step: int, token: int) -> bool:
        return step in self.line.holders and self.line.tokens[step] == token

    def slur(self, step: int) -> float:
        """How far the note of this step sounds into the next one, in beats, up to a sixteenth."""
        note, following = self.line.holders[step], self.line.holders.get(int(self.line.ends[step]))
        if following is None or following.pitch == note.pitch:
            return 0.0
        return max(0.0, min(SLUR_BEATS, note.start_beats + note.length_beats - following.start_beats))


@dataclass(frozen=True, slots=True)
class Passage:
    """The steps from `first` to before `last`, in the result's `octaves`; `sources` in order, the nearest first.

    A kept note whose pitch is not `allowed` takes the pitch of its token.
    """

    first: int
    last: int
    sources: tuple[Source, ...]
    octaves: int
    allowed: Collection[int] = MIDI_PITCHES


def decode(sung: Sung, passages: Sequence[Passage], out_beats: float) -> tuple[Note, ...]:
    """The notes that `sung` tells, one at a time, for a result of `out_beats`, without those beside the grid.

    The first source that begins the same pitch at the same step gives its very note, with `source`; where its tokens
    end it elsewhere it is as long as told now, and in other octaves it is moved by octaves. Other notes are new, and
    never before beat 0. All end with the loop. A note sounds into the next one only as far as its source slurred it, up
    to a sixteenth.
    """
    tokens = sung.tokens[: steps_in(out_beats)]
    ends = ends_of(tokens)
    notes: list[tuple[Note, float]] = []
    for passage in passages:
        for step in range(passage.first, min(passage.last, len(tokens))):
            if tokens[step] < FIRST_PITCH:
                continue
            end_beats = (float(ends[step]) - float(sung.gap[step])) / STEPS_PER_BEAT
            pitch = pitch_of_token(int(tokens[step]), passage.octaves)
            source = next((source for source in passage.sources if source.begins(step, tokens[step])), None)
            if source is None:
                start_beats = max(0.0, (step + float(sung.offset[step])) / STEPS_PER_BEAT)
                if start_beats < out_beats:
                    velocity = float(round(float(sung.velocity[step])))
                    notes.append((Note(pitch, start_beats, end_beats - start_beats, velocity), 0.0))
                continue
            note = _kept(source, step, sung, out_beats)
            if source.line.octaves != passage.octaves or note.pitch not in passage.allowed:
                note = replace(note, pitch=pitch)
            if min(source.line.ends[step], len(tokens)) == ends[step]:
                notes.append((note, source.slur(step)))
            else:
                length_beats = max(end_beats - _place(note, out_beats), 0.5 / STEPS_PER_BEAT)
                notes.append((replace(note, length_beats=length_beats), 0.0))
    return _one_at_a_time(notes, out_beats)


def _place(note: Note, out_beats: float) -> float:
    """Where it begins, counted from the first step: before it where it is early on it, at the loop's end."""
    return note.start_beats - (out_beats if nearest_step(note.start_beats) >= steps_in(out_beats) else 0.0)


def _kept(source: Source, step: int, sung: Sung, out_beats: float) -> Note:
    """The source's note at this step, as far from how it would be sung now as the source's faith keeps it.

    It is moved no further than to the ends of the loop; what was early on beat 0 is not moved further out.
    """
    note = source.line.holders[step]
    if source.faith == 1.0:
        return note
    place_beats = _place(note, out_beats)
    own_beats = place_beats - step / STEPS_PER_BEAT
    later_beats = (1.0 - source.faith) * (float(sung.offset[step]) / STEPS_PER_BEAT - own_beats)
    start_beats = min(max(place_beats + later_beats, min(0.0, place_beats)), out_beats - 1e-3)
    if start_beats < 0.0 and place_beats != note.start_beats:
        start_beats += out_beats
    louder = (1.0 - source.faith) * (float(sung.velocity[step]) - note.velocity)
    velocity = min(127.0, max(1.0, float(round(note.velocity + louder))))
    return replace(note, start_beats=start_beats, velocity=velocity)


def _one_at_a_time(notes: Sequence[tuple[Note, float]], out_beats: float) -> tuple[Note, ...]:
    """Every note until the next one begins, and by so many beats slurred into it, or until the loop ends."""
    ordered = sorted(notes, key=lambda pair: pair[0].start_beats)
    made = []
    for i, (note, slur_beats) in enumerate(ordered):
        end_beats = out_beats
        if i + 1 < len(ordered):
            following = ordered[i + 1][0]
            own_beats = 0.0 if following.pitch == note.pitch else slur_beats
            end_beats = min(end_beats, following.start_beats + own_beats)
        most_beats = max(end_beats - note.start_beats, ROUNDING_BEATS)
        fits = note.length_beats <= most_beats + ROUNDING_BEATS
        made.append(note if fits else replace(note, length_beats=most_beats))
    return tuple(made)
