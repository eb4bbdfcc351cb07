"""The gate: what must hold before a phase may be started, one condition a line, each with its evidence. Pure.

It looks at a moment and decides nothing: who starts, and what an override means, is said elsewhere.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from backfill_tui.checks.model import Status
from backfill_tui.control.attempt import Stage
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import GOOD, UNDER_WAY, Condition, Judged, PhaseState
from backfill_tui.control.model import ConditionKind as Kind
from backfill_tui.control.verdicts import NOT_RUN, YET_TO_COME, Outcome
from backfill_tui.control.words import span_words
from backfill_tui.plan.resolved import Input
from backfill_tui.progress.account import RunEnd

NOW = timedelta(minutes=5)
"""What was found of an input so long ago, or an interval of its own ago, still counts as found now."""

_NOBODY: Mapping[str, str] = MappingProxyType({})


def gate_of(
    facts: PhaseFacts,
    upstream: Mapping[str, Judged],
    *,
    accepted: Collection[str] = (),
    overwritten: Mapping[str, str] = _NOBODY,
    rivals: Sequence[str] = (),
    doubtful: Sequence[str] = (),
    now: datetime,
) -> tuple[Condition, ...]:
    """Every condition of one phase, met or not. Unknown is not met.

    `accepted` are the upstream phases that a person's GO counts for; `overwritten` says of others, by name and as a
    clause, who has written their dates since. `rivals` are the names of this plan's live writers of its table on
    its days, `doubtful` clauses about those of which one of both is not known.
    """
    before = ((name, judged, name in accepted, overwritten.get(name, "")) for name, judged in upstream.items())
    return (
        *(_upstream(*one) for one in before),
        *(_input(need, facts.inputs.get(need.suite, NOT_RUN), now) for need in facts.phase.inputs),
        *_writing(facts, rivals, doubtful),
        *_starting(facts, now),
    )


def is_open(gate: Sequence[Condition]) -> bool:
    """Whether every condition is met."""
    return all(condition.ok for condition in gate)


def judged_now(need: Input, outcome: Outcome, now: datetime) -> bool:
    """Whether what was found of an input is recent enough to start on. A time that is yet to come is not."""
    allowed = max(NOW, timedelta(seconds=need.every_s or 0))
    return outcome.at is not None and abs(now - outcome.at) <= allowed


def _upstream(name: str, judged: Judged, accepted: bool, overwritten: str) -> Condition:
    state, why = judged
    if (state in GOOD or accepted) and overwritten:
        return _before(name, False, f"{state.value}, but {overwritten}")
    said = why if why.startswith(state.value) else f"{state.value}: {why}"  # "running at 7 %" says both
    if accepted and state in UNDER_WAY:
        still = "it still runs" if state is PhaseState.RUNNING else "it is not over"
        return _before(name, True, f"accepted; {still} ({said})")
    if accepted and state not in GOOD:
        return _before(name, True, f"accepted; {said}")
    return _before(name, None if state is PhaseState.UNKNOWN else state in GOOD, said)


def _before(name: str, ok: bool | None, detail: str) -> Condition:
    return Condition(name, ok, detail, Kind.UPSTREAM, name)


def _input(need: Input, outcome: Outcome, now: datetime) -> Condition:
    return Condition(f"input {need.suite}", *_found(need, outcome, now), Kind.INPUT, need.suite)


def _found(need: Input, outcome: Outcome, now: datetime) -> tuple[bool | None, str]:
    """Whether an input is known to be good now, and the evidence."""
    if outcome.verdict in {None, Status.UNKNOWN}:
        return None, outcome.why
    if outcome.stale:
        return None, f"{outcome.why}; {outcome.stale.removeprefix(f'{need.suite}: ')}"
    failed = outcome.verdict is Status.FAIL
    if judged_now(need, outcome, now):
        return not failed, outcome.why
    return False if failed else None, f"{outcome.why}, but {_not_now(outcome.at, now)}"


def _not_now(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "nobody knows when that was found"
    if at > now:
        return f"found {YET_TO_COME}"
    return f"found {span_words((now - at).total_seconds())} ago: it must be judged again"


def _writing(facts: PhaseFacts, rivals: Sequence[str], doubtful: Sequence[str]) -> Iterator[Condition]:
    table = facts.phase.writes
    if table is None:
        return
    clauses = list(facts.rivals)
    if rivals:
        clauses.insert(0, f"{', '.join(rivals)} {'writes' if len(rivals) == 1 else 'write'} it now")
    ok: bool | None = not clauses
    if not clauses and doubtful:
        ok, clauses = None, list(doubtful)
    detail = "; ".join(clauses) or "no other live writer of its dates"
    yield Condition(f"only writer of {table}", ok, detail, Kind.WRITER, table)


def _starting(facts: PhaseFacts, now: datetime) -> Iterator[Condition]:
    """What it takes beside good data: a command, a place in the ledger, nobody at it already."""
    phase = facts.phase
    if phase.judges_only:
        return
    yield Condition("no live run", *_at_rest(facts, now), Kind.LIVE_RUN)
    if phase.command is None:
        yield Condition("command", False, "the plan names none: it is only watched", Kind.COMMAND)
    yield from facts.runnable
    if not facts.recorded:
        why = "it can't be written, and nothing is started without a record"
        yield Condition("ledger", False, why, Kind.LEDGER)
    by = "a person starts it"
    if phase.start == "auto":
        nobody = "nobody drives now; `run`, or a screen with --auto, starts it"
        by = f"{facts.driven_by} starts it" if facts.driven_by else nobody
    yield Condition("start", True, f"{phase.start}: {by}", Kind.START)


def _at_rest(facts: PhaseFacts, now: datetime) -> tuple[bool | None, str]:
    """Whether nobody is at it, and the evidence."""
    if facts.alive:
        if facts.attempt is not None and facts.attempt.stage is Stage.LAUNCHING:
            return False, "it is being started"
        pid = f" (pid {facts.process.identity.pid})" if facts.process.identity else ""
        return False, f"it runs{pid}"
    if facts.unrecorded:
        return False, f"{facts.unrecorded}: wait for its end, or put the ledger back"
    if facts.alive is None and facts.run is not None and facts.run.ended is RunEnd.OPEN:
        silent = facts.silent_s(now)
        since = f", silent for {span_words(silent)}" if silent is not None else ""
        return None, f"its log is open{since}; whether its process lives is not known"
    return True, "nobody is at it"
