"""Tries model files in a short-lived process of their own.

A graph that is spoiled in the right place makes onnxruntime end the process that it runs in, with no chance to refuse.
That must not be the bridge, in the middle of a set. All files go into one process, which says after each whether it
could be loaded; where it falls silent, the next file was the reason, and another process goes on behind it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bridge.errors import BadFile
from bridge.models.onnx_file import shown_name

__all__ = ["probe"]

START_LIMIT_SECONDS = 20.0
FILE_LIMIT_SECONDS = 6.0
"""A file's trials are stopped before, except within one operator."""
MEMORY_LIMIT_BYTES = 4 * 1024**3
"""Of addresses, of which onnxruntime takes one billion for itself; what models may take is bounded in `engine`."""

_READY = "ready"


def probe(files: Mapping[str, bytes]) -> dict[str, str]:
    """Bytes by file name -> a sentence for each file that cannot be used, by file name."""
    sentences: dict[str, str] = {}
    left = dict(files)
    while left:
        ready, *verdicts = _verdicts(left) or [""]
        names = list(left)
        sentences.update((name, verdict) for name, verdict in zip(names, verdicts, strict=False) if verdict)
        if ready != _READY:
            for name in names:
                sentences[name] = f"{shown_name(Path(name))} is skipped: no process could be started to try it."
            break
        if len(verdicts) < len(names):
            name = names[len(verdicts)]
            sentences[name] = f"{shown_name(Path(name))} is broken: the process that tried it crashed or never ended."
        left = {name: left[name] for name in names[len(verdicts) + 1 :]}
    return sentences


def _verdicts(files: Mapping[str, bytes]) -> list[str]:
    """What the process said before it ended: that it is ready, then "" or a sentence for each file."""
    header = json.dumps([(name, len(data)) for name, data in files.items()]).encode() + b"\n"
    try:
        said = subprocess.run(
            [sys.executable, "-m", __name__],
            input=header + b"".join(files.values()),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],  # where `-m` finds this file
            timeout=START_LIMIT_SECONDS + FILE_LIMIT_SECONDS * len(files),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as expired:
        said = expired.stdout or b""
    except OSError:
        return []
    # The last line may have been cut short.
    return [json.loads(line) for line in said.split(b"\n")[:-1]]


def main() -> None:
    _limit()
    # The verdicts' own way out: whatever else is printed here goes where nobody looks.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        # Not above: the parent only needs the lines above.
        from bridge.models.engine import Engine

        engine = Engine()
        print(json.dumps(_READY), file=out, flush=True)
        for name, size in json.loads(sys.stdin.buffer.readline()):
            verdict = ""
            try:
                engine.load(sys.stdin.buffer.read(size), shown_name(Path(name)))
            except BadFile as refusal:
                verdict = str(refusal)
            print(json.dumps(verdict), file=out, flush=True)


def _limit() -> None:
    """As far as the system has limits: memory, and neither a core file nor a window that tells of the crash."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)
    else:
        import resource

        for limit, bytes_ in ((resource.RLIMIT_AS, MEMORY_LIMIT_BYTES), (resource.RLIMIT_CORE, 0)):
            highest = resource.getrlimit(limit)[1]
            if highest == resource.RLIM_INFINITY or highest > bytes_:
                try:
                    resource.setrlimit(limit, (bytes_, highest))
                except (OSError, ValueError):  # macOS has no limit of addresses
                    continue


if __name__ == "__main__":
    main()
