"""What the command line does where no plan is named and none lies here: it looks for what runs."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backfill_tui.cli.words import DEFAULT_PLAN

if TYPE_CHECKING:
    from backfill_tui.engine.discovery import Roster
    from backfill_tui.engine.plans import OpenedPlan


@dataclass(frozen=True, slots=True)
class Finding:
    """A plan without phases, and who finds them."""

    opened: "OpenedPlan"
    roster: "Roster"


def finds_jobs(plan: Path | None) -> bool:
    """Whether there is no plan to look at."""
    return plan is None and not Path(DEFAULT_PLAN).exists()


def found_here(state_dir: Path | None = None) -> Finding:
    """Whatever runs on this machine. Raises DiscoveryError, DialectError where the user's own words are off."""
    from backfill_tui.control.launch.registry import registry_folder
    from backfill_tui.engine.discovery import Roster
    from backfill_tui.engine.found import machine_plan
    from backfill_tui.engine.plans import OpenedPlan
    from backfill_tui.plan.timezones import machine_zone
    from backfill_tui.sources.dialects.load import own_dialects
    from backfill_tui.sources.discovery.finder import JobFinder
    from backfill_tui.sources.discovery.proc import lives
    from backfill_tui.sources.discovery.settings import own_settings

    zone, here = machine_zone(os.environ), Path.cwd()
    state = state_dir.absolute() if state_dir is not None else registry_folder(os.environ).parent / "found"
    roster = Roster(JobFinder(own_settings(os.environ)), zone, lives)
    return Finding(
        OpenedPlan(machine_plan(machine_name(), here, zone, state), own_dialects(here, os.environ)), roster
    )


def machine_name() -> str:
    """What this machine is called, for a header."""
    return socket.gethostname().partition(".")[0] or "this machine"
