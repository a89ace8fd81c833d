// The script's half of conversations.json: every conversation word for word and moment for moment, through a Link.
// tests/wire/test_conversation.py drives Python's client through the same file.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");
const {loader, plain} = require("./load.js");

const FILE = path.join(__dirname, "..", "..", "wire", "conversations.json");
const told = JSON.parse(fs.readFileSync(FILE, "utf8"));

const load = loader({});
const {Link} = load("./link");
const {Conversation} = load("./conversation");
const message = load("./message");
const protocol = load("./protocol");

const SESSION = 5, FIRST_ID = 1;
const LOOKED_AT = ["request_id", "clip_hash", "part", "missing", "asked_seconds_ago"];
// No time that is a round number in binary: every sum is rounded, as it is with a real clock.
const BEGUN_SECONDS = 1234.7;

const short = (seconds) => Math.round(1e6 * seconds) / 1e6;

// A link whose port is open, with a bridge that was greeted: the greeting is not these tests' matter. What is told and
// sent goes through it; its clock stands until the test moves it.
class Device {
    constructor({ask, clips, knows, boot_id, limit_seconds}) {
        this.seconds = BEGUN_SECONDS;
        this.timers = new Set();
        this.sent = [];
        this.ended = [];
        this.link = new Link(this.world(), {device: "pad"});
        Object.assign(this.link, {is_open: true, session: SESSION, request_id: FIRST_ID - 1, boot_id, greet() {}});
        Object.assign(this.link.ear, {hears: true, port: 50000});
        const request = this.requested(ask, clips);
        request.limit_seconds = limit_seconds;
        this.hashes = {};
        Object.keys(clips).forEach((name, i) => {
            assert.equal(request.uploads[i].parts.length, clips[name]);
            this.hashes[name] = request.uploads[i].hash;
        });
        this.names = Object.fromEntries(Object.entries(this.hashes).map(([name, hash]) => [hash, name]));
        knows.forEach((name) => this.link.known.add(this.hashes[name]));
        this.conversation = new Conversation(this.link, request, (messages, refusal) => {
            this.link.asking = null;
            this.ended.push(plain({messages, refusal}));
        });
        this.link.asking = this.conversation;
        this.request = plain({...request, values: this.whole(request.address, request.values)});
    }

    world() {
        return {
            now_seconds: () => this.seconds,
            random: () => 0.5,
            later: (seconds, f) => {
                const timer = {at: this.seconds + seconds, f};
                this.timers.add(timer);
                return {cancel: () => this.timers.delete(timer)};
            },
            send: (address, args) => {
                const values = message.read(address, args);
                assert.notEqual(values, null, `the bridge would not read ${address} ${JSON.stringify(args)}`);
                this.sent.push({address, values: plain(values)});
            },
        };
    }

    // What Link.ask and Link.converse make.
    requested(kind, clips) {
        const longest_wait_seconds = protocol.delivery.longest_seconds, address = `/sideman/${kind}`;
        if (kind === "ping" || kind === "hello") {
            return {address, values: {}, uploads: [], asked_seconds: null, longest_wait_seconds};
        }
        const counts = Object.values(clips), refs = counts.map((count, clip) => ({clip}));
        const given = {vary: {clip: refs[0]}, blend: {corners: refs}}[kind] || {};
        const {request, sentence} = this.link.requests.make(address, given, counts.map(clip_of), this.seconds);
        assert.equal(sentence, null);
        assert.equal(request.longest_wait_seconds, longest_wait_seconds);
        return request;
    }

    // As the bridge reads it.
    whole(address, values) {
        const head = {device: "pad", session: SESSION, request_id: FIRST_ID, reply_port: 50000};
        return plain(message.read(address, message.write(address, {...plain(values), ...head}).args));
    }

    // A time that has passed already is now.
    wakes_seconds() {
        return Math.max(this.conversation.alarm.due_seconds, this.seconds);
    }

    // What it does in this moment.
    step({at, late, hears}) {
        const due = this.wakes_seconds(), at_seconds = BEGUN_SECONDS + at;
        if (at === 0) {
            this.conversation.begin();
        } else if (hears) {
            assert.ok(late || this.ended.length > 0 || at_seconds < due);
            this.pass(at_seconds, late);
            assert.deepEqual(this.sent, [], "before its time");
            this.hear(hears);
        } else {
            assert.ok(late ? at_seconds > due : short(at_seconds - due) === 0);
            if (due > this.seconds) {
                this.pass(due - 0.0015, late);
            }
            assert.deepEqual(this.sent, [], "before its time");
            this.pass(late ? at_seconds : due, late);
            this.ring();
        }
    }

