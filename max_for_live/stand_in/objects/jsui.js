"use strict";

const { MaxObject } = require("./max_object");
const { Graphics } = require("../mgraphics");
const { ScriptEngine } = require("../script_engine");

/** Max paints about this often. */
const FRAME_MS = 16;

/** A script that hears messages and draws. */
class Jsui extends MaxObject {
    static MESSAGES = ["anything"];

    constructor(patch, box) {
        super(patch, box);
        const source = this.device.files.get(box.filename);
        if (!source) patch.refuse(`${this.where}: its script ${box.filename} is not in the device.`);
        const [x, y, width, height] = box.presentation_rect ?? box.patching_rect;
        // Else Max takes the mouse, and redraws, in the wrong places.
        if (width !== box.patching_rect[2] || height !== box.patching_rect[3]) {
            patch.refuse(`${this.where}: its size in the patch is not the one in the presentation.`);
        }
        this.graphics = new Graphics([width, height]);
        this.paints = 0;
        this.script = new ScriptEngine({
            device: this.device,
            name: box.filename,
            source: source.toString("utf8"),
            graphics: this.graphics,
            box: { maxclass: "jsui", varname: box.varname, rect: [x, y, x + width, y + height] },
            send: (outlet, atoms) => this.out(outlet, atoms),
            redraw: () => this.redraw(),
        });
        this.inlets = this.script.globals.inlets;
        this.outlets = this.script.globals.outlets;
    }

    /** All script runs on the low-priority thread: what comes on the scheduler's waits its turn. */
    receive(inlet, message) {
        const take = () => this.script.receive(inlet, message);
        if (this.patch.isOnScheduler) this.patch.later(take);
        else take();
    }

    redraw() {
        if (this.frame || this.device.isClosed) return;
        this.frame = this.device.clock.after(FRAME_MS, () => {
            this.frame = null;
            this.paint();
        });
    }

    /** The SVG elements of the screen as it is now. */
    paint() {
        this.paints += 1;
        this.graphics.begin();
        this.script.event("paint");
        return this.device.guardQuietly(() => this.graphics.end()) ?? "";
    }

    /** The mouse, in pixels of the screen. */
    press(x, y) {
        this.script.event("onclick", x, y, 1, 0, 0, 0, 0, 0);
    }
    move(x, y) {
        this.script.event("ondrag", x, y, 1, 0, 0, 0, 0, 0);
    }
    release(x, y) {
        this.script.event("ondrag", x, y, 0, 0, 0, 0, 0, 0);
    }

    load() {
        this.redraw();
        this.script.event("loadbang");
    }

    close() {
        if (this.frame) this.device.clock.cancel(this.frame);
        this.script.event("notifydeleted");
    }
}

module.exports = { Jsui };
