"""Verbs that open the screen: on a plan, on files given by hand, on a simulated night."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backfill_tui.cli.app import DASHBOARD, FILE, app, common
from backfill_tui.cli.completing import scenarios
from backfill_tui.cli.finding import finds_jobs, found_here
from backfill_tui.cli.numbers import PID, Decimal, Whole
from backfill_tui.cli.words import (
    environment_zone,
    opened_plan,
    plan_path,
)
from backfill_tui.errors import UsageError

if TYPE_CHECKING:
    from backfill_tui.engine.found import Finds
    from backfill_tui.engine.plans import OpenedPlan


@app.command("watch")
@click.option(
    "--log", "logs", multiple=True, type=FILE, help="A log. The n-th log, checkpoint and pid belong together."
)
@click.option("--checkpoint", "checkpoints", multiple=True, type=FILE, help="A checkpoint.")
@click.option("--pid", "pids", multiple=True, type=PID, help="A process.")
@click.option("--timezone", metavar="ZONE", help="Of times without an offset; default: the machine's.")
@common
def watch_verb(
    logs: tuple[Path, ...],
    checkpoints: tuple[Path, ...],
    pids: tuple[int, ...],
    timezone: str | None,
    json_wanted: bool,
    **_: Any,
) -> int:
    """Open the dashboard on files and pids given by hand; with --json, print one snapshot of them.

    What is left out is found: the log, checkpoint and dates of a process, the process that writes a log.
    """
    from backfill_tui.engine.given import Given
    from backfill_tui.engine.plans import OpenedPlan
    from backfill_tui.plan.by_hand import plan_of
    from backfill_tui.sources.dialects.load import own_dialects
    from backfill_tui.sources.discovery.finder import JobFinder
    from backfill_tui.sources.discovery.settings import own_settings

    if not logs and not checkpoints and not pids:
        raise UsageError("nothing to watch.", todo="Name at least one --log, --checkpoint or --pid.")
    here = Path.cwd()
    plan = plan_of(logs, checkpoints, pids, folder=here, zone=environment_zone(timezone))
    opened = OpenedPlan(plan, own_dialects(here, os.environ))
    given = Given(plan, JobFinder(own_settings(os.environ)))
    if json_wanted:
        from backfill_tui.headless.status import status

        return status(opened, json_wanted=True, by_health=False, roster=given)
    return open_screen(opened, read_only=True, roster=given)


class _Dashboard(click.Command):
    """A command whose name is never typed, so that its usage does not name it."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage("backfill-tui", " ".join(self.collect_usage_pieces(ctx)))


@app.command(DASHBOARD, cls=_Dashboard, hidden=True)
@click.argument("plan", required=False, type=FILE)
@click.option(
    "--auto",
    is_flag=True,
    help="Do what `run` does while it is open: judge what has ended, start `auto` phases (docs/run.md).",
)
@common
def dashboard_verb(
    plan: Path | None, auto: bool, json_wanted: bool, state_dir: Path | None, read_only: bool, **_: Any
) -> int:
    """Open the dashboard on a plan file, by default backfill.yaml in this folder; else on what runs here."""
    if auto and read_only:
        raise UsageError("--auto starts things, and --read-only changes nothing.", todo="Leave one of them out.")
    if json_wanted:
        raise UsageError("the dashboard has no --json.", todo="`backfill-tui status --json` prints one snapshot.")
    if not finds_jobs(plan):
        return open_screen(opened_plan(plan_path(plan), state_dir), read_only=read_only, auto=auto)
    if auto:
        raise UsageError("--auto starts what a plan says.", todo="Name a plan; `backfill-tui init` writes one.")
    need_a_terminal()
    found = found_here(state_dir)
    return open_screen(found.opened, read_only=True, roster=found.roster)


@app.command("demo")
@click.option(
    "--scenario",
    default="nba-night",
    show_default=True,
    shell_complete=scenarios,
    help="Which night to play (docs/demo.md).",
)
@click.option("--speed", type=Decimal(0.01), default=1.0, show_default=True, help="How many times faster.")
@click.option("--dir", "folder", type=FILE, help="Where it plays; default: demo-night in this folder.")
@click.option("--headless", is_flag=True, help="Print lines instead of a screen.")
@click.option("--cleanup", is_flag=True, help="Stop its processes on leaving; if it runs already, only that.")
@click.option("--seed", type=Whole(), default=7, show_default=True, help="The same seed plays the same night.")
@common
def demo_verb(
    scenario: str, speed: float, folder: Path | None, headless: bool, cleanup: bool, seed: int, **_: Any
) -> int:
    """Play a simulated night: real processes, logs, checkpoints and tables."""
    from backfill_tui.demo.night import scenario_named
    from backfill_tui.demo.play import play
    from backfill_tui.headless.line import StatusLine

    scenario_named(scenario)
    if not headless and not cleanup:
        need_a_terminal()

    def drive(plan: Path) -> int:
        from backfill_tui.headless.run import run as run_plan

        opened = opened_plan(plan, None)
        return run_plan(opened, until=None, dry_run=False, detach=False, json_wanted=False, read_only=False)

    return play(
        scenario=scenario,
        speed=speed,
        folder=folder,
        headless=headless,
        cleanup=cleanup,
        seed=seed,
        open_dashboard=lambda plan, *, auto: open_screen(opened_plan(plan, None), read_only=False, auto=auto),
        drive=drive,
        print_status=StatusLine().of,
        out=sys.stdout,
        err=sys.stderr,
    )


def need_a_terminal() -> None:
    """Raises UsageError where there is none to draw on, or nobody could press a key."""
    from backfill_tui.engine.diagnosis.terminal import DRAWS_NOTHING, SET_TERM, undrawn

    without = "`backfill-tui status` prints one snapshot without."
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        raise UsageError("the screen needs a terminal.", todo=without)
    if (term := os.environ.get("TERM", "")) in DRAWS_NOTHING:
        raise UsageError(f"{undrawn(term)}.", todo=f"{SET_TERM}; {without}")


def open_screen(opened: "OpenedPlan", *, read_only: bool, auto: bool = False, roster: "Finds | None" = None) -> int:
    """The screen on a plan that has been read, so that its mistakes were said before; its exit code.

    With a `roster` it is on what that finds.
    """
    need_a_terminal()
    for inherited in ("COLUMNS", "LINES"):  # a shell's idea of a window that may have another size by now
        os.environ.pop(inherited, None)
    from backfill_tui.engine.session import Session
    from backfill_tui.tui.app import run_dashboard

    session = Session(opened, read_only=read_only, auto=auto, roster=roster)
    try:
        return run_dashboard(
            session.feed,
            judge=session.judge,
            operator=session.operator,
            reporter=session.reporter,
            read_only=read_only,
            terminal=opened.plan.terminal,
        )
    finally:
        session.close()
