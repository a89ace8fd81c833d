"""The skills at work: a request and its clips -> the clips that answer it.

Which model plays, on which kits, drums or a melody, and with which settings is decided here: what the request gives
counts first, then its preset, then what the clips look like, then the defaults.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.errors import BadValue, Fault, Unsupported
from bridge.models import melody_grid
from bridge.models.drum_continuation import DrumContinuation
from bridge.models.drum_vae import DrumVae
from bridge.models.drumify import Drumify as DrumifyModel
from bridge.models.engine import LoadedModel
from bridge.models.humanise import Humanise as HumaniseModel
from bridge.models.latents import Latents
from bridge.models.melody_continuation import MelodyContinuation
from bridge.models.melody_vae import MelodyVae
from bridge.models.model_use import ModelUse
from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.music.kit import Kit
from bridge.music.meter import Meter
from bridge.music.scale import Scale
from bridge.presets import Presets
from bridge.settings import DRUMS, MELODY, SETTINGS
from bridge.skills.blend import Blended, blend, blend_grid, blend_path
from bridge.skills.continue_drums import continue_drums
from bridge.skills.continue_melody import continue_melody
from bridge.skills.drumify import castro, drumify
from bridge.skills.drumming import Drums
from bridge.skills.generate import generate
from bridge.skills.humanise import humanise
from bridge.skills.instrument import looks_like_drums
from bridge.skills.interpolate import interpolate
from bridge.skills.lock import Lock
from bridge.skills.melodies import Melodies
from bridge.skills.player import Player
from bridge.skills.vary import vary
from bridge.wire.protocol import (
    Blend,
    ClipRef,
    Continue,
    Drumify,
    Generate,
    Humanise,
    Interpolate,
    PartAsk,
    Path,
    SkillAsk,
    Vary,
)  # fmt: skip

__all__ = ["DEFAULT_KIT", "Band", "Made", "refs_of"]

DEFAULT_KIT = "general_midi"
GRIDS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Made:
    """What a skill made, and how. `left_alone`: notes of the user's clips that the model does not hear."""

    clips: tuple[Clip, ...]
    model: str
    model_hash: str
    model_seconds: float
    left_alone: int
    from_memory: bool = False


