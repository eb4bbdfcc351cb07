"""Validations: that suites were begun, by whom, and what each of them found.

What people, commands and the plan asked for is kept for ever. What was asked by interval is kept for a while: an
input asked every ten seconds leaves thousands of results a night, of which the newest and a trend are worth having.
"""

import json
import math
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from backfill_tui.checks.model import Status, SuiteResult, Value
from backfill_tui.checks.record import suite_json, suite_of_json
from backfill_tui.control.dirt import Finding, Told, finding_of
from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.control.trend import Point

AskedBy = Literal["command", "screen", "auto", "interval"]
"""Who wanted it: a person at a command line or at a screen, the plan under `run`, or an input's interval."""

KEPT_VALUES = 2_000
"""Of the results by interval of a suite on a phase, so many are kept: verdict and values."""

KEPT_WHOLE = 50
"""And so many of them whole."""

_TREND_POINTS = 240

_LET_GO_OF_WHOLE = """
    UPDATE suite_results SET result = NULL
    WHERE phase = :phase AND is_input = :is_input AND suite = :suite AND by_interval = 1 AND result IS NOT NULL
    AND id <= (
        SELECT id FROM suite_results
        WHERE phase = :phase AND is_input = :is_input AND suite = :suite AND by_interval = 1
        ORDER BY id DESC LIMIT 1 OFFSET :kept
    )
"""

# By interval a validation is of one suite: its only result, and the values of that, go with it. What stays of a row
# of like findings are its first and its last: between them lies when an input was good and when it was not.
_LET_GO = """
    DELETE FROM validations WHERE id IN (
        SELECT validation FROM suite_results AS one
        WHERE phase = :phase AND is_input = :is_input AND suite = :suite AND by_interval = 1
        AND id <= (
            SELECT id FROM suite_results
            WHERE phase = :phase AND is_input = :is_input AND suite = :suite AND by_interval = 1
            ORDER BY id DESC LIMIT 1 OFFSET :kept
        )
        AND (finding = 'nothing' OR verdict || finding || rules = (
            SELECT verdict || finding || rules FROM suite_results
            WHERE phase = :phase AND is_input = :is_input AND suite = :suite AND id < one.id
            ORDER BY id DESC LIMIT 1
        ) AND verdict || finding || rules = (
            SELECT verdict || finding || rules FROM suite_results
            WHERE phase = :phase AND is_input = :is_input AND suite = :suite AND id > one.id
            ORDER BY id LIMIT 1
        ))
    )
"""


