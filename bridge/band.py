"""The skills at work: a request, with its clips -> the clips that answer it.

    band = Band.open()
    band.play(Vary(clip=Given(clip), amount=0.3)).clips

Which model plays, on which kits, drums or a melody, and with which settings is decided here, once for each request:
what the request gives counts first, then its preset, then what the clips look like, then the defaults. There is no
socket and no message below this file, so that a notebook plays with the band as a device does.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridge.errors import Unsupported
from bridge.models.door import Beside, Inference
from bridge.models.latents import Latents
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.music.kit import Kit
from bridge.music.scale import Scale
from bridge.places import MODELS, PRESETS
from bridge.presets import Preset, Presets
from bridge.requests import AnyRequest, Blend, Generate, Melodic
from bridge.settings import SETTINGS
from bridge.skills.blend import Blended
from bridge.skills.instrument import INSTRUMENTS
from bridge.skills.lock import OPEN, Lock
from bridge.skills.repertoire import Part, Settled, Turn, bars_in, grid_of, instrument_of, part_of

__all__ = ["DEFAULT_KIT", "Band", "Choice", "Made"]

DEFAULT_KIT = "general_midi"
GRIDS_KEPT = 8
SHORT_BARS = 40
"""Bars that a request may have, given and made, to be played before what is long: 16 variations of two bars do."""
CLIPS_KNOWN = 64


@dataclass(frozen=True, slots=True)
class Made:
    """What a skill made, and how. `left_alone`: notes of the user's clips that the model does not hear.

    Every note's `source` counts through the notes of the request's clips, in their order.
    """

    clips: tuple[Clip, ...]
    instrument: str
    model: str
    model_hash: str
    model_seconds: float
    left_alone: int
    from_memory: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """All that is decided before anything is played."""

    request: AnyRequest
    settled: Settled
    instrument: str
    part: Part[Any]
    model: Inference

    @property
    def is_short(self) -> bool:
        """Whether it is played soon: how many bars are read and played for it says what it costs, about."""
        return bars_in(self.request, self.settled) <= SHORT_BARS


class Band:
    """Plays. Safe to use from any thread, and from several at a time."""

    def __init__(self, store: Store, presets: Presets, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._presets = presets
        self._clock = clock
        self._latents = Latents()
        self._beside = Beside()
        self._grids: OrderedDict[tuple[object, ...], tuple[Blended[Any], int]] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, models: Path = MODELS, presets: Path = PRESETS, kits: Path | None = None) -> Band:
        """A band with the models, presets and kits of these folders; kits are those in the presets' folder `kits`.

        Raises BadFile for a preset or kit that cannot be used, and where no model can; a model that cannot is left out.
        """
        store = Store(models)
        store.load_all()
        return cls(store, Presets.load(presets, kits))

    def play(self, request: AnyRequest, deadline_seconds: float | None = None) -> Made:
        """Raises whatever Refusal the skills do; Late when `deadline_seconds`, on `clock`, passes in the middle."""
        choice = self.choose(request)
        return self.remembered(choice) or self.play_chosen(choice, deadline_seconds)

    def choose(self, request: AnyRequest) -> Choice:
        """What the request comes to. Raises UnknownName, BadValue and Unsupported."""
        preset = self._presets.preset(request.preset) if request.preset else None
        clips = _numbered([given.clip for given in request.clips])
        asked = [request.kit] if isinstance(request, Generate) else [given.kit for given in request.clips]
        kits = tuple(self._kit(kit, preset) for kit in asked)
        model = request.model or (preset.model if preset and not clips else None)
        card = self._store.model(model).card if model else None
        instrument = instrument_of(request, clips, kits, (card.kind, card.codec) if card else None)
        part = part_of(request, instrument)
        lock = _lock(request) if isinstance(request, Melodic) and INSTRUMENTS[instrument].has_scale else OPEN
        settled = Settled(clips, kits, _numbers(request, preset), lock)
        return Choice(request, settled, instrument, part, self._model(request, preset, part.kind))

    def play_chosen(self, choice: Choice, deadline_seconds: float | None = None) -> Made:
        """As `play`, of what was chosen."""
        is_short = choice.is_short
        use = ModelUse(choice.model, deadline_seconds, self._clock, self._beside, goes_first=is_short)
        with self._beside.right_of_way.taken() if is_short else nullcontext():
            return self._played(choice, use)

    def _played(self, choice: Choice, use: ModelUse) -> Made:
        settled, request = choice.settled, choice.request
        turn = Turn(settled.clips, settled.kits, settled.numbers, settled.lock, use, self._latents)
        if isinstance(request, Blend) and turn.whole("grid"):
            blended = grid_of(request, turn, choice.instrument)
            left_alone = choice.part.left_out(request, turn)
            with self._lock:
                self._grids[_memory_key(choice)] = blended, left_alone
                while len(self._grids) > GRIDS_KEPT:
                    self._grids.popitem(last=False)
            made: tuple[Clip, ...] = (blended.clip(request.x, request.y),)
        else:
            made = choice.part.play(request, turn)
            left_alone = choice.part.left_out(request, turn)
        return _made(choice, made, use.spent_seconds, left_alone)

    def remembered(self, choice: Choice) -> Made | None:
        """A blend's point, where its grid was played before."""
        request = choice.request
        if not isinstance(request, Blend) or not choice.settled.whole("grid") or not self._grids:
            return None
        key = _memory_key(choice)
        with self._lock:
            kept = self._grids.pop(key, None)
            if kept is None:
                return None
            self._grids[key] = kept  # the last one used is the last to be forgotten
        blended, left_alone = kept
        return replace(_made(choice, (blended.clip(request.x, request.y),), 0.0, left_alone), from_memory=True)

    def _kit(self, kit: Kit | str | None, preset: Preset | None) -> Kit:
        if isinstance(kit, Kit):
            return kit
        return self._presets.kit(kit or (preset.kit if preset else None) or DEFAULT_KIT)

    def _model(self, request: AnyRequest, preset: Preset | None, kind: str) -> Inference:
        if request.model:
            model = self._store.model(request.model)
            if model.card.kind != kind:
                raise Unsupported(
                    f"The model {request.model} is of the kind {model.card.kind}, and one of the kind {kind} plays "
                    "this: choose another model, or leave it to the bridge."
                )
            return model
        if preset and preset.model:
            model = self._store.model(preset.model)
            if model.card.kind == kind:
                return model
        return self._store.default(kind)


