// Values <-> arguments, and the numbers of the wire.
"use strict";

const assert = require("node:assert/strict");
const test = require("node:test");
const {loader, plain} = require("./load.js");
const {random} = require("./chance.js");

const load = loader({});
const message = load("./message");
const float32 = load("./float32");
const protocol = load("./protocol");
const sha1 = load("./sha1");
const HEAD = {device: "pad", session: 5, request_id: 1, reply_port: 50000};

function written(address, values) {
    return plain(message.write(address, {...HEAD, ...values}));
}

test("what is not given is none, or what the table has for it", () => {
    const {args, sentence} = written("/sideman/humanise", {clip: {clip_hash: "0123456789abcdef"}});
    assert.equal(sentence, null);
    assert.deepEqual(args, [
        "pad", 5, 1, 50000, 0, 0, 120, 4, 4, 4, 0, -1, 0, "", "", -1, "0123456789abcdef", "", -1, 0,
    ]);
    const {args: same} = written("/sideman/humanise", {
        clip: {clip_hash: "0123456789abcdef", kit: ""}, amount: -1, keep_swing: false, model: null, is_playing: false,
    });
    assert.deepEqual(same, args);
});

test("undefined is a mistake, in every field and in a group's members: only null is none", () => {
    const clip = {clip_hash: "0123456789abcdef"};
    for (const [verb, values] of [["vary", {clip}], ["humanise", {clip}], ["generate", {}], ["continue", {clip}]]) {
        const address = `/sideman/${verb}`;
        assert.equal(written(address, values).sentence, null);
        for (const {name} of plain(message.fields(address))) {
            assert.equal(message.write(address, {...HEAD, ...values, [name]: undefined}).sentence,
                `${verb}: ${name} is undefined: it must be given, or be null where there is none.`);
        }
    }
    assert.match(written("/sideman/vary", {clip: {...clip, kit: undefined}}).sentence, /^vary: kit is undefined/);
    assert.match(written("/sideman/vary", {clip: {clip_hash: undefined}}).sentence, /^vary: clip_hash is undefined/);
    const note = {pitch: 36, start_beats: 0, length_beats: 1, velocity: undefined};
    const part = {clip_hash: "x", part: 0, parts: 1, length_beats: 4, numerator: 4, denominator: 4, notes: [note]};
    assert.match(written("/sideman/clip", part).sentence, /^clip: velocity is undefined/);
});

test("what has no none cannot be null, even where the table has a value for it", () => {
    const clip = {clip_hash: "0123456789abcdef"};
    for (const name of ["seed", "tempo_bpm", "clip", "device"]) {
        const {sentence} = message.write("/sideman/vary", {...HEAD, clip, [name]: null});
        assert.equal(sentence, `vary: ${name} is missing.`);
    }
});

test("minus nought goes out as nought, as it is hashed", () => {
    const note = {pitch: 36, start_beats: -0, length_beats: 1, velocity: 1};
    const {args} = message.write("/sideman/clip", {
        ...HEAD, clip_hash: "x", part: 0, parts: 1, length_beats: 4, numerator: 4, denominator: 4, notes: [note],
    });
    assert.ok(Object.is(args[12], 0));
    assert.equal(float32.bits(-0), 0);
});

test("a note's own fields do not go over the wire, and do not disturb", () => {
    const note = {pitch: 36, start_beats: 0, length_beats: 1, velocity: 1, probability: 0.5, mute: 1};
    const {args} = written("/sideman/clip", {
        clip_hash: "x", part: 0, parts: 1, length_beats: 4, numerator: 4, denominator: 4, notes: [note],
    });
    assert.deepEqual(args.slice(10), [1, 36, 0, 1, 1, -1]);
});

