"""What became of a phase whose process is gone: by how it ended, its summary, its account and its suites. Pure.

Each source may only make it worse: a job that ended well by its own word still has to account for every date, and
good data do not excuse a run that left dates out.
"""

from datetime import datetime

from backfill_tui.checks.model import Status
from backfill_tui.control.attempt import Attempt, Kind, Stage
from backfill_tui.control.facts import ROUNDED, PhaseFacts
from backfill_tui.control.model import Judged, PhaseState
from backfill_tui.control.words import dates, dates_are, dates_have, progress_words
from backfill_tui.progress.account import RunEnd, UnitState

_BY_VERDICT = {
    Status.PASS: PhaseState.PASSED,
    Status.WARN: PhaseState.WARNED,
    Status.FAIL: PhaseState.FAILED,
}

_WELL = frozenset({UnitState.DONE, UnitState.EMPTY, UnitState.SKIPPED})

_UNRECORDED = "its process is gone; nobody recorded how it ended"


def ended(facts: PhaseFacts, now: datetime) -> Judged | None:
    """The state of a phase that nobody is at any more; None where nothing tells that it has run at all."""
    ours = facts.launched(now)
    stopped = facts.stop_is_its_own
    if stopped and not _had_done_its_work(facts, ours):
        return PhaseState.STOPPED, _stopped(facts, ours)
    if ours is not None:
        return _launched(facts, ours, now, excused=stopped)
    if facts.run is not None and (facts.run.ended is RunEnd.COMPLETED or facts.alive is False):
        return by_account(facts)
    if facts.run is None and facts.alive is False and facts.process.gone_since is not None:
        return _vanished(facts)
    if facts.run is None and facts.checkpoint_seen and facts.account.counts.accounted:
        return _by_checkpoint(facts)
    return None


def by_its_data(facts: PhaseFacts, so_far: str) -> Judged:
    """What its suites make of a phase that has come to its end."""
    outcome = facts.outcome
    if facts.validating:
        return PhaseState.VALIDATING, f"{so_far}; its suites are being run"
    if outcome.verdict is None:
        return PhaseState.FINISHED, f"{so_far}; its suites have not been run"
    if outcome.stale:
        return PhaseState.FINISHED, f"{so_far}; its suites must be run again ({outcome.stale})"
    if outcome.verdict is Status.UNKNOWN:
        return PhaseState.FINISHED, f"{so_far}; its suites could not tell: {outcome.why}"
    return _BY_VERDICT[outcome.verdict], f"{so_far}; {outcome.why}"


def by_account(facts: PhaseFacts, ours: Attempt | None = None) -> Judged:
    """A run that its log tells of: whether every date is accounted for, then its exit code, then its suites.

    Exit code 0 is as good as a summary, of a job that prints none: all its dates must have an outcome all the same.
    """
    account = facts.account
    counts, failed = account.counts, account.counts.failed or 0
    well = ours is not None and ours.exit_code == 0
    if not account.claims_complete and not (well and counts.all_accounted):
        return _without_a_summary(facts, well=well)
    if counts.missing:
        return PhaseState.FAILED, f"calls itself complete, but {dates_are(counts.missing)} missing"
    if not account.complete and account.claims_complete:
        return PhaseState.FAILED, "calls itself complete, but not every date is accounted for"
    if ours is None and facts.process.exit_code:
        return PhaseState.FAILED, f"ended with exit code {facts.process.exit_code}"
    if facts.phase.suites:
        return by_its_data(facts, "complete by its own account")
    if failed and not any((counts.done, counts.empty, counts.skipped)):
        return PhaseState.FAILED, f"it came to its end, but all of its {dates(failed)} failed"
    if failed:
        return PhaseState.WARNED, f"complete, with {dates(failed)} failed"
    if not account.claims_complete:
        return PhaseState.WARNED, "every date has an outcome and its exit code is 0, but its log has no summary"
    return PhaseState.PASSED, "complete: every date is accounted for"


def _without_a_summary(facts: PhaseFacts, *, well: bool) -> Judged:
    counts = facts.account.counts
    if facts.run is not None and facts.run.ended is RunEnd.COMPLETED:
        progress = progress_words(counts)
        return PhaseState.FINISHED, f"its log says that it is done, but not which dates{progress}"
    if not well:
        return PhaseState.FAILED, f"gone without a summary{progress_words(counts)}"
    if counts.total is None:
        return PhaseState.FINISHED, "ended with exit code 0; how many dates it was to do is not known"
    left = sum(count or 0 for count in (counts.pending, counts.running, counts.missing))
    return PhaseState.FAILED, f"ended with exit code 0, but {dates_have(left)} no outcome"


def _launched(facts: PhaseFacts, ours: Attempt, now: datetime, *, excused: bool) -> Judged:
    """A launch of ours that is over. `excused`: it was asked to end, after its work was done."""
    if not excused and (ours.signal is not None or ours.exit_code):
        return PhaseState.FAILED, _badly(facts, ours)
    if ours.stage is Stage.LOST and not _began_its_run(facts, ours):
        return _lost(facts, ours, now)
    tells_of_dates = facts.run is not None and bool(facts.account.units)
    if tells_of_dates and heard_since(facts, ours.intended_at, now):
        return by_account(facts, ours)
    return _by_exit_code(facts, 0 if excused else ours.exit_code)


