"""What runs took for their dates, kept beyond the logs that told it: later forecasts learn from it.

Nothing is decided by it: what the ledger does not know of a run, a forecast does without.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.rows import named, understood
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.progress.account import Account, Run, RunEnd, UnitState
from backfill_tui.sources.events import Mode

FINISHED = frozenset({UnitState.DONE, UnitState.EMPTY, UnitState.SKIPPED, UnitState.FAILED})

_ENDS = (RunEnd.OPEN, RunEnd.KILLED, RunEnd.COMPLETED)
"""From what is said of a run while little is known to what is said once its summary was read."""


@dataclass(frozen=True, slots=True)
class FinishedUnit:
    """One date that a run has finished. `ended_at` is aware; `duration_s` is None where its start was not seen.

    `records` is how many it wrote, None where its log does not tell.
    """

    day: date
    state: UnitState
    ended_at: datetime
    duration_s: float | None = None
    records: int | None = None


@dataclass(frozen=True, slots=True)
class SeenRun:
    """A run of a phase, ours or not, with what it finished in the order in which it did. Times are aware, UTC."""

    started_at: datetime
    ended_at: datetime | None
    ended: RunEnd
    workers: int | None
    mode: Mode
    units: tuple[FinishedUnit, ...]


@dataclass(frozen=True, slots=True)
class _RunRow:
    """A run as its row has it."""

    started_at: str
    ended_at: str | None
    ended: str
    workers: int | None
    mode: str

    @property
    def rank(self) -> tuple[int, str]:
        """How much is known of its end: what ranks lower is older knowledge, or that of half a log."""
        return _ENDS.index(RunEnd(self.ended)) if self.ended in set(RunEnd) else len(_ENDS), self.ended_at or ""


@dataclass(frozen=True, slots=True)
class _UnitRow:
    """A finished unit as its row has it."""

    day: str
    state: str
    ended_at: str
    duration_s: float | None
    records: int | None

    def adds_to(self, before: "_UnitRow | None") -> bool:
        """Whether it tells something that the row of its day does not: its latest outcome counts."""
        if before is None or self.ended_at != before.ended_at:
            return before is None or self.ended_at > before.ended_at
        if self.state != before.state or (before.duration_s is None and self.duration_s is not None):
            return True
        return before.records is None and self.records is not None


@dataclass(frozen=True, slots=True)
class _News:
    """What a run's rows lack. `row`: the number of the run's own, if it has one."""

    row: int | None
    run: _RunRow
    run_changed: bool
    units: list[_UnitRow]


class Units:
    """The runs seen of all phases, with their finished units."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def keep(self, phase: str, runs: Sequence[Run], finished: Mapping[int, Sequence[FinishedUnit]]) -> None:
        """Keep what is new in the runs of a phase; `finished` has the units of each by its index.

        A run is known by its start: one whose log tells none is left out. What was kept and is told no more (a log
        that was rotated away) stays. Where nothing is new no lock is taken; to see that takes some milliseconds for
        1,500 units, so not at every tick. Whoever may only look keeps nothing.
        """
        if self._file.read_only:
            return
        told = _told(runs, finished)
        with self._file.reading() as connection:
            if not any(_news(connection, phase, told)):
                return
        with self._file.writing() as connection:
            for news in _news(connection, phase, told):
                _write(connection, phase, news)

    def of(self, phase: str, *, newest: int = 20) -> tuple[SeenRun, ...]:
        """The newest runs of a phase, in the order in which they started."""
        with self._file.reading() as connection:
            rows = (
                named(connection)
                .execute(
                    "SELECT * FROM runs_seen WHERE phase = ? ORDER BY started_at DESC LIMIT ?", (phase, newest)
                )
                .fetchall()
            )
            return understood(lambda row: _seen_of(connection, row), reversed(rows))


