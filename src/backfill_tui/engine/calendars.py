"""The calendar that a warehouse knows: asked once, kept in the ledger for half a day, never waited for in vain."""

import hashlib
import json
import math
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta

from backfill_tui.checks.model import Reason, Value
from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.checks.warehouse import Answer, AskError, Question, Stop, Warehouse
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.engine.warehouses import open_warehouse
from backfill_tui.errors import in_words
from backfill_tui.plan.ranges import Dates
from backfill_tui.plan.resolved import Plan

KEPT = timedelta(hours=12)
RETRY = timedelta(minutes=1)
PATIENCE_S = 30.0
_DAYS_AT_MOST = 100_000

Weights = Mapping[date, float]


class CalendarSource:
    """The plan's calendar, wherever it is: at once from a file or the ledger, else from the warehouse a bit later.

    The warehouse is asked by a thread of its own, again when its answer has grown old or did not come. `known` is
    None for a plan without a calendar.
    """

    def __init__(self, plan: Plan, ledger: Ledger | None, *, now: datetime) -> None:
        self._plan, self._ledger = plan, ledger
        self._stop = Stop()
        self._thread: threading.Thread | None = None
        self._dates = _range(plan)
        self._ask_at: datetime | None = None
        self.note = ""
        self.known = self._first(now)
        self.refresh(now)

    def _first(self, now: datetime) -> WorkCalendar | None:
        calendar = self._plan.calendar
        if calendar is None:
            return None
        if calendar.weights is not None:
            return _of_file(self._plan, calendar.weights)
        if self._dates is None:
            return WorkCalendar(None, problem="no phase of the plan has dates, so the calendar was not asked")
        kept = _kept(self._plan, self._ledger, self._dates)
        self._ask_at = now if kept is None else kept[0] + KEPT
        if kept is None:
            return WorkCalendar(None, problem="the calendar has not answered yet")
        return WorkCalendar(kept[1], self._dates)

    def refresh(self, now: datetime) -> None:
        """Ask the warehouse if it is time to; never waits."""
        if self._ask_at is None or self._dates is None or now < self._ask_at or self.asking or self._stop.requested:
            return
        self._ask_at = now + RETRY
        self._thread = threading.Thread(target=self._ask, args=(self._dates,), name="calendar", daemon=True)
        self._thread.start()

    @property
    def asking(self) -> bool:
        """Whether the warehouse is being asked at this moment."""
        return self._thread is not None and self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait for the warehouse's answer, so long at most."""
        if self._thread is not None:
            self._thread.join(seconds)

    def close(self) -> None:
        """Take the question back."""
        self._stop.request()
        self.wait(2.0)

    def _ask(self, dates: Dates) -> None:
        try:
            warehouse = open_warehouse(self._plan)
            if warehouse is None:
                return
            try:
                weights = ask_calendar(self._plan, warehouse, dates, self._stop)
            finally:
                warehouse.close()
        except Exception as error:  # noqa: BLE001 - whatever it is, the calendar is not known and that is said
            self._failed(in_words(error))
            return
        now = datetime.now(UTC)
        self.known, self.note, self._ask_at = WorkCalendar(weights, dates), "", now + KEPT
        if self._ledger is not None:
            with suppress(LedgerError):  # it is then asked again the next time
                self._ledger.keep_calendar(_digest(self._plan, dates), weights, at=now)

    def _failed(self, why: str) -> None:
        if self.known is not None and self.known.weights is not None:
            self.note = f"The calendar could not be asked ({why}); an older answer is used."
        else:
            self.known = WorkCalendar(None, problem=f"the calendar could not be asked ({why})")
            self.note = f"The calendar could not be asked ({why}); dates carry unknown work."


def ask_calendar(plan: Plan, warehouse: Warehouse, dates: tuple[date, date], stop: Stop) -> Weights:
    """The work due on each date, by the plan's own query. Raises AskError, also where it tells no dates."""
    sql = plan.calendar.sql if plan.calendar and plan.calendar.sql else ""
    question = Question(sql, dates, PATIENCE_S, rows_at_most=_DAYS_AT_MOST, labels={"plan": plan.name})
    warehouse.estimate(question, stop)
    return read_calendar(warehouse.ask(question, stop))


def read_calendar(answer: Answer) -> Weights:
    """The columns `date` and `weight` of an answer; without `weight` each date counts 1.

    Raises AskError where it is no calendar: a date left out by mistake would be a date that nobody misses.
    """
    place = {name.lower(): i for i, name in enumerate(answer.columns)}
    if "date" not in place:
        raise _no_calendar(Reason.MISSING_COLUMN, "its query returns no column `date`")
    if answer.total_rows > len(answer.rows):
        raise _no_calendar(Reason.OTHER, f"its query returns {answer.total_rows:,} rows")
    weights: dict[date, float] = {}
    for row in answer.rows:
        day = _day(row[place["date"]])
        if day in weights:
            raise _no_calendar(Reason.OTHER, f"{day} is in it twice")
        weights[day] = _weight(day, row[place["weight"]]) if "weight" in place else 1.0
    if not any(weights.values()):
        raise _no_calendar(Reason.NO_ROWS, "its query returns no date with work")
    return weights


def _day(value: Value) -> date:
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    raise _no_calendar(Reason.NULL_VALUE, f"{value} in its column `date` is no date")


def _weight(day: date, value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise _no_calendar(Reason.NOT_A_NUMBER, f"the weight of {day} is {value}, not a number of at least 0")
    return float(value)


def _no_calendar(reason: Reason, what: str) -> AskError:
    return AskError(reason, f"{what}.", where="calendar.sql", todo="It must return one row a date: date, weight.")


def _of_file(plan: Plan, weights: Weights) -> WorkCalendar:
    """The calendar of a file: what lies before its first row or after its last it does not tell of."""
    csv = plan.calendar.csv if plan.calendar else None
    name = csv.relative_to(plan.folder) if csv and csv.is_relative_to(plan.folder) else csv
    return WorkCalendar(weights, (min(weights), max(weights)), source=str(name or "the calendar"))


def _range(plan: Plan) -> tuple[date, date] | None:
    """From the first date that any phase works on or looks back to, to the last."""
    ranges = [phase.dates for phase in plan.phases if phase.dates]
    if not ranges:
        return None
    back = max((need.lookback_days for phase in plan.phases for need in phase.inputs), default=0)
    return min(first for first, _ in ranges) - timedelta(days=back), max(last for _, last in ranges)


def _kept(plan: Plan, ledger: Ledger | None, dates: tuple[date, date]) -> tuple[datetime, Weights] | None:
    if ledger is None:
        return None
    try:
        return ledger.calendar(_digest(plan, dates))
    except (LedgerError, ValueError):
        return None  # asking again costs less than a calendar that is wrong


def _digest(plan: Plan, dates: tuple[date, date]) -> str:
    asked = [plan.calendar.sql if plan.calendar else None, dates, plan.warehouse and astuple(plan.warehouse)]
    return hashlib.sha256(json.dumps(asked, default=str).encode()).hexdigest()[:16]
