// What goes wrong on stage: lost datagrams, two devices at once, a bridge that is killed, a set that is closed.
"use strict";

const { test } = require("node:test");
const { spawn } = require("node:child_process");
const path = require("node:path");
const { assert, clean, drums, FUNK, notesOf, PATIENCE_SECONDS, ROCK, seen, stage } = require("./stage.js");

const ROOT = path.join(__dirname, "../../..");

/** `python -m bridge serve` on the port (0: a free one), when it listens. */
function bridge(t, port = 0) {
    const child = spawn(process.env.PYTHON, ["-m", "bridge", "serve", "--port", String(port)], { cwd: ROOT });
    t.after(() => child.kill("SIGKILL"));
    return new Promise((done, failed) => {
        let said = "";
        const hear = (chunk) => {
            said += chunk;
            const found = /listens on 127\.0\.0\.1, port (\d+)\./.exec(said);
            if (found) done({ child, port: Number(found[1]) });
        };
        child.stdout.on("data", hear);
        child.stderr.on("data", hear);
        child.on("exit", () => failed(new Error(`The bridge ended: ${said}`)));
        setTimeout(() => failed(new Error(`The bridge never listened: ${said}`)), 1000 * PATIENCE_SECONDS).unref();
    });
}

/** Kills the bridge and waits until it is gone: before that its port is not free for the next one. */
function killed({ child }) {
    const gone = new Promise((done) => child.on("exit", done));
    child.kill("SIGKILL");
    return gone;
}

test("With every fifth datagram lost, clips of 600 notes come back whole", async (t) => {
    const set = stage(t, { lost: 0.2 });
    const many = { length_beats: 64, notes: [] };
    for (let i = 0; i < 600; i += 1) many.notes.push({ pitch: 36 + (i % 6), start_time: Math.floor(i / 6) * 0.64, duration: 0.1 });
    const full = set.put(0, many, "Full");
    const beat = set.put(1, drums(ROCK), "Beat");
    const device = await set.open("Interpolate");
    set.live.select(full);
    device.press("grab_a");
    set.live.select(beat);
    device.press("grab_b");
    device.turn("steps", 1);
    for (let round = 0; round < 5; round += 1) {
        device.press("interpolate");
        const last = await set.clip(4 + 3 * round);
        assert.deepEqual(notesOf(set.track.slot(2 + 3 * round).clip), notesOf(full), `round ${round}`);
        assert.deepEqual(notesOf(last), notesOf(beat));
        set.live.select(beat);
    }
    assert.ok(set.network.fell.lost > 10);
    clean(device);
});

test("Two devices at once, on two tracks, get each their own clips", async (t) => {
    const set = stage(t);
    const other = set.live.addTrack({ name: "Other" });
    const beat = set.put(0, drums(ROCK), "Beat");
    const funk = set.put(0, drums(FUNK), "Funk", other);
    const one = await set.open("Variations");
    const two = await set.open("Variations", { on: other });
    for (const [device, clip, amount] of [[one, beat, 0], [two, funk, 0]]) {
        set.live.select(clip);
        device.turn("amount", amount);
        device.press("generate");
    }
    assert.match((await set.clip(4)).name, /\[Beat\]/);
    assert.match((await set.clip(4, other)).name, /\[Funk\]/);
    assert.deepEqual(notesOf(set.track.slot(1).clip), notesOf(beat));
    assert.deepEqual(notesOf(other.slot(1).clip), notesOf(funk));
    clean(one, two);
});

test("Without a bridge it says how to start one, and works as soon as it is there", async (t) => {
    const first = await bridge(t);
    const set = stage(t, { ports: first.port });
    const beat = set.put(0, drums(ROCK), "Beat");
    set.live.select(beat);
    const device = await set.open("Variations");
    device.turn("variations", 1);
    device.press("generate");
    await set.clip(1);

    await killed(first);
    await set.wait(() => seen(device).state === "silent", "it saw that the bridge is gone");
    assert.match(seen(device).sentence, /python start\.py/);
    set.live.select(beat);
    device.press("generate");
    await set.live.clock.run(0.5);
    assert.equal(set.clips()[2], null);

    await bridge(t, first.port);
    await set.clip(2);
    await set.wait(() => seen(device).state === "ready", "it is ready again");
    set.live.select(beat);
    device.press("generate");
    await set.clip(3);
    clean(device);
});

