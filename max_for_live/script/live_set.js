// The Live set as the devices see it: the selected clip, the tracks, the notes of a clip.
//
// Everything of Live that any script uses is in this table, and only live_set.js, slots.js and transport.js use it.
// Objects are reached by the paths below, all others as "id N"; N comes from a child's `get`, which is ["id", N], or
// ["id", N, "id", M, ...] of a list of children, and N = 0 is no object.
//
// | object    | reached by    | read: `get`, or of the LiveAPI object  | `set`                 | `call`               |
// |-----------|---------------|----------------------------------------|-----------------------|----------------------|
// | any       |               | .id .type                              |                       |                      |
// | Song      | live_set      | is_playing current_song_time tempo     |                       | begin_undo_step      |
// |           |               | signature_numerator                    |                       | end_undo_step        |
// |           |               | signature_denominator                  |                       | create_scene -1      |
// |           |               | clip_trigger_quantization              |                       |                      |
// |           |               | scale_name root_note scale_mode        |                       |                      |
// |           |               | list: tracks                           |                       |                      |
// | Song.View | live_set view | child: detail_clip                     |                       |                      |
// |           |               | child: highlighted_clip_slot           |                       |                      |
// |           |               | observed: detail_clip selected_track   |                       |                      |
// |           |               | selected_scene                         |                       |                      |
// | MaxDevice | this_device   | child: canonical_parent                |                       |                      |
// | Chain DrumChain RackDevice| child: canonical_parent                |                       |                      |
// | TakeLane  | id N          |                                        |                       |                      |
// | Track     | id N          | name has_midi_input is_foldable        |                       |                      |
// |           |               | is_frozen playing_slot_index           |                       |                      |
// |           |               | fired_slot_index                       |                       |                      |
// |           |               | list: clip_slots                       |                       |                      |
// | ClipSlot  | id N          | has_clip is_group_slot                 |                       | create_clip BEATS    |
// |           |               | child: clip canonical_parent           |                       | delete_clip          |
// |           |               |                                        |                       | duplicate_clip_to    |
// |           |               |                                        |                       |  id N                |
// | Clip      | id N          | is_midi_clip is_arrangement_clip name  | name color looping    | get_notes_extended   |
// |           |               | color looping loop_start loop_end      | loop_start loop_end   |  PITCH SPAN          |
// |           |               | start_marker end_marker                | start_marker          |  BEAT SPAN           |
// |           |               | signature_numerator                    | end_marker            | remove_notes_extended|
// |           |               | signature_denominator                  | signature_numerator   |  PITCH SPAN          |
// |           |               | launch_quantization                    | signature_denominator |  BEAT SPAN           |
// |           |               | child: canonical_parent                |                       | add_new_notes        |
// |           |               |                                        |                       |  {notes: [500, or    |
// |           |               |                                        |                       |  less, dictionaries]}|
//
// Two of these are in none of Ableton's documents and are used by its own control surfaces: begin_undo_step and
// end_undo_step. `get` gives a list whose first member is the value; a name may be split at its spaces.
// LiveAPI reports some mistakes as exceptions and others only in Max's console: what was changed is read back.
//
// Whatever cannot be done is a refusal, {refused: true, sentence: "..."}, and never an exception: the sentence is for
// the musician. Indices count from 0, in sentences from 1. Ids are numbers.
var notes = require("./notes");
// What the bridge takes of one clip.
var limits = require("./protocol").limits;

// Notes further than this from the clip's start are out of the bridge's reach: they are not read, nor removed.
var REACH_BEATS = limits.beats;
// Larger calls work in some versions of Max and Live and were never measured in others.
var NOTES_A_CALL = 500;
// A device in a Rack in a Rack ... is this far from its track at most.
var MOST_STEPS_UP = 32;

var GONE = "The clip is gone: choose another one.";
var AUDIO = "This is an audio clip: choose a MIDI clip.";
var IN_ARRANGEMENT = "In the arrangement: results go to Session slots.";

/** @param {string} sentence @returns {any} */
function refusal(sentence) {
    return {refused: true, sentence: sentence};
}

/** @param {World} world @param {string} path */
function object(world, path) {
    var api = world.live(path);
    return Number(api.id) > 0 ? api : null;
}

