"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { standIn } = require("./sample_device");

test("a stepped clock runs what is due, by time, then by turn, and what that asks for", () => {
    const clock = new standIn.SteppedClock();
    const seen = [];
    clock.after(20, () => seen.push("20"));
    clock.after(10, () => {
        seen.push("10");
        clock.after(5, () => seen.push("15"));
        clock.after(0, () => seen.push("10 too"));
    });
    const gone = clock.after(12, () => seen.push("gone"));
    clock.cancel(gone);
    clock.step(0.015);
    assert.deepEqual([...seen, clock.now_ms], ["10", "10 too", "15", 15]);
    clock.step(1);
    assert.equal(seen.at(-1), "20");
});

test("waiting in vain is an error that says for what", async () => {
    const clock = new standIn.SteppedClock();
    await assert.rejects(
        clock.until(() => false, 0.1, "the moon"),
        /Waited 0.1 s in vain for: the moon/,
    );
    let isDone = false;
    clock.after(50, () => {
        isDone = true;
    });
    await clock.until(() => isDone);
});

test("a real clock goes on by itself, and nothing runs once it is closed", async () => {
    const clock = new standIn.RealClock();
    let count = 0;
    clock.after(1, () => {
        count += 1;
    });
    await clock.until(() => count === 1);
    assert.ok(clock.now_ms > 0);
    clock.after(1, () => {
        count += 1;
    });
    clock.close();
    await clock.run(0.01);
    assert.equal(count, 1);
});