    // Lets time pass. Clocks ring when they are due, but not while the computer sleeps.
    pass(until_seconds, sleeps) {
        if (!sleeps) {
            this.ring(until_seconds);
        }
        this.seconds = Math.max(this.seconds, until_seconds);
    }

    // Clocks that are due by then.
    ring(until_seconds = this.seconds) {
        for (;;) {
            const due = [...this.timers].filter((timer) => timer.at <= until_seconds).sort((a, b) => a.at - b.at)[0];
            if (!due) {
                return;
            }
            this.seconds = Math.max(this.seconds, due.at);
            this.timers.delete(due);
            due.f();
        }
    }

    hear(hears) {
        const [[name, given]] = Object.entries(hears), address = `/sideman/${name}`;
        const values = {session: SESSION, request_id: FIRST_ID, ...told.rest[name], ...given};
        if (Object.hasOwn(this.hashes, values.clip_hash)) {
            values.clip_hash = this.hashes[values.clip_hash];
        }
        const {args, sentence} = message.write(address, values);
        assert.equal(sentence, null);
        this.link.receive(address, plain(args));
    }

    // What was sent since the last call, as the file has it, with all that it may look at; the rest is as it was given.
    said() {
        return this.sent.splice(0).map(({address, values}) => {
            const names = LOOKED_AT.filter((name) => name in values);
            const seen = Object.fromEntries(names.map((name) => [name, values[name]]));
            const head = {request_id: values.request_id};
            if (address === "/sideman/clip") {
                const {parts} = this.request.uploads.find(({hash}) => hash === values.clip_hash);
                assert.deepEqual(values, {...this.whole(address, parts[values.part]), ...head});
                seen.clip_hash = this.names[values.clip_hash];
            } else if (address === this.request.address) {
                const age = "asked_seconds_ago" in values ? {asked_seconds_ago: values.asked_seconds_ago} : {};
                assert.deepEqual(values, {...this.request.values, ...head, ...age});
            } else {
                const missing = address === "/sideman/need" ? {missing: values.missing} : {};
                assert.deepEqual(values, {...this.whole(address, missing), ...head});
            }
            if (seen.request_id === FIRST_ID) {
                delete seen.request_id;
            }
            if ("asked_seconds_ago" in seen) {
                seen.asked_seconds_ago = short(seen.asked_seconds_ago);
            }
            return {[address.replace("/sideman/", "")]: seen};
        });
    }
}

function clip_of(parts, index) {
    const notes = [];
    for (let i = 0; i <= (parts - 1) * protocol.notes_a_part; i += 1) {
        notes.push({pitch: 36 + index, start_beats: i / 8, length_beats: 0.125, velocity: 100});
    }
    return {length_beats: 64, numerator: 4, denominator: 4, notes};
}

function check_end({messages, refusal}, told_of_it) {
    if ("refusal" in told_of_it) {
        assert.equal(messages, null);
        assert.equal(refusal.code, told_of_it.refusal);
        assert.equal(refusal.sentence, told_of_it.sentence ?? refusal.sentence);
        assert.equal(typeof refusal.sentence, "string");
        return;
    }
    assert.equal(refusal, null);
    assert.equal(messages.length, told_of_it.answer.length);
    told_of_it.answer.forEach((each, i) => {
        const [[name, fields]] = Object.entries(each);
        assert.equal(messages[i].address, `/sideman/${name}`);
        Object.entries(fields).forEach(([field, value]) => assert.equal(messages[i].values[field], value));
    });
}

for (const each of told.conversations) {
    test(each.name, () => {
        const device = new Device(each), {alarm} = device.conversation;
        let ends = 0;
        for (const step of each.steps) {
            const where = JSON.stringify(step);
            device.step(step);
            assert.deepEqual(device.said(), step.sends, where);
            ends += "ends" in step ? 1 : 0;
            assert.equal(device.ended.length, ends, where);
            assert.equal(alarm.is_set(), "wakes" in step, where);
            if ("wakes" in step) {
                assert.equal(short(device.wakes_seconds() - BEGUN_SECONDS), step.wakes, where);
            }
            if ("ends" in step) {
                check_end(device.ended[0], step.ends);
            }
        }
        const known = Object.keys(each.clips).filter((name) => device.link.known.has(device.hashes[name]));
        assert.deepEqual(known.sort(), [...(each.knows_after || each.knows)].sort());
        assert.equal(device.link.known.hashes.length, known.length);
        if (ends > 0) {
            device.pass(device.seconds + 100);
            assert.deepEqual(device.sent, [], "after the end nothing rings");
        }
    });
}
