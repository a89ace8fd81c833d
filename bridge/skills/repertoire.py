"""The repertoire: for every request, which instruments play it, with which kind of model, how, and what they leave out.

A new skill is a kind of request and a row here; a new instrument is a row in `bridge.skills.instrument` and a player. A
request without a row is an error of mypy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from bridge.errors import BadValue, Unsupported
from bridge.models import melody_grid
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drumify import Drumify as DrumifyModel
from bridge.models.humanise import Humanise as HumaniseModel
from bridge.models.latents import Latents
from bridge.models.melody_continuation import MelodyContinuation
from bridge.models.model_use import ModelUse
from bridge.music.clip import Clip
from bridge.music.kit import Kit
from bridge.requests import (
    AnyRequest,
    Blend,
    Continue,
    Drumify,
    Generate,
    Given,
    Humanise,
    Interpolate,
    Melodic,
    Path,
    Vary,
)  # fmt: skip
from bridge.settings import DRUMS, MELODY
from bridge.skills.blend import Blended, blend, blend_grid, blend_path
from bridge.skills.continue_drums import continue_drums
from bridge.skills.continue_melody import continue_melody
from bridge.skills.drumify import castro, drumify
from bridge.skills.generate import generate
from bridge.skills.humanise import humanise
from bridge.skills.instrument import INSTRUMENTS
from bridge.skills.interpolate import interpolate
from bridge.skills.lock import Lock
from bridge.skills.player import Player
from bridge.skills.vary import vary

__all__ = ["Part", "Row", "Settled", "Turn", "bars_in", "grid_of", "instrument_of", "part_of", "row_of"]

R = TypeVar("R", bound=AnyRequest)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a request comes to when preset and defaults have filled it in. `numbers`: every setting, by its name."""

    clips: tuple[Clip, ...]
    kits: tuple[Kit, ...]
    """One for each clip; of a request without clips, the one that is played on."""
    numbers: Mapping[str, float]
    lock: Lock

    def number(self, name: str) -> float:
        return self.numbers[name]

    def whole(self, name: str) -> int:
        return int(self.numbers[name])


@dataclass(frozen=True, slots=True)
class Turn(Settled):
    """The same, with a model at hand. `latents` are remembered from turn to turn."""

    use: ModelUse
    latents: Latents


Plays = Callable[[R, Turn], tuple[Clip, ...]]
LeavesOut = Callable[[R, Turn], int]


@dataclass(frozen=True, slots=True)
class Part(Generic[R]):
    """How one instrument plays one kind of request.

    kind: of the model. left_out: how many notes of the clips it does not hear; where it is most, something is amiss.
    """

    kind: str
    play: Plays[R]
    left_out: LeavesOut[R]


@dataclass(frozen=True, slots=True)
class Row(Generic[R]):
    """One skill. `parts` by instrument; `choose`: which part this very request is for, where that is not all."""

    parts: Mapping[str, Part[R]]
    choose: Callable[[R, Part[R]], Part[R]] = lambda request, part: part


# --- what several instruments play through one seam: the player -----------------------------------------------------


def _through_players(play: Callable[[R, Turn, Player[Any]], tuple[Clip, ...]]) -> Row[R]:
    """Each instrument with its own VAE, behind its own player."""

    def part(instrument: str) -> Part[R]:
        row = INSTRUMENTS[instrument]

        def left_out(request: R, turn: Turn) -> int:
            return _player(instrument, turn).left_out(turn.clips) if turn.clips else 0

        return Part(row.vae, lambda request, turn: play(request, turn, _player(instrument, turn)), left_out)

    return Row({instrument: part(instrument) for instrument in INSTRUMENTS})


def _player(instrument: str, turn: Turn) -> Player[Any]:
    return INSTRUMENTS[instrument].player(turn.use, turn.latents, turn.kits, turn.lock)


def _generate(ask: Generate[Given], turn: Turn, player: Player[Any]) -> tuple[Clip, ...]:
    return generate(
        player, ask.meter, bars=turn.whole("bars"), variations=turn.whole("variations"), density=turn.number("density"),
        humanise=turn.number("humanise"), temperature=turn.number("temperature"), seed=ask.seed,
    )  # fmt: skip