test("each wrong value is one sentence", () => {
    const ref = {clip: {clip_hash: "0123456789abcdef"}};
    for (const [values, sentence] of [
        [{...ref, seed: 1.5}, "vary: seed is 1.5: it must be a whole number from 0 to 2147483647."],
        [{...ref, temperature: NaN}, "vary: temperature is NaN: it must be a number from 0 to 2."],
        [{...ref, tempo_bpm: 10}, "vary: tempo_bpm is 10: it must be a number from 20 to 999 BPM."],
        [{...ref, temperature: "hot"}, 'vary: temperature is the text "hot": it must be a number from 0 to 2.'],
        [{...ref, temperature: [1]}, "vary: temperature is something else: it must be a number from 0 to 2."],
        [{...ref, preset: 5}, "vary: preset is 5: it must be a text."],
        [{...ref, scale: "é".repeat(13)},
            "vary: scale takes 26 bytes: it may take up to 24. Shorten it; a letter beyond A-Z takes two to four."],
        [{clip: "a"}, "vary: clip is missing."],
        [{}, "vary: clip is missing."],
    ]) {
        assert.deepEqual(written("/sideman/vary", values), {args: null, sentence});
    }
    assert.equal(written("/sideman/path", {corners: 3, points: []}).sentence, "path: corners must be a list.");
});

test("a message that is larger than a datagram is refused", () => {
    const kit = "k".repeat(160), ref = {clip_hash: "0123456789abcdef", kit};
    const {sentence} = written("/sideman/blend", {corners: [ref, ref, ref, ref], preset: kit, x: 0, y: 0});
    assert.match(sentence, /larger than 1024 bytes/);
    assert.equal(written("/sideman/blend", {corners: [ref, ref, ref], preset: kit}).sentence, null);
});

test("letters of every length are counted as in UTF-8", () => {
    const fields = {clip: {clip_hash: "0123456789abcdef"}};
    for (const letter of ["a", "é", "語", "🥁", "\ud800"]) {
        const bytes = Buffer.byteLength(letter), most = Math.floor(64 / bytes);
        assert.equal(written("/sideman/vary", {...fields, model: letter.repeat(most)}).sentence, null);
        assert.notEqual(written("/sideman/vary", {...fields, model: letter.repeat(most + 1)}).sentence, null);
    }
});

test("what is too short, too long, of the wrong kind or out of range is read as null", () => {
    const good = [5, 1, 9];
    assert.deepEqual(plain(message.read("/sideman/pong", good)), {session: 5, request_id: 1, boot_id: 9});
    for (const args of [[], [5], [5, 1], [5, 1, "9"], [5, -1, 9], [5, 1, 0.5], [5, 1, NaN], [5, 1, 3e9],
        [5, 1, null]]) {
        assert.equal(message.read("/sideman/pong", args), null, JSON.stringify(args));
    }
    assert.equal(message.read("/sideman/sing", good), null);
    assert.equal(message.read("constructor", good), null);
    const state = [5, 1, 9, "abc"];
    assert.deepEqual(plain(message.read("/sideman/clip/state", [...state, 2, 4, 7])).missing, [4, 7]);
    for (const count of [3, -1, 1e9, 1.5, NaN, "2"]) {
        assert.equal(message.read("/sideman/clip/state", [...state, count, 4, 7]), null);
    }
});

test("fields that a newer bridge has added at the end are not read", () => {
    const good = {session: 5, request_id: 1, boot_id: 9};
    assert.deepEqual(plain(message.read("/sideman/pong", [5, 1, 9, 0, "new", NaN, null])), good);
    const state = message.read("/sideman/clip/state", [5, 1, 9, "abc", 2, 4, 7, "new"]);
    assert.deepEqual(plain(state), {...good, clip_hash: "abc", missing: [4, 7]});
});

