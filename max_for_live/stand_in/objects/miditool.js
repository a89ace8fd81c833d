"use strict";

const { MaxObject } = require("./max_object");

/**
 * live.miditool.in: a bang starts or continues an apply cycle. Context comes first, from right to left; the third
 * outlet tells of what the user does besides (a pitch range, for one), which never happens here.
 */
class MidiToolIn extends MaxObject {
    static MESSAGES = ["bang"];

    constructor(patch, box) {
        super(patch, box);
        this.outlets = 3;
        patch.needsMidiTool(this.where);
    }

    message() {
        this.device.midiTool.turn();
    }

    hand(notes, context) {
        this.out(1, ["dictionary", context]);
        this.out(0, ["dictionary", notes]);
    }
}

class MidiToolOut extends MaxObject {
    static MESSAGES = ["dictionary"];

    constructor(patch, box) {
        super(patch, box);
        this.outlets = 0;
        patch.needsMidiTool(this.where);
    }

    message({ atoms }) {
        this.device.midiTool.take(atoms[0]);
    }
}

module.exports = { MidiToolIn, MidiToolOut };
