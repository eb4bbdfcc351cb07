"""Relative dates over midnight: what was launched keeps its dates, what is still to come has those of the day."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from backfill_tui.control.attempt import Attempt, Kind, Order, Stage
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.order import run_order
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.judging import Judging
from backfill_tui.engine.plans import OpenedPlan, open_plan
from backfill_tui.engine.snapshot import Snapshot, SuiteView
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.headless.validate import validate_phases
from tests.logs import LogWriter

NOW = EVENING = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _times_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """A little later than whatever it finds, since results bear the time of the machine; and a day earlier."""
    now = datetime.now(UTC) + timedelta(minutes=2)
    monkeypatch.setitem(globals(), "NOW", now)
    monkeypatch.setitem(globals(), "EVENING", now - timedelta(days=1))


PLAN = """
plan: nightly
timezone: UTC
warehouse: {backend: duckdb, path: w.duckdb}
calendar: {sql: SELECT day AS date FROM d.t WHERE day BETWEEN @start_date AND @end_date}
phases:
  job:
    writes: d.out
    dates: {start: today-5d, end: yesterday}
    log: job.log
    checkpoint: job_{start}_{end}.json
    command: ["true", "{start}", "{end}"]
    inputs: [{suite: source, lookback: 1d}]
    suites: [out]
  go:
    dates: {start: today-5d, end: yesterday}
    suites: [source]
suites:
  source: {table: d.t, date_column: day, metrics: {rows: {sql: COUNT(*), at_least: 1}}}
  out:
    table: d.t
    date_column: day
    metrics: {rows: {sql: COUNT(*), at_least: 1}}
    progress: {fatal_errors: {at_most: 0, severity: info}}
"""


def range_of(at: datetime) -> tuple[date, date]:
    """What the plan's dates are at that time."""
    return at.date() - timedelta(days=5), at.date() - timedelta(days=1)


@dataclass
class Desk:
    """A plan under watch, and the judge of its screen, as of whatever time it is told."""

    opened: OpenedPlan
    ledger: Ledger
    watch: PlanWatch
    judging: Judging
    snapshot: Snapshot

    def look(self, at: datetime) -> Snapshot:
        self.snapshot = self.watch.look(at)
        return self.snapshot

    def suite(self, phase: str, *, is_input: bool) -> SuiteView:
        return next(one for one in self.snapshot.phase(phase).suites if one.is_input is is_input)

    def judge(self, phase: str, *, is_input: bool) -> None:
        self.judging.judge(phase, is_input=is_input, asked_by="command")


def written(folder: Path) -> Path:
    path = folder / "backfill.yaml"
    path.write_text(PLAN)
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        connection.execute("CREATE SCHEMA d")
        connection.execute(f"CREATE TABLE d.t AS SELECT DATE '{NOW:%F}' - i::INTEGER AS day FROM range(20) t(i)")
    return path


@contextmanager
def desk(path: Path, opened_at: datetime) -> Iterator[Desk]:
    opened = open_plan(path, now=opened_at, environ={})
    ledger, docket = Ledger.open(opened.plan.state_dir), Docket()
    watch = PlanWatch(opened, ledger, docket)
    made = Desk(
        opened, ledger, watch, Judging(opened.plan, ledger, docket, lambda: made.snapshot), watch.look(opened_at)
    )
    try:
        yield made
    finally:
        made.judging.close()
        watch.close()
        ledger.close()


def launched(one: Desk, order: Order, *, number: int = 1, at: datetime) -> Attempt:
    """A launch that has ended well, as the ledger has it."""
    attempt = one.ledger.attempts.intend(
        order, number=number, asked_by="command", person="p", override=None, gate=(), at=at
    )
    return one.ledger.attempts.advance(attempt, to=Stage.ENDED, started_at=at, ended_at=at, exit_code=0)


def order_of(one: Desk, at: datetime) -> Order:
    return run_order(one.opened.as_of(at).phase("job"))


@pytest.mark.parametrize("early", [True, False], ids=["opened before midnight", "opened after it"])
def test_what_was_launched_before_midnight_is_judged_on_its_own_dates_after_it(tmp_path: Path, early: bool) -> None:
    with desk(written(tmp_path), EVENING if early else NOW) as one:
        launched(one, order_of(one, EVENING), at=EVENING)
        for at in (EVENING, NOW) if early else (NOW,):
            assert one.look(at).phase("job").dates == range_of(EVENING)
        one.judge("job", is_input=False)
        one.look(NOW)
        found = one.suite("job", is_input=False)
        assert found.result is not None
        assert found.result.dates == range_of(EVENING)
        assert not found.stale


def test_validate_judges_a_launch_of_yesterday_on_its_own_dates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with desk(written(tmp_path), NOW) as one:
        launched(one, order_of(one, EVENING), at=EVENING)
        validate_phases(one.opened, ["job"], inputs=False, json_wanted=True, read_only=False)
        assert '"out"' in capsys.readouterr().out
        one.look(NOW)
        found = one.suite("job", is_input=False)
        assert found.result is not None
        assert not found.stale