def _vary(ask: Vary[Given], turn: Turn, player: Player[Any]) -> tuple[Clip, ...]:
    return vary(
        player, turn.clips[0], amount=turn.number("amount"), variations=turn.whole("variations"),
        temperature=turn.number("temperature"), seed=ask.seed,
    )  # fmt: skip


def _interpolate(ask: Interpolate[Given], turn: Turn, player: Player[Any]) -> tuple[Clip, ...]:
    first, last = turn.clips
    return interpolate(
        player, first, last, steps=turn.whole("steps"), temperature=turn.number("temperature"), seed=ask.seed
    )


def _blend(ask: Blend[Given], turn: Turn, player: Player[Any]) -> tuple[Clip, ...]:
    return (blend(player, turn.clips, ask.x, ask.y, temperature=turn.number("temperature"), seed=ask.seed),)


def grid_of(ask: Blend[Given], turn: Turn, instrument: str) -> Blended[Any]:
    """All points of the blend's grid, to be kept."""
    return blend_grid(
        _player(instrument, turn), turn.clips, turn.whole("grid"), temperature=turn.number("temperature"), seed=ask.seed
    )


def _path(ask: Path[Given], turn: Turn, player: Player[Any]) -> tuple[Clip, ...]:
    points = [(point.x, point.y) for point in ask.points]
    return (blend_path(player, turn.clips, points, temperature=turn.number("temperature"), seed=ask.seed),)


# --- what each plays in its own way ---------------------------------------------------------------------------------


def _continue_drums(ask: Continue[Given], turn: Turn) -> tuple[Clip, ...]:
    return continue_drums(
        DrumContinuation(turn.use), turn.clips[0], turn.kits[0], length_bars=turn.whole("length"),
        with_primer=ask.with_primer, variations=turn.whole("variations"), temperature=turn.number("temperature"),
        seed=ask.seed, tempo_bpm=ask.tempo_bpm,
    )  # fmt: skip


def _continue_melody(ask: Continue[Given], turn: Turn) -> tuple[Clip, ...]:
    primer, *chords = turn.clips
    return continue_melody(
        MelodyContinuation(turn.use), primer, length_bars=turn.whole("length"), with_primer=ask.with_primer,
        variations=turn.whole("variations"), chords=chords[0] if chords else None, lock=turn.lock,
        temperature=turn.number("temperature"), seed=ask.seed,
    )  # fmt: skip


def _humanise(ask: Humanise[Given], turn: Turn) -> tuple[Clip, ...]:
    clip = humanise(
        HumaniseModel(turn.use), turn.clips[0], turn.kits[0], amount=turn.number("amount"), keep_swing=ask.keep_swing,
        temperature=turn.number("temperature"), seed=ask.seed, tempo_bpm=ask.tempo_bpm,
    )  # fmt: skip
    return (clip,)


def _drumify(ask: Drumify[Given], turn: Turn) -> tuple[Clip, ...]:
    return drumify(
        DrumifyModel(turn.use), turn.clips[0], turn.kits[0], use_velocity=ask.use_velocity, use_timing=ask.use_timing,
        density=turn.number("density"), variations=turn.whole("variations"), temperature=turn.number("temperature"),
        seed=ask.seed, tempo_bpm=ask.tempo_bpm,
    )  # fmt: skip


def _castro(ask: Drumify[Given], turn: Turn) -> tuple[Clip, ...]:
    return castro(
        DrumContinuation(turn.use), turn.clips[0], turn.kits[0], variations=turn.whole("variations"),
        temperature=turn.number("temperature"), seed=ask.seed, tempo_bpm=ask.tempo_bpm,
    )  # fmt: skip


def _off_the_kit(ask: AnyRequest, turn: Turn) -> int:
    """Notes on pads of no class: where it is most of them, the kit is likely another one."""
    clip, kit = turn.clips[0], turn.kits[0]
    return sum(kit.class_of(note.pitch) is None for note in clip.notes)


def _under_the_melody(ask: AnyRequest, turn: Turn) -> int:
    return melody_grid.encode(turn.clips[0]).left_out


def _none(ask: AnyRequest, turn: Turn) -> int:
    return 0


# --- the rows -------------------------------------------------------------------------------------------------------

