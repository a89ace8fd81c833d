// Link, its conversation and its port, with the clock and the bridge in the test's hands.
"use strict";

const assert = require("node:assert/strict");
const test = require("node:test");
const {Stage, WELCOME, clip_of, message, plain, protocol} = require("./stage.js");
const {random} = require("./chance.js");

// What a callback was called with, one entry a call.
function kept() {
    const calls = [];
    const done = (result, refusal) => calls.push(plain({result, refusal}));
    done.calls = calls;
    return done;
}

function vary(stage, clip, done, values = {}) {
    stage.link.ask("vary", {clip: {clip: 0, kit: "general_midi"}, ...values}, [clip], done);
}

// --- a port

test("the first port that hears its own probe is taken, and the bridge is greeted on it", () => {
    const stage = new Stage();
    stage.link.open();
    assert.deepEqual(stage.said(), [], "nothing is said before the port is proven");
    stage.pass(0.01);
    const [hello, ...more] = stage.said();
    assert.equal(hello.kind, "hello");
    assert.equal(hello.protocol_version, protocol.version);
    assert.equal(hello.reply_port, stage.ports[0]);
    assert.ok(stage.ports[0] >= 49152 && stage.ports[0] <= 65535);
    assert.deepEqual([more, stage.ports.length], [[], 1]);
});

test("a port that is silent for a quarter of a second is given up for another", () => {
    let deaf = null;
    const stage = new Stage({hears: (port) => port !== (deaf ??= port)});
    stage.link.open();
    stage.pass(0.2);
    assert.equal(stage.ports.length, 1);
    stage.pass(0.1);
    assert.equal(stage.ports.length, 2);
    assert.equal(stage.said()[0].reply_port, stage.ports[1]);
});

test("two devices that were given the same chance are two all the same", () => {
    const one = new Stage(), other = new Stage({hears: (port) => port !== one.ports[0]});
    const [mine, theirs] = [one, other].map((stage) => {
        stage.link.open();
        stage.pass(1);
        return stage.said()[0];
    });
    assert.equal(one.ports[0], other.ports[0]);
    assert.notEqual(mine.reply_port, theirs.reply_port);
    assert.notEqual(mine.session, theirs.session);
    assert.notEqual(mine.device, theirs.device);
    assert.ok(Math.max(mine.session, theirs.session) < 2 ** 24);
});

test("a probe of another device, or of another port, proves nothing", () => {
    const stage = new Stage({hears: () => false});
    stage.link.open();
    stage.link.receive(protocol.probe, [stage.link.session + 1, stage.ports[0]]);
    stage.link.receive(protocol.probe, [stage.link.session, stage.ports[0] + 1]);
    stage.link.receive(protocol.probe, []);
    stage.pass(0.1);
    assert.deepEqual(stage.said(), []);
});

test("where no port hears the link is deaf, refuses, goes on trying slowly, and recovers", () => {
    let hears = false;
    const stage = new Stage({hears: () => hears});
    const waiting = kept(), refused = kept();
    stage.link.open();
    vary(stage, clip_of(1), waiting);
    stage.pass(3);
    assert.equal(stage.link.state, "deaf");
    assert.match(stage.link.sentence, /firewall/);
    assert.equal(waiting.calls[0].refusal.code, "no_answer");
    vary(stage, clip_of(1), refused);
    assert.equal(refused.calls[0].refusal.code, "no_answer");
    const tried = stage.ports.length;
    stage.pass(20);
    assert.ok(stage.ports.length - tried <= 10);
    hears = true;
    stage.pass(3);
    stage.greet();
    assert.equal(stage.link.state, "ready");
});

test("a port that Max loses while the bridge is silent is found out and left", () => {
    const lost = new Set();
    const stage = new Stage({hears: (port) => !lost.has(port)});
    stage.greeted();
    lost.add(stage.ports[0]);
    stage.pass(12);
    assert.equal(stage.ports.length, 2);
    stage.greet();
    assert.equal(stage.link.state, "ready");
});

// --- the bridge, there or not

test("names come with the greeting, and the light turns green", () => {
    const stage = new Stage();
    stage.greeted({names: [
        {kind: "model", name: "drum_vae", about: "drum_vae"},
        {kind: "preset", name: "loose", about: "Relaxed.", settings: [{setting: "amount", value: 0.5}], kit: "gm"},
        {kind: "kit", name: "general_midi", about: "As in General MIDI."},
        {kind: "smell", name: "new", about: ""},
    ]});
    assert.deepEqual(plain(stage.link.names), {
        models: [{name: "drum_vae", kind: "drum_vae"}],
        presets: [
            {name: "loose", about: "Relaxed.", settings: [{setting: "amount", value: 0.5}], kit: "gm", model: ""},
        ],
        kits: [{name: "general_midi", about: "As in General MIDI."}],
    });
    assert.deepEqual([stage.link.state, stage.shown], ["ready", ["ready", "ready"]], "welcome, then the names");
});

