"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { amxd, control, jsui, message, openScript, pattr, standIn, stillSet, text } = require("./sample_device");

/** Notes down all that it hears, as "name atoms". */
const LISTENER = `
    var heard = [];
    function anything() { heard.push([messagename].concat(arrayfromargs(arguments)).join(" ")); }
`;

function open(boxes, cords, more = {}) {
    const device = openScript(LISTENER, { boxes, cords, ...more });
    const heard = () => [...device.screen.script.globals.heard];
    return { device, heard, send: (id, ...atoms) => device.patch.objects.get(id).out(0, atoms) };
}

function refuses(boxes, cords, sentence, more = {}) {
    const live = stillSet();
    assert.throws(
        () => standIn.openDevice(amxd({ boxes, cords, ...more }), { live, network: new standIn.Network() }),
        sentence,
    );
    assert.deepEqual(live.tracks[0].devices, [], "the device is not on the track");
}

test("cords of one outlet are served from right to left, and each to its end", () => {
    const { heard, send } = open(
        [
            text("both", "deferlow"),
            text("left", "prepend left"),
            text("right", "prepend right"),
            text("far", "prepend far"),
        ],
        ["both 0 left 0", "both 0 right 0", "right 0 far 0", "left 0 screen 0", "far 0 screen 0"],
    );
    send("both", 1);
    assert.deepEqual(heard(), ["ready", "far right 1", "left 1"]);
});

test("of two boxes above each other the lower one is served first", () => {
    const { heard, send } = open(
        [
            text("both", "deferlow"),
            text("above", "prepend above", { patching_rect: [9, 10, 8, 8] }),
            text("below", "prepend below", { patching_rect: [9, 50, 8, 8] }),
        ],
        ["both 0 above 0", "both 0 below 0", "above 0 screen 0", "below 0 screen 0"],
    );
    send("both", 1);
    assert.deepEqual(heard().slice(1), ["below 1", "above 1"]);
});

test("trigger serves its outlets from right to left", () => {
    const { heard, send } = open(
        [
            text("start", "deferlow"),
            text("order", "t b l go"),
            text("first", "prepend first"),
            text("second", "prepend second"),
        ],
        [
            "start 0 order 0",
            "order 0 first 0",
            "order 1 second 0",
            "order 2 screen 0",
            "first 0 screen 0",
            "second 0 screen 0",
        ],
    );
    send("start", 3, 4);
    assert.deepEqual(heard().slice(1), ["go", "second 3 4", "first bang"]);
});

test("route cuts off what it found, prepend puts a word before all, even a bang", () => {
    const { heard, send } = open(
        [
            text("start", "deferlow"),
            text("ways", "route a b"),
            text("at_a", "prepend at_a"),
            text("at_b", "prepend at_b"),
            text("rest", "prepend rest"),
        ],
        [
            "start 0 ways 0",
            "ways 0 at_a 0",
            "ways 1 at_b 0",
            "ways 2 rest 0",
            "at_a 0 screen 0",
            "at_b 0 screen 0",
            "rest 0 screen 0",
        ],
    );
    send("start", "a", 1, "x");
    send("start", "b");
    send("start", "c", 2);
    send("start", 5);
    assert.deepEqual(heard().slice(1), ["at_a 1 x", "at_b bang", "rest c 2", "rest 5"]);
});

test("prepend makes no message of more than 256 items", () => {
    const { device, heard, send } = open(
        [text("start", "deferlow"), text("all", "prepend all")],
        ["start 0 all 0", "all 0 screen 0"],
    );
    send("start", ...Array(255).fill(1));
    assert.deepEqual(device.errors, []);
    send("start", ...Array(256).fill(1));
    assert.equal(heard().length, 2);
    assert.match(device.errors[0], /257 items/);
});

test("what an object does not understand is an error, and the patch goes on", () => {
    const { device, send } = open([text("start", "deferlow"), text("port", "udpreceive @defer 1")], ["start 0 port 0"]);
    send("start", "listen", 5);
    assert.deepEqual(
        device.errors.map((each) => each.includes("does not understand: listen 5")),
        [true],
    );
    assert.throws(() => device.check(), /does not understand/);
    device.close();
});

test("a circle of cords is a stack overflow", () => {
    const { device, send } = open([text("one", "t l"), text("two", "t l")], ["one 0 two 0", "two 0 one 0"]);
    send("one", 1);
    assert.match(device.errors[0], /^stack overflow/);
    assert.equal(device.errors.length, 1);
});

