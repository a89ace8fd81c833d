// The name of a clip on the wire, from its content: docs/protocol.md, "The clip's hash".

var bits = require("./float32").bits;
var hex = require("./sha1").hex;

// 16 hexadecimal digits. Its numbers are such as message.write lets through.
/** @param {Clip} clip */
exports.clip_hash = function (clip) {
    var words = [bits(clip.length_beats), clip.numerator, clip.denominator], i, note;
    for (i = 0; i < clip.notes.length; i += 1) {
        note = clip.notes[i];
        words.push(note.pitch, bits(note.start_beats), bits(note.length_beats), bits(note.velocity));
    }
    return hex(words).slice(0, 16);
};
