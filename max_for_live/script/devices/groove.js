// Sideman Groove: a drummer's touch for the selected clip, or drums to the rhythm of any clip.

var sideman = require("../sideman");
var live_set = require("../live_set");

var HUMANISE = 0;
var OWN = 1, CASTRO = 2; // manners

exports.create = function (world) {
    var device = sideman.create(world, {
        name: "groove",
        shown_by: ["mode", "variations", "manner"],
        knobs: {mode: HUMANISE, amount: 0.5, temperature: 1, density: 0.5, variations: 4, swing: 1, manner: 0},
        buttons: {
            groove: groove,
            grab_rhythm: function () { device.grab("rhythm"); },
            again: function () { device.again(); }
        },
        again: refs,
        is_at_home: function (last) { return last.kind === "drumify"; }
    });
    var source = null;

    /** @param {Last} last @returns {{clip: ClipIndex}} */
    function refs(last) {
        return {clip: device.ref(0, last.kit)};
    }

    function is_humanise() {
        return Math.round(device.knob("mode")) === HUMANISE;
    }

    function groove() {
        var found = live_set.selected_clip(world), rhythm = device.clips.rhythm;
        if (!is_humanise() && rhythm) {
            drumify(rhythm, found.refused ? null : found);
        } else if (found.refused) {
            device.say("refused", found.sentence);
        } else if (is_humanise()) {
            humanise(found);
        } else {
            drumify(found, found);
        }
    }

    function humanise(found) {
        device.make({
            kind: "humanise",
            values: {
                amount: device.knob("amount"), temperature: device.knob("temperature"), keep_swing: device.knob("swing")
            },
            refs: refs({}), clips: [found.clip], made_of: [found.name], seed: device.next_seed(), color: found.color,
            place: function (count) { return device.place(found, count); }
        });
    }

    // Drums belong on the track of the device, wherever the rhythm came from.
    function drumify(rhythm, beside) {
        var manner = Math.round(device.knob("manner"));
        device.make({
            kind: "drumify",
            values: {
                variations: device.knob("variations"), density: device.knob("density"),
                temperature: device.knob("temperature"), use_velocity: manner === OWN ? 0 : 1,
                use_timing: manner === OWN ? 0 : 1, castro: manner === CASTRO ? 1 : 0
            },
            refs: refs({}), clips: [rhythm.clip], made_of: [rhythm.name], seed: device.next_seed(),
            place: function (count) { return device.place_at_home(beside, count); }
        });
    }

    device.on_selection = function () {
        source = device.selected();
    };
    device.target = function () {
        if (is_humanise()) {
            return source === null ? null : device.place(source, 1);
        }
        return source === null && !device.clips.rhythm ? null :
            device.place_at_home(source, Math.round(device.knob("variations")));
    };
    device.unused = function () {
        if (is_humanise()) {
            return ["density", "variations", "manner"];
        }
        return Math.round(device.knob("manner")) === CASTRO ? ["amount", "swing", "density"] : ["amount", "swing"];
    };
    device.picture = function (model) {
        var shown = !is_humanise() && device.clips.rhythm ? device.clips.rhythm : source;
        model.sources = shown === null ? [] : [{name: shown.name, clip: shown.clip}];
        model.hint = is_humanise() ? "Select a drum clip." : "Select the rhythm: taps, a bass line, a melody.";
    };
    return device;
};
