// node es5.js FILE...: what in these files Max's old engine would not know, a line each. Needs acorn.
"use strict";

const fs = require("node:fs");
const acorn = require("acorn");

// What came after ES5, and what a browser or node has and Max has not.
const NAMES = new Set(["ArrayBuffer", "BigInt", "Buffer", "DataView", "Float32Array", "Float64Array", "Int32Array",
    "Map", "Promise", "Proxy", "Reflect", "Set", "Symbol", "Uint8Array", "Uint32Array", "WeakMap",
    "clearTimeout", "console", "global", "globalThis", "module", "performance", "process", "setInterval",
    "setTimeout", "window"]);
const STATICS = {
    Array: ["isArray", "prototype"],
    Math: ["E", "LN10", "LN2", "LOG10E", "LOG2E", "PI", "SQRT1_2", "SQRT2", "abs", "acos", "asin", "atan", "atan2",
        "ceil", "cos", "exp", "floor", "log", "max", "min", "pow", "random", "round", "sin", "sqrt", "tan"],
    Number: ["MAX_VALUE", "MIN_VALUE", "NEGATIVE_INFINITY", "NaN", "POSITIVE_INFINITY", "prototype"],
    Object: ["create", "defineProperty", "freeze", "getOwnPropertyNames", "getPrototypeOf", "keys", "prototype"],
    String: ["fromCharCode", "prototype"],
};
const METHODS = new Set(["codePointAt", "copyWithin", "endsWith", "entries", "find", "findIndex", "flat", "flatMap",
    "includes", "normalize", "padEnd", "padStart", "repeat", "startsWith", "trimEnd", "trimStart"]);

function* nodes(node) {
    yield node;
    for (const key of Object.keys(node)) {
        for (const child of [].concat(node[key])) {
            if (child && typeof child.type === "string") {
                yield* nodes(child);
            }
        }
    }
}

// Names that stand before a dot or after one, or that are keys, are no variables.
function complaints(source) {
    const tree = acorn.parse(source, {ecmaVersion: 5, sourceType: "script", locations: true});
    const found = [], keys = new Set();
    for (const node of nodes(tree)) {
        const say = (what) => found.push(`${node.loc.start.line}: ${what}`);
        if (node.type === "MemberExpression" && !node.computed) {
            const of = node.object.type === "Identifier" ? node.object.name : "";
            keys.add(node.property);
            if (Object.hasOwn(STATICS, of) && !STATICS[of].includes(node.property.name)) {
                say(`${of}.${node.property.name}`);
            } else if (METHODS.has(node.property.name)) {
                say(`.${node.property.name}`);
            } else if (of === "outlet" && node.property.name === "apply") {
                say("outlet.apply");
            }
        } else if (node.type === "Property") {
            keys.add(node.key);
        } else if (node.type === "Identifier" && !keys.has(node) && NAMES.has(node.name)) {
            say(node.name);
        }
    }
    return found;
}

for (const file of process.argv.slice(2)) {
    try {
        complaints(fs.readFileSync(file, "utf8")).forEach((line) => console.log(`${file}:${line}`));
    } catch (error) {
        console.log(`${file}:${error.message}`);
    }
}
