// Delivery over a wire that loses, repeats and reorders: the device's end, as bridge/wire/delivery.py has it.

var has = require("./fields").has;
var protocol = require("./protocol");

// The messages that upload a clip, without their heads: its notes in the clip's order.
/** @param {Clip} clip @param {string} hash @returns {Asked["/sideman/clip"][]} */
exports.parts = function (clip, hash) {
    var size = protocol.notes_a_part, count = Math.max(1, Math.ceil(clip.notes.length / size)), parts = [], i;
    for (i = 0; i < count; i += 1) {
        parts.push({
            clip_hash: hash,
            part: i,
            parts: count,
            length_beats: clip.length_beats,
            numerator: clip.numerator,
            denominator: clip.denominator,
            notes: clip.notes.slice(i * size, (i + 1) * size)
        });
    }
    return parts;
};

// The parts of one reply as they arrive, in any order, any number of times. One that is in no table, of a newer bridge,
// counts and has no content: without it the reply would never be whole. Alone it is no reply.
function Assembly() {
    this.begin(0);
}

Assembly.prototype.begin = function (number) {
    this.parts = {};
    this.arrived = 0;
    this.known = 0;
    this.number = number;
};

// A part that disagrees about the number of parts is of another reply, and begins anew.
Assembly.prototype.add = function (address, values) {
    var is_known = has(protocol.replies, address), before;
    if (values.parts !== this.number) {
        if (!is_known && this.known > 0) {
            return;
        }
        this.begin(values.parts);
    }
    before = this.parts[values.part];
    if (values.part >= values.parts || before && (before.is_known || !is_known)) {
        return;
    }
    this.parts[values.part] = {address: address, values: values, is_known: is_known};
    this.arrived += before ? 0 : 1;
    this.known += is_known ? 1 : 0;
};

Assembly.prototype.has_begun = function () {
    return this.known > 0;
};

Assembly.prototype.is_whole = function () {
    return this.known > 0 && this.arrived === this.number;
};

// The first so many of those that lack.
Assembly.prototype.missing = function (most) {
    var missing = [], i;
    for (i = 0; i < this.number && missing.length < most; i += 1) {
        if (!this.parts[i]) {
            missing.push(i);
        }
    }
    return missing;
};

// {address, values} of each part that is in the table, in their order.
Assembly.prototype.messages = function () {
    var messages = [], i;
    for (i = 0; i < this.number; i += 1) {
        if (this.parts[i].is_known) {
            messages.push(this.parts[i]);
        }
    }
    return messages;
};

exports.Assembly = Assembly;

// {clips, head} from the messages of a whole result, or null where they are none that holds together.
/** @param {{address: string, values: any}[]} messages @returns {Result} */
exports.result = function (messages) {
    /** @type {Heard["/sideman/result"]} */
    var head = messages[0].values;
    /** @type {Heard["/sideman/result/clip"]} */
    var part;
    /** @type {Clip[]} */
    var clips = [], totals = [], i;
    if (messages[0].address !== "/sideman/result") {
        return null;
    }
    for (i = 1; i < messages.length; i += 1) {
        part = messages[i].values;
        if (messages[i].address !== "/sideman/result/clip" || part.clip > clips.length) {
            return null;
        }
        if (part.clip === clips.length) {
            clips.push({
                length_beats: part.length_beats,
                numerator: part.numerator,
                denominator: part.denominator,
                notes: []
            });
            totals.push(part.total_notes);
        }
        clips[part.clip].notes = clips[part.clip].notes.concat(part.notes);
    }
    for (i = 0; i < clips.length; i += 1) {
        if (clips[i].notes.length !== totals[i]) {
            return null;
        }
    }
    return clips.length === head.clips ? {clips: clips, head: head} : null;
};

// How long the device waits before it asks again: longer each time, so that a busy bridge is left alone.
function Backoff(longest_seconds) {
    this.next_seconds = protocol.delivery.first_seconds;
    this.longest_seconds = longest_seconds;
}

Backoff.prototype.wait = function () {
    var seconds = this.next_seconds;
    this.next_seconds = Math.min(this.longest_seconds, seconds * protocol.delivery.factor);
    return seconds;
};

exports.Backoff = Backoff;

// Hashes of clips that the bridge has, as far as the device knows. Bounded: one that falls out is uploaded again.
function Known(most) {
    this.most = most;
    this.hashes = [];
}

Known.prototype.has = function (hash) {
    return this.hashes.indexOf(hash) >= 0;
};

Known.prototype.add = function (hash) {
    this.remove(hash);
    this.hashes.push(hash);
    if (this.hashes.length > this.most) {
        this.hashes.shift();
    }
};

Known.prototype.remove = function (hash) {
    this.hashes = this.hashes.filter(function (other) {
        return other !== hash;
    });
};

Known.prototype.clear = function () {
    this.hashes = [];
};

exports.Known = Known;
