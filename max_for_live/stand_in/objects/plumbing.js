"use strict";

const { atomsOf, messageOf } = require("../atoms");
const { MaxObject } = require("./max_object");

const ANY = ["bang", "int", "float", "list", "anything"];
/** prepend makes no longer messages than this. */
const MOST_PREPENDED = 256;

class Prepend extends MaxObject {
    static MESSAGES = ANY;

    constructor(patch, box) {
        super(patch, box);
        if (typeof this.arguments[0] !== "string") patch.refuse(`${this.where}: its first argument must be a symbol.`);
    }

    message(message) {
        const atoms = [...this.arguments, ...atomsOf(message)];
        if (message.selector === "set") this.device.fail(`${this.where}: set replaces what it prepends.`);
        else if (atoms.length > MOST_PREPENDED)
            this.device.fail(`${this.where}: ${atoms.length} items are more than ${MOST_PREPENDED}.`);
        else this.out(0, atoms);
    }
}

/** `route a b 3`: what begins with one of its arguments goes out there without it, all else goes out on the right. */
class Route extends MaxObject {
    static MESSAGES = ANY;

    constructor(patch, box) {
        super(patch, box);
        if (this.arguments.length === 0) patch.refuse(`${this.where}: it has nothing to route.`);
        this.outlets = this.arguments.length + 1;
        this.inlets = this.outlets;
    }

    message(message, inlet) {
        if (inlet > 0) {
            this.device.fail(`${this.where}: inlet ${inlet} replaces what it routes.`);
            return;
        }
        const atoms = message.selector === "bang" ? ["bang"] : atomsOf(message);
        const found = this.arguments.indexOf(atoms[0]);
        if (found < 0) this.patch.send(this, this.outlets - 1, message);
        else this.patch.send(this, found, messageOf(atoms.slice(1)));
    }
}

/** `trigger b i l`: to each outlet what its letter makes of the message, from right to left. */
class Trigger extends MaxObject {
    static MESSAGES = ANY;

    constructor(patch, box) {
        super(patch, box);
        this.letters = this.arguments.length ? this.arguments : ["i", "i"];
        this.outlets = this.letters.length;
    }

    message(message) {
        const atoms = message.selector === "bang" ? [] : atomsOf(message);
        const made = this.letters.map((letter) => {
            if (letter === "b" || letter === "bang") return ["bang"];
            if (letter === "i" || letter === "int") return [typeof atoms[0] === "number" ? Math.trunc(atoms[0]) : 0];
            if (letter === "f" || letter === "float") return [typeof atoms[0] === "number" ? atoms[0] : 0];
            if (letter === "s") return [typeof atoms[0] === "string" ? atoms[0] : ""];
            if (letter === "l" || letter === "a") return atoms.length ? atoms : ["bang"];
            return [letter];
        });
        for (let outlet = made.length - 1; outlet >= 0; outlet -= 1) this.out(outlet, made[outlet]);
    }
}

/** A message box without $, commas and semicolons: whatever comes in, it sends its text. */
class Message extends MaxObject {
    static MESSAGES = ["bang", "int", "float", "list"];

    constructor(patch, box) {
        super(patch, box);
        this.inlets = 2;
        if (/[$,;]/.test(box.text ?? "") || !this.arguments.length)
            patch.refuse(`${this.where}: this message box does too much.`);
    }

    message(message, inlet) {
        if (inlet === 0) this.out(0, this.arguments);
        else this.device.fail(`${this.where}: its right inlet replaces the message.`);
    }
}

/** To the end of the low-priority queue. */
class Deferlow extends MaxObject {
    static MESSAGES = ANY;

    message(message) {
        this.patch.later(() => this.patch.send(this, 0, message));
    }
}

class Loadbang extends MaxObject {
    static MESSAGES = ["bang"];

    message() {
        this.out(0, ["bang"]);
    }
    load() {
        this.out(0, ["bang"]);
    }
}

/** What is only looked at. */
class Still extends MaxObject {
    constructor(patch, box) {
        super(patch, box);
        this.outlets = 0;
    }
}

class Comment extends Still {
    static MESSAGES = ["set"];

    message({ atoms }) {
        this.box.text = atoms.join(" ");
    }
}

/** live.banks: Push reads the patcher's parameterbanks. */
class Banks extends MaxObject {}

module.exports = { Banks, Comment, Deferlow, Loadbang, Message, Prepend, Route, Still, Trigger };
