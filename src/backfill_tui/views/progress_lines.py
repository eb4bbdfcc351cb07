"""What an unattended run prints: progress, transitions, checks and the final report, as lines of plain text."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from backfill_tui.checks.model import Check, SuiteResult
from backfill_tui.control.attempt import Stage
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.account import Counts, RunEnd
from backfill_tui.views import formats, verdicts
from backfill_tui.views.report_markdown import percent
from backfill_tui.views.report_model import PhaseReport, Report
from backfill_tui.views.spans import plain, width

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

_RATED_AFTER = timedelta(minutes=1)
_RATED_UNITS = 30
"""Either of them must have gone by since it began: three dates in a millisecond are no rate of millions an hour."""


def stamped(at: datetime, line: str) -> str:
    """A line with the local time before it: `20:14:07 PST  team_offense: …`."""
    return f"{at:%H:%M:%S} {formats.zone_name(at)}  {line}"


def progress(view: PhaseView, now: datetime) -> str:
    """How far a phase is, `team_offense: Progress: 150/1537 days (9.8%), 1387 remaining, success rate 99.3%, …`.

    `now` is aware, in the plan's time zone. What is not known is left out. The numbers of days have no separators:
    scripts read them.
    """
    noun = _noun(view)
    parts = [_counted(view.account.counts, noun) or view.state.value]
    if (well := view.account.counts.success_rate) is not None:
        parts.append(f"success rate {percent(well)}")
    parts += _troubles(view.account.counts)
    if view.account.records is not None:
        parts.append(f"{view.account.records:,} records")
    if (since := _since(view)) is not None:
        parts.append(f"elapsed {in_words((now - since).total_seconds())}")
    if (rate := _rate(view, now)) is not None:
        parts.append(f"{formats.per_hour(rate).removesuffix('/h')} {noun}/h")
    if view.forecast is not None:
        parts.append(_done_by(view, now))
    if view.state is PhaseState.STALLED:
        parts.append(f"stalled: {plain(view.why)}")
    return f"{plain(view.name)}: {', '.join(parts)}"


def _counted(counts: Counts, noun: str) -> str:
    done, total = counts.accounted, counts.total
    if total is None:
        return f"Progress: {done} {noun}, of how many is not known" if done else ""
    return f"Progress: {done}/{total} {noun} ({_share(done, total)}%), {max(0, total - done)} remaining"


def _share(done: int, total: int) -> str:
    """To one decimal; 100.0 is only said of all of it."""
    if not total or done >= total:
        return "100.0"
    return f"{min(99.9, 100 * done / total):.1f}"


def _troubles(counts: Counts) -> list[str]:
    found = ((counts.failed, "failed"), (counts.missing, "missing"))
    return [f"{number} {word}" for number, word in found if number]


def _noun(view: PhaseView) -> str:
    """`days` where every day of the range is expected; else some of its dates are."""
    total, dates = view.account.counts.total, view.dates or view.account.dates
    every_day = dates is None or total is None or total == (dates[1] - dates[0]).days + 1
    return "days" if every_day else "dates"


def _since(view: PhaseView) -> datetime | None:
    """When what runs now began: our launch, else the process, else the run that its log tells of."""
    attempt, lead = view.attempt, view.account.lead
    if attempt is not None and attempt.stage is Stage.RUNNING and attempt.started_at is not None:
        return attempt.started_at
    if view.process.alive and view.process.started_at is not None:
        return view.process.started_at
    return lead.started_at if lead is not None and lead.ended is RunEnd.OPEN else None


def _rate(view: PhaseView, now: datetime) -> float | None:
    """Units an hour; None too while what runs now has run for too short, and has done too few, to tell."""
    since = _since(view)
    if view.rate_per_hour is None or since is None or now - since >= _RATED_AFTER:
        return view.rate_per_hour
    done = sum(unit.at is not None and unit.at >= since for unit in view.account.units.values())
    return view.rate_per_hour if done >= _RATED_UNITS else None


def _done_by(view: PhaseView, now: datetime) -> str:
    """The median finish; `~` says that nobody has calibrated it."""
    assert view.forecast is not None  # noqa: S101 - asked only where there is one
    finish = view.forecast.finish_p50.astimezone(now.tzinfo)
    mark = "" if view.forecast.calibrated else "~"
    return f"done by {mark}{formats.moment(finish, now)} {formats.zone_name(finish)}"


def in_words(seconds: float) -> str:
    """A duration for a sentence: `45 s`, `12 min`, `1 h 02 min`, `2 d 04 h`. Negative is shown as 0."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR:02d} h"


