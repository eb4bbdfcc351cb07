"""Launches beside launches: of two that would write one table on the same days one begins, whoever is first."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backfill_tui.control.ledger import Ledger
from backfill_tui.engine.bench import Bench
from backfill_tui.engine.claims import RivalError
from backfill_tui.engine.launching import ChangedError, GateClosedError
from backfill_tui.engine.plans import open_plan
from tests.engine.benches import until

if TYPE_CHECKING:
    from backfill_tui.control.attempt import Attempt

TWINS = """
plan: twins
phases:
  one: {writes: d.t, dates: {start: 2024-01-01, end: 2024-01-03}, command: [sh, -c, "read x < gate"]}
  two: {writes: d.t, dates: {start: 2024-01-03, end: 2024-01-05}, command: [sh, -c, "read x < gate"]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of jobs that wait at a pipe until the test is over."""
    os.mkfifo(tmp_path / "gate")
    (tmp_path / "backfill.yaml").write_text(TWINS)
    hold = os.open(tmp_path / "gate", os.O_RDWR)
    yield tmp_path
    os.write(hold, b"go\n" * 8)
    os.close(hold)


@contextmanager
def at_work(folder: Path, state: str = ".backfill-tui") -> Iterator[Bench]:
    """A command of its own on the plan, as another process would be."""
    opened = open_plan(
        folder / "backfill.yaml", now=datetime.now(UTC), environ=os.environ, state_dir=folder / state
    )
    ledger = Ledger.open(opened.plan.state_dir)
    bench = Bench(opened, ledger, asked_by="command")
    yield bench
    bench.close()
    ledger.close()


def test_a_live_run_that_the_ledger_has_lost_gets_no_company(folder: Path) -> None:
    (folder / "backfill.yaml").write_text("plan: p\nphases:\n  job: {command: [sh, -c, 'read x < gate']}\n")
    with at_work(folder) as bench:
        attempt = bench.operator.launch(bench.operator.offer_launch("job"))
    assert attempt.identity is not None
    for file in (folder / ".backfill-tui").glob("ledger.sqlite3*"):
        file.unlink()  # as the sentence about a damaged one advises
    with at_work(folder) as bench:
        with pytest.raises(GateClosedError, match=f"live run: process {attempt.identity.pid} of .*job.1 lives"):
            bench.operator.launch(bench.operator.offer_launch("job"))
        assert bench.look().phase("job").attempt is None
        assert bench.ledger.attempts.all() == ()
        os.kill(attempt.identity.pid, signal.SIGKILL)
        until(lambda: bench.operator.offer_launch("job").open)


def test_two_phases_that_were_both_offered_with_open_gates_do_not_both_begin(folder: Path) -> None:
    with at_work(folder) as here, at_work(folder) as there:
        offers = [here.operator.offer_launch("one"), there.operator.offer_launch("two")]
        assert all(offer.open for offer in offers)
        begun: list[Attempt] = []
        refused: list[Exception] = []
        barrier = threading.Barrier(2)

        def launch(bench: Bench, index: int) -> None:
            barrier.wait()
            try:
                begun.append(bench.operator.launch(offers[index]))
            except (RivalError, GateClosedError) as error:
                refused.append(error)

        threads = [threading.Thread(target=launch, args=(bench, i)) for i, bench in enumerate((here, there))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(begun) == len(refused) == 1
        assert here.look().conflicts == () or not any(one.live for one in here.look().conflicts)


def test_one_phase_under_two_state_folders_runs_once(folder: Path) -> None:
    words = [sys.executable, "-m", "backfill_tui", "launch", "backfill.yaml", "one", "--state-dir", "first"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    with at_work(folder, "second") as there:
        offer = there.operator.offer_launch("one")
        closed = [condition for condition in offer.conditions if not condition.ok]
        assert [condition.name for condition in closed] == ["only writer of d.t"]
        with pytest.raises(GateClosedError, match="one of the plan twins"):
            there.operator.launch(offer)


def test_an_override_covers_only_what_was_shown(folder: Path) -> None:
    (folder / "backfill.yaml").write_text(TWINS + "  three: {after: [one], writes: d.t, command: [sh, -c, exit]}\n")
    with at_work(folder) as bench:
        offer = bench.operator.offer_launch("three")
        assert [condition.name for condition in offer.conditions if not condition.ok] == ["one"]
        bench.operator.launch(bench.operator.offer_launch("two"))
        with pytest.raises(ChangedError, match=r"since it was offered, only writer of d\.t"):
            bench.operator.launch(offer, override="one is fine")


def test_an_override_is_not_recorded_where_the_gate_is_open(folder: Path) -> None:
    with at_work(folder) as bench:
        assert bench.operator.launch(bench.operator.offer_launch("one"), override="just so").override is None
