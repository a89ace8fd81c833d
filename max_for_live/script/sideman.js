// What all devices have in common: a link to the bridge, knobs, a seed, a screen, and where results go. A device of
// script/devices/ says what its buttons do and what it asks for:
//
//     var device = sideman.create(world, {
//         name: "variations",            // the beginning of its name on the wire
//         shown_by: ["variations"],      // the knobs on which it depends where results go, or which controls play a part
//         knobs: {amount: 0.5},          // its controls by their message, with what they hold before the set is loaded
//         buttons: {generate: f},
//         again: refs,                   // of the last request: its references to clips, as the message has them
//         is_at_home: f                  // whether what it makes belongs on the device's own track (default: no)
//     });
//
// and fills in, where it needs them: on_knob(knob, value), on_clip(what, named), on_selection(), on_bridge(), target(),
// unused(), picture(model).

var fields = require("./fields");
var kept = require("./kept");
var live_set = require("./live_set");
var names = require("./names");
var protocol = require("./protocol");
var screen = require("./screen");
var slots = require("./slots");
var transport = require("./transport");
var Link = require("./link").Link;

var SEEDS = 10000; // what the seed's number box can show
var INSTRUMENTS = [null].concat(protocol.instruments); // the rows of the menu: Auto, Drums, Melody
// What comes back from a control went through a float32.
var NEAR = 1e-4;
// Live selects a clip, a track and a scene one after the other: one look at it is enough.
var SETTLING_SECONDS = 0.15;
// A seed that is dialled by hand is kept when the hand has come to rest: each keeping may be an undo step.
var RESTING_SECONDS = 0.7;
// What an unchosen menu shows, if the device does not say otherwise: the first row of each.
var UNCHOSEN = {preset: "None", kit: "Default"};
var MOST_RESULTS_SHOWN = 18;

