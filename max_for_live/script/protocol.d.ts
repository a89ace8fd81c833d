// Derived by `python -m bridge.wire.derived`: change bridge/wire/protocol.py, derived.py or typed.py, not this file.
//
// The types of protocol.js, and of the values of every message. `asked` as they are written, without what all begin
// with, which is `Ask`: a field with a question mark may be left out, and null is none. `heard` as they are read: none
// is -1 or "". `Skills` are the requests for clips by their verbs.

export interface Field {
    name: string;
    type: string;
    low?: number;
    high?: number;
    unit?: string;
    optional?: boolean;
    default?: any;
    many?: boolean;
}

export interface Row {
    after: string | null;
    fields: Field[];
}

export const version: number;
export const port: number;
export const probe: string;
export const datagram_bytes: number;
export const notes_a_part: number;
export const most_missing: number;
export const limits: {
    "bars": number;
    "notes": number;
    "shortest_beats": number;
    "beats": number;
    "shortest": string;
};
export const instruments: string[];
export const delivery: {
    "first_seconds": number;
    "factor": number;
    "longest_seconds": number;
    "limit_seconds": number;
    "patience_seconds": number;
    "gap_seconds": number;
    "longest_gap_seconds": number;
};
export const refusals: {
    "bad_datagram": string;
    "bad_value": string;
    "bad_file": string;
    "unknown_name": string;
    "unknown_clip": string;
    "unsupported": string;
    "busy": string;
    "late": string;
    "replaced": string;
    "cancelled": string;
    "stale": string;
    "model_failed": string;
    "no_answer": string;
    "fault": string;
};
export const groups: {
    "Note": Field[];
    "ClipRef": Field[];
    "Point": Field[];
    "PresetValue": Field[];
};
export const heads: {
    "Ask": Row;
    "SkillAsk": Row;
    "PartAsk": Row;
    "Reply": Row;
    "Part": Row;
};
export const asks: {
    "/sideman/hello": Row;
    "/sideman/ping": Row;
    "/sideman/status": Row;
    "/sideman/clip": Row;
    "/sideman/generate": Row;
    "/sideman/vary": Row;
    "/sideman/interpolate": Row;
    "/sideman/blend": Row;
    "/sideman/path": Row;
    "/sideman/continue": Row;
    "/sideman/humanise": Row;
    "/sideman/drumify": Row;
    "/sideman/need": Row;
    "/sideman/got": Row;
    "/sideman/cancel": Row;
};
export const replies: {
    "/sideman/welcome": Row;
    "/sideman/name": Row;
    "/sideman/pong": Row;
    "/sideman/state": Row;
    "/sideman/model/state": Row;
    "/sideman/clip/state": Row;
    "/sideman/accepted": Row;
    "/sideman/result": {
    "after": string;
    "fields": Field[];
    "later": Field[];
};
    "/sideman/result/clip": Row;
    "/sideman/refused": Row;
};

