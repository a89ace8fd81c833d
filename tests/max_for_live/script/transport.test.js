"use strict";
const test = require("node:test");
const assert = require("node:assert");
const {FakeSet, clip} = require("./fake_set.js");
const transport = require("../../../max_for_live/script/transport.js");

test("a snapshot has what a request carries", () => {
    const set = new FakeSet([], {
        is_playing: 1, current_song_time: 65.25, tempo: 122.5, signature_numerator: 7, signature_denominator: 8
    });
    assert.deepStrictEqual(transport.snapshot(set.world), {
        is_playing: 1, song_beats: 65.25, tempo_bpm: 122.5, numerator: 7, denominator: 8, launch_quantum_beats: 3.5
    });
});

test("launch quantization in quarter notes", () => {
    const beats = [0, 32, 16, 8, 4, 2, 4 / 3, 1, 2 / 3, 0.5, 1 / 3, 0.25, 1 / 6, 0.125];
    assert.deepStrictEqual(beats.map((_, index) => transport.quantum_beats(index, 4, 4)), beats);
    assert.strictEqual(transport.quantum_beats(4, 6, 8), 3);
    assert.strictEqual(transport.quantum_beats(1, 5, 4), 40);
    assert.strictEqual(transport.quantum_beats(5, 6, 8), 2);
    assert.strictEqual(transport.quantum_beats(99, 4, 4), 0);
});

test("8 bars of a meter with long bars stay within the protocol's range, on a bar", () => {
    assert.strictEqual(transport.quantum_beats(1, 99, 2), 792);
    assert.strictEqual(transport.quantum_beats(1, 99, 1), 792);
});

test("a clip's own launch quantization counts where it has one", () => {
    const set = new FakeSet([{slots: [clip({launch_quantization: 8}), clip({launch_quantization: 1}), clip({})]}]);
    const quanta = set.tracks[0].slots.map(
        (slot) => transport.snapshot(set.world, slot.clip.id).launch_quantum_beats);
    assert.deepStrictEqual(quanta, [1, 0, 4]);
    assert.strictEqual(transport.snapshot(set.world, 999).launch_quantum_beats, 4);
});

test("Live's scale, where its switch is on; a Live without the switch has a scale", () => {
    const scale = (song) => transport.scale(new FakeSet([], song).world);
    assert.deepStrictEqual(scale({scale_mode: 0}), {});
    assert.deepStrictEqual(scale({scale_mode: 1, root_note: 9, scale_name: "Minor Pentatonic"}),
        {root: 9, scale: "Minor Pentatonic"});
    assert.deepStrictEqual(scale({scale_mode: undefined, root_note: 2}), {root: 2, scale: "Major"});
    assert.deepStrictEqual(scale({scale_mode: 1, scale_name: ""}), {});
});

test("seconds to a song position", () => {
    assert.strictEqual(transport.seconds_to({song_beats: 6, tempo_bpm: 120}, 8), 1);
    assert.strictEqual(transport.seconds_to({song_beats: 8, tempo_bpm: 60}, 6), -2);
});
