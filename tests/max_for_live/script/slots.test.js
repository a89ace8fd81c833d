"use strict";
const test = require("node:test");
const assert = require("node:assert");
const {FakeSet, clip, live_note} = require("./fake_set.js");
const live_set = require("../../../max_for_live/script/live_set.js");
const slots = require("../../../max_for_live/script/slots.js");

const FULL = clip({});
const RESULT = {length_beats: 4, numerator: 4, denominator: 4, notes: []};

function set_of(...full) {
    const set = new FakeSet([{slots: full.map((is_full) => (is_full ? FULL : null))}, {}]);
    return {set, track: set.tracks[0]};
}

function rows(set, track, below, count) {
    const target = slots.targets(set.world, track.id, below, count);
    return [target.first, target.last, target.grows, target.sentence];
}

test("the slots directly below", () => {
    const {set, track} = set_of(0, 1, 0, 0, 0, 0);
    assert.deepStrictEqual(rows(set, track, 1, 3), [2, 4, 0, "3 clips to slots 3–5"]);
    assert.deepStrictEqual(rows(set, track, 1, 1), [2, 2, 0, "1 clip to slot 3"]);
    assert.deepStrictEqual(set.log, []);
});

test("the first run that is long enough, taken slots are stepped over", () => {
    const {set, track} = set_of(1, 0, 1, 0, 0, 1, 0, 0, 0);
    assert.deepStrictEqual(rows(set, track, 0, 1), [1, 1, 0, "1 clip to slot 2"]);
    assert.deepStrictEqual(rows(set, track, 0, 2), [3, 4, 0, "2 clips to slots 4–5"]);
    assert.deepStrictEqual(rows(set, track, 0, 3), [6, 8, 0, "3 clips to slots 7–9"]);
});

test("scenes are added at the end", () => {
    const {set, track} = set_of(1, 0, 1, 0);
    assert.deepStrictEqual(rows(set, track, 0, 3), [3, 5, 2, "3 clips to slots 4–6, 2 new scenes"]);
    assert.deepStrictEqual(rows(set, track, 0, 2), [3, 4, 1, "2 clips to slots 4–5, 1 new scene"]);
    assert.deepStrictEqual(rows(set, track, 3, 1), [4, 4, 1, "1 clip to slot 5, 1 new scene"]);
    assert.deepStrictEqual(rows(set, track, 9, 1), [4, 4, 1, "1 clip to slot 5, 1 new scene"]);
    const {set: all, track: taken} = set_of(1, 1);
    assert.deepStrictEqual(rows(all, taken, 0, 1), [2, 2, 1, "1 clip to slot 3, 1 new scene"]);
});

test("without a row, from the highlighted slot on, on whatever track it is", () => {
    const {set, track} = set_of(0, 1, 0, 0);
    assert.deepStrictEqual(rows(set, track, null, 1), [0, 0, 0, "1 clip to slot 1"]);
    set.highlight(track.slots[1]);
    assert.deepStrictEqual(rows(set, track, null, 1), [2, 2, 0, "1 clip to slot 3"]);
    set.highlight(set.tracks[1].slots[3]);
    assert.deepStrictEqual(rows(set, track, null, 1), [3, 3, 0, "1 clip to slot 4"]);
});

test("results of another track's clip begin beside it", () => {
    assert.strictEqual(slots.below({track_id: 5, slot_index: 3}, 5), 3);
    assert.strictEqual(slots.below({track_id: 6, slot_index: 3}, 5), 2);
    assert.strictEqual(slots.below({track_id: 6, slot_index: null}, 5), null);
    assert.strictEqual(slots.below({refused: true, sentence: "No."}, 5), null);
    assert.strictEqual(slots.below(null, 5), null);
    const {set, track} = set_of(0, 0, 0, 0);
    assert.deepStrictEqual(rows(set, track, -1, 1), [0, 0, 0, "1 clip to slot 1"]);
});

test("a track that takes no clips is a sentence", () => {
    const set = new FakeSet([{kind: "audio"}, {kind: "group"}, {frozen: 1}, {kind: "return"}]);
    const sentences = set.tracks.map((track) => slots.targets(set.world, track.id, 0, 2).sentence);
    assert.deepStrictEqual(sentences, [
        "This is an audio track: use a MIDI track.",
        "A group has no clips of its own: use a track in it.",
        "The track is frozen: unfreeze it first.",
        "This track has no clip slots: use a MIDI track."
    ]);
    assert.strictEqual(slots.targets(set.world, 999, 0, 2).sentence, "The track is gone: choose another one.");
    set.tracks.forEach((track) => {
        const answer = slots.write(set.world, {track_id: track.id, from_row: 0}, [RESULT], ["x"], []);
        assert.strictEqual(answer.written, 0);
    });
    assert.deepStrictEqual(set.log, []);
});

