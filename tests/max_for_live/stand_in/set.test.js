"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { amxd, control, jsui, pattr, standIn, stillSet, text } = require("./sample_device");

const KEEPER = {
    script: `outlets = 1; var heard = [];
        function anything() { heard.push([messagename].concat(arrayfromargs(arguments)).join(" ")); }
        function keep() { outlet(0, ["kept_corner"].concat(arrayfromargs(arguments))); }`,
    boxes: [
        text("this", "live.thisdevice"),
        text("start", "deferlow"),
        control("dial", "live.dial", {
            longname: "Temperature",
            type: 0,
            mmin: 0,
            mmax: 2,
            initial: [1],
            initial_enable: 1,
        }),
        control("live", "live.toggle", { longname: "Live", type: 2, enum: ["off", "on"], invisible: 1 }),
        control("preset", "live.menu", { longname: "Preset", type: 2, enum: ["A", "B", "C"], invisible: 2 }),
        text("says_t", "prepend temperature"),
        text("says_l", "prepend live"),
        text("says_p", "prepend preset"),
        pattr("corner", "Corner", ["kept_corner"]),
        jsui(),
    ],
    cords: [
        "start 0 screen 0",
        "dial 0 says_t 0",
        "live 0 says_l 0",
        "preset 0 says_p 0",
        "says_t 0 screen 0",
        "says_l 0 screen 0",
        "says_p 0 screen 0",
        "screen 0 corner 0",
        "corner 0 screen 0",
        "this 0 start 0",
    ],
};

function heard(device) {
    return [...device.screen.script.globals.heard];
}

function still() {
    return { clock: new standIn.SteppedClock(), network: new standIn.Network() };
}

test("a set that is saved and opened again has its clips, its tempo and what its devices keep", () => {
    const live = stillSet({ numerator: 7, denominator: 8, tempo_bpm: 133 });
    live.tracks[0]
        .slot(2)
        .put({
            length_beats: 3.5,
            name: "Seven",
            notes: [
                {
                    pitch: 60,
                    start_time: -0.5,
                    duration: 1,
                    probability: 0.3,
                    velocity_deviation: -5,
                    release_velocity: 7,
                    mute: 1,
                },
            ],
        });
    live.tracks[0].putInArrangement({ length_beats: 4, start_beats: 16 });
    const device = standIn.openDevice(amxd(KEEPER), { live, name: "Keeper", ...still() });
    device.turn("temperature", 0.25);
    device.turn("live", 1);
    device.turn("preset", "C");
    device.patch.objects.get("start").out(0, ["keep", 1, 2.5, 3]);
    const saved = standIn.saveSet(live);
    live.close();

    const {
        live: again,
        devices: [other],
    } = standIn.openSet(saved, still());
    assert.equal(standIn.saveSet(again), saved);
    assert.deepEqual([again.tempo, again.bar_beats, again.tracks.length], [133, 3.5, 3]);
    const { note_id: _, ...note } = again.tracks[0].slot(2).clip.notes[0];
    assert.deepEqual(note, {
        pitch: 60,
        start_time: -0.5,
        duration: 1,
        velocity: 100,
        mute: 1,
        probability: 0.3,
        velocity_deviation: -5,
        release_velocity: 7,
    });
    assert.deepEqual([other.name, other.value("temperature"), other.value("live")], ["Keeper", 0.25, 1]);
    assert.equal(other.value("preset"), 0, "a hidden parameter is not kept");
    assert.deepEqual(heard(other).sort(), ["kept_corner 1 2.5 3", "live 1", "temperature 0.25"]);
    assert.equal(again.history.steps.length, 0, "nothing on load");
    assert.deepEqual(other.errors, []);
});

test("a device that was never touched says what it begins with", () => {
    const live = stillSet();
    const device = standIn.openDevice(amxd(KEEPER), { live, ...still() });
    assert.deepEqual(heard(device).sort(), ["kept_corner", "temperature 1"]);
});

test("two devices of one kind stand side by side", () => {
    const live = stillSet();
    const [one, other] = [0, 1].map(() => standIn.openDevice(amxd(KEEPER), { live, ...still() }));
    one.turn("temperature", 2);
    assert.deepEqual([one.value("temperature"), other.value("temperature")], [2, 1]);
    assert.deepEqual(
        live.tracks[0].devices.map((device) => device.path),
        ["live_set tracks 0 devices 0", "live_set tracks 0 devices 1"],
    );
    one.close();
    assert.deepEqual(
        live.tracks[0].devices.map((device) => device.path),
        ["live_set tracks 0 devices 0"],
    );
});

test("Live's API can turn what it may automate, and sees what the hand does", () => {
    const live = stillSet();
    const watcher = amxd({
        boxes: [text("this", "live.thisdevice"), jsui()],
        cords: ["this 0 screen 0"],
        script: `var seen = []; function bang() {
            var dial = new LiveAPI("live_set tracks 0 devices 0 parameters 0"); dial.set("value", 1.5);
            var api = new LiveAPI(function (args) { seen.push(args.join(" "));
            }, "live_set tracks 0 devices 0 parameters 0"); api.property = "value"; }`,
    });
    const device = standIn.openDevice(amxd(KEEPER), { live, ...still() });
    const other = standIn.openDevice(watcher, { live, ...still() });
    assert.deepEqual(other.errors, []);
    assert.equal(device.value("temperature"), 1.5);
    device.turn("temperature", 0.5);
    assert.deepEqual([...other.screen.script.globals.seen].slice(1), ["value 1.5", "value 0.5"]);
});

