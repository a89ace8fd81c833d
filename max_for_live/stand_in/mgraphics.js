"use strict";

const { describe } = require("./atoms");
const { Refusal } = require("./refusal");
const { round, svgText, textWidth } = require("./typeface");

/** How many numbers each call takes. */
const NUMBERS = {
    move_to: 2,
    line_to: 2,
    rel_move_to: 2,
    rel_line_to: 2,
    curve_to: 6,
    rel_curve_to: 6,
    rectangle: 4,
    rectangle_rounded: 6,
    ellipse: 4,
    arc: 5,
    arc_negative: 5,
    ovalarc: 6,
    set_line_width: 1,
    set_font_size: 1,
    translate: 2,
    scale: 2,
    rotate: 1,
    fill_with_alpha: 1,
    fill_preserve_with_alpha: 1,
    stroke_with_alpha: 1,
    stroke_preserve_with_alpha: 1,
    pattern_create_linear: 4,
    pattern_create_radial: 6,
    close_path: 0,
    new_path: 0,
    fill: 0,
    fill_preserve: 0,
    stroke: 0,
    stroke_preserve: 0,
    save: 0,
    restore: 0,
    identity_matrix: 0,
    font_extents: 0,
    get_line_width: 0,
    get_current_point: 0,
    init: 0,
    redraw: 0,
};
const OTHERS = [
    "set_source_rgb",
    "set_source_rgba",
    "set_source",
    "select_font_face",
    "show_text",
    "text_measure",
    "set_line_cap",
    "set_line_join",
];
const ALWAYS = ["init", "redraw", "text_measure", "font_extents", "select_font_face", "set_font_size"];
const IDENTITY = [1, 0, 0, 1, 0, 0];
const SWITCHES = ["relative_coords", "autofill", "autosketch", "autopaint"];

/** What a jsui draws, kept as SVG. Coordinates are pixels from the top left; only inside paint() may be drawn. */
class Graphics {
    constructor(size) {
        this.size = size;
        this.isPainting = false;
        this.switches = { relative_coords: 1, autofill: 1, autosketch: 1, autopaint: 0 };
        this.gradients = 0;
        this.begin();
        this.isPainting = false;
    }

    begin() {
        this.isPainting = true;
        this.items = [];
        this.path = [];
        this.at = null;
        this.state = {
            matrix: IDENTITY,
            source: { color: "#000000", alpha: 1 },
            lineWidth: 1,
            cap: "butt",
            join: "miter",
            fontSize: 12,
        };
        this.stack = [];
    }

    /** The SVG elements that were drawn. */
    end() {
        this.isPainting = false;
        if (this.stack.length) throw new Refusal(`mgraphics: ${this.stack.length} save() without restore().`);
        return this.items.join("\n");
    }

    check(name, given) {
        if (!this.isPainting && !ALWAYS.includes(name)) throw new Refusal(`mgraphics.${name}: only paint() may draw.`);
        if (this.isPainting && (this.switches.relative_coords || this.switches.autofill)) {
            throw new Refusal("mgraphics: this stand-in draws with relative_coords = 0 and autofill = 0 only.");
        }
        const wanted = NUMBERS[name];
        if (wanted === undefined) return;
        if (given.length !== wanted || given.some((each) => typeof each !== "number" || !Number.isFinite(each))) {
            throw new Refusal(`mgraphics.${name}: it takes ${wanted} finite numbers, not (${given.join(", ")}).`);
        }
    }

    init() {
        Object.assign(this.switches, { autosketch: 0, autopaint: 1 });
    }

    // Paths.

    place(x, y) {
        const [xx, yx, xy, yy, x0, y0] = this.state.matrix;
        return [xx * x + xy * y + x0, yx * x + yy * y + y0];
    }

    add(letter, ...points) {
        const placed = points.map(([x, y]) => this.place(x, y).map(round).join(" "));
        this.path.push(`${letter}${placed.join(" ")}`);
        this.at = points.at(-1);
    }

    move_to(x, y) {
        this.add("M", [x, y]);
    }
    line_to(x, y) {
        this.add(this.at ? "L" : "M", [x, y]);
    }
    curve_to(...n) {
        this.add("C", n.slice(0, 2), n.slice(2, 4), n.slice(4));
    }
    from() {
        return this.at ?? [0, 0];
    }
    rel_move_to(x, y) {
        this.move_to(this.from()[0] + x, this.from()[1] + y);
    }
    rel_line_to(x, y) {
        this.line_to(this.from()[0] + x, this.from()[1] + y);
    }
    rel_curve_to(...n) {
        this.curve_to(...n.map((each, index) => each + this.from()[index % 2]));
    }
    close_path() {
        this.path.push("Z");
    }

    new_path() {
        this.path = [];
        this.at = null;
    }

    rectangle(x, y, w, h) {
        this.move_to(x, y);
        this.line_to(x + w, y);
        this.line_to(x + w, y + h);
        this.line_to(x, y + h);
        this.close_path();
    }

