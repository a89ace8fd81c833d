"""The requests whose answers are written down in `golden_clips.json`, by name, and the clips that they are about.

Every skill, with drums and with a melody where it plays both. Each is there for something that no other asks for, and
where a musical constant could be changed and all answers stayed the same, one is missing. Many seeds were looked for:
with them a lull is so long, or a note so near a border that matters, that it makes a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from bridge.music.clip import Clip, Note
from bridge.music.meter import FOUR_FOUR, Meter
from bridge.music.midi_file import read_clip
from bridge.wire.delivery import on_the_wire
from bridge.wire.protocol import (
    Blend,
    ClipRef,
    Continue,
    Drumify,
    Generate,
    Humanise,
    Interpolate,
    Point,
    SkillAsk,
    Vary,
)  # fmt: skip
from bridge.wire.protocol import Path as Walk
from tests.stage import Stage

__all__ = ["REQUESTS", "Request", "clips"]

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SIX_EIGHT, SEVEN_EIGHT, FIVE_FOUR, THREE_FOUR = Meter(6, 8), Meter(7, 8), Meter(5, 4), Meter(3, 4)
TWELVE_EIGHT = Meter(12, 8)

KICK, RIM, SNARE, CLAP, LOW_TOM, HAT, PEDAL, OPEN_HAT, MID_TOM, CRASH, HIGH_TOM, RIDE = (
    36, 37, 38, 39, 43, 42, 44, 46, 47, 49, 50, 51,
)  # fmt: skip
SHAKER = 70
"""On a pad of no class."""


@dataclass(frozen=True, slots=True)
class Request:
    """`clips` by their names, with the kit where it is not general_midi: "funk on roland_td"."""

    kind: type[SkillAsk]
    clips: tuple[str, ...]
    given: dict[str, Any]

    def ask(self, stage: Stage) -> SkillAsk:
        """The message, its clips uploaded."""
        refs = []
        for name in self.clips:
            clip, _, kit = name.partition(" on ")
            refs += stage.upload(clips()[clip], kit=kit or None)
        return self.kind(**stage.head(), **self._about(refs), **self.given)

    def _about(self, refs: list[ClipRef]) -> dict[str, Any]:
        if self.kind is Generate:
            return {}
        if self.kind is Interpolate:
            return {"first": refs[0], "last": refs[1]}
        if self.kind in (Blend, Walk):
            return {"corners": tuple(refs)}
        return {"clip": refs[0], **({"chords": tuple(refs[1:])} if refs[1:] else {})}


def _of(kind: type[SkillAsk], *clips: str, **given: Any) -> Request:
    return Request(kind, clips, given)


# A clip in each tenth of those that the models were trained on, from the sparsest to the fullest, and a seed with which
# it is heard how full it is.
DRUM_HITS = {12: 236, 26: 219, 30: 209, 33: 200, 36: 205, 39: 203, 42: 223, 46: 205, 50: 200, 64: 226}
MELODY_NOTES = {8: 222, 11: 203, 13: 210, 15: 204, 17: 206, 20: 204, 24: 202, 28: 206, 31: 200, 48: 247}


# --- the clips ----------------------------------------------------------------------------------------------------


def _clip(length_beats: float, *notes: tuple[int, float, float, float], meter: Meter = FOUR_FOUR) -> Clip:
    """Of notes as pitch, start, length and velocity."""
    return on_the_wire(Clip(tuple(Note(*note) for note in notes), length_beats, meter))


def _struck(pad: int, *starts_beats: float, velocity: float = 90.0) -> list[tuple[int, float, float, float]]:
    return [(pad, start, 0.2, velocity - 12.0 * (i % 2)) for i, start in enumerate(starts_beats)]


def _line(*notes: tuple[int | None, float], meter: Meter = FOUR_FOUR, share: float = 1.0) -> Clip:
    """Of pitches and beats, one after the other; None is a rest. Each note sounds for `share` of its beats."""
    at, told = 0.0, []
    for i, (pitch, beats) in enumerate(notes):
        told += [] if pitch is None else [(pitch, at, share * beats, 70.0 + 7.0 * (i % 5))]
        at += beats
    return _clip(at, *told, meter=meter)


def _drums_of(hits: int) -> Clip:
    """Two bars with so many hits, on one sixteenth several where they are more than 32."""
    pads = (KICK, HAT, SNARE, RIDE)
    return _clip(8.0, *((pads[(i + i // 32) % 4], 0.25 * (5 * i % 32), 0.2, 60.0 + i % 50) for i in range(hits)))


def _melody_of(notes: int) -> Clip:
    """Four bars with so many notes."""
    steps = [64 * i // notes for i in range(notes + 1)]
    scale = (60, 62, 64, 67, 69, 72, 71, 65)
    return _line(*((scale[3 * i % 8], 0.25 * (end - start)) for i, (start, end) in enumerate(pairwise(steps))))


def _after(*clips: Clip) -> Clip:
    """One clip after the other."""
    at, notes = 0.0, []
    for clip in clips:
        notes += [note.moved(at) for note in clip.notes]
        at += clip.length_beats
    return on_the_wire(Clip(tuple(notes), at, clips[0].meter))


def _read(name: str) -> Clip:
    return on_the_wire(read_clip(EXAMPLES / f"{name}.mid"))


_FILES = {
    "rock": "1_rock", "funk": "2_funk", "latin": "3_latin_toms", "half time": "4_half_time_ride",
    **{name: f"lines/{name}" for name in ("answer", "bass", "chords", "jig", "melody")},
}  # fmt: skip

_WRITTEN = {
    "silence": _clip(8.0),
    # --- drums
    "seven": _clip(
        7.0, *_struck(KICK, 0.0, 1.5, 3.5, 5.02), *_struck(SNARE, 1.01, 2.52, 4.49, 6.0, velocity=104.0),
        *_struck(HAT, *(0.5 * i + 0.01 for i in range(14)), velocity=70.0), meter=SEVEN_EIGHT,
    ),
    "shuffle": _clip(
        6.0, *_struck(KICK, 0.0, 3.0, 4.02), *_struck(SNARE, 1.5, 4.5, velocity=110.0),
        *_struck(RIDE, *(0.5 * i for i in range(12)), velocity=76.0), *_struck(RIM, 2.27, 5.77, velocity=40.0),
        meter=SIX_EIGHT,
    ),
    "five": _clip(
        5.0, *_struck(KICK, 0.0, 2.5), *_struck(SNARE, 1.0, 4.0), *_struck(HAT, 0.0, 1.0, 2.0, 3.0, 4.0, velocity=64.0),
        meter=FIVE_FOUR,
    ),
    # Ends within a bar; a hit that is early on its first step, one that is late in its last, and one on no pad.
    "odd": _clip(
        5.3, *_struck(KICK, 0.0, 2.0, 5.2), *_struck(SNARE, 1.0, 3.0, 5.0), *_struck(SHAKER, 0.5, 4.0),
        *_struck(PEDAL, 1.5, 3.5, 5.29, velocity=50.0),
    ),
    # Every sixteenth, as loud as can be; flams, and two pads of one class.
    "dense": _clip(
        4.0, *((HAT, 0.25 * i, 0.1, 127.0) for i in range(16)), *((KICK, 0.75 * i, 0.5, 127.0) for i in range(6)),
        (SNARE, 1.0, 0.2, 127.0), (SNARE, 0.96, 0.1, 60.0), (CLAP, 3.01, 0.2, 127.0), (SNARE, 3.0, 0.3, 126.0),
        (CRASH, 0.0, 1.0, 127.0), (HIGH_TOM, 3.25, 0.2, 127.0), (MID_TOM, 3.5, 0.2, 127.0), (LOW_TOM, 3.75, 0.2, 127.0),
    ),
    "soft": _clip(8.0, *_struck(KICK, 0.0, 4.0, 6.5, velocity=26.0), *_struck(SNARE, 2.02, 6.02, velocity=30.0),
                  *_struck(HAT, *(0.5 * i for i in range(16)), velocity=20.0)),
    "swung": _clip(
        8.0, *_struck(KICK, 0.0, 2.5, 4.0, 6.5), *_struck(SNARE, 1.0, 3.0, 5.0, 7.0, velocity=112.0),
        *((HAT, 0.5 * i + 0.25 * k + (0.07 if k else 0.0), 0.1, 84.0 - 20.0 * k) for i in range(16) for k in (0, 1)),
    ),
    "two hits": _clip(16.0, (KICK, 0.0, 0.5, 100.0), (SNARE, 10.0, 0.5, 90.0)),
    "march": _clip(
        16.0, *_struck(KICK, *(2.0 * i for i in range(8)), velocity=100.0),
        *_struck(SNARE, *(2.0 * i + 1.0 for i in range(8)), 7.5, 7.75, 15.25, 15.5), meter=Meter(2, 4),
    ),
    # Notes that are longer than from one hit to the next.
    "ringing": _clip(
        8.0, *((KICK, float(i), 1.5, 90.0) for i in range(8)), *((RIDE, 0.5 * i, 1.5, 70.0) for i in range(16)),
        *((SNARE, 2.0 * i + 1.0, 1.5, 100.0) for i in range(4)),
    ),
    # Before beat 0, just before it, early on it at the loop's end, at the end, behind it; the softest and the loudest.
    "edges": _clip(
        4.0, (SNARE, -0.3, 0.2, 60.0), (KICK, -0.05, 0.2, 127.0), (SNARE, 1.0, 0.2, 1.0), (SHAKER, 1.5, 0.2, 50.0),
        (KICK, 2.02, 0.2, 127.0), (CLAP, 3.0, 0.2, 90.0), (SNARE, 3.02, 0.1, 40.0), (RIM, 2.61, 0.2, 70.0),
        (CRASH, 3.94, 0.9, 110.0), (HAT, 3.9, 0.2, 60.0), (HAT, 3.97, 0.2, 90.0), (PEDAL, 4.0, 0.2, 70.0),
        (KICK, 4.5, 0.2, 80.0),
        *_struck(HAT, 0.5, 1.5, 2.5, 3.5),
    ),
    # Its last hit is early on the bar that follows.
    "pushed": _clip(
        4.0, *_struck(KICK, 0.0, 1.5), *_struck(MID_TOM, 3.93), *_struck(SNARE, 1.0, 3.0, velocity=100.0),
        *_struck(OPEN_HAT, 0.5, 2.5, 3.75), *_struck(HAT, 1.5, 3.5),
    ),
    # --- melodies
    "slow": _line((64, 6.0), (67, 2.0), (69, 6.0), (62, 2.0)),
    "melody with edges": _clip(
        8.0, (60, -0.4, 0.3, 60.0), (62, -0.06, 0.9, 90.0), (64, 1.0, 1.0, 1.0), (65, 2.11, 0.6, 127.0),
        (67, 3.0, 2.0, 90.0), (64, 5.0, 1.0, 80.0), (62, 6.0, 1.0, 76.0), (60, 7.0, 0.8, 72.0), (69, 7.93, 1.5, 99.0),
        (57, 8.0, 0.5, 70.0), (72, 9.0, 1.0, 80.0),
    ),
    "seldom": _line((64, 12.0), (67, 4.0), share=0.2),
    # Ten bars, of which a model that hears the last eight hears the first in the middle of a rest.
    "rests": _line(
        (64, 1.0), (65, 1.0), (67, 1.0), (None, 13.0), (69, 2.0), (67, 2.0), (64, 4.0), (62, 4.0), (64, 8.0), (60, 4.0),
    ),
    "slow in 5/4": _line((64, 5.0), (67, 4.0), (62, 6.0), (60, 5.0), meter=FIVE_FOUR),
    "held": _line((60, 4.0), (None, 4.0), (67, 4.0), (None, 4.0), share=0.5),
    "slurred": _line(
        (64, 0.5), (65, 0.5), (67, 1.0), (69, 0.5), (67, 0.5), (65, 0.5), (64, 0.5),
        (62, 1.0), (64, 0.5), (65, 0.5), (64, 1.0), (60, 1.0), share=1.45,
    ),
    "wide": _line(
        (48, 0.25), (84, 2.0), (60, 0.25), (60, 0.5), (79, 1.0), (None, 0.5), (52, 0.25), (53, 0.25), (86, 3.0),
        share=0.9,
    ),
    # Out of the model's five octaves, and at their ends.
    "far": _line((36, 0.5), (60, 0.5), (95, 0.5), (64, 0.5), (24, 0.5), (67, 0.5), (107, 0.5), (62, 0.5), (64, 4.0)),
    "passing": _line((60, 0.5), (62, 0.5), (64, 1.0), (66, 0.5), (67, 1.5), (69, 0.5), (71, 0.5), (72, 1.0), (64, 2.0)),
    "loud": _clip(8.0, *((60 + 3 * i % 8, float(i), 0.9, 126.0) for i in range(8))),
    "quiet": _clip(8.0, *((64 + 5 * i % 12, 0.75 * i, 0.6, 3.0) for i in range(10))),
    "waltz": _line((67, 1.0), (71, 1.0), (74, 1.0), (72, 2.0), (69, 1.0), meter=THREE_FOUR, share=0.95),
    "five steps": _line((62, 1.5), (65, 0.5), (69, 1.0), (67, 2.0), meter=FIVE_FOUR),
    "twelve": _line((72, 0.5), (71, 0.5), (69, 0.5), (67, 1.5), (64, 1.0), (65, 0.5), (67, 1.5), meter=TWELVE_EIGHT),
    # Behind the beat.
    "late": _clip(8.0, *((60 + 2 * (i % 4), 0.5 * i + 0.09, 0.4, 80.0) for i in range(16))),
    # A line over another, some of which begins while a note of the upper one goes on sounding, or hardly does.
    "two voices": _clip(
        8.0, (72, 0.0, 2.0, 90.0), (76, 2.0, 1.2, 90.0), (79, 3.5, 0.75, 96.0), (74, 4.0, 2.4, 90.0),
        (71, 7.0, 0.6, 90.0), (55, 0.0, 1.0, 70.0), (57, 1.0, 0.9, 70.0), (60, 3.0, 1.0, 70.0), (67, 4.0, 0.2, 60.0),
        (59, 5.0, 0.5, 70.0), (62, 6.0, 1.0, 74.0), (65, 7.5, 0.5, 70.0),
    ),
    "lowest": _line((7, 0.5), (12, 0.5), (14, 1.0), (9, 0.5), (7, 0.5), (2, 1.0), (5, 1.0), (7, 3.0)),
    "highest": _line((120, 0.5), (124, 0.5), (127, 1.0), (122, 0.5), (120, 0.5), (117, 1.0), (115, 1.0), (120, 3.0)),
    "late over the bar": _clip(
        8.0, (60, 0.0, 1.0, 80.0), (62, 1.0, 1.0, 80.0), (64, 2.0, 1.5, 80.0), (67, 3.86, 2.0, 90.0),
        (65, 6.0, 2.0, 80.0),
    ),
    "odd line": _line((57, 0.75), (60, 0.75), (64, 1.0), (62, 0.5), (60, 1.0), (59, 1.1)),
    "pick-up": _clip(8.0, (60, 0.0, 1.0, 80.0), (64, 1.0, 1.0, 84.0), (67, 2.0, 2.0, 90.0), (65, 4.0, 1.0, 80.0),
                     (64, 5.0, 1.0, 76.0), (62, 6.0, 1.5, 72.0), (55, 7.95, 0.8, 90.0), (60, 7.92, 0.9, 95.0)),
    "rings": _clip(8.0, (60, 0.0, 1.0, 80.0), (64, 1.5, 1.0, 84.0), (67, 3.0, 2.0, 90.0), (65, 6.0, 2.5, 80.0)),
    "hardly rings": _clip(8.0, (60, 0.0, 1.0, 80.0), (64, 1.5, 1.0, 84.0), (67, 3.0, 2.0, 90.0), (65, 6.0, 2.1, 80.0)),
    "one note": _clip(4.0, (62, 0.0, 0.5, 80.0)),
    "broken chords": _clip(
        8.0, *((pitch, 0.125 * i, 0.125, 70.0) for i, pitch in enumerate((45, 48, 52, 57))),
        *((pitch, 4.0 + 0.125 * i, 0.125, 70.0) for i, pitch in enumerate((45, 48, 52, 57))),
        (43, 1.0, 1.0, 70.0), (59, 1.0, 0.1, 70.0), (62, 1.1, 0.9, 70.0), (41, 2.0, 2.0, 70.0), (60, 2.0, 1.95, 70.0),
        (40, 5.0, 3.0, 70.0), (56, 5.0, 3.0, 70.0), (57, 6.0, 0.15, 70.0),
    ),
    "chords in 6/8": _clip(
        6.0, *((pitch, 0.0, 1.4, 70.0) for pitch in (50, 57, 62)), *((pitch, 1.0, 1.0, 70.0) for pitch in (53, 59)),
        *((pitch, 3.0, 3.0, 70.0) for pitch in (45, 61, 64)), (55, 5.0, 0.4, 70.0), meter=SIX_EIGHT,
    ),
    "chords in 2/2": _clip(
        8.0, *((pitch, 0.0, 1.0, 70.0) for pitch in (48, 55, 64)), *((pitch, 1.0, 3.0, 70.0) for pitch in (41, 57, 60)),
        *((pitch, 5.0, 2.0, 70.0) for pitch in (43, 59, 62)), meter=Meter(2, 2),
    ),
    # Ends within a beat; a chord before beat 0, and notes that sound for a little more or less than an eighth of one.
    "odd chords": _clip(
        6.3, *((pitch, -0.2, 1.6, 70.0) for pitch in (48, 52, 55)), *((pitch, 1.9, 1.23, 70.0) for pitch in (41, 57)),
        (60, 2.7, 0.45, 70.0), (58, 3.87, 0.24, 70.0), (43, 4.2, 1.9, 70.0), (59, 5.5, 0.6, 70.0), (62, 6.1, 0.9, 70.0),
    ),
    # --- either
    "nine of ten": _clip(
        8.0, *_struck(KICK, 0.0, 2.0, 4.0, 6.0), *_struck(SNARE, 1.0, 3.0, 5.0), *_struck(OPEN_HAT, 0.0, 4.0),
        *_struck(SHAKER, 2.0),
    ),
    "eight of ten": _clip(
        8.0, *_struck(KICK, 0.0, 2.0, 4.0, 6.0), *_struck(SNARE, 1.0, 3.0, 5.0), *_struck(OPEN_HAT, 0.0),
        *_struck(SHAKER, 2.0, 6.0),
    ),
    "three pitches": _line((36, 1.0), (43, 1.0), (36, 1.0), (41, 1.0)),
    "two pitches": _line((36, 1.0), (43, 1.0), (36, 1.0), (43, 1.0)),
    "sixteenths": _line((36, 1.0), (43, 1.0), (36, 1.0), (41, 1.0), share=0.25),
    "longer": _line((36, 1.0), (43, 1.0), (36, 1.0), (41, 1.0), share=0.27),
}  # fmt: skip


@lru_cache(maxsize=1)
def clips() -> dict[str, Clip]:
    """All of them, by name."""
    read = {name: _read(file) for name, file in _FILES.items()}
    return {
        **read,
        **_WRITTEN,
        **{f"drums of {hits} hits": _drums_of(hits) for hits in DRUM_HITS},
        **{f"a melody of {notes} notes": _melody_of(notes) for notes in MELODY_NOTES},
        "ten bars of drums": _after(*(read[name] for name in ("rock", "funk", "latin", "half time", "rock"))),
        "ten bars of melody": _after(*(read[name] for name in ("melody", "answer", "melody", "bass", "answer"))),
    }


# --- the requests -------------------------------------------------------------------------------------------------

COLD: dict[str, Any] = {"temperature": 0.0}
IN_A_MINOR: dict[str, Any] = {"root": 9, "scale": "Minor"}
FOUR = ("funk", "rock", "latin", "half time")
FOUR_LINES = ("melody", "answer", "bass", "slurred")


def _way(*points: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(x, y) for x, y in points)


REQUESTS: dict[str, Request] = {
    # --- generate
    "generate drums": _of(Generate, variations=2, seed=1),
    "generate drums, all by default": _of(Generate, seed=77),
    "generate drums, cold": _of(Generate, variations=2, **COLD, seed=9),
    "generate drums, nearly cold": _of(Generate, variations=1, temperature=0.02, seed=9),
    "generate drums of six bars": _of(Generate, bars=6, variations=1, seed=2, kit="roland_td"),
    "generate drums of four bars, cold": _of(Generate, bars=4, variations=1, **COLD),
    "generate drums in 7/8": _of(Generate, numerator=7, denominator=8, variations=2, seed=3, kit="live_drum_rack"),
    "generate drums in 6/8": _of(Generate, numerator=6, denominator=8, variations=2, seed=4, density=0.8),
    "generate drums in 5/4, hot": _of(Generate, numerator=5, denominator=4, variations=2, seed=5, temperature=1.5),
    "generate one sparse bar of drums": _of(Generate, bars=1, variations=8, density=0.0, seed=12),
    "generate one sparse bar of drums, cold": _of(Generate, bars=1, variations=2, density=0.0, **COLD),
    **{
        f"generate with the preset {name}": _of(Generate, preset=name, **given, seed=7)
        for name, given in (
            ("busy", {"variations": 1}), ("long_take", {}), ("loose", {"variations": 1}),
            ("sketchbook", {"variations": 1}), ("sparse", {"variations": 1}), ("straight", {"variations": 2}),
            ("tight", {"variations": 2}), ("wild", {"variations": 1}),
        )
    },
    "generate a melody": _of(Generate, instrument="melody", variations=4, seed=11),
    "generate a melody, cold": _of(Generate, instrument="melody", variations=3, **COLD),
    "generate a melody, half cold": _of(Generate, instrument="melody", variations=2, temperature=0.5, seed=12),
    "generate a melody of eight bars": _of(Generate, instrument="melody", bars=8, variations=1, seed=13),
    "generate a melody in A minor": _of(
        Generate, instrument="melody", bars=4, variations=2, low_pitch=57, high_pitch=72, **IN_A_MINOR, seed=14
    ),
    "generate a melody of few pitches": _of(
        Generate, instrument="melody", variations=3, low_pitch=60, high_pitch=64, root=0, scale="Major Pentatonic",
        density=0.1, seed=15,
    ),
    "generate a low melody in 6/8": _of(
        Generate, instrument="melody", numerator=6, denominator=8, variations=2, low_pitch=28, high_pitch=45, seed=16
    ),
    "generate a melody in 3/8": _of(
        Generate, instrument="melody", numerator=3, denominator=8, bars=8, variations=2, seed=10
    ),
    "generate drums in 4/2": _of(Generate, numerator=4, denominator=2, bars=1, variations=1, seed=20),
    "generate drums in 3/16": _of(Generate, numerator=3, denominator=16, bars=1, variations=4, density=0.0, seed=12),
    "generate a melody in 7/8 without a player": _of(
        Generate, model="melody_vae", numerator=7, denominator=8, variations=2, humanise=0.0, density=0.9, seed=17
    ),
    "generate one bar on one pitch": _of(
        Generate, instrument="melody", bars=1, variations=8, low_pitch=61, high_pitch=61, density=0.0, seed=19
    ),
    "generate one bar on one pitch, cold": _of(
        Generate, instrument="melody", bars=1, variations=4, low_pitch=61, high_pitch=61, density=0.0, **COLD
    ),
    "generate one sparse bar of melody": _of(
        Generate, instrument="melody", bars=1, variations=4, density=0.0, humanise=0.4, seed=18
    ),
    # --- vary
    "vary funk": _of(Vary, "funk", variations=2, seed=21),
    "vary funk, cold": _of(Vary, "funk", variations=2, **COLD),
    "vary funk not at all": _of(Vary, "funk", variations=2, amount=0.0, seed=22),
    "vary funk a little": _of(Vary, "funk", variations=2, amount=0.05, seed=22),
    "vary funk hardly, hot": _of(Vary, "funk", variations=4, amount=0.02, temperature=2.0, seed=19),
    "vary dense drums hardly, hot": _of(Vary, "dense", variations=4, amount=0.04, temperature=1.7, seed=20),
    "vary rock far": _of(Vary, "rock", variations=2, amount=1.0, seed=23),
    "vary rock as the preset tight does": _of(Vary, "rock", variations=1, preset="tight", seed=24),
    "vary latin as the preset wild does": _of(Vary, "latin on roland_td", variations=1, preset="wild", seed=25),
    "vary half time on another kit": _of(Vary, "half time on live_drum_rack", variations=1, amount=0.3, seed=26),
    "vary drums in 7/8": _of(Vary, "seven", variations=2, amount=0.6, seed=27),
    "vary drums in 6/8, cold": _of(Vary, "shuffle", variations=2, amount=0.8, **COLD),
    "vary drums in 5/4": _of(Vary, "five", variations=2, seed=28),
    "vary drums of an odd length": _of(Vary, "odd", instrument="drums", variations=2, amount=0.4, seed=29),
    "vary drums with edges": _of(Vary, "edges", instrument="drums", variations=2, amount=0.3, seed=34),
    "vary dense drums": _of(Vary, "dense", variations=2, amount=0.6, seed=31),
    "vary two hits": _of(Vary, "two hits", variations=2, amount=0.7, seed=31),
    "vary silence": _of(Vary, "silence", variations=1, amount=0.9, seed=32),
    "vary ten bars of drums": _of(Vary, "ten bars of drums", variations=1, amount=0.3, seed=33),
    **{
        f"vary drums of {hits} hits": _of(Vary, f"drums of {hits} hits", variations=1, amount=1.0, seed=seed)
        for hits, seed in DRUM_HITS.items()
    },
    **{
        f"vary a melody of {notes} notes": _of(Vary, f"a melody of {notes} notes", variations=1, amount=0.9, seed=seed)
        for notes, seed in MELODY_NOTES.items()
    },
    "vary a melody": _of(Vary, "melody", variations=3, seed=41),
    "vary a melody, cold": _of(Vary, "melody", variations=2, **COLD),
    "vary a melody a little": _of(Vary, "melody", variations=3, amount=0.08, seed=42),
    "vary a melody hardly, hot": _of(Vary, "slurred", variations=4, amount=0.03, temperature=2.0, seed=40),
    "vary a late melody": _of(Vary, "late", variations=4, amount=0.4, seed=39),
    "vary an answer far": _of(Vary, "answer", variations=3, amount=1.0, seed=43),
    "vary a bass in a range and a scale": _of(
        Vary, "bass", variations=2, amount=0.3, low_pitch=36, high_pitch=55, root=4, scale="Dorian", seed=44
    ),
    "vary chords": _of(Vary, "chords", variations=1, amount=0.4, seed=45),
    "vary a jig": _of(Vary, "jig", variations=2, amount=0.6, seed=46),
    "vary a slurred melody": _of(Vary, "slurred", variations=4, amount=0.35, seed=47),
    "vary a wide melody": _of(Vary, "wide", variations=3, amount=0.7, seed=58),
    "vary a far melody a little": _of(Vary, "far", instrument="melody", variations=3, amount=0.2, seed=54),
    "vary a far melody": _of(Vary, "far", instrument="melody", variations=3, amount=0.8, seed=63),
    "vary a far melody in a range": _of(
        Vary, "far", instrument="melody", variations=2, low_pitch=70, high_pitch=90, amount=0.3, seed=57
    ),
    "vary a melody with edges": _of(Vary, "melody with edges", variations=3, amount=0.3, seed=36),
    "vary a melody that rests": _of(Vary, "rests", variations=2, amount=0.5, seed=35),
    "vary a held melody": _of(Vary, "held", instrument="melody", variations=2, amount=0.4, seed=37),
    "vary two voices": _of(Vary, "two voices", variations=3, amount=0.25, seed=60),
    "vary the lowest notes": _of(Vary, "lowest", variations=3, amount=0.7, temperature=1.3, seed=63),
    "vary the highest notes": _of(Vary, "highest", variations=3, amount=0.7, temperature=1.3, seed=68),
    "vary a passing note": _of(Vary, "passing", variations=4, amount=0.6, seed=57),
    "vary a loud melody": _of(Vary, "loud", variations=2, amount=0.8, seed=58),
    "vary a quiet melody": _of(Vary, "quiet", variations=2, amount=0.8, seed=59),
    "vary a waltz": _of(Vary, "waltz", variations=2, amount=0.7, seed=49),
    "vary a melody of an odd length": _of(Vary, "odd line", variations=2, amount=0.5, seed=50),
    "vary a melody in 12/8": _of(Vary, "twelve", variations=2, amount=0.5, seed=51),
    "vary a slow melody": _of(Vary, "slow", variations=2, amount=0.8, seed=52),
    "vary a melody with a pick-up": _of(Vary, "pick-up", variations=2, amount=0.4, seed=53),
    # --- drums or a melody? The clips near the border.
    "vary ten notes of which nine are on pads": _of(Vary, "nine of ten", variations=1, seed=62),
    "vary ten notes of which eight are on pads": _of(Vary, "eight of ten", variations=1, seed=62),
    "vary three long pitches on pads": _of(Vary, "three pitches", variations=1, seed=62),
    "vary two long pitches on pads": _of(Vary, "two pitches", variations=1, seed=62),
    "vary three sixteenths on pads": _of(Vary, "sixteenths", variations=1, seed=62),
    "vary three notes on pads a little longer": _of(Vary, "longer", variations=1, seed=62),
    # --- interpolate
    "interpolate drums": _of(Interpolate, "funk", "rock", seed=71),
    "interpolate drums, cold": _of(Interpolate, "latin", "half time", steps=2, **COLD),
    "interpolate drums on two kits": _of(
        Interpolate, "half time on roland_td", "rock on live_drum_rack", steps=2, seed=72
    ),
    "interpolate drums of two lengths": _of(Interpolate, "dense", "odd", steps=2, seed=73),
    "interpolate melodies": _of(Interpolate, "melody", "answer", seed=74),
    "interpolate melodies, cold": _of(Interpolate, "bass", "slurred", steps=3, **COLD),
    "interpolate melodies in a range": _of(
        Interpolate, "melody", "bass", steps=2, low_pitch=48, high_pitch=60, **IN_A_MINOR, seed=75
    ),
    # --- blend
    "blend drums": _of(Blend, *FOUR, x=0.3, y=0.6, seed=88),
    "blend drums, cold": _of(Blend, *FOUR, x=0.5, y=0.5, **COLD),
    "blend drums next to a corner": _of(Blend, *FOUR, x=0.95, y=0.08, seed=82),
    "blend drums at a corner": _of(Blend, *FOUR, x=1.0, y=1.0, seed=80),
    "blend drums in the middle of two": _of(Blend, "funk", "latin", x=0.5, seed=83),
    "blend three drum clips": _of(Blend, "rock", "funk", "dense", x=0.8, y=0.7, seed=84),
    "blend drums on three kits": _of(
        Blend, "rock on roland_td", "latin on live_drum_rack", "funk", x=0.4, y=0.3, seed=85
    ),
    "blend drums with edges": _of(Blend, "edges", "soft", instrument="drums", x=0.15, seed=79),
    "blend drums with edges, on the other's kit": _of(
        Blend, "funk on roland_td", "edges on live_drum_rack", instrument="drums", x=0.8, seed=78
    ),
    "blend drums at a point of a grid": _of(Blend, *FOUR, grid=5, x=0.2, y=0.8, seed=86),
    "blend drums at another point of that grid": _of(Blend, *FOUR, grid=5, x=0.55, y=0.25, seed=86),
    "blend three drum clips on a grid": _of(Blend, "funk", "latin", "rock", grid=3, x=0.5, y=0.6, seed=89),
    "blend two drum clips on a grid": _of(Blend, "seven", "seven", grid=3, x=0.5, seed=87),
    "blend melodies": _of(Blend, *FOUR_LINES, x=0.4, y=0.3, seed=91),
    "blend melodies, cold": _of(Blend, *FOUR_LINES, x=0.6, y=0.6, **COLD),
    "blend melodies next to a corner": _of(Blend, "melody", "answer", x=0.1, seed=92),
    "blend melodies with edges": _of(Blend, "melody with edges", "held", instrument="melody", x=0.2, seed=90),
    "blend melodies in the middle": _of(Blend, "answer", "slurred", x=0.5, seed=93),
    "blend a loud melody and a quiet one": _of(Blend, "loud", "quiet", x=0.3, seed=96),
    "blend three melodies in a scale": _of(
        Blend, "melody", "bass", "wide", x=0.3, y=0.5, root=2, scale="Minor Pentatonic", seed=94
    ),
    "blend melodies at a point of a grid": _of(Blend, *FOUR_LINES, grid=4, x=0.33, y=0.66, seed=95),
    # --- path
    "path between drums": _of(Walk, *FOUR, points=_way((0, 0), (0.3, 0.1), (0.5, 0.5), (1, 1)), seed=101),
    "path between drums, cold": _of(Walk, "rock", "latin", points=_way((0.2, 0), (0.8, 0)), **COLD),
    "path between drums on two kits": _of(
        Walk, "half time on roland_td", "odd", points=_way((0.7, 0), (0.6, 0), (1, 0), (0.1, 0)), seed=102
    ),
    "path between drums with edges": _of(
        Walk, "edges", "rock", instrument="drums", points=_way((0, 0), (0.3, 0), (0.1, 0), (0, 0)), seed=108
    ),
    "path between drums in 5/4": _of(Walk, "five", "five", points=_way((0, 0), (0.5, 0)), seed=103),
    "path between melodies": _of(
        Walk, "melody", "answer", "bass", points=_way((0, 0), (0.4, 0), (0.6, 0.5), (0, 1), (1, 0)), seed=104
    ),
    "path between drums that ring": _of(
        Walk, "ringing", "funk", points=_way((0.3, 0), (0.4, 0), (0.2, 0), (0.5, 0), (0, 0), (0.4, 0)), seed=185
    ),
    "path between melodies with edges": _of(
        Walk, "melody with edges", "slow", instrument="melody", points=_way((0, 0), (0.2, 0), (0, 0), (0.3, 0)), seed=97
    ),
    "path from a note that is cut": _of(
        Walk, "late over the bar", "slurred", points=_way((0, 0), (1, 0), (0, 0)), seed=98
    ),
    "path between slow melodies": _of(
        Walk, "slow", "slurred", "held", points=_way((0.3, 0), (0, 0), (0.2, 0.4), (0, 1), (0.1, 0), (0, 0)), seed=107
    ),
    "path between melodies, cold": _of(Walk, "slurred", "melody", points=_way((0.3, 0), (0.7, 0)), **COLD),
    "path between melodies in a scale": _of(
        Walk, "slow", "held", points=_way((0, 0), (0.5, 0), (1, 0)), root=0, scale="Major", low_pitch=60, seed=105
    ),
    # --- continue
    "continue drums": _of(Continue, "funk", variations=2, seed=111),
    "continue drums, cold": _of(Continue, "rock", variations=3, **COLD, seed=5),
    "continue drums, hot": _of(Continue, "half time", variations=1, temperature=1.4, seed=110),
    "continue drums at another tempo": _of(Continue, "rock", variations=1, tempo_bpm=82.0, seed=112),
    "continue drums with the primer": _of(Continue, "latin on roland_td", length=3, with_primer=True, variations=1,
                                          seed=113),
    "continue drums that push": _of(Continue, "pushed", length=1, with_primer=True, variations=2, seed=114),
    "continue drums that push, alone": _of(Continue, "pushed", length=1, variations=2, seed=114),
    "continue drums of an odd length": _of(
        Continue, "odd", instrument="drums", with_primer=True, variations=1, seed=115
    ),
    "continue dense drums": _of(Continue, "dense", length=1, with_primer=True, variations=4, seed=109),
    "continue drums in 7/8": _of(Continue, "seven", variations=1, seed=117),
    "continue drums in 6/8, cold": _of(Continue, "shuffle on live_drum_rack", variations=2, **COLD),
    "continue drums in 5/4": _of(Continue, "five", variations=1, seed=119),
    "continue ten bars of drums": _of(Continue, "ten bars of drums", variations=1, seed=117),
    "continue two hits": _of(Continue, "two hits", length=4, variations=1, seed=118),
    "continue a melody": _of(Continue, "melody", length=4, variations=2, seed=122),
    "continue a melody, cold": _of(Continue, "melody", length=4, variations=3, **COLD, seed=6),
    "continue a melody, half cold": _of(Continue, "answer", length=3, variations=1, temperature=0.5, seed=122),
    "continue a melody with the primer": _of(Continue, "slurred", with_primer=True, variations=1, seed=123),
    "continue a melody by chords": _of(Continue, "melody", "chords", length=4, variations=2, seed=124),
    "continue a melody by broken chords, cold": _of(Continue, "bass", "broken chords", length=4, variations=2, **COLD),
    "continue a melody by odd chords": _of(Continue, "answer", "odd chords", length=6, variations=3, seed=146),
    "continue a melody by odd chords, cold": _of(Continue, "pick-up", "odd chords", length=6, variations=2, **COLD),
    "continue a melody by chords in a scale": _of(
        Continue, "answer", "chords", with_primer=True, variations=1, low_pitch=60, high_pitch=79, **IN_A_MINOR,
        seed=125,
    ),
    "continue a jig": _of(Continue, "jig", length=4, variations=1, seed=126),
    "continue a melody with a pick-up": _of(Continue, "pick-up", with_primer=True, variations=2, seed=127),
    "continue a melody with edges": _of(Continue, "melody with edges", with_primer=True, variations=1, seed=145),
    "continue drums with edges": _of(
        Continue, "edges", instrument="drums", length=1, with_primer=True, variations=1, seed=108
    ),
    "continue a melody that rings": _of(Continue, "rings", with_primer=True, variations=2, seed=128),
    "continue a melody that hardly rings": _of(Continue, "hardly rings", with_primer=True, variations=2, seed=128),
    "continue a melody of an odd length": _of(Continue, "odd line", with_primer=True, variations=1, seed=129),
    "continue ten bars of melody": _of(Continue, "ten bars of melody", variations=2, seed=131),
    "continue a slow melody": _of(Continue, "slow", length=8, variations=4, seed=137),
    "continue a slow melody for a bar": _of(Continue, "slow", length=1, variations=6, seed=142),
    "continue a far melody": _of(
        Continue, "far", instrument="melody", length=3, with_primer=True, variations=2, seed=140
    ),
    "continue a melody, hot": _of(Continue, "passing", length=3, variations=1, temperature=1.3, seed=141),
    "continue a seldom note": _of(Continue, "seldom", instrument="melody", length=8, variations=3, seed=154),
    "continue a melody that rested": _of(Continue, "rests", length=2, variations=2, seed=143),
    "continue a slow melody in 5/4": _of(Continue, "slow in 5/4", length=6, variations=4, seed=187),
    "continue a held melody": _of(Continue, "held", length=8, variations=4, seed=138),
    "continue a waltz": _of(Continue, "waltz", length=4, variations=1, seed=133),
    "continue a melody in 12/8": _of(Continue, "twelve", variations=2, seed=135),
    "continue a jig by chords": _of(Continue, "jig", "chords in 6/8", length=4, variations=2, seed=136),
    "continue a melody by chords in 2/2": _of(Continue, "melody", "chords in 2/2", length=4, variations=2, seed=137),
    "continue one note": _of(Continue, "one note", instrument="melody", length=4, variations=4, seed=138),
    "continue one note, cold": _of(Continue, "one note", instrument="melody", length=4, variations=2, **COLD),
    # --- humanise
    "humanise funk": _of(Humanise, "funk", amount=1.0, seed=141),
    "humanise funk by half": _of(Humanise, "funk", seed=142),
    "humanise funk, cold": _of(Humanise, "funk", amount=1.0, **COLD),
    "humanise funk, hot": _of(Humanise, "funk", amount=1.0, temperature=1.4, seed=140),
    "humanise rock not at all": _of(Humanise, "rock", amount=0.0, seed=140),
    "humanise swung drums": _of(Humanise, "swung", amount=1.0, seed=143),
    "humanise swung drums that stay swung": _of(Humanise, "swung", amount=1.0, keep_swing=True, seed=143),
    "humanise loud drums": _of(Humanise, "dense", amount=1.0, seed=144),
    "humanise soft drums": _of(Humanise, "soft", amount=0.8, temperature=0.5, seed=145),
    "humanise drums in 7/8": _of(Humanise, "seven on live_drum_rack", amount=0.7, tempo_bpm=150.0, seed=146),
    "humanise drums in 6/8": _of(Humanise, "shuffle", amount=1.0, tempo_bpm=70.0, keep_swing=True, seed=147),
    "humanise drums with edges": _of(Humanise, "edges", amount=0.9, seed=139),
    "humanise drums with edges, cold": _of(Humanise, "edges", amount=0.5, **COLD),
    "humanise a march": _of(Humanise, "march", amount=1.0, seed=150),
    "humanise drums of an odd length": _of(Humanise, "odd", amount=0.9, seed=148),
    "humanise ten bars of drums": _of(Humanise, "ten bars of drums on roland_td", amount=0.6, seed=149),
    # --- drumify
    "drumify a bass": _of(Drumify, "bass", variations=2, seed=151),
    "drumify a bass, cold": _of(Drumify, "bass on roland_td", variations=3, **COLD),
    "drumify a bass sparsely": _of(Drumify, "bass", variations=1, density=0.1, seed=152),
    "drumify a bass busily": _of(Drumify, "bass", variations=1, density=0.95, tempo_bpm=96.0, seed=152),
    "drumify a melody with another touch": _of(Drumify, "melody", variations=1, use_velocity=False, seed=153),
    "drumify a melody with another timing": _of(Drumify, "melody", variations=1, use_timing=False, seed=153),
    "drumify chords on another kit": _of(Drumify, "chords on live_drum_rack", variations=1, seed=154),
    "drumify a jig": _of(Drumify, "jig", variations=2, seed=155),
    "drumify drums of an odd length": _of(Drumify, "odd", variations=2, seed=156),
    "drumify ten bars": _of(Drumify, "ten bars of melody", variations=1, seed=157),
    "drumify as Castro does": _of(Drumify, "bass", castro=True, variations=2, seed=158),
    "drumify as Castro does, cold": _of(Drumify, "bass on live_drum_rack", castro=True, variations=2, **COLD),
    "drumify a jig as Castro does": _of(Drumify, "jig", castro=True, variations=1, seed=159),
    "drumify an odd line as Castro does": _of(Drumify, "odd line", castro=True, variations=2, seed=160),
}  # fmt: skip
