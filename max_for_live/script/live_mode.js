// Live mode: the clip that plays on the device's track becomes the blend, always at a boundary, never in the middle.
//
// Before a clip is changed that holds anything of the musician's, it is copied as it is into the next empty slot.

var live_set = require("./live_set");
var slots = require("./slots");
var transport = require("./transport");

// Live is not told sample by sample: what is written so shortly before the boundary is heard from there on.
var EARLY_SECONDS = 0.04;
// Later than this the boundary is missed.
var LATE_SECONDS = 0.08;
// The tempo may change while we wait, or the song jump: so long at most between two looks at the transport.
var LOOK_SECONDS = 0.1;
// So long after a look at a launch that is due, it has happened.
var LAUNCHED_SECONDS = 0.2;
// Rows of the menu: Live's global quantization, else in quarter notes; bars are those of the meter.
var BOUNDARIES = [null, {beats: 1}, {beats: 2}, {bars: 1}, {bars: 2}, {bars: 4}];
var NOTHING_PLAYS = "Nothing plays on this track: launch a clip, and it becomes the blend.";
var MOST_REMEMBERED = 256;

// ask_again(): asks once more for the blend, for the clip that plays now.
/** @param {Holder<{live: number, boundary: number}>} device @param {() => void} ask_again */
exports.create = function (device, ask_again) {
    var world = device.world, mode = {};
    var clip_id = null, pending = null, timer = null, is_late = false;

    function home() {
        var track = live_set.own_track(world);
        return track.refused ? null : track.track_id;
    }

    // Which clip the blend is for: that which plays on the track.
    mode.clip_id = function () {
        var track_id = device.knob("live") ? home() : null;
        clip_id = track_id === null ? null : live_set.playing_clip(world, track_id);
        return clip_id;
    };

    // The boundary of the menu, for the request, or nothing for Live's own.
    mode.quantum = function () {
        var boundary = BOUNDARIES[Math.round(device.knob("boundary"))], meter;
        if (!device.knob("live") || !boundary) {
            return {};
        }
        meter = transport.snapshot(world);
        return {
            launch_quantum_beats: boundary.beats || boundary.bars * 4 * meter.numerator / meter.denominator
        };
    };

    mode.turned = function (on) {
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
        var now, own, quantum_beats;
        if (mode.clip_id() === null) {
            device.say("ready", NOTHING_PLAYS);
            return;
        }
        now = transport.snapshot(world, clip_id);
        own = mode.quantum().launch_quantum_beats;
        quantum_beats = own === undefined ? now.launch_quantum_beats : own;
        is_late = Boolean(head.late);
        pending = {
            clip_id: clip_id, clip: clip, sources: sources, quantum_beats: quantum_beats,
            // A song that stood when it was asked, and runs now, has its boundaries all the same.
            start_song_beats: head.start_song_beats >= 0 ? head.start_song_beats : next_boundary(now, quantum_beats)
        };
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

    // The boundary that was promised; the next one, where that has passed or the song has jumped back.
    function boundary(now) {
        var quantum = pending.quantum_beats, ahead = pending.start_song_beats - now.song_beats;
        var is_missed = transport.seconds_to(now, pending.start_song_beats) < -LATE_SECONDS;
        if (quantum > 0 && (is_missed || ahead > quantum + 1e-6)) {
            is_late = is_late || is_missed;
            pending.start_song_beats = next_boundary(now, quantum);
            world.redraw();
        }
        return pending.start_song_beats;
    }

    function land() {
        var due = pending, done;
        pending = null;
        is_late = false;
        // Another clip was launched, or will be at this very boundary: that one is to become the blend, and this one
        // stays as it is.
        if (is_launched_at(due)) {
            timer = world.later(LAUNCHED_SECONDS, ask_again);
            return;
        }
        if (mode.clip_id() !== due.clip_id) {
            ask_again();
            return;
        }
        live_set.in_one_undo_step(world, function () {
            if (!is_kept(due.clip_id)) {
                return;
            }
            done = live_set.replace_notes(world, due.clip_id, due.clip, due.sources);
            if (done.sentence === "") {
                remember(due.clip_id);
                device.settle();
            } else {
                device.say("refused", done.sentence);
            }
        });
        world.redraw();
    }

    function is_launched_at(due) {
        var launched = live_set.launching(world, home()), now, quantum;
        if (launched === null) {
            return false;
        }
        now = transport.snapshot(world, launched);
        quantum = now.launch_quantum_beats;
        return next_boundary(now, quantum) <= due.start_song_beats + 1e-3;
    }

    // Two numbers and the length of what stands in the clip: the text itself would be much to remember.
    function mark(id) {
        var text = live_set.content(world, id), first = 17, second = 31, i;
        if (text === null) {
            return null;
        }
        for (i = 0; i < text.length; i += 1) {
            first = (first * 31 + text.charCodeAt(i)) % 4294967291;
            second = (second * 131 + text.charCodeAt(i)) % 4294967279;
        }
        return id + " " + text.length + " " + first + " " + second;
    }

    // All devices of a set share what they wrote: two on one track do not copy each other's blends, nor does one copy
    // again what Undo brought back.
    function remember(id) {
        var written = world.written();
        written.marks = (written.marks || []).concat([mark(id)]).slice(-MOST_REMEMBERED);
    }

    // Whether nothing can be lost: the clip holds what was written once, or a copy of it stands below.
    function is_kept(id) {
        var now = mark(id), done;
        if (now !== null && (world.written().marks || []).indexOf(now) >= 0) {
            return true;
        }
        done = slots.keep_copy(world, id);
        if (done.written === 1) {
            remember(id);
        }
        device.say(done.written === 1 ? "ready" : "refused",
            done.written === 1 ? "Your clip as it was is kept: " + done.sentence + "." : done.sentence);
        return done.written === 1;
    }

    mode.say_when_late = function () {
        if (is_late && pending !== null) {
            device.model.state = "late";
            device.model.sentence = "Late for the bar: it comes at the next one, and the old clip plays on.";
        }
    };
    return mode;
};
