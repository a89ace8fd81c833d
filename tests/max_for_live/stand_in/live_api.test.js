"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { inScript, openScript, standIn, stillSet } = require("./sample_device");

const NOTE = { pitch: 60, start_time: 0, duration: 1 };

/** A still set with a clip of two notes in slot 1 of the first track, selected. */
function withClip(options) {
    const live = stillSet(options);
    const slot = live.tracks[0].slot(1);
    slot.put({
        length_beats: 8,
        name: "Verse one",
        notes: [NOTE, { ...NOTE, pitch: 72, start_time: 4, velocity: 90, probability: 0.5 }],
    });
    live.select(slot);
    return live;
}

function refuses(pieces, makeLive = withClip) {
    for (const [body, sentence] of pieces) {
        const live = makeLive();
        const before = standIn.saveSet(live);
        const steps = live.history.steps.length;
        const { device } = inScript(
            `var song = new LiveAPI("live_set"), clip = new LiveAPI("live_set view detail_clip");
            var slot = new LiveAPI("live_set tracks 0 clip_slots 0"); ${body}`,
            { live },
        );
        assert.equal(device.errors.length, 1, `${body}: ${device.errors.join("; ") || "nobody complained"}`);
        assert.match(device.errors[0], sentence, body);
        device.close();
        assert.equal(standIn.saveSet(live), before, `${body} changed the set`);
        assert.equal(live.history.steps.length, steps, `${body} left an undo step`);
    }
}

// --- before Live is there ---

test("there is no LiveAPI before live.thisdevice has banged, neither in global code nor in a message", () => {
    const early = openScript("var api; try { api = new LiveAPI('live_set'); } catch (e) {} function ready() {}");
    assert.match(early.errors[0], /before live.thisdevice/);
    const device = openScript("function ready() { new LiveAPI('live_set'); }", { ready: false });
    assert.equal(device.isReady, false);
    assert.deepEqual(device.errors, []);
    device.ready();
    assert.deepEqual(device.errors, []);
});

// --- reading ---

test("get gives lists, ids come in pairs, and names with spaces are one symbol", () => {
    const { told, device } = inScript(
        `
        var song = new LiveAPI("live_set"), clip = new LiveAPI("live_set view detail_clip");
        tell(song.get("tempo").join()); tell(song.get("is_playing").join()); tell(song.get("tracks").length);
        tell(song.get("tracks")[0]);
        tell(song.getcount("scenes")); tell(clip.get("name").length); tell(clip.get("name")[0]);
        tell(clip.get("looping").join());
        tell(clip.path); tell(clip.unquotedpath); tell(clip.type); tell(typeof clip.id);
        tell(new LiveAPI("id " + clip.id).unquotedpath);
        tell(new LiveAPI("live_set tracks 99").id); tell(song.children.indexOf("tracks") >= 0);
        tell(new LiveAPI("this_device canonical_parent").type);
        tell(song.get("scale_intervals").join());`,
        { live: withClip() },
    );
    assert.deepEqual(device.errors, []);
    assert.deepEqual(told, [
        "120",
        "0",
        6,
        "id",
        8,
        1,
        "Verse one",
        "1",
        '"live_set tracks 0 clip_slots 1 clip"',
        "live_set tracks 0 clip_slots 1 clip",
        "Clip",
        "string",
        "live_set tracks 0 clip_slots 1 clip",
        "0",
        true,
        "Track",
        "0,2,4,5,7,9,11",
    ]);
});

test("a set can give names in pieces, as some have seen it", () => {
    const { told } = inScript("tell(new LiveAPI('live_set view detail_clip').get('name').join('|'));", {
        live: withClip({ splits_names: true }),
    });
    assert.deepEqual(told, ["Verse|one"]);
});

