"""Presets and kits: those that are shipped, what a musician may write, and one sentence for all that he may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.checked import MAX_NAME_CHARACTERS
from bridge.errors import BadFile, BadValue, UnknownName
from bridge.music.kit import DRUM_CLASSES, GENERAL_MIDI
from bridge.plain_yaml import MAX_FILE_BYTES
from bridge.presets import PRESET_KEYS, Preset, Presets, _preset, read_kit
from bridge.settings import SETTINGS
from tests.shipped import KITS, PRESETS, shipped_presets

SHIPPED = Path(__file__).parents[1] / "presets"

KIT = """\
name: garage
about: My own kit.
pads:
  kick: [36]
  snare: [38, 40]
  closed_hat: [42]
  open_hat: [46]
  low_tom: [41]
  mid_tom: [45]
  high_tom: [48]
  crash: [49]
  ride: [51]
"""


def write(folder: Path, text: str | bytes, name: str = "mine.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(BadFile) as caught:
        Presets.load(folder)
    return str(caught.value)


def preset_refusal(tmp_path: Path, lines: str, head: str = "name: mine\nabout: Mine.\n") -> str:
    sentence = refusal(write(tmp_path, head + lines))
    assert sentence.startswith("mine.yaml")
    return sentence


# --- shipped ----------------------------------------------------------------------------------------------------------


def test_the_shipped_presets_and_kits_load(presets: Presets) -> None:
    assert tuple(presets.presets) == PRESETS
    assert tuple(presets.kits) == KITS
    for name, preset in presets.presets.items():
        assert preset.name == name
        assert preset.settings


def test_a_musicians_own_beside_them_load_as_well() -> None:
    """Whatever stands in the folder that the bridge reads by itself."""
    assert set(PRESETS) <= set(Presets.load(SHIPPED).presets)


def test_no_two_shipped_presets_are_the_same_but_for_their_names(presets: Presets) -> None:
    settings = {(*sorted(preset.settings.items()), preset.kit, preset.model) for preset in presets.presets.values()}
    assert len(settings) == len(presets.presets)


def test_the_kit_of_the_models_is_shipped_as_it_stands_in_the_code() -> None:
    assert Presets.load(SHIPPED).kit("general_midi") == GENERAL_MIDI


def test_live_drum_rack_covers_the_sixteen_pads_from_c1() -> None:
    assert sorted(Presets.load(SHIPPED).kit("live_drum_rack").classes) == list(range(36, 52))


def test_the_explained_preset_names_every_setting_with_its_range() -> None:
    lines = (SHIPPED / "tight.yaml").read_text("utf-8").splitlines()
    for key in PRESET_KEYS[2:]:
        above = next(lines[i - 1] for i, line in enumerate(lines) if re.match(rf"(# )?{key}: ", line))
        if key in SETTINGS:
            assert above.endswith(f" {SETTINGS[key].low:g} to {SETTINGS[key].high:g}")


# --- what may be written ----------------------------------------------------------------------------------------------


def test_a_preset_with_everything(tmp_path: Path) -> None:
    write(tmp_path, KIT, "kits/garage.yaml")
    write(
        tmp_path,
        "name: Für Anna, 3\nabout: >\n  One long sentence\n  on two lines.\ntemperature: 0\ndensity: .5\nhumanise: 1\n"
        "amount: 2.5e-1\nbars: 8\nlength: 32\nvariations: 016\nsteps: 5\ngrid: 11\nkit: garage\nmodel: drum_vae\n",
    )
    preset = Presets.load(tmp_path).preset("Für Anna, 3")
    assert preset == Preset(
        "Für Anna, 3", "One long sentence on two lines.", temperature=0, density=0.5, humanise=1, amount=0.25, bars=8,
        length=32, variations=16, steps=5, grid=11, kit="garage", model="drum_vae",
    )  # fmt: skip
    assert tuple(preset.settings) == tuple(SETTINGS)
    assert preset != Preset(preset.name, preset.about, **{**preset.settings, "length": 4}, kit="garage")


def test_numbers_come_out_in_the_kind_of_their_setting(tmp_path: Path) -> None:
    preset = Presets.load(write(tmp_path, "name: a\nabout: b\ndensity: 1\nbars: 2.0\n")).preset("a")
    assert (type(preset.settings["density"]), type(preset.settings["bars"])) == (float, int)
    assert preset.settings == {"density": 1.0, "bars": 2}


def test_what_is_left_out_is_none(tmp_path: Path) -> None:
    preset = Presets.load(write(tmp_path, "name: bare\nabout: Nothing set.\n")).preset("bare")
    assert (preset.settings, preset.kit, preset.model) == ({}, None, None)
    assert preset.settings == {}
    assert not hasattr(preset, "tempo")


def test_yaml_1_1_makes_nothing_of_words_and_numbers(tmp_path: Path) -> None:
    """`no` and `on` are words, and 036 is pad 36 and not 30."""
    write(tmp_path, KIT.replace("garage", "no").replace("[36]", "[036]"), "kits/no.yaml")
    presets = Presets.load(write(tmp_path, "name: on\nabout: 2024-01-01\nkit: no\n"))
    assert presets.preset("on").about == "2024-01-01"
    assert presets.kit("no").home(0) == 36


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    presets = Presets.load(write(tmp_path, b"\xef\xbb\xbfname: mine\r\nabout: Mine.\r\nbars: 4\r\n"))
    assert presets.preset("mine").settings["bars"] == 4


def test_the_pads_keep_their_order_and_the_kit_its_sentence(tmp_path: Path) -> None:
    kit = Presets.load(write(tmp_path, KIT, "kits/garage.yaml")).kit("garage")
    assert kit.pads[DRUM_CLASSES.index("snare")] == (38, 40)
    assert kit.about == "My own kit."


def test_other_files_are_not_opened(tmp_path: Path) -> None:
    for name in ("notes.txt", "mine.yml.bak", "._mine.yaml", ".hidden.yaml", "kits/._garage.yaml", "more/mine.yaml"):
        write(tmp_path, b"\xff\xfe", name)
    assert Presets.load(tmp_path) == Presets({}, {})


def test_values_are_checked_when_a_preset_is_made() -> None:
    with pytest.raises(BadValue, match=r"temperature cannot be 2\.5"):
        Preset("a", "b", temperature=2.5)


# --- what may not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("temperature: 2.01", "temperature cannot be 2.01: give a number from 0 to 2"),
        ("temperature: -0.1", "temperature cannot be -0.1"),
        ("density: 1e999", "density cannot be inf: give a number from 0 to 1"),
        ("density: .nan", "density cannot be '.nan': give a number from 0 to 1"),
        ("density: -.inf", "density cannot be '-.inf'"),
        ("humanise: true", "humanise cannot be 'true': give a number from 0 to 1"),
        ("humanise: yes", "humanise cannot be 'yes'"),
        ("humanise:", "humanise cannot be ''"),
        ("amount: [0.5]", "amount cannot be ['0.5']"),
        ("amount: {a: 1}", "amount cannot be {'a': '1'}"),
        ("bars: 0", "bars cannot be 0: give a whole number from 1 to 64"),
        ("bars: 65", "bars cannot be 65"),
        ("bars: 1:30", "bars cannot be '1:30'"),
        ("bars: 0x10", "bars cannot be '0x10'"),
        ("bars: 2.5", "bars cannot be 2.5"),
        ("bars: 99999999999999999999999999999999999999999999999999999999", "bars cannot be 10"),
        ("bars: ٣", "bars cannot be"),
        ("variations: 17", "variations cannot be 17: give a whole number from 1 to 16"),
        ("variations: !!python/object/apply:os.getcwd []", "variations cannot be []"),
        ("kit: garage", "There is no kit 'garage': there are none."),
        ("kit: [garage]", "kit cannot be ['garage']"),
        ("model: ''", "model cannot be ''"),
        ("swing: 4", "the key 'swing', which means nothing here: there are about, amount, bars"),
        ("tempo: 120", "the key 'tempo', which means nothing here"),
        ("no: 3", "the key 'no', which means nothing here"),
        ("1: 3", "the key '1', which means nothing here"),
        ("? [a]\n: 3", "in line 3: a key must be a word"),
        ("? {a: 1}\n: 3", "in line 3: a key must be a word"),
        ("<<: {bars: 2}", "the key '<<', which means nothing here"),
        ("bars: 2\nbars: 2", "in line 4: the key 'bars' stands there for the second time"),
        ("'bars': 2\nbars: 2", "in line 4: the key 'bars' stands there for the second time"),
        ("kit: {a: 1, a: 2}", "in line 3: the key 'a' stands there for the second time"),
        ("model: a\x01b", "special characters are not allowed"),
        ('model: "a\\nb"', "model cannot be 'a\\nb'"),
        ('model: "\\ud800"', "model cannot be"),
        ("bars: *two", "in line 3: found undefined alias"),
        ("bars: [", "is not YAML that is read here"),
        ("bars: 2: 3", "in line 3: mapping values are not allowed here"),
        ("bars: 2\n---\nbars: 3", "but found another document"),
        ("bars: 2\n\tkit: a", "in line 4"),
        (f"model: {'x' * 41}", "write 1 to 40 letters"),
        (f"model: {'x' * 60_000}", "in line 3: 60,000 characters stand there, and up to 200 are allowed"),
        (f"{'x' * 1000}: 1", "in line 3"),
    ],
)
def test_each_mistake_has_its_sentence(tmp_path: Path, line: str, reason: str) -> None:
    sentence = preset_refusal(tmp_path, line + "\n")
    assert reason in sentence
    assert len(sentence) < 400
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("about: Mine.\n", "has no name: write a line `name: …` with 1 to 40 characters"),
        ("name: mine\n", "has no about: write a line `about: …` with 1 to 200 characters"),
        ("name: ''\nabout: b\n", "name cannot be ''"),
        ("name: '  '\nabout: b\n", "name cannot be '  '"),
        ("name: [mine]\nabout: b\n", "name cannot be ['mine']"),
        (f"name: {'x' * (MAX_NAME_CHARACTERS + 1)}\nabout: b\n", "write 1 to 40 letters"),
        ('name: "a\\tb"\nabout: b\n', "name cannot be 'a\\tb'"),
        ('name: "a\\0b"\nabout: b\n', "name cannot be 'a\\x00b'"),
        ('name: "\\u202eevil"\nabout: b\n', "name cannot be"),
        ("name: a\nabout: |\n  two\n  lines\n", "about cannot be 'two\\nlines\\n'"),
        ("", "has no lines such as `name: tight`"),
        ("# only a comment\n", "has no lines such as `name: tight`"),
        ("- name\n- about\n", "has no lines such as `name: tight`"),
        ("just words\n", "has no lines such as `name: tight`"),
        ("name: &a mine\nabout: *a\nkit: *a\nmodel: &b [*b]\n", "recursive"),
    ],
)
def test_name_and_about(tmp_path: Path, head: str, reason: str) -> None:
    assert reason in preset_refusal(tmp_path, "", head)


@pytest.mark.parametrize("open_bracket", ["[", "{a: ", "- ", "? ", "a: ["])
def test_deep_nesting_is_refused(tmp_path: Path, open_bracket: str) -> None:
    text = "name: mine\nabout: " + open_bracket * (MAX_FILE_BYTES // len(open_bracket) - 10)
    assert preset_refusal(tmp_path, "", text)


def test_aliases_do_not_grow(tmp_path: Path) -> None:
    """A billion laughs: nine lists of nine, each of the one before."""
    lines = ["a: &a0 [ha]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    assert "the key 'a', which means nothing here" in preset_refusal(tmp_path, "\n".join(lines))


def test_a_file_may_have_64_kb_and_no_byte_more(tmp_path: Path) -> None:
    text = b"name: mine\nabout: Mine.\n#"
    write(tmp_path, text + b"x" * (MAX_FILE_BYTES - len(text)))
    assert Presets.load(tmp_path).preset("mine")
    write(tmp_path, text + b"x" * (MAX_FILE_BYTES - len(text) + 1))
    assert refusal(tmp_path) == "mine.yaml is larger than 64 KB, the most that is read of a YAML file."


@pytest.mark.parametrize("data", [b"name: \xe9\nabout: a\n", "name: a\nabout: b\n".encode("utf-16"), b"\x89PNG\r\n"])
def test_what_is_not_utf_8_is_refused(tmp_path: Path, data: bytes) -> None:
    assert "mine.yaml is not UTF-8 text" in refusal(write(tmp_path, data))


def test_a_name_stands_once_among_presets_and_once_among_kits(tmp_path: Path) -> None:
    write(tmp_path, "name: same\nabout: First.\n", "a.yaml")
    write(tmp_path, KIT.replace("garage", "same"), "kits/a.yaml")
    assert Presets.load(tmp_path).kit("same")
    write(tmp_path, "name: same\nabout: Second.\n", "b.yaml")
    assert refusal(tmp_path) == "b.yaml: another file has the name same as well. Give this one a name of its own."
    (tmp_path / "b.yaml").unlink()
    write(tmp_path, KIT.replace("garage", "same"), "kits/b.yaml")
    assert refusal(tmp_path).startswith("kits/b.yaml: another file has the name same")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "There is no folder" in refusal(tmp_path / "nowhere")


def test_a_folder_with_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").mkdir()
    assert "mine.yaml cannot be read" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  ride: [51]\n", "", "has no pad for ride"),
        ("ride", "cowbell", "has pads for 'cowbell', which is no drum class"),
        ("[51]", "[]", "has no pad for ride"),
        ("[51]", "51", "ride is '51': write its pads in brackets"),
        ("[51]", "[200]", "has ride on pad 200"),
        ("[51]", "[-1]", "has ride on pad -1"),
        ("[51]", "[51.5]", "ride cannot be on pad 51.5"),
        ("[51]", "[D#2]", "ride cannot be on pad 'D"),
        ("[51]", "[true]", "ride cannot be on pad 'true'"),
        ("[51]", "[1e999]", "ride cannot be on pad inf"),
        ("[51]", "[[51]]", "ride cannot be on pad ['51']"),
        ("[51]", "[49]", "has pad 49 twice, for crash and ride"),
        ("[51]", "[51, 51]", "has pad 51 twice, for ride and ride"),
        ("ride:", "crash:", "in line 12: the key 'crash' stands there for the second time"),
        ("pads:", "classes:", "the key 'classes', which means nothing here: there are about, name and pads"),
        ("name: garage", "bars: 2", "the key 'bars', which means nothing here"),
        ("name: garage", "name: ''", "name cannot be ''"),
    ],
)
def test_each_mistake_in_a_kit_has_its_sentence(tmp_path: Path, old: str, new: str, reason: str) -> None:
    sentence = refusal(write(tmp_path, KIT.replace(old, new), "kits/garage.yaml"))
    assert sentence.startswith("kits/garage.yaml")
    assert reason in sentence


@pytest.mark.parametrize("pads", ["", "pads:\n", "pads: []\n", "pads: none\n"])
def test_a_kit_without_pads(tmp_path: Path, pads: str) -> None:
    sentence = refusal(write(tmp_path, KIT[: KIT.index("pads:")] + pads, "kits/garage.yaml"))
    assert sentence.startswith("kits/garage.yaml has no pads")


def test_unknown_names_are_answered_with_those_there_are(tmp_path: Path) -> None:
    write(tmp_path, "name: tight\nabout: a\n", "a.yaml")
    presets = Presets.load(write(tmp_path, KIT, "kits/garage.yaml"))
    with pytest.raises(UnknownName, match=r"^There is no preset 'tigth': there is tight\.$"):
        presets.preset("tigth")
    with pytest.raises(UnknownName, match=r"^There is no kit 'tight': there is garage\.$"):
        presets.kit("tight")
    for name in ("../tight", "tight.yaml", "", "\0", "x" * 100_000):
        with pytest.raises(UnknownName) as unknown:
            presets.preset(name)
        assert len(str(unknown.value)) < 100
    with pytest.raises(UnknownName, match=r"there are busy, long_take, .*, tight and wild"):
        Presets.load(shipped_presets(tmp_path / "shipped")).preset("nothing")


WORDS = st.sampled_from(
    [
        *("name", "about", "bars", "kit", "pads", "kick", "36", "0.5", "no", "é", ": ", "\n", "  ", "- ", "[", "]"),
        *("{", "}", ",", "#", "&a", "*a", "'", '"', "|", ">", "? ", "---", "...", "%YAML 1.2", "<<", "!!set"),
        *("\t", "\0", "\ufeff"),
    ]
)


def sentence_of(read: Callable[[Path], object], file: Path) -> str:
    try:
        read(file)
    except BadFile as refused:
        return str(refused)
    return f"{file.name} is read."


@given(st.lists(WORDS, max_size=30).map("".join) | st.text(max_size=60))
def test_any_text_is_a_preset_or_a_bad_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert "any.yaml" in sentence_of(_preset, file)
    assert "any.yaml" in sentence_of(read_kit, file)
