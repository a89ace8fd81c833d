"use strict";

const { MaxObject } = require("./max_object");
const { decodeOsc, encodeOsc } = require("../osc");

const LOCAL = ["127.0.0.1", "localhost"];

class UdpSend extends MaxObject {
    static MESSAGES = ["bang", "int", "float", "list", "anything"];

    constructor(patch, box) {
        super(patch, box);
        this.outlets = 0;
        [this.host, this.port] = this.arguments;
        if (!LOCAL.includes(this.host) || !isPort(this.port))
            patch.refuse(`${this.where}: it needs this machine's address and a port.`);
        this.socket = this.device.network.sender();
    }

    message({ selector, atoms }) {
        if (selector === "port") {
            if (atoms.length === 1 && isPort(atoms[0])) [this.port] = atoms;
            else this.device.fail(`${this.where}: ${atoms} is no port.`);
        } else if (selector === "host") {
            if (LOCAL.includes(atoms[0])) [this.host] = atoms;
            else this.device.fail(`${this.where}: ${atoms} is not this machine.`);
        } else {
            this.device.guardQuietly(() => this.socket.send(encodeOsc(selector, atoms), this.port));
        }
    }

    close() {
        this.socket.close();
    }
}

class UdpReceive extends MaxObject {
    static MESSAGES = ["port", "maxqueuesize"];
    static ATTRIBUTES = ["defer", "quiet"];

    constructor(patch, box) {
        super(patch, box);
        this.socket = null;
        if (this.arguments.length) this.bind(this.arguments[0]);
    }

    message({ selector, atoms }) {
        if (selector === "port") this.bind(atoms[0]);
    }

    bind(port) {
        this.socket?.close();
        this.socket = null;
        if (!isPort(port)) {
            this.device.fail(`${this.where}: ${port} is no port.`);
            return;
        }
        // A port that is taken is a line in the console, nothing more: Max tells the patch nothing.
        this.socket = this.device.network.receiver(
            port,
            (datagram) => this.heard(datagram),
            () => {
                this.device.say("error", `udpreceive: could not bind to port ${port}`);
            },
        );
    }

    heard(datagram) {
        let message;
        try {
            const { address, atoms } = decodeOsc(datagram);
            message = { selector: address, atoms };
        } catch (error) {
            this.device.say("error", `udpreceive: ${error.message}`);
            return;
        }
        const send = () => this.patch.send(this, 0, message);
        if (this.attributes.defer?.[0] === 1) this.patch.later(send);
        else this.patch.onScheduler(send);
    }

    close() {
        this.socket?.close();
    }
}

function isPort(value) {
    return Number.isInteger(value) && value > 0 && value < 65536;
}

module.exports = { UdpReceive, UdpSend };
