"""What the rules of alerts find and what they leave alone: ordinary nights, stalls at random moments, the samples.

All of it is replayed as it would have been seen, look by look; nothing waits, so the numbers are the same anywhere.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from backfill_tui.control.model import Severity
from backfill_tui.demo.chance import draws
from backfill_tui.plan.resolved import AlertThresholds
from benchmarks import options
from benchmarks.alert_replay import Watcher
from benchmarks.alert_shifts import ORDINARY, STRAGGLING, Shift, samples, simulated
from benchmarks.machine import revision, this_machine
from benchmarks.report import RESULTS

NIGHTS, STALLS = 20, 50
FALSE_AT_MOST = 1
_FIRST = 20_280_000
"""Seeds of what is judged. The rules were mended on those below."""

_WITHIN = timedelta(hours=6)
_STRICT = AlertThresholds(stall_after_s=300.0)
"""A plan that asks for a word every five minutes: then only what dates usually take keeps a rule quiet."""


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What was shown of runs in which nothing is wrong: how many of each alert, and of them the critical ones."""

    name: str
    runs: int
    hours: float
    critical: dict[str, int]
    warnings: dict[str, int]

    @property
    def false_criticals(self) -> int:
        """How many critical alerts there were."""
        return sum(self.critical.values())


@dataclass(frozen=True, slots=True)
class Stalls:
    """Runs that hung at random moments: how soon that was told after the last word of their logs, in seconds."""

    name: str
    stalls: int
    critical: int
    delays_s: tuple[float, ...]

    @property
    def found(self) -> int:
        """How many were told of."""
        return len(self.delays_s)


@dataclass(slots=True)
class AlertReport:
    """All that was found, as tables and as JSON."""

    quick: bool
    ordinary: list[Ordinary] = field(default_factory=list)
    stalls: list[Stalls] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Ordinary runs, then stalls, then what could not be measured."""
        parts = ["Alerts: what is found, and what is left alone", self._ordinary(), self._stalls(), *self.notes]
        return "\n\n".join(parts)

    def _ordinary(self) -> str:
        lines = [f"  {'ordinary runs':<34}{'runs':>6}{'hours':>8}{'false critical':>16}  warnings"]
        for row in self.ordinary:
            told = ", ".join(f"{kind} {count}" for kind, count in sorted(row.warnings.items())) or "none"
            critical = f"{row.false_criticals} {_kinds(row.critical)}".strip()
            lines.append(f"  {row.name:<34}{row.runs:>6}{row.hours:>8.0f}{critical:>16}  {told}")
        return "\n".join(lines)

    def _stalls(self) -> str:
        lines = [
            f"  {'runs that hang':<34}{'stalls':>7}{'found':>7}{'critical':>10}{'median delay':>14}{'longest':>10}"
        ]
        for row in self.stalls:
            middle, most = (f"{value / 60:.0f} min" for value in (median(row.delays_s), max(row.delays_s)))
            lines.append(f"  {row.name:<34}{row.stalls:>7}{row.found:>7}{row.critical:>10}{middle:>10}{most:>10}")
        return "\n".join(lines)

    def write(self, folder: Path = RESULTS) -> Path:
        """Keep it as JSON; returns where."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "alerts.json"
        document: dict[str, Any] = {
            "benchmark": "alerts",
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": revision(),
            "quick": self.quick,
            "machine": dict(this_machine()),
            "commands": ["python -m benchmarks alerts"],
            "ordinary": [asdict(row) | {"false_criticals": row.false_criticals} for row in self.ordinary],
            "stalls": [asdict(row) | {"found": row.found} for row in self.stalls],
            "notes": self.notes,
        }
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path


def measure(nights: int, stalls: int, *, quick: bool = False) -> AlertReport:
    """Replay so many ordinary nights, so many stalls, and the samples where they are."""
    report = AlertReport(quick)
    shifts = [simulated(one, _FIRST + seed) for seed in range(nights) for one in ORDINARY[seed % 2 :: 2]]
    report.ordinary.append(ordinary(f"{nights} nights, two jobs each", shifts, AlertThresholds()))
    report.ordinary.append(ordinary("half of them, stall_after 5 min", shifts[: nights or 1], _STRICT))
    hard = [simulated(one, _FIRST + seed) for seed in range((nights + 1) // 2) for one in STRAGGLING]
    report.ordinary.append(ordinary("with dates that take 25 times", hard, AlertThresholds()))
    report.stalls.append(hung("50 random moments" if stalls == STALLS else f"{stalls} moments", shifts, stalls))
    sampled = list(samples())
    if sampled:
        report.ordinary.append(ordinary("the samples", sampled, AlertThresholds()))
        report.ordinary.append(ordinary("the samples, stall_after 5 min", sampled, _STRICT))
        report.stalls.append(hung("the samples", sampled, max(4, stalls // 4)))
    else:
        report.notes.append("The samples are not there: nothing is told of them.")
    return report


def ordinary(name: str, shifts: Sequence[Shift], limits: AlertThresholds) -> Ordinary:
    """Watch runs in which nothing is wrong, each to its end and a while after."""
    shown: dict[Severity, Counter[str]] = {severity: Counter() for severity in Severity}
    for shift in shifts:
        watcher = Watcher(shift, limits)
        watcher.watch()
        for one in watcher.raised.values():
            shown[one.alert.severity][one.alert.id.partition(":")[0]] += 1
            if one.alert.severity is Severity.CRITICAL:
                print(f"  {shift.name}, {shift.begins}: {one.alert.title}. {one.alert.detail}", file=sys.stderr)
    hours = sum((shift.ends - shift.begins).total_seconds() for shift in shifts) / 3600
    return Ordinary(name, len(shifts), hours, dict(shown[Severity.CRITICAL]), dict(shown[Severity.WARNING]))


def hung(name: str, shifts: Sequence[Shift], stalls: int, limits: AlertThresholds | None = None) -> Stalls:
    """Let runs hang, each once, at a moment that is drawn from its whole length."""
    found = []
    for shift in _at_random(shifts, stalls):
        assert shift.hung_at is not None  # noqa: S101 - it was just hung
        told = Watcher(shift, limits or AlertThresholds()).stalled_at(shift.hung_at + _WITHIN)
        if told is None:
            print(f"  not found: {shift.name}, hung at {shift.hung_at}", file=sys.stderr)
        else:
            found.append((told.at - shift.ends, told.alert.severity))
    critical = sum(severity is Severity.CRITICAL for _, severity in found)
    return Stalls(name, stalls, critical, tuple(delay.total_seconds() for delay, _ in found))


def _at_random(shifts: Sequence[Shift], stalls: int) -> Iterator[Shift]:
    chance = draws(_FIRST, "stalls")
    for number in range(stalls):
        shift = shifts[number % len(shifts)]
        yield shift.hung(shift.begins + chance.random() * (shift.ends - shift.begins))


def _kinds(counts: dict[str, int]) -> str:
    return f"({', '.join(f'{kind} {count}' for kind, count in sorted(counts.items()))})" if counts else ""


def main(words: Sequence[str] | None = None) -> int:
    """Measure as the command line asks, print the tables and keep the numbers."""
    chosen = options.parser(__doc__).parse_args(words)
    report = measure(1, 4, quick=True) if chosen.quick else measure(chosen.rounds or NIGHTS, STALLS)
    print(f"{report.table()}\n\n  kept in benchmarks/results/{report.write().name}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
