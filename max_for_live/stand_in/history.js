"use strict";

const { Refusal } = require("./refusal");

/**
 * Live's undo steps: each change is one, unless begin_undo_step and end_undo_step hold several together. Live itself
 * may merge neighbours; this never does. `steps` are {what: [sentence, ...], kind: "api" | "parameter" | "tool"}.
 */
class History {
    constructor() {
        this.steps = [];
        this.open = null;
        this.isUndoing = false;
    }

    record(kind, what, inverse) {
        if (this.isUndoing) return;
        const step = this.open ?? { kind, what: [], inverses: [] };
        step.what.push(what);
        step.inverses.push(inverse);
        if (!this.open) this.steps.push(step);
    }

    begin() {
        if (this.open) throw new Refusal("begin_undo_step: the step before was never ended.");
        this.open = { kind: "api", what: [], inverses: [] };
    }

    end() {
        if (!this.open) throw new Refusal("end_undo_step: no step was begun.");
        const step = this.open;
        this.open = null;
        if (step.what.length) this.steps.push(step);
    }

    /** A step that is still open when Max's event is over would swallow what the user does next. */
    endForgotten() {
        if (this.open) {
            this.end();
            throw new Refusal("begin_undo_step: the step was still open when the script returned.");
        }
    }

    undo() {
        const step = this.steps.pop();
        if (!step) return;
        this.isUndoing = true;
        try {
            step.inverses.reverse().forEach((inverse) => inverse());
        } finally {
            this.isUndoing = false;
        }
    }
}

module.exports = { History };
