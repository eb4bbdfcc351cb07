"""The state of a phase, and the sentence that explains it. Pure; CONTRACT has the words."""

from collections.abc import Mapping

from backfill_tui.checks.model import Status
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Condition, PhaseState
from backfill_tui.control.verdicts import NOT_RUN, Outcome
from backfill_tui.progress.account import RunEnd

ACCEPTED = frozenset({PhaseState.PASSED, PhaseState.WARNED})
"""What an upstream must be for its downstream to go on."""

_BY_VERDICT = {
    Status.PASS: PhaseState.PASSED,
    Status.WARN: PhaseState.WARNED,
    Status.FAIL: PhaseState.FAILED,
}

Judged = tuple[PhaseState, str]


def judge(facts: PhaseFacts, *, stall_after_s: float, upstream: Mapping[str, PhaseState]) -> Judged:
    """The state of one phase, given those of the phases it waits for."""
    alive = facts.process.alive
    if alive:
        return _alive(facts, stall_after_s)
    if not facts.history_complete:
        return PhaseState.UNKNOWN, f"the beginning of its log is still being read{progress_words(facts)}"
    if facts.run is not None:
        over = facts.run.ended is RunEnd.COMPLETED or alive is False
        return _ended(facts) if over else _watched(facts, stall_after_s)
    if alive is False and facts.process.gone_since is not None:
        return _vanished(facts)
    if facts.checkpoint_seen and facts.account.counts.accounted:
        return _by_checkpoint(facts)
    return _not_begun(facts, upstream)


def gate_of(facts: PhaseFacts, upstream: Mapping[str, Judged], rivals: list[str]) -> tuple[Condition, ...]:
    """Why a phase that has not begun may not start yet, one condition a line. Unknown is not ok."""
    conditions = [
        Condition(name, state in ACCEPTED if state is not PhaseState.UNKNOWN else None, f"{state.value}: {why}")
        for name, (state, why) in upstream.items()
    ]
    if facts.phase.writes:
        detail = (
            f"{', '.join(rivals)} writes it now" if rivals else "no other live writer of its dates in this plan"
        )
        conditions.append(Condition(f"only writer of {facts.phase.writes}", not rivals, detail))
    conditions += [_input(need.suite, facts.inputs.get(need.suite, NOT_RUN)) for need in facts.phase.inputs]
    return tuple(conditions)


def _input(suite: str, outcome: Outcome) -> Condition:
    ok = None if outcome.stale or outcome.verdict in {None, Status.UNKNOWN} else outcome.verdict is not Status.FAIL
    return Condition(f"input {suite}", ok, f"{outcome.why}; {outcome.stale}" if outcome.stale else outcome.why)


def progress_words(facts: PhaseFacts) -> str:
    """How far it is, for the end of a sentence: `at 54 %`; empty where that is not known."""
    fraction = facts.account.counts.fraction
    return "" if fraction is None else f" at {int(fraction * 100)} %"


def _alive(facts: PhaseFacts, stall_after_s: float) -> Judged:
    age = facts.log_age_s
    run = facts.run
    if run is not None and run.ended is RunEnd.COMPLETED:
        return PhaseState.RUNNING, "has printed its summary; its process is still there"
    if facts.process.stopped:
        return PhaseState.STALLED, f"its process is stopped (SIGSTOP){progress_words(facts)}"
    if age is not None and age > stall_after_s:
        return PhaseState.STALLED, f"its log has been silent for {_minutes(age)}{progress_words(facts)}"
    return PhaseState.RUNNING, f"running{progress_words(facts)}"


def _watched(facts: PhaseFacts, stall_after_s: float) -> Judged:
    """A log without a process of which anything is known: only the log's own life tells."""
    age = facts.log_age_s
    if age is not None and age > stall_after_s:
        silent = f"its log has been silent for {_minutes(age)}"
        return PhaseState.STALLED, f"{silent}{progress_words(facts)}; whether its process lives is not known"
    return PhaseState.RUNNING, f"its log grows{progress_words(facts)}; its process is not known"


def _ended(facts: PhaseFacts) -> Judged:
    account = facts.account
    missing, failed = account.counts.missing or 0, account.counts.failed or 0
    if not account.claims_complete and facts.run is not None and facts.run.ended is RunEnd.COMPLETED:
        return PhaseState.FINISHED, f"its log says that it is done, but not which dates{progress_words(facts)}"
    if not account.claims_complete:
        return PhaseState.FAILED, f"gone without a summary{progress_words(facts)}"
    if missing:
        return PhaseState.FAILED, f"calls itself complete, but {_dates(missing)} {_are(missing)} missing"
    if not account.complete:
        return PhaseState.FAILED, "calls itself complete, but not every date is accounted for"
    if facts.process.exit_code:
        return PhaseState.FAILED, f"ended with exit code {facts.process.exit_code}"
    if facts.phase.suites:
        return _by_its_data(facts, "complete by its own account")
    if failed:
        return PhaseState.WARNED, f"complete, with {_dates(failed)} failed"
    return PhaseState.PASSED, "complete: every date is accounted for"


def _by_its_data(facts: PhaseFacts, so_far: str) -> Judged:
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


def _vanished(facts: PhaseFacts) -> Judged:
    code = facts.process.exit_code
    if facts.phase.suites and not code:
        how = "its process is gone; its exit code can't be known" if code is None else "ended with exit code 0"
        return _by_its_data(facts, how)
    if code is None:
        return PhaseState.FINISHED, "its process is gone; its exit code can't be known"
    return (PhaseState.PASSED, "ended with exit code 0") if code == 0 else (PhaseState.FAILED, f"exit code {code}")


def _by_checkpoint(facts: PhaseFacts) -> Judged:
    counts = facts.account.counts
    if counts.pending or counts.missing:
        return PhaseState.UNKNOWN, f"only its checkpoint is known{progress_words(facts)}"
    if facts.phase.suites:
        return _by_its_data(facts, "every date has an outcome in its checkpoint")
    return PhaseState.FINISHED, "every date has an outcome in its checkpoint; no log says how it ended"


def _not_begun(facts: PhaseFacts, upstream: Mapping[str, PhaseState]) -> Judged:
    waiting = [name for name, state in upstream.items() if state not in ACCEPTED]
    if waiting:
        return PhaseState.WAITING, f"waits for {', '.join(waiting)}"
    if facts.phase.judges_only:
        ready = facts.outcome.verdict is None and not facts.validating
        return (PhaseState.READY, "its suites may be run") if ready else _by_its_data(facts, "it only judges")
    if facts.phase.command is not None:
        return PhaseState.READY, "may be started"
    return PhaseState.UNKNOWN, "nothing has been seen of it yet"


def _dates(count: int) -> str:
    return "1 date" if count == 1 else f"{count:,} dates"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _minutes(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
