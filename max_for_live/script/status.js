// What the device's one line says, in about 40 letters; the whole sentence goes to Live's info view.
var MOST_LETTERS = 40;
var ELLIPSIS = "\u2026";

// light: "red" nothing can be asked, "green" ready, "blue" at work, "amber" what plays goes on playing instead.
var LINES = {
    silent: {light: "red", text: "Not running: python start.py"},
    deaf: {light: "red", text: "No reply gets through"},
    ready: {light: "green", text: "Ready"},
    working: {light: "blue", text: "Working " + ELLIPSIS},
    late: {light: "amber", text: "Late: the old clip plays on"},
    refused: {light: "red", text: null}
};

// A sentence for the line: whole, else to the end of a clause of it, else to the end of a word.
exports.shorten = function (sentence) {
    var whole = sentence.replace(/\.$/, ""), clause = "", end = /[:;.] /g, found;
    if (whole.length <= MOST_LETTERS) {
        return whole;
    }
    for (found = end.exec(whole); found !== null && found.index <= MOST_LETTERS; found = end.exec(whole)) {
        clause = whole.slice(0, found.index);
    }
    if (clause !== "") {
        return clause;
    }
    return whole.slice(0, MOST_LETTERS - 1).replace(/\s+\S*$/, "") + ELLIPSIS;
};

// {light, text, sentence} for a Link: the sentence is the Link's own, or the text where it has none.
exports.line = function (link) {
    var line = LINES[link.state];
    var text = line.text === null ? exports.shorten(link.sentence) : line.text;
    return {light: line.light, text: text, sentence: link.sentence || text};
};

// "4 ms", "1.2 s", or "" where nothing was answered yet.
exports.latency = function (seconds) {
    if (typeof seconds !== "number" || !isFinite(seconds)) {
        return "";
    }
    return seconds < 0.9995 ? Math.max(1, Math.round(seconds * 1000)) + " ms" : seconds.toFixed(1) + " s";
};