test("a newer bridge that answers is not refused: its version, longer messages and new parts do no harm", () => {
    const stage = new Stage();
    stage.link.open();
    stage.pass(0);
    const {session, greeting: {request_id}} = stage.link;
    const longer = (address, values) => stage.link.receive(address,
        [...plain(message.write(address, {session, request_id, parts: 4, ...values}).args), 1, "of later"]);
    longer("/sideman/welcome", {part: 0, ...WELCOME, protocol_version: 2, bridge_version: "9"});
    stage.link.receive("/sideman/song", [session, request_id, 1, 4, "of later"]);
    longer("/sideman/name", {part: 3, kind: "kit", name: "general_midi"});
    stage.pass(0.03);
    assert.deepEqual(stage.said().map(({kind, missing}) => [kind, missing]).slice(1), [["need", [2]]]);
    longer("/sideman/name", {part: 2, kind: "model", name: "drum_vae", about: "drum_vae"});
    assert.deepEqual(stage.kinds(), ["got"]);
    assert.deepEqual(plain(stage.link.names.kits), [{name: "general_midi", about: ""}]);
    assert.equal(stage.link.state, "ready");
});

test("an older bridge's names, which end sooner, are names", () => {
    const stage = new Stage();
    stage.link.open();
    stage.pass(0);
    const {session, greeting: {request_id}} = stage.link;
    stage.tell("welcome", request_id, {part: 0, parts: 2, ...WELCOME});
    stage.link.receive("/sideman/name", [session, request_id, 1, 2, "preset", "loose"]);
    assert.deepEqual(plain(stage.link.names.presets), [{name: "loose", about: "", settings: [], kit: "", model: ""}]);
});

test("messages with one kind and name are one name, whose settings add up", () => {
    const stage = new Stage();
    const [amount, density, steps] = ["amount", "density", "steps"].map((setting, i) => ({setting, value: i}));
    stage.greeted({names: [
        {kind: "preset", name: "full", about: "All of it.", settings: [amount], model: "drum_vae"},
        {kind: "kit", name: "full", about: "A kit."},
        {kind: "preset", name: "other", settings: [steps]},
        {kind: "preset", name: "full", settings: [density], kit: "full"},
        {kind: "preset", name: "full", about: "Later words.", settings: [steps], kit: "other", model: "other"},
        {kind: "kit", name: "full", about: "Once more."},
        {kind: "model", name: "drum_vae", about: "drum_vae"}, {kind: "model", name: "drum_vae", about: "again"},
    ]});
    assert.deepEqual(plain(stage.link.names), {
        models: [{name: "drum_vae", kind: "drum_vae"}],
        presets: [
            {name: "full", about: "All of it.", settings: [amount, density, steps], kit: "full", model: "drum_vae"},
            {name: "other", about: "", settings: [steps], kit: "", model: ""},
        ],
        kits: [{name: "full", about: "A kit."}],
    });
});

test("without a bridge it is looked for quickly, then every two seconds, and the line says how to start it", () => {
    const stage = new Stage();
    stage.link.open();
    stage.pass(0.9);
    assert.deepEqual([stage.link.state, stage.link.sentence], ["silent", "Looking for the bridge."]);
    stage.pass(0.2);
    assert.match(stage.link.sentence, /python start\.py/);
    stage.pass(4);
    stage.said();
    stage.pass(60);
    const hellos = stage.kinds();
    assert.ok(hellos.length >= 29 && hellos.length <= 31, `${hellos.length} in a minute`);
    stage.greet();
    assert.equal(stage.link.state, "ready");
});

test("an idle link asks every two seconds, and sees the bridge stop and start", () => {
    const stage = new Stage();
    stage.greeted();
    stage.pass(2.01);
    const [ping] = stage.said();
    assert.equal(ping.kind, "ping");
    stage.tell("pong", ping.request_id, {boot_id: 7});
    stage.pass(3.1);
    assert.equal(stage.link.state, "silent");
    assert.ok(stage.kinds().includes("hello"));
    stage.pass(5);
    stage.greet({boot_id: 8});
    assert.equal(stage.link.state, "ready");
    assert.deepEqual(stage.shown, ["ready", "silent", "ready"]);
});

