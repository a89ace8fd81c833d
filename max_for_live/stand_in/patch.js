"use strict";

const { sentenceOf } = require("./atoms");
const { BOXES, TYPED } = require("./objects");
const { shuffled } = require("./random");

/** Deeper than this, Max says "stack overflow". */
const DEEPEST = 500;

/** The boxes and cords of a device. Whatever Max would not open is refused when it is made. */
class Patch {
    constructor(device, patcher) {
        this.device = device;
        this.objects = new Map();
        this.isOnScheduler = false;
        this.depth = 0;
        this.queue = new Set();
        this.cords = new Map();
        try {
            for (const { box } of patcher.boxes) this.add(box);
            for (const { patchline } of patcher.lines ?? []) this.connect(patchline);
            this.sortCords();
            this.checkNames();
        } catch (error) {
            this.close();
            throw error;
        }
    }

    refuse(sentence) {
        throw new Error(`${this.device.name}: ${sentence}`);
    }

    needsMidiTool(where) {
        if (!["generator", "transformation"].includes(this.device.kind))
            this.refuse(`${where} works in MIDI Tools only.`);
    }

    add(box) {
        if (!box.id || this.objects.has(box.id)) this.refuse(`two boxes are called ${box.id}.`);
        const isTyped = box.maxclass === "newobj";
        const [name, ...words] = isTyped ? splitText(box.text) : [box.maxclass];
        const kind = isTyped ? TYPED[name] : BOXES[name];
        if (!kind) this.refuse(`${box.id}: the object ${name} is unknown.`);
        const text = box.maxclass === "message" ? splitText(box.text) : words;
        const full = { ...box, ...splitAttributes(text) };
        for (const attribute of Object.keys(full.attributes)) {
            if (!kind.ATTRIBUTES.includes(attribute))
                this.refuse(`${box.id} (${box.text}): ${name} has no attribute @${attribute} here.`);
        }
        const object = new kind(this, full);
        for (const [key, count] of [
            ["numinlets", object.inlets],
            ["numoutlets", object.outlets],
        ]) {
            if (box[key] !== count)
                this.refuse(`${object.where}: the box says ${key} ${box[key]}, the object has ${count}.`);
        }
        this.objects.set(box.id, object);
    }

    connect({ source: [from, outlet], destination: [to, inlet] }) {
        const [source, destination] = [this.objects.get(from), this.objects.get(to)];
        if (!source || !destination) this.refuse(`a cord goes from ${from} to ${to}, and one of them is missing.`);
        if (!(outlet >= 0 && outlet < source.outlets))
            this.refuse(`a cord leaves outlet ${outlet} of ${source.where}, which has ${source.outlets}.`);
        if (!(inlet >= 0 && inlet < destination.inlets))
            this.refuse(`a cord enters inlet ${inlet} of ${destination.where}, which has ${destination.inlets}.`);
        const key = `${from} ${outlet}`;
        this.cords.set(key, [...(this.cords.get(key) ?? []), { destination, inlet }]);
    }

    /** Max serves the cords of one outlet from right to left, and from bottom to top. */
    sortCords() {
        for (const cords of this.cords.values()) {
            cords.sort((one, other) => {
                const [here, there] = [one.destination.box.patching_rect, other.destination.box.patching_rect];
                return there[0] - here[0] || there[1] - here[1];
            });
        }
    }

    checkNames() {
        const names = this.withParameters().map((object) => object.parameter.longname);
        const twice = names.find((name, index) => names.indexOf(name) !== index);
        if (twice) this.refuse(`two parameters have the long name ${twice}.`);
    }

    /** Depth first, as Max does. */
    send(object, outlet, message) {
        if (this.device.isClosing) return; // what a script sends while it is deleted goes nowhere
        if (!(outlet >= 0 && outlet < object.outlets)) {
            this.device.fail(`${object.where} has no outlet ${outlet}.`);
            return;
        }
        if (this.depth >= DEEPEST) {
            this.device.fail(`stack overflow: ${object.where} sends ${sentenceOf(message)}`);
            return;
        }
        this.depth += 1;
        try {
            for (const { destination, inlet } of this.cords.get(`${object.box.id} ${outlet}`) ?? [])
                destination.receive(inlet, message);
        } finally {
            this.depth -= 1;
        }
    }

    onScheduler(go) {
        const before = this.isOnScheduler;
        this.isOnScheduler = true;
        try {
            go();
        } finally {
            this.isOnScheduler = before;
        }
    }

    /** The low-priority queue: first in, first out. */
    later(go) {
        const handle = this.device.clock.after(0, () => {
            this.queue.delete(handle);
            go();
        });
        this.queue.add(handle);
    }

    all(kind) {
        return [...this.objects.values()].filter((object) => object instanceof kind);
    }

    withParameters() {
        return [...this.objects.values()].filter((object) => object.parameter);
    }

    /** Max promises no order in which objects load. */
    load(random) {
        shuffled([...this.objects.values()], random).forEach((object) => object.load());
    }

    ready() {
        [...this.objects.values()].forEach((object) => object.ready());
    }

    close() {
        for (const handle of this.queue) this.device.clock.cancel(handle);
        [...this.objects.values()].forEach((object) => object.close());
    }
}

/** Words of a box's text; numbers become numbers, quotes hold words together. */
function splitText(text) {
    return (text?.match(/"[^"]*"|\S+/g) ?? []).map((word) => {
        if (word.startsWith('"')) return word.slice(1, -1);
        return /^-?(\d+\.?\d*|\.\d+)$/.test(word) ? Number(word) : word;
    });
}

function splitAttributes(words) {
    const attributes = {};
    let into = null;
    const plain = words.filter((word) => {
        if (typeof word === "string" && word.startsWith("@")) {
            into = attributes[word.slice(1)] = [];
            return false;
        }
        into?.push(word);
        return !into;
    });
    return { arguments: plain, attributes };
}

module.exports = { Patch };
