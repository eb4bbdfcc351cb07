"""The gate: which condition is met, which is not, which can't be told; and that only what is met opens it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.checks.model import Status
from backfill_tui.control.attempt import Stage
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.gate import gate_of, is_open
from backfill_tui.control.model import Condition, PhaseState
from backfill_tui.control.other_plans import Doing, OtherWriter
from backfill_tui.control.standing import Standing, standings
from backfill_tui.control.verdicts import NOT_RUN, Outcome
from backfill_tui.plan.resolved import Input
from tests.control.phases import (
    ALIVE,
    COMMAND,
    GONE,
    NOW,
    RANGE,
    D,
    accepted,
    account,
    ago,
    alone,
    attempt,
    seen,
)

PASSES = Outcome(Status.PASS, "s passes", NOW)


def condition(facts: PhaseFacts, name: str, **around: Any) -> Condition:
    gate = gate_of(facts, around.pop("upstream", {}), now=NOW, **around)
    return next(one for one in gate if one.name == name)


def standing(*everyone: PhaseFacts) -> dict[str, Standing]:
    return standings(everyone, stall_after_s=1800, now=NOW)


# Upstream


@pytest.mark.parametrize("state", PhaseState)
def test_only_an_upstream_that_passed_or_warned_is_ok_and_an_unknown_one_is_unknown(state: PhaseState) -> None:
    met = {PhaseState.PASSED: True, PhaseState.WARNED: True, PhaseState.UNKNOWN: None}.get(state, False)
    found = condition(seen(command=COMMAND), "up", upstream={"up": (state, "so it is")})
    assert (found.ok, found.detail) == (met, f"{state.value}: so it is")


def test_an_accepted_upstream_is_ok_whatever_its_state() -> None:
    upstream = {"up": (PhaseState.RUNNING, "running at 99 %")}
    found = condition(seen(command=COMMAND), "up", upstream=upstream, accepted={"up"})
    assert (found.ok, found.detail) == (True, "accepted; it still runs (running at 99 %)")
    silent = (PhaseState.STALLED, "its log has been silent for 31 min")
    found = condition(seen(command=COMMAND), "up", upstream={"up": silent}, accepted={"up"})
    assert found.detail == "accepted; it is not over (stalled: its log has been silent for 31 min)"
    failed = (PhaseState.FAILED, "3 dates are missing")
    found = condition(seen(command=COMMAND), "up", upstream={"up": failed}, accepted={"up"})
    assert found.detail == "accepted; failed: 3 dates are missing"


@pytest.mark.parametrize("given_up", [True, False])
def test_an_upstream_whose_dates_were_written_since_is_not_fresh(given_up: bool) -> None:
    found = condition(
        seen(command=COMMAND),
        "up",
        upstream={"up": (PhaseState.PASSED, "complete")},
        accepted={"up"} if given_up else (),
        overwritten={"up": "other writes its dates now"},
    )
    assert (found.ok, found.detail) == (False, "passed, but other writes its dates now")


# Inputs


@pytest.mark.parametrize(
    ("outcome", "ok"),
    [
        (NOT_RUN, None),
        (PASSES, True),
        (Outcome(Status.WARN, "s: zones", NOW), True),
        (Outcome(Status.FAIL, "s: usage 47.7", NOW), False),
        (Outcome(Status.UNKNOWN, "s: no table", NOW), None),
        (replace(PASSES, stale="its table was written since"), None),
        (Outcome(Status.FAIL, "s: usage 47.7", NOW, stale="its table was written since"), None),
        (replace(PASSES, at=ago(minutes=6)), None),
        (replace(PASSES, at=NOW + timedelta(minutes=6)), None),
        (replace(PASSES, at=None), None),
        (Outcome(Status.FAIL, "s: usage 47.7", ago(minutes=6)), False),
    ],
)
def test_an_input_is_ok_only_if_it_was_found_good_now(outcome: Outcome, ok: bool | None) -> None:
    waiting = seen(command=COMMAND, inputs=(Input("s", 14, None),))
    waiting = replace(waiting, inputs={"s": outcome})
    found = condition(waiting, "input s")
    assert found.ok is ok
    assert outcome.why in found.detail


@pytest.mark.parametrize(("every_s", "ok"), [(900.0, True), (60.0, None), (None, None)])
def test_how_old_an_input_may_be_is_its_interval_and_never_less_than_five_minutes(
    every_s: float | None, ok: bool | None
) -> None:
    facts = seen(command=COMMAND, inputs=(Input("s", 14, every_s),))
    assert condition(replace(facts, inputs={"s": replace(PASSES, at=ago(minutes=14))}), "input s").ok is ok
    assert condition(replace(facts, inputs={"s": replace(PASSES, at=ago(minutes=4))}), "input s").ok is True


# Writers


def writer(name: str, **more: Any) -> PhaseFacts:
    return seen(**({"name": name, "writes": "a.b", "dates": RANGE, "command": COMMAND} | more))


def test_a_live_writer_of_its_dates_closes_it_and_is_named() -> None:
    gates = standing(writer("one"), writer("two", process=ALIVE), writer("three", process=ALIVE))
    assert gates["one"].gate[0] == alone(False, "two, three write it now")
    assert gates["one"].state is PhaseState.BLOCKED


def test_a_writer_of_other_dates_or_one_that_is_gone_does_not_matter() -> None:
    later = (D[4] + timedelta(days=1), D[4] + timedelta(days=2))
    gates = standing(writer("one"), writer("two", process=ALIVE, dates=later), writer("three", process=GONE))
    assert gates["one"].gate[0].ok is True


def test_a_launch_that_has_no_process_yet_is_a_writer_already() -> None:
    gates = standing(writer("one"), writer("two", attempt=attempt(Stage.LAUNCHING)))
    assert gates["one"].gate[0].ok is False


def test_a_writer_of_which_the_dates_or_the_life_is_not_known_leaves_it_unknown() -> None:
    silent = writer("two", account=account(2, gone=False, summary=False), log_age_s=7200.0)
    assert standing(writer("one"), silent)["one"].gate[0].ok is None
    undated = writer("two", process=ALIVE, dates=None)
    assert standing(writer("one"), undated)["one"].gate[0].ok is None


def test_other_plans_writers_are_told_in_their_words() -> None:
    other = OtherWriter("weekly", "fix", "a.b", Doing.WRITES, pid=12)
    found = condition(writer("one", others=(other,)), "only writer of a.b")
    assert (found.ok, found.detail) == (
        False,
        "fix of the plan weekly (pid 12) writes it, its dates are not known",
    )


# What starting takes


@pytest.mark.parametrize(
    ("facts", "ok"),
    [
        (seen(command=COMMAND), True),
        (seen(command=COMMAND, process=ALIVE), False),
        (seen(command=COMMAND, process=GONE), True),
        (seen(command=COMMAND, attempt=attempt(Stage.LAUNCHING)), False),
        (seen(command=COMMAND, attempt=attempt(Stage.RUNNING), process=GONE), False),
        (seen(command=COMMAND, attempt=attempt(Stage.INTENDED)), True),
        (seen(account(2, gone=False, summary=False), command=COMMAND), None),
        (seen(account(2, summary=False), command=COMMAND), True),
    ],
)
def test_a_live_run_of_it_closes_its_gate_and_an_open_log_leaves_it_unknown(
    facts: PhaseFacts, ok: bool | None
) -> None:
    assert condition(facts, "no live run").ok is ok


def test_a_command_that_cannot_be_run_and_a_ledger_that_cannot_be_written_close_it() -> None:
    missing = Condition("command", False, "job: there is no such program")
    facts = seen(command=COMMAND, runnable=(missing,), recorded=False)
    closed = [one.name for one in gate_of(facts, {}, now=NOW) if not one.ok]
    assert closed == ["command", "ledger"]


@pytest.mark.parametrize("start", ["auto", "manual"])
def test_that_a_person_starts_it_is_said_and_closes_nothing(start: str) -> None:
    gate = gate_of(seen(command=COMMAND, start=start), {}, now=NOW)
    assert is_open(gate)
    assert gate[-1].detail.startswith(start)


def test_what_is_only_watched_can_never_be_started() -> None:
    assert not is_open(gate_of(seen(logs=("a.log",)), {}, now=NOW))


def test_what_only_judges_needs_no_command() -> None:
    assert is_open(gate_of(seen(suites=("s",)), {}, now=NOW))


@given(st.lists(st.sampled_from([True, False, None])))
def test_one_condition_that_is_not_met_keeps_it_closed(oks: list[bool | None]) -> None:
    assert is_open([Condition("c", ok, "") for ok in oks]) == all(ok is True for ok in oks)


# All phases together


def test_the_order_of_the_plan_does_not_matter_to_who_waits_for_whom() -> None:
    first = seen(name="first", command=COMMAND, account=account(5))
    second = seen(name="second", command=COMMAND, after=("first",), dates=RANGE)
    third = seen(name="third", command=COMMAND, after=("second",))
    found = standing(third, second, first)
    assert list(found) == ["third", "second", "first"]
    assert [one.state.value for one in found.values()] == ["waiting", "ready", "passed"]
    assert found["third"].why == "waits for second"


def test_a_gate_is_told_of_what_has_begun_too_for_it_may_be_started_again() -> None:
    found = standing(seen(process=ALIVE, command=COMMAND))["fix"]
    assert [one.name for one in found.gate if not one.ok] == ["no live run"]


def reader(**more: Any) -> PhaseFacts:
    return seen(**({"name": "reader", "after": ("up",), "command": COMMAND} | more))


def test_an_upstream_without_suites_is_not_fresh_while_another_writes_its_dates() -> None:
    up = writer("up", account=account(5))
    assert standing(up, reader())["reader"].state is PhaseState.READY
    found = standing(up, writer("other", process=ALIVE), reader())["reader"]
    assert (found.state, found.gate[0].detail) == (PhaseState.WAITING, "passed, but other writes its dates now")


@pytest.mark.parametrize(("units", "summary", "became"), [(3, False, "running"), (5, True, "passed")])
def test_an_upstream_that_was_written_over_since_is_not_fresh_however_good_the_writer(
    units: int, summary: bool, became: str
) -> None:
    up = writer("up", account=account(5, at=ago(hours=3)))
    other = writer("other", account=account(units, summary=summary))
    found = standing(up, other, reader())["reader"]
    assert (found.state, found.gate[0].detail) == (
        PhaseState.WAITING,
        f"passed, but other ({became}) has written its dates since",
    )
    assert standing(other, up, reader(after=("other",)))["reader"].gate[0].ok is (became == "passed")


@pytest.mark.parametrize(("units", "summary", "ready"), [(3, False, False), (5, True, True)])
@pytest.mark.parametrize("after", [("up",), ("between",)])
def test_a_writer_that_comes_after_it_by_the_plan_must_have_been_found_good(
    after: tuple[str, ...], units: int, summary: bool, ready: bool
) -> None:
    up = writer("up", account=account(5, at=ago(hours=3)))
    between = seen(name="between", command=COMMAND, after=("up",))
    other = writer("other", account=account(units, summary=summary), after=after)
    assert (standing(up, between, other, reader())["reader"].state is PhaseState.READY) is ready


def test_a_person_may_accept_what_was_written_over() -> None:
    up = writer("up", account=account(5, at=ago(hours=3)), acceptance=accepted(ago(minutes=10)))
    earlier = writer("other", account=account(5))
    assert standing(up, earlier, reader())["reader"].state is PhaseState.READY
    since = writer("other", account=account(5, at=ago(minutes=9)))
    assert standing(up, since, reader())["reader"].state is PhaseState.WAITING


def test_writers_of_other_dates_write_over_nobody() -> None:
    later = (D[4] + timedelta(days=1), D[4] + timedelta(days=2))
    up = writer("up", account=account(5, at=ago(hours=3)))
    assert standing(up, writer("other", account=account(5), dates=later), reader())["reader"].state.value == "ready"


@pytest.mark.parametrize(("at", "ready"), [(ago(minutes=10), True), (ago(hours=2), False)])
def test_an_acceptance_counts_downstream_for_what_had_begun_by_then(at: datetime, ready: bool) -> None:
    up = writer("up", process=ALIVE, acceptance=accepted(at))
    assert (standing(up, reader())["reader"].state is PhaseState.READY) is ready


def test_what_a_person_accepted_while_another_wrote_its_dates_stands_but_not_for_a_writer_since() -> None:
    up = writer("up", account=account(3), process=GONE)
    known = writer("other", process=ALIVE)  # since an hour ago
    found = standing(replace(up, acceptance=accepted(ago(minutes=10))), known, reader())
    assert found["reader"].state is PhaseState.READY
    since = writer("other", process=replace(ALIVE, started_at=ago(minutes=5)))
    found = standing(replace(up, acceptance=accepted(ago(minutes=10))), since, reader())
    assert found["reader"].state is PhaseState.WAITING


def test_what_its_suites_have_found_good_since_the_last_writer_is_fresh() -> None:
    up = writer("up", account=account(5, at=ago(hours=3)), suites=("s",), outcome=PASSES)
    other = writer("other", account=account(3, summary=False))
    assert standing(up, other, reader())["reader"].state is PhaseState.READY


def test_an_upstream_whose_command_was_edited_since_is_not_what_the_plan_means() -> None:
    ran = attempt(Stage.ENDED, exit_code=0)
    up = seen(attempt=ran, ran=ran, command=COMMAND)
    up = replace(up, phase=replace(up.phase, name="up"))
    down = seen(command=COMMAND, after=("up",))
    assert standing(up, down)["fix"].gate[0].ok is True
    edited = replace(up, phase=replace(up.phase, command=(*COMMAND, "--faster")))
    found = standing(edited, down)["fix"].gate[0]
    assert (found.ok, found.detail) == (False, "passed, but its command in the plan has changed since it ran")
    by_a_person = replace(edited, acceptance=accepted(ago(seconds=1)))
    assert standing(by_a_person, down)["fix"].gate[0].ok is True
