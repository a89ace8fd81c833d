"""Standard MIDI files as tracks and bars. `bridge.music.midi_file` reads clips: one meter, and no tracks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import mido

from bridge.errors import BadFile, BadValue
from bridge.music.clip import MAX_BEATS, Note
from bridge.music.meter import Meter
from bridge.music.midi_file import DRUM_CHANNEL, load_midi
from training.data.bars import SAME_BEATS, Bar, bars_between, bars_of_meters

__all__ = ["MAX_MIDI_BYTES", "MidiPiece", "MidiTrack", "read_piece"]

MAX_MIDI_BYTES = 2 * 1024 * 1024
ACCENTS = {80.0, 95.0, 105.0}
"""The velocities of abc2midi, which wrote Ceol Rince: 105 on the first beat of every bar, 95 on its other beats."""


@dataclass(frozen=True, slots=True)
class MidiTrack:
    """The notes of one channel of one track, sorted by start and pitch."""

    name: str
    channel: int
    notes: tuple[Note, ...]

    @property
    def is_drums(self) -> bool:
        return self.channel == DRUM_CHANNEL


@dataclass(frozen=True, slots=True)
class MidiPiece:
    """Times in quarter notes from the file's beginning. `is_one_melody`: all tracks but the first accompany it."""

    bars: tuple[Bar, ...]
    tracks: tuple[MidiTrack, ...]
    is_one_melody: bool


def read_piece(name: str, data: bytes) -> MidiPiece:
    """Of the file that `data` holds; `name` stands in the sentence of a BadFile."""
    midi = load_midi(name, data, MAX_MIDI_BYTES)
    try:
        return _piece(name, midi)
    except BadValue as refusal:
        raise BadFile(f"{name}: {refusal}") from refusal


def _piece(name: str, midi: mido.MidiFile) -> MidiPiece:
    beat_ticks = midi.ticks_per_beat
    meters: dict[int, Meter] = {}
    tracks: list[MidiTrack] = []
    texts = set()
    for i, messages in enumerate(midi.tracks):
        tick = 0
        track_name = ""
        notes: dict[int, list[Note]] = {}
        sounding: dict[tuple[int, int], deque[tuple[int, int]]] = {}
        for message in messages:
            tick += message.time
            if tick > MAX_BEATS * beat_ticks:
                raise BadFile(f"{name} lasts longer than {MAX_BEATS:,.0f} beats: export a part of it.")
            if message.type == "time_signature":
                meters.setdefault(tick, Meter(message.numerator, message.denominator))
            elif message.type == "track_name":
                track_name = track_name or " ".join(message.name.split())
            elif message.type == "text":
                texts.add(message.text)
            elif message.type == "note_on" and message.velocity > 0:
                sounding.setdefault((message.channel, message.note), deque()).append((tick, message.velocity))
            elif message.type in ("note_on", "note_off") and (begun := sounding.get((message.channel, message.note))):
                notes.setdefault(message.channel, []).append(_note(message.note, begun.popleft(), tick, beat_ticks))
        for (channel, pitch), begun in sounding.items():  # a note that never ends lasts to the end of its track
            notes.setdefault(channel, []).extend(_note(pitch, start, tick, beat_ticks) for start in begun)
        for channel, of_channel in notes.items():
            of_channel.sort(key=lambda note: (note.start_beats, note.pitch))
            tracks.append(MidiTrack(track_name or f"track {i + 1}", channel, tuple(of_channel)))
    changes = [(tick / beat_ticks, meter) for tick, meter in sorted(meters.items())]
    if tracks and "note track" in texts and {note.velocity for note in tracks[0].notes} <= ACCENTS:
        return _of_abc2midi(tracks, changes, beat_ticks)
    end_beats = max((note.start_beats for track in tracks for note in track.notes), default=0.0) + SAME_BEATS * 2
    return MidiPiece(tuple(bars_of_meters(changes, end_beats)), tuple(tracks), is_one_melody=False)


def _note(pitch: int, start: tuple[int, int], end_tick: int, beat_ticks: int) -> Note:
    start_tick, velocity = start
    return Note(pitch, start_tick / beat_ticks, max(1, end_tick - start_tick) / beat_ticks, float(velocity))


def _of_abc2midi(tracks: list[MidiTrack], changes: list[tuple[float, Meter]], beat_ticks: int) -> MidiPiece:
    """Bar lines where the accents are: abc2midi puts an upbeat at the file's beginning, where its bar would be.

    It begins every note a tick late, so that repeated ones are heard apart: that tick is taken back.
    """
    tracks = [
        MidiTrack(track.name, track.channel, tuple(_a_tick_earlier(note, beat_ticks) for note in track.notes))
        for track in tracks
    ]
    melody = tracks[0].notes
    lines = [note.start_beats for note in melody if note.velocity == max(ACCENTS)]
    lines.append(max(note.start_beats + note.length_beats for note in melody))
    bars = []
    for line_beats, next_beats in pairwise(lines):
        meter = [meter for beats, meter in changes if beats <= line_beats + SAME_BEATS][-1:] or [Meter()]
        bars += bars_between(line_beats, next_beats, meter[0])
    return MidiPiece(tuple(bars), tuple(tracks), is_one_melody=True)


def _a_tick_earlier(note: Note, beat_ticks: int) -> Note:
    tick = max(1, round(note.start_beats * beat_ticks)) - 1
    end_tick = round((note.start_beats + note.length_beats) * beat_ticks)
    return Note(note.pitch, tick / beat_ticks, (end_tick - tick) / beat_ticks, note.velocity)
