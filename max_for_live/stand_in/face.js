"use strict";

const { Graphics, mgraphicsFor } = require("./mgraphics");
const { themeHex } = require("./theme");
const { FAMILY, svgText, textWidth } = require("./typeface");

const TITLE_BAR = 18;
const SIZE = 10; // of the text of Live's controls

/** A colour of a control -> that of one that is not active. */
const GREY = {
    control_fg: "control_fg_zombie",
    assignment_text: "control_fg_zombie",
    control_selection: "control_zombie",
    value_arc: "dial_fg_zombie",
};

/** What `paint(graphics, width, height)` draws on a screen of that size, as SVG elements. */
function screenSvg([width, height], paint) {
    const graphics = new Graphics([width, height]);
    const strict = mgraphicsFor({ guard: (act) => act() }, { array: (list) => list }, graphics, () => {});
    Object.assign(strict, { relative_coords: 0, autofill: 0 });
    graphics.begin();
    paint(strict, width, height);
    return graphics.end();
}

/**
 * A device's face as SVG: its title, and every box of its presentation drawn about as Live draws it. `patcher` is what
 * an .amxd holds; `screen` the elements that its jsui drew. `values` are what controls show, by their scripting name,
 * where that is not their first value; for a menu it may be a text. `greyed` are the names of those that are not
 * active. Fonts stay text.
 */
function faceSvg(patcher, theme, screen, values = {}, greyed = new Set()) {
    const [, , width, height] = patcher.openrect;
    const color = (name) => themeHex(theme, `live_${name}`);
    const grey = (name) => color(GREY[name] ?? name);
    const boxes = patcher.boxes.map(({ box }) => box).filter((box) => box.presentation);
    const title = boxes.find((box) => box.maxclass === "jsui").annotation_name;
    const drawn = boxes.map((box) => {
        const draw = DRAW[box.maxclass];
        if (!draw) throw new Error(`A ${box.maxclass} stands on the face, and it is not known how that looks.`);
        const [x, y, w, h] = box.presentation_rect;
        const value = values[box.varname] ?? valueOf(box).parameter_initial?.[0] ?? 0;
        return `<g transform="translate(${x} ${y})">${draw({ box, w, h, value, color: greyed.has(box.varname) ? grey : color, screen })}</g>`;
    });
    const whole = [
        `<rect width="${width}" height="${height + TITLE_BAR}" rx="4" fill="${color("surface_bg")}"/>`,
        `<path d="M0 ${TITLE_BAR}V4a4 4 0 0 1 4-4h${width - 8}a4 4 0 0 1 4 4v${TITLE_BAR - 4}z" fill="${color("macro_title")}"/>`,
        `<circle cx="12" cy="${TITLE_BAR / 2}" r="4" fill="${color("control_selection")}"/>`,
        line(title, 21, TITLE_BAR, width - 29, color("control_fg"), "start"),
        `<g transform="translate(0 ${TITLE_BAR})">`, ...drawn, "</g>",
    ].join("\n");
    // Every text has the family of the whole.
    const plain = whole.replaceAll(` font-family="${FAMILY}"`, "").replaceAll(' xml:space="preserve"', "");
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + TITLE_BAR}"`
        + ` viewBox="0 0 ${width} ${height + TITLE_BAR}" font-family="${FAMILY}">\n${plain}\n</svg>\n`;
}

function valueOf(box) {
    return box.saved_attribute_attributes?.valueof ?? {};
}

/** A line of text in the middle of `height`, from x on; what does not fit is cut, as Live cuts it. */
function line(text, x, height, width, fill, align = "middle") {
    let shown = text;
    while (shown && textWidth(shown, SIZE) > width) shown = shown.slice(0, -1);
    const at = { start: x, middle: x + width / 2, end: x + width }[align];
    return svgText(shown, at, height / 2 + 3.5, SIZE, fill, align);
}