function by_id(world, id) {
    return object(world, "id " + id);
}

// A LiveAPI object that is used for one object of Live after the other: a long list needs no more than one.
function led_to(world, api, id) {
    if (api === null) {
        return by_id(world, id);
    }
    api.id = id;
    // Led to an object that is gone it may point at the one before.
    return Number(api.id) === Number(id) ? api : by_id(world, id);
}

// NaN for a property that this Live is too old to have.
/** @param {LiveApi} api @param {string} property */
function value(api, property) {
    var answer = api.get(property);
    return answer ? Number(answer[0]) : NaN;
}

// A name that Live gave as several words is put together again; "808" came as a number.
/** @param {LiveApi} api @param {string} property */
function text(api, property) {
    return [].concat(api.get(property) || []).join(" ");
}

/** @param {LiveApi} api @param {string} property */
function ids(api, property) {
    var found = [], answer = api.get(property), i;
    for (i = 1; i < answer.length; i += 2) {
        found.push(Number(answer[i]));
    }
    return found;
}

function child(world, api, property) {
    var id = ids(api, property)[0];
    return id > 0 ? by_id(world, id) : null;
}

// The track that an object stands on, through the slots, Chains, Racks and take lanes around it, or null.
function track_of(world, api) {
    var steps = 0;
    while (api !== null && api.type !== "Track" && steps < MOST_STEPS_UP) {
        api = child(world, api, "canonical_parent");
        steps += 1;
    }
    return api !== null && api.type === "Track" ? api : null;
}

// {track_id, track_index, name}; track_index is -1 for a return track and the main track.
/** @param {World} world @param {LiveApi} track */
function described(world, track) {
    var id = Number(track.id);
    return {track_id: id, track_index: ids(world.live("live_set"), "tracks").indexOf(id), name: text(track, "name")};
}

// What one pass of the clip plays: the loop, or from marker to marker where it does not loop.
function region(clip) {
    var looping = value(clip, "looping") === 1;
    var start_beats = value(clip, looping ? "loop_start" : "start_marker");
    var end_beats = value(clip, looping ? "loop_end" : "end_marker");
    return {looping: looping, start_beats: start_beats, length_beats: end_beats - start_beats};
}

// Live's own dictionaries of the notes, in absolute clip time. The answer is text.
function raw_notes(clip, start_beats) {
    var answer = clip.call("get_notes_extended", 0, 128, start_beats - REACH_BEATS, 2 * REACH_BEATS);
    return JSON.parse(String(answer)).notes;
}

function remove_notes(clip, start_beats) {
    clip.call("remove_notes_extended", 0, 128, start_beats - REACH_BEATS, 2 * REACH_BEATS);
}

// Throws where Live took fewer notes than it was given. Notes must be in order of their start: where two of one pitch
// overlap Live cuts the earlier one short, as it does by hand, and of two at one place it keeps the later one.
function add_notes(clip, start_beats, specifications) {
    var i, landed, expected = notes.places(specifications);
    for (i = 0; i < specifications.length; i += NOTES_A_CALL) {
        clip.call("add_new_notes", {notes: specifications.slice(i, i + NOTES_A_CALL)});
    }
    landed = raw_notes(clip, start_beats).length;
    if (landed < expected) {
        throw new Error("Live took " + landed + " of " + expected + " notes.");
    }
}