test("clips are written in one undo step, with meter, loop, name and colour", () => {
    const {set, track} = set_of(1, 0);
    const seven = {length_beats: 7, numerator: 7, denominator: 8, notes: [
        {pitch: 60, start_beats: 1, length_beats: 0.5, velocity: 90, source: -1}
    ]};
    const target = slots.targets(set.world, track.id, 0, 3);
    const answer = slots.write(set.world, target, [seven, seven, seven], ["1/3 [A]", "2/3 [A]", "3/3 [A]"], [], 1234);
    assert.deepStrictEqual(answer, {written: 3, first: 1, sentence: "3 clips in slots 2–4"});
    assert.strictEqual(set.undo_steps, 1);
    track.slots.slice(1).forEach((slot, i) => {
        const made = slot.clip.properties;
        assert.deepStrictEqual([made.name, made.color, made.looping], [`${i + 1}/3 [A]`, 1234, 1]);
        assert.deepStrictEqual([made.loop_start, made.loop_end, made.start_marker, made.end_marker], [0, 7, 0, 7]);
        assert.deepStrictEqual([made.signature_numerator, made.signature_denominator], [7, 8]);
        assert.deepStrictEqual(slot.clip.notes.map(({note_id, ...note}) => note),
            [live_note(60, 1, {duration: 0.5, velocity: 90})]);
    });
});

test("what only Live knows of a note comes from its source, through all clips of the request", () => {
    const {set, track} = set_of(0, 0);
    const extras = {mute: 1, probability: 0.25, velocity_deviation: 30, release_velocity: 5};
    const first = {length_beats: 4, notes: [{pitch: 36, start_beats: 0, length_beats: 1, velocity: 1, source: -1}]};
    const second = {length_beats: 4, notes: [
        {pitch: 37, start_beats: 0.1, length_beats: 1 / 3, velocity: 99.9, source: -1, ...extras}
    ]};
    // As it comes back over the wire: rounded to 32 bits.
    const same = {pitch: 37, start_beats: Math.fround(0.1), length_beats: Math.fround(1 / 3),
        velocity: Math.fround(99.9), source: 1};
    const moved = {...same, start_beats: 2, velocity: 40};
    slots.write(set.world, slots.targets(set.world, track.id, -1, 1), [{...RESULT, notes: [same, moved]}], ["x"],
        [first, second]);
    assert.deepStrictEqual(track.slots[0].clip.notes.map(({note_id, ...note}) => note), [
        live_note(37, 0.1, {duration: 1 / 3, velocity: 99.9, ...extras}),
        live_note(37, 2, {duration: 1 / 3, velocity: 40, ...extras})
    ]);
});

test("an end of an interpolation is the user's clip to the last bit, notes outside of the loop too", () => {
    const notes = [live_note(40, -1.1), live_note(36, 0.3, {probability: 0.7}), live_note(42, 17.77, {mute: 1})];
    const set = new FakeSet([{slots: [clip({length: 4.1, notes}), null]}]);
    const [track] = set.tracks;
    const source = live_set.read_clip(set.world, track.slots[0].clip.id).clip;
    const back = {length_beats: Math.fround(4.1), numerator: 4, denominator: 4, notes: source.notes.map((note, i) => ({
        pitch: note.pitch, start_beats: Math.fround(note.start_beats), length_beats: Math.fround(note.length_beats),
        velocity: note.velocity, source: i
    }))};
    slots.write(set.world, slots.targets(set.world, track.id, 0, 1), [back], ["end"], [source]);
    const made = track.slots[1].clip;
    assert.deepStrictEqual(live_set.read_clip(set.world, made.id).clip, source);
    assert.strictEqual(made.properties.end_marker, 4.1);
});

