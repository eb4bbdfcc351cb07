"""Finished units in a real ledger: kept once, only what is new, and never worse than they were."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.control.ledger import FILE, Ledger
from backfill_tui.control.ledger.units import FinishedUnit, SeenRun, finished_of
from backfill_tui.progress.account import Account, Run, RunEnd, Unit, UnitState
from backfill_tui.sources.events import Mode

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
RUN = Run(
    started_at=NOW,
    ended_at=None,
    ended=RunEnd.OPEN,
    dates=None,
    units_total=1537,
    workers=15,
    mode=Mode.PARALLEL,
    fresh=False,
    resumes_from=None,
    dialect="parallel",
    dialect_reason="",
    offset=0,
)


def units(count: int, *, since: int = 0) -> list[FinishedUnit]:
    return [
        FinishedUnit(
            date(2021, 10, 19) + timedelta(days=i),
            UnitState.EMPTY if i % 3 else UnitState.DONE,
            NOW + timedelta(seconds=i + 1),
            None if i % 5 == 0 else i / 7,
        )
        for i in range(since, since + count)
    ]


def seen(run: Run, kept: list[FinishedUnit]) -> SeenRun:
    assert run.started_at is not None
    return SeenRun(run.started_at, run.ended_at, run.ended, run.workers, run.mode, tuple(kept))


def test_a_run_comes_back_with_what_it_finished_in_the_order_in_which_it_did(ledger: Ledger) -> None:
    ledger.units.keep("p", [RUN], {0: units(1537)[::-1]})
    assert ledger.units.of("p") == (seen(RUN, units(1537)),)
    assert ledger.units.of("q") == ()


def test_only_what_is_new_is_written_and_nothing_twice(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.units.keep("p", [RUN], {0: units(1537)})
    before = ledger.version
    monkeypatch.setattr("backfill_tui.control.ledger.faults.BUSY_S", 0)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")  # where nothing is new, nobody is waited for
        ledger.units.keep("p", [RUN], {0: units(1537)})
    assert ledger.version == before
    with closing(Ledger.open(tmp_path)) as other:
        written = other.version
        other.units.keep("p", [RUN], {0: units(1540)})
        assert other.version != written
        with closing(sqlite3.connect(tmp_path / FILE)) as connection:
            assert connection.execute("SELECT count(*) FROM finished_units").fetchone() == (1540,)
    assert ledger.units.of("p") == (seen(RUN, units(1540)),)


def test_what_a_reader_of_half_a_log_tells_takes_nothing_back(ledger: Ledger) -> None:
    known = FinishedUnit(date(2021, 10, 20), UnitState.FAILED, NOW + timedelta(seconds=9), 4.5)
    done = replace(RUN, ended=RunEnd.COMPLETED, ended_at=NOW + timedelta(seconds=10))
    ledger.units.keep("p", [done], {0: [*units(1), known]})
    ledger.units.keep("p", [RUN], {0: [replace(known, duration_s=None)]})
    ledger.units.keep("p", [RUN], {0: [replace(known, state=UnitState.DONE, ended_at=NOW)]})
    assert ledger.units.of("p") == (seen(done, [*units(1), known]),)


def test_a_date_that_a_run_does_again_has_its_latest_outcome(ledger: Ledger) -> None:
    (first,) = units(1)
    second = replace(first, state=UnitState.FAILED, ended_at=first.ended_at + timedelta(hours=1), duration_s=60.0)
    ledger.units.keep("p", [RUN], {0: [first]})
    ledger.units.keep("p", [RUN], {0: [first, second]})
    assert ledger.units.of("p")[0].units == (second,)


def test_how_a_run_ended_is_told_once_it_is_known(ledger: Ledger) -> None:
    killed = replace(RUN, ended=RunEnd.KILLED, ended_at=NOW + timedelta(hours=1))
    completed = replace(RUN, ended=RunEnd.COMPLETED, ended_at=NOW + timedelta(hours=1))
    for run in (RUN, killed, completed):
        ledger.units.keep("p", [run], {})
        assert ledger.units.of("p") == (seen(run, []),)
    ledger.units.keep("p", [killed], {})
    assert ledger.units.of("p") == (seen(completed, []),)


def test_the_newest_runs_are_told_oldest_first_and_one_without_a_start_is_left_out(ledger: Ledger) -> None:
    runs = [replace(RUN, started_at=NOW + timedelta(hours=i), workers=None) for i in range(4)]
    ledger.units.keep("p", [runs[0], replace(RUN, started_at=None), *runs[1:]], {1: units(5), 2: units(1)})
    assert ledger.units.of("p", newest=3) == (seen(runs[1], units(1)), seen(runs[2], []), seen(runs[3], []))


def test_an_account_tells_which_run_finished_what() -> None:
    day = date(2024, 1, 1)
    told = [
        Unit(day, UnitState.DONE, at=NOW, duration_s=3.0, run=1),
        Unit(day + timedelta(1), UnitState.RUNNING, at=NOW, run=1),
        Unit(day + timedelta(2), UnitState.DONE, at=NOW),  # the checkpoint's word
        Unit(day + timedelta(3), UnitState.SKIPPED, run=0),  # nobody knows when
        Unit(day + timedelta(4), UnitState.FAILED, at=NOW, run=0),
    ]
    assert finished_of(Account(units={unit.day: unit for unit in told})) == {
        1: [FinishedUnit(day, UnitState.DONE, NOW, 3.0)],
        0: [FinishedUnit(day + timedelta(4), UnitState.FAILED, NOW)],
    }


def test_rows_of_another_version_are_left_out(ledger: Ledger, tmp_path: Path) -> None:
    later = replace(RUN, started_at=NOW + timedelta(hours=1))
    ledger.units.keep("p", [RUN, later], {0: units(3), 1: units(3)})
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE runs_seen SET mode = 'backwards' WHERE id = 1")
        connection.execute("UPDATE finished_units SET state = 'postponed' WHERE run = 2 AND day = '2021-10-19'")
    assert ledger.units.of("p") == (seen(later, units(2, since=1)),)
    ledger.units.keep("p", [RUN], {0: units(4)})


def test_whoever_may_only_look_keeps_nothing_and_does_not_complain(ledger: Ledger, tmp_path: Path) -> None:
    ledger.units.keep("p", [RUN], {0: units(2)})
    looking = Ledger.existing(tmp_path)
    assert looking is not None
    with closing(looking):
        looking.units.keep("p", [RUN], {0: units(9)})
        assert looking.units.of("p") == (seen(RUN, units(2)),)
