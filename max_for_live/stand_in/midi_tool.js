"use strict";

const { checkNote } = require("./notes");
const { Refusal } = require("./refusal");

/**
 * Live's side of a MIDI Tool. A cycle keeps the notes that the clip had when it began: every turn hands out those, and
 * what comes back replaces the turn before. It ends when the user does something else, or after Apply.
 */
class MidiTool {
    constructor(device) {
        this.device = device;
        this.cycle = null;
        this.isWaiting = false;
        this.turns = 0;
    }

    get live() {
        return this.device.live;
    }

    /** The user clicks Apply (or Generate, or Transform). */
    apply() {
        this.cycle = null;
        this.turn();
        this.cycle = null;
    }

    /** A bang at live.miditool.in. */
    turn() {
        const clip = this.live.view.detail_clip;
        if (!clip || clip.is_audio_clip) return;
        if (this.cycle?.clip !== clip || this.cycle.after !== clip.notes)
            this.cycle = { clip, before: clip.notes, after: clip.notes };
        this.turns += 1;
        const names = ["notes", "context"].map((what) => `miditool-${what}-${this.device.liveDevice.id}`);
        const { dictionaries } = this.live;
        dictionaries.set(names[0], { notes: this.device.kind === "generator" ? [] : copyOf(this.cycle.before) });
        dictionaries.set(names[1], this.context(clip));
        this.isWaiting = true;
        this.device.toolIn().hand(...names);
        if (this.isWaiting) {
            this.isWaiting = false;
            this.device.fail(
                "Did not receive a Note dictionary in time. Make sure that the dictionary is synchronous.",
            );
        }
    }

    context(clip) {
        const { live } = this;
        const ends = this.cycle.before.map((note) => note.start_time + note.duration);
        const starts = this.cycle.before.map((note) => note.start_time);
        const pitches = this.cycle.before.map((note) => note.pitch);
        const found = starts.length
            ? {
                  first_note_start: Math.min(...starts),
                  last_note_end: Math.max(...ends),
                  lowest_pitch: Math.min(...pitches),
                  highest_pitch: Math.max(...pitches),
              }
            : {};
        return {
            clip: { time_selection_start: clip.loop_start, time_selection_end: clip.loop_end, ...found },
            scale: {
                scale_mode: Number(live.scale_mode),
                root_note: live.root_note,
                scale_name: live.scale_name,
                scale_intervals: live.scale_intervals,
            },
            grid: { interval: 0.25, enabled: 1 },
        };
    }

    /** A dictionary at live.miditool.out. */
    take(name) {
        if (!this.isWaiting) {
            this.device.fail(
                "Received a Note dictionary asynchronously. Make sure that the dictionary is synchronous.",
            );
            return;
        }
        this.isWaiting = false;
        this.device.guardQuietly(() => this.write(this.live.dictionaries.get(name)?.notes));
    }

    write(given) {
        if (!Array.isArray(given)) {
            throw new Refusal('The Note dictionary received from Max was malformed: The key "notes" is missing.');
        }
        const { clip, before } = this.cycle;
        const made = given.map(({ note_id: _, ...note }) => ({
            note_id: this.live.nextNoteId(),
            ...checkNote(note, "live.miditool.out"),
        }));
        const isFirst = this.cycle.after === before;
        clip.replaceNotes(this.device.kind === "generator" ? [...before, ...made] : made);
        this.cycle.after = clip.notes;
        if (isFirst) this.live.history.record("tool", this.device.name, () => clip.replaceNotes(before));
    }
}

function copyOf(value) {
    return JSON.parse(JSON.stringify(value));
}

module.exports = { MidiTool };
