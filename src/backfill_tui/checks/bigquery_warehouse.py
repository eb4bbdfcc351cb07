"""BigQuery as a warehouse: each question proved by a dry run, capped, bounded in time, cancelled if not wanted.

The cap is the plan's `max_bytes_billed`; without one it is made from the question's own dry run, so that no query
bills far more than was shown before it ran.

Google's client is imported when a question is asked, and in no thread that anybody must wait for.
"""

import threading
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from backfill_tui.checks.bigquery_errors import ask_error
from backfill_tui.checks.deadline import Deadline, within
from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import Answer, AskError, Question, Stop
from backfill_tui.plan.resolved import Warehouse as Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.cloud.bigquery import Client

    from backfill_tui.checks.bigquery_job import Job

T = TypeVar("T")

_Asked = tuple[str, tuple[date, date] | None]
_PROVEN_AT_MOST = 1000  # beyond that the oldest is proved again

CANCEL_WITHIN_S = 1.0
"""How long a job's cancellation is waited for, by one who has given up on its answer."""

_UNSETTLED = frozenset({Reason.TIMED_OUT, Reason.CANCELLED, Reason.UNREACHABLE, Reason.OTHER})
"""Failures after which a job that was sent may be running still."""


class BigQueryWarehouse:
    """Satisfies `warehouse.Warehouse`. One client serves all threads; it is made by the first question."""

    bills = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connecting = threading.Lock()
        self._client: Client | None = None
        self._proving = threading.Lock()
        self._proven: dict[_Asked, int] = {}  # what a dry run has shown to be one SELECT, and its bytes

    @property
    def place(self) -> str:
        """Who is asked, as an error names it."""
        if self._settings.api_endpoint:
            return f"BigQuery at {self._settings.api_endpoint}"
        return f"BigQuery project {self._settings.project}" if self._settings.project else "BigQuery"

    def estimate(self, question: Question, stop: Stop) -> int:
        """The bytes that a dry run says it would read."""
        return self._wait(question, stop, self._prove)

    def ask(self, question: Question, stop: Stop) -> Answer:
        """The answer. What was not estimated before is proved first: only one SELECT is ever run."""

        def answer(job: "Job") -> Answer:
            job.estimated = self._proven.get((question.sql, question.dates))
            if job.estimated is None:
                self._prove(job)
            return job.answer()

        return self._wait(question, stop, answer)

    def close(self) -> None:
        """Close the connections that nobody uses now. Does not wait for who is looking for credentials."""
        client, self._client = self._client, None
        if client is not None:
            client.close()  # type: ignore[no-untyped-call]

    def _prove(self, job: "Job") -> int:
        size = job.estimate()
        with self._proving:
            while len(self._proven) >= _PROVEN_AT_MOST:
                self._proven.pop(next(iter(self._proven)))
            self._proven[job.question.sql, job.question.dates] = size
        return size

    def _wait(self, question: Question, stop: Stop, work: "Callable[[Job], T]") -> T:
        """Do it in the question's time. Whoever leaves before cancels the job, if there may be one by then."""
        deadline = Deadline(question.timeout_s, self.place)
        jobs: list[Job] = []

        def errand() -> T:
            client = self._connected()
            from backfill_tui.checks.bigquery_job import Job

            jobs.append(Job(client, question, self._settings.max_bytes_billed, deadline))
            return work(jobs[0])

        try:
            return within(deadline, stop, errand)
        except ImportError as error:
            raise AskError(
                Reason.OTHER,
                "its client is not installed.",
                where=self.place,
                todo="Install the extra `backfill-tui[bigquery]`.",
            ) from error
        except Exception as error:
            failure = ask_error(error, self.place, positions=question.suite is None)
            if failure.reason in _UNSETTLED:
                self._cancel(jobs)
            if failure is error:
                raise
            raise failure from error

    def _connected(self) -> "Client":
        from backfill_tui.checks.bigquery_client import connect

        with self._connecting:
            client = self._client or connect(self._settings)
            self._client = client
            return client

    def _cancel(self, jobs: "list[Job]") -> None:
        """Cancel what was sent; a server that does not answer that either is not waited for."""
        for job in jobs:
            if job.sent:
                cancelling = threading.Thread(target=job.cancel, name="backfill-tui cancels a job", daemon=True)
                cancelling.start()
                cancelling.join(CANCEL_WITHIN_S)
