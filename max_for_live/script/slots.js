// Where results go in the Session View, and writing them there. Never over a clip.
var live_set = require("./live_set");
var notes = require("./notes");

var NO_SLOTS = "This track has no clip slots: use a MIDI track.";
var NO_SCENES = "Live added no more scenes.";

function counted(count, noun) {
    return count + " " + noun + (count === 1 ? "" : "s");
}

// "slot 4", "slots 4–6": as Live counts its scenes.
function rows(first, count) {
    return count === 1 ? "slot " + (first + 1) : "slots " + (first + 1) + "\u2013" + (first + count);
}

// Why no clip can be made on the track, or "".
/** @param {World} world @param {LiveApi} track */
function trouble_of(world, track) {
    if (track === null) {
        return "The track is gone: choose another one.";
    }
    // The slots of a return track and of the main track cannot be asked for.
    if (live_set.ids(world.live("live_set"), "tracks").indexOf(Number(track.id)) < 0) {
        return NO_SLOTS;
    }
    if (live_set.value(track, "is_foldable") === 1) {
        return "A group has no clips of its own: use a track in it.";
    }
    if (live_set.value(track, "has_midi_input") !== 1) {
        return "This is an audio track: use a MIDI track.";
    }
    if (live_set.value(track, "is_frozen") === 1) {
        return "The track is frozen: unfreeze it first.";
    }
    return "";
}

// The row of Live's highlighted slot, whatever its track, or 0.
/** @param {World} world */
function highlighted_row(world) {
    var slot = live_set.child(world, world.live("live_set view"), "highlighted_clip_slot");
    var track = slot === null ? null : live_set.track_of(world, slot);
    return track === null ? 0 : Math.max(0, live_set.ids(track, "clip_slots").indexOf(Number(slot.id)));
}

// Which row results go below, for `targets`: that of the source clip on the same track. The clip of another track
// has its results from its own row on, so that they are launched with it. null without a clip in a slot.
/** @param {Found} source @param {number} track_id */
exports.below = function (source, track_id) {
    if (!source || source.refused || source.slot_index === null) {
        return null;
    }
    return source.track_id === track_id ? source.slot_index : source.slot_index - 1;
};

// Where `count` clips go: the first run of as many empty slots below row `below_slot` (null: from the highlighted slot
// on, itself if it is empty). A run, and not the next empty slots one by one: variations stand together, in their
// order, and are launched, listened through or deleted as a block. Scenes are added at the end where it runs out of
// them. Nothing is changed here.
//
// {track_id, from_row, first, last, count, grows, sentence}, or a refusal. The sentence is "3 clips to slots 4–6" or
// "3 clips to slots 4–6, 2 new scenes".
exports.targets = function (world, track_id, below_slot, count) {
    return found(world, track_id, below_slot === null ? highlighted_row(world) : below_slot + 1, count);
};

/** @param {World} world @param {number} track_id @param {number} from_row @param {number} count @returns {Place} */
function found(world, track_id, from_row, count) {
    var track = live_set.by_id(world, track_id), trouble = trouble_of(world, track);
    var slots, first, row, grows, probe = null;
    if (trouble !== "") {
        return live_set.refusal(trouble);
    }
    slots = live_set.ids(track, "clip_slots");
    first = Math.min(from_row, slots.length);
    for (row = first; row < slots.length && row - first < count; row += 1) {
        probe = live_set.led_to(world, probe, slots[row]);
        if (live_set.value(probe, "has_clip") === 1) {
            first = row + 1;
        }
    }
    grows = Math.max(0, first + count - slots.length);
    return {
        track_id: track_id,
        from_row: from_row,
        first: first,
        last: first + count - 1,
        count: count,
        grows: grows,
        sentence: counted(count, "clip") + " to " + rows(first, count) +
            (grows > 0 ? ", " + counted(grows, "new scene") : "")
    };
}

