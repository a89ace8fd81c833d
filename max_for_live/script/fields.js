// Plain objects by the names of their fields.

exports.has = function (object, name) {
    return Object.prototype.hasOwnProperty.call(object, name);
};

// A new object with the fields of both; where both have one, with that of `other`.
exports.joined = function (one, other) {
    var whole = {}, name;
    for (name in one) {
        whole[name] = one[name];
    }
    for (name in other) {
        whole[name] = other[name];
    }
    return whole;
};
