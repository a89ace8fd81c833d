"""What is derived from the table in `protocol.py`, so that nothing is listed twice by hand.

    docs/protocol.md                   for whoever writes a client
    max_for_live/script/protocol.js    for the devices' script
    max_for_live/script/protocol.d.ts  its types (`bridge.wire.typed`)

`python -m bridge.wire.derived` writes them; with `--check` it writes nothing, and names what is stale.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path

from bridge.errors import REFUSALS
from bridge.music.clip import MAX_BARS, MAX_BEATS, MAX_NOTES, MIN_LENGTH_BEATS, Note
from bridge.music.meter import FOUR_FOUR
from bridge.says import INT_HIGH, INT_LOW, Column
from bridge.settings import INSTRUMENTS
from bridge.wire import osc, typed
from bridge.wire.conversation import GAP_SECONDS, LIMIT_SECONDS, LONGEST_GAP_SECONDS, PATIENCE_SECONDS
from bridge.wire.delivery import Backoff, clip_hash
from bridge.wire.examples import EXAMPLES
from bridge.wire.fields import TAGS, to_datagram
from bridge.wire.protocol import (
    DATAGRAM_BYTES,
    MESSAGES,
    MOST_MISSING,
    NOTES_A_PART,
    PORT,
    VERSION,
    Ask,
    Message,
    Part,
    PartAsk,
    Reply,
    SkillAsk,
    columns,
    meaning_of,
)

__all__ = ["DEVICE", "FILES", "main", "page", "script", "stale"]

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = "python -m bridge.wire.derived"

PROBE = "/sideman/probe"
"""What a device sends to itself alone: it finds out so whether its port hears."""

DEVICE: dict[str, int | float] = {
    "port": PORT,
    "limit_seconds": LIMIT_SECONDS,
    "patience_seconds": PATIENCE_SECONDS,
    "gap_seconds": GAP_SECONDS,
    "longest_gap_seconds": LONGEST_GAP_SECONDS,
}
"""What every device does, those of Max and the Python client alike."""

LIMITS: dict[str, int | float] = {
    "bars": MAX_BARS,
    "notes": MAX_NOTES,
    "shortest_beats": MIN_LENGTH_BEATS,
    "beats": MAX_BEATS,
}
"""What a clip may be, as in `bridge.music.clip`."""

NOTE_VALUES = {1.0: "a quarter", 0.5: "an eighth", 0.25: "a sixteenth", 0.125: "a thirty-second"}
"""Beats -> what a musician calls them: the shortest clip is one of these."""

ON_REFUSAL = {
    "bad_datagram": ("show", "A mistake in the client: compare what it sends with the tables below."),
    "bad_value": ("show", "Show the sentence. Ask again with another value, under a new id."),
    "bad_file": ("show", "Not sent: the command line says it of files."),
    "unknown_name": (
        "show",
        "Show the sentence; `hello` tells which names there are. Ask again under a new id.",
    ),
    "unknown_clip": (
        "upload",
        "Upload the clip that `clip_hash` names, then send the request again, under the same id.",
    ),
    "unsupported": ("show", "Show the sentence. Ask again with other clips or in another meter, under a new id."),
    "busy": ("wait", "Wait as for a message that was lost, then send it again, under the same id."),
    "late": ("late", "Leave what plays. Ask again under a new id if it is still wanted."),
    "replaced": ("leave", "Nothing: the newer request is answered."),
    "cancelled": ("leave", "Nothing: it was asked for."),
    "stale": (
        "again",
        "In answer to `need`: forget the parts and send the request again, under the same id. "
        "In answer to a request: ask again under a new id.",
    ),
    "model_failed": ("show", "Show the sentence. Ask for less or with another model, under a new id."),
    "no_answer": ("show", "Not sent: what a client says by itself when its patience ends."),
    "fault": ("show", "Show the sentence, and report it."),
}
"""What a client does about each code of `bridge.errors`: a word for the devices' script, and the advice in full."""

