"""`ask`: a running bridge is asked for clips, and they are written as .mid files. It loads no model itself."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from bridge.client import PORT, Client, Result
from bridge.errors import BadValue
from bridge.music.clip import Clip
from bridge.music.meter import Meter
from bridge.music.midi_file import (
    DRUM_CHANNEL,
    MELODY_CHANNEL,
    TICKS_PER_BEAT,
    MidiMusic,
    clip_of_music,
    read_music,
    write_clip,
)
from bridge.music.scale import PITCH_CLASSES
from bridge.requests import (
    REQUESTS,
    AnyRequest,
    Blend,
    Continue,
    Drumify,
    Generate,
    Given,
    Humanise,
    Melodic,
    Point,
    Request,
    clip_fields,
    clips_in,
)
from bridge.requests import Path as Walk
from bridge.settings import DRUMS, INSTRUMENTS, MELODY, SETTINGS, check
from bridge.terminal import described, free_path, make_folder
from bridge.transport import Transport

__all__ = ["add_parsers"]

HELLO_SECONDS = 2.0
FLATS = {"CB": 11, "DB": 1, "EB": 3, "FB": 4, "GB": 6, "AB": 8, "BB": 10}


SKILLS: dict[str, type[Request[Given]]] = {kind.SKILL: kind for kind in REQUESTS if kind is not Walk}
"""By name; a path is a blend with --path. Settings, clips and whether a melody can play it are those of its fields."""


def _settings_of(kind: type[Request[Given]]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name in SETTINGS)


def _ask(given: argparse.Namespace) -> int:
    kind = SKILLS[given.skill]
    fewest, most = clips_in(kind)
    if not fewest <= len(given.clips) <= most:
        given.parser.error(f"{given.skill} takes {fewest} to {most} clips, not {len(given.clips)}")
    if given.skill == "blend" and given.path and given.grid is not None:
        given.parser.error("a path has no grid: give --path or --grid")
    if given.skill == "drumify" and given.castro and (given.own_touch or given.own_timing or given.density is not None):
        given.parser.error("--castro takes neither --density nor --own-touch nor --own-timing")
    files = [read_music(path) for path in given.clips]
    meter = _meter(given.meter) if given.meter else None
    length_bars = given.bars if given.skill != "generate" else None
    if length_bars is not None:
        check("bars", length_bars)
    clips = [clip_of_music(path, music, length_bars, meter) for path, music in zip(given.clips, files, strict=True)]
    transport = Transport(
        tempo_bpm=given.tempo if given.tempo is not None else files[0].tempo_bpm if files else 120.0,
        meter=meter or (clips[0].meter if clips else Meter()),
    )
    chords = None
    if given.skill == "continue" and given.chords is not None:
        chords = clip_of_music(given.chords, read_music(given.chords), meter=meter)
    kits = _kits(given.kit, len(clips))
    request = _request(given, clips, kits, chords, _settings(given, kind, files))
    with Client(given.port, limit_seconds=min(given.limit, HELLO_SECONDS)) as client:
        # A bridge that is not there is not waited for as long as one that plays.
        client.hello()
        client.limit_seconds = given.limit
        result = client.play(request, transport)
    is_melody = result.head.instrument == MELODY
    paths = _written(given, result, files, transport.tempo_bpm, is_melody=is_melody)
    print(_told(result, paths, as_json=given.json))
    number = sum(len(clip.notes) for clip in clips)
    if result.head.left_alone > number / 2:
        why = (
            "are under the melody and were not heard: give a clip of the melody alone, or say --instrument drums"
            if is_melody
            else "are on pads that the kit does not have, and were left alone: see whether --kit names the right one"
        )
        print(f"{result.head.left_alone} of your {number} notes {why}.", file=sys.stderr)
    return 0


def _request(
    given: argparse.Namespace,
    clips: Sequence[Clip],
    kits: Sequence[str | None],
    chords: Clip | None,
    settings: dict[str, Any],
) -> AnyRequest:
    pads = tuple(Given(clip, kit) for clip, kit in zip(clips, kits, strict=False))
    kind: Any = SKILLS[given.skill]
    match given.skill:
        case "generate":
            return Generate(kit=kits[0], **settings)
        case "blend" if given.path:
            return Walk(corners=pads, points=tuple(map(_point, given.path)), **settings)
        case "blend":
            return Blend(corners=pads, x=given.x, y=given.y, **settings)
        case "continue":
            harmony = () if chords is None else (Given(chords),)
            return Continue(clip=pads[0], with_primer=given.with_primer, chords=harmony, **settings)
        case "humanise":
            return Humanise(clip=pads[0], keep_swing=given.keep_swing, **settings)
        case "drumify":
            touch, timing = not given.own_touch, not given.own_timing
            return Drumify(clip=pads[0], castro=given.castro, use_velocity=touch, use_timing=timing, **settings)
    fields_of_clips = [name for name, many in clip_fields(kind) if not many]
    request: AnyRequest = kind(**dict(zip(fields_of_clips, pads, strict=True)), **settings)
    return request


def _settings(
    given: argparse.Namespace, kind: type[Request[Given]], files: Sequence[MidiMusic]
) -> dict[str, Any]:
    """What was given, and nothing else."""
    is_melodic = issubclass(kind, Melodic)
    names = ["seed", "preset", "model", *_settings_of(kind)]
    if is_melodic:
        names += ["low_pitch", "high_pitch"]
    settings = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    for name, value in settings.items():
        # Here and not only at the bridge, where -1 stands for what is not given.
        if name in SETTINGS:
            check(name, value)
        elif name in ("low_pitch", "high_pitch") and not 0 <= value <= 127:
            raise BadValue(f"--{name.partition('_')[0]} is {value}: pitches are whole numbers from 0 to 127.")
    if is_melodic and given.scale is not None:
        settings["root"], settings["scale"] = _scale(given.scale)
    instrument = _instrument(given, files) if is_melodic else None
    if instrument is not None:
        settings["instrument"] = instrument
    return settings


def _instrument(given: argparse.Namespace, files: Sequence[MidiMusic]) -> str | None:
    """What was given, said or meant, else what the first file's channel tells; None: the bridge looks at the clip."""
    instrument: str | None = given.instrument
    if instrument is not None or given.model is not None:
        return instrument
    if any(of_melody is not None for of_melody in (given.low_pitch, given.high_pitch, given.scale)):
        return MELODY
    has_chords = given.skill == "continue" and given.chords is not None
    on_drum_channel = bool(files) and set(files[0].channels) == {DRUM_CHANNEL}
    return DRUMS if (given.kit or on_drum_channel) and not has_chords else None