test("fields that an older bridge does not have yet are none, or what the table has for them", () => {
    const row = plain(protocol.replies["/sideman/name"].fields);
    const needed = row.filter((field) => !field.optional && !("default" in field)).map((field) => field.name);
    assert.deepEqual(needed, ["kind", "name"]);
    const full = [5, 1, 0, 2, "preset", "loose", "Relaxed.", 1, "amount", 0.5, "my_rack", "my_model"];
    const all = {
        session: 5, request_id: 1, part: 0, parts: 2, kind: "preset", name: "loose", about: "Relaxed.",
        settings: [{setting: "amount", value: 0.5}], kit: "my_rack", model: "my_model",
    };
    for (const [count, lacks] of [
        [12, {}], [11, {model: ""}], [10, {kit: "", model: ""}], [7, {settings: [], kit: "", model: ""}],
        [6, {about: "", settings: [], kit: "", model: ""}],
    ]) {
        assert.deepEqual(plain(message.read("/sideman/name", full.slice(0, count))), {...all, ...lacks});
    }
    for (const count of [0, 1, 4, 5, 8, 9]) {
        assert.equal(message.read("/sideman/name", full.slice(0, count)), null, `${count} arguments`);
    }
    const lists = [1, 2].map(() => message.read("/sideman/name", full.slice(0, 6)).settings);
    assert.notEqual(lists[0], lists[1], "each has a list of its own");
    const head = [5, 1, 0, 1, 7, 1, "drum_vae", "3f1c", 3, -1, 0, 0, 0, 4, 3];
    assert.equal(message.read("/sideman/result", head).left_alone, 0);
    assert.equal(message.read("/sideman/result", head.slice(0, -1)), null);
});

test("a list may be longer than this table knows of, and not longer than what came", () => {
    const settings = Array.from({length: 20}, (_, i) => ({setting: `s${i}`, value: i}));
    const members = settings.flatMap(({setting, value}) => [setting, value]);
    const args = [5, 1, 0, 1, "preset", "loose", "", 20, ...members, "", ""];
    assert.deepEqual(plain(message.read("/sideman/name", args)).settings, settings);
    assert.equal(message.read("/sideman/name", args.slice(0, -20)), null);
});

test("of a message that is in no table it is read which part it is, where it is one", () => {
    assert.deepEqual(plain(message.read_part([5, 1, 0, 2, "new"])), {session: 5, request_id: 1, part: 0, parts: 2});
    for (const args of [[], [5, 1, 0], [5, 1, 2, 2], [5, 1, 0, 0], [5, 1, -1, 2], [5, 1, 0.5, 2], ["a", 1, 0, 2],
        [5, 1, 0, "2"]]) {
        assert.equal(message.read_part(args), null, JSON.stringify(args));
    }
});

test("float32 is as typed arrays have it", () => {
    const chance = random(3), one = new Float32Array(1), bits = new Uint32Array(one.buffer);
    const edges = [0, 1, 0.1, 127, 16777217, 1 + 2 ** -24, 1 + 3 * 2 ** -24, 2 - 2 ** -25, 2 ** -126, 2 ** -127,
        2 ** -149, 2 ** -150, 1.5 * 2 ** -150, 3 * 2 ** -150, 5e-324, 2 ** -126 - 2 ** -150, 3.4028234e38,
        3.4028236e38, 1e300];
    for (let i = 0; i < 20000; i += 1) {
        edges.push((chance() - 0.5) * 2 ** (300 * (chance() - 0.5)));
    }
    for (const value of edges.concat(edges.slice(1).map((edge) => -edge))) {
        one[0] = value;
        assert.equal(float32.bits(value), bits[0], String(value));
        assert.equal(float32.round(value), one[0], String(value));
    }
});

test("SHA-1 is as its standard has it", () => {
    const {createHash} = require("node:crypto");
    const chance = random(4);
    for (let length = 0; length < 140; length += 1) {
        const words = Array.from({length}, () => Math.floor(4294967296 * chance()));
        const bytes = Buffer.alloc(4 * length);
        words.forEach((word, i) => bytes.writeUInt32BE(word, 4 * i));
        assert.equal(sha1.hex(words), createHash("sha1").update(bytes).digest("hex"));
        assert.equal(words.length, length, "what was given stays as it was");
    }
});
