"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { inScript, stillSet } = require("./sample_device");

/** Two clips of a bar on the first track. */
function twoClips(options) {
    const live = stillSet(options);
    for (const index of [0, 1]) live.tracks[0].slot(index).put({ length_beats: live.bar_beats, name: `Clip ${index}` });
    return live;
}

function launches(live) {
    return live.journal
        .filter(({ what }) => what === "launch" || what === "stop")
        .map(({ what, slot, at_beats }) => [what, slot, Number(at_beats.toFixed(6))]);
}

function fire(live, index, more = "") {
    const { device } = inScript(
        `var slot = new LiveAPI("live_set tracks 0 clip_slots ${index}"); ${more} slot.call("fire");`,
        { live },
    );
    assert.deepEqual(device.errors, []);
}

test("song time runs by the clock, and tempo changes its speed, not its place", () => {
    const live = stillSet({ tempo_bpm: 120 });
    live.clock.step(1);
    assert.equal(live.song_beats, 0);
    live.play();
    live.clock.step(1.5);
    assert.equal(live.song_beats, 3);
    live.setTempo(60);
    live.clock.step(1);
    assert.equal(live.song_beats, 4);
    live.stop();
    live.clock.step(1);
    assert.equal(live.song_beats, 4);
});

test("a clip waits for the next bar, and blinks meanwhile", () => {
    const live = twoClips();
    live.play();
    live.clock.step(1);
    fire(live, 0);
    const [track] = live.tracks;
    assert.deepEqual([track.fired_slot_index, track.playing_slot_index, track.slot(0).is_triggered], [0, -2, true]);
    live.clock.step(0.99);
    assert.equal(track.playing_slot_index, -2);
    live.clock.step(0.02);
    assert.deepEqual([track.fired_slot_index, track.playing_slot_index, track.slot(0).is_triggered], [-1, 0, false]);
    assert.deepEqual(launches(live), [["launch", 0, 4]]);
});

for (const [numerator, denominator, bar] of [
    [7, 8, 3.5],
    [3, 4, 3],
    [12, 8, 6],
    [5, 4, 5],
]) {
    test(`a bar of ${numerator}/${denominator} has ${bar} beats`, () => {
        const live = twoClips({ numerator, denominator });
        live.play();
        live.clock.step(0.5);
        fire(live, 0);
        live.clock.step(10);
        assert.deepEqual(launches(live), [["launch", 0, bar]]);
    });
}

// Clip.launch_quantization: 0 is the set's own, then as the set counts, from 1.
for (const [own, at_beats] of [
    [0, 4],
    [1, 1.1],
    [2, 32],
    [4, 8],
    [5, 4],
    [6, 2],
    [8, 2],
    [10, 1.5],
    [11, 4 / 3],
    [12, 1.25],
    [14, 1.125],
]) {
    test(`launch quantization ${own} of a clip that is fired at beat 1.1 is beat ${at_beats}`, () => {
        const live = twoClips();
        live.play();
        live.clock.step(0.55);
        fire(live, 0, `new LiveAPI("live_set tracks 0 clip_slots 0 clip").set("launch_quantization", ${own});`);
        live.clock.step(20);
        assert.deepEqual(launches(live), [["launch", 0, Number(at_beats.toFixed(6))]]);
    });
}

test("the set's quantization counts for clips that have none", () => {
    const live = twoClips();
    live.clip_trigger_quantization = 7;
    live.play();
    live.clock.step(0.6);
    fire(live, 0);
    live.clock.step(1);
    assert.deepEqual(launches(live), [["launch", 0, 2]]);
});

test("while the transport stands, a clip begins at once and the transport with it", () => {
    const live = twoClips();
    fire(live, 0);
    assert.deepEqual([live.is_playing, live.tracks[0].playing_slot_index], [true, 0]);
});

test("the old clip plays until the new one begins; what is fired last wins", () => {
    const live = twoClips();
    fire(live, 0);
    live.clock.step(0.5);
    fire(live, 1);
    fire(live, 0);
    fire(live, 1);
    assert.equal(live.tracks[0].playing_slot_index, 0);
    live.clock.step(1.6);
    assert.equal(live.tracks[0].playing_slot_index, 1);
    assert.deepEqual(launches(live), [
        ["launch", 0, 0],
        ["launch", 1, 4],
    ]);
});

test("the button of an empty slot stops the track at the boundary", () => {
    const live = twoClips();
    fire(live, 0);
    live.clock.step(0.5);
    fire(live, 5);
    assert.equal(live.tracks[0].fired_slot_index, -2);
    live.clock.step(2);
    assert.deepEqual(launches(live), [
        ["launch", 0, 0],
        ["stop", null, 4],
    ]);
});

test("a boundary stays the same beat when the tempo changes on the way", () => {
    const live = twoClips();
    live.play();
    live.clock.step(0.5);
    fire(live, 0);
    live.setTempo(240);
    live.clock.step(0.74);
    assert.deepEqual(launches(live), []);
    live.clock.step(0.02);
    assert.deepEqual(launches(live), [["launch", 0, 4]]);
});

test("stopping the transport forgets what waits", () => {
    const live = twoClips();
    live.play();
    live.clock.step(0.5);
    fire(live, 0);
    live.stop();
    live.clock.step(10);
    assert.deepEqual(launches(live), []);
});

test("a clip plays in its loop, and one without a loop once", () => {
    const live = stillSet();
    const { clip } = { clip: live.tracks[0].slot(0).put({ length_beats: 8, marks: { loop_start: 4, loop_end: 6 } }) };
    const once = live.tracks[0].slot(1).put({ length_beats: 2, marks: { looping: false } });
    fire(live, 0);
    live.clock.step(1.25);
    assert.equal(clip.playing_position, 2.5);
    live.clock.step(2);
    assert.equal(clip.playing_position, 4.5);
    fire(live, 1);
    live.clock.step(1);
    assert.equal(clip.is_playing, false);
    assert.equal(once.is_playing, true);
    live.clock.step(1);
    assert.equal(live.tracks[0].playing_slot_index, -2);
});

test("a clip that is deleted while it plays leaves the track silent", () => {
    const live = twoClips();
    fire(live, 0);
    const { device } = inScript("new LiveAPI('live_set tracks 0 clip_slots 0').call('delete_clip');", { live });
    assert.deepEqual(device.errors, []);
    assert.equal(live.tracks[0].playing_slot_index, -2);
});

test("what happened stands in the journal with its song time", () => {
    const live = twoClips();
    live.play();
    live.clock.step(1);
    live.tracks[0].slot(0).clip.replaceNotes([]);
    assert.deepEqual(
        live.journal.map(({ what, song_beats }) => [what, song_beats]),
        [
            ["play", 0],
            ["notes", 2],
        ],
    );
});
