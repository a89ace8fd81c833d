// Plain objects by the names of their fields.

exports.has = function (object, name) {
    return Object.prototype.hasOwnProperty.call(object, name);
};

// The members of a list by their names.
/** @param {{name: string}[]} list @returns {any} */
exports.by_name = function (list) {
    var found = {};
    list.forEach(function (each) {
        found[each.name] = each;
    });
    return found;
};

// A new object with the fields of both; where both have one, with that of `other`.
/** @template A, B @param {A} one @param {B} other @returns {A & B} */
exports.joined = function (one, other) {
    var whole = /** @type {any} */ ({}), name;
    for (name in one) {
        whole[name] = one[name];
    }
    for (name in other) {
        whole[name] = other[name];
    }
    return whole;
};
