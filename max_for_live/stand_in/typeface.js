"use strict";

/** Widths of Helvetica's glyphs from the space on, in thousandths: Ableton Sans is about as wide, Arial exactly. */
const WIDTHS = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const FAMILY = "'Ableton Sans', Arial, 'Liberation Sans', Helvetica, sans-serif";

function textWidth(text, size) {
    return ([...text].reduce((sum, glyph) => sum + (WIDTHS[glyph.codePointAt(0) - 32] ?? 556), 0) * size) / 1000;
}

function escapeText(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** One line of text for SVG; `align` is start, middle or end. */
function svgText(text, x, y, size, fill, align = "start") {
    return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-family="${FAMILY}" fill="${fill}"`
        + ` text-anchor="${align}" xml:space="preserve">${escapeText(text)}</text>`;
}

function round(number) {
    return Number(number.toFixed(3));
}

module.exports = { FAMILY, escapeText, round, svgText, textWidth };
