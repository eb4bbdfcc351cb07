"""Tells people who are away: what is new in a snapshot is claimed in the ledger, and couriers carry it.

All of it happens in threads of its own: no look and no screen waits for the ledger here, nor for an address.
"""

import os
import threading
import time
from collections import deque
from functools import partial
from itertools import chain

from backfill_tui.control.launch.reconcile import is_alive
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.ledger.notices import ToldAlert
from backfill_tui.control.model import Alert
from backfill_tui.control.notices import Notice, alert_id_of, labels, of_alert, of_end, wants
from backfill_tui.control.notify import Messenger, send, unset_variable
from backfill_tui.engine.courier import PAUSES_S, Courier
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.transitions import transitions
from backfill_tui.plan.resolved import Plan
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import read_entry

SETTLE_S = 60.0
"""So long one looks before an alert of somebody who is gone, and that is not seen, is told to be over."""

_TRANSITIONS_AT_MOST = 100  # that wait for the ledger
_AGAIN_S = 5.0  # before a ledger that can't be written is tried again
_LEAVE_S = 2.0  # that a message under way has to go through


def unreachable(plan: Plan) -> tuple[str, ...]:
    """A sentence for each address of the plan that is no address yet, since a variable is not set."""
    return tuple(
        f"{label}: the environment variable {name} is not set, so nobody is told there."
        for label, address in zip(labels(plan.notify), plan.notify, strict=True)
        if (name := unset_variable(address)) is not None
    )


