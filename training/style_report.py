"""What the skills make of the clips that people have: every figure of the styles, held against its goal.

    python -m training.style_report [--split tuning|judging] [--only vary,blend,...] [--seeds 2] [--json]
                                    [--gmd PATH] [--tunes PATH ...]

Everything is asked of `bridge.band.Band` in this process, at the defaults where nothing else is said, of the clips in
training/data/judging; the same command prints the same figures. Half of these clips are for `tuning`; nothing is chosen
by the figures of the others, which are printed where no split is named. Beside a figure stand its 95 % interval by
bootstrap over the clips, its goal, and the same figure of the clip itself played again (copying). --gmd: the Groove
MIDI Dataset's archive or folder, of which the test split is taken if it is there, else the validation split; --tunes:
melodies, of their validation split. Without them the rows that need them are left out. The definitions stand beside
the functions in figures/varied.py, figures/blended.py, figures/continued.py and figures/touched.py.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from bridge.band import Band, Made
from bridge.errors import BadFile, BadValue, Refusal
from bridge.models.grid import nearest_step, steps_in
from bridge.music.clip import Clip, Note
from bridge.music.meter import FOUR_FOUR
from bridge.places import MODELS
from bridge.requests import AnyRequest, Blend, Continue, Drumify, Generate, Given, Humanise, Interpolate, Vary, given
from bridge.settings import DRUMS, MELODY
from training.data.excerpts import of_performance, of_tune
from training.data.groove_midi import read_performances
from training.data.melody_windows import on_grid
from training.data.patterns import JUDGING, PATTERN_SPLITS, Pattern, read_patterns
from training.data.tunes import read_tunes
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
from training.figures.likeness import cells_of
from training.figures.rows import ByClip, Row, at_least, at_most, table_of
from training.figures.touched import Drumified, Humanised, drumify_rows, humanise_rows, loudness_rows
from training.figures.varied import AMOUNTS, Varied, drum_vary_figures, line_vary_figures

__all__ = ["PARTS", "Table", "main", "tables"]

T = TypeVar("T")

VARIATIONS, CONTINUATIONS, HUMANISED = 16, 8, 8
"""For each seed; what answers with one clip is asked with so many seeds for one of the report's."""
WAYS, PADS = 45, 12
PRIMER_BARS = 2
PRIMERS, TUNES = 420, 300
LEAST_ONSETS = 3
"""Bars of a tune with fewer notes are a rest in it, and no primer."""


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    rows: list[Row]


@dataclass
class Asking:
    """A band, and what it refused: the skills' refusals are a figure too."""

    band: Band
    patterns: Sequence[Pattern]
    seeds: int
    gmd: Path | None = None
    tunes: Sequence[Path] = ()
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def drums(self) -> list[Pattern]:
        return [pattern for pattern in self.patterns if pattern.is_drums]

    @property
    def heard_drums(self) -> list[Pattern]:
        """Those that have a drum of the nine classes: what varies no other is not asked to."""
        return [pattern for pattern in self.drums if cells_of(pattern.clip)]

    @property
    def beats(self) -> list[Pattern]:
        return [pattern for pattern in self.drums if pattern.part == "beat"]

    @property
    def layers(self) -> list[Pattern]:
        return [pattern for pattern in self.drums if pattern.part == "layer"]

    @property
    def lines(self) -> list[Pattern]:
        return [pattern for pattern in self.patterns if not pattern.is_drums]

    def made(self, request: AnyRequest) -> Made | None:
        """None where it is refused."""
        try:
            return self.band.play(request)
        except Refusal as refusal:
            self.refused[f"{request.SKILL}: {refusal}"] += 1
            return None

    def clips(self, request_of_seed: Callable[[int], AnyRequest], seeds: int) -> tuple[Clip, ...]:
        """Of the seeds from 0 on."""
        made = (self.made(request_of_seed(seed)) for seed in range(seeds))
        return tuple(clip for one in made if one is not None for clip in one.clips)

    def instrument(self, pattern: Pattern) -> str:
        return DRUMS if pattern.is_drums else MELODY


def _title(what: str, asking: Asking, number: int, each: str) -> str:
    seeds = "seed 0" if asking.seeds == 1 else f"seeds 0 to {asking.seeds - 1}"
    return f"{what}: {number} {each}, {seeds}"


def hearing(asking: Asking) -> list[Table]:
    """taken for what they are: clips for which the band, which is not told, chooses the right instrument."""
    rows = []
    for name, patterns in (("drums", asking.drums), ("lines", asking.lines)):
        right = ByClip()
        for pattern in patterns:
            chosen = asking.band.choose(Vary(clip=Given(pattern.clip))).instrument
            right.add(pattern.name, chosen == asking.instrument(pattern))
        rows.append(right.row(f"{name} taken for {name}", at_least(1.0)))
    return [Table(f"What a clip is taken for: {len(asking.drums)} of drums, {len(asking.lines)} lines", rows)]


