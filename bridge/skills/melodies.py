"""A melody as a player: clips as lines on the grid, and the melody VAE's tokens as clips, phrased."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bridge.models import melody_grid
from bridge.models.grid import STEPS, Window, window
from bridge.models.melody_grid import FIRST_PITCH, HOLD, REST, Line, Source, pitch_of_token, token_of_pitch
from bridge.models.melody_vae import MelodyVae
from bridge.music.clip import Clip
from bridge.music.meter import Meter
from bridge.skills.key import foreign, out_of, transposed
from bridge.skills.lock import FORBIDDEN, OPEN, Lock
from bridge.skills.phrasing import FEELS, phrased
from bridge.skills.player import Parts, Passage, Player, Take, positions

__all__ = ["Melodies"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

FOREIGN_NATS = 4.0
"""How many nats less a pitch class has that is foreign to the clips' keys. What a model imagines is in any key."""
VELOCITY = 90.0
"""Around which new notes are played where there are no others."""


class Melodies(Player[Line]):
    """Of a clip that plays several notes at once, the top line is played (`melody_grid`); the notes under it are left
    out of what is new, and counted. What is the user's clip itself, at a corner or at amount 0, has them all.

    `lock`: the pitches that notes may have, save in the user's clips themselves. A note of theirs that it does not
    allow is not kept: the nearest that it allows is heard in its place. Results between clips in different octaves move
    from the octaves of one to those of the other, all notes at once.
    """

    def __init__(self, model: MelodyVae, lock: Lock = OPEN) -> None:
        super().__init__(model)
        self._model = model
        self._lock = lock

    def takes(self, clips: Sequence[Clip], out_beats: float) -> list[Take[Line]]:
        lines = [melody_grid.encode(clip, out_beats) for clip in clips]
        tensors = [self._allowed(line.windows(), self._lock.octaves([line], [1.0])) for line in lines]
        windows = len(tensors[0])
        latents = self._model.encode(np.concatenate(tensors), positions(lines[0].window, windows * len(lines)))
        return [Take(line, latents[i * windows : (i + 1) * windows]) for i, line in enumerate(lines)]

    def onsets(self, score: Line) -> float:
        return float((score.tokens >= FIRST_PITCH).mean())

    def imagine(
        self, noise: Floats, kinds: Floats, density: float, window: Window, like: Sequence[Take[Line]] = ()
    ) -> Floats:
        """What is imagined is in any key. Where one is asked for it is played, transposed, and heard again."""
        latents = self._model.imagine(noise, kinds, density, window.family)
        home = self._home([take.score for take in like], [1.0] * len(like))
        if not home.any():
            return latents
        rows = len(latents)
        bias, uniform = np.zeros((rows, STEPS, melody_grid.TOKENS), np.float32), np.zeros((rows, STEPS), np.float32)
        tokens = self._model.play(latents, positions(window, rows), bias, 0.0, uniform)
        return self._model.posterior(transposed(tokens, home), positions(window, rows))[0]

    def _home(self, lines: Sequence[Line], strengths: Sequence[float]) -> Floats:
        """[62], how foreign each token is to the scale that is asked for, or else to the lines' keys."""
        return foreign(lines, strengths) if self._lock.scale is None else out_of(self._lock.scale)

    def leaning(self, takes: Sequence[Take[Line]], strengths: Sequence[float], windows: int) -> Floats:
        """[windows, 32, 62] nats towards each take's tokens, away from other keys, and none for what is not allowed."""
        lines = [take.score for take in takes]
        octaves = self._lock.octaves(lines, strengths)
        bias = np.tile(self._lock.bias(octaves) - FOREIGN_NATS * self._home(lines, strengths), (windows, STEPS, 1))
        rows, steps = np.ogrid[:windows, :STEPS]
        for take, strength in zip(takes, strengths, strict=True):
            bias[rows, steps, self._allowed(take.score.windows(), octaves)] += self.leaning_nats * strength
        return bias

    def _allowed(self, tokens: Ints, octaves: int) -> Ints:
        """Each pitch that is not allowed as the nearest one that is."""
        if self._lock == OPEN:
            return tokens
        nearest = np.arange(melody_grid.TOKENS)
        for token in np.unique(tokens[tokens >= FIRST_PITCH]).tolist():
            nearest[token] = token_of_pitch(self._lock.nearest(pitch_of_token(token, octaves)), octaves)
        return nearest[tokens]

    def play(
        self, latents: Floats, window: Window, bias: Floats, temperature: float, uniform: Floats, feel: Floats
    ) -> Parts:
        tokens = self._model.play(latents, positions(window, len(latents)), bias, temperature, uniform)
        # Where rounding leaves the cumulative odds below the uniform number, the last token is drawn, whatever it is.
        nats = np.take_along_axis(bias, tokens[..., None], axis=2)[..., 0]
        return np.where(nats > 0.5 * FORBIDDEN, tokens, HOLD), feel[..., :FEELS]

    def begun(self, played: Parts) -> Ints:
        return np.asarray(played[0] >= FIRST_PITCH, np.int64)

    def livelier(self, bias: Floats, nats: float) -> Floats:
        more = bias.copy()
        more[..., FIRST_PITCH:] += nats
        return more

    def own(self, take: Take[Line]) -> Parts:
        tokens = take.score.tokens
        return tokens, np.zeros((len(tokens), FEELS), np.float32)

    def placed(
        self, parts: Parts, passages: Sequence[Passage[Line]], meter: Meter, out_beats: float, humanise: float = 1.0
    ) -> Clip:
        tokens, feel = parts
        velocity = np.full(len(tokens), VELOCITY, np.float32)
        told = []
        for passage in passages:
            lines, faiths = [take.score for take, _ in passage.sources], [faith for _, faith in passage.sources]
            velocity[passage.first : passage.last] = _mean_velocity(lines, faiths)
            sources = tuple(Source(line, faith) for line, faith in zip(lines, faiths, strict=True))
            lock = OPEN if passage.is_own else self._lock
            octaves = lock.octaves(lines, faiths)
            told.append(melody_grid.Passage(passage.first, passage.last, sources, octaves, lock.pitches))
        sung = phrased(tokens, feel, window(meter), velocity, humanise)
        notes = melody_grid.decode(sung, told, out_beats)
        beside = [note for passage in passages for note in passage.beside]
        return Clip((*notes, *beside), out_beats, meter)

    def left_out(self, clips: Sequence[Clip]) -> int:
        """Those under the top line."""
        return sum(melody_grid.encode(clip).left_out for clip in clips)

    def strung(self, pieces: Sequence[tuple[Parts, slice]]) -> Parts:
        """Where a piece begins in the middle of what it was holding, and something else sounds, that begins anew."""
        tokens, feel = super().strung(pieces)
        sounding, at = REST, 0
        for (own, _), steps in pieces:
            length = steps.stop - steps.start
            held = _last_told(own[: steps.start])
            if own[steps.start] == HOLD and held is not None and held != sounding:
                tokens[at] = held
            sounding = _last_told(tokens[: at + length]) or REST
            at += length
        return tokens, feel


def _last_told(tokens: Ints) -> int | None:
    """The last token that is no hold."""
    told = np.flatnonzero(tokens != HOLD)
    return int(tokens[told[-1]]) if len(told) else None


def _mean_velocity(lines: Sequence[Line], faiths: Sequence[float]) -> float:
    weights = [faith if line.holders else 0.0 for line, faith in zip(lines, faiths, strict=True)]
    total = math.fsum(weights)
    if total == 0.0:
        return VELOCITY
    return math.fsum(weight * line.mean_velocity for weight, line in zip(weights, lines, strict=True)) / total
