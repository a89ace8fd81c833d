"""20,000 spoiled datagrams among good requests: nothing is raised, no mistake comes to light, the good are answered."""

from __future__ import annotations

import math
import random
import struct
from collections import Counter
from dataclasses import replace

from bridge.models.store import Store
from bridge.music.clip import Clip
from bridge.presets import Presets
from bridge.wire import osc
from bridge.wire.delivery import on_the_wire
from bridge.wire.examples import EXAMPLES
from bridge.wire.fields import to_datagram
from bridge.wire.protocol import Blend, Continue, Drumify, Humanise, Refused, ResultHead, Vary
from tests.stage import Stage, clips_in
from tests.wire.test_osc import bundle, mutated

DATAGRAMS = 20_000
BATCH = 200

HOSTILE = (math.nan, math.inf, -math.inf, -1, -1.0, 0, 0.5, 1.5, 2, 200, -(2**31), 2**31 - 1, "", "x" * 70, "é" * 40)


def spoiled(rng: random.Random, message: osc.Message) -> osc.Message:
    """Sound OSC, with one to three arguments that mean nothing, are missing, or are too many."""
    arguments = list(message.arguments)
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = rng.randrange(len(arguments))
        kind = rng.randrange(8)
        if kind == 0:
            del arguments[at:]
            arguments = arguments or [0]
        elif kind == 1:
            arguments[at:at] = rng.choices(HOSTILE, k=rng.randrange(1, 4))
        else:
            arguments[at] = rng.choice(HOSTILE)
    return osc.Message(message.address, tuple(arguments))


def encoded(message: osc.Message) -> bytes:
    """With NaN and infinity as well, which our own encoder refuses: each is written over a number of its own."""
    arguments, marks = list(message.arguments), {}
    for i, argument in enumerate(arguments):
        if isinstance(argument, float) and not math.isfinite(argument):
            arguments[i] = mark = 1e20 + 1e14 * i
            marks[mark] = argument
    datagram = osc.encode(message.address, arguments)
    for mark, argument in marks.items():
        datagram = datagram.replace(struct.pack(">f", mark), struct.pack(">f", argument))
    return datagram


def test_hostile_datagrams_among_good_ones_do_no_harm(store: Store, presets: Presets, examples: list[Clip]) -> None:
    rng = random.Random(20_000)
    stage = Stage(store, presets)
    clips = [on_the_wire(clip) for clip in examples]
    refs = stage.upload(*clips)
    valid = [
        replace(example, corners=refs) if isinstance(example, Blend) else
        replace(example, clip=refs[0], chords=refs[1:2]) if isinstance(example, Continue) else
        replace(example, clip=refs[0]) if isinstance(example, Vary | Humanise | Drumify) else example
        for example in EXAMPLES
    ]  # fmt: skip
    datagrams = [to_datagram(example) for example in valid]
    messages = [osc.decode(datagram)[0] for datagram in datagrams]
    pool = [*datagrams, bundle(*datagrams[:9]), bundle(*datagrams[9:])]

    refusals: Counter[str] = Counter()
    hosts = ("127.0.0.1", "10.0.0.9")
    expected: tuple[Clip, ...] | None = None
    results = 0
    for _ in range(DATAGRAMS // BATCH):
        said = []
        for _ in range(BATCH):
            hostile = mutated(rng, pool) if rng.random() < 0.5 else encoded(spoiled(rng, rng.choice(messages)))
            said += stage.hear(hostile, rng.choice(hosts))
        good = Blend(**stage.head("good", session=99), corners=refs, x=0.3, y=0.6, seed=5)
        for message in stage.tell(good):
            assert not isinstance(message, Refused), message
        answer = None
        while len(stage.service.planner):
            performed = stage.perform()
            said += performed
            if isinstance(performed[0], ResultHead) and performed[0].session == 99:
                answer = clips_in(performed)
        assert answer is not None
        expected = expected or answer
        assert answer == expected
        refusals.update(message.code for message in said if isinstance(message, Refused))
        results += sum(isinstance(message, ResultHead) for message in said)
        stage.sent.clear()
        stage.paced.clear()
    # Hostile enough to be refused in every way, and sound enough to be carried out now and then.
    assert {"bad_datagram", "bad_value", "unknown_clip", "replaced", "stale"} <= set(refusals)
    assert "fault" not in refusals
    assert results > 2 * DATAGRAMS // BATCH
