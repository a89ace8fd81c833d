"""A device as the rules look at it: its boxes, each with its class from the table of objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from max_for_live import amxd
from max_for_live.objects import OBJECTS, ObjectClass, parse

__all__ = ["Box", "Face"]


@dataclass(frozen=True, slots=True)
class Box:
    """A box and its class; `shown` is how sentences call it."""

    keys: dict[str, Any]
    name: str
    kind: ObjectClass
    arguments: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]

    @property
    def shown(self) -> str:
        title = self.keys.get("varname") or self.keys.get("text") or self.keys["id"]
        return f"{title} ({self.name})"

    @property
    def valueof(self) -> dict[str, Any]:
        found: dict[str, Any] = self.keys.get("saved_attribute_attributes", {}).get("valueof", {})
        return found

    @property
    def rect(self) -> list[float]:
        found: list[float] = self.keys["presentation_rect"]
        return found

    @property
    def is_button(self) -> bool:
        return self.name == "live.text" and self.keys.get("mode") == 0


class Face:
    """The device, its boxes looked up in the table of objects."""

    def __init__(self, device: amxd.Device) -> None:
        self.device = device
        self.patcher = device.patcher
        self.boxes: list[Box] = []
        for one in self.patcher["boxes"]:
            keys = one["box"]
            parsed = parse(keys.get("text", "") if keys["maxclass"] == "newobj" else "")
            name = parsed.name if keys["maxclass"] == "newobj" else keys["maxclass"]
            kind = OBJECTS.get(name)
            if kind is not None and kind.is_face == (keys["maxclass"] != "newobj"):
                self.boxes.append(Box(keys, name, kind, parsed.arguments, parsed.attributes))

    @property
    def parameters(self) -> list[Box]:
        return [box for box in self.boxes if box.kind.is_parameter]

    @property
    def presented(self) -> list[Box]:
        return [box for box in self.boxes if "presentation_rect" in box.keys]
