"""Whether actions can be recorded: the plan's ledger, and the registry that all plans of this user share."""

import os
from collections.abc import Iterator
from pathlib import Path

from backfill_tui.control.launch.registry import Registry
from backfill_tui.control.ledger import FILE, LedgerError
from backfill_tui.control.ledger.health import NEWEST, LedgerHealth, health_of, held_by
from backfill_tui.engine.diagnosis.finding import Finding, Level

AREA = "ledger"

HELD_S = 1.0
"""For as long another process may write; no transaction of ours takes a hundredth of it."""

_ELSEWHERE = "See its permissions, or choose another folder with --state-dir."


def ledger_findings(state_dir: Path, *, within_s: float) -> Iterator[Finding]:
    """How the ledger of a state folder does, which may not have been made yet."""
    path = state_dir / FILE
    try:
        health = health_of(path, within_s=within_s)
        held = None if health is None else held_by(path, for_s=HELD_S)
    except LedgerError as error:
        yield Finding(AREA, Level.BAD, f"{path}: {error.what}", error.todo)
        return
    except OSError as error:
        yield Finding(AREA, Level.UNKNOWN, f"{path} can't be looked at ({error.strerror}).", _ELSEWHERE)
        return
    if health is None:
        yield _of_making(state_dir)
        return
    yield _of_file(path, health)
    if held is not None:
        holder = f"process {held}" if held else "another process"
        said = f"{path}: {holder} has held it for more than {HELD_S:g} s, so nothing can be recorded."
        yield Finding(AREA, Level.BAD, said, "Look again; if it stays, see what that process does, and end it.")
    if (unwritable := _unwritable(path)) is not None:
        yield unwritable


def registry_finding(registry: Registry, plan: Path) -> Finding:
    """Whether this user's plans can tell each other what they write."""
    problem = registry.others(plan).problem
    if problem is None:
        return Finding(AREA, Level.OK, "This user's plans can tell each other what they write.")
    return Finding(AREA, Level.BAD, f"{problem} Until then the gates of phases with a table stay closed.", None)


def _of_file(path: Path, health: LedgerHealth) -> Finding:
    if health.faults:
        return Finding(
            AREA,
            Level.BAD,
            f"{path} is damaged: {'; '.join(health.faults)}.",
            "Stop what uses it, and save what can be read: sqlite3 ledger.sqlite3 .recover | sqlite3 saved.sqlite3",
        )
    if health.version > NEWEST:
        said = f"{path} was written by a newer backfill-tui (schema {health.version}, this one has {NEWEST})."
        return Finding(AREA, Level.BAD, said, "Use that version, or another folder with --state-dir.")
    if health.version < NEWEST:
        said = f"{path} is of an older backfill-tui (schema {health.version}, this one has {NEWEST})."
        return Finding(
            AREA, Level.WARN, said, "The dashboard or `validate`, without --read-only, bring it up to date."
        )
    if health.faults is None:
        said = f"{path} is too large to be looked through now ({health.size_bytes / 1e6:,.0f} MB)."
        return Finding(
            AREA, Level.UNKNOWN, said, "In a quiet hour: sqlite3 ledger.sqlite3 'PRAGMA integrity_check'"
        )
    attempts = "no attempts" if not health.attempts else f"{health.attempts:,} attempts"
    return Finding(AREA, Level.OK, f"{path} is whole: schema {health.version}, {attempts}.")


def _of_making(state_dir: Path) -> Finding:
    above = next(one for one in (state_dir, *state_dir.parents) if one.exists())
    if not above.is_dir():
        return Finding(AREA, Level.BAD, f"{state_dir} can't be made: {above} is no folder.", _ELSEWHERE)
    if not os.access(above, os.W_OK | os.X_OK):
        return Finding(AREA, Level.BAD, f"{state_dir} can't be made: {above} may not be written.", _ELSEWHERE)
    return Finding(AREA, Level.OK, f"There is none yet; it can be made in {state_dir}.")


def _unwritable(path: Path) -> Finding | None:
    """SQLite writes to the file, and makes its log beside it."""
    for place in (path, path.parent):
        if not os.access(place, os.W_OK):
            return Finding(AREA, Level.BAD, f"{place} may not be written, so nothing can be recorded.", _ELSEWHERE)
    return None
