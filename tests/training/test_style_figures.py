"""The figures of the styles on results made by hand: each is right where one can count it, and each can fail."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bridge.music.clip import Clip, Note
from training.data.patterns import PADS, Pattern, patterns_in, read_patterns
from training.figures.blended import SIDE, Middle, Pad, Way, layer_figures, pad_figures, way_figures
from training.figures.continued import (
    BARS,
    DRIFT_BARS,
    Continued,
    Truth,
    drum_continuation_rows,
    drummer_drift_rows,
    drummer_rows,
    line_continuation_rows,
    tune_rows,
)
from training.figures.likeness import bars_of, changed, f1, line_of, looped, rolled, step_of, strokes_of, tripled
from training.figures.rows import ByClip, Row, at_least, at_most, table_of, within
from training.figures.touched import Drumified, Humanised, drumify_rows, humanise_rows, loudness_rows
from training.figures.varied import AMOUNTS, Varied, drum_vary_figures, line_vary_figures

STYLE = "style: Made, 60-180 bpm\n\n"
HOUSE = "drums house: tuning, 120 bpm\n kick x... x... x... x...\n clap .... x... .... x...\n hat ..x. ..x. ..x. ..x.\n"
GARAGE = """drums garage: tuning, 120 bpm, swing 16 .4
 kick x... .... ..x. ....
 snare .... x... .... x...
 rim ...x .... .x.. ....
 shaker xxxx xxxx xxxx xxxx
