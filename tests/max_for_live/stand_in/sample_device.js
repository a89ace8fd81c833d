"use strict";
// Small devices for the tests of the stand-in: their boxes and cords are written down here, their bytes made here.

const standIn = require("../../../max_for_live/stand_in");

const AMXD_TYPES = { midi_effect: "mmmm", generator: "nagg", transformation: "natt" };
const SHAPES = {
    "live.thisdevice": [1, 3],
    message: [2, 1],
    prepend: [1, 1],
    deferlow: [1, 1],
    loadbang: [1, 1],
    midiin: [1, 1],
    midiout: [1, 0],
    udpsend: [1, 0],
    udpreceive: [1, 1],
    pattr: [1, 3],
    "live.banks": [1, 1],
    "live.comment": [1, 0],
    "live.dial": [1, 2],
    "live.numbox": [1, 2],
    "live.slider": [1, 2],
    "live.menu": [1, 3],
    "live.tab": [1, 3],
    "live.toggle": [1, 1],
    "live.text": [1, 2],
    "live.miditool.in": [1, 3],
    "live.miditool.out": [1, 0],
};

/** A box that is typed: text("ready", "prepend x"). Boxes stand in one row, each to the right of the one before. */
function text(id, words, more = {}) {
    const [name, ...rest] = words.split(" ");
    const count = rest.filter((word) => !word.startsWith("@")).length;
    const [numinlets, numoutlets] =
        name === "route" ? [count + 1, count + 1] : name === "t" ? [1, count] : (SHAPES[name] ?? [1, 1]);
    return { id, maxclass: "newobj", text: words, numinlets, numoutlets, ...more };
}

function message(id, words) {
    return { id, maxclass: "message", text: words, numinlets: 2, numoutlets: 1 };
}

/** A control; `valueof` without the prefix parameter_. */
function control(id, maxclass, { longname, ...valueof }, more = {}) {
    const [numinlets, numoutlets] = SHAPES[maxclass] ?? [1, 1];
    const named = Object.entries({ longname, shortname: longname, ...valueof }).map(([key, value]) => [
        `parameter_${key}`,
        value,
    ]);
    return {
        id,
        maxclass,
        numinlets,
        numoutlets,
        parameter_enable: 1,
        varname: id,
        presentation: 1,
        presentation_rect: [0, 0, 44, 48],
        saved_attribute_attributes: { valueof: Object.fromEntries(named) },
        ...more,
    };
}

function pattr(id, longname, initial = []) {
    return text(id, `pattr ${id}`, {
        saved_object_attributes: { parameter_enable: 1 },
        saved_attribute_attributes: {
            valueof: {
                parameter_longname: longname,
                parameter_type: 3,
                parameter_invisible: 1,
                parameter_initial: initial,
                parameter_initial_enable: initial.length ? 1 : 0,
            },
        },
    });
}

/** The script's object; `outlets` as in the script. */
function jsui(outlets = 1) {
    return {
        id: "screen",
        maxclass: "jsui",
        filename: "sample.js",
        numinlets: 1,
        numoutlets: outlets,
        presentation: 1,
        presentation_rect: [50, 0, 100, 60],
        patching_rect: [0, 0, 100, 60],
        annotation_name: "Sample",
    };
}

/** The bytes of a device. Cords are "from outlet to inlet". */
function amxd({ boxes, cords = [], script = "", kind = "midi_effect", isFrozen = true }) {
    const placed = boxes.map((box, index) => ({ box: { patching_rect: [100 * index, 100, 80, 22], ...box } }));
    const patcher = {
        boxes: placed,
        project: { version: 1 },
        openrect: [0, 0, 300, 169],
        openinpresentation: 1,
        lines: cords.map((cord) => {
            const [from, outlet, to, inlet] = cord.split(" ");
            return { patchline: { source: [from, Number(outlet)], destination: [to, Number(inlet)] } };
        }),
    };
    const json = Buffer.from(`${JSON.stringify({ patcher })}\0`);
    const payload = isFrozen
        ? frozen([
              ["Sample.amxd", json],
              ["sample.js", Buffer.from(script)],
          ])
        : json;
    return Buffer.concat([
        Buffer.from("ampf"),
        little(4),
        Buffer.from(AMXD_TYPES[kind]),
        Buffer.from("meta"),
        little(4),
        little(isFrozen ? 7 : 1),
        Buffer.from("ptch"),
        little(payload.length),
        payload,
    ]);
}

function little(number) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(number);
    return bytes;
}

function big(number) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    return bytes;
}

function chunk(tag, bytes) {
    return Buffer.concat([Buffer.from(tag), big(bytes.length + 8), bytes]);
}

function frozen(files) {
    let offset = 16;
    const entries = files.map(([name, bytes]) => {
        const padded = Buffer.from(name.padEnd(name.length + 4 - (name.length % 4), "\0"));
        const entry = chunk(
            "dire",
            Buffer.concat([chunk("fnam", padded), chunk("sz32", big(bytes.length)), chunk("of32", big(offset))]),
        );
        offset += bytes.length;
        return entry;
    });
    const head = Buffer.alloc(8);
    head.writeBigUInt64BE(BigInt(offset));
    return Buffer.concat([
        Buffer.from("mx@c"),
        big(16),
        head,
        ...files.map(([, bytes]) => bytes),
        chunk("dlst", Buffer.concat(entries)),
    ]);
}

/** A set that stands still until it is stepped, with a MIDI track, an audio track and a group. */
function stillSet(options = {}) {
    const live = new standIn.LiveSet({ clock: new standIn.SteppedClock(), ...options });
    live.addTrack({ name: "Keys" });
    live.addTrack({ name: "Guitar", kind: "audio" });
    live.addTrack({ name: "Band", kind: "group" });
    return live;
}

/** Opens a device whose script is all there is, with live.thisdevice to say `ready` to it. */
function openScript(script, { live = stillSet(), outlets = 1, boxes = [], cords = [], ...options } = {}) {
    const bytes = amxd({
        script,
        boxes: [text("this", "live.thisdevice"), message("say", "ready"), jsui(outlets), ...boxes],
        cords: ["this 0 say 0", "say 0 screen 0", ...cords],
    });
    return standIn.openDevice(bytes, { live, network: new standIn.Network(), ...options });
}

/** Runs `body` as the script's answer to `ready`; what it hands to `tell` comes back. */
function inScript(body, options = {}) {
    const device = openScript(
        `var told = []; function tell(value) { told.push(value); } function ready() { ${body} }`,
        options,
    );
    return { device, live: device.live, told: [...device.screen.script.globals.told] };
}

module.exports = { amxd, control, inScript, jsui, message, openScript, pattr, standIn, stillSet, text };
