// A world whose clock stands until the test moves it, and a Link in it. All that is sent is kept, and answered by hand.
"use strict";

const {loader, plain} = require("./load.js");
const {random} = require("./chance.js");

const load = loader({});
const {Link} = load("./link");
const message = load("./message");
const protocol = load("./protocol");

// What the bridge says of itself.
const WELCOME = {
    boot_id: 7, protocol_version: protocol.version, bridge_version: "1", max_bars: protocol.limits.bars,
    max_notes: protocol.limits.notes, max_waiting: 64, datagram_bytes: protocol.datagram_bytes,
};

exports.WELCOME = WELCOME;
exports.message = message;
exports.protocol = protocol;

exports.Stage = class Stage {
    // `hears(port)` says whether a probe to a port comes back.
    constructor({seed = 1, hears = () => true, device = "pad"} = {}) {
        const stage = this;
        this.seconds = 100;
        this.timers = new Set();
        this.ports = [];
        this.sent = [];
        this.shown = [];
        this.echoes = [];
        this.hears = hears;
        this.world = {
            now_seconds: () => stage.seconds,
            random: random(seed),
            later(seconds, f) {
                const timer = {at: stage.seconds + seconds, f};
                stage.timers.add(timer);
                return {cancel: () => stage.timers.delete(timer)};
            },
            listen: (port) => stage.ports.push(port),
            probe(port, args) {
                if (stage.hears(port)) {
                    stage.echoes.push(plain(args));
                }
            },
            send(address, args) {
                const values = message.read(address, args);
                if (values === null) {
                    throw new Error(`the bridge would not read ${address} ${JSON.stringify(args)}`);
                }
                stage.sent.push({address, values: plain(values)});
            },
        };
        this.link = new Link(this.world, {device});
        this.link.changed = () => stage.shown.push(stage.link.state);
    }

    // Lets time pass: clocks ring when they are due, probes that come back do so at once.
    pass(seconds) {
        const end = this.seconds + seconds;
        for (;;) {
            this.echo();
            const due = [...this.timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
            if (!due) {
                break;
            }
            this.seconds = Math.max(this.seconds, due.at);
            this.timers.delete(due);
            due.f();
        }
        this.seconds = end;
        this.echo();
    }

    echo() {
        for (const args of this.echoes.splice(0)) {
            this.link.receive(protocol.probe, args);
        }
    }

    // What was sent since the last call, by address without its beginning.
    said() {
        return this.sent.splice(0).map(({address, values}) => ({...values, kind: address.replace("/sideman/", "")}));
    }

    kinds() {
        return this.said().map((values) => values.kind);
    }

    // The bridge says something to the request with this id.
    tell(kind, request_id, values) {
        const address = `/sideman/${kind}`;
        const written = message.write(address, {session: this.link.session, request_id, ...values});
        if (written.sentence !== null) {
            throw new Error(written.sentence);
        }
        this.link.receive(address, plain(written.args));
    }

    // Opens the link and lets the bridge greet it.
    greeted({boot_id = 7, names = []} = {}) {
        this.link.open();
        this.pass(0);
        this.greet({boot_id, names});
        this.said();
    }

    // Answers the hello.
    greet({boot_id = 7, names = []} = {}) {
        const {request_id} = this.link.greeting;
        const parts = 1 + names.length;
        this.tell("welcome", request_id, {part: 0, parts, ...WELCOME, boot_id});
        names.forEach((name, i) => this.tell("name", request_id, {part: i + 1, parts, ...name}));
    }

    // Answers the last request of a kind with these clips.
    answer(kind, clips, {boot_id = 7, lose = () => false} = {}) {
        const asked = this.sent.filter(({address}) => address === `/sideman/${kind}`).pop().values;
        const pieces = [];
        clips.forEach((clip, index) => {
            for (let first = 0; first < Math.max(1, clip.notes.length); first += 32) {
                pieces.push({
                    clip: index, length_beats: clip.length_beats, numerator: clip.numerator,
                    denominator: clip.denominator, total_notes: clip.notes.length, first_note: first,
                    notes: clip.notes.slice(first, first + 32),
                });
            }
        });
        const parts = 1 + pieces.length;
        const head = {
            part: 0, parts, boot_id, clips: clips.length, model: "drum_vae", model_hash: "3f1c", seed: asked.seed,
            start_song_beats: -1, start_in_seconds: 0, late: 0, from_memory: 0, elapsed_ms: 4, model_ms: 3,
        };
        const messages = [["result", head]];
        pieces.forEach((piece, i) => messages.push(["result/clip", {part: i + 1, parts, ...piece}]));
        messages.forEach(([name, values], i) => lose(i) || this.tell(name, asked.request_id, values));
        return {request_id: asked.request_id, messages};
    }
};

// A clip of so many notes, none of whose numbers the wire would round.
exports.clip_of = function (count, seed = 1) {
    const chance = random(seed);
    const notes = [];
    for (let i = 0; i < count; i += 1) {
        notes.push({
            pitch: Math.floor(128 * chance()), start_beats: i / 32, length_beats: 0.125,
            velocity: 1 + Math.floor(127 * chance()), source: -1,
        });
    }
    return {length_beats: 32, numerator: 4, denominator: 4, notes};
};

exports.plain = plain;
