// What a clip may be stands in protocol.js alone: where the table says something else, all of the script follows.
"use strict";
const test = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const {openStill} = require("../../../max_for_live/stand_in/still.js");
const {FakeSet, clip, live_note} = require("./fake_set.js");
const {loader, plain} = require("./load.js");

const LIMITS = {bars: 3, notes: 10, shortest_beats: 0.5, shortest: "an eighth", beats: 20};

// The script as it would be with these limits.
function limited() {
    const protocol = loader({})("./protocol");
    Object.assign(protocol.limits, LIMITS);
    const range = (row, name, changed) => Object.assign(row.find((field) => field.name === name), changed);
    range(protocol.groups.Note, "start_beats", {low: -20, high: 20});
    range(protocol.groups.Note, "length_beats", {high: 20});
    range(protocol.asks["/sideman/clip"].fields, "length_beats", {low: 0.5, high: 12});
    range(protocol.heads.SkillAsk.fields, "launch_quantum_beats", {high: 8});
    protocol.instruments.splice(0, 2, "tabla", "raga");
    return loader({}, {"./protocol": protocol});
}

function notes(count, extra = {}) {
    return Array.from({length: count}, (_, i) => live_note(36, i / 8, extra));
}

function read(load, properties) {
    const set = new FakeSet([{slots: [clip(properties)]}]);
    set.select(set.tracks[0].slots[0].clip);
    const found = load("./live_set").selected_clip(set.world);
    return found.refused ? found.sentence : plain(found.clip);
}

test("a clip of Live is read up to the limits", () => {
    const load = limited();
    for (const [properties, sentence] of [
        [{length: 12.5}, "The clip has 4 bars: up to 3 can be read."],
        [{length: 0.25}, "The clip is shorter than an eighth: make it longer."],
        [{notes: notes(11)}, "The clip has 11 notes: up to 10 can be read."],
    ]) {
        assert.strictEqual(read(load, properties), sentence);
    }
    assert.strictEqual(read(load, {length: 12}).length_beats, 12);
    assert.strictEqual(read(load, {length: 0.5}).length_beats, 0.5);
    assert.strictEqual(read(load, {notes: notes(10)}).notes.length, 10);
});

test("notes out of reach are not read, and long ones are as long as may be", () => {
    const load = limited();
    const far = [live_note(36, -19), live_note(36, -21), live_note(36, 19), live_note(36, 21, {duration: 1})];
    assert.deepStrictEqual(read(load, {notes: far}).notes.map((note) => note.start_beats), [-19, 19]);
    assert.strictEqual(read(load, {notes: [live_note(36, 0, {duration: 100})]}).notes[0].length_beats, 20);
});

test("what was kept comes back up to the limits", () => {
    const load = limited(), kept = load("./kept");
    const comes_back = (length_beats, all) => kept.clips(kept.of_clips([
        {name: "", clip: {length_beats, numerator: 4, denominator: 4, notes: all}}
    ])) !== null;
    const one = {pitch: 36, start_beats: 0, length_beats: 1, velocity: 100};
    assert.ok(comes_back(12, Array(10).fill(one)));
    assert.ok(!comes_back(12, Array(11).fill(one)));
    assert.ok(!comes_back(12.5, []) && !comes_back(0.25, []));
    assert.ok(comes_back(4, [{...one, start_beats: -20, length_beats: 20}]));
    assert.ok(!comes_back(4, [{...one, start_beats: 21}]) && !comes_back(4, [{...one, start_beats: -21}]));
    assert.ok(!comes_back(4, [{...one, length_beats: 21}]));
});

test("a launch quantization that is too long for the wire is halved", () => {
    assert.strictEqual(limited()("./transport").quantum_beats(2, 4, 4), 8);
    assert.strictEqual(loader({})("./transport").quantum_beats(2, 4, 4), 16);
});

test("a MIDI Tool asks for up to so many bars, and the menu of instruments is the table's", (t) => {
    const file = path.join(__dirname, "../../../max_for_live/devices/Sideman Generator.amxd");
    const {live, track, device} = openStill(fs.readFileSync(file));
    t.after(() => device.close());
    const {sideman, sideman_require} = device.screen.script.globals;
    const asked = [], protocol = sideman_require("protocol");
    Object.assign(protocol.limits, LIMITS);
    protocol.instruments[1] = "raga";
    sideman.device.link.ask = (kind, values) => asked.push(values.instrument);
    device.turn("instrument", "Melody");
    const press = (slot, length_beats) => {
        live.select(track.slot(slot).put({length_beats, name: "Clip", notes: []}));
        device.press("generate");
        live.clock.step(0.2);
        return sideman.device.model.sentence;
    };
    assert.strictEqual(press(0, 12.5), "The selection is longer than 3 bars.");
    assert.strictEqual(press(1, 0.25), "The selection is shorter than an eighth.");
    assert.deepStrictEqual(asked, []);
    press(2, 12);
    assert.deepStrictEqual(asked, ["raga"]);
    device.check();
});