def _badly(facts: PhaseFacts, ours: Attempt) -> str:
    whose = "its retry " if ours.order.kind is Kind.RETRY else ""
    counts = facts.account.counts
    missing = f"; {dates_are(counts.missing)} missing" if counts.missing else ""
    return f"{whose}{ours.ending}{progress_words(counts)}{missing}"


def _lost(facts: PhaseFacts, ours: Attempt, now: datetime) -> Judged:
    """Nobody knows how it ended, and no run in the log began with it: what an earlier run says is not its word."""
    if facts.run is None or not facts.account.units:
        return _by_exit_code(facts, None)
    if not heard_since(facts, ours.intended_at, now):
        return PhaseState.FAILED, "gone without a word in its log; nobody recorded how it ended"
    state, why = by_account(facts)
    if state in {PhaseState.PASSED, PhaseState.WARNED} and not facts.phase.suites:
        return PhaseState.FINISHED, f"{_UNRECORDED}, and the run that its log calls complete began before it"
    return state, why


def _by_exit_code(facts: PhaseFacts, code: int | None) -> Judged:
    """Nothing that was read tells which dates were done."""
    phase = facts.phase
    so_far = _UNRECORDED if code is None else "ended with exit code 0"
    if facts.run is None and facts.checkpoint_seen and facts.account.counts.accounted:
        return _by_checkpoint(facts, so_far, well=code == 0)
    if phase.suites:
        return by_its_data(facts, so_far)
    if code is None:
        return PhaseState.FINISHED, so_far
    no_dates = phase.dates is None and phase.writes is None
    if no_dates or not (phase.logs or phase.checkpoint):
        return PhaseState.PASSED, so_far
    source = "log" if phase.logs else "checkpoint"
    return PhaseState.FINISHED, f"{so_far}, but nothing in its {source} was recognised"


def _vanished(facts: PhaseFacts) -> Judged:
    """A process that we did not launch, and of which no log tells."""
    code = facts.process.exit_code
    if facts.phase.suites and not code:
        how = "its process is gone; its exit code can't be known" if code is None else "ended with exit code 0"
        return by_its_data(facts, how)
    if code is None:
        return PhaseState.FINISHED, "its process is gone; its exit code can't be known"
    return (PhaseState.PASSED if code == 0 else PhaseState.FAILED), f"ended with exit code {code}"


def _by_checkpoint(facts: PhaseFacts, so_far: str = "", *, well: bool = False) -> Judged:
    """Only a checkpoint tells of dates; `well`: its process is known to have ended with exit code 0."""
    counts = facts.account.counts
    left = (counts.pending or 0) + (counts.missing or 0)
    if left and so_far:
        return PhaseState.FAILED, f"{so_far}, but {dates_have(left)} no outcome in its checkpoint"
    if left:
        return PhaseState.UNKNOWN, f"only its checkpoint is known{progress_words(counts)}"
    known = counts.total is not None
    every = (
        "every date has an outcome in its checkpoint"
        if known
        else "its checkpoint does not tell which dates are due"
    )
    if facts.phase.suites:
        return by_its_data(facts, every)
    if not known:
        return PhaseState.FINISHED if so_far else PhaseState.UNKNOWN, f"{so_far}; {every}" if so_far else every
    if well:
        return (PhaseState.WARNED if counts.failed else PhaseState.PASSED), f"{so_far}; {every}"
    return PhaseState.FINISHED, f"{every}; no log says how it ended"


def _stopped(facts: PhaseFacts, ours: Attempt | None) -> str:
    stop = facts.stop
    assert stop is not None  # noqa: S101 - for the type checker: it is its own
    what = "its retry was stopped" if ours is not None and ours.order.kind is Kind.RETRY else "stopped"
    by = "the plan" if stop.asked_by == "auto" else stop.person
    how = ", with SIGKILL" if stop.killed_at is not None else ""
    return f"{what} by {by}{progress_words(facts.account.counts)}{how}: {stop.reason}"


def _had_done_its_work(facts: PhaseFacts, ours: Attempt | None) -> bool:
    """Whether what was asked to end had done all it was to do by then."""
    account = facts.account
    if not account.complete:
        return False
    if ours is None:
        return True
    if ours.order.kind is Kind.RETRY:
        units = account.units
        return all(day in units and units[day].state in _WELL for day in ours.order.days)
    return _began_its_run(facts, ours)


def _began_its_run(facts: PhaseFacts, ours: Attempt) -> bool:
    """Whether the last run of its logs began with this launch, by the logs' own times."""
    return facts.last_run_at is not None and facts.last_run_at >= ours.intended_at - ROUNDED


def heard_since(facts: PhaseFacts, since: datetime, now: datetime) -> bool:
    """Whether its log has grown since then, by the file or by the log's own times: these may be of any zone."""
    times = (facts.log_grown_at(now), facts.account.last_line_at)
    return any(time is not None and time >= since - ROUNDED for time in times)
