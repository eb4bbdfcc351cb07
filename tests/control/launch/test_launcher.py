"""The launcher: an intent becomes one process, or the reason why not; whoever asks for it, and however often."""

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from backfill_tui.control.attempt import Attempt, AttemptExistsError, Stage
from backfill_tui.control.launch import launcher, shim
from backfill_tui.control.launch.folder import LaunchError
from backfill_tui.control.launch.reconcile import settle
from tests.control.launch.launch_site import DEADLINE_S, LaunchSite, release

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)


def row(site: LaunchSite, phase: str = "p") -> Attempt:
    found = site.ledger.attempts.newest(phase)
    assert found is not None
    return found


def counting(site: LaunchSite) -> tuple[tuple[str, ...], Path]:
    """A command that leaves a line each time it runs."""
    counted = site.folder / "ran"
    return ("sh", "-c", f"echo ran >> {counted}"), counted


def test_a_launch_returns_with_its_process_in_the_ledger(site: LaunchSite) -> None:
    pipe = site.pipe()
    attempt = site.launch(site.order(("cat", str(pipe))))
    assert attempt.stage is Stage.RUNNING
    assert attempt.identity is not None
    assert row(site) == attempt
    release(pipe)


def test_a_job_that_has_ended_before_the_launch_returns_is_a_launch_like_others(site: LaunchSite) -> None:
    attempt = site.launch(site.order(("true",)))
    assert attempt.stage in {Stage.RUNNING, Stage.ENDED}
    assert attempt.identity is not None
    assert row(site) == attempt
    assert site.end_of(attempt).exit_code == 0


@pytest.mark.parametrize("free", range(94, 102))
def test_a_launch_from_among_many_open_files_is_as_any_other(site: LaunchSite, free: int) -> None:
    """Whichever of its own descriptors has the number to which the shim puts the lock out of the way."""
    command, counted = counting(site)
    with ExitStack() as files:
        while files.enter_context(Path(os.devnull).open("rb")).fileno() < free - 1:
            pass
        attempt = site.launch(site.order(command))
    assert attempt.stage in {Stage.RUNNING, Stage.ENDED}
    assert site.end_of(attempt).exit_code == 0
    assert counted.read_text() == "ran\n"
    assert (site.runs / attempt.folder / shim.LOCK).read_bytes() == b""


def test_an_attempt_is_launched_once_and_the_next_only_after_its_end(site: LaunchSite) -> None:
    pipe = site.pipe()
    order = site.order(("cat", str(pipe)))

    def launch(number: int) -> Attempt:
        return launcher.launch(
            site.ledger,
            site.runs,
            order,
            number=number,
            asked_by="screen",
            person="me",
            override=None,
            gate=(),
            now=NOW,
        )

    first = launch(1)
    for number in (1, 2):
        with pytest.raises(AttemptExistsError) as refused:
            launch(number)
        assert refused.value.attempt == first
    release(pipe)
    settle(site.ledger, first, site.end_of(first))
    second = launch(2)
    assert second.number == 2
    release(pipe)
    assert site.end_of(second).exit_code == 0


def test_an_intent_that_is_completed_again_and_again_runs_once(site: LaunchSite) -> None:
    command, counted = counting(site)
    attempt = site.intend(site.order(command))
    first = launcher.complete(site.ledger, site.runs, attempt)
    site.end_of(first)
    again = launcher.complete(site.ledger, site.runs, attempt)
    assert again.stage is Stage.ENDED
    assert again.identity == first.identity
    assert row(site) == again
    assert counted.read_text(encoding="utf-8") == "ran\n"


