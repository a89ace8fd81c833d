"use strict";
// An everyday moment of each device, for its picture: what its screen shows, how its controls stand, and what the
// bridge has for its menus.

// A drum pattern: a line for each pad, a sign for each sixteenth; x is played, X is accented, o is played softly.
function drums(pads, bars = 1, source = () => -1) {
    const notes = [];
    for (const [pitch, line] of Object.entries(pads)) {
        [...line.repeat(Math.ceil((bars * 16) / line.length)).slice(0, bars * 16)].forEach((sign, step) => {
            if (sign === ".") return;
            const velocity = { X: 120, x: 92, o: 48 }[sign];
            notes.push({ pitch: Number(pitch), start_beats: step / 4, length_beats: 0.25, velocity, source: source(notes.length) });
        });
    }
    return { length_beats: 4 * bars, numerator: 4, denominator: 4, notes };
}

// A melody: pitch and length in sixteenths, one after the other; pitch 0 is a rest.
function melody(steps, source = () => -1) {
    const notes = [];
    let start = 0;
    for (const [pitch, length] of steps) {
        if (pitch > 0) {
            notes.push({ pitch, start_beats: start / 4, length_beats: length / 4, velocity: 70 + ((start * 13) % 50), source: source(notes.length) });
        }
        start += length;
    }
    return { length_beats: start / 4, numerator: 4, denominator: 4, notes };
}

// The same clip with every note its own source, counted from `first`, but for each `fresh`-th, which is new.
function kept(clip, first, fresh) {
    const notes = clip.notes.map((note, index) => ({ ...note, source: index % fresh === fresh - 1 ? -1 : first + index }));
    return { ...clip, notes };
}

const ROCK = drums({ 36: "X.....x.X.......", 38: "....X.......X..o", 42: "x.x.x.x.x.x.x.x.", 49: "X..............." }, 1);
const FUNK = drums({ 36: "X..x..x...x.....", 38: "....X..o.o..X..o", 42: "xoxoxoxoxoxoxoxo", 46: "..............x." }, 1);
const HALF = drums({ 36: "X.........x.....", 38: "........X.......", 51: "x...x...x...x..." }, 1);
const TOMS = drums({ 36: "X...X...X...X...", 45: "..x...x...x.xx..", 48: "...........x..xx", 50: "......xx........" }, 1);
const LINE = melody([[57, 3], [60, 1], [64, 4], [62, 2], [60, 2], [57, 4], [55, 3], [57, 1], [60, 6], [0, 2], [64, 4]]);
const REPLY = melody([[69, 2], [67, 2], [64, 4], [62, 2], [64, 2], [60, 4], [62, 3], [60, 1], [57, 8], [60, 2], [62, 2]]);
const ARCH = melody([[60, 2], [62, 2], [64, 4], [67, 2], [69, 2], [67, 4], [64, 3], [62, 1], [60, 6], [57, 2], [60, 4]]);

const READY = { state: "ready", sentence: "Ready", hint: "", path: [], chosen: -1 };
const NO_CLIP = "Select a clip in Live.";
const CHOSEN = { presets: ["loose", "tight"], kits: ["general_midi", "live_drum_rack"] };

module.exports = {
    blend: {
        name: "Sideman Blend",
        model: {
            ...READY, latency_seconds: 0.006, target: "1 clip to slot 5", body: "pad",
            corners: [
                { name: "Rock verse", clip: ROCK }, { name: "Funk 16ths", clip: FUNK },
                { name: "Half time", clip: HALF }, { name: "Tom build", clip: TOMS },
            ],
            x: 0.34, y: 0.71, now: kept(ROCK, 0, 3),
            path: [[0, 1], [0.06, 0.86], [0.15, 0.74], [0.24, 0.7], [0.34, 0.71]].map(([x, y]) => ({ x, y })),
        },
        chosen: CHOSEN,
        values: { x: 0.34, y: 0.71, temperature: 0.8, kit: "live drum rack", seed: 2117, live: 1 },
    },
    interpolate: {
        name: "Sideman Interpolate",
        model: {
            ...READY, latency_seconds: 0.021, target: "5 clips to slots 3–7", body: "roll",
            sources: [{ name: "A  Line", clip: LINE, hint: NO_CLIP }, { name: "B  Reply", clip: REPLY, hint: NO_CLIP }],
            results: [kept(LINE, 0, 99), kept(LINE, 0, 4), kept(ARCH, 6, 3), kept(REPLY, 10, 4), kept(REPLY, 10, 99)]
                .map((clip, index) => ({ name: `${index + 1}/5 [Line+Reply]`, clip })),
        },
        chosen: CHOSEN,
        values: { preset: "loose", seed: 8, scale: 1 },
    },
    continue: {
        name: "Sideman Continue",
        model: {
            ...READY, latency_seconds: 0.148, target: "4 clips to slots 4–7", body: "roll", chosen: 1,
            sources: [{ name: "Line", clip: LINE, hint: NO_CLIP }],
            results: [REPLY, ARCH, melody([[57, 4], [60, 4], [62, 2], [64, 6], [67, 3], [64, 1], [62, 4], [60, 8]]),
                melody([[64, 2], [62, 2], [60, 2], [57, 2], [55, 4], [57, 4], [60, 3], [62, 1], [64, 12]])]
                .map((clip, index) => ({ name: `${index + 1}/4 Line`, clip })),
        },
        chosen: CHOSEN,
        values: { seed: 431, scale: 1, instrument: 2 },
    },
    variations: {
        name: "Sideman Variations",
        model: {
            ...READY, latency_seconds: 0.009, target: "8 clips to slots 2–9", body: "roll",
            sources: [{ name: "Rock verse", clip: ROCK, hint: NO_CLIP }],
            results: [9, 7, 5, 4, 8, 6, 3, 4].map((fresh, index) => ({
                name: `${index + 1}/8 Rock verse`, clip: kept([ROCK, FUNK][Number(index % 3 === 2)], 0, fresh),
            })),
        },
        chosen: CHOSEN,
        values: { amount: 0.3, variations: 8, preset: "tight", kit: "live drum rack", seed: 77, lock: 1 },
    },
    groove: {
        name: "Sideman Groove",
        model: {
            ...READY, latency_seconds: 0.017, target: "4 clips to slots 2–5", body: "roll",
            sources: [{ name: "Bass line", clip: melody([[33, 3], [33, 1], [40, 2], [33, 2], [36, 2], [0, 2], [35, 2], [36, 2]]), hint: NO_CLIP }],
            results: [FUNK, ROCK, HALF, TOMS].map((clip, index) => ({ name: `${index + 1}/4 Bass line`, clip })),
        },
        chosen: CHOSEN,
        values: { mode: 1, density: 0.7, seed: 1204, kit: "live drum rack" },
    },
    generator: {
        name: "Sideman Generator",
        model: {
            ...READY, latency_seconds: 0.012, target: "", body: "roll", sources: [],
            results: [{ name: "", clip: FUNK }],
        },
        chosen: CHOSEN,
        values: { seed: 93, density: 0.6 },
    },
    transformation: {
        name: "Sideman Transformation",
        model: {
            ...READY, latency_seconds: 0.011, target: "", body: "roll", sources: [],
            results: [{ name: "", clip: kept(FUNK, 0, 5) }],
        },
        chosen: CHOSEN,
        values: { amount: 0.3, seed: 12 },
    },
};
