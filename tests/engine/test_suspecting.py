"""Inputs that go bad under a phase at work, in a real warehouse and a real ledger, until all is done anew."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from backfill_tui.checks.judge import Court, judge
from backfill_tui.checks.model import Status
from backfill_tui.checks.warehouse import Stop
from backfill_tui.control.attempt import Acceptance
from backfill_tui.control.gate import is_open
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.model import Alert, PhaseState, Severity
from backfill_tui.engine.cases import cases_of
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.judging import Judging
from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.engine.warehouses import open_warehouse
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.plan.shipped import shipped
from backfill_tui.views import status
from backfill_tui.views.report import report_of
from backfill_tui.views.report_markdown import render
from tests.engine.benches import until
from tests.logs import LogWriter, days

D = days("2024-01-05", 6)

PLAN = """
plan: small
timezone: UTC
warehouse: {backend: duckdb, path: warehouse}
phases:
  factors:
    title: Composite factors
    writes: d.factors
    dates: {start: 2024-01-05, end: 2024-01-10}
    log: factors.log
    command: ["true"]
    retry: [redo, --dates, "{dates}"]
    inputs: [{suite: usage, lookback: LOOKBACK, every: EVERY}]
  training:
    command: ["true"]
    after: [factors]
suites:
  usage:
    table: d.t
    date_column: day
    metrics:
      usage_rate: {sql: 100.0 * COUNTIF(used) / COUNT(*), at_least: 95}
"""


@dataclass
class Night:
    """A plan under watch, the input that it reads, and the log of the phase that reads it."""

    folder: Path
    watch: PlanWatch
    ledger: Ledger
    log: LogWriter = field(default_factory=lambda: LogWriter(at=_naive(-3600)))

    def input_is(self, used: int) -> None:
        """Of its ten rows so many have a usage rate."""
        shutil.rmtree(self.folder / "warehouse", ignore_errors=True)
        table = self.folder / "warehouse" / "d" / "t"
        table.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT DATE '2024-01-01' + range::INTEGER AS day, range < {used} AS used FROM range(10)) "
                f"TO '{table}/all.parquet' (FORMAT parquet)"
            )

    def judge(self, minutes_ago: float) -> Status:
        """What the input is found to be, as if that had been so long ago."""
        plan = self.watch.plan
        (case,) = [one for one in cases_of(plan, "factors", self.watch.look().seen) if one.is_input]
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        result = judge(case.suite, case.subject, Court(open_warehouse(plan), plan.folder, Stop()), now=at)
        row = self.ledger.begin_validation("factors", ["usage"], is_input=True, asked_by="command", at=at)
        self.ledger.record(row, "factors", result, is_input=True)
        self.ledger.end_validation(row, result.verdict, at=at)
        return result.verdict

    def computed(self, index: int, minutes_ago: float) -> None:
        """A date of the phase that was begun and ended then."""
        self.log.at = _naive(-60 * minutes_ago)
        self.log.unit(index + 1, 6, D[index], took=0.5)

    def look(self) -> Snapshot:
        (self.folder / "factors.log").write_bytes(self.log.body)
        return self.watch.look()

    def factors(self) -> PhaseView:
        return self.look().phase("factors")

    def alerts(self) -> list[Alert]:
        """Those about the phase that are critical."""
        alerts = self.look().alerts
        return [one for one in alerts if one.phase == "factors" and one.severity is Severity.CRITICAL]


def _naive(seconds: float) -> datetime:
    """A time from now as a job in UTC prints it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).replace(tzinfo=None, microsecond=0)


@contextmanager
def night(folder: Path, *, lookback: str = "0d", every: str = "1h", calendar: str = "") -> Iterator[Night]:
    plan = folder / "backfill.yaml"
    plan.write_text(PLAN.replace("LOOKBACK", lookback).replace("EVERY", every) + calendar)
    opened = open_plan(plan, now=datetime.now(UTC), environ={})
    ledger = Ledger.open(opened.plan.state_dir)
    watch = PlanWatch(opened, ledger)
    made = Night(folder, watch, ledger)
    made.log.header("2024-01-05", "2024-01-10")
    made.look()
    try:
        yield made
    finally:
        watch.close()
        ledger.close()


