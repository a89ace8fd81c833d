"""The demo: its own bridge on a free port, asked over real UDP for all that it can do, with the example clips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bridge.client import Client, Result
from bridge.doors.udp import Server
from bridge.errors import BadFile, Refusal
from bridge.music.clip import Clip
from bridge.music.meter import Meter
from bridge.music.midi_file import DRUM_CHANNEL, MELODY_CHANNEL, read_clip, write_clip
from bridge.places import EXAMPLES, LINES
from bridge.presets import Presets
from bridge.serving import open_store
from bridge.terminal import free_path, make_folder
from bridge.transport import Transport

__all__ = ["run"]

# As if Live played: a moment after the fifth bar began, clips start on the bar.
PLAYING = Transport(is_playing=True, song_beats=16.3, tempo_bpm=100.0, launch_quantum_beats=4.0)
SEVEN_EIGHT = replace(PLAYING, meter=Meter(7, 8), launch_quantum_beats=3.5)
SIX_EIGHT = replace(PLAYING, meter=Meter(6, 8), launch_quantum_beats=3.0)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that is asked for, and the MIDI channel of what comes."""

    name: str
    ask: Callable[[], Result]
    channel: int = DRUM_CHANNEL


def run(models: Path, presets: Path, out: Path) -> int:
    """Writes the clips to `out` and prints a table; what is refused stands in it as a sentence.

    Raises BadFile where an example or the folder is missing.
    """
    paths = sorted(EXAMPLES.glob("*.mid"))
    if len(paths) < 4:
        raise BadFile(
            f"There are {len(paths)} example clips in {EXAMPLES}: the demo needs four. Download Sideman again."
        )
    drums = [read_clip(path) for path in paths[:4]]
    lines = {name: read_clip(LINES / f"{name}.mid") for name in ("answer", "bass", "chords", "jig", "melody")}
    make_folder(out)
    server = Server(open_store(models), Presets.load(presets), port=0)
    server.start()
    try:
        with Client(server.port) as client:
            print(f"{'asked for':<24}{'file':<36}{'bars':>5}{'notes':>6}  {'starts':<22}{'ms':>7}")
            for job in [*_drum_jobs(client, drums, lines["bass"]), *_melody_jobs(client, lines)]:
                _do(job, out)
    finally:
        server.stop()
    print(f"\nThe clips are in {out}: drag them onto a drum track, the melodies onto another instrument's.")
    return 0


def _drum_jobs(client: Client, drums: list[Clip], bass: Clip) -> list[Job]:
    a, b, _, _ = drums
    stiff = _quantised(b)
    circle = [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0), (0.0, 1.0), (0.0, 0.5)]
    return [
        Job("generate", lambda: client.generate(PLAYING, seed=1, variations=2)),
        Job("generate in 7/8", lambda: client.generate(SEVEN_EIGHT, seed=1, variations=1, density=0.7)),
        Job("vary", lambda: client.vary(a, transport=PLAYING, seed=1, variations=2, amount=0.5)),
        Job("interpolate", lambda: client.interpolate(a, b, transport=PLAYING, seed=1)),
        Job("blend, a corner", lambda: client.blend(drums, None, PLAYING, seed=1, x=1.0, y=0.0)),
        Job("blend, the middle", lambda: client.blend(drums, None, PLAYING, seed=1)),
        Job("blend, an 11 x 11 grid", lambda: client.blend(drums, None, PLAYING, seed=1, grid=11)),
        Job("blend, from memory", lambda: client.blend(drums, None, PLAYING, seed=1, grid=11, x=0.2, y=0.7)),
        Job("blend, a path", lambda: client.path(drums, circle, None, PLAYING, seed=1)),
        Job(
            "continue",
            lambda: client.continue_clip(b, transport=PLAYING, seed=1, length=2, variations=2, with_primer=True),
        ),
        Job("humanise", lambda: client.humanise(stiff, transport=PLAYING, seed=3, amount=1.0, temperature=0.7)),
        Job("drumify, a bass line", lambda: client.drumify(bass, transport=PLAYING, seed=1, variations=2)),
        Job("drumify, Castro", lambda: client.drumify(bass, transport=PLAYING, seed=1, variations=1, castro=True)),
    ]


def _melody_jobs(client: Client, lines: dict[str, Clip]) -> list[Job]:
    melody, answer, chords, jig = (lines[name] for name in ("melody", "answer", "chords", "jig"))
    in_key = {"instrument": "melody", "root": 9, "scale": "Minor"}
    return [
        Job(name, ask, MELODY_CHANNEL)
        for name, ask in (
            (
                "generate in A Minor",
                lambda: client.generate(PLAYING, seed=1, variations=2, low_pitch=57, high_pitch=81, **in_key),
            ),
            ("vary, a melody", lambda: client.vary(melody, transport=PLAYING, seed=1, variations=2, amount=0.4)),
            ("interpolate, melodies", lambda: client.interpolate(melody, answer, transport=PLAYING, seed=1)),
            ("blend, two melodies", lambda: client.blend((melody, answer), None, PLAYING, seed=1, x=0.5)),
            (
                "continue, over chords",
                lambda: client.continue_clip(
                    melody, None, chords, PLAYING, seed=1, length=4, variations=2, with_primer=True, **in_key
                ),
            ),
            (
                "continue, a jig in 6/8",
                lambda: client.continue_clip(jig, transport=SIX_EIGHT, seed=1, length=4, variations=1),
            ),
        )
    ]


def _quantised(clip: Clip) -> Clip:
    """On the grid of sixteenths, all at one strength, as if it were programmed."""
    last_step = round(clip.length_beats * 4) - 1
    steps = (min(last_step, max(0, round(note.start_beats * 4))) for note in clip.notes)
    return clip.with_notes(
        replace(note, start_beats=step / 4, velocity=100.0) for note, step in zip(clip.notes, steps, strict=True)
    )


def _do(job: Job, out: Path) -> None:
    """Asks, writes what comes, and prints its rows."""
    try:
        result = job.ask()
    except Refusal as refusal:
        print(f"{job.name:<24}{refusal}")
        return
    for i, clip in enumerate(result.clips):
        path = free_path(out, f"{job.name.replace(', ', ' ').replace('/', '-')} {i + 1} of {len(result.clips)}")
        write_clip(path, clip, tempo_bpm=PLAYING.tempo_bpm, channel=job.channel)
        name, start, elapsed = (job.name, _start(result), f"{result.head.elapsed_ms:.1f}") if i == 0 else ("",) * 3
        print(f"{name:<24}{path.name:<36}{clip.bars:>5}{len(clip.notes):>6}  {start:<22}{elapsed:>7}".rstrip())


def _start(result: Result) -> str:
    head = result.head
    if head.start_song_beats is None:
        return "at once"
    return f"beat {head.start_song_beats:g}, in {head.start_in_seconds:.2f} s{' (late)' if head.late else ''}"
