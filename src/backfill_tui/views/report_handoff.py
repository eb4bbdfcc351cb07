"""What somebody needs who takes a night over: what runs where, what comes next and who starts it, how to look."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from backfill_tui.control.model import UNDER_WAY
from backfill_tui.engine.snapshot import LogSeen, PhaseView, Snapshot
from backfill_tui.plan.resolved import Plan
from backfill_tui.views import formats
from backfill_tui.views.report_coming import Commands
from backfill_tui.views.report_sections import HandoffReport, NextReport, RunningReport, Verbatim
from backfill_tui.views.spans import plain

_LOGS_AT_MOST = 2
_TAILS_AT_MOST = 4


def handoff_of(snapshot: Snapshot, coming: tuple[NextReport, ...], plan: Plan | None) -> HandoffReport:
    """All of it, as of the snapshot."""
    folder = plan.folder if plan is not None else None
    running = tuple(_running(view, folder) for view in snapshot.phases if _is_there(view))
    return HandoffReport(
        folder=str(folder or ""),
        drivers=tuple(f"{one.clause}, since {formats.stamp(one.since, snapshot.at)}" for one in snapshot.drivers),
        running=running,
        coming=coming,
        commands=tuple(Verbatim(plain(line)) for line in _commands(snapshot, running, coming, plan)),
    )


def _is_there(view: PhaseView) -> bool:
    attempt = view.attempt
    return view.state in UNDER_WAY or bool(view.process.alive) or (attempt is not None and attempt.stage.live)


def _running(view: PhaseView, folder: Path | None) -> RunningReport:
    seen, lead = view.process, view.account.lead
    alive = seen.alive is not False
    return RunningReport(
        name=view.name,
        pid=seen.identity.pid if seen.identity and alive else None,
        since=(seen.started_at if alive else None) or (lead.started_at if lead else None),
        logs=tuple(_place(log.path, folder) for log in _newest(view)),
        origin=_origin(view),
        command=shlex.join(seen.command),
    )


def _newest(view: PhaseView) -> list[LogSeen]:
    """The logs that grew last, the newest first."""
    there = [log for log in view.logs if log.last_growth_at is not None]
    ordered = sorted(
        there, key=lambda log: log.last_growth_at.timestamp() if log.last_growth_at else 0, reverse=True
    )
    return (ordered or list(view.logs))[:_LOGS_AT_MOST]


def _origin(view: PhaseView) -> str:
    attempt, seen = view.attempt, view.process
    if attempt is not None and attempt.stage.live:
        who = f"the plan, run by {attempt.person}" if attempt.asked_by == "auto" else attempt.person
        return f"attempt {attempt.number}, launched by {who}"
    if seen.identity is None or seen.alive is False:
        return "no process of it is known"
    return "started elsewhere; its exit code will not be known" if seen.adopted else "launched from here"


def _place(path: str, folder: Path | None) -> str:
    """A path from the plan's folder, where it is in it."""
    if folder is not None and Path(path).is_relative_to(folder):
        return str(Path(path).relative_to(folder))
    return path


def _commands(
    snapshot: Snapshot, running: tuple[RunningReport, ...], coming: tuple[NextReport, ...], plan: Plan | None
) -> Iterator[str]:
    """What to type, from the plan's folder."""
    if plan is None:
        return
    commands = Commands(plan)
    yield f"cd {shlex.quote(str(plan.folder))}"
    yield f"{commands.of('')}  # the screen"
    yield commands.of("status")
    logs = list(dict.fromkeys(log for one in running for log in one.logs[:1]))
    yield from (f"tail -f {shlex.quote(log)}" for log in logs[:_TAILS_AT_MOST])
    if not snapshot.drivers and any(one.starts == "needs run" for one in coming):
        yield f"{commands.of('run', '--detach')}  # starts what is to start by itself"
