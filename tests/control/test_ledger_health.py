"""A ledger is examined without a trace, and what is wrong with it is found: on real files and real processes."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from backfill_tui.control.ledger import FILE, Ledger, LedgerError
from backfill_tui.control.ledger.health import NEWEST, health_of, held_by

SOON_S = 10.0

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("BEGIN " + sys.argv[3])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    Ledger.open(tmp_path).close()
    return tmp_path / FILE


def listing(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    found = {path: path.stat() for path in folder.iterdir()}
    return {path.name: (seen.st_ino, seen.st_mtime_ns, path.read_bytes()) for path, seen in found.items()}


def test_a_sound_ledger_is_whole_and_of_this_version(ledger: Path) -> None:
    health = health_of(ledger, within_s=SOON_S)
    assert health is not None
    assert health.faults == ()
    assert health.version == NEWEST
    assert health.attempts == 0
    assert health.size_bytes == ledger.stat().st_size


def test_none_is_none(tmp_path: Path) -> None:
    assert health_of(tmp_path / FILE, within_s=SOON_S) is None
    assert held_by(tmp_path / FILE, for_s=0) is None
    assert listing(tmp_path) == {}


def test_looking_leaves_nothing_behind(ledger: Path) -> None:
    before = listing(ledger.parent)
    health_of(ledger, within_s=SOON_S)
    held_by(ledger, for_s=0)
    assert listing(ledger.parent) == before
    assert list(before) == [FILE]


def test_looking_at_one_that_is_open_elsewhere_changes_nothing_either(ledger: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, ledger, "PRAGMA foreign_keys = ON", "IMMEDIATE"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        before = listing(ledger.parent)
        assert health_of(ledger, within_s=SOON_S) is not None
        after = listing(ledger.parent)
        other.communicate()
    assert {name: file[2] for name, file in after.items() if name != f"{FILE}-shm"} == {
        name: file[2] for name, file in before.items() if name != f"{FILE}-shm"
    }
    assert set(after) == set(before)


@pytest.mark.parametrize(
    ("mode", "transaction"),
    [("PRAGMA foreign_keys = ON", "IMMEDIATE"), ("PRAGMA locking_mode = EXCLUSIVE", "EXCLUSIVE")],
)
def test_who_holds_it_against_writers_is_named(ledger: Path, mode: str, transaction: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, ledger, mode, transaction],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert held_by(ledger, for_s=0.1) == other.pid
        other.communicate()
    assert held_by(ledger, for_s=0) is None


def test_who_only_reads_holds_nobody_up(ledger: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, ledger, "SELECT COUNT(*) FROM attempts", "DEFERRED"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert held_by(ledger, for_s=0.0) is None
        other.communicate()


def test_a_damaged_page_is_found(ledger: Path) -> None:
    body = bytearray(ledger.read_bytes())
    body[3 * 4096 : 3 * 4096 + 64] = b"\xff" * 64
    ledger.write_bytes(body)
    with pytest.raises(LedgerError, match="malformed"):
        health_of(ledger, within_s=SOON_S)


def test_an_index_that_lacks_a_row_is_found(ledger: Path) -> None:
    """What keeps launches from happening twice is an index."""
    schema = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema WHERE name = 'validations_of_a_phase'"
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        index = connection.execute(schema).fetchone()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE name = 'validations_of_a_phase'")
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO validations (phase, is_input, suites, asked_by, began_at) VALUES ('a', 0, '[]', 'x', 't')"
        )
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", index)
    health = health_of(ledger, within_s=SOON_S)
    assert health is not None
    assert health.faults is not None
    assert "missing from index" in health.faults[0]


def test_what_is_no_ledger_at_all_is_a_sentence(ledger: Path) -> None:
    ledger.write_bytes(b"once upon a time" * 1000)
    with pytest.raises(LedgerError, match="no longer a ledger"):
        health_of(ledger, within_s=SOON_S)


def test_what_takes_too_long_is_not_called_whole(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE ballast (body BLOB)")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
            "INSERT INTO ballast SELECT randomblob(20) FROM n"
        )
    health = health_of(ledger, within_s=0.0)
    assert health is not None
    assert health.faults is None
