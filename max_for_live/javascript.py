"""Script, as far as it must be understood here: which of its letters are code."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["code_only", "comments"]

# What ends a value: a slash after it divides. After anything else it begins a regular expression.
_ENDS_A_VALUE = re.compile(r"[\w$)\]}]")
_WORDS_BEFORE_A_VALUE = ("return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do")
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<text>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)
      | (?P<word>[\w$]+)
      | (?P<slash>/)
      | (?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_EXPRESSION = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")


def code_only(script: str) -> str:
    """The script with spaces for all that is a comment, or within quotes or slashes: lines and columns stay."""
    return "".join(text if kind == "code" else re.sub(r"[^\n]", " ", text) for kind, text in _parts(script))


def comments(script: str) -> list[str]:
    """Every comment, with its marks."""
    return [text for kind, text in _parts(script) if kind == "comment"]


def _parts(script: str) -> Iterator[tuple[str, str]]:
    """The script in pieces, each `code`, `comment` or `text`."""
    at, before = 0, ""
    while at < len(script):
        token = _TOKEN.match(script, at)
        assert token is not None, "any letter matches"
        kind, text = token.lastgroup, token[0]
        if kind == "slash" and not (_ENDS_A_VALUE.match(before[-1:]) and before not in _WORDS_BEFORE_A_VALUE):
            expression = _EXPRESSION.match(script, at)
            if expression:
                kind, text = "text", expression[0]
        at += len(text)
        if kind == "comment":
            yield "comment", text
            continue
        if not text.isspace():
            before = '"' if kind == "text" else text
        if kind == "text" and len(text) > 1:
            yield "code", text[0]
            yield "text", text[1:-1]
            yield "code", text[-1]
        else:
            yield "code", text
