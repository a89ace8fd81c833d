// node talk.js JOB PORT LOST: a Link over real UDP sockets, against a bridge on the port, with so many of the datagrams
// lost each way, some repeated and some held back. Prints what became of it, as JSON.
"use strict";

const assert = require("node:assert/strict");
const dgram = require("node:dgram");
const {loader, plain} = require("./load.js");
const {random} = require("./chance.js");

const HOST = "127.0.0.1";
const [job, bridge_port, lost] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

const load = loader({});
const {Link} = load("./link");
const protocol = load("./protocol");
// A slow machine must not fail the tests.
protocol.delivery.limit_seconds = 60;

// --- OSC, as Max's objects write and read it: numbers without a fraction are `i`

function padded(text) {
    const bytes = Buffer.from(text, "utf8");
    return Buffer.concat([bytes, Buffer.alloc(4 - bytes.length % 4)]);
}

function encoded(address, args) {
    const tags = args.map((arg) => (typeof arg === "string" ? "s" : Number.isInteger(arg) ? "i" : "f"));
    const pieces = args.map((arg, i) => {
        const four = Buffer.alloc(4);
        if (tags[i] === "i") {
            four.writeInt32BE(arg);
        } else if (tags[i] === "f") {
            four.writeFloatBE(arg);
        }
        return tags[i] === "s" ? padded(arg) : four;
    });
    const datagram = Buffer.concat([padded(address), padded("," + tags.join("")), ...pieces]);
    assert.ok(datagram.length <= 1024);
    return datagram;
}

function decoded(datagram) {
    let at = 0;
    const text = () => {
        const end = datagram.indexOf(0, at);
        const found = datagram.toString("utf8", at, end);
        at = end + 4 - end % 4;
        return found;
    };
    const address = text();
    const args = [...text().slice(1)].map((tag) => {
        if (tag === "s") {
            return text();
        }
        at += 4;
        return tag === "i" ? datagram.readInt32BE(at - 4) : datagram.readFloatBE(at - 4);
    });
    return {address, args};
}

// --- a wire that loses

const fell = {lost: 0, repeated: 0, held: 0, passed: 0};
let is_cut = false;
let overhear = () => {};

// One way of it: what is put in comes out once, twice, later or never.
function lane(seed, out) {
    const chance = random(seed), held = [];
    return function (datagram) {
        const dice = chance();
        if (is_cut) {
            return;
        }
        if (lost > 0 && dice < lost) {
            fell.lost += 1;
        } else if (lost > 0 && dice < lost + 0.1) {
            fell.held += 1;
            held.push(datagram);
        } else {
            const times = lost > 0 && dice < lost + 0.2 ? 2 : 1;
            fell[times === 2 ? "repeated" : "passed"] += 1;
            [...Array(times).fill(datagram), ...held.splice(0)].forEach(out);
        }
    };
}

// --- a world

const sender = dgram.createSocket("udp4");
const prober = dgram.createSocket("udp4");
let receiver = null;
const up = lane(11, (datagram) => sender.send(datagram, bridge_port, HOST));
const down = lane(12, (datagram) => {
    const {address, args} = decoded(datagram);
    link.receive(address, args);
});

const world = {
    now_seconds: () => performance.now() / 1000,
    random: random(13),
    later(seconds, f) {
        const timer = setTimeout(f, 1000 * seconds);
        return {cancel: () => clearTimeout(timer)};
    },
    listen(port) {
        if (receiver !== null) {
            receiver.close();
        }
        receiver = dgram.createSocket({type: "udp4", recvBufferSize: 1 << 20});
        receiver.on("error", () => {}); // taken: Max says so in its console only
        receiver.on("message", (datagram) => {
            const {address, args} = decoded(datagram);
            if (address === protocol.probe) {
                link.receive(address, args);
            } else {
                overhear(address);
                down(datagram);
            }
        });
        receiver.bind(port, HOST);
    },
    probe: (port, args) => prober.send(encoded(protocol.probe, args), port, HOST),
    send: (address, args) => up(encoded(address, plain(args))),
};

const link = new Link(world, {device: `talk-${process.pid}`});
const states = [];
link.changed = () => states.at(-1) === link.state || states.push(link.state);

// --- the jobs

function clip_of(count, seed) {
    const chance = random(seed), notes = [];
    for (let i = 0; i < count; i += 1) {
        notes.push({
            pitch: Math.floor(128 * chance()), start_beats: i / 32 - 0.3, length_beats: 0.01 + chance(),
            velocity: 1 + 126 * chance(), source: -1,
        });
    }
    return {length_beats: 32, numerator: 4, denominator: 4, notes};
}

// The clip as it comes back: rounded by the wire, its notes counted.
function numbered(clip, first) {
    return {...clip, notes: clip.notes.map((note, i) => ({
        pitch: note.pitch, start_beats: Math.fround(note.start_beats), length_beats: Math.fround(note.length_beats),
        velocity: Math.fround(note.velocity), source: first + i,
    }))};
}

function asked(kind, values, clips) {
    return new Promise((resolve) => link.ask(kind, values, clips, (result, refusal) => resolve({result, refusal})));
}

async function asked_for_600_notes(seed) {
    const clip = clip_of(600, seed);
    const {result, refusal} = await asked("vary", {clip: {clip: 0}, amount: 0, variations: 2, seed}, [clip]);
    assert.equal(refusal, null);
    assert.deepEqual(plain(result.clips), [numbered(clip, 0), numbered(clip, 0)]);
}

const jobs = {
    // A clip of 600 notes after the other, each twice in its answer.
    async lossy() {
        for (let seed = 0; seed < 20; seed += 1) {
            await asked_for_600_notes(seed);
        }
        return {requests: 20, names: plain(link.names)};
    },

    // Cut off in the middle of an answer, until somebody says that the wire is there again.
    async restart() {
        overhear = (address) => {
            if (address === "/sideman/result/clip" && !is_cut) {
                is_cut = true;
                console.log("amid");
            }
        };
        process.stdin.once("data", () => {
            overhear = () => {};
            is_cut = false;
        });
        await asked_for_600_notes(1);
        await asked_for_600_notes(2);
        return {requests: 2};
    },

    // A knob that is turned faster than anything is answered; at its end stands a corner.
    async sweep() {
        const corners = [clip_of(200, 1), clip_of(150, 2), clip_of(100, 3), clip_of(50, 4)];
        const counts = {result: 0, replaced: 0};
        let last = null;
        for (let i = 0; i <= 200; i += 1) {
            last = asked("blend", {x: i / 200, y: 0, corners: [0, 1, 2, 3].map((clip) => ({clip}))}, corners);
            last.then(({result, refusal}) => { counts[result ? "result" : refusal.code] += 1; });
            await new Promise((resolve) => setTimeout(resolve, 2));
        }
        const {result} = await last;
        assert.deepEqual(plain(result.clips), [numbered(corners[1], 200)]);
        assert.ok(link.latency_seconds > 0);
        return counts;
    },
};

setTimeout(() => {
    console.log(JSON.stringify({stuck: link.state, sentence: link.sentence, states, fell}));
    process.exit(1);
}, 110000).unref();

link.open();
jobs[job]().then((said) => {
    link.close();
    [sender, prober, receiver].forEach((socket) => socket.close());
    process.stdin.destroy();
    console.log(JSON.stringify({...said, states, fell}));
});
