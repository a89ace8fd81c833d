"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { inScript, openScript, stillSet, text } = require("./sample_device");

function errorsOf(body, options) {
    return inScript(body, options).device.errors;
}

/** Each piece of script must be refused, in words that the pattern finds, and nothing else may go wrong. */
function refuses(pieces, options) {
    for (const [body, sentence] of pieces) {
        const errors = errorsOf(body, options);
        assert.equal(errors.length, 1, `${body}: ${errors.join("; ") || "nobody complained"}`);
        assert.match(errors[0], sentence, body);
    }
}

test("a script has Max's globals", () => {
    const names = [
        "outlet",
        "post",
        "error",
        "arrayfromargs",
        "Task",
        "LiveAPI",
        "Dict",
        "Global",
        "max",
        "mgraphics",
        "box",
        "patcher",
    ];
    const { told } = inScript(`tell([${names.map((name) => `typeof ${name}`)}].join()); tell(this.box === box);`);
    assert.equal(told[0].includes("undefined"), false);
    assert.equal(told[1], true);
});

test("a script's chance is by the device's seed", () => {
    const drawn = (seed) => inScript("tell([Math.random(), Math.random()].join());", { seed }).told[0];
    assert.equal(drawn(1), drawn(1));
    assert.notEqual(drawn(1), drawn(2));
    const [first, second] = drawn(1).split(",");
    assert.notEqual(first, second);
});

test("a script has nothing of Node's, nor of any JavaScript later than Max's", () => {
    const names = [
        "require",
        "module",
        "process",
        "console",
        "setTimeout",
        "Buffer",
        "globalThis",
        "Promise",
        "Map",
        "Set",
        "Symbol",
        "Proxy",
        "Reflect",
        "WeakMap",
        "BigInt",
        "Intl",
        "Atomics",
        "WebAssembly",
        "messnamed",
        "sketch",
    ];
    const methods = [
        "Object.assign",
        "Object.entries",
        "Object.values",
        "Array.from",
        "[].find",
        "[].includes",
        "[].fill",
        "''.repeat",
        "''.startsWith",
        "''.includes",
        "''.padStart",
        "Number.isInteger",
        "Number.isFinite",
        "Math.sign",
        "Math.trunc",
        "Math.hypot",
    ];
    const { told } = inScript(`tell([${[...names, ...methods].map((name) => `typeof ${name}`)}].join());`);
    assert.deepEqual([...new Set(told[0].split(","))], ["undefined"]);
});

test("lists that come from Max are arrays like the script's own", () => {
    const { told } = inScript(
        "tell(arrayfromargs([1, 2], 3) instanceof Array); tell(max.getcolor('live_lcd_bg') instanceof Array);",
    );
    assert.deepEqual(told, [true, true]);
});

test("numbers, lists, words and bangs find their functions, all else `anything`", () => {
    const device = openScript(
        `var heard = [];
         function msg_int(v) { heard.push("int " + v); } function msg_float(v) { heard.push("float " + v); }
         function list() { heard.push("list " + arrayfromargs(arguments)); } function bang() { heard.push("bang"); }
         function word(a, b) { heard.push("word " + a + " " + b + " at " + inlet); }
         function anything() { heard.push("anything " + messagename + " " + arrayfromargs(arguments)); }`,
        { boxes: [text("start", "deferlow")], cords: ["start 0 screen 0"] },
    );
    for (const atoms of [[1], [0.5], [1, 2], ["bang"], ["word", 3, "x"], ["other", 4], ["/osc/address", 5]])
        device.patch.objects.get("start").out(0, atoms);
    assert.deepEqual(
        [...device.screen.script.globals.heard],
        [
            "anything ready ",
            "int 1",
            "float 0.5",
            "list 1,2",
            "bang",
            "word 3 x at 0",
            "anything other 4",
            "anything /osc/address 5",
        ],
    );
    assert.deepEqual(device.errors, []);
});

test("a message that the script has no function for is an error", () => {
    const device = openScript("function bang() {}");
    assert.match(device.errors[0], /has no function ready/);
});

