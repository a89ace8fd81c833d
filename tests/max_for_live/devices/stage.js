// A set with clips, a device of devices/*.amxd in it, and a bridge on the port that BRIDGE_PORT names.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { LiveSet, Network, openDevice } = require("../../../max_for_live/stand_in");

const FOLDER = path.join(__dirname, "../../../max_for_live/devices");
const BRIDGE_PORT = Number(process.env.BRIDGE_PORT);
// How many of the datagrams are lost, of 1, where a test does not say otherwise.
const LOST = Number(process.env.LOST ?? 0);
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

/** A set, ready to be played: `open(name)` opens a device on the first track. Ends with the test. */
function stage(test, { ports = BRIDGE_PORT, lost = LOST, seed = 1, ...options } = {}) {
    const live = new LiveSet(options);
    const network = new Network({ ports: { 42711: ports }, seed, lost });
    const track = live.addTrack({ name: "Drums" });
    const devices = [];
    const others = [];
    test.after(() => {
        others.forEach((other) => other.close());
        devices.forEach((device) => device.close());
        live.close();
        network.close();
    });
    const wait = (condition, what) => live.clock.until(condition, PATIENCE_SECONDS, what);
    return {
        live, network, track, wait,
        /** Another set on the same network, which ends with the test as well. */
        alsoCloses(other) {
            others.push(other);
        },
        async open(name, { on = track, ...more } = {}) {
            const device = openDevice(amxd(name), { live, network, track: on, seed: devices.length + 1, ...more });
            devices.push(device);
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

/** Devices that did all without a refusal, and without a line in Max's console. */
function clean(...devices) {
    devices.forEach((device) => {
        device.check();
        assert.deepEqual(device.console, []);
    });
}

function notesOf(clip) {
    return clip.notes.map(({ note_id, ...note }) => note).sort((a, b) => a.start_time - b.start_time || a.pitch - b.pitch);
}

module.exports = { FUNK, HALF, LINE, PATIENCE_SECONDS, ROCK, TOMS, amxd, assert, clean, drums, melody, notesOf, seen, stage };