GUIDE = """\
<!-- Derived by `{command}`: change bridge/wire/protocol.py or derived.py, not this page. -->

# The protocol, version {version}

For whoever writes a client, in any language: a Max for Live device, a patch, a script. A client is called a *device*
here. `bridge/client.py` is one in Python, to read beside this page.

## On the wire

- OSC 1.0 (texts end with a NUL and are padded to four bytes) over UDP, to 127.0.0.1, port {port} unless the bridge was
  started with another. Nothing outside this computer can reach it.
- One message a datagram, of at most {datagram_bytes:,} bytes. Flat bundles are read too; their time tags are ignored.
- Arguments are `i`, `f` and `s` only, in the order of the tables below, all of them, and none too many: but for what
  later versions brought, which stands at the end and may be left out. Where a number
  is meant, `i` and `f` will both do, as long as a whole number is whole: Max has one number type. The bridge itself
  sends the type that the table shows.
- *None* is written as -1, or as an empty text, where the range says so. Yes and no are 1 and 0. The length of a text is
  that of its bytes in UTF-8.
- A list is its count, then the fields of each member, one member after the other.
- Times are in quarter notes from the clip's start, whatever the meter.
- Replies go to the address that the datagram came from, **on the port that `reply_port` names**, not on the one that it
  was sent from. A device that cannot know whether its port hears sends itself a `{probe}`: the bridge never uses
  that address.
- A datagram that is no such message is not answered, only counted. If its first four arguments can be read it is
  refused, with a sentence.

## A conversation

1. **Begin.** Choose a `device` name that is yours alone and a random `session`, open a port for replies, and count
   `request_id` up from 1. Every `hello`, `status` and request for clips takes the next id; `clip`, `need`, `got` and
   `cancel` carry the id of the request that they belong to.
2. **hello.** The answer is `welcome` and a `name` for each model, preset and kit, all of them parts of one reply. The
   bridge answers in the version that the device says here, in version 1 where it says no hello. A device that is newer
   than the bridge is refused as `unsupported`, with a sentence for the musician that says which half to update.
3. **Upload every clip once**, under its content's hash (below), in `clip` messages of up to {notes_a_part} notes; a
   clip without notes is one message too. When the last part arrives, or the clip is whole, `clip/state` names the parts
   that are missing: send those again. None missing means that the clip is known, to all requests of every device,
   until the bridge is started anew or has had hundreds of others.
4. **Ask**: `generate`, `vary`, `interpolate`, `blend`, `path`, `continue`, `humanise` or `drumify`, with clips by
   their hashes. There is no need to wait for `clip/state` first. Without a transport, in a script say, send what a
   stopped one is: `is_playing` 0, any position, the tempo at which the clips are heard, and the meter, which is that of
   new clips.
5. **accepted** comes at once where the request has to wait for the model. What the bridge has in memory comes without.
6. **The reply** is `result`, then `result/clip` messages: parts 0 to `parts` - 1, in any order, perhaps repeated.
   Only the messages whose tables have `part` and `parts` are parts of it; `accepted` and `clip/state` are not. When
   some are missing, ask for them with `need`. When all are there, send `got`: the bridge then forgets the reply, and
   a repeat of that id is not answered any more.
7. **Place it.** `start_song_beats` is the boundary of Live's launch quantization at which the clip can start, as seen
   from the transport that the request carried. Each note's `source` is the index of the note that it came from, counted
   through the request's clips in their order, each clip's notes in the order in which they were sent: copy from there
   what the bridge does not know, such as probability and mute.

The newest request of a device replaces the one of its that still waits, which is refused as `replaced`; so a knob may
send one request after the other. One that is being worked on is finished.

## What is lost

Only the device has timers; the bridge never sends anything unasked. What the Python client does:

| when | then |
|---|---|
| no answer for {first:g} s | send the request again, and the last part of each clip that is not known to be there, \
which asks for the others; wait {factor:g} times as long each time, up to {longest:g} s |
| `clip/state` names parts | upload them, and the last part again, at once |
| `refused` as `unknown_clip` | upload the clip's last part, and send the request again when `clip/state` says that \
the clip is known |
| `accepted` came | wait at least {patience_seconds:g} s before the next repeat |
| a reply has begun and no part came for {gap_seconds:g} s | `need`, with up to {most_missing} indices, again and \
again, at least every {longest_gap_seconds:g} s; the bridge sends the first 48 of them |
| the whole reply is there | `got` |
| {limit_seconds:g} s are over | give up, and tell the musician that the bridge does not answer |

A repeat carries the same `request_id`, with the age of its snapshot in `asked_seconds_ago`, and nothing is ever
generated twice: a request that waits is `accepted` again, and one that was answered gets its reply again, the first
48 parts of it. Another `boot_id` than before means that the bridge was started anew and knows no clips: upload them
again.

## What changes, and what does not

Devices lie in users' folders and in saved sets, and bridges are updated apart from them. So fields and messages are
added, and never changed or taken away: a new field stands at the end of its message, has a default, and says since
which version it is there. A bridge serves every older device, and sends it only what its version has. A device reads a
reply only as far as it knows the fields, and passes over messages that it does not know. What a newer device sends to
an older bridge, a field or a message that this does not know, is refused as `unsupported` and never carried out in
part.

## The clip's hash

The first 16 hexadecimal digits, in lower case, of the SHA-1 of these bytes, all numbers big-endian:

| bytes | what |
|---|---|
| 4 | `length_beats`, float32 |
| 4 + 4 | `numerator` and `denominator`, int32 |
| for each note, in the order in which the notes are sent: 4 + 4 + 4 + 4 | `pitch`, int32; `start_beats`, \
`length_beats` and `velocity`, float32 |

Numbers count as they are on the wire: a velocity that is sent as the `i` 100 is hashed as the float32 100. A clip of
{hash_length:g} beats in {hash_meter} with one note, pitch {note.pitch} at beat {note.start_beats:g}, \
{note.length_beats:g} beats long, velocity {note.velocity:g}, is these bytes

```
{hash_bytes}
```

and its hash is `{hash_digits}`.

## Refusals

`refused` is the whole reply to a request, with a code for the program and a sentence for the musician.

| code | what it means | what to do |
|---|---|---|
{refusals}
"""

