"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { amxd, control, jsui, standIn, stillSet, text } = require("./sample_device");

function open() {
    const boxes = [
        control("dial", "live.dial", {
            longname: "Temperature",
            shortname: "Temp",
            type: 0,
            mmin: 0,
            mmax: 2,
            initial: [1],
            initial_enable: 1,
            unitstyle: 1,
        }),
        control(
            "preset",
            "live.menu",
            { longname: "Preset", type: 2, enum: ["Loose", "Tight & dry"], initial: [0] },
            { presentation_rect: [0, 60, 100, 15] },
        ),
        text("start", "deferlow"),
        jsui(),
    ];
    const script = `mgraphics.init(); mgraphics.relative_coords = 0; mgraphics.autofill = 0; function list() {}
        function paint() { mgraphics.set_source_rgba(max.getcolor("live_surface_bg"));
        mgraphics.rectangle(0, 0, 7, 7); mgraphics.fill(); }`;
    return standIn.openDevice(amxd({ boxes, script }), { live: stillSet(), network: new standIn.Network() });
}

test("a face shows the controls as they stand and the screen as it paints itself", () => {
    const device = open();
    device.turn("temperature", 0.25);
    device.turn("preset", "Tight & dry");
    const svg = standIn.faceSvg(device, "dark");
    assert.deepEqual(device.errors, []);
    for (const part of [/^<svg /, />Temp</, />0\.25</, />Tight &amp; dry</, /M0 0L7 0L7 7L0 7Z/])
        assert.match(svg, part);
    assert.equal(svg.split("<g").length, svg.split("</g>").length);
});

test("each theme has colours of its own, in the screen too", () => {
    const device = open();
    const [light, dark] = ["light", "dark"].map((theme) => standIn.faceSvg(device, theme));
    assert.match(light, /M0 0L7 0L7 7L0 7Z" fill="#c2c2c2"/);
    assert.match(dark, /M0 0L7 0L7 7L0 7Z" fill="#3c3c3c"/);
    assert.equal(device.theme, "dark", "the device keeps its theme");
});

test("what is greyed has the colours of what is not active", () => {
    const device = open();
    const shown = () => standIn.faceSvg(device, "dark").match(/<text[^>]*>(?:Temp|1.00|Loose)</g).map((each) => each.match(/#\w+/)[0]);
    assert.deepEqual(shown(), ["#c4c4c4", "#c4c4c4", "#c4c4c4"]);
    device.control("temperature").receive(0, { selector: "active", atoms: [0] });
    assert.deepEqual(shown(), ["#767676", "#767676", "#c4c4c4"]);
    device.control("temperature").receive(0, { selector: "active", atoms: [1] });
    assert.deepEqual(shown(), ["#c4c4c4", "#c4c4c4", "#c4c4c4"]);
});
