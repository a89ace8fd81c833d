"use strict";
const test = require("node:test");
const assert = require("node:assert");
const {FakeSet, clip, live_note} = require("./fake_set.js");
const live_set = require("../../../max_for_live/script/live_set.js");

function selected(made) {
    const set = new FakeSet([{name: "Drums", slots: [null, made]}]);
    set.select(set.tracks[0].slots[1].clip);
    return live_set.selected_clip(set.world);
}

test("a selected clip comes with its place and all that Live knows of its notes", () => {
    const rim = live_note(37, 1.5, {velocity: 77.5, mute: 1, probability: 0.5, velocity_deviation: -20,
        release_velocity: 12});
    const found = selected(clip({name: "My Beat", length: 3.5, notes: [rim, live_note(36, 0)],
        signature_numerator: 7, signature_denominator: 8}));
    assert.strictEqual(found.refused, undefined);
    assert.strictEqual(found.name, "My Beat");
    assert.deepStrictEqual([found.track_index, found.slot_index, found.is_arrangement], [0, 1, false]);
    assert.strictEqual(found.color, 255);
    assert.strictEqual(found.advice, "");
    assert.deepStrictEqual([found.clip.length_beats, found.clip.numerator, found.clip.denominator], [3.5, 7, 8]);
    assert.deepStrictEqual(found.clip.notes.map((note) => note.pitch), [36, 37]);
    assert.deepStrictEqual(found.clip.notes[1], {
        pitch: 37, start_beats: 1.5, length_beats: 0.25, velocity: 77.5, source: -1, probability: 0.5,
        velocity_deviation: -20, release_velocity: 12, mute: 1
    });
});

test("times count from the loop, and notes before and behind it are there", () => {
    const notes = [live_note(36, 8), live_note(38, 3.75), live_note(40, -2), live_note(42, 12), live_note(44, 20000)];
    const found = selected(clip({notes, loop_start: 4, loop_end: 12, start_marker: 2, end_marker: 30}));
    assert.strictEqual(found.clip.length_beats, 8);
    assert.deepStrictEqual(found.clip.notes.map((note) => note.start_beats), [-6, -0.25, 4, 8]);
});

test("a clip that does not loop goes from marker to marker", () => {
    const notes = [live_note(36, 1), live_note(36, 2)];
    const found = selected(clip({notes, looping: 0, loop_start: 1, loop_end: 6, start_marker: 1, end_marker: 6}));
    assert.strictEqual(found.clip.length_beats, 5);
    assert.deepStrictEqual(found.clip.notes.map((note) => note.start_beats), [0, 1]);
});

test("a clip without a name is called after its track", () => {
    assert.strictEqual(selected(clip({name: ""})).name, "Drums");
});

test("what cannot be read is a sentence", () => {
    const many = [];
    for (let i = 0; i < 4097; i += 1) {
        many.push(live_note(36, i / 64));
    }
    const cases = [
        [clip({midi: false}), "This is an audio clip: choose a MIDI clip."],
        [clip({length: 260}), "The clip has 65 bars: up to 64 can be read."],
        [clip({length: 256.5}), "The clip has 65 bars: up to 64 can be read."],
        [clip({length: 0.125}), "The clip is shorter than a sixteenth: make it longer."],
        [clip({length: NaN}), "The clip is shorter than a sixteenth: make it longer."],
        [clip({length: 64, notes: many}), "The clip has 4,097 notes: up to 4,096 can be read."]
    ];
    cases.forEach(([made, sentence]) => {
        assert.deepStrictEqual(selected(made), {refused: true, sentence});
    });
    assert.strictEqual(selected(clip({length: 256})).clip.length_beats, 256);
});

test("without a clip in Clip View the highlighted slot counts", () => {
    const set = new FakeSet([{slots: [null, clip({name: "B"})]}, {kind: "group"}]);
    assert.strictEqual(live_set.selected_clip(set.world).sentence, "No clip is selected: click one first.");
    set.highlight(set.tracks[0].slots[0]);
    assert.strictEqual(live_set.selected_clip(set.world).sentence, "No clip is selected: click one first.");
    set.highlight(set.tracks[0].slots[1]);
    assert.strictEqual(live_set.selected_clip(set.world).name, "B");
    set.highlight(set.tracks[1].slots[0]);
    assert.strictEqual(live_set.selected_clip(set.world).sentence,
        "A group has no clips of its own: open it and click one.");
});

test("a clip of the arrangement is read and says where results go, one in a take lane too", () => {
    const set = new FakeSet([{}, {name: "Keys", arrangement: [clip({name: "Intro"}), clip({name: "Take"})]}]);
    const lane = set.add("TakeLane", {canonical_parent: set.tracks[1]});
    set.tracks[1].arrangement[1].properties.canonical_parent = lane;
    ["Intro", "Take"].forEach((name, i) => {
        set.select(set.tracks[1].arrangement[i]);
        const found = live_set.selected_clip(set.world);
        assert.deepStrictEqual([found.name, found.track_index, found.slot_index, found.is_arrangement],
            [name, 1, null, true]);
        assert.strictEqual(found.advice, "In the arrangement: results go to Session slots.");
    });
});

test("a clip that was deleted is a sentence", () => {
    const set = new FakeSet([{}]);
    assert.strictEqual(live_set.read_clip(set.world, 999).sentence, "The clip is gone: choose another one.");
});