def _written(
    given: argparse.Namespace, result: Result, files: Sequence[MidiMusic], tempo_bpm: float, *, is_melody: bool
) -> list[Path]:
    # A grid of ticks on which the clips of all files stand exactly where they stood.
    ticks_per_beat = math.lcm(TICKS_PER_BEAT, *(music.ticks_per_beat for music in files))
    if ticks_per_beat > 32767:
        ticks_per_beat = files[0].ticks_per_beat
    options: dict[str, int] = {}
    if files and files[0].channels and given.skill != "drumify":
        options["channel"] = files[0].channels[0]
    elif is_melody:
        options["channel"] = MELODY_CHANNEL
    paths = []
    make_folder(given.out)
    for name, clip in zip(_names(given, result), result.clips, strict=True):
        path = free_path(given.out, name)
        write_clip(path, clip, tempo_bpm=tempo_bpm, ticks_per_beat=ticks_per_beat, **options)
        paths.append(path)
    return paths


def _meter(text: str) -> Meter:
    numerator, _, denominator = text.partition("/")
    if not (numerator.isdecimal() and denominator.isdecimal()):
        raise BadValue(f"The meter {text!r} is not written as a meter: write it like 4/4 or 7/8.")
    return Meter(int(numerator), int(denominator))


def _scale(text: str) -> tuple[int, str]:
    """`A Minor`, `F# Dorian`, `Bb Major`: the root and the scale's name."""
    root, _, name = text.strip().partition(" ")
    roots = {pitch_class: i for i, pitch_class in enumerate(PITCH_CLASSES)} | FLATS
    if root.upper() not in roots or not name:
        raise BadValue(f"The scale {text!r} is not written as one: write it like 'A Minor' or 'F# Dorian'.")
    return roots[root.upper()], name.strip()


def _point(text: str) -> Point:
    try:
        x, y = (float(number) for number in text.split(","))
    except ValueError:
        raise BadValue(f"The point {text!r} of the path is not written as one: write it like 0.5,0.25.") from None
    return Point(x, y)


def _kits(given: list[str] | None, clips: int) -> list[str | None]:
    """One kit for all clips, or one for each."""
    kits: list[str | None] = list(given or [])
    if len(kits) <= 1:
        return (kits or [None]) * max(1, clips)
    if len(kits) != clips:
        raise BadValue(f"There are {len(kits)} kits for {clips} clips: give --kit once, or once for each clip.")
    return kits


def _names(given: argparse.Namespace, result: Result) -> list[str]:
    if given.skill == "blend":
        return ["blend path" if given.path else f"blend x{given.x:.2f} y{given.y:.2f}"]
    return [f"{given.skill} {i + 1} of {len(result.clips)}" for i in range(len(result.clips))]