test("a message named like something of Max's own never reaches the script", () => {
    for (const name of ["size", "compile", "post", "outlet", "Math", "hidden"]) {
        const device = openScript("function anything() {}", {
            boxes: [text("start", "deferlow")],
            cords: ["start 0 screen 0"],
        });
        device.patch.objects.get("start").out(0, [name, 1]);
        assert.match(device.errors[0] ?? "", /takes it for itself/, name);
    }
});

test("an exception in the script is an error with its place, and the next message comes in", () => {
    const device = openScript("var n = 0; function ready() { n += 1; nothing.here(); }");
    device.ready();
    assert.equal(device.errors.length, 2);
    assert.match(device.errors[0], /ReferenceError: nothing is not defined.*sample\.js:1/);
    assert.equal(device.screen.script.globals.n, 2);
});

test("what a script posts stands in the console", () => {
    const { device } = inScript("post('a', 1); error('b');");
    assert.deepEqual(device.console, [
        { kind: "post", line: "a 1" },
        { kind: "error", line: "b" },
    ]);
});

// --- outlets ---

test("a list goes out as one message, unrolled once", () => {
    const device = openScript(
        "var heard = []; function ready() { outlet(0, ['word', 1, 2.5, 'x']); outlet(0, 'other', [1, 2]); outlet(0, 7);" +
            " } function word() { heard.push(arrayfromargs(arguments).join()); }" +
            " function other() { heard.push(arrayfromargs(arguments).join()); } function msg_int(v) { heard.push(v); }",
        { cords: ["screen 0 screen 0"] },
    );
    assert.deepEqual([...device.screen.script.globals.heard], ["1,2.5,x", "1,2", 7]);
    assert.deepEqual(device.errors, []);
});

test("outlets take what Max has: finite numbers and symbols, no more than 32,767, at an outlet that exists", () => {
    refuses([
        ["outlet(1, 'x');", /no outlet 1; sample\.js has 1/],
        ["outlet(-1, 'x');", /no outlet -1/],
        ["outlet('0', 'x');", /no outlet string/],
        ["outlet(0);", /nothing to send/],
        ["outlet(0, []);", /nothing to send/],
        ["outlet(0, '');", /empty symbol/],
        ["outlet(0, 'x', undefined);", /atom 1 is undefined/],
        ["outlet(0, ['x', null]);", /atom 1 is null/],
        ["outlet(0, 'x', NaN);", /atom 1 is NaN/],
        ["outlet(0, 'x', 1 / 0);", /atom 1 is Infinity/],
        ["outlet(0, 'x', true);", /atom 1 is boolean/],
        ["outlet(0, 'x', {});", /atom 1 is a JavaScript object/],
        ["outlet(0, ['x', [1, 2]]);", /a list inside a list/],
        ["var list = ['x']; for (var i = 0; i < 32767; i += 1) { list.push(i); } outlet(0, list);", /32768 atoms/],
        ["outlet.apply(this, [0, 'x']);", /outlet.apply: it crashes Max/],
        ["outlet.call(this, 0, 'x');", /outlet.call/],
    ]);
});

test("a refusal that the script catches is still on record", () => {
    const { device, told } = inScript("try { outlet(5, 'x'); } catch (e) { tell('caught'); }");
    assert.deepEqual(told, ["caught"]);
    assert.equal(device.errors.length, 1);
});

// --- tasks ---

test("a Task runs once when its time has come, by Max's clock", () => {
    const { device } = inScript(
        "seen = []; new Task(function (a) { seen.push(a, max.time); }, this, ['x']).schedule(250);",
    );
    const seen = () => [...(device.screen.script.globals.seen ?? [])];
    device.clock.step(0.249);
    assert.deepEqual(seen(), []);
    device.clock.step(1);
    assert.deepEqual(seen(), ["x", 250]);
});

