// A set with clips, a device of devices/*.amxd in it, and a bridge on the port that BRIDGE_PORT names.
"use strict";

const assert = require("node:assert/strict");
const { createHash, randomInt } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { LiveSet, Network, openDevice } = require("../../../max_for_live/stand_in");
const { Transcript } = require("./transcript.js");

const FOLDER = path.join(__dirname, "../../../max_for_live/devices");
const BRIDGE_PORT = Number(process.env.BRIDGE_PORT);
// How many of the datagrams are lost, of 1, where a test does not say otherwise.
const LOST = Number(process.env.LOST ?? 0);
// All that is left to chance goes by this number: what is lost, which ports and seeds the devices choose. What failed is
// run again as it was with SEED=... and a bridge that was just started: one that ran before has met these devices.
const SEED = process.env.SEED || String(randomInt(1_000_000));
// A slow machine must not fail the tests.
const PATIENCE_SECONDS = Number(process.env.PATIENCE_SECONDS ?? 60);

function amxd(name) {
    return fs.readFileSync(path.join(FOLDER, `Sideman ${name}.amxd`));
}

/** A drum pattern: a line for each pad, a sign for each sixteenth; X is loud, x plain, o soft. */
function drums(pads, { bars = 2, numerator = 4, denominator = 4, extras = {} } = {}) {
    const steps = Math.round((bars * numerator * 16) / denominator);
    const notes = [];
    for (const [pitch, line] of Object.entries(pads)) {
        for (let step = 0; step < steps; step += 1) {
            const sign = line[step % line.length];
            if (sign === ".") continue;
            const velocity = { X: 118, x: 90, o: 45 }[sign];
            notes.push({ pitch: Number(pitch), start_time: step / 4, duration: 0.25, velocity, ...extras });
        }
    }
    return { length_beats: steps / 4, numerator, denominator, notes };
}

const ROCK = { 36: "X.....x.X.......", 38: "....X.......X..o", 42: "x.x.x.x.x.x.x.x." };
const FUNK = { 36: "X..x..x...x.....", 38: "....X..o.o..X..o", 42: "xoxoxoxoxoxoxoxo" };
const HALF = { 36: "X.........x.....", 38: "........X.......", 51: "x...x...x...x..." };
const TOMS = { 36: "X...X...X...X...", 45: "..x...x...x.xx..", 50: "......xx........" };

/** A melody: pitch and length in sixteenths, one after the other; pitch 0 rests. */
function melody(steps, { numerator = 4, denominator = 4 } = {}) {
    const notes = [];
    let start = 0;
    for (const [pitch, length] of steps) {
        if (pitch > 0) notes.push({ pitch, start_time: start / 4, duration: length / 4, velocity: 80 + (start % 30) });
        start += length;
    }
    return { length_beats: start / 4, numerator, denominator, notes };
}

const LINE = melody([[57, 3], [60, 1], [64, 4], [62, 2], [60, 2], [57, 4], [55, 3], [57, 1], [60, 6], [0, 2], [64, 4]]);

/** A number for chance, another for every test and every word. */
function seedOf(...words) {
    return createHash("sha256").update([SEED, ...words].join("\n")).digest().readUInt32BE(0);
}

/** A set, ready to be played: `open(name)` opens a device on the first track. Ends with the test. */
function stage(test, { ports = BRIDGE_PORT, lost = LOST, ...options } = {}) {
    const transcript = new Transcript(test.name, { SEED, LOST: lost, ...options });
    test.diagnostic(`SEED=${SEED}`);
    const live = new LiveSet(options);
    const network = new Network({
        ports: { 42711: ports }, seed: seedOf(test.name, lost), lost,
        log: (...datagram) => transcript.datagram(...datagram),
    });
    const track = live.addTrack({ name: "Drums" });
    const devices = [];
    const others = [];
    test.after(() => {
        devices.forEach((device) => transcript.look(device));
        live.tracks.forEach((each) => transcript.line(each.name, JSON.stringify(each.clip_slots.map((slot) => slot.clip?.name))));
        transcript.line("the end:", JSON.stringify(network.fell));
        transcript.close();
        others.forEach((other) => other.close());
        devices.forEach((device) => device.close());
        live.close();
        network.close();
    });
    /** `what` for a sentence of the failed test. */
    async function wait(condition, what) {
        transcript.line("waits until", what);
        const looked = () => {
            devices.forEach((device) => transcript.look(device));
            return condition();
        };
        await live.clock.until(looked, PATIENCE_SECONDS, what);
        transcript.line("saw that", what);
    }
    const nextSeed = () => seedOf(test.name, lost, devices.length);
    return {
        live, network, track, wait, nextSeed,
        /** Another set on the same network, which ends with the test as well. */
        alsoCloses(other) {
            others.push(other);
        },
        async open(name, { on = track, ...more } = {}) {
            const device = openDevice(amxd(name), { live, network, track: on, seed: nextSeed(), ...more });
            devices.push(device);
            for (const hand of ["press", "turn", "automate", "close"]) {
                const move = device[hand];
                device[hand] = (...given) => {
                    transcript.line(device.name, hand, ...given);
                    return move.apply(device, given);
                };
            }
            if (more.patient !== false) {
                device.screen.script.globals.sideman_require("protocol").delivery.limit_seconds = PATIENCE_SECONDS;
            }
            if (more.heard !== false) await wait(() => seen(device).state === "ready", `${name} is ready`);
            return device;
        },
        put(slot, clip, name, on = track) {
            return on.slot(slot).put({ ...clip, name });
        },
        /** How many clips stand on the track. */
        clips: (on = track) => on.clip_slots.map((each) => each.clip?.name ?? null),
        async clip(slot, on = track) {
            await wait(() => on.slot(slot)?.clip, `a clip in slot ${slot}`);
            return on.slot(slot).clip;
        },
    };
}

/** What the device's screen shows: state, sentence, target, sources, results ... */
function seen(device) {
    return device.screen.script.globals.sideman.device.model;
}

/**
 * The same when the frame that it asked Max for is drawn, which is now: nothing comes between, however slow the machine
 * is, and what the bridge does cannot take the place of what the device says of Live.
 */
function seenNext(device) {
    assert.ok(device.screen.frame, "it asked for another frame");
    device.screen.paint();
    return seen(device);
}

/** Devices that did all without a refusal, and without a line in Max's console, but for a port that another had. */
function clean(...devices) {
    devices.forEach((device) => {
        device.check();
        const taken = [...device.network.taken].map((port) => `udpreceive: could not bind to port ${port}`);
        assert.deepEqual(device.console.filter(({ line }) => !taken.includes(line)), []);
    });
}

function notesOf(clip) {
    return clip.notes.map(({ note_id, ...note }) => note).sort((a, b) => a.start_time - b.start_time || a.pitch - b.pitch);
}

module.exports = { FUNK, HALF, LINE, PATIENCE_SECONDS, ROCK, TOMS, amxd, assert, clean, drums, melody, notesOf, seen, seenNext, stage };
