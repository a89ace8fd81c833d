// Every control of every device reaches the wire: it is turned, the button is pressed, and the message is read that was
// sent. What a device has comes from the device itself; a control that is in no table here fails by its name.
"use strict";

const test = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const {openStill} = require("../../../max_for_live/stand_in/still.js");
const {Control, Text} = require("../../../max_for_live/stand_in/objects/parameter.js");
const {Listener} = require("./listener.js");

const DEVICES = path.join(__dirname, "../../../max_for_live/devices");
const BEAT = {
    length_beats: 6, numerator: 3, denominator: 4,
    notes: [{pitch: 36, start_time: 0, duration: 0.25}, {pitch: 38, start_time: 1, duration: 0.25}],
};

// What the bridge has. Here a preset has a model and turns no knob.
const NAMES = [
    {kind: "kit", name: "general_midi"}, {kind: "kit", name: "my_rack"}, {kind: "kit", name: "other_rack"},
    {kind: "preset", name: "first", model: "model_two"}, {kind: "preset", name: "second", model: "model_one"},
];

// --- how a control is told on the wire: the fields that it sets, and [what it is turned to, what they then are]

// The number itself, at both ends of its range and between them: one that is stuck is right at one of them at most.
function number(field, made = (value) => value) {
    return {
        fields: [field],
        turns(control) {
            const {low, high, initial} = control.parameter;
            // A number box holds fractions and shows none.
            const fit = high > 2 ? Math.round : control.fit.bind(control);
            const between = [0.3, 0.6].map((share) => fit(low + share * (high - low)));
            return [low, high, between.find((value) => value !== initial?.[0])].map((value) => [value, [made(value)]]);
        },
    };
}

// An item of a menu or tab, or a switch's Off or On; `said` has what the message says of each.
function choice(fields, said) {
    return {
        fields: [].concat(fields),
        turns({parameter: {items, longname}}) {
            const states = items.length > 0 ? items : ["Off", "On"];
            assert.deepStrictEqual(states, Object.keys(said), `${longname} has other items than this table`);
            return states.map((state, index) => [index, [].concat(said[state])]);
        },
    };
}

const INSTRUMENT = choice("instrument", {Auto: "", Drums: "drums", Melody: "melody"});
const SCALE = choice(["root", "scale"], {Off: [-1, ""], On: [9, "Minor"]});
const SWING = choice("keep_swing", {Off: 0, On: 1});

// The kit belongs to these clips, and to none of the `others`.
function kit(fields, {none = "Default", others = []} = {}) {
    const with_kit = [].concat(fields);
    const everywhere = (name) => [...with_kit.map(() => name), ...others.map(() => "")];
    return choice([...with_kit, ...others], {
        [none]: everywhere(""), "general midi": everywhere("general_midi"), "my rack": everywhere("my_rack"),
        "other rack": everywhere("other_rack"),
    });
}

function numbers(...names) {
    return Object.fromEntries(names.map((name) => [name, number(name)]));
}

function common(none = "None") {
    const preset = choice("model", {[none]: "", first: "model_two", second: "model_one"});
    return {...numbers("temperature", "seed"), preset};
}

// --- the devices: what they ask for, and which control is which field of it
//
// before    hands that get the device ready, once
// state     what stands otherwise than at first when this is asked
// asks      the hand that sends it
// reaches   control -> how it is told
// also      fields that no control sets
// apart     control that does not reach this request, or any -> why
//
// All other controls must be grey when it is asked, and none that reaches may be.

const press = (name) => ({device}) => device.press(name);
const grab = (...buttons) => (set) => buttons.forEach((name, slot) => {
    set.select(slot);
    set.device.press(name);
});

const LOCK = {lock: "it keeps the seed, which is what is sent"};
const WHICH = "it says which request is sent";
const OF_CORNERS = {
    ...common(), instrument: INSTRUMENT, kit: kit(["corners.0.kit", "corners.1.kit", "corners.2.kit", "corners.3.kit"]),
};
const OF_BLEND = {...OF_CORNERS, ...numbers("x"), y: number("y", (value) => 1 - value)};
const NO_PATH = {path: "a drag is another request then", path_bars: "a blend is at one place"};

