"""Drums to any rhythm: taps, a bass line, a melody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bridge.errors import BadValue
from bridge.models import drum_grid
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_grid import CLASSES, STEPS_PER_BEAT, Cells, Roll
from bridge.models.drumify import Drumify, taps_of
from bridge.music.clip import Clip, Note
from bridge.music.kit import DRUM_CLASSES, Kit
from bridge.skills.continue_drums import continue_drums
from bridge.skills.feel import Feel
from bridge.skills.overlap import overlapping

__all__ = ["castro", "castro_groove", "drumify"]

# Every pitch of a line is a tap: on the drum grid they are so many pads, and it does not matter which plays what.
_ALL_PITCHES = Kit("taps", tuple(tuple(range(c, 128, CLASSES)) for c in range(CLASSES)))
DENSITY_NATS = 2.0
"""Added to the odds of each drum at density 1, taken from them at 0."""
KICK, SNARE, HAT = (DRUM_CLASSES.index(name) for name in ("kick", "snare", "closed_hat"))
KICK_VELOCITY, HAT_VELOCITY = 100.0, 80.0
NOTE_BEATS = 0.25
AT_LEAST_BEFORE = 1e-3
"""Sixteenths before the loop's end."""
NO_TAP = -1.0


def drumify(
    model: Drumify,
    line: Clip,
    kit: Kit,
    *,
    use_velocity: bool,
    use_timing: bool,
    density: float,
    variations: int,
    temperature: float,
    seed: int,
    tempo_bpm: float,
) -> tuple[Clip, ...]:
    """`variations` drum clips on the kit, as long as the line, with drums where notes of the line begin.

    Of notes that begin on one sixteenth the loudest counts. Its velocity and its timing are heard if `use_velocity` and
    `use_timing` say so, else the drummer brings his own. density 0-1: at 0.5 as many drums as a drummer plays with such
    a line, to either side fewer or more of them at a time; there is always one with each tap.

    The same choice is made in every bar: where bars of the line are alike, so are their drums, and a groove stays a
    groove. Touch and timing are drawn anew for each. At temperature 0 the seed makes no difference: the first variation
    has the likeliest drums, each of the others the likeliest to a taste of its own. Raises BadValue for a line without
    notes, Unsupported for a meter that the grid does not hold.
    """
    roll = _roll(line)
    overlap = overlapping(roll.window, line.bars)
    taps = overlap.cut(taps_of(roll.cells, velocity=use_velocity, timing=use_timing)[None])
    feel = Feel(seed, temperature)
    bar_steps = roll.window.bar_steps
    choices = np.tile(feel.choices(variations, bar_steps), (1, line.bars))
    bias = np.tile(feel.tastes(variations, bar_steps, CLASSES, model.taste_nats), (1, line.bars, 1))
    bias += DENSITY_NATS * (2.0 * density - 1.0)
    played = model.play(
        np.tile(taps, (variations, 1, 1)),
        overlap.positions(variations),
        tempo_bpm,
        overlap.cut(bias),
        temperature,
        overlap.cut(choices[..., None])[..., 0],
        overlap.cut(feel.touch(variations, overlap.clip_steps, 2 * CLASSES)),
    )
    hits, velocity, offset = (overlap.joined(part) for part in (played.hits, played.velocity, played.offset))
    room = _room_before_the_end(roll, line.length_beats)[: hits.shape[1], None]
    hits, offset = hits * (room > NO_TAP), np.minimum(offset, room)
    return tuple(
        Clip(
            drum_grid.decode(Cells(hits[i], velocity[i], offset[i]), (), kit, line.length_beats),
            line.length_beats,
            line.meter,
        )
        for i in range(variations)
    )


def _room_before_the_end(roll: Roll, length_beats: float) -> npt.NDArray[np.float32]:
    """For each step, in sixteenths, how late its drums may be played: behind the loop's end nobody hears them. NO_TAP
    for steps whose taps come on the loop's next pass only, as the first does again at 1.1 beats in a loop so long."""
    room = np.full(len(roll.cells.hits), NO_TAP, np.float32)
    for (step, _), notes in roll.holders.items():
        if min(note.start_beats for note in notes) < length_beats:
            room[step] = STEPS_PER_BEAT * length_beats - step - AT_LEAST_BEFORE
    return room


def castro(
    model: DrumContinuation,
    line: Clip,
    kit: Kit,
    *,
    variations: int,
    temperature: float,
    seed: int,
    tempo_bpm: float,
) -> tuple[Clip, ...]:
    """`variations` drum clips as long as the line: what the drum continuation plays after its `castro_groove`.

    After Pablo Samuel Castro, Performing Structured Improvisations with pre-trained Deep Learning Models (2019,
    arXiv:1904.13285): a bass line becomes a plain groove, which DrumsRNN, as it came, goes on from for as many bars as
    the line has; these are looped under it. Here the continuation has velocity and timing, too. Raises as
    `continue_drums`, and BadValue for a line without notes.
    """
    clips = continue_drums(
        model,
        castro_groove(line, kit),
        kit,
        length_bars=line.bars,
        with_primer=False,
        variations=variations,
        temperature=temperature,
        seed=seed,
        tempo_bpm=tempo_bpm,
    )
    return tuple(
        Clip(
            tuple(
                replace(note, length_beats=min(note.length_beats, line.length_beats - note.start_beats))
                for note in clip.notes
                if note.start_beats < line.length_beats
            ),
            line.length_beats,
            line.meter,
        )
        for clip in clips
    )


def castro_groove(line: Clip, kit: Kit) -> Clip:
    """Castro's deterministic groove, in whole bars: a kick at the start of each, a snare with each note of the line, as
    loud as that, and closed hats on the eighths."""
    roll = _roll(line)
    hits = []
    for step in range(line.bars * roll.window.bar_steps):
        in_bar = step % roll.window.bar_steps
        if in_bar == 0:
            hits.append((step, KICK, KICK_VELOCITY))
        if roll.cells.hits[step].any():
            hits.append((step, SNARE, 127.0 * float(roll.cells.velocity[step].max())))
        if in_bar % 2 == 0:
            hits.append((step, HAT, HAT_VELOCITY))
    notes = tuple(Note(kit.home(c), step / STEPS_PER_BEAT, NOTE_BEATS, velocity) for step, c, velocity in hits)
    return Clip(notes, line.bars * line.meter.bar_beats, line.meter)


def _roll(line: Clip) -> Roll:
    """The line on the grid, looped until its last bar is full, whatever its pitches."""
    roll = drum_grid.encode(line, _ALL_PITCHES, line.bars * line.meter.bar_beats)
    if not roll.holders:
        raise BadValue(
            "The clip has no notes to play drums to: it is empty, or none of them begins within its loop. "
            "Give a clip with notes."
        )
    return roll
