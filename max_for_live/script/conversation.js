// One request, from its first datagram to its whole answer: what `_ask` of bridge/client.py does, without waiting.
// The table "What is lost" of docs/protocol.md says why each step is there.

var protocol = require("./protocol");
var delivery = require("./delivery");
var Alarm = require("./alarm").Alarm;

var TIMES = protocol.delivery;

// `link` sends, counts ids, and knows which clips the bridge has. `request` is
//     address, values          of the message, without its head
//     uploads                  [{hash, parts}] of its clips, each clip once
//     asked_seconds            when the musician asked
//     limit_seconds            how long an answer is waited for, from now
//     longest_wait_seconds     between two repeats
// `ended(messages, refusal)` is called once: one of the two is null.
/**
 * @param {import("./link").Link} link @param {any} request
 * @param {(messages: any[], refusal: Refusal) => void} ended
 */
function Conversation(link, request, ended) {
    var conversation = this;
    this.link = link;
    this.request = request;
    this.ended = ended;
    this.request_id = link.next_id();
    this.reply = new delivery.Assembly();
    this.backoff = new delivery.Backoff(request.longest_wait_seconds);
    this.wait_seconds = this.backoff.wait();
    this.lacks_clip = false;
    this.is_stale = false;
    this.has_forgotten = false;
    this.excuse = null;
    this.end_seconds = link.world.now_seconds() + request.limit_seconds;
    this.alarm = new Alarm(link.world, function () {
        conversation.nothing_came();
    });
}

Conversation.prototype.begin = function () {
    var uploads = this.request.uploads, i;
    for (i = 0; i < uploads.length; i += 1) {
        if (!this.link.known.has(uploads[i].hash)) {
            this.upload(uploads[i], null);
        }
    }
    this.ask();
    this.wait();
};

Conversation.prototype.stop = function () {
    this.alarm.stop();
};

Conversation.prototype.end = function (messages, refusal) {
    this.stop();
    this.ended(messages, refusal);
};

// --- what is sent

Conversation.prototype.send = function (address, values) {
    this.link.send(address, values, this.request_id);
};

// The request, or the same again: its snapshot of the transport is as old as that.
Conversation.prototype.ask = function () {
    var request = this.request;
    if (request.asked_seconds !== null) {
        request.values.asked_seconds_ago = Math.min(600, this.link.world.now_seconds() - request.asked_seconds);
    }
    this.send(request.address, request.values);
    this.lacks_clip = false;
    this.has_forgotten = false;
};

// The parts of a clip with these indices, or all. The last one goes along in any case: to it the bridge answers which
// parts it still lacks.
Conversation.prototype.upload = function (clip, indices) {
    var i;
    for (i = 0; i < clip.parts.length; i += 1) {
        if (indices === null || indices.indexOf(i) >= 0 || i === clip.parts.length - 1) {
            this.send("/sideman/clip", clip.parts[i]);
        }
    }
};

Conversation.prototype.wait = function () {
    this.alarm.ring_in(Math.max(0, Math.min(this.wait_seconds, this.end_seconds - this.link.world.now_seconds())));
};

Conversation.prototype.nothing_came = function () {
    var limit_seconds = this.request.limit_seconds, unknown, i;
    if (this.link.world.now_seconds() >= this.end_seconds - 0.001) {
        this.end(null, this.excuse || {
            code: "no_answer",
            sentence: "The bridge did not answer for " + limit_seconds + " s: start it with `python start.py`."
        });
        return;
    }
    this.wait_seconds = this.backoff.wait();
    if (this.reply.has_begun()) {
        this.send("/sideman/need", {missing: this.reply.missing(protocol.most_missing)});
    } else {
        if (this.is_stale) {
            // The bridge has forgotten what it answered, and never makes the same id twice.
            this.request_id = this.link.next_id();
            this.is_stale = false;
        }
        unknown = this.unknown();
        for (i = 0; i < unknown.length; i += 1) {
            this.upload(unknown[i], []);
        }
        this.ask();
    }
    this.wait();
};

Conversation.prototype.unknown = function () {
    var known = this.link.known;
    return this.request.uploads.filter(function (clip) {
        return !known.has(clip.hash);
    });
};

// --- what is heard

// A message of the bridge with this conversation's id.
Conversation.prototype.hear = function (address, values) {
    if (address === "/sideman/refused") {
        this.hear_refusal(values);
    } else if (address === "/sideman/clip/state") {
        this.hear_clip_state(values);
    } else if (address === "/sideman/accepted") {
        if (!this.reply.has_begun()) { // else the network let the answer pass it
            this.wait_seconds = Math.max(this.wait_seconds, TIMES.patience_seconds);
        }
        this.wait();
    } else if (address === "/sideman/pong") {
        if (this.request.address === "/sideman/ping") {
            this.end([], null);
        }
    } else {
        this.hear_part(address, values);
    }
};

Conversation.prototype.hear_part = function (address, values) {
    this.reply.add(address, values);
    if (this.reply.is_whole()) {
        this.send("/sideman/got", {});
        this.end(this.reply.messages(), null);
        return;
    }
    // A part that is in no table may be no part of it: it hastens nothing.
    if (!this.reply.has_begun()) {
        return;
    }
    // The rest lies ready at the bridge: to ask for it costs next to nothing.
    this.backoff = new delivery.Backoff(TIMES.longest_gap_seconds);
    this.wait_seconds = TIMES.gap_seconds;
    this.wait();
};

/** @param {Heard["/sideman/clip/state"]} values */
Conversation.prototype.hear_clip_state = function (values) {
    var clip = this.clip(values.clip_hash);
    if (clip === null) {
        return;
    }
    this.backoff = new delivery.Backoff(this.request.longest_wait_seconds);
    this.wait_seconds = this.backoff.wait();
    if (values.missing.length > 0) {
        this.upload(clip, values.missing);
    } else {
        this.link.known.add(clip.hash);
        if (this.lacks_clip && this.unknown().length === 0) {
            this.ask();
        }
    }
    this.wait();
};

/** @param {Heard["/sideman/refused"]} values */
Conversation.prototype.hear_refusal = function (values) {
    var word = protocol.refusals[values.code], clip;
    if (word === "upload") {
        clip = this.clip(values.clip_hash);
        if (clip !== null) {
            this.link.known.remove(clip.hash);
            this.upload(clip, []);
            this.lacks_clip = true;
        }
    } else if (word === "wait") {
        this.excuse = {code: values.code, sentence: values.sentence};
    } else if (word === "again") {
        this.excuse = {code: values.code, sentence: values.sentence};
        if (this.reply.has_begun()) {
            // The bridge was started anew in the middle of its answer: the request is made again, under its id.
            this.reply = new delivery.Assembly();
            this.backoff = new delivery.Backoff(this.request.longest_wait_seconds);
            this.has_forgotten = true;
        } else if (!this.has_forgotten) {
            this.is_stale = true;
        }
    } else {
        this.end(null, {code: values.code, sentence: values.sentence});
        return;
    }
    this.wait();
};

// The clip of this request that has the hash, or null.
Conversation.prototype.clip = function (hash) {
    var found = this.request.uploads.filter(function (clip) {
        return clip.hash === hash;
    });
    return found.length > 0 ? found[0] : null;
};

exports.Conversation = Conversation;
