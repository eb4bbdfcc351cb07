"""The verb that examines terminal, machine and plan."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from backfill_tui.cli.app import FILE, app, common
from backfill_tui.cli.words import DEFAULT_PLAN, opened_plan, plan_path
from backfill_tui.errors import DialectError, PlanError


@app.command("doctor")
@click.argument("plan", required=False, type=FILE)
@common
def doctor_verb(plan: Path | None, json_wanted: bool, state_dir: Path | None, **_: Any) -> int:
    """Say what works here: terminal, logout, files, processes, warehouse, disks, clock, ledger. Changes nothing."""
    from backfill_tui.engine.diagnosis.examination import Patient
    from backfill_tui.headless.doctor import doctor
    from backfill_tui.tui.display import display

    opened, refused = None, None
    if plan is not None or Path(DEFAULT_PLAN).exists():
        try:
            opened = opened_plan(plan_path(plan), state_dir)
        except (PlanError, DialectError) as error:
            refused = error
    glyphs = not display(os.environ, sys.stdout.encoding).ascii
    patient = Patient(opened, os.environ, glyphs, Path.cwd(), datetime.now(UTC))
    return doctor(patient, json_wanted=json_wanted, refused=refused)
