"use strict";

const { describe } = require("./atoms");
const { LOM, ONLY_READ, accessOf } = require("./lom");
const { Refusal } = require("./refusal");

const NOTIFICATION = "Changes cannot be triggered by notifications. You will need to defer your response.";
const MEMBERS = [
    "id",
    "path",
    "unquotedpath",
    "type",
    "mode",
    "children",
    "property",
    "get",
    "getcount",
    "set",
    "call",
    "goto",
];

/** One pointer into Live: what a script's LiveAPI object does. Everything it is not told to do is refused. */
class Pointer {
    constructor(device, script, callback) {
        this.device = device;
        this.script = script;
        this.callback = callback;
        this.object = null;
        this.observed = "";
        this.stops = [];
        device.pointers.add(this);
    }

    get live() {
        return this.device.live;
    }

    // What a script sees.

    get id() {
        return this.object ? String(this.object.id) : "0";
    }
    set id(id) {
        if (!/^\d+$/.test(String(id))) throw new Refusal(`LiveAPI.id: ${describe(id)} ${id} is no id.`);
        this.point(this.live.objects.get(Number(id)) ?? null);
    }

    get path() {
        return this.object ? `"${this.object.path}"` : "";
    }
    set path(path) {
        this.point(this.find(path));
    }
    get unquotedpath() {
        return this.object?.path ?? "";
    }
    get type() {
        return this.object?.kind ?? "";
    }
    get mode() {
        return 0;
    }
    get children() {
        return this.script.array(this.object ? Object.keys(this.lom.children) : []);
    }
    get property() {
        return this.observed;
    }
    set property(name) {
        if (typeof name !== "string") throw new Refusal(`LiveAPI.property: ${describe(name)} is no name.`);
        if (!this.callback && name) throw new Refusal(`LiveAPI.property ${name}: this LiveAPI has no callback.`);
        this.observed = name;
        this.point(this.object, { isNew: false });
    }

    goto(path) {
        this.path = path;
    }

    get(name) {
        const child = this.lom.children[name];
        if (name === "canonical_parent" || child) return this.script.array(this.idsOf(name));
        const entry = this.property_of(name, "get");
        const value = this.object[name];
        return this.script.array(
            this.live.splits_names && typeof value === "string" ? value.split(" ") : valuesOf(entry, value),
        );
    }

    getcount(name) {
        if (!this.lom.children[name]?.[0].endsWith("*"))
            throw new Refusal(`getcount: ${this.object.kind} has no list ${name}.`);
        return this.object[name].length;
    }

    set(name, ...values) {
        const { object } = this;
        const child = this.lom.children[name];
        let value;
        if (child) {
            if (!accessOf(child, "set")) throw new Refusal(`set: ${object.kind}.${name} cannot be set.`);
            value = this.objectOf(values, `set ${name}`);
            if (value.kind !== child[0]) throw new Refusal(`set: ${name} takes a ${child[0]}, not a ${value.kind}.`);
        } else {
            const entry = this.property_of(name, "set");
            if (values.length !== 1) throw new Refusal(`set: ${name} takes one value, not ${values.length}.`);
            value = checkValue(entry, values[0], `set ${object.kind}.${name}`);
        }
        this.change(`set ${object.path} ${name}`, () => object.write(name, value));
    }

    call(name, ...given) {
        const { object } = this;
        const types = this.lom.functions[name];
        if (!types) throw new Refusal(`call: ${object.kind} has no function ${describeName(name)}.`);
        const values = this.argumentsOf(name, types, given);
        if (ONLY_READ.has(name)) return this.toScript(object[name](...values).value);
        let value;
        this.change(`call ${object.path} ${name}`, () => {
            const done = object[name](...values);
            value = done.value;
            return done.inverse ?? null;
        });
        return this.toScript(value);
    }

    // How it is done.

    /** The table of the class it points at; pointing at nothing is refused. */
    get lom() {
        if (!this.object) throw new Refusal("LiveAPI: it points at no object (id 0).");
        return LOM[this.object.kind];
    }

