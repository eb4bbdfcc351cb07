"""Attempts: every launch is a row before it is done, unique by phase and number, and goes only the steps there are.

What becomes of a process is no business of this room: it keeps what others have seen.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.control.attempt import (
    STEPS,
    AskedBy,
    Attempt,
    AttemptExistsError,
    IllegalStepError,
    Kind,
    Order,
    Stage,
)
from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.orders import gate_of_text, order_of_text, text_of_gate, text_of_order
from backfill_tui.control.ledger.rows import identity_of_row, named, row_of_identity
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.control.ledger.words import kept
from backfill_tui.control.model import Condition
from backfill_tui.sources.presence import Identity

UNREADABLE = "Its record is of another version of backfill-tui, and can't be read whole."
"""The note of an attempt whose row was not understood: its number counts all the same."""

_LONG_AGO = datetime.fromtimestamp(0, UTC)


class Attempts:
    """The attempts of all phases."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def intend(
        self,
        order: Order,
        *,
        number: int,
        asked_by: AskedBy,
        person: str,
        override: str | None,
        gate: Sequence[Condition],
        at: datetime,
    ) -> Attempt:
        """Note that an order is about to be carried out, once, whoever else wants the same at this moment.

        Raises AttemptExistsError with the newest attempt where that has this number already, or is not over;
        IllegalStepError where the attempt before it was never made.
        """
        attempt = Attempt(
            order,
            number,
            asked_by,
            kept(person),
            at,
            override=None if override is None else kept(override),
            gate=tuple(gate),
        )
        with self._file.writing() as connection:
            _check_turn(_newest(connection, order.phase), attempt)
            _insert(connection, attempt)
        return attempt

    def newest(self, phase: str) -> Attempt | None:
        """The attempt of a phase that was made last."""
        with self._file.reading() as connection:
            return _newest(connection, phase)

    def get(self, phase: str, number: int) -> Attempt | None:
        """One attempt."""
        with self._file.reading() as connection:
            return _get(connection, phase, number)

    def all(self) -> tuple[Attempt, ...]:
        """The attempts of all phases, in the order in which they were made."""
        with self._file.reading() as connection:
            rows = named(connection).execute("SELECT * FROM attempts ORDER BY rowid").fetchall()
        return tuple(attempt_of(row) for row in rows)

    def recent(self, limit: int) -> tuple[Attempt, ...]:
        """The newest attempts of all phases, the newest first."""
        with self._file.reading() as connection:
            rows = (
                named(connection).execute("SELECT * FROM attempts ORDER BY rowid DESC LIMIT ?", (limit,)).fetchall()
            )
        return tuple(attempt_of(row) for row in rows)

    def advance(
        self,
        attempt: Attempt,
        *,
        to: Stage,
        identity: Identity | None = None,
        started_at: datetime | None = None,
        ended_at: datetime | None = None,
        exit_code: int | None = None,
        signal: str | None = None,
        note: str = "",
    ) -> Attempt:
        """Note how far an attempt has come, and return it as it is then. What is not given stays, but for the note.

        The step is taken from where the ledger has it, not from `attempt.stage`. Where it has come so far already,
        nothing is changed. Raises IllegalStepError, and changes nothing, where there is no such step.
        """
        with self._file.reading() as connection:  # most tell what is known already, and need no lock for that
            before = _known(connection, attempt)
            if before.stage is to:
                return before
        with self._file.writing() as connection:
            before = _known(connection, attempt)
            if before.stage is to:
                return before
            if to not in STEPS[before.stage]:
                raise IllegalStepError(
                    f"Attempt {before.number} of {before.phase} is {before.stage.value} in the ledger, "
                    f"from where it can't become {to.value}."
                )
            after = replace(
                before,
                stage=to,
                identity=identity or before.identity,
                started_at=started_at or before.started_at,
                ended_at=ended_at or before.ended_at,
                exit_code=exit_code,
                signal=signal,
                note=kept(note),
            )
            _update(connection, after)
        return after


