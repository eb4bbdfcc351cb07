"""What others would say at the same moments, fed with the same completions: real estimators, and plain rates."""

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from rich.console import Console
from rich.progress import Progress
from tqdm import tqdm


class Rival(Protocol):
    """Told of each completion as it comes; asked for the seconds that remain. Seconds are of any one clock."""

    def complete(self, day: date | None, at_s: float) -> None: ...

    def remaining_s(self, at_s: float) -> float | None: ...


class Rich:
    """`rich.progress`, its speed estimated over its default of 30 seconds, or over a period that is given."""

    def __init__(self, total: int, begins_s: float, period_s: float = 30.0) -> None:
        self._now = begins_s
        self._progress = Progress(
            console=Console(file=io.StringIO()),
            auto_refresh=False,
            get_time=lambda: self._now,
            speed_estimate_period=period_s,
        )
        self._task = self._progress.add_task("", total=total)

    def complete(self, day: date | None, at_s: float) -> None:  # noqa: ARG002 - it knows of no dates
        self._now = at_s
        self._progress.update(self._task, advance=1)

    def remaining_s(self, at_s: float) -> float | None:
        self._now = at_s
        left = self._progress.tasks[0].time_remaining
        return None if left is None else float(left)


class Tqdm:
    """`tqdm`, with its own smoothing or another; `smoothing=0` is the mean since the beginning."""

    def __init__(self, total: int, begins_s: float, smoothing: float | None = None) -> None:
        tqdm.monitor_interval = 0
        self._now = begins_s
        chosen: dict[str, Any] = {} if smoothing is None else {"smoothing": smoothing}
        self._bar = tqdm(total=total, file=io.StringIO(), **chosen)
        vars(self._bar)["_time"] = lambda: self._now  # its clock has no other door
        self._bar.start_t = self._bar.last_print_t = begins_s

    def complete(self, day: date | None, at_s: float) -> None:  # noqa: ARG002 - it knows of no dates
        self._now = at_s
        self._bar.update(1)

    def remaining_s(self, at_s: float) -> float | None:
        self._now = at_s
        told = self._bar.format_dict
        rate = told["rate"] or ((told["n"] - told["initial"]) / told["elapsed"] if told["elapsed"] else None)
        return (told["total"] - told["n"]) / rate if rate else None


class Rate:
    """The mean time of a date since the run began, times the dates left: those with work, if known."""

    def __init__(self, days: Mapping[date, bool], begins_s: float) -> None:
        self._heavy = {day: heavy for day, heavy in days.items() if heavy}
        self._begins_s = begins_s
        self._done = 0

    def complete(self, day: date | None, at_s: float) -> None:  # noqa: ARG002 - only the count matters
        self._done += day in self._heavy

    def remaining_s(self, at_s: float) -> float | None:
        if not self._done:
            return None
        return (at_s - self._begins_s) / self._done * (len(self._heavy) - self._done)


Entry = Callable[[Mapping[date, bool], float], Rival]


def rivals() -> dict[str, Entry]:
    """By name how to enter each: its dates, whether each has work (as far as is known), its start."""
    return {
        "tqdm": lambda days, at_s: Tqdm(len(days), at_s),
        "tqdm, smoothing=0": lambda days, at_s: Tqdm(len(days), at_s, 0.0),
        "rich": lambda days, at_s: Rich(len(days), at_s),
        "rich, 1 h": lambda days, at_s: Rich(len(days), at_s, 3600.0),
        "rate": lambda days, at_s: Rate(dict.fromkeys(days, True), at_s),
        "rate of work dates": Rate,
    }
