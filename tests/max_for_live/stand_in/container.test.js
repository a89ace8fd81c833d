"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { amxd, jsui, standIn, text } = require("./sample_device");

const BOXES = [text("this", "live.thisdevice"), jsui()];

test("a frozen device holds its patcher and its script", () => {
    const { kind, name, patcher, files } = standIn.readAmxd(amxd({ boxes: BOXES, script: "outlets = 1;" }));
    assert.equal(kind, "midi_effect");
    assert.equal(name, "Sample");
    assert.deepEqual(
        patcher.boxes.map(({ box }) => box.id),
        ["this", "screen"],
    );
    assert.equal(files.get("sample.js").toString(), "outlets = 1;");
});

test("an unfrozen device holds its patcher alone", () => {
    const { kind, patcher, files } = standIn.readAmxd(amxd({ boxes: BOXES, kind: "generator", isFrozen: false }));
    assert.equal(kind, "generator");
    assert.equal(patcher.boxes.length, 2);
    assert.equal(files.size, 0);
});

const good = amxd({ boxes: BOXES });
for (const [what, spoil, sentence] of [
    ["another beginning", (bytes) => bytes.write("RIFF", 0), /ampf/],
    ["another type", (bytes) => bytes.write("zzzz", 8), /zzzz/],
    ["a wrong length", (bytes) => bytes.writeUInt32LE(7, 28), /ptch says 7 bytes/],
    ["a meta of neither kind", (bytes) => bytes.writeUInt32LE(3, 20), /meta is 3/],
    ["no list of files", (bytes) => bytes.writeBigUInt64BE(20n, 40), /no dlst at byte 20/],
]) {
    test(`${what} is no device`, () => {
        const bytes = Buffer.from(good);
        spoil(bytes);
        assert.throws(() => standIn.readAmxd(bytes), sentence);
    });
}

test("a device that is cut off is no device", () => {
    assert.throws(() => standIn.readAmxd(good.subarray(0, good.length - 9)), /ptch says/);
});

test("Max refuses a patcher without a project", () => {
    const bytes = amxd({ boxes: BOXES });
    bytes.write("tcejorp", bytes.indexOf("project"));
    assert.throws(() => standIn.readAmxd(bytes), /no project/);
});
