"use strict";
const test = require("node:test");
const assert = require("node:assert");
const {seeded} = require("./fake_set.js");
const names = require("../../../max_for_live/script/names.js");

const HEAD = {seed: 1234, model_hash: "3f1c8a90d27b"};

test("names say which one of how many, what of, and the seed with its model", () => {
    assert.strictEqual(names.clip_name(2, 5, ["A", "B"], HEAD), "2/5 [A+B] #1234-3f1c");
    assert.strictEqual(names.clip_name(1, 4, ["Beat"], HEAD), "1/4 [Beat] #1234-3f1c");
    assert.strictEqual(names.clip_name(2, 8, "GENERATE", HEAD), "2/8 GENERATE #1234-3f1c");
    assert.strictEqual(names.clip_name(1, 1, ["A", "B", "C", "D"], HEAD), "[A+B+C+D] #1234-3f1c");
});

test("made of what was made before, names do not pile up", () => {
    const once = names.clip_name(2, 8, ["Beat"], HEAD);
    assert.strictEqual(names.clip_name(1, 4, [once], HEAD), "1/4 [Beat] #1234-3f1c");
    assert.strictEqual(names.base("2/8 GENERATE #7-0000"), "GENERATE");
    assert.strictEqual(names.base("2/4 Swing"), "Swing");
    assert.strictEqual(names.base("Loop #3"), "Loop #3");
});

test("names are bounded, and the seed in them is read back", () => {
    const random = seeded(11);
    const letters = "ab [+]#12-/\u00e9\ud83e\udd41".split("");
    for (let round = 0; round < 500; round += 1) {
        const made_of = [];
        for (let i = 0; i <= Math.floor(random() * 4); i += 1) {
            let name = "";
            for (let k = Math.floor(random() * 60); k > 0; k -= 1) {
                name += letters[Math.floor(random() * letters.length)];
            }
            made_of.push(name);
        }
        const head = {seed: Math.floor(random() * 2147483648), model_hash: HEAD.model_hash};
        const name = names.clip_name(16, 16, made_of, head);
        assert.ok(name.length <= 48, name);
        assert.ok(name.endsWith(` #${head.seed}-3f1c`), name);
    }
});

test("an emoji is not cut in two", () => {
    ["", "a"].forEach((before) => {
        const name = names.clip_name(1, 1, [before + "\ud83e\udd41".repeat(30)], HEAD);
        assert.ok(name.length <= 48);
        assert.doesNotThrow(() => encodeURIComponent(name));
    });
});

test("a name of the musician's is left whole", () => {
    ["Beat", "Loop #3", "#12", "Beat #1-xyz", "Beat #1-3f1c later"].forEach((name) => {
        assert.strictEqual(names.base(name), name);
    });
});