def test_who_comes_while_another_launches_waits_and_sees_what_came_of_it(site: LaunchSite) -> None:
    pipe = site.pipe()
    attempt = site.intend(site.order(("cat", str(pipe))))
    at_it, go_on = threading.Event(), threading.Event()

    def hold(step: str) -> None:
        if step == "before spawn":
            at_it.set()
            assert go_on.wait(DEADLINE_S)

    def told_to_wait(step: str) -> None:
        if step == "before lock":
            go_on.set()

    with ThreadPoolExecutor() as pool:
        one = pool.submit(launcher.complete, site.ledger, site.runs, attempt, on_step=hold)
        assert at_it.wait(DEADLINE_S)
        assert site.seen(attempt).stage is Stage.LAUNCHING
        other = pool.submit(launcher.complete, site.ledger, site.runs, attempt, on_step=told_to_wait)
        assert one.result().identity == other.result().identity is not None
    release(pipe)


def test_who_waits_for_a_launcher_that_is_held_up_does_not_wait_for_ever(site: LaunchSite) -> None:
    attempt = site.intend(site.order(("true",)))
    folder = site.folder_of(attempt)
    folder.make()
    past = time.clock_gettime(time.CLOCK_BOOTTIME) - 60
    with folder.lock() as lock:
        assert lock is not None
        seen = launcher.complete(site.ledger, site.runs, attempt, valid_until=past)
    assert seen.stage is Stage.LAUNCHING
    assert row(site).stage is Stage.INTENDED


def test_an_order_that_is_too_old_is_not_carried_out(site: LaunchSite) -> None:
    command, counted = counting(site)
    past = time.clock_gettime(time.CLOCK_BOOTTIME) - 0.001
    attempt = site.launch(site.order(command), valid_until=past)
    assert (attempt.stage, attempt.note) == (Stage.NOT_STARTED, shim.STALE)
    assert row(site) == attempt
    assert not counted.exists()


def test_the_steps_are_told_in_their_order(site: LaunchSite) -> None:
    told: list[str] = []
    attempt = launcher.launch(
        site.ledger,
        site.runs,
        site.order(("true",)),
        number=1,
        asked_by="auto",
        person="me",
        override=None,
        gate=(),
        now=NOW,
        on_step=told.append,
    )
    expected = [f"{when} {step}" for step in launcher.STEPS for when in ("before", "after")]
    assert told == expected
    site.end_of(attempt)


def test_an_intent_that_is_given_up_is_never_started(site: LaunchSite) -> None:
    command, counted = counting(site)
    attempt = site.intend(site.order(command))
    given_up = launcher.give_up(site.ledger, site.runs, attempt, "The plan's command is another one now.")
    assert (given_up.stage, given_up.note) == (Stage.NOT_STARTED, "The plan's command is another one now.")
    assert launcher.complete(site.ledger, site.runs, attempt) == given_up == row(site)
    assert not counted.exists()


def test_what_has_become_a_process_can_not_be_given_up(site: LaunchSite) -> None:
    pipe = site.pipe()
    intent = site.intend(site.order(("cat", str(pipe))))
    attempt = launcher.complete(site.ledger, site.runs, intent)
    assert launcher.give_up(site.ledger, site.runs, intent, "No.") == attempt
    release(pipe)


def test_output_is_appended_to_the_log_of_the_plan_whose_folders_are_made(site: LaunchSite) -> None:
    log = site.folder / "logs" / "of the night" / "job.log"
    script = ("sh", "-c", "echo to stdout; echo to stderr >&2")
    for phase in ("a", "b"):
        site.end_of(site.launch(site.order(script, phase=phase, log=log)))
    assert log.read_text(encoding="utf-8") == "to stdout\nto stderr\n" * 2


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "job.log")
    return folder / "job.log"


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (a_pipe, "No such device or address"),
        (lambda folder: folder, "Is a directory"),
        (lambda _: Path("/proc/nothing/job.log"), "No such file or directory"),
        (lambda _: Path(os.devnull) / "job.log", "/dev/null is no folder"),
    ],
)
def test_a_log_that_can_not_be_written_starts_nothing(
    site: LaunchSite, log: Callable[[Path], Path], why: str
) -> None:
    command, counted = counting(site)
    path = log(site.folder)
    attempt = site.launch(site.order(command, log=path))
    assert (attempt.stage, attempt.note) == (Stage.NOT_STARTED, f"Its log {path} can't be written: {why}.")
    assert not counted.exists()


