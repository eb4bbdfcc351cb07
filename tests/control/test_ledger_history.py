"""The history of a real ledger: every action of people, commands and the plan, the newest first."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.checks.model import Status
from backfill_tui.control.attempt import Acceptance, Kind, Order, Stage, StopAsked
from backfill_tui.control.ledger import FILE, Ledger
from backfill_tui.control.offer import Entry
from backfill_tui.sources.presence import Identity

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
DAYS = (date(2021, 11, 5), date(2022, 2, 1))


def at(minute: int) -> datetime:
    return NOW + timedelta(minutes=minute)


def launched(
    ledger: Ledger, number: int, minute: int, *, kind: Kind = Kind.RUN, override: str | None = None
) -> None:
    order = Order("p", (("true",),), Path("/"), kind, days=DAYS if kind is Kind.RETRY else ())
    attempt = ledger.attempts.intend(
        order,
        number=number,
        asked_by="auto" if number == 1 else "screen",
        person="nina",
        override=override,
        gate=(),
        at=at(minute),
    )
    ledger.attempts.advance(attempt, to=Stage.ENDED, exit_code=number - 1, ended_at=at(minute + 1))


def a_night(ledger: Ledger) -> None:
    launched(ledger, 1, 0)
    ledger.stops.ask(StopAsked("p", Identity("b", 4711, 1.0), "wrong range", "command", "otto", at(2)))
    validation = ledger.begin_validation("p", ["player", "team"], is_input=False, asked_by="command", at=at(4))
    ledger.end_validation(validation, Status.FAIL, at=at(5))
    by_interval = ledger.claim_validation("p", "player", at=at(6), every_s=60)
    assert by_interval is not None
    ledger.end_validation(by_interval, Status.PASS, at=at(6))
    launched(ledger, 2, 7, kind=Kind.RETRY, override="the night is short")
    ledger.begin_validation("p", ["player"], is_input=True, asked_by="screen", at=at(9))
    ledger.acceptances.accept(Acceptance("p", "14 dates without games", "nina", at(10)))
    ledger.acknowledgements.acknowledge("stalled:p", at(1), person="otto", at=at(11))


def test_every_action_is_told_newest_first_but_for_what_was_asked_by_interval(ledger: Ledger) -> None:
    a_night(ledger)
    assert ledger.history.entries() == (
        Entry(at(11), "acknowledge", "", "otto", "stalled:p"),
        Entry(at(10), "accept", "p", "nina", "p", "14 dates without games"),
        Entry(at(9), "validate", "p", "a screen", "its input player", outcome="not ended"),
        Entry(at(7), "retry", "p", "nina", "attempt 2", "the night is short", "exit code 1", at(8), DAYS),
        Entry(at(4), "validate", "p", "a command", "player, team", "", "fail", at(5)),
        Entry(at(2), "stop", "p", "otto", "pid 4711", "wrong range"),
        Entry(at(0), "launch", "p", "the plan, run by nina", "attempt 1", "", "exit code 0", at(1)),
    )


@pytest.mark.parametrize("limit", range(8))
def test_of_a_long_history_the_newest_are_told(ledger: Ledger, limit: int) -> None:
    a_night(ledger)
    assert ledger.history.entries(limit) == ledger.history.entries()[:limit]


@pytest.mark.parametrize(
    ("stage", "note", "outcome"),
    [
        (Stage.RUNNING, "", "running"),
        (Stage.LOST, "", "ended, nobody recorded how"),
        (Stage.NOT_STARTED, "Its command was not found.", "not started: Its command was not found."),
    ],
)
def test_what_came_of_a_launch_is_told(ledger: Ledger, stage: Stage, note: str, outcome: str) -> None:
    order = Order("p", (("true",),), Path("/"))
    attempt = ledger.attempts.intend(
        order, number=1, asked_by="command", person="nina", override=None, gate=(), at=NOW
    )
    assert ledger.history.entries()[0].outcome == "not started yet"
    ledger.attempts.advance(attempt, to=stage, note=note)
    assert ledger.history.entries()[0].outcome == outcome


def test_how_a_process_ended_is_told(ledger: Ledger) -> None:
    stop = StopAsked("p", Identity("b", 4711, 1.0), "hangs", "auto", "nina", NOW)
    ledger.stops.ask(stop)
    ledger.stops.killed(stop, at=at(1))
    order = Order("p", (("true",),), Path("/"))
    attempt = ledger.attempts.intend(
        order, number=1, asked_by="command", person="nina", override=None, gate=(), at=NOW
    )
    ledger.attempts.advance(attempt, to=Stage.ENDED, signal="SIGKILL")
    assert [(entry.action, entry.outcome) for entry in ledger.history.entries()] == [
        ("launch", "ended by SIGKILL"),
        ("stop", "killed after its grace"),
    ]


def test_an_alert_is_acknowledged_once_an_occurrence(ledger: Ledger) -> None:
    for since, minute in ((at(0), 1), (at(0), 2), (at(3), 4)):
        ledger.acknowledgements.acknowledge("stalled:p", since, person="nina", at=at(minute))
    assert [one.since for one in ledger.acknowledgements.recent(9)] == [at(3), at(0)]
    assert [entry.at for entry in ledger.history.entries()] == [at(4), at(1)]


def test_rows_of_another_version_do_not_break_the_history(ledger: Ledger, tmp_path: Path) -> None:
    a_night(ledger)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE stops SET at = 'yesterday'")
        connection.execute("UPDATE acceptances SET at = '2026-01-03T20:00:00'")  # in no time zone
        connection.execute("UPDATE acknowledgements SET since = ''")
        connection.execute("UPDATE validations SET suites = '{}'")
        connection.execute("UPDATE attempts SET command = '' WHERE number = 2")
    retry, launch = ledger.history.entries()
    assert (retry.action, retry.what, retry.outcome, retry.days) == ("retry", "attempt 2", "exit code 1", ())
    assert launch.action == "launch"
    assert ledger.stops.newest("p") is None
    assert ledger.acceptances.newest("p") is None
    assert ledger.acknowledgements.recent(9) == ()