GENERATE: Row[Generate[Given]] = _through_players(_generate)
VARY: Row[Vary[Given]] = _through_players(_vary)
INTERPOLATE: Row[Interpolate[Given]] = _through_players(_interpolate)
BLEND: Row[Blend[Given]] = _through_players(_blend)
PATH: Row[Path[Given]] = _through_players(_path)
CONTINUE: Row[Continue[Given]] = Row(
    {
        DRUMS: Part("drum_continuation", _continue_drums, _off_the_kit),
        MELODY: Part("melody_continuation", _continue_melody, _under_the_melody),
    }
)
HUMANISE: Row[Humanise[Given]] = Row({DRUMS: Part("humanise", _humanise, _off_the_kit)})
CASTRO: Part[Drumify[Given]] = Part("drum_continuation", _castro, _none)
# Every pitch is a tap, so that no note is left out.
DRUMIFY: Row[Drumify[Given]] = Row(
    {DRUMS: Part("drumify", _drumify, _none)}, lambda ask, part: CASTRO if ask.castro else part
)


def row_of(request: AnyRequest) -> Row[Any]:
    match request:
        case Generate():
            return GENERATE
        case Vary():
            return VARY
        case Interpolate():
            return INTERPOLATE
        case Blend():
            return BLEND
        case Path():
            return PATH
        case Continue():
            return CONTINUE
        case Humanise():
            return HUMANISE
        case Drumify():
            return DRUMIFY
    return _assert_never(request)


def _assert_never(request: NoReturn) -> NoReturn:
    """`typing.assert_never`, which Python 3.10 does not have."""
    raise AssertionError(f"no row for {request!r}")


def part_of(request: AnyRequest, instrument: str) -> Part[Any]:
    """Raises Unsupported where the instrument does not play this."""
    row = row_of(request)
    if instrument not in row.parts:
        raise Unsupported(f"{request.SKILL} is not played by {instrument}: {' or '.join(row.parts)} can.")
    return row.choose(request, row.parts[instrument])


def bars_in(request: AnyRequest, settled: Settled) -> int:
    """How many bars are read and played for the request, in all variations: what it costs, about."""
    given = [clip.bars for clip in settled.clips]
    match request:
        case Generate():
            made = settled.whole("variations") * settled.whole("bars")
        case Vary() | Drumify():
            made = settled.whole("variations") * given[0]
        case Interpolate():
            made = settled.whole("steps") * max(given)
        case Blend():
            side = settled.whole("grid")
            made = max(1, side**2 if len(given) > 2 else side) * max(given)
        case Path():
            made = len(request.points)
        case Continue():
            made = settled.whole("variations") * settled.whole("length")
        case Humanise():
            made = given[0]
        case _:
            _assert_never(request)
    return sum(given) + made


def instrument_of(
    request: AnyRequest, clips: Sequence[Clip], kits: Sequence[Kit], model: tuple[str, str] | None
) -> str:
    """The instrument that the request names, else the one that the model plays, else what the clips look like.

    `model`: kind and codec of the model that is asked for. Raises BadValue.
    """
    if not isinstance(request, Melodic):
        return next(iter(row_of(request).parts))
    leads = isinstance(request, Continue) and bool(request.chords)
    instrument = request.instrument
    if instrument is None and model is not None:
        instrument = _played_by(request, *model)
    elif instrument is None and leads:
        instrument = MELODY
    elif instrument is None and clips:
        instrument = next(name for name, row in INSTRUMENTS.items() if row.is_heard_in(clips[0], kits[0]))
    elif instrument is None:
        instrument = DRUMS
    if instrument not in INSTRUMENTS:
        raise BadValue(f'The instrument "{instrument}" is not known: give {" or ".join(INSTRUMENTS)}, or none.')
    if leads and instrument == DRUMS:
        raise BadValue("Chords lead a melody, and drums are asked for: leave out the chords, or ask for a melody.")
    return instrument


def _played_by(request: AnyRequest, kind: str, codec: str) -> str:
    """The instrument whose part a model of this kind plays; else, for a refusal that fits, one of its codec."""
    by_kind = [instrument for instrument, part in row_of(request).parts.items() if part.kind == kind]
    return [*by_kind, *(instrument for instrument, row in INSTRUMENTS.items() if row.codec == codec), DRUMS][0]
