// What the device keeps in the Live set, as lists of numbers for pattr objects, and back.
//
// A list begins with the version and the kind; text is its length and the numbers of its letters. What cannot be read,
// a list of another version or one that was cut short, is null: the device then begins anew.

var by_name = require("./fields").by_name;
var message = require("./message");
var protocol = require("./protocol");

var VERSION = 1;
var CLIPS = 1;
var VALUES = 2;
// A pattr with 34,010 atoms crashed Live 12.2, one with 24,010 did not.
var MOST_NUMBERS = 24000;
var LARGEST = Number.MAX_VALUE;
// What the bridge takes: what is read here goes out to it again.
/** @type {FieldsOf<import("./protocol").heard.Note>} */
var NOTE = by_name(protocol.groups.Note);
/** @type {FieldsOf<Asked["/sideman/clip"]>} */
var CLIP = by_name(message.fields("/sideman/clip"));
// A note whose extras are not Live's own defaults: its pitch is this much higher, and four more numbers follow.
var WITH_EXTRAS = 128;
var EXTRAS = [
    {name: "probability", usual: 1, low: 0, high: 1},
    {name: "velocity_deviation", usual: 0, low: -127, high: 127},
    {name: "release_velocity", usual: 64, low: 0, high: 127},
    {name: "mute", usual: 0, low: 0, high: 1}
];

function write_text(text, list) {
    var i;
    list.push(text.length);
    for (i = 0; i < text.length; i += 1) {
        list.push(text.charCodeAt(i));
    }
}

function write_note(note, list) {
    var extras = EXTRAS.map(function (extra) {
        return note[extra.name] === undefined ? extra.usual : note[extra.name];
    });
    var is_usual = extras.every(function (number, i) {
        return number === EXTRAS[i].usual;
    });
    list.push(note.pitch + (is_usual ? 0 : WITH_EXTRAS), note.start_beats, note.length_beats, note.velocity);
    if (!is_usual) {
        list.push.apply(list, extras);
    }
}

function fitting(list) {
    return list.length <= MOST_NUMBERS ? list : null;
}

// Clips of the user with their names, [{name, clip} or null, ...] (null: an empty corner). A note that does not say
// what only Live knows of it comes back with Live's defaults. Returns the list, or null where it is too long for a
// pattr: about 6,000 notes in all, half as many where each has a probability or such of its own.
exports.of_clips = function (named) {
    var list = [VERSION, CLIPS, named.length];
    named.forEach(function (one) {
        list.push(one === null ? 0 : 1);
        if (one !== null) {
            write_text(one.name, list);
            list.push(one.clip.length_beats, one.clip.numerator, one.clip.denominator, one.clip.notes.length);
            one.clip.notes.forEach(function (note) {
                write_note(note, list);
            });
        }
    });
    return fitting(list);
};

// Named numbers and texts, say {seed: 12, model_hash: "3f1c8a90d27b"}. Returns the list, or null where it is too long.
exports.of_values = function (values) {
    var names = Object.keys(values).sort(), list = [VERSION, VALUES, names.length];
    names.forEach(function (name) {
        write_text(name, list);
        if (typeof values[name] === "string") {
            list.push(1);
            write_text(values[name], list);
        } else {
            list.push(0, values[name]);
        }
    });
    return fitting(list);
};

// Reads a list from its beginning; anything unexpected throws, and `read` below makes it null.
function Reader(list) {
    var at = 0;
    this.number = function (low, high) {
        var number = list[at];
        if (typeof number !== "number" || !(number >= low && number <= high)) {
            throw new Error("no number from " + low + " to " + high + " at " + at);
        }
        at += 1;
        return number;
    };
    // Within the range of a field of the table.
    this.field = function (field) {
        return field.type === "i" ? this.whole(field.low, field.high) : this.number(field.low, field.high);
    };
    this.whole = function (low, high) {
        var number = this.number(low, high);
        if (number !== Math.floor(number)) {
            throw new Error("no whole number at " + (at - 1));
        }
        return number;
    };
    this.text = function () {
        var count = this.whole(0, MOST_NUMBERS), letters = "", i;
        for (i = 0; i < count; i += 1) {
            letters += String.fromCharCode(this.whole(0, 65535));
        }
        return letters;
    };
    this.end = function () {
        if (at !== list.length) {
            throw new Error("more numbers than were written");
        }
    };
}

function read(list, kind, body) {
    var reader = new Reader(list), found;
    try {
        reader.whole(VERSION, VERSION);
        reader.whole(kind, kind);
        found = body(reader);
        reader.end();
        return found;
    } catch (error) {
        return null;
    }
}

function read_note(reader) {
    var pitch = reader.whole(0, 127 + WITH_EXTRAS), note = {
        pitch: pitch % WITH_EXTRAS,
        start_beats: reader.field(NOTE.start_beats),
        length_beats: reader.number(Number.MIN_VALUE, NOTE.length_beats.high),
        velocity: reader.field(NOTE.velocity),
        source: -1
    };
    EXTRAS.forEach(function (extra) {
        note[extra.name] = pitch < WITH_EXTRAS ? extra.usual : reader.number(extra.low, extra.high);
    });
    return note;
}

function read_clip(reader) {
    var clip = {
        length_beats: reader.field(CLIP.length_beats),
        numerator: reader.field(CLIP.numerator),
        denominator: reader.field(CLIP.denominator),
        notes: []
    }, count = reader.whole(0, protocol.limits.notes), i;
    for (i = 0; i < count; i += 1) {
        clip.notes.push(read_note(reader));
    }
    return clip;
}

// What of_clips wrote, or null.
exports.clips = function (list) {
    return read(list, CLIPS, function (reader) {
        var named = [], count = reader.whole(0, 16), i;
        for (i = 0; i < count; i += 1) {
            named.push(reader.whole(0, 1) === 0 ? null : {name: reader.text(), clip: read_clip(reader)});
        }
        return named;
    });
};

// What of_values wrote, or null.
exports.values = function (list) {
    return read(list, VALUES, function (reader) {
        var values = {}, count = reader.whole(0, 64), name, i;
        for (i = 0; i < count; i += 1) {
            name = reader.text();
            values[name] = reader.whole(0, 1) === 1 ? reader.text() : reader.number(-LARGEST, LARGEST);
        }
        return values;
    });
};

exports.MOST_NUMBERS = MOST_NUMBERS;
