"""Verbs that judge, start and end things."""

from pathlib import Path
from typing import Any

import click

from backfill_tui.cli.app import FILE, app, common
from backfill_tui.cli.completing import phases
from backfill_tui.cli.numbers import PID
from backfill_tui.cli.words import opened_plan, plan_and_phase, plan_and_phases, plan_path

_YES = click.option("--yes", is_flag=True, help="Do not ask.")
_WAIT = click.option("--wait", is_flag=True, help="Wait for the end and the verdict.")


@app.command("validate")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE...", shell_complete=phases)
@click.option("--inputs", is_flag=True, help="Judge what the phases read instead of what they wrote.")
@common
def validate_verb(
    words: tuple[str, ...], inputs: bool, json_wanted: bool, state_dir: Path | None, read_only: bool, **_: Any
) -> int:
    """Run the suites of phases now; record what they find and judge the phases again."""
    plan, names = plan_and_phases(words)
    opened = opened_plan(plan_path(plan), state_dir)
    from backfill_tui.headless.validate import validate_phases

    return validate_phases(opened, names, inputs=inputs, json_wanted=json_wanted, read_only=read_only)


@app.command("launch")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE", shell_complete=phases)
@click.option("--override", metavar="REASON", help="Start it against a closed gate; the reason is kept.")
@click.option("--again", is_flag=True, help="Make another attempt once one has ended.")
@_WAIT
@_YES
@common
def launch_verb(
    words: tuple[str, ...],
    override: str | None,
    again: bool,
    wait: bool,
    yes: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Start a phase, once, if its gate is open."""
    plan, phase = plan_and_phase(words)
    opened = opened_plan(plan_path(plan), state_dir)
    from backfill_tui.headless.launch import launch_phase
    from backfill_tui.headless.starting import Wish

    wish = Wish(phase, yes=yes, wait=wait, json_wanted=json_wanted)
    return launch_phase(opened, wish, override=override, again=again, read_only=read_only)


@app.command("retry")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE", shell_complete=phases)
@_WAIT
@_YES
@common
def retry_verb(
    words: tuple[str, ...],
    wait: bool,
    yes: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Run a phase's failed, missing and suspect dates again."""
    plan, phase = plan_and_phase(words)
    opened = opened_plan(plan_path(plan), state_dir)
    from backfill_tui.headless.retry import retry_phase
    from backfill_tui.headless.starting import Wish

    return retry_phase(opened, Wish(phase, yes=yes, wait=wait, json_wanted=json_wanted), read_only=read_only)


@app.command("stop")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE", shell_complete=phases)
@click.option("--reason", default="asked at the command line", help="Why; kept in the ledger.")
@_YES
@common
def stop_verb(
    words: tuple[str, ...],
    reason: str,
    yes: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Stop a phase's process and all that it started."""
    plan, phase = plan_and_phase(words)
    opened = opened_plan(plan_path(plan), state_dir)
    from backfill_tui.headless.stop import stop_phase

    return stop_phase(opened, phase, reason=reason, yes=yes, json_wanted=json_wanted, read_only=read_only)


@app.command("accept")
@click.argument("words", nargs=-1, metavar="[PLAN] PHASE", shell_complete=phases)
@click.option("--reason", required=True, help="Why it is good enough; kept in the ledger and the report.")
@common
def accept_verb(
    words: tuple[str, ...], reason: str, json_wanted: bool, state_dir: Path | None, read_only: bool, **_: Any
) -> int:
    """A person's GO: the phase counts as passed from now on."""
    plan, phase = plan_and_phase(words)
    opened = opened_plan(plan_path(plan), state_dir)
    from backfill_tui.headless.accept import accept_phase

    return accept_phase(opened, phase, reason=reason, json_wanted=json_wanted, read_only=read_only)


@app.command("run")
@click.argument("plan", required=False, type=FILE)
@click.option(
    "--until",
    metavar="PHASE",
    shell_complete=phases,
    help="Only this phase and what it waits for; done once it is judged.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be started, and why the rest would not; do nothing.")
@click.option("--detach", is_flag=True, help="Leave the terminal and go on; lines go to STATE_DIR/run.log.")
@common
def run_verb(
    plan: Path | None,
    until: str | None,
    dry_run: bool,
    detach: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Drive a plan unattended: judge what has ended, start `auto` phases, until nothing more can come of it."""
    from backfill_tui.headless.run import run as run_plan

    return run_plan(
        opened_plan(plan_path(plan), state_dir),
        until=until,
        dry_run=dry_run,
        detach=detach,
        json_wanted=json_wanted,
        read_only=read_only,
    )


@app.command("orchestrate")
@click.option("--phase1-pid", "pid", required=True, type=PID, help="Phase 1's process.")
@click.option("--phase1-log", "log", required=True, type=FILE, help="Phase 1's log.")
@click.option("--phase1-dates", required=True, metavar='"S E"', help="Its first and last date, in one argument.")
@click.option("--phase2-dates", metavar='"S E"', help="Phase 2's; default: as the plan has them.")
@click.option("--config", "thresholds", type=FILE, help="Thresholds; they come before those of the plan.")
@click.option("--plan", type=FILE, help="Another plan than the config/nba.yaml that is shipped.")
@click.option("--dry-run", is_flag=True, help="Say what would be started, and why the rest would not; do nothing.")
@common
def orchestrate_verb(
    pid: int,
    log: Path,
    phase1_dates: str,
    phase2_dates: str | None,
    thresholds: Path | None,
    plan: Path | None,
    dry_run: bool,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Wait for a phase 1 that runs already, judge it, and start phase 2 if it is good."""
    from backfill_tui.headless.orchestrate import Flags, orchestrate

    flags = Flags(pid, log, phase1_dates, phase2_dates, thresholds, plan, state_dir)
    return orchestrate(flags, dry_run=dry_run, json_wanted=json_wanted, read_only=read_only)
