// Derived by `python -m bridge.wire.derived`: change bridge/wire/protocol.py or derived.py, not this file.
//
// Every message between a device and the bridge: `asks` go to the bridge, `replies` come back. `after` names the head
// whose fields come first, which has a head of its own, up to null; `later` fields come last, and may be missing. A
// field's type is i, f or s, or the name of a group; from low to high is its range, for a text that of its length in
// bytes. optional: -1 or "" is none. default: what it is when nobody says. many: a count, from low to high, then so
// many members; those of type i are from 0.
// A refusal's word: show its sentence, upload the clip, wait and try again, ask again, it is late, leave it.
// limits: a clip has up to so many bars and notes and lasts shortest_beats, in words `shortest`, or longer. A note
// starts within so many beats of the clip's start, before or behind it, and lasts as long at most.

exports.version = 2;
exports.port = 42711;
exports.probe = "/sideman/probe";
exports.datagram_bytes = 1024;
exports.notes_a_part = 32;
exports.most_missing = 160;
exports.limits = {
    "bars": 64,
    "notes": 4096,
    "shortest_beats": 0.25,
    "beats": 8192.0,
    "shortest": "a sixteenth"
};
exports.instruments = ["drums", "melody"];
exports.delivery = {
    "first_seconds": 0.06,
    "factor": 1.7,
    "longest_seconds": 0.5,
    "limit_seconds": 10.0,
    "patience_seconds": 0.4,
    "gap_seconds": 0.02,
    "longest_gap_seconds": 0.1
};
exports.refusals = {
    "bad_datagram": "show",
    "bad_value": "show",
    "bad_file": "show",
    "unknown_name": "show",
    "unknown_clip": "upload",
    "unsupported": "show",
    "busy": "wait",
    "late": "late",
    "replaced": "leave",
    "cancelled": "leave",
    "stale": "again",
    "model_failed": "show",
    "no_answer": "show",
    "fault": "show"
};
exports.groups = {
    "Note": [
        {"name": "pitch", "type": "i", "low": 0, "high": 127},
        {"name": "start_beats", "type": "f", "low": -8192, "high": 8192, "unit": "quarter notes"},
        {"name": "length_beats", "type": "f", "low": 0, "high": 8192, "unit": "quarter notes"},
        {"name": "velocity", "type": "f", "low": 0, "high": 127},
        {"name": "source", "type": "i", "low": 0, "high": 2147483647, "optional": true}
    ],
    "ClipRef": [
        {"name": "clip_hash", "type": "s", "low": 0, "high": 16},
        {"name": "kit", "type": "s", "low": 0, "high": 160, "optional": true}
    ],
    "Point": [
        {"name": "x", "type": "f", "low": 0, "high": 1},
        {"name": "y", "type": "f", "low": 0, "high": 1}
    ],
    "PresetValue": [
        {"name": "setting", "type": "s", "low": 0, "high": 16},
        {"name": "value", "type": "f", "low": 0, "high": 1000}
    ]
};
exports.heads = {
    "Ask": {"after": null, "fields": [
        {"name": "device", "type": "s", "low": 0, "high": 48},
        {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647},
        {"name": "request_id", "type": "i", "low": 0, "high": 2147483647},
        {"name": "reply_port", "type": "i", "low": 1, "high": 65535}
    ]},
    "SkillAsk": {"after": "Ask", "fields": [
        {"name": "is_playing", "type": "i", "low": 0, "high": 1, "default": 0},
        {"name": "song_beats", "type": "f", "low": -100000, "high": 1000000000, "unit": "quarter notes", "default": 0.0},
        {"name": "tempo_bpm", "type": "f", "low": 20, "high": 999, "unit": "BPM", "default": 120.0},
        {"name": "numerator", "type": "i", "low": 1, "high": 99, "default": 4},
        {"name": "denominator", "type": "i", "low": 1, "high": 16, "default": 4},
        {"name": "launch_quantum_beats", "type": "f", "low": 0, "high": 1024, "unit": "quarter notes", "default": 4.0},
        {"name": "asked_seconds_ago", "type": "f", "low": 0, "high": 600, "unit": "seconds", "default": 0.0},
        {"name": "deadline_seconds", "type": "f", "low": 0, "high": 600, "unit": "seconds", "optional": true},
        {"name": "seed", "type": "i", "low": 0, "high": 2147483647, "default": 0},
        {"name": "model", "type": "s", "low": 0, "high": 64, "optional": true},
        {"name": "preset", "type": "s", "low": 0, "high": 160, "optional": true},
        {"name": "temperature", "type": "f", "low": 0, "high": 2, "optional": true}
    ]},
    "PartAsk": {"after": "SkillAsk", "fields": [
        {"name": "instrument", "type": "s", "low": 0, "high": 8, "optional": true},
        {"name": "low_pitch", "type": "i", "low": 0, "high": 127, "optional": true},
        {"name": "high_pitch", "type": "i", "low": 0, "high": 127, "optional": true},
        {"name": "root", "type": "i", "low": 0, "high": 11, "optional": true},
        {"name": "scale", "type": "s", "low": 0, "high": 24, "optional": true}
    ]},
    "Reply": {"after": null, "fields": [
        {"name": "session", "type": "i", "low": -2147483648, "high": 2147483647},
        {"name": "request_id", "type": "i", "low": 0, "high": 2147483647}
    ]},
    "Part": {"after": "Reply", "fields": [
        {"name": "part", "type": "i", "low": 0, "high": 99999},
        {"name": "parts", "type": "i", "low": 1, "high": 100000}
    ]}
};
exports.asks = {
    "/sideman/hello": {"after": "Ask", "fields": [
        {"name": "protocol_version", "type": "i", "low": 1, "high": 999, "default": 2}
    ]},
    "/sideman/ping": {"after": "Ask", "fields": []},
    "/sideman/status": {"after": "Ask", "fields": []},
    "/sideman/clip": {"after": "Ask", "fields": [
        {"name": "clip_hash", "type": "s", "low": 0, "high": 16},
        {"name": "part", "type": "i", "low": 0, "high": 999},
        {"name": "parts", "type": "i", "low": 1, "high": 1000},
        {"name": "length_beats", "type": "f", "low": 0.25, "high": 25344, "unit": "quarter notes"},
        {"name": "numerator", "type": "i", "low": 1, "high": 99},
        {"name": "denominator", "type": "i", "low": 1, "high": 16},
        {"name": "notes", "type": "Note", "low": 0, "high": 32, "many": true}
    ]},
    "/sideman/generate": {"after": "PartAsk", "fields": [
        {"name": "kit", "type": "s", "low": 0, "high": 160, "optional": true},
        {"name": "bars", "type": "i", "low": 1, "high": 64, "optional": true},
        {"name": "variations", "type": "i", "low": 1, "high": 16, "optional": true},
        {"name": "density", "type": "f", "low": 0, "high": 1, "optional": true},
        {"name": "humanise", "type": "f", "low": 0, "high": 1, "optional": true}
    ]},
    "/sideman/vary": {"after": "PartAsk", "fields": [
        {"name": "clip", "type": "ClipRef"},
        {"name": "amount", "type": "f", "low": 0, "high": 1, "optional": true},
        {"name": "variations", "type": "i", "low": 1, "high": 16, "optional": true}
    ]},
    "/sideman/interpolate": {"after": "PartAsk", "fields": [
        {"name": "first", "type": "ClipRef"},
        {"name": "last", "type": "ClipRef"},
        {"name": "steps", "type": "i", "low": 1, "high": 16, "optional": true}
    ]},
    "/sideman/blend": {"after": "PartAsk", "fields": [
        {"name": "x", "type": "f", "low": 0, "high": 1, "default": 0.5},
        {"name": "y", "type": "f", "low": 0, "high": 1, "default": 0.5},
        {"name": "grid", "type": "i", "low": 0, "high": 21, "optional": true},
        {"name": "corners", "type": "ClipRef", "low": 2, "high": 4, "many": true}
    ]},
    "/sideman/path": {"after": "PartAsk", "fields": [
        {"name": "corners", "type": "ClipRef", "low": 2, "high": 4, "many": true},
        {"name": "points", "type": "Point", "low": 1, "high": 64, "many": true}
    ]},
    "/sideman/continue": {"after": "PartAsk", "fields": [
        {"name": "clip", "type": "ClipRef"},
        {"name": "length", "type": "i", "low": 1, "high": 32, "optional": true},
        {"name": "variations", "type": "i", "low": 1, "high": 16, "optional": true},
        {"name": "with_primer", "type": "i", "low": 0, "high": 1, "default": 0},
        {"name": "chords", "type": "ClipRef", "low": 0, "high": 1, "default": [], "many": true}
    ]},
    "/sideman/humanise": {"after": "SkillAsk", "fields": [
        {"name": "clip", "type": "ClipRef"},
        {"name": "amount", "type": "f", "low": 0, "high": 1, "optional": true},
        {"name": "keep_swing", "type": "i", "low": 0, "high": 1, "default": 0}
    ]},
    "/sideman/drumify": {"after": "SkillAsk", "fields": [
        {"name": "clip", "type": "ClipRef"},
        {"name": "variations", "type": "i", "low": 1, "high": 16, "optional": true},
        {"name": "density", "type": "f", "low": 0, "high": 1, "optional": true},
        {"name": "use_velocity", "type": "i", "low": 0, "high": 1, "default": 1},
        {"name": "use_timing", "type": "i", "low": 0, "high": 1, "default": 1},
        {"name": "castro", "type": "i", "low": 0, "high": 1, "default": 0}
    ]},
    "/sideman/need": {"after": "Ask", "fields": [
        {"name": "missing", "type": "i", "low": 1, "high": 160, "many": true}
    ]},
    "/sideman/got": {"after": "Ask", "fields": []},
    "/sideman/cancel": {"after": "Ask", "fields": []}
};
exports.replies = {
    "/sideman/welcome": {"after": "Part", "fields": [
        {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647},
        {"name": "protocol_version", "type": "i", "low": 1, "high": 999},
        {"name": "bridge_version", "type": "s", "low": 0, "high": 64},
        {"name": "max_bars", "type": "i", "low": 1, "high": 9999, "unit": "bars"},
        {"name": "max_notes", "type": "i", "low": 1, "high": 999999, "unit": "notes"},
        {"name": "max_waiting", "type": "i", "low": 1, "high": 9999},
        {"name": "datagram_bytes", "type": "i", "low": 64, "high": 65507, "unit": "bytes"}
    ]},
    "/sideman/name": {"after": "Part", "fields": [
        {"name": "kind", "type": "s", "low": 0, "high": 8},
        {"name": "name", "type": "s", "low": 0, "high": 160},
        {"name": "about", "type": "s", "low": 0, "high": 320, "default": ""},
        {"name": "settings", "type": "PresetValue", "low": 0, "high": 8, "default": [], "many": true},
        {"name": "kit", "type": "s", "low": 0, "high": 160, "optional": true},
        {"name": "model", "type": "s", "low": 0, "high": 64, "optional": true}
    ]},
    "/sideman/pong": {"after": "Reply", "fields": [
        {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647}
    ]},
    "/sideman/state": {"after": "Part", "fields": [
        {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647},
        {"name": "uptime_seconds", "type": "f", "low": 0, "high": 1000000000, "unit": "seconds"},
        {"name": "waiting", "type": "i", "low": 0, "high": 9999},
        {"name": "answered", "type": "i", "low": 0, "high": 2147483647},
        {"name": "refused", "type": "i", "low": 0, "high": 2147483647},
        {"name": "bad_datagrams", "type": "i", "low": 0, "high": 2147483647},
        {"name": "clips", "type": "i", "low": 0, "high": 99999}
    ]},
    "/sideman/model/state": {"after": "Part", "fields": [
        {"name": "model", "type": "s", "low": 0, "high": 64},
        {"name": "skill", "type": "s", "low": 0, "high": 64},
        {"name": "requests", "type": "i", "low": 0, "high": 2147483647},
        {"name": "p50_ms", "type": "f", "low": 0, "high": 1000000000, "unit": "milliseconds"},
        {"name": "p95_ms", "type": "f", "low": 0, "high": 1000000000, "unit": "milliseconds"},
        {"name": "p99_ms", "type": "f", "low": 0, "high": 1000000000, "unit": "milliseconds"}
    ]},
    "/sideman/clip/state": {"after": "Reply", "fields": [
        {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647},
        {"name": "clip_hash", "type": "s", "low": 0, "high": 16},
        {"name": "missing", "type": "i", "low": 0, "high": 160, "many": true}
    ]},
    "/sideman/accepted": {"after": "Reply", "fields": [
        {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647},
        {"name": "waiting", "type": "i", "low": 0, "high": 9999}
    ]},
    "/sideman/result": {"after": "Part", "fields": [
        {"name": "boot_id", "type": "i", "low": -2147483648, "high": 2147483647},
        {"name": "clips", "type": "i", "low": 1, "high": 1000},
        {"name": "model", "type": "s", "low": 0, "high": 64},
        {"name": "model_hash", "type": "s", "low": 0, "high": 64},
        {"name": "seed", "type": "i", "low": 0, "high": 2147483647},
        {"name": "start_song_beats", "type": "f", "low": 0, "high": 2000000000, "unit": "quarter notes", "optional": true},
        {"name": "start_in_seconds", "type": "f", "low": 0, "high": 1000000, "unit": "seconds"},
        {"name": "late", "type": "i", "low": 0, "high": 1},
        {"name": "from_memory", "type": "i", "low": 0, "high": 1},
        {"name": "elapsed_ms", "type": "f", "low": 0, "high": 1000000000, "unit": "milliseconds"},
        {"name": "model_ms", "type": "f", "low": 0, "high": 1000000000, "unit": "milliseconds"},
        {"name": "left_alone", "type": "i", "low": 0, "high": 99999, "default": 0}
    ], "later": [
        {"name": "instrument", "type": "s", "low": 0, "high": 64, "optional": true}
    ]},
    "/sideman/result/clip": {"after": "Part", "fields": [
        {"name": "clip", "type": "i", "low": 0, "high": 999},
        {"name": "length_beats", "type": "f", "low": 0.25, "high": 25344, "unit": "quarter notes"},
        {"name": "numerator", "type": "i", "low": 1, "high": 99},
        {"name": "denominator", "type": "i", "low": 1, "high": 16},
        {"name": "total_notes", "type": "i", "low": 0, "high": 99999},
        {"name": "first_note", "type": "i", "low": 0, "high": 99999},
        {"name": "notes", "type": "Note", "low": 0, "high": 32, "many": true}
    ]},
    "/sideman/refused": {"after": "Part", "fields": [
        {"name": "code", "type": "s", "low": 0, "high": 64},
        {"name": "sentence", "type": "s", "low": 0, "high": 700},
        {"name": "clip_hash", "type": "s", "low": 0, "high": 16, "default": ""}
    ]}
};
