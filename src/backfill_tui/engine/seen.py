"""What is known of a plan's phases at one moment, as far as running and weighing suites needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.plan.ranges import Dates
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.account import Account

if TYPE_CHECKING:
    from backfill_tui.engine.phase_watch import PhaseLook


@dataclass(frozen=True, slots=True)
class WrittenElsewhere:
    """A table that another plan writes, or has written, until `at` (aware). `dates` None: not known which."""

    table: str
    dates: Dates | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """By the name of a phase: itself, as it is watched, with the dates of its launch; its next run, with the dates
    that a launch would have now; the account, of those whose logs were read whole; its dates, by the plan or its
    log; when anything was last heard of it (aware). `calendar` is None if the plan has none. `elsewhere` is what
    other plans of this user write.

    A phase and its next run are one but for relative dates: of a run that is over they are its own, and what comes
    next has those of today.
    """

    phases: Mapping[str, Phase] = field(default_factory=dict)
    next_runs: Mapping[str, Phase] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    ranges: Mapping[str, Dates] = field(default_factory=dict)
    active_at: Mapping[str, datetime] = field(default_factory=dict)
    calendar: WorkCalendar | None = None
    elsewhere: tuple[WrittenElsewhere, ...] = ()


def seen_in(
    looks: Sequence["PhaseLook"],
    calendar: WorkCalendar | None,
    now: datetime,
    *,
    today: Mapping[str, Phase],
    elsewhere: tuple[WrittenElsewhere, ...] = (),
) -> Seen:
    """What the looks of one moment tell; `today` has each phase with the dates that a launch would have now."""
    whole = [look for look in looks if look.history_complete]
    ranges = {look.phase.name: look.phase.dates or look.account.dates for look in looks}
    active = {look.phase.name: _active_at(look, now) for look in looks}
    return Seen(
        phases={look.phase.name: look.phase for look in looks},
        next_runs={look.phase.name: look.phase if look.live else today[look.phase.name] for look in looks},
        accounts={look.phase.name: look.account for look in whole},
        ranges={name: dates for name, dates in ranges.items() if dates is not None},
        active_at={name: at for name, at in active.items() if at is not None},
        calendar=calendar,
        elsewhere=elsewhere,
    )


def _active_at(look: "PhaseLook", now: datetime) -> datetime | None:
    """When the phase was last heard of, by whatever tells of it: a live process is heard of now."""
    if look.process.alive:
        return now
    grown = max((log.last_growth_at for log in look.logs if log.last_growth_at is not None), default=None)
    times = [look.process.gone_since, grown]
    times += [
        _no_later(at, grown) for at in (look.account.last_line_at, *(run.ended_at for run in look.account.runs))
    ]
    if look.checkpoint is not None:
        modified = look.checkpoint.modified_at
        times += [_no_later(look.checkpoint.updated_at, modified), modified]
    return max((time for time in times if time is not None), default=None)


def _no_later(told: datetime | None, written: datetime | None) -> datetime | None:
    """A time that a file tells; none is later than the file was written, whatever its clock or its zone."""
    return min((time for time in (told, written) if time is not None), default=None) if told else None
