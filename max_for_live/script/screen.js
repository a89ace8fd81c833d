// The screen of a device: how the bridge is, what the device holds, and where results will go.
//
// draw(graphics, width, height, model) draws it all and changes nothing. It gives back the height of the status, which
// a long sentence takes from the body: keep it as model.status_height for hit() and point().
// hit(model, x, y) says what is under the mouse; point(model, x, y) is the place on the pad nearest to it.
//
// model:
//   width, height    the screen's size in pixels, as paint() had it
//   colors           of colors(read), where read(name) gives [r, g, b, a] of one of Live's theme colours
//   state            of the link: "silent", "deaf", "ready", "working", "late" or "refused"
//   sentence         one for the musician; a long one is wrapped
//   latency_seconds  of the last answer, or null
//   target           where results will go: "3 clips to slots 4–6"; "" shows none
//   hint             what to do first, shown while there is nothing else to see
//   status_height    what draw() gave back last
//   body             "pad" or "roll"
//
// For "pad":
//   corners          four of {name, clip} or null: A and B above, C and D below
//   x, y             the puck, 0 to 1; x to the right, y upwards
//   path             points {x, y} of a drag that is recorded or was; [] draws none
//   now              the clip that the puck stands for, or null
//
// For "roll":
//   sources          up to two of {name, clip, hint}: the user's clips; clip null shows the hint
//   results          up to 18 of {name, clip}
//   chosen           index of the result that is marked, or -1
//
// A clip is {length_beats, numerator, denominator, notes}. Notes of the first clip have the first accent colour, notes
// of the second the other one; in results a note keeps the colour of the clip that its source is in, and new ones are
// as bright as text.

var FONT = "Ableton Sans Medium";
var TEXT_SIZE = 9.5;
var LINE = 12;
var BAR = 15; // height of the status and of the target line
var INDENT = 15; // of text beside the LED and the arrow
var EDGE = 4; // between the screen's border and what stands in it
var GAP = 4;
var LEAST = {pad: 64, roll: 8}; // heights of a body that can still be read; a sentence that needs more comes first
var PUCK = 6; // outer radius
var SNAP = 3; // so near to a side, in pixels, is on it: a corner is the user's own clip, exactly
var LETTERS = ["A", "B", "C", "D"];
var ELLIPSIS = "\u2026";

// ---- colours

var THEME = {
    background: "live_lcd_bg",
    text: "live_lcd_title",
    dim: "live_lcd_control_fg_zombie",
    first: "live_lcd_control_fg",
    second: "live_lcd_control_fg_alt",
    alert: "live_active_automation"
};

function is_color(color) {
    return !!color && color.length >= 3 && isFinite(color[0]) && isFinite(color[1]) && isFinite(color[2]);
}

exports.colors = function (read) {
    var found = {};
    for (var name in THEME) {
        var color = read(THEME[name]);
        // A name that an older Live does not have gives no numbers.
        found[name] = is_color(color) ? color : read(THEME.first);
    }
    return found;
};

// Behind rolls, along bars and round parts: so little of the dimmed colour that it is never taken for a note.
var FIELD = 0.13;
var RULE = 0.3;
var QUIET = 0.72; // text that says less than the rest

function ink(graphics, color, alpha) {
    graphics.set_source_rgba(color[0], color[1], color[2], alpha === undefined ? 1 : alpha);
}

// ---- where things are

function box(x, y, width, height) {
    return {x: x, y: y, width: Math.max(0, width), height: Math.max(0, height)};
}

function is_inside(area, x, y) {
    return x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
}

function result_areas(area, count) {
    var rows = count <= 5 ? 1 : count <= 10 ? 2 : 3;
    var columns = Math.ceil(count / rows);
    var width = (area.width - (columns - 1) * GAP) / columns;
    var height = (area.height - (rows - 1) * GAP) / rows;
    var areas = [];
    for (var i = 0; i < count; i++) {
        areas.push(box(
            area.x + (i % columns) * (width + GAP),
            area.y + Math.floor(i / columns) * (height + GAP),
            width, height
        ));
    }
    return areas;
}