test("in a Rack the device's parent is a Chain, and the Track is further up", () => {
    const { told } = inScript(
        `
        var api = new LiveAPI("this_device"), types = [];
        while (api.type !== "Song") { types.push(api.type); api.path = api.unquotedpath + " canonical_parent"; }
        tell(types.join());`,
        { inRack: true },
    );
    assert.deepEqual(told, ["MaxDevice,Chain,RackDevice,Track"]);
});

test("notes come as JSON, whole, of the area that is asked for", () => {
    const { told, device } = inScript(
        `
        var clip = new LiveAPI("live_set view detail_clip");
        tell(clip.call("get_notes_extended", 0, 128, 0, 8)); tell(clip.call("get_notes_extended", 61, 20, 0, 8));
        tell(clip.call("get_notes_extended", 0, 128, 0, 4));
        tell(clip.call("get_all_notes_extended"));`,
        { live: withClip() },
    );
    assert.deepEqual(device.errors, []);
    const [all, high, early, every] = told.map((text) => JSON.parse(text).notes);
    assert.deepEqual(all, every);
    assert.deepEqual(
        [high, early].map((notes) => notes.map((note) => note.pitch)),
        [[72], [60]],
    );
    const { note_id: id, ...note } = all[1];
    assert.ok(Number.isInteger(id));
    assert.deepEqual(note, {
        pitch: 72,
        start_time: 4,
        duration: 1,
        velocity: 90,
        mute: 0,
        probability: 0.5,
        velocity_deviation: 0,
        release_velocity: 64,
    });
});

test("what Live does not have is refused", () => {
    refuses([
        ["new LiveAPI('live_set nothing');", /Song has no child nothing/],
        ["new LiveAPI('live_set tracks');", /tracks needs an index/],
        ["new LiveAPI('liveset');", /no path/],
        ["new LiveAPI(7);", /a path is text/],
        ["LiveAPI('live_set');", /made with new/],
        ["new LiveAPI(function () {}, 'live_set', 'tempo');", /a callback and a path/],
        ["song.get('tempi');", /Song has no property tempi/],
        ["song.get();", /no property undefined/],
        ["song.nothing;", /LiveAPI has no nothing/],
        ["song.nothing = 5;", /nothing cannot be set/],
        ["song.call('explode');", /no function explode/],
        ["song.set('tempo');", /takes one value, not 0/],
        ["song.set('tempo', 120, 130);", /takes one value, not 2/],
        ["song.set('tempo', '120');", /not a number/],
        ["song.set('tempo', 5);", /not in 20 to 999/],
        ["song.set('signature_denominator', 3);", /not 1, 2, 4, 8 or 16/],
        ["song.set('signature_numerator', 4.5);", /not a whole number/],
        ["song.set('scale_intervals', 1);", /cannot be set/],
        ["clip.set('launch_quantization', 15);", /not in 0 to 14/],
        ["clip.set('name', 5);", /not text/],
        ["clip.set('name', undefined);", /not text/],
        ["clip.set('looping', 2);", /not 0 or 1/],
        ["clip.set('length', 4);", /cannot be set/],
        ["clip.set('loop_end', 0);", /must stay before/],
        ["clip.set('start_marker', 8);", /must stay before/],
        ["song.getcount('tempo');", /no list tempo/],
        ["new LiveAPI('live_set view').set('detail_clip', 'id', 1);", /takes a Clip, not a Song/],
        ["new LiveAPI('live_set view').set('detail_clip', 'id', 9999);", /no object with id 9999/],
        ["new LiveAPI('live_set view').set('detail_clip', 'id 5');", /takes "id" and a number/],
        ["new LiveAPI('live_set tracks 9').get('name');", /points at no object/],
        ["new LiveAPI().call('fire');", /points at no object/],
    ]);
});

// --- changing ---