function plate(w, h, fill, frame) {
    return `<rect x="0.5" y="0.5" width="${w - 1}" height="${h - 1}" rx="1.5" fill="${fill}" stroke="${frame}"/>`;
}

function key(w, h, text, isOn, color) {
    return plate(w, h, isOn ? color("control_selection") : color("control_bg"), color("contrast_frame"))
        + line(text, 1, h, w - 2, isOn ? color("assignment_text") : color("control_fg"));
}

function shownNumber(number, { parameter_unitstyle: style, parameter_units: units, parameter_type: type }) {
    if (style === 9) {
        return units.replace(/%[0-9]*(?:\.([0-9]))?([dif])/, (_, digits, form) => number.toFixed(form === "f" ? digits ?? 6 : 0));
    }
    if (style === 5) return `${Math.round(number)} %`;
    return number.toFixed(type === 1 || style === 0 ? 0 : 2);
}

function arc(radius, from, to) {
    const at = (turn) => `${(radius * Math.cos(turn)).toFixed(2)} ${(radius * Math.sin(turn)).toFixed(2)}`;
    return `M${at(from)}A${radius} ${radius} 0 ${to - from > Math.PI ? 1 : 0} 1 ${at(to)}`;
}

const DRAW = {
    "live.dial"({ box, w, h, value, color }) {
        const valueof = valueOf(box);
        const [from, to] = [(2 / 3) * Math.PI, (7 / 3) * Math.PI];
        const part = (value - valueof.parameter_mmin) / (valueof.parameter_mmax - valueof.parameter_mmin);
        const turn = from + part * (to - from);
        const needle = [4, 10].map((reach) => `${(reach * Math.cos(turn)).toFixed(2)} ${(reach * Math.sin(turn)).toFixed(2)}`);
        return line(valueof.parameter_shortname, 0, 12, w, color("control_fg"))
            + `<g transform="translate(${w / 2} ${h / 2 + 1})" fill="none" stroke-width="2">`
            + `<path d="${arc(10, from, to)}" stroke="${color("contrast_frame")}"/>`
            + (part > 0 ? `<path d="${arc(10, from, turn)}" stroke="${color("value_arc")}"/>` : "")
            + `<path d="M${needle[0]}L${needle[1]}" stroke="${color("control_fg")}"/></g>`
            + `<g transform="translate(0 ${h - 13})">${line(shownNumber(value, valueof), 0, 13, w, color("control_fg"))}</g>`;
    },
    "live.numbox"({ box, w, h, value, color }) {
        return plate(w, h, color("control_text_bg"), color("contrast_frame"))
            + line(shownNumber(value, valueOf(box)), 2, h, w - 4, color("control_fg"));
    },
    "live.menu"({ box, w, h, value, color }) {
        const text = typeof value === "string" ? value : valueOf(box).parameter_enum[value];
        return plate(w, h, color("control_text_bg"), color("contrast_frame"))
            + line(text, 5, h, w - 18, color("control_fg"), "start")
            + `<path d="M${w - 11} ${h / 2 - 2}h7l-3.5 4.5z" fill="${color("control_fg")}"/>`;
    },
    "live.tab"({ box, w, h, value, color }) {
        const items = valueOf(box).parameter_enum;
        const share = w / items.length;
        return items.map((item, index) => `<g transform="translate(${index * share} 0)">${key(share, h, item, index === value, color)}</g>`).join("");
    },
    "live.text"({ box, w, h, value, color }) {
        const isOn = box.mode === 1 && value === 1;
        return key(w, h, isOn ? box.texton : box.text, isOn, color);
    },
    "live.toggle"({ w, h, value, color }) {
        return plate(w, h, value === 1 ? color("control_selection") : color("control_bg"), color("contrast_frame"));
    },
    "live.comment"({ box, w, h, color }) {
        return line(box.text, 0, h, w, color("control_fg"), ["start", "middle", "end"][box.textjustification]);
    },
    jsui({ screen }) {
        return `\n${screen}\n`;
    },
};

module.exports = { faceSvg, screenSvg };
