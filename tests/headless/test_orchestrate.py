"""`orchestrate` on the demo's jobs: real processes, their logs, and the tables that they write."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backfill_tui.cli import run as command_line
from backfill_tui.demo.schedule import make_calendar, write_calendar
from backfill_tui.demo.warehouse import Warehouse
from tests.headless.shells import Shells
from tests.processes import eventually, lives

DATES = "2024-01-01 2024-01-31"
JOB = [sys.executable, "-m", "backfill_tui.demo.job"]

PLAN = """
plan: two-phases
timezone: UTC
thresholds: thresholds.yaml
next_steps: [Train the model, Compare it]
warehouse: {backend: duckdb, path: warehouse/}
calendar: {csv: calendar.csv}
polling: {interval: 1s, progress_every: 1}
phases:
  team_offense:
    writes: nba_analytics.team_offense_game_summary
    dates: {start: 2020-01-01, end: 2020-01-02}
    checkpoint: checkpoints/team_offense_game_summary_{start}_{end}.json
    process: {match: no such process}
    command: [sh, -c, "exit 9"]
    env: {TZ: UTC}
    suites: [teams]
  model: {command: ["true"], after: [player_game_summary], start: auto}
  before: {command: ["true"]}
  player_game_summary:
    writes: nba_analytics.player_game_summary
    dates: {start: 2024-01-01, end: 2024-01-20}
    log: logs/phase2.log
    command: ["{python}", -m, backfill_tui.demo.job, --job, player_game_summary, --start-date, "{start}",
      --end-date, "{end}", --parallel, --fail-rate, "0", --speed, "1e6"]
    env: {TZ: UTC}
    after: [before]
    suites: [players]
suites:
  teams:
    table: nba_analytics.team_offense_game_summary
    date_column: game_date
    metrics:
      games: {sql: COUNT(DISTINCT game_id), at_least: "${teams.min_games}"}
      quality: {sql: AVG(quality_score), at_least: "${teams.min_quality}"}
    progress: {success_rate: {at_least: 95}}
    completeness: {missing_at_most: 0}
  players:
    table: nba_analytics.player_game_summary
    date_column: game_date
    metrics: {rows: {sql: COUNT(*), at_least: 1000}}
