"""The bars that a player would play next, with or without chords."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bridge.errors import BadValue
from bridge.models import melody_grid
from bridge.models.grid import nearest_step
from bridge.models.harmony import CHORD_COLUMNS, chords_of
from bridge.models.melody_continuation import HISTORY, MelodyContinuation
from bridge.models.melody_grid import FIRST_PITCH, HOLD, REST, TOKENS, Line, Passage, pitch_of_token, token_of_pitch
from bridge.music.clip import Clip, Note
from bridge.skills.feel import Feel
from bridge.skills.lock import FORBIDDEN, Lock
from bridge.skills.phrasing import FEELS, phrased
from bridge.skills.primer import Primer, primer_of
from bridge.skills.silence import FEWEST_NOTES, LIVELIER_NATS, LONGEST_LULL_BARS, lulls, until_heard

__all__ = ["continue_melody"]

SURE_NATS = 30.0
"""Added to the odds of a note that is played in any case."""
RINGS_BEATS = 0.125
"""What ends less behind the join does not ring over it."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def continue_melody(
    model: MelodyContinuation,
    clip: Clip,
    *,
    chords: Clip | None,
    lock: Lock,
    length_bars: int,
    with_primer: bool,
    variations: int,
    temperature: float,
    seed: int,
) -> tuple[Clip, ...]:
    """`variations` clips of the `length_bars` bars that follow the clip, or of the clip and these bars.

    The primer may have any length and any number of voices: its top line is continued. It is heard until its last bar
    is full, looping on where it ends within the bar; so long it is in the result, and what follows begins on a bar
    line. The model hears its last 130 steps, eight bars of 4/4, and a primer of less than two bars over and over.
    `chords` is a clip that sounds beside the primer and what follows, looping from the primer's start, in any number of
    voices; an empty one tells nothing. New notes are those that `lock` allows, in the primer's octaves unless its range
    is elsewhere, phrased around the primer's velocity.

    With the primer nothing tells where it ends: its notes are the very notes that came in. If the melody's last one
    rings on, it does so until a new one begins, and a note that is early on the next bar is that bar's first, not to
    be played twice. Alone, the continuation begins with its first new note.

    What would die away is played again, with notes likelier from there on: where none would begin for more than two
    bars (of short ones a window), or than the primer itself waits for one. So is a continuation that would have no
    note, or but one in two bars.
    At temperature 0 the seed makes no difference: the first variation is the likeliest continuation, and each of the
    others the likeliest to a taste of its own. Raises BadValue for a primer without notes, and where the result would
    be too long; Unsupported for a meter that the grid does not hold.
    """
    primer = primer_of(clip, length_bars, with_primer)
    line = melody_grid.encode(clip, primer.length_beats)
    if not any(step < primer.steps for step in line.holders):
        raise BadValue(
            "The primer has no melody to go on from: it is empty, or none of its notes begins within its loop. "
            "Give a clip with notes, or generate a new clip."
        )
    shape, octaves = primer.window, lock.octaves([line], [1.0])
    steps = length_bars * shape.bar_steps
    heard = primer.history(HISTORY)
    feel = Feel(seed, temperature)
    tastes = feel.tastes(variations, shape.bar_steps, TOKENS, model.taste_nats)
    bias = np.tile(tastes, (1, length_bars, 1)) + lock.bias(octaves)
    # Many pitches share what is likely of an onset, nothing shares a hold: as the likeliest gets likelier, holds would
    # win, and the cooler a melody, the emptier it would be.
    bias[:, :, FIRST_PITCH:] += model.onset_nats * max(0.0, 1.0 - temperature)
    early = max(primer.leading, key=lambda note: note.pitch, default=None)
    last = early or _last_note(line, primer)
    if early is not None:
        bias[:, 0, _token(early, line, octaves, lock)] = SURE_NATS
    elif last.start_beats + last.length_beats < primer.length_beats + RINGS_BEATS and not _silent(line, primer.steps):
        # The last note ends at the join, as its length says: what follows is another one, or a rest.
        bias[:, 0, HOLD] = FORBIDDEN
    before, beside = _harmony(chords, heard), _harmony(chords, np.arange(primer.steps, primer.steps + steps))
    choices = feel.choices(variations, steps)

    def play(rows: Ints) -> Ints:
        found = model.play(_history(line, heard), before, beside, shape, bias[rows], temperature, choices[rows])
        # Where rounding leaves the cumulative odds below the uniform number, the last token is drawn, whatever it is.
        nats = np.take_along_axis(bias[rows], found[..., None], axis=2)[..., 0]
        return np.where(nats > 0.5 * FORBIDDEN, found, HOLD)

    played = play(np.arange(variations))

    # A window is two bars of 4/4, and as many as that of shorter ones.
    longest_lull = max(LONGEST_LULL_BARS * shape.bar_steps, shape.steps, _longest_wait(line, primer))
    fewest = min(length_bars, FEWEST_NOTES)

    def play_again(where: npt.NDArray[np.bool_], _: int) -> None:
        bias[..., FIRST_PITCH:] += LIVELIER_NATS * where[..., None]
        rows = np.flatnonzero(where.any(1))
        played[rows] = play(rows)

    until_heard(lambda: lulls(played >= FIRST_PITCH, shape.bar_steps, longest_lull, fewest), play_again)
    touch = feel.touch(variations, steps, FEELS)
    velocity = np.full(steps, line.mean_velocity, np.float32)
    length_beats = length_bars * clip.meter.bar_beats
    made = []
    for i in range(variations):
        sung = phrased(played[i], touch[i], shape, velocity, humanise=1.0)
        new = melody_grid.decode(sung, [Passage(0, steps, (), octaves)], length_beats)
        if with_primer:
            # The first one has been heard where it came early.
            behind = [note.moved(primer.length_beats) for note in (new[1:] if early else new)]
            made.append(primer.continued(behind, length_bars, melody=last))
        else:
            made.append(Clip(new, length_beats, clip.meter))
    return tuple(made)


