"""The command: every part is asked of the band and prints its rows, the same each time; what is left out is said."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.band import Band, Made
from bridge.errors import Unsupported
from bridge.music.clip import Clip
from bridge.music.midi_file import write_clip
from bridge.requests import AnyRequest, Vary
from training.data.patterns import patterns_in
from training.figures.likeness import looped
from training.style_report import PARTS, Asking, hearing, main, tables, vary

FEW = """style: Made, 60-180 bpm

drums four: judging, 124 bpm
  kick     x... x... x... x...
  clap     .... x... .... x...
  hat      ..x. ..2. ..x. ..x.

drums broken: judging, 132 bpm, swing 16 .3
  kick     x... .... ..x. ....
  snare    .... x... .... x...
  rim      ...x .... .x.. ....
  shaker   xxxx xxxx xxxx xxxx

drums triplets: judging, 140 bpm
  kick     x... .... .... ....
  snare    .... .... x... ....
  hat      [xxx] x.x. [xxx] x.x.

drums half: judging, 90 bpm
  kick     x... ..x. .... ....
  snare    .... .... x... ....
  hat      x.x. x.x. x.x. x.x.

drums kick: judging, 124 bpm, layer, 1 bar
  kick     x... x... x... x...

drums hats: judging, 124 bpm, layer, 1 bar
  hat      ..x. ..x. ..x. ..x.

drums shakers: judging, 124 bpm, layer, 1 bar
  shaker   xxxx xxxx xxxx xxxx

line off: judging, 124 bpm, bass, A Minor, G0-C1
  . . A0:2 . . A0:2 . . C1:2 . . G0:2

line arp: judging, 124 bpm, arp, C Major, C3-C4
  C3 E3 G3 C4 G3 E3 C3 E3 C3 E3 G3 C4 G3 E3 C3 E3

line hook: judging, 100 bpm, hook, D Minor, D3-A3
  D3:3 F3:3 A3:2 [G3 F3 D3] F3:4

line lead: judging, 100 bpm, lead, E Minor, E3-B3
  E3:8 B3:4 A3:4

drums kept: tuning, 124 bpm
  kick     x... x... x... x...