test("the own track is found from inside Racks and after a move", () => {
    const set = new FakeSet([{name: "Drums"}, {name: "Bass"}, {name: "A-Reverb", kind: "return"}]);
    assert.strictEqual(live_set.own_track(set.world).refused, true);
    set.put_device(set.tracks[0], 3);
    assert.deepStrictEqual(live_set.own_track(set.world),
        {track_id: set.tracks[0].id, track_index: 0, name: "Drums"});
    set.put_device(set.tracks[1]);
    assert.strictEqual(live_set.own_track(set.world).track_index, 1);
    set.put_device(set.tracks[2]);
    assert.strictEqual(live_set.own_track(set.world).track_index, -1);
});

test("the clip that plays on a track", () => {
    const set = new FakeSet([{slots: [null, clip({})]}]);
    const [track] = set.tracks;
    assert.strictEqual(live_set.playing_clip(set.world, track.id), null);
    track.properties.playing_slot_index = 1;
    assert.strictEqual(live_set.playing_clip(set.world, track.id), track.slots[1].clip.id);
    track.properties.playing_slot_index = 0;
    assert.strictEqual(live_set.playing_clip(set.world, track.id), null);
    assert.strictEqual(live_set.playing_clip(set.world, 999), null);
});

test("a track on which a launch is due", () => {
    const set = new FakeSet([{slots: [clip({}), clip({})]}]);
    const [track] = set.tracks;
    assert.strictEqual(live_set.launching(set.world, track.id), null);
    track.properties.fired_slot_index = 1;
    assert.strictEqual(live_set.launching(set.world, track.id), track.slots[1].clip.id);
    track.properties.fired_slot_index = -2;
    assert.strictEqual(live_set.launching(set.world, track.id), 0, "the stop button");
    assert.strictEqual(live_set.launching(set.world, null), null);
});

test("the selection is watched until it is stopped", () => {
    const set = new FakeSet([{}]);
    let count = 0;
    const watch = live_set.watch_selection(set.world, () => {
        count += 1;
    });
    assert.deepStrictEqual(set.observed.map((observer) => observer.property).sort(),
        ["detail_clip", "selected_scene", "selected_track"]);
    set.observed.forEach((observer) => observer.changed());
    assert.strictEqual(count, 3);
    watch.stop();
    assert.ok(set.observed.every((observer) => observer.is_stopped));
});

function playing(made) {
    const set = new FakeSet([{slots: [made]}]);
    return {set, live: set.tracks[0].slots[0].clip};
}

function bare(notes) {
    return notes.map(({note_id, ...note}) => note);
}

const HIT = {pitch: 38, start_beats: 1, length_beats: 0.25, velocity: 90, source: -1};

test("live mode changes the notes in one undo step and leaves the clip alone", () => {
    const far = live_note(50, 9000);
    const {set, live} = playing(clip({notes: [live_note(36, 4), live_note(37, 5, {probability: 0.5}), far],
        loop_start: 4, loop_end: 8}));
    const source = live_set.read_clip(set.world, live.id).clip;
    const result = {length_beats: 4, notes: [HIT, {...HIT, pitch: 37, source: 1, start_beats: 1}]};
    assert.deepStrictEqual(live_set.replace_notes(set.world, live.id, result, [source]), {written: 2, sentence: ""});
    assert.deepStrictEqual(bare(live.notes), [far, live_note(37, 5, {probability: 0.5, velocity: 90}),
        live_note(38, 5, {velocity: 90})]);
    assert.deepStrictEqual([live.properties.loop_start, live.properties.loop_end], [4, 8]);
    assert.strictEqual(set.undo_steps, 1);
    // The same again changes nothing and makes no undo step.
    live_set.replace_notes(set.world, live.id, result, [source]);
    assert.strictEqual(set.undo_steps, 1);
});

test("live mode never shortens a loop: a shorter result is repeated", () => {
    const {set, live} = playing(clip({length: 10, notes: [live_note(36, 0)]}));
    const early = {...HIT, pitch: 36, start_beats: -0.125}, behind = {...HIT, pitch: 40, start_beats: 5};
    live_set.replace_notes(set.world, live.id, {length_beats: 4, notes: [HIT, early, behind]}, []);
    assert.deepStrictEqual(live.notes.map((note) => [note.pitch, note.start_time]),
        [[36, -0.125], [38, 1], [38, 5], [38, 9]]);
    assert.strictEqual(live.properties.loop_end, 10);
});

test("live mode lengthens the loop before the notes come", () => {
    const {set, live} = playing(clip({notes: [live_note(36, 0)]}));
    live_set.replace_notes(set.world, live.id, {length_beats: 8, notes: [HIT]}, []);
    assert.strictEqual(live.properties.loop_end, 8);
    assert.deepStrictEqual(set.log, ["set loop_end", "remove_notes_extended", "add_new_notes"]);
});

test("where Live does not take the notes the old ones are back", () => {
    const old = [live_note(36, 0, {release_velocity: 3}), live_note(37, 1)];
    const {set, live} = playing(clip({notes: old}));
    set.most_notes_taken = 2;
    const answer = live_set.replace_notes(set.world, live.id,
        {length_beats: 4, notes: [0, 1, 2].map((i) => ({...HIT, start_beats: i}))}, []);
    assert.deepStrictEqual(answer, {written: 0, sentence: "The old clip plays on: Live took 2 of 3 notes."});
    assert.deepStrictEqual(bare(live.notes), old);
    assert.strictEqual(set.step_is_open, false);
});

test("live mode without its clip is a sentence", () => {
    const set = new FakeSet([{slots: [clip({midi: false})]}]);
    const result = {length_beats: 4, notes: []};
    assert.strictEqual(live_set.replace_notes(set.world, 999, result, []).sentence,
        "The clip is gone: choose another one.");
    assert.strictEqual(live_set.replace_notes(set.world, set.tracks[0].slots[0].clip.id, result, []).sentence,
        "This is an audio clip: choose a MIDI clip.");
    assert.deepStrictEqual(set.log, []);
});
