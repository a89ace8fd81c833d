// Each device as it is used every day: a button is pressed, and the right clips stand in the right slots.
"use strict";

const { test } = require("node:test");
const { assert, clean, drums, FUNK, HALF, LINE, melody, notesOf, ROCK, seen, seenNext, stage, TOMS } = require("./stage.js");

test("Variations writes below the clip, in its order, as one undo step, and takes nothing", async (t) => {
    const set = stage(t);
    const beat = set.put(0, drums(ROCK), "Beat");
    set.put(2, drums(FUNK), "Keep me");
    set.live.select(beat);
    const before = notesOf(beat);
    const device = await set.open("Variations");
    device.turn("variations", 3);
    await set.wait(() => seen(device).target === "3 clips to slots 4–6", "the target is shown");
    const steps = set.live.history.steps.length;
    assert.equal(set.clips().filter(Boolean).length, 2, "nothing is changed before the button");
    device.press("generate");
    await set.clip(5);
    assert.deepEqual(set.clips().map((name) => name && name.replace(/#.*/, "#")), [
        "Beat", null, "Keep me", "1/3 [Beat] #", "2/3 [Beat] #", "3/3 [Beat] #", null, null,
    ]);
    assert.deepEqual(notesOf(beat), before);
    assert.equal(set.live.history.steps.length, steps + 1);
    set.live.undo();
    assert.deepEqual(set.clips().filter(Boolean), ["Beat", "Keep me"]);
    clean(device);
});

test("Variations without a clip makes new ones, where the highlighted slot is", async (t) => {
    const set = stage(t, { numerator: 3, denominator: 4 });
    set.live.select(set.track.slot(4));
    const device = await set.open("Variations");
    device.turn("variations", 6);
    device.turn("bars", 4);
    device.press("generate");
    const last = await set.clip(9);
    assert.equal(set.live.scenes.length, 10, "two scenes were added");
    assert.match(last.name, /^6\/6 GENERATE #\d+-[0-9a-f]{4}$/);
    assert.equal(last.length, 12);
    assert.deepEqual([last.signature_numerator, last.signature_denominator], [3, 4]);
    assert.ok(last.notes.length > 4);
    clean(device);
});

test("The same seed gives the same notes; Again writes them once more, also when the set was closed", async (t) => {
    const set = stage(t);
    const beat = set.put(0, drums(ROCK), "Beat");
    set.live.select(beat);
    const device = await set.open("Variations");
    device.turn("variations", 1);
    device.turn("seed lock", 1);
    device.turn("seed", 77);
    device.press("generate");
    const first = await set.clip(1);
    set.live.select(beat);
    device.press("generate");
    const second = await set.clip(2);
    assert.deepEqual(notesOf(second), notesOf(first));
    device.turn("seed lock", 0);
    device.press("generate");
    assert.notDeepEqual(notesOf(await set.clip(3)), notesOf(first));
    const third = set.track.slot(3).clip;
    device.press("again");
    assert.deepEqual(notesOf(await set.clip(4)), notesOf(third));
    assert.equal(set.track.slot(4).clip.name, third.name);

    const kept = device.toKeep();
    device.close();
    const reopened = await set.open("Variations", { kept });
    reopened.press("again");
    assert.deepEqual(notesOf(await set.clip(5)), notesOf(third));
    clean(device, reopened);
});

test("Again after Undo makes what is last now, and after reopening it writes where it did", async (t) => {
    const set = stage(t);
    const other = set.live.addTrack({ name: "Other" });
    const [rock, funk] = [set.put(0, drums(ROCK), "Rock", other), set.put(1, drums(FUNK), "Funk", other)];
    set.live.select(rock);
    const variations = await set.open("Variations");
    variations.turn("variations", 1);
    variations.press("generate");
    const varied = await set.clip(2, other);
    const notes = notesOf(varied);
    variations.turn("from", "New");
    set.live.select(set.track.slot(0));
    variations.press("generate");
    await set.clip(0);
    set.live.undo();
    set.live.select(rock);
    variations.press("again");
    assert.deepEqual(notesOf(await set.clip(3, other)), notes);

    const interpolate = await set.open("Interpolate");
    for (const [clip, button] of [[rock, "grab_a"], [funk, "grab_b"]]) {
        set.live.select(clip);
        interpolate.press(button);
    }
    interpolate.turn("steps", 1);
    set.live.select(set.track.slot(0));
    interpolate.press("interpolate");
    await set.clip(2);
    const kept = interpolate.toKeep();
    interpolate.close();
    const again = await set.open("Interpolate", { kept });
    set.live.select(rock);
    again.press("again");
    await set.clip(5);
    assert.equal(set.clips(other).filter(Boolean).length, 4, "nothing went to the other track");
    clean(variations, again);
});

test("Continue goes on where the clip ends, drums and melody alike", async (t) => {
    const set = stage(t);
    const beat = set.put(0, drums(ROCK), "Beat");
    set.live.select(beat);
    const device = await set.open("Continue");
    device.turn("variations", 2);
    device.turn("length", 4);
    device.press("continue");
    const last = await set.clip(2);
    assert.equal(last.length, 16);
    assert.match(last.name, /^2\/2 \[Beat\] #/);

    const other = set.live.addTrack({ name: "Lead" });
    const line = set.put(0, LINE, "Line", other);
    set.live.select(line);
    device.turn("with primer", 1);
    device.turn("variations", 1);
    device.press("continue");
    const sung = await set.clip(1, other);
    assert.equal(sung.length, LINE.length_beats + 16);
    const primer = notesOf(sung).filter((note) => note.start_time < LINE.length_beats);
    assert.deepEqual(primer, notesOf(line), "the clip itself stands in front, as it was");
    clean(device);
});

test("Continue hears the chords of another clip, and lets go of them", async (t) => {
    const set = stage(t);
    const chords = set.put(0, {
        length_beats: 8, notes: [[61, 65, 68], [63, 66, 70]].flatMap((pitches, bar) =>
            pitches.map((pitch) => ({ pitch, start_time: 4 * bar, duration: 4 }))),
    }, "Chords");
    const line = set.put(1, LINE, "Line");
    const device = await set.open("Continue");
    set.live.select(chords);
    device.press("grab_chords");
    set.live.select(line);
    device.turn("variations", 1);
    device.turn("instrument", "Melody");
    device.turn("seed lock", 1);
    device.press("continue");
    const told = notesOf(await set.clip(2));
    await set.wait(() => seen(device).sources.length === 2, "the chords are shown");
    set.live.select(chords);
    device.press("grab_chords");
    set.live.select(line);
    device.press("continue");
    assert.notDeepEqual(notesOf(await set.clip(3)), told);
    clean(device);
});

test("Interpolate writes A, the steps and B; both ends are exact, with all that only Live knows", async (t) => {
    const set = stage(t);
    const extras = { probability: 0.75, velocity_deviation: -12, release_velocity: 31, mute: 1 };
    const a = set.put(0, drums(ROCK, { extras }), "Rock");
    const other = set.live.addTrack({ name: "Other" });
    const b = set.put(3, drums(TOMS), "Toms", other);
    const device = await set.open("Interpolate");
    set.live.select(a);
    device.press("grab_a");
    set.live.select(b);
    device.press("grab_b");
    set.live.select(set.track.slot(1));
    await set.wait(() => seen(device).target === "5 clips to slots 2–6", "the target is shown");
    device.press("interpolate");
    const last = await set.clip(5);
    assert.match(set.track.slot(2).clip.name, /^2\/5 \[Rock\+Toms\] #/);
    assert.deepEqual(notesOf(set.track.slot(1).clip), notesOf(a));
    assert.deepEqual(notesOf(last), notesOf(b));
    device.press("swap");
    device.press("interpolate");
    assert.deepEqual(notesOf(await set.clip(6)), notesOf(b));
    clean(device);
});

test("Groove humanises a clip and leaves every hit at its place", async (t) => {
    const set = stage(t);
    const beat = set.put(0, drums(FUNK), "Funk");
    set.live.select(beat);
    const device = await set.open("Groove");
    device.turn("amount", 1);
    device.press("groove");
    const played = await set.clip(1);
    assert.equal(played.notes.length, beat.notes.length);
    const pads = (clip) => notesOf(clip).map((note) => `${note.pitch} ${Math.round(note.start_time * 4) % 32}`).sort();
    assert.deepEqual(pads(played), pads(beat));
    assert.ok(notesOf(played).some((note, index) => note.start_time !== notesOf(beat)[index].start_time));
    clean(device);
});

test("Groove plays drums to the bass line of another track, on its own track", async (t) => {
    const set = stage(t);
    const bass = set.live.addTrack({ name: "Bass" });
    const line = set.put(2, melody([[33, 3], [33, 1], [40, 2], [33, 2], [36, 4], [35, 2], [36, 2]]), "Bass line", bass);
    const device = await set.open("Groove");
    device.turn("mode", "Drumify");
    device.turn("variations", 2);
    set.live.select(line);
    device.press("grab_rhythm");
    device.press("groove");
    const played = await set.clip(3);
    assert.deepEqual(set.clips().map(Boolean), [false, false, true, true, false, false, false, false]);
    assert.deepEqual(set.clips(bass).filter(Boolean), ["Bass line"]);
    const starts = new Set(notesOf(played).map((note) => Math.round(note.start_time * 4)));
    notesOf(line).forEach((note) => assert.ok(starts.has(Math.round(note.start_time * 4)), `a drum at ${note.start_time}`));
    clean(device);
});

test("A preset turns the knobs that it names, a kit comes back to its own pads, both are kept with the set", async (t) => {
    const set = stage(t);
    const rack = { 36: "X...X...X...X...", 40: "....X.......X...", 46: "x.x.x.x.x.x.x.x." };
    const beat = set.put(0, drums(rack), "Rack");
    set.live.select(beat);
    const device = await set.open("Variations");
    await set.wait(() => device.control("preset").parameter.items.length > 3, "the presets are there");
    device.turn("preset", "wild");
    device.turn("kit", "live drum rack");
    assert.ok(device.value("temperature") > 1.2);
    const kept = device.toKeep();
    device.close();
    const again = await set.open("Variations", { kept });
    await set.wait(() => again.control("kit").parameter.items.length > 2, "the kits are there");
    assert.equal(again.control("kit").parameter.items[again.value("kit")], "live drum rack");
    assert.equal(again.control("preset").parameter.items[again.value("preset")], "wild");
    clean(device, again);
});

test("7/8, a note before the clip's start, and 600 notes", async (t) => {
    const set = stage(t, { numerator: 7, denominator: 8 });
    const odd = drums({ 36: "X...x...X.....", 38: "....X.......X.", 42: "x.x.x.x.x.x.x." }, { numerator: 7, denominator: 8 });
    const first = set.put(0, odd, "Seven");
    const device = await set.open("Interpolate");
    const early = { ...odd, notes: [...odd.notes, { pitch: 36, start_time: -0.1, duration: 0.2, velocity: 70 }] };
    const second = set.put(1, early, "Early");
    set.live.select(first);
    device.press("grab_a");
    set.live.select(second);
    device.press("grab_b");
    device.press("interpolate");
    const last = await set.clip(6);
    assert.deepEqual([last.length, last.signature_numerator, last.signature_denominator], [7, 7, 8]);
    assert.deepEqual(notesOf(last), notesOf(second));

    const many = { length_beats: 56, numerator: 7, denominator: 8, notes: [] };
    for (let i = 0; i < 600; i += 1) many.notes.push({ pitch: 36 + (i % 8), start_time: Math.floor(i / 8) * 0.7, duration: 0.1 });
    const full = set.put(7, many, "Full");
    set.live.select(full);
    const variations = await set.open("Variations");
    variations.turn("variations", 1);
    variations.turn("amount", 0);
    variations.press("generate");
    const made = await set.clip(8);
    assert.equal(made.length, 56);
    assert.deepEqual(notesOf(made), notesOf(full), "an amount of 0 changes nothing");
    clean(device, variations);
});

test("Where there is nothing to work on, a sentence says so, and nothing is written", async (t) => {
    const set = stage(t);
    const sound = set.live.addTrack({ name: "Sound", kind: "audio" });
    const audio = sound.slot(0).put({ length_beats: 4, name: "Audio" });
    const device = await set.open("Continue");
    device.press("continue");
    assert.match(seenNext(device).sentence, /No clip is selected/);
    set.live.select(audio);
    device.press("continue");
    assert.match(seenNext(device).sentence, /audio clip/);
    const arranged = set.track.putInArrangement({ ...drums(HALF), name: "Arranged" });
    set.live.select(arranged);
    device.turn("variations", 1);
    device.press("continue");
    await set.wait(() => set.clips().some(Boolean), "a clip of the arrangement is continued in the session");
    const interpolate = await set.open("Interpolate");
    interpolate.press("interpolate");
    assert.match(seenNext(interpolate).sentence, /press Grab A/);
    interpolate.press("again");
    assert.match(seenNext(interpolate).sentence, /nothing to make again/);
    clean(device, interpolate);
});
