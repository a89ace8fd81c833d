"use strict";

const { openDevice } = require("./device");
const { LiveSet } = require("./live");

/** A set as text: its tracks, clips and devices, with what the devices keep. */
function saveSet(live) {
    const tracks = live.tracks.map((track) => ({
        name: track.name,
        kind: track.trackKind,
        clips: track.clip_slots.flatMap((slot) => (slot.clip ? [{ slot: slot.index, ...clipToKeep(slot.clip) }] : [])),
        arrangement: track.arrangement_clips.map((clip) => ({
            start_beats: clip.arrangement_beats,
            ...clipToKeep(clip),
        })),
    }));
    const devices = [...live.openDevices].map((device) => ({
        name: device.name,
        track: live.tracks.indexOf(device.track),
        inRack: device.inRack,
        amxd: Buffer.from(device.bytes).toString("base64"),
        kept: device.toKeep(),
    }));
    const { tempo, signature_numerator, signature_denominator, clip_trigger_quantization } = live;
    return JSON.stringify({
        tempo,
        signature_numerator,
        signature_denominator,
        clip_trigger_quantization,
        scenes: live.scenes.length,
        tracks,
        devices,
    });
}

function clipToKeep(clip) {
    return {
        length_beats: clip.length,
        name: clip.name,
        numerator: clip.signature_numerator,
        denominator: clip.signature_denominator,
        launch_quantization: clip.launch_quantization,
        muted: clip.muted,
        marks: clip.marks,
        notes: clip.notes.map(({ note_id: _, ...note }) => note),
    };
}

/** Opens a saved set: {live, devices}. `options` go to the set and to each device (clock, network ...). */
function openSet(text, { seed = 0, ...options } = {}) {
    const saved = JSON.parse(text);
    const live = new LiveSet({
        ...options,
        tempo_bpm: saved.tempo,
        numerator: saved.signature_numerator,
        denominator: saved.signature_denominator,
        scenes: saved.scenes,
    });
    live.clip_trigger_quantization = saved.clip_trigger_quantization;
    for (const { name, kind, clips, arrangement } of saved.tracks) {
        const track = live.addTrack({ name, kind });
        clips.forEach(({ slot, ...clip }) => track.slot(slot).put(clip));
        arrangement.forEach((clip) => track.putInArrangement(clip));
    }
    const devices = saved.devices.map(({ name, track, inRack, amxd, kept }, index) =>
        openDevice(Buffer.from(amxd, "base64"), {
            ...options,
            live,
            name,
            inRack,
            kept,
            seed: seed + index,
            track: live.tracks[track],
        }),
    );
    return { live, devices };
}

module.exports = { openSet, saveSet };
