"""What the ledger and the run folders say of our launches: read again when something was written or goes on."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from backfill_tui.control.attempt import OUTPUT, Acceptance, Attempt, Stage, StopAsked
from backfill_tui.control.launch.reconcile import look, settle
from backfill_tui.control.launch.unrecorded import unrecorded
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.plan.ranges import Dates
from backfill_tui.plan.resolved import Plan


@dataclass(frozen=True, slots=True)
class Deeds:
    """What was done to one phase from here: its newest launch, stop and acceptance.

    `ran` is the newest launch that became a process. `outputs` are the logs of those launches whose output goes to
    a file of their own. `first_with` tells when a range was first launched (aware): as of then its dates were
    resolved, and later attempts, such as retries, may have kept them. `unrecorded` tells of a live run of which the
    ledger has nothing, as a clause.
    """

    attempt: Attempt | None = None
    ran: Attempt | None = None
    stop: StopAsked | None = None
    acceptance: Acceptance | None = None
    outputs: tuple[Path, ...] = ()
    first_with: Mapping[Dates, datetime] = field(default_factory=dict)
    unrecorded: str = ""


NOTHING = Deeds()

_RAN = frozenset({Stage.RUNNING, Stage.ENDED, Stage.LOST})


class AttemptBook:
    """The deeds of all phases of a plan. Not thread-safe: one caller at a time.

    What it sees of a launch that is under way it writes into the ledger, unless that may only be looked at.
    """

    def __init__(self, plan: Plan, ledger: Ledger | None) -> None:
        self._plan = plan
        self._ledger = ledger
        self._runs = plan.state_dir / "runs"
        self._version: object = None
        self._deeds: dict[str, Deeds] = {}
        self._known: frozenset[str] = frozenset()  # the names of the run folders that the ledger has attempts of
        self.note = ""

    def refresh(self) -> Mapping[str, Deeds]:
        """Take in what has happened since, by phase. A ledger that can't be read leaves what was known."""
        if self._ledger is None:
            return self._deeds
        try:
            if (version := self._ledger.version) != self._version:
                self._read(self._ledger)
                self._version = version
            self.note = ""
        except LedgerError as error:
            self.note = f"The ledger can't be read: {error}"
        for phase, deeds in self._deeds.items():
            if deeds.attempt is not None and deeds.attempt.stage not in {Stage.ENDED, Stage.NOT_STARTED}:
                self._deeds[phase] = self._followed(self._ledger, deeds, deeds.attempt)
        with suppress(LedgerError):  # the next refresh tells
            self._tell_of_unrecorded(self._ledger)
        return self._deeds

    def _tell_of_unrecorded(self, ledger: Ledger) -> None:
        found = unrecorded(self._runs, self._deeds, self._known)
        if found and ledger.version != self._version:
            return  # a launch of this moment, which the next refresh knows of
        for phase, deeds in self._deeds.items():
            if deeds.unrecorded != (clause := found.get(phase, "")):
                self._deeds[phase] = replace(deeds, unrecorded=clause)

    def _read(self, ledger: Ledger) -> None:
        outputs: dict[str, list[Path]] = {}
        newest: dict[str, Attempt] = {}
        ran: dict[str, Attempt] = {}
        first_with: dict[str, dict[Dates, datetime]] = {}
        attempts = ledger.attempts.all()
        self._known = frozenset(attempt.folder for attempt in attempts)
        for attempt in attempts:
            newest[attempt.phase] = attempt
            if attempt.order.dates is not None:
                first_with.setdefault(attempt.phase, {}).setdefault(attempt.order.dates, attempt.intended_at)
            if attempt.stage in _RAN:
                ran[attempt.phase] = attempt
            if attempt.order.log is None:
                outputs.setdefault(attempt.phase, []).append(self._runs / attempt.folder / OUTPUT)
        self._deeds = {
            phase.name: Deeds(
                newest.get(phase.name),
                ran.get(phase.name),
                ledger.stops.newest(phase.name),
                ledger.acceptances.newest(phase.name),
                tuple(outputs.get(phase.name, ())),
                first_with.get(phase.name, {}),
            )
            for phase in self._plan.phases
        }

    def _followed(self, ledger: Ledger, deeds: Deeds, before: Attempt) -> Deeds:
        now = look(before, self._runs)
        if now == before:
            return deeds
        if now.stage is not before.stage and not ledger.read_only:
            with suppress(LedgerError):  # the next look tries again; what is shown is what was seen
                settle(ledger, before, now)
        ran = deeds.ran
        if now.stage in _RAN:
            ran = now
        elif ran is not None and ran.number == now.number:
            ran = None  # it was seen running in the moment before it failed to; the ledger knows of those before
        return replace(deeds, attempt=now, ran=ran)