def _last_note(line: Line, primer: Primer) -> Note:
    """The melody's last before the join, as long as it is in the clip: in the line it ends with the loop."""
    inside = [note for step, note in line.holders.items() if step < primer.steps]
    before = [note for note in inside if nearest_step(note.start_beats) < primer.steps]
    last = max(before or inside, key=lambda note: note.start_beats)
    own = (note for note in primer.notes if (note.start_beats, note.pitch) == (last.start_beats, last.pitch))
    return next(own, last)


def _longest_wait(line: Line, primer: Primer) -> int:
    """Steps from one note of the primer to the next, at most, as it loops."""
    at = sorted(step for step in line.holders if step < primer.steps)
    return max(after - step for step, after in pairwise([*at, at[0] + primer.steps]))


def _token(note: Note, line: Line, octaves: int, lock: Lock) -> int:
    """The note's, or of the nearest one that is allowed."""
    pitch = pitch_of_token(token_of_pitch(note.pitch, line.octaves), octaves)
    return token_of_pitch(lock.nearest(pitch), octaves)


def _silent(line: Line, step: int) -> bool:
    """Whether no note of the line sounds as this step begins."""
    told = np.flatnonzero(line.tokens[:step] != HOLD)
    return not len(told) or bool(line.tokens[told[-1]] < FIRST_PITCH)


def _history(line: Line, heard: Ints) -> Ints:
    tokens = line.tokens[heard]
    if tokens[0] == HOLD and _silent(line, int(heard[0])):
        tokens[0] = REST
    return tokens


def _harmony(chords: Clip | None, steps: Ints) -> Floats:
    return np.zeros((len(steps), CHORD_COLUMNS), np.float32) if chords is None else chords_of(chords, steps)
