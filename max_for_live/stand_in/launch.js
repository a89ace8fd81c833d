"use strict";

/** Song.clip_trigger_quantization in beats; Clip.launch_quantization counts the same values from 1, 0 being this. */
function quantumBeats(index, barBeats) {
    return [0, 8 * barBeats, 4 * barBeats, 2 * barBeats, barBeats, 2, 4 / 3, 1, 2 / 3, 0.5, 1 / 3, 0.25, 1 / 6, 0.125][
        index
    ];
}

function nextBoundary(beats, quantum) {
    return quantum === 0 ? beats : Math.ceil(beats / quantum - 1e-9) * quantum;
}

/** Which slot of which track plays, and which waits for its boundary. A slot of null is the stop button. */
class Launcher {
    constructor(live) {
        this.live = live;
        this.waiting = new Map();
        this.playing = new Map();
    }

    launch(track, slot, quantum) {
        const { live } = this;
        this.forget(track);
        if (!live.is_playing) {
            if (slot) live.startPlaying();
            this.begin(track, slot);
            return;
        }
        const at_beats = nextBoundary(live.song_beats, quantum);
        const entry = { slot, at_beats, timer: null };
        this.waiting.set(track, entry);
        this.schedule(track, entry);
        this.tellTriggered(track, slot);
    }

    schedule(track, entry) {
        const { live } = this;
        const ms = ((entry.at_beats - live.song_beats) / live.tempo) * 60000;
        entry.timer = live.clock.after(Math.max(0, ms), () => {
            this.waiting.delete(track);
            this.begin(track, entry.slot, entry.at_beats);
            this.tellTriggered(track, entry.slot);
        });
    }

    /** After the tempo or the position changed, or when the transport stops. */
    reschedule() {
        for (const [track, entry] of this.waiting) {
            this.live.clock.cancel(entry.timer);
            if (this.live.is_playing) this.schedule(track, entry);
            else this.waiting.delete(track);
        }
        for (const state of this.playing.values()) this.scheduleEnd(state);
    }

    forget(track) {
        const entry = this.waiting.get(track);
        if (!entry) return;
        this.live.clock.cancel(entry.timer);
        this.waiting.delete(track);
        this.tellTriggered(track, entry.slot);
    }

    begin(track, slot, at_beats = this.live.song_beats) {
        const { live } = this;
        const before = this.playing.get(track);
        if (before?.timer) live.clock.cancel(before.timer);
        this.playing.delete(track);
        if (slot) {
            const state = { track, slot, began_beats: at_beats, timer: null };
            this.playing.set(track, state);
            this.scheduleEnd(state);
        }
        live.note(slot ? "launch" : "stop", { track: track.name, slot: slot?.index ?? null, at_beats });
        for (const each of [before?.slot, slot]) if (each?.clip) live.notify(each.clip, "playing_status");
        live.notify(track, "playing_slot_index");
    }

    /** A clip without a loop plays once. */
    scheduleEnd(state) {
        const { live } = this;
        if (state.timer) live.clock.cancel(state.timer);
        state.timer = null;
        const { clip } = state.slot;
        if (!clip || clip.looping || !live.is_playing) return;
        const beats = state.began_beats + clip.end_marker - clip.start_marker - live.song_beats;
        state.timer = live.clock.after((Math.max(0, beats) / live.tempo) * 60000, () => this.begin(state.track, null));
    }

    stopAll() {
        for (const track of [...this.waiting.keys()]) this.forget(track);
        for (const track of [...this.playing.keys()]) this.begin(track, null);
    }

    tellTriggered(track, slot) {
        this.live.notify(track, "fired_slot_index");
        if (!slot) return;
        this.live.notify(slot, "is_triggered");
        if (slot.clip) this.live.notify(slot.clip, "playing_status");
    }

    /** Beats in the clip's own time, 0 for a clip that stands still. */
    positionOf(clip) {
        const state = this.playing.get(clip.track);
        if (!state || state.slot.clip !== clip || !this.live.is_playing) return 0;
        const beats = clip.start_marker + this.live.song_beats - state.began_beats;
        if (!clip.looping || beats < clip.loop_end) return beats;
        return clip.loop_start + ((beats - clip.loop_start) % (clip.loop_end - clip.loop_start));
    }
}

module.exports = { Launcher, nextBoundary, quantumBeats };
