"""Sets Sideman up in its own folder, once, and starts it.

    python start.py                    starts the bridge
    python start.py demo --out DIR     every command of `python -m bridge` passes through
    python start.py test               sets up what the tests need, then runs ruff, mypy and pytest
    python start.py test -k blend      runs pytest alone, with these arguments

Standard library only, and no syntax newer than Python 3.7: an old Python gets a sentence and not a traceback.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
THIS_PYTHON = (sys.version_info[0], sys.version_info[1])
OLDEST_PYTHON = (3, 10)
NEWEST_PYTHON = (3, 13)
RUN_REQUIREMENTS = ("requirements.txt",)
TEST_REQUIREMENTS = ("requirements.txt", "requirements-test.txt")
TEST_STEPS = (("ruff", "check", "."), ("mypy",), ("pytest",))
INTERRUPTED = 130

NO_VENV = (
    "This Python lacks its venv module. "
    f"On Debian and Ubuntu: sudo apt install python{THIS_PYTHON[0]}.{THIS_PYTHON[1]}-venv, then start again."
)
NO_NETWORK = (
    "The first start fetches a few packages and needs the internet once. "
    "Check the connection and start again; after that Sideman works offline."
)
NO_SPACE = "The disk is full. Sideman needs about 300 MB: make room and start again."
LONG_PATH = "This folder's path is too long for Windows. Move it to a short one, such as C:\\Sideman, and start again."
NO_PACKAGE = (
    "One of the packages does not exist for this computer. Sideman needs a 64-bit Python 3.10 to 3.13 "
    "on Windows (x64), macOS 14 or newer (13 with Python 3.10 or on an Intel Mac) or Linux (glibc)."
)
UNKNOWN = "Start again; if this stays, stop every running Sideman, delete the folder .venv and start once more."
SIGNS = (
    (NO_VENV, ("ensurepip is not", "no module named venv", "no module named ensurepip")),
    (NO_SPACE, ("no space left", "not enough space")),
    (LONG_PATH, ("long path",)),
    (NO_NETWORK, ("connection broken", "connectionpool", "to connect", "name resolution", "timed out")),
    (NO_PACKAGE, ("no matching distribution", "not a supported wheel")),
)
"""What to tell the musician, and the words of venv or pip that mean it; the first that fits counts."""


class Trouble(Exception):
    """What keeps Sideman from starting, as a sentence for the musician."""


class Shell:
    """The processes that a start needs. Tests hand in another one."""

    def ask(self, command: Sequence[str]) -> tuple[int, str]:
        """Runs `command` unseen. Returns its exit code and all that it printed."""
        try:
            # close_fds: what we start holds on to our lock, so that a pip that outlives us keeps others waiting.
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, close_fds=False
            )
        except OSError as error:
            return 127, str(error)
        return done.returncode, done.stdout.decode(errors="replace")

    def show(self, command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> int:
        """Runs `command` in the open, in `folder` or where the musician is. Returns its exit code."""
        process = subprocess.Popen(command, env=environment, cwd=folder)
        while True:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                continue  # The terminal gave the same Ctrl-C to the process, and it knows best how to end.
            return code if code >= 0 else 128 - code

    def become(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Puts `command` in the place of this process: it gets every signal itself, and its exit code is ours."""
        if os.name == "nt":  # Where a replaced process would run on in the background.
            return self.show(command, environment)
        return os.execve(command[0], list(command), dict(environment))


def python_trouble(version: tuple[int, int], windows: bool) -> str | None:
    """The sentence for a Python that Sideman does not run on, or None."""
    if OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        return None
    oldest, newest, this = dotted(OLDEST_PYTHON), dotted(NEWEST_PYTHON), dotted(version)
    again = f"py -{newest} start.py" if windows else f"python{newest} start.py"
    return (
        f"Sideman runs on Python {oldest} to {newest}, and this is Python {this}. "
        f"Install Python {newest}, then start with: {again}"
    )


def dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def bridge_arguments(arguments: Sequence[str]) -> list[str]:
    """What `python -m bridge` gets: `serve` stands for itself when no command is named."""
    if not arguments:
        return ["serve"]
    if arguments[0].startswith("-") and arguments[0] not in ("-h", "--help", "--version"):
        return ["serve", *arguments]
    return list(arguments)


def tools(arguments: Sequence[str]) -> list[list[str]]:
    """The tools that `start.py test` runs, in order; with arguments pytest alone, which gets them."""
    if arguments:
        return [["pytest", *arguments]]
    return [list(step) for step in TEST_STEPS]


def setup_trouble(output: str) -> str:
    """What the musician can do about a failed venv or pip: the last that it said, and a sentence."""
    said = output.lower()
    advice = next((sentence for sentence, signs in SIGNS if any(sign in said for sign in signs)), UNKNOWN)
    lines = [line for line in output.strip().splitlines() if "Retrying" not in line]
    return "\n".join([*lines[-6:], "", "Sideman could not be set up. " + advice])