// Writes `clips` to where `target` (of `targets`) says, with `names`, as one undo step. `sources` are the request's
// clips in their order: what only Live knows of a note comes from there. `color` may be left out: Live's own choice.
//
// Where the slots were filled since the target was shown, by the musician or by another device, the clips go to the
// next run below. A clip is whole or is not there. Returns {written, first, sentence}: how many clips are written, from
// which row on, and "3 clips in slots 4–6", or what kept the others out.
//
// A clip begins and ends with its loop. What it was made of may have begun before its loop or had no loop: a result of
// the bridge is a loop.
exports.write = function (world, target, clips, names, sources, color) {
    var place = found(world, target.track_id, target.from_row, clips.length);
    var written = 0, trouble = NO_SCENES;
    if (place.refused) {
        return {written: 0, first: -1, sentence: place.sentence};
    }
    live_set.in_one_undo_step(world, function () {
        var slots;
        add_scenes(world, place.grows);
        slots = live_set.ids(live_set.by_id(world, place.track_id), "clip_slots");
        while (written < clips.length && place.first + written < slots.length) {
            if (!created(world, slots[place.first + written], clips[written], names[written], sources, color)) {
                trouble = "Live made no clip in slot " + (place.first + written + 1) + ".";
                break;
            }
            written += 1;
        }
    });
    return {written: written, first: place.first, sentence: told(place.first, written, clips.length, trouble)};
};

function told(first, written, asked, trouble) {
    if (written === asked) {
        return counted(written, "clip") + " in " + rows(first, written);
    }
    return (written === 0 ? "Nothing was written: " : written + " of " + asked + " clips written: ") + trouble;
}

// Live's smaller editions have a largest number of scenes: what was added shows in the track's slots.
/** @param {World} world @param {number} count */
function add_scenes(world, count) {
    var song = world.live("live_set"), i;
    try {
        for (i = 0; i < count; i += 1) {
            song.call("create_scene", -1);
        }
    } catch (error) {
        // The clips for which there are slots are written, and the sentence tells of the others.
    }
}

function ensure(clip, property, wanted) {
    if (live_set.value(clip, property) !== wanted) {
        clip.set(property, wanted);
    }
}

// Whether the clip stands in the slot, whole. One that Live did not take whole is deleted again.
function created(world, slot_id, clip, name, sources, color) {
    var slot = live_set.by_id(world, slot_id), length_beats = notes.length_of(clip, sources), made;
    if (slot === null || live_set.value(slot, "has_clip") === 1) {
        return false;
    }
    try {
        slot.call("create_clip", length_beats);
        made = live_set.child(world, slot, "clip");
        ensure(made, "signature_numerator", clip.numerator);
        ensure(made, "signature_denominator", clip.denominator);
        ensure(made, "looping", 1);
        ensure(made, "loop_start", 0);
        ensure(made, "loop_end", length_beats);
        ensure(made, "start_marker", 0);
        ensure(made, "end_marker", length_beats);
        made.set("name", name);
        if (color !== undefined) {
            made.set("color", color);
        }
        live_set.add_notes(made, 0, notes.to_live(clip.notes, 0, notes.counted(sources)));
        return true;
    } catch (error) {
        if (live_set.value(slot, "has_clip") === 1) {
            slot.call("delete_clip");
        }
        return false;
    }
}

// Copies a clip as it is, with its envelopes and all that no script can read, to the first empty slot below it:
// {written: 0 or 1, sentence}.
exports.keep_copy = function (world, clip_id) {
    var clip = live_set.by_id(world, clip_id), slot = clip === null ? null : live_set.child(world, clip, "canonical_parent");
    var track = slot === null ? null : live_set.track_of(world, slot), place, written = 0;
    if (track === null) {
        return {written: 0, sentence: "The clip is gone: choose another one."};
    }
    place = found(world, Number(track.id), live_set.ids(track, "clip_slots").indexOf(Number(slot.id)) + 1, 1);
    if (place.refused) {
        return {written: 0, sentence: place.sentence};
    }
    live_set.in_one_undo_step(world, function () {
        var id, copy;
        add_scenes(world, place.grows);
        id = live_set.ids(track, "clip_slots")[place.first];
        if (id === undefined) {
            return;
        }
        try {
            slot.call("duplicate_clip_to", "id", id);
            copy = live_set.child(world, live_set.by_id(world, id), "clip");
            copy.set("name", live_set.text(clip, "name") + " (kept)");
            written = 1;
        } catch (error) {
            // The sentence tells.
        }
    });
    return {written: written, sentence: told(place.first, written, 1, NO_SCENES)};
};
