// Max made into a world, and what Max calls handed on to the device.
"use strict";

const assert = require("node:assert/strict");
const test = require("node:test");
const {loader, plain, run_at_top_level} = require("./load.js");

// As much of Max as world.js and entry.js name.
function max() {
    const state = {sent: [], tasks: [], apis: [], dictionaries: {}, drawn: 0, changing: false};
    class Task {
        constructor(f) {
            this.f = f;
            this.due = null;
            this.runs = false;
            state.tasks.push(this);
        }
        schedule(ms) {
            assert.ok(!this.runs, "a Task is not scheduled while it runs");
            this.due = ms;
        }
        cancel() {
            this.due = null;
        }
    }
    class LiveAPI {
        constructor(callback, path) {
            this.callback = typeof callback === "function" ? callback : null;
            this.path = this.callback ? path : callback;
            state.apis.push(this);
        }
        set property(name) {
            this.observed = name;
            if (name !== "") {
                this.notify();
            }
        }
        notify() {
            state.changing = true;
            this.callback([this.observed, 1]);
            state.changing = false;
        }
    }
    class Dict {
        constructor(name = `made ${Object.keys(state.dictionaries).length}`) {
            this.name = name;
        }
        stringify() {
            return state.dictionaries[this.name];
        }
        parse(text) {
            state.dictionaries[this.name] = text;
        }
    }
    state.run = () => {
        for (const task of state.tasks.filter(({due}) => due !== null)) {
            task.due = null;
            task.runs = true;
            task.f();
            task.runs = false;
        }
    };
    state.globals = {
        Task,
        LiveAPI,
        Dict,
        max: {time: 2500, getcolor: (name) => (name === "live_lcd_bg" ? [0, 0, 0, 1] : undefined)},
        mgraphics: {init() { state.drawn += 1; }, redraw() { state.drawn += 1; }, size: [300, 150]},
        outlet: (number, list) => state.sent.push([number, plain(list)]),
        arrayfromargs: (given) => Array.from(given),
        messagename: "",
        post: assert.fail,
    };
    return state;
}

function world_in(state) {
    return loader(state.globals)("./world").create();
}

test("messages leave by their outlets, each one list", () => {
    const state = max(), world = world_in(state);
    world.send("/sideman/ping", ["pad", 1]);
    world.probe(50000, [7, 50000]);
    world.listen(50000);
    world.show("temperature", ["set", 0.5]);
    world.keep("corners", [1, 2]);
    assert.deepEqual(state.sent, [
        [0, ["/sideman/ping", "pad", 1]],
        [1, ["port", 50000]],
        [1, ["/sideman/probe", 7, 50000]],
        [2, ["port", 50000]],
        [3, ["temperature", "set", 0.5]],
        [3, ["keep_corners", "kept_corners", 1, 2]],
    ]);
    assert.equal(world.now_seconds(), 2.5);
    assert.deepEqual(plain([world.color("live_lcd_bg"), world.color("novel")]), [[0, 0, 0, 1], [0.5, 0.5, 0.5, 1]]);
});

test("a MIDI Tool's dictionaries are read by their names, and answered by one that is used again", () => {
    const state = max(), world = world_in(state);
    state.dictionaries.u12 = JSON.stringify({notes: [{pitch: 36}]});
    assert.deepEqual(plain(world.dictionary("u12")), {notes: [{pitch: 36}]});
    world.answer({notes: []});
    world.answer({notes: [{pitch: 38}]});
    const [[, [word, name]], second] = state.sent;
    assert.deepEqual([word, second], ["dictionary", [4, ["dictionary", name]]]);
    assert.deepEqual(JSON.parse(state.dictionaries[name]), {notes: [{pitch: 38}]});
});

