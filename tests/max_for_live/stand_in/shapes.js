"use strict";
// `node shapes.js < max_objects.json`: does the stand-in have every object of the table, with its inlets, its outlets
// and the messages that it hears? Prints a sentence for each that differs.

const fs = require("node:fs");
const { BOXES, TYPED } = require("../../../max_for_live/stand_in/objects");
const { amxd, control, jsui, pattr, standIn, stillSet } = require("./sample_device");

const ARGUMENTS = { prepend: "word", route: "one", udpsend: "127.0.0.1 5000", pattr: "name" };
const { objects, colors } = JSON.parse(fs.readFileSync(0, "utf8"));

function boxOf(name, { inlets, outlets, is_face: isFace, is_parameter: isParameter }) {
    const shape = { numinlets: inlets, numoutlets: outlets.length };
    if (name === "jsui") return { ...jsui(outlets.length), ...shape };
    if (name === "pattr") return { ...pattr("odd", "Odd"), ...shape };
    if (isParameter)
        return { ...control("odd", name, { longname: "Odd", type: 2, enum: ["a", "b"] }, { mode: 1 }), ...shape };
    if (isFace) return { id: "odd", maxclass: name, text: "word", ...shape };
    return { id: "odd", maxclass: "newobj", text: `${name} ${ARGUMENTS[name] ?? ""}`.trim(), ...shape };
}

function troubles(name, object) {
    const kind = (object.is_face ? BOXES : TYPED)[name];
    if (!kind) return [`the stand-in has no ${name}`];
    const isTool = name.includes("miditool");
    const bytes = amxd({
        boxes: [boxOf(name, object)],
        kind: isTool ? "generator" : "midi_effect",
        script: `outlets = ${object.outlets.length};`,
    });
    const found = [];
    try {
        standIn.openDevice(bytes, { live: stillSet(), network: new standIn.Network() }).close();
    } catch (error) {
        found.push(error.message);
    }
    const heard = kind.MESSAGES;
    const deaf = heard.includes("anything") ? [] : object.hears[0].filter((each) => !heard.includes(each));
    if (deaf.length) found.push(`${name} does not hear ${deaf.join(", ")}`);
    const unknown = object.attributes.filter((each) => !kind.ATTRIBUTES.includes(each));
    if (unknown.length) found.push(`${name} has no @${unknown.join(", @")}`);
    return found;
}

const { themeColor } = require("../../../max_for_live/stand_in/theme");

const sentences = Object.entries(objects).flatMap(([name, object]) => troubles(name, object));
for (const color of colors) {
    try {
        themeColor("dark", color);
    } catch (error) {
        sentences.push(error.message);
    }
}
process.stdout.write(sentences.map((sentence) => `${sentence}\n`).join(""));