"""
TRAP = "drums trap: tuning, 120 bpm\n kick x... .... .... ....\n hat 2... [xxx] x.x. x.2.\n"
RIFF = "line riff: tuning, 120 bpm, bass, A Minor, G1-C2\n A1:2 . C2 .:2 A1:2 G1:4 .:4\n"


def made(text: str) -> Pattern:
    (pattern,) = patterns_in(STYLE + text, "made.txt")
    return pattern


def by_name(rows: Sequence[Row]) -> dict[str, Row]:
    assert len({row.name for row in rows}) == len(rows)
    return {row.name: row for row in rows}


def sourced(clip: Clip) -> Clip:
    return clip.with_notes(replace(note, source=i) for i, note in enumerate(clip.notes))


def moved(clip: Clip, by_beats: Callable[[Note], float]) -> Clip:
    return clip.with_notes(note.moved(by_beats(note)) for note in clip.notes)


def on_the_grid(note: Note) -> bool:
    return 4 * note.start_beats == round(4 * note.start_beats)


def shut(clip: Clip, *pads: str) -> Clip:
    return clip.with_notes(note for note in clip.notes if note.pitch not in {PADS[pad] for pad in pads})


# --- rows and likeness ----------------------------------------------------------------------------------------------


def test_a_goal_is_met_from_its_ends_on() -> None:
    assert [at_most(0.05).is_met(value) for value in (0.05, 0.051)] == [True, False]
    assert [within(0.75, 1.25).is_met(value) for value in (0.74, 0.75, 1.25, 1.26)] == [False, True, True, False]
    assert [str(goal) for goal in (at_most(4.0), at_least(0.9), within(0.7, 1.3))] == ["≤ 4", "≥ 0.9", "0.7 to 1.3"]
    assert Row("a", math.nan, goal=at_least(0.0)).is_met is None


def test_each_clip_counts_once() -> None:
    figure = ByClip()
    for clip, value in (("a", 0.0), ("a", 0.0), ("a", 0.0), ("b", 1.0)):
        figure.add(clip, value)
    row = figure.row("share", at_least(0.9))
    assert (row.value, row.low, row.high, row.is_met) == (0.5, 0.0, 1.0, False)
    assert (figure.lowest("l").value, figure.highest("h").value, figure.farthest("f").value) == (0.0, 1.0, 1.0)
    assert math.isnan(ByClip().row("nothing").value)


def test_a_table_has_the_columns_that_are_needed() -> None:
    rows = [
        Row("a", 0.5, 0.25, 0.75, at_least(0.9), copying=1.0),
        Row("b", math.nan, people=12.34),
        Row("c", 0.0002, goal=at_most(0.0)),
    ]
    assert table_of("made", rows).splitlines() == [
        "| made | today | 95 % | goal | met | copying | people |",
        "|---|---|---|---|---|---|---|",
        "| a | 0.500 | 0.25 to 0.75 | ≥ 0.9 | no | 1.000 |  |",
        "| b | – |  |  |  |  | 12.3 |",
        "| c | 2e-04 |  | ≤ 0 | no |  |  |",
    ]
    assert table_of("made", [Row("a", 1.0)]).splitlines()[0] == "| made | today |"


def test_changes_are_strokes_that_came_or_went() -> None:
    clip = made(HOUSE).clip
    own = strokes_of(clip)
    assert own.total() == 20
    assert changed(own, strokes_of(shut(clip, "clap"))) == pytest.approx(4 / 20)
    one_moved = clip.with_notes([clip.notes[0].moved(0.25), *clip.notes[1:]])
    assert changed(own, strokes_of(one_moved)) == pytest.approx(2 / 20)
    late = moved(clip, lambda note: 0.1)
    assert changed(own, strokes_of(late)) == 0.0
    rolls = strokes_of(made(TRAP).clip)
    assert changed(rolls, rolls - strokes_of(made(HOUSE).clip)) > 0.0


def test_f1_of_what_is_shared() -> None:
    assert (f1({1, 2}, {2, 3}), f1({1}, {1}), f1({1}, set()), f1((), ())) == (0.5, 1.0, 0.0, 1.0)


def test_bars_are_cut_where_hits_are_nearest_to_their_steps() -> None:
    clip = Clip((Note(36, 0.0, 0.2, 100.0), Note(38, 3.95, 0.2, 100.0), Note(42, 7.98, 0.2, 100.0)), 8.0)
    assert [(n.pitch, n.start_beats) for n in bars_of(clip, 1, 1).notes] == [(38, pytest.approx(-0.05))]
    assert [n.pitch for n in bars_of(clip, 0, 1).notes] == [36]
    assert [step_of(note, clip) for note in clip.notes] == [0, 16, 0]  # early on the loop's first
    assert [n.start_beats for n in looped(clip, 16.0).notes if n.pitch == 36] == [0.0, 8.0]


def test_rolls_and_triplets_are_told_from_sixteenths_and_from_each_other() -> None:
    clip = made(TRAP).clip
    assert rolled(clip.notes) == 4  # two a bar
    assert tripled(clip.notes) == 4
    straight = made("drums a: tuning, 120 bpm\n hat xxxx x.x. x..x .x.x\n").clip
    assert (rolled(straight.notes), tripled(straight.notes)) == (0, 0)
    rng = random.Random(0)
    loose = [moved(looped(straight, 32.0), lambda note: rng.gauss(0.0, 0.017 * 2)) for _ in range(50)]
    assert sum(tripled(one.notes) for one in loose) / 50 < 6  # of 80 strokes
    sextuplets = made("drums a: tuning, 120 bpm\n hat <xxx><xxx> x... x... x...\n").clip
    assert (rolled(sextuplets.notes), tripled(sextuplets.notes)) == (0, 8)
    swung = made("drums a: tuning, 120 bpm, swing 16 .33\n hat xxxx xxxx xxxx xxxx\n").clip
    assert rolled(swung.notes) == 0


def test_the_top_line_is_every_note_of_a_line_however_fast() -> None:
    turn = made("line a: tuning, 120 bpm, lead, C Major, B2-E3\n <D3 C3 B2 C3> C3+E3:14\n").clip
    assert [note.pitch for note in line_of(turn).notes[:5]] == [62, 60, 59, 60, 64]


# --- vary -----------------------------------------------------------------------------------------------------------

SPREAD = "spread of new hits at 0.6, ms over the clip's"


def varied_rows(text: str, at: dict[float, Sequence[Clip]], others: Sequence[str] = (GARAGE,)) -> dict[str, Row]:
    """Of one clip, with what is not said at any amount being the clip itself; the others are themselves throughout."""
    found = []
    for i, pattern in enumerate(map(made, (text, *others))):
        clip = sourced(pattern.clip)
        found += [Varied(pattern, a, tuple(at.get(a or 0.0, [clip]) if i == 0 else [clip])) for a in (*AMOUNTS, None)]
    first = [one for one in found if one.pattern.name == found[0].pattern.name]
    figures = drum_vary_figures if found[0].pattern.is_drums else line_vary_figures
    alone = by_name(figures(first))
    return alone if not others else {**alone, **{k: v for k, v in by_name(figures(found)).items() if "near" in k}}


def test_copying_is_a_dead_knob_and_nothing_else_is_wrong() -> None:
    for name, row in varied_rows(HOUSE, {}).items():
        if name.startswith(("changed", "identical")):
            assert row.is_met is False, name
        else:
            assert row.is_met is not False, name
        if row.copying is not None and not math.isnan(row.value):
            assert row.value == row.copying, name


def test_a_drum_that_the_clip_never_had_is_foreign() -> None:
    clip = sourced(made(HOUSE).clip)
    with_tom = clip.with_notes([*clip.notes[1:], Note(PADS["ltom"], 0.75, 0.25, 100.0)])
    row = varied_rows(HOUSE, {0.6: [with_tom, clip]})["foreign drums at 0.6"]
    assert row.value == pytest.approx(0.5 * 1 / 20)
    assert varied_rows(HOUSE, {0.6: [with_tom]})["kick on the ones at 0.6"].value == 0.5  # the first kick is gone


def test_new_hits_are_held_against_the_clips_own_loudness() -> None:
    clip = sourced(made(HOUSE.replace("..x. ..x. ..x. ..x.", "..X. ..x. ..x. ..x.")).clip)
    soft = clip.with_notes([*clip.notes, Note(PADS["kick"], 0.75, 0.25, 82.0)])
    assert varied_rows(HOUSE, {0.6: [soft]})["new hits off the clip's loudness at 0.6"].value == 18.0
    within_accents = clip.with_notes([*clip.notes, Note(PADS["hat"], 0.75, 0.25, 110.0)])
    text = HOUSE.replace("..x. ..x. ..x. ..x.", "..X. ..x. ..x. ..x.")
    assert varied_rows(text, {0.6: [within_accents]})["new hits off the clip's loudness at 0.6"].value == 0.0


def test_new_hits_are_held_against_the_clips_own_timing() -> None:
    clip = sourced(made(HOUSE).clip)
    late = [Note(PADS["kick"], 0.75 + 0.032, 0.25, 100.0), Note(PADS["kick"], 2.75 - 0.032, 0.25, 100.0)]
    row = varied_rows(HOUSE, {0.6: [clip.with_notes([*clip.notes, *late])]})[SPREAD]
    assert (row.value, row.is_met) == (pytest.approx(16.0), False)
    swung = sourced(made(GARAGE).clip)
    straight = swung.with_notes([*swung.notes, Note(PADS["snare"], 1.75, 0.25, 100.0)])
    rows = varied_rows(GARAGE, {0.6: [straight]}, ())
    assert rows["swing of new hits at 0.6"].value == pytest.approx(0.0)
    assert rows[SPREAD].value == pytest.approx(0.4 * 125.0)
    right = swung.with_notes([*swung.notes, Note(PADS["snare"], 1.75 + 0.1, 0.25, 100.0)])
    rows = varied_rows(GARAGE, {0.6: [right]}, ())
    assert rows["swing of new hits at 0.6"].value == pytest.approx(1.0)
    assert rows[SPREAD].value == pytest.approx(0.0)


def test_rolls_and_triplets_that_are_gone_are_seen() -> None:
    clip = sourced(made(TRAP).clip)
    rows = varied_rows(TRAP, {0.3: [clip.with_notes(filter(on_the_grid, clip.notes)), clip]}, ())
    assert (rows["rolls kept at 0.3"].value, rows["triplets kept at 0.3"].value) == (0.5, 0.5)


def test_the_knob_is_read_at_each_tenth() -> None:
    clip = sourced(made(HOUSE).clip)
    at = {amount: [clip.with_notes(clip.notes[round(20 * amount) :])] for amount in AMOUNTS}
    rows = varied_rows(HOUSE, {**at, 0.0: [clip.with_notes(clip.notes[5:])]})
    for amount in AMOUNTS:
        row = rows[f"changed at {amount}"]
        assert (row.value, row.is_met) == (pytest.approx(amount), True)
    assert rows["changed at the default"].value == pytest.approx(0.25)
    assert rows["identical at 0.1"].value == 0.0
    assert rows["empty or one note"].value == pytest.approx(0.1)  # that at 1
    assert rows["fullness at 1"].value == 0.0
    assert rows["as full as the clip within 30 %"].value == pytest.approx(0.3)
    assert rows["fullness at 1, the barest clip"].is_met is False


def test_what_became_another_clip_is_nearest_to_that_one() -> None:
    garage = made(GARAGE).clip
    rows = varied_rows(HOUSE, {0.9: [garage], 1.0: [garage]})
    # One of nine amounts of one of two clips.
    assert rows["nearest to its own clip, below 1"].value == pytest.approx(1.0 - 1 / 18)
    assert varied_rows(HOUSE, {})["nearest to its own clip, below 1"].value == 1.0


def test_a_neighbours_variation_may_not_be_nearer_than_the_source() -> None:
    def ahead(*clips: Clip) -> float:
        found = [Varied(made(text), 1.0, (clip,)) for text, clip in zip((HOUSE, GARAGE), clips, strict=True)]
        return by_name(drum_vary_figures(found))["F1: source less neighbour, at 1"].value

    rock = made("drums rock: tuning, 120 bpm\n kick x.x. .... .... ....\n ride xxxx xxxx xxxx xxxx\n").clip
    assert ahead(rock, rock) < -0.5
    assert ahead(made(HOUSE).clip, made(GARAGE).clip) > 0.5


def test_a_line_is_judged_by_its_key_and_its_register() -> None:
    clip = made(RIFF).clip
    strange = clip.with_notes(replace(note, pitch=note.pitch + 1) for note in clip.notes)
    rows = varied_rows(RIFF, {0.6: [strange]}, ())
    assert rows["in key at 0.6"].value == 0.0  # A sharp, C sharp and G sharp
    assert rows["register at 0.6, semitones away"].value == pytest.approx(1.0)
    assert rows["changed at 0.6"].value == pytest.approx(2.0)


def test_the_goals_of_vary_can_be_met() -> None:
    """By a knob that changes as many strokes as the line says, anywhere, on the clip's own pads, with its own feel."""
    rng = random.Random(0)
    drums = [pattern for pattern in read_patterns(split="tuning") if pattern.is_drums and pattern.part == "beat"]
    found = [
        Varied(pattern, amount, tuple(_evenly_varied(pattern, amount or 0.25, rng) for _ in range(8)))
        for pattern in drums
        for amount in (*AMOUNTS, None)
    ]
    assert [row.name for row in drum_vary_figures(found) if row.is_met is False] == []


