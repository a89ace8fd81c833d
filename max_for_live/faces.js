"use strict";
// Draws the pictures of the devices: `node max_for_live/faces.js` writes docs/devices, `--check` compares with it.
//
// A face is that of the shipped .amxd, its screen what the script's own screen.js draws of an everyday moment.
const fs = require("node:fs");
const path = require("node:path");
const screen = require("./script/screen.js");
const { readAmxd } = require("./stand_in/amxd.js");
const { faceSvg, screenSvg } = require("./stand_in/face.js");
const scenes = require("./stand_in/scenes.js");
const { themeColor } = require("./stand_in/theme.js");

const DEVICES = path.join(__dirname, "devices");
const PICTURES = path.join(__dirname, "..", "docs", "devices");

/** The face of a device in a scene, {model, values}, as SVG. */
function picture(patcher, theme, { model, values }) {
    const [, , width, height] = patcher.boxes.find(({ box }) => box.maxclass === "jsui").box.presentation_rect;
    const colors = screen.colors((name) => themeColor(theme, name));
    const paint = (graphics) => screen.draw(graphics, width, height, { ...model, width, height, colors });
    return faceSvg(patcher, theme, screenSvg([width, height], paint), values);
}

function main(isCheck) {
    const stale = [];
    for (const [device, scene] of Object.entries(scenes)) {
        const { patcher } = readAmxd(fs.readFileSync(path.join(DEVICES, `${scene.name}.amxd`)));
        for (const theme of ["light", "dark"]) {
            const file = path.join(PICTURES, `${device}-${theme}.svg`);
            const svg = picture(patcher, theme, scene);
            if (!isCheck) fs.writeFileSync(file, svg);
            else if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== svg) stale.push(path.basename(file));
        }
    }
    if (stale.length === 0) return 0;
    process.stderr.write(`Stale in docs/devices: ${stale.join(", ")}. Run node max_for_live/faces.js.\n`);
    return 1;
}

module.exports = { picture };

if (require.main === module) process.exitCode = main(process.argv.includes("--check"));
