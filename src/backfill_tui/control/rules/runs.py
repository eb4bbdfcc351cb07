"""Alerts about runs: gone, killed for memory, incomplete, with missing or failed dates, with bad data. Pure."""

import math
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from backfill_tui.checks.model import Status
from backfill_tui.control.model import GOOD, UNDER_WAY, Alert, PhaseState, Severity
from backfill_tui.control.rules.asking import asked
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.rules.wording import capital, end_of_log, in_log, named, percent, retry_left
from backfill_tui.control.states import judge
from backfill_tui.control.suspects import NONE_SUSPECT
from backfill_tui.control.words import dates, progress_words
from backfill_tui.progress.account import RunEnd, UnitState

_NOT_GONE = frozenset({PhaseState.PASSED, PhaseState.WARNED, PhaseState.STOPPED})
"""Such a phase has ended without a summary on request, or with exit code 0 and every date done."""

_CHANCE = 0.001
"""So unlikely must it be that more dates fail than the plan allows, and it is mere bad luck so far."""


def of_its_run(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """How its run ended, and what is wrong with its dates.

    What a phase that failed has no other alert for is said by one of its own; dirty inputs have theirs.
    """
    found = [alert for rule in _RULES for alert in asked(rule, night.now, one, night)]
    spoilt = _good_but_for_its_inputs(one, night)
    if (spoilt or one.state in _NOT_GONE) and one.facts.accepted(night.now) is None:
        found = [alert for alert in found if alert.id != f"gone:{one.name}"]
    told = spoilt or any(alert.severity is Severity.CRITICAL for alert in found)
    if one.state is PhaseState.FAILED and not told:
        found.append(_failed(one, night))
    yield from found


def _good_but_for_its_inputs(one: PhaseSight, night: NightSight) -> bool:
    if not one.facts.suspects.count:
        return False
    facts = replace(one.facts, suspects=NONE_SUSPECT)
    return judge(facts, stall_after_s=night.limits.stall_after_s, now=night.now)[0] in GOOD


def _failed(one: PhaseSight, night: NightSight) -> Alert:
    """Whatever else made it fail."""
    ours = one.facts.launched(night.now)
    return Alert(
        id=f"failed:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=(ours.ended_at if ours is not None else None) or one.facts.gone_since or night.now,
        title=f"{one.name} failed",
        detail=f"{capital(one.why)}. What comes after it does not start.",
        action=f"Read the end of its output{end_of_log(one)}. {_again(one)}",
    )


def _again(one: PhaseSight) -> str:
    """How it is started again."""
    if one.facts.phase.command is None:
        return "Start it again where it was started from."
    again = " --again" if one.facts.attempt is not None else ""
    return f"Start it again: backfill-tui launch {one.name}{again}"


def _redo_gone(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """A run that did dates again after the main one had ended is gone before its own summary."""
    redo = one.facts.redo
    if redo is None or redo.ended is not RunEnd.KILLED or one.facts.alive is not False:
        return
    yield Alert(
        id=f"gone:{one.name}:retry",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=redo.ended_at or one.facts.gone_since or night.now,
        title=f"A retry of {one.name} is gone without a summary",
        detail="Its process ended, and its log does not say that it was done. What it left is as it was.",
        action=f"Read the end of its log{end_of_log(one)}. To do what is left: backfill-tui retry {one.name}",
    )


def _gone(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """Its process is gone, and its log does not say that it was done; where that is so, the kernel killed it."""
    facts = one.facts
    run = facts.run
    if facts.alive is not False or run is None or run.ended is not RunEnd.KILLED:
        return
    missing = facts.account.counts.missing or 0
    days = facts.account.of_state(UnitState.MISSING)
    holes = f" It passed over {named(days)}: missing." if missing else ""
    ours = facts.launched(night.now)
    known = ours is not None and (ours.signal is not None or ours.exit_code is not None)
    how = f"It {ours.ending}" if ours is not None and known else "Its process ended"
    again = _again(one)
    if missing:
        again = f"{again.removesuffix('.')}. A resume skips the missing dates. {retry_left(facts.phase, days)}"
    alert = Alert(
        id=f"gone:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=facts.gone_since or night.now,
        title=f"{one.name} is gone without a summary",
        detail=f"{how}{progress_words(facts.account.counts)}, and its log does not say that it was done.{holes}",
        action=f"Read the end of its log{end_of_log(one)}. {again}",
    )
    yield _killed_for_memory(one, night, alert) or alert


def _killed_for_memory(one: PhaseSight, night: NightSight, gone: Alert) -> Alert | None:
    """The same death, where the kernel's count of kills for memory rose with it.

    Of an adopted process the signal can't be known: the count is told as what it is.
    """
    counted = [(sample.at, sample.oom_kills) for sample in one.samples if sample.oom_kills is not None]
    rose = [(before, after) for (before, less), (after, more) in pairwise(counted) if more > less]
    ended = one.facts.gone_since or night.now
    if not any(before <= ended <= after for before, after in rose):
        return None
    ours = one.facts.launched(night.now)
    most = max((sample.rss_bytes or 0 for sample in one.samples), default=0)
    held = f" It held {most / 1e9:.1f} GB when it was last looked at." if most else ""
    if ours is None or ours.signal is None:
        told = " In that minute the kernel killed a process of its control group for memory; maybe this one."
        return replace(gone, detail=f"{gone.detail}{told}{held}")
    if ours.signal != "SIGKILL":
        return None
    return replace(
        gone,
        id=f"oom:{one.name}",
        title=f"{one.name} was killed by the kernel for memory",
        detail=f"{gone.detail} Its control group's count of kills for memory rose with it.{held}",
        action=f"Give it less to hold at a time, or more memory (workers, cgroup limit). {gone.action}",
    )


def _missing(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    facts = one.facts
    run = facts.run
    if not facts.account.counts.missing or run is None or run.ended is RunEnd.KILLED:
        return
    days = facts.account.of_state(UnitState.MISSING)
    claim = "calls itself complete" if facts.account.claims_complete else "resumed past them"
    alert = Alert(
        id=f"missing:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=run.ended_at or run.started_at or night.now,
        title=f"{one.name} is missing {dates(len(days))}",
        detail=f"It {claim}, but {named(days)} had no outcome; no resume will do them.",
        action=retry_left(facts.phase, days),
    )
    yield alert if facts.account.turns is None else _unsure(alert, facts.phase.name, days)


def _unsure(alert: Alert, name: str, days: Sequence[date]) -> Alert:
    """Of a log into which two jobs print: an outcome of the one may have been taken for the other's."""
    return replace(
        alert,
        severity=Severity.WARNING,
        title=f"{name} may be missing {dates(len(days))}",
        detail=f"Its log has no outcome of {named(days)}; but two jobs print into it, so that may not be so.",
        action=f"See whether its table has them, once one of the two has ended. {alert.action}",
    )


def _incomplete(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """It calls itself complete, yet dates of the plan have no outcome and are not missing: it was never asked."""
    account, run = one.facts.account, one.facts.run
    claims_only = account.claims_complete and not account.complete and not account.counts.missing
    if not claims_only or run is None or one.facts.alive:
        return
    left = account.counts.pending
    yield Alert(
        id=f"incomplete:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=run.ended_at or night.now,
        title=f"{one.name} calls itself complete, but is not",
        detail=f"{left:,} dates have no outcome." if left else "Not every date is accounted for.",
        action=_compare(one),
    )


def _compare(one: PhaseSight) -> str:
    """How to find out which dates they are."""
    if one.facts.account.counts.missing is None:
        return "Its log only tells how many dates it found, not which. Give the plan a `calendar`: it names them."
    shown = f": backfill-tui inspect {shlex.quote(one.log)}" if one.log else "."
    return f"Compare the range in the plan with the one that it was started with{shown}"


def _failures(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """More dates failed than the plan allows: of a run that is over by the count, before that beyond chance."""
    counts = one.facts.account.counts
    failed = counts.failed or 0
    judged = failed + (counts.done or 0) + (counts.empty or 0)
    allowed = one.failure_limit if one.failure_limit is not None else night.limits.failure_rate
    if not failed or failed <= allowed * judged:
        return
    sure = counts.total is not None and failed > allowed * counts.total
    if one.state in UNDER_WAY and not sure and _at_least(failed, judged, allowed) > _CHANCE:
        return
    days = one.facts.account.of_state(UnitState.FAILED)
    times = [one.facts.account.units[day].at for day in days]
    yield Alert(
        id=f"failures:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=min((at for at in times if at is not None), default=night.now),
        title=f"{one.name}: more dates fail than the plan allows",
        detail=f"{failed:,} of {dates(judged)} failed ({percent(failed / judged)}, allowed {percent(allowed)})"
        + (f": {named(days)}." if days else "."),
        action=f"Read why{_of_the_first(one, days)} {retry_left(one.facts.phase, days) if days else ''}".strip(),
    )


def _of_the_first(one: PhaseSight, days: list[date]) -> str:
    """Where the reason of the first failure stands; without names of dates, where the newest ones do."""
    if not days:
        return f" in its log{end_of_log(one)}."
    return f", for the first of them{in_log(one, days[0].isoformat())}."


def _at_least(failed: int, judged: int, rate: float) -> float:
    """How likely so many of so many dates fail by chance, where each does at that rate (binomial tail)."""
    if rate <= 0:
        return 0.0
    if rate >= 1:
        return 1.0
    return min(1.0, math.fsum(_exactly(count, judged, rate) for count in range(max(0, failed), judged + 1)))


def _exactly(failed: int, judged: int, rate: float) -> float:
    """The probability of so many; reckoned in logarithms, since (1 - rate) ** 1500 may be no number but 0."""
    ways = math.lgamma(judged + 1) - math.lgamma(failed + 1) - math.lgamma(judged - failed + 1)
    return math.exp(ways + failed * math.log(rate) + (judged - failed) * math.log1p(-rate))


def _failed_by_data(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """Its suites have found its data wanting, and that still counts."""
    outcome = one.facts.outcome
    if one.state is not PhaseState.FAILED or outcome.verdict is not Status.FAIL or outcome.stale:
        return
    yield Alert(
        id=f"data:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=outcome.at or night.now,
        title=f"{one.name} failed by its data",
        detail=f"Suite {outcome.why}. What comes after it must not start on this.",
        action=f"Mend the data, or a bound on purpose; then judge it again: backfill-tui validate {one.name}",
    )


_RULES = (_failed_by_data, _gone, _redo_gone, _missing, _incomplete, _failures)