    rectangle_rounded(x, y, w, h, ovalWidth, ovalHeight) {
        const rx = Math.min(ovalWidth, w) / 2;
        const ry = Math.min(ovalHeight, h) / 2;
        this.move_to(x + rx, y);
        this.ovalarc(x + w - rx, y + ry, rx, ry, -Math.PI / 2, 0);
        this.ovalarc(x + w - rx, y + h - ry, rx, ry, 0, Math.PI / 2);
        this.ovalarc(x + rx, y + h - ry, rx, ry, Math.PI / 2, Math.PI);
        this.ovalarc(x + rx, y + ry, rx, ry, Math.PI, Math.PI * 1.5);
        this.close_path();
    }

    ellipse(x, y, w, h) {
        this.move_to(x + w, y + h / 2);
        this.ovalarc(x + w / 2, y + h / 2, w / 2, h / 2, 0, 2 * Math.PI);
        this.close_path();
    }

    arc(x, y, radius, from, to) {
        this.ovalarc(x, y, radius, radius, from, to < from ? to + 2 * Math.PI : to);
    }

    arc_negative(x, y, radius, from, to) {
        this.ovalarc(x, y, radius, radius, from, to > from ? to - 2 * Math.PI : to);
    }

    ovalarc(x, y, rx, ry, from, to) {
        const parts = Math.max(1, Math.ceil(Math.abs(to - from) / (Math.PI / 2)));
        const step = (to - from) / parts;
        const pull = (4 / 3) * Math.tan(step / 4);
        this.line_to(x + rx * Math.cos(from), y + ry * Math.sin(from));
        for (let part = 0; part < parts; part += 1) {
            const one = from + part * step;
            const two = one + step;
            this.curve_to(
                x + rx * (Math.cos(one) - pull * Math.sin(one)),
                y + ry * (Math.sin(one) + pull * Math.cos(one)),
                x + rx * (Math.cos(two) + pull * Math.sin(two)),
                y + ry * (Math.sin(two) - pull * Math.cos(two)),
                x + rx * Math.cos(two),
                y + ry * Math.sin(two),
            );
        }
    }

    get_current_point() {
        return this.from();
    }

    // Paint.

    draw(how, keeps, alpha = this.state.source.alpha) {
        if (alpha < 0 || alpha > 1) throw new Refusal(`mgraphics: an alpha of ${alpha} is outside 0 to 1.`);
        const { source, cap, join, lineWidth, matrix } = this.state;
        const width = round(lineWidth * Math.sqrt(Math.abs(matrix[0] * matrix[3] - matrix[1] * matrix[2])));
        const look =
            how === "fill"
                ? `fill="${source.color}" fill-opacity="${round(alpha)}"`
                : `fill="none" stroke="${source.color}" stroke-opacity="${round(alpha)}" stroke-width="${width}"` +
                  ` stroke-linecap="${cap}" stroke-linejoin="${join}"`;
        if (this.path.length) this.items.push(`<path d="${this.path.join("")}" ${look}/>`);
        if (!keeps) this.new_path();
    }

    fill() {
        this.draw("fill", false);
    }
    fill_preserve() {
        this.draw("fill", true);
    }
    fill_with_alpha(alpha) {
        this.draw("fill", false, alpha);
    }
    fill_preserve_with_alpha(alpha) {
        this.draw("fill", true, alpha);
    }
    stroke() {
        this.draw("stroke", false);
    }
    stroke_preserve() {
        this.draw("stroke", true);
    }
    stroke_with_alpha(alpha) {
        this.draw("stroke", false, alpha);
    }
    stroke_preserve_with_alpha(alpha) {
        this.draw("stroke", true, alpha);
    }

    set_source_rgb(...given) {
        this.setColor("set_source_rgb", given, 3);
    }
    set_source_rgba(...given) {
        this.setColor("set_source_rgba", given, 4);
    }

    setColor(name, given, count) {
        const parts = given.length === 1 && Array.isArray(given[0]) ? given[0] : given;
        if (parts.length !== count || !parts.every((each) => typeof each === "number" && each >= 0 && each <= 1)) {
            throw new Refusal(`mgraphics.${name}: it takes ${count} numbers from 0 to 1, not (${parts}).`);
        }
        this.state.source = { color: hexOf(parts), alpha: parts[3] ?? 1 };
    }

    pattern_create_linear(...n) {
        return new Pattern("linearGradient", ["x1", "y1", "x2", "y2"], n);
    }
    pattern_create_radial(x1, y1, r1, x2, y2, r2) {
        return new Pattern("radialGradient", ["fx", "fy", "fr", "cx", "cy", "r"], [x1, y1, r1, x2, y2, r2]);
    }

    set_source(pattern) {
        if (!(pattern instanceof Pattern)) throw new Refusal("mgraphics.set_source: this is no pattern.");
        const id = `gradient-${(this.gradients += 1)}`;
        this.items.push(pattern.svg(id));
        this.state.source = { color: `url(#${id})`, alpha: 1 };
    }

