// Runs modules of max_for_live/script as Max does: by names in the code alone, without node's own globals.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const SCRIPT = path.join(__dirname, "..", "..", "..", "max_for_live", "script");

// A `require` over the script's folder. `globals` are what Max has; `instead` are modules by name, for the tests' own.
exports.loader = function (globals, instead) {
    const context = vm.createContext(Object.assign({}, globals));
    const modules = Object.assign({}, instead);

    function load(name) {
        if (!Object.hasOwn(modules, name)) {
            const file = path.join(SCRIPT, name + ".js");
            const run = vm.compileFunction(fs.readFileSync(file, "utf8"), ["exports", "require"], {
                filename: file,
                parsingContext: context,
            });
            modules[name] = {};
            run(modules[name], load);
        }
        return modules[name];
    }
    load.context = context;
    return load;
};

// A script that stands at the top level, as the entry of a bundle does.
exports.run_at_top_level = function (load, name) {
    const file = path.join(SCRIPT, name + ".js");
    load.context.require = load;
    vm.runInContext(fs.readFileSync(file, "utf8"), load.context, {filename: file});
};

// Values made in the script's own realm, as node's assertions compare them.
exports.plain = function (value) {
    return JSON.parse(JSON.stringify(value));
};
