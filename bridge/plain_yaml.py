"""YAML as a text of texts: presets, kits and the devices' sources are read by it, each checking what it means."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from bridge.errors import BadFile

__all__ = ["MAX_FILE_BYTES", "read_yaml"]

# A list of 1 MB costs PyYAML 11 s.
MAX_FILE_BYTES = 64 * 1024


def read_yaml(file: Path, shown: str, most_characters: float = math.inf) -> object:
    """What the file holds: dictionaries, lists and texts of up to `most_characters`. Raises BadFile, which calls the
    file `shown`."""
    loader = type("_LimitedLoader", (_Loader,), {"most_characters": most_characters})
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise BadFile(f"{shown} cannot be read ({error.strerror or error}).") from error
    if len(data) > MAX_FILE_BYTES:
        raise BadFile(f"{shown} is larger than {MAX_FILE_BYTES // 1024} KB, the most that is read of a YAML file.")
    try:
        return yaml.load(data.decode("utf-8"), loader)
    except UnicodeDecodeError:
        raise BadFile(f"{shown} is not UTF-8 text: save it again as UTF-8.") from None
    except RecursionError:
        raise BadFile(f"{shown} is nested too deeply: write it like the presets that came with the bridge.") from None
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadFile(f"{shown} is not YAML that is read here{line}: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise BadFile(f"{shown} is not YAML that is read here: {getattr(error, 'reason', error)}.") from error


class _Loader(yaml.BaseLoader):
    """YAML in which every value and every key stays the text that was written, whatever its tag.

    So nothing falls into what YAML 1.1 makes of `no` (False), 036 (30), 1:30 (90), .nan or a date: whoever reads the
    value says what it must be. A key that stands twice is refused.
    """

    most_characters: float = math.inf

    def construct_scalar(self, node: yaml.ScalarNode) -> Any:
        if len(node.value) > self.most_characters:
            raise yaml.MarkedYAMLError(
                problem=f"{len(node.value):,} characters stand there, and up to {self.most_characters} are allowed",
                problem_mark=node.start_mark,
            )
        return super().construct_scalar(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=key.start_mark)
            if key.value in keys:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {reprlib.repr(key.value)} stands there for the second time",
                    problem_mark=key.start_mark,
                )
            keys.add(key.value)
        return super().construct_mapping(node, deep)
