"use strict";

const { Refusal } = require("./refusal");

/** Lists in Max end here. */
const MOST_ATOMS = 32767;

/** A message is a selector and its atoms: numbers and symbols (strings). A bang is ["bang"]. */
function checkAtoms(atoms, where) {
    if (atoms.length > MOST_ATOMS) {
        throw new Refusal(`${where}: a list of ${atoms.length} atoms is longer than Max's ${MOST_ATOMS}.`);
    }
    atoms.forEach((atom, index) => {
        if (typeof atom === "string") return;
        if (typeof atom === "number" && Number.isFinite(atom)) return;
        const what = Array.isArray(atom)
            ? "a list inside a list"
            : typeof atom === "number"
              ? `${atom}`
              : describe(atom);
        throw new Refusal(`${where}: atom ${index} is ${what}; Max knows finite numbers and symbols.`);
    });
}

function describe(value) {
    if (value === null) return "null";
    return typeof value === "object" || typeof value === "function"
        ? `a JavaScript ${typeof value}`
        : `${typeof value}`;
}

/** The message that a list of atoms is: its selector, and the atoms after it. */
function messageOf(atoms) {
    const [first, ...rest] = atoms;
    if (atoms.length === 0) return { selector: "bang", atoms: [] };
    if (typeof first === "string") return { selector: first, atoms: rest };
    if (atoms.length > 1) return { selector: "list", atoms };
    return { selector: Number.isInteger(first) ? "int" : "float", atoms };
}

/** The way back: what stands in a list for the message, so that `prepend` can put something before it. */
function atomsOf({ selector, atoms }) {
    return ["int", "float", "list"].includes(selector) ? atoms : [selector, ...atoms];
}

function sentenceOf({ selector, atoms }) {
    const all = [selector, ...atoms];
    return all.length > 12 ? `${all.slice(0, 12).join(" ")} … (${all.length} atoms)` : all.join(" ");
}

module.exports = { MOST_ATOMS, atomsOf, checkAtoms, describe, messageOf, sentenceOf };
