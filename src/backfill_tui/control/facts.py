"""What the rules of control look at: one phase as it was seen at one moment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from backfill_tui.control.attempt import Acceptance, Attempt, Stage, StopAsked
from backfill_tui.control.model import Condition
from backfill_tui.control.other_plans import Doing, OtherWriter
from backfill_tui.control.suspects import NONE_SUSPECT, Suspects
from backfill_tui.control.verdicts import NOT_RUN, Outcome
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.account import Account, Run
from backfill_tui.sources.events import Mode
from backfill_tui.sources.process import ProcessSeen

ROUNDED = timedelta(seconds=2)
"""Logs tell whole seconds, the kernel hundredths: what lies closer together than this may be either way round."""


@dataclass(frozen=True, slots=True)
class PhaseFacts:
    """One phase of the plan with what was seen of it. `log_age_s`: since its newest log last grew."""

    phase: Phase
    account: Account
    process: ProcessSeen
    log_age_s: float | None = None
    log_seen: bool = False
    checkpoint_seen: bool = False
    history_complete: bool = True  # False: the beginning of a log is still being read
    outcome: Outcome = NOT_RUN  # what its own suites say
    inputs: Mapping[str, Outcome] = field(default_factory=dict)  # by suite
    suspects: Suspects = NONE_SUSPECT  # what rests on dirty inputs, but for what a person has accepted
    validating: bool = False  # its own suites are being run at this moment
    attempt: Attempt | None = None  # our newest launch of it, its stage as it is seen now
    ran: Attempt | None = None  # the newest that became a process; only needed where `attempt` did not
    unrecorded: str = ""  # a live run of it of which the ledger has nothing, as a clause
    stop: StopAsked | None = None  # the newest stop that was asked of it
    acceptance: Acceptance | None = None  # the newest, whatever has begun since
    runnable: tuple[Condition, ...] = ()  # whether its command could be run: program, folder, log; only where asked
    rate_per_hour: float | None = None  # how many dates it does an hour, while it runs
    others: tuple[OtherWriter, ...] = ()  # other plans' writers of its table on days in common, or maybe in common
    doubts: tuple[str, ...] = ()  # why there may be such writers that are not known, each as a clause
    controllers: tuple[str, ...] = ()  # who may start it again, each as a sentence; where others write, too
    silence_s: float | None = None  # how long its log may be silent by what its dates take; None: nothing tells
    driven_by: str = ""  # who starts `auto` phases now, as a clause; empty: nobody
    recorded: bool = True  # False: there is no ledger that could be written, so that nothing may be started

    @property
    def rivals(self) -> tuple[str, ...]:
        """Other plans' live writers of its table on days in common, each as a clause."""
        return tuple(one.clause for one in self.others if one.doing is Doing.WRITES)

    @property
    def run(self) -> Run | None:
        """The run whose word counts for the phase: the last that walked its range, else the last list of dates."""
        return self.account.lead

    @property
    def dates(self) -> tuple[date, date] | None:
        """The range by the plan, else as its log announces it."""
        return self.phase.dates or self.account.dates

    @property
    def gone_since(self) -> datetime | None:
        """When it is known to have ended: seen by us, else its last line."""
        return self.process.gone_since or self.account.last_line_at

    @property
    def alive(self) -> bool | None:
        """Whether somebody is at work on it: its process, or what our newest launch has left. None: not known."""
        if self.process.alive or (self.attempt is not None and self.attempt.stage.live):
            return True
        if self.process.alive is False or self._ours is not None:
            return False
        return None

    @property
    def _ours(self) -> Attempt | None:
        """The newest of our launches that became a process."""
        became = {Stage.LAUNCHING, Stage.RUNNING, Stage.ENDED, Stage.LOST}
        if self.attempt is not None and self.attempt.stage in became:
            return self.attempt
        return self.ran

    @property
    def begun_at(self) -> datetime | None:
        """When the process that lives, or the last that did, was started."""
        times = [self.process.started_at]
        if (ours := self._ours) is not None:
            times.append(ours.started_at or ours.intended_at)
        return max((time for time in times if time is not None), default=None)

    def launched(self, now: datetime) -> Attempt | None:
        """The launch of ours that the phase stands by: the newest that became a process.

        None too where others have run it since: by its process, or by a run of its log.
        """
        ours = self._ours
        if ours is None or self._replaced(ours) or self._run_by_others(ours, now):
            return None
        return ours

    def _replaced(self, ours: Attempt) -> bool:
        seen = self.process
        if ours.identity is None or seen.identity is None or ours.identity.same_as(seen.identity):
            return False
        return seen.identity.started_at > ours.identity.started_at

    def _run_by_others(self, ours: Attempt, now: datetime) -> bool:
        """A log's own times may be of any zone: what was not written since has not been run since."""
        grown, began = self.log_grown_at(now), self.last_run_at
        if not ours.stage.over or ours.ended_at is None or grown is None or began is None:
            return False
        return min(grown, began) > ours.ended_at + ROUNDED

    @property
    def redo(self) -> Run | None:
        """The newest run, where it does a list of dates again after the run whose word counts for the phase."""
        newest = self.account.runs[-1] if self.account.runs else None
        return newest if newest is not None and newest != self.run and newest.mode is Mode.DATES else None

    @property
    def last_run_at(self) -> datetime | None:
        """When the last run in its logs began, by the logs' own times."""
        return max((run.started_at for run in self.account.runs if run.started_at is not None), default=None)

    def log_grown_at(self, now: datetime) -> datetime | None:
        """When its newest log last grew, by the file; None without a log."""
        if self.log_age_s is None or not math.isfinite(self.log_age_s):
            return None
        return now - timedelta(seconds=self.log_age_s)

    def silent_s(self, now: datetime) -> float | None:
        """For how long nothing was heard of it: neither its log has grown, nor was it started. None: no log."""
        if self.log_age_s is None:
            return None
        if not self.alive or self.begun_at is None:
            return self.log_age_s
        return min(self.log_age_s, max(0.0, (now - self.begun_at).total_seconds()))

    def accepted(self, now: datetime) -> Acceptance | None:
        """A person's GO, as long as it counts: for what had begun by then, not for a run that began since."""
        given = self.acceptance
        if given is None:
            return None
        began, grown = self.last_run_at, self.log_grown_at(now)
        by_log = min(began, grown) if began is not None and grown is not None else None
        later = [time for time in (self.begun_at, by_log) if time is not None and time > given.at]
        return None if later else given

    def over_time_s(self, now: datetime) -> float | None:
        """By how many seconds a live process has passed the plan's time-out; None while it has not."""
        limit, worked_s = self.phase.timeout_s, self._worked_s(now)
        if limit is None or worked_s is None or worked_s <= limit:
            return None
        return worked_s - limit

    def _worked_s(self, now: datetime) -> float | None:
        """For how long its live process has been at it: where the kernel tells, however the clock was set since."""
        if not self.alive or self.begun_at is None:
            return None
        if self.process.alive and self.process.lived_s is not None and not self._was_relaunched:
            return self.process.lived_s
        return (now - self.begun_at).total_seconds()

    @property
    def _was_relaunched(self) -> bool:
        """Whether what is at work is a launch of ours, and not the process that was seen."""
        ours, seen = self._ours, self.process.identity
        if ours is None or ours.identity is None or seen is None or self._replaced(ours):
            return False
        return not ours.identity.same_as(seen)

    def unheeded(self, now: datetime) -> bool:
        """Whether its live process was asked to end, has had the grace of the plan for it, and is still there."""
        if self.stop is None or not self.alive or not self.stop_is_its_own:
            return False
        return now - self.stop.at >= timedelta(seconds=self.phase.grace_s)

    @property
    def stop_is_its_own(self) -> bool:
        """Whether the newest stop was asked of the process that lives, or of the last that did."""
        if self.stop is None:
            return False
        ours = self._ours
        if ours is not None and ours.identity is not None and not self._replaced(ours):
            # Where its command had ended well before, what that has left at work was asked to end. What had ended
            # badly is not excused.
            badly = ours.signal is not None or bool(ours.exit_code)
            before = badly and ours.ended_at is not None and ours.ended_at + ROUNDED < self.stop.at
            return ours.identity.same_as(self.stop.identity) and not before
        if self.process.identity is not None:
            return self.process.identity.same_as(self.stop.identity)
        # Whoever looks for the first time sees no process that is gone; its log tells whether another came since.
        began = self.last_run_at
        return not self.process.alive and (began is None or began <= self.stop.at + ROUNDED)
