"""How long one forecast of a phase of 1,537 dates takes, whatever it rests on and however far the run is."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from time import process_time

from backfill_tui.progress.eta import outlook
from backfill_tui.progress.reconcile import LogEvidence, reconcile
from backfill_tui.progress.runs import RunBook
from backfill_tui.progress.sequence import place_runs
from backfill_tui.sources.events import UnitFinished
from benchmarks import options
from benchmarks.eta_nights import Scenario
from benchmarks.eta_replay import Course
from benchmarks.eta_scenarios import course
from benchmarks.options import Options
from benchmarks.report import Report, Row, Target
from benchmarks.timing import seconds_of

DATES = 1537
_CASES = (
    Scenario("one worker, calendar", "calendar"),
    Scenario("one worker, earlier run", "history"),
    Scenario("one worker, neither", "nothing"),
    Scenario("15 workers, calendar", "calendar", workers=15),
    Scenario("15 workers, neither", "nothing", workers=15),
)
_TIMES = 5  # forecasts in one sample
_TARGET = Target(0.030)


def measure(chosen: Options) -> Report:
    """Forecast runs that are a twentieth and half done."""
    report = Report(
        "eta_speed",
        "One forecast",
        quick=not chosen.whole,
        inputs={"phase": f"{DATES:,} dates; {_TIMES} forecasts a sample, after one that is not counted"},
        commands=["python -m benchmarks.eta_speed"],
    )
    for case in _CASES:
        one = _course(case)
        for share in (0.05, 0.5):
            report.rows += _rows(f"{case.name}, {share:.0%} done", _forecast(one, share), chosen.rounds, _TARGET)
    one = _course(_CASES[0])
    report.rows += _rows("asked again, half done", _again(one), chosen.rounds)
    report.rows += _rows("with its back-test, half done", _looking_back(one), chosen.rounds)
    return report


def _rows(what: str, call: Callable[[], object], rounds: int, target: Target | None = None) -> list[Row]:
    """By the clock, and what it took of a processor, whoever else wanted it."""
    call()
    clock, processor = [], []
    for _ in range(rounds):
        before = process_time()
        clock.append(seconds_of(lambda: [call() for _ in range(_TIMES)]) / _TIMES)
        processor.append((process_time() - before) / _TIMES)
    return [Row(what, tuple(clock), "ms", target=target), Row("  processor time", tuple(processor), "ms")]


def _course(case: Scenario) -> Course:
    """The first of its nights that is over all the dates."""
    nights = (course(case, seed) for seed in count())
    return next(one for one in nights if sum(isinstance(event, UnitFinished) for event in one.events) == DATES)


def _seen(one: Course, share: float) -> tuple[RunBook, datetime]:
    """The log's account up to the end of that share of the dates, and when that was."""
    book = RunBook()
    left = int(DATES * share)
    for event in one.events:
        book.apply(event)
        left -= isinstance(event, UnitFinished)
        if not left and event.at:
            return book, event.at
    raise ValueError("The run ends before so many dates are done.")


def _forecast(one: Course, share: float) -> Callable[[], object]:
    book, now = _seen(one, share)
    account, runs = reconcile([LogEvidence(book)], calendar=one.calendar), place_runs([book], gone=False)

    def forecast() -> object:
        ahead = outlook(account, runs, calendar=one.calendar, history=one.history)
        return ahead.at(now) if ahead else None

    return forecast


def _again(one: Course) -> Callable[[], object]:
    """The same outlook at another moment, while nothing new is heard."""
    book, now = _seen(one, 0.5)
    account = reconcile([LogEvidence(book)], calendar=one.calendar)
    ahead = outlook(account, place_runs([book], gone=False), calendar=one.calendar)
    return lambda: ahead.at(now) if ahead else None


def _looking_back(one: Course) -> Callable[[], object]:
    book, now = _seen(one, 0.5)
    account = reconcile([LogEvidence(book)], calendar=one.calendar)
    ahead = outlook(account, place_runs([book], gone=False), calendar=one.calendar)
    return lambda: ahead.looking_back().at(now) if ahead else None


def main(words: Sequence[str] | None = None) -> int:
    """Measure as the command line asks, print the table and keep the numbers."""
    return options.main(measure, words)


if __name__ == "__main__":
    sys.exit(main())