export namespace asked {
    export interface Note {
        pitch: number;
        start_beats: number;
        length_beats: number;
        velocity: number;
        source?: number | null;
    }
    export interface ClipRef {
        clip_hash: string;
        kit?: string | null;
    }
    export interface Point {
        x: number;
        y: number;
    }
    export interface Ask {
        device: string;
        session: number;
        request_id: number;
        reply_port: number;
    }
    export interface Hello {
        protocol_version?: number;
    }
    export interface Ping {
    }
    export interface Status {
    }
    export interface ClipPart {
        clip_hash: string;
        part: number;
        parts: number;
        length_beats: number;
        numerator: number;
        denominator: number;
        notes: Note[];
    }
    export interface Generate {
        is_playing?: number | boolean;
        song_beats?: number;
        tempo_bpm?: number;
        numerator?: number;
        denominator?: number;
        launch_quantum_beats?: number;
        asked_seconds_ago?: number;
        deadline_seconds?: number | null;
        seed?: number;
        model?: string | null;
        preset?: string | null;
        temperature?: number | null;
        instrument?: string | null;
        low_pitch?: number | null;
        high_pitch?: number | null;
        root?: number | null;
        scale?: string | null;
        kit?: string | null;
        bars?: number | null;
        variations?: number | null;
        density?: number | null;
        humanise?: number | null;
    }
    export interface Vary {
        is_playing?: number | boolean;
        song_beats?: number;
        tempo_bpm?: number;
        numerator?: number;
        denominator?: number;
        launch_quantum_beats?: number;
        asked_seconds_ago?: number;
        deadline_seconds?: number | null;
        seed?: number;
        model?: string | null;
        preset?: string | null;
        temperature?: number | null;
        instrument?: string | null;
        low_pitch?: number | null;
        high_pitch?: number | null;
        root?: number | null;
        scale?: string | null;
        clip: ClipRef;
        amount?: number | null;
        variations?: number | null;
    }
    export interface Interpolate {
        is_playing?: number | boolean;
        song_beats?: number;
        tempo_bpm?: number;
        numerator?: number;
        denominator?: number;
        launch_quantum_beats?: number;
        asked_seconds_ago?: number;
        deadline_seconds?: number | null;
        seed?: number;
        model?: string | null;
        preset?: string | null;
        temperature?: number | null;
        instrument?: string | null;
        low_pitch?: number | null;
        high_pitch?: number | null;
        root?: number | null;
        scale?: string | null;
        first: ClipRef;
        last: ClipRef;
        steps?: number | null;
    }
    export interface Blend {
        is_playing?: number | boolean;
        song_beats?: number;
        tempo_bpm?: number;
        numerator?: number;
        denominator?: number;
        launch_quantum_beats?: number;
        asked_seconds_ago?: number;
        deadline_seconds?: number | null;
        seed?: number;
        model?: string | null;
        preset?: string | null;
        temperature?: number | null;
        instrument?: string | null;
        low_pitch?: number | null;
        high_pitch?: number | null;
        root?: number | null;
        scale?: string | null;
        x?: number;
        y?: number;
        grid?: number | null;
        corners: ClipRef[];
    }
    export interface Path {
        is_playing?: number | boolean;
        song_beats?: number;
        tempo_bpm?: number;
        numerator?: number;
        denominator?: number;
        launch_quantum_beats?: number;
        asked_seconds_ago?: number;
        deadline_seconds?: number | null;
        seed?: number;
        model?: string | null;
        preset?: string | null;
        temperature?: number | null;
        instrument?: string | null;
        low_pitch?: number | null;
        high_pitch?: number | null;
        root?: number | null;
        scale?: string | null;
        corners: ClipRef[];
        points: Point[];
    }
    export interface Continue {
        is_playing?: number | boolean;
        song_beats?: number;
        tempo_bpm?: number;
        numerator?: number;
        denominator?: number;
        launch_quantum_beats?: number;
        asked_seconds_ago?: number;
        deadline_seconds?: number | null;
        seed?: number;
        model?: string | null;
        preset?: string | null;
        temperature?: number | null;
        instrument?: string | null;
        low_pitch?: number | null;
        high_pitch?: number | null;
        root?: number | null;
        scale?: string | null;
        clip: ClipRef;
        length?: number | null;
        variations?: number | null;
        with_primer?: number | boolean;
        chords?: ClipRef[];
    }
    export interface Humanise {
        is_playing?: number | boolean;
        song_beats?: number;
        tempo_bpm?: number;
        numerator?: number;
        denominator?: number;
        launch_quantum_beats?: number;
        asked_seconds_ago?: number;
        deadline_seconds?: number | null;
        seed?: number;
        model?: string | null;
        preset?: string | null;
        temperature?: number | null;
        clip: ClipRef;
        amount?: number | null;
        keep_swing?: number | boolean;
    }
    export interface Drumify {
        is_playing?: number | boolean;
        song_beats?: number;
        tempo_bpm?: number;
        numerator?: number;
        denominator?: number;
        launch_quantum_beats?: number;
        asked_seconds_ago?: number;
        deadline_seconds?: number | null;
        seed?: number;
        model?: string | null;
        preset?: string | null;
        temperature?: number | null;
        clip: ClipRef;
        variations?: number | null;
        density?: number | null;
        use_velocity?: number | boolean;
        use_timing?: number | boolean;
        castro?: number | boolean;
    }
    export interface Need {
        missing: number[];
    }
    export interface Got {
    }
    export interface Cancel {
    }
}

