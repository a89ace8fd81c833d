// Names of the clips that are written: "2/5 [A+B] #1234-3f1c", "2/8 GENERATE #7-90ab".
//
// First what a slot has room to show: which one of how many, and what it was made of. At the end what makes it
// again: the seed, and the first digits of the model's hash, for the same seed in another model is other music.
var MOST_LETTERS = 48;
var HASH_DIGITS = 4;
var ELLIPSIS = "\u2026";

var TAIL = /(?:^| )#(\d{1,10})-([0-9a-f]{4})$/;
var POSITION = /^\d+\/\d+ /;

function cut(words, most) {
    var end = most - 1;
    if (words.length <= most) {
        return words;
    }
    // A letter of two halves, an emoji say, is not cut in two.
    if (/[\ud800-\udbff]/.test(words.charAt(end - 1))) {
        end -= 1;
    }
    return words.slice(0, end) + ELLIPSIS;
}

function in_brackets(names, most) {
    var each = names.map(base), room;
    if (("[" + each.join("+") + "]").length > most) {
        room = Math.floor((most - 2 - (each.length - 1)) / each.length);
        each = each.map(function (name) {
            return cut(name, room);
        });
    }
    return "[" + each.join("+") + "]";
}

function tail(head) {
    return "#" + head.seed + "-" + (head.model_hash + "0000").slice(0, HASH_DIGITS);
}

// The name without what this module adds: a variation of a variation of Beat is still one of Beat.
function base(name) {
    var words = name.replace(TAIL, "").replace(POSITION, ""), inner = /^\[(.*)\]$/.exec(words);
    return inner === null ? words : inner[1];
}

// number: from 1; of one clip alone it is left out. made_of: the names of the clips, ["A", "B"], or a word in capitals
// where there were none, "GENERATE". head: of the result, for its seed and model_hash. At most 48 letters.
exports.clip_name = function (number, count, made_of, head) {
    var position = count > 1 ? number + "/" + count + " " : "";
    var room = MOST_LETTERS - position.length - 1 - tail(head).length;
    var words = typeof made_of === "string" ? cut(made_of, room) : in_brackets(made_of, room);
    return position + words + " " + tail(head);
};

exports.base = base;
