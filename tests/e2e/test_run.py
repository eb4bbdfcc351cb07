"""A night without anybody: the program drives the demo's real jobs, is killed, is told to leave, and carries on."""

import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backfill_tui.control.attempt import Attempt, Stage
from backfill_tui.control.ledger import Ledger
from backfill_tui.demo import cast
from backfill_tui.demo.night import prepare, start
from backfill_tui.demo.script import Scenario
from backfill_tui.demo.season import UNATTENDED_BROKEN, UNATTENDED_NIGHT
from tests.e2e.terminal import PROGRAM, terminal
from tests.processes import lives

AT_ONCE, TO_LOOK_AT = 40.0, 5.0  # speeds: as fast as the machine can, and one at which a job is met at work
FIX, PLAYERS, FACTORS = (job.phase for job in UNATTENDED_NIGHT.jobs)
NEXT_STEPS = ["Next steps:", "  1. Train XGBoost v5", "  2. Compare to the 4.27 MAE baseline"]


class Told:
    """The program without a terminal, and what it prints as it prints it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self._arriving: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def wait_line(self, pattern: str, *, within_s: float = 60.0) -> str:
        """The next line that it prints like this."""
        deadline = time.monotonic() + within_s
        while (line := self._next(deadline)) is not None:
            if re.search(pattern, line):
                return line
        raise AssertionError(f"it ended without a line like {pattern!r}:\n{self.text}")

    def wait_end(self, *, within_s: float = 90.0) -> int:
        """Its exit code."""
        deadline = time.monotonic() + within_s
        while self._next(deadline) is not None:
            pass
        return self.process.wait(10)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def _next(self, deadline: float) -> str | None:
        try:
            line = self._arriving.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise AssertionError(f"not in time:\n{self.text}") from None
        if line is not None:
            self.lines.append(line)
        return line

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._arriving.put(line.rstrip("\n"))
        self._arriving.put(None)


@contextmanager
def program(*words: str, cwd: Path) -> Iterator[Told]:
    """The program in a session of its own, killed at the end if it is still there."""
    with subprocess.Popen(
        [*PROGRAM, *words],
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "XDG_STATE_HOME": str(cwd.parent / "user")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Told(process)
        finally:
            if process.poll() is None:
                process.kill()


@contextmanager
def playing(folder: Path, scenario: Scenario, speed: float) -> Iterator[Path]:
    """A night whose first job has been started, as if from another shell."""
    prepare(folder, scenario, 7, speed)
    start(folder)
    try:
        yield folder
    finally:
        cast.stop(folder, grace_s=2.0)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Path]:
    with playing(tmp_path / "night", UNATTENDED_NIGHT, TO_LOOK_AT) as folder:
        yield folder


@contextmanager
def ledger_of(night: Path) -> Iterator[Ledger]:
    ledger = Ledger.existing(night / ".backfill-tui")
    assert ledger is not None
    try:
        yield ledger
    finally:
        ledger.close()


def attempts(night: Path) -> tuple[Attempt, ...]:
    with ledger_of(night) as ledger:
        return ledger.attempts.all()


def first_line_at(night: Path, log: str) -> datetime:
    """When a job has said its first word; these jobs write the demo's time zone, here that of the machine."""
    first = (night / log).read_text(encoding="utf-8").split(" - ", 1)[0]
    return datetime.strptime(first, "%Y-%m-%d %H:%M:%S,%f").astimezone(UTC)


def test_each_phase_starts_by_itself_once_what_it_needs_is_known_to_be_good_and_the_night_ends_with_a_report(
    tmp_path: Path,
) -> None:
    with playing(tmp_path / "night", UNATTENDED_NIGHT, AT_ONCE) as night:
        with program("run", "backfill.yaml", cwd=night) as run:
            assert run.wait_end() == 0, run.text
        players, factors = attempts(night)
        assert [(one.phase, one.number, one.asked_by, one.stage, one.exit_code) for one in (players, factors)] == [
            (PLAYERS, 1, "auto", Stage.ENDED, 0),
            (FACTORS, 1, "auto", Stage.ENDED, 0),
        ]
        with ledger_of(night) as ledger:
            fix_verdict = ledger.newest_results(FIX, is_input=False)["team_offense"]
            players_verdict = ledger.newest_results(PLAYERS, is_input=False)[PLAYERS]
            usage = ledger.trends(FACTORS, PLAYERS, is_input=True)["usage_rate"]
        # The order of things: by the ledger, and by what the jobs themselves have written.
        assert fix_verdict.at < players.intended_at
        assert fix_verdict.at < first_line_at(night, UNATTENDED_NIGHT.job(PLAYERS).log)
        assert players.ended_at is not None
        assert players.ended_at < players_verdict.at < factors.intended_at
        before = [point.value for point in usage if point.at < factors.intended_at]
        assert round(before[0], 1) == 47.7  # the gate was really closed
        assert before[-1] >= 95
        assert all(condition.ok for one in (players, factors) for condition in one.gate)
        assert f"input {PLAYERS}" in {condition.name for condition in factors.gate}
        assert factors.intended_at < first_line_at(night, UNATTENDED_NIGHT.job(FACTORS).log)
        report = run.lines[next(n for n, line in enumerate(run.lines) if line.startswith("Final report")) :]
        assert report[0].endswith("pass, GO")
        assert [line.split()[:2] for line in report if re.match(r"  [a-z]", line)] == [
            [name, "passed"] for name in (FIX, PLAYERS, FACTORS, "ml_ready")
        ]
        assert report[-3:] == NEXT_STEPS
        with program(
            "run", "backfill.yaml", cwd=night
        ) as again:  # nothing is left to do, and nothing is done twice
            assert again.wait_end() == 0, again.text
        assert again.lines[-3:] == NEXT_STEPS
        assert len(attempts(night)) == 2


