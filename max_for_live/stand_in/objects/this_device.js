"use strict";

const { MaxObject } = require("./max_object");

/** live.thisdevice: a bang when Live is there (and again when the device is saved), 1 or 0 when it is switched. */
class ThisDevice extends MaxObject {
    static MESSAGES = ["bang", "getstate"];

    constructor(patch, box) {
        super(patch, box);
        this.outlets = 3;
    }

    message({ selector }) {
        if (selector === "getstate") this.enabled();
        else this.out(0, ["bang"]);
    }

    ready() {
        this.device.isReady = true;
        this.out(0, ["bang"]);
    }

    enabled() {
        this.out(1, [Number(this.device.liveDevice.is_active)]);
    }
}

module.exports = { ThisDevice };
