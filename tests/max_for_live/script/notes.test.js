"use strict";
const test = require("node:test");
const assert = require("node:assert");
const {live_note, seeded} = require("./fake_set.js");
const notes = require("../../../max_for_live/script/notes.js");

function random_live_notes(random, count) {
    const made = [];
    for (let i = 0; i < count; i += 1) {
        made.push(live_note(Math.floor(random() * 128), i / 8 - 4, {
            duration: random() + 0.01, velocity: random() * 127, mute: random() < 0.5 ? 1 : 0,
            probability: random(), velocity_deviation: random() * 254 - 127, release_velocity: random() * 127
        }));
    }
    return made;
}

test("Live's notes and ours are an inverse pair", () => {
    const random = seeded(4);
    for (let round = 0; round < 50; round += 1) {
        const live = random_live_notes(random, 40), origin_beats = Math.floor(random() * 64) - 32;
        assert.deepStrictEqual(notes.to_live(notes.from_live(live, origin_beats), origin_beats, []), live);
        assert.deepStrictEqual(notes.again(live), live);
    }
});

test("over the wire and back through their sources they are the same to the last bit", () => {
    const random = seeded(7);
    for (let round = 0; round < 50; round += 1) {
        const live = random_live_notes(random, 40), ours = notes.from_live(live, 0);
        const heard = ours.map((note, i) => ({
            pitch: note.pitch, start_beats: Math.fround(note.start_beats), length_beats: Math.fround(note.length_beats),
            velocity: Math.fround(note.velocity), source: i
        }));
        assert.deepStrictEqual(notes.to_live(heard, 0, ours), live);
    }
});

test("a note whose source is not there, or that is new, has Live's defaults", () => {
    const note = {pitch: 36, start_beats: 1, length_beats: 0.25, velocity: 100, source: 9};
    assert.deepStrictEqual(notes.to_live([note, {...note, start_beats: 2, source: -1}], 0, []),
        [live_note(36, 1), live_note(36, 2)]);
});

test("notes are sorted by start and pitch, whatever Live's order", () => {
    const live = [live_note(40, 1), live_note(36, 1), live_note(50, 0)];
    assert.deepStrictEqual(notes.from_live(live, 0).map((note) => note.pitch), [50, 36, 40]);
});

test("two notes at one place count as one", () => {
    assert.strictEqual(notes.places([live_note(36, 0), live_note(36, 0), live_note(38, 0), live_note(36, 1)]), 3);
});

test("a clip fills a longer loop, and one as long is as it is", () => {
    const clip = {length_beats: 2, notes: [
        {pitch: 1, start_beats: -1}, {pitch: 2, start_beats: 0}, {pitch: 3, start_beats: 1.5},
        {pitch: 4, start_beats: 2}
    ]};
    assert.strictEqual(notes.looped(clip, 2), clip.notes);
    assert.strictEqual(notes.looped(clip, 1), clip.notes);
    assert.deepStrictEqual(notes.looped(clip, 5).map((note) => [note.pitch, note.start_beats]),
        [[1, -1], [2, 0], [3, 1.5], [2, 2], [3, 3.5], [2, 4]]);
});
