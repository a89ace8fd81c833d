// Live mode: when the clip that plays is changed. The clock and the song are the test's.
"use strict";
const test = require("node:test");
const assert = require("node:assert");
const {FakeSet, clip, live_note} = require("./fake_set.js");
const live_mode = require("../../../max_for_live/script/live_mode.js");

const STEP_SECONDS = 0.005;
const BLEND = {
    length_beats: 4, numerator: 4, denominator: 4,
    notes: [{pitch: 40, start_beats: 1, length_beats: 0.5, velocity: 90, source: -1}],
};

// A clip that plays in a running song, and the mode of a device on its track.
function playing({tempo = 120, from_beats = 1}) {
    const set = new FakeSet([{slots: [clip({notes: [live_note(36, 0)]}), null]}], {
        is_playing: 1, tempo, current_song_time: from_beats
    });
    const [track] = set.tracks;
    track.properties.playing_slot_index = 0;
    set.put_device(track);
    const timers = new Set(), written = {}, knobs = {live: 1, boundary: 0};
    let seconds = 0;
    const world = Object.assign(set.world, {
        later(after, f) {
            const timer = {due: seconds + after, f};
            timers.add(timer);
            return {cancel: () => timers.delete(timer)};
        },
        redraw() {},
        written: () => written
    });
    const device = {world, knob: (name) => knobs[name], say() {}, settle() {}, model: {}};
    const pitches = () => track.slots[0].clip.notes.map((note) => note.pitch).join(" ");
    return {
        pitches,
        mode: live_mode.create(device, () => assert.fail("nothing else plays")),
        // Lets time pass until the clip's notes are others: the song's beat at which they are.
        changes() {
            const before = pitches();
            for (let step = 0; pitches() === before; step += 1) {
                assert.ok(step < 2000, "nothing came for ten seconds");
                seconds += STEP_SECONDS;
                set.song.properties.current_song_time += STEP_SECONDS * tempo / 60;
                for (const timer of [...timers].filter(({due}) => due <= seconds + 1e-9)) {
                    timers.delete(timer);
                    timer.f();
                }
            }
            return set.song.properties.current_song_time;
        }
    };
}

for (const tempo of [60, 120, 240, 400]) {
    test(`at ${tempo} BPM the notes are there before the boundary, so that Live plays them, and not long before`, () => {
        const live = playing({tempo});
        live.mode.play(BLEND, [], {start_song_beats: 4, late: 0});
        const early_seconds = (4 - live.changes()) * 60 / tempo;
        assert.ok(early_seconds >= 0.02 && early_seconds <= 0.06, `${early_seconds} s before the bar`);
        assert.strictEqual(live.pitches(), "40");
    });
}

test("a boundary that has just passed still counts, one that passed a tenth of a second ago does not", () => {
    const just = playing({from_beats: 4.1});
    just.mode.play(BLEND, [], {start_song_beats: 4, late: 0});
    assert.strictEqual(just.pitches(), "40");
    const late = playing({from_beats: 4.2});
    late.mode.play(BLEND, [], {start_song_beats: 4, late: 0});
    assert.strictEqual(late.pitches(), "36");
    const at_beats = late.changes();
    assert.ok(at_beats > 7.8 && at_beats < 8, `changed at ${at_beats}`);
});
