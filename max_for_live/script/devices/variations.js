// Sideman Variations: the selected clip once more, but different; or new clips.

var live_set = require("../live_set");
var sideman = require("../sideman");

var FROM_CLIP = 0;

exports.create = function (world) {
    var device = sideman.create(world, {
        name: "variations",
        shown_by: ["variations", "from"],
        knobs: {amount: 0.5, variations: 4, temperature: 1, density: 0.5, from: FROM_CLIP, bars: 2, scale: 1, instrument: 0},
        buttons: {
            generate: generate,
            again: function () { device.again(); }
        },
        again: refs
    });
    var source = null;

    /** @param {Last} last @returns {object} */
    function refs(last) {
        return last.kind === "vary" ? of_clip(last.kit) : of_kit(last.kit);
    }

    function of_clip(kit) {
        return {clip: device.ref(0, kit)};
    }

    function of_kit(kit) {
        return {kit: device.ref(0, kit).kit};
    }

    function generate() {
        var found = Math.round(device.knob("from")) === FROM_CLIP ? live_set.selected_clip(world) : null;
        if (found !== null && found.refused && !found.is_none) {
            device.say("refused", found.sentence);
        } else if (found === null || found.refused) {
            create();
        } else {
            vary(found);
        }
    }

    function vary(found) {
        var values = device.musical_values(["amount", "variations", "temperature"]);
        device.make({
            kind: "vary", values: values, refs: of_clip(), clips: [found.clip], made_of: [found.name],
            seed: device.next_seed(), color: found.color,
            place: function (count) { return device.place(found, count); }
        });
    }

    function create() {
        var values = device.musical_values(["bars", "variations", "density", "temperature"]);
        device.make({
            kind: "generate", values: values, refs: of_kit(), clips: [], made_of: "GENERATE",
            seed: device.next_seed(),
            place: function (count) { return device.place(null, count); }
        });
    }

    function is_from_clip() {
        return Math.round(device.knob("from")) === FROM_CLIP && source !== null;
    }

    device.on_selection = function () {
        source = device.selected();
    };
    device.target = function () {
        return device.place(is_from_clip() ? source : null, Math.round(device.knob("variations")));
    };
    device.unused = function () {
        return is_from_clip() ? ["density", "bars"] : ["amount"];
    };
    device.picture = function (model) {
        model.sources = is_from_clip() ? [{name: source.name, clip: source.clip}] : [];
        model.hint = "New clips: press Generate. To vary a clip, select it.";
    };
    return device;
};
