"use strict";

const { RealClock } = require("./clock");
const { History } = require("./history");
const { Launcher, quantumBeats } = require("./launch");
const { LiveObject } = require("./live_object");
const { Observers } = require("./observers");
const { Refusal } = require("./refusal");
const { ClipSlot, Scene, Track } = require("./track");

const SCALES = { Major: [0, 2, 4, 5, 7, 9, 11], Minor: [0, 2, 3, 5, 7, 8, 10], Dorian: [0, 2, 3, 5, 7, 9, 10] };
/** How often Live tells of its song time, about. */
const TICK_MS = 60;

/**
 * A Live set that a test builds and plays: it is the Song of the Live Object Model, with the application around it.
 * Methods in camelCase are the user's hands and the test's eyes; names with underscores are Live's own.
 */
class LiveSet {
    constructor({
        clock = new RealClock(),
        tempo_bpm = 120,
        numerator = 4,
        denominator = 4,
        scenes = 8,
        splits_names = false,
    } = {}) {
        this.clock = clock;
        this.kind = "Song";
        this.path = "live_set";
        this.objects = new Map();
        this.lastId = 0;
        this.lastNoteId = 0;
        this.id = this.nextId();
        this.objects.set(this.id, this);
        this.observers = new Observers();
        this.history = new History();
        this.launcher = new Launcher(this);
        /** What happened, in order: {what, song_beats, now_ms, ...}. */
        this.journal = [];
        /** Whether `get("name")` gives a name in pieces, split at its spaces, as some have seen it. */
        this.splits_names = splits_names;
        this.tempo = tempo_bpm;
        this.signature_numerator = numerator;
        this.signature_denominator = denominator;
        this.clip_trigger_quantization = 4;
        this.root_note = 0;
        this.scale_name = "Major";
        this.scale_mode = false;
        this.is_playing = false;
        this.start_beats = 0;
        this.anchor = { beats: 0, ms: 0 };
        this.tick = null;
        this.scenes = Array.from({ length: scenes }, () => new Scene(this));
        this.tracks = [];
        this.view = new SongView(this);
        this.application = new Application(this);
        /** Dictionaries and the like have one name for all devices of a set, as in Max. */
        this.dictionaries = new Map();
        this.globals = new Map();
        this.openDevices = new Set();
    }

    nextId() {
        return (this.lastId += 1);
    }

    nextNoteId() {
        return (this.lastNoteId += 1);
    }

    get canonical_parent() {
        return this.application;
    }
    get exists() {
        return true;
    }
    get visible_tracks() {
        return this.tracks;
    }
    get scale_intervals() {
        return SCALES[this.scale_name] ?? SCALES.Major;
    }
    get can_undo() {
        return this.history.steps.length > 0;
    }
    get current_song_time() {
        return this.song_beats;
    }
    get bar_beats() {
        return (this.signature_numerator * 4) / this.signature_denominator;
    }

    get song_beats() {
        const { beats, ms } = this.anchor;
        return this.is_playing ? beats + ((this.clock.now_ms - ms) * this.tempo) / 60000 : beats;
    }

    /** Beats of a quantization as Song counts them; without an index, the set's own. */
    quantum(index = this.clip_trigger_quantization) {
        return quantumBeats(index, this.bar_beats);
    }

    notify(object, property) {
        this.observers.notify(object, property);
    }

    note(what, more) {
        this.journal.push({ what, song_beats: this.song_beats, now_ms: this.clock.now_ms, ...more });
    }

    // The user's hands.

    addTrack({ name = `${this.tracks.length + 1}-MIDI`, kind, group } = {}) {
        const track = new Track(this, { name, kind, group });
        this.tracks.push(track);
        this.view.selected_track ??= track;
        this.notify(this, "tracks");
        return track;
    }

    /** Clicks on a clip, a slot or a track. */
    select(what) {
        const { view } = this;
        const track = what.kind === "Track" ? what : what.track;
        const slot =
            what.kind === "ClipSlot" ? what : what.kind === "Clip" && what.is_session_clip ? what.parent : null;
        if (slot) {
            view.write("highlighted_clip_slot", slot);
            view.write("selected_scene", this.scenes[slot.index]);
        }
        view.write("selected_track", track);
        const clip = what.kind === "Clip" ? what : (slot?.clip ?? null);
        if (what.kind !== "Track") view.write("detail_clip", clip);
    }

    play() {
        this.startPlaying();
    }
    stop() {
        this.stopPlaying();
    }
    setTempo(tempo_bpm) {
        this.write("tempo", tempo_bpm);
    }

    undo() {
        this.history.undo();
        return {};
    }

    close() {
        [...this.openDevices].forEach((device) => device.close());
        this.clock.close();
    }

    // Transport.

    moveAnchor(beats = this.song_beats) {
        this.anchor = { beats, ms: this.clock.now_ms };
    }

    startPlaying(from_beats = this.start_beats) {
        if (this.is_playing) return;
        this.moveAnchor(from_beats);
        this.is_playing = true;
        for (const state of this.launcher.playing.values()) state.began_beats = from_beats;
        this.launcher.reschedule();
        this.note("play");
        this.notify(this, "is_playing");
        this.watchTime();
    }

