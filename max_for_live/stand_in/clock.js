"use strict";

/**
 * Time for Max, Live and the network. Both kinds have now_ms, `after(ms, f)` (returns a handle for `cancel`), and
 * `run(seconds)` and `until(condition, seconds)`, to be awaited.
 */
class RealClock {
    constructor() {
        this.began_ms = performance.now();
        this.waiting = new Set();
    }

    get now_ms() {
        return performance.now() - this.began_ms;
    }

    after(ms, f) {
        const handle = {};
        handle.timer = setTimeout(
            () => {
                this.waiting.delete(handle);
                f();
            },
            Math.max(0, ms),
        );
        this.waiting.add(handle);
        return handle;
    }

    cancel(handle) {
        clearTimeout(handle.timer);
        this.waiting.delete(handle);
    }

    run(seconds) {
        return new Promise((done) => setTimeout(done, seconds * 1000));
    }

    async until(condition, seconds = 10, what = String(condition)) {
        const end_ms = this.now_ms + seconds * 1000;
        while (!condition()) {
            if (this.now_ms > end_ms) throw new Error(`Waited ${seconds} s in vain for: ${what}`);
            await new Promise((done) => setTimeout(done, 1));
        }
    }

    close() {
        for (const handle of this.waiting) clearTimeout(handle.timer);
        this.waiting.clear();
    }
}

/** Stands still unless a test moves it: what is due runs in order of time, then in the order in which it was asked. */
class SteppedClock {
    constructor() {
        this.now_ms = 0;
        this.waiting = [];
        this.asked = 0;
    }

    after(ms, f) {
        const handle = { due_ms: this.now_ms + Math.max(0, ms), turn: this.asked++, f };
        this.waiting.push(handle);
        return handle;
    }

    cancel(handle) {
        this.waiting = this.waiting.filter((each) => each !== handle);
    }

    /** Moves on without giving the sockets a chance. */
    step(seconds) {
        const end_ms = this.now_ms + seconds * 1000;
        while (this.takeDue(end_ms)) {
            /* until nothing is due any more */
        }
        this.now_ms = end_ms;
    }

    takeDue(end_ms) {
        const due = this.waiting
            .filter((each) => each.due_ms <= end_ms)
            .sort((one, other) => one.due_ms - other.due_ms || one.turn - other.turn)[0];
        if (!due) return false;
        this.cancel(due);
        this.now_ms = due.due_ms;
        due.f();
        return true;
    }

    /** Moves on in steps of 5 ms; datagrams that wait in sockets come in between. */
    async run(seconds) {
        const end_ms = this.now_ms + seconds * 1000;
        while (this.now_ms < end_ms) {
            this.step(Math.min(5, end_ms - this.now_ms) / 1000);
            for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setImmediate(done));
        }
    }

    async until(condition, seconds = 10, what = String(condition)) {
        const end_ms = this.now_ms + seconds * 1000;
        while (!condition()) {
            if (this.now_ms > end_ms) throw new Error(`Waited ${seconds} s in vain for: ${what}`);
            await this.run(0.005);
        }
    }

    close() {
        this.waiting = [];
    }
}

module.exports = { RealClock, SteppedClock };
