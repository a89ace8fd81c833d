// SHA-1 (FIPS 180-4) of 32-bit words, written big-endian: all that a clip's hash is made of.

// The 40 hexadecimal digits, in lower case, of whole numbers from -2147483648 to 4294967295.
exports.hex = function (words) {
    var message = words.slice(), state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0], text = "", i;
    message.push(0x80000000);
    while (message.length % 16 !== 14) {
        message.push(0);
    }
    // The length in bits, in two words.
    message.push(Math.floor(words.length / 0x8000000), words.length * 32);
    for (i = 0; i < message.length; i += 16) {
        add_block(state, message.slice(i, i + 16));
    }
    for (i = 0; i < 5; i += 1) {
        text += ("0000000" + (state[i] >>> 0).toString(16)).slice(-8);
    }
    return text;
};

function add_block(state, w) {
    var a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], i, mixed, next;
    for (i = 16; i < 80; i += 1) {
        w[i] = turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    }
    for (i = 0; i < 80; i += 1) {
        if (i < 20) {
            mixed = ((b & c) | (~b & d)) + 0x5a827999;
        } else if (i < 40) {
            mixed = (b ^ c ^ d) + 0x6ed9eba1;
        } else if (i < 60) {
            mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
        } else {
            mixed = (b ^ c ^ d) + 0xca62c1d6;
        }
        next = (turned(a, 5) + mixed + e + w[i]) | 0;
        e = d;
        d = c;
        c = turned(b, 30);
        b = a;
        a = next;
    }
    state[0] = (state[0] + a) | 0;
    state[1] = (state[1] + b) | 0;
    state[2] = (state[2] + c) | 0;
    state[3] = (state[3] + d) | 0;
    state[4] = (state[4] + e) | 0;
}

function turned(word, by) {
    return (word << by) | (word >>> (32 - by));
}