test("a bridge that was started anew between two pings is greeted again, for its names", () => {
    const stage = new Stage();
    stage.greeted();
    stage.pass(2.01);
    stage.tell("pong", stage.said()[0].request_id, {boot_id: 8});
    const [hello] = stage.said();
    assert.equal(hello.kind, "hello");
    stage.tell("pong", hello.request_id - 1, {boot_id: 8});
    assert.deepEqual(stage.said(), [], "once");
});

test("a bridge of another version refuses everything with its own sentence, until it is updated", () => {
    const stage = new Stage();
    const done = kept();
    stage.link.open();
    stage.pass(0);
    const [hello] = stage.said();
    stage.tell("refused", hello.request_id, {part: 0, parts: 1, code: "unsupported", sentence: "Update the older."});
    assert.deepEqual([stage.link.state, stage.link.sentence], ["refused", "Update the older."]);
    vary(stage, clip_of(1), done);
    assert.deepEqual(done.calls, [{result: null, refusal: {code: "unsupported", sentence: "Update the older."}}]);
    stage.pass(2.1);
    stage.greet();
    assert.equal(stage.link.state, "ready");
});

// --- a request

test("clips go up, the request goes out, the answer comes back whole and is acknowledged", () => {
    const stage = new Stage();
    const done = kept(), clip = clip_of(70);
    stage.greeted();
    vary(stage, clip, done, {seed: 21, amount: 0.5});
    assert.equal(stage.link.state, "working");
    const sent = stage.sent.slice();
    assert.deepEqual(stage.kinds(), ["clip", "clip", "clip", "vary"]);
    assert.deepEqual(sent[3].values.clip, {clip_hash: sent[0].values.clip_hash, kit: "general_midi"});
    assert.deepEqual([sent[3].values.seed, sent[3].values.asked_seconds_ago], [21, 0]);
    stage.pass(0.03);
    stage.sent.push(...sent);
    stage.answer("vary", [clip, clip_of(0)]);
    assert.deepEqual(stage.kinds().slice(4), ["got"]);
    assert.deepEqual(done.calls[0].result.clips, [clip, clip_of(0)]);
    assert.equal(done.calls[0].result.head.start_song_beats, -1);
    assert.ok(Math.abs(stage.link.latency_seconds - 0.03) < 1e-9);
    assert.equal(stage.link.state, "ready");
    assert.equal(done.calls.length, 1);
});

test("a clip that is known does not go up again, one that was given twice goes up once", () => {
    const stage = new Stage();
    const clip = clip_of(3), refs = [{clip: 0}, {clip: 1}, {clip: 2}];
    stage.greeted();
    stage.link.ask("blend", {corners: refs}, [clip, plain(clip), clip_of(2)], kept());
    const [one, two, blend] = stage.said();
    assert.deepEqual([one.kind, two.kind, blend.kind], ["clip", "clip", "blend"]);
    for (const {clip_hash} of [one, two]) {
        stage.tell("clip/state", blend.request_id, {boot_id: 7, clip_hash, missing: []});
    }
    stage.sent.push({address: "/sideman/blend", values: blend});
    stage.answer("blend", [clip]);
    stage.said();
    stage.link.ask("blend", {corners: refs}, [clip, plain(clip), clip_of(2)], kept());
    assert.deepEqual(stage.kinds(), ["blend"]);
});

test("nothing heard: the request again, older, under its id, with the clip's last part, ever more slowly", () => {
    const stage = new Stage();
    stage.greeted();
    vary(stage, clip_of(70), kept());
    const first = stage.said().pop();
    const times = [];
    for (let i = 0; i < 300; i += 1) {
        stage.pass(0.01);
        const said = stage.said().filter(({kind}) => kind !== "hello");
        if (said.length > 0) {
            assert.deepEqual(said.map(({kind}) => kind), ["clip", "vary"]);
            assert.equal(said[0].part, 2);
            assert.equal(said[1].request_id, first.request_id);
            times.push(Math.round(100 * (stage.seconds - 100)) / 100);
            assert.ok(Math.abs(said[1].asked_seconds_ago - times.at(-1)) < 0.011);
        }
    }
    const waits = times.map((at, i) => at - (times[i - 1] ?? 0));
    assert.ok(waits[0] >= 0.06 && waits[0] < 0.08);
    assert.ok(waits.slice(1).every((wait, i) => wait >= waits[i] - 0.011));
    assert.ok(waits.at(-1) >= 0.49 && waits.at(-1) <= 0.52);
});

