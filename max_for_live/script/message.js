// Values <-> the arguments of a message, by the table in protocol.js.
//
// Values are plain objects by field name, as the wire has them: none is -1 or "", yes and no are 1 and 0, a clip's
// notes are a list of objects. In JavaScript, and in Max, there is one type of number.

var has = require("./fields").has;
var protocol = require("./protocol");


// All fields of a message in their order, or null where there is no such message.
exports.fields = function (address) {
    return has(all_fields, address) ? all_fields[address] : null;
};

var all_fields = {};

function after(name) {
    return name === null ? [] : after(protocol.heads[name].after).concat(protocol.heads[name].fields);
}

function gather(messages) {
    var address;
    for (address in messages) {
        all_fields[address] = after(messages[address].after).concat(messages[address].fields,
            messages[address].later || []);
    }
}

gather(protocol.asks);
gather(protocol.replies);

// --- values -> arguments

// {args, sentence}: one of them is null. What is left out is none, or what the table has for it; null is none. What is
// there and undefined is a mistake, a knob of another name say, and must not pass for none.
exports.write = function (address, values) {
    var fields = exports.fields(address), verb = address.replace("/sideman/", ""), args = [], names = {};
    var sentence = null, i, name;
    for (i = 0; i < fields.length && sentence === null; i += 1) {
        names[fields[i].name] = true;
        sentence = write_field(args, fields[i], values);
    }
    for (name in values) {
        if (sentence === null && !has(names, name)) {
            sentence = "there is no field " + name + ".";
        }
    }
    if (sentence === null && datagram_bytes(address, args) > protocol.datagram_bytes) {
        sentence = "the message is larger than " + protocol.datagram_bytes + " bytes. Use shorter names, or ask for " +
            "less at once.";
    }
    if (sentence !== null) {
        return {args: null, sentence: verb + ": " + sentence};
    }
    return {args: args, sentence: null};
};

// Adds the arguments of one field of `values`. A sentence about what is wrong with it, or null.
function write_field(args, field, values) {
    var is_given = has(values, field.name), sentence = null, i;
    var value = is_given ? values[field.name] : field["default"];
    if (is_given && value === undefined) {
        return field.name + " is undefined: it must be given, or be null where there is none.";
    }
    if (field.optional && (!is_given || value === null)) {
        args.push(none(field));
        return null;
    }
    if (value === undefined || value === null) {
        return field.name + " is missing.";
    }
    if (!field.many) {
        return write_one(args, field, value);
    }
    if (Object.prototype.toString.call(value) !== "[object Array]") {
        return field.name + " must be a list.";
    }
    if (value.length < field.low || value.length > field.high) {
        return "the number of " + field.name + " is " + value.length + ": it must be a whole number from " + field.low +
            " to " + field.high + ".";
    }
    args.push(value.length);
    for (i = 0; i < value.length && sentence === null; i += 1) {
        sentence = write_one(args, member_of(field), value[i]);
    }
    return sentence;
}

function write_one(args, field, value) {
    var group, sentence = null, i;
    if (!has(protocol.groups, field.type)) {
        return field.type === "s" ? write_text(args, field, value) : write_number(args, field, value);
    }
    if (typeof value !== "object" || value === null) {
        return field.name + " is missing.";
    }
    group = protocol.groups[field.type];
    for (i = 0; i < group.length && sentence === null; i += 1) {
        sentence = write_field(args, group[i], value);
    }
    return sentence;
}

function write_text(args, field, value) {
    if (typeof value !== "string") {
        return field.name + " is " + shown(value) + ": it must be a text.";
    }
    if (bytes_in(value) > field.high) {
        return field.name + " takes " + bytes_in(value) + " bytes: it may take up to " + field.high + ". Shorten it; " +
            "a letter beyond A-Z takes two to four.";
    }
    args.push(value);
    return null;
}

function write_number(args, field, value) {
    if (typeof value === "boolean") {
        value = value ? 1 : 0;
    }
    if (!(field.optional && value === -1) && !fits(field, value)) {
        return field.name + " is " + shown(value) + ": it must be a " + (field.type === "i" ? "whole " : "") +
            "number from " + field.low + " to " + field.high + (field.unit ? " " + field.unit : "") + ".";
    }
    // -0 becomes 0: Max sends it as a whole number, which has no sign of its own, and the clip's hash must be the same.
    args.push(value + 0);
    return null;
}

