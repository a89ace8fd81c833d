"use strict";

const { LiveObject } = require("./live_object");
const { checkNote, inArea, withNote } = require("./notes");
const { Refusal } = require("./refusal");

/** A clip in a slot, or in the arrangement where `place` is its track. Times are beats, notes have Live's own keys. */
class Clip extends LiveObject {
    constructor(live, place, length_beats, { audio = false, start_beats = null } = {}) {
        super(live, "Clip", place);
        this.is_audio_clip = audio;
        this.is_arrangement_clip = start_beats !== null;
        this.arrangement_beats = start_beats;
        this.name = "";
        this.color = this.track.color;
        this.marks = {
            looping: true,
            loop_start: 0,
            loop_end: length_beats,
            start_marker: 0,
            end_marker: length_beats,
        };
        this.signature_numerator = live.signature_numerator;
        this.signature_denominator = live.signature_denominator;
        this.launch_quantization = 0;
        this.launch_mode = 0;
        this.legato = false;
        this.muted = false;
        this.is_recording = false;
        this.is_overdubbing = false;
        this.notes = [];
        this.selectedNotes = null;
    }

    get track() {
        return this.parent.kind === "Track" ? this.parent : this.parent.track;
    }

    get path() {
        return this.is_arrangement_clip
            ? `${this.parent.path} arrangement_clips ${this.parent.arrangement_clips.indexOf(this)}`
            : `${this.parent.path} clip`;
    }

    get is_midi_clip() {
        return !this.is_audio_clip;
    }
    get is_session_clip() {
        return !this.is_arrangement_clip;
    }
    get looping() {
        return this.marks.looping;
    }
    get start_marker() {
        return this.marks.start_marker;
    }
    get end_marker() {
        return this.marks.end_marker;
    }
    // Without a loop, the loop's ends are the clip's.
    get loop_start() {
        return this.looping ? this.marks.loop_start : this.marks.start_marker;
    }
    get loop_end() {
        return this.looping ? this.marks.loop_end : this.marks.end_marker;
    }
    get length() {
        return this.loop_end - this.loop_start;
    }
    get is_triggered() {
        return this.live.launcher.waiting.get(this.track)?.slot?.clip === this;
    }
    get is_playing() {
        return this.live.is_playing && this.live.launcher.playing.get(this.track)?.slot.clip === this;
    }
    get playing_position() {
        return this.live.launcher.positionOf(this);
    }
    get start_time() {
        if (this.is_arrangement_clip) return this.arrangement_beats;
        return this.live.launcher.playing.get(this.track)?.began_beats ?? 0;
    }

    get end_time() {
        return this.is_arrangement_clip ? this.arrangement_beats + this.length : this.loop_end;
    }

    write(property, value) {
        if (!(property in this.marks)) return super.write(property, value);
        const before = { ...this.marks };
        const key = this.looping
            ? property
            : ({ loop_start: "start_marker", loop_end: "end_marker" }[property] ?? property);
        const marks = { ...this.marks, [key]: value };
        for (const [first, last] of [
            ["loop_start", "loop_end"],
            ["start_marker", "end_marker"],
        ]) {
            if (!(marks[first] < marks[last])) {
                throw new Refusal(
                    `Clip.${property} ${value}: ${first} ${marks[first]} must stay before ${last} ${marks[last]}.`,
                );
            }
        }
        this.marks = marks;
        this.live.notify(this, property);
        return () => {
            this.marks = before;
            this.live.notify(this, property);
        };
    }

    checkMidi(what) {
        if (this.is_audio_clip) throw new Refusal(`${what}: this is an audio clip.`);
    }

    replaceNotes(notes) {
        const before = this.notes;
        this.notes = notes;
        this.live.note("notes", { track: this.track.name, slot: this.parent.index ?? null, count: notes.length });
        this.live.notify(this, "notes");
        return () => this.replaceNotes(before);
    }

    add_new_notes({ notes: given }) {
        this.checkMidi("add_new_notes");
        const ids = [];
        let notes = this.notes;
        for (const each of given) {
            const note_id = this.live.nextNoteId();
            notes = withNote(notes, { note_id, ...checkNote(each, "add_new_notes") });
            ids.push(note_id);
        }
        return { value: ids, inverse: this.replaceNotes(notes) };
    }

    remove_notes_extended(fromPitch, pitchSpan, fromTime, timeSpan) {
        this.checkMidi("remove_notes_extended");
        const area = checkArea("remove_notes_extended", fromPitch, pitchSpan, fromTime, timeSpan);
        return { inverse: this.replaceNotes(this.notes.filter((note) => !inArea(note, ...area))) };
    }

    get_notes_extended(fromPitch, pitchSpan, fromTime, timeSpan) {
        this.checkMidi("get_notes_extended");
        const area = checkArea("get_notes_extended", fromPitch, pitchSpan, fromTime, timeSpan);
        return { value: JSON.stringify({ notes: this.notes.filter((note) => inArea(note, ...area)) }) };
    }

    get_all_notes_extended() {
        this.checkMidi("get_all_notes_extended");
        return { value: JSON.stringify({ notes: this.notes }) };
    }

    fire() {
        if (this.is_arrangement_clip) throw new Refusal("fire: a clip in the arrangement cannot be fired.");
        return this.parent.fire();
    }

    stop() {
        if (this.is_playing) this.live.launcher.launch(this.track, null, this.live.quantum());
        return {};
    }
}

function checkArea(what, fromPitch, pitchSpan, fromTime, timeSpan) {
    if (fromPitch < 0 || fromPitch > 127 || pitchSpan < 0 || fromPitch + pitchSpan > 128) {
        throw new Refusal(`${what}: pitches ${fromPitch} to ${fromPitch + pitchSpan} are outside 0 to 128.`);
    }
    if (timeSpan < 0) throw new Refusal(`${what}: a time span of ${timeSpan} beats is negative.`);
    return [fromPitch, pitchSpan, fromTime, timeSpan];
}

module.exports = { Clip };
