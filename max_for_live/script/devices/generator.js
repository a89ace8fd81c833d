// Sideman Generator: new drums or a new melody into the selection of the clip view.

var fields = require("../fields");
var midi_tool = require("../midi_tool");
var protocol = require("../protocol");

var MELODY = 1; // of protocol.instruments, which are the rows of the tab

function ask(device, input, bars) {
    var values = device.values(["density", "humanise", "temperature"]);
    var instrument = Math.round(device.knob("instrument"));
    values.bars = bars;
    values.variations = 1;
    values.instrument = protocol.instruments[instrument];
    if (instrument === MELODY) {
        values = fields.joined(values, input.scale);
    }
    return {kind: "generate", values: values, refs: {kit: device.chosen.kit || null}, clips: [], made_of: "GENERATE"};
}

exports.create = function (world) {
    return midi_tool.create(world, {
        name: "generator",
        button: "generate",
        knobs: {temperature: 1, density: 0.5, humanise: 1, instrument: 0},
        press: "Press Generate in the device.",
        ask: ask
    });
};