test("Max does not open what it does not know", () => {
    refuses([text("odd", "zl.group 2")], [], /zl.group is unknown/);
    refuses([{ id: "odd", maxclass: "umenu", numinlets: 1, numoutlets: 3 }], [], /umenu is unknown/);
    refuses([text("in", "udpreceive @fast 1")], [], /no attribute @fast/);
    refuses([text("one", "prepend one", { numoutlets: 2 })], [], /numoutlets 2, the object has 1/);
    refuses([text("one", "prepend one", { numinlets: 0 })], [], /numinlets 0, the object has 1/);
    refuses([text("one", "prepend 5")], [], /must be a symbol/);
    refuses([text("one", "prepend one"), text("one", "prepend two")], [], /two boxes/);
    refuses([text("tool", "live.miditool.in")], [], /MIDI Tools only/);
    refuses([text("out", "udpsend")], [], /needs this machine/);
    refuses([text("out", "udpsend 10.0.0.1 5000")], [], /needs this machine/);
    refuses([message("much", "set $1, bang")], [], /does too much/);
});

test("cords lead from an outlet to an inlet, both of which exist", () => {
    const two = [text("one", "prepend one"), text("two", "prepend two")];
    refuses(two, ["one 0 three 0"], /from one to three/);
    refuses(two, ["one 1 two 0"], /leaves outlet 1/);
    refuses(two, ["one 0 two 1"], /enters inlet 1/);
});

test("a jsui needs its script, as many outlets as the script says, and one size", () => {
    refuses([{ ...jsui(), filename: "other.js" }], [], /other.js is not in the device/);
    refuses([jsui(1)], [], /numoutlets 1, the object has 3/, { script: "outlets = 3;" });
    refuses([{ ...jsui(), patching_rect: [0, 0, 64, 64] }], [], /size in the patch/);
});

// --- controls ---

const TEMPERATURE = {
    longname: "Temperature",
    type: 0,
    mmin: 0,
    mmax: 2,
    initial: [1],
    initial_enable: 1,
    unitstyle: 1,
};

test("a control that has an initial value says it while the set loads, before Live is there", () => {
    const { heard } = open(
        [control("dial", "live.dial", TEMPERATURE), text("says", "prepend temperature")],
        ["dial 0 says 0", "says 0 screen 0"],
    );
    assert.deepEqual(heard(), ["temperature 1", "ready"]);
});

test("in which order controls speak at load depends on nothing that could be relied on", () => {
    const orders = new Set();
    for (let seed = 0; seed < 20; seed += 1) {
        const { heard } = open(
            [
                control("a", "live.dial", TEMPERATURE),
                control("b", "live.dial", { ...TEMPERATURE, longname: "Other" }),
                text("at_a", "prepend a"),
                text("at_b", "prepend b"),
            ],
            ["a 0 at_a 0", "b 0 at_b 0", "at_a 0 screen 0", "at_b 0 screen 0"],
            { seed },
        );
        orders.add(heard().join());
    }
    assert.deepEqual([...orders].sort(), ["a 1,b 1,ready", "b 1,a 1,ready"]);
});

test("a hand that turns a control moves the patch and makes one undo step; automation makes none", () => {
    const { device, heard } = open(
        [control("dial", "live.dial", TEMPERATURE), text("says", "prepend temperature")],
        ["dial 0 says 0", "says 0 screen 0"],
    );
    device.turn("temperature", 0.5);
    device.automate("Temperature", 2);
    assert.deepEqual(heard().slice(-2), ["temperature 0.5", "temperature 2"]);
    assert.equal(device.live.history.steps.length, 1);
    device.live.undo();
    assert.equal(device.value("dial"), 1);
    assert.equal(heard().at(-1), "temperature 1");
    assert.throws(() => device.turn("temperature", 3), /0 to 2/);
    assert.throws(() => device.turn("nothing", 3), /0 controls called nothing/);
});

test("from the patch a number sets and speaks, `set` is silent; a hidden control has no undo", () => {
    const { device, heard, send } = open(
        [
            text("start", "deferlow"),
            control("dial", "live.dial", { ...TEMPERATURE, invisible: 2 }),
            text("says", "prepend temperature"),
        ],
        ["start 0 dial 0", "dial 0 says 0", "says 0 screen 0"],
    );
    send("start", 9);
    send("start", "set", 0.25);
    assert.deepEqual(heard().slice(-2), ["ready", "temperature 2"]);
    assert.equal(device.value("dial"), 0.25);
    assert.equal(device.live.history.steps.length, 0);
    send("start", "set", "much");
    assert.match(device.errors[0], /set takes a number/);
});

test("what the patch does to a control floods Live's undo, unless it is hidden or `assign`ed", () => {
    const { device, send } = open(
        [text("start", "deferlow"), control("dial", "live.dial", { ...TEMPERATURE, invisible: 1 })],
        ["start 0 dial 0"],
    );
    send("start", 0.1);
    send("start", 0.2);
    assert.equal(device.live.history.steps.length, 2);
    send("start", "assign", 0.3);
    assert.equal(device.live.history.steps.length, 2);
});

