"""A plan file and the dialects beside it, read together: each phase's dialect must be one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from backfill_tui.errors import PlanError
from backfill_tui.plan.load import load_plan
from backfill_tui.plan.resolved import Plan, TerminalManners
from backfill_tui.plan.variation import AS_WRITTEN, Variation
from backfill_tui.sources.dialects.load import names_of, own_dialects
from backfill_tui.sources.dialects.model import Dialect


@dataclass(frozen=True, slots=True)
class OpenedPlan:
    """A plan and the user's own dialects, tried before the built-in ones.

    `read_at` (aware) is the time its relative dates are of; None: it has none. `read_again` gives the plan of the
    same files as of another time: what `yesterday` is then.
    """

    plan: Plan
    dialects: tuple[Dialect, ...] = ()
    read_again: Callable[[datetime], Plan] | None = field(default=None, compare=False)
    read_at: datetime | None = None

    def as_of(self, at: datetime) -> Plan:
        """The plan with its relative dates resolved at `at`. Raises PlanError if it is written otherwise by now."""
        return self.plan if self.read_again is None else self.read_again(at)


def open_plan(
    path: Path,
    *,
    now: datetime,
    environ: Mapping[str, str],
    state_dir: Path | None = None,
    variation: Variation = AS_WRITTEN,
) -> OpenedPlan:
    """Read a plan as of `now` (aware). PlanError or DialectError (exit code 78) with every mistake.

    Where the variation has a folder, the dialects are those beside it.
    """
    own = own_dialects(variation.folder or path.parent, environ)

    def read(at: datetime) -> Plan:
        names = names_of(own)
        return load_plan(path, now=at, environ=environ, state_dir=state_dir, dialects=names, variation=variation)

    plan = read(now)
    by_day: dict[date, Plan] = {now.astimezone(plan.tz).date(): plan}

    def read_again(at: datetime) -> Plan:
        # Compared by what it says, so that thresholds, dates and a calendar in files of their own count too.
        if _of_the_work(read(now)) != _of_the_work(plan):
            raise PlanError(
                "the plan, or a file that it names, has changed since it was read.",
                where=path,
                todo="Leave and open it again, so that what is shown and what is done are one plan.",
            )
        day = at.astimezone(plan.tz).date()
        if day not in by_day:
            by_day[day] = read(at)
        return by_day[day]

    return OpenedPlan(plan, own, read_again, now)


def _of_the_work(plan: Plan) -> Plan:
    """All that a plan says of what is done, when and on what grounds: not whom it tells, nor what `check` says."""
    return replace(plan, notify=(), notify_on=(), terminal=TerminalManners(), warnings=())