const TABLE = {
    Blend: {
        before: grab("grab_a", "grab_b", "grab_c", "grab_d"),
        apart: LOCK,
        requests: {
            blend: {
                asks: press("freeze"),
                reaches: OF_BLEND,
                apart: {...NO_PATH, live: "what is frozen has a slot of its own"},
                also: {launch_quantum_beats: 4 / 3, "corners.length": 4},
            },
            "blend for live mode": {
                state: {live: 1},
                asks({device}) {
                    device.turn("live", 0);
                    device.turn("live", 1);
                },
                reaches: {
                    ...OF_BLEND,
                    boundary: choice("launch_quantum_beats", {
                        Global: 4 / 3, "1/4": 1, "1/2": 2, "1 Bar": 3, "2 Bars": 6, "4 Bars": 12,
                    }),
                },
                apart: {...NO_PATH, live: "it is what asks"},
            },
            path: {
                asks({device}) {
                    device.turn("path", 1);
                    device.drag(40, 40, 150, 100);
                },
                reaches: {...OF_CORNERS, path_bars: number("points.length")},
                apart: {
                    path: "it is what asks", live: "a path is written, not played", x: "the way has places of its own",
                    y: "the way has places of its own",
                },
            },
        },
    },
    Continue: {
        before: grab("grab_chords"),
        apart: LOCK,
        requests: {
            continue: {
                asks: press("continue"),
                reaches: {
                    ...common(), ...numbers("length", "variations"), primer: choice("with_primer", {Off: 0, On: 1}),
                    scale: SCALE, instrument: INSTRUMENT, kit: kit("clip.kit", {others: ["chords.0.kit"]}),
                },
            },
        },
    },
    Generator: {
        apart: LOCK,
        requests: {
            generate: {
                asks: press("generate"),
                reaches: {
                    ...common("No Preset"), ...numbers("density", "humanise"), kit: kit("kit", {none: "Default Kit"}),
                    instrument: choice(["instrument", "root", "scale"], {
                        Drums: ["drums", -1, ""], Melody: ["melody", 9, "Minor"],
                    }),
                },
                also: {variations: 1, bars: 2},
            },
        },
    },
    Groove: {
        apart: {...LOCK, mode: WHICH},
        requests: {
            humanise: {
                state: {mode: "Humanise"},
                asks: press("groove"),
                reaches: {...common(), ...numbers("amount"), swing: SWING, kit: kit("clip.kit")},
            },
            drumify: {
                state: {mode: "Drumify"},
                asks: press("groove"),
                reaches: {
                    ...common(), ...numbers("density", "variations"), kit: kit("clip.kit"),
                    manner: choice(["use_velocity", "use_timing", "castro"], {
                        Follow: [1, 1, 0], Free: [0, 0, 0], Castro: [1, 1, 1],
                    }),
                },
            },
        },
    },
    Interpolate: {
        before: grab("grab_a", "grab_b"),
        apart: LOCK,
        requests: {
            interpolate: {
                asks: press("interpolate"),
                reaches: {
                    ...common(), ...numbers("steps"), scale: SCALE, instrument: INSTRUMENT,
                    kit: kit(["first.kit", "last.kit"]),
                },
            },
        },
    },
    Transformation: {
        apart: {...LOCK, mode: WHICH},
        requests: {
            vary: {
                state: {mode: "Vary"},
                asks: press("transform"),
                reaches: {
                    ...common("No Preset"), ...numbers("amount"), instrument: INSTRUMENT,
                    kit: kit("clip.kit", {none: "Default Kit"}),
                },
                also: {variations: 1, root: 9, scale: "Minor"},
            },
            humanise: {
                state: {mode: "Humanise"},
                asks: press("transform"),
                reaches: {
                    ...common("No Preset"), ...numbers("amount"), swing: SWING,
                    kit: kit("clip.kit", {none: "Default Kit"}),
                },
            },
        },
    },
    Variations: {
        apart: {...LOCK, from: WHICH},
        requests: {
            vary: {
                state: {from: "Clip"},
                asks: press("generate"),
                reaches: {
                    ...common(), ...numbers("amount", "variations"), scale: SCALE, instrument: INSTRUMENT,
                    kit: kit("clip.kit"),
                },
            },
            generate: {
                state: {from: "New"},
                asks: press("generate"),
                reaches: {
                    ...common(), ...numbers("bars", "variations", "density"), scale: SCALE, instrument: INSTRUMENT,
                    kit: kit("kit"),
                },
            },
        },
    },
};

