"""A ledger of the first version, with rows in it, under this one."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backfill_tui.checks.model import Check, Status, SuiteResult
from backfill_tui.checks.record import suite_json
from backfill_tui.control.attempt import Acceptance, Order
from backfill_tui.control.dirt import Finding, Told
from backfill_tui.control.ledger import FILE, Ledger, LedgerError
from backfill_tui.control.ledger.schema import MIGRATIONS
from backfill_tui.control.ledger.times import text_of

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
RESULT = SuiteResult(
    "player", "Player", Status.FAIL, NOW, (Check("usage", "metric", "error", Status.FAIL, 47.7),), digest="abc"
)
WEIGHTS = {date(2024, 1, 1): 3.0}


@contextmanager
def first_version() -> Iterator[None]:
    """This program as it was when there was one migration."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backfill_tui.control.ledger.file.MIGRATIONS", MIGRATIONS[:1])
        yield


def recorded(folder: Path, *, is_input: bool = False) -> None:
    """A result as a program of the first version writes it."""
    at = text_of(NOW)
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        row = connection.execute(
            "INSERT INTO validations (phase, is_input, suites, asked_by, began_at, ended_at, verdict) "
            "VALUES ('p', ?, '[\"player\"]', 'command', ?, ?, 'fail')",
            (is_input, at, at),
        )
        connection.execute(
            "INSERT INTO suite_results "
            "(validation, phase, is_input, suite, by_interval, at, verdict, digest, result) "
            "VALUES (?, 'p', ?, 'player', 0, ?, 'fail', 'abc', ?)",
            (row.lastrowid, is_input, at, json.dumps(suite_json(RESULT))),
        )


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a ledger of the first version."""
    with first_version(), closing(Ledger.open(tmp_path)) as ledger:
        recorded(tmp_path)
        ledger.keep_calendar("x", WEIGHTS, at=NOW)
    assert version_of(tmp_path) == 1
    return tmp_path


def version_of(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def test_it_keeps_its_rows_and_takes_attempts(old: Path) -> None:
    with closing(Ledger.open(old)) as ledger:
        assert ledger.newest_results("p", is_input=False) == {"player": RESULT}
        assert ledger.calendar("x") == (NOW, WEIGHTS)
        assert ledger.attempts.all() == ()
        attempt = ledger.attempts.intend(
            Order("p", (("true",),), old),
            number=1,
            asked_by="command",
            person="nina",
            override=None,
            gate=(),
            at=NOW,
        )
        assert ledger.attempts.newest("p") == attempt
        assert {entry.action for entry in ledger.history.entries()} == {"validate", "launch"}
    assert version_of(old) == len(MIGRATIONS)


def test_what_its_verdicts_told_of_an_input_is_told_by_them(old: Path) -> None:
    recorded(old, is_input=True)
    with closing(Ledger.open(old)) as ledger:
        assert ledger.findings("p", "player") == (Told(NOW, Finding.BAD),)


def test_looking_at_it_changes_nothing_and_says_what_does(old: Path) -> None:
    before = (old / FILE).read_bytes()
    with pytest.raises(LedgerError, match="older version") as error:
        Ledger.existing(old)
    assert "bring it up to date" in str(error.value)
    assert (old / FILE).read_bytes() == before


def test_whoever_has_it_open_meanwhile_goes_on(old: Path) -> None:
    with first_version(), closing(Ledger.open(old)) as before:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("backfill_tui.control.ledger.file.MIGRATIONS", MIGRATIONS)
            with closing(Ledger.open(old)) as after:
                recorded(old)
                assert len(after.history.entries()) == 2
                after.acceptances.accept(Acceptance("p", "r", "nina", NOW))
        assert before.newest_results("p", is_input=False) == {"player": RESULT}


def test_many_processes_bring_it_up_to_date_once(old: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from backfill_tui.control.ledger import Ledger\n"
        "sys.stdin.readline()\n"
        "print(len(Ledger.open(Path(sys.argv[1])).history.entries()))\n"
    )
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(old)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    assert [opener.communicate("\n", timeout=60)[0] for opener in openers] == ["1\n"] * 6
    assert version_of(old) == len(MIGRATIONS)


def test_where_it_cannot_be_brought_up_to_date_it_stays_what_it_was(old: Path) -> None:
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from backfill_tui.control.ledger import Ledger, LedgerError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    Ledger.open(Path(sys.argv[1]))\n"
        "except LedgerError as error:\n"
        "    print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(old)], capture_output=True, text=True, check=True)
    assert "the disk does not take it" in ran.stdout
    assert version_of(old) == 1
    with first_version(), closing(Ledger.open(old)) as ledger:
        assert ledger.newest_results("p", is_input=False) == {"player": RESULT}
