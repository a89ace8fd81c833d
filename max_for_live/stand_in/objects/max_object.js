"use strict";

const { messageOf, sentenceOf } = require("../atoms");

/**
 * One object in a patch. A class says in `MESSAGES` what its inlet 0 takes: "bang", "int", "float", "list", names of
 * messages, or "anything"; `ATTRIBUTES` are those that may stand in its text as `@name`. `inlets` and `outlets` are
 * what the object really has, whatever its box says.
 */
class MaxObject {
    static MESSAGES = [];
    static ATTRIBUTES = [];

    constructor(patch, box) {
        this.patch = patch;
        this.device = patch.device;
        this.box = box;
        this.arguments = box.arguments;
        this.attributes = box.attributes;
        this.inlets = 1;
        this.outlets = 1;
    }

    get where() {
        return `${this.box.id} (${this.box.text ?? this.box.maxclass})`;
    }

    /** A message at an inlet: what the object does not know is an error in Max's console, and here. */
    receive(inlet, message) {
        const known = this.constructor.MESSAGES;
        if (known.includes(message.selector) || known.includes("anything")) this.message(message, inlet);
        else this.device.fail(`${this.where} does not understand: ${sentenceOf(message)}`);
    }

    /** Sends a list of atoms, as the message that it is. */
    out(outlet, atoms) {
        this.patch.send(this, outlet, messageOf(atoms));
    }

    /** While the set loads, before Live is there. */
    load() {}

    /** Live is there. */
    ready() {}

    close() {}
}

module.exports = { MaxObject };