function target_height(height) {
    return height >= 80 ? BAR : 0; // a MIDI Tool's screen is too low for it, and writes into the clip itself
}

function layout(width, height, model, status_height) {
    var below = target_height(height);
    var places = {
        status: box(0, 0, width, status_height),
        target: below > 0 ? box(0, height - below, width, below) : null,
        body: null, pad: null, sources: [], results: []
    };
    var body = box(EDGE, status_height + EDGE, width - 2 * EDGE, height - status_height - below - 2 * EDGE);
    var i;
    if (body.height < LEAST[model.body]) return places;
    places.body = body;
    if (model.body === "pad") {
        var now = Math.min(26, body.height / 4);
        places.now = box(body.x, body.y + body.height - now, body.width, now);
        places.pad = box(body.x, body.y, body.width, body.height - now - GAP);
        // The puck stays inside the frame, so its middle moves in a smaller rectangle.
        places.field = box(
            places.pad.x + PUCK + 1, places.pad.y + PUCK + 1,
            places.pad.width - 2 * PUCK - 2, places.pad.height - 2 * PUCK - 2
        );
        return places;
    }
    var sources = model.sources || [];
    var results = model.results || [];
    // Results have the larger half: they are what one listens for.
    var above = body.height;
    if (results.length > 0) above = sources.length > 0 ? Math.floor(body.height * 0.42) : 0;
    for (i = 0; i < sources.length; i++) {
        var share = (body.width - (sources.length - 1) * GAP) / sources.length;
        places.sources.push(box(body.x + i * (share + GAP), body.y, share, above));
    }
    var used = above > 0 ? above + GAP + 2 : 0;
    places.results = result_areas(box(body.x, body.y + used, body.width, body.height - used), results.length);
    return places;
}

function limit(value) {
    return Math.min(1, Math.max(0, value));
}

function layout_of(model) {
    return layout(model.width, model.height, model, model.status_height || BAR);
}

// {x, y} from 0 to 1, also for a mouse outside of the pad; null where the status leaves no room for one.
exports.point = function (model, x, y) {
    var field = layout_of(model).field;
    if (!field) return null;
    var across = x - field.x;
    var up = field.y + field.height - y;
    if (across < SNAP) across = 0;
    if (across > field.width - SNAP) across = field.width;
    if (up < SNAP) up = 0;
    if (up > field.height - SNAP) up = field.height;
    return {x: limit(across / field.width), y: limit(up / field.height)};
};

// {part: "status"} | {part: "target"} | {part: "pad", x, y} | {part: "now"} | {part: "source", index}
// | {part: "result", index} | {part: "none"}
exports.hit = function (model, x, y) {
    var places = layout_of(model);
    var i;
    if (!is_inside(box(0, 0, model.width, model.height), x, y)) return {part: "none"};
    if (is_inside(places.status, x, y)) return {part: "status"};
    if (places.target && is_inside(places.target, x, y)) return {part: "target"};
    if (places.pad) {
        if (is_inside(places.now, x, y)) return {part: "now"};
        if (!is_inside(places.pad, x, y)) return {part: "none"};
        var place = exports.point(model, x, y);
        return {part: "pad", x: place.x, y: place.y};
    }
    for (i = 0; i < places.results.length; i++) {
        if (is_inside(places.results[i], x, y)) return {part: "result", index: i};
    }
    for (i = 0; i < places.sources.length; i++) {
        if (is_inside(places.sources[i], x, y)) return {part: "source", index: i};
    }
    return {part: "none"};
};

// ---- text

function text_width(graphics, text) {
    return graphics.text_measure(text)[0];
}

function font(graphics, size) {
    graphics.select_font_face(FONT);
    graphics.set_font_size(size);
}

// The longest beginning of `text` that fits, with an ellipsis where something was cut; "" where nothing fits.
function cut(graphics, text, width) {
    if (text_width(graphics, text) <= width) return text;
    var low = 0;
    var high = text.length;
    while (low < high) {
        var middle = Math.ceil((low + high) / 2);
        if (text_width(graphics, text.slice(0, middle).replace(/\s+$/, "") + ELLIPSIS) <= width) low = middle;
        else high = middle - 1;
    }
    return low > 0 ? text.slice(0, low).replace(/\s+$/, "") + ELLIPSIS : "";
}

