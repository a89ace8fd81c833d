"""A message <-> the request in it and the moment at which it was asked.

A request knows neither device nor transport: these are the envelope. `opened` and `sealed` are inverse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from bridge.music.clip import Clip
from bridge.music.kit import Kit
from bridge.music.meter import Meter
from bridge.requests import AnyRequest, Given, Request, clip_fields
from bridge.transport import Transport
from bridge.wire.protocol import MESSAGES, ClipRef, SkillAsk

__all__ = ["Envelope", "opened", "sealed"]

_REQUESTS: dict[type[SkillAsk], type[Request[Any]]] = {
    kind: next(base for base in kind.__mro__ if issubclass(base, Request) and not issubclass(base, SkillAsk))
    for kind in MESSAGES
    if issubclass(kind, SkillAsk)
}
_MESSAGES = {request: message for message, request in _REQUESTS.items()}
_NAMES = {request: tuple(field.name for field in fields(request)) for request in _MESSAGES}


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request, and the transport as it was `asked_seconds_ago`. `deadline_seconds` counts from that moment."""

    request: AnyRequest
    transport: Transport
    asked_seconds_ago: float = 0.0
    deadline_seconds: float | None = None


def opened(ask: SkillAsk, clips: Sequence[Clip]) -> Envelope:
    """The envelope of a message whose clips, in the order of `ask.clips`, are these.

    Raises BadValue for a transport that cannot be: before anything is played.
    """
    kind = _REQUESTS[type(ask)]
    values = {name: getattr(ask, name) for name in _NAMES[kind]}
    given = iter([Given(clip, ref.kit) for clip, ref in zip(clips, ask.clips, strict=True)])
    for name, many in clip_fields(kind):
        values[name] = tuple(next(given) for _ in values[name]) if many else next(given)
    meter = Meter(ask.numerator, ask.denominator)
    transport = Transport(ask.is_playing, ask.song_beats, ask.tempo_bpm, meter, ask.launch_quantum_beats)
    request: Any = kind.of_checked(values)
    return Envelope(request, transport, ask.asked_seconds_ago, ask.deadline_seconds)


def sealed(envelope: Envelope, head: Mapping[str, Any], name_of: Callable[[Clip], str]) -> SkillAsk:
    """The message. `head`: the fields of `Ask`; `name_of`: a clip's hash. Tempo and meter are the transport's.

    A kit travels by its name: the bridge must have one of that name.
    """
    request, transport = envelope.request, envelope.transport
    values = {name: getattr(request, name) for name in _NAMES[type(request)]}
    for name, many in clip_fields(type(request)):
        clips = values[name] if many else (values[name],)
        refs = tuple(ClipRef(name_of(given.clip), _name(given.kit)) for given in clips)
        values[name] = refs if many else refs[0]
    return _MESSAGES[type(request)](
        **head,
        **{
            **values,
            "is_playing": transport.is_playing,
            "song_beats": transport.song_beats,
            "tempo_bpm": transport.tempo_bpm,
            "numerator": transport.meter.numerator,
            "denominator": transport.meter.denominator,
            "launch_quantum_beats": transport.launch_quantum_beats,
            "asked_seconds_ago": envelope.asked_seconds_ago,
            "deadline_seconds": envelope.deadline_seconds,
        },
    )


def _name(kit: Kit | str | None) -> str | None:
    return kit.name if isinstance(kit, Kit) else kit