def test_dates_computed_from_inputs_that_went_bad_are_suspect_until_they_are_done_anew(tmp_path: Path) -> None:
    with night(tmp_path) as it:
        it.input_is(used=10)
        assert it.judge(50) is Status.PASS
        it.computed(0, minutes_ago=45)
        it.input_is(used=4)
        it.computed(1, minutes_ago=40)  # nobody knows yet
        assert it.factors().suspects.dates == ()
        assert it.judge(35) is Status.FAIL
        it.computed(2, minutes_ago=30)
        assert it.factors().suspects.dates == (D[0], D[1], D[2])  # all since the last good word
        (alert,) = it.alerts()
        assert alert.title == "factors runs on dirty inputs"
        assert "3 dates were computed since its inputs were last known good" in alert.detail
        assert "usage: usage_rate 0 (>= 95)" in alert.detail
        assert "redo --dates 2024-01-05,2024-01-06,2024-01-07" in alert.action
        it.input_is(used=10)
        assert it.judge(25) is Status.PASS
        for index in (3, 4, 5):
            it.computed(index, minutes_ago=20 - index)
        it.log.summary()
        view = it.factors()
        assert view.state is PhaseState.FAILED
        assert "3 of its dates were computed while its inputs were not known good" in view.why
        (alert,) = it.alerts()  # and none that says again that it failed
        assert alert.title == "3 dates of factors rest on dirty inputs"
        training = it.look().phase("training")
        assert not is_open(training.gate)
        assert "3 of its dates" in training.gate[0].detail
        told = status.as_json(it.look())["phases"][0]
        assert told["suspect_dates"] == [day.isoformat() for day in D[:3]]
        it.log.say("Processing 3 specific dates", after=0)
        for index in range(3):
            it.log.at = _naive(-60 * (10 - index))
            it.log.say(f"Processing date {index + 1}/3: {D[index]}", after=0)
            it.log.say("  ✓ Success: 7 records", after=0.5)
        it.log.say("SPECIFIC DATES PROCESSING SUMMARY:", after=0)
        snapshot = it.look()
        assert it.alerts() == []
        assert snapshot.phase("factors").suspects.dates == ()
        assert snapshot.phase("factors").state is PhaseState.PASSED
        assert is_open(snapshot.phase("training").gate)


def test_windows_that_look_back_to_a_dirty_date_go_with_it(tmp_path: Path) -> None:
    with night(tmp_path, lookback="2d") as it:
        it.input_is(used=4)
        assert it.judge(50) is Status.FAIL
        it.computed(0, minutes_ago=45)
        it.input_is(used=10)
        assert it.judge(40) is Status.PASS
        for index in range(1, 6):
            it.computed(index, minutes_ago=35 - index)
        suspects = it.factors().suspects
        assert suspects.dates == (D[0], D[1], D[2])
        assert suspects.windows == {D[1], D[2]}


def test_inputs_that_were_bad_when_they_were_first_judged_were_never_known_good(tmp_path: Path) -> None:
    with night(tmp_path) as it:
        it.computed(0, minutes_ago=45)
        assert it.factors().suspects.unjudged == 1
        it.input_is(used=4)
        assert it.judge(10) is Status.FAIL
        assert it.factors().suspects.dates == (D[0],)
        (alert,) = it.alerts()
        assert "nobody has found its inputs good before" in alert.detail


