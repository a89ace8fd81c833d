// Sideman Transformation: the notes of the clip view's selection, varied, or with a drummer's touch.

var fields = require("../fields");
var midi_tool = require("../midi_tool");

var VARY = 0;

function is_vary(device) {
    return Math.round(device.knob("mode")) === VARY;
}

function ask(device, input) {
    var clip = {
        length_beats: input.length_beats, numerator: input.numerator, denominator: input.denominator, notes: input.ours
    }, values;
    if (clip.notes.length === 0) {
        return {sentence: "There are no notes here to change: the Generator makes new ones."};
    }
    if (is_vary(device)) {
        values = fields.joined(device.musical_values(["amount", "temperature"]), input.scale);
        values.variations = 1;
        return {kind: "vary", values: values, refs: {clip: device.ref(0)}, clips: [clip], made_of: []};
    }
    values = device.values(["amount", "temperature"]);
    values.keep_swing = device.knob("swing");
    return {kind: "humanise", values: values, refs: {clip: device.ref(0)}, clips: [clip], made_of: []};
}

exports.create = function (world) {
    var device = midi_tool.create(world, {
        name: "transformation",
        button: "transform",
        shown_by: ["mode"],
        knobs: {amount: 0.5, temperature: 1, instrument: 0, swing: 1, mode: VARY},
        press: "Press Transform in the device.",
        ask: ask
    });
    device.unused = function () {
        return is_vary(device) ? ["swing"] : ["instrument"];
    };
    return device;
};
