"use strict";
const test = require("node:test");
const assert = require("node:assert");
const {seeded} = require("./fake_set.js");
const kept = require("../../../max_for_live/script/kept.js");

function random_note(random) {
    const has_extras = random() < 0.5;
    return {
        pitch: Math.floor(random() * 128), start_beats: random() * 32 - 8, length_beats: random() * 4 + 0.001,
        velocity: random() * 127, source: -1,
        probability: has_extras ? random() : 1, velocity_deviation: has_extras ? random() * 254 - 127 : 0,
        release_velocity: has_extras ? random() * 127 : 64, mute: has_extras && random() < 0.5 ? 1 : 0
    };
}

function random_corner(random) {
    if (random() < 0.25) {
        return null;
    }
    const notes = [];
    for (let i = Math.floor(random() * 40); i > 0; i -= 1) {
        notes.push(random_note(random));
    }
    return {
        name: "Beat \u00e9\ud83e\udd41 #".repeat(Math.floor(random() * 4)),
        clip: {length_beats: 0.25 + random() * 64, numerator: 7, denominator: 8, notes}
    };
}

test("clips and numbers are an inverse pair", () => {
    const random = seeded(21);
    for (let round = 0; round < 200; round += 1) {
        const corners = [0, 1, 2, 3].map(() => random_corner(random));
        const list = kept.of_clips(corners);
        assert.ok(list.every((number) => typeof number === "number" && Number.isFinite(number)));
        assert.strictEqual(list[0], 1);
        assert.deepStrictEqual(kept.clips(list), corners);
    }
});

test("values and numbers are an inverse pair", () => {
    const random = seeded(22);
    for (let round = 0; round < 200; round += 1) {
        const values = {};
        for (let i = Math.floor(random() * 10); i > 0; i -= 1) {
            values[`name ${i}`] = random() < 0.5 ? random() * 4e9 - 2e9 : `text \u2026 ${random()}`;
        }
        assert.deepStrictEqual(kept.values(kept.of_values(values)), values);
    }
});

test("the order in which values were set does not matter", () => {
    assert.deepStrictEqual(kept.of_values({a: 1, b: "x"}), kept.of_values({b: "x", a: 1}));
});

test("a list that was cut short, grew or has another version is null", () => {
    const random = seeded(23);
    const list = kept.of_clips([random_corner(random), null, random_corner(random), random_corner(random)]);
    for (let length = 0; length < list.length; length += 1) {
        assert.strictEqual(kept.clips(list.slice(0, length)), null);
    }
    assert.strictEqual(kept.clips(list.concat([0])), null);
    assert.strictEqual(kept.clips([2].concat(list.slice(1))), null);
    assert.strictEqual(kept.values(list), null);
    assert.strictEqual(kept.clips(kept.of_values({seed: 1})), null);
    [[], [0], [1], [1, 1, 99], ["1", 1, 0], [1, 2, 1, 1e9]].forEach((bad) => {
        assert.strictEqual(kept.clips(bad), null);
        assert.strictEqual(kept.values(bad), null);
    });
});

test("no number, whatever it is changed to, makes it throw or give a note that Live would refuse", () => {
    const random = seeded(24);
    const list = kept.of_clips([random_corner(seeded(5)), random_corner(seeded(6))]);
    const strange = [NaN, Infinity, -1, 1e12, 0.5, "x", undefined, null];
    for (let round = 0; round < 2000; round += 1) {
        const changed = list.slice();
        changed[Math.floor(random() * list.length)] = strange[Math.floor(random() * strange.length)];
        const named = kept.clips(changed) || [];
        named.filter((one) => one !== null).forEach(({clip}) => clip.notes.forEach((note) => {
            assert.ok(Number.isInteger(note.pitch) && note.pitch >= 0 && note.pitch <= 127);
            assert.ok(note.length_beats > 0 && note.probability >= 0 && note.probability <= 1);
            assert.ok(Math.abs(note.start_beats) <= 8192 && note.velocity >= 0 && note.velocity <= 127);
        }));
    }
});

test("more than a pattr takes is null", () => {
    const corner = (count) => ({name: "x", clip: {length_beats: 4, numerator: 4, denominator: 4,
        notes: new Array(count).fill({pitch: 1, start_beats: 0, length_beats: 1, velocity: 1, source: -1})}});
    assert.ok(kept.of_clips([corner(1400), corner(1400), corner(1400), corner(1400)]).length <= kept.MOST_NUMBERS);
    assert.strictEqual(kept.of_clips([corner(1600), corner(1600), corner(1600), corner(1600)]), null);
});

test("a note that does not say what only Live knows comes back with Live's defaults", () => {
    const note = {pitch: 1, start_beats: 0, length_beats: 1, velocity: 1, source: 5};
    const [back] = kept.clips(kept.of_clips([{name: "", clip: {length_beats: 4, numerator: 4, denominator: 4,
        notes: [note]}}]));
    assert.deepStrictEqual(back.clip.notes[0],
        {...note, source: -1, probability: 1, velocity_deviation: 0, release_velocity: 64, mute: 0});
});
