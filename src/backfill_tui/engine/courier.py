"""Carries the messages that wait in the ledger to one address, one after another, in a thread of its own.

An address that fails is left alone for longer and longer; nothing else waits for it.
"""

import threading
from datetime import UTC, datetime, timedelta

from backfill_tui.checks.deadline import Deadline, within
from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import AskError, Stop
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.ledger.notices import Waiting
from backfill_tui.control.notify import Messenger, NotSentError

PAUSES_S = (10.0, 60.0, 300.0, 900.0)
"""How long an address is left alone after its first failure in a row, its second, …; the last for all others."""

TRIES = 4
"""How often one message is tried."""

SEND_S = 30.0
"""How long one message may take."""

_SPARE_S = 15.0  # after which another process may take the address over
_POLL_S = 2.0  # a pause may be over, or another process may be gone


class Courier:
    """One address. `wake` says that something waits for it; nothing here blocks whoever calls."""

    def __init__(
        self, label: str, address: str, ledger: Ledger, send: Messenger, *, pauses_s: tuple[float, ...] = PAUSES_S
    ) -> None:
        self._label = label
        self._address = address
        self._ledger = ledger
        self._send = send
        self._pauses_s = pauses_s
        self._stop = Stop()
        self._closing = False
        self._news = threading.Event()
        self._idle = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"courier {label}", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look at once whether something waits."""
        self._idle.clear()
        self._news.set()

    def settle(self, within_s: float) -> None:
        """Wait until nothing is to be sent now, but no longer than that."""
        self._idle.wait(within_s)

    def failed(self, why: str) -> bool:
        """Let all see that nobody may be told here, until a message goes through. False: it can't be noted now."""
        try:
            self._ledger.notices.not_sent(self._label, None, why, at=datetime.now(UTC), due_at=None, given_up=False)
        except Exception:  # noqa: BLE001 - whoever asks does so because something broke; it is asked for again
            return False
        return True

    def close(self, within_s: float) -> None:
        """Begin nothing more. A message under way has that time to go through; then it is left to another day."""
        self._closing = True
        self._news.set()
        self._thread.join(within_s)
        self._stop.request()

    def _run(self) -> None:
        broken = False
        while not self._closing:
            self._news.clear()
            went = False
            try:
                went = self._carry_next()
                broken = False
            except LedgerError:  # it is asked again; the watch says what ails it
                pass
            except Exception as error:  # noqa: BLE001 - whatever it is: it is said once, and the next round tries again
                broken = broken or self.failed(f"it broke ({type(error).__name__})")
            if not went:
                if not self._news.is_set():
                    self._idle.set()
                self._news.wait(_POLL_S)

    def _carry_next(self) -> bool:
        """Whether anything waited."""
        at = datetime.now(UTC)
        waiting = self._ledger.notices.next_for(self._label, at=at, within_s=SEND_S + _SPARE_S)
        if waiting is not None:
            self._carry(waiting)
        return waiting is not None

    def _carry(self, waiting: Waiting) -> None:
        try:
            deadline = Deadline(SEND_S, self._label)
            within(deadline, self._stop, lambda: self._send(self._address, waiting.notice))
        except NotSentError as error:
            self._failed(waiting, str(error), lasting=error.lasting)
        except AskError as error:
            if error.reason is not Reason.CANCELLED:
                self._failed(waiting, f"it did not answer within {SEND_S:g} s", lasting=False)
        except Exception as error:  # noqa: BLE001 - the next message may go through; the words may hold the address
            self._failed(waiting, f"it broke ({type(error).__name__})", lasting=False)
        else:
            self._ledger.notices.sent(self._label, waiting.number, at=datetime.now(UTC))

    def _failed(self, waiting: Waiting, why: str, *, lasting: bool) -> None:
        at = datetime.now(UTC)
        pause_s = self._pauses_s[min(waiting.failures, len(self._pauses_s) - 1)]
        self._ledger.notices.not_sent(
            self._label,
            waiting.number,
            why,
            at=at,
            due_at=None if lasting else at + timedelta(seconds=pause_s),
            given_up=lasting or waiting.tries + 1 >= TRIES,
        )