def vary(asking: Asking) -> list[Table]:
    tables = []
    for name, patterns, figures in (
        ("drums", asking.heard_drums, drum_vary_figures), ("lines", asking.lines, line_vary_figures),
    ):  # fmt: skip
        refused, varied = ByClip(), []
        for pattern in patterns:
            for amount in (*AMOUNTS, None):
                made = asking.clips(
                    lambda seed, pattern=pattern, amount=amount: Vary(  # type: ignore[misc]
                        clip=Given(pattern.clip), amount=amount, variations=VARIATIONS, seed=seed,
                        tempo_bpm=pattern.tempo_bpm, instrument=asking.instrument(pattern),
                    ),
                    asking.seeds,
                )  # fmt: skip
                refused.add(pattern.name, not made)
                varied.append(Varied(pattern, amount, made))
        rows = [*figures(varied), refused.row("refused", at_most(0.0))]
        title = _title(f"vary, {name}", asking, len(patterns), f"clips, {VARIATIONS} variations at each amount")
        tables.append(Table(title, rows))
    return tables


def _evenly(rows: Sequence[T], most: int) -> list[T]:
    """At most so many, evenly out of all."""
    return [rows[i * len(rows) // most] for i in range(most)] if len(rows) > most else list(rows)


def _of_one_meter(patterns: Sequence[Pattern], corners: int, most: int) -> list[tuple[Pattern, ...]]:
    """So many at a time, of all that share a meter, evenly out of all."""
    meters = dict.fromkeys(pattern.clip.meter for pattern in patterns)
    groups = [
        group
        for meter in meters
        for group in combinations([pattern for pattern in patterns if pattern.clip.meter == meter], corners)
    ]
    return _evenly(groups, most)


def blend(asking: Asking) -> list[Table]:
    """The ways through `interpolate`, nine clips between two; the pads through `blend`, its grid kept."""
    tables = []
    for name, patterns in (("drums", asking.beats), ("lines", asking.lines)):
        pairs = _of_one_meter(patterns, 2, WAYS)
        ways = []
        for first, last in pairs:
            for seed in range(asking.seeds):
                made = asking.made(Interpolate(
                    first=Given(first.clip), last=Given(last.clip), steps=SIDE - 2, seed=seed,
                    instrument=asking.instrument(first),
                ))  # fmt: skip
                if made is not None:
                    ways.append(Way(f"{first.name} - {last.name}", made.clips, first.is_drums))
        title = _title(f"interpolate, {name}", asking, len(pairs), "pairs")
        tables.append(Table(title, [*way_figures(ways), _refused(len(ways), len(pairs) * asking.seeds)]))
        # Neighbours in the list are of neighbouring styles: every so many-th is a pad of strangers.
        four_four = [pattern for pattern in patterns if pattern.clip.meter == FOUR_FOUR]
        apart = len(four_four) // 4
        corners = [[four_four[i + k * apart] for k in range(4)] for i in range(min(PADS, apart))]
        pads = []
        for four in corners:
            cells = [
                asking.made(Blend(
                    corners=given([pattern.clip for pattern in four]), x=x / (SIDE - 1), y=y / (SIDE - 1), grid=SIDE,
                    instrument=asking.instrument(four[0]),
                ))
                for y in range(SIDE)
                for x in range(SIDE)
            ]  # fmt: skip
            clips = tuple(cell.clips[0] for cell in cells if cell is not None)
            if clips:
                pads.append(Pad(", ".join(pattern.name for pattern in four), clips, four[0].is_drums))
        tables.append(Table(f"blend, {name}: {len(corners)} pads of four clips, seed 0", pad_figures(pads)))
    layers = [*combinations(asking.layers, 2), *combinations(asking.layers, 4)]
    middles = []
    for few in layers:
        for clip in asking.clips(
            lambda seed, few=few: Blend(  # type: ignore[misc]
                corners=given([pattern.clip for pattern in few]), seed=seed, instrument=DRUMS
            ),
            asking.seeds,
        ):
            middles.append(Middle(", ".join(p.name for p in few), tuple(p.clip for p in few), clip))
    title = _title("blend, layers at (.5, .5)", asking, len(layers), "pairs and fours")
    tables.append(Table(title, [*layer_figures(middles), _refused(len(middles), len(layers) * asking.seeds)]))
    return tables


def _refused(answered: int, asked: int) -> Row:
    return Row("refused", 1.0 - answered / asked if asked else math.nan, goal=at_most(0.0))


def continue_(asking: Asking) -> list[Table]:
    tables = []
    for name, patterns, bars, figures in (
        ("drums", asking.drums, DRIFT_BARS, drum_continuation_rows),
        ("lines", asking.lines, BARS, line_continuation_rows),
    ):
        continued, refused = [], ByClip()
        for pattern in patterns:
            made = asking.clips(
                lambda seed, pattern=pattern, bars=bars: Continue(  # type: ignore[misc]
                    clip=Given(pattern.clip), length=bars, variations=CONTINUATIONS, seed=seed,
                    tempo_bpm=pattern.tempo_bpm, instrument=asking.instrument(pattern),
                ),
                asking.seeds,
            )  # fmt: skip
            refused.add(pattern.name, not made)
            continued.append(Continued(pattern, made))
        rows = [*figures(continued), refused.row("refused", at_most(0.0))]
        title = _title(f"continue, {name}", asking, len(patterns), f"clips, {CONTINUATIONS} continuations")
        tables.append(Table(title, rows))
    if asking.gmd is not None:
        tables += _after_drummers(asking, asking.gmd)
    if asking.tunes:
        tables += _after_tunes(asking)
    return tables


def _after_drummers(asking: Asking, path: Path) -> list[Table]:
    split = "test"
    try:
        performances = read_performances(path, split)
    except BadFile:  # the test split was kept back
        split = "validation"
        performances = read_performances(path, split)
    four_four = [p for p in performances if p.meter == FOUR_FOUR]
    bars = 2 * PRIMER_BARS
    starts = [(p, bar) for p in four_four for bar in range(len(p.cells) // p.bar_steps - bars + 1)]
    truths = []
    for seed, (performance, bar) in enumerate(_evenly(starts, PRIMERS)):
        whole = of_performance(performance, bar, bars)
        truths += _truths(asking, performance.file, performance.tempo_bpm, whole, seed, 1)
    long = [p for p in four_four if len(p.cells) // p.bar_steps >= PRIMER_BARS + DRIFT_BARS]
    drifts = []
    for performance in long:
        whole = of_performance(performance, 0, PRIMER_BARS + DRIFT_BARS)
        drifts += _truths(asking, performance.file, performance.tempo_bpm, whole, 0, CONTINUATIONS)
    title = f"continue, drummers: {len(truths)} primers of the {split} split, {len(long)} performances of 18 bars"
    return [Table(title, [*drummer_rows(truths), *drummer_drift_rows(drifts)])]


def _after_tunes(asking: Asking) -> list[Table]:
    tunes = on_grid(read_tunes(asking.tunes, "validation")[0])[0]
    bars = 2 * PRIMER_BARS
    starts = [(tune, bar) for tune in tunes for bar in range(tune.bars - bars + 1)]
    starts = [(tune, bar) for tune, bar in starts if len(of_tune(tune, bar, PRIMER_BARS).notes) >= LEAST_ONSETS]
    truths = []
    for seed, (tune, bar) in enumerate(_evenly(starts, TUNES)):
        truths += _truths(asking, tune.group, 120.0, of_tune(tune, bar, bars), seed, 1, MELODY)
    return [Table(f"continue, tunes: {len(truths)} primers of the validation split", tune_rows(truths))]


def _truths(
    asking: Asking, file: str, tempo_bpm: float, whole: Clip, seed: int, variations: int, instrument: str = DRUMS
) -> list[Truth]:
    primer, truth = _parted(whole, PRIMER_BARS)
    made = asking.made(Continue(
        clip=Given(primer), length=truth.bars, variations=variations, seed=seed, instrument=instrument,
        tempo_bpm=tempo_bpm,
    ))  # fmt: skip
    return [] if made is None else [Truth(file, primer, truth, clip) for clip in made.clips]


def _parted(clip: Clip, bars: int) -> tuple[Clip, Clip]:
    """The first bars, and the others. What is early on the second part's first step belongs to that part."""
    first_beats = bars * clip.meter.bar_beats
    steps = steps_in(first_beats)
    parts: tuple[list[Note], list[Note]] = [], []
    for note in clip.notes:
        is_later = nearest_step(note.start_beats) >= steps
        parts[is_later].append(note.moved(-first_beats) if is_later else note)
    rest_beats = clip.length_beats - first_beats
    return Clip(tuple(parts[0]), first_beats, clip.meter), Clip(tuple(parts[1]), rest_beats, clip.meter)


def humanise(asking: Asking) -> list[Table]:
    humanised = []
    for pattern in asking.beats:
        made = asking.clips(
            lambda seed, pattern=pattern: Humanise(  # type: ignore[misc]
                clip=Given(pattern.clip), seed=seed, tempo_bpm=pattern.tempo_bpm
            ),
            HUMANISED * asking.seeds,
        )
        humanised.append(Humanised(pattern, made))
    title = f"humanise: {len(humanised)} clips, seeds 0 to {HUMANISED * asking.seeds - 1}"
    return [Table(title, humanise_rows(humanised))]


def drumify(asking: Asking) -> list[Table]:
    """Lines, and of the drum clips with rolls, flams or triplets the pad that is struck most often."""
    rhythms = [(pattern, pattern.clip) for pattern in asking.lines]
    for pattern in asking.drums:
        if pattern.marks:
            pad = Counter(note.pitch for note in pattern.clip.notes).most_common(1)[0][0]
            taps = pattern.clip.with_notes(note for note in pattern.clip.notes if note.pitch == pad)
            rhythms.append((pattern, taps))
    drumified = []
    for pattern, clip in rhythms:
        tempo_bpm, is_line = pattern.tempo_bpm, not pattern.is_drums
        for seed in range(asking.seeds):
            made = asking.made(Drumify(clip=Given(clip), variations=CONTINUATIONS, seed=seed, tempo_bpm=tempo_bpm))
            if made is not None:
                drumified.append(Drumified(pattern.name, clip, is_line, tempo_bpm, made.clips, made.left_alone))
    title = _title("drumify", asking, len(rhythms), f"rhythms, {CONTINUATIONS} variations")
    return [Table(title, drumify_rows(drumified))]


def generate(asking: Asking) -> list[Table]:
    clips = asking.clips(lambda seed: Generate(variations=VARIATIONS, seed=seed), HUMANISED * asking.seeds)
    title = f"generate, drums: {VARIATIONS} clips for each of the seeds 0 to {HUMANISED * asking.seeds - 1}"
    return [Table(title, loudness_rows(clips))]


PARTS: Mapping[str, Callable[[Asking], list[Table]]] = {
    "hearing": hearing,
    "vary": vary,
    "blend": blend,
    "continue": continue_,
    "humanise": humanise,
    "drumify": drumify,
    "generate": generate,
}


def tables(asking: Asking, only: Sequence[str] = ()) -> list[Table]:
    """Raises BadValue for a part that there is not, and Refusal where data cannot be read."""
    unknown = [name for name in only if name not in PARTS]
    if unknown:
        raise BadValue(f"There is no part {unknown[0]!r} of the report: they are {', '.join(PARTS)}.")
    return [table for name, part in PARTS.items() if name in (only or PARTS) for table in part(asking)]


def _as_json(found: Sequence[Table]) -> str:
    def plain(number: float | None) -> float | None:
        return None if number is None or math.isnan(number) else number

    return json.dumps(
        {
            table.title: {
                row.name: {
                    "value": plain(row.value),
                    "low": row.low,
                    "high": row.high,
                    "goal": None if row.goal is None else str(row.goal),
                    "met": row.is_met,
                    "copying": plain(row.copying),
                    "people": plain(row.people),
                }
                for row in table.rows
            }
            for table in found
        },
        indent=2,
        ensure_ascii=False,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=MODELS, metavar="FOLDER")
    parser.add_argument("--patterns", type=Path, default=JUDGING, metavar="FOLDER")
    parser.add_argument("--split", default="judging", help=" or ".join(PATTERN_SPLITS))
    parser.add_argument("--only", default="", metavar="PART,...", help=", ".join(PARTS))
    parser.add_argument("--seeds", type=int, default=2, help="from 0 on, for each request")
    parser.add_argument("--gmd", type=Path, metavar="PATH", help="the Groove MIDI Dataset")
    parser.add_argument("--tunes", type=Path, nargs="+", default=[], metavar="PATH", help="melodies that people wrote")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        if given.seeds < 1:
            raise BadValue(f"There are {given.seeds} seeds to ask with: give 1 or more.")
        asking = Asking(
            Band.open(given.models), read_patterns(given.patterns, given.split), given.seeds, given.gmd, given.tunes
        )
        found = tables(asking, [name.strip() for name in given.only.split(",") if name.strip()])
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for sentence, times in asking.refused.most_common():
        print(f"Refused {times} times: {sentence}", file=sys.stderr)
    if not asking.gmd:
        print("Left out: what drummers play next, and how far they drift. Give --gmd PATH.", file=sys.stderr)
    if not asking.tunes:
        print("Left out: how often people repeat a bar. Give --tunes PATH.", file=sys.stderr)
    if given.json:
        print(_as_json(found))
        return 0
    for table in found:
        print(table_of(table.title, table.rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