LATER = "Later versions have these behind them, each since the version that its meaning names:"

SCRIPT_HEAD = f"""\
// Derived by `{COMMAND}`: change bridge/wire/protocol.py or derived.py, not this file.
//
// Every message between a device and the bridge: `asks` go to the bridge, `replies` come back. `after` names the head
// whose fields come first, which has a head of its own, up to null; `later` fields come last, and may be missing. A
// field's type is i, f or s, or the name of a group; from low to high is its range, for a text that of its length in
// bytes. optional: -1 or "" is none. default: what it is when nobody says. many: a count, from low to high, then so
// many members; those of type i are from 0.
// A refusal's word: show its sentence, upload the clip, wait and try again, ask again, it is late, leave it.
// limits: a clip has up to so many bars and notes and lasts shortest_beats, in words `shortest`, or longer. A note
// starts within so many beats of the clip's start, before or behind it, and lasts as long at most.
"""


# --- docs/protocol.md ---------------------------------------------------------------------------------------------


def page() -> str:
    """docs/protocol.md."""
    return "\n".join([_guide(), *_head_sections(), *_index(), *(_section(kind) for kind in MESSAGES)])


def _guide() -> str:
    note, length_beats, meter = Note(36, 0.0, 0.25, 100.0), 4.0, FOUR_FOUR
    content = struct.pack(">fii", length_beats, meter.numerator, meter.denominator)
    content += struct.pack(">ifff", note.pitch, note.start_beats, note.length_beats, note.velocity)
    backoff = Backoff()
    return GUIDE.format(
        command=COMMAND,
        version=VERSION,
        probe=PROBE,
        datagram_bytes=DATAGRAM_BYTES,
        **DEVICE,
        first=backoff.next_seconds,
        factor=backoff.factor,
        longest=backoff.longest_seconds,
        notes_a_part=NOTES_A_PART,
        most_missing=MOST_MISSING,
        hash_length=length_beats,
        hash_meter=meter,
        note=note,
        hash_bytes=content.hex(" ", 4),
        hash_digits=clip_hash(length_beats, meter, [note]),
        refusals="\n".join(
            f"| `{code}` | {_plain(kind.__doc__ or '')} | {ON_REFUSAL[code][1]} |" for code, kind in REFUSALS.items()
        ),
    )


SHARED: dict[type, str] = {
    Ask: "Every message to the bridge",
    SkillAsk: "Every request for clips",
    PartAsk: "Every request for drums or a melody",
    Reply: "Every message from the bridge",
    Part: "Every part of a reply",
}
"""What several messages begin with: each such class adds its fields to those of the class that it is made from."""


def _head_sections() -> Iterator[str]:
    yield "## What messages begin with\n"
    for kind, title in SHARED.items():
        goes_on = " goes on with" if _after(kind) else " begins with"
        yield f"### {title}\n\n{_plain(kind.__doc__ or '')} It{goes_on} these:\n\n{_table(_own(kind))}\n"