function one_line(text) {
    return String(text === undefined || text === null ? "" : text).replace(/\s+/g, " ").replace(/^ | $/g, "");
}

function write(graphics, text, x, baseline, width, align) {
    var shown = cut(graphics, one_line(text), width);
    if (shown === "") return;
    var room = width - text_width(graphics, shown);
    graphics.move_to(x + (align === "right" ? room : align === "middle" ? room / 2 : 0), baseline);
    graphics.show_text(shown);
}

// Lines of at most `width`, of which the first has `first_width`; what does not fit in `most` lines is cut.
function wrap(graphics, text, first_width, width, most) {
    var words = one_line(text).split(" ");
    var lines = [];
    var line = "";
    for (var i = 0; i < words.length; i++) {
        var longer = line === "" ? words[i] : line + " " + words[i];
        var room = lines.length === 0 ? first_width : width;
        if (line !== "" && text_width(graphics, longer) > room) {
            if (lines.length + 1 === most) {
                lines.push(cut(graphics, line + " " + words.slice(i).join(" "), room));
                return lines;
            }
            lines.push(cut(graphics, line, room));
            line = words[i];
        } else {
            line = longer;
        }
    }
    lines.push(cut(graphics, line, lines.length === 0 ? first_width : width));
    return lines;
}

function write_middle(graphics, text, area) {
    var most = Math.floor((area.height - 2) / LINE);
    if (most < 1) return;
    var lines = wrap(graphics, text, area.width - 8, area.width - 8, most);
    var baseline = area.y + (area.height - lines.length * LINE) / 2 + 9;
    for (var i = 0; i < lines.length; i++) {
        write(graphics, lines[i], area.x + 4, baseline + i * LINE, area.width - 8, "middle");
    }
}

// ---- piano rolls

function fill_box(graphics, x, y, width, height) {
    graphics.rectangle(x, y, width, height);
    graphics.fill();
}

// Which row a pitch has, counted from below. A leap over pitches that no note has is drawn as a whole tone, so that
// four drums far apart fill the height as a melody does.
function pitch_rows(notes) {
    var is_used = {};
    var pitches = [];
    for (var i = 0; i < notes.length; i++) {
        if (!is_used[notes[i].pitch]) pitches.push(notes[i].pitch);
        is_used[notes[i].pitch] = true;
    }
    pitches.sort(function (one, other) { return one - other; });
    var row_of = {};
    var row = 0;
    for (var k = 0; k < pitches.length; k++) {
        if (k > 0) row += Math.min(2, pitches[k] - pitches[k - 1]);
        row_of[pitches[k]] = row;
    }
    // One or two pitches stand in the middle, not as beams over the whole height.
    var missing = Math.max(0, 7 - row);
    return {row_of: row_of, below: Math.floor(missing / 2), count: row + 1 + missing};
}

function paint_bars(graphics, area, clip, color) {
    var bar_beats = 4 * clip.numerator / clip.denominator;
    var step = bar_beats * area.width / clip.length_beats;
    if (!(step > 0)) return;
    while (step < 8) step *= 2;
    ink(graphics, color, RULE);
    for (var x = step; x < area.width - 0.5; x += step) {
        graphics.rectangle(area.x + Math.round(x), area.y, 1, area.height);
    }
    graphics.fill();
}

