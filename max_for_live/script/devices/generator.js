// Sideman Generator: new drums or a new melody into the selection of the clip view.

var fields = require("../fields");
var midi_tool = require("../midi_tool");

var INSTRUMENTS = ["drums", "melody"];

function ask(device, input, bars) {
    var values = device.values(["density", "humanise", "temperature"]);
    values.bars = bars;
    values.variations = 1;
    values.instrument = INSTRUMENTS[Math.round(device.knob("instrument"))];
    if (values.instrument === "melody") {
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
