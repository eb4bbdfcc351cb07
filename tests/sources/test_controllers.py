"""Who may start a job again, by the command lines of a machine's processes."""

import os

import pytest

from backfill_tui.sources.controllers import controllers, names_number
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import Entry, read_entry
from tests.control.launch.processes import python, starting

JOB = ("python3", "-u", "jobs/team_offense_backfill.py", "--start-date", "2021-10-19")


def entry(pid: int, *command: str, parent: int = 1) -> Entry:
    return Entry(Identity("boot", pid, float(pid)), parent, command)


def found(*others: Entry, job: tuple[str, ...] = JOB) -> list[tuple[int, str]]:
    one = entry(4242, *job, parent=50)
    table = {each.pid: each for each in (one, *others)}
    return [(each.entry.pid, each.how) for each in controllers(one, table, me=9)]


@pytest.mark.parametrize(
    "command",
    [
        ("bash", "orchestrate.sh", "--phase1-pid", "4242"),
        ("bash", "orchestrate.sh", "--phase1-pid=4242", "--config", "x"),
        ("bash", "orchestrate.sh", "4242", "logs/phase1.log"),
        ("python3", "wait_for.py", "4242"),
        ("waiter", "-p", "4242"),
        ("waiter", "--PID", "4242"),
    ],
)
def test_whoever_names_its_number_waits_for_it(command: tuple[str, ...]) -> None:
    assert found(entry(7, *command)) == [(7, "has its number, 4242, in its command line")]


@pytest.mark.parametrize(
    "command",
    [
        ("bash", "nightly.sh", "--workers", "4242"),
        ("python3", "other.py", "--year", "4242"),
        ("sleep", "4242"),
        ("bash", "orchestrate.sh", "--phase1-pid", "42420"),
        ("tail", "--pid=4242", "-f", "log"),
        ("strace", "-p", "4242"),
        ("backfill-tui", "orchestrate", "--phase1-pid", "4242"),
    ],
)
def test_a_number_that_means_something_else_or_a_program_that_looks_on_is_nobody(command: tuple[str, ...]) -> None:
    assert found(entry(7, *command)) == []


@pytest.mark.parametrize(
    "command",
    [
        ("python3", "supervise.py", "--job", "/srv/jobs/team_offense_backfill.py"),
        ("bash", "run_forever.sh", "team_offense_backfill.py"),
        ("python3", "supervise.py", "--job=team_offense_backfill.py"),
        ("bash", "-c", "while true; do python3 jobs/team_offense_backfill.py; sleep 5; done"),
        ("sh", "-ec", "until python3 team_offense_backfill.py; do :; done"),
    ],
)
def test_whoever_names_its_program_may_start_it_again(command: tuple[str, ...]) -> None:
    assert found(entry(7, *command)) == [(7, "names team_offense_backfill.py in its command line")]


@pytest.mark.parametrize(
    "command",
    [
        JOB,
        ("python3", "jobs/team_offense_backfill.py", "--dates", "2022-01-01"),
        ("timeout", "8h", *JOB),
        ("sudo", "-u", "etl", *JOB),
        ("bash", "-lc", "python3 jobs/team_offense_backfill.py --start-date 2021-10-19"),
        ("vim", "jobs/team_offense_backfill.py"),
        ("python3", "supervise.py", "--job", "not_team_offense_backfill.py"),
        ("bash", "-c", "while true; do cat old_team_offense_backfill.py.log; done"),
        (),
    ],
)
def test_runs_of_the_same_program_and_what_only_passes_it_on_do_not(command: tuple[str, ...]) -> None:
    assert found(entry(7, *command)) == []


def test_its_own_children_and_we_are_left_out() -> None:
    child = entry(60, "bash", "work.sh", "--parent-pid", "4242", parent=4242)
    us = entry(9, "bash", "look.sh", "4242", parent=8)
    ours = entry(8, "bash", "look_twice.sh", "4242")
    assert found(child, us, ours) == []


def test_a_job_that_is_a_program_of_its_own_is_named_by_that() -> None:
    supervisor = entry(7, "python3", "supervise.py", "/opt/bin/backfill")
    assert found(supervisor, job=("/opt/bin/backfill", "--all")) == [(7, "names backfill in its command line")]


def test_a_module_is_named_as_one() -> None:
    supervisor = entry(7, "python3", "supervise.py", "jobs.offense")
    assert found(supervisor, job=("python3", "-m", "jobs.offense")) == [
        (7, "names jobs.offense in its command line")
    ]


def test_a_real_process_that_waits_for_another() -> None:
    with starting() as start:
        sleeping = "print('ready', flush=True); import signal; signal.pause()"
        job = start(*python(sleeping))
        waiter = start(*python(sleeping), "--pid", str(job.pid))
        table = {pid: known for pid in (job.pid, waiter.pid) if (known := read_entry(pid)) is not None}
        (one,) = controllers(table[job.pid], table, me=os.getpid())
        assert one.entry.pid == waiter.pid
        assert names_number(one.entry.command, job.pid)
