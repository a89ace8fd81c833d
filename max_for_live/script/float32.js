// Numbers as the wire has them: 32 bits, rounded to the nearest, half to even. Max's engine has no typed arrays.

// The bits of a finite number as a whole number from 0 to 4294967295. What is too large becomes infinity; -0 becomes 0,
// as in messages.
exports.bits = function (value) {
    var size = Math.abs(value), exponent = 0, bits;
    // Halving and doubling are exact. Below 2^-126 the bits in front are fewer, and the exponent stays.
    while (size >= 2) {
        size /= 2;
        exponent += 1;
    }
    while (size < 1 && exponent > -126) {
        size *= 2;
        exponent -= 1;
    }
    // A fraction that is rounded up to 2 carries into the exponent, as it must.
    bits = Math.min((exponent + 126) * 8388608 + rounded(size * 8388608), 2139095040);
    return value < 0 ? bits + 2147483648 : bits;
};

// The number that arrives when this one is sent.
exports.round = function (value) {
    var bits = exports.bits(value), sign = 1, exponent, fraction;
    if (bits >= 2147483648) {
        bits -= 2147483648;
        sign = -1;
    }
    exponent = Math.floor(bits / 8388608);
    fraction = bits % 8388608;
    if (exponent === 255) {
        return sign * Infinity;
    }
    if (exponent === 0) {
        return sign * fraction * Math.pow(2, -149);
    }
    return sign * (8388608 + fraction) * Math.pow(2, exponent - 150);
};

function rounded(value) {
    var whole = Math.floor(value), rest = value - whole;
    return rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
}
