"""The ledger, with real files, processes and faults."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backfill_tui.checks.model import Check, Part, Reason, Status, SuiteResult
from backfill_tui.control.attempt import Acceptance, Order, Stage, StopAsked
from backfill_tui.control.ledger import FILE, Ledger, LedgerError
from backfill_tui.control.ledger.schema import MIGRATIONS
from backfill_tui.control.ledger.units import FinishedUnit
from backfill_tui.progress.account import Run, RunEnd, UnitState
from backfill_tui.sources.events import Mode
from backfill_tui.sources.presence import Identity

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
DATES = (date(2021, 10, 19), date(2026, 1, 2))


def result(value: float = 47.7, at: datetime = NOW, verdict: Status = Status.FAIL) -> SuiteResult:
    return SuiteResult(
        name="player",
        title="Player",
        verdict=verdict,
        at=at,
        table="d.t",
        dates=DATES,
        rows=40_000,
        queries=1,
        bytes_estimated=0,
        bytes_billed=0,
        duration_s=0.25,
        query="SELECT 1",
        digest="abc",
        checks=(
            Check(
                "usage", "metric", "error", verdict, value, ">= 95", "47.7 %", parts=(Part(2021, 7, 48.0, verdict),)
            ),
            Check("nothing", "metric", "warn", Status.UNKNOWN, reason=Reason.NULL_VALUE, todo="Look."),
            Check("missing_dates", "completeness", "error", verdict, 1, dates=(DATES[0],), command=("a", "b c")),
            Check("spot", "query", "info", Status.PASS, 2, columns=("x",), rows=((1,), ("two",))),
        ),
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "state")
    yield opened
    opened.close()


def recorded(ledger: Ledger, one: SuiteResult, phase: str = "p", *, is_input: bool = False) -> None:
    row = ledger.begin_validation(phase, [one.name], is_input=is_input, asked_by="command", at=one.at)
    ledger.record(row, phase, one, is_input=is_input)
    ledger.end_validation(row, one.verdict, at=one.at)


def test_a_result_comes_back_as_it_was_recorded(ledger: Ledger) -> None:
    recorded(ledger, result())
    assert ledger.newest_results("p", is_input=False) == {"player": result()}
    assert ledger.newest_results("p", is_input=True) == {}
    assert ledger.newest_results("q", is_input=False) == {}


def test_the_newest_result_counts_and_the_earlier_ones_are_a_line(ledger: Ledger) -> None:
    for minute, value in enumerate([47.7, 61.0, 95.2]):
        recorded(ledger, result(value, NOW + timedelta(minutes=minute)), is_input=True)
    newest = ledger.newest_results("p", is_input=True)["player"]
    assert newest.check("usage").value == 95.2
    line = ledger.trends("p", "player", is_input=True)["usage"]
    assert [(point.at, point.value) for point in line] == [
        (NOW, 47.7),
        (NOW + timedelta(minutes=1), 61.0),
        (NOW + timedelta(minutes=2), 95.2),
    ]
    assert "nothing" not in ledger.trends("p", "player", is_input=True)


def test_the_version_changes_with_every_write_and_only_then(ledger: Ledger, tmp_path: Path) -> None:
    before = ledger.version
    assert ledger.version == before
    other = Ledger.open(tmp_path / "state")
    recorded(other, result())
    after = ledger.version
    assert after != before
    assert ledger.version == after
    recorded(ledger, result())
    assert ledger.version != after
    other.close()


def test_an_interval_is_claimed_once_however_many_ask(ledger: Ledger, tmp_path: Path) -> None:
    others = [Ledger.open(tmp_path / "state") for _ in range(8)]
    claims: list[int | None] = []
    barrier = threading.Barrier(len(others))

    def claim(one: Ledger) -> None:
        barrier.wait()
        claims.append(one.claim_validation("p", "player", at=NOW, every_s=60))

    threads = [threading.Thread(target=claim, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claim is not None for claim in claims) == 1
    assert ledger.claim_validation("p", "player", at=NOW + timedelta(seconds=59), every_s=60) is None
    assert ledger.claim_validation("p", "other", at=NOW, every_s=60) is not None
    assert ledger.claim_validation("p", "player", at=NOW + timedelta(seconds=60), every_s=60) is not None
    for one in others:
        one.close()


def test_a_claim_that_is_refused_writes_nothing_and_waits_for_nobody(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.claim_validation("p", "player", at=NOW, every_s=60) is not None
    before = ledger.version
    with closing(sqlite3.connect(tmp_path / "state" / FILE, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert ledger.claim_validation("p", "player", at=NOW, every_s=60) is None
    assert ledger.version == before


def test_a_person_who_runs_an_input_takes_its_turn(ledger: Ledger) -> None:
    ledger.begin_validation("p", ["other", "player"], is_input=True, asked_by="screen", at=NOW)
    assert ledger.claim_validation("p", "player", at=NOW + timedelta(seconds=1), every_s=60) is None
    assert ledger.claim_validation("q", "player", at=NOW + timedelta(seconds=1), every_s=60) is not None


def by_interval(ledger: Ledger, count: int, *, phase: str = "p", suite: str = "player") -> None:
    for number in range(count):
        at = NOW + timedelta(seconds=10 * number)
        row = ledger.claim_validation(phase, suite, at=at, every_s=10)
        assert row is not None
        ledger.record(row, phase, replace(result(number, at), name=suite), is_input=True)
        ledger.end_validation(row, Status.FAIL, at=at)


def test_of_what_is_asked_by_interval_only_the_newest_is_kept(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfill_tui.control.ledger.validations.KEPT_VALUES", 20)
    monkeypatch.setattr("backfill_tui.control.ledger.validations.KEPT_WHOLE", 5)
    early = NOW - timedelta(hours=1)
    recorded(ledger, result(1.0, early), is_input=True)  # by a command, and kept for ever
    recorded(ledger, result(2.0, early))
    by_interval(ledger, 3, suite="other")
    by_interval(ledger, 3, phase="q")
    by_interval(ledger, 30)
    assert ledger.newest_results("p", is_input=True)["player"].check("usage").value == 29
    line = ledger.trends("p", "player", is_input=True)["usage"]
    assert [point.value for point in line] == [1.0, *range(10, 30)]
    assert len(ledger.trends("p", "other", is_input=True)["usage"]) == 3
    assert len(ledger.trends("q", "player", is_input=True)["usage"]) == 3
    assert ledger.newest_results("p", is_input=False) == {"player": result(2.0, early)}
    with closing(sqlite3.connect(tmp_path / "state" / FILE)) as connection:
        of = "phase = 'p' AND suite = 'player' AND is_input = 1"
        rows = connection.execute(f"SELECT result IS NOT NULL FROM suite_results WHERE {of} ORDER BY id").fetchall()
        assert [whole for (whole,) in rows] == [1] + [0] * 15 + [1] * 5
        for table, kept in (("validations", 1 + 1 + 3 + 3 + 20), ("suite_results", 1 + 1 + 3 + 3 + 20)):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (kept,)
        assert connection.execute("SELECT count(DISTINCT result) FROM check_values").fetchone() == (28,)


def test_of_what_an_input_told_the_turning_points_are_kept_for_ever(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfill_tui.control.ledger.validations.KEPT_VALUES", 3)
    told = "GGGGUGBBBBUBGGGGGGGG"
    verdicts = {"G": Status.PASS, "B": Status.FAIL, "U": Status.UNKNOWN}
    for number, letter in enumerate(told):
        at = NOW + timedelta(minutes=number)
        row = ledger.claim_validation("p", "player", at=at, every_s=10)
        assert row is not None
        ledger.record(row, "p", replace(result(1.0, at), verdict=verdicts[letter]), is_input=True)
    kept = ledger.findings("p", "player")
    assert "".join(one.finding.value[0] for one in kept) == "ggbbgggg"
    minutes = [(one.at - NOW) // timedelta(minutes=1) for one in kept]
    assert minutes[:5] == [0, 5, 6, 11, 12]
    assert minutes[-3:] == [17, 18, 19]


def acted(ledger: Ledger) -> None:
    """All that is asked of a phase's attempts, stops, acceptances and units; lists of everything are not."""
    order = Order("p", (("true",),), Path("/"))
    attempt = ledger.attempts.intend(
        order, number=1, asked_by="command", person="nina", override=None, gate=(), at=NOW
    )
    ledger.attempts.advance(attempt, to=Stage.RUNNING)
    assert ledger.attempts.newest("p") == ledger.attempts.get("p", 1)
    stop = StopAsked("p", Identity("b", 1, 1.0), "r", "command", "nina", NOW)
    ledger.stops.ask(stop)
    ledger.stops.killed(stop, at=NOW)
    assert ledger.stops.newest("p")
    ledger.acceptances.accept(Acceptance("p", "r", "nina", NOW))
    assert ledger.acceptances.newest("p")
    ledger.acknowledgements.acknowledge("a", NOW, person="nina", at=NOW)
    run = Run(NOW, None, RunEnd.OPEN, None, 1, 1, Mode.SEQUENTIAL, False, None, "day-by-day", "", 0)
    for end in (RunEnd.OPEN, RunEnd.KILLED):
        ledger.units.keep("p", [replace(run, ended=end)], {0: [FinishedUnit(DATES[0], UnitState.DONE, NOW)]})
    assert ledger.units.of("p")


