// What the devices do to their own controls: which they grey, and how they fill their menus. No bridge runs.
"use strict";
const test = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const {openStill, tellNames} = require("../../../max_for_live/stand_in/still.js");
const {Control} = require("../../../max_for_live/stand_in/objects/parameter.js");

const DEVICES = path.join(__dirname, "../../../max_for_live/devices");
const BEAT = {length_beats: 4, name: "Beat", notes: [{pitch: 36, start_time: 0, duration: 0.25}]};

/** The device, a clip in the first slot, and what Max was told of greying, in order. */
function open(t, name) {
    const {live, track, device} = openStill(fs.readFileSync(path.join(DEVICES, `Sideman ${name}.amxd`)));
    const clip = track.slot(0).put(BEAT);
    const told = [];
    for (const control of device.patch.all(Control)) {
        const message = control.message.bind(control);
        control.message = (given, inlet) => {
            if (given.selector === "active") told.push(`${device.messageOf(control)} ${given.atoms[0]}`);
            message(given, inlet);
        };
    }
    t.after(() => {
        device.check();
        device.close();
    });
    return {
        device, told,
        greyed: () => device.patch.all(Control).filter((each) => each.isGreyed).map((each) => device.messageOf(each)).sort(),
        select(one) {
            live.select(one);
            live.clock.step(0.3);
        },
        turn(name, value) {
            device.turn(name, value);
            live.clock.step(0.3);
        },
        clip, empty: track.slot(1)
    };
}

test("Variations greys what new clips, or those made of a clip, do not use", (t) => {
    const set = open(t, "Variations");
    assert.deepStrictEqual(set.greyed(), ["amount"], "no clip is selected");
    set.select(set.clip);
    assert.deepStrictEqual(set.greyed(), ["bars", "density"]);
    set.turn("from", "New");
    assert.deepStrictEqual(set.greyed(), ["amount"]);
    set.turn("from", "Clip");
    set.select(set.empty);
    assert.deepStrictEqual(set.greyed(), ["amount"]);
});

test("Groove greys what its mode and manner do not use", (t) => {
    const set = open(t, "Groove");
    assert.deepStrictEqual(set.greyed(), ["density", "manner", "variations"]);
    set.turn("mode", "Drumify");
    assert.deepStrictEqual(set.greyed(), ["amount", "swing"]);
    set.turn("manner", "Castro");
    assert.deepStrictEqual(set.greyed(), ["amount", "density", "swing"]);
    set.turn("mode", "Humanise");
    assert.deepStrictEqual(set.greyed(), ["density", "manner", "variations"]);
});

test("Blend greys the boundary while it is not live, Transformation what its mode does not use, others nothing", (t) => {
    const blend = open(t, "Blend");
    assert.deepStrictEqual(blend.greyed(), ["boundary"]);
    blend.turn("live", 1);
    assert.deepStrictEqual(blend.greyed(), []);
    const tool = open(t, "Transformation");
    assert.deepStrictEqual(tool.greyed(), ["swing"]);
    tool.turn("mode", "Humanise");
    assert.deepStrictEqual(tool.greyed(), ["instrument"]);
    ["Continue", "Interpolate", "Generator"].forEach((name) => assert.deepStrictEqual(open(t, name).greyed(), []));
});

test("a knob that a device does not have cannot be asked for, nor turned", (t) => {
    const {sideman} = open(t, "Groove").device.screen.script.globals;
    const {device} = sideman;
    assert.strictEqual(device.knob("amount"), 0.5);
    const there = JSON.stringify(device.knobs);
    for (const mistake of [
        () => device.knob("amonut"), () => device.values(["temperature", "amonut"]), () => device.turn("amonut", 1),
        () => device.knob("constructor"),
    ]) {
        assert.throws(mistake, /The device has no knob (amonut|constructor)\./);
    }
    assert.throws(() => device.musical_values(["temperature"]), /no knob instrument/, "Groove plays drums alone");
    assert.strictEqual(JSON.stringify(device.knobs), there);
});

test("Max is told of what changes alone", (t) => {
    const set = open(t, "Groove");
    set.turn("temperature", 0.5);
    set.select(set.clip);
    assert.deepStrictEqual(set.told, []);
    set.turn("mode", "Drumify");
    assert.deepStrictEqual(set.told.splice(0).sort(), ["amount 0", "density 1", "manner 1", "swing 0", "variations 1"]);
    set.turn("manner", "Castro");
    set.turn("variations", 7);
    assert.deepStrictEqual(set.told, ["density 0"]);
});

test("menus show names as one reads them, and the names are kept", (t) => {
    const {device} = open(t, "Variations");
    tellNames(device, {presets: ["long_take"], kits: ["general_midi", "live_drum_rack"]});
    assert.deepStrictEqual(device.control("kit").parameter.items, ["Default", "general midi", "live drum rack"]);
    device.turn("kit", "live drum rack");
    device.turn("preset", "long take");
    const {chosen} = device.screen.script.globals.sideman.device;
    assert.deepStrictEqual({...chosen}, {preset: "long_take", kit: "live_drum_rack", model: ""});
    tellNames(device, {presets: ["busy", "long_take"], kits: ["a", "b", "live_drum_rack"]});
    assert.strictEqual(device.value("kit"), 3);
    assert.strictEqual(device.value("preset"), 2);
    tellNames(device, {presets: [], kits: ["a"]});
    assert.strictEqual(device.value("kit"), 0, "a kit that the bridge does not have now is shown as none");
    assert.strictEqual(chosen.kit, "live_drum_rack");
});