def test_of_what_has_not_begun_gate_inputs_and_order_agree_on_the_day(tmp_path: Path) -> None:
    with desk(written(tmp_path), EVENING) as one:
        one.judge("job", is_input=True)
        assert one.look(EVENING).phase("job").dates == range_of(EVENING)
        after = one.look(NOW)
        assert after.phase("job").dates == order_of(one, NOW).dates == range_of(NOW)
        assert one.suite("job", is_input=True).stale == "it judged another range"
        one.judge("job", is_input=True)
        after = one.look(NOW)
        found = one.suite("job", is_input=True)
        assert found.result is not None
        assert found.result.dates == (range_of(NOW)[0] - timedelta(days=1), range_of(NOW)[1])
        assert {one.about: one.ok for one in after.phase("job").gate}["source"]


def test_after_a_run_is_over_the_inputs_of_its_next_run_are_those_of_today(tmp_path: Path) -> None:
    with desk(written(tmp_path), EVENING) as one:
        launched(one, order_of(one, EVENING), at=EVENING)
        seen = one.look(NOW).seen
        assert seen.phases["job"].dates == range_of(EVENING)
        assert seen.next_runs["job"] == one.opened.as_of(NOW).phase("job")
        one.judge("job", is_input=True)
        one.look(NOW)
        found = one.suite("job", is_input=True)
        assert found.result is not None
        assert found.result.dates is not None
        assert found.result.dates[1] == range_of(NOW)[1]
        assert not found.stale


def test_a_retry_after_midnight_keeps_the_dates_of_the_run_that_it_mends(tmp_path: Path) -> None:
    with desk(written(tmp_path), NOW) as one:
        order = order_of(one, EVENING)
        launched(one, order, at=EVENING)
        launched(one, replace(order, kind=Kind.RETRY, days=(range_of(EVENING)[0],)), number=2, at=NOW)
        assert one.look(NOW).phase("job").dates == range_of(EVENING)


def test_what_was_offered_before_midnight_and_taken_after_it_keeps_the_dates_of_its_order(tmp_path: Path) -> None:
    with desk(written(tmp_path), NOW) as one:
        launched(one, order_of(one, EVENING), at=NOW)
        assert one.look(NOW).phase("job").dates == range_of(EVENING)


def test_a_launch_that_never_became_a_process_keeps_no_dates(tmp_path: Path) -> None:
    with desk(written(tmp_path), NOW) as one:
        one.ledger.attempts.intend(
            order_of(one, EVENING), number=1, asked_by="command", person="p", override=None, gate=(), at=EVENING
        )
        assert one.look(NOW).phase("job").dates == range_of(NOW)


def test_a_run_of_others_that_has_begun_keeps_its_dates_over_midnight(tmp_path: Path) -> None:
    path = written(tmp_path)
    first, last = range_of(EVENING)
    log = LogWriter(at=EVENING.replace(tzinfo=None, microsecond=0)).header(first.isoformat(), last.isoformat())
    (tmp_path / "job.log").write_bytes(log.unit(1, 5, first, took=0.0).body)
    with desk(path, EVENING) as one:
        one.look(EVENING)
        assert one.look(NOW).phase("job").dates == range_of(EVENING)


def test_what_only_judges_and_has_judged_keeps_its_dates_over_midnight(tmp_path: Path) -> None:
    with desk(written(tmp_path), NOW) as one:
        one.judge("go", is_input=False)
        one.look(NOW)
        assert one.look(NOW + timedelta(days=1)).phase("go").dates == range_of(NOW)
        assert not one.suite("go", is_input=False).stale


def test_a_plan_that_was_rewritten_by_midnight_keeps_the_dates_that_are_shown_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path)
    with desk(path, EVENING) as one:
        path.write_text(PLAN.replace("today-5d", "today-9d"))
        after = one.look(NOW)
        assert after.phase("job").dates == range_of(EVENING)
        assert any("has changed since it was read" in note for note in after.notes)


def test_the_calendar_is_asked_about_the_day_that_has_begun_while_the_older_answer_serves(tmp_path: Path) -> None:
    with desk(written(tmp_path), EVENING) as one:
        first, last = range_of(EVENING)[0], range_of(NOW)[1]
        deadline = time.monotonic() + 10
        known = one.look(EVENING).seen.calendar
        while known is None or known.weights is None:
            assert time.monotonic() < deadline
            known = one.look(EVENING).seen.calendar
        assert not known.knows(last)
        while not known.knows(last):
            assert time.monotonic() < deadline
            known = one.look(NOW).seen.calendar
            assert known is not None
            assert known.weights is not None
        assert known.knows(first)