test("create_clip needs an empty slot of a MIDI track and a length", () => {
    refuses([
        ["new LiveAPI('live_set tracks 0 clip_slots 1').call('create_clip', 4);", /already holds a clip/],
        ["new LiveAPI('live_set tracks 1 clip_slots 0').call('create_clip', 4);", /audio track/],
        ["new LiveAPI('live_set tracks 2 clip_slots 0').call('create_clip', 4);", /group track/],
        ["slot.call('create_clip', -4);", /not above 0/],
        ["slot.call('create_clip', 0);", /not above 0/],
        ["slot.call('create_clip', NaN);", /not a number/],
        ["slot.call('create_clip');", /takes 1 arguments, not 0/],
        ["slot.call('create_clip', 4, 4);", /takes 1 arguments, not 2/],
        ["slot.call('delete_clip');", /is empty/],
        ["song.call('create_scene', 9);", /outside -1 to 8/],
        ["song.call('create_scene');", /takes 1 arguments/],
    ]);
    refuses([["slot.call('create_clip', 4);", /frozen/]], () => {
        const live = withClip();
        live.tracks[0].is_frozen = true;
        return live;
    });
});

test("a new clip loops over its length and has the set's meter", () => {
    const live = withClip({ numerator: 7, denominator: 8 });
    const { device } = inScript("new LiveAPI('live_set tracks 0 clip_slots 0').call('create_clip', 3.5);", { live });
    const { clip } = live.tracks[0].slot(0);
    assert.deepEqual(device.errors, []);
    assert.deepEqual([clip.loop_start, clip.loop_end, clip.end_marker, clip.looping], [0, 3.5, 3.5, true]);
    assert.deepEqual([clip.signature_numerator, clip.signature_denominator], [7, 8]);
});

test("new notes have Live's keys and no note_id, in range; none is written where one is wrong", () => {
    const add = (note) =>
        `clip.call("add_new_notes", {notes: [{pitch: 50, start_time: 6, duration: 1}, ${JSON.stringify(note)}]});`;
    refuses([
        [add({ ...NOTE, note_id: 5 }), /may not bring a note_id/],
        [add({ ...NOTE, start_beats: 0 }), /no key "start_beats"/],
        [add({ pitch: 60, start_time: 0 }), /key duration is missing/],
        [add({ ...NOTE, duration: 0 }), /duration 0/],
        [add({ ...NOTE, duration: -1 }), /duration -1/],
        [add({ ...NOTE, pitch: 128 }), /pitch 128/],
        [add({ ...NOTE, pitch: 60.5 }), /pitch 60.5/],
        [add({ ...NOTE, velocity: 128 }), /velocity 128/],
        [add({ ...NOTE, probability: 2 }), /probability 2/],
        [add({ ...NOTE, mute: 2 }), /mute 2/],
        [add({ ...NOTE, velocity_deviation: -128 }), /velocity_deviation -128/],
        [add({ ...NOTE, velocity: null }), /velocity null/],
        [
            "clip.call('add_new_notes', {notes: [{pitch: 60, start_time: 0, duration: 1, velocity: undefined}]});",
            /velocity is missing/,
        ],
        ["clip.call('add_new_notes', {notes: [{pitch: NaN, start_time: 0, duration: 1}]});", /pitch NaN/],
        ["clip.call('add_new_notes', {notes: [5]});", /a note is number/],
        ["clip.call('add_new_notes', [{pitch: 60, start_time: 0, duration: 1}]);", /an object with a list "notes"/],
        ["clip.call('add_new_notes', {notes: [], other: 1});", /nothing else/],
        ["clip.call('add_new_notes');", /takes 1 arguments/],
        ["clip.call('get_notes_extended', 0, 128, 0);", /takes 4 arguments, not 3/],
        ["clip.call('get_notes_extended', 0, 129, 0, 4);", /outside 0 to 128/],
        ["clip.call('get_notes_extended', 0, 128, 0, -4);", /negative/],
        ["clip.call('remove_notes_extended', 0, 128, 0, '4');", /not a number/],
    ]);
});