test("once the bridge is there again, the light is green", () => {
    const stage = new Stage();
    const done = kept();
    stage.greeted();
    vary(stage, clip_of(1), done);
    stage.pass(11);
    assert.equal(stage.link.state, "silent");
    assert.equal(done.calls[0].refusal.code, "no_answer");
    stage.greet();
    assert.equal(stage.link.state, "ready");
});

test("ten seconds without an answer are the end, and the next request goes out", () => {
    const stage = new Stage();
    const first = kept(), second = kept();
    stage.greeted();
    vary(stage, clip_of(1), first);
    vary(stage, clip_of(2), second);
    stage.pass(9.9);
    assert.equal(first.calls.length, 0);
    assert.equal(stage.link.state, "silent", "seen long before");
    stage.said();
    stage.pass(0.2);
    assert.equal(first.calls[0].refusal.code, "no_answer");
    assert.match(first.calls[0].refusal.sentence, /python start\.py/);
    const next = stage.said().find(({kind}) => kind === "vary");
    assert.ok(next.asked_seconds_ago > 9.9, "its snapshot is as old as the asking");
});

test("accepted: more patience", () => {
    const stage = new Stage();
    stage.greeted();
    vary(stage, clip_of(1), kept());
    stage.tell("accepted", stage.said().pop().request_id, {boot_id: 7, waiting: 0});
    stage.pass(0.39);
    assert.deepEqual(stage.kinds(), []);
    stage.pass(0.02);
    assert.deepEqual(stage.kinds(), ["clip", "vary"]);
});

test("parts that the bridge lacks of a clip go up again at once", () => {
    const stage = new Stage();
    stage.greeted();
    vary(stage, clip_of(100), kept());
    const {request_id, clip} = stage.said().pop();
    stage.tell("clip/state", request_id, {boot_id: 7, clip_hash: clip.clip_hash, missing: [0, 2]});
    assert.deepEqual(stage.said().map(({part}) => part), [0, 2, 3]);
    stage.tell("clip/state", request_id, {boot_id: 7, clip_hash: "__proto__", missing: [0]});
    assert.deepEqual(stage.said(), [], "no clip of this request");
});

test("an unknown clip: its last part, and the request again once it is known", () => {
    const stage = new Stage();
    stage.greeted();
    vary(stage, clip_of(40), kept());
    const {request_id, clip} = stage.said().pop();
    const refused = {part: 0, parts: 1, code: "unknown_clip", sentence: "Which?", clip_hash: clip.clip_hash};
    stage.tell("clip/state", request_id, {boot_id: 7, clip_hash: clip.clip_hash, missing: []});
    stage.tell("refused", request_id, refused);
    assert.deepEqual(stage.said().map(({kind, part}) => [kind, part]), [["clip", 1]]);
    stage.pass(0.1);
    assert.deepEqual(stage.kinds(), ["clip", "vary"], "perhaps that was lost");
    stage.tell("refused", request_id, refused);
    stage.said();
    stage.tell("clip/state", request_id, {boot_id: 7, clip_hash: clip.clip_hash, missing: [0]});
    assert.deepEqual(stage.kinds(), ["clip", "clip"]);
    stage.tell("clip/state", request_id, {boot_id: 7, clip_hash: clip.clip_hash, missing: []});
    assert.deepEqual(stage.kinds(), ["vary"]);
});

test("parts of the answer that lack are asked for, by index, until they are there", () => {
    const stage = new Stage();
    const done = kept(), clip = clip_of(200);
    stage.greeted();
    vary(stage, clip, done);
    const {messages, request_id} = stage.answer("vary", [clip], {lose: (i) => i === 2 || i === 5});
    stage.said();
    stage.tell("accepted", request_id, {boot_id: 7, waiting: 0}); // the answer overtook it
    stage.pass(0.021);
    assert.deepEqual(stage.said().map(({kind, missing}) => [kind, missing]), [["need", [2, 5]]]);
    stage.tell("result/clip", request_id, messages[5][1]);
    stage.tell("result/clip", request_id, messages[5][1]);
    stage.pass(0.021);
    assert.deepEqual(stage.said().map(({missing}) => missing), [[2]]);
    stage.pass(1);
    assert.ok(stage.said().length >= 9, "at least every tenth of a second");
    stage.tell("result/clip", request_id, messages[2][1]);
    assert.deepEqual(done.calls[0].result.clips, [clip]);
    assert.deepEqual(stage.kinds(), ["got"]);
});

