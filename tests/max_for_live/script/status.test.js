"use strict";
const test = require("node:test");
const assert = require("node:assert");
const status = require("../../../max_for_live/script/status.js");

test("each state has a line that fits and the whole sentence", () => {
    const long = "The model drum_vae takes bars of 2, 3, 3.5 or 4 beats: this clip is in 5/4. Choose another clip.";
    ["silent", "deaf", "ready", "working", "late", "refused"].forEach((state) => {
        const line = status.line({state, sentence: long});
        assert.ok(line.text.length > 0 && line.text.length <= 40, line.text);
        assert.strictEqual(line.sentence, long);
        assert.ok(["red", "green", "blue", "amber"].includes(line.light));
    });
    assert.deepStrictEqual(status.line({state: "ready", sentence: ""}),
        {light: "green", text: "Ready", sentence: "Ready"});
    assert.strictEqual(status.line({state: "refused", sentence: "The seed is -1: use 0 to 9."}).text,
        "The seed is -1: use 0 to 9");
});

test("a sentence is shortened at a clause, else at a word", () => {
    assert.strictEqual(status.shorten("Short enough."), "Short enough");
    assert.strictEqual(status.shorten("The clip has 5,120 notes: up to 4,096 can be read."),
        "The clip has 5,120 notes");
    assert.strictEqual(status.shorten("One. Two. " + "three ".repeat(10)), "One. Two");
    assert.strictEqual(status.shorten("a model that has a rather long name goes on and on"),
        "a model that has a rather long name\u2026");
    assert.strictEqual(status.shorten("x".repeat(60)), "x".repeat(39) + "\u2026");
});

test("latencies", () => {
    assert.deepStrictEqual([null, NaN, undefined].map(status.latency), ["", "", ""]);
    assert.deepStrictEqual([0, 0.0041, 0.9994, 0.9996, 1.23].map(status.latency),
        ["1 ms", "4 ms", "999 ms", "1.0 s", "1.2 s"]);
});
