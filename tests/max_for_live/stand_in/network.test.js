"use strict";

const assert = require("node:assert/strict");
const dgram = require("node:dgram");
const { test } = require("node:test");
const { decodeOsc, encodeOsc } = require("../../../max_for_live/stand_in/osc");
const { openScript, standIn, text } = require("./sample_device");

const HEAR = `outlets = 3; var heard = []; var port = 0;
    function anything() { heard.push([messagename].concat(arrayfromargs(arguments)).join(" ")); }
    function listen(at) { port = at; outlet(2, ["port", at]); }
    function send() { outlet(0, arrayfromargs(arguments)); }
    function probe() { outlet(1, ["port", port]); outlet(1, arrayfromargs(arguments)); }`;

/** A device like the real ones: outlet 0 to the bridge, 1 to itself, 2 the port on which it listens. */
function online(network, live) {
    const device = openScript(HEAR, {
        live,
        network,
        outlets: 3,
        boxes: [
            text("start", "deferlow"),
            text("bridge", "udpsend 127.0.0.1 42711"),
            text("self", "udpsend 127.0.0.1 9"),
            text("ear", "udpreceive @quiet 1 @defer 1"),
        ],
        cords: ["start 0 screen 0", "screen 0 bridge 0", "screen 1 self 0", "screen 2 ear 0", "ear 0 screen 0"],
    });
    const say = (...atoms) => device.patch.objects.get("start").out(0, atoms);
    const heard = () => [...device.screen.script.globals.heard].slice(1);
    return { device, say, heard };
}

/** A bridge of the test's own. */
async function bridge() {
    const socket = dgram.createSocket("udp4");
    const heard = [];
    socket.on("message", (bytes) => heard.push(decodeOsc(bytes)));
    await new Promise((done) => socket.bind(0, "127.0.0.1", done));
    return {
        port: socket.address().port,
        heard,
        send: (bytes, port) => socket.send(bytes, port, "127.0.0.1"),
        close: () => socket.close(),
    };
}

async function freePort() {
    const one = await bridge();
    one.close();
    return one.port;
}

async function withNetwork(options, body) {
    const far = await bridge();
    const live = new standIn.LiveSet();
    live.addTrack();
    const network = new standIn.Network({ ports: { 42711: far.port }, ...options });
    try {
        await body({
            ...online(network, live),
            far,
            live,
            network,
            until: (condition) => live.clock.until(condition, 10),
        });
    } finally {
        live.close();
        network.close();
        far.close();
    }
}

test("a message goes to the bridge as OSC, and its answer comes to the port that is listened on", () =>
    withNetwork({}, async ({ device, say, heard, far, until }) => {
        const port = await freePort();
        say("listen", port);
        say("send", "/sideman/hello", "blend", 3, 0.5, "");
        await until(() => far.heard.length === 1);
        assert.deepEqual(far.heard, [{ address: "/sideman/hello", atoms: ["blend", 3, 0.5, ""] }]);
        far.send(encodeOsc("/sideman/welcome", [7, "hi", 0.25]), port);
        await until(() => heard().length === 1);
        assert.deepEqual(heard(), ["/sideman/welcome 7 hi 0.25"]);
        assert.deepEqual(device.errors, []);
    }));

test("a device hears its own probe at the port that it took", () =>
    withNetwork({}, async ({ device, say, heard, until }) => {
        say("listen", await freePort());
        say("probe", "/sideman/probe", 5);
        await until(() => heard().length === 1);
        assert.deepEqual(heard(), ["/sideman/probe 5"]);
        assert.deepEqual(device.errors, []);
    }));

test("a port that is taken is a line in the console, and no probe comes back", () =>
    withNetwork({}, async ({ device, say, heard, far, live }) => {
        say("listen", far.port);
        say("probe", "/sideman/probe", 5);
        await live.clock.run(0.05);
        assert.deepEqual(device.console, [{ kind: "error", line: `udpreceive: could not bind to port ${far.port}` }]);
        assert.deepEqual(heard(), []);
        assert.deepEqual(
            far.heard.map(({ address }) => address),
            ["/sideman/probe"],
            "another program heard it",
        );
        assert.deepEqual(device.errors, []);
    }));

test("the log hears of every datagram and its fate, and which ports were taken is known", async () => {
    const lines = [];
    const log = (way, port, datagram, fate) => lines.push([way, port, decodeOsc(datagram).address, fate]);
    await withNetwork({ log }, async ({ say, far, network, until }) => {
        const port = await freePort();
        say("listen", port);
        say("probe", "/sideman/probe", 5);
        await until(() => lines.length === 2);
        say("send", "/sideman/hello");
        far.send(encodeOsc("/sideman/welcome", []), port);
        await until(() => lines.length === 4);
        network.stage.lost = 1;
        say("send", "/sideman/ping");
        await until(() => lines.length === 5);
        assert.deepEqual(lines, [
            ["to", port, "/sideman/probe", "passed"],
            ["from", port, "/sideman/probe", "own"],
            ["to", 42711, "/sideman/hello", "passed"],
            ["from", port, "/sideman/welcome", "passed"],
            ["to", 42711, "/sideman/ping", "lost"],
        ]);
        assert.deepEqual([...network.taken], []);
        say("listen", far.port);
        await until(() => network.taken.has(far.port));
    });
});

