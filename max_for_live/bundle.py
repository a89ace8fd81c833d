"""Script in modules -> one ES5 file for a device.

A module is a file of `script/` that gives by `exports.x = ...` and takes by `require("./other")`, written just so. The
file of the device is one of `script/devices/`, which `script/entry.js` takes as "./device". Max's own `require` makes a
module anew for everyone who takes it, and looks for its file on the musician's disk: so all of them are put into one
file, each wrapped in a function and made once. `entry.js` stands last, at the top level, because Max looks for its
functions among the globals.
"""

from __future__ import annotations

import re
from pathlib import Path

from bridge.errors import BadFile
from max_for_live.javascript import code_only

__all__ = ["ENTRY", "bundle"]

ENTRY = "entry.js"
DEVICE = "./device"
TAKE = "sideman_require"

HEAD = """\
// Made by `python -m max_for_live.build` from max_for_live/script/: change the files there.
"""
MODULES = f"""\
var {TAKE} = (function () {{
var modules = {{}}, made = {{}};
"""
MODULES_END = """\
return function (name) {
    if (!made.hasOwnProperty(name)) {
        made[name] = {};
        modules[name](made[name]);
    }
    return made[name];
};
}());
"""

_WORD = re.compile(r"(?<![\w$.])(require(?![\w$])|module\s*\.\s*exports)")
_REQUIRE = re.compile(r'require\("(\.{1,2}/[a-z0-9_/]+)"\)')


def bundle(folder: Path, device: str) -> str:
    """The script of the device `folder/devices/DEVICE.js`. Raises BadFile with the file and the line.

    `folder` is that of the modules. The same files make the same text, wherever they lie.
    """
    return _Bundle(folder, device).text()


class _Bundle:
    def __init__(self, folder: Path, device: str) -> None:
        self.folder = folder
        self.device = folder / "devices" / f"{device}.js"
        self.modules: dict[Path, str] = {}
        """Every module behind those that it takes, with its text."""
        self.open: list[Path] = []

    def text(self) -> str:
        entry = self.taken(self.folder / ENTRY)
        parts = [HEAD]
        if self.modules:
            parts.append(MODULES)
            for path, text in self.modules.items():
                name = self.name(path)
                parts.append(f'\n// --- {name}.js\nmodules["{name}"] = function (exports) {{\n{text}}};\n')
            parts.append(f"\n{MODULES_END}")
        return "".join([*parts, f"\n// --- {ENTRY}\n{entry}"])

    def name(self, path: Path) -> str:
        return path.relative_to(self.folder).with_suffix("").as_posix()

    def taken(self, path: Path) -> str:
        """The file's text with its `require`s led to the bundle; what it takes is taken before."""
        shown = path.relative_to(self.folder).as_posix()
        if path in self.open:
            circle = [self.name(one) for one in (*self.open[self.open.index(path) :], path)]
            raise BadFile(f"{shown} takes itself: {' takes '.join(circle)}. Move what both need into a third file.")
        self.open.append(path)
        text = self.read(path, shown)
        parts, done = [], 0
        for word in _WORD.finditer(code_only(text)):
            line = text.count("\n", 0, word.start()) + 1
            call = _REQUIRE.match(text, word.start())
            if call is None:
                raise BadFile(
                    f'{shown}, line {line}: a module is taken by require("./name") and given by exports.name = ..., '
                    "written just so."
                )
            module = self.found(path, call[1], f"{shown}, line {line}")
            if module not in self.modules:
                self.modules[module] = self.taken(module)
            parts += [text[done : word.start()], f'{TAKE}("{self.name(module)}")']
            done = call.end()
        self.open.pop()
        return "".join([*parts, text[done:]])

    def read(self, path: Path, shown: str) -> str:
        try:
            text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        except OSError as error:
            raise BadFile(f"{shown} cannot be read ({error.strerror or error}).") from error
        except UnicodeDecodeError:
            raise BadFile(f"{shown} is not UTF-8 text.") from None
        return text if text.endswith("\n") else f"{text}\n"

    def found(self, path: Path, name: str, where: str) -> Path:
        """The file that is meant: beside the one that takes it, as Node finds it, or among the shared modules."""
        if path.name == ENTRY and name == DEVICE:
            return self.device
        for folder in (path.parent, self.folder):
            file = (folder / f"{name}.js").resolve()
            if file.is_file() and file.is_relative_to(self.folder.resolve()):
                return self.folder / file.relative_to(self.folder.resolve())
        raise BadFile(f'{where}: there is no module "{name}" in {self.folder.name}/.')