test("a part that only a newer bridge has counts and has no content, wherever and whenever it comes", () => {
    for (const [at, is_last] of [[1, false], [3, false], [3, true], [0, false]]) {
        const stage = new Stage();
        const done = kept(), clip = clip_of(70);
        stage.greeted();
        vary(stage, clip, done);
        const {session} = stage.link;
        const {request_id, messages} = stage.answer("vary", [clip], {lose: () => true});
        stage.said();
        const parts = messages.length + 1;
        const news = () => stage.link.receive("/sideman/harmony", [session, request_id, at, parts, "Am", 0.5]);
        if (!is_last) {
            news();
            news();
        }
        messages.forEach(([kind, values], i) =>
            stage.tell(kind, request_id, {...values, part: i < at ? i : i + 1, parts}));
        if (is_last) {
            assert.deepEqual(done.calls, []);
            news();
        }
        assert.deepEqual(done.calls[0].result.clips, [clip], `at ${at}`);
        assert.deepEqual(stage.kinds(), ["got"]);
    }
});

test("what is in no table is no reply by itself, takes no part's place, and hastens nothing", () => {
    const stage = new Stage();
    const done = kept(), clip = clip_of(70);
    stage.greeted();
    vary(stage, clip, done);
    const {session} = stage.link;
    const {request_id, messages} = stage.answer("vary", [clip], {lose: () => true});
    stage.said();
    const news = (...args) => stage.link.receive("/sideman/progress", args);
    news(session, request_id, 0, 1);
    assert.deepEqual(done.calls, [], "alone it is no answer");
    stage.pass(0.05);
    assert.deepEqual(stage.kinds(), [], "nothing is asked for earlier");
    const tell = (i) => stage.tell(messages[i][0], request_id, messages[i][1]);
    tell(0);
    news(session, request_id, 50, 100);
    news(session, request_id, 1, messages.length);
    tell(1);
    news(session, request_id, 1, messages.length);
    stage.pass(0.03);
    assert.deepEqual(stage.said().map(({kind, missing}) => [kind, missing]), [["need", [2, 3]]]);
    tell(2);
    tell(3);
    assert.deepEqual(done.calls[0].result.clips, [clip]);
});

test("a message to the bridge, or of no address of ours, is no part", () => {
    const stage = new Stage();
    const done = kept(), clip = clip_of(1);
    stage.greeted();
    vary(stage, clip, done);
    const {session} = stage.link;
    const {request_id, messages} = stage.answer("vary", [clip], {lose: (i) => i === 1});
    stage.said();
    for (const address of ["/sideman/vary", "/elsewhere/part", "sideman/part", "/sideman/pong"]) {
        stage.link.receive(address, [session, request_id, 1, 2]);
    }
    stage.link.receive("/sideman/part", [session + 1, request_id, 1, 2]);
    stage.link.receive("/sideman/part", [session, request_id + 1, 1, 2]);
    assert.deepEqual(done.calls, []);
    stage.tell("result/clip", request_id, messages[1][1]);
    assert.deepEqual(done.calls[0].result.clips, [clip]);
});

test("need answered by stale: the parts are forgotten and the request is made again, under its id", () => {
    const stage = new Stage();
    const done = kept(), clip = clip_of(200);
    stage.greeted();
    vary(stage, clip, done);
    const {request_id} = stage.answer("vary", [clip], {lose: (i) => i > 2});
    stage.pass(0.03);
    stage.said();
    const stale = {part: 0, parts: 1, code: "stale", sentence: "Gone."};
    stage.tell("refused", request_id, stale);
    stage.tell("refused", request_id, stale);
    stage.pass(0.1);
    const again = stage.said();
    assert.deepEqual(again.map(({kind}) => kind), ["clip", "vary"]);
    assert.equal(again[1].request_id, request_id);
    stage.sent.push({address: "/sideman/vary", values: again[1]});
    stage.answer("vary", [clip]);
    assert.deepEqual(done.calls[0].result.clips, [clip]);
});

test("a request answered by stale is asked under a new id", () => {
    const stage = new Stage();
    stage.greeted();
    vary(stage, clip_of(1), kept());
    const {request_id} = stage.said().pop();
    stage.tell("refused", request_id, {part: 0, parts: 1, code: "stale", sentence: "Gone."});
    stage.pass(0.1);
    assert.ok(stage.said().pop().request_id > request_id);
});

test("busy: it is tried again, and only the end of patience is told", () => {
    const stage = new Stage();
    const done = kept();
    stage.greeted();
    vary(stage, clip_of(1), done);
    for (let i = 0; i < 25; i += 1) {
        const asked = stage.said().filter(({kind}) => kind === "vary").pop();
        if (asked) {
            stage.tell("refused", asked.request_id, {part: 0, parts: 1, code: "busy", sentence: "Too much waits."});
        }
        assert.equal(done.calls.length, 0);
        stage.pass(0.39);
    }
    stage.pass(1);
    assert.deepEqual(done.calls, [{result: null, refusal: {code: "busy", sentence: "Too much waits."}}]);
});

