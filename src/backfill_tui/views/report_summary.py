"""The head of a status report: whether all runs and is on track; each phase as it stands; each against the plan."""

from collections.abc import Iterable

from backfill_tui.control.model import UNDER_WAY, UNFINISHED, PhaseState, Severity
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.views import forecast_words as words
from backfill_tui.views import formats
from backfill_tui.views.report_sections import ProcessReport, SummaryReport, TimelineReport
from backfill_tui.views.source_notes import source_notes

NOT_KNOWN = "not known"

_ENDED_BADLY = frozenset({PhaseState.FAILED, PhaseState.STOPPED})
_MORE_LIKELY_MISSED = 0.5  # a deadline met with less than this probability is not on track
_ASSESSED = {"ahead": "ahead", "on_track": "on track", "delayed": "delayed"}
_A_MINUTE = 60.0


def summary_of(snapshot: Snapshot, timeline: Iterable[TimelineReport]) -> SummaryReport:
    """The whole in few numbers; `timeline` is that of the critical items."""
    open_now = [alert for alert in snapshot.alerts if not alert.acknowledged]
    begun = [view for view in snapshot.phases if _is_to_run(view)]
    running = tuple(view.name for view in begun if _runs(view) is True)
    not_running = tuple(_because(view) for view in begun if _runs(view) is False)
    unsure = tuple(_because(view) for view in begun if _runs(view) is None)
    on_track, track = _track(snapshot, list(timeline))
    return SummaryReport(
        critical=sum(alert.severity is Severity.CRITICAL for alert in open_now),
        warnings=sum(alert.severity is Severity.WARNING for alert in open_now),
        acknowledged=sum(a.acknowledged and a.severity is not Severity.INFO for a in snapshot.alerts),
        all_running=False if not_running else True if running and not unsure else None,
        running=running,
        not_running=not_running,
        unsure=unsure,
        on_track=on_track,
        track=track,
    )


def _is_to_run(view: PhaseView) -> bool:
    """Whether it has begun, and has not come to a good end."""
    return view.state in UNDER_WAY or _ended_badly(view)


def _ended_badly(view: PhaseView) -> bool:
    return view.state in _ENDED_BADLY and view.accepted is None


def _runs(view: PhaseView) -> bool | None:
    if view.state in _ENDED_BADLY or view.state is PhaseState.STALLED:
        return False
    return True if view.process.alive or view.state is PhaseState.LAUNCHING else None


def _because(view: PhaseView) -> str:
    if _runs(view) is None:
        return f"{view.name} ({view.why or view.state.value}; no process of it is known)"
    return f"{view.name} ({_state_and_why(view)})"


def _state_and_why(view: PhaseView) -> str:
    state = view.state.value
    return f"{state}: {view.why}" if view.why and not view.why.startswith(state) else view.why or state


def _track(snapshot: Snapshot, timeline: list[TimelineReport]) -> tuple[bool | None, tuple[str, ...]]:
    """Whether nothing expected is late, nor the deadline more likely missed than met; the clauses for it."""
    broken = {view.name: view.state.value for view in snapshot.phases if _ended_badly(view)}
    expected = [one for one in timeline if one.expected_finish is not None and one.name not in broken]
    late = [one for one in expected if one.assessment == "delayed"]
    open_ = [one.name for one in expected if one.assessment is None]
    good = [one.name for one in expected if one.assessment is not None and one not in late]
    clauses = [f"{name} is {state}" for name, state in broken.items()]
    clauses += [f"{one.name} is {formats.duration(abs(one.delta_s or 0))} late" for one in late]
    clauses += [f"it is {NOT_KNOWN} of {', '.join(open_)}"] if open_ else []
    clauses += [f"{_are(good)} on track"] if good else []
    verdicts: list[bool | None] = [False] * bool(late or broken) + [None] * bool(open_) + [True] * bool(good)
    if (due := snapshot.deadline) is not None:
        clauses.append(words.deadline(due, snapshot.at))
        verdicts.append(None if due.probability is None else due.probability >= _MORE_LIKELY_MISSED)
    if False in verdicts:
        return False, tuple(clauses)
    return (True if verdicts and None not in verdicts else None), tuple(clauses)


def _are(names: list[str]) -> str:
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


