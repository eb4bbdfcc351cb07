"""The folder of a demo: made, recognised, reused with care; and its conductor started in it.

Nothing is deleted here but what a demo itself has made.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from backfill_tui.demo.cast import CAST_FILE, STATE_DIR
from backfill_tui.demo.plan_file import plan_text
from backfill_tui.demo.scenarios import SCENARIOS
from backfill_tui.demo.schedule import make_calendar, write_calendar
from backfill_tui.demo.script import Scenario
from backfill_tui.demo.suites import thresholds_text
from backfill_tui.demo.warehouse import Warehouse
from backfill_tui.errors import BackfillError, UsageError
from backfill_tui.plan.timezones import machine_zone

MARKER = "demo.json"
PLAN = "backfill.yaml"
THRESHOLDS_FILE = "backfill_thresholds.yaml"
CONDUCTOR_LOG = "conductor.log"
_MADE_HERE = (
    "logs",
    "checkpoints",
    "warehouse",
    STATE_DIR,
    PLAN,
    THRESHOLDS_FILE,
    "calendar.csv",
    "orchestrator.sh",
    CONDUCTOR_LOG,
    CAST_FILE,
)


@dataclass(frozen=True, slots=True)
class Night:
    """One prepared demo, as its folder remembers it."""

    scenario: str
    seed: int
    speed: float
    tag: str  # in the command line of each of its jobs
    zone: str  # of its clock times, by name; its jobs run in it

    @property
    def script(self) -> Scenario:
        """The scenario that is played."""
        return SCENARIOS[self.scenario]


def scenario_named(name: str) -> Scenario:
    """The scenario of that name. Raises UsageError, naming those there are."""
    if name not in SCENARIOS:
        raise UsageError(f"There is no scenario {name!r}.", todo=f"There are: {', '.join(SCENARIOS)}.")
    return SCENARIOS[name]


def night_in(folder: Path) -> Night | None:
    """The demo that was prepared in that folder, None if there is none."""
    try:
        night = Night(**json.loads((folder / MARKER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return night if night.scenario in SCENARIOS else None


def prepare(folder: Path, scenario: Scenario, seed: int, speed: float, *, now: datetime | None = None) -> Path:
    """Make the folder ready for a new night and return its plan file.

    An earlier demo's files are replaced. Raises UsageError if the folder holds anything else, or if `speed` is not
    above 0; BackfillError if it can't be written.
    """
    if not 0 < speed < float("inf"):
        raise UsageError(f"A demo can't run at speed {speed:g}.", todo="Give a number above 0.")
    zone = machine_zone(os.environ)
    night = Night(scenario.name, seed, speed, f"night-{secrets.token_hex(4)}", zone.key)
    try:
        _clear(folder)
        (folder / MARKER).write_text(json.dumps(asdict(night), indent=2), encoding="utf-8")
        _furnish(folder, night, (now or datetime.now(zone)).astimezone(zone))
    except OSError as error:
        raise BackfillError(
            f"The demo's folder can't be made ({error.strerror or error}).",
            where=folder,
            todo="Choose another with --dir.",
        ) from error
    return folder / PLAN


def start(folder: Path) -> None:
    """Start the conductor of the prepared night; returns once the first jobs are running.

    It and all that it starts are processes of their own sessions: they outlive the caller and its terminal.
    Raises BackfillError if it could not begin.
    """
    with (folder / CONDUCTOR_LOG).open("ab") as log:
        begun = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "backfill_tui.demo.conductor", "--folder", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=False,
        )
    if begun.returncode:
        raise BackfillError(
            "The night could not be started.", where=folder / CONDUCTOR_LOG, todo="See there for why."
        )


def _clear(folder: Path) -> None:
    if folder.exists():
        if not folder.is_dir():
            raise UsageError(
                "The demo needs a folder, and this is a file.", where=folder, todo="Give another --dir."
            )
        if any(folder.iterdir()) and not (folder / MARKER).is_file():
            raise UsageError(
                "The folder is not empty and was not made by a demo, so nothing was touched.",
                where=folder,
                todo="Give another --dir.",
            )
    folder.mkdir(parents=True, exist_ok=True)
    for name in _MADE_HERE:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _furnish(folder: Path, night: Night, begins: datetime) -> None:
    scenario = night.script
    for name in ("logs", "checkpoints", "warehouse"):
        (folder / name).mkdir()
    calendar = make_calendar(night.seed)
    write_calendar(calendar, folder / "calendar.csv")
    (folder / THRESHOLDS_FILE).write_text(thresholds_text(scenario), encoding="utf-8")
    shutil.copyfile(Path(__file__).with_name("orchestrator.sh"), folder / "orchestrator.sh")
    warehouse = Warehouse(folder / "warehouse", calendar, night.seed)
    warehouse.write_schedule()
    if scenario.yesterday:
        warehouse.write_yesterday(broken_until=scenario.broken_until, since=scenario.since)
    text = plan_text(
        scenario, calendar, seed=night.seed, speed=night.speed, tag=night.tag, zone=night.zone, begins=begins
    )
    (folder / PLAN).write_text(text, encoding="utf-8")
