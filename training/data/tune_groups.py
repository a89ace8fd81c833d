"""Which tunes are one tune: the same title, or much the same notes under another title, in whatever key.

Two steps, as in finding a song from a recording: runs of intervals that few tunes share say where two tunes might lie
over each other, and there they are compared note by note. Ornaments and passing notes differ between versions.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from bridge.music.clip import Note

__all__ = ["alike", "group_title", "groups", "plain_title"]

RUN = 6
"""Intervals in a row that are looked for in other tunes."""
COMMON = 40
"""A run that more melodies have is an idiom and tells none of them apart."""
OCCURRENCES = 4
"""Of one run in one melody: tunes whose repeats are written out have every run twice or more."""
LEAST_RUNS = 2
"""What two melodies must share to be looked at at all."""
LEAST_VOTES = 4
"""Shared runs that must agree on where, and in which key, two melodies lie over each other."""
BEAT_STEPS = 2  # two melodies are compared in eighths
LEAST_STEPS = 48
"""Eight bars of 3/4 or 6/8: what is shorter may be alike by chance."""
LEAST_SHARE = 0.5
"""Of these eighths, how many must have the same pitch: versions under other names have 0.5 to 1, strangers to 0.4."""
REST = -1000

Melody = tuple[Sequence[Note], float]
"""Notes one at a time, sorted, and the length in beats."""

_ENDINGS = re.compile(
    r"(the|an?|reel|slipjig|jig|hornpipe|hpipe|polka|slide|march|setdance|barndance|waltz|version|first|second|third|"
    r"original|copy|\d+|i{2,3})$"
)


def group_title(title: str) -> str:
    """The title without article, dance, number and accents: "Dusty Miller, The (slip jig)" -> "dustymiller"."""
    plain = plain_title(title)
    while (shorter := _ENDINGS.sub("", plain)) and shorter != plain:
        plain = shorter
    return plain


def plain_title(title: str) -> str:
    """Its letters and digits alone, small and without accents."""
    plain = unicodedata.normalize("NFKD", title).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def groups(titles: Sequence[str], melodies: Sequence[Melody]) -> list[str]:
    """The group of each melody: of all titles that hang together by `alike` melodies, the first in the alphabet."""
    leader = {title: title for title in titles}

    def lead(title: str) -> str:
        while leader[title] != title:
            leader[title] = leader[leader[title]]
            title = leader[title]
        return title

    for a, b, _ in alike(melodies):
        first, second = sorted((lead(titles[a]), lead(titles[b])))
        leader[second] = first
    return [lead(title) for title in titles]


def alike(melodies: Sequence[Melody]) -> list[tuple[int, int, float]]:
    """Pairs of melodies, by index, that are versions of one tune, and the share of eighths on which they agree."""
    owners: dict[tuple[int, ...], list[tuple[int, int, int]]] = defaultdict(list)
    for i, (notes, _) in enumerate(melodies):
        seen: Counter[tuple[int, ...]] = Counter()
        for run, step, pitch in _runs(notes):
            seen[run] += 1
            if seen[run] <= OCCURRENCES:
                owners[run].append((i, step, pitch))
    rare = [places for places in owners.values() if 1 < len({i for i, _, _ in places}) <= COMMON]
    shared = Counter(pair for places in rare for pair in combinations(sorted({i for i, _, _ in places}), 2))
    votes: dict[tuple[int, int], Counter[tuple[int, int]]] = {
        pair: Counter() for pair, count in shared.items() if count >= LEAST_RUNS
    }
    for places in rare:
        for (a, a_step, a_pitch), (b, b_step, b_pitch) in combinations(places, 2):
            if (a, b) in votes:
                votes[a, b][a_step - b_step, a_pitch - b_pitch] += 1
    grids: dict[int, npt.NDArray[np.int64]] = {}
    found = []
    for (a, b), counted in votes.items():
        best = 0.0
        for (steps, semitones), count in counted.most_common(3):
            if count >= LEAST_VOTES:
                for i in (a, b):
                    if i not in grids:
                        grids[i] = _grid(*melodies[i])
                best = max(best, _agreement(grids[a], grids[b], steps, semitones))
        if best >= LEAST_SHARE:
            found.append((a, b, best))
    return sorted(found)


def _runs(notes: Sequence[Note]) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Every run of intervals, with the step and the pitch at which it begins; trills and scales are left out."""
    intervals = [following.pitch - note.pitch for note, following in pairwise(notes)]
    for i in range(len(intervals) - RUN + 1):
        run = tuple(intervals[i : i + RUN])
        if len(set(run)) > 2:
            yield run, round(notes[i].start_beats * BEAT_STEPS), notes[i].pitch


def _grid(notes: Sequence[Note], length_beats: float) -> npt.NDArray[np.int64]:
    """[eighths from beat 0] what sounds on each, or REST; a note a little late counts."""
    grid = np.full(round(length_beats * BEAT_STEPS), REST)
    for note in notes:
        first = max(0, int(np.ceil(note.start_beats * BEAT_STEPS - 0.1)))
        last = max(0, int(np.ceil((note.start_beats + note.length_beats) * BEAT_STEPS - 0.1)))
        grid[first:last] = note.pitch
    return grid


def _agreement(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], steps: int, semitones: int) -> float:
    """The share of equal pitches where b, moved by `steps` and `semitones`, lies over a; 0 where too little does."""
    a, b = a[max(0, steps) :], b[max(0, -steps) :]
    a, b = a[: len(b)], b[: len(a)]
    sounding = int(((a != REST) | (b != REST)).sum())
    if sounding < LEAST_STEPS:
        return 0.0
    return float(((a != REST) & (a == b + semitones)).sum() / sounding)
