"use strict";

const dgram = require("node:dgram");
const { randomBy } = require("./random");

const HOST = "127.0.0.1";

/**
 * Real UDP on this machine, with a stage that loses, repeats and holds back datagrams by a seed.
 * `ports` maps the port that a device names to the one that a test's bridge has: {42711: 50123}.
 * A datagram passes the stage once: when a device sends it, or when it comes to a device from elsewhere.
 * `log` hears of each: ("to" | "from", port, datagram, what became of it), "own" being a device's that came to a device.
 * `taken` are the ports that a device wanted and another program, or another device, had.
 */
class Network {
    constructor({ ports = {}, seed = 0, lost = 0, repeated = 0, held = 0, log = () => {} } = {}) {
        this.ports = ports;
        this.stage = { lost, repeated, held };
        this.random = randomBy(seed);
        this.sockets = new Set();
        this.own = new Set();
        this.taken = new Set();
        this.log = log;
        this.heldBack = [];
        this.fell = { passed: 0, lost: 0, repeated: 0, held: 0 };
    }

    /** What a udpsend has: a socket of its own, so that replies to its port never reach a udpreceive. */
    sender() {
        const socket = this.open();
        socket.on("error", () => {});
        socket.bind(0, HOST);
        this.own.add(socket.address().port);
        let closed = false;
        return {
            send: (datagram, port) => {
                const fate = this.fate();
                this.log("to", port, datagram, fate);
                this.pass(
                    fate,
                    () => socket.send(datagram, this.ports[port] ?? port, HOST, () => {}),
                    () => closed,
                );
            },
            close: () => {
                closed = true;
                this.own.delete(socket.address().port);
                this.drop(socket);
            },
        };
    }

    /** An address needs no name server: so a port is bound when Max says so, not a moment later. */
    open() {
        const socket = dgram.createSocket({ type: "udp4", lookup: (host, options, found) => found(null, host, 4) });
        this.sockets.add(socket);
        return socket;
    }

    /** What a udpreceive has. `failed` hears of a port that another program holds. */
    receiver(port, heard, failed) {
        const socket = this.open();
        let closed = false;
        socket.on("error", (error) => {
            this.drop(socket);
            if (error.code === "EADDRINUSE") this.taken.add(port);
            if (!closed) failed(error);
        });
        socket.on("message", (datagram, from) => {
            if (closed) return;
            const take = () => heard(datagram);
            const isOwn = this.own.has(from.port);
            const fate = isOwn ? "own" : this.fate();
            this.log("from", port, datagram, fate);
            if (isOwn) take();
            else this.pass(fate, take, () => closed);
        });
        try {
            socket.bind({ port, address: HOST, exclusive: true });
        } catch (error) {
            failed(error);
        }
        return {
            close: () => {
                closed = true;
                this.drop(socket);
            },
        };
    }

    /** What becomes of the next datagram. */
    fate() {
        const { lost, repeated, held } = this.stage;
        const dice = this.random();
        const fate =
            dice < lost
                ? "lost"
                : dice < lost + repeated
                  ? "repeated"
                  : dice < lost + repeated + held
                    ? "held"
                    : "passed";
        this.fell[fate] += 1;
        return fate;
    }

    pass(fate, go, isClosed) {
        if (fate === "lost") return;
        if (fate === "held") {
            this.heldBack.push(() => isClosed() || go());
            return;
        }
        go();
        if (fate === "repeated") go();
        this.heldBack.splice(0).forEach((late) => late());
    }

    drop(socket) {
        if (this.sockets.delete(socket)) socket.close();
    }

    close() {
        [...this.sockets].forEach((socket) => this.drop(socket));
    }
}

module.exports = { HOST, Network };
