"""The state of a phase, and the sentence that explains it. Pure; CONTRACT has the words."""

from collections.abc import Sequence
from datetime import datetime

from backfill_tui.control.attempt import Attempt, Stage
from backfill_tui.control.endings import by_its_data, ended, heard_since
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import GOOD, NOT_BEGUN, UNDER_WAY, Condition, ConditionKind, Judged, PhaseState
from backfill_tui.control.suspects import suspect_words
from backfill_tui.control.words import progress_words, span_words
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.account import RunEnd

_OPENINGS = frozenset({"Another", "It", "Its", "No", "Process", "The", "What", "Which"})  # of notes


def judge(facts: PhaseFacts, *, stall_after_s: float, gate: Sequence[Condition] = (), now: datetime) -> Judged:
    """The state of one phase. `gate` has its conditions; it only matters to one that has not begun."""
    state, why = _as_seen(facts, stall_after_s, gate, now)
    given = facts.accepted(now)
    if given is not None and state not in UNDER_WAY and facts.history_complete:
        state, why = PhaseState.PASSED, f"accepted by {given.person}: {given.reason}"
    elif facts.suspects.count:
        state, why = _suspect(state, why, facts)
    never = _never_started(facts.attempt)
    return state, f"{why}; {never}" if never else why


def _suspect(state: PhaseState, why: str, facts: PhaseFacts) -> Judged:
    """However good a run and its own suites: what rests on dirty inputs is not done, unless a person says so."""
    said = suspect_words(facts.suspects)
    if state in GOOD:
        return PhaseState.FAILED, f"{said} ({why})"
    return state, why if state in NOT_BEGUN else f"{why}; {said}"


def _as_seen(facts: PhaseFacts, stall_after_s: float, gate: Sequence[Condition], now: datetime) -> Judged:
    """What it is by what is seen of it, whatever a person has said."""
    attempt = facts.attempt
    if attempt is not None and attempt.stage is Stage.LAUNCHING and not facts.process.alive:
        return PhaseState.LAUNCHING, f"attempt {attempt.number} is being started"
    if facts.alive:
        return _alive(facts, stall_after_s, now)
    if facts.alive is None and _is_redone(facts, stall_after_s):
        return _watched(facts, stall_after_s)
    if not facts.history_complete:
        progress = progress_words(facts.account.counts)
        return PhaseState.UNKNOWN, f"the beginning of its log is still being read{progress}"
    over = ended(facts, now)
    if over is not None:
        return over
    return _watched(facts, stall_after_s) if facts.run is not None else _not_begun(facts, gate)


def _is_redone(facts: PhaseFacts, stall_after_s: float) -> bool:
    """Whether dates are done again by somebody of whom only a log is known: one that fell silent is over."""
    age = facts.log_age_s
    if facts.redo is None or facts.redo.ended is not RunEnd.OPEN or age is None:
        return False
    return age <= _patience_s(facts, stall_after_s)


def _alive(facts: PhaseFacts, stall_after_s: float, now: datetime) -> Judged:
    silent, progress = facts.silent_s(now), progress_words(facts.account.counts)
    if facts.process.stopped:
        state, why = PhaseState.STALLED, f"its process is stopped (SIGSTOP){progress}"
    elif _has_printed_its_summary(facts, now):
        state, why = PhaseState.RUNNING, "has printed its summary; its process is still there"
    elif silent is not None and silent > _patience_s(facts, stall_after_s):
        state, why = PhaseState.STALLED, f"its log has been silent for {span_words(silent)}{progress}"
    else:
        state, why = PhaseState.RUNNING, f"running{progress}"
    return state, "; ".join([why, *_besides(facts, now)])


def _patience_s(facts: PhaseFacts, stall_after_s: float) -> float:
    """How long it may be silent: by the plan, and by what its dates take where that is longer."""
    return max(stall_after_s, facts.silence_s or 0.0)


def _has_printed_its_summary(facts: PhaseFacts, now: datetime) -> bool:
    """Not where the summary is that of an earlier process, or of the run whose dates are done again."""
    if facts.redo is not None and facts.redo.ended is RunEnd.OPEN:
        return False
    completed = facts.run is not None and facts.run.ended is RunEnd.COMPLETED
    return completed and (facts.begun_at is None or heard_since(facts, facts.begun_at, now))


def _besides(facts: PhaseFacts, now: datetime) -> list[str]:
    """What else is to be said of a process that lives, each as a clause."""
    found = []
    attempt, over_s = facts.attempt, facts.over_time_s(now)
    if attempt is not None and attempt.stage is Stage.RUNNING and attempt.note:
        found.append(_clause(attempt.note))
    if facts.stop is not None and facts.stop_is_its_own:
        found.append(f"{'the plan' if facts.stop.asked_by == 'auto' else facts.stop.person} has asked it to end")
    if over_s is not None:
        found.append(f"past its time-out for {span_words(over_s)}")
    return found


def _watched(facts: PhaseFacts, stall_after_s: float) -> Judged:
    """A log without a process of which anything is known: only the log's own life tells."""
    age, progress = facts.log_age_s, progress_words(facts.account.counts)
    if age is not None and age > _patience_s(facts, stall_after_s):
        silent = f"its log has been silent for {span_words(age)}"
        return PhaseState.STALLED, f"{silent}{progress}; whether its process lives is not known"
    return PhaseState.RUNNING, f"its log grows{progress}; its process is not known"


def _not_begun(facts: PhaseFacts, gate: Sequence[Condition]) -> Judged:
    phase = facts.phase
    if phase.command is None and not phase.judges_only:
        return PhaseState.UNKNOWN, "nothing has been seen of it yet"
    closed = [condition for condition in gate if not condition.ok]
    waiting = [condition.about for condition in closed if condition.kind is ConditionKind.UPSTREAM]
    if waiting:
        return PhaseState.WAITING, f"waits for {', '.join(waiting)}"
    if closed:
        more = f" (and {len(closed) - 1} more)" if len(closed) > 1 else ""
        return PhaseState.BLOCKED, f"{closed[0].name}: {closed[0].detail}{more}"
    if phase.judges_only:
        ready = facts.outcome.verdict is None and not facts.validating
        return (PhaseState.READY, "its suites may be run") if ready else by_its_data(facts, _without_a_run(phase))
    return PhaseState.READY, "may be started"


def _without_a_run(phase: Phase) -> str:
    """Of a phase of which only suites are there: that it is meant so, or that nobody starts what would write."""
    fills = phase.writes is not None or phase.retry is not None
    return "nothing starts it: it has no command" if fills else "it only judges"


def _never_started(attempt: Attempt | None) -> str:
    """Of our newest launch, where no process came of it: that it was not started, and why."""
    if attempt is None:
        return ""
    if attempt.stage is Stage.NOT_STARTED:
        why = f": {_clause(attempt.note)}" if attempt.note else ""
        return f"attempt {attempt.number} was never started{why}"
    if attempt.stage is Stage.INTENDED:
        return f"attempt {attempt.number} is asked for and not started yet; a launch completes it"
    return ""


def _clause(sentence: str) -> str:
    """A note as part of a sentence; what it begins with stays as it is where that may be a name."""
    text = sentence.strip().removesuffix(".")
    first, blank, rest = text.partition(" ")
    return f"{first.lower()}{blank}{rest}" if first in _OPENINGS else text
