"""The command line: `python -m bridge serve | models | ask | demo`."""

from __future__ import annotations

import argparse
import gc
import io
import json
import logging
import math
import os
import queue
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType

import bridge
from bridge import demo
from bridge.client import Client, Result
from bridge.errors import BadFile, BadValue, Refusal
from bridge.music.meter import Meter
from bridge.music.midi_file import TICKS_PER_BEAT, clip_of_music, read_music, write_clip
from bridge.presets import Presets
from bridge.server import HOST, PORT, Server
from bridge.settings import SETTINGS, check
from bridge.terminal import described, free_path, make_folder, open_store
from bridge.transport import Transport

ROOT = Path(__file__).resolve().parent.parent
REFRESH_SECONDS = 1.0
PING_SECONDS = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. 0: done; 1: refused, with the sentence on standard error; 2: bad usage."""
    given = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A name that a Windows terminal has no letters for is shown with question marks, and stops nothing.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code: int = given.run(given)
    except Refusal as refusal:
        if getattr(given, "json", False):
            print(json.dumps({"refused": {"code": refusal.code, "sentence": str(refusal)}}))
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


# --- serve --------------------------------------------------------------------------------------------------------


def _serve(given: argparse.Namespace) -> int:
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO)
    presets = Presets.load(given.presets)
    store = open_store(given.models)
    for preset in presets.presets.values():
        if preset.model is not None and preset.model not in store.models:
            there = ", ".join(store.models)
            raise BadFile(f"The preset {preset.name} asks for the model {preset.model}, but there is {there}.")
    server = Server(store, presets, given.port)
    # Not an Event: its lock is held by the very thread that a signal interrupts, which then would wait for itself.
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()

    def stop(number: int, frame: FrameType | None) -> None:
        signals.put(number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    # What was loaded stays. Python would look through it for garbage now and then, and that takes up to 25 ms.
    gc.freeze()
    server.start()
    print(_screen(server, store.models, presets), flush=True)
    # A wait without end would keep Ctrl-C from Python on Windows; between two waits new models are looked for.
    while not _has_come(signals, REFRESH_SECONDS):
        look = store.refresh()
        for name in look.loaded:
            print(f"Loaded the model {name}.", flush=True)
        for name in look.removed:
            print(f"The model {name} is gone from the folder.", flush=True)
        for sentence in look.skipped:
            print(f"Skipped: {sentence}", flush=True)
    server.stop()
    print("Sideman stopped.", flush=True)
    return 0


def _has_come(signals: queue.SimpleQueue[int], wait_seconds: float) -> bool:
    try:
        signals.get(timeout=wait_seconds)
    except queue.Empty:
        return False
    return True


def _screen(server: Server, models: Iterable[str], presets: Presets) -> str:
    return "\n".join(
        (
            f"Sideman {bridge.__version__} listens on {HOST}, port {server.port}.",
            "",
            f"  models   {', '.join(models)}",
            f"  presets  {', '.join(presets.presets)}",
            f"  kits     {', '.join(presets.kits)}",
            "",
            "Next, in another terminal:",
            "  python start.py demo --out clips      what it can do, with four example clips",
            "  python start.py ask blend A.mid B.mid C.mid D.mid --x 0.5 --y 0.5 --out clips",
            "Ctrl-C stops it.",
        )
    )


# --- models -------------------------------------------------------------------------------------------------------


def _models(given: argparse.Namespace) -> int:
    store = open_store(given.models)
    if given.json:
        cards = [{**json.loads(model.card.to_json()), "sha256": model.sha256} for model in store.models.values()]
        print(json.dumps(cards, indent=2))
        return 0
    for model in store.models.values():
        card = model.card
        print(f"{card.name}  ({card.kind}, {card.codec} {card.codec_version}, {model.sha256[:12]})")
        for data in card.training_data:
            print(f"  trained on {data.name} {data.version}, {data.licence}: {data.citation}")
        print(f"  weights: {card.licence}")
        for name, number in card.numbers.items():
            print(f"  {name}: {number:g}")
    return 0


# --- ask ----------------------------------------------------------------------------------------------------------


def _ask(given: argparse.Namespace) -> int:
    fewest, most = CLIPS_NEEDED[given.skill]
    if not fewest <= len(given.clips) <= most:
        given.parser.error(f"{given.skill} takes {fewest} to {most} clips, not {len(given.clips)}")
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
    if given.skill == "blend" and given.path and given.grid is not None:
        given.parser.error("a path has no grid: give --path or --grid")
    settings = {
        name: getattr(given, name)
        for name in ("temperature", "seed", "preset", "model", *SKILL_SETTINGS[given.skill])
        if getattr(given, name) is not None
    }
    for name, value in settings.items():
        if name in SETTINGS:  # here and not only at the bridge, where -1 stands for what is not given
            check(name, value)
    kits = _kits(given.kit, len(clips))
    with Client(given.port, limit_seconds=min(given.limit, PING_SECONDS)) as client:
        client.ping()  # a bridge that is not there is not waited for as long as one that plays
        client.limit_seconds = given.limit
        match given.skill:
            case "generate":
                result = client.generate(transport, kit=kits[0] if kits else None, **settings)
            case "vary":
                result = client.vary(clips[0], kits[0], transport, **settings)
            case "interpolate":
                result = client.interpolate(clips[0], clips[1], kits, transport, **settings)
            case _ if given.path:
                result = client.path(clips, [_point(point) for point in given.path], kits, transport, **settings)
            case _:
                result = client.blend(clips, kits, transport, x=given.x, y=given.y, **settings)
    # A grid of ticks on which the clips of all files stand exactly where they stood.
    ticks_per_beat = math.lcm(TICKS_PER_BEAT, *(music.ticks_per_beat for music in files))
    if ticks_per_beat > 32767:
        ticks_per_beat = files[0].ticks_per_beat
    channel = files[0].channels[0] if files and files[0].channels else None
    paths = []
    make_folder(given.out)
    for name, clip in zip(_names(given, result), result.clips, strict=True):
        path = free_path(given.out, name)
        options = {} if channel is None else {"channel": channel}
        write_clip(path, clip, tempo_bpm=transport.tempo_bpm, ticks_per_beat=ticks_per_beat, **options)
        paths.append(path)
    print(_told(result, paths, as_json=given.json))
    number = sum(len(clip.notes) for clip in clips)
    if result.head.left_alone > number / 2:
        print(
            f"{result.head.left_alone} of your {number} notes are on pads that the kit does not have, and were left "
            "alone: see whether --kit names the right one.",
            file=sys.stderr,
        )
    return 0


SKILL_SETTINGS = {
    "generate": ("bars", "variations", "density", "humanise"),
    "vary": ("amount", "variations"),
    "interpolate": ("steps",),
    "blend": ("grid",),
}
CLIPS_NEEDED = {"generate": (0, 0), "vary": (1, 1), "interpolate": (2, 2), "blend": (2, 4)}


def _meter(text: str) -> Meter:
    numerator, _, denominator = text.partition("/")
    if not (numerator.isdecimal() and denominator.isdecimal()):
        raise BadValue(f"The meter {text!r} is not written as a meter: write it like 4/4 or 7/8.")
    return Meter(int(numerator), int(denominator))


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(number) for number in text.split(","))
    except ValueError:
        raise BadValue(f"The point {text!r} of the path is not written as one: write it like 0.5,0.25.") from None
    return x, y


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


# --- the words of the command line --------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=os.environ.get("SIDEMAN_COMMAND", "python -m bridge"), description="Trained drummers beside Ableton Live."
    )
    parser.add_argument("--version", action="version", version=f"Sideman {bridge.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="start the bridge and keep it running")
    serve.add_argument("--port", type=_port, default=PORT, help=f"UDP port (default {PORT}; 0: any free one)")
    _add_folders(serve, presets=True)
    serve.set_defaults(run=_serve)

    models = commands.add_parser("models", help="show the cards of the models")
    models.add_argument("--json", action="store_true")
    _add_folders(models, presets=False)
    models.set_defaults(run=_models)

    demonstration = commands.add_parser("demo", help="ask for everything once, with four example clips")
    demonstration.add_argument("--out", type=Path, required=True, help="folder for the clips")
    _add_folders(demonstration, presets=True)
    demonstration.set_defaults(run=lambda given: demo.run(given.models, given.presets, given.out))

    ask = commands.add_parser("ask", help="ask a running bridge for clips, as .mid files")
    skills = ask.add_subparsers(required=True, dest="skill", metavar="SKILL")
    for skill, about in (
        ("generate", "new clips"),
        ("vary", "variations of a clip"),
        ("interpolate", "from one clip to another in steps, both ends exactly as they are"),
        ("blend", "the clip at a point between two to four clips: at (0,0), (1,0), (0,1), (1,1)"),
    ):
        _add_ask(skills.add_parser(skill, help=about, description=about), skill)
    return parser


def _add_folders(parser: argparse.ArgumentParser, *, presets: bool) -> None:
    parser.add_argument("--models", type=Path, default=ROOT / "onnx_models", help="folder of .onnx files")
    if presets:
        parser.add_argument("--presets", type=Path, default=ROOT / "presets", help="folder of presets and kits")


def _add_ask(parser: argparse.ArgumentParser, skill: str) -> None:
    fewest, most = CLIPS_NEEDED[skill]
    if most:
        number: str | int = most if fewest == most else "+"
        parser.add_argument("clips", nargs=number, type=Path, metavar="CLIP.mid")
    else:
        parser.set_defaults(clips=[])
    parser.add_argument("--out", type=Path, required=True, help="folder for the .mid files; nothing is overwritten")
    parser.add_argument("--json", action="store_true", help="print what came back as JSON")
    parser.add_argument("--port", type=_port, default=PORT)
    parser.add_argument("--limit", type=float, default=10.0, help="seconds to wait for an answer (default 10)")
    parser.add_argument("--tempo", type=float, help="BPM of the files that are written")
    parser.add_argument("--meter", help="like 7/8: the meter of new clips, or another one for the files than they name")
    parser.add_argument("--kit", action="append", help="kit of the clips; once, or once for each clip")
    parser.add_argument("--preset")
    parser.add_argument("--model")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same clips (default 0)")
    for name in ("temperature", *SKILL_SETTINGS[skill]):
        setting = SETTINGS[name]
        kind = int if setting.whole else float
        allowed = f"{setting.low:g} to {setting.high:g}, default {setting.default:g}"
        parser.add_argument(f"--{name}", type=kind, help=f"{setting.meaning} ({allowed})")
    if skill != "generate":
        parser.add_argument("--bars", type=int, help="take only the first bars of each file")
    if skill == "blend":
        parser.add_argument("--x", type=float, default=0.5, help="0 to 1, default 0.5")
        parser.add_argument("--y", type=float, default=0.5, help="0 to 1, default 0.5; two clips have no y")
        parser.add_argument("--path", nargs="+", metavar="X,Y", help="a point a bar, as one long clip")
    parser.set_defaults(run=_ask, parser=parser)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