def transition(before: PhaseView | None, after: PhaseView) -> str:
    """`player_game_summary: ready → launching: …`; empty where the state is the same."""
    if before is not None and before.state is after.state:
        return ""
    came = f"{before.state.value} → " if before is not None else ""
    why = f": {plain(after.why)}" if after.why else ""
    return f"{plain(after.name)}: {came}{after.state.value}{why}"


def transitions(before: Snapshot | None, after: Snapshot) -> list[str]:
    """A line for every phase whose state is another one; at first, for every phase."""
    known = {view.name: view for view in before.phases} if before is not None else {}
    return [line for view in after.phases if (line := transition(known.get(view.name), view))]


def checks(results: Sequence[SuiteResult]) -> Iterator[str]:
    """`Check 1/4 game_count: 5,798 (>= 5,600) pass`: the checks of all suites of a phase, counted through.

    Of several suites each check bears its suite's name: `team_totals.game_count`.
    """
    found = [(result, check) for result in results for check in result.checks]
    for number, (result, check) in enumerate(found, start=1):
        suite = f"{plain(result.name)}." if len(results) > 1 else ""
        yield f"Check {number}/{len(found)} {suite}{_check(check)}"
        if check.todo and verdicts.is_trouble(check):
            yield f"  to do: {plain(check.todo)}"


def _check(check: Check) -> str:
    standing = verdicts.standing(check)
    detail = f" {plain(check.detail)}" if check.detail else ""
    return f"{plain(check.name)}:{detail} {standing.value if standing else '(shown)'}"


def final(report: Report) -> Iterator[str]:
    """The report for the end of a run: what became of each phase, how long it all took, and what comes next."""
    at = f"{report.at:%Y-%m-%d %H:%M} {formats.zone_name(report.at)}"
    kind = "Final report" if report.final else "Report (not final)"
    yield f"{kind} of {plain(report.plan)} at {at}: {report.verdict.value}, {'GO' if report.go else 'not a GO'}"
    room = max((width(plain(phase.name)) for phase in report.phases), default=0)
    for phase in report.phases:
        yield from _phase(phase, room)
    yield f"Total duration: {_total(report)}"
    for attempt in report.overrides:
        started = f"{plain(attempt.phase)} attempt {attempt.number}, by {plain(attempt.person)}"
        yield f"Started against its gate: {started}: {plain(attempt.override or '')}"
    if report.blocking:
        yield "What blocks:"
    for phase in report.blocking:
        yield f"  {plain(phase.name)} is {phase.state.value}{_because(phase)}"
        yield from (f"    {plain(condition.name)}: {plain(condition.detail)}" for condition in phase.unmet)
    if report.next_steps:
        yield "Next steps:"
    yield from (f"  {number}. {plain(step)}" for number, step in enumerate(report.next_steps, start=1))


def _phase(phase: PhaseReport, room: int) -> Iterator[str]:
    name = plain(phase.name)
    parts = [
        f"duration {formats.UNKNOWN if phase.duration_s is None else in_words(phase.duration_s)}",
        f"{_dates_done(phase.counts)} dates done",
        f"success rate {percent(phase.success_rate)}",
        f"{formats.count(phase.records)} records",
        f"verdict {phase.standing.value if phase.standing else formats.UNKNOWN}{', stale' if phase.stale else ''}",
    ]
    yield f"  {name}{' ' * (room - width(name))}  {phase.state.value:<8}  {', '.join(parts)}"
    indent = " " * (room + 4)
    if phase.accepted is not None:
        yield f"{indent}accepted by {plain(phase.accepted.person)}: {plain(phase.accepted.reason)}"
    for days, word in ((phase.failed, "failed"), (phase.missing, "missing")):
        if days:
            yield f"{indent}{word}: {formats.ranges(days)}"
    for suite in phase.suites:
        for check in suite.troubles:
            kind = "input " if suite.is_input else ""
            yield f"{indent}{kind}{plain(suite.name)}: {plain(check.name)} {plain(check.detail)}"


def _dates_done(counts: Counts) -> str:
    """`150 of 1,537`: how many have an outcome, of how many."""
    if counts.total is not None:
        return f"{counts.accounted:,} of {counts.total:,}"
    return f"{counts.accounted:,}" if counts.accounted else formats.UNKNOWN


def _because(phase: PhaseReport) -> str:
    return f": {plain(phase.why)}" if phase.why else ""


def _total(report: Report) -> str:
    if report.duration_s is None or report.started_at is None:
        return formats.UNKNOWN
    start = report.started_at.astimezone(report.at.tzinfo)
    end = (report.ended_at or report.started_at + timedelta(seconds=report.duration_s)).astimezone(report.at.tzinfo)
    until = f"{end:%Y-%m-%d %H:%M} {formats.zone_name(end)}"
    return f"{in_words(report.duration_s)}, from {start:%Y-%m-%d %H:%M} to {until}"
