// Sideman Blend: up to four clips as the corners of a square, and every point between them.
//
// A and B stand above, C and D below; x goes to the right and y upwards. Each answer is shown at once. Freeze writes it
// as a clip; Path writes a walk as one long clip; with Live on, the clip that plays on this track becomes the blend.

var corners = require("../corners");
var fields = require("../fields");
var live_mode = require("../live_mode");
var screen = require("../screen");
var sideman = require("../sideman");
var walk = require("../walk");

var LETTERS = ["a", "b", "c", "d"];
var FIRST_TO_GRAB = "Select a clip and press Grab A. Then grab others: two to four make a blend.";
/** @type {"blend"} */
var BLEND = "blend";
/** @type {"path"} */
var PATH = "path";
var ONE_MORE = "Grab a second clip: one alone is no blend.";

exports.create = function (world) {
    var buttons = {
        freeze: freeze,
        again: function () { device.again(); }
    };
    LETTERS.forEach(function (letter) {
        buttons["grab_" + letter] = function () { device.grab("corner_" + letter); };
    });
    var device = sideman.create(world, {
        name: "blend",
        shown_by: ["live"],
        knobs: {
            x: 0.5, y: 0.5, temperature: 1, path: 0, path_bars: 8, live: 0, boundary: 3, instrument: 0, lock: 1
        },
        buttons: buttons,
        again: refs,
        is_at_home: function () { return true; }
    });
    var playing = live_mode.create(device, listen);
    var walking = walk.create(device, finish_path);
    // The clip that the puck stands for, or null.
    var now = null;

    function held() {
        return LETTERS.map(function (letter) {
            return device.clips["corner_" + letter] || null;
        });
    }

    // A path is made again as long as the set is open.
    /** @param {Last} last @returns {{corners: ClipIndex[]}} */
    function refs(last) {
        return last.kind === "path" ? null : {
            corners: last.clips.map(function (clip, index) { return device.ref(index, last.kit); })
        };
    }

    // What a blend and a path have in common; null where there are not two corners.
    function of_corners() {
        var blended = corners.of(held()), clips;
        if (blended === null) {
            return null;
        }
        clips = blended.corners.map(function (corner) { return corner.clip; });
        return {
            refs: refs({clips: clips}), clips: clips,
            made_of: blended.corners.map(function (corner) { return corner.name; }),
            seed: Math.round(device.knob("seed")),
            at: blended.place,
            place: function (count) { return device.place_at_home(null, count); }
        };
    }

    // The request for the puck's place, or null.
    function request() {
        var asked = of_corners();
        return asked === null ? null : fields.joined(asked, {
            kind: BLEND,
            values: fields.joined(
                device.musical_values(["temperature"]), asked.at(device.knob("x"), device.knob("y"))
            )
        });
    }

    // Asks for the blend where the puck stands. A newer question takes the place of one that waits. A set that was just
    // opened only shows it.
    function listen(is_only_shown) {
        var asked = request(), is_for_live;
        if (asked === null) {
            return;
        }
        // What was asked before Live mode was turned on is shown, not played.
        is_for_live = Boolean(device.knob("live")) && is_only_shown !== true;
        device.ask(fields.joined(asked, {
            clip_id: playing.clip_id(),
            snapshot: playing.quantum(),
            done: function (result) {
                now = result.clips[0];
                if (is_for_live && device.knob("live")) {
                    playing.play(now, asked.clips, result.head);
                }
                world.redraw();
            }
        }));
    }

    function freeze() {
        var asked = request();
        if (asked === null) {
            device.say("refused", held().some(Boolean) ? ONE_MORE : FIRST_TO_GRAB);
            return;
        }
        device.make(asked);
    }

    function finish_path(points) {
        var asked = of_corners();
        if (asked === null) {
            device.say("refused", FIRST_TO_GRAB);
            return;
        }
        device.make(fields.joined(asked, {
            kind: PATH,
            values: device.musical_values(["temperature"]),
            refs: fields.joined(asked.refs, {
                points: points.map(function (point) { return asked.at(point.x, point.y); })
            })
        }));
    }

    device.on_clip = function (what) {
        if (what.indexOf("corner_") === 0) {
            now = null;
            if (device.is_ready) {
                listen();
            }
        }
    };

    device.on_knob = function (knob, value) {
        if (knob === "path") {
            walking.turned(value > 0.5);
        } else if (knob === "live") {
            playing.turned(value > 0.5);
            if (value > 0.5) {
                listen();
            }
        } else if (knob !== "path_bars" && knob !== "boundary" && knob !== "lock") {
            listen();
        }
    };

    device.on_bridge = function () {
        listen(true);
    };

    // --- the pad

    var is_dragging = false;

    device.press = function (x, y) {
        is_dragging = screen.hit(device.model, x, y).part === "pad";
        if (is_dragging) {
            device.next_seed();
            walking.begin();
            go_to(x, y);
        }
    };

    device.drag = function (x, y, is_down) {
        if (!is_dragging) {
            return;
        }
        go_to(x, y);
        if (!is_down) {
            is_dragging = false;
            // Only now: each change of a parameter by the script may be an undo step of its own.
            device.turn("x", device.knob("x"));
            device.turn("y", device.knob("y"));
            walking.end();
        }
    };

    function go_to(x, y) {
        var place = screen.point(device.model, x, y);
        // A sentence of many lines may leave no pad.
        if (place === null) {
            return;
        }
        if (place.x !== device.knob("x") || place.y !== device.knob("y")) {
            device.knobs.x = place.x;
            device.knobs.y = place.y;
            listen();
        }
        walking.pass(place);
        world.redraw();
    }

    device.target = function () {
        return device.place_at_home(null, 1);
    };

    device.unused = function () {
        return device.knob("live") ? [] : ["boundary"];
    };

    device.picture = function (model) {
        model.body = "pad";
        model.corners = held();
        model.x = device.knob("x");
        model.y = device.knob("y");
        model.path = walking.points();
        model.now = now;
        model.hint = FIRST_TO_GRAB;
        playing.say_when_late();
    };

    var release_all = device.release_all;
    device.release_all = function () {
        playing.stop();
        release_all();
    };
    return device;
};
