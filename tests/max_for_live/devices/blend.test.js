// Sideman Blend: corners, the puck, Freeze, Path, and Live mode on the beat.
"use strict";

const { test } = require("node:test");
const { assert, clean, drums, FUNK, HALF, notesOf, ROCK, seen, stage, TOMS } = require("./stage.js");

// Where the corners are, as X and Y.
const CORNERS = { a: [0, 1], b: [1, 1], c: [0, 0], d: [1, 0] };

/** Four clips of two tracks in the corners of a Blend. */
async function square(t, options = {}, letters = "abcd") {
    const set = stage(t, options);
    const other = set.live.addTrack({ name: "Other" });
    const extras = { probability: 0.5, velocity_deviation: 9, release_velocity: 12, mute: 0 };
    const corners = {
        a: set.put(0, drums(ROCK, { extras }), "Rock", other), b: set.put(1, drums(FUNK), "Funk", other),
        c: set.put(0, drums(HALF, { bars: 1 }), "Half"), d: set.put(3, drums(TOMS), "Toms", other),
    };
    const device = await set.open("Blend", options);
    for (const letter of letters) {
        set.live.select(corners[letter]);
        device.press(`grab_${letter}`);
    }
    set.live.select(set.track.slot(1));
    return { ...set, device, corners };
}

async function freeze(set, slot) {
    set.device.press("freeze");
    return set.clip(slot);
}

