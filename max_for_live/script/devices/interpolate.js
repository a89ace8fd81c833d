// Sideman Interpolate: the way from one clip to another.

var live_set = require("../live_set");
var sideman = require("../sideman");

exports.create = function (world) {
    var device = sideman.create(world, {
        name: "interpolate",
        shown_by: ["steps"],
        knobs: {steps: 3, temperature: 1, scale: 0, instrument: 0},
        buttons: {
            grab_a: function () { device.grab("clip_a"); },
            grab_b: function () { device.grab("clip_b"); },
            swap: swap,
            interpolate: interpolate,
            again: function () { device.again(); }
        },
        again: refs,
        is_at_home: function () { return true; }
    });

    /** @param {Last} last @returns {{first: ClipIndex, last: ClipIndex}} */
    function refs(last) {
        return {first: device.ref(0, last.kit), last: device.ref(1, last.kit)};
    }

    function swap() {
        var first = device.clips.clip_a || null, last = device.clips.clip_b || null;
        live_set.in_one_undo_step(world, function () {
            device.hold("clip_a", last);
            device.hold("clip_b", first);
        });
    }

    function interpolate() {
        var first = device.clips.clip_a, last = device.clips.clip_b;
        if (!first || !last) {
            device.say("refused", "Select a clip and press Grab " + (first ? "B" : "A") + " first.");
            return;
        }
        device.make({
            kind: "interpolate", values: device.musical_values(["steps", "temperature"]), refs: refs({}), clips: [first.clip, last.clip],
            made_of: [first.name, last.name], seed: device.next_seed(),
            place: function (count) { return device.place_at_home(null, count); }
        });
    }

    device.target = function () {
        // Both ends stand with the steps, so that the way is launched from one to the other.
        return device.place_at_home(null, Math.round(device.knob("steps")) + 2);
    };
    device.picture = function (model) {
        model.sources = [
            device.clips.clip_a || {name: "", clip: null, hint: "A: select a clip, press Grab A"},
            device.clips.clip_b || {name: "", clip: null, hint: "B: select a clip, press Grab B"}
        ];
    };
    return device;
};