class Band:
    """`play` in one thread; `remembered` at any time in any."""

    def __init__(self, store: Store, presets: Presets, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._presets = presets
        self._clock = clock
        self._latents = Latents()
        self._grids: OrderedDict[tuple[object, ...], Blended[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def play(self, ask: SkillAsk, clips: Sequence[Clip], deadline_seconds: float | None) -> Made:
        """Raises whatever Refusal the skills do; Late when `deadline_seconds`, on `clock`, passes in the middle."""
        chosen = _Chosen(ask, self._presets, self._store, clips)
        loaded = self._model(ask, chosen)
        use = ModelUse(loaded, deadline_seconds, self._clock)
        temperature, seed = chosen.number("temperature"), ask.seed
        left_alone = 0
        match ask:
            case Generate() | Vary() | Interpolate() | Blend() | Path():
                player = self._player(use, chosen)
                made = self._played(player, ask, chosen, clips, loaded.sha256)
                left_alone = player.left_out(clips) if clips else 0
            case Continue() if chosen.is_melody:
                primer, *chords = clips
                continued = continue_melody(
                    MelodyContinuation(use), primer, length_bars=chosen.whole("length"), with_primer=ask.with_primer,
                    variations=chosen.whole("variations"), chords=chords[0] if chords else None, lock=chosen.lock(),
                    temperature=temperature, seed=seed,
                )  # fmt: skip
                made, left_alone = continued, melody_grid.encode(primer).left_out
            case Continue():
                made = continue_drums(
                    DrumContinuation(use), clips[0], chosen.kits[0], length_bars=chosen.whole("length"),
                    with_primer=ask.with_primer, variations=chosen.whole("variations"), temperature=temperature,
                    seed=seed, tempo_bpm=ask.tempo_bpm,
                )  # fmt: skip
                left_alone = _off_the_kit(clips[:1], chosen.kits)
            case Humanise():
                made = (
                    humanise(
                        HumaniseModel(use), clips[0], chosen.kits[0], amount=chosen.number("amount"),
                        keep_swing=ask.keep_swing, temperature=temperature, seed=seed, tempo_bpm=ask.tempo_bpm,
                    ),
                )  # fmt: skip
                left_alone = _off_the_kit(clips, chosen.kits)
            case Drumify(castro=True):
                made = castro(
                    DrumContinuation(use), clips[0], chosen.kits[0], variations=chosen.whole("variations"),
                    temperature=temperature, seed=seed, tempo_bpm=ask.tempo_bpm,
                )  # fmt: skip
            case Drumify():
                made = drumify(
                    DrumifyModel(use), clips[0], chosen.kits[0], use_velocity=ask.use_velocity,
                    use_timing=ask.use_timing, density=chosen.number("density"), variations=chosen.whole("variations"),
                    temperature=temperature, seed=seed, tempo_bpm=ask.tempo_bpm,
                )  # fmt: skip
            case _:
                raise Fault(f"No skill answers {ask.ADDRESS}.")
        return Made(made, loaded.card.name, loaded.sha256, use.spent_seconds, left_alone)

    def remembered(self, ask: SkillAsk, clips: Sequence[Clip]) -> Made | None:
        """A blend's point, where its grid was played before."""
        if not isinstance(ask, Blend) or not self._grids:
            return None
        chosen = _Chosen(ask, self._presets, self._store, clips)
        if not chosen.whole("grid"):
            return None
        loaded = self._model(ask, chosen)
        key = _memory_key(ask, chosen, loaded.sha256)
        with self._lock:
            blended = self._grids.get(key)
            if blended is None:
                return None
            self._grids.move_to_end(key)
        left_alone = blended.player.left_out(blended.clips)
        made = (blended.clip(ask.x, ask.y),)
        return Made(made, loaded.card.name, loaded.sha256, 0.0, left_alone, from_memory=True)

    def _model(self, ask: SkillAsk, chosen: _Chosen) -> LoadedModel:
        kind = _kind_of(ask, MELODY if chosen.is_melody else DRUMS)
        if ask.model:
            model = self._store.model(ask.model)
            if model.card.kind != kind:
                raise Unsupported(
                    f"The model {ask.model} is of the kind {model.card.kind}, and one of the kind {kind} plays this: "
                    "choose another model, or leave it to the bridge."
                )
            return model
        if chosen.preset_model:
            model = self._store.model(chosen.preset_model)
            if model.card.kind == kind:
                return model
        return self._store.default(kind)

    def _player(self, use: ModelUse, chosen: _Chosen) -> Player[Any]:
        if chosen.is_melody:
            return Melodies(MelodyVae(use, self._latents), chosen.lock())
        return Drums(DrumVae(use, self._latents), chosen.kits)

    def _played(
        self, player: Player[Any], ask: PartAsk, chosen: _Chosen, clips: Sequence[Clip], model_hash: str
    ) -> tuple[Clip, ...]:
        temperature, seed = chosen.number("temperature"), ask.seed
        match ask:
            case Generate():
                return generate(
                    player, Meter(ask.numerator, ask.denominator), bars=chosen.whole("bars"),
                    variations=chosen.whole("variations"), density=chosen.number("density"),
                    humanise=chosen.number("humanise"), temperature=temperature, seed=seed,
                )  # fmt: skip
            case Vary():
                return vary(
                    player, clips[0], amount=chosen.number("amount"), variations=chosen.whole("variations"),
                    temperature=temperature, seed=seed,
                )  # fmt: skip
            case Interpolate():
                return interpolate(
                    player, clips[0], clips[1], steps=chosen.whole("steps"), temperature=temperature, seed=seed
                )
            case Blend() if chosen.whole("grid"):
                blended = blend_grid(player, clips, chosen.whole("grid"), temperature=temperature, seed=seed)
                with self._lock:
                    self._grids[_memory_key(ask, chosen, model_hash)] = blended
                    while len(self._grids) > GRIDS_KEPT:
                        self._grids.popitem(last=False)
                return (blended.clip(ask.x, ask.y),)
            case Blend():
                return (blend(player, clips, ask.x, ask.y, temperature=temperature, seed=seed),)
            case Path():
                points = [(point.x, point.y) for point in ask.points]
                return (blend_path(player, clips, points, temperature=temperature, seed=seed),)
        raise Fault(f"No player answers {ask.ADDRESS}.")


class _Chosen:
    """The request's settings: what it gives, else what its preset says, else the default."""

    def __init__(self, ask: SkillAsk, presets: Presets, store: Store, clips: Sequence[Clip]) -> None:
        self._ask = ask
        self._preset = presets.preset(ask.preset) if ask.preset else None
        self.preset_model = self._preset.model if self._preset else None
        own_kit = (self._preset.kit if self._preset else None) or DEFAULT_KIT
        given = [ask.kit] if isinstance(ask, Generate) else [ref.kit for ref in refs_of(ask)]
        self.kits: tuple[Kit, ...] = tuple(presets.kit(name or own_kit) for name in given)
        self.is_melody = self._is_melody(store, clips)

    def _is_melody(self, store: Store, clips: Sequence[Clip]) -> bool:
        ask = self._ask
        if not isinstance(ask, PartAsk):
            return False
        has_chords = isinstance(ask, Continue) and bool(ask.chords)
        if ask.instrument not in (None, DRUMS, MELODY):
            raise BadValue(f'The instrument "{ask.instrument}" is not known: give drums or melody, or none.')
        if ask.instrument == DRUMS and has_chords:
            raise BadValue("Chords lead a melody, and drums are asked for: leave out the chords, or ask for a melody.")
        if ask.instrument is not None:
            return ask.instrument == MELODY
        model = ask.model or (None if clips else self.preset_model)
        if model:
            return store.model(model).card.codec == melody_grid.NAME
        return has_chords or bool(clips and not looks_like_drums(clips[0], self.kits[0]))

    def lock(self) -> Lock:
        ask = self._ask
        assert isinstance(ask, PartAsk)
        scale = Scale(ask.root or 0, ask.scale) if ask.scale else None
        low = 0 if ask.low_pitch is None else ask.low_pitch
        return Lock(low, 127 if ask.high_pitch is None else ask.high_pitch, scale)

    def number(self, name: str) -> float:
        given = getattr(self._ask, name)
        if given is None:
            given = getattr(self._preset, name, None)
        return float(SETTINGS[name].default if given is None else given)

    def whole(self, name: str) -> int:
        return int(self.number(name))


def refs_of(ask: SkillAsk) -> tuple[ClipRef, ...]:
    """The clips that a request is about, in the order in which their notes are counted."""
    match ask:
        case Vary() | Humanise() | Drumify():
            return (ask.clip,)
        case Interpolate():
            return (ask.first, ask.last)
        case Blend() | Path():
            return ask.corners
        case Continue():
            return (ask.clip, *ask.chords)
    return ()


def _kind_of(ask: SkillAsk, instrument: str) -> str:
    match ask:
        case Humanise():
            return "humanise"
        case Drumify(castro=False):
            return "drumify"
        case Drumify():
            return "drum_continuation"
        case Continue():
            return "melody_continuation" if instrument == MELODY else "drum_continuation"
    return "melody_vae" if instrument == MELODY else "drum_vae"


def _memory_key(ask: Blend, chosen: _Chosen, model_hash: str) -> tuple[object, ...]:
    corners = tuple(ref.clip_hash for ref in ask.corners)
    kept = (ask.low_pitch, ask.high_pitch, ask.root, ask.scale) if chosen.is_melody else chosen.kits
    return (model_hash, corners, kept, chosen.whole("grid"), chosen.number("temperature"), ask.seed)


def _off_the_kit(clips: Sequence[Clip], kits: Sequence[Kit]) -> int:
    """How many notes are on pads of no class: where it is most of them, the kit is likely another one."""
    pairs = zip(clips, kits, strict=False)
    return sum(kit.class_of(note.pitch) is None for clip, kit in pairs for note in clip.notes)