class Notifying:
    """Tells of one plan. `take` is called after each look, and never waits."""

    def __init__(
        self, plan: Plan, ledger: Ledger, *, messenger: Messenger = send, pauses_s: tuple[float, ...] = PAUSES_S
    ) -> None:
        reachable = {
            label: address
            for label, address in zip(labels(plan.notify), plan.notify, strict=True)
            if unset_variable(address) is None
        }
        self._couriers = {
            label: Courier(label, address, ledger, messenger, pauses_s=pauses_s)
            for label, address in reachable.items()
        }
        self._before: Snapshot | None = None
        self._moves: deque[Notice] = deque(maxlen=_TRANSITIONS_AT_MOST)
        self._tells_moves = "transitions" in plan.notify_on
        self._newest: Snapshot | None = None
        self._news = threading.Event()
        self._done = threading.Event()
        self._closing = threading.Event()
        self._said = False  # that telling breaks
        self._thread: threading.Thread | None = None
        if self._couriers and (me := read_entry(os.getpid())) is not None:
            self._claims = Claims(plan, ledger, tuple(reachable), me.identity)
            self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
            self._thread.start()

    def take(self, snapshot: Snapshot) -> None:
        """Tell what is new in a snapshot, in a moment."""
        if self._thread is None:
            return
        if self._tells_moves:
            self._moves.extend(transitions(self._before, snapshot))
        self._before = self._newest = snapshot
        self._done.clear()
        self._news.set()

    def settle(self, within_s: float) -> None:
        """Wait until all that was taken has been told, but no longer than that."""
        deadline = time.monotonic() + within_s
        if self._newest is not None:
            self._done.wait(within_s)
        for courier in self._couriers.values():
            courier.settle(max(0.0, deadline - time.monotonic()))

    def close(self) -> None:
        """Begin nothing more. What is not sent by then waits in the ledger for the next who watches the plan."""
        self._closing.set()
        self._news.set()
        deadline = time.monotonic() + _LEAVE_S
        if self._thread is not None:
            self._thread.join(_LEAVE_S)
        for courier in self._couriers.values():
            courier.close(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        while not self._closing.is_set():
            self._news.wait()
            self._news.clear()
            snapshot = self._newest
            if snapshot is None or self._closing.is_set():
                continue
            try:
                told = self._claims.take(snapshot, self._moves)
            except Exception as error:  # noqa: BLE001 - whatever it is: it is said, and the next round tries again
                self._say(error)
                self._closing.wait(_AGAIN_S)  # not for news, which comes with every look
                self._news.set()
                continue
            self._said = False
            if told:
                for courier in self._couriers.values():
                    courier.wake()
            if not self._news.is_set():
                self._done.set()

    def _say(self, error: Exception) -> None:
        """Once, and as an alert about each address: there nobody may be told."""
        if not self._said and not isinstance(error, LedgerError):  # of the ledger the watch says what ails it
            why = f"telling of alerts broke ({type(error).__name__})"
            self._said = all(courier.failed(why) for courier in self._couriers.values())


class Claims:
    """What this process has told, or knows to be told, of the alerts that stand. One thread at a time."""

    def __init__(self, plan: Plan, ledger: Ledger, to: tuple[str, ...], me: Identity) -> None:
        self._plan = plan
        self._notices = ledger.notices
        self._to = to
        self._me = me
        self._known: dict[str, Alert] = {}  # by id, as they were told
        self._orphans_due = 0.0
        self._settled_at = time.monotonic() + SETTLE_S

    def take(self, snapshot: Snapshot, moves: deque[Notice]) -> bool:
        """Claim what is new; whether anything was. Raises LedgerError, with what was not claimed left as it is.

        One that can't be claimed keeps no other from it; what it raised is raised in the end.
        """
        standing = {alert.id: alert for alert in snapshot.alerts}
        gone = [one for one in self._known.values() if one.id not in standing]
        claims = chain(
            (partial(self._moved, moves) for _ in range(len(moves))),
            (partial(self._begun, alert, snapshot) for alert in standing.values()),
            (partial(self._ended, known, snapshot) for known in gone),
            [partial(self._orphans, standing, snapshot)],
        )
        told, broke = False, None
        for claim in claims:
            try:
                told |= claim()
            except LedgerError:
                raise
            except Exception as error:  # noqa: BLE001 - such as words that are no text; it is raised below
                broke = error
        if broke is not None:
            raise broke
        return told

    def _moved(self, moves: deque[Notice]) -> bool:
        try:
            self._notices.post(moves[0], self._to)
        except LedgerError:
            raise
        except Exception:
            moves.popleft()  # no ledger will ever take it
            raise
        moves.popleft()
        return True

    def _begun(self, alert: Alert, snapshot: Snapshot) -> bool:
        known = self._known.get(alert.id)
        if alert.acknowledged or not wants(self._plan.notify_on, alert.severity):
            return False
        if known is not None and not alert.severity.worse_than(known.severity):
            return False
        told = self._notices.tell(
            alert, of_alert(self._plan.name, alert, snapshot.at), self._others(alert.id), me=self._me
        )
        self._known[alert.id] = alert
        return told

    def _ended(self, known: Alert, snapshot: Snapshot) -> bool:
        found = next((one for one in self._notices.standing() if one.alert == known.id), None)
        told = found is not None and self._over(found, snapshot, seen=True)
        del self._known[known.id]
        return told

    def _orphans(self, standing: dict[str, Alert], snapshot: Snapshot) -> bool:
        """Alerts that somebody told who is gone: they are ours if we see them, and over if nobody does."""
        now = time.monotonic()
        if now < self._orphans_due:
            return False
        self._orphans_due = now + SETTLE_S / 2
        whole = now >= self._settled_at and all(view.history_complete for view in snapshot.phases)
        told = False
        for one in self._notices.standing():
            if one.seen_by == self._me or is_alive(one.seen_by) is not False:
                continue
            if one.alert in standing:
                self._notices.seen_by(one.alert, self._me)
                self._known.setdefault(one.alert, standing[one.alert])
            elif whole:
                told |= self._over(one, snapshot, seen=False)
        return told

    def _over(self, one: ToldAlert, snapshot: Snapshot, *, seen: bool) -> bool:
        notice = of_end(self._plan.name, one.alert, one.title, one.told_at, snapshot.at, seen=seen)
        return self._notices.over(one.alert, notice, self._others(one.alert))

    def _others(self, alert: str) -> tuple[str, ...]:
        """All addresses but the one that the alert is about."""
        return tuple(label for label in self._to if alert_id_of(label) != alert)
