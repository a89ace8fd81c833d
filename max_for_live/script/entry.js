// What Max calls, handed on to the device. This module is the last of a device's bundle and stands at its top level,
// unwrapped, because Max looks for its functions among the globals there; all other modules are wrapped.
// "./device" is the one of script/devices/ that is bundled.
//
// Whatever is global can be called by a message of that name: so nothing more is than must be, and the device's messages
// are none of these names.

inlets = 1;
outlets = 5;
autowatch = 0;

mgraphics.init();
mgraphics.relative_coords = 0;
mgraphics.autofill = 0;

/** @type {{world: World, device: Device<any>, is_ready: boolean}} */
var sideman = {world: require("./world").create(), device: null, is_ready: false};
sideman.device = require("./device").create(sideman.world);

function tell(message, values) {
    sideman.world.event(function () {
        sideman.device.message(message, values);
    });
}

// `ready` comes from live.thisdevice: before it there is no Live. It comes again when a preset is loaded.
function anything() {
    if (messagename !== "ready") {
        tell(messagename, arrayfromargs(arguments));
    } else if (!sideman.is_ready) {
        sideman.is_ready = true;
        sideman.world.event(sideman.device.ready);
    }
}

function bang() {
    tell("bang", []);
}

function msg_int(value) {
    tell("int", [value]);
}

function msg_float(value) {
    tell("float", [value]);
}

function list() {
    tell("list", arrayfromargs(arguments));
}

function paint() {
    sideman.device.paint(mgraphics, mgraphics.size[0], mgraphics.size[1]);
}

function onclick(x, y) {
    sideman.world.event(function () {
        sideman.device.press(x, y);
    });
}

// Max calls it once more, with no button down, when the button is let go.
function ondrag(x, y, button) {
    sideman.world.event(function () {
        sideman.device.drag(x, y, button === 1);
    });
}

function onresize() {
    mgraphics.redraw();
}

function notifydeleted() {
    sideman.device.release_all();
    sideman.world.close();
}
