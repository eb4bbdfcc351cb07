"""Who may start a plan's live jobs again: watched phases and other processes whose command lines name them."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from backfill_tui.sources.controllers import controllers
from backfill_tui.sources.process_table import Entry, ProcessTable

if TYPE_CHECKING:
    from backfill_tui.engine.phase_watch import PhaseLook


class ControllersSeen:
    """Looks through the table of processes as often as that is scanned. Not thread-safe: one caller at a time."""

    def __init__(self, table: ProcessTable) -> None:
        self._table = table
        self._of: tuple[object, ...] = ()
        self._found: dict[str, tuple[str, ...]] = {}

    def of(self, looks: Sequence["PhaseLook"], now: datetime) -> Mapping[str, tuple[str, ...]]:
        """By the name of each live phase: who may start it again, each as a sentence."""
        jobs = {
            look.phase.name: look.process.identity.pid
            for look in looks
            if look.process.alive and look.process.identity is not None
        }
        table = self._table.at(now) if jobs else {}
        if (of := (self._table.scans, jobs)) != self._of:
            self._of = of
            watched = {
                look.process.identity.pid: look.phase.name
                for look in looks
                if look.process.alive and look.process.identity is not None
            }
            self._found = {name: tuple(_sentences(pid, table, watched)) for name, pid in jobs.items()}
        return self._found


def _sentences(pid: int, table: Mapping[int, Entry], watched: Mapping[int, str]) -> Iterator[str]:
    job = table.get(pid)
    if job is None:
        return
    for one in controllers(job, table, me=os.getpid()):
        phase = watched.get(one.entry.pid)
        who = f"{phase} (pid {one.entry.pid})" if phase else f"Process {one.entry.pid} ({_shortened(one.entry)})"
        ends = f"backfill-tui stop {shlex.quote(phase)}" if phase else f"kill {one.entry.pid}"
        yield f"{who} {one.how}; unless that is ended first ({ends}), it may start it again, or go on once it ends."


def _shortened(entry: Entry) -> str:
    line = shlex.join(entry.command)
    return line if len(line) <= 60 else f"{line[:59]}…"