test("each refusal ends as the table says", () => {
    const ends = {late: "late", replaced: "ready", cancelled: "ready", unsupported: "refused", fault: "refused"};
    for (const [code, state] of Object.entries({...ends, constructor: "refused", novel: "refused"})) {
        const stage = new Stage();
        const done = kept();
        stage.greeted();
        vary(stage, clip_of(1), done);
        const {request_id} = stage.said().pop();
        stage.tell("refused", request_id, {part: 0, parts: 1, code, sentence: "So it is."});
        assert.deepEqual(done.calls, [{result: null, refusal: {code, sentence: "So it is."}}]);
        assert.equal(stage.link.state, state);
        assert.equal(stage.link.sentence, state === "ready" ? "Ready." : "So it is.");
        vary(stage, clip_of(1), kept());
        assert.equal(stage.link.state, "working", "the next request wipes the sentence off");
    }
});

test("a deadline goes through to the bridge", () => {
    const stage = new Stage();
    stage.greeted();
    vary(stage, clip_of(1), kept(), {deadline_seconds: 1.5});
    assert.equal(stage.said().pop().deadline_seconds, 1.5);
});

test("another boot_id amid a request: its clips go up again, and the bridge is greeted", () => {
    const stage = new Stage();
    const done = kept(), clip = clip_of(3);
    stage.greeted();
    vary(stage, clip, done);
    const asked = stage.said().pop();
    const known = {clip_hash: asked.clip.clip_hash, missing: []};
    stage.tell("clip/state", asked.request_id, {boot_id: 7, ...known});
    stage.pass(0.5);
    stage.said();
    const refused = {part: 0, parts: 1, code: "unknown_clip", sentence: "Which?", clip_hash: known.clip_hash};
    stage.tell("refused", asked.request_id, refused);
    stage.tell("clip/state", asked.request_id, {boot_id: 8, ...known});
    const said = stage.said();
    assert.deepEqual(said.map(({kind}) => kind).sort(), ["clip", "hello", "vary"]);
    stage.sent.push({address: "/sideman/vary", values: asked});
    stage.answer("vary", [clip], {boot_id: 8});
    assert.deepEqual(done.calls[0].result.clips, [clip]);
});

test("a bridge that was started anew gets the clips again", () => {
    const stage = new Stage();
    const clip = clip_of(3), done = kept();
    stage.greeted();
    vary(stage, clip, done);
    const asked = stage.said().pop();
    stage.tell("clip/state", asked.request_id, {boot_id: 7, clip_hash: asked.clip.clip_hash, missing: []});
    stage.sent.push({address: "/sideman/vary", values: asked});
    stage.answer("vary", [clip]);
    stage.pass(2.1);
    stage.tell("pong", stage.said().pop().request_id, {boot_id: 8});
    stage.said();
    vary(stage, clip, done);
    assert.deepEqual(stage.kinds(), ["clip", "vary"]);
});

test("an answer to an older request, or to another device's, is none", () => {
    const stage = new Stage();
    const old = kept(), done = kept(), clip = clip_of(3);
    stage.greeted();
    vary(stage, clip, old);
    const asked = stage.sent.at(-1);
    stage.link.cancel();
    vary(stage, clip, done);
    const newer = stage.sent.at(-1);
    stage.sent.push(asked);
    stage.answer("vary", [clip_of(1)]);
    stage.sent.push(newer);
    const {messages: [[name, head]]} = stage.answer("vary", [clip], {lose: () => true});
    const foreign = {session: stage.link.session + 1, request_id: newer.values.request_id, ...head};
    const {args} = message.write(`/sideman/${name}`, foreign);
    stage.link.receive(`/sideman/${name}`, args);
    assert.equal(done.calls.length, 0);
    stage.said();
    stage.pass(0.07);
    assert.deepEqual(stage.kinds(), ["clip", "vary"], "nothing of an answer has come");
});