def finished_of(account: Account) -> dict[int, list[FinishedUnit]]:
    """The finished units of an account by the index of the run that decided them, as `keep` wants them."""
    found: dict[int, list[FinishedUnit]] = {}
    for unit in account.units.values():
        if unit.state in FINISHED and unit.run is not None and unit.at is not None:
            done = FinishedUnit(unit.day, unit.state, unit.at, unit.duration_s, unit.records)
            found.setdefault(unit.run, []).append(done)
    return found


_Told = Mapping[str, tuple[_RunRow, Mapping[str, _UnitRow]]]


def _told(runs: Sequence[Run], finished: Mapping[int, Sequence[FinishedUnit]]) -> _Told:
    """The rows of runs and their units, by the start of each run. Of two with one start the later is told of."""
    found: dict[str, tuple[_RunRow, dict[str, _UnitRow]]] = {}
    for index, run in enumerate(runs):
        if run.started_at is None:
            continue
        started = text_of(run.started_at)
        row = _RunRow(
            started,
            None if run.ended_at is None else text_of(run.ended_at),
            run.ended.value,
            run.workers,
            run.mode.value,
        )
        units = found[started][1] if started in found else {}
        for unit in finished.get(index, ()):
            at = text_of(unit.ended_at)
            of = _UnitRow(unit.day.isoformat(), unit.state.value, at, unit.duration_s, unit.records)
            if of.adds_to(units.get(of.day)):
                units[of.day] = of
        found[started] = row, units
    return found


def _news(connection: sqlite3.Connection, phase: str, told: _Told) -> Iterator[_News]:
    """Of each run that has any, what the ledger does not have yet."""
    for run, units in told.values():
        row = connection.execute(
            "SELECT id, started_at, ended_at, ended, workers, mode FROM runs_seen "
            "WHERE phase = ? AND started_at = ?",
            (phase, run.started_at),
        ).fetchone()
        if row is None:
            yield _News(None, run, True, list(units.values()))
            continue
        before = _RunRow(*row[1:])
        kept = {
            day: _UnitRow(day, *rest)
            for day, *rest in connection.execute(
                "SELECT day, state, ended_at, duration_s, records FROM finished_units WHERE run = ?", (row[0],)
            )
        }
        changed = run != before and run.rank >= before.rank
        added = [unit for unit in units.values() if unit.adds_to(kept.get(unit.day))]
        if changed or added:
            yield _News(row[0], run, changed, added)


def _write(connection: sqlite3.Connection, phase: str, news: _News) -> None:
    row, run = news.row, news.run
    if row is None:
        row = connection.execute(
            "INSERT INTO runs_seen (phase, started_at, ended_at, ended, workers, mode) VALUES (?, ?, ?, ?, ?, ?)",
            (phase, run.started_at, run.ended_at, run.ended, run.workers, run.mode),
        ).lastrowid
    elif news.run_changed:
        connection.execute(
            "UPDATE runs_seen SET ended_at = ?, ended = ?, workers = ?, mode = ? WHERE id = ?",
            (run.ended_at, run.ended, run.workers, run.mode, row),
        )
    connection.executemany(
        "INSERT INTO finished_units (run, day, state, ended_at, duration_s, records) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (run, day) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, "
        "duration_s = excluded.duration_s, records = excluded.records",
        [(row, unit.day, unit.state, unit.ended_at, unit.duration_s, unit.records) for unit in news.units],
    )


def _seen_of(connection: sqlite3.Connection, row: sqlite3.Row) -> SeenRun:
    units = named(connection).execute(
        "SELECT * FROM finished_units WHERE run = ? ORDER BY ended_at, day", (row["id"],)
    )
    return SeenRun(
        started_at=time_of(row["started_at"]),
        ended_at=None if row["ended_at"] is None else time_of(row["ended_at"]),
        ended=RunEnd(row["ended"]),
        workers=row["workers"],
        mode=Mode(row["mode"]),
        units=understood(_unit_of, units),
    )


def _unit_of(row: sqlite3.Row) -> FinishedUnit:
    return FinishedUnit(
        day=date.fromisoformat(row["day"]),
        state=UnitState(row["state"]),
        ended_at=time_of(row["ended_at"]),
        duration_s=row["duration_s"],
        records=row["records"],
    )