test("a button sends a bang, a switch 0 and 1, a menu its index, and outlets are served from the right", () => {
    const { device, heard } = open(
        [
            control("go", "live.text", { longname: "Go", type: 2, enum: ["a", "b"] }, { mode: 0, text: "Go!" }),
            message("says_go", "generate"),
            text("label", "prepend label"),
            control(
                "lock",
                "live.text",
                { longname: "Lock", type: 2, enum: ["Off", "On"] },
                { mode: 1, text: "Lock", texton: "Locked" },
            ),
            text("says_lock", "prepend lock"),
            control("kit", "live.menu", { longname: "Kit", type: 2, enum: ["GM", "My Rack"] }),
            text("says_kit", "prepend kit"),
            text("says_name", "prepend kit_name"),
        ],
        [
            "go 0 says_go 0",
            "go 1 label 0",
            "says_go 0 screen 0",
            "label 0 screen 0",
            "lock 0 says_lock 0",
            "says_lock 0 screen 0",
            "kit 0 says_kit 0",
            "kit 1 says_name 0",
            "says_kit 0 screen 0",
            "says_name 0 screen 0",
        ],
    );
    device.press("generate");
    device.turn("lock", 1);
    device.turn("Kit", "My Rack");
    assert.deepEqual(heard().slice(1), ["label Go!", "generate", "lock 1", "kit_name My Rack", "kit 1"]);
    assert.throws(() => device.press("kit"), /no button/);
    assert.deepEqual(device.errors, []);
});

test("every control can be greyed; automation turns it all the same, and nothing is to be undone", () => {
    const { device, send } = open(
        [text("start", "deferlow"), control("dial", "live.dial", TEMPERATURE)],
        ["start 0 dial 0"],
    );
    assert.equal(device.control("dial").isGreyed, false);
    send("start", "active", 0);
    assert.equal(device.control("dial").isGreyed, true);
    device.automate("dial", 0.5);
    assert.equal(device.value("dial"), 0.5);
    assert.equal(device.live.history.steps.length, 0);
    send("start", "active", 1);
    assert.equal(device.control("dial").isGreyed, false);
    assert.deepEqual(device.errors, []);
    send("start", "active");
    send("start", "active", "no");
    assert.equal(device.errors.length, 2);
});

test("a menu can be filled while it runs", () => {
    const { device, send } = open(
        [text("start", "deferlow"), control("kit", "live.menu", { longname: "Kit", type: 2, enum: ["None"] })],
        ["start 0 kit 0"],
    );
    send("start", "_parameter_range", "Default", "Live Rack", "Old");
    send("start", "set", 2);
    assert.equal(device.control("kit").parameter.items[device.value("kit")], "Old");
    send("start", "_parameter_range", "One");
    assert.equal(device.value("kit"), 0);
    send("start", "_parameter_range");
    send("start", "symbol", "Gone");
    assert.equal(device.errors.length, 2);
});

test("two parameters cannot share a name, and each has one", () => {
    refuses(
        [control("a", "live.dial", TEMPERATURE), control("b", "live.dial", TEMPERATURE)],
        [],
        /two parameters have the long name Temperature/,
    );
    refuses([control("a", "live.dial", { longname: "" })], [], /no long name/);
    refuses([control("a", "live.dial", TEMPERATURE, { parameter_enable: 0 })], [], /parameter_enable is off/);
});

test("a pattr gives back what it is given, at once and at load", () => {
    const { device, heard, send } = open(
        [text("start", "deferlow"), pattr("seed", "Seeds", ["kept_seed"])],
        ["start 0 seed 0", "seed 0 screen 0"],
    );
    send("start", "kept_seed", 4, 5.5);
    assert.deepEqual(heard(), ["kept_seed", "ready", "kept_seed 4 5.5"]);
    assert.deepEqual(device.kept("Seeds"), ["kept_seed", 4, 5.5]);
    device.live.undo();
    assert.equal(heard().at(-1), "kept_seed");
});

// --- threads ---

test("deferlow and what comes on the scheduler's thread wait their turn before a script hears them", () => {
    const { device, heard } = open(
        [text("midi", "midiin"), text("out", "midiout"), text("says", "prepend byte")],
        ["midi 0 out 0", "midi 0 says 0", "says 0 screen 0"],
    );
    device.midi([144, 60, 100]);
    assert.deepEqual(device.midi_out, [144, 60, 100]);
    assert.deepEqual(heard(), ["ready"]);
    device.clock.step(0.001);
    assert.deepEqual(heard(), ["ready", "byte 144", "byte 60", "byte 100"]);
});

test("switching the device off and on is told on the middle outlet", () => {
    const { device, heard } = open([text("says", "prepend enabled")], ["this 1 says 0", "says 0 screen 0"]);
    device.enable(false);
    device.enable(true);
    assert.deepEqual(heard(), ["ready", "enabled 0", "enabled 1"]);
});

test("Live's bang comes again when the device is saved", () => {
    const { device, heard } = open([], []);
    device.ready();
    assert.deepEqual(heard(), ["ready", "ready"]);
});
