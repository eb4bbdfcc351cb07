"""`status --json` on small plans, with real processes behind them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backfill_tui.cli import run
from tests.adversarial.jobs import Job, day

NOTHING: type = type(None)
PHASE: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "state": str,
    "attempt": (int, NOTHING),
    "critical": bool,
    "slack_s": (int, float, NOTHING),
    "units": dict,
    "success_rate": (float, NOTHING),
    "rate_per_hour": (float, NOTHING),
    "eta": (dict, NOTHING),
    "missing_dates": (list, NOTHING),
    "failed_dates": list,
    "suspect_dates": (list, NOTHING),
    "process": (dict, NOTHING),
    "log_age_s": (int, float, NOTHING),
    "timeline": (dict, NOTHING),
    "gate": (dict, NOTHING),
    "verdict": (str, NOTHING),
    "verdict_at": (str, NOTHING),
    "accepted": (dict, str, NOTHING),
}
PROCESS = {"pid", "alive", "started_at", "cpu_percent", "rss_bytes", "exit_code", "adopted"}
ALERT = {"id", "severity", "phase", "since", "title", "detail", "action", "acknowledged"}
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts jobs that do nothing; they end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        job = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        started.append(job)
        return job

    yield begin
    for job in started:
        if job.stdin:
            job.stdin.close()
        job.kill()
        job.wait()


class Plan:
    """A folder with a plan and its logs."""

    def __init__(self, folder: Path, output: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._output = output

    def log(self, name: str, job: Job) -> None:
        (self.folder / name).write_bytes(job.body)

    def status(self, phases: str) -> dict[str, Any]:
        path = self.folder / "plan.yaml"
        path.write_text(f"plan: small\ntimezone: UTC\nphases:\n{phases}")
        assert run(["status", str(path), "--json"]) == 0
        snapshot: dict[str, Any] = json.loads(self._output.readouterr().out)
        return snapshot


@pytest.fixture
def plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Plan:
    return Plan(tmp_path, capsys)


def ago(minutes: float) -> datetime:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).replace(tzinfo=None)


def working(start_day: str = day(1), end_day: str = day(5)) -> Job:
    """Began a while ago, and wrote its last line after any process of this test was started."""
    job = Job(at=ago(5)).daily(start_day, end_day).days("10 >", start=start_day)
    job.at = ago(-0.5)
    return job.say("Saved 4 records", after=0)


TWO = """
  a: {{writes: d.t, dates: {{start: 2022-01-01, end: 2022-01-05}}, log: a.log, process: {{pid: {a}}}}}
  b: {{writes: d.t, dates: {{start: 2022-01-03, end: 2022-01-09}}, log: b.log, process: {{pid: {b}}}}}
