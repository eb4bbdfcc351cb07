"""States of what nobody launched, conflicts, alerts and the timeline, from facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from backfill_tui.checks.model import Status
from backfill_tui.control.conflicts import find_conflicts, rivals_of
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import PhaseState, Severity
from backfill_tui.control.states import judge
from backfill_tui.control.timeline import timeline
from backfill_tui.control.verdicts import Outcome
from backfill_tui.plan.resolved import Expectation, Phase
from backfill_tui.progress.account import Account
from backfill_tui.sources.process import Identity, Presence, ProcessSeen
from tests.control.phases import found, sight
from tests.logs import LogWriter, days
from tests.reading import account_of

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
START, END = "2022-01-01", "2022-01-05"
D = days(START, 5)
ALIVE = ProcessSeen(Presence.ALIVE, Identity("boot", 7, 1.0), started_at=NOW - timedelta(hours=1))
GONE = ProcessSeen(Presence.GONE, Identity("boot", 7, 1.0), gone_since=NOW)


def facts(account: Account | None = None, process: ProcessSeen | None = None, **phase: object) -> PhaseFacts:
    described = Phase(name="fix", title="fix", **phase)  # type: ignore[arg-type]
    return PhaseFacts(described, account or Account(), process or ProcessSeen(Presence.UNKNOWN), log_age_s=5.0)


def running(count: int = 2) -> LogWriter:
    log = LogWriter().header(START, END)
    for i in range(count):
        log.unit(i + 1, 5, D[i])
    return log


def state_of(one: PhaseFacts) -> tuple[PhaseState, str]:
    return judge(one, stall_after_s=1800, now=NOW)


def test_a_live_process_is_running_and_says_how_far() -> None:
    assert state_of(facts(account_of(running().body), ALIVE)) == (PhaseState.RUNNING, "running at 40 %")


def test_a_silent_log_under_a_live_process_is_a_stall() -> None:
    one = replace(facts(account_of(running().body), ALIVE), log_age_s=1801.0)
    state, why = state_of(one)
    assert state is PhaseState.STALLED
    assert "silent for 30 min" in why


def test_a_stopped_process_is_a_stall_at_once() -> None:
    one = facts(account_of(running().body), replace(ALIVE, status="stopped"))
    assert state_of(one)[0] is PhaseState.STALLED


def test_a_process_gone_without_a_summary_failed() -> None:
    state, why = state_of(facts(account_of(running().body, gone=True), GONE))
    assert state is PhaseState.FAILED
    assert why == "gone without a summary at 40 %"


def test_a_summary_over_holes_is_failed_not_passed() -> None:
    state, why = state_of(facts(account_of(running().summary().body, gone=True), GONE))
    assert state is PhaseState.FAILED
    assert why == "calls itself complete, but 3 dates are missing"


def test_complete_with_failed_dates_is_a_warning() -> None:
    log = running(4).unit(5, 5, D[4], None).summary()
    assert state_of(facts(account_of(log.body), GONE))[0] is PhaseState.WARNED


def test_complete_and_clean_has_passed_unless_its_suites_are_still_to_be_run() -> None:
    account = account_of(running(5).summary().body)
    assert state_of(facts(account, GONE))[0] is PhaseState.PASSED
    assert state_of(facts(account, GONE, suites=("s",)))[0] is PhaseState.FINISHED


def test_a_watched_phase_of_which_nothing_was_seen_is_unknown() -> None:
    assert state_of(facts())[0] is PhaseState.UNKNOWN


def two_writers(first: ProcessSeen, second: ProcessSeen) -> list[PhaseFacts]:
    one = facts(None, first, writes="a.b", dates=(date(2021, 10, 19), date(2026, 1, 2)))
    other = facts(None, second, writes="a.b", dates=(date(2021, 10, 1), date(2024, 5, 1)))
    return [one, replace(other, phase=replace(other.phase, name="phase1"))]


def test_two_live_writers_of_one_table_conflict_on_their_days_in_common() -> None:
    both = two_writers(ALIVE, ALIVE)
    states = {"fix": PhaseState.RUNNING, "phase1": PhaseState.RUNNING}
    (conflict,) = find_conflicts(both, states, now=NOW)
    assert (conflict.days, conflict.live) == (926, True)
    assert conflict.dates == (date(2021, 10, 19), date(2024, 5, 1))
    (alert,) = found(*(sight(each, PhaseState.RUNNING) for each in both), conflicts=(conflict,))
    assert alert.severity is Severity.CRITICAL
    assert "926 days" in alert.detail


def test_a_writer_that_has_ended_conflicts_with_nobody() -> None:
    both = two_writers(ALIVE, GONE)
    assert find_conflicts(both, {"fix": PhaseState.RUNNING, "phase1": PhaseState.FAILED}, now=NOW) == ()


@pytest.mark.parametrize("written", ["proj.a.b", "`a.b`", "A.B"])
def test_one_table_under_two_names_is_one_table(written: str) -> None:
    one, other = two_writers(ALIVE, ALIVE)
    both = [one, replace(other, phase=replace(other.phase, writes=written))]
    states = dict.fromkeys(("fix", "phase1"), PhaseState.RUNNING)
    assert [conflict.table for conflict in find_conflicts(both, states, now=NOW)] == ["a.b"]
    assert rivals_of(one, both) == ["phase1"]


def test_missing_dates_are_an_alert_with_the_command_that_does_them() -> None:
    account = account_of(running(3).summary().body, gone=True)
    one = facts(account, GONE, retry=("job", "--dates", "{dates}"))
    (alert,) = found(sight(one, PhaseState.RUNNING))
    assert alert.id == "missing:fix"
    assert alert.action == "Run them again: backfill-tui retry fix, or by hand: job --dates 2022-01-04,2022-01-05"


def test_a_process_gone_without_a_summary_is_an_alert_at_once() -> None:
    (alert,) = found(sight(facts(account_of(running().body, gone=True), GONE)))
    assert alert.id == "gone:fix"
    assert alert.since == NOW


def test_a_phase_that_failed_by_its_data_is_an_alert_with_the_value_and_its_bound() -> None:
    why = "player: usage_rate 47.7 % (>= 95 %)"
    one = facts(account_of(running(5).summary().body), GONE, suites=("player",))
    one = replace(one, outcome=Outcome(Status.FAIL, why, NOW - timedelta(minutes=4)))
    (alert,) = found(sight(one))
    assert (alert.id, alert.severity, alert.since) == ("data:fix", Severity.CRITICAL, NOW - timedelta(minutes=4))
    assert alert.detail.startswith(f"Suite {why}.")
    assert alert.action.endswith("backfill-tui validate fix")


@pytest.mark.parametrize(
    ("outcome", "process"),
    [
        (Outcome(Status.PASS, "s passes", NOW), GONE),
        (Outcome(Status.WARN, "s: zones 30 %", NOW), GONE),
        (Outcome(Status.UNKNOWN, "s: no rows", NOW), GONE),
        (Outcome(Status.FAIL, "s: used 40 %", NOW, stale="its table was written since"), GONE),
        (Outcome(Status.FAIL, "s: used 40 %", NOW), ALIVE),
    ],
)
def test_what_did_not_fail_by_its_data_or_is_not_over_raises_nothing(
    outcome: Outcome, process: ProcessSeen
) -> None:
    one = replace(facts(account_of(running(5).summary().body), process, suites=("s",)), outcome=outcome)
    assert found(sight(one)) == ()


def test_an_ordinary_run_raises_nothing() -> None:
    assert found(sight(facts(account_of(running().body), ALIVE))) == ()
    assert found(sight(facts(account_of(running(5).summary().body), GONE))) == ()


@pytest.mark.parametrize(
    ("minutes", "assessment"), [(-40, "delayed"), (-10, "on_track"), (10, "on_track"), (40, "ahead")]
)
def test_on_track_is_within_a_quarter_of_an_hour(minutes: int, assessment: str) -> None:
    account = account_of(running(5).summary().body)
    ended = account.runs[-1].ended_at
    assert ended is not None
    one = facts(account, GONE, expect=Expectation(finish_by=ended + timedelta(minutes=minutes)))
    line = timeline(one, PhaseState.PASSED, None, (), NOW)
    assert line is not None
    assert line.assessment == assessment


def test_nothing_expected_is_nothing_to_compare() -> None:
    assert timeline(facts(), PhaseState.UNKNOWN, None, (), NOW) is None


def test_a_retry_does_not_hide_that_the_main_run_is_gone() -> None:
    log = running()
    retry = LogWriter(at=log.at + timedelta(minutes=1)).say("Processing 1 specific dates")
    retry.say(f"Processing date 1/1: {D[4]}").say("  ✓ Success: 7 records").say(
        "SPECIFIC DATES PROCESSING SUMMARY:"
    )
    one = facts(account_of(log.body, retry.body, gone=True, planned=D), GONE)
    judged = {"fix": state_of(one)}
    assert judged["fix"][0] is PhaseState.FAILED
    assert [alert.id for alert in found(sight(one))] == ["gone:fix"]


def test_a_stall_is_a_warning() -> None:
    one = replace(facts(account_of(running().body), ALIVE), log_age_s=1801.0)
    (alert,) = found(sight(one))
    assert alert.severity is Severity.WARNING
    assert alert.since == NOW - timedelta(seconds=1801)


def test_nothing_is_judged_or_raised_while_the_beginning_is_still_being_read() -> None:
    one = replace(facts(account_of(running().body, gone=True), GONE), history_complete=False)
    judged = {"fix": state_of(one)}
    assert judged["fix"][0] is PhaseState.UNKNOWN
    assert found(sight(one)) == ()


@pytest.mark.parametrize("count", [0, 1, 4, 5])
@pytest.mark.parametrize("summary", [True, False])
def test_whatever_failed_has_an_alert(count: int, summary: bool) -> None:
    log = running(count)
    one = facts(account_of((log.summary() if summary else log).body, gone=True, planned=D), GONE)
    judged = {"fix": state_of(one)}
    if judged["fix"][0] is PhaseState.FAILED:
        assert found(sight(one))
