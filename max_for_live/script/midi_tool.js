// What Live 12's two MIDI Tools have in common. Live gives the notes and wants others back at once; the bridge answers
// over the network, later. So a cycle whose answer is not there yet gets its own notes back, unchanged, and asks; when
// the answer comes, the tool starts another cycle, and that one is answered.
//
// Each cycle begins from the notes that stood there at first: pressing again never adds up.

var fields = require("./fields");
var live_set = require("./live_set");
var notes = require("./notes");
var sideman = require("./sideman");
var transport = require("./transport");
var limits = require("./protocol").limits;

var BEGUN_SECONDS = 0.5;

// own: as for sideman.create, and
//     ask(device, input, bars, send)     asks the bridge, by send({kind, values, refs, clips, made_of})
//     button, press                      the message of the button, and the sentence that asks for it
// input: {start_beats, length_beats, numerator, denominator, scale, ours: the notes as ours, from start_beats on}
/** @template K @param {World} world @param {OwnTool<K>} own @returns {Device<K>} */
exports.create = function (world, own) {
    var context = null, asked_for = null, answer = null, presses = 0, ours = null;
    var buttons = /** @type {any} */ ({});
    buttons[own.button] = function () {
        // An answer that Live did not take from the network is given now.
        if (answer === null || answer.is_given) {
            device.next_seed();
            presses += 1;
            answer = null;
        }
        begin("press");
    };

    // Begins a cycle. Live may take its time to begin it, but not long: what comes later is of its own.
    function begin(why) {
        if (ours !== null) {
            ours.clock.cancel();
        }
        ours = {why: why, clock: world.later(BEGUN_SECONDS, function () { ours = null; })};
        world.show("apply", []);
    }

    // Why this cycle was begun, "press" or "answer"; null if Live began it.
    function reason() {
        var why = ours === null ? null : ours.why;
        if (ours !== null) {
            ours.clock.cancel();
            ours = null;
        }
        return why;
    }

    var device = sideman.create(world, fields.joined(own, {
        buttons: buttons, unchosen: {preset: "No Preset", kit: "Default Kit"}
    }));
    var take = device.message;

    device.message = function (message, values) {
        // Live gives the context before the notes.
        if (message === "tool_context") {
            context = world.dictionary(values[values.length - 1]);
        } else if (message === "tool_notes") {
            cycle([].concat(world.dictionary(values[values.length - 1]).notes || []));
        } else if (message !== "tool_notice") {
            take(message, values);
        }
    };

    // Always answers, whatever happens: without an answer Live shows an error. Live also begins cycles by itself, when a
    // tab is clicked say: such a one changes nothing, so that no clip is changed that nobody meant.
    function cycle(read) {
        var given = read, why = reason(), input, key;
        try {
            input = heard(read);
            key = JSON.stringify([presses, live_set.shown_clip(world), input, device.knobs, device.chosen]);
            if (why === null) {
                device.say("ready", own.press);
            } else if (answer !== null && answer.key === key) {
                given = answer.notes;
                answer.is_given = true;
                device.say("ready", given.length + " notes in the clip.");
            } else if (why === "press" && device.is_ready) {
                ask(input, key);
            } else {
                device.say("ready", "Another clip is open now: " + own.press.toLowerCase());
            }
        } finally {
            world.answer({notes: given.map(without_id)});
        }
    }

    // An id means one note of the clip; Live knows by itself which ones it gave.
    function without_id(note) {
        var copied = fields.joined(note, {});
        delete copied.note_id;
        return copied;
    }

    function heard(read) {
        var clip = (context || {}).clip || {}, meter = live_set.shown_meter(world);
        var start_beats = Number(clip.time_selection_start) || 0;
        var length_beats = (Number(clip.time_selection_end) || 0) - start_beats;
        return {
            start_beats: start_beats,
            length_beats: length_beats > 0 ? length_beats : 4 * meter.numerator / meter.denominator,
            numerator: meter.numerator,
            denominator: meter.denominator,
            scale: scale_of((context || {}).scale || {}),
            ours: notes.from_live(read, start_beats)
        };
    }

    // The clip's own scale, where Live says it; else the song's.
    function scale_of(told) {
        if (typeof told.scale_name === "string" && told.scale_mode !== undefined) {
            return Number(told.scale_mode) === 1 ? {root: Number(told.root_note), scale: told.scale_name} : {};
        }
        return transport.scale(world);
    }

    function ask(input, key) {
        var bars = input.length_beats * input.denominator / (4 * input.numerator);
        if (input.length_beats < limits.shortest_beats || bars > limits.bars) {
            device.say("refused", "The selection is " +
                (bars > limits.bars ? "longer than " + limits.bars + " bars." : "shorter than " + limits.shortest + "."));
            return;
        }
        own.ask(device, input, Math.ceil(bars - 1e-6), function (request) {
            send(request, input, key);
        });
    }

    function send(request, input, key) {
        asked_for = key;
        request.seed = Math.round(device.knob("seed"));
        request.snapshot = {numerator: input.numerator, denominator: input.denominator};
        request.done = function (result) {
            var clip = result.clips[0];
            if (asked_for !== key) {
                return;
            }
            answer = {
                key: key,
                notes: notes.to_live(
                    inside(clip, input.length_beats), input.start_beats, notes.counted(request.clips)
                ),
                is_given: false
            };
            device.model.results = [{name: "", clip: clip}];
            // Whether Live takes a cycle that the network began nobody has confirmed. If it does, the words are others.
            device.say("ready", "The notes are here: press the button once more.");
            begin("answer");
        };
        device.ask(request);
    }

    return device;
};

// Whole bars came back; what is behind the selection's end is not the musician's to have changed.
function inside(clip, length_beats) {
    return clip.notes.filter(function (note) {
        return note.start_beats < length_beats - 1e-6;
    }).map(function (note) {
        return note.start_beats + note.length_beats <= length_beats || note.source >= 0 ? note : shortened(note, length_beats);
    });
}

function shortened(note, length_beats) {
    return fields.joined(note, {length_beats: length_beats - note.start_beats});
}
