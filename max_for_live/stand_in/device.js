"use strict";

const { readAmxd } = require("./amxd");
const { DeviceParameter, MaxDevice, RackDevice } = require("./live_device");
const { MidiTool } = require("./midi_tool");
const { Network } = require("./network");
const { Jsui } = require("./objects/jsui");
const { MidiIn } = require("./objects/midi");
const { MidiToolIn } = require("./objects/miditool");
const { Text } = require("./objects/parameter");
const { Pattr } = require("./objects/pattr");
const { ThisDevice } = require("./objects/this_device");
const { Patch } = require("./patch");
const { randomBy } = require("./random");
const { Refusal } = require("./refusal");

/**
 * A device in a set. All chance, its script's too, is by `seed`: to a bridge two devices of the same seed are one, also
 * one after the other. `errors` are the sentences of all that Max or Live would have refused, `console` the lines
 * {kind, line} of Max's console, `midi_out` the bytes that left it. Its methods are the user's hands.
 */
class Device {
    constructor(
        bytes,
        {
            live,
            network = new Network(),
            track,
            name,
            seed = live.openDevices.size,
            theme = "dark",
            inRack = false,
            kept = {},
        },
    ) {
        const { kind, patcher, files, name: ownName } = readAmxd(bytes);
        Object.assign(this, {
            bytes,
            kind,
            patcher,
            files,
            live,
            network,
            theme,
            track,
            clock: live.clock,
            seed,
            inRack,
        });
        this.name = name ?? ownName ?? "Max MIDI Effect";
        this.errors = [];
        this.console = [];
        this.midi_out = [];
        this.pointers = new Set();
        this.tasks = new Set();
        this.isReady = false;
        this.isClosing = false;
        this.isClosed = false;
        this.liveDevice = new MaxDevice(live, inRack ? new RackDevice(live, track).chains[0] : track, this.name);
        this.midiTool = new MidiTool(this);
        try {
            this.patch = new Patch(this, patcher);
        } catch (error) {
            this.liveDevice.leave();
            throw error;
        }
        for (const object of this.patch.withParameters()) {
            if (object.parameter.visibility === 0 && object.parameter.type !== "blob") {
                object.liveParameter = new DeviceParameter(live, this.liveDevice, object);
            }
            const value = kept[object.parameter.longname];
            if (value !== undefined) object.recall(value);
        }
        live.openDevices.add(this);
        this.patch.load(randomBy(seed));
    }

    /** live.thisdevice sends its bang: Live is there. Live does it again when the device is saved. */
    ready() {
        this.patch.ready();
    }

    // What goes wrong.

    fail(sentence) {
        this.errors.push(sentence);
    }

    /** Notes down a refusal, once, however many hands it passes through. */
    record(error) {
        if (!error.isRecorded) this.errors.push(error.message);
        error.isRecorded = true;
    }

    guard(go) {
        try {
            return go();
        } catch (error) {
            if (error instanceof Refusal) this.record(error);
            throw error;
        }
    }

    guardQuietly(go) {
        try {
            return go();
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            this.record(error);
            return undefined;
        }
    }

    refuse(sentence) {
        this.guard(() => {
            throw new Refusal(sentence);
        });
    }

    say(kind, line) {
        this.console.push({ kind, line });
    }

    /** Throws an Error with all that went wrong, if anything did. */
    check() {
        if (this.errors.length) throw new Error(`${this.name}: ${this.errors.join("\n")}`);
    }

    // The user's hands.

    /** A control by its long name, short name, label, scripting name or the message that it sends. */
    control(name) {
        const wanted = name.toLowerCase();
        const found = this.patch.withParameters().filter((object) => {
            const { longname, shortname } = object.parameter;
            const names = [longname, shortname, object.box.varname, object.box.text, this.messageOf(object)];
            return !(object instanceof Pattr) && names.some((each) => String(each).toLowerCase() === wanted);
        });
        if (found.length !== 1) throw new Error(`${this.name} has ${found.length} controls called ${name}.`);
        return found[0];
    }

    /** The first word of what the control's left outlet leads to: of a prepend, a message box or the like. */
    messageOf(object) {
        return this.patch.cords.get(`${object.box.id} 0`)?.[0]?.destination.arguments[0];
    }

    press(name) {
        const control = this.control(name);
        if (!(control instanceof Text)) throw new Error(`${name} is no button.`);
        control.press();
    }

    /** Turns a dial, flips a toggle, chooses from a menu (by number or by text). */
    turn(name, value) {
        const control = this.control(name);
        const number = typeof value === "string" ? control.parameter.items.indexOf(value) : Number(value);
        const { low, high } = control.parameter;
        if (!(number >= low && number <= high)) {
            throw new Error(`${name} cannot be turned to ${value}: it goes from ${low} to ${high}.`);
        }
        control.change(control.fit(number));
    }

    /** Live's automation moves it: no undo step. */
    automate(name, value) {
        this.control(name).fromLive(value);
    }

    value(name) {
        return this.control(name).value;
    }

    /** The list that a pattr keeps, by its long name. */
    kept(longname) {
        return this.patch.all(Pattr).find((object) => object.parameter.longname === longname)?.kept;
    }

    get screen() {
        return this.patch.all(Jsui)[0];
    }

    click(x, y) {
        this.screen.press(x, y);
        this.screen.release(x, y);
    }

    /** From one point of the screen to another, at once. For a slow hand use screen.press, move and release. */
    drag(x0, y0, x1, y1, steps = 10) {
        this.screen.press(x0, y0);
        for (let step = 1; step <= steps; step += 1) {
            this.screen.move(x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps);
        }
        this.screen.release(x1, y1);
    }

    midi(bytes) {
        for (const object of this.patch.all(MidiIn)) bytes.forEach((byte) => object.from(byte));
    }

    enable(isOn) {
        this.liveDevice.is_active = isOn;
        this.live.notify(this.liveDevice, "is_active");
        this.patch.all(ThisDevice).forEach((object) => object.enabled());
    }

    toolIn() {
        return this.patch.all(MidiToolIn)[0];
    }

    /** A MIDI Tool: the user clicks Apply. */
    apply() {
        this.midiTool.apply();
    }

    /** What the set keeps of it: {long name: value}, blobs as lists. */
    toKeep() {
        const all = this.patch.withParameters().map((object) => [object.parameter.longname, object.kept]);
        return Object.fromEntries(all.filter(([, value]) => value !== undefined));
    }

    close() {
        if (this.isClosed) return;
        this.isClosing = true;
        this.patch.close();
        this.isClosed = true;
        [...this.tasks].forEach((task) => task.cancel());
        this.pointers.forEach((pointer) => pointer.stop());
        this.liveDevice.leave();
        this.live.openDevices.delete(this);
    }
}

/**
 * Opens a device on a track (the first, if none is named) as Live does: its parameters send what they hold, in no
 * order that could be relied on, then live.thisdevice bangs. `ready: false` stops before that.
 */
function openDevice(bytes, { ready = true, ...options }) {
    const device = new Device(bytes, {
        ...options,
        track: options.track ?? options.live.tracks[0] ?? options.live.addTrack(),
    });
    if (ready) device.ready();
    return device;
}

module.exports = { Device, openDevice };
