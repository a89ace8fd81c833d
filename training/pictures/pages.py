"""A page of piano rolls for each model: bars that it was not trained on, and what it made of them.

The bars were chosen before any model played them, and of what a model plays the first is shown (seed 0), good or bad.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bridge.errors import BadFile
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_vae import DrumVae
from bridge.models.drumify import Drumify
from bridge.models.engine import LoadedModel
from bridge.models.grid import steps_in
from bridge.models.humanise import Humanise
from bridge.models.melody_continuation import MelodyContinuation
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.music.clip import Clip
from bridge.music.kit import GENERAL_MIDI
from bridge.music.meter import FOUR_FOUR, Meter
from bridge.skills.chance import Chance
from bridge.skills.continue_drums import continue_drums
from bridge.skills.continue_melody import continue_melody
from bridge.skills.drumify import drumify
from bridge.skills.drumming import Drums
from bridge.skills.generate import generate
from bridge.skills.humanise import humanise
from bridge.skills.interpolate import interpolate
from bridge.skills.lock import OPEN
from bridge.skills.melodies import Melodies
from bridge.skills.player import Passage, Player, in_rows, joined
from training.data.excerpts import TAP_PITCH, chords_under, of_performance, of_tune, quantised, taps
from training.data.performance import Performance
from training.data.tunes import Tune
from training.pictures.drawing import OURS, Block, DrumPanel, LinePanel, Panel, Row, picture, span_of

__all__ = ["DRUM_PAGES", "MELODY_PAGES"]

# By their names in GMD's validation split and in the melodies', the first of their kind.
ROCK, FUNK = "drummer1/session3/13", "drummer1/session1/2"
JAZZ, SIX_EIGHT = "drummer4/session1/2", "drummer6/session1/4"
REEL, JIG, WALTZ, SONG = "AndersonsReel", "AnthonyFrawleysJig", "Smilin' Through", "O Sole Mio"
FIRST_BAR = 4
"""Of a performance: the fifth bar, where the drummer has found the groove."""
TEMPERATURES = (0.5, 1.0, 1.5)
SEED = 0
HEARD_BARS, FOLLOWING_BARS = 2, 4
MAGNIFIED = 3.0
TAPS_SPAN = TAP_PITCH - 5, TAP_PITCH + 5

Named = TypeVar("Named", Performance, Tune)


def _by_name(rows: Sequence[Named], name: str) -> Named:
    for row in rows:
        if row.name == name:
            return row
    raise BadFile(f"{name} is not in the data: give the data sets that the models' pages name, with their validation.")


def _row(temperature: float, panels: Sequence[Panel], more: str = "") -> Row:
    return Row(f"temperature {temperature:g}{more}", panels, OURS[temperature])


# Drums


def drum_vae_page(model: LoadedModel, drums: Sequence[Performance], bass: Clip) -> str:
    clips = {
        title: of_performance(_by_name(drums, name), FIRST_BAR, 2)
        for title, name in (("rock", ROCK), ("jazz", JAZZ), ("rock in 6/8", SIX_EIGHT))
    }

    def drummer(kits: int) -> Drums:
        return Drums(DrumVae(ModelUse(model)), [GENERAL_MIDI] * kits)

    ends = clips["rock"], clips["jazz"]
    return picture("Drum clips of the drum VAE", _vae_blocks(drummer, clips, ends, Meter(7, 8), _drum_panels))


def drum_continuation_page(model: LoadedModel, drums: Sequence[Performance], bass: Clip) -> str:
    blocks = []
    for title, name in (("Funk", FUNK), ("Jazz", JAZZ), ("Rock in 6/8", SIX_EIGHT)):
        performance = _by_name(drums, name)
        primer = of_performance(performance, FIRST_BAR, HEARD_BARS)
        truth = of_performance(performance, FIRST_BAR, HEARD_BARS + FOLLOWING_BARS)
        heard_beats = primer.length_beats
        rows = [Row("the drummer", [DrumPanel(truth, heard_beats=heard_beats)])]
        for temperature in TEMPERATURES:
            (clip,) = continue_drums(
                DrumContinuation(ModelUse(model)), primer, GENERAL_MIDI, length_bars=FOLLOWING_BARS, with_primer=True,
                variations=1, temperature=temperature, seed=SEED, tempo_bpm=performance.tempo_bpm,
            )  # fmt: skip
            rows.append(_row(temperature, [DrumPanel(clip, OURS[temperature], heard_beats)]))
        blocks.append(Block(f"{title}: two bars, and the four that follow", rows))
    return picture("Continuations of drum clips", blocks)


def humanise_page(model: LoadedModel, drums: Sequence[Performance], bass: Clip) -> str:
    blocks = []
    for pair in ((("Rock", ROCK), ("Jazz", JAZZ)), (("Funk", FUNK), ("Rock in 6/8", SIX_EIGHT))):
        performances = [_by_name(drums, name) for _, name in pair]
        played = [of_performance(performance, FIRST_BAR, 2) for performance in performances]
        rows = [
            Row("quantised", [DrumPanel(quantised(clip), magnified=MAGNIFIED) for clip in played]),
            Row("the drummer", [DrumPanel(clip, magnified=MAGNIFIED) for clip in played]),
        ]
        for temperature in (0.0, 0.5, 1.0):
            panels = []
            for performance, clip in zip(performances, played, strict=True):
                made = humanise(
                    Humanise(ModelUse(model)), quantised(clip), GENERAL_MIDI, amount=1.0, keep_swing=False,
                    temperature=temperature, seed=SEED, tempo_bpm=performance.tempo_bpm,
                )  # fmt: skip
                panels.append(DrumPanel(made, OURS[temperature], magnified=MAGNIFIED))
            rows.append(_row(temperature, panels))
        headings = [f"{style}, {p.tempo_bpm:g} BPM" for (style, _), p in zip(pair, performances, strict=True)]
        title = f"{pair[0][0]} and {pair[1][0].lower()}: early and late drawn {MAGNIFIED:g} times as far"
        blocks.append(Block(title, rows, headings))
    return picture("Drum clips with a drummer's touch and timing", blocks)


def drumify_page(model: LoadedModel, drums: Sequence[Performance], bass: Clip) -> str:
    funk, six_eight = _by_name(drums, FUNK), _by_name(drums, SIX_EIGHT)
    played = [of_performance(performance, FIRST_BAR, 2) for performance in (funk, six_eight)]
    return picture(
        "Drums to a bass line and to taps",
        [
            _drumified("To a bass line (examples/lines/bass.mid)", model, bass, span_of([bass]), 98.0, None),
            *(
                _drumified(title, model, taps(clip), TAPS_SPAN, performance.tempo_bpm, clip)
                for title, performance, clip in zip(
                    ("To the rhythm of a funk drummer", "To the rhythm of a rock drummer in 6/8"),
                    (funk, six_eight), played, strict=True,
                )
            ),
        ],
    )  # fmt: skip


def _drumified(
    title: str, model: LoadedModel, line: Clip, span: tuple[int, int], tempo_bpm: float, truth: Clip | None
) -> Block:
    rows = [Row("the line", [LinePanel(line, *span)])]
    if truth:
        rows = [Row("the rhythm, and\nwhose it was", [LinePanel(line, *span), DrumPanel(truth)])]
    for temperature in TEMPERATURES:
        clips = drumify(
            Drumify(ModelUse(model)), line, GENERAL_MIDI, use_velocity=True, use_timing=True, density=0.5, variations=2,
            temperature=temperature, seed=SEED, tempo_bpm=tempo_bpm,
        )  # fmt: skip
        rows.append(_row(temperature, [DrumPanel(clip, OURS[temperature]) for clip in clips]))
    return Block(f"{title}: two variations each", rows)


# Melodies


def melody_vae_page(model: LoadedModel, tunes: Sequence[Tune]) -> str:
    named = (("a reel", REEL), ("a jig", JIG), ("a waltz", WALTZ), ("a song", SONG))
    clips = {title: of_tune(_by_name(tunes, name), 0, 2) for title, name in named}

    def singer(_: int) -> Melodies:
        return Melodies(MelodyVae(ModelUse(model)))

    ends = clips["a reel"], clips["a song"]
    return picture("Melodies of the melody VAE", _vae_blocks(singer, clips, ends, Meter(6, 8), _line_panels))


def melody_continuation_page(model: LoadedModel, tunes: Sequence[Tune]) -> str:
    blocks = []
    for title, name in (("A reel", REEL), ("A jig", JIG), ("A waltz", WALTZ)):
        tune = _by_name(tunes, name)
        primer = of_tune(tune, 0, HEARD_BARS)
        truth = of_tune(tune, 0, HEARD_BARS + FOLLOWING_BARS)
        chords = chords_under(tune, 0, HEARD_BARS + FOLLOWING_BARS)
        made: list[tuple[float, Clip, str, Clip | None]] = [
            (t, _continued(model, primer, None, t), "", None) for t in TEMPERATURES
        ]
        if chords.notes:
            made.append((1.0, _continued(model, primer, chords, 1.0), ",\nchords told", chords))
        low, high = span_of([truth, *(clip for _, clip, _, _ in made)])
        heard_beats = primer.length_beats
        rows = [Row("the tune", [LinePanel(truth, low, high, heard_beats=heard_beats, chords=chords)])]
        rows += [
            _row(t, [LinePanel(clip, low, high, OURS[t], heard_beats, told)], more) for t, clip, more, told in made
        ]
        blocks.append(Block(f"{title} ({tune.name}): two bars, and the four that follow", rows))
    return picture("Continuations of melodies", blocks)


def _continued(model: LoadedModel, primer: Clip, chords: Clip | None, temperature: float) -> Clip:
    (clip,) = continue_melody(
        MelodyContinuation(ModelUse(model)), primer, chords=chords, lock=OPEN, length_bars=FOLLOWING_BARS,
        with_primer=True, variations=1, temperature=temperature, seed=SEED,
    )  # fmt: skip
    return clip


# Both VAEs

Draw = Callable[[Sequence[Sequence[tuple[Clip, float | None]]]], list[list[Panel]]]
"""Rows of clips, each with the temperature it was played at or None, as rows of panels of one height."""


def _drum_panels(rows: Sequence[Sequence[tuple[Clip, float | None]]]) -> list[list[Panel]]:
    return [[DrumPanel(clip) if t is None else DrumPanel(clip, OURS[t]) for clip, t in row] for row in rows]


def _line_panels(rows: Sequence[Sequence[tuple[Clip, float | None]]]) -> list[list[Panel]]:
    made: list[list[Panel]] = []
    for row in rows:
        low, high = span_of(clip for clip, _ in row)
        made.append([LinePanel(c, low, high) if t is None else LinePanel(c, low, high, OURS[t]) for c, t in row])
    return made


def _vae_blocks(
    player: Callable[[int], Player[Any]],
    clips: dict[str, Clip],
    ends: tuple[Clip, Clip],
    other: Meter,
    draw: Draw,
) -> list[Block]:
    """`player` makes one for a request of so many clips; the way from one clip to another is between the `ends`."""
    again = [[(clip, None), *((_again(player(1), clip, t), t) for t in TEMPERATURES)] for clip in clips.values()]
    new = [
        [(clip, t) for clip in _new(player(1), meter, t)]
        for meter, t in (*((FOUR_FOUR, t) for t in TEMPERATURES), (other, 1.0))
    ]
    between: list[list[tuple[Clip, float | None]]] = []
    for temperature in TEMPERATURES:
        way = interpolate(player(2), *ends, steps=3, temperature=temperature, seed=SEED)
        between.append([(way[0], None), *((clip, temperature) for clip in way[1:-1]), (way[-1], None)])
    headings = [f"temperature {t:g}" for t in TEMPERATURES]
    return [
        Block(
            f"Clips that it never heard, in {player(1).latent_size} numbers and back",
            [Row(title, panels) for title, panels in zip(clips, draw(again), strict=True)],
            ["as it was played", *headings],
        ),
        Block(
            "New clips: the four of one request",
            [
                _row(t, panels, more)
                for (t, more), panels in zip(
                    (*((t, "") for t in TEMPERATURES), (1.0, f",\nin {other}")), draw(new), strict=True
                )
            ],
        ),
        Block(
            "From one clip to another",
            [_row(t, panels) for t, panels in zip(TEMPERATURES, draw(between), strict=True)],
            ["the first", "a quarter", "half of the way", "three quarters", "the last"],
        ),
    ]


def _new(player: Player[Any], meter: Meter, temperature: float) -> tuple[Clip, ...]:
    return generate(
        player, meter, bars=2, variations=4, density=0.5, humanise=1.0, temperature=temperature, seed=SEED
    )  # fmt: skip


def _again(player: Player[Any], clip: Clip, temperature: float) -> Clip:
    """What the clip's latent alone tells, with nothing that leans towards the clip's own notes."""
    (take,) = player.takes([clip], clip.length_beats)
    chance = Chance(SEED, temperature)
    played = player.play(
        take.latents,
        take.window,
        player.leaning((), (), take.windows),
        temperature,
        in_rows(chance.hits(1, take.windows)),
        in_rows(chance.feel(1, take.windows)),
    )
    everything = [Passage(0, steps_in(clip.length_beats), ((take, 0.0),))]
    return player.placed(joined(played, take.window, 0, take.windows), everything, clip.meter, clip.length_beats)


DRUM_PAGES: dict[str, Callable[[LoadedModel, Sequence[Performance], Clip], str]] = {
    "drum_vae": drum_vae_page,
    "drum_continuation": drum_continuation_page,
    "humanise": humanise_page,
    "drumify": drumify_page,
}
"""Model kind -> its page, from the model, GMD's validation split and the example bass line."""
MELODY_PAGES: dict[str, Callable[[LoadedModel, Sequence[Tune]], str]] = {
    "melody_vae": melody_vae_page,
    "melody_continuation": melody_continuation_page,
}
"""Model kind -> its page, from the model and the tunes' validation split."""
