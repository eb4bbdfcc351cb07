"""What the processes of a plan tell of its writers, put together: what is still true, what has ended, each once.

It looks whether processes live, and reads and writes no file of the registry.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from backfill_tui.control.launch.claim import Claim, Coming
from backfill_tui.control.launch.claim_ends import end_of, lives, remembered
from backfill_tui.control.launch.reconcile import is_alive
from backfill_tui.control.launch.registry_file import Kept, Record
from backfill_tui.sources.presence import Identity

Told = tuple[tuple[Claim, ...], tuple[Coming, ...]]
"""What a process tells: what is written now, and what it will start."""


def merged(before: Record, told: Told, *, me: Identity, now: datetime) -> Record:
    """What the process `me` tells, with what others of the plan have told that is still true."""
    (claims, coming), known = told, settled(before, now)
    theirs = [one for one in known.claims if not one.by.same_as(me) and not _is_told_anew(one, claims)]
    kept = [one.claim for one in theirs if one.claim.identity is not None]
    mine = [Kept(me, claim) for claim in claims if claim not in kept]
    others_coming = [one for one in known.coming if not one.by.same_as(me)]
    return Record(
        claims=tuple(sorted([*theirs, *mine], key=repr)),  # in one order for all
        coming=tuple(sorted([*others_coming, *coming], key=repr)),
        ended=known.ended,
    )


def _is_told_anew(kept: Kept, claims: Iterable[Claim]) -> bool:
    """Whether one of these tells otherwise of the same process, and who told of it before is gone.

    Each of many short commands tells of a job that runs for hours: once is enough.
    """
    before = kept.claim
    return is_alive(kept.by) is False and any(
        claim.identity is not None
        and before.identity is not None
        and claim.identity.same_as(before.identity)
        and claim != before
        and (claim.state_dir, claim.phase) == (before.state_dir, before.phase)
        for claim in claims
    )


def settled(record: Record, now: datetime) -> Record:
    """The same with the ends of those that live no more in their place."""
    alive = [one for one in record.claims if lives(one)]
    gone = [end for one in record.claims if one not in alive and (end := end_of(one.claim, now)) is not None]
    return Record(
        claims=tuple(alive),
        coming=tuple(one for one in record.coming if is_alive(one.by) is not False),
        ended=remembered((*record.ended, *gone), now),
    )


def has_ended(before: Record, after: Record) -> bool:
    """Whether some that the one tells of as live has ended by the other, which is it settled."""
    return len(after.claims) < len(before.claims)


def of_others(own: Record, state_dir: Path | None, beside: str | None) -> Record:
    """What the plan's own file tells of others: of its processes with another state folder, and of other phases."""
    if state_dir is None:
        return Record()
    here = state_dir.absolute()
    return Record(
        claims=tuple(
            kept
            for kept in own.claims
            if kept.claim.state_dir.absolute() != here or (beside is not None and kept.claim.phase != beside)
        ),
        ended=tuple(one for one in own.ended if one.claim.state_dir.absolute() != here),
    )


def each_once(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Several processes of a plan may tell of one live phase; the claim that knows its process is taken."""
    found: dict[object, Claim] = {}
    for claim in claims:
        key = claim.plan_path, claim.phase, claim.table, claim.warehouse, claim.dates
        if claim.identity is not None or key not in found:
            found[key] = claim
    return tuple(found.values())
