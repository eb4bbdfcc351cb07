"""What `run` prints while it drives: every transition, what it did, and now and then how far each phase is."""

import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import TextIO

from backfill_tui.checks.model import SuiteResult
from backfill_tui.control.model import NOT_BEGUN, Alert, PhaseState, Severity
from backfill_tui.engine.driver import Happening
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.plan.resolved import Polling
from backfill_tui.views import progress_lines
from backfill_tui.views.spans import plain

_OPEN = NOT_BEGUN | {PhaseState.FINISHED, PhaseState.VALIDATING}


class RunLines:
    """Prints to one stream. `happened` may be called from any thread; it is printed with the next look."""

    def __init__(self, out: TextIO, polling: Polling) -> None:
        self._out = out
        self._every_s = polling.interval_s * polling.progress_every
        self._happenings: deque[Happening] = deque()
        self._lock = threading.Lock()
        self._before: Snapshot | None = None
        self._alerting: dict[str, Alert] = {}  # by id
        self._waiting_at: float | None = None  # when it was said last, or something was at work; monotonic
        self._told: dict[str, tuple[object, ...]] = {}  # by phase: the results whose checks were printed
        self._checked: dict[str, list[str]] = {}  # by phase: the lines of its checks
        self._progress_at: dict[str, float] = {}  # by phase: when it was printed last, monotonic

    def happened(self, happening: Happening) -> None:
        """Something was begun, done, or could not be."""
        with self._lock:
            self._happenings.append(happening)

    def show(self, snapshot: Snapshot) -> None:
        """Print what is new in a snapshot."""
        self.tell(snapshot)
        for line in progress_lines.transitions(self._before, snapshot):
            self.say(snapshot.at, line)
        for view in snapshot.phases:
            self._checks(snapshot, view)
            self._progress(snapshot, view)
        self._alerts(snapshot)
        self._waiting(snapshot)
        self._before = snapshot
        self._out.flush()

    def tell(self, snapshot: Snapshot) -> None:
        """Print what has happened until now, in the time zone of a snapshot."""
        with self._lock:
            happenings, self._happenings = self._happenings, deque()
        for one in happenings:
            self.say(_local(one.at, snapshot.at.tzinfo), f"{plain(one.phase)}: {plain(one.text)}")

    def say(self, at: datetime, line: str) -> None:
        """Print a line with its time before it."""
        self.write([progress_lines.stamped(at, line)])

    def write(self, lines: Iterable[str]) -> None:
        """Print lines as they are. Nobody reading on is no reason to leave a night alone."""
        try:
            self._out.writelines(f"{line}\n" for line in lines)
            self._out.flush()
        except OSError:
            return

    def _alerts(self, snapshot: Snapshot) -> None:
        """Each alert once, when it appears, and that it is over; what is but information is left to the screens."""
        now = {alert.id: alert for alert in snapshot.alerts if alert.severity is not Severity.INFO}
        for alert in now.values():
            if alert.id not in self._alerting:
                text = f"{alert.title}. {alert.detail} {alert.action}"
                self.say(snapshot.at, f"ALERT {alert.severity.value}: {plain(text)}")
        for known in self._alerting.values():
            if known.id not in now:
                self.say(snapshot.at, f"alert over: {plain(known.title)}")
        self._alerting = now

    def _waiting(self, snapshot: Snapshot) -> None:
        """While nothing is at work, now and then what is waited for: a quiet night is not one that hangs."""
        at_work = any(view.process.alive for view in snapshot.phases)
        if at_work or self._waiting_at is None:
            self._waiting_at = time.monotonic()
        elif time.monotonic() - self._waiting_at >= self._every_s:
            self._waiting_at = time.monotonic()
            for view in snapshot.phases:
                if view.state in _OPEN:
                    self.say(snapshot.at, f"{plain(view.name)}: {view.state.value}: {plain(view.why)}")

    def _checks(self, snapshot: Snapshot, view: PhaseView) -> None:
        """The checks of a phase's own suites, once all of them have been run."""
        own = [suite for suite in view.suites if not suite.is_input]
        results = [suite.result for suite in own if suite.result is not None]
        if not own or len(results) < len(own) or any(suite.running for suite in own):
            return
        told = tuple(result.at for result in results)
        first = view.name not in self._told and self._before is None
        if told != self._told.get(view.name) and not first:
            lines = list(progress_lines.checks(results))
            same = lines == self._checked.get(view.name)
            self._checked[view.name] = lines
            for line in [f"{_checks_of(results)} as before"] if same else lines:
                self.say(snapshot.at, f"{plain(view.name)}: {line}")
        self._told[view.name] = told

    def _progress(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Of a phase at work, when it is first seen to be, at its interval, when it has ended; of others once."""
        at_work = view.process.alive or view.state.value in {"running", "stalled"}
        last = self._progress_at.get(view.name)
        begun_before = self._before is None and view.account.counts.accounted > 0
        if not at_work and last is None and not begun_before:
            return
        if at_work and last is not None and time.monotonic() - last < self._every_s:
            return
        if at_work:
            self._progress_at[view.name] = time.monotonic()
        else:
            self._progress_at.pop(view.name, None)
        self.say(snapshot.at, progress_lines.progress(view, snapshot.at))


def _checks_of(results: Sequence[SuiteResult]) -> str:
    count = sum(len(result.checks) for result in results)
    return f"Its {count} checks are" if count != 1 else "Its check is"


def _local(at: datetime, zone: tzinfo | None) -> datetime:
    return at.astimezone(zone)
