"""Programs that judge: exit 0 pass, 1 fail, 2 warn, anything else unknown. No shell reads their words."""

import shlex
from dataclasses import replace
from pathlib import Path

from backfill_tui.checks.advice import TODO
from backfill_tui.checks.model import Check, Reason, Status
from backfill_tui.checks.program import Ended, run_program, why_not_started
from backfill_tui.checks.subject import Subject
from backfill_tui.checks.warehouse import Stop
from backfill_tui.errors import PlanError
from backfill_tui.plan.resolved import JudgingCommand

_BY_EXIT_CODE = {0: Status.PASS, 1: Status.FAIL, 2: Status.WARN}


def command_check(command: JudgingCommand, subject: Subject, folder: Path, stop: Stop) -> Check:
    """Run a judging program from the plan's folder. Never raises for what it does."""
    blank = Check(command.name, "command", command.severity, Status.UNKNOWN)
    try:
        argv = subject.argv_of(command)
    except PlanError as error:
        return replace(blank, reason=Reason.NO_DATES, detail=error.what, todo=error.todo)
    blank = replace(blank, command=argv)
    if stop.requested:
        return replace(
            blank,
            reason=Reason.CANCELLED,
            detail="was stopped before it was run",
            todo=TODO[Reason.CANCELLED],
        )
    try:
        ended = run_program(argv, folder, command.timeout_s, stop)
    except (OSError, ValueError) as error:
        return replace(
            blank,
            reason=Reason.NOT_RUN,
            detail=f"{argv[0]}: {why_not_started(error)}",
            todo="Make it executable, or write the program that reads it first, as in [bash, check.sh]."
            if isinstance(error, PermissionError)
            else f"It is looked for from {folder}, then on PATH.",
        )
    return _judged(blank, ended, command.timeout_s, stop)


def _judged(blank: Check, ended: Ended, timeout_s: float, stop: Stop) -> Check:
    if ended.code is None:
        if stop.requested:
            return replace(blank, reason=Reason.CANCELLED, detail="was stopped", todo=TODO[Reason.CANCELLED])
        return replace(
            blank,
            reason=Reason.TIMED_OUT,
            detail=f"took longer than {timeout_s:g} s and was ended",
            todo="Run it by hand, or give it a longer `timeout`.",
        )
    status = _BY_EXIT_CODE.get(ended.code, Status.UNKNOWN)
    if status is not Status.UNKNOWN:
        return replace(blank, status=status, value=ended.code, detail=ended.clause)
    return replace(
        blank,
        value=ended.code if ended.code >= 0 else None,
        reason=Reason.NOT_RUN,
        detail=f"{ended.clause} (0 is pass, 1 fail, 2 warn)",
        todo=f"Run it by hand: {shlex.join(blank.command)}",
    )