// `color_of(note)` gives a colour; notes of one colour and about one velocity are filled together.
function paint_notes(graphics, area, clip, color_of, alpha) {
    var rows = pitch_rows(clip.notes);
    var row = area.height / rows.count;
    var height = Math.min(area.height, Math.max(2, row > 3 ? row - 1 : row));
    var levels = {};
    var order = [];
    for (var i = 0; i < clip.notes.length; i++) {
        var note = clip.notes[i];
        var from = area.x + limit(note.start_beats / clip.length_beats) * area.width;
        var to = area.x + limit((note.start_beats + note.length_beats) / clip.length_beats) * area.width;
        // Before the clip's start or behind its end nothing is heard; NaN is neither.
        if (!(to > from)) continue;
        // A gap of half a pixel between repeated notes, and never less than a pixel and a half of note.
        var width = Math.min(Math.max(1.5, to - from - 0.5), area.x + area.width - from);
        var y = area.y + (rows.count - 1 - rows.below - rows.row_of[note.pitch]) * row;
        y = Math.min(y, area.y + area.height - height);
        var level = note.mute ? 0 : 1 + Math.min(2, Math.floor(limit(note.velocity / 127) * 3));
        var color = color_of(note);
        var key = color.join(" ") + " " + level;
        if (!levels[key]) {
            levels[key] = {color: color, level: level, boxes: []};
            order.push(key);
        }
        levels[key].boxes.push(box(from, y, width, height));
    }
    for (var k = 0; k < order.length; k++) {
        var group = levels[order[k]];
        ink(graphics, group.color, alpha * [0.25, 0.5, 0.75, 1][group.level]);
        for (var j = 0; j < group.boxes.length; j++) {
            var each = group.boxes[j];
            graphics.rectangle(each.x, each.y, each.width, each.height);
        }
        graphics.fill();
    }
}

function paint_roll(graphics, area, clip, model, color_of, alpha) {
    ink(graphics, model.colors.dim, FIELD);
    fill_box(graphics, area.x, area.y, area.width, area.height);
    if (!clip || !(clip.length_beats > 0)) return;
    paint_bars(graphics, area, clip, model.colors.dim);
    var inner = box(area.x + 1, area.y + 2, area.width - 2, area.height - 4);
    if (clip.notes.length > 0 && inner.width > 2 && inner.height > 2) {
        paint_notes(graphics, inner, clip, color_of, alpha);
    }
}

function accent(model, index) {
    return index % 2 === 0 ? model.colors.first : model.colors.second;
}

// Sources count through the request's clips in their order, so a note's source tells whose it is.
function color_by_source(model, clips) {
    return function (note) {
        var index = note.source === undefined ? -1 : note.source;
        if (index < 0) return model.colors.text;
        for (var i = 0; i < clips.length; i++) {
            if (index < clips[i].notes.length) return accent(model, i);
            index -= clips[i].notes.length;
        }
        return model.colors.first; // of a clip that the screen does not show, as in MIDI Tools
    };
}

function color_always(color) {
    return function () { return color; };
}

function clips_of(holders) {
    var clips = [];
    for (var i = 0; i < holders.length; i++) {
        if (holders[i] && holders[i].clip) clips.push(holders[i].clip);
    }
    return clips;
}

// ---- the parts of the screen

var LEDS = { // colour, and whether it is filled: the colour alone does not tell everybody
    ready: ["second", true], working: ["first", true], late: ["first", false],
    refused: ["alert", true], silent: ["alert", false], deaf: ["alert", false]
};

function draw_led(graphics, model) {
    var led = LEDS[model.state] || LEDS.silent;
    ink(graphics, model.colors[led[0]]);
    if (led[1]) {
        graphics.ellipse(5, 4.5, 6, 6);
        graphics.fill();
        return;
    }
    graphics.set_line_width(1.5);
    graphics.ellipse(5.75, 5.25, 4.5, 4.5);
    graphics.stroke();
}

// "4 ms", "1.2 s", or "" where nothing was answered yet.
function latency_text(seconds) {
    if (typeof seconds !== "number" || !isFinite(seconds)) return "";
    return seconds < 0.9995 ? Math.max(1, Math.round(seconds * 1000)) + " ms" : seconds.toFixed(1) + " s";
}

// The sentence as lines, and the height that they need.
function measure_status(graphics, width, height, model) {
    var latency = latency_text(model.latency_seconds);
    font(graphics, TEXT_SIZE);
    var room = width - INDENT - 5;
    var first_room = room - (latency === "" ? 0 : text_width(graphics, latency) + 6);
    var most = Math.max(1, Math.floor((height - target_height(height) - 3) / LINE));
    var lines = wrap(graphics, model.sentence, first_room, room, most);
    return {
        latency: latency, lines: lines, room: room,
        height: lines.length > 1 ? Math.min(lines.length * LINE + 5, height - target_height(height)) : BAR
    };
}

