"""The process of a phase: found by number or command line, kept by identity, and told apart from its impostors.

It looks and never touches: signals are sent elsewhere.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime

import psutil

from backfill_tui.sources.adopted import Adopted
from backfill_tui.sources.boot import boot_id
from backfill_tui.sources.presence import Identity, Presence, ProcessSeen
from backfill_tui.sources.process_match import Pattern, candidates, choose, fits, started_after
from backfill_tui.sources.process_table import Entry, ProcessTable, read_entry

__all__ = ["Identity", "Pattern", "Presence", "ProcessSeen", "ProcessTable", "ProcessWatch", "boot_id"]


class ProcessWatch:
    """One phase's process: by `pid`, by a compiled `match` of its command line, by an `identity` kept from before.

    The first process that passes is adopted: from then on its identity is fixed, and it is alive or gone. Once it
    is gone, a newer process that fits `match` is adopted as another attempt.
    """

    def __init__(
        self,
        table: ProcessTable,
        *,
        pid: int | None = None,
        match: Pattern | None = None,
        identity: Identity | None = None,
    ) -> None:
        self._table = table
        self._pid = pid
        self._match = match
        self._identity = identity
        self._adopted: Adopted | None = None
        self._gone: ProcessSeen | None = None  # a recorded identity that was gone before it could be adopted
        self._free_at: datetime | None = None  # when nobody had the plan's number
        self._searched = 0  # the table's scan that was searched last
        self._others: tuple[int, list[Entry]] = (0, [])  # the scan that was searched for others, and who they are

    def look(
        self, now: datetime, *, log_last_line_at: datetime | None = None, log_grown_at: datetime | None = None
    ) -> ProcessSeen:
        """The process as it is now. All times are aware; the log's last line matters until a process is adopted.

        One that was gone before anybody looked has ended when its log last grew, by the file, as far as is known.
        Never raises: what can't be known is said in the note.
        """
        seen = self._settled(now, log_grown_at)
        if seen is None:
            seen = self._first(now, log_last_line_at)
        elif seen.alive is False:
            seen = self._successor(now, seen)
        return replace(seen, beside=self._beside(seen)) if seen.alive else seen

    def _beside(self, seen: ProcessSeen) -> tuple[int, ...]:
        """Who else fits, by the newest scan that somebody asked for, and is still there: it may run twice."""
        if self._match is None or seen.identity is None:
            return ()
        if self._others[0] != self._table.scans:
            found = candidates(self._match, self._table.newest, me=os.getpid())
            self._others = self._table.scans, [one for one in found if not one.identity.same_as(seen.identity)]
        still = ((one, read_entry(one.pid)) for one in self._others[1])
        # one that has ended and was not collected yet has no command line any more
        return tuple(
            sorted(one.pid for one, now in still if now and now.command and now.identity.same_as(one.identity))
        )

    def _settled(self, now: datetime, grown: datetime | None) -> ProcessSeen | None:
        """The process whose identity is known, if there is one."""
        if self._adopted:
            return self._adopted.look(now)
        if self._gone is None and self._identity:
            return self._recorded(self._identity, now, grown)
        return self._gone

    def _recorded(self, identity: Identity, now: datetime, grown: datetime | None) -> ProcessSeen:
        """Take up a process that was known before: it is that one, or that one is gone."""
        pid, entry = identity.pid, read_entry(identity.pid)
        if entry and entry.identity.same_as(identity) and (seen := self._adopt(entry, now)):
            return seen
        if identity.boot_id != boot_id():
            why = "the machine has been started anew since."
        elif entry:
            why = "its number belongs to another process now."
        elif _exists(pid):
            note = f"The system hides process {pid}: whether it is still the one of before is open."
            return ProcessSeen(Presence.DENIED, note=note)
        else:
            why = "its exit code is not known."
        started = datetime.fromtimestamp(identity.started_at, UTC)
        note = f"Process {pid} has ended; {why}"
        ended = grown if grown is not None and started <= grown <= now else now
        self._gone = ProcessSeen(Presence.GONE, identity, started, gone_since=ended, note=note)
        return self._gone

    def _first(self, now: datetime, last: datetime | None) -> ProcessSeen:
        """Nothing is adopted yet: try the number, then the command line."""
        seen = ProcessSeen(Presence.UNKNOWN)
        if self._pid is not None:
            seen = self._by_pid(self._pid, now, last)
        if self._match is None or self._adopted or seen.presence is Presence.DENIED:
            return seen
        return self._by_match(self._match, now, last, seen)

    def _by_pid(self, pid: int, now: datetime, last: datetime | None) -> ProcessSeen:
        entry = read_entry(pid)
        if entry is None:
            if _exists(pid):
                note = f"The system hides process {pid}: whether it is the one that was meant is open."
                return ProcessSeen(Presence.DENIED, note=note)
            self._free_at = self._free_at or now
            return ProcessSeen(Presence.ABSENT, note=f"There is no process {pid}.")
        if self._match and not entry.readable:
            note = (
                f"The command line of process {pid} may not be read: whether it is the one that was meant is open."
            )
            return ProcessSeen(Presence.DENIED, started_at=entry.started_at, note=note)
        if why := self._refusal(entry, last):
            note = f"Process {pid} is not the one that was meant: {why}"
            return ProcessSeen(Presence.REFUSED, started_at=entry.started_at, command=entry.command, note=note)
        return self._adopt(entry, now) or ProcessSeen(Presence.ABSENT, note=f"Process {pid} has just ended.")

    def _refusal(self, entry: Entry, last: datetime | None) -> str:
        """Why a process of the right number is another one, as a clause; empty if it may be the one."""
        if self._match and entry.command and not fits(self._match, entry):
            return f"its command line does not fit ({_shortened(entry.line)})."
        if last and started_after(entry, last):
            started, said = _clock(entry.started_at, last), _clock(last, last)
            return f"it started at {started}, after the log's last line at {said}."
        if self._free_at and started_after(entry, self._free_at):
            return f"it started at {_clock(entry.started_at, self._free_at)}, after that number had been free."
        return ""

    def _by_match(self, pattern: Pattern, now: datetime, last: datetime | None, by_pid: ProcessSeen) -> ProcessSeen:
        """Search by command line; `by_pid` is what the plan's number, if it has one, has led to."""
        found = [entry for entry in self._search(pattern, now) if entry.pid != self._pid]
        if found:
            chosen = choose(found, last)
            notes = [by_pid.note, _among(chosen, found)]
            if last and started_after(chosen, last):
                notes.append("It started after the log's last line: it has printed nothing yet.")
            if seen := self._adopt(chosen, now, notes):
                return seen
        if by_pid.presence is Presence.UNKNOWN:
            return ProcessSeen(Presence.ABSENT, note="No process has a command line that fits.")
        return by_pid

    def _successor(self, now: datetime, gone: ProcessSeen) -> ProcessSeen:
        """Another attempt, started after the one that has ended; else what is known of that one."""
        if self._match is None or gone.identity is None:
            return gone
        before = gone.identity
        found = [entry for entry in self._search(self._match, now) if entry.identity.started_at > before.started_at]
        if not found:
            return gone
        notes = [f"Another attempt: process {before.pid} has ended.", _among(found[0], found)]
        return self._adopt(found[0], now, notes) or gone

    def _search(self, pattern: Pattern, now: datetime) -> list[Entry]:
        """The processes that fit, newest first; none while the table is the one that was searched before."""
        table = self._table.at(now)
        if self._searched == self._table.scans:
            return []
        self._searched = self._table.scans
        return candidates(pattern, table, me=os.getpid())

    def _adopt(self, entry: Entry, now: datetime, notes: list[str] | None = None) -> ProcessSeen | None:
        """Settle on a process; None if it has ended in the meantime."""
        adopted = Adopted.take(entry, " ".join(filter(None, notes or [])))
        if adopted is None:
            return None
        self._adopted = adopted
        return adopted.look(now)


def _exists(pid: int) -> bool:
    """Whether there is a process of that number, though the system may tell nothing else of it (hidepid)."""
    try:
        return psutil.pid_exists(pid)
    except (OverflowError, ValueError):
        return False


def _among(chosen: Entry, found: list[Entry]) -> str:
    others = ", ".join(str(entry.pid) for entry in found if entry is not chosen)
    return f"{len(found)} processes fit: {chosen.pid} was taken, not {others}." if others else ""


def _clock(moment: datetime, like: datetime) -> str:
    return f"{moment.astimezone(like.tzinfo):%Y-%m-%d %H:%M:%S}"


def _shortened(line: str) -> str:
    return line if len(line) <= 80 else f"{line[:79]}…"
