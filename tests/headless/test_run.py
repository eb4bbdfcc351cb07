"""`run` on small real jobs: it leaves when it is told to, and whoever detaches it learns whether it is at work."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from backfill_tui.control.ledger import Ledger
from tests.headless.shells import UNTIL_GO, Shells
from tests.processes import eventually, lives

SOON = 20.0  # seconds

NIGHT = f"""
plan: night
timezone: UTC
polling: {{interval: 1s, progress_every: 1}}
phases:
  deaf:
    command: [sh, -c, 'trap "echo heard >> deaf.heard" TERM; {UNTIL_GO}']
    start: auto
    timeout: 0.2s
    on_timeout: stop
    grace: 10m
"""

QUICK = """
plan: night
timezone: UTC
phases:
  quick: {command: [sh, -c, 'echo once >> quick.ran'], start: auto}
"""


def plan(shells: Shells, text: str) -> None:
    (shells.folder / "backfill.yaml").write_text(text)


def told_to_leave(process: "subprocess.Popen[str]") -> str:
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=SOON)
    assert process.returncode == 130, err
    return out


@contextmanager
def detached(shells: Shells) -> Iterator[tuple["subprocess.CompletedProcess[str]", str]]:
    """What the command said that was called, and the log of the one that went on; that is ended at the end."""
    with shells.begun("run", "--detach") as process:
        out, err = process.communicate(timeout=SOON)
    log = shells.folder / ".backfill-tui" / "run.log"
    done = subprocess.CompletedProcess(process.args, process.returncode, out, err)
    try:
        yield done, log.read_text() if log.exists() else ""
    finally:
        if done.returncode == 0:
            pid = int(out.split("process ")[1].split(";")[0])
            eventually(lambda: ended(pid))


def ended(pid: int) -> bool:
    if lives(pid) and "backfill_tui" in " ".join(psutil.Process(pid).cmdline()):
        os.kill(pid, signal.SIGTERM)
        return False
    return True


def test_told_to_leave_it_does_not_wait_for_the_grace_of_a_stop(shells: Shells) -> None:
    plan(shells, NIGHT)
    with shells.begun("run") as process:
        eventually((shells.folder / "deaf.heard").exists)
        out = told_to_leave(process)  # the grace is ten minutes
    assert "deaf: is asked to end: its time-out has passed" in out
    assert "deaf: was sent SIGTERM, and has not ended yet; its end is not waited for" in out
    assert "Interrupted. The jobs go on" in out
    assert lives(shells.pid("deaf.1"))
    ledger = Ledger.existing(shells.folder / ".backfill-tui")
    assert ledger is not None
    kept = ledger.stops.newest("deaf")
    ledger.close()
    assert kept is not None
    assert (kept.asked_by, kept.killed_at) == ("auto", None)


def test_told_to_leave_before_its_first_look_is_done_it_leaves(shells: Shells) -> None:
    """Its warehouse takes the question for the calendar, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(SOON)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        plan(
            shells,
            f"warehouse: {{backend: bigquery, project: p, api_endpoint: '{endpoint}'}}\n"
            "calendar: {sql: SELECT 1}\n"
            + QUICK.replace("quick: {", "quick: {dates: {start: 2024-01-01, end: today}, "),
        )
        with shells.begun("run") as process:
            asking, _ = silent.accept()
            with asking:
                assert "Interrupted" in told_to_leave(process)
    assert shells.ran("quick") == 0


def test_detached_it_says_so_once_it_is_at_work(shells: Shells) -> None:
    plan(shells, NIGHT)
    with detached(shells) as (done, _):
        assert done.returncode == 0, done.stderr
        assert "run goes on as process" in done.stdout
        eventually((shells.folder / "deaf.heard").exists)


def test_detached_on_a_ledger_that_is_none_it_fails_where_it_was_called(shells: Shells) -> None:
    plan(shells, QUICK)
    state = shells.folder / ".backfill-tui"
    state.mkdir()
    (state / "ledger.sqlite3").write_text("this is no ledger, and never was one\n" * 100)
    with detached(shells) as (done, log):
        assert done.returncode == 3
        assert done.stdout == ""
        assert "it is no longer a ledger" in done.stderr
        assert done.stderr.count("Move it away") == 1
        assert "it is no longer a ledger" in log
    assert shells.ran("quick") == 0


def test_detached_without_a_state_folder_it_ends_with_the_exit_code_of_a_run_without_one(shells: Shells) -> None:
    plan(shells, QUICK)
    (shells.folder / ".backfill-tui").write_text("no folder")
    for words in (("run",), ("run", "--detach")):
        done = shells.run(*words)
        assert (done.returncode, done.stdout) == (3, "")
        assert "Choose another" in done.stderr


@pytest.mark.parametrize("broken", ["no folder", "no ledger"])
def test_a_dry_run_starts_nothing_that_a_run_could_not_record(shells: Shells, broken: str) -> None:
    plan(shells, QUICK)
    state = shells.folder / ".backfill-tui"
    assert "would start it now" in shells.run("run", "--dry-run").stdout
    if broken == "no folder":
        state.write_text("")
    else:
        state.mkdir()
        (state / "ledger.sqlite3").write_text("this is no ledger, and never was one\n" * 100)
    done = shells.run("run", "--dry-run")
    assert "would start it now" not in done.stdout
    assert "ledger: it can't be written" in done.stdout
    assert ("is no folder" if broken == "no folder" else "no longer a ledger") in done.stderr


def test_detached_and_told_to_leave_before_it_is_at_work_it_says_where_to_look(shells: Shells) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(SOON)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        plan(
            shells,
            f"warehouse: {{backend: bigquery, project: p, api_endpoint: '{endpoint}'}}\n"
            "calendar: {sql: SELECT 1}\n"
            + QUICK.replace("quick: {", "quick: {dates: {start: 2024-01-01, end: today}, "),
        )
        with shells.begun("run", "--detach") as process:
            asking, _ = silent.accept()
            with asking:
                (child,) = psutil.Process(process.pid).children()
                child.terminate()
                out, err = process.communicate(timeout=SOON)
    assert (process.returncode, out) == (130, "")
    assert "run ended with exit code 130 before it was under way" in err
    assert "run.log" in err


def test_detached_where_its_log_cannot_be_written_nothing_goes_on(shells: Shells) -> None:
    plan(shells, QUICK)
    (shells.folder / ".backfill-tui" / "run.log").mkdir(parents=True)
    done = shells.run("run", "--detach")
    assert (done.returncode, done.stdout) == (3, "")
    assert "what a detached run prints can't be written (Is a directory)" in done.stderr
    assert shells.ran("quick") == 0


def test_what_it_asked_of_suites_is_the_plans_in_the_history(shells: Shells) -> None:
    plan(
        shells,
        "suites: {good: {commands: {verdict: {run: ['true']}}}}\n"
        + QUICK.replace("quick: {", "quick: {suites: [good], "),
    )
    done = shells.run("run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    ledger = Ledger.existing(shells.folder / ".backfill-tui")
    assert ledger is not None
    entries = ledger.history.entries()
    ledger.close()
    assert {entry.action for entry in entries} == {"launch", "validate"}
    assert all(entry.who.startswith("the plan") for entry in entries)
