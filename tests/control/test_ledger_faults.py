"""What is wrong with a disk, a file or a neighbour is a sentence; nothing is half written, what was there stays."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backfill_tui.control.attempt import Acceptance, Attempt, Order, Stage, StopAsked
from backfill_tui.control.ledger import FILE, Ledger, LedgerError
from backfill_tui.control.ledger.units import FinishedUnit
from backfill_tui.progress.account import Run, RunEnd, UnitState
from backfill_tui.sources.events import Mode
from backfill_tui.sources.presence import Identity

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
STOP = StopAsked("p", Identity("b", 4711, 1.0), "wrong range", "command", "nina", NOW)
RUN = Run(NOW, None, RunEnd.OPEN, None, 1, 1, Mode.SEQUENTIAL, False, None, "day-by-day", "", 0)
UNIT = FinishedUnit(date(2024, 1, 1), UnitState.DONE, NOW, 3.0)


def intended(ledger: Ledger, number: int = 1) -> Attempt:
    return ledger.attempts.intend(
        Order("p", (("true",),), Path("/")),
        number=number,
        asked_by="command",
        person="nina",
        override=None,
        gate=(),
        at=NOW,
    )


WRITES: dict[str, Callable[[Ledger], object]] = {
    "intend": lambda ledger: intended(ledger, 2),
    "advance": lambda ledger: ledger.attempts.advance(_first(ledger), to=Stage.ENDED),
    "stop": lambda ledger: ledger.stops.ask(STOP),
    "kill": lambda ledger: ledger.stops.killed(STOP, at=NOW),
    "accept": lambda ledger: ledger.acceptances.accept(Acceptance("p", "r", "nina", NOW)),
    "acknowledge": lambda ledger: ledger.acknowledgements.acknowledge("a", NOW, person="nina", at=NOW),
    "units": lambda ledger: ledger.units.keep("p", [RUN], {0: [UNIT]}),
}


def _first(ledger: Ledger) -> Attempt:
    found = ledger.attempts.get("p", 1)
    assert found is not None
    return found


@contextmanager
def held(path: Path) -> Iterator[None]:
    """By a process of its own, in the middle of a transaction."""
    script = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate(timeout=30)


def test_while_another_process_holds_it_nothing_is_written_and_everything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backfill_tui.control.ledger.faults.BUSY_S", 0.05)
    with closing(Ledger.open(tmp_path)) as ledger:
        attempt = intended(ledger)
        with held(tmp_path / FILE):
            for write in WRITES.values():
                with pytest.raises(LedgerError, match="another process has held it"):
                    write(ledger)
            assert ledger.attempts.newest("p") == attempt
            assert [entry.action for entry in ledger.history.entries()] == ["launch"]
        ended = ledger.attempts.advance(attempt, to=Stage.ENDED)
        intended(ledger, 2)
        assert ended.stage.over


def test_whoever_reads_waits_for_no_write_of_another_thread(tmp_path: Path) -> None:
    """Neither for one that goes on, nor for one that waits for another process."""
    begun, leave = threading.Event(), threading.Event()
    with closing(Ledger.open(tmp_path)) as ledger, ThreadPoolExecutor(3) as pool:
        attempt, before = intended(ledger), ledger.version

        def write_slowly() -> None:
            with ledger._file.writing() as connection:  # noqa: SLF001 - no write of ours takes long by itself
                connection.execute("DELETE FROM attempts")
                begun.set()
                leave.wait(30)

        writing = pool.submit(write_slowly)
        assert begun.wait(10)
        waiting = pool.submit(ledger.acceptances.accept, Acceptance("p", "r", "nina", NOW))
        try:
            read = pool.submit(lambda: (ledger.version, ledger.attempts.newest("p"), ledger.history.entries()))
            version, newest, entries = read.result(10)
            assert (version, newest, len(entries)) == (before, attempt, 1)  # as it was before
            assert not waiting.done()
        finally:
            leave.set()
        writing.result(10)
        waiting.result(10)
        assert ledger.version != before
        assert ledger.attempts.newest("p") is None
        assert ledger.acceptances.newest("p") is not None


def test_whoever_has_read_holds_nothing(tmp_path: Path) -> None:
    """A query that was not read to its end would show its moment for ever, and the log would only grow."""
    with closing(Ledger.open(tmp_path)) as ledger:
        for write in (intended, *(write for name, write in WRITES.items() if name != "intend")):
            write(ledger)
        ledger.history.entries()
        ledger.attempts.all()
        ledger.units.of("p")
        ledger.units.keep("p", [RUN], {0: [UNIT]})
        ledger.forecasts.outcomes()
        ledger.notices.next_for("nobody", at=NOW, within_s=1)
        ledger.probes.claim("p", "d", at=NOW, every_s=60, within_s=1)
        ledger.probes.claim("p", "d", at=NOW, every_s=60, within_s=1)
        with closing(sqlite3.connect(tmp_path / FILE)) as other:
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)


def test_closing_takes_the_log_in(tmp_path: Path) -> None:
    with closing(Ledger.open(tmp_path)) as ledger:
        intended(ledger)
    assert [one.name for one in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("replaced", [False, True])
def test_one_that_is_gone_from_its_place_takes_no_write_that_nobody_would_find(
    tmp_path: Path, replaced: bool
) -> None:
    with closing(Ledger.open(tmp_path / "state")) as ledger:
        intended(ledger)
        (tmp_path / "state").rename(tmp_path / "away")
        if replaced:
            Ledger.open(tmp_path / "state").close()
        for use in (_first, intended, lambda one: one.version):
            with pytest.raises(LedgerError, match=r"moved, deleted or replaced.*start again"):
                use(ledger)
        if replaced:
            shutil.rmtree(tmp_path / "state")
        (tmp_path / "away").rename(tmp_path / "state")
        assert ledger.attempts.newest("p") is not None  # it was put back


def test_one_that_is_only_looked_at_is_followed_when_another_takes_its_place(tmp_path: Path) -> None:
    with closing(Ledger.open(tmp_path / "other")) as ledger:
        intended(ledger)
    Ledger.open(tmp_path / "state").close()
    looking = Ledger.existing(tmp_path / "state")
    assert looking is not None
    with closing(looking):
        before = looking.version
        assert looking.attempts.all() == ()
        (tmp_path / "other" / FILE).rename(tmp_path / "state" / FILE)
        assert [attempt.phase for attempt in looking.attempts.all()] == ["p"]
        assert looking.version != before
        (tmp_path / "state" / FILE).unlink()
        with pytest.raises(LedgerError, match="can't be opened"):
            looking.attempts.all()


def test_one_that_is_damaged_inside_is_a_sentence_not_a_wrong_answer(tmp_path: Path) -> None:
    with closing(Ledger.open(tmp_path)) as ledger:
        intended(ledger)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'attempts'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[: (page - 1) * size] + b"\xa5" * size + whole[page * size :])
    for opened in (Ledger.open(tmp_path), Ledger.existing(tmp_path)):
        assert opened is not None
        with closing(opened) as ledger:
            for ask in (lambda one: one.attempts.newest("p"), lambda one: one.history.entries(), intended):
                with pytest.raises(LedgerError, match=r"no longer a ledger.*Move it away"):
                    ask(ledger)


LAUNCH = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from backfill_tui.control.attempt import Order
from backfill_tui.control.ledger import Ledger, LedgerError

def launch(ledger, words="x", phase="p"):
    ledger.attempts.intend(
        Order(phase, (("true", words),), Path("/")),
        number=1, asked_by="command", person="nina", override=None, gate=(), at=datetime.now(UTC),
    )

def said(deed):
    try:
        deed()
    except LedgerError as error:
        return str(error)
    return "done"

state = Path(sys.argv[1])
"""