def _index() -> Iterator[str]:
    yield "## The messages\n"
    yield "Below each is an example: its address and type tags, then its arguments in their order, texts in quotes.\n"
    for way, base in (("To the bridge", Ask), ("To the device", Reply)):
        yield f"{way}:\n"
        for kind in MESSAGES:
            if issubclass(kind, base):
                yield f"- [{kind.ADDRESS}](#{_anchor(kind.ADDRESS)}): {_plain(meaning_of(kind))}"
        yield ""


def _section(kind: type[Message]) -> str:
    own = _own(kind)
    begins = [f"{'then those' if i else 'First the fields'} of {_link(base)}" for i, base in enumerate(_shared(kind))]
    text = ", ".join([*begins, "then" if own else "and that is all"])
    example = next(message for message in EXAMPLES if type(message) is kind)
    later = _later(kind)
    return (
        f"### {kind.ADDRESS}\n\n{_plain(meaning_of(kind))}\n\n{text}{':' if own else '.'}\n\n"
        + (f"{_table(own)}\n\n" if own else "")
        + (f"{LATER}\n\n{_table(later)}\n\n" if later else "")
        + f"```\n{_wire_form(example)}\n```\n"
    )


def _shared(kind: type) -> list[type]:
    return [base for base in reversed(kind.__mro__) if base in SHARED]


def _after(kind: type) -> type | None:
    """The head that comes before what the class adds."""
    return next((base for base in kind.__mro__[1:] if base in SHARED), None)


def _own(kind: type) -> tuple[Column, ...]:
    """The fields that the class adds to those of the head that it comes after."""
    message = next(message for message in MESSAGES if issubclass(message, kind))
    after = _after(kind)
    names = {field.name for field in fields(kind)} - {field.name for field in (fields(after) if after else ())}
    return tuple(column for column in columns(message, version=1) if column.name in names)


def _later(kind: type) -> tuple[Column, ...]:
    """The fields that came after version 1, whichever class brought them: they end the message."""
    return columns(kind)[len(columns(kind, version=1)) :]


def _table(row: Sequence[Column]) -> str:
    lines = ["| field | type | meaning | unit | range |", "|---|---|---|---|---|", *_rows(row, "")]
    return "\n".join(lines)


def _rows(row: Sequence[Column], prefix: str) -> Iterator[str]:
    for column in row:
        name, says = f"{prefix}{column.name}", column.says
        if column.many:
            yield f"| count of {name} | i | {says.meaning} |  | {_whole(says.low)} to {_whole(says.high)} |"
            name += "[]"
            if not column.group:
                yield f"| {name} | i | each of them |  | 0 to {INT_HIGH} |"
        elif column.group:
            yield f"| {name} |  | {says.meaning} |  |  |"
        else:
            since = f"; since version {says.since}" if says.since > 1 else ""
            yield f"| {name} | {TAGS[column.kind]} | {says.meaning}{since} | {says.unit} | {_range(column)} |"
        yield from _rows(column.group, f"{name}.")


def _range(column: Column) -> str:
    says = column.says
    if column.kind is str:
        return f"{'empty, or ' if column.optional else ''}up to {says.longest} bytes"
    if (says.low, says.high) == (INT_LOW, INT_HIGH):
        return "any 32 bits"
    return f"{'-1, or ' if column.optional else ''}{_whole(says.low)} to {_whole(says.high)}"


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value


def _wire_form(message: Message) -> str:
    """The message as it is sent: its address and type tags, then its arguments, a group's member on a line."""
    (sent,) = osc.decode(to_datagram(message))
    tags = "".join("s" if isinstance(a, str) else "f" if isinstance(a, float) else "i" for a in sent.arguments)
    arguments = iter(sent.arguments)
    lines = [[sent.address, f",{tags}"]]
    for base in [*_shared(type(message)), type(message)]:
        lines.append([])
        for column in (*_own(base), *(_later(base) if base is type(message) else ())):
            count = 1
            if column.many:
                lines.append([_argument(next(arguments))])
                count = int(lines[-1][0])
            for _ in range(count):
                if column.many and column.group:
                    lines.append([])
                lines[-1] += [_argument(next(arguments)) for _ in column.group or (column,)]
            if column.many:
                lines.append([])
    return "\n".join(" ".join(line) for line in lines if line)


def _argument(value: int | float | str) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    # As few digits as make the same float32.
    rounded = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    return repr(next(number for number in rounded if struct.pack(">f", number) == struct.pack(">f", value)))


def _link(kind: type) -> str:
    title = SHARED[kind]
    return f"[{title[0].lower()}{title[1:]}](#{_anchor(title)})"


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter in "-_")


def _plain(text: str) -> str:
    return " ".join(text.split())


