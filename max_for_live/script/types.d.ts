// What tsc must know of the script, besides protocol.d.ts: nothing of it goes into a device. What is `any` where it could
// be more is not worth its words.

// --- music

interface Note {
    pitch: number;
    start_beats: number;
    length_beats: number;
    velocity: number;
    source: number;
    // What only Live knows.
    probability?: number;
    velocity_deviation?: number;
    release_velocity?: number;
    mute?: number;
}

// One of Live's.
interface LiveNote {
    note_id?: number;
    pitch: number;
    start_time: number;
    duration: number;
    velocity: number;
    mute: number;
    probability: number;
    velocity_deviation: number;
    release_velocity: number;
}

interface Clip {
    length_beats: number;
    numerator: number;
    denominator: number;
    notes: Note[];
}

// A place on the pad.
interface Point {
    x: number;
    y: number;
}

interface NamedClip {
    name: string;
    clip: Clip;
}

// --- the wire

type Asked = import("./protocol").Asks;
type Heard = import("./protocol").Replies;
type Skills = import("./protocol").Skills;
type Kind = keyof Skills;

type FieldsOf<T> = {[F in keyof T]: import("./protocol").Field};

// A clip of a request, as the devices name it: by its index among the request's clips.
interface ClipIndex {
    clip: number;
    kit?: string | null;
}

type ByIndex<T> = T extends import("./protocol").asked.ClipRef[] ? ClipIndex[] :
    T extends import("./protocol").asked.ClipRef ? ClipIndex : T;
type WithIndices<T> = {[F in keyof T]: ByIndex<T[F]>};
// What link.ask is given.
type Values<K extends Kind> = WithIndices<Skills[K]>;

interface Result {
    clips: Clip[];
    head: Heard["/sideman/result"];
}

interface Refusal {
    code: string;
    sentence: string;
}

interface Names {
    models: {name: string; kind: string}[];
    presets: {name: string; about: string; settings: {setting: string; value: number}[]; kit: string; model: string}[];
    kits: {name: string; about: string}[];
}

// --- Max and Live

interface Clock {
    cancel(): void;
}

interface LiveApi {
    id: any;
    path: string;
    property: string;
    readonly type: string;
    get(property: string): any;
    set(property: string, value: any): void;
    call(...words: any[]): any;
}

// world.js says what each is for.
interface World {
    send(address: string, args: any[]): void;
    probe(port: number, args: number[]): void;
    listen(port: number): void;
    show(name: string, values: any[]): void;
    keep(name: string, values: number[]): void;
    dictionary(name: string): any;
    answer(content: {notes: object[]}): void;
    now_seconds(): number;
    random(): number;
    later(seconds: number, f: () => void): Clock;
    live(path: string): LiveApi;
    event(f: () => void): void;
    observe(path: string, property: string, f: () => void): {point(path: string): void; stop(): void};
    written(): {marks?: string[]};
    redraw(): void;
    color(name: string): number[];
    close(): void;
}

interface Snapshot {
    is_playing: number;
    song_beats: number;
    tempo_bpm: number;
    numerator: number;
    denominator: number;
    launch_quantum_beats: number;
}

// A clip of the set, or a refusal.
interface Found {
    refused?: boolean;
    sentence?: string;
    is_none?: boolean;
    clip_id: number;
    clip: Clip;
    name: string;
    color: number;
    track_id: number;
    track_index: number;
    slot_index: number | null;
    is_arrangement: boolean;
    advice: string;
}

// Where clips go, or a refusal.
interface Place {
    refused?: boolean;
    track_id: number;
    from_row: number;
    first: number;
    last: number;
    count: number;
    grows: number;
    sentence: string;
}

// --- devices

type Knob<K> = Extract<keyof K, string> | "seed" | "lock";
type Menu = "preset" | "kit";

// V, if each of its fields is one of Allowed. Where one is not, tsc misses a property, whose name says so.
type Exactly<V, Allowed> = V & {
    [F in keyof V as F extends keyof Allowed ? F : `there is no field ${Extract<F, string>}`]:
        F extends keyof Allowed ? Allowed[F] : unknown;
};

