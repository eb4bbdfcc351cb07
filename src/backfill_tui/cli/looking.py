"""Verbs that only look: at files, a plan, a snapshot, a report."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from backfill_tui.cli.app import FILE, app, common
from backfill_tui.cli.finding import finds_jobs, found_here
from backfill_tui.cli.words import (
    DEFAULT_PLAN,
    environment_zone,
    moment_in,
    opened_plan,
    plan_path,
)
from backfill_tui.errors import UsageError


@app.command("inspect")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--as-of", metavar="TIME", help="Read as if it were then: nothing later is used.")
@click.option("--history", multiple=True, type=FILE, help="A log of an earlier run to learn from.")
@click.option("--timezone", metavar="ZONE", help="Of times without an offset; default: the machine's.")
@click.option(
    "--explain", is_flag=True, help="Say how lines were read, and what was not recognised (docs/dialects.md)."
)
@common
def inspect_verb(
    files: tuple[Path, ...],
    as_of: str | None,
    history: tuple[Path, ...],
    timezone: str | None,
    explain: bool,
    json_wanted: bool,
    **_: Any,
) -> int:
    """Read logs and checkpoints, print the account of their dates."""
    from backfill_tui.headless.inspect import inspect

    zone = environment_zone(timezone)
    return inspect(
        files,
        as_of=moment_in(as_of, zone, "--as-of"),
        history=history,
        timezone=zone,
        explain=explain,
        json_wanted=json_wanted,
    )


@app.command("check")
@click.argument("plan", required=False, type=FILE)
@common
def check_verb(plan: Path | None, json_wanted: bool, **_: Any) -> int:
    """Lint a plan: every problem with file, line, key and nearest valid name."""
    from backfill_tui.headless.check import check

    return check(plan_path(plan), as_json=json_wanted, now=datetime.now(UTC), environ=os.environ)


@app.command("schema")
@common
def schema_verb(**_: Any) -> int:
    """Print the JSON Schema of the plan file."""
    from backfill_tui.headless.schema import schema

    return schema()


@app.command("status")
@click.argument("plan", required=False, type=FILE)
@click.option("--exit-code", "by_health", is_flag=True, help="Exit by health: 0 healthy, 2 warning, 1 critical.")
@common
def status_verb(
    plan: Path | None, by_health: bool, json_wanted: bool, state_dir: Path | None, read_only: bool, **_: Any
) -> int:
    """Print one snapshot of a plan; with none, and no backfill.yaml here, of what runs on this machine."""
    from backfill_tui.headless.status import status

    if finds_jobs(plan):
        found = found_here(state_dir)
        return status(
            found.opened, json_wanted=json_wanted, by_health=by_health, read_only=True, roster=found.roster
        )
    opened = opened_plan(plan_path(plan), state_dir)
    return status(opened, json_wanted=json_wanted, by_health=by_health, read_only=read_only)


@app.command("init")
@click.option("--output", type=FILE, default=Path(DEFAULT_PLAN), show_default=True, help="Where it is written.")
@common
def init_verb(output: Path, json_wanted: bool, **_: Any) -> int:
    """Write a plan of the backfills that run on this machine."""
    from backfill_tui.headless.init import init

    found = found_here()
    plan = found.opened.plan
    return init(found.roster, output, machine=plan.name, zone=plan.tz, json_wanted=json_wanted)


@app.command("report")
@click.argument("plan", required=False, type=FILE)
@click.option("--format", "fmt", type=click.Choice(["md", "json"]), help="Markdown (default) or JSON.")
@click.option("--output", type=FILE, help="Write it to this file, whole; default: stdout.")
@click.option("--template", type=FILE, help="A Jinja template of the Markdown (docs/report.md).")
@common
def report_verb(
    plan: Path | None,
    fmt: str | None,
    output: Path | None,
    template: Path | None,
    json_wanted: bool,
    state_dir: Path | None,
    **_: Any,
) -> int:
    """Report what became of every phase: so far, or finally once all are judged."""
    if json_wanted and fmt == "md":
        raise UsageError("--json and --format md exclude each other.", todo="Leave out one of them.")
    if template is not None and (json_wanted or fmt == "json"):
        raise UsageError("--template is for Markdown.", todo="Leave it out, or ask for --format md.")
    opened = opened_plan(plan_path(plan), state_dir)
    from backfill_tui.headless.report import report

    return report(opened, fmt="json" if json_wanted or fmt == "json" else "md", output=output, template=template)
