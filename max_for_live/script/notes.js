// Notes as the bridge knows them <-> notes as Live knows them.
//
// Ours:   {pitch, start_beats, length_beats, velocity, source}, from the clip's start; source is the index of the note
//         that it came from, counted through the request's clips, or -1. A note that was read from Live also has what
//         the bridge does not know: probability, velocity_deviation, release_velocity, mute (0 or 1).
// Live's: {note_id, pitch, start_time, duration, velocity, mute, probability, velocity_deviation, release_velocity}, in
//         absolute clip time. note_id is never written: an id means one note of one clip.

var fields = require("./fields");
var float32 = require("./float32");
var protocol = require("./protocol");

// What a note has that is new; also what Live gives to a note that does not say.
var EXTRAS = {probability: 1, velocity_deviation: 0, release_velocity: 64, mute: 0};
// Live tells no two starts of one pitch apart that are nearer than this.
var PLACE_BEATS = 1e-3;

function by_start(a, b) {
    return a.start_beats - b.start_beats || a.pitch - b.pitch;
}

// Live's notes as ours, sorted by start and pitch: the same clip has the same hash whenever it is read.
/** @param {LiveNote[]} read @param {number} origin_beats @returns {Note[]} */
exports.from_live = function (read, origin_beats) {
    return read.map(function (note) {
        return {
            pitch: Number(note.pitch),
            start_beats: Number(note.start_time) - origin_beats,
            length_beats: Math.min(Number(note.duration), protocol.limits.beats),
            velocity: Number(note.velocity),
            source: -1,
            probability: Number(note.probability),
            velocity_deviation: Number(note.velocity_deviation),
            release_velocity: Number(note.release_velocity),
            mute: Number(note.mute)
        };
    }).sort(by_start);
};

// What `source` means: the notes of the request's clips, one clip after the other.
/** @param {Clip[]} clips @returns {Note[]} */
exports.counted = function (clips) {
    var all = [];
    clips.forEach(function (clip) {
        all = all.concat(clip.notes);
    });
    return all;
};

// A number that went over the wire is again what it was, to the last bit; one that the bridge changed stays changed.
function as_it_was(heard, sent) {
    return heard === float32.round(sent) ? sent : heard;
}

/** @param {Note} note @param {number} origin_beats @param {Note} [source] @returns {LiveNote} */
function specification(note, origin_beats, source) {
    var like = source || note;
    function extra(name) {
        return like[name] === undefined ? EXTRAS[name] : like[name];
    }
    return {
        pitch: note.pitch,
        start_time: origin_beats + as_it_was(note.start_beats, like.start_beats),
        duration: as_it_was(note.length_beats, like.length_beats),
        velocity: as_it_was(note.velocity, like.velocity),
        mute: extra("mute"),
        probability: extra("probability"),
        velocity_deviation: extra("velocity_deviation"),
        release_velocity: extra("release_velocity")
    };
}

// How long a result is: exactly as long as the clip of the request that it is as long as.
/** @param {Clip} clip @param {Clip[]} sources */
exports.length_of = function (clip, sources) {
    var length_beats = clip.length_beats;
    sources.forEach(function (source) {
        length_beats = as_it_was(length_beats, source.length_beats);
    });
    return length_beats;
};

// Our notes as Live's, for add_new_notes, in order of their start. What only Live knows of a note comes from its source
// among `sources` (of `counted`); a note without one, say of a clip that was kept, has its own or Live's defaults.
/** @param {Note[]} ours @param {number} origin_beats @param {Note[]} sources */
exports.to_live = function (ours, origin_beats, sources) {
    return ours.slice().sort(by_start).map(function (note) {
        return specification(note, origin_beats, note.source >= 0 ? sources[note.source] : undefined);
    });
};

// Live's own notes, ready to be added again.
exports.again = function (read) {
    return exports.to_live(exports.from_live(read, 0), 0, []);
};

// The notes of a clip for a loop of `loop_beats`: those of a shorter clip are repeated until the loop is full. Notes
// before the start come once; those behind the end, which nobody heard, are left out, since they would be heard.
/** @param {Clip} clip @param {number} loop_beats */
exports.looped = function (clip, loop_beats) {
    var filled = [], pass, note, i;
    if (!(clip.length_beats < loop_beats - PLACE_BEATS)) {
        return clip.notes;
    }
    for (pass = 0; pass * clip.length_beats < loop_beats - PLACE_BEATS; pass += 1) {
        for (i = 0; i < clip.notes.length; i += 1) {
            note = moved(clip.notes[i], pass * clip.length_beats);
            if (clip.notes[i].start_beats < clip.length_beats && note.start_beats < loop_beats - PLACE_BEATS &&
                    (pass === 0 || clip.notes[i].start_beats >= 0)) {
                filled.push(note);
            }
        }
    }
    return filled;
};

function moved(note, by_beats) {
    return fields.joined(note, {start_beats: note.start_beats + by_beats});
}

// How many of these notes for Live have a place of their own. Of two at one pitch and start Live keeps one.
/** @param {LiveNote[]} specifications */
exports.places = function (specifications) {
    var last = {}, count = 0;
    specifications.forEach(function (note) {
        if (last[note.pitch] === undefined || note.start_time - last[note.pitch] > PLACE_BEATS) {
            count += 1;
        }
        last[note.pitch] = note.start_time;
    });
    return count;
};