def _told(result: Result, paths: Sequence[Path], *, as_json: bool) -> str:
    head = result.head
    if as_json:
        return json.dumps(
            {
                "clips": [
                    {
                        "path": str(path),
                        "notes": len(clip.notes),
                        "bars": clip.bars,
                        "length_beats": clip.length_beats,
                        "meter": str(clip.meter),
                    }
                    for path, clip in zip(paths, result.clips, strict=True)
                ],
                "model": head.model,
                "model_hash": head.model_hash,
                "seed": head.seed,
                "start_song_beats": head.start_song_beats,
                "start_in_seconds": head.start_in_seconds,
                "late": head.late,
                "from_memory": head.from_memory,
                "elapsed_ms": head.elapsed_ms,
                "model_ms": head.model_ms,
                "left_alone": head.left_alone,
            },
            indent=2,
        )
    lines = [f"{path}  {described(clip)}" for path, clip in zip(paths, result.clips, strict=True)]
    return "\n".join([*lines, f"{head.model}, seed {head.seed}, {head.elapsed_ms:.1f} ms"])


def add_parsers(parser: argparse.ArgumentParser, port: Callable[[str], int]) -> None:
    """A subcommand for each skill; `port` reads a port's number."""
    skills = parser.add_subparsers(required=True, dest="skill", metavar="SKILL")
    for name, kind in SKILLS.items():
        about = " ".join((kind.__doc__ or "").split())
        _add_skill(skills.add_parser(name, help=about, description=about), kind, port)


def _add_skill(parser: argparse.ArgumentParser, kind: type[Request[Given]], port: Callable[[str], int]) -> None:
    name = kind.SKILL
    fewest, most = clips_in(kind)
    if most:
        number: str | int = most if fewest == most else "+"
        parser.add_argument("clips", nargs=number, type=Path, metavar="CLIP.mid")
    else:
        parser.set_defaults(clips=[])
    parser.add_argument("--out", type=Path, required=True, help="folder for the .mid files; nothing is overwritten")
    parser.add_argument("--json", action="store_true", help="print what came back as JSON")
    parser.add_argument("--port", type=port, default=PORT)
    parser.add_argument("--limit", type=float, default=10.0, help="seconds to wait for an answer (default 10)")
    parser.add_argument("--tempo", type=float, help="BPM of the files that are written")
    parser.add_argument("--meter", help="like 7/8: the meter of new clips, or another one for the files than they name")
    parser.add_argument("--kit", action="append", help="kit of the clips; once, or once for each clip")
    parser.add_argument("--preset")
    parser.add_argument("--model")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same clips (default 0)")
    for setting in (SETTINGS[setting] for setting in _settings_of(kind)):
        read = int if setting.whole else float
        allowed = f"{setting.low:g} to {setting.high:g}, default {setting.default:g}"
        parser.add_argument(f"--{setting.name}", type=read, help=f"{setting.meaning} ({allowed})")
    if name != "generate":
        parser.add_argument("--bars", type=int, help="take only the first bars of each file")
    if issubclass(kind, Melodic):
        parser.add_argument("--instrument", choices=INSTRUMENTS, help="else: what the clips look like")
        parser.add_argument("--low", type=int, dest="low_pitch", help="lowest pitch of a melody, 0 to 127")
        parser.add_argument("--high", type=int, dest="high_pitch", help="highest pitch of a melody, 0 to 127")
        parser.add_argument("--scale", help="that a melody keeps to, like 'A Minor' or 'F# Dorian'")
    if name == "blend":
        parser.add_argument("--x", type=float, default=0.5, help="0 to 1, default 0.5")
        parser.add_argument("--y", type=float, default=0.5, help="0 to 1, default 0.5; two clips have no y")
        parser.add_argument("--path", nargs="+", metavar="X,Y", help="a point a bar, as one long clip")
    if name == "continue":
        parser.add_argument("--with-primer", action="store_true", help="the clip and what follows, as one clip")
        parser.add_argument("--chords", type=Path, metavar="CLIP.mid", help="chords that a melody goes by")
    if name == "humanise":
        parser.add_argument("--keep-swing", action="store_true", help="the clip's own swing stays")
    if name == "drumify":
        parser.add_argument("--own-touch", action="store_true", help="not as loud as the rhythm's notes")
        parser.add_argument("--own-timing", action="store_true", help="not as late as the rhythm's notes")
        parser.add_argument("--castro", action="store_true", help="a plain groove on the line's notes, continued")
    parser.set_defaults(run=_ask, parser=parser)
