"""Live runs of which the ledger has nothing: it was moved away, or put back from a copy, while they went on.

It looks only. What they are is told to the gate, so that none of them gets company.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from backfill_tui.control.launch.folder import RunFolder
from backfill_tui.control.launch.reconcile import is_alive


def unrecorded(runs: Path, phases: Collection[str], recorded: Collection[str]) -> Mapping[str, str]:
    """By phase, a clause on the live run in a folder of `runs` that is not `recorded`. Never raises."""
    found: dict[str, str] = {}
    with suppress(OSError):  # nothing was launched yet, or it can't be seen
        for folder in sorted({path.name for path in runs.iterdir()} - set(recorded)):
            phase, _, number = folder.rpartition(".")
            if phase in phases and number.isdecimal() and (who := _who_lives(runs / folder)):
                found[phase] = f"{who} of {runs / folder} lives, and the ledger has nothing of it"
    return found


def _who_lives(folder: Path) -> str:
    """Which process of a run lives; empty: none."""
    trace = RunFolder(folder).trace()
    identity = trace.started.identity if trace.started else None
    if identity is not None and is_alive(identity):
        return f"process {identity.pid}"
    if not trace.locked:
        return ""
    return f"process {trace.holders[0]}" if trace.holders else "a process"
