"""A plan file and the dialects beside it, read together: each phase's dialect must be one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backfill_tui.plan.load import load_plan
from backfill_tui.plan.resolved import Plan
from backfill_tui.sources.dialects.load import names_of, own_dialects
from backfill_tui.sources.dialects.model import Dialect


@dataclass(frozen=True, slots=True)
class OpenedPlan:
    """A plan and the user's own dialects, tried before the built-in ones."""

    plan: Plan
    dialects: tuple[Dialect, ...] = ()


def open_plan(
    path: Path, *, now: datetime, environ: Mapping[str, str], state_dir: Path | None = None
) -> OpenedPlan:
    """Read a plan as of `now` (aware). PlanError or DialectError (exit code 78) with every mistake."""
    own = own_dialects(path.parent, environ)
    plan = load_plan(path, now=now, environ=environ, state_dir=state_dir, dialects=names_of(own))
    return OpenedPlan(plan, own)
