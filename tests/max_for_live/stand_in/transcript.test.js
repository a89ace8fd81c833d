"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { encodeOsc } = require("../../../max_for_live/stand_in/osc");

const FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), "transcripts-"));
process.env.TRANSCRIPTS = FOLDER;
const { Transcript } = require("../devices/transcript.js");

test.after(() => fs.rmSync(FOLDER, { recursive: true }));

const read = (name) => fs.readFileSync(path.join(FOLDER, name), "utf8");

test("a transcript begins with the test and its seed, and has each datagram with its fate, as soon as it went", () => {
    const transcript = new Transcript("Again, after Undo", { SEED: "7" });
    transcript.datagram("to", 42711, encodeOsc("/sideman/hello", ["blend", 3, 0.1]), "lost");
    transcript.datagram("from", 50000, encodeOsc("/sideman/pong", [3]), "passed");
    transcript.datagram("from", 50000, Buffer.from("odd"), "passed");
    const [name, facts, ...lines] = read("Again-after-Undo.txt").trimEnd().split("\n");
    assert.deepEqual([name, facts], ["Again, after Undo", '{"SEED":"7"}']);
    assert.deepEqual(lines.map((line) => line.replace(/^ *\d+\.\d /, "")), [
        "-> 42711 LOST /sideman/hello blend 3 0.1",
        "<- 50000  /sideman/pong 3",
        "<- 50000  3 bytes: a datagram of 3 bytes is no multiple of 4",
    ]);
    transcript.close();
});

test("a transcript that grows keeps its end, under the same head", () => {
    const transcript = new Transcript("Long", {});
    for (let line = 0; line < 30_000; line += 1) transcript.line("line", line, "x".repeat(100));
    transcript.close();
    const bytes = fs.readdirSync(FOLDER).filter((name) => name.startsWith("Long"))
        .map((name) => fs.statSync(path.join(FOLDER, name)).size);
    assert.ok(bytes.length === 2 && bytes.every((each) => each < 1_100_000), bytes.join());
    assert.match(read("Long.txt"), /^Long\n\{\}\n/);
    assert.match(read("Long.txt").trimEnd(), /line 29999 x+$/);
});