"""


def test_every_promised_key_is_there_with_its_type(plan: Plan, start: Start) -> None:
    plan.log("a.log", working())
    snapshot = plan.status(f"  a: {{log: a.log, process: {{pid: {start().pid}}}}}\n  b: {{log: none.log}}\n")
    assert set(snapshot) >= {
        "plan",
        "at",
        "health",
        "deadline",
        "critical_path",
        "phases",
        "conflicts",
        "probes",
        "alerts",
    }
    for phase in snapshot["phases"]:
        assert {key for key, kind in PHASE.items() if not isinstance(phase.get(key, ...), kind)} == set()
        assert phase["process"] is None or set(phase["process"]) >= PROCESS


def test_two_living_writers_of_one_table_are_a_live_conflict_and_an_alert(plan: Plan, start: Start) -> None:
    plan.log("a.log", working())
    plan.log("b.log", working(day(3), day(9)))
    snapshot = plan.status(TWO.format(a=start().pid, b=start().pid))
    told = {"phases": ["a", "b"], "table": "d.t", "dates": [day(3), day(5)], "days": 3, "live": True}
    assert [conflict | told for conflict in snapshot["conflicts"]] == snapshot["conflicts"]
    assert len(snapshot["conflicts"]) == 1
    assert snapshot["health"] == "critical"
    assert all(set(alert) >= ALERT for alert in snapshot["alerts"])


def test_a_killed_writer_is_gone_at_once_and_its_conflict_no_longer_live(plan: Plan, start: Start) -> None:
    plan.log("a.log", working())
    plan.log("b.log", working(day(3), day(9)))
    first, second = start(), start()
    phases = TWO.format(a=first.pid, b=second.pid)
    second.kill()
    second.wait()
    snapshot = plan.status(phases)
    assert [phase["state"] for phase in snapshot["phases"]] == ["running", "failed"]
    assert not any(conflict["live"] for conflict in snapshot["conflicts"])
    assert [(alert["severity"], alert["phase"]) for alert in snapshot["alerts"]] == [("critical", "b")]


def test_a_zombie_is_not_alive(plan: Plan, start: Start) -> None:
    plan.log("a.log", working())
    job = start()
    if job.stdin:
        job.stdin.close()
    os.waitid(os.P_PID, job.pid, os.WEXITED | os.WNOWAIT)  # waits for its end, but leaves it in the table
    (phase,) = plan.status(f"  a: {{log: a.log, process: {{pid: {job.pid}}}}}\n")["phases"]
    assert phase["state"] == "failed"
    assert not phase["process"]["alive"]


def test_a_process_that_started_after_the_logs_last_line_is_not_its_writer(plan: Plan, start: Start) -> None:
    plan.log("a.log", Job(at=ago(60)).daily().days("10 >"))
    (phase,) = plan.status(f"  a: {{log: a.log, process: {{pid: {start().pid}}}}}\n")["phases"]
    assert phase["state"] == "failed"


@pytest.mark.parametrize("log", ["'e*.log'", "[e2.log, e1.log]", "[e1.log, e2.log]"])
def test_a_retry_in_another_file_repairs_in_whatever_order_the_files_are_named(plan: Plan, log: str) -> None:
    plan.log("e1.log", Job(at=ago(60)).daily().days("1 x 3 x 5").daily_summary())
    plan.log("e2.log", Job(at=ago(30)).listed(d02="5").listed_summary())
    (phase,) = plan.status(f"  e: {{log: {log}}}\n")["phases"]
    assert phase["failed_dates"] == [day(4)]
    assert (phase["units"]["total"], phase["units"]["done"]) == (5, 4)


def test_a_retry_in_another_file_leaves_the_main_run_going(plan: Plan) -> None:
    plan.log("f1.log", Job(at=ago(5)).daily().days("1 x 3 >"))
    plan.log("f2.log", Job(at=ago(1)).listed(d02="5").listed_summary())
    (phase,) = plan.status("  f: {log: 'f*.log'}\n")["phases"]
    assert phase["units"] == phase["units"] | {"done": 3, "failed": 0, "running": 1, "pending": 1, "missing": 0}


def test_runs_in_several_files_are_told_in_order_of_time_not_of_name(plan: Plan) -> None:
    plan.log("i1.log", Job(at=ago(10)).daily(fresh=True).days("1 >"))
    plan.log("i2.log", Job(at=ago(50)).daily().days("1 2 3 >"))
    (phase,) = plan.status("  i: {log: 'i*.log'}\n")["phases"]
    assert phase["units"] == phase["units"] | {"done": 1, "running": 1, "pending": 3}


def test_a_run_that_calls_itself_complete_over_holes_is_an_alert(plan: Plan) -> None:
    holes = Job(at=ago(9)).parallel().ended(d01="5", d04="3").parallel(resume=day(5)).ended(d05="5").complete()
    plan.log("l.log", holes)
    snapshot = plan.status("  l: {log: l.log}\n")
    assert snapshot["phases"][0]["missing_dates"] == [day(2), day(3)]
    assert [alert["severity"] for alert in snapshot["alerts"]] == ["critical"]


def test_unreadable_sources_are_said_one_by_one_and_stop_nothing(plan: Plan) -> None:
    (plan.folder / "binary.log").write_bytes(bytes(range(256)) * 10)
    (plan.folder / "torn.json").write_text("{")
    (plan.folder / "folder").mkdir()
    plan.log("good.log", Job(at=ago(9)).daily().days("1 2 3 4 5").daily_summary())
    phases = plan.status(
        "  a: {log: binary.log}\n  b: {checkpoint: torn.json}\n  c: {log: folder}\n  d: {log: good.log}\n"
    )["phases"]
    assert [phase["state"] for phase in phases] == ["unknown", "unknown", "unknown", "passed"]
    assert all(phase["notes"] for phase in phases[:3])


def test_a_run_complete_for_itself_but_short_of_the_plans_range_is_critical(plan: Plan) -> None:
    plan.log("d.log", Job(at=ago(60)).daily().days("1 2 3 4 5").daily_summary())
    snapshot = plan.status("  d: {log: d.log, dates: {start: 2022-01-03, end: 2022-01-12}}\n")
    assert snapshot["phases"][0]["state"] == "failed"
    assert snapshot["health"] == "critical"


def test_a_checkpoint_that_cannot_be_read_is_not_known_to_have_no_holes(plan: Plan) -> None:
    (plan.folder / "torn.json").write_text('{"start_date": "2022-01-01", "succ')
    seen = plan.status("  b: {checkpoint: torn.json}\n")["phases"][0]["checkpoint"]
    assert (seen["holes"], seen["holes_basis"]) == (None, None)


def test_status_in_words_says_what_could_not_be_read(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    (plan.folder / "b.log").write_bytes(bytes(range(256)))
    plan.status("  b: {log: b.log}\n")
    assert run(["status", str(plan.folder / "plan.yaml")]) == 0
    assert "b.log: It is not a text file" in capsys.readouterr().out


def test_a_word_is_a_plan_if_it_is_a_file_and_else_wrong_usage(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(plan.folder)
    Path("night").write_text("plan: night\nphases: {b: {log: b.log}}\n")
    assert run(["status", "night"]) == 0
    assert run(["status", "day"]) == 64
