"""Clips <-> standard MIDI files, so that the bridge serves any DAW.

mido reads and writes; whatever a broken file makes it raise becomes one BadFile that names the file.
"""

from __future__ import annotations

import io
import math
import os
import re
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import mido

from bridge.errors import BadFile, BadValue, Refusal
from bridge.music.clip import MAX_BEATS, Clip, Note
from bridge.music.meter import FOUR_FOUR, Meter

__all__ = [
    "DRUM_CHANNEL", "MAX_FILE_BYTES", "MELODY_CHANNEL", "MidiMusic",
    "clip_of_music", "load_midi", "read_clip", "read_music", "write_clip",
]  # fmt: skip

# A file of a million events costs mido 4.6 s and 784 MB; 256 KB hold far more than 64 bars.
MAX_FILE_BYTES = 256 * 1024
DRUM_CHANNEL, MELODY_CHANNEL = 9, 0  # channels 10 and 1, counted from 0
TICKS_PER_BEAT = 480
RINGS_BARS = 0.25
"""A file that lasts no longer than this behind a bar has a note that rings, and not another bar."""
EARLIEST_BEATS = 0.125  # half a sixteenth
# A number in a MIDI file goes on for as long as the bytes have their top bit, and for mido each byte costs more than
# the one before: 256 KB of them took 10 s. Four is the most that the standard allows, but text has such runs as well.
_ENDLESS_NUMBER = re.compile(rb"[\x80-\xff]{1000}")


@dataclass(frozen=True, slots=True)
class MidiMusic:
    """All the notes of a file in beats, sorted by start and pitch, and the first meter and tempo that it names.

    `end_beats` is the last event's time; `channels` has the MIDI channel (0-15) of each note.
    """

    notes: tuple[Note, ...]
    channels: tuple[int, ...]
    meter: Meter
    tempo_bpm: float
    end_beats: float
    ticks_per_beat: int


