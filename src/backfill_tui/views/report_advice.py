"""What a person might do now: what the alerts ask for, then the next step of every phase that waits for one."""

from collections.abc import Callable, Container, Iterator, Mapping

from backfill_tui.control.model import GOOD, Condition, ConditionKind, PhaseState, Severity, worst_first
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.views.report_coming import Commands, settings_of, starting
from backfill_tui.views.report_sections import Recommendation

_MENDED_BY_HAND = frozenset(
    {ConditionKind.FOLDER, ConditionKind.COMMAND, ConditionKind.LOG, ConditionKind.LEDGER, ConditionKind.WRITER}
)


def recommendations_of(snapshot: Snapshot, commands: Commands) -> tuple[Recommendation, ...]:
    """In the order in which they matter; nothing twice. What an alert has said of a phase is not said again."""
    asked = list(_by_alerts(snapshot))
    covered = {one.phase for one in asked}
    more = [
        one
        for view in snapshot.phases
        if view.name not in covered and (view.accepted is None or view.state in GOOD)
        for one in _by_state(snapshot, view, commands)
    ]
    return tuple(dict.fromkeys((*asked, *_unjudged(snapshot, covered, commands), *more)))


def _by_alerts(snapshot: Snapshot) -> Iterator[Recommendation]:
    open_now = [a for a in snapshot.alerts if not a.acknowledged and a.severity is not Severity.INFO and a.action]
    for alert in sorted(open_now, key=worst_first):
        yield Recommendation(alert.action, alert.title, alert.phase, alert.severity.value, alert.id)


def _by_state(snapshot: Snapshot, view: PhaseView, commands: Commands) -> Iterator[Recommendation]:
    if (write := _WRITERS.get(view.state)) is not None:
        for text, because in write(snapshot, view, commands):
            yield Recommendation(text, because, view.name)


_Advice = Iterator[tuple[str, str]]


def _ready(snapshot: Snapshot, view: PhaseView, commands: Commands) -> _Advice:
    starts, how = starting(snapshot, view, commands)
    if starts in {"needs a person", "needs run"}:
        yield how, f"the gate of {view.name} is open"


def _blocked(snapshot: Snapshot, view: PhaseView, commands: Commands) -> _Advice:
    for condition in view.gate:
        if not condition.ok and (text := _for_condition(snapshot, view, condition, commands)):
            yield text, f"{view.name} is not started: {condition.name}: {condition.detail}"


def _for_condition(snapshot: Snapshot, view: PhaseView, condition: Condition, commands: Commands) -> str:
    if condition.kind is ConditionKind.INPUT:
        judge = commands.of("validate", view.name, "--inputs")
        return f"Judge its inputs: {judge}" if condition.ok is None else f"Mend its inputs, and judge them: {judge}"
    if condition.kind is ConditionKind.UPSTREAM:
        before = next((one for one in snapshot.phases if one.name == condition.about), None)
        if before is None or before.state not in GOOD:
            return ""  # that phase's own advice helps
        again = commands.of("launch", before.name, "--again")
        return f"Run {before.name} again: {again}. If it is good as it is: {_accept(before.name, commands)}"
    return f"See to it: {condition.detail}" if condition.kind in _MENDED_BY_HAND else ""


def _finished(snapshot: Snapshot, view: PhaseView, commands: Commands) -> _Advice:  # noqa: ARG001 - as its siblings
    if not any(not suite.is_input for suite in view.suites):
        yield (
            f"See whether it is good; if it is: {_accept(view.name, commands)}",
            f"{view.name} has ended: {view.why}",
        )


def _unjudged(snapshot: Snapshot, covered: Container[str | None], commands: Commands) -> Iterator[Recommendation]:
    """Those that have ended and have suites, in one command; whoever drives judges them by itself."""
    names = [
        view.name
        for view in snapshot.phases
        if view.state is PhaseState.FINISHED and view.accepted is None and view.name not in covered
        if any(not suite.is_input for suite in view.suites)
    ]
    if names and not snapshot.drivers:
        have, whom = ("has", "it") if len(names) == 1 else ("have", "them")
        text = f"Judge {whom}: {commands.of('validate', *names)}"
        yield Recommendation(text, f"{', '.join(names)} {have} ended, and nobody has judged {whom}", names[0])


def _ended_badly(snapshot: Snapshot, view: PhaseView, commands: Commands) -> _Advice:
    phase, name, redo = settings_of(snapshot, view.name), view.name, view.to_redo
    ways = []
    if redo and (phase is None or phase.retry is not None):
        ways.append(f"Do {len(redo):,} of its dates again: {commands.of('retry', name)}")
    if phase is not None and phase.command is not None:
        again = ("--again",) if view.attempt is not None else ()
        ways.append(f"Run it again: {commands.of('launch', name, *again)}")
    ways.append(f"If it is good as it is: {_accept(name, commands)}")
    yield (
        ". ".join(ways),
        f"{name} is {view.state.value}: {view.why}" if view.why else f"{name} is {view.state.value}",
    )


def _accept(name: str, commands: Commands) -> str:
    return f"{commands.of('accept', name)} --reason …"


_WRITERS: Mapping[PhaseState, Callable[[Snapshot, PhaseView, Commands], _Advice]] = {
    PhaseState.READY: _ready,
    PhaseState.BLOCKED: _blocked,
    PhaseState.FINISHED: _finished,
    PhaseState.FAILED: _ended_badly,
    PhaseState.STOPPED: _ended_badly,
}
