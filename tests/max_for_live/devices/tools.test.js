// The MIDI Tools: Live wants its answer at once, the bridge gives it later.
"use strict";

const { test } = require("node:test");
const { assert, clean, drums, LINE, notesOf, ROCK, seen, stage } = require("./stage.js");

test("Generator fills the clip with new notes, and another press replaces them", async (t) => {
    const set = stage(t);
    const clip = set.put(0, { length_beats: 8, notes: [] }, "Empty");
    set.live.select(clip);
    const device = await set.open("Generator");
    device.press("generate");
    await set.wait(() => clip.notes.length > 4, "there are notes");
    const first = notesOf(clip);
    assert.ok(first.every((note) => note.start_time < 8 && note.start_time + note.duration <= 8.001));
    device.press("generate");
    await set.wait(() => JSON.stringify(notesOf(clip)) !== JSON.stringify(first), "other notes");
    const again = notesOf(clip);
    assert.ok(!first.every((note) => again.some((other) => JSON.stringify(other) === JSON.stringify(note))), "they do not add up");
    clean(device);
});

test("Transformation varies the notes from those that stood there at first", async (t) => {
    const set = stage(t);
    const clip = set.put(0, drums(ROCK, { extras: { probability: 0.5 } }), "Beat");
    set.live.select(clip);
    const before = notesOf(clip);
    const device = await set.open("Transformation");
    device.turn("amount", 0);
    const cycles = set.live.history.steps.length;
    device.press("transform");
    await set.wait(() => /notes in the clip/.test(seen(device).sentence), "it is answered");
    assert.ok(set.live.history.steps.length > cycles, "Live took it");
    assert.deepEqual(notesOf(clip), before, "an amount of 0 changes nothing, to the last digit");
    device.turn("amount", 0.7);
    device.press("transform");
    await set.wait(() => JSON.stringify(notesOf(clip)) !== JSON.stringify(before), "other notes");
    const varied = JSON.stringify(notesOf(clip));
    device.turn("mode", "Humanise");
    device.turn("amount", 1);
    device.press("transform");
    // Not only another number of them: a variation may have as many as the clip had.
    await set.wait(() => JSON.stringify(notesOf(clip)) !== varied, "the hits of the clip as it was at first");
    const steps = (notes) => notes.map((note) => `${note.pitch} ${Math.round(note.start_time * 4)}`).sort();
    assert.deepEqual(steps(notesOf(clip)), steps(before));
    clean(device);
});

test("Without notes, Transformation says so; with a melody it plays a melody", async (t) => {
    const set = stage(t);
    const empty = set.put(0, { length_beats: 4, notes: [] }, "Empty");
    set.live.select(empty);
    const device = await set.open("Transformation");
    device.press("transform");
    await set.wait(() => /no notes here/.test(seen(device).sentence), "it says that there are no notes");
    const line = set.put(1, LINE, "Line");
    set.live.select(line);
    device.turn("instrument", "Melody");
    const before = JSON.stringify(notesOf(line));
    device.press("transform");
    await set.wait(() => JSON.stringify(notesOf(line)) !== before, "it is varied");
    clean(device);
});

test("Without a bridge the clip keeps its notes", async (t) => {
    const set = stage(t, { ports: 9 });
    const clip = set.put(0, drums(ROCK), "Beat");
    set.live.select(clip);
    const before = notesOf(clip);
    const device = await set.open("Transformation", { heard: false });
    device.press("transform");
    await set.live.clock.run(1.5);
    assert.deepEqual(notesOf(clip), before);
    clean(device);
});

test("No clip is changed that nobody asked for", async (t) => {
    const set = stage(t);
    const beat = set.put(0, drums(ROCK), "Beat");
    const other = set.put(1, drums(ROCK, { bars: 1 }), "Other");
    set.live.select(beat);
    const device = await set.open("Transformation");
    const before = [notesOf(beat), notesOf(other)];
    // Live begins a cycle by itself.
    device.apply();
    await set.live.clock.run(0.4);
    assert.deepEqual([notesOf(beat), notesOf(other)], before);
    await set.wait(() => seen(device).sentence === "Press Transform in the device.", "it says what to do");
    // A twin is opened before the answer comes.
    const twin = set.put(2, drums(ROCK), "Twin");
    device.turn("amount", 1);
    device.press("transform");
    set.live.select(twin);
    await set.live.clock.run(0.6);
    assert.deepEqual(notesOf(twin), before[0]);
    // What was undone does not come back by itself.
    set.live.select(beat);
    device.press("transform");
    await set.wait(() => JSON.stringify(notesOf(beat)) !== JSON.stringify(before[0]), "it is another");
    set.live.undo();
    assert.deepEqual(notesOf(beat), before[0]);
    device.apply();
    await set.live.clock.run(0.3);
    assert.deepEqual(notesOf(beat), before[0]);
    // Another clip is opened before the answer comes.
    device.turn("amount", 1);
    device.press("transform");
    set.live.select(other);
    await set.live.clock.run(0.6);
    assert.deepEqual(notesOf(other), before[1]);
    clean(device);
});

test("A button that is pressed three times in a row is answered", async (t) => {
    const set = stage(t);
    const clip = set.put(0, { length_beats: 8, notes: [] }, "Empty");
    set.live.select(clip);
    const device = await set.open("Generator");
    for (let press = 0; press < 3; press += 1) device.press("generate");
    await set.wait(() => clip.notes.length > 4, "there are notes");
    clean(device);
});

test("A request that was lost can be made again", async (t) => {
    const set = stage(t, { ports: 9 });
    const clip = set.put(0, { length_beats: 8, notes: [] }, "Empty");
    set.live.select(clip);
    const device = await set.open("Generator", { heard: false });
    device.press("generate");
    await set.live.clock.run(0.3);
    set.network.ports[42711] = Number(process.env.BRIDGE_PORT);
    await set.wait(() => seen(device).state === "ready", "the bridge is there");
    device.press("generate");
    await set.wait(() => clip.notes.length > 4, "there are notes");
    clean(device);
});
