"use strict";

const { atomsOf } = require("../atoms");
const { MaxObject } = require("./max_object");
const { STORED, readParameter } = require("./parameter");

/**
 * pattr with its parameter on: a list that is saved with the set, as a blob. It sends what it is given, at once, and
 * what it kept when the set loads.
 */
class Pattr extends MaxObject {
    static MESSAGES = ["bang", "int", "float", "list", "anything"];
    static ATTRIBUTES = ["autorestore", "default_priority", "initial", "invisible", "thru"];

    constructor(patch, box) {
        super(patch, box);
        this.outlets = 3;
        if (!box.saved_object_attributes?.parameter_enable)
            patch.refuse(`${this.where}: parameter_enable is off, so that nothing is kept.`);
        this.parameter = readParameter(patch, box);
        if (this.parameter.type !== "blob" || this.parameter.visibility !== STORED) {
            patch.refuse(`${this.where}: kept lists are blobs, stored only.`);
        }
        this.atoms = this.parameter.initial ?? [];
    }

    message(message) {
        if (message.selector === "bang") {
            this.send();
            return;
        }
        const before = this.atoms;
        this.atoms = atomsOf(message);
        if (JSON.stringify(before) !== JSON.stringify(this.atoms)) {
            this.device.live.history.record("parameter", `${this.device.name}: ${this.parameter.longname}`, () => {
                this.atoms = before;
                this.send();
            });
        }
        this.send();
    }

    send() {
        if (this.atoms.length) this.out(0, this.atoms);
    }

    load() {
        this.send();
    }

    get kept() {
        return this.atoms.length ? this.atoms : undefined;
    }

    recall(atoms) {
        this.atoms = atoms;
    }
}

module.exports = { Pattr };
