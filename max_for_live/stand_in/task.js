"use strict";

const { describe } = require("./atoms");
const { Refusal } = require("./refusal");

/** Max's Task for one script: a function to be called later, on the low-priority thread. */
function taskFor(device, script) {
    return class Task {
        constructor(f, object, given) {
            if (typeof f !== "function") device.refuse(`Task: ${describe(f)} is no function.`);
            if (given !== undefined && !Array.isArray(given))
                device.refuse("Task: its third argument is a list of arguments.");
            this.function = f;
            this.object = object;
            this.arguments = given ?? script.array([]);
            this.interval = 500;
            this.iterations = 0;
            this.running = 0;
            Object.defineProperty(this, "handle", { value: null, writable: true });
            f.task = this;
        }

        schedule(ms = 0) {
            this.begin(ms, 1);
        }

        repeat(times = Infinity, ms = 0) {
            this.begin(ms, times);
        }

        begin(ms, times) {
            device.guard(() => {
                if (device.isClosed) throw new Refusal("Task: the device is closed.");
                if (!Number.isFinite(ms) || ms < 0) throw new Refusal(`Task: ${ms} is no delay in milliseconds.`);
            });
            this.cancel();
            this.running = 1;
            this.handle = device.clock.after(ms, () => this.turn(times));
            device.tasks.add(this);
        }

        turn(times) {
            this.handle = null;
            if (times > 1) this.handle = device.clock.after(this.interval, () => this.turn(times - 1));
            else this.running = 0;
            if (!this.handle) device.tasks.delete(this);
            this.execute();
        }

        execute() {
            this.iterations += 1;
            script.invoke("a Task", this.function, this.arguments, this.object);
        }

        cancel() {
            if (this.handle) device.clock.cancel(this.handle);
            this.handle = null;
            this.running = 0;
            device.tasks.delete(this);
        }

        freepeer() {
            this.cancel();
        }
    };
}

module.exports = { taskFor };