def _evenly_varied(pattern: Pattern, amount: float, rng: random.Random) -> Clip:
    clip = sourced(pattern.clip)
    notes = list(clip.notes)
    number = math.floor(amount * len(notes) + rng.random())
    go = (number + rng.randrange(2)) // 2
    for _ in range(go):
        # The kick on the one is what the others stand on.
        free = [note for note in notes if not (note.pitch == PADS["kick"] and note.start_beats % 4 == 0.0)]
        notes.remove(rng.choice(free))
    taken = set(strokes_of(clip))
    strength = {note.pitch: note.velocity for note in clip.notes}
    while len(notes) < len(clip.notes) + number - 2 * go:
        pad, step = rng.choice(clip.notes).pitch, rng.randrange(round(4 * clip.length_beats))
        if (pad, step) not in taken:
            taken.add((pad, step))
            place = step if pattern.swing is None else pattern.swing.moved(step)
            notes.append(Note(pad, place / 4, 0.25, strength[pad]))
    return clip.with_notes(notes)


# --- blend ----------------------------------------------------------------------------------------------------------


def crossing(first: Clip, last: Clip, shares: Sequence[float]) -> tuple[Clip, ...]:
    """From one clip to the other: at each point so much of what one has and the other has not is changed."""
    own, other = strokes_of(first), strokes_of(last)
    gone = [note for note in first.notes if (note.pitch, step_of(note, first)) not in other]
    come = [note for note in last.notes if (note.pitch, step_of(note, last)) not in own]
    both = [note for note in first.notes if (note.pitch, step_of(note, first)) in other]
    way = [*((note, False) for note in gone), *((note, True) for note in come)]
    points = []
    for share in shares:
        done = round(share * len(way))
        notes = [note for i, (note, comes) in enumerate(way) if comes == (i < done)]
        points.append(first.with_notes([*both, *notes]))
    return tuple(points)