def test_with_the_data_left_broken_it_stops_before_its_consumer_with_exit_code_1_and_says_why(
    tmp_path: Path,
) -> None:
    night = tmp_path / "night"
    words = (
        "demo",
        "--scenario",
        UNATTENDED_BROKEN.name,
        "--dir",
        str(night),
        "--speed",
        str(AT_ONCE),
        "--headless",
    )
    try:
        with program(*words, cwd=tmp_path) as demo:
            assert demo.wait_end() == 1, demo.text
    finally:
        cast.stop(night, grace_s=2.0)
    assert re.search(rf"{FIX}: .*→ passed", demo.text)  # nothing in its own rows says so
    assert [one.phase for one in attempts(night)] == [PLAYERS]
    assert not (night / UNATTENDED_BROKEN.job(FACTORS).log).exists()
    blocking = demo.text.split("What blocks:", 1)[1]
    usage = r"usage_rate 47\.7 % \(>= 95 %\)"
    assert re.search(rf"{FACTORS} is waiting: waits for {PLAYERS}\n +{PLAYERS}: failed: .*{usage}", blocking)
    assert re.search(rf"^{PLAYERS}: failed: .*{usage}", blocking, re.MULTILINE)  # what it all comes to


def test_killed_or_told_to_leave_it_leaves_the_jobs_alone_and_carries_on_when_it_is_started_again(
    night: Path,
) -> None:
    with program("run", "backfill.yaml", cwd=night) as run:
        run.wait_line(f"{FIX}: Progress")
        run.process.send_signal(signal.SIGTERM)  # while a job of other people's runs
        assert run.wait_end() == 130
        assert "The jobs go on" in run.text
    with program("run", "backfill.yaml", cwd=night) as run:
        run.wait_line(f"{PLAYERS}: started as attempt 1, pid")
        run.process.send_signal(signal.SIGKILL)
        assert run.wait_end() == -signal.SIGKILL
    (players,) = attempts(night)
    assert players.identity is not None
    assert lives(players.identity.pid)
    with program("run", "backfill.yaml", cwd=night) as run:
        run.wait_line(f"{PLAYERS}: Progress")
        run.process.send_signal(signal.SIGHUP)  # its terminal is closed
        assert run.wait_end() == 130
    assert lives(players.identity.pid)
    with program("run", "backfill.yaml", "--until", PLAYERS, cwd=night) as run:
        assert run.wait_end() == 0, run.text
    (ended,) = attempts(night)
    assert (ended.number, ended.identity, ended.exit_code) == (1, players.identity, 0)
    assert (night / UNATTENDED_NIGHT.job(PLAYERS).log).read_text(encoding="utf-8").count(
        "PARALLEL BACKFILL MODE"
    ) == 1
    assert (night / UNATTENDED_NIGHT.job(FIX).log).read_text(encoding="utf-8").count("Will process") == 1


def test_two_at_once_drive_one_night_and_each_job_has_run_once(tmp_path: Path) -> None:
    words = ("run", "backfill.yaml", "--until", PLAYERS)
    with playing(tmp_path / "night", UNATTENDED_NIGHT, AT_ONCE) as night:
        with program(*words, cwd=night) as one, program(*words, cwd=night) as other:
            assert (one.wait_end(), other.wait_end()) == (0, 0), f"{one.text}\n---\n{other.text}"
        (players,) = attempts(night)
        assert (players.phase, players.number, players.exit_code) == (PLAYERS, 1, 0)
        log = (night / UNATTENDED_NIGHT.job(PLAYERS).log).read_text(encoding="utf-8")
        assert log.count("PARALLEL BACKFILL MODE") == 1


def test_the_demos_screen_goes_on_with_its_unattended_night_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "night"
    words = ("demo", "--scenario", UNATTENDED_NIGHT.name, "--dir", str(folder), "--speed", str(TO_LOOK_AT))
    try:
        with terminal(*words, cwd=tmp_path, env={"XDG_STATE_HOME": str(tmp_path / "user")}) as screen:
            screen.wait(lambda text: re.search(rf"{PLAYERS} +running", text) is not None, within_s=60)
            screen.press("q")
            assert screen.wait_end() == 0
        (players,) = attempts(folder)
        assert players.identity is not None
        assert f"{players.identity.pid}  {PLAYERS}".encode() in screen.raw  # it tells what still runs
        assert b"--auto" in screen.raw
    finally:
        stopped = cast.stop(folder, grace_s=2.0)
    assert PLAYERS in {member.role for member in stopped}  # what the screen has launched is the demo's, too
    assert not cast.running(folder)