test("an audio clip has no notes, and one in the arrangement cannot be fired", () => {
    const live = () => {
        const made = withClip();
        made.tracks[1].slot(0).put({ length_beats: 4 });
        made.tracks[0].putInArrangement({ length_beats: 4, start_beats: 8 });
        return made;
    };
    refuses(
        [
            [
                "new LiveAPI('live_set tracks 1 clip_slots 0 clip').call('get_notes_extended', 0, 128, 0, 4);",
                /audio clip/,
            ],
            ["new LiveAPI('live_set tracks 1 clip_slots 0 clip').call('add_new_notes', {notes: []});", /audio clip/],
            ["new LiveAPI('live_set tracks 0 arrangement_clips 0').call('fire');", /arrangement/],
        ],
        live,
    );
});

test("one pitch sounds once at a time: new notes cut and cover the old ones", () => {
    const live = withClip();
    const { device } = inScript(
        `
        var clip = new LiveAPI("live_set view detail_clip");
        clip.call("add_new_notes", {notes: [{pitch: 60, start_time: 0.5, duration: 2},
            {pitch: 72, start_time: 3.75, duration: 1}, {pitch: 61, start_time: 0, duration: 1}]});`,
        { live },
    );
    assert.deepEqual(device.errors, []);
    const notes = live.tracks[0].slot(1).clip.notes.map((note) => [note.pitch, note.start_time, note.duration]);
    assert.deepEqual(notes, [
        [60, 0, 0.5],
        [60, 0.5, 2],
        [72, 3.75, 1],
        [61, 0, 1],
    ]);
});

test("without a loop, the loop's ends are the clip's", () => {
    const live = withClip();
    const { told, device } = inScript(
        `
        var clip = new LiveAPI("live_set view detail_clip");
        clip.set("looping", 0); clip.set("loop_end", 6); tell(clip.get("end_marker")[0]); clip.set("looping", 1);
        tell(clip.get("loop_end")[0]); tell(clip.get("length")[0]);`,
        { live },
    );
    assert.deepEqual(device.errors, []);
    assert.deepEqual(told, [6, 8, 8]);
});

test("create_scene gives the scene, and every track has one slot more", () => {
    const live = withClip();
    const { told, device } = inScript(
        `tell(new LiveAPI('live_set').call('create_scene', 1).join());
        tell(new LiveAPI('live_set').call('create_scene', -1)[1]);`,
        { live },
    );
    assert.deepEqual(device.errors, []);
    assert.match(told[0], /^id,\d+$/);
    assert.equal(live.scenes.length, 10);
    assert.deepEqual(
        live.tracks.map((track) => track.clip_slots.length),
        [10, 10, 10],
    );
    assert.equal(live.tracks[0].slot(2).clip.name, "Verse one", "clips move with their scene");
    assert.equal(live.scenes.at(-1).id, Number(told[1]));
});

// --- undo ---

test("each change is an undo step of its own, and undo brings back what was", () => {
    const live = withClip();
    const before = standIn.saveSet(live);
    const { device } = inScript(
        `
        var clip = new LiveAPI("live_set view detail_clip"), song = new LiveAPI("live_set");
        clip.set("name", "New"); clip.set("loop_end", 4); clip.call("remove_notes_extended", 0, 128, 0, 8);
        clip.call("add_new_notes", {notes: [{pitch: 1, start_time: 0, duration: 1}]});
        song.set("tempo", 99); song.call("create_scene", -1);
        new LiveAPI("live_set tracks 0 clip_slots 8").call("create_clip", 4);
        new LiveAPI("live_set tracks 0 clip_slots 1").call("delete_clip");`,
        { live },
    );
    assert.deepEqual(device.errors, []);
    assert.equal(live.history.steps.length, 8);
    while (live.can_undo) live.undo();
    device.close();
    assert.equal(standIn.saveSet(live), before);
});