export namespace heard {
    export interface PresetValue {
        setting: string;
        value: number;
    }
    export interface Note {
        pitch: number;
        start_beats: number;
        length_beats: number;
        velocity: number;
        source: number;
    }
    export interface Welcome {
        session: number;
        request_id: number;
        part: number;
        parts: number;
        boot_id: number;
        protocol_version: number;
        bridge_version: string;
        max_bars: number;
        max_notes: number;
        max_waiting: number;
        datagram_bytes: number;
    }
    export interface Name {
        session: number;
        request_id: number;
        part: number;
        parts: number;
        kind: string;
        name: string;
        about: string;
        settings: PresetValue[];
        kit: string;
        model: string;
    }
    export interface Pong {
        session: number;
        request_id: number;
        boot_id: number;
    }
    export interface State {
        session: number;
        request_id: number;
        part: number;
        parts: number;
        boot_id: number;
        uptime_seconds: number;
        waiting: number;
        answered: number;
        refused: number;
        bad_datagrams: number;
        clips: number;
    }
    export interface ModelState {
        session: number;
        request_id: number;
        part: number;
        parts: number;
        model: string;
        skill: string;
        requests: number;
        p50_ms: number;
        p95_ms: number;
        p99_ms: number;
    }
    export interface ClipState {
        session: number;
        request_id: number;
        boot_id: number;
        clip_hash: string;
        missing: number[];
    }
    export interface Accepted {
        session: number;
        request_id: number;
        boot_id: number;
        waiting: number;
    }
    export interface ResultHead {
        session: number;
        request_id: number;
        part: number;
        parts: number;
        boot_id: number;
        clips: number;
        model: string;
        model_hash: string;
        seed: number;
        start_song_beats: number;
        start_in_seconds: number;
        late: number;
        from_memory: number;
        elapsed_ms: number;
        model_ms: number;
        left_alone: number;
        instrument: string;
    }
    export interface ResultClip {
        session: number;
        request_id: number;
        part: number;
        parts: number;
        clip: number;
        length_beats: number;
        numerator: number;
        denominator: number;
        total_notes: number;
        first_note: number;
        notes: Note[];
    }
    export interface Refused {
        session: number;
        request_id: number;
        part: number;
        parts: number;
        code: string;
        sentence: string;
        clip_hash: string;
    }
}

export interface Asks {
    "/sideman/hello": asked.Hello;
    "/sideman/ping": asked.Ping;
    "/sideman/status": asked.Status;
    "/sideman/clip": asked.ClipPart;
    "/sideman/generate": asked.Generate;
    "/sideman/vary": asked.Vary;
    "/sideman/interpolate": asked.Interpolate;
    "/sideman/blend": asked.Blend;
    "/sideman/path": asked.Path;
    "/sideman/continue": asked.Continue;
    "/sideman/humanise": asked.Humanise;
    "/sideman/drumify": asked.Drumify;
    "/sideman/need": asked.Need;
    "/sideman/got": asked.Got;
    "/sideman/cancel": asked.Cancel;
}

export interface Replies {
    "/sideman/welcome": heard.Welcome;
    "/sideman/name": heard.Name;
    "/sideman/pong": heard.Pong;
    "/sideman/state": heard.State;
    "/sideman/model/state": heard.ModelState;
    "/sideman/clip/state": heard.ClipState;
    "/sideman/accepted": heard.Accepted;
    "/sideman/result": heard.ResultHead;
    "/sideman/result/clip": heard.ResultClip;
    "/sideman/refused": heard.Refused;
}

export interface Skills {
    generate: asked.Generate;
    vary: asked.Vary;
    interpolate: asked.Interpolate;
    blend: asked.Blend;
    path: asked.Path;
    continue: asked.Continue;
    humanise: asked.Humanise;
    drumify: asked.Drumify;
}
