"use strict";

const { describe } = require("./atoms");
const { Refusal } = require("./refusal");

const MEMBERS = [
    "name",
    "quiet",
    "stringify",
    "parse",
    "get",
    "set",
    "replace",
    "contains",
    "getkeys",
    "clear",
    "remove",
    "freepeer",
];

/** Max's Dict for one script: a name for a dictionary that all of Max shares. */
function dictFor(device, script) {
    const shared = device.live.dictionaries;

    class Dictionary {
        constructor(name) {
            this.name = name;
            if (!shared.has(name)) shared.set(name, {});
        }

        get content() {
            return shared.get(this.name) ?? shared.set(this.name, {}).get(this.name);
        }
        stringify() {
            return JSON.stringify(this.content);
        }
        parse(text) {
            if (typeof text !== "string") throw new Refusal(`Dict.parse: ${describe(text)} is no text.`);
            let content;
            try {
                content = JSON.parse(text);
            } catch (error) {
                throw new Refusal(`Dict.parse: ${error.message}`);
            }
            if (content === null || typeof content !== "object" || Array.isArray(content))
                throw new Refusal("Dict.parse: this is no object.");
            shared.set(this.name, content);
        }

        /** As in Max, a list of one is the thing itself and an empty list is null. */
        get(key) {
            const value = this.content[checkKey(key)];
            const single = Array.isArray(value) && value.length < 2 ? value[0] : value;
            if (single === undefined) return null;
            if (Array.isArray(single) && single.every((each) => typeof each !== "object")) return script.array(single);
            if (typeof single === "object")
                throw new Refusal(`Dict.get: ${key} holds dictionaries; use JSON.parse(dict.stringify()).`);
            return single;
        }

        set(key, ...values) {
            if (values.length === 0 || values.some((value) => typeof value !== "string" && !Number.isFinite(value))) {
                throw new Refusal(`Dict.set: ${checkKey(key)} takes numbers and text.`);
            }
            this.content[checkKey(key)] = values.length === 1 ? values[0] : values;
        }

        replace(key, ...values) {
            this.set(key, ...values);
        }
        contains(key) {
            return Number(checkKey(key) in this.content);
        }
        getkeys() {
            return Object.keys(this.content).length ? script.array(Object.keys(this.content)) : null;
        }
        remove(key) {
            delete this.content[checkKey(key)];
        }
        clear() {
            shared.set(this.name, {});
        }
        freepeer() {
            shared.delete(this.name);
        }
    }

    function Dict(name) {
        return device.guard(() => {
            if (!new.target) throw new Refusal("Dict: it is made with new.");
            if (name !== undefined && (typeof name !== "string" || !name))
                throw new Refusal(`Dict: ${describe(name)} is no name.`);
            const dictionary = new Dictionary(name ?? `u${String(100000000 + device.live.nextId()).slice(1)}`);
            return new Proxy(dictionary, {
                get: (target, key) =>
                    device.guard(() => {
                        if (typeof key === "symbol" || key in Object.prototype) return Reflect.get(target, key);
                        if (!MEMBERS.includes(key)) throw new Refusal(`Dict has no ${key}.`);
                        const value = target[key];
                        return typeof value === "function"
                            ? (...given) => device.guard(() => value.apply(target, given))
                            : value;
                    }),
            });
        });
    }
    return Dict;
}

function checkKey(key) {
    if (typeof key !== "string" || !key) throw new Refusal(`Dict: ${describe(key)} is no key.`);
    return key;
}

module.exports = { dictFor };