function shown(value) {
    if (typeof value === "number") {
        return String(Number(value.toPrecision(10)));
    }
    return typeof value === "string" ? 'the text "' + value.slice(0, 40) + '"' : "something else";
}

// --- arguments -> values

// The values of a message that came, or null if it is none, or not as the table has it. `args` is an array.
//
// The bridge may be newer or older than the device. A newer one adds fields at the end, which are not read; an older
// one ends before fields that were added since, and these are then none, or what the table has for them.
exports.read = function (address, args) {
    var fields = exports.fields(address);
    return fields === null ? null : read_all(fields, args);
};

// What every part of a reply begins with, of a message that is in no table: a newer bridge's, which has a place in its
// reply all the same. null if it is none.
exports.read_part = function (args) {
    var values = read_all(after("Part"), args);
    return values === null || values.part >= values.parts ? null : values;
};

function read_all(fields, args) {
    var taken = {args: args, next: 0, wrong: false}, values = {}, i, is_left_out;
    for (i = 0; i < fields.length && !taken.wrong; i += 1) {
        is_left_out = taken.next === args.length && (fields[i].optional || has(fields[i], "default"));
        values[fields[i].name] = is_left_out ? left_out(fields[i]) : read_field(taken, fields[i]);
    }
    return taken.wrong ? null : values;
}

function left_out(field) {
    if (field.optional) {
        return none(field);
    }
    return field.many ? field["default"].slice() : field["default"];
}

function read_field(taken, field) {
    var list = [], count, i;
    if (!field.many) {
        return read_one(taken, field);
    }
    count = taken.args[taken.next];
    taken.next += 1;
    // A newer bridge may have more of a thing than this table: no more than there are arguments.
    if (!fits({type: "i", low: field.low, high: taken.args.length}, count)) {
        taken.wrong = true;
    }
    for (i = 0; i < count && !taken.wrong; i += 1) {
        list.push(read_one(taken, member_of(field)));
    }
    return list;
}

function read_one(taken, field) {
    var group, member, value, i;
    if (has(protocol.groups, field.type)) {
        group = protocol.groups[field.type];
        member = {};
        for (i = 0; i < group.length; i += 1) {
            member[group[i].name] = read_field(taken, group[i]);
        }
        return member;
    }
    value = taken.args[taken.next];
    taken.next += 1;
    if (field.type === "s" ? typeof value !== "string" || bytes_in(value) > field.high :
            !(field.optional && value === -1) && !fits(field, value)) {
        taken.wrong = true;
    }
    return value;
}

// --- both

// A member of a list, as a field of its own. Numbers in a row are indices: the list's range is that of their count.
function member_of(field) {
    if (has(protocol.groups, field.type)) {
        return {name: field.name, type: field.type};
    }
    return {name: field.name, type: field.type, low: 0, high: 2147483647};
}

function none(field) {
    return field.type === "s" ? "" : -1;
}

// NaN is in no range.
function fits(field, value) {
    return typeof value === "number" && value >= field.low && value <= field.high &&
        (field.type !== "i" || value === Math.floor(value));
}

// How many bytes a text takes in UTF-8. Half a pair, which is no letter, counts as three.
function bytes_in(text) {
    var bytes = 0, i, unit;
    for (i = 0; i < text.length; i += 1) {
        unit = text.charCodeAt(i);
        if (unit < 0x80) {
            bytes += 1;
        } else if (unit < 0x800) {
            bytes += 2;
        } else if (unit >= 0xd800 && unit < 0xdc00 && text.charCodeAt(i + 1) >= 0xdc00 &&
                text.charCodeAt(i + 1) < 0xe000) {
            bytes += 4;
            i += 1;
        } else {
            bytes += 3;
        }
    }
    return bytes;
}

// Texts end with a NUL and are padded to four bytes.
function datagram_bytes(address, args) {
    var bytes = padded(address.length) + padded(1 + args.length), i;
    for (i = 0; i < args.length; i += 1) {
        bytes += typeof args[i] === "string" ? padded(bytes_in(args[i])) : 4;
    }
    return bytes;
}

function padded(length) {
    return length + 4 - length % 4;
}