    property_of(name, way) {
        const entry = this.lom.properties[name];
        if (!entry) throw new Refusal(`${way}: ${this.object.kind} has no property ${describeName(name)}.`);
        if (!accessOf(entry, way)) throw new Refusal(`${way}: ${this.object.kind}.${name} cannot be ${way}.`);
        return entry;
    }

    idsOf(name) {
        const value = this.object[name];
        return (Array.isArray(value) ? value : [value]).flatMap((each) => ["id", each?.id ?? 0]);
    }

    objectOf(values, what) {
        if (values.length !== 2 || values[0] !== "id" || !/^\d+$/.test(String(values[1]))) {
            throw new Refusal(`${what}: it takes "id" and a number.`);
        }
        const object = this.live.objects.get(Number(values[1]));
        if (!object) throw new Refusal(`${what}: there is no object with id ${values[1]}.`);
        return object;
    }

    argumentsOf(name, types, given) {
        const values = [];
        const rest = [...given];
        for (const type of types) {
            if (type.endsWith("?") && rest.length === 0) break;
            if (type === "id") values.push(this.objectOf(rest.splice(0, 2), `call ${name}`));
            else if (rest.length === 0)
                throw new Refusal(`call: ${name} takes ${types.length} arguments, not ${given.length}.`);
            else values.push(checkValue([type.replace("?", "")], rest.shift(), `call ${name}`));
        }
        if (rest.length) throw new Refusal(`call: ${name} takes ${types.length} arguments, not ${given.length}.`);
        return values;
    }

    toScript(value) {
        if (value === undefined) return null;
        if (Array.isArray(value)) return this.script.array(value);
        return value?.kind ? this.script.array(["id", value.id]) : value;
    }

    change(what, make) {
        if (this.live.observers.isNotifying) throw new Refusal(`${what}: ${NOTIFICATION}`);
        if (this.live.history.isUndoing) throw new Refusal(`${what}: Changes cannot be triggered during undo or redo.`);
        const inverse = make();
        if (inverse) this.live.history.record("api", what, inverse);
    }

    find(path) {
        if (typeof path !== "string") throw new Refusal(`LiveAPI: a path is text, not ${describe(path)}.`);
        const [root, ...rest] = path.replace(/^"|"$/g, "").split(" ");
        let object;
        if (root === "live_set") object = this.live;
        else if (root === "live_app") object = this.live.application;
        else if (root === "this_device") object = this.device.liveDevice;
        else if (root === "id" && rest.length === 1 && /^\d+$/.test(rest[0]))
            return this.live.objects.get(Number(rest[0])) ?? null;
        else if (root === "" && rest.length === 0) return null;
        else throw new Refusal(`LiveAPI: ${JSON.stringify(path)} is no path.`);
        while (rest.length && object) {
            const name = rest.shift();
            const child = LOM[object.kind].children[name];
            if (!child && name !== "canonical_parent") {
                throw new Refusal(`LiveAPI: ${JSON.stringify(path)}: ${object.kind} has no child ${name}.`);
            }
            if (child?.[0].endsWith("*")) {
                const index = rest.shift();
                if (!/^\d+$/.test(index ?? ""))
                    throw new Refusal(`LiveAPI: ${JSON.stringify(path)}: ${name} needs an index.`);
                object = object[name][Number(index)] ?? null;
            } else {
                object = object[name] ?? null;
            }
        }
        return object;
    }

    /** Points at another object, or anew at the same; who has a callback is told at once, as by a notification. */
    point(object, { isNew = true } = {}) {
        this.stop();
        this.object = object;
        if (!this.callback) return;
        if (object) {
            this.stops.push(
                this.live.observers.add(object, "id", () => {
                    this.stop();
                    this.object = null;
                    this.tell(["id", 0]);
                }),
            );
        }
        if (isNew) this.live.observers.tell(() => this.tell(["id", object?.id ?? 0]));
        if (!object || !this.observed) return;
        this.observe(object, this.observed);
    }

