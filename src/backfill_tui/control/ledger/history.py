"""The history: every action of people, commands and the plan in one list, as the ledger's tables have them."""

import json
import sqlite3
from collections.abc import Iterator

from backfill_tui.control.attempt import Attempt, Kind, Stage, StopAsked
from backfill_tui.control.ledger.acceptances import Acceptances
from backfill_tui.control.ledger.acknowledgements import Acknowledgements
from backfill_tui.control.ledger.attempts import Attempts
from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.rows import named, understood
from backfill_tui.control.ledger.stops import Stops
from backfill_tui.control.ledger.times import time_of
from backfill_tui.control.offer import Entry

_SOMEBODY = {"command": "a command", "screen": "a screen", "auto": "the plan"}
"""Of validations it is not kept who asked for them."""

_STANDS = {
    Stage.INTENDED: "not started yet",
    Stage.LAUNCHING: "running",
    Stage.RUNNING: "running",
    Stage.ENDED: "ended, nobody recorded how",
    Stage.LOST: "ended, nobody recorded how",
    Stage.NOT_STARTED: "not started",
}


class History:
    """All actions of all phases, but for what was asked by interval: that is nobody's."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def entries(self, limit: int = 1000) -> tuple[Entry, ...]:
        """The newest actions, the newest first. A row that can't be read is left out."""
        entries = sorted(self._all(limit), key=lambda entry: entry.at, reverse=True)
        return tuple(entries[:limit])

    def _all(self, limit: int) -> Iterator[Entry]:
        """The newest of each kind: the newest of all are among them."""
        yield from map(entry_of, Attempts(self._file).recent(limit))
        yield from map(_of_stop, Stops(self._file).recent(limit))
        for acceptance in Acceptances(self._file).recent(limit):
            yield Entry(
                acceptance.at, "accept", acceptance.phase, acceptance.person, acceptance.phase, acceptance.reason
            )
        for seen in Acknowledgements(self._file).recent(limit):
            yield Entry(seen.at, "acknowledge", "", seen.person, seen.alert)
        yield from self._validations(limit)

    def _validations(self, limit: int) -> tuple[Entry, ...]:
        with self._file.reading() as connection:
            rows = named(connection).execute(
                "SELECT * FROM validations WHERE asked_by <> 'interval' ORDER BY id DESC LIMIT ?", (limit,)
            )
            return understood(_of_validation, rows)


def entry_of(attempt: Attempt) -> Entry:
    """The line of a launch, with what came of it as far as the attempt tells."""
    return Entry(
        at=attempt.intended_at,
        action="retry" if attempt.order.kind is Kind.RETRY else "launch",
        phase=attempt.phase,
        who=_who(attempt.asked_by, attempt.person),
        what=f"attempt {attempt.number}",
        reason=attempt.override or "",
        outcome=_outcome(attempt),
        ended_at=attempt.ended_at,
        days=attempt.order.days,
    )


def _outcome(attempt: Attempt) -> str:
    if attempt.signal is not None:
        return f"ended by {attempt.signal}"
    if attempt.exit_code is not None:
        return f"exit code {attempt.exit_code}"
    return ": ".join(filter(None, (_STANDS[attempt.stage], attempt.note)))


def _of_stop(stop: StopAsked) -> Entry:
    return Entry(
        at=stop.at,
        action="stop",
        phase=stop.phase,
        who=_who(stop.asked_by, stop.person),
        what=f"pid {stop.identity.pid}",
        reason=stop.reason,
        outcome="" if stop.killed_at is None else "killed after its grace",
    )


def _of_validation(row: sqlite3.Row) -> Entry:
    suites = _names(row["suites"])
    ended_at = None if row["ended_at"] is None else time_of(row["ended_at"])
    return Entry(
        at=time_of(row["began_at"]),
        action="validate",
        phase=row["phase"],
        who=_SOMEBODY.get(row["asked_by"], row["asked_by"]),
        what=f"its input {suites}" if row["is_input"] else suites,
        outcome=row["verdict"] or ("not ended" if ended_at is None else "stopped"),
        ended_at=ended_at,
    )


def _names(text: str) -> str:
    names = json.loads(text)
    if not isinstance(names, list):
        raise ValueError("not a list of names")  # noqa: TRY004 - not understood, as any other such row
    return ", ".join(map(str, names))


def _who(asked_by: str, person: str) -> str:
    return f"the plan, run by {person}" if asked_by == "auto" else person