test("an answer that does not hold together is a refusal, not a clip", () => {
    const stage = new Stage();
    const done = kept();
    stage.greeted();
    vary(stage, clip_of(1), done);
    const asked = stage.said().pop();
    stage.sent.push({address: "/sideman/vary", values: asked});
    const note = {pitch: 36, start_beats: 0, length_beats: 1, velocity: 100};
    const torn = {clip: 0, length_beats: 4, numerator: 4, denominator: 4, total_notes: 2, first_note: 0, notes: [note]};
    const {messages} = stage.answer("vary", [clip_of(1)], {lose: (i) => i === 1});
    stage.tell("result/clip", asked.request_id, {...messages[1][1], ...torn});
    assert.equal(done.calls[0].refusal.code, "bad_datagram");
});

// --- the queue

test("one is in flight and one waits: a newer one replaces the one that waits", () => {
    const stage = new Stage();
    const dones = [kept(), kept(), kept()], clip = clip_of(1);
    stage.greeted();
    dones.forEach((done, i) => vary(stage, clip, done, {seed: i}));
    assert.deepEqual(dones.map(({calls}) => calls.length), [0, 1, 0]);
    assert.equal(dones[1].calls[0].refusal.code, "replaced");
    stage.answer("vary", [clip]);
    assert.equal(dones[0].calls[0].result.head.seed, 0);
    assert.equal(stage.said().pop().seed, 2);
    assert.equal(stage.link.state, "working");
});

test("done may ask again at once", () => {
    const stage = new Stage();
    const clip = clip_of(1), second = kept();
    stage.greeted();
    vary(stage, clip, () => vary(stage, clip, second, {seed: 5}));
    stage.answer("vary", [clip]);
    stage.answer("vary", [clip]);
    assert.equal(second.calls[0].result.head.seed, 5);
});

test("cancel takes back what is in flight and what waits, and a late answer changes nothing", () => {
    const stage = new Stage();
    const first = kept(), second = kept(), clip = clip_of(1);
    stage.greeted();
    vary(stage, clip, first);
    vary(stage, clip, second);
    const asked = stage.sent.at(-1);
    stage.link.cancel();
    assert.equal(stage.kinds().pop(), "cancel");
    assert.deepEqual([first, second].map(({calls}) => calls[0].refusal.code), ["cancelled", "cancelled"]);
    assert.equal(stage.link.state, "ready");
    stage.sent.push(asked);
    stage.answer("vary", [clip]);
    stage.said();
    stage.pass(1);
    assert.deepEqual([first.calls.length, second.calls.length, stage.kinds()], [1, 1, []]);
    stage.link.cancel();
});

// --- what is wrong before it is sent

test("a value out of its range is one sentence, and nothing is sent", () => {
    const stage = new Stage();
    stage.greeted();
    const clip = clip_of(1), far = clip_of(1), long = clip_of(1);
    far.notes[0].start_beats = NaN;
    long.length_beats = 1e6;
    for (const [kind, values, clips, sentence] of [
        ["vary", {clip: {clip: 0}, amount: 2}, [clip], "vary: amount is 2: it must be a number from 0 to 1."],
        ["vary", {clip: {clip: 0}, amonut: 1}, [clip], "vary: there is no field amonut."],
        ["vary", {clip: {clip: 0}, amount: undefined}, [clip],
            "vary: amount is undefined: it must be given, or be null where there is none."],
        ["vary", {clip: {clip: 1}}, [clip],
            "vary: clip_hash is undefined: it must be given, or be null where there is none."],
        ["vary", {clip: {clip: 0, kit: undefined}}, [clip],
            "vary: kit is undefined: it must be given, or be null where there is none."],
        ["vary", {}, [clip], "vary: clip is missing."],
        ["blend", {corners: [{clip: 0}]}, [clip],
            "blend: the number of corners is 1: it must be a whole number from 2 to 4."],
        ["vary", {clip: {clip: 0}}, [far],
            "clip: start_beats is NaN: it must be a number from -8192 to 8192 quarter notes."],
        ["vary", {clip: {clip: 0}}, [long],
            "clip: length_beats is 1000000: it must be a number from 0.25 to 25344 quarter notes."],
        ["sing", {}, [], "There is no request /sideman/sing."],
    ]) {
        const done = kept();
        stage.link.ask(kind, values, clips, done);
        assert.deepEqual(done.calls, [{result: null, refusal: {code: "bad_value", sentence}}]);
        assert.deepEqual([stage.link.state, stage.link.sentence], ["refused", sentence]);
    }
    assert.deepEqual(stage.said(), []);
});

// --- what must never happen

