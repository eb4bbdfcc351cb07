"""What results of suites are worth now, and what they make of a phase's state."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backfill_tui.checks.digest import digest_of
from backfill_tui.checks.model import Check, Reason, Status, SuiteResult
from backfill_tui.checks.subject import Subject, WorkCalendar
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import PhaseState
from backfill_tui.control.states import judge
from backfill_tui.control.verdicts import NOT_RUN, Outcome, outcome_of, stale_because
from backfill_tui.plan.resolved import Bound, Completeness, Metric, Phase, Suite
from backfill_tui.progress.account import Account
from backfill_tui.sources.process import Presence, ProcessSeen
from tests.control.phases import upstream
from tests.logs import LogWriter, days
from tests.reading import account_of

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
DATES = (date(2022, 1, 1), date(2022, 1, 5))
SUITE = Suite(
    name="s",
    title="S",
    table="d.t",
    date_column="day",
    where=None,
    max_age_s=None,
    timeout_s=60.0,
    metrics=(Metric("n", "COUNT(*)", Bound(at_least=1.0), "error"),),
    progress=(),
    completeness=None,
    queries=(),
    commands=(),
)


SUBJECT = Subject("p", dates=DATES)


def result(verdict: Status = Status.PASS, name: str = "s", at: datetime = NOW) -> SuiteResult:
    check = Check("n", "metric", "error", verdict, 1, ">= 1", "1 (>= 1)")
    return SuiteResult(name, name, verdict, at, (check,), dates=DATES, digest=digest_of(SUITE, SUBJECT))


def stale(
    one: SuiteResult,
    suite: Suite = SUITE,
    subject: Subject = SUBJECT,
    written_at: datetime | None = None,
    now: datetime = NOW,
) -> str:
    return stale_because(one, suite, subject, written_at=written_at, now=now)


# Staleness


def test_a_result_counts_until_something_happens() -> None:
    assert stale(result()) == ""
    assert stale(result(), now=NOW + timedelta(days=300)) == ""
    assert stale(result(), written_at=NOW - timedelta(seconds=1)) == ""


def test_it_no_longer_counts_once_its_table_was_written() -> None:
    assert "written since" in stale(result(), written_at=NOW + timedelta(seconds=1))


def test_a_result_of_a_time_that_is_yet_to_come_does_not_count() -> None:
    """The clock was set back: whoever has written since may look older than it."""
    assert stale(result(at=NOW + timedelta(seconds=1))) == ""
    assert "yet to come" in stale(result(at=NOW + timedelta(hours=1)), written_at=NOW)


def test_it_no_longer_counts_by_other_rules_or_on_another_range() -> None:
    harder = replace(SUITE, metrics=(replace(SUITE.metrics[0], bound=Bound(at_least=2.0)),))
    assert "has changed since" in stale(result(), harder)
    assert "another range" in stale(result(), subject=replace(SUBJECT, dates=(DATES[0], date(2022, 1, 6))))


def test_it_no_longer_counts_in_another_warehouse_phase_or_list_of_dates() -> None:
    for other in (
        replace(SUBJECT, place=("duckdb", "elsewhere")),
        replace(SUBJECT, phase="q"),
        replace(SUBJECT, listed=(DATES[0],)),
    ):
        assert "has changed since" in stale(result(), subject=other)


def test_another_calendar_changes_a_judgement_only_where_dates_are_counted() -> None:
    whole = replace(SUITE, completeness=Completeness(0, None, "error"))
    before = replace(SUBJECT, calendar=WorkCalendar({DATES[0]: 3.0}))
    busier = replace(SUBJECT, calendar=WorkCalendar({DATES[0]: 9.0}))
    longer = replace(SUBJECT, calendar=WorkCalendar({DATES[0]: 3.0, DATES[1]: 3.0}))
    outside = replace(SUBJECT, calendar=WorkCalendar({DATES[0]: 3.0, date(2023, 1, 1): 3.0}))
    found = replace(result(), digest=digest_of(whole, before))
    assert stale(found, whole, busier) == ""
    assert stale(found, whole, outside) == ""
    assert "has changed since" in stale(found, whole, longer)
    assert stale(result(), SUITE, longer) == ""


def test_how_a_suite_is_called_and_how_long_it_may_take_change_no_judgement() -> None:
    assert stale(result(), replace(SUITE, title="Other", timeout_s=5.0, max_age_s=3600.0)) == ""


def test_it_no_longer_counts_beyond_its_age() -> None:
    aged = replace(SUITE, max_age_s=6 * 3600.0)
    assert stale(result(), aged, now=NOW + timedelta(hours=6)) == ""
    assert stale(result(), aged, now=NOW + timedelta(hours=6, seconds=1)) == "it is older than 6 h"


# Outcomes


def test_the_worst_suite_speaks_for_all_and_the_oldest_dates_them() -> None:
    early = NOW - timedelta(minutes=5)
    found = {"a": result(name="a", at=early), "b": result(Status.FAIL, "b")}
    outcome = outcome_of(["a", "b"], found, {})
    assert (outcome.verdict, outcome.why, outcome.at) == (Status.FAIL, "b: n 1 (>= 1)", early)


def test_as_long_as_one_suite_was_not_run_nothing_is_known() -> None:
    assert outcome_of(["a", "b"], {"a": result(name="a")}, {}) == NOT_RUN
    assert outcome_of([], {}, {}) == NOT_RUN


def test_one_stale_result_makes_the_outcome_stale() -> None:
    found = {"a": result(name="a"), "b": result(name="b")}
    assert outcome_of(["a", "b"], found, {"a": "", "b": "its table was written since"}).stale == (
        "b: its table was written since"
    )


# States


def complete() -> Account:
    log = LogWriter().header("2022-01-01", "2022-01-05")
    for i, day in enumerate(days("2022-01-01", 5)):
        log.unit(i + 1, 5, day)
    return account_of(log.summary().body)


def facts(outcome: Outcome, **more: object) -> PhaseFacts:
    phase = Phase(name="p", title="p", logs=("p.log",), suites=("s",))
    blank = PhaseFacts(phase, complete(), ProcessSeen(Presence.UNKNOWN), outcome=outcome)
    return replace(blank, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (NOT_RUN, PhaseState.FINISHED, "have not been run"),
        (Outcome(Status.PASS, "s passes", NOW), PhaseState.PASSED, "s passes"),
        (Outcome(Status.WARN, "s: zones 30", NOW), PhaseState.WARNED, "zones 30"),
        (Outcome(Status.FAIL, "s: usage 47.7", NOW), PhaseState.FAILED, "usage 47.7"),
        (Outcome(Status.UNKNOWN, "s: no table", NOW), PhaseState.FINISHED, "could not tell: s: no table"),
        (Outcome(Status.PASS, "s passes", NOW, stale="written since"), PhaseState.FINISHED, "written since"),
        (Outcome(Status.FAIL, "s: x", NOW, stale="written since"), PhaseState.FINISHED, "run again"),
    ],
)
def test_a_phase_that_has_ended_is_what_its_suites_say(outcome: Outcome, state: PhaseState, words: str) -> None:
    found, why = judge(facts(outcome), stall_after_s=1800, now=NOW)
    assert found is state
    assert words in why


def test_while_its_suites_run_it_is_validating() -> None:
    assert judge(facts(NOT_RUN, validating=True), stall_after_s=1800, now=NOW)[0] is PhaseState.VALIDATING


def test_good_data_do_not_excuse_a_run_that_left_dates_out() -> None:
    log = LogWriter().header("2022-01-01", "2022-01-05").unit(1, 5, DATES[0]).summary()
    passed = Outcome(Status.PASS, "s passes", NOW)
    state, why = judge(facts(passed, account=account_of(log.body)), stall_after_s=1800, now=NOW)
    assert state is PhaseState.FAILED
    assert "missing" in why


def judging_only(outcome: Outcome) -> PhaseFacts:
    phase = Phase(name="go", title="GO", suites=("s",), after=("p",))
    return PhaseFacts(phase, Account(), ProcessSeen(Presence.UNKNOWN), outcome=outcome)


def test_a_phase_that_only_judges_waits_is_ready_and_is_judged() -> None:
    passed = Outcome(Status.PASS, "s passes", NOW)
    waits, may = (upstream("p", False, "running"),), (upstream("p", True, "passed"),)
    assert judge(judging_only(NOT_RUN), stall_after_s=1, gate=waits, now=NOW)[0] is PhaseState.WAITING
    assert judge(judging_only(NOT_RUN), stall_after_s=1, gate=may, now=NOW)[0] is PhaseState.READY
    assert judge(judging_only(passed), stall_after_s=1, gate=may, now=NOW)[0] is PhaseState.PASSED


@pytest.mark.parametrize(
    ("more", "what_it_is"),
    [
        ({}, "it only judges"),
        ({"writes": "nba.t"}, "nothing starts it: it has no command"),
        ({"retry": ("job", "--dates", "{dates}")}, "nothing starts it: it has no command"),
    ],
)
def test_what_could_write_but_has_no_command_is_not_said_to_judge_only(
    more: dict[str, Any], what_it_is: str
) -> None:
    facts = judging_only(Outcome(Status.PASS, "s passes", NOW))
    judged = judge(replace(facts, phase=replace(facts.phase, **more)), stall_after_s=1, now=NOW)
    assert judged == (PhaseState.PASSED, f"{what_it_is}; s passes")


@pytest.mark.parametrize(
    ("reason", "may_mend"),
    [(Reason.UNREACHABLE, True), (Reason.TIMED_OUT, True), (Reason.NO_CREDENTIALS, False), (Reason.NO_ROWS, False)],
)
def test_a_network_may_come_back_but_credentials_and_rows_do_not_by_themselves(
    reason: Reason, may_mend: bool
) -> None:
    check = Check("rows", "metric", "error", Status.UNKNOWN, reason=reason)
    unknown = replace(result(Status.UNKNOWN), checks=(check,))
    assert outcome_of(["s"], {"s": unknown}, {}).may_mend is may_mend
