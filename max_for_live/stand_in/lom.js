"use strict";

/**
 * The part of the Live Object Model that this stand-in has: per class its children, its properties and its functions.
 * What is not here is refused, be it because Live has no such thing or because nobody needed it yet.
 * A child: [class, access], a list where the class ends in `*`. A property: [type, access, low, high].
 * A function: its arguments' types, `?` where one may be left out.
 */
const LOM = {
    Application: {
        children: {},
        properties: {},
        functions: {
            get_major_version: [],
            get_minor_version: [],
            get_bugfix_version: [],
            get_version_string: [],
        },
    },
    Song: {
        children: {
            tracks: ["Track*", "get observe"],
            visible_tracks: ["Track*", "get observe"],
            scenes: ["Scene*", "get observe"],
            view: ["Song.View", "get"],
        },
        properties: {
            tempo: ["float", "get set observe", 20, 999],
            signature_numerator: ["int", "get set observe", 1, 99],
            signature_denominator: ["denominator", "get set observe"],
            is_playing: ["bool", "get set observe"],
            current_song_time: ["float", "get set observe", 0, 1576800],
            clip_trigger_quantization: ["int", "get set observe", 0, 13],
            root_note: ["int", "get set observe", 0, 11],
            scale_name: ["symbol", "get set observe"],
            scale_mode: ["bool", "get set observe"],
            scale_intervals: ["list", "get observe"],
            can_undo: ["bool", "get"],
        },
        functions: {
            create_scene: ["int"],
            create_midi_track: ["int"],
            delete_scene: ["int"],
            start_playing: [],
            stop_playing: [],
            continue_playing: [],
            stop_all_clips: ["int?"],
            undo: [],
            begin_undo_step: [],
            end_undo_step: [],
        },
    },
    "Song.View": {
        children: {
            detail_clip: ["Clip", "get set observe"],
            highlighted_clip_slot: ["ClipSlot", "get set"],
            selected_track: ["Track", "get set observe"],
            selected_scene: ["Scene", "get set observe"],
        },
        properties: {},
        functions: {},
    },
    Scene: {
        children: { clip_slots: ["ClipSlot*", "get observe"] },
        properties: {
            name: ["symbol", "get set observe"],
            color: ["int", "get set observe", 0, 0xffffff],
            is_empty: ["bool", "get"],
            is_triggered: ["bool", "get observe"],
        },
        functions: { fire: [] },
    },
    Track: {
        children: {
            clip_slots: ["ClipSlot*", "get observe"],
            arrangement_clips: ["Clip*", "get observe"],
            devices: ["Device*", "get observe"],
            group_track: ["Track", "get"],
        },
        properties: {
            name: ["symbol", "get set observe"],
            color: ["int", "get set observe", 0, 0xffffff],
            has_midi_input: ["bool", "get"],
            has_audio_input: ["bool", "get"],
            is_foldable: ["bool", "get"],
            is_grouped: ["bool", "get"],
            is_visible: ["bool", "get"],
            is_frozen: ["bool", "get observe"],
            can_be_armed: ["bool", "get"],
            arm: ["bool", "get set observe"],
            mute: ["bool", "get set observe"],
            solo: ["bool", "get set observe"],
            playing_slot_index: ["int", "get observe"],
            fired_slot_index: ["int", "get observe"],
        },
        functions: { stop_all_clips: [] },
    },
    ClipSlot: {
        children: { clip: ["Clip", "get"] },
        properties: {
            has_clip: ["bool", "get observe"],
            has_stop_button: ["bool", "get set observe"],
            is_group_slot: ["bool", "get"],
            is_playing: ["bool", "get"],
            is_recording: ["bool", "get"],
            is_triggered: ["bool", "get observe"],
            playing_status: ["int", "get observe"],
            controls_other_clips: ["bool", "get observe"],
        },
        functions: { create_clip: ["float"], delete_clip: [], duplicate_clip_to: ["id"], fire: [], stop: [] },
    },
    Clip: {
        children: {},
        properties: {
            name: ["symbol", "get set observe"],
            color: ["int", "get set observe", 0, 0xffffff],
            length: ["float", "get"],
            looping: ["bool", "get set observe"],
            loop_start: ["float", "get set observe"],
            loop_end: ["float", "get set observe"],
            start_marker: ["float", "get set observe"],
            end_marker: ["float", "get set observe"],
            start_time: ["float", "get observe"],
            end_time: ["float", "get observe"],
            signature_numerator: ["int", "get set observe", 1, 99],
            signature_denominator: ["denominator", "get set observe"],
            launch_quantization: ["int", "get set observe", 0, 14],
            launch_mode: ["int", "get set observe", 0, 3],
            legato: ["bool", "get set observe"],
            muted: ["bool", "get set observe"],
            is_midi_clip: ["bool", "get"],
            is_audio_clip: ["bool", "get"],
            is_session_clip: ["bool", "get"],
            is_arrangement_clip: ["bool", "get"],
            is_playing: ["bool", "get"],
            is_triggered: ["bool", "get"],
            is_recording: ["bool", "get observe"],
            is_overdubbing: ["bool", "get observe"],
            playing_position: ["float", "get observe"],
            notes: ["bang", "observe"],
            playing_status: ["bang", "observe"],
        },
        functions: {
            fire: [],
            stop: [],
            add_new_notes: ["notes"],
            get_all_notes_extended: [],
            get_notes_extended: ["int", "int", "float", "float"],
            remove_notes_extended: ["int", "int", "float", "float"],
        },
    },
    Chain: {
        children: { devices: ["Device*", "get observe"] },
        properties: { name: ["symbol", "get set observe"], mute: ["bool", "get set observe"] },
        functions: {},
    },
    RackDevice: {
        children: { chains: ["Chain*", "get observe"], parameters: ["DeviceParameter*", "get observe"] },
        properties: {
            name: ["symbol", "get set observe"],
            class_name: ["symbol", "get"],
            is_active: ["bool", "get observe"],
        },
        functions: {},
    },
    MaxDevice: {
        children: { parameters: ["DeviceParameter*", "get observe"] },
        properties: {
            name: ["symbol", "get set observe"],
            class_name: ["symbol", "get"],
            class_display_name: ["symbol", "get"],
            is_active: ["bool", "get observe"],
            type: ["int", "get"],
        },
        functions: {},
    },
    DeviceParameter: {
        children: {},
        properties: {
            value: ["float", "get set observe"],
            name: ["symbol", "get"],
            original_name: ["symbol", "get"],
            min: ["float", "get"],
            max: ["float", "get"],
            is_enabled: ["bool", "get"],
        },
        functions: {},
    },
};

/** Functions that leave the set as it is; all others are changes, which a notification may not make. */
const ONLY_READ = new Set([
    "get_major_version",
    "get_minor_version",
    "get_bugfix_version",
    "get_version_string",
    "get_notes_extended",
    "get_all_notes_extended",
]);

function accessOf(entry, way) {
    return entry[1].split(" ").includes(way);
}

module.exports = { LOM, ONLY_READ, accessOf };