EVEN = [i / 10 for i in range(SIDE)]
SWITCH = [0.0] * 5 + [0.5] + [1.0] * 5


def ways(shares: Sequence[float], first: str = HOUSE, last: str = TRAP.replace("2...", "x...")) -> dict[str, Row]:
    one, other = made(first), made(last)
    return by_name(way_figures([Way("way", crossing(one.clip, other.clip, shares), one.is_drums)]))


def test_an_even_way_has_no_large_step_and_none_without_change() -> None:
    rows = ways(EVEN)
    assert rows["largest of ten steps"].value < 0.15
    assert rows["steps of ten without change"].value == 0.0
    assert rows["steps forward"].value == 1.0
    assert rows["invented strokes"].value == rows["lost strokes"].value == 0.0


def test_a_switch_is_one() -> None:
    rows = ways(SWITCH)
    assert rows["largest of ten steps"].value == pytest.approx(0.5, abs=0.05)
    assert rows["steps of ten without change"].value == 8.0


def test_a_way_back_and_strokes_out_of_nowhere_are_seen() -> None:
    rows = ways([0.0, 0.5, 0.2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0])
    assert rows["steps forward"].value == pytest.approx(0.9)
    points = list(crossing(made(HOUSE).clip, made(GARAGE).clip, EVEN))
    points[5] = points[5].with_notes([*points[5].notes, Note(PADS["crash"], 0.0, 0.25, 100.0)])
    points[6] = points[6].with_notes([])
    rows = by_name(way_figures([Way("way", tuple(points), True)]))
    assert rows["invented strokes"].value == pytest.approx(1 / len(points[5].notes) / 8)
    assert rows["empty or one note"].value == pytest.approx(1 / 9)
    assert rows["lost strokes"].value == pytest.approx(1 / 9)


