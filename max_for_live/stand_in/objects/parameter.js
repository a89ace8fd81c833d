"use strict";

const { MaxObject } = require("./max_object");

const AUTOMATED = 0;
const STORED = 1;
const HIDDEN = 2;
const TYPES = ["float", "int", "enum", "blob"];

/** What a box says of its parameter, read strictly: {longname, type, low, high, items, initial, visibility ...}. */
function readParameter(patch, box) {
    const of = box.saved_attribute_attributes?.valueof;
    if (!of?.parameter_longname) patch.refuse(`${box.id}: its parameter has no long name.`);
    const type = TYPES[of.parameter_type ?? 0];
    const items = type === "enum" ? (of.parameter_enum ?? []) : [];
    const initial = of.parameter_initial_enable ? of.parameter_initial : undefined;
    return {
        longname: of.parameter_longname,
        shortname: of.parameter_shortname ?? of.parameter_longname,
        type,
        items,
        low: type === "enum" ? 0 : (of.parameter_mmin ?? 0),
        high: type === "enum" ? Math.max(0, items.length - 1) : (of.parameter_mmax ?? 127),
        initial,
        visibility: of.parameter_invisible ?? AUTOMATED,
        unitstyle: of.parameter_unitstyle ?? 0,
        units: of.parameter_units ?? "",
    };
}

/** A live.* control with a value. Outlets are served from right to left. */
class Control extends MaxObject {
    static MESSAGES = [
        "bang",
        "int",
        "float",
        "set",
        "assign",
        "init",
        "outputvalue",
        "rawfloat",
        "active",
        "_parameter_range",
    ];

    constructor(patch, box) {
        super(patch, box);
        if (!box.parameter_enable) patch.refuse(`${this.where}: parameter_enable is off.`);
        this.parameter = readParameter(patch, box);
        this.value = this.fit(this.parameter.initial?.[0] ?? this.parameter.low);
        this.outlets = 2;
    }

    get isStored() {
        return this.parameter.visibility !== HIDDEN;
    }

    /** What Max makes of a number: inside the range, whole where the type is. */
    fit(number) {
        const { low, high, type } = this.parameter;
        const inside = Math.min(high, Math.max(low, number));
        return type === "float" ? inside : Math.round(inside);
    }

    /** The mouse does nothing on it. Max's reference speaks of the mouse alone: all else turns it as before. */
    get isGreyed() {
        return this.box.active === 0;
    }

    get raw() {
        const { low, high } = this.parameter;
        return high > low ? (this.value - low) / (high - low) : 0;
    }

    message({ selector, atoms }) {
        if (selector === "bang" || selector === "outputvalue") this.send();
        else if (selector === "_parameter_range") this.changeRange(atoms);
        else if (selector === "init") this.change(this.fit(this.parameter.initial?.[0] ?? this.parameter.low));
        else if (atoms.length !== 1 || typeof atoms[0] !== "number")
            this.device.fail(`${this.where}: ${selector} takes a number.`);
        else if (selector === "active") this.box.active = Number(atoms[0] !== 0);
        else if (selector === "rawfloat")
            this.change(this.fit(this.parameter.low + atoms[0] * (this.parameter.high - this.parameter.low)));
        else
            this.change(this.fit(atoms[0]), {
                isSilent: selector === "set",
                keepsHistory: !(selector === "assign" && this.parameter.visibility === STORED),
            });
    }

    changeRange(atoms) {
        if (atoms.length !== 2 || atoms.some((atom) => typeof atom !== "number") || atoms[0] >= atoms[1]) {
            this.device.fail(`${this.where}: _parameter_range takes a lowest and a highest number.`);
            return;
        }
        [this.parameter.low, this.parameter.high] = atoms;
        this.value = this.fit(this.value);
    }