function draw_status(graphics, width, model, measured) {
    draw_led(graphics, model);
    font(graphics, TEXT_SIZE);
    ink(graphics, model.colors.text);
    for (var i = 0; i < measured.lines.length; i++) {
        write(graphics, measured.lines[i], INDENT, 11 + i * LINE, measured.room, "left");
    }
    ink(graphics, model.colors.text, QUIET);
    if (measured.latency !== "") write(graphics, measured.latency, INDENT, 11, measured.room, "right");
}

function draw_target(graphics, area, model) {
    if (one_line(model.target) === "") return;
    var middle = area.y + area.height / 2;
    ink(graphics, model.colors.text, QUIET);
    graphics.set_line_width(1);
    graphics.move_to(5, middle + 0.5);
    graphics.line_to(11, middle + 0.5);
    graphics.move_to(8.5, middle - 2);
    graphics.line_to(11, middle + 0.5);
    graphics.line_to(8.5, middle + 3);
    graphics.stroke();
    ink(graphics, model.colors.text);
    font(graphics, TEXT_SIZE);
    write(graphics, model.target, INDENT, area.y + 11, area.width - INDENT - 5, "left");
}

function draw_corner(graphics, pad, model, index) {
    var is_right = index % 2 === 1;
    var is_below = index > 1;
    var corner = (model.corners || [])[index];
    var weight = (is_right ? model.x : 1 - model.x) * (is_below ? 1 - model.y : model.y);
    var half = box(
        pad.x + (is_right ? pad.width / 2 : 0) + 3, pad.y + (is_below ? pad.height / 2 : 0) + 3,
        pad.width / 2 - 6, pad.height / 2 - 6
    );
    // The corner itself is left free for the puck.
    var baseline = is_below ? half.y + half.height - 1 : half.y + 8;
    var letter = is_right ? half.x + half.width - 20 : half.x + 12;
    font(graphics, TEXT_SIZE);
    if (corner && corner.clip) {
        var roll = box(half.x, is_below ? half.y : half.y + LINE, half.width, half.height - LINE);
        if (corner.clip.notes.length > 0 && corner.clip.length_beats > 0 && roll.height > 4) {
            paint_notes(graphics, roll, corner.clip, color_always(accent(model, index + (is_below ? 1 : 0))),
                0.25 + 0.75 * weight);
        }
        ink(graphics, model.colors.text, QUIET + (1 - QUIET) * weight);
        var name_x = half.x + (is_right ? 0 : 23);
        write(graphics, corner.name, name_x, baseline, half.width - 23, is_right ? "right" : "left");
    }
    ink(graphics, model.colors.text, corner ? 1 : QUIET);
    write(graphics, LETTERS[index], letter, baseline, 8, is_right ? "right" : "left");
}

function place_of(field, point) {
    return [field.x + limit(point.x) * field.width, field.y + (1 - limit(point.y)) * field.height];
}

function draw_path(graphics, field, model) {
    if (model.path.length === 0) return;
    var i;
    var place;
    ink(graphics, model.colors.text, 0.8);
    graphics.set_line_width(1.5);
    for (i = 0; i < model.path.length; i++) {
        place = place_of(field, model.path[i]);
        if (i === 0) graphics.move_to(place[0], place[1]);
        else graphics.line_to(place[0], place[1]);
    }
    graphics.stroke();
    for (i = 0; i < model.path.length; i++) {
        place = place_of(field, model.path[i]);
        graphics.ellipse(place[0] - 2, place[1] - 2, 4, 4);
    }
    graphics.fill();
}

function draw_puck(graphics, field, model) {
    var place = place_of(field, model);
    var x = place[0];
    var y = place[1];
    ink(graphics, model.colors.background);
    graphics.ellipse(x - PUCK, y - PUCK, 2 * PUCK, 2 * PUCK);
    graphics.fill();
    ink(graphics, model.colors.text);
    graphics.set_line_width(2);
    graphics.ellipse(x - 4, y - 4, 8, 8);
    graphics.stroke();
}