def test_a_bar_without_a_snare_counts_where_both_ends_have_one() -> None:
    house, garage = made(HOUSE).clip, made(GARAGE).clip
    points = [house] * 6 + [garage] * 5
    rows = by_name(way_figures([Way("way", tuple(points), True)]))
    assert rows["bars of the middle without a snare"].value == 0.0  # a clap is one
    points[5] = shut(house, "clap")
    rows = by_name(way_figures([Way("way", tuple(points), True)]))
    assert rows["bars of the middle without a snare"].value == pytest.approx(1 / 3)
    without = [shut(point, "clap") for point in points[:6]] + points[6:]
    rows = by_name(way_figures([Way("way", tuple(without), True)]))
    assert math.isnan(rows["bars of the middle without a snare"].value)


def test_shorter_ends_are_looped() -> None:
    one_bar = replace(made(HOUSE), clip=bars_of(made(HOUSE).clip, 0, 1)).clip
    points = (one_bar, *[made(HOUSE).clip] * 9, made(GARAGE).clip)
    assert by_name(way_figures([Way("way", points, True)]))["steps of ten without change"].value == 9.0


def test_lines_are_judged_by_pitches_of_neither_end() -> None:
    riff = made(RIFF).clip
    strange = riff.with_notes(replace(note, pitch=note.pitch + 1) for note in riff.notes)
    rows = by_name(way_figures([Way("way", (riff, strange, *[riff] * 9), False)]))
    assert rows["foreign pitches"].value == pytest.approx(1 / 9)


def test_cells_of_a_pad_are_different_by_a_stroke() -> None:
    clip = made(HOUSE).clip
    clips = [clip.with_notes(clip.notes[: i % 7 + 2]) for i in range(SIDE * SIDE)]
    (row,) = pad_figures([Pad("pad", tuple(clips), True)])
    assert (row.value, row.is_met) == (7.0, False)
    late = tuple(moved(clip, lambda note, i=i: i / 10000) for i in range(SIDE * SIDE))  # type: ignore[misc]
    assert pad_figures([Pad("pad", late, True)])[0].value == 1.0


