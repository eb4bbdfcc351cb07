"""What checks find: one status a check, one verdict a suite. The values that travel; nothing here asks anybody."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from backfill_tui.plan.words import Severity

Kind = Literal["metric", "progress", "completeness", "query", "command"]

Value = bool | int | float | str | date | datetime | tuple["Value", ...] | None
"""A cell of an answer. Times are aware, decimals are floats, structures are their text."""


class Status(StrEnum):
    """What a check, a suite or a phase is found to be. Order: from the best to the worst (CONTRACT §4)."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    WARN = "warn"
    UNKNOWN = "unknown"
    FAIL = "fail"


_RANK = {status: rank for rank, status in enumerate(Status)}


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of them; of none at all nothing is known."""
    return max(statuses, key=_RANK.__getitem__, default=Status.UNKNOWN)


class Reason(StrEnum):
    """Why a check is unknown. None of them is ever a pass."""

    NO_ROWS = "no_rows"
    NULL_VALUE = "null_value"
    NOT_A_NUMBER = "not_a_number"
    DIVISION_BY_ZERO = "division_by_zero"
    MISSING_TABLE = "missing_table"
    MISSING_COLUMN = "missing_column"
    WRONG_SQL = "wrong_sql"
    DAMAGED = "damaged"  # a file of the table can't be read, such as one half written
    LOCKED = "locked"  # a writer holds the warehouse
    PERMISSION_DENIED = "permission_denied"
    NO_CREDENTIALS = "no_credentials"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    TOO_EXPENSIVE = "too_expensive"  # above the plan's max_bytes_billed
    CANCELLED = "cancelled"
    NO_DATES = "no_dates"
    NO_CALENDAR = "no_calendar"
    NO_ACCOUNT = "no_account"
    NOT_RUN = "not_run"  # a judging command that could not be started, or ended otherwise than by 0, 1 or 2
    OTHER = "other"  # the warehouse's own words


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a metric's breakdown: the group, how many rows it has, its value and how that stands.

    `status` is None where the metric has no bound for each of its groups: nothing was asked of this one.
    """

    group: Value
    rows: int
    value: Value
    status: Status | None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    `value` is not rounded. `bound` is how a script reads it (`>= 5600`), `detail` how a person does
    (`5,798 (>= 5,600)`). `reason` is set where the status is unknown, `todo` where a person can do something.
    """

    name: str
    kind: Kind
    severity: Severity
    status: Status
    value: Value = None
    bound: str | None = None
    detail: str = ""
    unit: str | None = None
    reason: Reason | None = None
    todo: str | None = None
    sql: str | None = None  # of a free query
    parts: tuple[Part, ...] = ()
    columns: tuple[str, ...] = ()  # of `rows`
    rows: tuple[tuple[Value, ...], ...] = ()  # the first that a free query returned
    dates: tuple[date, ...] = ()  # of completeness: those without a row
    command: tuple[str, ...] = ()  # of completeness: what fills them; of a judging command: what was run

    @property
    def counts_as(self) -> Status | None:
        """What it contributes to the verdict: `info` nothing, `warn` never more than a warning."""
        if self.severity == "info":
            return None
        if self.severity == "warn" and self.status in {Status.FAIL, Status.UNKNOWN}:
            return Status.WARN
        return self.status


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What one suite found. Bytes are those of its queries; a warehouse that bills nothing has 0 of both.

    `rows` is how many its query saw, `None` where it could not or need not be asked. `at` is its beginning
    (aware). `query` is the SQL of its metrics as it was asked.
    """

    name: str
    title: str
    verdict: Status
    at: datetime
    checks: tuple[Check, ...]
    table: str | None = None
    dates: tuple[date, date] | None = None
    rows: int | None = None
    queries: int = 0
    bytes_estimated: int | None = None
    bytes_billed: int | None = None
    duration_s: float = 0.0
    query: str | None = None
    digest: str = ""  # of what was judged; see `digest.digest_of`
    rules: str = field(default="", compare=False)  # of what it was judged by alone; see `digest.rules_of`

    @property
    def reasons(self) -> frozenset[Reason]:
        """Why it could not tell, of the checks that count as unknown."""
        counted = (check.reason for check in self.checks if check.counts_as is Status.UNKNOWN)
        return frozenset(reason for reason in counted if reason is not None)

    def check(self, name: str) -> Check:
        """The check of that name; KeyError if there is none."""
        for one in self.checks:
            if one.name == name:
                return one
        raise KeyError(name)


def verdict_of(checks: Iterable[Check]) -> Status:
    """The verdict of a suite: the worst that counts. Where nothing counts it passes, if all could be told."""
    found = list(checks)
    counted = [status for check in found if (status := check.counts_as) is not None]
    if found and not counted and all(check.status is not Status.UNKNOWN for check in found):
        return Status.PASS
    return worst(counted)


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows that a metric's `sample` query returned, for a person to look at; or why there are none."""

    check: str
    sql: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()
    more: int = 0  # rows beyond these
    problem: str = ""
