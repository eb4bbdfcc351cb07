"""Whether what a claim tells of still lives, and when it ended: from its process, its run folder and its files.

It looks and never writes; what is kept of an end, and for how long, is decided here too, so that all readers agree.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from backfill_tui.control.launch.claim import Claim, Ended
from backfill_tui.control.launch.folder import RunFolder
from backfill_tui.control.launch.reconcile import is_alive
from backfill_tui.control.launch.registry_file import Kept
from backfill_tui.sources.boot import boot_id

KEPT_FOR = timedelta(days=30)
"""So long it is remembered who has written a table: longer than anybody goes on with what was judged before."""


def lives(kept: Kept) -> bool:
    """Whether the claim's process is there, or something that it started; what can't be told is taken to live."""
    claim = kept.claim
    if is_alive(claim.identity or kept.by) is not False:
        return True
    if claim.run_folder is None:
        return False
    trace = RunFolder(claim.run_folder).trace()
    return trace.locked or bool(trace.fault)


def end_of(claim: Claim, now: datetime) -> Ended | None:
    """The end of a claim that lives no more; None where no process ever came of it.

    It ended when that was recorded; else when its files were last written; else by `now`, or by the last boot.
    """
    trace = RunFolder(claim.run_folder).trace() if claim.run_folder is not None else None
    if trace is not None and trace.exit is not None:
        return Ended(claim, trace.exit.at) if trace.started is not None else None
    if claim.identity is None:
        return None
    began = datetime.fromtimestamp(claim.identity.started_at, UTC)
    written = [at for at in map(_written_at, claim.files) if at is not None and at >= began]
    if written:
        return Ended(claim, min(now, max(written)))
    if claim.identity.boot_id != boot_id():
        return Ended(claim, min(now, datetime.fromtimestamp(psutil.boot_time(), UTC)))
    return Ended(claim, now)


def remembered(ends: Iterable[Ended], now: datetime) -> tuple[Ended, ...]:
    """Of each phase and range the newest end, as long as it is to be remembered; in one order for all."""
    newest: dict[object, Ended] = {}
    for one in sorted(ends, key=lambda one: one.at):
        claim = one.claim
        if now - one.at <= KEPT_FOR:
            newest[claim.plan_path, claim.state_dir, claim.phase, claim.table, claim.warehouse, claim.dates] = one
    return tuple(sorted(newest.values(), key=repr))


def _written_at(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError):
        return None
