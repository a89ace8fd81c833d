// node devices.js PORT REQUESTS: times the shipped devices in the stand-in for Max and Live, from the knob or button to
// the notes in Live's clip, the bridge on PORT included. Prints {row: [milliseconds]} as JSON.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { LiveSet, Network, openDevice } = require("../max_for_live/stand_in");

const [port, requests] = process.argv.slice(2).map(Number);
const DEVICES = path.join(__dirname, "../max_for_live/devices");
const IN_A_TURN = 10;
const PATIENCE_MS = 10000;

const PATTERNS = [
    { 36: "X.....x.X.......", 38: "....X.......X..o", 42: "x.x.x.x.x.x.x.x." },
    { 36: "X..x..x...x.....", 38: "....X..o.o..X..o", 42: "xoxoxoxoxoxoxoxo" },
    { 36: "X.........x.....", 38: "........X.......", 51: "x...x...x...x..." },
    { 36: "X...X...X...X...", 45: "..x...x...x.xx..", 50: "......xx........" },
];

/** Two bars of 4/4. */
function drums(pads) {
    const notes = [];
    for (const [pitch, line] of Object.entries(pads)) {
        [...line.repeat(2)].forEach((sign, step) => {
            const velocity = { X: 118, x: 90, o: 45 }[sign];
            if (velocity) notes.push({ pitch: Number(pitch), start_time: step / 4, duration: 0.25, velocity });
        });
    }
    return { length_beats: 8, notes };
}

/** Waits without sleeping: a timer's millisecond would be in the figure. */
async function until(condition) {
    const end_ms = performance.now() + PATIENCE_MS;
    while (!condition()) {
        if (performance.now() > end_ms) throw new Error(`Waited in vain for: ${condition}`);
        await new Promise((done) => setImmediate(done));
    }
}

function open(live, network, name, track) {
    const device = openDevice(fs.readFileSync(path.join(DEVICES, `Sideman ${name}.amxd`)), { live, network, track });
    return { device, script: () => device.screen.script.globals.sideman.device };
}

async function main() {
    const live = new LiveSet({ scenes: 16 });
    const network = new Network({ ports: { 42711: port } });
    const track = live.addTrack({ name: "Drums" });
    const other = live.addTrack({ name: "Other" });
    const clips = PATTERNS.map((pads, slot) => other.slot(slot).put({ ...drums(pads), name: `Clip ${slot + 1}` }));
    const blend = open(live, network, "Blend", track);
    const makers = { "Variations, 4 clips": ["Variations", "generate"], "Continue, 4 clips": ["Continue", "continue"], "Groove, humanised": ["Groove", "groove"] };
    const opened = Object.entries(makers).map(([row, [name, button]]) => ({ row, button, ...open(live, network, name, other) }));
    for (const each of [blend, ...opened]) await until(() => each.script().link.state === "ready");

    for (const [index, letter] of ["a", "b", "c", "d"].entries()) {
        live.select(clips[index]);
        blend.device.press(`grab_${letter}`);
    }
    // The clip that the blend plays into. The song stands: no bar is waited for.
    const played = track.slot(0).put({ ...drums(PATTERNS[0]), name: "Played" });
    live.select(played);
    played.parent.fire();
    live.stop();
    blend.device.turn("live", 1);
    await until(() => track.slot(1).clip !== null);

    let turn = 0;
    const knob = async () => {
        turn += 1;
        const notes = () => JSON.stringify(played.notes.map((note) => [note.pitch, note.start_time, note.velocity]));
        const before = notes();
        const began_ms = performance.now();
        blend.device.automate(turn % 2 ? "x" : "y", ((turn * 37) % 101) / 100);
        await until(() => blend.script().link.state === "ready");
        const took_ms = performance.now() - began_ms;
        return notes() === before ? null : took_ms;
    };
    const press = ({ device, script, button }) => async () => {
        live.select(clips[0]);
        const count = () => other.clip_slots.filter((slot) => slot.clip).length;
        const before = count();
        const began_ms = performance.now();
        device.press(button);
        await until(() => count() > before && script().link.state === "ready");
        const took_ms = performance.now() - began_ms;
        other.clip_slots.slice(4).forEach((slot) => slot.clip && slot.empty());
        return took_ms;
    };
    const rows = { "Blend, knob to notes": knob };
    for (const each of opened) rows[each.row] = press(each);
    const times = Object.fromEntries(Object.keys(rows).map((row) => [row, []]));
    for (let round = 0; round < requests / IN_A_TURN; round += 1) {
        for (const [row, once] of Object.entries(rows)) {
            for (let i = 0; i < IN_A_TURN; i += 1) {
                const took_ms = await once();
                if (took_ms !== null) times[row].push(took_ms);
            }
        }
    }
    for (const each of [blend, ...opened]) each.device.check();
    process.stdout.write(JSON.stringify(times));
    process.exit(0);
}

main().catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
});
