// A port on which this device hears. Max tells a script neither which ports are taken nor whether its udpreceive could
// have one, so the device chooses at random and sends itself a probe: a port that stays silent is given up.

var Alarm = require("./alarm").Alarm;

var LOWEST_PORT = 49152;
var PORTS = 16384;
// A port that is opened a moment after the first probe hears the next one.
var PROBE_SECONDS = 0.07;
var PROBES = 4;
var DEAF_AFTER = 8;
var DEAF_SECONDS = 2;

// `turned` is called when the device begins to hear, and when it turns deaf.
/** @param {World} world @param {number} session @param {() => void} turned */
function Ear(world, session, turned) {
    var ear = this;
    this.world = world;
    this.session = session;
    this.turned = turned;
    this.port = 0;
    this.hears = false;
    this.is_deaf = false;
    this.failed = 0;
    this.probes = 0;
    this.alarm = new Alarm(world, function () {
        ear.next();
    });
}

// Listens on another port.
Ear.prototype.open = function () {
    this.port = LOWEST_PORT + Math.floor(this.world.random() * PORTS);
    this.world.listen(this.port);
    this.check();
};

// Whether the port hears, or hears still: Max may have lost it since.
Ear.prototype.check = function () {
    if (!this.alarm.is_set()) {
        this.probes = 0;
        this.probe();
    }
};

Ear.prototype.probe = function () {
    this.probes += 1;
    this.world.probe(this.port, [this.session, this.port]);
    this.alarm.ring_in(PROBE_SECONDS);
};

Ear.prototype.next = function () {
    if (this.probes > 0 && this.probes < PROBES) {
        this.probe();
        return;
    }
    if (this.probes === 0) {
        this.open();
        return;
    }
    this.hears = false;
    this.failed += 1;
    this.probes = 0;
    if (this.failed < DEAF_AFTER) {
        this.open();
        return;
    }
    this.alarm.ring_in(DEAF_SECONDS);
    if (!this.is_deaf) {
        this.is_deaf = true;
        this.turned();
    }
};

// The arguments of a probe that came. Another device's, or one of an earlier port, says nothing.
Ear.prototype.receive = function (args) {
    if (args[0] !== this.session || args[1] !== this.port) {
        return;
    }
    this.alarm.stop();
    this.failed = 0;
    this.probes = 0;
    this.is_deaf = false;
    if (!this.hears) {
        this.hears = true;
        this.turned();
    }
};

Ear.prototype.close = function () {
    this.alarm.stop();
};

exports.Ear = Ear;
