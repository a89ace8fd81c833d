"""The command line: `python -m bridge serve | models | ask | demo`."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import bridge
from bridge import asking
from bridge.client import PORT
from bridge.errors import Refusal
from bridge.places import MODELS, PRESETS


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


# These load an inference engine, for which `ask` does not wait: they are imported when they are asked for.


def _serve(given: argparse.Namespace) -> int:
    from bridge import serving

    return serving.serve(given.models, given.presets, given.port)


def _models(given: argparse.Namespace) -> int:
    from bridge import serving

    return serving.show_models(given.models, as_json=given.json)


def _demo(given: argparse.Namespace) -> int:
    from bridge import demo

    return demo.run(given.models, given.presets, given.out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=os.environ.get("SIDEMAN_COMMAND", "python -m bridge"), description="Trained musicians beside Ableton Live."
    )
    parser.add_argument("--version", action="version", version=f"Sideman {bridge.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="start the bridge and keep it running")
    serve.add_argument("--port", type=port, default=PORT, help=f"UDP port (default {PORT}; 0: any free one)")
    _add_folders(serve, presets=True)
    serve.set_defaults(run=_serve)

    models = commands.add_parser("models", help="show the cards of the models")
    models.add_argument("--json", action="store_true")
    _add_folders(models, presets=False)
    models.set_defaults(run=_models)

    demonstration = commands.add_parser("demo", help="ask for everything once, with the example clips")
    demonstration.add_argument("--out", type=Path, required=True, help="folder for the clips")
    _add_folders(demonstration, presets=True)
    demonstration.set_defaults(run=_demo)

    asking.add_parsers(commands.add_parser("ask", help="ask a running bridge for clips, as .mid files"), port)
    return parser


def _add_folders(parser: argparse.ArgumentParser, *, presets: bool) -> None:
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of .onnx files")
    if presets:
        parser.add_argument("--presets", type=Path, default=PRESETS, help="folder of presets and kits")


def port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