def attempt_of(row: sqlite3.Row) -> Attempt:
    """The attempt of a row, whoever wrote it. One that is not understood has no order and no gate, and says so.

    A stage that is not known here is taken for RUNNING: nothing is started beside it until its process was looked
    for and not found.
    """
    try:
        order = order_of_text(row["command"])
        if order.phase != row["phase"]:
            raise ValueError("the order of another phase")  # noqa: TRY301 - one more way of not being understood
        return _attempt(row, order, gate_of_text(row["gate"]), Stage(row["stage"]), time_of, row["note"])
    except ValueError:
        kind = Kind.RETRY if row["kind"] == Kind.RETRY.value else Kind.RUN
        stage = Stage(row["stage"]) if row["stage"] in set(Stage) else Stage.RUNNING
        note = f"{row['note']} {UNREADABLE}".strip()
        return _attempt(row, Order(row["phase"], (), Path(), kind), (), stage, _time_or_none, note)


def _attempt(
    row: sqlite3.Row,
    order: Order,
    gate: tuple[Condition, ...],
    stage: Stage,
    time: Callable[[str], datetime | None],
    note: str,
) -> Attempt:
    return Attempt(
        order,
        row["number"],
        row["asked_by"],
        row["person"],
        time(row["intended_at"]) or _LONG_AGO,
        stage=stage,
        override=row["override"],
        gate=gate,
        identity=None if row["pid"] is None else identity_of_row(row),
        started_at=None if row["started_at"] is None else time(row["started_at"]),
        ended_at=None if row["ended_at"] is None else time(row["ended_at"]),
        exit_code=row["exit_code"],
        signal=row["signal"],
        note=note,
    )


def _time_or_none(text: str) -> datetime | None:
    try:
        return time_of(text)
    except ValueError:
        return None


def _newest(connection: sqlite3.Connection, phase: str) -> Attempt | None:
    row = (
        named(connection)
        .execute("SELECT * FROM attempts WHERE phase = ? ORDER BY number DESC LIMIT 1", (phase,))
        .fetchone()
    )
    return None if row is None else attempt_of(row)


def _get(connection: sqlite3.Connection, phase: str, number: int) -> Attempt | None:
    row = (
        named(connection)
        .execute("SELECT * FROM attempts WHERE phase = ? AND number = ?", (phase, number))
        .fetchone()
    )
    return None if row is None else attempt_of(row)


def _known(connection: sqlite3.Connection, attempt: Attempt) -> Attempt:
    found = _get(connection, attempt.phase, attempt.number)
    if found is None:
        raise IllegalStepError(f"The ledger has no attempt {attempt.number} of {attempt.phase}.")
    return found


def _check_turn(newest: Attempt | None, wanted: Attempt) -> None:
    """Whether it is this number's turn: the one before it is over, or it is the first."""
    if newest is not None and (newest.number >= wanted.number or not newest.stage.over):
        raise AttemptExistsError(newest)
    before = 0 if newest is None else newest.number
    if wanted.number != before + 1:
        raise IllegalStepError(
            f"Attempt {wanted.number} of {wanted.phase} can't be made: the next one is {before + 1}."
        )


def _insert(connection: sqlite3.Connection, attempt: Attempt) -> None:
    connection.execute(
        "INSERT INTO attempts "
        "(phase, number, kind, command, asked_by, person, override, gate, intended_at, stage) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            attempt.phase,
            attempt.number,
            attempt.order.kind.value,
            text_of_order(attempt.order),
            attempt.asked_by,
            attempt.person,
            attempt.override,
            text_of_gate(attempt.gate),
            text_of(attempt.intended_at),
            attempt.stage.value,
        ),
    )


def _update(connection: sqlite3.Connection, attempt: Attempt) -> None:
    who = attempt.identity
    connection.execute(
        "UPDATE attempts SET stage = ?, boot_id = ?, pid = ?, process_started = ?, since_boot_s = ?, "
        "started_at = ?, ended_at = ?, exit_code = ?, signal = ?, note = ? WHERE phase = ? AND number = ?",
        (
            attempt.stage.value,
            *((None,) * 4 if who is None else row_of_identity(who)),
            None if attempt.started_at is None else text_of(attempt.started_at),
            None if attempt.ended_at is None else text_of(attempt.ended_at),
            attempt.exit_code,
            attempt.signal,
            attempt.note,
            attempt.phase,
            attempt.number,
        ),
    )
