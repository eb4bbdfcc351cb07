"""How runs end, and dates that fail: more than the plan allows is told of, bad luck is not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backfill_tui.control.attempt import Stage
from backfill_tui.control.model import PhaseState, Severity
from backfill_tui.control.rules.sight import PhaseSight, Sample
from backfill_tui.progress.account import Account, Counts, Unit, UnitState
from tests.control.phases import ALIVE, GONE, NOW, accepted, account, ago, attempt, found, ids, seen, sight
from tests.logs import days

DAYS = days("2021-01-01", 400)


def of(
    done: int, failed: int, *, total: int | None = 400, state: PhaseState = PhaseState.RUNNING, **more: Any
) -> PhaseSight:
    units = {
        day: Unit(day, UnitState.FAILED if i < failed else UnitState.DONE, ago(hours=1))
        for i, day in enumerate(DAYS[: done + failed])
    }
    told = Account(units=units, counts=replace(Counts(), total=total, done=done, failed=failed))
    return sight(seen(told, ALIVE), state, **more)


@pytest.mark.parametrize(
    ("done", "failed", "told"),
    [
        (19, 1, False),  # 5 %: allowed
        (9, 1, False),  # 10 % of ten: bad luck so far
        (8, 2, False),
        (5, 5, True),  # beyond chance
        (0, 3, True),
        (300, 21, True),  # more than may fail in all, whatever comes
        (379, 20, False),
    ],
)
def test_while_it_runs_failures_are_told_of_beyond_chance(done: int, failed: int, told: bool) -> None:
    assert ("failures:fix" in ids(of(done, failed))) is told


@pytest.mark.parametrize(("done", "failed", "told"), [(95, 5, False), (94, 6, True)])
def test_once_it_is_over_the_count_decides(done: int, failed: int, told: bool) -> None:
    assert ("failures:fix" in ids(of(done, failed, total=100, state=PhaseState.WARNED))) is told


@pytest.mark.parametrize(("limit", "told"), [(0.10, False), (0.01, True), (None, True)])
def test_a_suites_bound_goes_before_the_plans(limit: float | None, told: bool) -> None:
    one = of(94, 6, total=100, state=PhaseState.WARNED, failure_limit=limit)
    assert ("failures:fix" in ids(one)) is told


@pytest.mark.parametrize(("failed", "told"), [(760, False), (800, False), (820, True), (1200, True)])
def test_chance_is_reckoned_of_thousands_of_dates_too(failed: int, told: bool) -> None:
    one = of(1500 - failed, failed, total=10_000, failure_limit=0.5)
    assert ids(one) == (["failures:fix"] if told else [])


def test_dates_that_fail_are_named_with_the_command_that_does_them_again() -> None:
    one = of(0, 3)
    one = replace(
        one, facts=replace(one.facts, phase=replace(one.facts.phase, retry=("job", "--dates", "{dates}")))
    )
    (alert,) = found(one)
    assert alert.action.endswith("job --dates 2021-01-01,2021-01-02,2021-01-03")
    assert "3 of 3 dates failed (100 %, allowed 5.0 %)" in alert.detail


def test_why_a_date_failed_is_looked_up_where_it_stands() -> None:
    """The end of a log that went on for hours does not tell."""
    (alert,) = found(of(0, 3, log="/srv/fix.log"))
    assert alert.action.startswith("Read why, for the first of them: grep -niE 2021-01-01 /srv/fix.log. ")


def test_a_job_that_only_counted_its_dates_is_not_sent_to_compare_ranges() -> None:
    told = replace(account(), counts=Counts(total=5, done=4, pending=1, missing=None), complete=False)
    (alert,) = (alert for alert in found(sight(seen(told, GONE))) if alert.id == "incomplete:fix")
    assert "calendar" in alert.action


def dead(kills: tuple[int | None, int | None], signal: str | None) -> PhaseSight:
    ours = attempt(Stage.ENDED, signal=signal, ended_at=ago(minutes=1))
    facts = seen(account(2, summary=False), GONE, attempt=ours)
    facts = replace(facts, process=replace(GONE, gone_since=ago(minutes=1)))
    samples = (
        Sample(ago(minutes=2), rss_bytes=7_900_000_000, oom_kills=kills[0]),
        Sample(NOW, oom_kills=kills[1]),
    )
    return sight(facts, samples=samples)


def test_sigkill_with_the_counter_up_is_a_kill_for_memory() -> None:
    (alert,) = found(dead((3, 4), "SIGKILL"))
    assert (alert.id, alert.severity) == ("oom:fix", Severity.CRITICAL)
    assert "It held 7.9 GB" in alert.detail


@pytest.mark.parametrize(
    ("kills", "signal"),
    [((3, 3), "SIGKILL"), ((3, 4), "SIGTERM"), ((None, 4), "SIGKILL"), ((None, None), "SIGKILL")],
)
def test_any_other_death_is_no_kill_for_memory(kills: tuple[int | None, int | None], signal: str) -> None:
    (alert,) = found(dead(kills, signal))
    assert alert.id == "gone:fix"
    assert "memory" not in alert.detail


def test_of_an_adopted_process_the_counter_is_told_and_nothing_claimed() -> None:
    one = dead((3, 4), None)
    (alert,) = found(replace(one, facts=replace(one.facts, attempt=None)))
    assert alert.id == "gone:fix"
    assert "maybe this one" in alert.detail


def test_what_a_person_has_accepted_is_told_and_does_not_alarm() -> None:
    one = dead((3, 3), "SIGKILL")
    given = replace(one.facts, acceptance=accepted(NOW))
    assert {alert.severity for alert in found(sight(given))} == {Severity.INFO}


def test_nothing_stands_since_a_time_to_come_though_its_log_is_ahead() -> None:
    ahead = account(2, summary=False, at=NOW + timedelta(hours=2))
    (alert,) = (
        alert for alert in found(sight(seen(ahead, replace(GONE, gone_since=None)))) if alert.id == "gone:fix"
    )
    assert alert.since == NOW