def test_the_middle_of_layers_holds_them() -> None:
    kick = bars_of(shut(made(HOUSE).clip, "clap", "hat"), 0, 1)
    hats = shut(made(HOUSE).clip, "clap", "kick")
    both = shut(made(HOUSE).clip, "clap")
    silence = both.with_notes([])
    for middle, held, silent in ((both, 1.0, 0.0), (hats, 0.5, 0.0), (silence, 0.0, 1.0)):
        rows = by_name(layer_figures([Middle("kick, hats", (kick, hats), middle)]))
        assert rows["layers held by the middle"].value == pytest.approx(held)
        assert rows["middles that are empty or one note"].value == silent


# --- continue -------------------------------------------------------------------------------------------------------


def goes_on(text: str, change: Callable[[Clip], Clip] = lambda clip: clip) -> dict[str, Row]:
    pattern = made(text)
    bars = DRIFT_BARS if pattern.is_drums else BARS
    clip = change(looped(pattern.clip, bars * pattern.clip.meter.bar_beats))
    figures = drum_continuation_rows if pattern.is_drums else line_continuation_rows
    return by_name(figures([Continued(pattern, (clip,))]))


@pytest.mark.parametrize("text", [HOUSE, GARAGE, TRAP, RIFF])
def test_a_loop_that_is_copied_is_right_in_everything(text: str) -> None:
    for name, row in goes_on(text).items():
        assert row.is_met is not False, name
        if row.copying is not None and not math.isnan(row.value):
            assert row.value == pytest.approx(row.copying), name


def from_bar(first: int, change: Callable[[Note], Note | None]) -> Callable[[Clip], Clip]:
    def changed_from_there(clip: Clip) -> Clip:
        told = (change(note) if note.start_beats >= 4.0 * first else note for note in clip.notes)
        return clip.with_notes(note for note in told if note is not None)

    return changed_from_there


def test_a_groove_that_drifts_away_is_seen() -> None:
    rows = goes_on(HOUSE, from_bar(8, lambda note: note if note.pitch == PADS["hat"] else None))
    assert rows["F1 to the clip in bars 7-8"].value == 1.0
    assert rows["F1 in bars 1-2 less that in 15-16"].value == pytest.approx(1.0 - 2 * 8 / (8 + 20))
    rows = goes_on(HOUSE, from_bar(4, lambda note: None if note.pitch == PADS["kick"] else note))
    assert rows["F1 to the clip in bars 7-8"].value == pytest.approx(2 * 12 / (12 + 20))
    assert rows["kick on the ones"].value == 0.5
    assert rows["pads that never return"].value == 0.0
    assert rows["pads as often as in the clip"].value == pytest.approx((16 + 16 + 32) / 80)


def test_a_swing_that_is_lost_is_seen() -> None:
    def straight(note: Note) -> Note:
        return replace(note, start_beats=step_of(note, Clip((), 100.0)) / 4)

    rows = goes_on(GARAGE, from_bar(4, straight))
    assert rows["swing in bars 1-2"].value == pytest.approx(1.0)
    assert (rows["swing in bars 7-8"].value, rows["swing in bars 7-8"].is_met) == (pytest.approx(0.0), False)


def test_rolls_and_triplets_that_are_gone_count_for_all_eight_bars() -> None:
    rows = goes_on(TRAP, from_bar(4, lambda note: note if on_the_grid(note) else None))
    assert rows["rolls and flams"].value == pytest.approx(0.5)
    assert rows["triplets"].value == pytest.approx(0.5)


def test_pads_are_three_voices_and_percussion_goes_on() -> None:
    def rims(note: Note) -> Note | None:
        if note.pitch == PADS["shaker"]:
            return None
        return replace(note, pitch=PADS["rim"]) if note.pitch == PADS["snare"] else note

    rows = goes_on(GARAGE, from_bar(0, rims))
    assert rows["percussion of no class"].value == 0.0
    assert rows["pads where the clip has them"].value == 0.5
    assert rows["pads that never return"].value == pytest.approx(1 / 3)
    assert rows["F1 to the clip in bars 7-8"].value == 1.0  # of classes
    assert math.isnan(goes_on(HOUSE)["percussion of no class"].value)
    assert math.isnan(goes_on(HOUSE)["pads where the clip has them"].value)


def test_a_drummers_next_bars_are_held_against_copying() -> None:
    two, other = made(HOUSE).clip, made(GARAGE).clip
    row = drummer_rows([Truth("a", two, other, two), Truth("b", two, other, other)])[0]
    own = row.copying
    assert own is not None
    assert 0.2 < own < 0.8
    assert row.value > own
    assert (row.goal, row.is_met) == (at_least(own), True)


