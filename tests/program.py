"""Programs as a musician runs them: processes of their own, heard through what they print."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, TypeVar

__all__ = ["PATIENCE_SECONDS", "ROOT", "BridgeProcess", "Program", "run_bridge"]

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60.0
"""Far more than is ever needed: a slow machine must not fail the tests."""
BRIDGE = [sys.executable, "-W", "error", "-m", "bridge"]

Self = TypeVar("Self", bound="Program")


class Program:
    """A process that runs until the block ends. `printed` and `complaints` are its lines, as they come."""

    def __init__(self, command: Sequence[str | Path | float]) -> None:
        self._command = [*map(str, command)]
        self.printed: list[str] = []
        self.complaints: list[str] = []
        self._silent = 0
        self._changed = threading.Condition()

    def __enter__(self: Self) -> Self:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(self._command, cwd=ROOT, text=True, **pipes)
        assert self.process.stdout
        assert self.process.stderr
        streams = ((self.process.stdout, self.printed), (self.process.stderr, self.complaints))
        self._readers = [threading.Thread(target=self._read, args=each, daemon=True) for each in streams]
        for reader in self._readers:
            reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def _read(self, stream: IO[str], lines: list[str]) -> None:
        with stream:
            for line in stream:
                with self._changed:
                    lines.append(line)
                    self._changed.notify_all()
        with self._changed:
            self._silent += 1
            self._changed.notify_all()

    def wait_for(self, heard: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
        """Whether it was heard before the time was over or the program had ended; asked again after every line."""
        with self._changed:
            self._changed.wait_for(lambda: heard() or self._silent == len(self._readers), seconds)
            return heard()

    def end(self, how: int = signal.SIGTERM) -> int:
        """Its exit code, when it has said all."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        for reader in self._readers:
            reader.join(PATIENCE_SECONDS)
        return code


class BridgeProcess(Program):
    """`python -m bridge serve` on a free port, which is `port` once the block begins."""

    def __init__(self, *arguments: str | Path) -> None:
        super().__init__([*BRIDGE, "serve", "--port", "0", *arguments])

    def __enter__(self) -> BridgeProcess:
        super().__enter__()
        try:
            self.port = int(self.line(r"listens on 127\.0\.0\.1, port (\d+)\.")[1])
        except BaseException:
            self.end()
            raise
        return self

    def line(self, pattern: str) -> re.Match[str]:
        """The first line printed that has the pattern in it, waited for."""

        def found() -> re.Match[str] | None:
            return next(filter(None, (re.search(pattern, line) for line in self.printed)), None)

        self.wait_for(lambda: found() is not None)
        match = found()
        assert match, f"{pattern!r} is not in {self.printed}, and the bridge complains: {self.complaints}"
        return match


def run_bridge(*arguments: str | Path | float) -> subprocess.CompletedProcess[str]:
    """One command of the bridge to its end."""
    command = [*BRIDGE, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