test("two devices cannot listen on one port, and it is free again when the first is gone", () =>
    withNetwork({}, async ({ device, say, live, network, until }) => {
        const port = await freePort();
        say("listen", port);
        const second = online(network, live);
        second.say("listen", port);
        assert.equal(second.device.console.length, 1);
        device.close();
        second.say("listen", port);
        second.say("probe", "/sideman/probe", 1);
        await until(() => second.heard().length === 1);
    }));

test("a reply to the port from which a device sends never reaches it", () =>
    withNetwork({}, async ({ say, heard, far, live, network, until }) => {
        say("listen", await freePort());
        say("send", "/sideman/hello", 1);
        await until(() => far.heard.length === 1);
        for (const port of network.own) far.send(encodeOsc("/sideman/welcome", [1]), port);
        await live.clock.run(0.05);
        assert.deepEqual(heard(), []);
    }));

test("what Max cannot read is a line in the console", () =>
    withNetwork({}, async ({ device, say, heard, far, until }) => {
        const port = await freePort();
        say("listen", port);
        for (const bytes of [
            Buffer.from("/x"),
            Buffer.from("/x\0\0,b\0\0\0\0\0\0"),
            Buffer.from("odd\0"),
            Buffer.from("/abc"),
            Buffer.from("/x\0\0,i\0\0"),
        ])
            far.send(bytes, port);
        far.send(encodeOsc("/good", []), port);
        await until(() => heard().length === 1 && device.console.length === 5);
        assert.deepEqual(heard(), ["/good"]);
        assert.deepEqual(device.errors, []);
    }));

test("udpsend refuses what is no OSC message, or too long for macOS", () =>
    withNetwork({}, async ({ device, say }) => {
        say("send", "hello", 1);
        say("send", "/whole", 3000000000);
        say("send", "/long", ...Array(2400).fill(1));
        say("send", "port", 0);
        say("send", "host", "example.org");
        assert.equal(device.errors.length, 5);
        for (const [index, pattern] of [
            /no OSC address/,
            /does not fit in 32 bits/,
            /at most 9216/,
            /no port/,
            /not this machine/,
        ].entries())
            assert.match(device.errors[index], pattern);
    }));

test("OSC comes back as it went", () => {
    const atoms = ["text", "", "äöü", 0, -1, 2147483647, 0.5, -1.25];
    assert.deepEqual(decodeOsc(encodeOsc("/a/b", atoms)), { address: "/a/b", atoms });
});

/** What the bridge hears of 300 numbers. */
async function passedOn(options) {
    let numbers;
    await withNetwork(options, async ({ say, far, live, network, until }) => {
        for (let number = 0; number < 300; number += 1) {
            say("send", "/n", number);
            if (number % 25 === 24) await live.clock.run(0.002);
        }
        const { lost, repeated } = network.fell;
        const waiting = network.heldBack.length;
        await until(() => far.heard.length === 300 - lost + repeated - waiting);
        numbers = far.heard.map(({ atoms }) => atoms[0]);
    });
    return numbers;
}

test("the stage loses, repeats and holds back, the same for the same seed", async () => {
    const stage = { seed: 3, lost: 0.2, repeated: 0.1, held: 0.1 };
    const [one, same, other] = [await passedOn(stage), await passedOn(stage), await passedOn({ ...stage, seed: 4 })];
    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
    const different = new Set(one).size;
    assert.ok(different > 200 && different < 270, different);
    assert.ok(one.length > different, "some came twice");
    assert.ok(
        one.some((number, index) => index > 0 && number < one[index - 1]),
        "some came late",
    );
    assert.deepEqual(
        await passedOn({}),
        Array.from({ length: 300 }, (_, number) => number),
    );
});

test("what comes from the bridge passes the stage as well, and a device's own probe does so once", () =>
    withNetwork({ seed: 1, lost: 0.5 }, async ({ say, far, live, network }) => {
        const port = await freePort();
        say("listen", port);
        for (let number = 0; number < 100; number += 1) far.send(encodeOsc("/n", [number]), port);
        await live.clock.until(() => network.fell.lost + network.fell.passed === 100, 10);
        assert.ok(network.fell.lost > 30 && network.fell.lost < 70, network.fell.lost);
        for (let number = 0; number < 100; number += 1) say("probe", "/sideman/probe", number);
        await live.clock.run(0.1);
        assert.equal(network.fell.lost + network.fell.passed, 200);
    }));
