"use strict";

const { Refusal } = require("./refusal");

/** macOS sends no larger datagram unless it is told to. */
const MOST_BYTES = 9216;

function text(value) {
    const bytes = Buffer.from(value, "utf8");
    return Buffer.concat([bytes, Buffer.alloc(4 - (bytes.length % 4))]);
}

/** What Max's udpsend makes of a message: whole numbers as i, others as f, symbols as s. */
function encodeOsc(address, atoms) {
    if (!address.startsWith("/")) throw new Refusal(`udpsend: ${JSON.stringify(address)} is no OSC address.`);
    let tags = ",";
    const parts = atoms.map((atom) => {
        if (typeof atom === "string") {
            tags += "s";
            return text(atom);
        }
        const bytes = Buffer.alloc(4);
        if (Number.isInteger(atom)) {
            tags += "i";
            if (atom !== (atom | 0)) throw new Refusal(`udpsend: ${atom} does not fit in 32 bits (${address}).`);
            bytes.writeInt32BE(atom);
        } else {
            tags += "f";
            bytes.writeFloatBE(atom);
        }
        return bytes;
    });
    const datagram = Buffer.concat([text(address), text(tags), ...parts]);
    if (datagram.length > MOST_BYTES) {
        throw new Refusal(`udpsend: ${address} has ${datagram.length} bytes; macOS sends at most ${MOST_BYTES}.`);
    }
    return datagram;
}

/** What Max's udpreceive makes of a datagram: {address, atoms}. Throws an Error with the line for the console. */
function decodeOsc(datagram) {
    if (datagram.length % 4) throw new Error(`a datagram of ${datagram.length} bytes is no multiple of 4`);
    let at = 0;
    const takeText = () => {
        const end = datagram.indexOf(0, at);
        if (end < 0) throw new Error("a string without an end");
        const value = datagram.toString("utf8", at, end);
        at = end + 4 - (end % 4);
        return value;
    };
    const address = takeText();
    if (!address.startsWith("/")) throw new Error(`${JSON.stringify(address.slice(0, 32))} is no OSC address`);
    const tags = at < datagram.length ? takeText() : ",";
    const atoms = [...tags.slice(1)].map((tag) => {
        if (tag === "s") return takeText();
        if (tag !== "i" && tag !== "f") throw new Error(`type ${JSON.stringify(tag)} is unknown (${address})`);
        if (at + 4 > datagram.length) throw new Error(`${address} ends too soon`);
        at += 4;
        return tag === "i" ? datagram.readInt32BE(at - 4) : datagram.readFloatBE(at - 4);
    });
    return { address, atoms };
}

module.exports = { decodeOsc, encodeOsc };
