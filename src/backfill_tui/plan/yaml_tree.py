"""What a YAML file said, as a tree in which every key and value knows its line. Pure: no parser, no files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


class WholeNumber(int):
    """A whole number that still knows how it was typed."""

    text: str

    def __new__(cls, text: str) -> Self:
        """The number that the text spells."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class DecimalNumber(float):
    """A decimal that still knows how it was typed (`1.10` as a version or an argument is not `1.1`)."""

    text: str

    def __new__(cls, text: str) -> Self:
        """The number that the text spells."""
        number = super().__new__(cls, text)
        number.text = text
        return number


Scalar = str | WholeNumber | DecimalNumber | bool | None
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping and its value."""

    at: Position  # of the key
    node: "Node"


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place. A mapping holds entries, a list holds nodes."""

    value: "Scalar | tuple[Node, ...] | Mapping[str, Entry]"
    at: Position
    weight: int = 1  # how many values it stands for, aliases followed

    def plain(self) -> Any:
        """The value in plain Python, copied: nothing is shared with what an alias points to."""
        if isinstance(self.value, Mapping):
            return {key: entry.node.plain() for key, entry in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value

    def locate(self, path: KeyPath) -> tuple[KeyPath, Position]:
        """The part of a path that was really written, and where: of a key its own place, not its value's."""
        node, at = self, self.at
        for depth, step in enumerate(path):
            if isinstance(node.value, Mapping) and step in node.value:
                entry = node.value[str(step)]
                node, at = entry.node, entry.at
            elif isinstance(node.value, tuple) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                at = node.at
            else:
                return path[:depth], at
        return path, at


def written(value: object) -> str | None:
    """A scalar as the text that the user typed, or `None` if it is none."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case WholeNumber() | DecimalNumber():
            return value.text
        case int() | float():
            return str(value)
    return None


def dotted(path: KeyPath) -> str:
    """A path as it is written in sentences: `phases.fix.inputs[0].suite`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")