def interpreter(root: Path) -> str:
    """The Python inside `.venv`."""
    return str(root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def fingerprint(requirements: Path) -> str:
    """Changes when the file changes, or the Python."""
    return hashlib.sha256(sys.implementation.cache_tag.encode() + b"\n" + requirements.read_bytes()).hexdigest()


def read_stamp(root: Path) -> dict[str, str]:
    """The requirements files that `.venv` holds, each with its fingerprint; none after an interrupted set-up."""
    try:
        lines = stamp(root).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return dict(line.split(" ", 1) for line in lines if " " in line)


def write_stamp(root: Path, installed: Mapping[str, str]) -> None:
    stamp(root).write_text("".join(f"{name} {mark}\n" for name, mark in installed.items()), encoding="utf-8")


def stamp(root: Path) -> Path:
    return root / ".venv" / "sideman-stamp"


def outdated(root: Path, wanted: Sequence[str]) -> list[str]:
    """Those of the `wanted` requirements files that `.venv` does not hold as they are now."""
    installed = read_stamp(root)
    return [name for name in wanted if installed.get(name) != fingerprint(root / name)]


def works(root: Path, shell: Shell) -> bool:
    """Whether `.venv` has a Python that runs and is of our version."""
    code, said = shell.ask([interpreter(root), "-I", "-S", "-c", "import sys; print(sys.version_info[:2])"])
    return code == 0 and said.strip() == str(THIS_PYTHON)


def set_up(root: Path, wanted: Sequence[str], shell: Shell) -> str:
    """Returns the Python of `.venv` with the `wanted` requirements files installed. Touches nothing if they are."""
    if outdated(root, wanted) or not works(root, shell):
        with alone(root):
            # Somebody else may have done it while we waited.
            if outdated(root, wanted) or not works(root, shell):
                install(root, wanted, shell)
    return interpreter(root)


def install(root: Path, wanted: Sequence[str], shell: Shell) -> None:
    """Brings `.venv` up to date. The stamp is away meanwhile: without one, the next start builds `.venv` anew."""
    if read_stamp(root) and works(root, shell):
        say("Bringing Sideman up to date ...")
    else:
        say("Setting up Sideman (once, about a minute) ...")
        code, said = shell.ask([sys.executable, "-m", "venv", "--clear", str(root / ".venv")])
        if code != 0:
            raise Trouble(setup_trouble(said))

    missing = outdated(root, wanted)
    kept = {name: mark for name, mark in read_stamp(root).items() if name not in missing}
    fresh = {name: fingerprint(root / name) for name in missing}
    with contextlib.suppress(FileNotFoundError):
        stamp(root).unlink()
    command = [interpreter(root), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--only-binary", ":all:"]
    for name in missing:
        command += ["--requirement", str(root / name)]
    code, said = shell.ask(command)
    if code == 0:
        write_stamp(root, {**kept, **fresh})
        return
    if kept:  # What was whole before is whole still: pip ended in order.
        write_stamp(root, kept)
    raise Trouble(setup_trouble(said))


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """One set-up at a time. The system lets go of the lock when its holder dies, so none is ever stale."""
    try:
        lock = os.open(root / ".venv.lock", os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise Trouble(
            f"Sideman cannot write in its folder {root} ({error.strerror}). "
            "Move the folder to a place of your own, such as your home folder, and start again."
        ) from error
    try:
        os.set_inheritable(lock, True)
        if not try_lock(lock):
            say("Another start is setting Sideman up; waiting for it ...")
            while not try_lock(lock):
                time.sleep(0.2)
        yield
    finally:
        os.close(lock)


def try_lock(lock: int) -> bool:
    """Takes the lock unless another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return False
        raise
    return True


def start_bridge(root: Path, arguments: Sequence[str], environment: Mapping[str, str], shell: Shell) -> int:
    """Runs the bridge where the musician is, so that `--out DIR` means a folder there."""
    python = set_up(root, RUN_REQUIREMENTS, shell)
    paths = [str(root), environment.get("PYTHONPATH", "")]
    environment = {
        **environment,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "SIDEMAN_COMMAND": "python start.py",  # how the help and the usage name it
        "PYTHONSAFEPATH": "1",  # A folder named `bridge` where the musician is must not be taken for ours.
    }
    return shell.become([python, "-m", "bridge", *bridge_arguments(arguments)], environment)


def run_tests(root: Path, arguments: Sequence[str], environment: Mapping[str, str], shell: Shell) -> int:
    """Runs the tools one after another until one fails. Returns the exit code of the last that ran."""
    python = set_up(root, TEST_REQUIREMENTS, shell)
    for step in tools(arguments):
        say("== " + " ".join(step))
        code = shell.show([python, "-m", *step], environment, root)
        if code != 0:
            return code
    return 0


def say(line: str) -> None:
    # Not to standard output: what `--json` prints there is for programs.
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str], environment: Mapping[str, str], root: Path, shell: Shell) -> int:
    """Does what the command line asks. Returns the exit code."""
    try:
        trouble = python_trouble(THIS_PYTHON, os.name == "nt")
        if trouble:
            raise Trouble(trouble)
        if os.pathsep in str(root):
            raise Trouble(f"Python cannot work in a folder with {os.pathsep!r} in its path: rename {root}")
        # From 1.29 on, onnxruntime reports to its makers by itself unless told not to before it is imported.
        environment = {**environment, "ORT_DISABLE_TELEMETRY": "1"}
        if arguments and arguments[0] == "test":
            return run_tests(root, arguments[1:], environment, shell)
        return start_bridge(root, arguments, environment, shell)
    except Trouble as sentence:
        say(str(sentence))
        return 1
    except OSError as error:
        say(f"Sideman could not be set up: {error}. {UNKNOWN}")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, ROOT, Shell()))
