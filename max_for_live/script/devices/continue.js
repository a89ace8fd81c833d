// Sideman Continue: the bars that follow the selected clip.

var fields = require("../fields");
var sideman = require("../sideman");
var live_set = require("../live_set");

exports.create = function (world) {
    var device = sideman.create(world, {
        name: "continue",
        shown_by: ["variations"],
        knobs: {length: 2, variations: 4, temperature: 1, primer: 0, scale: 0, instrument: 0},
        buttons: {
            "continue": play_on,
            grab_chords: function () { device.grab("chords"); },
            again: function () { device.again(); }
        },
        again: refs
    });
    var source = null;

    // The primer comes first, and chords, if there are any, behind it.
    /** @param {Last} last @returns {{clip: ClipIndex, chords: ClipIndex[]}} */
    function refs(last) {
        return {clip: device.ref(0, last.kit), chords: last.clips.length > 1 ? [{clip: 1, kit: null}] : []};
    }

    function play_on() {
        var found = live_set.selected_clip(world), chords = device.clips.chords, clips;
        if (found.refused) {
            device.say("refused", found.sentence);
            return;
        }
        clips = chords ? [found.clip, chords.clip] : [found.clip];
        device.make({
            kind: "continue",
            values: fields.joined(device.musical_values(["length", "variations", "temperature"]), {
                with_primer: device.knob("primer")
            }),
            refs: refs({clips: clips}), clips: clips, made_of: [found.name], seed: device.next_seed(),
            color: found.color,
            place: function (count) { return device.place(found, count); }
        });
    }

    device.on_selection = function () {
        source = device.selected();
    };
    device.target = function () {
        return source === null ? null : device.place(source, Math.round(device.knob("variations")));
    };
    device.picture = function (model) {
        model.sources = source === null ? [] : [{name: source.name, clip: source.clip}];
        if (device.clips.chords && source !== null) {
            model.sources.push(device.clips.chords);
        }
        model.hint = "Select the clip that should go on.";
    };
    return device;
};