    /** A new value, from the patch or from the user's hand: an undo step in Live, unless the parameter is hidden. */
    change(value, { isSilent = false, keepsHistory = true } = {}) {
        const before = this.value;
        this.value = value;
        if (value !== before && this.isStored && keepsHistory) {
            this.device.live.history.record("parameter", `${this.device.name}: ${this.parameter.longname}`, () =>
                this.fromLive(before),
            );
        }
        if (value !== before) this.tellLive();
        if (!isSilent) this.send();
    }

    /** Automation, a recalled set or undo: no undo step of its own. */
    fromLive(value) {
        const before = this.value;
        this.value = this.fit(value);
        if (this.value !== before) this.tellLive();
        this.send();
    }

    tellLive() {
        if (this.liveParameter) this.device.live.notify(this.liveParameter, "value");
    }

    send() {
        this.out(1, [this.raw]);
        this.out(0, [this.value]);
    }

    load() {
        if (this.parameter.initial || this.wasRecalled) this.send();
    }

    // What is kept with the set.

    get kept() {
        return this.isStored ? this.value : undefined;
    }

    recall(value) {
        this.value = this.fit(value);
        this.wasRecalled = true;
    }
}

/** live.menu and live.tab: index, text, raw. Their items may be filled while they run. */
class Choice extends Control {
    static MESSAGES = [...Control.MESSAGES, "symbol", "setsymbol"];

    constructor(patch, box) {
        super(patch, box);
        this.outlets = 3;
        if (this.parameter.type !== "enum") patch.refuse(`${this.where}: its parameter is no enum.`);
    }

    message(message) {
        const { selector, atoms } = message;
        if (selector === "symbol" || selector === "setsymbol") {
            const index = this.parameter.items.indexOf(atoms.join(" "));
            if (index < 0) this.device.fail(`${this.where}: it has no item ${atoms.join(" ")}.`);
            else this.change(index, { isSilent: selector === "setsymbol" });
        } else {
            super.message(message);
        }
    }

    changeRange(atoms) {
        if (atoms.length === 0 || atoms.some((atom) => typeof atom !== "string" || !atom)) {
            this.device.fail(`${this.where}: _parameter_range takes the items' names.`);
            return;
        }
        this.parameter.items = atoms;
        this.parameter.high = atoms.length - 1;
        this.value = this.fit(this.value);
    }

    send() {
        this.out(2, [this.raw]);
        if (this.parameter.items.length) this.out(1, [this.parameter.items[this.value]]);
        this.out(0, [this.value]);
    }
}

class Toggle extends Control {
    constructor(patch, box) {
        super(patch, box);
        this.outlets = 1;
        this.parameter.low = 0;
        this.parameter.high = 1;
    }

    message(message) {
        if (message.selector === "bang") this.change(1 - this.value);
        else if (["int", "float", "set", "assign"].includes(message.selector) && message.atoms.length === 1) {
            super.message({ ...message, atoms: [Number(message.atoms[0] !== 0)] });
        } else super.message(message);
    }

    send() {
        this.out(0, [this.value]);
    }
}

/** live.text: mode 0 is a button (a bang, and its text on the right), mode 1 a toggle. */
class Text extends Toggle {
    static MESSAGES = [...Toggle.MESSAGES, "text", "texton"];

    constructor(patch, box) {
        super(patch, box);
        this.outlets = 2;
        this.isButton = box.mode === 0;
    }

    get isStored() {
        return !this.isButton && super.isStored;
    }

    press() {
        if (this.isButton) this.send();
        else this.change(1 - this.value);
    }

    message(message) {
        if (["text", "texton"].includes(message.selector)) this.box[message.selector] = message.atoms.join(" ");
        else if (this.isButton && ["bang", "int"].includes(message.selector)) this.send();
        else super.message(message);
    }

    load() {
        if (!this.isButton) super.load();
    }

    send() {
        const label = this.value && !this.isButton ? this.box.texton : this.box.text;
        if (label) this.out(1, [label]);
        this.out(0, this.isButton ? ["bang"] : [this.value]);
    }
}

module.exports = { Choice, Control, STORED, Text, Toggle, readParameter };
