"use strict";

const { LiveObject } = require("./live_object");

/** What Live sees of an open device. */
class MaxDevice extends LiveObject {
    constructor(live, place, name) {
        super(live, "MaxDevice", place);
        this.name = name;
        this.class_name = "MxDeviceMidiEffect";
        this.class_display_name = "Max MIDI Effect";
        this.type = 4;
        this.is_active = true;
        this.parameters = [];
        place.devices.push(this);
    }

    get path() {
        return `${this.parent.path} devices ${this.parent.devices.indexOf(this)}`;
    }

    leave() {
        this.parent.devices.splice(this.parent.devices.indexOf(this), 1);
        this.parameters.forEach((parameter) => parameter.leave());
        super.leave();
    }
}

/** A parameter that Live may automate; `control` is the object in the patch that holds its value. */
class DeviceParameter extends LiveObject {
    constructor(live, device, control) {
        super(live, "DeviceParameter", device);
        this.control = control;
        device.parameters.push(this);
    }

    get path() {
        return `${this.parent.path} parameters ${this.parent.parameters.indexOf(this)}`;
    }
    get name() {
        return this.control.parameter.longname;
    }
    get original_name() {
        return this.name;
    }
    get min() {
        return this.control.parameter.low;
    }
    get max() {
        return this.control.parameter.high;
    }
    get is_enabled() {
        return true;
    }
    get value() {
        return this.control.value;
    }

    write(property, value) {
        const before = this.value;
        this.control.fromLive(value);
        return () => this.control.fromLive(before);
    }
}

/** A Rack with one chain: a device in it has a Chain for a parent, not a Track. */
class RackDevice extends LiveObject {
    constructor(live, track) {
        super(live, "RackDevice", track);
        this.name = "MIDI Effect Rack";
        this.class_name = "MidiEffectGroupDevice";
        this.is_active = true;
        this.parameters = [];
        track.devices.push(this);
        this.chains = [new Chain(live, this)];
    }

    get path() {
        return `${this.parent.path} devices ${this.parent.devices.indexOf(this)}`;
    }
}

class Chain extends LiveObject {
    constructor(live, rack) {
        super(live, "Chain", rack);
        this.name = "Chain";
        this.mute = false;
        this.devices = [];
    }

    get path() {
        return `${this.parent.path} chains ${this.parent.chains.indexOf(this)}`;
    }
}

module.exports = { DeviceParameter, MaxDevice, RackDevice };
