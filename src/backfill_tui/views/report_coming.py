"""Who starts what is to come, and by which command: what handoff, recommendations and next check rest on."""

import shlex
from dataclasses import dataclass

from backfill_tui.control.model import NOT_BEGUN, TO_BEGIN
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.plan.resolved import Phase, Plan
from backfill_tui.views.report_sections import NextReport, Starts

_USUAL = "backfill.yaml"


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands of one plan, as they are typed in its folder. None: of no plan that has a file."""

    plan: Plan | None = None

    def of(self, verb: str, *words: str) -> str:
        """`backfill-tui launch fix`; with the plan's file where that has another name than the usual one."""
        named = self.plan is not None and self.plan.path.name != _USUAL
        file = [self.plan.path.name] if named and self.plan is not None else []
        return shlex.join([word for word in ("backfill-tui", verb, *file, *words) if word])


def settings_of(snapshot: Snapshot, name: str) -> Phase | None:
    """What the plan says of a phase; None where the snapshot was made without."""
    return snapshot.seen.phases.get(name)


def coming(snapshot: Snapshot, commands: Commands) -> tuple[NextReport, ...]:
    """Every phase that has not begun, in the plan's order."""
    return tuple(_next(snapshot, view, commands) for view in snapshot.phases if view.state in TO_BEGIN)


def _next(snapshot: Snapshot, view: PhaseView, commands: Commands) -> NextReport:
    starts, how = starting(snapshot, view, commands)
    seen = view.prospect
    return NextReport(
        name=view.name,
        state=view.state,
        waits_for=tuple(one for one in view.gate if not one.ok) if view.state in NOT_BEGUN else (),
        likely_start=seen.start if seen else None,
        calibrated=bool(seen and seen.calibrated),
        starts=starts,
        how=how,
    )


def starting(snapshot: Snapshot, view: PhaseView, commands: Commands) -> tuple[Starts, str]:
    """Who starts a phase once its gate is open, and the sentence that says so."""
    phase, name = settings_of(snapshot, view.name), view.name
    if phase is None:
        return "not known", "Who starts it is not known."
    driven = ", ".join(one.clause for one in snapshot.drivers)
    if phase.judges_only:
        if driven:
            return "by itself", f"{driven} runs its suites."
        return "needs a person", f"Judge it: {commands.of('validate', name)}"
    if phase.command is None:
        return "elsewhere", "The plan only watches it: it is started elsewhere."
    if phase.start == "auto" and driven:
        return "by itself", f"{driven} starts it."
    if phase.start == "auto":
        return "needs run", f"Nobody drives this plan now: {commands.of('run', '--detach')}"
    return "needs a person", f"Launch it: {commands.of('launch', name)}"
