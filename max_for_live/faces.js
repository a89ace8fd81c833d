"use strict";
// Draws the pictures of the devices: `node max_for_live/faces.js` writes docs/devices, `--check` compares with it.
//
// A face is that of the shipped .amxd, open in the stand-in, its controls turned as in an everyday moment. What the
// bridge would have answered by then is the scene's.
const fs = require("node:fs");
const path = require("node:path");
const { faceSvg } = require("./stand_in/device_face.js");
const scenes = require("./stand_in/scenes.js");
const { openStill, tellNames } = require("./stand_in/still.js");

const DEVICES = path.join(__dirname, "devices");
const PICTURES = path.join(__dirname, "..", "docs", "devices");
const SETTLED_SECONDS = 0.1;

/** The device in its scene. */
function staged({ name, model, values, chosen }) {
    const { live, track, device } = openStill(fs.readFileSync(path.join(DEVICES, `${name}.amxd`)));
    const [source] = model.sources ?? [];
    if (source) live.select(track.slot(0).put({ ...asLive(source.clip), name: source.name }));
    tellNames(device, chosen);
    for (const [control, value] of Object.entries(values)) device.turn(control, value);
    live.clock.step(SETTLED_SECONDS);
    device.screen.script.globals.sideman.device.picture = (shown) => Object.assign(shown, model);
    return device;
}

function asLive({ notes, ...clip }) {
    const given = ({ pitch, start_beats, length_beats, velocity }) =>
        ({ pitch, start_time: start_beats, duration: length_beats, velocity });
    return { ...clip, notes: notes.map(given) };
}

function main(isCheck) {
    const stale = [];
    for (const [name, scene] of Object.entries(scenes)) {
        const device = staged(scene);
        for (const theme of ["light", "dark"]) {
            const file = path.join(PICTURES, `${name}-${theme}.svg`);
            const svg = faceSvg(device, theme);
            if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === svg) continue;
            if (isCheck) {
                stale.push(path.basename(file));
                continue;
            }
            fs.writeFileSync(file, svg);
            process.stdout.write(`docs/devices/${path.basename(file)} is written.\n`);
        }
        device.check();
        device.close();
    }
    if (stale.length === 0) return 0;
    process.stderr.write(`Stale in docs/devices: ${stale.join(", ")}. Run node max_for_live/faces.js.\n`);
    return 1;
}

process.exitCode = main(process.argv.includes("--check"));