test("between begin_undo_step and end_undo_step all is one step", () => {
    const live = withClip();
    const { device } = inScript(
        `
        var song = new LiveAPI("live_set"), slot = new LiveAPI("live_set tracks 0 clip_slots 0");
        song.call("begin_undo_step"); slot.call("create_clip", 4); song.call("create_scene", -1);
        song.call("end_undo_step");
        song.call("begin_undo_step"); song.call("end_undo_step");`,
        { live },
    );
    assert.deepEqual(device.errors, []);
    assert.deepEqual(
        live.history.steps.map((step) => step.what.length),
        [2],
    );
    live.undo();
    assert.equal(live.scenes.length, 8);
    assert.equal(live.tracks[0].slot(0).clip, null);
});

test("an undo step is begun once and ended before the script returns", () => {
    for (const [body, sentence] of [
        ["song.call('begin_undo_step');", /still open when the script returned/],
        ["song.call('end_undo_step');", /no step was begun/],
        ["song.call('begin_undo_step'); song.call('begin_undo_step');", /never ended|was still open/],
    ]) {
        const { device, live } = inScript(`var song = new LiveAPI('live_set'); ${body}`);
        assert.match(device.errors[0], sentence);
        assert.equal(live.history.open, null);
    }
});

test("what is selected and what plays is no matter of undo", () => {
    const live = withClip();
    const { device } = inScript(
        `
        var other = new LiveAPI("live_set tracks 0 clip_slots 3");
        new LiveAPI("live_set view").set("highlighted_clip_slot", "id", other.id);
        new LiveAPI("live_set view detail_clip").call("fire"); new LiveAPI("live_set").set("is_playing", 0);`,
        { live },
    );
    assert.deepEqual(device.errors, []);
    assert.equal(live.view.highlighted_clip_slot, live.tracks[0].slot(3));
    assert.equal(live.history.steps.length, 0);
});

// --- observers ---

const WATCH =
    "seen = []; var api = new LiveAPI(function (args) { seen.push(args.join(' ')); }, PATH); api.property = NAME;";

function watching(path, name, live = withClip()) {
    const { device } = inScript(WATCH.replace("PATH", JSON.stringify(path)).replace("NAME", JSON.stringify(name)), {
        live,
    });
    assert.deepEqual(device.errors, []);
    const seen = () => [...device.screen.script.globals.seen];
    return { device, live, seen };
}

test("an observer hears its object, the value that is, and each that comes", () => {
    const { live, seen } = watching("live_set", "tempo");
    live.setTempo(133);
    assert.deepEqual(seen(), [`id ${live.id}`, "tempo 120", "tempo 133"]);
});

test("the selected clip can be observed; without one its id is 0", () => {
    const { live, seen } = watching("live_set view", "detail_clip");
    const { clip } = live.tracks[0].slot(1);
    live.select(live.tracks[0].slot(2));
    live.select(clip);
    assert.deepEqual(seen().slice(1), [`detail_clip id ${clip.id}`, "detail_clip id 0", `detail_clip id ${clip.id}`]);
});

test("notes are told of without their value, and not at the beginning", () => {
    const { live, seen } = watching("live_set view detail_clip", "notes");
    live.tracks[0].slot(1).clip.replaceNotes([]);
    assert.deepEqual(seen().slice(1), ["notes bang"]);
});

test("an observer of what is deleted points at nothing afterwards", () => {
    const { live, seen, device } = watching("live_set view detail_clip", "name");
    live.tracks[0].slot(1).empty();
    assert.equal(seen().at(-1), "id 0");
    assert.deepEqual(device.errors, []);
});