    stopPlaying() {
        if (!this.is_playing) return;
        this.moveAnchor();
        this.is_playing = false;
        this.launcher.reschedule();
        this.note("stop_playing");
        this.notify(this, "is_playing");
    }

    /** Song time is told now and then while it runs and somebody listens. */
    watchTime() {
        if (this.tick || !this.is_playing) return;
        if (!this.observers.any("current_song_time") && !this.observers.any("playing_position")) return;
        this.tick = this.clock.after(TICK_MS, () => {
            this.tick = null;
            this.notify(this, "current_song_time");
            for (const { slot } of this.launcher.playing.values())
                if (slot.clip) this.notify(slot.clip, "playing_position");
            this.watchTime();
        });
    }

    write(property, value) {
        const before = this[property];
        if (property === "is_playing") {
            if (value) this.startPlaying();
            else this.stopPlaying();
            return null;
        }
        if (property === "current_song_time") {
            this.moveAnchor(value);
            this.launcher.reschedule();
            this.notify(this, property);
            return null;
        }
        if (property === "scale_name" && !SCALES[value]) throw new Refusal(`scale_name: ${value} is no scale here.`);
        if (property === "tempo") this.moveAnchor();
        this[property] = value;
        if (property === "tempo") this.launcher.reschedule();
        this.notify(this, property);
        if (property === "scale_name") this.notify(this, "scale_intervals");
        return () => this.write(property, before);
    }

    // Live's functions. Each returns {value, inverse}: what the caller gets, and what undoes it.

    start_playing() {
        this.startPlaying();
        return {};
    }

    continue_playing() {
        this.startPlaying(this.song_beats);
        return {};
    }

    stop_playing() {
        this.stopPlaying();
        return {};
    }

    stop_all_clips(quantized = 1) {
        if (quantized) this.tracks.forEach((track) => track.stop_all_clips());
        else this.launcher.stopAll();
        return {};
    }

    begin_undo_step() {
        this.history.begin();
        return {};
    }

    end_undo_step() {
        this.history.end();
        return {};
    }

    place(what, index, length) {
        if (index < -1 || index > length) throw new Refusal(`${what}: index ${index} is outside -1 to ${length}.`);
        return index === -1 ? length : index;
    }

    create_scene(index) {
        const at = this.place("create_scene", index, this.scenes.length);
        const row = { scene: new Scene(this), slots: this.tracks.map((track) => new ClipSlot(this, track)) };
        const inverse = this.insertRow(at, row);
        return { value: row.scene, inverse };
    }

    insertRow(at, row) {
        this.scenes.splice(at, 0, row.scene);
        this.tracks.forEach((track, number) => track.clip_slots.splice(at, 0, row.slots[number]));
        [row.scene, ...row.slots].forEach((each) => each.enter());
        this.tellRows();
        return () => this.removeRow(at);
    }

    removeRow(at) {
        const slots = this.tracks.map((track) => track.clip_slots[at]);
        const inverses = slots.filter((slot) => slot.clip).map((slot) => slot.empty());
        this.tracks.forEach((track) => track.clip_slots.splice(at, 1));
        const row = { scene: this.scenes.splice(at, 1)[0], slots };
        if (slots.includes(this.view.highlighted_clip_slot)) this.view.highlighted_clip_slot = null;
        if (this.view.selected_scene === row.scene) this.view.write("selected_scene", this.scenes[0]);
        [row.scene, ...row.slots].forEach((each) => each.leave());
        this.tellRows();
        return () => {
            this.insertRow(at, row);
            inverses.forEach((inverse) => inverse());
        };
    }

    tellRows() {
        this.notify(this, "scenes");
        this.tracks.forEach((track) => this.notify(track, "clip_slots"));
    }

    delete_scene(index) {
        if (index < 0 || index >= this.scenes.length) throw new Refusal(`delete_scene: there is no scene ${index}.`);
        if (this.scenes.length === 1) throw new Refusal("delete_scene: a set keeps at least one scene.");
        return { inverse: this.removeRow(index) };
    }

    create_midi_track(index) {
        const at = this.place("create_midi_track", index, this.tracks.length);
        const track = new Track(this, { name: `${this.tracks.length + 1}-MIDI` });
        this.tracks.splice(at, 0, track);
        this.notify(this, "tracks");
        const inverse = () => {
            this.tracks.splice(this.tracks.indexOf(track), 1);
            track.leave();
            this.notify(this, "tracks");
        };
        return { value: track, inverse };
    }
}

class SongView extends LiveObject {
    constructor(live) {
        super(live, "Song.View", live);
        this.path = "live_set view";
        this.detail_clip = null;
        this.highlighted_clip_slot = null;
        this.selected_track = null;
        this.selected_scene = live.scenes[0];
    }

    write(property, value) {
        super.write(property, value);
        return null; // what is shown is no matter of undo
    }
}

class Application extends LiveObject {
    constructor(live) {
        super(live, "Application", null);
        this.path = "live_app";
    }

    get_major_version() {
        return { value: 12 };
    }
    get_minor_version() {
        return { value: 1 };
    }
    get_bugfix_version() {
        return { value: 0 };
    }
    get_version_string() {
        return { value: "12.1.0" };
    }
}

module.exports = { LiveSet };
