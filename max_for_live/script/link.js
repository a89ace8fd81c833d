// The device's end of the wire: it finds a port, greets the bridge, sees it stop and start, and asks it for clips.
// Nothing that arrives makes it throw. Time, chance and sockets are the world's (world.js).
//
//     var link = new Link(world, {device: "blend-1f3a"});
//     link.changed = function () { ... };                      // state, sentence, latency or names are others now
//     link.open();
//     link.ask("vary", {clip: {clip: 0, kit: "general_midi"}, seed: 7}, [clip], function (result, refusal) { ... });
//
// A clip in `values` is named by its index in the list of clips. A clip that was given is never changed afterwards.
// `done` is called once: with {clips, head}, or with {code, sentence}; before ask returns where nothing can be sent.

var fields = require("./fields");
var protocol = require("./protocol");
var message = require("./message");
var delivery = require("./delivery");
var Alarm = require("./alarm").Alarm;
var Conversation = require("./conversation").Conversation;
var Ear = require("./ear").Ear;
var Requests = require("./request").Requests;

// Whole numbers below 2^24 are the same as float32, whichever type Max gives them.
var PORT_BITS = 65536, CHANCE = 256;
var SILENT_SECONDS = 1;
var UPKEEP_SECONDS = 2;
var KNOWN_KEPT = 128;
var MOST_NAMES = 256;

var NOT_RUNNING = "The bridge is not running: start it with `python start.py`.";
var DEAF = "Max hears on no port of this computer: look whether a firewall holds it back. Sideman goes on trying.";
var MOST_LASTING = 16;
var MANY = "Sixteen requests are waiting: this one was left out.";
var REPLACED = {code: "replaced", sentence: "A newer request took the place of this one."};
var CANCELLED = {code: "cancelled", sentence: "The request was taken back."};
var TORN = {code: "bad_datagram", sentence: "The bridge's answer does not hold together: report it with its log."};

// The name of a device takes up to 42 bytes.
/** @param {World} world @param {{device: string}} options */
function Link(world, options) {
    var link = this;
    this.world = world;
    this.device = options.device;
    this.state = "silent";
    this.sentence = "Looking for the bridge.";
    this.latency_seconds = null;
    this.names = no_names();
    this.changed = function () {};

    this.session = Math.floor(world.random() * CHANCE) * PORT_BITS;
    this.request_id = 0;
    this.boot_id = null;
    this.known = new delivery.Known(KNOWN_KEPT);
    this.requests = new Requests(function (values) {
        return link.with_head(values, 0);
    });
    this.is_open = false;
    this.is_there = false; // the bridge
    this.was_sought = false;
    this.outdated = null; // the bridge's sentence when it speaks another version
    this.verdict = null; // what became of the last request, if it was refused
    this.greeting = null; // the conversation of hello or ping
    this.is_greeted = false;
    this.asking = null; // the conversation of what is in flight
    this.lasting = []; // the requests after it whose clips are to be written, the oldest first
    this.waiting = null; // the newest of the others
    this.told = this.shown();
    this.ear = new Ear(world, this.session, function () {
        link.ear_turned();
    });
    this.silence = new Alarm(world, function () {
        link.fell_silent();
    });
    this.upkeep = new Alarm(world, function () {
        link.look_after();
    });
}

Link.prototype.open = function () {
    if (!this.is_open) {
        this.is_open = true;
        this.upkeep.ring_in(UPKEEP_SECONDS);
        this.ear.open();
    }
};

// Nothing is sent, heard or called any more.
Link.prototype.close = function () {
    this.is_open = false;
    this.ear.close();
    this.silence.stop();
    this.upkeep.stop();
    stop(this.greeting);
    stop(this.asking);
    this.greeting = null;
    this.asking = null;
    this.lasting = [];
    this.waiting = null;
};

// --- what the device asks

// What only shows something, as a blend under the puck, may be replaced by the next question. What is to be written
// (`is_lasting`) is not: it waits its turn, before any of these.
/**
 * @template {Kind} K @param {K} kind @param {Values<K>} values @param {Clip[]} clips
 * @param {(result: Result | null, refusal: Refusal | null) => void} done @param {boolean} [is_lasting]
 */
