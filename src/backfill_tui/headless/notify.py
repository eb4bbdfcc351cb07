"""`notify test`: one message to each address of a plan, now, and whether it went through."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from backfill_tui.checks.deadline import Deadline, within
from backfill_tui.checks.warehouse import AskError, Stop
from backfill_tui.control.ledger import FILE, Ledger, LedgerError
from backfill_tui.control.notices import labels, of_test
from backfill_tui.control.notify import NotSentError, send
from backfill_tui.engine.courier import SEND_S
from backfill_tui.errors import UsageError
from backfill_tui.plan.resolved import Plan


@dataclass(frozen=True, slots=True)
class _Tried:
    label: str
    why: str = ""  # why it did not go through; empty: it did


def notify_test(plan: Plan, *, json_wanted: bool, read_only: bool) -> int:
    """Send a message to all addresses at once and print what came of it. 0 all went through, 1 one did not.

    The plan's ledger, if it has one, is told: an alert that an address gets no messages ends with this. Raises
    UsageError where the plan names no address.
    """
    if not plan.notify:
        raise UsageError(
            "the plan has no `notify`, so nobody would be told.", todo='Add one, such as notify: ["${SLACK_URL}"].'
        )
    named = list(zip(labels(plan.notify), plan.notify, strict=True))
    now = datetime.now(UTC).astimezone(plan.tz)
    with ThreadPoolExecutor(len(named)) as pool:
        tried = list(pool.map(lambda one: _try(plan, one[0], one[1], now), named))
    if not read_only:
        _record(plan, tried)
    _print(tried, json_wanted=json_wanted)
    return 1 if any(one.why for one in tried) else 0


def _try(plan: Plan, label: str, address: str, now: datetime) -> _Tried:
    """Within a time: a service that hangs is one that nothing goes through to."""
    try:
        within(Deadline(SEND_S, label), Stop(), lambda: send(address, of_test(plan.name, label, now)))
    except NotSentError as error:
        return _Tried(label, str(error))
    except AskError:
        return _Tried(label, f"it did not answer within {SEND_S:g} s")
    return _Tried(label)


def _record(plan: Plan, tried: list[_Tried]) -> None:
    """How it goes with each address, where there is a ledger already: a test alone makes none."""
    with suppress(LedgerError):  # it was sent, and that is what was asked
        if not (plan.state_dir / FILE).exists():
            return
        ledger = Ledger.open(plan.state_dir)
        try:
            for one in tried:
                at = datetime.now(UTC)
                if one.why:
                    ledger.notices.not_sent(one.label, None, one.why, at=at, due_at=None, given_up=True)
                else:
                    ledger.notices.sent(one.label, None, at=at)
        finally:
            ledger.close()


def _print(tried: list[_Tried], *, json_wanted: bool) -> None:
    if json_wanted:
        told = [{"address": one.label, "sent": not one.why, "why": one.why or None} for one in tried]
        json.dump({"addresses": told}, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
        return
    for one in tried:
        sys.stdout.write(f"{one.label}: {f'not sent: {one.why}.' if one.why else 'sent.'}\n")
