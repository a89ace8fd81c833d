// Answers what Python asks on standard input, as JSON: hashes of clips, and messages read and written again.
"use strict";

const {loader} = require("./load.js");

const load = loader({});
const {clip_hash} = load("./clip_hash");
const message = load("./message");
const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));

process.stdout.write(JSON.stringify({
    hashes: (asked.clips || []).map(clip_hash),
    messages: (asked.messages || []).map(({address, args}) => {
        const values = message.read(address, args);
        return {values, written: values === null ? null : message.write(address, values)};
    }),
}));