test("4,096 notes arrive", () => {
    const {set, track} = set_of(0);
    const notes = [];
    for (let i = 0; i < 4096; i += 1) {
        notes.push({pitch: i % 128, start_beats: Math.floor(i / 128) / 4, length_beats: 0.2, velocity: 64, source: -1});
    }
    const answer = slots.write(set.world, slots.targets(set.world, track.id, -1, 1),
        [{length_beats: 8, numerator: 4, denominator: 4, notes}], ["all"], []);
    assert.strictEqual(answer.written, 1);
    assert.strictEqual(track.slots[0].clip.notes.length, 4096);
});

test("slots that were filled meanwhile are not written over", () => {
    const {set, track} = set_of(1, 0, 0, 0);
    const target = slots.targets(set.world, track.id, 0, 2);
    track.slots[2].clip = set.add_clip(clip({name: "mine"}), track.slots[2]);
    const answer = slots.write(set.world, target, [RESULT, RESULT], ["1/2", "2/2"], []);
    assert.deepStrictEqual(answer, {written: 2, first: 3, sentence: "2 clips in slots 4–5"});
    assert.strictEqual(track.slots[2].clip.properties.name, "mine");
    assert.deepStrictEqual([track.slots[3].clip.properties.name, track.slots[4].clip.properties.name], ["1/2", "2/2"]);
});

test("a slot that is filled amid the writing keeps its clip", () => {
    const {set, track} = set_of(0, 0);
    const create = set.ClipSlot_create_clip;
    set.ClipSlot_create_clip = (slot, beats) => {
        create.call(set, slot, beats);
        track.slots[1].clip = set.add_clip(clip({name: "mine"}), track.slots[1]);
    };
    const answer = slots.write(set.world, slots.targets(set.world, track.id, -1, 2), [RESULT, RESULT], ["a", "b"], []);
    assert.strictEqual(answer.written, 1);
    assert.deepStrictEqual(track.slots.map((slot) => slot.clip.properties.name), ["a", "mine"]);
});

test("a Live that adds no more scenes gets the clips that fit", () => {
    const {set, track} = set_of(1, 0, 0);
    set.most_scenes = 4;
    const answer = slots.write(set.world, slots.targets(set.world, track.id, 0, 4), [RESULT, RESULT, RESULT, RESULT],
        ["a", "b", "c", "d"], []);
    assert.deepStrictEqual(answer,
        {written: 3, first: 1, sentence: "3 of 4 clips written: Live added no more scenes."});
    assert.strictEqual(track.slots.length, 4);
});

test("a clip that Live does not take whole is not left there", () => {
    const {set, track} = set_of(0, 0);
    const notes = [0, 1, 2].map((start_beats) => ({pitch: 36, start_beats, length_beats: 1, velocity: 9, source: -1}));
    set.most_notes_taken = 2;
    let answer = slots.write(set.world, slots.targets(set.world, track.id, -1, 1), [{...RESULT, notes}], ["a"], []);
    assert.deepStrictEqual(answer,
        {written: 0, first: 0, sentence: "Nothing was written: Live made no clip in slot 1."});
    assert.strictEqual(track.slots[0].clip, null);
    set.broken_slots.add(track.slots[1]);
    answer = slots.write(set.world, slots.targets(set.world, track.id, -1, 2), [RESULT, RESULT], ["a", "b"], []);
    assert.deepStrictEqual(answer,
        {written: 1, first: 0, sentence: "1 of 2 clips written: Live made no clip in slot 2."});
    assert.strictEqual(set.step_is_open, false);
});

test("a copy stands in the next empty slot, under its own name, as one undo step", () => {
    const {set, track} = set_of(1, 1, 0);
    track.slots[0].clip.properties.name = "Beat";
    const steps = set.undo_steps;
    assert.deepStrictEqual(slots.keep_copy(set.world, track.slots[0].clip.id),
        {written: 1, sentence: "1 clip in slot 3"});
    assert.strictEqual(track.slots[2].clip.properties.name, "Beat (kept)");
    assert.strictEqual(track.slots[0].clip.properties.name, "Beat");
    assert.strictEqual(set.undo_steps, steps + 1);
    assert.strictEqual(slots.keep_copy(set.world, 9999).written, 0);
});

test("where no copy can be made, none is told of", () => {
    const {set, track} = set_of(1, 0);
    set.broken_slots.add(track.slots[1]);
    const answer = slots.keep_copy(set.world, track.slots[0].clip.id);
    assert.strictEqual(answer.written, 0);
    assert.match(answer.sentence, /^Nothing was written/);
    assert.strictEqual(set.step_is_open, false);
});
