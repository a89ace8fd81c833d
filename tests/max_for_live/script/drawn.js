// Reads cases {screen: [width, height], model, mouse: [[x, y]]} and writes what the screen draws of each:
// {marks: [{kind, x0, y0, x1, y1, color, text}], status_height, hits, points}. A model may be the name of a scene.
"use strict";

const fs = require("node:fs");
const screen = require("../../../max_for_live/script/screen.js");
const scenes = require("../../../max_for_live/stand_in/scenes.js");
const {screenSvg} = require("../../../max_for_live/stand_in/face.js");
const {themeColor} = require("../../../max_for_live/stand_in/theme.js");
const {textWidth} = require("../../../max_for_live/stand_in/typeface.js");

const READ = {"&lt;": "<", "&gt;": ">", "&amp;": "&"};

function attribute(element, name) {
    const found = element.match(new RegExp(` ${name}="([^"]*)"`));
    return found ? found[1] : null;
}

// The stand-in writes paths with absolute numbers alone, so their extent is that of their points.
function path_mark(element) {
    const kind = attribute(element, "fill") === "none" ? "stroke" : "fill";
    const outside = kind === "stroke" ? Number(attribute(element, "stroke-width")) / 2 : 0;
    // Where a text was written, the path keeps a point that draws nothing.
    const path = attribute(element, "d").replace(/M[^A-Z]*(?=M)/g, "");
    const numbers = path.match(/-?[0-9.]+(?:e-?[0-9]+)?/g).map(Number);
    const across = numbers.filter((_, index) => index % 2 === 0);
    const down = numbers.filter((_, index) => index % 2 === 1);
    return {
        kind, color: attribute(element, kind),
        x0: Math.min(...across) - outside, x1: Math.max(...across) + outside,
        y0: Math.min(...down) - outside, y1: Math.max(...down) + outside,
    };
}

function text_mark(element) {
    const text = element.replace(/^<text[^>]*>/, "").replace("</text>", "").replace(/&(lt|gt|amp);/g, (name) => READ[name]);
    const [x, y, size] = ["x", "y", "font-size"].map((name) => Number(attribute(element, name)));
    // From the tops of the capitals to the ends of the descenders.
    return {kind: "text", color: attribute(element, "fill"), text, x0: x, x1: x + textWidth(text, size), y0: y - 0.72 * size, y1: y + 0.21 * size};
}

function frozen(value) {
    if (value !== null && typeof value === "object") Object.values(value).forEach(frozen);
    return Object.freeze(value);
}

function drawn({screen: [width, height], model, mouse}) {
    const colors = screen.colors((name) => themeColor("dark", name));
    const whole = {...(typeof model === "string" ? scenes[model].model : model), width, height, colors};
    let status_height;
    const svg = screenSvg([width, height], (graphics) => {
        status_height = screen.draw(graphics, width, height, frozen(whole));
    });
    const held = {...whole, status_height};
    const elements = svg.match(/<path [^>]*>|<text [^>]*>[^<]*<\/text>/g);
    return {
        marks: elements.map((element) => (element.startsWith("<text") ? text_mark(element) : path_mark(element))),
        status_height,
        hits: (mouse ?? []).map(([x, y]) => screen.hit(held, x, y)),
        points: (mouse ?? []).map(([x, y]) => screen.point(held, x, y)),
    };
}

process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0, "utf8")).map(drawn)));
