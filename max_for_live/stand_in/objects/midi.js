"use strict";

const { MaxObject } = require("./max_object");

/** Raw MIDI bytes from Live, on the scheduler's thread. */
class MidiIn extends MaxObject {
    static MESSAGES = [];

    from(byte) {
        this.patch.onScheduler(() => this.out(0, [byte]));
    }
}

class MidiOut extends MaxObject {
    static MESSAGES = ["int"];

    constructor(patch, box) {
        super(patch, box);
        this.outlets = 0;
    }

    message({ atoms }) {
        this.device.midi_out.push(atoms[0]);
    }
}

module.exports = { MidiIn, MidiOut };