LOOK = """
looking = Ledger.existing(state)
print([attempt.phase for attempt in looking.attempts.all()], len(looking.history.entries()))
print(said(lambda: Ledger.open(state)))
print(said(lambda: Ledger.open(state / "new")))
print(said(lambda: launch(looking, phase="q")))
"""

MOUNTED = ["unshare", "--mount", "sh", "-ec", 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; exec "$@"']


def test_on_a_read_only_file_system_it_is_read_and_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or subprocess.run([*MOUNTED, str(tmp_path), "true"], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    with closing(Ledger.open(tmp_path)) as ledger:
        intended(ledger)
    before = (tmp_path / FILE).read_bytes()
    ran = subprocess.run(
        [*MOUNTED, str(tmp_path), sys.executable, "-c", LAUNCH + LOOK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    seen, opened, made, launched = ran.stdout.splitlines()
    assert seen == "['p'] 1"
    assert "can't be opened or written" in opened
    assert "--state-dir" in opened
    assert "the folder can't be made (Read-only file system)" in made
    assert "can't be opened or written" in launched
    assert (tmp_path / FILE).read_bytes() == before


FILL = """
import resource, shutil
told = set()
for limit in range(0, 160_000, 3_500):
    folder = state / str(limit)
    shutil.copytree(state / "before", folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    def fill():
        ledger = Ledger.open(folder)
        for number in range(3):
            ledger.acceptances.accept(Acceptance("q", "x" * 10_000, "nina", datetime.now(UTC)))
        launch(ledger, "x" * 60_000)
    outcome = said(fill)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    with closing(Ledger.open(folder)) as ledger:
        assert [attempt.number for attempt in ledger.attempts.all() if attempt.phase == "before"] == [1]
        written = [attempt for attempt in ledger.attempts.all() if attempt.phase == "p"]
        assert len(written) == (outcome == "done")
        assert [len(attempt.order.commands[0][1]) for attempt in written] == [60_000] * len(written)
        assert {len(acceptance.reason) for acceptance in ledger.acceptances.recent(9)} <= {10_000}
        if not written:
            launch(ledger)
    told.add(outcome.partition(": ")[2] or outcome)
print(*told, sep="\\n")
"""


def test_on_a_full_disk_each_write_is_whole_or_not_there_wherever_it_fills(tmp_path: Path) -> None:
    with closing(Ledger.open(tmp_path / "before")) as ledger:
        ledger.attempts.intend(
            Order("before", (("true",),), Path("/")),
            number=1,
            asked_by="command",
            person="nina",
            override=None,
            gate=(),
            at=NOW,
        )
    imports = "from contextlib import closing\nfrom backfill_tui.control.attempt import Acceptance\n"
    ran = subprocess.run(
        [sys.executable, "-c", imports + LAUNCH + FILL, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    outcomes = set(ran.stdout.splitlines())
    assert "done" in outcomes
    refused = outcomes - {"done"}
    assert refused
    for sentence in refused:
        assert sentence.startswith("the disk does not take it")
        assert sentence.endswith("Make room, then try again.")