interface Request<K extends Kind, V, R> {
    kind: K;
    values: Exactly<V, Values<K>>;
    refs: Exactly<R, Values<K>>;
    clips: Clip[];
    made_of: string | string[];
    seed?: number;
    color?: number;
    kit?: string;
    model?: string;
    model_hash?: string;
    clip_id?: number | null;
    is_lasting?: boolean;
    snapshot?: Partial<Snapshot>;
    place?(count: number): Place;
    done?(result: Result): void;
}

// The last request, or what is known of it.
interface Last {
    kind?: string;
    kit?: string;
    clips?: Clip[];
    [more: string]: any;
}

interface Device<K> {
    world: World;
    knobs: {[N in Knob<K>]: number};
    chosen: {preset: string; kit: string; model: string};
    clips: {[what: string]: NamedClip | null};
    last: any;
    is_ready: boolean;
    link: import("./link").Link;
    model: any;

    on_knob(knob: Knob<K> | Menu, value: any): void;
    on_clip(what: string, named: NamedClip | null): void;
    on_selection(): void;
    on_bridge(): void;
    target(): Place | null;
    unused(): Knob<K>[];
    picture(model: any): void;
    press(x: number, y: number): void;
    drag(x: number, y: number, is_down: boolean): void;

    ready(): void;
    message(message: string, values: any[]): void;
    release_all(): void;
    paint(graphics: any, width: number, height: number): void;
    knob(knob: Knob<K>): number;
    turn(knob: Knob<K>, value: number): void;
    values<N extends Knob<K>>(knobs: N[]): {[F in N]: number};
    musical_values<N extends Knob<K>>(knobs: N[]): {[F in N]: number} & {
        instrument: string | null;
        root?: number;
        scale?: string;
    };
    ref(index: number, kit?: string): ClipIndex;
    next_seed(): number;
    hold(what: string, named: NamedClip | null): void;
    grab(what: string): void;
    say(state: string, sentence: string): void;
    settle(): void;
    refresh_soon(): void;
    refresh(): void;
    show_what_follows(): void;
    selected(): Found | null;
    place_at_home(source: Found | null, count: number): Place;
    place(source: Found | null, count: number): Place;
    ask<A extends Kind, V, R>(request: Request<A, V, R>): void;
    make<A extends Kind, V, R>(request: Request<A, V, R>): void;
    again(): void;
}

// As much of a device as its parts use, live_mode.js and walk.js.
type Holder<K> = Pick<Device<K>, "world" | "knob" | "turn" | "say" | "settle" | "model">;

// What a device says of itself: sideman.js begins with it.
interface Own<K> {
    name: string;
    shown_by?: NoInfer<Knob<K>>[];
    knobs: K;
    buttons: {[message: string]: (values: any[]) => void};
    again?(last: Last): object | null;
    is_at_home?(last: Last): boolean;
    menus?: string[];
    unchosen?: {[menu: string]: string};
}

// What a cycle of a MIDI Tool gave: times are from start_beats on.
interface ToolInput {
    start_beats: number;
    length_beats: number;
    numerator: number;
    denominator: number;
    scale: {root?: number; scale?: string};
    ours: Note[];
}

interface OwnTool<K> {
    name: string;
    shown_by?: NoInfer<Knob<K>>[];
    knobs: K;
    button: string;
    press: string;
    ask(device: Device<K>, input: ToolInput, bars: number, send: Device<K>["ask"]): void;
}

// --- what is global in Max's script

declare var inlets: number, outlets: number, autowatch: number, messagename: string;
declare var mgraphics: any, max: {readonly time: number; getcolor(name: string): number[]};
declare function outlet(index: number, list: any[]): void;
declare function arrayfromargs(list: IArguments): any[];
declare var Task: {new (f: () => void): {schedule(milliseconds: number): void; cancel(): void}};
declare var LiveAPI: {new (path: string): LiveApi; new (changed: () => void, path: string): LiveApi};
declare var Dict: {new (name?: string): {name: string; parse(text: string): void; stringify(): string}};
declare var Global: {new (name: string): any};
