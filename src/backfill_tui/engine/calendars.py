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
from backfill_tui.checks.warehouse import Answer, AskError, Question, Stop, Warehouse
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.engine.warehouses import open_warehouse
from backfill_tui.plan.resolved import Plan

KEPT = timedelta(hours=12)
PATIENCE_S = 30.0
_DAYS_AT_MOST = 100_000

Weights = Mapping[date, float]


class CalendarSource:
    """The plan's calendar, wherever it is: at once from a file or the ledger, else from the warehouse a bit later.

    The warehouse is asked by a thread of its own; `weights` and `note` tell how far that has come.
    """

    def __init__(self, plan: Plan, ledger: Ledger | None, *, now: datetime) -> None:
        self.weights: Weights | None = plan.calendar.weights if plan.calendar else None
        self.note = ""
        self._stop = Stop()
        self._thread: threading.Thread | None = None
        dates = _range(plan)
        if plan.calendar is None or plan.calendar.sql is None or dates is None:
            return
        kept = _kept(plan, ledger, dates)
        if kept is not None:
            self.weights = kept[1]
        if kept is None or now - kept[0] > KEPT:
            self._ask(plan, ledger, dates)

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

    def _ask(self, plan: Plan, ledger: Ledger | None, dates: tuple[date, date]) -> None:
        def ask() -> None:
            warehouse = open_warehouse(plan)
            if warehouse is None:
                return
            try:
                self.weights = ask_calendar(plan, warehouse, dates, self._stop)
                if ledger is not None:
                    ledger.keep_calendar(_digest(plan, dates), self.weights, at=datetime.now(UTC))
            except AskError as error:
                older = "an older answer is used" if self.weights is not None else "dates carry unknown work"
                self.note = f"The calendar could not be asked ({error}); {older}."
            except LedgerError as error:
                self.note = f"The calendar's answer could not be kept: {error}"
            finally:
                warehouse.close()

        self._thread = threading.Thread(target=ask, name="calendar", daemon=True)
        self._thread.start()


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