"""


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("patterns")
    (folder / "made.txt").write_text(FEW, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def band() -> Band:
    return Band.open()


TITLES = (
    "What a clip is taken for: 7 of drums, 4 lines",
    "vary, drums: 6 clips, 16 variations at each amount, seed 0",
    "vary, lines: 4 clips",
    "interpolate, drums: 6 pairs, seed 0",
    "blend, drums: 1 pads of four clips",
    "interpolate, lines",
    "blend, lines",
    "blend, layers at (.5, .5): 3 pairs",
    "continue, drums: 7 clips",
    "continue, lines: 4 clips",
    "humanise: 4 clips, seeds 0 to 7",
    "drumify: 6 rhythms, 8 variations",
    "generate, drums: 16 clips for each of the seeds 0 to 7",
)


def test_the_whole_report_is_the_same_each_time(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--patterns", str(few), "--seeds", "1"]
    assert main(asked) == 0
    said = capsys.readouterr()
    assert [title for title in TITLES if f"| {title}" not in said.out] == []
    assert "| – |" not in said.out.split("vary, lines")[0]  # these clips have something for each figure
    assert re.search(r"^\| changed at the default \| \d\.\d{3} \| \d", said.out, flags=re.MULTILINE)
    # A shaker alone cannot be continued today: that is a figure, and said.
    assert re.search(r"^Refused 1 times: continue: .+", said.err, flags=re.MULTILINE)
    assert re.search(r"^\| refused \| 0\.143 \|", said.out, flags=re.MULTILINE)
    assert "Give --gmd PATH." in said.err
    assert "Give --tunes PATH." in said.err
    assert main([*asked, "--only", "vary,continue"]) == 0
    again = capsys.readouterr().out
    assert again.count("\n") > 60
    assert set(again.splitlines()) <= set(said.out.splitlines())


def test_parts_can_be_asked_for_alone_and_as_json(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--patterns", str(few), "--seeds", "1", "--only", "hearing, generate", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) == 2
    heard = found["What a clip is taken for: 7 of drums, 4 lines"]["lines taken for lines"]
    assert set(heard) == {"value", "low", "high", "goal", "met", "copying", "people"}
    assert heard["goal"] == "≥ 1"
    assert heard["met"] == (heard["value"] == 1.0)


def test_what_people_played_is_beside_it_where_it_is_given(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (house,) = patterns_in(FEW.split("drums broken")[0], "made.txt")
    write_clip(tmp_path / "house.mid", looped(house.clip, 80.0))
    table = "id,style,bpm,beat_type,time_signature,midi_filename,split"
    (tmp_path / "info.csv").write_text(f"{table}\nhouse,house,124,beat,4-4,house.mid,validation\n", encoding="utf-8")
    tunes = tmp_path / "tunes"
    tunes.mkdir()
    line = next(pattern for pattern in patterns_in(FEW, "made.txt") if pattern.name == "arp")
    rng = random.Random(0)
    for name in ("reel", "slow air", "planxty", "march", "polka", "waltz"):
        other = [replace(note, pitch=rng.randrange(60, 80)) for note in line.clip.notes]
        write_clip(tunes / f"{name}.mid", looped(line.clip.with_notes(other), 32.0), channel=0)
    given = ["--gmd", str(tmp_path), "--tunes", str(tunes), "--only", "continue", "--seeds", "1"]
    assert main(["--patterns", str(few), *given, "--json"]) == 0
    said = capsys.readouterr()
    assert "Left out" not in said.err
    found = json.loads(said.out)
    drummers = found["continue, drummers: 17 primers of the validation split, 1 performances of 18 bars"]
    next_bars = drummers["F1 to what the drummer played next"]
    assert (next_bars["copying"], next_bars["goal"], next_bars["met"]) == (1.0, "≥ 1", False)
    assert 0.3 < next_bars["value"] < 1.0
    assert drummers["F1 in bars 1-2 less that in 15-16, after drummers"]["people"] == 0.0
    (after_tunes,) = (rows for title, rows in found.items() if title.startswith("continue, tunes"))
    assert after_tunes["bars that came before, tunes"]["people"] == 1.0
    assert after_tunes["note F1 to what the tune has next"]["copying"] == 1.0


def test_the_other_half_is_asked_for_by_name(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--patterns", str(few), "--split", "tuning", "--seeds", "2", "--only", "humanise"]) == 0
    assert "humanise: 1 clips, seeds 0 to 15" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--split", "test"], "There is no split 'test' of patterns: the splits are tuning, judging."),
        (["--only", "vary,sing"], "There is no part 'sing' of the report: they are hearing, vary, blend"),
        (["--seeds", "0"], "There are 0 seeds to ask with: give 1 or more."),
        (["--only", "continue", "--gmd", "nowhere.zip"], "nowhere.zip"),
        (["--models", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_reported_is_one_sentence(
    few: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main(["--patterns", str(few), "--seeds", "1", *arguments]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert "Traceback" not in said.err


class Parrot(Band):
    """A band that answers with the clip it was given, and refuses one of them."""

    def __init__(self) -> None:
        self.asked: list[AnyRequest] = []

    def play(self, request: AnyRequest, deadline_seconds: float | None = None) -> Made:
        self.asked.append(request)
        clip: Clip = request.clips[0].clip
        if clip.length_beats == 4.0:
            raise Unsupported("No clip of one bar.")
        return Made((clip,) * 16, "drums", "parrot", "", 0.0, 0)


def test_what_is_asked_is_what_a_musician_would_ask() -> None:
    patterns = [pattern for pattern in patterns_in(FEW, "made.txt") if pattern.split == "judging"]
    parrot = Parrot()
    asking = Asking(parrot, patterns, 2)
    drums, lines = vary(asking)
    assert {row.name: row.value for row in drums.rows}["refused"] == pytest.approx(2 / 6)
    assert {row.name: row.value for row in lines.rows}["changed at 0.5"] == 0.0
    assert asking.refused.total() == 2 * 11 * 2
    asked = [request for request in parrot.asked if isinstance(request, Vary)]
    assert {(request.seed, request.variations) for request in asked} == {(0, 16), (1, 16)}
    assert {request.amount for request in asked} == {None, *(tenth / 10 for tenth in range(1, 11))}
    assert {request.tempo_bpm for request in asked} == {pattern.tempo_bpm for pattern in patterns}
    assert {request.instrument for request in asked} == {"drums", "melody"}


def test_a_clip_is_taken_for_what_it_is_where_nobody_says(band: Band) -> None:
    patterns = [pattern for pattern in patterns_in(FEW, "made.txt") if pattern.name in ("four", "arp")]
    (table,) = hearing(Asking(band, patterns, 1))
    assert [row.value for row in table.rows] == [1.0, 1.0]
    turned = [replace(pattern, kind={"drums": "line", "line": "drums"}[pattern.kind]) for pattern in patterns]
    (table,) = hearing(Asking(band, turned, 1))
    assert [row.value for row in table.rows] == [0.0, 0.0]


def test_every_part_has_a_name(band: Band) -> None:
    assert list(PARTS) == ["hearing", "vary", "blend", "continue", "humanise", "drumify", "generate"]
    assert tables(Asking(band, [], 1), ["hearing"])[0].rows[0].is_met is None