/** @template K @param {World} world @param {Own<K>} own @returns {Device<K>} */
exports.create = function (world, own) {
    var menus = own.menus || ["preset", "kit"], unchosen = own.unchosen || UNCHOSEN;
    /** @type {Device<any>} */
    var device = /** @type {any} */ ({
        world: world,
        knobs: fields.joined({seed: 0, lock: 0}, own.knobs),
        chosen: {preset: "", kit: "", model: ""}, // the names chosen in the menus, and the preset's model; "" is none
        clips: {}, // the user's clips that the device holds, {name, clip} by what they are to it
        last: null, // the last request, for Again
        is_ready: false,
        // Its name on the wire is the device's alone.
        link: new Link(world, {device: own.name + "-" + Math.floor(world.random() * 0x1000000).toString(16)}),
        on_knob: function () {},
        on_clip: function () {},
        on_selection: function () {},
        on_bridge: function () {}, // it is there, or another one is
        target: function () { return null; },
        unused: function () { return []; }, // controls that play no part as the others stand, by their message
        picture: function () {},
        press: function () {},
        drag: function () {},
        model: {
            width: 0, height: 0, colors: null, state: "silent", sentence: "", latency_seconds: null, target: "",
            hint: "", status_height: 0, body: "roll", sources: [], results: [], chosen: -1
        }
    });
    // What the device itself has to say until something else happens: {state, sentence}, or null.
    var notice = null, kept_lists = {}, refreshing = null, told_names = "", selection = null, keeping = null,
        recalled = {request: null, named: null}, greyed = [];

    // --- what comes in

    device.ready = function () {
        device.is_ready = true;
        device.link.changed = link_changed;
        device.link.open();
        selection = live_set.watch_selection(world, device.refresh_soon);
        device.refresh();
    };

    device.message = function (message, values) {
        if (message.charAt(0) === "/") {
            device.link.receive(message, values);
        } else if (message.indexOf("kept_") === 0) {
            take_kept(message.slice("kept_".length), values);
        } else if (menus.indexOf(message) >= 0) {
            choose(message, values[0]);
        } else if (fields.has(own.buttons, message)) {
            // A set that loads presses nothing.
            if (device.is_ready) {
                own.buttons[message](values);
            }
        } else if (fields.has(device.knobs, message)) {
            turned(message, Number(values[0]));
        }
    };

    function turned(knob, value) {
        if (!isFinite(value) || Math.abs(value - device.knobs[knob]) < NEAR) {
            return;
        }
        device.knobs[knob] = value;
        if (device.is_ready) {
            device.on_knob(knob, value);
            if (knob === "seed") {
                keep_soon();
            }
            if ((own.shown_by || []).indexOf(knob) >= 0) {
                device.refresh_soon();
            }
        }
    }

    device.release_all = function () {
        [refreshing, keeping].forEach(function (clock) {
            if (clock !== null) {
                clock.cancel();
            }
        });
        if (selection !== null) {
            selection.stop();
        }
        device.link.close();
    };

    // --- knobs

    // What a knob holds. One that the device does not have is a mistake of the script, which must not pass for "off".
    device.knob = function (knob) {
        if (!fields.has(device.knobs, knob)) {
            throw new Error("The device has no knob " + knob + ".");
        }
        return device.knobs[knob];
    };

    // Turns a knob as if a hand had done it: its control shows it, stores it and records it as automation.
    device.turn = function (knob, value) {
        device.knob(knob);
        device.knobs[knob] = value;
        world.show(knob, [value]);
    };

    function show_seed(seed) {
        device.knobs.seed = seed;
        world.show("seed", ["set", seed]);
    }

    // What the bridge is given of these knobs, by their own names.
    device.values = function (knobs) {
        var values = /** @type {any} */ ({});
        knobs.forEach(function (knob) {
            values[knob] = device.knob(knob);
        });
        return values;
    };

    // The same, with the instrument that is chosen, and Live's own scale where the switch says so.
    device.musical_values = function (knobs) {
        var values = /** @type {any} */ (device.values(knobs));
        values.instrument = INSTRUMENTS[Math.round(device.knob("instrument"))];
        return fields.has(device.knobs, "scale") && device.knobs.scale ?
            fields.joined(values, transport.scale(world)) : values;
    };

    // The kit of this device's menu, as a reference to the clip of this index.
    device.ref = function (index, kit) {
        return {clip: index, kit: (kit === undefined ? device.chosen.kit : kit) || null};
    };

    // The seed of a new request: that of the knob if it is locked, else another one, which the knob then shows.
    device.next_seed = function () {
        if (!device.knob("lock")) {
            device.turn("seed", Math.floor(world.random() * SEEDS));
        }
        return Math.round(device.knob("seed"));
    };

    // --- menus that the bridge fills

    function rows_of(menu) {
        return device.link.names[menu + "s"];
    }

    function row_names(menu) {
        return [unchosen[menu]].concat(rows_of(menu).map(function (row) {
            return row.name;
        }));
    }

    // "live_drum_rack" as one reads it.
    function label_of(name) {
        return name.replace(/_/g, " ");
    }

    function fill_menus() {
        var now = JSON.stringify(device.link.names);
        if (now === told_names || rows_of("kit").length === 0) {
            return;
        }
        told_names = now;
        menus.forEach(function (menu) {
            world.show(menu, ["_parameter_range"].concat(row_names(menu).map(label_of)));
            show_choice(menu);
        });
        device.on_bridge();
    }

    // A name that the bridge does not have now, say of another computer, is kept, and shown as none.
    function show_choice(menu) {
        world.show(menu, ["set", Math.max(0, row_names(menu).indexOf(device.chosen[menu], 1))]);
    }

    function choose(menu, index) {
        var row = rows_of(menu)[index - 1], name = row === undefined ? "" : row.name;
        // Before the bridge has told its names a menu has nothing to say.
        if (!device.is_ready || rows_of(menu).length === 0) {
            return;
        }
        // A preset that is chosen once more turns its knobs back.
        if (name === device.chosen[menu] && (menu !== "preset" || name === "")) {
            return;
        }
        device.chosen[menu] = name;
        live_set.in_one_undo_step(world, function () {
            if (menu === "preset") {
                device.chosen.model = row !== undefined && row.model ? row.model : "";
            }
            if (menu === "preset" && row !== undefined) {
                take_preset(row);
            }
            keep_settings();
        });
        device.on_knob(menu, name);
        device.show_what_follows();
    }

    // A preset turns the knobs that it names and leaves the others where they are.
    function take_preset(row) {
        row.settings.forEach(function (each) {
            if (fields.has(device.knobs, each.setting)) {
                device.turn(each.setting, each.value);
            }
        });
        if (row.kit) {
            device.chosen.kit = row.kit;
            show_choice("kit");
        }
        device.say("ready", row.about || row.name);
    }

    // --- what is kept with the set

    function take_kept(what, list) {
        // A pattr also tells what it was just given, and nothing where nothing was kept: at first, and after an Undo.
        if (list.join(" ") === (kept_lists[what] || "")) {
            return;
        }
        kept_lists[what] = list.join(" ");
        if (list.length === 0 && (what === "settings" || what === "last")) {
            return;
        }
        if (what === "settings") {
            take_settings(kept.values(list));
        } else if (what === "last") {
            take_last_clips(kept.clips(list));
        } else {
            device.clips[what] = (kept.clips(list) || [null])[0];
            device.on_clip(what, device.clips[what]);
        }
        world.redraw();
    }

    // Whether it could be kept. What is too long is not, and what was kept before it is forgotten.
    function keep(what, list) {
        kept_lists[what] = (list || []).join(" ");
        world.keep(what, list || []);
        return list !== null;
    }

    function keep_soon() {
        if (keeping !== null) {
            keeping.cancel();
        }
        keeping = world.later(RESTING_SECONDS, function () {
            keeping = null;
            keep_settings();
        });
    }

    function keep_settings() {
        var last = device.last, name, values = {
            preset: device.chosen.preset, kit: device.chosen.kit, model: device.chosen.model,
            knob_seed: device.knob("seed")
        };
        if (last !== null && last.kind !== "") {
            values.kind = last.kind;
            values.seed = last.seed;
            values.last_kit = last.kit;
            values.last_model = last.model;
            values.model_hash = last.model_hash || "";
            // References to clips are made again, as the device makes them.
            for (name in last.values) {
                if (typeof last.values[name] === "number" || typeof last.values[name] === "string") {
                    values["last " + name] = last.values[name];
                }
            }
        }
        keep("settings", kept.of_values(values));
    }

    function take_settings(values) {
        var name;
        if (values === null) {
            return;
        }
        for (name in device.chosen) {
            device.chosen[name] = typeof values[name] === "string" ? values[name] : "";
        }
        if (typeof values.knob_seed === "number") {
            show_seed(values.knob_seed);
        }
        told_names = "";
        fill_menus();
        recalled.request = null;
        if (typeof values.kind === "string") {
            recalled.request = {
                kind: values.kind, seed: values.seed, kit: values.last_kit, model: values.last_model,
                model_hash: values.model_hash, values: {}
            };
            for (name in values) {
                if (name.indexOf("last ") === 0) {
                    recalled.request.values[name.slice("last ".length)] = values[name];
                }
            }
        }
        recall();
    }

    function take_last_clips(named) {
        recalled.named = named;
        recall();
    }

    // The last request, when its settings and its clips have both come.
    function recall() {
        var named = recalled.named, last = recalled.request;
        if (!own.again || last === null || named === null) {
            return;
        }
        device.last = fields.joined(last, {
            clips: named.map(function (each) { return each.clip; }),
            made_of: named.length === 0 ? "GENERATE" : named.map(function (each) { return each.name; })
        });
    }

    // Holds a clip of the user's, {name, clip}, or lets go of it (null), and keeps it with the set.
    device.hold = function (what, named) {
        var is_kept = keep(what, named === null ? [] : kept.of_clips([named]));
        device.clips[what] = named;
        device.on_clip(what, named);
        if (!is_kept) {
            device.say("refused", "This clip has too many notes to be kept with the set: it is held until you close it.");
        }
        world.redraw();
    };

    // A grab button: holds the selected clip; pressed again with the same clip selected, it lets go of it.
    device.grab = function (what) {
        var selected = live_set.selected_clip(world), named, held = device.clips[what];
        if (selected.refused) {
            device.say("refused", selected.sentence);
            return;
        }
        named = {name: names.base(selected.name), clip: selected.clip};
        if (held && held.name === named.name && JSON.stringify(held.clip) === JSON.stringify(named.clip)) {
            named = null;
        }
        device.say("", "");
        device.hold(what, named);
        device.show_what_follows();
    };

    // --- the screen

    function link_changed() {
        // "Ready" does not wipe away what the device said; anything else does.
        if (device.link.state !== "ready" && device.link.state !== "working") {
            notice = null;
        }
        fill_menus();
        world.redraw();
    }

    // state: "ready" for what went well, "refused" for what did not, "late". "" says nothing.
    device.say = function (state, sentence) {
        notice = sentence === "" ? null : {state: state, sentence: sentence};
        world.redraw();
    };

    // What went wrong before has gone well now.
    device.settle = function () {
        if (notice !== null && notice.state === "refused") {
            device.say("", "");
        }
    };

    device.paint = function (graphics, width, height) {
        var model = device.model;
        // What went wrong in Live is said whatever the bridge does.
        var is_own = notice !== null && (device.link.state === "ready" || notice.state === "refused");
        model.width = width;
        model.height = height;
        model.colors = screen.colors(world.color);
        model.state = is_own ? notice.state : device.link.state;
        model.sentence = is_own ? notice.sentence : device.link.sentence;
        model.latency_seconds = device.link.latency_seconds;
        device.picture(model);
        model.status_height = screen.draw(graphics, width, height, model);
    };

    // --- Live's selection, and what follows from it and from the knobs

    device.refresh_soon = function () {
        if (refreshing === null) {
            refreshing = world.later(SETTLING_SECONDS, function () {
                refreshing = null;
                device.refresh();
            });
        }
    };

    device.refresh = function () {
        device.on_selection();
        device.show_what_follows();
    };

    // Where results will go, and which controls play no part.
    device.show_what_follows = function () {
        var place = device.is_ready ? device.target() : null;
        device.model.target = place === null ? "" : place.sentence;
        if (device.is_ready) {
            grey(device.unused());
        }
        world.redraw();
    };

    // Max is told of what changes alone. In Max only the mouse is kept off what is grey.
    function grey(unused) {
        tell_active(greyed, unused, 1);
        tell_active(unused, greyed, 0);
        greyed = unused;
    }

    function tell_active(controls, others, is_active) {
        controls.forEach(function (control) {
            if (others.indexOf(control) < 0) {
                world.show(control, ["active", is_active]);
            }
        });
    }

    // The selected clip as live_set.selected_clip gives it, or null.
    device.selected = function () {
        var selected = live_set.selected_clip(world);
        return selected.refused ? null : selected;
    };

    // Where `count` clips go on the device's own track: from the source's row on, or from the highlighted slot on.
    device.place_at_home = function (source, count) {
        var home = live_set.own_track(world);
        return home.refused ? home : slots.targets(world, home.track_id, slots.below(source, home.track_id), count);
    };

    // Where `count` clips go: below the source clip (of live_set, or null) on its own track, if clips can be made
    // there; else on the device's track, from the source's row on.
    device.place = function (source, count) {
        var place = null;
        if (source !== null && !source.is_arrangement) {
            place = slots.targets(world, source.track_id, slots.below(source, source.track_id), count);
        }
        return place === null || place.refused ? device.place_at_home(source, count) : place;
    };

    // --- asking

    // Asks for clips. request:
    //     kind, values      of the message, without transport, seed and clips
    //     refs              values that refer to clips by their index, as the device makes them
    //     clips, made_of    the user's clips in the order of the message, and their names; or a word
    //     seed
    //     done(result)      when the clips are there
    device.ask = function (request) {
        /** @type {any} */
        var values = [request.snapshot || {}, request.values, request.refs].reduce(
            fields.joined, transport.snapshot(world, request.clip_id)
        );
        values.seed = request.seed;
        values.model = (request.model === undefined ? device.chosen.model : request.model) || null;
        if (request.is_lasting) {
            notice = null;
        }
        device.link.ask(request.kind, values, request.clips, function (result, refusal) {
            if (result !== null) {
                request.done(result);
                return;
            }
            if (refusal.code === "busy") {
                device.say("refused", refusal.sentence);
            }
        }, request.is_lasting);
    };

    // Asks for clips and writes them where place(count) says when they are there; shown(result) is called after it.
    device.make = function (request) {
        request.is_lasting = true;
        request.kit = request.kit === undefined ? device.chosen.kit : request.kit;
        request.model = request.model === undefined ? device.chosen.model : request.model;
        request.done = function (result) {
            write(request, result);
        };
        device.ask(request);
    };

    function write(request, result) {
        var count = result.clips.length, place = request.place(count), done, labels;
        if (place.refused) {
            device.say("refused", place.sentence);
            return;
        }
        labels = result.clips.map(function (clip, index) {
            return names.clip_name(index + 1, count, request.made_of, result.head);
        });
        done = live_set.in_one_undo_step(world, function () {
            var written = slots.write(world, place, result.clips, labels, request.clips, request.color);
            request.other_model = Boolean(request.model_hash) && request.model_hash !== result.head.model_hash;
            request.model_hash = result.head.model_hash;
            device.last = request;
            keep_last(request);
            return written;
        });
        device.model.results = result.clips.slice(0, MOST_RESULTS_SHOWN).map(function (clip, index) {
            return {name: labels[index], clip: clip};
        });
        device.say(done.written === count ? "ready" : "refused", done.sentence + remark(request, result.head));
        device.show_what_follows();
    }

    function keep_last(request) {
        var named;
        if (own.again) {
            named = request.clips.map(function (clip, index) {
                return {name: typeof request.made_of === "string" ? "" : request.made_of[index] || "", clip: clip};
            });
            // Clips that are too long to be kept are made again only while the set is open.
            keep("last", kept.of_clips(named));
            keep_settings();
        }
    }

    function remark(request, head) {
        if (request.other_model) {
            return "; the model is not the one of then, so the notes are others";
        }
        return head.left_alone > 0 ? "; " + head.left_alone + " notes that the model does not hear were left alone" : "";
    }

    // The last request once more: the same clips, knobs and seed, hence the same notes, if the model is the same.
    device.again = function () {
        var last = device.last;
        var refs = last === null || last.kind === "" ? null : last.refs || own.again(last);
        if (refs === null) {
            device.say("refused", last !== null && last.kind === "path" ?
                "A path is made again only as long as the set is open." :
                "Nothing was made yet: there is nothing to make again.");
            return;
        }
        device.make({
            kind: last.kind, values: last.values, refs: refs, clips: last.clips,
            made_of: last.made_of, seed: last.seed, color: last.color, kit: last.kit, model: last.model,
            model_hash: last.model_hash,
            place: last.place || function (count) {
                return own.is_at_home && own.is_at_home(last) ?
                    device.place_at_home(null, count) : device.place(device.selected(), count);
            }
        });
    };

    return device;
};
