"""The card in a model's file: read, and changed while graph and weights stay as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx

from bridge.errors import BadFile
from bridge.models.card import Card
from bridge.models.onnx_file import CARD_KEY, card_text

__all__ = ["MAX_FILE_BYTES", "card_in", "change_card", "with_card"]

MAX_FILE_BYTES = 5_000_000


def card_in(path: Path) -> Card:
    """Raises BadFile."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror}).") from None
    return Card.from_json(card_text(data, path.name), path.name)


def change_card(path: Path, **values: Any) -> None:
    """Puts what was measured, fields of a card by their names, into that of a file. Raises as `with_card`."""
    card = replace(card_in(path), **values)
    path.write_bytes(with_card(onnx.load(path), card, path.name))


def with_card(model: onnx.ModelProto, card: Card, file_name: str) -> bytes:
    """The file's content, which the bridge takes. Raises BadFile, and ValueError if it is too large."""
    onnx.helper.set_model_props(model, {CARD_KEY.decode(): card.to_json()})
    data: bytes = model.SerializeToString()
    Card.from_json(card_text(data, file_name), file_name)
    if len(data) >= MAX_FILE_BYTES:
        raise ValueError(f"{file_name} would have {len(data):,} bytes; shipped models stay below {MAX_FILE_BYTES:,}.")
    return data