Link.prototype.ask = function (kind, values, clips, done, is_lasting) {
    var made = this.requests.make("/sideman/" + kind, values, clips, this.world.now_seconds());
    var replaced = is_lasting ? null : this.waiting;
    if (this.outdated !== null) {
        done(null, {code: "unsupported", sentence: this.outdated});
        return;
    }
    if (this.ear.is_deaf) {
        done(null, {code: "no_answer", sentence: DEAF});
        return;
    }
    if (made.request === null) {
        this.verdict = {state: "refused", sentence: made.sentence};
        this.tell();
        done(null, {code: "bad_value", sentence: made.sentence});
        return;
    }
    if (is_lasting && this.is_there && this.lasting.length >= MOST_LASTING) {
        done(null, {code: "busy", sentence: MANY});
        return;
    }
    this.verdict = null;
    made.request.done = done;
    if (is_lasting) {
        this.lasting.push(made.request);
        // Pressed again and again while no bridge answers, a button is not obeyed as often when it does.
        replaced = !this.is_there && this.lasting.length > 1 ? this.lasting.shift() : null;
    } else {
        this.waiting = made.request;
    }
    this.advance();
    this.tell();
    if (replaced !== null) {
        replaced.done(null, REPLACED);
    }
};

// Takes back what is in flight and what waits.
Link.prototype.cancel = function () {
    var asking = this.asking, waiting = this.all_waiting();
    this.asking = null;
    if (asking !== null) {
        asking.stop();
        asking.send("/sideman/cancel", {});
        waiting.unshift(asking.request);
    }
    this.tell();
    waiting.forEach(function (request) {
        request.done(null, CANCELLED);
    });
};

// Takes out all that waits.
Link.prototype.all_waiting = function () {
    var all = this.waiting === null ? this.lasting : this.lasting.concat([this.waiting]);
    this.lasting = [];
    this.waiting = null;
    return all;
};

// Begins what waits, if nothing is in flight.
Link.prototype.advance = function () {
    var link = this, request;
    if (this.asking !== null || !this.ear.hears) {
        return;
    }
    request = this.lasting.length > 0 ? this.lasting.shift() : this.waiting;
    if (request === null) {
        return;
    }
    if (request === this.waiting) {
        this.waiting = null;
    }
    this.asking = new Conversation(this, request, function (messages, refusal) {
        link.asking = null;
        link.was_answered(request, messages, refusal);
    });
    this.asking.begin();
};

Link.prototype.was_answered = function (request, messages, refusal) {
    var result = messages === null ? null : delivery.result(messages);
    if (result !== null) {
        this.latency_seconds = this.world.now_seconds() - request.asked_seconds;
        this.verdict = null;
    } else {
        refusal = refusal || TORN;
        this.verdict = this.verdict_on(refusal);
    }
    // The next one goes out before the device works on this one.
    this.advance();
    this.tell();
    request.done(result, refusal);
};

// What the musician sees of a refusal, until the next request. That a bridge is silent is seen by itself, and only as
// long as it is.
Link.prototype.verdict_on = function (refusal) {
    var word = protocol.refusals[refusal.code];
    if (word === "leave" || !this.is_there) {
        return null;
    }
    return {state: word === "late" ? "late" : "refused", sentence: refusal.sentence};
};

// --- what is sent and heard: for Conversation, and for udpreceive

Link.prototype.next_id = function () {
    this.request_id += 1;
    return this.request_id;
};

Link.prototype.send = function (address, values, request_id) {
    this.world.send(address, message.write(address, this.with_head(values, request_id)).args);
    // To these two the bridge says nothing.
    if (address !== "/sideman/got" && address !== "/sideman/cancel" && !this.silence.is_set()) {
        this.silence.ring_in(SILENT_SECONDS);
    }
};

// A message with its head. The port is that of now: a repeat may name another one than the request did.
Link.prototype.with_head = function (values, request_id) {
    return fields.joined(values, {
        device: this.device, session: this.session, request_id: request_id, reply_port: this.ear.port || 1
    });
};

// All that the device's port heard: an address, and its arguments as an array.
Link.prototype.receive = function (address, args) {
    var values, those;
    if (!this.is_open || !args) {
        return;
    }
    if (address === protocol.probe) {
        this.ear.receive(args);
        return;
    }
    values = heard(address, args);
    if (values === null || values.session !== this.session) {
        return;
    }
    this.silence.stop();
    this.is_there = true;
    if (values.boot_id !== undefined) {
        this.met(values.boot_id);
    }
    those = [this.asking, this.greeting].filter(function (conversation) {
        return conversation !== null && conversation.request_id === values.request_id;
    });
    if (those.length > 0) {
        those[0].hear(address, values);
    }
    this.tell();
};

// --- the bridge, there or not

Link.prototype.ear_turned = function () {
    var waiting;
    if (this.ear.hears) {
        if (this.session % PORT_BITS === 0) {
            // Two devices of one set may be given the same chance, but never the same port.
            this.session += this.ear.port;
            this.device += "-" + this.ear.port;
        }
        if (this.greeting === null) {
            this.greet();
        }
        this.advance();
        this.tell();
    } else {
        waiting = this.all_waiting();
        this.tell();
        waiting.forEach(function (request) {
            request.done(null, {code: "no_answer", sentence: DEAF});
        });
    }
};

