// Live's transport at one moment, as every request for clips carries it.
var by_name = require("./fields").by_name;
var live_set = require("./live_set");
var message = require("./message");

// Song.clip_trigger_quantization: 0 None, then bars, then parts of a whole note (T: of three in the time of two). A
// clip's own launch_quantization has 0 for Global and the rest one further on.
var QUANTA = [
    null, {bars: 8}, {bars: 4}, {bars: 2}, {bars: 1},
    {beats: 2}, {beats: 4 / 3}, {beats: 1}, {beats: 2 / 3}, {beats: 1 / 2}, {beats: 1 / 3},
    {beats: 1 / 4}, {beats: 1 / 6}, {beats: 1 / 8}
];
// 8 bars are longer only in meters like 99/2; a boundary every 4 of them is a boundary as well.
var LONGEST_QUANTUM_BEATS = by_name(message.fields("/sideman/blend")).launch_quantum_beats.high;

// The launch quantization in quarter notes, 0 for none; bars are those of the meter.
exports.quantum_beats = function (index, numerator, denominator) {
    var quantum = QUANTA[index], beats;
    if (!quantum) {
        return 0;
    }
    beats = quantum.bars === undefined ? quantum.beats : quantum.bars * 4 * numerator / denominator;
    while (beats > LONGEST_QUANTUM_BEATS) {
        beats /= 2;
    }
    return beats;
};

// {is_playing (0 or 1), song_beats, tempo_bpm, numerator, denominator, launch_quantum_beats}.
//
// With clip_id, the launch quantization is that clip's own where it has one: live mode changes this clip when Live
// would launch it. Boundaries are counted from the start of the song: behind a change of meter in the arrangement they
// may lie within Live's bars.
/** @param {World} world @param {number} [clip_id] @returns {Snapshot} */
exports.snapshot = function (world, clip_id) {
    var song = world.live("live_set");
    var clip = clip_id ? live_set.by_id(world, clip_id) : null;
    var own = clip === null ? 0 : live_set.value(clip, "launch_quantization");
    var numerator = live_set.value(song, "signature_numerator");
    var denominator = live_set.value(song, "signature_denominator");
    var index = own > 0 ? own - 1 : live_set.value(song, "clip_trigger_quantization");
    return {
        is_playing: live_set.value(song, "is_playing"),
        song_beats: live_set.value(song, "current_song_time"),
        tempo_bpm: live_set.value(song, "tempo"),
        numerator: numerator,
        denominator: denominator,
        launch_quantum_beats: exports.quantum_beats(index, numerator, denominator)
    };
};

// Seconds from a snapshot to a song position, at the snapshot's tempo; negative where it has passed.
/** @param {Snapshot} snapshot @param {number} song_beats */
exports.seconds_to = function (snapshot, song_beats) {
    return (song_beats - snapshot.song_beats) * 60 / snapshot.tempo_bpm;
};

// Live's own scale, {root, scale}, or {} where none is set. Live 12 has a switch for it; Live 11 has not.
/** @param {World} world @returns {{root?: number, scale?: string}} */
exports.scale = function (world) {
    var song = world.live("live_set"), name = live_set.text(song, "scale_name");
    if (name === "" || live_set.value(song, "scale_mode") === 0) {
        return {};
    }
    return {root: live_set.value(song, "root_note"), scale: name};
};
