"use strict";

const { faceSvg: faceOf } = require("./face");
const { Control } = require("./objects/parameter");

/** The presentation view of an open device as SVG: its controls as they stand, its screen as it paints itself. */
function faceSvg(device, theme = device.theme) {
    const values = {};
    const greyed = new Set();
    for (const control of device.patch.all(Control)) {
        const { items } = control.parameter;
        values[control.box.varname] = control.box.maxclass === "live.menu" ? items[control.value] : control.value;
        if (control.isGreyed) greyed.add(control.box.varname);
    }
    const before = device.theme;
    device.theme = theme;
    try {
        return faceOf(device.patcher, theme, device.screen?.paint() ?? "", values, greyed);
    } finally {
        device.theme = before;
    }
}

module.exports = { faceSvg };
