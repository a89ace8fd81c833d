// What a device asks for, made into what Conversation sends: clips named by their hashes, every value checked.

var has = require("./fields").has;
var joined = require("./fields").joined;
var protocol = require("./protocol");
var message = require("./message");
var delivery = require("./delivery");
var clip_hash = require("./clip_hash").clip_hash;

var HASHES_KEPT = 16;

// `with_head` adds to the values of a message what all messages begin with.
function Requests(with_head) {
    this.with_head = with_head;
    this.hashed = [];
}

// {request, sentence}: one of them is null.
Requests.prototype.make = function (address, values, clips, asked_seconds) {
    var request = {
        address: address,
        values: null,
        uploads: [],
        asked_seconds: asked_seconds,
        limit_seconds: protocol.delivery.limit_seconds,
        longest_wait_seconds: protocol.delivery.longest_seconds
    };
    var hashes = [], i, named, sentence;
    if (message.fields(address) === null) {
        return {request: null, sentence: "There is no request " + address + "."};
    }
    for (i = 0; i < clips.length; i += 1) {
        named = this.named(clips[i]);
        if (named.sentence !== null) {
            return {request: null, sentence: named.sentence};
        }
        if (hashes.indexOf(named.hash) < 0) {
            request.uploads.push({hash: named.hash, parts: delivery.parts(clips[i], named.hash)});
        }
        hashes.push(named.hash);
    }
    request.values = with_hashes(message.fields(address), values, hashes);
    sentence = message.write(address, this.with_head(request.values)).sentence;
    return {request: sentence === null ? request : null, sentence: sentence};
};

// {hash, sentence} of a clip. Kept by the clip's identity: the corners of a blend are asked for again and again.
Requests.prototype.named = function (clip) {
    var kept = this.hashed.filter(function (other) {
        return other.clip === clip;
    });
    var named = {clip: clip, hash: "", sentence: null}, parts, i;
    if (kept.length > 0) {
        return kept[0];
    }
    parts = delivery.parts(clip, "");
    for (i = 0; i < parts.length && named.sentence === null; i += 1) {
        named.sentence = message.write("/sideman/clip", this.with_head(parts[i])).sentence;
    }
    if (named.sentence === null) {
        named.hash = clip_hash(clip);
    }
    this.hashed.push(named);
    if (this.hashed.length > HASHES_KEPT) {
        this.hashed.shift();
    }
    return named;
};

// A copy of the values with each clip's hash in the place of its index.
function with_hashes(fields, values, hashes) {
    var whole = joined(values, {}), name, i;
    for (i = 0; i < fields.length; i += 1) {
        name = fields[i].name;
        if (fields[i].type === "ClipRef" && whole[name]) {
            whole[name] = fields[i].many ? [].concat(whole[name]).map(referred) : referred(whole[name]);
        }
    }
    function referred(ref) {
        return joined({clip_hash: hashes[ref.clip]}, has(ref, "kit") ? {kit: ref.kit} : {});
    }
    return whole;
}

exports.Requests = Requests;