    observe(object, name) {
        const child = this.lom.children[name];
        const entry = child ?? this.property_of(name, "observe");
        if (!accessOf(entry, "observe")) throw new Refusal(`observe: ${object.kind}.${name} cannot be observed.`);
        const read = () => (child ? this.idsOf(name) : entry[0] === "bang" ? ["bang"] : valuesOf(entry, object[name]));
        const tell = () => object.exists && this.tell([name, ...read()]);
        this.stops.push(this.live.observers.add(object, name, tell));
        this.live.watchTime();
        if (entry[0] !== "bang") this.live.observers.tell(tell);
    }

    tell(values) {
        if (!this.device.isClosed) this.script.invoke("LiveAPI's callback", this.callback, [this.script.array(values)]);
    }

    stop() {
        this.stops.splice(0).forEach((stop) => stop());
    }
}

function describeName(name) {
    return typeof name === "string" ? name : describe(name);
}

function valuesOf(entry, value) {
    if (Array.isArray(value)) return value;
    return [typeof value === "boolean" ? Number(value) : value];
}

function checkValue([type, , low, high], value, where) {
    const isNumber = typeof value === "number" && Number.isFinite(value);
    const refuse = (wanted) => {
        const shown = isNumber || typeof value === "string" ? JSON.stringify(value) : describe(value);
        throw new Refusal(`${where}: ${shown} is not ${wanted}.`);
    };
    if (type === "symbol") return typeof value === "string" ? value : refuse("text");
    if (type === "notes") return checkNotesArgument(value, refuse);
    if (!isNumber) return refuse("a number");
    if (type === "bool") return value === 0 || value === 1 ? value === 1 : refuse("0 or 1");
    if (type === "denominator") return [1, 2, 4, 8, 16].includes(value) ? value : refuse("1, 2, 4, 8 or 16");
    if (type === "int" && !Number.isInteger(value)) return refuse("a whole number");
    if (value < low || value > high) return refuse(`in ${low} to ${high}`);
    return value;
}

function checkNotesArgument(value, refuse) {
    if (value === null || typeof value !== "object" || !Array.isArray(value.notes))
        return refuse('an object with a list "notes"');
    if (Object.keys(value).length !== 1) return refuse('an object with "notes" and nothing else');
    return { notes: [...value.notes] };
}

/** The class LiveAPI for one script. */
function liveApiFor(device, script) {
    function LiveAPI(...given) {
        return device.guard(() => {
            if (!new.target) throw new Refusal("LiveAPI: it is made with new.");
            if (!device.isReady)
                throw new Refusal("LiveAPI: it cannot be used before live.thisdevice has sent its bang.");
            const callback = typeof given[0] === "function" ? given.shift() : null;
            if (given.length > 1) throw new Refusal("LiveAPI: it takes a callback and a path.");
            const pointer = new Pointer(device, script, callback);
            if (given.length === 1) pointer.path = given[0];
            return new Proxy(Object.create(LiveAPI.prototype), handlerFor(device, pointer));
        });
    }
    return LiveAPI;
}

function handlerFor(device, pointer) {
    const alive = () => {
        if (device.isClosed) throw new Refusal("LiveAPI: the device is closed.");
    };
    return {
        get: (target, name) =>
            device.guard(() => {
                if (typeof name === "symbol" || name in Object.prototype) return Reflect.get(target, name);
                if (!MEMBERS.includes(name)) throw new Refusal(`LiveAPI has no ${name}.`);
                alive();
                const value = pointer[name];
                return typeof value === "function"
                    ? (...given) => device.guard(() => value.apply(pointer, given))
                    : value;
            }),
        set: (target, name, value) =>
            device.guard(() => {
                if (!["id", "path", "property"].includes(name))
                    throw new Refusal(`LiveAPI: ${String(name)} cannot be set.`);
                alive();
                pointer[name] = value;
                return true;
            }),
    };
}

module.exports = { liveApiFor };
