"use strict";

const KINDS = {
    mmmm: "midi_effect",
    aaaa: "audio_effect",
    iiii: "instrument",
    natt: "transformation",
    nagg: "generator",
};

/**
 * Reads the bytes of an .amxd, frozen or not: {kind, name, patcher, files}. `files` maps the name of each dependency to
 * its bytes; the device's own JSON is `patcher`, its name is known when frozen. Throws an Error that says what is wrong
 * with the container.
 */
function readAmxd(bytes) {
    const buffer = Buffer.from(bytes);
    const fail = (sentence) => {
        throw new Error(`This is no .amxd: ${sentence}`);
    };
    const tag = (at) => buffer.toString("latin1", at, at + 4);
    const size = (at) =>
        at + 4 <= buffer.length ? buffer.readUInt32LE(at) : fail(`it ends at byte ${buffer.length}.`);
    if (tag(0) !== "ampf" || size(4) !== 4) fail("it does not begin with ampf.");
    const kind = KINDS[tag(8)] ?? fail(`its type is ${JSON.stringify(tag(8))}.`);
    if (tag(12) !== "meta" || size(16) !== 4) fail("it has no meta chunk at byte 12.");
    if (tag(24) !== "ptch") fail("it has no ptch chunk at byte 24.");
    if (size(28) !== buffer.length - 32) fail(`ptch says ${size(28)} bytes, ${buffer.length - 32} follow.`);
    const frozen = size(20) === 7;
    if (!frozen && size(20) !== 1) fail(`meta is ${size(20)}, neither 1 (unfrozen) nor 7 (frozen).`);
    const payload = buffer.subarray(32);
    const { json, files, name } = frozen ? readFrozen(payload, fail) : { json: payload, files: new Map() };
    if (json.at(-1) !== 0) fail("the patcher's JSON does not end with a NUL.");
    const document = JSON.parse(json.toString("utf8", 0, json.length - 1));
    if (!document.patcher?.boxes) fail("its JSON has no patcher with boxes.");
    if (!document.patcher.project) fail("its patcher has no project, without which Max refuses it.");
    return { kind, frozen, name, patcher: document.patcher, files };
}

function readFrozen(payload, fail) {
    if (payload.toString("latin1", 0, 4) !== "mx@c" || payload.readUInt32BE(4) !== 16) fail("mx@c is missing.");
    const footer = Number(payload.readBigUInt64BE(8));
    if (payload.toString("latin1", footer, footer + 4) !== "dlst") fail(`there is no dlst at byte ${footer}.`);
    const end = footer + payload.readUInt32BE(footer + 4);
    if (end !== payload.length) fail(`dlst ends at ${end}, the payload at ${payload.length}.`);
    const entries = [];
    for (let at = footer + 8; at < end;) {
        if (payload.toString("latin1", at, at + 4) !== "dire") fail(`there is no dire at byte ${at}.`);
        const stop = at + payload.readUInt32BE(at + 4);
        entries.push(readEntry(payload.subarray(at + 8, stop)));
        at = stop;
    }
    const files = new Map();
    entries.forEach(({ name, offset, length }) => files.set(name, payload.subarray(offset, offset + length)));
    if (entries.length === 0) fail("it lists no files.");
    const json = files.get(entries[0].name);
    files.delete(entries[0].name);
    return { json, files, name: entries[0].name.replace(/\.[^.]*$/, "") };
}

function readEntry(bytes) {
    const fields = {};
    for (let at = 0; at < bytes.length;) {
        const size = bytes.readUInt32BE(at + 4);
        fields[bytes.toString("latin1", at, at + 4)] = bytes.subarray(at + 8, at + size);
        at += size;
    }
    return {
        name: fields.fnam.toString("utf8").replace(/\0+$/, ""),
        length: fields.sz32.readUInt32BE(0),
        offset: fields.of32.readUInt32BE(0),
    };
}

module.exports = { readAmxd };