# Each phase


def processes_of(snapshot: Snapshot) -> tuple[ProcessReport, ...]:
    """Every phase, in the plan's order."""
    return tuple(_process(snapshot, view) for view in snapshot.phases)


def _process(snapshot: Snapshot, view: PhaseView) -> ProcessReport:
    counts = view.account.counts
    ours = [alert for alert in snapshot.alerts if alert.phase == view.name and not alert.acknowledged]
    return ProcessReport(
        name=view.name,
        state=view.state,
        critical=view.critical,
        alive=view.process.alive,
        accounted=counts.accounted,
        total=counts.total,
        current_date=view.account.current_date if view.state in UNDER_WAY else None,
        eta=words.prospect(view),
        eta_shown=_eta(snapshot, view),
        ended_at=words.ended_at(view),
        rate_per_hour=view.rate_per_hour,
        skipped=counts.skipped,
        suspect=view.suspects.dates,
        suspect_count=view.suspects.count,
        critical_alerts=sum(alert.severity is Severity.CRITICAL for alert in ours),
        warnings=sum(alert.severity is Severity.WARNING for alert in ours),
        notes=tuple(source_notes(view)),
    )


def _eta(snapshot: Snapshot, view: PhaseView) -> str:
    """`~21:15 (20:58–21:31)`; `ended 18:14` once it has; a dash where nothing is to come of it by itself."""
    if (ended := words.ended_at(view)) is not None:
        return f"ended {formats.stamp(ended, snapshot.at)}"
    seen = words.prospect(view)
    if seen is None:
        return NOT_KNOWN if view.state in UNFINISHED else formats.UNKNOWN
    told = f"{words.likely(seen, snapshot.at)} ({words.span(seen.finish, snapshot.at)})"
    return f"frozen, was {told}" if seen.frozen else told


# Against the plan


def timeline_of(snapshot: Snapshot) -> tuple[TimelineReport, ...]:
    """What the night waits for, and whatever else the plan expects something of, in the plan's order."""
    target = snapshot.deadline.phase if snapshot.deadline else None
    return tuple(_item(snapshot, view) for view in snapshot.phases if _is_item(view) or view.name == target)


def _is_item(view: PhaseView) -> bool:
    expects = view.timeline is not None and (view.timeline.expected_finish or view.timeline.expected_start)
    return view.critical or bool(expects)


def _item(snapshot: Snapshot, view: PhaseView) -> TimelineReport:
    seen, ended, told = words.prospect(view), words.ended_at(view), view.timeline
    assessment = told.assessment if told else None
    changed = None if ended is not None or told is None else told.changed_s
    return TimelineReport(
        name=view.name,
        state=view.state,
        critical=view.critical,
        expected_start=told.expected_start if told else None,
        expected_finish=told.expected_finish if told else None,
        finish=ended or (seen.finish.p50 if seen else None),
        ended=ended is not None,
        spread=seen.finish if seen and ended is None else None,
        calibrated=bool(seen and seen.calibrated),
        frozen=bool(seen and seen.frozen),
        delta_s=told.delta_s if told else None,
        assessment=assessment,
        changed_s=changed,
        finish_shown=f"{formats.stamp(ended, snapshot.at)}, ended" if ended else _forecast(snapshot, view),
        delta_shown=_delta(told.delta_s if told else None),
        assessment_shown=_ASSESSED.get(assessment or "", NOT_KNOWN),
        changed_shown=formats.UNKNOWN if ended else _changed(changed),
    )


def _forecast(snapshot: Snapshot, view: PhaseView) -> str:
    seen = words.prospect(view)
    if seen is None:
        return NOT_KNOWN
    return f"{words.likely(seen, snapshot.at)}{', frozen' if seen.frozen else ''}"


def _delta(seconds: float | None) -> str:
    """`+3h45`, `−0h20`, `0h00`: by so much it ends later than expected."""
    if seconds is None:
        return NOT_KNOWN
    return "0h00" if abs(seconds) < _A_MINUTE else formats.delta(seconds, None)


def _changed(seconds: float | None) -> str:
    """What the last hour has done to the forecast."""
    if seconds is None:
        return NOT_KNOWN
    return "as it was" if abs(seconds) < _A_MINUTE else words.apart(seconds)