test("clocks ring once, can be stopped, and are used again", () => {
    const state = max(), world = world_in(state), rung = [];
    const first = world.later(0.25, () => {
        rung.push("first");
        world.later(1, () => rung.push("from within"));
    });
    world.later(1, () => rung.push("never")).cancel();
    assert.equal(state.tasks[0].due, 250);
    state.run();
    world.later(1, () => rung.push("one more"));
    world.later(1, () => rung.push("another"));
    first.cancel(); // it has rung: what uses its Task now goes on
    state.run();
    assert.deepEqual(rung.sort(), ["another", "first", "from within", "one more"]);
    for (let i = 0; i < 1000; i += 1) {
        world.later(0.1, () => {});
        state.run();
    }
    assert.ok(state.tasks.length <= 3);
});

test("a clock whose function fails is not lost", () => {
    const state = max(), world = world_in(state);
    for (let i = 0; i < 10; i += 1) {
        world.later(0, () => { throw new RangeError("mine"); });
        assert.throws(() => state.run(), RangeError);
        state.tasks[0].runs = false;
    }
    assert.equal(state.tasks.length, 1);
});

test("an observer's function is called outside the notification, once for many of them", () => {
    const state = max(), world = world_in(state);
    let called = 0;
    const observer = world.observe("live_set", "tempo", (...given) => {
        assert.deepEqual([state.changing, given], [false, []]);
        called += 1;
    });
    const [api] = state.apis;
    assert.equal(called, 0);
    state.run();
    assert.equal(called, 1, "what is there at the beginning");
    api.notify();
    api.notify();
    state.run();
    assert.equal(called, 2);
    observer.point("id 12");
    assert.equal(api.id, 12);
    observer.point("live_set view detail_clip");
    assert.deepEqual([api.path, api.observed, state.apis.length], ["live_set view detail_clip", "tempo", 1]);
    state.run();
    assert.equal(called, 3);
    api.notify();
    observer.stop();
    api.notify();
    state.run();
    assert.deepEqual([called, api.observed], [3, ""]);
});

test("nothing rings after the device was taken away", () => {
    const state = max(), world = world_in(state);
    world.later(1, assert.fail);
    world.observe("live_set", "tempo", assert.fail);
    world.close();
    state.run();
    assert.equal(state.apis[0].observed, "");
});

test("what Max calls is handed on to the device", () => {
    const state = max(), calls = [];
    const device = {};
    for (const name of ["ready", "message", "paint", "press", "drag", "release_all"]) {
        device[name] = (...given) => calls.push([name, ...plain(given)]);
    }
    const load = loader(state.globals, {"./device": {create: (world) => {
        calls.push(["create", typeof world.send]);
        return device;
    }}});
    run_at_top_level(load, "./entry");
    const max_has = load.context;
    assert.deepEqual([max_has.inlets, max_has.outlets, max_has.autowatch], [1, 5, 0]);
    assert.deepEqual([max_has.mgraphics.relative_coords, max_has.mgraphics.autofill], [0, 0]);
    assert.equal(state.apis.length, 0, "no Live before `ready`");
    const say = (name, ...values) => {
        max_has.messagename = name;
        max_has.anything(...values);
    };
    say("temperature", 0.7);
    say("ready");
    say("ready");
    say("/sideman/pong", 1, 2, 3);
    max_has.bang();
    max_has.msg_int(1);
    max_has.msg_float(0.5);
    max_has.list(1, 2);
    max_has.paint();
    max_has.onclick(3, 4, 1, 0, 0, 0, 0, 0);
    max_has.ondrag(5, 6, 1, 0, 0, 0, 0, 0);
    max_has.ondrag(7, 8, 0, 0, 0, 0, 0, 0);
    max_has.onresize(300, 150);
    max_has.notifydeleted();
    const heard = calls.map(([name, ...given]) => (name === "paint" ? [name, ...given.slice(1)] : [name, ...given]));
    assert.deepEqual(heard, [
        ["create", "function"], ["message", "temperature", [0.7]], ["ready"], ["message", "/sideman/pong", [1, 2, 3]],
        ["message", "bang", []], ["message", "int", [1]], ["message", "float", [0.5]], ["message", "list", [1, 2]],
        ["paint", 300, 150], ["press", 3, 4], ["drag", 5, 6, true], ["drag", 7, 8, false], ["release_all"],
    ]);
});