test("a Task that is scheduled again moves, one that is cancelled never runs", () => {
    const { device } = inScript(`
        seen = []; moved = new Task(function () { seen.push("moved"); }); moved.schedule(10); moved.schedule(100);
        gone = new Task(function () { seen.push("gone"); }); gone.schedule(10); gone.cancel();
        four = new Task(function () { seen.push(arguments.callee.task.iterations); }); four.interval = 20;
        four.repeat(3);`);
    device.clock.step(0.05);
    assert.deepEqual([...device.screen.script.globals.seen], [1, 2, 3]);
    device.clock.step(1);
    assert.deepEqual([...device.screen.script.globals.seen], [1, 2, 3, "moved"]);
});

test("a Task is made of a function and a delay", () => {
    refuses([
        ["new Task('x');", /string is no function/],
        ["new Task(function () {}, this, 5);", /list of arguments/],
        ["new Task(function () {}).schedule(NaN);", /NaN is no delay/],
        ["new Task(function () {}).schedule(-1);", /-1 is no delay/],
    ]);
});

test("nothing runs any more once the device is gone, and notifydeleted is the last it hears", () => {
    const device = openScript(
        `var seen = []; var task = new Task(function () { seen.push('task'); }); function ready() { task.schedule(10);
        } function notifydeleted() { seen.push('deleted'); outlet(0, 'late'); }`,
    );
    device.close();
    device.clock.step(1);
    assert.deepEqual([...device.screen.script.globals.seen], ["deleted"]);
    assert.deepEqual(device.errors, []);
    assert.deepEqual(device.live.tracks[0].devices, []);
});

// --- dictionaries ---

test("a dictionary has one name for all of Max", () => {
    const live = stillSet();
    inScript(
        'var d = new Dict(\'clip\'); d.parse(\'{"notes": [{"pitch": 60}], "one": [5], "none": [], "two": [1, 2]}\');',
        { live },
    );
    const { told, device } = inScript(
        `var d = new Dict('clip'); tell(d.stringify()); tell(d.get('one')); tell(d.get('none'));
        tell(d.get('two').join()); tell(d.contains('two')); tell(d.getkeys().join());`,
        { live },
    );
    assert.deepEqual(JSON.parse(told[0]).notes, [{ pitch: 60 }]);
    assert.deepEqual(told.slice(1), [5, null, "1,2", 1, "notes,one,none,two"]);
    assert.deepEqual(device.errors, []);
});

test("a dictionary takes JSON and is asked by name", () => {
    refuses([
        ["new Dict('d').parse('{');", /Dict.parse/],
        ["new Dict('d').parse({});", /no text/],
        ["new Dict('d').parse('[1]');", /no object/],
        ["new Dict('d').push('x');", /Dict has no push/],
        ["new Dict('d').set('x', {});", /numbers and text/],
        ["new Dict('d').get(1);", /no key/],
        ["new Dict(7);", /no name/],
        ["var d = new Dict('d'); d.parse('{\"a\": {\"b\": 1}}'); d.get('a');", /JSON.parse/],
    ]);
});

// --- drawing ---

const PAINTER = "mgraphics.init(); mgraphics.relative_coords = 0; mgraphics.autofill = 0;";

function painted(body, before = PAINTER) {
    const device = openScript(`${before} function ready() {} function paint() { ${body} }`);
    return { device, svg: device.screen.paint() };
}

test("what a script draws becomes SVG", () => {
    const { device, svg } = painted(`
        mgraphics.set_source_rgba(1, 0, 0, 0.5); mgraphics.rectangle(1, 2, 10, 20); mgraphics.fill();
        mgraphics.set_source_rgba(max.getcolor("live_lcd_control_fg")); mgraphics.set_line_width(2);
        mgraphics.move_to(0, 0); mgraphics.line_to(5, 5); mgraphics.stroke();
        mgraphics.move_to(3, 12); mgraphics.set_font_size(9.5); mgraphics.show_text("A < B");`);
    assert.deepEqual(device.errors, []);
    assert.match(svg, /<path d="M1 2L11 2L11 22L1 22Z" fill="#ff0000" fill-opacity="0\.5"\/>/);
    assert.match(svg, /stroke="#ffad56".*stroke-width="2"/);
    assert.match(svg, /<text x="3" y="12" font-size="9\.5".*A &lt; B<\/text>/);
});

