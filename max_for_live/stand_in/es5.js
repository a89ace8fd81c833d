"use strict";

const vm = require("node:vm");

/** What ES5 has; Max's `js` has no more, so the rest goes. (Typed arrays may be there in Max: unconfirmed.) */
const ES5 = {
    "": `Object Function Array String Boolean Number Date RegExp Math JSON Error EvalError RangeError ReferenceError
        SyntaxError TypeError URIError NaN Infinity undefined parseInt parseFloat isNaN isFinite decodeURI
        decodeURIComponent encodeURI encodeURIComponent escape unescape eval`,
    Object: `length name prototype create keys freeze seal preventExtensions isFrozen isSealed isExtensible
        defineProperty defineProperties getOwnPropertyDescriptor getOwnPropertyNames getPrototypeOf`,
    Array: "length name prototype isArray",
    "Array.prototype": `length constructor toString toLocaleString concat join pop push reverse shift slice sort splice
        unshift indexOf lastIndexOf every some forEach map filter reduce reduceRight`,
    String: "length name prototype fromCharCode",
    "String.prototype": `length constructor toString valueOf charAt charCodeAt concat indexOf lastIndexOf localeCompare
        match replace search slice split substr substring toLowerCase toLocaleLowerCase toUpperCase toLocaleUpperCase
        trim`,
    Number: "length name prototype MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY",
    Math: `E LN10 LN2 LOG2E LOG10E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min pow random
        round sin sqrt tan`,
    RegExp: "length name prototype",
};

const KEPT = Object.fromEntries(Object.entries(ES5).map(([path, names]) => [path, names.split(/\s+/)]));

/** Runs inside the context, where `global` is its own. */
function keep(global, kept) {
    Object.keys(kept).forEach(function (path) {
        var holder = global;
        if (path) {
            path.split(".").forEach(function (part) {
                holder = holder[part];
            });
        }
        Object.getOwnPropertyNames(holder).forEach(function (name) {
            if (kept[path].indexOf(name) < 0) delete holder[name];
        });
    });
}

/** Takes all that is later than ES5 from a context. */
function keepEs5(context) {
    vm.runInContext(`(${keep})(this, ${JSON.stringify(KEPT)})`, context);
}

module.exports = { GLOBALS: KEPT[""], keepEs5 };
