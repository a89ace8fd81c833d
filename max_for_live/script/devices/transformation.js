// Sideman Transformation: the notes of the clip view's selection, varied, or with a drummer's touch.

var fields = require("../fields");
var midi_tool = require("../midi_tool");

var VARY = 0;

exports.create = function (world) {
    var device = midi_tool.create(world, {
        name: "transformation",
        button: "transform",
        shown_by: ["mode"],
        knobs: {amount: 0.5, temperature: 1, instrument: 0, swing: 1, mode: VARY},
        press: "Press Transform in the device.",
        ask: function (tool, input, bars, send) {
            var clip = {
                length_beats: input.length_beats, numerator: input.numerator, denominator: input.denominator,
                notes: input.ours
            };
            if (clip.notes.length === 0) {
                tool.say("refused", "There are no notes here to change: the Generator makes new ones.");
            } else if (is_vary()) {
                send({
                    kind: "vary",
                    values: fields.joined(
                        fields.joined(tool.musical_values(["amount", "temperature"]), input.scale), {variations: 1}
                    ),
                    refs: {clip: tool.ref(0)}, clips: [clip], made_of: []
                });
            } else {
                send({
                    kind: "humanise",
                    values: fields.joined(tool.values(["amount", "temperature"]), {keep_swing: tool.knob("swing")}),
                    refs: {clip: tool.ref(0)}, clips: [clip], made_of: []
                });
            }
        }
    });

    function is_vary() {
        return Math.round(device.knob("mode")) === VARY;
    }

    device.unused = function () {
        return is_vary() ? ["swing"] : ["instrument"];
    };
    return device;
};
