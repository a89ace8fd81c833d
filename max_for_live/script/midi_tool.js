// What Live 12's two MIDI Tools have in common. Live gives the notes and wants others back at once; the bridge answers
// over the network, later. So a cycle whose answer is not there yet gets its own notes back, unchanged, and asks; when
// the answer comes, the tool starts another cycle, and that one is answered.
//
// Each cycle begins from the notes that stood there at first: pressing again never adds up.

var notes = require("./notes");
var sideman = require("./sideman");

var SHORTEST_BEATS = 0.25;
var MOST_BARS = 64;

// own: as for sideman.create, and
//     ask(input)             {kind, values, refs, clips, made_of} for the bridge, or {sentence}
//     button                 the message of the button
// input: {start_beats, length_beats, numerator, denominator, ours: the notes as ours, from start_beats on}
exports.create = function (world, own, clip_meter) {
    var context = null, asked_for = null, answer = null;
    own.menus = ["preset", "kit"];
    own.unchosen = {preset: "No Preset", kit: "Default Kit"};
    own.buttons = {};
    own.buttons[own.button] = function () {
        device.next_seed();
        answer = null;
        asked_for = null;
        world.show("apply", []);
    };
    var device = sideman.create(world, own);
    var take = device.message;

    device.message = function (message, values) {
        // Live gives the context before the notes.
        if (message === "tool_context") {
            context = world.dictionary(values[values.length - 1]);
        } else if (message === "tool_notes") {
            cycle(world.dictionary(values[values.length - 1]).notes || []);
        } else if (message !== "tool_notice") {
            take(message, values);
        }
    };

    // Always answers, whatever happens: without an answer Live shows an error.
    function cycle(read) {
        var given = read, input, key;
        try {
            input = heard(read);
            key = JSON.stringify([input, device.knobs, device.chosen]);
            if (answer !== null && answer.key === key) {
                given = answer.notes;
            } else if (asked_for !== key && device.is_ready) {
                ask(input, key, read);
            }
        } finally {
            world.answer({notes: given.map(without_id)});
        }
    }

    // An id means one note of the clip; Live knows by itself which ones it gave.
    function without_id(note) {
        var copied = {}, name;
        for (name in note) {
            if (name !== "note_id") {
                copied[name] = note[name];
            }
        }
        return copied;
    }

    function heard(read) {
        var clip = (context || {}).clip || {}, meter = clip_meter(world);
        var start_beats = Number(clip.time_selection_start) || 0;
        var length_beats = (Number(clip.time_selection_end) || 0) - start_beats;
        return {
            start_beats: start_beats,
            length_beats: length_beats > 0 ? length_beats : 4 * meter.numerator / meter.denominator,
            numerator: meter.numerator,
            denominator: meter.denominator,
            ours: notes.from_live(read, start_beats)
        };
    }

    function ask(input, key, read) {
        var bars = input.length_beats * input.denominator / (4 * input.numerator), request;
        if (input.length_beats < SHORTEST_BEATS || bars > MOST_BARS) {
            device.say("refused", "The selection is " + (bars > MOST_BARS ? "longer than 64 bars." : "shorter than a sixteenth."));
            return;
        }
        request = own.ask(device, input, Math.ceil(bars - 1e-6));
        if (request.sentence) {
            device.say("refused", request.sentence);
            return;
        }
        asked_for = key;
        request.seed = Math.round(device.knobs.seed);
        request.snapshot = {numerator: input.numerator, denominator: input.denominator};
        request.done = function (result) {
            var clip = result.clips[0];
            if (asked_for !== key) {
                return;
            }
            answer = {key: key, notes: notes.to_live(inside(clip, input.length_beats), input.start_beats, notes.counted(request.clips))};
            device.model.results = [{name: "", clip: clip}];
            device.say("ready", answer.notes.length + " notes in the clip.");
            // Whether Live takes a cycle that the network began nobody has confirmed: if not, the button does it.
            world.show("apply", []);
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
    var copied = {}, name;
    for (name in note) {
        copied[name] = note[name];
    }
    copied.length_beats = length_beats - note.start_beats;
    return copied;
}