class Validations:
    """The validations of all phases. `is_input`: of what a phase reads, not of what it wrote."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def begin(self, phase: str, suites: Iterable[str], *, is_input: bool, asked_by: AskedBy, at: datetime) -> int:
        """Note that suites are about to be run on a phase, and return the number to end it with."""
        with self._file.writing() as connection:
            return _begin(connection, phase, suites, is_input, asked_by, at)

    def claim(self, phase: str, suite: str, *, at: datetime, every_s: float) -> int | None:
        """The same for one input suite, unless somebody has begun to run it within the interval: then None."""
        since = at - timedelta(seconds=every_s)
        with self._file.reading() as connection:  # most ask in vain, and need no lock to see that
            if _begun_since(connection, phase, suite, since):
                return None
        with self._file.writing() as connection:
            if _begun_since(connection, phase, suite, since):
                return None
            return _begin(connection, phase, [suite], True, "interval", at)

    def record(self, validation: int, phase: str, result: SuiteResult, *, is_input: bool) -> None:
        """Keep what a suite found."""
        of = {"phase": phase, "is_input": int(is_input), "suite": result.name}
        with self._file.writing() as connection:
            ((row, by_interval),) = connection.execute(
                "INSERT INTO suite_results "
                "(validation, phase, is_input, suite, by_interval, at, verdict, finding, rules, digest, result) "
                "VALUES (:validation, :phase, :is_input, :suite, "
                "(SELECT asked_by = 'interval' FROM validations WHERE id = :validation), "
                ":at, :verdict, :finding, :rules, :digest, :result) RETURNING id, by_interval",
                of
                | {
                    "validation": validation,
                    "at": text_of(result.at),
                    "verdict": result.verdict.value,
                    "finding": finding_of(result.verdict, result.reasons).value,
                    "rules": result.rules,
                    "digest": result.digest,
                    "result": json.dumps(suite_json(result), ensure_ascii=False),
                },
            ).fetchall()
            values = [
                (row, check.name, value) for check in result.checks if (value := _number(check.value)) is not None
            ]
            connection.executemany(
                "INSERT INTO check_values (result, name, value) VALUES (?, ?, ?) "
                "ON CONFLICT DO NOTHING",  # two of one name: it is the first that a name stands for
                values,
            )
            if by_interval:
                connection.execute(_LET_GO_OF_WHOLE, of | {"kept": KEPT_WHOLE})
                connection.execute(_LET_GO, of | {"kept": KEPT_VALUES})

    def end(self, validation: int, verdict: Status | None, *, at: datetime) -> None:
        """Note how a validation ended; without a verdict it was stopped."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE validations SET ended_at = ?, verdict = ? WHERE id = ?",
                (text_of(at), verdict.value if verdict is not None else None, validation),
            )

    def newest_results(self, phase: str, *, is_input: bool) -> dict[str, SuiteResult]:
        """The newest result of each suite that was run on a phase, by its name.

        One that can't be read is left out, and no older one stands in for it: that would be a verdict of the past.
        """
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT suite, digest, result FROM suite_results WHERE id IN "
                "(SELECT max(id) FROM suite_results WHERE phase = ? AND is_input = ? GROUP BY suite)",
                (phase, int(is_input)),
            ).fetchall()
        found = {}
        for suite, digest, text in rows:
            try:
                found[suite] = suite_of_json(json.loads(text), digest)
            except (ValueError, KeyError, TypeError):
                continue  # of another version of this program: as good as not there
        return found

    def findings(self, phase: str, suite: str) -> tuple[Told, ...]:
        """What an input suite of a phase told each time it was judged, as far back as that is kept, in order.

        Of a long row of like findings the first and the last are kept.
        """
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT at, verdict, finding, rules FROM suite_results "
                "WHERE phase = ? AND is_input = 1 AND suite = ? ORDER BY id",
                (phase, suite),
            ).fetchall()
        return tuple(
            Told(time_of(at), Finding(finding) if finding else finding_of(Status(verdict), ()), rules)
            for at, verdict, finding, rules in rows
        )

    def trends(self, phase: str, suite: str, *, is_input: bool) -> dict[str, tuple[Point, ...]]:
        """The numbers that each check of a suite found in its newest runs, in order of time, by its name."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT name, newest.at, value FROM "
                "(SELECT id, at FROM suite_results WHERE phase = ? AND is_input = ? AND suite = ? "
                "ORDER BY id DESC LIMIT ?) AS newest CROSS JOIN check_values ON result = newest.id "
                "ORDER BY result",
                (phase, int(is_input), suite, _TREND_POINTS),
            ).fetchall()
        found: dict[str, list[Point]] = {}
        for name, at, value in rows:
            found.setdefault(name, []).append(Point(time_of(at), value))
        return {name: tuple(points) for name, points in found.items()}


def _begin(
    connection: sqlite3.Connection,
    phase: str,
    suites: Iterable[str],
    is_input: bool,
    asked_by: AskedBy,
    at: datetime,
) -> int:
    row = connection.execute(
        "INSERT INTO validations (phase, is_input, suites, asked_by, began_at) VALUES (?, ?, ?, ?, ?)",
        (phase, int(is_input), json.dumps(list(suites)), asked_by, text_of(at)),
    )
    return int(row.lastrowid or 0)


def _begun_since(connection: sqlite3.Connection, phase: str, suite: str, since: datetime) -> bool:
    row = connection.execute(
        "SELECT 1 FROM validations WHERE phase = ? AND is_input = 1 AND began_at > ? "
        "AND EXISTS (SELECT 1 FROM json_each(suites) WHERE value = ?) LIMIT 1",
        (phase, text_of(since), suite),
    ).fetchone()
    return row is not None


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
