"use strict";

/** What Max or Live would not do, as a sentence. Whoever runs a device records it in `device.errors`. */
class Refusal extends Error {
    constructor(sentence) {
        super(sentence);
        this.name = "Refusal";
    }
}

module.exports = { Refusal };
