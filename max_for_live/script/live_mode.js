// Live mode: the clip that plays on the device's track becomes the blend, always at a boundary, never in the middle.
//
// The clip that is first changed is copied beforehand into the next empty slot, so that nothing of it is lost.

var live_set = require("./live_set");
var slots = require("./slots");
var transport = require("./transport");

// Live's API is not told sample by sample: what is written so shortly before the boundary is heard from there on.
var EARLY_SECONDS = 0.04;
// The tempo may change while we wait, or the song jump: so long at most between two looks at the transport.
var LOOK_SECONDS = 0.1;
// Rows of the menu: Live's global quantization, else in quarter notes; bars are those of the meter.
var BOUNDARIES = [null, {beats: 1}, {beats: 2}, {bars: 1}, {bars: 2}, {bars: 4}];
var NOTHING_PLAYS = "Nothing plays on this track: launch a clip, and it becomes the blend.";

function has(object, name) {
    return Object.prototype.hasOwnProperty.call(object, name);
}

exports.create = function (device) {
    var world = device.world, mode = {};
    var clip_id = null, is_copied = {}, pending = null, timer = null, is_late = false;

    // Which clip the blend is for: that which plays on the track.
    mode.clip_id = function () {
        var home;
        if (!device.knobs.live) {
            return null;
        }
        home = live_set.own_track(world);
        clip_id = home.refused ? null : live_set.playing_clip(world, home.track_id);
        return clip_id;
    };

    // The boundary of the menu, for the request, or nothing for Live's own.
    mode.quantum = function () {
        var boundary = BOUNDARIES[Math.round(device.knobs.boundary)], meter;
        if (!device.knobs.live || !boundary) {
            return {};
        }
        meter = transport.snapshot(world);
        return {
            launch_quantum_beats: boundary.beats || boundary.bars * 4 * meter.numerator / meter.denominator
        };
    };

    mode.turned = function (on) {
        is_copied = {};
        if (!on) {
            mode.stop();
        } else if (mode.clip_id() === null) {
            device.say("ready", NOTHING_PLAYS);
        }
    };

    mode.stop = function () {
        pending = null;
        if (timer !== null) {
            timer.cancel();
            timer = null;
        }
    };

    // The newest blend is played from the boundary that the bridge named, in the place of one that still waits.
    mode.play = function (clip, sources, head) {
        var now;
        if (mode.clip_id() === null) {
            device.say("ready", NOTHING_PLAYS);
            return;
        }
        now = transport.snapshot(world, clip_id);
        is_late = Boolean(head.late);
        pending = {
            clip_id: clip_id, clip: clip, sources: sources,
            quantum_beats: has(mode.quantum(), "launch_quantum_beats") ?
                mode.quantum().launch_quantum_beats : now.launch_quantum_beats
        };
        // A song that stood when it was asked, and runs now, has its boundaries all the same.
        pending.start_song_beats = head.start_song_beats >= 0 && head.start_song_beats !== null ?
            head.start_song_beats : next_boundary(now, pending.quantum_beats);
        look();
    };

    function next_boundary(now, quantum_beats) {
        return quantum_beats > 0 ? Math.ceil(now.song_beats / quantum_beats) * quantum_beats : now.song_beats;
    }

    function look() {
        var now, left_seconds;
        if (timer !== null) {
            timer.cancel();
            timer = null;
        }
        if (pending === null) {
            return;
        }
        now = transport.snapshot(world);
        left_seconds = now.is_playing ? transport.seconds_to(now, boundary(now)) - EARLY_SECONDS : 0;
        if (left_seconds <= 0) {
            land();
        } else {
            timer = world.later(Math.min(LOOK_SECONDS, left_seconds), look);
        }
    }

    // The boundary that was promised, or, where the song has jumped back, the next one from where it is.
    function boundary(now) {
        var quantum = pending.quantum_beats;
        if (quantum > 0 && pending.start_song_beats - now.song_beats > quantum + 1e-6) {
            pending.start_song_beats = next_boundary(now, quantum);
        }
        return pending.start_song_beats;
    }

    function land() {
        var due = pending, done;
        pending = null;
        if (!keep_original(due.clip_id)) {
            return;
        }
        done = live_set.replace_notes(world, due.clip_id, due.clip, due.sources);
        is_late = false;
        if (done.sentence !== "") {
            device.say("refused", done.sentence);
        }
        world.redraw();
    }

    // Before the musician's own clip is changed, a copy of it is written below.
    function keep_original(id) {
        var original, place, done;
        if (is_copied[id]) {
            return true;
        }
        original = live_set.read_clip(world, id);
        if (original.refused) {
            device.say("refused", original.sentence);
            return false;
        }
        place = slots.targets(world, original.track_id, original.slot_index, 1);
        if (place.refused) {
            device.say("refused", place.sentence);
            return false;
        }
        done = slots.write(world, place, [original.clip], [original.name + " (kept)"], [], original.color);
        if (done.written !== 1) {
            device.say("refused", done.sentence);
            return false;
        }
        device.say("ready", "Your clip is kept: " + done.sentence + ".");
        is_copied[id] = true;
        return true;
    }

    mode.say_when_late = function () {
        if (is_late && pending !== null) {
            device.model.state = "late";
            device.model.sentence = "Late for the bar: it comes at the next one, and the old clip plays on.";
        }
    };
    return mode;
};
