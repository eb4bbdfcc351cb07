"""The alert of a conflict: who writes one table with whom, on which days, who would win, and what to stop. Pure."""

from collections.abc import Iterator
from datetime import datetime

from backfill_tui.control.model import Alert, Conflict, Severity, Writer
from backfill_tui.control.rules.sight import NightSight


def of_two_writers(night: NightSight) -> Iterator[Alert]:
    """One for each conflict in which both write now, or may."""
    for conflict in night.conflicts:
        yield from conflict_alerts(conflict, now=night.now)


def conflict_alerts(conflict: Conflict, *, now: datetime) -> Iterator[Alert]:
    """One alert where both write now; none while one of them is still to come, for its gate keeps it back.

    It is critical where they have days in common, a warning where that, or whether both live, is not known.
    """
    if not (conflict.live or conflict.doubtful):
        return
    older, newer = by_age(conflict)
    known = conflict.live and conflict.dates is not None
    doubt = "" if conflict.live else f" Whether the process of {_unknown(conflict)} lives is not known."
    detail = f"Both write {conflict.table} {_days(conflict)}: whichever comes last to a date wins."
    yield Alert(
        id=f"conflict:{':'.join(conflict.phases)}",
        severity=Severity.CRITICAL if known else Severity.WARNING,
        phase=newer.phase if newer.plan is None else older.phase,
        since=conflict.since or newer.since or now,
        title=f"{older.name} and {newer.name} {'write' if conflict.live else 'may write'} one table",
        detail=f"{detail} {who_wins(conflict)}{doubt}",
        action=what_to_stop(conflict),
    )


def by_age(conflict: Conflict) -> tuple[Writer, Writer]:
    """The two writers, the one that began first before the other."""
    one, other = conflict.writers
    if one.since is not None and other.since is not None and other.since < one.since:
        return other, one
    return one, other


def who_wins(conflict: Conflict) -> str:
    """Who comes last to how many of the days in common, as a sentence; that it is not known, and why not."""
    last, days = conflict.last, conflict.days
    counts = [(name, count) for name, count in zip(conflict.phases, last.days, strict=True) if count]
    if not days or not counts:
        return f"Who comes last can't be told: {last.why or 'neither is known to write any of them'}."
    (first, most), *others = counts
    said = f"{first} is last to {'all' if most == days > 1 else f'{most:,}'}"
    said += "".join(f", {name} to {count:,}" for name, count in others)
    of = "" if most == days > 1 else "of the "
    rest = f"; of {_plural(last.unknown)} it can't be told: {last.why}" if last.unknown else ""
    forecast = "By their pace now" if conflict.live or conflict.doubtful else "Once both have run"
    return f"{forecast} {said} {of}{_plural(days)}{rest}.{_so_far(conflict)}"


def what_to_stop(conflict: Conflict) -> str:
    """Which of the two to stop, with the commands, as sentences; and what would start it again."""
    older, newer = by_age(conflict)
    keeping = [
        f"to keep {kept.name}{_begun(kept, gone)}, stop {gone.name}{_pid(gone)}: {gone.stop}"
        for kept, gone in ((newer, older), (older, newer))
        if gone.stop
    ]
    warned = f"Beware: {' '.join(conflict.restarters)} " if conflict.restarters else ""
    choice = "; ".join(keeping)  # a semicolon does no harm to a command that is copied with it
    name = f"Name the process of {_unknown(conflict)} in the plan. " if conflict.doubtful else ""
    return f"{warned}{name}Stop one of them{f': {choice}' if choice else '.'}"


def _unknown(conflict: Conflict) -> str:
    """Those whose process is not known to live, by name."""
    return " and ".join(writer.name for writer in conflict.writers if writer.alive is not True)


def _begun(writer: Writer, other: Writer) -> str:
    """Which of the two it is, as a clause; empty where that is not known."""
    if writer.since is None or other.since is None or writer.since == other.since:
        return ""
    return ", which began later" if writer.since > other.since else ", which began first"


def _so_far(conflict: Conflict) -> str:
    """That work has been lost already."""
    lost = [
        f"{conflict.phases[i]} has written over {_plural(count)} of {conflict.phases[1 - i]}"
        for i, count in enumerate(conflict.last.so_far)
        if count
    ]
    return f" So far {' and '.join(lost)}." if lost else ""


def _days(conflict: Conflict) -> str:
    if conflict.dates is None or conflict.days is None:
        return "now; on which days, one of them does not tell"
    return f"on {_plural(conflict.days)} ({conflict.dates[0]} … {conflict.dates[1]})"


def _plural(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def _pid(writer: Writer) -> str:
    return f" (pid {writer.pid})" if writer.pid is not None else ""
