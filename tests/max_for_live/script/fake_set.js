// A small Live set for the tests of the script: it knows the rows of the table in live_set.js and throws at all else.
"use strict";
const assert = require("node:assert");

const NOTE_KEYS = [
    "pitch", "start_time", "duration", "velocity", "mute", "probability", "velocity_deviation", "release_velocity"
];

class FakeSet {
    // tracks: [{name, kind: "midi" | "audio" | "group" | "return", frozen, slots: [null | clip], arrangement: [clip]}];
    // a clip is what `clip` below makes.
    constructor(tracks, song = {}) {
        this.objects = new Map();
        this.next_id = 1;
        this.log = [];
        this.undo_steps = 0;
        this.step_is_open = false;
        this.most_scenes = Infinity;
        this.broken_slots = new Set();
        this.most_notes_taken = Infinity;
        this.observed = [];
        this.song = this.add("Song", Object.assign({
            is_playing: 0, current_song_time: 0, tempo: 120, signature_numerator: 4, signature_denominator: 4,
            clip_trigger_quantization: 4, scale_name: "Major", root_note: 0, scale_mode: 0
        }, song));
        this.view = this.add("Song.View", {detail_clip: null, highlighted_clip_slot: null});
        this.tracks = tracks.map((track) => this.add_track(track));
        this.device = null;
        this.world = {
            live: (path) => this.live(path),
            observe: (path, property, changed) => this.observe(path, property, changed)
        };
    }

    add(type, properties) {
        const object = {id: this.next_id, type, properties};
        this.objects.set(object.id, object);
        this.next_id += 1;
        return object;
    }

    add_track({name = "Track", kind = "midi", frozen = 0, slots = [null, null, null, null], arrangement = []}) {
        const track = this.add("Track", {
            name, has_midi_input: kind === "midi" ? 1 : 0, is_foldable: kind === "group" ? 1 : 0, is_frozen: frozen,
            playing_slot_index: -2, fired_slot_index: -1, canonical_parent: this.song
        });
        track.kind = kind;
        track.slots = slots.map((clip) => this.add_slot(track, clip));
        track.arrangement = arrangement.map((clip) => this.add_clip(clip, track));
        return track;
    }

    add_slot(track, clip) {
        const slot = this.add("ClipSlot", {is_group_slot: track.kind === "group" ? 1 : 0, canonical_parent: track});
        slot.clip = clip === null ? null : this.add_clip(clip, slot);
        return slot;
    }

    add_clip(clip, parent) {
        const made = this.add("Clip", Object.assign({}, clip.properties, {
            canonical_parent: parent, is_arrangement_clip: parent.type === "ClipSlot" ? 0 : 1
        }));
        made.notes = clip.notes.map((note) => Object.assign({note_id: this.next_id++}, note));
        return made;
    }

    // Puts the device on a track, inside of so many Racks.
    put_device(track, racks = 0) {
        let parent = track;
        for (let i = 0; i < racks; i += 1) {
            parent = this.add("RackDevice", {canonical_parent: parent});
            parent = this.add("Chain", {canonical_parent: parent});
        }
        this.device = this.add("MaxDevice", {canonical_parent: parent});
    }

    select(clip) {
        this.view.properties.detail_clip = clip;
    }

    highlight(slot) {
        this.view.properties.highlighted_clip_slot = slot;
    }

    live(path) {
        const set_of = this;
        const roots = {live_set: this.song, "live_set view": this.view, this_device: this.device};
        const id = /^id (\d+)$/.exec(path);
        assert.ok(id !== null || path in roots, `no such path: ${path}`);
        let object = id === null ? roots[path] : this.objects.get(Number(id[1])) || null;
        const there = () => {
            assert.notStrictEqual(object, null, "it points at no object");
            return object;
        };
        return {
            get id() { return String(object === null ? 0 : object.id); },
            // It is led to another object.
            set id(other) { object = set_of.objects.get(other) || null; },
            get type() { return object === null ? "" : object.type; },
            get: (property) => this.get(there(), property),
            set: (property, value) => this.set(there(), property, value),
            call: (...words) => this.call(there(), words)
        };
    }

    child(object) {
        return ["id", object === null || object === undefined ? 0 : object.id];
    }

    list(objects) {
        return [].concat(...objects.map((object) => this.child(object)));
    }

    get(object, property) {
        if (object.type === "Song" && property === "tracks") {
            return this.list(this.tracks.filter((track) => track.kind !== "return"));
        }
        if (object.type === "Track" && property === "clip_slots") {
            assert.notStrictEqual(object.kind, "return", "a return track's slots were asked for");
            return this.list(object.slots);
        }
        if (object.type === "ClipSlot" && property === "clip") {
            return this.child(object.clip);
        }
        if (object.type === "ClipSlot" && property === "has_clip") {
            return [object.clip === null ? 0 : 1];
        }
        assert.ok(property in object.properties, `${object.type} has no property ${property}`);
        const value = object.properties[property];
        if (value === undefined) {
            return null; // a property that this Live is too old to have
        }
        if (value === null || typeof value === "object") {
            return this.child(value);
        }
        return typeof value === "string" ? value.split(" ") : [value];
    }

    changed(what) {
        assert.ok(!this.is_notifying, "Changes cannot be triggered by notifications.");
        this.log.push(what);
        if (!this.step_is_open) {
            this.undo_steps += 1;
        }
    }

