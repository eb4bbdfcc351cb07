"""The port to a warehouse: a question in BigQuery SQL goes in, an answer or a named reason comes out.

`duckdb_warehouse` and `bigquery_warehouse` implement it; what they raise is told apart by `AskError.reason` alone.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from backfill_tui.checks.model import Reason, Value
from backfill_tui.errors import BackfillError

if TYPE_CHECKING:
    from backfill_tui.checks.question import SuiteQuery

ROWS_AT_MOST = 10_000
"""More rows of one answer are never fetched; a suite's breakdown with more groups than this is cut."""


class AskError(BackfillError):
    """A question got no answer. `reason` names why; the sentence says what happened, where, and what to do."""

    exit_code = 3

    def __init__(
        self, reason: Reason, what: str, *, where: str | Path | None = None, todo: str | None = None
    ) -> None:
        self.reason = reason
        super().__init__(what, where=where, todo=todo)


def no_column(name: str, where: str | Path, hint: str = "") -> AskError:
    """A column that is not there; `hint` is a question such as `Did you mean points?`."""
    return AskError(Reason.MISSING_COLUMN, f"there is no column {name}.", where=where, todo=hint or None)


def divided_by_zero(where: str | Path) -> AskError:
    """A division by zero, which lies in the data."""
    return AskError(Reason.DIVISION_BY_ZERO, "the query divides by zero.", where=where)


def timed_out(where: str | Path, within_s: float | None = None) -> AskError:
    """No answer in the question's time."""
    within = "in time" if within_s is None else f"within {within_s:g} s"
    return AskError(Reason.TIMED_OUT, f"no answer came {within}.", where=where)


def cancelled(where: str | Path) -> AskError:
    """Somebody wanted it to stop."""
    return AskError(Reason.CANCELLED, "the question was stopped before it was answered.", where=where)


@dataclass(frozen=True, slots=True)
class Question:
    """One SELECT in BigQuery SQL. `dates` are bound as @start_date and @end_date, both of type DATE.

    `timeout_s` is for the whole of it, waiting for the warehouse included. `labels` say who asks (phase, suite).
    """

    sql: str
    dates: tuple[date, date] | None
    timeout_s: float
    rows_at_most: int = ROWS_AT_MOST
    labels: Mapping[str, str] = field(default_factory=dict)
    suite: "SuiteQuery | None" = None  # what the SQL was made from, where it was


@dataclass(frozen=True, slots=True)
class Answer:
    """What a warehouse said: at most `rows_at_most` rows, and how many there were in all."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    total_rows: int
    bytes_billed: int = 0


class Stop:
    """A wish to stop that may be made once, from any thread, while somebody waits for a warehouse."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = False
        self._hooks: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Whether somebody wants it to stop."""
        return self._requested

    def request(self) -> None:
        """Ask whoever is at work to stop; what is asked later stops at once."""
        with self._lock:
            self._requested, hooks = True, self._hooks
            self._hooks = []
        for hook in hooks:
            hook()

    def when_requested(self, hook: Callable[[], None]) -> Callable[[], None]:
        """Call `hook` once, from the requesting thread, or now if it is late. Returns what takes it back."""
        with self._lock:
            late = self._requested
            if not late:
                self._hooks.append(hook)
        if late:
            hook()

        def forget() -> None:
            with self._lock:
                if hook in self._hooks:
                    self._hooks.remove(hook)

        return forget


class Warehouse(Protocol):
    """Where suites run. Blocks: call it from a worker thread. May be asked from several threads."""

    bills: bool
    """Whether answers cost money, so that a person wants to see the estimate first."""

    def estimate(self, question: Question, stop: Stop) -> int:
        """How many bytes the question would read, found without reading them: it proves the SQL, too.

        Raises AskError as `ask` would, as far as that shows without running.
        """

    def ask(self, question: Question, stop: Stop) -> Answer:
        """The answer. Raises AskError, with CANCELLED once `stop` was requested, TIMED_OUT after its time."""

    def close(self) -> None:
        """Let go of everything."""
