// A drag over the pad that becomes one long clip, a point a bar.

var MOST_SHOWN = 400;

// finished(points): the drag is over; points {x, y} of the pad, one for each bar.
/** @param {Holder<{path: number, path_bars: number}>} device @param {(points: Point[]) => void} finished */
exports.create = function (device, finished) {
    var world = device.world, passed = [], is_on = false, is_walking = false;
    var walk = {};

    walk.turned = function (on) {
        is_on = on;
        passed = [];
        device.say(on ? "ready" : "", on ? "Drag over the pad: the way is spread over the bars." : "");
    };

    walk.begin = function () {
        is_walking = is_on;
        passed = [];
    };

    walk.pass = function (point) {
        if (!is_walking) {
            return;
        }
        passed.push({x: point.x, y: point.y, seconds: world.now_seconds()});
        if (passed.length > MOST_SHOWN) {
            // Every other one: the way stays, and a drag of an hour does not grow.
            passed = passed.filter(function (each, index) { return index % 2 === 0 || index === passed.length - 1; });
        }
    };

    walk.end = function () {
        if (is_walking && passed.length > 0) {
            is_walking = false;
            is_on = false;
            device.turn("path", 0);
            finished(walk.of_bars(Math.round(device.knob("path_bars"))));
        }
    };

    // Where the puck was at the middle of each bar, the drag's time being spread over them.
    walk.of_bars = function (bars) {
        var first = passed[0].seconds, all = passed[passed.length - 1].seconds - first, points = [], bar, at, i;
        for (bar = 0; bar < bars; bar += 1) {
            at = first + all * (bars === 1 ? 0.5 : bar / (bars - 1));
            for (i = 0; i < passed.length - 1 && passed[i + 1].seconds <= at; i += 1) {}
            points.push({x: passed[i].x, y: passed[i].y});
        }
        return points;
    };

    walk.points = function () {
        return passed;
    };
    return walk;
};
