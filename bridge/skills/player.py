"""The seam between a skill and what plays: skills are written once, and played by drums or by a melody.

    takes      clips -> scores on the grid, with the latents of their windows
    play       latents, and a leaning towards the takes -> what is played, as arrays
    placed     arrays -> a clip, its notes taken from the takes where they have them
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from bridge.models.grid import Window, steps_in
from bridge.models.latents import Vae
from bridge.music.clip import Clip, Note
from bridge.music.meter import Meter

__all__ = ["Parts", "Passage", "Player", "Score", "Take", "in_rows", "joined", "positions", "whole"]

Floats = npt.NDArray[np.float32]
Parts = tuple[npt.NDArray[Any], ...]
"""What is played, as arrays side by side: [rows, 32, ...] as a model gives it, [steps, ...] once windows are joined.

Hits, velocity and offset of drums; tokens and feel of a melody.
"""


class Score(Protocol):
    """A clip on the grid: `drum_grid.Roll` and `melody_grid.Line`."""

    @property
    def clip(self) -> Clip: ...
    @property
    def window(self) -> Window: ...
    @property
    def beside(self) -> tuple[Note, ...]: ...


S = TypeVar("S", bound=Score)


@dataclass(frozen=True, slots=True)
class Take(Generic[S]):
    """A clip on the grid, and the latents of its windows [windows, latent]."""

    score: S
    latents: Floats

    @property
    def window(self) -> Window:
        return self.score.window

    @property
    def windows(self) -> int:
        return len(self.latents)


@dataclass(frozen=True, slots=True)
class Passage(Generic[S]):
    """The steps from `first` to before `last` of a result, and the takes that their notes are taken from.

    `sources` stand in order, the nearest first, each with its faith: 0-1, how far a note that is kept keeps its own
    velocity and timing. `beside` are the notes that no model sees and that come with the passage. `is_own`: the steps
    are those of the source itself, which stays as it is.
    """

    first: int
    last: int
    sources: tuple[tuple[Take[S], float], ...] = ()
    beside: tuple[Note, ...] = ()
    is_own: bool = False


class Player(ABC, Generic[S]):
    """A model with its codec, in one request. Latents are [rows, latent_size].

    What is different about its weights stands in its card: melodies soon are others on the `way`, and what lies in the
    middle between them has hardly a note, while the middle of a kind of groove is a groove (`cold_ideas`).
    """

    def __init__(self, model: Vae) -> None:
        self.latent_size = model.latent_size
        self.way = model.card.fact("way")
        self.fullness = model.card.facts("fullness")
        self.cold_ideas = model.card.fact("cold_ideas")
        self.leaning_nats = model.card.fact("leaning_nats")

    @abstractmethod
    def takes(self, clips: Sequence[Clip], out_beats: float) -> list[Take[S]]:
        """The clips on the grid, each looped to `out_beats`, and the latents of their windows."""

    @abstractmethod
    def onsets(self, score: S) -> float:
        """How many the clip has on the grid, a step."""

    def density(self, take: Take[S]) -> float:
        """0-1: the share of the training set that is sparser."""
        tenths = np.linspace(0.0, 1.0, len(self.fullness))
        return float(np.interp(self.onsets(take.score), self.fullness, tenths))

    @abstractmethod
    def imagine(
        self, noise: Floats, kinds: Floats, density: float, window: Window, like: Sequence[Take[S]] = ()
    ) -> Floats:
        """Latents of clips that the training set could have had, from standard normal noise [rows, latent_size].

        kinds [rows, 1] in [0, 1); density 0-1: the share of the training set that is sparser; `like`: takes in whose
        key they are.
        """

    @abstractmethod
    def leaning(self, takes: Sequence[Take[S]], strengths: Sequence[float], windows: int) -> Floats:
        """[windows, 32, n] nats towards what each take plays, by strengths of 0 to 1."""

    @abstractmethod
    def play(
        self, latents: Floats, window: Window, bias: Floats, temperature: float, uniform: Floats, feel: Floats
    ) -> Parts:
        """Latents as windows [rows, 32, ...]; uniform [rows, 32] and feel [rows, 32, 18] as `Chance` draws them."""

    @abstractmethod
    def begun(self, played: Parts) -> npt.NDArray[np.int64]:
        """How many notes begin on each step of what is played [rows, 32, ...]: [rows, 32]."""

    @abstractmethod
    def livelier(self, bias: Floats, nats: float) -> Floats:
        """A leaning [rows, 32, n] with notes so much likelier to begin."""

    @abstractmethod
    def own(self, take: Take[S]) -> Parts:
        """The take itself as if it had been played, [steps, ...]."""

    @abstractmethod
    def placed(
        self, parts: Parts, passages: Sequence[Passage[S]], meter: Meter, out_beats: float, humanise: float = 1.0
    ) -> Clip:
        """Parts [steps, ...] as a clip. humanise 0-1: how much of a player's timing and touch its new notes have."""

    @abstractmethod
    def left_out(self, clips: Sequence[Clip]) -> int:
        """How many of the clips' notes the player does not play: where it is most of them, something is amiss."""

    def strung(self, pieces: Sequence[tuple[Parts, slice]]) -> Parts:
        """Steps of different results [steps, ...], one after the other, as one."""
        cut = [[part[steps] for part in parts] for parts, steps in pieces]
        return tuple(np.concatenate(part) for part in zip(*cut, strict=True))


def positions(window: Window, rows: int) -> npt.NDArray[np.int64]:
    return np.broadcast_to(window.positions, (rows, *window.positions.shape))


def in_rows(draws: Floats) -> Floats:
    """[variations, windows, ...] -> [rows, ...]"""
    return draws.reshape(-1, *draws.shape[2:])


def joined(parts: Parts, window: Window, first: int, windows: int) -> Parts:
    """The rows from `first` on as the steps of one clip."""
    return tuple(part[first : first + windows, : window.steps].reshape(-1, *part.shape[2:]) for part in parts)


def whole(sources: Sequence[tuple[Take[S], float]], out_beats: float) -> tuple[Passage[S]]:
    """One passage for all of a result that is made of these, with what stands beside the nearest one's grid."""
    return (Passage(0, steps_in(out_beats), tuple(sources), sources[0][0].score.beside),)
