"""Words of the command line that mean a plan, phases, a time or a zone."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backfill_tui.errors import UsageError

if TYPE_CHECKING:
    from backfill_tui.engine.plans import OpenedPlan

DEFAULT_PLAN = "backfill.yaml"


def environment_zone(name: str | None) -> ZoneInfo:
    """The zone of a --timezone, else the machine's; UsageError if there is none of that name."""
    from backfill_tui.plan.timezones import machine_zone

    if name is None:
        return machine_zone(os.environ)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(
            f"--timezone: there is no time zone '{name}'. Names are like America/Los_Angeles."
        ) from error


def moment_in(text: str | None, zone: ZoneInfo, option: str) -> datetime | None:
    """A TIME of the command line; one without an offset is in `zone`."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option}: '{text}' is not a time. Times are like 2026-01-03T18:00 or …T18:00-08:00."
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=zone)


def plan_path(plan: Path | None) -> Path:
    """The plan given, else backfill.yaml of this folder; UsageError if there is neither."""
    if plan is not None:
        if plan.suffix in {".yaml", ".yml"} or plan.is_file():
            return plan
        raise UsageError(f"'{plan}' is no plan file.", todo="A plan ends in .yaml or .yml, or is a file.")
    default = Path(DEFAULT_PLAN)
    if default.exists():
        return default
    raise UsageError(
        f"there is no {DEFAULT_PLAN} in this folder.",
        todo="Name a plan, write one of what runs with `backfill-tui init`, or see `backfill-tui demo`.",
    )


def plan_and_phases(words: tuple[str, ...]) -> tuple[Path | None, list[str]]:
    """A first word that looks like a plan is the plan; the others are phases, each once, in their order."""
    is_plan = bool(words) and (words[0].endswith((".yaml", ".yml")) or Path(words[0]).is_file())
    names = list(dict.fromkeys(words[1:] if is_plan else words))
    if not names:
        taken = f"'{words[0]}' is taken for the plan, and " if is_plan else ""
        raise UsageError(f"{taken}no phase is named.", todo="Name one or more phases of the plan.")
    return Path(words[0]) if is_plan else None, names


def plan_and_phase(words: tuple[str, ...]) -> tuple[Path | None, str]:
    """As `plan_and_phases`, of a verb that acts on one phase."""
    plan, names = plan_and_phases(words)
    if len(names) > 1:
        raise UsageError(f"one phase is meant, and {len(names)} are named: {', '.join(names)}.")
    return plan, names[0]


def opened_plan(path: Path, state_dir: Path | None) -> "OpenedPlan":
    """The plan of a file as of now, with its dialects. Raises PlanError."""
    from backfill_tui.engine.plans import open_plan

    return open_plan(path, now=datetime.now(UTC), environ=os.environ, state_dir=state_dir)
