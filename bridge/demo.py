"""The demo: its own bridge on a free port, asked over real UDP for all that it can do, with four example clips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bridge.client import Client, Result
from bridge.errors import BadFile
from bridge.music.meter import Meter
from bridge.music.midi_file import read_clip, write_clip
from bridge.presets import Presets
from bridge.server import Server
from bridge.terminal import free_path, make_folder, open_store
from bridge.transport import Transport

__all__ = ["EXAMPLES", "run"]

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
# As if Live played: a moment after the fifth bar began, clips start on the bar.
PLAYING = Transport(is_playing=True, song_beats=16.3, tempo_bpm=100.0, launch_quantum_beats=4.0)
SEVEN_EIGHT = Transport(is_playing=True, song_beats=16.3, tempo_bpm=100.0, meter=Meter(7, 8), launch_quantum_beats=3.5)


def run(models: Path, presets: Path, out: Path) -> int:
    """Writes the clips to `out` and prints a table. Raises BadFile where an example or the folder is missing."""
    paths = sorted(EXAMPLES.glob("*.mid"))
    if len(paths) < 4:
        raise BadFile(
            f"There are {len(paths)} example clips in {EXAMPLES}: the demo needs four. Download Sideman again."
        )
    a, b, c, d = (read_clip(path) for path in paths[:4])
    make_folder(out)
    server = Server(open_store(models), Presets.load(presets), port=0)
    server.start()
    corners = [a, b, c, d]
    circle = [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0), (0.0, 1.0), (0.0, 0.5)]
    try:
        with Client(server.port) as client:
            jobs: list[tuple[str, Callable[[], Result]]] = [
                ("generate", lambda: client.generate(PLAYING, seed=1, variations=2)),
                ("generate in 7/8", lambda: client.generate(SEVEN_EIGHT, seed=1, variations=1, density=0.7)),
                ("vary", lambda: client.vary(a, transport=PLAYING, seed=1, variations=2, amount=0.5)),
                ("interpolate", lambda: client.interpolate(a, b, transport=PLAYING, seed=1)),
                ("blend, a corner", lambda: client.blend(corners, None, PLAYING, seed=1, x=1.0, y=0.0)),
                ("blend, the middle", lambda: client.blend(corners, None, PLAYING, seed=1)),
                ("blend, an 11 x 11 grid", lambda: client.blend(corners, None, PLAYING, seed=1, grid=11)),
                ("blend, from memory", lambda: client.blend(corners, None, PLAYING, seed=1, grid=11, x=0.2, y=0.7)),
                ("blend, a path", lambda: client.path(corners, circle, None, PLAYING, seed=1)),
            ]
            print(f"{'asked for':<24}{'file':<36}{'bars':>5}{'hits':>6}  {'starts':<22}{'ms':>7}")
            for job, ask in jobs:
                result = ask()
                for i, clip in enumerate(result.clips):
                    name = f"{job.replace(', ', ' ').replace('/', '-')} {i + 1} of {len(result.clips)}"
                    path = free_path(out, name)
                    write_clip(path, clip, tempo_bpm=PLAYING.tempo_bpm)
                    first = i == 0
                    print(
                        f"{job if first else '':<24}{path.name:<36}{clip.bars:>5}{len(clip.notes):>6}  "
                        f"{_start(result) if first else '':<22}{f'{result.head.elapsed_ms:.1f}' if first else '':>7}"
                    )
    finally:
        server.stop()
    print(f"\nThe clips are in {out}: drag them onto a drum track.")
    return 0


def _start(result: Result) -> str:
    head = result.head
    if head.start_song_beats is None:
        return "at once"
    return f"beat {head.start_song_beats:g}, in {head.start_in_seconds:.2f} s{' (late)' if head.late else ''}"