    set_line_width(width) {
        this.state.lineWidth = width;
    }
    get_line_width() {
        return this.state.lineWidth;
    }

    set_line_cap(cap) {
        if (!["butt", "round", "square"].includes(cap)) throw new Refusal(`mgraphics.set_line_cap: ${cap} is unknown.`);
        this.state.cap = cap;
    }

    set_line_join(join) {
        if (!["miter", "round", "bevel"].includes(join))
            throw new Refusal(`mgraphics.set_line_join: ${join} is unknown.`);
        this.state.join = join;
    }

    // Text: it leaves the path alone.

    select_font_face(name) {
        if (typeof name !== "string") throw new Refusal(`mgraphics.select_font_face: ${describe(name)} is no name.`);
    }

    set_font_size(size) {
        this.state.fontSize = size;
    }
    font_extents() {
        return [0.9, 0.21, 1.11].map((each) => each * this.state.fontSize);
    }

    text_measure(text) {
        if (typeof text !== "string") throw new Refusal(`mgraphics.text_measure: ${describe(text)} is no text.`);
        return [textWidth(text, this.state.fontSize), 1.11 * this.state.fontSize];
    }

    show_text(text) {
        if (typeof text !== "string") throw new Refusal(`mgraphics.show_text: ${describe(text)} is no text.`);
        if (!this.at) throw new Refusal("mgraphics.show_text: move_to says where; nothing did.");
        if (this.state.matrix.some((each, index) => each !== IDENTITY[index])) {
            throw new Refusal("mgraphics.show_text: Max leaves text where it would be without the matrix.");
        }
        const { source, fontSize } = this.state;
        const [x, y] = this.at;
        const opacity = source.alpha < 1 ? `" fill-opacity="${round(source.alpha)}` : "";
        this.items.push(svgText(text, x, y, fontSize, source.color + opacity));
    }

    // Transformation.

    transform(xx, yx, xy, yy, x0, y0) {
        const [a, b, c, d] = this.state.matrix;
        const [e, f] = this.place(x0, y0);
        this.state.matrix = [a * xx + c * yx, b * xx + d * yx, a * xy + c * yy, b * xy + d * yy, e, f];
    }

    translate(x, y) {
        this.transform(1, 0, 0, 1, x, y);
    }
    scale(x, y) {
        this.transform(x, 0, 0, y, 0, 0);
    }
    rotate(angle) {
        this.transform(Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0);
    }
    identity_matrix() {
        this.state.matrix = IDENTITY;
    }
    save() {
        this.stack.push({ ...this.state });
    }

    restore() {
        if (!this.stack.length) throw new Refusal("mgraphics.restore: nothing was saved.");
        this.state = this.stack.pop();
    }
}

class Pattern {
    constructor(tag, names, numbers) {
        this.tag = tag;
        this.look = names.map((name, index) => `${name}="${round(numbers[index])}"`).join(" ");
        this.stops = [];
    }

    add_color_stop_rgba(offset, ...parts) {
        if (parts.length !== 4 || ![offset, ...parts].every((each) => each >= 0 && each <= 1)) {
            throw new Refusal("Pattern.add_color_stop_rgba: it takes five numbers from 0 to 1.");
        }
        this.stops.push(
            `<stop offset="${round(offset)}" stop-color="${hexOf(parts)}" stop-opacity="${round(parts[3])}"/>`,
        );
    }

    svg(id) {
        const stops = this.stops.join("");
        return `<${this.tag} id="${id}" gradientUnits="userSpaceOnUse" ${this.look}>${stops}</${this.tag}>`;
    }
}

function hexOf(parts) {
    return `#${parts
        .slice(0, 3)
        .map((each) =>
            Math.round(each * 255)
                .toString(16)
                .padStart(2, "0"),
        )
        .join("")}`;
}

/** The global mgraphics of one script. `redraw` asks for a paint. */
function mgraphicsFor(device, script, graphics, redraw) {
    return new Proxy(
        {},
        {
            get: (target, name) =>
                device.guard(() => {
                    if (typeof name === "symbol" || name in Object.prototype) return Reflect.get(target, name);
                    if (SWITCHES.includes(name)) return graphics.switches[name];
                    if (name === "size") return script.array(graphics.size);
                    if (!(name in NUMBERS) && !OTHERS.includes(name))
                        throw new Refusal(`mgraphics has no ${name} here.`);
                    return (...given) =>
                        device.guard(() => {
                            graphics.check(name, given);
                            if (name === "redraw") return redraw();
                            const value = graphics[name](...given);
                            return Array.isArray(value) ? script.array(value) : value;
                        });
                }),
            set: (target, name, value) =>
                device.guard(() => {
                    if (!SWITCHES.includes(name) || (value !== 0 && value !== 1))
                        throw new Refusal(`mgraphics.${String(name)} = ${value}: this cannot be set.`);
                    graphics.switches[name] = value;
                    return true;
                }),
        },
    );
}

module.exports = { Graphics, mgraphicsFor };