// --- the hands

// The device in a set of 3/4, in A minor, with four clips and a global quantization of a half note triplet.
function open(t, name) {
    const {live, track, device} = openStill(fs.readFileSync(path.join(DEVICES, `Sideman ${name}.amxd`)), {
        networkOf: (clock) => new Listener(clock, {names: NAMES}),
    });
    Object.assign(live, {
        signature_numerator: 3, clip_trigger_quantization: 6, scale_mode: true, root_note: 9, scale_name: "Minor",
    });
    for (let slot = 0; slot < 4; slot += 1) {
        track.slot(slot).put({...BEAT, name: `Beat ${slot}`});
    }
    t.after(() => device.close());
    const set = {
        live, device,
        select(slot) {
            live.select(track.slot(slot).clip);
            live.clock.step(0.5);
        },
        turn(message, value) {
            device.turn(message, value);
            live.clock.step(0.5);
        },
        // Every control that holds a value, by its message.
        controls: new Map(device.patch.all(Control).filter((control) => !(control instanceof Text && control.isButton))
            .map((control) => [device.messageOf(control), control])),
    };
    live.clock.step(1);
    TABLE[name].before?.(set);
    set.select(0);
    set.turn("lock", 1);
    return set;
}

function asked(set, request, kind) {
    set.device.network.heard.length = 0;
    request.asks(set);
    set.live.clock.step(0.5);
    const heard = set.device.network.heard.filter((each) => each.kind === kind);
    assert.ok(heard.length > 0, `nothing was sent: ${set.device.screen.script.globals.sideman.device.model.sentence}`);
    return heard[heard.length - 1].values;
}

const field = (values, name) => name.split(".").reduce((value, key) => value[key], values);
const as_sent = (value) => (typeof value === "number" ? Math.fround(value) : value);

test("every device is in the table", () => {
    const built = fs.readdirSync(DEVICES).filter((file) => file.endsWith(".amxd"));
    assert.deepStrictEqual(built.sort(), Object.keys(TABLE).map((name) => `Sideman ${name}.amxd`));
});

for (const [name, {requests, apart: never}] of Object.entries(TABLE)) {
    for (const [title, request] of Object.entries(requests)) {
        const apart = {...never, ...request.apart};

        test(`${name}, ${title}: every control reaches it, is grey, or does not and it is said why`, (t) => {
            const set = open(t, name);
            Object.entries(request.state ?? {}).forEach(([message, value]) => set.turn(message, value));
            const there = [...set.controls.keys()];
            for (const control of there) {
                const told = [control in request.reaches, control in apart, set.controls.get(control).isGreyed];
                assert.strictEqual(told.filter(Boolean).length, 1,
                    `${control}: ${told} of reaches, apart and grey: exactly one must be so`);
            }
            const gone = Object.keys({...request.reaches, ...apart}).filter((control) => !there.includes(control));
            assert.deepStrictEqual(gone, [], "in the table, and not on the device");
            const values = asked(set, request, title.split(" ")[0]);
            for (const [field_name, expected] of Object.entries(request.also ?? {})) {
                assert.strictEqual(field(values, field_name), as_sent(expected), field_name);
            }
            set.device.check();
        });

        for (const [message, {fields, turns}] of Object.entries(request.reaches)) {
            test(`${name}, ${title}: ${message} is ${fields.join(", ")}`, (t) => {
                const set = open(t, name);
                Object.entries(request.state ?? {}).forEach(([other, value]) => set.turn(other, value));
                const control = set.controls.get(message);
                assert.ok(control, `${name} has no control ${message}`);
                for (const [value, expected] of turns(control)) {
                    set.turn(message, value);
                    const values = asked(set, request, title.split(" ")[0]);
                    assert.deepStrictEqual(fields.map((each) => field(values, each)), expected.map(as_sent),
                        `${message} turned to ${value}`);
                }
                set.device.check();
            });
        }
    }
}
