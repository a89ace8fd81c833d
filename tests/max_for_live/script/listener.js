// A network with a bridge that makes no music: it greets, writes down each request, and refuses it. No time passes.
"use strict";

const {decodeOsc, encodeOsc} = require("../../../max_for_live/stand_in/osc.js");
const {WELCOME, message, plain, protocol} = require("./stage.js");

const CONVERSATION = ["hello", "ping", "status", "clip", "need", "got", "cancel"];

exports.Listener = class Listener {
    // `names`: what hello is told, as /sideman/name has it. `heard` are the requests, {kind, values}.
    constructor(clock, {names = []} = {}) {
        this.clock = clock;
        this.names = names;
        this.heard = [];
        this.receivers = new Map();
    }

    // --- what udpsend and udpreceive see

    sender() {
        return {
            send: (datagram, port) => {
                if (port === protocol.port) {
                    this.hear(decodeOsc(datagram));
                } else {
                    this.later(port, datagram);
                }
            },
            close() {},
        };
    }

    receiver(port, heard) {
        this.receivers.set(port, heard);
        return {close: () => this.receivers.get(port) === heard && this.receivers.delete(port)};
    }

    // Never within what the device is doing.
    later(port, datagram) {
        this.clock.after(1, () => this.receivers.get(port)?.(datagram));
    }

    // --- the bridge

    hear({address, atoms}) {
        const values = message.read(address, atoms), kind = address.replace("/sideman/", "");
        if (values === null) {
            throw new Error(`the bridge would not read ${address} ${JSON.stringify(atoms)}`);
        }
        if (kind === "hello") {
            this.reply(values, [["welcome", WELCOME], ...this.names.map((name) => ["name", name])]);
        } else if (kind === "ping") {
            this.tell(values, "pong", {boot_id: WELCOME.boot_id});
        } else if (!CONVERSATION.includes(kind)) {
            this.heard.push({kind, values: plain(values)});
            this.reply(values, [["refused", {code: "cancelled", sentence: "Written down."}]]);
        }
    }

    reply(asked, messages) {
        messages.forEach(([kind, values], part) => this.tell(asked, kind, {part, parts: messages.length, ...values}));
    }

    tell({session, request_id, reply_port}, kind, values) {
        const address = `/sideman/${kind}`;
        const {args, sentence} = message.write(address, {session, request_id, ...values});
        if (sentence !== null) {
            throw new Error(sentence);
        }
        this.later(reply_port, encodeOsc(address, plain(args)));
    }
};