# --- max_for_live/script/protocol.js ------------------------------------------------------------------------------


def script() -> str:
    """max_for_live/script/protocol.js: a module in ES5."""
    backoff = Backoff()
    delivery = {
        "first_seconds": backoff.next_seconds,
        "factor": backoff.factor,
        "longest_seconds": backoff.longest_seconds,
        **{name: number for name, number in DEVICE.items() if name.endswith("_seconds")},
    }
    groups = {c.kind.__name__: [_field(member) for member in c.group] for m in MESSAGES for c in columns(m) if c.group}
    parts = {
        "version": VERSION,
        "port": DEVICE["port"],
        "probe": json.dumps(PROBE),
        "datagram_bytes": DATAGRAM_BYTES,
        "notes_a_part": NOTES_A_PART,
        "most_missing": MOST_MISSING,
        "limits": _block({**LIMITS, "shortest": NOTE_VALUES[MIN_LENGTH_BEATS]}),
        "instruments": json.dumps(list(INSTRUMENTS)),
        "delivery": _block(delivery),
        "refusals": _block({code: ON_REFUSAL[code][0] for code in REFUSALS}),
        "groups": _braces(f"{json.dumps(name)}: {_fields(row)}" for name, row in groups.items()),
        "heads": _braces(f"{json.dumps(kind.__name__)}: {_row(kind)}" for kind in SHARED),
        "asks": _messages(Ask),
        "replies": _messages(Reply),
    }
    return SCRIPT_HEAD + "\n" + "\n".join(f"exports.{name} = {value};" for name, value in parts.items()) + "\n"


def _messages(base: type) -> str:
    return _braces(f"{json.dumps(kind.ADDRESS)}: {_row(kind)}" for kind in MESSAGES if issubclass(kind, base))


def _row(kind: type) -> str:
    """What a message, or a head, adds to the head that it comes after."""
    base = _after(kind)
    after = json.dumps(base.__name__ if base else None)
    defaults = {field.name: field.default for field in fields(kind)}
    own = [_field(column, defaults[column.name]) for column in _own(kind)]
    later = [_field(column, defaults[column.name]) for column in (_later(kind) if kind in MESSAGES else ())]
    behind = f', "later": {_fields(later)}' if later else ""
    return f'{{"after": {after}, "fields": {_fields(own)}{behind}}}'


def _field(column: Column, default: object = MISSING) -> dict[str, object]:
    """A field of the script's table: what is not said is none, or not so."""
    is_text = column.kind is str
    found: dict[str, object] = {
        "name": column.name,
        "type": column.kind.__name__ if column.group else TAGS[column.kind],
    }
    if column.many or not column.group:
        found |= {
            "low": 0 if is_text else _whole(column.says.low),
            "high": column.says.longest if is_text else _whole(column.says.high),
        }
    if column.says.unit:
        found["unit"] = column.says.unit
    if column.optional:
        found["optional"] = True
    elif default is not MISSING:
        found["default"] = int(default) if isinstance(default, bool) else default
    if column.many:
        found["many"] = True
    return found


def _fields(row: Sequence[dict[str, object]]) -> str:
    lines = ",\n".join(f"        {json.dumps(field)}" for field in row)
    return f"[\n{lines}\n    ]" if row else "[]"


def _block(content: Mapping[str, str | float]) -> str:
    return _braces(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in content.items())


def _braces(lines: Iterable[str]) -> str:
    return "{\n    " + ",\n    ".join(lines) + "\n}"


# --- the files ----------------------------------------------------------------------------------------------------

FILES: dict[str, Callable[[], str]] = {
    "docs/protocol.md": page,
    "max_for_live/script/protocol.js": script,
    "max_for_live/script/protocol.d.ts": lambda: typed.types(script()),
}
"""Path from the repository's root -> what must stand there."""


def stale(root: Path = ROOT) -> list[str]:
    """The files that are missing, or not what the table makes of them."""
    return [
        path
        for path, derive in FILES.items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != derive()
    ]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    given = parser().parse_args(arguments)
    for path in stale(root):
        if given.check:
            print(f"{path} is stale: run {COMMAND}.", file=sys.stderr)
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(FILES[path](), encoding="utf-8", newline="\n")
            print(f"{path} is written.")
    return 1 if given.check and stale(root) else 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=COMMAND, description="Writes what is derived from the table of messages.")
    made.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a file is stale")
    return made


if __name__ == "__main__":
    sys.exit(main())