def test_an_input_without_rows_is_no_good_one_and_one_that_cannot_be_asked_says_nothing(tmp_path: Path) -> None:
    with night(tmp_path) as it:
        it.input_is(used=10)
        assert it.judge(50) is Status.PASS
        it.computed(0, minutes_ago=45)
        shutil.rmtree(tmp_path / "warehouse")
        assert it.judge(40) is Status.UNKNOWN
        assert it.factors().suspects.count == 0
        it.input_is(used=10)
        with duckdb.connect() as connection:
            table = tmp_path / "warehouse" / "d" / "t" / "all.parquet"
            connection.execute(
                f"COPY (SELECT DATE '2020-01-01' AS day, true AS used) TO '{table}' (FORMAT parquet)"
            )
        assert it.judge(30) is Status.UNKNOWN
        assert it.factors().suspects.dates == (D[0],)


def test_a_person_takes_them_as_they_are_and_what_comes_after_may_start(tmp_path: Path) -> None:
    with night(tmp_path) as it:
        it.input_is(used=4)
        assert it.judge(50) is Status.FAIL
        for index in range(6):
            it.computed(index, minutes_ago=45 - index)
        it.log.summary()
        assert it.factors().suspects.count == 6
        it.ledger.acceptances.accept(Acceptance("factors", "known", "nina", datetime.now(UTC)))
        snapshot = it.look()
        assert snapshot.phase("factors").suspects.count == 0
        assert is_open(snapshot.phase("training").gate)


def test_a_date_off_is_not_suspect_where_the_calendar_knows_that_nothing_was_due(tmp_path: Path) -> None:
    (tmp_path / "calendar.csv").write_text("date,weight\n2024-01-05,0\n2024-01-06,3\n2024-01-10,1\n")
    with night(tmp_path, calendar="calendar: {csv: calendar.csv}") as it:
        it.input_is(used=4)
        assert it.judge(50) is Status.FAIL
        it.log.at = _naive(-60 * 45)
        it.log.unit(1, 6, D[0], records=0, took=0.5).unit(2, 6, D[1], records=0, took=0.5)
        assert it.factors().suspects.dates == (D[1],)  # three games, and no record: it should not have been empty


def test_a_phase_without_inputs_has_no_suspects(tmp_path: Path) -> None:
    with night(tmp_path) as it:
        assert it.look().phase("training").suspects.count == 0


def test_looking_again_changes_nothing_and_another_day_is_another_account(tmp_path: Path) -> None:
    with night(tmp_path) as it:
        it.input_is(used=4)
        it.judge(50)
        it.computed(0, minutes_ago=45)
        first = it.factors().suspects
        assert it.factors().suspects is first
        it.computed(1, minutes_ago=44)
        assert it.factors().suspects.dates == (date(2024, 1, 5), date(2024, 1, 6))


def test_a_report_names_them_and_is_no_go(tmp_path: Path) -> None:
    with night(tmp_path) as it:
        it.input_is(used=4)
        it.judge(50)
        for index in range(6):
            it.computed(index, minutes_ago=45 - index)
        it.log.summary()
        report = report_of(it.look(), scope=["factors"])
        assert report.final
        assert not report.go
        template = shipped("report.md.j2").read_text(encoding="utf-8")
        line = "- suspect, computed while its inputs were not known to be good: 2024-01-05 … 2024-01-10"
        assert line in render(report, template, "report.md.j2")


def test_after_the_end_of_a_phase_its_inputs_are_judged_once_more(tmp_path: Path) -> None:
    """So that a later mishap is not taken for one of the time before."""
    with night(tmp_path, every="1s") as it:
        it.input_is(used=10)
        it.judge(50)
        for index in range(6):
            it.computed(index, minutes_ago=45 - index)
        it.log.summary()
        snapshot = it.look()
        assert snapshot.phase("factors").state is PhaseState.PASSED
        judging = Judging(it.watch.plan, it.ledger, Docket(), lambda: snapshot)
        try:
            judging.tick(snapshot)
            until(lambda: len(it.ledger.findings("factors", "usage")) == 2)
            snapshot = it.look()
            judging.tick(snapshot)
        finally:
            judging.close()
        assert len(it.ledger.findings("factors", "usage")) == 2
        it.input_is(used=4)
        it.judge(-1)
        assert it.factors().suspects.count == 0
