// Derived by `python -m bridge.wire.derived`: change bridge/wire/protocol.py, not this file.
//
// Every message between a device and the bridge: `asks` go to the bridge, `replies` come back. A field's type is i, f
// or s, or null where it is a group; from low to high is its range, for a text that of its length in bytes.
// optional: -1 or "" is none. many: a count, from low to high, then so many members. group: the fields of each member;
// a many without a group is of whole numbers from 0.
var protocol = {
    "version": 1,
    "datagram_bytes": 1024,
    "codes": ["bad_datagram", "bad_value", "bad_file", "unknown_name", "unknown_clip", "unsupported", "busy", "late", "replaced", "cancelled", "stale", "model_failed", "no_answer", "fault"],
    "asks": {
        "/sideman/hello": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []},
            {"name": "protocol_version", "type": "i", "low": 1, "high": 999, "optional": false, "many": false, "group": []}
        ],
        "/sideman/ping": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []}
        ],
        "/sideman/status": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []}
        ],
        "/sideman/clip": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []},
            {"name": "clip_hash", "type": "s", "low": 0, "high": 16, "optional": false, "many": false, "group": []},
            {"name": "part", "type": "i", "low": 0, "high": 999, "optional": false, "many": false, "group": []},
            {"name": "parts", "type": "i", "low": 1, "high": 1000, "optional": false, "many": false, "group": []},
            {"name": "length_beats", "type": "f", "low": 0.25, "high": 25344, "optional": false, "many": false, "group": []},
            {"name": "numerator", "type": "i", "low": 1, "high": 99, "optional": false, "many": false, "group": []},
            {"name": "denominator", "type": "i", "low": 1, "high": 16, "optional": false, "many": false, "group": []},
            {"name": "notes", "type": null, "low": 0, "high": 32, "optional": false, "many": true, "group": [{"name": "pitch", "type": "i", "low": 0, "high": 127, "optional": false, "many": false, "group": []}, {"name": "start_beats", "type": "f", "low": -8192, "high": 8192, "optional": false, "many": false, "group": []}, {"name": "length_beats", "type": "f", "low": 0, "high": 8192, "optional": false, "many": false, "group": []}, {"name": "velocity", "type": "f", "low": 0, "high": 127, "optional": false, "many": false, "group": []}, {"name": "source", "type": "i", "low": 0, "high": 2147483647, "optional": true, "many": false, "group": []}]}
        ],
        "/sideman/generate": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []},
            {"name": "is_playing", "type": "i", "low": 0, "high": 1, "optional": false, "many": false, "group": []},
            {"name": "song_beats", "type": "f", "low": -100000, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "tempo_bpm", "type": "f", "low": 20, "high": 999, "optional": false, "many": false, "group": []},
            {"name": "numerator", "type": "i", "low": 1, "high": 99, "optional": false, "many": false, "group": []},
            {"name": "denominator", "type": "i", "low": 1, "high": 16, "optional": false, "many": false, "group": []},
            {"name": "launch_quantum_beats", "type": "f", "low": 0, "high": 1024, "optional": false, "many": false, "group": []},
            {"name": "asked_seconds_ago", "type": "f", "low": 0, "high": 600, "optional": false, "many": false, "group": []},
            {"name": "deadline_seconds", "type": "f", "low": 0, "high": 600, "optional": true, "many": false, "group": []},
            {"name": "seed", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "model", "type": "s", "low": 0, "high": 64, "optional": true, "many": false, "group": []},
            {"name": "preset", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []},
            {"name": "temperature", "type": "f", "low": 0, "high": 2, "optional": true, "many": false, "group": []},
            {"name": "kit", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []},
            {"name": "bars", "type": "i", "low": 1, "high": 64, "optional": true, "many": false, "group": []},
            {"name": "variations", "type": "i", "low": 1, "high": 16, "optional": true, "many": false, "group": []},
            {"name": "density", "type": "f", "low": 0, "high": 1, "optional": true, "many": false, "group": []},
            {"name": "humanise", "type": "f", "low": 0, "high": 1, "optional": true, "many": false, "group": []}
        ],
        "/sideman/vary": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []},
            {"name": "is_playing", "type": "i", "low": 0, "high": 1, "optional": false, "many": false, "group": []},
            {"name": "song_beats", "type": "f", "low": -100000, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "tempo_bpm", "type": "f", "low": 20, "high": 999, "optional": false, "many": false, "group": []},
            {"name": "numerator", "type": "i", "low": 1, "high": 99, "optional": false, "many": false, "group": []},
            {"name": "denominator", "type": "i", "low": 1, "high": 16, "optional": false, "many": false, "group": []},
            {"name": "launch_quantum_beats", "type": "f", "low": 0, "high": 1024, "optional": false, "many": false, "group": []},
            {"name": "asked_seconds_ago", "type": "f", "low": 0, "high": 600, "optional": false, "many": false, "group": []},
            {"name": "deadline_seconds", "type": "f", "low": 0, "high": 600, "optional": true, "many": false, "group": []},
            {"name": "seed", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "model", "type": "s", "low": 0, "high": 64, "optional": true, "many": false, "group": []},
            {"name": "preset", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []},
            {"name": "temperature", "type": "f", "low": 0, "high": 2, "optional": true, "many": false, "group": []},
            {"name": "clip", "type": null, "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": [{"name": "clip_hash", "type": "s", "low": 0, "high": 16, "optional": false, "many": false, "group": []}, {"name": "kit", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []}]},
            {"name": "amount", "type": "f", "low": 0, "high": 1, "optional": true, "many": false, "group": []},
            {"name": "variations", "type": "i", "low": 1, "high": 16, "optional": true, "many": false, "group": []}
        ],
        "/sideman/interpolate": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []},
            {"name": "is_playing", "type": "i", "low": 0, "high": 1, "optional": false, "many": false, "group": []},
            {"name": "song_beats", "type": "f", "low": -100000, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "tempo_bpm", "type": "f", "low": 20, "high": 999, "optional": false, "many": false, "group": []},
            {"name": "numerator", "type": "i", "low": 1, "high": 99, "optional": false, "many": false, "group": []},
            {"name": "denominator", "type": "i", "low": 1, "high": 16, "optional": false, "many": false, "group": []},
            {"name": "launch_quantum_beats", "type": "f", "low": 0, "high": 1024, "optional": false, "many": false, "group": []},
            {"name": "asked_seconds_ago", "type": "f", "low": 0, "high": 600, "optional": false, "many": false, "group": []},
            {"name": "deadline_seconds", "type": "f", "low": 0, "high": 600, "optional": true, "many": false, "group": []},
            {"name": "seed", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "model", "type": "s", "low": 0, "high": 64, "optional": true, "many": false, "group": []},
            {"name": "preset", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []},
            {"name": "temperature", "type": "f", "low": 0, "high": 2, "optional": true, "many": false, "group": []},
            {"name": "first", "type": null, "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": [{"name": "clip_hash", "type": "s", "low": 0, "high": 16, "optional": false, "many": false, "group": []}, {"name": "kit", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []}]},
            {"name": "last", "type": null, "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": [{"name": "clip_hash", "type": "s", "low": 0, "high": 16, "optional": false, "many": false, "group": []}, {"name": "kit", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []}]},
            {"name": "steps", "type": "i", "low": 1, "high": 16, "optional": true, "many": false, "group": []}
        ],
        "/sideman/blend": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []},
            {"name": "is_playing", "type": "i", "low": 0, "high": 1, "optional": false, "many": false, "group": []},
            {"name": "song_beats", "type": "f", "low": -100000, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "tempo_bpm", "type": "f", "low": 20, "high": 999, "optional": false, "many": false, "group": []},
            {"name": "numerator", "type": "i", "low": 1, "high": 99, "optional": false, "many": false, "group": []},
            {"name": "denominator", "type": "i", "low": 1, "high": 16, "optional": false, "many": false, "group": []},
            {"name": "launch_quantum_beats", "type": "f", "low": 0, "high": 1024, "optional": false, "many": false, "group": []},
            {"name": "asked_seconds_ago", "type": "f", "low": 0, "high": 600, "optional": false, "many": false, "group": []},
            {"name": "deadline_seconds", "type": "f", "low": 0, "high": 600, "optional": true, "many": false, "group": []},
            {"name": "seed", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "model", "type": "s", "low": 0, "high": 64, "optional": true, "many": false, "group": []},
            {"name": "preset", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []},
            {"name": "temperature", "type": "f", "low": 0, "high": 2, "optional": true, "many": false, "group": []},
            {"name": "x", "type": "f", "low": 0, "high": 1, "optional": false, "many": false, "group": []},
            {"name": "y", "type": "f", "low": 0, "high": 1, "optional": false, "many": false, "group": []},
            {"name": "grid", "type": "i", "low": 0, "high": 21, "optional": true, "many": false, "group": []},
            {"name": "corners", "type": null, "low": 2, "high": 4, "optional": false, "many": true, "group": [{"name": "clip_hash", "type": "s", "low": 0, "high": 16, "optional": false, "many": false, "group": []}, {"name": "kit", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []}]}
        ],
        "/sideman/path": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []},
            {"name": "is_playing", "type": "i", "low": 0, "high": 1, "optional": false, "many": false, "group": []},
            {"name": "song_beats", "type": "f", "low": -100000, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "tempo_bpm", "type": "f", "low": 20, "high": 999, "optional": false, "many": false, "group": []},
            {"name": "numerator", "type": "i", "low": 1, "high": 99, "optional": false, "many": false, "group": []},
            {"name": "denominator", "type": "i", "low": 1, "high": 16, "optional": false, "many": false, "group": []},
            {"name": "launch_quantum_beats", "type": "f", "low": 0, "high": 1024, "optional": false, "many": false, "group": []},
            {"name": "asked_seconds_ago", "type": "f", "low": 0, "high": 600, "optional": false, "many": false, "group": []},
            {"name": "deadline_seconds", "type": "f", "low": 0, "high": 600, "optional": true, "many": false, "group": []},
            {"name": "seed", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "model", "type": "s", "low": 0, "high": 64, "optional": true, "many": false, "group": []},
            {"name": "preset", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []},
            {"name": "temperature", "type": "f", "low": 0, "high": 2, "optional": true, "many": false, "group": []},
            {"name": "corners", "type": null, "low": 2, "high": 4, "optional": false, "many": true, "group": [{"name": "clip_hash", "type": "s", "low": 0, "high": 16, "optional": false, "many": false, "group": []}, {"name": "kit", "type": "s", "low": 0, "high": 160, "optional": true, "many": false, "group": []}]},
            {"name": "points", "type": null, "low": 1, "high": 64, "optional": false, "many": true, "group": [{"name": "x", "type": "f", "low": 0, "high": 1, "optional": false, "many": false, "group": []}, {"name": "y", "type": "f", "low": 0, "high": 1, "optional": false, "many": false, "group": []}]}
        ],
        "/sideman/need": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []},
            {"name": "missing", "type": "i", "low": 1, "high": 160, "optional": false, "many": true, "group": []}
        ],
        "/sideman/got": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []}
        ],
        "/sideman/cancel": [
            {"name": "device", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "reply_port", "type": "i", "low": 1, "high": 65535, "optional": false, "many": false, "group": []}
        ]
    },
    "replies": {
        "/sideman/welcome": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "part", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []},
            {"name": "parts", "type": "i", "low": 1, "high": 100000, "optional": false, "many": false, "group": []},
            {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "protocol_version", "type": "i", "low": 1, "high": 999, "optional": false, "many": false, "group": []},
            {"name": "bridge_version", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "max_bars", "type": "i", "low": 1, "high": 9999, "optional": false, "many": false, "group": []},
            {"name": "max_notes", "type": "i", "low": 1, "high": 999999, "optional": false, "many": false, "group": []},
            {"name": "max_waiting", "type": "i", "low": 1, "high": 9999, "optional": false, "many": false, "group": []},
            {"name": "datagram_bytes", "type": "i", "low": 64, "high": 65507, "optional": false, "many": false, "group": []}
        ],
        "/sideman/name": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "part", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []},
            {"name": "parts", "type": "i", "low": 1, "high": 100000, "optional": false, "many": false, "group": []},
            {"name": "kind", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "name", "type": "s", "low": 0, "high": 160, "optional": false, "many": false, "group": []},
            {"name": "about", "type": "s", "low": 0, "high": 400, "optional": false, "many": false, "group": []}
        ],
        "/sideman/pong": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []}
        ],
        "/sideman/state": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "part", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []},
            {"name": "parts", "type": "i", "low": 1, "high": 100000, "optional": false, "many": false, "group": []},
            {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "uptime_seconds", "type": "f", "low": 0, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "waiting", "type": "i", "low": 0, "high": 9999, "optional": false, "many": false, "group": []},
            {"name": "answered", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "refused", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "bad_datagrams", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "clips", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []}
        ],
        "/sideman/model/state": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "part", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []},
            {"name": "parts", "type": "i", "low": 1, "high": 100000, "optional": false, "many": false, "group": []},
            {"name": "model", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "skill", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "requests", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "p50_ms", "type": "f", "low": 0, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "p95_ms", "type": "f", "low": 0, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "p99_ms", "type": "f", "low": 0, "high": 1000000000, "optional": false, "many": false, "group": []}
        ],
        "/sideman/clip/state": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "clip_hash", "type": "s", "low": 0, "high": 16, "optional": false, "many": false, "group": []},
            {"name": "missing", "type": "i", "low": 0, "high": 160, "optional": false, "many": true, "group": []}
        ],
        "/sideman/accepted": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "waiting", "type": "i", "low": 0, "high": 9999, "optional": false, "many": false, "group": []}
        ],
        "/sideman/result": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "part", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []},
            {"name": "parts", "type": "i", "low": 1, "high": 100000, "optional": false, "many": false, "group": []},
            {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "clips", "type": "i", "low": 1, "high": 1000, "optional": false, "many": false, "group": []},
            {"name": "model", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "model_hash", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "seed", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "start_song_beats", "type": "f", "low": 0, "high": 2000000000, "optional": true, "many": false, "group": []},
            {"name": "start_in_seconds", "type": "f", "low": 0, "high": 1000000, "optional": false, "many": false, "group": []},
            {"name": "late", "type": "i", "low": 0, "high": 1, "optional": false, "many": false, "group": []},
            {"name": "from_memory", "type": "i", "low": 0, "high": 1, "optional": false, "many": false, "group": []},
            {"name": "elapsed_ms", "type": "f", "low": 0, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "model_ms", "type": "f", "low": 0, "high": 1000000000, "optional": false, "many": false, "group": []},
            {"name": "left_alone", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []}
        ],
        "/sideman/result/clip": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "part", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []},
            {"name": "parts", "type": "i", "low": 1, "high": 100000, "optional": false, "many": false, "group": []},
            {"name": "clip", "type": "i", "low": 0, "high": 999, "optional": false, "many": false, "group": []},
            {"name": "length_beats", "type": "f", "low": 0.25, "high": 25344, "optional": false, "many": false, "group": []},
            {"name": "numerator", "type": "i", "low": 1, "high": 99, "optional": false, "many": false, "group": []},
            {"name": "denominator", "type": "i", "low": 1, "high": 16, "optional": false, "many": false, "group": []},
            {"name": "total_notes", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []},
            {"name": "first_note", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []},
            {"name": "notes", "type": null, "low": 0, "high": 32, "optional": false, "many": true, "group": [{"name": "pitch", "type": "i", "low": 0, "high": 127, "optional": false, "many": false, "group": []}, {"name": "start_beats", "type": "f", "low": -8192, "high": 8192, "optional": false, "many": false, "group": []}, {"name": "length_beats", "type": "f", "low": 0, "high": 8192, "optional": false, "many": false, "group": []}, {"name": "velocity", "type": "f", "low": 0, "high": 127, "optional": false, "many": false, "group": []}, {"name": "source", "type": "i", "low": 0, "high": 2147483647, "optional": true, "many": false, "group": []}]}
        ],
        "/sideman/refused": [
            {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "request_id", "type": "i", "low": 0, "high": 2147483647, "optional": false, "many": false, "group": []},
            {"name": "part", "type": "i", "low": 0, "high": 99999, "optional": false, "many": false, "group": []},
            {"name": "parts", "type": "i", "low": 1, "high": 100000, "optional": false, "many": false, "group": []},
            {"name": "code", "type": "s", "low": 0, "high": 64, "optional": false, "many": false, "group": []},
            {"name": "sentence", "type": "s", "low": 0, "high": 700, "optional": false, "many": false, "group": []},
            {"name": "clip_hash", "type": "s", "low": 0, "high": 16, "optional": false, "many": false, "group": []}
        ]
    }
};
