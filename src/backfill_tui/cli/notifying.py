"""The verb about messages to people who are away."""

from pathlib import Path
from typing import Any

import click

from backfill_tui.cli.app import FILE, app, common
from backfill_tui.cli.words import opened_plan, plan_path


@app.command("notify")
@click.argument("what", type=click.Choice(["test"]), metavar="test")
@click.argument("plan", required=False, type=FILE)
@common
def notify_verb(
    what: str,  # noqa: ARG001 - there is only one yet; click has checked it
    plan: Path | None,
    json_wanted: bool,
    state_dir: Path | None,
    read_only: bool,
    **_: Any,
) -> int:
    """Send a test message to each address of a plan's `notify`, and say whether it went through."""
    opened = opened_plan(plan_path(plan), state_dir)
    from backfill_tui.headless.notify import notify_test

    return notify_test(opened.plan, json_wanted=json_wanted, read_only=read_only)
