"""Bounds on a phase's own account: how many dates failed or are missing, how many records and errors. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from backfill_tui.checks.advice import TODO
from backfill_tui.checks.bounds import bound_text, hold, phrase
from backfill_tui.checks.model import Check, Reason, Status, worst
from backfill_tui.plan.resolved import ProgressCheck
from backfill_tui.plan.words import AccountValue
from backfill_tui.progress.account import Account

UNITS: Mapping[AccountValue, str] = {"success_rate": "%"}


def progress_check(wanted: ProgressCheck, accounts: Mapping[str, Account]) -> Check:
    """How a value of the accounts stands; of several the worst counts, and is named."""
    unit = UNITS.get(wanted.value)
    blank = Check(
        wanted.value, "progress", wanted.severity, Status.UNKNOWN, bound=bound_text(wanted.bound), unit=unit
    )
    if not accounts:
        return replace(
            blank,
            reason=Reason.NO_ACCOUNT,
            detail="no phase of this plan that has a log or a checkpoint fills it, so there is no account to judge",
            todo="Name the phase that `writes` the table, or leave `progress` out.",
        )
    checks = [(name, _of_one(blank, wanted, account)) for name, account in accounts.items()]
    overall = worst(check.status for _, check in checks)
    name, found = next(one for one in checks if one[1].status is overall)
    return found if len(checks) == 1 else replace(found, detail=f"{name}: {found.detail}")


def _of_one(blank: Check, wanted: ProgressCheck, account: Account) -> Check:
    value = _value(wanted.value, account)
    if value is None:
        detail = f"its account does not tell {_words(wanted.value)}"
        return replace(blank, reason=Reason.NO_ACCOUNT, detail=detail, todo=TODO[Reason.NO_ACCOUNT])
    held = hold(value, wanted.bound)
    places = 2 if wanted.value == "success_rate" else None
    return replace(
        blank,
        status=held.status,
        value=value,
        detail=phrase(value, wanted.bound, places=places, unit=blank.unit),
    )


def _value(name: AccountValue, account: Account) -> float | int | None:
    """None where nothing was seen: the zeros of an account that nobody has written to mean nothing."""
    if name == "success_rate":
        return account.counts.success_rate
    known = account.lead is not None  # a log tells of a run; only logs tell of records and errors
    if name in {"records", "fatal_errors", "error_lines"}:
        logged: int | None = getattr(account, name)
        return logged if known else None
    count: int | None = getattr(account.counts, name)
    return count if known or account.counts.accounted else None


def _words(name: AccountValue) -> str:
    return name.replace("_", " ")
