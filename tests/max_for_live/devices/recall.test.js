// A set that is saved, closed and opened again has every device as it was.
"use strict";

const { test } = require("node:test");
const { assert, clean, drums, FUNK, ROCK, seen, stage } = require("./stage.js");
const { openSet, saveSet } = require("../../../max_for_live/stand_in");

const DEVICES = ["Blend", "Continue", "Generator", "Groove", "Interpolate", "Transformation", "Variations"];

/** A value of the control that is not its first one. */
function another(control) {
    const { low, high, initial } = control.parameter;
    const middle = Math.round((low + high) / 2);
    return [high, low, middle].find((value) => value !== control.value && value !== initial);
}

const script = (device) => device.screen.script.globals.sideman.device;

for (const name of DEVICES) {
    test(`${name} comes back with every knob where it was`, async (t) => {
        const set = stage(t);
        const device = await set.open(name);
        const controls = device.patch.withParameters().filter((control) => control.parameter.type !== "blob");
        const names = controls.map((control) => control.parameter.longname)
            .filter((longname) => !["Preset", "Kit", "Record Path", "Live Mode"].includes(longname));
        assert.ok(names.length > 4);
        for (const longname of names) {
            if (!("press" in device.control(longname))) device.turn(longname, another(device.control(longname)));
        }
        // What is written down when the hand has come to rest.
        await set.live.clock.run(1.5);
        const values = Object.fromEntries(names.map((longname) => [longname, device.value(longname)]));
        const knobs = { ...script(device).knobs };
        device.check();

        const saved = saveSet(set.live);
        set.live.close();
        const { live, devices } = openSet(saved, { network: set.network, seed: set.nextSeed() });
        set.alsoCloses(live);
        const [again] = devices;
        await live.clock.until(() => seen(again).state === "ready", 60, "it is ready");
        assert.deepEqual(Object.fromEntries(names.map((longname) => [longname, again.value(longname)])), values);
        assert.deepEqual({ ...script(again).knobs }, knobs);
        clean(again);
    });
}

test("A set that is opened writes nothing and leaves no undo step", async (t) => {
    const set = stage(t);
    const beat = set.put(0, drums(ROCK), "Beat");
    const funk = set.put(1, drums(FUNK), "Funk");
    const blend = await set.open("Blend");
    const variations = await set.open("Variations");
    set.live.select(beat);
    blend.press("grab_a");
    set.live.select(funk);
    blend.press("grab_b");
    blend.turn("live", 1);
    set.live.select(beat);
    variations.turn("variations", 1);
    variations.press("generate");
    await set.clip(2);
    const saved = saveSet(set.live);
    const { live, devices } = openSet(saved, { network: set.network, seed: set.nextSeed() });
    set.alsoCloses(live);
    for (const device of devices) await live.clock.until(() => seen(device).state === "ready", 60, "it is ready");
    await live.clock.run(0.5);
    assert.deepEqual(live.tracks[0].clip_slots.map((slot) => slot.clip?.name ?? null), set.clips());
    assert.equal(live.history.steps.length, 0);
    devices.forEach((device) => device.check());
});
