// Two to four of the pad's corners as those of the bridge, which always begins at its first one.
//
// The pad: A B above, C D below, x to the right, y upwards. The bridge: first (0, 0), second (1, 0), third (0, 1), fourth
// (1, 1), so that with three the corner at (1, 1) is the missing one, and two have no y.

// Where A, B, C and D stand on the pad, from the upper left corner, y downwards.
var PLACES = [{x: 0, y: 0}, {x: 1, y: 0}, {x: 0, y: 1}, {x: 1, y: 1}];

function filled(held) {
    var found = [], i;
    for (i = 0; i < held.length; i += 1) {
        if (held[i]) {
            found.push(i);
        }
    }
    return found;
}

function mirrored(value, is_mirrored) {
    return is_mirrored ? 1 - value : value;
}

// held: [A, B, C, D], null where a corner is empty. {corners: those held, in the bridge's order, place(x, y): of the
// pad's to the bridge's {x, y}}, or null where fewer than two are held.
exports.of = function (held) {
    var found = filled(held);
    if (found.length < 2) {
        return null;
    }
    return found.length === 2 ? line(held, found) : square(held, found);
};

// Between two corners the puck counts by how far it is along the side, or the diagonal, from one to the other.
function line(held, found) {
    var from = PLACES[found[0]], to = PLACES[found[1]];
    var across = to.x - from.x, down = to.y - from.y, length = across * across + down * down;
    return {
        corners: [held[found[0]], held[found[1]]],
        place: function (x, y) {
            return {x: ((x - from.x) * across + (1 - y - from.y) * down) / length, y: 0};
        }
    };
}

// Three corners are looked at from the side on which the missing one is the last.
function square(held, found) {
    var missing = PLACES[[0, 1, 2, 3].filter(function (i) { return found.indexOf(i) < 0; })[0]] || PLACES[3];
    var in_x = missing.x === 0, in_y = missing.y === 0;
    var order = PLACES.map(function (place) {
        return PLACES.map(function (other) {
            return mirrored(other.x, in_x) === place.x && mirrored(other.y, in_y) === place.y;
        }).indexOf(true);
    });
    return {
        corners: order.slice(0, found.length).map(function (i) { return held[i]; }),
        place: function (x, y) {
            return {x: mirrored(x, in_x), y: mirrored(1 - y, in_y)};
        }
    };
}
