// Plain objects by the names of their fields.

exports.has = function (object, name) {
    return Object.prototype.hasOwnProperty.call(object, name);
};

// The members of a list by their names.
exports.by_name = function (list) {
    var found = {};
    list.forEach(function (each) {
        found[each.name] = each;
    });
    return found;
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