function draw_pad(graphics, places, model) {
    var pad = places.pad;
    var clips = clips_of(model.corners || []);
    ink(graphics, model.colors.dim, FIELD);
    fill_box(graphics, pad.x, pad.y, pad.width, pad.height);
    if (clips.length > 0) {
        ink(graphics, model.colors.dim, RULE);
        graphics.rectangle(pad.x + Math.round(pad.width / 2), pad.y, 1, pad.height);
        graphics.rectangle(pad.x, pad.y + Math.round(pad.height / 2), pad.width, 1);
        graphics.fill();
    }
    for (var i = 0; i < 4; i++) draw_corner(graphics, pad, model, i);
    if (clips.length === 0) {
        font(graphics, TEXT_SIZE);
        ink(graphics, model.colors.text, QUIET);
        write_middle(graphics, model.hint, box(pad.x + 14, pad.y + LINE, pad.width - 28, pad.height - 2 * LINE));
    } else {
        draw_path(graphics, places.field, {path: model.path || [], colors: model.colors});
        draw_puck(graphics, places.field, model);
    }
    paint_roll(graphics, places.now, model.now, model, color_by_source(model, clips), 1);
}

function draw_source(graphics, area, source, model, index, name_height) {
    var roll = box(area.x, area.y + name_height, area.width, area.height - name_height);
    font(graphics, TEXT_SIZE);
    ink(graphics, model.colors.text, source.clip ? 1 : QUIET);
    write(graphics, source.name, area.x, area.y + 8, area.width, "left");
    paint_roll(graphics, roll, source.clip, model, color_always(accent(model, index)), 1);
    if (!source.clip) {
        ink(graphics, model.colors.text, QUIET);
        write_middle(graphics, source.hint, roll);
    }
}

function draw_result(graphics, area, result, model, index, clips) {
    var has_name = area.height >= 30;
    var roll = has_name ? box(area.x, area.y + 11, area.width, area.height - 11) : area;
    if (has_name) {
        font(graphics, 8);
        ink(graphics, model.colors.text, index === model.chosen ? 1 : QUIET);
        // Of "2/5 [A+B]" the strip has room for "2/5".
        write(graphics, one_line(result.name).split(" ")[0], area.x, area.y + 8, area.width, "left");
    }
    paint_roll(graphics, roll, result.clip, model, color_by_source(model, clips), 1);
    if (index !== model.chosen) return;
    ink(graphics, model.colors.text);
    graphics.set_line_width(1);
    graphics.rectangle(roll.x + 0.5, roll.y + 0.5, roll.width - 1, roll.height - 1);
    graphics.stroke();
}

function draw_rolls(graphics, places, model) {
    var sources = model.sources || [];
    var results = model.results || [];
    var clips = clips_of(sources);
    var name_height = 0;
    var i;
    for (i = 0; i < sources.length; i++) {
        if (one_line(sources[i].name) !== "") name_height = LINE;
    }
    for (i = 0; i < sources.length; i++) {
        draw_source(graphics, places.sources[i], sources[i], model, i, name_height);
    }
    for (i = 0; i < results.length; i++) draw_result(graphics, places.results[i], results[i], model, i, clips);
    if (sources.length + results.length > 0) return;
    font(graphics, TEXT_SIZE);
    ink(graphics, model.colors.text, QUIET);
    write_middle(graphics, model.hint, places.body);
}

exports.draw = function (graphics, width, height, model) {
    var measured = measure_status(graphics, width, height, model);
    var places = layout(width, height, model, measured.height);
    ink(graphics, model.colors.background);
    fill_box(graphics, 0, 0, width, height);
    if (places.pad) draw_pad(graphics, places, model);
    else if (places.body) draw_rolls(graphics, places, model);
    ink(graphics, model.colors.dim, RULE);
    if (places.body) graphics.rectangle(0, measured.height, width, 1);
    if (places.target) graphics.rectangle(0, places.target.y, width, 1);
    graphics.fill();
    if (places.target) draw_target(graphics, places.target, model);
    draw_status(graphics, width, model, measured);
    return measured.height;
};
