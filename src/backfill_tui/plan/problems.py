"""What is wrong with a plan: one `Problem` a mistake, and the error that carries all of them at once.

Sentences are made where a mistake is found; this room only places, sorts and prints them.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from backfill_tui.errors import PlanError

ProblemSeverity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands, what it is, and the valid name nearest to what was written.

    `line` and `column` count from 1 and are `None` where the whole file is meant. `key` is the dotted path of
    the key (`phases.fix.dates.end`), empty for the file itself.
    """

    file: str
    line: int | None
    column: int | None
    key: str
    message: str
    nearest: str | None = None
    severity: ProblemSeverity = "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f"{self.key}: " if self.key else ""
        warning = "warning: " if self.severity == "warning" else ""
        advice = f"; did you mean '{self.nearest}'?" if self.nearest else ""
        return f"{place}: {key}{warning}{self.message}{advice}"


class PlanRefusedError(PlanError):
    """A plan file with mistakes. `found` has every one, in the order of the files; `problems` the same as text."""

    def __init__(self, found: Iterable[Problem]) -> None:
        self.found = tuple(found)
        lines = tuple(str(problem) for problem in self.found)
        super().__init__("\n".join(lines), problems=lines)

    def __reduce__(self) -> tuple[type["PlanRefusedError"], tuple[tuple[Problem, ...]]]:
        return (PlanRefusedError, (self.found,))


def in_order(problems: Iterable[Problem], first: str) -> list[Problem]:
    """The problems, each told once: of the file `first` from its top to its end, then of each other file."""
    problems = list(dict.fromkeys(problems))
    files = [first, *dict.fromkeys(problem.file for problem in problems)]
    return sorted(problems, key=lambda p: (files.index(p.file), p.line or 0, p.column or 0))


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that was probably meant, or `None` where nothing is near. Case and `-` for `_` don't count."""
    plain = {_plain(known): known for known in valid}
    found = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=0.55)
    return plain[found[0]] if found else None


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def listed(names: Iterable[str]) -> str:
    """Names as a list to read: `a, b, c`; `none` where there are none."""
    return ", ".join(names) or "none"