def test_a_drummers_drift_is_the_goal() -> None:
    two = made(HOUSE).clip
    long = looped(two, 4.0 * DRIFT_BARS)
    gone = from_bar(14, lambda note: None)(long)
    row = drummer_drift_rows([Truth("a", two, long, gone)])[0]
    assert (row.value, row.people, row.is_met) == (1.0, 0.0, False)


def test_a_line_that_leaves_its_key_and_register_is_seen() -> None:
    rows = goes_on(RIFF, from_bar(0, lambda note: replace(note, pitch=note.pitch - 6)))
    assert rows["in key"].value == pytest.approx(0.0)
    assert rows["register, semitones away"].value == pytest.approx(6.0)
    assert rows["within three semitones of the register"].value == 0.0
    assert (rows["rhythm F1"].value, rows["note F1"].value) == (1.0, 0.0)
    assert rows["bars that came before"].value == pytest.approx(7 / 8)  # all but the first


def test_a_line_that_rests_is_seen() -> None:
    rows = goes_on(RIFF, from_bar(4, lambda note: None))
    assert rows["longest rest over the line's, beats"].value == pytest.approx(16.0)  # from the line's own rest on
    assert rows["a rest over the line's own and a beat"].value == 1.0
    assert rows["rhythm F1"].value == pytest.approx(2 / 3)
    held = goes_on(RIFF, lambda clip: clip.with_notes([replace(clip.notes[0], length_beats=32.0)]))
    assert held["longest rest over the line's, beats"].value < 0.0
    assert held["longest wait over the line's, beats"].value == pytest.approx(32.0 - 2.0)
    assert held["empty or one note"].value == 1.0


def test_what_repeats_more_than_people_do_is_seen() -> None:
    riff = made(RIFF).clip
    other = riff.with_notes([Note(60, 0.0, 4.0, 100.0), Note(62, 4.0, 4.0, 100.0)])
    rows = by_name(tune_rows([Truth("a", riff, other, riff)]))
    row = rows["bars that came before, tunes"]
    assert (row.value, row.people, row.is_met) == (1.0, 0.0, False)
    assert rows["note F1 to what the tune has next"].value == 0.0
    assert rows["rhythm F1 to what the tune has next"].copying == rows["rhythm F1 to what the tune has next"].value


# --- humanise, drumify, generate ------------------------------------------------------------------------------------


def humanised(text: str, change: Callable[[Note], Note] = lambda note: note) -> dict[str, Row]:
    pattern = made(text)
    clip = sourced(pattern.clip)
    return by_name(humanise_rows([Humanised(pattern, (clip.with_notes(map(change, clip.notes)),))]))


def test_a_clip_that_is_left_alone_is_right_in_everything() -> None:
    for text in (HOUSE, GARAGE, TRAP):
        for name, row in humanised(text).items():
            assert row.is_met is not False, name


def test_a_clip_that_is_moved_as_a_whole_is_not_apart() -> None:
    rows = humanised(HOUSE, lambda note: note.moved(0.02 if note.start_beats else 0.0))
    assert rows["shift of the whole clip, ms"].value == pytest.approx(10.0 * 19 / 20)
    assert rows["hits struck together, ms apart"].value == pytest.approx(0.0)


def test_hits_struck_together_that_come_apart_are_seen() -> None:
    rows = humanised(HOUSE, lambda note: note.moved(0.02 if note.pitch == PADS["clap"] else 0.0))
    assert rows["hits struck together, ms apart"].value == pytest.approx(10.0)
    assert rows["shift of the whole clip, ms"].value == pytest.approx(10.0 * 4 / 20)
    wrapped = humanised(HOUSE, lambda note: note.moved(7.98) if note.start_beats == 0.0 else note)
    assert wrapped["the largest such shift, ms"].value == pytest.approx(10.0 / 20)  # early, by the way round