def read_music(path: Path, max_bytes: int = MAX_FILE_BYTES) -> MidiMusic:
    """Every note of the file, up to 8,192 beats, whatever its channel. Raises BadFile."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise BadFile(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise BadFile(f"{path} cannot be read ({getattr(error, 'strerror', None) or error}).") from error
    midi = load_midi(path.name, data, max_bytes)
    try:
        return _music(path, midi)
    except BadValue as refusal:
        raise BadFile(f"{path.name}: {refusal}") from refusal


def load_midi(name: str, data: bytes, max_bytes: int) -> mido.MidiFile:
    """What mido reads in a file's bytes, in ticks per beat, of which there are 1 to 32,767.

    Raises BadFile, in whose sentence `name` stands, whatever is wrong with them.
    """
    if len(data) > max_bytes:
        raise BadFile(f"{name} is larger than {max_bytes // 1024:,} KB, the most that is read: export one clip.")
    if not data.startswith(b"MThd"):
        raise BadFile(f"{name} is not a MIDI file: give one that your DAW exported, ending in .mid.")
    if _ENDLESS_NUMBER.search(data):
        raise BadFile(f"{name} is damaged: a number in it has no end. Export it again.")
    try:
        midi = mido.MidiFile(file=io.BytesIO(data))
    # mido declares no errors: OSError, EOFError, ValueError, IndexError, KeyError, KeySignatureError were seen.
    except Exception as error:
        reason = str(error).rstrip(".")
        if isinstance(error, (EOFError, LookupError)):
            reason = "an event in it is cut short"
        raise BadFile(f"{name} is damaged ({reason}). Export it again.") from error
    if midi.ticks_per_beat < 0:
        raise BadFile(f"{name} counts time in SMPTE frames: export it with ticks per beat.")
    if midi.ticks_per_beat == 0:
        raise BadFile(f"{name} has 0 ticks per beat: files with 1 to 32,767 are read. Export it again.")
    return midi


def _music(path: Path, midi: mido.MidiFile) -> MidiMusic:
    ticks_per_beat = midi.ticks_per_beat
    notes: list[tuple[Note, int]] = []
    meter: Meter | None = None
    tempo_bpm: float | None = None
    end_tick = 0
    for track in midi.tracks:
        tick = 0
        sounding: dict[tuple[int, int], deque[tuple[int, int]]] = {}
        for message in track:
            tick += message.time
            if tick > MAX_BEATS * ticks_per_beat:
                raise BadFile(f"{path.name} lasts longer than {MAX_BEATS:,.0f} beats: export the clip alone.")
            end_tick = max(end_tick, tick)
            if message.type == "time_signature" and meter is None:
                meter = Meter(message.numerator, message.denominator)
            elif message.type == "set_tempo" and tempo_bpm is None and message.tempo > 0:
                tempo_bpm = mido.tempo2bpm(message.tempo)
            elif message.type == "note_on" and message.velocity > 0:
                sounding.setdefault((message.channel, message.note), deque()).append((tick, message.velocity))
            elif message.type in ("note_on", "note_off"):
                begun = sounding.get((message.channel, message.note))
                if begun:
                    start_tick, velocity = begun.popleft()
                    notes.append((_note(message.note, start_tick, tick, velocity, ticks_per_beat), message.channel))
        # A note that never ends lasts to the end of its track.
        for (channel, pitch), begun in sounding.items():
            notes += [(_note(pitch, start, tick, velocity, ticks_per_beat), channel) for start, velocity in begun]
    notes.sort(key=lambda pair: (pair[0].start_beats, pair[0].pitch))
    return MidiMusic(
        notes=tuple(note for note, _ in notes),
        channels=tuple(channel for _, channel in notes),
        meter=meter or FOUR_FOUR,
        tempo_bpm=tempo_bpm or 120.0,
        end_beats=end_tick / ticks_per_beat,
        ticks_per_beat=ticks_per_beat,
    )


def _note(pitch: int, start_tick: int, end_tick: int, velocity: int, ticks_per_beat: int) -> Note:
    # A note of no length is legal in a file and not in a clip: it gets one tick.
    return Note(
        pitch, start_tick / ticks_per_beat, max(1, end_tick - start_tick) / ticks_per_beat, float(velocity)
    )


def read_clip(path: Path, bars: int | None = None, meter: Meter | None = None) -> Clip:
    """The file as a clip of whole bars: at most its first `bars`, or all of them. Raises BadFile.

    All: as many as its notes begin in, or as it lasts, where less than a quarter of a bar is a note that rings.
    `meter` stands in place of the file's own; a file that names none is in 4/4.
    """
    return clip_of_music(path, read_music(path), bars, meter)


def clip_of_music(path: Path, music: MidiMusic, bars: int | None = None, meter: Meter | None = None) -> Clip:
    """As `read_clip`, of a file that was read."""
    bar_beats = (meter or music.meter).bar_beats
    last_beats = max((note.start_beats for note in music.notes), default=0.0)
    # A hit a little early on the "one" after the last bar belongs to the last bar: floor + 1, and no rounding.
    all_bars = max(1, math.floor(last_beats / bar_beats) + 1, math.ceil(music.end_beats / bar_beats - RINGS_BARS))
    # Never more than the file has: a short loop is not to become a long silence.
    length_beats = (all_bars if bars is None else min(bars, all_bars)) * bar_beats
    try:
        notes = tuple(note for note in music.notes if note.start_beats < length_beats)
        return Clip(notes, length_beats, meter or music.meter)
    except Refusal as refusal:
        raise BadFile(f"{path.name}: {refusal} Take its first bars, or export a part of it.") from refusal


def write_clip(
    path: Path,
    clip: Clip,
    *,
    tempo_bpm: float = 120.0,
    ticks_per_beat: int = TICKS_PER_BEAT,
    channel: int = DRUM_CHANNEL,
) -> None:
    """Writes the clip as a type 0 file, as its loop is heard: notes that start behind its end are left out.

    A hit that leads into beat 0, up to half a sixteenth early, begins at 0, because no file starts earlier; what starts
    before that is left out as well. Velocities are rounded to 1-127, 0 being a note's end. Where notes of one pitch
    overlap, MIDI cannot tell which of them ends first. tempo_bpm: 4-1,000; ticks_per_beat: 1-32,767.

    The file is written whole or not at all, and never over another one: raises BadFile where `path` exists or cannot be
    written, BadValue for another tempo.
    """
    if not 4.0 <= tempo_bpm <= 1000.0:
        raise BadValue(f"The tempo is {tempo_bpm:g} BPM: MIDI files are written with 4 to 1,000.")
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo_bpm)))
    track.append(
        mido.MetaMessage("time_signature", numerator=clip.meter.numerator, denominator=clip.meter.denominator)
    )
    tick = 0
    for event_tick, _, on, pitch, velocity in sorted(_events(clip, ticks_per_beat)):
        kind = "note_on" if on else "note_off"
        track.append(mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=event_tick - tick))
        tick = event_tick
    end_tick = max(tick, round(clip.length_beats * ticks_per_beat))
    track.append(mido.MetaMessage("end_of_track", time=end_tick - tick))
    midi = mido.MidiFile(type=0, ticks_per_beat=ticks_per_beat)
    midi.tracks.append(track)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        midi.save(partial)
        try:
            os.link(partial, path)  # fails where `path` exists, which a rename would overwrite
        except FileExistsError:
            raise BadFile(f"{path} is there already and is left alone: choose another folder or name.") from None
        except OSError:  # a file system without hard links
            if path.exists():
                raise BadFile(f"{path} is there already and is left alone: choose another folder or name.") from None
            partial.rename(path)
    except OSError as error:
        raise BadFile(f"{path} could not be written ({error.strerror or error}).") from error
    finally:
        partial.unlink(missing_ok=True)


def _events(clip: Clip, ticks_per_beat: int) -> list[tuple[int, int, bool, int, int]]:
    events = []
    # A hit within the last half tick would be rounded into the bar after the loop.
    last_tick = max(0, math.ceil(clip.length_beats * ticks_per_beat) - 1)
    # What rings on longer would make the file a bar longer when it is read.
    ring_tick = math.floor((clip.length_beats + RINGS_BARS * clip.meter.bar_beats) * ticks_per_beat)
    for note in clip.notes:
        if not -EARLIEST_BEATS <= note.start_beats < clip.length_beats:
            continue
        start_tick = min(last_tick, max(0, round(note.start_beats * ticks_per_beat)))
        end_tick = min(ring_tick, round((note.start_beats + note.length_beats) * ticks_per_beat))
        end_tick = max(start_tick + 1, end_tick)
        velocity = min(127, max(1, round(note.velocity)))
        # Ends before starts on the same tick, or a repeated pitch would be cut off as it begins.
        events.append((start_tick, 1, True, note.pitch, velocity))
        events.append((end_tick, 0, False, note.pitch, 64))
    return events
