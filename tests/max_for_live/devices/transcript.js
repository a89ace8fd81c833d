// What happened in one test, line by line as it happens: all datagrams with their fate, the hands, what the screen says.
// Kept in the folder that TRANSCRIPTS names, where there is one; also of a test that never ends.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { decodeOsc } = require("../../../max_for_live/stand_in/osc");

const FOLDER = process.env.TRANSCRIPTS;
const MOST_BYTES = 1_000_000;
const MOST_ATOMS = 14;

/** A datagram in some words: its address, and what it begins with. */
function told(datagram) {
    try {
        const { address, atoms } = decodeOsc(datagram);
        const first = atoms.slice(0, MOST_ATOMS).map((atom) =>
            typeof atom === "string" || Number.isInteger(atom) ? atom : Number(atom.toPrecision(6)));
        return `${address} ${first.join(" ")}${atoms.length > MOST_ATOMS ? ` ... ${atoms.length}` : ""}`;
    } catch (error) {
        return `${datagram.length} bytes: ${error.message}`;
    }
}

class Transcript {
    /** `facts` are what the test began with, its seed above all. */
    constructor(name, facts) {
        this.began_ms = performance.now();
        this.seen = new Map();
        if (!FOLDER) return;
        this.file = path.join(FOLDER, `${name.replace(/\W+/g, "-").slice(0, 60)}.txt`);
        this.head = `${name}\n${JSON.stringify(facts)}\n`;
        this.begin();
    }

    begin() {
        this.descriptor = fs.openSync(this.file, "w");
        this.bytes = fs.writeSync(this.descriptor, this.head);
    }

    line(...words) {
        if (this.descriptor === undefined) return;
        if (this.bytes > MOST_BYTES) {
            fs.closeSync(this.descriptor);
            fs.renameSync(this.file, `${this.file}.before`);
            this.begin();
        }
        const ms = (performance.now() - this.began_ms).toFixed(1).padStart(9);
        this.bytes += fs.writeSync(this.descriptor, `${ms} ${words.join(" ")}\n`);
    }

    datagram(way, port, bytes, fate) {
        this.line(way === "to" ? "->" : "<-", port, fate === "passed" ? "" : fate.toUpperCase(), told(bytes));
    }

    /** What the device's screen says, and all that Max or Live said of it, where that is new. */
    look(device) {
        const { state, sentence, target } = device.screen.script.globals.sideman.device.model;
        const shown = [state, sentence, target].join(" | ");
        const before = this.seen.get(device) ?? { shown: "", console: 0, errors: 0 };
        if (shown !== before.shown) this.line(device.name, "shows", shown);
        device.console.slice(before.console).forEach(({ line }) => this.line(device.name, "console:", line));
        device.errors.slice(before.errors).forEach((line) => this.line(device.name, "REFUSED:", line));
        this.seen.set(device, { shown, console: device.console.length, errors: device.errors.length });
    }

    close() {
        if (this.descriptor !== undefined) fs.closeSync(this.descriptor);
        this.descriptor = undefined;
    }
}

module.exports = { Transcript };