def test_no_query_of_ours_reads_a_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the ledger asks is listened to, then SQLite is asked how it would find each."""
    asked: set[str] = set()
    connect = sqlite3.connect

    def listened(*words: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*words, **options)
        connection.set_trace_callback(asked.add)
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", listened)
        ledger = Ledger.open(tmp_path)
        by_interval(ledger, 3)
        assert ledger.claim_validation("p", "player", at=NOW, every_s=10) is None
        recorded(ledger, result())
        assert ledger.newest_results("p", is_input=True)
        assert ledger.trends("p", "player", is_input=True)
        assert ledger.findings("p", "player")
        ledger.keep_calendar("x", {DATES[0]: 1.0}, at=NOW)
        assert ledger.calendar("x")
        acted(ledger)
        ledger.close()
    verbs = ("SELECT", "UPDATE", "DELETE", "INSERT")
    queries = [text.strip() for text in asked if text.strip().startswith(verbs) and "user_version" not in text]
    assert {text.split()[0] for text in queries} == set(verbs)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:  # what goes with a row that is let go
            for _, _, _, column, *_ in connection.execute(f"PRAGMA foreign_key_list({table})").fetchall():
                queries.append(f"DELETE FROM {table} WHERE {column} = 1")
        scans = {
            step
            for query in queries
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {query}")
            if step.startswith("SCAN")
        }
    assert scans <= {"SCAN newest", "SCAN json_each VIRTUAL TABLE INDEX 1:"}  # its 240 rows; the names in one row


def test_a_calendar_is_kept_with_its_time(ledger: Ledger) -> None:
    assert ledger.calendar("x") is None
    ledger.keep_calendar("x", {date(2024, 1, 1): 3.0}, at=NOW)
    ledger.keep_calendar("x", {date(2024, 1, 2): 4.0}, at=NOW + timedelta(hours=1))
    assert ledger.calendar("x") == (NOW + timedelta(hours=1), {date(2024, 1, 2): 4.0})


def test_many_processes_may_make_and_write_it_at_once(tmp_path: Path) -> None:
    state = tmp_path / "state"
    script = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from backfill_tui.control.ledger import Ledger\n"
        "ledger = Ledger.open(Path(sys.argv[1]))\n"
        "for _ in range(20):\n"
        "    ledger.begin_validation('p', ['s'], is_input=False, asked_by='command', at=datetime.now(UTC))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(state)]) for _ in range(6)]
    assert [writer.wait(60) for writer in writers] == [0] * 6
    with sqlite3.connect(state / FILE) as connection:
        assert connection.execute("SELECT count(*) FROM validations").fetchone() == (120,)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_one_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    assert Ledger.existing(tmp_path / "state") is None
    assert not (tmp_path / "state").exists()


def looked_at(state_dir: Path) -> Ledger:
    seen = Ledger.existing(state_dir)
    assert seen is not None
    return seen


def test_one_that_is_only_looked_at_follows_what_others_write_and_writes_nothing(
    ledger: Ledger, tmp_path: Path
) -> None:
    recorded(ledger, result())
    seen = looked_at(tmp_path / "state")
    before = seen.version
    recorded(ledger, result(95.2))
    assert seen.version != before
    assert seen.newest_results("p", is_input=False) == {"player": result(95.2)}
    with pytest.raises(LedgerError, match="readonly"):
        recorded(seen, result())
    seen.keep_calendar("x", {}, at=NOW)  # a saving only: no reason to complain
    assert ledger.calendar("x") is None
    seen.close()


@pytest.mark.parametrize("name", ["a?mode=rwc#b", "50 %41", "Überprüfung"])
def test_the_name_of_its_folder_is_only_a_name(tmp_path: Path, name: str) -> None:
    Ledger.open(tmp_path / name).close()
    looked_at(tmp_path / name).close()
    assert (tmp_path / name / FILE).exists()
    assert [one.name for one in tmp_path.iterdir()] == [name]


@contextmanager
def without_rights() -> Iterator[None]:
    """As somebody who may not write what is read-only: root may."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def others_folder() -> Iterator[Path]:
    """A folder that anybody may look into; pytest's own are for their owner alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o755)


def test_one_in_a_folder_that_cannot_be_written_is_read_and_followed(others_folder: Path) -> None:
    with closing(Ledger.open(others_folder)) as ledger:
        recorded(ledger, result())
    others_folder.chmod(0o555)
    with without_rights():
        seen = looked_at(others_folder)
        assert seen.newest_results("p", is_input=False) == {"player": result()}
        before = seen.version
        assert seen.version == before
        assert [one.name for one in others_folder.iterdir()] == [FILE]
    others_folder.chmod(0o755)
    with closing(Ledger.open(others_folder)) as ledger:
        recorded(ledger, result(95.2))
        others_folder.chmod(0o555)
        with without_rights():  # now there is a log beside it
            assert seen.version != before
            assert seen.newest_results("p", is_input=False) == {"player": result(95.2)}
    seen.close()


def test_where_a_log_cannot_be_read_nothing_old_is_told(others_folder: Path, tmp_path: Path) -> None:
    with closing(Ledger.open(tmp_path)) as writer:
        recorded(writer, result())
        for suffix in ("", "-wal"):  # as it was left by one that was killed
            (others_folder / f"{FILE}{suffix}").write_bytes((tmp_path / f"{FILE}{suffix}").read_bytes())
    others_folder.chmod(0o555)
    with without_rights(), pytest.raises(LedgerError, match="can't be opened"):
        Ledger.existing(others_folder)


def test_one_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (tmp_path / FILE).read_bytes()
    for way in (Ledger.open, Ledger.existing):
        with pytest.raises(LedgerError, match="newer version"):
            way(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_one_of_an_older_version_is_not_brought_up_to_date_by_looking(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("CREATE TABLE old (x)")
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(LedgerError, match="older version"):
        Ledger.existing(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_one_that_is_being_made_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    assert Ledger.existing(tmp_path) is None


def test_an_opening_that_fails_lets_go_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database, and long enough to be looked at as one" * 40)
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def connected(*words: Any, **options: Any) -> sqlite3.Connection:
        made.append(connect(*words, **options))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", connected)
    for way in (Ledger.open, Ledger.existing):
        with pytest.raises(LedgerError):
            way(tmp_path)
    assert len(made) == 2
    for connection in made:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_a_file_that_is_no_ledger_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database, and long enough to be looked at as one" * 40)
    with pytest.raises(LedgerError, match="Move it away"):
        Ledger.open(tmp_path)


def test_a_state_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(LedgerError, match="--state-dir"):
        Ledger.open(tmp_path / "state")


def test_one_held_by_somebody_else_for_long_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backfill_tui.control.ledger.faults.BUSY_S", 0.2)
    ledger = Ledger.open(tmp_path)
    holder = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="another process has held it"):
        recorded(ledger, result())
    holder.execute("ROLLBACK")
    recorded(ledger, result())
    holder.close()
    ledger.close()


def test_a_write_that_fails_half_way_leaves_nothing(ledger: Ledger) -> None:
    odd = result()
    with pytest.raises(LedgerError):
        ledger.record(12345, "p", odd, is_input=False)  # of a validation that was never begun
    assert ledger.newest_results("p", is_input=False) == {}
    recorded(ledger, odd)


def test_a_result_that_another_version_wrote_is_left_out(ledger: Ledger, tmp_path: Path) -> None:
    recorded(ledger, result())
    connection = sqlite3.connect(tmp_path / "state" / FILE)
    connection.execute("""UPDATE suite_results SET result = '{"name": "player"}'""")
    connection.commit()
    connection.close()
    assert ledger.newest_results("p", is_input=False) == {}


def test_an_older_result_does_not_stand_in_for_one_that_cannot_be_read(ledger: Ledger, tmp_path: Path) -> None:
    recorded(ledger, result(verdict=Status.PASS))
    recorded(ledger, result(verdict=Status.FAIL))
    with closing(sqlite3.connect(tmp_path / "state" / FILE)) as connection, connection:
        connection.execute("UPDATE suite_results SET result = '{}' WHERE id = (SELECT max(id) FROM suite_results)")
    assert ledger.newest_results("p", is_input=False) == {}


def test_of_two_checks_of_one_name_the_first_is_drawn(ledger: Ledger) -> None:
    twice = result()
    recorded(ledger, replace(twice, checks=(*twice.checks, replace(twice.checks[0], value=1.0))))
    assert [point.value for point in ledger.trends("p", "player", is_input=False)["usage"]] == [47.7]