test("In each corner stands the user's own clip, exactly, whichever track it came from", async (t) => {
    const set = await square(t);
    let slot = 1;
    for (const [letter, [x, y]] of Object.entries(CORNERS)) {
        set.device.turn("x", x);
        set.device.turn("y", y);
        const made = await freeze(set, slot);
        assert.deepEqual(notesOf(made), notesOf(set.corners[letter]), `corner ${letter}`);
        assert.equal(made.length, set.corners[letter].length);
        assert.match(made.name, /^\[Rock\+Funk\+Half\+Toms\] #/);
        slot += 1;
    }
    clean(set.device);
});

for (const letters of ["ab", "ac", "ad", "bc", "abc", "abd", "acd", "bcd"]) {
    test(`The corners ${letters} alone make a blend, exact at each of them`, async (t) => {
        const set = await square(t, {}, letters);
        let slot = 1;
        for (const letter of letters) {
            const [x, y] = CORNERS[letter];
            set.device.turn("x", x);
            set.device.turn("y", y);
            assert.deepEqual(notesOf(await freeze(set, slot)), notesOf(set.corners[letter]), `corner ${letter}`);
            slot += 1;
        }
        clean(set.device);
    });
}

test("A drag turns X and Y and is answered at once; a corner that is grabbed again is empty", async (t) => {
    const set = await square(t);
    await set.wait(() => seen(set.device).now, "the blend is shown");
    const before = seen(set.device).now;
    set.device.drag(40, 40, 150, 100);
    await set.wait(() => seen(set.device).now !== before, "another blend is shown");
    assert.ok(set.device.value("x") > 0.7 && set.device.value("y") < 0.6);
    assert.deepEqual(set.clips(), ["Half", null, null, null, null, null, null, null], "nothing is written by a drag");
    set.live.select(set.corners.d);
    set.device.press("grab_d");
    await set.wait(() => seen(set.device).corners[3] === null, "the corner is empty");
    clean(set.device);
});

test("The corners come back with the set, and so does their blend", async (t) => {
    const set = await square(t);
    set.device.turn("seed", 1234);
    set.device.turn("x", 0.4);
    const first = await freeze(set, 1);
    await set.live.clock.run(1);
    const kept = set.device.toKeep();
    set.device.close();
    const again = await set.open("Blend", { kept });
    again.press("freeze");
    assert.deepEqual(notesOf(await set.clip(2)), notesOf(first));
    assert.equal(seen(again).corners.map((corner) => corner.name).join(" "), "Rock Funk Half Toms");
    again.press("again");
    assert.deepEqual(notesOf(await set.clip(3)), notesOf(first));
    clean(set.device, again);
});

test("Path writes a drag as one long clip, from the first corner to the last", async (t) => {
    const set = await square(t);
    set.device.turn("path", 1);
    set.device.turn("path_bars", 6);
    const screen = set.device.screen;
    screen.press(12, 24);
    for (let step = 1; step <= 30; step += 1) {
        await set.live.clock.run(0.01);
        screen.move(12 + (166 * step) / 30, 24 + (94 * step) / 30);
    }
    screen.release(180, 130);
    const walked = await set.clip(1);
    assert.equal(walked.length, 24);
    const bar = (clip, from) => notesOf(clip).filter((note) => note.start_time >= from - 0.2 && note.start_time < from + 3.8)
        .map((note) => `${note.pitch} ${(note.start_time - from).toFixed(2)}`);
    assert.deepEqual(bar(walked, 0), bar(set.corners.a, 0), "the first bar is that of A");
    assert.deepEqual(bar(walked, 20), bar(set.corners.d, 4), "the last bar is that of D");
    assert.equal(set.device.value("path"), 0, "the switch goes back");
    clean(set.device);
});

/** A blend in live mode over the clip that plays, after half a bar. */
async function playing(t, options) {
    const set = await square(t, options);
    set.live.select(set.corners.c);
    set.corners.c.parent.fire();
    set.device.turn("x", 0);
    set.device.turn("y", 0);
    set.device.turn("live", 1);
    await set.wait(() => set.live.song_beats > 1, "the song runs");
    return set;
}

/** How far from a bar the playing clip was changed last, in beats. A slow machine may miss a bar, never the beat. */
function fromBar(set) {
    const { song_beats } = set.live.journal.findLast((entry) => entry.what === "notes" && entry.slot === 0);
    return { at_beats: song_beats, distance: Math.abs(song_beats - Math.round(song_beats / 4) * 4) };
}

test("Live mode changes the playing clip at the bar and never within it, and keeps the user's clip", async (t) => {
    const set = await playing(t, { tempo_bpm: 240 });
    const before = notesOf(set.corners.c);
    const from_beats = set.live.song_beats;
    set.device.turn("x", 1);
    set.device.turn("y", 1);
    await set.wait(() => notesOf(set.corners.c).length !== before.length, "the clip is another");
    const { at_beats, distance } = fromBar(set);
    assert.ok(distance < 0.5 && at_beats > from_beats, `changed at ${at_beats}, asked at ${from_beats}`);
    await set.live.clock.run(0.2);
    assert.deepEqual(set.clips().filter(Boolean), ["Half", "Half (kept)"]);
    assert.deepEqual(notesOf(set.track.slot(1).clip), before, "the copy is the clip as it was");
    assert.ok(set.corners.c.is_playing);
    clean(set.device);
});

test("What comes too late for the bar leaves the old clip playing until the next one", async (t) => {
    const set = await playing(t, { tempo_bpm: 240 });
    const before = notesOf(set.corners.c);
    await set.wait(() => set.live.song_beats % 4 > 3, "the bar is nearly over");
    const bar = Math.ceil(set.live.song_beats / 4) * 4;
    set.network.stage.lost = 1;
    set.device.turn("x", 1);
    await set.wait(() => set.live.song_beats > bar + 1, "the bar is over");
    assert.deepEqual(notesOf(set.corners.c), before);
    set.network.stage.lost = 0;
    await set.wait(() => JSON.stringify(notesOf(set.corners.c)) !== JSON.stringify(before), "it came");
    const { at_beats, distance } = fromBar(set);
    assert.ok(distance < 0.5 && at_beats > bar + 1, `changed at ${at_beats}`);
    assert.ok(set.corners.c.is_playing);
    clean(set.device);
});

test("An answer that comes behind its own bar waits for the next one", async (t) => {
    const set = await playing(t, { tempo_bpm: 240 });
    const before = JSON.stringify(notesOf(set.corners.c));
    await set.wait(() => set.live.song_beats % 4 > 2.5 && set.live.song_beats % 4 < 3, "the bar is nearly over");
    const bar = Math.ceil(set.live.song_beats / 4) * 4;
    set.device.turn("x", 1);
    // The request is on its way; its answer is lost until the bar is over, and keeps the bar that it was made for.
    set.network.stage.lost = 1;
    await set.wait(() => set.live.song_beats > bar + 1, "the bar is over");
    set.network.stage.lost = 0;
    await set.wait(() => JSON.stringify(notesOf(set.corners.c)) !== before, "it came");
    const { at_beats, distance } = fromBar(set);
    assert.ok(distance < 0.5 && at_beats > bar + 1, `changed at ${at_beats}`);
    clean(set.device);
});

test("What was played by hand into the clip is kept before it is replaced; a blend is not", async (t) => {
    const set = await playing(t, { tempo_bpm: 240 });
    const lands = async () => {
        const before = JSON.stringify(notesOf(set.corners.c));
        set.device.turn("x", set.device.value("x") > 0.5 ? 0.2 : 0.8);
        await set.wait(() => JSON.stringify(notesOf(set.corners.c)) !== before, "it landed");
    };
    await lands();
    await lands();
    set.device.turn("live", 0);
    set.device.turn("live", 1);
    await lands();
    assert.deepEqual(set.clips().filter(Boolean), ["Half", "Half (kept)"], "one copy, of the user's own clip");
    set.corners.c.add_new_notes({ notes: [{ pitch: 99, start_time: 1.3, duration: 0.2 }] });
    await lands();
    const kept = set.track.clip_slots.map((slot) => slot.clip).filter((clip) => clip?.name === "Half (kept)");
    assert.equal(kept.length, 2);
    assert.ok(notesOf(kept[1]).some((note) => note.pitch === 99), "the note stands in a copy");
    clean(set.device);
});

test("Another clip that is launched meanwhile becomes the blend, and the old one is left alone", async (t) => {
    const set = await playing(t, { tempo_bpm: 240 });
    const second = set.put(4, drums(FUNK), "Second");
    const old = JSON.stringify(notesOf(set.corners.c));
    const before = JSON.stringify(notesOf(second));
    set.device.turn("x", 1);
    second.parent.fire();
    await set.wait(() => JSON.stringify(notesOf(second)) !== before, "the second clip is the blend");
    assert.equal(JSON.stringify(notesOf(set.corners.c)), old);
    clean(set.device);
});

test("Freeze is not lost while X is automated", async (t) => {
    const set = await square(t);
    for (let press = 0; press < 5; press += 1) {
        for (let step = 0; step < 5; step += 1) set.device.automate("x", ((press * 5 + step) % 17) / 16);
        set.device.press("freeze");
        for (let step = 0; step < 5; step += 1) {
            set.device.automate("x", ((press * 5 + step) % 13) / 12);
            await set.live.clock.run(0.002);
        }
    }
    await set.clip(5);
    assert.equal(set.clips().filter((name) => name?.startsWith("[")).length, 5);
    clean(set.device);
});

test("A tempo that changes, or a song that stops, while a change waits", async (t) => {
    const set = await playing(t, { tempo_bpm: 60 });
    const before = JSON.stringify(notesOf(set.corners.c));
    set.device.turn("x", 1);
    await set.wait(() => seen(set.device).state !== "working", "the answer is there");
    set.live.setTempo(400);
    await set.wait(() => JSON.stringify(notesOf(set.corners.c)) !== before, "it landed");
    const { at_beats, distance } = fromBar(set);
    // A look at the transport every tenth of a second: at 400 BPM that is two thirds of a beat.
    assert.ok(distance < 0.9, `it landed at ${at_beats}`);
    set.live.setTempo(40);
    await set.wait(() => set.live.song_beats % 4 > 0.2 && set.live.song_beats % 4 < 2.5, "a bar has begun");
    const then = JSON.stringify(notesOf(set.corners.c));
    set.device.turn("y", 1);
    await set.live.clock.run(0.3);
    // On a slow machine that bar may have come.
    const waits = JSON.stringify(notesOf(set.corners.c)) === then;
    assert.ok(waits || fromBar(set).distance < 0.1, "it waits for its bar");
    set.live.stop();
    await set.wait(() => JSON.stringify(notesOf(set.corners.c)) !== then, "a song that stands has no bar to wait for");
    clean(set.device);
});

test("A knob that is swept for five seconds: the last value wins, and nothing grows", async (t) => {
    const set = await square(t);
    await set.wait(() => seen(set.device).now, "the blend is shown");
    const sizes = () => [set.device.tasks.size, set.device.pointers.size, set.network.sockets.size];
    let sizesBefore = null;
    const passedBefore = set.network.fell.passed;
    for (let step = 0; step < 300; step += 1) {
        set.device.automate("x", (step % 99) / 99);
        await set.live.clock.run(5 / 300);
        if (step === 150) sizesBefore = sizes();
    }
    set.device.automate("x", 1);
    set.device.automate("y", 1);
    const shown = () => seen(set.device).now.notes.map((note) => `${note.pitch} ${note.start_beats} ${note.velocity}`).sort().join("; ");
    const wanted = notesOf(set.corners.b).map((note) => `${note.pitch} ${note.start_time} ${note.velocity}`).sort().join("; ");
    // The screen may say "ready" of the value before the last one.
    await set.wait(() => shown() === wanted, "the blend of the last value, corner B, is shown");
    await set.wait(() => seen(set.device).state === "ready", "all is answered");
    await set.live.clock.run(0.1);
    assert.equal(shown(), wanted, "nothing older came after it");
    sizes().forEach((size, i) => assert.ok(size <= sizesBefore[i] + 2, `${i}: ${sizesBefore[i]}, then ${size}`));
    assert.ok(set.network.fell.passed - passedBefore < 300 * 8);
    assert.deepEqual(set.clips().filter(Boolean), ["Half"]);
    clean(set.device);
});
