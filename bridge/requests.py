"""What can be asked of the band. A request is music and the settings for it, and knows nothing of whoever asks.

    Blend(corners=(Given(a), Given(b), Given(c), Given(d)), x=0.3, y=0.6, temperature=0.8)

Ranges and defaults of all that can be set stand here and in `bridge.settings`, and nowhere else: the wire's messages
are made of these classes, with references in the place of the clips. A setting that is None is left to the preset, or
to its default. A value that is wrong raises BadValue with the sentence that a device would get.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, ClassVar, Generic, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from bridge.music.clip import MAX_BARS, Clip
from bridge.music.kit import Kit
from bridge.music.meter import Meter
from bridge.says import INT_HIGH, Column, Says, checked, columns_of, setting
from bridge.settings import INSTRUMENTS

__all__ = [
    "MAX_NAME_BYTES", "REQUESTS", "AnyRequest", "Blend", "C", "Continue", "Denominator", "Drumify", "Generate", "Given",
    "Humanise", "Interpolate", "Melodic", "Numerator", "Path", "Point", "Request", "Tempo", "Vary", "clip_fields",
    "clips_in", "given",
]  # fmt: skip

MAX_NAME_BYTES = 160
"""Of a preset or kit: 40 characters of whichever script."""

Self = TypeVar("Self", bound="Request[Any]")
C = TypeVar("C")
"""What stands for a clip: `Given`, and on the wire, where clips travel apart from requests, a reference."""

Tempo: TypeAlias = Annotated[float, Says("Live's tempo", 20, 999, "BPM")]
Numerator: TypeAlias = Annotated[int, Says("Live's signature numerator", 1, 99)]
Denominator: TypeAlias = Annotated[int, Says("Live's signature denominator", 1, 16)]


@dataclass(frozen=True, slots=True)
class Given:
    """A clip that is given, and the kit that its pads belong to.

    kit: a Kit, or the name of one that the band has; None: as the preset says, else general_midi.
    """

    clip: Clip
    kit: Kit | str | None = None


def given(clips: Sequence[Clip], kits: Sequence[Kit | str | None] | None = None) -> tuple[Given, ...]:
    """Several clips, and a kit for each."""
    return tuple(Given(clip, kit) for clip, kit in zip(clips, kits or [None] * len(clips), strict=True))


@dataclass(frozen=True, slots=True)
class Point:
    """Where the puck stands."""

    x: Annotated[float, Says("from the first corner to the second", 0, 1)]
    y: Annotated[float, Says("from the first corner to the third", 0, 1)]

    def __post_init__(self) -> None:
        for column in _columns(Point):
            checked(column, getattr(self, column.name), "path")


@dataclass(frozen=True, kw_only=True)
class Request(Generic[C]):
    """What every request has: which model plays, how surprising, and which of the many answers."""

    SKILL: ClassVar[str] = ""
    """The verb, as it stands in the address and on the command line."""

    tempo_bpm: Tempo = 120.0
    seed: Annotated[int, Says("the same request, seed and model give the same clips", 0, INT_HIGH)] = 0
    model: Annotated[str | None, Says("name of the model; empty: as the preset says, else its kind's")] = None
    preset: Annotated[
        str | None, Says("name of the preset that fills in what is not given; empty: none", longest=MAX_NAME_BYTES)
    ] = None
    temperature: Annotated[float | None, setting("temperature")] = None

    def __post_init__(self) -> None:
        for column in _columns(type(self)):
            value = getattr(self, column.name)
            right = checked(column, value, self.SKILL)
            if right is not value:
                object.__setattr__(self, column.name, right)

    @classmethod
    def of_checked(cls: type[Self], values: Mapping[str, Any]) -> Self:
        """A request of values that were checked one by one, as those that arrive over the wire are."""
        request = object.__new__(cls)
        request.__dict__.update(values)
        return request

    @property
    def clips(self) -> tuple[C, ...]:
        """The clips that the request is about, in the order in which their notes are counted."""
        clips: list[C] = []
        for name, many in clip_fields(type(self)):
            clips += getattr(self, name) if many else (getattr(self, name),)
        return tuple(clips)


@dataclass(frozen=True, kw_only=True)
class Melodic(Request[C]):
    """A request that several instruments can play. Range and scale are a melody's; the clips given stay as they are."""

    instrument: Annotated[
        str | None,
        Says(
            f"{' or '.join(INSTRUMENTS)}; empty: what the model plays, else what the clips look like, else drums",
            longest=8,
        ),
    ] = None
    low_pitch: Annotated[int | None, Says("lowest pitch of a melody; -1: any", 0, 127)] = None
    high_pitch: Annotated[int | None, Says("highest pitch of a melody; -1: any", 0, 127)] = None
    root: Annotated[int | None, Says("root of the scale, 0 being C; -1: C", 0, 11)] = None
    scale: Annotated[str | None, Says("name of the scale that a melody keeps to; empty: any note", longest=24)] = None


@dataclass(frozen=True, kw_only=True)
class Generate(Melodic[C]):
    """New clips, in the meter of the transport."""

    SKILL: ClassVar[str] = "generate"
    numerator: Numerator = 4
    denominator: Denominator = 4
    kit: Annotated[
        str | None,
        Says("name of the kit to play on; empty: as the preset says, else general_midi", longest=MAX_NAME_BYTES),
    ] = None
    bars: Annotated[int | None, setting("bars")] = None
    variations: Annotated[int | None, setting("variations")] = None
    density: Annotated[float | None, setting("density")] = None
    humanise: Annotated[float | None, setting("humanise")] = None

    @property
    def meter(self) -> Meter:
        """Raises BadValue."""
        return Meter(self.numerator, self.denominator)


