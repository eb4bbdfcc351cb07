"""How a log was read, as values: what matched what, what nearly did, what was left over, and where times stood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from backfill_tui.sources.dialects.model import Dialect, Pattern


@dataclass(frozen=True, slots=True)
class Example:
    """A line of the log: its number, from 1, and its text, shortened and safe to show; and what was found in it."""

    line: int
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matched:
    """A pattern with the lines that were taken for it: how many, the first few, and the number of the last."""

    pattern: Pattern
    lines: int
    examples: tuple[Example, ...]
    last_line: int


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A user's pattern that no line was taken for. `lines` have its literal text; `why` they are none of its."""

    pattern: Pattern
    lines: int
    example: Example | None
    why: str


@dataclass(frozen=True, slots=True)
class Shape:
    """Lines that no pattern matched and that have one shape. `pattern` is that, ready for dialects.yaml."""

    pattern: str
    is_object: bool  # it stands behind `json:`
    lines: int
    example: Example


@dataclass(frozen=True, slots=True)
class Stamped:
    """A line's time and level, as they stand in it and as they were read. `where`: a key of a JSON object."""

    text: str
    at: datetime | None  # aware
    level: str | None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Heads:
    """What stands before messages, of the lines that were looked at."""

    with_time: int
    levels: Mapping[str, int]
    objects: int  # lines that are JSON objects
    example: Stamped | None  # the first with a time, else the first with a level


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a log was read. Of a big one, not every line was looked at: `looked_at` of `lines`."""

    dialects: tuple[Dialect, ...]
    matched: tuple[Matched, ...]
    near: tuple[NearMiss, ...]
    heads: Heads
    lines: int
    looked_at: int
    unrecognized: int  # of those that were looked at
    blank: int
    shapes: tuple[Shape, ...]  # the most frequent first
    other_lines: int  # unrecognised, of shapes that are not listed