def test_a_pipe_that_somebody_reads_is_no_log(site: LaunchSite) -> None:
    path = a_pipe(site.folder)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        attempt = site.launch(site.order(("true",), log=path))
    finally:
        os.close(reader)
    assert (attempt.stage, attempt.note) == (Stage.NOT_STARTED, f"Its log {path} is no plain file.")


def open_files() -> set[str]:
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


def test_many_launches_leave_no_zombie_and_no_open_file(site: LaunchSite) -> None:
    files, children = open_files(), psutil.Process().children()  # an emulator of other tests may be among them
    attempts = [site.launch(site.order(("true",), phase=f"p{number}")) for number in range(10)]
    assert psutil.Process().children() == children
    for attempt in attempts:
        assert site.end_of(attempt).exit_code == 0
    assert open_files() == files


def test_the_files_of_another_launch_are_never_taken_for_those_of_this_one(site: LaunchSite) -> None:
    """The ledger was moved away, the run folders were not."""
    earlier = site.end_of(site.launch(site.order(("sh", "-c", "exit 6"))))
    assert earlier.exit_code == 6
    anew = LaunchSite(site.folder / "anew")
    anew.runs = site.runs
    command, counted = counting(site)
    attempt = anew.intend(anew.order(command))
    assert anew.seen(attempt).stage is Stage.INTENDED
    assert "the files of another launch" in anew.seen(attempt).note
    attempt = launcher.complete(anew.ledger, anew.runs, attempt)
    assert attempt.stage is Stage.NOT_STARTED
    assert "holds the files of another launch. Move it away" in attempt.note
    assert not counted.exists()
    anew.ledger.close()


def test_a_folder_that_can_not_be_understood_starts_nothing_and_says_so(site: LaunchSite) -> None:
    command, counted = counting(site)
    attempt = site.intend(site.order(command))
    folder = site.folder_of(attempt)
    folder.make()
    (folder.path / shim.STARTED).write_text("{torn", encoding="utf-8")
    with pytest.raises(LaunchError, match="its files are not as they were written"):
        launcher.complete(site.ledger, site.runs, attempt)
    seen = site.seen(attempt)
    assert seen.stage is Stage.INTENDED
    assert "Move it away" in seen.note
    assert not counted.exists()


def test_a_run_folder_that_can_not_be_made_leaves_the_intent(site: LaunchSite) -> None:
    attempt = site.intend(site.order(("true",)))
    site.runs.write_text("no folder", encoding="utf-8")
    with pytest.raises(LaunchError, match="The run's folder can't be made"):
        launcher.complete(site.ledger, site.runs, attempt)
    assert row(site).stage is Stage.INTENDED


def test_a_shim_that_ends_without_a_word_has_started_nothing(
    site: LaunchSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = site.folder / "shim.py"
    broken.write_text("raise SystemExit(3)\n", encoding="utf-8")
    monkeypatch.setattr(launcher, "SHIM", broken)
    attempt = site.launch(site.order(("true",)))
    assert attempt.stage is Stage.NOT_STARTED
    assert attempt.note == "What was to start it ended without a word (exit code 3); see its log."


def test_an_interpreter_that_is_gone_has_started_nothing(site: LaunchSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    attempt = site.launch(site.order(("true",)))
    assert attempt.stage is Stage.NOT_STARTED
    assert attempt.note == "No process could be made for it: No such file or directory."


def test_a_ledger_that_fails_once_the_job_runs_does_not_hide_it(site: LaunchSite) -> None:
    pipe = site.pipe()

    def break_it(step: str) -> None:
        if step == "before record":
            site.ledger.close()

    attempt = site.launch(site.order(("cat", str(pipe))), on_step=break_it)
    assert attempt.stage is Stage.RUNNING
    assert attempt.identity is not None
    assert "The ledger could not be told" in attempt.note
    after = LaunchSite(site.folder)
    seen = after.seen(attempt)
    assert settle(after.ledger, row(after), seen) == seen == row(after)
    after.ledger.close()
    release(pipe)
