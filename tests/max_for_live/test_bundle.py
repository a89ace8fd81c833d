from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from bridge.errors import BadFile
from max_for_live.bundle import bundle
from max_for_live.javascript import code_only, comments

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no node")

MODULES = {
    "entry.js": (
        'var made = require("./device").create(require("./world"));\n'
        "function anything() {\n    return made;\n}\n"
    ),
    "world.js": "// The world.\nexports.name = 'world';\nexports.count = 0;\n",
    "count.js": 'var world = require("./world");\nexports.next = function () {\n    world.count += 1;\n};\n',
    "devices/sample.js": (
        'var count = require("../count"), again = require("./count");\n'
        "exports.create = function (world) {\n    count.next();\n    again.next();\n"
        "    return {count: world.count, name: world.name};\n};\n"
    ),
}


def written(folder: Path, modules: dict[str, str]) -> Path:
    for name, text in modules.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8"))
    return folder


def test_modules_stand_before_those_that_take_them_and_entry_last(tmp_path: Path) -> None:
    text = bundle(written(tmp_path, MODULES), "sample")
    assert [line for line in text.splitlines() if line.startswith("// --- ")] == [
        "// --- world.js",
        "// --- count.js",
        "// --- devices/sample.js",
        "// --- entry.js",
    ]
    assert "// The world." in text
    assert 'var made = sideman_require("devices/sample").create(sideman_require("world"));\nfunction anything' in text
    assert text.endswith(MODULES["entry.js"].split("\n", 1)[1])


def test_nothing_depends_on_the_place(tmp_path: Path) -> None:
    texts = {bundle(written(tmp_path / place, MODULES), "sample") for place in ("here", "there/below")}
    windows = {name: text.replace("\n", "\r\n").rstrip() for name, text in MODULES.items()}
    texts.add(bundle(written(tmp_path / "windows", windows), "sample"))
    assert len(texts) == 1
    assert str(tmp_path) not in texts.pop()


@needs_node
def test_modules_are_made_once_and_entry_is_global(tmp_path: Path) -> None:
    (tmp_path / "device.js").write_text(bundle(written(tmp_path / "script", MODULES), "sample"), encoding="utf-8")
    run = (
        "var context = {}; require('vm').runInNewContext(require('fs').readFileSync(process.argv[1], 'utf8'), context);"
        "console.log(JSON.stringify([Object.keys(context).sort(), context.anything()]))"
    )
    assert NODE is not None
    said = subprocess.run(
        [NODE, "-e", run, str(tmp_path / "device.js")], check=True, capture_output=True, text=True, timeout=60
    )
    names, made = json.loads(said.stdout)
    assert names == ["anything", "made", "sideman_require"]
    assert made == {"count": 2, "name": "world"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("world.js", None, 'count.js, line 1: there is no module "./world"'),
        ("entry.js", None, "entry.js cannot be read"),
        ("devices/sample.js", None, "devices/sample.js cannot be read"),
        ("world.js", 'require("./count");\n', "count takes world takes count"),
        ("world.js", 'require("./world");\n', "world takes world"),
        ("world.js", "\nrequire(name);\n", 'world.js, line 2: a module is taken by require("./name")'),
        ("world.js", "require('./count');\n", "written just so"),
        ("world.js", 'require("fs");\n', "written just so"),
        ("world.js", "module.exports = {};\n", "written just so"),
        ("world.js", 'require("../outside");\n', 'there is no module "../outside"'),
        ("devices/sample.js", 'require("./device");\n', 'there is no module "./device"'),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    (tmp_path / "outside.js").write_text("")
    modules = {key: one for key, one in {**MODULES, name: text}.items() if one is not None}
    with pytest.raises(BadFile) as raised:
        bundle(written(tmp_path / "script", modules), "sample")
    assert said in str(raised.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    written(tmp_path, MODULES)
    (tmp_path / "world.js").write_bytes(b"\xff")
    with pytest.raises(BadFile, match=r"world\.js is not UTF-8 text"):
        bundle(tmp_path, "sample")


@pytest.mark.parametrize(
    "text",
    [
        '// require("./none")\n',
        '/* require("./none")\n   require */\n',
        "var text = 'require(\"./none\")';\n",
        'var text = "it\\"s require(\\"./none\\")";\n',
        "var pattern = /require(x)[/]/;\n",
        "exports.f = function () { return /require/.test('x'); };\n",
        "var o = {}; o.require = 1; o.require(2);\n",
        "var required = 1, half = required / 2; /* / */ var other = half / 3;\n",
    ],
)
def test_only_code_takes(tmp_path: Path, text: str) -> None:
    assert text in bundle(written(tmp_path, {**MODULES, "world.js": text}), "sample")


def test_what_is_code() -> None:
    script = "var a = 'x/*'; // b\nif (a / 2 > 1) { c(/['\"]/, a /* d */); }\n"
    assert code_only(script) == "var a = '   ';     \nif (a / 2 > 1) { c(/    /, a        ); }\n"
    assert comments(script) == ["// b", "/* d */"]
    assert len(code_only('"open\n/* open')) == len('"open\n/* open')
