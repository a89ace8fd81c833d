"use strict";

const { Clip } = require("./clip");
const { LiveObject } = require("./live_object");
const { Refusal } = require("./refusal");

const COLORS = [0xff94a6, 0xffa529, 0xcc9927, 0xf7f47c, 0x1aff2f, 0x25ffa8, 0x54ffe4, 0x8bc5ff];

/** kind: "midi", "audio" or "group". */
class Track extends LiveObject {
    constructor(live, { name, kind = "midi", group = null }) {
        super(live, "Track", live);
        this.name = name;
        this.trackKind = kind;
        this.group_track = group;
        this.color = COLORS[this.id % COLORS.length];
        this.is_frozen = false;
        this.arm = false;
        this.mute = false;
        this.solo = false;
        this.devices = [];
        this.arrangement_clips = [];
        this.clip_slots = live.scenes.map(() => new ClipSlot(live, this));
    }

    get path() {
        return `live_set tracks ${this.live.tracks.indexOf(this)}`;
    }
    get has_midi_input() {
        return this.trackKind === "midi";
    }
    get has_audio_input() {
        return this.trackKind === "audio";
    }
    get is_foldable() {
        return this.trackKind === "group";
    }
    get is_grouped() {
        return this.group_track !== null;
    }
    get is_visible() {
        return true;
    }
    get can_be_armed() {
        return !this.is_foldable;
    }
    get playing_slot_index() {
        const playing = this.live.launcher.playing.get(this);
        return playing ? playing.slot.index : -2;
    }

    get fired_slot_index() {
        const waiting = this.live.launcher.waiting.get(this);
        if (!waiting) return -1;
        return waiting.slot ? waiting.slot.index : -2;
    }

    slot(index) {
        return this.clip_slots[index];
    }

    stop_all_clips() {
        this.live.launcher.launch(this, null, this.live.quantum());
        return {};
    }

    /** For a test's own set: a clip in the arrangement. */
    putInArrangement({ start_beats = 0, ...rest }) {
        const clip = fillClip(
            new Clip(this.live, this, rest.length_beats, { audio: this.has_audio_input, start_beats }),
            rest,
        );
        this.arrangement_clips.push(clip);
        return clip;
    }
}

class ClipSlot extends LiveObject {
    constructor(live, track) {
        super(live, "ClipSlot", track);
        this.clip = null;
        this.has_stop_button = true;
        this.playing_status = 0;
        this.controls_other_clips = false;
        this.is_recording = false;
    }

    get track() {
        return this.parent;
    }
    get index() {
        return this.track.clip_slots.indexOf(this);
    }
    get path() {
        return `${this.track.path} clip_slots ${this.index}`;
    }
    get has_clip() {
        return this.clip !== null;
    }
    get is_group_slot() {
        return this.track.is_foldable;
    }
    get is_playing() {
        return this.clip?.is_playing ?? false;
    }
    get is_triggered() {
        return this.live.launcher.waiting.get(this.track)?.slot === this;
    }

    checkCanHold(what) {
        const { track } = this;
        const where = `${what} (${track.name}, slot ${this.index})`;
        if (this.clip) throw new Refusal(`${where}: the slot already holds a clip.`);
        if (track.trackKind !== "midi")
            throw new Refusal(`${where}: this is a ${track.trackKind} track, no MIDI track.`);
        if (track.is_frozen) throw new Refusal(`${where}: the track is frozen.`);
    }

    create_clip(length_beats) {
        this.checkCanHold("create_clip");
        if (!(length_beats > 0 && length_beats <= 1576800)) {
            throw new Refusal(`create_clip: a length of ${length_beats} beats is not above 0.`);
        }
        return { inverse: this.hold(new Clip(this.live, this, length_beats)) };
    }

    hold(clip) {
        clip.enter();
        this.clip = clip;
        this.live.note("create_clip", { track: this.track.name, slot: this.index });
        this.live.notify(this, "has_clip");
        return () => this.empty();
    }

    empty() {
        const { clip } = this;
        const { launcher, view } = this.live;
        if (launcher.playing.get(this.track)?.slot === this) launcher.begin(this.track, null);
        if (launcher.waiting.get(this.track)?.slot === this) launcher.forget(this.track);
        this.clip = null;
        if (view.detail_clip === clip) view.write("detail_clip", null);
        clip.leave();
        this.live.note("delete_clip", { track: this.track.name, slot: this.index });
        this.live.notify(this, "has_clip");
        return () => this.hold(clip);
    }

    delete_clip() {
        if (!this.clip) throw new Refusal(`delete_clip: slot ${this.index} of ${this.track.name} is empty.`);
        return { inverse: this.empty() };
    }

    duplicate_clip_to(target) {
        if (!this.clip) throw new Refusal("duplicate_clip_to: the slot is empty.");
        if (target.kind !== "ClipSlot") throw new Refusal(`duplicate_clip_to: a ${target.kind} is no ClipSlot.`);
        target.checkCanHold("duplicate_clip_to");
        const copy = new Clip(this.live, target, this.clip.length);
        for (const key of ["name", "color", "signature_numerator", "signature_denominator", "launch_quantization"]) {
            copy[key] = this.clip[key];
        }
        copy.marks = { ...this.clip.marks };
        copy.notes = this.clip.notes.map((note) => ({ ...note, note_id: this.live.nextNoteId() }));
        return { inverse: target.hold(copy) };
    }

    /** An empty slot's button stops the track. */
    fire() {
        if (!this.clip && this.track.arm) throw new Refusal("fire: recording is not modelled here.");
        const { live, clip, track } = this;
        const own = clip?.launch_quantization ?? 0;
        live.launcher.launch(track, clip ? this : null, own === 0 ? live.quantum() : live.quantum(own - 1));
        return {};
    }

    stop() {
        return this.track.stop_all_clips();
    }

    /** For a test's own set: {length_beats, notes, name, looping, numerator, denominator ...}. No undo step. */
    put(given) {
        const clip = fillClip(
            new Clip(this.live, this, given.length_beats, { audio: this.track.has_audio_input }),
            given,
        );
        this.clip = clip;
        this.live.notify(this, "has_clip");
        return clip;
    }
}

function fillClip(
    clip,
    { notes = [], name = "", numerator, denominator, marks = {}, launch_quantization = 0, muted = false },
) {
    clip.name = name;
    clip.signature_numerator = numerator ?? clip.signature_numerator;
    clip.signature_denominator = denominator ?? clip.signature_denominator;
    clip.launch_quantization = launch_quantization;
    clip.muted = muted;
    Object.assign(clip.marks, marks);
    if (notes.length) clip.add_new_notes({ notes });
    return clip;
}

class Scene extends LiveObject {
    constructor(live) {
        super(live, "Scene", live);
        this.name = "";
        this.color = 0;
    }

    get index() {
        return this.live.scenes.indexOf(this);
    }
    get path() {
        return `live_set scenes ${this.index}`;
    }
    get clip_slots() {
        return this.live.tracks.map((track) => track.clip_slots[this.index]);
    }
    get is_empty() {
        return this.clip_slots.every((slot) => !slot.clip);
    }
    get is_triggered() {
        return this.clip_slots.some((slot) => slot.is_triggered);
    }

    fire() {
        this.clip_slots.forEach((slot) => slot.fire());
        return {};
    }
}

module.exports = { ClipSlot, Scene, Track };