"""


@dataclass
class Night:
    """A folder with a plan and a warehouse, and the phase 1 that somebody has started in it."""

    shells: Shells
    jobs: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.shells.folder

    def phase1(self, *words: str, log: str = "logs/phase1.log") -> "subprocess.Popen[bytes]":
        start, end = DATES.split()
        span = ["--job", "team_offense", "--start-date", start, "--end-date", end, "--fail-rate", "0"]
        speed = [] if "--speed" in words else ["--speed", "1e6"]
        with (self.folder / log).open("ab") as output:
            job = subprocess.Popen(
                [*JOB, *span, *speed, *words],
                cwd=self.folder,
                env={**os.environ, "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.jobs.append(job)
        return job

    def ended(self, *words: str) -> int:
        """The pid of a phase 1 that has ended."""
        job = self.phase1(*words)
        job.wait(30)
        return job.pid

    def words(self, pid: int, *more: str, log: str = "logs/phase1.log") -> list[str]:
        flags = ["--phase1-pid", str(pid), "--phase1-log", log, "--phase1-dates", DATES]
        return ["orchestrate", "--plan", "backfill.yaml", *flags, *more]

    def orchestrate(self, pid: int, *more: str, log: str = "logs/phase1.log") -> "subprocess.CompletedProcess[str]":
        return self.shells.run(*self.words(pid, *more, log=log))

    @contextmanager
    def watching(self, pid: int) -> Iterator["subprocess.Popen[str]"]:
        """While it watches a phase 1 that is at work; what it has printed until then is in `seen`."""
        with self.shells.begun(*self.words(pid)) as watcher:
            assert watcher.stdout is not None
            line = next(line for line in watcher.stdout if "team_offense: Progress:" in line)
            assert re.search(r"Progress: \d+/31 days \(\d+\.\d%\), \d+ remaining, success rate \d", line)
            assert re.search(r"\d records, elapsed \d", line)
            yield watcher

    def started(self) -> bool:
        """Whether phase 2 was."""
        return (self.folder / "logs/phase2.log").exists() or any(self.shells.runs.glob("*"))

    def halfway(self) -> bool:
        return (self.folder / "logs/phase1.log").read_text().count("Success") >= 3


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    folder = tmp_path / "night"
    for name in ("logs", "checkpoints", "warehouse"):
        (folder / name).mkdir(parents=True)
    calendar = make_calendar(7)
    write_calendar(calendar, folder / "calendar.csv")
    Warehouse(folder / "warehouse", calendar, 7).write_schedule()
    (folder / "backfill.yaml").write_text(PLAN)
    (folder / "thresholds.yaml").write_text("teams: {min_games: 100, min_quality: 50}\n")
    made = Night(Shells(folder))
    yield made
    made.shells.clean()
    for job in made.jobs:
        if job.poll() is None:
            job.kill()
        job.wait()


def test_phase_2_starts_once_a_phase_1_that_was_at_work_has_passed(night: Night) -> None:
    job = night.phase1("--speed", "600")
    eventually(night.halfway)
    job.send_signal(signal.SIGSTOP)  # so that it is at work for as long as it takes to be seen
    with night.watching(job.pid) as watcher:
        job.send_signal(signal.SIGCONT)
        said, _ = watcher.communicate(timeout=60)
    assert watcher.returncode == 0, said
    assert "team_offense: Progress: 31/31 days (100.0%), 0 remaining, success rate 100.0%" in said
    assert re.findall(r"team_offense: Check (\d)/4 ", said) == ["1", "2", "3", "4"]
    assert "player_game_summary: started as attempt 1" in said
    report = said[said.index("Final report of two-phases") :]
    for phase in ("team_offense", "player_game_summary"):
        counted = r"(\d+) of \1 dates done, success rate .+%, [\d,]+ records"
        assert re.search(rf"  {phase} +passed +duration .+, {counted}, verdict pass\n", report)
    assert "Total duration: " in report
    assert report.endswith("Next steps:\n  1. Train the model\n  2. Compare it\n")
    assert os.listdir(night.shells.runs) == ["player_game_summary.1"]  # noqa: PTH208 - and no other phase of the plan


@pytest.mark.parametrize("mode", [[], ["--parallel"]], ids=["sequential", "parallel"])
def test_a_phase_1_that_has_ended_is_judged_from_its_log(night: Night, mode: list[str]) -> None:
    pid = night.ended(*mode)
    done = night.orchestrate(pid, "--phase2-dates", "2024-01-01 2024-01-25")
    assert done.returncode == 0, done.stdout
    assert "team_offense: Progress: 31/31 days (100.0%), 0 remaining, success rate 100.0%" in done.stdout
    assert "team_offense: Check 1/4 games: " in done.stdout
    assert "player_game_summary: started as attempt 1" in done.stdout
    assert "Date range: 2024-01-01 to 2024-01-25" in (night.folder / "logs/phase2.log").read_text()


def test_a_pid_that_belongs_to_another_process_by_now_is_not_waited_for(night: Night) -> None:
    night.ended()
    log = night.folder / "logs/phase1.log"
    log.write_text(re.sub(r"(?m)^\d{4}-\d\d-\d\d", "2024-02-01", log.read_text()))  # it was long ago
    other = subprocess.Popen(["sleep", "60"])
    night.jobs.append(other)
    done = night.orchestrate(other.pid)
    assert done.returncode == 0, done.stdout
    assert lives(other.pid)


def test_a_phase_1_that_is_killed_while_watched_fails_and_phase_2_is_not_started(night: Night) -> None:
    job = night.phase1("--parallel", "--hang-at", "0.5")
    eventually(lambda: "✓" in (night.folder / "logs/phase1.log").read_text())
    with night.watching(job.pid) as watcher:
        job.kill()
        job.wait()
        said, _ = watcher.communicate(timeout=60)
    assert watcher.returncode == 1
    assert re.search(r"team_offense: (running|stalled) → failed: gone without a summary at \d+ %", said)
    assert not night.started()


def test_a_phase_1_that_was_killed_before_fails_and_phase_2_is_not_started(night: Night) -> None:
    done = night.orchestrate(night.ended("--crash-at", "0.6"))
    assert done.returncode == 1
    assert "team_offense: failed: gone without a summary at " in done.stdout
    assert not night.started()


def test_bad_data_keep_phase_2_from_starting_by_the_thresholds_given(night: Night) -> None:
    (night.folder / "strict.yaml").write_text("teams: {min_games: 100000}\n")
    done = night.orchestrate(night.ended(), "--config", "strict.yaml")
    assert done.returncode == 1
    assert re.search(r"team_offense: Check 1/4 games: \d+ \(>= 100,000\) fail", done.stdout)
    assert "--config: strict.yaml does not tell teams.min_quality" in done.stderr
    assert not night.started()


def test_what_cannot_be_told_opens_no_gate(night: Night) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    done = night.orchestrate(gone.pid, log="logs/no-such.log")
    assert done.returncode == 3
    assert "log logs/no-such.log (not there yet)" in done.stdout
    assert "team_offense: unknown: nothing has been seen of it yet" in done.stdout
    assert not night.started()


def test_a_dry_run_tells_what_would_be_done_and_does_nothing(night: Night) -> None:
    before = sorted(night.folder.rglob("*"))
    pid = night.ended()
    with_phase1 = sorted(night.folder.rglob("*"))
    done = night.orchestrate(pid, "--dry-run")
    assert done.returncode == 0
    assert "would run its suites now" in done.stdout
    assert "--job player_game_summary --start-date 2024-01-01 --end-date 2024-01-20" in done.stdout
    assert before != with_phase1 == sorted(night.folder.rglob("*"))


def test_the_report_is_json_where_that_is_asked_for(night: Night) -> None:
    code, report = night.shells.json(*night.words(night.ended()))
    assert code == 0
    assert [phase["state"] for phase in report["phases"]] == ["passed", "passed"]


def test_given_again_it_carries_on_and_starts_nothing_twice(night: Night) -> None:
    pid = night.ended()
    assert night.orchestrate(pid).returncode == 0
    again = night.orchestrate(pid)
    assert again.returncode == 0
    assert "started as attempt" not in again.stdout
    assert len(list(night.shells.runs.iterdir())) == 1


def test_another_pid_than_that_of_our_own_launch_is_refused(night: Night) -> None:
    assert night.shells.run("launch", "team_offense", "--wait", "--yes").returncode == 1  # its command exits with 9
    launched = night.shells.pid("team_offense.1")
    refused = night.orchestrate(night.ended())
    assert refused.returncode == 64
    assert f"--phase1-pid: team_offense was launched from here, as attempt 1 with pid {launched}" in refused.stderr


def test_the_shipped_plan_keeps_its_files_in_the_folder_where_it_is_played(night: Night, tmp_path: Path) -> None:
    here = tmp_path / "elsewhere"
    here.mkdir()
    words = night.words(night.ended(), log=str(night.folder / "logs/phase1.log"))
    done = Shells(here).run("orchestrate", *words[3:], "--dry-run")
    assert done.returncode == 0
    assert f"Ledger and runs: {here / '.backfill-tui'}" in done.stdout
    assert f"working folder: {here}" in done.stdout
    assert "team_offense: finished: complete by its own account" in done.stdout


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ({"--phase1-pid": "0"}, "--phase1-pid"),
        ({"--phase1-pid": "team"}, "--phase1-pid"),
        ({"--phase1-dates": "2024-01-01"}, "--phase1-dates: '2024-01-01' is not two dates."),
        (
            {"--phase1-dates": "2024-01-01 2024-13-01"},
            "--phase1-dates '2024-01-01 2024-13-01': there is no such day",
        ),
        ({"--phase1-dates": "2024-01-01 soon"}, "must be a date such as 2026-01-03, or today, yesterday, today-3d"),
        (
            {"--phase1-dates": "2024-01-02 2024-01-01"},
            "the last date, 2024-01-01, is before the first, 2024-01-02.",
        ),
        ({"--phase2-dates": "today yesterday"}, "--phase2-dates: the last date"),
        ({"--phase1-log": "."}, "--phase1-log: . is a folder."),
        ({"--config": "no-such.yaml"}, "--config: there is no file no-such.yaml."),
    ],
)
def test_mistakes_of_the_flags_are_wrong_usage_and_name_the_option(
    flags: dict[str, str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    good = {"--phase1-pid": "4000000", "--phase1-log": "one.log", "--phase1-dates": DATES}
    code = command_line(["orchestrate", *(word for pair in {**good, **flags}.items() for word in pair)])
    assert code == 64
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("left_out", ["--phase1-pid", "--phase1-log", "--phase1-dates"])
def test_what_phase_1_is_must_be_said(left_out: str, capsys: pytest.CaptureFixture[str]) -> None:
    flags = {"--phase1-pid": "4000000", "--phase1-log": "one.log", "--phase1-dates": DATES}
    del flags[left_out]
    assert command_line(["orchestrate", *(word for pair in flags.items() for word in pair)]) == 64
    assert left_out in capsys.readouterr().err


def test_read_only_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--phase1-pid", "4000000", "--phase1-log", "one.log", "--phase1-dates", DATES]
    assert command_line(["orchestrate", *flags, "--read-only"]) == 64
    assert "orchestrate changes things" in capsys.readouterr().err