test("nothing that arrives makes it throw, or is taken for its own", () => {
    const stage = new Stage();
    const chance = random(5), clip = clip_of(40), done = kept();
    stage.greeted();
    vary(stage, clip, done);
    const {request_id} = stage.said().pop();
    const addresses = [...Object.keys(protocol.asks), ...Object.keys(protocol.replies), protocol.probe, "/sideman/",
        "constructor", "__proto__", "", undefined];
    const atoms = [0, -1, 1.5, NaN, Infinity, 1e300, "", "stale", "unknown_clip", "__proto__", "x".repeat(800), null,
        undefined, {}, [], stage.link.session, request_id, 7];
    const pick = (list) => list[Math.floor(list.length * chance())];
    for (let i = 0; i < 20000; i += 1) {
        const args = Array.from({length: Math.floor(12 * chance())}, () => pick(atoms));
        stage.link.receive(pick(addresses), args);
    }
    stage.link.receive("/sideman/pong");
    stage.link.receive("/sideman/pong", null);
    stage.tell("accepted", request_id + 50, {boot_id: 7, waiting: 0});
    const other = {...message.read("/sideman/pong", [stage.link.session, request_id, 99]), session: 1};
    stage.link.receive("/sideman/pong", message.write("/sideman/pong", other).args);
    assert.equal(done.calls.length, 0);
    assert.ok(stage.said().every(({kind}) => kind === "hello"), "a boot_id was among them");
    stage.sent.push({address: "/sideman/vary", values: {request_id, seed: 0}});
    stage.answer("vary", [clip]);
    assert.deepEqual(done.calls[0].result.clips, [clip]);
});

test("values that are right in form but not in sense make it neither throw nor spin", () => {
    const chance = random(9);
    const codes = [...Object.keys(protocol.refusals), "novel"];
    for (let round = 0; round < 60; round += 1) {
        const stage = new Stage({seed: round});
        const done = kept(), clip = clip_of(40, round);
        stage.greeted();
        vary(stage, clip, done);
        for (let i = 0; i < 60; i += 1) {
            const conversation = stage.link.asking || stage.link.greeting;
            const request_id = conversation === null ? 1 : conversation.request_id;
            const dice = Math.floor(6 * chance()), boot_id = 7 + Math.floor(2 * chance());
            const part = Math.floor(3 * chance()), parts = 1 + Math.floor(3 * chance());
            const clip_hash = stage.link.requests.hashed[0].hash;
            [
                () => stage.tell("accepted", request_id, {boot_id, waiting: 3}),
                () => stage.tell("clip/state", request_id, {
                    boot_id, clip_hash, missing: chance() < 0.5 ? [] : [0, 77],
                }),
                () => stage.tell("pong", request_id, {boot_id}),
                () => stage.tell("name", request_id, {part, parts, kind: "kit", name: "n", about: ""}),
                () => stage.tell("refused", request_id, {
                    part: 0, parts: 1, code: codes[Math.floor(codes.length * chance())], sentence: "No.", clip_hash,
                }),
                () => stage.tell("result/clip", request_id, {
                    part, parts, clip: 2, length_beats: 4, numerator: 4, denominator: 4, total_notes: 0, first_note: 0,
                    notes: [],
                }),
            ][dice]();
            stage.pass(0.05 * chance());
            assert.ok(stage.timers.size <= 5);
        }
        stage.said();
        stage.pass(15);
        assert.ok(stage.said().length < 200);
        assert.equal(done.calls.length, 1);
    }
});

test("thousands of requests leave nothing behind", () => {
    const stage = new Stage();
    stage.greeted();
    let answered = 0;
    for (let i = 0; i < 3000; i += 1) {
        const clip = clip_of(1 + i % 40, i);
        vary(stage, clip, (result) => {
            answered += result.clips[0].notes.length === clip.notes.length;
        });
        const asked = stage.said().pop();
        stage.tell("clip/state", asked.request_id, {boot_id: 7, clip_hash: asked.clip.clip_hash, missing: []});
        stage.sent.push({address: "/sideman/vary", values: asked});
        stage.answer("vary", [clip]);
        stage.sent.length = 0;
        stage.pass(0.001);
    }
    assert.equal(answered, 3000);
    assert.ok(stage.link.known.hashes.length <= 128);
    assert.ok(stage.link.requests.hashed.length <= 16);
    assert.ok(stage.timers.size <= 3);
});

test("close stops every clock, and nothing is heard or said any more", () => {
    const stage = new Stage();
    const done = kept();
    stage.greeted();
    vary(stage, clip_of(1), done);
    const {request_id} = stage.said().pop();
    stage.link.close();
    assert.equal(stage.timers.size, 0);
    stage.tell("refused", request_id, {part: 0, parts: 1, code: "fault", sentence: "No."});
    stage.pass(30);
    assert.deepEqual([stage.said(), done.calls, stage.timers.size], [[], [], 0]);
});
