"""What a phase's own command, or its retry of some dates, comes to when it is to be started. Pure."""

import glob
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from backfill_tui.control.attempt import Kind, Order
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Phase

_WORD_AT_MOST = 100_000
"""Bytes of one list of dates: the kernel takes a word of 128 KiB at most (MAX_ARG_STRLEN)."""

_DAY = len("2022-01-05,")


def run_order(phase: Phase) -> Order:
    """The phase's command over its range. Raises BackfillError if the plan gives none."""
    if phase.command is None:
        raise BackfillError(
            f"{phase.name} has no command in the plan, so it can't be started from here.",
            todo="Give it one, or start it by hand and name its log or process.",
        )
    return _order(phase, Kind.RUN, (phase.command,), ())


def retry_order(phase: Phase, days: Sequence[date]) -> Order:
    """The phase's retry of some dates, in batches that fit a command line. Raises BackfillError."""
    if phase.retry is None:
        raise BackfillError(
            f"{phase.name} has no retry command in the plan.", todo="Give it one, with {dates} in it."
        )
    if not days:
        raise BackfillError(f"{phase.name} has no failed and no missing dates; there is nothing to run again.")
    commands = tuple(command for batch in _batches(sorted(days)) if (command := phase.retry_of(batch)))
    return _order(phase, Kind.RETRY, commands, tuple(sorted(days)))


def _order(phase: Phase, kind: Kind, commands: tuple[tuple[str, ...], ...], days: tuple[date, ...]) -> Order:
    return Order(
        phase=phase.name,
        commands=commands,
        cwd=phase.cwd,
        kind=kind,
        env=dict(phase.env),
        log=_one_plain_path(phase.logs),
        writes=phase.writes,
        dates=phase.dates,
        days=days,
    )


def _batches(days: Sequence[date]) -> Iterator[Sequence[date]]:
    size = _WORD_AT_MOST // _DAY
    for first in range(0, len(days), size):
        yield days[first : first + size]


def _one_plain_path(logs: tuple[str, ...]) -> Path | None:
    """Where output goes if the plan's `log` is one plain path."""
    if len(logs) == 1 and not glob.has_magic(logs[0]):
        return Path(logs[0])
    return None