def test_strength_that_changes_is_seen() -> None:
    rows = humanised(HOUSE, lambda note: replace(note, velocity=85.0 if note.pitch == PADS["kick"] else note.velocity))
    assert rows["the kick off the clip's strength"].value == 15.0
    assert rows["off the clip's strength on its pads"].value == 5.0
    ghosts = "drums a: tuning, 120 bpm\n snare g.X. .... .... ....\n"
    assert humanised(ghosts)["accents kept"].value == 1.0
    assert humanised(ghosts, lambda note: replace(note, velocity=80.0))["accents kept"].value == 0.0


def test_swing_triplets_and_ends_that_suffer_are_seen() -> None:
    rows = humanised(GARAGE, lambda note: replace(note, start_beats=round(note.start_beats * 4 - 0.3) / 4))
    assert rows["swing"].value == pytest.approx(0.0)
    rows = humanised(TRAP, lambda note: replace(note, start_beats=math.floor(note.start_beats * 4) / 4))
    assert rows["triplets"].value == 0.0
    sixteenths = "drums a: tuning, 120 bpm\n hat xxxx xxxx xxxx xxxx\n"
    early = humanised(sixteenths, lambda note: note.moved(-0.02 if note.start_beats == 1.0 else 0.0))
    assert early["end-to-end hits that overlap"].value == pytest.approx(1 / 31)


def drums(*hits: tuple[str, float]) -> Clip:
    return Clip(tuple(Note(PADS[pad], start, 0.1, 100.0) for pad, start in hits), 4.0)


def drumified(rhythm: Clip, made_of_it: Clip, left_alone: int = 0, is_line: bool = True) -> dict[str, Row]:
    return by_name(drumify_rows([Drumified("a", rhythm, is_line, 120.0, (made_of_it,), left_alone)]))


def test_the_pulse_is_looked_for_on_flat_lines() -> None:
    off_beat = drums(("snare", 0.5), ("snare", 1.5))
    rows = drumified(off_beat, drums(("snare", 0.5), ("kick", 1.5)))
    assert rows["kick on the ones, flat lines"].value == rows["kick on the ones, off-beat lines"].value == 0.0
    rows = drumified(off_beat, drums(("kick", 0.0), ("snare", 0.5), ("ltom", 1.5), ("crash", 1.5)))
    assert rows["kick on the ones, off-beat lines"].value == 1.0
    assert rows["toms and crash"].value == 0.5
    assert math.isnan(drumified(drums(("kick", 0.0)), drums(("kick", 0.0)))["kick on the ones, off-beat lines"].value)
    loud = Clip((Note(36, 0.5, 0.1, 90.0), Note(36, 1.5, 0.1, 100.0)), 4.0)
    assert math.isnan(drumified(loud, off_beat)["kick on the ones, flat lines"].value)
    assert math.isnan(drumified(off_beat, off_beat, is_line=False)["kick on the ones, flat lines"].value)


def test_drums_are_held_against_their_note() -> None:
    rows = drumified(drums(("snare", 0.5), ("snare", 1.5)), drums(("hat", 0.5), ("hat", 1.55), ("kick", 0.0)))
    assert rows["a drum from its note, ms"].value == pytest.approx(12.5)  # the kick is no note's
    assert rows["the farthest drum from its note, ms"].value == pytest.approx(25.0)


def test_taps_that_have_no_drum_must_be_counted() -> None:
    taps = drums(("hat", 0.0), ("hat", 0.1), ("hat", 1.0), ("hat", 1.1))
    played = drums(("kick", 0.0), ("hat", 0.0), ("kick", 1.0), ("hat", 1.1))
    assert drumified(taps, played)["notes heard or counted"].value == pytest.approx(0.75)
    assert drumified(taps, played, left_alone=1)["notes heard or counted"].value == 1.0
    assert drumified(taps, taps)["notes heard or counted, the worst rhythm"].value == 1.0


def test_loudness_is_by_class() -> None:
    clip = Clip((Note(36, 0.0, 0.1, 60.0), Note(46, 0.5, 0.1, 100.0), Note(39, 1.0, 0.1, 90.0)), 4.0)
    rows = by_name(loudness_rows([clip, drums(("kick", 0.0))]))
    assert rows["velocity of the kick"].value == 80.0
    assert rows["velocity of the snare"].is_met is True
    assert math.isnan(rows["velocity of the closed hat"].value)
    assert (rows["open hat louder than kick by"].value, rows["open hat louder than kick by"].is_met) == (20.0, False)
