"""The ledger, with real files, processes and faults."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.checks.model import Check, Part, Reason, Status, SuiteResult
from backfill_tui.control.ledger import FILE, Ledger, LedgerError
from backfill_tui.control.ledger_schema import MIGRATIONS

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
    line = ledger.readings("p", "player", is_input=True)["usage"]
    assert [(point.at, point.value) for point in line] == [
        (NOW, 47.7),
        (NOW + timedelta(minutes=1), 61.0),
        (NOW + timedelta(minutes=2), 95.2),
    ]
    assert "nothing" not in ledger.readings("p", "player", is_input=True)


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


def test_one_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    Ledger.open(tmp_path).close()
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LedgerError, match="newer version"):
        Ledger.open(tmp_path)


def test_a_file_that_is_no_ledger_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database, and long enough to be looked at as one" * 40)
    with pytest.raises(LedgerError, match="Move it away"):
        Ledger.open(tmp_path)


def test_a_state_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(LedgerError, match="--state-dir"):
        Ledger.open(tmp_path / "state")


def test_one_held_by_somebody_else_for_long_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backfill_tui.control.ledger.BUSY_S", 0.2)
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