test("matrices move paths, and restore() brings the old one back", () => {
    const { svg, device } = painted(`
        mgraphics.save(); mgraphics.translate(10, 20); mgraphics.scale(2, 2); mgraphics.rectangle(0, 0, 1, 1);
        mgraphics.fill(); mgraphics.restore();
        mgraphics.rectangle(0, 0, 1, 1); mgraphics.fill();`);
    assert.deepEqual(device.errors, []);
    assert.match(svg, /M10 20L12 20L12 22L10 22Z/);
    assert.match(svg, /M0 0L1 0L1 1L0 1Z/);
});

test("a circle is round: its points lie at its radius", () => {
    const { svg } = painted("mgraphics.arc(50, 30, 10, 0, Math.PI * 2); mgraphics.fill();");
    const ends = [...svg.matchAll(/C[\d. -]+? ([\d.]+) ([\d.]+)(?=[CZ"])/g)].map(([, x, y]) =>
        Math.hypot(x - 50, y - 30),
    );
    assert.equal(ends.length, 4);
    assert.ok(
        ends.every((radius) => Math.abs(radius - 10) < 0.01),
        ends.join(),
    );
});

test("mgraphics refuses what Max does not have and what this stand-in does not draw", () => {
    for (const [body, sentence] of [
        ["mgraphics.circle(1, 1, 1);", /has no circle/],
        ["mgraphics.rectangle(1, 2, 3);", /takes 4 finite numbers/],
        ["mgraphics.line_to(NaN, 2);", /takes 2 finite numbers/],
        ["mgraphics.set_source_rgba(255, 0, 0, 1);", /numbers from 0 to 1/],
        ["mgraphics.set_source_rgba(1, 0, 0);", /takes 4 numbers/],
        ["mgraphics.show_text(5);", /number is no text/],
        ["mgraphics.show_text('x');", /move_to says where/],
        ["mgraphics.set_line_cap('flat');", /flat is unknown/],
        ["mgraphics.restore();", /nothing was saved/],
        ["mgraphics.save();", /without restore/],
        ["mgraphics.width = 5;", /cannot be set/],
        ["max.getcolor('live_pink');", /no colour/],
        ["max.getcolor('lcd_bg');", /no colour/],
    ]) {
        const { device } = painted(body);
        assert.match(device.errors.join("; "), sentence, body);
    }
    assert.match(painted("mgraphics.fill();", "mgraphics.init();").device.errors[0], /relative_coords = 0/);
    refuses([["mgraphics.rectangle(0, 0, 1, 1);", /only paint\(\) may draw/]]);
});

test("redraw paints once, a frame later, however often it is asked", () => {
    const device = openScript(
        `${PAINTER} var paints = 0; function paint() { paints += 1; } function ready() { mgraphics.redraw();
        mgraphics.redraw(); }`,
    );
    const paints = () => device.screen.script.globals.paints;
    assert.equal(paints(), 0);
    device.clock.step(0.1);
    assert.equal(paints(), 1);
});

test("the mouse presses, drags and lets go", () => {
    const device = openScript(
        `var seen = []; function ready() {}
        function onclick(x, y, button) { seen.push(['click', x, y, button].join(' ')); }
        function ondrag(x, y, button) { seen.push(['drag', x, y, button].join(' ')); }`,
    );
    device.drag(0, 0, 10, 20, 2);
    device.click(3, 4);
    assert.deepEqual(
        [...device.screen.script.globals.seen],
        ["click 0 0 1", "drag 5 10 1", "drag 10 20 1", "drag 10 20 0", "click 3 4 1", "drag 3 4 0"],
    );
});

test("text is as wide as its letters", () => {
    const device = openScript(
        `function ready() { mgraphics.set_font_size(10); wide = mgraphics.text_measure('WWW')[0];
        slim = mgraphics.text_measure('iii')[0]; }`,
    );
    const { wide, slim } = device.screen.script.globals;
    assert.ok(wide > 25 && slim < 8, `${wide} ${slim}`);
});
