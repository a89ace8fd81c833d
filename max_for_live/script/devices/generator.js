// Sideman Generator: new drums or a new melody into the selection of the clip view.

var fields = require("../fields");
var midi_tool = require("../midi_tool");
var protocol = require("../protocol");

var MELODY = 1; // of protocol.instruments, which are the rows of the tab

exports.create = function (world) {
    return midi_tool.create(world, {
        name: "generator",
        button: "generate",
        knobs: {temperature: 1, density: 0.5, humanise: 1, instrument: 0},
        press: "Press Generate in the device.",
        ask: function (device, input, bars, send) {
            var instrument = Math.round(device.knob("instrument"));
            var values = fields.joined(device.values(["density", "humanise", "temperature"]), {
                bars: bars, variations: 1, instrument: protocol.instruments[instrument]
            });
            send({
                kind: "generate", values: instrument === MELODY ? fields.joined(values, input.scale) : values,
                refs: {kit: device.chosen.kit || null}, clips: [], made_of: "GENERATE"
            });
        }
    });
};
