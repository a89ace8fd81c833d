"use strict";

const vm = require("node:vm");
const { checkAtoms, describe } = require("./atoms");
const { dictFor } = require("./dictionary");
const { GLOBALS, keepEs5 } = require("./es5");
const { liveApiFor } = require("./live_api");
const { mgraphicsFor } = require("./mgraphics");
const { randomBy } = require("./random");
const { Refusal } = require("./refusal");
const { taskFor } = require("./task");
const { themeColor } = require("./theme");

/** Messages that the jsui object takes for itself, so that a script never hears them. */
const OWN_MESSAGES = new Set(
    `compile filename size border hidden name varname annotation hint color bgcolor ignoreclick presentation
    presentation_rect patching_rect open wclose autowatch getvalueof setvalueof statemessage delprop getprop
    setprop loadbang notifydeleted paint`.split(/\s+/),
);

/**
 * One script in Max: a context of its own with ES5 and Max's globals and nothing else. `send(outlet, atoms)` goes on
 * into the patch; errors of the script are recorded in the device, as Max's console would show them.
 */
class ScriptEngine {
    constructor({ device, name, source, box, graphics, send, redraw }) {
        Object.assign(this, { device, name, send });
        this.globals = Object.create(null);
        vm.createContext(this.globals, { name });
        // An array of the script's own kind, so that `instanceof Array` holds.
        this.array = vm.runInContext("(function (list) { return [].slice.call(list); })", this.globals);
        keepEs5(this.globals);
        // Max's chance is another every time; here it is by the device's seed, so that what went wrong goes wrong again.
        vm.runInContext("(function (random) { Math.random = random; })", this.globals)(randomBy(device.seed));
        const own = this.maxGlobals(box, graphics, redraw);
        this.reserved = new Set([...GLOBALS, ...Object.keys(own)]);
        Object.assign(this.globals, own);
        this.run(`loading ${name}`, () => vm.runInContext(source, this.globals, { filename: name }));
    }

    maxGlobals(box, graphics, redraw) {
        const { device } = this;
        const theme = () => device.theme;
        const only = (what, members) =>
            new Proxy(members, {
                get: (target, name) =>
                    device.guard(() => {
                        if (typeof name === "symbol" || name in Object.prototype) return Reflect.get(target, name);
                        if (!(name in target)) throw new Refusal(`${what} has no ${name} here.`);
                        return target[name];
                    }),
                set: (target, name) =>
                    device.guard(() => {
                        throw new Refusal(`${what}.${String(name)} cannot be set here.`);
                    }),
            });
        const say =
            (kind) =>
            (...given) =>
                device.say(kind, `${given.map(String).join(" ")}`);
        const outlet = (index, ...given) => device.guard(() => this.outlet(index, given));
        for (const trap of ["apply", "call", "bind"]) {
            outlet[trap] = () =>
                device.guard(() => {
                    throw new Refusal(`outlet.${trap}: it crashes Max; hand outlet a list instead.`);
                });
        }
        const own = {
            inlets: 1,
            outlets: 1,
            autowatch: 0,
            inlet: 0,
            messagename: "",
            jsarguments: this.array([this.name]),
            outlet,
            post: say("post"),
            error: say("error"),
            cpost: say("cpost"),
            arrayfromargs: (...given) =>
                this.array(
                    given.flatMap((each) =>
                        each && typeof each === "object" && "length" in each ? Array.from(each) : [each],
                    ),
                ),
            setinletassist: () => {},
            setoutletassist: () => {},
            Task: taskFor(device, this),
            LiveAPI: liveApiFor(device, this),
            Dict: dictFor(device, this),
            Global: globalFor(device),
            box: only("box", { maxclass: box.maxclass, varname: box.varname ?? "", rect: this.array(box.rect) }),
            patcher: only("patcher", { name: device.name }),
            mgraphics: mgraphicsFor(device, this, graphics, redraw),
        };
        own.max = only("max", {
            getcolor: (name) => device.guard(() => this.array(themeColor(theme(), name))),
            version: "8.6.5",
            get time() {
                return device.clock.now_ms;
            },
        });
        return own;
    }

    outlet(index, given) {
        const { outlets } = this.globals;
        if (!Number.isInteger(index) || index < 0 || index >= outlets) {
            throw new Refusal(`outlet: there is no outlet ${describeAny(index)}; ${this.name} has ${outlets}.`);
        }
        // One level of lists is unrolled, as in Max.
        const atoms = given.flatMap((each) => (Array.isArray(each) ? Array.from(each) : [each]));
        if (atoms.length === 0) throw new Refusal(`outlet ${index}: there is nothing to send.`);
        if (atoms[0] === "") throw new Refusal(`outlet ${index}: a message cannot begin with an empty symbol.`);
        checkAtoms(atoms, `outlet ${index}`);
        this.send(index, atoms);
    }

    has(name) {
        return typeof this.globals[name] === "function" && !this.reserved.has(name);
    }

    /** A message that came to an inlet. */
    receive(inlet, { selector, atoms }) {
        const { device } = this;
        if (this.reserved.has(selector) || OWN_MESSAGES.has(selector)) {
            device.fail(`${this.name}: a message ${selector} never reaches the script: Max takes it for itself.`);
            return;
        }
        const method = { int: "msg_int", float: "msg_float" }[selector] ?? selector;
        const name = [method, "anything"].find((each) => this.has(each));
        if (!name) {
            device.fail(`${this.name}: it has no function ${method}.`);
            return;
        }
        Object.assign(this.globals, { inlet, messagename: selector });
        this.invoke(`the message ${selector}`, this.globals[name], atoms);
    }

    /** Calls a function of the script by name, if it has it. */
    event(name, ...given) {
        if (this.has(name)) this.invoke(name, this.globals[name], given);
    }

    invoke(what, f, given, object = this.globals) {
        this.run(what, () => Reflect.apply(f, object, Array.from(given)));
    }

    run(what, go) {
        const { device } = this;
        const { history } = device.live;
        device.live.scriptDepth = (device.live.scriptDepth ?? 0) + 1;
        try {
            go();
        } catch (error) {
            if (error instanceof Refusal) device.record(error);
            else device.fail(`${this.name}, ${what}: ${describeError(error)}`);
        } finally {
            device.live.scriptDepth -= 1;
        }
        if (device.live.scriptDepth > 0) return;
        try {
            history.endForgotten();
        } catch (error) {
            device.record(error);
        }
    }
}

/** Max's Global: a name under which all scripts share an object. */
function globalFor(device) {
    return function Global(name) {
        const shared = device.live.globals;
        if (!shared.has(name)) shared.set(name, {});
        return shared.get(name);
    };
}

function describeAny(value) {
    return typeof value === "number" ? value : describe(value);
}

function describeError(error) {
    if (!error?.stack) return String(error);
    return error.stack
        .split("\n")
        .slice(0, 3)
        .map((line) => line.trim())
        .join(" ");
}

module.exports = { ScriptEngine };
