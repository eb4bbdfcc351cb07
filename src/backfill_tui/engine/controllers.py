"""Who may start a plan's live jobs again: watched phases and other processes whose command lines name them."""

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from backfill_tui.control.conflicts import is_contested
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.sources.controllers import controllers
from backfill_tui.sources.presence import ProcessSeen
from backfill_tui.sources.process_table import Entry, ProcessTable

Watched = Mapping[int, str]
"""The phases whose processes live, by their numbers."""


class ControllersSeen:
    """Looks through the table of processes where that matters: as often as it is scanned, and only for jobs whose
    table others write, too. Not thread-safe: one caller at a time.
    """

    def __init__(self, table: ProcessTable) -> None:
        self._table = table
        self._of: tuple[object, ...] = ()
        self._found: dict[int, tuple[str, ...]] = {}

    def told_to(self, facts: Sequence[PhaseFacts], now: datetime) -> list[PhaseFacts]:
        """The same facts, each with who may start it again."""
        jobs = tuple(pid for one in facts if is_contested(one, facts) and (pid := _pid(one.process)) is not None)
        if not jobs:
            return list(facts)
        table = self._table.at(now)
        if (of := (self._table.scans, jobs)) != self._of:
            watched = watched_in((one.phase.name, one.process) for one in facts)
            self._of = of
            self._found = {pid: may_start_again(pid, table, watched) for pid in jobs}
        return [replace(one, controllers=self._found.get(_pid(one.process) or 0, ())) for one in facts]


def watched_in(phases: Iterable[tuple[str, ProcessSeen]]) -> Watched:
    """The phases, by name and process, that live."""
    return {pid: name for name, process in phases if (pid := _pid(process)) is not None}


def may_start_again(pid: int, table: Mapping[int, Entry], watched: Watched) -> tuple[str, ...]:
    """Who may start a job of this number again, each as a sentence with what ends it."""
    job = table.get(pid)
    return () if job is None else tuple(_sentences(job, table, watched))


def _sentences(job: Entry, table: Mapping[int, Entry], watched: Watched) -> Iterator[str]:
    for one in controllers(job, table, me=os.getpid()):
        phase = watched.get(one.entry.pid)
        who = f"{phase} (pid {one.entry.pid})" if phase else f"Process {one.entry.pid} ({_shortened(one.entry)})"
        ends = f"backfill-tui stop {shlex.quote(phase)}" if phase else f"kill {one.entry.pid}"
        yield f"{who} {one.how}; unless that is ended first ({ends}), it may start it again, or go on once it ends."


def _pid(process: ProcessSeen) -> int | None:
    return process.identity.pid if process.alive and process.identity is not None else None


def _shortened(entry: Entry) -> str:
    line = shlex.join(entry.command)
    return line if len(line) <= 60 else f"{line[:59]}…"
