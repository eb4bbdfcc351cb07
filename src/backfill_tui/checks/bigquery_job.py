"""One question as a BigQuery job: the dry run that proves it, the run, its rows, its cancellation. Blocks.

Imported once a question is asked. Raises what the client raises; `bigquery_errors` turns that into words.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import sqlglot
from google.api_core.exceptions import Conflict
from google.api_core.retry import Retry
from google.cloud import bigquery
from sqlglot.errors import TokenError

from backfill_tui.checks.bigquery_client import sent_again
from backfill_tui.checks.cells import plain_value
from backfill_tui.checks.deadline import Deadline
from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import Answer, AskError, Question

CANCEL_WITHIN_S = 5.0
"""How long the request to cancel a job may take; nobody waits for it that long."""

LEEWAY = 2
LEEWAY_AT_LEAST = 100 * 2**20
"""Where the plan sets no cap, one query may bill twice what its dry run said, and 100 MiB of small tables in any
case: BigQuery bills at least 10 MiB of each table. More would be more than anybody was shown."""

_AFTER_ALL_S = 1.0  # a request outlasts its asker by this, so that the asker is who says that time is over
_LABEL_CHARACTERS = 63
_TOOL = {"tool": "backfill-tui"}


class NotWantedError(Exception):
    """Nobody waits for the answer any more, so nothing is sent."""


@dataclass
class Job:
    """A question on its way. Once its deadline is called off nothing more is sent but `cancel`.

    `max_bytes_billed` is the plan's cap. Without one the query is capped by `estimated`, what its own dry run said.

    Its id is chosen here and not by the library, so that a job can be cancelled whose creation was never confirmed.
    """

    client: bigquery.Client
    question: Question
    max_bytes_billed: int | None
    deadline: Deadline
    estimated: int | None = None
    id: str = field(default_factory=lambda: f"backfill-tui-{uuid4()}")
    sent: bool = False
    location: str | None = None  # where BigQuery put it; outside US and EU it is not found without

    def estimate(self) -> int:
        """The bytes it would read, by a dry run, which is free. Raises AskError if too many, or no SELECT."""
        if _is_script(self.question.sql):  # the emulator runs a script even where only a dry run is asked of it
            raise _not_a_select("SCRIPT")
        job = self._send(dry_run=True)
        if job.statement_type not in {"SELECT", None}:  # an emulator may not say
            raise _not_a_select(job.statement_type)
        size = job.total_bytes_processed or 0
        if self.max_bytes_billed is not None and size > self.max_bytes_billed:
            raise AskError(
                Reason.TOO_EXPENSIVE,
                f"the query would read {size:,} bytes; at most {self.max_bytes_billed:,} may be billed.",
                todo="Narrow the dates or the columns, or raise `max_bytes_billed` under `warehouse`.",
            )
        self.estimated = size
        return size

    def answer(self) -> Answer:
        """Run it and fetch its first rows."""
        job = self._send(dry_run=False)
        self.location = job.location
        if (
            self.deadline.called_off
        ):  # it was created while its asker left, and what cancelled it may have come too early
            self.cancel()
            raise NotWantedError
        rows = job.result(
            max_results=self.question.rows_at_most,
            retry=self._retry(),
            timeout=self._left_s + _AFTER_ALL_S,
            job_retry=None,
        )
        fetched = tuple(tuple(plain_value(cell) for cell in row.values()) for row in rows)
        return Answer(
            columns=tuple(column.name for column in rows.schema),
            rows=fetched,
            total_rows=rows.total_rows if rows.total_rows is not None else len(fetched),
            bytes_billed=job.total_bytes_billed or 0,
        )

    def cancel(self) -> None:
        """Ask BigQuery to stop the job; whatever becomes of that, the job's own time-out ends it. Never raises."""
        with suppress(Exception):
            self.client.cancel_job(
                self.id,
                location=self.location,
                retry=sent_again(CANCEL_WITHIN_S, lambda: True),
                timeout=CANCEL_WITHIN_S,
            )

    def _send(self, *, dry_run: bool) -> bigquery.QueryJob:
        if self.deadline.called_off:
            raise NotWantedError
        self.sent = self.sent or not dry_run
        name = f"{self.id}-dry" if dry_run else self.id
        try:
            return self.client.query(
                self.question.sql,
                job_config=self._config(dry_run=dry_run),
                job_id=name,
                job_retry=None,
                retry=self._retry(),
                timeout=self._left_s + _AFTER_ALL_S,
            )
        except Conflict:  # the first try had arrived after all, only its answer was lost
            job = self.client.get_job(name, retry=self._retry(), timeout=self._left_s + _AFTER_ALL_S)
            if not isinstance(job, bigquery.QueryJob):
                raise
            return job

    def _config(self, *, dry_run: bool) -> bigquery.QueryJobConfig:
        # BigQuery's cache stays on: what it answers costs nothing, and it forgets that when a table changes.
        config = bigquery.QueryJobConfig(
            dry_run=dry_run,
            use_legacy_sql=False,
            query_parameters=self._parameters(),
            labels=label_set(self.question.labels),
        )
        cap = self._cap
        if cap is not None:
            config.maximum_bytes_billed = cap
        if not dry_run:
            config.job_timeout_ms = max(1, int(self._left_s * 1000))
        return config

    @property
    def _cap(self) -> int | None:
        if self.max_bytes_billed is not None or self.estimated is None:
            return self.max_bytes_billed
        return max(LEEWAY_AT_LEAST, LEEWAY * self.estimated)

    def _parameters(self) -> list[bigquery.ScalarQueryParameter]:
        """Both dates, whichever of them the SQL uses."""
        if self.question.dates is None:
            return []
        return [
            bigquery.ScalarQueryParameter(name, "DATE", day)
            for name, day in zip(("start_date", "end_date"), self.question.dates, strict=True)
        ]

    @property
    def _left_s(self) -> float:
        return max(0.001, self.deadline.left_s)

    def _retry(self) -> Retry:
        return sent_again(self._left_s, lambda: not self.deadline.called_off)


def label_set(wanted: Mapping[str, str]) -> dict[str, str]:
    """Labels as BigQuery takes them: of `a-z 0-9 _ -`, at most 63 characters, a key beginning with a letter."""
    labels = {_label(key): _label(value) for key, value in wanted.items()}
    return {key: value for key, value in labels.items() if key[:1].isalpha()} | _TOOL


def _label(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "_", text.lower())[:_LABEL_CHARACTERS]


def _is_script(sql: str) -> bool:
    """Whether more than a comment follows a semicolon. What can't be split into words is the server's to judge."""
    try:
        words = [token.token_type for token in sqlglot.tokenize(sql, read="bigquery")]
    except TokenError:
        return False
    while words and words[-1] is sqlglot.TokenType.SEMICOLON:
        words.pop()
    return sqlglot.TokenType.SEMICOLON in words


def _not_a_select(statement: str) -> AskError:
    """BigQuery's name of what it is instead, such as CREATE_TABLE."""
    words = statement.replace("_", " ")
    return AskError(
        Reason.WRONG_SQL,
        f"a check may only read, by one SELECT; this is {'an' if words[0] in 'AEIO' else 'a'} {words}.",
        todo="Write it as one SELECT.",
    )
