// Max and Live as the other modules see them: the only one that names Max's own functions, besides entry.js.

var protocol = require("./protocol");

var TO_SEND = 0, TO_PROBE = 1, TO_LISTEN = 2, TO_SHOW = 3, TO_TOOL = 4;
var GREY = [0.5, 0.5, 0.5, 1];

exports.create = function () {
    var world = {}, tasks = [], idle = [], observers = [], reply = null;
    // LiveAPI objects: those reached by a path, those reached by an id, and how many of these are lent.
    var named = {}, pool = [], lent = 0, depth = 0;

    // Lists go out as arrays: outlet.apply brings Max down.
    world.send = function (address, args) {
        outlet(TO_SEND, [address].concat(args));
    };
    world.probe = function (port, args) {
        outlet(TO_PROBE, ["port", port]);
        outlet(TO_PROBE, [protocol.probe].concat(args));
    };
    world.listen = function (port) {
        outlet(TO_LISTEN, ["port", port]);
    };
    world.show = function (name, values) {
        outlet(TO_SHOW, [name].concat(values));
    };
    // Puts numbers into the pattr of that name, which gives them back as `kept_NAME`, at once and when the set opens.
    world.keep = function (name, values) {
        outlet(TO_SHOW, ["keep_" + name, "kept_" + name].concat(values));
    };
    // What a dictionary holds that Live gives to a MIDI Tool.
    world.dictionary = function (name) {
        return JSON.parse(new Dict(name).stringify());
    };
    // A MIDI Tool's answer to Live. One dictionary is used again and again.
    world.answer = function (content) {
        reply = reply || new Dict();
        reply.parse(JSON.stringify(content));
        outlet(TO_TOOL, ["dictionary", reply.name]);
    };

    // Max's own clock: the time of day may be set back.
    world.now_seconds = function () {
        return max.time / 1000;
    };
    world.random = function () {
        return Math.random();
    };

    // Tasks are used again: a device in a set that is open for days sets tens of thousands of clocks.
    world.later = function (seconds, f) {
        var timer = idle.pop() || new_timer(), turn;
        timer.turn += 1;
        timer.f = f;
        turn = timer.turn;
        timer.task.schedule(Math.max(0, 1000 * seconds));
        return {
            cancel: function () {
                if (timer.turn === turn && timer.f !== null) {
                    timer.task.cancel();
                    timer.f = null;
                    idle.push(timer);
                }
            }
        };
    };

    function new_timer() {
        var timer = {f: null, turn: 0, task: null};
        timer.task = new Task(function () {
            var f = timer.f;
            timer.f = null;
            // Given back only afterwards: what a Task schedules while it runs is another Task.
            try {
                world.event(f);
            } finally {
                idle.push(timer);
            }
        });
        tasks.push(timer.task);
        return timer;
    }

    // Live's objects are used again too: a new one for each look at Live would be thousands after a drag. One that is
    // reached by its id is good until the event is over; nothing but its id is kept for longer.
    world.live = function (path) {
        if (path.indexOf("id ") !== 0) {
            named[path] = named[path] || new LiveAPI(path);
            return named[path];
        }
        if (lent === pool.length) {
            pool.push(new LiveAPI(path));
        } else {
            pool[lent].id = Number(path.slice("id ".length));
            // Led to an object that is gone it may point at the one before.
            if (Number(pool[lent].id) !== Number(path.slice("id ".length))) {
                pool[lent] = new LiveAPI(path);
            }
        }
        lent += 1;
        return pool[lent - 1];
    };
    // Everything that happens to the script happens within one of these. A control that is turned by the script tells
    // it so at once, hence events within events.
    world.event = function (f) {
        depth += 1;
        try {
            f();
        } finally {
            depth -= 1;
            if (depth === 0) {
                lent = 0;
            }
        }
    };

    // Live changes nothing while it tells of a change. So the notification sets a clock, and `f` is called by that:
    // once for many notifications, and once at the beginning, since Live tells what is there.
    // `point` leads the observer elsewhere; tearing observers down and making new ones would leak.
    world.observe = function (path, property, f) {
        var is_told = false, is_stopped = false, api, task;
        task = new Task(function () {
            is_told = false;
            if (!is_stopped) {
                world.event(f);
            }
        });
        tasks.push(task);
        api = new LiveAPI(function () {
            if (!is_told && !is_stopped) {
                is_told = true;
                task.schedule(0);
            }
        }, path);
        api.property = property;
        observers.push(stop);
        function stop() {
            if (!is_stopped) {
                is_stopped = true;
                api.property = "";
            }
        }
        return {
            point: function (path) {
                if (path.indexOf("id ") === 0) {
                    api.id = Number(path.slice(3));
                } else {
                    api.path = path;
                }
                api.property = property;
            },
            stop: stop
        };
    };

    // What all Sideman devices of this Max have written into clips, by the clip's id.
    world.written = function () {
        return new Global("sideman_written");
    };

    world.redraw = function () {
        mgraphics.redraw();
    };
    world.color = function (name) {
        return max.getcolor(name) || GREY;
    };

    // The device is taken away: nothing is called any more.
    world.close = function () {
        observers.forEach(function (stop) {
            stop();
        });
        tasks.forEach(function (task) {
            task.cancel();
        });
    };
    return world;
};