test("A bridge that is killed with the answer half sent, and started again, answers after all", async (t) => {
    const first = await bridge(t);
    const set = stage(t, { ports: first.port });
    set.live.select(set.put(0, drums(ROCK), "Beat"));
    const device = await set.open("Variations");
    device.turn("variations", 3);
    // Every other datagram is lost, so that sooner or later an answer is begun and not whole.
    const { link } = device.screen.script.globals.sideman.device;
    const isHalf = () => link.asking !== null && link.asking.reply.has_begun();
    set.network.stage.lost = 0.5;
    let presses = 0;
    while (!isHalf()) {
        device.press("generate");
        presses += 1;
        await set.wait(() => isHalf() || set.clips().filter(Boolean).length === 1 + 3 * presses, "an answer begins");
    }
    const gone = killed(first);
    set.network.stage.lost = 0;
    await gone;
    await bridge(t, first.port);
    await set.wait(() => set.clips().filter(Boolean).length === 1 + 3 * presses, "all clips are there");
    clean(device);
});

test("A bridge that comes back after long makes the light right again", async (t) => {
    const first = await bridge(t);
    const set = stage(t, { ports: first.port });
    for (const [slot, pads, letter] of [[0, ROCK, "a"], [1, FUNK, "b"]]) set.put(slot, drums(pads), letter);
    const device = await set.open("Blend", { patient: false });
    for (const [slot, letter] of [[0, "a"], [1, "b"]]) {
        set.live.select(set.track.slot(slot).clip);
        device.press(`grab_${letter}`);
    }
    await set.wait(() => seen(device).now, "the blend is shown");
    await killed(first);
    device.turn("x", 1);
    await set.live.clock.run(11);
    await bridge(t, first.port);
    await set.wait(() => seen(device).state === "ready", "it is ready again");
    clean(device);
});

test("A slot that is filled while the answer is on its way is not touched", async (t) => {
    const set = stage(t);
    const beat = set.put(0, drums(ROCK), "Beat");
    set.live.select(beat);
    const device = await set.open("Variations");
    device.turn("variations", 2);
    set.network.stage.lost = 1;
    device.press("generate");
    const mine = set.put(2, drums(FUNK), "Mine");
    const before = notesOf(mine);
    set.network.stage.lost = 0;
    await set.clip(4);
    assert.deepEqual(set.clips().map((name) => name && name.replace(/ #.*/, "")), [
        "Beat", null, "Mine", "1/2 [Beat]", "2/2 [Beat]", null, null, null,
    ]);
    assert.deepEqual(notesOf(mine), before);
    clean(device);
});

test("A device that is taken away while it waits writes nothing and leaves nothing behind", async (t) => {
    const set = stage(t);
    set.live.select(set.put(0, drums(ROCK), "Beat"));
    const device = await set.open("Variations");
    const sockets = set.network.sockets.size;
    device.press("generate");
    device.close();
    await set.live.clock.run(0.5);
    assert.deepEqual(set.clips().filter(Boolean), ["Beat"]);
    assert.ok(sockets > 0);
    assert.equal(set.network.sockets.size, 0);
    clean(device);
});

test("A device that is moved to another track writes there", async (t) => {
    const set = stage(t);
    const other = set.live.addTrack({ name: "Other" });
    const device = await set.open("Variations");
    device.turn("from", "New");
    device.turn("variations", 1);
    set.live.select(set.track.slot(0));
    device.press("generate");
    await set.clip(0);
    const kept = device.toKeep();
    device.close();
    const moved = await set.open("Variations", { on: other, kept });
    set.live.select(other.slot(1));
    moved.press("generate");
    await set.clip(1, other);
    clean(device, moved);
});
