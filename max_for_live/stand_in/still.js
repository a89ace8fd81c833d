"use strict";

const { SteppedClock } = require("./clock");
const { openDevice } = require("./device");
const { LiveSet } = require("./live");

/** A network on which there is nobody. */
const NOBODY = { sender: () => ({ send() {}, close() {} }), receiver: () => ({ close() {} }) };

/** A device in a set of one MIDI track, where time stands still and no bridge runs: {live, track, device}. */
function openStill(bytes, { networkOf = () => NOBODY } = {}) {
    const live = new LiveSet({ clock: new SteppedClock() });
    const track = live.addTrack({ name: "Drums" });
    return { live, track, device: openDevice(bytes, { live, track, network: networkOf(live.clock) }) };
}

/** What its script would know from a bridge with these presets and kits, given by their names. */
function tellNames(device, { presets = [], kits = [] }) {
    const { link } = device.screen.script.globals.sideman.device;
    link.names = {
        models: [],
        presets: presets.map((name) => ({ name, about: "", settings: [], kit: "" })),
        kits: kits.map((name) => ({ name, about: "" })),
    };
    link.changed();
}

module.exports = { openStill, tellNames };