// --- MIDI Tools ---

/** Raises every note by an octave; what it does is changed by `body`. */
function tool(kind, body) {
    return {
        kind,
        script: `outlets = 2; var context, f;
            function tool_context(word, name) { context = JSON.parse(new Dict(name).stringify()); }
            function tool_notes(word, name) { var notes = JSON.parse(new Dict(name).stringify()).notes; ${body} }
            function give(notes) { var dict = new Dict(); dict.parse(JSON.stringify({notes: notes}));
            outlet(0, ["dictionary", dict.name]); }
            function later() { new Task(function () { give([]); }).schedule(5); }
            function again() { outlet(1, "bang"); }`,
        boxes: [
            text("start", "deferlow"),
            text("in", "live.miditool.in"),
            text("out", "live.miditool.out"),
            text("notes", "prepend tool_notes"),
            text("context", "prepend tool_context"),
            jsui(2),
        ],
        cords: [
            "in 0 notes 0",
            "in 1 context 0",
            "notes 0 screen 0",
            "context 0 screen 0",
            "screen 0 out 0",
            "screen 1 in 0",
            "start 0 screen 0",
        ],
    };
}

const RAISE = "give(notes.map(function (note) { note.pitch += 12; return note; }));";

function withTool(kind, body) {
    const live = stillSet();
    live.tracks[0]
        .slot(0)
        .put({ length_beats: 4, notes: [{ pitch: 60, start_time: 1, duration: 1, probability: 0.5 }] });
    live.select(live.tracks[0].slot(0));
    const device = standIn.openDevice(amxd(tool(kind, body)), { live, ...still() });
    const pitches = () => live.tracks[0].slot(0).clip.notes.map((note) => note.pitch);
    return { live, device, pitches, say: (...atoms) => device.patch.objects.get("start").out(0, atoms) };
}

test("a Transformation replaces the notes, of those that were there when the cycle began, in one undo step", () => {
    const { live, device, pitches, say } = withTool("transformation", RAISE);
    say("again");
    say("again");
    assert.deepEqual(device.errors, []);
    assert.deepEqual(pitches(), [72]);
    assert.equal(live.tracks[0].slot(0).clip.notes[0].probability, 0.5);
    assert.deepEqual(
        live.history.steps.map((step) => step.kind),
        ["tool"],
    );
    device.apply();
    assert.deepEqual(pitches(), [84], "Apply begins anew");
    live.undo();
    live.undo();
    assert.deepEqual(pitches(), [60]);
});

test("a Generator gets no notes, and what it gives stands beside those of the clip", () => {
    const { device, pitches } = withTool(
        "generator",
        "if (notes.length === 0) { give([{pitch: 1, start_time: 0, duration: 1}]); }",
    );
    device.apply();
    assert.deepEqual(device.errors, []);
    assert.deepEqual(pitches(), [60, 1]);
});

test("a tool hears of the clip, the scale and the grid before it hears of the notes", () => {
    const { device } = withTool("transformation", "f = context; give(notes);");
    device.apply();
    const { clip, scale, grid } = JSON.parse(JSON.stringify(device.screen.script.globals.f));
    assert.deepEqual(clip, {
        time_selection_start: 0,
        time_selection_end: 4,
        first_note_start: 1,
        last_note_end: 2,
        lowest_pitch: 60,
        highest_pitch: 60,
    });
    assert.deepEqual(scale, {
        scale_mode: 0,
        root_note: 0,
        scale_name: "Major",
        scale_intervals: [0, 2, 4, 5, 7, 9, 11],
    });
    assert.deepEqual(grid, { interval: 0.25, enabled: 1 });
});

test("a tool answers at once, once, with notes that Live knows", () => {
    for (const [body, sentence] of [
        ["", /Did not receive a Note dictionary in time/],
        ["later();", /in time/],
        ["give([]); give([]);", /asynchronously/],
        ["give([{pitch: 60, start_time: 0}]);", /duration is missing/],
        ["give([{pitch: 60, start_time: 0, duration: 1, start_beats: 0}]);", /no key "start_beats"/],
        ["var d = new Dict('empty'); d.parse('{}'); outlet(0, ['dictionary', 'empty']);", /malformed: The key "notes"/],
        ["outlet(0, ['dictionary', 'nowhere']);", /malformed/],
    ]) {
        const { device, pitches } = withTool("transformation", body);
        device.apply();
        assert.match(device.errors[0] ?? "", sentence, body);
        assert.ok(pitches().length <= 1);
    }
    const { device, say } = withTool("transformation", RAISE);
    say("later");
    device.clock.step(0.1);
    assert.match(device.errors[0], /asynchronously/);
});
