"""`orchestrate`: the flags of the old bash orchestrator. One phase runs already, another follows.

It reads a plan as these flags want it and hands it to `run`, which watches, judges and starts.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TextIO

from backfill_tui.control.ledger import LedgerError
from backfill_tui.engine.ledgers import ledger_of
from backfill_tui.engine.plans import OpenedPlan, open_plan
from backfill_tui.errors import UsageError
from backfill_tui.headless.acts import allowed
from backfill_tui.headless.run import run
from backfill_tui.plan.dates import day_typed, resolve_day
from backfill_tui.plan.resolved import Phase
from backfill_tui.plan.shipped import shipped
from backfill_tui.plan.timezones import machine_zone
from backfill_tui.plan.two_phases import Range, RunsAlready, first_of, keys_of, second_of
from backfill_tui.plan.variation import Variation
from backfill_tui.views.shell_words import shell_line
from backfill_tui.views.spans import plain

PLAN = "nba.yaml"
"""The plan that is played where none is named; it comes with the package."""

_DATES1, _DATES2, _LOG = "--phase1-dates", "--phase2-dates", "--phase1-log"


@dataclass(frozen=True, slots=True)
class Flags:
    """What was typed. Paths are relative to the current folder; a range is two days in one text."""

    pid: int
    log: Path
    phase1_dates: str
    phase2_dates: str | None = None
    thresholds: Path | None = None
    plan: Path | None = None
    state_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Night:
    """The plan as the flags want it, and which of its phases are meant."""

    opened: OpenedPlan
    first: Phase
    second: Phase


def orchestrate(flags: Flags, *, dry_run: bool, json_wanted: bool, read_only: bool) -> int:
    """Play phase 1, which runs or has ended, and phase 2 after it. Returns what `run` does.

    Raises UsageError for flags that can't be meant, PlanError for a plan without two such phases.
    """
    if not dry_run:
        allowed("orchestrate", read_only=read_only)
    night = night_of(flags, now=datetime.now(UTC))
    _refuse_another_pid(night, flags.pid)
    _introduce(night, flags, sys.stderr if json_wanted else sys.stdout)
    return run(
        night.opened,
        until=night.second.name,
        dry_run=dry_run,
        detach=False,
        json_wanted=json_wanted,
        read_only=read_only,
    )


def night_of(flags: Flags, *, now: datetime) -> Night:
    """The night that the flags tell of, its relative dates as of `now` (aware)."""
    here = Path.cwd()
    log = here / flags.log
    _refuse_files(flags, log)
    path = flags.plan or shipped(PLAN)
    folder = None if flags.plan else here  # nobody's files lie beside a plan that comes with the package

    def opened(variation: Variation) -> OpenedPlan:
        return open_plan(path, now=now, environ=os.environ, state_dir=flags.state_dir, variation=variation)

    written = opened(Variation(folder, flags.thresholds)).plan
    first = first_of(written)
    second = second_of(written, first)
    today = now.astimezone(written.tz).date()
    given = RunsAlready(flags.pid, log, _range(_DATES1, flags.phase1_dates, today))
    dates = None if flags.phase2_dates is None else _range(_DATES2, flags.phase2_dates, today)
    keys = keys_of(written, first, second, given, dates)
    if flags.plan is None:
        _as_on_this_machine(keys)
    varied = opened(Variation(folder, flags.thresholds, keys))
    return Night(varied, varied.plan.phase(first.name), varied.plan.phase(second.name))


def _refuse_files(flags: Flags, log: Path) -> None:
    """Mistakes that would only be found hours later. A log that is not there yet may be on its way."""
    if log.is_dir():
        raise UsageError(f"{_LOG}: {flags.log} is a folder.", todo="Name the log that phase 1 writes.")
    if flags.thresholds is not None and not flags.thresholds.exists():
        raise UsageError(f"--config: there is no file {flags.thresholds}.", todo="Name a file of thresholds.")


def _range(option: str, text: str, today: date) -> Range:
    """The two days of a text. Raises UsageError, naming the option."""
    words = text.split()
    if len(words) != 2:
        raise UsageError(
            f"{option}: '{text}' is not two dates.",
            todo=f'Write the first and the last in one argument: {option} "2021-10-19 2026-01-02".',
        )
    try:
        start, end = (resolve_day(day_typed(word), today) for word in words)
    except ValueError as error:
        raise UsageError(f"{option} '{text}': {error}.") from error
    if end < start:
        raise UsageError(f"{option}: the last date, {end}, is before the first, {start}.", todo="Swap them.")
    return Range((words[0], words[1]), (start, end))


def _as_on_this_machine(keys: dict[str, dict[str, Any]]) -> None:
    """Times in logs are those of the machine that runs the jobs, not of whoever wrote the plan that is shipped."""
    zone = machine_zone(os.environ).key
    for phase in keys.values():
        phase["log_timezone"] = zone


def _refuse_another_pid(night: Night, pid: int) -> None:
    """A launch of phase 1 in the ledger stands for the phase: another process would be passed over in silence."""
    ledger, _ = ledger_of(night.opened.plan, read_only=True)
    if ledger is None:
        return
    with closing(ledger), suppress(LedgerError):  # `run` meets it again, and says so
        attempt = ledger.attempts.newest(night.first.name)
        if attempt is None or attempt.identity is None or attempt.identity.pid == pid:
            return
        launched = (
            f"{attempt.phase} was launched from here, as attempt {attempt.number} with pid {attempt.identity.pid}"
        )
        raise UsageError(
            f"--phase1-pid: {launched}; that launch stands for it, not process {pid}.",
            todo="Let `backfill-tui run` go on with it, or keep this night in a ledger of its own: --state-dir.",
        )


def _introduce(night: Night, flags: Flags, out: TextIO) -> None:
    """Say what was understood, before anything is waited for."""
    out.writelines(f"{plain(line)}\n" for line in _introduction(night, flags))
    out.flush()
    for problem in night.opened.plan.warnings:
        if problem.key == "thresholds":
            sys.stderr.write(f"backfill-tui: --config: {problem.message}\n")


def _introduction(night: Night, flags: Flags) -> Iterator[str]:
    plan, first, second = night.opened.plan, night.first, night.second
    there = "" if (Path.cwd() / flags.log).exists() else " (not there yet)"
    yield f"Phase 1: {first.name}, {_days(first)}, pid {flags.pid}, log {flags.log}{there}"
    yield f"Phase 2: {second.name}, {_days(second)}, started once {first.name} has passed"
    yield f"  {shell_line(second.command or ())}"
    if others := [phase.name for phase in plan.phases if phase.name not in {first.name, second.name}]:
        yield f"Watched too, since they write the same tables: {', '.join(others)}"
    yield f"Plan: {flags.plan or f'{PLAN}, as shipped'}; thresholds: {flags.thresholds or 'of the plan'}"
    yield f"Ledger and runs: {plan.state_dir}"


def _days(phase: Phase) -> str:
    return f"{phase.dates[0]} to {phase.dates[1]}" if phase.dates else "no dates"
