"""The state of what was launched, stopped or accepted from here: by how it ended, its log and its account."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backfill_tui.checks.model import Status
from backfill_tui.control.attempt import Attempt, Kind, Stage, StopAsked
from backfill_tui.control.dirt import Dirt
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Condition, PhaseState, Severity
from backfill_tui.control.states import judge
from backfill_tui.control.suspects import Suspects
from backfill_tui.control.verdicts import Outcome
from backfill_tui.progress.account import Account
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.sources.checkpoint import Checkpoint
from backfill_tui.sources.process import Identity, Presence, ProcessSeen
from tests.control.phases import (
    ALIVE,
    COMMAND,
    GONE,
    NOW,
    RANGE,
    US,
    D,
    accepted,
    account,
    ago,
    attempt,
    found,
    log_of,
    reads,
    seen,
    sight,
    stop,
    upstream,
)
from tests.logs import LogWriter
from tests.reading import account_of

PASSES = Outcome(Status.PASS, "s passes", NOW)
OK = attempt(exit_code=0)
CRASHED = attempt(exit_code=3)
KILLED = attempt(signal="SIGKILL")
LOST = attempt(Stage.LOST)
YESTERDAY = ago(days=1)
LONG = 86400.0  # seconds since a log grew that nobody writes


def job(account: Account | None = None, **more: Any) -> PhaseFacts:
    """A phase with a table, a range, a command and a log."""
    known = {"writes": "a.b", "dates": RANGE, "command": COMMAND, "logs": ("a.log",)}
    return seen(account, **(known | more))


def step(**more: Any) -> PhaseFacts:
    """A plain step: a command, and nothing that would tell of dates."""
    return seen(**({"command": COMMAND} | more))


def told(facts: PhaseFacts) -> tuple[str, str]:
    state, why = judge(facts, stall_after_s=1800, now=NOW)
    return state.value, why


# Under way


def test_what_is_being_started_is_launching_until_its_process_is_seen() -> None:
    starting = attempt(Stage.LAUNCHING)
    assert told(step(attempt=starting)) == ("launching", "attempt 1 is being started")
    assert told(step(attempt=starting, process=ALIVE))[0] == "running"


def test_a_command_that_ended_while_what_it_started_goes_on_is_running_and_says_so() -> None:
    note = "Its command has ended with exit code 0; pid 12 still holds on."
    assert told(step(attempt=attempt(Stage.RUNNING, note=note), process=GONE)) == (
        "running",
        "running; its command has ended with exit code 0; pid 12 still holds on",
    )


def test_a_job_that_was_just_started_on_an_old_log_is_neither_stalled_nor_done() -> None:
    young = replace(ALIVE, started_at=ago(seconds=20))
    old = account(5, gone=False, at=YESTERDAY)
    found = job(old, process=young, attempt=attempt(Stage.RUNNING, started_at=ago(seconds=20)), log_age_s=LONG)
    assert told(found) == ("running", "running at 100 %")


def test_a_live_process_past_its_time_out_says_by_how_much() -> None:
    found = step(process=ALIVE, attempt=attempt(Stage.RUNNING), timeout_s=3000.0)
    assert told(found) == ("running", "running; past its time-out for 10 min")


# Judged by how it ended


@pytest.mark.parametrize(
    ("ended", "state", "why"),
    [
        (OK, "passed", "ended with exit code 0"),
        (CRASHED, "failed", "ended with exit code 3"),
        (KILLED, "failed", "was ended by SIGKILL"),
        (LOST, "finished", "its process is gone; nobody recorded how it ended"),
    ],
)
def test_a_plain_step_is_judged_by_its_exit_code(ended: Any, state: str, why: str) -> None:
    assert told(step(attempt=ended)) == (state, why)
    assert told(step(attempt=ended, logs=("train.log",), log_age_s=None)) == (state, why)


@pytest.mark.parametrize(
    ("facts", "state", "why"),
    [
        (job(account(5), attempt=OK), "passed", "complete: every date is accounted for"),
        (job(account(5, failed=2), attempt=OK), "warned", "complete, with 2 dates failed"),
        (job(account(3), attempt=OK), "failed", "calls itself complete, but 2 dates are missing"),
        (
            job(account(5, summary=False), attempt=OK),
            "warned",
            "every date has an outcome and its exit code is 0, but its log has no summary",
        ),
        (job(account(5, failed=5), attempt=OK), "failed", "it came to its end, but all of its 5 dates failed"),
        (
            job(account(3, summary=False), attempt=OK),
            "failed",
            "ended with exit code 0, but 2 dates have no outcome",
        ),
        (job(account(3, summary=False), attempt=CRASHED), "failed", "ended with exit code 3 at 60 %"),
        (job(account(5), attempt=CRASHED), "failed", "ended with exit code 3 at 100 %"),
        (job(account(3, summary=False), attempt=KILLED), "failed", "was ended by SIGKILL at 60 %"),
        (job(account(3, summary=False), attempt=LOST), "failed", "gone without a summary at 60 %"),
        (job(account(5), attempt=LOST), "passed", "complete: every date is accounted for"),
    ],
)
def test_a_job_is_judged_by_its_ending_then_by_its_account(facts: PhaseFacts, state: str, why: str) -> None:
    assert told(facts) == (state, why)


def test_exit_code_0_without_a_word_about_dates_is_not_a_pass_where_a_log_was_to_tell() -> None:
    assert told(job(attempt=OK)) == ("finished", "ended with exit code 0, but nothing in its log was recognised")
    assert told(job(attempt=OK, logs=(), log_age_s=None)) == ("passed", "ended with exit code 0")


def test_suites_decide_where_nothing_else_can_and_never_excuse_a_bad_end() -> None:
    assert told(job(attempt=OK, suites=("s",), outcome=PASSES)) == ("passed", "ended with exit code 0; s passes")
    assert told(job(attempt=LOST, suites=("s",), outcome=PASSES))[0] == "passed"
    assert told(job(attempt=CRASHED, suites=("s",), outcome=PASSES))[0] == "failed"
    assert told(job(account(3), attempt=OK, suites=("s",), outcome=PASSES))[0] == "failed"


def test_a_launch_that_is_newer_than_its_log_decides() -> None:
    old = account(5, at=YESTERDAY)
    assert told(job(old, attempt=CRASHED, log_age_s=LONG))[1] == "ended with exit code 3 at 100 %"
    assert told(job(old, attempt=OK, log_age_s=LONG))[0] == "finished"
    assert told(job(old, attempt=LOST, log_age_s=LONG)) == (
        "failed",
        "gone without a word in its log; nobody recorded how it ended",
    )


def test_the_summary_of_an_earlier_run_is_not_the_word_of_a_launch_that_was_lost() -> None:
    found = told(job(account(5, at=YESTERDAY), attempt=LOST, log_age_s=60.0))
    assert found[0] == "finished"
    assert found[1].endswith("the run that its log calls complete began before it")


def test_a_job_whose_log_tells_other_times_is_heard_by_the_growth_of_its_file() -> None:
    assert told(job(account(5, at=ago(days=300)), attempt=OK, log_age_s=60.0))[0] == "passed"


# Others that ran it since


def test_a_process_that_others_started_since_is_what_counts() -> None:
    theirs = replace(GONE, identity=Identity("boot", 9, NOW.timestamp() - 600), started_at=ago(minutes=10))
    found = job(account(5, at=ago(minutes=9)), attempt=replace(CRASHED, ended_at=ago(minutes=20)), process=theirs)
    assert told(found)[0] == "passed"


def test_a_run_that_others_wrote_into_its_log_since_is_what_counts() -> None:
    crashed = replace(CRASHED, ended_at=ago(minutes=40))
    assert told(job(account(5), attempt=crashed, process=GONE))[0] == "passed"
    assert told(job(account(5), attempt=crashed, process=GONE, log_age_s=3000.0))[0] == "failed"


# Retries


def retried(exit_code: int | None, *, main: int = 5, mended: bool = True, **more: Any) -> PhaseFacts:
    """Two failed dates that were run again, by a launch of ours."""
    log = log_of(main, failed=2, at=ago(hours=3))
    again = LogWriter(at=ago(minutes=30).replace(tzinfo=None)).say("Processing 2 specific dates")
    for i in range(2):
        again.say(f"Processing date {i + 1}/2: {D[i]}")
        again.say("  ✓ Success: 7 records" if mended else f"  ✗ Failed: {D[i]}")
    again.say("SPECIFIC DATES PROCESSING SUMMARY:")
    whole = account_of(log.body, again.body, gone=True, planned=D)
    ended = attempt(kind=Kind.RETRY, days=tuple(D[:2]), exit_code=exit_code, **more.pop("ending", {}))
    return job(whole, attempt=ended, **more)


def test_a_retry_makes_good_what_had_failed() -> None:
    assert told(retried(0)) == ("passed", "complete: every date is accounted for")
    assert told(retried(0, mended=False)) == ("warned", "complete, with 2 dates failed")


def test_a_retry_that_ended_badly_is_a_failure_of_its_own() -> None:
    assert told(retried(1)) == ("failed", "its retry ended with exit code 1 at 100 %")


def test_a_good_retry_does_not_hide_what_the_main_run_left_out() -> None:
    assert told(retried(0, main=4))[0] == "failed"


# Stops


def test_what_was_asked_to_end_and_did_is_stopped_with_the_reason() -> None:
    ended = attempt(signal="SIGTERM")
    found = job(account(3, summary=False), attempt=ended, process=GONE, stop=stop())
    assert told(found) == ("stopped", "stopped by ana at 60 %: wrong range")
    by_plan = replace(found, stop=stop(asked_by="auto", killed_at=ago(minutes=1), reason="its time-out has passed"))
    assert told(by_plan)[1] == "stopped by the plan at 60 %, with SIGKILL: its time-out has passed"


@pytest.mark.parametrize("exit_code", [0, 1, 143])
def test_whatever_exit_code_a_stopped_job_has_it_was_stopped(exit_code: int) -> None:
    assert told(job(account(3), attempt=attempt(exit_code=exit_code), stop=stop()))[0] == "stopped"
    assert told(step(attempt=attempt(exit_code=exit_code), stop=stop()))[0] == "stopped"


def test_a_stop_that_came_when_the_work_was_done_takes_nothing_from_it() -> None:
    assert told(job(account(5), attempt=attempt(signal="SIGTERM"), stop=stop()))[0] == "passed"


def test_a_stop_is_of_one_process_and_not_of_the_next() -> None:
    before = stop(identity=Identity("boot", 3, NOW.timestamp() - 9000), at=ago(hours=2))
    assert told(job(account(3, summary=False), attempt=KILLED, stop=before))[0] == "failed"


def test_what_had_ended_before_it_was_asked_was_not_stopped() -> None:
    crashed = replace(CRASHED, ended_at=ago(minutes=5))
    assert told(job(account(3, summary=False), attempt=crashed, stop=stop()))[0] == "failed"


def test_what_a_command_that_had_ended_well_left_at_work_was_stopped_when_it_was_asked() -> None:
    handed_over = attempt(exit_code=0, ended_at=ago(minutes=5))
    assert told(step(attempt=handed_over, stop=stop())) == ("stopped", "stopped by ana: wrong range")
    assert told(job(account(3, summary=False), attempt=handed_over, stop=stop()))[0] == "stopped"


def test_an_adopted_process_that_was_asked_to_end_is_stopped_too() -> None:
    assert told(job(account(3, summary=False), process=GONE, stop=stop()))[0] == "stopped"


def test_a_retry_that_was_stopped_half_way_is_stopped() -> None:
    found = retried(None, mended=False, ending={"signal": "SIGTERM"}, stop=stop())
    assert told(found) == ("stopped", "its retry was stopped by ana at 100 %: wrong range")


def test_until_it_has_ended_it_runs_and_says_who_has_asked() -> None:
    assert told(step(process=ALIVE, stop=stop())) == ("running", "running; ana has asked it to end")


# Launches that became nothing


@pytest.mark.parametrize("stage", [Stage.INTENDED, Stage.NOT_STARTED])
def test_a_launch_without_a_process_leaves_the_phase_as_it_was_and_is_told(stage: Stage) -> None:
    lost = attempt(stage, note="job: there is no such program.")
    state, why = told(step(attempt=lost))
    assert state == "ready"
    assert "attempt 1 " in why
    assert "started" in why
    failed = job(account(3, summary=False), process=GONE, attempt=lost)
    assert told(failed)[1].startswith("gone without a summary at 60 %; attempt 1 ")


def test_an_attempt_that_never_started_does_not_hide_how_the_one_before_it_ended() -> None:
    found = step(attempt=replace(attempt(Stage.NOT_STARTED), number=2), ran=CRASHED)
    assert told(found) == ("failed", "ended with exit code 3; attempt 2 was never started")


# Acceptances


@pytest.mark.parametrize(
    "facts",
    [
        job(account(3, summary=False), attempt=CRASHED),
        job(account(3), process=GONE),
        step(),
        step(after=("up",)),
        seen(logs=("a.log",)),
    ],
)
def test_what_a_person_has_accepted_counts_as_passed_with_the_reason(facts: PhaseFacts) -> None:
    assert told(replace(facts, acceptance=accepted(NOW))) == ("passed", "accepted by bo: known holes")


def test_what_runs_is_running_though_it_was_accepted() -> None:
    assert told(step(process=ALIVE, acceptance=accepted(NOW)))[0] == "running"


@pytest.mark.parametrize(
    "facts",
    [
        job(account(3, summary=False), attempt=CRASHED),
        job(account(3, summary=False), process=GONE),
        job(account(3, summary=False)),
    ],
)
def test_an_acceptance_is_not_for_a_run_that_began_after_it(facts: PhaseFacts) -> None:
    assert told(replace(facts, acceptance=accepted(ago(hours=2))))[0] != "passed"


def test_an_acceptance_waits_until_the_log_has_been_read_that_may_tell_of_a_later_run() -> None:
    unread = job(account(3), process=GONE, history_complete=False, acceptance=accepted(NOW))
    assert told(unread)[0] == "unknown"


def test_an_acceptance_stands_though_the_log_tells_times_that_are_yet_to_come() -> None:
    ahead = job(account(3, at=NOW + timedelta(hours=8)), process=GONE, log_age_s=7200.0)
    assert told(replace(ahead, acceptance=accepted(ago(minutes=5))))[0] == "passed"


# Not begun


def gated(*conditions: Condition, **more: Any) -> tuple[str, str]:
    facts = step(**({"after": ("up",)} | more))
    state, why = judge(facts, stall_after_s=1800, gate=conditions, now=NOW)
    return state.value, why


def test_an_upstream_is_waited_for_and_another_condition_blocks() -> None:
    up, other = upstream("up", False, "running"), reads("s", None, "not run yet")
    assert gated(up, other) == ("waiting", "waits for up")
    assert gated(upstream("up", True, "passed"), other) == ("blocked", "input s: not run yet")
    assert gated(upstream("up", True, "passed")) == ("ready", "may be started")


def test_what_is_only_watched_is_unknown_whatever_its_gate() -> None:
    assert gated(upstream("up", True, "passed"), command=None, logs=("a.log",))[0] == "unknown"


# Alerts


def alerts(facts: PhaseFacts) -> dict[str, Severity]:
    return {alert.id: alert.severity for alert in found(sight(facts))}


def test_a_launch_without_a_process_is_an_alert() -> None:
    assert alerts(step(attempt=attempt(Stage.INTENDED))) == {"not_started:fix:1": Severity.WARNING}
    assert alerts(step(attempt=attempt(Stage.NOT_STARTED))) == {"not_started:fix:1": Severity.CRITICAL}
    assert alerts(step(attempt=attempt(Stage.LAUNCHING))) == {}


def test_a_time_out_that_has_passed_is_an_alert_since_then() -> None:
    late = step(process=ALIVE, timeout_s=3000.0)
    (alert,) = found(sight(late, PhaseState.RUNNING))
    assert (alert.id, alert.since) == ("over_time:fix", ago(minutes=10))
    assert alerts(step(process=ALIVE, timeout_s=4000.0)) == {}
    assert alerts(step(process=GONE, timeout_s=3000.0)) == {}


def test_a_time_out_is_counted_on_a_clock_that_nobody_sets() -> None:
    jumped = replace(ALIVE, lived_s=600.0)  # for an hour, by the wall clock
    assert alerts(step(process=jumped, timeout_s=3000.0)) == {}
    assert alerts(step(process=jumped, timeout_s=500.0)) == {"over_time:fix": Severity.WARNING}
    ours = attempt(Stage.RUNNING)
    assert alerts(step(process=jumped, attempt=ours, timeout_s=3000.0)) == {}
    relaunched = replace(ours, identity=replace(US, pid=8, started_at=ago(minutes=55).timestamp()))
    assert step(process=jumped, attempt=relaunched, timeout_s=3000.0).over_time_s(NOW) == 600.0


def test_a_stop_that_is_not_heeded_is_an_alert_once_its_grace_is_over() -> None:
    asked = step(process=ALIVE, stop=stop(at=ago(seconds=31)), grace_s=30.0)
    assert alerts(asked) == {"not_heeded:fix": Severity.WARNING}
    assert alerts(replace(asked, stop=stop(at=ago(seconds=29)))) == {}
    assert alerts(replace(asked, process=GONE)) == {}


def test_whatever_makes_a_launch_fail_is_an_alert() -> None:
    assert alerts(step(attempt=CRASHED)) == {"failed:fix": Severity.CRITICAL}
    assert alerts(job(account(5), attempt=CRASHED)) == {"failed:fix": Severity.CRITICAL}
    assert alerts(job(account(3, summary=False), attempt=KILLED)) == {"gone:fix": Severity.CRITICAL}


def test_what_was_stopped_on_request_or_did_all_its_work_without_a_summary_is_not_said_to_be_gone() -> None:
    assert alerts(job(account(3, summary=False), attempt=attempt(signal="SIGTERM"), stop=stop())) == {}
    assert alerts(job(account(5, summary=False), attempt=OK)) == {}


def test_what_a_person_has_accepted_is_still_said_and_alarms_nobody() -> None:
    found = job(account(3), process=GONE, acceptance=accepted(NOW))
    assert alerts(found) == {"missing:fix": Severity.INFO}


def test_a_process_that_was_stopped_is_stopped_for_those_too_who_never_saw_it() -> None:
    asked = StopAsked("fix", US, "wrong branch", "command", "ana", ago(minutes=5))
    unseen = ProcessSeen(Presence.ABSENT)
    cut_off = account(3, summary=False, at=ago(minutes=30))
    assert told(job(cut_off, process=unseen, stop=asked, attempt=None))[0] == "stopped"
    begun_since = account(3, summary=False, at=ago(minutes=2))
    assert told(job(begun_since, process=unseen, stop=asked, attempt=None))[0] == "failed"


def test_a_run_that_did_all_its_dates_has_not_passed_while_some_rest_on_dirty_inputs() -> None:
    suspects = Suspects(causes={D[1]: Dirt("usage", ago(minutes=20))})
    said = "1 of its dates was computed while its inputs were not known good"
    done = seen(account(), GONE)
    assert judge(done, stall_after_s=1800, now=NOW)[0] is PhaseState.PASSED
    state, why = judge(replace(done, suspects=suspects), stall_after_s=1800, now=NOW)
    assert (state, why) == (PhaseState.FAILED, f"{said} (complete: every date is accounted for)")
    state, why = judge(replace(seen(account(3), ALIVE), suspects=suspects), stall_after_s=1800, now=NOW)
    assert state is PhaseState.RUNNING
    assert why.endswith(f"; {said}")
    given = replace(done, suspects=suspects, acceptance=accepted(NOW))
    assert judge(given, stall_after_s=1800, now=NOW)[0] is PhaseState.PASSED


def redone(*, gone: bool, done: int = 1) -> Account:
    """A complete run with a failed date, of which two are done again by a list of dates."""
    again = LogWriter(at=ago(minutes=5).replace(tzinfo=None)).say("Processing 2 specific dates")
    for i in range(done):
        again.say(f"Processing date {i + 1}/2: {D[i]}").say("  ✓ Success: 7 records")
    return account_of(log_of(failed=2).body, again.body, gone=gone, planned=D)


@pytest.mark.parametrize("process", [ALIVE, ProcessSeen(Presence.UNKNOWN)])
def test_dates_that_are_done_again_after_a_summary_are_a_run_under_way(process: ProcessSeen) -> None:
    facts = seen(redone(gone=False), replace(process, started_at=ago(minutes=5)), log_age_s=1.0)
    state, why = judge(facts, stall_after_s=1800, now=NOW)
    assert state is PhaseState.RUNNING
    assert "summary" not in why


def test_a_retry_that_is_gone_before_its_summary_is_said_so() -> None:
    alerts = found(sight(seen(redone(gone=True), GONE)))
    assert "gone:fix:retry" in [alert.id for alert in alerts if alert.severity is Severity.CRITICAL]
    assert "gone:fix:retry" not in [alert.id for alert in found(sight(seen(account(), GONE)))]


@pytest.mark.parametrize(("usual", "state"), [(None, PhaseState.STALLED), (3600.0, PhaseState.RUNNING)])
def test_a_log_may_be_silent_for_as_long_as_its_dates_take(usual: float | None, state: PhaseState) -> None:
    for process in (ALIVE, ProcessSeen(Presence.UNKNOWN)):
        facts = seen(account(2, summary=False, gone=False), process, log_age_s=2000.0, silence_s=usual)
        assert judge(facts, stall_after_s=1800, now=NOW)[0] is state


@pytest.mark.parametrize(
    ("ours", "state"), [(None, PhaseState.UNKNOWN), (attempt(exit_code=0), PhaseState.FINISHED)]
)
def test_a_checkpoint_without_a_range_does_not_say_that_every_date_is_done(
    ours: Attempt | None, state: PhaseState
) -> None:
    listed = Checkpoint(path=Path("job.json"), done=frozenset(D[:3]))
    account = reconcile([], checkpoint=listed)
    facts = seen(account, checkpoint_seen=True, command=COMMAND, attempt=ours)
    judged, why = judge(facts, stall_after_s=1800, now=NOW)
    assert judged is state
    assert "does not tell which dates are due" in why
