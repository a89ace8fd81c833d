"""Drums as a player: clips of drums on the grid, and the drum VAE's hits as clips on the user's pads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bridge.models import drum_grid
from bridge.models.drum_grid import CLASSES, STEPS, Cells, Roll, Source
from bridge.models.drum_vae import DrumVae
from bridge.models.grid import Window, steps_in
from bridge.music.clip import Clip, Note
from bridge.music.kit import Kit
from bridge.music.meter import Meter
from bridge.skills.player import Parts, Passage, Player, Take, positions

__all__ = ["Drums"]

Floats = npt.NDArray[np.float32]


class Drums(Player[Roll]):
    """`kits` has the kit of each of the request's clips, in their order; what is played is on the first one's pads."""

    def __init__(self, model: DrumVae, kits: Sequence[Kit]) -> None:
        super().__init__(model)
        self._model = model
        self._kits = tuple(kits)

    def takes(self, clips: Sequence[Clip], out_beats: float) -> list[Take[Roll]]:
        rolls = [drum_grid.encode(clip, kit, out_beats) for clip, kit in zip(clips, self._kits, strict=True)]
        tensors = [roll.tensor() for roll in rolls]
        windows = len(tensors[0])
        latents = self._model.encode(np.concatenate(tensors), positions(rolls[0].window, windows * len(rolls)))
        return [Take(roll, latents[i * windows : (i + 1) * windows]) for i, roll in enumerate(rolls)]

    def onsets(self, score: Roll) -> float:
        return float(score.cells.hits.sum(1).mean())

    def imagine(
        self, noise: Floats, kinds: Floats, density: float, window: Window, like: Sequence[Take[Roll]] = ()
    ) -> Floats:
        return self._model.imagine(noise, kinds, density, window.family)

    def leaning(self, takes: Sequence[Take[Roll]], strengths: Sequence[float], windows: int) -> Floats:
        """[windows, 32, 9] nats towards what each clip does in a cell, hit or rest."""
        if not takes:
            return np.zeros((windows, STEPS, CLASSES), np.float32)
        total = sum(
            (
                self.leaning_nats * strength * (2.0 * take.score.cells.hits - 1.0)
                for take, strength in zip(takes, strengths, strict=True)
            ),
            start=np.zeros_like(takes[0].score.cells.hits),
        )
        return takes[0].window.split(np.asarray(total, np.float32))

    def play(
        self, latents: Floats, window: Window, bias: Floats, temperature: float, uniform: Floats, feel: Floats
    ) -> Parts:
        played = self._model.play(latents, positions(window, len(latents)), bias, temperature, uniform, feel)
        return played.hits, played.velocity, played.offset

    def begun(self, played: Parts) -> npt.NDArray[np.int64]:
        return np.asarray(played[0].sum(2), np.int64)

    def livelier(self, bias: Floats, nats: float) -> Floats:
        return bias + np.float32(nats)

    def own(self, take: Take[Roll]) -> Parts:
        cells = take.score.cells
        return cells.hits, cells.velocity, cells.offset

    def placed(
        self, parts: Parts, passages: Sequence[Passage[Roll]], meter: Meter, out_beats: float, humanise: float = 1.0
    ) -> Clip:
        notes: list[Note] = []
        for passage in passages:
            cells = Cells(*parts)
            if passage.last - passage.first < steps_in(out_beats):
                steps = slice(passage.first, passage.last)
                cells = Cells.empty(steps_in(out_beats))
                for own, part in zip((cells.hits, cells.velocity, cells.offset), parts, strict=True):
                    own[steps] = part[steps]
            sources = [Source(take.score, faith) for take, faith in passage.sources]
            notes += drum_grid.decode(_humanised(cells, humanise), sources, self._kits[0], out_beats)
            notes += passage.beside
        if len(passages) > 1:  # a hit of the next passage may be on a pad that still sounds
            drum_grid.end_new(notes, [i for i, note in enumerate(notes) if note.source is None])
        return Clip(tuple(notes), out_beats, meter)

    def left_out(self, clips: Sequence[Clip]) -> int:
        """Those on pads of no class; most of them where the kit is another one."""
        return sum(
            kit.class_of(note.pitch) is None
            for clip, kit in zip(clips, self._kits, strict=True)
            for note in clip.notes
        )  # fmt: skip


def _humanised(cells: Cells, humanise: float) -> Cells:
    """`humanise` 1: as played. Towards 0, every class settles on its own mean velocity, and on the grid."""
    if humanise == 1.0:
        return cells
    count = np.maximum(cells.hits.sum(0), 1.0)
    even = cells.velocity.sum(0) / count * cells.hits
    return Cells(cells.hits, even + humanise * (cells.velocity - even), humanise * cells.offset)
