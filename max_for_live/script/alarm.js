// A clock that calls once, and can be put later or earlier. Put later it keeps the Task that runs: a reply of many
// parts would otherwise cancel and make one a part.

/** @param {World} world @param {() => void} f */
function Alarm(world, f) {
    this.world = world;
    this.f = f;
    this.due_seconds = null;
    this.task = null;
    this.task_seconds = null;
}

Alarm.prototype.ring_in = function (seconds) {
    this.due_seconds = this.world.now_seconds() + seconds;
    if (this.task === null || this.task_seconds > this.due_seconds) {
        this.start(seconds);
    }
};

Alarm.prototype.is_set = function () {
    return this.due_seconds !== null;
};

Alarm.prototype.stop = function () {
    this.due_seconds = null;
    if (this.task !== null) {
        this.task.cancel();
        this.task = null;
    }
};

Alarm.prototype.start = function (seconds) {
    var alarm = this;
    if (this.task !== null) {
        this.task.cancel();
    }
    this.task_seconds = this.world.now_seconds() + seconds;
    this.task = this.world.later(seconds, function () {
        alarm.task = null;
        alarm.ring();
    });
};

Alarm.prototype.ring = function () {
    var left_seconds = this.due_seconds - this.world.now_seconds();
    // Less than a Task can tell apart is not waited for.
    if (left_seconds > 0.001) {
        this.start(left_seconds);
        return;
    }
    this.due_seconds = null;
    this.f();
};

exports.Alarm = Alarm;
