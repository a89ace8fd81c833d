"use strict";

const { Refusal } = require("./refusal");
const { describe } = require("./atoms");

/** Keys of a note as Live writes them: [default, low, high]; a note needs those that have no default. */
const KEYS = {
    pitch: [undefined, 0, 127],
    start_time: [undefined, -1576800, 1576800],
    duration: [undefined, 0, 1576800],
    velocity: [100, 0, 127],
    mute: [0, 0, 1],
    probability: [1, 0, 1],
    velocity_deviation: [0, -127, 127],
    release_velocity: [64, 0, 127],
};
const WHOLE = new Set(["pitch", "mute"]);

/** A new note as Live takes it, complete. Refuses unknown keys, `note_id` among them, and values out of range. */
function checkNote(given, where) {
    if (given === null || typeof given !== "object") throw new Refusal(`${where}: a note is ${describe(given)}.`);
    for (const key of Object.keys(given)) {
        if (key === "note_id") throw new Refusal(`${where}: a new note may not bring a note_id.`);
        if (!(key in KEYS)) throw new Refusal(`${where}: a note has no key ${JSON.stringify(key)}.`);
    }
    const note = {};
    for (const [key, [usual, low, high]] of Object.entries(KEYS)) {
        const value = given[key] === undefined && !(key in given) ? usual : given[key];
        if (value === undefined) throw new Refusal(`${where}: the key ${key} is missing in a note.`);
        const number = key === "mute" && typeof value === "boolean" ? Number(value) : value;
        const fits =
            typeof number === "number" &&
            number >= low &&
            number <= high &&
            (!WHOLE.has(key) || Number.isInteger(number)) &&
            (key !== "duration" || number > 0);
        if (!fits) throw new Refusal(`${where}: ${key} ${describeValue(value)} is outside ${low} to ${high}.`);
        note[key] = number;
    }
    return note;
}

function describeValue(value) {
    return typeof value === "number" ? String(value) : describe(value);
}

/** Starts nearer than this are the same: datagrams carry 32-bit floats. */
const SAME_BEATS = 1e-5;

/**
 * Notes with a new one among them. As in Live, one pitch sounds once at a time: a note that still sounds is cut short,
 * one that begins under the new note goes. (That the API does this like the editor is unconfirmed.)
 */
function withNote(notes, added) {
    const end = added.start_time + added.duration - SAME_BEATS;
    const kept = [];
    for (const note of notes) {
        if (note.pitch !== added.pitch) {
            kept.push(note);
        } else if (note.start_time < added.start_time - SAME_BEATS) {
            const overlaps = note.start_time + note.duration > added.start_time + SAME_BEATS;
            kept.push(overlaps ? { ...note, duration: added.start_time - note.start_time } : note);
        } else if (note.start_time >= end) {
            kept.push(note);
        }
    }
    return [...kept, added];
}

function inArea(note, fromPitch, pitchSpan, fromTime, timeSpan) {
    return (
        note.pitch >= fromPitch &&
        note.pitch < fromPitch + pitchSpan &&
        note.start_time >= fromTime &&
        note.start_time < fromTime + timeSpan
    );
}

module.exports = { checkNote, inArea, withNote };
