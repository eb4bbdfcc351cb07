"""Notices: which alerts were told, the messages that wait to be sent, and how it goes with each address.

Whoever sees something new claims it here, and with that the messages are on their way: several screens tell it
once, and none is lost with the process that saw it. An address goes by its label; what it is stays in the plan.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.rows import identity_of_row, named, row_of_identity, understood
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.control.model import Alert, Severity
from backfill_tui.control.notices import Notice, NotifierSeen, Told, is_news
from backfill_tui.sources.presence import Identity

WAITING_AT_MOST = 50
"""So many messages wait for one address; more than that are not sent to it."""

LATE = timedelta(hours=1)
"""A message that has waited for longer is not sent: nobody is to be woken by yesterday's."""

KEPT = 2_000
"""So many of the newest messages are kept."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is to be sent now, by its number.

    It was tried `tries` times before, and so many `failures` in a row there were with its address.
    """

    number: int
    notice: Notice
    tries: int
    failures: int


@dataclass(frozen=True, slots=True)
class ToldAlert:
    """An alert that was told and stands, and who sees it."""

    alert: str
    title: str
    told_at: datetime
    seen_by: Identity


class Notices:
    """What was told of a plan, and what is to be."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def tell(self, alert: Alert, notice: Notice, to: Sequence[str], *, me: Identity) -> bool:
        """Take it on to tell of an alert, as of the notice's time. False: it was told already, by whomever."""
        with self._file.writing() as connection:
            if not is_news(alert, _told(connection, alert.id), notice.at):
                return False
            connection.execute(
                "INSERT OR REPLACE INTO told_alerts "
                "(alert, severity, title, told_at, over_at, boot_id, pid, process_started, since_boot_s) "
                "VALUES (?, ?, ?, ?, NULL, ?, ?, ?, ?)",
                (alert.id, alert.severity.value, alert.title, text_of(notice.at), *row_of_identity(me)),
            )
            _post(connection, notice, to)
        return True

    def over(self, alert: str, notice: Notice, to: Sequence[str]) -> bool:
        """Take it on to tell that an alert has ended. False: that was told, or it never was."""
        with self._file.writing() as connection:
            done = connection.execute(
                "UPDATE told_alerts SET over_at = ? WHERE alert = ? AND over_at IS NULL",
                (text_of(notice.at), alert),
            )
            if not done.rowcount:
                return False
            _post(connection, notice, to)
        return True

    def standing(self) -> tuple[ToldAlert, ...]:
        """The alerts that were told and have not ended."""
        with self._file.reading() as connection:
            rows = named(connection).execute("SELECT * FROM told_alerts WHERE over_at IS NULL ORDER BY told_at")
            return understood(_told_alert_of, rows)

    def seen_by(self, alert: str, me: Identity) -> None:
        """Whoever told of an alert is gone, and somebody else sees it now."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE told_alerts SET boot_id = ?, pid = ?, process_started = ?, since_boot_s = ? "
                "WHERE alert = ?",
                (*row_of_identity(me), alert),
            )

    def post(self, notice: Notice, to: Sequence[str]) -> None:
        """Take it on to send a message, unless one of its key is on its way, or was sent."""
        with self._file.writing() as connection:
            _post(connection, notice, to)

    def next_for(self, label: str, *, at: datetime, within_s: float) -> Waiting | None:
        """The oldest message that waits for an address, to be sent within that time by whoever asks.

        None: there is none; or the address is left alone, or somebody else is sending to it.
        """
        with self._file.reading() as connection:  # most ask in vain, and need no lock to see that
            if _oldest(connection, label) is None:
                return None
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE notices SET stage = 'late' WHERE address = ? AND stage = 'waiting' AND at < ?",
                (label, text_of(at - LATE)),
            )
            waiting = _oldest(connection, label)
            if waiting is None or _is_busy(connection, label, at):
                return None
            connection.execute(
                "INSERT INTO notifiers (address, taken_until) VALUES (?, ?) "
                "ON CONFLICT (address) DO UPDATE SET taken_until = excluded.taken_until",
                (label, text_of(at + timedelta(seconds=within_s))),
            )
        return waiting

    def sent(self, label: str, number: int | None, *, at: datetime) -> None:
        """A message went through; without a number, one that did not wait here."""
        with self._file.writing() as connection:
            if number is not None:
                connection.execute("UPDATE notices SET stage = 'sent', tries = tries + 1 WHERE id = ?", (number,))
            connection.execute(
                "INSERT INTO notifiers (address, sent_at) VALUES (?, ?) "
                "ON CONFLICT (address) DO UPDATE SET sent_at = excluded.sent_at, taken_until = NULL, "
                "due_at = NULL, failing_since = NULL, failures = 0, why = ''",
                (label, text_of(at)),
            )

    def not_sent(
        self, label: str, number: int | None, why: str, *, at: datetime, due_at: datetime | None, given_up: bool
    ) -> None:
        """A message did not go through. The address is left alone until then; `given_up`: it is not tried again."""
        with self._file.writing() as connection:
            if number is not None:
                connection.execute(
                    "UPDATE notices SET stage = ?, tries = tries + 1 WHERE id = ?",
                    ("failed" if given_up else "waiting", number),
                )
            connection.execute(
                "INSERT INTO notifiers (address, failing_since, failures, why, due_at) "
                "VALUES (:label, :at, 1, :why, :due_at) "
                "ON CONFLICT (address) DO UPDATE SET failing_since = coalesce(failing_since, :at), "
                "failures = failures + 1, why = :why, due_at = :due_at, taken_until = NULL",
                {"label": label, "at": text_of(at), "why": why, "due_at": text_of(due_at) if due_at else None},
            )

    def failing(self) -> tuple[NotifierSeen, ...]:
        """The addresses that the last message did not get through to."""
        with self._file.reading() as connection:
            rows = named(connection).execute(
                "SELECT * FROM notifiers WHERE failing_since IS NOT NULL ORDER BY address"
            )
            return understood(_notifier_of, rows)


def _post(connection: sqlite3.Connection, notice: Notice, to: Sequence[str]) -> None:
    for label in to:
        (waiting,) = connection.execute(
            "SELECT count(*) FROM notices WHERE address = ? AND stage = 'waiting'", (label,)
        ).fetchone()
        connection.execute(
            "INSERT INTO notices (key, address, severity, title, body, at, stage) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            (
                notice.key,
                label,
                notice.severity.value,
                notice.title,
                notice.body,
                text_of(notice.at),
                "waiting" if waiting < WAITING_AT_MOST else "too_many",
            ),
        )
    connection.execute(
        "DELETE FROM notices WHERE stage <> 'waiting' AND id <= (SELECT max(id) FROM notices) - ?", (KEPT,)
    )


def _told(connection: sqlite3.Connection, alert: str) -> Told | None:
    rows = named(connection).execute("SELECT * FROM told_alerts WHERE alert = ?", (alert,))
    return next(iter(understood(_told_of, rows)), None)


def _oldest(connection: sqlite3.Connection, label: str) -> Waiting | None:
    rows = named(connection).execute(
        "SELECT notices.*, coalesce(failures, 0) AS failures FROM notices LEFT JOIN notifiers USING (address) "
        "WHERE address = ? AND stage = 'waiting' ORDER BY id LIMIT 1",
        (label,),
    )
    return next(iter(understood(_waiting_of, rows)), None)


def _is_busy(connection: sqlite3.Connection, label: str, at: datetime) -> bool:
    """Whether an address is left alone or sent to. What lies further ahead than that can be is of another clock."""
    row = connection.execute("SELECT taken_until, due_at FROM notifiers WHERE address = ?", (label,)).fetchone()
    ahead = [time_of(text) - at for text in row or () if text is not None]
    return any(timedelta(0) < left <= LATE for left in ahead)


def _told_of(row: sqlite3.Row) -> Told:
    over_at = time_of(row["over_at"]) if row["over_at"] is not None else None
    return Told(Severity(row["severity"]), time_of(row["told_at"]), over_at)


def _told_alert_of(row: sqlite3.Row) -> ToldAlert:
    return ToldAlert(row["alert"], row["title"], time_of(row["told_at"]), identity_of_row(row))


def _waiting_of(row: sqlite3.Row) -> Waiting:
    at, severity = time_of(row["at"]), Severity(row["severity"])
    notice = Notice(row["key"], severity, row["title"], row["body"], at)
    return Waiting(row["id"], notice, row["tries"], row["failures"])


def _notifier_of(row: sqlite3.Row) -> NotifierSeen:
    return NotifierSeen(row["address"], time_of(row["failing_since"]), row["failures"], row["why"])