@dataclass(frozen=True, kw_only=True)
class Vary(Melodic[C]):
    """Variations of one clip."""

    SKILL: ClassVar[str] = "vary"
    clip: Annotated[C, Says("the clip")]
    amount: Annotated[float | None, setting("amount")] = None
    variations: Annotated[int | None, setting("variations")] = None


@dataclass(frozen=True, kw_only=True)
class Interpolate(Melodic[C]):
    """From one clip to another: both ends, exactly as they came, and `steps` clips between them."""

    SKILL: ClassVar[str] = "interpolate"
    first: Annotated[C, Says("the clip at the beginning")]
    last: Annotated[C, Says("the clip at the end")]
    steps: Annotated[int | None, setting("steps")] = None


@dataclass(frozen=True, kw_only=True)
class Blend(Melodic[C]):
    """One clip between two to four others. At a corner it is that corner's clip, exactly."""

    SKILL: ClassVar[str] = "blend"
    x: Annotated[float, Says("from the first corner to the second", 0, 1)] = 0.5
    y: Annotated[float, Says("from the first corner to the third; two corners have no y", 0, 1)] = 0.5
    grid: Annotated[int | None, setting("grid")] = None
    corners: Annotated[tuple[C, ...], Says("at (0, 0), (1, 0), (0, 1) and (1, 1)", 2, 4)]


@dataclass(frozen=True, kw_only=True)
class Path(Melodic[C]):
    """A walk between the corners of a blend as one long clip, a point a bar."""

    SKILL: ClassVar[str] = "path"
    corners: Annotated[tuple[C, ...], Says("at (0, 0), (1, 0), (0, 1) and (1, 1)", 2, 4)]
    points: Annotated[tuple[Point, ...], Says("where the puck stands in each bar", 1, MAX_BARS)]


@dataclass(frozen=True, kw_only=True)
class Continue(Melodic[C]):
    """The bars that follow a clip, of any length."""

    SKILL: ClassVar[str] = "continue"
    clip: Annotated[C, Says("the primer")]
    length: Annotated[int | None, setting("length")] = None
    variations: Annotated[int | None, setting("variations")] = None
    with_primer: Annotated[bool, Says("1: the clip and what follows it as one clip; 0: what follows it", 0, 1)] = False
    chords: Annotated[
        tuple[C, ...],
        Says("what another track plays, which a melody goes by; it begins with the primer and loops", 0, 1),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Humanise(Request[C]):
    """A drum clip with a drummer's touch and timing, every hit at its place."""

    SKILL: ClassVar[str] = "humanise"
    clip: Annotated[C, Says("the clip")]
    amount: Annotated[float | None, setting("amount")] = None
    keep_swing: Annotated[
        bool, Says("1: how late each sixteenth of a beat is stays as in the clip; 0: the drummer's own swing", 0, 1)
    ] = False


@dataclass(frozen=True, kw_only=True)
class Drumify(Request[C]):
    """Drums to the rhythm of any clip: taps, a bass line, a melody."""

    SKILL: ClassVar[str] = "drumify"
    clip: Annotated[C, Says("the rhythm; its kit is that of the drums")]
    variations: Annotated[int | None, setting("variations")] = None
    density: Annotated[float | None, setting("density")] = None
    use_velocity: Annotated[bool, Says("1: the drums are as loud as the rhythm's notes", 0, 1)] = True
    use_timing: Annotated[bool, Says("1: the drums are as late as the rhythm's notes", 0, 1)] = True
    castro: Annotated[
        bool, Says("1: Castro's groove, a kick a bar, a snare a note, hats on eighths, continued; 0: a drummer's", 0, 1)
    ] = False


AnyRequest: TypeAlias = (
    Generate[Given] | Vary[Given] | Interpolate[Given] | Blend[Given] | Path[Given] | Continue[Given] | Humanise[Given]
    | Drumify[Given]
)  # fmt: skip
"""Every kind of request. `bridge.skills.repertoire` has a row for each, and one without a row is a type error."""

REQUESTS: tuple[type[Request[Given]], ...] = tuple(kind.__origin__ for kind in get_args(AnyRequest))

_GIVEN = Column("", Given, Says(""), False, False, ())
_POINT = columns_of(Point, {})


_KNOWN_COLUMNS: dict[type, tuple[Column, ...]] = {}
_KNOWN_CLIP_FIELDS: dict[type, tuple[tuple[str, bool], ...]] = {}


def _columns(kind: type) -> tuple[Column, ...]:
    if kind not in _KNOWN_COLUMNS:
        _KNOWN_COLUMNS[kind] = columns_of(kind, {C: (Given, (_GIVEN,)), Point: (Point, _POINT)})
    return _KNOWN_COLUMNS[kind]


def clips_in(kind: type) -> tuple[int, int]:
    """How many clips a request of this kind is about, at least and at most; those that only lead it do not count."""
    fewest = most = 0
    for column in _columns(kind):
        if column.kind is Given and (not column.many or column.says.low > 0):
            fewest += int(column.says.low) if column.many else 1
            most += int(column.says.high) if column.many else 1
    return fewest, most


def clip_fields(kind: type) -> tuple[tuple[str, bool], ...]:
    """The names of a request's fields that hold clips, in their order, and whether each holds several."""
    if kind not in _KNOWN_CLIP_FIELDS:
        hints: dict[str, Any] = get_type_hints(kind, include_extras=True)
        found = []
        for field in fields(kind):
            plain = get_args(hints[field.name])[0] if get_origin(hints[field.name]) is Annotated else None
            if plain is C:
                found.append((field.name, False))
            elif get_origin(plain) is tuple and get_args(plain)[0] is C:
                found.append((field.name, True))
        _KNOWN_CLIP_FIELDS[kind] = tuple(found)
    return _KNOWN_CLIP_FIELDS[kind]