function with_commas(number) {
    return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

// `clip` for the bridge: a refusal, or {length_beats, numerator, denominator, notes}, times in quarter notes from the
// start of what one pass plays.
//
// Notes before that start (an intro before the loop) have negative times and notes behind its end have times beyond
// length_beats. They are sent with the others: no model hears them, and a result that is this clip, as at the corner
// of a blend, has them at their places. Muted notes are sent too and are muted again in what comes of them.
/** @returns {Clip & {refused?: boolean}} */
function clip_value(clip) {
    var played = region(clip);
    var numerator = value(clip, "signature_numerator"), denominator = value(clip, "signature_denominator");
    var bars = played.length_beats / (4 * numerator / denominator);
    var read;
    if (!(played.length_beats >= limits.shortest_beats)) {
        return refusal("The clip is shorter than " + limits.shortest + ": make it longer.");
    }
    if (!(bars <= limits.bars + 1e-6)) {
        return refusal("The clip has " + Math.ceil(bars - 1e-6) + " bars: up to " + limits.bars + " can be read.");
    }
    read = raw_notes(clip, played.start_beats);
    if (read.length > limits.notes) {
        return refusal("The clip has " + with_commas(read.length) + " notes: up to " + with_commas(limits.notes) +
            " can be read.");
    }
    return {
        length_beats: played.length_beats,
        numerator: numerator,
        denominator: denominator,
        notes: notes.from_live(read, played.start_beats)
    };
}

// The clip with this id, or a refusal:
// {clip_id, clip, name, color, track_id, track_index, slot_index, is_arrangement, advice}.
// `clip` is the value for the bridge, with what only Live knows of each note. name is that of its track where the clip
// has none. slot_index is null in the arrangement (take lanes are of it), and advice then says where results go.
/** @param {World} world @param {number} clip_id @returns {Found} */
function read_clip(world, clip_id) {
    var api = by_id(world, clip_id), clip, track, is_arrangement, name;
    if (api === null) {
        return refusal(GONE);
    }
    if (value(api, "is_midi_clip") !== 1) {
        return refusal(AUDIO);
    }
    clip = clip_value(api);
    if (clip.refused) {
        return /** @type {any} */ (clip);
    }
    is_arrangement = value(api, "is_arrangement_clip") === 1;
    track = track_of(world, api);
    name = text(api, "name");
    return {
        clip_id: Number(api.id),
        clip: clip,
        name: name === "" ? text(track, "name") : name,
        color: value(api, "color"),
        track_id: Number(track.id),
        track_index: described(world, track).track_index,
        slot_index: is_arrangement ? null : ids(track, "clip_slots").indexOf(ids(api, "canonical_parent")[0]),
        is_arrangement: is_arrangement,
        advice: is_arrangement ? IN_ARRANGEMENT : ""
    };
}

// A device that can do without a clip sees that there is none, not that there is a wrong one.
function none() {
    var refused = refusal("No clip is selected: click one first.");
    refused.is_none = true;
    return refused;
}

// The clip that Live's Clip View shows, else the one in the highlighted slot, as read_clip gives it, or a refusal.
/** @param {World} world @returns {Found} */
function selected_clip(world) {
    var view = world.live("live_set view");
    var clip = child(world, view, "detail_clip"), slot;
    if (clip === null) {
        slot = child(world, view, "highlighted_clip_slot");
        if (slot !== null && value(slot, "is_group_slot") === 1) {
            return refusal("A group has no clips of its own: open it and click one.");
        }
        clip = slot === null ? null : child(world, slot, "clip");
    }
    return clip === null ? none() : read_clip(world, Number(clip.id));
}

// The id of the clip that the Clip View shows, or 0.
/** @param {World} world */
function shown_clip(world) {
    return ids(world.live("live_set view"), "detail_clip")[0];
}

// All that stands in a clip, as text, however long it is; null where there is no such clip.
function content(world, clip_id) {
    var api = by_id(world, clip_id), played;
    if (api === null || value(api, "is_midi_clip") !== 1) {
        return null;
    }
    played = region(api);
    return JSON.stringify([played, notes.again(raw_notes(api, played.start_beats))]);
}

// The meter of the clip that the Clip View shows, else the song's.
/** @param {World} world */
function shown_meter(world) {
    var clip = child(world, world.live("live_set view"), "detail_clip");
    var holder = clip === null ? world.live("live_set") : clip;
    return {
        numerator: value(holder, "signature_numerator"),
        denominator: value(holder, "signature_denominator")
    };
}

// The track that the device is on, now: it may have been moved. {track_id, track_index, name}, or a refusal.
function own_track(world) {
    var device = object(world, "this_device");
    var track = device === null ? null : track_of(world, device);
    return track === null ? refusal("The device is on no track: drop it on a MIDI track.") : described(world, track);
}

// The id of the Session clip that plays on the track, or null.
function playing_clip(world, track_id) {
    var track = by_id(world, track_id);
    var playing = track === null ? -1 : value(track, "playing_slot_index");
    var slot = playing < 0 ? null : by_id(world, ids(track, "clip_slots")[playing]);
    var clip = slot === null ? null : child(world, slot, "clip");
    return clip === null ? null : Number(clip.id);
}

// What waits on the track for its moment: the id of a clip, 0 for the stop button, null for nothing.
function launching(world, track_id) {
    var track = track_id === null ? null : by_id(world, track_id);
    var fired = track === null ? -1 : value(track, "fired_slot_index"), slot, clip;
    if (!(fired >= 0)) {
        return fired === -2 ? 0 : null;
    }
    slot = by_id(world, ids(track, "clip_slots")[fired]);
    clip = slot === null ? null : child(world, slot, "clip");
    return clip === null ? 0 : Number(clip.id);
}

// Calls changed(), outside of Live's notification, when another clip, track or scene is selected. Live does not tell
// of the highlighted slot; it is where the selected track and scene meet. Returns {stop()}.
/** @param {World} world @param {() => void} changed */
function watch_selection(world, changed) {
    var watched = ["detail_clip", "selected_track", "selected_scene"].map(function (property) {
        return world.observe("live_set view", property, changed);
    });
    return {
        stop: function () {
            watched.forEach(function (observer) {
                observer.stop();
            });
        }
    };
}

// Live knows no steps within steps.
var is_in_step = false;

// What `act` changes is undone by one Undo, as far as Live allows. A Live without these calls makes several steps.
/** @template T @param {World} world @param {() => T} act @returns {T} */
function in_one_undo_step(world, act) {
    var song = world.live("live_set");
    function say(message) {
        try {
            song.call(message);
        } catch (error) {
            // Without it there are more undo steps; the music is the same.
        }
    }
    if (is_in_step) {
        return act();
    }
    is_in_step = true;
    say("begin_undo_step");
    try {
        return act();
    } finally {
        // A step left open would swallow the musician's own next edits.
        say("end_undo_step");
        is_in_step = false;
    }
}

// Live mode: the clip in Live gets the notes of `clip`, while it plays. `sources` are the request's clips in their
// order. Returns {written: how many notes, sentence: "" or what went wrong}; the old notes are then back.
//
// The loop of a clip that plays is only ever made longer: made shorter than where Live is playing, the clip would run
// out of it and fall silent. So a shorter `clip` is repeated until the loop is full. The loop grows first, then old
// notes go and new ones come, all before Live plays on; nothing is touched where the notes are the same already.
function replace_notes(world, clip_id, clip, sources) {
    var api = by_id(world, clip_id), length_beats = notes.length_of(clip, sources), played, before, after;
    if (api === null || value(api, "is_midi_clip") !== 1) {
        return {written: 0, sentence: api === null ? GONE : AUDIO};
    }
    played = region(api);
    before = notes.again(raw_notes(api, played.start_beats));
    after = notes.to_live(notes.looped(clip, played.length_beats), played.start_beats, notes.counted(sources));
    if (length_beats <= played.length_beats && JSON.stringify(before) === JSON.stringify(after)) {
        return {written: after.length, sentence: ""};
    }
    return in_one_undo_step(world, function () {
        try {
            if (length_beats > played.length_beats) {
                api.set(played.looping ? "loop_end" : "end_marker", played.start_beats + length_beats);
            }
            remove_notes(api, played.start_beats);
            add_notes(api, played.start_beats, after);
            return {written: after.length, sentence: ""};
        } catch (error) {
            return {written: 0, sentence: restored(api, played.start_beats, before, error)};
        }
    });
}

function restored(api, start_beats, before, error) {
    try {
        remove_notes(api, start_beats);
        add_notes(api, start_beats, before);
        return "The old clip plays on: " + error.message;
    } catch (second) {
        return "Live did not take the notes: use Undo. " + second.message;
    }
}

exports.add_notes = add_notes;
exports.by_id = by_id;
exports.content = content;
exports.child = child;
exports.ids = ids;
exports.launching = launching;
exports.led_to = led_to;
exports.in_one_undo_step = in_one_undo_step;
exports.own_track = own_track;
exports.playing_clip = playing_clip;
exports.read_clip = read_clip;
exports.refusal = refusal;
exports.replace_notes = replace_notes;
exports.selected_clip = selected_clip;
exports.shown_clip = shown_clip;
exports.shown_meter = shown_meter;
exports.text = text;
exports.track_of = track_of;
exports.value = value;
exports.watch_selection = watch_selection;