    set(object, property, value) {
        const settable = [
            "name", "color", "looping", "loop_start", "loop_end", "start_marker", "end_marker", "signature_numerator",
            "signature_denominator"
        ];
        assert.ok(object.type === "Clip" && settable.includes(property), `cannot set ${object.type} ${property}`);
        assert.strictEqual(typeof value, property === "name" ? "string" : "number");
        object.properties[property] = value;
        this.changed(`set ${property}`);
    }

    call(object, [name, ...values]) {
        const method = this[`${object.type}_${name}`];
        assert.ok(method, `${object.type} has no function ${name}`);
        return method.call(this, object, ...values);
    }

    Song_begin_undo_step() {
        assert.ok(!this.step_is_open);
        this.step_is_open = true;
        this.undo_steps += 1;
    }

    Song_end_undo_step() {
        assert.ok(this.step_is_open);
        this.step_is_open = false;
    }

    Song_create_scene(song, index) {
        assert.strictEqual(index, -1);
        if (this.tracks[0].slots.length >= this.most_scenes) {
            throw new Error("no more scenes");
        }
        this.tracks.forEach((track) => track.slots.push(this.add_slot(track, null)));
        this.changed("create_scene");
    }

    ClipSlot_create_clip(slot, beats) {
        const track = slot.properties.canonical_parent;
        assert.ok(slot.clip === null && track.kind === "midi" && track.properties.is_frozen === 0 && beats > 0);
        if (this.broken_slots.has(slot)) {
            throw new Error("Live says no");
        }
        slot.clip = this.add_clip(clip({name: "", length: beats}), slot);
        this.changed("create_clip");
    }

    ClipSlot_duplicate_clip_to(slot, word, id) {
        const target = this.objects.get(id);
        assert.ok(word === "id" && slot.clip !== null && target.type === "ClipSlot" && target.clip === null);
        if (this.broken_slots.has(target)) {
            throw new Error("Live says no");
        }
        const {canonical_parent: _, ...properties} = slot.clip.properties;
        target.clip = this.add_clip({properties, notes: slot.clip.notes}, target);
        this.changed("duplicate_clip_to");
    }

    ClipSlot_delete_clip(slot) {
        assert.ok(slot.clip !== null);
        this.objects.delete(slot.clip.id);
        slot.clip = null;
        this.changed("delete_clip");
    }

    Clip_get_notes_extended(object, pitch, span, from, beats) {
        assert.strictEqual(object.properties.is_midi_clip, 1);
        assert.deepStrictEqual([pitch, span], [0, 128]);
        const within = object.notes.filter((note) => note.start_time >= from && note.start_time < from + beats);
        return JSON.stringify({notes: within});
    }

    Clip_remove_notes_extended(object, pitch, span, from, beats) {
        object.notes = object.notes.filter((note) => note.start_time < from || note.start_time >= from + beats);
        this.changed("remove_notes_extended");
    }

    Clip_add_new_notes(object, dictionary) {
        assert.deepStrictEqual(Object.keys(dictionary), ["notes"]);
        assert.ok(dictionary.notes.length <= 500);
        dictionary.notes.forEach((note) => {
            assert.deepStrictEqual(Object.keys(note).sort(), NOTE_KEYS.slice().sort());
            Object.values(note).forEach((number) => assert.ok(Number.isFinite(number)));
            if (object.notes.length < this.most_notes_taken) {
                this.add_note(object, note);
            }
        });
        this.changed("add_new_notes");
    }

    // As in Live: of one pitch, the same start replaces, and the earlier note ends where the later one starts.
    add_note(object, note) {
        object.notes = object.notes.filter((o) => o.pitch !== note.pitch || o.start_time !== note.start_time);
        object.notes.forEach((other) => {
            const is_earlier = other.pitch === note.pitch && other.start_time < note.start_time;
            if (is_earlier && other.start_time + other.duration > note.start_time) {
                other.duration = note.start_time - other.start_time;
            }
        });
        object.notes.push(Object.assign({note_id: this.next_id++}, note));
    }

    observe(path, property, changed) {
        assert.strictEqual(path, "live_set view");
        assert.ok(["detail_clip", "selected_track", "selected_scene"].includes(property));
        const observer = {property, changed, is_stopped: false};
        this.observed.push(observer);
        return {
            stop() {
                observer.is_stopped = true;
            }
        };
    }
}

// A clip to put into a set; `length` from beat 0, unless the markers say otherwise.
function clip({name = "Clip", length = 4, notes = [], midi = true, ...properties}) {
    return {
        properties: Object.assign({
            name, color: 255, is_midi_clip: midi ? 1 : 0, looping: 1, loop_start: 0, loop_end: length, start_marker: 0,
            end_marker: length, signature_numerator: 4, signature_denominator: 4, launch_quantization: 0
        }, properties),
        notes
    };
}

// One of Live's notes.
function live_note(pitch, start_time, extra = {}) {
    return Object.assign({
        pitch, start_time, duration: 0.25, velocity: 100, mute: 0, probability: 1, velocity_deviation: 0,
        release_velocity: 64
    }, extra);
}

// Numbers from 0 to 1, the same ones every time (a linear congruential generator).
function seeded(seed) {
    let state = seed;
    return () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 4294967296;
    };
}

module.exports = {FakeSet, clip, live_note, seeded};
