"""The few kinds of refusal. Each has a code for programs and carries one sentence for the musician.

A refusal may be raised anywhere; it is answered in one place (`bridge.service` over the wire,
`bridge.__main__` on the command line). The sentence says what was wrong, which value it had,
which range or names are allowed, and what to do.
"""

from __future__ import annotations

__all__ = [
    "REFUSALS",
    "BadDatagram",
    "BadFile",
    "BadValue",
    "Busy",
    "Cancelled",
    "Fault",
    "Late",
    "ModelFailed",
    "NoAnswer",
    "Refusal",
    "Replaced",
    "Stale",
    "UnknownClip",
    "UnknownName",
    "Unsupported",
]


class Refusal(Exception):
    """A request that is not carried out. `str(refusal)` is the sentence for the musician."""

    code: str = "refused"


class BadDatagram(Refusal):
    """The bytes are not an OSC message that the bridge reads."""

    code = "bad_datagram"


class BadValue(Refusal):
    """A value outside its range, or of the wrong kind."""

    code = "bad_value"


class BadFile(Refusal):
    """A file that cannot be used: the sentence names the file."""

    code = "bad_file"


class UnknownName(Refusal):
    """A model, preset or kit that the bridge does not have: the sentence lists those it has."""

    code = "unknown_name"


class UnknownClip(Refusal):
    """A request names a clip by a hash that was never uploaded, or was forgotten: upload it again."""

    code = "unknown_clip"
    clip_hash: str = ""

    @classmethod
    def of(cls, clip_hash: str) -> UnknownClip:
        """The refusal of the clip that has this hash."""
        refusal = cls(f"The bridge does not know the clip {clip_hash}: upload it, then ask again.")
        refusal.clip_hash = clip_hash
        return refusal


class Unsupported(Refusal):
    """Music that the model cannot take: a meter whose bar does not fit, two meters in one blend."""

    code = "unsupported"


class Busy(Refusal):
    """Too much is waiting. Nothing was changed; ask again in a moment."""

    code = "busy"


class Late(Refusal):
    """The deadline that the request set has passed: what plays goes on playing."""

    code = "late"


class Replaced(Refusal):
    """A newer request of the same device took the place of this one while it waited."""

    code = "replaced"


class Cancelled(Refusal):
    """The device took the request back."""

    code = "cancelled"


class Stale(Refusal):
    """A repeated request whose reply is no longer kept: it is never generated a second time."""

    code = "stale"


class ModelFailed(Refusal):
    """The model gave no usable answer: it ran past its deadline, or its numbers are not finite."""

    code = "model_failed"


class NoAnswer(Refusal):
    """The bridge did not answer: it is not running, or not there."""

    code = "no_answer"


class Fault(Refusal):
    """A mistake in the bridge itself. The log says where; nothing of the user's was changed."""

    code = "fault"


REFUSALS: dict[str, type[Refusal]] = {
    kind.code: kind
    for kind in (
        BadDatagram, BadValue, BadFile, UnknownName, UnknownClip, Unsupported, Busy, Late, Replaced, Cancelled, Stale,
        ModelFailed, NoAnswer, Fault,
    )
}
"""Every code on the wire, and the kind of refusal it stands for."""