// Another boot_id: a bridge that was started anew knows no clips, and may have other names.
Link.prototype.met = function (boot_id) {
    var is_first = this.boot_id === null;
    if (boot_id === this.boot_id) {
        return;
    }
    this.boot_id = boot_id;
    this.known.clear();
    if (!is_first && !this.is_greeting()) {
        this.greet();
    }
};

Link.prototype.fell_silent = function () {
    this.is_there = false;
    this.was_sought = true;
    this.verdict = null;
    if (!this.is_greeting()) {
        this.greet();
    }
    this.tell();
};

// Every two seconds: hears the port still, is the bridge there still?
Link.prototype.look_after = function () {
    this.upkeep.ring_in(UPKEEP_SECONDS);
    if (!this.ear.hears) {
        return;
    }
    if (!this.is_there) {
        this.ear.check();
    } else if (this.greeting === null && !this.is_greeted) {
        this.greet();
    } else if (this.greeting === null && this.asking === null) {
        this.converse("/sideman/ping", function () {});
    }
};

Link.prototype.is_greeting = function () {
    return this.greeting !== null && this.greeting.request.address === "/sideman/hello";
};

// Says hello until it is answered: soon at first, then every two seconds.
Link.prototype.greet = function () {
    var link = this;
    this.is_greeted = false;
    this.converse("/sideman/hello", function (messages, refusal) {
        if (refusal !== null) {
            link.outdated = refusal.code === "unsupported" ? refusal.sentence : null;
            return;
        }
        link.outdated = null;
        link.is_greeted = true;
        link.names = names_in(messages);
        link.told = null; // the names are news
    });
};

Link.prototype.converse = function (address, heard) {
    var link = this;
    stop(this.greeting);
    this.greeting = new Conversation(this, {
        address: address,
        values: {},
        uploads: [],
        asked_seconds: null,
        limit_seconds: Infinity,
        longest_wait_seconds: UPKEEP_SECONDS
    }, function (messages, refusal) {
        link.greeting = null;
        heard(messages, refusal);
    });
    this.greeting.begin();
};

// Calls `changed` if what the device shows is another than when it was called last.
Link.prototype.tell = function () {
    var now;
    if (this.ear.is_deaf) {
        this.show("deaf", DEAF);
    } else if (!this.is_there) {
        this.show("silent", this.was_sought ? NOT_RUNNING : "Looking for the bridge.");
    } else if (this.outdated !== null) {
        this.show("refused", this.outdated);
    } else if (this.asking !== null || this.waiting !== null || this.lasting.length > 0) {
        this.show("working", "Working.");
    } else if (this.verdict !== null) {
        this.show(this.verdict.state, this.verdict.sentence);
    } else {
        this.show("ready", "Ready.");
    }
    now = this.shown();
    if (now !== this.told) {
        this.told = now;
        this.changed();
    }
};

Link.prototype.shown = function () {
    return [this.state, this.sentence, this.latency_seconds].join(" ");
};

Link.prototype.show = function (state, sentence) {
    this.state = state;
    this.sentence = sentence;
};

// --- small parts

// The values of a reply; of one that only a newer bridge has, which part it is.
function heard(address, args) {
    if (fields.has(protocol.replies, address)) {
        return message.read(address, args);
    }
    return /^\/sideman\//.test(address) && !fields.has(protocol.asks, address) ? message.read_part(args) : null;
}

function stop(conversation) {
    if (conversation !== null) {
        conversation.stop();
    }
}

/** @returns {Names} */
function no_names() {
    return {models: [], presets: [], kits: []};
}

// Several messages with one kind and name are one name: their settings add up, all else is the first that says it.
function names_in(messages) {
    var names = no_names();
    messages.forEach(function (part) {
        /** @type {Heard["/sideman/name"]} */
        var said = part.values;
        var list = part.address === "/sideman/name" ? names[said.kind + "s"] : undefined, row;
        if (list === undefined) {
            return;
        }
        row = list.filter(function (other) {
            return other.name === said.name;
        })[0];
        if (row !== undefined) {
            add_to(row, said);
        } else if (list.length < MOST_NAMES) {
            list.push(row_of(said));
        }
    });
    return names;
}

/** @param {Heard["/sideman/name"]} said */
function row_of(said) {
    if (said.kind === "model") {
        return {name: said.name, kind: said.about};
    }
    if (said.kind === "kit") {
        return {name: said.name, about: said.about};
    }
    return {name: said.name, about: said.about, settings: said.settings, kit: said.kit, model: said.model};
}

/** @param {Names["presets"][0]} row @param {Heard["/sideman/name"]} said */
function add_to(row, said) {
    if (said.kind === "preset") {
        row.settings = row.settings.concat(said.settings);
        row.about = row.about || said.about;
        row.kit = row.kit || said.kit;
        row.model = row.model || said.model;
    }
}

exports.Link = Link;