test("an observer that is pointed elsewhere hears the new object only", () => {
    const live = withClip();
    live.tracks[0].slot(2).put({ length_beats: 4, name: "Other" });
    const { device } = inScript(
        `seen = []; api = new LiveAPI(function (args) { seen.push(args.join(" "));
        }, "live_set tracks 0 clip_slots 1 clip"); api.property = "name";
        api.path = "live_set tracks 0 clip_slots 2 clip";`,
        { live },
    );
    const [one, other] = [live.tracks[0].slot(1).clip, live.tracks[0].slot(2).clip];
    one.write("name", "A");
    other.write("name", "B");
    assert.deepEqual(
        [...device.screen.script.globals.seen],
        [`id ${one.id}`, "name Verse one", `id ${other.id}`, "name Other", "name B"],
    );
});

test("an empty property ends the observing", () => {
    const live = withClip();
    const { device } = inScript(
        `seen = []; var api = new LiveAPI(function (args) { seen.push(args.join(" ")); }, "live_set");
        api.property = "tempo"; api.property = "";`,
        { live },
    );
    live.setTempo(99);
    assert.equal([...device.screen.script.globals.seen].length, 2);
});

test("song time is told of while it runs", () => {
    const { live, seen } = watching("live_set", "current_song_time");
    live.clock.step(1);
    assert.equal(seen().length, 2);
    live.play();
    live.clock.step(1);
    const times = seen()
        .slice(2)
        .map((each) => Number(each.split(" ")[1]));
    assert.ok(times.length > 10 && times.every((time, index) => index === 0 || time > times[index - 1]), times.join());
    assert.ok(Math.abs(times.at(-1) - 2) < 0.2, times.at(-1));
});

test("nothing may be changed inside a notification, neither at once nor by a call, and reading may", () => {
    const inside = (body) => `
        var song = new LiveAPI("live_set"), slot = new LiveAPI("live_set tracks 0 clip_slots 0"), isOn = false;
        var api = new LiveAPI(function () { if (isOn) { ${body} } }, "live_set"); api.property = "tempo"; isOn = true;`;
    for (const body of [
        "song.set('signature_numerator', 3);",
        "slot.call('create_clip', 4);",
        "slot.call('fire');",
        "song.call('begin_undo_step');",
        "new LiveAPI('live_set view').set('selected_track', 'id', new LiveAPI('live_set tracks 1').id);",
    ]) {
        const live = withClip();
        const { device } = inScript(inside(body), { live });
        assert.deepEqual(device.errors, []);
        live.setTempo(100);
        assert.match(device.errors.join(), /Changes cannot be triggered by notifications/, body);
    }
    const live = withClip();
    const { device } = inScript(
        inside(
            `song.get('tempo'); new LiveAPI('live_set tracks 0').get('name');
            new Task(function () { song.set('signature_numerator', 3); }).schedule(0);`,
        ),
        { live },
    );
    live.setTempo(100);
    live.clock.step(0.01);
    assert.deepEqual(device.errors, []);
    assert.equal(live.signature_numerator, 3);
});

test("a change that a script makes is told to its own observers before the call returns", () => {
    const { told, device } = inScript(
        `
        var order = [], song = new LiveAPI("live_set"), api = new LiveAPI(function (args) { order.push(args[1]);
        }, "live_set"); api.property = "tempo";
        song.set("tempo", 90); order.push("after"); tell(order.join());`,
        { live: withClip() },
    );
    assert.deepEqual(device.errors, []);
    assert.match(told[0], /90,after$/);
});

test("only what can be observed is, and only with a callback", () => {
    refuses([
        ["new LiveAPI('live_set').property = 'tempo';", /has no callback/],
        ["new LiveAPI(function () {}, 'live_set').property = 'tempi';", /no property tempi/],
        ["new LiveAPI(function () {}, 'live_set view detail_clip').property = 'length';", /cannot be observe/],
        ["new LiveAPI(function () {}, 'live_set view').property = 'highlighted_clip_slot';", /cannot be observed/],
    ]);
});

test("an observer of a device that is gone is silent", () => {
    const { device, live, seen } = watching("live_set", "tempo");
    device.close();
    live.setTempo(60);
    assert.equal(seen().length, 2);
});
