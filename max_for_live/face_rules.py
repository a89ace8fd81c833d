"""What the face must be: inside its height, without overlap, in Live's font and colours, with words that fit."""

from __future__ import annotations

from collections.abc import Iterator

from max_for_live.face import Box, Face
from max_for_live.form import shown
from max_for_live.lettering import FONT, text_width
from max_for_live.objects import COLORS

__all__ = ["colors", "layout", "words"]

TEXT_MARGINS = {"live.text": 6, "live.comment": 4, "live.menu": 18}
TAB_MARGIN = 4
THEME_COLORS = [f"themecolor.{name}" for name in COLORS]


def layout(face: Face) -> Iterator[str]:
    _, _, width, height = face.patcher["openrect"]
    for box in face.boxes:
        is_shown = "presentation_rect" in box.keys
        if is_shown != (box.keys.get("presentation") == 1):
            yield f"{box.shown} has only one of presentation and presentation_rect."
        if not is_shown and (box.name == "jsui" or (box.kind.is_parameter and box.name != "pattr")):
            yield f"{box.shown} is not on the face."
        for key in ("patching_rect", "presentation_rect"):
            if any(number != int(number) for number in box.keys.get(key, [])):
                yield f"{box.shown} has the {key} {box.keys[key]}: whole pixels are sharp."
        if is_shown and box.name == "jsui" and box.rect[2:] != box.keys["patching_rect"][2:]:
            yield f"{box.shown} has another size in the patch than on the face: Max would report the mouse wrongly."
    for box in face.presented:
        x, y, box_width, box_height = box.rect
        if x < 0 or y < 0 or box_width < 1 or box_height < 1 or x + box_width > width or y + box_height > height:
            yield f"{box.shown} at {box.rect} is not inside the face, {width:g} × {height:g}."
    if face.presented:
        left = min(box.rect[0] for box in face.presented)
        right = width - max(box.rect[0] + box.rect[2] for box in face.presented)
        if left != right:
            yield f"The left margin is {left:g} and the right one {right:g}: they must be equal."
    else:
        yield "Nothing is on the face."
    yield from _overlaps(face.presented, "presentation_rect")
    yield from _overlaps(face.boxes, "patching_rect")


def _overlaps(boxes: list[Box], key: str) -> Iterator[str]:
    for index, box in enumerate(boxes):
        x, y, width, height = box.keys[key]
        for other in boxes[:index]:
            other_x, other_y, other_width, other_height = other.keys[key]
            is_beside = x >= other_x + other_width or other_x >= x + width
            if not is_beside and y < other_y + other_height and other_y < y + height:
                yield f"{other.shown} and {box.shown} overlap ({key})."


def colors(face: Face) -> Iterator[str]:
    for box in face.boxes:
        saved = box.keys.get("saved_attribute_attributes", {})
        for key in box.keys:
            if key.endswith("color") and key not in saved:
                yield f"{box.shown} has a {key} that follows no theme: name one of Live's colours."
        for key, value in saved.items():
            if key == "valueof":
                continue
            expression = value.get("expression")
            if key not in box.keys or set(value) != {"expression"} or expression not in THEME_COLORS:
                yield f"{box.shown} has {key} {shown(value)}, which is none of Live's theme colours."


def words(face: Face) -> Iterator[str]:
    for box in face.presented:
        if box.name == "jsui":
            if not box.keys.get("annotation", "").strip() or not box.keys.get("annotation_name", "").strip():
                yield f"{box.shown} has no annotation for Live's info view."
            continue
        size = box.keys.get("fontsize", 0)
        if box.keys.get("fontname") != FONT or size <= 0:
            yield f"{box.shown} is not set in {FONT}."
            continue
        for text, room in _rooms(box):
            if text_width(text, size) > room:
                yield f"{text!r} of {box.shown} is about {text_width(text, size)} pixels wide, and {room:g} are there."


def _rooms(box: Box) -> Iterator[tuple[str, float]]:
    """Every text that the box shows, and the pixels for it."""
    width = box.rect[2]
    values = box.valueof.get("parameter_enum", [])
    if box.name == "live.tab":
        room = width / max(1, len(values)) - TAB_MARGIN
        yield from ((value, room) for value in values)
    room = width - TEXT_MARGINS.get(box.name, 0)
    if box.name in ("live.dial", "live.slider"):
        yield box.valueof.get("parameter_shortname", ""), room
    elif box.name in ("live.text", "live.comment"):
        yield from ((box.keys[key], room) for key in ("text", "texton") if key in box.keys)
    elif box.name == "live.menu":
        yield from ((value, room) for value in values)
