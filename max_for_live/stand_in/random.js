"use strict";

/** The same numbers in [0, 1) for the same seed, on every machine (a 32-bit Weyl sequence, mixed). */
function randomBy(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x9e3779b9) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
        mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
        return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
    };
}

/** A copy of the list in an order by `random`. */
function shuffled(list, random) {
    const copy = [...list];
    for (let last = copy.length - 1; last > 0; last -= 1) {
        const other = Math.floor(random() * (last + 1));
        [copy[last], copy[other]] = [copy[other], copy[last]];
    }
    return copy;
}

module.exports = { randomBy, shuffled };