def _made(choice: Choice, clips: tuple[Clip, ...], model_seconds: float, left_alone: int) -> Made:
    model = choice.model
    return Made(clips, choice.instrument, model.card.name, model.sha256, model_seconds, left_alone)


def _numbers(request: AnyRequest, preset: Preset | None) -> dict[str, float]:
    """Every setting: what the request gives, else what its preset says, else the default."""
    told = {} if preset is None else preset.settings
    numbers = {}
    for name, row in SETTINGS.items():
        own = getattr(request, name, None)
        numbers[name] = float(told.get(name, row.default) if own is None else own)
    return numbers


def _lock(request: Melodic[Any]) -> Lock:
    scale = Scale(request.root or 0, request.scale) if request.scale else None
    low, high = request.low_pitch, request.high_pitch
    return Lock(0 if low is None else low, 127 if high is None else high, scale)


def _numbered(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    """The clips, each note's `source` counted through all of them. A clip that is counted already is the very same:
    those that came over the wire are, in the order in which their notes were sent."""
    numbered, first = [], 0
    for clip in clips:
        last = first + len(clip.notes)
        if not _is_numbered(clip, first):
            clip = clip.with_notes(replace(note, source=first + i) for i, note in enumerate(clip.notes))
        numbered.append(clip)
        first = last
    return tuple(numbered)


_KNOWN_AS_NUMBERED: dict[int, tuple[Clip, int]] = {}
"""By identity: the corners of a blend are asked for again and again."""


def _is_numbered(clip: Clip, first: int) -> bool:
    known = _KNOWN_AS_NUMBERED.get(id(clip))
    if known is not None and known[0] is clip and known[1] == first:
        return True
    if {note.source for note in clip.notes} != set(range(first, first + len(clip.notes))):
        return False
    if len(_KNOWN_AS_NUMBERED) >= CLIPS_KNOWN:
        _KNOWN_AS_NUMBERED.clear()
    _KNOWN_AS_NUMBERED[id(clip)] = (clip, first)
    return True


def _memory_key(choice: Choice) -> tuple[object, ...]:
    settled = choice.settled
    drawn = (settled.number("temperature"), choice.request.seed)
    return (choice.model.sha256, settled.clips, settled.kits, settled.lock, settled.whole("grid"), *drawn)
