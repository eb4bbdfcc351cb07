"""The phases of a plan as one night: what waits for what, when each is to be done, the deadline's odds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from backfill_tui.control.model import NOT_BEGUN, UNDER_WAY, WORK_DONE, PhaseState
from backfill_tui.plan.resolved import Deadline, Phase
from backfill_tui.progress.calibration import EARLIER_RUNS
from backfill_tui.progress.eta import Forecast
from backfill_tui.progress.prospect import DeadlineProspect, Moments, Prospect

if TYPE_CHECKING:
    from backfill_tui.progress.forecast.luck import Array
    from backfill_tui.progress.forecast.night import NightForecast, Step, StepForecast

_STARTS = NOT_BEGUN | {PhaseState.LAUNCHING, PhaseState.RUNNING}

_LEADS = 0.5
"""In so many of the futures the night has to wait for a phase to be called critical."""


@dataclass(frozen=True, slots=True)
class Member:
    """A phase with what is known of the work that it has left.

    `left_s` are futures of the seconds from now, or from its start until it has begun; None where nothing tells.
    `own` is the forecast of its own run, which is shown as it is. `validation_s`: how long the suites of its inputs
    and of its own take. `basis` and `calibrated_by` are those of `left_s`.
    """

    phase: Phase
    state: PhaseState
    left_s: "Array | None" = None
    own: Forecast | None = None
    basis: str = "plan"
    calibrated_by: str = ""  # earlier runs | this run
    started_at: datetime | None = None
    ended_at: datetime | None = None
    counted: bool = False  # its log or checkpoint tells of dates
    inputs_s: float = 0.0
    suites_s: float = 0.0

    @property
    def done(self) -> bool:
        """Whether it has no work left. What follows waits for its verdict, which is part of the delay."""
        return self.state in WORK_DONE

    @property
    def only_starts(self) -> bool:
        """Whether all that can be asked is when it can begin: a step without dates of which no length is known."""
        dated = self.phase.dates is not None or self.counted or self.phase.listed_dates
        return not dated and self.left_s is None and self.state in _STARTS

    @property
    def begun(self) -> bool:
        """Whether it is at work, or was."""
        return self.state in WORK_DONE | UNDER_WAY


@dataclass(frozen=True, slots=True)
class Night:
    """The night as it is forecast. `prospects` has the phases that are not done and of which something is known."""

    prospects: Mapping[str, Prospect] = field(default_factory=dict)
    critical_path: tuple[str, ...] = ()
    critical: frozenset[str] = frozenset()
    deadline: DeadlineProspect | None = None


def night_of(members: Sequence[Member], deadline: Deadline | None, now: datetime) -> Night:
    """Play all phases together. All times that come out are in UTC, in which every hour has sixty minutes."""
    from backfill_tui.progress.forecast.night import compose

    now = now.astimezone(UTC)
    by_name = {one.phase.name: one for one in members}
    target = by_name[deadline.phase] if deadline is not None else None
    of_start = target is not None and target.only_starts
    steps = [_step(one, by_name, now, idle=of_start and one is target) for one in members]
    told = compose(steps, target=deadline.phase if deadline else None)
    joined = deadline is not None or any(one.phase.after for one in members)
    path = tuple(name for name in told.critical_path if not by_name[name].done)
    if deadline is not None and not path:
        path = _path_by_plan(by_name, deadline.phase)
    critical = {name for name, step in told.steps.items() if (step.criticality or 0.0) >= _LEADS} | set(path)
    frozen = _frozen(by_name)
    return Night(
        prospects={
            name: _prospect(by_name[name], step, now, joined=joined, frozen=name in frozen)
            for name, step in told.steps.items()
            if not by_name[name].done and not (of_start and by_name[name] is target)
        },
        critical_path=path if joined else (),
        critical=frozenset(name for name in critical if joined and not by_name[name].done),
        deadline=None if deadline is None else _due(deadline, told, by_name, now, of_start=of_start),
    )


def _step(member: Member, by_name: Mapping[str, Member], now: datetime, *, idle: bool) -> "Step":
    """`idle`: how long it takes does not matter, since it is asked when it can begin."""
    from backfill_tui.progress.forecast.luck import NOTHING_LEFT
    from backfill_tui.progress.forecast.night import Step, shuffled

    phase = member.phase
    left = NOTHING_LEFT if member.done or idle else member.left_s
    upstream = [by_name[name] for name in phase.after]
    start_by = phase.expect.start_by if phase.start == "manual" else None
    return Step(
        name=phase.name,
        left_s=None if left is None else shuffled(left, phase.name),
        after=phase.after,
        begun=member.begun,
        delay_s=member.inputs_s + max((one.suites_s for one in upstream), default=0.0),
        not_before_s=max(0.0, (start_by.astimezone(UTC) - now).total_seconds()) if start_by is not None else 0.0,
    )


def _prospect(member: Member, step: "StepForecast", now: datetime, *, joined: bool, frozen: bool) -> Prospect:
    own = member.own
    finish = _moments(step.finish_s, now)
    if own is not None:
        finish = Moments(own.finish_p10, own.finish_p50, own.finish_p90)
    return Prospect(
        start=None if member.begun else _moments(step.start_s, now),
        finish=finish,
        basis=member.basis,
        calibrated=bool(member.calibrated_by),
        calibrated_by=member.calibrated_by,
        frozen=frozen,
        slack_s=step.slack_s if joined else None,
        criticality=step.criticality if joined else None,
    )


def _moments(seconds: tuple[float, float, float], now: datetime) -> Moments:
    p10, p50, p90 = (now + timedelta(seconds=one) for one in seconds)
    return Moments(p10, p50, p90)


def _due(
    deadline: Deadline, told: "NightForecast", by_name: Mapping[str, Member], now: datetime, *, of_start: bool
) -> DeadlineProspect:
    """Whether it is met: seen, where it has come to pass, else by how many of the futures."""
    due = DeadlineProspect(deadline.phase, deadline.by.astimezone(UTC), of_start=of_start)
    target = by_name[deadline.phase]
    came = target.started_at if of_start and target.begun else target.ended_at if target.done else None
    if came is not None:
        return replace(due, probability=float(came <= due.by), calibrated=True)
    if now > due.by:
        return replace(due, probability=0.0, calibrated=True)
    awaited = [by_name[name] for name in _leading_to(by_name, deadline.phase) if not by_name[name].done]
    work = [one for one in awaited if not (of_start and one is target)]
    frozen = _frozen(by_name)
    step = told.steps.get(deadline.phase)
    return replace(
        due,
        moment=None if step is None else _moments(step.start_s if of_start else step.finish_s, now),
        probability=told.probability(deadline.phase, (due.by - now).total_seconds(), of_start=of_start),
        calibrated=bool(work) and all(one.calibrated_by == EARLIER_RUNS for one in work),
        frozen=deadline.phase in frozen,
        lacking=tuple(one.phase.name for one in work if one.left_s is None),
    )


def _frozen(by_name: Mapping[str, Member]) -> frozenset[str]:
    """What stands still, and what waits for it."""
    found: set[str] = set()
    for name in TopologicalSorter({name: one.phase.after for name, one in by_name.items()}).static_order():
        one = by_name[name]
        still = one.own is not None and one.own.frozen
        if not one.done and (still or (not one.begun and not found.isdisjoint(one.phase.after))):
            found.add(name)
    return frozenset(found)


def _leading_to(by_name: Mapping[str, Member], target: str) -> list[str]:
    """The phases that the target waits for, itself included; in the plan's order of work."""
    order = list(TopologicalSorter({name: one.phase.after for name, one in by_name.items()}).static_order())
    wanted = {target}
    for name in reversed(order):
        if name in wanted:
            wanted |= set(by_name[name].phase.after)
    return [name for name in order if name in wanted]


def _path_by_plan(by_name: Mapping[str, Member], target: str) -> tuple[str, ...]:
    """What is not done of the longest way to the target, counted in phases: all that can be said without times."""
    depth: dict[str, tuple[str, ...]] = {}
    for name in _leading_to(by_name, target):
        before = max((depth[other] for other in by_name[name].phase.after), key=len, default=())
        depth[name] = before if by_name[name].done else (*before, name)
    return depth[target]
