"use strict";

/**
 * `node run.js scenario.js [arguments]`: the scenario exports `async (standIn, arguments)`; standIn is index.js. Ends
 * with 1 and one sentence where the scenario throws, with 0 where it returns.
 */
const path = require("node:path");
const standIn = require("./index");

const [scenario, ...given] = process.argv.slice(2);
if (!scenario) {
    process.stderr.write("Name a scenario: node run.js scenario.js\n");
    process.exit(2);
}
Promise.resolve()
    .then(() => require(path.resolve(scenario))(standIn, given))
    .then(
        () => process.exit(0),
        (error) => {
            process.stderr.write(`${error.message}\n${error.stack}\n`);
            process.exit(1);
        },
    );
